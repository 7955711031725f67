//! What a question is about: a recipe with rules, or the changed recipe of a scenario.
//!
//! In: a path, perhaps rule files and a model. Out: rules, recipe and model with the texts they
//! come from. A document whose `schema` is that of a scenario is read as one, with all it names.

use super::check_rules::{open_all, resolve};
use super::documents::{self, NO_RULES, Rejected};
use super::{rule_sources, rules, signal_ranges};
use crate::check::case::{Case, NumberCase, SignalCase};
use crate::check::judge::judge_rules;
use crate::check::verdict::Verdict;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Files, Intake};
use crate::model::document::Model;
use crate::recipe::Recipe;
use crate::rule_language::{Rule, RuleSet, SignalId};
use crate::scenario;
use crate::span::Sources;

/// What to read.
#[derive(Clone, Copy, Debug)]
pub struct SubjectRequest<'a> {
    /// A recipe or a scenario.
    pub path: &'a str,
    /// Rule files; a scenario names its own unless some are given.
    pub rules: &'a [String],
    /// A model; a scenario names its own.
    pub model: Option<&'a str>,
}

/// What a question is about.
#[derive(Debug)]
pub struct Subject {
    /// The rules.
    pub rules: RuleSet,
    /// The recipe; of a scenario the changed one.
    pub recipe: Recipe,
    /// The model, where one is given.
    pub model: Option<Model>,
    /// For a heading.
    pub title: String,
    /// The texts.
    pub sources: Sources,
    /// Warnings about the documents.
    pub warnings: Diagnostics,
    /// Names that a scenario says may move in a repair; empty for a recipe.
    pub movable: Vec<crate::scenario::Movable>,
    /// Names that the change of a scenario sets; empty for a recipe.
    pub changed: Vec<String>,
}

/// Whether the document at a path says that it is a scenario.
#[must_use]
pub fn is_scenario(files: &dyn Files, path: &str) -> bool {
    let Ok(bytes) = files.read(path) else {
        return false;
    };
    let text = String::from_utf8_lossy(&bytes);
    let mut lines = text.lines().map(str::trim);
    lines.any(|line| line.starts_with("schema") && line.contains(scenario::SCHEMA))
}

/// Reads what a question is about.
///
/// # Errors
/// [`Rejected`] with all diagnostics of all documents.
pub fn read(files: &dyn Files, request: &SubjectRequest<'_>) -> Result<Subject, Rejected> {
    if is_scenario(files, request.path) {
        let documents = documents::read(files, request.path)?;
        return Ok(Subject {
            rules: documents.rules,
            title: documents.scenario.title.clone(),
            changed: documents.old.changed_names(&documents.new),
            movable: documents.scenario.repair.map_or(Vec::new(), |r| r.movable),
            recipe: documents.new,
            model: Some(documents.model),
            sources: documents.sources,
            warnings: documents.warnings,
        });
    }
    let mut intake = Intake::new(files);
    let opened = open_all(&mut intake, request.rules);
    let parsed = rule_sources::parsed(files, &mut intake, &opened);
    let recipe = Recipe::read(&mut intake, request.path, None);
    let model = request
        .model
        .and_then(|path| Model::read(&mut intake, path, None));
    let (set, found) = resolve(&intake, &parsed, recipe.as_ref());
    let mut diagnostics = intake.report.diagnostics();
    diagnostics.extend(found);
    if let Some(recipe) = &recipe {
        if let Some(model) = &model {
            model.check_against(recipe, &intake.report);
        }
        diagnostics.extend(signal_ranges::outside(&set, recipe));
        if set.rules.is_empty() && !diagnostics.has_errors() {
            let message = "none of the rule files holds a rule";
            let diagnostic = Diagnostic::error(NO_RULES, recipe.span, message)
                .help("name rule files or folders with `--rules`");
            diagnostics.push(diagnostic);
        }
    }
    match recipe.filter(|_| !diagnostics.has_errors()) {
        Some(recipe) => Ok(Subject {
            rules: set,
            title: recipe.title.clone(),
            recipe,
            model,
            sources: intake.sources,
            warnings: diagnostics,
            movable: Vec::new(),
            changed: Vec::new(),
        }),
        None => Err(Rejected {
            diagnostics,
            sources: intake.sources,
        }),
    }
}

impl Subject {
    /// The case of the recipe: with its tolerances, or at its values alone.
    #[must_use]
    pub fn case(&self, robust: bool) -> Case {
        let case = rules::case(&self.rules, &self.recipe, self.model.as_ref());
        if robust { case } else { at_values(&case) }
    }

    /// The rules on inputs whose signals all have a value, those that a simulation must judge, and
    /// those that lack a value (with its name).
    #[must_use]
    pub fn split(&self, case: &Case) -> Split<'_> {
        let mut split = Split::default();
        for rule in &self.rules.rules {
            let is_missing = |id: &&SignalId| matches!(case.get(**id), SignalCase::Missing);
            if rule.is_outcome {
                split.simulated.push(rule);
            } else if let Some(id) = rule.reads.iter().find(is_missing)
                && is_undecided(&self.rules, rule, case)
            {
                split
                    .lacking
                    .push((rule, self.rules.signal(*id).name.clone()));
            } else {
                split.judged.push(rule);
            }
        }
        split
    }
}

/// Whether a rule with a missing value matters: not where its guard does not hold anyway.
#[must_use]
pub fn is_undecided(rules: &RuleSet, rule: &Rule, case: &Case) -> bool {
    let judged = judge_rules(rules, &[rule], case, None);
    let verdict = judged.first().map(|one| &one.verdict);
    !matches!(verdict, Some(Verdict::Idle | Verdict::Vacuous))
}

/// Rules by what can be said about them without a simulation.
#[derive(Debug, Default)]
pub struct Split<'a> {
    /// On inputs, with a value for every signal.
    pub judged: Vec<&'a Rule>,
    /// On outcomes.
    pub simulated: Vec<&'a Rule>,
    /// On inputs, with the first name that has no value.
    pub lacking: Vec<(&'a Rule, String)>,
}

/// The case without tolerances.
#[must_use]
pub fn at_values(case: &Case) -> Case {
    let exact = |known: &SignalCase| match known {
        SignalCase::Number(number) => SignalCase::Number(NumberCase {
            step: number.step.clone(),
            ..NumberCase::exact(number.nominal.clone())
        }),
        other => other.clone(),
    };
    Case {
        signals: case.signals.iter().map(exact).collect(),
    }
}
