//! Rules alone, rules against a recipe, rules over the rows of a table.
//!
//! In: a reader of files, paths, perhaps a solver. Out: [`Findings`] with the exit code: findings
//! about the rule set, one evaluation per rule on inputs, counts per rule of a table. Rules on
//! outcomes need a simulation and are named, never passed over.

pub mod argument;
mod columns;
pub mod cross_check;
mod elsewhere;
pub mod grounds;
mod order;
mod recalled;
pub mod rows;

use std::collections::BTreeMap;

use self::grounds::Exhibit;
use super::documents::Rejected;
use super::{body, margins, rule_sources, rules, signal_ranges};
use crate::check::argument::attack::Semantics;
use crate::check::case::Case;
use crate::check::judge::judge_rules;
use crate::check::modes::{InModes, ModeFinding, analyse_in_modes, in_each_mode};
use crate::check::redundancy::cache::Cache;
use crate::check::rule_set::{self, Level, why};
use crate::check::solver_process::Solver;
use crate::diagnostic::Diagnostics;
use crate::document::{Files, Intake};
use crate::exit_code::ExitCode;
use crate::model::document::Model;
use crate::quantity::dictionary::{Role, standard};
use crate::recipe::Recipe;
use crate::record::body::{Evaluation, Finding, Place};
use crate::record::findings::{
    AS_THE_RECIPE_STANDS, Binding, CheckedRule, Findings, Group, Scope, Why,
};
use crate::rule_language::{self, EvidenceClass, ParsedFile, Rule, RuleSet, RuleSeverity};
use crate::span::{FileId, Sources, Span};
use crate::table::TableFormat;

/// What is put behind a message that nothing but the solver's word speaks for.
const SOLVERS_WORD: &str = "; this rests on the solver's word alone, without a certificate";

/// Format of the answer.
pub const FORMAT: &str = "cellwright/findings/1";

/// What to check.
#[derive(Clone)]
pub struct Request<'a> {
    /// Paths of the rule files.
    pub rules: &'a [String],
    /// Recipe to judge.
    pub recipe: Option<&'a str>,
    /// Model whose constants rules may read.
    pub model: Option<&'a str>,
    /// Table whose rows are judged.
    pub table: Option<&'a str>,
    /// How the table is written.
    pub format: TableFormat,
    /// Whether limits that are still recalled are listed.
    pub recalled: bool,
    /// Whether recalled limits and warnings count as findings.
    pub strict: bool,
    /// Which nodes of the argument are taken to stand.
    pub semantics: Semantics,
    /// How many minimal conflicts and corrections to list per contradiction; none without.
    pub why: Option<usize>,
    /// Answers of an earlier run; each is examined before it counts.
    pub cache: Option<&'a Cache>,
    /// Whether the answer says what each finding rests on, certificates included.
    pub grounds: bool,
    /// Whether everything that was shown is wanted for files of its own.
    pub exhibits: bool,
    /// How questions reach the solver.
    pub solver: Option<&'a Solver>,
    /// Hears how far the table is.
    pub watch: &'a dyn rows::Watch,
}

/// A finished check.
#[derive(Debug)]
pub struct Checked {
    /// The answer.
    pub findings: Findings,
    /// What the process tells its caller.
    pub exit: ExitCode,
    /// Warnings about the documents.
    pub warnings: Diagnostics,
    /// The texts they point into.
    pub sources: Sources,
    /// Answers to keep for the next run.
    pub cache: Cache,
    /// What was shown, where asked for; each has a name of its own.
    pub exhibits: Vec<Exhibit>,
}

/// Rule files resolved together, with their texts.
#[derive(Debug)]
pub struct Rules {
    /// The rules.
    pub set: RuleSet,
    /// Warnings about the documents.
    pub warnings: Diagnostics,
    /// The texts they point into.
    pub sources: Sources,
}

/// Reads rule files for themselves.
///
/// # Errors
/// [`Rejected`] with all diagnostics.
pub fn read_rules(files: &dyn Files, paths: &[String]) -> Result<Rules, Rejected> {
    let mut intake = Intake::new(files);
    let opened = open_all(&mut intake, paths);
    let parsed = rule_sources::parsed(files, &mut intake, &opened);
    let (set, diagnostics) = resolve(&intake, &parsed, None);
    let mut all = intake.report.diagnostics();
    all.extend(diagnostics);
    if all.has_errors() {
        return Err(Rejected {
            diagnostics: all,
            sources: intake.sources,
        });
    }
    Ok(Rules {
        set,
        warnings: all,
        sources: intake.sources,
    })
}

/// Checks rules.
///
/// # Errors
/// [`Rejected`] with all diagnostics of all documents.
pub fn check(files: &dyn Files, request: &Request<'_>) -> Result<Checked, Rejected> {
    let mut intake = Intake::new(files);
    let opened = open_all(&mut intake, request.rules);
    let parsed = rule_sources::parsed(files, &mut intake, &opened);
    let recipe = request
        .recipe
        .and_then(|path| Recipe::read(&mut intake, path, None));
    let model = request
        .model
        .and_then(|path| Model::read(&mut intake, path, None));
    if let (Some(recipe), Some(model)) = (&recipe, &model) {
        model.check_against(recipe, &intake.report);
    }
    let (set, found) = resolve(&intake, &parsed, recipe.as_ref());
    let mut diagnostics = intake.report.diagnostics();
    diagnostics.extend(found);
    if let Some(recipe) = &recipe {
        diagnostics.extend(signal_ranges::outside(&set, recipe));
    }
    if diagnostics.has_errors() {
        return Err(Rejected {
            diagnostics,
            sources: intake.sources,
        });
    }
    let table = match request.table {
        Some(path) => {
            let table = (path, &request.format);
            let judged = rows::judge(&mut intake, table, &for_rows(&set), request.watch);
            let Some(judged) = judged else {
                diagnostics.extend(intake.report.diagnostics());
                return Err(Rejected {
                    diagnostics,
                    sources: intake.sources,
                });
            };
            Some(judged)
        }
        None => None,
    };
    let checker = Checker {
        request,
        files,
        set: &set,
        sources: &intake.sources,
    };
    let mut exhibits = Vec::new();
    let (findings, exit, cache) =
        checker.findings(recipe.as_ref(), model.as_ref(), table, &mut exhibits);
    grounds::named_apart(&mut exhibits);
    Ok(Checked {
        findings,
        exit,
        warnings: diagnostics,
        sources: intake.sources,
        cache,
        exhibits,
    })
}

/// The rules as rows are judged: over all modes where no column says which one a row is in.
fn for_rows(set: &RuleSet) -> RuleSet {
    match set.mode {
        Some(mode) if set.signal(mode).column.is_none() => set.over_all_modes(),
        Some(_) | None => set.clone(),
    }
}

pub(super) fn open_all(intake: &mut Intake<'_>, paths: &[String]) -> Vec<FileId> {
    let mut opened: Vec<FileId> = Vec::new();
    for path in paths {
        if let Some(file) = intake.open(path, None)
            && !opened.contains(&file)
        {
            opened.push(file);
        }
    }
    opened
}

pub(super) fn resolve(
    intake: &Intake<'_>,
    parsed: &[ParsedFile],
    recipe: Option<&Recipe>,
) -> (RuleSet, Diagnostics) {
    let texts = parsed
        .iter()
        .map(|file| &intake.sources.get(file.file).text);
    let zones = match recipe {
        Some(recipe) => recipe.zone_count(),
        None => texts.map(|text| zones_named(text)).max().unwrap_or(1),
    };
    let zones = BTreeMap::from([("drying.zone".to_owned(), zones)]);
    rule_language::resolve(parsed, standard(), &zones)
}

/// Without a recipe there are as many zones as the rules name, at least one.
fn zones_named(text: &str) -> usize {
    const HEAD: &str = "drying.zone[";
    text.match_indices(HEAD)
        .filter_map(|(at, _)| {
            let inside = text[at + HEAD.len()..].split(']').next()?;
            inside.rsplit("..").next()?.trim().parse().ok()
        })
        .fold(1, usize::max)
}

/// Returns path, line and column of a span.
#[must_use]
pub fn place(sources: &Sources, span: Span) -> Place {
    let position = sources.position(span);
    Place {
        path: sources.get(span.file).path.clone(),
        line: position.line,
        column: position.column,
    }
}

fn scope(analysis: &InModes) -> Scope {
    let count = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Scope {
        consistent: analysis.is_consistent,
        components: count(analysis.scope.components),
        guards: count(analysis.scope.guards),
        modes: count(analysis.scope.modes),
        standings: count(analysis.scope.standings),
    }
}

struct Checker<'a> {
    request: &'a Request<'a>,
    files: &'a dyn Files,
    set: &'a RuleSet,
    sources: &'a Sources,
}

impl Checker<'_> {
    fn findings(
        &self,
        recipe: Option<&Recipe>,
        model: Option<&Model>,
        table: Option<rows::Judged>,
        exhibits: &mut Vec<Exhibit>,
    ) -> (Findings, ExitCode, Cache) {
        // A recipe names no mode: it is judged in all of them.
        let judged_set = self.set.over_all_modes();
        let case = recipe.map(|recipe| rules::case(self.set, recipe, model));
        let Request { solver, cache, .. } = *self.request;
        let analysed = analyse_in_modes(self.set, case.as_ref(), solver, cache);
        let mut exit = ExitCode::Success;
        let mut findings: Vec<Finding> = Vec::new();
        for found in &analysed.findings {
            exit = exit.and(self.exit_of(&found.finding));
            let shown = rule_set::shown_by(&analysed.grounds, &found.finding);
            findings.push(self.finding(found, shown, exhibits));
        }
        let reviewed = argument::review(self.set, self.files, self.sources, self.request);
        exit = exit.and(self.exit_of_argument(&reviewed));
        findings.extend(reviewed.findings);
        exhibits.extend(reviewed.exhibits);
        if self.request.recalled {
            findings.extend(recalled::findings(self.set, self.sources));
        }
        let mut evaluations: Vec<Option<Evaluation>> = vec![None; self.set.rules.len()];
        if let Some(case) = &case {
            let elsewhere = elsewhere::files(self.set, case);
            for (at, row) in self.judged(&judged_set, case, &elsewhere, exhibits) {
                exit = exit.and(self.exit_of_verdict(&judged_set.rules[at], &row.verdict));
                evaluations[at] = Some(row);
            }
            findings.extend(elsewhere::findings(&elsewhere, self.set, self.sources));
            findings.extend(self.needs_simulation());
        }
        let why = self.why(&analysed.findings, &judged_set, case.as_ref());
        let mut summary = None;
        if let Some(judged) = table {
            for (rule, counts) in self.set.rules.iter().zip(&judged.summary.rules) {
                if counts.violated > 0 {
                    exit = exit.and(self.exit_of_verdict(rule, "violated"));
                }
                if counts.undecided > 0 {
                    exit = exit.and(ExitCode::Undecided);
                }
            }
            findings.extend(judged.findings);
            summary = Some(judged.summary);
        }
        let binding = case.is_some().then(|| self.binding(&evaluations));
        let rules = self.set.rules.iter().zip(evaluations);
        let mut findings = Findings {
            format: FORMAT.to_owned(),
            versions: body::versions(),
            subject: self.subject(),
            strict: self.request.strict,
            rules: rules
                .map(|(rule, evaluation)| CheckedRule {
                    rule: rules::head(self.set, rule, self.sources),
                    evaluation,
                })
                .collect(),
            binding,
            findings,
            argument: reviewed.steps,
            semantics: reviewed.semantics,
            scope: scope(&analysed),
            why,
            table: summary,
            cross_check: None,
        };
        order::settle(&mut findings);
        (findings, exit, analysed.cache)
    }

    fn binding(&self, evaluations: &[Option<Evaluation>]) -> Binding {
        let rows = self.set.rules.iter().zip(evaluations);
        let judged: Vec<(&str, &Evaluation)> = rows
            .filter_map(|(rule, evaluation)| Some((rule.code.as_str(), evaluation.as_ref()?)))
            .collect();
        margins::binding(&judged)
    }

    /// The rules on inputs that concern the recipe, by place.
    fn judged(
        &self,
        judged_set: &RuleSet,
        case: &Case,
        elsewhere: &BTreeMap<FileId, (usize, usize)>,
        exhibits: &mut Vec<Exhibit>,
    ) -> Vec<(usize, Evaluation)> {
        let is_judged = |rule: &Rule| !rule.is_outcome && !elsewhere.contains_key(&rule.span.file);
        let places: Vec<usize> = (0..self.set.rules.len())
            .filter(|&at| is_judged(&self.set.rules[at]))
            .collect();
        let selected: Vec<&Rule> = places.iter().map(|&at| &judged_set.rules[at]).collect();
        let judgements = judge_rules(judged_set, &selected, case, self.request.solver);
        let judged = places.into_iter().zip(&judgements);
        let rows = judged.map(|(at, judgement)| {
            let rule = &judged_set.rules[at];
            if self.request.exhibits {
                let shown = grounds::of_verdict(judged_set, rule, case, self.sources, judgement);
                exhibits.extend(shown);
            }
            let row = rules::evaluation(judged_set, rule, case, self.sources, judgement);
            (at, row)
        });
        rows.collect()
    }

    /// The conflicts and corrections of the rule set, and of the recipe under the rules that block.
    fn why(&self, found: &[ModeFinding], judged_set: &RuleSet, case: Option<&Case>) -> Vec<Why> {
        let Some(most) = self.request.why else {
            return Vec::new();
        };
        let solver = self.request.solver;
        let mut all: Vec<why::Why> = Vec::new();
        for (name, set) in in_each_mode(self.set) {
            let is_here = |one: &&ModeFinding| {
                one.modes.is_empty() || name.as_ref().is_some_and(|name| one.modes.contains(name))
            };
            let here = found.iter().filter(is_here);
            let here: Vec<rule_set::Finding> = here.map(|one| one.finding.clone()).collect();
            all.extend(why::explain(&set, &here, most, solver));
        }
        if let Some(case) = case {
            let judged = |place: usize| {
                let rule = &self.set.rules[place];
                !rule.is_outcome && self.exit_of_verdict(rule, "violated") != ExitCode::Success
            };
            let is_setpoint = |signal| self.set.signal(signal).role == Some(Role::Setpoint);
            all.extend(why::of_recipe(
                judged_set,
                case,
                &judged,
                &is_setpoint,
                most,
                solver,
            ));
        }
        // What holds in several modes is said once.
        let mut shown: Vec<Why> = Vec::new();
        for one in all.iter().map(|one| self.why_shown(one)) {
            if !shown.contains(&one) {
                shown.push(one);
            }
        }
        shown
    }

    fn why_shown(&self, found: &why::Why) -> Why {
        let group = |set: &Vec<rule_set::CoreMember>| Group {
            members: set.iter().map(rule_set::listed_one).collect(),
            places: set
                .iter()
                .filter_map(|member| Some(place(self.sources, member.span?)))
                .collect(),
        };
        let when = match &found.when {
            _ if found.of_recipe => AS_THE_RECIPE_STANDS.to_owned(),
            None => "always".to_owned(),
            Some(when) => format!("whenever {} holds", rule_set::listed_one(when)),
        };
        Why {
            when,
            conflicts: found.conflicts.iter().map(group).collect(),
            corrections: found.corrections.iter().map(group).collect(),
            more: found.more,
            open: found.open.as_ref().map(ToString::to_string),
        }
    }

    fn subject(&self) -> String {
        let rules = match self.request.rules {
            [only] => only.clone(),
            many => format!("{} rule files", many.len()),
        };
        match (self.request.recipe, self.request.table) {
            (Some(recipe), _) => format!("{recipe} against {rules}"),
            (None, Some(table)) => format!("{table} against {rules}"),
            (None, None) => rules,
        }
    }

    fn finding(
        &self,
        found: &ModeFinding,
        shown: &[rule_set::Shown],
        exhibits: &mut Vec<Exhibit>,
    ) -> Finding {
        let mut grounds = Vec::new();
        if self.request.grounds || self.request.exhibits {
            let stem = grounds::stem_of(&found.finding);
            for one in shown {
                let made = grounds::of_shown(one, self.sources);
                if self.request.exhibits {
                    exhibits.extend(made.exhibit(&stem));
                }
                grounds.push(made.ground);
            }
        }
        let on_word = if shown.iter().any(|one| one.is_solvers) {
            SOLVERS_WORD
        } else {
            ""
        };
        let (found, while_text) = (&found.finding, found.while_text(self.set));
        let level = match found.level() {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        let spans = found.spans();
        Finding {
            code: found.code().to_owned(),
            level: level.to_owned(),
            message: format!("{}{while_text}{on_word}", found.message()),
            places: spans
                .into_iter()
                .map(|span| place(self.sources, span))
                .collect(),
            grounds,
        }
    }

    /// Contradictory assumptions are wrong documents; what contradicts itself otherwise is a
    /// finding.
    fn exit_of(&self, found: &rule_set::Finding) -> ExitCode {
        match found {
            rule_set::Finding::ContradictoryAssumptions { .. } => ExitCode::Documents,
            rule_set::Finding::Inconsistent { .. }
            | rule_set::Finding::InconsistentUnderGuard { .. }
            | rule_set::Finding::InconsistentInMode { .. } => ExitCode::Findings,
            rule_set::Finding::Undecided { .. } => ExitCode::Undecided,
            rule_set::Finding::Vacuous { .. }
            | rule_set::Finding::DeadGuardPart { .. }
            | rule_set::Finding::LimitOutsideRange { .. }
            | rule_set::Finding::ImplausibleLimit { .. } => {
                if self.request.strict {
                    ExitCode::Findings
                } else {
                    ExitCode::Success
                }
            }
            // Worth knowing, and nothing has to change.
            rule_set::Finding::Equivalent { .. }
            | rule_set::Finding::Shadowed { .. }
            | rule_set::Finding::Redundant { .. }
            | rule_set::Finding::NeverBinding { .. }
            | rule_set::Finding::RedundancyUndecided { .. } => ExitCode::Success,
        }
    }

    fn exit_of_argument(&self, reviewed: &argument::Reviewed) -> ExitCode {
        if reviewed.has_errors || (self.request.strict && reviewed.has_warnings) {
            ExitCode::Findings
        } else if reviewed.is_open {
            ExitCode::Undecided
        } else {
            ExitCode::Success
        }
    }

    fn exit_of_verdict(&self, rule: &Rule, verdict: &str) -> ExitCode {
        let blocks = self.request.strict
            || (rule.evidence != EvidenceClass::Recalled && rule.severity != RuleSeverity::Minor);
        match verdict {
            "violated" | "holds_nominally" if blocks => ExitCode::Findings,
            "undecided" => ExitCode::Undecided,
            _ => ExitCode::Success,
        }
    }

    /// Names the rules that only a simulation can judge.
    fn needs_simulation(&self) -> Option<Finding> {
        let mut rules: Vec<&Rule> = self.set.rules.iter().filter(|r| r.is_outcome).collect();
        rules.sort_by(|a, b| a.code.cmp(&b.code));
        let codes: Vec<&str> = rules.iter().map(|rule| rule.code.as_str()).collect();
        (!rules.is_empty()).then(|| Finding {
            code: "needs-simulation".to_owned(),
            level: "note".to_owned(),
            message: format!(
                "rules on outcomes are not judged here, `cellwright run` simulates them: {}",
                codes.join(", ")
            ),
            places: rules
                .iter()
                .take(1)
                .map(|rule| place(self.sources, rule.code_span))
                .collect(),
            grounds: Vec::new(),
        })
    }
}
