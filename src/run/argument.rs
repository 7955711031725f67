//! The argument for a decision, generated from the run and checked like any other.
//!
//! In: rule rows, deltas, assumptions, the decision. Out: claims with what each rests on, the ones
//! that leap first. Every claim needs facts (a verdict that was checked, a limit with a source,
//! data of this line, a law inside its range); those that the run has are evidence, and a law says
//! that all together carry the claim. [`check::argument`](crate::check::argument) judges the steps:
//! where it finds a leap, the facts that are lacking are said in plain words.

use crate::check::argument::graph::{Graph, Kind, Node};
use crate::check::argument::step::Outcome;
use crate::check::argument::{Oracle, analyse};
use crate::check::query::{Formula, Sort, VarId, Variable};
use crate::record::body::{ArgumentStep, Assumption, DecisionRow, DeltaRow, OutcomeRow, RuleRow};
use crate::rule_language::EvidenceClass;

/// Assumptions named in the argument.
const ASSUMPTIONS_NAMED: usize = 3;

/// A fact without which a claim does not follow.
struct Need {
    /// What an auditor reads where the run does not have it.
    lacking: String,
    is_given: bool,
}

/// A claim before it is checked.
struct Draft {
    claim: String,
    rests_on: Vec<String>,
    needs: Vec<Need>,
}

/// Builds the argument and checks it.
#[must_use]
pub fn argument(
    decision: &DecisionRow,
    rules: &[RuleRow],
    outcomes: &[OutcomeRow],
    deltas: &[DeltaRow],
    assumptions: &[Assumption],
) -> Vec<ArgumentStep> {
    let mut drafts = vec![Draft {
        claim: format!("decision: {}", decision.decision),
        rests_on: decision.reasons.clone(),
        // What caps a decision at trial is no leap of a rejection.
        needs: decision
            .cap
            .iter()
            .filter(|_| decision.decision != "reject")
            .map(|cap| lacking(cap))
            .collect(),
    }];
    let critical = rules.iter().filter(|row| row.rule.severity == "critical");
    drafts.extend(critical.map(rule_draft));
    drafts.push(simulation_draft(outcomes, deltas, assumptions));
    drafts.extend(deltas.iter().map(delta_draft));
    let leaps = leaps(&drafts);
    let steps = drafts
        .into_iter()
        .zip(leaps)
        .map(|(draft, leap)| ArgumentStep {
            claim: draft.claim,
            rests_on: draft.rests_on,
            leap,
        });
    let mut steps: Vec<ArgumentStep> = steps.collect();
    // The decision stays on top; a reader sees what is weak before what is sound.
    steps[1..].sort_by_key(|step| step.leap.is_none());
    steps
}

fn lacking(words: &str) -> Need {
    Need {
        lacking: words.to_owned(),
        is_given: false,
    }
}

fn need(words: &str, is_given: bool) -> Need {
    Need {
        lacking: words.to_owned(),
        is_given,
    }
}

fn rule_draft(row: &RuleRow) -> Draft {
    let evaluation = &row.requested;
    let how = match (&evaluation.probability, evaluation.certificate.is_some()) {
        (Some(counts), _) => format!("{} of {} joint samples fail", counts.failures, counts.n),
        (None, true) => format!("{}, with a certificate that was checked", evaluation.method),
        (None, false) if evaluation.rechecked => {
            format!("{}, its witness evaluated again exactly", evaluation.how())
        }
        (None, false) => evaluation.how(),
    };
    let is_sourced = row.rule.evidence != EvidenceClass::Recalled.name();
    // A rule that does not apply carries nothing.
    let is_idle = matches!(evaluation.verdict.as_str(), "idle" | "vacuous");
    Draft {
        claim: format!(
            "{} {}: {}",
            row.rule.code, row.rule.title, evaluation.verdict
        ),
        rests_on: vec![how, format!("the limit's source: {}", row.rule.source)],
        needs: vec![
            need(
                "rests on a recalled limit: it needs a source",
                is_idle || is_sourced,
            ),
            need(
                "simulated, not proved",
                is_idle || row.rule.kind != "outcome",
            ),
            need("not decided", evaluation.verdict != "undecided"),
        ],
    }
}

fn simulation_draft(
    outcomes: &[OutcomeRow],
    deltas: &[DeltaRow],
    assumptions: &[Assumption],
) -> Draft {
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
    let outside = format!(
        "rests on laws used outside their range: {}",
        extrapolated.join(", ")
    );
    Draft {
        claim: "the simulation stands for the line".to_owned(),
        rests_on,
        needs: vec![
            need("rests on assumed constants", assumptions.is_empty()),
            need(&outside, extrapolated.is_empty()),
            need("no observation checks the model", !deltas.is_empty()),
        ],
    }
}

fn delta_draft(delta: &DeltaRow) -> Draft {
    let words = match delta.subject.as_str() {
        "sister-line" => "another line's data",
        _ => "another cell's data: a check of the model only",
    };
    Draft {
        claim: format!("{} is reproduced with score {:.2}", delta.name, delta.score),
        rests_on: vec![delta.source.clone()],
        needs: vec![need(words, delta.subject == "this-line")],
    }
}

/// Checks the drafts as one argument and says per draft what is lacking.
fn leaps(drafts: &[Draft]) -> Vec<Option<String>> {
    let (graph, places) = written(drafts);
    let analysis = analyse(&graph, &mut Oracle::new(None));
    let steps = drafts.iter().zip(places).map(|(draft, place)| {
        let step = analysis.steps.iter().find(|step| step.node == place)?;
        match &step.outcome {
            Outcome::Entailed { .. } => None,
            Outcome::Leap(_) => {
                let absent = draft.needs.iter().filter(|need| !need.is_given);
                let words: Vec<&str> = absent.map(|need| need.lacking.as_str()).collect();
                Some(words.join("; "))
            }
            Outcome::Vacuous { .. } | Outcome::Undecided(_) => {
                Some("it was not decided whether this follows".to_owned())
            }
        }
    });
    steps.collect()
}

/// The drafts as a graph: one truth value per claim and per fact, the first claim resting on all
/// others; with the place of each claim.
fn written(drafts: &[Draft]) -> (Graph, Vec<usize>) {
    let mut graph = Graph::default();
    let mut claims = Vec::new();
    for (at, draft) in drafts.iter().enumerate() {
        let claimed = truth(&mut graph, format!("claim.c{at}"));
        let mut from = Vec::new();
        let mut facts = Vec::new();
        for (fact, need) in draft.needs.iter().enumerate() {
            let needed = truth(&mut graph, format!("fact.c{at}f{fact}"));
            facts.push(needed.clone());
            if need.is_given {
                let kind = Kind::Evidence {
                    class: EvidenceClass::Measured,
                };
                from.push(add(
                    &mut graph,
                    format!("E{at}.{fact}"),
                    kind,
                    needed,
                    Vec::new(),
                ));
            }
        }
        claims.push((claimed, from, facts));
    }
    let others: Vec<Formula> = claims
        .iter()
        .skip(1)
        .map(|(one, _, _)| one.clone())
        .collect();
    let mut places = Vec::new();
    // The decision comes last: it rests on the places of all others.
    for (at, (claimed, mut from, mut facts)) in claims.into_iter().enumerate().rev() {
        if at == 0 {
            facts.extend(others.iter().cloned());
            from.extend(&places);
        }
        let carries = Formula::Implies(Box::new(Formula::And(facts)), Box::new(claimed.clone()));
        let law = add(
            &mut graph,
            format!("L{at}"),
            Kind::Assumption,
            carries,
            Vec::new(),
        );
        from.push(law);
        places.push(add(
            &mut graph,
            format!("C{at}"),
            Kind::Claim,
            claimed,
            from,
        ));
    }
    places.reverse();
    (graph, places)
}

fn truth(graph: &mut Graph, name: String) -> Formula {
    let id = VarId(u32::try_from(graph.variables.len()).unwrap_or(u32::MAX));
    let sort = Sort::Bool;
    graph.variables.push(Variable { name, sort });
    graph.units.push(None);
    Formula::Bool(id)
}

fn add(graph: &mut Graph, code: String, kind: Kind, says: Formula, from: Vec<usize>) -> usize {
    graph.nodes.push(Node {
        code,
        title: String::new(),
        kind,
        formula: Some(says),
        from,
        attacks: Vec::new(),
        span: None,
    });
    graph.nodes.len() - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(needs: &[(&str, bool)]) -> Draft {
        Draft {
            claim: String::new(),
            rests_on: Vec::new(),
            needs: needs
                .iter()
                .map(|(words, given)| need(words, *given))
                .collect(),
        }
    }

    #[test]
    fn exactly_the_lacking_facts_are_said() {
        let drafts = [
            draft(&[]),
            draft(&[("no source", false), ("simulated", true)]),
            draft(&[("no source", true), ("simulated", true)]),
            draft(&[("no source", false), ("simulated", false)]),
        ];
        let said = leaps(&drafts);
        let said: Vec<Option<&str>> = said.iter().map(Option::as_deref).collect();
        assert_eq!(
            said,
            [None, Some("no source"), None, Some("no source; simulated")]
        );
    }
}
