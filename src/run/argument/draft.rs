//! What a run claims, before it is checked.
//!
//! In: the results of a run. Out: drafts in an order in which each comes after what it rests on;
//! each says which facts it needs and which of them the run has, in the words of an auditor.

use super::Given;
use crate::check::argument::graph::{Graph, Kind};
use crate::record::body::{DeltaRow, RuleRow};
use crate::rule_language::EvidenceClass;

/// Assumptions named in the argument.
const ASSUMPTIONS_NAMED: usize = 3;

/// What was seen: a ground, not a claim.
pub const OBSERVATION: &str = "observation";

/// What a rule says about the requested recipe.
pub const VERDICT: &str = "verdict";

/// Name of the step about the simulation.
const SIMULATION: &str = "simulation";

/// A fact without which a claim does not follow.
pub struct Need {
    /// What an auditor reads where the run does not have it.
    pub lacking: String,
    /// Whether the run has it.
    pub is_given: bool,
}

/// A claim before it is checked.
pub struct Draft {
    /// Its name.
    pub id: String,
    /// What it is.
    pub kind: &'static str,
    /// One sentence.
    pub claim: String,
    /// Names of drafts and limits it rests on.
    pub from: Vec<String>,
    /// What it rests on beside them.
    pub rests_on: Vec<String>,
    /// What it needs.
    pub needs: Vec<Need>,
}

pub fn need(words: &str, is_given: bool) -> Need {
    Need {
        lacking: words.to_owned(),
        is_given,
    }
}

/// The name of the verdict of a rule.
pub fn verdict_id(code: &str) -> String {
    format!("verdict {code}")
}

/// The drafts of a run, the decision last.
pub fn drafts(given: &Given<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for delta in checks(given) {
        drafts.push(observation(delta));
        drafts.push(model_check(delta));
    }
    drafts.push(simulation(given));
    let rows = given.rows.iter().filter(|row| is_argued(given, row));
    drafts.extend(rows.map(verdict));
    drafts.push(decision(given));
    drafts
}

/// Rules that decide, that are broken, or that a claim rests on.
fn is_argued(given: &Given<'_>, row: &RuleRow) -> bool {
    let code = &row.rule.code;
    let is_broken = matches!(
        row.requested.verdict.as_str(),
        "violated" | "holds_nominally"
    );
    let is_premise = || {
        let claims = given.rule_set().claims.iter();
        let mut premises = claims.flat_map(|claim| &claim.from);
        premises.any(|premise| given.rule_set().node_code(premise.node) == *code)
    };
    row.rule.severity == "critical"
        || (is_broken && row.rule.severity == "major")
        || given.decision.blocking.contains(code)
        || is_premise()
}

fn is_idle(row: &RuleRow) -> bool {
    matches!(row.requested.verdict.as_str(), "idle" | "vacuous")
}

fn verdict(row: &RuleRow) -> Draft {
    let evaluation = &row.requested;
    let how = match (&evaluation.probability, evaluation.certificate.is_some()) {
        (Some(counts), _) => format!("{} of {} joint samples fail", counts.failures, counts.n),
        (None, true) => format!("{}, with a certificate that was checked", evaluation.method),
        (None, false) if evaluation.rechecked => {
            format!("{}, its witness evaluated again exactly", evaluation.how())
        }
        (None, false) => evaluation.how(),
    };
    let is_simulated = row.rule.kind == "outcome";
    // A rule that does not apply asks for nothing and carries nothing.
    let mut from = Vec::new();
    if !is_idle(row) {
        from.push(row.rule.code.clone());
        if is_simulated {
            from.push(SIMULATION.to_owned());
        }
    }
    // A question of the solver that no certificate answers is said to rest on it.
    let is_by_solver = evaluation.is_solvers_word();
    Draft {
        id: verdict_id(&row.rule.code),
        kind: VERDICT,
        claim: format!(
            "{} {}: {}",
            row.rule.code, row.rule.title, evaluation.verdict
        ),
        from,
        rests_on: vec![how],
        needs: vec![
            need("simulated, not proved", is_idle(row) || !is_simulated),
            need("not decided", evaluation.verdict != "undecided"),
            need("rests on the solver's word alone", !is_by_solver),
        ],
    }
}

/// What the limit of a rule asks, and what weakens it.
pub fn limit_words(given: &Given<'_>, code: &str) -> (String, Vec<String>) {
    let Some(row) = given.rows.iter().find(|row| row.rule.code == code) else {
        return (String::new(), Vec::new());
    };
    let claim = format!("{} {} {}", row.rule.code, row.rule.title, row.rule.limit);
    let is_recalled = row.rule.evidence == EvidenceClass::Recalled.name();
    let words = is_recalled.then(|| "rests on a recalled limit: it needs a source".to_owned());
    (claim, words.into_iter().collect())
}

/// What a limit replaced.
pub fn replaced(given: &Given<'_>, code: &str) -> Vec<String> {
    let rows = given.rows.iter().filter(|row| row.rule.code == code);
    let overrides = rows.flat_map(|row| &row.rule.overrides);
    let words = overrides.map(|one| {
        format!(
            "replaces {} of {} ({}): {}; {} answers for it",
            one.old, one.old_source, one.old_evidence, one.reason, one.owner
        )
    });
    words.collect()
}

/// Rules that a hand-written claim rests on and that do not hold for the requested recipe.
pub fn premises_here(given: &Given<'_>, from: &[usize], graph: &Graph) -> Vec<String> {
    let words = from.iter().filter_map(|&at| {
        let node = &graph.nodes[at];
        if !matches!(node.kind, Kind::Rule { .. }) {
            return None;
        }
        let mut rows = given.rows.iter();
        let row = rows.find(|row| row.rule.code == node.code)?;
        match row.requested.verdict.as_str() {
            "violated" => Some(format!("rests on `{}`, which is violated here", node.code)),
            "holds_nominally" => Some(format!(
                "rests on `{}`, which breaks within the tolerance here",
                node.code
            )),
            "undecided" => Some(format!("rests on `{}`, not decided here", node.code)),
            _ => None,
        }
    });
    words.collect()
}

/// Whether a flag says that a law was used where it was not made for, and not that a web leaves
/// wet.
fn is_outside_a_law(flag: &str) -> bool {
    flag.starts_with("EXTRAPOLATED") || flag.starts_with("UNMODELLED")
}

fn simulation(given: &Given<'_>) -> Draft {
    let named = given.assumptions.iter().take(ASSUMPTIONS_NAMED);
    let rests_on = named.map(|one| format!("{} = {} ({})", one.name, one.value, one.evidence));
    let extrapolated: Vec<&str> = given
        .outcomes
        .iter()
        .filter(|row| row.flags.iter().any(|flag| is_outside_a_law(flag)))
        .map(|row| row.name.as_str())
        .collect();
    let outside = format!(
        "rests on laws used outside their range: {}",
        extrapolated.join(", ")
    );
    Draft {
        id: SIMULATION.to_owned(),
        kind: "simulation",
        claim: "the simulation stands for the line".to_owned(),
        from: checks(given).map(check_id).collect(),
        rests_on: rests_on.collect(),
        needs: vec![
            need("rests on assumed constants", given.assumptions.is_empty()),
            need(&outside, extrapolated.is_empty()),
            need(
                "no observation checks the model",
                checks(given).next().is_some(),
            ),
        ],
    }
}

/// The observations that check something: not those that a number was fitted to.
fn checks<'g>(given: &Given<'g>) -> impl Iterator<Item = &'g DeltaRow> + use<'g> {
    given.deltas.iter().filter(|delta| delta.is_check())
}

fn check_id(delta: &DeltaRow) -> String {
    format!("model check {}", delta.name)
}

fn observation_id(delta: &DeltaRow) -> String {
    format!("observation {}", delta.name)
}

fn observation(delta: &DeltaRow) -> Draft {
    Draft {
        id: observation_id(delta),
        kind: OBSERVATION,
        claim: format!("{} was observed ({})", delta.name, delta.subject),
        from: Vec::new(),
        rests_on: vec![delta.source.clone()],
        needs: Vec::new(),
    }
}

fn model_check(delta: &DeltaRow) -> Draft {
    let words = match delta.subject.as_str() {
        "sister-line" => "another line's data",
        _ => "another cell's data: a check of the model only",
    };
    Draft {
        id: check_id(delta),
        kind: "model check",
        claim: format!("{} is reproduced with score {:.2}", delta.name, delta.score),
        from: vec![observation_id(delta)],
        rests_on: Vec::new(),
        needs: vec![need(words, delta.subject == "this-line")],
    }
}

fn decision(given: &Given<'_>) -> Draft {
    let decision = given.decision;
    let rows = given.rows.iter();
    let carriers: Vec<&RuleRow> = match decision.decision.as_str() {
        "reject" => rows
            .filter(|row| decision.blocking.contains(&row.rule.code))
            .collect(),
        "need data" => rows
            .filter(|row| row.rule.severity == "critical" && row.requested.verdict == "undecided")
            .collect(),
        _ => rows.filter(|row| row.rule.severity == "critical").collect(),
    };
    let mut from: Vec<String> = (carriers.iter())
        .map(|row| verdict_id(&row.rule.code))
        .collect();
    if matches!(decision.decision.as_str(), "trial" | "release") {
        from.push(SIMULATION.to_owned());
    }
    // What caps a decision at trial is no leap of a rejection.
    let caps = decision.cap.iter();
    let needs = caps.filter(|_| decision.decision != "reject");
    Draft {
        id: "decision".to_owned(),
        kind: "decision",
        claim: format!("decision: {}", decision.decision),
        from,
        rests_on: decision.reasons.clone(),
        needs: needs.map(|cap| need(cap, false)).collect(),
    }
}
