//! Recipes: what the line is told to do, and how exactly it does it.
//!
//! In: a TOML document of schema `cellwright/recipe/1`. Out: a [`Recipe`]: named values in exact
//! SI numbers with hard tolerances (the rules are proved for all of them), spreads (for Monte
//! Carlo only), plant steps and approved ranges. Names and types come from the dictionary. A
//! scenario's change is applied by [`Recipe::with_changes`], a search step by
//! [`Recipe::with_value`]; relative tolerances and spreads follow the new value.

pub mod import;
mod parameter;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::json;

pub use parameter::{Approved, Draw, DrawSource, Parameter, ParameterValue};

use crate::diagnostic::Diagnostic;
use crate::document::{Entry, Intake, NormalForm, Reader, Report, codes};
use crate::quantity::{choice_named, dictionary};
use crate::rational::Rational;
use crate::span::Span;

/// The schema line of recipes.
pub const SCHEMA: &str = "cellwright/recipe/1";

/// Most dryer zones a recipe can have; a larger number is a slip.
const ZONES_MAX: usize = 64;

/// A recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Path as given.
    pub path: String,
    /// Title for people.
    pub title: String,
    /// The line it runs on.
    pub line: String,
    /// Where the values come from.
    pub source: Option<String>,
    /// All parameters by dictionary name.
    pub parameters: BTreeMap<String, Parameter>,
    /// The beginning of the document.
    pub span: Span,
}

/// Why a value cannot be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetError {
    /// The recipe has no such parameter.
    Unknown {
        /// The name.
        name: String,
    },
    /// The parameter is a choice.
    NotANumber {
        /// The name.
        name: String,
    },
    /// The declared spread does not fit the new value.
    Spread {
        /// The name.
        name: String,
        /// What does not fit.
        problem: String,
    },
}

impl fmt::Display for SetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown { name } => write!(f, "the recipe has no `{name}`"),
            Self::NotANumber { name } => write!(f, "`{name}` is a choice, not a number"),
            Self::Spread { name, problem } => write!(f, "`{name}`: {problem}"),
        }
    }
}

impl std::error::Error for SetError {}

impl Recipe {
    /// Reads the recipe at `path`; `from` is the place that names it. `None` when it cannot be
    /// read at all; with errors in single parameters the rest is returned and the errors are in
    /// `intake.report`.
    pub fn read(intake: &mut Intake<'_>, path: &str, from: Option<Span>) -> Option<Self> {
        let table = intake.open_toml(path, from, SCHEMA)?;
        let report = &intake.report;
        let mut reader = Reader::new(&table, "the recipe", report);
        reader.optional("schema");
        let title = reader.text("title");
        let line = reader.text("line");
        let source = reader.optional_text("source");
        let mut parameters = BTreeMap::new();
        if let Some(mut entries) = reader.table("parameters") {
            for entry in entries.named_entries() {
                if let Some(parameter) = Parameter::read(entry, report) {
                    parameters.insert(entry.key.clone(), parameter);
                }
            }
        }
        reader.finish();
        let recipe = Self {
            path: path.to_owned(),
            title: title?.value,
            line: line?.value,
            source: source.map(|text| text.value),
            parameters,
            span: table.span,
        };
        recipe.check_zones(report);
        Some(recipe)
    }

    /// Returns how many dryer zones the recipe has: the highest `i` of `drying.zone[i].…`.
    #[must_use]
    pub fn zone_count(&self) -> usize {
        self.zones().map(|(index, _)| index).max().unwrap_or(0)
    }

    fn zones(&self) -> impl Iterator<Item = (usize, &Parameter)> {
        self.parameters
            .iter()
            .filter(|(name, _)| name.starts_with("drying.zone["))
            .filter_map(|(name, parameter)| Some((dictionary::index(name)?, parameter)))
    }

    /// Zones count from one without gap.
    fn check_zones(&self, report: &Report) {
        let mut present = [false; ZONES_MAX + 1];
        for (index, parameter) in self.zones() {
            match present.get_mut(index) {
                Some(slot) if index > 0 => *slot = true,
                _ => report.push(
                    Diagnostic::error(
                        codes::ZONE_NUMBERS,
                        parameter.name_span,
                        format!("there is no dryer zone {index}"),
                    )
                    .help(format!("zones count from 1 to at most {ZONES_MAX}")),
                ),
            }
        }
        let count = self.zone_count().min(ZONES_MAX);
        if let Some(gap) = (1..=count).find(|&index| !present[index])
            && let Some((_, beyond)) = self.zones().find(|(index, _)| *index > gap)
        {
            report.push(
                Diagnostic::error(
                    codes::ZONE_NUMBERS,
                    beyond.name_span,
                    format!("zone {gap} is missing"),
                )
                .help("number the zones in the direction of the web without gap"),
            );
        }
    }

    /// Returns the exact SI value of a numeric parameter.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<&Rational> {
        self.parameters.get(name)?.number()
    }

    /// Returns the word of a choice: the recipe's, else the one that holds where none is said.
    #[must_use]
    pub fn choice(&self, name: &str) -> Option<&str> {
        match self.parameters.get(name).map(|one| &one.value) {
            Some(ParameterValue::Choice(word)) => Some(&word.value),
            Some(ParameterValue::Number(_)) => None,
            None => choice_named(name)?.default,
        }
    }

    /// Applies the `set` of a scenario's change: `"name" = "32 m/min"` replaces the value,
    /// `"name" = { value = …, tolerance = … }` replaces what it names. Errors go to `report`, and
    /// what could not be changed stays as it was.
    #[must_use]
    pub fn with_changes(&self, set: &[Entry], report: &Report) -> Self {
        let mut changed = self.clone();
        for entry in set {
            let Some(parameter) = changed.parameters.get_mut(&entry.key) else {
                let names = self.parameters.keys().map(String::as_str);
                let (key, known) = (&entry.key, dictionary::standard());
                let message = format!("the recipe has no `{key}` to change");
                let mut found =
                    Diagnostic::error(codes::CHANGE_OF_NOTHING, entry.key_span, message);
                if choice_named(key).is_some() || known.get(key).is_some() {
                    found = found.help("give the recipe a value of it first");
                }
                report.push(found.suggest(key, names));
                continue;
            };
            parameter.change(entry, report);
        }
        changed
    }

    /// Returns the recipe with one numeric value replaced (SI); unit, and relative tolerance and
    /// spread, stay.
    ///
    /// # Errors
    /// [`SetError`].
    pub fn with_value(&self, name: &str, si: &Rational) -> Result<Self, SetError> {
        let mut changed = self.clone();
        let name_owned = || name.to_owned();
        let parameter = changed
            .parameters
            .get_mut(name)
            .ok_or_else(|| SetError::Unknown { name: name_owned() })?;
        let ParameterValue::Number(measured) = &mut parameter.value else {
            return Err(SetError::NotANumber { name: name_owned() });
        };
        measured.si = si.clone();
        let problem = parameter
            .spread
            .as_ref()
            .and_then(|spread| spread.problem_at(si));
        match problem {
            Some(problem) => Err(SetError::Spread {
                name: name_owned(),
                problem,
            }),
            None => Ok(changed),
        }
    }

    /// Returns the names whose value differs between two recipes, or that only one has.
    #[must_use]
    pub fn changed_names(&self, other: &Self) -> Vec<String> {
        let mut names: Vec<&String> = self
            .parameters
            .keys()
            .chain(other.parameters.keys())
            .collect();
        names.sort_unstable();
        names.dedup();
        let state =
            |recipe: &Self, name: &str| recipe.parameters.get(name).map(NormalForm::normalised);
        names
            .into_iter()
            .filter(|name| state(self, name) != state(other, name))
            .cloned()
            .collect()
    }
}

impl NormalForm for Recipe {
    fn normalised(&self) -> serde_json::Value {
        let parameters: serde_json::Map<String, serde_json::Value> = self
            .parameters
            .iter()
            .map(|(name, parameter)| (name.clone(), parameter.normalised()))
            .collect();
        json!({
            "schema": SCHEMA,
            "title": self.title,
            "line": self.line,
            "source": self.source,
            "parameters": parameters,
        })
    }
}

#[cfg(test)]
mod tests;
