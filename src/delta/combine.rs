//! Combines the deltas of several quantities into one reproducibility.
//!
//! In: deltas with weights that sum to 1. Out: R = Π R_q^w, the weighted geometric mean, so that
//! one quantity far off cannot be bought back by others, and Δ = 1 − R. The standard error of
//! ln R adds w · σ0 in quadrature, σ0 being the spread of each quantity's null: what luck with
//! the cells alone would move.

use std::error::Error;
use std::fmt;

use super::observed::Subject;
use super::{Delta, quadrature};
use crate::math;
use crate::summation::compensated_sum;

/// How far the weights may sum from 1, for weights typed with finite digits.
pub const WEIGHT_SUM_TOLERANCE: f64 = 1e-9;

/// The combined reproducibility.
#[derive(Debug, Clone, PartialEq)]
pub struct Reproduction {
    /// R, 0 … 1; 1 is agreement.
    pub reproducibility: f64,
    /// Δ = 1 − R.
    pub delta: f64,
    /// Standard error of R from luck with the cells; `None` where a number of cells is unknown.
    pub standard_error: Option<f64>,
    /// The quantity with the largest excess; ties by name.
    pub weakest: String,
    /// The subjects of the deltas, nearest first, each once.
    pub subjects: Vec<Subject>,
    /// Whether a quantity had too few cells.
    pub insufficient: bool,
}

/// Why deltas cannot be combined.
#[derive(Debug, Clone, PartialEq)]
pub enum CombineError {
    /// There is no delta.
    NoDeltas,
    /// A weight is negative or not finite.
    WeightUnusable {
        /// The quantity.
        quantity: String,
        /// Its weight.
        weight: f64,
    },
    /// The weights do not sum to 1.
    WeightSum {
        /// Their sum.
        sum: f64,
    },
}

impl fmt::Display for CombineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDeltas => {
                write!(
                    f,
                    "nothing was compared with observations: expected at least one quantity"
                )
            }
            Self::WeightUnusable { quantity, weight } => write!(
                f,
                "the weight of `{quantity}` is `{weight}`: expected a finite number from 0 upwards"
            ),
            Self::WeightSum { sum } => {
                write!(
                    f,
                    "the weights of the compared quantities sum to `{sum}`: expected 1"
                )
            }
        }
    }
}

impl Error for CombineError {}

/// Combines deltas, each with its weight.
///
/// # Errors
/// [`CombineError`] when there is no delta or the weights are unusable.
pub fn combine(deltas: &[(&Delta, f64)]) -> Result<Reproduction, CombineError> {
    let mut deltas = deltas.to_vec();
    deltas.sort_by(|a, b| a.0.quantity.cmp(&b.0.quantity));
    for (delta, weight) in &deltas {
        if !(weight.is_finite() && *weight >= 0.0) {
            let quantity = delta.quantity.clone();
            return Err(CombineError::WeightUnusable {
                quantity,
                weight: *weight,
            });
        }
    }
    let Some(worst) = deltas.iter().copied().reduce(|worst, next| {
        if next.0.excess > worst.0.excess {
            next
        } else {
            worst
        }
    }) else {
        return Err(CombineError::NoDeltas);
    };
    let sum = compensated_sum(deltas.iter().map(|(_, weight)| *weight));
    if (sum - 1.0).abs() > WEIGHT_SUM_TOLERANCE {
        return Err(CombineError::WeightSum { sum });
    }
    let excess = compensated_sum(deltas.iter().map(|(delta, weight)| weight * delta.excess)) / sum;
    let reproducibility = math::exp(-excess);
    let parts: Option<Vec<f64>> = deltas
        .iter()
        .filter(|(_, weight)| *weight > 0.0)
        .map(|(delta, weight)| delta.null.map(|null| weight / sum * null.sd))
        .collect();
    let mut subjects: Vec<Subject> = deltas.iter().map(|(delta, _)| delta.subject).collect();
    subjects.sort_unstable();
    subjects.dedup();
    Ok(Reproduction {
        reproducibility,
        delta: 1.0 - reproducibility,
        standard_error: parts.map(|parts| reproducibility * quadrature(parts)),
        weakest: worst.0.quantity.clone(),
        subjects,
        insufficient: deltas.iter().any(|(delta, _)| delta.insufficient),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delta::Null;

    fn delta(quantity: &str, excess: f64, subject: Subject) -> Delta {
        Delta {
            quantity: quantity.to_owned(),
            subject,
            distance: excess,
            bias: 0.0,
            scale: 1.0,
            scaled: excess,
            null: Some(Null {
                cells: 9,
                level: 0.0,
                sd: 0.1,
                lower: 0.0,
                upper: 0.0,
            }),
            excess,
            reproducibility: math::exp(-excess),
            interval: None,
            insufficient: false,
            covers_simulated_range: true,
            assumptions: Vec::new(),
        }
    }

    #[test]
    fn geometric_mean_with_the_weakest_named() {
        let near = delta("a", 0.0, Subject::ThisLine);
        let far = delta("b", 2.0, Subject::Literature);
        let combined = combine(&[(&far, 0.25), (&near, 0.75)]).unwrap();
        assert!((combined.reproducibility - math::exp(-0.5)).abs() < 1e-15);
        assert_eq!(combined.delta, 1.0 - combined.reproducibility);
        assert_eq!(combined.weakest, "b");
        assert_eq!(combined.subjects, [Subject::ThisLine, Subject::Literature]);
        let expected = combined.reproducibility * 0.1 * (0.25_f64 * 0.25 + 0.75 * 0.75).sqrt();
        assert!((combined.standard_error.unwrap() - expected).abs() < 1e-15);
    }

    #[test]
    fn order_does_not_matter_and_unknown_cells_make_the_error_unknown() {
        let a = delta("a", 0.3, Subject::ThisLine);
        let mut b = delta("b", 0.1, Subject::SisterLine);
        assert_eq!(
            combine(&[(&a, 0.3), (&b, 0.7)]),
            combine(&[(&b, 0.7), (&a, 0.3)])
        );
        b.null = None;
        assert_eq!(
            combine(&[(&a, 0.3), (&b, 0.7)]).unwrap().standard_error,
            None
        );
    }

    #[test]
    fn unusable_weights_are_refused() {
        let a = delta("a", 0.3, Subject::ThisLine);
        assert_eq!(combine(&[]), Err(CombineError::NoDeltas));
        assert_eq!(
            combine(&[(&a, 0.5)]),
            Err(CombineError::WeightSum { sum: 0.5 })
        );
        assert!(matches!(
            combine(&[(&a, -1.0)]),
            Err(CombineError::WeightUnusable { .. })
        ));
    }
}
