//! The solver door as its users see it: verdicts, exact models, minimal cores, one canonical model.
//!
//! Goal: the same query has the same answer whatever the order, the process or the run. Method:
//! small queries with known answers, in this process and in a child, permuted and repeated.

#![cfg(feature = "z3")]

mod common;
mod queries;

use cellwright::check::canonical_model::Preference;
use cellwright::check::query::{Answer, Formula, Query, Reason, Sort, Term, Value, VarId, Want};
use cellwright::check::smtlib::to_smtlib;
use cellwright::check::solver_process::{Solver, solver_version};
use cellwright::rational::Rational;
use queries::*;

fn child() -> Solver {
    Solver::Child {
        program: env!("CARGO_BIN_EXE_cellwright").into(),
    }
}

fn model_values(answer: Answer) -> Vec<Value> {
    match answer {
        Answer::Sat(model) => model.values,
        other => panic!("expected a model, found {other:?}"),
    }
}

#[test]
fn the_linked_solver_is_the_pinned_one() {
    assert_eq!(solver_version().as_deref(), Some("Z3 5.3.0.0"));
}

#[test]
fn a_model_is_exact_beyond_machine_numbers() {
    let tiny = ratio("1/123456789012345678901234567890");
    let assertions = vec![
        ("low", Formula::Lt(number(0), real(0))),
        ("high", Formula::Le(real(0), Term::Rational(tiny.clone()))),
        (
            "negative",
            Formula::Eq(real(1), Term::Neg(Box::new(Term::Rational(tiny.clone())))),
        ),
    ];
    let query = query(&["a.x", "a.y"], assertions, Want::Model);
    let values = model_values(child().solve(&query));
    assert_eq!(values[1], Value::Real(-&tiny));
    assert!(matches!(&values[0], Value::Real(x) if x.is_positive() && *x <= tiny));
}

#[test]
fn a_core_is_minimal_and_sorted() {
    let mut assertions: Vec<(String, Formula)> = (0..40)
        .map(|n| (format!("R{n:02}"), Formula::Le(real(0), number(1000 + n))))
        .collect();
    assertions.push(("Z1".to_owned(), Formula::Le(real(1), real(0))));
    assertions.push(("A9".to_owned(), Formula::Le(number(7), real(1))));
    assertions.push(("M5".to_owned(), Formula::Lt(real(0), number(7))));
    let mut query = query(&["a.x", "a.y"], Vec::new(), Want::Core);
    query.assertions = assertions;
    let expected = ["A9", "M5", "Z1"].map(str::to_owned).to_vec();
    assert_eq!(child().solve(&query), Answer::Unsat(expected));
    query.want = Want::Model;
    assert_eq!(child().solve(&query), Answer::Unsat(Vec::new()));
}

#[test]
fn products_and_quotients_are_decided() {
    // Areal loading = flow * solids / (width * speed), every factor in a range.
    let loading = Term::Div(
        Box::new(Term::Mul(vec![real(0), real(1)])),
        Box::new(Term::Mul(vec![real(2), real(3)])),
    );
    let ranges = [(0, 10, 11), (1, 2, 3), (2, 1, 2), (3, 4, 5)];
    let with = |limit: Formula| {
        let mut query = query(
            &["a.flow", "a.solids", "a.width", "a.speed"],
            vec![],
            Want::Core,
        );
        for (variable, low, high) in ranges {
            let inside = Formula::And(vec![
                Formula::Le(number(low), real(variable)),
                Formula::Le(real(variable), number(high)),
            ]);
            query.assertions.push((format!("range {variable}"), inside));
        }
        query.assertions.push(("limit".to_owned(), limit));
        query
    };
    // The extremes are 10*2/(2*5) = 2 and 11*3/(1*4) = 33/4.
    let below = with(Formula::Lt(loading.clone(), number(2)));
    let core: Vec<String> = ["limit", "range 0", "range 1", "range 2", "range 3"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(child().solve(&below), Answer::Unsat(core));
    let top = Term::Rational(ratio("33/4"));
    let at_top = with(Formula::Le(top, loading));
    let values = model_values(child().solve(&at_top));
    let corner = [11, 3, 1, 4].map(|n| Value::Real(Rational::from(n)));
    assert_eq!(values, corner);
}

#[test]
fn an_irrational_solution_is_replaced_or_undecided() {
    let square = || Term::Mul(vec![real(0), real(0)]);
    let root = query(
        &["a.x"],
        vec![("r", Formula::Eq(square(), number(2)))],
        Want::Model,
    );
    let reason = Reason::Irrational {
        variable: "a.x".to_owned(),
    };
    assert_eq!(child().solve(&root), Answer::Unknown { reason });
    let product = Formula::Eq(Term::Mul(vec![real(0), real(1)]), number(2));
    let near = Formula::Le(square(), number(2));
    let above = Formula::Le(Term::Rational(ratio("199/100")), square());
    let assertions = vec![("p", product), ("s", near), ("t", above)];
    let values = model_values(child().solve(&query(&["a.x", "a.y"], assertions, Want::Model)));
    assert_eq!(values.len(), 2);
}

#[test]
fn a_division_by_zero_never_makes_a_model() {
    let reciprocal = || Term::Div(Box::new(number(1)), Box::new(real(0)));
    let at_zero = ("zero", Formula::Eq(real(0), number(0)));
    let big = ("big", Formula::Le(number(5), reciprocal()));
    let both = query(
        &["a.x"],
        vec![at_zero.clone(), big.clone()],
        Want::ModelAndCore,
    );
    let undecided = Answer::Unknown {
        reason: Reason::DivisionByZero,
    };
    assert_eq!(child().solve(&both), undecided);
    let guard = Formula::Implies(
        Box::new(Formula::Lt(number(0), real(0))),
        Box::new(big.1.clone()),
    );
    let guarded = query(&["a.x"], vec![at_zero, ("guarded", guard)], Want::Model);
    assert_eq!(
        model_values(child().solve(&guarded)),
        [Value::Real(Rational::zero())]
    );
    let free = query(&["a.x"], vec![big], Want::Model);
    assert!(matches!(child().solve(&free), Answer::Sat(_)));
}

#[test]
fn enumerations_take_exactly_one_enumerator() {
    let is = |enumerator| Formula::EnumIs(VarId(0), enumerator);
    let not = |formula| Formula::Not(Box::new(formula));
    let mut query = query(&["can.material"], Vec::new(), Want::Core);
    query.variables[0].sort = Sort::Enum(["a", "b", "c"].map(str::to_owned).to_vec());
    query.assertions.push(("N0".to_owned(), not(is(0))));
    query.assertions.push(("N2".to_owned(), not(is(2))));
    assert_eq!(model_values(child().solve(&query)), [Value::Enum(1)]);
    query.assertions.push(("N1".to_owned(), not(is(1))));
    let core = ["N0", "N1", "N2"].map(str::to_owned).to_vec();
    assert_eq!(child().solve(&query), Answer::Unsat(core));
}

#[test]
fn a_small_budget_is_undecided_and_replays() {
    let mut hard = hard_query();
    hard.rlimit = 2000;
    let reason = Reason::Budget { rlimit: 2000 };
    for solver in [Solver::InProcess, child(), child()] {
        let reason = reason.clone();
        assert_eq!(solver.solve(&hard), Answer::Unknown { reason });
    }
    let (mut linear, _) = roomy();
    linear.rlimit = 1;
    let reason = Reason::Budget { rlimit: 1 };
    assert_eq!(child().solve(&linear), Answer::Unknown { reason });
}

/// Two rational variables with room, a boolean and an enumeration.
fn roomy() -> (Query, Vec<Preference>) {
    let mut query = query(&["a.x", "a.y", "a.flag", "a.kind"], Vec::new(), Want::Model);
    query.variables[2].sort = Sort::Bool;
    query.variables[3].sort = Sort::Enum(["u", "v", "w"].map(str::to_owned).to_vec());
    let sum = Term::Add(vec![real(0), real(1)]);
    let mixed = Term::Add(vec![real(0), Term::Neg(Box::new(real(1)))]);
    let flag = Formula::Bool(VarId(2));
    query.assertions = vec![
        (
            "R1".to_owned(),
            Formula::Lt(Term::Rational(ratio("60")), sum),
        ),
        (
            "R2".to_owned(),
            Formula::Le(mixed, Term::Rational(ratio("41/10"))),
        ),
        (
            "R3".to_owned(),
            Formula::Or(vec![flag, Formula::Le(real(1), number(20))]),
        ),
        (
            "R4".to_owned(),
            Formula::Not(Box::new(Formula::EnumIs(VarId(3), 0))),
        ),
        ("R5".to_owned(), Formula::Le(number(0), real(1))),
        ("R6".to_owned(), Formula::Le(real(1), number(100))),
    ];
    let prefer = |variable, candidates: &[&str]| Preference {
        variable: VarId(variable),
        candidates: candidates.iter().map(|text| ratio(text)).collect(),
        step: ratio("1/2"),
        steps_max: 100,
    };
    (
        query,
        vec![prefer(0, &["25", "24", "26"]), prefer(1, &["25"])],
    )
}

#[test]
fn the_canonical_model_is_the_nearest_on_the_grid() {
    let (query, preferences) = roomy();
    let values = model_values(child().canonical_model(&query, &preferences));
    // x stays at its nominal 25; y must exceed 35, so the first half step beyond is 35.5.
    let expected = [
        Value::Real(ratio("25")),
        Value::Real(ratio("71/2")),
        Value::Bool(true),
        Value::Enum(1),
    ];
    assert_eq!(values, expected);
}

#[test]
fn runs_and_permutations_give_one_canonical_model() {
    let (mut query, preferences) = roomy();
    let reference = child().canonical_model(&query, &preferences);
    let text = to_smtlib(&query);
    for _ in 0..5 {
        assert_eq!(child().canonical_model(&query, &preferences), reference);
        assert_eq!(
            Solver::InProcess.canonical_model(&query, &preferences),
            reference
        );
        query.assertions.rotate_left(1);
        assert_eq!(to_smtlib(&query), text);
    }
    query.assertions.reverse();
    assert_eq!(child().canonical_model(&query, &preferences), reference);
}

#[test]
fn raw_models_do_not_depend_on_order_process_or_neighbours() {
    let (mut query, _) = roomy();
    let reference = Solver::InProcess.solve(&query);
    let batch = vec![query.clone(), hard_query(), query.clone(), query.clone()];
    let answers = child().solve_all(&batch);
    for place in [0, 2, 3] {
        assert_eq!(answers[place], reference);
    }
    query.assertions.reverse();
    assert_eq!(child().solve(&query), reference);
}

#[test]
fn a_malformed_query_is_undecided_and_its_neighbours_are_not() {
    let (query, _) = roomy();
    let mut bad = query.clone();
    bad.assertions
        .push(("bad".to_owned(), Formula::Bool(VarId(0))));
    let answers = child().solve_all(&[query.clone(), bad, query]);
    assert!(matches!(
        &answers[1],
        Answer::Unknown {
            reason: Reason::Malformed { .. }
        }
    ));
    assert!(matches!((&answers[0], &answers[2]), (Answer::Sat(a), Answer::Sat(b)) if a == b));
}

/// The text means what the query means: another front end of the solver reads it and agrees.
#[test]
fn the_text_has_the_same_verdict_elsewhere() {
    let probe = std::process::Command::new("python3")
        .args(["-c", "import z3"])
        .output();
    if !probe.is_ok_and(|output| output.status.success()) {
        common::skip(
            "the_text_has_the_same_verdict_elsewhere",
            "python package z3-solver missing",
        );
        return;
    }
    let script = "import sys, z3\ns = z3.Solver()\ns.from_string(sys.argv[1])\nprint(s.check())";
    let (sat, _) = roomy();
    let mut unsat = sat.clone();
    unsat
        .assertions
        .push(("R7".to_owned(), Formula::Lt(real(0), number(-41))));
    for query in [sat, unsat] {
        let expected = match child().solve(&query) {
            Answer::Sat(_) => "sat",
            Answer::Unsat(_) => "unsat",
            Answer::Unknown { reason } => panic!("{reason}"),
        };
        // That front end skips what it cannot read, so commands that ask are left out.
        let text: String = to_smtlib(&query)
            .lines()
            .filter(|line| line.starts_with("(declare") || line.starts_with("(assert"))
            .collect();
        let output = std::process::Command::new("python3")
            .args(["-c", script, &text])
            .output();
        let output = output.expect("python3 ran a moment ago");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), expected);
    }
}
