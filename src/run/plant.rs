//! The whole plant as one function: the electrode line and the formation behind it, if there is one.
//!
//! In: port values by name. Out: the outcomes of both models by name. The line feeds the formation
//! through one number, the areal loading after calendering; whatever does not move that number, or
//! a formation setpoint, cannot move a formation outcome, and the ensemble of the formation is
//! then shared between recipes instead of being computed again.

use crate::monte_carlo::ensemble::SampleStatus;
use crate::twin::formation;
use crate::twin::{Line, Port, Status};

/// Input of the formation that the line makes.
const CATHODE_LOADING: &str = "cell.cathode_areal_loading";
/// Input of the formation that the recipe of the anode makes.
const ANODE_LOADING: &str = "cell.anode_areal_loading";
/// Inputs of the line that make the cathode loading after calendering, in this order.
const LOADING_FROM: [&str; 2] = ["coating.areal_loading", "calendering.stretch"];
/// Input of the line that is the anode loading.
const ANODE_FROM: &str = "anode.areal_loading";

/// Where a formation input comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// A plant input.
    Input(usize),
    /// Loading over stretch: two plant inputs.
    LoadingAfterCalendering(usize, usize),
}

/// The line and the formation with their ports joined.
#[derive(Clone, Debug)]
pub struct Plant {
    line: Line,
    formation: Option<formation::Model>,
    inputs: Vec<Port>,
    sources: Vec<Source>,
}

/// The part of the plant an outcome comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Slurry to filling.
    Line,
    /// Formation.
    Formation,
}

/// The plant's models do not fit together: a mistake in the program, shown as such.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnjoinedPort {
    /// The port without a source.
    pub name: String,
}

impl Plant {
    /// Joins a line and a formation; without one the plant ends with the line.
    ///
    /// # Errors
    /// [`UnjoinedPort`] when the line lacks a port that the formation is made from.
    pub fn new(line: Line, formation: Option<formation::Model>) -> Result<Self, UnjoinedPort> {
        let mut inputs = line.inputs();
        let mut sources = Vec::new();
        for port in formation.iter().flat_map(formation::Model::inputs) {
            let place = |name: &str| {
                inputs
                    .iter()
                    .position(|p| p.name == name)
                    .ok_or_else(|| UnjoinedPort {
                        name: name.to_owned(),
                    })
            };
            let source = match port.name.as_str() {
                CATHODE_LOADING => Source::LoadingAfterCalendering(
                    place(LOADING_FROM[0])?,
                    place(LOADING_FROM[1])?,
                ),
                ANODE_LOADING => Source::Input(place(ANODE_FROM)?),
                name => match place(name) {
                    Ok(at) => Source::Input(at),
                    Err(_) => {
                        inputs.push(port);
                        Source::Input(inputs.len() - 1)
                    }
                },
            };
            sources.push(source);
        }
        Ok(Self {
            line,
            formation,
            inputs,
            sources,
        })
    }

    /// The inputs of both models; the line's come first.
    #[must_use]
    pub fn inputs(&self) -> &[Port] {
        &self.inputs
    }

    /// The electrode line.
    #[must_use]
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// The outcomes of a stage in the order it writes them.
    #[must_use]
    pub fn outputs(&self, stage: Stage) -> Vec<Port> {
        match stage {
            Stage::Line => self.line.outputs(),
            Stage::Formation => self
                .formation
                .as_ref()
                .map_or_else(Vec::new, formation::Model::outputs),
        }
    }

    /// Number of values a stage writes.
    #[must_use]
    pub fn width(&self, stage: Stage) -> usize {
        match stage {
            Stage::Line => self.line.output_count(),
            Stage::Formation => self.outputs(stage).len(),
        }
    }

    /// Runs one stage at plant inputs.
    pub fn run(&self, stage: Stage, inputs: &[f64], outputs: &mut [f64]) -> SampleStatus {
        match stage {
            Stage::Line => self.run_line(inputs, outputs),
            Stage::Formation => self.run_formation(inputs, outputs),
        }
    }

    /// A plant without formation has nothing to write, which always works.
    fn run_formation(&self, inputs: &[f64], outputs: &mut [f64]) -> SampleStatus {
        let Some(formation) = &self.formation else {
            return SampleStatus::COMPUTED;
        };
        match formation.run(&self.formation_inputs(inputs), outputs) {
            formation::Status::Ok => SampleStatus::COMPUTED,
            failed => SampleStatus::Failed {
                reason: failed.label(),
            },
        }
    }

    fn run_line(&self, inputs: &[f64], outputs: &mut [f64]) -> SampleStatus {
        match self.line.run(&inputs[..self.line.input_count()], outputs) {
            Status::Valid(found) => SampleStatus::Computed {
                flags: found.bits(),
            },
            Status::Failed(error) => SampleStatus::Failed {
                reason: error.label(),
            },
        }
    }

    /// Whether a formation follows the line.
    #[must_use]
    pub fn has_formation(&self) -> bool {
        self.formation.is_some()
    }

    /// Returns the inputs of the formation at plant inputs.
    #[must_use]
    pub fn formation_inputs(&self, inputs: &[f64]) -> Vec<f64> {
        self.sources
            .iter()
            .map(|source| match *source {
                Source::Input(at) => inputs[at],
                Source::LoadingAfterCalendering(loading, stretch) => {
                    inputs[loading] / inputs[stretch]
                }
            })
            .collect()
    }

    /// Tells whether two plant inputs are the same to the formation.
    #[must_use]
    pub fn formation_is_moved_by(&self, input: usize) -> bool {
        self.sources.iter().any(|source| match *source {
            Source::Input(at) => at == input,
            Source::LoadingAfterCalendering(loading, stretch) => {
                loading == input || stretch == input
            }
        })
    }
}
