//! The rows of a table judged by the rules, block by block.
//!
//! In: a table, a rule set. Out: counts per rule with the rows that fail and the rows that lie
//! exactly on a limit. Only the text of the table and one block of its rows are in memory. A
//! signal without `column` has no value in any row, nor has a null of a Parquet file; a rule that
//! reads it is undecided there.

use super::columns::Mapped;
use crate::check::kernel::{BLOCK_ROWS, Column, Kernel};
use crate::check::table::{RowObstacle, TableSummary as Counts};
use crate::document::Intake;
use crate::record::body::Finding;
use crate::record::findings::{TableRule, TableSummary};
use crate::rule_language::{EvaluateError, RuleSet};
use crate::table::{Blocks, TableFormat};

/// Hears how far a table is; nothing of it reaches an answer.
pub trait Watch {
    /// Rows were read; so many bytes (of text) or rows of so many are done.
    fn read(&self, done: u64, total: u64);
    /// So many rows were judged by so many rules; some of them in exact arithmetic.
    fn judged(&self, rows: u64, exact_rows: u64, rules: u64);
}

/// Hears nothing.
pub struct Unwatched;

impl Watch for Unwatched {
    fn read(&self, _done: u64, _total: u64) {}
    fn judged(&self, _rows: u64, _exact_rows: u64, _rules: u64) {}
}

/// A judged table.
pub struct Judged {
    /// Counts per rule.
    pub summary: TableSummary,
    /// Why rows are undecided, one finding per rule.
    pub findings: Vec<Finding>,
}

/// Judges every row; `None` after diagnostics in the intake.
pub fn judge(
    intake: &mut Intake<'_>,
    (path, format): (&str, &TableFormat),
    rules: &RuleSet,
    watch: &dyn Watch,
) -> Option<Judged> {
    let mut blocks = Blocks::open(intake, path, format)?;
    let mut mapped = Mapped::all(rules, blocks.table(), intake)?;
    let wanted: Vec<usize> = mapped.iter().map(Mapped::index).collect();
    blocks.select(&wanted);
    let judged = judge_blocks(intake, &mut blocks, &mut mapped, rules, watch)?;
    if mapped.iter().any(Mapped::has_problems) {
        for column in mapped {
            column.report(intake);
        }
        return None;
    }
    let findings = findings(intake, rules, &judged);
    Some(Judged {
        summary: summary(path, rules, judged),
        findings,
    })
}

/// Reads and judges block after block; after a cell that cannot be read it only reads.
fn judge_blocks(
    intake: &Intake<'_>,
    blocks: &mut Blocks,
    mapped: &mut [Mapped],
    rules: &RuleSet,
    watch: &dyn Watch,
) -> Option<Counts> {
    let texts = &intake.sources;
    let mut kernel = Kernel::new(rules, &Mapped::sources(rules, mapped));
    let mut columns = vec![Column::Missing; rules.signals.len()];
    loop {
        match blocks.advance(texts, BLOCK_ROWS) {
            Ok(0) => return Some(kernel.finish()),
            Ok(_) => {}
            Err(wrong) => return intake.report.all_or(Err(wrong)),
        }
        for column in &mut *mapped {
            column.read(blocks.table(), texts, &mut columns);
        }
        let (done, total) = blocks.progress();
        watch.read(done, total);
        if !mapped.iter().any(Mapped::has_problems) {
            let place = (blocks.table(), texts);
            kernel.judge(&columns, &|row| Mapped::point(rules, mapped, place, row));
            let so_far = kernel.so_far();
            watch.judged(so_far.rows, so_far.exact_rows, so_far.rules.len() as u64);
        }
    }
}

fn findings(intake: &Intake<'_>, rules: &RuleSet, judged: &Counts) -> Vec<Finding> {
    let counted = rules.rules.iter().zip(&judged.rules);
    counted
        .filter_map(|(rule, counts)| {
            let (row, why) = counts.first_undecided.as_ref()?;
            Some(Finding {
                code: "undecided-rows".to_owned(),
                level: "warning".to_owned(),
                message: format!(
                    "`{}` is undecided in {} of {} rows, first in row {}: {}",
                    rule.code,
                    counts.undecided,
                    judged.rows,
                    row + 1,
                    obstacle(rules, why)
                ),
                places: vec![super::place(&intake.sources, rule.code_span)],
                grounds: Vec::new(),
            })
        })
        .collect()
}

fn summary(path: &str, rules: &RuleSet, judged: Counts) -> TableSummary {
    let from_one = |rows: &[u64]| rows.iter().map(|row| row + 1).collect();
    let counted = rules.rules.iter().zip(&judged.rules);
    let rows = counted.map(|(rule, counts)| TableRule {
        code: rule.code.clone(),
        idle: counts.idle,
        holds: counts.holds,
        conditional: counts.conditional,
        violated: counts.violated,
        undecided: counts.undecided,
        ties: counts.ties,
        exact: counts.exact,
        violated_rows: from_one(&counts.violated_rows),
        tie_rows: from_one(&counts.tie_rows),
    });
    TableSummary {
        path: path.to_owned(),
        rows: judged.rows,
        exact_rows: judged.exact_rows,
        rules: rows.collect(),
    }
}

fn obstacle(rules: &RuleSet, why: &RowObstacle) -> String {
    match why {
        RowObstacle::NoValue(EvaluateError::Missing { signal, .. }) => {
            let has_column = rules
                .signal_named(signal)
                .is_some_and(|id| rules.signal(id).column.is_some());
            if has_column {
                format!("`{signal}` has no value")
            } else {
                format!("`{signal}` has no `column`")
            }
        }
        RowObstacle::NoValue(error) => error.to_string(),
        RowObstacle::Pi => {
            "closer to the limit than the known digits of `pi` or a function".to_owned()
        }
    }
}
