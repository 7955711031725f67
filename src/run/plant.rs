//! The whole plant as one function: the electrode line and the formation behind it; one of the two
//! may be missing.
//!
//! In: port values by name. Out: the outcomes of both models by name. Without a line the loadings
//! are inputs like any other. The line feeds the formation through one number, the areal loading
//! after calendering; whatever does not move that number, or a formation setpoint, cannot move a
//! formation outcome, and the ensemble of the formation is then shared between recipes instead of
//! being computed again. Where a measured loading stands for the computed one, the formation gets
//! it from the line, sample by sample.

use crate::monte_carlo::ensemble::SampleStatus;
use crate::twin::formation;
use crate::twin::{Flags, Line, Port, Status};

/// Input of the formation that the line makes.
const CATHODE_LOADING: &str = "cell.cathode_areal_loading";
/// Input of the formation that the recipe of the anode makes.
const ANODE_LOADING: &str = "cell.anode_areal_loading";
/// Inputs of the line that make the cathode loading after calendering, in this order.
const LOADING_FROM: [&str; 2] = ["coating.areal_loading", "calendering.stretch"];
/// Input of the line that is the anode loading.
const ANODE_FROM: &str = "anode.areal_loading";
/// Outcome of the line that is the cathode loading after calendering.
const ROLLED_LOADING: &str = "calendering.areal_loading";

/// Where a formation input comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// A plant input.
    Input(usize),
    /// Loading over stretch: two plant inputs.
    LoadingAfterCalendering(usize, usize),
    /// An outcome of the line.
    Outcome(usize),
}

/// The line and the formation with their ports joined.
#[derive(Clone, Debug)]
pub struct Plant {
    line: Option<Line>,
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
    /// A plant of formation alone: all its ports are plant inputs.
    #[must_use]
    pub fn of_formation(formation: formation::Model) -> Self {
        let inputs = formation.inputs();
        Self {
            line: None,
            sources: (0..inputs.len()).map(Source::Input).collect(),
            formation: Some(formation),
            inputs,
        }
    }

    /// Joins a line and a formation; without one the plant ends with the line.
    ///
    /// # Errors
    /// [`UnjoinedPort`] when the line lacks a port that the formation is made from.
    pub fn new(line: Line, formation: Option<formation::Model>) -> Result<Self, UnjoinedPort> {
        let mut inputs = line.inputs();
        let mut sources = Vec::new();
        let is_given = line.replaced_names().contains(&ROLLED_LOADING);
        let rolled = || {
            line.outputs()
                .iter()
                .position(|port| port.name == ROLLED_LOADING)
        };
        let rolled = is_given.then(rolled).flatten();
        for port in formation.iter().flat_map(formation::Model::inputs) {
            let place = |name: &str| {
                inputs
                    .iter()
                    .position(|p| p.name == name)
                    .ok_or_else(|| UnjoinedPort {
                        name: name.to_owned(),
                    })
            };
            let source = match (port.name.as_str(), rolled) {
                (CATHODE_LOADING, Some(slot)) => Source::Outcome(slot),
                (CATHODE_LOADING, None) => Source::LoadingAfterCalendering(
                    place(LOADING_FROM[0])?,
                    place(LOADING_FROM[1])?,
                ),
                (ANODE_LOADING, _) => Source::Input(place(ANODE_FROM)?),
                (name, _) => match place(name) {
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
            line: Some(line),
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

    /// The electrode line, if there is one.
    #[must_use]
    pub fn line(&self) -> Option<&Line> {
        self.line.as_ref()
    }

    /// Number of inputs that the line reads; they come first.
    fn line_width(&self) -> usize {
        self.line.as_ref().map_or(0, Line::input_count)
    }

    /// The outcomes of a stage in the order it writes them.
    #[must_use]
    pub fn outputs(&self, stage: Stage) -> Vec<Port> {
        match stage {
            Stage::Line => self.line.as_ref().map_or_else(Vec::new, Line::outputs),
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
            Stage::Line => self.line.as_ref().map_or(0, Line::output_count),
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

    /// Runs one stage at many plant inputs: one row of inputs and outputs per status.
    pub fn run_block(
        &self,
        stage: Stage,
        inputs: &[f64],
        outputs: &mut [f64],
        statuses: &mut [SampleStatus],
    ) {
        match stage {
            Stage::Line => self.run_lines(inputs, outputs, statuses),
            Stage::Formation => self.run_formations(inputs, outputs, statuses),
        }
    }

    fn run_lines(&self, inputs: &[f64], outputs: &mut [f64], statuses: &mut [SampleStatus]) {
        let Some(line) = &self.line else {
            statuses.fill(SampleStatus::COMPUTED);
            return;
        };
        let own = line.input_count();
        let rows = inputs.chunks(self.inputs.len());
        let joined: Vec<f64> = rows.flat_map(|row| &row[..own]).copied().collect();
        let mut ends = vec![Status::Valid(Flags::NONE); statuses.len()];
        line.run_rows(&joined, outputs, &mut ends);
        for (status, end) in statuses.iter_mut().zip(ends) {
            *status = of_line(end);
        }
    }

    fn run_formations(&self, inputs: &[f64], outputs: &mut [f64], statuses: &mut [SampleStatus]) {
        let Some(formation) = &self.formation else {
            statuses.fill(SampleStatus::COMPUTED);
            return;
        };
        let made = self.lines_before(inputs, statuses.len());
        let rows = inputs.chunks(self.inputs.len()).enumerate();
        let joined: Vec<f64> = rows
            .flat_map(|(at, row)| self.joined(row, made.as_ref().map(|(rows, _)| &rows[at])))
            .collect();
        let mut ends = vec![formation::Status::Ok; statuses.len()];
        formation.run_block(&joined, outputs, &mut ends);
        let width = self.width(Stage::Formation);
        for (at, (status, end)) in statuses.iter_mut().zip(ends).enumerate() {
            *status = match made.as_ref().map(|(_, ends)| ends[at]) {
                // Without its loading a cell has no formation, whatever the numbers say.
                Some(Status::Failed(error)) => {
                    outputs[at * width..(at + 1) * width].fill(f64::NAN);
                    of_line(Status::Failed(error))
                }
                _ => of_formation(end),
            };
        }
    }

    /// Outcomes of the line that the formation reads, with how each sample went; nothing where it
    /// reads inputs only.
    fn lines_before(&self, inputs: &[f64], count: usize) -> Option<(Vec<Vec<f64>>, Vec<Status>)> {
        let reads = |source: &Source| matches!(source, Source::Outcome(_));
        let line = self.line.as_ref()?;
        if !self.sources.iter().any(reads) {
            return None;
        }
        let (own, wide) = (line.input_count(), line.output_count());
        let rows = inputs.chunks(self.inputs.len());
        let joined: Vec<f64> = rows.flat_map(|row| &row[..own]).copied().collect();
        let mut made = vec![f64::NAN; wide * count];
        let mut ends = vec![Status::Valid(Flags::NONE); count];
        line.run_rows(&joined, &mut made, &mut ends);
        Some((made.chunks(wide).map(<[f64]>::to_vec).collect(), ends))
    }

    /// A plant without formation has nothing to write, which always works.
    fn run_formation(&self, inputs: &[f64], outputs: &mut [f64]) -> SampleStatus {
        match &self.formation {
            None => SampleStatus::COMPUTED,
            Some(_) => {
                let mut statuses = [SampleStatus::COMPUTED];
                self.run_formations(inputs, outputs, &mut statuses);
                statuses[0]
            }
        }
    }

    /// A plant without line has nothing to write, which always works.
    fn run_line(&self, inputs: &[f64], outputs: &mut [f64]) -> SampleStatus {
        let run = |line: &Line| of_line(line.run(&inputs[..line.input_count()], outputs));
        self.line.as_ref().map_or(SampleStatus::COMPUTED, run)
    }

    /// The formation behind the line, if there is one.
    #[must_use]
    pub fn formation(&self) -> Option<&formation::Model> {
        self.formation.as_ref()
    }

    /// Whether a formation follows the line.
    #[must_use]
    pub fn has_formation(&self) -> bool {
        self.formation.is_some()
    }

    /// Returns the inputs of the formation at plant inputs; NaN for what a line that fails makes.
    #[must_use]
    pub fn formation_inputs(&self, inputs: &[f64]) -> Vec<f64> {
        let made = self.lines_before(inputs, 1);
        self.joined(inputs, made.as_ref().map(|(rows, _)| &rows[0]))
    }

    fn joined(&self, inputs: &[f64], made: Option<&Vec<f64>>) -> Vec<f64> {
        self.sources
            .iter()
            .map(|source| match *source {
                Source::Input(at) => inputs[at],
                Source::LoadingAfterCalendering(loading, stretch) => {
                    inputs[loading] / inputs[stretch]
                }
                Source::Outcome(slot) => made.map_or(f64::NAN, |row| row[slot]),
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
            // Any input of the line may move it.
            Source::Outcome(_) => input < self.line_width(),
        })
    }
}

/// What the status of a formation means to an ensemble.
fn of_line(status: Status) -> SampleStatus {
    match status {
        Status::Valid(found) => SampleStatus::Computed {
            flags: found.bits(),
        },
        Status::Failed(error) => SampleStatus::Failed {
            reason: error.label(),
        },
    }
}

fn of_formation(status: formation::Status) -> SampleStatus {
    match status {
        formation::Status::Ok => SampleStatus::COMPUTED,
        failed => SampleStatus::Failed {
            reason: failed.label(),
        },
    }
}
