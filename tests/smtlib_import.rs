//! Scripts of SMT-LIB: read whole or refused at the place, decided with evidence.
//!
//! Goal: no assertion is lost on the way in, no garbage becomes `sat`, known answers are met, and
//! what we print ourselves is read back with the same verdict. Method: small scripts with known
//! answers, one script per mistake, and random questions through our own printer.

mod questions;

use cellwright::check::import::questions as imported;
use cellwright::check::refute::{Budget, Decided, Refuted, decide, refute};
use cellwright::check::smtlib::to_smtlib;
use questions::{Kind, question};

fn verdicts(script: &str) -> Vec<&'static str> {
    let found = imported(script).expect("of the fragment");
    let decided =
        found.iter().map(
            |question| match decide(&question.query, None, &Budget::default()) {
                Decided::Satisfiable(model) if question.accepts(&model) => "sat",
                Decided::Unsatisfiable {
                    certificate: Some(_),
                    ..
                } => "unsat",
                _ => "unknown",
            },
        );
    decided.collect()
}

fn place(script: &str) -> (usize, usize, String) {
    let error = imported(script).expect_err("must be refused");
    let (line, column) = error.place(script);
    (line, column, error.to_string())
}

#[test]
fn push_pop_and_assumptions_are_scopes() {
    let script = "(set-logic QF_LRA) ; a comment\n\
        (declare-const x Real) (declare-fun p () Bool)\n\
        (define-fun twice ((y Real)) Real (* 2 y))\n\
        (assert (! (=> p (>= (twice x) 3)) :named guard))\n\
        (check-sat)\n\
        (push 1) (assert (let ((y (+ x 1))) (< y 2))) (check-sat-assuming (p)) (pop 1)\n\
        (check-sat-assuming (p))\n\
        (assert (distinct x 0.5 1.5)) (assert (<= 0.5 x 0.5)) (check-sat)\n\
        (exit) (check-sat)";
    assert_eq!(verdicts(script), ["sat", "unsat", "sat", "unsat"]);
}

#[test]
fn truth_values_are_logic() {
    for (formula, expected) in [
        ("(and (xor p q) (= p q))", "unsat"),
        ("(and (ite p q (not q)) (distinct p q))", "unsat"),
        ("(=> p q p)", "sat"),
        ("(and (or p (not q)) q (=> p false))", "unsat"),
        ("(= (ite p 1 2) (ite q 2 1))", "sat"),
        ("(and (= (ite p 1 2) (ite q 2 1)) (= p q))", "unsat"),
    ] {
        let script =
            format!("(declare-const p Bool)(declare-const q Bool)(assert {formula})(check-sat)");
        assert_eq!(verdicts(&script), [expected], "{formula}");
    }
}

#[test]
fn a_division_by_zero_has_some_value() {
    let script = |formula: &str| {
        format!(
            "(declare-const x Real)(declare-const y Real)(assert (= y 0))\
             (assert {formula})(check-sat)"
        )
    };
    assert_eq!(verdicts(&script("(= (/ x y) 7)")), ["sat"]);
    // Equal terms have equal values.
    assert_eq!(verdicts(&script("(distinct (/ x y) (/ x y))")), ["unsat"]);
}

#[test]
fn garbage_is_refused_at_its_place() {
    for (script, expected) in [
        ("(assert (< x 1))(check-sat)", (1, 12)),
        ("(declare-const x Int)", (1, 18)),
        ("(declare-const x Real)\n(assert (foo x 1))", (2, 10)),
        ("(declare-const x Real)\n(assert (< x true))", (2, 14)),
        ("(declare-const x Real)\n(assert x)", (2, 9)),
        ("(declare-fun f (Real) Real)", (1, 16)),
        ("(check-sat", (1, 1)),
        ("(check-sat))", (1, 12)),
        ("(set-logic QF_UF)", (1, 12)),
        ("(minimize x)", (1, 2)),
        ("(assert (forall ((x Real)) (< x 1)))", (1, 18)),
        ("(declare-const x Real)(declare-const x Real)", (1, 38)),
        ("(declare-const x Real)(assert (= (/ x 0) 1))", (1, 35)),
        ("check-sat", (1, 1)),
        ("(assert #b01)", (1, 9)),
        ("(assert (< 1. 2))", (1, 12)),
        ("(pop 1)", (1, 1)),
        ("(assert |open)", (1, 9)),
    ] {
        let (line, column, message) = place(script);
        assert_eq!((line, column), expected, "{script}: {message}");
    }
}

/// What our own printer writes is read back to a question with the same verdict.
#[test]
fn own_text_is_read_back() {
    let budget = Budget {
        leaves: 256,
        boxes: 20,
    };
    for kind in [Kind::Linear, Kind::Choices, Kind::Functions] {
        for number in 2000..2060 {
            let (query, _) = question(number, kind);
            let text = to_smtlib(&query);
            let read = imported(&text).expect(&text);
            let (own, again) = (refute(&query, &budget), refute(&read[0].query, &budget));
            let denied = matches!(
                (&own, &again),
                (Refuted::Certified(_), Refuted::Model(_))
                    | (Refuted::Model(_), Refuted::Certified(_))
            );
            assert!(!denied, "{kind:?} {number}: {text}");
        }
    }
}
