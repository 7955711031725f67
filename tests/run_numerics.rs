//! Numerical error of a run: every outcome has one, what is not small is said, no record holds it.
//!
//! Goal: beside every outcome of a run stands what the integrators add to it, held against the
//! spread of the samples and the margins of the rules. Method: the first scenario with few
//! samples; then the same body with its spreads taken away, where every integrated error is large.

mod common;

use cellwright::document::Disk;
use cellwright::record::numerics::OutcomeNumerics;
use cellwright::record::run_numerics::{Against, SMALL};
use cellwright::record::seal;
use cellwright::run::binding::Binding;
use cellwright::run::numerics::{of_run, outcome_numerics};
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

/// Error of an outcome in SI, from the line itself.
fn error_si(outcome: &run::Outcome, name: &str) -> f64 {
    let documents = &outcome.documents;
    let line = documents.plant.line().expect("a line");
    let binding = Binding::new(&documents.plant, &documents.new, &documents.model).expect("bound");
    let errors = line.outcome_errors(&binding.nominal[..line.input_count()]);
    let ports = line.outputs();
    let at = ports.iter().position(|port| port.name == name);
    errors.expect("runs")[at.expect("an outcome")].error
}

/// Units whose factor is not 1, written out: 1 ppm = 1e-6, 1 g/(m² s) = 1e-3 kg/(m² s), 1 kg/h =
/// 1/3600 kg/s, 1 kW = 1e3 W. A difference of temperatures has the size of the kelvin, not the
/// offset of the degree.
#[test]
fn u_num_is_the_error_of_the_line_in_the_units_of_the_outcome() {
    let outcome = judged();
    let documents = &outcome.documents;
    let binding = Binding::new(&documents.plant, &documents.new, &documents.model).expect("bound");
    let rows = outcome_numerics(&documents.plant, None, &binding.nominal).expect("compared");
    let found = of_run(documents, &outcome.body);
    for (name, unit, per_si) in [
        ("drying.residual_solvent", "ppm_mass", 1e6),
        ("drying.mean_rate", "g/m^2/s", 1e3),
        ("drying.shrinkage_rate", "g/m^2/s", 1e3),
        ("drying.evaporated_load", "kg/h", 3_600.0),
        ("drying.heat_power", "kW", 1e-3),
        ("drying.zone[3].solvent", "g/m^2", 1e3),
        ("drying.zone[1].film_temperature", "K", 1.0),
        ("drying.free_solvent_time", "s", 1.0),
    ] {
        let expected = error_si(&outcome, name) * per_si;
        assert!(expected != 0.0, "{name}");
        let own = rows.iter().find(|one| one.name == name);
        for row in [own, found.of(name)] {
            let row: &OutcomeNumerics = row.expect(name);
            assert_eq!(row.unit, unit, "{name}");
            let off = (row.u_num / expected - 1.0).abs();
            assert!(off < 1e-12, "{name}: {row:?} against {expected}");
        }
    }
}

/// Shares from numbers that were not made from `u_num`: a standard deviation of 0.0001 ppm, and a
/// margin of 1e-10 of the rule `residual solvent <= 1 000 ppm`, whose margin moves as
/// the outcome does.
#[test]
fn shares_are_the_error_over_the_spread_and_over_the_least_margin() {
    let name = "drying.residual_solvent";
    let mut outcome = judged();
    let error = error_si(&outcome, name).abs();
    for row in &mut outcome.body.outcomes {
        if row.name == name {
            // The row speaks in ppm: about 100 of them at 32 m/min, see `twin_electrode`.
            assert!((50.0..400.0).contains(&row.requested.median), "{row:?}");
            row.requested.sd = 1e-4;
        }
    }
    for row in &mut outcome.body.rules {
        if row.rule.code == "DR014" {
            assert!(row.requested.probability.is_none(), "judged at corners");
            row.requested.margin_si = Some("1/10000000000".to_owned());
        }
    }
    let found = of_run(&outcome.documents, &outcome.body);
    for (own, against, expected) in [
        (name, Against::Spread, error * 1e6 / 1e-4),
        ("DR014", Against::Margin, error / 1e-10),
    ] {
        let large = found.large.iter().find(|one| one.name == own);
        let large = large.expect(own);
        assert_eq!(large.against, against);
        assert!(expected.is_finite() && expected > SMALL);
        let off = (large.share / expected - 1.0).abs();
        assert!(off < 1e-6, "{large:?} against {expected}");
    }
    // The lesser of both margins counts: the nominal one is near 870 ppm, and so not large.
    for row in &mut outcome.body.rules {
        if row.rule.code == "DR014" {
            row.requested.margin_si = Some("1".to_owned());
        }
    }
    let found = of_run(&outcome.documents, &outcome.body);
    assert!(
        found.large.iter().all(|one| one.name != "DR014"),
        "{:?}",
        found.large
    );
}
