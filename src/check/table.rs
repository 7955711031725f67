//! Tables: every row judged exactly, without tolerances.
//!
//! In: a rule set and points, one per row. Out: per rule how many rows say what, and which rows
//! are violated, tied (the slack is exactly zero, so the rounding of the data decides) or without
//! an answer. Rows are evaluated one by one; nothing is stored but the counts and those lists.

use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::{EvaluateError, Point, PointVerdict, Rule, RuleSet};

/// What the rows of a table say about one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleCounts {
    /// Rows where the guard does not hold.
    pub idle: u64,
    /// Rows that hold with at least the guard band.
    pub holds: u64,
    /// Rows that hold by less than the guard band.
    pub conditional: u64,
    /// Rows that violate the rule.
    pub violated: u64,
    /// Rows without an answer.
    pub undecided: u64,
    /// The violated rows, from zero.
    pub violated_rows: Vec<u64>,
    /// Rows in which the guard holds and the slack is exactly zero, from zero.
    pub tie_rows: Vec<u64>,
    /// The rows without an answer, from zero, and why.
    pub undecided_rows: Vec<(u64, RowObstacle)>,
}

/// Why a row has no answer for a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowObstacle {
    /// A value is missing, or a divisor is zero.
    NoValue(EvaluateError),
    /// Closer to the limit than the known digits of pi or of a function.
    Pi,
}

/// What the rows of a table say about all rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableSummary {
    /// How many rows were judged.
    pub rows: u64,
    /// One entry per rule, in the order of the rule set.
    pub rules: Vec<RuleCounts>,
}

/// Judges every row by every rule.
#[must_use]
pub fn judge_rows(rule_set: &RuleSet, rows: impl Iterator<Item = Point>) -> TableSummary {
    let mut summary = TableSummary {
        rows: 0,
        rules: vec![RuleCounts::default(); rule_set.rules.len()],
    };
    for point in rows {
        let evaluator = Evaluator::new(rule_set, &point);
        for (rule, counts) in rule_set.rules.iter().zip(&mut summary.rules) {
            counts.add(summary.rows, rule, &evaluator);
        }
        summary.rows += 1;
    }
    summary
}

impl RuleCounts {
    fn add(&mut self, row: u64, rule: &Rule, evaluator: &Evaluator<'_>) {
        match evaluator.verdict(rule) {
            Ok(PointVerdict::Idle) => {
                self.idle += 1;
                return;
            }
            Ok(PointVerdict::Pass) => self.holds += 1,
            Ok(PointVerdict::Conditional) => self.conditional += 1,
            Ok(PointVerdict::Fail) => {
                self.violated += 1;
                self.violated_rows.push(row);
            }
            Ok(PointVerdict::Undecided) => {
                self.undecided += 1;
                self.undecided_rows.push((row, RowObstacle::Pi));
            }
            Err(error) => {
                self.undecided += 1;
                self.undecided_rows.push((row, RowObstacle::NoValue(error)));
                return;
            }
        }
        let margin = evaluator.margin(&rule.body);
        if margin.is_ok_and(|margin| margin.is_some_and(|margin| margin.is_tie())) {
            self.tie_rows.push(row);
        }
    }
}
