//! The columns that carry signals: found once, read block by block.
//!
//! In: a table, a rule set. Out: for each mapped signal the doubles or enumerators of a block for
//! the kernel, and the exact point of any row of it. Units in the headers are read and checked. A
//! cell that cannot be read is remembered with its row, the first ten of a column; nothing is
//! skipped. A cell of which the table says that it has no value leaves the signal without one.

use crate::check::kernel::{Column, Source};
use crate::diagnostic::{Diagnostic, quoted_list};
use crate::document::{Expected, Intake, codes};
use crate::quantity::Unit;
use crate::rule_language::rule_set::ColumnMap;
use crate::rule_language::{Point, PointValue, RuleSet, Signal, SignalId, SignalType};
use crate::span::Sources;
use crate::table::{CellProblem, Table};

/// Cells of one column that are shown when they cannot be read; the rest is counted.
const SHOWN_MAX: usize = 10;

/// A mapped column.
pub struct Mapped {
    signal: SignalId,
    /// Index of the column in the table.
    at: usize,
    content: Content,
    /// Cells that cannot be read.
    problems: Vec<Diagnostic>,
    problem_count: usize,
}

enum Content {
    Numbers(Unit),
    Members(Vec<String>),
}

impl Mapped {
    /// Finds the columns of all signals that have one; `None` after diagnostics.
    pub fn all(rules: &RuleSet, table: &Table, intake: &Intake<'_>) -> Option<Vec<Self>> {
        let mut mapped = Vec::new();
        let mut is_complete = true;
        for (at, signal) in rules.signals.iter().enumerate() {
            let Some(map) = &signal.column else { continue };
            match Self::find(table, (SignalId(at), signal), map, intake) {
                Some(found) => mapped.push(found),
                None => is_complete = false,
            }
        }
        if mapped.is_empty() && is_complete {
            let message = format!("no signal of the rules has a column of `{}`", table.path);
            intake.report.push(
                Diagnostic::error_without_place(codes::TABLE, message)
                    .help("say which column carries a signal: `signal … column \"Torque [Nm]\"`"),
            );
            return None;
        }
        is_complete.then_some(mapped)
    }

    fn find(
        table: &Table,
        (id, signal): (SignalId, &Signal),
        map: &ColumnMap,
        intake: &Intake<'_>,
    ) -> Option<Self> {
        let found = table
            .find(&map.header)
            .or_else(|| table.find(bare(&map.header)));
        let Some(at) = found else {
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
        if !table.is_readable(at, map.span, intake) {
            return None;
        }
        let content = match &signal.signal_type {
            SignalType::OneOf { members } => Content::Members(members.clone()),
            // Without a unit in either header the numbers are in the unit of the signal.
            SignalType::Number { unit, .. }
                if table.columns[at].unit.is_none() && map.unit.is_none() =>
            {
                Content::Numbers(unit.clone())
            }
            SignalType::Number {
                quantity_type,
                unit,
                ..
            } => {
                let expected = Expected {
                    name: &signal.name,
                    quantity_type: *quantity_type,
                    unit: &unit.symbol,
                };
                Content::Numbers(table.unit(at, &expected, intake)?)
            }
        };
        Some(Self {
            signal: id,
            at,
            content,
            problems: Vec::new(),
            problem_count: 0,
        })
    }

    /// Returns the index of the column in the table.
    pub fn index(&self) -> usize {
        self.at
    }

    /// How the kernel gets each signal.
    pub fn sources(rules: &RuleSet, mapped: &[Self]) -> Vec<Source> {
        let mut sources = vec![Source::Missing; rules.signals.len()];
        for column in mapped {
            sources[column.signal.0] = match &column.content {
                Content::Numbers(unit) => Source::Numbers(unit.clone()),
                Content::Members(_) => Source::Members,
            };
        }
        sources
    }

    /// Reads the column of the current block into `columns`, by signal.
    pub fn read(&mut self, table: &Table, texts: &Sources, columns: &mut [Column]) {
        columns[self.signal.0] = match &self.content {
            Content::Numbers(_) => self.numbers(table, texts),
            Content::Members(_) => self.members(table, texts),
        };
    }

    fn numbers(&mut self, table: &Table, texts: &Sources) -> Column {
        let mut written = Vec::with_capacity(table.row_count());
        let (mut whole, mut short) = (true, true);
        for row in 0..table.row_count() {
            let value = match table.double(texts, row, self.at) {
                Ok(double) => {
                    whole &= double.whole;
                    short &= double.short;
                    double.value
                }
                Err(CellProblem::Missing) => f64::NAN,
                Err(problem) => {
                    let at = self.at;
                    self.note(|| table.cell_diagnostic(row, at, &problem));
                    f64::NAN
                }
            };
            written.push(value);
        }
        Column::Numbers {
            written,
            whole,
            short,
        }
    }

    fn members(&mut self, table: &Table, texts: &Sources) -> Column {
        let mut indices = Vec::with_capacity(table.row_count());
        for row in 0..table.row_count() {
            indices.push(self.member(table, texts, row).unwrap_or(u32::MAX));
        }
        for (row, _) in (0..).zip(&indices).filter(|(_, index)| **index == u32::MAX) {
            if table.is_missing(row, self.at) {
                continue;
            }
            let found = self.stranger(table, texts, row);
            self.note(|| found);
        }
        Column::Members(indices)
    }

    fn words(&self) -> &[String] {
        match &self.content {
            Content::Numbers(_) => &[],
            Content::Members(words) => words,
        }
    }

    fn member(&self, table: &Table, texts: &Sources, row: usize) -> Option<u32> {
        let word = table.text(texts, row, self.at);
        let found = self.words().iter().position(|known| *known == *word)?;
        u32::try_from(found).ok()
    }

    fn stranger(&self, table: &Table, texts: &Sources, row: usize) -> Diagnostic {
        let word = table.text(texts, row, self.at);
        let message = format!(
            "row {}, column `{}`: `{word}` is not in the list of the signal",
            table.shown_row(row),
            table.columns[self.at].header
        );
        Diagnostic::error(codes::BAD_CELL, table.span(row, self.at), message)
            .suggest(&word, self.words().iter().map(String::as_str))
    }

    fn note(&mut self, problem: impl FnOnce() -> Diagnostic) {
        self.problem_count += 1;
        if self.problems.len() < SHOWN_MAX {
            self.problems.push(problem());
        }
    }

    /// Whether a cell could not be read.
    pub fn has_problems(&self) -> bool {
        self.problem_count > 0
    }

    /// Reports the cells that could not be read.
    pub fn report(self, intake: &Intake<'_>) {
        let hidden = self.problem_count - self.problems.len();
        let last = self.problems.len();
        for (at, mut problem) in (1..).zip(self.problems) {
            if hidden > 0 && at == last {
                problem = problem.note(format!("{hidden} more cells of this column"));
            }
            intake.report.push(problem);
        }
    }

    /// Returns the exact point of one row of the current block.
    pub fn point(
        rules: &RuleSet,
        mapped: &[Self],
        (table, texts): (&Table, &Sources),
        row: usize,
    ) -> Point {
        let mut point = Point::empty(rules);
        for column in mapped {
            let value = match &column.content {
                Content::Numbers(unit) => table
                    .number(texts, row, column.at)
                    .ok()
                    .map(|number| PointValue::Number(unit.to_si(&number))),
                Content::Members(_) => column
                    .member(table, texts, row)
                    .map(|member| PointValue::Member(member as usize)),
            };
            point.set(column.signal, value.unwrap_or(PointValue::Missing));
        }
        point
    }
}

/// A header without the unit in brackets.
fn bare(header: &str) -> &str {
    header
        .strip_suffix(']')
        .and_then(|rest| rest.rsplit_once('['))
        .map_or(header, |(name, _)| name.trim())
}
