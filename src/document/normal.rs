//! Normal forms: what a record keeps of a document.
//!
//! In: a read document. Out: a JSON value without layout, comments and spelling: exact SI
//! numbers as ratios, names sorted. Two documents that mean the same have the same normal form,
//! so a record can say whether an edited file still says what was judged.

/// A document that has a normal form.
pub trait NormalForm {
    /// Returns the normal form.
    fn normalised(&self) -> serde_json::Value;
}
