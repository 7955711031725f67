//! The answer of `test`: one case per section of a rule test and per scenario.
//!
//! In: finished cases. Out: text, JSON or JUnit XML. A case that was not asked anything is
//! skipped, never passed.

use serde::Serialize;

use super::json;
use super::junit::{self, Kind};
use super::layout::{Page, Rich, Style};
use super::sheet::relative_uri;
use crate::diagnostic::visible;

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseResult {
    /// What was expected was found.
    Passed,
    /// It was not.
    Failed {
        /// What was found instead; may be several lines.
        text: String,
    },
    /// Nothing was expected.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestCase {
    /// `rules`, `scenarios` or `conflicts`.
    pub class: String,
    /// What is tested: `DR004 fail`, or the title of a scenario or conflict case.
    pub name: String,
    /// Path of the document.
    pub path: String,
    /// Line of the expectation, from one.
    pub line: u32,
    /// How it ended.
    pub result: CaseResult,
}

/// All cases of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestCases {
    /// `cellwright/tests/1`.
    pub format: String,
    /// The cases in the order they ran.
    pub cases: Vec<TestCase>,
}

impl TestCases {
    /// Counts passed, failed and skipped cases.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |wanted: fn(&CaseResult) -> bool| {
            let results = self.cases.iter().map(|case| &case.result);
            results.filter(|result| wanted(result)).count()
        };
        (
            count(|result| matches!(result, CaseResult::Passed)),
            count(|result| matches!(result, CaseResult::Failed { .. })),
            count(|result| matches!(result, CaseResult::Skipped { .. })),
        )
    }

    /// Writes the failed and skipped cases and a line of counts.
    #[must_use]
    pub fn text(&self, colour: bool) -> String {
        let mut out = String::new();
        for case in &self.cases {
            let (style, word, text) = match &case.result {
                CaseResult::Passed => continue,
                CaseResult::Failed { text } => (Style::Bad, "failed", text),
                CaseResult::Skipped { reason } => (Style::Caution, "skipped", reason),
            };
            let mut page = Page::new(colour);
            page.paragraph(
                0,
                &Rich::styled(style, word)
                    .and(" ")
                    .and_styled(Style::Strong, &case.name)
                    .and(&format!("  {}:{}", case.path, case.line)),
            );
            out.push_str(&page.finish());
            // Not wrapped: a diagnostic points at columns.
            for line in text.lines() {
                out.push_str(&format!("  {}\n", visible(line)));
            }
        }
        let (passed, failed, skipped) = self.counts();
        out.push_str(&format!(
            "{passed} passed, {failed} failed, {skipped} skipped\n"
        ));
        out
    }

    /// Writes the cases as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        json::pretty(self)
    }

    /// Writes the cases as JUnit XML.
    #[must_use]
    pub fn junit(&self) -> String {
        let (passed, failed, skipped) = self.counts();
        let cases: Vec<junit::Case<'_>> = self
            .cases
            .iter()
            .map(|case| {
                let (kind, text) = match &case.result {
                    CaseResult::Passed => (Kind::Pass, ""),
                    CaseResult::Failed { text } => (Kind::Failure, text.as_str()),
                    CaseResult::Skipped { reason } => (Kind::Skipped, reason.as_str()),
                };
                junit::Case {
                    kind,
                    name: case.name.clone(),
                    class: format!("cellwright.{}", case.class),
                    file: relative_uri(&case.path),
                    line: case.line,
                    message: text.lines().next().unwrap_or_default().to_owned(),
                    text,
                }
            })
            .collect();
        let totals = junit::Totals {
            name: "cellwright test".to_owned(),
            tests: passed + failed + skipped,
            failures: failed,
            errors: 0,
            skipped,
        };
        junit::suite(&totals, &cases)
    }
}
