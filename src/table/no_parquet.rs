//! What stands in for the reader of Parquet files in a build without it.
//!
//! In: a Parquet file. Out: one sentence that says how to build a program that reads it.

use super::typed::TypedColumn;

/// There are none in this build.
pub(super) enum ParquetRows {}

/// The only thing that can be wrong: that the reader is not there.
#[derive(Debug)]
pub(super) struct Problem;

impl Problem {
    /// The same for a file that is none: what is in it is not looked at.
    pub fn no_magic() -> Self {
        Self
    }

    /// Says what is wrong.
    pub fn message(&self, path: &str) -> String {
        format!("`{path}` is a Parquet file, and this build reads none")
    }

    /// Says what to do.
    pub fn help(&self) -> &'static str {
        "build with `cargo build --release --features parquet`, or export the table as CSV"
    }

    /// Names the column where it is wrong.
    pub fn column(&self) -> Option<usize> {
        None
    }
}

impl ParquetRows {
    /// Refuses.
    pub fn open(_bytes: Vec<u8>) -> Result<Self, Problem> {
        Err(Problem)
    }

    /// Never called: there is no value of this type.
    pub fn schema(&self) -> Vec<(String, String)> {
        match *self {}
    }

    /// Never called: there is no value of this type.
    pub fn columns(&self) -> Vec<TypedColumn> {
        match *self {}
    }

    /// Never called: there is no value of this type.
    pub fn select(&mut self, _wanted: &[usize]) {
        match *self {}
    }

    /// Never called: there is no value of this type.
    pub fn progress(&self) -> (u64, u64) {
        match *self {}
    }

    /// Never called: there is no value of this type.
    pub fn advance(&mut self, _: usize, _: &mut [TypedColumn]) -> Result<usize, Problem> {
        match *self {}
    }
}
