//! `cellwright missing`: what a scenario lacks, and what it has only on weak grounds.
//!
//! In: a scenario. Out: names that nothing gives (as diagnostics, exit 2, when the twin needs
//! them), values that rules read and nobody gave (exit 3), then assumed and recalled numbers by
//! influence: what to measure first.

use super::arguments::{Common, Format, Missing};
use super::failure::Failure;
use super::output::{self, View};
use super::progress::Line;
use super::run::{failure, read};
use crate::exit_code::ExitCode;
use crate::record::body::Assumption;
use crate::run::{Context, Options, SEARCH_SAMPLES, assumptions};

/// The answer.
#[derive(serde::Serialize)]
struct Lacking {
    missing: Vec<String>,
    weak: Vec<Assumption>,
}

/// Runs the verb.
///
/// # Errors
/// [`Failure::Documents`] when the twin cannot be built for want of values.
pub fn missing(verb: &Missing, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let documents = read(&verb.scenario)?;
    let options = Options {
        ladder: None,
        samples: Some(SEARCH_SAMPLES),
        seed: None,
        strict: false,
        threads: super::threads(common),
        solver: super::solver(false),
    };
    let line = Line::new(common);
    let context = Context::new(&documents, &options, &line);
    let judged = context
        .judge_recipe(&documents.new, context.samples, None)
        .map_err(failure)?;
    let weak = assumptions::assumptions(&context, &judged).map_err(failure)?;
    line.finish();
    let lacking = Lacking {
        missing: judged.missing,
        weak,
    };
    let code = if lacking.missing.is_empty() {
        ExitCode::Success
    } else {
        ExitCode::Undecided
    };
    output::deliver(&lacking, common, &files)?;
    Ok(code)
}

impl View for Lacking {
    fn write(&self, format: Format, _colour: bool) -> Option<String> {
        match format {
            Format::Text => Some(self.text()),
            Format::Json => serde_json::to_string_pretty(self)
                .ok()
                .map(|text| text + "\n"),
            Format::Sarif | Format::Junit | Format::Markdown | Format::Github | Format::Html => {
                None
            }
        }
    }
}

impl Lacking {
    fn text(&self) -> String {
        let mut lines = Vec::new();
        if self.missing.is_empty() {
            lines.push("Missing   nothing that a critical rule reads".to_owned());
        }
        for name in &self.missing {
            lines.push(format!("Missing   {name}"));
        }
        lines.push("Measure first (assumed and recalled numbers by influence)".to_owned());
        for (at, one) in self.weak.iter().enumerate() {
            lines.push(format!(
                "{:>3} {} = {} ({})",
                at + 1,
                one.name,
                one.value,
                one.evidence
            ));
            lines.push(format!("      {}: moves {}", one.spread, one.outcome));
            lines.push(format!("      from {} to {}", one.low, one.high));
        }
        lines.join("\n") + "\n"
    }
}
