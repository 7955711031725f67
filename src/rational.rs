//! Exact rational numbers: what a literal in a rule or a recipe means.
//!
//! In: decimal text, integers, ratios, finite doubles. Out: a reduced fraction with exact
//! arithmetic, an exact decimal where one exists, and the nearest `f64` for the simulation. The
//! arithmetic is `dashu`'s; nothing here rounds except [`Rational::to_f64`] and
//! [`Rational::display_significant`], whose names say so.

use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};

use dashu_base::Approximation;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Largest accepted decimal exponent: beyond it a literal is a typing mistake, not a quantity.
const EXPONENT_MAX: i64 = 400;

/// An exact fraction in lowest terms.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Rational(RBig);

/// Why a text is no exact number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RationalError {
    /// The text is not `digits[.digits][e±digits]` or `integer/integer`.
    NotANumber {
        /// The text as given.
        text: String,
    },
    /// The exponent lies outside ±400.
    ExponentTooLarge {
        /// The text as given.
        text: String,
    },
    /// A ratio has denominator zero.
    ZeroDenominator,
    /// A floating point value is infinite or not a number.
    NotFinite,
}

impl fmt::Display for RationalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber { text } => {
                write!(
                    f,
                    "`{text}` is not a number; expected digits such as `12`, `0.3` or `1e-3`"
                )
            }
            Self::ExponentTooLarge { text } => {
                write!(f, "the exponent of `{text}` lies outside ±{EXPONENT_MAX}")
            }
            Self::ZeroDenominator => write!(f, "a ratio with denominator zero"),
            Self::NotFinite => write!(f, "an infinite or undefined number has no exact value"),
        }
    }
}

impl std::error::Error for RationalError {}

impl Rational {
    /// Zero.
    #[must_use]
    pub fn zero() -> Self {
        Self(RBig::ZERO)
    }

    /// One.
    #[must_use]
    pub fn one() -> Self {
        Self(RBig::ONE)
    }

    /// Builds `numerator / denominator`.
    ///
    /// # Panics
    /// When `denominator` is zero: it is for constants known when the program is written.
    #[must_use]
    pub fn ratio(numerator: i64, denominator: i64) -> Self {
        assert!(denominator != 0, "constant ratio with denominator zero");
        Self(RBig::from_parts_signed(
            IBig::from(numerator),
            IBig::from(denominator),
        ))
    }

    /// Parses `[-]digits[.digits][e[±]digits]` exactly.
    ///
    /// # Errors
    /// [`RationalError::NotANumber`] and [`RationalError::ExponentTooLarge`].
    ///
    /// # Example
    /// ```
    /// use cellwright::rational::Rational;
    /// assert_eq!(Rational::parse_decimal("0.3")?, Rational::ratio(3, 10));
    /// # Ok::<(), cellwright::rational::RationalError>(())
    /// ```
    pub fn parse_decimal(text: &str) -> Result<Self, RationalError> {
        let bad = || RationalError::NotANumber {
            text: text.to_owned(),
        };
        let (sign, rest) = match text.as_bytes().first() {
            Some(b'-') => (-1, &text[1..]),
            Some(b'+') => (1, &text[1..]),
            _ => (1, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], parse_exponent(&rest[at + 1..], text)?),
            None => (rest, 0),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((_, "")) => return Err(bad()),
            Some(parts) => parts,
            None => (mantissa, ""),
        };
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
            return Err(bad());
        }
        let digits = format!("{whole}{fraction}");
        let magnitude = UBig::from_str_radix(&digits, 10).map_err(|_| bad())?;
        // INVARIANT: a text that fits in memory has far fewer than 2^63 digits.
        let scale = exponent - i64::try_from(fraction.len()).map_err(|_| bad())?;
        let signed = IBig::from(magnitude) * IBig::from(sign);
        let value = Self(RBig::from(signed));
        Ok(&value * &Self::power_of_ten(scale))
    }

    /// Returns 10 to the power of `exponent`.
    #[must_use]
    pub fn power_of_ten(exponent: i64) -> Self {
        let magnitude = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
        let power = UBig::from(10_u8).pow(magnitude);
        let value = RBig::from(power);
        if exponent >= 0 {
            Self(value)
        } else {
            Self(RBig::ONE / value)
        }
    }

    /// Parses `n/d` as written by [`Rational::to_ratio_string`], or a plain decimal.
    ///
    /// # Errors
    /// [`RationalError`] as [`Rational::parse_decimal`], or a zero denominator.
    pub fn parse_ratio(text: &str) -> Result<Self, RationalError> {
        match text.split_once('/') {
            None => Self::parse_decimal(text),
            Some((numerator, denominator)) => {
                let (n, d) = (
                    Self::parse_decimal(numerator)?,
                    Self::parse_decimal(denominator)?,
                );
                n.checked_div(&d).ok_or(RationalError::ZeroDenominator)
            }
        }
    }

    /// Returns the exact value of a finite double.
    ///
    /// # Errors
    /// [`RationalError::NotFinite`] for infinities and NaN.
    pub fn from_f64(value: f64) -> Result<Self, RationalError> {
        RBig::try_from(value)
            .map(Self)
            .map_err(|_| RationalError::NotFinite)
    }

    /// Returns the double nearest to the value (ties to even).
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        match self.0.to_f64() {
            Approximation::Exact(value) | Approximation::Inexact(value, _) => value,
        }
    }

    /// Returns the quotient, or `None` when `divisor` is zero.
    #[must_use]
    pub fn checked_div(&self, divisor: &Self) -> Option<Self> {
        (!divisor.is_zero()).then(|| Self(&self.0 / &divisor.0))
    }

    /// Returns `self` to an integer power, or `None` for zero to a negative power.
    #[must_use]
    pub fn checked_pow(&self, exponent: i32) -> Option<Self> {
        let magnitude = isize::try_from(exponent.unsigned_abs()).ok()?;
        let power = Self(self.0.pow(magnitude));
        if exponent >= 0 {
            Some(power)
        } else {
            Self::one().checked_div(&power)
        }
    }

    /// Tells whether the value is zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0 == RBig::ZERO
    }

    /// Tells whether the value is below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.0 < RBig::ZERO
    }

    /// Tells whether the value is above zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.0 > RBig::ZERO
    }

    /// Tells whether the value is a whole number.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        self.0.denominator() == &UBig::ONE
    }

    /// Returns the magnitude.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() {
            -self
        } else {
            self.clone()
        }
    }

    /// Returns the largest whole number not above the value.
    #[must_use]
    pub fn floor(&self) -> Self {
        Self(RBig::from(self.0.floor()))
    }

    /// Returns the smallest whole number not below the value.
    #[must_use]
    pub fn ceil(&self) -> Self {
        Self(RBig::from(self.0.ceil()))
    }

    /// Returns the value as a machine integer when it is one and fits.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        self.is_integer()
            .then(|| i64::try_from(self.0.numerator().clone()).ok())
            .flatten()
    }

    /// Returns the numerator with its sign.
    pub(crate) fn numerator(&self) -> &IBig {
        self.0.numerator()
    }

    /// Returns the denominator; always positive.
    pub(crate) fn denominator(&self) -> &UBig {
        self.0.denominator()
    }

    /// Builds `numerator / denominator`.
    ///
    /// # Panics
    /// When `denominator` is zero.
    pub(crate) fn from_parts(numerator: IBig, denominator: UBig) -> Self {
        Self(RBig::from_parts(numerator, denominator))
    }

    /// Builds `mantissa` times two to the power of `exponent`.
    pub(crate) fn dyadic(mantissa: IBig, exponent: i64) -> Self {
        // INVARIANT: exponents are those of numbers that fit in memory.
        let shift = usize::try_from(exponent.unsigned_abs()).unwrap_or(usize::MAX);
        if exponent >= 0 {
            Self(RBig::from(mantissa << shift))
        } else {
            Self(RBig::from_parts(mantissa, UBig::ONE << shift))
        }
    }

    /// Returns `(m, s)` with the value `m / 2^s`; nothing where there are none of that size.
    ///
    /// # Example
    /// ```
    /// use cellwright::rational::Rational;
    /// assert_eq!(Rational::ratio(-3, 8).as_dyadic(), Some((-3, 3)));
    /// assert_eq!(Rational::ratio(1, 3).as_dyadic(), None);
    /// ```
    #[must_use]
    pub fn as_dyadic(&self) -> Option<(i64, u32)> {
        let denominator = self.0.denominator();
        let shift = denominator.trailing_zeros()?;
        let is_power = *denominator == UBig::ONE << shift;
        let mantissa = i64::try_from(self.0.numerator().clone()).ok()?;
        let shift = u32::try_from(shift).ok()?;
        is_power.then_some((mantissa, shift))
    }

    /// Returns the numerator as decimal digits with sign.
    #[must_use]
    pub fn numerator_string(&self) -> String {
        self.0.numerator().to_string()
    }

    /// Returns the denominator as decimal digits; always positive.
    #[must_use]
    pub fn denominator_string(&self) -> String {
        self.0.denominator().to_string()
    }

    /// Returns `n/d`, or `n` for a whole number: the form of records and certificates.
    #[must_use]
    pub fn to_ratio_string(&self) -> String {
        if self.is_integer() {
            self.numerator_string()
        } else {
            format!("{}/{}", self.numerator_string(), self.denominator_string())
        }
    }

    /// Returns the exact decimal when the value has one of at most 40 places.
    #[must_use]
    pub fn to_exact_decimal(&self) -> Option<String> {
        let places = (0..=40).find(|&p| (self * &Self::power_of_ten(p)).is_integer())?;
        let scaled = (self * &Self::power_of_ten(places)).numerator_string();
        let places = usize::try_from(places).ok()?;
        let (sign, digits) = match scaled.strip_prefix('-') {
            Some(rest) => ("-", rest.to_owned()),
            None => ("", scaled),
        };
        if places == 0 {
            return Some(format!("{sign}{digits}"));
        }
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        Some(format!("{sign}{whole}.{fraction}"))
    }

    /// Writes the value for people: exact if a decimal of `digits` significant digits is exact,
    /// else rounded half away from zero to `digits`; with an exponent below 1e-4 and from 1e9 on.
    #[must_use]
    pub fn display_significant(&self, digits: u32) -> String {
        if self.is_zero() {
            return "0".to_owned();
        }
        let mut magnitude = 0_i64;
        let absolute = self.abs();
        while absolute >= Self::power_of_ten(magnitude + 1) {
            magnitude += 1;
        }
        while absolute < Self::power_of_ten(magnitude) {
            magnitude -= 1;
        }
        let scale = Self::power_of_ten(i64::from(digits) - 1 - magnitude);
        let half = Self::ratio(1, 2);
        let rounded = &(&(&absolute * &scale) + &half).floor() / &scale;
        let signed = if self.is_negative() {
            -&rounded
        } else {
            rounded
        };
        if !(-4..9).contains(&magnitude) {
            let mantissa = &signed * &Self::power_of_ten(-magnitude);
            let text = mantissa.to_exact_decimal();
            let text = text.unwrap_or_else(|| mantissa.to_ratio_string());
            return format!("{text}e{magnitude}");
        }
        signed
            .to_exact_decimal()
            .unwrap_or_else(|| signed.to_ratio_string())
    }
}

fn parse_exponent(text: &str, whole: &str) -> Result<i64, RationalError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(RationalError::NotANumber {
            text: whole.to_owned(),
        });
    }
    let too_large = || RationalError::ExponentTooLarge {
        text: whole.to_owned(),
    };
    let value: i64 = text.parse().map_err(|_| too_large())?;
    if value.abs() > EXPONENT_MAX {
        Err(too_large())
    } else {
        Ok(value)
    }
}

impl From<i64> for Rational {
    fn from(value: i64) -> Self {
        Self(RBig::from(IBig::from(value)))
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_exact_decimal() {
            Some(decimal) => f.write_str(&decimal),
            None => f.write_str(&self.to_ratio_string()),
        }
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_ratio_string())
    }
}

macro_rules! arithmetic {
    ($trait:ident, $method:ident, $operator:tt) => {
        impl $trait for &Rational {
            type Output = Rational;
            fn $method(self, other: &Rational) -> Rational {
                Rational(&self.0 $operator &other.0)
            }
        }
        impl $trait for Rational {
            type Output = Rational;
            fn $method(self, other: Rational) -> Rational {
                &self $operator &other
            }
        }
    };
}
arithmetic!(Add, add, +);
arithmetic!(Sub, sub, -);
arithmetic!(Mul, mul, *);
// Division panics on a zero divisor like the integers do; use `checked_div` on user values.
arithmetic!(Div, div, /);

impl Neg for &Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        Rational(-&self.0)
    }
}

impl Neg for Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        -&self
    }
}

impl Serialize for Rational {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_ratio_string())
    }
}

impl<'de> Deserialize<'de> for Rational {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_ratio(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Rational {
        Rational::parse_decimal(text).expect(text)
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal("0.1"), Rational::ratio(1, 10));
        assert_eq!(decimal("-1.25e-3"), Rational::ratio(-1, 800));
        assert_eq!(decimal("2e3"), Rational::from(2000));
    }

    #[test]
    fn malformed_decimals_are_refused() {
        for text in [
            "", ".", "1.", ".5", "1e", "1e+", "--1", "1_0", "NaN", "inf", "1e401",
        ] {
            assert!(Rational::parse_decimal(text).is_err(), "{text}");
        }
    }

    #[test]
    fn display_is_decimal_when_exact_and_a_ratio_otherwise() {
        assert_eq!(decimal("0.0500").to_string(), "0.05");
        assert_eq!(Rational::ratio(-1, 3).to_string(), "-1/3");
        assert_eq!(decimal("26.3996").display_significant(3), "26.4");
        assert_eq!(Rational::ratio(2, 3).display_significant(3), "0.667");
        assert_eq!(decimal("99.96").display_significant(3), "100");
        assert_eq!(decimal("-4.04e-19").display_significant(2), "-4e-19");
        assert_eq!(decimal("12345678912").display_significant(3), "1.23e10");
    }

    #[test]
    fn doubles_convert_exactly_and_back() {
        assert_eq!(Rational::from_f64(0.5), Ok(Rational::ratio(1, 2)));
        assert_eq!(Rational::from_f64(f64::NAN), Err(RationalError::NotFinite));
        assert!(Rational::from_f64(0.1) != Ok(Rational::ratio(1, 10)));
    }

    proptest! {
        #[test]
        fn ratio_text_round_trips(n in any::<i64>(), d in 1..i64::MAX) {
            let value = Rational::ratio(n, d);
            prop_assert_eq!(Rational::parse_ratio(&value.to_ratio_string()), Ok(value));
        }

        #[test]
        fn finite_doubles_round_trip(value in proptest::num::f64::NORMAL) {
            let exact = Rational::from_f64(value).expect("finite");
            prop_assert_eq!(exact.to_f64().to_bits(), value.to_bits());
        }
    }
}
