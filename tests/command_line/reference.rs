//! The reference page is made from the program's own help.
//!
//! Goal: the page cannot drift. Method: compare; with `CELLWRIGHT_UPDATE_DOCS` set, write it.

use std::path::Path;

use crate::run;

const VERBS: [&str; 14] = [
    "init",
    "check",
    "run",
    "plan",
    "simulate",
    "missing",
    "test",
    "verify",
    "replay",
    "solve",
    "fmt",
    "explain",
    "completions",
    "help",
];

fn page() -> String {
    let help = |arguments: &[&str]| {
        let answer = run(arguments);
        assert_eq!(answer.code, 0, "{arguments:?}: {}", answer.err);
        let lines: Vec<&str> = answer.out.lines().map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned()
    };
    let mut page = format!(
        "# Command line\n\nMade from `cellwright --help` by a test; do not edit.\n\n\
         ```text\n{}\n```\n",
        help(&["--help"])
    );
    for verb in VERBS.iter().filter(|verb| **verb != "help") {
        let text = help(&[verb, "--help"]);
        page.push_str(&format!("\n## cellwright {verb}\n\n```text\n{text}\n```\n"));
    }
    page
}

#[test]
fn the_reference_page_is_the_help() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/command-line.md");
    let page = page();
    if std::env::var_os("CELLWRIGHT_UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, &page).expect("the page");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/reference/command-line.md is not the help any more: run this test with \
         CELLWRIGHT_UPDATE_DOCS=1"
    );
}

#[test]
fn every_verb_is_on_the_page() {
    let help = run(&["--help"]).out;
    let listed: Vec<&str> = help
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.trim().is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(listed, VERBS);
}
