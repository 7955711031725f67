//! The conflict cases that ship with the scenarios.
//!
//! Goal: each conflict is found as its document says, and a document that says something else
//! fails. Method: every case of `scenarios/conflicts` as `cellwright test` runs it; then the same
//! rules under wrong expectations.

use cellwright::check::solver_process::Solver;
use cellwright::document::{Disk, InMemory};
use cellwright::run::conflict::Conflict;

const FOLDER: &str = "scenarios/conflicts";

fn root() -> &'static str {
    env!("CARGO_MANIFEST_DIR")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(format!("{}/{path}", root())).expect("the file is there")
}

#[test]
fn every_shipped_conflict_is_found_as_described() {
    let folder = std::fs::read_dir(format!("{}/{FOLDER}", root())).expect("the folder is there");
    let mut names: Vec<String> = folder
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    let paths = names.iter().map(|name| format!("{FOLDER}/{name}"));
    let cases: Vec<String> = paths.filter(|path| Conflict::is_one(&text(path))).collect();
    assert_eq!(cases.len(), 4, "{cases:?}");
    let disk = Disk::new(root());
    for path in cases {
        let case = Conflict::read(&disk, &path).expect("the case reads");
        let unmet = case.unmet(&disk, Some(&Solver::InProcess));
        assert!(unmet.is_empty(), "{path}: {unmet:?}");
    }
}

/// The rules of a faster line under another `[expect]`.
fn unmet_by(expect: &str) -> Vec<String> {
    let document = format!(
        "schema = \"cellwright/conflict/1\"\ntitle = \"t\"\nrules = [\"faster-line.rule\"]\n{expect}"
    );
    let rules = text("scenarios/conflicts/faster-line.rule");
    let files = InMemory::new()
        .with("case.toml", document)
        .with("faster-line.rule", rules);
    let case = Conflict::read(&files, "case.toml").expect("the case reads");
    case.unmet(&files, Some(&Solver::InProcess))
}

#[test]
fn a_core_with_one_rule_less_is_not_met() {
    let unmet = unmet_by(
        "[[expect.findings]]\ncode = \"inconsistent\"\nrules = [\"FL001\", \"FL002\", \"FL003\", \
         \"FL005\"]\n",
    );
    assert_eq!(
        unmet,
        [
            "expected the finding `inconsistent: FL001, FL002, FL003, FL005`",
            "the finding `inconsistent: FL001, FL002, FL003, FL004, FL005` was not expected",
        ]
    );
}

#[test]
fn expected_diagnostics_and_verdicts_that_do_not_come_are_not_met() {
    let unmet = unmet_by("[expect]\ndiagnostics = [\"CW-0220\"]\nholds = [\"FL006\"]\n");
    assert_eq!(
        unmet,
        [
            "the finding `inconsistent: FL001, FL002, FL003, FL004, FL005` was not expected",
            "expected the diagnostic `CW-0220`",
            "expected `FL006` to hold",
        ]
    );
}

#[test]
fn a_case_that_expects_nothing_is_refused() {
    let document =
        "schema = \"cellwright/conflict/1\"\ntitle = \"t\"\nrules = [\"a.rule\"]\n[expect]\n";
    let files = InMemory::new().with("case.toml", document);
    let rejected = Conflict::read(&files, "case.toml").expect_err("it cannot fail");
    let shown = rejected.diagnostics.render(&rejected.sources, false);
    assert!(shown.contains("expects nothing"), "{shown}");
}
