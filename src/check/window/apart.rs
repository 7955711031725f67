//! The rules that can matter to one parameter.
//!
//! In: rules, a case, the parameter that moves. Out: the rules that share a moving signal with it,
//! or with a rule that the recipe breaks, directly or through others. The rest is kept by the
//! recipe itself, whatever the parameter does, so it neither widens nor narrows the window and
//! nothing later need look at it. What does not depend on the parameter is found once.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::case::{Case, SignalCase};
use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::{PointVerdict, Rule, RuleSet, SignalId};

/// Which rules read which signals, and which of them the recipe breaks.
pub struct Near<'a> {
    rules: &'a [&'a Rule],
    case: &'a Case,
    readers: BTreeMap<SignalId, Vec<usize>>,
    broken: Vec<usize>,
}

impl<'a> Near<'a> {
    /// Reads rules and case.
    #[must_use]
    pub fn new(rule_set: &RuleSet, rules: &'a [&'a Rule], case: &'a Case) -> Self {
        let mut readers: BTreeMap<SignalId, Vec<usize>> = BTreeMap::new();
        let nominal = case.nominal();
        let evaluator = Evaluator::new(rule_set, &nominal);
        let mut broken = Vec::new();
        for (place, rule) in rules.iter().enumerate() {
            for &signal in &rule.reads {
                readers.entry(signal).or_default().push(place);
            }
            if !is_kept(evaluator.verdict(rule).ok()) {
                broken.push(place);
            }
        }
        Self {
            rules,
            case,
            readers,
            broken,
        }
    }

    fn moves(&self, signal: SignalId) -> bool {
        match self.case.get(signal) {
            SignalCase::Number(number) => number.low < number.high,
            SignalCase::Choice(_) => false,
            SignalCase::Missing => true,
        }
    }

    /// The places of the rules that can matter to a signal, ascending.
    #[must_use]
    pub fn to(&self, signal: SignalId) -> Vec<usize> {
        let mut near: BTreeSet<usize> = self.broken.iter().copied().collect();
        let mut reached = BTreeSet::from([signal]);
        let mut pending = vec![signal];
        let mut join = |place: usize, pending: &mut Vec<SignalId>| {
            for &read in &self.rules[place].reads {
                if self.moves(read) && reached.insert(read) {
                    pending.push(read);
                }
            }
        };
        for &place in &self.broken {
            join(place, &mut pending);
        }
        while let Some(signal) = pending.pop() {
            for &place in self.readers.get(&signal).into_iter().flatten() {
                if near.insert(place) {
                    join(place, &mut pending);
                }
            }
        }
        near.into_iter().collect()
    }
}

/// Whether the recipe keeps a rule; a rule without value there is not kept.
fn is_kept(verdict: Option<PointVerdict>) -> bool {
    match verdict {
        Some(PointVerdict::Pass | PointVerdict::Conditional | PointVerdict::Idle) => true,
        Some(PointVerdict::Fail | PointVerdict::Undecided) | None => false,
    }
}
