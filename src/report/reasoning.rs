//! The argument in a few plain lines: what a decision rests on, and what is weak below it.
//!
//! In: the steps of an argument. Out: sentences, weaknesses first by what they are and then by
//! where they are, so that one that many limits share is said once. Certificates are named, never
//! claimed: a step says by what it was shown.

use std::collections::BTreeSet;

use crate::record::argument::{ArgumentStep, Semantics};

use super::story::and_list;

/// Names of one sentence; the rest is counted.
const NAMED_MAX: usize = 6;

/// What a decision rests on, then each weakness below it with the steps that have it, then the
/// claims of the rule files.
#[must_use]
pub fn lines(steps: &[ArgumentStep]) -> Vec<String> {
    let Some(decision) = steps.iter().find(|step| step.kind == "decision") else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let carriers: Vec<String> = decision.from.iter().map(|id| short(id)).collect();
    let word = decision.claim.trim_start_matches("decision: ");
    if !carriers.is_empty() {
        lines.push(format!("{word} rests on {}", named(&carriers)));
    }
    lines.extend(decision.leap.iter().cloned());
    let weak: BTreeSet<&String> = decision.weak.iter().collect();
    let below = steps.iter().filter(|step| weak.contains(&step.id));
    lines.extend(grouped(below));
    if weak.is_empty() && decision.leap.is_none() && !carriers.is_empty() {
        lines.push("no weak step is known below it".to_owned());
    }
    lines.extend(claims(steps));
    lines
}

/// Each weakness with the steps that have it, in the order in which they are met.
fn grouped<'a>(steps: impl Iterator<Item = &'a ArgumentStep>) -> Vec<String> {
    let mut groups: Vec<(String, Vec<String>)> = Vec::new();
    for step in steps {
        // A message about a hand-written step is one sentence whatever marks it holds.
        let is_one = matches!(step.kind.as_str(), "claim" | "evidence");
        let parts = step.leap.iter().flat_map(|leap| {
            let parts: Vec<&str> = leap.split("; ").collect();
            if is_one { vec![leap.as_str()] } else { parts }
        });
        for words in parts {
            let name = if step.kind == "simulation" || words.contains(&format!("`{}`", step.id)) {
                None
            } else {
                Some(short(&step.id))
            };
            match groups.iter_mut().find(|(known, _)| known == words) {
                Some((_, names)) => names.extend(name),
                None => groups.push((words.to_owned(), name.into_iter().collect())),
            }
        }
    }
    let sentences = groups.into_iter().map(|(words, names)| match names.len() {
        0 => words,
        _ => format!("{words} ({})", named(&names)),
    });
    sentences.collect()
}

/// One line per hand-written claim: whether it follows, by what that is shown, whether it stands.
#[must_use]
pub fn claims(steps: &[ArgumentStep]) -> Vec<String> {
    let claims = steps.iter().filter(|step| step.kind == "claim");
    claims.map(claim).collect()
}

fn claim(step: &ArgumentStep) -> String {
    let shown = step.shown.as_ref();
    let by = match shown.map(|shown| (shown.outcome.as_str(), shown.by.as_str())) {
        Some(("follows", "certificate")) => "follows, with a certificate that was checked",
        Some(("follows", _)) => "follows by the solver's word alone",
        Some(("leap" | "over-claim", _)) => "does not follow, as an exact point shows",
        Some(("vacuous", _)) => "is not shown: its premises contradict each other",
        Some(_) => "is not decided",
        None => "rests on nothing",
    };
    let standing = match step.standing.label.as_str() {
        "in" if step.standing.attacked_by.is_empty() => String::new(),
        "in" => format!(
            "; it stands against {}",
            and_list(&step.standing.attacked_by)
        ),
        "out" => format!("; it falls to {}", and_list(&step.standing.attacked_by)),
        _ => format!(
            "; contested by {} while nothing is assumed",
            and_list(&step.standing.attacked_by)
        ),
    };
    let from = match step.from.is_empty() {
        true => String::new(),
        false => {
            let names: Vec<String> = step.from.iter().map(|id| short(id)).collect();
            format!(" from {}", named(&names))
        }
    };
    let title = match step.claim.is_empty() {
        true => String::new(),
        false => format!(" ({})", step.claim),
    };
    format!("{}{title}{from}: {by}{standing}", step.id)
}

/// The sets that stand together, in one sentence.
#[must_use]
pub fn sets(semantics: &Semantics) -> String {
    let name = &semantics.name;
    if semantics.too_many {
        return format!("{name} sets: too many to list");
    }
    let sets = semantics
        .sets
        .iter()
        .map(|set| format!("{{{}}}", set.join(", ")));
    match semantics.sets.len() {
        0 => format!("there is no {name} set"),
        1 => format!("one {name} set: {}", sets.collect::<String>()),
        many => format!(
            "{many} {name} sets: {}",
            sets.collect::<Vec<String>>().join("; ")
        ),
    }
}

/// The name of a step without the word that says what it is.
fn short(id: &str) -> String {
    let kinds = ["verdict ", "model check ", "observation "];
    let mut rest = kinds.iter().filter_map(|kind| id.strip_prefix(kind));
    rest.next().unwrap_or(id).to_owned()
}

fn named(names: &[String]) -> String {
    if names.len() <= NAMED_MAX {
        return and_list(names);
    }
    let shown = &names[..NAMED_MAX];
    format!("{} and {} more", shown.join(", "), names.len() - NAMED_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::argument::Standing;

    fn step(id: &str, kind: &str, from: &[&str], leap: Option<&str>) -> ArgumentStep {
        ArgumentStep {
            id: id.to_owned(),
            kind: kind.to_owned(),
            claim: format!("decision: {id}"),
            from: from.iter().map(|&one| one.to_owned()).collect(),
            rests_on: Vec::new(),
            leap: leap.map(str::to_owned),
            weak: Vec::new(),
            standing: Standing {
                label: "in".to_owned(),
                rank: 0,
                attacked_by: Vec::new(),
            },
            shown: None,
        }
    }

    #[test]
    fn a_weakness_that_steps_share_is_said_once() {
        let mut decision = step("trial", "decision", &["verdict A", "verdict B"], None);
        decision.weak = vec!["A".to_owned(), "B".to_owned(), "simulation".to_owned()];
        let steps = [
            decision,
            step("A", "limit", &[], Some("recalled")),
            step("B", "limit", &[], Some("recalled; old")),
            step("C", "limit", &[], Some("not below the decision")),
            step("simulation", "simulation", &[], Some("assumed constants")),
        ];
        assert_eq!(
            lines(&steps),
            [
                "trial rests on A and B",
                "recalled (A and B)",
                "old (B)",
                "assumed constants",
            ]
        );
    }
}
