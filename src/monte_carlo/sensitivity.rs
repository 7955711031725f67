//! Ranks inputs by their influence on outputs: one at a time, and by rank correlation.
//!
//! In: the model as a plain function, nominal input values, and each input's distribution; or an
//! ensemble's columns. Out: changes in the unit of the output, or Spearman's rho, ranked with ties
//! by name. One-at-a-time moves each input from its 5 % to its 95 % quantile with all others
//! nominal: it sees no interaction, which is why the rank correlation stands beside it.
//! Spearman's rho: C. Spearman, Am. J. Psychol. 15, 72–101, 1904, doi:10.2307/1412159.

use super::ensemble::{Ensemble, EnsembleError, Input, SampleStatus, draw_column};
use super::estimate;
use crate::summation::compensated_sum;

/// The lower quantile to which an input is moved.
pub const LOWER_QUANTILE: f64 = 0.05;
/// The upper quantile to which an input is moved.
pub const UPPER_QUANTILE: f64 = 0.95;

/// The influence of one input on every output.
#[derive(Debug, Clone, PartialEq)]
pub struct Influence {
    /// Name of the input.
    pub input: String,
    /// The input at its 5 % quantile, in its SI unit.
    pub lower_value: f64,
    /// The input at its 95 % quantile, in its SI unit.
    pub upper_value: f64,
    /// The outputs there.
    pub effect: Effect,
}

/// What moving one input did.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Both ends were computed.
    Computed {
        /// Outputs at the 5 % quantile.
        at_lower: Vec<f64>,
        /// Outputs at the 95 % quantile.
        at_upper: Vec<f64>,
    },
    /// The model gave up at one end.
    Failed {
        /// Its label.
        reason: &'static str,
    },
}

impl Influence {
    /// Returns the change of `output` from the 5 % to the 95 % quantile, in the output's unit;
    /// `None` when the model failed or there is no such output.
    #[must_use]
    pub fn change(&self, output: usize) -> Option<f64> {
        match &self.effect {
            Effect::Computed { at_lower, at_upper } => {
                Some(at_upper.get(output)? - at_lower.get(output)?)
            }
            Effect::Failed { .. } => None,
        }
    }
}

/// Moves each input from its 5 % to its 95 % quantile with all others at `nominal`.
///
/// Fixed inputs are left out: they have no spread. The answers are in input order; [`ranked`]
/// sorts them for one output.
///
/// # Errors
/// [`EnsembleError`] when a distribution is unusable or `nominal` has not one value per input.
pub fn one_at_a_time<M>(
    model: &M,
    inputs: &[Input],
    nominal: &[f64],
    outputs: usize,
) -> Result<Vec<Influence>, EnsembleError>
where
    M: Fn(&[f64], &mut [f64]) -> SampleStatus,
{
    if nominal.len() != inputs.len() {
        return Err(EnsembleError::CornerUnusable {
            corner: "nominal".to_owned(),
            expected: inputs.len(),
            found: nominal.len(),
        });
    }
    let mut influences = Vec::new();
    for (index, input) in inputs.iter().enumerate() {
        if input.distribution.is_fixed() {
            continue;
        }
        let sampler =
            input
                .distribution
                .sampler()
                .map_err(|error| EnsembleError::InputUnusable {
                    input: input.name.clone(),
                    error,
                })?;
        let (lower_value, upper_value) =
            (sampler.value(LOWER_QUANTILE), sampler.value(UPPER_QUANTILE));
        let at = |value: f64| {
            let mut values = nominal.to_vec();
            values[index] = value;
            evaluate(model, &values, outputs)
        };
        let effect = match (at(lower_value), at(upper_value)) {
            (Ok(at_lower), Ok(at_upper)) => Effect::Computed { at_lower, at_upper },
            (Err(reason), _) | (_, Err(reason)) => Effect::Failed { reason },
        };
        influences.push(Influence {
            input: input.name.clone(),
            lower_value,
            upper_value,
            effect,
        });
    }
    Ok(influences)
}

/// Runs the model once.
fn evaluate<M>(model: &M, values: &[f64], outputs: usize) -> Result<Vec<f64>, &'static str>
where
    M: Fn(&[f64], &mut [f64]) -> SampleStatus,
{
    let mut answer = vec![f64::NAN; outputs];
    match model(values, &mut answer) {
        SampleStatus::Failed { reason } => Err(reason),
        SampleStatus::Computed { .. } if answer.iter().any(|output| !output.is_finite()) => {
            Err(super::ensemble::NON_FINITE_OUTPUT)
        }
        SampleStatus::Computed { .. } => Ok(answer),
    }
}

/// Sorts influences for one output: inputs that make the model fail first, then by size of the
/// change, ties by name.
#[must_use]
pub fn ranked(influences: &[Influence], output: usize) -> Vec<&Influence> {
    let mut ranked: Vec<&Influence> = influences.iter().collect();
    let size = |influence: &Influence| influence.change(output).map_or(f64::INFINITY, f64::abs);
    ranked.sort_by(|a, b| {
        size(b)
            .total_cmp(&size(a))
            .then_with(|| a.input.cmp(&b.input))
    });
    ranked
}

/// Returns Spearman's rank correlation of two columns, ties sharing their mean rank.
///
/// `None` when the columns differ in length, have fewer than three values, or one is constant.
#[must_use]
pub fn rank_correlation(first: &[f64], second: &[f64]) -> Option<f64> {
    if first.len() != second.len() || first.len() < 3 {
        return None;
    }
    let (first, second) = (ranks(first), ranks(second));
    // Ranks always have the mean (n + 1) / 2.
    let centre = 0.5 * (first.len() + 1) as f64;
    let product = |a: &[f64], b: &[f64]| {
        compensated_sum(a.iter().zip(b).map(|(a, b)| (a - centre) * (b - centre)))
    };
    let scale = (product(&first, &first) * product(&second, &second)).sqrt();
    (scale > 0.0).then(|| product(&first, &second) / scale)
}

/// An input and its rank correlation with one output.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    /// Name of the input.
    pub input: String,
    /// Spearman's rho over the computed samples, −1 … 1; `None` where the output is constant or
    /// fewer than three samples were computed.
    pub rho: Option<f64>,
}

/// Returns the rank correlation of every input that spreads with one output of an ensemble run
/// over `inputs` under `seed`; strongest first, unknown last, ties by name.
///
/// # Errors
/// [`EnsembleError::InputUnusable`] when a distribution cannot be drawn again.
pub fn correlations(
    ensemble: &Ensemble,
    inputs: &[Input],
    seed: u64,
    output: usize,
) -> Result<Vec<Correlation>, EnsembleError> {
    let outcomes: Vec<f64> = ensemble.computed(output).collect();
    let mut correlations = Vec::new();
    for input in inputs.iter().filter(|input| !input.distribution.is_fixed()) {
        let drawn = draw_column(input, seed, ensemble.samples() as u64)?;
        let kept: Vec<f64> = drawn
            .into_iter()
            .enumerate()
            .filter_map(|(index, value)| ensemble.value(output, index).map(|_| value))
            .collect();
        let rho = rank_correlation(&kept, &outcomes);
        correlations.push(Correlation {
            input: input.name.clone(),
            rho,
        });
    }
    let strength = |correlation: &Correlation| correlation.rho.map_or(-1.0, f64::abs);
    correlations.sort_by(|a, b| {
        strength(b)
            .total_cmp(&strength(a))
            .then_with(|| a.input.cmp(&b.input))
    });
    Ok(correlations)
}

/// Returns the ranks of `values` from 1, equal values sharing the mean of their ranks.
fn ranks(values: &[f64]) -> Vec<f64> {
    let sorted = estimate::sorted(values);
    let rank = |value: &f64| {
        let below = sorted.partition_point(|other| other < value);
        let up_to = sorted.partition_point(|other| other <= value);
        0.5 * (below + 1 + up_to) as f64
    };
    values.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monte_carlo::ensemble::{Plan, run};
    use crate::monte_carlo::sampler::Distribution;

    fn inputs() -> Vec<Input> {
        let uniform = |name: &str, half: f64| Input {
            name: name.to_owned(),
            distribution: Distribution::Uniform {
                lower: 1.0 - half,
                upper: 1.0 + half,
            },
        };
        vec![
            uniform("b", 0.5),
            uniform("a", 0.5),
            uniform("wide", 1.0),
            Input {
                name: "still".to_owned(),
                distribution: Distribution::Fixed { value: 1.0 },
            },
        ]
    }

    #[test]
    fn linear_model_gives_its_coefficients_ranked_with_ties_by_name() {
        let model = |values: &[f64], outputs: &mut [f64]| {
            outputs[0] = 2.0 * values[0] - 2.0 * values[1] + 4.0 * values[2] + 9.0 * values[3];
            SampleStatus::COMPUTED
        };
        let influences = one_at_a_time(&model, &inputs(), &[1.0; 4], 1).unwrap();
        let ranked = ranked(&influences, 0);
        let names: Vec<&str> = ranked
            .iter()
            .map(|influence| influence.input.as_str())
            .collect();
        assert_eq!(names, ["wide", "a", "b"]);
        // 90 % of the width of 2, times 4.
        assert!((ranked[0].change(0).unwrap() - 7.2).abs() < 1e-12);
        assert!((ranked[1].change(0).unwrap() + 1.8).abs() < 1e-12);
    }

    #[test]
    fn an_input_that_breaks_the_model_comes_first() {
        let model = |values: &[f64], outputs: &mut [f64]| {
            outputs[0] = 100.0 * values[2];
            if values[1] > 1.4 {
                SampleStatus::Failed { reason: "dry" }
            } else {
                SampleStatus::COMPUTED
            }
        };
        let influences = one_at_a_time(&model, &inputs(), &[1.0; 4], 1).unwrap();
        let first = ranked(&influences, 0)[0];
        assert_eq!(first.input, "a");
        assert_eq!(first.effect, Effect::Failed { reason: "dry" });
    }

    #[test]
    fn rank_correlation_sees_order_and_nothing_else() {
        let x = [1.0, 2.0, 3.0, 4.0, 5.0];
        let curved: Vec<f64> = x.iter().map(|x| x * x * x).collect();
        assert_eq!(rank_correlation(&x, &curved), Some(1.0));
        let falling: Vec<f64> = x.iter().map(|x| -x).collect();
        assert_eq!(rank_correlation(&x, &falling), Some(-1.0));
        assert_eq!(rank_correlation(&x, &[2.0; 5]), None);
        // One tie: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4 give 4.5 / sqrt(4.5 · 5).
        let tied = rank_correlation(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert!((tied - 0.9_f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn correlations_skip_failed_samples_and_fixed_inputs() {
        let model = |values: &[f64], outputs: &mut [f64]| {
            outputs[0] = values[2] * values[2] * values[2] + 1e-3 * values[0];
            if values[1] > 1.3 {
                return SampleStatus::Failed { reason: "dry" };
            }
            SampleStatus::COMPUTED
        };
        let inputs = inputs();
        let plan = Plan {
            inputs: &inputs,
            outputs: 1,
            seed: 5,
            samples: 2000,
            corners: &[],
            threads: 2,
        };
        let ensemble = run(&plan, &model, &|_| {}).unwrap();
        assert!(ensemble.failed() > 100);
        let correlations = correlations(&ensemble, &inputs, 5, 0).unwrap();
        assert_eq!(correlations.len(), 3);
        assert_eq!(correlations[0].input, "wide");
        assert!(correlations[0].rho.unwrap() > 0.999);
        assert!(correlations[1].rho.unwrap().abs() < 0.1);
    }

    #[test]
    fn a_nominal_recipe_of_the_wrong_length_is_refused() {
        let model = |_: &[f64], _: &mut [f64]| SampleStatus::COMPUTED;
        assert!(matches!(
            one_at_a_time(&model, &inputs(), &[1.0; 3], 1),
            Err(EnsembleError::CornerUnusable {
                expected: 4,
                found: 3,
                ..
            })
        ));
    }
}
