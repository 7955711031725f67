//! Documents: how files come in, and what every TOML reader of this floor shares.
//!
//! In: a [`Files`] that answers paths with bytes (the library itself never touches a disk unless
//! it is given [`Disk`]). Out: an [`Intake`] that holds the texts, the digests of the raw bytes
//! and all diagnostics of one run, and [`Table`]s whose every value keeps its place. Unknown
//! keys, duplicate keys, wrong types, missing keys and numbers without unit are all reported at
//! once; nothing is filled in and nothing is skipped.

pub mod codes;
mod measure;
mod name;
mod node;
mod normal;
mod range;
mod reader;
mod spread;
mod tolerance;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

pub use measure::{Expected, Measured, quantity_of_node, quantity_of_text};
pub(crate) use measure::{error_diagnostic, is_non_finite};
pub use name::{Meaning, lookup};
pub use node::{Entry, Node, Table, Value};
pub use normal::NormalForm;
pub use range::Range;
pub use reader::{Located, Reader, choice_of};
pub use spread::{Distribution, Spread};
pub use tolerance::{Magnitude, Tolerance};

use crate::canonical;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::span::{FileId, Sources, Span};

/// Largest accepted document in bytes: 64 MiB.
pub const DOCUMENT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Largest accepted table that is read block by block, in bytes: 1 GiB.
pub const TABLE_BYTES_MAX: usize = 1024 * 1024 * 1024;

/// Why a path gave no bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// There is no such file.
    NotFound,
    /// The path names a directory.
    Directory,
    /// The file system refused; the text is its own.
    Failed {
        /// What the file system said.
        reason: String,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => write!(f, "there is no such file"),
            Self::Directory => write!(f, "it is a directory"),
            Self::Failed { reason } => f.write_str(reason),
        }
    }
}

impl std::error::Error for ReadError {}

/// Answers paths with bytes.
pub trait Files {
    /// Returns the content of the file at `path` (with `/`, relative to where the user started).
    ///
    /// # Errors
    /// [`ReadError`].
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;
}

/// Files held in memory, for tests and embedded templates.
#[derive(Clone, Debug, Default)]
pub struct InMemory {
    files: BTreeMap<String, Vec<u8>>,
}

impl InMemory {
    /// Returns an empty set.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), content.into());
        self
    }
}

impl Files for InMemory {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.get(path).cloned().ok_or(ReadError::NotFound)
    }
}

/// Files of the file system below a folder that the command line names.
#[derive(Clone, Debug)]
pub struct Disk {
    root: PathBuf,
}

impl Disk {
    /// Returns the files below `root`; absolute paths are taken as they are.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl Files for Disk {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let full = self.root.join(path);
        if full.is_dir() {
            return Err(ReadError::Directory);
        }
        std::fs::read(full).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => ReadError::NotFound,
            _ => ReadError::Failed {
                reason: error.to_string(),
            },
        })
    }
}

/// Collects diagnostics from readers that are alive at the same time.
#[derive(Debug, Default)]
pub struct Report {
    diagnostics: RefCell<Diagnostics>,
}

impl Report {
    /// Adds one diagnostic.
    pub fn push(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// Adds what went wrong, or gives what did not.
    pub fn all_or<T>(&self, read: Result<T, Vec<Diagnostic>>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(found) => {
                found.into_iter().for_each(|one| self.push(one));
                None
            }
        }
    }

    /// Tells whether any diagnostic is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.borrow().has_errors()
    }

    /// Returns a copy of what was collected so far.
    #[must_use]
    pub fn diagnostics(&self) -> Diagnostics {
        self.diagnostics.borrow().clone()
    }
}

/// All documents taken in during one run.
pub struct Intake<'f> {
    files: &'f dyn Files,
    /// Texts, for spans.
    pub sources: Sources,
    /// What was found wrong.
    pub report: Report,
    opened: BTreeMap<String, FileId>,
    digests: BTreeMap<String, String>,
}

impl<'f> Intake<'f> {
    /// Starts with no document.
    #[must_use]
    pub fn new(files: &'f dyn Files) -> Self {
        Self {
            files,
            sources: Sources::new(),
            report: Report::default(),
            opened: BTreeMap::new(),
            digests: BTreeMap::new(),
        }
    }

    /// Opens the text at `path`; a second opening gives the same document. `from` is the place
    /// that names the path, `None` for an argument. `None` after a diagnostic.
    pub fn open(&mut self, path: &str, from: Option<Span>) -> Option<FileId> {
        if let Some(file) = self.opened.get(path) {
            return Some(*file);
        }
        let bytes = self.bytes(path, from, DOCUMENT_BYTES_MAX)?;
        self.add_text(path, from, bytes)
    }

    /// Returns the bytes at `path`, which need not be text; `None` after a diagnostic.
    pub fn bytes(&mut self, path: &str, from: Option<Span>, bytes_max: usize) -> Option<Vec<u8>> {
        let bytes = match self.files.read(path) {
            Ok(bytes) => bytes,
            Err(error) => {
                let code = match &error {
                    ReadError::NotFound | ReadError::Directory => codes::NOT_FOUND,
                    ReadError::Failed { .. } => codes::UNREADABLE,
                };
                let mut found = at(from, code, format!("cannot read `{path}`: {error}"));
                if from.is_some() {
                    found = found.help("paths in a document are relative to that document");
                }
                self.report.push(found);
                return None;
            }
        };
        if bytes.len() > bytes_max {
            let message = format!(
                "`{path}` has {} bytes, more than the limit of {bytes_max}",
                bytes.len()
            );
            self.report.push(at(from, codes::TOO_LARGE, message));
            return None;
        }
        Some(bytes)
    }

    /// Adds the document at `path` with these bytes; `None` after a diagnostic.
    pub fn add_text(&mut self, path: &str, from: Option<Span>, bytes: Vec<u8>) -> Option<FileId> {
        let digest = canonical::sha256_hex(&bytes);
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let place = error.utf8_error().valid_up_to();
                let message = format!("`{path}` is not UTF-8 text: byte {place} begins no letter");
                self.report
                    .push(at(from, codes::NOT_TEXT, message).help("save the file as UTF-8"));
                return None;
            }
        };
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        Some(self.add(path, text, digest))
    }

    /// Adds a document that is shown as `text`; `digest` is that of its bytes.
    pub fn add(&mut self, path: &str, text: String, digest: String) -> FileId {
        let file = self.sources.add(path, text);
        self.opened.insert(path.to_owned(), file);
        self.digests.insert(path.to_owned(), digest);
        file
    }

    /// Opens and parses a TOML document and checks its schema line. `None` after a diagnostic.
    pub fn open_toml(&mut self, path: &str, from: Option<Span>, schema: &str) -> Option<Table> {
        let file = self.open(path, from)?;
        let text = &self.sources.get(file).text;
        let table = node::parse(file, text, &self.report)?;
        reader::check_schema(&table, schema, &self.report).then_some(table)
    }

    /// Returns the SHA-256 of the raw bytes of every opened document, by path.
    #[must_use]
    pub fn digests(&self) -> &BTreeMap<String, String> {
        &self.digests
    }
}

/// An error at the place that names a path, or without one for an argument.
fn at(from: Option<Span>, code: &'static str, message: String) -> Diagnostic {
    match from {
        Some(span) => Diagnostic::error(code, span, message),
        None => Diagnostic::error_without_place(code, message),
    }
}

/// Resolves `path` as written in the document `base`, with `/`, without `.` and `..` where they
/// cancel; absolute paths stay.
///
/// # Example
/// ```
/// use cellwright::document::resolve;
/// assert_eq!(resolve("scenarios/a.toml", "../models/b.toml"), "models/b.toml");
/// assert_eq!(resolve("a.toml", "recipes/b.toml"), "recipes/b.toml");
/// ```
#[must_use]
pub fn resolve(base: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let folder = base.rsplit_once('/').map_or("", |(folder, _)| folder);
    let rooted = folder.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|&last| last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    if rooted { format!("/{joined}") } else { joined }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_resolve_relative_to_the_document() {
        assert_eq!(resolve("/a/b/c.toml", "../d.toml"), "/a/d.toml");
        assert_eq!(resolve("c.toml", "../d.toml"), "../d.toml");
        assert_eq!(resolve("../x/c.toml", "../../d.toml"), "../../d.toml");
        assert_eq!(resolve("x/c.toml", "./y/./d.toml"), "x/y/d.toml");
    }

    #[test]
    fn a_byte_order_mark_is_no_text_but_counts_in_the_digest() {
        let files = InMemory::new().with("a.toml", "\u{feff}x = 1\n");
        let mut intake = Intake::new(&files);
        let file = intake.open("a.toml", None).expect("opens");
        assert_eq!(intake.sources.get(file).text, "x = 1\n");
        assert_eq!(
            intake.digests()["a.toml"],
            canonical::sha256_hex("\u{feff}x = 1\n".as_bytes())
        );
    }

    #[test]
    fn latin_one_and_missing_files_are_named() {
        let files = InMemory::new().with("a.csv", b"width \xb5m".to_vec());
        let mut intake = Intake::new(&files);
        assert_eq!(intake.open("a.csv", None), None);
        assert_eq!(intake.open("b.csv", None), None);
        let text = intake.report.diagnostics().render(&intake.sources, false);
        assert!(text.contains("byte 6 begins no letter"), "{text}");
        assert!(text.contains("there is no such file"), "{text}");
    }
}
