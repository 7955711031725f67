//! Model documents: the constants of one line and one cell, each with its source.
//!
//! In: a TOML document of schema `cellwright/model/1` and the priors (`cellwright/prior/1`, one
//! `["name"]` table per parameter) it adopts by a visible line. Out: a [`Model`]: parameters by
//! dictionary name, the path of the BPX file, the path of the formation protocol, the declared
//! map from line outcomes to BPX fields, and the outcomes that measured values stand for. What a
//! part of the simulation needs and nobody gives is listed by [`missing`]; nothing is filled in.

use std::collections::BTreeMap;

use serde_json::json;

use super::bpx::Bpx;
use super::bpx::extension::BLOCK;
use super::parameter::{Evidence, Law, ModelParameter};
use super::replaced::Replaced;
use crate::diagnostic::{Diagnostic, nearest};
use crate::document::{
    Entry, Intake, Located, Measured, NormalForm, Reader, Report, Value, choice_of, codes, lookup,
    resolve,
};
use crate::quantity::dictionary::{Role, standard};
use crate::rational::Rational;
use crate::recipe::Recipe;
use crate::span::Span;

/// The schema line of models.
pub const SCHEMA: &str = "cellwright/model/1";

/// The schema line of priors.
pub const PRIOR_SCHEMA: &str = "cellwright/prior/1";

/// A model document with its priors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Path as given.
    pub path: String,
    /// Title for people.
    pub title: String,
    /// Path of the BPX file, resolved.
    pub cell: Option<Located<String>>,
    /// Path of the formation protocol, resolved.
    pub protocol: Option<Located<String>>,
    /// Paths of the adopted priors, resolved, in the order given.
    pub adopted: Vec<Located<String>>,
    /// All parameters by dictionary name, priors included.
    pub parameters: BTreeMap<String, ModelParameter>,
    /// Which outcome of the line is which field of the BPX file.
    pub bpx_map: Vec<BpxLink>,
    /// Outcomes of the line that measured points or formulas stand for, by dictionary name.
    pub replaced: BTreeMap<String, Replaced>,
    /// Stages of the line that are not computed, each once; `line` alone for all of them.
    pub not_modelled: Vec<Located<&'static str>>,
    /// The beginning of the document.
    pub span: Span,
}

/// One line of `[bpx_map]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BpxLink {
    /// Path in the BPX file, with `/`.
    pub field: Located<String>,
    /// Dictionary name of the outcome or setpoint.
    pub name: Located<String>,
}

/// A number that a part of the simulation needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required<'n> {
    /// Dictionary name.
    pub name: &'n str,
    /// The part that needs it, such as `drying`.
    pub needed_by: &'n str,
}

/// A number that nobody gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Dictionary name.
    pub name: String,
    /// The part that needs it.
    pub needed_by: String,
    /// A name that is there and looks like it.
    pub nearest: Option<String>,
}

impl Model {
    /// Takes over what the cell file says about interphase and pristine cell, where neither model
    /// nor prior does; says where both do and differ. BPX knows no evidence, so it is assumed.
    pub fn take_from_cell(&mut self, bpx: &Bpx, cell: &Located<String>, report: &Report) {
        for (name, value) in &bpx.interphase {
            let (Some(entry), Ok(si)) = (standard().get(name), Rational::from_f64(*value)) else {
                continue;
            };
            if let Some(own) = self.parameters.get(name) {
                if own.number().to_f64() != *value {
                    let message = format!("the model's `{name}` replaces that of the cell file");
                    report.push(Diagnostic::warning(codes::SET_TWICE, own.span, message));
                }
                continue;
            }
            let parameter = ModelParameter {
                name: name.clone(),
                span: cell.span,
                value: Measured {
                    si,
                    unit: entry.unit.clone(),
                    span: cell.span,
                },
                spread: None,
                valid: None,
                source: format!("`{}`, User-defined/{BLOCK}", cell.value),
                evidence: Evidence::Assumed,
                law: Law::Constant,
                adopted_from: None,
            };
            self.parameters.insert(name.clone(), parameter);
        }
    }

    /// Reads the model at `path` and its priors; `from` is the place that names it. `None` when
    /// it cannot be read at all; errors in parameters are in `intake.report`.
    pub fn read(intake: &mut Intake<'_>, path: &str, from: Option<Span>) -> Option<Self> {
        let table = intake.open_toml(path, from, SCHEMA)?;
        let mut reader = Reader::new(&table, "the model", &intake.report);
        reader.optional("schema");
        let title = reader.text("title");
        let resolved = |text: Located<String>| Located {
            value: resolve(path, &text.value),
            span: text.span,
        };
        let cell = reader.optional_text("cell").map(resolved);
        let protocol = reader.optional_text("protocol").map(resolved);
        let adopted: Vec<_> = reader.texts("adopt").into_iter().map(resolved).collect();
        let mut parameters = BTreeMap::new();
        if let Some(mut entries) = reader.table("parameters") {
            add(
                entries.named_entries(),
                None,
                &mut parameters,
                &intake.report,
            );
        }
        let mut bpx_map = Vec::new();
        if let Some(mut entries) = reader.optional_table("bpx_map") {
            let links = entries.named_entries().iter();
            bpx_map = links
                .filter_map(|entry| link(entry, &intake.report))
                .collect();
        }
        let mut replaced = BTreeMap::new();
        if let Some(mut entries) = reader.optional_table("replaced") {
            let read = |entry| Replaced::read(entry, &intake.report);
            let read = entries.named_entries().iter().filter_map(read);
            replaced = read.map(|one| (one.name.clone(), one)).collect();
        }
        let not_modelled = not_modelled(&mut reader);
        reader.finish();
        for prior in &adopted {
            read_prior(intake, prior, &mut parameters);
        }
        Some(Self {
            path: path.to_owned(),
            title: title?.value,
            cell,
            protocol,
            adopted,
            parameters,
            bpx_map,
            replaced,
            not_modelled,
            span: table.span,
        })
    }

    /// Whether the model has a line at all; one without has a cell and its formation alone.
    #[must_use]
    pub fn has_line(&self) -> bool {
        self.not_modelled.iter().all(|stage| stage.value != LINE)
    }

    /// Where the model says that it has no line.
    #[must_use]
    pub fn line_span(&self) -> Span {
        let all = self.not_modelled.iter();
        let mut lines = all
            .filter(|stage| stage.value == LINE)
            .map(|stage| stage.span);
        lines.next().unwrap_or(self.span)
    }

    /// Reports every number that both the recipe and the model set.
    pub fn check_against(&self, recipe: &Recipe, report: &Report) {
        for (name, parameter) in &self.parameters {
            if let Some(other) = recipe.parameters.get(name) {
                report.push(
                    set_twice(name, parameter.span)
                        .also(other.name_span, "the recipe sets it")
                        .help("remove one of the two"),
                );
            }
        }
    }
}

/// What a model may leave out: a stage of the line, or all of it.
const STAGES: [&str; 6] = [
    "slurry",
    "coating",
    "drying",
    "calendering",
    "filling",
    LINE,
];

/// Word for all stages of the line.
const LINE: &str = "line";

fn not_modelled(reader: &mut Reader<'_>) -> Vec<Located<&'static str>> {
    let mut found: Vec<Located<&'static str>> = Vec::new();
    for name in reader.texts("not_modelled") {
        let Some(stage) = choice_of(&name, &STAGES, reader.report()) else {
            continue;
        };
        if let Some(first) = found.iter().find(|other| other.value == stage.value) {
            let message = format!("`{}` is named twice", stage.value);
            let twice = Diagnostic::error(codes::SET_TWICE, stage.span, message);
            reader.report().push(twice.also(first.span, "first here"));
            continue;
        }
        found.push(stage);
    }
    if let Some(line) = found.iter().find(|stage| stage.value == LINE)
        && let Some(other) = found.iter().find(|stage| stage.value != LINE)
    {
        let message = format!("`{}` is part of the line", other.value);
        let twice = Diagnostic::error(codes::SET_TWICE, other.span, message);
        let twice = twice.also(line.span, "all of the line is left out here");
        reader.report().push(twice.help("keep one of the two"));
    }
    found
}

fn set_twice(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(codes::SET_TWICE, span, format!("`{name}` is set twice"))
}

fn add(
    entries: &[Entry],
    prior: Option<&str>,
    parameters: &mut BTreeMap<String, ModelParameter>,
    report: &Report,
) {
    for entry in entries {
        if let Some(first) = parameters.get(&entry.key) {
            report.push(
                set_twice(&entry.key, entry.key_span)
                    .also(first.span, "first here")
                    .help("remove one of the two, or do not adopt the prior"),
            );
            continue;
        }
        if let Some(parameter) = ModelParameter::read(entry, prior, report) {
            parameters.insert(entry.key.clone(), parameter);
        }
    }
}

fn read_prior(
    intake: &mut Intake<'_>,
    prior: &Located<String>,
    parameters: &mut BTreeMap<String, ModelParameter>,
) {
    let Some(table) = intake.open_toml(&prior.value, Some(prior.span), PRIOR_SCHEMA) else {
        return;
    };
    let mut reader = Reader::new(&table, "the prior", &intake.report);
    reader.optional("schema");
    reader.text("title");
    let entries: Vec<Entry> = reader
        .named_entries()
        .iter()
        .filter(|entry| !["schema", "title"].contains(&entry.key.as_str()))
        .cloned()
        .collect();
    add(&entries, Some(&prior.value), parameters, &intake.report);
}

fn link(entry: &Entry, report: &Report) -> Option<BpxLink> {
    let Value::Text(name) = &entry.node.value else {
        let message = "expected the name of a quantity".to_owned();
        report.push(Diagnostic::error(
            codes::WRONG_TYPE,
            entry.node.span,
            message,
        ));
        return None;
    };
    let roles = [
        Role::Outcome,
        Role::Setpoint,
        Role::Material,
        Role::Parameter,
    ];
    lookup(name, entry.node.span, &roles, report)?;
    Some(BpxLink {
        field: Located {
            value: entry.key.clone(),
            span: entry.key_span,
        },
        name: Located {
            value: name.clone(),
            span: entry.node.span,
        },
    })
}

/// Lists what is required and neither recipe nor model gives, in the order required, each name
/// once.
#[must_use]
pub fn missing<'n>(
    recipe: &Recipe,
    model: Option<&Model>,
    required: impl IntoIterator<Item = Required<'n>>,
) -> Vec<Missing> {
    let mut found: Vec<Missing> = Vec::new();
    let given = || {
        let of_model = model
            .into_iter()
            .flat_map(|model| model.parameters.keys().map(String::as_str));
        of_model.chain(recipe.parameters.keys().map(String::as_str))
    };
    for one in required {
        let is_there = recipe.parameters.contains_key(one.name)
            || model.is_some_and(|model| model.parameters.contains_key(one.name));
        if is_there || found.iter().any(|other| other.name == one.name) {
            continue;
        }
        found.push(Missing {
            name: one.name.to_owned(),
            needed_by: one.needed_by.to_owned(),
            nearest: nearest(one.name, given()).map(str::to_owned),
        });
    }
    found
}

impl Missing {
    /// Whether a recipe has to give it: the plant sets it.
    #[must_use]
    pub fn is_setpoint(&self) -> bool {
        standard()
            .get(&self.name)
            .is_some_and(|entry| entry.role == Role::Setpoint)
    }

    /// Says it, at the beginning of the document that should give it.
    #[must_use]
    pub fn diagnostic(&self, span: Span) -> Diagnostic {
        let message = format!("`{}` is missing; {} needs it", self.name, self.needed_by);
        let help = match &self.nearest {
            Some(near) => format!("is `{near}` a slip for it?"),
            None if self.is_setpoint() => "the plant sets it: add it to the recipe".to_owned(),
            None => "measure it, cite it, or adopt a prior with `adopt = […]`".to_owned(),
        };
        Diagnostic::error(codes::MISSING_PARAMETER, span, message).help(help)
    }
}

impl NormalForm for Model {
    fn normalised(&self) -> serde_json::Value {
        let parameters: serde_json::Map<String, serde_json::Value> = self
            .parameters
            .iter()
            .map(|(name, parameter)| (name.clone(), parameter.normalised()))
            .collect();
        let path = |text: &Option<Located<String>>| text.as_ref().map(|path| path.value.clone());
        let links: BTreeMap<&str, &str> = self
            .bpx_map
            .iter()
            .map(|link| (link.field.as_str(), link.name.as_str()))
            .collect();
        let mut normal = json!({
            "schema": SCHEMA,
            "title": self.title,
            "cell": path(&self.cell),
            "protocol": path(&self.protocol),
            "adopted": self.adopted.iter().map(Located::as_str).collect::<Vec<_>>(),
            "parameters": parameters,
            "bpx_map": links,
        });
        // Absent in a model that computes every outcome, whose normal form is then as it was.
        if !self.replaced.is_empty() {
            let own = self.replaced.iter();
            let own: serde_json::Map<_, _> = own
                .map(|(name, replaced)| (name.clone(), replaced.normalised()))
                .collect();
            normal["replaced"] = own.into();
        }
        if !self.not_modelled.is_empty() {
            let stages = self.not_modelled.iter().map(|stage| stage.value);
            normal["not_modelled"] = stages.collect::<Vec<_>>().into();
        }
        normal
    }
}

#[cfg(test)]
mod tests;
