//! The cheapest change of setpoints, in plant steps, after which every rule holds.
//!
//! In: rules, a case, setpoints with steps, limits and weights. Out: the cheapest change with the
//! statement that nothing cheaper passes, or that nothing in the limits passes, or how far was
//! looked. Changes are looked at in the order of their cost. Of a change that fails, one broken
//! rule is taken: whatever passes must move a setpoint which that rule reads, and, where the rule
//! gains in one direction only, in that direction. So one step of each of those is enough to reach
//! every change that passes, and the first that passes is the cheapest.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{Case, NumberCase, SignalCase};
use super::compile::variable_of;
use super::eliminate::good_end;
use super::joint_box::Setpoint;
use super::judge::judge_rules;
use super::verdict::Verdict;
use super::window::statement_of;
use crate::document::Magnitude;
use crate::rational::Rational;
use crate::rule_language::{Rule, RuleSet};

/// Steps of one setpoint to either side.
pub const STEPS_MAX: i64 = 1000;

/// A setpoint that may move, and what a step costs.
#[derive(Clone, Debug)]
pub struct Movable {
    /// The setpoint.
    pub setpoint: Setpoint,
    /// Cost of one plant step, above zero.
    pub weight: Rational,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Repair {
    /// Every rule holds as it is.
    NotNeeded,
    /// The cheapest change.
    Found {
        /// Steps per setpoint, in the order given.
        steps: Vec<i64>,
        /// What it costs.
        cost: Rational,
        /// Changes looked at, all that could be cheaper among them.
        looked_at: u64,
    },
    /// No change within the limits passes.
    Impossible {
        /// Rules that stay broken whatever moves, by place; empty where they only clash.
        stuck: Vec<usize>,
        /// Changes looked at.
        looked_at: u64,
    },
    /// The budget ended.
    BudgetEnded {
        /// Changes looked at.
        looked_at: u64,
        /// Nothing cheaper than this passes.
        cheaper_fails: Rational,
    },
}

/// Finds the cheapest change.
#[must_use]
pub fn cheapest(
    rule_set: &RuleSet,
    rules: &[&Rule],
    case: &Case,
    movables: &[Movable],
    budget: u64,
) -> Repair {
    let mut search = Search::new(rule_set, rules, case, movables);
    let start = vec![0; movables.len()];
    let broken = search.broken(&start);
    if broken.is_empty() {
        return Repair::NotNeeded;
    }
    let is_stuck = |&place: &usize| search.readers[place].is_empty();
    let stuck: Vec<usize> = broken.into_iter().filter(is_stuck).collect();
    if !stuck.is_empty() {
        let looked_at = 1;
        return Repair::Impossible { stuck, looked_at };
    }
    let mut looked_at = 0;
    let mut known = BTreeSet::from([start.clone()]);
    let mut open = BTreeSet::from([(Rational::zero(), start)]);
    while let Some((cost, steps)) = open.pop_first() {
        if looked_at == budget {
            return Repair::BudgetEnded {
                looked_at,
                cheaper_fails: cost,
            };
        }
        looked_at += 1;
        let broken = search.broken(&steps);
        // Of the broken rules the one with the fewest ways out.
        let Some(&rule) = broken
            .iter()
            .min_by_key(|&&place| (search.readers[place].len(), place))
        else {
            return Repair::Found {
                steps,
                cost,
                looked_at,
            };
        };
        for (place, direction) in search.ways_out(rule) {
            let mut next = steps.clone();
            next[place] += direction;
            // Never back towards the recipe: such a change has a shorter way.
            let is_onward = next[place].signum() == direction;
            if is_onward && search.is_allowed(place, next[place]) && known.insert(next.clone()) {
                open.insert((&cost + &movables[place].weight, next));
            }
        }
    }
    Repair::Impossible {
        stuck: Vec::new(),
        looked_at,
    }
}

struct Search<'a> {
    rule_set: &'a RuleSet,
    rules: &'a [&'a Rule],
    case: &'a Case,
    movables: &'a [Movable],
    /// Per rule the setpoints it reads, and the direction that helps where there is one.
    readers: Vec<Vec<(usize, Option<bool>)>>,
    /// Verdicts by rule and the steps of the setpoints it reads.
    verdicts: BTreeMap<(usize, Vec<i64>), bool>,
}

impl<'a> Search<'a> {
    fn new(
        rule_set: &'a RuleSet,
        rules: &'a [&'a Rule],
        case: &'a Case,
        movables: &'a [Movable],
    ) -> Self {
        let mut search = Self {
            rule_set,
            rules,
            case,
            movables,
            readers: Vec::new(),
            verdicts: BTreeMap::new(),
        };
        let readers = rules.iter().map(|rule| search.readers_of(rule)).collect();
        search.readers = readers;
        search
    }

    /// The setpoints a rule reads, with the direction that helps it anywhere within the limits.
    fn readers_of(&self, rule: &Rule) -> Vec<(usize, Option<bool>)> {
        let mut wide = self.case.clone();
        let mut own = Vec::new();
        for (place, movable) in self.movables.iter().enumerate() {
            let setpoint = &movable.setpoint;
            if !rule.reads.contains(&setpoint.signal) {
                continue;
            }
            own.push(place);
            let reach = |steps: i64| number_at(setpoint, steps);
            let ends = [-STEPS_MAX, STEPS_MAX].map(|most| {
                // Clipped to the limit, where the plant may still stray by its tolerance.
                let steps = steps_within(setpoint, most);
                reach(steps)
            });
            let nominal = setpoint.nominal.clone();
            let (low, high) = (ends[0].low.clone(), ends[1].high.clone());
            wide.set(
                setpoint.signal,
                SignalCase::Number(NumberCase {
                    low: low.min(nominal.clone()),
                    high: high.max(nominal.clone()),
                    nominal,
                    step: None,
                }),
            );
        }
        let compiled = statement_of(self.rule_set, rule, &wide).ok();
        let direction = |place: usize| {
            let (statement, _, ranges) = compiled.as_ref()?;
            let variable = variable_of(self.movables[place].setpoint.signal);
            good_end(std::slice::from_ref(statement), variable, ranges)
        };
        own.into_iter()
            .map(|place| (place, direction(place)))
            .collect()
    }

    fn ways_out(&self, rule: usize) -> Vec<(usize, i64)> {
        let ways = |&(place, helps): &(usize, Option<bool>)| match helps {
            Some(true) => vec![(place, 1)],
            Some(false) => vec![(place, -1)],
            None => vec![(place, 1), (place, -1)],
        };
        self.readers[rule].iter().flat_map(ways).collect()
    }

    fn is_allowed(&self, place: usize, steps: i64) -> bool {
        let setpoint = &self.movables[place].setpoint;
        let value = setpoint.at(steps);
        steps.abs() <= STEPS_MAX && setpoint.limit.0 <= value && value <= setpoint.limit.1
    }

    fn broken(&mut self, steps: &[i64]) -> Vec<usize> {
        let mut broken = Vec::new();
        let mut case: Option<Case> = None;
        for place in 0..self.rules.len() {
            let own: Vec<i64> = self.readers[place]
                .iter()
                .map(|&(setpoint, _)| steps[setpoint])
                .collect();
            let key = (place, own);
            let holds = match self.verdicts.get(&key) {
                Some(&known) => known,
                None => {
                    let case = case.get_or_insert_with(|| self.case_at(steps));
                    let found = holds(self.rule_set, self.rules[place], case);
                    self.verdicts.insert(key, found);
                    found
                }
            };
            if !holds {
                broken.push(place);
            }
        }
        broken
    }

    fn case_at(&self, steps: &[i64]) -> Case {
        let mut case = self.case.clone();
        for (movable, &steps) in self.movables.iter().zip(steps) {
            let number = number_at(&movable.setpoint, steps);
            case.set(movable.setpoint.signal, SignalCase::Number(number));
        }
        case
    }
}

/// Whether a rule holds over the whole box; undecided is not enough.
fn holds(rule_set: &RuleSet, rule: &Rule, case: &Case) -> bool {
    let judged = judge_rules(rule_set, &[rule], case, None);
    matches!(
        judged.first().map(|one| &one.verdict),
        Some(Verdict::Holds | Verdict::Conditional | Verdict::Idle | Verdict::Vacuous)
    )
}

/// The setpoint some steps away, with its tolerance there.
#[must_use]
pub fn number_at(setpoint: &Setpoint, steps: i64) -> NumberCase {
    let nominal = setpoint.at(steps);
    let width = |magnitude: Option<&Magnitude>| {
        magnitude.map_or_else(Rational::zero, |magnitude| magnitude.at(&nominal))
    };
    NumberCase {
        low: &nominal - &width(setpoint.minus.as_ref()),
        high: &nominal + &width(setpoint.plus.as_ref()),
        step: Some(setpoint.step.clone()),
        nominal,
    }
}

/// The steps towards `most` that stay within the limit.
fn steps_within(setpoint: &Setpoint, most: i64) -> i64 {
    let room = if most < 0 {
        &(&setpoint.limit.0 - &setpoint.nominal) / &setpoint.step
    } else {
        &(&setpoint.limit.1 - &setpoint.nominal) / &setpoint.step
    };
    let (floor, ceil) = (room.floor().to_i64(), room.ceil().to_i64());
    if most < 0 {
        ceil.unwrap_or(most).clamp(most, 0)
    } else {
        floor.unwrap_or(most).clamp(0, most)
    }
}
