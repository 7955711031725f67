//! Arguments as users meet them: findings of `check`, in every format, with exit codes.

use cellwright::check::argument::stale::digest;

use crate::{folder, run_in, said, said_in, write};

const HEAD: &str = "ruleset t \"1\"
signal e.water : mass_fraction in 0 .. 1000 ppm_mass
signal e.hf : mass_fraction in 0 .. 1000 ppm_mass
";

const LEAPS: &str = "rule W \"water\"
  require    e.water <= 10 ppm_mass
  severity   major
  because    \"a test\"
  source     \"hand\"
  evidence   specified

claim A \"dry\" : e.water <= 9 ppm_mass
  from       W
claim B \"pure\" : e.water + e.hf <= 30 ppm_mass
  from       W
claim C \"dry again\" : 1000 * e.water <= 0.009 g/g
  from       A, B
";

#[test]
fn the_shipped_example_follows() {
    insta::assert_snapshot!(said(&["check", "rules/argument-example.rule"]));
}

#[test]
fn leaps_and_circles_are_findings_with_places() {
    let folder = folder("argument-leaps");
    write(&folder, "t.rule", &format!("{HEAD}\n{LEAPS}"));
    insta::assert_snapshot!(said_in(&folder, &["check", "t.rule"]));
    for (format, path) in [
        ("json", "/findings/0/code"),
        ("sarif", "/runs/0/results/0/ruleId"),
    ] {
        let answer = run_in(&folder, &["check", "t.rule", "--format", format]);
        assert_eq!(answer.code, 1, "{}", answer.err);
        let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
        assert_eq!(
            json.pointer(path),
            Some(&"argument-circular".into()),
            "{format}"
        );
    }
}

#[test]
fn evidence_whose_document_changed_is_stale() {
    let folder = folder("argument-stale");
    let report = "HF after soak: 31 ppm\n";
    let text = format!(
        "{HEAD}
evidence E \"report\" : e.hf <= 31 ppm_mass
  source     \"report.txt\"
  kind       measured
  hash       \"sha256:{}\"
claim C \"HF\" : e.hf <= 40 ppm_mass
  from       E
",
        digest(report.as_bytes())
    );
    write(&folder, "t.rule", &text);
    let codes = || {
        let answer = run_in(&folder, &["check", "t.rule", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
        let findings = json["findings"].as_array().expect("a list").clone();
        let codes = findings
            .iter()
            .map(|one| one["code"].as_str().expect("a code").to_owned());
        (answer.code, codes.collect::<Vec<_>>())
    };
    assert_eq!(codes(), (0, vec!["argument-document-not-read".to_owned()]));
    write(&folder, "report.txt", report);
    assert_eq!(codes(), (0, Vec::new()));
    write(&folder, "report.txt", "HF after soak: 36 ppm\n");
    assert_eq!(codes(), (1, vec!["argument-stale-evidence".to_owned()]));
}

/// The text between the fences of a kind, in a page.
fn fenced(page: &str, kind: &str) -> String {
    let (_, rest) = page.split_once("### Two titrations").expect("the example");
    let (_, rest) = rest.split_once(&format!("```{kind}\n")).expect("a fence");
    rest.split_once("```").expect("its end").0.to_owned()
}

#[test]
fn attacks_under_three_semantics_are_as_the_page_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/theory/argument.md");
    let page = std::fs::read_to_string(path).expect("the page");
    let folder = folder("argument-semantics");
    write(&folder, "lot.rule", &fenced(&page, "rule"));
    let outputs: Vec<String> = ["grounded", "preferred", "stable"]
        .iter()
        .map(|name| said_in(&folder, &["check", "lot.rule", "--semantics", name]))
        .collect();
    let outputs = outputs.concat();
    if std::env::var_os("CELLWRIGHT_UPDATE_DOCS").is_some() {
        let page = page.replace(&fenced(&page, "text"), &outputs);
        std::fs::write(path, page).expect("the page is writable");
        return;
    }
    assert_eq!(
        fenced(&page, "text"),
        outputs,
        "docs/theory/argument.md is out of step: run the test with CELLWRIGHT_UPDATE_DOCS=1"
    );
}

#[test]
fn json_carries_points_bounds_certificates_and_labels() {
    let folder = folder("argument-json");
    write(&folder, "t.rule", &format!("{HEAD}\n{LEAPS}"));
    let answer = run_in(&folder, &["check", "t.rule", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    let steps = json["argument"].as_array().expect("steps");
    let step = |id: &str| steps.iter().find(|one| one["id"] == id).expect("a step");
    let shown = &step("A")["shown"];
    assert_eq!(
        (&shown["outcome"], &shown["by"]),
        (&"over-claim".into(), &"point".into())
    );
    assert_eq!(shown["strongest"]["entailed"], "10 ppm_mass");
    assert_eq!(shown["strongest"]["entailed_exact"], "0.00001");
    assert!(shown["strongest"]["certificate"].is_object());
    assert_eq!(shown["point"][0]["name"], "e.water");
    let shown = &step("B")["shown"];
    assert_eq!(shown["outcome"], "over-claim");
    assert!(!shown["missing"].as_array().expect("a list").is_empty());
    let shown = &step("C")["shown"];
    assert_eq!(
        (&shown["outcome"], &shown["by"]),
        (&"follows".into(), &"certificate".into())
    );
    assert_eq!(step("C")["standing"]["label"], "in");
    assert_eq!(step("C")["weak"], serde_json::json!(["A", "B"]));
}
