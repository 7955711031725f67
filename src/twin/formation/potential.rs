//! Open-circuit potential of one electrode as a fast, checked table.
//!
//! In: the potential and entropic curves of a parameter file. Out: value and slope at a
//! stoichiometry. Formulas with six exponentials cost more than the rest of a time step, so they
//! are sampled once, with slopes, at equal distances over 0..1 and joined by cubic Hermite pieces
//! (error h⁴/384 of the fourth derivative). Nothing is trusted: the table is compared with the
//! formula at the middle of every piece, refined, and given up in favour of the formula if it
//! misses by more than [`TABLE_ERROR_V_MAX`].

use crate::model::curve::Curve;

/// Largest difference between table and formula at the middle of a piece, V.
pub const TABLE_ERROR_V_MAX: f64 = 1e-7;

/// Numbers of pieces that are tried.
const PIECES: [usize; 3] = [1024, 4096, 16_384];

/// A potential that is cheap to evaluate on stoichiometries in 0..1.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Potential {
    /// Equidistant cubic pieces: value and slope times piece length at every knot.
    Pieces { knots: Vec<[f64; 2]>, count: f64 },
    /// The curve itself, for tables with kinks and formulas too steep for pieces.
    Direct(Curve),
}

impl Potential {
    /// Samples `curve`.
    pub(super) fn new(curve: &Curve) -> Self {
        if !matches!(curve, Curve::Table(_)) {
            for pieces in PIECES {
                if let Some(table) = sample(curve, pieces) {
                    return table;
                }
            }
        }
        Self::Direct(curve.clone())
    }

    /// Returns the value and its slope at `x` in 0..1.
    #[inline]
    pub(super) fn value_and_slope(&self, x: f64) -> (f64, f64) {
        match self {
            Self::Direct(curve) => curve.value_and_derivative(x),
            Self::Pieces { knots, count } => {
                let position = x * count;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "callers stay within 0..1, and the last piece closes the interval"
                )]
                let left = (position as usize).min(knots.len() - 2);
                #[expect(clippy::cast_precision_loss, reason = "at most 16384")]
                let t = position - left as f64;
                hermite(knots[left], knots[left + 1], t, *count)
            }
        }
    }
}

#[inline]
fn hermite(left: [f64; 2], right: [f64; 2], t: f64, count: f64) -> (f64, f64) {
    let [a, da] = left;
    let [b, db] = right;
    let rise = b - a;
    let square = 3.0 * rise - 2.0 * da - db;
    let cube = da + db - 2.0 * rise;
    let value = a + t * (da + t * (square + t * cube));
    let slope = da + t * (2.0 * square + 3.0 * t * cube);
    (value, slope * count)
}

/// Returns the table, or nothing when it is not finite or not accurate enough.
fn sample(curve: &Curve, pieces: usize) -> Option<Potential> {
    #[expect(clippy::cast_precision_loss, reason = "at most 16384")]
    let count = pieces as f64;
    #[expect(clippy::cast_precision_loss, reason = "at most 16384")]
    let at = |i: usize| i as f64 / count;
    let knots: Vec<[f64; 2]> = (0..=pieces)
        .map(|i| {
            let (value, slope) = curve.value_and_derivative(at(i));
            [value, slope / count]
        })
        .collect();
    for i in 0..pieces {
        let middle = curve.value((at(i) + at(i + 1)) / 2.0);
        let (guess, _) = hermite(knots[i], knots[i + 1], 0.5, count);
        // The comparison is written so that NaN is refused.
        if !((guess - middle).abs() <= TABLE_ERROR_V_MAX) {
            return None;
        }
    }
    Some(Potential::Pieces { knots, count })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::expression::Expression;

    fn formula(text: &str) -> Curve {
        Curve::Expression(Expression::parse(text, "x").unwrap())
    }

    #[test]
    fn pieces_agree_with_the_formula_between_knots() {
        let curve = formula("1.98*exp(-39.4*x) - 0.09*tanh(29.9*(x - 0.1234))");
        let table = Potential::new(&curve);
        assert!(matches!(table, Potential::Pieces { .. }));
        for i in 0..=1000 {
            let x = f64::from(i) / 1000.0;
            let (value, slope) = table.value_and_slope(x);
            let (exact, exact_slope) = curve.value_and_derivative(x);
            assert!(
                (value - exact).abs() < 2e-7,
                "x = {x}: {value} against {exact}"
            );
            assert!(
                (slope - exact_slope).abs() < 1e-3,
                "x = {x}: {slope} against {exact_slope}"
            );
        }
    }

    #[test]
    fn formula_that_is_infinite_at_the_end_stays_a_formula() {
        assert!(matches!(
            Potential::new(&formula("log(x)")),
            Potential::Direct(_)
        ));
    }
}
