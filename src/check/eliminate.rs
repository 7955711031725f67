//! Variables taken out of a statement over a box, exactly.
//!
//! In: a statement, the variable that stays, ranges of the others. Out: a statement in fewer
//! variables that holds where the first one does for all values of the others ([`for_all`]), or
//! for some ([`for_some`]). A variable with one direction goes to its bad (or good) end; a variable
//! that is affine in an atom needs both its ends; anything else is not taken out (`None`, or left
//! over), never guessed.

use std::collections::BTreeSet;

use super::compile::folded;
use super::corners::least;
use super::prove::Values;
use crate::certificate::{Atom, Polynomial, Ranges, Statement};

/// More atoms than this from one are not worth it: six affine variables.
const ATOMS_MAX: usize = 64;

/// Returns where the statement holds for all values of the other variables; `None` where that is
/// not known to be a statement of this kind.
#[must_use]
pub fn for_all(statement: &Statement, kept: u32, ranges: &Ranges) -> Option<Statement> {
    Some(folded(match statement {
        Statement::Constant(value) => Statement::Constant(*value),
        Statement::Atom(atom) => Statement::And(worst_atoms(atom, kept, ranges)?),
        Statement::And(parts) => {
            let parts = parts.iter().map(|part| for_all(part, kept, ranges));
            Statement::And(parts.collect::<Option<_>>()?)
        }
        Statement::Or(parts) => {
            let mut seen = BTreeSet::new();
            for part in parts {
                let mut own = variables(part);
                own.remove(&kept);
                if own.iter().any(|variable| seen.contains(variable)) {
                    // The parts can cover for each other: not one part at a time.
                    return None;
                }
                seen.extend(own);
            }
            let parts = parts.iter().map(|part| for_all(part, kept, ranges));
            Statement::Or(parts.collect::<Option<_>>()?)
        }
    }))
}

/// The variables of a statement.
#[must_use]
pub fn variables(statement: &Statement) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    statement.atoms(&mut |atom| found.extend(atom.polynomial.variables()));
    found
}

/// The atoms that hold together exactly where the atom does for all values of the others.
fn worst_atoms(atom: &Atom, kept: u32, ranges: &Ranges) -> Option<Vec<Statement>> {
    let mut open = vec![atom.polynomial.clone()];
    let mut done: Vec<Polynomial> = Vec::new();
    while let Some(polynomial) = open.pop() {
        let mut others: Vec<u32> = polynomial.variables().into_iter().collect();
        others.retain(|&variable| variable != kept);
        if others.is_empty() {
            if !done.contains(&polynomial) {
                done.push(polynomial);
            }
            continue;
        }
        let one_way = others.iter().find_map(|&variable| {
            let end = worse_end(&polynomial, variable, ranges)?;
            let (low, high) = ranges.get(&variable)?;
            Some(polynomial.substitute(variable, if end { high } else { low }))
        });
        if let Some(lower) = one_way {
            open.push(lower);
            continue;
        }
        let affine = others
            .into_iter()
            .find(|&variable| polynomial.degree_in(variable) == 1)?;
        let (low, high) = ranges.get(&affine)?;
        open.push(polynomial.substitute(affine, high));
        open.push(polynomial.substitute(affine, low));
        if open.len() + done.len() > ATOMS_MAX {
            return None;
        }
    }
    let strict = atom.strict;
    let made = done
        .into_iter()
        .map(|polynomial| Statement::Atom(Atom { polynomial, strict }));
    Some(made.collect())
}

/// The end at which a polynomial is least whatever the others are: `true` for the upper one.
fn worse_end(polynomial: &Polynomial, variable: u32, ranges: &Ranges) -> Option<bool> {
    let slope = polynomial.derivative(variable);
    if is_never_below_zero(&slope, ranges) {
        Some(false)
    } else if is_never_below_zero(&slope.negated(), ranges) {
        Some(true)
    } else {
        None
    }
}

/// By the sum of the least values of the terms where that is enough, else by the least corner.
fn is_never_below_zero(polynomial: &Polynomial, ranges: &Ranges) -> bool {
    let enclosed = polynomial.enclosure(ranges);
    if enclosed.is_some_and(|(low, _)| !low.is_negative()) {
        return true;
    }
    least(polynomial, ranges).is_some_and(|least| !least.value.is_negative())
}

/// What is left of statements that shall hold together for some values of the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForSome {
    /// The statements, in fewer variables.
    pub statements: Vec<Statement>,
    /// The variables taken out, at the ends that are good for every statement.
    pub moved: Values,
    /// The variables that were not taken out, the kept one apart.
    pub left: BTreeSet<u32>,
}

/// Sets every variable that all statements want in one direction to that end. The statements are
/// without negation, so what is good for all atoms is good for all of them together.
#[must_use]
pub fn for_some(statements: &[Statement], kept: u32, ranges: &Ranges) -> ForSome {
    let mut found = ForSome {
        statements: statements.to_vec(),
        moved: Values::new(),
        left: BTreeSet::new(),
    };
    let mut reads: Vec<BTreeSet<u32>> = statements.iter().map(variables).collect();
    loop {
        found.left = reads.iter().flatten().copied().collect();
        found.left.remove(&kept);
        let step = found.left.iter().find_map(|&variable| {
            let readers = found.statements.iter().zip(&reads);
            let readers = readers.filter(|(_, read)| read.contains(&variable));
            let end = good_end_of(readers.map(|(statement, _)| statement), variable, ranges)?;
            let (low, high) = ranges.get(&variable)?;
            Some((variable, if end { high } else { low }.clone()))
        });
        let Some((variable, value)) = step else {
            return found;
        };
        for (statement, read) in found.statements.iter_mut().zip(&mut reads) {
            if read.contains(&variable) {
                *statement = folded(substituted(statement, variable, &value));
                *read = variables(statement);
            }
        }
        found.moved.insert(variable, value);
    }
}

/// The direction that helps every atom of the statements: `true` for upwards; nothing where they
/// pull both ways or a slope has no one sign over the box.
#[must_use]
pub fn good_end(statements: &[Statement], variable: u32, ranges: &Ranges) -> Option<bool> {
    good_end_of(statements.iter(), variable, ranges)
}

fn good_end_of<'a>(
    statements: impl Iterator<Item = &'a Statement>,
    variable: u32,
    ranges: &Ranges,
) -> Option<bool> {
    let (mut up, mut down) = (true, true);
    for statement in statements {
        statement.atoms(&mut |atom| {
            let (rises, falls) = directions(&atom.polynomial, variable, (up, down), ranges);
            up = up && rises;
            down = down && falls;
        });
        if !up && !down {
            return None;
        }
    }
    Some(up)
}

/// Whether a polynomial never falls, and never rises, with a variable; only what is wanted is
/// looked into.
fn directions(
    polynomial: &Polynomial,
    variable: u32,
    (up, down): (bool, bool),
    ranges: &Ranges,
) -> (bool, bool) {
    let mut own = polynomial.terms().filter(|(powers, _)| {
        let mut ids = powers.iter().map(|&(id, _)| id);
        ids.any(|id| id == variable)
    });
    match (own.next(), own.next()) {
        (None, _) => return (true, true),
        (Some((powers, factor)), None) if powers.len() == 1 && powers[0].1 == 1 => {
            return (factor.is_positive(), factor.is_negative());
        }
        (Some(_), _) => {}
    }
    let slope = polynomial.derivative(variable);
    (
        up && is_never_below_zero(&slope, ranges),
        down && is_never_below_zero(&slope.negated(), ranges),
    )
}

/// Puts a number in the place of a variable.
#[must_use]
pub fn substituted(
    statement: &Statement,
    variable: u32,
    value: &crate::rational::Rational,
) -> Statement {
    let all = |parts: &[Statement]| {
        parts
            .iter()
            .map(|part| substituted(part, variable, value))
            .collect()
    };
    match statement {
        Statement::Constant(value) => Statement::Constant(*value),
        Statement::Atom(atom) => Statement::Atom(Atom {
            polynomial: atom.polynomial.substitute(variable, value),
            strict: atom.strict,
        }),
        Statement::And(parts) => Statement::And(all(parts)),
        Statement::Or(parts) => Statement::Or(all(parts)),
    }
}

/// The statement with ties allowed: its closure where the statement is a conjunction of
/// inequalities, never smaller than the statement.
#[must_use]
pub fn with_ties(statement: &Statement) -> Statement {
    let all = |parts: &[Statement]| parts.iter().map(with_ties).collect();
    match statement {
        Statement::Constant(value) => Statement::Constant(*value),
        Statement::Atom(atom) => Statement::Atom(Atom {
            polynomial: atom.polynomial.clone(),
            strict: false,
        }),
        Statement::And(parts) => Statement::And(all(parts)),
        Statement::Or(parts) => Statement::Or(all(parts)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rational::Rational;

    fn atom(polynomial: Polynomial) -> Statement {
        let strict = false;
        Statement::Atom(Atom { polynomial, strict })
    }

    fn number(value: i64) -> Polynomial {
        Polynomial::constant(Rational::from(value))
    }

    fn ranges() -> Ranges {
        let range = |low, high| (Rational::from(low), Rational::from(high));
        Ranges::from([(0, range(0, 100)), (1, range(-1, 2)), (2, range(1, 3))])
    }

    #[test]
    fn for_all_takes_the_bad_end_of_each() {
        // 10 - x*z >= 0 for all z in 1..3 is 10 - 3x >= 0.
        let product = Polynomial::variable(0).times(&Polynomial::variable(2));
        let statement = atom(number(10).minus(&product.expect("small")));
        let three = Polynomial::variable(0).times_constant(&Rational::from(3));
        let expected = atom(number(10).minus(&three));
        assert_eq!(for_all(&statement, 0, &ranges()), Some(expected));
    }

    #[test]
    fn a_variable_without_direction_needs_both_ends() {
        // 5 - (x - 7)*y >= 0 for all y in -1..2: both 5 + (x - 7) and 5 - 2(x - 7).
        let shifted = Polynomial::variable(0).minus(&number(7));
        let product = shifted.times(&Polynomial::variable(1)).expect("small");
        let found = for_all(&atom(number(5).minus(&product)), 0, &ranges()).expect("affine");
        for (x, holds) in [(1, false), (2, true), (9, true), (10, false)] {
            let point = Values::from([(0, Rational::from(x))]);
            assert_eq!(found.value(&point), Some(holds), "x = {x}");
        }
    }

    #[test]
    fn parts_that_share_a_variable_are_not_taken_apart() {
        let either = Statement::Or(vec![
            atom(Polynomial::variable(1)),
            atom(Polynomial::variable(1).negated()),
        ]);
        assert_eq!(for_all(&either, 0, &ranges()), None);
    }

    #[test]
    fn for_some_leaves_what_pulls_both_ways() {
        // x <= z and z <= 2: z is wanted high by one, low by the other; y is wanted low.
        let x = Polynomial::variable(0);
        let z = Polynomial::variable(2);
        let first = atom(z.minus(&x).minus(&Polynomial::variable(1)));
        let found = for_some(&[first, atom(number(2).minus(&z))], 0, &ranges());
        assert_eq!(found.left, BTreeSet::from([2]));
        assert_eq!(found.moved[&1], Rational::from(-1));
    }
}
