//! Optima of linear facts against the solver.
//!
//! Goal: a value that is a hair off, a point that breaks a fact, a certificate of something else
//! shows up. Method: drawn facts with disjunctions and strict rows; the solver finds a point at the
//! value and none beyond it; the certificate bears the checker's look and rests on parts of the
//! facts alone.
#![cfg(feature = "z3")]

use cellwright::certificate::{Atom, Certificate, Polynomial, Ranges, Statement, check};
use cellwright::check::optimum::{Optimum, Problem, greatest};
use cellwright::check::query::{Answer, Formula, Query, Sort, Term, VarId, Variable, Want};
use cellwright::check::solver_process::Solver;
use cellwright::rational::Rational;
use proptest::prelude::*;

fn linear(coefficients: &[i64], constant: i64) -> Polynomial {
    let mut polynomial = Polynomial::constant(Rational::from(constant));
    for (id, &coefficient) in (0..).zip(coefficients) {
        let term = Polynomial::variable(id).times_constant(&Rational::from(coefficient));
        polynomial = polynomial.plus(&term);
    }
    polynomial
}

fn fact() -> impl Strategy<Value = Statement> {
    let atom = (
        proptest::collection::vec(-3..=3_i64, 3),
        -9..=9_i64,
        any::<bool>(),
    );
    let atom = atom.prop_map(|(coefficients, constant, strict)| {
        let polynomial = linear(&coefficients, constant);
        Statement::Atom(Atom { polynomial, strict })
    });
    prop_oneof![
        3 => atom.clone(),
        1 => proptest::collection::vec(atom.clone(), 2..4).prop_map(Statement::Or),
        1 => (atom.clone(), atom.clone(), atom).prop_map(|(a, b, c)| {
            Statement::And(vec![a, Statement::Or(vec![b, c])])
        }),
    ]
}

/// Whether a certificate bears the checker's look and rests on facts, or parts of them, alone.
fn rests_on(beyond: Option<&Certificate>, facts: &[Statement], has_goal: bool) -> bool {
    fn parts(statement: &Statement, found: &mut Vec<Statement>) {
        found.push(statement.clone());
        if let Statement::And(all) = statement {
            all.iter().for_each(|part| parts(part, found));
        }
    }
    let Some(beyond) = beyond else { return false };
    let mut known = Vec::new();
    facts.iter().for_each(|fact| parts(fact, &mut known));
    let Statement::Or(stated) = &beyond.claim.statement else {
        return false;
    };
    let premises = &stated[..stated.len() - usize::from(has_goal)];
    let is_known = |premise: &Statement| known.contains(&premise.negated());
    check(beyond, &beyond.claim).is_ok() && premises.iter().all(is_known)
}

fn term(polynomial: &Polynomial) -> Term {
    let summand = |(powers, value): (&Vec<(u32, u32)>, &Rational)| {
        let mut factors = vec![Term::Rational(value.clone())];
        for &(variable, power) in powers {
            factors.extend((0..power).map(|_| Term::Real(VarId(variable))));
        }
        Term::Mul(factors)
    };
    Term::Add(polynomial.terms().map(summand).collect())
}

fn formula(statement: &Statement) -> Formula {
    let all = |parts: &[Statement]| parts.iter().map(formula).collect();
    let zero = || Term::Rational(Rational::zero());
    match statement {
        Statement::Constant(true) => Formula::True,
        Statement::Constant(false) => Formula::False,
        Statement::Atom(atom) if atom.strict => Formula::Lt(zero(), term(&atom.polynomial)),
        Statement::Atom(atom) => Formula::Le(zero(), term(&atom.polynomial)),
        Statement::And(parts) => Formula::And(all(parts)),
        Statement::Or(parts) => Formula::Or(all(parts)),
    }
}

fn is_satisfiable(facts: &[Statement]) -> bool {
    let query = Query {
        variables: ["x", "y", "z"]
            .map(|name| Variable {
                name: name.to_owned(),
                sort: Sort::Real,
            })
            .to_vec(),
        assertions: facts
            .iter()
            .enumerate()
            .map(|(place, fact)| (format!("f{place}"), formula(fact)))
            .collect(),
        want: Want::Model,
        rlimit: 4_000_000,
        wall_ms: 20_000,
    };
    match Solver::InProcess.solve(&query) {
        Answer::Sat(_) => true,
        Answer::Unsat(_) => false,
        Answer::Unknown { reason } => panic!("{reason}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn optima_agree_with_the_solver(
        facts in proptest::collection::vec(fact(), 1..7),
        objective in proptest::collection::vec(-3..=3_i64, 3),
    ) {
        let five = || (Rational::from(-5), Rational::from(5));
        let ranges = Ranges::from([(0, five()), (1, five()), (2, five())]);
        let objective = linear(&objective, 0);
        let problem = Problem { ranges: &ranges, facts: &facts, objective: &objective };
        let found = greatest(&problem);
        let mut asked = facts.clone();
        for id in 0..3 {
            for polynomial in [
                Polynomial::variable(id).plus(&Polynomial::constant(Rational::from(5))),
                Polynomial::constant(Rational::from(5)).minus(&Polynomial::variable(id)),
            ] {
                asked.push(Statement::Atom(Atom { polynomial, strict: false }));
            }
        }
        let with = |value: &Rational, strict: bool| {
            let mut asked = asked.clone();
            let polynomial = objective.minus(&Polynomial::constant(value.clone()));
            asked.push(Statement::Atom(Atom { polynomial, strict }));
            is_satisfiable(&asked)
        };
        match found {
            Optimum::Impossible(beyond) => {
                prop_assert!(!is_satisfiable(&asked));
                prop_assert!(rests_on(beyond.as_deref(), &facts, false));
            }
            Optimum::Attained { value, beyond, .. } => {
                prop_assert!(with(&value, false) && !with(&value, true));
                prop_assert!(rests_on(beyond.as_deref(), &facts, true));
            }
            Optimum::Approached { value, beyond, .. } => {
                let near = &value - &Rational::power_of_ten(-9);
                prop_assert!(with(&near, false) && !with(&value, false));
                prop_assert!(rests_on(beyond.as_deref(), &facts, true));
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }
}
