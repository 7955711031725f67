//! Novelty: how close a recipe is to recipes that were approved before.
//!
//! In: approved recipes and a candidate as parameter values, the smallest change that counts per
//! parameter, and k. Out: the familiarity f = 2^(−d/ℓ) in 0 … 1 (1 = as known), where d is the
//! mean distance to the k nearest approved recipes over standardised parameters and ℓ the 95th
//! percentile of the same distance of each approved recipe to the others: at the edge of
//! experience f is one half. The standard error is the delete-one jackknife over the approved
//! recipes (B. Efron & C. Stein, Ann. Statist. 9, 586–596, 1981, doi:10.1214/aos/1176345462) with
//! the scales kept.

use std::error::Error;
use std::fmt;

use super::{Component, ComponentError, ComponentName};
use crate::math;
use crate::monte_carlo::estimate;
use crate::summation::compensated_sum;

/// The fewest approved recipes that make an experience.
pub const APPROVED_MIN: usize = 6;
/// The percentile of leave-one-out distances that marks the edge of experience.
pub const EDGE_PROBABILITY: f64 = 0.95;

/// One parameter over all approved recipes.
#[derive(Debug, Clone, PartialEq)]
pub struct ParameterExperience {
    /// Dictionary name.
    pub name: String,
    /// The smallest change that counts, such as the plant's grid step, in the parameter's unit;
    /// it is the scale where the approved recipes hardly vary.
    pub resolution: f64,
    /// The value in each approved recipe, in the same recipe order for every parameter.
    pub approved: Vec<f64>,
    /// The value in the candidate.
    pub candidate: f64,
}

/// The novelty component and the distances behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Novelty {
    /// The component; 1 is familiar.
    pub component: Component,
    /// Mean standardised distance to the k nearest approved recipes.
    pub distance: f64,
    /// The edge of experience in the same measure.
    pub edge: f64,
    /// The parameter that contributes most to the distance to the nearest approved recipe.
    pub furthest_parameter: String,
}

/// Why there is no novelty component.
#[derive(Debug, Clone, PartialEq)]
pub enum NoveltyError {
    /// There are fewer than six approved recipes.
    TooFewApproved {
        /// How many there are.
        found: usize,
    },
    /// k is zero or leaves no recipe for a leave-one-out distance with one more left out.
    NeighboursUnusable {
        /// The k asked for.
        neighbours: usize,
        /// The largest k possible.
        most: usize,
    },
    /// No parameter is given.
    NoParameters,
    /// The parameters do not all have the same number of approved recipes.
    RaggedTable {
        /// The first parameter that differs.
        parameter: String,
        /// Recipes expected.
        expected: usize,
        /// Recipes found.
        found: usize,
    },
    /// A value is not finite or the resolution is not above zero.
    ValueUnusable {
        /// Name of the parameter.
        parameter: String,
    },
    /// All approved recipes are alike, so that there is no edge of experience.
    NoSpread,
    /// The value left the unit interval.
    Component(ComponentError),
}

impl fmt::Display for NoveltyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewApproved { found } => write!(
                f,
                "{found} approved recipes are no experience: expected at least {APPROVED_MIN}; add \
                 approved recipes or leave novelty out of the weights"
            ),
            Self::NeighboursUnusable { neighbours, most } => write!(
                f,
                "cannot take the {neighbours} nearest recipes: expected 1 to {most}"
            ),
            Self::NoParameters => write!(f, "no parameter is given: expected at least one"),
            Self::RaggedTable {
                parameter,
                expected,
                found,
            } => write!(
                f,
                "`{parameter}` has values of {found} approved recipes: expected {expected} like \
                 the first parameter"
            ),
            Self::ValueUnusable { parameter } => write!(
                f,
                "`{parameter}` has a value that is not finite or a resolution not above zero: \
                 expected finite numbers; state the plant's step"
            ),
            Self::NoSpread => write!(
                f,
                "all approved recipes are alike: expected some that differ, to know how far \
                 experience reaches"
            ),
            Self::Component(error) => write!(f, "{error}"),
        }
    }
}

impl Error for NoveltyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Component(error) => Some(error),
            Self::TooFewApproved { .. }
            | Self::NeighboursUnusable { .. }
            | Self::NoParameters
            | Self::RaggedTable { .. }
            | Self::ValueUnusable { .. }
            | Self::NoSpread => None,
        }
    }
}

/// Returns the familiarity of the candidate, from its `neighbours` nearest approved recipes.
///
/// # Errors
/// [`NoveltyError`] when there are fewer than six approved recipes, the table is unusable, or the
/// approved recipes are all alike.
pub fn novelty(
    parameters: &[ParameterExperience],
    neighbours: usize,
) -> Result<Novelty, NoveltyError> {
    let count = check(parameters, neighbours)?;
    let scales: Vec<f64> = parameters
        .iter()
        .map(|parameter| {
            let sd = estimate::standard_deviation(&parameter.approved).unwrap_or(0.0);
            sd.max(parameter.resolution)
        })
        .collect();
    let value = |parameter: usize, recipe: usize| {
        // Recipe number `count` is the candidate.
        let parameter = &parameters[parameter];
        parameter
            .approved
            .get(recipe)
            .copied()
            .unwrap_or(parameter.candidate)
    };
    let separation = |a: usize, b: usize| {
        let squares = scales.iter().enumerate().map(|(parameter, scale)| {
            let difference = (value(parameter, a) - value(parameter, b)) / scale;
            difference * difference
        });
        (compensated_sum(squares) / scales.len() as f64).sqrt()
    };
    let near: Vec<Vec<(f64, usize)>> = (0..=count)
        .map(|recipe| nearest(recipe, count, &separation))
        .collect();
    let all = familiarity(&near, count, neighbours, None).ok_or(NoveltyError::NoSpread)?;
    let standard_error = jackknife(&near, count, neighbours);
    let closest = near[count].first().map_or(0, |&(_, recipe)| recipe);
    let furthest_parameter = furthest(parameters, &scales, closest);
    let mut reasons = vec![format!(
        "distance {:.3} to the {neighbours} nearest of {count} approved recipes, edge of \
         experience {:.3}",
        all.distance, all.edge
    )];
    if all.distance > all.edge {
        reasons.push(format!(
            "beyond the edge of experience, most by {furthest_parameter}"
        ));
    }
    let component = Component::new(ComponentName::Novelty, all.value, standard_error, reasons)
        .map_err(NoveltyError::Component)?;
    Ok(Novelty {
        component,
        distance: all.distance,
        edge: all.edge,
        furthest_parameter,
    })
}

/// A familiarity with its parts.
struct Familiarity {
    value: f64,
    distance: f64,
    edge: f64,
}

/// Checks the table and returns the number of approved recipes.
fn check(parameters: &[ParameterExperience], neighbours: usize) -> Result<usize, NoveltyError> {
    let Some(first) = parameters.first() else {
        return Err(NoveltyError::NoParameters);
    };
    let expected = first.approved.len();
    for parameter in parameters {
        let found = parameter.approved.len();
        if found != expected {
            let parameter = parameter.name.clone();
            return Err(NoveltyError::RaggedTable {
                parameter,
                expected,
                found,
            });
        }
        let finite = parameter.approved.iter().all(|value| value.is_finite())
            && parameter.candidate.is_finite();
        let resolved = parameter.resolution.is_finite() && parameter.resolution > 0.0;
        if !(finite && resolved) {
            return Err(NoveltyError::ValueUnusable {
                parameter: parameter.name.clone(),
            });
        }
    }
    if expected < APPROVED_MIN {
        return Err(NoveltyError::TooFewApproved { found: expected });
    }
    // The jackknife leaves one recipe out, the leave-one-out distance another.
    let most = expected - 2;
    if neighbours == 0 || neighbours > most {
        return Err(NoveltyError::NeighboursUnusable { neighbours, most });
    }
    Ok(expected)
}

/// Returns the approved recipes other than `recipe` by distance from it, ties by index.
fn nearest(
    recipe: usize,
    count: usize,
    separation: &impl Fn(usize, usize) -> f64,
) -> Vec<(f64, usize)> {
    let mut near: Vec<(f64, usize)> = (0..count)
        .filter(|&other| other != recipe)
        .map(|other| (separation(recipe, other), other))
        .collect();
    near.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    near
}

/// Returns the familiarity of the candidate with recipe `left_out` forgotten; `None` when the
/// edge of experience is zero.
fn familiarity(
    near: &[Vec<(f64, usize)>],
    count: usize,
    neighbours: usize,
    left_out: Option<usize>,
) -> Option<Familiarity> {
    let mean_distance = |recipe: usize| {
        let kept = near[recipe]
            .iter()
            .filter(|&&(_, other)| Some(other) != left_out);
        compensated_sum(kept.take(neighbours).map(|&(distance, _)| distance)) / neighbours as f64
    };
    let others: Vec<f64> = (0..count)
        .filter(|&recipe| Some(recipe) != left_out)
        .map(mean_distance)
        .collect();
    let edge = estimate::quantile_of_sorted(&estimate::sorted(&others), EDGE_PROBABILITY)?;
    let distance = mean_distance(count);
    (edge > 0.0).then(|| Familiarity {
        value: math::exp(-std::f64::consts::LN_2 * distance / edge),
        distance,
        edge,
    })
}

/// Returns the delete-one jackknife standard error; `None` when a deletion leaves no spread.
fn jackknife(near: &[Vec<(f64, usize)>], count: usize, neighbours: usize) -> Option<f64> {
    let values = (0..count)
        .map(|left_out| {
            familiarity(near, count, neighbours, Some(left_out)).map(|known| known.value)
        })
        .collect::<Option<Vec<f64>>>()?;
    let centre = estimate::mean(&values);
    let squares = compensated_sum(
        values
            .iter()
            .map(|value| (value - centre) * (value - centre)),
    );
    Some((squares * (count - 1) as f64 / count as f64).sqrt())
}

/// Returns the parameter in which the candidate differs most from approved recipe `closest`.
fn furthest(parameters: &[ParameterExperience], scales: &[f64], closest: usize) -> String {
    let difference = |(parameter, scale): (&ParameterExperience, &f64)| {
        ((parameter.candidate - parameter.approved[closest]) / scale).abs()
    };
    let mut best = (f64::NEG_INFINITY, "");
    for pair in parameters.iter().zip(scales) {
        let size = difference(pair);
        let name = pair.0.name.as_str();
        if size > best.0 || (size == best.0 && name < best.1) {
            best = (size, name);
        }
    }
    best.1.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speed(approved: &[f64], candidate: f64) -> ParameterExperience {
        ParameterExperience {
            name: "coating.web_speed".to_owned(),
            resolution: 1e-6,
            approved: approved.to_vec(),
            candidate,
        }
    }

    const LADDER: [f64; 8] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];

    #[test]
    fn familiarity_is_half_at_the_edge_of_experience() {
        // Neighbours of a ladder with step 1 are 1 away, so the edge is one step: at 9, f = 1/2.
        let at = |candidate| novelty(&[speed(&LADDER, candidate)], 1).unwrap();
        assert!((at(9.0).component.value() - 0.5).abs() < 1e-14);
        assert!((at(10.0).component.value() - 0.25).abs() < 1e-14);
        assert_eq!(at(4.0).component.value(), 1.0);
        assert!(at(10.0).component.reasons()[1].contains("coating.web_speed"));
    }

    #[test]
    fn familiarity_falls_with_distance_and_ignores_units_and_order() {
        let mut last = 1.0;
        for step in 0..20 {
            let candidate = 8.0 + f64::from(step);
            let known = novelty(&[speed(&LADDER, candidate)], 3).unwrap();
            assert!(known.component.value() <= last);
            last = known.component.value();
        }
        let plain = novelty(&[speed(&LADDER, 9.5)], 3).unwrap();
        let mut scaled: Vec<f64> = LADDER.iter().map(|value| value * 60.0).collect();
        scaled.reverse();
        let other = novelty(&[speed(&scaled, 9.5 * 60.0)], 3).unwrap();
        assert!((plain.component.value() - other.component.value()).abs() < 1e-14);
        assert!((plain.distance - other.distance).abs() < 1e-14);
    }

    #[test]
    fn parameter_never_varied_before_counts_by_its_resolution() {
        let mut steady = speed(&[5.0; 8], 5.2);
        steady.name = "drying.air_speed".to_owned();
        steady.resolution = 0.1;
        let known = novelty(&[speed(&LADDER, 4.5), steady], 1).unwrap();
        assert_eq!(known.furthest_parameter, "drying.air_speed");
        assert!(known.component.value() < 0.5);
    }

    #[test]
    fn jackknife_error_is_positive_where_recipes_scatter() {
        let approved = [1.0, 1.3, 2.0, 2.9, 3.1, 4.7, 5.0];
        let known = novelty(&[speed(&approved, 6.0)], 2).unwrap();
        let error = known.component.standard_error().unwrap();
        assert!(error > 0.0 && error < 0.5, "{error}");
    }

    #[test]
    fn thin_or_unusable_experience_is_refused() {
        assert_eq!(
            novelty(&[speed(&LADDER[..5], 1.0)], 1),
            Err(NoveltyError::TooFewApproved { found: 5 })
        );
        assert!(matches!(
            novelty(&[speed(&[3.0; 8], 3.0)], 2),
            Err(NoveltyError::NoSpread)
        ));
        assert!(matches!(
            novelty(&[speed(&LADDER, 1.0)], 7),
            Err(NoveltyError::NeighboursUnusable { most: 6, .. })
        ));
        assert!(matches!(
            novelty(&[speed(&LADDER, f64::NAN)], 1),
            Err(NoveltyError::ValueUnusable { .. })
        ));
        assert!(matches!(
            novelty(&[speed(&LADDER, 1.0), speed(&LADDER[..7], 1.0)], 1),
            Err(NoveltyError::RaggedTable {
                expected: 8,
                found: 7,
                ..
            })
        ));
        assert_eq!(novelty(&[], 1), Err(NoveltyError::NoParameters));
    }
}
