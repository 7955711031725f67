//! Our own decisions against the solver and against hidden models.
//!
//! Goal: no certificate for a question that has a model, no model that does not hold, and a
//! certificate for every linear contradiction. Method: random questions of four kinds, decided by
//! our own methods and by Z3; each disagreement fails, the certified share is counted.

mod questions;

use cellwright::certificate::contradiction;
use cellwright::check::query::Query;
use cellwright::check::refute::{Budget, Refuted, refute};
use questions::{Kind, question};

/// Boxes enough for most questions; the rest is left open in short time.
const BUDGET: Budget = Budget {
    leaves: 256,
    boxes: 40,
};

fn own(query: &Query) -> Refuted {
    let found = refute(query, &BUDGET);
    match &found {
        Refuted::Certified(certificate) => {
            assert_eq!(contradiction::check_own(certificate), Ok(()));
        }
        Refuted::Model(model) => assert_eq!(query.refutation(model), None),
        Refuted::TooLarge | Refuted::Open(_) => {}
    }
    found
}

#[test]
fn a_hidden_model_is_never_denied() {
    let mut decided = 0;
    for kind in [Kind::Linear, Kind::Choices, Kind::Products, Kind::Functions] {
        for number in 0..300 {
            let (query, point) = question(number, kind);
            let found = own(&query);
            if point.is_some() {
                let is_denied = matches!(found, Refuted::Certified(_));
                assert!(!is_denied, "{kind:?} {number}: {query:?}");
            }
            decided += usize::from(matches!(found, Refuted::Certified(_) | Refuted::Model(_)));
        }
    }
    eprintln!("{decided} of 1200 decided without a solver");
    assert!(decided > 900, "{decided}");
}

#[cfg(feature = "z3")]
#[test]
fn the_solver_agrees_and_every_linear_contradiction_has_a_certificate() {
    use cellwright::check::query::Answer;
    use cellwright::check::solver_process::Solver;

    for (kind, least) in [
        (Kind::Linear, 100),
        (Kind::Choices, 100),
        (Kind::Products, 80),
    ] {
        let (mut unsat, mut certified, mut sat, mut models) = (0, 0, 0, 0);
        for number in 1000..1250 {
            let (query, _) = question(number, kind);
            let found = own(&query);
            match Solver::InProcess.solve(&query) {
                Answer::Sat(_) => {
                    sat += 1;
                    models += usize::from(matches!(found, Refuted::Model(_)));
                    assert!(!matches!(found, Refuted::Certified(_)), "{kind:?} {number}");
                }
                Answer::Unsat(_) => {
                    unsat += 1;
                    certified += usize::from(matches!(found, Refuted::Certified(_)));
                    assert!(!matches!(found, Refuted::Model(_)), "{kind:?} {number}");
                }
                Answer::Unknown { .. } => {}
            }
        }
        eprintln!("{kind:?}: {certified} of {unsat} unsat certified, {models} of {sat} models");
        assert!(unsat > 20, "{kind:?}");
        assert!(
            certified * 100 >= least * unsat,
            "{kind:?}: {certified} of {unsat}"
        );
    }
}
