//! Certificates as theorems of Coq.
//!
//! Goal: a proof assistant accepts what our checker accepts, without axioms. Method: one file with
//! the theorems of random linear contradictions, each in a module of its own, through `coqc`; a
//! weakened theorem must be refused. The text for Lean is compared with a snapshot only.

mod common;
mod questions;

use cellwright::certificate::contradiction::{Certificate, Condition};
use cellwright::certificate::export::{Prover, theorem};
use cellwright::check::refute::{Budget, Decided, decide};
use questions::{Kind, planted, question};

fn certificates(kind: Kind, count: usize) -> Vec<Certificate> {
    let mut found = Vec::new();
    for number in 3000.. {
        let query = if number % 2 == 0 {
            planted(number, kind)
        } else {
            question(number, kind).0
        };
        if let Decided::Unsatisfiable {
            certificate: Some(certificate),
            ..
        } = decide(&query, None, &Budget::default())
        {
            found.push(*certificate);
        }
        if found.len() == count {
            break;
        }
    }
    found
}

/// What `coqc` says, or nothing where it is missing.
fn coqc(name: &str, text: &str) -> Option<(bool, String)> {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("coq");
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = format!("{name}.v");
    std::fs::write(folder.join(&file), text).expect("a file");
    let output = std::process::Command::new("coqc")
        .arg(&file)
        .current_dir(&folder)
        .output()
        .ok()?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    Some((output.status.success(), said))
}

#[test]
fn coq_accepts_linear_certificates_without_axioms() {
    let mut all = certificates(Kind::Linear, 12);
    all.extend(certificates(Kind::Choices, 12));
    let mut text = String::new();
    for (number, certificate) in all.iter().enumerate() {
        let own = theorem(certificate, Prover::Coq).expect("linear");
        text.push_str(&format!("Module M{number}.\n{own}End M{number}.\n\n"));
    }
    let Some((accepted, said)) = coqc("accepted", &text) else {
        return common::skip(
            "coq_accepts_linear_certificates_without_axioms",
            "coqc is missing",
        );
    };
    assert!(accepted, "{said}");
    assert_eq!(
        said.matches("Closed under the global context").count(),
        all.len()
    );
}

#[test]
fn coq_refuses_a_weakened_fact() {
    let mut certificate = certificates(Kind::Linear, 1).remove(0);
    certificate.claim.facts[0].says = Condition::Constant(true);
    // The rows of the refutation are not all there any more: the export itself may notice.
    let Some(text) = theorem(&certificate, Prover::Coq) else {
        return;
    };
    let Some((accepted, said)) = coqc("refused", &text) else {
        return common::skip("coq_refuses_a_weakened_fact", "coqc is missing");
    };
    assert!(!accepted, "{said}");
}

#[test]
fn the_text_for_lean_is_generated() {
    let certificate = certificates(Kind::Choices, 1).remove(0);
    insta::assert_snapshot!(theorem(&certificate, Prover::Lean).expect("linear"));
}
