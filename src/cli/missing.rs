//! `cellwright missing`: what a scenario lacks, and what it has only on weak grounds.
//!
//! In: a scenario. Out: names that nothing gives, those the twin needs first, then those that
//! rules read, by severity (exit 3 when the twin or a critical rule lacks something); then assumed
//! and recalled numbers by influence: what to measure first.

use super::arguments::{Common, Format, Missing};
use super::check::rejected;
use super::failure::Failure;
use super::output::{self, View};
use super::progress::Line;
use super::run::{failure, read, shown};
use crate::document::Disk;
use crate::exit_code::ExitCode;
use crate::report::lacking::Lacking;
use crate::run::documents;
use crate::run::gaps::Gap;
use crate::run::{Context, Options, SEARCH_SAMPLES, assumptions};

/// Format of the JSON answer.
const FORMAT: &str = "cellwright/missing/1";

struct LackingView<'a>(&'a Lacking);

impl View for LackingView<'_> {
    fn write(&self, format: Format, colour: bool) -> Option<String> {
        match format {
            Format::Text => Some(self.0.text(colour)),
            Format::Json => Some(self.0.json()),
            _ => None,
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// [`Failure::Documents`] when the documents are wrong beyond what they lack.
pub fn missing(verb: &Missing, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let path = shown(&verb.scenario);
    let gaps = documents::gaps(&Disk::new("."), &path).map_err(rejected)?;
    let blocks = |gap: &Gap| matches!(gap.weight.as_str(), "twin" | "critical");
    let code = if gaps.iter().any(blocks) {
        ExitCode::Undecided
    } else {
        ExitCode::Success
    };
    let simulated = !gaps.iter().any(|gap| gap.weight == "twin");
    let weak = if simulated {
        weak(verb, common)?
    } else {
        Vec::new()
    };
    let lacking = Lacking {
        format: FORMAT.to_owned(),
        scenario: path,
        missing: gaps,
        simulated,
        weak,
    };
    output::deliver(&LackingView(&lacking), common, &files)?;
    Ok(code)
}

/// Weak numbers by influence on the observed outcomes.
fn weak(verb: &Missing, common: &Common) -> Result<Vec<crate::record::body::Assumption>, Failure> {
    let documents = read(&verb.scenario)?;
    let options = Options {
        ladder: None,
        samples: Some(verb.samples.unwrap_or(SEARCH_SAMPLES)),
        seed: None,
        strict: false,
        threads: super::threads(common),
        solver: None,
    };
    let line = Line::new(common);
    let context = Context::new(&documents, &options, &line).map_err(failure)?;
    let weak = context
        .judge_recipe(&documents.new, context.samples, None)
        .and_then(|judged| assumptions::assumptions(&context, &judged));
    line.finish();
    weak.map_err(failure)
}
