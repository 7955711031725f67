//! SARIF 2.1.0 for code review (OASIS, "Static Analysis Results Interchange Format").
//!
//! In: a [`Sheet`]. Out: one run with every rule that needs a look. Each result has at least one
//! location and `message.text`, as GitHub demands; the primary location is the line of the
//! change where the scenario names it, else the rule. `partialFingerprints` hold no line
//! numbers. URIs are relative to `%SRCROOT%`. Undecided is reported as a warning, never as a
//! pass: viewers commonly ignore results of kind `open`.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::record::body::Place;

use super::json::pretty;
use super::sheet::{Item, Level, Sheet, one_line, relative_uri};

#[derive(Serialize)]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    original_uri_base_ids: BTreeMap<&'static str, Description>,
    results: Vec<Outcome>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: String,
    rules: Vec<Descriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: String,
    short_description: Message,
    full_description: Message,
    default_configuration: Configuration,
    help: Help,
    properties: Properties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct Properties {
    tags: Vec<String>,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
struct Description {
    description: Message,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
}

/// Writes a sheet as SARIF.
#[must_use]
pub fn sarif(sheet: &Sheet<'_>) -> String {
    let mut descriptors: Vec<Descriptor> = Vec::new();
    let mut results = Vec::new();
    for item in &sheet.items {
        let Some(level) = level(item.level) else {
            continue;
        };
        let id = one_line(&item.code);
        let rule_index = descriptors
            .iter()
            .position(|descriptor| descriptor.id == id)
            .unwrap_or_else(|| {
                descriptors.push(descriptor(item, &id, level));
                descriptors.len() - 1
            });
        results.push(outcome(item, id, rule_index, level));
    }
    let root = Description {
        description: message("the folder the paths of the documents are relative to"),
    };
    pretty(&Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "Cellwright",
                    semantic_version: one_line(sheet.version),
                    rules: descriptors,
                },
            },
            column_kind: "unicodeCodePoints",
            original_uri_base_ids: BTreeMap::from([("SRCROOT", root)]),
            results,
        }],
    })
}

fn level(level: Level) -> Option<&'static str> {
    match level {
        Level::Error => Some("error"),
        Level::Warning => Some("warning"),
        Level::Note => Some("note"),
        Level::Silent => None,
    }
}

fn descriptor(item: &Item<'_>, id: &str, level: &'static str) -> Descriptor {
    let Some(rule) = item.rule else {
        let text = format!("{id}: a finding about the rule set or the change");
        return Descriptor {
            id: id.to_owned(),
            short_description: message(&text),
            full_description: message(&text),
            default_configuration: Configuration { level },
            help: Help {
                markdown: format!("Run `cellwright explain {}`.", super::markdown::escaped(id)),
                text: format!("run: cellwright explain {id}"),
            },
            properties: Properties { tags: Vec::new() },
        };
    };
    let escaped = super::markdown::escaped;
    let owner = rule.owner.as_deref().unwrap_or("not named");
    Descriptor {
        id: id.to_owned(),
        short_description: message(&rule.title),
        full_description: message(&format!("{}; limit {}", rule.because, rule.limit)),
        default_configuration: Configuration { level },
        help: Help {
            text: one_line(&format!(
                "{}. Limit {}. Source: {} ({}). Owner: {owner}.",
                rule.because, rule.limit, rule.source, rule.evidence
            )),
            markdown: format!(
                "**{}** {}\n\n{}\n\n| | |\n|---|---|\n| limit | {} |\n| source | {} |\n| \
                 evidence | {} |\n| severity | {} |\n| owner | {} |\n",
                escaped(&rule.code),
                escaped(&rule.title),
                escaped(&rule.because),
                escaped(&rule.limit),
                escaped(&rule.source),
                escaped(&rule.evidence),
                escaped(&rule.severity),
                escaped(owner),
            ),
        },
        properties: Properties {
            tags: vec![
                one_line(&rule.severity),
                one_line(&rule.evidence),
                one_line(&rule.kind),
            ],
        },
    }
}

fn outcome(item: &Item<'_>, rule_id: String, rule_index: usize, level: &'static str) -> Outcome {
    let mut text = item.message.clone();
    for detail in &item.details {
        text.push_str(". ");
        text.push_str(detail);
    }
    Outcome {
        rule_id,
        rule_index,
        level,
        message: message(&text),
        locations: item
            .places
            .iter()
            .take(1)
            .map(|place| location(place, None))
            .collect(),
        related_locations: item
            .places
            .iter()
            .enumerate()
            .skip(1)
            .map(|(index, place)| location(place, Some(index)))
            .collect(),
        partial_fingerprints: BTreeMap::from([("cellwrightFinding/v1", item.fingerprint.clone())]),
    }
}

fn location(place: &Place, id: Option<usize>) -> Location {
    Location {
        id,
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: relative_uri(&place.path),
                uri_base_id: "SRCROOT",
            },
            region: Region {
                start_line: place.line.max(1),
                start_column: place.column.max(1),
            },
        },
        message: id.map(|_| message(&format!("see {}", place.path))),
    }
}

fn message(text: &str) -> Message {
    Message {
        text: one_line(text),
    }
}
