//! Certificates to take away: written by `check`, accepted by `verify`, refused when forged.

use std::collections::BTreeMap;
use std::path::Path;

use crate::{folder, run, run_in, said_in, write};

/// Two rules that cannot meet, one that follows from another, a claim that does not follow, a rule
/// with `exp`, and a recipe.
const RULES: &str = r#"ruleset shop "1" "Shop"

rule AA001 "warm" require dry_room.temperature >= 20 degC
  severity major because "x" source "x" evidence specified
rule AA002 "not hot" require dry_room.temperature <= 30 degC
  severity major because "x" source "x" evidence specified
rule AA003 "far from hot" require dry_room.temperature <= 40 degC
  severity major because "x" source "x" evidence specified
rule AA004 "rate" require exp(coating.web_speed / (1 m/s)) <= 2
  severity major because "x" source "x" evidence specified
rule AA005 "slow" require coating.web_speed <= 20 m/min
  severity major because "x" source "x" evidence specified
rule AA006 "cold" when dry_room.temperature <= 5 degC require coating.web_speed <= 9 m/min
  severity major because "x" source "x" evidence specified

claim CL1 "slow" : coating.web_speed <= 60 m/min from AA001
"#;

const RECIPE: &str = r#"schema = "cellwright/recipe/1"
title = "one"
line = "line 1"
source = "a test"

[parameters]
"dry_room.temperature" = { value = "25 degC", tolerance = "± 2 K" }
"coating.web_speed" = { value = "30 m/min", tolerance = "± 1 m/min" }
"#;

fn files_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        (name, std::fs::read(&path).expect("a file"))
    };
    entries.map(read).collect()
}

/// Goal: what `check` shows can be taken away. Method: the folder's files twice (equal bytes), each
/// certificate through `verify`, each script through `solve` against its own `:status`.
#[test]
fn what_check_shows_can_be_taken_away() {
    let folder = folder("what_check_shows_can_be_taken_away");
    write(&folder, "shop.rule", RULES);
    write(&folder, "one.toml", RECIPE);
    let asked = [
        "check",
        "shop.rule",
        "--recipe",
        "one.toml",
        "--certificates",
        "out",
    ];
    let first = run_in(&folder, &asked);
    assert_eq!(first.code, 1, "{}{}", first.out, first.err);
    let files = files_of(&folder.join("out"));
    run_in(&folder, &asked);
    assert_eq!(files_of(&folder.join("out")), files);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    insta::assert_snapshot!(names.join("\n"));
    for name in names {
        let path = format!("out/{name}");
        if name.ends_with(".json") {
            let verified = run_in(&folder, &["verify", &path]);
            assert_eq!(verified.code, 0, "{name}: {}{}", verified.out, verified.err);
        }
        if name.ends_with(".smt2") {
            let solved = run_in(&folder, &["solve", &path]);
            assert_eq!(solved.code, 0, "{name}: {}{}", solved.out, solved.err);
        }
    }
    let text = String::from_utf8(files["AA004.smt2"].clone()).expect("text");
    insta::assert_snapshot!(text);
}

/// Goal: a forged certificate is refused with its place. Method: a multiplier, a cut and a fact
/// changed, a step dropped, the format number raised, the file cut.
#[test]
fn a_forged_certificate_file_is_refused() {
    let folder = folder("a_forged_certificate_file_is_refused");
    write(&folder, "shop.rule", RULES);
    write(&folder, "one.toml", RECIPE);
    run_in(
        &folder,
        &[
            "check",
            "shop.rule",
            "--recipe",
            "one.toml",
            "--certificates",
            "out",
        ],
    );
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a certificate");
    let (linear, boxes) = (read("out/shadowed_AA003.json"), read("out/AA004.json"));
    assert!(boxes.contains("outside"), "{boxes}");
    let steps = linear.find("\"refutation\":[").expect("a refutation") + "\"refutation\":[".len();
    let forged = [
        ("multiplier.json", linear.replacen("\"1/10\"", "\"1/5\"", 1)),
        (
            "fact.json",
            linear.replacen("\"coefficient\":\"1\"", "\"coefficient\":\"2\"", 1),
        ),
        ("step.json", linear[..steps].to_owned() + "]}}}"),
        ("bound.json", boxes.replacen("31/60", "51/60", 1)),
        (
            "format.json",
            boxes.replace("certificate/1", "certificate/2"),
        ),
        ("cut.json", boxes[..boxes.len() - 3].to_owned()),
    ];
    let mut said = Vec::new();
    for (name, text) in forged {
        assert!(text != linear && text != boxes, "{name} is not forged");
        write(&folder, name, &text);
        let answer = run_in(&folder, &["verify", name]);
        assert_eq!(answer.code, 5, "{name}: {}{}", answer.out, answer.err);
        said.push(answer.out);
    }
    said.push(said_in(&folder, &["verify", "out/AA004.json"]));
    insta::assert_snapshot!(said.join("\n"));
}

/// Goal: the answer for programs says of each finding what it rests on. Method: kinds, methods and
/// points of the grounds in JSON; without `--format json` nothing is made.
#[test]
fn findings_in_json_say_what_they_rest_on() {
    let folder = folder("findings_in_json_say_what_they_rest_on");
    write(&folder, "shop.rule", RULES);
    let answer = run_in(&folder, &["check", "shop.rule", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    let mut lines = Vec::new();
    for finding in json["findings"].as_array().expect("findings") {
        for ground in finding["grounds"].as_array().expect("grounds") {
            let names: Vec<String> = ground["certificate"]["contradiction"]["claim"]["facts"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|fact| fact["name"].to_string())
                .collect();
            let point: Vec<String> = ground["witness"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|one| format!("{}={}", one["name"], one["exact"]))
                .collect();
            lines.push(format!(
                "{} | {} | {} | {} | {}",
                finding["code"],
                ground["shows"],
                ground["method"],
                names.join(" "),
                point.join(" ")
            ));
        }
    }
    insta::assert_snapshot!(lines.join("\n"));
}

/// Writes the certificates inside an answer to files, and lists what `verify` says of each.
fn verified(folder: &Path, certificates: &[&serde_json::Value]) -> Vec<String> {
    let one = |(number, certificate): (usize, &&serde_json::Value)| {
        let name = format!("taken{number}.json");
        write(folder, &name, &certificate.to_string());
        said_in(folder, &["verify", &name])
    };
    certificates.iter().enumerate().map(one).collect()
}

/// Goal: what a review of rules says to happen nowhere can be taken away. Method: a tighter limit, a
/// wider guard, a function beside a plain limit; each certificate of the JSON through `verify`.
#[test]
fn a_review_in_json_holds_files_that_verify_accepts() {
    let folder = folder("a_review_in_json_holds_files_that_verify_accepts");
    let clauses = "severity major because \"x\" source \"x\" evidence specified";
    let version = |one: &str, two: &str, three: &str| {
        format!(
            "ruleset shop \"1\"\nrule AA001 \"a\" {one} {clauses}\nrule AA002 \"b\" {two} {clauses}\n\
             rule AA003 \"c\" {three} {clauses}\n"
        )
    };
    let old = version(
        "require coating.web_speed <= 30 m/min",
        "when dry_room.temperature >= 20 degC require coating.web_speed <= 30 m/min",
        "require exp(coating.web_speed / (1 m/s)) <= 2",
    );
    let new = version(
        "require coating.web_speed <= 20 m/min",
        "when dry_room.temperature >= 10 degC require coating.web_speed <= 30 m/min",
        "require coating.web_speed <= 40 m/min",
    );
    write(&folder, "old.rule", &old);
    write(&folder, "new.rule", &new);
    let asked = ["plan", "old.rule", "new.rule", "--format", "json"];
    let answer = run_in(&folder, &asked);
    let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    let rules = json["rules"].as_array().expect("rules");
    let all = rules.iter();
    let all = all.flat_map(|rule| rule["certificates"].as_array().expect("a list"));
    let all: Vec<&serde_json::Value> = all.collect();
    assert!(rules.iter().all(|rule| rule["proved"] == true));
    let mut said = vec![said_in(&folder, &asked[..3])];
    said.extend(all.iter().map(|one| one["shows"].to_string()));
    said.extend(verified(&folder, &all));
    insta::assert_snapshot!(said.join("\n"));
}

/// Goal: a lot that cannot be run has a proof to take away. Method: the certificate of the JSON
/// through `verify`.
#[test]
fn a_lot_without_a_setting_has_a_file_that_verify_accepts() {
    let folder = folder("a_lot_without_a_setting_has_a_file_that_verify_accepts");
    let answer = run(&[
        "lots",
        "scenarios/line3-faster.toml",
        "--material",
        "slurry.solids=60..66",
        "--format",
        "json",
    ]);
    let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    let certificate = &json["certificate"];
    assert_eq!(json["proved"], true);
    let mut said = vec![certificate["shows"].to_string()];
    said.extend(verified(&folder, &[certificate]));
    insta::assert_snapshot!(said.join("\n"));
}
