//! Quotients of polynomials whose divisor lies above zero on the box.
//!
//! In: polynomials. Out: one dividend over one divisor, shortened by variables above zero that
//! divide both. Nothing (`None`) where a polynomial would become too large to be worth a closed
//! form. That the divisor is positive is the caller's claim, proved beside every certificate.

use crate::certificate::{Polynomial, Ranges};
use crate::rational::Rational;

/// `dividend / divisor`, the divisor above zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fraction {
    /// Above the line.
    pub dividend: Polynomial,
    /// Below the line.
    pub divisor: Polynomial,
}

impl Fraction {
    /// Returns a polynomial as a fraction.
    #[must_use]
    pub fn whole(dividend: Polynomial) -> Self {
        let divisor = Polynomial::constant(Rational::one());
        Self { dividend, divisor }
    }

    /// Returns a number as a fraction.
    #[must_use]
    pub fn constant(value: Rational) -> Self {
        Self::whole(Polynomial::constant(value))
    }

    /// Returns the value where no variable is left.
    #[must_use]
    pub fn as_constant(&self) -> Option<Rational> {
        let divisor = self.divisor.as_constant()?;
        self.dividend.as_constant()?.checked_div(&divisor)
    }

    /// Returns the negative.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self {
            dividend: self.dividend.negated(),
            divisor: self.divisor.clone(),
        }
    }

    /// Returns the sum.
    #[must_use]
    pub fn plus(&self, other: &Self, ranges: &Ranges) -> Option<Self> {
        let sum = if self.divisor == other.divisor {
            Self {
                dividend: self.dividend.plus(&other.dividend),
                divisor: self.divisor.clone(),
            }
        } else {
            let left = self.dividend.times(&other.divisor)?;
            Self {
                dividend: left.plus(&other.dividend.times(&self.divisor)?),
                divisor: self.divisor.times(&other.divisor)?,
            }
        };
        Some(sum.shortened(ranges))
    }

    /// Returns the product.
    #[must_use]
    pub fn times(&self, other: &Self, ranges: &Ranges) -> Option<Self> {
        let product = Self {
            dividend: self.dividend.times(&other.dividend)?,
            divisor: self.divisor.times(&other.divisor)?,
        };
        Some(product.shortened(ranges))
    }

    /// Returns the reciprocal of a fraction whose dividend has the given sign on the whole box.
    #[must_use]
    pub fn reciprocal(&self, is_positive: bool, ranges: &Ranges) -> Self {
        let (dividend, divisor) = if is_positive {
            (self.divisor.clone(), self.dividend.clone())
        } else {
            (self.divisor.negated(), self.dividend.negated())
        };
        Self { dividend, divisor }.shortened(ranges)
    }

    fn shortened(self, ranges: &Ranges) -> Self {
        let Self {
            mut dividend,
            mut divisor,
        } = self;
        for variable in divisor.variables() {
            let above_zero = ranges
                .get(&variable)
                .is_some_and(|(low, _)| low.is_positive());
            let count = dividend
                .lowest_power(variable)
                .min(divisor.lowest_power(variable));
            if above_zero && count > 0 {
                dividend = dividend.divided_by(variable, count);
                divisor = divisor.divided_by(variable, count);
            }
        }
        if let Some(scale) = divisor.as_constant()
            && let Some(factor) = Rational::one().checked_div(&scale)
        {
            return Self::whole(dividend.times_constant(&factor));
        }
        Self { dividend, divisor }
    }
}
