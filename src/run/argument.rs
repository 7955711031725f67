//! The argument for a decision, generated from the run and checked like any other.
//!
//! In: rule rows, deltas, assumptions, the decision, and the rule set with its hand-written claims.
//! Out: steps that name what they rest on: the decision on verdicts, a verdict on its limit and, of
//! an outcome, on the simulation, a limit on its source, the simulation on model checks, those on
//! observations. Every generated step needs facts (a limit with a source, data of this line, a law
//! inside its range); those that the run has are evidence, and a law says that all together carry
//! the step. Hand-written claims, evidence and attacks are nodes of the same graph, so one analysis
//! ([`check::argument`](crate::check::argument)) judges all: where it finds a leap, the facts that
//! are lacking are said in plain words.

mod draft;
pub mod shown;

use std::collections::BTreeMap;

use self::draft::{Draft, drafts};
use self::shown::{kind_name, shown, standing, words_about};
use super::Context;
use super::check_rules::argument::{finding, grounds, note_weak, stale};
use super::evidence_documents::Compared;
use crate::check::argument::attack::Framework;
use crate::check::argument::graph::{Graph, Kind, Node};
use crate::check::argument::step::Outcome;
use crate::check::argument::{Analysis, Finding as Found, Oracle, analyse};
use crate::check::query::{Formula, Sort, VarId, Variable};
use crate::record::body::{
    ArgumentStep, Assumption, DecisionRow, DeltaRow, Finding, OutcomeRow, RuleRow,
};
use crate::rule_language::{EvidenceClass, RuleSet};

/// What an argument is made from.
pub struct Given<'a> {
    /// The decision.
    pub decision: &'a DecisionRow,
    /// The rules with their verdicts.
    pub rows: &'a [RuleRow],
    /// What was simulated.
    pub outcomes: &'a [OutcomeRow],
    /// What was observed beside it.
    pub deltas: &'a [DeltaRow],
    /// What was assumed.
    pub assumptions: &'a [Assumption],
    /// The rules with claims, evidence and attacks, and the documents behind the evidence.
    pub context: &'a Context<'a>,
}

impl Given<'_> {
    fn rule_set(&self) -> &RuleSet {
        self.context.rules()
    }

    fn compared(&self) -> &BTreeMap<String, Compared> {
        &self.context.documents.compared
    }
}

/// An argument with what is wrong with its hand-written part or attacked in either.
pub struct Argued {
    /// The decision first, then what is weak, then what is sound.
    pub steps: Vec<ArgumentStep>,
    /// Findings with places, worst first.
    pub findings: Vec<Finding>,
}

/// Builds the argument and checks it.
#[must_use]
pub fn argument(given: &Given<'_>) -> Argued {
    let drafts = drafts(given);
    let mut graph = Graph::of_rule_set(given.rule_set());
    let by_hand = graph.nodes.len();
    let places = write(&mut graph, &drafts);
    let mut analysis = analyse(
        &graph,
        &mut Oracle::new(given.context.options.solver.as_ref()),
    );
    analysis.findings.extend(stale(&graph, given.compared()));
    analysis
        .findings
        .sort_by_key(|one| (one.rank(), one.node()));
    let is_said = |found: &&Found| {
        let is_about_attack = matches!(found, Found::Out { .. } | Found::Contested { .. });
        found.node() < by_hand || (is_about_attack && places.contains_key(&found.node()))
    };
    let findings = analysis.findings.iter().filter(is_said);
    let findings = findings.map(|found| finding(&graph, found, &given.context.documents.sources));
    let findings = findings.collect();
    let mut steps: Vec<ArgumentStep> = (drafts.iter().zip(&places))
        .map(|(draft, (&node, _))| generated(draft, (&graph, &analysis), node))
        .collect();
    steps.extend(hand_written(given, &graph, &analysis, &steps));
    note_weak(&mut steps);
    // The decision stays on top; a reader sees what is weak before what is sound.
    steps.sort_by_key(|step| (step.kind != "decision", step.leap.is_none()));
    Argued { steps, findings }
}

fn generated(draft: &Draft, (graph, analysis): (&Graph, &Analysis), node: usize) -> ArgumentStep {
    let mut words = Vec::new();
    let step = analysis.steps.iter().find(|step| step.node == node);
    match step.map(|step| &step.outcome) {
        Some(Outcome::Entailed { .. }) => {}
        None if draft.kind == draft::OBSERVATION => {}
        Some(Outcome::Leap(_)) => {
            let absent = draft.needs.iter().filter(|need| !need.is_given);
            words.extend(absent.map(|need| need.lacking.clone()));
        }
        Some(Outcome::Vacuous { .. } | Outcome::Undecided(_)) | None => {
            words.push("it was not decided whether this follows".to_owned());
        }
    }
    let attacked = analysis.findings.iter().filter(|found| {
        let is_about_attack = matches!(found, Found::Out { .. } | Found::Contested { .. });
        is_about_attack && found.node() == node
    });
    words.extend(attacked.map(|found| found.message(graph)));
    ArgumentStep {
        id: draft.id.clone(),
        kind: draft.kind.to_owned(),
        claim: draft.claim.clone(),
        from: draft.from.clone(),
        rests_on: draft.rests_on.clone(),
        leap: (!words.is_empty()).then(|| words.join("; ")),
        weak: Vec::new(),
        standing: standing(graph, &Framework::of(graph), &analysis.labelling, node),
        shown: None,
    }
}

/// Limits that generated steps name, and the claims and evidence of the rule files.
fn hand_written(
    given: &Given<'_>,
    graph: &Graph,
    analysis: &Analysis,
    generated: &[ArgumentStep],
) -> Vec<ArgumentStep> {
    let framework = Framework::of(graph);
    let named = |code: &str| {
        generated
            .iter()
            .any(|step| step.from.iter().any(|id| id == code))
    };
    let mut steps = Vec::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        let is_rule = matches!(node.kind, Kind::Rule { .. });
        let takes_part = match node.kind {
            Kind::Claim | Kind::Evidence { .. } => true,
            Kind::Rule { .. } | Kind::Assumption => {
                named(&node.code) || graph.nodes.iter().any(|one| one.attacks.contains(&at))
            }
        };
        if !takes_part || node.span.is_none() {
            continue;
        }
        let (limit, mut words) = draft::limit_words(given, &node.code);
        words.extend(words_about(graph, &analysis.findings, at));
        words.extend(draft::premises_here(given, &node.from, graph));
        let mut rests_on = grounds(given.rule_set(), &node.code);
        if given.compared().get(&node.code) == Some(&Compared::NotRead) {
            rests_on.push("its document is not compared with its digest".to_owned());
        }
        rests_on.extend(draft::replaced(given, &node.code));
        let from = node.from.iter().map(|&one| match graph.nodes[one].kind {
            Kind::Rule { .. } => draft::verdict_id(&graph.nodes[one].code),
            Kind::Evidence { .. } | Kind::Assumption | Kind::Claim => graph.nodes[one].code.clone(),
        });
        let outcome = analysis.steps.iter().find(|step| step.node == at);
        steps.push(ArgumentStep {
            id: node.code.clone(),
            kind: kind_name(&node.kind).to_owned(),
            claim: if is_rule { limit } else { node.title.clone() },
            from: from.collect(),
            rests_on,
            leap: (!words.is_empty()).then(|| words.join("; ")),
            weak: Vec::new(),
            standing: standing(graph, &framework, &analysis.labelling, at),
            shown: outcome.map(|step| shown(graph, &step.outcome)),
        });
    }
    steps
}

/// Writes the drafts into the graph: one truth value per step and per fact; with the draft of each
/// new claim by its place.
fn write(graph: &mut Graph, drafts: &[Draft]) -> BTreeMap<usize, usize> {
    let mut places = BTreeMap::new();
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        // Variables and facts share one name space.
        let claimed = truth(graph, format!("truth of {}", draft.id));
        let mut from = Vec::new();
        let mut facts = Vec::new();
        for below in &draft.from {
            // A limit of the rule set is a ground, not a truth value of this graph.
            if let Some(&node) = known.get(below.as_str()) {
                facts.extend(graph.nodes[node].formula.clone());
                from.push(node);
            } else if let Some(rule) = graph.named(below) {
                // What it asks is not needed here; that it may be attacked is.
                graph.nodes[rule].formula.get_or_insert(Formula::True);
                from.push(rule);
            }
        }
        for need in &draft.needs {
            let needed = truth(graph, format!("{}: none of `{}`", draft.id, need.lacking));
            facts.push(needed.clone());
            if need.is_given {
                let kind = Kind::Evidence {
                    class: EvidenceClass::Measured,
                };
                let code = format!("{} fact {}", draft.id, from.len() + 1);
                from.push(add(graph, code, kind, needed, Vec::new()));
            }
        }
        let carries = Formula::Implies(Box::new(Formula::And(facts)), Box::new(claimed.clone()));
        let node = if draft.kind == draft::OBSERVATION {
            let class = EvidenceClass::Measured;
            add(
                graph,
                draft.id.clone(),
                Kind::Evidence { class },
                claimed,
                from,
            )
        } else {
            let law = format!("{} law", draft.id);
            from.push(add(graph, law, Kind::Assumption, carries, Vec::new()));
            add(graph, draft.id.clone(), Kind::Claim, claimed, from)
        };
        known.insert(&draft.id, node);
        places.insert(node, at);
    }
    places
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
    use super::draft::need;
    use super::*;

    fn draft(id: &str, from: &[&str], needs: &[(&str, bool)]) -> Draft {
        Draft {
            id: id.to_owned(),
            kind: draft::VERDICT,
            claim: String::new(),
            from: from.iter().map(|&one| one.to_owned()).collect(),
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
            draft("a", &[], &[("no source", false), ("simulated", true)]),
            draft("b", &["a"], &[("no source", true), ("simulated", true)]),
            draft("c", &[], &[("no source", false), ("simulated", false)]),
            draft("d", &["a", "b", "c"], &[]),
        ];
        let mut graph = Graph::default();
        let places = write(&mut graph, &drafts);
        let analysis = analyse(&graph, &mut Oracle::new(None));
        let steps: Vec<ArgumentStep> = drafts
            .iter()
            .zip(&places)
            .map(|(draft, (&node, _))| generated(draft, (&graph, &analysis), node))
            .collect();
        let said: Vec<Option<&str>> = steps.iter().map(|step| step.leap.as_deref()).collect();
        assert_eq!(
            said,
            [Some("no source"), None, Some("no source; simulated"), None]
        );
    }
}
