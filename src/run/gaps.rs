//! What a scenario lacks, as far as can be told without simulating it.
//!
//! In: the documents of a scenario. Out: per missing name who needs it, the twin first, then
//! critical, major and minor rules. Nothing is filled in; a name that nobody needs is no gap.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::check::case::{Case, SignalCase};
use crate::quantity::dictionary::{Role, standard};
use crate::rule_language::{RuleSet, RuleSeverity};

/// One name without a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// Dictionary name.
    pub name: String,
    /// What it is, where the dictionary knows it.
    pub text: String,
    /// `twin`, or the strongest severity of the rules that read it.
    pub weight: String,
    /// `the twin`, or the codes of the rules that read it.
    pub needed_by: Vec<String>,
    /// Name of something given that looks like it.
    pub nearest: Option<String>,
}

impl Gap {
    /// A number the twin needs.
    #[must_use]
    pub fn of_twin(name: &str, nearest: Option<String>) -> Self {
        Self {
            name: name.to_owned(),
            text: text_of(name),
            weight: "twin".to_owned(),
            needed_by: vec!["the twin".to_owned()],
            nearest,
        }
    }
}

fn text_of(name: &str) -> String {
    standard()
        .get(name)
        .map_or_else(String::new, |entry| entry.text.to_owned())
}

/// Lists the signals that rules read and nobody gives; `computes` tells which outcomes the twin
/// has.
#[must_use]
pub fn of_rules(rules: &RuleSet, case: &Case, computes: &dyn Fn(&str) -> bool) -> Vec<Gap> {
    let mut readers: BTreeMap<&str, (RuleSeverity, Vec<String>)> = BTreeMap::new();
    for rule in &rules.rules {
        for &id in &rule.reads {
            let signal = rules.signal(id);
            let given = !matches!(case.get(id), SignalCase::Missing)
                || (signal.role == Some(Role::Outcome) && computes(&signal.name));
            if given {
                continue;
            }
            let (strongest, codes) = readers
                .entry(&signal.name)
                .or_insert((rule.severity, Vec::new()));
            if rank(rule.severity) < rank(*strongest) {
                *strongest = rule.severity;
            }
            codes.push(rule.code.clone());
        }
    }
    let mut gaps: Vec<(u8, Gap)> = readers
        .into_iter()
        .map(|(name, (severity, codes))| {
            let gap = Gap {
                name: name.to_owned(),
                text: text_of(name),
                weight: severity.name().to_owned(),
                needed_by: codes,
                nearest: None,
            };
            (rank(severity), gap)
        })
        .collect();
    // Names are in order already; the sort keeps it within a rank.
    gaps.sort_by_key(|(rank, gap)| (*rank, std::cmp::Reverse(gap.needed_by.len())));
    gaps.into_iter().map(|(_, gap)| gap).collect()
}

fn rank(severity: RuleSeverity) -> u8 {
    match severity {
        RuleSeverity::Critical => 0,
        RuleSeverity::Major => 1,
        RuleSeverity::Minor => 2,
    }
}
