//! Analysed nodes as steps that are recorded and printed.
//!
//! In: a graph with its analysis. Out: per node its standing, and per claim why it follows or why
//! not, with names and units in place of numbers of variables. Nothing is decided here.

use crate::certificate::contradiction::Certificate;
use crate::check::argument::attack::{Framework, Label, Labelling};
use crate::check::argument::finding::{member, name, number};
use crate::check::argument::gap::Missing;
use crate::check::argument::step::{Leap, Outcome, Strongest};
use crate::check::argument::{Finding, Graph, Kind};
use crate::check::query::{Value, VarId};
use crate::rational::Rational;
use crate::record::argument::{MissingFact, Shown, Standing, StrongestBound};
use crate::record::body::Assignment;

/// The word for a node of a rule set.
#[must_use]
pub fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Evidence { .. } => "evidence",
        Kind::Rule { .. } => "limit",
        Kind::Assumption => "assumption",
        Kind::Claim => "claim",
    }
}

/// Whether a node stands, and who attacks it or what it rests on.
#[must_use]
pub fn standing(
    graph: &Graph,
    framework: &Framework,
    labelling: &Labelling,
    node: usize,
) -> Standing {
    let own = labelling.labels[node];
    let label = match own.label {
        Label::In => "in",
        Label::Out => "out",
        Label::Undecided => "undecided",
    };
    let attackers = framework.attackers[node].iter();
    Standing {
        label: label.to_owned(),
        rank: u64::try_from(own.rank).unwrap_or(u64::MAX),
        attacked_by: attackers.map(|&by| graph.nodes[by].code.clone()).collect(),
    }
}

/// What the findings say about a node, in one sentence; what a step below says is not repeated.
#[must_use]
pub fn words_about(graph: &Graph, findings: &[Finding], node: usize) -> Option<String> {
    let own = findings.iter().filter(|found| found.node() == node);
    let words: Vec<String> = own
        .filter(|found| !matches!(found, Finding::UnusedEvidence { .. }))
        .map(|found| found.message(graph))
        .collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Why a claim follows, or why not.
#[must_use]
pub fn shown(graph: &Graph, outcome: &Outcome) -> Shown {
    let mut shown = Shown {
        outcome: String::new(),
        by: "nothing".to_owned(),
        core: Vec::new(),
        certificate: None,
        point: Vec::new(),
        strongest: None,
        missing: Vec::new(),
        reason: None,
    };
    match outcome {
        Outcome::Entailed { core, certificate } => {
            "follows".clone_into(&mut shown.outcome);
            contradiction(&mut shown, core, certificate.as_deref());
        }
        Outcome::Vacuous { core, certificate } => {
            "vacuous".clone_into(&mut shown.outcome);
            contradiction(&mut shown, core, certificate.as_deref());
        }
        Outcome::Leap(leap) => {
            let is_over_claim = leap.strongest.is_some();
            let word = if is_over_claim { "over-claim" } else { "leap" };
            word.clone_into(&mut shown.outcome);
            "point".clone_into(&mut shown.by);
            shown.point = point(graph, leap);
            shown.strongest = leap.strongest.as_ref().map(strongest);
            shown.missing = leap.missing.iter().map(|one| missing(graph, one)).collect();
        }
        Outcome::Undecided(reason) => {
            "undecided".clone_into(&mut shown.outcome);
            shown.reason = Some(reason.as_ref().map_or_else(
                || "it cannot be written out".to_owned(),
                ToString::to_string,
            ));
        }
    }
    shown
}

fn contradiction(shown: &mut Shown, core: &[String], certificate: Option<&Certificate>) {
    let by = if certificate.is_some() {
        "certificate"
    } else {
        "solver"
    };
    by.clone_into(&mut shown.by);
    shown.core = core.to_vec();
    shown.certificate = certificate.and_then(written);
}

fn written(certificate: &Certificate) -> Option<serde_json::Value> {
    serde_json::to_value(certificate).ok()
}

fn point(graph: &Graph, leap: &Leap) -> Vec<Assignment> {
    let assigned = |&id: &VarId| {
        let value = leap.point.value(id)?;
        let (value, exact) = match value {
            Value::Real(exact) => (number(graph, id, exact), exact.to_string()),
            Value::Bool(truth) => (truth.to_string(), truth.to_string()),
            Value::Enum(place) => {
                let word = member(graph, id, *place);
                (word.clone(), word)
            }
        };
        Some(Assignment {
            name: name(graph, id).to_owned(),
            value,
            exact,
            offset: String::new(),
        })
    };
    leap.variables.iter().filter_map(assigned).collect()
}

fn strongest(bound: &Strongest) -> StrongestBound {
    let side = if bound.is_upper {
        "at most"
    } else {
        "at least"
    };
    StrongestBound {
        side: side.to_owned(),
        claimed: bound.display(&bound.claimed),
        entailed: bound.display(&bound.entailed),
        claimed_exact: bound.claimed.to_string(),
        entailed_exact: bound.entailed.to_string(),
        attained: bound.attained,
        certificate: bound.certificate.as_deref().and_then(written),
    }
}

fn missing(graph: &Graph, missing: &Missing) -> MissingFact {
    let bound = |id: VarId, relation: &str, exact: &Rational| MissingFact {
        name: name(graph, id).to_owned(),
        relation: relation.to_owned(),
        value: number(graph, id, exact),
        exact: exact.to_string(),
    };
    match missing {
        Missing::AtMost {
            variable,
            value,
            closed,
        } => bound(*variable, if *closed { "<=" } else { "<" }, value),
        Missing::AtLeast {
            variable,
            value,
            closed,
        } => bound(*variable, if *closed { ">=" } else { ">" }, value),
        Missing::OneOf { variable, members } => {
            let words = members.iter().map(|&one| member(graph, *variable, one));
            let words = words.collect::<Vec<_>>().join(", ");
            MissingFact {
                name: name(graph, *variable).to_owned(),
                relation: "in".to_owned(),
                value: words.clone(),
                exact: words,
            }
        }
    }
}
