//! Exact evaluation of conditions and numbers at one point.
//!
//! In: a resolved rule set and a [`Point`] (a value for each signal, or missing). Out: a
//! three-valued [`Truth`] or an exact [`Value`]. `and`, `or` and `implies` stop at the first
//! part that decides, from left to right, so a guard protects what stands behind it. A missing
//! value that is read, a division by zero and a logarithm of zero are errors with their place,
//! never defaults. `exp`, `ln` and `sqrt` are enclosed to [`BITS`], and once more to [`BITS_FINE`]
//! where that does not decide; what lies closer to its limit is undecided.

use std::cell::RefCell;
use std::fmt;

use super::expression::{BoolExpr, BoolKind, Function, LetId, NumExpr, NumKind, SignalId};
use super::margin::Margin;
use super::rule_set::{Rule, RuleSet};
use super::value::{Undefined, Value};
use crate::rational::Rational;
use crate::span::Span;

/// The value of one signal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PointValue {
    /// A number in SI units.
    Number(Rational),
    /// Index of an enumerator.
    Member(usize),
    /// Not given.
    #[default]
    Missing,
}

/// A value for each signal of a rule set, by [`SignalId`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Point {
    /// Values by index; signals beyond the end are missing.
    pub values: Vec<PointValue>,
}

impl Point {
    /// Returns a point at which every signal of `rule_set` is missing.
    #[must_use]
    pub fn empty(rule_set: &RuleSet) -> Self {
        Self {
            values: vec![PointValue::Missing; rule_set.signals.len()],
        }
    }

    /// Sets the value of a signal.
    pub fn set(&mut self, signal: SignalId, value: PointValue) {
        if self.values.len() <= signal.0 {
            self.values.resize(signal.0 + 1, PointValue::Missing);
        }
        self.values[signal.0] = value;
    }

    /// Returns the value of a signal.
    #[must_use]
    pub fn get(&self, signal: SignalId) -> &PointValue {
        self.values.get(signal.0).unwrap_or(&PointValue::Missing)
    }
}

/// Bits to which functions are enclosed: closer than 1e-38 of the value.
pub const BITS: u32 = 128;

/// Bits of the second and last try: closer than 1e-150 of the value.
pub const BITS_FINE: u32 = 512;

/// True, false, or not decidable with the enclosures of pi and of functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It does not hold.
    False,
    /// The two sides are closer than their enclosures.
    Undecided,
    /// It holds.
    True,
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}

impl Truth {
    fn negated(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Undecided => Self::Undecided,
            Self::True => Self::False,
        }
    }
}

/// What a rule says at one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PointVerdict {
    /// The guard does not hold.
    Idle,
    /// The body holds with at least the guard band.
    Pass,
    /// The body holds, but by less than the guard band.
    Conditional,
    /// The body does not hold.
    Fail,
    /// The enclosures of pi and of functions do not decide.
    Undecided,
}

impl PointVerdict {
    /// Names the verdict as rule-local tests do.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Pass => "pass",
            Self::Conditional => "conditional",
            Self::Fail => "fail",
            Self::Undecided => "undecided",
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EvaluateError {
    /// A divisor is zero.
    DivisionByZero {
        /// The division.
        span: Span,
    },
    /// A function has no value at its argument.
    Domain {
        /// The function.
        function: Function,
        /// The call.
        span: Span,
    },
    /// A signal that is read has no value.
    Missing {
        /// Name of the signal.
        signal: String,
        /// Where it is read.
        span: Span,
    },
    /// A number stands where an enumerator is needed, or the reverse.
    WrongValue {
        /// Name of the signal.
        signal: String,
        /// Where it is read.
        span: Span,
    },
}

impl EvaluateError {
    /// Returns the place in the rule file.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::DivisionByZero { span }
            | Self::Domain { span, .. }
            | Self::Missing { span, .. }
            | Self::WrongValue { span, .. } => *span,
        }
    }
}

impl fmt::Display for EvaluateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DivisionByZero { .. } => write!(f, "division by zero"),
            Self::Domain { function, .. } => {
                let why = match function {
                    Function::Exp => "is above 4096",
                    Function::Ln => "is not positive",
                    Function::Sqrt => "is negative",
                };
                write!(
                    f,
                    "`{}` of a number that {why} has no value",
                    function.name()
                )
            }
            Self::Missing { signal, .. } => write!(f, "`{signal}` has no value here"),
            Self::WrongValue { signal, .. } => {
                write!(f, "the value of `{signal}` is not of its type")
            }
        }
    }
}

impl std::error::Error for EvaluateError {}

/// Evaluates expressions of one rule set at one point; each let is computed once.
pub struct Evaluator<'a> {
    rule_set: &'a RuleSet,
    point: &'a Point,
    lets: RefCell<Vec<Option<Value>>>,
    bits: u32,
}

impl<'a> Evaluator<'a> {
    /// Starts at a point.
    #[must_use]
    pub fn new(rule_set: &'a RuleSet, point: &'a Point) -> Self {
        Self::with_bits(rule_set, point, BITS)
    }

    fn with_bits(rule_set: &'a RuleSet, point: &'a Point, bits: u32) -> Self {
        Self {
            rule_set,
            point,
            lets: RefCell::new(vec![None; rule_set.lets.len()]),
            bits,
        }
    }

    /// Asks once more with narrower enclosures where those of the first try do not decide.
    fn refined<T: PartialEq>(
        &self,
        undecided: &T,
        ask: impl Fn(&Self) -> Result<T, EvaluateError>,
    ) -> Result<T, EvaluateError> {
        let first = ask(self);
        let is_open = match &first {
            Ok(found) => found == undecided,
            Err(EvaluateError::DivisionByZero { .. } | EvaluateError::Domain { .. }) => true,
            Err(EvaluateError::Missing { .. } | EvaluateError::WrongValue { .. }) => false,
        };
        if !is_open || self.bits == BITS_FINE {
            return first;
        }
        ask(&Self::with_bits(self.rule_set, self.point, BITS_FINE))
    }

    /// Decides a condition.
    ///
    /// # Errors
    /// [`EvaluateError`].
    pub fn truth(&self, condition: &BoolExpr) -> Result<Truth, EvaluateError> {
        self.refined(&Truth::Undecided, |evaluator| {
            evaluator.truth_once(condition)
        })
    }

    fn truth_once(&self, condition: &BoolExpr) -> Result<Truth, EvaluateError> {
        Ok(match &condition.kind {
            BoolKind::Constant(value) => Truth::from(*value),
            BoolKind::Compare {
                left,
                operator,
                right,
                ..
            } => match self.value(left)?.compare(&self.value(right)?) {
                Some(ordering) => Truth::from(operator.holds(ordering)),
                None => Truth::Undecided,
            },
            BoolKind::Member { signal, members } => {
                let member = self.member(*signal, condition.span)?;
                Truth::from(members.binary_search(&member).is_ok())
            }
            BoolKind::And(all) => self.first_decisive(all, Truth::False)?,
            BoolKind::Or(all) => self.first_decisive(all, Truth::True)?,
            BoolKind::Not(inner) => self.truth_once(inner)?.negated(),
            BoolKind::Implies(left, right) => match self.truth_once(left)?.negated() {
                Truth::True => Truth::True,
                unless => self.truth_once(right)?.max(unless),
            },
        })
    }

    /// Stops at the first part with the `decisive` truth; else undecided parts win.
    fn first_decisive(&self, all: &[BoolExpr], decisive: Truth) -> Result<Truth, EvaluateError> {
        let mut result = decisive.negated();
        for one in all {
            match self.truth_once(one)? {
                truth if truth == decisive => return Ok(decisive),
                Truth::Undecided => result = Truth::Undecided,
                Truth::True | Truth::False => {}
            }
        }
        Ok(result)
    }

    fn member(&self, signal: SignalId, span: Span) -> Result<usize, EvaluateError> {
        match self.point.get(signal) {
            PointValue::Member(member) => Ok(*member),
            other => Err(self.no_value(signal, other, span)),
        }
    }

    fn no_value(&self, signal: SignalId, found: &PointValue, span: Span) -> EvaluateError {
        let signal = self.rule_set.signal(signal).name.clone();
        match found {
            PointValue::Missing => EvaluateError::Missing { signal, span },
            PointValue::Number(_) | PointValue::Member(_) => {
                EvaluateError::WrongValue { signal, span }
            }
        }
    }

    /// Computes a number in SI units.
    ///
    /// # Errors
    /// [`EvaluateError`].
    pub fn value(&self, number: &NumExpr) -> Result<Value, EvaluateError> {
        let undefined = |_: Undefined| EvaluateError::DivisionByZero { span: number.span };
        Ok(match &number.kind {
            NumKind::Constant(value) => Value::Exact(value.clone()),
            NumKind::Pi => Value::pi(),
            NumKind::Signal(signal) => match self.point.get(*signal) {
                PointValue::Number(value) => Value::Exact(value.clone()),
                other => return Err(self.no_value(*signal, other, number.span)),
            },
            NumKind::Let(id) => self.let_value(*id)?,
            NumKind::Negate(a) => self.value(a)?.negative(),
            NumKind::Add(a, b) => self.value(a)?.plus(&self.value(b)?),
            NumKind::Subtract(a, b) => self.value(a)?.minus(&self.value(b)?),
            NumKind::Multiply(a, b) => self.value(a)?.times(&self.value(b)?),
            NumKind::Divide(a, b) => self.value(a)?.over(&self.value(b)?).map_err(undefined)?,
            NumKind::Power(a, exponent) => self.value(a)?.power(*exponent).map_err(undefined)?,
            NumKind::Minimum(all) => self.fold(all, Value::minimum)?,
            NumKind::Maximum(all) => self.fold(all, Value::maximum)?,
            NumKind::Absolute(a) => self.value(a)?.absolute(),
            NumKind::Function(function, a) => {
                let domain = |_: Undefined| EvaluateError::Domain {
                    function: *function,
                    span: number.span,
                };
                self.value(a)?
                    .function(*function, self.bits)
                    .map_err(domain)?
            }
            NumKind::If(condition, a, b) => match self.truth_once(condition)? {
                Truth::True => self.value(a)?,
                Truth::False => self.value(b)?,
                Truth::Undecided => self.value(a)?.hull(&self.value(b)?),
            },
        })
    }

    fn fold(
        &self,
        all: &[NumExpr],
        combine: fn(&Value, &Value) -> Value,
    ) -> Result<Value, EvaluateError> {
        let mut result: Option<Value> = None;
        for one in all {
            let value = self.value(one)?;
            result = Some(match result {
                None => value,
                Some(before) => combine(&before, &value),
            });
        }
        // INVARIANT: the resolver refuses `min` and `max` without an argument.
        Ok(result.unwrap_or(Value::Exact(Rational::zero())))
    }

    /// Lets refer only to lets before them, so this depth is bounded by the resolver.
    fn let_value(&self, id: LetId) -> Result<Value, EvaluateError> {
        if let Some(known) = &self.lets.borrow()[id.0] {
            return Ok(known.clone());
        }
        let value = self.value(&self.rule_set.let_part(id).expr)?;
        self.lets.borrow_mut()[id.0] = Some(value.clone());
        Ok(value)
    }

    /// Says what a rule says at the point.
    ///
    /// # Errors
    /// [`EvaluateError`].
    pub fn verdict(&self, rule: &Rule) -> Result<PointVerdict, EvaluateError> {
        self.refined(&PointVerdict::Undecided, |evaluator| {
            evaluator.verdict_once(rule)
        })
    }

    fn verdict_once(&self, rule: &Rule) -> Result<PointVerdict, EvaluateError> {
        match self.truth_once(&rule.guard)? {
            Truth::False => return Ok(PointVerdict::Idle),
            Truth::Undecided => return Ok(PointVerdict::Undecided),
            Truth::True => {}
        }
        match self.truth_once(&rule.body)? {
            Truth::False => return Ok(PointVerdict::Fail),
            Truth::Undecided => return Ok(PointVerdict::Undecided),
            Truth::True => {}
        }
        let Some(band) = &rule.guard_band else {
            return Ok(PointVerdict::Pass);
        };
        let band = Value::Exact(band.value.clone());
        Ok(match self.margin(&rule.body)? {
            None => PointVerdict::Pass,
            Some(Margin { value, .. }) => match value.compare(&band) {
                Some(ordering) if ordering.is_lt() => PointVerdict::Conditional,
                Some(_) => PointVerdict::Pass,
                None => PointVerdict::Undecided,
            },
        })
    }
}
