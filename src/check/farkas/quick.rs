//! The same question for many rows, found in doubles and settled exactly.
//!
//! In: rows over columns. Out: multipliers that were added up exactly, or a point at which every
//! row was evaluated exactly; nothing where the guess does not bear that, which leaves the rows to
//! the exact method. Rows about one column are ranges; a column without one gets a wide range that
//! no refutation may use. Strict rows give up a share of a column of their own, which is made
//! great: where it stays zero, the multipliers are those of Motzkin's theorem.

use std::collections::BTreeMap;

use super::Linear;
use crate::certificate::{Atom, Powers, Refutation};
use crate::check::linear::guess::Guess;
use crate::check::linear::{At, Programme, Row, Terms};
use crate::rational::Rational;

/// More columns than this are left to the exact method: a basis has as many squared.
const COLUMNS_MAX: usize = 512;

/// A wide range is this many times the greatest bound.
const WIDE: i64 = 1024;

/// Room above this is some.
const ROOM: f64 = 1e-9;

/// The end of a range, and the row that gives it with its coefficient.
type Bound = (Rational, usize, Rational);

struct Stated {
    terms: Terms,
    constant: Rational,
}

/// Ends that rows about one column give.
struct Ends {
    low: Vec<Option<Bound>>,
    high: Vec<Option<Bound>>,
    /// The rows about several columns, and the strict ones.
    others: Vec<usize>,
}

impl Ends {
    fn of(rows: &[Atom], stated: &[Stated], columns: usize) -> Self {
        let mut ends = Self {
            low: vec![None; columns],
            high: vec![None; columns],
            others: Vec::new(),
        };
        for (number, row) in stated.iter().enumerate() {
            let [(column, factor)] = row.terms.as_slice() else {
                ends.others.push(number);
                continue;
            };
            let bound = &(-&row.constant) / factor;
            let is_low = factor.is_positive();
            let side = if is_low {
                &mut ends.low
            } else {
                &mut ends.high
            };
            let is_nearer = side[*column].as_ref().is_none_or(|(known, other, _)| {
                let is_beyond = if is_low {
                    bound > *known
                } else {
                    bound < *known
                };
                is_beyond || (bound == *known && rows[number].strict && !rows[*other].strict)
            });
            if is_nearer {
                side[*column] = Some((bound, number, factor.clone()));
            }
        }
        let nearest = ends.low.iter().chain(&ends.high).flatten();
        let strict = nearest.map(|(_, number, _)| *number);
        let strict: Vec<usize> = strict.filter(|&number| rows[number].strict).collect();
        ends.others.extend(strict);
        ends
    }

    /// Two rows about one column that exclude each other.
    fn clash(&self, rows: &[Atom]) -> Option<Linear> {
        for (low, high) in self.low.iter().zip(&self.high) {
            let (Some((low, below, rise)), Some((high, above, fall))) = (low, high) else {
                continue;
            };
            let is_strict = rows[*below].strict || rows[*above].strict;
            if low > high || (low == high && is_strict) {
                let one = Rational::one();
                let mut multipliers = vec![(*below, &one / rise), (*above, &one / &fall.abs())];
                multipliers.sort();
                return Some(Linear::Refuted(Refutation::Farkas(multipliers)));
            }
        }
        None
    }

    /// A range per column, wide where rows give no end.
    fn ranges(&self) -> Vec<(Rational, Rational)> {
        let known = self.low.iter().chain(&self.high).flatten();
        let most = known.map(|(end, ..)| end.abs()).max();
        let most = most.unwrap_or_default().max(Rational::one());
        let wide = &most * &Rational::from(WIDE);
        let range = |(low, high): (&Option<Bound>, &Option<Bound>)| match (low, high) {
            (Some((low, ..)), Some((high, ..))) => (low.clone(), high.clone()),
            (Some((low, ..)), None) => (low.clone(), low + &wide),
            (None, Some((high, ..))) => (high - &wide, high.clone()),
            (None, None) => (-&wide, wide.clone()),
        };
        self.low.iter().zip(&self.high).map(range).collect()
    }

    /// The row behind a row of the programme, and what a multiplier of it is divided by; nothing
    /// for an end that no row gives.
    fn row_behind(&self, at: At, numbers: &[usize]) -> Option<(usize, Rational)> {
        let end = |side: &[Option<Bound>], column: usize| {
            let (_, number, factor) = side.get(column)?.as_ref()?;
            Some((*number, factor.abs()))
        };
        match at {
            At::Low(column) => end(&self.low, column),
            At::High(column) => end(&self.high, column),
            At::Row(row) => Some((numbers[row], Rational::one())),
        }
    }
}

/// Decides rows as the exact method does; nothing where doubles do not show the way.
pub(super) fn contradict(rows: &[Atom], columns: &[&Powers]) -> Option<Linear> {
    if columns.len() > COLUMNS_MAX {
        return None;
    }
    let stated = rows.iter().map(|row| stated(row, columns));
    let stated: Vec<Stated> = stated.collect::<Option<_>>()?;
    let ends = Ends::of(rows, &stated, columns.len());
    if let Some(clash) = ends.clash(rows) {
        return Some(clash);
    }
    let room = columns.len();
    let mut ranges = ends.ranges();
    ranges.push((Rational::zero(), Rational::one()));
    let mut programme = Programme::new(ranges);
    for &number in &ends.others {
        let mut terms = stated[number].terms.clone();
        if rows[number].strict {
            let size = size(&terms, &programme);
            terms.push((room, -&size));
        }
        programme.add(Row {
            terms,
            constant: stated[number].constant.clone(),
            strict: false,
        });
    }
    let all: Vec<usize> = (0..ends.others.len()).collect();
    let has_strict = rows.iter().any(|row| row.strict);
    let objective = [(room, Rational::one())];
    let mut basis = programme.start(if has_strict { &objective } else { &[] });
    let found = match programme.improve(&mut basis, &all) {
        Guess::Lost => return None,
        Guess::Corner if !has_strict || basis.point[room] > ROOM => {
            let mut point = programme.corner(&basis.tight)?;
            point.truncate(room);
            let held = rows.iter().zip(&stated);
            let mut held = held.map(|(row, stated)| row.accepts(&value(stated, &point)));
            return held.all(|held| held).then(|| super::named(columns, &point));
        }
        Guess::Corner => {
            let sum = [(room, Rational::from(-1))];
            programme.added_up(&basis, &basis.weights, &sum)?
        }
        Guess::Empty(at, direction) => programme.excluding(&basis, at, &direction)?,
    };
    refuted(rows, &stated, &ends, (found, room))
}

/// The refutation that rows times multipliers are, if they are one.
fn refuted(
    rows: &[Atom],
    stated: &[Stated],
    ends: &Ends,
    (found, room): (Vec<(At, Rational)>, usize),
) -> Option<Linear> {
    let mut multipliers: BTreeMap<usize, Rational> = BTreeMap::new();
    for (at, factor) in found {
        if at == At::Low(room) || at == At::High(room) {
            // Room is at least zero and at most one: leaving it out takes nothing away.
            continue;
        }
        let (number, divisor) = ends.row_behind(at, &ends.others)?;
        let own = multipliers.entry(number).or_default();
        *own = &*own + &(&factor / &divisor);
    }
    let mut total = Rational::zero();
    let mut is_strict = false;
    for (&number, factor) in &multipliers {
        total = &total + &(factor * &stated[number].constant);
        is_strict |= rows[number].strict;
    }
    let closes = total.is_negative() || (total.is_zero() && is_strict);
    let multipliers = multipliers.into_iter().collect();
    closes.then_some(Linear::Refuted(Refutation::Farkas(multipliers)))
}

fn stated(row: &Atom, columns: &[&Powers]) -> Option<Stated> {
    let mut terms = Terms::new();
    let mut constant = Rational::zero();
    for (powers, factor) in row.polynomial.terms() {
        if powers.is_empty() {
            constant = factor.clone();
        } else {
            let column = columns.binary_search_by(|own| (*own).cmp(powers)).ok()?;
            terms.push((column, factor.clone()));
        }
    }
    Some(Stated { terms, constant })
}

fn value(row: &Stated, point: &[Rational]) -> Rational {
    row.terms
        .iter()
        .fold(row.constant.clone(), |sum, (column, factor)| {
            &sum + &(factor * &point[*column])
        })
}

/// The greatest change of a row over the range of one column.
fn size(terms: &Terms, programme: &Programme) -> Rational {
    let sizes = terms.iter().map(|(column, factor)| {
        let (low, high) = programme.range(*column);
        (factor * &(high - low)).abs()
    });
    let most = sizes.max().filter(Rational::is_positive);
    most.unwrap_or_else(Rational::one)
}
