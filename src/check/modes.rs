//! Analysis mode by mode: what contradicts itself in one step of the line.
//!
//! In: a rule set, perhaps with modes. Out: the findings of [`rule_set::analyse`](super::rule_set)
//! for each mode, equal ones once with the modes they hold in. Without modes there is one analysis.
//! A rule is vacuous only when no mode lets it apply.

use super::case::Case;
use super::rule_set::{self, CoreMember, Finding, Member};
use super::solver_process::Solver;
use crate::rule_language::RuleSet;

/// A finding with the modes in which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModeFinding {
    /// The finding.
    pub finding: Finding,
    /// Names of modes in the order declared; empty when the mode does not matter.
    pub modes: Vec<String>,
}

impl ModeFinding {
    /// Says in which modes it holds, to be put behind the message; empty when in all.
    #[must_use]
    pub fn while_text(&self, rule_set: &RuleSet) -> String {
        let Some(mode) = rule_set.mode.filter(|_| !self.modes.is_empty()) else {
            return String::new();
        };
        format!(
            " (while `{}` is `{}`)",
            rule_set.signal(mode).name,
            self.modes.join("`, `")
        )
    }
}

/// Analyses a rule set in each of its modes.
#[must_use]
pub fn analyse_modes(
    rule_set: &RuleSet,
    case: Option<&Case>,
    solver: Option<&Solver>,
) -> Vec<ModeFinding> {
    let modes = rule_set.modes();
    if modes.is_empty() {
        let analysis = rule_set::analyse(rule_set, case, solver);
        let found = analysis.findings.into_iter().map(|finding| ModeFinding {
            finding,
            modes: Vec::new(),
        });
        return found.collect();
    }
    let mut found: Vec<ModeFinding> = Vec::new();
    let mut applying: Vec<Vec<String>> = Vec::new();
    for (member, name) in modes.iter().enumerate() {
        let one = rule_set.in_mode(member);
        applying.push(one.rules.iter().map(|rule| rule.code.clone()).collect());
        for finding in rule_set::analyse(&one, case, solver).findings {
            match found.iter_mut().find(|known| known.finding == finding) {
                Some(known) => known.modes.push(name.clone()),
                None => found.push(ModeFinding {
                    finding,
                    modes: vec![name.clone()],
                }),
            }
        }
    }
    let applies = |code: &str| {
        let has = |codes: &&Vec<String>| codes.iter().any(|one| one == code);
        applying.iter().filter(has).count()
    };
    found.retain(|one| match &one.finding {
        Finding::Vacuous { rule, .. } => one.modes.len() == applies(rule),
        _ => true,
    });
    for one in &mut found {
        if one.modes.len() == modes.len() {
            one.modes.clear();
        }
    }
    found.extend(never_applying(rule_set, &applies));
    found
}

/// Rules whose guard no mode allows.
fn never_applying(rule_set: &RuleSet, applies: &dyn Fn(&str) -> usize) -> Vec<ModeFinding> {
    let never = rule_set
        .rules
        .iter()
        .filter(|rule| applies(&rule.code) == 0);
    let findings = never.map(|rule| ModeFinding {
        finding: Finding::Vacuous {
            rule: rule.code.clone(),
            core: vec![CoreMember {
                member: Member::Guard(rule.code.clone()),
                span: Some(rule.guard.span),
            }],
        },
        modes: Vec::new(),
    });
    findings.collect()
}
