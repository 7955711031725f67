//! A guess in doubles at the corner of a linear programme: which rows are tight there.
//!
//! In: rows, columns, an objective, as the exact method has them. Out: per row whether it is tight
//! at the corner that the simplex method in doubles finds; nothing where that fails. It only says
//! which exact pivots to try first: exact arithmetic decides, and a wrong guess costs time alone.

use crate::certificate::{Atom, Polynomial, Powers};
use crate::linear_program::{Relation, Row, minimise};
use crate::rational::Rational;

use super::simplex::coefficient;

/// A slack below this share of the row's greatest term is none.
const TIGHT: f64 = 1e-7;

/// Returns which rows are tight at the guessed corner.
pub(super) fn tight_rows(
    rows: &[Atom],
    objective: &Polynomial,
    columns: &[Powers],
) -> Option<Vec<bool>> {
    // A column runs from zero to one over its range, which its first row and its second give.
    let constant = |place: usize| coefficient(&rows[place].polynomial, &[]);
    let lows: Vec<Rational> = (0..columns.len()).map(|at| -&constant(2 * at)).collect();
    let widths: Vec<Rational> = (0..columns.len())
        .map(|at| &constant(2 * at + 1) - &lows[at])
        .collect();
    let scaled = |polynomial: &Polynomial| -> (Vec<f64>, f64) {
        let mut rest = coefficient(polynomial, &[]);
        let mut factors = Vec::with_capacity(columns.len());
        for (at, powers) in columns.iter().enumerate() {
            let factor = coefficient(polynomial, powers);
            rest = &rest + &(&factor * &lows[at]);
            factors.push((&factor * &widths[at]).to_f64());
        }
        let rest = rest.to_f64();
        let size = factors
            .iter()
            .fold(rest.abs(), |most, one| most.max(one.abs()));
        let size = if size > 0.0 { size } else { 1.0 };
        factors.iter_mut().for_each(|one| *one /= size);
        (factors, rest / size)
    };
    let all: Vec<(Vec<f64>, f64)> = rows.iter().map(|row| scaled(&row.polynomial)).collect();
    let own = all.iter().skip(2 * columns.len());
    let conditions: Vec<Row> = own
        .map(|(factors, rest)| Row {
            coefficients: factors.clone(),
            relation: Relation::AtLeast,
            bound: -rest,
        })
        .collect();
    let costs: Vec<f64> = scaled(objective).0.iter().map(|one| -one).collect();
    let corner = minimise(&costs, &conditions, &vec![(0.0, 1.0); columns.len()]).ok()?;
    let slack = |(factors, rest): &(Vec<f64>, f64)| {
        let pairs = factors.iter().zip(&corner);
        pairs.fold(*rest, |sum, (factor, value)| sum + factor * value)
    };
    Some(all.iter().map(|row| slack(row).abs() < TIGHT).collect())
}
