//! Measured tables and formulas that stand for an outcome of a stage.
//!
//! In: the outcome, what it is a function of, points or a plain function, and what happens outside
//! the points. Out: a value for a sample, or [`TwinError::OutsideReplacement`]. Between points the
//! table is linear (bilinear over two inputs); outside it continues the outermost cell and says so,
//! or stops the sample: nothing is clamped. `line/replaced.rs` puts the values where later stages
//! look.

use std::fmt;
use std::sync::Arc;

use crate::twin::{Flags, TwinError};

/// A plain function of as many numbers as it reads, SI.
pub type Function = Arc<dyn Fn(&[f64]) -> f64 + Send + Sync>;

/// What happens to a sample outside the points or the range of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// The sample fails.
    Fails,
    /// The law goes on, and the sample is flagged [`Flags::REPLACEMENT_EXTRAPOLATED`].
    Extrapolates,
}

/// How the value follows from what is read.
#[derive(Clone)]
pub enum Law {
    /// Points on a grid over one or two variables.
    Table(Grid),
    /// A formula.
    Formula(Function),
}

impl fmt::Debug for Law {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(grid) => f.debug_tuple("Table").field(grid).finish(),
            Self::Formula(_) => f.write_str("Formula"),
        }
    }
}

/// A value that stands for an outcome.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// Port name of the outcome.
    pub outcome: String,
    /// Port names of what the law reads: inputs, and outcomes made before.
    pub reads: Vec<String>,
    /// The law.
    pub law: Law,
    /// Where the law holds, one closed range for each variable; infinite where nobody says.
    pub range: Vec<(f64, f64)>,
    /// What happens elsewhere.
    pub outside: Outside,
}

impl Replacement {
    /// Computes the value from what is read; `outcome` and `reads` name both in messages.
    ///
    /// # Errors
    /// [`TwinError::OutsideReplacement`] where [`Self::outside`] says so.
    pub(super) fn value(
        &self,
        outcome: &'static str,
        read: &[(f64, &'static str)],
        scratch: &mut Vec<f64>,
    ) -> Result<(f64, Flags), TwinError> {
        let mut flags = Flags::NONE;
        scratch.clear();
        for (&(value, variable), &(low, high)) in read.iter().zip(&self.range) {
            scratch.push(value);
            // NaN, too, lies in no range.
            if value >= low && value <= high {
                continue;
            }
            if self.outside == Outside::Fails {
                return Err(TwinError::OutsideReplacement {
                    outcome,
                    variable,
                    value,
                    range: (low, high),
                });
            }
            flags = Flags::REPLACEMENT_EXTRAPOLATED;
        }
        let value = match &self.law {
            Law::Table(grid) => grid.value(scratch),
            Law::Formula(function) => function(scratch),
        };
        Ok((value, flags))
    }
}

/// Points over one variable, or over every pair of two.
#[derive(Clone, Debug, PartialEq)]
pub struct Grid {
    /// Rising coordinates of each axis, two or more.
    axes: Vec<Vec<f64>>,
    /// Values, the last axis fastest.
    values: Vec<f64>,
}

/// Why points are no grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GridError {
    /// An axis, counted from 0, with fewer than two coordinates.
    TooShort {
        /// The axis.
        axis: usize,
    },
    /// The same place twice.
    Twice {
        /// Index of the second point.
        point: usize,
    },
    /// A combination of coordinates without a point.
    Hole {
        /// Indices of points that have the first and the second coordinate.
        like: (usize, usize),
    },
    /// More or fewer coordinates than one or two, or a number that is not finite.
    NotAPoint {
        /// Index of the point.
        point: usize,
    },
}

impl Grid {
    /// Makes a grid of points in any order: coordinates, then the value.
    ///
    /// # Errors
    /// [`GridError`] with the first point that does not fit.
    pub fn new(points: &[Vec<f64>]) -> Result<Self, GridError> {
        let dimensions = points.first().map_or(1, Vec::len).saturating_sub(1);
        let is_point = |point: &Vec<f64>| {
            point.len() == dimensions + 1 && point.iter().all(|value| value.is_finite())
        };
        if let Some(point) = points.iter().position(|point| !is_point(point)) {
            return Err(GridError::NotAPoint { point });
        }
        if !(1..=2).contains(&dimensions) {
            return Err(GridError::NotAPoint { point: 0 });
        }
        let mut axes: Vec<Vec<f64>> = Vec::new();
        for axis in 0..dimensions {
            let mut own: Vec<f64> = points.iter().map(|point| point[axis]).collect();
            own.sort_by(f64::total_cmp);
            own.dedup();
            if own.len() < 2 {
                return Err(GridError::TooShort { axis });
            }
            axes.push(own);
        }
        let mut values = vec![f64::NAN; axes.iter().map(Vec::len).product()];
        for (at, point) in points.iter().enumerate() {
            let place = axes.iter().zip(point).fold(0, |place, (axis, value)| {
                place * axis.len() + axis.partition_point(|own| own < value)
            });
            if !values[place].is_nan() {
                return Err(GridError::Twice { point: at });
            }
            values[place] = point[dimensions];
        }
        if let Some(hole) = values.iter().position(|value| value.is_nan()) {
            // INVARIANT: along one axis every coordinate is that of a point, so there are two axes.
            let (first, second) = (axes[0][hole / axes[1].len()], axes[1][hole % axes[1].len()]);
            let with = |axis: usize, value: f64| {
                points
                    .iter()
                    .position(|point| point[axis] == value)
                    .unwrap_or(0)
            };
            return Err(GridError::Hole {
                like: (with(0, first), with(1, second)),
            });
        }
        Ok(Self { axes, values })
    }

    /// First and last coordinate of every axis.
    #[must_use]
    pub fn range(&self) -> Vec<(f64, f64)> {
        self.axes
            .iter()
            .map(|axis| (axis[0], axis[axis.len() - 1]))
            .collect()
    }

    /// The value at as many coordinates as there are axes.
    #[must_use]
    pub fn value(&self, at: &[f64]) -> f64 {
        let cell = |axis: &[f64], x: f64| {
            let right = axis
                .partition_point(|&own| own < x)
                .clamp(1, axis.len() - 1);
            let (low, high) = (axis[right - 1], axis[right]);
            (right - 1, (x - low) / (high - low))
        };
        // Weights, not a slope: at a point the value is that of the point to the last bit.
        let between = |low: f64, high: f64, weight: f64| low * (1.0 - weight) + high * weight;
        let row = |start: usize, axis: &[f64], x: f64| {
            let (left, weight) = cell(axis, x);
            between(
                self.values[start + left],
                self.values[start + left + 1],
                weight,
            )
        };
        match (self.axes.as_slice(), at) {
            ([axis], [x]) => row(0, axis, *x),
            ([first, second], [x, z]) => {
                let (left, weight) = cell(first, *x);
                let wide = second.len();
                let low = row(left * wide, second, *z);
                between(low, row((left + 1) * wide, second, *z), weight)
            }
            _ => f64::NAN,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_axis_is_exact_at_its_points_and_linear_between_and_beyond() -> Result<(), GridError> {
        let grid = Grid::new(&[vec![2.0, 0.1], vec![1.0, 0.7], vec![4.0, 0.3]])?;
        for (x, y) in [(1.0, 0.7), (2.0, 0.1), (4.0, 0.3)] {
            assert_eq!(grid.value(&[x]), y);
        }
        for (x, y) in [(1.5, 0.4), (3.0, 0.2), (0.0, 1.3), (5.0, 0.4)] {
            assert!((grid.value(&[x]) - y).abs() < 1e-15, "{x}");
        }
        assert_eq!(grid.range(), [(1.0, 4.0)]);
        Ok(())
    }

    /// A bilinear function is reproduced everywhere, whatever the order of the points.
    #[test]
    fn two_axes_reproduce_a_bilinear_function() -> Result<(), GridError> {
        let law = |x: f64, z: f64| 1.0 + 2.0 * x - 3.0 * z + 0.5 * x * z;
        let mut points = Vec::new();
        for z in [5.0, 1.0, 2.0] {
            for x in [0.0, 4.0, 1.0] {
                points.push(vec![x, z, law(x, z)]);
            }
        }
        let grid = Grid::new(&points)?;
        for (x, z) in [(0.3, 1.7), (4.0, 5.0), (-1.0, 6.0), (9.0, 0.0)] {
            assert!((grid.value(&[x, z]) - law(x, z)).abs() < 1e-12, "{x} {z}");
        }
        Ok(())
    }

    #[test]
    fn points_that_are_no_grid_are_refused() {
        let grid = |points: &[&[f64]]| {
            Grid::new(
                &points
                    .iter()
                    .map(|point| point.to_vec())
                    .collect::<Vec<_>>(),
            )
            .err()
        };
        assert_eq!(grid(&[]), Some(GridError::NotAPoint { point: 0 }));
        assert_eq!(grid(&[&[1.0, 2.0]]), Some(GridError::TooShort { axis: 0 }));
        let twice: &[&[f64]] = &[&[1.0, 2.0], &[2.0, 2.0], &[1.0, 3.0]];
        assert_eq!(grid(twice), Some(GridError::Twice { point: 2 }));
        let ragged: &[&[f64]] = &[&[1.0, 2.0], &[2.0, 2.0, 3.0]];
        assert_eq!(grid(ragged), Some(GridError::NotAPoint { point: 1 }));
        let hole: &[&[f64]] = &[&[1.0, 1.0, 0.0], &[2.0, 1.0, 0.0], &[1.0, 2.0, 0.0]];
        assert_eq!(grid(hole), Some(GridError::Hole { like: (1, 2) }));
    }

    #[test]
    fn outside_is_a_failure_or_a_flag_and_never_a_clamp() -> Result<(), GridError> {
        let grid = Grid::new(&[vec![1.0, 10.0], vec![2.0, 20.0]])?;
        let with = |outside| Replacement {
            outcome: "b".to_owned(),
            reads: vec!["a".to_owned()],
            range: grid.range(),
            law: Law::Table(grid.clone()),
            outside,
        };
        let at = |replacement: &Replacement, x: f64| {
            replacement.value("b", &[(x, "a")], &mut Vec::new())
        };
        let strict = with(Outside::Fails);
        assert_eq!(at(&strict, 2.0), Ok((20.0, Flags::NONE)));
        for x in [0.999, 2.001, f64::NAN] {
            assert!(matches!(
                at(&strict, x),
                Err(TwinError::OutsideReplacement { .. })
            ));
        }
        let loose = with(Outside::Extrapolates);
        assert_eq!(at(&loose, 3.0), Ok((30.0, Flags::REPLACEMENT_EXTRAPOLATED)));
        Ok(())
    }
}
