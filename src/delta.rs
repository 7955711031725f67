//! Delta: how far a simulated outcome lies from observed cells, with the luck of few cells taken
//! off.
//!
//! In: simulated values of one outcome, observations as a table or a summary, and whose cells
//! they are. Out: the area validation metric d (the 1-Wasserstein distance W1; S. Ferson, W. L.
//! Oberkampf & L. Ginzburg, 2008, doi:10.1016/j.cma.2007.07.030), scaled r = W1 / s with
//! s = max(observed sd, instrument uncertainty, tolerance), its null level r0 = E[r] for as many
//! cells drawn from the simulation itself, ρ = max(0, r − r0), and R = exp(−ρ) in 0 … 1. Several
//! quantities combine by the weighted geometric mean. The null and its spread come from
//! deterministic resampling; model error, not sampling error, is what ρ measures.

use std::error::Error;
use std::fmt;

use crate::monte_carlo::estimate;
use crate::random::StreamKey;
use crate::summation::compensated_sum;

pub mod combine;
pub mod observed;
pub mod wasserstein;

use observed::{Observed, ObservedError, Reference, Subject};
use wasserstein::NormalGrid;

/// Resamples of the null level; its own error is 1/14 of the null's spread.
pub const RESAMPLES: u64 = 200;
/// The fewest simulated values that stand for a distribution.
pub const SIMULATED_MIN: usize = 100;
/// Below this number of cells the answer is called insufficient.
pub const CELLS_MIN: u64 = 5;

/// One outcome to compare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison<'a> {
    /// Dictionary name; it selects the random stream of the null.
    pub quantity: &'a str,
    /// Simulated values in the quantity's SI unit, failed samples left out.
    pub simulated: &'a [f64],
    /// Observed cells in the same unit.
    pub observed: &'a Observed,
    /// Whose cells they are.
    pub subject: Subject,
    /// Standard uncertainty of the instrument, 0 or more, in the same unit.
    pub instrument_uncertainty: f64,
    /// The difference that does not matter, 0 or more, in the same unit.
    pub tolerance: f64,
    /// Seed of the null.
    pub seed: u64,
}

/// How far one outcome lies from observations.
#[derive(Debug, Clone, PartialEq)]
pub struct Delta {
    /// Dictionary name.
    pub quantity: String,
    /// Whose cells were observed.
    pub subject: Subject,
    /// W1 in the quantity's unit.
    pub distance: f64,
    /// Simulated centre minus observed centre, in the quantity's unit: means, or medians where
    /// only a median was observed.
    pub bias: f64,
    /// The scale s in the quantity's unit.
    pub scale: f64,
    /// W1 / s.
    pub scaled: f64,
    /// The null level and its spread; `None` where the number of cells is unknown.
    pub null: Option<Null>,
    /// max(0, scaled − null level).
    pub excess: f64,
    /// R = exp(−excess), 0 … 1; 1 is agreement.
    pub reproducibility: f64,
    /// R with the null at its 5 % and 95 % quantile; `None` where the number of cells is unknown.
    pub interval: Option<(f64, f64)>,
    /// Whether there are too few cells to say more than the upper end of the interval.
    pub insufficient: bool,
    /// Whether the simulated 5 % to 95 % range lies inside the observed range, widened by one scale
    /// on either side (a summary counts as its centre ± 2 standard deviations).
    pub covers_simulated_range: bool,
    /// What had to be assumed, in the order to read it.
    pub assumptions: Vec<String>,
}

/// The distance that luck alone gives, in units of the scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Null {
    /// Number of cells drawn each time.
    pub cells: u64,
    /// Mean.
    pub level: f64,
    /// Standard deviation.
    pub sd: f64,
    /// 5 % quantile.
    pub lower: f64,
    /// 95 % quantile.
    pub upper: f64,
}

/// Why two distributions were not compared.
#[derive(Debug, Clone, PartialEq)]
pub enum DeltaError {
    /// There are too few simulated values.
    TooFewSimulated {
        /// The quantity.
        quantity: String,
        /// How many there are.
        found: usize,
    },
    /// A simulated value is not finite.
    SimulatedNotFinite {
        /// The quantity.
        quantity: String,
        /// Position of the first such value.
        index: usize,
    },
    /// The instrument uncertainty or tolerance is not a finite number from 0 upwards.
    AllowanceUnusable {
        /// The quantity.
        quantity: String,
        /// The number.
        value: f64,
    },
    /// Nothing gives a scale: the cells do not vary and neither uncertainty nor tolerance is given.
    NoScale {
        /// The quantity.
        quantity: String,
    },
    /// The observations are unusable.
    Observed {
        /// The quantity.
        quantity: String,
        /// What is wrong.
        error: ObservedError,
    },
}

impl fmt::Display for DeltaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewSimulated { quantity, found } => write!(
                f,
                "`{quantity}` has {found} simulated values: expected at least {SIMULATED_MIN}"
            ),
            Self::SimulatedNotFinite { quantity, index } => write!(
                f,
                "simulated value {index} of `{quantity}` is not finite: expected computed samples \
                 only"
            ),
            Self::AllowanceUnusable { quantity, value } => write!(
                f,
                "an uncertainty or tolerance of `{quantity}` is `{value}`: expected a finite \
                 number from 0 upwards"
            ),
            Self::NoScale { quantity } => write!(
                f,
                "the observed cells of `{quantity}` do not vary: expected an instrument \
                 uncertainty or a tolerance to measure the distance by"
            ),
            Self::Observed { quantity, error } => {
                write!(f, "the observations of `{quantity}` are unusable: {error}")
            }
        }
    }
}

impl Error for DeltaError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Observed { error, .. } => Some(error),
            Self::TooFewSimulated { .. }
            | Self::SimulatedNotFinite { .. }
            | Self::AllowanceUnusable { .. }
            | Self::NoScale { .. } => None,
        }
    }
}

/// Compares simulated values of one outcome with observed cells.
///
/// # Errors
/// [`DeltaError`] when either side is unusable or nothing gives a scale.
pub fn compare(comparison: &Comparison<'_>) -> Result<Delta, DeltaError> {
    let quantity = || comparison.quantity.to_owned();
    check_simulated(comparison)?;
    let reference = comparison
        .observed
        .reference()
        .map_err(|error| DeltaError::Observed {
            quantity: quantity(),
            error,
        })?;
    let simulated = estimate::sorted(comparison.simulated);
    let spread = reference.sd();
    let scale = spread
        .max(comparison.instrument_uncertainty)
        .max(comparison.tolerance);
    if scale <= 0.0 {
        return Err(DeltaError::NoScale {
            quantity: quantity(),
        });
    }
    let measure = Measure::new(&simulated);
    let distance = measure.distance(&reference);
    let scaled = distance / scale;
    let null = comparison.observed.cells().map(|cells| {
        let key = StreamKey::new(comparison.seed, &format!("delta/{}", comparison.quantity));
        null_level(&measure, comparison.observed, cells, scale, &key)
    });
    let excess = (scaled - null.map_or(0.0, |null| null.level)).max(0.0);
    let score = |null: f64| crate::math::exp(-(scaled - null).max(0.0));
    let insufficient = comparison
        .observed
        .cells()
        .is_none_or(|cells| cells < CELLS_MIN);
    let interval = null.map(|null| {
        // With too few cells nothing supports a lower end.
        let lower = if insufficient { 0.0 } else { score(null.lower) };
        (lower, score(null.upper))
    });
    Ok(Delta {
        quantity: quantity(),
        subject: comparison.subject,
        distance,
        bias: measure.bias(&reference),
        scale,
        scaled,
        null,
        excess,
        reproducibility: crate::math::exp(-excess),
        interval,
        insufficient,
        covers_simulated_range: measure.is_covered_by(&reference, scale),
        assumptions: assumptions(comparison, spread, scale),
    })
}

/// Checks the simulated side and the allowances.
fn check_simulated(comparison: &Comparison<'_>) -> Result<(), DeltaError> {
    let quantity = || comparison.quantity.to_owned();
    let found = comparison.simulated.len();
    if found < SIMULATED_MIN {
        return Err(DeltaError::TooFewSimulated {
            quantity: quantity(),
            found,
        });
    }
    if let Some(index) = comparison
        .simulated
        .iter()
        .position(|value| !value.is_finite())
    {
        return Err(DeltaError::SimulatedNotFinite {
            quantity: quantity(),
            index,
        });
    }
    for value in [comparison.instrument_uncertainty, comparison.tolerance] {
        if !(value.is_finite() && value >= 0.0) {
            return Err(DeltaError::AllowanceUnusable {
                quantity: quantity(),
                value,
            });
        }
    }
    Ok(())
}

/// The simulated side, prepared for many distances.
struct Measure<'a> {
    simulated: &'a [f64],
    prefix: Vec<f64>,
    grid: NormalGrid,
}

impl<'a> Measure<'a> {
    fn new(simulated: &'a [f64]) -> Self {
        let prefix = wasserstein::prefix_sums(simulated);
        Self {
            simulated,
            prefix,
            grid: NormalGrid::new(simulated.len()),
        }
    }

    /// Returns W1 between the simulated values and the observed ones.
    fn distance(&self, reference: &Reference) -> f64 {
        match reference {
            Reference::Table { sorted } => {
                wasserstein::between_tables(self.simulated, &self.prefix, sorted)
            }
            Reference::TwoPieceNormal(quantiles) => self.grid.distance(self.simulated, *quantiles),
        }
    }

    /// Returns simulated minus observed centre.
    fn bias(&self, reference: &Reference) -> f64 {
        match reference {
            Reference::Table { sorted } => estimate::mean(self.simulated) - estimate::mean(sorted),
            Reference::TwoPieceNormal(pieces) if pieces.sd_below == pieces.sd_above => {
                estimate::mean(self.simulated) - pieces.centre
            }
            Reference::TwoPieceNormal(pieces) => self.quantile(0.5) - pieces.centre,
        }
    }

    /// Returns whether the simulated 5 % to 95 % range lies inside the observed range, widened by
    /// one scale on either side: there the observations speak about what was simulated.
    fn is_covered_by(&self, reference: &Reference, scale: f64) -> bool {
        let (least, greatest) = match reference {
            Reference::Table { sorted } => (sorted.first().copied(), sorted.last().copied()),
            Reference::TwoPieceNormal(pieces) => (
                Some(pieces.centre - 2.0 * pieces.sd_below),
                Some(pieces.centre + 2.0 * pieces.sd_above),
            ),
        };
        let (Some(least), Some(greatest)) = (least, greatest) else {
            return false;
        };
        self.quantile(0.05) >= least - scale && self.quantile(0.95) <= greatest + scale
    }

    /// Returns a type-7 quantile of the simulated values.
    fn quantile(&self, probability: f64) -> f64 {
        // INVARIANT: `check_simulated` asked for at least 100 values.
        estimate::quantile_of_sorted(self.simulated, probability).unwrap_or(f64::NAN)
    }
}

/// Draws `cells` from the simulated values many times, reduces them exactly as the observations
/// were reduced, and describes their scaled distance from the simulated values.
fn null_level(
    measure: &Measure<'_>,
    observed: &Observed,
    cells: u64,
    scale: f64,
    key: &StreamKey,
) -> Null {
    let count = measure.simulated.len() as u64;
    let mut distances = Vec::with_capacity(RESAMPLES as usize);
    for resample in 0..RESAMPLES {
        let mut stream = key.stream(resample);
        let drawn: Vec<f64> = (0..cells)
            .filter_map(|_| stream.index_below(count))
            .map(|index| measure.simulated[index as usize])
            .collect();
        let reference = observed.reduce_alike(&drawn);
        distances.push(measure.distance(&reference) / scale);
    }
    let sorted = estimate::sorted(&distances);
    // INVARIANT: RESAMPLES is above 1, so that quantiles and a standard deviation exist.
    let quantile = |p| estimate::quantile_of_sorted(&sorted, p).unwrap_or(f64::NAN);
    Null {
        cells,
        level: estimate::mean(&distances),
        sd: estimate::standard_deviation(&distances).unwrap_or(f64::NAN),
        lower: quantile(0.05),
        upper: quantile(0.95),
    }
}

/// Lists what had to be assumed.
fn assumptions(comparison: &Comparison<'_>, spread: f64, scale: f64) -> Vec<String> {
    let mut assumptions = comparison.observed.assumptions();
    if spread < scale {
        let by = if comparison.tolerance >= comparison.instrument_uncertainty {
            "tolerance"
        } else {
            "instrument uncertainty"
        };
        assumptions.push(format!(
            "the distance is measured by the {by}, not by the cells' spread"
        ));
    }
    if let Some(assumption) = comparison.subject.assumption() {
        assumptions.push(assumption.to_owned());
    }
    assumptions
}

/// Returns the square root of the sum of squares.
fn quadrature(parts: impl IntoIterator<Item = f64>) -> f64 {
    compensated_sum(parts.into_iter().map(|part| part * part)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal;

    /// Evenly spaced quantiles of a normal, a noise-free stand-in for an ensemble.
    fn normal_values(count: u32, mean: f64, sd: f64) -> Vec<f64> {
        (0..count)
            .map(|i| mean + sd * normal::quantile((f64::from(i) + 0.5) / f64::from(count)))
            .collect()
    }

    fn delta(simulated: &[f64], observed: &Observed) -> Delta {
        compare(&Comparison {
            quantity: "formation.first_cycle_efficiency",
            simulated,
            observed,
            subject: Subject::Literature,
            instrument_uncertainty: 0.0,
            tolerance: 0.0,
            seed: 7,
        })
        .unwrap()
    }

    fn table(values: Vec<f64>) -> Observed {
        Observed::Table { values }
    }

    #[test]
    fn shift_of_a_normal_is_its_distance() {
        let simulated = normal_values(4000, 10.0, 2.0);
        let answer = delta(
            &simulated,
            &Observed::MeanSd {
                cells: 10_000,
                mean: 13.0,
                sd: 2.0,
            },
        );
        assert!((answer.distance - 3.0).abs() < 2e-3, "{}", answer.distance);
        assert!((answer.bias + 3.0).abs() < 1e-9);
    }

    #[test]
    fn equal_distributions_score_near_one_for_every_kind_of_observation() {
        let simulated = normal_values(4000, 0.85, 0.01);
        let cells = normal_values(19, 0.85, 0.01);
        let sorted = estimate::sorted(&cells);
        let quantile = |p| estimate::quantile_of_sorted(&sorted, p).unwrap();
        let kinds = [
            table(cells.clone()),
            Observed::MeanSd {
                cells: 19,
                mean: estimate::mean(&cells),
                sd: estimate::standard_deviation(&cells).unwrap(),
            },
            Observed::MedianDeciles {
                cells: Some(19),
                median: quantile(0.5),
                p10: quantile(0.1),
                p90: quantile(0.9),
            },
        ];
        for observed in kinds {
            let answer = delta(&simulated, &observed);
            assert!(answer.reproducibility > 0.99, "{answer:?}");
            assert!(answer.covers_simulated_range);
        }
    }

    /// Goal: luck is taken off, no more and no less.
    /// Method: 19 cells drawn from the simulation itself, 100 times: R is 1 in about half.
    #[test]
    fn cells_drawn_from_the_simulation_average_near_one() {
        let simulated = normal_values(1000, 5.0, 1.0);
        let mut scores = Vec::new();
        for seed in 0..100 {
            let mut stream = crate::random::Stream::new(seed, "cells", 0);
            let cells = (0..19)
                .map(|_| 5.0 + normal::quantile(stream.uniform_open()))
                .collect();
            scores.push(delta(&simulated, &table(cells)).reproducibility);
        }
        let exact = scores.iter().filter(|score| **score == 1.0).count();
        let mean = estimate::mean(&scores);
        assert!((35..=75).contains(&exact), "{exact}");
        assert!(mean > 0.93, "{mean}");
    }

    #[test]
    fn score_falls_with_a_shift_of_the_mean() {
        let simulated = normal_values(2000, 0.0, 1.0);
        let mut last = 1.1;
        for step in 0..12 {
            let shift = 0.3 * f64::from(step);
            let cells = normal_values(12, shift, 1.0);
            let score = delta(&simulated, &table(cells)).reproducibility;
            assert!(
                score < last || (score == 1.0 && last == 1.0),
                "{shift}: {score} {last}"
            );
            assert!((0.0..=1.0).contains(&score));
            last = score;
        }
        assert!(last < 0.1);
    }

    #[test]
    fn units_and_order_do_not_matter() {
        let simulated = normal_values(500, 2.0, 0.3);
        let cells = vec![2.1, 1.8, 2.6, 2.2, 2.9, 1.7];
        let plain = delta(&simulated, &table(cells.clone()));
        let mut reversed: Vec<f64> = simulated.iter().map(|value| value * 4.0).collect();
        reversed.reverse();
        let mut scaled: Vec<f64> = cells.iter().map(|value| value * 4.0).collect();
        scaled.swap(0, 4);
        let other = delta(&reversed, &table(scaled));
        // A factor of four only moves the exponent, so that even the bits agree.
        assert_eq!(plain.reproducibility, other.reproducibility);
        assert_eq!(plain.distance * 4.0, other.distance);
    }

    #[test]
    fn unknown_number_of_cells_leaves_the_null_out_and_says_so() {
        let simulated = normal_values(500, 2.0, 0.3);
        let observed = Observed::MedianDeciles {
            cells: None,
            median: 2.0,
            p10: 1.6,
            p90: 2.4,
        };
        let answer = delta(&simulated, &observed);
        assert_eq!(
            (answer.null, answer.interval, answer.insufficient),
            (None, None, true)
        );
        assert!(
            answer
                .assumptions
                .iter()
                .any(|text| text.contains("number of cells"))
        );
    }

    #[test]
    fn few_cells_have_no_lower_end() {
        let simulated = normal_values(500, 2.0, 0.3);
        let answer = delta(&simulated, &table(vec![2.0, 2.1, 1.9]));
        assert!(answer.insufficient);
        assert_eq!(answer.interval.unwrap().0, 0.0);
    }

    #[test]
    fn unusable_sides_are_refused() {
        let simulated = normal_values(500, 2.0, 0.3);
        let cells = table(vec![2.0; 6]);
        let mut comparison = Comparison {
            quantity: "q",
            simulated: &simulated,
            observed: &cells,
            subject: Subject::ThisLine,
            instrument_uncertainty: 0.0,
            tolerance: 0.0,
            seed: 1,
        };
        assert!(matches!(
            compare(&comparison),
            Err(DeltaError::NoScale { .. })
        ));
        comparison.tolerance = 0.1;
        assert!(compare(&comparison).is_ok());
        comparison.tolerance = -0.1;
        assert!(matches!(
            compare(&comparison),
            Err(DeltaError::AllowanceUnusable { .. })
        ));
        comparison.tolerance = 0.1;
        comparison.simulated = &simulated[..50];
        assert!(matches!(
            compare(&comparison),
            Err(DeltaError::TooFewSimulated { found: 50, .. })
        ));
    }
}
