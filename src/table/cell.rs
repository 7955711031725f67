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
            Self::Empty | Self::NotANumber { .. } => codes::BAD_CELL,
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
            Self::Empty | Self::NotANumber { .. } => "write a number, or remove the row on purpose",
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

/// Reads a number.
pub(super) fn number(
    text: &str,
    delimiter: char,
    decimal: Option<DecimalSign>,
) -> Result<Rational, CellProblem> {
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
    Rational::parse_decimal(&normal).map_err(|_| CellProblem::NotANumber { text: owned() })
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
