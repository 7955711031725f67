//! Windows: between which values a parameter keeps the rules, exactly, and which rule ends it.
//!
//! In: rules, a [`Case`], the signal that moves with the range to look at and its own tolerance.
//! Out: with the others fixed, all intervals on which every rule holds (nominal, or at every
//! corner of the tolerances), each end exact or between two rationals 2^-60 of the range apart,
//! open and closed told apart, with the rules that stop it and a checked certificate that nothing
//! just beyond keeps them; with the others free in their ranges, the least and greatest value for
//! which they can be chosen so that every rule holds. Rules without a closed form are bisected with
//! the others fixed; with the others free branch and prune bounds the end from outside, and a point
//! from inside.

mod apart;
mod bisected;
mod free;
mod part;
mod reached;

use std::cmp::Ordering;

pub use self::free::{Free, free, free_all};
use self::part::{Edge, Part, common, shifted};
use super::case::{Case, NumberCase, SignalCase};
use super::compile::{Compiler, Obstacle, folded, variable_of};
use super::eliminate::{for_all, variables, with_ties};
use super::line::{End, Interval, Line};
use super::prove::{Outcome, Values, prove};
use crate::certificate::{
    self, Any, Atom, BoxVariable, Certificate, Claim, Polynomial, Ranges, Statement,
};
use crate::document::Magnitude;
use crate::rational::Rational;
use crate::rule_language::{Rule, RuleSet, SignalId};

/// Parts into which the range is cut where a divisor may be zero in it.
const PARTS: [i64; 6] = [4096, 1024, 256, 64, 16, 2];

/// The parameter that moves.
#[derive(Clone, Debug)]
pub struct Axis {
    /// Its signal.
    pub signal: SignalId,
    /// Where the recipe has it, SI.
    pub nominal: Rational,
    /// The range to look at, SI.
    pub range: (Rational, Rational),
    /// How far the plant may fall below a setpoint.
    pub minus: Option<Magnitude>,
    /// How far the plant may lie above a setpoint.
    pub plus: Option<Magnitude>,
}

/// An end of a window, as a setpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// At most the end, SI.
    pub low: Rational,
    /// At least the end, SI; equal where the end is rational.
    pub high: Rational,
    /// Whether the end belongs to the window.
    pub closed: bool,
    /// The rules that stop it, by place in the list given; empty where the range ends it.
    pub stopped_by: Vec<usize>,
    /// Proof that the first of those rules has no slack from the end up to the next change, or is
    /// broken there.
    pub beyond: Option<Any>,
}

/// An interval of setpoints that keep the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// Lower end.
    pub low: Limit,
    /// Upper end.
    pub high: Limit,
    /// Proofs that the rules hold all over it (ties included): together they cover it.
    pub inside: Option<Vec<Any>>,
}

impl Span {
    /// Whether a value lies in it for certain.
    #[must_use]
    pub fn contains(&self, value: &Rational) -> bool {
        let above = *value > self.low.high || (self.low.closed && *value == self.low.high);
        let below = *value < self.high.low || (self.high.closed && *value == self.high.low);
        above && below
    }
}

/// A rule that takes no part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// Its place in the list given.
    pub rule: usize,
    /// Why.
    pub why: Why,
}

/// Why a rule takes no part in a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It has no normal form on the range.
    Obstacle(Obstacle),
    /// Its parts share tolerances, so that the worst corner is not one point.
    Shared,
    /// Neither kept nor broken for certain at the value of the recipe.
    Open,
}

/// The window of one parameter with the others fixed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// What was looked at: the range given, shorter where a divisor may be zero.
    pub looked_at: (Rational, Rational),
    /// Rules that fail whatever the parameter is; they take no part in the intervals.
    pub never: Vec<usize>,
    /// Rules that take no part, and why.
    pub left_out: Vec<LeftOut>,
    /// All intervals, from below.
    pub spans: Vec<Span>,
}

impl Fixed {
    /// The interval that holds the value, or the nearest one, and whether it holds it.
    #[must_use]
    pub fn around(&self, value: &Rational) -> Option<(&Span, bool)> {
        if let Some(span) = self.spans.iter().find(|span| span.contains(value)) {
            return Some((span, true));
        }
        let distance = |span: &Span| {
            if *value <= span.low.high {
                &span.low.high - value
            } else {
                value - &span.high.low
            }
        };
        let nearest = self
            .spans
            .iter()
            .min_by(|a, b| distance(a).cmp(&distance(b)))?;
        Some((nearest, false))
    }
}

/// A rule as a statement on a part of the range.
struct Compiled {
    statement: Statement,
    /// Its divisors lie above zero for all values of the others.
    positive: Vec<Statement>,
    range: (Rational, Rational),
}

/// The case with the axis moving over a range, the others as they are.
fn moving(case: &Case, axis: &Axis, range: &(Rational, Rational)) -> Case {
    let mut moved = case.clone();
    moved.set(
        axis.signal,
        SignalCase::Number(NumberCase {
            nominal: axis.nominal.clone(),
            low: range.0.clone(),
            high: range.1.clone(),
            step: None,
        }),
    );
    moved
}

/// "Where the guard holds, the body does", over the box of a case.
pub(super) fn statement_of(
    rule_set: &RuleSet,
    rule: &Rule,
    case: &Case,
) -> Result<(Statement, Vec<Polynomial>, Ranges), Obstacle> {
    let mut compiler = Compiler::new(rule_set, case);
    let statement = compiled_by(&mut compiler, rule)?;
    Ok((statement, compiler.positive, compiler.ranges))
}

/// The same by a compiler that may have compiled other rules.
fn compiled_by(compiler: &mut Compiler<'_>, rule: &Rule) -> Result<Statement, Obstacle> {
    let too_large = || Obstacle::TooLarge { span: rule.span };
    let guard = compiler.condition(&rule.guard)?;
    let guard = guard
        .statement(None, &compiler.ranges)
        .ok_or_else(too_large)?;
    let idle = guard.negated();
    if idle == Statement::Constant(true) {
        return Ok(idle);
    }
    let body = compiler.condition(&rule.body)?;
    let body = body
        .statement(None, &compiler.ranges)
        .ok_or_else(too_large)?;
    Ok(folded(Statement::Or(vec![idle, body])))
}

/// Compiles a rule on the range, or on the widest part of it around the recipe on which its
/// divisors keep one sign.
fn compiled(rule_set: &RuleSet, rule: &Rule, case: &Case, axis: &Axis) -> Result<Compiled, Why> {
    let (low, high) = &axis.range;
    let mut lows = vec![low.clone()];
    let mut highs = vec![high.clone()];
    for part in PARTS {
        let share = Rational::ratio(1, part);
        lows.push(low + &(&(&axis.nominal - low) * &share));
        highs.push(high - &(&(high - &axis.nominal) * &share));
    }
    let mut first_obstacle = None;
    for (number, low) in lows.iter().enumerate() {
        for high in &highs[..if number == 0 { 1 } else { highs.len() }] {
            let range = (low.clone(), high.clone());
            match attempt(rule_set, rule, case, axis, range) {
                Ok(done) => return Ok(done),
                Err(why) => {
                    let is_sign = matches!(why, Why::Obstacle(Obstacle::DivisorSign { .. }));
                    first_obstacle.get_or_insert(why.clone());
                    if !is_sign {
                        return Err(why);
                    }
                }
            }
        }
    }
    // INVARIANT: at least one range was tried, so an obstacle is known.
    Err(first_obstacle.unwrap_or(Why::Shared))
}

fn attempt(
    rule_set: &RuleSet,
    rule: &Rule,
    case: &Case,
    axis: &Axis,
    range: (Rational, Rational),
) -> Result<Compiled, Why> {
    let moved = moving(case, axis, &range);
    let (statement, positive, ranges) =
        statement_of(rule_set, rule, &moved).map_err(Why::Obstacle)?;
    let kept = variable_of(axis.signal);
    let statement = for_all(&statement, kept, &ranges).ok_or(Why::Shared)?;
    let above_zero = |polynomial: Polynomial| {
        let strict = true;
        for_all(&Statement::Atom(Atom { polynomial, strict }), kept, &ranges)
    };
    let positive = positive.into_iter().map(above_zero);
    let positive: Vec<Statement> = positive.collect::<Option<_>>().ok_or(Why::Shared)?;
    Ok(Compiled {
        statement,
        positive,
        range,
    })
}

/// Rules by how their windows are found.
#[derive(Default)]
struct Sorted {
    /// By roots of their statements.
    taken: Vec<(usize, Statement)>,
    /// By bisection.
    unsolved: Vec<usize>,
    /// The divisors of the first lie above zero.
    divisors: Vec<Statement>,
}

fn sorted(
    rule_set: &RuleSet,
    rules: &[&Rule],
    case: &Case,
    axis: &Axis,
    found: &mut Fixed,
) -> Sorted {
    let mut sorted = Sorted::default();
    for (place, rule) in rules.iter().enumerate() {
        match compiled(rule_set, rule, case, axis) {
            Ok(Compiled {
                statement,
                positive,
                range,
            }) => {
                sorted.divisors.extend(positive);
                let (low, high) = &mut found.looked_at;
                *low = low.clone().max(range.0);
                *high = high.clone().min(range.1);
                match statement {
                    Statement::Constant(true) => {}
                    Statement::Constant(false) => found.never.push(place),
                    statement => sorted.taken.push((place, statement)),
                }
            }
            Err(Why::Obstacle(Obstacle::Function { .. })) => sorted.unsolved.push(place),
            Err(why) => found.left_out.push(LeftOut { rule: place, why }),
        }
    }
    sorted
}

/// Finds the window of one parameter with the others as the case has them.
#[must_use]
pub fn fixed(rule_set: &RuleSet, rules: &[&Rule], case: &Case, axis: &Axis) -> Fixed {
    let mut found = Fixed {
        looked_at: axis.range.clone(),
        never: Vec::new(),
        left_out: Vec::new(),
        spans: Vec::new(),
    };
    let Sorted {
        mut taken,
        unsolved,
        divisors,
    } = sorted(rule_set, rules, case, axis, &mut found);
    let variable = variable_of(axis.signal);
    let (low, high) = found.looked_at.clone();
    // A rule that fails all over the range says nothing about where to go.
    taken.retain(|(place, statement)| {
        let own = Line::new(std::slice::from_ref(statement), variable, &low, &high);
        let fails = own.is_some_and(|line| line.intervals().is_empty());
        if fails {
            found.never.push(*place);
        }
        !fails
    });
    found.never.sort_unstable();
    let statements: Vec<Statement> = taken.iter().map(|(_, one)| one.clone()).collect();
    let places: Vec<usize> = taken.iter().map(|&(place, _)| place).collect();
    let Some(line) = Line::new(&statements, variable, &low, &high) else {
        let shared = |&rule: &usize| LeftOut {
            rule,
            why: Why::Shared,
        };
        let rules = places.iter().chain(&unsolved);
        found.left_out.extend(rules.map(shared));
        return found;
    };
    let name = &rule_set.signal(axis.signal).name;
    let scene = Scene {
        axis,
        name,
        statements: &statements,
        places: &places,
        divisors: &divisors,
    };
    let mut parts: Vec<Part> = line.intervals().iter().map(|one| scene.part(one)).collect();
    for place in unsolved {
        let own = bisected::parts(rule_set, (place, rules[place]), case, axis, (&low, &high));
        narrow(&mut parts, place, own, &mut found);
    }
    let spans = parts.into_iter().filter_map(|one| shifted(one, axis));
    found.spans = spans.collect();
    found
}

/// Takes the parts of a bisected rule into account; nothing is known of it without any.
fn narrow(parts: &mut Vec<Part>, rule: usize, own: Option<Vec<Part>>, found: &mut Fixed) {
    match own {
        None => found.left_out.push(LeftOut {
            rule,
            why: Why::Open,
        }),
        Some(own) if own.is_empty() => {
            found.never.push(rule);
            found.never.sort_unstable();
        }
        Some(own) => *parts = common(parts, &own),
    }
}

/// What is needed to prove what an interval says.
struct Scene<'a> {
    axis: &'a Axis,
    name: &'a str,
    statements: &'a [Statement],
    places: &'a [usize],
    divisors: &'a [Statement],
}

impl Scene<'_> {
    fn part(&self, interval: &Interval) -> Part {
        let rules = self.statements.iter().map(with_ties);
        let all = Statement::And(rules.chain(self.divisors.iter().cloned()).collect());
        let (from, to) = (&interval.low.at.high, &interval.high.at.low);
        Part {
            low: self.edge(&interval.low),
            high: self.edge(&interval.high),
            inside: self
                .certificate(&folded(all), from, to)
                .map(|own| vec![own]),
        }
    }

    fn edge(&self, end: &End) -> Edge {
        let stops = end.stopped_by.iter().map(|&place| self.places[place]);
        let beyond = end.beyond.as_ref().and_then(|far| {
            let &first = end.stopped_by.first()?;
            let fails = with_ties(&self.statements[first].negated());
            let near = if *far < end.at.low {
                &end.at.low
            } else {
                &end.at.high
            };
            let (from, to) = if far < near { (far, near) } else { (near, far) };
            self.certificate(&fails, from, to)
        });
        Edge {
            low: end.at.low.clone(),
            high: end.at.high.clone(),
            closed: end.closed,
            stopped_by: stops.collect(),
            beyond,
        }
    }

    /// A certificate about the parameter alone, checked.
    fn certificate(&self, statement: &Statement, low: &Rational, high: &Rational) -> Option<Any> {
        let id = variable_of(self.axis.signal);
        let mut claim = Claim {
            variables: Vec::new(),
            positive: Vec::new(),
            statement: statement.clone(),
        };
        if variables(statement).contains(&id) {
            claim.variables.push(BoxVariable {
                id,
                name: self.name.to_owned(),
                low: low.clone(),
                high: high.clone(),
            });
        }
        let Outcome::Proved(proof) = prove(statement, &claim.ranges(), &Values::new()) else {
            return None;
        };
        let certificate = Certificate {
            claim: claim.clone(),
            positive: Vec::new(),
            proof,
        };
        let accepted = certificate::check(&certificate, &claim).is_ok();
        accepted.then(|| Any::Statement(Box::new(certificate)))
    }
}

/// The least setpoint whose lowest real value is at least `value`.
fn raised(value: &Rational, minus: Option<&Magnitude>) -> Option<Rational> {
    let one = Rational::one();
    match minus {
        None => Some(value.clone()),
        Some(Magnitude::Absolute(width)) => Some(value + width),
        Some(Magnitude::Relative(share)) if value.is_negative() => {
            value.checked_div(&(&one + share))
        }
        Some(Magnitude::Relative(share)) => {
            let left = &one - share;
            left.is_positive().then(|| value / &left)
        }
    }
}

/// The greatest setpoint whose highest real value is at most `value`.
fn lowered(value: &Rational, plus: Option<&Magnitude>) -> Option<Rational> {
    match plus {
        None => Some(value.clone()),
        Some(Magnitude::Absolute(width)) => Some(value - width),
        Some(Magnitude::Relative(_)) => raised(&-value, plus).map(|raised| -&raised),
    }
}

/// Tells on which side of a limit a value lies; nothing between its two rationals.
#[must_use]
pub fn side(limit: &Limit, value: &Rational) -> Option<Ordering> {
    if *value < limit.low {
        Some(Ordering::Less)
    } else if *value > limit.high {
        Some(Ordering::Greater)
    } else if limit.low == limit.high {
        Some(Ordering::Equal)
    } else {
        None
    }
}
