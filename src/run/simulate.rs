//! Ensembles of one recipe: the line, and behind it the formation.
//!
//! In: the plant, bound inputs, seed and sample count. Out: nominal outcomes and one ensemble per
//! stage. All recipes of a run draw the same streams, so differences are paired; an ensemble of the
//! formation is shared by recipes that give the formation the same inputs.

use std::sync::Arc;

use super::binding::Binding;
use super::plant::{Plant, Stage};
use crate::monte_carlo::ensemble::{self, Ensemble, EnsembleError, SampleStatus};

/// What to draw.
#[derive(Clone, Copy)]
pub struct Draws<'a> {
    /// Seed of all streams.
    pub seed: u64,
    /// Number of samples.
    pub samples: u64,
    /// Threads; any number gives the same result.
    pub threads: usize,
    /// Called with the number of samples finished since the last call.
    pub progress: &'a (dyn Fn(u64) + Sync),
}

/// Outcomes of one stage at one point.
#[derive(Clone, Debug, PartialEq)]
pub struct PointAnswer {
    /// Whether the outcomes may be used.
    pub status: SampleStatus,
    /// The outcomes; absent when the stage failed.
    pub outputs: Option<Vec<f64>>,
}

/// One recipe, simulated.
#[derive(Clone, Debug)]
pub struct Simulated {
    /// Line at the nominal recipe.
    pub nominal_line: PointAnswer,
    /// Formation at the nominal recipe.
    pub nominal_formation: PointAnswer,
    /// Ensemble of the line.
    pub line: Arc<Ensemble>,
    /// Ensemble of the formation; absent when only the line was asked for.
    pub formation: Option<Arc<Ensemble>>,
}

impl Simulated {
    /// Returns the ensemble of a stage.
    #[must_use]
    pub fn ensemble(&self, stage: Stage) -> Option<&Ensemble> {
        match stage {
            Stage::Line => Some(&self.line),
            Stage::Formation => self.formation.as_deref(),
        }
    }

    /// Returns the nominal answer of a stage.
    #[must_use]
    pub fn nominal(&self, stage: Stage) -> &PointAnswer {
        match stage {
            Stage::Line => &self.nominal_line,
            Stage::Formation => &self.nominal_formation,
        }
    }
}

/// Runs one stage at one point.
#[must_use]
pub fn at_point(plant: &Plant, stage: Stage, inputs: &[f64]) -> PointAnswer {
    let mut outputs = vec![f64::NAN; plant.width(stage)];
    let status = plant.run(stage, inputs, &mut outputs);
    PointAnswer {
        status,
        outputs: status.is_computed().then_some(outputs),
    }
}

/// Simulates the line alone.
///
/// # Errors
/// [`EnsembleError`] when an input cannot be drawn or the model panics.
pub fn line(
    plant: &Plant,
    binding: &Binding,
    draws: Draws<'_>,
) -> Result<Simulated, EnsembleError> {
    Ok(Simulated {
        nominal_line: at_point(plant, Stage::Line, &binding.nominal),
        nominal_formation: at_point(plant, Stage::Formation, &binding.nominal),
        line: Arc::new(stage(plant, Stage::Line, binding, draws)?),
        formation: None,
    })
}

/// Simulates line and formation; the formation of `like` is taken over when no input that the
/// formation reads differs.
///
/// # Errors
/// As [`line`].
pub fn whole(
    plant: &Plant,
    binding: &Binding,
    draws: Draws<'_>,
    like: Option<(&Binding, &Simulated)>,
) -> Result<Simulated, EnsembleError> {
    let mut simulated = line(plant, binding, draws)?;
    if !plant.has_formation() {
        (draws.progress)(draws.samples);
        return Ok(simulated);
    }
    let shared = like.filter(|(other, _)| same_to_the_formation(plant, binding, other));
    simulated.formation = match shared.and_then(|(_, other)| other.formation.clone()) {
        Some(formation) => {
            (draws.progress)(draws.samples);
            Some(formation)
        }
        None => Some(Arc::new(stage(plant, Stage::Formation, binding, draws)?)),
    };
    Ok(simulated)
}

fn same_to_the_formation(plant: &Plant, one: &Binding, other: &Binding) -> bool {
    (0..one.inputs.len())
        .filter(|&at| plant.formation_is_moved_by(at))
        .all(|at| one.inputs[at] == other.inputs[at])
}

fn stage(
    plant: &Plant,
    stage: Stage,
    binding: &Binding,
    draws: Draws<'_>,
) -> Result<Ensemble, EnsembleError> {
    let plan = ensemble::Plan {
        inputs: &binding.inputs,
        outputs: plant.width(stage),
        seed: draws.seed,
        samples: draws.samples,
        corners: &[],
        threads: draws.threads,
    };
    let model = |inputs: &[f64], outputs: &mut [f64], statuses: &mut [SampleStatus]| {
        plant.run_block(stage, inputs, outputs, statuses);
    };
    ensemble::run_blocks(&plan, &model, draws.progress)
}
