//! The examples of the pages that people read first are the real ones.
//!
//! Goal: nobody reads an example that does not work. Method: in the README and in the page of
//! questions the fenced block after `<!-- file: PATH -->` equals that file, and the block after
//! `<!-- output, exit CODE: COMMAND -->` (the code may be left out) equals what the command prints,
//! run from the root of the checkout. `CELLWRIGHT_UPDATE_README=1` writes blocks and codes.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a command prints and its exit code.
fn said(command: &str) -> (String, i32) {
    let mut words = command.split(' ');
    assert_eq!(
        words.next(),
        Some("cellwright"),
        "outputs come from this program"
    );
    let output = Command::new(env!("CARGO_BIN_EXE_cellwright"))
        .args(words)
        .arg("--quiet")
        .current_dir(root())
        .output()
        .expect("the program runs");
    let code = output.status.code().expect("no signal ends it");
    assert!(matches!(code, 0 | 1 | 3), "{command}: exit {code}");
    (String::from_utf8(output.stdout).expect("text"), code)
}

/// The marker as it must stand and what the block below it must hold.
fn expected(kind: &str, argument: &str) -> (String, String) {
    match kind.split_once(", exit ") {
        None if kind == "file" => {
            let text = std::fs::read_to_string(root().join(argument));
            let text = text.expect("the file that the page names");
            (format!("<!-- file: {argument} -->"), text)
        }
        None => (format!("<!-- {kind}: {argument} -->"), said(argument).0),
        Some((kind, _)) => {
            let (text, code) = said(argument);
            (format!("<!-- {kind}, exit {code}: {argument} -->"), text)
        }
    }
}

/// Replaces every marked block of `text` by what it must hold; `blocks` of them are expected.
fn refreshed(text: &str, blocks: usize) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut lines = text.lines();
    let mut found = 0;
    while let Some(line) = lines.next() {
        let marker = line
            .strip_prefix("<!-- ")
            .and_then(|rest| rest.strip_suffix(" -->"));
        let Some((kind, argument)) = marker.and_then(|marker| marker.split_once(": ")) else {
            out.push(line.to_owned());
            continue;
        };
        let (marker, block) = expected(kind, argument);
        let fence = lines.next().expect("a fence after the marker");
        assert!(
            fence.starts_with("```"),
            "a fence after the marker, found `{fence}`"
        );
        assert!(
            lines.by_ref().any(|line| line == "```"),
            "the fence is closed"
        );
        out.extend([marker, fence.to_owned()]);
        out.extend(block.trim_end().lines().map(str::to_owned));
        out.push("```".to_owned());
        found += 1;
    }
    assert_eq!(found, blocks, "the page marks its files and outputs");
    out.join("\n") + "\n"
}

fn check_page(name: &str, blocks: usize) {
    let path = root().join(name);
    let text = std::fs::read_to_string(&path).expect("the page");
    let wanted = refreshed(&text, blocks);
    if std::env::var_os("CELLWRIGHT_UPDATE_README").is_some() {
        write(&path, &wanted);
        return;
    }
    for (line, (found, real)) in text.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(
            found,
            real,
            "{name} line {}: run with CELLWRIGHT_UPDATE_README=1",
            line + 1
        );
    }
    assert_eq!(text, wanted, "{name}: run with CELLWRIGHT_UPDATE_README=1");
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("the page can be written");
}

#[test]
fn scenario_and_output_are_the_real_ones() {
    check_page("README.md", 2);
}

/// Every kind of question stands on the page with its answer.
#[test]
fn answers_to_the_nine_questions_are_the_real_ones() {
    check_page("docs/tutorials/nine-questions.md", 12);
}
