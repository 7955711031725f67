//! Rule files that are about something else: they read only signals of their own, and the recipe
//! gives none of them.
//!
//! In: the rules and what is known about the recipe. Out: the files, and a warning for each. A
//! folder of rules holds those of several machines; a recipe of one is not undecided under the
//! others. A file that reads a quantity of the dictionary is always judged: there a value is
//! missing.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::case::{Case, SignalCase};
use crate::quantity::dictionary::standard;
use crate::record::body::Finding;
use crate::rule_language::{RuleSet, SignalId};
use crate::span::{FileId, Sources};

/// Code of the note.
const CODE: &str = "not-about-this-recipe";

/// The files of which the recipe gives no signal at all, with the number of their rules and
/// signals.
#[must_use]
pub fn files(set: &RuleSet, case: &Case) -> BTreeMap<FileId, (usize, usize)> {
    let mut of_file: BTreeMap<FileId, (usize, BTreeSet<SignalId>)> = BTreeMap::new();
    for rule in &set.rules {
        let (count, reads) = of_file.entry(rule.span.file).or_default();
        *count += 1;
        reads.extend(rule.reads.iter().copied());
    }
    of_file.retain(|_, (_, reads)| {
        let is_foreign = |&id: &SignalId| {
            let is_known = standard().get(&set.signal(id).name).is_some();
            !is_known && *case.get(id) == SignalCase::Missing
        };
        !reads.is_empty() && reads.iter().all(is_foreign)
    });
    let counted = |(count, reads): (usize, BTreeSet<SignalId>)| (count, reads.len());
    of_file
        .into_iter()
        .map(|(file, known)| (file, counted(known)))
        .collect()
}

/// One warning per file.
#[must_use]
pub fn findings(
    files: &BTreeMap<FileId, (usize, usize)>,
    set: &RuleSet,
    sources: &Sources,
) -> Vec<Finding> {
    let of_file = |(&file, &(rules, signals)): (&FileId, &(usize, usize))| {
        let first = set.rules.iter().find(|rule| rule.span.file == file)?;
        Some(Finding {
            code: CODE.to_owned(),
            level: "warning".to_owned(),
            message: format!(
                "the recipe gives none of the {signals} signals of `{}`: its {rules} rules are \
                 about something else and are not judged",
                sources.get(file).path
            ),
            places: vec![super::place(sources, first.code_span)],
            grounds: Vec::new(),
        })
    };
    files.iter().filter_map(of_file).collect()
}
