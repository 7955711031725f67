//! Numerical error of every outcome of a plant at one point, and of the rules that read them.
//!
//! In: the plant, the finest formation of the same cell, inputs; for a run its documents and body.
//! Out: [`OutcomeNumerics`] in the order of the outcomes; [`RunNumerics`] with what is not small
//! against a spread or a margin. The line is compared with an independent integrator; the
//! formation with itself at 64 modes and its finest steps, which is refinement and called so.

use std::collections::BTreeMap;

use super::binding::Binding;
use super::cell_formation::finest_formation;
use super::documents::Documents;
use super::plant::{Plant, Stage};
use super::rules;
use super::simulate::at_point;
use crate::check::reading::reading;
use crate::quantity::dictionary::standard;
use crate::rational::Rational;
use crate::record::body::{Body, OutcomeRow, RuleRow};
use crate::record::numerics::OutcomeNumerics;
use crate::record::run_numerics::{Against, LargeNumerics, RunNumerics, SMALL};
use crate::rule_language::{Point, PointValue, Rule, RuleSet, SignalId};
use crate::twin::line::{Numerics, OutcomeError};
use crate::twin::{Port, formation};

/// One outcome, computed twice.
struct Pair {
    name: String,
    /// As every sample is computed, SI.
    run: f64,
    /// Less the reference, SI.
    error: f64,
    by: &'static str,
}

/// Compares every outcome; without a formation in `finest` only those of the line.
///
/// # Errors
/// Why a stage cannot be computed, one sentence.
pub fn outcome_numerics(
    plant: &Plant,
    finest: Option<&formation::Model>,
    inputs: &[f64],
) -> Result<Vec<OutcomeNumerics>, String> {
    Ok(rows(&pairs(plant, finest, inputs)?))
}

fn rows(pairs: &[Pair]) -> Vec<OutcomeNumerics> {
    let row = |pair: &Pair| row(&pair.name, pair.error, pair.by);
    pairs.iter().filter_map(row).collect()
}

/// The outcomes of the line; none of a plant without one.
fn pairs_of_line(plant: &Plant, inputs: &[f64]) -> Result<Vec<Pair>, String> {
    let Some(line) = plant.line() else {
        return Ok(Vec::new());
    };
    let errors = line
        .outcome_errors(&inputs[..line.input_count()])
        .map_err(|error| error.to_string())?;
    let ports = line.outputs().into_iter().zip(errors);
    let pair = |(port, one): (Port, OutcomeError)| Pair {
        name: port.name,
        run: one.run,
        error: one.error,
        by: word(one.numerics),
    };
    Ok(ports.map(pair).collect())
}

fn pairs(
    plant: &Plant,
    finest: Option<&formation::Model>,
    inputs: &[f64],
) -> Result<Vec<Pair>, String> {
    let mut found = pairs_of_line(plant, inputs)?;
    if let (Some(finest), true) = (finest, plant.has_formation()) {
        let run = at_point(plant, Stage::Formation, inputs).outputs;
        let run = run.ok_or("the formation cannot be computed")?;
        let mut reference = vec![f64::NAN; run.len()];
        let status = finest.run(&plant.formation_inputs(inputs), &mut reference);
        if status != formation::Status::Ok {
            return Err(format!("the finest formation: {}", status.label()));
        }
        let ports = plant.outputs(Stage::Formation).into_iter();
        let both = ports.zip(run.iter().zip(&reference));
        found.extend(both.map(|(port, (run, fine))| Pair {
            name: port.name,
            run: *run,
            error: run - fine,
            by: "refinement",
        }));
    }
    Ok(found)
}

/// Compares the requested recipe of a run at its nominal values. A run is not worth less because
/// this fails: then the answer says why.
#[must_use]
pub fn of_run(documents: &Documents, body: &Body) -> RunNumerics {
    match compared(documents, body) {
        Ok(found) => found,
        Err(why) => RunNumerics {
            failed: Some(why),
            ..RunNumerics::default()
        },
    }
}

fn compared(documents: &Documents, body: &Body) -> Result<RunNumerics, String> {
    let Documents {
        plant, model, new, ..
    } = documents;
    let binding = Binding::new(plant, new, model)
        .map_err(|_| "the inputs of the line are not known".to_owned())?;
    let finest = finest_formation(new, model, documents.cell.as_ref());
    if plant.has_formation() && finest.is_none() {
        return Err("the finest formation cannot be set up".to_owned());
    }
    let pairs = pairs(plant, finest.as_ref(), &binding.nominal)?;
    let outcomes = rows(&pairs);
    let spreads = body.outcomes.iter().filter_map(|row| {
        let own = outcomes.iter().find(|one| one.name == row.name)?;
        large(&row.name, Against::Spread, of_spread(own, row)?)
    });
    let mut found: Vec<LargeNumerics> = spreads.collect();
    let margins = Margins::new(documents, &pairs);
    found.extend(body.rules.iter().filter_map(|row| {
        let rule = documents
            .rules
            .rules
            .iter()
            .find(|rule| rule.code == row.rule.code)?;
        large(&row.rule.code, Against::Margin, margins.share(rule, row)?)
    }));
    Ok(RunNumerics {
        large: found,
        outcomes,
        failed: None,
    })
}

fn large(name: &str, against: Against, share: f64) -> Option<LargeNumerics> {
    // A share that is no number is not small either.
    let is_small = share <= SMALL;
    (!is_small).then(|| LargeNumerics {
        name: name.to_owned(),
        against,
        share,
    })
}

/// The error in standard deviations of the samples; nothing where they do not spread.
fn of_spread(own: &OutcomeNumerics, row: &OutcomeRow) -> Option<f64> {
    // A balance that closes to rounding spreads by rounding alone: it is an error itself.
    if row.name.ends_with("_closure") {
        return None;
    }
    let sd = row.requested.sd;
    (sd > 0.0 && own.u_num != 0.0).then(|| own.u_num.abs() / sd)
}

/// Rules read twice: with the outcomes as every sample is computed, and with those of the
/// reference.
struct Margins<'a> {
    rules: &'a RuleSet,
    run: Point,
    reference: Point,
}

impl<'a> Margins<'a> {
    fn new(documents: &'a Documents, pairs: &[Pair]) -> Self {
        let rules = &documents.rules;
        let case = rules::case(rules, &documents.new, Some(&documents.model));
        let by_name: BTreeMap<&str, &Pair> = pairs
            .iter()
            .map(|pair| (pair.name.as_str(), pair))
            .collect();
        let (mut run, mut reference) = (case.nominal(), case.nominal());
        for (at, signal) in rules.signals.iter().enumerate() {
            let Some(pair) = by_name.get(signal.name.as_str()) else {
                continue;
            };
            for (point, value) in [
                (&mut run, pair.run),
                (&mut reference, pair.run - pair.error),
            ] {
                if let Ok(exact) = Rational::from_f64(value) {
                    point.set(SignalId(at), PointValue::Number(exact));
                }
            }
        }
        Self {
            rules,
            run,
            reference,
        }
    }

    /// The error of a rule's margin as a share of the margin: at the nominal recipe, and where the
    /// rule is judged at corners of the least one. Nothing where the rule reads nothing integrated;
    /// not a number, which is not small, where one of the two points has a margin and the other
    /// none: the numerical error decides there whether the rule applies.
    fn share(&self, rule: &Rule, row: &RuleRow) -> Option<f64> {
        if !rule.is_outcome || row.requested.verdict == "idle" {
            return None;
        }
        let margin = |point: &Point| -> Option<f64> {
            let found = reading(self.rules, rule, point)?.margin?;
            Some(found.value.lower().to_f64())
        };
        let (run, reference) = match (margin(&self.run), margin(&self.reference)) {
            (Some(run), Some(reference)) => (run, reference),
            (None, None) => return None,
            _ => return Some(f64::NAN),
        };
        let error = (run - reference).abs();
        if error == 0.0 {
            return None;
        }
        let is_share = rule.probability.is_some();
        let at_corner = row.requested.margin_si.as_ref().filter(|_| !is_share);
        let at_corner = at_corner.and_then(|margin| Rational::parse_ratio(margin).ok());
        let least = at_corner.map_or(f64::INFINITY, |margin| margin.to_f64().abs());
        Some(error / run.abs().min(least))
    }
}

fn word(numerics: Numerics) -> &'static str {
    match numerics {
        Numerics::Integrated => "independent integrator",
        Numerics::Solved => "binder solver",
        Numerics::Carried => "carried",
        Numerics::Algebra => "algebra",
    }
}

/// A difference has no offset: 1 K is 1 degC.
fn row(name: &str, error: f64, by: &str) -> Option<OutcomeNumerics> {
    let entry = standard().get(name)?;
    Some(OutcomeNumerics {
        name: name.to_owned(),
        unit: match entry.unit.shown() {
            "degC" => "K".to_owned(),
            unit => unit.to_owned(),
        },
        u_num: error / entry.unit.factor.to_f64(),
        by: by.to_owned(),
    })
}
