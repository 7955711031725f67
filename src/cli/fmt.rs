//! `cellwright fmt`: rule files in the one shape, in place.
//!
//! In: rule files, or `-` for standard input to standard output. Out: formatted files, or with
//! `--check` the names of those that would change and exit 1. A file with mistakes is not touched.

use std::io::Read;
use std::path::Path;

use super::arguments::Fmt;
use super::failure::Failure;
use super::output;
use super::rule_files;
use super::run::shown;
use crate::exit_code::ExitCode;
use crate::rule_language;
use crate::span::Sources;

/// Runs the verb.
///
/// # Errors
/// [`Failure`] for files with mistakes, or that cannot be read or written.
pub fn fmt(verb: &Fmt) -> Result<ExitCode, Failure> {
    if verb.rules.as_slice() == [Path::new("-")] {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| {
                Failure::environment(format!("cannot read standard input: {error}"))
            })?;
        output::print(&formatted("-", &text)?)?;
        return Ok(ExitCode::Success);
    }
    let mut changed = Vec::new();
    for path in rule_files::expand(&verb.rules)? {
        let name = shown(&path);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Failure::environment(format!("cannot read `{name}`: {error}")))?;
        let wanted = formatted(&name, &text)?;
        if wanted == text {
            continue;
        }
        if !verb.check {
            output::write_file(&path, wanted.as_bytes())?;
        }
        changed.push(name);
    }
    let words = if verb.check {
        "would change"
    } else {
        "formatted"
    };
    for name in &changed {
        output::print(&format!("{words} {name}\n"))?;
    }
    let finding = verb.check && !changed.is_empty();
    Ok(if finding {
        ExitCode::Findings
    } else {
        ExitCode::Success
    })
}

fn formatted(name: &str, text: &str) -> Result<String, Failure> {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    let parsed = rule_language::parse(file, text);
    match rule_language::format(&parsed, &sources) {
        Some(formatted) => Ok(formatted),
        None => Err(Failure::Documents {
            diagnostics: parsed.diagnostics,
            sources,
        }),
    }
}
