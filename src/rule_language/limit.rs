//! The limits of a rule: comparisons with a literal, and what replacing one means.
//!
//! In: the body of a rule. Out: its limits in the order written, each with the side it bounds and
//! the direction in which it allows more. The members of a family share one literal and are one
//! limit.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::expression::{BoolExpr, BoolKind, CompareOperator, NumExpr, NumKind, Reference};
use super::rule_set::RuleSet;
use crate::quantity::QuantityType;
use crate::rational::Rational;
use crate::span::Span;

/// A limit: the compared expression on the left, the literal on the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// The literal, SI.
    pub value: Rational,
    /// Where the literal is written.
    pub span: Span,
    /// The operator with the literal on its right side.
    pub operator: CompareOperator,
    /// Whether `not` or the left of `implies` turns the comparison round.
    pub negated: bool,
    /// Kind of both sides.
    pub quantity_type: QuantityType,
    /// Signals and lets on the bounded side.
    pub bounds: BTreeSet<Reference>,
}

impl Limit {
    /// Tells whether another value allows more; `None` where neither allows all the other does.
    #[must_use]
    pub fn allows_more(&self, value: &Rational) -> Option<bool> {
        let greater = match value.cmp(&self.value) {
            Ordering::Equal => return Some(false),
            Ordering::Greater => true,
            Ordering::Less => false,
        };
        let upwards = match self.operator {
            CompareOperator::Less | CompareOperator::LessEqual => true,
            CompareOperator::Greater | CompareOperator::GreaterEqual => false,
            CompareOperator::Equal | CompareOperator::NotEqual => return None,
        };
        Some((greater == upwards) != self.negated)
    }

    /// The names of what the limit bounds, sorted.
    #[must_use]
    pub fn bounded_names(&self, rule_set: &RuleSet) -> Vec<String> {
        let name = |reference: &Reference| match reference {
            Reference::Signal(id) => rule_set.signal(*id).name.clone(),
            Reference::Let(id) => rule_set.let_part(*id).name.clone(),
        };
        self.bounds.iter().map(name).collect()
    }
}

/// Returns the limits of a body in the order written.
#[must_use]
pub fn limits(body: &BoolExpr) -> Vec<Limit> {
    let mut found = Vec::new();
    collect(body, false, &mut found);
    found
}

fn collect(condition: &BoolExpr, negated: bool, found: &mut Vec<Limit>) {
    match &condition.kind {
        BoolKind::Constant(_) | BoolKind::Member { .. } => {}
        BoolKind::Compare {
            left,
            operator,
            right,
            quantity_type,
        } => {
            let (bounded, literal, operator) = match (&left.kind, &right.kind) {
                (NumKind::Constant(_), NumKind::Constant(_)) => return,
                (_, NumKind::Constant(value)) => (left, (value, right.span), *operator),
                (NumKind::Constant(value), _) => (right, (value, left.span), operator.mirrored()),
                _ => return,
            };
            let mut bounds = BTreeSet::new();
            bounded.references(&mut |reference| {
                bounds.insert(reference);
            });
            let (value, span) = literal;
            match found.iter_mut().find(|known| known.span == span) {
                Some(known) => known.bounds.extend(bounds),
                None => found.push(Limit {
                    value: value.clone(),
                    span,
                    operator,
                    negated,
                    quantity_type: *quantity_type,
                    bounds,
                }),
            }
        }
        BoolKind::And(all) | BoolKind::Or(all) => {
            for one in all {
                collect(one, negated, found);
            }
        }
        BoolKind::Not(inner) => collect(inner, !negated, found),
        BoolKind::Implies(premise, conclusion) => {
            collect(premise, !negated, found);
            collect(conclusion, negated, found);
        }
    }
}

/// Returns the body with the literal at `span` replaced by one written elsewhere.
#[must_use]
pub fn replaced(body: &BoolExpr, span: Span, value: &Rational, written: Span) -> BoolExpr {
    let again = |one: &BoolExpr| replaced(one, span, value, written);
    let side = |number: &NumExpr| {
        if number.span == span && matches!(number.kind, NumKind::Constant(_)) {
            NumExpr {
                kind: NumKind::Constant(value.clone()),
                span: written,
            }
        } else {
            number.clone()
        }
    };
    let kind = match &body.kind {
        BoolKind::Constant(_) | BoolKind::Member { .. } => body.kind.clone(),
        BoolKind::Compare {
            left,
            operator,
            right,
            quantity_type,
        } => BoolKind::Compare {
            left: side(left),
            operator: *operator,
            right: side(right),
            quantity_type: *quantity_type,
        },
        BoolKind::And(all) => BoolKind::And(all.iter().map(again).collect()),
        BoolKind::Or(all) => BoolKind::Or(all.iter().map(again).collect()),
        BoolKind::Not(inner) => BoolKind::Not(Box::new(again(inner))),
        BoolKind::Implies(premise, conclusion) => {
            BoolKind::Implies(Box::new(again(premise)), Box::new(again(conclusion)))
        }
    };
    BoolExpr {
        kind,
        span: body.span,
    }
}
