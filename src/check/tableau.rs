//! The step that every simplex method takes, over exact rationals.
//!
//! In: equations with their right sides in the last column, the reduced costs in the same columns,
//! which row leaves and which column enters. Out: the same equations and costs, solved for the
//! entering column. Which row and which column is the business of each method.

use crate::rational::Rational;

/// Solves for a column: it becomes one in its row and zero everywhere else.
pub fn pivot(
    rows: &mut [Vec<Rational>],
    cost: &mut [Rational],
    (leaving, entering): (usize, usize),
) {
    let scale = rows[leaving][entering].clone();
    for entry in &mut rows[leaving] {
        if !entry.is_zero() {
            *entry = &*entry / &scale;
        }
    }
    let solved = rows[leaving].clone();
    for (number, row) in rows.iter_mut().enumerate() {
        if number != leaving {
            eliminate(row, entering, &solved);
        }
    }
    eliminate(cost, entering, &solved);
}

fn eliminate(row: &mut [Rational], entering: usize, solved: &[Rational]) {
    let factor = row[entering].clone();
    if factor.is_zero() {
        return;
    }
    for (entry, part) in row.iter_mut().zip(solved) {
        if !part.is_zero() {
            *entry = &*entry - &(&factor * part);
        }
    }
}
