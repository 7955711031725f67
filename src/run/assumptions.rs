//! Assumed and recalled numbers by influence, one at a time.
//!
//! In: the requested recipe, the model's weak parameters with spread or valid range. Out: for each
//! the observed outcome it moves most, in standard deviations of that outcome, and what the outcome
//! is at either end. For the leading ones that move a critical outcome rule, the share of samples
//! that pass at either end beside it: the model error, as the counts are the sampling error.

use super::binding::Origin;
use super::outcomes::Bench;
use super::plant::Stage;
use super::simulate::{self, Draws, at_point};
use super::{Context, Judged, RunError};
use crate::monte_carlo::estimate;
use crate::monte_carlo::sensitivity::{LOWER_QUANTILE, UPPER_QUANTILE};
use crate::quantity::Unit;
use crate::quantity::dictionary::standard;
use crate::rational::Rational;
use crate::record::body::{Assumption, PassShare};
use crate::rule_language::Rule;
use crate::rule_language::ast::RuleSeverity;

/// Assumptions whose effect on a probability is simulated.
const PASS_SHARES_MAX: usize = 3;

/// One weak parameter at both ends.
struct Ends {
    place: usize,
    low: f64,
    high: f64,
    outcome: Target,
    low_value: f64,
    high_value: f64,
    influence: f64,
}

/// An observed outcome with its scale.
#[derive(Clone)]
struct Target {
    name: String,
    stage: Stage,
    at: usize,
    scale: f64,
    unit: Unit,
}

/// Lists the weak numbers behind a judgement, most influential first.
///
/// # Errors
/// [`RunError`] when an ensemble cannot be run.
pub fn assumptions(context: &Context<'_>, judged: &Judged) -> Result<Vec<Assumption>, RunError> {
    let targets = targets(context, judged);
    let mut ends: Vec<Ends> = Vec::new();
    for (place, origin) in judged.binding.origins.iter().enumerate() {
        let Origin::Model { evidence, .. } = origin else {
            continue;
        };
        if evidence.is_weak()
            && let Some((low, high)) = range(context, judged, place)
            && let Some(found) = effect(context, judged, &targets, (place, low, high))
        {
            ends.push(found);
        }
    }
    ends.sort_by(|a, b| {
        let name = |ends: &Ends| judged.binding.inputs[ends.place].name.clone();
        b.influence
            .total_cmp(&a.influence)
            .then_with(|| name(a).cmp(&name(b)))
    });
    let mut rows = Vec::with_capacity(ends.len());
    let mut simulated = 0;
    for one in &ends {
        let rule = probability_rule(context, &one.outcome.name);
        let shares = match rule.filter(|_| simulated < PASS_SHARES_MAX) {
            Some(rule) => {
                simulated += 1;
                pass_shares(context, judged, rule, one)?
            }
            None => None,
        };
        rows.push(row(context, judged, one, shares));
    }
    Ok(rows)
}

/// The observed outcomes with the standard deviation each has in the ensemble.
fn targets(context: &Context<'_>, judged: &Judged) -> Vec<Target> {
    let Some(simulation) = &context.documents.scenario.simulation else {
        return Vec::new();
    };
    simulation
        .observe
        .iter()
        .filter_map(|observed| {
            let &(stage, at) = context.places.get(&observed.value)?;
            let values: Vec<f64> = judged.simulated.ensemble(stage)?.computed(at).collect();
            let sd = estimate::standard_deviation(&values).unwrap_or(0.0);
            let nominal = judged.simulated.nominal(stage).outputs.as_ref()?[at];
            // An outcome without spread is measured in percents of itself.
            let scale = if sd > 0.0 { sd } else { nominal.abs() / 100.0 };
            let unit = standard().get(&observed.value)?.unit.clone();
            (scale > 0.0).then(|| Target {
                name: observed.value.clone(),
                stage,
                at,
                scale,
                unit,
            })
        })
        .collect()
}

/// The ends of a parameter: quantiles of its spread, else its valid range.
fn range(context: &Context<'_>, judged: &Judged, place: usize) -> Option<(f64, f64)> {
    let input = &judged.binding.inputs[place];
    if !input.distribution.is_fixed() {
        let sampler = input.distribution.sampler().ok()?;
        return Some((sampler.value(LOWER_QUANTILE), sampler.value(UPPER_QUANTILE)));
    }
    let valid = context
        .documents
        .model
        .parameters
        .get(&input.name)?
        .valid
        .as_ref()?;
    let (low, high) = (valid.low.to_f64(), valid.high.to_f64());
    (low < high).then_some((low, high))
}

fn effect(
    context: &Context<'_>,
    judged: &Judged,
    targets: &[Target],
    (place, low, high): (usize, f64, f64),
) -> Option<Ends> {
    let plant = &context.documents.plant;
    let outputs_at = |value: f64| {
        let moved = judged.binding.fixed_at(place, value);
        let line = at_point(plant, Stage::Line, &moved.nominal).outputs;
        let formation = if plant.formation_is_moved_by(place) {
            at_point(plant, Stage::Formation, &moved.nominal).outputs
        } else {
            judged.simulated.nominal_formation.outputs.clone()
        };
        (line, formation)
    };
    let (at_low, at_high) = (outputs_at(low), outputs_at(high));
    let value = |outputs: &(Option<Vec<f64>>, Option<Vec<f64>>), target: &Target| {
        let stage = match target.stage {
            Stage::Line => outputs.0.as_ref(),
            Stage::Formation => outputs.1.as_ref(),
        };
        stage.map(|outputs| outputs[target.at])
    };
    let mut best: Option<Ends> = None;
    for target in targets {
        let (Some(low_value), Some(high_value)) = (value(&at_low, target), value(&at_high, target))
        else {
            continue;
        };
        let influence = (high_value - low_value).abs() / target.scale;
        if influence > 0.0
            && best
                .as_ref()
                .is_none_or(|known| influence > known.influence)
        {
            let outcome = target.clone();
            best = Some(Ends {
                place,
                low,
                high,
                outcome,
                low_value,
                high_value,
                influence,
            });
        }
    }
    best
}

/// The critical rule that bounds the outcome with a probability.
fn probability_rule<'a>(context: &Context<'a>, outcome: &str) -> Option<&'a Rule> {
    context.rules().rules.iter().find(|rule| {
        rule.probability.is_some()
            && rule.severity == RuleSeverity::Critical
            && rule
                .reads
                .iter()
                .any(|&id| context.rules().signal(id).name == outcome)
    })
}

fn pass_shares(
    context: &Context<'_>,
    judged: &Judged,
    rule: &Rule,
    ends: &Ends,
) -> Result<Option<PassShare>, RunError> {
    let advance = |count| context.progress.advance(count);
    let share = |value: f64| -> Result<Option<f64>, RunError> {
        let binding = judged.binding.fixed_at(ends.place, value);
        let draws = Draws {
            seed: context.seed,
            samples: context.search_samples,
            threads: context.options.threads,
            progress: &advance,
        };
        let simulated = simulate::line(&context.documents.plant, &binding, draws)?;
        let bench = Bench {
            plant: &context.documents.plant,
            rules: context.rules(),
            case: &judged.case,
            binding: &binding,
            simulated: &simulated,
            seed: context.seed,
            places: &context.places,
        };
        // The share is known even where it is too close to the limit to decide.
        let counted = bench.judge(rule)?.probability;
        Ok(counted
            .filter(|counts| counts.n > 0)
            .map(|counts| counts.estimate))
    };
    let both = share(ends.low)?.zip(share(ends.high)?);
    Ok(both.map(|(low, high)| PassShare {
        rule: rule.code.clone(),
        low,
        high,
    }))
}

fn row(
    context: &Context<'_>,
    judged: &Judged,
    ends: &Ends,
    pass_share: Option<PassShare>,
) -> Assumption {
    let name = judged.binding.inputs[ends.place].name.clone();
    let parameter = context.documents.model.parameters.get(&name);
    let unit = standard().get(&name).map(|entry| entry.unit.clone());
    let shown = |unit: &Unit, si: f64| {
        Rational::from_f64(si)
            .map(|si| unit.display_rounded(&si, 3))
            .unwrap_or_default()
    };
    let outcome = &ends.outcome;
    Assumption {
        value: unit
            .as_ref()
            .map(|unit| shown(unit, judged.binding.nominal[ends.place]))
            .unwrap_or_default(),
        spread: unit
            .as_ref()
            .map(|unit| {
                let low = Rational::from_f64(ends.low).map(|si| unit.from_si(&si));
                let low = low.unwrap_or_default().display_significant(3);
                format!("{low} .. {}", shown(unit, ends.high))
            })
            .unwrap_or_default(),
        evidence: parameter
            .map(|p| p.evidence.name().to_owned())
            .unwrap_or_default(),
        source: parameter.map(|p| p.source.clone()).unwrap_or_default(),
        outcome: outcome.name.clone(),
        low: outcome.unit.from_si_f64(ends.low_value),
        high: outcome.unit.from_si_f64(ends.high_value),
        unit: outcome.unit.shown().to_owned(),
        pass_share,
        influence: ends.influence,
        name,
    }
}
