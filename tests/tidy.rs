//! The house rules as a test: floors, doors, lengths, module docs, sourced rules.
//!
//! Goal: a change that breaks the plan of the house fails here, with `path:line: error: …` for each
//! place. Method: plain text scans; every scanner is itself tested on a bad snippet beside it.

#[path = "tidy/floors.rs"]
mod floors;
#[path = "tidy/rules.rs"]
mod rules;
#[path = "tidy/style.rs"]
mod style;
#[path = "tidy/text.rs"]
mod text;

use std::fmt;
use std::path::{Path, PathBuf};

use text::code_only;

/// One place that breaks a house rule.
#[derive(Debug)]
pub struct Violation {
    path: String,
    line: usize,
    what: String,
}

impl Violation {
    fn new(path: &str, line: usize, what: String) -> Self {
        let path = path.to_owned();
        Self { path, line, what }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: error: {}", self.path, self.line, self.what)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every text file of the repository as (path from the root, text), sorted by path.
fn repository() -> Vec<(String, String)> {
    let skipped = [".git", ".z3", "target", "dist", "runs", "node_modules"];
    let mut folders = vec![root().to_path_buf()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder cannot be read") {
            let path: PathBuf = entry.expect("an entry cannot be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_symlink() || (folder == root() && skipped.contains(&name.as_ref())) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                let relative = path.strip_prefix(root()).unwrap_or(&path);
                files.push((relative.to_string_lossy().into_owned(), text));
            }
        }
    }
    files.sort();
    assert!(
        files.iter().any(|(path, _)| path == "src/lib.rs"),
        "the walk found nothing"
    );
    files
}

/// Runs a scanner over the files that fit and fails with every place it reports.
fn assert_tidy(fits: impl Fn(&str) -> bool, scan: impl Fn(&str, &str) -> Vec<Violation>) {
    let report: Vec<String> = repository()
        .iter()
        .filter(|(path, _)| fits(path))
        .flat_map(|(path, text)| scan(path, text))
        .map(|violation| violation.to_string())
        .collect();
    assert!(report.is_empty(), "\n{}\n", report.join("\n"));
}

fn is_source(path: &str) -> bool {
    path.starts_with("src/") && is_rust(path)
}

fn is_rust(path: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|extension| extension == "rs")
}

#[test]
fn floors_hold() {
    assert_tidy(is_source, floors::floor_violations);
}

#[test]
fn modules_form_no_circle() {
    let mut edges = Vec::new();
    for (path, text) in repository().iter().filter(|(path, _)| is_source(path)) {
        let Some(own) = floors::top_module(path).filter(|own| *own != "lib") else {
            continue;
        };
        for (_, other) in floors::imports(path, text) {
            edges.push((own.to_owned(), other));
        }
    }
    edges.sort();
    edges.dedup();
    let circle = floors::circle(&edges).map(|trail| trail.join(" -> "));
    assert_eq!(circle, None, "modules import each other in a circle");
}

#[test]
fn heavy_crates_have_one_door() {
    assert_tidy(is_source, floors::door_violations);
}

#[test]
fn files_functions_and_lines_are_short() {
    assert_tidy(is_rust, style::file_length);
    assert_tidy(is_rust, style::function_length);
    assert_tidy(is_rust, style::columns);
}

#[test]
fn every_source_file_says_what_it_is() {
    assert_tidy(is_source, style::module_doc);
    assert_tidy(is_source, |path, _| style::file_name(path));
}

#[test]
fn nothing_is_unfinished_or_untyped() {
    assert_tidy(is_rust, style::banned_code);
}

#[test]
fn the_repository_names_no_machine() {
    assert_tidy(|path| path != "Cargo.lock", style::banned_words);
}

#[test]
fn every_rule_has_because_source_and_evidence() {
    let is_rules = |path: &str| path.starts_with("rules/") && path.ends_with(".rule");
    assert_tidy(is_rules, rules::rule_violations);
}

#[test]
fn a_violation_reads_like_a_compiler_error() {
    let violation = Violation::new("src/a.rs", 7, "too long".to_owned());
    assert_eq!(violation.to_string(), "src/a.rs:7: error: too long");
}
