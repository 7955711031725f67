//! The argument as written: claims, what they rest on, and what attacks them.
//!
//! Made by [`resolve`](super::resolve()), read by the analysis of arguments. A [`Claim`] is a
//! formula with premises, an [`Evidence`] a formula with a source; both may attack others. Nothing
//! is judged here: whether the premises entail the claim, whether claims rest on each other in a
//! circle, and which attacks succeed are questions to the engines. Codes are one name space over
//! rules, assumptions, claims and evidence, so a [`Node`] is unambiguous in every report.

use std::collections::BTreeSet;

use super::ast::EvidenceClass;
use super::expression::{BoolExpr, SignalId};
use super::rule_set::RuleSet;
use crate::span::Span;

/// Something a claim can rest on or an attack can aim at, by its index in the [`RuleSet`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A rule, in [`RuleSet::rules`]: its statement is "guard implies body".
    Rule(usize),
    /// An assumption with a code, in [`RuleSet::assumptions`].
    Assumption(usize),
    /// A claim, in [`RuleSet::claims`].
    Claim(usize),
    /// A piece of evidence, in [`RuleSet::evidences`].
    Evidence(usize),
}

/// One premise of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Premise {
    /// What the claim rests on.
    pub node: Node,
    /// Where the claim names it.
    pub span: Span,
}

/// A defeater: a reason why a node does not stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attack {
    /// What is attacked.
    pub target: Node,
    /// Why it falls.
    pub because: String,
    /// The whole clause.
    pub span: Span,
}

/// A statement that follows, its author says, from its premises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The user's code.
    pub code: String,
    /// One line for people.
    pub title: String,
    /// What is claimed.
    pub formula: BoolExpr,
    /// What it rests on, in the order written; empty for an unsupported claim.
    pub from: Vec<Premise>,
    /// What it attacks, in the order written.
    pub attacks: Vec<Attack>,
    /// Signals read, through lets too.
    pub reads: BTreeSet<SignalId>,
    /// The whole item.
    pub span: Span,
    /// The code.
    pub code_span: Span,
}

/// A statement taken from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The user's code.
    pub code: String,
    /// One line for people.
    pub title: String,
    /// What it shows.
    pub formula: BoolExpr,
    /// Where it comes from.
    pub source: String,
    /// How much it weighs.
    pub class: EvidenceClass,
    /// SHA-256 of the document it was taken from, 64 hexadecimal digits in lower case.
    pub sha256: Option<String>,
    /// The words it was taken from.
    pub quote: Option<String>,
    /// What it attacks, in the order written.
    pub attacks: Vec<Attack>,
    /// Signals read, through lets too.
    pub reads: BTreeSet<SignalId>,
    /// The whole item.
    pub span: Span,
    /// The code.
    pub code_span: Span,
}

impl RuleSet {
    /// Returns the code of a node; assumptions without one are counted from 1.
    ///
    /// # Panics
    /// When the index comes from another rule set.
    #[must_use]
    pub fn node_code(&self, node: Node) -> String {
        match node {
            Node::Rule(at) => self.rules[at].code.clone(),
            Node::Claim(at) => self.claims[at].code.clone(),
            Node::Evidence(at) => self.evidences[at].code.clone(),
            Node::Assumption(at) => match &self.assumptions[at].name {
                Some((code, _)) => code.clone(),
                None => format!("assumption {}", at + 1),
            },
        }
    }

    /// Returns the place of a node.
    ///
    /// # Panics
    /// When the index comes from another rule set.
    #[must_use]
    pub fn node_span(&self, node: Node) -> Span {
        match node {
            Node::Rule(at) => self.rules[at].code_span,
            Node::Claim(at) => self.claims[at].code_span,
            Node::Evidence(at) => self.evidences[at].code_span,
            Node::Assumption(at) => self.assumptions[at].condition.span,
        }
    }

    /// Returns all attacks with their attackers: claims first, then evidence, as written.
    #[must_use]
    pub fn attacks(&self) -> Vec<(Node, &Attack)> {
        let of_claims = self.claims.iter().enumerate();
        let of_claims = of_claims.flat_map(|(at, claim)| {
            let from = Node::Claim(at);
            claim.attacks.iter().map(move |attack| (from, attack))
        });
        let of_evidence = self.evidences.iter().enumerate();
        let of_evidence = of_evidence.flat_map(|(at, evidence)| {
            let from = Node::Evidence(at);
            evidence.attacks.iter().map(move |attack| (from, attack))
        });
        of_claims.chain(of_evidence).collect()
    }
}
