//! `cellwright repair`: the cheapest change of a recipe that keeps its rules.
//!
//! In: a recipe with rules, or a scenario. Out: the change on standard output, and the limits that
//! would have to give instead; exit 1 where something is broken, 3 where the budget ended first.

use super::arguments::{Common, Repair};
use super::failure::Failure;
use super::output;
use super::question::{self, Answer};
use crate::exit_code::ExitCode;
use crate::report::repair::{json, text};
use crate::run::repair::{Ask, repairs};

/// Runs the verb.
///
/// # Errors
/// [`Failure`].
pub fn repair(verb: &Repair, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let subject = question::read(&verb.question, common)?;
    let ask = Ask {
        robust: !verb.nominal,
        strict: verb.strict,
        within_approval: verb.within_approval,
        keep: verb.keep.clone(),
        weights: verb.weight.clone(),
        budget: verb.budget,
    };
    let (found, exit) = repairs(&subject, &ask).map_err(Failure::argument)?;
    let answer = Answer {
        text: &|colour| text(&found, colour),
        json: &|| json(&found),
    };
    output::deliver(&answer, common, &files)?;
    Ok(exit)
}
