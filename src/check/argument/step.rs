//! One step: do the premises, within the ranges of the signals, entail the conclusion?
//!
//! In: a claim of a graph. Out: an [`Outcome`]: a certificate, or an exact point that keeps all
//! premises and not the conclusion, with what the premises do give and what would close the gap.
//! Premises that contradict each other entail anything, so they are told apart first.

use std::collections::BTreeSet;

use super::extreme::{Extreme, infimum, supremum};
use super::gap::{Missing, missing};
use super::graph::{Graph, constant_of};
use super::oracle::{Fact, Oracle, not};
use crate::certificate::contradiction::Certificate;
use crate::check::query::{Formula, Model, Reason, Term, VarId};
use crate::check::refute::{Decided, variables_of};
use crate::check::undefined::{any, undefined};
use crate::quantity::Unit;
use crate::rational::Rational;

/// A judged step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The claim.
    pub node: usize,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The conclusion follows.
    Entailed {
        /// The premises and ranges that are needed, and the negated conclusion.
        core: Vec<String>,
        /// Why; nothing where that rests on the solver.
        certificate: Option<Box<Certificate>>,
    },
    /// The premises contradict each other.
    Vacuous {
        /// The premises and ranges that do.
        core: Vec<String>,
        /// Why; nothing where that rests on the solver.
        certificate: Option<Box<Certificate>>,
    },
    /// The conclusion does not follow.
    Leap(Box<Leap>),
    /// Undecided; nothing where a formula cannot be written out.
    Undecided(Option<Reason>),
}

/// Why a conclusion does not follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leap {
    /// A point that keeps the premises and breaks the conclusion.
    pub point: Model,
    /// The variables of premises and conclusion, the only ones that matter at the point.
    pub variables: Vec<VarId>,
    /// The strongest bound that does follow, where the premises bound the same left side.
    pub strongest: Option<Strongest>,
    /// Single facts, each of which would close the gap.
    pub missing: Vec<Missing>,
}

/// The strongest bound that follows, beside the one that is claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strongest {
    /// Whether the bound is an upper one.
    pub is_upper: bool,
    /// What is claimed, SI.
    pub claimed: Rational,
    /// What follows, SI.
    pub entailed: Rational,
    /// Whether the end belongs to it.
    pub attained: bool,
    /// The unit both are shown in.
    pub unit: Option<Unit>,
    /// Why nothing lies beyond; nothing where that rests on the solver.
    pub certificate: Option<Box<Certificate>>,
}

/// The name of the negated conclusion.
#[must_use]
pub fn negated_name(code: &str) -> String {
    format!("not {code}")
}

/// Where a conclusion is not kept: it fails, or it has no value.
#[must_use]
pub fn denial(conclusion: &Formula) -> Formula {
    any(vec![not(conclusion), undefined(conclusion)])
}

/// The premises of a claim and the ranges of all variables of the step; nothing where a formula
/// cannot be written out.
#[must_use]
pub fn premises(graph: &Graph, node: usize) -> Option<Vec<Fact>> {
    let conclusion = graph.nodes[node].formula.as_ref()?;
    // A premise named twice is one premise.
    let from: BTreeSet<usize> = graph.nodes[node].from.iter().copied().collect();
    let mut facts = Vec::new();
    for premise in from {
        let premise = &graph.nodes[premise];
        facts.push((premise.code.clone(), premise.formula.clone()?));
    }
    let formulas: Vec<&Formula> = facts.iter().map(|(_, formula)| formula).collect();
    let formulas: Vec<&Formula> = formulas.into_iter().chain([conclusion]).collect();
    let ranges = graph.ranges_of(&formulas);
    facts.extend(ranges);
    Some(facts)
}

/// Judges a claim by its premises.
pub fn judge(graph: &Graph, oracle: &mut Oracle<'_>, node: usize) -> Step {
    let outcome = outcome(graph, oracle, node);
    Step { node, outcome }
}

fn outcome(graph: &Graph, oracle: &mut Oracle<'_>, node: usize) -> Outcome {
    let (Some(facts), Some(conclusion)) = (premises(graph, node), &graph.nodes[node].formula)
    else {
        return Outcome::Undecided(None);
    };
    match oracle.decide(graph, &facts) {
        Decided::Satisfiable(_) => {}
        Decided::Unsatisfiable { core, certificate } => {
            return Outcome::Vacuous { core, certificate };
        }
        Decided::Undecided(reason) => return Outcome::Undecided(Some(reason)),
    }
    let mut denied = facts.clone();
    denied.push((negated_name(&graph.nodes[node].code), denial(conclusion)));
    match oracle.decide(graph, &denied) {
        Decided::Unsatisfiable { core, certificate } => Outcome::Entailed { core, certificate },
        Decided::Undecided(reason) => Outcome::Undecided(Some(reason)),
        Decided::Satisfiable(point) => {
            let formulas = denied.iter().map(|(_, formula)| formula);
            let used: BTreeSet<VarId> = formulas.flat_map(variables_of).collect();
            let strongest = first_gap(graph, oracle, &facts, conclusion);
            let missing = missing(graph, oracle, &facts, conclusion, &used);
            Outcome::Leap(Box::new(Leap {
                point,
                variables: used.into_iter().collect(),
                strongest,
                missing,
            }))
        }
    }
}

/// A comparison of a conclusion with the conditions under which it is claimed.
struct Bound<'a> {
    under: Vec<&'a Formula>,
    left: Term,
    limit: Rational,
    is_upper: bool,
    strict: bool,
}

impl Bound<'_> {
    fn end(&self, graph: &Graph, oracle: &mut Oracle<'_>, facts: &[Fact]) -> Extreme {
        let mut asked = facts.to_vec();
        for (at, condition) in self.under.iter().enumerate() {
            asked.push((format!("condition {}", at + 1), (*condition).clone()));
        }
        if self.is_upper {
            supremum(graph, oracle, &asked, &self.left)
        } else {
            infimum(graph, oracle, &asked, &self.left)
        }
    }
}

/// The first bound of the conclusion that is claimed tighter than it follows.
fn first_gap(
    graph: &Graph,
    oracle: &mut Oracle<'_>,
    facts: &[Fact],
    conclusion: &Formula,
) -> Option<Strongest> {
    let mut bounds = Vec::new();
    bounds_of(conclusion, &mut Vec::new(), &mut bounds);
    bounds.into_iter().find_map(|bound| {
        let Extreme::Bounded {
            value,
            attained,
            certificate,
        } = bound.end(graph, oracle, facts)
        else {
            return None;
        };
        // What the ranges of the signals give alone is no merit of the premises.
        let ranges = graph.ranges_of(&[conclusion]);
        let alone = bound.end(graph, oracle, &ranges);
        if matches!(&alone, Extreme::Bounded { value: end, .. } if *end == value) {
            return None;
        }
        let beyond = if bound.is_upper {
            value > bound.limit
        } else {
            value < bound.limit
        };
        let touches = value == bound.limit && attained && bound.strict;
        (beyond || touches).then(|| Strongest {
            is_upper: bound.is_upper,
            claimed: bound.limit,
            entailed: value,
            attained,
            unit: unit_of(graph, &bound.left),
            certificate,
        })
    })
}

/// The unit of the first variable of a sum whose terms all have the same type.
fn unit_of(graph: &Graph, term: &Term) -> Option<Unit> {
    let positive = Formula::Le(Term::Rational(Rational::zero()), term.clone());
    let used = variables_of(&positive);
    let first = used.first()?;
    graph.units.get(first.0 as usize)?.clone()
}

fn bounds_of<'a>(formula: &'a Formula, under: &mut Vec<&'a Formula>, out: &mut Vec<Bound<'a>>) {
    let mut add = |low: &Term, high: &Term, strict: bool| {
        let bound = |left: &Term, limit: Rational, is_upper: bool| Bound {
            under: under.clone(),
            left: left.clone(),
            limit,
            is_upper,
            strict,
        };
        match (constant_of(low), constant_of(high)) {
            (Some(limit), None) => out.push(bound(high, limit, false)),
            (None, Some(limit)) => out.push(bound(low, limit, true)),
            (None, None) => {
                let minus = Term::Neg(Box::new(high.clone()));
                let left = Term::Add(vec![low.clone(), minus]);
                out.push(bound(&left, Rational::zero(), true));
            }
            (Some(_), Some(_)) => {}
        }
    };
    match formula {
        Formula::Le(low, high) => add(low, high, false),
        Formula::Lt(low, high) => add(low, high, true),
        Formula::Eq(left, right) => {
            add(left, right, false);
            add(right, left, false);
        }
        Formula::And(parts) => parts.iter().for_each(|part| bounds_of(part, under, out)),
        Formula::Implies(condition, inner) => {
            under.push(condition);
            bounds_of(inner, under, out);
            under.pop();
        }
        Formula::True
        | Formula::False
        | Formula::Bool(_)
        | Formula::EnumIs(..)
        | Formula::Not(_)
        | Formula::Or(_) => {}
    }
}
