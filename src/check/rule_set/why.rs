//! Why rules do not fit together, and what would: every minimal conflict and correction.
//!
//! In: a rule set, perhaps a case with setpoints. Out: per contradiction the sets of rules that
//! cannot hold together and the sets of which at least one whole set must be given up; for a
//! recipe the setpoints that clash with the rules and those to change. Ranges, assumptions and the
//! guard or mode in question are never given up.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{CoreMember, Finding, Member};
use super::{Component, Question, Topic, components};
use crate::check::case::{Case, SignalCase};
use crate::check::conflicts::{Conflicts, Set, conflicts};
use crate::check::query::{Formula, Query, Reason, Term};
use crate::check::solver_process::Solver;
use crate::rule_language::{RuleSet, SignalId};

/// Every minimal conflict and correction of one contradiction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// When the contradiction arises: nothing for always, else a guard, a choice, the recipe.
    pub when: Option<CoreMember>,
    /// Whether setpoints of a recipe are given up rather than rules.
    pub of_recipe: bool,
    /// Sets that cannot hold together.
    pub conflicts: Vec<Vec<CoreMember>>,
    /// Sets to give up as a whole; any one of them is enough.
    pub corrections: Vec<Vec<CoreMember>>,
    /// Whether more may exist.
    pub more: bool,
    /// Why a question stayed open.
    pub open: Option<Reason>,
}

/// Explains the contradictions among findings, `most` sets of each kind.
#[must_use]
pub fn explain(
    rule_set: &RuleSet,
    findings: &[Finding],
    most: usize,
    solver: Option<&Solver>,
) -> Vec<Why> {
    let components = components(rule_set);
    let mut found = Vec::new();
    for finding in findings {
        let (core, when) = match finding {
            Finding::Inconsistent { core } => (core, None),
            Finding::InconsistentUnderGuard { core, .. }
            | Finding::InconsistentInMode { core, .. } => {
                let is_when = |member: &&CoreMember| {
                    matches!(member.member, Member::Guard(_) | Member::Choice(..))
                };
                (core, core.iter().find(is_when).cloned())
            }
            _ => continue,
        };
        let place = core.iter().find_map(|member| match &member.member {
            Member::Rule(code) => rule_set.rules.iter().position(|rule| rule.code == *code),
            _ => None,
        });
        let of_core = |component: &&Component| place.is_some_and(|p| component.rules.contains(&p));
        let Some(component) = components.iter().find(of_core) else {
            continue;
        };
        if let Some(question) = question(rule_set, component, finding) {
            found.extend(of_question(rule_set, &question, (when, most), solver));
        }
    }
    found
}

/// The question whose answer the finding is.
fn question<'a>(
    rule_set: &'a RuleSet,
    component: &Component,
    finding: &Finding,
) -> Option<Question<'a>> {
    match finding {
        Finding::Inconsistent { .. } => Some(component.question(rule_set, Topic::Joint)),
        Finding::InconsistentUnderGuard { rule, .. } => {
            let place = rule_set.rules.iter().position(|own| own.code == *rule)?;
            Some(component.question(rule_set, Topic::GuardTogether(place)))
        }
        Finding::InconsistentInMode { signal, member, .. } => {
            let mut questions = component.parts(rule_set).into_iter();
            let wanted = Member::Choice(signal.clone(), member.clone());
            questions.find(|one| one.extra.as_ref().is_some_and(|(own, _)| *own == wanted))
        }
        _ => None,
    }
}

fn of_question(
    rule_set: &RuleSet,
    question: &Question<'_>,
    (when, most): (Option<CoreMember>, usize),
    solver: Option<&Solver>,
) -> Option<Why> {
    let written = question.query(rule_set)?;
    let mut query = written.query;
    query.sort();
    let is_rule = |name: &String| {
        let member = written.members.get(name).map(|member| &member.member);
        matches!(member, Some(Member::Rule(_)))
    };
    let soft = (0..query.assertions.len()).filter(|&place| is_rule(&query.assertions[place].0));
    let soft: Set = soft.collect();
    let found = conflicts(&query, &soft, most, solver);
    let named = |sets: &[Set]| named(&query.assertions, &written.members, sets);
    Some(Why {
        when,
        of_recipe: false,
        conflicts: named(&found.conflicts),
        corrections: named(&found.corrections),
        more: found.more,
        open: found.open,
    })
}

fn named(
    assertions: &[(String, Formula)],
    members: &BTreeMap<String, CoreMember>,
    sets: &[Set],
) -> Vec<Vec<CoreMember>> {
    let member = |place: &usize| members.get(&assertions[*place].0).cloned();
    let sets = sets.iter();
    sets.map(|set| set.iter().filter_map(member).collect())
        .collect()
}

/// Explains why a recipe breaks the rules that `judged` accepts: which nominal values of its
/// setpoints cannot stay together. Other values of the recipe stay as they are, unless no change of
/// setpoints would help: then every value of the recipe may change, such as those of a lot.
#[must_use]
pub fn of_recipe(
    rule_set: &RuleSet,
    case: &Case,
    judged: &dyn Fn(usize) -> bool,
    is_setpoint: &dyn Fn(SignalId) -> bool,
    most: usize,
    solver: Option<&Solver>,
) -> Vec<Why> {
    let mut found = Vec::new();
    for mut component in components(rule_set) {
        component.rules.retain(|&place| judged(place));
        let question = component.question(rule_set, Topic::Joint);
        let Some(mut written) = question.query(rule_set) else {
            continue;
        };
        let (mut setpoints, mut values) = (BTreeSet::new(), BTreeSet::new());
        for &(signal, id) in &written.signals {
            let name = rule_set.signal(signal).name.clone();
            let formula = match case.get(signal) {
                SignalCase::Missing => continue,
                SignalCase::Choice(member) => {
                    Formula::EnumIs(id, u32::try_from(*member).unwrap_or(u32::MAX))
                }
                SignalCase::Number(number) => {
                    Formula::Eq(Term::Real(id), Term::Rational(number.nominal.clone()))
                }
            };
            let assertion = format!("{name} as in the recipe");
            let span = rule_set.signal(signal).span;
            let member = Member::Setpoint(name);
            written
                .members
                .insert(assertion.clone(), CoreMember { member, span });
            if is_setpoint(signal) {
                setpoints.insert(assertion.clone());
            }
            values.insert(assertion.clone());
            written.query.assertions.push((assertion, formula));
        }
        let mut query = written.query;
        query.sort();
        let mut answer = of_values(&query, &setpoints, most, solver);
        if answer.conflicts.iter().any(BTreeSet::is_empty) || setpoints.is_empty() {
            answer = of_values(&query, &values, most, solver);
        }
        if answer.conflicts.is_empty() && answer.open.is_none() {
            continue;
        }
        let members = &written.members;
        found.push(Why {
            when: None,
            of_recipe: true,
            conflicts: named(&query.assertions, members, &answer.conflicts),
            corrections: named(&query.assertions, members, &answer.corrections),
            more: answer.more,
            open: answer.open,
        });
    }
    found
}

/// Conflicts among the assertions of these names.
fn of_values(
    query: &Query,
    names: &BTreeSet<String>,
    most: usize,
    solver: Option<&Solver>,
) -> Conflicts {
    let is_soft = |place: &usize| names.contains(&query.assertions[*place].0);
    let soft: Set = (0..query.assertions.len()).filter(is_soft).collect();
    conflicts(query, &soft, most, solver)
}
