//! `cellwright test`: rule-local tests, the expectations of scenarios and conflict cases.
//!
//! In: rule files, scenarios, conflict cases, folders of them; in a folder inside a folder only
//! conflict cases are looked for, because their rules are read by themselves. Out: what failed and
//! a line of counts, as text, JSON or JUnit; exit 1 when anything did. All rule files given are
//! resolved together.

use std::path::{Path, PathBuf};

use super::arguments::{Common, Format, Judgement, Test};
use super::check::rejected;
use super::failure::Failure;
use super::output::{self, View};
use super::rule_files;
use super::run::{judge, read, shown};
use crate::diagnostic::render;
use crate::document::Disk;
use crate::exit_code::ExitCode;
use crate::report::test_cases::{CaseResult, TestCase, TestCases};
use crate::rule_language::ast::Expectation;
use crate::rule_language::rule_tests::run_test;
use crate::run::check_rules;
use crate::run::conflict::Conflict;
use crate::run::expectations::unmet;

/// Format of the JSON answer.
const FORMAT: &str = "cellwright/tests/1";

/// Paths without arguments.
const DEFAULT_PATHS: [&str; 2] = ["rules", "scenarios"];

struct CasesView<'a>(&'a TestCases);

impl View for CasesView<'_> {
    fn write(&self, format: Format, colour: bool) -> Option<String> {
        match format {
            Format::Text => Some(self.0.text(colour)),
            Format::Json => Some(self.0.json()),
            Format::Junit => Some(self.0.junit()),
            _ => None,
        }
    }
}

/// Runs the verb.
///
/// # Errors
/// [`Failure`] when documents cannot be used; a failed test is an answer.
pub fn test(verb: &Test, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let paths: Vec<PathBuf> = if verb.paths.is_empty() {
        DEFAULT_PATHS.iter().map(PathBuf::from).collect()
    } else {
        verb.paths.clone()
    };
    let (rules, scenarios) = sorted_by_kind(&paths)?;
    let mut cases = TestCases {
        format: FORMAT.to_owned(),
        cases: Vec::new(),
    };
    if !rules.is_empty() {
        cases.cases.extend(rule_cases(&rules)?);
    }
    for scenario in &scenarios {
        let case = if is_conflict(scenario) {
            conflict_case(scenario)?
        } else {
            scenario_case(scenario, verb, common)?
        };
        cases.cases.push(case);
    }
    if cases.cases.is_empty() {
        return Err(Failure::argument("there is nothing to test"));
    }
    output::deliver(&CasesView(&cases), common, &files)?;
    let (_, failed, _) = cases.counts();
    Ok(if failed > 0 {
        ExitCode::Findings
    } else {
        ExitCode::Success
    })
}

/// Rule files and scenarios, folders by their contents.
fn sorted_by_kind(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Failure> {
    let (mut rules, mut scenarios) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() {
            let inside = |extension| rule_files::in_folder(path, extension);
            let (some_rules, some_scenarios) = (inside("rule")?, inside("toml")?);
            if some_rules.is_empty() && some_scenarios.is_empty() {
                let message = format!("`{}` holds no rule file and no scenario", path.display());
                return Err(Failure::argument(message));
            }
            rules.extend(some_rules);
            scenarios.extend(some_scenarios);
            scenarios.extend(conflicts_below(path)?);
            continue;
        }
        rule_files::must_exist(path)?;
        if path.extension().is_some_and(|found| found == "rule") {
            rules.push(path.clone());
        } else {
            scenarios.push(path.clone());
        }
    }
    Ok((rules, scenarios))
}

/// Conflict cases in the folders of a folder.
fn conflicts_below(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for folder in rule_files::folders_in(path)? {
        let documents = rule_files::in_folder(&folder, "toml")?;
        found.extend(documents.into_iter().filter(|path| is_conflict(path)));
    }
    Ok(found)
}

/// Whether a document says that it is a conflict case; what cannot be read is reported later.
fn is_conflict(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| Conflict::is_one(&text))
}

fn conflict_case(path: &Path) -> Result<TestCase, Failure> {
    let path = shown(path);
    let files = Disk::new(".");
    let conflict = Conflict::read(&files, &path).map_err(|found| rejected(*found))?;
    let solver = super::solver(false);
    let unmet = conflict.unmet(&files, solver.as_ref());
    Ok(TestCase {
        class: "conflicts".to_owned(),
        name: conflict.title,
        path,
        line: conflict.line,
        result: if unmet.is_empty() {
            CaseResult::Passed
        } else {
            CaseResult::Failed {
                text: unmet.join("\n"),
            }
        },
    })
}

fn rule_cases(paths: &[PathBuf]) -> Result<Vec<TestCase>, Failure> {
    let paths: Vec<String> = paths.iter().map(|path| shown(path)).collect();
    let rules = check_rules::read_rules(&Disk::new("."), &paths).map_err(rejected)?;
    let cases = rules.set.tests.iter().map(|test| {
        let place = check_rules::place(&rules.sources, test.span);
        let result = match run_test(&rules.set, test) {
            Ok(()) => CaseResult::Passed,
            Err(diagnostic) => CaseResult::Failed {
                text: render(&diagnostic, &rules.sources, false),
            },
        };
        TestCase {
            class: "rules".to_owned(),
            name: format!(
                "{} {}",
                rules.set.rules[test.rule].code,
                expectation_name(test.expectation)
            ),
            path: place.path,
            line: place.line,
            result,
        }
    });
    Ok(cases.collect())
}

fn expectation_name(expectation: Expectation) -> &'static str {
    match expectation {
        Expectation::Pass => "pass",
        Expectation::Conditional => "conditional",
        Expectation::Fail => "fail",
        Expectation::Idle => "idle",
    }
}

fn scenario_case(path: &Path, verb: &Test, common: &Common) -> Result<TestCase, Failure> {
    let documents = read(path)?;
    let name = documents.scenario.title.clone();
    let path = shown(path);
    let case = |line: u32, result: CaseResult| TestCase {
        class: "scenarios".to_owned(),
        name: name.clone(),
        path: path.clone(),
        line,
        result,
    };
    let Some(expected) = documents.scenario.expect.clone() else {
        let reason = "the scenario has no `[expect]`".to_owned();
        return Ok(case(1, CaseResult::Skipped { reason }));
    };
    let line = documents.sources.position(expected.span).line;
    let judgement = Judgement {
        ladder: None,
        samples: verb.samples,
        seed: None,
        strict: false,
        in_process: false,
    };
    let outcome = judge(documents, &judgement, common)?;
    let unmet = unmet(&expected, &outcome.body);
    Ok(case(
        line,
        if unmet.is_empty() {
            CaseResult::Passed
        } else {
            CaseResult::Failed {
                text: unmet.join("\n"),
            }
        },
    ))
}
