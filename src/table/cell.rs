//! The content of one cell: a number, a quality code of a historian, or a problem.
//!
//! In: trimmed text, delimiter and decimal sign. Out: an exact number, or what is wrong with it
//! and what to do. Historians write words where there was no measurement; these become a
//! [`Quality`] and never a number.

use std::fmt;

use crate::document::{codes, is_non_finite};
use crate::rational::Rational;

use super::DecimalSign;

/// Why a historian has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// The value is marked bad without further reason.
    Bad,
    /// The instrument did not answer.
    Timeout,
    /// The value lies above the range of the instrument.
    OverRange,
    /// The value lies below the range of the instrument.
    UnderRange,
    /// Nothing was recorded.
    NoData,
    /// The connection to the instrument is off.
    NotConnected,
    /// A calculation of the historian failed.
    CalculationFailed,
}

impl Quality {
    /// Names the quality as a code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Timeout => "timeout",
            Self::OverRange => "over-range",
            Self::UnderRange => "under-range",
            Self::NoData => "no-data",
            Self::NotConnected => "not-connected",
            Self::CalculationFailed => "calculation-failed",
        }
    }
}

/// Digital states of common historians, in lower case (AVEVA PI system digital state set;
/// spellings of other historians added as they were met).
const QUALITY_WORDS: [(&str, Quality); 22] = [
    ("bad", Quality::Bad),
    ("bad input", Quality::Bad),
    ("bad data", Quality::Bad),
    ("bad quality", Quality::Bad),
    ("failed", Quality::Bad),
    ("i/o timeout", Quality::Timeout),
    ("io timeout", Quality::Timeout),
    ("timeout", Quality::Timeout),
    ("over range", Quality::OverRange),
    ("overrange", Quality::OverRange),
    ("under range", Quality::UnderRange),
    ("underrange", Quality::UnderRange),
    ("no data", Quality::NoData),
    ("no result", Quality::NoData),
    ("pt created", Quality::NoData),
    ("not available", Quality::NoData),
    ("comm fail", Quality::NotConnected),
    ("not connect", Quality::NotConnected),
    ("intf shut", Quality::NotConnected),
    ("scan off", Quality::NotConnected),
    ("shutdown", Quality::NotConnected),
    ("calc failed", Quality::CalculationFailed),
];

/// Returns the quality a historian's text stands for.
#[must_use]
pub fn quality_of(text: &str) -> Option<Quality> {
    let lower = text.trim().to_ascii_lowercase();
    QUALITY_WORDS
        .iter()
        .find(|(word, _)| *word == lower)
        .map(|&(_, quality)| quality)
}

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CellProblem {
    /// Nothing in it.
    Empty,
    /// The table says that there is no value.
    Missing,
    /// A historian's text.
    NoValue {
        /// The text.
        text: String,
        /// What it stands for.
        quality: Quality,
    },
    /// Infinity or an undefined number.
    NotFinite {
        /// The text.
        text: String,
    },
    /// A comma where none was declared.
    UndeclaredComma {
        /// The text.
        text: String,
    },
    /// A point that could separate thousands.
    AmbiguousPoint {
        /// The text.
        text: String,
    },
    /// A point although the comma was declared.
    PointBesideComma {
        /// The text.
        text: String,
    },
    /// Anything else.
    NotANumber {
        /// The text.
        text: String,
    },
}

impl fmt::Display for CellProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "the cell is empty"),
            Self::Missing => write!(f, "there is no value"),
            Self::NoValue { text, quality } => {
                write!(f, "`{text}` is no measurement (quality {})", quality.code())
            }
            Self::NotFinite { text } => write!(f, "`{text}` is no finite number"),
            Self::UndeclaredComma { text } => write!(f, "`{text}` has a comma"),
            Self::AmbiguousPoint { text } => {
                write!(f, "`{text}` can have a decimal point or a thousands point")
            }
            Self::PointBesideComma { text } => {
                write!(
                    f,
                    "`{text}` has a point, but the declared sign is the comma"
                )
            }
            Self::NotANumber { text } => write!(f, "`{text}` is not a number"),
        }
    }
}

impl std::error::Error for CellProblem {}

impl CellProblem {
    /// Returns the diagnostic code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty | Self::Missing | Self::NotANumber { .. } => codes::BAD_CELL,
            Self::NoValue { .. } => codes::NO_VALUE,
            Self::NotFinite { .. } => codes::NOT_FINITE,
            Self::UndeclaredComma { .. } => codes::DECIMAL_COMMA,
            Self::AmbiguousPoint { .. } | Self::PointBesideComma { .. } => codes::AMBIGUOUS_TABLE,
        }
    }

    /// Says what to do.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Empty | Self::Missing | Self::NotANumber { .. } => {
                "write a number, or remove the row on purpose"
            }
            Self::NoValue { .. } | Self::NotFinite { .. } => {
                "remove the row on purpose; nothing is put in its place"
            }
            Self::UndeclaredComma { .. } => {
                "declare `decimal = \",\"` or `--decimal comma` if it is a decimal comma"
            }
            Self::AmbiguousPoint { .. } => {
                "declare `decimal = \".\"` or `decimal = \",\"` (`--decimal` with `--table`)"
            }
            Self::PointBesideComma { .. } => "remove thousands separators",
        }
    }
}

/// A decimal and the double nearest to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Double {
    /// The double; NaN where it would not be a normal number.
    pub value: f64,
    /// Whether it was written as a whole number, which the double then is.
    pub whole: bool,
    /// Whether it was written with at most 15 digits.
    pub short: bool,
}

/// Digits of a number that is read without rational arithmetic: they and as many places are exact
/// doubles, so one division gives the nearest double (W. D. Clinger, PLDI 1990, section 3).
pub(super) const QUICK_DIGITS_MAX: usize = 15;

/// Powers of ten that are exact doubles.
pub(super) const POWERS: [f64; QUICK_DIGITS_MAX + 1] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
];

/// Reads the double nearest to a number.
pub(super) fn double(
    text: &str,
    delimiter: char,
    decimal: Option<DecimalSign>,
) -> Result<Double, CellProblem> {
    let text = text.trim();
    let may_be_thousands = decimal.is_none() && delimiter == ';';
    if !may_be_thousands && let Some(double) = quick(text, decimal) {
        return Ok(double);
    }
    let (_, value) = both(text, delimiter, decimal)?;
    Ok(Double {
        value,
        whole: false,
        short: false,
    })
}

/// Digits with at most one decimal sign among them.
fn quick(text: &str, decimal: Option<DecimalSign>) -> Option<Double> {
    let sign = match decimal {
        Some(DecimalSign::Comma) => b',',
        Some(DecimalSign::Point) | None => b'.',
    };
    let (is_negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        all => (false, all),
    };
    let (mut number, mut count, mut places) = (0_u64, 0, None);
    for &byte in digits {
        match byte {
            b'0'..=b'9' if count < QUICK_DIGITS_MAX => {
                number = number * 10 + u64::from(byte - b'0');
                count += 1;
                places = places.map(|places: usize| places + 1);
            }
            _ if byte == sign && places.is_none() && count > 0 => places = Some(0),
            _ => return None,
        }
    }
    if count == 0 || places == Some(0) {
        return None;
    }
    // INVARIANT: 15 digits are below 2^53, so the conversion is exact.
    let magnitude = number as f64 / POWERS[places.unwrap_or(0)];
    Some(Double {
        value: if is_negative { -magnitude } else { magnitude },
        whole: places.is_none(),
        short: true,
    })
}

/// Reads a number.
pub(super) fn number(
    text: &str,
    delimiter: char,
    decimal: Option<DecimalSign>,
) -> Result<Rational, CellProblem> {
    both(text, delimiter, decimal).map(|(number, _)| number)
}

/// Reads a number and the double nearest to it, NaN where that is infinite or not normal.
fn both(
    text: &str,
    delimiter: char,
    decimal: Option<DecimalSign>,
) -> Result<(Rational, f64), CellProblem> {
    let text = text.trim();
    let owned = || text.to_owned();
    if text.is_empty() {
        return Err(CellProblem::Empty);
    }
    if let Some(quality) = quality_of(text) {
        return Err(CellProblem::NoValue {
            text: owned(),
            quality,
        });
    }
    if is_non_finite(text) {
        return Err(CellProblem::NotFinite { text: owned() });
    }
    let normal = match decimal {
        Some(DecimalSign::Comma) if text.contains('.') => {
            return Err(CellProblem::PointBesideComma { text: owned() });
        }
        Some(DecimalSign::Comma) => text.replacen(',', ".", 1),
        Some(DecimalSign::Point) | None if text.contains(',') && has_digit(text) => {
            return Err(CellProblem::UndeclaredComma { text: owned() });
        }
        None if delimiter == ';' && looks_like_thousands(text) => {
            return Err(CellProblem::AmbiguousPoint { text: owned() });
        }
        Some(DecimalSign::Point) | None => owned(),
    };
    let normal = normal.replace('\u{2212}', "-");
    let number =
        Rational::parse_decimal(&normal).map_err(|_| CellProblem::NotANumber { text: owned() })?;
    let nearest = normal.parse().unwrap_or(f64::NAN);
    let double = if number.is_zero() || f64::is_normal(nearest) {
        nearest
    } else {
        f64::NAN
    };
    Ok((number, double))
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit())
}

/// `1.234` under a semicolon: where the comma is the decimal sign, this is a thousand.
fn looks_like_thousands(text: &str) -> bool {
    let bare = text.trim_start_matches(['+', '-', '\u{2212}']);
    let Some((whole, decimals)) = bare.split_once('.') else {
        return false;
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    decimals.len() == 3
        && digits(decimals)
        && (1..=3).contains(&whole.len())
        && digits(whole)
        && !whole.starts_with('0')
}
