//! Runs a model over samples and corner recipes and keeps the answers in index order.
//!
//! In: named inputs with distributions, a seed, a sample count, corner recipes, and the model as
//! a plain function of input values (in input order) to output values (in output order). Out:
//! one column per output and one status per sample, the same bits on any thread count. Draws
//! depend on seed, input name, and sample index alone, so two recipes run under one seed are
//! paired sample by sample. Inputs are not stored: [`draw_column`] makes them again.

use std::error::Error;
use std::fmt;

use super::sampler::{Distribution, Sampler, SamplerError};
use crate::parallel::{ParallelError, map_chunks};
use crate::random::StreamKey;

/// The label of a sample whose model claimed success but gave an infinite or undefined output.
pub const NON_FINITE_OUTPUT: &str = "output is not finite";

/// Says whether the model could compute one sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SampleStatus {
    /// Every output was computed.
    Computed {
        /// Reservations as a set of bits whose meaning is the model's, such as "a law was used
        /// outside its range"; 0 for none.
        flags: u32,
    },
    /// The model gave up; its outputs must not be used.
    Failed {
        /// A short fixed label of the cause, such as `drying: step size underflow`.
        reason: &'static str,
    },
}

impl SampleStatus {
    /// Computed without reservation.
    pub const COMPUTED: Self = Self::Computed { flags: 0 };

    /// Returns whether the outputs may be used.
    #[must_use]
    pub fn is_computed(self) -> bool {
        matches!(self, Self::Computed { .. })
    }
}

/// One input of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// Dictionary name; it selects the random stream.
    pub name: String,
    /// How the value spreads, in the input's SI unit.
    pub distribution: Distribution,
}

/// A named recipe simulated beside the samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Corner {
    /// What the corner is, such as `DR004 worst vertex`.
    pub name: String,
    /// One value per input, in input order and SI units.
    pub values: Vec<f64>,
}

/// What to run.
#[derive(Debug, Clone, Copy)]
pub struct Plan<'a> {
    /// Inputs in the order in which the model takes them.
    pub inputs: &'a [Input],
    /// Number of outputs of the model.
    pub outputs: usize,
    /// Seed of every stream.
    pub seed: u64,
    /// Number of samples.
    pub samples: u64,
    /// Recipes evaluated beside the samples.
    pub corners: &'a [Corner],
    /// Threads; any count gives the same bits.
    pub threads: usize,
}

/// The answers of an ensemble.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensemble {
    /// One column per output, one entry per sample; `NaN` where the sample failed.
    columns: Vec<Vec<f64>>,
    /// One status per sample.
    statuses: Vec<SampleStatus>,
    /// The corner recipes in the order asked for.
    corners: Vec<CornerAnswer>,
}

/// The answer of one corner recipe.
#[derive(Debug, Clone, PartialEq)]
pub struct CornerAnswer {
    /// Name of the corner.
    pub name: String,
    /// Whether it could be computed.
    pub status: SampleStatus,
    /// One value per output; `None` where the model failed.
    pub outputs: Option<Vec<f64>>,
}

/// Why an ensemble was not run.
#[derive(Debug, Clone, PartialEq)]
pub enum EnsembleError {
    /// The distribution of an input is unusable.
    InputUnusable {
        /// Name of the input.
        input: String,
        /// What is wrong with it.
        error: SamplerError,
    },
    /// Two inputs share a name and would share their draws.
    InputTwice {
        /// The name.
        input: String,
    },
    /// A corner recipe has the wrong number of values or one that is not finite.
    CornerUnusable {
        /// Name of the corner.
        corner: String,
        /// Values expected.
        expected: usize,
        /// Finite values found.
        found: usize,
    },
    /// Two ensembles differ in shape and cannot be paired.
    NotPaired {
        /// Samples and outputs of the first.
        first: (usize, usize),
        /// Samples and outputs of the second.
        second: (usize, usize),
    },
    /// The work itself failed.
    Work(ParallelError),
}

impl fmt::Display for EnsembleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InputUnusable { input, error } => write!(f, "cannot draw `{input}`: {error}"),
            Self::InputTwice { input } => {
                write!(
                    f,
                    "input `{input}` is listed twice: expected one spread per input"
                )
            }
            Self::CornerUnusable {
                corner,
                expected,
                found,
            } => write!(
                f,
                "corner recipe `{corner}` has {found} finite values: expected {expected}, one per \
                 input"
            ),
            Self::NotPaired { first, second } => write!(
                f,
                "cannot pair {} samples of {} outputs with {} of {}: run both with the same plan",
                first.0, first.1, second.0, second.1
            ),
            Self::Work(error) => write!(f, "the ensemble stopped: {error}"),
        }
    }
}

impl Error for EnsembleError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::InputUnusable { error, .. } => Some(error),
            Self::Work(error) => Some(error),
            Self::InputTwice { .. } | Self::CornerUnusable { .. } | Self::NotPaired { .. } => None,
        }
    }
}

/// One input ready to draw.
struct Source {
    key: StreamKey,
    sampler: Sampler,
    fixed: bool,
}

impl Source {
    fn new(input: &Input, seed: u64) -> Result<Self, EnsembleError> {
        let sampler =
            input
                .distribution
                .sampler()
                .map_err(|error| EnsembleError::InputUnusable {
                    input: input.name.clone(),
                    error,
                })?;
        let key = StreamKey::new(seed, &input.name);
        Ok(Self {
            key,
            sampler,
            fixed: input.distribution.is_fixed(),
        })
    }

    fn draw(&self, index: u64) -> f64 {
        // A fixed input ignores its draw, and streams are independent, so it need not be made.
        let u = if self.fixed {
            0.5
        } else {
            self.key.stream(index).uniform_open()
        };
        self.sampler.value(u)
    }
}

/// Draws of all inputs, sample by sample: for work that keeps no columns.
pub struct Draws(Vec<Source>);

impl Draws {
    /// Prepares the draws of `inputs` under `seed`, the same as those of [`run`].
    ///
    /// # Errors
    /// [`EnsembleError`] when an input cannot be drawn or occurs twice.
    pub fn new(inputs: &[Input], seed: u64) -> Result<Self, EnsembleError> {
        sources(inputs, seed).map(Self)
    }

    /// Writes the inputs of sample `index` in input order, as far as `row` reaches.
    pub fn row(&self, index: u64, row: &mut [f64]) {
        for (slot, source) in row.iter_mut().zip(&self.0) {
            *slot = source.draw(index);
        }
    }
}

/// Prepares every input, refusing names that occur twice.
fn sources(inputs: &[Input], seed: u64) -> Result<Vec<Source>, EnsembleError> {
    let mut names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    names.sort_unstable();
    if let Some(pair) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(EnsembleError::InputTwice {
            input: pair[0].to_owned(),
        });
    }
    inputs
        .iter()
        .map(|input| Source::new(input, seed))
        .collect()
}

/// Runs `model` over every sample and corner of `plan`.
///
/// The model gets the input values in input order and writes every output; `progress` is called
/// with the number of samples done since its last call.
///
/// # Errors
/// [`EnsembleError`] when an input or a corner is unusable or the model panics.
///
/// # Example
/// ```
/// use cellwright::monte_carlo::ensemble::{Input, Plan, SampleStatus, run};
/// use cellwright::monte_carlo::sampler::Distribution;
///
/// let inputs = [Input {
///     name: "coating.web_speed".to_owned(),
///     distribution: Distribution::Uniform { lower: 0.4, upper: 0.6 },
/// }];
/// let plan =
///     Plan { inputs: &inputs, outputs: 1, seed: 1, samples: 100, corners: &[], threads: 2 };
/// let double = |values: &[f64], outputs: &mut [f64]| {
///     outputs[0] = 2.0 * values[0];
///     SampleStatus::COMPUTED
/// };
/// let ensemble = run(&plan, &double, &|_| {})?;
/// assert!(ensemble.computed(0).all(|value| (0.8..1.2).contains(&value)));
/// # Ok::<(), cellwright::monte_carlo::ensemble::EnsembleError>(())
/// ```
pub fn run<M>(
    plan: &Plan<'_>,
    model: &M,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Ensemble, EnsembleError>
where
    M: Fn(&[f64], &mut [f64]) -> SampleStatus + Sync,
{
    let one_by_one = |inputs: &[f64], outputs: &mut [f64], statuses: &mut [SampleStatus]| {
        for (row, status) in statuses.iter_mut().enumerate() {
            let inputs = &inputs[row * plan.inputs.len()..(row + 1) * plan.inputs.len()];
            let outputs = &mut outputs[row * plan.outputs..(row + 1) * plan.outputs];
            *status = model(inputs, outputs);
        }
    };
    run_blocks(plan, &one_by_one, progress)
}

/// As [`run`], for a model that works on many samples at once.
///
/// The model gets a block: one row of input values per sample, one row of outputs, and one status,
/// as many as there are statuses. What it says about a sample must not depend on the others of
/// its block, whose size is none of its business.
///
/// # Errors
/// As [`run`].
pub fn run_blocks<M>(
    plan: &Plan<'_>,
    model: &M,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Ensemble, EnsembleError>
where
    M: Fn(&[f64], &mut [f64], &mut [SampleStatus]) + Sync,
{
    let sources = sources(plan.inputs, plan.seed)?;
    check_corners(plan)?;
    let chunks = map_chunks(plan.samples, plan.threads, progress, |range| {
        let rows = (range.end - range.start) as usize;
        let draws = range.flat_map(|index| sources.iter().map(move |source| source.draw(index)));
        evaluate(plan, model, rows, &draws.collect::<Vec<f64>>())
    })
    .map_err(EnsembleError::Work)?;
    let mut ensemble = Ensemble {
        columns: vec![Vec::with_capacity(plan.samples as usize); plan.outputs],
        statuses: Vec::with_capacity(plan.samples as usize),
        corners: run_corners(plan, model)?,
    };
    for chunk in chunks {
        for (output, column) in ensemble.columns.iter_mut().enumerate() {
            column.extend(chunk.outputs.iter().skip(output).step_by(plan.outputs));
        }
        ensemble.statuses.extend_from_slice(&chunk.statuses);
    }
    Ok(ensemble)
}

/// Returns the values that `input` takes in samples `0..samples` under `seed`.
///
/// # Errors
/// [`EnsembleError::InputUnusable`] when the distribution cannot be sampled.
pub fn draw_column(input: &Input, seed: u64, samples: u64) -> Result<Vec<f64>, EnsembleError> {
    let source = Source::new(input, seed)?;
    Ok((0..samples).map(|index| source.draw(index)).collect())
}

/// Returns `second − first` of one output for each sample, `None` where either failed.
///
/// Two runs of equal inputs under one seed differ by exactly zero.
///
/// # Errors
/// [`EnsembleError::NotPaired`] when the ensembles differ in samples or outputs.
pub fn paired_differences(
    first: &Ensemble,
    second: &Ensemble,
    output: usize,
) -> Result<Vec<Option<f64>>, EnsembleError> {
    let shape = |ensemble: &Ensemble| (ensemble.samples(), ensemble.columns.len());
    if shape(first) != shape(second) || output >= first.columns.len() {
        return Err(EnsembleError::NotPaired {
            first: shape(first),
            second: shape(second),
        });
    }
    let difference = |index: usize| {
        let both = first.statuses[index].is_computed() && second.statuses[index].is_computed();
        both.then(|| second.columns[output][index] - first.columns[output][index])
    };
    Ok((0..first.samples()).map(difference).collect())
}

impl Ensemble {
    /// Returns the number of samples, failed ones included.
    #[must_use]
    pub fn samples(&self) -> usize {
        self.statuses.len()
    }

    /// Returns one status per sample, in index order.
    #[must_use]
    pub fn statuses(&self) -> &[SampleStatus] {
        &self.statuses
    }

    /// Returns the corner answers in the order asked for.
    #[must_use]
    pub fn corners(&self) -> &[CornerAnswer] {
        &self.corners
    }

    /// Returns the value of `output` in sample `index`; `None` where that sample failed or there
    /// is no such output or sample.
    #[must_use]
    pub fn value(&self, output: usize, index: usize) -> Option<f64> {
        let computed = self.statuses.get(index)?.is_computed();
        let value = *self.columns.get(output)?.get(index)?;
        computed.then_some(value)
    }

    /// Returns the values of `output` in index order, failed samples left out; none when there is
    /// no such output. [`Ensemble::failed`] counts what was left out.
    pub fn computed(&self, output: usize) -> impl Iterator<Item = f64> + '_ {
        (0..self.samples()).filter_map(move |index| self.value(output, index))
    }

    /// Returns the number of failed samples.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.statuses
            .iter()
            .filter(|status| !status.is_computed())
            .count() as u64
    }

    /// Returns how many computed samples carry any of the reservations in `mask`.
    #[must_use]
    pub fn flagged(&self, mask: u32) -> u64 {
        let carries = |status: &&SampleStatus| match status {
            SampleStatus::Computed { flags } => flags & mask != 0,
            SampleStatus::Failed { .. } => false,
        };
        self.statuses.iter().filter(carries).count() as u64
    }

    /// Returns how often each failure label occurred, sorted by label.
    #[must_use]
    pub fn failures(&self) -> Vec<(&'static str, u64)> {
        let mut counts = std::collections::BTreeMap::new();
        for status in &self.statuses {
            if let SampleStatus::Failed { reason } = status {
                *counts.entry(*reason).or_insert(0) += 1;
            }
        }
        counts.into_iter().collect()
    }
}

/// The answers of one block.
struct Block {
    /// One row per sample; `NaN` where it failed.
    outputs: Vec<f64>,
    statuses: Vec<SampleStatus>,
}

/// Runs the model on a block; outputs it leaves unwritten stay `NaN` and count as a failure.
fn evaluate<M>(plan: &Plan<'_>, model: &M, rows: usize, inputs: &[f64]) -> Block
where
    M: Fn(&[f64], &mut [f64], &mut [SampleStatus]),
{
    let mut outputs = vec![f64::NAN; rows * plan.outputs];
    let mut statuses = vec![SampleStatus::COMPUTED; rows];
    model(inputs, &mut outputs, &mut statuses);
    for (row, status) in statuses.iter_mut().enumerate() {
        let outputs = &mut outputs[row * plan.outputs..(row + 1) * plan.outputs];
        if status.is_computed() && outputs.iter().any(|output| !output.is_finite()) {
            *status = SampleStatus::Failed {
                reason: NON_FINITE_OUTPUT,
            };
        }
        if !status.is_computed() {
            outputs.fill(f64::NAN);
        }
    }
    Block { outputs, statuses }
}

/// Checks that every corner gives one finite value per input.
fn check_corners(plan: &Plan<'_>) -> Result<(), EnsembleError> {
    let expected = plan.inputs.len();
    for corner in plan.corners {
        let found = corner
            .values
            .iter()
            .filter(|value| value.is_finite())
            .count();
        if found != expected || corner.values.len() != expected {
            let corner = corner.name.clone();
            return Err(EnsembleError::CornerUnusable {
                corner,
                expected,
                found,
            });
        }
    }
    Ok(())
}

/// Runs the corner recipes, under the same guard against panics as the samples.
fn run_corners<M>(plan: &Plan<'_>, model: &M) -> Result<Vec<CornerAnswer>, EnsembleError>
where
    M: Fn(&[f64], &mut [f64], &mut [SampleStatus]) + Sync,
{
    let answers = map_chunks(plan.corners.len() as u64, plan.threads, &|_| {}, |range| {
        let corners = &plan.corners[range.start as usize..range.end as usize];
        let inputs: Vec<f64> = corners
            .iter()
            .flat_map(|c| c.values.iter().copied())
            .collect();
        let block = evaluate(plan, model, corners.len(), &inputs);
        let answer = |(row, corner): (usize, &Corner)| {
            let status = block.statuses[row];
            let outputs = &block.outputs[row * plan.outputs..(row + 1) * plan.outputs];
            CornerAnswer {
                name: corner.name.clone(),
                status,
                outputs: status.is_computed().then(|| outputs.to_vec()),
            }
        };
        corners.iter().enumerate().map(answer).collect::<Vec<_>>()
    })
    .map_err(EnsembleError::Work)?;
    Ok(answers.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(name: &str, distribution: Distribution) -> Input {
        Input {
            name: name.to_owned(),
            distribution,
        }
    }

    fn two_inputs(mean: f64) -> Vec<Input> {
        vec![
            input("a.b", Distribution::Normal { mean, sd: 1.0 }),
            input(
                "a.c",
                Distribution::Uniform {
                    lower: 0.0,
                    upper: 1.0,
                },
            ),
        ]
    }

    fn model(values: &[f64], outputs: &mut [f64]) -> SampleStatus {
        if values[1] > 0.9 {
            return SampleStatus::Failed { reason: "too high" };
        }
        outputs[0] = values[0] * values[1];
        outputs[1] = values[0];
        SampleStatus::COMPUTED
    }

    fn plan(inputs: &[Input], threads: usize) -> Plan<'_> {
        Plan {
            inputs,
            outputs: 2,
            seed: 9,
            samples: 10_000,
            corners: &[],
            threads,
        }
    }

    #[test]
    fn threads_1_2_7_give_equal_bits() {
        let inputs = two_inputs(5.0);
        let bits = |threads| {
            let ensemble = run(&plan(&inputs, threads), &model, &|_| {}).unwrap();
            let column: Vec<u64> = ensemble.columns[0].iter().map(|x| x.to_bits()).collect();
            (column, ensemble.statuses)
        };
        let single = bits(1);
        assert_eq!(single, bits(2));
        assert_eq!(single, bits(7));
    }

    /// Goal: a model of blocks sees every sample once, whatever the block. Method: the same model
    /// in both forms.
    #[test]
    fn blocks_give_the_bits_of_single_samples() {
        let inputs = two_inputs(5.0);
        let in_blocks = |values: &[f64], outputs: &mut [f64], statuses: &mut [SampleStatus]| {
            let rows = values.chunks(2).zip(outputs.chunks_mut(2)).zip(statuses);
            for ((values, outputs), status) in rows {
                *status = model(values, outputs);
            }
        };
        let single = run(&plan(&inputs, 1), &model, &|_| {}).unwrap();
        let blocks = run_blocks(&plan(&inputs, 3), &in_blocks, &|_| {}).unwrap();
        assert_eq!(single.statuses, blocks.statuses);
        let bits = |ensemble: &Ensemble| -> Vec<u64> {
            let columns = ensemble.columns.iter().flatten();
            columns.map(|value| value.to_bits()).collect()
        };
        assert_eq!(bits(&single), bits(&blocks));
    }

    #[test]
    fn paired_runs_of_one_recipe_differ_by_exactly_zero() {
        let inputs = two_inputs(5.0);
        let first = run(&plan(&inputs, 2), &model, &|_| {}).unwrap();
        let second = run(&plan(&inputs, 1), &model, &|_| {}).unwrap();
        let differences = paired_differences(&first, &second, 0).unwrap();
        assert_eq!(differences.len(), 10_000);
        assert!(
            differences
                .iter()
                .flatten()
                .all(|difference| *difference == 0.0)
        );
        assert_eq!(
            differences.iter().filter(|x| x.is_none()).count() as u64,
            first.failed()
        );
    }

    /// Goal: a shifted recipe sees the same draws, also when another input joins in between.
    #[test]
    fn a_shift_of_one_input_shifts_every_sample_alike() {
        let old = two_inputs(5.0);
        let mut new = two_inputs(6.0);
        new.push(input("a.aa", Distribution::Normal { mean: 0.0, sd: 9.0 }));
        let first = run(&plan(&old, 2), &model, &|_| {}).unwrap();
        let second = run(&plan(&new, 2), &model, &|_| {}).unwrap();
        for difference in paired_differences(&first, &second, 1)
            .unwrap()
            .into_iter()
            .flatten()
        {
            assert!((difference - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn failed_and_non_finite_samples_are_counted_by_label() {
        let inputs = two_inputs(5.0);
        let odd = |values: &[f64], outputs: &mut [f64]| {
            outputs[1] = 0.0;
            if values[1] < 0.5 {
                outputs[0] = 1.0 / 0.0;
            }
            if values[1] > 0.9 {
                SampleStatus::Failed { reason: "stop" }
            } else {
                SampleStatus::COMPUTED
            }
        };
        let ensemble = run(&plan(&inputs, 2), &odd, &|_| {}).unwrap();
        let failures = ensemble.failures();
        assert_eq!(failures[0].0, NON_FINITE_OUTPUT);
        assert_eq!(failures[1].0, "stop");
        assert_eq!(failures[0].1 + failures[1].1, 10_000);
        assert_eq!(ensemble.computed(0).count(), 0);
        assert_eq!(ensemble.value(0, 3), None);
    }

    #[test]
    fn reservations_are_counted_by_bit() {
        let inputs = two_inputs(5.0);
        let reserved = |values: &[f64], outputs: &mut [f64]| {
            outputs.copy_from_slice(values);
            let low = u32::from(values[1] < 0.25);
            SampleStatus::Computed {
                flags: low | (2 * u32::from(values[1] < 0.5)),
            }
        };
        let ensemble = run(&plan(&inputs, 2), &reserved, &|_| {}).unwrap();
        let below = |limit: f64| ensemble.computed(1).filter(|x| *x < limit).count() as u64;
        assert_eq!(ensemble.flagged(1), below(0.25));
        assert_eq!(ensemble.flagged(2), below(0.5));
        assert_eq!(ensemble.flagged(3), below(0.5));
        assert_eq!(ensemble.flagged(4), 0);
        assert_eq!(ensemble.failed(), 0);
    }

    #[test]
    fn corners_are_answered_beside_the_samples() {
        let inputs = two_inputs(5.0);
        let corners = [
            Corner {
                name: "low".to_owned(),
                values: vec![2.0, 0.5],
            },
            Corner {
                name: "broken".to_owned(),
                values: vec![2.0, 0.95],
            },
        ];
        let mut plan = plan(&inputs, 2);
        plan.corners = &corners;
        let ensemble = run(&plan, &model, &|_| {}).unwrap();
        assert_eq!(ensemble.corners()[0].outputs, Some(vec![1.0, 2.0]));
        assert_eq!(ensemble.corners()[1].outputs, None);
        let short = [Corner {
            name: "short".to_owned(),
            values: vec![2.0],
        }];
        plan.corners = &short;
        assert_eq!(
            run(&plan, &model, &|_| {}).unwrap_err().to_string(),
            "corner recipe `short` has 1 finite values: expected 2, one per input"
        );
    }

    #[test]
    fn unusable_inputs_and_a_panicking_model_are_typed_errors() {
        let twice = [two_inputs(1.0).remove(0), two_inputs(1.0).remove(0)];
        assert!(matches!(
            run(&plan(&twice, 1), &model, &|_| {}),
            Err(EnsembleError::InputTwice { .. })
        ));
        let bad = [input(
            "x.y",
            Distribution::Normal {
                mean: 0.0,
                sd: -1.0,
            },
        )];
        assert!(matches!(
            run(&plan(&bad, 1), &model, &|_| {}),
            Err(EnsembleError::InputUnusable { .. })
        ));
        let panics = |_: &[f64], _: &mut [f64]| -> SampleStatus { panic!("lost") };
        let inputs = two_inputs(1.0);
        assert!(matches!(
            run(&plan(&inputs, 2), &panics, &|_| {}),
            Err(EnsembleError::Work(ParallelError::ChunkPanicked {
                chunk: 0,
                ..
            }))
        ));
    }

    #[test]
    fn drawn_columns_are_the_values_the_model_saw() {
        let inputs = two_inputs(5.0);
        let echo = |values: &[f64], outputs: &mut [f64]| {
            outputs.copy_from_slice(values);
            SampleStatus::COMPUTED
        };
        let ensemble = run(&plan(&inputs, 2), &echo, &|_| {}).unwrap();
        assert_eq!(
            draw_column(&inputs[1], 9, 10_000).unwrap(),
            ensemble.columns[1]
        );
    }
}
