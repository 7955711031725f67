//! Places in source documents: which file, which bytes, which line and column.
//!
//! In: the texts of all documents of one run, in the order they were read. Out: [`Span`]s that
//! every node, value and diagnostic carries. Paths are stored as the user gave them (relative,
//! with `/`), so no machine detail reaches a record.

use serde::{Deserialize, Serialize};

/// The index of a document in a [`Sources`] table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// A half-open byte range in one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The document.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// Builds the span `start..end` of `file`; offsets beyond 4 GiB saturate (documents are
    /// limited to far less when they are read).
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let narrow = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            file,
            start: narrow(start),
            end: narrow(end.max(start)),
        }
    }

    /// Returns the smallest span that covers both; the file is that of `self`.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// Returns the byte range.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// One document: its path as shown to the user and its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path relative to where the user started, with `/`.
    pub path: String,
    /// The whole text, UTF-8.
    pub text: String,
}

/// All documents of one run.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<Source>,
}

/// Line and column, both counted from one; columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    /// Line, from one.
    pub line: u32,
    /// Column in characters, from one.
    pub column: u32,
}

impl Sources {
    /// Returns an empty table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a document and returns its id.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(Source {
            path: path.into(),
            text: text.into(),
        });
        id
    }

    /// Returns the document with `id`.
    ///
    /// # Panics
    /// When `id` comes from another table: ids are only made by [`Sources::add`].
    #[must_use]
    pub fn get(&self, id: FileId) -> &Source {
        &self.files[id.0 as usize]
    }

    /// Returns all documents in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.files
            .iter()
            .enumerate()
            .map(|(at, source)| (FileId(u32::try_from(at).unwrap_or(u32::MAX)), source))
    }

    /// Returns the text a span covers; empty where the span lies outside the document.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file).text.get(span.range()).unwrap_or("")
    }

    /// Returns line and column of the first byte of a span.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let text = &self.get(span.file).text;
        let mut end = (span.start as usize).min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line = before.bytes().filter(|&b| b == b'\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Position {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// Returns `path:line` for a span, the short form of tables.
    #[must_use]
    pub fn location(&self, span: Span) -> String {
        format!("{}:{}", self.get(span.file).path, self.position(span).line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let mut sources = Sources::new();
        let file = sources.add("a.rule", "µ = 1\nrule X");
        let at = sources.position(Span::new(file, 7, 11));
        assert_eq!(at, Position { line: 2, column: 1 });
        assert_eq!(sources.text(Span::new(file, 7, 11)), "rule");
        assert_eq!(
            sources.position(Span::new(file, 3, 4)),
            Position { line: 1, column: 3 }
        );
    }
}
