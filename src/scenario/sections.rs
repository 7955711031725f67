//! The sections of a scenario, one type each.
//!
//! In: the reader of one table. Out: its typed content; wrong and unknown keys are reported and
//! a section with a wrong key that matters is left out, so that nothing half-read is judged.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::document::{
    Entry, Expected, Located, Meaning, NormalForm, Range, Reader, Value, codes, lookup,
};
use crate::quantity::dictionary::Role;
use crate::rational::Rational;
use crate::span::Span;

/// Most Monte Carlo samples; beyond it a run would take days.
pub const SAMPLES_MAX: u64 = 1 << 30;

/// Largest seed: every JSON reader keeps whole numbers to 2^53.
pub const SEED_MAX: u64 = 1 << 53;

/// `[change]`: what is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Number of the change request.
    pub id: Located<String>,
    /// Why.
    pub reason: String,
    /// Who asks.
    pub requested_by: String,
    /// How much, for a trial.
    pub scope: Option<String>,
    /// Until when, for a trial.
    pub until: Option<String>,
    /// What is set, for [`crate::recipe::Recipe::with_changes`].
    pub set: Vec<Entry>,
}

impl Change {
    pub(super) fn read(mut reader: Reader<'_>) -> Option<Self> {
        let id = reader.text("id");
        let reason = reader.text("reason");
        let requested_by = reader.text("requested_by");
        let scope = reader.optional_text("scope");
        let until = until(&mut reader);
        let mut set = Vec::new();
        if let Some(mut table) = reader.table("set") {
            set = table.named_entries().to_vec();
            if set.is_empty() {
                reader.report().push(
                    Diagnostic::error(codes::CHANGE_OF_NOTHING, table.span(), "nothing is set")
                        .help("set a parameter, or leave `[change]` out"),
                );
            }
        }
        let (span, report) = (reader.span(), reader.report());
        reader.finish();
        if scope.is_none() && until.is_none() {
            super::trial_without_scope(span, report);
        }
        Some(Self {
            id: id?,
            reason: reason?.value,
            requested_by: requested_by?.value,
            scope: scope.map(|text| text.value),
            until,
            set,
        })
    }
}

/// A date or a text.
fn until(reader: &mut Reader<'_>) -> Option<String> {
    let node = reader.optional("until")?;
    match &node.value {
        Value::Date(date) => Some(date.clone()),
        Value::Text(text) if !text.trim().is_empty() => Some(text.clone()),
        _ => reader.wrong_type(node, "a date or a text"),
    }
}

impl NormalForm for Change {
    fn normalised(&self) -> Json {
        let set: Map<String, Json> = self
            .set
            .iter()
            .map(|entry| (entry.key.clone(), plain(&entry.node.value)))
            .collect();
        json!({
            "id": self.id.value,
            "reason": self.reason,
            "requested_by": self.requested_by,
            "scope": self.scope,
            "until": self.until,
            "set": set,
        })
    }
}

/// A value as written; the recipe after the change holds the exact numbers.
fn plain(value: &Value) -> Json {
    match value {
        Value::Text(text) | Value::Integer(text) | Value::Float(text) | Value::Date(text) => {
            json!(text)
        }
        Value::Boolean(truth) => json!(truth),
        Value::Array(items) => items.iter().map(|item| plain(&item.value)).collect(),
        Value::Table(table) => {
            let map: Map<String, Json> = table
                .entries
                .iter()
                .map(|entry| (entry.key.clone(), plain(&entry.node.value)))
                .collect();
            Json::Object(map)
        }
    }
}

/// `[simulation]`: how to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// Seed of all random streams.
    pub seed: u64,
    /// How many Monte Carlo samples.
    pub samples: u64,
    /// Outcomes to show, in the order given.
    pub observe: Vec<Located<String>>,
}

impl Simulation {
    pub(super) fn read(mut reader: Reader<'_>) -> Option<Self> {
        let seed = reader.integer("seed", 0, SEED_MAX);
        let samples = reader.integer("samples", 1, SAMPLES_MAX);
        let observe = reader.texts("observe");
        for name in &observe {
            outcome(name, &reader);
        }
        reader.finish();
        Some(Self {
            seed: seed?.value,
            samples: samples?.value,
            observe,
        })
    }
}

/// Checks that a name is an outcome.
fn outcome(name: &Located<String>, reader: &Reader<'_>) -> bool {
    lookup(&name.value, name.span, &[Role::Outcome], reader.report()).is_some()
}

impl NormalForm for Simulation {
    fn normalised(&self) -> Json {
        let observe: Vec<&str> = self.observe.iter().map(Located::as_str).collect();
        json!({ "seed": self.seed, "samples": self.samples, "observe": observe })
    }
}

/// One weight set beside the preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightOverride {
    /// Name of the component.
    pub component: Located<String>,
    /// Weight, zero or above.
    pub weight: Rational,
}

/// `[score]`: how to score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// Name of the preset of weights and thresholds; `fusion` checks it.
    pub preset: Located<String>,
    /// HyperScore preset, `seed` or `centred`.
    pub hyperscore: Option<Located<&'static str>>,
    /// Weights set beside the preset, in the order given; `fusion` checks the names.
    pub weights: Vec<WeightOverride>,
    /// Paths of approved recipes, as written: the experience that novelty is measured against.
    pub approved: Vec<Located<String>>,
}

impl Score {
    pub(super) fn read(mut reader: Reader<'_>) -> Option<Self> {
        let preset = reader.text("preset");
        let hyperscore = reader.optional_choice("hyperscore", &["seed", "centred"]);
        let approved = reader.texts("approved");
        let mut weights = Vec::new();
        if let Some(mut table) = reader.optional_table("weights") {
            for entry in table.named_entries() {
                let Some(weight) = table.optional_number(&entry.key) else {
                    continue;
                };
                if weight.value.is_negative() {
                    let message = format!("the weight of `{}` is negative", entry.key);
                    reader.report().push(Diagnostic::error(
                        codes::OUT_OF_RANGE,
                        weight.span,
                        message,
                    ));
                    continue;
                }
                weights.push(WeightOverride {
                    component: Located {
                        value: entry.key.clone(),
                        span: entry.key_span,
                    },
                    weight: weight.value,
                });
            }
        }
        reader.finish();
        Some(Self {
            preset: preset?,
            hyperscore,
            weights,
            approved,
        })
    }
}

impl NormalForm for Score {
    fn normalised(&self) -> Json {
        let weights: BTreeMap<&str, &Rational> = self
            .weights
            .iter()
            .map(|given| (given.component.as_str(), &given.weight))
            .collect();
        json!({
            "preset": self.preset.value,
            "hyperscore": self.hyperscore.as_ref().map(|word| word.value),
            "weights": weights,
            "approved": self.approved.iter().map(Located::as_str).collect::<Vec<_>>(),
        })
    }
}

/// `[expect]`: what `cellwright test` compares with. Absent keys are not compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// `reject`, `need-data`, `trial` or `release`.
    pub decision: Option<Located<&'static str>>,
    /// Codes of exactly the rules that block: critical and broken somewhere in the tolerance.
    pub violated: Option<Vec<Located<String>>>,
    /// Codes of rules that hold.
    pub holds: Vec<Located<String>>,
    /// Codes of rules that are undecided.
    pub undecided: Vec<Located<String>>,
    /// Where the section stands.
    pub span: Span,
}

impl Expectation {
    pub(super) fn read(mut reader: Reader<'_>) -> Option<Self> {
        let decision =
            reader.optional_choice("decision", &["reject", "need-data", "trial", "release"]);
        let violated = reader
            .optional("violated")
            .map(|_| reader.texts("violated"));
        let (holds, undecided) = (reader.texts("holds"), reader.texts("undecided"));
        let span = reader.span();
        reader.finish();
        Some(Self {
            decision,
            violated,
            holds,
            undecided,
            span,
        })
    }
}

impl NormalForm for Expectation {
    fn normalised(&self) -> Json {
        let texts = |list: &[Located<String>]| -> Vec<String> {
            list.iter().map(|text| text.value.clone()).collect()
        };
        json!({
            "decision": self.decision.as_ref().map(|word| word.value),
            "violated": self.violated.as_deref().map(texts),
            "holds": texts(&self.holds),
            "undecided": texts(&self.undecided),
        })
    }
}

/// A parameter that a proposal may move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movable {
    /// Dictionary name of a setpoint.
    pub name: Located<String>,
    /// How far; `None` is limited by rules and signal ranges alone.
    pub limit: Option<Range>,
}

/// `[repair]`: what a proposal may move, in plant steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// What may move, in the order of preference.
    pub movable: Vec<Movable>,
}

impl Repair {
    pub(super) fn read(mut reader: Reader<'_>) -> Option<Self> {
        let report = reader.report();
        let names = reader.required_texts("move");
        let mut limits = BTreeMap::new();
        if let Some(mut table) = reader.optional_table("limit") {
            for entry in table.named_entries() {
                if !names.iter().any(|name| name.value == entry.key) {
                    let message = format!("`{}` is limited but not moved", entry.key);
                    report.push(
                        Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, message)
                            .suggest(&entry.key, names.iter().map(Located::as_str)),
                    );
                    continue;
                }
                if let Some(Meaning::Quantity(quantity)) =
                    lookup(&entry.key, entry.key_span, &[Role::Setpoint], report)
                {
                    let expected = Expected::of_entry(&entry.key, quantity);
                    let range = Range::of_node(&entry.node, &expected, report);
                    limits.insert(entry.key.clone(), range?);
                }
            }
        }
        reader.finish();
        let movable = names
            .into_iter()
            .filter(|name| lookup(&name.value, name.span, &[Role::Setpoint], report).is_some())
            .map(|name| Movable {
                limit: limits.remove(&name.value),
                name,
            })
            .collect();
        Some(Self { movable })
    }
}

impl NormalForm for Repair {
    fn normalised(&self) -> Json {
        self.movable
            .iter()
            .map(|movable| {
                json!({
                    "name": movable.name.value,
                    "limit": movable.limit.as_ref().map(|range| [&range.low, &range.high]),
                })
            })
            .collect()
    }
}

/// `[trial]`: what a trial needs before it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What happens to the goods, such as `hold until results`.
    pub disposition: String,
    /// Lines of the sample plan.
    pub samples: Vec<String>,
    /// Limits at which the trial is accepted.
    pub acceptance: Vec<String>,
}

impl Trial {
    pub(super) fn read(mut reader: Reader<'_>) -> Option<Self> {
        let disposition = reader.text("disposition");
        let values = |list: Vec<Located<String>>| list.into_iter().map(|text| text.value).collect();
        let samples = values(reader.required_texts("samples"));
        let acceptance = values(reader.texts("acceptance"));
        reader.finish();
        Some(Self {
            disposition: disposition?.value,
            samples,
            acceptance,
        })
    }
}

impl NormalForm for Trial {
    fn normalised(&self) -> Json {
        json!({
            "disposition": self.disposition,
            "samples": self.samples,
            "acceptance": self.acceptance,
        })
    }
}

/// `[paperwork]`: documents to revise with the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paperwork {
    /// References, such as `control plan 40-3, 40-7`.
    pub revise: Vec<String>,
}

impl Paperwork {
    pub(super) fn read(mut reader: Reader<'_>) -> Option<Self> {
        let revise = reader.required_texts("revise");
        reader.finish();
        Some(Self {
            revise: revise.into_iter().map(|text| text.value).collect(),
        })
    }
}
