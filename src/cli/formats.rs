//! Which verb gives which formats, in one place: for the help, for refusals, for views.
//!
//! In: a verb and what the user asked for. Out: the lines of its help, or one sentence that lists
//! what the verb can give. Nothing is ignored in silence.

use clap::ValueEnum;

use super::arguments::{Common, Format, Verb};
use super::failure::Failure;
use super::output;

/// A judged change.
pub const JUDGED: &[Format] = &[
    Format::Text,
    Format::Json,
    Format::Sarif,
    Format::Junit,
    Format::Markdown,
    Format::Github,
    Format::Html,
];
/// Findings of a check.
pub const CHECKED: &[Format] = &[
    Format::Text,
    Format::Json,
    Format::Sarif,
    Format::Junit,
    Format::Markdown,
    Format::Github,
];
/// Cases of a test.
pub const CASES: &[Format] = &[Format::Text, Format::Json, Format::Junit];
/// Everything else that programs read.
pub const PLAIN: &[Format] = &[Format::Text, Format::Json];
/// Points of a simulation.
pub const WHAT_IF: &[Format] = &[Format::Text, Format::Json, Format::Csv, Format::Html];
/// Words for people only.
pub const WORDS: &[Format] = &[Format::Text];

/// What stands below the help of a verb; the example starts with the verb.
#[must_use]
pub fn usage(formats: &[Format], example: &str) -> String {
    let names: Vec<String> = formats.iter().map(|format| name(*format)).collect();
    format!(
        "Formats: {}\n\nExample: cellwright {example}",
        names.join(", ")
    )
}

/// Refuses a format or an output file that the verb does not give.
///
/// # Errors
/// [`Failure::Argument`] with what the verb gives.
pub fn accept(verb: &Verb, common: &Common) -> Result<(), Failure> {
    let formats = verb.formats();
    let refuse = |format: Format| {
        let names: Vec<String> = formats
            .iter()
            .map(|format| format!("`{}`", name(*format)))
            .collect();
        Err(Failure::argument(format!(
            "`{}` gives no `{}`; it gives {}",
            verb.name(),
            name(format),
            names.join(", ")
        )))
    };
    if !formats.contains(&common.format) {
        return refuse(common.format);
    }
    if formats == WORDS && !common.output.is_empty() {
        return Err(Failure::argument(format!(
            "`{}` writes no `--output` file; it answers on standard output",
            verb.name()
        )));
    }
    for text in &common.output {
        let file = output::parsed(text)?;
        if !formats.contains(&file.format) {
            return refuse(file.format);
        }
    }
    Ok(())
}

fn name(format: Format) -> String {
    format
        .to_possible_value()
        .map_or_else(String::new, |value| value.get_name().to_owned())
}
