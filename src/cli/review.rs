//! `cellwright plan` for rules: an old and a new version, perhaps with two recipes.
//!
//! In: two rule files or folders, or two recipes with `--old-rules` and `--new-rules`. Out: the
//! review on standard output; exit 1 where something changed (or, with recipes, where the new
//! recipe breaks the new rules), 3 where something is undecided.

use std::path::{Path, PathBuf};

use super::arguments::{Common, Plan};
use super::check::rejected;
use super::failure::Failure;
use super::question::Answer;
use super::run::shown;
use super::{output, rule_files};
use crate::document::Disk;
use crate::exit_code::ExitCode;
use crate::report::review::{json, text};
use crate::run::review::{self, Request};

/// Paths of both versions, and of both recipes where they are given.
pub struct Pair {
    old_rules: Vec<PathBuf>,
    new_rules: Vec<PathBuf>,
    recipes: Option<(String, String)>,
}

/// Whether the arguments ask for a review of rules, and of which.
#[must_use]
pub fn asked(verb: &Plan) -> Option<Result<Pair, Failure>> {
    if !verb.old_rules.is_empty() {
        let [old, new] = verb.documents.as_slice() else {
            let message = "`--old-rules` and `--new-rules` need an old and a new recipe";
            return Some(Err(Failure::argument(message)));
        };
        return Some(Ok(Pair {
            old_rules: verb.old_rules.clone(),
            new_rules: verb.new_rules.clone(),
            recipes: Some((shown(old), shown(new))),
        }));
    }
    let is_rules = |path: &Path| {
        path.is_dir()
            || path
                .extension()
                .is_some_and(|extension| extension == "rule")
    };
    match verb.documents.as_slice() {
        [old, new] if is_rules(old) && is_rules(new) => Some(Ok(Pair {
            old_rules: vec![old.clone()],
            new_rules: vec![new.clone()],
            recipes: None,
        })),
        _ => None,
    }
}

/// Runs the review.
///
/// # Errors
/// [`Failure`].
pub fn review(verb: &Plan, pair: Pair, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let paths = |paths: &[PathBuf]| -> Result<Vec<String>, Failure> {
        let files = rule_files::expand(paths)?;
        Ok(files.iter().map(|path| shown(path)).collect())
    };
    let (old_rules, new_rules) = (paths(&pair.old_rules)?, paths(&pair.new_rules)?);
    let model = verb.model.as_deref().map(shown);
    let solver = super::solver(verb.judgement.in_process);
    let recipes = pair.recipes.as_ref();
    let request = Request {
        old_rules: &old_rules,
        new_rules: &new_rules,
        recipes: recipes.map(|(old, new)| (old.as_str(), new.as_str())),
        model: model.as_deref(),
        solver: solver.as_ref(),
    };
    let (found, exit) = review::review(&Disk::new("."), &request).map_err(rejected)?;
    let answer = Answer {
        text: &|colour| text(&found, colour),
        json: &|| json(&found),
    };
    output::deliver(&answer, common, &files)?;
    Ok(exit)
}
