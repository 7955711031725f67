//! Analysis mode by mode: what contradicts itself in one step of the line.
//!
//! In: a rule set, perhaps with modes. Out: the findings of [`analyse_again`]
//! for each mode, equal ones once with the modes they hold in. Without modes there is one analysis.
//! A rule is vacuous only when no mode lets it apply.

use super::case::Case;
use super::redundancy::cache::Cache;
use super::rule_set::{Analysis, CoreMember, Finding, Member, Scope, Shown, analyse_again};
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

/// What is known about a rule set over its modes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InModes {
    /// The findings.
    pub findings: Vec<ModeFinding>,
    /// What findings rest on, in the first mode that has them.
    pub grounds: Vec<(Finding, Vec<Shown>)>,
    /// Whether every mode has a point that keeps all its rules.
    pub is_consistent: bool,
    /// What was looked at, in the mode with the most of it.
    pub scope: Scope,
    /// Answers to keep for the next run.
    pub cache: Cache,
}

impl InModes {
    fn add(&mut self, analysis: Analysis) -> Vec<Finding> {
        self.is_consistent &= analysis.witness.is_some();
        self.scope.components = self.scope.components.max(analysis.scope.components);
        self.scope.guards = self.scope.guards.max(analysis.scope.guards);
        self.scope.modes = self.scope.modes.max(analysis.scope.modes);
        self.scope.standings = self.scope.standings.max(analysis.scope.standings);
        self.cache.join(analysis.cache);
        self.grounds.extend(analysis.grounds);
        analysis.findings
    }
}

/// The rule set in each of its modes with the name of the mode; the set itself where it has none.
#[must_use]
pub fn in_each_mode(rule_set: &RuleSet) -> Vec<(Option<String>, RuleSet)> {
    let modes = rule_set.modes();
    if modes.is_empty() {
        return vec![(None, rule_set.clone())];
    }
    let modes = modes.iter().enumerate();
    modes
        .map(|(member, name)| (Some(name.clone()), rule_set.in_mode(member)))
        .collect()
}

/// Analyses a rule set in each of its modes.
#[must_use]
pub fn analyse_modes(
    rule_set: &RuleSet,
    case: Option<&Case>,
    solver: Option<&Solver>,
) -> Vec<ModeFinding> {
    analyse_in_modes(rule_set, case, solver, None).findings
}

/// Analyses a rule set in each of its modes, with the answers of an earlier run.
#[must_use]
pub fn analyse_in_modes(
    rule_set: &RuleSet,
    case: Option<&Case>,
    solver: Option<&Solver>,
    cache: Option<&Cache>,
) -> InModes {
    let modes = rule_set.modes();
    let mut whole = InModes {
        is_consistent: true,
        ..InModes::default()
    };
    if modes.is_empty() {
        let found = whole.add(analyse_again(rule_set, case, solver, cache));
        let found = found.into_iter().map(|finding| ModeFinding {
            finding,
            modes: Vec::new(),
        });
        whole.findings = found.collect();
        return whole;
    }
    let mut found: Vec<ModeFinding> = Vec::new();
    let mut applying: Vec<Vec<String>> = Vec::new();
    for (member, name) in modes.iter().enumerate() {
        let one = rule_set.in_mode(member);
        applying.push(one.rules.iter().map(|rule| rule.code.clone()).collect());
        for finding in whole.add(analyse_again(&one, case, solver, cache)) {
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
    whole.findings = found;
    whole
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
