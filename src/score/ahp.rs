//! Analytic hierarchy process: weights from pairwise judgements, with their consistency.
//!
//! In: a reciprocal table of judgements a_ij ("i matters a_ij times as much as j"), 1 to 15 items.
//! Out: principal-eigenvector weights (power iteration from equal weights), geometric-mean
//! weights, λ_max, CI = (λ − n) / (n − 1), CR = CI / RI with the random-index table named, the
//! geometric consistency index, and the judgement that fits worst. The three RI tables in use
//! flip the 0.1 verdict near the limit, so the answer always says which one it used.
//! T. L. Saaty, The Analytic Hierarchy Process, 1980; J. Aguarón & J. M. Moreno-Jiménez, Eur. J.
//! Oper. Res. 147, 137–145, 2003, doi:10.1016/S0377-2217(02)00255-2 (GCI and its limits).

use std::error::Error;
use std::fmt;

use crate::math;
use crate::summation::compensated_sum;

/// The most items; the random-index tables end there.
pub const ITEMS_MAX: usize = 15;
/// The power iteration stops when no weight moves by more than this.
pub const STOP_CHANGE: f64 = 1e-14;
/// The most power iterations.
pub const ITERATIONS_MAX: u32 = 10_000;
/// How far a_ij · a_ji may be from 1, for judgements typed with finite digits.
pub const RECIPROCITY_TOLERANCE: f64 = 1e-9;

/// A table of the mean consistency index of random judgements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RandomIndex {
    /// T. L. Saaty, 1980.
    Saaty1980,
    /// T. L. Saaty, Theory and Applications of the Analytic Network Process, 2005.
    Saaty2005,
    /// H. A. Donegan & F. J. Dodd, Math. Comput. Model. 15, 135–137, 1991.
    DoneganDodd1991,
}

impl RandomIndex {
    /// Returns the name used in documents and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saaty1980 => "Saaty 1980",
            Self::Saaty2005 => "Saaty 2005",
            Self::DoneganDodd1991 => "Donegan-Dodd 1991",
        }
    }

    /// Returns the mean CI of random judgements of `items` items; `None` below 3 and above 15.
    #[must_use]
    pub fn value(self, items: usize) -> Option<f64> {
        let table: [f64; 13] = match self {
            Self::Saaty1980 => [
                0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59,
            ],
            Self::Saaty2005 => [
                0.52, 0.89, 1.11, 1.25, 1.35, 1.40, 1.45, 1.49, 1.52, 1.54, 1.56, 1.58, 1.59,
            ],
            Self::DoneganDodd1991 => [
                0.4914, 0.8286, 1.0591, 1.1797, 1.2519, 1.3171, 1.3733, 1.4055, 1.4213, 1.4497,
                1.4643, 1.4822, 1.4969,
            ],
        };
        table.get(items.checked_sub(3)?).copied()
    }
}

/// Checked judgements.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgements {
    items: usize,
    /// Row by row.
    ratios: Vec<f64>,
}

/// What judgements say.
#[derive(Debug, Clone, PartialEq)]
pub struct Priorities {
    /// Principal-eigenvector weights in item order, summing to 1.
    pub weights: Vec<f64>,
    /// Geometric-mean weights in item order, summing to 1.
    pub geometric_weights: Vec<f64>,
    /// Principal eigenvalue; the number of items when perfectly consistent.
    pub lambda_max: f64,
    /// Consistency index; 0 for one or two items.
    pub consistency_index: f64,
    /// Consistency ratio by the named table; 0 for one or two items.
    pub consistency_ratio: f64,
    /// The table used.
    pub random_index: RandomIndex,
    /// Geometric consistency index; 0 for one or two items.
    pub geometric_consistency_index: f64,
    /// The limit of the geometric index that corresponds to a ratio of 0.1.
    pub geometric_limit: f64,
    /// The judgement that departs most from the weights; `None` for one item.
    pub worst: Option<WorstJudgement>,
    /// Power iterations made.
    pub iterations: u32,
}

/// The judgement that fits the others least.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WorstJudgement {
    /// Row, from 0.
    pub row: usize,
    /// Column, from 0, above the row.
    pub column: usize,
    /// The judgement given.
    pub given: f64,
    /// The ratio of the weights, which would fit.
    pub fitting: f64,
}

/// Why there are no weights.
#[derive(Debug, Clone, PartialEq)]
pub enum AhpError {
    /// There is no item or more than 15.
    ItemCount {
        /// The count.
        items: usize,
    },
    /// The number of judgements does not fit the number of items.
    JudgementCount {
        /// Judgements expected.
        expected: usize,
        /// Judgements found.
        found: usize,
    },
    /// A judgement is not a finite number above zero.
    JudgementUnusable {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The judgement.
        value: f64,
    },
    /// a_ij · a_ji is not 1.
    NotReciprocal {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// The judgement.
        value: f64,
        /// Its mirror image.
        mirror: f64,
    },
    /// The power iteration did not settle.
    NotConverged {
        /// The last change of a weight.
        change: f64,
    },
    /// The judgements contradict each other too much.
    Inconsistent {
        /// Their consistency ratio.
        ratio: f64,
        /// The limit.
        limit: f64,
        /// The table used.
        random_index: RandomIndex,
        /// Where to start looking.
        worst: WorstJudgement,
    },
}

impl fmt::Display for AhpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ItemCount { items } => {
                write!(f, "cannot weigh {items} items: expected 1 to {ITEMS_MAX}")
            }
            Self::JudgementCount { expected, found } => {
                write!(f, "{found} judgements are given: expected {expected}")
            }
            Self::JudgementUnusable { row, column, value } => write!(
                f,
                "judgement ({}, {}) is `{value}`: expected a finite number above zero, usually 1/9 \
                 to 9",
                row + 1,
                column + 1
            ),
            Self::NotReciprocal {
                row,
                column,
                value,
                mirror,
            } => write!(
                f,
                "judgement ({}, {}) is `{value}` and its mirror image `{mirror}`: expected the \
                 mirror image 1/{value}",
                row + 1,
                column + 1
            ),
            Self::NotConverged { change } => write!(
                f,
                "the weights still moved by {change:e} after {ITERATIONS_MAX} iterations: expected \
                 less than {STOP_CHANGE:e}; use less extreme judgements"
            ),
            Self::Inconsistent {
                ratio,
                limit,
                random_index,
                worst,
            } => write!(
                f,
                "the judgements have a consistency ratio of {ratio:.3} ({}): expected at most \
                 {limit}; look first at ({}, {}), given as {:.3} where {:.3} would fit",
                random_index.as_str(),
                worst.row + 1,
                worst.column + 1,
                worst.given,
                worst.fitting
            ),
        }
    }
}

impl Error for AhpError {}

impl Judgements {
    /// Takes the upper triangle row by row; the lower one is its mirror image.
    ///
    /// # Errors
    /// [`AhpError`] when the counts do not fit or a judgement is not a finite number above zero.
    pub fn from_upper(items: usize, upper: &[f64]) -> Result<Self, AhpError> {
        check_count(items)?;
        let expected = items * (items - 1) / 2;
        if upper.len() != expected {
            return Err(AhpError::JudgementCount {
                expected,
                found: upper.len(),
            });
        }
        let mut ratios = vec![1.0; items * items];
        let mut judgements = upper.iter();
        for row in 0..items {
            for (column, &value) in (row + 1..items).zip(judgements.by_ref()) {
                check_judgement(row, column, value)?;
                check_judgement(column, row, 1.0 / value)?;
                ratios[row * items + column] = value;
                ratios[column * items + row] = 1.0 / value;
            }
        }
        Ok(Self { items, ratios })
    }

    /// Takes the whole table row by row.
    ///
    /// # Errors
    /// [`AhpError`] as for [`Judgements::from_upper`], and when the table is not reciprocal.
    pub fn from_table(items: usize, ratios: &[f64]) -> Result<Self, AhpError> {
        check_count(items)?;
        let expected = items * items;
        if ratios.len() != expected {
            return Err(AhpError::JudgementCount {
                expected,
                found: ratios.len(),
            });
        }
        for row in 0..items {
            for column in 0..items {
                let (value, mirror) = (ratios[row * items + column], ratios[column * items + row]);
                check_judgement(row, column, value)?;
                if (value * mirror - 1.0).abs() > RECIPROCITY_TOLERANCE {
                    return Err(AhpError::NotReciprocal {
                        row,
                        column,
                        value,
                        mirror,
                    });
                }
            }
        }
        Ok(Self {
            items,
            ratios: ratios.to_vec(),
        })
    }

    /// Returns the number of items.
    #[must_use]
    pub fn items(&self) -> usize {
        self.items
    }

    /// Computes weights and consistency, however inconsistent the judgements are.
    ///
    /// # Errors
    /// [`AhpError::NotConverged`] when the power iteration does not settle.
    pub fn priorities(&self, random_index: RandomIndex) -> Result<Priorities, AhpError> {
        let n = self.items as f64;
        let (weights, iterations) = self.principal_eigenvector()?;
        let geometric_weights = self.geometric_means();
        let lambda_max = self.rayleigh(&weights);
        let (mut consistency_index, mut geometric_consistency_index) = (0.0, 0.0);
        if self.items > 2 {
            consistency_index = (lambda_max - n) / (n - 1.0);
            let squares = compensated_sum(self.pairs().map(|(row, column)| {
                let misfit = self.misfit(&geometric_weights, row, column);
                misfit * misfit
            }));
            geometric_consistency_index = 2.0 / ((n - 1.0) * (n - 2.0)) * squares;
        }
        let consistency_ratio = random_index
            .value(self.items)
            .map_or(0.0, |mean| consistency_index / mean);
        Ok(Priorities {
            worst: self.worst(&weights),
            weights,
            geometric_weights,
            lambda_max,
            consistency_index,
            consistency_ratio,
            random_index,
            geometric_consistency_index,
            geometric_limit: match self.items {
                0..=3 => 0.31,
                4 => 0.35,
                _ => 0.37,
            },
            iterations,
        })
    }

    /// Computes weights and refuses judgements whose consistency ratio is above `limit`
    /// (usually 0.1; stricter 0.05 for 3 items and 0.08 for 4).
    ///
    /// # Errors
    /// [`AhpError::Inconsistent`] beyond the limit, with the judgement to look at first.
    pub fn consistent_priorities(
        &self,
        random_index: RandomIndex,
        limit: f64,
    ) -> Result<Priorities, AhpError> {
        let priorities = self.priorities(random_index)?;
        match priorities.worst {
            Some(worst) if priorities.consistency_ratio > limit => Err(AhpError::Inconsistent {
                ratio: priorities.consistency_ratio,
                limit,
                random_index,
                worst,
            }),
            _ => Ok(priorities),
        }
    }

    /// Returns the table times `weights`.
    fn times(&self, weights: &[f64]) -> Vec<f64> {
        let row = |ratios: &[f64]| compensated_sum(ratios.iter().zip(weights).map(|(a, w)| a * w));
        self.ratios.chunks_exact(self.items).map(row).collect()
    }

    /// Iterates weights ← table · weights, scaled to sum 1, from equal weights.
    fn principal_eigenvector(&self) -> Result<(Vec<f64>, u32), AhpError> {
        let mut weights = vec![1.0 / self.items as f64; self.items];
        let mut change = f64::INFINITY;
        for iteration in 1..=ITERATIONS_MAX {
            let next = normalised(self.times(&weights));
            let moves = next
                .iter()
                .zip(&weights)
                .map(|(new, old)| (new - old).abs());
            change = moves.fold(0.0, f64::max);
            weights = next;
            if change < STOP_CHANGE {
                return Ok((weights, iteration));
            }
        }
        Err(AhpError::NotConverged { change })
    }

    /// Returns the row geometric means, scaled to sum 1.
    fn geometric_means(&self) -> Vec<f64> {
        let row = |ratios: &[f64]| {
            let logarithms = compensated_sum(ratios.iter().map(|ratio| math::ln(*ratio)));
            math::exp(logarithms / self.items as f64)
        };
        normalised(self.ratios.chunks_exact(self.items).map(row).collect())
    }

    /// Returns the eigenvalue of settled weights: the sum of table · weights, as they sum to 1.
    fn rayleigh(&self, weights: &[f64]) -> f64 {
        compensated_sum(self.times(weights)) / compensated_sum(weights.iter().copied())
    }

    /// Returns all pairs above the diagonal.
    fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        (0..self.items).flat_map(|row| (row + 1..self.items).map(move |column| (row, column)))
    }

    /// Returns ln(a_ij w_j / w_i), which is 0 where a judgement fits the weights.
    fn misfit(&self, weights: &[f64], row: usize, column: usize) -> f64 {
        math::ln(self.ratios[row * self.items + column] * weights[column] / weights[row])
    }

    /// Returns the judgement with the largest misfit, the first of equals.
    fn worst(&self, weights: &[f64]) -> Option<WorstJudgement> {
        let mut worst: Option<(f64, WorstJudgement)> = None;
        for (row, column) in self.pairs() {
            let misfit = self.misfit(weights, row, column).abs();
            if worst.is_none_or(|(largest, _)| misfit > largest) {
                let given = self.ratios[row * self.items + column];
                let fitting = weights[row] / weights[column];
                worst = Some((
                    misfit,
                    WorstJudgement {
                        row,
                        column,
                        given,
                        fitting,
                    },
                ));
            }
        }
        worst.map(|(_, judgement)| judgement)
    }
}

/// Checks the number of items.
fn check_count(items: usize) -> Result<(), AhpError> {
    if (1..=ITEMS_MAX).contains(&items) {
        Ok(())
    } else {
        Err(AhpError::ItemCount { items })
    }
}

/// Checks one judgement.
fn check_judgement(row: usize, column: usize, value: f64) -> Result<(), AhpError> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        Err(AhpError::JudgementUnusable { row, column, value })
    }
}

/// Scales numbers above zero to sum 1.
fn normalised(mut values: Vec<f64>) -> Vec<f64> {
    let total = compensated_sum(values.iter().copied());
    for value in &mut values {
        *value /= total;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consistent_judgements_give_their_weights_back() {
        let judgements = Judgements::from_upper(4, &[2.0, 4.0, 8.0, 2.0, 4.0, 2.0]).unwrap();
        let priorities = judgements.priorities(RandomIndex::Saaty1980).unwrap();
        for (weight, expected) in priorities.weights.iter().zip([8.0, 4.0, 2.0, 1.0]) {
            assert!((weight - expected / 15.0).abs() < 1e-15);
        }
        assert!(priorities.consistency_ratio.abs() < 1e-14);
    }

    #[test]
    fn a_cycle_is_refused_with_the_place_to_look_at() {
        let judgements = Judgements::from_upper(3, &[9.0, 1.0 / 9.0, 9.0]).unwrap();
        let error = judgements
            .consistent_priorities(RandomIndex::Saaty1980, 0.1)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the judgements have a consistency ratio of 6.130 (Saaty 1980): expected at most 0.1; \
             look first at (1, 2), given as 9.000 where 1.000 would fit"
        );
    }

    #[test]
    fn one_and_two_items_are_always_consistent() {
        let one = Judgements::from_upper(1, &[]).unwrap();
        assert_eq!(
            one.priorities(RandomIndex::Saaty2005).unwrap().weights,
            [1.0]
        );
        let two = Judgements::from_upper(2, &[3.0]).unwrap();
        let priorities = two
            .consistent_priorities(RandomIndex::Saaty2005, 0.0)
            .unwrap();
        assert_eq!(priorities.weights, [0.75, 0.25]);
        assert_eq!(priorities.consistency_ratio, 0.0);
    }

    #[test]
    fn unusable_judgements_are_refused() {
        assert_eq!(
            Judgements::from_upper(0, &[]),
            Err(AhpError::ItemCount { items: 0 })
        );
        assert_eq!(
            Judgements::from_upper(16, &[]),
            Err(AhpError::ItemCount { items: 16 })
        );
        assert_eq!(
            Judgements::from_upper(3, &[1.0]),
            Err(AhpError::JudgementCount {
                expected: 3,
                found: 1
            })
        );
        for value in [0.0, -2.0, f64::NAN, f64::INFINITY, 1e-320] {
            assert!(matches!(
                Judgements::from_upper(2, &[value]),
                Err(AhpError::JudgementUnusable { .. })
            ));
        }
        assert!(matches!(
            Judgements::from_table(2, &[1.0, 2.0, 0.4, 1.0]),
            Err(AhpError::NotReciprocal { .. })
        ));
        assert!(Judgements::from_table(2, &[1.0, 2.0, 0.5, 1.0]).is_ok());
    }
}
