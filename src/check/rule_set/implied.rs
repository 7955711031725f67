//! Rules that follow from others, in the words of the rule set.
//!
//! In: a rule set that was found consistent, perhaps a solver. Out: findings: equivalent, shadowed
//! by one rule, redundant beside several, never binding within the declared ranges. A rule with a
//! probability is asked about but is no premise. Severity, evidence and guard band are compared,
//! because a limit that only a weaker rule implies cannot go.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{CoreMember, Finding, Member};
use super::shown::{Shown, Source, negated_name};
use super::{Analysis, range_formula};
use crate::check::encode::{Encoder, RLIMIT, WALL_MS};
use crate::check::query::{Formula, Model, Query, Reason, Value, VarId, Want};
use crate::check::redundancy::cache::Cache;
use crate::check::redundancy::{Fact, Means, Method, Problem, Role, Standing, standings};
use crate::check::solver_process::Solver;
use crate::rule_language::{EvidenceClass, Point, PointValue, Rule, RuleSet, SignalId};

/// Threads for the components of a rule set; the answer does not depend on it.
const THREADS: usize = 2;

/// Facts of a rule set and what each of them is.
struct Written {
    problem: Problem,
    members: Vec<CoreMember>,
    /// Per rule its fact.
    rules: BTreeMap<usize, usize>,
    /// Codes of rules too large to be written out.
    unwritten: Vec<String>,
    hint: Option<Model>,
}

impl Written {
    /// What shows that a fact follows from others.
    fn shown(&self, says: String, premises: &[usize], fact: usize, method: Method) -> Shown {
        let facts = &self.problem.facts;
        let own = &facts[fact];
        let negated = Formula::Not(Box::new(own.formula.clone()));
        let mut assertions = vec![(negated_name(&own.name), negated)];
        let mut members = BTreeMap::from([(negated_name(&own.name), self.members[fact].clone())]);
        for &premise in premises {
            let known = &facts[premise];
            assertions.push((known.name.clone(), known.formula.clone()));
            members.insert(known.name.clone(), self.members[premise].clone());
        }
        let query = Query {
            variables: self.problem.variables.clone(),
            assertions,
            want: Want::Core,
            rlimit: RLIMIT,
            wall_ms: WALL_MS,
        };
        let names: Vec<String> = members.keys().cloned().collect();
        let source = Source {
            query: &query,
            members: &members,
        };
        Shown::new(says, &source, &names, method == Method::Solver)
    }
}

/// Adds the findings; vacuous rules are left out, and a contradictory set has none, because
/// anything follows.
pub(super) fn add(
    rule_set: &RuleSet,
    (solver, cache): (Option<&Solver>, Option<&Cache>),
    analysis: &mut Analysis,
) {
    let is_contradiction = |finding: &Finding| {
        matches!(
            finding,
            Finding::ContradictoryAssumptions { .. } | Finding::Inconsistent { .. }
        )
    };
    if analysis.findings.iter().any(is_contradiction) {
        return;
    }
    let asked = not_vacuous(rule_set, &analysis.findings);
    let written = write(rule_set, &asked, analysis.witness.as_ref());
    let means = Means {
        solver,
        threads: THREADS,
        hint: written.hint.as_ref(),
        cache,
    };
    let found = standings(&written.problem, &means);
    analysis.cache = found.cache.clone();
    // What is not written out may forbid a point that shows another rule to be needed.
    let is_whole = written.unwritten.is_empty();
    let mut open: Vec<String> = written.unwritten.clone();
    let mut reason = (!is_whole).then_some(Reason::TooLarge);
    let mut single: BTreeMap<usize, usize> = BTreeMap::new();
    let mut findings: BTreeMap<usize, (Finding, Vec<Shown>)> = BTreeMap::new();
    for (&rule, &fact) in &written.rules {
        match &found.of[fact] {
            Some(Standing::Implied { premises, method }) => {
                analysis.scope.standings += 1;
                let finding = implied(rule_set, &written, rule, premises);
                let shown = written.shown(finding.says(), premises, fact, *method);
                if let Finding::Shadowed { .. } = finding {
                    single.extend(rule_of(&written, premises).map(|by| (rule, by)));
                }
                findings.insert(rule, (finding, vec![shown]));
            }
            Some(Standing::Needed { .. }) if is_whole => analysis.scope.standings += 1,
            Some(Standing::Needed { .. }) => open.push(rule_set.rules[rule].code.clone()),
            Some(Standing::Undecided(why)) => {
                open.push(rule_set.rules[rule].code.clone());
                reason = reason.or_else(|| why.clone());
            }
            Some(Standing::Contradictory) | None => {}
        }
    }
    for (class, shown) in equivalent(rule_set, solver, &single) {
        findings.retain(|rule, _| !class.contains(rule));
        if let Some(&first) = class.first() {
            findings.insert(first, (same(rule_set, &class), shown));
        }
    }
    for (finding, shown) in findings.into_values() {
        analysis.add(finding, shown);
    }
    let is_open = |finding: &Finding| matches!(finding, Finding::Undecided { .. });
    // What is open about the rules themselves is said once.
    if !open.is_empty() && !analysis.findings.iter().any(is_open) {
        let finding = Finding::RedundancyUndecided {
            rules: open,
            reason,
        };
        analysis.findings.push(finding);
    }
}

/// The rules that can apply, as far as is known.
fn not_vacuous(rule_set: &RuleSet, findings: &[Finding]) -> Vec<usize> {
    let vacuous = findings.iter().filter_map(|finding| match finding {
        Finding::Vacuous { rule, .. } => Some(rule.as_str()),
        _ => None,
    });
    let vacuous: BTreeSet<&str> = vacuous.collect();
    let all = 0..rule_set.rules.len();
    all.filter(|&rule| !vacuous.contains(rule_set.rules[rule].code.as_str()))
        .collect()
}

/// Writes the rules, assumptions and ranges as facts.
fn write(rule_set: &RuleSet, asked: &[usize], witness: Option<&Point>) -> Written {
    let mut encoder = Encoder::new(rule_set).with_functions();
    let mut facts = Vec::new();
    let mut members = Vec::new();
    let mut rules = BTreeMap::new();
    let mut unwritten = Vec::new();
    for &place in asked {
        let rule = &rule_set.rules[place];
        let guard = encoder.formula(&rule.guard);
        let body = encoder.formula(&rule.body);
        let (Some(guard), Some(body)) = (guard, body) else {
            unwritten.push(rule.code.clone());
            continue;
        };
        rules.insert(place, facts.len());
        members.push(member(rule));
        facts.push(Fact {
            name: rule.code.clone(),
            formula: match guard {
                Formula::True => body,
                guard => Formula::Implies(Box::new(guard), Box::new(body)),
            },
            role: match rule.probability {
                Some(_) => Role::Claim,
                None => Role::Rule,
            },
        });
    }
    add_given(rule_set, &mut encoder, &mut facts, &mut members);
    let signals: Vec<SignalId> = encoder.signals().keys().copied().collect();
    let hint = witness.and_then(|point| hint(&encoder, &signals, point));
    let variables = encoder
        .query(Vec::new(), crate::check::query::Want::Model)
        .variables;
    Written {
        problem: Problem { variables, facts },
        members,
        rules,
        unwritten,
        hint,
    }
}

/// Writes the assumptions and the ranges of what they and the rules read.
fn add_given(
    rule_set: &RuleSet,
    encoder: &mut Encoder<'_>,
    facts: &mut Vec<Fact>,
    members: &mut Vec<CoreMember>,
) {
    let mut given = |name: String, formula: Formula, member: CoreMember| {
        members.push(member);
        let role = Role::Given;
        facts.push(Fact {
            name,
            formula,
            role,
        });
    };
    for (place, assumption) in rule_set.assumptions.iter().enumerate() {
        if let Some(formula) = encoder.formula(&assumption.condition) {
            let member = Member::Assumption(place);
            let span = Some(assumption.condition.span);
            given(
                format!("assumption {}", place + 1),
                formula,
                CoreMember { member, span },
            );
        }
    }
    for (&signal, &id) in encoder.signals() {
        let declared = rule_set.signal(signal);
        if let Some(formula) = range_formula(&declared.signal_type, id) {
            let member = Member::Range(declared.name.clone());
            let span = declared.span;
            given(
                format!("{} range", declared.name),
                formula,
                CoreMember { member, span },
            );
        }
    }
    if let Some((name, formula)) = encoder.pi_range() {
        let member = Member::Range("pi".to_owned());
        given(name, formula, CoreMember { member, span: None });
    }
}

/// The witness of the analysis as values of the variables; what it says of pi does not count.
fn hint(encoder: &Encoder<'_>, signals: &[SignalId], point: &Point) -> Option<Model> {
    let mut known = BTreeMap::new();
    for signal in signals {
        let value = match point.get(*signal) {
            PointValue::Number(value) => Value::Real(value.clone()),
            PointValue::Member(member) => Value::Enum(u32::try_from(*member).ok()?),
            PointValue::Missing => return None,
        };
        known.insert(*encoder.signals().get(signal)?, value);
    }
    let mut values: Vec<Value> = Vec::new();
    for place in 0..known.len() + usize::from(encoder.pi_range().is_some()) {
        let id = VarId(u32::try_from(place).ok()?);
        values.push(known.remove(&id).unwrap_or(Value::Bool(false)));
    }
    Some(Model { values })
}

fn member(rule: &Rule) -> CoreMember {
    CoreMember {
        member: Member::Rule(rule.code.clone()),
        span: Some(rule.span),
    }
}

/// The only rule among premises.
fn rule_of(written: &Written, premises: &[usize]) -> Option<usize> {
    let rules = written.rules.iter();
    let mut rules = rules.filter(|(_, fact)| premises.contains(fact));
    let first = rules.next().map(|(&rule, _)| rule);
    first.filter(|_| rules.next().is_none())
}

fn implied(rule_set: &RuleSet, written: &Written, rule: usize, premises: &[usize]) -> Finding {
    let mut core: Vec<CoreMember> = premises
        .iter()
        .map(|&place| written.members[place].clone())
        .collect();
    core.sort_by(|a, b| a.member.cmp(&b.member));
    let by: Vec<&Rule> = written
        .rules
        .iter()
        .filter(|(_, fact)| premises.contains(fact))
        .map(|(&by, _)| &rule_set.rules[by])
        .collect();
    let own = &rule_set.rules[rule];
    let rule = member(own);
    let remark = remark(own, &by);
    match by.len() {
        0 => Finding::NeverBinding { rule, core },
        1 => Finding::Shadowed { rule, core, remark },
        _ => Finding::Redundant { rule, core, remark },
    }
}

/// What the differences between a rule and those that imply it mean for whoever tidies up.
fn remark(own: &Rule, by: &[&Rule]) -> Option<String> {
    let code = &own.code;
    let is_recalled = |rule: &Rule| rule.evidence == EvidenceClass::Recalled;
    if let Some(weak) = by
        .iter()
        .find(|rule| is_recalled(rule) && !is_recalled(own))
    {
        return Some(format!(
            "keep `{code}`: `{}` is recalled and never blocks",
            weak.code
        ));
    }
    let lighter = by.iter().find(|rule| rule.severity < own.severity);
    if is_recalled(own) && !by.iter().any(|rule| is_recalled(rule)) {
        let severity = lighter.map_or_else(String::new, |weak| {
            format!(
                "; it was {}, `{}` is {}",
                own.severity.name(),
                weak.code,
                weak.severity.name()
            )
        });
        return Some(format!("the recalled limit `{code}` can go{severity}"));
    }
    if let Some(weak) = lighter {
        return Some(format!(
            "keep `{code}`: it is {}, `{}` only {}",
            own.severity.name(),
            weak.code,
            weak.severity.name()
        ));
    }
    if own.guard_band.is_some() {
        return Some(format!("only the guard band of `{code}` still tells"));
    }
    let other = by.iter().find(|rule| rule.owner != own.owner)?;
    Some(match (&own.owner, &other.owner) {
        (Some(owner), _) => format!("`{code}` belongs to {owner}, who may want to drop it"),
        (None, Some(owner)) => format!("`{}` belongs to {owner}, `{code}` to nobody", other.code),
        (None, None) => format!("`{code}` belongs to nobody"),
    })
}

/// Rules that imply each other, with what shows it.
type Class = (BTreeSet<usize>, Vec<Shown>);

/// Classes of rules that imply each other, among those that one rule implies.
fn equivalent(
    rule_set: &RuleSet,
    solver: Option<&Solver>,
    single: &BTreeMap<usize, usize>,
) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for (&rule, &by) in single {
        let written = write(rule_set, &[rule, by], None);
        let means = Means {
            solver,
            threads: 1,
            hint: None,
            cache: None,
        };
        let found = standings(&written.problem, &means);
        let shown = written.rules.iter().filter_map(|(&own, &fact)| {
            let Some(Standing::Implied { premises, method }) = &found.of[fact] else {
                return None;
            };
            let other = if own == rule { by } else { rule };
            let code = |place: usize| &rule_set.rules[place].code;
            let says = format!("rule `{}` follows from rule `{}`", code(own), code(other));
            Some(written.shown(says, premises, fact, *method))
        });
        let mut shown: Vec<Shown> = shown.collect();
        if written.rules.len() != 2 || shown.len() != 2 {
            continue;
        }
        let (joined, mut apart): (Vec<Class>, Vec<Class>) = classes
            .into_iter()
            .partition(|(class, _)| class.contains(&rule) || class.contains(&by));
        let mut class = BTreeSet::from([rule, by]);
        for (members, known) in joined {
            class.extend(members);
            shown.extend(known);
        }
        // A pair is reached from either side.
        shown.sort_by(|a, b| a.says.cmp(&b.says));
        shown.dedup_by(|a, b| a.says == b.says);
        apart.push((class, shown));
        classes = apart;
    }
    classes
}

fn same(rule_set: &RuleSet, class: &BTreeSet<usize>) -> Finding {
    let mut rules: Vec<&Rule> = class.iter().map(|&rule| &rule_set.rules[rule]).collect();
    rules.sort_by(|a, b| a.code.cmp(&b.code));
    let best = rules
        .iter()
        .max_by_key(|rule| (rule.severity, rule.evidence));
    let differ = rules
        .iter()
        .any(|rule| (rule.severity, rule.evidence) != (rules[0].severity, rules[0].evidence));
    let remark = best.filter(|_| differ).map(|best| {
        format!(
            "`{}` weighs most ({}, {})",
            best.code,
            best.severity.name(),
            best.evidence.name()
        )
    });
    Finding::Equivalent {
        rules: rules.into_iter().map(member).collect(),
        remark,
    }
}
