//! A case: what is known about each signal when a recipe is judged.
//!
//! In: values from a recipe, a table row or a rule-local test. Out: per signal a number with its
//! hard tolerance interval and the step in which the plant sets it, a choice, or nothing. All in
//! exact SI units. The judge takes nothing else from a recipe.

use crate::rational::Rational;
use crate::rule_language::{Point, PointValue, RuleSet, SignalId};

/// What is known about one signal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignalCase {
    /// Nothing.
    #[default]
    Missing,
    /// A choice, by its index in the signal's list.
    Choice(usize),
    /// A number.
    Number(NumberCase),
}

/// A number with its hard tolerance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberCase {
    /// The value aimed at, SI.
    pub nominal: Rational,
    /// Least value the tolerance allows, SI; at most `nominal`.
    pub low: Rational,
    /// Greatest value the tolerance allows, SI; at least `nominal`.
    pub high: Rational,
    /// The step in which the plant sets it, SI, where known.
    pub step: Option<Rational>,
}

impl NumberCase {
    /// Returns a number without tolerance.
    #[must_use]
    pub fn exact(nominal: Rational) -> Self {
        Self {
            low: nominal.clone(),
            high: nominal.clone(),
            nominal,
            step: None,
        }
    }
}

/// What is known about every signal of a rule set, by [`SignalId`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Case {
    /// By index; signals beyond the end are missing.
    pub signals: Vec<SignalCase>,
}

impl Case {
    /// Returns a case in which every signal of the rule set is missing.
    #[must_use]
    pub fn empty(rule_set: &RuleSet) -> Self {
        Self {
            signals: vec![SignalCase::Missing; rule_set.signals.len()],
        }
    }

    /// Returns the case of one point, without tolerances.
    #[must_use]
    pub fn of_point(point: &Point) -> Self {
        let signal = |value: &PointValue| match value {
            PointValue::Number(value) => SignalCase::Number(NumberCase::exact(value.clone())),
            PointValue::Member(member) => SignalCase::Choice(*member),
            PointValue::Missing => SignalCase::Missing,
        };
        Self {
            signals: point.values.iter().map(signal).collect(),
        }
    }

    /// Sets what is known about a signal.
    pub fn set(&mut self, signal: SignalId, known: SignalCase) {
        if self.signals.len() <= signal.0 {
            self.signals.resize(signal.0 + 1, SignalCase::Missing);
        }
        self.signals[signal.0] = known;
    }

    /// Returns what is known about a signal.
    #[must_use]
    pub fn get(&self, signal: SignalId) -> &SignalCase {
        self.signals.get(signal.0).unwrap_or(&SignalCase::Missing)
    }

    /// Returns the point aimed at.
    #[must_use]
    pub fn nominal(&self) -> Point {
        let value = |known: &SignalCase| match known {
            SignalCase::Missing => PointValue::Missing,
            SignalCase::Choice(member) => PointValue::Member(*member),
            SignalCase::Number(number) => PointValue::Number(number.nominal.clone()),
        };
        Point {
            values: self.signals.iter().map(value).collect(),
        }
    }
}
