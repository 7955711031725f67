//! Scenarios: one question about one recipe.
//!
//! In: a TOML document of schema `cellwright/scenario/1`. Out: a [`Scenario`]: which recipe,
//! model and rules, what is to change and for how long, how to simulate, what was observed, how
//! to score, what to expect, what a proposal may move, and the texts a trial needs. Paths are
//! resolved against the document. The documents it names are read by their own modules.

mod sections;

use serde_json::json;

pub use sections::{
    Change, Expectation, Movable, Paperwork, Repair, SAMPLES_MAX, SEED_MAX, Score, Simulation,
    Trial, WeightOverride,
};

use crate::diagnostic::Diagnostic;
use crate::document::{Intake, Located, NormalForm, Reader, Report, codes, resolve};
use crate::observation::Observation;
use crate::span::Span;

/// The schema line of scenarios.
pub const SCHEMA: &str = "cellwright/scenario/1";

/// A scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// Path as given.
    pub path: String,
    /// Title for people.
    pub title: String,
    /// Path of the recipe, resolved.
    pub recipe: Located<String>,
    /// Path of the model, resolved; `None` when the scenario only checks rules.
    pub model: Option<Located<String>>,
    /// Paths of the rule files, resolved, in the order given.
    pub rules: Vec<Located<String>>,
    /// What is to change; `None` judges the recipe as it stands.
    pub change: Option<Change>,
    /// How to simulate; `None` when the scenario only checks rules.
    pub simulation: Option<Simulation>,
    /// What was observed, in the order given.
    pub observed: Vec<Observation>,
    /// How to score.
    pub score: Option<Score>,
    /// What `cellwright test` expects.
    pub expect: Option<Expectation>,
    /// What a proposal may move.
    pub repair: Option<Repair>,
    /// The plan of a trial.
    pub trial: Option<Trial>,
    /// Documents to revise.
    pub paperwork: Option<Paperwork>,
    /// What this scenario knows it does not know.
    pub not_known: Vec<String>,
    /// The beginning of the document.
    pub span: Span,
}

impl Scenario {
    /// Reads the scenario at `path`; `None` when it cannot be read at all. With errors in parts
    /// the rest is returned and the errors are in `intake.report`.
    pub fn read(intake: &mut Intake<'_>, path: &str) -> Option<Self> {
        let table = intake.open_toml(path, None, SCHEMA)?;
        let mut reader = Reader::new(&table, "the scenario", &intake.report);
        reader.optional("schema");
        let title = reader.text("title");
        let recipe = reader.text("recipe").map(|text| resolved(path, text));
        let model = reader
            .optional_text("model")
            .map(|text| resolved(path, text));
        let rules: Vec<_> = reader
            .required_texts("rules")
            .into_iter()
            .map(|text| resolved(path, text))
            .collect();
        check_rules(&reader, &rules);
        let change = reader.optional_table("change").and_then(Change::read);
        let simulation = reader
            .optional_table("simulation")
            .and_then(Simulation::read);
        let observed = reader.optional_table("observed");
        let score = reader.optional_table("score").and_then(Score::read);
        let expect = reader.optional_table("expect").and_then(Expectation::read);
        let repair = reader.optional_table("repair").and_then(Repair::read);
        let trial = reader.optional_table("trial").and_then(Trial::read);
        let paperwork = reader.optional_table("paperwork").and_then(Paperwork::read);
        let not_known = reader.texts("not_known");
        let observed = observed.map_or_else(Vec::new, |mut reader| {
            let entries = reader.named_entries();
            entries
                .iter()
                .filter_map(|entry| Observation::declare(entry, path, &intake.report))
                .collect()
        });
        reader.finish();
        let observed: Vec<Observation> = observed
            .into_iter()
            .filter_map(|declared| declared.load(intake))
            .collect();
        if simulation.is_some() && model.is_none() {
            let mut reader = Reader::new(&table, "the scenario", &intake.report);
            reader.text("model");
        }
        Some(Self {
            path: path.to_owned(),
            title: title?.value,
            recipe: recipe?,
            model,
            rules,
            change,
            simulation,
            observed,
            score,
            expect,
            repair,
            trial,
            paperwork,
            not_known: not_known.into_iter().map(|text| text.value).collect(),
            span: table.span,
        })
    }
}

fn resolved(base: &str, text: Located<String>) -> Located<String> {
    Located {
        value: resolve(base, &text.value),
        span: text.span,
    }
}

/// A rule file stands once.
fn check_rules(reader: &Reader<'_>, rules: &[Located<String>]) {
    for (at, rule) in rules.iter().enumerate() {
        if let Some(first) = rules[..at].iter().find(|other| other.value == rule.value) {
            let message = format!("`{}` is named twice", rule.value);
            reader.report().push(
                Diagnostic::error(codes::SET_TWICE, rule.span, message)
                    .also(first.span, "first here"),
            );
        }
    }
}

/// Reports that a change has neither scope nor end.
fn trial_without_scope(span: Span, report: &Report) {
    report.push(
        Diagnostic::error(
            codes::TRIAL_WITHOUT_SCOPE,
            span,
            "the change has neither `scope` nor `until`",
        )
        .help("add `scope = \"3 reels of 1200 m\"` or `until = \"2027-01-31\"`"),
    );
}

impl NormalForm for Scenario {
    fn normalised(&self) -> serde_json::Value {
        let paths = |list: &[Located<String>]| -> Vec<String> {
            list.iter().map(|path| path.value.clone()).collect()
        };
        json!({
            "schema": SCHEMA,
            "title": self.title,
            "recipe": self.recipe.value,
            "model": self.model.as_ref().map(|path| &path.value),
            "rules": paths(&self.rules),
            "change": self.change.as_ref().map(NormalForm::normalised),
            "simulation": self.simulation.as_ref().map(NormalForm::normalised),
            "observed": self.observed.iter().map(NormalForm::normalised).collect::<Vec<_>>(),
            "score": self.score.as_ref().map(NormalForm::normalised),
            "expect": self.expect.as_ref().map(NormalForm::normalised),
            "repair": self.repair.as_ref().map(NormalForm::normalised),
            "trial": self.trial.as_ref().map(NormalForm::normalised),
            "paperwork": self.paperwork.as_ref().map(|paperwork| &paperwork.revise),
            "not_known": self.not_known,
        })
    }
}

#[cfg(test)]
mod tests;
