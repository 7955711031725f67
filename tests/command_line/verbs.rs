//! Every verb once as it is meant to be used.

use crate::common;
use crate::{folder, run, run_in, said, said_in, write};

#[test]
fn check_of_rules_alone() {
    insta::assert_snapshot!(said(&[
        "check",
        "rules/drying.rule",
        "rules/electrolyte.rule"
    ]));
}

#[test]
fn check_lists_limits_that_are_still_recalled() {
    insta::assert_snapshot!(said(&["check", "rules/plant-example.rule", "--recalled"]));
}

#[test]
fn explain_shows_the_limit_that_was_replaced() {
    insta::assert_snapshot!(said(&["explain", "DR001"]));
}

#[test]
fn explain_knows_the_words_of_the_language() {
    insta::assert_snapshot!(said(&["explain", "override"]));
}

#[test]
fn check_of_a_recipe() {
    let recipe = "scenarios/recipes/line3-nmc111.toml";
    insta::assert_snapshot!(said(&[
        "check",
        "rules/plant-example.rule",
        "rules/slurry.rule",
        "--recipe",
        recipe
    ]));
}

#[test]
fn check_of_a_table_names_the_labelled_rows() {
    let test = "check_of_a_table_names_the_labelled_rows";
    let Some(path) = common::shared("data/ai4i2020/ai4i2020_rows_1_6000.csv") else {
        return common::skip(test, "the AI4I 2020 data are missing");
    };
    let table = path.to_string_lossy().into_owned();
    let arguments = [
        "check",
        "rules/ai4i2020.rule",
        "--table",
        &table,
        "--format",
        "json",
    ];
    let answer = run(&arguments);
    assert_eq!(answer.code, 1, "{}", answer.err);
    let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    let text = std::fs::read_to_string(&path).expect("the table");
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    let labelled = |code: &str| -> Vec<u64> {
        let at = rows[0]
            .iter()
            .position(|header| *header == code)
            .expect("a label");
        let data = (1..).zip(&rows[1..]);
        data.filter(|(_, row)| row[at] == "1")
            .map(|(number, _)| number)
            .collect()
    };
    for rule in json["table"]["rules"].as_array().expect("rules") {
        let code = rule["code"].as_str().expect("a code");
        let failing: Vec<u64> =
            serde_json::from_value(rule["violated_rows"].clone()).expect("numbers");
        if code != "HDF" {
            assert_eq!(failing, labelled(code), "{code}");
        } else {
            assert!(!rule["tie_rows"].as_array().expect("rows").is_empty());
        }
    }
}

#[test]
fn check_of_a_table_in_text() {
    let folder = folder("check_of_a_table_in_text");
    write(
        &folder,
        "torque.rule",
        "signal spindle.torque : torque in 0 .. 200 Nm \"torque\" column \"Torque [Nm]\"\n\
         rule T1 \"torque\" require spindle.torque <= 60 Nm guard_band 5 Nm severity critical \
         because \"the spindle\" source \"data sheet\" evidence specified\n",
    );
    write(
        &folder,
        "rows.csv",
        "Torque [N*m],other\n40,a\n60,b\n60.5,c\n57,d\n",
    );
    insta::assert_snapshot!(said_in(
        &folder,
        &["check", "torque.rule", "--table", "rows.csv"]
    ));
}

#[test]
fn simulate_shows_both_recipes() {
    insta::assert_snapshot!(said(&[
        "simulate",
        "scenarios/first.toml",
        "--samples",
        "256",
        "--verify-numerics"
    ]));
}

#[test]
fn missing_ranks_gaps_before_weak_numbers() {
    let answer = said(&["missing", "scenarios/first.toml", "--samples", "256"]);
    let head: Vec<&str> = answer.lines().take(12).collect();
    insta::assert_snapshot!(head.join("\n"));
}

#[test]
fn test_of_rules_and_a_scenario() {
    insta::assert_snapshot!(said(&["test", "rules"]));
}

#[test]
fn test_says_what_is_not_met() {
    let folder = folder("test_says_what_is_not_met");
    write(
        &folder,
        "wrong.rule",
        "rule W1 \"speed\" require coating.web_speed <= 30 m/min severity major because \"b\" \
         source \"s\" evidence specified\n\
         test W1 pass { coating.web_speed = 31 m/min } fail { coating.web_speed = 32 m/min }\n",
    );
    insta::assert_snapshot!(said_in(&folder, &["test", "wrong.rule"]));
    insta::assert_snapshot!(
        "test_as_junit",
        said_in(&folder, &["test", "wrong.rule", "--format", "junit"])
    );
}

#[test]
fn fmt_changes_a_file_once() {
    let folder = folder("fmt_changes_a_file_once");
    write(
        &folder,
        "a.rule",
        "rule A1   \"x\" require coating.web_speed<=30 m/min severity major because \"b\" \
         source \"s\" evidence specified\n",
    );
    let checked = run_in(&folder, &["fmt", "--check", "a.rule"]);
    assert_eq!(
        (checked.code, checked.out.as_str()),
        (1, "would change a.rule\n")
    );
    insta::assert_snapshot!(said_in(&folder, &["fmt", "a.rule"]));
    assert_eq!(run_in(&folder, &["fmt", "--check", "a.rule"]).code, 0);
    insta::assert_snapshot!(
        "fmt_result",
        std::fs::read_to_string(folder.join("a.rule")).expect("the file")
    );
}

#[test]
fn explain_knows_rules_codes_quantities_and_words() {
    let subjects = [
        "DR004",
        "CW-0116",
        "coating.web_speed",
        "holds_nominally",
        "units",
    ];
    let all: Vec<String> = subjects.iter().map(|one| said(&["explain", one])).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn templates_pass_themselves() {
    let folder = folder("templates_pass_themselves");
    for (kind, file) in [
        ("recipe", "recipe.toml"),
        ("rules", "my.rule"),
        ("map", "map.toml"),
    ] {
        let answer = run_in(&folder, &["init", kind, file]);
        assert_eq!(answer.code, 0, "{kind}: {}", answer.err);
    }
    assert_eq!(run_in(&folder, &["fmt", "--check", "my.rule"]).code, 0);
    assert_eq!(run_in(&folder, &["test", "my.rule"]).code, 0);
    let checked = run_in(&folder, &["check", "my.rule", "--recipe", "recipe.toml"]);
    assert_eq!(checked.code, 0, "{}{}", checked.out, checked.err);
    let again = run_in(&folder, &["init", "recipe", "recipe.toml"]);
    assert_eq!(again.code, 2, "nothing is overwritten");
    write(
        &folder,
        "export.csv",
        "Parameter;Setpoint;LSL;USL;Unit\r\nWeb speed;25,0;24,9;25,1;m/min\r\n\
         Solids;Bad Input;64;66;percent_mass\r\n",
    );
    let imported = [
        "init",
        "recipe",
        "imported.toml",
        "--from",
        "export.csv",
        "--map",
        "map.toml",
    ];
    let refused = said_in(&folder, &imported);
    assert!(!folder.join("imported.toml").exists(), "nothing is lost");
    let partial = [&imported[..], &["--partial"]].concat();
    let kept = said_in(&folder, &partial);
    insta::assert_snapshot!(format!("{refused}\n{kept}"));
    let text = std::fs::read_to_string(folder.join("imported.toml")).expect("the recipe");
    insta::assert_snapshot!("imported_recipe", text);
}

#[test]
fn the_scenario_template_meets_its_own_expectation() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder("the_scenario_template_meets_its_own_expectation");
    let text = {
        let answer = run_in(&folder, &["init", "scenario", "s.toml"]);
        assert_eq!(answer.code, 0, "{}", answer.err);
        std::fs::read_to_string(folder.join("s.toml")).expect("the scenario")
    };
    let absolute = |path: &str| format!("\"{}/{path}\"", root.display());
    let text = text
        .replace(
            "\"recipes/",
            &format!("\"{}/scenarios/recipes/", root.display()),
        )
        .replace("\"../", "\"")
        .replace(
            "\"models/line3-nmc111.toml\"",
            &absolute("models/line3-nmc111.toml"),
        )
        .replace("\"rules/coating.rule\"", &absolute("rules/coating.rule"))
        .replace("\"rules/drying.rule\"", &absolute("rules/drying.rule"));
    write(&folder, "s.toml", &text);
    let answer = run_in(&folder, &["test", "s.toml", "--samples", "256"]);
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
}

#[test]
fn window_of_a_scenario() {
    insta::assert_snapshot!(said(&[
        "window",
        "scenarios/line3-faster.toml",
        "--robust",
        "--parameter",
        "coating.web_speed",
        "--parameter",
        "drying.exhaust_flow"
    ]));
}

#[test]
fn window_of_a_recipe() {
    insta::assert_snapshot!(said(&[
        "window",
        "scenarios/recipes/line3-nmc111.toml",
        "--model",
        "models/line3-nmc111.toml",
        "--rules",
        "rules/drying.rule",
        "--rules",
        "rules/coating.rule"
    ]));
}

#[test]
fn repair_of_a_scenario() {
    insta::assert_snapshot!(said(&["repair", "scenarios/line3-faster.toml"]));
}

#[test]
fn repair_that_no_setpoint_can_do() {
    let kept = ["--keep", "drying.exhaust_flow"];
    let arguments = ["repair", "scenarios/line3-faster.toml", kept[0], kept[1]];
    insta::assert_snapshot!(said(&arguments));
}

#[test]
fn lots_that_cannot_be_run() {
    insta::assert_snapshot!(said(&[
        "lots",
        "scenarios/line3-faster.toml",
        "--material",
        "slurry.solids=60..66"
    ]));
}

#[test]
fn lots_of_which_all_can_be_run() {
    insta::assert_snapshot!(said(&[
        "lots",
        "scenarios/recipes/line3-nmc111.toml",
        "--model",
        "models/line3-nmc111.toml",
        "--material",
        "slurry.solids=63..66",
        "--material",
        "electrolyte.water"
    ]));
}

/// Old and new drying rules in a folder of their own: a limit lowered, a guard changed, a window
/// shifted, a rule dropped, a severity raised.
fn two_versions(test: &str) -> std::path::PathBuf {
    let folder = folder(test);
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let old = std::fs::read_to_string(root.join("rules/drying.rule")).expect("the rules");
    let mut new = old.clone();
    for (from, to) in [
        (
            "drying.exhaust_share <= 25 %LEL",
            "drying.exhaust_share <= 20 %LEL",
        ),
        (
            "slurry.solvent == NMP\n  require    max(",
            "slurry.electrode == cathode\n  require    max(",
        ),
        (
            "12 h <= drying.vacuum_time <= 30 h",
            "10 h <= drying.vacuum_time <= 28 h",
        ),
        (
            "severity   major\n  because    \"hot fast",
            "severity   critical\n  because    \"hot fast",
        ),
    ] {
        assert!(new.contains(from), "the rules no longer hold `{from}`");
        new = new.replacen(from, to, 1);
    }
    let (start, end) = (
        new.find("rule DR005").expect("DR005"),
        new.find("rule DR006").expect("DR006"),
    );
    new.replace_range(start..end, "");
    write(&folder, "old/drying.rule", &old);
    write(&folder, "new/drying.rule", &new);
    folder
}

#[test]
fn plan_of_two_versions_of_rules() {
    let folder = two_versions("plan_of_two_versions_of_rules");
    insta::assert_snapshot!(said_in(&folder, &["plan", "old", "new"]));
}

#[test]
fn plan_of_two_recipes_under_two_versions() {
    let folder = two_versions("plan_of_two_recipes_under_two_versions");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = |path: &str| std::fs::read_to_string(root.join(path)).expect("a document");
    let recipe = text("scenarios/recipes/line3-nmc111.toml");
    write(&folder, "old.toml", &recipe);
    write(
        &folder,
        "new.toml",
        &recipe.replacen("\"25 m/min\"", "\"32 m/min\"", 1),
    );
    let arguments = [
        "plan",
        "old.toml",
        "new.toml",
        "--old-rules",
        "old",
        "--new-rules",
        "new",
    ];
    insta::assert_snapshot!(said_in(&folder, &arguments));
}

#[test]
fn answers_to_questions_fit_their_schemas() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = two_versions("answers_to_questions_fit_their_schemas");
    let (old, new) = (folder.join("old"), folder.join("new"));
    let (old, new) = (old.to_string_lossy(), new.to_string_lossy());
    let scenario = "scenarios/line3-faster.toml";
    for (schema, arguments) in [
        ("window", vec!["window", scenario, "--robust"]),
        ("repair", vec!["repair", scenario]),
        (
            "lots",
            vec!["lots", scenario, "--material", "slurry.solids=60..66"],
        ),
        ("review", vec!["plan", &old, &new]),
    ] {
        let mut arguments = arguments;
        arguments.extend(["--format", "json"]);
        let answer = run(&arguments);
        let document = serde_json::from_str(&answer.out).expect("JSON");
        let path = root.join(format!("docs/schema/{schema}.schema.json"));
        let text = std::fs::read_to_string(path).expect("a schema");
        let schema = serde_json::from_str(&text).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a valid schema");
        if let Some(error) = validator.iter_errors(&document).next() {
            panic!("{arguments:?}: {error} at {}", error.instance_path());
        }
    }
}

/// Two questions with evidence, one verdict that disagrees with its `:status`.
#[test]
fn solve_shows_what_a_verdict_rests_on() {
    let folder = folder("solve");
    let script = "(set-logic QF_LRA)\n(declare-const speed Real)\n\
        (assert (! (<= speed 25) :named CO001))\n(check-sat)\n\
        (assert (! (>= speed 30) :named CO002))\n(set-info :status sat)\n(check-sat)\n";
    write(&folder, "question.smt2", script);
    let asked = ["solve", "question.smt2", "--certificates", "out"];
    insta::assert_snapshot!(said_in(&folder, &asked));
    let line = std::fs::read_to_string(folder.join("out/question_7.json")).expect("written");
    assert!(
        line.starts_with("{\"format\":\"cellwright/certificate/1\""),
        "{line}"
    );
    assert_eq!(run_in(&folder, &["verify", "out/question_7.json"]).code, 0);
}

#[test]
fn solve_refuses_what_it_does_not_understand() {
    let folder = folder("solve_refused");
    write(
        &folder,
        "question.smt2",
        "(declare-const n Int)\n(check-sat)\n",
    );
    insta::assert_snapshot!(said_in(&folder, &["solve", "question.smt2"]));
}

/// A folder with rules of another machine: they are named and not judged, the others are.
#[test]
fn rules_of_another_machine_are_not_judged() {
    let answer = run(&[
        "check",
        "rules/",
        "--recipe",
        "scenarios/recipes/line3-nmc111.toml",
        "--model",
        "models/line3-nmc111.toml",
    ]);
    assert_eq!(answer.code, 0, "{}", answer.out);
    let said = answer.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("none of the 6 signals of `rules/ai4i2020.rule`"),
        "{said}"
    );
    assert!(!said.contains("undecided OSF"), "{said}");
}

#[test]
fn simulate_answers_what_happens_if() {
    insta::assert_snapshot!(said(&[
        "simulate",
        "models/line3-nmc111.toml",
        "--recipe",
        "scenarios/recipes/line3-nmc111.toml",
        "--set",
        "coating.web_speed=32 m/min",
        "--set",
        "drying.zone[3].air_temperature=126",
    ]));
}

/// Points beyond the vapour pressure law leave gaps, a sentence, and exit 3.
#[test]
fn simulate_draws_a_sweep() {
    insta::assert_snapshot!(said(&[
        "simulate",
        "scenarios/line3-faster.toml",
        "--stage",
        "drying",
        "--sweep",
        "drying.zone[3].air_temperature=110..230 degC:13",
    ]));
}

#[test]
fn a_sweep_as_csv_holds_what_its_json_holds() {
    let ask = |format: &str| {
        let answer = run(&[
            "simulate",
            "scenarios/line3-faster.toml",
            "--stage",
            "calendering",
            "--sweep",
            "calendering.line_load=100..1000 N/mm:4",
            "--format",
            format,
        ]);
        assert_eq!(answer.code, 0, "{}", answer.err);
        answer.out
    };
    let (csv, json) = (ask("csv"), ask("json"));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let heads = rows.headers().expect("a header").clone();
    let rows: Vec<_> = rows.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), 4);
    for outcome in json["outcomes"].as_array().expect("outcomes") {
        let name = outcome["name"].as_str().expect("a name");
        let column = heads.iter().position(|head| head.starts_with(name));
        for (row, value) in rows
            .iter()
            .zip(outcome["values"].as_array().expect("values"))
        {
            let cell: f64 = row[column.expect("a column")].parse().expect("a number");
            assert_eq!(cell, value.as_f64().expect("a number"), "{name}");
        }
    }
    let html = ask("html");
    assert!(html.contains("<polyline class=\"curve\"") && !html.contains("<script"));
}

#[test]
fn simulate_says_which_value_it_cannot_set() {
    let cases: [&[&str]; 8] = [
        &["--set", "coating.web_sped=3"],
        &["--set", "coating.web_speed=3 kg"],
        &["--set", "drying.peak_rate=3 g/m^2/s"],
        &["--set", "slurry.solvent=water"],
        &["--sweep", "coating.web_speed=20..40"],
        &["--sweep", "coating.web_speed=40..20 m/min:5"],
        &["--stage", "dry"],
        &["--stage", "drying", "--samples", "100"],
    ];
    let said: Vec<String> = cases
        .iter()
        .map(|case| said(&[&["simulate", "scenarios/line3-faster.toml"], *case].concat()))
        .collect();
    assert!(
        said.iter().all(|one| one.ends_with("--- exit 2\n")),
        "{said:?}"
    );
    insta::assert_snapshot!(said.join("\n"));
}

/// Outcomes that an integrator makes differ from the reference, algebra does not; at both ends of a
/// sweep, in every format.
#[test]
fn simulate_says_the_numerical_error_of_every_outcome() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("numerics.json");
    let json = format!("json={}", file.display());
    let run = |format: &str| {
        said(&[
            "simulate",
            "models/line2-graphite.toml",
            "--recipe",
            "scenarios/recipes/line2-graphite.toml",
            "--verify-numerics",
            "--sweep",
            "coating.web_speed=20..30 m/min:2",
            "--format",
            format,
            "--output",
            &json,
        ])
    };
    let text = run("text");
    let answer: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).expect("json")).expect("json");
    let outcomes = answer["outcomes"].as_array().expect("outcomes");
    for outcome in outcomes {
        let name = outcome["name"].as_str().expect("a name");
        let errors = outcome["u_num"].as_array().expect(name);
        assert_eq!(errors.len(), 2, "{name}");
        let by = outcome["u_num_by"].as_str().expect(name);
        let is_zero = errors.iter().all(|error| error.as_f64() == Some(0.0));
        assert!(by != "algebra" || is_zero, "{name} {errors:?} {by}");
    }
    let residual = |outcome: &&serde_json::Value| outcome["name"] == "drying.residual_solvent";
    let residual = outcomes.iter().find(residual).expect("residual solvent");
    assert_eq!(residual["u_num_by"], "independent integrator");
    assert_ne!(residual["u_num"][0].as_f64(), Some(0.0));
    assert!(
        text.contains("u_num 0 (algebra)") && text.contains("u_num at most"),
        "{text}"
    );
    assert!(run("csv").contains("u_num drying.residual_solvent [ppm_mass]"));
    assert!(run("html").contains("(binder solver)"));
}
