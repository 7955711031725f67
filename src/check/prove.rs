//! Proves statements over a box, or finds a point where they fail, without a solver.
//!
//! In: a statement and a box. Out: a [`Proof`] that the certificate checker accepts, a point that
//! was evaluated exactly, or neither. One comparison is settled by its least value (linear form or
//! corners), a conjunction part by part, a disjunction by a part that holds everywhere, by a corner
//! where no part holds, or by linear arithmetic; what is left is cut in two a bounded number of
//! times.

use std::collections::{BTreeMap, BTreeSet};

use super::corners::{corner_point, least};
use super::farkas::{Linear, decide};
use crate::certificate::{Atom, Proof, Ranges, Statement};
use crate::rational::Rational;

/// Cuts of one question before it is left to the solver.
const CUTS_MAX: usize = 48;

/// Corners of a disjunction are tried up to this number of variables.
const TRIED_VARIABLES_MAX: usize = 6;

/// A value per variable.
pub type Values = BTreeMap<u32, Rational>;

/// What came of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It holds on the whole box.
    Proved(Proof),
    /// It fails at this point; values for all variables of the box.
    Refuted(Values),
    /// Neither was found.
    Open,
}

/// Proves or refutes a statement on a box; a refuting point keeps variables that do not matter
/// at their value in `centre`.
#[must_use]
pub fn prove(statement: &Statement, ranges: &Ranges, centre: &Values) -> Outcome {
    let mut cuts = CUTS_MAX;
    on_box(statement, ranges, centre, &mut cuts)
}

fn on_box(statement: &Statement, ranges: &Ranges, centre: &Values, cuts: &mut usize) -> Outcome {
    match uncut(statement, ranges, centre, cuts) {
        Outcome::Open => cut(statement, ranges, centre, cuts),
        settled => settled,
    }
}

fn uncut(statement: &Statement, ranges: &Ranges, centre: &Values, cuts: &mut usize) -> Outcome {
    match statement {
        Statement::Constant(true) => Outcome::Proved(Proof::Constant),
        Statement::Constant(false) => Outcome::Refuted(filled(&Values::new(), ranges, centre)),
        Statement::Atom(atom) => single(atom, ranges, centre),
        Statement::And(parts) => {
            let mut proofs = Vec::new();
            let mut is_open = false;
            for part in parts {
                match on_box(part, ranges, centre, cuts) {
                    Outcome::Proved(proof) => proofs.push(proof),
                    Outcome::Refuted(point) => return Outcome::Refuted(point),
                    Outcome::Open => is_open = true,
                }
            }
            if is_open {
                Outcome::Open
            } else {
                Outcome::Proved(Proof::All(proofs))
            }
        }
        Statement::Or(parts) => disjunction(statement, parts, ranges, centre),
    }
}

fn single(atom: &Atom, ranges: &Ranges, centre: &Values) -> Outcome {
    let Some(found) = least(&atom.polynomial, ranges) else {
        return match atom.polynomial.enclosure(ranges) {
            Some((least, _)) if atom.accepts(&least) => Outcome::Proved(Proof::Enclosure { least }),
            Some(_) | None => failing_point(&Statement::Atom(atom.clone()), ranges, centre, &[]),
        };
    };
    if !atom.accepts(&found.value) {
        return Outcome::Refuted(filled(&found.corner, ranges, centre));
    }
    let least = found.value;
    Outcome::Proved(if atom.polynomial.is_linear() {
        Proof::Linear { least }
    } else {
        let moves = found.moves;
        Proof::Corner { moves, least }
    })
}

fn disjunction(
    whole: &Statement,
    parts: &[Statement],
    ranges: &Ranges,
    centre: &Values,
) -> Outcome {
    let mut suggestions = Vec::new();
    for (part, statement) in parts.iter().enumerate() {
        let mut no_cuts = 0;
        match uncut(statement, ranges, centre, &mut no_cuts) {
            Outcome::Proved(proof) => {
                let proof = Box::new(proof);
                return Outcome::Proved(Proof::One { part, proof });
            }
            Outcome::Refuted(point) => suggestions.push(point),
            Outcome::Open => {}
        }
    }
    let failing = failing_point(whole, ranges, centre, &suggestions);
    if failing != Outcome::Open {
        return failing;
    }
    match decide(vec![whole.negated()], ranges) {
        Linear::Refuted(refutation) => Outcome::Proved(Proof::Refutation(refutation)),
        Linear::Point(point) => {
            let point = filled(&point, ranges, centre);
            if whole.value(&point) == Some(false) {
                Outcome::Refuted(point)
            } else {
                Outcome::Open
            }
        }
        Linear::TooLarge => Outcome::Open,
    }
}

/// Tries the suggestions, the centre and, for few variables, all corners.
fn failing_point(
    statement: &Statement,
    ranges: &Ranges,
    centre: &Values,
    suggestions: &[Values],
) -> Outcome {
    let fails = |point: &Values| statement.value(point) == Some(false);
    for suggestion in suggestions {
        if fails(suggestion) {
            return Outcome::Refuted(suggestion.clone());
        }
    }
    let middle = filled(&Values::new(), ranges, centre);
    if fails(&middle) {
        return Outcome::Refuted(middle);
    }
    let mut variables = BTreeSet::new();
    statement.atoms(&mut |atom| variables.extend(atom.polynomial.variables()));
    let variables: Vec<u32> = variables.into_iter().collect();
    if variables.len() <= TRIED_VARIABLES_MAX {
        for number in 0..(1_usize << variables.len()) {
            if let Some(corner) = corner_point(&variables, number, ranges) {
                let point = filled(&corner, ranges, centre);
                if fails(&point) {
                    return Outcome::Refuted(point);
                }
            }
        }
    }
    Outcome::Open
}

/// Completes a point: the centre where it lies in the box, else the middle of the range.
fn filled(point: &Values, ranges: &Ranges, centre: &Values) -> Values {
    let mut values = Values::new();
    for (variable, (low, high)) in ranges {
        let inside = |value: &&Rational| *value >= low && *value <= high;
        let value = point
            .get(variable)
            .or_else(|| centre.get(variable).filter(inside))
            .cloned()
            .unwrap_or_else(|| &(low + high) * &Rational::ratio(1, 2));
        values.insert(*variable, value);
    }
    values
}

fn cut(statement: &Statement, ranges: &Ranges, centre: &Values, cuts: &mut usize) -> Outcome {
    let Some((variable, at)) = widest(statement, ranges) else {
        return Outcome::Open;
    };
    if *cuts == 0 {
        return Outcome::Open;
    }
    *cuts -= 1;
    let Some((low, high)) = ranges.get(&variable) else {
        return Outcome::Open;
    };
    let mut halves = Vec::new();
    for (low, high) in [(low, &at), (&at, high)] {
        let mut half = ranges.clone();
        half.insert(variable, (low.clone(), high.clone()));
        match on_box(statement, &half, centre, cuts) {
            Outcome::Proved(proof) => halves.push(Box::new(proof)),
            unsettled => return unsettled,
        }
    }
    match (halves.pop(), halves.pop()) {
        (Some(above), Some(below)) => Outcome::Proved(Proof::Split {
            variable,
            at,
            below,
            above,
        }),
        _ => Outcome::Open,
    }
}

/// The variable with the relatively widest range, powers first, and where to cut it: at zero if
/// zero lies inside.
fn widest(statement: &Statement, ranges: &Ranges) -> Option<(u32, Rational)> {
    let mut degrees: BTreeMap<u32, u32> = BTreeMap::new();
    statement.atoms(&mut |atom| {
        for variable in atom.polynomial.variables() {
            let degree = atom.polynomial.degree_in(variable).min(2);
            let known = degrees.entry(variable).or_insert(0);
            *known = degree.max(*known);
        }
    });
    let mut best: Option<((u32, Rational), u32)> = None;
    for (variable, degree) in degrees {
        let (low, high) = ranges.get(&variable)?;
        let size = low.abs().max(high.abs());
        let Some(width) = (high - low).checked_div(&size) else {
            continue;
        };
        let rank = (degree, width);
        if rank.1.is_positive() && best.as_ref().is_none_or(|(known, _)| rank > *known) {
            best = Some((rank, variable));
        }
    }
    let (_, variable) = best?;
    let (low, high) = ranges.get(&variable)?;
    let at = if low.is_negative() && high.is_positive() {
        Rational::zero()
    } else {
        &(low + high) * &Rational::ratio(1, 2)
    };
    Some((variable, at))
}
