//! `check` of a recipe that breaks rules: the whole answer with `--why`, `--cache`, `--recalled`.

use crate::{folder, run_in, said_in, shown, write};

/// The demonstration recipe at another web speed, and one rule file, in a folder.
fn line(folder: &std::path::Path, speed: &str) {
    let recipe = std::fs::read_to_string("scenarios/recipes/line3-nmc111.toml").expect("a recipe");
    let changed = recipe.replace("value = \"25 m/min\"", &format!("value = \"{speed}\""));
    assert_ne!(recipe, changed, "the recipe has this speed");
    write(folder, "recipe.toml", &changed);
    let rules = std::fs::read_to_string("rules/drying.rule").expect("rules");
    write(folder, "drying.rule", &rules);
    let model = std::fs::read_to_string("models/line3-nmc111.toml").expect("a model");
    write(folder, "model.toml", &model);
    let prior = "priors/formation-sei.toml";
    let adopted = std::fs::read_to_string(format!("models/{prior}")).expect("a prior");
    write(folder, prior, &adopted);
}

/// `check` of that recipe.
const CHECK: [&str; 6] = [
    "check",
    "drying.rule",
    "--recipe",
    "recipe.toml",
    "--model",
    "model.toml",
];

/// At 33 m/min the exhaust breaks its limit as set: the clash names the five setpoints in it, and
/// each of them alone is a way out.
#[test]
fn why_a_recipe_breaks_a_rule() {
    let folder = folder("why_a_recipe_breaks_a_rule");
    line(&folder, "33 m/min");
    let arguments = [&CHECK[..], &["--why"]].concat();
    insta::assert_snapshot!(said_in(&folder, &arguments));
    let few = [&arguments[..], &["--most", "2"]].concat();
    let answer = run_in(&folder, &few);
    let why = answer
        .out
        .lines()
        .skip_while(|line| !line.starts_with("why"));
    insta::assert_snapshot!("why_with_a_bound", why.collect::<Vec<_>>().join("\n"));
}

/// A lot has no setpoints: what clashes are its own values.
#[test]
fn why_a_lot_breaks_a_rule() {
    let arguments = [
        "check",
        "scenarios/conflicts/hydrolysis.rule",
        "--recipe",
        "scenarios/conflicts/hydrolysis-lot.toml",
        "--why",
        "--format",
        "json",
    ];
    let answer = crate::run(&arguments);
    assert_eq!(answer.code, 1, "{}", answer.err);
    let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    let why = json["why"].as_array().expect("a list");
    assert_eq!(why.len(), 1, "{why:?}");
    assert_eq!(why[0]["when"], "as the recipe stands");
    let members = |key: &str| -> Vec<String> {
        let sets = why[0][key].as_array().expect("sets").iter();
        sets.map(|set| set["members"].to_string()).collect()
    };
    assert_eq!(
        members("conflicts"),
        [r#"["`electrolyte.hf`","`electrolyte.water`"]"#]
    );
    assert_eq!(
        members("corrections"),
        [r#"["`electrolyte.hf`"]"#, r#"["`electrolyte.water`"]"#]
    );
}

/// A recipe that keeps every rule has nothing to explain.
#[test]
fn why_says_nothing_where_everything_holds() {
    let folder = folder("why_says_nothing_where_everything_holds");
    line(&folder, "24 m/min");
    let answer = run_in(&folder, &[&CHECK[..], &["--why"]].concat());
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(!answer.out.contains("\nwhy"), "{}", answer.out);
}

/// The answer is the same with no cache, with the one just written, and with a damaged one; the
/// file is the same bytes after each.
#[test]
fn a_cache_changes_no_word_of_the_answer() {
    let folder = folder("a_cache_changes_no_word_of_the_answer");
    let rules = std::fs::read_to_string("rules/electrolyte.rule").expect("rules");
    write(&folder, "electrolyte.rule", &rules);
    let plain = run_in(&folder, &["check", "electrolyte.rule"]);
    let arguments = ["check", "electrolyte.rule", "--cache", "answers.json"];
    let bytes = || std::fs::read(folder.join("answers.json")).expect("the cache");
    insta::assert_snapshot!(said_in(&folder, &arguments));
    let written = bytes();
    assert!(!written.is_empty());
    for before in [written.clone(), b"{\"entries\":".to_vec(), b"{}".to_vec()] {
        std::fs::write(folder.join("answers.json"), before).expect("a file");
        let answer = run_in(&folder, &arguments);
        assert_eq!(
            shown(&arguments, &answer),
            shown(&arguments, &plain),
            "with a cache"
        );
        assert_eq!(bytes(), written);
    }
}

/// The limits that are still recalled are listed beside the verdicts, each with its owner.
#[test]
fn recalled_limits_beside_the_verdicts() {
    let folder = folder("recalled_limits_beside_the_verdicts");
    line(&folder, "28 m/min");
    let arguments = [&CHECK[..], &["--recalled"]].concat();
    insta::assert_snapshot!(said_in(&folder, &arguments));
}
