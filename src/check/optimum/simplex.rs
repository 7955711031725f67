//! One linear programme over exact rationals.
//!
//! In: rows `a·z + b >= 0` as [`rows_of`](crate::certificate::rows_of) makes them (two per
//! variable and two per product come first), an objective. Out: its greatest value and the corner,
//! or that the rows contradict. The multipliers are the unknowns (the dual programme): the range
//! rows are a first feasible basis, so there is no first phase; the reduced costs are the slacks of
//! the corner. Bland's rule (1977) ends it.

use std::collections::BTreeSet;

use super::super::prove::Values;
use crate::certificate::{Atom, Polynomial, Powers, Ranges};
use crate::rational::Rational;

/// Pivots of one programme.
const PIVOTS_MAX: usize = 4000;

/// What came of a programme.
pub(super) enum Bound {
    /// No point keeps the rows, ties allowed.
    Empty,
    /// The greatest value, and where.
    Value(Rational, Values),
    /// The pivots are used up, or the objective has a variable without range.
    TooLarge,
}

/// The columns: variables, then products, in the order of their range rows.
fn columns_of(rows: &[Atom], ranges: &Ranges) -> Vec<Powers> {
    let products: BTreeSet<&Powers> = rows
        .iter()
        .flat_map(|row| row.polynomial.terms())
        .map(|(powers, _)| powers)
        .filter(|powers| !matches!(powers.as_slice(), [] | [(_, 1)]))
        .collect();
    let single = ranges.keys().map(|&variable| vec![(variable, 1)]);
    single.chain(products.into_iter().cloned()).collect()
}

fn coefficient(polynomial: &Polynomial, wanted: &[(u32, u32)]) -> Rational {
    let found = polynomial.terms().find(|(powers, _)| *powers == wanted);
    found.map_or_else(Rational::zero, |(_, value)| value.clone())
}

/// Maximises the objective over the closed rows.
pub(super) fn greatest_of(rows: &[Atom], objective: &Polynomial, ranges: &Ranges) -> Bound {
    let columns = columns_of(rows, ranges);
    if objective
        .terms()
        .any(|(powers, _)| !powers.is_empty() && !columns.contains(powers))
    {
        return Bound::TooLarge;
    }
    let mut tableau = Tableau::new(rows, objective, &columns);
    for _ in 0..PIVOTS_MAX {
        let Some(entering) = tableau.entering() else {
            let value = &tableau.value + &coefficient(objective, &[]);
            return Bound::Value(value, tableau.corner(rows, ranges));
        };
        let Some(leaving) = tableau.leaving(entering) else {
            return Bound::Empty;
        };
        tableau.pivot(leaving, entering);
    }
    Bound::TooLarge
}

/// One equation per column: the multiplied rows take the objective away.
struct Tableau {
    rows: Vec<Vec<Rational>>,
    right: Vec<Rational>,
    basis: Vec<usize>,
    cost: Vec<Rational>,
    value: Rational,
}

impl Tableau {
    fn new(rows: &[Atom], objective: &Polynomial, columns: &[Powers]) -> Self {
        let constants: Vec<Rational> = rows
            .iter()
            .map(|row| coefficient(&row.polynomial, &[]))
            .collect();
        let mut made = Self {
            rows: Vec::with_capacity(columns.len()),
            right: Vec::with_capacity(columns.len()),
            basis: Vec::with_capacity(columns.len()),
            cost: constants.clone(),
            value: Rational::zero(),
        };
        for (place, powers) in columns.iter().enumerate() {
            let wanted = coefficient(objective, powers);
            // The upper range row has the coefficient minus one, the lower one plus one.
            let upwards = wanted.is_positive();
            let basic = 2 * place + usize::from(upwards);
            let entry = |row: &Atom| {
                let value = coefficient(&row.polynomial, powers);
                if upwards { -&value } else { value }
            };
            let equation: Vec<Rational> = rows.iter().map(entry).collect();
            let right = if upwards { wanted } else { -&wanted };
            made.value = &made.value + &(&constants[basic] * &right);
            made.rows.push(equation);
            made.right.push(right);
            made.basis.push(basic);
        }
        for (equation, &basic) in made.rows.iter().zip(&made.basis) {
            for (cost, entry) in made.cost.iter_mut().zip(equation) {
                if !entry.is_zero() {
                    *cost = &*cost - &(&constants[basic] * entry);
                }
            }
        }
        made
    }

    fn entering(&self) -> Option<usize> {
        self.cost.iter().position(Rational::is_negative)
    }

    fn leaving(&self, entering: usize) -> Option<usize> {
        let mut best: Option<(Rational, usize, usize)> = None;
        for (number, row) in self.rows.iter().enumerate() {
            if !row[entering].is_positive() {
                continue;
            }
            let ratio = self.right[number].checked_div(&row[entering])?;
            let rank = (ratio, self.basis[number], number);
            if best.as_ref().is_none_or(|known| rank < *known) {
                best = Some(rank);
            }
        }
        best.map(|(_, _, number)| number)
    }

    fn pivot(&mut self, leaving: usize, entering: usize) {
        let scale = self.rows[leaving][entering].clone();
        for entry in &mut self.rows[leaving] {
            if !entry.is_zero() {
                *entry = &*entry / &scale;
            }
        }
        self.right[leaving] = &self.right[leaving] / &scale;
        let (pivot, step) = (self.rows[leaving].clone(), self.right[leaving].clone());
        for (number, row) in self.rows.iter_mut().enumerate() {
            let factor = row[entering].clone();
            if number == leaving || factor.is_zero() {
                continue;
            }
            subtract(row, &factor, &pivot);
            self.right[number] = &self.right[number] - &(&factor * &step);
        }
        let factor = self.cost[entering].clone();
        subtract(&mut self.cost, &factor, &pivot);
        self.value = &self.value + &(&factor * &step);
        self.basis[leaving] = entering;
    }

    /// The reduced cost of a range row `z - low` is how far `z` lies above `low`.
    fn corner(&self, rows: &[Atom], ranges: &Ranges) -> Values {
        let lower = |place: usize| coefficient(&rows[2 * place].polynomial, &[]);
        let numbered = ranges.keys().enumerate();
        numbered
            .map(|(place, &variable)| (variable, &self.cost[2 * place] - &lower(place)))
            .collect()
    }
}

fn subtract(row: &mut [Rational], factor: &Rational, pivot: &[Rational]) {
    for (entry, part) in row.iter_mut().zip(pivot) {
        if !part.is_zero() {
            *entry = &*entry - &(factor * part);
        }
    }
}
