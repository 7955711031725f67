//! The argument of a run: generated, extended by claims of rule files, and checked again.
//!
//! Goal: every run says what its decision rests on down to sources and observations; a changed
//! document, a claim that does not follow, an attack and a premise that fails for this recipe are
//! weaknesses in plain words; certificates and points of the record are worth nothing when edited.
//! Method: one short scenario with a rule file of claims beside it, judged by the library.

mod common;

use std::sync::OnceLock;

use cellwright::check::argument::stale::digest;
use cellwright::check::solver_process::Solver;
use cellwright::document::{Disk, Files, InMemory};
use cellwright::record::argument::ArgumentStep;
use cellwright::record::body::Body;
use cellwright::replay::{Replay, replay};
use cellwright::run::{self, Options, Quiet, documents};
use cellwright::verify::{VerifyError, verify};
use common::Overlay;

const SCENARIO: &str = "scenarios/argued.toml";
const REPORT: &str = "residual NMP, 40 samples: at most 12 ppm\n";

const CLAIMS: &str = "ruleset claims \"1\" \"claims about the dryer\"
use plant_example \"D\"
evidence REP \"residual NMP of the last campaign\" : drying.residual_solvent <= 400 ppm_mass
  source     \"report.txt\"
  kind       measured
  hash       \"sha256:DIGEST\"
evidence REC \"a memory of the old dryer\" : drying.exhaust_flow >= 1000 Nm3/h
  source     \"shift book\"
  kind       measured
  attacks    DR002 because \"the sensor of zone 3 was moved\"
claim SAFE \"solvent stays below 500 ppm\" : drying.residual_solvent <= 500 ppm_mass
  from       DR007, REP
claim TIGHT \"solvent stays below 200 ppm\" : drying.residual_solvent <= 200 ppm_mass
  from       REP
";

fn overlay(report: &str) -> Overlay {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let first = disk.read("scenarios/first.toml").expect("the scenario");
    let first = String::from_utf8(first).expect("text");
    let rules = "\"../rules/plant-example.rule\"";
    assert!(first.contains(rules), "{first}");
    let scenario = first.replace(rules, &format!("{rules}, \"../rules/claims.rule\""));
    let claims = CLAIMS.replace("DIGEST", &digest(REPORT.as_bytes()));
    let own = InMemory::new()
        .with(SCENARIO, scenario)
        .with("rules/claims.rule", claims)
        .with("rules/report.txt", report);
    Overlay { own, disk }
}

fn judged(report: &str) -> Body {
    let documents = documents::read(&overlay(report), SCENARIO).unwrap_or_else(|rejected| {
        panic!("{}", rejected.diagnostics.render(&rejected.sources, false))
    });
    let options = Options {
        ladder: None,
        samples: Some(64),
        seed: None,
        strict: false,
        threads: 2,
        solver: Some(Solver::InProcess),
    };
    run::judge(documents, &options, &Quiet)
        .expect("it is judged")
        .body
}

fn reference() -> &'static Body {
    static BODY: OnceLock<Body> = OnceLock::new();
    BODY.get_or_init(|| judged(REPORT))
}

fn step<'a>(body: &'a Body, id: &str) -> &'a ArgumentStep {
    let found = body.argument.iter().find(|step| step.id == id);
    found.unwrap_or_else(|| panic!("no step `{id}`"))
}

#[test]
fn the_decision_rests_on_verdicts_limits_sources_and_the_simulation() {
    let body = reference();
    let decision = &body.argument[0];
    assert_eq!(decision.id, "decision");
    assert_eq!(decision.from, ["verdict DR004", "verdict DR007"]);
    assert_eq!(step(body, "verdict DR004").from, ["DR004"]);
    assert_eq!(step(body, "verdict DR007").from, ["DR007", "simulation"]);
    let limit = step(body, "DR004");
    assert_eq!(limit.kind, "limit");
    assert!(limit.rests_on[0].starts_with("NFPA 86"), "{limit:?}");
    // Nothing was observed in this scenario, and constants are assumed.
    let simulation = step(body, "simulation");
    let leap = simulation.leap.as_deref().expect("a weakness");
    assert!(leap.contains("rests on assumed constants"), "{leap}");
    assert!(leap.contains("no observation checks the model"), "{leap}");
    assert!(decision.weak.contains(&"simulation".to_owned()));
}

#[test]
fn claims_of_the_rule_files_extend_it_with_certificate_and_point() {
    let body = reference();
    let safe = step(body, "SAFE").shown.as_ref().expect("decided");
    assert_eq!(
        (safe.outcome.as_str(), safe.by.as_str()),
        ("follows", "certificate")
    );
    assert!(safe.certificate.is_some());
    // It follows, and its premise fails for this recipe.
    let leap = step(body, "SAFE").leap.as_deref().expect("a weakness");
    assert!(
        leap.contains("rests on `DR007`, which is violated here"),
        "{leap}"
    );
    let tight = step(body, "TIGHT").shown.as_ref().expect("decided");
    assert_eq!(
        (tight.outcome.as_str(), tight.by.as_str()),
        ("over-claim", "point")
    );
    let bound = tight.strongest.as_ref().expect("a bound");
    assert_eq!(bound.entailed, "400 ppm_mass");
    assert!(bound.certificate.is_some());
    assert_eq!(tight.point.len(), 1);
    let codes: Vec<&str> = body.findings.iter().map(|one| one.code.as_str()).collect();
    assert!(codes.contains(&"argument-over-claim"), "{codes:?}");
}

#[test]
fn an_attack_on_a_limit_reaches_its_verdict() {
    let body = reference();
    for id in ["DR002", "verdict DR002"] {
        let attacked = step(body, id);
        assert_eq!(attacked.standing.label, "out", "{attacked:?}");
        assert_eq!(attacked.standing.attacked_by, ["REC"]);
    }
    // A rejection does not rest on that rule.
    assert_eq!(body.argument[0].standing.label, "in");
}

#[test]
fn a_changed_document_is_said_and_recorded() {
    let body = reference();
    assert_eq!(step(body, "REP").leap, None);
    let is_kept = |one: &&cellwright::record::body::Input| one.path == "rules/report.txt";
    assert_eq!(body.inputs.iter().filter(is_kept).count(), 1);
    let changed = judged("residual NMP, 40 samples: at most 390 ppm\n");
    let leap = step(&changed, "REP").leap.as_deref().expect("a weakness");
    assert!(leap.starts_with("evidence changed"), "{leap}");
    assert!(step(&changed, "SAFE").weak.contains(&"REP".to_owned()));
}

#[test]
fn edited_certificates_and_points_are_refused() {
    let body = reference();
    verify(body).expect("the record is right");
    let edited = |change: &dyn Fn(&mut ArgumentStep)| {
        let mut body = body.clone();
        body.argument.iter_mut().for_each(change);
        verify(&body)
    };
    let no_proof = edited(&|step| {
        if let Some(shown) = step.shown.as_mut().filter(|_| step.id == "SAFE")
            && let Some(certificate) = &mut shown.certificate
        {
            certificate["refutation"] = serde_json::json!([]);
        }
    });
    assert!(
        matches!(no_proof, Err(VerifyError::Certificate { .. })),
        "{no_proof:?}"
    );
    let other_claim = edited(&|step| {
        if step.id == "SAFE" {
            "TIGHT".clone_into(&mut step.id);
        }
    });
    assert!(
        matches!(other_claim, Err(VerifyError::Certificate { .. })),
        "{other_claim:?}"
    );
    let no_point = edited(&|step| {
        if let Some(shown) = step.shown.as_mut().filter(|_| step.id == "TIGHT") {
            "1/10000".clone_into(&mut shown.point[0].exact);
        }
    });
    assert!(
        matches!(no_point, Err(VerifyError::Witness { .. })),
        "{no_point:?}"
    );
}

#[test]
fn a_record_with_claims_replays_to_itself() {
    let again = replay(reference(), 1, Some(Solver::InProcess), &Quiet).expect("it replays");
    assert_eq!(again, Replay::Identical);
}
