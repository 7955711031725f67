//! `cellwright lots`: which incoming lots can be run at all.
//!
//! In: a recipe with rules, or a scenario, and the ranges of its materials. Out: the answer on
//! standard output; exit 1 where a lot cannot be run, 3 where that is undecided.

use super::arguments::{Common, Lots};
use super::failure::Failure;
use super::output;
use super::question::{self, Answer};
use crate::exit_code::ExitCode;
use crate::report::lots::{json, text};
use crate::run::lots::{self, Ask};

/// Runs the verb.
///
/// # Errors
/// [`Failure`].
pub fn lots(verb: &Lots, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let subject = question::read(&verb.question, common)?;
    let ask = Ask {
        materials: verb.material.clone(),
        fix: verb.fix.clone(),
        strict: verb.strict,
    };
    let (found, exit) = lots::lots(&subject, &ask).map_err(Failure::argument)?;
    let answer = Answer {
        text: &|colour| text(&found, colour),
        json: &|| json(&found),
    };
    output::deliver(&answer, common, &files)?;
    Ok(exit)
}
