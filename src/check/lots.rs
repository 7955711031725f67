//! Which lots of material can be run: for every lot in the ranges, is there a setting?
//!
//! In: rules, a case whose materials and free setpoints have ranges, everything else fixed. Out:
//! either settings of which one always works, with a certificate over all lots; or a lot for which
//! no setting exists, with a certificate that the rules contradict each other there; or undecided,
//! with what was tried. Where every rule wants each setpoint in one direction, the best setting is
//! known at once and the answer is exact. Otherwise settings and lots that break them are found in
//! turn (counterexample-guided, with a budget of rounds).

use std::collections::BTreeSet;

use super::case::{Case, NumberCase, SignalCase};
use super::compile::{Compiler, folded};
use super::eliminate::{for_some, substituted, variables};
use super::encode::{Encoder, tolerances};
use super::optimum::{Optimum, Problem, greatest};
use super::prove::{Outcome, Values, prove};
use super::query::{Formula, Want};
use super::refute::{self, Budget, Decided};
use super::window::{LeftOut, Why, statement_of};
use crate::certificate::{
    self, BoxVariable, Certificate, Claim, Polynomial, Proof, Ranges, Statement, contradiction,
};
use crate::rule_language::{Rule, RuleSet, SignalId};

/// Rounds of finding a lot that breaks all settings and a setting for it.
pub const ROUNDS_MAX: usize = 24;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The rule set.
    pub rule_set: &'a RuleSet,
    /// The rules that shall hold.
    pub rules: &'a [&'a Rule],
    /// Ranges of materials and setpoints, values of everything else.
    pub case: &'a Case,
    /// The materials; every other signal with a range is a setpoint that may be chosen.
    pub materials: &'a BTreeSet<u32>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lots {
    /// Every lot can be run with one of these settings.
    All {
        /// The settings by variable; the first that keeps the rules is taken.
        settings: Vec<Values>,
        /// Proof over all lots, checked; nothing where the claim has other variables.
        certificate: Option<Box<Certificate>>,
    },
    /// This lot cannot be run.
    None {
        /// The lot.
        lot: Values,
        /// Proof that the rules contradict each other at it, whatever the setting, checked; it
        /// names the few that do.
        certificate: Option<Box<contradiction::Certificate>>,
    },
    /// Not decided.
    Undecided {
        /// Settings tried, none of which works for all lots.
        tried: usize,
        /// A lot that broke all of them, where one was found.
        lot: Option<Values>,
    },
}

/// The answer and the rules that take no part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// The answer about the other rules.
    pub lots: Lots,
    /// Rules that take no part, and why.
    pub left_out: Vec<LeftOut>,
}

/// Decides whether every lot can be run.
#[must_use]
pub fn decide(question: &Question<'_>) -> Answered {
    let mut left_out = Vec::new();
    let mut facts = Vec::new();
    let mut counted = Vec::new();
    // The ranges are those of the case, the same for every rule.
    let mut ranges = Compiler::new(question.rule_set, question.case).ranges;
    for (place, rule) in question.rules.iter().enumerate() {
        match statement_of(question.rule_set, rule, question.case) {
            // Divisors keep their sign all over the ranges: `statement_of` has shown it.
            Ok((fact, _, own)) => {
                ranges = own;
                facts.push(fact);
                counted.push(*rule);
            }
            Err(obstacle) => left_out.push(LeftOut {
                rule: place,
                why: Why::Obstacle(obstacle),
            }),
        }
    }
    let used: BTreeSet<u32> = facts.iter().flat_map(variables).collect();
    ranges.retain(|variable, _| used.contains(variable));
    let search = Search {
        question,
        facts: &facts,
        counted: &counted,
        ranges: &ranges,
    };
    Answered {
        lots: search.run(),
        left_out,
    }
}

struct Search<'a> {
    question: &'a Question<'a>,
    facts: &'a [Statement],
    /// The rules that the facts say.
    counted: &'a [&'a Rule],
    ranges: &'a Ranges,
}

impl Search<'_> {
    fn run(&self) -> Lots {
        let is_setpoint = |variable: &&u32| !self.question.materials.contains(variable);
        let setpoints: Vec<u32> = self.ranges.keys().filter(is_setpoint).copied().collect();
        let lots: Ranges = self
            .ranges
            .iter()
            .filter(|(variable, _)| self.question.materials.contains(variable))
            .map(|(variable, range)| (*variable, range.clone()))
            .collect();
        let (best, is_best) = self.first_setting(&setpoints);
        let mut settings = vec![best];
        for _ in 0..ROUNDS_MAX {
            let lot = match self.lot_that_breaks(&settings, &lots) {
                Outcome::Proved(proof) => {
                    let certificate = self.certificate(&settings, &lots, proof);
                    return Lots::All {
                        settings,
                        certificate,
                    };
                }
                Outcome::Refuted(lot) => lot,
                Outcome::Open => {
                    return Lots::Undecided {
                        tried: settings.len(),
                        lot: None,
                    };
                }
            };
            match self.setting_for(&lot) {
                Optimum::Attained { mut point, .. } if !is_best => {
                    point.retain(|variable, _| setpoints.contains(variable));
                    settings.push(self.completed(point, &setpoints));
                }
                Optimum::Impossible(_) => return self.none(lot, settings.len()),
                // What breaks the best setting breaks every other one.
                _ if is_best => return self.none(lot, settings.len()),
                Optimum::Between {
                    inside: Some((_, mut point)),
                    ..
                } => {
                    point.retain(|variable, _| setpoints.contains(variable));
                    settings.push(self.completed(point, &setpoints));
                }
                Optimum::Approached { .. }
                | Optimum::Attained { .. }
                | Optimum::Between { .. }
                | Optimum::TooLarge => {
                    return Lots::Undecided {
                        tried: settings.len(),
                        lot: Some(lot),
                    };
                }
            }
        }
        Lots::Undecided {
            tried: settings.len(),
            lot: None,
        }
    }

    /// The lot has no setting: the rules contradict each other at it, whatever the setpoints.
    fn none(&self, lot: Values, tried: usize) -> Lots {
        let mut case = self.question.case.clone();
        for (&variable, value) in &lot {
            let exact = SignalCase::Number(NumberCase::exact(value.clone()));
            case.set(SignalId(variable as usize), exact);
        }
        let mut encoder = Encoder::new(self.question.rule_set).with_functions();
        let kept = |rule: &&Rule| {
            let guard = Box::new(encoder.formula(&rule.guard)?);
            let body = Box::new(encoder.formula(&rule.body)?);
            Some((rule.code.clone(), Formula::Implies(guard, body)))
        };
        // A rule that cannot be written out is missing: the fewer, the stronger the contradiction.
        let mut assertions: Vec<(String, Formula)> = self.counted.iter().filter_map(kept).collect();
        assertions.extend(tolerances(&encoder, &case));
        let query = encoder.query(assertions, Want::Core);
        match refute::decide(&query, None, &Budget::default()) {
            Decided::Unsatisfiable { certificate, .. } => Lots::None { lot, certificate },
            Decided::Undecided(_) => {
                let certificate = None;
                Lots::None { lot, certificate }
            }
            // A setting that keeps the rules, evaluated exactly: believe nobody.
            Decided::Satisfiable(_) => Lots::Undecided {
                tried,
                lot: Some(lot),
            },
        }
    }

    /// The setting at the ends that are good for every rule and every lot; middles where there is
    /// none. True where no setpoint is left, so that no setting is better.
    fn first_setting(&self, setpoints: &[u32]) -> (Values, bool) {
        // Materials are not moved: each is kept in turn by pretending that it pulls both ways.
        let mut held = self.facts.to_vec();
        for &material in self.question.materials {
            let both = |polynomial: Polynomial| {
                let strict = false;
                Statement::Atom(certificate::Atom { polynomial, strict })
            };
            let variable = Polynomial::variable(material);
            held.push(both(variable.negated()));
            held.push(both(variable));
        }
        let moved = for_some(&held, u32::MAX, self.ranges).moved;
        let is_best = setpoints.iter().all(|one| moved.contains_key(one));
        let own = moved.into_iter().filter(|(one, _)| setpoints.contains(one));
        (self.completed(own.collect(), setpoints), is_best)
    }

    fn completed(&self, mut point: Values, setpoints: &[u32]) -> Values {
        for variable in setpoints {
            if let Some((low, high)) = self.ranges.get(variable) {
                let middle = || &(low + high) * &crate::rational::Rational::ratio(1, 2);
                point.entry(*variable).or_insert_with(middle);
            }
        }
        point
    }

    /// "One of the settings keeps every rule", about lots alone.
    fn some_setting(&self, settings: &[Values]) -> Statement {
        let one = |setting: &Values| {
            let at = |fact: &Statement| {
                let fixed = setting
                    .iter()
                    .fold(fact.clone(), |fact, (variable, value)| {
                        substituted(&fact, *variable, value)
                    });
                folded(fixed)
            };
            Statement::And(self.facts.iter().map(at).collect())
        };
        folded(Statement::Or(settings.iter().map(one).collect()))
    }

    fn lot_that_breaks(&self, settings: &[Values], lots: &Ranges) -> Outcome {
        prove(&self.some_setting(settings), lots, &Values::new())
    }

    fn setting_for(&self, lot: &Values) -> Optimum {
        let at = |fact: &Statement| {
            let fixed = lot.iter().fold(fact.clone(), |fact, (variable, value)| {
                substituted(&fact, *variable, value)
            });
            folded(fixed)
        };
        let facts: Vec<Statement> = self.facts.iter().map(at).collect();
        let mut ranges = self.ranges.clone();
        ranges.retain(|variable, _| !lot.contains_key(variable));
        // Any setting will do: the objective is a constant.
        greatest(&Problem {
            ranges: &ranges,
            facts: &facts,
            objective: &Polynomial::default(),
        })
    }

    fn certificate(
        &self,
        settings: &[Values],
        lots: &Ranges,
        proof: Proof,
    ) -> Option<Box<Certificate>> {
        let statement = self.some_setting(settings);
        let used = variables(&statement);
        let variable = |(&id, (low, high)): (&u32, &(_, _))| {
            let signal = self.question.rule_set.signals.get(id as usize)?;
            used.contains(&id).then(|| BoxVariable {
                id,
                name: signal.name.clone(),
                low: crate::rational::Rational::clone(low),
                high: crate::rational::Rational::clone(high),
            })
        };
        let claim = Claim {
            variables: lots.iter().filter_map(variable).collect(),
            positive: Vec::new(),
            statement,
        };
        let certificate = Certificate {
            claim: claim.clone(),
            positive: Vec::new(),
            proof,
        };
        let accepted = certificate::check(&certificate, &claim).is_ok();
        accepted.then(|| Box::new(certificate))
    }
}
