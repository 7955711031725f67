//! Tables: every row judged exactly, without tolerances.
//!
//! In: a rule set and points, one per row. Out: per rule how many rows say what, and which rows
//! are violated or tied (the slack is exactly zero, so the rounding of the data decides), at most
//! [`ROWS_LISTED_MAX`] of each. Rows are evaluated one by one; nothing is stored but the counts
//! and those lists. [`kernel`](super::kernel) gives the same answer faster.

use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::{EvaluateError, Point, PointVerdict, Rule, RuleSet};

/// Rows that are listed by number for one rule; the counts say how many there are.
pub const ROWS_LISTED_MAX: usize = 10_000;

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
    /// Rows in which the guard holds and the slack is exactly zero.
    pub ties: u64,
    /// Rows that were judged in exact arithmetic.
    pub exact: u64,
    /// The first violated rows, from zero.
    pub violated_rows: Vec<u64>,
    /// The first rows with a slack of exactly zero, from zero.
    pub tie_rows: Vec<u64>,
    /// The first row without an answer, from zero, and why.
    pub first_undecided: Option<(u64, RowObstacle)>,
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
    /// Rows in which at least one rule was judged in exact arithmetic.
    pub exact_rows: u64,
    /// One entry per rule, in the order of the rule set.
    pub rules: Vec<RuleCounts>,
}

impl TableSummary {
    /// Returns the summary of no rows.
    #[must_use]
    pub fn of(rule_set: &RuleSet) -> Self {
        Self {
            rows: 0,
            exact_rows: 0,
            rules: vec![RuleCounts::default(); rule_set.rules.len()],
        }
    }
}

/// Judges every row by every rule in exact arithmetic.
#[must_use]
pub fn judge_rows(rule_set: &RuleSet, rows: impl Iterator<Item = Point>) -> TableSummary {
    let mut summary = TableSummary::of(rule_set);
    for point in rows {
        let evaluator = Evaluator::new(rule_set, &point);
        for (rule, counts) in rule_set.rules.iter().zip(&mut summary.rules) {
            counts.add(summary.rows, rule, &evaluator);
            counts.exact += 1;
        }
        summary.rows += 1;
        summary.exact_rows += 1;
    }
    summary
}

impl RuleCounts {
    pub(super) fn add(&mut self, row: u64, rule: &Rule, evaluator: &Evaluator<'_>) {
        match evaluator.verdict(rule) {
            Ok(PointVerdict::Idle) => {
                self.idle += 1;
                return;
            }
            Ok(PointVerdict::Pass) => self.holds += 1,
            Ok(PointVerdict::Conditional) => self.conditional += 1,
            Ok(PointVerdict::Fail) => self.violate(row),
            Ok(PointVerdict::Undecided) => self.leave_open(row, RowObstacle::Pi),
            Err(error) => {
                self.leave_open(row, RowObstacle::NoValue(error));
                return;
            }
        }
        let margin = evaluator.margin(&rule.body);
        if margin.is_ok_and(|margin| margin.is_some_and(|margin| margin.is_tie())) {
            self.tie(row);
        }
    }

    /// Whether further violated rows are only counted.
    pub(super) fn lists_no_more(&self) -> bool {
        self.violated_rows.len() == ROWS_LISTED_MAX
    }

    pub(super) fn violate(&mut self, row: u64) {
        self.violated += 1;
        if self.violated_rows.len() < ROWS_LISTED_MAX {
            self.violated_rows.push(row);
        }
    }

    pub(super) fn tie(&mut self, row: u64) {
        self.ties += 1;
        if self.tie_rows.len() < ROWS_LISTED_MAX {
            self.tie_rows.push(row);
        }
    }

    fn leave_open(&mut self, row: u64, why: RowObstacle) {
        self.undecided += 1;
        self.first_undecided.get_or_insert((row, why));
    }
}
