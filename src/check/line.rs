//! Conditions on one variable: where on a line they hold, exactly.
//!
//! In: statements about polynomials in one variable, and an interval. Out: the roots of all
//! polynomials in order, the truth of each statement at each root and between neighbours, and the
//! intervals on which all hold, with open and closed ends told apart. A statement that mentions
//! another variable is the caller's mistake and gives `None`.

use std::cmp::Ordering;

use super::univariate::{Root, Univariate};
use crate::certificate::{Atom, Statement};
use crate::rational::Rational;

/// More roots than this are not looked at.
const ROOTS_MAX: usize = 4096;

/// An interval on which everything holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Its lower end.
    pub low: End,
    /// Its upper end.
    pub high: End,
}

/// One end of an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// Where it lies.
    pub at: Root,
    /// Whether it belongs to the interval.
    pub closed: bool,
    /// The statements that fail at it or just beyond it; empty at the end of what was looked at.
    pub stopped_by: Vec<usize>,
    /// Up to where (downwards at a lower end) the first of them fails without a break.
    pub beyond: Option<Rational>,
}

/// Roots in order and the truth of every statement.
pub struct Line {
    roots: Vec<Root>,
    /// Per cell (root 0, gap 0, root 1, …) the statements that fail there.
    failing: Vec<Vec<usize>>,
}

impl Line {
    /// Cuts `[low, high]` at all roots of the statements; `None` where a statement has another
    /// variable or there are too many roots.
    #[must_use]
    pub fn new(
        statements: &[Statement],
        variable: u32,
        low: &Rational,
        high: &Rational,
    ) -> Option<Self> {
        let mut roots = vec![Root::exact(low.clone()), Root::exact(high.clone())];
        let mut is_foreign = false;
        for statement in statements {
            statement.atoms(
                &mut |atom| match Univariate::of(&atom.polynomial, variable) {
                    Some(own) => roots.extend(own.roots(low, high)),
                    None => is_foreign = true,
                },
            );
        }
        if is_foreign || roots.len() > ROOTS_MAX {
            return None;
        }
        let roots = sorted(roots);
        let mut line = Self {
            failing: Vec::with_capacity(roots.len() * 2),
            roots,
        };
        for place in 0..line.roots.len() {
            let at_root = failing(statements, |atom| {
                let own = Univariate::of(&atom.polynomial, variable);
                own.is_some_and(|own| accepts(line.roots[place].sign_of(&own), atom.strict))
            });
            line.failing.push(at_root);
            if let Some(next) = line.roots.get(place + 1) {
                let middle = &(&line.roots[place].high + &next.low) * &Rational::ratio(1, 2);
                let between = failing(statements, |atom| {
                    let own = Univariate::of(&atom.polynomial, variable);
                    own.is_some_and(|own| atom.accepts(&own.value(&middle)))
                });
                line.failing.push(between);
            }
        }
        Some(line)
    }

    /// The intervals on which every statement holds, from below.
    #[must_use]
    pub fn intervals(&self) -> Vec<Interval> {
        let mut found = Vec::new();
        let mut start: Option<usize> = None;
        for cell in 0..=self.failing.len() {
            let holds = self.failing.get(cell).is_some_and(Vec::is_empty);
            match (start, holds) {
                (None, true) => start = Some(cell),
                (Some(first), false) => {
                    found.push(Interval {
                        low: self.end(first, first.checked_sub(1)),
                        high: self.end(cell - 1, Some(cell)),
                    });
                    start = None;
                }
                (None, false) | (Some(_), true) => {}
            }
        }
        found
    }

    /// The end of an interval in its outermost cell, and what fails in the cell beyond.
    fn end(&self, cell: usize, beyond: Option<usize>) -> End {
        let is_low = beyond.is_none_or(|beyond| beyond < cell);
        let closed = cell.is_multiple_of(2);
        let root = match (closed, is_low) {
            (true, _) | (false, true) => cell / 2,
            (false, false) => cell / 2 + 1,
        };
        let failing = beyond.and_then(|beyond| self.failing.get(beyond));
        let stopped_by = failing.cloned().unwrap_or_default();
        End {
            at: self.roots[root].clone(),
            closed,
            beyond: beyond.and_then(|beyond| self.reach(beyond, is_low, stopped_by.first()?)),
            stopped_by,
        }
    }

    /// How far a statement fails from a cell on.
    fn reach(&self, from: usize, downwards: bool, statement: &usize) -> Option<Rational> {
        let fails = |cell: usize| {
            self.failing
                .get(cell)
                .is_some_and(|failing| failing.contains(statement))
        };
        let mut last = from;
        loop {
            let next = if downwards {
                last.checked_sub(1)
            } else {
                Some(last + 1)
            };
            match next {
                Some(next) if fails(next) => last = next,
                Some(_) | None => break,
            }
        }
        // A gap ends at the root behind it, which it does not hold.
        let root = if downwards {
            last / 2
        } else {
            last.div_ceil(2)
        };
        let root = self.roots.get(root)?;
        Some(if downwards { &root.high } else { &root.low }.clone())
    }
}

fn accepts(sign: Ordering, strict: bool) -> bool {
    match sign {
        Ordering::Greater => true,
        Ordering::Equal => !strict,
        Ordering::Less => false,
    }
}

fn failing(statements: &[Statement], mut holds: impl FnMut(&Atom) -> bool) -> Vec<usize> {
    let numbered = statements.iter().enumerate();
    numbered
        .filter_map(|(number, statement)| (!truth(statement, &mut holds)).then_some(number))
        .collect()
}

fn truth(statement: &Statement, holds: &mut impl FnMut(&Atom) -> bool) -> bool {
    match statement {
        Statement::Constant(value) => *value,
        Statement::Atom(atom) => holds(atom),
        Statement::And(parts) => parts.iter().all(|part| truth(part, holds)),
        Statement::Or(parts) => parts.iter().any(|part| truth(part, holds)),
    }
}

/// In order, each root once, enclosures apart.
fn sorted(roots: Vec<Root>) -> Vec<Root> {
    let mut kept: Vec<Root> = Vec::with_capacity(roots.len());
    for mut root in roots {
        let mut place = 0;
        let mut is_known = false;
        // Few roots: insertion keeps the narrowing of both sides.
        while let Some(known) = kept.get_mut(place) {
            match root.compare(known) {
                Ordering::Less => break,
                Ordering::Equal => {
                    is_known = true;
                    break;
                }
                Ordering::Greater => place += 1,
            }
        }
        if !is_known {
            kept.insert(place, root);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Polynomial;

    fn atom(coefficients: &[i64], strict: bool) -> Statement {
        let mut polynomial = Polynomial::default();
        let mut power = Polynomial::constant(Rational::one());
        for &coefficient in coefficients {
            polynomial = polynomial.plus(&power.times_constant(&Rational::from(coefficient)));
            power = power.times(&Polynomial::variable(0)).expect("small");
        }
        Statement::Atom(Atom { polynomial, strict })
    }

    fn ten() -> (Rational, Rational) {
        (Rational::zero(), Rational::from(10))
    }

    #[test]
    fn open_and_closed_ends_are_told_apart_and_named() {
        let (low, high) = ten();
        // x >= 2 and 7 - x > 0.
        let line = Line::new(
            &[atom(&[-2, 1], false), atom(&[7, -1], true)],
            0,
            &low,
            &high,
        );
        let found = line.expect("one variable").intervals();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].low.at.as_exact(), Some(&Rational::from(2)));
        assert!(found[0].low.closed && !found[0].high.closed);
        assert_eq!(
            (
                found[0].low.stopped_by.as_slice(),
                found[0].high.stopped_by.as_slice()
            ),
            (&[0][..], &[1][..])
        );
    }

    #[test]
    fn a_hole_of_one_point_splits() {
        let (low, high) = ten();
        // (x - 3)^2 > 0.
        let line = Line::new(&[atom(&[9, -6, 1], true)], 0, &low, &high).expect("one variable");
        let found = line.intervals();
        assert_eq!(found.len(), 2);
        assert!(!found[0].high.closed && !found[1].low.closed);
        assert!(found[1].high.stopped_by.is_empty());
    }

    #[test]
    fn a_single_point_is_an_interval() {
        let (low, high) = ten();
        let line = Line::new(&[atom(&[-9, 6, -1], false)], 0, &low, &high).expect("one variable");
        let found = line.intervals();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].low.at, found[0].high.at);
    }
}
