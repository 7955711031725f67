//! Modes: the steps of a line that partition a rule set.
//!
//! In: a rule set whose files declare `mode step : one of {…}`. Out: the rule set of one mode, in
//! which the mode is a constant, or one rule set for all modes, in which a rule must hold in every
//! mode its guard allows. A recipe names no mode, so it is judged in all; consistency is asked
//! mode by mode, because a signal may take another value in another step.

use super::expression::{BoolExpr, BoolKind, NumExpr, NumKind, SignalId};
use super::rule_set::{Assumption, Rule, RuleSet, SignalType};

impl RuleSet {
    /// Returns the modes in the order declared; none where no file declares them.
    #[must_use]
    pub fn modes(&self) -> &[String] {
        match self.mode.map(|id| &self.signal(id).signal_type) {
            Some(SignalType::OneOf { members }) => members,
            Some(SignalType::Number { .. }) | None => &[],
        }
    }

    /// Returns the rules that can apply in one mode, with the mode put in; lets never read it.
    #[must_use]
    pub fn in_mode(&self, member: usize) -> Self {
        let Some(mode) = self.mode else {
            return self.clone();
        };
        let put = |condition: &BoolExpr| with_mode(condition, mode, member);
        let rules = self.rules.iter().filter_map(|rule| {
            let rule = Rule {
                guard: put(&rule.guard),
                body: put(&rule.body),
                reads: without(&rule.reads, mode),
                ..rule.clone()
            };
            (rule.guard.kind != BoolKind::Constant(false)).then_some(rule)
        });
        let assumptions = self.assumptions.iter().map(|one| Assumption {
            condition: put(&one.condition),
            reads: without(&one.reads, mode),
            ..one.clone()
        });
        Self {
            rules: rules.collect(),
            assumptions: assumptions.collect(),
            tests: Vec::new(),
            claims: Vec::new(),
            evidences: Vec::new(),
            ..self.clone()
        }
    }

    /// Returns the rules with every mode put in at once: each keeps its place and applies where it
    /// applies in some mode, and holds where it holds in each of those.
    #[must_use]
    pub fn over_all_modes(&self) -> Self {
        let Some(mode) = self.mode else {
            return self.clone();
        };
        let rules = self.rules.iter().map(|rule| {
            if rule.reads.contains(&mode) {
                over_modes(rule, mode, self.modes().len())
            } else {
                rule.clone()
            }
        });
        Self {
            rules: rules.collect(),
            ..self.clone()
        }
    }
}

fn without(
    reads: &std::collections::BTreeSet<SignalId>,
    mode: SignalId,
) -> std::collections::BTreeSet<SignalId> {
    reads.iter().copied().filter(|id| *id != mode).collect()
}

fn over_modes(rule: &Rule, mode: SignalId, count: usize) -> Rule {
    let mut cases: Vec<(BoolExpr, BoolExpr)> = Vec::new();
    for member in 0..count {
        let guard = with_mode(&rule.guard, mode, member);
        let case = (guard, with_mode(&rule.body, mode, member));
        if case.0.kind != BoolKind::Constant(false) && !cases.contains(&case) {
            cases.push(case);
        }
    }
    let (guard, body) = match cases.len() {
        0 => (constant(&rule.guard, false), rule.body.clone()),
        1 => cases.swap_remove(0),
        _ => {
            let guards = cases.iter().map(|(guard, _)| guard.clone()).collect();
            let holds = cases.into_iter().map(|(guard, body)| {
                let span = body.span;
                let kind = BoolKind::Implies(Box::new(guard), Box::new(body));
                folded(BoolExpr { kind, span })
            });
            let holds = holds.collect();
            (
                folded(BoolExpr {
                    kind: BoolKind::Or(guards),
                    span: rule.guard.span,
                }),
                folded(BoolExpr {
                    kind: BoolKind::And(holds),
                    span: rule.body.span,
                }),
            )
        }
    };
    Rule {
        guard,
        body,
        reads: without(&rule.reads, mode),
        ..rule.clone()
    }
}

fn constant(at: &BoolExpr, value: bool) -> BoolExpr {
    BoolExpr {
        kind: BoolKind::Constant(value),
        span: at.span,
    }
}

/// Puts a mode into a condition and drops what it decides.
fn with_mode(condition: &BoolExpr, mode: SignalId, member: usize) -> BoolExpr {
    let again = |one: &BoolExpr| with_mode(one, mode, member);
    let kind = match &condition.kind {
        BoolKind::Member { signal, members } if *signal == mode => {
            BoolKind::Constant(members.contains(&member))
        }
        BoolKind::Constant(_) | BoolKind::Member { .. } => condition.kind.clone(),
        BoolKind::Compare {
            left,
            operator,
            right,
            quantity_type,
        } => BoolKind::Compare {
            left: number_with_mode(left, mode, member),
            operator: *operator,
            right: number_with_mode(right, mode, member),
            quantity_type: *quantity_type,
        },
        BoolKind::And(all) => BoolKind::And(all.iter().map(again).collect()),
        BoolKind::Or(all) => BoolKind::Or(all.iter().map(again).collect()),
        BoolKind::Not(inner) => BoolKind::Not(Box::new(again(inner))),
        BoolKind::Implies(premise, conclusion) => {
            BoolKind::Implies(Box::new(again(premise)), Box::new(again(conclusion)))
        }
    };
    folded(BoolExpr {
        kind,
        span: condition.span,
    })
}

/// Only `if` holds conditions inside numbers.
fn number_with_mode(number: &NumExpr, mode: SignalId, member: usize) -> NumExpr {
    let again = |one: &NumExpr| number_with_mode(one, mode, member);
    let boxed = |one: &NumExpr| Box::new(again(one));
    let kind = match &number.kind {
        NumKind::Constant(_) | NumKind::Pi | NumKind::Signal(_) | NumKind::Let(_) => {
            number.kind.clone()
        }
        NumKind::Negate(a) => NumKind::Negate(boxed(a)),
        NumKind::Add(a, b) => NumKind::Add(boxed(a), boxed(b)),
        NumKind::Subtract(a, b) => NumKind::Subtract(boxed(a), boxed(b)),
        NumKind::Multiply(a, b) => NumKind::Multiply(boxed(a), boxed(b)),
        NumKind::Divide(a, b) => NumKind::Divide(boxed(a), boxed(b)),
        NumKind::Power(a, exponent) => NumKind::Power(boxed(a), *exponent),
        NumKind::Absolute(a) => NumKind::Absolute(boxed(a)),
        NumKind::Function(function, a) => NumKind::Function(*function, boxed(a)),
        NumKind::Minimum(all) => NumKind::Minimum(all.iter().map(again).collect()),
        NumKind::Maximum(all) => NumKind::Maximum(all.iter().map(again).collect()),
        NumKind::If(condition, a, b) => {
            let condition = with_mode(condition, mode, member);
            match condition.kind {
                BoolKind::Constant(true) => return again(a),
                BoolKind::Constant(false) => return again(b),
                _ => NumKind::If(Box::new(condition), boxed(a), boxed(b)),
            }
        }
    };
    NumExpr {
        kind,
        span: number.span,
    }
}

/// Drops constants from one level whose parts are folded.
fn folded(condition: BoolExpr) -> BoolExpr {
    let span = condition.span;
    let value = |one: &BoolExpr| match one.kind {
        BoolKind::Constant(value) => Some(value),
        _ => None,
    };
    let kind = match condition.kind {
        BoolKind::And(all) => joined(all, true),
        BoolKind::Or(all) => joined(all, false),
        BoolKind::Not(inner) => match value(&inner) {
            Some(known) => BoolKind::Constant(!known),
            None => BoolKind::Not(inner),
        },
        BoolKind::Implies(premise, conclusion) => match (value(&premise), value(&conclusion)) {
            (Some(false), _) | (_, Some(true)) => BoolKind::Constant(true),
            (Some(true), _) => conclusion.kind,
            (None, Some(false)) => BoolKind::Not(premise),
            (None, None) => BoolKind::Implies(premise, conclusion),
        },
        kind @ (BoolKind::Constant(_) | BoolKind::Member { .. } | BoolKind::Compare { .. }) => kind,
    };
    BoolExpr { kind, span }
}

/// `neutral` is true for a conjunction.
fn joined(all: Vec<BoolExpr>, neutral: bool) -> BoolKind {
    let mut kept = Vec::new();
    for one in all {
        match one.kind {
            BoolKind::Constant(value) if value == neutral => {}
            BoolKind::Constant(_) => return BoolKind::Constant(!neutral),
            _ => kept.push(one),
        }
    }
    match (kept.len(), kept.pop()) {
        (1, Some(only)) => only.kind,
        (_, Some(last)) => {
            kept.push(last);
            if neutral {
                BoolKind::And(kept)
            } else {
                BoolKind::Or(kept)
            }
        }
        (_, None) => BoolKind::Constant(neutral),
    }
}
