//! The rows of a table as points, through the `column` maps of the signals.
//!
//! In: a table, a rule set. Out: counts per rule with the rows that fail and the rows that lie
//! exactly on a limit. Units in the headers are read and checked. A cell that cannot be read is a
//! diagnostic with row and column; nothing is skipped. A signal without `column` has no value in
//! any row, and a rule that reads it is undecided there.

use std::collections::BTreeMap;

use crate::check::table::{RowObstacle, judge_rows};
use crate::diagnostic::{Diagnostic, quoted_list};
use crate::document::{Expected, Intake, codes};
use crate::rational::Rational;
use crate::record::body::Finding;
use crate::record::findings::{TableRule, TableSummary};
use crate::rule_language::rule_set::ColumnMap;
use crate::rule_language::{
    EvaluateError, Point, PointValue, RuleSet, Signal, SignalId, SignalType,
};
use crate::table::{Table, TableFormat};

/// Words outside a closed list that are shown for one column; the rest is counted.
const SHOWN_MAX: usize = 10;

/// A judged table.
pub struct Judged {
    /// Counts per rule.
    pub summary: TableSummary,
    /// Why rows are undecided, one finding per rule.
    pub findings: Vec<Finding>,
}

/// A mapped column.
enum Values {
    Numbers(Vec<Rational>),
    Members(Vec<usize>),
}

/// Judges every row; `None` after diagnostics in the intake.
pub fn judge(
    intake: &mut Intake<'_>,
    (path, format): (&str, &TableFormat),
    rules: &RuleSet,
) -> Option<Judged> {
    let table = Table::read(intake, path, None, format)?;
    let mut mapped = Vec::new();
    let mut is_complete = true;
    for (at, signal) in rules.signals.iter().enumerate() {
        let Some(map) = &signal.column else { continue };
        match values(&table, signal, map, intake) {
            Some(values) => mapped.push((SignalId(at), values)),
            None => is_complete = false,
        }
    }
    if mapped.is_empty() && is_complete {
        intake.report.push(
            Diagnostic::error_without_place(
                codes::TABLE,
                format!("no signal of the rules has a column of `{path}`"),
            )
            .help("say which column carries a signal: `signal … column \"Torque [Nm]\"`"),
        );
        return None;
    }
    if !is_complete {
        return None;
    }
    let rows = (0..table.row_count()).map(|row| point(rules, &mapped, row));
    let judged = judge_rows(rules, rows);
    let findings = rules
        .rules
        .iter()
        .zip(&judged.rules)
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
            })
        })
        .collect();
    let from_one = |rows: &[u64]| rows.iter().map(|row| row + 1).collect();
    let counted = rules.rules.iter().zip(&judged.rules);
    let rows = counted.map(|(rule, counts)| TableRule {
        code: rule.code.clone(),
        idle: counts.idle,
        holds: counts.holds,
        conditional: counts.conditional,
        violated: counts.violated,
        undecided: counts.undecided,
        violated_rows: from_one(&counts.violated_rows),
        tie_rows: from_one(&counts.tie_rows),
    });
    Some(Judged {
        summary: TableSummary {
            path: path.to_owned(),
            rows: judged.rows,
            rules: rows.collect(),
        },
        findings,
    })
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

fn point(rules: &RuleSet, mapped: &[(SignalId, Values)], row: usize) -> Point {
    let mut point = Point::empty(rules);
    for (signal, values) in mapped {
        let value = match values {
            Values::Numbers(numbers) => PointValue::Number(numbers[row].clone()),
            Values::Members(members) => PointValue::Member(members[row]),
        };
        point.set(*signal, value);
    }
    point
}

/// Reads the column of a signal; `None` after diagnostics.
fn values(table: &Table, signal: &Signal, map: &ColumnMap, intake: &Intake<'_>) -> Option<Values> {
    let Some(column) = table
        .find(&map.header)
        .or_else(|| table.find(bare(&map.header)))
    else {
        let headers: Vec<&str> = table.columns.iter().map(|c| c.header.as_str()).collect();
        let message = format!(
            "the table `{}` has no column `{}` for `{}`",
            table.path, map.header, signal.name
        );
        intake.report.push(
            Diagnostic::error(codes::TABLE, map.span, message)
                .note(format!("its columns are {}", quoted_list(&headers)))
                .suggest(&map.header, headers.iter().copied()),
        );
        return None;
    };
    match &signal.signal_type {
        SignalType::Number {
            quantity_type,
            unit,
            ..
        } => {
            // Without a unit in either header the numbers are in the unit of the signal.
            if table.columns[column].unit.is_none() && map.unit.is_none() {
                return plain_numbers(table, column, intake)
                    .map(|all| Values::Numbers(all.iter().map(|n| unit.to_si(n)).collect()));
            }
            let expected = Expected {
                name: &signal.name,
                quantity_type: *quantity_type,
                unit: &unit.symbol,
            };
            table
                .quantities(column, &expected, intake)
                .map(Values::Numbers)
        }
        SignalType::OneOf { members } => {
            members_of(table, column, members, intake).map(Values::Members)
        }
    }
}

/// A header without the unit in brackets.
fn bare(header: &str) -> &str {
    header
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
        .map_or(header, |(name, _)| name.trim())
}

fn plain_numbers(table: &Table, column: usize, intake: &Intake<'_>) -> Option<Vec<Rational>> {
    let expected = Expected {
        name: &table.columns[column].header,
        quantity_type: crate::quantity::QuantityType::NUMBER,
        unit: "",
    };
    table.quantities(column, &expected, intake)
}

fn members_of(
    table: &Table,
    column: usize,
    members: &[String],
    intake: &Intake<'_>,
) -> Option<Vec<usize>> {
    let places: BTreeMap<&str, usize> = members
        .iter()
        .enumerate()
        .map(|(at, word)| (word.as_str(), at))
        .collect();
    let mut found = Vec::with_capacity(table.row_count());
    let mut strangers = Vec::new();
    for row in 0..table.row_count() {
        match places.get(&*table.text(&intake.sources, row, column)) {
            Some(&member) => found.push(member),
            None => strangers.push(row),
        }
    }
    let hidden = strangers.len().saturating_sub(SHOWN_MAX);
    for (at, &row) in strangers.iter().take(SHOWN_MAX).enumerate() {
        let word = table.text(&intake.sources, row, column);
        let message = format!(
            "row {}, column `{}`: `{word}` is not in the list of the signal",
            table.shown_row(row),
            table.columns[column].header
        );
        let words = members.iter().map(String::as_str);
        let mut diagnostic = Diagnostic::error(codes::BAD_CELL, table.span(row, column), message)
            .suggest(&word, words);
        if hidden > 0 && at + 1 == SHOWN_MAX {
            diagnostic = diagnostic.note(format!("{hidden} more cells of this column"));
        }
        intake.report.push(diagnostic);
    }
    strangers.is_empty().then_some(found)
}
