//! Intervals of doubles, rounded outwards.
//!
//! In: exact bounds and polynomials. Out: spans that contain every exact result. A sum or product
//! that a double holds exactly is not widened: the error is computed (D. E. Knuth's two-sum, T. J.
//! Dekker's product), so that touching bounds stay visible.

use crate::certificate::Polynomial;
use crate::certificate::contradiction::{Bound, Function, Interval};
use crate::math;
use crate::rational::Rational;

/// From `low` to `high`, either of which may be infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Span {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// A polynomial whose coefficients are spans.
pub type SpanPolynomial = Vec<(Span, Vec<(u32, u32)>)>;

/// Splits a double into halves of 26 bits.
const SPLITTER: f64 = 134_217_729.0;

/// Products between these are exact to compute the error of.
const SAFE: (f64, f64) = (1e-250, 1e250);

/// A result and the sign of what it lacks; nothing where that is not known.
fn sum_error(a: f64, b: f64, sum: f64) -> Option<f64> {
    let other = sum - a;
    let error = (a - (sum - other)) + (b - other);
    error.is_finite().then_some(error)
}

fn product_error(a: f64, b: f64, product: f64) -> Option<f64> {
    let is_safe = |x: f64| x.abs() > SAFE.0 && x.abs() < SAFE.1;
    if !(is_safe(a) && is_safe(b) && is_safe(product)) {
        return None;
    }
    let halves = |x: f64| {
        let scaled = SPLITTER * x;
        let high = scaled - (scaled - x);
        (high, x - high)
    };
    let ((a1, a2), (b1, b2)) = (halves(a), halves(b));
    Some(((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2)
}

fn down(value: f64, error: Option<f64>) -> f64 {
    match error {
        Some(error) if error >= 0.0 => value,
        Some(_) | None => value.next_down(),
    }
}

fn up(value: f64, error: Option<f64>) -> f64 {
    match error {
        Some(error) if error <= 0.0 => value,
        Some(_) | None => value.next_up(),
    }
}

/// A product and its error; zero times infinity is zero, because infinity is only an end.
fn multiplied(a: f64, b: f64) -> (f64, Option<f64>) {
    if a == 0.0 || b == 0.0 {
        return (0.0, Some(0.0));
    }
    let product = a * b;
    let is_exact = a.is_infinite() || b.is_infinite();
    let error = if is_exact {
        Some(0.0)
    } else {
        product_error(a, b, product)
    };
    (product, error)
}

fn least(values: [f64; 4]) -> f64 {
    values.into_iter().fold(f64::INFINITY, f64::min)
}

fn greatest(values: [f64; 4]) -> f64 {
    values.into_iter().fold(f64::NEG_INFINITY, f64::max)
}

impl Span {
    /// All numbers.
    pub const WHOLE: Self = Self {
        low: f64::NEG_INFINITY,
        high: f64::INFINITY,
    };

    /// The nearest doubles around a rational number.
    #[must_use]
    pub fn around(value: &Rational) -> Self {
        let near = value.to_f64();
        match Rational::from_f64(near) {
            Ok(exact) if exact == *value => Self {
                low: near,
                high: near,
            },
            Ok(_) | Err(_) => Self {
                low: near.next_down(),
                high: near.next_up(),
            },
        }
    }

    /// Around an exact interval.
    #[must_use]
    pub fn over(interval: &Interval) -> Self {
        let end = |bound: &Bound| match bound {
            Bound::Below => Self::WHOLE.low..=f64::MIN,
            Bound::Above => f64::MAX..=Self::WHOLE.high,
            Bound::At(value) => {
                let span = Self::around(value);
                span.low..=span.high
            }
        };
        Self {
            low: *end(&interval.low).start(),
            high: *end(&interval.high).end(),
        }
    }

    /// Whether no number is inside.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.low > self.high
    }

    /// The numbers in both.
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        Self {
            low: self.low.max(other.low),
            high: self.high.min(other.high),
        }
    }

    /// The sums.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let (low, high) = (self.low + other.low, self.high + other.high);
        Self {
            low: if low.is_finite() {
                down(low, sum_error(self.low, other.low, low))
            } else {
                f64::NEG_INFINITY
            },
            high: if high.is_finite() {
                up(high, sum_error(self.high, other.high, high))
            } else {
                f64::INFINITY
            },
        }
    }

    /// The products.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        let all = [
            multiplied(self.low, other.low),
            multiplied(self.low, other.high),
            multiplied(self.high, other.low),
            multiplied(self.high, other.high),
        ];
        Self {
            low: least(all.map(|(value, error)| down(value, error))),
            high: greatest(all.map(|(value, error)| up(value, error))),
        }
    }

    fn power(self, power: u32) -> Self {
        let one = Self {
            low: 1.0,
            high: 1.0,
        };
        let of = |end: f64| {
            let end = Self {
                low: end,
                high: end,
            };
            (0..power).fold(one, |known, _| known.times(end))
        };
        let (low, high) = (of(self.low), of(self.high));
        if !power.is_multiple_of(2) {
            return Self {
                low: low.low,
                high: high.high,
            };
        }
        let straddles = self.low < 0.0 && self.high > 0.0;
        Self {
            low: if straddles {
                0.0
            } else {
                low.low.min(high.low).max(0.0)
            },
            high: low.high.max(high.high),
        }
    }

    /// The quotients; all numbers where the divisor may be zero.
    #[must_use]
    pub fn divided_by(self, divisor: Self) -> Self {
        if divisor.low <= 0.0 && divisor.high >= 0.0 {
            return Self::WHOLE;
        }
        self.times(Self {
            low: (1.0 / divisor.high).next_down(),
            high: (1.0 / divisor.low).next_up(),
        })
    }
}

/// A polynomial with outward coefficients.
#[must_use]
pub fn span_polynomial(polynomial: &Polynomial) -> SpanPolynomial {
    let terms = polynomial.terms();
    terms
        .map(|(powers, coefficient)| (Span::around(coefficient), powers.clone()))
        .collect()
}

/// A span in which the polynomial lies.
#[must_use]
pub fn range(polynomial: &[(Span, Vec<(u32, u32)>)], sides: &[Span]) -> Span {
    let mut sum = Span {
        low: 0.0,
        high: 0.0,
    };
    for (coefficient, powers) in polynomial {
        let mut term = *coefficient;
        for &(variable, power) in powers {
            let side = sides.get(variable as usize).copied();
            term = term.times(side.unwrap_or(Span::WHOLE).power(power));
        }
        sum = sum.plus(term);
    }
    sum
}

/// A span in which the function of an argument lies; see
/// [`crate::certificate::contradiction::function_range`] for arguments without value.
#[must_use]
pub fn applied(function: Function, argument: Span) -> Span {
    match function {
        Function::Exp => Span {
            low: math::exp(argument.low).next_down().max(0.0),
            high: math::exp(argument.high).next_up(),
        },
        Function::Ln => Span {
            low: if argument.low > 0.0 {
                math::ln(argument.low).next_down()
            } else {
                f64::NEG_INFINITY
            },
            high: if argument.high > 0.0 {
                math::ln(argument.high).next_up()
            } else {
                f64::INFINITY
            },
        },
        Function::Sqrt => Span {
            low: argument.low.max(0.0).sqrt().next_down().max(0.0),
            high: argument.high.max(0.0).sqrt().next_up(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn exact(value: f64) -> Rational {
        Rational::from_f64(value).expect("finite")
    }

    proptest! {
        /// The exact sum and product lie inside; an exact one is not widened.
        #[test]
        fn results_lie_inside(a in -1e9..1e9_f64, b in -1e9..1e9_f64, scale in -40..40_i32) {
            let b = b * math::pow(2.0, f64::from(scale));
            let (x, y) = (exact(a), exact(b));
            let point = |v: f64| Span { low: v, high: v };
            for (span, value) in [
                (point(a).plus(point(b)), &x + &y),
                (point(a).times(point(b)), &x * &y),
            ] {
                prop_assert!(exact(span.low) <= value && value <= exact(span.high));
                if exact(value.to_f64()) == value {
                    prop_assert_eq!(span.low, span.high);
                }
            }
        }
    }

    #[test]
    fn ends_without_bound_stay_ends() {
        let zero = Span {
            low: 0.0,
            high: 0.0,
        };
        assert_eq!(Span::WHOLE.times(zero), zero);
        assert_eq!(Span::WHOLE.plus(zero), Span::WHOLE);
        let two = Span {
            low: 2.0,
            high: 2.0,
        };
        assert_eq!(
            two.divided_by(Span {
                low: -1.0,
                high: 1.0
            }),
            Span::WHOLE
        );
    }
}
