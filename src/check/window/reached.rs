//! The reach of a parameter where rules hold `exp`, `ln` or `sqrt`, which no optimiser knows.
//!
//! In: all rules, the case in which the others are free, the axis, and the end that the rules
//! without functions leave. Out: the same end where a point attains it, else between what a point
//! reaches and what branch and prune refutes beyond it. Every point was evaluated exactly, every
//! refutation is a certificate that the checker read; questions are bounded in number.

use super::Axis;
use crate::check::case::Case;
use crate::check::compile::variable_of;
use crate::check::encode::{Encoder, tolerances};
use crate::check::optimum::Optimum;
use crate::check::prove::Values;
use crate::check::query::{Formula, Model, Query, Term, Value, VarId, Want};
use crate::check::refute::{Budget, Refuted, refute};
use crate::rational::Rational;
use crate::rule_language::{Rule, RuleSet, SignalId};

/// Questions about one end.
const QUESTIONS: usize = 32;

/// Inside and outside this near, in shares of the range, are near enough.
const NEAR: (i64, i64) = (1, 1 << 28);

/// What one question may cost.
const BUDGET: Budget = Budget {
    leaves: 256,
    boxes: 400,
};

/// "All rules hold, the axis and the others in their ranges."
pub(super) struct Asked {
    query: Query,
    signals: Vec<(SignalId, VarId)>,
    axis: VarId,
    range: (Rational, Rational),
}

/// A place on the axis where all rules hold.
type Place = (Rational, Values);

impl Asked {
    /// Writes the question; nothing where a rule is too large or none reads the axis.
    pub(super) fn new(
        rule_set: &RuleSet,
        rules: &[&Rule],
        moving: &Case,
        (axis, range): (&Axis, &(Rational, Rational)),
    ) -> Option<Self> {
        let mut encoder = Encoder::new(rule_set).with_functions();
        let mut assertions = Vec::new();
        for rule in rules {
            let guard = Box::new(encoder.formula(&rule.guard)?);
            let body = Box::new(encoder.formula(&rule.body)?);
            assertions.push((rule.code.clone(), Formula::Implies(guard, body)));
        }
        assertions.extend(tolerances(&encoder, moving));
        let signals: Vec<(SignalId, VarId)> =
            encoder.signals().iter().map(|(&s, &v)| (s, v)).collect();
        let own = signals.iter().find(|(signal, _)| *signal == axis.signal)?;
        let axis = own.1;
        Some(Self {
            query: encoder.query(assertions, Want::Model),
            signals,
            axis,
            range: range.clone(),
        })
    }

    /// Whether all rules hold somewhere with the axis at `bound` or beyond it.
    fn beyond(&self, bound: &Rational, upwards: bool) -> Option<Option<Place>> {
        let mut query = self.query.clone();
        let (axis, bound) = (Term::Real(self.axis), Term::Rational(bound.clone()));
        let formula = if upwards {
            Formula::Le(bound, axis)
        } else {
            Formula::Le(axis, bound)
        };
        query.assertions.push(("beyond".to_owned(), formula));
        match refute(&query, &BUDGET) {
            Refuted::Certified(_) => Some(None),
            Refuted::Model(model) => Some(Some(self.place(&model)?)),
            Refuted::TooLarge | Refuted::Open(_) => None,
        }
    }

    fn place(&self, model: &Model) -> Option<Place> {
        let number = |id: VarId| match model.value(id) {
            Some(Value::Real(value)) => Some(value.clone()),
            Some(Value::Bool(_) | Value::Enum(_)) | None => None,
        };
        let one = |&(signal, id): &(SignalId, VarId)| Some((variable_of(signal), number(id)?));
        let values = self.signals.iter().filter_map(one).collect();
        Some((number(self.axis)?, values))
    }

    /// The end that all rules leave, from the end that those without functions leave.
    pub(super) fn end(&self, plain: Optimum, upwards: bool) -> Optimum {
        let (low, high) = &self.range;
        let (near_end, far_end) = if upwards { (low, high) } else { (high, low) };
        let mut outside = match &plain {
            Optimum::Attained { value, .. } | Optimum::Approached { value, .. } => value.clone(),
            Optimum::Between { outside, .. } => outside.clone(),
            Optimum::Impossible(_) => return plain,
            Optimum::TooLarge => far_end.clone(),
        };
        if let Some(Some((_, point))) = self.beyond(&outside, upwards) {
            return attained(plain, outside, point);
        }
        let mut inside = match self.beyond(near_end, upwards) {
            Some(None) => return Optimum::Impossible(None),
            Some(found) => found,
            None => None,
        };
        let near = &(high - low) * &Rational::ratio(NEAR.0, NEAR.1);
        // Below it every question is answered, or was given up.
        let mut floor = inside.as_ref().map_or(near_end, |(value, _)| value).clone();
        for _ in 0..QUESTIONS {
            if (&outside - &floor).abs() <= near {
                break;
            }
            let middle = &(&floor + &outside) * &Rational::ratio(1, 2);
            match self.beyond(&middle, upwards) {
                Some(Some(place)) => {
                    floor = place.0.clone();
                    inside = Some(place);
                }
                Some(None) => outside = middle,
                None => floor = middle,
            }
        }
        Optimum::Between { inside, outside }
    }
}

/// The end of the plain rules is reached: what proves that nothing lies beyond it still does.
fn attained(plain: Optimum, value: Rational, point: Values) -> Optimum {
    let beyond = match plain {
        Optimum::Attained { beyond, .. } => beyond,
        Optimum::Approached { .. }
        | Optimum::Between { .. }
        | Optimum::Impossible(_)
        | Optimum::TooLarge => None,
    };
    Optimum::Attained {
        value,
        point,
        beyond,
    }
}
