//! Linear programmes over a box: found in doubles, settled in exact arithmetic.
//!
//! In: a range per column and rows `terms · x + constant >= 0`. Out: a corner and the rows that
//! are tight there, or a row that the others exclude ([`guess`], in doubles, never believed);
//! and what is believed: the corner as fractions, multipliers that add rows up to a bound or a
//! contradiction ([`exact`]). The last bits of a double cannot reach an answer: they only say which
//! few equations are solved exactly, and a solution that does not fit is none.

pub mod exact;
pub mod guess;

use crate::rational::Rational;

/// A sum of columns times numbers, by column.
pub type Terms = Vec<(usize, Rational)>;

/// `terms · x + constant >= 0`, or above zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Columns with their coefficients, none zero, ascending.
    pub terms: Terms,
    /// The constant.
    pub constant: Rational,
    /// Whether zero fails.
    pub strict: bool,
}

/// A row of a programme: an end of a range, or one of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum At {
    /// The column is at least the lower end of its range.
    Low(usize),
    /// The column is at most the upper end of its range.
    High(usize),
    /// A row, by number.
    Row(usize),
}

/// A row in doubles: each column runs from zero to one over its range, and the greatest
/// coefficient is one.
#[derive(Clone, Debug)]
struct Scaled {
    terms: Vec<(usize, f64)>,
    constant: f64,
}

/// Ranges and rows.
#[derive(Clone, Debug)]
pub struct Programme {
    ranges: Vec<(Rational, Rational)>,
    rows: Vec<Row>,
    scaled: Vec<Scaled>,
    /// The upper end of each column on its scale: one, or zero where the range is a point.
    tops: Vec<f64>,
}

impl Programme {
    /// A programme without rows.
    #[must_use]
    pub fn new(ranges: Vec<(Rational, Rational)>) -> Self {
        let top = |(low, high): &(Rational, Rational)| f64::from(u8::from(low < high));
        Self {
            tops: ranges.iter().map(top).collect(),
            ranges,
            rows: Vec::new(),
            scaled: Vec::new(),
        }
    }

    /// Adds a row and returns its number.
    pub fn add(&mut self, row: Row) -> usize {
        let scaled = self.scaled(&row.terms, &row.constant);
        self.scaled.push(scaled);
        self.rows.push(row);
        self.rows.len() - 1
    }

    fn scaled(&self, terms: &[(usize, Rational)], constant: &Rational) -> Scaled {
        let mut rest = constant.clone();
        let mut factors = Vec::with_capacity(terms.len());
        for (column, factor) in terms {
            let (low, high) = &self.ranges[*column];
            rest = &rest + &(factor * low);
            let width = high - low;
            let factor = if width.is_zero() {
                factor.to_f64()
            } else {
                (factor * &width).to_f64()
            };
            factors.push((*column, factor));
        }
        let most = factors
            .iter()
            .fold(0.0, |most: f64, (_, factor)| most.max(factor.abs()));
        let size = if most > 0.0 { most } else { 1.0 };
        factors.iter_mut().for_each(|(_, factor)| *factor /= size);
        Scaled {
            terms: factors,
            constant: rest.to_f64() / size,
        }
    }

    /// How many columns there are.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.ranges.len()
    }

    /// The range of a column.
    #[must_use]
    pub fn range(&self, column: usize) -> &(Rational, Rational) {
        &self.ranges[column]
    }

    /// A row by its number.
    #[must_use]
    pub fn row(&self, number: usize) -> &Row {
        &self.rows[number]
    }

    /// The terms, the constant and the strictness of a row or an end of a range.
    #[must_use]
    pub fn stated(&self, at: At) -> (Terms, Rational, bool) {
        match at {
            At::Low(column) => {
                let low = -&self.ranges[column].0;
                (vec![(column, Rational::one())], low, false)
            }
            At::High(column) => {
                let high = self.ranges[column].1.clone();
                (vec![(column, Rational::from(-1))], high, false)
            }
            At::Row(number) => {
                let row = &self.rows[number];
                (row.terms.clone(), row.constant.clone(), row.strict)
            }
        }
    }

    /// By how much a row holds at a point.
    #[must_use]
    pub fn slack(&self, number: usize, point: &[Rational]) -> Rational {
        let row = &self.rows[number];
        row.terms
            .iter()
            .fold(row.constant.clone(), |sum, (column, factor)| {
                &sum + &(factor * &point[*column])
            })
    }

    /// Whether a row holds at a point.
    #[must_use]
    pub fn holds(&self, number: usize, point: &[Rational]) -> bool {
        let slack = self.slack(number, point);
        slack.is_positive() || (!self.rows[number].strict && slack.is_zero())
    }
}
