//! Runs the tests that stand beside the rules.
//!
//! In: a resolved rule set. Out: how many sections agreed and a diagnostic for each that did
//! not. A section gives values for some signals; those it does not give are missing, and reading
//! one is a mistake of the test, not a value of zero.

use super::ast::Expectation;
use super::codes;
use super::evaluate::{EvaluateError, Evaluator, Point, PointVerdict};
use super::rule_set::{RuleSet, RuleTest};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// A test that disagrees does not say which side is wrong.
const CORRECT: &str = "correct the rule, or what the test expects";

/// What the rule-local tests gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestReport {
    /// Sections that agreed.
    pub passed: usize,
    /// Sections that did not.
    pub failed: usize,
    /// One diagnostic for each section that did not.
    pub diagnostics: Diagnostics,
}

/// Runs all rule-local tests exactly.
#[must_use]
pub fn run_tests(rule_set: &RuleSet) -> TestReport {
    let mut report = TestReport::default();
    for test in &rule_set.tests {
        match run_test(rule_set, test) {
            Ok(()) => report.passed += 1,
            Err(diagnostic) => {
                report.failed += 1;
                report.diagnostics.push(*diagnostic);
            }
        }
    }
    report
}

/// Runs one section exactly.
///
/// # Errors
/// The diagnostic that says what the rule gives instead.
pub fn run_test(rule_set: &RuleSet, test: &RuleTest) -> Result<(), Box<Diagnostic>> {
    let rule = &rule_set.rules[test.rule];
    let rule = match &rule.replaced {
        Some(replaced) if test.original => &replaced.original,
        _ => rule,
    };
    let mut point = Point::empty(rule_set);
    for (signal, value) in &test.values {
        point.set(*signal, value.clone());
    }
    let evaluator = Evaluator::new(rule_set, &point);
    let expected = expected_verdict(test.expectation);
    let diagnostic = match evaluator.verdict(rule) {
        Ok(found) if found == expected => return Ok(()),
        Ok(found) => {
            let diagnostic = Diagnostic::error(
                codes::TEST_FAILED,
                test.span,
                format!(
                    "test of `{}` expected `{}`, but the rule gives `{}`",
                    rule.code,
                    expected.name(),
                    found.name()
                ),
            )
            .label(format!("gives `{}`", found.name()))
            .also(rule.body.span, "the rule");
            let overrides = rule.replaced.iter().flat_map(|one| &one.overrides);
            let diagnostic = overrides.fold(diagnostic, |diagnostic, one| {
                diagnostic.also(one.new_span, "the limit that counts")
            });
            match (found, evaluator.margin(&rule.body)) {
                (PointVerdict::Undecided, _) => diagnostic
                    .note("both sides agree in all digits computed, 150 of them")
                    .help("move the value off the limit, or write the limit without the function"),
                (PointVerdict::Idle, _) | (_, Ok(None) | Err(_)) => diagnostic.help(CORRECT),
                (_, Ok(Some(margin))) => {
                    let slack = margin.value.lower();
                    let shown = rule.unit.difference_from_si(slack).display_significant(6);
                    let symbol = &rule.unit.symbol;
                    let symbol = if symbol == "1" { "" } else { symbol };
                    diagnostic
                        .note(format!("margin {shown} {symbol}").trim_end().to_owned())
                        .help(CORRECT)
                }
            }
        }
        Err(error @ EvaluateError::Missing { .. }) => {
            Diagnostic::error(codes::TEST_MISSING, test.span, error.to_string())
                .also(error.span(), "read here")
                .help("give the value in this section")
        }
        Err(error @ EvaluateError::DivisionByZero { .. }) => {
            Diagnostic::error(codes::DIVISION, error.span(), error.to_string())
                .also(test.span, "at this recipe")
                .help("guard the rule with `when`")
        }
        Err(error @ EvaluateError::Domain { .. }) => {
            Diagnostic::error(codes::DOMAIN, error.span(), error.to_string())
                .also(test.span, "at this recipe")
                .help("guard the rule with `when`")
        }
        Err(error @ EvaluateError::WrongValue { .. }) => {
            Diagnostic::error(codes::TEST_VALUE, test.span, error.to_string())
                .also(error.span(), "read here")
        }
    };
    Err(Box::new(diagnostic))
}

fn expected_verdict(expectation: Expectation) -> PointVerdict {
    match expectation {
        Expectation::Pass => PointVerdict::Pass,
        Expectation::Conditional => PointVerdict::Conditional,
        Expectation::Fail => PointVerdict::Fail,
        Expectation::Idle => PointVerdict::Idle,
    }
}
