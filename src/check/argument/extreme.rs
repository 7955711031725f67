//! The least upper bound of a linear term where facts hold, exactly.
//!
//! In: facts, a term. Out: an [`Extreme`]. Method: a point at which the facts hold is moved uphill
//! from face to face of the cell it lies in until the term is constant on the face (the phase of
//! the simplex method that finds a vertex, without a tableau); then the facts are asked for a
//! point above. Each round reaches a higher vertex; the last answer is a certificate that there is
//! none. Facts that are not linear get no bound.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::Graph;
use super::oracle::{Fact, Oracle, query};
use crate::certificate::Polynomial;
use crate::certificate::contradiction::{Certificate, Condition};
use crate::check::query::{Formula, Model, Query, Term, Value};
use crate::check::refute::Decided;
use crate::check::refute::compile::claim_of;
use crate::rational::Rational;

/// Vertices that are visited at most.
const ROUNDS_MAX: usize = 64;

/// The name of the question whether there is more.
const ABOVE: &str = "more than the bound";

/// The upper end of what a term can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// The facts contradict each other.
    Empty,
    /// There is no end.
    Unbounded,
    /// There is an end.
    Bounded {
        /// The end.
        value: Rational,
        /// Whether it is reached.
        attained: bool,
        /// Why there is nothing above; nothing where that rests on the solver.
        certificate: Option<Box<Certificate>>,
    },
    /// Not linear, or not decided in the budget.
    Open,
}

/// Returns the least upper bound of a term where all facts hold.
pub fn supremum(graph: &Graph, oracle: &mut Oracle<'_>, facts: &[Fact], term: &Term) -> Extreme {
    if !term.is_linear() {
        return Extreme::Open;
    }
    let mut best: Option<Rational> = None;
    for _ in 0..ROUNDS_MAX {
        let mut asked = facts.to_vec();
        if let Some(value) = &best {
            let above = Formula::Lt(Term::Rational(value.clone()), term.clone());
            asked.push((ABOVE.to_owned(), above));
        }
        let model = match oracle.decide(graph, &asked) {
            Decided::Satisfiable(model) => model,
            Decided::Undecided(_) => return Extreme::Open,
            Decided::Unsatisfiable { certificate, .. } => {
                return match best {
                    None => Extreme::Empty,
                    Some(value) => Extreme::Bounded {
                        attained: is_attained(graph, oracle, facts, term, &value),
                        value,
                        certificate,
                    },
                };
            }
        };
        match climb(&query(graph, facts), term, &model) {
            Climb::Stopped(value) => best = Some(value),
            Climb::Free => return Extreme::Unbounded,
            Climb::NotLinear => return Extreme::Open,
        }
    }
    Extreme::Open
}

/// Returns the greatest lower bound, as the negative of the negative's least upper bound.
pub fn infimum(graph: &Graph, oracle: &mut Oracle<'_>, facts: &[Fact], term: &Term) -> Extreme {
    let negative = Term::Neg(Box::new(term.clone()));
    match supremum(graph, oracle, facts, &negative) {
        Extreme::Bounded {
            value,
            attained,
            certificate,
        } => Extreme::Bounded {
            value: -&value,
            attained,
            certificate,
        },
        other => other,
    }
}

fn is_attained(
    graph: &Graph,
    oracle: &mut Oracle<'_>,
    facts: &[Fact],
    term: &Term,
    value: &Rational,
) -> bool {
    let mut asked = facts.to_vec();
    let reached = Formula::Le(Term::Rational(value.clone()), term.clone());
    asked.push(("the bound is reached".to_owned(), reached));
    matches!(oracle.decide(graph, &asked), Decided::Satisfiable(_))
}

enum Climb {
    /// No way up within the cell; the value of the term there.
    Stopped(Rational),
    /// The way up never ends.
    Free,
    NotLinear,
}

/// Walks uphill within the cell of a model: the comparisons it satisfies, one part of each choice.
fn climb(facts: &Query, term: &Term, model: &Model) -> Climb {
    let Some((rows, goal)) = cell(facts, term, model) else {
        return Climb::NotLinear;
    };
    let mut point: BTreeMap<u32, Rational> = BTreeMap::new();
    for (at, value) in (0..).zip(&model.values) {
        if let Value::Real(value) = value {
            point.insert(at, value.clone());
        }
    }
    let value = |row: &Polynomial, point: &BTreeMap<u32, Rational>| {
        row.value(point).unwrap_or_else(Rational::zero)
    };
    let variables: BTreeSet<u32> = rows
        .iter()
        .chain([&goal])
        .flat_map(Polynomial::variables)
        .collect();
    let variables: Vec<u32> = variables.into_iter().collect();
    loop {
        let active = rows.iter().filter(|row| value(row, &point).is_zero());
        let Some(direction) = uphill(active, &goal, &variables) else {
            // The goal of the cell may be scaled: the term itself is evaluated.
            return reached(term, model, &point).map_or(Climb::NotLinear, Climb::Stopped);
        };
        let step = rows.iter().filter_map(|row| {
            let slope = slope(row, &direction);
            let room = value(row, &point);
            (slope.is_negative() && room.is_positive()).then(|| &room / &-&slope)
        });
        let Some(step) = step.min() else {
            return Climb::Free;
        };
        for (variable, change) in &direction {
            let old = point.get(variable).cloned().unwrap_or_else(Rational::zero);
            point.insert(*variable, &old + &(&step * change));
        }
    }
}

fn reached(term: &Term, model: &Model, point: &BTreeMap<u32, Rational>) -> Option<Rational> {
    let mut moved = model.clone();
    for (at, value) in (0..).zip(&mut moved.values) {
        if let (Value::Real(old), Some(new)) = (value, point.get(&at)) {
            *old = new.clone();
        }
    }
    term.evaluate(&moved)
}

/// The rows that hold at the model and the term as a polynomial; nothing unless all is linear.
fn cell(facts: &Query, term: &Term, model: &Model) -> Option<(Vec<Polynomial>, Polynomial)> {
    let mut asked = facts.clone();
    let goal = Formula::Le(Term::Rational(Rational::zero()), term.clone());
    asked.assertions.push(("the goal".to_owned(), goal));
    let claim = claim_of(&asked)?;
    if claim.variables.len() != facts.variables.len() {
        return None;
    }
    let mut rows = Vec::new();
    for fact in claim.facts.iter().filter(|fact| fact.name != "the goal") {
        collect(&fact.says, model, &mut rows)?;
    }
    let goal = claim.facts.iter().find(|fact| fact.name == "the goal")?;
    let goal = match &goal.says {
        Condition::Atom(atom) => atom.polynomial.clone(),
        // A term without variables: its value is known before any question.
        Condition::Constant(_) => return None,
        Condition::Or(_) | Condition::And(_) | Condition::Choice { .. } => return None,
    };
    let is_linear = rows.iter().chain([&goal]).all(Polynomial::is_linear);
    is_linear.then_some((rows, goal))
}

fn collect(condition: &Condition, model: &Model, rows: &mut Vec<Polynomial>) -> Option<()> {
    match condition {
        Condition::Constant(value) => value.then_some(()),
        Condition::Choice {
            variable,
            member,
            is,
        } => {
            let value = match model.values.get(*variable as usize)? {
                Value::Bool(value) => u32::from(*value),
                Value::Enum(value) => *value,
                Value::Real(_) => return None,
            };
            ((value == *member) == *is).then_some(())
        }
        Condition::Atom(atom) => {
            let mut point = BTreeMap::new();
            for (at, value) in (0..).zip(&model.values) {
                if let Value::Real(value) = value {
                    point.insert(at, value.clone());
                }
            }
            let holds = atom.accepts(&atom.polynomial.value(&point)?);
            holds.then(|| rows.push(atom.polynomial.clone()))
        }
        Condition::And(parts) => parts.iter().try_for_each(|part| collect(part, model, rows)),
        Condition::Or(parts) => parts.iter().find_map(|part| {
            let before = rows.len();
            let found = collect(part, model, rows);
            if found.is_none() {
                rows.truncate(before);
            }
            found
        }),
    }
}

fn slope(row: &Polynomial, direction: &[(u32, Rational)]) -> Rational {
    let mut sum = Rational::zero();
    for (variable, change) in direction {
        sum = &sum + &(&coefficient(row, *variable) * change);
    }
    sum
}

fn coefficient(row: &Polynomial, variable: u32) -> Rational {
    let found = row
        .terms()
        .find(|(powers, _)| powers.as_slice() == [(variable, 1)]);
    found.map_or_else(Rational::zero, |(_, value)| value.clone())
}

/// A direction along which no active row changes and the goal grows; nothing where there is none.
fn uphill<'a>(
    active: impl Iterator<Item = &'a Polynomial>,
    goal: &Polynomial,
    variables: &[u32],
) -> Option<Vec<(u32, Rational)>> {
    let mut matrix: Vec<Vec<Rational>> = active
        .map(|row| variables.iter().map(|&id| coefficient(row, id)).collect())
        .collect();
    let pivots = reduce(&mut matrix, variables.len());
    let free = (0..variables.len()).filter(|column| !pivots.contains(column));
    for column in free {
        let mut direction = vec![Rational::zero(); variables.len()];
        direction[column] = Rational::one();
        for (row, &pivot) in matrix.iter().zip(&pivots) {
            direction[pivot] = -&row[column];
        }
        let direction: Vec<(u32, Rational)> = variables.iter().copied().zip(direction).collect();
        let growth = slope(goal, &direction);
        if growth.is_positive() {
            return Some(direction);
        }
        if growth.is_negative() {
            return Some(
                direction
                    .into_iter()
                    .map(|(id, change)| (id, -&change))
                    .collect(),
            );
        }
    }
    None
}

/// Brings a matrix to reduced row echelon form and returns the pivot column of each row kept.
fn reduce(matrix: &mut Vec<Vec<Rational>>, columns: usize) -> Vec<usize> {
    let mut pivots = Vec::new();
    for column in 0..columns {
        let done = pivots.len();
        let Some(found) = (done..matrix.len()).find(|&row| !matrix[row][column].is_zero()) else {
            continue;
        };
        matrix.swap(done, found);
        let scale = matrix[done][column].clone();
        for value in &mut matrix[done] {
            *value = &*value / &scale;
        }
        let pivot = matrix[done].clone();
        for (at, row) in matrix.iter_mut().enumerate() {
            if at != done && !row[column].is_zero() {
                let factor = row[column].clone();
                for (value, of_pivot) in row.iter_mut().zip(&pivot) {
                    *value = &*value - &(&factor * of_pivot);
                }
            }
        }
        pivots.push(column);
    }
    matrix.truncate(pivots.len());
    pivots
}
