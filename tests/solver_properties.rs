//! Laws of the solver door on random formulas: it never denies a model that exists.
//!
//! Goal: an encoding mistake (a sign, a guard, an enumerator, a division by zero) shows up without
//! a second solver. Method: formulas are made true at a hidden point by negating those that are
//! false there, exactly; the conjunction then has a model. `unsat` would be a wrong verdict.

#![cfg(feature = "z3")]

mod queries;

use cellwright::check::query::{
    Answer, Formula, Model, Query, Reason, Sort, Term, Value, VarId, Want,
};
use cellwright::check::solver_process::Solver;
use cellwright::rational::Rational;
use proptest::prelude::*;
use queries::{number, query, real};

fn declared(assertions: Vec<Formula>) -> Query {
    let mut query = query(
        &["a.x", "a.y", "a.z", "a.flag", "a.kind"],
        Vec::new(),
        Want::Core,
    );
    query.variables[3].sort = Sort::Bool;
    query.variables[4].sort = Sort::Enum(["u", "v", "w"].map(str::to_owned).to_vec());
    query.rlimit = 400_000;
    for (place, formula) in assertions.into_iter().enumerate() {
        query.assertions.push((format!("R{place}"), formula));
    }
    query
}

fn point() -> impl Strategy<Value = Model> {
    let value = (-6..=6_i64, 1..=3_i64).prop_map(|(n, d)| Value::Real(Rational::ratio(n, d)));
    (proptest::collection::vec(value, 3), any::<bool>(), 0..3_u32).prop_map(|(mut values, b, e)| {
        values.extend([Value::Bool(b), Value::Enum(e)]);
        Model { values }
    })
}

fn term(depth: u32) -> BoxedStrategy<Term> {
    let leaf = prop_oneof![
        (0..3_u32).prop_map(real),
        (-4..=4_i64).prop_map(number),
        (1..=3_i64).prop_map(|d| Term::Rational(Rational::ratio(1, d))),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = || term(depth - 1).prop_map(Box::new);
    prop_oneof![
        2 => leaf,
        2 => proptest::collection::vec(term(depth - 1), 0..3).prop_map(Term::Add),
        1 => proptest::collection::vec(term(depth - 1), 0..3).prop_map(Term::Mul),
        1 => (inner(), inner()).prop_map(|(a, b)| Term::Div(a, b)),
        1 => inner().prop_map(Term::Neg),
        1 => (formula(depth - 1), inner(), inner())
            .prop_map(|(c, a, b)| Term::Ite(Box::new(c), a, b)),
    ]
    .boxed()
}

fn formula(depth: u32) -> BoxedStrategy<Formula> {
    let terms = || (term(depth), term(depth));
    let leaf = prop_oneof![
        4 => terms().prop_map(|(a, b)| Formula::Le(a, b)),
        4 => terms().prop_map(|(a, b)| Formula::Lt(a, b)),
        2 => terms().prop_map(|(a, b)| Formula::Eq(a, b)),
        1 => Just(Formula::Bool(VarId(3))),
        1 => (0..3_u32).prop_map(|e| Formula::EnumIs(VarId(4), e)),
        1 => Just(Formula::True),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = || formula(depth - 1);
    prop_oneof![
        3 => leaf,
        1 => inner().prop_map(|f| Formula::Not(Box::new(f))),
        1 => proptest::collection::vec(inner(), 0..3).prop_map(Formula::And),
        1 => proptest::collection::vec(inner(), 0..3).prop_map(Formula::Or),
        1 => (inner(), inner()).prop_map(|(a, b)| Formula::Implies(Box::new(a), Box::new(b))),
    ]
    .boxed()
}

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..Default::default()
    }
}

/// Negates what is false at the point and drops what has no value there.
fn made_true(formulas: Vec<Formula>, at: &Model) -> Vec<Formula> {
    let turned = formulas
        .into_iter()
        .filter_map(|formula| match formula.evaluate(at)? {
            true => Some(formula),
            false => Some(Formula::Not(Box::new(formula))),
        });
    turned.collect()
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_model_that_exists_is_never_denied(
        at in point(),
        formulas in proptest::collection::vec(formula(2), 1..6),
    ) {
        let query = declared(made_true(formulas, &at));
        prop_assert_eq!(query.refutation(&at), None);
        match Solver::InProcess.solve(&query) {
            Answer::Sat(model) => prop_assert_eq!(query.refutation(&model), None),
            Answer::Unsat(core) => prop_assert!(false, "denied {:?} by {:?}", at, core),
            Answer::Unknown { reason } => prop_assert!(
                !matches!(reason, Reason::ModelRefuted { .. } | Reason::Malformed { .. }
                    | Reason::Crashed),
                "{}", reason
            ),
        }
    }

}

proptest! {
    #![proptest_config(cases(50))]

    #[test]
    fn a_core_contradicts_itself_and_no_member_is_spare(
        at in point(),
        formulas in proptest::collection::vec(formula(1), 2..6),
        planted in formula(1),
    ) {
        let mut all = made_true(formulas, &at);
        all.push(planted.clone());
        all.push(Formula::Not(Box::new(planted)));
        let query = declared(all);
        let core = match Solver::InProcess.solve(&query) {
            Answer::Unsat(core) => core,
            // Both halves hold only where a division by zero leaves no value: no model of ours.
            Answer::Unknown { .. } => return Ok(()),
            Answer::Sat(model) => return Err(TestCaseError::fail(format!("{model:?}"))),
        };
        // The whole core first, then the core without each of its members.
        let without = |spare: Option<&String>| {
            let mut part = query.clone();
            part.assertions.retain(|(name, _)| core.contains(name) && Some(name) != spare);
            part
        };
        let spares = std::iter::once(None).chain(core.iter().map(Some));
        let parts: Vec<Query> = spares.map(without).collect();
        let is_unsat = |answer: Answer| matches!(answer, Answer::Unsat(_));
        let verdicts: Vec<bool> =
            Solver::InProcess.solve_all(&parts).into_iter().map(is_unsat).collect();
        let expected: Vec<bool> = (0..parts.len()).map(|place| place == 0).collect();
        prop_assert_eq!(verdicts, expected, "{:?}", core);
    }

    #[test]
    fn postfix_and_text_are_functions_of_the_query(
        formulas in proptest::collection::vec(formula(3), 1..4)
    ) {
        for formula in &formulas {
            prop_assert_eq!(&Formula::from_postfix(&formula.to_postfix()), &Ok(formula.clone()));
        }
        let query = declared(formulas);
        let mut turned = query.clone();
        turned.assertions.reverse();
        let text = cellwright::check::smtlib::to_smtlib(&query);
        prop_assert_eq!(&text, &cellwright::check::smtlib::to_smtlib(&turned));
        let open = text.matches('(').count();
        prop_assert_eq!(open, text.matches(')').count());
    }
}
