//! The only wiring: documents in, one judgement out.
//!
//! In: a reader of files, the path of a scenario, options. Out: the [`Body`] of a record and the
//! exit code. `check`, `twin`, `monte_carlo`, `delta`, `score` meet here and nowhere else; each
//! file of this folder joins two of them. The result depends on the documents, the options that
//! the body names, and this version, on nothing else.

pub mod argument;
pub mod assumptions;
pub mod binding;
pub mod body;
pub mod candidates;
pub mod cell_formation;
pub mod cell_match;
pub mod changes;
pub mod check_rules;
pub mod coating_window;
pub mod conflict;
pub mod documents;
pub mod evidence;
pub mod evidence_documents;
pub mod expectations;
pub mod failed_samples;
mod formation_mistakes;
pub mod formation_profile;
pub mod gaps;
mod line_documents;
pub mod lots;
pub mod margins;
pub mod numerics;
pub mod outcomes;
pub mod plant;
pub mod repair;
pub mod replaced;
pub mod review;
pub mod rule_sources;
pub mod rules;
pub mod schedule;
pub mod search;
pub mod signal_ranges;
pub mod simulate;
pub mod spread;
pub mod subject;
pub mod summary;
pub mod what_if;
pub mod window;

use std::collections::BTreeMap;
use std::fmt;

use crate::check::case::Case;
use crate::check::judge::judge_rules;
use crate::check::solver_process::Solver;
use crate::exit_code::ExitCode;
use crate::monte_carlo::ensemble::EnsembleError;
use crate::recipe::Recipe;
use crate::record::body::{Body, Evaluation};
use crate::rule_language::ast::{EvidenceClass, RuleSeverity};
use crate::rule_language::{Rule, RuleSet};
use crate::scenario::{SAMPLES_MAX, SEED_MAX};
use binding::{Binding, BindingError};
use documents::{Documents, Rejected};
use outcomes::Bench;
use plant::Stage;
use simulate::{Draws, Simulated};

/// Samples of each step of a search; the strictest shipped rule can hold with no failure from
/// 2 995 samples on (99.9 % at 95 %).
pub const SEARCH_SAMPLES: u64 = 4096;

/// What a run may be told beyond its documents.
#[derive(Clone, Debug)]
pub struct Options {
    /// Steps of one parameter to try, `name=low..high:step`.
    pub ladder: Option<String>,
    /// Samples instead of the scenario's.
    pub samples: Option<u64>,
    /// Seed instead of the scenario's.
    pub seed: Option<u64>,
    /// Whether recalled limits block.
    pub strict: bool,
    /// Threads; any number gives the same result.
    pub threads: usize,
    /// How questions reach the solver; `None` leaves them undecided.
    pub solver: Option<Solver>,
}

/// Hears how far a run is; must not influence it.
pub trait Progress: Sync {
    /// A stage begins that will take about `samples` samples.
    fn stage(&self, name: &str, samples: u64);
    /// Samples were finished.
    fn advance(&self, samples: u64);
}

/// Hears nothing.
pub struct Quiet;

impl Progress for Quiet {
    fn stage(&self, _name: &str, _samples: u64) {}
    fn advance(&self, _samples: u64) {}
}

/// A judged scenario.
#[derive(Debug)]
pub struct Outcome {
    /// Everything for the record.
    pub body: Body,
    /// What the process tells its caller.
    pub exit: ExitCode,
    /// The documents, for warnings and diagnostics.
    pub documents: Documents,
}

/// Why there is no judgement.
#[derive(Debug)]
pub enum RunError {
    /// Documents or options are wrong.
    Rejected(Box<Rejected>),
    /// An option is wrong.
    Option {
        /// One sentence.
        message: String,
    },
    /// The ensemble stopped.
    Ensemble(EnsembleError),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(_) => write!(f, "the documents cannot be used"),
            Self::Option { message } => f.write_str(message),
            Self::Ensemble(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RunError {}

impl From<EnsembleError> for RunError {
    fn from(error: EnsembleError) -> Self {
        Self::Ensemble(error)
    }
}

/// What all steps of a run share.
pub struct Context<'a> {
    /// The documents.
    pub documents: &'a Documents,
    /// The options.
    pub options: &'a Options,
    /// Seed in force.
    pub seed: u64,
    /// Samples in force.
    pub samples: u64,
    /// Samples of a search step.
    pub search_samples: u64,
    /// Places of outcomes.
    pub places: BTreeMap<String, (Stage, usize)>,
    /// Hears how far the run is.
    pub progress: &'a dyn Progress,
}

/// One recipe, checked and simulated.
pub struct Judged {
    /// The recipe.
    pub recipe: Recipe,
    /// What the rules know of it.
    pub case: Case,
    /// Bound inputs.
    pub binding: Binding,
    /// Ensembles.
    pub simulated: Simulated,
    /// One evaluation per rule, in the order of the rules.
    pub evaluations: Vec<Evaluation>,
    /// Signals without a value that critical rules read.
    pub missing: Vec<String>,
}

/// How one rule stands in the way of a recipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It does not.
    None,
    /// It is broken and blocks.
    Broken,
    /// It is undecided and blocks.
    Undecided,
}

/// Judges a scenario.
///
/// # Errors
/// [`RunError`].
pub fn judge(
    documents: Documents,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Outcome, RunError> {
    let context = Context::new(&documents, options, progress)?;
    let (body, exit) = body::assemble(&context)?;
    Ok(Outcome {
        body,
        exit,
        documents,
    })
}

impl<'a> Context<'a> {
    /// Sets up a run.
    ///
    /// # Errors
    /// [`RunError::Option`] for samples or a seed that a scenario could not state either.
    pub fn new(
        documents: &'a Documents,
        options: &'a Options,
        progress: &'a dyn Progress,
    ) -> Result<Self, RunError> {
        let limits = [
            ("samples", options.samples, 1, SAMPLES_MAX),
            ("seed", options.seed, 0, SEED_MAX),
        ];
        for (name, value, low, high) in limits {
            if let Some(value) = value
                && !(low..=high).contains(&value)
            {
                let message = format!("`--{name} {value}` lies outside {low} .. {high}");
                return Err(RunError::Option { message });
            }
        }
        let simulation = documents.scenario.simulation.as_ref();
        let samples = options
            .samples
            .or(simulation.map(|s| s.samples))
            .unwrap_or(SEARCH_SAMPLES);
        Ok(Self {
            documents,
            options,
            seed: options.seed.or(simulation.map(|s| s.seed)).unwrap_or(0),
            samples,
            search_samples: SEARCH_SAMPLES.min(samples),
            places: outcomes::places(&documents.plant),
            progress,
        })
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &'a RuleSet {
        &self.documents.rules
    }

    /// Binds a recipe to the plant.
    ///
    /// # Errors
    /// [`RunError::Option`] for what the document checks cannot see.
    pub fn bind(&self, recipe: &Recipe) -> Result<Binding, RunError> {
        Binding::new(&self.documents.plant, recipe, &self.documents.model).map_err(|error| {
            let message = match error {
                BindingError::Missing(missing) => {
                    let names: Vec<String> = missing
                        .iter()
                        .map(|one| format!("`{}`", one.name))
                        .collect();
                    format!("the twin needs {}", names.join(", "))
                }
                BindingError::Spread { name, error } => format!("`{name}`: {error}"),
                BindingError::NotANumber { name } => format!("`{name}` must be a number"),
            };
            RunError::Option { message }
        })
    }

    /// Checks the rules on inputs alone.
    #[must_use]
    pub fn check_inputs(&self, case: &Case) -> Vec<(usize, Evaluation, Vec<String>)> {
        let rules = self.rules();
        let places: Vec<usize> = (0..rules.rules.len())
            .filter(|&at| !rules.rules[at].is_outcome)
            .collect();
        let selected: Vec<&Rule> = places.iter().map(|&at| &rules.rules[at]).collect();
        let judgements = judge_rules(rules, &selected, case, self.options.solver.as_ref());
        places
            .into_iter()
            .zip(judgements)
            .map(|(at, judgement)| {
                let row = rules::evaluation(
                    rules,
                    &rules.rules[at],
                    case,
                    &self.documents.sources,
                    &judgement,
                );
                let missing = rules::lacks_data(&judgement).unwrap_or_default().to_vec();
                (at, row, missing)
            })
            .collect()
    }

    /// Checks and simulates one recipe.
    ///
    /// # Errors
    /// [`RunError`].
    pub fn judge_recipe(
        &self,
        recipe: &Recipe,
        samples: u64,
        like: Option<&Judged>,
    ) -> Result<Judged, RunError> {
        let binding = self.bind(recipe)?;
        let advance = |count| self.progress.advance(count);
        let draws = Draws {
            seed: self.seed,
            samples,
            threads: self.options.threads,
            progress: &advance,
        };
        let like = like.map(|judged| (&judged.binding, &judged.simulated));
        let simulated = simulate::whole(&self.documents.plant, &binding, draws, like)?;
        let case = rules::case(self.rules(), recipe, Some(&self.documents.model));
        let mut evaluations: Vec<Option<Evaluation>> = vec![None; self.rules().rules.len()];
        let mut missing = Vec::new();
        for (at, evaluation, lacking) in self.check_inputs(&case) {
            if self.rules().rules[at].severity == RuleSeverity::Critical {
                missing.extend(lacking);
            }
            evaluations[at] = Some(evaluation);
        }
        let bench = Bench {
            plant: &self.documents.plant,
            rules: self.rules(),
            case: &case,
            binding: &binding,
            simulated: &simulated,
            seed: self.seed,
            places: &self.places,
        };
        for (at, rule) in self.rules().rules.iter().enumerate() {
            if rule.is_outcome {
                evaluations[at] = Some(bench.judge(rule)?);
            }
        }
        missing.sort_unstable();
        missing.dedup();
        Ok(Judged {
            recipe: recipe.clone(),
            // INVARIANT: every rule is an input rule or an outcome rule.
            evaluations: evaluations.into_iter().flatten().collect(),
            case,
            binding,
            simulated,
            missing,
        })
    }

    /// Tells whether a rule can stand in the way at all: critical, and its limit not only recalled.
    #[must_use]
    pub fn may_block(&self, rule: &Rule) -> bool {
        let recalled = rule.evidence == EvidenceClass::Recalled && !self.options.strict;
        rule.severity == RuleSeverity::Critical && !recalled
    }

    /// Tells how a rule stands in the way.
    #[must_use]
    pub fn obstacle(&self, rule: &Rule, evaluation: &Evaluation) -> Obstacle {
        if !self.may_block(rule) {
            return Obstacle::None;
        }
        match evaluation.verdict.as_str() {
            "violated" | "holds_nominally" => Obstacle::Broken,
            "undecided" => Obstacle::Undecided,
            _ => Obstacle::None,
        }
    }

    /// Codes of the rules that block, worst first: broken before undecided, then by margin.
    #[must_use]
    pub fn blocking(&self, evaluations: &[Evaluation]) -> Vec<String> {
        let mut found: Vec<(bool, f64, &str)> = self
            .rules()
            .rules
            .iter()
            .zip(evaluations)
            .filter_map(|(rule, evaluation)| {
                let obstacle = self.obstacle(rule, evaluation);
                let margin = evaluation.margin_share.unwrap_or(0.0);
                (obstacle != Obstacle::None).then_some((
                    obstacle != Obstacle::Broken,
                    margin,
                    rule.code.as_str(),
                ))
            })
            .collect();
        found.sort_by(|a, b| {
            a.0.cmp(&b.0)
                .then_with(|| a.1.total_cmp(&b.1))
                .then_with(|| a.2.cmp(b.2))
        });
        found
            .into_iter()
            .map(|(_, _, code)| code.to_owned())
            .collect()
    }
}
