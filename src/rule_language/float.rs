//! Evaluation in double precision, for the samples of an ensemble.
//!
//! In: a resolved condition and one `f64` in SI units for each signal (an enumerator as its
//! index). Out: whether it holds. Constants are rounded once, operations run in the order
//! written, nothing is fused or reordered, so equal inputs give equal bits everywhere. A
//! comparison with NaN does not hold. Input rules are never decided here.

use super::expression::{
    BoolExpr, BoolKind, CompareOperator, Function, LetId, NumExpr, NumKind, Reference, SignalId,
};
use super::rule_set::RuleSet;
use crate::math;

/// A condition prepared for many points.
#[derive(Clone, Debug)]
pub struct FloatCondition {
    /// Lets needed, each behind those it needs.
    lets: Vec<(LetId, Number)>,
    lets_total: usize,
    condition: Condition,
}

/// A number without lets prepared for many points.
#[derive(Clone, Debug)]
pub struct FloatNumber(Number);

impl FloatNumber {
    /// Prepares a number; a let in it has no value.
    #[must_use]
    pub fn new(number: &NumExpr) -> Self {
        Self(self::number(number))
    }

    /// Computes it; `values` are SI values by [`SignalId`]. Not finite where it is not defined.
    #[must_use]
    pub fn value(&self, values: &[f64]) -> f64 {
        self.0.value(values, &[])
    }
}

#[derive(Clone, Debug)]
enum Number {
    Constant(f64),
    Signal(usize),
    Let(usize),
    Negate(Box<Number>),
    Add(Box<Number>, Box<Number>),
    Subtract(Box<Number>, Box<Number>),
    Multiply(Box<Number>, Box<Number>),
    Divide(Box<Number>, Box<Number>),
    Power(Box<Number>, i32),
    Minimum(Vec<Number>),
    Maximum(Vec<Number>),
    Absolute(Box<Number>),
    Function(Function, Box<Number>),
    If(Box<Condition>, Box<Number>, Box<Number>),
}

#[derive(Clone, Debug)]
enum Condition {
    Constant(bool),
    Compare(Number, CompareOperator, Number),
    Member(usize, Vec<f64>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Implies(Box<Condition>, Box<Condition>),
}

/// Decides one condition at one point; see [`FloatCondition`] for many points.
#[must_use]
pub fn evaluate_f64(rule_set: &RuleSet, condition: &BoolExpr, values: &[f64]) -> bool {
    FloatCondition::new(rule_set, condition).holds(values, &mut Vec::new())
}

impl FloatCondition {
    /// Prepares a condition of `rule_set`.
    #[must_use]
    pub fn new(rule_set: &RuleSet, condition: &BoolExpr) -> Self {
        let mut needed = vec![false; rule_set.lets.len()];
        condition.references(&mut |reference| mark_let(&mut needed, reference));
        for at in (0..needed.len()).rev() {
            if needed[at] {
                let expr = &rule_set.lets[at].expr;
                expr.references(&mut |reference| mark_let(&mut needed, reference));
            }
        }
        let lets = (0..needed.len())
            .filter(|&at| needed[at])
            .map(|at| (LetId(at), number(&rule_set.lets[at].expr)))
            .collect();
        Self {
            lets,
            lets_total: needed.len(),
            condition: prepared(condition),
        }
    }

    /// Decides the condition; `values` are SI values by [`SignalId`], NaN where missing.
    /// `scratch` only saves allocations.
    #[must_use]
    pub fn holds(&self, values: &[f64], scratch: &mut Vec<f64>) -> bool {
        scratch.clear();
        scratch.resize(self.lets_total, f64::NAN);
        for (id, expr) in &self.lets {
            scratch[id.0] = expr.value(values, scratch);
        }
        self.condition.holds(values, scratch)
    }
}

fn mark_let(needed: &mut [bool], reference: Reference) {
    match reference {
        Reference::Let(id) => needed[id.0] = true,
        Reference::Signal(_) => {}
    }
}

fn boxed(expr: &NumExpr) -> Box<Number> {
    Box::new(number(expr))
}

fn number(expr: &NumExpr) -> Number {
    match &expr.kind {
        NumKind::Constant(value) => Number::Constant(value.to_f64()),
        NumKind::Pi => Number::Constant(std::f64::consts::PI),
        NumKind::Signal(SignalId(at)) => Number::Signal(*at),
        NumKind::Let(LetId(at)) => Number::Let(*at),
        NumKind::Negate(a) => Number::Negate(boxed(a)),
        NumKind::Add(a, b) => Number::Add(boxed(a), boxed(b)),
        NumKind::Subtract(a, b) => Number::Subtract(boxed(a), boxed(b)),
        NumKind::Multiply(a, b) => Number::Multiply(boxed(a), boxed(b)),
        NumKind::Divide(a, b) => Number::Divide(boxed(a), boxed(b)),
        NumKind::Power(a, exponent) => Number::Power(boxed(a), *exponent),
        NumKind::Minimum(all) => Number::Minimum(all.iter().map(number).collect()),
        NumKind::Maximum(all) => Number::Maximum(all.iter().map(number).collect()),
        NumKind::Absolute(a) => Number::Absolute(boxed(a)),
        NumKind::Function(function, a) => Number::Function(*function, boxed(a)),
        NumKind::If(condition, a, b) => {
            Number::If(Box::new(prepared(condition)), boxed(a), boxed(b))
        }
    }
}

fn prepared(condition: &BoolExpr) -> Condition {
    match &condition.kind {
        BoolKind::Constant(value) => Condition::Constant(*value),
        BoolKind::Compare {
            left,
            operator,
            right,
            ..
        } => Condition::Compare(number(left), *operator, number(right)),
        BoolKind::Member { signal, members } => {
            Condition::Member(signal.0, members.iter().map(|&m| index_as_f64(m)).collect())
        }
        BoolKind::And(all) => Condition::And(all.iter().map(prepared).collect()),
        BoolKind::Or(all) => Condition::Or(all.iter().map(prepared).collect()),
        BoolKind::Not(a) => Condition::Not(Box::new(prepared(a))),
        BoolKind::Implies(a, b) => Condition::Implies(Box::new(prepared(a)), Box::new(prepared(b))),
    }
}

/// Enumerators are few: the conversion is exact.
fn index_as_f64(index: usize) -> f64 {
    f64::from(u32::try_from(index).unwrap_or(u32::MAX))
}

fn at(values: &[f64], index: usize) -> f64 {
    values.get(index).copied().unwrap_or(f64::NAN)
}

impl Number {
    fn value(&self, values: &[f64], lets: &[f64]) -> f64 {
        let of = |a: &Self| a.value(values, lets);
        match self {
            Self::Constant(value) => *value,
            Self::Signal(index) => at(values, *index),
            Self::Let(index) => at(lets, *index),
            Self::Negate(a) => -of(a),
            Self::Add(a, b) => of(a) + of(b),
            Self::Subtract(a, b) => of(a) - of(b),
            Self::Multiply(a, b) => of(a) * of(b),
            Self::Divide(a, b) => of(a) / of(b),
            Self::Power(a, exponent) => whole_power(of(a), *exponent),
            Self::Minimum(all) => extreme(all.iter().map(of), |a, b| a < b),
            Self::Maximum(all) => extreme(all.iter().map(of), |a, b| a > b),
            Self::Absolute(a) => of(a).abs(),
            Self::Function(Function::Exp, a) => math::exp(of(a)),
            Self::Function(Function::Ln, a) => math::ln(of(a)),
            Self::Function(Function::Sqrt, a) => of(a).sqrt(),
            Self::If(condition, a, b) => {
                if condition.holds(values, lets) {
                    of(a)
                } else {
                    of(b)
                }
            }
        }
    }
}

/// Products from left to right, so that the bits do not depend on the compiler.
fn whole_power(base: f64, exponent: i32) -> f64 {
    let mut product = 1.0;
    for _ in 0..exponent.unsigned_abs() {
        product *= base;
    }
    if exponent < 0 { 1.0 / product } else { product }
}

/// NaN is kept: a missing value must not vanish in `min` or `max`.
fn extreme(mut values: impl Iterator<Item = f64>, better: fn(f64, f64) -> bool) -> f64 {
    let first = values.next().unwrap_or(f64::NAN);
    values.fold(first, |best, value| {
        if value.is_nan() || better(value, best) {
            value
        } else {
            best
        }
    })
}

impl Condition {
    fn holds(&self, values: &[f64], lets: &[f64]) -> bool {
        match self {
            Self::Constant(value) => *value,
            Self::Compare(left, operator, right) => left
                .value(values, lets)
                .partial_cmp(&right.value(values, lets))
                .is_some_and(|ordering| operator.holds(ordering)),
            Self::Member(signal, members) => members.contains(&at(values, *signal)),
            Self::And(all) => all.iter().all(|one| one.holds(values, lets)),
            Self::Or(all) => all.iter().any(|one| one.holds(values, lets)),
            Self::Not(inner) => !inner.holds(values, lets),
            Self::Implies(left, right) => !left.holds(values, lets) || right.holds(values, lets),
        }
    }
}
