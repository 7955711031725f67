//! The corner of a linear programme in doubles, by the dual simplex method.
//!
//! In: a [`Programme`], costs, the rows that take part. Out: a [`Basis`] of tight rows where every
//! row holds, or a row that the basis excludes. The ends of the ranges are a first basis, so there
//! is no first phase, and a row that is added later goes on from the last basis (C. E. Lemke,
//! 1954). Of several best corners it is the lexicographically least one, as far as doubles tell:
//! ties are broken as if every column cost a little, each far less than the one before (G. B.
//! Dantzig, A. Orden, P. Wolfe, 1955).

use std::cmp::Ordering;

use super::{At, Programme};
use crate::rational::Rational;

/// A slack above minus this, on the scale of the row, is none that is missing.
const MISSING: f64 = 1e-9;

/// An entry below this is none to pivot on.
const PIVOT: f64 = 1e-9;

/// Ratios this near are equal.
const EQUAL: f64 = 1e-11;

/// A multiplier above this takes part.
pub const PART: f64 = 1e-9;

/// Pivots of one call, for each column and in any case.
const PIVOTS: (usize, usize) = (20, 200);

/// Tight rows and what follows from them.
#[derive(Clone, Debug)]
pub struct Basis {
    /// One tight row per column.
    pub tight: Vec<At>,
    /// The inverse of their coefficients, row by row.
    inverse: Vec<f64>,
    /// Their multipliers.
    pub weights: Vec<f64>,
    /// The corner, each column between zero and one over its range.
    pub point: Vec<f64>,
    /// What each column costs.
    costs: Vec<f64>,
}

/// Where the method ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Guess {
    /// Every row holds at the corner of the basis.
    Corner,
    /// This row fails wherever those of the basis hold, with these multipliers (none above zero
    /// counts) of the tight rows.
    Empty(At, Vec<f64>),
    /// The pivots are used up.
    Lost,
}

impl Programme {
    /// The basis of range ends that is best for an objective to be made great.
    #[must_use]
    pub fn start(&self, objective: &[(usize, Rational)]) -> Basis {
        let columns = self.columns();
        let mut costs = vec![0.0; columns];
        for (column, factor) in self.scaled(objective, &Rational::zero()).terms {
            costs[column] = factor;
        }
        let mut basis = Basis {
            tight: Vec::with_capacity(columns),
            inverse: vec![0.0; columns * columns],
            weights: costs.iter().map(|cost| cost.abs()).collect(),
            point: vec![0.0; columns],
            costs,
        };
        for column in 0..columns {
            let upwards = basis.costs[column] > 0.0;
            let (tight, sign) = if upwards {
                (At::High(column), -1.0)
            } else {
                (At::Low(column), 1.0)
            };
            basis.tight.push(tight);
            basis.inverse[column * columns + column] = sign;
        }
        self.settle(&mut basis);
        basis
    }

    /// Pivots until every one of the rows holds.
    pub fn improve(&self, basis: &mut Basis, rows: &[usize]) -> Guess {
        let columns = self.columns();
        for _ in 0..PIVOTS.1 + PIVOTS.0 * columns {
            let Some(entering) = self.missing(basis, rows) else {
                return Guess::Corner;
            };
            let direction = self.direction(basis, entering);
            let Some(leaving) = leaving(basis, &direction) else {
                return Guess::Empty(entering, direction);
            };
            exchange(basis, leaving, &direction);
            basis.tight[leaving] = entering;
            self.settle(basis);
        }
        Guess::Lost
    }

    /// The row that lacks most at the corner.
    fn missing(&self, basis: &Basis, rows: &[usize]) -> Option<At> {
        let mut worst: Option<(f64, At)> = None;
        let mut look = |slack: f64, at: At| {
            if slack < -MISSING && worst.is_none_or(|(known, _)| slack < known) {
                worst = Some((slack, at));
            }
        };
        for (column, (value, top)) in basis.point.iter().zip(&self.tops).enumerate() {
            look(*value, At::Low(column));
            look(top - value, At::High(column));
        }
        for &row in rows {
            look(self.guessed_slack(row, &basis.point), At::Row(row));
        }
        worst.map(|(_, at)| at)
    }

    /// By how much a row holds at a corner in doubles, on the scale of the row.
    #[must_use]
    pub fn guessed_slack(&self, row: usize, point: &[f64]) -> f64 {
        let row = &self.scaled[row];
        let terms = row.terms.iter();
        terms.fold(row.constant, |sum, (column, factor)| {
            sum + factor * point[*column]
        })
    }

    /// Whether a row holds at a corner in doubles.
    #[must_use]
    pub fn seems_to_hold(&self, row: usize, point: &[f64]) -> bool {
        self.guessed_slack(row, point) >= -MISSING
    }

    /// The row as a sum of tight rows.
    fn direction(&self, basis: &Basis, entering: At) -> Vec<f64> {
        let columns = self.columns();
        let sum = |line: &[f64]| match entering {
            At::Low(column) => line[column],
            At::High(column) => -line[column],
            At::Row(row) => {
                let terms = self.scaled[row].terms.iter();
                terms.fold(0.0, |sum, (column, factor)| sum + factor * line[*column])
            }
        };
        basis
            .inverse
            .chunks_exact(columns.max(1))
            .map(sum)
            .collect()
    }

    /// Computes the corner anew from the tight rows.
    fn settle(&self, basis: &mut Basis) {
        let columns = self.columns();
        basis.point.fill(0.0);
        let lines = basis.inverse.chunks_exact(columns.max(1));
        for (at, line) in basis.tight.iter().zip(lines) {
            let constant = match *at {
                At::Low(_) => continue,
                At::High(column) => self.tops[column],
                At::Row(row) => self.scaled[row].constant,
            };
            if constant != 0.0 {
                for (value, entry) in basis.point.iter_mut().zip(line) {
                    *value -= constant * entry;
                }
            }
        }
    }
}

impl Basis {
    /// The objective at the corner, on its own scale and from the corner of all lower ends.
    #[must_use]
    pub fn value(&self) -> f64 {
        let pairs = self.costs.iter().zip(&self.point);
        pairs.fold(0.0, |sum, (cost, value)| sum + cost * value)
    }
}

fn leaving(basis: &Basis, direction: &[f64]) -> Option<usize> {
    let mut best: Option<(f64, usize)> = None;
    for (number, &entry) in direction.iter().enumerate() {
        if entry <= PIVOT {
            continue;
        }
        let ratio = basis.weights[number] / entry;
        let is_better = match best {
            None => true,
            Some((known, _)) if ratio < known - EQUAL => true,
            Some((known, _)) if ratio > known + EQUAL => false,
            Some((_, other)) => broken(basis, direction, number, other) == Ordering::Less,
        };
        if is_better {
            best = Some((ratio, number));
        }
    }
    best.map(|(_, number)| number)
}

/// The order of two rows whose ratios are equal: by what each column costs beside.
fn broken(basis: &Basis, direction: &[f64], number: usize, other: usize) -> Ordering {
    let columns = direction.len();
    let line = |number: usize| &basis.inverse[number * columns..(number + 1) * columns];
    for (own, known) in line(number).iter().zip(line(other)) {
        let gap = own / direction[number] - known / direction[other];
        if gap < -EQUAL {
            return Ordering::Less;
        }
        if gap > EQUAL {
            return Ordering::Greater;
        }
    }
    Ordering::Equal
}

/// One tight row leaves for the row of this direction.
fn exchange(basis: &mut Basis, leaving: usize, direction: &[f64]) {
    let columns = direction.len();
    let pivot = direction[leaving];
    let step = basis.weights[leaving] / pivot;
    let mut solved = basis.inverse[leaving * columns..(leaving + 1) * columns].to_vec();
    solved.iter_mut().for_each(|entry| *entry /= pivot);
    for (number, line) in basis.inverse.chunks_exact_mut(columns).enumerate() {
        let factor = direction[number];
        if number == leaving {
            line.copy_from_slice(&solved);
            basis.weights[number] = step;
        } else if factor != 0.0 {
            for (entry, part) in line.iter_mut().zip(&solved) {
                *entry -= factor * part;
            }
            let weight = basis.weights[number] - factor * step;
            // Rounding only: the ratio kept every multiplier at zero or above.
            basis.weights[number] = weight.max(0.0);
        }
    }
}
