//! The reach of parameters with the others free in their ranges.
//!
//! In: rules, a case, the parameters that move, each in turn. Out: per parameter the least and the
//! greatest value for which the others can be chosen so that every rule holds, each with a point,
//! and a certificate of the few rules that matter, in the names of the signals. Rules are compiled
//! once for all parameters that they tie together; linear rules go to the optimiser as they are,
//! others first draw the ranges in.

use std::collections::{BTreeMap, BTreeSet};

use super::apart::Near;
use super::reached::Asked;
use super::{Axis, LeftOut, PARTS, Why, compiled_by, moving, statement_of};
use crate::certificate::{Certificate, PI_NAME, Polynomial, Ranges, Statement};
use crate::check::case::{Case, SignalCase};
use crate::check::compile::{Compiler, Obstacle, pi_variable, variable_of};
use crate::check::corners::corner_point;
use crate::check::eliminate::{for_some, variables};
use crate::check::line::{End, Line};
use crate::check::optimum::{self, Optimum, Prepared, Problem};
use crate::check::prove::Values;
use crate::parallel::map_items;
use crate::rational::Rational;
use crate::rule_language::{Rule, RuleSet};

/// The reach of one parameter with the others free in the ranges of the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Free {
    /// The least value.
    pub least: Optimum,
    /// The greatest value.
    pub greatest: Optimum,
    /// What was looked at.
    pub looked_at: (Rational, Rational),
    /// Rules that take no part, and why.
    pub left_out: Vec<LeftOut>,
    /// The variables that were set at once, at the ends that are good for every rule.
    pub moved: Values,
}

/// Finds the least and greatest value of a parameter for which the others, each free in its range
/// of the case, can be chosen so that every rule holds.
#[must_use]
pub fn free(rule_set: &RuleSet, rules: &[&Rule], case: &Case, axis: &Axis) -> Free {
    let found = free_all(rule_set, rules, case, std::slice::from_ref(axis), 1);
    found.into_iter().next().unwrap_or_else(|| unknown(axis))
}

/// Finds the same for many parameters, each with all others free; in the order of the axes.
#[must_use]
pub fn free_all(
    rule_set: &RuleSet,
    rules: &[&Rule],
    case: &Case,
    axes: &[Axis],
    threads: usize,
) -> Vec<Free> {
    let near = Near::new(rule_set, rules, case);
    let mut groups: BTreeMap<Vec<usize>, Vec<usize>> = BTreeMap::new();
    for (number, axis) in axes.iter().enumerate() {
        groups.entry(near.to(axis.signal)).or_default().push(number);
    }
    let groups: Vec<(Vec<usize>, Vec<usize>)> = groups.into_iter().collect();
    let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    let group = |place: u64| {
        let (places, _) = &groups[usize::try_from(place).unwrap_or(0)];
        Group::new(rule_set, rules, case, places)
    };
    let compiled = map_items(count(groups.len()), threads, group).unwrap_or_default();
    let asked: Vec<(&Group<'_>, usize)> = compiled
        .iter()
        .zip(&groups)
        .flat_map(|(group, (_, axes))| axes.iter().map(move |&axis| (group, axis)))
        .collect();
    let found = map_items(count(asked.len()), threads, |place| {
        let (group, axis) = asked[usize::try_from(place).unwrap_or(0)];
        (axis, group.reach(&axes[axis]))
    });
    // Threads that do not start leave everything undecided, never decided.
    let mut by_axis: BTreeMap<usize, Free> = found.unwrap_or_default().into_iter().collect();
    let numbered = axes.iter().enumerate();
    numbered
        .map(|(number, axis)| by_axis.remove(&number).unwrap_or_else(|| unknown(axis)))
        .collect()
}

fn unknown(axis: &Axis) -> Free {
    Free {
        least: Optimum::TooLarge,
        greatest: Optimum::TooLarge,
        looked_at: axis.range.clone(),
        left_out: Vec::new(),
        moved: Values::new(),
    }
}

/// Rules that matter to the same parameters, compiled over the case.
struct Group<'a> {
    rule_set: &'a RuleSet,
    case: &'a Case,
    rules: Vec<(usize, &'a Rule, Result<Statement, Obstacle>)>,
    /// The ranges of the signals that these rules read, and of pi.
    ranges: Ranges,
}

/// The rules of a group for one axis.
struct Sorted<'a> {
    kept: Vec<(usize, &'a Rule, Statement)>,
    unsolved: Vec<(usize, &'a Rule)>,
    left_out: Vec<LeftOut>,
    looked_at: (Rational, Rational),
}

impl<'a> Group<'a> {
    fn new(rule_set: &'a RuleSet, rules: &[&'a Rule], case: &'a Case, places: &[usize]) -> Self {
        let mut compiler = Compiler::new(rule_set, case);
        let compile = |&place: &usize| {
            let rule = rules[place];
            (place, rule, compiled_by(&mut compiler, rule))
        };
        let rules: Vec<_> = places.iter().map(compile).collect();
        let mut read: BTreeSet<u32> = rules
            .iter()
            .flat_map(|(_, rule, _)| rule.reads.iter().map(|&signal| variable_of(signal)))
            .collect();
        read.insert(pi_variable(rule_set));
        let mut ranges = compiler.ranges;
        ranges.retain(|variable, _| read.contains(variable));
        Self {
            rule_set,
            case,
            rules,
            ranges,
        }
    }

    /// The statements on the range of an axis, or on the part of it where no divisor is zero.
    fn sorted(&self, axis: &Axis) -> Sorted<'a> {
        let mut sorted = Sorted {
            kept: Vec::new(),
            unsolved: Vec::new(),
            left_out: Vec::new(),
            looked_at: axis.range.clone(),
        };
        let is_range_of_case = |range: &(Rational, Rational)| match self.case.get(axis.signal) {
            SignalCase::Number(own) => own.low == range.0 && own.high == range.1,
            SignalCase::Choice(_) | SignalCase::Missing => false,
        };
        let is_as_compiled = is_range_of_case(&axis.range);
        for (place, rule, compiled) in &self.rules {
            let mut found = compiled.clone();
            if rule.reads.contains(&axis.signal) {
                let is_sign = matches!(found, Err(Obstacle::DivisorSign { .. }));
                if is_sign || !is_as_compiled {
                    found = part_of(self.rule_set, rule, self.case, axis).map(|(range, own)| {
                        let (low, high) = &mut sorted.looked_at;
                        *low = low.clone().max(range.0);
                        *high = high.clone().min(range.1);
                        own
                    });
                }
            }
            match found {
                Ok(statement) => sorted.kept.push((*place, rule, statement)),
                Err(Obstacle::Function { .. }) => sorted.unsolved.push((*place, rule)),
                Err(obstacle) => sorted.left_out.push(LeftOut {
                    rule: *place,
                    why: Why::Obstacle(obstacle),
                }),
            }
        }
        if sorted.looked_at != axis.range {
            // Rules that were compiled on more than what is looked at in the end.
            let over = moving(self.case, axis, &sorted.looked_at);
            for (_, rule, statement) in &mut sorted.kept {
                if rule.reads.contains(&axis.signal)
                    && let Ok((own, ..)) = statement_of(self.rule_set, rule, &over)
                {
                    *statement = own;
                }
            }
        }
        sorted
    }

    fn reach(&self, axis: &Axis) -> Free {
        let Sorted {
            kept: rules,
            unsolved,
            mut left_out,
            looked_at,
        } = self.sorted(axis);
        let kept = variable_of(axis.signal);
        let mut ranges = self.ranges.clone();
        ranges.insert(kept, looked_at.clone());
        let facts: Vec<Statement> = rules.iter().map(|(_, _, fact)| fact.clone()).collect();
        let some = for_some(&facts, kept, &ranges);
        let mut used = some.left.clone();
        used.insert(kept);
        ranges.retain(|variable, _| used.contains(variable));
        let prepared = Prepared::new(&some.statements, &ranges);
        let objective = Polynomial::variable(kept);
        let mut ends = if prepared.is_linear() {
            [prepared.least(&objective), prepared.greatest(&objective)]
        } else if some.left.is_empty() {
            on_line(&some.statements, kept, &looked_at)
        } else {
            let tight = contracted(&some.statements, &ranges);
            [false, true].map(|upwards| reach(&some.statements, kept, (&ranges, &tight), upwards))
        };
        if !unsolved.is_empty() {
            let functions = unsolved.iter().map(|(_, rule)| *rule);
            let taken: Vec<&Rule> = functions.chain(rules.iter().map(|one| one.1)).collect();
            let moved = moving(self.case, axis, &looked_at);
            match Asked::new(self.rule_set, &taken, &moved, (axis, &looked_at)) {
                Some(asked) => {
                    let [least, greatest] = ends;
                    ends = [asked.end(least, false), asked.end(greatest, true)];
                }
                None => left_out.extend(unsolved.iter().map(|&(rule, _)| LeftOut {
                    rule,
                    why: Why::Open,
                })),
            }
        }
        let [least, greatest] = ends.map(|end| self.named(end));
        Free {
            least,
            greatest,
            looked_at,
            left_out,
            moved: some.moved,
        }
    }

    /// The same with the names of the signals in its certificates.
    fn named(&self, mut end: Optimum) -> Optimum {
        let pi = pi_variable(self.rule_set);
        let rename = |certificate: &mut Option<Box<Certificate>>| {
            let claim = certificate.iter_mut().map(|own| &mut own.claim);
            for variable in claim.flat_map(|claim| &mut claim.variables) {
                let signal = self.rule_set.signals.get(variable.id as usize);
                if variable.id == pi {
                    PI_NAME.clone_into(&mut variable.name);
                } else if let Some(signal) = signal {
                    variable.name.clone_from(&signal.name);
                }
            }
        };
        match &mut end {
            Optimum::Attained { beyond, .. }
            | Optimum::Approached { beyond, .. }
            | Optimum::Impossible(beyond) => rename(beyond),
            Optimum::Between { .. } | Optimum::TooLarge => {}
        }
        end
    }
}

/// A range of the axis, and what a rule says on it.
type OnRange = ((Rational, Rational), Statement);

/// The part of the range on which the divisors of a rule keep one sign for all values of the
/// others, and the rule on it.
fn part_of(rule_set: &RuleSet, rule: &Rule, case: &Case, axis: &Axis) -> Result<OnRange, Obstacle> {
    let (low, high) = &axis.range;
    let on_range = |share: &Rational| -> Result<OnRange, Obstacle> {
        let from = low + &(&(&axis.nominal - low) * share);
        let range = (from, high.clone());
        let (statement, ..) = statement_of(rule_set, rule, &moving(case, axis, &range))?;
        Ok((range, statement))
    };
    let first = on_range(&Rational::zero());
    if !matches!(first, Err(Obstacle::DivisorSign { .. })) {
        return first;
    }
    for part in PARTS {
        match on_range(&Rational::ratio(1, part)) {
            Ok(found) => return Ok(found),
            Err(Obstacle::DivisorSign { .. }) => {}
            Err(_) => break,
        }
    }
    first
}

/// Rounds of drawing ranges in.
const ROUNDS: usize = 8;

/// Draws every range in as far as one fact alone demands, whatever the others are; what is cut off
/// breaks that fact. A fact is looked at again when a range that it reads has changed.
fn contracted(facts: &[Statement], ranges: &Ranges) -> Ranges {
    let mut tight = ranges.clone();
    let reads: Vec<BTreeSet<u32>> = facts.iter().map(variables).collect();
    let mut is_due = vec![true; facts.len()];
    for _ in 0..ROUNDS {
        for (number, fact) in facts.iter().enumerate() {
            if !std::mem::take(&mut is_due[number]) {
                continue;
            }
            for &variable in &reads[number] {
                let Some(ends) = drawn_in(fact, variable, &tight) else {
                    continue;
                };
                if tight.get(&variable) != Some(&ends) {
                    tight.insert(variable, ends);
                    let due = is_due.iter_mut().zip(&reads);
                    due.filter(|(_, reads)| reads.contains(&variable))
                        .for_each(|(is_due, _)| *is_due = true);
                }
            }
        }
        if !is_due.contains(&true) {
            break;
        }
    }
    tight
}

/// The least range of a variable outside of which a fact fails.
fn drawn_in(fact: &Statement, variable: u32, tight: &Ranges) -> Option<(Rational, Rational)> {
    let own = for_some(std::slice::from_ref(fact), variable, tight);
    let (low, high) = tight.get(&variable).filter(|_| own.left.is_empty())?;
    let line = Line::new(&own.statements, variable, low, high)?;
    let intervals = line.intervals();
    let (first, last) = (intervals.first()?, intervals.last()?);
    Some((first.low.at.low.clone(), last.high.at.high.clone()))
}

/// Corners of more variables than this are not tried.
const TRIED_MAX: usize = 8;

/// One end of the reach: the drawn-in end itself, if the others have a corner that keeps every
/// fact there, else what the optimiser finds in the drawn-in box.
fn reach(
    facts: &[Statement],
    kept: u32,
    (ranges, tight): (&Ranges, &Ranges),
    upwards: bool,
) -> Optimum {
    let Some((low, high)) = tight.get(&kept) else {
        return Optimum::TooLarge;
    };
    let end = if upwards { high } else { low };
    let others: Vec<u32> = tight.keys().copied().filter(|&one| one != kept).collect();
    let corners = if others.len() <= TRIED_MAX {
        1_usize << others.len()
    } else {
        0
    };
    for number in 0..corners {
        let Some(mut point) = corner_point(&others, number, tight) else {
            break;
        };
        point.insert(kept, end.clone());
        if facts.iter().all(|fact| fact.value(&point) == Some(true)) {
            return Optimum::Attained {
                value: end.clone(),
                beyond: beyond_proof(facts, kept, ranges, end, upwards),
                point,
            };
        }
    }
    let objective = Polynomial::variable(kept);
    let problem = Problem {
        ranges: tight,
        facts,
        objective: &objective,
    };
    if upwards {
        optimum::greatest(&problem)
    } else {
        optimum::least(&problem)
    }
}

/// Over the ranges as given: every point breaks a fact or keeps to the end.
fn beyond_proof(
    facts: &[Statement],
    kept: u32,
    ranges: &Ranges,
    end: &Rational,
    upwards: bool,
) -> Option<Box<Certificate>> {
    let objective = Polynomial::variable(kept);
    let negative = objective.negated();
    let (objective, value) = if upwards {
        (&objective, end.clone())
    } else {
        (&negative, -end)
    };
    let problem = Problem {
        ranges,
        facts,
        objective,
    };
    optimum::certified(optimum::nothing_beyond(&problem, &value, true), ranges)
}

/// Only the parameter is left: the outermost ends of all intervals.
fn on_line(
    statements: &[Statement],
    variable: u32,
    (low, high): &(Rational, Rational),
) -> [Optimum; 2] {
    let Some(line) = Line::new(statements, variable, low, high) else {
        return [Optimum::TooLarge, Optimum::TooLarge];
    };
    let intervals = line.intervals();
    let (Some(first), Some(last)) = (intervals.first(), intervals.last()) else {
        return [Optimum::Impossible(None), Optimum::Impossible(None)];
    };
    let found = |end: &End, inside: &Rational, outside: &Rational| {
        let point = Values::from([(variable, inside.clone())]);
        match (end.at.as_exact(), end.closed) {
            (Some(value), true) => Optimum::Attained {
                value: value.clone(),
                point,
                beyond: None,
            },
            (Some(value), false) => Optimum::Approached {
                value: value.clone(),
                point,
                beyond: None,
            },
            (None, _) => Optimum::Between {
                inside: Some((inside.clone(), point)),
                outside: outside.clone(),
            },
        }
    };
    let (low, high) = (&first.low.at, &last.high.at);
    [
        found(&first.low, &low.high, &low.low),
        found(&last.high, &high.low, &high.high),
    ]
}
