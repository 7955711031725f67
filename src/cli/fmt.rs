//! `cellwright fmt`: rule files in the one house layout.
//!
//! In: rule files, or standard input for `-`. Out: files written whole, only where they change;
//! with `--check` nothing is written and the exit code says whether anything would be. A file with
//! mistakes is shown with its mistakes and left as it is.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::arguments::{Common, Fmt};
use super::failure::Failure;
use super::run::shown;
use super::{output, rule_files};
use crate::diagnostic::Diagnostics;
use crate::document::{Disk, Intake};
use crate::exit_code::ExitCode;
use crate::rule_language::{self, ParsedFile};
use crate::span::Sources;

/// Name under which standard input is shown.
const STANDARD_INPUT: &str = "standard-input.rule";

/// Runs the verb.
///
/// # Errors
/// [`Failure`]; no file is written when any of them has a mistake.
pub fn fmt(verb: &Fmt, common: &Common) -> Result<ExitCode, Failure> {
    if verb.rules.iter().any(|path| path.as_os_str() == "-") {
        return standard_input(verb);
    }
    let paths = rule_files::expand(&verb.rules)?;
    let mut changed: Vec<(PathBuf, String)> = Vec::new();
    let disk = Disk::new(".");
    let mut intake = Intake::new(&disk);
    let mut diagnostics = Diagnostics::new();
    for path in &paths {
        let Some(file) = intake.open(&shown(path), None) else {
            continue;
        };
        let text = &intake.sources.get(file).text;
        let parsed = rule_language::parse(file, text);
        match rule_language::format(&parsed, &intake.sources) {
            Some(formatted) if formatted != *text => changed.push((path.clone(), formatted)),
            Some(_) => {}
            None => diagnostics.extend(parsed.diagnostics),
        }
    }
    diagnostics.extend(intake.report.diagnostics());
    if diagnostics.has_errors() {
        return Err(Failure::Documents {
            diagnostics,
            sources: intake.sources,
        });
    }
    if verb.check {
        let lines: String = changed
            .iter()
            .map(|(path, _)| format!("would change {}\n", shown(path)))
            .collect();
        output::print(&lines)?;
        return Ok(if changed.is_empty() {
            ExitCode::Success
        } else {
            ExitCode::Findings
        });
    }
    for (path, text) in &changed {
        output::write_file(path, text.as_bytes())?;
        if !common.quiet {
            eprintln!("formatted {}", shown(path));
        }
    }
    Ok(ExitCode::Success)
}

fn standard_input(verb: &Fmt) -> Result<ExitCode, Failure> {
    if verb.rules.len() > 1 {
        return Err(Failure::argument("`-` stands alone: standard input only"));
    }
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::environment(format!("cannot read standard input: {error}")))?;
    let (parsed, sources) = parse_text(Path::new(STANDARD_INPUT), &text);
    let Some(formatted) = rule_language::format(&parsed, &sources) else {
        return Err(Failure::Documents {
            diagnostics: parsed.diagnostics,
            sources,
        });
    };
    if verb.check {
        return Ok(if formatted == text {
            ExitCode::Success
        } else {
            ExitCode::Findings
        });
    }
    output::print(&formatted)?;
    Ok(ExitCode::Success)
}

fn parse_text(path: &Path, text: &str) -> (ParsedFile, Sources) {
    let mut sources = Sources::new();
    let file = sources.add(shown(path), text);
    (rule_language::parse(file, text), sources)
}
