//! Linear arithmetic decided by ourselves: multipliers or a point, exactly.
//!
//! In: facts about polynomials over a box. Out: a [`Refutation`] tree, or a point where all facts
//! hold. Products count as variables of their own, bounded by their range, so that a refutation
//! stays sound for them, while a point is only a suggestion. Each leaf is one or two feasibility
//! problems for the multipliers (phase one of the simplex method, Bland's rule, exact rationals;
//! R. G. Bland, 1977); when there are no multipliers, the dual values are the point. Many rows are
//! tried in doubles first, and what they show is settled exactly ([`quick`]).

mod quick;

use std::collections::{BTreeMap, BTreeSet};

use super::tableau;
use crate::certificate::{Atom, Powers, Ranges, Refutation, Statement, facts_of, rows_of};
use crate::rational::Rational;

/// More leaves than this are not worth a certificate.
const LEAVES_MAX: usize = 256;

/// Pivots of one feasibility problem; Bland's rule ends far earlier on small cores.
const PIVOTS_MAX: usize = 2000;

/// Entries from which doubles are quicker than exact pivots.
const QUICK_FROM: usize = 400;

/// What came of facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linear {
    /// They contradict each other.
    Refuted(Refutation),
    /// They hold here, unless products take part.
    Point(BTreeMap<u32, Rational>),
    /// Too many cases, or a variable without range.
    TooLarge,
}

/// Decides whether facts can hold together in a box.
#[must_use]
pub fn decide(facts: Vec<Statement>, ranges: &Ranges) -> Linear {
    let mut leaves = LEAVES_MAX;
    branch(facts, ranges, &mut leaves)
}

fn branch(facts: Vec<Statement>, ranges: &Ranges, leaves: &mut usize) -> Linear {
    if *leaves == 0 {
        return Linear::TooLarge;
    }
    let (atoms, disjunction) = facts_of(facts);
    let rows = match rows_of(&atoms, ranges) {
        Ok(rows) => rows,
        Err(_) => return Linear::TooLarge,
    };
    // The rows alone may contradict: a disjunction beside them then needs no cases.
    let leaf = contradict(&rows);
    let Some((parts, rest)) = disjunction else {
        *leaves -= 1;
        return leaf;
    };
    if let Linear::Refuted(_) | Linear::TooLarge = leaf {
        return leaf;
    }
    let mut cases = Vec::new();
    for part in parts {
        let mut facts = rest.clone();
        facts.push(part);
        match branch(facts, ranges, leaves) {
            Linear::Refuted(case) => cases.push(case),
            other => return other,
        }
    }
    Linear::Refuted(Refutation::Cases(cases))
}

/// The monomials of rows.
fn columns_of(rows: &[Atom]) -> Vec<&Powers> {
    let columns: BTreeSet<&Powers> = rows
        .iter()
        .flat_map(|row| row.polynomial.terms())
        .map(|(powers, _)| powers)
        .filter(|powers| !powers.is_empty())
        .collect();
    columns.into_iter().collect()
}

/// Decides rows as [`contradict`] does, in doubles first and exactly then, or not at all: for a
/// caller who has other means where the guess does not bear it.
#[must_use]
pub fn guessed(rows: &[Atom]) -> Option<Linear> {
    quick::contradict(rows, &columns_of(rows))
}

/// Decides rows by Motzkin's transposition theorem; multipliers are those of the rows' places.
#[must_use]
pub fn contradict(rows: &[Atom]) -> Linear {
    let columns = columns_of(rows);
    if rows.len() * columns.len() >= QUICK_FROM
        && let Some(found) = quick::contradict(rows, &columns)
    {
        return found;
    }
    exactly(rows, &columns)
}

fn exactly(rows: &[Atom], columns: &[&Powers]) -> Linear {
    let coefficient = |row: &Atom, wanted: &[(u32, u32)]| {
        let found = row.polynomial.terms().find(|(powers, _)| *powers == wanted);
        found.map_or_else(Rational::zero, |(_, value)| value.clone())
    };
    let mut matrix: Vec<Vec<Rational>> = columns
        .iter()
        .map(|powers| rows.iter().map(|row| coefficient(row, powers)).collect())
        .collect();
    let constants: Vec<Rational> = rows.iter().map(|row| coefficient(row, &[])).collect();
    // First question: multipliers whose sum is minus one.
    matrix.push(constants.iter().map(|value| -value).collect());
    let mut right = vec![Rational::zero(); columns.len()];
    right.push(Rational::one());
    let Some(first) = feasible(&matrix, &right) else {
        return Linear::TooLarge;
    };
    let base = match first {
        Feasibility::Solution(multipliers) => return farkas(multipliers),
        Feasibility::Dual(dual) => dual,
    };
    let scale = &base[columns.len()];
    let point: Vec<Rational> = base[..columns.len()]
        .iter()
        .map(|weight| &(-weight) / scale)
        .collect();
    if !rows.iter().any(|row| row.strict) {
        return named(columns, &point);
    }
    // Second question: multipliers whose sum is zero although a strict row takes part.
    let last = matrix.len() - 1;
    matrix[last] = constants;
    let strict = |row: &Atom| {
        if row.strict {
            Rational::one()
        } else {
            Rational::zero()
        }
    };
    matrix.push(rows.iter().map(strict).collect());
    let mut right = vec![Rational::zero(); columns.len() + 1];
    right.push(Rational::one());
    match feasible(&matrix, &right) {
        None => Linear::TooLarge,
        Some(Feasibility::Solution(multipliers)) => farkas(multipliers),
        Some(Feasibility::Dual(dual)) => named(columns, &inwards(&point, &dual)),
    }
}

fn farkas(multipliers: Vec<Rational>) -> Linear {
    let used = multipliers.into_iter().enumerate();
    let used = used.filter(|(_, multiplier)| multiplier.is_positive());
    Linear::Refuted(Refutation::Farkas(used.collect()))
}

/// Moves a point of the closed rows so far that it satisfies the strict ones too.
fn inwards(point: &[Rational], dual: &[Rational]) -> Vec<Rational> {
    let scale = &dual[point.len()];
    let step = if scale.is_positive() {
        &Rational::ratio(1, 2) / scale
    } else {
        Rational::one()
    };
    let shrink = &Rational::one() - &(&step * scale);
    let moved = point.iter().zip(dual);
    moved
        .map(|(value, weight)| &(value - &(&step * weight)) / &shrink)
        .collect()
}

fn named(columns: &[&Powers], point: &[Rational]) -> Linear {
    let variables = columns.iter().zip(point);
    let single = variables.filter_map(|(powers, value)| match powers.as_slice() {
        [(variable, 1)] => Some((*variable, value.clone())),
        _ => None,
    });
    Linear::Point(single.collect())
}

enum Feasibility {
    /// Numbers at least zero that solve the equations.
    Solution(Vec<Rational>),
    /// Weights `y` with `y·A <= 0` and `y·b > 0`: there are none.
    Dual(Vec<Rational>),
}

/// Solves `A x = b, x >= 0`; nothing when the pivots run out.
fn feasible(matrix: &[Vec<Rational>], right: &[Rational]) -> Option<Feasibility> {
    let mut tableau = Tableau::new(matrix, right);
    for _ in 0..PIVOTS_MAX {
        let Some(entering) = tableau.entering() else {
            return Some(tableau.answer(right));
        };
        // The cost is bounded below by zero, so some row always limits the step.
        let leaving = tableau.leaving(entering)?;
        tableau::pivot(&mut tableau.rows, &mut tableau.cost, (leaving, entering));
        tableau.basis[leaving] = entering;
    }
    None
}

/// Phase one: structural columns, one artificial column per row, the right side.
struct Tableau {
    rows: Vec<Vec<Rational>>,
    cost: Vec<Rational>,
    basis: Vec<usize>,
    structural: usize,
}

impl Tableau {
    /// The right sides are zero or one here, so no row changes its sign.
    fn new(matrix: &[Vec<Rational>], right: &[Rational]) -> Self {
        let structural = matrix.first().map_or(0, Vec::len);
        let height = matrix.len();
        let mut rows = Vec::with_capacity(height);
        let mut cost = vec![Rational::zero(); structural + height + 1];
        for (number, (coefficients, value)) in matrix.iter().zip(right).enumerate() {
            let mut row = coefficients.clone();
            row.extend((0..height).map(|other| Rational::from(i64::from(other == number))));
            row.push(value.clone());
            for (place, entry) in row.iter().enumerate() {
                if place < structural || place == structural + height {
                    cost[place] = &cost[place] - entry;
                }
            }
            rows.push(row);
        }
        Self {
            rows,
            cost,
            basis: (structural..structural + height).collect(),
            structural,
        }
    }

    /// The first column that lowers the cost; an artificial one never comes back.
    fn entering(&self) -> Option<usize> {
        (0..self.structural).find(|&place| self.cost[place].is_negative())
    }

    fn leaving(&self, entering: usize) -> Option<usize> {
        let mut best: Option<(Rational, usize, usize)> = None;
        for (number, row) in self.rows.iter().enumerate() {
            if !row[entering].is_positive() {
                continue;
            }
            let ratio = row.last()?.checked_div(&row[entering])?;
            let rank = (ratio, self.basis[number], number);
            if best.as_ref().is_none_or(|known| rank < *known) {
                best = Some(rank);
            }
        }
        best.map(|(_, _, number)| number)
    }

    fn answer(&self, right: &[Rational]) -> Feasibility {
        let last = self.cost.len() - 1;
        if self.cost[last].is_zero() {
            let mut solution = vec![Rational::zero(); self.structural];
            for (row, &basic) in self.rows.iter().zip(&self.basis) {
                if basic < self.structural {
                    solution[basic] = row[last].clone();
                }
            }
            return Feasibility::Solution(solution);
        }
        let weights = (0..right.len())
            .map(|number| &Rational::one() - &self.artificial_cost(number))
            .collect();
        Feasibility::Dual(weights)
    }

    /// The reduced cost of an artificial column: one minus the dual weight of its row.
    fn artificial_cost(&self, number: usize) -> Rational {
        self.cost[self.structural + number].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::certificate::Polynomial;

    fn atom(coefficients: &[i64], constant: i64, strict: bool) -> Statement {
        let mut polynomial = Polynomial::constant(Rational::from(constant));
        for (id, &coefficient) in (0..).zip(coefficients) {
            let term = Polynomial::variable(id).times_constant(&Rational::from(coefficient));
            polynomial = polynomial.plus(&term);
        }
        Statement::Atom(Atom { polynomial, strict })
    }

    fn unit_box() -> Ranges {
        let unit = || (Rational::zero(), Rational::one());
        Ranges::from([(0, unit()), (1, unit())])
    }

    #[test]
    fn a_sum_above_two_does_not_fit_in_the_unit_square() {
        let refuted = decide(vec![atom(&[1, 1], -2, true)], &unit_box());
        assert!(matches!(refuted, Linear::Refuted(Refutation::Farkas(_))));
        // Exactly two is the corner (1, 1).
        let point = decide(vec![atom(&[1, 1], -2, false)], &unit_box());
        let expected = BTreeMap::from([(0, Rational::one()), (1, Rational::one())]);
        assert_eq!(point, Linear::Point(expected));
    }

    #[test]
    fn strict_rows_get_a_point_inside() {
        let facts = vec![
            atom(&[1, 1], -1, true),
            atom(&[-1, 0], 0, false),
            atom(&[0, -1], 2, true),
        ];
        assert!(matches!(decide(facts, &unit_box()), Linear::Refuted(_)));
        let facts = vec![atom(&[1, -1], 0, true), atom(&[0, 2], -1, true)];
        match decide(facts.clone(), &unit_box()) {
            Linear::Point(point) => {
                assert!(
                    facts.iter().all(|fact| fact.value(&point) == Some(true)),
                    "{point:?}"
                );
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn cases_are_refuted_one_by_one() {
        let either = Statement::Or(vec![atom(&[1, 0], -2, false), atom(&[0, 1], -3, false)]);
        let refuted = decide(vec![either], &unit_box());
        assert!(matches!(refuted, Linear::Refuted(Refutation::Cases(cases)) if cases.len() == 2));
    }

    /// Goal: doubles change no verdict. Method: drawn rows, some strict, some columns without a
    /// range; in doubles and exactly. Multipliers are added up, points evaluated. Nearly all must
    /// be answered in doubles, or the test shows nothing.
    #[test]
    fn rows_in_doubles_and_exact_rows_agree() {
        let mut state = 5_u64;
        let mut below = |count: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            i64::try_from((state >> 33) % count).expect("31 bits")
        };
        let (mut quick, mut kinds) = (0, [0; 2]);
        for _ in 0..300 {
            let columns = 2 + below(6);
            let drawn = (0..10 + below(25)).map(|_| {
                let mut coefficients = vec![0; usize::try_from(columns).expect("few")];
                for _ in 0..1 + below(3) {
                    coefficients[usize::try_from(below(columns.unsigned_abs())).expect("few")] =
                        below(9) - 4;
                }
                match atom(&coefficients, below(60) - 9, below(4) == 0) {
                    Statement::Atom(atom) => atom,
                    other => panic!("{other:?}"),
                }
            });
            let rows: Vec<Atom> = drawn.collect();
            let all = columns_of(&rows);
            let Some(found) = quick::contradict(&rows, &all) else {
                continue;
            };
            quick += 1;
            match (found, exactly(&rows, &all)) {
                (Linear::Refuted(Refutation::Farkas(multipliers)), Linear::Refuted(_)) => {
                    kinds[0] += 1;
                    let mut sum = Polynomial::default();
                    let mut is_strict = false;
                    for (place, factor) in multipliers {
                        assert!(!factor.is_negative());
                        is_strict |= rows[place].strict && factor.is_positive();
                        sum = sum.plus(&rows[place].polynomial.times_constant(&factor));
                    }
                    let total = sum.as_constant().expect("a number");
                    assert!(total.is_negative() || (total.is_zero() && is_strict));
                }
                (Linear::Point(point), Linear::Point(_)) => {
                    kinds[1] += 1;
                    let value = |row: &Atom| row.polynomial.value(&point).expect("all columns");
                    assert!(rows.iter().all(|row| row.accepts(&value(row))));
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(quick >= 290, "{quick} of 300");
        assert!(kinds.iter().all(|&count| count >= 30), "{kinds:?}");
    }
}
