//! The checker: recomputes every number of a certificate.
//!
//! In: the claim an auditor made himself and the certificate. Out: nothing, or the first thing
//! that is wrong. It shares only polynomial arithmetic with the engine that makes certificates:
//! corners are enumerated one by one, multiplied rows are added up term by term.

use std::collections::{BTreeMap, BTreeSet};

use super::polynomial::{Polynomial, Powers, Ranges};
use super::{
    Atom, CORNER_VARIABLES_MAX, Certificate, CertificateError, Claim, End, PI_NAME, Proof,
    Refutation, Statement, pi_enclosure,
};
use crate::rational::Rational;

/// Proofs nested deeper than this are refused.
const DEPTH_MAX: usize = 200;

/// Checks that a certificate proves a claim.
///
/// # Errors
/// [`CertificateError`] with the first thing that is wrong.
pub fn check(certificate: &Certificate, claim: &Claim) -> Result<(), CertificateError> {
    if certificate.claim != *claim {
        return Err(CertificateError::OtherClaim);
    }
    check_ranges(claim)?;
    let ranges = claim.ranges();
    if certificate.positive.len() != claim.positive.len() {
        let expected = "one proof per divisor";
        return Err(CertificateError::Shape { expected });
    }
    for (polynomial, proof) in claim.positive.iter().zip(&certificate.positive) {
        let above_zero = Statement::Atom(Atom {
            polynomial: polynomial.clone(),
            strict: true,
        });
        check_proof(&above_zero, proof, &ranges, DEPTH_MAX)?;
    }
    check_proof(&claim.statement, &certificate.proof, &ranges, DEPTH_MAX)
}

fn check_ranges(claim: &Claim) -> Result<(), CertificateError> {
    for (place, variable) in claim.variables.iter().enumerate() {
        let is_ascending = place == 0 || claim.variables[place - 1].id < variable.id;
        let is_pi = variable.name == PI_NAME;
        let ends = (variable.low.clone(), variable.high.clone());
        if !is_ascending || variable.low > variable.high || (is_pi && ends != pi_enclosure()) {
            let name = variable.name.clone();
            return Err(CertificateError::Range { name });
        }
    }
    Ok(())
}

fn shape(expected: &'static str) -> CertificateError {
    CertificateError::Shape { expected }
}

fn check_proof(
    statement: &Statement,
    proof: &Proof,
    ranges: &Ranges,
    depth: usize,
) -> Result<(), CertificateError> {
    let depth = depth.checked_sub(1).ok_or(CertificateError::TooDeep)?;
    match proof {
        Proof::Constant => match statement {
            Statement::Constant(true) => Ok(()),
            Statement::Constant(false)
            | Statement::Atom(_)
            | Statement::And(_)
            | Statement::Or(_) => Err(shape("a proof of something that is not the constant true")),
        },
        Proof::Linear { least } => check_linear(atom_of(statement)?, least, ranges),
        Proof::Corner { moves, least } => check_corner(atom_of(statement)?, moves, least, ranges),
        Proof::Enclosure { least } => check_enclosure(atom_of(statement)?, least, ranges),
        Proof::All(proofs) => match statement {
            Statement::And(parts) if parts.len() == proofs.len() => parts
                .iter()
                .zip(proofs)
                .try_for_each(|(part, proof)| check_proof(part, proof, ranges, depth)),
            Statement::And(_) | Statement::Or(_) | Statement::Atom(_) | Statement::Constant(_) => {
                Err(shape("one proof for each part of a conjunction"))
            }
        },
        Proof::One { part, proof } => match statement {
            Statement::Or(parts) => {
                let chosen = parts.get(*part).ok_or(shape("a part of the disjunction"))?;
                check_proof(chosen, proof, ranges, depth)
            }
            Statement::And(_) | Statement::Atom(_) | Statement::Constant(_) => {
                Err(shape("a disjunction"))
            }
        },
        Proof::Refutation(refutation) => {
            check_refutation(vec![statement.negated()], refutation, ranges, depth)
        }
        Proof::Split {
            variable,
            at,
            below,
            above,
        } => {
            let no_range = CertificateError::NoRange {
                variable: *variable,
            };
            let (low, high) = ranges.get(variable).ok_or(no_range)?;
            if at < low || at > high {
                let variable = *variable;
                return Err(CertificateError::Cut { variable });
            }
            let half = |low: &Rational, high: &Rational| {
                let mut half = ranges.clone();
                half.insert(*variable, (low.clone(), high.clone()));
                half
            };
            check_proof(statement, below, &half(low, at), depth)?;
            check_proof(statement, above, &half(at, high), depth)
        }
    }
}

fn atom_of(statement: &Statement) -> Result<&Atom, CertificateError> {
    match statement {
        Statement::Atom(atom) => Ok(atom),
        Statement::Constant(_) | Statement::And(_) | Statement::Or(_) => {
            Err(shape("a single comparison"))
        }
    }
}

fn satisfied(atom: &Atom, stated: &Rational, found: Rational) -> Result<(), CertificateError> {
    if *stated != found {
        let stated = stated.clone();
        return Err(CertificateError::Least { stated, found });
    }
    if atom.accepts(&found) {
        Ok(())
    } else {
        Err(CertificateError::NotSatisfied { least: found })
    }
}

fn check_linear(atom: &Atom, stated: &Rational, ranges: &Ranges) -> Result<(), CertificateError> {
    let mut least = Rational::zero();
    for (powers, coefficient) in atom.polynomial.terms() {
        let term = match powers.as_slice() {
            [] => coefficient.clone(),
            [(variable, 1)] => {
                let variable = *variable;
                let no_range = CertificateError::NoRange { variable };
                let (low, high) = ranges.get(&variable).ok_or(no_range)?;
                (coefficient * low).min(coefficient * high)
            }
            _ => return Err(shape("a linear comparison")),
        };
        least = &least + &term;
    }
    satisfied(atom, stated, least)
}

fn check_enclosure(
    atom: &Atom,
    stated: &Rational,
    ranges: &Ranges,
) -> Result<(), CertificateError> {
    let enclosure = atom.polynomial.enclosure(ranges);
    let (least, _) = enclosure.ok_or(shape("variables with ranges"))?;
    satisfied(atom, stated, least)
}

/// Follows the moves: at each, the derivative must keep one sign over the whole box. Returns the
/// polynomial that is left.
///
/// # Errors
/// [`CertificateError::NoRange`] and [`CertificateError::Move`].
pub fn corner_moves_are_sound(
    polynomial: &Polynomial,
    moves: &[(u32, End)],
    ranges: &Ranges,
) -> Result<Polynomial, CertificateError> {
    let mut left = polynomial.clone();
    for &(variable, end) in moves {
        if left.degree_in(variable) == 0 {
            return Err(CertificateError::Move { variable });
        }
        let no_range = CertificateError::NoRange { variable };
        let slope = left.derivative(variable).enclosure(ranges);
        let (least, greatest) = slope.ok_or(no_range.clone())?;
        let (low, high) = ranges.get(&variable).ok_or(no_range)?;
        let (is_sound, value) = match end {
            End::Low => (!least.is_negative(), low),
            End::High => (!greatest.is_positive(), high),
        };
        if !is_sound {
            return Err(CertificateError::Move { variable });
        }
        left = left.substitute(variable, value);
    }
    Ok(left)
}

fn check_corner(
    atom: &Atom,
    moves: &[(u32, End)],
    stated: &Rational,
    ranges: &Ranges,
) -> Result<(), CertificateError> {
    let left = corner_moves_are_sound(&atom.polynomial, moves, ranges)?;
    let variables: Vec<u32> = left.variables().into_iter().collect();
    let is_affine = variables.iter().all(|&v| left.degree_in(v) == 1);
    if variables.len() > CORNER_VARIABLES_MAX || !is_affine {
        let left = variables.len();
        return Err(CertificateError::Corners { left });
    }
    let mut least: Option<Rational> = None;
    for corner in 0..(1_usize << variables.len()) {
        let mut point = BTreeMap::new();
        for (bit, &variable) in variables.iter().enumerate() {
            let no_range = CertificateError::NoRange { variable };
            let (low, high) = ranges.get(&variable).ok_or(no_range)?;
            let end = if (corner >> bit) & 1 == 0 { low } else { high };
            point.insert(variable, end.clone());
        }
        let value = left.value(&point).ok_or(shape("variables with ranges"))?;
        least = Some(least.map_or(value.clone(), |known| known.min(value)));
    }
    satisfied(atom, stated, least.unwrap_or_default())
}

/// Atoms, and the first disjunction with the facts that remain beside it.
pub type Parts = (Vec<Atom>, Option<(Vec<Statement>, Vec<Statement>)>);

/// Takes facts apart: atoms become rows, the first disjunction (if any) is returned with the
/// facts that remain beside it.
#[must_use]
pub fn facts_of(facts: Vec<Statement>) -> Parts {
    let mut atoms = Vec::new();
    let mut pending: Vec<Statement> = Vec::new();
    // Taken from the front, so that the order of facts decides and nothing else.
    let mut queue: std::collections::VecDeque<Statement> = facts.into();
    while let Some(fact) = queue.pop_front() {
        match fact {
            Statement::Constant(true) => {}
            Statement::Constant(false) => atoms.push(Atom {
                polynomial: Polynomial::constant(Rational::from(-1)),
                strict: false,
            }),
            Statement::Atom(atom) => atoms.push(atom),
            Statement::And(parts) => {
                for part in parts.into_iter().rev() {
                    queue.push_front(part);
                }
            }
            Statement::Or(parts) => pending.push(Statement::Or(parts)),
        }
    }
    if pending.is_empty() {
        return (atoms, None);
    }
    let first = pending.remove(0);
    let parts = match first {
        Statement::Or(parts) => parts,
        // INVARIANT: only disjunctions are put into `pending`.
        other => vec![other],
    };
    let mut rest: Vec<Statement> = atoms.iter().cloned().map(Statement::Atom).collect();
    rest.extend(pending);
    (atoms, Some((parts, rest)))
}

/// Returns the rows that hold in the box where the atoms hold: ranges of all variables, ranges of
/// all products in the atoms, then the atoms.
///
/// # Errors
/// [`CertificateError::NoRange`].
pub fn rows_of(atoms: &[Atom], ranges: &Ranges) -> Result<Vec<Atom>, CertificateError> {
    let mut rows = Vec::new();
    let mut between = |polynomial: &Polynomial, low: &Rational, high: &Rational| {
        for row in [
            polynomial.minus(&Polynomial::constant(low.clone())),
            Polynomial::constant(high.clone()).minus(polynomial),
        ] {
            rows.push(Atom {
                polynomial: row,
                strict: false,
            });
        }
    };
    for (&variable, (low, high)) in ranges {
        between(&Polynomial::variable(variable), low, high);
    }
    let products: BTreeSet<&Powers> = atoms
        .iter()
        .flat_map(|atom| atom.polynomial.terms())
        .map(|(powers, _)| powers)
        .filter(|powers| !matches!(powers.as_slice(), [] | [(_, 1)]))
        .collect();
    for powers in products {
        let mut product = Polynomial::constant(Rational::one());
        for &(variable, power) in powers {
            for _ in 0..power {
                let next = product.times(&Polynomial::variable(variable));
                product = next.ok_or(shape("a monomial"))?;
            }
        }
        let variable = powers.first().map_or(0, |&(variable, _)| variable);
        let enclosure = product.enclosure(ranges);
        let (low, high) = enclosure.ok_or(CertificateError::NoRange { variable })?;
        between(&product, &low, &high);
    }
    rows.extend(atoms.iter().cloned());
    Ok(rows)
}

fn check_refutation(
    facts: Vec<Statement>,
    refutation: &Refutation,
    ranges: &Ranges,
    depth: usize,
) -> Result<(), CertificateError> {
    let depth = depth.checked_sub(1).ok_or(CertificateError::TooDeep)?;
    let (atoms, disjunction) = facts_of(facts);
    match refutation {
        Refutation::Cases(cases) => {
            let (parts, rest) = disjunction.ok_or(shape("a disjunction to take apart"))?;
            if parts.len() != cases.len() {
                return Err(shape("one refutation for each part of the disjunction"));
            }
            for (part, case) in parts.into_iter().zip(cases) {
                let mut facts = rest.clone();
                facts.push(part);
                check_refutation(facts, case, ranges, depth)?;
            }
            Ok(())
        }
        Refutation::Farkas(multipliers) => check_farkas(&rows_of(&atoms, ranges)?, multipliers),
    }
}

/// Adds up rows times multipliers: a negative number, or zero although a strict row takes part.
pub(super) fn check_farkas(
    rows: &[Atom],
    multipliers: &[(usize, Rational)],
) -> Result<(), CertificateError> {
    let mut sum = Polynomial::default();
    let mut is_strict = false;
    for (row, multiplier) in multipliers {
        let refused = CertificateError::Multiplier { row: *row };
        let atom = rows.get(*row).ok_or(refused.clone())?;
        if multiplier.is_negative() {
            return Err(refused);
        }
        is_strict |= atom.strict && multiplier.is_positive();
        sum = sum.plus(&atom.polynomial.times_constant(multiplier));
    }
    match sum.as_constant() {
        Some(total) if total.is_negative() || (is_strict && total.is_zero()) => Ok(()),
        Some(_) | None => Err(CertificateError::NoContradiction),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_enclosure_of_pi_holds_pi() {
        let (low, high) = pi_enclosure();
        assert!(low < high && low.to_f64() == std::f64::consts::PI);
    }

    #[test]
    fn farkas_rows_must_contradict() {
        let x = Polynomial::variable(0);
        let row = |polynomial: Polynomial, strict| Atom { polynomial, strict };
        // x > 0 and -x >= 0: zero, with a strict row.
        let rows = [row(x.clone(), true), row(x.negated(), false)];
        let one = Rational::one;
        assert_eq!(check_farkas(&rows, &[(0, one()), (1, one())]), Ok(()));
        let weak = [row(x.clone(), false), row(x.negated(), false)];
        let refused = Err(CertificateError::NoContradiction);
        assert_eq!(check_farkas(&weak, &[(0, one()), (1, one())]), refused);
        assert_eq!(check_farkas(&rows, &[(0, one())]), refused);
        let negative = check_farkas(&rows, &[(0, Rational::from(-1))]);
        assert_eq!(negative, Err(CertificateError::Multiplier { row: 0 }));
        let missing = check_farkas(&rows, &[(7, one())]);
        assert_eq!(missing, Err(CertificateError::Multiplier { row: 7 }));
    }
}
