//! Numerical error of a run: every outcome has one, what is not small is said, no record holds it.
//!
//! Goal: beside every outcome of a run stands what the integrators add to it, held against the
//! spread of the samples and the margins of the rules. Method: the first scenario with few
//! samples; then the same body with its spreads taken away, where every integrated error is large.

mod common;

use cellwright::document::Disk;
use cellwright::record::run_numerics::{Against, SMALL};
use cellwright::record::seal;
use cellwright::run::numerics::of_run;
use cellwright::run::{self, Quiet, documents};
use common::few;

fn judged() -> run::Outcome {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let documents = documents::read(&disk, "scenarios/first.toml").unwrap_or_else(|rejected| {
        panic!("{}", rejected.diagnostics.render(&rejected.sources, false))
    });
    run::judge(documents, &few(64), &Quiet).expect("judged")
}

#[test]
fn errors_stand_beside_every_outcome_and_are_held_against_spread_and_margin() {
    let mut outcome = judged();
    let sealed = seal(&outcome.body).expect("sealed").bytes;
    let found = of_run(&outcome.documents, &outcome.body);
    assert_eq!(found.failed, None);
    for row in &outcome.body.outcomes {
        assert!(found.of(&row.name).is_some(), "{} has none", row.name);
    }
    let integrated: Vec<&str> = found
        .outcomes
        .iter()
        .filter(|one| one.by == "independent integrator" && one.u_num != 0.0)
        .map(|one| one.name.as_str())
        .collect();
    assert!(
        integrated.contains(&"drying.residual_solvent"),
        "{integrated:?}"
    );
    for large in &found.large {
        assert!(large.share > SMALL, "{large:?}");
        assert!(!large.name.ends_with("_closure"), "rounding: {large:?}");
    }
    let text = String::from_utf8(sealed.clone()).expect("text");
    assert!(!text.contains("u_num"), "the record holds numerical errors");

    // The spread of one outcome a thousandth of its error, the margin of a rule nothing.
    let name = "drying.residual_solvent";
    let size = found.of(name).expect("found").u_num.abs();
    let reads = |row: &cellwright::record::body::RuleRow| {
        row.rule.kind == "outcome" && row.rule.reads.iter().any(|read| read == name)
    };
    for row in &mut outcome.body.outcomes {
        if row.name == name {
            row.requested.sd = 5.0 * size;
        }
    }
    let mut rules = Vec::new();
    for row in outcome.body.rules.iter_mut().filter(|row| reads(row)) {
        row.requested.margin_si = Some("0".to_owned());
        let asked = row.requested.probability.is_none() && row.requested.verdict != "idle";
        rules.push((row.rule.code.clone(), asked));
    }
    let found = of_run(&outcome.documents, &outcome.body);
    let own = |name: &str| found.large.iter().find(|one| one.name == name);
    let spread = own(name).expect("the spread is small");
    assert_eq!(spread.against, Against::Spread);
    assert!((spread.share - 0.2).abs() < 1e-9, "{spread:?}");
    for (code, at_corners) in rules {
        if at_corners {
            let margin = own(&code).expect("no margin is left");
            assert_eq!(
                (margin.against, margin.share),
                (Against::Margin, f64::INFINITY)
            );
        }
    }
}
