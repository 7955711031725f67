//! The corpus of verdicts: one small rule file with its recipe for each case, the folder names
//! what must be found.
//!
//! Goal: the words of the rule language keep their meaning. Method: a file states its recipe and
//! verdicts in comments (`# case a.x = 4 mm +- 1 mm`, `# expect T1 = holds`), or the finding on the
//! rule set (`# finding inconsistent`); every witness is evaluated again and every certificate is
//! checked. A new case is one new file.

mod cases;

use std::path::{Path, PathBuf};

use cases::{Fixture, child, fixture_at};
use cellwright::check::judge::judge;
use cellwright::check::rule_set::{Finding, analyse};
use cellwright::check::verdict::{Judgement, Verdict};
use cellwright::rule_language::evaluate::Evaluator;
use cellwright::rule_language::{PointVerdict, Rule, RuleSet};

fn files(outcome: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/corpus")
        .join(outcome);
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the corpus folder cannot be read")
        .map(|entry| entry.expect("an entry cannot be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rule")
        })
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no case for {outcome}");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("the case cannot be read");
        (path.to_string_lossy().into_owned(), text)
    };
    paths.into_iter().map(read).collect()
}

/// The point that shows the verdict shows it; a certificate passes the checker.
fn evidence_is_right(path: &str, rules: &RuleSet, rule: &Rule, judgement: &Judgement) {
    let expected = match judgement.verdict {
        Verdict::Conditional => Some(PointVerdict::Conditional),
        Verdict::Violated | Verdict::HoldsNominally => Some(PointVerdict::Fail),
        Verdict::Holds | Verdict::Idle | Verdict::Vacuous | Verdict::Undecided(_) => None,
    };
    if let Some(expected) = expected {
        assert!(
            judgement.rechecked,
            "{path}: the witness was not evaluated again"
        );
        let worst = judgement.worst.as_ref().expect("a worst point");
        let found = Evaluator::new(rules, &worst.point).verdict(rule);
        assert_eq!(found, Ok(expected), "{path}");
    }
    match (&judgement.certificate, &judgement.verdict) {
        (Some(certificate), _) => {
            assert_eq!(certificate.check_own(), Ok(()), "{path}");
        }
        (None, verdict) => assert_ne!(*verdict, Verdict::Holds, "{path}: no certificate"),
    }
}

fn verdicts(outcome: &str) {
    for (path, text) in files(outcome) {
        let Fixture {
            rules,
            case,
            expected,
            ..
        } = fixture_at(&path, &text);
        let judgements = judge(&rules, &case, Some(&child()));
        assert!(!expected.is_empty(), "{path} expects nothing");
        for (code, verdict) in expected {
            assert_eq!(verdict, outcome, "{path}: the folder names the outcome");
            let place = rules.rules.iter().position(|rule| rule.code == code);
            let place = place.unwrap_or_else(|| panic!("{path}: no rule `{code}`"));
            let found = &judgements[place];
            assert_eq!(found.verdict.name(), verdict, "{path}");
            evidence_is_right(&path, &rules, &rules.rules[place], found);
        }
    }
}

#[test]
fn holds() {
    verdicts("holds");
}

#[test]
fn conditional() {
    verdicts("conditional");
}

#[test]
fn holds_nominally() {
    verdicts("holds_nominally");
}

#[test]
fn violated() {
    verdicts("violated");
}

#[test]
fn idle() {
    verdicts("idle");
}

#[test]
fn undecided() {
    verdicts("undecided");
}

fn findings(outcome: &str) {
    for (path, text) in files(outcome) {
        let wanted: Vec<&str> = text
            .lines()
            .filter_map(|l| l.strip_prefix("# finding "))
            .collect();
        assert!(!wanted.is_empty(), "{path} names no finding");
        let fixture = fixture_at(&path, &text);
        let analysis = analyse(&fixture.rules, None, Some(&child()));
        let found: Vec<&str> = analysis.findings.iter().map(Finding::code).collect();
        for code in wanted {
            assert!(found.contains(&code), "{path}: {found:?}");
        }
    }
}

#[test]
fn inconsistent() {
    findings("inconsistent");
}

#[test]
fn vacuous() {
    findings("vacuous");
}
