//! Where an atom begins to hold: polynomials and functions solved for one variable (HC4, F.
//! Benhamou, F. Goualard, L. Granvilliers, J.-F. Puget, 1999).
//!
//! In: a polynomial that shall be at least zero, definitions of variables by functions, a box. Out:
//! an end that a variable cannot pass, from its outermost occurrence inwards: sums and products are
//! turned round, powers by roots, `exp` by `ln`, `ln` by `exp`, `sqrt` by the square. It is only
//! where to try: whoever cuts there shows that the atom fails in the slice.

use super::span::{Span, SpanPolynomial, range};
use crate::certificate::End;
use crate::certificate::contradiction::Function;
use crate::math;

/// Functions inside functions that are turned round.
const DEPTH_MAX: usize = 4;

/// A variable defined by a function of a quotient.
pub type Definition = (usize, Function, SpanPolynomial, SpanPolynomial);

/// The end that the variable cannot pass where the polynomial is at least zero in the box; nothing
/// where it does not occur, occurs in several powers, or may pull either way.
#[must_use]
pub fn end_of(
    polynomial: &SpanPolynomial,
    variable: u32,
    end: End,
    (definitions, sides): (&[Definition], &[Span]),
) -> Option<f64> {
    inner(polynomial, variable, end, (definitions, sides), DEPTH_MAX)
}

fn inner(
    polynomial: &SpanPolynomial,
    variable: u32,
    end: End,
    (definitions, sides): (&[Definition], &[Span]),
    depth: usize,
) -> Option<f64> {
    if occurs(polynomial, variable) {
        return direct(polynomial, variable, end, sides);
    }
    let depth = depth.checked_sub(1)?;
    definitions
        .iter()
        .find_map(|(place, function, top, bottom)| {
            let defined = u32::try_from(*place).ok()?;
            if !occurs(polynomial, defined) {
                return None;
            }
            [End::Low, End::High].into_iter().find_map(|of_value| {
                let value = direct(polynomial, defined, of_value, sides)?;
                let argument = turned(*function, value)?;
                let below = range(bottom, sides);
                // `top / bottom` at least, or at most, the argument, multiplied out.
                let at_least = (of_value == End::Low) == (below.low > 0.0);
                if below.low <= 0.0 && below.high >= 0.0 {
                    return None;
                }
                let cleared = cleared(top, bottom, argument, at_least);
                inner(&cleared, variable, end, (definitions, sides), depth)
            })
        })
}

fn occurs(polynomial: &SpanPolynomial, variable: u32) -> bool {
    let mut powers = polynomial.iter().flat_map(|(_, powers)| powers);
    powers.any(|&(id, _)| id == variable)
}

/// The argument at which an increasing function takes a value; nothing where it never does.
fn turned(function: Function, value: f64) -> Option<f64> {
    let argument = match function {
        Function::Exp if value > 0.0 => math::ln(value),
        Function::Ln => math::exp(value),
        Function::Sqrt if value >= 0.0 => value * value,
        Function::Exp | Function::Sqrt => return None,
    };
    argument.is_finite().then_some(argument)
}

/// `top - argument * bottom`, or its negative.
fn cleared(
    top: &SpanPolynomial,
    bottom: &SpanPolynomial,
    argument: f64,
    is_positive: bool,
) -> SpanPolynomial {
    let sign = if is_positive { 1.0 } else { -1.0 };
    let scaled = |polynomial: &SpanPolynomial, factor: f64| -> SpanPolynomial {
        let factor = Span {
            low: factor,
            high: factor,
        };
        let terms = polynomial.iter();
        terms
            .map(|(coefficient, powers)| (coefficient.times(factor), powers.clone()))
            .collect()
    };
    let mut all = scaled(top, sign);
    all.extend(scaled(bottom, -sign * argument));
    all
}

/// Solves `a * v^n + b >= 0` for a variable that occurs in one power only.
fn direct(polynomial: &SpanPolynomial, variable: u32, end: End, sides: &[Span]) -> Option<f64> {
    let mut slope: SpanPolynomial = Vec::new();
    let mut rest: SpanPolynomial = Vec::new();
    let mut power = None;
    for (coefficient, powers) in polynomial {
        let Some(&(_, own)) = powers.iter().find(|(id, _)| *id == variable) else {
            rest.push((*coefficient, powers.clone()));
            continue;
        };
        if power.is_some_and(|known| known != own) {
            return None;
        }
        power = Some(own);
        let others = powers.iter().filter(|(id, _)| *id != variable);
        slope.push((*coefficient, others.copied().collect()));
    }
    let power = power?;
    let (slope, rest) = (range(&slope, sides), range(&rest, sides));
    let needed = -rest.high;
    let limit = match end {
        End::Low if slope.low > 0.0 => (needed / slope.high).min(needed / slope.low),
        End::High if slope.high < 0.0 => (needed / slope.low).max(needed / slope.high),
        End::Low | End::High => return None,
    };
    let side = sides.get(variable as usize)?;
    let root = match power {
        1 => limit,
        // On the far side of zero a lower end of an even power says nothing.
        _ if limit >= 0.0 && (side.low >= 0.0 || end == End::High) => {
            math::pow(limit, 1.0 / f64::from(power))
        }
        _ => return None,
    };
    root.is_finite().then_some(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(value: f64) -> Span {
        Span {
            low: value,
            high: value,
        }
    }

    fn side(low: f64, high: f64) -> Span {
        Span { low, high }
    }

    #[test]
    fn a_square_is_turned_round_by_its_root() {
        // 9 - x² >= 0 on [0, 10].
        let polynomial = vec![(span(9.0), vec![]), (span(-1.0), vec![(0, 2)])];
        let sides = [side(0.0, 10.0)];
        assert_eq!(end_of(&polynomial, 0, End::High, (&[], &sides)), Some(3.0));
        assert_eq!(end_of(&polynomial, 0, End::Low, (&[], &sides)), None);
    }

    #[test]
    fn an_exponential_of_a_quotient_is_turned_round() {
        // exp(x / t) >= e² with t in [2, 4]: x at least 4.
        let e_squared = math::exp(2.0);
        let polynomial = vec![(span(-e_squared), vec![]), (span(1.0), vec![(2, 1)])];
        let definition = (
            2,
            Function::Exp,
            vec![(span(1.0), vec![(0, 1)])],
            vec![(span(1.0), vec![(1, 1)])],
        );
        let sides = [side(0.0, 100.0), side(2.0, 4.0), side(0.0, f64::MAX)];
        let found = end_of(&polynomial, 0, End::Low, (&[definition], &sides));
        let found = found.expect("it is bounded");
        assert!((found - 4.0).abs() < 1e-9, "{found}");
    }
}
