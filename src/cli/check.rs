//! `cellwright check`: rules alone, with a recipe, or over the rows of a table.
//!
//! In: rule files. Out: findings on standard output in any format, warnings about the documents on
//! standard error, an exit code.

use super::arguments::{Check, Common, Decimal};
use super::failure::Failure;
use super::run::shown;
use super::views::FindingsView;
use super::{output, rule_files};
use crate::check::redundancy::cache::Cache;
use crate::document::Disk;
use crate::exit_code::ExitCode;
use crate::run::check_rules::{self, Request};
use crate::run::documents::Rejected;
use crate::table::{DecimalSign, TableFormat};

/// Runs the verb.
///
/// # Errors
/// [`Failure`].
pub fn check(verb: &Check, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let rules: Vec<String> = rule_files::expand(&verb.rules)?
        .iter()
        .map(|path| shown(path))
        .collect();
    let [recipe, model, table] =
        [&verb.recipe, &verb.model, &verb.table].map(|path| path.as_deref().map(shown));
    let solver = super::solver(verb.in_process);
    // A cache that cannot be read is an empty one: it holds nothing that cannot be found again.
    let text = verb.cache.as_ref().map(std::fs::read_to_string);
    let cache = text.map(|text| Cache::from_text(&text.unwrap_or_default()));
    let request = Request {
        rules: &rules,
        recipe: recipe.as_deref(),
        model: model.as_deref(),
        table: table.as_deref(),
        format: TableFormat {
            delimiter: verb.delimiter,
            decimal: verb.decimal.map(|sign| match sign {
                Decimal::Point => DecimalSign::Point,
                Decimal::Comma => DecimalSign::Comma,
            }),
            unit_row: false,
        },
        recalled: verb.recalled,
        strict: verb.strict,
        why: verb.why.then_some(verb.most),
        cache: cache.as_ref(),
        solver: solver.as_ref(),
    };
    let checked = check_rules::check(&Disk::new("."), &request).map_err(rejected)?;
    if !checked.warnings.is_empty() && !common.quiet {
        let colour = output::stderr_colour(common);
        eprint!("{}", checked.warnings.render(&checked.sources, colour));
    }
    if let Some(path) = &verb.cache {
        let written = std::fs::write(path, checked.cache.to_text());
        written.map_err(|error| {
            Failure::environment(format!("cannot write `{}`: {error}", path.display()))
        })?;
    }
    output::deliver(&FindingsView(&checked.findings), common, &files)?;
    Ok(checked.exit)
}

/// Turns rejected documents into what the user sees.
#[must_use]
pub fn rejected(rejected: Rejected) -> Failure {
    Failure::Documents {
        diagnostics: rejected.diagnostics,
        sources: rejected.sources,
    }
}
