//! Quantity texts of documents: a number, a space, a unit.
//!
//! In: `25 m/min`, `-40 degC`, `0.35`, `1.5 %`. Out: the exact SI value with the unit as
//! written. A comma inside the number is refused by name, because `1,5` means two things.

use std::fmt;

use super::unit::{Unit, UnitError, parse_unit};
use super::{Quantity, QuantityType};
use crate::rational::{Rational, RationalError};

/// Why a text is no quantity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// The text does not begin with a number.
    Number(RationalError),
    /// A decimal or thousands comma.
    Comma {
        /// The text as given.
        text: String,
    },
    /// The unit is not understood.
    Unit(UnitError),
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(error) => error.fmt(f),
            Self::Comma { text } => write!(f, "`{text}` has a comma"),
            Self::Unit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for QuantityError {}

impl QuantityError {
    /// Says what to do.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Number(_) => "write a number and a unit, such as `25 m/min`".to_owned(),
            Self::Comma { .. } => "write a decimal point, and no thousands separator".to_owned(),
            Self::Unit(error) => error.help(),
        }
    }
}

/// Splits a text into its leading exact number and the trimmed rest.
///
/// # Errors
/// [`QuantityError::Number`] and [`QuantityError::Comma`].
pub fn parse_number_and_rest(text: &str) -> Result<(Rational, &str), QuantityError> {
    let trimmed = text.trim();
    let normal = trimmed.strip_prefix('\u{2212}');
    let (sign, body) = match normal {
        Some(rest) => ("-", rest),
        None => ("", trimmed),
    };
    let end = number_length(body);
    if body[end..].starts_with(',') {
        return Err(QuantityError::Comma {
            text: trimmed.to_owned(),
        });
    }
    if end == 0 {
        let error = RationalError::NotANumber {
            text: trimmed.to_owned(),
        };
        return Err(QuantityError::Number(error));
    }
    let value = Rational::parse_decimal(&format!("{sign}{}", &body[..end]))
        .map_err(QuantityError::Number)?;
    Ok((value, body[end..].trim_start()))
}

/// Counts the bytes of `[-+]digits[.digits][e[±]digits]` at the start of `text`.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits_from = |at: usize| {
        bytes[at..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let start = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    let whole = digits_from(start);
    if whole == 0 {
        return 0;
    }
    let mut end = start + whole;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits_from(end + 1);
        if fraction > 0 {
            end += 1 + fraction;
        }
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'-' | b'+')));
        let exponent = bytes
            .get(end + 1 + sign)
            .map_or(0, |_| digits_from(end + 1 + sign));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

/// Parses a whole quantity text; a bare number is a plain number.
///
/// # Errors
/// [`QuantityError`].
///
/// # Example
/// ```
/// use cellwright::quantity::parse_quantity;
/// let (speed, unit) = parse_quantity("30 m/min")?;
/// assert_eq!(speed.value.to_f64(), 0.5);
/// assert_eq!(unit.symbol, "m/min");
/// # Ok::<(), cellwright::quantity::QuantityError>(())
/// ```
pub fn parse_quantity(text: &str) -> Result<(Quantity, Unit), QuantityError> {
    let (number, rest) = parse_number_and_rest(text)?;
    let unit = if rest.is_empty() {
        Unit {
            symbol: String::new(),
            quantity_type: QuantityType::NUMBER,
            factor: Rational::one(),
            offset: Rational::zero(),
        }
    } else {
        parse_unit(rest).map_err(QuantityError::Unit)?
    };
    let quantity = Quantity {
        value: unit.to_si(&number),
        quantity_type: unit.quantity_type,
    };
    Ok((quantity, unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Kind;

    #[test]
    fn numbers_with_units_parse_exactly() {
        let (value, unit) = parse_quantity("-40 degC").expect("parses");
        assert_eq!(value.value, Rational::ratio(23_315, 100));
        assert_eq!(value.quantity_type.kind, Kind::AbsoluteTemperature);
        assert_eq!(unit.display(&value.value), "-40 degC");
        assert_eq!(
            parse_quantity("\u{2212}1.5e-3 m").expect("parses").0.value,
            Rational::ratio(-3, 2000)
        );
        assert_eq!(
            parse_quantity("12%LEL").expect("parses").0.value,
            Rational::ratio(12, 100)
        );
    }

    #[test]
    fn mistakes_are_named() {
        assert!(matches!(
            parse_quantity("1,5 m"),
            Err(QuantityError::Comma { .. })
        ));
        assert!(matches!(
            parse_quantity("fast"),
            Err(QuantityError::Number(_))
        ));
        assert!(matches!(
            parse_quantity("NaN"),
            Err(QuantityError::Number(_))
        ));
        assert!(matches!(
            parse_quantity("3 ppm"),
            Err(QuantityError::Unit(_))
        ));
    }
}
