//! The argument of a rule set: its findings, and the documents behind its evidence.
//!
//! In: a rule set, a reader of files, perhaps a solver. Out: findings with places, worst first. A
//! digest is compared with the document that the source names, beside the rule file or from where
//! the user started; a document that cannot be read is named, never passed over.

use crate::check::argument::stale::is_stale;
use crate::check::argument::{Finding as Found, Graph, Level, Oracle, analyse};
use crate::check::solver_process::Solver;
use crate::document::Files;
use crate::record::body::Finding;
use crate::rule_language::{RuleSet, argument};
use crate::span::Sources;

/// Findings about an argument, with how bad they are together.
#[derive(Debug, Default)]
pub struct Reviewed {
    /// The findings.
    pub findings: Vec<Finding>,
    /// Whether one of them is an error.
    pub has_errors: bool,
    /// Whether one of them is a warning about something known.
    pub has_warnings: bool,
    /// Whether a question was left open.
    pub is_open: bool,
}

/// Reviews the argument of a rule set; nothing where it has neither claims nor evidence.
pub fn review(
    rule_set: &RuleSet,
    files: &dyn Files,
    sources: &Sources,
    solver: Option<&Solver>,
) -> Reviewed {
    let mut reviewed = Reviewed::default();
    if rule_set.claims.is_empty() && rule_set.evidences.is_empty() {
        return reviewed;
    }
    let graph = Graph::of_rule_set(rule_set);
    let mut found = analyse(&graph, &mut Oracle::new(solver)).findings;
    let mut unread = Vec::new();
    for evidence in &rule_set.evidences {
        let Some(recorded) = &evidence.sha256 else {
            continue;
        };
        let Some(node) = graph.named(&evidence.code) else {
            continue;
        };
        match document(evidence, files, sources) {
            Some((document, bytes)) if is_stale(recorded, &bytes) => {
                found.push(Found::StaleEvidence { node, document });
            }
            Some(_) => {}
            None => unread.push(unread_note(evidence, sources)),
        }
    }
    found.sort_by_key(|one| (one.rank(), one.node()));
    for one in &found {
        match (one, one.level()) {
            (Found::Undecided { .. }, _) => reviewed.is_open = true,
            (_, Level::Error) => reviewed.has_errors = true,
            (_, Level::Warning) => reviewed.has_warnings = true,
        }
        let spans = one.spans(&graph).into_iter();
        reviewed.findings.push(Finding {
            code: one.code().to_owned(),
            level: match one.level() {
                Level::Error => "error",
                Level::Warning => "warning",
            }
            .to_owned(),
            message: one.message(&graph),
            places: spans.map(|span| super::place(sources, span)).collect(),
        });
    }
    reviewed.findings.extend(unread);
    reviewed
}

fn document(
    evidence: &argument::Evidence,
    files: &dyn Files,
    sources: &Sources,
) -> Option<(String, Vec<u8>)> {
    let own = &sources.get(evidence.span.file).path;
    let beside = own
        .rsplit_once('/')
        .map(|(folder, _)| format!("{folder}/{}", evidence.source));
    let paths = beside.into_iter().chain([evidence.source.clone()]);
    let mut read = paths.filter_map(|path| files.read(&path).ok().map(|bytes| (path, bytes)));
    read.next()
}

fn unread_note(evidence: &argument::Evidence, sources: &Sources) -> Finding {
    Finding {
        code: "argument-document-not-read".to_owned(),
        level: "note".to_owned(),
        message: format!(
            "the document behind `{}` is not compared with its digest: `{}` cannot be read here",
            evidence.code, evidence.source
        ),
        places: vec![super::place(sources, evidence.code_span)],
    }
}
