//! The largest box of setpoints around a recipe in which every rule holds, in plant steps.
//!
//! In: rules, a case, the setpoints that may move with their steps and limits. Out: how many steps
//! each may go down and up, all at once and in any combination. First all sides together, as far
//! as the smallest goes; then each side alone, in the order given. A box inside a good box is good,
//! so doubling and halving finds the last good number exactly. Good means that the judge proved
//! every rule over the whole box; what it cannot prove stops the box and is said.

use super::case::{Case, NumberCase, SignalCase};
use super::judge::judge_rules;
use super::verdict::{Judgement, Verdict};
use crate::document::Magnitude;
use crate::rational::Rational;
use crate::rule_language::{Rule, RuleSet, SignalId};

/// Steps to one side beyond which nothing is looked for.
pub const STEPS_MAX: i64 = 1 << 16;

/// A setpoint that may move.
#[derive(Clone, Debug)]
pub struct Setpoint {
    /// Its signal.
    pub signal: SignalId,
    /// Where the recipe has it, SI.
    pub nominal: Rational,
    /// The step in which the plant sets it, SI, above zero.
    pub step: Rational,
    /// Where it may be set at all, SI.
    pub limit: (Rational, Rational),
    /// How far the plant may fall below a setpoint.
    pub minus: Option<Magnitude>,
    /// How far the plant may lie above a setpoint.
    pub plus: Option<Magnitude>,
}

impl Setpoint {
    /// The value some steps away.
    #[must_use]
    pub fn at(&self, steps: i64) -> Rational {
        &self.nominal + &(&self.step * &Rational::from(steps))
    }

    /// Where the plant may really be for setpoints between two numbers of steps.
    #[must_use]
    pub fn reach(&self, down: i64, up: i64) -> NumberCase {
        let (low, high) = (self.at(-down), self.at(up));
        let width = |magnitude: Option<&Magnitude>, at: &Rational| {
            magnitude.map_or_else(Rational::zero, |magnitude| magnitude.at(at))
        };
        NumberCase {
            nominal: self.nominal.clone(),
            low: &low - &width(self.minus.as_ref(), &low),
            high: &high + &width(self.plus.as_ref(), &high),
            step: Some(self.step.clone()),
        }
    }

    fn is_allowed(&self, down: i64, up: i64) -> bool {
        down <= STEPS_MAX
            && up <= STEPS_MAX
            && (down == 0 || self.limit.0 <= self.at(-down))
            && (up == 0 || self.at(up) <= self.limit.1)
    }
}

/// What stops one side of the box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Steps from the recipe.
    pub steps: i64,
    /// Rules that break one step further, by place in the list given; empty where the limit of the
    /// setpoint stops it.
    pub stopped_by: Vec<usize>,
    /// Rules that are not proved one step further.
    pub unproved: Vec<usize>,
}

/// The box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointBox {
    /// Steps that every side has at least, as far as its own limit allows.
    pub together: i64,
    /// Lower and upper side per setpoint, in the order given.
    pub sides: Vec<(Side, Side)>,
    /// What the judge found about every rule over the whole box, with certificates.
    pub judgements: Vec<Judgement>,
}

/// Finds the box; nothing where the recipe itself does not keep every rule for certain.
#[must_use]
pub fn largest(
    rule_set: &RuleSet,
    rules: &[&Rule],
    case: &Case,
    setpoints: &[Setpoint],
) -> Option<JointBox> {
    let search = Search {
        rule_set,
        rules,
        case,
        setpoints,
    };
    let all: Vec<usize> = (0..rules.len()).collect();
    let mut steps = vec![(0, 0); setpoints.len()];
    if !search.failing(&steps, &all).is_good() {
        return None;
    }
    let clipped = |count: i64| -> Vec<(i64, i64)> {
        setpoints
            .iter()
            .map(|one| {
                let down = last_allowed(count, |down| one.is_allowed(down, 0));
                let up = last_allowed(count, |up| one.is_allowed(0, up));
                (down, up)
            })
            .collect()
    };
    let together = last_good(STEPS_MAX, |count| {
        let tried = clipped(count);
        search.failing(&tried, &all).is_good()
    });
    steps.clone_from(&clipped(together));
    for place in 0..setpoints.len() {
        for upwards in [false, true] {
            let own = search.readers(place);
            let with = |count: i64| {
                let mut tried = steps.clone();
                if upwards {
                    tried[place].1 = count;
                } else {
                    tried[place].0 = count;
                }
                tried
            };
            let (down, up) = steps[place];
            let start = if upwards { up } else { down };
            let more = last_good(STEPS_MAX - start, |more| {
                let tried = with(start + more);
                let (down, up) = tried[place];
                setpoints[place].is_allowed(down, up) && search.failing(&tried, &own).is_good()
            });
            steps = with(start + more);
        }
    }
    let sides = (0..setpoints.len()).map(|place| {
        let side = |upwards| search.side(&steps, place, upwards);
        (side(false), side(true))
    });
    Some(JointBox {
        together,
        sides: sides.collect(),
        judgements: judge_rules(rule_set, rules, &search.case_of(&steps), None),
    })
}

/// The greatest number up to `most` that is allowed; zero always is.
fn last_allowed(most: i64, is_allowed: impl Fn(i64) -> bool) -> i64 {
    last_good(most, is_allowed)
}

/// The last number from 0 to `most` for which a condition holds that, once false, stays false.
fn last_good(most: i64, mut is_good: impl FnMut(i64) -> bool) -> i64 {
    let (mut good, mut bad) = (0, None);
    let mut next = 1;
    while bad.is_none() && good < most {
        let tried = next.min(most);
        if is_good(tried) {
            good = tried;
            next = tried.saturating_mul(2);
        } else {
            bad = Some(tried);
        }
    }
    let Some(mut bad) = bad else { return good };
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if is_good(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}

/// What fails on a box.
struct Failing {
    broken: Vec<usize>,
    unproved: Vec<usize>,
}

impl Failing {
    fn is_good(&self) -> bool {
        self.broken.is_empty() && self.unproved.is_empty()
    }
}

struct Search<'a> {
    rule_set: &'a RuleSet,
    rules: &'a [&'a Rule],
    case: &'a Case,
    setpoints: &'a [Setpoint],
}

impl Search<'_> {
    fn case_of(&self, steps: &[(i64, i64)]) -> Case {
        let mut case = self.case.clone();
        for (setpoint, &(down, up)) in self.setpoints.iter().zip(steps) {
            let reach = setpoint.reach(down, up);
            case.set(setpoint.signal, SignalCase::Number(reach));
        }
        case
    }

    /// The rules that read a setpoint.
    fn readers(&self, place: usize) -> Vec<usize> {
        let signal = self.setpoints[place].signal;
        let reads = |&at: &usize| self.rules[at].reads.contains(&signal);
        (0..self.rules.len()).filter(reads).collect()
    }

    fn failing(&self, steps: &[(i64, i64)], among: &[usize]) -> Failing {
        let case = self.case_of(steps);
        let mut found = Failing {
            broken: Vec::new(),
            unproved: Vec::new(),
        };
        for &place in among {
            let rule = self.rules[place];
            let judged = judge_rules(self.rule_set, &[rule], &case, None);
            match judged.first().map(|one| &one.verdict) {
                Some(Verdict::Holds | Verdict::Conditional | Verdict::Idle | Verdict::Vacuous) => {}
                Some(Verdict::HoldsNominally | Verdict::Violated) => found.broken.push(place),
                Some(Verdict::Undecided(_)) | None => found.unproved.push(place),
            }
        }
        found
    }

    fn side(&self, steps: &[(i64, i64)], place: usize, upwards: bool) -> Side {
        let (down, up) = steps[place];
        let mut further = steps.to_vec();
        if upwards {
            further[place].1 += 1;
        } else {
            further[place].0 += 1;
        }
        let (more_down, more_up) = further[place];
        let failing = if self.setpoints[place].is_allowed(more_down, more_up) {
            self.failing(&further, &self.readers(place))
        } else {
            Failing {
                broken: Vec::new(),
                unproved: Vec::new(),
            }
        };
        Side {
            steps: if upwards { up } else { down },
            stopped_by: failing.broken,
            unproved: failing.unproved,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_good_number_is_found_by_doubling_and_halving() {
        for limit in 0..40 {
            let mut asked = 0;
            let found = last_good(30, |count| {
                asked += 1;
                count <= limit
            });
            assert_eq!(found, limit.min(30));
            assert!(asked <= 10, "{asked} questions for {limit}");
        }
    }
}
