//! `cellwright window`: what each setpoint may be, and which rule ends it.
//!
//! In: a recipe with rules, or a scenario. Out: windows on standard output; exit 1 where the recipe
//! stands outside one, 3 where a rule could not be taken into account.

use super::arguments::{Common, Window};
use super::failure::Failure;
use super::output;
use super::question::{self, Answer};
use crate::exit_code::ExitCode;
use crate::report::window::{json, text};
use crate::run::window::{Ask, windows};

/// Runs the verb.
///
/// # Errors
/// [`Failure`].
pub fn window(verb: &Window, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let subject = question::read(&verb.question, common)?;
    let ask = Ask {
        robust: verb.robust,
        parameters: verb.parameter.clone(),
    };
    let (found, exit) = windows(&subject, &ask).map_err(Failure::argument)?;
    let answer = Answer {
        text: &|colour| text(&found, colour),
        json: &|| json(&found),
    };
    output::deliver(&answer, common, &files)?;
    Ok(exit)
}
