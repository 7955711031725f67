//! The judge: one verdict per rule for a recipe with its tolerances.
//!
//! In: a resolved rule set, a [`Case`], perhaps a solver. Out: a [`Judgement`] per rule as DESIGN
//! section 4 defines them. Three facts decide: the guard holds nowhere in the box; the body holds
//! wherever the guard does; it does so with the guard band. Each is settled by closed forms where
//! they reach, else by our own methods, else by the solver with what is left of all rules in one
//! batch. Every witness is evaluated again by the rule language, every certificate is checked
//! before it is handed on; what has none rests on the solver's word and says so.

use super::case::{Case, SignalCase};
use super::compile::{Compiler, Obstacle};
use super::facts::{Fact, Facts, closed_facts};
use super::obligation::{Obligation, Question};
use super::query::Reason;
use super::reading::reading;
use super::refute::{Budget, Decided, decide_all};
use super::smtlib::Status;
use super::solver_process::{Solver, Task};
use super::verdict::{Asked, Judgement, Method, Undecided, Verdict};
use crate::certificate::Any;
use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::{EvaluateError, Point, PointVerdict, Rule, RuleSet, SignalId};

pub use super::obligation::obligation;

/// What our own methods may spend on a question when nobody else is asked: this is the case of
/// those who ask about many boxes.
const ALONE: Budget = Budget {
    leaves: 256,
    boxes: 400,
};

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
    ask(rule_set, case, &mut open, solver);
    let conclude = |open: Open<'_>| conclude(rule_set, &nominal, open);
    open.into_iter().map(conclude).collect()
}

/// A rule on its way to a verdict.
struct Open<'a> {
    rule: &'a Rule,
    nominal: Result<PointVerdict, EvaluateError>,
    facts: Facts,
    asked: Option<Asked>,
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
        asked: None,
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
        open.facts.idle = Fact::Refuted(nominal.clone(), Method::Evaluation);
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

/// Asks every open fact of all rules: our own methods first, the solver in one batch.
fn ask(rule_set: &RuleSet, case: &Case, open: &mut [Open<'_>], solver: Option<&Solver>) {
    let mut asked: Vec<(usize, Question, Obligation)> = Vec::new();
    for (place, rule) in open.iter_mut().enumerate() {
        if rule.stop.is_some() || rule.nominal == Ok(PointVerdict::Fail) {
            continue;
        }
        for question in rule.facts.open_questions(rule.rule.guard_band.is_some()) {
            match Obligation::of(question, rule_set, rule.rule, case) {
                Some(obligation) => asked.push((place, question, obligation)),
                None => rule.note(question, Fact::Open(Some(Reason::TooLarge))),
            }
        }
    }
    if asked.is_empty() {
        return;
    }
    let task = |(_, question, obligation): &(usize, Question, Obligation)| Task {
        query: obligation.query.clone(),
        canonical: (*question != Question::Applies).then(|| obligation.preferences(case)),
    };
    let tasks: Vec<Task> = asked.iter().map(task).collect();
    let budget = if solver.is_some() {
        Budget::default()
    } else {
        ALONE
    };
    let found = decide_all(&tasks, solver, &budget);
    for ((place, question, obligation), found) in asked.into_iter().zip(found) {
        let fact = match found.decided {
            Decided::Unsatisfiable {
                certificate: Some(certificate),
                ..
            } => {
                let method = Method::of_refutation(&certificate);
                Fact::Proved(Any::Contradiction(certificate), method)
            }
            Decided::Unsatisfiable { .. } => Fact::Unsat,
            Decided::Satisfiable(model) => {
                let method = if found.is_solvers {
                    Method::Solver
                } else {
                    Method::Search
                };
                Fact::Refuted(obligation.point(case, &model), method)
            }
            Decided::Undecided(reason) => Fact::Open(Some(reason)),
        };
        let rule = &mut open[place];
        if question == Question::Broken {
            rule.asked = Some(Asked {
                status: match &fact {
                    Fact::Proved(..) | Fact::Unsat => Some(Status::Unsat),
                    Fact::Refuted(..) => Some(Status::Sat),
                    Fact::Open(_) | Fact::Refused(_) => None,
                },
                query: obligation.query,
            });
        }
        rule.note(question, fact);
    }
}

impl Open<'_> {
    fn note(&mut self, question: Question, fact: Fact) {
        match question {
            Question::Applies => self.facts.idle = fact,
            Question::Broken => self.facts.holds = fact,
            Question::BelowBand => self.facts.band = fact,
        }
    }
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
            Fact::Open(Some(reason)) => Undecided::Open(reason),
            Fact::Refused(error) => Undecided::CertificateRefused(error),
            Fact::Open(None) | Fact::Proved(..) | Fact::Unsat | Fact::Refuted(..) => {
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
            fact: Fact::Refuted(nominal.clone(), Method::Evaluation),
            witness: Some((nominal.clone(), PointVerdict::Fail)),
        },
        (None, Ok(_)) => settle(open.facts, rule.guard_band.is_some()),
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
                let found = Evaluator::new(rule_set, &shown).verdict(rule);
                verdict = Verdict::Undecided(match found {
                    Ok(PointVerdict::Undecided) => Undecided::Pi,
                    Ok(_) => Undecided::WitnessRefuted,
                    Err(error) => Undecided::NoValue(error),
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
        Fact::Proved(certificate, method) => (method, Some(certificate)),
        Fact::Unsat => (Method::Solver, None),
        Fact::Refuted(_, method) => (method, None),
        Fact::Open(_) | Fact::Refused(_) => (Method::Evaluation, None),
    };
    Judgement {
        method,
        verdict,
        nominal: reading(rule_set, rule, nominal),
        worst,
        rechecked,
        certificate,
        asked: open.asked,
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
        Fact::Refuted(point, method) => Conclusion {
            verdict: Verdict::HoldsNominally,
            fact: Fact::Refuted(point.clone(), method),
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
                Fact::Refuted(point, _) => Conclusion {
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
