//! Moves one signal so that an expression takes a value.
//!
//! In: a numeric expression, the value it should take, a point. Out: whether a signal was moved.
//! The expression is turned inside out (a sum hands the difference on to a summand, a product the
//! quotient to a factor) until a signal is met whose range holds the value. One signal moves per
//! call, or several of a `min` or `max`; which one is asked first differs between rounds, so that a
//! signal which other conditions hold in its place does not block the others.

use crate::rational::Rational;
use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::{NumExpr, NumKind, Point, PointValue, RuleSet, SignalId, Truth};

/// The reach of one round.
#[derive(Clone, Copy)]
pub struct Reach<'a> {
    rule_set: &'a RuleSet,
    /// One bit per level of nesting: whether right parts are asked first.
    right_first: u32,
}

impl<'a> Reach<'a> {
    /// Prepares a round; the first one asks left parts first.
    #[must_use]
    pub fn new(rule_set: &'a RuleSet, round: u32) -> Self {
        // Multiples of the golden section fill the levels with ever other patterns.
        let right_first = round.wrapping_mul(0x9e37_79b9);
        Self {
            rule_set,
            right_first,
        }
    }

    /// The reach one level further in.
    fn inner(self) -> Self {
        let right_first = self.right_first.rotate_left(1);
        Self {
            right_first,
            ..self
        }
    }

    fn is_right_first(self) -> bool {
        self.right_first >> 31 == 1
    }

    /// Moves a signal so that `expression` takes the value `target` at the point.
    pub fn set(&self, expression: &NumExpr, target: &Rational, point: &mut Point) -> bool {
        match &expression.kind {
            NumKind::Constant(_) | NumKind::Pi | NumKind::Function(..) => false,
            NumKind::Signal(signal) => self.set_signal(*signal, target, point),
            NumKind::Let(id) => self.set(&self.rule_set.let_part(*id).expr, target, point),
            NumKind::Negate(inner) => self.set(inner, &-target, point),
            NumKind::Add(a, b) => self.sides(point, (a, b), |_, other| Some(target - other)),
            NumKind::Subtract(a, b) => self.sides(point, (a, b), |is_left, other| {
                Some(match is_left {
                    true => target + other,
                    false => other - target,
                })
            }),
            NumKind::Multiply(a, b) => {
                self.sides(point, (a, b), |_, other| target.checked_div(other))
            }
            NumKind::Divide(a, b) => self.sides(point, (a, b), |is_left, other| match is_left {
                true => Some(target * other),
                false => other.checked_div(target),
            }),
            NumKind::Power(base, 1) => self.set(base, target, point),
            NumKind::Power(base, -1) => Rational::one()
                .checked_div(target)
                .is_some_and(|value| self.set(base, &value, point)),
            NumKind::Power(..) => false,
            NumKind::Minimum(parts) => self.each(parts, target, point, |value| value < target),
            NumKind::Maximum(parts) => self.each(parts, target, point, |value| value > target),
            NumKind::Absolute(inner) => match self.value(inner, point) {
                Some(value) if value < Rational::zero() => self.set(inner, &-target, point),
                Some(_) => self.set(inner, target, point),
                None => false,
            },
            NumKind::If(condition, then, otherwise) => {
                match Evaluator::new(self.rule_set, point).truth(condition) {
                    Ok(Truth::True) => self.set(then, target, point),
                    Ok(Truth::False) => self.set(otherwise, target, point),
                    Ok(Truth::Undecided) | Err(_) => false,
                }
            }
        }
    }

    fn value(&self, expression: &NumExpr, point: &Point) -> Option<Rational> {
        let value = Evaluator::new(self.rule_set, point).value(expression);
        value.ok().map(|value| value.lower().clone())
    }

    fn set_signal(&self, signal: SignalId, target: &Rational, point: &mut Point) -> bool {
        let fits = self.rule_set.signal(signal).signal_type.admits(target);
        if fits {
            point.set(signal, PointValue::Number(target.clone()));
        }
        fits
    }

    /// Asks both parts of an operation; `wanted` makes the value of the left or right part from
    /// that of the other.
    fn sides(
        &self,
        point: &mut Point,
        (a, b): (&NumExpr, &NumExpr),
        wanted: impl Fn(bool, &Rational) -> Option<Rational>,
    ) -> bool {
        let (Some(left), Some(right)) = (self.value(a, point), self.value(b, point)) else {
            return false;
        };
        let mut sides = [(a, wanted(true, &right)), (b, wanted(false, &left))];
        if self.is_right_first() {
            sides.reverse();
        }
        sides
            .into_iter()
            .any(|(part, value)| value.is_some_and(|value| self.inner().set(part, &value, point)))
    }

    /// Moves every part that is beyond the target, or the first where none is.
    fn each(
        &self,
        parts: &[NumExpr],
        target: &Rational,
        point: &mut Point,
        is_beyond: impl Fn(&Rational) -> bool,
    ) -> bool {
        let mut is_moved = false;
        for part in parts {
            if self
                .value(part, point)
                .is_some_and(|value| is_beyond(&value))
            {
                is_moved |= self.set(part, target, point);
            }
        }
        is_moved
            || parts
                .first()
                .is_some_and(|part| self.set(part, target, point))
    }
}
