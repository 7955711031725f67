//! A second solver is asked the same questions, and its word is never bent.
//!
//! Goal: agreement is counted, a contradiction is a finding with the question named, and whatever
//! else the program does is open: neither agreement nor contradiction. Method: scripts in the place
//! of the second solver that always say one thing or misbehave; then the real cvc5 over the shipped
//! rules and the demonstration recipe.

mod common;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Rules of which one holds (unsat: no corner breaks it) and one is broken (sat).
const RULES: &str = "rule A1 \"speed\" require coating.web_speed <= 30 m/min severity major \
    because \"b\" source \"s\" evidence specified\n\
    rule A2 \"gap\" require coating.gap <= 100 um severity major because \"b\" source \"s\" \
    evidence specified\n";

const RECIPE: &str = "schema = \"cellwright/recipe/1\"\ntitle = \"t\"\nline = \"l\"\nsource = \"s\"\n\
    [parameters]\n\
    \"coating.web_speed\" = { value = \"25 m/min\", tolerance = \"± 1 m/min\" }\n\
    \"coating.gap\" = { value = \"120 um\", tolerance = \"± 3 um\" }\n";

fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("cross_check")
        .join(test);
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("r.rule"), RULES).expect("rules");
    std::fs::write(folder.join("r.toml"), RECIPE).expect("a recipe");
    folder
}

/// A program in the folder that runs a shell script.
fn stub(folder: &Path, name: &str, body: &str) -> String {
    let program = folder.join(name);
    let fresh = folder.join(format!("{name}.fresh"));
    std::fs::write(&fresh, format!("#!/bin/sh\n{body}\n")).expect("the stub can be written");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&fresh, executable).expect("the stub can be made executable");
    std::fs::rename(&fresh, &program).expect("the stub can be moved");
    format!("--cross-check=./{name}")
}

struct Answer {
    code: Option<i32>,
    out: String,
    err: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_cellwright"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the program runs");
    Answer {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

fn check(folder: &Path, cross_check: &str) -> serde_json::Value {
    let arguments = [
        "check",
        "r.rule",
        "--recipe",
        "r.toml",
        cross_check,
        "--format",
        "json",
    ];
    let answer = run(folder, &arguments);
    // A2 is broken: exit 1 whatever the second solver says.
    assert_eq!(answer.code, Some(1), "{}", answer.err);
    serde_json::from_str(&answer.out).expect("JSON")
}

#[test]
fn a_program_that_always_says_sat_contradicts_what_holds() {
    let folder = folder("always_sat");
    let option = stub(&folder, "second", "cat >/dev/null; echo sat");
    let json = check(&folder, &option);
    let found = &json["cross_check"];
    assert_eq!(
        (&found["questions"], &found["agree"]),
        (&2.into(), &1.into())
    );
    assert_eq!(found["disagree"][0]["name"], "A1");
    assert_eq!(found["disagree"][0]["ours"], "unsat");
    assert_eq!(found["disagree"][0]["theirs"], "sat");
    let first = &json["findings"][0];
    assert_eq!(first["code"], "solvers-disagree");
    let message = first["message"].as_str().expect("a sentence");
    assert!(message.contains("`A1 holds` (A1)"), "{message}");
}

/// Without a broken rule the contradiction alone makes the exit code.
#[test]
fn a_contradiction_alone_is_exit_1() {
    let folder = folder("alone");
    let recipe = RECIPE.replace("120 um", "90 um");
    std::fs::write(folder.join("fine.toml"), recipe).expect("a recipe");
    let arguments = ["check", "r.rule", "--recipe", "fine.toml"];
    assert_eq!(run(&folder, &arguments).code, Some(0));
    let honest = stub(&folder, "honest", "cat >/dev/null; echo unsat");
    let answer = run(&folder, &[&arguments[..], &[&honest]].concat());
    assert_eq!(answer.code, Some(0), "{}", answer.out);
    assert!(
        answer.out.contains("honest agrees on 2 of 2 questions"),
        "{}",
        answer.out
    );
    let liar = stub(&folder, "liar", "cat >/dev/null; echo sat");
    let answer = run(&folder, &[&arguments[..], &[&liar]].concat());
    assert_eq!(answer.code, Some(1), "{}", answer.out);
}

/// Seven ways of not answering: each leaves both questions open, with the way named.
#[test]
fn what_is_no_answer_is_open() {
    let folder = folder("open");
    for (number, (body, words)) in [
        ("cat >/dev/null; echo unknown", "`unknown`"),
        (
            "cat >/dev/null; echo '(error \"lost assertion\")'; echo unsat",
            "lost assertion",
        ),
        ("kill -ABRT $$", "ends without an answer"),
        ("cat >/dev/null; printf unsat", "no whole line"),
        ("head -c 300000 /dev/urandom", ""),
        (
            "cat >/dev/null; echo unsatisfiable",
            "neither sat nor unsat",
        ),
        ("cat >/dev/null; exit 3", "ends without an answer"),
    ]
    .into_iter()
    .enumerate()
    {
        let option = stub(&folder, &format!("open{number}"), body);
        let found = check(&folder, &option)["cross_check"].clone();
        assert_eq!(found["agree"], 0, "{body}");
        assert_eq!(
            found["disagree"].as_array().expect("a list").len(),
            0,
            "{body}"
        );
        let open = found["open"].as_array().expect("a list");
        assert_eq!(open.len(), 2, "{body}: {found}");
        let theirs = open[0]["theirs"].as_str().expect("words");
        assert!(theirs.contains(words), "{body}: {theirs}");
    }
}

#[test]
fn a_missing_program_is_said_before_anything_is_computed() {
    let folder = folder("missing");
    let answer = run(
        &folder,
        &["check", "r.rule", "--cross-check=no-such-solver"],
    );
    assert_eq!(answer.code, Some(4));
    assert_eq!(answer.out, "");
    assert_eq!(
        answer.err,
        "error: `--cross-check=no-such-solver`: there is no such program\n"
    );
}

const SCRIPT: &str = "(set-logic QF_LRA)\n(declare-const x Real)\n(assert (< x 1))\n(check-sat)\n\
    (assert (< 2 x))\n(check-sat)\n";

#[test]
fn solve_is_cross_checked_too() {
    let folder = folder("solve");
    std::fs::write(folder.join("s.smt2"), SCRIPT).expect("a script");
    let option = stub(&folder, "second", "cat >/dev/null; echo sat");
    let answer = run(&folder, &["solve", "s.smt2", &option]);
    assert_eq!(answer.code, Some(1), "{}", answer.out);
    let said: Vec<&str> = answer
        .out
        .lines()
        .filter(|line| line.contains("second"))
        .collect();
    assert_eq!(
        said,
        [
            "  second solver second: agrees",
            "  second solver second: CONTRADICTS this answer"
        ]
    );
}

fn cvc5(test: &str) -> bool {
    let is_there = Command::new("cvc5").arg("--version").output().is_ok();
    if !is_there {
        common::skip(test, "cvc5 is not installed");
    }
    is_there
}

#[test]
fn cvc5_agrees_on_the_shipped_rules_and_recipe() {
    if !cvc5("cvc5_agrees_on_the_shipped_rules_and_recipe") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let arguments = [
        "check",
        "rules",
        "--recipe",
        "scenarios/recipes/line3-nmc111.toml",
        "--model",
        "models/line3-nmc111.toml",
        "--cross-check=cvc5",
        "--format",
        "json",
    ];
    let answer = run(root, &arguments);
    assert_eq!(answer.code, Some(0), "{}", answer.err);
    let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    let found = &json["cross_check"];
    assert!(
        found["questions"].as_u64().expect("a count") >= 50,
        "{found}"
    );
    assert_eq!(found["agree"], found["questions"], "{found}");
}

#[test]
fn cvc5_agrees_on_scripts_and_conflicts() {
    if !cvc5("cvc5_agrees_on_scripts_and_conflicts") {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder("cvc5");
    std::fs::write(folder.join("s.smt2"), SCRIPT).expect("a script");
    let answer = run(&folder, &["solve", "s.smt2", "--cross-check=cvc5"]);
    assert_eq!(answer.code, Some(0), "{}", answer.out);
    assert_eq!(answer.out.matches(": agrees").count(), 2, "{}", answer.out);
    let rules = "scenarios/conflicts/faster-line.rule";
    let answer = run(root, &["check", rules, "--cross-check=cvc5"]);
    assert_eq!(answer.code, Some(1), "{}", answer.out);
    assert!(
        answer.out.contains("agrees on 1 of 1 question"),
        "{}",
        answer.out
    );
}
