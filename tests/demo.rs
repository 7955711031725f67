//! The demonstration says what its story says.
//!
//! Goal: the page an engineer sees is the one the documents give. Method: the scenario is judged
//! with enough samples for its strictest rule, and the numbers of the story are checked against
//! closed forms and against each other.

use std::sync::OnceLock;

use cellwright::check::solver_process::Solver;
use cellwright::document::Disk;
use cellwright::rational::Rational;
use cellwright::record::body::{Body, RuleRow};
use cellwright::run::{self, Options, Quiet, documents};
use cellwright::twin::exhaust::{solvent_load_kg_s, vapour_fraction};

fn body() -> &'static Body {
    static BODY: OnceLock<Body> = OnceLock::new();
    BODY.get_or_init(|| {
        let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
        let documents =
            documents::read(&disk, "scenarios/line3-faster.toml").expect("the scenario reads");
        let options = Options {
            ladder: Some("coating.web_speed=29.5..31:0.5".to_owned()),
            samples: Some(4096),
            seed: None,
            strict: false,
            threads: 2,
            solver: Some(Solver::InProcess),
        };
        run::judge(documents, &options, &Quiet)
            .expect("it is judged")
            .body
    })
}

fn rule(code: &str) -> &'static RuleRow {
    body()
        .rules
        .iter()
        .find(|row| row.rule.code == code)
        .expect("the rule")
}

#[test]
fn exhaust_breaks_at_a_corner_whose_share_equals_its_closed_form() {
    let evaluation = &rule("DR004").requested;
    assert_eq!(evaluation.verdict, "holds_nominally");
    assert!(evaluation.rechecked);
    let value = |name: &str| {
        let found = evaluation.witness.iter().find(|one| one.name == name);
        let exact = Rational::parse_ratio(&found.expect("in the corner").exact).expect("exact");
        exact.to_f64()
    };
    let load = solvent_load_kg_s(
        value("coating.areal_loading"),
        value("slurry.solids"),
        value("coating.width"),
        value("coating.web_speed"),
    );
    let share = vapour_fraction(load, 0.099_131, value("drying.exhaust_flow")) / 0.013;
    let margin = Rational::parse_ratio(evaluation.margin_si.as_ref().expect("a margin"));
    let from_rule = 0.25 - margin.expect("exact").to_f64();
    assert!(
        (share / from_rule - 1.0).abs() < 1e-12,
        "{share} against {from_rule}"
    );
    assert!(share > 0.25);
}

#[test]
fn the_ladder_ends_at_30_and_names_what_stops_it() {
    let ladder = body().ladder.as_ref().expect("asked for");
    assert_eq!(ladder.highest_passing.as_deref(), Some("30"));
    let stop = ladder.stopped_at.as_ref().expect("31 does not pass");
    assert_eq!(stop.value, "30.5");
    assert!(stop.rules.contains(&"DR004".to_owned()), "{:?}", stop.rules);
}

#[test]
fn the_proposal_moves_two_parameters_and_needs_both() {
    let proposal = body().proposal.as_ref().expect("something passes");
    assert_eq!(proposal.moves.len(), 2);
    assert!(proposal.moves.iter().all(|step| step.needed));
    assert_eq!(proposal.decision, "trial");
    let blocked = body().rules.iter().any(|row| {
        let proposed = row.proposed.as_ref().expect("judged");
        row.rule.severity == "critical"
            && row.rule.evidence != "recalled"
            && matches!(
                proposed.verdict.as_str(),
                "violated" | "holds_nominally" | "undecided"
            )
    });
    assert!(!blocked);
}

#[test]
fn forty_rules_with_source_and_evidence_judge_it() {
    assert!(body().rules.len() >= 40, "{}", body().rules.len());
    for row in &body().rules {
        assert!(
            !row.rule.source.is_empty() && !row.rule.because.is_empty(),
            "{}",
            row.rule.code
        );
    }
    assert_eq!(body().decision.decision, "reject");
    assert_eq!(body().score.value, 0.0);
    assert!(body().score.ungated_value > 0.0);
}

#[test]
fn web_speed_does_not_reach_formation() {
    let change = &body().changes[0];
    assert_eq!(change.name, "coating.web_speed");
    assert!(
        change
            .not_moved
            .contains(&"formation.first_cycle_efficiency".to_owned())
    );
}
