//! `cellwright verify` and `cellwright replay`: is a record intact, right, and the same again.
//!
//! In: a record file. Out: one line that says what was checked, or the first place that is wrong
//! with exit code 5.

use super::arguments::{Common, Recorded};
use super::failure::Failure;
use super::output;
use super::progress::Line;
use super::run::{failure, shown};
use crate::exit_code::ExitCode;
use crate::record;
use crate::record::body::Body;
use crate::replay::{self, Replay, ReplayError};
use crate::run::RunError;
use crate::run::documents::Rejected;
use crate::verify;

/// Reads and opens a record; `Err` of the inner result is a damaged record.
fn open(verb: &Recorded) -> Result<Result<(Body, String), String>, Failure> {
    let bytes = std::fs::read(&verb.record).map_err(|error| {
        Failure::environment(format!("cannot read `{}`: {error}", verb.record.display()))
    })?;
    Ok(record::open(&bytes).map_err(|error| error.to_string()))
}

fn mismatch(verb: &Recorded, reason: &str) -> Result<ExitCode, Failure> {
    output::print(&format!("MISMATCH  {}: {reason}\n", shown(&verb.record)))?;
    Ok(ExitCode::Mismatch)
}

/// The recorded documents are refused now: the record does not come out again. What is wrong with
/// them goes to standard error.
fn refused(verb: &Recorded, common: &Common, rejected: &Rejected) -> Result<ExitCode, Failure> {
    let colour = output::stderr_colour(common);
    eprint!("{}", rejected.diagnostics.render(&rejected.sources, colour));
    let reason = format!(
        "version {} refuses the recorded documents",
        env!("CARGO_PKG_VERSION")
    );
    mismatch(verb, &reason)
}

/// Runs `verify`.
///
/// # Errors
/// [`Failure`] when the file cannot be read at all.
pub fn verify(verb: &Recorded, _common: &Common) -> Result<ExitCode, Failure> {
    let (body, digest) = match open(verb)? {
        Ok(opened) => opened,
        Err(reason) => return mismatch(verb, &reason),
    };
    match verify::verify(&body) {
        Ok(found) => {
            output::print(&format!(
                "VERIFIED  {}\n          sha256 {digest}\n          \
                 {} inputs have their digests, {} witnesses evaluated again, {} certificates \
                 checked\n          {} verdicts rest on the simulation: `cellwright replay` \
                 computes them again\n          {} verdicts rest on the solver alone\n",
                shown(&verb.record),
                found.inputs,
                found.witnesses,
                found.certificates,
                found.simulated,
                found.unsupported,
            ))?;
            Ok(ExitCode::Success)
        }
        Err(error) => mismatch(verb, &error.to_string()),
    }
}

/// Runs `replay`.
///
/// # Errors
/// [`Failure`] when the file cannot be read at all or the environment fails.
pub fn replay(verb: &Recorded, common: &Common) -> Result<ExitCode, Failure> {
    let (body, digest) = match open(verb)? {
        Ok(opened) => opened,
        Err(reason) => return mismatch(verb, &reason),
    };
    let line = Line::new(common);
    let threads = super::threads(common);
    let found = replay::replay(&body, threads, super::solver(false), &line);
    line.finish();
    let found = match found {
        Ok(found) => found,
        Err(ReplayError::Run(RunError::Rejected(rejected))) => {
            return refused(verb, common, &rejected);
        }
        Err(ReplayError::Run(error)) => return Err(failure(error)),
        Err(ReplayError::Canonical(error)) => return Err(Failure::environment(error.to_string())),
    };
    match found {
        Replay::Identical => {
            let text = format!(
                "IDENTICAL {}\n          sha256 {digest}\n",
                shown(&verb.record)
            );
            output::print(&text)?;
            Ok(ExitCode::Success)
        }
        Replay::OtherVersionAgrees { recorded } => {
            output::print(&format!(
                "AGREES    {}: made by version {recorded}; verdicts and values are the same\n",
                shown(&verb.record)
            ))?;
            Ok(ExitCode::Success)
        }
        Replay::Differs(difference) => mismatch(verb, &format!("differs at {difference}")),
        Replay::OtherVersionDiffers {
            recorded,
            difference,
        } => mismatch(
            verb,
            &format!("made by version {recorded}; differs at {difference}"),
        ),
    }
}
