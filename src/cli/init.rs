//! `cellwright init`: a recipe, rule file, scenario or import map to start from.
//!
//! In: the kind of document and a path that must not exist yet; for recipes perhaps a CSV export
//! with its map. Out: the file; what an export holds and could not be used is listed on standard
//! error and nothing is written, unless `--partial` asks for a recipe that names it in comments.

use std::path::Path;

use super::arguments::{Common, Init, Template};
use super::failure::Failure;
use super::output;
use super::run::shown;
use crate::document::{Disk, Intake};
use crate::exit_code::ExitCode;
use crate::recipe::import::import;

/// A recipe that lacks nothing: that of the demonstration line.
const RECIPE: &str = include_str!("../../scenarios/recipes/line3-nmc111.toml");
const RULES: &str = include_str!("templates/rules.rule");
const SCENARIO: &str = include_str!("templates/scenario.toml");
const MAP: &str = include_str!("templates/map.toml");

/// Runs the verb.
///
/// # Errors
/// [`Failure`] for an existing file, a bad export or an unwritable path.
pub fn init(verb: &Init, common: &Common) -> Result<ExitCode, Failure> {
    let path = shown(&verb.path);
    if verb.path.exists() {
        let message = format!("`{path}` exists; choose another name, nothing is overwritten");
        return Err(Failure::argument(message));
    }
    let text = match (&verb.from, &verb.map, verb.template) {
        (Some(from), Some(map), Template::Recipe) => imported(verb, common, from, map)?,
        (Some(_), ..) => return Err(Failure::argument("`--from` makes recipes only")),
        (None, _, Template::Recipe) => RECIPE.to_owned(),
        (None, _, Template::Rules) => RULES.to_owned(),
        (None, _, Template::Scenario) => SCENARIO.to_owned(),
        (None, _, Template::Map) => MAP.to_owned(),
    };
    output::ensure_writable(&verb.path)?;
    output::write_file(&verb.path, text.as_bytes())?;
    if !common.quiet {
        output::print(&format!("wrote {path}\n"))?;
    }
    Ok(ExitCode::Success)
}

fn imported(verb: &Init, common: &Common, from: &Path, map: &Path) -> Result<String, Failure> {
    let (from, map) = (shown(from), shown(map));
    let disk = Disk::new(".");
    let mut intake = Intake::new(&disk);
    let imported = import(&mut intake, &from, &map);
    let diagnostics = intake.report.diagnostics();
    let imported = match imported {
        Some(imported) if !diagnostics.has_errors() => imported,
        _ => {
            return Err(Failure::Documents {
                diagnostics,
                sources: intake.sources,
            });
        }
    };
    let refused = imported.refused.len();
    for line in &imported.refused {
        eprintln!("refused: {}", crate::diagnostic::visible(line));
    }
    if imported.parameters == 0 {
        let message = format!("nothing in `{from}` can be used: no recipe was written");
        return Err(Failure::argument(message));
    }
    if refused > 0 && !verb.partial {
        return Err(Failure::argument(format!(
            "{} refused in `{from}`: no recipe was written; mend the export or the map, or keep \
             what can be used with `--partial`",
            entries(refused)
        )));
    }
    if !common.quiet {
        for line in &imported.unmapped {
            eprintln!("not asked for: {}", crate::diagnostic::visible(line));
        }
    }
    if refused > 0 {
        eprintln!(
            "warning: {} refused; the recipe names them in comments",
            entries(refused)
        );
    }
    Ok(imported.text)
}

fn entries(n: usize) -> String {
    match n {
        1 => "1 entry was".to_owned(),
        n => format!("{n} entries were"),
    }
}
