//! Outcome rules against one simulated recipe.
//!
//! In: a rule on outcomes, the ensemble of a recipe. Out: an [`Evaluation`]: with a probability,
//! counts over joint draws decided by Clopper-Pearson bounds; without one, the nominal point and
//! the corners of the tolerance box, labelled "simulated, not proved". A failed sample counts
//! against `holds` and never for `violated`.

use std::collections::BTreeMap;

use super::binding::Binding;
use super::plant::{Plant, Stage};
use super::rules::{difference_text, value_text};
use super::simulate::{Simulated, at_point};
use crate::check::case::{Case, SignalCase};
use crate::check::reading::reading;
use crate::monte_carlo::ensemble::{EnsembleError, draw_column};
use crate::monte_carlo::outcome::{OutcomeCounts, OutcomeVerdict, Requirement};
use crate::rational::Rational;
use crate::record::body::{Evaluation, Probability};
use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::expression::Reference;
use crate::rule_language::float::FloatCondition;
use crate::rule_language::{Point, PointValue, PointVerdict, Rule, RuleSet, SignalId, Truth};

/// Where a signal's number comes from in an ensemble.
#[derive(Clone, Debug)]
enum Source {
    /// Not drawn: a choice by its index, or a number.
    Constant(f64),
    /// A plant input, drawn.
    Drawn(Vec<f64>),
    /// An outcome.
    Outcome(Stage, usize),
    /// Nothing gives it.
    Missing,
}

/// One simulated recipe with what a rule may ask of it.
pub struct Bench<'a> {
    /// The plant.
    pub plant: &'a Plant,
    /// The rules.
    pub rules: &'a RuleSet,
    /// What is known of every signal besides outcomes.
    pub case: &'a Case,
    /// Bound inputs.
    pub binding: &'a Binding,
    /// The ensembles.
    pub simulated: &'a Simulated,
    /// Seed of the ensembles.
    pub seed: u64,
    /// Places of outcomes by name.
    pub places: &'a BTreeMap<String, (Stage, usize)>,
}

/// Places of all outcomes of a plant.
#[must_use]
pub fn places(plant: &Plant) -> BTreeMap<String, (Stage, usize)> {
    [Stage::Line, Stage::Formation]
        .into_iter()
        .flat_map(|stage| {
            let ports = plant.outputs(stage).into_iter().enumerate();
            ports.map(move |(at, port)| (port.name, (stage, at)))
        })
        .collect()
}

impl Bench<'_> {
    /// Judges one outcome rule.
    ///
    /// # Errors
    /// [`EnsembleError`] when an input cannot be drawn again.
    pub fn judge(&self, rule: &Rule) -> Result<Evaluation, EnsembleError> {
        if self.is_idle(rule) {
            return Ok(Evaluation {
                verdict: "idle".to_owned(),
                method: "evaluation".to_owned(),
                remark: None,
                ..undecided(String::new())
            });
        }
        let sources = self.sources(rule)?;
        let missing: Vec<String> = rule
            .reads
            .iter()
            .filter(|id| matches!(sources[id.0], Source::Missing))
            .map(|&id| format!("`{}`", self.rules.signal(id).name))
            .collect();
        if !missing.is_empty() {
            return Ok(undecided(format!("no value for {}", missing.join(", "))));
        }
        match &rule.probability {
            Some(probability) => {
                let allowed = (&Rational::one() - &probability.least).to_f64();
                let requirement = Requirement::new(allowed, probability.confidence.to_f64());
                Ok(match requirement {
                    Ok(requirement) => {
                        let counted = (&requirement, &probability.least);
                        self.by_ensemble(rule, &sources, counted)
                    }
                    Err(error) => undecided(error.to_string()),
                })
            }
            None => Ok(self.at_corners(rule)),
        }
    }

    /// Tells whether the guard is false whatever is drawn: it reads choices and fixed values only.
    fn is_idle(&self, rule: &Rule) -> bool {
        let mut fixed = true;
        rule.guard.references(&mut |reference| {
            fixed &= match reference {
                Reference::Signal(id) => match self.case.get(id) {
                    // Unknown: the guard is false only if the rest of it is.
                    SignalCase::Missing | SignalCase::Choice(_) => true,
                    SignalCase::Number(number) => {
                        number.low == number.high
                            && self.binding.place(&self.rules.signal(id).name).is_none()
                    }
                },
                Reference::Let(_) => false,
            };
        });
        let point = self.case.nominal();
        let evaluator = Evaluator::new(self.rules, &point);
        fixed && matches!(evaluator.truth(&rule.guard), Ok(Truth::False))
    }

    fn sources(&self, rule: &Rule) -> Result<Vec<Source>, EnsembleError> {
        let samples = self.simulated.line.samples() as u64;
        let mut sources = vec![Source::Missing; self.rules.signals.len()];
        for &id in &rule.reads {
            let name = &self.rules.signal(id).name;
            sources[id.0] = if let Some(&(stage, at)) = self.places.get(name) {
                Source::Outcome(stage, at)
            } else if let Some(place) = self.binding.place(name) {
                Source::Drawn(draw_column(
                    &self.binding.inputs[place],
                    self.seed,
                    samples,
                )?)
            } else {
                match self.case.get(id) {
                    SignalCase::Missing => Source::Missing,
                    SignalCase::Choice(member) => Source::Constant(*member as f64),
                    SignalCase::Number(number) => Source::Constant(number.nominal.to_f64()),
                }
            };
        }
        Ok(sources)
    }

    fn by_ensemble(
        &self,
        rule: &Rule,
        sources: &[Source],
        (requirement, least): (&Requirement, &Rational),
    ) -> Evaluation {
        let counts = self.counts(rule, sources);
        let decision = match requirement.decide(counts) {
            Ok(decision) => decision,
            Err(error) => return undecided(error.to_string()),
        };
        let (verdict, remark) = match decision.verdict {
            OutcomeVerdict::Holds => ("holds", "in the model"),
            OutcomeVerdict::Violated => ("violated", "in the model"),
            OutcomeVerdict::Undecided => ("undecided", ""),
            OutcomeVerdict::OperationallyVacuous => (
                "vacuous",
                "operationally vacuous: the guard was met in no sample",
            ),
        };
        let slack = share_slack(counts, least);
        Evaluation {
            verdict: verdict.to_owned(),
            method: "ensemble".to_owned(),
            // What is limited is the share of samples, not the quantity at the nominal recipe.
            margin: slack.as_ref().map(points_text),
            margin_si: slack.as_ref().map(Rational::to_ratio_string),
            margin_share: slack
                .as_ref()
                .and_then(|slack| slack.checked_div(least))
                .map(|share| share.to_f64()),
            nominal_margin_share: None,
            probability: Some(Probability {
                n: counts.guarded,
                failures: counts.broken,
                failed_samples: counts.failed,
                estimate: 1.0 - decision.broken_share.unwrap_or(0.0),
                lower: 1.0 - decision.upper_bound,
                upper: 1.0 - decision.lower_bound,
                required: 1.0 - requirement.allowed_failure(),
                confidence: requirement.confidence(),
            }),
            remark: Some(if verdict == "undecided" {
                too_few(requirement, counts)
            } else {
                remark.to_owned()
            }),
            ..self.nominal_reading(rule)
        }
    }

    /// Counts joint samples: where the guard holds, where the body fails, where the twin failed.
    fn counts(&self, rule: &Rule, sources: &[Source]) -> OutcomeCounts {
        let guard = FloatCondition::new(self.rules, &rule.guard);
        let body = FloatCondition::new(self.rules, &rule.body);
        let mut values = vec![f64::NAN; sources.len()];
        let mut scratch = Vec::new();
        let mut counts = OutcomeCounts {
            guarded: 0,
            broken: 0,
            failed: 0,
        };
        for index in 0..self.simulated.line.samples() {
            if !self.fill(sources, index, &mut values) {
                counts.failed += 1;
            } else if guard.holds(&values, &mut scratch) {
                counts.guarded += 1;
                counts.broken += u64::from(!body.holds(&values, &mut scratch));
            }
        }
        counts
    }

    /// Returns the share of samples that keep the rule, a failed sample counting as broken, with
    /// the number of samples; `None` where the guard was met in none or a value is missing.
    ///
    /// # Errors
    /// [`EnsembleError`] when an input cannot be drawn again.
    pub fn kept_share(&self, rule: &Rule) -> Result<Option<(f64, u64)>, EnsembleError> {
        let sources = self.sources(rule)?;
        let missing = |id: &SignalId| matches!(sources[id.0], Source::Missing);
        if rule.reads.iter().any(missing) {
            return Ok(None);
        }
        let counts = self.counts(rule, &sources);
        let n = counts.guarded + counts.failed;
        let kept = counts.guarded - counts.broken;
        Ok((n > 0).then(|| (kept as f64 / n as f64, n)))
    }

    /// Fills the values of one sample; false where an outcome is missing.
    fn fill(&self, sources: &[Source], index: usize, values: &mut [f64]) -> bool {
        for (slot, source) in values.iter_mut().zip(sources) {
            *slot = match source {
                Source::Missing => f64::NAN,
                Source::Constant(value) => *value,
                Source::Drawn(column) => column[index],
                Source::Outcome(stage, at) => {
                    let ensemble = self.simulated.ensemble(*stage);
                    match ensemble.and_then(|ensemble| ensemble.value(*at, index)) {
                        Some(value) => value,
                        None => return false,
                    }
                }
            };
        }
        true
    }

    /// Nominal point and corners: each input with a tolerance at either end alone, then all at
    /// the ends that cost the rule most.
    fn at_corners(&self, rule: &Rule) -> Evaluation {
        let nominal = self.nominal_reading(rule);
        if nominal.margin_si.is_none() || nominal.verdict != "holds" {
            return nominal;
        }
        let base = &self.binding.nominal;
        let Some(base_margin) = self.margin_at(rule, base) else {
            return nominal;
        };
        let mut worst = base.clone();
        for (place, &(low, high)) in self.binding.bounds.iter().enumerate() {
            if low >= high {
                continue;
            }
            let margin_with = |value: f64| {
                let mut inputs = base.clone();
                inputs[place] = value;
                self.margin_at(rule, &inputs)
            };
            let (at_low, at_high) = (margin_with(low), margin_with(high));
            let mut least = base_margin.clone();
            for (margin, value) in [(at_low, low), (at_high, high)] {
                if let Some(margin) = margin
                    && margin < least
                {
                    least = margin;
                    worst[place] = value;
                }
            }
        }
        let Some(point) = self.point_at(&worst) else {
            return Evaluation {
                verdict: "undecided".to_owned(),
                remark: Some("the twin cannot simulate the worst corner".to_owned()),
                ..nominal
            };
        };
        self.corner_evaluation(rule, nominal, &point)
    }

    fn corner_evaluation(&self, rule: &Rule, nominal: Evaluation, point: &Point) -> Evaluation {
        let Some(worst) = reading(self.rules, rule, point) else {
            return nominal;
        };
        let margin = worst
            .margin
            .as_ref()
            .map(|margin| margin.value.lower().clone());
        let broken = margin.as_ref().is_some_and(Rational::is_negative);
        let in_band = rule.guard_band.as_ref().zip(margin.as_ref());
        let verdict = if broken {
            "holds_nominally"
        } else if in_band.is_some_and(|(band, margin)| *margin < band.value) {
            "conditional"
        } else {
            "holds"
        };
        let share = margin
            .as_ref()
            .zip(worst.limit.as_ref())
            .and_then(|(margin, limit)| {
                margin
                    .checked_div(&limit.lower().abs())
                    .map(|share| share.to_f64())
            });
        Evaluation {
            verdict: verdict.to_owned(),
            worst_value: worst
                .value
                .as_ref()
                .map(|value| value_text(value, &rule.unit)),
            margin: margin.as_ref().map(|si| difference_text(si, &rule.unit)),
            margin_si: margin.as_ref().map(Rational::to_ratio_string),
            margin_share: share,
            ..nominal
        }
    }

    /// The rule at the nominal recipe, simulated.
    fn nominal_reading(&self, rule: &Rule) -> Evaluation {
        let mut evaluation = undecided("the twin cannot simulate the nominal recipe".to_owned());
        let Some(point) = self.point_at(&self.binding.nominal) else {
            return evaluation;
        };
        let evaluator = Evaluator::new(self.rules, &point);
        let verdict = match evaluator.verdict(rule) {
            Ok(verdict) => verdict,
            Err(error) => return undecided(error.to_string()),
        };
        evaluation.verdict = verdict_name(verdict).to_owned();
        evaluation.method = "nominal and corners".to_owned();
        evaluation.remark = Some("simulated, not proved".to_owned());
        let Some(found) = reading(self.rules, rule, &point) else {
            return evaluation;
        };
        evaluation.value = found
            .value
            .as_ref()
            .map(|value| value_text(value, &rule.unit));
        if let Some(margin) = &found.margin {
            let si = margin.value.lower();
            evaluation.margin = Some(difference_text(si, &rule.unit));
            evaluation.margin_si = Some(si.to_ratio_string());
            evaluation.margin_share = found.limit.as_ref().and_then(|limit| {
                si.checked_div(&limit.lower().abs())
                    .map(|share| share.to_f64())
            });
            evaluation.nominal_margin_share = evaluation.margin_share;
        }
        evaluation
    }

    fn margin_at(&self, rule: &Rule, inputs: &[f64]) -> Option<Rational> {
        let point = self.point_at(inputs)?;
        let found = reading(self.rules, rule, &point)?;
        Some(found.margin?.value.lower().clone())
    }

    /// The exact point of all signals at plant inputs; `None` where the twin fails.
    fn point_at(&self, inputs: &[f64]) -> Option<Point> {
        let line = at_point(self.plant, Stage::Line, inputs).outputs?;
        let mut formation: Option<Vec<f64>> = None;
        let mut point = self.case.nominal();
        for (at, signal) in self.rules.signals.iter().enumerate() {
            let value = if let Some(&(stage, column)) = self.places.get(&signal.name) {
                match stage {
                    Stage::Line => line[column],
                    Stage::Formation => {
                        if formation.is_none() {
                            formation = at_point(self.plant, stage, inputs).outputs;
                        }
                        match &formation {
                            Some(outputs) => outputs[column],
                            None => continue,
                        }
                    }
                }
            } else if let Some(place) = self.binding.place(&signal.name) {
                inputs[place]
            } else {
                continue;
            };
            let exact = Rational::from_f64(value).ok()?;
            point.set(SignalId(at), PointValue::Number(exact));
        }
        Some(point)
    }
}

/// The fewest samples with which a rule on a share can hold at all; nothing for other rules.
#[must_use]
pub fn samples_needed(rule: &Rule) -> Option<u64> {
    let probability = rule.probability.as_ref()?;
    let allowed = (&Rational::one() - &probability.least).to_f64();
    let requirement = Requirement::new(allowed, probability.confidence.to_f64()).ok()?;
    requirement.samples_to_hold()
}

/// Why counts decide nothing, with the samples that would do.
fn too_few(requirement: &Requirement, counts: OutcomeCounts) -> String {
    let n = counts.guarded + counts.failed;
    match requirement.samples_to_hold() {
        Some(needed) if n < needed => {
            format!("too few samples to tell: {needed} would do if none fails, {n} were drawn")
        }
        Some(_) => "too close to the required share for this many samples".to_owned(),
        None => "no number of samples shows this".to_owned(),
    }
}

/// The share of guarded samples that pass, less the share required; exact.
fn share_slack(counts: OutcomeCounts, least: &Rational) -> Option<Rational> {
    let of = |n: u64| Rational::from(i64::try_from(n).unwrap_or(i64::MAX));
    let share = of(counts.guarded - counts.broken).checked_div(&of(counts.guarded))?;
    Some(&share - least)
}

/// A difference of shares in percentage points, with its sign.
fn points_text(share: &Rational) -> String {
    let points = (share * &Rational::from(100)).display_significant(3);
    let sign = if share.is_positive() { "+" } else { "" };
    format!("{sign}{points} points")
}

fn verdict_name(verdict: PointVerdict) -> &'static str {
    match verdict {
        PointVerdict::Idle => "idle",
        PointVerdict::Pass => "holds",
        PointVerdict::Conditional => "conditional",
        PointVerdict::Fail => "violated",
        PointVerdict::Undecided => "undecided",
    }
}

fn undecided(reason: String) -> Evaluation {
    Evaluation {
        verdict: "undecided".to_owned(),
        method: "ensemble".to_owned(),
        value: None,
        worst_value: None,
        margin: None,
        margin_si: None,
        margin_share: None,
        nominal_margin_share: None,
        tolerance: None,
        witness: Vec::new(),
        rechecked: false,
        certificate: None,
        smtlib: None,
        probability: None,
        remark: Some(reason),
    }
}
