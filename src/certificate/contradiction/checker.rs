//! The checker of contradictions: replays the steps of a refutation.
//!
//! In: the claim an auditor made himself and the certificate. Out: nothing, or the first thing
//! that is wrong. Every branch must end in a contradiction that is recomputed here: rows are
//! multiplied and added up again, atoms are enclosed again, enumerators are counted again.

use super::{Certificate, Claim, Condition, DEPTH_MAX, Row, Sort, State, Step};
use crate::certificate::checker::check_farkas;
use crate::certificate::{Atom, CertificateError, Polynomial};
use crate::rational::Rational;

/// Checks that a certificate proves a claim.
///
/// # Errors
/// [`CertificateError`] with the first thing that is wrong.
pub fn check(certificate: &Certificate, claim: &Claim) -> Result<(), CertificateError> {
    if certificate.claim != *claim {
        return Err(CertificateError::OtherClaim);
    }
    check_own(certificate)
}

/// Checks that a certificate proves what it says itself: whoever reads it compares the claim.
///
/// # Errors
/// [`CertificateError`] with the first thing that is wrong.
pub fn check_own(certificate: &Certificate) -> Result<(), CertificateError> {
    let claim = &certificate.claim;
    check_claim(claim)?;
    let mut state = State::new(&claim.variables);
    for fact in &claim.facts {
        state.assume(&fact.says);
    }
    let mut replay = Replay {
        claim,
        steps: &certificate.refutation,
        next: 0,
    };
    replay.branch(&state, DEPTH_MAX)?;
    if replay.next == certificate.refutation.len() {
        Ok(())
    } else {
        Err(shape("no step after the last branch"))
    }
}

fn shape(expected: &'static str) -> CertificateError {
    CertificateError::Shape { expected }
}

/// Polynomials use numbers only, definitions only what stands before them, choices exist.
fn check_claim(claim: &Claim) -> Result<(), CertificateError> {
    for (place, variable) in claim.variables.iter().enumerate() {
        if let Sort::Defined(definition) = &variable.sort {
            check_polynomial(&definition.numerator, claim, place)?;
            check_polynomial(&definition.denominator, claim, place)?;
        }
    }
    for fact in &claim.facts {
        let mut found = Ok(());
        fact.says.visit(&mut |condition| {
            if found.is_ok() {
                found = check_condition(condition, claim);
            }
        });
        found?;
    }
    Ok(())
}

fn check_condition(condition: &Condition, claim: &Claim) -> Result<(), CertificateError> {
    match condition {
        Condition::Constant(_) | Condition::And(_) | Condition::Or(_) => Ok(()),
        Condition::Atom(atom) => check_polynomial(&atom.polynomial, claim, claim.variables.len()),
        Condition::Choice {
            variable, member, ..
        } => match claim.variables.get(*variable as usize).map(|v| &v.sort) {
            Some(Sort::Choice(names)) if (*member as usize) < names.len() => Ok(()),
            Some(Sort::Choice(_) | Sort::Real | Sort::Defined(_)) | None => {
                Err(shape("an enumerator of a choice"))
            }
        },
    }
}

fn check_polynomial(
    polynomial: &Polynomial,
    claim: &Claim,
    before: usize,
) -> Result<(), CertificateError> {
    for variable in polynomial.variables() {
        let place = variable as usize;
        let sort = claim.variables.get(place).map(|known| &known.sort);
        let is_number = matches!(sort, Some(Sort::Real | Sort::Defined(_)));
        if !is_number || place >= before {
            return Err(CertificateError::NoRange { variable });
        }
    }
    Ok(())
}

struct Replay<'a> {
    claim: &'a Claim,
    steps: &'a [Step],
    next: usize,
}

impl Replay<'_> {
    /// Replays one branch: its first step, then the branches of that step.
    fn branch(&mut self, state: &State, depth: usize) -> Result<(), CertificateError> {
        let depth = depth.checked_sub(1).ok_or(CertificateError::TooDeep)?;
        let steps = self.steps;
        let step = steps
            .get(self.next)
            .ok_or(shape("a step for each branch"))?;
        self.next += 1;
        match step {
            Step::Cases { disjunction } => self.cases(state, *disjunction, depth),
            Step::Choice { variable } => {
                for member in state.members(*variable) {
                    let variable = *variable;
                    let is = true;
                    let chosen = Condition::Choice {
                        variable,
                        member,
                        is,
                    };
                    self.assuming(state, &chosen, depth)?;
                }
                if state.left.contains_key(variable) {
                    Ok(())
                } else {
                    Err(shape("a choice"))
                }
            }
            Step::Cut { variable, at } => {
                let own = Polynomial::variable(*variable);
                let cut = Polynomial::constant(at.clone());
                check_polynomial(&own, self.claim, self.claim.variables.len())?;
                for polynomial in [cut.minus(&own), own.minus(&cut)] {
                    let strict = false;
                    let half = Condition::Atom(Atom { polynomial, strict });
                    self.assuming(state, &half, depth)?;
                }
                Ok(())
            }
            Step::Farkas(rows) => self.farkas(state, rows),
            Step::Outside { atom } => {
                let failing = state.atoms.get(*atom);
                let failing = failing.ok_or(CertificateError::Multiplier { row: *atom })?;
                let intervals = state.intervals(&self.claim.variables);
                if State::is_outside(failing, &intervals) {
                    Ok(())
                } else {
                    Err(CertificateError::Inside { atom: *atom })
                }
            }
            Step::Clash { variable } => match state.left.get(variable) {
                Some(left) if !left.contains(&true) => Ok(()),
                Some(_) | None => Err(shape("a choice without enumerators left")),
            },
        }
    }

    fn assuming(
        &mut self,
        state: &State,
        condition: &Condition,
        depth: usize,
    ) -> Result<(), CertificateError> {
        let mut further = state.clone();
        further.assume(condition);
        self.branch(&further, depth)
    }

    fn cases(&mut self, state: &State, place: usize, depth: usize) -> Result<(), CertificateError> {
        let parts = state.open.get(place).ok_or(shape("an open disjunction"))?;
        let mut rest = state.clone();
        rest.open.remove(place);
        parts
            .iter()
            .try_for_each(|part| self.assuming(&rest, part, depth))
    }

    fn farkas(&self, state: &State, rows: &[(Row, Rational)]) -> Result<(), CertificateError> {
        let atom = |place: &usize| {
            let found = state.atoms.get(*place);
            found.ok_or(CertificateError::Multiplier { row: *place })
        };
        let product = |a: &Polynomial, b: &Polynomial| a.times(b).ok_or(shape("a short product"));
        let mut used = Vec::with_capacity(rows.len());
        let mut multipliers = Vec::with_capacity(rows.len());
        for (place, (row, multiplier)) in rows.iter().enumerate() {
            used.push(match row {
                Row::Atom(one) => atom(one)?.clone(),
                Row::Product(one, other) => {
                    let (one, other) = (atom(one)?, atom(other)?);
                    Atom {
                        polynomial: product(&one.polynomial, &other.polynomial)?,
                        strict: one.strict && other.strict,
                    }
                }
                Row::Square(polynomial) => {
                    check_polynomial(polynomial, self.claim, self.claim.variables.len())?;
                    Atom {
                        polynomial: product(polynomial, polynomial)?,
                        strict: false,
                    }
                }
            });
            multipliers.push((place, multiplier.clone()));
        }
        check_farkas(&used, &multipliers)
    }
}
