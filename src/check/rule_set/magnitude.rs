//! Limits whose dimension fits but whose size does not.
//!
//! In: a rule set. Out: limits outside the declared range of their signal, and limits far from
//! every other limit on it, with the slip of a unit that would explain them: a factor of 60, 100,
//! 1000 and the like. What no slip explains is no finding here.

use super::finding::Finding;
use crate::rational::Rational;
use crate::rule_language::{BoolKind, CompareOperator, NumKind, RuleSet, SignalId, SignalType};
use crate::span::Span;

/// Factors between units that people mix up, with how it happens.
const SLIPS: [(i64, &str); 6] = [
    (60, "minutes for seconds, or hours for minutes"),
    (100, "a percentage for a fraction, or cm for m"),
    (1000, "a unit one prefix away, such as um for mm"),
    (3600, "hours for seconds"),
    (10_000, "a percentage for ppm, or cm^2 for m^2"),
    (1_000_000, "a unit two prefixes away, or ppm for a fraction"),
];

/// Limits nearer than this factor are no surprise.
const FAR: i64 = 30;

/// A slip explains a limit when it brings it within this factor of another one.
const NEAR: i64 = 3;

/// A limit on a single signal.
struct Limit {
    rule: usize,
    signal: SignalId,
    is_upper: bool,
    value: Rational,
    span: Span,
}

/// Returns the limits that lie where they should not.
pub(super) fn limits(rule_set: &RuleSet) -> Vec<Finding> {
    let all = all_limits(rule_set);
    let mut findings = Vec::new();
    for limit in &all {
        let rule = rule_set.rules[limit.rule].code.clone();
        let signal = rule_set.signal(limit.signal).name.clone();
        let span = limit.span;
        if let Some(slip) = outside(rule_set, limit) {
            findings.push(Finding::LimitOutsideRange {
                rule,
                signal,
                span,
                slip,
            });
        } else if let Some((other, slip)) = implausible(&all, limit) {
            findings.push(Finding::ImplausibleLimit {
                rule,
                signal,
                span,
                other: rule_set.rules[other.rule].code.clone(),
                other_span: other.span,
                slip,
            });
        }
    }
    findings
}

fn all_limits(rule_set: &RuleSet) -> Vec<Limit> {
    let mut limits = Vec::new();
    for (rule, one) in rule_set.rules.iter().enumerate() {
        one.body.comparisons(&mut |comparison| {
            let BoolKind::Compare {
                left,
                operator,
                right,
                ..
            } = &comparison.kind
            else {
                return;
            };
            let (signal, value, is_left) = match (&left.kind, &right.kind) {
                (NumKind::Signal(signal), NumKind::Constant(value)) => (*signal, value, true),
                (NumKind::Constant(value), NumKind::Signal(signal)) => (*signal, value, false),
                _ => return,
            };
            let is_upper = match operator {
                CompareOperator::Less | CompareOperator::LessEqual => is_left,
                CompareOperator::Greater | CompareOperator::GreaterEqual => !is_left,
                CompareOperator::Equal | CompareOperator::NotEqual => true,
            };
            limits.push(Limit {
                rule,
                signal,
                is_upper,
                value: value.clone(),
                span: comparison.span,
            });
        });
    }
    limits
}

/// For a limit outside the range of its signal: the slip that explains it, if one does.
#[expect(
    clippy::option_option,
    reason = "outside or not, and then explained or not"
)]
fn outside(rule_set: &RuleSet, limit: &Limit) -> Option<Option<String>> {
    let declared = rule_set.signal(limit.signal);
    let SignalType::Number { lower, upper, .. } = &declared.signal_type else {
        return None;
    };
    let inside = |value: &Rational| {
        let above = lower.as_ref().is_none_or(|bound| *value >= bound.value);
        above && upper.as_ref().is_none_or(|bound| *value <= bound.value)
    };
    if inside(&limit.value) {
        return None;
    }
    let slip = SLIPS.iter().find_map(|&(factor, how)| {
        let factor_exact = Rational::from(factor);
        let smaller = limit.value.checked_div(&factor_exact)?;
        let larger = &limit.value * &factor_exact;
        let direction = if inside(&smaller) {
            "smaller"
        } else if inside(&larger) {
            "larger"
        } else {
            return None;
        };
        Some(format!("{factor} times {direction} it would fit: {how}?"))
    });
    Some(slip)
}

/// The nearest other limit of the same side, when this one is far from all and a slip explains it.
fn implausible<'a>(all: &'a [Limit], limit: &Limit) -> Option<(&'a Limit, String)> {
    let others = all.iter().filter(|other| {
        other.signal == limit.signal && other.rule != limit.rule && other.is_upper == limit.is_upper
    });
    let mut nearest: Option<(Rational, &Limit)> = None;
    for other in others {
        let factor = apart(&limit.value, &other.value)?;
        if nearest.as_ref().is_none_or(|(known, _)| factor < *known) {
            nearest = Some((factor, other));
        }
    }
    let (factor, other) = nearest?;
    if factor < Rational::from(FAR) {
        return None;
    }
    SLIPS.iter().find_map(|&(slip, how)| {
        let left = apart(&factor, &Rational::from(slip))?;
        let is_near = left <= Rational::from(NEAR);
        is_near.then(|| (other, format!("about {slip} times apart: {how}?")))
    })
}

/// By what factor two positive numbers differ, at least one.
fn apart(a: &Rational, b: &Rational) -> Option<Rational> {
    if !a.is_positive() || !b.is_positive() {
        return None;
    }
    let (a_over_b, b_over_a) = (a.checked_div(b)?, b.checked_div(a)?);
    Some(a_over_b.max(b_over_a))
}
