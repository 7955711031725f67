//! `cellwright verify` and `cellwright replay`: is a record intact, right, and the same again.
//!
//! In: a record file, or for `verify` a certificate file. Out: what was checked, or the first
//! place that is wrong with exit code 5, as text or JSON. A text of an input that was changed is
//! placed by comparing it with the file of the same path, where that still has the stated digest.

use std::io::ErrorKind;

use super::arguments::{Common, Format, Recorded};
use super::failure::Failure;
use super::output::{self, View};
use super::progress::Line;
use super::run::{failure, shown};
use crate::canonical::sha256_hex;
use crate::certificate::file as certificate;
use crate::exit_code::ExitCode;
use crate::record::body::Body;
use crate::record::{self, RecordError};
use crate::replay::{self, Replay, ReplayError};
use crate::report::verification::{Checked, Replayed, Verification};
use crate::run::RunError;
use crate::run::documents::Rejected;
use crate::verify;

/// Formats of the JSON answers.
const VERIFICATION: &str = "cellwright/verification/1";
const REPLAY: &str = "cellwright/replay/1";

impl View for Verification {
    fn write(&self, format: Format, colour: bool) -> Option<String> {
        match format {
            Format::Text => Some(self.text(colour)),
            Format::Json => Some(self.json()),
            _ => None,
        }
    }
}

impl View for Replayed {
    fn write(&self, format: Format, colour: bool) -> Option<String> {
        match format {
            Format::Text => Some(self.text(colour)),
            Format::Json => Some(self.json()),
            _ => None,
        }
    }
}

fn read(verb: &Recorded) -> Result<Vec<u8>, Failure> {
    std::fs::read(&verb.record).map_err(|error| {
        let message = |reason: &str| format!("cannot read `{}`: {reason}", verb.record.display());
        match error.kind() {
            ErrorKind::NotFound => Failure::argument(message("there is no such file")),
            _ => Failure::environment(message(&error.to_string())),
        }
    })
}

/// Opens a record; the error is what is damaged.
fn open(bytes: &[u8]) -> Result<(Body, String), String> {
    record::open(bytes).map_err(|error| damage(&error))
}

/// The damage in words, with the line where it can be told.
fn damage(error: &RecordError) -> String {
    let RecordError::Input { path, stated, text } = error else {
        return error.to_string();
    };
    let original = std::fs::read(path)
        .ok()
        .filter(|bytes| sha256_hex(bytes) == *stated);
    let Some(original) = original.and_then(|bytes| String::from_utf8(bytes).ok()) else {
        return error.to_string();
    };
    let same = original
        .lines()
        .zip(text.lines())
        .take_while(|(original, recorded)| original == recorded)
        .count();
    let line = same + 1;
    format!("{error}; it differs first in line {line} from the file of that digest")
}

/// The recorded documents are refused now: the record does not come out again. What is wrong with
/// them goes to standard error.
fn refused(common: &Common, rejected: &Rejected) -> String {
    let colour = output::stderr_colour(common);
    eprint!("{}", rejected.diagnostics.render(&rejected.sources, colour));
    format!(
        "version {} refuses the recorded documents",
        env!("CARGO_PKG_VERSION")
    )
}

fn code(result: &str) -> ExitCode {
    if result == "mismatch" {
        ExitCode::Mismatch
    } else {
        ExitCode::Success
    }
}

/// Runs `verify`.
///
/// # Errors
/// [`Failure`] when the file cannot be read at all.
pub fn verify(verb: &Recorded, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let mut answer = Verification {
        format: VERIFICATION.to_owned(),
        record: shown(&verb.record),
        result: "mismatch".to_owned(),
        reason: None,
        sha256: None,
        checked: None,
        proves: None,
    };
    let bytes = read(verb)?;
    if certificate::is_certificate(&bytes) {
        verify_certificate(&bytes, &mut answer);
        output::deliver(&answer, common, &files)?;
        return Ok(code(&answer.result));
    }
    match open(&bytes) {
        Err(reason) => answer.reason = Some(reason),
        Ok((body, digest)) => {
            answer.sha256 = Some(digest);
            match verify::verify(&body) {
                Ok(found) => {
                    "verified".clone_into(&mut answer.result);
                    answer.checked = Some(Checked {
                        inputs: found.inputs as u64,
                        witnesses: found.witnesses as u64,
                        certificates: found.certificates as u64,
                        simulated: found.simulated as u64,
                        unsupported: found.unsupported as u64,
                    });
                }
                Err(error) => answer.reason = Some(error.to_string()),
            }
        }
    }
    output::deliver(&answer, common, &files)?;
    Ok(code(&answer.result))
}

/// Checks a certificate file.
fn verify_certificate(bytes: &[u8], answer: &mut Verification) {
    match certificate::File::open(bytes) {
        Ok(file) => {
            "verified".clone_into(&mut answer.result);
            answer.proves = Some(file.proves());
            answer.checked = Some(Checked {
                inputs: 0,
                witnesses: 0,
                certificates: 1,
                simulated: 0,
                unsupported: 0,
            });
        }
        Err(error) => answer.reason = Some(error.to_string()),
    }
}

/// Runs `replay`.
///
/// # Errors
/// [`Failure`] when the file cannot be read at all or the environment fails.
pub fn replay(verb: &Recorded, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let mut answer = Replayed {
        format: REPLAY.to_owned(),
        record: shown(&verb.record),
        result: "mismatch".to_owned(),
        reason: None,
        recorded_version: None,
        sha256: None,
    };
    match open(&read(verb)?) {
        Err(reason) => answer.reason = Some(reason),
        Ok((body, digest)) => {
            answer.sha256 = Some(digest);
            again(&body, common, &mut answer)?;
        }
    }
    output::deliver(&answer, common, &files)?;
    Ok(code(&answer.result))
}

/// Computes a record again and writes down how it compares.
fn again(body: &Body, common: &Common, answer: &mut Replayed) -> Result<(), Failure> {
    let line = Line::new(common);
    let threads = super::threads(common);
    let found = replay::replay(body, threads, super::solver(false), &line);
    line.finish();
    match found {
        Ok(Replay::Identical) => "identical".clone_into(&mut answer.result),
        Ok(Replay::OtherVersionAgrees { recorded }) => {
            "agrees".clone_into(&mut answer.result);
            answer.recorded_version = Some(recorded);
        }
        Ok(Replay::Differs(difference)) => {
            answer.reason = Some(format!("differs at {difference}"));
        }
        Ok(Replay::OtherVersionDiffers {
            recorded,
            difference,
        }) => {
            answer.recorded_version = Some(recorded);
            answer.reason = Some(format!("differs at {difference}"));
        }
        Err(ReplayError::Run(RunError::Rejected(rejected))) => {
            answer.reason = Some(refused(common, &rejected));
        }
        Err(ReplayError::Run(error)) => return Err(failure(error)),
        Err(ReplayError::Canonical(error)) => {
            return Err(Failure::environment(error.to_string()));
        }
    }
    Ok(())
}
