//! A certificate in a file of its own: what is taken away and checked elsewhere.
//!
//! In: a certificate and what it shows, in words. Out: JSON with a format number; and back,
//! refused with the first thing that is wrong. The words are for people: what is proved is the
//! claim inside, which a reader compares with the rules and the recipe.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Any, CertificateError};

/// Version of the format; a reader refuses those it does not know.
pub const FORMAT: &str = "cellwright/certificate/1";

/// What a certificate file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// [`FORMAT`].
    pub format: String,
    /// What it shows, in words.
    pub shows: String,
    /// The certificate.
    pub certificate: Any,
}

/// Why a file is no certificate that can be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    /// It does not have the fields of a certificate file.
    Fields {
        /// What the reader said, with line and column.
        reason: String,
    },
    /// The format is not one this version reads.
    Format {
        /// The format stated.
        found: String,
    },
    /// The certificate does not prove what it says.
    Refused {
        /// Path of the place, such as `certificate.contradiction`.
        place: String,
        /// Why.
        error: Box<CertificateError>,
    },
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fields { reason } => write!(f, "the certificate cannot be read: {reason}"),
            Self::Format { found } => {
                write!(
                    f,
                    "format `{found}` is not `{FORMAT}`, the one this version reads"
                )
            }
            Self::Refused { place, error } => {
                write!(f, "`{place}` does not prove what it says: {error}")
            }
        }
    }
}

impl std::error::Error for FileError {}

impl File {
    /// A certificate with what it shows.
    #[must_use]
    pub fn new(shows: &str, certificate: Any) -> Self {
        Self {
            format: FORMAT.to_owned(),
            shows: shows.to_owned(),
            certificate,
        }
    }

    /// Returns the text of the file.
    ///
    /// # Errors
    /// The writer's words; plain data can always be written.
    pub fn text(&self) -> Result<String, String> {
        let text = serde_json::to_string(self).map_err(|error| error.to_string())?;
        Ok(text + "\n")
    }

    /// Reads a file and checks the certificate.
    ///
    /// # Errors
    /// [`FileError`] with the first thing that is wrong.
    pub fn open(bytes: &[u8]) -> Result<Self, FileError> {
        let file: Self = serde_json::from_slice(bytes).map_err(|error| FileError::Fields {
            reason: error.to_string(),
        })?;
        if file.format != FORMAT {
            return Err(FileError::Format { found: file.format });
        }
        match file.certificate.check_own() {
            Ok(()) => Ok(file),
            Err(error) => Err(FileError::Refused {
                place: format!("certificate.{}", file.certificate.kind()),
                error: Box::new(error),
            }),
        }
    }

    /// Says what is proved, from the claim itself.
    #[must_use]
    pub fn proves(&self) -> String {
        match &self.certificate {
            Any::Statement(own) => {
                let names = own.claim.variables.iter().map(|one| one.name.as_str());
                match names.collect::<Vec<_>>().as_slice() {
                    [] => "a statement without variables".to_owned(),
                    names => format!("a statement over the ranges of {}", quoted(names)),
                }
            }
            Any::Contradiction(own) => {
                let names = own.claim.facts.iter().map(|fact| fact.name.as_str());
                let names: Vec<&str> = names.collect();
                format!("these cannot hold together: {}", quoted(&names))
            }
        }
    }
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// Bytes in which the format of a cut file is looked for.
const HEAD_BYTES: usize = 256;

/// Whether bytes mean to be a certificate file, of whatever version, perhaps cut.
#[must_use]
pub fn is_certificate(bytes: &[u8]) -> bool {
    const START: &str = "cellwright/certificate/";
    let value: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    match value.as_ref().map(|value| value.get("format")) {
        Some(format) => format
            .and_then(serde_json::Value::as_str)
            .is_some_and(|format| format.starts_with(START)),
        None => {
            let head = &bytes[..bytes.len().min(HEAD_BYTES)];
            String::from_utf8_lossy(head).contains(START)
        }
    }
}
