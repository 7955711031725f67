//! Replay: computes a record again from nothing but itself, and compares.
//!
//! In: a record's body. Out: identical, or the first place that differs. The documents are the
//! recorded texts, the options the recorded request; the folder the record came from is never
//! read. A record of another version is compared by verdicts and values, and that is said.

use serde_json::Value;

use crate::canonical::{self, CanonicalError};
use crate::check::solver_process::Solver;
use crate::document::InMemory;
use crate::record::body::Body;
use crate::record::{Difference, first_difference};
use crate::run::documents;
use crate::run::{self, Options, Progress, RunError};

/// What a replay found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Every byte of the body is the same.
    Identical,
    /// The first place that differs.
    Differs(Difference),
    /// Made by another version; verdicts and values are the same.
    OtherVersionAgrees {
        /// Version that made the record.
        recorded: String,
    },
    /// Made by another version, and a verdict or value differs.
    OtherVersionDiffers {
        /// Version that made the record.
        recorded: String,
        /// The first place.
        difference: Difference,
    },
}

/// Why a replay could not be made.
#[derive(Debug)]
pub enum ReplayError {
    /// The recorded documents or options are refused now.
    Run(RunError),
    /// A body has no canonical form.
    Canonical(CanonicalError),
}

impl From<RunError> for ReplayError {
    fn from(error: RunError) -> Self {
        Self::Run(error)
    }
}

impl From<CanonicalError> for ReplayError {
    fn from(error: CanonicalError) -> Self {
        Self::Canonical(error)
    }
}

/// Returns the recorded documents as files.
#[must_use]
pub fn recorded_files(body: &Body) -> InMemory {
    body.inputs.iter().fold(InMemory::new(), |files, input| {
        files.with(&input.path, input.text.clone().into_bytes())
    })
}

/// Computes a body again and compares.
///
/// # Errors
/// [`ReplayError`] when the recorded documents are refused or the ensemble stops.
pub fn replay(
    body: &Body,
    threads: usize,
    solver: Option<Solver>,
    progress: &dyn Progress,
) -> Result<Replay, ReplayError> {
    let files = recorded_files(body);
    let documents = documents::read(&files, &body.request.scenario)
        .map_err(|rejected| RunError::Rejected(Box::new(rejected)))?;
    let options = Options {
        ladder: body.request.ladder.clone(),
        samples: Some(body.request.samples),
        seed: Some(body.request.seed),
        strict: body.request.strict,
        threads,
        solver,
    };
    let again = run::judge(documents, &options, progress)?.body;
    compare(body, &again)
}

fn compare(recorded: &Body, again: &Body) -> Result<Replay, ReplayError> {
    let left = canonical::to_value(recorded)?;
    let right = canonical::to_value(again)?;
    if canonical::to_bytes(&left)? == canonical::to_bytes(&right)? {
        return Ok(Replay::Identical);
    }
    if recorded.versions == again.versions {
        // INVARIANT: values whose bytes differ are different values.
        let difference = first_difference(&left, &right).unwrap_or(Difference {
            path: String::new(),
            left: String::new(),
            right: String::new(),
        });
        return Ok(Replay::Differs(difference));
    }
    let version = recorded.versions.cellwright.clone();
    Ok(match first_difference(&essence(left), &essence(right)) {
        None => Replay::OtherVersionAgrees { recorded: version },
        Some(difference) => Replay::OtherVersionDiffers {
            recorded: version,
            difference,
        },
    })
}

/// What must agree between versions: verdicts, outcomes, decision.
fn essence(mut body: Value) -> Value {
    if let Value::Object(map) = &mut body {
        map.retain(|key, _| {
            matches!(
                key.as_str(),
                "rules" | "outcomes" | "decision" | "ladder" | "changes"
            )
        });
        if let Some(Value::Array(rules)) = map.get_mut("rules") {
            for rule in rules {
                keep_verdicts(rule);
            }
        }
    }
    body
}

fn keep_verdicts(rule: &mut Value) {
    for side in ["now", "requested", "proposed"] {
        if let Some(Value::Object(evaluation)) = rule.get_mut(side) {
            evaluation.retain(|key, _| matches!(key.as_str(), "verdict" | "value" | "worst_value"));
        }
    }
}
