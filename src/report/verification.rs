//! The answers of `verify` and `replay`: is a record intact, right, and the same again.
//!
//! In: what was checked, or the first place that is wrong. Out: text of at most eighty columns, or
//! JSON. A mismatch has a reason; what was checked is counted, also what only a replay checks.

use serde::Serialize;

use super::json;
use super::layout::{Page, Rich, Style};
use super::number::count;

/// What `verify` found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// `cellwright/verification/1`.
    pub format: String,
    /// Path of the record, or of the certificate file.
    pub record: String,
    /// `verified` or `mismatch`.
    pub result: String,
    /// The first place that is wrong, for a mismatch.
    pub reason: Option<String>,
    /// SHA-256 over the canonical bytes of the body; absent where the record cannot be read.
    pub sha256: Option<String>,
    /// What was checked; absent for a mismatch.
    pub checked: Option<Checked>,
    /// What a certificate file proves, from the claim inside; absent for a record.
    pub proves: Option<String>,
}

/// Counts of what was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// Input texts that have their digest.
    pub inputs: u64,
    /// Witnesses that were evaluated again and show what they claim.
    pub witnesses: u64,
    /// Certificates that prove what they claim.
    pub certificates: u64,
    /// Verdicts that rest on the simulation: `replay` computes them again.
    pub simulated: u64,
    /// Verdicts on inputs that rest on the solver's word alone.
    pub unsupported: u64,
}

/// What `replay` found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// `cellwright/replay/1`.
    pub format: String,
    /// Path of the record.
    pub record: String,
    /// `identical`, `agrees` (another version, same verdicts and values) or `mismatch`.
    pub result: String,
    /// The first difference, for a mismatch.
    pub reason: Option<String>,
    /// Version that made the record, where it is not this one.
    pub recorded_version: Option<String>,
    /// SHA-256 over the canonical bytes of the body; absent where the record cannot be read.
    pub sha256: Option<String>,
}

/// Width of the word before the record.
const WORD: usize = 10;

impl Verification {
    /// Writes the page.
    #[must_use]
    pub fn text(&self, colour: bool) -> String {
        let mut page = Page::new(colour);
        head(&mut page, &self.result, &self.record);
        line(&mut page, self.reason.as_deref());
        digest(&mut page, self.sha256.as_deref());
        if let Some(proves) = &self.proves {
            line(
                &mut page,
                Some(&format!("the certificate proves: {proves}")),
            );
            line(
                &mut page,
                Some("compare them with the rules and the recipe that you mean"),
            );
        }
        if let Some(checked) = self.checked.as_ref().filter(|_| self.proves.is_none()) {
            let counted = [
                (
                    checked.inputs,
                    "input has its digest",
                    "inputs have their digests",
                ),
                (
                    checked.witnesses,
                    "witness evaluated again",
                    "witnesses evaluated again",
                ),
                (
                    checked.certificates,
                    "certificate checked",
                    "certificates checked",
                ),
                (
                    checked.simulated,
                    "verdict rests on the simulation: `cellwright replay` computes it again",
                    "verdicts rest on the simulation: `cellwright replay` computes them again",
                ),
                (
                    checked.unsupported,
                    "verdict rests on the solver's word alone",
                    "verdicts rest on the solver's word alone",
                ),
            ];
            for (n, one, many) in counted {
                let words = if n == 1 { one } else { many };
                line(&mut page, Some(&format!("{} {words}", count(n))));
            }
        }
        page.finish()
    }

    /// Writes the answer as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        json::pretty(self)
    }
}

impl Replayed {
    /// Writes the page.
    #[must_use]
    pub fn text(&self, colour: bool) -> String {
        let mut page = Page::new(colour);
        head(&mut page, &self.result, &self.record);
        if let Some(version) = &self.recorded_version {
            let agrees = if self.reason.is_none() {
                "; verdicts and values are the same"
            } else {
                ""
            };
            line(
                &mut page,
                Some(&format!("made by version {version}{agrees}")),
            );
        }
        line(&mut page, self.reason.as_deref());
        digest(&mut page, self.sha256.as_deref());
        page.finish()
    }

    /// Writes the answer as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        json::pretty(self)
    }
}

fn head(page: &mut Page, result: &str, record: &str) {
    let style = if result == "mismatch" {
        Style::Bad
    } else {
        Style::Good
    };
    let word = Rich::styled(style, &result.to_uppercase());
    page.entry(0, (WORD, &word), &Rich::styled(Style::Strong, record));
}

fn digest(page: &mut Page, sha256: Option<&str>) {
    if let Some(sha256) = sha256 {
        line(page, Some("sha256"));
        line(page, Some(sha256));
    }
}

fn line(page: &mut Page, text: Option<&str>) {
    if let Some(text) = text {
        page.entry(WORD, (0, &Rich::default()), &Rich::plain(text));
    }
}
