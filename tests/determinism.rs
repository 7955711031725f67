//! The same inputs give the same bytes, whatever the machine does.
//!
//! Goal: what an auditor buys. Method: a small scenario is judged on 1, 2 and 7 threads, sealed,
//! opened, verified and replayed; an identical pair must differ by exactly nothing; a scenario with
//! literature observations only must never be released.

use std::sync::OnceLock;

use cellwright::check::solver_process::Solver;
use cellwright::document::{Disk, Files, ReadError};
use cellwright::record::body::Body;
use cellwright::record::{self, Sealed};
use cellwright::replay::{Replay, replay};
use cellwright::run::{self, Options, Quiet, documents};
use cellwright::verify::verify;

const SCENARIO: &str = "scenarios/first.toml";
const OBSERVED: &str = "scenarios/line3-faster.toml";

fn options(threads: usize) -> Options {
    Options {
        ladder: Some("coating.web_speed=30..31:1".to_owned()),
        samples: Some(600),
        seed: None,
        strict: false,
        threads,
        solver: Some(Solver::InProcess),
    }
}

fn judged(threads: usize) -> Body {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let documents = documents::read(&disk, SCENARIO).expect("the demonstration reads");
    run::judge(documents, &options(threads), &Quiet)
        .expect("it is judged")
        .body
}

/// The body on two threads, with its record.
fn reference() -> &'static (Body, Sealed) {
    static REFERENCE: OnceLock<(Body, Sealed)> = OnceLock::new();
    REFERENCE.get_or_init(|| {
        let body = judged(2);
        let sealed = record::seal(&body).expect("it can be recorded");
        (body, sealed)
    })
}

#[test]
fn threads_1_2_7_give_equal_records() {
    let (_, sealed) = reference();
    for threads in [1, 7] {
        let again = record::seal(&judged(threads)).expect("it can be recorded");
        assert_eq!(again.digest, sealed.digest, "{threads} threads");
        assert_eq!(again.bytes, sealed.bytes, "{threads} threads");
    }
}

#[test]
fn a_record_verifies_and_replays_to_itself() {
    let (_, sealed) = reference();
    let (body, digest) = record::open(&sealed.bytes).expect("it opens");
    assert_eq!(digest, sealed.digest);
    let verified = verify(&body).expect("witnesses and certificates hold");
    assert!(verified.certificates > 5, "{verified:?}");
    assert!(verified.witnesses > 0, "{verified:?}");
    let found = replay(&body, 1, Some(Solver::InProcess), &Quiet).expect("it replays");
    assert_eq!(found, Replay::Identical);
}

#[test]
fn a_forged_verdict_is_found_even_when_the_digests_are_made_anew() {
    let (body, _) = reference();
    let mut forged = body.clone();
    let row = forged
        .rules
        .iter_mut()
        .find(|row| row.rule.code == "DR004")
        .expect("DR004");
    assert_eq!(row.requested.verdict, "holds_nominally");
    for one in &mut row.requested.witness {
        one.exact = "1/2".to_owned();
    }
    assert!(verify(&forged).is_err(), "a wrong witness");
    let mut forged = body.clone();
    forged.decision.decision = "release".to_owned();
    assert!(verify(&forged).is_err(), "a decision against the verdicts");
    let mut forged = body.clone();
    let taken = forged
        .rules
        .iter()
        .find_map(|row| row.now.certificate.clone());
    let row = forged
        .rules
        .iter_mut()
        .find(|row| row.rule.code == "DR004")
        .expect("DR004");
    row.requested.verdict = "holds".to_owned();
    row.requested.certificate = taken;
    assert!(verify(&forged).is_err(), "somebody else's certificate");
}

/// The demonstration with one rule more, whose verdict needs a contradiction by boxes.
struct WithRate(Disk);

const RATE: &str = r#"
rule XX001 "rate" require exp(coating.web_speed / (1 m/s)) <= 2
  severity minor because "a test" source "a test" evidence specified
"#;

impl Files for WithRate {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let mut bytes = self.0.read(path)?;
        if path.ends_with("rules/drying.rule") {
            bytes.extend_from_slice(RATE.as_bytes());
        }
        Ok(bytes)
    }
}

/// Goal: a record carries contradictions as well, and a forged one is refused at its place although
/// all digests are right. Method: the certificate of one verdict, changed in claim, steps and kind,
/// taken away, and used for another verdict.
#[test]
fn a_forged_contradiction_is_found_at_its_place() {
    let files = WithRate(Disk::new(env!("CARGO_MANIFEST_DIR")));
    let documents = documents::read(&files, SCENARIO).expect("it reads");
    let plain = Options {
        ladder: None,
        samples: Some(64),
        ..options(2)
    };
    let body = run::judge(documents, &plain, &Quiet)
        .expect("it is judged")
        .body;
    let sealed = record::seal(&body).expect("it can be recorded");
    let (opened, _) = record::open(&sealed.bytes).expect("it opens");
    let at = body.rules.iter().position(|row| row.rule.code == "XX001");
    let at = at.expect("the rule");
    let row = &opened.rules[at].requested;
    assert_eq!(
        (row.verdict.as_str(), row.method.as_str()),
        ("holds", "box tree")
    );
    let script = row.smtlib.as_deref().expect("the question");
    assert!(script.contains("(set-info :status unsat)"), "{script}");
    assert!(
        script.contains("; ") && script.contains("rules/drying.rule:"),
        "{script}"
    );
    assert_eq!(verify(&opened).expect("it verifies").unsupported, 0);
    let text = row.certificate.as_ref().expect("a certificate").to_string();
    assert!(text.starts_with("{\"contradiction\":"), "{text}");
    let forged = |certificate: Option<&str>, verdict: &str| {
        let mut forged = opened.clone();
        let row = &mut forged.rules[at].requested;
        verdict.clone_into(&mut row.verdict);
        row.certificate = certificate.map(|text| serde_json::from_str(text).expect("JSON"));
        // The digests are made anew: only the content is wrong.
        let sealed = record::seal(&forged).expect("it can be recorded");
        let (body, _) = record::open(&sealed.bytes).expect("intact");
        verify(&body)
    };
    let place = format!("`rules[{at}].requested.certificate`");
    for (what, changed) in [
        (
            "the claim",
            text.replace("XX001 is broken", "XX002 is broken"),
        ),
        (
            "a leaf",
            text.replace("{\"outside\":{\"atom\":", "{\"outside\":{\"atom\":1"),
        ),
        ("the kind", text.replace("contradiction", "statement")),
    ] {
        assert_ne!(changed, text, "{what}");
        let refused = forged(Some(&changed), "holds").expect_err(what).to_string();
        assert!(refused.starts_with(&place), "{what}: {refused}");
    }
    let refused = forged(Some(&text), "idle")
        .expect_err("another verdict")
        .to_string();
    assert!(refused.starts_with(&place), "{refused}");
    // What is taken away is counted: the verdict then rests on nothing that can be checked.
    assert_eq!(
        forged(None, "holds").expect("still a record").unsupported,
        1
    );
}

#[test]
fn truncations_and_changed_bytes_are_refused() {
    let (_, sealed) = reference();
    let bytes = &sealed.bytes;
    // Opening a record of this size takes milliseconds, so places are sampled: all of the
    // beginning and a prime stride behind it. `record` itself tests every byte of a small one.
    let places = (0..64).chain((64..bytes.len()).step_by(19_997));
    for at in places {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x01;
        assert!(record::open(&damaged).is_err(), "byte {at}");
        assert!(record::open(&bytes[..at]).is_err(), "cut at {at}");
    }
}

#[test]
fn an_identical_pair_differs_by_exactly_nothing() {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let same = "scenarios/recipes/line3-nmc111.toml";
    let mut documents = documents::read_pair(&disk, OBSERVED, same).expect("the pair reads");
    documents.scenario.repair = None;
    let plain = Options {
        ladder: None,
        ..options(2)
    };
    let body = run::judge(documents, &plain, &Quiet)
        .expect("it is judged")
        .body;
    assert!(body.changes.is_empty());
    for row in &body.outcomes {
        let difference = &row.difference;
        let all = [
            difference.mean,
            difference.sd,
            difference.p05,
            difference.median,
            difference.p95,
        ];
        assert_eq!(all, [0.0; 5], "{}", row.name);
    }
}

#[test]
fn literature_alone_never_releases() {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = documents::read(&disk, OBSERVED).expect("the scenario reads");
    // Nothing changes and nothing is searched: the best case for a release.
    documents.scenario.repair = None;
    documents.new = documents.old.clone();
    let plain = Options {
        ladder: None,
        samples: Some(3200),
        ..options(2)
    };
    let body = run::judge(documents, &plain, &Quiet)
        .expect("it is judged")
        .body;
    assert!(
        body.deltas
            .iter()
            .all(|delta| delta.subject == "literature")
    );
    assert!(
        body.decision.blocking.is_empty(),
        "{:?}",
        body.decision.blocking
    );
    assert_eq!(body.decision.decision, "trial");
}
