//! Cells that come as typed values instead of text: what a column of a Parquet file holds.
//!
//! In: one block of a column as doubles, floats, scaled integers or words, with the rows that
//! have no value. Out: the same answers a cell of text gives: its text, its exact number, the
//! double nearest to it. The text is the meaning: a binary number stands for the shortest decimal
//! that reads back to it, as every export to CSV writes it, and a decimal for itself. The short
//! ways to a double beside it give what reading that text would give.

use std::borrow::Cow;

use crate::rational::Rational;

use super::cell::{self, POWERS, QUICK_DIGITS_MAX};
use super::{CellProblem, DecimalSign, Double};

/// Least magnitude with more digits than are read without rational arithmetic.
const LONG_MIN: f64 = POWERS[QUICK_DIGITS_MAX];

/// The values of one column in one block of rows; those of missing rows mean nothing.
#[derive(Clone, Debug)]
pub(super) enum Values {
    /// Nobody asked for this column.
    NotRead,
    /// Binary numbers of 64 bits.
    Doubles(Vec<f64>),
    /// Binary numbers of 32 bits.
    Floats(Vec<f32>),
    /// Integers, or decimals with so many places.
    Scaled {
        /// Value times ten to the power of `places`.
        values: Vec<i128>,
        /// Digits after the point.
        places: usize,
    },
    /// Text.
    Words(Vec<String>),
}

/// One column of the current block.
#[derive(Clone, Debug)]
pub(super) struct TypedColumn {
    /// The values.
    pub values: Values,
    /// The rows without value; empty where every row has one.
    pub missing: Vec<bool>,
    /// Why the column cannot be read, in words.
    pub refused: Option<String>,
}

impl TypedColumn {
    /// Whether a row has no value.
    pub fn is_missing(&self, row: usize) -> bool {
        self.missing.get(row).copied().unwrap_or(false)
    }

    /// Returns the text of a cell; empty without value.
    pub fn text(&self, row: usize) -> Cow<'_, str> {
        if self.is_missing(row) {
            return Cow::Borrowed("");
        }
        match &self.values {
            Values::NotRead => Cow::Borrowed(""),
            Values::Doubles(values) => Cow::Owned(values[row].to_string()),
            Values::Floats(values) => Cow::Owned(values[row].to_string()),
            Values::Scaled { values, places } => Cow::Owned(scaled_text(values[row], *places)),
            Values::Words(words) => Cow::Borrowed(words[row].trim()),
        }
    }

    /// Returns the exact number of a cell.
    pub fn number(
        &self,
        row: usize,
        decimal: Option<DecimalSign>,
    ) -> Result<Rational, CellProblem> {
        if self.is_missing(row) {
            return Err(CellProblem::Missing);
        }
        cell::number(&self.text(row), ',', self.sign(decimal))
    }

    /// Returns the double nearest to the number of a cell.
    pub fn double(&self, row: usize, decimal: Option<DecimalSign>) -> Result<Double, CellProblem> {
        if self.is_missing(row) {
            return Err(CellProblem::Missing);
        }
        let short = match &self.values {
            Values::Doubles(values) => short_double(values[row]),
            Values::Scaled { values, places } => short_scaled(values[row], *places),
            Values::NotRead | Values::Floats(_) | Values::Words(_) => None,
        };
        match short {
            Some(double) => Ok(double),
            None => cell::double(&self.text(row), ',', self.sign(decimal)),
        }
    }

    /// The declared sign is one of words; the text of numbers is ours.
    fn sign(&self, declared: Option<DecimalSign>) -> Option<DecimalSign> {
        match self.values {
            Values::Words(_) => declared,
            _ => Some(DecimalSign::Point),
        }
    }
}

/// A double that is no special case, with what its shortest decimal looks like.
fn short_double(value: f64) -> Option<Double> {
    if value != 0.0 && !value.is_normal() {
        return None;
    }
    let magnitude = value.abs();
    let is_long = magnitude >= LONG_MIN;
    let whole = !is_long && magnitude.fract() == 0.0;
    Some(Double {
        value,
        whole,
        short: whole || (!is_long && has_short_decimal(magnitude)),
    })
}

/// Whether a decimal of at most 15 digits, a zero before the point among them, reads back to this
/// double. Such a decimal is the shortest: no two of them share a double. The product rounds by
/// less than a quarter, so that the right integer is found.
fn has_short_decimal(magnitude: f64) -> bool {
    POWERS[..QUICK_DIGITS_MAX].iter().any(|power| {
        let digits = (magnitude * power).round();
        digits < LONG_MIN && digits / power == magnitude
    })
}

/// An integer over a power of ten, both of them exact doubles: one division rounds once.
fn short_scaled(value: i128, places: usize) -> Option<Double> {
    let digits = value as f64;
    if digits.abs() >= LONG_MIN || places >= QUICK_DIGITS_MAX {
        return None;
    }
    Some(Double {
        value: digits / POWERS[places],
        whole: places == 0,
        short: true,
    })
}

/// The two's complement integer in these bytes, the highest first.
pub(super) fn integer(bytes: &[u8]) -> Option<i128> {
    let is_negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let fill = if is_negative { 0xff } else { 0 };
    let mut all = [fill; 16];
    let extra = bytes.len().saturating_sub(16);
    let (head, tail) = bytes.split_at(extra);
    all[16 - tail.len()..].copy_from_slice(tail);
    let value = i128::from_be_bytes(all);
    let fits = head.iter().all(|&byte| byte == fill) && (value < 0) == is_negative;
    fits.then_some(value)
}

fn scaled_text(value: i128, places: usize) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn column(values: Values) -> TypedColumn {
        TypedColumn {
            values,
            missing: Vec::new(),
            refused: None,
        }
    }

    /// The short way and the way over the text, field by field.
    fn assert_both_ways_agree(column: &TypedColumn) {
        let short = column.double(0, None);
        let long = cell::double(&column.text(0), ',', Some(DecimalSign::Point));
        let bits = |found: Result<Double, CellProblem>| {
            let place = |one: Double| (one.value.to_bits(), one.whole, one.short);
            found.map(place)
        };
        assert_eq!(bits(short), bits(long), "{}", column.text(0));
    }

    #[test]
    fn binary_numbers_stand_for_their_shortest_decimal() {
        let tenth = Rational::ratio(1, 10);
        let double = column(Values::Doubles(vec![0.1]));
        let float = column(Values::Floats(vec![0.1]));
        assert_eq!(double.number(0, None), Ok(tenth.clone()));
        assert_eq!(float.number(0, None), Ok(tenth));
        assert!(
            float
                .double(0, None)
                .is_ok_and(|one| one.short && one.value == 0.1)
        );
    }

    #[test]
    fn scaled_integers_keep_their_places_and_missing_rows_say_so() {
        let cases = [
            (-5, 2, "-0.05"),
            (1200, 2, "12.00"),
            (0, 1, "0.0"),
            (7, 0, "7"),
        ];
        for (value, places, text) in cases {
            let values = vec![value];
            assert_eq!(column(Values::Scaled { values, places }).text(0), text);
        }
        let mut gap = column(Values::Doubles(vec![0.0]));
        gap.missing = vec![true];
        assert_eq!(gap.number(0, None), Err(CellProblem::Missing));
        assert_eq!(gap.double(0, None), Err(CellProblem::Missing));
    }

    #[test]
    fn the_ends_of_the_doubles_go_both_ways_alike() {
        let ends = [
            f64::NAN,
            f64::INFINITY,
            f64::MAX,
            f64::MIN_POSITIVE,
            5e-324,
            -0.0,
        ];
        let near = [
            1e15,
            999_999_999_999_999.0,
            1e14 + 0.5,
            1e-14,
            1e-15,
            0.1 + 0.2,
        ];
        for value in ends.into_iter().chain(near) {
            assert_both_ways_agree(&column(Values::Doubles(vec![value])));
            assert_both_ways_agree(&column(Values::Doubles(vec![-value])));
        }
    }

    #[test]
    fn integers_in_bytes_keep_sign_and_size() {
        let cases: [(&[u8], Option<i128>); 7] = [
            (&[], Some(0)),
            (&[0xff], Some(-1)),
            (&[0x01, 0x00], Some(256)),
            (&[0x80, 0x00], Some(-32768)),
            (&[0xff; 20], Some(-1)),
            (&[1; 17], None),
            (
                &[0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                None,
            ),
        ];
        for (bytes, value) in cases {
            assert_eq!(integer(bytes), value, "{bytes:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn the_short_way_gives_what_the_text_gives(
            bits in any::<u64>(),
            digits in -10_i128.pow(17)..10_i128.pow(17),
            shift in 0_u32..17,
            places in 0_usize..20,
        ) {
            let digits = digits / 10_i128.pow(shift);
            let near = digits as f64 / POWERS[places.min(15)];
            assert_both_ways_agree(&column(Values::Doubles(vec![f64::from_bits(bits)])));
            assert_both_ways_agree(&column(Values::Doubles(vec![near])));
            let values = vec![digits];
            assert_both_ways_agree(&column(Values::Scaled { values, places }));
        }
    }
}
