//! `cellwright simulate`: the outcomes of both recipes with spread and paired difference.
//!
//! In: a scenario. Out: a table of at most 80 columns, or the outcome rows as JSON. With
//! `--verify-numerics` the dryer is integrated again by an independent adaptive method.

use super::arguments::{Common, Format, Simulate};
use super::failure::Failure;
use super::output::{self, View};
use super::progress::Line;
use super::run::{failure, options, read};
use crate::exit_code::ExitCode;
use crate::record::body::OutcomeRow;
use crate::report::number::significant;
use crate::run::{Context, summary};

/// The outcome rows of a scenario.
struct Outcomes {
    rows: Vec<OutcomeRow>,
    remark: Option<String>,
}

/// Runs the verb.
///
/// # Errors
/// [`Failure`].
pub fn simulate(verb: &Simulate, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let documents = read(&verb.scenario)?;
    let options = options(&verb.judgement, common);
    let line = Line::new(common);
    let context = Context::new(&documents, &options, &line);
    let now = context
        .judge_recipe(&documents.old, context.samples, None)
        .map_err(failure)?;
    let new = context
        .judge_recipe(&documents.new, context.samples, Some(&now))
        .map_err(failure)?;
    let rows = summary::outcomes(&context, &now, &new, None)
        .map_err(|error| Failure::environment(error.to_string()))?;
    line.finish();
    let remark = if verb.verify_numerics {
        let plant = documents.plant.line();
        let inputs = &new.binding.nominal[..plant.input_count()];
        let check = plant
            .verify_numerics(inputs)
            .map_err(|error| Failure::environment(error.to_string()))?;
        Some(format!(
            "numerics  against an adaptive integrator: film {} K, free solvent {}, residual {}",
            significant(check.temperature_k, 2),
            significant(check.free_share, 2),
            significant(check.bound_fraction, 2),
        ))
    } else {
        None
    };
    output::deliver(&Outcomes { rows, remark }, common, &files)?;
    Ok(ExitCode::Success)
}

impl View for Outcomes {
    fn write(&self, format: Format, _colour: bool) -> Option<String> {
        match format {
            Format::Text => Some(self.text()),
            Format::Json => serde_json::to_string_pretty(&self.rows)
                .ok()
                .map(|text| text + "\n"),
            Format::Sarif | Format::Junit | Format::Markdown | Format::Github | Format::Html => {
                None
            }
        }
    }
}

impl Outcomes {
    fn text(&self) -> String {
        let mut lines = vec![format!(
            "{:<32} {:>9} {:>9} {:>8} {:>9} {}",
            "outcome", "now", "new", "sd", "paired", "unit"
        )];
        for row in &self.rows {
            lines.push(format!(
                "{:<32} {:>9} {:>9} {:>8} {:>9} {}",
                row.name,
                significant(row.now.median, 4),
                significant(row.requested.median, 4),
                significant(row.requested.sd, 2),
                significant(row.difference.mean, 3),
                row.unit,
            ));
            if row.requested.failed > 0 {
                lines.push(format!("  {} samples gave no value", row.requested.failed));
            }
            lines.extend(row.flags.iter().map(|flag| format!("  {flag}")));
        }
        lines.push("now, new: medians; paired: mean of new - now on the same draws".to_owned());
        lines.extend(self.remark.clone());
        lines.join("\n") + "\n"
    }
}
