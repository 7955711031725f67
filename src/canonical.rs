//! Canonical bytes: one document, one byte sequence, one digest.
//!
//! In: a JSON value. Out: its bytes by RFC 8785 (JSON Canonicalization Scheme): no white space,
//! keys sorted by UTF-16 units, numbers as the shortest decimal that reads back as the same
//! double, in the notation of ECMAScript. Exact rationals are strings `n/d`. Infinite and
//! undefined numbers and whole numbers beyond 2^53 are refused, because a reader would change
//! them. SHA-256 is FIPS 180-4 (crate `sha2`).

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Largest whole number that every reader of doubles keeps: 2^53.
const WHOLE_MAX: u64 = 1 << 53;

/// Deepest accepted nesting; documents of this program have less than twenty levels.
const DEPTH_MAX: usize = 128;

/// Why a value has no canonical bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CanonicalError {
    /// A number is infinite or undefined.
    NotFinite,
    /// A whole number lies beyond ±2^53.
    WholeTooLarge {
        /// The number.
        text: String,
    },
    /// The value is nested deeper than the limit.
    TooDeep,
    /// A type refused to be written as JSON.
    NotJson {
        /// What it said.
        reason: String,
    },
}

impl fmt::Display for CanonicalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite => write!(f, "an infinite or undefined number cannot be recorded"),
            Self::WholeTooLarge { text } => write!(
                f,
                "the whole number {text} lies beyond 2^53 and must be recorded as text"
            ),
            Self::TooDeep => write!(f, "a value is nested deeper than {DEPTH_MAX} levels"),
            Self::NotJson { reason } => write!(f, "a value cannot be recorded: {reason}"),
        }
    }
}

impl std::error::Error for CanonicalError {}

/// Wraps a double for records; unlike a bare `f64`, which `serde_json` turns into `null`, it
/// refuses to be written when it is not finite.
///
/// # Errors
/// [`CanonicalError::NotFinite`].
pub fn number(value: f64) -> Result<Value, CanonicalError> {
    serde_json::Number::from_f64(value)
        .map(Value::Number)
        .ok_or(CanonicalError::NotFinite)
}

/// A finite double in a type that derives `Serialize`.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Real(pub f64);

impl Serialize for Real {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            serializer.serialize_f64(self.0)
        } else {
            Err(serde::ser::Error::custom(CanonicalError::NotFinite))
        }
    }
}

/// Returns the canonical bytes of a JSON value.
///
/// # Errors
/// [`CanonicalError`].
///
/// # Example
/// ```
/// use cellwright::canonical::to_bytes;
/// let value = serde_json::json!({ "b": 1.0, "a": [1e-7, "x"] });
/// assert_eq!(to_bytes(&value)?, br#"{"a":[1e-7,"x"],"b":1}"#);
/// # Ok::<(), cellwright::canonical::CanonicalError>(())
/// ```
pub fn to_bytes(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    let mut out = String::new();
    write_value(value, 0, &mut out)?;
    Ok(out.into_bytes())
}

/// Returns the SHA-256 of the canonical bytes, as 64 hexadecimal digits.
///
/// # Errors
/// As [`to_bytes`].
pub fn digest(value: &Value) -> Result<String, CanonicalError> {
    Ok(sha256_hex(&to_bytes(value)?))
}

/// Returns the JSON value of a type; doubles in it must be [`Real`].
///
/// # Errors
/// [`CanonicalError::NotJson`].
pub fn to_value<T: Serialize>(source: &T) -> Result<Value, CanonicalError> {
    serde_json::to_value(source).map_err(|error| CanonicalError::NotJson {
        reason: error.to_string(),
    })
}

/// Returns the SHA-256 of bytes as 64 hexadecimal digits.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn write_value(value: &Value, depth: usize, out: &mut String) -> Result<(), CanonicalError> {
    if depth > DEPTH_MAX {
        return Err(CanonicalError::TooDeep);
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number_text(number)?),
        Value::String(text) => write_text(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_value(item, depth + 1, out)?;
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by(|a, b| a.0.encode_utf16().cmp(b.0.encode_utf16()));
            out.push('{');
            for (at, (key, item)) in entries.into_iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write_value(item, depth + 1, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

fn number_text(number: &serde_json::Number) -> Result<String, CanonicalError> {
    let too_large = || CanonicalError::WholeTooLarge {
        text: number.to_string(),
    };
    if let Some(whole) = number.as_u64() {
        return (whole <= WHOLE_MAX)
            .then(|| whole.to_string())
            .ok_or_else(too_large);
    }
    if let Some(whole) = number.as_i64() {
        return (whole.unsigned_abs() <= WHOLE_MAX)
            .then(|| whole.to_string())
            .ok_or_else(too_large);
    }
    match number.as_f64() {
        Some(value) if value.is_finite() => Ok(double_text(value)),
        _ => Err(CanonicalError::NotFinite),
    }
}

/// Writes a finite double as ECMAScript does (`Number::toString`, ECMA-262 section 6.1.6.1.20);
/// the digits are those of the shortest decimal that reads back as the same double.
fn double_text(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let scientific = shortest(value.abs());
    // INVARIANT: `{:e}` always writes `digits[.digits]e[-]digits`.
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(|&c| c != '.').collect();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let point = exponent + 1;
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    let split = usize::try_from(point).unwrap_or(0);
    let body = if count <= point && point <= 21 {
        format!("{digits}{}", zeros(point - count))
    } else if 0 < point && point <= 21 {
        format!("{}.{}", &digits[..split], &digits[split..])
    } else if -6 < point && point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{first}{dot}{rest}e{sign}{}", exponent.abs())
    };
    if value < 0.0 {
        format!("-{body}")
    } else {
        body
    }
}

/// Returns the shortest digits that read back, the nearest of them, a tie to the even digit.
/// The standard library breaks that tie upwards, so the nearest decimal of the same length is
/// asked for, which it rounds to even.
fn shortest(value: f64) -> String {
    let scientific = format!("{value:e}");
    let mantissa = scientific.split('e').next().unwrap_or("");
    let decimals = mantissa.len().saturating_sub(2);
    let nearest = format!("{value:.decimals$e}");
    if nearest.parse() == Ok(value) {
        nearest
    } else {
        scientific
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    /// RFC 8785, appendix B: bits of a double and its canonical text.
    #[test]
    fn numbers_match_the_samples_of_rfc_8785() {
        for (bits, text) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            assert_eq!(double_text(f64::from_bits(bits)), text);
        }
    }

    #[test]
    fn keys_sort_by_utf16_and_escapes_are_the_short_ones() {
        let value = json!({ "\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5 });
        let text = String::from_utf8(to_bytes(&value).expect("writes")).expect("text");
        let expected = "{\"\\r\":2,\"1\":4,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}";
        assert_eq!(text, expected);
    }

    #[test]
    fn what_a_reader_would_change_is_refused() {
        assert_eq!(number(f64::NAN), Err(CanonicalError::NotFinite));
        assert!(to_value(&Real(f64::INFINITY)).is_err());
        let large = json!(9_007_199_254_740_993_u64);
        assert!(matches!(
            to_bytes(&large),
            Err(CanonicalError::WholeTooLarge { .. })
        ));
    }

    #[test]
    fn the_digest_is_sha256() {
        assert_eq!(
            sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    proptest! {
        #[test]
        fn doubles_read_back_with_the_same_bits(value in proptest::num::f64::NORMAL) {
            let back: f64 = double_text(value).parse().expect("a number");
            prop_assert_eq!(back.to_bits(), value.to_bits());
        }
    }
}
