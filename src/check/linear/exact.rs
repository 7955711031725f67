//! What a guessed basis says, in fractions.
//!
//! In: rows of a [`Programme`] that a guess names. Out: the corner at which they are tight,
//! multipliers that add them up to a given sum; nothing where the equations have no solution, more
//! than one, or a multiplier below zero. Few equations take part, each with few columns, so they
//! are solved by elimination, shortest first.

use super::guess::{Basis, PART};
use super::{At, Programme, Terms};
use crate::rational::Rational;

/// `terms · unknowns = right`.
struct Equation {
    terms: Terms,
    right: Rational,
}

impl Programme {
    /// The point at which all of these rows are tight.
    #[must_use]
    pub fn corner(&self, tight: &[At]) -> Option<Vec<Rational>> {
        let equation = |&at: &At| {
            let (terms, constant, _) = self.stated(at);
            let right = -&constant;
            Equation { terms, right }
        };
        solved(tight.iter().map(equation).collect(), self.columns())
    }

    /// Multipliers, none below zero, that add the rows up to these terms.
    #[must_use]
    pub fn multipliers(&self, rows: &[At], sum: &[(usize, Rational)]) -> Option<Vec<Rational>> {
        let mut equations: Vec<Equation> = Vec::new();
        let mut place_of: Vec<Option<usize>> = vec![None; self.columns()];
        let mut at_column = |column: usize, equations: &mut Vec<Equation>| {
            *place_of[column].get_or_insert_with(|| {
                equations.push(Equation {
                    terms: Terms::new(),
                    right: Rational::zero(),
                });
                equations.len() - 1
            })
        };
        for (unknown, &at) in rows.iter().enumerate() {
            for (column, factor) in self.stated(at).0 {
                let place = at_column(column, &mut equations);
                equations[place].terms.push((unknown, factor));
            }
        }
        for (column, factor) in sum {
            let place = at_column(*column, &mut equations);
            equations[place].right = factor.clone();
        }
        let found = solved(equations, rows.len())?;
        let none_below = found.iter().all(|value| !value.is_negative());
        none_below.then_some(found)
    }

    /// Tight rows times multipliers above zero that add up to these terms: of the rows that count
    /// in doubles, else of all.
    #[must_use]
    pub fn added_up(
        &self,
        basis: &Basis,
        weights: &[f64],
        sum: &[(usize, Rational)],
    ) -> Option<Vec<(At, Rational)>> {
        let counted = basis.tight.iter().zip(weights);
        let counted = counted.filter(|(_, weight)| **weight > PART);
        let counted: Vec<At> = counted.map(|(at, _)| *at).collect();
        for rows in [&counted, &basis.tight] {
            if let Some(found) = self.multipliers(rows, sum) {
                let pairs = rows.iter().copied().zip(found);
                let pairs = pairs.filter(|(_, factor)| factor.is_positive());
                return Some(pairs.collect());
            }
        }
        None
    }

    /// A row and tight rows times multipliers that add up to a number alone.
    #[must_use]
    pub fn excluding(
        &self,
        basis: &Basis,
        at: At,
        direction: &[f64],
    ) -> Option<Vec<(At, Rational)>> {
        let (terms, ..) = self.stated(at);
        let sum: Terms = terms
            .into_iter()
            .map(|(column, own)| (column, -own))
            .collect();
        let weights: Vec<f64> = direction.iter().map(|entry| -entry).collect();
        let mut rows = self.added_up(basis, &weights, &sum)?;
        rows.push((at, Rational::one()));
        Some(rows)
    }
}

/// Solves equations for all unknowns; nothing unless there is exactly one solution.
fn solved(mut open: Vec<Equation>, unknowns: usize) -> Option<Vec<Rational>> {
    let mut order: Vec<(usize, Equation)> = Vec::with_capacity(unknowns);
    while !open.is_empty() {
        let shortest = open
            .iter()
            .enumerate()
            .min_by_key(|(_, one)| one.terms.len());
        let (place, _) = shortest?;
        let mut own = open.swap_remove(place);
        let Some((unknown, factor)) = own.terms.pop() else {
            if own.right.is_zero() {
                continue;
            }
            return None;
        };
        for (_, other) in &mut own.terms {
            *other = &*other / &factor;
        }
        own.right = &own.right / &factor;
        for other in &mut open {
            eliminate(other, unknown, &own);
        }
        order.push((unknown, own));
    }
    if order.len() != unknowns {
        return None;
    }
    let mut values = vec![Rational::zero(); unknowns];
    for (unknown, own) in order.into_iter().rev() {
        values[unknown] = own.terms.iter().fold(own.right, |sum, (other, factor)| {
            &sum - &(factor * &values[*other])
        });
    }
    Some(values)
}

/// Puts `unknown = right - terms · others` into an equation.
fn eliminate(equation: &mut Equation, unknown: usize, known: &Equation) {
    let Some(place) = equation.terms.iter().position(|(own, _)| *own == unknown) else {
        return;
    };
    let (_, factor) = equation.terms.swap_remove(place);
    equation.right = &equation.right - &(&factor * &known.right);
    for (other, part) in &known.terms {
        let change = &factor * part;
        match equation.terms.iter().position(|(own, _)| own == other) {
            None => equation.terms.push((*other, -&change)),
            Some(place) => {
                let left = &equation.terms[place].1 - &change;
                if left.is_zero() {
                    equation.terms.swap_remove(place);
                } else {
                    equation.terms[place].1 = left;
                }
            }
        }
    }
}
