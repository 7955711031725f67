//! A record from `run` to `verify` and `replay`, and what damage does to it.

use std::path::Path;

use cellwright::{canonical, record};

use crate::{folder, run, run_in, shown};

/// Sixteen hexadecimal digits or more become `…`.
fn without_digests(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_hexdigit() {
            word.push(c);
            continue;
        }
        out.push_str(if word.len() >= 16 { "…" } else { &word });
        word.clear();
        out.extend((c != '\0').then_some(c));
    }
    out
}

#[test]
fn a_record_verifies_replays_and_shows_damage() {
    let folder = folder("a_record_verifies_replays_and_shows_damage");
    let into = folder.to_string_lossy().into_owned();
    let judged = run(&[
        "run",
        "scenarios/first.toml",
        "--samples",
        "256",
        "--into",
        &into,
    ]);
    assert_eq!(judged.code, 1, "{}{}", judged.out, judged.err);
    let mut said = Vec::new();
    for verb in ["verify", "replay"] {
        let arguments = [verb, "record.json"];
        said.push(without_digests(&shown(
            &arguments,
            &run_in(&folder, &arguments),
        )));
    }
    let bytes = std::fs::read(folder.join("record.json")).expect("the record");
    let text = String::from_utf8(bytes.clone()).expect("text");
    let at = text.find("\"decision\":\"reject\"").expect("a decision") + 13;
    let mut edited = bytes.clone();
    edited[at] ^= 1;
    for (name, damaged) in [
        ("edited.json", edited),
        ("cut.json", bytes[..bytes.len() / 2].into()),
    ] {
        std::fs::write(folder.join(name), damaged).expect("a file");
        for verb in ["verify", "replay"] {
            let arguments = [verb, name];
            let answer = run_in(&folder, &arguments);
            assert_eq!(answer.code, 5, "{}", answer.err);
            if verb == "verify" {
                said.push(without_numbers_of_places(&without_digests(&shown(
                    &arguments, &answer,
                ))));
            }
        }
    }
    intact_record_in_json(&folder);
    changed_recipe_is_placed(&folder, &text);
    // A forger who knows the format: a document that is refused, under digests that fit.
    let (mut body, _) = record::open(&bytes).expect("the record opens");
    let recipe = body
        .inputs
        .iter_mut()
        .find(|input| input.text.contains("\"25 m/min\""));
    let recipe = recipe.expect("the recipe has its web speed");
    recipe.text = recipe.text.replace("\"25 m/min\"", "\"25 m/mim\"");
    recipe.sha256 = canonical::sha256_hex(recipe.text.as_bytes());
    let sealed = record::seal(&body).expect("the body has a canonical form");
    std::fs::write(folder.join("forged.json"), sealed.bytes).expect("a file");
    let arguments = ["replay", "forged.json"];
    let answer = run_in(&folder, &arguments);
    assert_eq!(answer.code, 5, "{}", answer.err);
    said.push(without_digests(&shown(&arguments, &answer)));
    let arguments = ["verify", "no-such.json"];
    said.push(shown(&arguments, &run_in(&folder, &arguments)));
    insta::assert_snapshot!(said.join("\n"));
}

fn intact_record_in_json(folder: &Path) {
    for (verb, result) in [("verify", "verified"), ("replay", "identical")] {
        let answer = run_in(folder, &[verb, "record.json", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
        assert_eq!(json["result"], result);
        assert_eq!(json["sha256"].as_str().map(str::len), Some(64));
    }
}

fn changed_recipe_is_placed(folder: &Path, text: &str) {
    // A text of an input is placed by the file it came from, seen from the checkout.
    let recipe_changed = text.replacen("[parameters]", "[parametres]", 1);
    std::fs::write(folder.join("recipe.json"), recipe_changed).expect("a file");
    let path = folder.join("recipe.json").to_string_lossy().into_owned();
    let answer = run(&["verify", &path, "--format", "json"]);
    assert_eq!(answer.code, 5, "{}", answer.err);
    let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    let reason = json["reason"].as_str().expect("a reason");
    let recipe = std::fs::read_to_string("scenarios/recipes/line3-nmc111.toml").expect("a recipe");
    let line = 1 + recipe
        .lines()
        .take_while(|line| *line != "[parameters]")
        .count();
    assert!(
        reason.contains("`scenarios/recipes/line3-nmc111.toml`")
            && reason.contains(&format!("in line {line} ")),
        "{reason}"
    );
}

/// Offsets move with every change of a document; the words do not.
fn without_numbers_of_places(text: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        out.push_str(if digits.len() >= 4 { "#" } else { &digits });
        digits.clear();
        out.extend((c != '\0').then_some(c));
    }
    out
}

#[test]
fn an_identical_pair_differs_by_exactly_nothing() {
    let recipe = "scenarios/recipes/line3-nmc111.toml";
    let answer = run(&[
        "plan",
        recipe,
        recipe,
        "--model",
        "models/line3-nmc111.toml",
        "--rules",
        "rules/drying.rule",
        "--samples",
        "256",
        "--format",
        "json",
    ]);
    let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    let outcomes = json["body"]["outcomes"].as_array().expect("outcomes");
    assert!(outcomes.len() > 10, "{}", answer.err);
    for outcome in outcomes {
        let difference = &outcome["difference"];
        for key in ["mean", "sd", "p05", "median", "p95"] {
            assert_eq!(
                difference[key].as_f64(),
                Some(0.0),
                "{} {key}",
                outcome["name"]
            );
        }
    }
}

/// The same documents from another folder or through an absolute path: the same record.
#[test]
fn a_record_does_not_say_where_it_was_made() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let absolute = root
        .join("scenarios/first.toml")
        .to_string_lossy()
        .into_owned();
    let made = [
        (root.to_path_buf(), "scenarios/first.toml"),
        (root.join("scenarios"), "first.toml"),
        (root.join("rules"), "../scenarios/first.toml"),
        (std::env::temp_dir(), absolute.as_str()),
    ]
    .map(|(folder, scenario)| {
        let arguments = [
            "plan",
            scenario,
            "--samples",
            "64",
            "--format",
            "json",
            "-q",
        ];
        run_in(&folder, &arguments).out
    });
    assert!(made[0].contains("\"scenarios/first.toml\""), "{}", made[0]);
    for other in &made[1..] {
        assert_eq!(made[0], *other);
    }
}
