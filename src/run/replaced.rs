//! Outcomes that a model gives in place of a law, put into the line; and what the record says of
//! them.
//!
//! In: a line and the model's `[replaced]` and `not_modelled`. Out: the line with their values
//! where later stages look, or diagnostics at the place in the model; rows for the record with the
//! balances that the values leave open. What replacements read beyond the line becomes an input of
//! the plant.

use super::plant::{Plant, Stage};
use super::{Context, Judged};
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::model::document::Model;
use crate::model::replaced::{Law, Replaced};
use crate::quantity::dictionary::{self, standard};
use crate::record::replaced::{OpenBalance, ReplacedRow};
use crate::span::Span;
use crate::twin::line::{LineStage, OPEN_FROM, ReplaceError};
use crate::twin::replacement::{self, Function, Grid, Outside, Replacement};
use crate::twin::{Line, Port, Role};

/// Diagnostic: a model replaces what the line does not make, or reads what is not there.
pub const REPLACED: &str = "CW-0306";

/// Code, title and explanation of the diagnostics of this file.
pub const CODE: (&str, &str, &str) = (
    REPLACED,
    "an outcome cannot be replaced like this",
    "A model may give outcomes of the line by measured points or by an expression. It can only \
     give what the line makes, from inputs and from outcomes of the same stage or of earlier ones. \
     A stage under `not_modelled` is not computed: what later stages read of it has to be given.",
);

/// Puts the model's values in the place of outcomes.
///
/// # Errors
/// Diagnostics at the entries of the model that do not fit the line.
pub fn applied(line: Line, model: &Model) -> Result<Line, Diagnostics> {
    if model.replaced.is_empty() && model.not_modelled.is_empty() {
        return Ok(line);
    }
    let (inputs, outputs) = (line.inputs(), line.outputs());
    let replacements = model.replaced.values().filter_map(replacement);
    let stages: Vec<LineStage> = model
        .not_modelled
        .iter()
        .filter_map(|stage| LineStage::named(stage.value))
        .collect();
    let is_port = |name: &str| {
        let mut all = inputs.iter().chain(&outputs);
        all.any(|port| port.name == name)
    };
    let mut extra: Vec<Port> = Vec::new();
    let read = model.replaced.values().flat_map(|one| one.law.reads());
    for name in read {
        if !is_port(name) && !extra.iter().any(|port| port.name == name) {
            extra.extend(input_port(name));
        }
    }
    line.replacing(replacements.collect(), &stages, extra)
        .map_err(|error| diagnostic(&error, model, &outputs).into())
}

/// Without a line there is nothing to replace: a diagnostic at each entry of `[replaced]`.
#[must_use]
pub fn without_line(model: &Model) -> Diagnostics {
    let mut found = Diagnostics::new();
    for (name, one) in &model.replaced {
        let message = format!("`{name}` cannot be replaced: the model has no line");
        found.push(
            Diagnostic::error(REPLACED, one.span, message)
                .also(model.line_span(), "no line is modelled")
                .help("give what the formation reads under `[parameters]`"),
        );
    }
    found
}

/// A port for an input that the line does not read; nothing for an outcome.
fn input_port(name: &str) -> Option<Port> {
    // A zone that the line does not have is a slip and no input.
    if dictionary::index(name).is_some() {
        return None;
    }
    let entry = standard().get(name)?;
    let role = match entry.role {
        dictionary::Role::Setpoint => Role::Setpoint,
        dictionary::Role::Material => Role::Material,
        dictionary::Role::Disturbance => Role::Disturbance,
        dictionary::Role::Parameter => Role::Parameter,
        dictionary::Role::Outcome => return None,
    };
    Some(Port {
        name: name.to_owned(),
        unit: "SI",
        role,
        text: entry.text,
    })
}

/// The law of an entry as the twin takes it; the document has checked that it is one.
fn replacement(one: &Replaced) -> Option<Replacement> {
    let anywhere = (f64::NEG_INFINITY, f64::INFINITY);
    let reads: Vec<String> = one.law.reads().into_iter().map(str::to_owned).collect();
    let (law, range) = match &one.law {
        Law::Table { points, .. } => {
            let number = |point: &Vec<crate::document::Measured>| -> Vec<f64> {
                point.iter().map(|value| value.si.to_f64()).collect()
            };
            let points: Vec<Vec<f64>> = points.iter().map(number).collect();
            let grid = Grid::new(&points).ok()?;
            let range = grid.range();
            (replacement::Law::Table(grid), range)
        }
        Law::Expression(expression) => {
            let range = |name: &String| {
                let stated = expression.valid.get(name);
                stated.map_or(anywhere, |range| (range.low.to_f64(), range.high.to_f64()))
            };
            let prepared = expression.prepared()?;
            let function: Function = std::sync::Arc::new(move |read| prepared.value(read));
            let ranges = reads.iter().map(range).collect();
            (replacement::Law::Formula(function), ranges)
        }
    };
    Some(Replacement {
        outcome: one.name.clone(),
        reads,
        law,
        range,
        outside: if one.extrapolates {
            Outside::Extrapolates
        } else {
            Outside::Fails
        },
    })
}

fn diagnostic(error: &ReplaceError, model: &Model, outputs: &[Port]) -> Diagnostic {
    let at = |name: &str| model.replaced.get(name).map_or(model.span, |one| one.span);
    let stage = |name: &str| stage_span(model, name);
    let near = |name: &str| nearest(name, outputs.iter().map(|port| port.name.as_str()));
    match error {
        ReplaceError::NoOutcome { name } => {
            let message = format!("this line makes no `{name}`");
            let help = match near(name) {
                Some(near) => format!("did you mean `{near}`?"),
                None if name.starts_with("formation.") => {
                    "the formation is computed; outcomes of the line can be replaced".to_owned()
                }
                None => "remove it, or give the inputs of the section that makes it".to_owned(),
            };
            Diagnostic::error(REPLACED, at(name), message).help(help)
        }
        ReplaceError::NoRead { outcome, name } => {
            let message = format!("`{outcome}` reads `{name}`, which this line has not");
            let diagnostic = Diagnostic::error(REPLACED, at(outcome), message);
            match near(name) {
                Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                None => diagnostic.help("read inputs, or outcomes of stages that are there"),
            }
        }
        ReplaceError::ReadsLater { outcome, name } => {
            let message = format!("`{outcome}` reads `{name}`, which is made after it");
            Diagnostic::error(REPLACED, at(outcome), message)
                .help("read inputs, and outcomes of the same stage or of stages before")
        }
        ReplaceError::Circle { outcome } => {
            let message = format!("`{outcome}` is read to compute itself");
            Diagnostic::error(REPLACED, at(outcome), message)
                .help("read inputs, and outcomes that do not depend on it")
        }
        ReplaceError::NotGiven { name, by } => {
            let message = format!("`{name}` is not given, and {by} reads it");
            Diagnostic::error(REPLACED, stage(name), message)
                .label("not computed")
                .help(format!(
                    "add `\"{name}\"` to `[replaced]`, or model the stage"
                ))
        }
        ReplaceError::FlowCurve => {
            let message = "the coating reads the flow curve of the slurry, not an outcome of it";
            Diagnostic::error(REPLACED, stage("slurry.density"), message)
                .help("leave out both: `not_modelled = [\"slurry\", \"coating\"]`")
        }
    }
}

/// Where the model leaves out the stage of an outcome, as far as its name tells.
fn stage_span(model: &Model, name: &str) -> Span {
    let own = model.not_modelled.iter();
    let mut named = own.filter(|stage| name.starts_with(&format!("{}.", stage.value)));
    let first = || model.not_modelled.first();
    named
        .next()
        .or_else(first)
        .map_or(model.span, |stage| stage.span)
}

/// Rules read outcomes of stages that are not computed: named, with what to do.
#[must_use]
pub fn not_given(
    model: &Model,
    plant: &Plant,
    rules: &crate::rule_language::RuleSet,
) -> Diagnostics {
    let mut found = Diagnostics::new();
    if model.not_modelled.is_empty() {
        return found;
    }
    let seen = plant.outputs(Stage::Line);
    for rule in &rules.rules {
        for &id in &rule.reads {
            let name = &rules.signal(id).name;
            let stage = dictionary::standard()
                .get(name)
                .filter(|entry| entry.role == dictionary::Role::Outcome);
            let left_out = model
                .not_modelled
                .iter()
                .find(|stage| name.starts_with(&format!("{}.", stage.value)));
            let (Some(_), Some(left_out)) = (stage, left_out) else {
                continue;
            };
            if !seen.iter().any(|port| port.name == *name) {
                let message = format!(
                    "rule {} reads `{name}`, and {} is not modelled",
                    rule.code, left_out.value
                );
                found.push(
                    Diagnostic::warning(REPLACED, left_out.span, message).help(format!(
                        "the rule stays undecided; add `\"{name}\"` to `[replaced]`"
                    )),
                );
            }
        }
    }
    found
}

/// What a record says of the replaced outcomes of a recipe at its nominal inputs.
#[must_use]
pub fn rows(model: &Model, plant: &Plant, nominal: &[f64]) -> Vec<ReplacedRow> {
    let Some(line) = plant.line() else {
        return Vec::new();
    };
    let inputs = &nominal[..line.input_count()];
    let balances = line.imbalances(inputs).unwrap_or_default();
    let row = |name: &str| {
        let one = model.replaced.get(name)?;
        let open = balances.iter().filter(|balance| {
            balance.relative.abs() > OPEN_FROM && balance.names.iter().any(|own| own == name)
        });
        let open = open.map(|balance| OpenBalance {
            text: balance.text.to_owned(),
            names: balance.names.clone(),
            percent: 100.0 * balance.relative,
        });
        Some(ReplacedRow {
            name: name.to_owned(),
            by: one.by(),
            source: one.source.clone(),
            evidence: one.evidence.name().to_owned(),
            open: open.collect(),
        })
    };
    line.replaced_names().into_iter().filter_map(row).collect()
}

/// As [`rows`], of a judged recipe.
#[must_use]
pub fn rows_of(context: &Context<'_>, judged: &Judged) -> Vec<ReplacedRow> {
    let documents = context.documents;
    rows(&documents.model, &documents.plant, &judged.binding.nominal)
}

/// Names of the stages that are not computed, in the order of the line.
#[must_use]
pub fn stages_left_out(plant: &Plant) -> Vec<String> {
    let line = plant.line();
    let left_out = |stage: &LineStage| line.is_none_or(|line| !line.models(*stage));
    LineStage::ALL
        .into_iter()
        .filter(left_out)
        .map(|stage| stage.name().to_owned())
        .collect()
}
