//! One linear programme over exact rationals.
//!
//! In: rows `a·z + b >= 0` as [`rows_of`](crate::certificate::rows_of) makes them (two per
//! variable and two per product come first), an objective. Out: its greatest value and the corner,
//! or that the rows contradict. The multipliers are the unknowns (the dual programme): the range
//! rows are a first feasible basis, so there is no first phase; the reduced costs are the slacks of
//! the corner. Of several best corners it is the lexicographically least one, whatever the order of
//! the pivots: ties are broken as if every column cost a little, each far less than the one before
//! (G. B. Dantzig, A. Orden, P. Wolfe, 1955), which ends the method too. So a guess in doubles may
//! say which pivots to try first.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::super::prove::Values;
use super::super::tableau;
use super::guess::tight_rows;
use crate::certificate::{Atom, Polynomial, Powers, Ranges};
use crate::rational::Rational;

/// Pivots of one programme.
const PIVOTS_MAX: usize = 4000;

/// Entries from which a guess is quicker than the pivots that it saves.
const GUESSED_FROM: usize = 600;

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

pub(super) fn coefficient(polynomial: &Polynomial, wanted: &[(u32, u32)]) -> Rational {
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
    let is_large = rows.len() * columns.len() >= GUESSED_FROM;
    let guessed = is_large.then(|| tight_rows(rows, objective, &columns));
    let guessed = guessed.flatten();
    pivoted(rows, objective, ranges, &columns, guessed.as_deref()).0
}

/// The answer and how many pivots it took.
fn pivoted(
    rows: &[Atom],
    objective: &Polynomial,
    ranges: &Ranges,
    columns: &[Powers],
    guessed: Option<&[bool]>,
) -> (Bound, usize) {
    let mut tableau = Tableau::new(rows, objective, columns);
    let mut guessed_left = if guessed.is_some() {
        2 * columns.len()
    } else {
        0
    };
    for pivots in 0..PIVOTS_MAX {
        let hint = guessed.filter(|_| guessed_left > 0);
        guessed_left = guessed_left.saturating_sub(1);
        let Some(entering) = tableau.entering(hint) else {
            let value = &tableau.value() + &coefficient(objective, &[]);
            return (Bound::Value(value, tableau.corner(rows, ranges)), pivots);
        };
        let Some(leaving) = tableau.leaving(entering) else {
            return (Bound::Empty, pivots);
        };
        tableau::pivot(&mut tableau.rows, &mut tableau.cost, (leaving, entering));
        tableau.basis[leaving] = entering;
    }
    (Bound::TooLarge, PIVOTS_MAX)
}

/// One equation per column, its right side last: the multiplied rows take the objective away.
struct Tableau {
    rows: Vec<Vec<Rational>>,
    basis: Vec<usize>,
    /// Per column its first basic row and whether that is the upper range row: these columns of
    /// the tableau are the inverse of the basis.
    first: Vec<(usize, bool)>,
    /// Reduced costs, and last the negative of the value.
    cost: Vec<Rational>,
}

impl Tableau {
    fn new(rows: &[Atom], objective: &Polynomial, columns: &[Powers]) -> Self {
        let constants: Vec<Rational> = rows
            .iter()
            .map(|row| coefficient(&row.polynomial, &[]))
            .collect();
        let mut made = Self {
            rows: Vec::with_capacity(columns.len()),
            basis: Vec::with_capacity(columns.len()),
            first: Vec::with_capacity(columns.len()),
            cost: constants
                .iter()
                .cloned()
                .chain([Rational::zero()])
                .collect(),
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
            let mut equation: Vec<Rational> = rows.iter().map(entry).collect();
            equation.push(if upwards { wanted } else { -&wanted });
            made.rows.push(equation);
            made.basis.push(basic);
            made.first.push((basic, upwards));
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

    fn value(&self) -> Rational {
        self.cost.last().map_or_else(Rational::zero, |last| -last)
    }

    /// The next row: one that the guess has tight, if any, else the first.
    fn entering(&self, guessed: Option<&[bool]>) -> Option<usize> {
        let is_tight = |at: usize| guessed.is_some_and(|tight| tight[at]);
        let (_, costs) = self.cost.split_last()?;
        let mut numbered = costs.iter().enumerate();
        let hinted = numbered.position(|(at, cost)| is_tight(at) && cost.is_negative());
        hinted.or_else(|| costs.iter().position(Rational::is_negative))
    }

    fn leaving(&self, entering: usize) -> Option<usize> {
        let mut best: Option<(Rational, usize)> = None;
        for (number, row) in self.rows.iter().enumerate() {
            if !row[entering].is_positive() {
                continue;
            }
            let ratio = row.last()?.checked_div(&row[entering])?;
            let is_better = best.as_ref().is_none_or(|(known, other)| {
                let order = ratio.cmp(known);
                order.then_with(|| self.broken(entering, number, *other)) == Ordering::Less
            });
            if is_better {
                best = Some((ratio, number));
            }
        }
        best.map(|(_, number)| number)
    }

    /// The order of two rows whose ratios are equal: by what each column costs beside.
    fn broken(&self, entering: usize, number: usize, other: usize) -> Ordering {
        let (own, known) = (&self.rows[number], &self.rows[other]);
        for &(basic, upwards) in &self.first {
            // Both divisors are positive: multiplied crosswise.
            let left = &own[basic] * &known[entering];
            let right = &known[basic] * &own[entering];
            let order = left.cmp(&right);
            let order = if upwards { order.reverse() } else { order };
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::rows_of;

    /// Numbers from a linear congruence (D. E. Knuth's constants).
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, count: u32) -> u32 {
            let factor = 6_364_136_223_846_793_005_u64;
            self.0 = self.0.wrapping_mul(factor).wrapping_add(1);
            u32::try_from(self.0 >> 33).expect("31 bits") % count
        }
    }

    fn programme(dice: &mut Dice, count: u32, many: u32) -> (Vec<Atom>, Ranges) {
        let end = |value: i64| Rational::from(value);
        let ranges: Ranges = (0..count).map(|id| (id, (end(0), end(1000)))).collect();
        let hidden: Vec<i64> = (0..count)
            .map(|_| i64::from(dice.below(900)) + 50)
            .collect();
        let atom = |dice: &mut Dice| {
            let mut room = Polynomial::constant(end(i64::from(dice.below(400))));
            for _ in 0..3 {
                let id = dice.below(count);
                let factor = i64::from(dice.below(9)) - 3;
                let at = hidden[usize::try_from(id).expect("few")];
                let term = Polynomial::variable(id).times_constant(&end(-factor));
                room = room
                    .plus(&term)
                    .plus(&Polynomial::constant(end(factor * at)));
            }
            Atom {
                polynomial: room,
                strict: false,
            }
        };
        let atoms: Vec<Atom> = (0..many).map(|_| atom(dice)).collect();
        (rows_of(&atoms, &ranges).expect("few rows"), ranges)
    }

    /// Goal: the guess changes neither value nor corner, and saves pivots. Method: programmes with
    /// many best corners (only two columns count), with the guess, without it, and with a bad one.
    #[test]
    fn a_guess_saves_pivots_and_changes_nothing() {
        let mut dice = Dice(7);
        let (mut all_plain, mut all_guessed) = (0, 0);
        for (count, many) in [(4, 12), (8, 24), (12, 40), (16, 48), (6, 90)] {
            let (rows, ranges) = programme(&mut dice, count, many);
            let objective = Polynomial::variable(0).plus(&Polynomial::variable(1));
            let columns = columns_of(&rows, &ranges);
            let ask = |guess: Option<&[bool]>| {
                let (bound, pivots) = pivoted(&rows, &objective, &ranges, &columns, guess);
                match bound {
                    Bound::Value(value, corner) => ((value, corner), pivots),
                    Bound::Empty | Bound::TooLarge => panic!("there is a hidden point"),
                }
            };
            let (plain, plain_pivots) = ask(None);
            let guess = tight_rows(&rows, &objective, &columns).expect("a corner in doubles");
            let (guessed, guessed_pivots) = ask(Some(&guess));
            let opposite: Vec<bool> = guess.iter().map(|tight| !tight).collect();
            assert_eq!(plain, guessed, "{count} {many}");
            assert_eq!(plain, ask(Some(&opposite)).0, "{count} {many}");
            all_plain += plain_pivots;
            all_guessed += guessed_pivots;
        }
        assert!(2 * all_guessed < all_plain, "{all_guessed} of {all_plain}");
    }
}
