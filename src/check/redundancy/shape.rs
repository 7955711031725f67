//! Formulas in normal form: linear rows with whole coefficients, choices, and what is neither.
//!
//! In: a [`Formula`] over the variables of one component. Out: a [`Shape`] without negation, whose
//! rows are evaluated exactly in 128-bit integers at points of a binary grid, and approximately
//! along rays. A row that does not fit, a product, a case distinction is a [`Curve`], evaluated in
//! exact rationals. No verdict rests on the approximate side.

use std::collections::BTreeMap;

use super::curve::Curve;
use crate::check::formula::decide;
use crate::check::query::{Formula, Model, Sort, Term, Value, Variable};
use crate::rational::Rational;

/// Nesting beyond this stays opaque.
const DEPTH_MAX: usize = 64;

/// `sum of coefficients times variables + constant`, at least zero, or above zero.
#[derive(Clone, Debug)]
pub struct Row {
    /// Variable and whole coefficient, by variable.
    pub terms: Vec<(u32, i64)>,
    /// The constant, on the same scale.
    pub constant: i64,
    /// Whether zero fails.
    pub strict: bool,
}

/// A condition in normal form.
#[derive(Clone, Debug)]
pub enum Shape {
    /// Always or never.
    Constant(bool),
    /// A linear row.
    Row(Row),
    /// A choice is, or is not, this enumerator; a truth value is the choice 0 or 1.
    Choice {
        /// The variable.
        variable: u32,
        /// The enumerator.
        member: u32,
        /// Whether it is that one.
        is: bool,
    },
    /// All of them.
    And(Vec<Shape>),
    /// At least one of them.
    Or(Vec<Shape>),
    /// A comparison that is not linear, or whose numbers are too long for a row.
    Curve(Curve),
    /// Something else.
    Opaque(Formula),
}

/// A point of the grid: reals are `mantissa / 2^shift`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridPoint {
    /// Mantissas of the real variables, zero for choices.
    pub mantissas: Vec<i64>,
    /// The binary exponent of each variable.
    pub shifts: Vec<u32>,
    /// Enumerators of the choices, zero for reals.
    pub choices: Vec<u32>,
}

impl GridPoint {
    /// Returns the grid point of a model; nothing where a value lies on no binary grid of its own,
    /// or where the model does not fit the variables.
    #[must_use]
    pub fn of(model: &Model, variables: &[Variable]) -> Option<Self> {
        if model.values.len() != variables.len() {
            return None;
        }
        let mut point = Self {
            mantissas: Vec::with_capacity(variables.len()),
            shifts: Vec::with_capacity(variables.len()),
            choices: Vec::with_capacity(variables.len()),
        };
        for (variable, value) in variables.iter().zip(&model.values) {
            let ((mantissa, shift), choice) = match (&variable.sort, value) {
                (Sort::Real, Value::Real(value)) => (value.as_dyadic()?, 0),
                (Sort::Bool, Value::Bool(value)) => ((0, 0), u32::from(*value)),
                (Sort::Enum(_), Value::Enum(member)) => ((0, 0), *member),
                _ => return None,
            };
            point.mantissas.push(mantissa);
            point.shifts.push(shift);
            point.choices.push(choice);
        }
        Some(point)
    }

    /// Returns the model of this point.
    #[must_use]
    pub fn model(&self, variables: &[Variable]) -> Model {
        let value = |(place, variable): (usize, &Variable)| match variable.sort {
            Sort::Real => {
                let unit = Rational::ratio(1, 2).checked_pow(self.shifts[place].cast_signed());
                let mantissa = Rational::from(self.mantissas[place]);
                Value::Real(unit.map_or_else(Rational::zero, |unit| &mantissa * &unit))
            }
            Sort::Bool => Value::Bool(self.choices[place] == 1),
            Sort::Enum(_) => Value::Enum(self.choices[place]),
        };
        Model {
            values: variables.iter().enumerate().map(value).collect(),
        }
    }
}

/// `value * 2^shift`; nothing where 128 bits do not hold it.
fn shifted(value: i128, shift: u32) -> Option<i128> {
    let scaled = value.checked_shl(shift)?;
    (scaled >> shift == value).then_some(scaled)
}

impl Row {
    /// Evaluates exactly at a grid point; nothing where 128 bits do not hold the sum.
    #[must_use]
    pub fn holds(&self, point: &GridPoint) -> Option<bool> {
        let shift = |variable: u32| point.shifts[variable as usize];
        let most = self.terms.iter().map(|&(variable, _)| shift(variable));
        let most = most.max().unwrap_or(0);
        let mut sum = shifted(i128::from(self.constant), most)?;
        for &(variable, coefficient) in &self.terms {
            let product = i128::from(coefficient) * i128::from(point.mantissas[variable as usize]);
            sum = sum.checked_add(shifted(product, most - shift(variable))?)?;
        }
        Some(if self.strict { sum > 0 } else { sum >= 0 })
    }

    /// Returns the slack at a point in doubles.
    #[must_use]
    pub fn slack(&self, point: &[f64]) -> f64 {
        let start = self.constant as f64;
        self.terms.iter().fold(start, |sum, &(variable, factor)| {
            sum + factor as f64 * point[variable as usize]
        })
    }
}

impl Shape {
    /// Brings a formula into normal form.
    #[must_use]
    pub fn of(formula: &Formula) -> Self {
        shape(formula, true, DEPTH_MAX)
    }

    /// Evaluates at a grid point; `model` is that point, made only when needed.
    pub fn holds(&self, point: &GridPoint, model: &mut dyn FnMut() -> Model) -> Option<bool> {
        match self {
            Self::Constant(value) => Some(*value),
            Self::Row(row) => row.holds(point),
            Self::Choice {
                variable,
                member,
                is,
            } => Some((point.choices[*variable as usize] == *member) == *is),
            Self::And(parts) => decide(parts.iter().map(|part| part.holds(point, model)), false),
            Self::Or(parts) => decide(parts.iter().map(|part| part.holds(point, model)), true),
            Self::Curve(Curve { formula, .. }) | Self::Opaque(formula) => {
                formula.evaluate(&model())
            }
        }
    }

    /// Calls `visit` for every comparison, a row or a curve.
    pub fn comparisons<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        match self {
            Self::Row(_) | Self::Curve(_) => visit(self),
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().for_each(|part| part.comparisons(visit));
            }
            Self::Constant(_) | Self::Choice { .. } | Self::Opaque(_) => {}
        }
    }

    /// Whether a part is opaque.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        match self {
            Self::Opaque(_) => true,
            Self::And(parts) | Self::Or(parts) => parts.iter().any(Self::is_opaque),
            Self::Constant(_) | Self::Row(_) | Self::Curve(_) | Self::Choice { .. } => false,
        }
    }
}

fn shape(formula: &Formula, wanted: bool, depth: usize) -> Shape {
    let opaque = || {
        let formula = formula.clone();
        Shape::Opaque(if wanted {
            formula
        } else {
            Formula::Not(Box::new(formula))
        })
    };
    let Some(depth) = depth.checked_sub(1) else {
        return opaque();
    };
    let all = |parts: &[Formula], wanted: bool| -> Vec<Shape> {
        let parts = parts.iter();
        parts.map(|part| shape(part, wanted, depth)).collect()
    };
    match formula {
        Formula::True => Shape::Constant(wanted),
        Formula::False => Shape::Constant(!wanted),
        Formula::Bool(id) => Shape::Choice {
            variable: id.0,
            member: 1,
            is: wanted,
        },
        Formula::EnumIs(id, member) => Shape::Choice {
            variable: id.0,
            member: *member,
            is: wanted,
        },
        Formula::Le(left, right) if wanted => comparison(left, right, false),
        Formula::Le(left, right) => comparison(right, left, true),
        Formula::Lt(left, right) if wanted => comparison(left, right, true),
        Formula::Lt(left, right) => comparison(right, left, false),
        Formula::Eq(left, right) => {
            let both = vec![
                comparison(left, right, !wanted),
                comparison(right, left, !wanted),
            ];
            if wanted {
                Shape::And(both)
            } else {
                Shape::Or(both)
            }
        }
        Formula::Not(inner) => shape(inner, !wanted, depth),
        Formula::And(parts) if wanted => Shape::And(all(parts, true)),
        Formula::And(parts) => Shape::Or(all(parts, false)),
        Formula::Or(parts) if wanted => Shape::Or(all(parts, true)),
        Formula::Or(parts) => Shape::And(all(parts, false)),
        Formula::Implies(premise, conclusion) => {
            let premise = shape(premise, !wanted, depth);
            let conclusion = shape(conclusion, wanted, depth);
            if wanted {
                Shape::Or(vec![premise, conclusion])
            } else {
                Shape::And(vec![premise, conclusion])
            }
        }
    }
}

/// `least <= most` (or `<`): a row if it is linear, else a curve.
fn comparison(least: &Term, most: &Term, strict: bool) -> Shape {
    let row = || {
        let mut sum = Linear::default();
        sum.add(most, &Rational::one(), DEPTH_MAX)?;
        sum.add(least, &Rational::from(-1), DEPTH_MAX)?;
        sum.row(strict)
    };
    row().map_or_else(
        || {
            let (left, right) = (least.clone(), most.clone());
            let formula = if strict {
                Formula::Lt(left, right)
            } else {
                Formula::Le(left, right)
            };
            Shape::Curve(Curve::new(least, most, formula))
        },
        Shape::Row,
    )
}

/// A linear form over the variables of the query.
#[derive(Default)]
struct Linear {
    terms: BTreeMap<u32, Rational>,
    constant: Rational,
}

impl Linear {
    /// Adds a multiple of a term; nothing where it is not linear.
    fn add(&mut self, term: &Term, factor: &Rational, depth: usize) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match term {
            Term::Rational(value) => self.constant = &self.constant + &(value * factor),
            Term::Real(id) => {
                let known = self.terms.entry(id.0).or_default();
                *known = &*known + factor;
            }
            Term::Add(parts) => {
                for part in parts {
                    self.add(part, factor, depth)?;
                }
            }
            Term::Neg(inner) => self.add(inner, &-factor, depth)?,
            Term::Mul(factors) => {
                let (constants, varying): (Vec<&Term>, Vec<&Term>) =
                    factors.iter().partition(|part| part.is_constant());
                let nothing = Model { values: Vec::new() };
                let mut product = factor.clone();
                for constant in constants {
                    product = &product * &constant.evaluate(&nothing)?;
                }
                match varying.as_slice() {
                    [] => self.constant = &self.constant + &product,
                    [one] => self.add(one, &product, depth)?,
                    _ => return None,
                }
            }
            Term::Div(dividend, divisor) if divisor.is_constant() => {
                let divisor = divisor.evaluate(&Model { values: Vec::new() })?;
                self.add(dividend, &factor.checked_div(&divisor)?, depth)?;
            }
            Term::Div(..) | Term::Ite(..) | Term::Apply(..) => return None,
        }
        Some(())
    }

    /// Scales to whole numbers; nothing where they do not fit.
    fn row(self, strict: bool) -> Option<Row> {
        let mut scale = Rational::one();
        let values = || self.terms.values().chain([&self.constant]);
        for value in values() {
            let denominator = (value * &scale).denominator_string();
            scale = &scale * &Rational::parse_ratio(&denominator).ok()?;
        }
        let whole = |value: &Rational| (value * &scale).to_i64();
        let common = values().try_fold(0_u64, |common, value| {
            Some(greatest_divisor(common, whole(value)?.unsigned_abs()))
        })?;
        let common = i64::try_from(common.max(1)).ok()?;
        let mut terms = Vec::with_capacity(self.terms.len());
        for (id, value) in &self.terms {
            if !value.is_zero() {
                terms.push((*id, whole(value)? / common));
            }
        }
        Some(Row {
            terms,
            constant: whole(&self.constant)? / common,
            strict,
        })
    }
}

/// Euclid's algorithm; zero is neutral.
#[must_use]
pub fn greatest_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
