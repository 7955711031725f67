//! Splitting delimited text into cells (RFC 4180).
//!
//! In: text and delimiter. Out: one row of places after the other. Blank lines at the end are no
//! rows; a blank line elsewhere, an open quote and text after a closing quote are errors with
//! their place.

use super::Cell;
use crate::diagnostic::Diagnostic;
use crate::document::codes;
use crate::span::{FileId, Span};

/// Characters that can separate cells.
const CANDIDATES: [char; 4] = [',', ';', '\t', '|'];

/// Finds the delimiter in the first row: the one candidate outside quotes.
pub(super) fn find_delimiter(file: FileId, text: &str) -> Result<char, Box<Diagnostic>> {
    let line = text.lines().next().unwrap_or("");
    let mut quoted = false;
    let mut present: Vec<char> = Vec::new();
    for c in line.chars() {
        if c == '"' {
            quoted = !quoted;
        } else if !quoted && CANDIDATES.contains(&c) && !present.contains(&c) {
            present.push(c);
        }
    }
    match present[..] {
        [] => Ok(','),
        [only] => Ok(only),
        _ => Err(Box::new(
            Diagnostic::error(
                codes::AMBIGUOUS_TABLE,
                Span::new(file, 0, line.len()),
                "the header has more than one possible delimiter",
            )
            .help("declare `delimiter = \";\"` (or `\",\"`, `\"tab\"`, `\"|\"`)"),
        )),
    }
}

/// How far a text has been split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Where the next row begins.
    at: usize,
    /// Where the last row ends.
    end: usize,
    /// Rows read, the header among them.
    pub rows: usize,
}

impl Place {
    /// Before the first row.
    pub(super) fn start(text: &str) -> Self {
        Self {
            at: 0,
            end: text.trim_end_matches(['\n', '\r']).len(),
            rows: 0,
        }
    }

    /// Bytes read, and of how many.
    pub(super) fn progress(self) -> (u64, u64) {
        (self.at as u64, self.end as u64)
    }

    /// Adds the cells of the next row; `false` when there is none.
    pub(super) fn row(
        &mut self,
        file: FileId,
        text: &str,
        delimiter: char,
        cells: &mut Vec<Cell>,
    ) -> Result<bool, Box<Diagnostic>> {
        if self.at >= self.end {
            return Ok(false);
        }
        let before = cells.len();
        let next = row(file, &text[..self.end], self.at, delimiter, cells)?;
        if let [only] = cells[before..]
            && only.start == only.end
        {
            let message = format!("row {} is blank", self.rows + 1);
            let span = Span::new(file, self.at, self.at);
            return Err(Box::new(
                Diagnostic::error(codes::TABLE, span, message).help("remove the blank row"),
            ));
        }
        self.at = next;
        self.rows += 1;
        Ok(true)
    }
}

/// Reads one row from `at`; returns where the next row begins.
fn row(
    file: FileId,
    text: &str,
    mut at: usize,
    delimiter: char,
    cells: &mut Vec<Cell>,
) -> Result<usize, Box<Diagnostic>> {
    loop {
        let (cell, after) = match text[at..].strip_prefix('"') {
            Some(_) => quoted(file, text, at)?,
            None => plain(text, at, delimiter),
        };
        cells.push(cell);
        let rest = &text[after..];
        if let Some(next) = rest.strip_prefix(delimiter) {
            at = text.len() - next.len();
        } else if rest.is_empty() {
            return Ok(text.len());
        } else if let Some(next) = rest.strip_prefix("\r\n").or(rest.strip_prefix('\n')) {
            return Ok(text.len() - next.len());
        } else {
            let span = Span::new(file, after, after + 1);
            return Err(Box::new(
                Diagnostic::error(codes::TABLE, span, "text follows a closing quote")
                    .help("write a quote inside a quoted cell twice: `\"\"`"),
            ));
        }
    }
}

fn plain(text: &str, at: usize, delimiter: char) -> (Cell, usize) {
    let length = text[at..]
        .find([delimiter, '\n'])
        .unwrap_or(text.len() - at);
    let after = at + length;
    let after = if text[at..after].ends_with('\r') && text[after..].starts_with('\n') {
        after - 1
    } else {
        after
    };
    (cell(at, after, false), after)
}

fn quoted(file: FileId, text: &str, at: usize) -> Result<(Cell, usize), Box<Diagnostic>> {
    let start = at + 1;
    let (mut end, mut escaped) = (start, false);
    loop {
        let Some(offset) = text[end..].find('"') else {
            let span = Span::new(file, at, start);
            return Err(Box::new(
                Diagnostic::error(codes::TABLE, span, "a quote is never closed")
                    .help("close it, or write it twice if it belongs to the text"),
            ));
        };
        end += offset;
        if text[end..].starts_with("\"\"") {
            escaped = true;
            end += 2;
        } else {
            return Ok((cell(start, end, escaped), end + 1));
        }
    }
}

/// The place `start..end`.
pub(super) fn cell(start: usize, end: usize, escaped: bool) -> Cell {
    // INVARIANT: documents are limited to 64 MiB, so offsets fit.
    let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Cell {
        start: narrow(start),
        end: narrow(end),
        escaped,
    }
}
