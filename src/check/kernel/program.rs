//! Rules as flat programs over lanes.
//!
//! In: a rule set and how each signal comes (a unit for numbers from text). Out: one list of
//! operations for what rules share (signals in SI units, lets) and one for each rule. Lanes are
//! numbered when the program is made: shared ones keep their number, others are used again by the
//! next rule, so that a block stays in the cache. A signal against a constant is compared as
//! written in the table, without unit, because that needs no arithmetic: reading decimals into
//! doubles keeps their order, and decimals of at most 15 digits keep their equality.

use std::collections::BTreeMap;

use super::lanes::{self, Bounded};
use crate::enclosure::Function;
use crate::quantity::Unit;
use crate::rational::Rational;
use crate::rule_language::expression::{BoolExpr, BoolKind, CompareOperator, NumExpr, NumKind};
use crate::rule_language::{LetId, Rule, RuleSet, SignalId};

/// Decimals of at most this many digits differ as doubles when they differ.
const DIGITS_MAX: usize = 15;

/// How a signal comes.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// It has no column.
    Missing,
    /// As numbers in this unit.
    Numbers(Unit),
    /// As indices of enumerators.
    Members,
}

/// What a condition is worth: positive where it holds. One is a tie, two a slack that is not
/// zero, three a condition without slack.
pub(super) type Worth = i8;
pub(super) const TIE: Worth = 1;
const SLACK: Worth = 2;
const CERTAIN: Worth = 3;

/// One step; the first number is the lane that is filled.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A column in SI units.
    Signal(usize, SignalId, Box<Conversion>),
    Negate(usize, usize),
    Absolute(usize, usize),
    Add(usize, usize, usize),
    Subtract(usize, usize, usize),
    Multiply(usize, usize, usize),
    Divide(usize, usize, usize),
    Minimum(usize, usize, usize),
    Maximum(usize, usize, usize),
    Apply(usize, Function, usize),
    /// The first number where the condition holds, else the second.
    Select(usize, usize, usize, usize),
    /// A condition: worths for less, equal, greater.
    Compare(usize, [Worth; 3], usize, usize),
    /// A column as written against a number of at most 15 digits in its unit.
    CompareRaw(usize, [Worth; 3], SignalId, f64),
    /// Two such comparisons of one column, both of which shall hold.
    WindowRaw(usize, SignalId, Box<[(f64, [Worth; 3]); 2]>),
    Member(usize, SignalId, Vec<bool>),
    Always(usize, bool),
    Not(usize, usize),
    Least(usize, usize, usize),
    Greatest(usize, usize, usize),
}

/// From the unit of a column to SI units.
#[derive(Clone, Debug)]
pub(super) struct Conversion {
    /// SI units per unit; `None` for one.
    pub factor: Option<Bounded>,
    /// SI value of zero units; `None` for zero.
    pub offset: Option<Bounded>,
}

/// The steps of one rule and the lanes of its conditions.
#[derive(Clone, Debug)]
pub(super) struct RuleProgram {
    pub steps: Vec<Step>,
    /// `None`: always applies.
    pub guard: Option<usize>,
    pub body: usize,
    /// Whether the slack is below the guard band.
    pub near: Option<usize>,
    /// Slacks of different kinds are not ranked, so a tie is left to exact arithmetic.
    pub is_mixed: bool,
}

/// All rules of a set.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// Constants that fill lanes once.
    pub constants: Vec<(usize, Bounded)>,
    /// What several rules read.
    pub shared: Vec<Step>,
    /// `None` where exact arithmetic is asked in every row.
    pub rules: Vec<Option<RuleProgram>>,
    /// Lanes of numbers.
    pub numbers: usize,
    /// Lanes of conditions.
    pub conditions: usize,
}

impl Program {
    pub fn new(rule_set: &RuleSet, sources: &[Source]) -> Self {
        let mut compiler = Compiler::new(rule_set, sources);
        compiler.share();
        let rules = rule_set.rules.iter().map(|rule| compiler.rule(rule));
        let rules = rules.collect();
        Self {
            constants: compiler.constants,
            shared: compiler.shared,
            rules,
            numbers: compiler.numbers.count,
            conditions: compiler.conditions.count,
        }
    }
}

/// Hands out lanes.
#[derive(Default)]
struct Lanes {
    count: usize,
    taken: Vec<usize>,
    free: Vec<usize>,
}

impl Lanes {
    /// A lane until [`Lanes::release`].
    fn take(&mut self) -> usize {
        let lane = self.free.pop().unwrap_or_else(|| self.keep());
        self.taken.push(lane);
        lane
    }

    /// A lane that nothing else ever fills.
    fn keep(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }

    /// Gives back what was taken.
    fn release(&mut self) {
        self.free.append(&mut self.taken);
    }
}

struct Compiler<'a> {
    rule_set: &'a RuleSet,
    sources: &'a [Source],
    constants: Vec<(usize, Bounded)>,
    shared: Vec<Step>,
    /// The steps of the rule at hand.
    steps: Vec<Step>,
    signals: BTreeMap<SignalId, usize>,
    lets: BTreeMap<LetId, usize>,
    numbers: Lanes,
    conditions: Lanes,
}

impl<'a> Compiler<'a> {
    fn new(rule_set: &'a RuleSet, sources: &'a [Source]) -> Self {
        Self {
            rule_set,
            sources,
            constants: Vec::new(),
            shared: Vec::new(),
            steps: Vec::new(),
            signals: BTreeMap::new(),
            lets: BTreeMap::new(),
            numbers: Lanes::default(),
            conditions: Lanes::default(),
        }
    }

    /// Fills the lanes of all signals and lets; the lanes taken here are never given back.
    fn share(&mut self) {
        for (at, source) in self.sources.iter().enumerate() {
            let Source::Numbers(unit) = source else {
                continue;
            };
            let lane = self.numbers.keep();
            let some = |value: &Rational, neutral: &Rational| {
                (value != neutral).then(|| lanes::constant(value))
            };
            let conversion = Conversion {
                factor: some(&unit.factor, &Rational::one()),
                offset: some(&unit.offset, &Rational::zero()),
            };
            self.steps
                .push(Step::Signal(lane, SignalId(at), Box::new(conversion)));
            self.signals.insert(SignalId(at), lane);
        }
        for (at, part) in self.rule_set.lets.iter().enumerate() {
            let lane = self.number(&part.expr);
            self.lets.insert(LetId(at), lane);
        }
        self.shared = std::mem::take(&mut self.steps);
        // What lets took for themselves stays theirs.
        self.numbers.taken.clear();
        self.conditions.release();
    }

    fn rule(&mut self, rule: &Rule) -> Option<RuleProgram> {
        let guard = match &rule.guard.kind {
            BoolKind::Constant(true) => None,
            _ => Some(self.condition(&rule.guard)),
        };
        let body = self.condition(&rule.body);
        let near = match &rule.guard_band {
            None => Some(None),
            Some(band) => below(&rule.body, &band.value, false)
                .map(|condition| Some(self.condition(&condition))),
        };
        let steps = std::mem::take(&mut self.steps);
        let is_mixed = is_mixed(&rule.body);
        self.numbers.release();
        self.conditions.release();
        near.filter(|near| near.is_none() || !is_mixed)
            .map(|near| RuleProgram {
                steps,
                guard,
                body,
                near,
                is_mixed,
            })
    }

    fn fixed(&mut self, value: Bounded) -> usize {
        let same = |known: &Bounded| {
            known.0.to_bits() == value.0.to_bits() && known.1.to_bits() == value.1.to_bits()
        };
        if let Some((lane, _)) = self.constants.iter().find(|(_, known)| same(known)) {
            return *lane;
        }
        let lane = self.numbers.keep();
        self.constants.push((lane, value));
        lane
    }

    fn unary(&mut self, a: &NumExpr, step: impl Fn(usize, usize) -> Step) -> usize {
        let a = self.number(a);
        let lane = self.numbers.take();
        self.steps.push(step(lane, a));
        lane
    }

    fn binary(
        &mut self,
        (a, b): (&NumExpr, &NumExpr),
        step: impl Fn(usize, usize, usize) -> Step,
    ) -> usize {
        let (a, b) = (self.number(a), self.number(b));
        let lane = self.numbers.take();
        self.steps.push(step(lane, a, b));
        lane
    }

    fn fold(&mut self, all: &[NumExpr], step: fn(usize, usize, usize) -> Step) -> usize {
        let mut result = None;
        for one in all {
            let next = self.number(one);
            result = Some(match result {
                None => next,
                Some(before) => {
                    let lane = self.numbers.take();
                    self.steps.push(step(lane, before, next));
                    lane
                }
            });
        }
        // INVARIANT: the resolver refuses `min` and `max` without an argument.
        result.unwrap_or_else(|| self.fixed(lanes::UNKNOWN))
    }

    fn number(&mut self, number: &NumExpr) -> usize {
        match &number.kind {
            NumKind::Constant(value) => self.fixed(lanes::constant(value)),
            NumKind::Pi => self.fixed(lanes::pi()),
            NumKind::Signal(id) => match self.signals.get(id) {
                Some(lane) => *lane,
                None => self.fixed(lanes::UNKNOWN),
            },
            NumKind::Let(id) => self.lets[id],
            NumKind::Negate(a) => self.unary(a, Step::Negate),
            NumKind::Absolute(a) => self.unary(a, Step::Absolute),
            NumKind::Function(function, a) => {
                self.unary(a, |lane, a| Step::Apply(lane, *function, a))
            }
            NumKind::Add(a, b) => self.binary((a, b), Step::Add),
            NumKind::Subtract(a, b) => self.binary((a, b), Step::Subtract),
            NumKind::Multiply(a, b) => self.binary((a, b), Step::Multiply),
            NumKind::Divide(a, b) => self.binary((a, b), Step::Divide),
            NumKind::Power(a, exponent) => self.power(a, *exponent),
            NumKind::Minimum(all) => self.fold(all, Step::Minimum),
            NumKind::Maximum(all) => self.fold(all, Step::Maximum),
            NumKind::If(condition, a, b) => {
                let condition = self.condition(condition);
                let (a, b) = (self.number(a), self.number(b));
                let lane = self.numbers.take();
                self.steps.push(Step::Select(lane, condition, a, b));
                lane
            }
        }
    }

    /// By squaring; the zeroth power is left to exact arithmetic.
    fn power(&mut self, a: &NumExpr, exponent: i32) -> usize {
        let mut square = self.number(a);
        let mut left = exponent.unsigned_abs();
        let mut result = None;
        while left > 0 {
            if left & 1 == 1 {
                result = Some(match result {
                    None => square,
                    Some(before) => self.product(before, square),
                });
            }
            left >>= 1;
            if left > 0 {
                square = self.product(square, square);
            }
        }
        let Some(result) = result else {
            return self.fixed(lanes::UNKNOWN);
        };
        if exponent > 0 {
            return result;
        }
        let one = self.fixed((1.0, 0.0));
        let lane = self.numbers.take();
        self.steps.push(Step::Divide(lane, one, result));
        lane
    }

    fn product(&mut self, a: usize, b: usize) -> usize {
        let lane = self.numbers.take();
        self.steps.push(Step::Multiply(lane, a, b));
        lane
    }

    fn condition(&mut self, condition: &BoolExpr) -> usize {
        match &condition.kind {
            BoolKind::Constant(holds) => {
                let lane = self.conditions.take();
                self.steps.push(Step::Always(lane, *holds));
                lane
            }
            BoolKind::Member { signal, members } => {
                let count = members.last().map_or(0, |last| last + 1);
                let mut table = vec![false; count];
                for &member in members {
                    table[member] = true;
                }
                let lane = self.conditions.take();
                self.steps.push(Step::Member(lane, *signal, table));
                lane
            }
            BoolKind::Compare {
                left,
                operator,
                right,
                ..
            } => self.compare(left, *operator, right),
            BoolKind::And(all) => self.join(all, true),
            BoolKind::Or(all) => self.join(all, false),
            BoolKind::Not(a) => {
                let a = self.condition(a);
                self.negated(a)
            }
            BoolKind::Implies(a, b) => {
                let a = self.condition(a);
                let unless = self.negated(a);
                let b = self.condition(b);
                let lane = self.conditions.take();
                self.steps.push(Step::Greatest(lane, unless, b));
                lane
            }
        }
    }

    fn negated(&mut self, a: usize) -> usize {
        let lane = self.conditions.take();
        self.steps.push(Step::Not(lane, a));
        lane
    }

    /// Two comparisons of one column, the last steps, as one window.
    fn as_window(&mut self) -> Option<usize> {
        let [.., first, second] = &self.steps[..] else {
            return None;
        };
        let (Step::CompareRaw(_, one, signal, low), Step::CompareRaw(_, other, same, high)) =
            (first, second)
        else {
            return None;
        };
        if signal != same {
            return None;
        }
        let (signal, ends) = (*signal, [(*low, *one), (*high, *other)]);
        self.steps.truncate(self.steps.len() - 2);
        let lane = self.conditions.take();
        self.steps
            .push(Step::WindowRaw(lane, signal, Box::new(ends)));
        Some(lane)
    }

    /// All of the parts, or any of them.
    fn join(&mut self, all: &[BoolExpr], every: bool) -> usize {
        let mut result = None;
        for one in all {
            let next = self.condition(one);
            result = Some(match result {
                None => next,
                Some(before) => {
                    if every
                        && all.len() == 2
                        && let Some(window) = self.as_window()
                    {
                        return window;
                    }
                    let lane = self.conditions.take();
                    self.steps.push(if every {
                        Step::Least(lane, before, next)
                    } else {
                        Step::Greatest(lane, before, next)
                    });
                    lane
                }
            });
        }
        result.unwrap_or_else(|| {
            let lane = self.conditions.take();
            self.steps.push(Step::Always(lane, every));
            lane
        })
    }

    fn compare(&mut self, left: &NumExpr, operator: CompareOperator, right: &NumExpr) -> usize {
        let direct = self
            .as_written(left, right)
            .map(|found| (found, operator))
            .or_else(|| {
                let found = self.as_written(right, left)?;
                Some((found, operator.mirrored()))
            });
        if let Some(((signal, limit), operator)) = direct {
            let lane = self.conditions.take();
            self.steps
                .push(Step::CompareRaw(lane, worths(operator), signal, limit));
            return lane;
        }
        let (left, right) = (self.number(left), self.number(right));
        let lane = self.conditions.take();
        self.steps
            .push(Step::Compare(lane, worths(operator), left, right));
        lane
    }

    /// A signal and the constant in the unit of its column, if that has few digits.
    fn as_written(&self, signal: &NumExpr, constant: &NumExpr) -> Option<(SignalId, f64)> {
        let NumKind::Signal(id) = &signal.kind else {
            return None;
        };
        let Source::Numbers(unit) = self.sources.get(id.0)? else {
            return None;
        };
        let constant = match &constant.kind {
            NumKind::Let(id) => &self.rule_set.let_part(*id).expr,
            _ => constant,
        };
        let NumKind::Constant(value) = &constant.kind else {
            return None;
        };
        if !unit.factor.is_positive() {
            return None;
        }
        let text = unit.from_si(value).to_exact_decimal()?;
        let digits = text.trim_start_matches(['-', '0', '.']);
        let digits = digits.bytes().filter(u8::is_ascii_digit).count();
        (digits <= DIGITS_MAX).then(|| text.parse().ok().map(|limit| (*id, limit)))?
    }
}

/// What an operator is worth where the left side is less, equal, greater.
fn worths(operator: CompareOperator) -> [Worth; 3] {
    match operator {
        CompareOperator::Less => [SLACK, -TIE, -SLACK],
        CompareOperator::LessEqual => [SLACK, TIE, -SLACK],
        CompareOperator::Greater => [-SLACK, -TIE, SLACK],
        CompareOperator::GreaterEqual => [-SLACK, TIE, SLACK],
        CompareOperator::Equal => [-SLACK, TIE, -SLACK],
        CompareOperator::NotEqual => [SLACK, -TIE, SLACK],
    }
}

/// What a condition without slack is worth.
pub(super) fn certain(holds: bool) -> Worth {
    if holds { CERTAIN } else { -CERTAIN }
}

fn is_mixed(body: &BoolExpr) -> bool {
    let mut kinds = Vec::new();
    body.comparisons(&mut |comparison| {
        if let BoolKind::Compare { quantity_type, .. } = &comparison.kind {
            kinds.push(*quantity_type);
        }
    });
    kinds.windows(2).any(|pair| pair[0] != pair[1])
}

/// The condition "the slack of `body` is below `band`" (with `negated`: the slack of `not body`).
/// `None` for `==` and `!=`, whose slack is no difference.
fn below(body: &BoolExpr, band: &Rational, negated: bool) -> Option<BoolExpr> {
    let with = |kind| BoolExpr {
        kind,
        span: body.span,
    };
    let parts = |all: &[BoolExpr]| -> Option<Vec<BoolExpr>> {
        all.iter().map(|one| below(one, band, negated)).collect()
    };
    Some(match &body.kind {
        // Without a slack of its own: endless where it holds, endlessly below where it does not.
        BoolKind::Constant(_) | BoolKind::Member { .. } if negated => body.clone(),
        BoolKind::Constant(_) | BoolKind::Member { .. } => {
            with(BoolKind::Not(Box::new(body.clone())))
        }
        BoolKind::Compare {
            left,
            operator,
            right,
            quantity_type,
        } => {
            // The operator that keeps the direction of the slack.
            let operator = if negated {
                operator.negated()
            } else {
                *operator
            };
            let (operator, sign) = match operator {
                // right − left < band: left > right − band.
                CompareOperator::Less | CompareOperator::LessEqual => {
                    (CompareOperator::Greater, -band)
                }
                // left − right < band: left < right + band.
                CompareOperator::Greater | CompareOperator::GreaterEqual => {
                    (CompareOperator::Less, band.clone())
                }
                CompareOperator::Equal | CompareOperator::NotEqual => return None,
            };
            let (left, operator, right) = shifted(left, operator, right, &sign);
            with(BoolKind::Compare {
                left,
                operator,
                right,
                quantity_type: *quantity_type,
            })
        }
        // The least slack is below the band where any is; negated, the least becomes the greatest.
        BoolKind::And(all) if negated => with(BoolKind::And(parts(all)?)),
        BoolKind::And(all) => with(BoolKind::Or(parts(all)?)),
        BoolKind::Or(all) if negated => with(BoolKind::Or(parts(all)?)),
        BoolKind::Or(all) => with(BoolKind::And(parts(all)?)),
        BoolKind::Not(a) => below(a, band, !negated)?,
        BoolKind::Implies(a, b) => {
            let (a, b) = (below(a, band, !negated)?, below(b, band, negated)?);
            with(if negated {
                BoolKind::Or(vec![a, b])
            } else {
                BoolKind::And(vec![a, b])
            })
        }
    })
}

/// `left operator right + by`, with the constant side moved where there is one.
fn shifted(
    left: &NumExpr,
    operator: CompareOperator,
    right: &NumExpr,
    by: &Rational,
) -> (NumExpr, CompareOperator, NumExpr) {
    let constant = |value: Rational, like: &NumExpr| NumExpr {
        kind: NumKind::Constant(value),
        span: like.span,
    };
    if let NumKind::Constant(value) = &left.kind {
        return (constant(value - by, left), operator, right.clone());
    }
    let right = match &right.kind {
        NumKind::Constant(value) => constant(value + by, right),
        _ => NumExpr {
            kind: NumKind::Add(
                Box::new(right.clone()),
                Box::new(constant(by.clone(), right)),
            ),
            span: right.span,
        },
    };
    (left.clone(), operator, right)
}
