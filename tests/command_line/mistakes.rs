//! Typical mistakes: what the user sees, and with which exit code.

use crate::{folder, said, said_in, write};

#[test]
fn an_unknown_verb() {
    insta::assert_snapshot!(said(&["chekc", "rules"]));
}

#[test]
fn a_missing_file() {
    insta::assert_snapshot!(said(&["run", "scenarios/line4.toml"]));
}

#[test]
fn a_missing_rule_file() {
    insta::assert_snapshot!(said(&["check", "rules/dryin.rule"]));
}

#[test]
fn an_unknown_subject() {
    insta::assert_snapshot!(said(&["explain", "coating.web_sped"]));
}

#[test]
fn an_unwritable_output() {
    insta::assert_snapshot!(said(&[
        "check",
        "rules/drying.rule",
        "--output",
        "json=/dev/null/answer.json"
    ]));
}

#[test]
fn an_output_that_has_no_such_format() {
    insta::assert_snapshot!(said(&["check", "rules/drying.rule", "--format", "html"]));
}

#[test]
fn what_a_verb_does_not_give_is_refused() {
    let cases: [&[&str]; 10] = [
        &["verify", "record.json", "--format", "sarif"],
        &["replay", "record.json", "--output", "html=a.html"],
        &["fmt", "rules", "--format", "json"],
        &["fmt", "rules", "--output", "text=a.txt"],
        &["explain", "units", "--format", "json"],
        &["missing", "s.toml", "--format", "junit"],
        &["test", "s.toml", "--format", "html"],
        &["simulate", "s.toml", "--format", "github"],
        &["run", "s.toml", "--threads", "0"],
        &["check", "r.rule", "--output", "json=no/such/folder/a.json"],
    ];
    let folder = folder("what_a_verb_does_not_give_is_refused");
    let said: Vec<String> = cases.map(|arguments| said_in(&folder, arguments)).to_vec();
    assert!(
        said.iter().all(|one| one.ends_with("--- exit 2\n")),
        "{said:?}"
    );
    let left = std::fs::read_dir(&folder).expect("the folder").count();
    assert_eq!(left, 0, "nothing was made");
    insta::assert_snapshot!(said.join("\n"));
}

/// Mistakes in rule files: text and what it is called.
#[test]
fn mistakes_in_rules() {
    let rule = |body: &str| {
        format!(
            "rule R1 \"x\"\n  require {body}\n  severity critical\n  because \"b\"\n  \
             source \"s\"\n  evidence specified\n"
        )
    };
    let cases = [
        ("misspelt_name", rule("coating.web_sped <= 30 m/min")),
        ("wrong_unit", rule("coating.web_speed <= 30 degC")),
        ("ppm_without_basis", rule("electrolyte.water <= 10 ppm")),
        (
            "duplicate_code",
            [
                rule("coating.web_speed <= 30 m/min"),
                rule("coating.web_speed <= 31 m/min"),
            ]
            .concat(),
        ),
        (
            "contradictory_assumptions",
            format!(
                "assume coating.web_speed <= 20 m/min\nassume coating.web_speed >= 30 m/min\n{}",
                rule("coating.web_speed <= 30 m/min")
            ),
        ),
    ];
    for (name, text) in cases {
        let folder = folder(name);
        write(&folder, "r.rule", &text);
        insta::assert_snapshot!(name, said_in(&folder, &["check", "r.rule"]));
    }
}

const HEAD: &str = "schema = \"cellwright/recipe/1\"\ntitle = \"t\"\nline = \"3\"\n[parameters]\n";

#[test]
fn mistakes_in_recipes() {
    let cases = [
        (
            "recipe_misspelt_name",
            "\"coating.web_sped\" = { value = \"25 m/min\" }\n",
        ),
        (
            "recipe_wrong_unit",
            "\"coating.web_speed\" = { value = \"25 kg\" }\n",
        ),
        (
            "recipe_decimal_comma",
            "\"coating.web_speed\" = { value = \"25,5 m/min\" }\n",
        ),
        (
            "recipe_outside_range",
            "\"coating.web_speed\" = { value = \"250 m/min\" }\n",
        ),
        (
            "recipe_below_zero",
            "\"coating.web_speed\" = { value = \"-5 m/min\" }\n",
        ),
        (
            "recipe_more_than_the_whole",
            "\"slurry.solids\" = { value = \"120 percent_mass\" }\n",
        ),
        (
            "recipe_beyond_double_precision",
            "\"coating.web_speed\" = { value = \"1e400 m/min\" }\n",
        ),
        (
            "recipe_lacks_a_value",
            "\"coating.width\" = { value = \"650 mm\" }\n",
        ),
    ];
    let rules = "signal coating.web_speed : velocity in 1 .. 100 m/min\n\
        rule R1 \"x\" require coating.web_speed <= 30 m/min severity critical because \"b\" \
        source \"s\" evidence specified\n";
    for (name, parameters) in cases {
        let folder = folder(name);
        write(&folder, "r.rule", rules);
        write(&folder, "recipe.toml", &format!("{HEAD}{parameters}"));
        let arguments = ["check", "r.rule", "--recipe", "recipe.toml"];
        insta::assert_snapshot!(name, said_in(&folder, &arguments));
    }
}

#[test]
fn mistakes_in_tables() {
    let rules = "signal spindle.torque : torque in 0 .. 200 Nm \"torque\" column \"Torque [Nm]\"\n\
        rule T1 \"t\" require spindle.torque <= 60 Nm severity critical because \"b\" source \"s\" \
        evidence specified\n";
    let cases = [
        ("table_bad_cell", "Torque [Nm],x\n40,a\nforty,b\n"),
        ("table_decimal_comma", "Torque [Nm];x\n40,5;a\n"),
        ("table_wrong_unit", "Torque [kg],x\n40,a\n"),
        ("table_without_column", "Torsion [Nm],x\n40,a\n"),
    ];
    for (name, table) in cases {
        let folder = folder(name);
        write(&folder, "r.rule", rules);
        write(&folder, "rows.csv", table);
        insta::assert_snapshot!(
            name,
            said_in(&folder, &["check", "r.rule", "--table", "rows.csv"])
        );
    }
    let folder = folder("table_declared_comma");
    write(&folder, "r.rule", rules);
    write(&folder, "rows.csv", "Torque [Nm];x\n40,5;a\n61,5;b\n");
    let arguments = [
        "check",
        "r.rule",
        "--table",
        "rows.csv",
        "--decimal",
        "comma",
    ];
    insta::assert_snapshot!("table_declared_comma", said_in(&folder, &arguments));
}

/// What a scenario may not say, an option may not either.
#[test]
fn samples_out_of_range() {
    let scenario = "scenarios/first.toml";
    insta::assert_snapshot!(
        ["0", "5000000000"]
            .map(|samples| said(&["plan", scenario, "--samples", samples]))
            .join("\n")
    );
}

#[test]
fn a_scenario_without_rules() {
    let folder = folder("a_scenario_without_rules");
    let root = env!("CARGO_MANIFEST_DIR");
    let text = std::fs::read_to_string(format!("{root}/scenarios/first.toml")).expect("a scenario");
    let at = text.find("rules").expect("rules");
    let end = at + text[at..].find('\n').expect("a line");
    let text = format!("{}rules = []{}", &text[..at], &text[end..])
        .replace("../models", &format!("{root}/models"))
        .replace("recipes/", &format!("{root}/scenarios/recipes/"));
    write(&folder, "s.toml", &text);
    let answer = said_in(&folder, &["plan", "s.toml"]);
    insta::assert_snapshot!(answer);
}

/// One has no step, one is not in the recipe, one is a choice: none of them would ever have moved.
#[test]
fn a_proposal_that_cannot_move_what_it_names() {
    let folder = folder("a_proposal_that_cannot_move_what_it_names");
    let extra = "[repair]\nmove = [\"coating.gap\", \"slurry.binder_fraction\", \
        \"coating.pump_flow\", \"slurry.electrode\"]\n";
    crate::answers::scenario(&folder, &["drying"], extra);
    insta::assert_snapshot!(said_in(&folder, &["plan", "s.toml"]));
}
