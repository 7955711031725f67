//! Evidence into components, value and index.
//!
//! In: the judged recipe, the ensembles, the observations, the approved recipes. Out: deltas,
//! components in [0, 1], weights, V with interval and gate, the index in both presets. Literature
//! is compared with the recipe as it is and can only check the model.

use super::failed_samples;
use super::outcomes::Bench;
use super::{Context, Judged, Obstacle};
use crate::decision;
use crate::delta::combine::combine;
use crate::delta::observed::{Observed, Subject};
use crate::delta::{Comparison, Delta, DeltaError, compare};
use crate::fusion::{Fusion, Gate, fuse};
use crate::hyperscore::{Parameters, Preset};
use crate::monte_carlo::ensemble::draw_column;
use crate::monte_carlo::estimate;
use crate::observation::{self, Observation};
use crate::quantity::dictionary::standard;
use crate::rational::Rational;
use crate::record::body::{ComponentRow, DeltaRow, Evaluation, Finding, HyperscoreRow, Score};
use crate::rule_language::Rule;
use crate::rule_language::ast::{EvidenceClass, RuleSeverity};
use crate::score::ahp::Judgements;
use crate::score::impact::{Coefficient, ImpactModel, ImpactTerm, impact};
use crate::score::logic::{RuleMargin, Satisfaction, logic};
use crate::score::meta::meta;
use crate::score::novelty::{ParameterExperience, novelty};
use crate::score::preset::{ScorePreset, preset_named, preset_names};
use crate::score::reproducibility::reproducibility;
use crate::score::{Component, ComponentName};

/// Model parameter: probability of an early failure without residual solvent.
pub const BASE_FAILURE: &str = "score.base_failure_probability";
/// Model parameter: growth of the log odds per mass fraction of residual solvent.
pub const RESIDUAL_LOG_ODDS: &str = "score.residual_solvent_log_odds";

/// Relative spread of the loading within a coating: a derived outcome.
pub const LOADING_VARIATION: &str = "coating.loading_variation";
/// Draws that make one simulated coating.
const DRAWS_PER_COATING: usize = 32;

/// All deltas of a run.
pub struct Deltas {
    /// With their observations, in the order of the scenario.
    pub found: Vec<Delta>,
    /// For the record.
    pub rows: Vec<DeltaRow>,
    /// Observations that could not be compared, said as findings.
    pub findings: Vec<Finding>,
}

/// Compares every observation with the recipe as it is.
#[must_use]
pub fn deltas(context: &Context<'_>, now: &Judged) -> Deltas {
    let mut deltas = Deltas {
        found: Vec::new(),
        rows: Vec::new(),
        findings: Vec::new(),
    };
    for observation in &context.documents.scenario.observed {
        let simulated = simulated_values(context, now, &observation.name);
        let observed = observed_of(&observation.observed);
        match delta_of(context, observation, &observed, &simulated) {
            Ok(delta) => {
                let is_check = observation.subject != observation::Subject::Fitted;
                deltas
                    .rows
                    .push(row(observation, &observed, &simulated, &delta));
                deltas.found.extend(is_check.then_some(delta));
            }
            Err(error) => deltas.findings.push(Finding {
                code: "observation-not-compared".to_owned(),
                level: "warning".to_owned(),
                message: error.to_string(),
                places: vec![super::changes::place_of(context, observation.span)],
                grounds: Vec::new(),
            }),
        }
    }
    deltas
}

fn delta_of(
    context: &Context<'_>,
    observation: &Observation,
    observed: &Observed,
    simulated: &[f64],
) -> Result<Delta, DeltaError> {
    let allowance = |given: &Option<Rational>| given.as_ref().map_or(0.0, Rational::to_f64);
    compare(&Comparison {
        quantity: &observation.name,
        simulated,
        observed,
        subject: subject_of(observation.subject),
        instrument_uncertainty: allowance(&observation.instrument),
        tolerance: allowance(&observation.tolerance),
        seed: context.seed,
    })
}

/// Simulated values of an outcome, or of the derived loading variation; empty where there is none.
fn simulated_values(context: &Context<'_>, now: &Judged, name: &str) -> Vec<f64> {
    if name == LOADING_VARIATION {
        return loading_variation(context, now);
    }
    let Some(&(stage, at)) = context.places.get(name) else {
        return Vec::new();
    };
    now.simulated
        .ensemble(stage)
        .map(|ensemble| ensemble.computed(at).collect())
        .unwrap_or_default()
}

/// Relative standard deviation of the drawn loading, one value per simulated coating.
fn loading_variation(context: &Context<'_>, now: &Judged) -> Vec<f64> {
    let Some(place) = now.binding.place("coating.areal_loading") else {
        return Vec::new();
    };
    let samples = now.simulated.line.samples() as u64;
    let Ok(drawn) = draw_column(&now.binding.inputs[place], context.seed, samples) else {
        return Vec::new();
    };
    drawn
        .chunks_exact(DRAWS_PER_COATING)
        .filter_map(|coating| {
            Some(estimate::standard_deviation(coating)? / estimate::mean(coating))
        })
        .collect()
}

fn observed_of(observed: &observation::Observed) -> Observed {
    match observed {
        observation::Observed::Moments { n, mean, sd } => Observed::MeanSd {
            cells: *n,
            mean: mean.to_f64(),
            sd: sd.to_f64(),
        },
        observation::Observed::Quantiles {
            n,
            median,
            p10,
            p90,
        } => Observed::MedianDeciles {
            cells: *n,
            median: median.to_f64(),
            p10: p10.to_f64(),
            p90: p90.to_f64(),
        },
        observation::Observed::Samples { values, .. } => Observed::Table {
            values: values.iter().map(Rational::to_f64).collect(),
        },
    }
}

/// Whose observation it is, in the words of `delta`.
#[must_use]
pub fn subject_of(subject: observation::Subject) -> Subject {
    match subject {
        observation::Subject::ThisLine => Subject::ThisLine,
        observation::Subject::SisterLine => Subject::SisterLine,
        observation::Subject::Literature | observation::Subject::Fitted => Subject::Literature,
    }
}

fn row(
    observation: &Observation,
    observed: &Observed,
    simulated: &[f64],
    delta: &Delta,
) -> DeltaRow {
    let unit = standard()
        .get(&observation.name)
        .map(|entry| entry.unit.clone());
    let unit = unit.unwrap_or_else(|| super::rules::known_unit("%"));
    let shown = |si: f64| unit.from_si_f64(si);
    let width = |si: f64| si / unit.factor.to_f64();
    let (n, centre, values) = match observed {
        Observed::MeanSd { cells, mean, .. } => (*cells, *mean, Vec::new()),
        Observed::MedianDeciles { cells, median, .. } => (cells.unwrap_or(0), *median, Vec::new()),
        Observed::Table { values } => (
            values.len() as u64,
            estimate::mean(values),
            values.iter().map(|v| shown(*v)).collect(),
        ),
    };
    let mut remarks = delta.assumptions.clone();
    if observation.subject == observation::Subject::Fitted {
        // What is no check rests on nobody's cells.
        remarks.retain(|one| Some(one.as_str()) != delta.subject.assumption());
    }
    remarks.extend(observation.note.clone());
    if delta.insufficient {
        remarks.push("too few cells to say more than an upper bound".to_owned());
    }
    DeltaRow {
        name: observation.name.clone(),
        subject: observation.subject.name().to_owned(),
        cell: observation.cell.clone(),
        source: observation.source.clone(),
        n,
        observed_centre: shown(centre),
        observed_spread: width(delta.scale),
        simulated_mean: shown(estimate::mean(simulated)),
        simulated_sd: width(estimate::standard_deviation(simulated).unwrap_or(0.0)),
        distance: delta.scaled,
        null_level: delta.null.as_ref().map_or(0.0, |null| null.level),
        score: delta.reproducibility,
        remark: remarks.join("; "),
        values,
        unit: unit.shown().to_owned(),
    }
}

/// The components, or one sentence why there are none.
pub struct Fused {
    /// For the record.
    pub score: Score,
    /// Components that could not be computed, said as findings.
    pub findings: Vec<Finding>,
}

/// Fuses the evidence on one recipe.
#[must_use]
pub fn fused(
    context: &Context<'_>,
    judged: &Judged,
    deltas: &[Delta],
    decision: &decision::Decision,
) -> Fused {
    let name = context
        .documents
        .scenario
        .score
        .as_ref()
        .map_or(preset_names()[0], |score| score.preset.value.as_str());
    let Some(preset) = preset_named(name) else {
        return nothing(
            name,
            &format!("`{name}` is no preset of the score"),
            decision,
        );
    };
    match components(context, judged, deltas, preset) {
        Ok((components, consistency)) => index(preset, &components, consistency, decision),
        Err(reason) => nothing(name, &reason, decision),
    }
}

/// No components: there is no value and no index, and the record says why.
fn nothing(preset: &str, reason: &str, decision: &decision::Decision) -> Fused {
    Fused {
        score: Score {
            components: Vec::new(),
            preset: preset.to_owned(),
            consistency: "not computed".to_owned(),
            gate_open: decision.gate_closed_by.is_empty(),
            no_index: Some(reason.to_owned()),
            value: 0.0,
            ungated_value: 0.0,
            value_low: 0.0,
            value_high: 1.0,
            hyperscores: Vec::new(),
        },
        findings: vec![Finding {
            code: "no-score".to_owned(),
            level: "warning".to_owned(),
            message: format!("no value and no index: {reason}"),
            places: Vec::new(),
            grounds: Vec::new(),
        }],
    }
}

type Weighted = Vec<(Component, f64)>;

/// All five components with their weights, and the consistency of the weights.
fn components(
    context: &Context<'_>,
    judged: &Judged,
    deltas: &[Delta],
    preset: &ScorePreset,
) -> Result<(Weighted, String), String> {
    let judgements =
        Judgements::from_upper(5, &preset.judgements).map_err(|error| error.to_string())?;
    let priorities = judgements
        .priorities(preset.random_index)
        .map_err(|error| error.to_string())?;
    let consistency = format!(
        "consistency ratio {:.3} by the random index of {}",
        priorities.consistency_ratio,
        preset.random_index.as_str()
    );
    let weights = weights(context, &priorities.weights);
    let four = vec![
        (logic_component(context, judged)?, weights[0]),
        (novelty_component(context, judged, preset)?, weights[1]),
        (impact_component(context, judged)?, weights[2]),
        (reproducibility_component(deltas)?, weights[3]),
    ];
    let others: Vec<(&Component, f64)> = four.iter().map(|(c, w)| (c, *w)).collect();
    let meta = meta(&others, preset.value_tolerance).map_err(|error| error.to_string())?;
    let mut all = four;
    all.push((meta, weights[4]));
    Ok((all, consistency))
}

/// Weights of the preset, replaced by those of the scenario and brought to the sum 1.
fn weights(context: &Context<'_>, preset: &[f64]) -> Vec<f64> {
    let given = context
        .documents
        .scenario
        .score
        .as_ref()
        .map_or(&[][..], |score| &score.weights);
    let raw: Vec<f64> = ComponentName::ALL
        .iter()
        .zip(preset)
        .map(|(name, &weight)| {
            let own = given
                .iter()
                .find(|one| one.component.value == name.as_str());
            own.map_or(weight, |one| one.weight.to_f64())
        })
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.iter().map(|weight| weight / sum).collect()
}

fn logic_component(context: &Context<'_>, judged: &Judged) -> Result<Component, String> {
    let bench = Bench {
        plant: &context.documents.plant,
        rules: context.rules(),
        case: &judged.case,
        binding: &judged.binding,
        simulated: &judged.simulated,
        seed: context.seed,
        places: &context.places,
    };
    let mut margins = Vec::new();
    for (rule, evaluation) in context.rules().rules.iter().zip(&judged.evaluations) {
        let counts = rule.severity != RuleSeverity::Minor
            && !matches!(evaluation.verdict.as_str(), "idle" | "vacuous")
            && (context.options.strict || rule.evidence != EvidenceClass::Recalled);
        if counts {
            margins.push(RuleMargin {
                rule: rule.code.clone(),
                satisfaction: satisfaction(&bench, rule, evaluation)?,
            });
        }
    }
    Ok(logic(&margins)
        .map_err(|error| error.to_string())?
        .component)
}

/// Input rules are met at every corner or not; outcome rules in a share of the samples.
fn satisfaction(
    bench: &Bench<'_>,
    rule: &Rule,
    evaluation: &Evaluation,
) -> Result<Satisfaction, String> {
    if rule.is_outcome
        && let Some((probability, n)) = bench.kept_share(rule).map_err(|error| error.to_string())?
    {
        let variance = probability * (1.0 - probability) / n as f64;
        return Ok(Satisfaction::Probability {
            probability,
            standard_error: variance.sqrt(),
        });
    }
    Ok(Satisfaction::Exact {
        met: matches!(evaluation.verdict.as_str(), "holds" | "conditional"),
    })
}

fn novelty_component(
    context: &Context<'_>,
    judged: &Judged,
    preset: &ScorePreset,
) -> Result<Component, String> {
    let approved = &context.documents.approved;
    let mut parameters = Vec::new();
    for (name, parameter) in &judged.recipe.parameters {
        let values: Option<Vec<f64>> = approved
            .iter()
            .map(|recipe| recipe.number(name).map(Rational::to_f64))
            .collect();
        let (Some(approved), Some(candidate)) = (values, parameter.number()) else {
            continue;
        };
        let candidate = candidate.to_f64();
        let varies = approved.iter().any(|value| *value != candidate);
        let step = parameter.step.as_ref().map(Rational::to_f64);
        let half_tolerance = parameter
            .bounds()
            .map(|(low, high)| (&high - &low).to_f64() / 2.0);
        // A parameter without step or tolerance that nobody ever varied says nothing about
        // experience.
        if let Some(resolution) = step.or(half_tolerance.filter(|_| varies))
            && resolution > 0.0
        {
            parameters.push(ParameterExperience {
                name: name.clone(),
                resolution,
                approved,
                candidate,
            });
        }
    }
    let found = novelty(&parameters, preset.neighbours).map_err(|error| error.to_string())?;
    Ok(found.component)
}

fn impact_component(context: &Context<'_>, judged: &Judged) -> Result<Component, String> {
    let coefficient = |name: &str, convert: fn(f64) -> f64| -> Result<Coefficient, String> {
        let parameter = context
            .documents
            .model
            .parameters
            .get(name)
            .ok_or_else(|| format!("the model lacks `{name}`"))?;
        Ok(Coefficient {
            value: convert(parameter.number().to_f64()),
            standard_error: Some(0.0),
            source: parameter.source.clone(),
            assumed: parameter.evidence.is_weak(),
        })
    };
    let logit = |p: f64| crate::math::ln(p / (1.0 - p));
    let &(stage, at) = context
        .places
        .get("drying.residual_solvent")
        .ok_or_else(|| "the twin has no residual solvent".to_owned())?;
    let values: Vec<f64> = judged
        .simulated
        .ensemble(stage)
        .map(|ensemble| ensemble.computed(at).collect())
        .unwrap_or_default();
    if values.is_empty() {
        return Err("no sample gives a residual solvent".to_owned());
    }
    let model = ImpactModel {
        event: "early failure of the cell".to_owned(),
        intercept: coefficient(BASE_FAILURE, logit)?,
        terms: vec![ImpactTerm {
            quantity: "drying.residual_solvent".to_owned(),
            reference: 0.0,
            value: estimate::mean(&values),
            coefficient: coefficient(RESIDUAL_LOG_ODDS, |value| value)?,
        }],
    };
    Ok(impact(&model).map_err(|error| error.to_string())?.component)
}

fn reproducibility_component(deltas: &[Delta]) -> Result<Component, String> {
    let weight = 1.0 / deltas.len().max(1) as f64;
    let weighted: Vec<(&Delta, f64)> = deltas.iter().map(|delta| (delta, weight)).collect();
    let reproduction = combine(&weighted).map_err(|error| error.to_string())?;
    reproducibility(&reproduction).map_err(|error| error.to_string())
}

fn index(
    preset: &ScorePreset,
    components: &Weighted,
    consistency: String,
    decision: &decision::Decision,
) -> Fused {
    let gate = if decision.gate_closed_by.is_empty() {
        Gate::Open
    } else {
        Gate::Closed {
            by: decision.gate_closed_by.clone(),
        }
    };
    let gate_open = matches!(gate, Gate::Open);
    let pairs: Vec<(&Component, f64)> = components.iter().map(|(c, w)| (c, *w)).collect();
    let fusion = match fuse(&pairs, gate, preset.confidence) {
        Ok(fusion) => fusion,
        Err(error) => return nothing(preset.name, &error.to_string(), decision),
    };
    let (low, high) = fusion.ungated.interval.unwrap_or((0.0, 1.0));
    let score = Score {
        components: components
            .iter()
            .map(|(component, weight)| ComponentRow {
                name: component.name().as_str().to_owned(),
                value: component.value(),
                standard_error: component.standard_error().unwrap_or(0.0),
                weight: *weight,
                reasons: component.reasons().to_vec(),
            })
            .collect(),
        preset: preset.name.to_owned(),
        consistency,
        gate_open,
        no_index: None,
        value: fusion.gated.value,
        ungated_value: fusion.ungated.value,
        value_low: low,
        value_high: high,
        hyperscores: hyperscores(&fusion),
    };
    let findings = score
        .components
        .iter()
        .zip(components)
        .filter(|(_, (component, _))| component.standard_error().is_none())
        .map(|(row, _)| Finding {
            code: "unknown-standard-error".to_owned(),
            level: "note".to_owned(),
            message: format!(
                "the standard error of `{}` is unknown, so V has no interval",
                row.name
            ),
            places: Vec::new(),
            grounds: Vec::new(),
        })
        .collect();
    Fused { score, findings }
}

fn hyperscores(fusion: &Fusion) -> Vec<HyperscoreRow> {
    [(Preset::Centred, "centred"), (Preset::Seed, "seed")]
        .into_iter()
        .filter_map(|(preset, name)| {
            let parameters = Parameters::preset(preset);
            Some(HyperscoreRow {
                preset: name.to_owned(),
                hyperscore: parameters.score(fusion.gated.value).ok()?.hyperscore,
                ungated: parameters.score(fusion.ungated.value).ok()?.hyperscore,
                highest: parameters.range().1,
                midpoint: parameters.midpoint(),
            })
        })
        .collect()
}

/// Facts for the decision about one recipe.
#[must_use]
pub fn facts(
    context: &Context<'_>,
    judged: &Judged,
    changed: Vec<decision::ChangedParameter>,
    deltas: &[Delta],
) -> decision::Facts {
    let critical_rules = context
        .rules()
        .rules
        .iter()
        .zip(&judged.evaluations)
        .filter(|(rule, _)| rule.severity == RuleSeverity::Critical)
        .map(|(rule, evaluation)| decision::CriticalRule {
            code: rule.code.clone(),
            standing: standing(evaluation),
            recalled: rule.evidence == EvidenceClass::Recalled,
        })
        .collect();
    let simulation = context.documents.scenario.simulation.as_ref();
    decision::Facts {
        critical_rules,
        missing_inputs: judged
            .missing
            .iter()
            .map(|name| decision::MissingInput {
                name: name.clone(),
                influence: None,
            })
            .collect(),
        not_computed: failed_samples::not_computed(context, judged),
        // Observations were made at the recipe as it is: they cover a change only where nothing
        // changes.
        observations: deltas
            .iter()
            .map(|delta| decision::Observation {
                quantity: delta.quantity.clone(),
                subject: delta.subject,
                covers_simulated_range: delta.covers_simulated_range && changed.is_empty(),
            })
            .collect(),
        changed,
        simulated: simulation
            .map(|simulation| {
                simulation
                    .observe
                    .iter()
                    .map(|observed| observed.value.clone())
                    .collect()
            })
            .unwrap_or_default(),
        strict: context.options.strict,
    }
}

fn standing(evaluation: &Evaluation) -> decision::Standing {
    match evaluation.verdict.as_str() {
        "violated" => decision::Standing::Violated,
        "holds_nominally" => decision::Standing::BrokenInTolerance,
        "conditional" => decision::Standing::InsideGuardBand,
        "holds" => decision::Standing::Holds,
        "idle" => decision::Standing::Idle,
        "vacuous" => decision::Standing::Vacuous,
        // An unknown word is never a pass.
        _ => decision::Standing::Undecided,
    }
}

/// Codes of the major rules that are broken: they do not block, and a reader must hear of them.
#[must_use]
pub fn broken_beside(context: &Context<'_>, judged: &Judged) -> Vec<String> {
    let rules = context.rules().rules.iter().zip(&judged.evaluations);
    rules
        .filter(|(rule, evaluation)| {
            let recalled = rule.evidence == EvidenceClass::Recalled;
            rule.severity == RuleSeverity::Major
                && (context.options.strict || !recalled)
                && matches!(evaluation.verdict.as_str(), "violated" | "holds_nominally")
        })
        .map(|(rule, _)| rule.code.clone())
        .collect()
}

/// Tells whether a rule that counts is broken, for exit codes.
#[must_use]
pub fn any_violated(context: &Context<'_>, judged: &Judged) -> bool {
    let mut rules = context.rules().rules.iter().zip(&judged.evaluations);
    rules.any(|(rule, evaluation)| context.obstacle(rule, evaluation) == Obstacle::Broken)
        || !broken_beside(context, judged).is_empty()
}
