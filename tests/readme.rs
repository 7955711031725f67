//! The README's scenario and output are the real ones.
//!
//! Goal: nobody reads an example that does not work. Method: the fenced block after
//! `<!-- file: PATH -->` equals that file, and the block after `<!-- output: COMMAND -->` equals
//! what the command prints, run from the root of the checkout. `CELLWRIGHT_UPDATE_README=1` writes
//! both.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a marked block must hold.
fn expected(kind: &str, argument: &str) -> String {
    if kind == "file" {
        return std::fs::read_to_string(root().join(argument))
            .expect("the file named in the README");
    }
    let mut words = argument.split(' ');
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
    String::from_utf8(output.stdout).expect("text")
}

/// Replaces every marked block of `text` by what it must hold.
fn refreshed(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut lines = text.lines();
    let mut blocks = 0;
    while let Some(line) = lines.next() {
        out.push(line.to_owned());
        let marker = line
            .strip_prefix("<!-- ")
            .and_then(|rest| rest.strip_suffix(" -->"));
        let Some((kind, argument)) = marker.and_then(|marker| marker.split_once(": ")) else {
            continue;
        };
        let fence = lines.next().expect("a fence after the marker");
        assert!(
            fence.starts_with("```"),
            "a fence after the marker, found `{fence}`"
        );
        assert!(
            lines.by_ref().any(|line| line == "```"),
            "the fence is closed"
        );
        out.push(fence.to_owned());
        out.extend(
            expected(kind, argument)
                .trim_end()
                .lines()
                .map(str::to_owned),
        );
        out.push("```".to_owned());
        blocks += 1;
    }
    assert_eq!(blocks, 2, "the README marks its scenario and its output");
    out.join("\n") + "\n"
}

#[test]
fn scenario_and_output_are_the_real_ones() {
    let path = root().join("README.md");
    let text = std::fs::read_to_string(&path).expect("the README");
    let wanted = refreshed(&text);
    if std::env::var_os("CELLWRIGHT_UPDATE_README").is_some() {
        write(&path, &wanted);
        return;
    }
    for (line, (found, real)) in text.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(
            found,
            real,
            "README.md line {}: run with CELLWRIGHT_UPDATE_README=1",
            line + 1
        );
    }
    assert_eq!(
        text, wanted,
        "README.md: run with CELLWRIGHT_UPDATE_README=1"
    );
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("the README can be written");
}
