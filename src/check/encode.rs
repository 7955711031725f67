//! Rules as questions to the solver.
//!
//! In: conditions of a resolved rule set. Out: [`Formula`]s over one variable per signal, and whole
//! [`Query`]s: "can the rule be broken in the tolerance box". Lets are written out, `min`, `max`,
//! `abs` become case distinctions, `pi` is a variable between its rational neighbours. Nothing is
//! simplified: the closed forms and the solver are asked independently.

use std::collections::BTreeMap;

use super::case::{Case, SignalCase};
use super::query::{Formula, Query, Sort, Term, VarId, Variable, Want};
use crate::certificate::{PI_NAME, pi_enclosure};
use crate::rational::Rational;
use crate::rule_language::{
    BoolExpr, BoolKind, CompareOperator, NumExpr, NumKind, RuleSet, SignalId, SignalType,
};

/// Written-out expressions larger than this are not put to the solver.
const NODES_MAX: usize = 50_000;

/// The budget of a query in solver steps.
pub const RLIMIT: u32 = 20_000_000;

/// The wall time of a query in milliseconds: a safety net, the budget comes first.
pub const WALL_MS: u64 = 30_000;

/// Builds formulas over the signals that were declared.
pub struct Encoder<'a> {
    rule_set: &'a RuleSet,
    variables: Vec<Variable>,
    places: BTreeMap<SignalId, VarId>,
    pi: Option<VarId>,
    nodes_left: usize,
    writes_functions: bool,
}

impl<'a> Encoder<'a> {
    /// Starts without variables.
    #[must_use]
    pub fn new(rule_set: &'a RuleSet) -> Self {
        Self {
            rule_set,
            variables: Vec::new(),
            places: BTreeMap::new(),
            pi: None,
            nodes_left: NODES_MAX,
            writes_functions: false,
        }
    }

    /// Writes `exp`, `ln` and `sqrt` too, for questions that the solver need not answer.
    #[must_use]
    pub fn with_functions(mut self) -> Self {
        self.writes_functions = true;
        self
    }

    fn declare(&mut self, name: &str, sort: Sort) -> VarId {
        let id = VarId(u32::try_from(self.variables.len()).unwrap_or(u32::MAX));
        let name = name.to_owned();
        self.variables.push(Variable { name, sort });
        id
    }

    /// Returns the variable of a signal.
    pub fn signal(&mut self, signal: SignalId) -> VarId {
        if let Some(known) = self.places.get(&signal) {
            return *known;
        }
        let declared = self.rule_set.signal(signal);
        let sort = match &declared.signal_type {
            SignalType::Number { .. } => Sort::Real,
            SignalType::OneOf { members } => Sort::Enum(members.clone()),
        };
        let name = declared.name.clone();
        let id = self.declare(&name, sort);
        self.places.insert(signal, id);
        id
    }

    /// Returns every signal that has a variable.
    #[must_use]
    pub fn signals(&self) -> &BTreeMap<SignalId, VarId> {
        &self.places
    }

    /// Encodes a number; nothing where it is too large or has `exp`, `ln` or `sqrt`.
    pub fn term(&mut self, expr: &NumExpr) -> Option<Term> {
        self.nodes_left = self.nodes_left.checked_sub(1)?;
        Some(match &expr.kind {
            NumKind::Constant(value) => Term::Rational(value.clone()),
            NumKind::Pi => {
                let known = self.pi;
                let id = known.unwrap_or_else(|| self.declare(PI_NAME, Sort::Real));
                self.pi = Some(id);
                Term::Real(id)
            }
            NumKind::Signal(signal) => Term::Real(self.signal(*signal)),
            NumKind::Let(id) => {
                let rule_set = self.rule_set;
                self.term(&rule_set.let_part(*id).expr)?
            }
            NumKind::Negate(a) => Term::Neg(Box::new(self.term(a)?)),
            NumKind::Add(a, b) => Term::Add(vec![self.term(a)?, self.term(b)?]),
            NumKind::Subtract(a, b) => {
                Term::Add(vec![self.term(a)?, Term::Neg(Box::new(self.term(b)?))])
            }
            NumKind::Multiply(a, b) => Term::Mul(vec![self.term(a)?, self.term(b)?]),
            NumKind::Divide(a, b) => Term::Div(Box::new(self.term(a)?), Box::new(self.term(b)?)),
            NumKind::Power(a, exponent) => {
                let base = self.term(a)?;
                let product = Term::Mul(vec![base; exponent.unsigned_abs() as usize]);
                if *exponent < 0 {
                    Term::Div(Box::new(Term::Rational(Rational::one())), Box::new(product))
                } else {
                    product
                }
            }
            NumKind::Minimum(all) => self.extreme(all, false)?,
            NumKind::Maximum(all) => self.extreme(all, true)?,
            NumKind::Absolute(a) => {
                let inner = self.term(a)?;
                let zero = Term::Rational(Rational::zero());
                let is_positive = Box::new(Formula::Le(zero, inner.clone()));
                let negative = Box::new(Term::Neg(Box::new(inner.clone())));
                Term::Ite(is_positive, Box::new(inner), negative)
            }
            NumKind::Function(function, a) if self.writes_functions => {
                Term::Apply(*function, Box::new(self.term(a)?))
            }
            // No polynomial says this: the question is not written out.
            NumKind::Function(..) => return None,
            NumKind::If(condition, a, b) => {
                let condition = Box::new(self.formula(condition)?);
                Term::Ite(condition, Box::new(self.term(a)?), Box::new(self.term(b)?))
            }
        })
    }

    fn extreme(&mut self, all: &[NumExpr], greatest: bool) -> Option<Term> {
        let mut chosen: Option<Term> = None;
        for one in all {
            let term = self.term(one)?;
            chosen = Some(match chosen {
                None => term,
                Some(before) => {
                    let (low, high) = if greatest {
                        (term.clone(), before.clone())
                    } else {
                        (before.clone(), term.clone())
                    };
                    let keeps = Box::new(Formula::Le(low, high));
                    Term::Ite(keeps, Box::new(before), Box::new(term))
                }
            });
        }
        chosen
    }

    /// Encodes a condition; nothing where it is too large or has `exp`, `ln` or `sqrt`.
    pub fn formula(&mut self, expr: &BoolExpr) -> Option<Formula> {
        self.nodes_left = self.nodes_left.checked_sub(1)?;
        Some(match &expr.kind {
            BoolKind::Constant(true) => Formula::True,
            BoolKind::Constant(false) => Formula::False,
            BoolKind::Compare {
                left,
                operator,
                right,
                ..
            } => compare(self.term(left)?, *operator, self.term(right)?),
            BoolKind::Member { signal, members } => {
                let id = self.signal(*signal);
                let is = |&member: &usize| {
                    Formula::EnumIs(id, u32::try_from(member).unwrap_or(u32::MAX))
                };
                Formula::Or(members.iter().map(is).collect())
            }
            BoolKind::And(all) => Formula::And(self.formulas(all)?),
            BoolKind::Or(all) => Formula::Or(self.formulas(all)?),
            BoolKind::Not(inner) => Formula::Not(Box::new(self.formula(inner)?)),
            BoolKind::Implies(premise, conclusion) => Formula::Implies(
                Box::new(self.formula(premise)?),
                Box::new(self.formula(conclusion)?),
            ),
        })
    }

    fn formulas(&mut self, all: &[BoolExpr]) -> Option<Vec<Formula>> {
        all.iter().map(|one| self.formula(one)).collect()
    }

    /// Asserts slack of at least `band` in every comparison of a body.
    pub fn with_band(&mut self, expr: &BoolExpr, band: &Rational) -> Option<Formula> {
        let all = |encoder: &mut Self, parts: &[BoolExpr]| {
            let parts = parts.iter().map(|part| encoder.with_band(part, band));
            parts.collect::<Option<Vec<_>>>()
        };
        Some(match &expr.kind {
            BoolKind::Compare {
                left,
                operator,
                right,
                ..
            } => {
                let (left, right) = (self.term(left)?, self.term(right)?);
                slack_at_least(left, *operator, right, band)
            }
            BoolKind::And(parts) => Formula::And(all(self, parts)?),
            BoolKind::Or(parts) => Formula::Or(all(self, parts)?),
            BoolKind::Not(inner) => match &inner.kind {
                BoolKind::Compare {
                    left,
                    operator,
                    right,
                    ..
                } => {
                    let (left, right) = (self.term(left)?, self.term(right)?);
                    slack_at_least(left, operator.negated(), right, band)
                }
                // Deeper negations of bodies with a band are rare; they stay undecided.
                _ => return None,
            },
            BoolKind::Constant(_) | BoolKind::Member { .. } => self.formula(expr)?,
            BoolKind::Implies(..) => return None,
        })
    }

    /// The ends of pi, if it occurs.
    #[must_use]
    pub fn pi_range(&self) -> Option<(String, Formula)> {
        let (low, high) = pi_enclosure();
        self.pi
            .map(|id| (format!("{PI_NAME} enclosure"), between(id, &low, &high)))
    }

    /// Closes the query.
    #[must_use]
    pub fn query(self, assertions: Vec<(String, Formula)>, want: Want) -> Query {
        let mut query = Query {
            variables: self.variables,
            assertions,
            want,
            rlimit: RLIMIT,
            wall_ms: WALL_MS,
        };
        query.sort();
        query
    }
}

fn compare(left: Term, operator: CompareOperator, right: Term) -> Formula {
    match operator {
        CompareOperator::Less => Formula::Lt(left, right),
        CompareOperator::LessEqual => Formula::Le(left, right),
        CompareOperator::Greater => Formula::Lt(right, left),
        CompareOperator::GreaterEqual => Formula::Le(right, left),
        CompareOperator::Equal => Formula::Eq(left, right),
        CompareOperator::NotEqual => Formula::Not(Box::new(Formula::Eq(left, right))),
    }
}

fn slack_at_least(left: Term, operator: CompareOperator, right: Term, band: &Rational) -> Formula {
    let shifted = |term: Term| Term::Add(vec![term, Term::Rational(band.clone())]);
    match operator {
        CompareOperator::Less | CompareOperator::LessEqual => Formula::Le(shifted(left), right),
        CompareOperator::Greater | CompareOperator::GreaterEqual => {
            Formula::Le(shifted(right), left)
        }
        CompareOperator::Equal => Formula::And(vec![
            Formula::Le(shifted(left.clone()), right.clone()),
            Formula::Le(shifted(right), left),
        ]),
        CompareOperator::NotEqual => Formula::Or(vec![
            Formula::Le(shifted(left.clone()), right.clone()),
            Formula::Le(shifted(right), left),
        ]),
    }
}

/// `low <= variable <= high`.
#[must_use]
pub fn between(variable: VarId, low: &Rational, high: &Rational) -> Formula {
    let real = || Term::Real(variable);
    if low == high {
        return Formula::Eq(real(), Term::Rational(low.clone()));
    }
    Formula::And(vec![
        Formula::Le(Term::Rational(low.clone()), real()),
        Formula::Le(real(), Term::Rational(high.clone())),
    ])
}

/// The tolerance interval or the choice of every signal that has a variable.
#[must_use]
pub fn tolerances(encoder: &Encoder<'_>, case: &Case) -> Vec<(String, Formula)> {
    let mut assertions: Vec<(String, Formula)> = encoder.pi_range().into_iter().collect();
    for (&signal, &id) in encoder.signals() {
        let name = &encoder.rule_set.signal(signal).name;
        let formula = match case.get(signal) {
            SignalCase::Missing => continue,
            SignalCase::Choice(member) => {
                Formula::EnumIs(id, u32::try_from(*member).unwrap_or(u32::MAX))
            }
            SignalCase::Number(number) => between(id, &number.low, &number.high),
        };
        assertions.push((format!("{name} tolerance"), formula));
    }
    assertions
}
