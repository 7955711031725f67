//! What findings and verdicts rest on, made when somebody wants to take it away.
//!
//! In: facts that contradict each other, judged rules, steps of an argument. Out: grounds for the
//! answer and [`Exhibit`] for files: certificate, question as SMT-LIB text with its status and the
//! places of the rules. Every certificate was accepted by the checker when it was made.

use std::collections::BTreeMap;

use super::place;
use crate::certificate::contradiction;
use crate::certificate::{Any, file};
use crate::check::case::Case;
use crate::check::obligation::{Obligation, Question};
use crate::check::query::{Query, Want};
use crate::check::refute::{Budget, Decided, decide, restricted};
use crate::check::rule_set::{Finding, Member, Shown};
use crate::check::smtlib::{Notes, Status, with_notes};
use crate::check::verdict::{Judgement, Method, Verdict};
use crate::record::body::{Assignment, Ground};
use crate::rule_language::{Rule, RuleSet};
use crate::run::rules;
use crate::span::{Sources, Span};

/// What stands behind one answer, for files of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exhibit {
    /// Names the files.
    pub stem: String,
    /// What is shown, in words.
    pub shows: String,
    /// The certificate, where the answer has one.
    pub certificate: Option<Any>,
    /// The question as SMT-LIB text.
    pub smtlib: String,
    /// Our answer to it, where there is one.
    pub status: Option<Status>,
}

impl Exhibit {
    /// The certificate as a file.
    #[must_use]
    pub fn file(&self) -> Option<file::File> {
        let certificate = self.certificate.clone()?;
        Some(file::File::new(&self.shows, certificate))
    }
}

/// A ground with the certificate in both forms.
pub struct Made {
    /// For the answer.
    pub ground: Ground,
    /// For a file.
    pub certificate: Option<contradiction::Certificate>,
    /// The answer to its question.
    pub status: Status,
}

impl Made {
    /// For files, under a name.
    #[must_use]
    pub fn exhibit(&self, stem: &str) -> Option<Exhibit> {
        Some(Exhibit {
            stem: stem.to_owned(),
            shows: self.ground.shows.clone(),
            certificate: self
                .certificate
                .clone()
                .map(|own| Any::Contradiction(Box::new(own))),
            smtlib: self.ground.smtlib.clone()?,
            status: Some(self.status),
        })
    }
}

/// Makes the certificate of facts that contradict each other.
#[must_use]
pub fn of_shown(shown: &Shown, sources: &Sources) -> Made {
    let spans = shown.spans.iter().map(|(name, &span)| (name.clone(), span));
    contradiction_of(
        &shown.says,
        &shown.query,
        shown.certificate().map(|own| *own),
        &places(spans, sources),
    )
}

/// A contradiction, with or without certificate.
#[must_use]
pub fn contradiction_of(
    shows: &str,
    query: &Query,
    certificate: Option<contradiction::Certificate>,
    places: &BTreeMap<String, String>,
) -> Made {
    let method = certificate
        .as_ref()
        .map_or(Method::Solver, Method::of_refutation);
    let value = certificate.as_ref().map(tagged);
    Made {
        ground: Ground {
            shows: shows.to_owned(),
            method: method.name().to_owned(),
            certificate: value.flatten(),
            witness: Vec::new(),
            smtlib: Some(script(shows, query, Some(Status::Unsat), places)),
        },
        certificate,
        status: Status::Unsat,
    }
}

fn tagged(certificate: &contradiction::Certificate) -> Option<serde_json::Value> {
    serde_json::to_value(Any::Contradiction(Box::new(certificate.clone()))).ok()
}

/// A point at which facts hold together.
#[must_use]
pub fn point_of(
    shows: &str,
    query: &Query,
    witness: Vec<Assignment>,
    places: &BTreeMap<String, String>,
) -> Made {
    Made {
        ground: Ground {
            shows: shows.to_owned(),
            method: Method::Evaluation.name().to_owned(),
            certificate: None,
            witness,
            smtlib: Some(script(shows, query, Some(Status::Sat), places)),
        },
        certificate: None,
        status: Status::Sat,
    }
}

/// Where named facts are written.
#[must_use]
pub fn places(
    spans: impl Iterator<Item = (String, Span)>,
    sources: &Sources,
) -> BTreeMap<String, String> {
    let written = |(name, span)| {
        let at = place(sources, span);
        (name, format!("{}:{}:{}", at.path, at.line, at.column))
    };
    spans.map(written).collect()
}

fn script(
    title: &str,
    query: &Query,
    status: Option<Status>,
    places: &BTreeMap<String, String>,
) -> String {
    let mut asked = query.clone();
    asked.want = match status {
        Some(Status::Unsat) => Want::Core,
        Some(Status::Sat) | None => Want::Model,
    };
    let notes = Notes {
        status,
        title: Some(title.to_owned()),
        places: places.clone(),
    };
    with_notes(&asked, &notes)
}

/// What stands behind a verdict: the question that its certificate answers, or the question that
/// its witness does. Nothing where the question is too large to be written out.
#[must_use]
pub fn of_verdict(
    rule_set: &RuleSet,
    rule: &Rule,
    case: &Case,
    sources: &Sources,
    judgement: &Judgement,
) -> Option<Exhibit> {
    let verdict = judgement.verdict.name();
    let question = Question::behind(verdict, rule).unwrap_or(Question::Broken);
    let status = match judgement.verdict {
        Verdict::Holds | Verdict::Conditional | Verdict::Idle | Verdict::Vacuous => {
            Some(Status::Unsat)
        }
        Verdict::Violated | Verdict::HoldsNominally => Some(Status::Sat),
        Verdict::Undecided(_) => None,
    };
    let notes = rules::notes(rule_set, rule, sources, question, status);
    let mut query = Obligation::of(question, rule_set, rule, case)?.query;
    let mut certificate = judgement.certificate.clone();
    if status == Some(Status::Unsat) {
        query.want = Want::Core;
        // The contradiction of as few facts as possible: this is what a proof assistant replays.
        if let Decided::Unsatisfiable {
            core,
            certificate: Some(own),
        } = decide(&query, None, &Budget::default())
        {
            query = restricted(&query, &core);
            certificate = Some(Any::Contradiction(own));
        }
    }
    Some(Exhibit {
        stem: rule.code.clone(),
        shows: format!("{} {verdict}", rule.code).replace('_', " "),
        certificate,
        smtlib: with_notes(&query, &notes),
        status,
    })
}

/// Names the files of a finding: its code and the rule it is about.
#[must_use]
pub fn stem_of(finding: &Finding) -> String {
    let first = |core: &[crate::check::rule_set::CoreMember]| {
        core.iter().find_map(|member| match &member.member {
            Member::Rule(code) | Member::Guard(code) | Member::GuardPart(code) => {
                Some(code.clone())
            }
            Member::Choice(..) | Member::Setpoint(_) | Member::Assumption(_) | Member::Range(_) => {
                None
            }
        })
    };
    let rule = match finding {
        Finding::InconsistentUnderGuard { rule, .. }
        | Finding::Vacuous { rule, .. }
        | Finding::DeadGuardPart { rule, .. }
        | Finding::LimitOutsideRange { rule, .. }
        | Finding::ImplausibleLimit { rule, .. } => Some(rule.clone()),
        Finding::Shadowed { rule, .. }
        | Finding::Redundant { rule, .. }
        | Finding::NeverBinding { rule, .. } => first(std::slice::from_ref(rule)),
        Finding::ContradictoryAssumptions { core }
        | Finding::Inconsistent { core }
        | Finding::InconsistentInMode { core, .. }
        | Finding::Equivalent { rules: core, .. } => first(core),
        Finding::RedundancyUndecided { .. } | Finding::Undecided { .. } => None,
    };
    match rule {
        Some(rule) => format!("{}-{rule}", finding.code()),
        None => finding.code().to_owned(),
    }
}

/// Gives every file a name of its own, in the order given.
pub fn named_apart(all: &mut [Exhibit]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in all {
        let stem = file_stem(&one.stem);
        let count = counts.entry(stem.clone()).or_default();
        *count += 1;
        one.stem = match *count {
            1 => stem,
            count => format!("{stem}_{count}"),
        };
    }
}

/// Letters, digits and `_`, no digit first: what a proof assistant takes for a file name.
#[must_use]
pub fn file_stem(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let mut stem: String = name.chars().map(plain).collect();
    if !stem.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        stem.insert(0, '_');
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain_and_no_two_are_equal() {
        let named = |stem: &str| Exhibit {
            stem: stem.to_owned(),
            shows: String::new(),
            certificate: None,
            smtlib: String::new(),
            status: None,
        };
        let mut all: Vec<Exhibit> = ["shadowed-A1", "A1", "shadowed-A1", "9 b/../c", ""]
            .map(named)
            .into();
        named_apart(&mut all);
        let stems: Vec<&str> = all.iter().map(|one| one.stem.as_str()).collect();
        assert_eq!(
            stems,
            ["shadowed_A1", "A1", "shadowed_A1_2", "_9_b____c", "_"]
        );
    }
}
