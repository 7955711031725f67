//! Incoming lots: the answer of `lots`.
//!
//! In: what `check` found. Out: whether every lot in the ranges has a setting, the settings or the
//! lot for which there is none, and per material the limit that separates. Reports are views of
//! this structure.

use serde::Serialize;

use super::body::Versions;
use super::window::{FreeEnd, NotInWindow};

/// The answer of one question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LotsAnswer {
    /// `cellwright/lots/1`.
    pub format: String,
    /// Who computed it.
    pub versions: Versions,
    /// What was looked at, for a heading.
    pub subject: String,
    /// The answer in plain words.
    pub sentence: String,
    /// `all`, `not all` or `undecided`.
    pub status: String,
    /// The materials with the range of their lots.
    pub materials: Vec<LotRange>,
    /// The setpoints that may be chosen, with their ranges.
    pub free: Vec<LotRange>,
    /// Settings of which one works for every lot.
    pub settings: Vec<Vec<LotValue>>,
    /// A lot without a setting; where undecided, one that broke all settings tried.
    pub lot: Vec<LotValue>,
    /// Whether a certificate was found and checked.
    pub proved: bool,
    /// The certificate, as the content of a file that `verify` reads: over all lots, or that the
    /// rules contradict each other at the lot whatever the setting.
    pub certificate: Option<serde_json::Value>,
    /// Per material what can be run.
    pub limits: Vec<LotLimit>,
    /// Rules that take no part, and why.
    pub not_in_answer: Vec<NotInWindow>,
}

/// A name with a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotRange {
    /// Dictionary name.
    pub name: String,
    /// Lower end.
    pub low: String,
    /// Upper end.
    pub high: String,
}

/// A name with a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotValue {
    /// Dictionary name.
    pub name: String,
    /// The value.
    pub value: String,
    /// Exact SI value.
    pub exact: String,
}

/// What can be run of one material, with setpoints chosen freely.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotLimit {
    /// Dictionary name.
    pub name: String,
    /// What the other materials are: `recipe` or `lot`.
    pub others: String,
    /// Least value that can be run.
    pub low: FreeEnd,
    /// Greatest value that can be run.
    pub high: FreeEnd,
}
