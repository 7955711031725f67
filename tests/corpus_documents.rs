//! One file per mistake: every document under `tests/corpus_documents/<outcome>/` gives the
//! diagnostic it names, and the whole output is kept beside its input as a snapshot.
//!
//! A TOML file names its code in the first line (`# expect CW-0112`), a table in its file name
//! (`bad_cell.CW-0130.csv`). A new case is one new file.

use std::path::{Path, PathBuf};

use cellwright::document::{Disk, Expected, Intake, Located};
use cellwright::model::document::Model;
use cellwright::model::protocol::Protocol;
use cellwright::quantity::dictionary::standard;
use cellwright::recipe::Recipe;
use cellwright::scenario::Scenario;
use cellwright::span::{FileId, Span};
use cellwright::table::{Table, TableFormat};

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus_documents")
}

/// All cases as `(outcome, file name)`, sorted.
fn cases() -> Vec<(String, String)> {
    let names = |folder: &Path| -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string())
            .collect::<Result<_, _>>()
            .expect("text");
        names.sort();
        names
    };
    let mut cases = Vec::new();
    for outcome in names(&corpus()) {
        for file in names(&corpus().join(&outcome)) {
            cases.push((outcome.clone(), file));
        }
    }
    cases
}

fn expected_code(file: &str, text: &str) -> String {
    let named = file.split('.').find(|part| part.starts_with("CW-"));
    let first = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# expect "));
    named.or(first).expect("the case names its code").to_owned()
}

/// Reads a document the way its schema line says.
fn read(intake: &mut Intake<'_>, path: &str, text: &str) {
    let schema = |name: &str| text.contains(&format!("\"cellwright/{name}/"));
    if path.ends_with(".csv") {
        read_table(intake, path);
    } else if schema("recipe") {
        Recipe::read(intake, path, None);
    } else if schema("scenario") {
        Scenario::read(intake, path);
    } else if schema("model") {
        Model::read(intake, path, None);
    } else {
        assert!(schema("protocol"), "{path} has no known schema");
        Protocol::read(intake, path, None);
    }
}

fn read_table(intake: &mut Intake<'_>, path: &str) {
    let Some(table) = Table::read(intake, path, None, &TableFormat::default()) else {
        return;
    };
    let entry = standard()
        .get("drying.residual_solvent")
        .expect("in the dictionary");
    let expected = Expected::of_entry(entry.name, entry);
    let wanted = Located {
        value: "residual NMP".to_owned(),
        span: Span::new(FileId(0), 0, 0),
    };
    let column = table.column(&wanted, intake).expect("the column");
    table.quantities(column, &expected, intake);
}

#[test]
fn every_mistake_has_its_code_place_and_remedy() {
    let disk = Disk::new(corpus());
    let mut shown_all = String::new();
    let mut outcome_before = String::new();
    for (outcome, file) in cases() {
        if outcome != outcome_before && !outcome_before.is_empty() {
            insta::assert_snapshot!(outcome_before.clone(), shown_all);
            shown_all.clear();
        }
        outcome_before.clone_from(&outcome);
        let path = format!("{outcome}/{file}");
        let text = std::fs::read_to_string(corpus().join(&path)).expect("text");
        let mut intake = Intake::new(&disk);
        read(&mut intake, &path, &text);
        let shown = intake.report.diagnostics().render(&intake.sources, false);
        let code = expected_code(&file, &text);
        assert!(
            shown.starts_with(&format!("error[{code}]")),
            "{path} expects {code}, got:\n{shown}"
        );
        shown_all.push_str(&format!("===== {path}\n{text}-----\n{shown}\n"));
    }
    insta::assert_snapshot!(outcome_before, shown_all);
}
