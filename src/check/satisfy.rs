//! A point that keeps given conditions, found without a solver where that is easy.
//!
//! In: conditions of a rule set and a point to start from. Out: a point at which all of them hold
//! by exact evaluation, or nothing. Conditions that fail move a signal they read to where they just
//! hold ([`reach`]), a bounded number of rounds; most rule sets about one recipe need none. Starts
//! spread evenly over the ranges (J. H. Halton, 1960) are tried too.
//! Finding nothing says nothing.

mod reach;

use std::collections::BTreeSet;

use self::reach::Reach;
use super::case::{Case, SignalCase};
use crate::rational::Rational;
use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::{
    BoolExpr, BoolKind, CompareOperator, NumExpr, NumKind, Point, PointValue, RuleSet, SignalId,
    SignalType, Truth,
};

/// Rounds of moving signals, from each start.
const ROUNDS_MAX: u32 = 16;

/// Starts inside the ranges that are tried after the given one.
const STARTS_MAX: u32 = 64;

/// What a strict comparison keeps as a distance: one such part of the limit.
const STRICT_PARTS: i64 = 1000;

/// Bases of the Halton sequence, one per signal that moves between starts; further signals stay.
const BASES: [u32; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];

/// A condition to keep: the second part wherever the first holds.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Where it is wanted; everywhere without.
    pub guard: Option<&'a BoolExpr>,
    /// What is wanted.
    pub body: &'a BoolExpr,
}

/// Returns a start: the recipe where it says something, else the middle of the signal's range.
#[must_use]
pub fn start(rule_set: &RuleSet, case: Option<&Case>) -> Point {
    let mut point = case.map_or_else(|| Point::empty(rule_set), Case::nominal);
    for (place, signal) in rule_set.signals.iter().enumerate() {
        let id = SignalId(place);
        let is_known = case.is_some_and(|case| *case.get(id) != SignalCase::Missing);
        if is_known {
            continue;
        }
        let value = match &signal.signal_type {
            SignalType::OneOf { .. } => PointValue::Member(0),
            SignalType::Number { lower, upper, .. } => PointValue::Number(
                match (
                    lower.as_ref().map(|b| &b.value),
                    upper.as_ref().map(|b| &b.value),
                ) {
                    (Some(low), Some(high)) => &(low + high) * &Rational::ratio(1, 2),
                    (Some(low), None) => low + &Rational::one(),
                    (None, Some(high)) => high - &Rational::one(),
                    (None, None) => Rational::one(),
                },
            ),
        };
        point.set(id, value);
    }
    point
}

/// Looks for a point that keeps all wanted conditions and the ranges of `signals`.
#[must_use]
pub fn satisfy(
    rule_set: &RuleSet,
    wanted: &[Wanted<'_>],
    signals: &BTreeSet<SignalId>,
    start: &Point,
) -> Option<Point> {
    from(rule_set, wanted, signals, start.clone()).or_else(|| {
        let spread = |number| spread(rule_set, signals, start, number);
        (1..=STARTS_MAX).find_map(|number| from(rule_set, wanted, signals, spread(number)))
    })
}

/// The start with a number: every signal with two ends at its own place in its range.
fn spread(rule_set: &RuleSet, signals: &BTreeSet<SignalId>, start: &Point, number: u32) -> Point {
    let mut point = start.clone();
    let numbers = signals
        .iter()
        .filter_map(|&id| match &rule_set.signal(id).signal_type {
            SignalType::Number {
                lower: Some(low),
                upper: Some(high),
                ..
            } => Some((id, &low.value, &high.value)),
            SignalType::Number { .. } | SignalType::OneOf { .. } => None,
        });
    for ((id, low, high), base) in numbers.zip(BASES) {
        let place = low + &(&(high - low) * &radical_inverse(number, base));
        point.set(id, PointValue::Number(place));
    }
    point
}

/// The digits of a number in a base, mirrored at the point: between 0 and 1.
fn radical_inverse(number: u32, base: u32) -> Rational {
    let (mut rest, mut dividend, mut divisor) = (number, 0_i64, 1_i64);
    while rest > 0 {
        dividend = dividend * i64::from(base) + i64::from(rest % base);
        divisor *= i64::from(base);
        rest /= base;
    }
    Rational::ratio(dividend, divisor)
}

fn from(
    rule_set: &RuleSet,
    wanted: &[Wanted<'_>],
    signals: &BTreeSet<SignalId>,
    start: Point,
) -> Option<Point> {
    let mut point = start;
    for round in 0..ROUNDS_MAX {
        let reach = Reach::new(rule_set, round);
        into_ranges(rule_set, signals, &mut point);
        let failing = failing(rule_set, wanted, &point)?;
        if failing.is_empty() {
            return is_in_ranges(rule_set, signals, &point).then_some(point);
        }
        let before = point.clone();
        for condition in failing {
            push(rule_set, reach, condition, true, &mut point);
        }
        if point == before {
            return None;
        }
    }
    None
}

/// The bodies that do not hold; nothing where one has no value.
fn failing<'a>(
    rule_set: &RuleSet,
    wanted: &[Wanted<'a>],
    point: &Point,
) -> Option<Vec<&'a BoolExpr>> {
    let evaluator = Evaluator::new(rule_set, point);
    let mut failing = Vec::new();
    for one in wanted {
        let applies = match one.guard {
            None => Truth::True,
            Some(guard) => evaluator.truth(guard).ok()?,
        };
        if applies == Truth::False {
            continue;
        }
        if applies == Truth::Undecided || evaluator.truth(one.body).ok()? != Truth::True {
            failing.push(one.body);
        }
    }
    Some(failing)
}

fn into_ranges(rule_set: &RuleSet, signals: &BTreeSet<SignalId>, point: &mut Point) {
    for &id in signals {
        if let SignalType::Number { lower, upper, .. } = &rule_set.signal(id).signal_type
            && let PointValue::Number(value) = point.get(id)
        {
            let above = lower.as_ref().filter(|bound| *value < bound.value);
            let below = upper.as_ref().filter(|bound| *value > bound.value);
            if let Some(bound) = above.or(below) {
                let value = bound.value.clone();
                point.set(id, PointValue::Number(value));
            }
        }
    }
}

fn is_in_ranges(rule_set: &RuleSet, signals: &BTreeSet<SignalId>, point: &Point) -> bool {
    signals.iter().all(|&id| {
        let signal_type = &rule_set.signal(id).signal_type;
        match (signal_type, point.get(id)) {
            (SignalType::OneOf { .. }, _) => true,
            (SignalType::Number { .. }, PointValue::Number(value)) => signal_type.admits(value),
            (SignalType::Number { .. }, _) => false,
        }
    })
}

/// Moves signals so that a condition holds (or fails, if `wanted` is false), where it is simple.
fn push(
    rule_set: &RuleSet,
    reach: Reach<'_>,
    condition: &BoolExpr,
    wanted: bool,
    point: &mut Point,
) {
    let holds = |part: &BoolExpr, point: &Point| {
        let truth = Evaluator::new(rule_set, point).truth(part);
        truth == Ok(if wanted { Truth::True } else { Truth::False })
    };
    match &condition.kind {
        BoolKind::Constant(_) => {}
        BoolKind::Not(inner) => push(rule_set, reach, inner, !wanted, point),
        BoolKind::And(parts) | BoolKind::Or(parts) => {
            let needs_all = matches!(condition.kind, BoolKind::And(_)) == wanted;
            for part in parts {
                if needs_all && !holds(part, point) {
                    push(rule_set, reach, part, wanted, point);
                }
            }
            if !needs_all
                && !parts.iter().any(|part| holds(part, point))
                && let Some(first) = parts.first()
            {
                push(rule_set, reach, first, wanted, point);
            }
        }
        BoolKind::Implies(premise, conclusion) => {
            if wanted {
                push(rule_set, reach, conclusion, true, point);
            } else {
                push(rule_set, reach, premise, true, point);
                push(rule_set, reach, conclusion, false, point);
            }
        }
        BoolKind::Member { signal, members } => {
            if let SignalType::OneOf { members: all } = &rule_set.signal(*signal).signal_type {
                let fits = |place: &usize| members.binary_search(place).is_ok() == wanted;
                let is_fit = matches!(point.get(*signal), PointValue::Member(m) if fits(m));
                if let Some(place) = (0..all.len()).find(fits).filter(|_| !is_fit) {
                    point.set(*signal, PointValue::Member(place));
                }
            }
        }
        BoolKind::Compare {
            left,
            operator,
            right,
            ..
        } => {
            let operator = if wanted {
                *operator
            } else {
                operator.negated()
            };
            if let NumKind::Signal(signal) = &left.kind {
                to_limit(rule_set, *signal, operator, right, point);
            } else if let NumKind::Signal(signal) = &right.kind {
                to_limit(rule_set, *signal, operator.mirrored(), left, point);
            } else {
                to_balance(rule_set, reach, (left, operator, right), point);
            }
        }
    }
}

/// Moves a signal in one of two expressions so that their comparison just holds.
fn to_balance(
    rule_set: &RuleSet,
    reach: Reach<'_>,
    (left, operator, right): (&NumExpr, CompareOperator, &NumExpr),
    point: &mut Point,
) {
    let evaluator = Evaluator::new(rule_set, point);
    let (Ok(low), Ok(high)) = (evaluator.value(left), evaluator.value(right)) else {
        return;
    };
    let (low, high) = (low.lower().clone(), high.lower().clone());
    let size = if high.is_zero() {
        Rational::one()
    } else {
        high.abs()
    };
    let beside = &size * &Rational::ratio(1, STRICT_PARTS);
    let apart = match operator {
        CompareOperator::LessEqual | CompareOperator::GreaterEqual | CompareOperator::Equal => {
            Rational::zero()
        }
        CompareOperator::Less => -&beside,
        CompareOperator::Greater | CompareOperator::NotEqual => beside,
    };
    let _ = reach.set(left, &(&high + &apart), point) || reach.set(right, &(&low - &apart), point);
}

/// Sets a signal so that `signal operator limit` holds at this point: to the limit, or halfway to
/// the end of its range where a tie fails.
fn to_limit(
    rule_set: &RuleSet,
    signal: SignalId,
    operator: CompareOperator,
    limit: &NumExpr,
    point: &mut Point,
) {
    let Ok(limit) = Evaluator::new(rule_set, point).value(limit) else {
        return;
    };
    let SignalType::Number { lower, upper, .. } = &rule_set.signal(signal).signal_type else {
        return;
    };
    let half = Rational::ratio(1, 2);
    let value = match operator {
        CompareOperator::LessEqual | CompareOperator::Equal => limit.lower().clone(),
        CompareOperator::GreaterEqual => limit.upper().clone(),
        CompareOperator::Less => match lower {
            Some(bound) => &(&bound.value + limit.lower()) * &half,
            None => limit.lower() - &Rational::one(),
        },
        CompareOperator::Greater | CompareOperator::NotEqual => match upper {
            Some(bound) => &(&bound.value + limit.upper()) * &half,
            None => limit.upper() + &Rational::one(),
        },
    };
    point.set(signal, PointValue::Number(value));
}
