//! JSON Schemas of the printed documents, generated from the structures and checked.
//!
//! Goal: `docs/schema/*.json` says exactly what the program writes. Method: the fields and their
//! doc comments are read from the source of the structures that are printed; the
//! result must equal the files (`CELLWRIGHT_UPDATE_SCHEMA=1` rewrites them); sample output must
//! validate, and output with a missing, an unknown or a mistyped field must not.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{RECORD, sample};
use cellwright::report::json as view;
use cellwright::report::layout::COLUMNS;
use cellwright::report::verification::{Checked, Replayed, Verification};

const BODY: &str = include_str!("../../src/record/body.rs");
const COATING_WINDOW: &str = include_str!("../../src/record/coating_window.rs");
const FORMATION_PROFILE: &str = include_str!("../../src/record/formation_profile.rs");
const WHAT_IF: &str = include_str!("../../src/record/what_if.rs");
const ARGUMENT: &str = include_str!("../../src/record/argument.rs");
const REPLACED: &str = include_str!("../../src/record/replaced.rs");
const NUMERICS: &str = include_str!("../../src/record/numerics.rs");
const FINDINGS: &str = include_str!("../../src/record/findings.rs");
const SIMULATION: &str = include_str!("../../src/report/simulation.rs");
const LACKING: &str = include_str!("../../src/report/lacking.rs");
const GAPS: &str = include_str!("../../src/run/gaps.rs");
const WINDOW: &str = include_str!("../../src/record/window.rs");
const REPAIR: &str = include_str!("../../src/record/repair.rs");
const LOTS: &str = include_str!("../../src/record/lots.rs");
const REVIEW: &str = include_str!("../../src/record/review.rs");
const VERIFICATION: &str = include_str!("../../src/report/verification.rs");
const TEST_CASES: &str = include_str!("../../src/report/test_cases.rs");

/// Reads every `pub struct` of a source file into a schema of its own.
fn definitions(source: &str) -> Map<String, Value> {
    let mut found = Map::new();
    let mut documentation: Vec<&str> = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if let Some(text) = line.strip_prefix("/// ") {
            documentation.push(text);
        } else if let Some(name) = line
            .strip_prefix("pub struct ")
            .and_then(|rest| rest.strip_suffix(" {"))
        {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").collect();
            found.insert(name.to_owned(), structure(&documentation.join(" "), &body));
            documentation.clear();
        } else if !line.starts_with("#[") {
            documentation.clear();
        }
    }
    found
}

fn structure(documentation: &str, body: &[&str]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut notes: Vec<&str> = Vec::new();
    let mut may_lack = false;
    for line in body {
        let line = line.trim();
        if line.starts_with("#[serde(") {
            may_lack = line.contains("skip_serializing_if");
            continue;
        }
        if let Some(text) = line.strip_prefix("/// ") {
            notes.push(text);
            continue;
        }
        let field = line.strip_prefix("pub ").expect("only fields and comments");
        let (name, kind) = field
            .trim_end_matches(',')
            .split_once(": ")
            .expect("name: type");
        let mut schema = json!({ "description": notes.join(" ") });
        let Value::Object(fields) = &mut schema else {
            unreachable!("an object was just made");
        };
        fields.extend(type_schema(kind));
        properties.insert(name.to_owned(), schema);
        if !may_lack {
            required.push(name.to_owned());
        }
        may_lack = false;
        notes.clear();
    }
    json!({
        "description": documentation,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn type_schema(kind: &str) -> Map<String, Value> {
    let inner = |start: &str| {
        kind.strip_prefix(start)
            .and_then(|rest| rest.strip_suffix('>'))
    };
    let value = if let Some(item) = inner("Vec<") {
        json!({ "type": "array", "items": type_schema(item) })
    } else if let Some(item) = inner("Option<") {
        json!({ "anyOf": [type_schema(item), { "type": "null" }] })
    } else {
        match kind {
            "String" => json!({ "type": "string" }),
            "bool" => json!({ "type": "boolean" }),
            "f64" => json!({ "type": "number" }),
            "[f64; 3]" => {
                let number = json!({ "type": "number" });
                json!({ "type": "array", "items": number, "minItems": 3, "maxItems": 3 })
            }
            "u64" | "u32" | "usize" => json!({ "type": "integer", "minimum": 0 }),
            "i64" => json!({ "type": "integer" }),
            "serde_json::Value" => json!({}),
            name => json!({ "$ref": format!("#/$defs/{name}") }),
        }
    };
    match value {
        Value::Object(fields) => fields,
        _ => unreachable!("every schema above is an object"),
    }
}

fn record_schema() -> Value {
    let mut defs = definitions(BODY);
    defs.extend(definitions(ARGUMENT));
    defs.extend(definitions(COATING_WINDOW));
    defs.extend(definitions(FORMATION_PROFILE));
    defs.extend(definitions(REPLACED));
    defs.remove("Semantics").expect("of findings only");
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cellwright record, format cellwright/record/2",
        "description": "Written by `run`, `plan` and `replay`, with `--format json` and as the \
                        record file: the body, and SHA-256 over its canonical bytes.",
        "type": "object",
        "properties": {
            "body": { "$ref": "#/$defs/Body" },
            "sha256": {
                "description": "SHA-256 over the canonical bytes of `body`, hexadecimal.",
                "type": "string",
                "pattern": "^[0-9a-f]{64}$",
            },
        },
        "required": ["body", "sha256"],
        "additionalProperties": false,
        "$defs": defs,
    })
}

/// A schema of the structure `name` in `sources`, with what it shares with a record.
fn schema_of(title: &str, name: &str, sources: &[&str], shared: &[&str]) -> Value {
    let mut defs: Map<String, Value> = sources.iter().flat_map(|s| definitions(s)).collect();
    let body = definitions(BODY);
    defs.extend(
        body.into_iter()
            .filter(|(name, _)| shared.contains(&name.as_str())),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "$ref": format!("#/$defs/{name}"),
        "$defs": defs,
    })
}

fn findings_schema() -> Value {
    let title = "Cellwright findings, format cellwright/findings/1";
    let shared = [
        "Versions",
        "RuleHead",
        "OverrideHead",
        "Evaluation",
        "ToleranceMargin",
        "Assignment",
        "Probability",
        "Finding",
        "Ground",
        "Place",
    ];
    schema_of(title, "Findings", &[FINDINGS, ARGUMENT], &shared)
}

fn simulation_schema() -> Value {
    let title = "Cellwright simulation, format cellwright/simulation/1";
    let shared = ["Versions", "OutcomeRow", "Spread", "Histogram"];
    schema_of(
        title,
        "Simulation",
        &[SIMULATION, REPLACED, NUMERICS],
        &shared,
    )
}

fn what_if_schema() -> Value {
    let title = "Cellwright what-if, format cellwright/what-if/1";
    schema_of(title, "WhatIf", &[WHAT_IF, REPLACED], &["Versions"])
}

fn missing_schema() -> Value {
    let title = "Cellwright missing values, format cellwright/missing/1";
    schema_of(
        title,
        "Lacking",
        &[LACKING, GAPS],
        &["Assumption", "PassShare"],
    )
}

fn verification_schema() -> Value {
    let title = "Cellwright verification, format cellwright/verification/1";
    let mut schema = schema_of(title, "Verification", &[VERIFICATION], &[]);
    remove(&mut schema, "Replayed");
    schema
}

fn replay_schema() -> Value {
    let title = "Cellwright replay, format cellwright/replay/1";
    let mut schema = schema_of(title, "Replayed", &[VERIFICATION], &[]);
    remove(&mut schema, "Verification");
    remove(&mut schema, "Checked");
    schema
}

/// Drops a definition that belongs to another document of the same source file.
fn remove(schema: &mut Value, name: &str) {
    let defs = schema["$defs"].as_object_mut().expect("definitions");
    defs.remove(name).expect("the definition is there");
}

fn tests_schema() -> Value {
    let title = "Cellwright tests, format cellwright/tests/1";
    let mut schema = schema_of(title, "TestCases", &[TEST_CASES], &[]);
    let why = |result: &str, field: &str| {
        let text = json!({
            "type": "object",
            "properties": { field: { "type": "string" } },
            "required": [field],
            "additionalProperties": false,
        });
        json!({
            "type": "object",
            "properties": { result: text },
            "required": [result],
            "additionalProperties": false,
        })
    };
    schema["$defs"]["CaseResult"] = json!({
        "description": "How a case ended.",
        "anyOf": [{ "const": "passed" }, why("failed", "text"), why("skipped", "reason")],
    });
    schema
}

fn window_schema() -> Value {
    let title = "Cellwright windows, format cellwright/window/1";
    schema_of(title, "Windows", &[WINDOW], &["Versions", "Place"])
}

fn repair_schema() -> Value {
    let title = "Cellwright repairs, format cellwright/repair/1";
    let shared = ["Versions", "Place"];
    schema_of(title, "Repairs", &[REPAIR, WINDOW], &shared)
}

fn lots_schema() -> Value {
    let title = "Cellwright lots, format cellwright/lots/1";
    schema_of(title, "LotsAnswer", &[LOTS, WINDOW], &["Versions", "Place"])
}

fn review_schema() -> Value {
    let title = "Cellwright reviews of rules, format cellwright/review/1";
    schema_of(title, "Review", &[REVIEW], &["Versions", "Place"])
}

fn compare(name: &str, schema: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs/schema")
        .join(name);
    let wanted = serde_json::to_string_pretty(schema).expect("JSON") + "\n";
    if std::env::var_os("CELLWRIGHT_UPDATE_SCHEMA").is_some() {
        fs::write(&path, &wanted).expect("the schema is writable");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "docs/schema/{name} is out of step: run the test with CELLWRIGHT_UPDATE_SCHEMA=1"
    );
}

#[test]
fn schemas_say_what_the_structures_say() {
    compare("record.schema.json", &record_schema());
    compare("findings.schema.json", &findings_schema());
    compare("simulation.schema.json", &simulation_schema());
    compare("what-if.schema.json", &what_if_schema());
    compare("missing.schema.json", &missing_schema());
    compare("tests.schema.json", &tests_schema());
    compare("window.schema.json", &window_schema());
    compare("repair.schema.json", &repair_schema());
    compare("lots.schema.json", &lots_schema());
    compare("review.schema.json", &review_schema());
    compare("verification.schema.json", &verification_schema());
    compare("replay.schema.json", &replay_schema());
}

#[test]
fn printed_documents_validate() {
    let record: Value =
        serde_json::from_str(&view::record(&sample::body(), RECORD.sha256)).expect("JSON");
    let findings: Value = serde_json::from_str(&view::findings(&sample::findings())).expect("JSON");
    let verification = Verification {
        format: "cellwright/verification/1".to_owned(),
        record: RECORD.path.to_owned(),
        result: "verified".to_owned(),
        reason: None,
        sha256: Some(RECORD.sha256.to_owned()),
        checked: Some(Checked {
            inputs: 7,
            witnesses: 1,
            certificates: 13,
            simulated: 12,
            unsupported: 0,
        }),
        proves: None,
    };
    let replayed = Replayed {
        format: "cellwright/replay/1".to_owned(),
        record: RECORD.path.to_owned(),
        result: "mismatch".to_owned(),
        reason: Some("differs at `rules[0]`".to_owned()),
        recorded_version: None,
        sha256: None,
    };
    for page in [verification.text(false), replayed.text(false)] {
        assert!(super::widest(&page) <= COLUMNS, "{page}");
    }
    let verification = serde_json::from_str(&verification.json()).expect("JSON");
    let replayed = serde_json::from_str(&replayed.json()).expect("JSON");
    for (schema, document) in [
        (record_schema(), record),
        (findings_schema(), findings),
        (verification_schema(), verification),
        (replay_schema(), replayed),
    ] {
        let validator = jsonschema::validator_for(&schema).expect("a valid schema");
        if let Some(error) = validator.iter_errors(&document).next() {
            panic!("{error} at {}", error.instance_path());
        }
    }
}

#[test]
fn a_missing_an_unknown_and_a_mistyped_field_are_refused() {
    let validator = jsonschema::validator_for(&findings_schema()).expect("a valid schema");
    let good: Value = serde_json::from_str(&view::findings(&sample::findings())).expect("JSON");
    assert!(validator.is_valid(&good));
    let mut unknown = good.clone();
    unknown["host"] = json!("line3-pc");
    let mut mistyped = good.clone();
    mistyped["rules"][0]["rule"]["line"] = json!("31");
    let mut missing = good;
    missing["rules"][0]["rule"]
        .as_object_mut()
        .expect("an object")
        .remove("source");
    for bad in [unknown, mistyped, missing] {
        assert!(!validator.is_valid(&bad));
    }
}
