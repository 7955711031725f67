//! The argument for a decision, generated from the run.
//!
//! In: rule rows, deltas, assumptions, the decision. Out: claims, what each rests on, and the
//! leaps an auditor must know: a recalled limit, somebody else's data, an assumed constant, a law
//! used outside its range. Checking the argument formally is not part of this version.

use crate::record::body::{ArgumentStep, Assumption, DecisionRow, DeltaRow, OutcomeRow, RuleRow};

/// Assumptions named in the argument.
const ASSUMPTIONS_NAMED: usize = 3;

/// Builds the argument.
#[must_use]
pub fn argument(
    decision: &DecisionRow,
    rules: &[RuleRow],
    outcomes: &[OutcomeRow],
    deltas: &[DeltaRow],
    assumptions: &[Assumption],
) -> Vec<ArgumentStep> {
    let mut steps = vec![ArgumentStep {
        claim: format!("decision: {}", decision.decision),
        rests_on: decision.reasons.clone(),
        // What caps a decision at trial is no leap of a rejection.
        leap: decision
            .cap
            .clone()
            .filter(|_| decision.decision != "reject"),
    }];
    for row in rules.iter().filter(|row| row.rule.severity == "critical") {
        steps.push(rule_step(row));
    }
    steps.push(simulation_step(outcomes, deltas, assumptions));
    for delta in deltas {
        steps.push(delta_step(delta));
    }
    steps
}

fn rule_step(row: &RuleRow) -> ArgumentStep {
    let evaluation = &row.requested;
    let how = match (&evaluation.probability, evaluation.certificate.is_some()) {
        (Some(counts), _) => format!("{} of {} joint samples fail", counts.failures, counts.n),
        (None, true) => format!("{}, with a certificate that was checked", evaluation.method),
        (None, false) if evaluation.rechecked => {
            format!("{}, its witness evaluated again exactly", evaluation.method)
        }
        (None, false) => evaluation.method.clone(),
    };
    let concerned = !matches!(evaluation.verdict.as_str(), "idle" | "vacuous");
    let leap = match (row.rule.evidence.as_str(), row.rule.kind.as_str()) {
        ("recalled", _) => Some("rests on a recalled limit: it needs a source".to_owned()),
        (_, "outcome") => Some("simulated, not proved".to_owned()),
        _ => None,
    };
    let leap = leap.filter(|_| concerned);
    ArgumentStep {
        claim: format!(
            "{} {}: {}",
            row.rule.code, row.rule.title, evaluation.verdict
        ),
        rests_on: vec![how, format!("the limit's source: {}", row.rule.source)],
        leap,
    }
}

fn simulation_step(
    outcomes: &[OutcomeRow],
    deltas: &[DeltaRow],
    assumptions: &[Assumption],
) -> ArgumentStep {
    let mut rests_on: Vec<String> = deltas
        .iter()
        .map(|delta| format!("model check on {} ({})", delta.name, delta.subject))
        .collect();
    rests_on.extend(
        assumptions
            .iter()
            .take(ASSUMPTIONS_NAMED)
            .map(|assumption| {
                format!(
                    "{} = {} ({})",
                    assumption.name, assumption.value, assumption.evidence
                )
            }),
    );
    let extrapolated: Vec<&str> = outcomes
        .iter()
        .filter(|row| !row.flags.is_empty())
        .map(|row| row.name.as_str())
        .collect();
    let leap = if extrapolated.is_empty() {
        (!assumptions.is_empty()).then(|| "rests on assumed constants".to_owned())
    } else {
        Some(format!(
            "rests on assumed constants and on laws used outside their range: {}",
            extrapolated.join(", ")
        ))
    };
    ArgumentStep {
        claim: "the simulation stands for the line".to_owned(),
        rests_on,
        leap,
    }
}

fn delta_step(delta: &DeltaRow) -> ArgumentStep {
    let leap = match delta.subject.as_str() {
        "this-line" => None,
        "sister-line" => Some("another line's data".to_owned()),
        _ => Some("another cell's data: a check of the model only".to_owned()),
    };
    ArgumentStep {
        claim: format!("{} is reproduced with score {:.2}", delta.name, delta.score),
        rests_on: vec![delta.source.clone()],
        leap,
    }
}
