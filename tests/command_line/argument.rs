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
