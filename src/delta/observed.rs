//! Observed cells: a table or a published summary, and whose cells they are.
//!
//! In: values or summary numbers in the quantity's SI unit. Out: a reference distribution. A mean
//! with a standard deviation is read as a normal distribution; a median with the 10 % and 90 %
//! quantiles as two half normals joined at the median, each through its quantile. Both readings
//! are assumptions and are listed as such. Cells drawn for the null are reduced in the same way
//! ([`Observed::reduce_alike`]), so that the shape a summary cannot show is not held against the
//! model.

use std::error::Error;
use std::fmt;

use super::wasserstein::TwoPieceNormal;
use crate::monte_carlo::estimate;
use crate::normal;

/// Whose cells were observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The line the recipe is for.
    ThisLine,
    /// Another line of the same make.
    SisterLine,
    /// Published cells; a check of the model, never support for a release.
    Literature,
}

impl Subject {
    /// Returns the name used in documents and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ThisLine => "this-line",
            Self::SisterLine => "sister-line",
            Self::Literature => "literature",
        }
    }

    /// Returns what is assumed by comparing with this subject; nothing for this line.
    #[must_use]
    pub fn assumption(self) -> Option<&'static str> {
        match self {
            Self::ThisLine => None,
            Self::SisterLine => Some("cells of a sister line stand for this line"),
            Self::Literature => {
                Some("published cells check the model, they say nothing of this line")
            }
        }
    }
}

/// Observations of one quantity.
#[derive(Debug, Clone, PartialEq)]
pub enum Observed {
    /// One value per cell, in any order.
    Table {
        /// The values.
        values: Vec<f64>,
    },
    /// Mean and standard deviation of cells.
    MeanSd {
        /// Number of cells, at least 2.
        cells: u64,
        /// Mean.
        mean: f64,
        /// Standard deviation between cells (not of the mean), 0 or more.
        sd: f64,
    },
    /// Median with the 10 % and 90 % quantile.
    MedianDeciles {
        /// Number of cells, at least 2; `None` where the source does not say.
        cells: Option<u64>,
        /// Median.
        median: f64,
        /// 10 % quantile, at most the median.
        p10: f64,
        /// 90 % quantile, at least the median.
        p90: f64,
    },
}

/// The distribution observations stand for.
#[derive(Debug, Clone, PartialEq)]
pub enum Reference {
    /// The cells themselves.
    Table {
        /// Values sorted upwards, at least 2.
        sorted: Vec<f64>,
    },
    /// Two half normals joined at the centre.
    TwoPieceNormal(TwoPieceNormal),
}

/// Why observations cannot be used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ObservedError {
    /// There are fewer than two cells.
    TooFewCells {
        /// How many there are.
        cells: u64,
    },
    /// A value is not finite.
    NotFinite,
    /// The standard deviation is negative.
    NegativeSd {
        /// The value.
        sd: f64,
    },
    /// The quantiles are not in order.
    QuantilesOutOfOrder {
        /// 10 % quantile.
        p10: f64,
        /// Median.
        median: f64,
        /// 90 % quantile.
        p90: f64,
    },
}

impl fmt::Display for ObservedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewCells { cells } => {
                write!(f, "{cells} cells are no distribution: expected at least 2")
            }
            Self::NotFinite => write!(f, "a value is not finite: expected numbers"),
            Self::NegativeSd { sd } => {
                write!(f, "the standard deviation is `{sd}`: expected 0 or more")
            }
            Self::QuantilesOutOfOrder { p10, median, p90 } => write!(
                f,
                "the quantiles are `{p10}`, `{median}`, `{p90}`: expected p10 <= median <= p90"
            ),
        }
    }
}

impl Error for ObservedError {}

impl Observed {
    /// Returns the number of cells; `None` where the source does not say.
    #[must_use]
    pub fn cells(&self) -> Option<u64> {
        match self {
            Self::Table { values } => Some(values.len() as u64),
            Self::MeanSd { cells, .. } => Some(*cells),
            Self::MedianDeciles { cells, .. } => *cells,
        }
    }

    /// Returns the distribution these observations stand for.
    ///
    /// # Errors
    /// [`ObservedError`] when there are fewer than two cells or the numbers contradict each other.
    pub fn reference(&self) -> Result<Reference, ObservedError> {
        if let Some(cells) = self.cells()
            && cells < 2
        {
            return Err(ObservedError::TooFewCells { cells });
        }
        match self {
            Self::Table { values } => {
                if values.iter().any(|value| !value.is_finite()) {
                    return Err(ObservedError::NotFinite);
                }
                Ok(Reference::Table {
                    sorted: estimate::sorted(values),
                })
            }
            Self::MeanSd { mean, sd, .. } => {
                if !(mean.is_finite() && sd.is_finite()) {
                    return Err(ObservedError::NotFinite);
                }
                if *sd < 0.0 {
                    return Err(ObservedError::NegativeSd { sd: *sd });
                }
                Ok(normal_reference(*mean, *sd))
            }
            Self::MedianDeciles {
                median, p10, p90, ..
            } => {
                let (median, p10, p90) = (*median, *p10, *p90);
                if ![median, p10, p90].iter().all(|value| value.is_finite()) {
                    return Err(ObservedError::NotFinite);
                }
                if !(p10 <= median && median <= p90) {
                    return Err(ObservedError::QuantilesOutOfOrder { p10, median, p90 });
                }
                Ok(decile_reference(median, p10, p90))
            }
        }
    }

    /// Reduces drawn cells to the same kind of reference as these observations.
    ///
    /// `drawn` holds at least two finite values, as [`Observed::reference`] demands of the cells.
    #[must_use]
    pub fn reduce_alike(&self, drawn: &[f64]) -> Reference {
        let sorted = estimate::sorted(drawn);
        match self {
            Self::Table { .. } => Reference::Table { sorted },
            Self::MeanSd { .. } => {
                let sd = estimate::standard_deviation(drawn).unwrap_or(0.0);
                normal_reference(estimate::mean(drawn), sd)
            }
            Self::MedianDeciles { .. } => {
                // INVARIANT: at least two values were drawn, so every quantile exists.
                let quantile = |p| estimate::quantile_of_sorted(&sorted, p).unwrap_or(f64::NAN);
                decile_reference(quantile(0.5), quantile(0.1), quantile(0.9))
            }
        }
    }

    /// Lists what reading these observations as a distribution assumes.
    #[must_use]
    pub fn assumptions(&self) -> Vec<String> {
        match self {
            Self::Table { .. } => Vec::new(),
            Self::MeanSd { .. } => {
                vec!["observed cells are read as normal with the given mean and sd".to_owned()]
            }
            Self::MedianDeciles { cells, .. } => {
                let mut assumptions = vec![
                    "observed cells are read as two half normals joined at the median, through \
                     p10 and p90"
                        .to_owned(),
                ];
                if cells.is_none() {
                    assumptions.push(
                        "the number of cells is unknown, so nothing is taken off for luck"
                            .to_owned(),
                    );
                }
                assumptions
            }
        }
    }
}

impl Reference {
    /// Returns the standard deviation between cells, in the quantity's unit; for two half normals
    /// the root mean square of both.
    #[must_use]
    pub fn sd(&self) -> f64 {
        match self {
            Self::Table { sorted } => estimate::standard_deviation(sorted).unwrap_or(0.0),
            Self::TwoPieceNormal(pieces) => {
                let (below, above) = (pieces.sd_below, pieces.sd_above);
                (0.5 * (below * below + above * above)).sqrt()
            }
        }
    }
}

/// Reads a mean and standard deviation as a normal distribution.
fn normal_reference(mean: f64, sd: f64) -> Reference {
    Reference::TwoPieceNormal(TwoPieceNormal {
        centre: mean,
        sd_below: sd,
        sd_above: sd,
    })
}

/// Reads three quantiles as two half normals.
fn decile_reference(median: f64, p10: f64, p90: f64) -> Reference {
    let z90 = normal::quantile(0.9);
    Reference::TwoPieceNormal(TwoPieceNormal {
        centre: median,
        sd_below: (median - p10) / z90,
        sd_above: (p90 - median) / z90,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deciles_of_a_normal_give_its_sd_back() {
        let z90 = normal::quantile(0.9);
        let observed = Observed::MedianDeciles {
            cells: Some(9),
            median: 5.0,
            p10: 5.0 - 2.0 * z90,
            p90: 5.0 + 2.0 * z90,
        };
        assert!((observed.reference().unwrap().sd() - 2.0).abs() < 1e-14);
    }

    #[test]
    fn contradictory_observations_are_refused() {
        let error = |observed: Observed| observed.reference().unwrap_err();
        assert_eq!(
            error(Observed::Table { values: vec![1.0] }),
            ObservedError::TooFewCells { cells: 1 }
        );
        assert_eq!(
            error(Observed::Table {
                values: vec![1.0, f64::NAN]
            }),
            ObservedError::NotFinite
        );
        assert_eq!(
            error(Observed::MeanSd {
                cells: 5,
                mean: 1.0,
                sd: -0.1
            }),
            ObservedError::NegativeSd { sd: -0.1 }
        );
        assert!(matches!(
            error(Observed::MedianDeciles {
                cells: None,
                median: 1.0,
                p10: 2.0,
                p90: 3.0
            }),
            ObservedError::QuantilesOutOfOrder { .. }
        ));
    }
}
