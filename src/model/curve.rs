//! A quantity as a function of one variable, in the three forms parameter files use.
//!
//! In: a number, a formula, or a table of points. Out: value and derivative at a point. A table
//! is linear between its points and continues its first and last segment outside; whoever must
//! not leave the table asks [`Curve::domain`] first.

use super::expression::Expression;

/// A table of points with strictly rising abscissa.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    x: Vec<f64>,
    y: Vec<f64>,
}

/// Why a table of points is refused.
#[derive(Debug, Clone, PartialEq)]
pub enum TableError {
    /// Fewer than two points.
    TooShort(usize),
    /// The columns have different lengths.
    Lengths {
        /// Number of abscissa values.
        x: usize,
        /// Number of ordinate values.
        y: usize,
    },
    /// The abscissa does not rise at this index, or a value is not finite.
    NotRising(usize),
}

impl std::fmt::Display for TableError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::TooShort(n) => write!(f, "a table needs at least 2 points, this one has {n}"),
            Self::Lengths { x, y } => {
                write!(
                    f,
                    "a table needs as many `y` as `x`, this one has {x} `x` and {y} `y`"
                )
            }
            Self::NotRising(i) => {
                write!(
                    f,
                    "point {} is not finite or its `x` does not rise; sort the table",
                    i + 1
                )
            }
        }
    }
}

impl std::error::Error for TableError {}

impl Table {
    /// Takes the columns of a table.
    ///
    /// # Errors
    /// [`TableError`] unless there are two or more finite points with strictly rising `x`.
    pub fn new(x: Vec<f64>, y: Vec<f64>) -> Result<Self, TableError> {
        if x.len() != y.len() {
            return Err(TableError::Lengths {
                x: x.len(),
                y: y.len(),
            });
        }
        if x.len() < 2 {
            return Err(TableError::TooShort(x.len()));
        }
        for i in 0..x.len() {
            if !x[i].is_finite() || !y[i].is_finite() || (i > 0 && x[i] <= x[i - 1]) {
                return Err(TableError::NotRising(i));
            }
        }
        Ok(Self { x, y })
    }

    fn value_and_derivative(&self, x: f64) -> (f64, f64) {
        let right = self
            .x
            .partition_point(|&p| p < x)
            .clamp(1, self.x.len() - 1);
        let slope = (self.y[right] - self.y[right - 1]) / (self.x[right] - self.x[right - 1]);
        (self.y[right - 1] + slope * (x - self.x[right - 1]), slope)
    }
}

/// A quantity as a function of one variable.
#[derive(Debug, Clone, PartialEq)]
pub enum Curve {
    /// The same value everywhere.
    Constant(f64),
    /// A formula.
    Expression(Expression),
    /// Points joined by straight lines.
    Table(Table),
}

impl Curve {
    /// Returns the value when it is the same everywhere.
    #[must_use]
    pub fn constant(&self) -> Option<f64> {
        match self {
            Self::Constant(value) => Some(*value),
            Self::Expression(expression) => expression.constant(),
            Self::Table(_) => None,
        }
    }

    /// Returns the value at `x`.
    #[must_use]
    pub fn value(&self, x: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Expression(expression) => expression.value(x),
            Self::Table(table) => table.value_and_derivative(x).0,
        }
    }

    /// Returns the value at `x` and its derivative there.
    #[must_use]
    pub fn value_and_derivative(&self, x: f64) -> (f64, f64) {
        match self {
            Self::Constant(value) => (*value, 0.0),
            Self::Expression(expression) => expression.value_and_derivative(x),
            Self::Table(table) => table.value_and_derivative(x),
        }
    }

    /// Returns the first and last point that the curve was given for; everything for a formula.
    #[must_use]
    pub fn domain(&self) -> (f64, f64) {
        match self {
            Self::Constant(_) | Self::Expression(_) => (f64::NEG_INFINITY, f64::INFINITY),
            Self::Table(table) => (table.x[0], table.x[table.x.len() - 1]),
        }
    }
}
