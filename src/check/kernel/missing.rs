//! Rules that no row can answer, because they read a signal without a column first.
//!
//! In: a rule and how signals come. Out: whether its evaluation reads a missing signal whatever
//! the row holds: in the comparison that is looked at first, outside what an `if` chooses.

use super::program::Source;
use crate::rule_language::expression::{BoolExpr, BoolKind, NumExpr, NumKind};
use crate::rule_language::{Rule, RuleSet, SignalId};

/// Tells whether the rule is undecided in every row.
pub(super) fn is_always_missing(rule_set: &RuleSet, sources: &[Source], rule: &Rule) -> bool {
    let first = match rule.guard.kind {
        BoolKind::Constant(true) => &rule.body,
        _ => &rule.guard,
    };
    Reads { rule_set, sources }.condition(first)
}

struct Reads<'a> {
    rule_set: &'a RuleSet,
    sources: &'a [Source],
}

impl Reads<'_> {
    fn is_missing(&self, signal: SignalId) -> bool {
        matches!(self.sources.get(signal.0), None | Some(Source::Missing))
    }

    /// What is looked at first reads a missing signal.
    fn condition(&self, condition: &BoolExpr) -> bool {
        match &condition.kind {
            BoolKind::Constant(_) => false,
            BoolKind::Compare { left, right, .. } => self.number(left) || self.number(right),
            BoolKind::Member { signal, .. } => self.is_missing(*signal),
            BoolKind::And(all) | BoolKind::Or(all) => {
                all.first().is_some_and(|first| self.condition(first))
            }
            BoolKind::Not(a) | BoolKind::Implies(a, _) => self.condition(a),
        }
    }

    /// Lets refer only to lets before them, so this depth is bounded by the resolver.
    fn number(&self, number: &NumExpr) -> bool {
        match &number.kind {
            NumKind::Constant(_) | NumKind::Pi => false,
            NumKind::Signal(signal) => self.is_missing(*signal),
            NumKind::Let(id) => self.number(&self.rule_set.let_part(*id).expr),
            NumKind::Negate(a)
            | NumKind::Absolute(a)
            | NumKind::Power(a, _)
            | NumKind::Function(_, a) => self.number(a),
            NumKind::Add(a, b)
            | NumKind::Subtract(a, b)
            | NumKind::Multiply(a, b)
            | NumKind::Divide(a, b) => self.number(a) || self.number(b),
            NumKind::Minimum(all) | NumKind::Maximum(all) => all.iter().any(|one| self.number(one)),
            NumKind::If(condition, _, _) => self.condition(condition),
        }
    }
}
