//! Numbers in double precision with a running bound of their error, many rows at a time.
//!
//! In: lanes of doubles `v` with bounds `e`, meaning "the exact number lies within `e` of `v`".
//! Out: lanes of the same meaning. Every operation adds its own rounding (unit roundoff
//! `U` = 2⁻⁵³, N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2002, sections 2.2
//! and 3.3) to what the operands' bounds contribute; the bound itself is computed in doubles, so
//! each is multiplied by `GROWTH`, which covers up to 30 roundings, and where a product can
//! underflow `TINY` is added. A bound that is infinite or not a number says that nothing is known;
//! it stays so through every operation. A bound of zero says that the number is exact.

use crate::enclosure::Function;
use crate::math;
use crate::rational::Rational;

/// Unit roundoff.
pub(super) const U: f64 = f64::EPSILON / 2.0;
/// Covers the roundings of one bound: 1 + 32 `U`.
const GROWTH: f64 = 1.0 + 16.0 * f64::EPSILON;
/// 2⁻¹⁰⁰⁰: more than the underflow of all products in one bound.
const TINY: f64 = f64::from_bits(23 << 52);
/// Magnitudes below this are not trusted to be normal numbers.
const LEAST: f64 = 1e-290;
/// Arguments of `exp` beyond this are left to exact arithmetic.
const EXP_MAX: f64 = 700.0;

/// A lane of numbers and their bounds.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbers {
    /// The doubles.
    pub value: Vec<f64>,
    /// How far the exact numbers may be.
    pub error: Vec<f64>,
}

/// A number and its bound.
pub(super) type Bounded = (f64, f64);

/// Nothing is known.
pub(super) const UNKNOWN: Bounded = (0.0, f64::INFINITY);

impl Numbers {
    /// Returns a lane of one number.
    pub fn of(number: Bounded, rows: usize) -> Self {
        Self {
            value: vec![number.0; rows],
            error: vec![number.1; rows],
        }
    }

    /// Fills the first `rows` from one lane.
    pub fn map(&mut self, a: &Self, rows: usize, of: impl Fn(Bounded) -> Bounded) {
        let (value, error) = (&mut self.value[..rows], &mut self.error[..rows]);
        let (a_value, a_error) = (&a.value[..rows], &a.error[..rows]);
        for at in 0..rows {
            (value[at], error[at]) = of((a_value[at], a_error[at]));
        }
    }

    /// Fills the first `rows` from two lanes.
    pub fn zip(
        &mut self,
        (a, b): (&Self, &Self),
        rows: usize,
        of: impl Fn(Bounded, Bounded) -> Bounded,
    ) {
        let (value, error) = (&mut self.value[..rows], &mut self.error[..rows]);
        let (a_value, a_error) = (&a.value[..rows], &a.error[..rows]);
        let (b_value, b_error) = (&b.value[..rows], &b.error[..rows]);
        for at in 0..rows {
            (value[at], error[at]) = of((a_value[at], a_error[at]), (b_value[at], b_error[at]));
        }
    }
}

/// A constant: exact where a double holds it.
pub(super) fn constant(exact: &Rational) -> Bounded {
    let value = exact.to_f64();
    if Rational::from_f64(value).is_ok_and(|back| back == *exact) {
        (value, 0.0)
    } else if value.is_finite() && value.abs() >= LEAST {
        (value, 2.0 * U * value.abs())
    } else {
        UNKNOWN
    }
}

/// Half the circumference of the unit circle.
pub(super) fn pi() -> Bounded {
    let value = std::f64::consts::PI;
    (value, 2.0 * U * value)
}

/// Returns −a, without error of its own.
pub(super) fn negative(a: Bounded) -> Bounded {
    (-a.0, a.1)
}

/// Returns |a|, without error of its own.
pub(super) fn absolute(a: Bounded) -> Bounded {
    (a.0.abs(), a.1)
}

/// Returns a + b. The rounding is known exactly (D. E. Knuth, TAOCP 2, section 4.2.2, theorem B),
/// so sums of whole numbers stay exact.
#[inline]
pub(super) fn plus(a: Bounded, b: Bounded) -> Bounded {
    let value = a.0 + b.0;
    let b_part = value - a.0;
    let rounding = (a.0 - (value - b_part)) + (b.0 - b_part);
    (value, (a.1 + b.1 + rounding.abs()) * GROWTH)
}

/// Returns a − b.
#[inline]
pub(super) fn minus(a: Bounded, b: Bounded) -> Bounded {
    plus(a, negative(b))
}

/// Returns a b: |a| e_b + |b| e_a + e_a e_b + U |a b|.
#[inline]
pub(super) fn times(a: Bounded, b: Bounded) -> Bounded {
    let value = a.0 * b.0;
    let carried = a.0.abs() * b.1 + b.0.abs() * a.1 + a.1 * b.1;
    (value, (carried + U * value.abs()) * GROWTH + TINY)
}

/// Returns a / b: (e_a + |a / b| e_b) / (|b| − e_b) + U |a / b|; unknown unless |b| > 2 e_b.
#[inline]
pub(super) fn over(a: Bounded, b: Bounded) -> Bounded {
    let value = a.0 / b.0;
    let carried = (a.1 + value.abs() * b.1) / (b.0.abs() - b.1);
    let error = (carried + U * value.abs()) * GROWTH + TINY;
    if b.0.abs() > 2.0 * b.1 {
        (value, error)
    } else {
        UNKNOWN
    }
}

/// Returns the greater of both bounds; unknown where either is.
#[inline]
fn wider(a: f64, b: f64) -> f64 {
    let greater = if a > b { a } else { b };
    greater + 0.0 * (a + b)
}

/// Returns the lesser of both: off by no more than the greater bound.
#[inline]
pub(super) fn minimum(a: Bounded, b: Bounded) -> Bounded {
    (if a.0 < b.0 { a.0 } else { b.0 }, wider(a.1, b.1))
}

/// Returns the greater of both: off by no more than the greater bound.
#[inline]
pub(super) fn maximum(a: Bounded, b: Bounded) -> Bounded {
    (if a.0 > b.0 { a.0 } else { b.0 }, wider(a.1, b.1))
}

/// Returns a function of `a`; the functions of [`math`] are granted 4 `U` (they err by less).
pub(super) fn function(function: Function, a: Bounded) -> Bounded {
    match function {
        Function::Exp => exp(a),
        Function::Ln => ln(a),
        Function::Sqrt => sqrt(a),
    }
}

/// exp(a + d) differs from exp(a) by at most 1.02 |d| exp(a) for |d| ≤ 1/128.
fn exp((a, error): Bounded) -> Bounded {
    if !(a.abs() <= EXP_MAX && error <= 1.0 / 128.0) {
        return UNKNOWN;
    }
    let value = math::exp(a);
    (value, value * (1.02 * error + 4.0 * U) * GROWTH + TINY)
}

/// ln(a + d) differs from ln(a) by at most |d| / (a − |d|).
fn ln((a, error): Bounded) -> Bounded {
    if !(a > 2.0 * error && a >= LEAST && a.is_finite()) {
        return UNKNOWN;
    }
    let value = math::ln(a);
    let carried = error / (a - error);
    (value, (carried + 4.0 * U * value.abs()) * GROWTH + TINY)
}

/// sqrt(a + d) differs from sqrt(a) by at most |d| / sqrt(a).
fn sqrt((a, error): Bounded) -> Bounded {
    if !(a > 2.0 * error && a >= LEAST && a.is_finite()) {
        return UNKNOWN;
    }
    let value = a.sqrt();
    (value, (error / value + U * value) * GROWTH + TINY)
}

/// How two numbers lie, as far as the bounds say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    /// The first is less.
    pub less: bool,
    /// The first is greater.
    pub greater: bool,
    /// Both are exactly equal.
    pub equal: bool,
}

/// Compares; where the bounds do not decide, all three are false.
#[inline]
pub(super) fn order(a: Bounded, b: Bounded) -> Order {
    let difference = a.0 - b.0;
    let bound = (a.1 + b.1) * GROWTH;
    Order {
        less: difference < -bound,
        greater: difference > bound,
        equal: bound == 0.0 && difference == 0.0,
    }
}
