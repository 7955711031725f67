//! Rules over a box in normal form: comparisons of fractions, conditions of comparisons.
//!
//! In: a condition of a resolved rule set and a [`Case`]. Out: a [`Condition`] whose slacks are
//! [`Piece`]s in the signals that vary, or the [`Obstacle`] that leaves the question to the solver.
//! Signals without tolerance and choices are constants here. `pi` is one more variable between its
//! two rational neighbours, so that what holds for the whole enclosure holds for pi. Divisors must
//! keep one sign on the box; they are noted in [`Compiler::positive`] and proved beside the claim.

use super::case::{Case, SignalCase};
use super::fraction::Fraction;
use super::piece::{Piece, Sign, at_least_zero, sign};
use crate::certificate::{Polynomial, Ranges, Statement, pi_enclosure};
use crate::quantity::QuantityType;
use crate::rational::Rational;
use crate::rule_language::{
    BoolExpr, BoolKind, CompareOperator, LetId, NumExpr, NumKind, RuleSet, SignalId,
};
use crate::span::Span;

/// Why a condition has no normal form over the box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// A signal that is read has no value, or one of the wrong type.
    Missing {
        /// The signal.
        signal: SignalId,
        /// Where it is read.
        span: Span,
    },
    /// A divisor is zero everywhere on the box.
    DivisionByZero {
        /// The division.
        span: Span,
    },
    /// A divisor may be zero somewhere on the box.
    DivisorSign {
        /// The division.
        span: Span,
    },
    /// `exp`, `ln` or `sqrt`: no fraction of polynomials.
    Function {
        /// The call.
        span: Span,
    },
    /// The normal form would be too large.
    TooLarge {
        /// The expression.
        span: Span,
    },
}

/// A comparison: its slack, at least zero (above, when strict) where it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// By how much it holds, SI.
    pub slack: Piece,
    /// Whether a tie fails.
    pub strict: bool,
    /// Kind of both sides.
    pub quantity_type: QuantityType,
    /// Where it is written.
    pub span: Span,
}

/// A condition without `not`, `implies`, equality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Always or never.
    Constant(bool),
    /// A comparison.
    Compare(Comparison),
    /// All of them.
    And(Vec<Condition>),
    /// At least one of them.
    Or(Vec<Condition>),
}

impl Condition {
    /// Returns the condition that holds exactly where this one does not.
    #[must_use]
    pub fn negated(self) -> Self {
        let all = |parts: Vec<Self>| parts.into_iter().map(Self::negated).collect();
        match self {
            Self::Constant(value) => Self::Constant(!value),
            Self::Compare(comparison) => Self::Compare(Comparison {
                slack: comparison.slack.negated(),
                strict: !comparison.strict,
                ..comparison
            }),
            Self::And(parts) => Self::Or(all(parts)),
            Self::Or(parts) => Self::And(all(parts)),
        }
    }

    /// Calls `visit` for every comparison, in order.
    pub fn comparisons<'a>(&'a self, visit: &mut dyn FnMut(&'a Comparison)) {
        match self {
            Self::Constant(_) => {}
            Self::Compare(comparison) => visit(comparison),
            Self::And(parts) | Self::Or(parts) => {
                for part in parts {
                    part.comparisons(visit);
                }
            }
        }
    }

    /// Returns the statement "holds with at least this slack"; `None` when it grows too large.
    #[must_use]
    pub fn statement(&self, slack_min: Option<&Rational>, ranges: &Ranges) -> Option<Statement> {
        let all = |parts: &[Self]| {
            let parts = parts.iter().map(|part| part.statement(slack_min, ranges));
            parts.collect::<Option<Vec<_>>>()
        };
        let statement = match self {
            Self::Constant(value) => Statement::Constant(*value),
            Self::Compare(comparison) => match slack_min {
                None => at_least_zero(&comparison.slack, comparison.strict),
                Some(least) => {
                    let band = Piece::Leaf(Fraction::constant(least.clone()));
                    at_least_zero(&comparison.slack.minus(&band, ranges)?, false)
                }
            },
            Self::And(parts) => Statement::And(all(parts)?),
            Self::Or(parts) => Statement::Or(all(parts)?),
        };
        Some(folded(statement))
    }
}

/// Decides atoms without variables and drops what no longer matters.
#[must_use]
pub fn folded(statement: Statement) -> Statement {
    match statement {
        Statement::Constant(value) => Statement::Constant(value),
        Statement::Atom(atom) => match atom.polynomial.as_constant() {
            Some(value) => Statement::Constant(atom.accepts(&value)),
            None => Statement::Atom(atom),
        },
        Statement::And(parts) => fold_parts(parts, true),
        Statement::Or(parts) => fold_parts(parts, false),
    }
}

/// `neutral` is true for a conjunction.
fn fold_parts(parts: Vec<Statement>, neutral: bool) -> Statement {
    let mut kept = Vec::new();
    for part in parts.into_iter().map(folded) {
        match part {
            Statement::Constant(value) if value == neutral => {}
            Statement::Constant(value) => return Statement::Constant(value),
            Statement::And(inner) if neutral => kept.extend(inner),
            Statement::Or(inner) if !neutral => kept.extend(inner),
            other => kept.push(other),
        }
    }
    match (kept.len(), kept.pop()) {
        (1, Some(only)) => only,
        (_, Some(last)) => {
            kept.push(last);
            if neutral {
                Statement::And(kept)
            } else {
                Statement::Or(kept)
            }
        }
        (_, None) => Statement::Constant(neutral),
    }
}

/// Brings conditions over one box into normal form; lets are compiled once.
pub struct Compiler<'a> {
    rule_set: &'a RuleSet,
    case: &'a Case,
    lets: Vec<Option<Piece>>,
    /// The box: signals that vary by index, and pi.
    pub ranges: Ranges,
    /// Divisors met, with the sign that makes them positive on the box.
    pub positive: Vec<Polynomial>,
}

/// The variable number of pi: one past the signals.
#[must_use]
pub fn pi_variable(rule_set: &RuleSet) -> u32 {
    u32::try_from(rule_set.signals.len()).unwrap_or(u32::MAX)
}

/// The variable number of a signal.
#[must_use]
pub fn variable_of(signal: SignalId) -> u32 {
    u32::try_from(signal.0).unwrap_or(u32::MAX)
}

impl<'a> Compiler<'a> {
    /// Starts on the tolerance box of a case.
    #[must_use]
    pub fn new(rule_set: &'a RuleSet, case: &'a Case) -> Self {
        let mut ranges = Ranges::new();
        for (place, known) in case.signals.iter().enumerate() {
            if let SignalCase::Number(number) = known
                && number.low < number.high
            {
                let ends = (number.low.clone(), number.high.clone());
                ranges.insert(variable_of(SignalId(place)), ends);
            }
        }
        ranges.insert(pi_variable(rule_set), pi_enclosure());
        Self {
            rule_set,
            case,
            lets: vec![None; rule_set.lets.len()],
            ranges,
            positive: Vec::new(),
        }
    }

    /// Compiles a condition.
    ///
    /// # Errors
    /// [`Obstacle`]; a part with an obstacle is ignored where another part decides.
    pub fn condition(&mut self, expr: &BoolExpr) -> Result<Condition, Obstacle> {
        match &expr.kind {
            BoolKind::Constant(value) => Ok(Condition::Constant(*value)),
            BoolKind::Compare {
                left,
                operator,
                right,
                quantity_type,
            } => {
                let (left, right) = (self.number(left)?, self.number(right)?);
                self.comparison(&left, *operator, &right, *quantity_type, expr.span)
            }
            BoolKind::Member { signal, members } => match self.case.get(*signal) {
                SignalCase::Choice(member) => {
                    Ok(Condition::Constant(members.binary_search(member).is_ok()))
                }
                SignalCase::Missing | SignalCase::Number(_) => Err(Obstacle::Missing {
                    signal: *signal,
                    span: expr.span,
                }),
            },
            BoolKind::And(all) => self.parts(all, true),
            BoolKind::Or(all) => self.parts(all, false),
            BoolKind::Not(inner) => Ok(self.condition(inner)?.negated()),
            BoolKind::Implies(premise, conclusion) => {
                let premise = self.condition(premise).map(Condition::negated);
                let conclusion = self.condition(conclusion);
                decisive(vec![premise, conclusion], false, &self.ranges)
            }
        }
    }

    fn parts(&mut self, all: &[BoolExpr], conjunction: bool) -> Result<Condition, Obstacle> {
        let parts = all.iter().map(|one| self.condition(one)).collect();
        decisive(parts, conjunction, &self.ranges)
    }

    fn comparison(
        &self,
        left: &Piece,
        operator: CompareOperator,
        right: &Piece,
        quantity_type: QuantityType,
        span: Span,
    ) -> Result<Condition, Obstacle> {
        let too_large = || Obstacle::TooLarge { span };
        let above = left.minus(right, &self.ranges).ok_or_else(too_large)?;
        let below = above.negated();
        let compare = |slack: Piece| {
            Condition::Compare(Comparison {
                slack,
                strict: operator.is_strict(),
                quantity_type,
                span,
            })
        };
        Ok(match operator {
            CompareOperator::Less | CompareOperator::LessEqual => compare(below),
            CompareOperator::Greater | CompareOperator::GreaterEqual => compare(above),
            CompareOperator::Equal => Condition::And(vec![compare(below), compare(above)]),
            CompareOperator::NotEqual => Condition::Or(vec![compare(below), compare(above)]),
        })
    }

    /// Compiles a number.
    ///
    /// # Errors
    /// [`Obstacle`].
    pub fn number(&mut self, expr: &NumExpr) -> Result<Piece, Obstacle> {
        let too_large = Obstacle::TooLarge { span: expr.span };
        let made = match &expr.kind {
            NumKind::Constant(value) => Some(constant(value.clone())),
            NumKind::Pi => Some(variable(pi_variable(self.rule_set))),
            NumKind::Signal(signal) => Some(self.signal(*signal, expr.span)?),
            NumKind::Let(id) => Some(self.let_part(*id)?),
            NumKind::Negate(a) => Some(self.number(a)?.negated()),
            NumKind::Add(a, b) => self.number(a)?.plus(&self.number(b)?, &self.ranges),
            NumKind::Subtract(a, b) => self.number(a)?.minus(&self.number(b)?, &self.ranges),
            NumKind::Multiply(a, b) => self.number(a)?.times(&self.number(b)?, &self.ranges),
            NumKind::Divide(a, b) => {
                let dividend = self.number(a)?;
                let divisor = self.number(b)?;
                let reciprocal = self.reciprocal(&divisor, expr.span)?;
                dividend.times(&reciprocal, &self.ranges)
            }
            NumKind::Power(a, exponent) => {
                let base = self.number(a)?;
                Some(self.power(&base, *exponent, expr.span)?)
            }
            NumKind::Minimum(all) => Some(Piece::Least(self.numbers(all)?)),
            NumKind::Maximum(all) => Some(Piece::Greatest(self.numbers(all)?)),
            NumKind::Absolute(a) => {
                let inner = self.number(a)?;
                let negative = inner.negated();
                Some(Piece::Greatest(vec![inner, negative]))
            }
            NumKind::Function(..) => return Err(Obstacle::Function { span: expr.span }),
            NumKind::If(condition, a, b) => Some(self.choice(condition, a, b)?),
        };
        made.map(simplified).ok_or(too_large)
    }

    fn numbers(&mut self, all: &[NumExpr]) -> Result<Vec<Piece>, Obstacle> {
        all.iter().map(|one| self.number(one)).collect()
    }

    fn signal(&self, signal: SignalId, span: Span) -> Result<Piece, Obstacle> {
        match self.case.get(signal) {
            SignalCase::Number(number) if number.low == number.high => {
                Ok(constant(number.low.clone()))
            }
            SignalCase::Number(_) => Ok(variable(variable_of(signal))),
            SignalCase::Missing | SignalCase::Choice(_) => Err(Obstacle::Missing { signal, span }),
        }
    }

    fn let_part(&mut self, id: LetId) -> Result<Piece, Obstacle> {
        if let Some(known) = &self.lets[id.0] {
            return Ok(known.clone());
        }
        let rule_set = self.rule_set;
        let made = self.number(&rule_set.let_part(id).expr)?;
        self.lets[id.0] = Some(made.clone());
        Ok(made)
    }

    fn choice(
        &mut self,
        condition: &BoolExpr,
        a: &NumExpr,
        b: &NumExpr,
    ) -> Result<Piece, Obstacle> {
        let span = condition.span;
        let compiled = self.condition(condition)?;
        let statement = compiled.statement(None, &self.ranges);
        match statement.ok_or(Obstacle::TooLarge { span })? {
            Statement::Constant(true) => self.number(a),
            Statement::Constant(false) => self.number(b),
            statement => {
                let (then, otherwise) = (self.number(a)?, self.number(b)?);
                Ok(Piece::Choice(
                    Box::new(statement),
                    Box::new(then),
                    Box::new(otherwise),
                ))
            }
        }
    }

    fn power(&mut self, base: &Piece, exponent: i32, span: Span) -> Result<Piece, Obstacle> {
        let mut product = constant(Rational::one());
        for _ in 0..exponent.unsigned_abs() {
            let next = product.times(base, &self.ranges);
            product = next.ok_or(Obstacle::TooLarge { span })?;
        }
        if exponent < 0 {
            self.reciprocal(&product, span)
        } else {
            Ok(product)
        }
    }

    /// One over a number that keeps one sign; the sign is noted for the certificate.
    fn reciprocal(&mut self, divisor: &Piece, span: Span) -> Result<Piece, Obstacle> {
        match divisor {
            Piece::Leaf(fraction) => {
                let is_positive = match sign(fraction, &self.ranges) {
                    Sign::Positive => true,
                    Sign::Negative => false,
                    Sign::Zero => return Err(Obstacle::DivisionByZero { span }),
                    Sign::Mixed => return Err(Obstacle::DivisorSign { span }),
                };
                self.note_positive(fraction, is_positive);
                Ok(Piece::Leaf(fraction.reciprocal(is_positive, &self.ranges)))
            }
            Piece::Least(_) | Piece::Greatest(_) => {
                let choices = divisor.as_choices(&self.ranges);
                self.reciprocal(&choices.ok_or(Obstacle::TooLarge { span })?, span)
            }
            Piece::Choice(condition, then, otherwise) => Ok(Piece::Choice(
                condition.clone(),
                Box::new(self.reciprocal(then, span)?),
                Box::new(self.reciprocal(otherwise, span)?),
            )),
        }
    }

    fn note_positive(&mut self, fraction: &Fraction, is_positive: bool) {
        if fraction.dividend.as_constant().is_some() {
            return;
        }
        let polynomial = if is_positive {
            fraction.dividend.clone()
        } else {
            fraction.dividend.negated()
        };
        if !self.positive.contains(&polynomial) {
            self.positive.push(polynomial);
        }
    }
}

fn constant(value: Rational) -> Piece {
    Piece::Leaf(Fraction::constant(value))
}

fn variable(id: u32) -> Piece {
    Piece::Leaf(Fraction::whole(Polynomial::variable(id)))
}

/// Joins conditions; one that decides alone makes obstacles of the others irrelevant.
fn decisive(
    parts: Vec<Result<Condition, Obstacle>>,
    conjunction: bool,
    ranges: &Ranges,
) -> Result<Condition, Obstacle> {
    let decides = |part: &Result<Condition, Obstacle>| {
        let statement = part
            .as_ref()
            .ok()
            .and_then(|part| part.statement(None, ranges));
        statement == Some(Statement::Constant(!conjunction))
    };
    if parts.iter().any(|part| part.is_err()) && parts.iter().any(decides) {
        return Ok(Condition::Constant(!conjunction));
    }
    let parts = parts.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(if conjunction {
        Condition::And(parts)
    } else {
        Condition::Or(parts)
    })
}

/// Takes the least or greatest of constants at once and flattens nests.
fn simplified(piece: Piece) -> Piece {
    match piece {
        Piece::Least(parts) => joined(parts, false),
        Piece::Greatest(parts) => joined(parts, true),
        other => other,
    }
}

fn joined(parts: Vec<Piece>, greatest: bool) -> Piece {
    let mut kept: Vec<Piece> = Vec::new();
    let mut best: Option<Rational> = None;
    for part in parts {
        let value = match &part {
            Piece::Leaf(fraction) => fraction.as_constant(),
            Piece::Least(_) | Piece::Greatest(_) | Piece::Choice(..) => None,
        };
        match (part, value) {
            (_, Some(value)) => {
                best = Some(match best {
                    None => value,
                    Some(before) if greatest => before.max(value),
                    Some(before) => before.min(value),
                });
            }
            (Piece::Least(inner), None) if !greatest => kept.extend(inner),
            (Piece::Greatest(inner), None) if greatest => kept.extend(inner),
            (other, None) => kept.push(other),
        }
    }
    kept.extend(best.map(constant));
    match (kept.len(), greatest) {
        (1, _) => kept.swap_remove(0),
        (_, true) => Piece::Greatest(kept),
        (_, false) => Piece::Least(kept),
    }
}
