//! Intervals with exact ends, either of which may be missing.
//!
//! In: intervals of variables. Out: an interval in which a polynomial or a function of them lies:
//! the sum of the ranges of its terms, never rounded; only `exp`, `ln` and `sqrt` are enclosed,
//! outwards. Where a function has no value it counts as any number that fits the bounds stated
//! here (zero for `sqrt`, anything low enough for `ln`): facts that need the value exclude that.

use super::{ENCLOSURE_BITS, Function};
use crate::certificate::Polynomial;
use crate::enclosure::{EXP_ARGUMENT_MAX, exp, ln, sqrt};
use crate::rational::Rational;

/// An end of an interval; the order is that of the numbers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// Minus infinity.
    Below,
    /// A number.
    At(Rational),
    /// Infinity.
    Above,
}

/// All numbers from `low` to `high`; none where `low` lies above `high`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The lower end.
    pub low: Bound,
    /// The upper end.
    pub high: Bound,
}

impl Bound {
    /// Minus one, zero or one.
    #[must_use]
    pub fn sign(&self) -> i8 {
        match self {
            Self::Below => -1,
            Self::At(value) => i8::from(value.is_positive()) - i8::from(value.is_negative()),
            Self::Above => 1,
        }
    }

    fn plus(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::At(a), Self::At(b)) => Self::At(a + b),
            (Self::At(_), infinite) | (infinite, _) => infinite.clone(),
        }
    }

    /// The product; zero times infinity is zero, because infinity is no value, only an end.
    fn times(&self, other: &Self) -> Self {
        match (self, other, self.sign() * other.sign()) {
            (Self::At(a), Self::At(b), _) => Self::At(a * b),
            (_, _, 0) => Self::At(Rational::zero()),
            (_, _, sign) if sign < 0 => Self::Below,
            _ => Self::Above,
        }
    }

    /// One over a bound that is not zero.
    fn inverse(&self) -> Self {
        match self {
            Self::At(value) => Rational::one()
                .checked_div(value)
                .map_or(Self::Above, Self::At),
            Self::Below | Self::Above => Self::At(Rational::zero()),
        }
    }
}

impl Interval {
    /// All numbers.
    #[must_use]
    pub fn whole() -> Self {
        Self {
            low: Bound::Below,
            high: Bound::Above,
        }
    }

    /// One number.
    #[must_use]
    pub fn single(value: Rational) -> Self {
        Self {
            low: Bound::At(value.clone()),
            high: Bound::At(value),
        }
    }

    /// Raises the lower end to `value` where it lies below.
    pub fn raise(&mut self, value: Rational) {
        let value = Bound::At(value);
        if self.low < value {
            self.low = value;
        }
    }

    /// Lowers the upper end to `value` where it lies above.
    pub fn lower(&mut self, value: Rational) {
        let value = Bound::At(value);
        if self.high > value {
            self.high = value;
        }
    }

    /// The numbers in both.
    #[must_use]
    pub fn meet(&self, other: &Self) -> Self {
        Self {
            low: self.low.clone().max(other.low.clone()),
            high: self.high.clone().min(other.high.clone()),
        }
    }

    /// The sums.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            low: self.low.plus(&other.low),
            high: self.high.plus(&other.high),
        }
    }

    /// The products.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        let mut ends = [
            self.low.times(&other.low),
            self.low.times(&other.high),
            self.high.times(&other.low),
            self.high.times(&other.high),
        ];
        ends.sort();
        let [low, _, _, high] = ends;
        Self { low, high }
    }

    fn power(&self, power: u32) -> Self {
        let of = |bound: &Bound| (1..power).fold(bound.clone(), |known, _| known.times(bound));
        let (low, high) = (of(&self.low), of(&self.high));
        if !power.is_multiple_of(2) {
            return Self { low, high };
        }
        let straddles = self.low.sign() < 0 && self.high.sign() > 0;
        let zero = Bound::At(Rational::zero());
        Self {
            low: if straddles {
                zero
            } else {
                low.clone().min(high.clone())
            },
            high: low.max(high),
        }
    }

    /// The quotients; all numbers where the divisor may be zero.
    #[must_use]
    pub fn over(&self, divisor: &Self) -> Self {
        if divisor.low.sign() * divisor.high.sign() <= 0 {
            return Self::whole();
        }
        self.times(&Self {
            low: divisor.high.inverse(),
            high: divisor.low.inverse(),
        })
    }
}

/// Returns an interval in which the polynomial lies: the sum of the ranges of its terms.
#[must_use]
pub fn polynomial_range(polynomial: &Polynomial, intervals: &[Interval]) -> Interval {
    let mut sum = Interval::single(Rational::zero());
    for (powers, coefficient) in polynomial.terms() {
        let mut term = Interval::single(coefficient.clone());
        for &(variable, power) in powers {
            let interval = intervals.get(variable as usize);
            term = term.times(&interval.map_or_else(Interval::whole, |known| known.power(power)));
        }
        sum = sum.plus(&term);
    }
    sum
}

/// Returns an interval in which `function(numerator / denominator)` lies.
#[must_use]
pub fn function_range(
    function: Function,
    numerator: &Interval,
    denominator: &Interval,
) -> Interval {
    let argument = numerator.over(denominator);
    Interval {
        low: end_of(function, &argument.low, false),
        high: end_of(function, &argument.high, true),
    }
}

/// The value at one end of the argument, rounded outwards: all three functions rise.
fn end_of(function: Function, argument: &Bound, is_high: bool) -> Bound {
    let floor = match function {
        Function::Exp | Function::Sqrt => Bound::At(Rational::zero()),
        Function::Ln if is_high => Bound::Above,
        Function::Ln => Bound::Below,
    };
    let value = match argument {
        Bound::Below => return floor,
        Bound::Above => return Bound::Above,
        Bound::At(value) => value,
    };
    let ends = match function {
        Function::Exp if *value > Rational::from(EXP_ARGUMENT_MAX) => {
            return if is_high { Bound::Above } else { floor };
        }
        Function::Exp => exp(value, ENCLOSURE_BITS),
        Function::Ln => ln(value, ENCLOSURE_BITS),
        Function::Sqrt => sqrt(value, ENCLOSURE_BITS),
    };
    ends.map_or(floor, |(low, high)| {
        Bound::At(if is_high { high } else { low })
    })
}
