//! What can be wrong with a BPX document, one variant per mistake.
//!
//! Every message names the path inside the document as its author sees it, says what was
//! expected, and where possible which field was probably meant.

use super::ModelKind;
use crate::model::curve::TableError;
use crate::model::expression::ExpressionError;

/// The first thing that keeps a BPX document from being used.
#[derive(Debug, Clone, PartialEq)]
pub enum BpxError {
    /// The text is not JSON.
    Json {
        /// Line of the mistake, from 1.
        line: usize,
        /// Column of the mistake, from 1.
        column: usize,
        /// What the JSON reader expected.
        message: String,
    },
    /// A field or section is not there.
    Missing {
        /// Where it should be.
        path: String,
        /// Its name.
        field: String,
        /// The simplest model that cannot do without it.
        needed_by: ModelKind,
        /// A field in the same place with a similar name.
        similar: Option<String>,
    },
    /// A field nobody knows.
    Unknown {
        /// Where it stands.
        path: String,
        /// Its name.
        field: String,
        /// The known field with the most similar name.
        similar: Option<String>,
    },
    /// A field has the wrong JSON type.
    Type {
        /// Where it stands.
        path: String,
        /// Its name.
        field: String,
        /// What it should be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// A number lies where physics does not allow it.
    Range {
        /// Where it stands.
        path: String,
        /// Its name.
        field: String,
        /// The number.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A formula cannot be read.
    Expression {
        /// Where it stands.
        path: String,
        /// Its name.
        field: String,
        /// The formula.
        text: String,
        /// What is wrong with it.
        error: ExpressionError,
    },
    /// A table cannot be used.
    Table {
        /// Where it stands.
        path: String,
        /// Its name.
        field: String,
        /// What is wrong with it.
        error: TableError,
    },
    /// The header names a version other than 0.x and 1.x.
    Version {
        /// The version as written.
        found: String,
    },
    /// The header names a model that this reader does not know.
    Model {
        /// The model as written.
        found: String,
    },
    /// The document uses a part of the format that no model here reads yet.
    Unsupported {
        /// Where it stands.
        path: String,
        /// The field that brings it in.
        field: String,
        /// What it means.
        feature: &'static str,
    },
}

impl std::fmt::Display for BpxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hint = |similar: &Option<String>| match similar {
            Some(name) => format!("; did you mean `{name}`?"),
            None => String::new(),
        };
        match self {
            Self::Json {
                line,
                column,
                message,
            } => {
                write!(f, "line {line}, column {column}: not valid JSON: {message}")
            }
            Self::Missing {
                path,
                field,
                needed_by,
                similar,
            } => write!(
                f,
                "`{field}` is missing in `{path}`; the {needed_by} and every richer model need \
                 it{}",
                hint(similar)
                    .replace("did you mean", "is it")
                    .replace("`?", "` misspelt?")
            ),
            Self::Unknown {
                path,
                field,
                similar,
            } => {
                write!(f, "`{path}` has no field `{field}`{}", hint(similar))
            }
            Self::Type {
                path,
                field,
                expected,
                found,
            } => {
                write!(
                    f,
                    "`{field}` in `{path}` must be {expected}, this is {found}"
                )
            }
            Self::Range {
                path,
                field,
                value,
                allowed,
            } => {
                write!(f, "`{field}` in `{path}` is {value}; expected {allowed}")
            }
            Self::Expression {
                path,
                field,
                text,
                error,
            } => {
                write!(f, "`{field}` in `{path}`: {error} (formula `{text}`)")
            }
            Self::Table { path, field, error } => write!(f, "`{field}` in `{path}`: {error}"),
            Self::Version { found } => write!(
                f,
                "BPX version `{found}` is not known; this reader knows 0.x and 1.x, written \
                 like `1.1.0`"
            ),
            Self::Model { found } => write!(
                f,
                "model `{found}` in `Header` is not known; expected `SPM`, `SPMe` or `DFN`"
            ),
            Self::Unsupported {
                path,
                field,
                feature,
            } => write!(
                f,
                "`{field}` in `{path}` asks for {feature}, which is not modelled yet; use a file \
                 without it"
            ),
        }
    }
}

impl std::error::Error for BpxError {}
