//! Mistakes about a formation in documents are named where they stand.
//!
//! Goal: a number that no formation can have, and a spread that no sample would draw, point at their
//! line with the name that the document uses; a formation that no sample finishes decides nothing. Method: the shipped prior of the film with one line
//! changed, behind the shipped line and cell; the same for the cell file.

mod common;

use cellwright::document::{Disk, InMemory};
use cellwright::run::{Quiet, documents, judge};
use common::{Overlay, few};

const PRIOR: &str = "models/priors/formation-sei.toml";
const CELL: &str = "models/cells/nmc111-graphite-12.5Ah.bpx.json";

/// What is said of a shipped file with one text replaced.
fn said(path: &str, from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(path).expect("it is shipped");
    assert!(text.contains(from), "{path} has no `{from}`");
    let files = Overlay {
        own: InMemory::new().with(path, text.replacen(from, to, 1)),
        disk: Disk::new(env!("CARGO_MANIFEST_DIR")),
    };
    let Err(rejected) = documents::read(&files, "scenarios/line3-faster.toml") else {
        panic!("{path} with `{to}` is read");
    };
    rejected.diagnostics.render(&rejected.sources, false)
}

/// The value and the valid range of a parameter of the prior.
fn value_of(name: &str) -> String {
    let text = std::fs::read_to_string(PRIOR).expect("it is shipped");
    let (_, behind) = text.split_once(&format!("[\"{name}\"]\n")).expect(name);
    let given: Vec<&str> = behind.lines().take(2).collect();
    assert!(given[1].starts_with("valid"), "{given:?}");
    format!("[\"{name}\"]\n{}\n", given.join("\n"))
}

#[test]
fn impossible_numbers_are_named_where_they_stand() {
    let from = value_of("formation.sei_molar_volume");
    for (value, reason) in [("0 m^3/mol", "is 0 in SI"), ("-1 m^3/mol", "is -1 in SI")] {
        let to = format!("[\"formation.sei_molar_volume\"]\nvalue = \"{value}\"\n");
        let said = said(PRIOR, &from, &to);
        for part in [
            "`formation.sei_molar_volume`",
            reason,
            PRIOR,
            "expected a number above 0",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
    }
}

#[test]
fn a_spread_that_no_sample_draws_is_refused() {
    let from = value_of("formation.sei_potential");
    let to = format!("{from}spread = {{ normal = \"0.05 V\" }}\n");
    let said = said(PRIOR, &from, &to);
    for part in [
        "`formation.sei_potential` is the same in every sample",
        PRIOR,
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn a_mistake_in_the_cell_file_names_file_and_electrode() {
    let from = "\"Diffusivity [m2.s-1]\": 2.728e-14";
    let said = said(CELL, from, "\"Diffusivity [m2.s-1]\": -2.728e-14");
    for part in [
        "nmc111-graphite-12.5Ah.bpx.json`",
        "diffusivity of negative particles",
        "models/line3-nmc111.toml",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

const PROTOCOL: &str = "models/protocols/umich-fast.toml";

/// Goal: a protocol that no cell can follow is no basis for anything. Method: the measured cells'
/// fast formation with a voltage that they never reach, and with one that they have passed; no
/// sample has a value, the reason is told, and nothing is decided.
#[test]
fn a_formation_that_no_sample_finishes_decides_nothing() {
    let text = std::fs::read_to_string(PROTOCOL).expect("it is shipped");
    let from = "Charge at C/5 until 4.2 V";
    assert!(text.contains(from), "{text}");
    for (to, reason) in [
        (
            "Charge at C/5 until 6 V",
            "a particle ran empty or full (8)",
        ),
        ("Charge at C/5 until 1 V", "met its end before it began (8)"),
    ] {
        let files = Overlay {
            own: InMemory::new().with(PROTOCOL, text.replacen(from, to, 1)),
            disk: Disk::new(env!("CARGO_MANIFEST_DIR")),
        };
        let found = documents::read(&files, "scenarios/umich/fast.toml");
        let found = found.unwrap_or_else(|rejected| {
            panic!("{}", rejected.diagnostics.render(&rejected.sources, false))
        });
        let body = judge(found, &few(8), &Quiet).expect("judged").body;
        assert_eq!(body.decision.decision, "need data");
        let told = body
            .findings
            .iter()
            .find(|one| one.code == "samples-failed");
        let message = &told.expect("a finding").message;
        assert!(
            message.starts_with("8 of 8 samples of the formation"),
            "{message}"
        );
        assert!(message.ends_with(reason), "{message}");
    }
}
