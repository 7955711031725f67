//! Exact values: a rational, or an enclosure where `pi`, `exp`, `ln` or `sqrt` took part.
//!
//! In: rationals. Out: the exact result of each operation, or the tightest enclosure interval
//! arithmetic gives. An enclosure that is compared with something inside it is undecided, never
//! guessed. The enclosure of pi has 50 digits after the point.

use std::cmp::Ordering;

use super::expression::Function;
use crate::enclosure;
use crate::rational::Rational;

/// An exact number or an enclosure of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// The number.
    Exact(Rational),
    /// The number lies between the two, ends included.
    Enclosed {
        /// Lower end.
        lower: Rational,
        /// Upper end.
        upper: Rational,
    },
}

/// Why an operation has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undefined {
    /// The divisor is zero, or its enclosure contains zero.
    Division,
    /// A function is not defined at its argument, or at some number its enclosure contains.
    Domain,
}

/// pi, cut after 50 digits.
const PI_DIGITS: &str = "3.14159265358979323846264338327950288419716939937510";

impl From<Rational> for Value {
    fn from(value: Rational) -> Self {
        Self::Exact(value)
    }
}

impl Value {
    /// Returns an enclosure of the circle constant, 1e-50 wide.
    #[must_use]
    pub fn pi() -> Self {
        // INVARIANT: the digits above are a decimal; a test checks them against `f64`.
        let lower = Rational::parse_decimal(PI_DIGITS).unwrap_or_default();
        let upper = &lower + &Rational::power_of_ten(-50);
        Self::Enclosed { lower, upper }
    }

    fn between(lower: Rational, upper: Rational) -> Self {
        if lower == upper {
            Self::Exact(lower)
        } else {
            Self::Enclosed { lower, upper }
        }
    }

    /// Returns the least number the value may be.
    #[must_use]
    pub fn lower(&self) -> &Rational {
        match self {
            Self::Exact(value) => value,
            Self::Enclosed { lower, .. } => lower,
        }
    }

    /// Returns the greatest number the value may be.
    #[must_use]
    pub fn upper(&self) -> &Rational {
        match self {
            Self::Exact(value) => value,
            Self::Enclosed { upper, .. } => upper,
        }
    }

    /// Returns the number if it is known exactly.
    #[must_use]
    pub fn exact(&self) -> Option<&Rational> {
        match self {
            Self::Exact(value) => Some(value),
            Self::Enclosed { .. } => None,
        }
    }

    /// Returns the double nearest to the middle of the value.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Exact(value) => value.to_f64(),
            Self::Enclosed { lower, upper } => (&(lower + upper) * &Rational::ratio(1, 2)).to_f64(),
        }
    }

    /// Returns the sum.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => Self::Exact(a + b),
            _ => Self::between(self.lower() + other.lower(), self.upper() + other.upper()),
        }
    }

    /// Returns the negative.
    #[must_use]
    pub fn negative(&self) -> Self {
        match self {
            Self::Exact(value) => Self::Exact(-value),
            Self::Enclosed { lower, upper } => Self::between(-upper, -lower),
        }
    }

    /// Returns the difference.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Exact(a), Self::Exact(b)) => Self::Exact(a - b),
            _ => self.plus(&other.negative()),
        }
    }

    /// Returns the product.
    #[must_use]
    pub fn times(&self, other: &Self) -> Self {
        if let (Self::Exact(a), Self::Exact(b)) = (self, other) {
            return Self::Exact(a * b);
        }
        let corners = [
            self.lower() * other.lower(),
            self.lower() * other.upper(),
            self.upper() * other.lower(),
            self.upper() * other.upper(),
        ];
        let (mut lower, mut upper) = (&corners[0], &corners[0]);
        for corner in &corners[1..] {
            lower = lower.min(corner);
            upper = upper.max(corner);
        }
        Self::between(lower.clone(), upper.clone())
    }

    /// Returns the quotient.
    ///
    /// # Errors
    /// [`Undefined::Division`] when the divisor may be zero.
    pub fn over(&self, other: &Self) -> Result<Self, Undefined> {
        if let (Self::Exact(a), Self::Exact(b)) = (self, other) {
            return a.checked_div(b).map(Self::Exact).ok_or(Undefined::Division);
        }
        if !other.lower().is_positive() && !other.upper().is_negative() {
            return Err(Undefined::Division);
        }
        let one = Rational::one();
        Ok(self.times(&Self::between(&one / other.upper(), &one / other.lower())))
    }

    /// Returns the value to a whole power.
    ///
    /// # Errors
    /// [`Undefined::Division`] for a negative power of a value that may be zero.
    pub fn power(&self, exponent: i32) -> Result<Self, Undefined> {
        if let Self::Exact(value) = self {
            return value
                .checked_pow(exponent)
                .map(Self::Exact)
                .ok_or(Undefined::Division);
        }
        let mut result = Self::Exact(Rational::one());
        // An even power of an enclosure around zero loses nothing by its magnitude.
        let base = if exponent % 2 == 0 {
            self.absolute()
        } else {
            self.clone()
        };
        for _ in 0..exponent.unsigned_abs() {
            result = result.times(&base);
        }
        if exponent < 0 {
            Self::Exact(Rational::one()).over(&result)
        } else {
            Ok(result)
        }
    }

    /// Returns the magnitude.
    #[must_use]
    pub fn absolute(&self) -> Self {
        match self {
            Self::Exact(value) => Self::Exact(value.abs()),
            Self::Enclosed { lower, upper } => {
                if !lower.is_negative() {
                    self.clone()
                } else if !upper.is_positive() {
                    self.negative()
                } else {
                    Self::between(Rational::zero(), lower.abs().max(upper.abs()))
                }
            }
        }
    }

    /// Returns a function of the value, enclosed to `bits` as [`enclosure`] promises.
    ///
    /// # Errors
    /// [`Undefined::Domain`] when the argument may lie outside the domain.
    pub fn function(&self, function: Function, bits: u32) -> Result<Self, Undefined> {
        let at = match function {
            Function::Exp => enclosure::exp,
            Function::Ln => enclosure::ln,
            Function::Sqrt => enclosure::sqrt,
        };
        // All three grow with their argument.
        let (lower, above) = at(self.lower(), bits).ok_or(Undefined::Domain)?;
        let upper = match self {
            Self::Exact(_) => above,
            Self::Enclosed { upper, .. } => at(upper, bits).ok_or(Undefined::Domain)?.1,
        };
        Ok(Self::between(lower, upper))
    }

    /// Returns the lesser of both.
    #[must_use]
    pub fn minimum(&self, other: &Self) -> Self {
        Self::between(
            self.lower().min(other.lower()).clone(),
            self.upper().min(other.upper()).clone(),
        )
    }

    /// Returns the greater of both.
    #[must_use]
    pub fn maximum(&self, other: &Self) -> Self {
        Self::between(
            self.lower().max(other.lower()).clone(),
            self.upper().max(other.upper()).clone(),
        )
    }

    /// Returns the enclosure of both.
    #[must_use]
    pub fn hull(&self, other: &Self) -> Self {
        Self::between(
            self.lower().min(other.lower()).clone(),
            self.upper().max(other.upper()).clone(),
        )
    }

    /// Compares both; `None` when the enclosures overlap.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        if let (Self::Exact(a), Self::Exact(b)) = (self, other) {
            return Some(a.cmp(b));
        }
        if self.upper() < other.lower() {
            Some(Ordering::Less)
        } else if self.lower() > other.upper() {
            Some(Ordering::Greater)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pi_is_enclosed_by_neighbours_of_the_double() {
        let pi = Value::pi();
        assert_eq!(pi.to_f64().to_bits(), std::f64::consts::PI.to_bits());
        // 355/113 exceeds pi by 2.7e-7, 103993/33102 is below by 5.8e-10.
        let outside = |n, d| Value::from(Rational::ratio(n, d));
        assert_eq!(pi.compare(&outside(355, 113)), Some(Ordering::Less));
        assert_eq!(
            pi.compare(&outside(103_993, 33_102)),
            Some(Ordering::Greater)
        );
        assert_eq!(pi.compare(&pi), None);
    }

    fn enclosure() -> impl Strategy<Value = (Value, Rational)> {
        (-20_i64..20, 0_i64..10, 0_i64..=10).prop_map(|(lower, width, inside)| {
            let at = |tenths| Rational::ratio(lower * 10 + width * tenths, 10);
            (Value::between(at(0), at(10)), at(inside))
        })
    }

    proptest! {
        #[test]
        fn results_contain_the_result_at_inner_points(
            (a, x) in enclosure(), (b, y) in enclosure(), power in -3_i32..4
        ) {
            let holds = |value: &Value, inner: &Rational| {
                value.lower() <= inner && inner <= value.upper()
            };
            prop_assert!(holds(&a.plus(&b), &(&x + &y)));
            prop_assert!(holds(&a.minus(&b), &(&x - &y)));
            prop_assert!(holds(&a.times(&b), &(&x * &y)));
            prop_assert!(holds(&a.minimum(&b), (&x).min(&y)));
            prop_assert!(holds(&a.absolute(), &x.abs()));
            if let (Ok(value), Some(inner)) = (a.over(&b), x.checked_div(&y)) {
                prop_assert!(holds(&value, &inner));
            }
            for function in Function::ALL {
                let inner = Value::from(x.clone()).function(function, 90);
                if let (Ok(value), Ok(inner)) = (a.function(function, 60), inner) {
                    prop_assert!(value.lower() <= inner.upper());
                    prop_assert!(inner.lower() <= value.upper());
                }
            }
            if let (Ok(value), Some(inner)) = (a.power(power), x.checked_pow(power)) {
                prop_assert!(holds(&value, &inner));
            }
        }
    }
}
