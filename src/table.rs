//! Tables: rows and columns whose every cell knows its place.
//!
//! In: CSV text (RFC 4180 quoting, LF or CRLF; the byte order mark is taken off by the intake),
//! a declared or unmistakable delimiter and decimal sign, units in brackets in the header or in
//! a second row; or a Parquet file. Out: columns of exact SI numbers. Every row must have as many
//! cells as the header. A cell that is no number is a diagnostic with row and column, never a
//! skipped row. The parser is our own because spans of cells are needed, which the crate `csv`
//! does not give.

mod blocks;
mod cell;
#[cfg(feature = "parquet")]
mod parquet_file;
#[cfg(not(feature = "parquet"))]
#[path = "table/no_parquet.rs"]
mod parquet_file;
mod split;
#[cfg_attr(
    not(feature = "parquet"),
    allow(dead_code, reason = "only the reader of Parquet makes typed columns")
)]
mod typed;

pub use blocks::Blocks;
pub use cell::{CellProblem, Double, Quality, quality_of};

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, quoted_list};
use crate::document::{Expected, Intake, Located, codes, error_diagnostic};
use crate::quantity::{QuantityError, Unit, UnitError, parse_unit};
use crate::rational::Rational;
use crate::span::{FileId, Sources, Span};

use typed::TypedColumn;

/// Diagnostics shown for one column; the rest is counted in a note.
const SHOWN_MAX: usize = 10;

/// The sign before the decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalSign {
    /// `1.5`.
    Point,
    /// `1,5`.
    Comma,
}

/// How a table is written, as far as declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TableFormat {
    /// Character between cells; `None`: the one candidate that stands in the header.
    pub delimiter: Option<char>,
    /// Decimal sign; `None`: the point, and whatever could be read otherwise is refused.
    pub decimal: Option<DecimalSign>,
    /// Units stand in a second header row instead of in brackets.
    pub unit_row: bool,
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Header as written, trimmed.
    pub header: String,
    /// Header without the unit in brackets.
    pub name: String,
    /// Unit text as written, if any.
    pub unit: Option<String>,
    /// Where the header stands.
    pub span: Span,
    /// Where the unit stands.
    pub unit_span: Span,
}

/// One cell: a place in the text of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// First byte of the content, inside quotes.
    start: u32,
    /// One past the last byte.
    end: u32,
    /// Content with doubled quotes inside.
    escaped: bool,
}

/// The cells of the rows at hand.
#[derive(Clone, Debug)]
enum Content {
    /// Row after row.
    Text(Vec<Cell>),
    /// Column beside column.
    Typed {
        columns: Vec<TypedColumn>,
        rows: usize,
    },
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// The document.
    pub file: FileId,
    /// Path as given.
    pub path: String,
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// How numbers are written.
    pub decimal: Option<DecimalSign>,
    /// The delimiter found or declared.
    pub delimiter: char,
    header_rows: usize,
    /// Rows of data before the first cell.
    rows_before: usize,
    content: Content,
}

impl Table {
    /// Reads the delimited text at `path`; `from` is the place that names it. `None` after a
    /// diagnostic.
    pub fn read(
        intake: &mut Intake<'_>,
        path: &str,
        from: Option<Span>,
        format: &TableFormat,
    ) -> Option<Self> {
        let file = intake.open(path, from)?;
        let text = &intake.sources.get(file).text;
        let read = Blocks::of_text(file, path, text, format).and_then(|mut blocks| {
            blocks.advance(&intake.sources, usize::MAX)?;
            Ok(blocks.into_table())
        });
        intake.report.all_or(read)
    }

    /// Returns how many rows of data there are.
    #[must_use]
    pub fn row_count(&self) -> usize {
        match &self.content {
            Content::Text(cells) => cells.len() / self.columns.len().max(1),
            Content::Typed { rows, .. } => *rows,
        }
    }

    /// Returns the row number a spreadsheet shows for a data row (from zero).
    #[must_use]
    pub fn shown_row(&self, row: usize) -> usize {
        self.rows_before + row + 1 + self.header_rows
    }

    /// Returns where a cell stands; where only the header has a place, that of the header.
    ///
    /// # Panics
    /// When row or column lie outside the table.
    #[must_use]
    pub fn span(&self, row: usize, column: usize) -> Span {
        match &self.content {
            Content::Text(cells) => {
                let cell = cells[row * self.columns.len() + column];
                Span {
                    file: self.file,
                    start: cell.start,
                    end: cell.end,
                }
            }
            Content::Typed { .. } => self.columns[column].span,
        }
    }

    /// Returns the trimmed text of a cell.
    ///
    /// # Panics
    /// When row or column lie outside the table.
    #[must_use]
    pub fn text<'s>(&'s self, sources: &'s Sources, row: usize, column: usize) -> Cow<'s, str> {
        match &self.content {
            Content::Text(cells) => {
                let raw = sources.text(self.span(row, column)).trim();
                if cells[row * self.columns.len() + column].escaped {
                    Cow::Owned(raw.replace("\"\"", "\""))
                } else {
                    Cow::Borrowed(raw)
                }
            }
            Content::Typed { columns, .. } => columns[column].text(row),
        }
    }

    /// Tells whether the table says of a cell that it has no value; an empty text does not.
    ///
    /// # Panics
    /// When row or column lie outside the table.
    #[must_use]
    pub fn is_missing(&self, row: usize, column: usize) -> bool {
        match &self.content {
            Content::Text(_) => false,
            Content::Typed { columns, .. } => columns[column].is_missing(row),
        }
    }

    /// Reports a column that is there but cannot be read; `from` is the place that asks for it.
    ///
    /// # Panics
    /// When the column lies outside the table.
    pub fn is_readable(&self, column: usize, from: Span, intake: &Intake<'_>) -> bool {
        let Content::Typed { columns, .. } = &self.content else {
            return true;
        };
        let Some(why) = &columns[column].refused else {
            return true;
        };
        let Column { header, span, .. } = &self.columns[column];
        let message = format!("column `{header}` of `{}` {why}", self.path);
        intake.report.push(
            Diagnostic::error(codes::PARQUET, *span, message)
                .also(from, "asked for here")
                .help("`cellwright explain CW-0140` lists what is read; write the column so"),
        );
        false
    }

    /// Finds a column by its header as written or without its unit; reports a stranger.
    #[must_use]
    pub fn find(&self, header: &str) -> Option<usize> {
        let whole = self.columns.iter().position(|c| c.header == header);
        whole.or_else(|| self.columns.iter().position(|c| c.name == header))
    }

    /// As [`Table::find`], and reports an unknown column at the place that names it.
    pub fn column(&self, wanted: &Located<String>, intake: &Intake<'_>) -> Option<usize> {
        let found = self.find(&wanted.value);
        if found.is_none() {
            let headers: Vec<&str> = self.columns.iter().map(|c| c.header.as_str()).collect();
            let message = format!("the table `{}` has no column `{}`", self.path, wanted.value);
            intake.report.push(
                Diagnostic::error(codes::TABLE, wanted.span, message)
                    .note(format!("its columns are {}", quoted_list(&headers)))
                    .suggest(&wanted.value, headers.iter().copied()),
            );
        }
        found
    }

    /// Returns the unit of a column, checked against what is expected; a column without unit is
    /// fine for plain numbers only. `None` after a diagnostic.
    pub fn unit(
        &self,
        column: usize,
        expected: &Expected<'_>,
        intake: &Intake<'_>,
    ) -> Option<Unit> {
        let header = &self.columns[column];
        let text = header.unit.as_deref().unwrap_or("");
        let unit = if text.is_empty() {
            plain_unit()
        } else {
            match parse_unit(text) {
                Ok(unit) => unit,
                Err(error) => {
                    intake.report.push(self.unit_diagnostic(column, error));
                    return None;
                }
            }
        };
        if expected.accepts(unit.quantity_type) {
            return Some(unit);
        }
        let (code, what) = if text.is_empty() {
            (codes::MISSING_UNIT, "has no unit".to_owned())
        } else {
            (codes::WRONG_DIMENSION, format!("is in `{text}`"))
        };
        let message = format!(
            "column `{}` {what}, but `{}` is a {}",
            header.header, expected.name, expected.quantity_type
        );
        let help = format!(
            "write the unit into the header: `{} [{}]`",
            header.name, expected.unit
        );
        intake
            .report
            .push(Diagnostic::error(code, header.unit_span, message).help(help));
        None
    }

    fn unit_diagnostic(&self, column: usize, error: UnitError) -> Diagnostic {
        let header = &self.columns[column];
        let text = header.unit.as_deref().unwrap_or("");
        error_diagnostic(text, header.unit_span, &QuantityError::Unit(error))
    }

    /// Reads one number.
    ///
    /// # Errors
    /// [`CellProblem`].
    pub fn number(
        &self,
        sources: &Sources,
        row: usize,
        column: usize,
    ) -> Result<Rational, CellProblem> {
        if let Content::Typed { columns, .. } = &self.content {
            return columns[column].number(row, self.decimal);
        }
        let text = self.text(sources, row, column);
        cell::number(&text, self.delimiter, self.decimal)
    }

    /// Reads the double nearest to one number.
    ///
    /// # Errors
    /// [`CellProblem`].
    pub fn double(
        &self,
        sources: &Sources,
        row: usize,
        column: usize,
    ) -> Result<Double, CellProblem> {
        if let Content::Typed { columns, .. } = &self.content {
            return columns[column].double(row, self.decimal);
        }
        let text = self.text(sources, row, column);
        cell::double(&text, self.delimiter, self.decimal)
    }

    /// Reads a whole column as SI values of the expected type; `None` after diagnostics, the
    /// first ten of them shown.
    pub fn quantities(
        &self,
        column: usize,
        expected: &Expected<'_>,
        intake: &Intake<'_>,
    ) -> Option<Vec<Rational>> {
        let unit = self.unit(column, expected, intake)?;
        let mut values = Vec::with_capacity(self.row_count());
        let mut problems = Vec::new();
        for row in 0..self.row_count() {
            match self.number(&intake.sources, row, column) {
                Ok(number) => values.push(unit.to_si(&number)),
                Err(problem) => problems.push((row, problem)),
            }
        }
        if problems.is_empty() {
            return Some(values);
        }
        let hidden = problems.len().saturating_sub(SHOWN_MAX);
        for (at, (row, problem)) in problems.iter().take(SHOWN_MAX).enumerate() {
            let mut diagnostic = self.cell_diagnostic(*row, column, problem);
            if hidden > 0 && at + 1 == SHOWN_MAX {
                diagnostic = diagnostic.note(format!("{hidden} more cells of this column"));
            }
            intake.report.push(diagnostic);
        }
        None
    }

    /// Turns the problem of a cell into a diagnostic with row and column.
    #[must_use]
    pub fn cell_diagnostic(&self, row: usize, column: usize, problem: &CellProblem) -> Diagnostic {
        let place = format!(
            "row {}, column `{}`",
            self.shown_row(row),
            self.columns[column].header
        );
        Diagnostic::error(
            problem.code(),
            self.span(row, column),
            format!("{place}: {problem}"),
        )
        .help(problem.help())
    }
}

/// The delimiter declared or found.
fn delimiter_of(file: FileId, text: &str, format: &TableFormat) -> Result<char, Vec<Diagnostic>> {
    let delimiter = match format.delimiter {
        Some(declared) => declared,
        None => split::find_delimiter(file, text).map_err(|found| vec![*found])?,
    };
    if delimiter == ',' && format.decimal == Some(DecimalSign::Comma) {
        let message = "the comma cannot be delimiter and decimal sign at once";
        let span = Span::new(file, 0, 0);
        return Err(vec![
            Diagnostic::error(codes::AMBIGUOUS_TABLE, span, message)
                .help("declare another `delimiter`"),
        ]);
    }
    Ok(delimiter)
}

fn plain_unit() -> Unit {
    Unit {
        symbol: String::new(),
        quantity_type: crate::quantity::QuantityType::NUMBER,
        factor: Rational::one(),
        offset: Rational::zero(),
    }
}

/// The row with this number (from one, the header among them) is too long or too short.
fn ragged(file: FileId, number: usize, cells: &[Cell], width: usize) -> Diagnostic {
    let (first, last) = (cells[0], cells[cells.len() - 1]);
    let span = Span {
        file,
        start: first.start,
        end: last.end,
    };
    let message = format!(
        "row {number} has {} cells, the header has {width}",
        cells.len()
    );
    Diagnostic::error(codes::TABLE, span, message)
        .help("quote cells that contain the delimiter, and complete the row")
}

fn columns(file: FileId, text: &str, header: &[Cell], units: Option<&[Cell]>) -> Vec<Column> {
    let content = |cell: &Cell| {
        let raw = text
            .get(cell.start as usize..cell.end as usize)
            .unwrap_or("");
        match cell.escaped {
            true => raw.trim().replace("\"\"", "\""),
            false => raw.trim().to_owned(),
        }
    };
    let span = |cell: &Cell| Span {
        file,
        start: cell.start,
        end: cell.end,
    };
    header
        .iter()
        .enumerate()
        .map(|(at, cell)| {
            let header = content(cell);
            let bracket = header
                .strip_suffix(']')
                .and_then(|rest| rest.rsplit_once('['))
                .map(|(name, unit)| (name.trim().to_owned(), unit.trim().to_owned()));
            match (units.and_then(|row| row.get(at)), bracket) {
                (Some(unit_cell), _) => Column {
                    name: header.clone(),
                    unit: Some(content(unit_cell)).filter(|unit| !unit.is_empty()),
                    span: span(cell),
                    unit_span: span(unit_cell),
                    header,
                },
                (None, bracket) => {
                    let (name, unit) = match bracket {
                        Some((name, unit)) => (name, Some(unit)),
                        None => (header.clone(), None),
                    };
                    Column {
                        name,
                        unit,
                        span: span(cell),
                        unit_span: span(cell),
                        header,
                    }
                }
            }
        })
        .collect()
}

fn repeated_headers(columns: &[Column]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (at, column) in columns.iter().enumerate() {
        let earlier = columns[..at].iter().find(|c| c.header == column.header);
        if let Some(first) = earlier {
            let message = format!("two columns are called `{}`", column.header);
            found.push(
                Diagnostic::error(codes::TABLE, column.span, message)
                    .also(first.span, "first here")
                    .help("rename one of the two"),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests;
