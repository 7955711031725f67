//! Certificates as theorems of Coq.
//!
//! Goal: a proof assistant accepts what our checker accepts, without axioms. Method: one file with
//! the theorems of random linear contradictions, each in a module of its own, through `coqc`; a
//! weakened theorem must be refused. The text for Lean is compared with a snapshot only.

mod common;
mod questions;

use cellwright::certificate::Any;
use cellwright::certificate::contradiction::{Certificate, Condition};
use cellwright::certificate::export::{Prover, theorem};
use cellwright::check::refute::{Budget, Decided, decide};
use cellwright::check::solver_process::Solver;
use cellwright::document::Disk;
use cellwright::run::check_rules::rows::Unwatched;
use cellwright::run::check_rules::{Request, check};
use cellwright::table::TableFormat;
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

/// Goal: everything linear that is shown about the shipped rules can be replayed by Coq. Method:
/// what `check rules/` shows with the recipe of line 3, one theorem per certificate that only
/// linear arithmetic and choices take part in; the others are counted.
#[test]
fn coq_accepts_the_linear_certificates_of_the_shipped_rules() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut rules: Vec<String> = std::fs::read_dir(root.join("rules"))
        .expect("the rules")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.ends_with(".rule"))
        .map(|name| format!("rules/{name}"))
        .collect();
    rules.sort();
    let solver = Solver::InProcess;
    let request = Request {
        rules: &rules,
        recipe: Some("scenarios/recipes/line3-nmc111.toml"),
        model: Some("models/line3-nmc111.toml"),
        table: None,
        format: TableFormat::default(),
        recalled: false,
        strict: false,
        why: None,
        cache: None,
        grounds: true,
        exhibits: true,
        solver: Some(&solver),
        watch: &Unwatched,
    };
    let checked = check(&Disk::new(root), &request).expect("the shipped rules are right");
    let mut text = String::new();
    let (mut linear, mut others) = (0, 0);
    for exhibit in &checked.exhibits {
        match &exhibit.certificate {
            Some(Any::Contradiction(own)) => match theorem(own, Prover::Coq) {
                Some(own) => {
                    linear += 1;
                    text.push_str(&format!("Module M{linear}.\n{own}End M{linear}.\n\n"));
                }
                None => others += 1,
            },
            Some(Any::Statement(_)) => others += 1,
            None => {}
        }
    }
    assert!(
        linear >= 50 && others <= 4,
        "{linear} linear, {others} others"
    );
    let test = "coq_accepts_the_linear_certificates_of_the_shipped_rules";
    let Some((accepted, said)) = coqc("shipped", &text) else {
        return common::skip(test, "coqc is missing");
    };
    assert!(accepted, "{said}");
    assert_eq!(
        said.matches("Closed under the global context").count(),
        linear
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
