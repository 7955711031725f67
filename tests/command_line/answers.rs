//! What answers say about searches, scores and titles, on the smallest scenario that shows it.

use std::path::Path;
use std::sync::OnceLock;

use crate::{folder, run, run_in, write};

/// A scenario in a folder of its own, with the documents of the checkout.
pub fn scenario(folder: &Path, rules: &[&str], extra: &str) {
    let root = env!("CARGO_MANIFEST_DIR");
    let rules: Vec<String> = rules
        .iter()
        .map(|rule| format!("\"{root}/rules/{rule}.rule\""))
        .collect();
    let text = format!(
        "schema = \"cellwright/scenario/1\"\ntitle = \"Faster\"\n\
         recipe = \"{root}/scenarios/recipes/line3-nmc111.toml\"\n\
         model = \"{root}/models/line3-nmc111.toml\"\nrules = [{}]\n\
         [simulation]\nseed = 1\nsamples = 64\nobserve = [\"drying.residual_solvent\"]\n\
         [change]\nid = \"ECR-1\"\nreason = \"a test\"\nrequested_by = \"process\"\n\
         scope = \"1 reel\"\nset = {{ \"coating.web_speed\" = \"32 m/min\" }}\n{extra}",
        rules.join(", ")
    );
    write(folder, "s.toml", &text);
}

/// The entry of a page that starts with a label, on one line.
fn entry(page: &str, label: &str) -> String {
    let mut lines = page.lines().skip_while(|line| !line.starts_with(label));
    let first = lines.next().unwrap_or_default();
    let rest = lines.take_while(|line| line.starts_with("          "));
    let words: Vec<&str> = std::iter::once(first)
        .chain(rest)
        .flat_map(str::split_whitespace)
        .collect();
    words.join(" ")
}

#[test]
fn a_search_over_six_parameters_stops_at_its_bound_and_says_so() {
    let folder = folder("a_search_over_six_parameters_stops_at_its_bound_and_says_so");
    // None of these moves the exhaust, which stops the request; 41^6 combinations exist.
    let extra = "[repair]\nmove = [\"slurry.temperature\", \"coating.gap\", \
        \"drying.vacuum_time\", \"filling.soak_time\", \"formation.temperature\", \
        \"calendering.roll_temperature\"]\n";
    scenario(&folder, &["drying"], extra);
    let answer = run_in(&folder, &["plan", "s.toml"]);
    assert_eq!(answer.code, 1, "{}", answer.err);
    let decision = entry(&answer.out, "DECISION");
    let stopped = "no further change was found that passes search stopped after 4 000 \
                   candidates, 0 simulated";
    assert!(decision.contains(stopped), "{decision}");
}

/// One judgement in several formats: text, then the files.
struct Judged {
    text: String,
    json: serde_json::Value,
    sarif: String,
    markdown: String,
    html: String,
}

fn judged() -> &'static Judged {
    static JUDGED: OnceLock<Judged> = OnceLock::new();
    JUDGED.get_or_init(|| {
        let folder = folder("judged_once");
        scenario(&folder, &["coating", "drying", "plant-example"], "");
        let mut arguments = vec!["plan", "s.toml", "--samples", "512"];
        arguments.extend(["--ladder", "coating.web_speed=26.5..27:0.5"]);
        for file in [
            "json=a.json",
            "sarif=a.sarif",
            "markdown=a.md",
            "html=a.html",
        ] {
            arguments.extend(["--output", file]);
        }
        let answer = run_in(&folder, &arguments);
        assert_eq!(answer.code, 1, "{}", answer.err);
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("an output");
        Judged {
            text: answer.out,
            json: serde_json::from_str(&read("a.json")).expect("JSON"),
            sarif: read("a.sarif"),
            markdown: read("a.md"),
            html: read("a.html"),
        }
    })
}

#[test]
fn a_score_that_is_not_there_is_not_called_a_closed_gate() {
    let index = entry(&judged().text, "Index");
    assert!(
        index.starts_with("Index no index: 0 approved recipes are no experience"),
        "{index}"
    );
    assert!(!judged().html.contains("gate closed"));
}

#[test]
fn a_broken_probability_has_a_negative_slack_in_every_view() {
    let rules = judged().json["body"]["rules"].as_array().expect("rules");
    let row = rules.iter().find(|row| row["rule"]["code"] == "DR007");
    let found = &row.expect("DR007")["requested"];
    assert_eq!(found["verdict"], "violated");
    let share = found["probability"]["estimate"].as_f64().expect("a share");
    let slack = found["margin_share"].as_f64().expect("a slack");
    assert!((slack - (share - 0.999) / 0.999).abs() < 1e-12, "{slack}");
    let margin = found["margin"].as_str().expect("a margin");
    assert!(
        margin.starts_with('-') && margin.ends_with(" points"),
        "{margin}"
    );
    for text in [&judged().sarif, &judged().markdown] {
        let about = text
            .lines()
            .find(|line| line.contains("DR007 residual solvent: BREAKS"));
        let about = about.expect("DR007");
        assert!(
            about.contains("of the samples pass, 99.9\u{a0}% required")
                || about.contains("of the samples pass, 99.9 % required"),
            "{about}"
        );
        assert!(!about.contains("worst value"), "{about}");
    }
    let shown = margin.replace('-', "\u{2212}");
    assert!(judged().html.contains(&shown), "no `{shown}` in the report");
}

#[test]
fn a_ladder_step_says_what_it_breaks_and_where_its_approval_ends() {
    let folder = folder("a_ladder_step_says_what_it_breaks_and_where_its_approval_ends");
    scenario(&folder, &["coating"], "");
    let ladder = "coating.web_speed=26.5..27:0.5";
    let answer = run_in(&folder, &["plan", "s.toml", "--ladder", ladder]);
    // 27 m/min ± 0.3 % reaches beyond 27, the end of what is approved.
    assert_eq!(
        entry(&answer.out, "Speed"),
        "Speed m/min: 26.5 trial, CO012 breaks (major) | 27 trial, outside approval, CO012 \
         breaks (major)"
    );
    let steps = judged().json["body"]["ladder"]["steps"]
        .as_array()
        .expect("steps");
    let approved: Vec<_> = steps
        .iter()
        .map(|step| step["approved"].as_bool())
        .collect();
    assert_eq!(approved, [Some(true), Some(false)]);
    for step in steps {
        assert_eq!(step["decision"], "need data");
        assert_eq!(step["breaks"][0], "CO012");
    }
}

#[test]
fn a_model_error_names_its_parameter_and_what_it_moves() {
    let text = judged()
        .text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let (_, line) = text
        .split_once("model error: desorption rate ")
        .expect("a model error");
    assert!(
        line.starts_with("0.23 .. 0.29 1/s (assumed, now 0.26) moves DR007's pass share from ")
    );
}

#[test]
fn two_recipes_are_titled_by_what_differs() {
    let folder = folder("two_recipes_are_titled_by_what_differs");
    let recipe = std::fs::read_to_string("scenarios/recipes/line3-nmc111.toml").expect("a recipe");
    let other = recipe.replace("value = \"25 m/min\"", "value = \"26 m/min\"");
    let other = other.replace("value = \"650 mm\"", "value = \"648 mm\"");
    write(&folder, "old.toml", &recipe);
    write(&folder, "new.toml", &other);
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let (old, new) = (path("old.toml"), path("new.toml"));
    let mut arguments = vec!["plan", &old, &new, "--model", "models/line3-nmc111.toml"];
    arguments.extend(["--rules", "rules/plant-example.rule", "--samples", "64"]);
    let answer = run(&arguments);
    let first = answer.out.lines().next().unwrap_or_default();
    assert_eq!(
        first, "compared  old.toml -> new.toml: 2 parameters",
        "{}",
        answer.err
    );
}

#[test]
fn a_measured_outcome_goes_through_plan_run_and_replay() {
    let folder = folder("a_measured_outcome_goes_through_plan_run_and_replay");
    scenario(&folder, &["plant-example"], "");
    let root = env!("CARGO_MANIFEST_DIR");
    let page = std::fs::read_to_string(format!("{root}/docs/reference/replaced-outcomes.md"));
    let page = page.expect("the page");
    let table = page
        .split("```toml\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let model = std::fs::read_to_string(format!("{root}/models/line3-nmc111.toml"));
    let mut model = model.expect("the model");
    for part in ["protocols/", "cells/", "priors/"] {
        model = model.replace(&format!("\"{part}"), &format!("\"{root}/models/{part}"));
    }
    write(
        &folder,
        "m.toml",
        &format!("{model}\n{}", table.expect("a table")),
    );
    let text = std::fs::read_to_string(folder.join("s.toml")).expect("the scenario");
    let shipped = format!("{root}/models/line3-nmc111.toml");
    write(&folder, "s.toml", &text.replace(&shipped, "m.toml"));
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let unsaid = "the scatter of drying.residual_solvent is not drawn";
    let measured = "drying.residual_solvent is given, not modelled";
    let planned = run_in(&folder, &["plan", "s.toml"]);
    let ran = run_in(&folder, &["run", "s.toml", "--into", "out"]);
    assert_eq!(planned.code, ran.code, "{}", ran.err);
    for answer in [&planned, &ran] {
        let out = plain(&answer.out);
        assert!(
            out.contains(measured) && out.contains(unsaid),
            "{}{}",
            answer.out,
            answer.err
        );
    }
    let report = std::fs::read_to_string(folder.join("out/report.html")).expect("a report");
    assert!(report.contains(measured) && report.contains(unsaid));
    let again = run_in(&folder, &["replay", "out/record.json"]);
    assert_eq!(again.code, 0, "{}{}", again.out, again.err);
}

#[test]
fn a_record_is_not_replaced_by_another_one() {
    let folder = folder("a_record_is_not_replaced_by_another_one");
    scenario(&folder, &["plant-example"], "");
    let text = std::fs::read_to_string(folder.join("s.toml")).expect("the scenario");
    write(&folder, "s.toml", &text.replace("ECR-1", "a/b change c"));
    // An id that is no folder name gets one that no other id has.
    let record = folder.join("runs/a-b-change-c-8fed85ca/record.json");
    let judged = |arguments: &[&str]| {
        run_in(
            &folder,
            &[&["run", "s.toml", "--samples"], arguments].concat(),
        )
    };
    let first = judged(&["16"]);
    let written = std::fs::read(&record).expect("the record");
    // The id is longer than its column: the title follows it.
    assert!(
        first.out.starts_with("a/b change c: Faster\n"),
        "{}",
        first.out
    );
    assert_eq!(
        judged(&["16"]).code,
        first.code,
        "the same record may be written again"
    );
    let other = judged(&["17"]);
    assert_eq!(other.code, 2, "{}", other.out);
    assert!(other.err.contains("`--replace`"), "{}", other.err);
    assert_eq!(std::fs::read(&record).expect("the record"), written);
    assert_eq!(judged(&["17", "--replace"]).code, first.code);
    assert_ne!(std::fs::read(&record).expect("the record"), written);
}

#[test]
fn explain_knows_units_findings_and_codes_in_any_case() {
    for (subject, words) in [
        ("m/min", "1 m/min is"),
        ("ppm_mass", "1 ppm_mass is 1e-6"),
        ("%LEL", "a unit"),
        ("no-score", "a finding"),
        ("consistency-undecided", "never a pass"),
        ("needs-simulation", "an outcome of the twin"),
        ("inconsistent-under-guard", "a finding"),
        ("assumed", "evidence"),
        ("cw-0116", "CW-0116"),
    ] {
        let answer = run(&["explain", subject]);
        assert_eq!(answer.code, 0, "{subject}: {}", answer.err);
        assert!(answer.out.contains(words), "{}", answer.out);
    }
}

/// With 256 samples no share of 99.9 % can be shown: no candidate is simulated for nothing.
#[test]
fn a_search_that_cannot_succeed_is_not_begun() {
    let scenario = "scenarios/line3-faster.toml";
    let arguments = [
        "plan",
        scenario,
        "--samples",
        "256",
        "--format",
        "json",
        "-q",
    ];
    let answer = run(&arguments);
    let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    assert_eq!(json["body"]["search"]["end"], "too_few_samples");
    assert_eq!(json["body"]["search"]["simulated"], 0);
}
