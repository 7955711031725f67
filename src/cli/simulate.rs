//! `cellwright simulate`: the outcomes of a scenario's recipes, without judging them.
//!
//! In: a scenario. Out: a table or JSON; exit 3 when no sample of an outcome could be computed.
//! With `--stage`, `--set` or `--sweep`, for a scenario or a model with its recipe: outcomes at
//! single points; exit 3 when a point could not be computed.

use super::arguments::{Common, Format, Simulate};
use super::check::rejected;
use super::failure::Failure;
use super::output::{self, OutputFile, View};
use super::progress::Line;
use super::run::{failure, options, read, shown};
use crate::document::Disk;
use crate::exit_code::ExitCode;
use crate::record::body::Finding;
use crate::record::what_if::WhatIf;
use crate::report::simulation::{Numerics, Simulation};
use crate::report::{html, what_if};
use crate::run::cell_formation::finest_formation;
use crate::run::documents::{self, Documents};
use crate::run::failed_samples;
use crate::run::numerics::outcome_numerics;
use crate::run::what_if::{Ask, Subject};
use crate::run::{self, Context, Judged, Options, Progress, RunError, body, summary};
use crate::twin::drying::NumericsCheck;
use crate::twin::status::TwinError;

/// Format of the JSON answer.
const FORMAT: &str = "cellwright/simulation/1";

struct SimulationView<'a>(&'a Simulation);

impl View for SimulationView<'_> {
    fn write(&self, format: Format, colour: bool) -> Option<String> {
        match format {
            Format::Text => Some(self.0.text(colour)),
            Format::Json => Some(self.0.json()),
            _ => None,
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// [`Failure`].
pub fn simulate(verb: &Simulate, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    if verb.asks_what_if() {
        return points(verb, common, &files);
    }
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

struct PointsView<'a>(&'a WhatIf);

impl View for PointsView<'_> {
    fn write(&self, format: Format, colour: bool) -> Option<String> {
        match format {
            Format::Text => Some(what_if::text(self.0, colour)),
            Format::Json => Some(what_if::json(self.0)),
            Format::Csv => Some(what_if::csv(self.0)),
            Format::Html => Some(html::sweep_page(self.0)),
            _ => None,
        }
    }
}

/// Answers `--stage`, `--set` and `--sweep`.
fn points(verb: &Simulate, common: &Common, files: &[OutputFile]) -> Result<ExitCode, Failure> {
    if let Some(option) = verb.draws_asked() {
        return Err(Failure::argument(format!(
            "`{option}` is for draws; `--stage`, `--set`, `--sweep` and `--recipe` compute single \
             points at nominal values"
        )));
    }
    let ask = Ask {
        stage: verb.stage.clone(),
        set: verb.set.clone(),
        sweep: verb.sweep.clone(),
        verify_numerics: verb.verify_numerics,
    };
    let answer = match &verb.recipe {
        Some(recipe) => {
            let disk = Disk::new(".");
            let (model, recipe) = (shown(&verb.scenario), shown(recipe));
            let found = documents::read_plant(&disk, &model, &recipe).map_err(rejected)?;
            output::warn(&found.warnings, &found.sources, common);
            run::what_if::what_if(
                &Subject {
                    document: &model,
                    recipe: &found.recipe,
                    model: &found.model,
                    plant: &found.plant,
                    cell: found.cell.as_ref(),
                },
                &ask,
            )
        }
        None => {
            let found = read(&verb.scenario)?;
            output::warn(&found.warnings, &found.sources, common);
            run::what_if::what_if(
                &Subject {
                    document: &found.scenario.path,
                    recipe: &found.old,
                    model: &found.model,
                    plant: &found.plant,
                    cell: found.cell.as_ref(),
                },
                &ask,
            )
        }
    }
    .map_err(Failure::argument)?;
    output::deliver(&PointsView(&answer), common, files)?;
    let failed = answer.points.iter().any(|point| point.failed.is_some());
    Ok(if failed {
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
        replaced: run::replaced::rows(
            &documents.model,
            &documents.plant,
            &requested.binding.nominal,
        ),
        not_modelled: run::replaced::stages_left_out(&documents.plant),
        seed: context.seed,
        samples: context.samples,
        failed: [("now", &now), ("requested", &requested)]
            .into_iter()
            .flat_map(|(recipe, judged)| {
                let found = failed_samples::findings(&context, judged);
                let words = move |one: Finding| format!("{recipe}: {}", one.message);
                found.into_iter().map(words)
            })
            .collect(),
        outcomes,
        numerics,
    })
}

fn numerics_of(documents: &Documents, recipe: &str, judged: &Judged) -> Result<Numerics, String> {
    let nominal = &judged.binding.nominal;
    let check = documents
        .plant
        .line()
        .map(|line| line.verify_numerics(&nominal[..line.input_count()]));
    let check = match check {
        Some(Ok(check)) => check,
        // Without a dryer there is no piece to compare.
        None | Some(Err(TwinError::NotModelled { .. })) => NumericsCheck::default(),
        Some(Err(error)) => return Err(error.to_string()),
    };
    let cell = documents.cell.as_ref();
    let finest = finest_formation(&judged.recipe, &documents.model, cell);
    Ok(Numerics {
        recipe: recipe.to_owned(),
        pieces: check.pieces.len(),
        temperature_k: check.temperature_k,
        free_share: check.free_share,
        bound_fraction: check.bound_fraction,
        outcomes: outcome_numerics(&documents.plant, finest.as_ref(), nominal)?,
    })
}
