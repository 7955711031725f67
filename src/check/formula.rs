//! Terms and formulas over exact rationals: what is asked of the solver, as plain data.
//!
//! In: nothing but variables by number. Out: exact evaluation at a model, which trusts no solver,
//! and a postfix text that carries a formula to a child process without recursion (`q` rational,
//! `x` real, `b` boolean, `e` enumeration, then operators with their number of operands).
//! A division by zero has no value, nor has `ln` or `sqrt` outside its domain; `and`, `or`,
//! `implies` ignore an operand without value when the others decide (Kleene's three-valued logic),
//! so a guard can protect a division.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use crate::certificate::contradiction::Function;
use crate::certificate::contradiction::{Bound, Interval, function_range};
use crate::rational::Rational;

/// A variable, by its place in [`super::query::Query::variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct VarId(pub u32);

/// A real-valued expression. Integer powers are products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// A constant.
    Rational(Rational),
    /// A real variable.
    Real(VarId),
    /// A sum; empty is zero.
    Add(Vec<Term>),
    /// A product; empty is one.
    Mul(Vec<Term>),
    /// A quotient; without value where the divisor is zero.
    Div(Box<Term>, Box<Term>),
    /// The negative.
    Neg(Box<Term>),
    /// `if (condition, then, else)`.
    Ite(Box<Formula>, Box<Term>, Box<Term>),
    /// `exp`, `ln` or `sqrt` of a term; without value outside the domain. Never put to the solver.
    Apply(Function, Box<Term>),
}

/// A truth-valued expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Formula {
    /// Always.
    True,
    /// Never.
    False,
    /// A boolean variable.
    Bool(VarId),
    /// `left <= right`.
    Le(Term, Term),
    /// `left < right`.
    Lt(Term, Term),
    /// `left == right`.
    Eq(Term, Term),
    /// Negation.
    Not(Box<Formula>),
    /// Conjunction; empty is true.
    And(Vec<Formula>),
    /// Disjunction; empty is false.
    Or(Vec<Formula>),
    /// `premise implies conclusion`.
    Implies(Box<Formula>, Box<Formula>),
    /// An enumeration variable has this enumerator.
    EnumIs(VarId, u32),
}

/// The value of one variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Of a real variable, exactly.
    Real(Rational),
    /// Of a boolean variable.
    Bool(bool),
    /// Of an enumeration variable, by its place in the list of enumerators.
    Enum(u32),
}

/// A value for every variable, in the order of the query's variables.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// The values; place `i` belongs to `VarId(i)`.
    pub values: Vec<Value>,
}

impl Model {
    /// Returns the value of a variable, or nothing where the model has no such variable.
    #[must_use]
    pub fn value(&self, variable: VarId) -> Option<&Value> {
        self.values.get(variable.0 as usize)
    }

    /// Returns the exact value of a real variable.
    #[must_use]
    pub fn real(&self, variable: VarId) -> Option<&Rational> {
        match self.value(variable)? {
            Value::Real(value) => Some(value),
            Value::Bool(_) | Value::Enum(_) => None,
        }
    }
}

impl Term {
    /// Evaluates exactly; nothing on a division by zero or a variable the model does not value.
    #[must_use]
    pub fn evaluate(&self, model: &Model) -> Option<Rational> {
        match self {
            Self::Rational(value) => Some(value.clone()),
            Self::Real(variable) => model.real(*variable).cloned(),
            Self::Add(terms) => terms.iter().try_fold(Rational::zero(), |sum, term| {
                Some(&sum + &term.evaluate(model)?)
            }),
            Self::Mul(factors) => factors.iter().try_fold(Rational::one(), |product, factor| {
                Some(&product * &factor.evaluate(model)?)
            }),
            Self::Div(dividend, divisor) => dividend
                .evaluate(model)?
                .checked_div(&divisor.evaluate(model)?),
            Self::Neg(term) => Some(-&term.evaluate(model)?),
            Self::Ite(condition, then, otherwise) => {
                if condition.evaluate(model)? {
                    then.evaluate(model)
                } else {
                    otherwise.evaluate(model)
                }
            }
            Self::Apply(..) => match self.range(model)? {
                Interval {
                    low: Bound::At(low),
                    high: Bound::At(high),
                } => (low == high).then_some(low),
                Interval { .. } => None,
            },
        }
    }

    /// Returns an interval around the value; nothing where it has none, or where the enclosure is
    /// too wide to tell.
    #[must_use]
    pub fn range(&self, model: &Model) -> Option<Interval> {
        match self {
            Self::Rational(_) | Self::Real(_) => self.evaluate(model).map(Interval::single),
            Self::Add(terms) => {
                let zero = Interval::single(Rational::zero());
                let mut parts = terms.iter();
                parts.try_fold(zero, |sum, term| Some(sum.plus(&term.range(model)?)))
            }
            Self::Mul(factors) => {
                let one = Interval::single(Rational::one());
                let mut parts = factors.iter();
                parts.try_fold(one, |product, part| {
                    Some(product.times(&part.range(model)?))
                })
            }
            Self::Div(dividend, divisor) => {
                let divisor = divisor.range(model)?;
                let is_nonzero = divisor.low.sign() * divisor.high.sign() > 0;
                is_nonzero.then(|| dividend.range(model).map(|top| top.over(&divisor)))?
            }
            Self::Neg(term) => {
                let minus = Interval::single(Rational::from(-1));
                Some(term.range(model)?.times(&minus))
            }
            Self::Ite(condition, then, otherwise) => {
                if condition.evaluate(model)? {
                    then.range(model)
                } else {
                    otherwise.range(model)
                }
            }
            Self::Apply(function, argument) => {
                let argument = argument.range(model)?;
                let sign = argument.low.sign();
                let has_value = match function {
                    Function::Exp => true,
                    Function::Ln => sign > 0,
                    Function::Sqrt => sign >= 0,
                };
                let one = Interval::single(Rational::one());
                has_value.then(|| function_range(*function, &argument, &one))
            }
        }
    }

    /// Returns how the value compares with that of another term, exactly; nothing where one has
    /// no value or the enclosures of functions are too wide to tell.
    fn compared(&self, other: &Self, model: &Model) -> Option<Ordering> {
        if let (Some(left), Some(right)) = (self.evaluate(model), other.evaluate(model)) {
            return Some(left.cmp(&right));
        }
        let (left, right) = (self.range(model)?, other.range(model)?);
        if left.high < right.low {
            Some(Ordering::Less)
        } else if left.low > right.high {
            Some(Ordering::Greater)
        } else {
            None
        }
    }

    /// Calls `visit` for this term and every term inside, also in conditions.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::Rational(_) | Self::Real(_) => {}
            Self::Add(parts) | Self::Mul(parts) => parts.iter().for_each(|part| part.visit(visit)),
            Self::Div(left, right) => {
                left.visit(visit);
                right.visit(visit);
            }
            Self::Neg(inner) | Self::Apply(_, inner) => inner.visit(visit),
            Self::Ite(condition, then, otherwise) => {
                condition.terms(visit);
                then.visit(visit);
                otherwise.visit(visit);
            }
        }
    }

    /// Whether the term is a constant times at most one variable per summand, so that linear
    /// arithmetic decides it.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        match self {
            Self::Rational(_) | Self::Real(_) => true,
            Self::Add(terms) => terms.iter().all(Self::is_linear),
            Self::Mul(factors) => {
                let varying = factors.iter().filter(|factor| !factor.is_constant());
                varying.count() <= 1 && factors.iter().all(Self::is_linear)
            }
            Self::Div(dividend, divisor) => dividend.is_linear() && divisor.is_constant(),
            Self::Neg(term) => term.is_linear(),
            Self::Ite(condition, then, otherwise) => {
                condition.is_linear() && then.is_linear() && otherwise.is_linear()
            }
            Self::Apply(..) => false,
        }
    }

    /// Whether no variable occurs.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        match self {
            Self::Rational(_) => true,
            Self::Real(_) | Self::Ite(..) | Self::Apply(..) => false,
            Self::Add(terms) | Self::Mul(terms) => terms.iter().all(Self::is_constant),
            Self::Div(dividend, divisor) => dividend.is_constant() && divisor.is_constant(),
            Self::Neg(term) => term.is_constant(),
        }
    }

    /// Gives every variable the number that `number` returns for it.
    pub fn renumber(&mut self, number: &dyn Fn(VarId) -> VarId) {
        match self {
            Self::Rational(_) => {}
            Self::Real(id) => *id = number(*id),
            Self::Add(parts) | Self::Mul(parts) => {
                parts.iter_mut().for_each(|part| part.renumber(number));
            }
            Self::Div(left, right) => {
                left.renumber(number);
                right.renumber(number);
            }
            Self::Neg(inner) | Self::Apply(_, inner) => inner.renumber(number),
            Self::Ite(condition, then, otherwise) => {
                condition.renumber(number);
                then.renumber(number);
                otherwise.renumber(number);
            }
        }
    }

    /// Calls `visit` for every variable, as often as it occurs.
    pub fn variables(&self, visit: &mut dyn FnMut(VarId)) {
        match self {
            Self::Rational(_) => {}
            Self::Real(id) => visit(*id),
            Self::Add(parts) | Self::Mul(parts) => {
                parts.iter().for_each(|part| part.variables(visit));
            }
            Self::Div(left, right) => {
                left.variables(visit);
                right.variables(visit);
            }
            Self::Neg(inner) | Self::Apply(_, inner) => inner.variables(visit),
            Self::Ite(condition, then, otherwise) => {
                condition.variables(visit);
                then.variables(visit);
                otherwise.variables(visit);
            }
        }
    }

    fn write_postfix(&self, out: &mut String) {
        match self {
            Self::Rational(value) => push(out, &format!("q{}", value.to_ratio_string())),
            Self::Real(variable) => push(out, &format!("x{}", variable.0)),
            Self::Add(terms) => {
                terms.iter().for_each(|term| term.write_postfix(out));
                push(out, &format!("+{}", terms.len()));
            }
            Self::Mul(factors) => {
                factors.iter().for_each(|factor| factor.write_postfix(out));
                push(out, &format!("*{}", factors.len()));
            }
            Self::Div(dividend, divisor) => {
                dividend.write_postfix(out);
                divisor.write_postfix(out);
                push(out, "/");
            }
            Self::Neg(term) => {
                term.write_postfix(out);
                push(out, "-");
            }
            Self::Ite(condition, then, otherwise) => {
                condition.write_postfix(out);
                then.write_postfix(out);
                otherwise.write_postfix(out);
                push(out, "?");
            }
            Self::Apply(function, argument) => {
                argument.write_postfix(out);
                push(out, function.name());
            }
        }
    }
}

impl Formula {
    /// Evaluates exactly; nothing where a division by zero decides.
    #[must_use]
    pub fn evaluate(&self, model: &Model) -> Option<bool> {
        match self {
            Self::True => Some(true),
            Self::False => Some(false),
            Self::Bool(variable) => match model.value(*variable)? {
                Value::Bool(value) => Some(*value),
                Value::Real(_) | Value::Enum(_) => None,
            },
            Self::Le(left, right) => Some(left.compared(right, model)? != Ordering::Greater),
            Self::Lt(left, right) => Some(left.compared(right, model)? == Ordering::Less),
            Self::Eq(left, right) => Some(left.compared(right, model)? == Ordering::Equal),
            Self::Not(inner) => inner.evaluate(model).map(|value| !value),
            Self::And(parts) => decide(parts.iter().map(|part| part.evaluate(model)), false),
            Self::Or(parts) => decide(parts.iter().map(|part| part.evaluate(model)), true),
            Self::Implies(premise, conclusion) => {
                let refuted = premise.evaluate(model).map(|value| !value);
                decide([refuted, conclusion.evaluate(model)].into_iter(), true)
            }
            Self::EnumIs(variable, enumerator) => match model.value(*variable)? {
                Value::Enum(value) => Some(value == enumerator),
                Value::Real(_) | Value::Bool(_) => None,
            },
        }
    }

    /// Whether linear arithmetic decides the formula.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        match self {
            Self::True | Self::False | Self::Bool(_) | Self::EnumIs(..) => true,
            Self::Le(left, right) | Self::Lt(left, right) | Self::Eq(left, right) => {
                left.is_linear() && right.is_linear()
            }
            Self::Not(inner) => inner.is_linear(),
            Self::And(parts) | Self::Or(parts) => parts.iter().all(Self::is_linear),
            Self::Implies(premise, conclusion) => premise.is_linear() && conclusion.is_linear(),
        }
    }

    /// Gives every variable the number that `number` returns for it.
    pub fn renumber(&mut self, number: &dyn Fn(VarId) -> VarId) {
        match self {
            Self::True | Self::False => {}
            Self::Bool(id) | Self::EnumIs(id, _) => *id = number(*id),
            Self::Le(left, right) | Self::Lt(left, right) | Self::Eq(left, right) => {
                left.renumber(number);
                right.renumber(number);
            }
            Self::Not(inner) => inner.renumber(number),
            Self::And(parts) | Self::Or(parts) => {
                parts.iter_mut().for_each(|part| part.renumber(number));
            }
            Self::Implies(premise, conclusion) => {
                premise.renumber(number);
                conclusion.renumber(number);
            }
        }
    }

    /// Calls `visit` for every variable, as often as it occurs.
    pub fn variables(&self, visit: &mut dyn FnMut(VarId)) {
        match self {
            Self::True | Self::False => {}
            Self::Bool(id) | Self::EnumIs(id, _) => visit(*id),
            Self::Le(left, right) | Self::Lt(left, right) | Self::Eq(left, right) => {
                left.variables(visit);
                right.variables(visit);
            }
            Self::Not(inner) => inner.variables(visit),
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().for_each(|part| part.variables(visit));
            }
            Self::Implies(premise, conclusion) => {
                premise.variables(visit);
                conclusion.variables(visit);
            }
        }
    }

    /// Calls `visit` for every term inside.
    pub fn terms<'a>(&'a self, visit: &mut dyn FnMut(&'a Term)) {
        match self {
            Self::True | Self::False | Self::Bool(_) | Self::EnumIs(..) => {}
            Self::Le(left, right) | Self::Lt(left, right) | Self::Eq(left, right) => {
                left.visit(visit);
                right.visit(visit);
            }
            Self::Not(inner) => inner.terms(visit),
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.terms(visit)),
            Self::Implies(premise, conclusion) => {
                premise.terms(visit);
                conclusion.terms(visit);
            }
        }
    }

    /// Whether `exp`, `ln` or `sqrt` occurs.
    #[must_use]
    pub fn has_functions(&self) -> bool {
        let mut found = false;
        self.terms(&mut |term| found |= matches!(term, Term::Apply(..)));
        found
    }

    /// Returns the postfix text; [`Formula::from_postfix`] reads it back.
    #[must_use]
    pub fn to_postfix(&self) -> String {
        let mut out = String::new();
        self.write_postfix(&mut out);
        out
    }

    fn write_postfix(&self, out: &mut String) {
        match self {
            Self::True => push(out, "T"),
            Self::False => push(out, "F"),
            Self::Bool(variable) => push(out, &format!("b{}", variable.0)),
            Self::Le(left, right) => write_comparison(left, right, "<=", out),
            Self::Lt(left, right) => write_comparison(left, right, "<", out),
            Self::Eq(left, right) => write_comparison(left, right, "=", out),
            Self::Not(inner) => {
                inner.write_postfix(out);
                push(out, "!");
            }
            Self::And(parts) => {
                parts.iter().for_each(|part| part.write_postfix(out));
                push(out, &format!("&{}", parts.len()));
            }
            Self::Or(parts) => {
                parts.iter().for_each(|part| part.write_postfix(out));
                push(out, &format!("|{}", parts.len()));
            }
            Self::Implies(premise, conclusion) => {
                premise.write_postfix(out);
                conclusion.write_postfix(out);
                push(out, ">");
            }
            Self::EnumIs(variable, enumerator) => {
                push(out, &format!("e{}:{enumerator}", variable.0));
            }
        }
    }

    /// Reads the postfix text of one formula.
    ///
    /// # Errors
    /// [`PostfixError`] with the first word that does not fit.
    pub fn from_postfix(text: &str) -> Result<Self, PostfixError> {
        let mut stack = Stack::default();
        for word in text.split_ascii_whitespace() {
            stack.apply(word).ok_or_else(|| PostfixError {
                word: word.to_owned(),
            })?;
        }
        let end = PostfixError {
            word: "the end".to_owned(),
        };
        match (stack.items.pop(), stack.items.is_empty()) {
            (Some(Item::Formula(formula)), true) => Ok(formula),
            _ => Err(end),
        }
    }
}

/// Kleene's `or` for `deciding == true`, `and` for `deciding == false`.
pub(super) fn decide(parts: impl Iterator<Item = Option<bool>>, deciding: bool) -> Option<bool> {
    let mut all_known = true;
    for part in parts {
        match part {
            Some(value) if value == deciding => return Some(deciding),
            Some(_) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(!deciding)
}

fn push(out: &mut String, word: &str) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(word);
}

fn write_comparison(left: &Term, right: &Term, sign: &str, out: &mut String) {
    left.write_postfix(out);
    right.write_postfix(out);
    push(out, sign);
}

/// A postfix text that is no formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostfixError {
    /// The word at which reading stopped.
    pub word: String,
}

impl fmt::Display for PostfixError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "`{}` does not fit in a postfix formula", self.word)
    }
}

impl std::error::Error for PostfixError {}

enum Item {
    Term(Term),
    Formula(Formula),
}

#[derive(Default)]
struct Stack {
    items: Vec<Item>,
}

impl Stack {
    fn apply(&mut self, word: &str) -> Option<()> {
        let mut rest = word.chars();
        let head = rest.next()?;
        let item = match (head, rest.as_str()) {
            ('T', "") => Item::Formula(Formula::True),
            ('F', "") => Item::Formula(Formula::False),
            ('q', ratio) => Item::Term(Term::Rational(Rational::parse_ratio(ratio).ok()?)),
            ('x', id) if id.starts_with(|c: char| c.is_ascii_digit()) => {
                Item::Term(Term::Real(VarId(id.parse().ok()?)))
            }
            ('b', id) => Item::Formula(Formula::Bool(VarId(id.parse().ok()?))),
            ('e', pair) if pair.contains(':') => {
                let (id, enumerator) = pair.split_once(':')?;
                let variable = VarId(id.parse().ok()?);
                Item::Formula(Formula::EnumIs(variable, enumerator.parse().ok()?))
            }
            ('+', count) => Item::Term(Term::Add(self.terms(count.parse().ok()?)?)),
            ('*', count) => Item::Term(Term::Mul(self.terms(count.parse().ok()?)?)),
            ('&', count) => Item::Formula(Formula::And(self.formulas(count.parse().ok()?)?)),
            ('|', count) => Item::Formula(Formula::Or(self.formulas(count.parse().ok()?)?)),
            _ => self.fixed(word)?,
        };
        self.items.push(item);
        Some(())
    }

    /// Operators with a fixed number of operands; the last operand lies on top.
    fn fixed(&mut self, word: &str) -> Option<Item> {
        Some(match word {
            "-" => Item::Term(Term::Neg(Box::new(self.term()?))),
            "exp" | "ln" | "sqrt" => {
                let function = Function::named(word)?;
                Item::Term(Term::Apply(function, Box::new(self.term()?)))
            }
            "/" => {
                let divisor = self.term()?;
                Item::Term(Term::Div(Box::new(self.term()?), Box::new(divisor)))
            }
            "?" => {
                let otherwise = Box::new(self.term()?);
                let then = Box::new(self.term()?);
                Item::Term(Term::Ite(Box::new(self.formula()?), then, otherwise))
            }
            "<=" | "<" | "=" => {
                let right = self.term()?;
                let left = self.term()?;
                Item::Formula(match word {
                    "<=" => Formula::Le(left, right),
                    "<" => Formula::Lt(left, right),
                    _ => Formula::Eq(left, right),
                })
            }
            "!" => Item::Formula(Formula::Not(Box::new(self.formula()?))),
            ">" => {
                let conclusion = Box::new(self.formula()?);
                Item::Formula(Formula::Implies(Box::new(self.formula()?), conclusion))
            }
            _ => return None,
        })
    }

    fn term(&mut self) -> Option<Term> {
        match self.items.pop()? {
            Item::Term(term) => Some(term),
            Item::Formula(_) => None,
        }
    }

    fn formula(&mut self) -> Option<Formula> {
        match self.items.pop()? {
            Item::Formula(formula) => Some(formula),
            Item::Term(_) => None,
        }
    }

    fn terms(&mut self, count: usize) -> Option<Vec<Term>> {
        let first = self.items.len().checked_sub(count)?;
        let operands = self.items.split_off(first).into_iter();
        operands
            .map(|item| match item {
                Item::Term(term) => Some(term),
                Item::Formula(_) => None,
            })
            .collect()
    }

    fn formulas(&mut self, count: usize) -> Option<Vec<Formula>> {
        let first = self.items.len().checked_sub(count)?;
        let operands = self.items.split_off(first).into_iter();
        operands
            .map(|item| match item {
                Item::Formula(formula) => Some(formula),
                Item::Term(_) => None,
            })
            .collect()
    }
}

impl Serialize for Formula {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_postfix())
    }
}

impl<'de> Deserialize<'de> for Formula {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_postfix(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn x() -> Term {
        Term::Real(VarId(0))
    }

    fn number(value: i64) -> Term {
        Term::Rational(Rational::from(value))
    }

    fn at(value: i64) -> Model {
        let values = vec![
            Value::Real(Rational::from(value)),
            Value::Enum(1),
            Value::Bool(false),
        ];
        Model { values }
    }

    #[test]
    fn a_guard_protects_a_division_by_zero() {
        let reciprocal = Term::Div(Box::new(number(1)), Box::new(x()));
        let body = Formula::Le(reciprocal, number(1));
        let guard = Formula::Lt(number(0), x());
        let guarded = Formula::Implies(Box::new(guard), Box::new(body.clone()));
        assert_eq!(body.evaluate(&at(0)), None);
        assert_eq!(guarded.evaluate(&at(0)), Some(true));
        assert_eq!(guarded.evaluate(&at(2)), Some(true));
        assert_eq!(
            Formula::And(vec![body, Formula::False]).evaluate(&at(0)),
            Some(false)
        );
    }

    #[test]
    fn postfix_reads_back_what_it_wrote() {
        let ite = Term::Ite(
            Box::new(Formula::EnumIs(VarId(1), 2)),
            Box::new(Term::Neg(Box::new(x()))),
            Box::new(Term::Mul(vec![
                x(),
                x(),
                Term::Rational(Rational::ratio(-1, 3)),
            ])),
        );
        let formula = Formula::Or(vec![
            Formula::Eq(Term::Add(vec![ite, number(2)]), Term::Add(vec![])),
            Formula::Not(Box::new(Formula::Bool(VarId(2)))),
            Formula::And(vec![Formula::True, Formula::False]),
        ]);
        assert_eq!(Formula::from_postfix(&formula.to_postfix()), Ok(formula));
    }

    #[test]
    fn a_broken_postfix_text_names_the_word() {
        for (text, word) in [
            ("x0 +2", "+2"),
            ("x0 q1/0 <=", "q1/0"),
            ("x0 !", "!"),
            ("x0 x1", "the end"),
            ("", "the end"),
            ("T |99999999999999999999", "|99999999999999999999"),
        ] {
            let error = Formula::from_postfix(text).expect_err(text);
            assert_eq!(error.word, word, "{text}");
        }
    }

    #[test]
    fn products_of_variables_are_not_linear() {
        assert!(Term::Mul(vec![number(2), x()]).is_linear());
        assert!(!Term::Mul(vec![x(), x()]).is_linear());
        assert!(!Term::Div(Box::new(number(1)), Box::new(x())).is_linear());
        assert!(Term::Div(Box::new(x()), Box::new(number(3))).is_linear());
    }
}
