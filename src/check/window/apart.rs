//! The rules that can matter to one parameter.
//!
//! In: rules, a case, the parameter that moves. Out: the rules that share a moving signal with it,
//! or with a rule that the recipe breaks, directly or through others. The rest is kept by the
//! recipe itself, whatever the parameter does, so it neither widens nor narrows the window and
//! nothing later need look at it.

use std::collections::BTreeSet;

use crate::check::case::{Case, SignalCase};
use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::{PointVerdict, Rule, RuleSet, SignalId};

/// Returns the rules that can matter to a signal, with their places.
#[must_use]
pub fn near<'a>(
    rule_set: &RuleSet,
    rules: &[&'a Rule],
    case: &Case,
    signal: SignalId,
) -> Vec<(usize, &'a Rule)> {
    let moves = |other: &SignalId| match case.get(*other) {
        SignalCase::Number(number) => *other == signal || number.low < number.high,
        SignalCase::Choice(_) => false,
        SignalCase::Missing => true,
    };
    let moving = |rule: &&Rule| -> BTreeSet<SignalId> {
        rule.reads
            .iter()
            .copied()
            .filter(|one| moves(one))
            .collect()
    };
    let reads: Vec<BTreeSet<SignalId>> = rules.iter().map(moving).collect();
    let nominal = case.nominal();
    let evaluator = Evaluator::new(rule_set, &nominal);
    let mut is_near: Vec<bool> = rules
        .iter()
        .map(|rule| !is_kept(evaluator.verdict(rule).ok()))
        .collect();
    let mut reached = BTreeSet::from([signal]);
    for (_, read) in is_near.iter().zip(&reads).filter(|(is_near, _)| **is_near) {
        reached.extend(read);
    }
    loop {
        let before = reached.len();
        for (place, read) in reads.iter().enumerate() {
            if !is_near[place] && !read.is_disjoint(&reached) {
                is_near[place] = true;
                reached.extend(read);
            }
        }
        if reached.len() == before {
            break;
        }
    }
    let all = rules.iter().copied().enumerate().zip(is_near);
    all.filter(|(_, is_near)| *is_near)
        .map(|(rule, _)| rule)
        .collect()
}

/// Whether the recipe keeps a rule; a rule without value there is not kept.
fn is_kept(verdict: Option<PointVerdict>) -> bool {
    match verdict {
        Some(PointVerdict::Pass | PointVerdict::Conditional | PointVerdict::Idle) => true,
        Some(PointVerdict::Fail | PointVerdict::Undecided) | None => false,
    }
}
