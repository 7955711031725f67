//! The corpus of rule files: one small file for each mistake, the folder names the outcome.
//!
//! Goal: every mistake has its code, place and help, and none brings others along. Method: each
//! file starts with `# expect CODE…`; the codes found must be exactly these, and a snapshot shows
//! the file with everything a user sees. A new case is one new file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use cellwright::quantity::dictionary::standard;
use cellwright::rule_language::codes::CODES;
use cellwright::rule_language::{format, parse, resolve, run_tests};
use cellwright::span::Sources;

/// Outcomes this driver knows; other folders of the corpus belong to other drivers.
const OUTCOMES: [&str; 5] = [
    "ok",
    "parse_error",
    "unit_error",
    "resolve_error",
    "test_failed",
];

fn zones() -> BTreeMap<String, usize> {
    BTreeMap::from([("drying.zone".to_owned(), 5)])
}

fn cases(outcome: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(outcome);
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the corpus folder cannot be read")
        .map(|entry| entry.expect("an entry cannot be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rule")
        })
        .collect();
    cases.sort();
    assert!(!cases.is_empty(), "no case for {outcome}");
    cases
}

/// Everything a user sees for one file, and the codes in it.
fn answer(name: &str, text: &str) -> (String, BTreeSet<String>) {
    let mut sources = Sources::new();
    let file = sources.add(name, text);
    let (rules, mut diagnostics) = resolve(&[parse(file, text)], standard(), &zones());
    let report = run_tests(&rules);
    diagnostics.extend(report.diagnostics);
    let codes = diagnostics
        .sorted()
        .iter()
        .map(|d| d.code.to_owned())
        .collect();
    let counts = format!("{} passed, {} failed\n", report.passed, report.failed);
    (counts + &diagnostics.render(&sources, false), codes)
}

fn expected(text: &str) -> BTreeSet<String> {
    let first = text.lines().next().unwrap_or("");
    let codes = first
        .strip_prefix("# expect ")
        .expect("the file starts with `# expect`");
    codes
        .split_whitespace()
        .filter(|code| *code != "nothing")
        .map(str::to_owned)
        .collect()
}

fn run(outcome: &str) {
    let mut wrong = Vec::new();
    for path in cases(outcome) {
        let text = std::fs::read_to_string(&path).expect("the case cannot be read");
        let case = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let name = format!("tests/corpus/{outcome}/{case}.rule");
        let (shown, found) = answer(&name, &text);
        if found != expected(&text) {
            wrong.push(format!("{name} gives {found:?}\n{shown}"));
            continue;
        }
        insta::with_settings!({
            snapshot_path => format!("corpus/{outcome}/answers"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
        }, {
            insta::assert_snapshot!(case, format!("{text}\n----\n{shown}"));
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ok() {
    run("ok");
    for path in cases("ok") {
        let text = std::fs::read_to_string(&path).expect("the case cannot be read");
        let (shown, _) = answer("case", &text);
        assert!(!shown.contains(" 1 failed"), "{shown}");
    }
}

#[test]
fn parse_errors() {
    run("parse_error");
}

#[test]
fn unit_errors() {
    run("unit_error");
}

#[test]
fn resolve_errors() {
    run("resolve_error");
}

#[test]
fn failing_tests() {
    run("test_failed");
}

/// A stranger needs a place and a way out, whatever the mistake.
#[test]
fn every_answer_has_a_place_and_a_help_line() {
    let mut bare = Vec::new();
    for outcome in OUTCOMES {
        for path in cases(outcome) {
            let text = std::fs::read_to_string(&path).expect("the case cannot be read");
            let mut sources = Sources::new();
            let file = sources.add("case.rule", text.as_str());
            let (rules, mut diagnostics) = resolve(&[parse(file, &text)], standard(), &zones());
            diagnostics.extend(run_tests(&rules).diagnostics);
            for one in diagnostics.sorted() {
                if one.primary.is_none() || one.help.is_none() {
                    bare.push(format!("{}: {}", path.display(), one.message));
                }
            }
        }
    }
    assert!(bare.is_empty(), "{}", bare.join("\n"));
}

#[test]
fn every_code_has_a_case() {
    let mut missing: BTreeSet<&str> = CODES.iter().map(|(code, ..)| *code).collect();
    for outcome in OUTCOMES {
        for path in cases(outcome) {
            let text = std::fs::read_to_string(&path).expect("the case cannot be read");
            for code in expected(&text) {
                assert!(CODES.iter().any(|(known, ..)| *known == code), "{code}");
                missing.remove(code.as_str());
            }
        }
    }
    assert!(missing.is_empty(), "codes without a case: {missing:?}");
}

#[test]
fn sound_files_keep_their_meaning_and_comments_when_formatted() {
    for outcome in ["ok", "unit_error", "resolve_error", "test_failed"] {
        for path in cases(outcome) {
            let text = std::fs::read_to_string(&path).expect("the case cannot be read");
            let Some(once) = formatted(&text) else {
                continue;
            };
            assert_eq!(
                formatted(&once).as_deref(),
                Some(once.as_str()),
                "{}",
                path.display()
            );
            let words = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(words(&once), words(&text), "{}", path.display());
        }
    }
}

fn formatted(text: &str) -> Option<String> {
    let mut sources = Sources::new();
    let file = sources.add("case", text);
    format(&parse(file, text), &sources)
}
