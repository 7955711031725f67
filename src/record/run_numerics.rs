//! Numerical error of a run, held against its spreads and margins; no part of a record.
//!
//! In: filled by `run::numerics`. Out: plain data for report and page: every outcome, and what is
//! not small.

use super::numerics::OutcomeNumerics;

/// The numerical error that is small: a share of what it is held against.
pub const SMALL: f64 = 0.1;

/// Numerical error of a requested recipe, held against its spreads and margins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RunNumerics {
    /// Every outcome.
    pub outcomes: Vec<OutcomeNumerics>,
    /// What is not small, in the order of outcomes, then rules.
    pub large: Vec<LargeNumerics>,
    /// Why nothing is known, if so.
    pub failed: Option<String>,
}

impl RunNumerics {
    /// The numerical error of one outcome.
    #[must_use]
    pub fn of(&self, name: &str) -> Option<&OutcomeNumerics> {
        self.outcomes.iter().find(|one| one.name == name)
    }
}

/// What a numerical error is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Against {
    /// The standard deviation of an outcome over the samples.
    Spread,
    /// The margin of a rule.
    Margin,
}

/// A numerical error that is not small.
#[derive(Clone, Debug, PartialEq)]
pub struct LargeNumerics {
    /// Dictionary name of the outcome, or code of the rule.
    pub name: String,
    /// What it is held against.
    pub against: Against,
    /// The error as a share of that; infinite where there is no margin at all, not a number where
    /// the error decides whether a rule applies.
    pub share: f64,
}
