//! The record: one JSON file that an auditor verifies without a solver and replays to the byte.
//!
//! In: a [`body::Body`]. Out: canonical bytes (RFC 8785) of
//! `{"body":…,"digests":{"body":…,"sections":{…}}}`, every digest SHA-256 over the canonical bytes
//! of what it names; and back, refusing truncation, edits and unknown formats with the first
//! place that differs. The digest of the body names the record.

pub mod argument;
pub mod body;
pub mod coating_window;
pub mod findings;
pub mod formation_profile;
pub mod lots;
pub mod numerics;
mod place;
pub mod repair;
pub mod replaced;
pub mod review;
pub mod run_numerics;
pub mod what_if;
pub mod window;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::{self, CanonicalError};
use body::{Body, FORMAT};
pub use place::{Difference, first_difference};

/// A body with its digest and canonical bytes.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The whole file.
    pub bytes: Vec<u8>,
    /// SHA-256 of the canonical body, hexadecimal: the name of the record.
    pub digest: String,
}

/// What a record file holds.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    body: Value,
    digests: Digests,
}

#[derive(PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Digests {
    body: String,
    sections: BTreeMap<String, String>,
}

/// Why a file is no intact record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// A body cannot be written: an undefined number got into it.
    NotRecordable {
        /// What and where.
        reason: String,
    },
    /// The file is not JSON any more, most often because it was cut.
    NotJson {
        /// Line, from one.
        line: usize,
        /// Column, from one.
        column: usize,
        /// What the reader said.
        reason: String,
    },
    /// A section of the body does not have the digest the file states.
    Section {
        /// Name of the section.
        section: String,
        /// First byte of the section in the file.
        offset: usize,
        /// Digest stated.
        stated: String,
        /// Digest found.
        found: String,
    },
    /// The text of an input does not have the digest stated for it.
    Input {
        /// Path of the input.
        path: String,
        /// Digest stated.
        stated: String,
        /// The text found.
        text: String,
    },
    /// The stated digests contradict each other.
    Digests,
    /// The bytes are not the canonical ones, although they mean the same.
    NotCanonical {
        /// First byte that differs.
        offset: usize,
    },
    /// The format is not one this version reads.
    Format {
        /// The format stated.
        found: String,
    },
    /// The body does not have the fields of its format.
    Fields {
        /// What the reader said.
        reason: String,
    },
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotRecordable { reason } => write!(f, "the result cannot be recorded: {reason}"),
            Self::NotJson {
                line,
                column,
                reason,
            } => {
                write!(f, "damaged at line {line} column {column}: {reason}")
            }
            Self::Section {
                section,
                offset,
                stated,
                found,
            } => write!(
                f,
                "section `{section}` (from byte {offset}) was changed: stated digest {stated}, \
                 found {found}"
            ),
            Self::Input { path, .. } => write!(
                f,
                "the recorded text of `{path}` was changed: it does not have the stated digest"
            ),
            Self::Digests => write!(f, "the stated digests do not belong together"),
            Self::NotCanonical { offset } => {
                write!(f, "byte {offset} was changed without changing the meaning")
            }
            Self::Format { found } if is_older(found) => write!(
                f,
                "format `{found}` is older than `{FORMAT}`, the one this version reads: verify it \
                 with the version that wrote it, or run the scenario again"
            ),
            Self::Format { found } => {
                write!(
                    f,
                    "format `{found}` is not `{FORMAT}`, the one this version reads"
                )
            }
            Self::Fields { reason } => write!(f, "the body lacks what its format asks: {reason}"),
        }
    }
}

/// Whether a format is this one with a lower number.
fn is_older(format: &str) -> bool {
    let number = |format: &str| {
        let (name, number) = format.rsplit_once('/')?;
        Some((name.to_owned(), number.parse::<u32>().ok()?))
    };
    match (number(format), number(FORMAT)) {
        (Some((name, found)), Some((own, known))) => name == own && found < known,
        (Some(_) | None, _) => false,
    }
}

impl std::error::Error for RecordError {}

impl From<CanonicalError> for RecordError {
    fn from(error: CanonicalError) -> Self {
        Self::NotRecordable {
            reason: error.to_string(),
        }
    }
}

/// Turns a body into the bytes of a record file.
///
/// # Errors
/// [`RecordError::NotRecordable`] when a number of the body is infinite or undefined.
pub fn seal(body: &Body) -> Result<Sealed, RecordError> {
    let value = canonical::to_value(body)?;
    // INVARIANT: an undefined number would be written as `null`; reading back finds it.
    let back: Body =
        serde_json::from_value(value.clone()).map_err(|error| RecordError::NotRecordable {
            reason: error.to_string(),
        })?;
    if back != *body {
        let reason = "a number is infinite or undefined".to_owned();
        return Err(RecordError::NotRecordable { reason });
    }
    let digests = digests_of(&value)?;
    let digest = digests.body.clone();
    let file = canonical::to_value(&File {
        body: value,
        digests,
    })?;
    Ok(Sealed {
        bytes: canonical::to_bytes(&file)?,
        digest,
    })
}

/// Reads a record file and checks it against its own digests.
///
/// # Errors
/// [`RecordError`] with the first place that is wrong.
pub fn open(bytes: &[u8]) -> Result<(Body, String), RecordError> {
    let file: File = serde_json::from_slice(bytes).map_err(|error| RecordError::NotJson {
        line: error.line(),
        column: error.column(),
        reason: error.to_string(),
    })?;
    let found = digests_of(&file.body)?;
    for (section, digest) in &found.sections {
        let stated = file
            .digests
            .sections
            .get(section)
            .cloned()
            .unwrap_or_default();
        if stated != *digest {
            if section == "inputs"
                && let Some(changed) = changed_input(&file.body)
            {
                return Err(changed);
            }
            return Err(RecordError::Section {
                section: section.clone(),
                offset: place::section_offset(bytes, section),
                stated,
                found: digest.clone(),
            });
        }
    }
    if found != file.digests {
        return Err(RecordError::Digests);
    }
    let whole = canonical::to_value(&file)?;
    let expected = canonical::to_bytes(&whole)?;
    if expected != bytes {
        let offset = expected
            .iter()
            .zip(bytes)
            .take_while(|(a, b)| a == b)
            .count();
        return Err(RecordError::NotCanonical { offset });
    }
    let format = file
        .body
        .get("format")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if format != FORMAT {
        return Err(RecordError::Format {
            found: format.to_owned(),
        });
    }
    let body = serde_json::from_value(file.body).map_err(|error| RecordError::Fields {
        reason: error.to_string(),
    })?;
    Ok((body, found.body))
}

/// The first input whose text does not have its own digest.
fn changed_input(body: &Value) -> Option<RecordError> {
    let inputs = body.get("inputs")?.as_array()?;
    inputs.iter().find_map(|input| {
        let field = |name: &str| input.get(name)?.as_str();
        let (path, stated, text) = (field("path")?, field("sha256")?, field("text")?);
        let changed = canonical::sha256_hex(text.as_bytes()) != stated;
        changed.then(|| RecordError::Input {
            path: path.to_owned(),
            stated: stated.to_owned(),
            text: text.to_owned(),
        })
    })
}

fn digests_of(body: &Value) -> Result<Digests, CanonicalError> {
    let mut sections = BTreeMap::new();
    for (name, section) in body.as_object().into_iter().flatten() {
        sections.insert(name.clone(), canonical::digest(section)?);
    }
    Ok(Digests {
        body: canonical::digest(body)?,
        sections,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use body::*;

    /// The smallest body: no rules, no outcomes.
    fn smallest() -> Body {
        Body {
            format: FORMAT.to_owned(),
            versions: Versions {
                cellwright: "0.1.0".to_owned(),
                solver: "none".to_owned(),
                math: "pxfm".to_owned(),
            },
            request: Request {
                scenario: "scenario.toml".to_owned(),
                id: "ECR-1".to_owned(),
                title: "a \"quoted\" title".to_owned(),
                reason: String::new(),
                requested_by: String::new(),
                scope: None,
                until: None,
                seed: 1,
                samples: 2,
                search_samples: 2,
                ladder: None,
                movable: Vec::new(),
                strict: false,
            },
            inputs: Vec::new(),
            replaced: Vec::new(),
            not_modelled: Vec::new(),
            changes: Vec::new(),
            rules: Vec::new(),
            findings: Vec::new(),
            outcomes: Vec::new(),
            dryer: Vec::new(),
            coating_window: None,
            formation: Vec::new(),
            ladder: None,
            search: None,
            proposal: None,
            deltas: Vec::new(),
            assumptions: Vec::new(),
            score: Score {
                components: Vec::new(),
                preset: "recipe-change".to_owned(),
                consistency: String::new(),
                gate_open: true,
                no_index: None,
                value: 0.1,
                ungated_value: 0.1,
                value_low: 0.0,
                value_high: 1.0,
                hyperscores: Vec::new(),
            },
            decision: DecisionRow {
                decision: "trial".to_owned(),
                sentence: String::new(),
                reasons: Vec::new(),
                blocking: Vec::new(),
                cap: None,
                sign_off: Vec::new(),
            },
            argument: Vec::new(),
            not_known: Vec::new(),
            trial: Vec::new(),
            paperwork: Vec::new(),
        }
    }

    #[test]
    fn a_sealed_body_opens_to_itself() {
        let sealed = seal(&smallest()).expect("seals");
        let (body, digest) = open(&sealed.bytes).expect("opens");
        assert_eq!((body, digest), (smallest(), sealed.digest));
    }

    #[test]
    fn an_undefined_number_is_not_recordable() {
        let mut body = smallest();
        body.score.value = f64::NAN;
        assert!(matches!(
            seal(&body),
            Err(RecordError::NotRecordable { .. })
        ));
    }

    #[test]
    fn every_changed_byte_and_every_truncation_is_refused() {
        let sealed = seal(&smallest()).expect("seals").bytes;
        for at in 0..sealed.len() {
            for flip in [0x01_u8, 0x20, 0x80] {
                let mut damaged = sealed.clone();
                damaged[at] ^= flip;
                assert!(open(&damaged).is_err(), "byte {at} xor {flip}");
            }
            assert!(open(&sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn an_older_format_is_refused_with_the_way_out() {
        let refused = |format: &str| {
            let mut body = smallest();
            format.clone_into(&mut body.format);
            let sealed = seal(&body).expect("seals").bytes;
            open(&sealed).expect_err("refused").to_string()
        };
        assert_eq!(
            refused("cellwright/record/1"),
            "format `cellwright/record/1` is older than `cellwright/record/2`, the one this \
             version reads: verify it with the version that wrote it, or run the scenario again"
        );
        for other in ["cellwright/record/3", "cellwright/findings/1", ""] {
            let expected =
                format!("format `{other}` is not `{FORMAT}`, the one this version reads");
            assert_eq!(refused(other), expected);
        }
    }

    #[test]
    fn an_edit_names_the_section() {
        let sealed = seal(&smallest()).expect("seals").bytes;
        let text = String::from_utf8(sealed)
            .expect("text")
            .replace(":\"trial\"", ":\"reject\"");
        match open(text.as_bytes()) {
            Err(RecordError::Section {
                section, offset, ..
            }) => {
                assert_eq!(section, "decision");
                assert!(text[offset..].starts_with("\"decision\":"));
            }
            other => panic!("{other:?}"),
        }
    }
}
