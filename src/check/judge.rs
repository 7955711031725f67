//! The judge: one verdict per rule for a recipe with its tolerances.
//!
//! In: a resolved rule set, a [`Case`], perhaps a solver. Out: a [`Judgement`] per rule as DESIGN
//! section 4 defines them. Three facts decide: the guard holds nowhere in the box; the body holds
//! wherever the guard does; it does so with the guard band. Each is settled by closed forms where
//! they reach, else by the solver, all open questions of all rules in one batch. Every witness is
//! evaluated again by the rule language, every certificate is checked before it is handed on.

use super::canonical_model::Preference;
use super::case::{Case, SignalCase};
use super::compile::{Compiler, Obstacle};
use super::encode::{Encoder, tolerances};
use super::facts::{Fact, Facts, Question, closed_facts};
use super::query::{Answer, Formula, Model, Query, Value as ModelValue, VarId, Want};
use super::reading::reading;
use super::smtlib::to_smtlib;
use super::solver_process::{Solver, Task};
use super::verdict::{Judgement, Method, Undecided, Verdict};
use crate::rational::Rational;
use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::{
    EvaluateError, Point, PointValue, PointVerdict, Rule, RuleSet, SignalId,
};

/// Steps on either side of the nominal value when the plant's step is not known.
const STEPS_EACH_WAY: u32 = 64;

/// Judges all rules of a rule set, in its order.
#[must_use]
pub fn judge(rule_set: &RuleSet, case: &Case, solver: Option<&Solver>) -> Vec<Judgement> {
    let rules: Vec<&Rule> = rule_set.rules.iter().collect();
    judge_rules(rule_set, &rules, case, solver)
}

/// Judges some rules of a rule set, in the order given.
#[must_use]
pub fn judge_rules(
    rule_set: &RuleSet,
    rules: &[&Rule],
    case: &Case,
    solver: Option<&Solver>,
) -> Vec<Judgement> {
    let nominal = case.nominal();
    let mut open: Vec<Open<'_>> = Vec::new();
    for rule in rules {
        open.push(first_pass(rule_set, rule, case, &nominal));
    }
    if let Some(solver) = solver {
        ask(rule_set, case, &mut open, solver);
    }
    let conclude = |open: Open<'_>| conclude(rule_set, &nominal, open);
    open.into_iter().map(conclude).collect()
}

/// Returns the question "is there a point of the tolerance box that breaks the rule": the
/// obligation behind a verdict, whether or not a solver was needed. Nothing when it is too large.
#[must_use]
pub fn obligation(rule_set: &RuleSet, rule: &Rule, case: &Case) -> Option<Query> {
    write_out(Question::Broken, rule_set, rule, case).map(|asked| asked.query)
}

/// A rule on its way to a verdict.
struct Open<'a> {
    rule: &'a Rule,
    nominal: Result<PointVerdict, EvaluateError>,
    facts: Facts,
    smtlib: Option<String>,
    /// Set when no question can settle the rule.
    stop: Option<Undecided>,
}

fn first_pass<'a>(
    rule_set: &'a RuleSet,
    rule: &'a Rule,
    case: &'a Case,
    nominal: &Point,
) -> Open<'a> {
    let verdict = Evaluator::new(rule_set, nominal).verdict(rule);
    let mut open = Open {
        rule,
        nominal: verdict,
        facts: Facts::default(),
        smtlib: None,
        stop: None,
    };
    match &open.nominal {
        Err(EvaluateError::Missing { .. } | EvaluateError::WrongValue { .. }) => {
            open.stop = Some(missing(rule_set, rule, case));
            return open;
        }
        Err(error @ (EvaluateError::DivisionByZero { .. } | EvaluateError::Domain { .. })) => {
            open.stop = Some(Undecided::NoValue(error.clone()));
            return open;
        }
        Ok(PointVerdict::Undecided) => {
            open.stop = Some(Undecided::Pi);
            return open;
        }
        Ok(_) => {}
    }
    let mut compiler = Compiler::new(rule_set, case);
    match closed_facts(&mut compiler, rule_set, rule, nominal) {
        Ok(facts) => open.facts = facts,
        Err(Obstacle::Missing { .. }) => open.stop = Some(missing(rule_set, rule, case)),
        Err(
            Obstacle::DivisionByZero { .. }
            | Obstacle::DivisorSign { .. }
            | Obstacle::Function { .. }
            | Obstacle::TooLarge { .. },
        ) => {}
    }
    if open.nominal != Ok(PointVerdict::Idle) {
        // The guard holds at the nominal point: that refutes "nowhere" without any question.
        open.facts.idle = Fact::Refuted(nominal.clone());
    }
    open
}

/// All signals the rule reads that have no value of their type.
fn missing(rule_set: &RuleSet, rule: &Rule, case: &Case) -> Undecided {
    let is_missing = |signal: &&SignalId| matches!(case.get(**signal), SignalCase::Missing);
    let name = |signal: &SignalId| rule_set.signal(*signal).name.clone();
    let mut signals: Vec<String> = rule.reads.iter().filter(is_missing).map(name).collect();
    signals.sort();
    Undecided::Missing { signals }
}

/// A query with the signals of its variables.
struct Asked {
    query: Query,
    signals: Vec<(SignalId, VarId)>,
}

fn write_out(question: Question, rule_set: &RuleSet, rule: &Rule, case: &Case) -> Option<Asked> {
    let mut encoder = Encoder::new(rule_set);
    let code = &rule.code;
    let mut assertions = vec![(format!("{code} applies"), encoder.formula(&rule.guard)?)];
    match question {
        Question::Applies => {}
        Question::Broken => {
            let body = encoder.formula(&rule.body)?;
            assertions.push((format!("{code} is broken"), Formula::Not(Box::new(body))));
        }
        Question::BelowBand => {
            let band = &rule.guard_band.as_ref()?.value;
            let body = encoder.with_band(&rule.body, band)?;
            let name = format!("{code} is below its guard band");
            assertions.push((name, Formula::Not(Box::new(body))));
        }
    }
    assertions.extend(tolerances(&encoder, case));
    let signals = encoder.signals().iter().map(|(&s, &v)| (s, v)).collect();
    let query = encoder.query(assertions, Want::Model);
    Some(Asked { query, signals })
}

/// Puts every open fact to the solver, one batch for all rules.
fn ask(rule_set: &RuleSet, case: &Case, open: &mut [Open<'_>], solver: &Solver) {
    let mut asked: Vec<(usize, Question, Asked)> = Vec::new();
    for (place, rule) in open.iter().enumerate() {
        if rule.stop.is_some() || rule.nominal == Ok(PointVerdict::Fail) {
            continue;
        }
        for question in rule.facts.open_questions(rule.rule.guard_band.is_some()) {
            if let Some(query) = write_out(question, rule_set, rule.rule, case) {
                asked.push((place, question, query));
            }
        }
    }
    if asked.is_empty() {
        return;
    }
    let task = |(_, question, asked): &(usize, Question, Asked)| Task {
        query: asked.query.clone(),
        canonical: (*question != Question::Applies).then(|| preferences(case, asked)),
    };
    let tasks: Vec<Task> = asked.iter().map(task).collect();
    let answers = solver.run(&tasks);
    for ((place, question, asked), answer) in asked.into_iter().zip(answers) {
        let rule = &mut open[place];
        let fact = match answer {
            Answer::Unsat(_) => Fact::Unsat,
            Answer::Sat(model) => Fact::Refuted(model_point(case, &asked, &model)),
            Answer::Unknown { reason } => Fact::Open(Some(reason)),
        };
        match question {
            Question::Applies => rule.facts.idle = fact,
            Question::Broken => {
                rule.smtlib = Some(to_smtlib(&asked.query));
                rule.facts.holds = fact;
            }
            Question::BelowBand => rule.facts.band = fact,
        }
    }
}

/// Witnesses lie at the nominal value, an end of the tolerance, or on the plant's step grid.
fn preferences(case: &Case, asked: &Asked) -> Vec<Preference> {
    let preference = |&(signal, variable): &(SignalId, VarId)| {
        let SignalCase::Number(number) = case.get(signal) else {
            return None;
        };
        let width = &number.high - &number.low;
        let default = &width * &Rational::ratio(1, i64::from(STEPS_EACH_WAY));
        let step = number.step.clone().filter(|step| *step < width);
        let (nominal, low, high) = (&number.nominal, &number.low, &number.high);
        Some(Preference {
            variable,
            candidates: vec![nominal.clone(), low.clone(), high.clone()],
            step: step.unwrap_or(default),
            steps_max: STEPS_EACH_WAY,
        })
    };
    asked.signals.iter().filter_map(preference).collect()
}

fn model_point(case: &Case, asked: &Asked, model: &Model) -> Point {
    let mut point = case.nominal();
    for &(signal, variable) in &asked.signals {
        match model.value(variable) {
            Some(ModelValue::Real(value)) => point.set(signal, PointValue::Number(value.clone())),
            Some(ModelValue::Enum(member)) => {
                point.set(signal, PointValue::Member(*member as usize));
            }
            Some(ModelValue::Bool(_)) | None => {}
        }
    }
    point
}

/// A verdict before readings are taken.
struct Conclusion {
    verdict: Verdict,
    /// The fact that says so about the whole box.
    fact: Fact,
    /// What the rule must say at the witness, if the verdict needs one.
    witness: Option<(Point, PointVerdict)>,
}

impl Conclusion {
    fn undecided(why: Undecided) -> Self {
        Self {
            verdict: Verdict::Undecided(why),
            fact: Fact::Open(None),
            witness: None,
        }
    }

    fn unsettled(fact: Fact) -> Self {
        Self::undecided(match fact {
            Fact::Open(Some(reason)) => Undecided::Solver(reason),
            Fact::Refused(error) => Undecided::CertificateRefused(error),
            Fact::Open(None) | Fact::Proved(..) | Fact::Unsat | Fact::Refuted(_) => {
                Undecided::NotAsked
            }
        })
    }
}

fn conclude(rule_set: &RuleSet, nominal: &Point, open: Open<'_>) -> Judgement {
    let rule = open.rule;
    let worst_corner = open.facts.worst.clone();
    let conclusion = match (open.stop, open.nominal) {
        (Some(why), _) => Conclusion::undecided(why),
        (None, Err(error)) => Conclusion::undecided(Undecided::NoValue(error)),
        (None, Ok(PointVerdict::Fail)) => Conclusion {
            verdict: Verdict::Violated,
            fact: Fact::Refuted(nominal.clone()),
            witness: Some((nominal.clone(), PointVerdict::Fail)),
        },
        (None, Ok(_)) => settle(open.facts, rule.guard_band.is_some()),
    };
    let conclusion = match conclusion.verdict {
        Verdict::Undecided(Undecided::NotAsked) if has_function(rule_set, rule) => {
            Conclusion::undecided(Undecided::Function)
        }
        _ => conclusion,
    };
    let says = |point: &Point| Evaluator::new(rule_set, point).verdict(rule).ok();
    let mut verdict = conclusion.verdict;
    let (mut worst, mut rechecked) = (None, false);
    match conclusion.witness {
        Some((point, expected)) => {
            // The worst corner is shown where it shows the same; the witness always does.
            let is_shown = |corner: &Point| says(corner) == Some(expected);
            let shown = worst_corner.filter(is_shown).unwrap_or(point);
            rechecked = says(&shown) == Some(expected);
            if !rechecked {
                let is_pi = says(&shown) == Some(PointVerdict::Undecided);
                verdict = Verdict::Undecided(if is_pi {
                    Undecided::Pi
                } else {
                    Undecided::WitnessRefuted
                });
            }
            worst = reading(rule_set, rule, &shown);
        }
        None => {
            if matches!(verdict, Verdict::Holds)
                && let Some(corner) = worst_corner
                && let Some(said) = says(&corner)
                && said != PointVerdict::Idle
            {
                rechecked = said == PointVerdict::Pass;
                worst = reading(rule_set, rule, &corner);
            }
        }
    }
    let (method, certificate) = match conclusion.fact {
        Fact::Proved(certificate, method) => (method, Some(*certificate)),
        Fact::Unsat => (Method::Solver, None),
        Fact::Refuted(_) if open.smtlib.is_some() => (Method::Solver, None),
        Fact::Refuted(_) | Fact::Open(_) | Fact::Refused(_) => (Method::Evaluation, None),
    };
    Judgement {
        method: method.max(worst_method(&verdict, open.smtlib.is_some())),
        verdict,
        nominal: reading(rule_set, rule, nominal),
        worst,
        rechecked,
        certificate,
        smtlib: open.smtlib,
    }
}

fn has_function(rule_set: &RuleSet, rule: &Rule) -> bool {
    rule_set.has_function(&rule.guard) || rule_set.has_function(&rule.body)
}

/// A broken box was found at a corner unless a solver was asked.
fn worst_method(verdict: &Verdict, was_asked: bool) -> Method {
    match verdict {
        Verdict::HoldsNominally if !was_asked => Method::Corners,
        Verdict::HoldsNominally
        | Verdict::Holds
        | Verdict::Conditional
        | Verdict::Violated
        | Verdict::Idle
        | Verdict::Vacuous
        | Verdict::Undecided(_) => Method::Evaluation,
    }
}

/// Decides by the three facts; the body does not fail at the nominal point.
fn settle(facts: Facts, has_band: bool) -> Conclusion {
    if facts.idle.is_settled_true() {
        return Conclusion {
            verdict: Verdict::Idle,
            fact: facts.idle,
            witness: None,
        };
    }
    match facts.holds {
        Fact::Refuted(point) => Conclusion {
            verdict: Verdict::HoldsNominally,
            fact: Fact::Refuted(point.clone()),
            witness: Some((point, PointVerdict::Fail)),
        },
        Fact::Open(_) | Fact::Refused(_) => Conclusion::unsettled(facts.holds),
        Fact::Proved(..) | Fact::Unsat => {
            if !has_band {
                return Conclusion {
                    verdict: Verdict::Holds,
                    fact: facts.holds,
                    witness: None,
                };
            }
            match facts.band {
                Fact::Refuted(point) => Conclusion {
                    verdict: Verdict::Conditional,
                    fact: facts.holds,
                    witness: Some((point, PointVerdict::Conditional)),
                },
                Fact::Open(_) | Fact::Refused(_) => Conclusion::unsettled(facts.band),
                Fact::Proved(..) | Fact::Unsat => Conclusion {
                    verdict: Verdict::Holds,
                    fact: facts.band,
                    witness: None,
                },
            }
        }
    }
}
