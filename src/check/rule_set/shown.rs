//! What a finding rests on: facts that contradict each other, as a question of its own.
//!
//! In: a query and the names of a core. Out: the core as a query with the place of each fact, from
//! which the certificate is made when somebody wants to take it away. Making it again gives the
//! same one, so an analysis that nobody asks for certificates does not pay for them.

use std::collections::BTreeMap;

use super::{Analysis, CoreMember, Finding};
use crate::certificate::contradiction::Certificate;
use crate::check::query::Query;
use crate::check::refute::{Budget, Refuted, refute, restricted};
use crate::span::Span;

/// Facts that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// What that means, in words.
    pub says: String,
    /// The facts; a negated conclusion is one of them.
    pub query: Query,
    /// Where each fact is written, by its name.
    pub spans: BTreeMap<String, Span>,
    /// Whether the solver's word is all there is.
    pub is_solvers: bool,
}

/// The facts of a question and what each of them is.
pub(super) struct Source<'a> {
    /// The question.
    pub query: &'a Query,
    /// Its facts, by name.
    pub members: &'a BTreeMap<String, CoreMember>,
}

impl Shown {
    /// The core of a question.
    #[must_use]
    pub(super) fn new(
        says: String,
        source: &Source<'_>,
        core: &[String],
        is_solvers: bool,
    ) -> Self {
        let span = |name: &String| {
            let member = source.members.get(name)?;
            Some((name.clone(), member.span?))
        };
        Self {
            says,
            query: restricted(source.query, core),
            spans: core.iter().filter_map(span).collect(),
            is_solvers,
        }
    }

    /// Makes the certificate; the checker accepted it. Nothing where our own methods do not find
    /// one.
    #[must_use]
    pub fn certificate(&self) -> Option<Box<Certificate>> {
        match refute(&self.query, &Budget::default()) {
            Refuted::Certified(certificate) => Some(certificate),
            Refuted::Model(_) | Refuted::TooLarge | Refuted::Open(_) => None,
        }
    }
}

impl Analysis {
    /// Returns what a finding rests on; nothing where it needs no proof.
    #[must_use]
    pub fn shown_by(&self, finding: &Finding) -> &[Shown] {
        shown_by(&self.grounds, finding)
    }

    pub(super) fn add(&mut self, finding: Finding, shown: Vec<Shown>) {
        self.grounds.push((finding.clone(), shown));
        self.findings.push(finding);
    }
}

/// Looks a finding up.
#[must_use]
pub fn shown_by<'a>(grounds: &'a [(Finding, Vec<Shown>)], finding: &Finding) -> &'a [Shown] {
    let mut known = grounds.iter();
    let found = known.find(|(own, _)| own == finding);
    found.map_or(&[], |(_, shown)| shown.as_slice())
}

/// The name of a negated fact.
pub(super) fn negated_name(name: &str) -> String {
    format!("not {name}")
}
