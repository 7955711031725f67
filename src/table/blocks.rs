//! A table block by block: the one way in which tables are opened.
//!
//! In: delimited text or a Parquet file. Out: one [`Table`] that holds the cells of the current
//! block only, with the row numbers of the whole. A row that is too long or too short ends the
//! reading; what is wrong with further rows is reported with it.

use super::parquet_file::{ParquetRows, Problem};
use super::split::{self, Place};
use super::{
    Cell, Column, Content, SHOWN_MAX, Table, TableFormat, columns, delimiter_of, ragged,
    repeated_headers,
};
use crate::canonical;
use crate::diagnostic::Diagnostic;
use crate::document::{Intake, TABLE_BYTES_MAX, codes};
use crate::span::{FileId, Sources, Span};

/// The four bytes at both ends of a Parquet file.
const PARQUET_MAGIC: &[u8] = b"PAR1";

/// A table that is read in blocks.
pub struct Blocks {
    table: Table,
    rows: Rows,
}

/// Where the next rows come from.
enum Rows {
    Text(Place),
    Parquet(Box<ParquetRows>),
}

impl Blocks {
    /// Reads the header of the table at `path`; `None` after a diagnostic.
    pub fn open(intake: &mut Intake<'_>, path: &str, format: &TableFormat) -> Option<Self> {
        let bytes = intake.bytes(path, None, TABLE_BYTES_MAX)?;
        let opened = if is_parquet(path, &bytes) {
            Self::open_parquet(intake, path, bytes, format)
        } else {
            let file = intake.add_text(path, None, bytes)?;
            Self::of_text(file, path, &intake.sources.get(file).text, format)
        };
        intake.report.all_or(opened)
    }

    /// Starts at the header of a text that is already there.
    pub(super) fn of_text(
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
        let table = Table {
            file,
            path: path.to_owned(),
            columns: columns(file, text, &header, units.as_deref()),
            decimal: format.decimal,
            delimiter,
            header_rows: place.rows,
            rows_before: 0,
            content: Content::Text(Vec::new()),
        };
        Self::of(table, Rows::Text(place))
    }

    /// Starts before the first row of a Parquet file. Its place in the sources is a list of its
    /// columns, one a line, because the bytes are nothing to show.
    fn open_parquet(
        intake: &mut Intake<'_>,
        path: &str,
        bytes: Vec<u8>,
        format: &TableFormat,
    ) -> Result<Self, Vec<Diagnostic>> {
        let without_place = |problem: &Problem| {
            let found = Diagnostic::error_without_place(codes::PARQUET, problem.message(path));
            vec![found.help(problem.help())]
        };
        if format.delimiter.is_some() {
            let message = format!("`{path}` is a Parquet file, which has no delimiter");
            let found = Diagnostic::error_without_place(codes::PARQUET, message);
            return Err(vec![found.help("leave `--delimiter` out")]);
        }
        if !bytes.starts_with(PARQUET_MAGIC) {
            return Err(without_place(&Problem::no_magic()));
        }
        let digest = canonical::sha256_hex(&bytes);
        let rows = ParquetRows::open(bytes).map_err(|problem| without_place(&problem))?;
        let (mut text, mut header) = (String::new(), Vec::new());
        for (name, described) in rows.schema() {
            let start = text.len();
            text.push_str(&name);
            header.push(split::cell(start, text.len(), false));
            text.push_str(&format!(": {described}\n"));
        }
        let file = intake.add(path, text, digest);
        let table = Table {
            file,
            path: path.to_owned(),
            columns: columns(file, &intake.sources.get(file).text, &header, None),
            decimal: format.decimal,
            delimiter: ',',
            header_rows: 0,
            rows_before: 0,
            content: Content::Typed {
                columns: rows.columns(),
                rows: 0,
            },
        };
        Self::of(table, Rows::Parquet(Box::new(rows)))
    }

    fn of(table: Table, rows: Rows) -> Result<Self, Vec<Diagnostic>> {
        let repeated = repeated_headers(&table.columns);
        if repeated.is_empty() {
            Ok(Self { table, rows })
        } else {
            Err(repeated)
        }
    }

    /// Returns the columns and the cells of the current block.
    #[must_use]
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Ends the reading with the cells of the last block.
    pub(super) fn into_table(self) -> Table {
        self.table
    }

    /// Says which columns will be asked for; what stores columns apart reads no others.
    pub fn select(&mut self, wanted: &[usize]) {
        if let Rows::Parquet(rows) = &mut self.rows {
            rows.select(wanted);
        }
    }

    /// Returns how much has been read, and of how much: bytes of text, or rows.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        match &self.rows {
            Rows::Text(place) => place.progress(),
            Rows::Parquet(rows) => rows.progress(),
        }
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
        let table = &mut self.table;
        match (&mut self.rows, &mut table.content) {
            (Rows::Text(place), Content::Text(cells)) => {
                cells.clear();
                table.rows_before = place.rows - table.header_rows;
                let text = Text {
                    file: table.file,
                    text: &sources.get(table.file).text,
                    delimiter: table.delimiter,
                    width: table.columns.len(),
                };
                text.advance(place, cells, rows_max)?;
            }
            (Rows::Parquet(from), Content::Typed { columns, rows }) => {
                table.rows_before += *rows;
                let place = (table.path.as_str(), table.columns.as_slice());
                let read = from.advance(rows_max, columns);
                *rows = read.map_err(|problem| vec![damage(place, &problem)])?;
            }
            // INVARIANT: `of_text` and `open_parquet` make rows and content of one kind.
            (Rows::Text(_), Content::Typed { .. }) | (Rows::Parquet(_), Content::Text(_)) => {}
        }
        Ok(self.table.row_count())
    }
}

/// A text and how it is cut.
struct Text<'t> {
    file: FileId,
    text: &'t str,
    delimiter: char,
    width: usize,
}

impl Text<'_> {
    /// Adds the cells of at most `rows_max` rows.
    fn advance(
        &self,
        place: &mut Place,
        cells: &mut Vec<Cell>,
        rows_max: usize,
    ) -> Result<(), Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        for _ in 0..rows_max {
            let before = cells.len();
            if !self.row(place, cells)? {
                break;
            }
            if cells.len() != before + self.width {
                wrong.push(ragged(self.file, place.rows, &cells[before..], self.width));
                break;
            }
        }
        if wrong.is_empty() {
            return Ok(());
        }
        while wrong.len() < SHOWN_MAX {
            cells.clear();
            if !self.row(place, cells)? {
                break;
            }
            if cells.len() != self.width {
                wrong.push(ragged(self.file, place.rows, cells, self.width));
            }
        }
        Err(wrong)
    }

    fn row(&self, place: &mut Place, cells: &mut Vec<Cell>) -> Result<bool, Vec<Diagnostic>> {
        let found = place.row(self.file, self.text, self.delimiter, cells);
        found.map_err(|found| vec![*found])
    }
}

fn is_parquet(path: &str, bytes: &[u8]) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    extension.eq_ignore_ascii_case("parquet")
        || (bytes.starts_with(PARQUET_MAGIC) && bytes.ends_with(PARQUET_MAGIC))
}

/// What is wrong inside a Parquet file, at the column where one is known.
fn damage((path, columns): (&str, &[Column]), problem: &Problem) -> Diagnostic {
    let message = problem.message(path);
    let found = match problem.column() {
        Some(column) => Diagnostic::error(codes::PARQUET, columns[column].span, message),
        None => Diagnostic::error_without_place(codes::PARQUET, message),
    };
    found.help(problem.help())
}
