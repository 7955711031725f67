//! The argument of a decision or of a rule set: what is claimed, on what it rests, where it is
//! weak.
//!
//! In: plain data of an analysed argument. Out: one structure for both, so that hand-written claims
//! extend the argument of a run and an auditor reads one form. Steps name each other; the grounds
//! outside the argument (method, source, document) are words.

use serde::{Deserialize, Serialize};

use super::body::Assignment;

/// One step of the argument.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArgumentStep {
    /// Its name, by which others refer to it: the code of a claim, `rule DR004`, `decision`.
    pub id: String,
    /// `decision`, `rule`, `limit`, `simulation`, `model check`, `observation`, `claim`,
    /// `evidence` or `assumption`.
    pub kind: String,
    /// The claim.
    pub claim: String,
    /// Names of the steps it rests on.
    pub from: Vec<String>,
    /// What it rests on beside them.
    pub rests_on: Vec<String>,
    /// A weakness of its own that an auditor must know; absent when none is known.
    pub leap: Option<String>,
    /// Names of the steps below it that have a weakness.
    pub weak: Vec<String>,
    /// Whether it stands against the attacks.
    pub standing: Standing,
    /// Why it follows, or why not, where it is a claim whose statement was written out.
    pub shown: Option<Shown>,
}

/// Whether a step stands against the attacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// `in`, `out` or `undecided`: the grounded labelling.
    pub label: String,
    /// The round in which the label was given; in and out rest on labels of lower rounds.
    pub rank: u64,
    /// Names of the steps that attack it or what it rests on.
    pub attacked_by: Vec<String>,
}

/// Why a claim follows from its premises, or why not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// `follows`, `leap`, `over-claim`, `vacuous` or `undecided`.
    pub outcome: String,
    /// `certificate`, `point`, `solver` (its word alone) or `nothing`.
    pub by: String,
    /// Names of the facts that are needed, the negated claim among them where it follows.
    pub core: Vec<String>,
    /// Why these facts contradict each other.
    pub certificate: Option<serde_json::Value>,
    /// A point that keeps every premise and breaks the claim.
    pub point: Vec<Assignment>,
    /// The strongest bound that does follow.
    pub strongest: Option<StrongestBound>,
    /// Single facts, each of which would close the gap.
    pub missing: Vec<MissingFact>,
    /// Why it is undecided.
    pub reason: Option<String>,
}

/// The strongest bound that follows, beside the one that is claimed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StrongestBound {
    /// `at most` or `at least`.
    pub side: String,
    /// What is claimed, with unit.
    pub claimed: String,
    /// What follows, with unit.
    pub entailed: String,
    /// What is claimed, SI, exact.
    pub claimed_exact: String,
    /// What follows, SI, exact.
    pub entailed_exact: String,
    /// Whether the end itself is met.
    pub attained: bool,
    /// Why nothing lies beyond; absent where that rests on the solver's word alone.
    pub certificate: Option<serde_json::Value>,
}

/// A fact about one quantity that would close a gap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MissingFact {
    /// The quantity.
    pub name: String,
    /// `<=`, `<`, `>=`, `>` or `in`.
    pub relation: String,
    /// The bound with unit, or the words.
    pub value: String,
    /// The bound, SI, exact; the words again.
    pub exact: String,
}

/// Which sets of nodes stand together, where asked for beside the grounded labelling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Semantics {
    /// `preferred` or `stable`.
    pub name: String,
    /// Names of the nodes of each set.
    pub sets: Vec<Vec<String>>,
    /// Whether more sets would have to be looked at than the bound allows; then none is listed.
    pub too_many: bool,
}
