//! `cellwright test`: rule-local tests and the expectations of scenarios.
//!
//! In: rule files, scenarios, or folders; `rules` and `scenarios` if nothing is given. Out: one
//! line per failure and the counts; exit 1 when something is not as expected. All rule files of
//! one call are read together, as a scenario reads them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::arguments::{Common, Judgement, Test};
use super::failure::Failure;
use super::output;
use super::rule_files;
use super::run::{failure, options, read, shown};
use crate::exit_code::ExitCode;
use crate::quantity::dictionary::standard;
use crate::record::body::Body;
use crate::rule_language;
use crate::run::{self, Quiet};
use crate::scenario::Expectation;
use crate::span::Sources;

/// Zones of a dryer in rule-local tests, where no recipe says how many there are.
const TEST_ZONES: usize = 3;

/// What passed and what did not.
#[derive(Default)]
struct Counts {
    passed: usize,
    failed: Vec<String>,
}

/// Runs the verb.
///
/// # Errors
/// [`Failure`] for documents that cannot be used.
pub fn test(verb: &Test, common: &Common) -> Result<ExitCode, Failure> {
    let paths = if verb.paths.is_empty() {
        vec![PathBuf::from("rules"), PathBuf::from("scenarios")]
    } else {
        verb.paths.clone()
    };
    let mut counts = Counts::default();
    let (mut rules, mut scenarios) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() {
            let one = [path];
            // A folder holds rule files, scenarios, or both.
            let found_rules = rule_files::expand_by(&one, "rule");
            let found_scenarios = rule_files::expand_by(&one, "toml");
            if let (Err(failure), Err(_)) = (&found_rules, &found_scenarios) {
                return Err(Failure::argument(failure.render(false).trim_end()));
            }
            rules.extend(found_rules.unwrap_or_default());
            scenarios.extend(found_scenarios.unwrap_or_default());
        } else if path
            .extension()
            .is_some_and(|extension| extension == "rule")
        {
            rules.push(path);
        } else {
            scenarios.push(path);
        }
    }
    rule_tests(&rules, &mut counts)?;
    for scenario in scenarios {
        expectation(&scenario, common, &mut counts)?;
    }
    for line in &counts.failed {
        output::print(&format!("FAILED  {line}\n"))?;
    }
    output::print(&format!(
        "{} passed, {} failed\n",
        counts.passed,
        counts.failed.len()
    ))?;
    let all_right = counts.failed.is_empty();
    Ok(if all_right {
        ExitCode::Success
    } else {
        ExitCode::Findings
    })
}

fn rule_tests(files: &[PathBuf], counts: &mut Counts) -> Result<(), Failure> {
    let mut sources = Sources::new();
    let mut parsed = Vec::new();
    for path in files {
        let name = shown(path);
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::environment(format!("cannot read `{name}`: {error}")))?;
        let file = sources.add(name, text.clone());
        parsed.push(rule_language::parse(file, &text));
    }
    let zones = BTreeMap::from([("drying.zone".to_owned(), TEST_ZONES)]);
    let (rule_set, diagnostics) = rule_language::resolve(&parsed, standard(), &zones);
    if diagnostics.has_errors() {
        return Err(Failure::Documents {
            diagnostics,
            sources,
        });
    }
    let report = rule_language::run_tests(&rule_set);
    counts.passed += report.passed;
    for diagnostic in report.diagnostics.sorted() {
        let place = diagnostic
            .primary
            .as_ref()
            .map(|label| sources.location(label.span));
        let place = place.unwrap_or_default();
        counts
            .failed
            .push(format!("{place}: {}", diagnostic.message));
    }
    Ok(())
}

fn expectation(
    path: &std::path::Path,
    common: &Common,
    counts: &mut Counts,
) -> Result<(), Failure> {
    let documents = read(path)?;
    let Some(expected) = documents.scenario.expect.clone() else {
        return Ok(());
    };
    let judgement = Judgement {
        ladder: None,
        samples: None,
        seed: None,
        strict: false,
        in_process: false,
    };
    let outcome = run::judge(documents, &options(&judgement, common), &Quiet).map_err(failure)?;
    let name = shown(path);
    let unmet = unmet(&expected, &outcome.body);
    if unmet.is_empty() {
        counts.passed += 1;
    }
    counts
        .failed
        .extend(unmet.into_iter().map(|line| format!("{name}: {line}")));
    Ok(())
}

/// What a body does not meet.
fn unmet(expected: &Expectation, body: &Body) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(decision) = &expected.decision {
        let found = body.decision.decision.replace(' ', "-");
        if found != decision.value {
            lines.push(format!(
                "expected decision `{}`, found `{found}`",
                decision.value
            ));
        }
    }
    let verdict = |code: &str| {
        let row = body.rules.iter().find(|row| row.rule.code == code);
        row.map_or("no such rule", |row| row.requested.verdict.as_str())
    };
    if let Some(violated) = &expected.violated {
        let mut wanted: Vec<&str> = violated.iter().map(|code| code.value.as_str()).collect();
        wanted.sort_unstable();
        let mut found: Vec<&str> = body.decision.blocking.iter().map(String::as_str).collect();
        found.sort_unstable();
        if wanted != found {
            let (wanted, found) = (wanted.join(" "), found.join(" "));
            lines.push(format!("expected `{wanted}` to block, found `{found}`"));
        }
    }
    for code in &expected.holds {
        let found = verdict(&code.value);
        if !matches!(found, "holds" | "conditional") {
            lines.push(format!(
                "expected `{}` to hold, found `{found}`",
                code.value
            ));
        }
    }
    for code in &expected.undecided {
        let found = verdict(&code.value);
        if found != "undecided" {
            lines.push(format!(
                "expected `{}` to be undecided, found `{found}`",
                code.value
            ));
        }
    }
    lines
}
