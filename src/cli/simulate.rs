//! `cellwright simulate`: the outcomes of a scenario's recipes, without judging them.
//!
//! In: a scenario. Out: a table or JSON; exit 3 when no sample of an outcome could be computed.

use super::arguments::{Common, Format, Simulate};
use super::failure::Failure;
use super::output::{self, View};
use super::progress::Line;
use super::run::{failure, options, read};
use crate::exit_code::ExitCode;
use crate::report::simulation::{Numerics, Simulation};
use crate::run::documents::Documents;
use crate::run::{Context, Judged, Options, Progress, RunError, body, summary};
use crate::twin::status::TwinError;

/// Format of the JSON answer.
const FORMAT: &str = "cellwright/simulation/1";

struct SimulationView<'a>(&'a Simulation);

impl View for SimulationView<'_> {
    fn write(&self, format: Format, colour: bool) -> Option<String> {
        match format {
            Format::Text => Some(self.0.text(colour)),
            Format::Json => Some(self.0.json()),
            Format::Sarif | Format::Junit | Format::Markdown | Format::Github | Format::Html => {
                None
            }
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// [`Failure`].
pub fn simulate(verb: &Simulate, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let documents = read(&verb.scenario)?;
    // Rules are not judged here, so no question goes to a solver.
    let options = Options {
        solver: None,
        ..options(&verb.judgement, common)
    };
    let line = Line::new(common);
    let simulation = compute(&documents, &options, &line, verb.verify_numerics);
    line.finish();
    let simulation = simulation?;
    output::deliver(&SimulationView(&simulation), common, &files)?;
    let is_empty = |row: &crate::record::body::OutcomeRow| row.requested.n == 0;
    Ok(if simulation.outcomes.iter().any(is_empty) {
        ExitCode::Undecided
    } else {
        ExitCode::Success
    })
}

fn compute(
    documents: &Documents,
    options: &Options,
    progress: &dyn Progress,
    verify_numerics: bool,
) -> Result<Simulation, Failure> {
    let context = Context::new(documents, options, progress).map_err(failure)?;
    progress.stage("now and requested", 4 * context.samples);
    let now = context
        .judge_recipe(&documents.old, context.samples, None)
        .map_err(failure)?;
    let requested = context
        .judge_recipe(&documents.new, context.samples, Some(&now))
        .map_err(failure)?;
    let outcomes = summary::outcomes(&context, &now, &requested, None)
        .map_err(|error| failure(RunError::Ensemble(error)))?;
    let mut numerics = Vec::new();
    if verify_numerics {
        for (name, judged) in [("now", &now), ("requested", &requested)] {
            let checked = numerics_of(documents, name, judged)
                .map_err(|error| Failure::environment(format!("{name}: {error}")))?;
            numerics.push(checked);
        }
    }
    Ok(Simulation {
        format: FORMAT.to_owned(),
        versions: body::versions(),
        scenario: documents.scenario.path.clone(),
        seed: context.seed,
        samples: context.samples,
        outcomes,
        numerics,
    })
}

fn numerics_of(
    documents: &Documents,
    recipe: &str,
    judged: &Judged,
) -> Result<Numerics, TwinError> {
    let line = documents.plant.line();
    let check = line.verify_numerics(&judged.binding.nominal[..line.input_count()])?;
    Ok(Numerics {
        recipe: recipe.to_owned(),
        pieces: check.pieces.len(),
        temperature_k: check.temperature_k,
        free_share: check.free_share,
        bound_fraction: check.bound_fraction,
    })
}
