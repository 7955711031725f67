//! The documents behind evidence, compared with the digests that were written down.
//!
//! In: a rule set, a reader of files. Out: per piece of evidence with a digest whether its document
//! is still the one it was taken from. The source is looked for beside the rule file, then from
//! where the user started; what cannot be read is said, never passed over.

use std::collections::BTreeMap;

use crate::check::argument::stale::is_stale;
use crate::document::{DOCUMENT_BYTES_MAX, Files, Intake, resolve};
use crate::rule_language::RuleSet;
use crate::rule_language::argument::Evidence;
use crate::span::Sources;

/// What became of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compared {
    /// It is the one.
    Same {
        /// Its path.
        path: String,
    },
    /// It is another one.
    Changed {
        /// Its path.
        path: String,
    },
    /// It was not compared.
    NotRead,
}

/// Compares every document that can be read; by the code of the evidence.
pub fn compare(
    files: &dyn Files,
    rule_set: &RuleSet,
    sources: &Sources,
) -> BTreeMap<String, Compared> {
    compared(rule_set, |evidence| document(files, evidence, sources))
}

/// Compares every document that a record can keep, a text, and takes it in, so that a replay finds
/// what the run found.
pub fn keep(
    files: &dyn Files,
    intake: &mut Intake<'_>,
    rule_set: &RuleSet,
) -> BTreeMap<String, Compared> {
    compared(rule_set, |evidence| {
        let (path, bytes) = document(files, evidence, &intake.sources)?;
        let text = std::str::from_utf8(&bytes).ok()?;
        // A mark before the text is no part of what a record keeps.
        let is_kept = bytes.len() <= DOCUMENT_BYTES_MAX && !text.starts_with('\u{feff}');
        if !is_kept {
            return None;
        }
        intake.open(&path, Some(evidence.span))?;
        Some((path, bytes))
    })
}

fn compared(
    rule_set: &RuleSet,
    mut read: impl FnMut(&Evidence) -> Option<(String, Vec<u8>)>,
) -> BTreeMap<String, Compared> {
    let mut all = BTreeMap::new();
    for evidence in &rule_set.evidences {
        let Some(recorded) = &evidence.sha256 else {
            continue;
        };
        let found = match read(evidence) {
            Some((path, bytes)) if is_stale(recorded, &bytes) => Compared::Changed { path },
            Some((path, _)) => Compared::Same { path },
            None => Compared::NotRead,
        };
        all.insert(evidence.code.clone(), found);
    }
    all
}

fn document(
    files: &dyn Files,
    evidence: &Evidence,
    sources: &Sources,
) -> Option<(String, Vec<u8>)> {
    let own = &sources.get(evidence.span.file).path;
    let paths = [resolve(own, &evidence.source), evidence.source.clone()];
    let mut read = paths
        .into_iter()
        .filter_map(|path| files.read(&path).ok().map(|bytes| (path, bytes)));
    read.next()
}
