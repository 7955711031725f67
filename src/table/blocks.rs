//! A table block by block: what a table needs whose cells would not fit.
//!
//! In: the same text and format as [`Table::read`]. Out: one [`Table`] that holds the cells of
//! the current block only, with the row numbers of the whole. A row that is too long or too short
//! ends the reading; what is wrong with further rows is reported with it.

use super::{Cell, SHOWN_MAX, Table, TableFormat, columns, delimiter_of, ragged, repeated_headers};
use crate::diagnostic::Diagnostic;
use crate::document::{Intake, TABLE_BYTES_MAX, codes};
use crate::span::{FileId, Sources, Span};

use super::split::Place;

/// A table that is read in blocks.
#[derive(Clone, Debug)]
pub struct Blocks {
    table: Table,
    place: Place,
}

impl Blocks {
    /// Reads the header of the table at `path`; `None` after a diagnostic.
    pub fn open(intake: &mut Intake<'_>, path: &str, format: &TableFormat) -> Option<Self> {
        let file = intake.open_up_to(path, None, TABLE_BYTES_MAX)?;
        match Self::start(file, path, &intake.sources.get(file).text, format) {
            Ok(blocks) => Some(blocks),
            Err(found) => {
                for diagnostic in found {
                    intake.report.push(diagnostic);
                }
                None
            }
        }
    }

    fn start(
        file: FileId,
        path: &str,
        text: &str,
        format: &TableFormat,
    ) -> Result<Self, Vec<Diagnostic>> {
        let delimiter = delimiter_of(file, text, format)?;
        let mut place = Place::start(text);
        let mut next = || -> Result<Vec<Cell>, Vec<Diagnostic>> {
            let mut cells = Vec::new();
            let found = place.row(file, text, delimiter, &mut cells);
            if found.map_err(|found| vec![*found])? {
                return Ok(cells);
            }
            let message = format!("the table `{path}` has no header");
            let span = Span::new(file, 0, 0);
            Err(vec![Diagnostic::error(codes::TABLE, span, message)])
        };
        let header = next()?;
        let units = if format.unit_row { Some(next()?) } else { None };
        if let Some(units) = &units
            && units.len() != header.len()
        {
            return Err(vec![ragged(file, 2, units, header.len())]);
        }
        let columns = columns(file, text, &header, units.as_deref());
        let repeated = repeated_headers(&columns);
        if !repeated.is_empty() {
            return Err(repeated);
        }
        let table = Table {
            file,
            path: path.to_owned(),
            columns,
            decimal: format.decimal,
            delimiter,
            header_rows: place.rows,
            rows_before: 0,
            cells: Vec::new(),
        };
        Ok(Self { table, place })
    }

    /// Returns the columns and the cells of the current block.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Returns how many bytes of the text have been read, and of how many.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        self.place.progress()
    }

    /// Moves to the next block of at most `rows_max` rows and returns how many it has.
    ///
    /// # Errors
    /// What is wrong with the rows, at most ten diagnostics.
    pub fn advance(
        &mut self,
        sources: &Sources,
        rows_max: usize,
    ) -> Result<usize, Vec<Diagnostic>> {
        let text = &sources.get(self.table.file).text;
        let width = self.table.columns.len();
        self.table.rows_before = self.place.rows - self.table.header_rows;
        self.table.cells.clear();
        let mut wrong = Vec::new();
        for _ in 0..rows_max {
            let before = self.table.cells.len();
            if !self.row(text).map_err(|found| vec![*found])? {
                break;
            }
            if self.table.cells.len() != before + width {
                wrong.push(self.ragged_since(before));
                break;
            }
        }
        if wrong.is_empty() {
            return Ok(self.table.row_count());
        }
        while wrong.len() < SHOWN_MAX {
            self.table.cells.clear();
            if !self.row(text).map_err(|found| vec![*found])? {
                break;
            }
            if self.table.cells.len() != width {
                wrong.push(self.ragged_since(0));
            }
        }
        Err(wrong)
    }

    fn row(&mut self, text: &str) -> Result<bool, Box<Diagnostic>> {
        let table = &mut self.table;
        self.place
            .row(table.file, text, table.delimiter, &mut table.cells)
    }

    fn ragged_since(&self, before: usize) -> Diagnostic {
        let cells = &self.table.cells[before..];
        ragged(
            self.table.file,
            self.place.rows,
            cells,
            self.table.columns.len(),
        )
    }
}
