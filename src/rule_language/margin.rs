//! Margins: by how much a body holds or fails, exact and in SI units.
//!
//! In: a condition and a point. Out: for `a <= b` the slack b − a, for a conjunction the least
//! slack, for a disjunction the greatest, negative where the body fails. A margin of zero is a
//! tie: the text of the comparison alone decides it, so reports can name it. Slacks of different
//! kinds are not ranked against each other.

use super::evaluate::{EvaluateError, Evaluator, Truth};
use super::expression::{BoolExpr, BoolKind, CompareOperator};
use super::value::Value;
use crate::quantity::QuantityType;
use crate::span::Span;

/// By how much a comparison holds (positive) or fails (negative).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Margin {
    /// Slack in SI units, a difference of the compared quantities.
    pub value: Value,
    /// Kind of the compared quantities.
    pub quantity_type: QuantityType,
    /// Whether a tie violates (`<`, `>`, `!=`).
    pub strict: bool,
    /// The comparison that gives the margin.
    pub comparison: Span,
}

impl Margin {
    /// Tells whether both sides are exactly equal.
    #[must_use]
    pub fn is_tie(&self) -> bool {
        self.value.exact().is_some_and(|value| value.is_zero())
    }
}

/// Slack of a condition; the infinite ones come from conditions without comparison.
enum Slack {
    Finite(Margin),
    Infinite { holds: bool },
    MixedKinds,
}

impl Slack {
    fn negated(self) -> Self {
        match self {
            Self::Finite(margin) => Self::Finite(Margin {
                value: margin.value.negative(),
                strict: !margin.strict,
                ..margin
            }),
            Self::Infinite { holds } => Self::Infinite { holds: !holds },
            Self::MixedKinds => Self::MixedKinds,
        }
    }

    /// The lesser of both.
    fn least(self, other: Self) -> Self {
        match (self, other) {
            (Self::Infinite { holds: false }, _) | (_, Self::Infinite { holds: false }) => {
                Self::Infinite { holds: false }
            }
            (Self::Infinite { holds: true }, slack) | (slack, Self::Infinite { holds: true }) => {
                slack
            }
            (Self::MixedKinds, _) | (_, Self::MixedKinds) => Self::MixedKinds,
            (Self::Finite(a), Self::Finite(b)) if a.quantity_type != b.quantity_type => {
                Self::MixedKinds
            }
            (Self::Finite(a), Self::Finite(b)) => {
                let lesser = (a.value.lower(), !a.strict) <= (b.value.lower(), !b.strict);
                Self::Finite(if lesser { a } else { b })
            }
        }
    }
}

impl Evaluator<'_> {
    /// Returns the margin of a condition; `None` when no comparison decides it or comparisons of
    /// different kinds meet. See [`Evaluator::margins`] for those.
    ///
    /// # Errors
    /// [`EvaluateError`].
    pub fn margin(&self, condition: &BoolExpr) -> Result<Option<Margin>, EvaluateError> {
        Ok(match self.slack(condition)? {
            Slack::Finite(margin) => Some(margin),
            Slack::Infinite { .. } | Slack::MixedKinds => None,
        })
    }

    /// Returns the margin of every comparison in a condition, in the order written, each taken
    /// by itself.
    ///
    /// # Errors
    /// [`EvaluateError`].
    pub fn margins(&self, condition: &BoolExpr) -> Result<Vec<Margin>, EvaluateError> {
        let mut comparisons = Vec::new();
        condition.comparisons(&mut |comparison| comparisons.push(comparison));
        let mut margins = Vec::new();
        for comparison in comparisons {
            if let Slack::Finite(margin) = self.slack(comparison)? {
                margins.push(margin);
            }
        }
        Ok(margins)
    }

    fn slack(&self, condition: &BoolExpr) -> Result<Slack, EvaluateError> {
        match &condition.kind {
            BoolKind::Constant(holds) => Ok(Slack::Infinite { holds: *holds }),
            BoolKind::Member { .. } => Ok(Slack::Infinite {
                holds: self.truth(condition)? == Truth::True,
            }),
            BoolKind::Compare {
                left,
                operator,
                right,
                quantity_type,
            } => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                Ok(Slack::Finite(Margin {
                    value: difference(&left, *operator, &right),
                    quantity_type: *quantity_type,
                    strict: operator.is_strict(),
                    comparison: condition.span,
                }))
            }
            BoolKind::And(all) => self.fold_slack(all, false),
            BoolKind::Or(all) => self.fold_slack(all, true),
            BoolKind::Not(inner) => Ok(self.slack(inner)?.negated()),
            BoolKind::Implies(left, right) => {
                let fails = self.slack(left)?;
                let holds = self.slack(right)?;
                Ok(fails.least(holds.negated()).negated())
            }
        }
    }

    /// Least slack, or the greatest if `dual`.
    fn fold_slack(&self, all: &[BoolExpr], dual: bool) -> Result<Slack, EvaluateError> {
        let mut result = Slack::Infinite { holds: true };
        for one in all {
            let slack = self.slack(one)?;
            result = result.least(if dual { slack.negated() } else { slack });
        }
        Ok(if dual { result.negated() } else { result })
    }
}

fn difference(left: &Value, operator: CompareOperator, right: &Value) -> Value {
    match operator {
        CompareOperator::Less | CompareOperator::LessEqual => right.minus(left),
        CompareOperator::Greater | CompareOperator::GreaterEqual => left.minus(right),
        CompareOperator::Equal => left.minus(right).absolute().negative(),
        CompareOperator::NotEqual => left.minus(right).absolute(),
    }
}
