//! Conflict cases: what `check` must say about a few rules, kept beside them.
//!
//! In: a document of schema `cellwright/conflict/1` with rules, perhaps a recipe, and `[expect]`.
//! Out: one sentence for each expectation that is not met. Findings, diagnostics and violated
//! rules are compared as a whole: one more or one less is not met. `holds` names rules that must
//! hold. A case that expects nothing is refused, because it could not fail.

use std::collections::BTreeSet;

use super::check_rules::{self, Checked, Request, rows};
use super::documents::Rejected;
use crate::check::solver_process::Solver;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{Files, Intake, Located, Reader, codes, resolve};
use crate::record::body::Place;
use crate::table::TableFormat;

/// First line of the document.
pub const SCHEMA: &str = "cellwright/conflict/1";

/// A conflict case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// One line for people.
    pub title: String,
    /// Line of `[expect]`, from one.
    pub line: u32,
    rules: Vec<String>,
    recipe: Option<String>,
    /// Code and rule codes of every finding, as `code: R1, R2`.
    findings: BTreeSet<String>,
    diagnostics: BTreeSet<String>,
    violated: BTreeSet<String>,
    holds: BTreeSet<String>,
}

impl Conflict {
    /// Tells whether a text is a conflict case by its schema line.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        let schema = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("schema"))
            .and_then(|rest| rest.trim().strip_prefix('='));
        schema.is_some_and(|value| value.trim() == format!("\"{SCHEMA}\""))
    }

    /// Reads a case.
    ///
    /// # Errors
    /// [`Rejected`] with all diagnostics.
    pub fn read(files: &dyn Files, path: &str) -> Result<Self, Box<Rejected>> {
        let mut intake = Intake::new(files);
        let found = Self::from_intake(&mut intake, path);
        let diagnostics = intake.report.diagnostics();
        match found {
            Some(found) if !diagnostics.has_errors() => Ok(found),
            Some(_) | None => Err(Box::new(Rejected {
                diagnostics,
                sources: intake.sources,
            })),
        }
    }

    fn from_intake(intake: &mut Intake<'_>, path: &str) -> Option<Self> {
        let table = intake.open_toml(path, None, SCHEMA)?;
        let mut reader = Reader::new(&table, "the conflict case", &intake.report);
        reader.optional("schema");
        let title = reader.text("title");
        let rules = reader.required_texts("rules");
        let recipe = reader.optional_text("recipe");
        let expect = reader.table("expect");
        reader.finish();
        let mut expect = expect?;
        let span = expect.span();
        let codes = |texts: Vec<Located<String>>| -> BTreeSet<String> {
            texts.into_iter().map(|text| text.value).collect()
        };
        let findings: BTreeSet<String> = expect
            .tables("findings")
            .into_iter()
            .filter_map(|mut finding| {
                let code = finding.text("code");
                let rules = codes(finding.texts("rules"));
                finding.finish();
                Some(worded(&code?.value, &rules))
            })
            .collect();
        let [diagnostics, violated, holds] =
            ["diagnostics", "violated", "holds"].map(|key| codes(expect.texts(key)));
        expect.finish();
        if [&findings, &diagnostics, &violated, &holds]
            .iter()
            .all(|set| set.is_empty())
        {
            let message = "the conflict case expects nothing, so it cannot fail";
            intake.report.push(
                Diagnostic::error(codes::MISSING_KEY, span, message)
                    .help("write `findings`, `diagnostics`, `violated` or `holds`"),
            );
        }
        let beside = |text: Located<String>| resolve(path, &text.value);
        Some(Self {
            title: title?.value,
            line: intake.sources.position(span).line,
            rules: rules.into_iter().map(beside).collect(),
            recipe: recipe.map(beside),
            findings,
            diagnostics,
            violated,
            holds,
        })
    }

    /// Checks the rules and returns what is not met; nothing when everything is.
    #[must_use]
    pub fn unmet(&self, files: &dyn Files, solver: Option<&Solver>) -> Vec<String> {
        let request = Request {
            rules: &self.rules,
            recipe: self.recipe.as_deref(),
            model: None,
            table: None,
            format: TableFormat::default(),
            recalled: false,
            strict: false,
            why: None,
            cache: None,
            grounds: false,
            exhibits: false,
            solver,
            watch: &rows::Unwatched,
        };
        match check_rules::check(files, &request) {
            Ok(checked) => self.unmet_by(&checked),
            Err(rejected) => self.unmet_by_rejection(&rejected),
        }
    }

    fn unmet_by(&self, checked: &Checked) -> Vec<String> {
        let findings = checked.findings.findings.iter();
        let findings = findings.filter(|finding| finding.level != "note");
        let found = findings.map(|finding| {
            let codes = finding.places.iter().filter_map(|at| rule_at(checked, at));
            worded(&finding.code, &codes.collect())
        });
        let with_verdict = |wanted: &[&str]| -> BTreeSet<String> {
            let rows = checked.findings.rules.iter();
            let rows = rows.filter(|row| {
                let verdict = row.evaluation.as_ref().map(|found| found.verdict.as_str());
                verdict.is_some_and(|verdict| wanted.contains(&verdict))
            });
            rows.map(|row| row.rule.code.clone()).collect()
        };
        let violated = with_verdict(&["violated", "holds_nominally"]);
        let holds = with_verdict(&["holds", "conditional"]);
        let mut unmet = differences("finding", &self.findings, &found.collect());
        unmet.extend(differences(
            "diagnostic",
            &self.diagnostics,
            &BTreeSet::new(),
        ));
        unmet.extend(differences("violated rule", &self.violated, &violated));
        let missing = self.holds.difference(&holds);
        unmet.extend(missing.map(|code| format!("expected `{code}` to hold")));
        unmet
    }

    fn unmet_by_rejection(&self, rejected: &Rejected) -> Vec<String> {
        let sorted = rejected.diagnostics.sorted();
        let errors = sorted.iter().filter(|one| one.severity == Severity::Error);
        let found = errors.map(|one| one.code.to_owned()).collect();
        let mut unmet = differences("diagnostic", &self.diagnostics, &found);
        let none = BTreeSet::new();
        unmet.extend(differences("finding", &self.findings, &none));
        unmet.extend(differences("violated rule", &self.violated, &none));
        let holds = self.holds.iter();
        unmet.extend(holds.map(|code| format!("expected `{code}` to hold")));
        unmet
    }
}

fn worded(code: &str, rules: &BTreeSet<String>) -> String {
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    if rules.is_empty() {
        code.to_owned()
    } else {
        format!("{code}: {}", rules.join(", "))
    }
}

/// The rule at a place of a finding.
fn rule_at(checked: &Checked, place: &Place) -> Option<String> {
    let rows = checked.findings.rules.iter();
    let mut heads = rows.map(|row| &row.rule);
    heads
        .find(|head| head.path == place.path && (head.line..=head.end_line).contains(&place.line))
        .map(|head| head.code.clone())
}

fn differences(what: &str, expected: &BTreeSet<String>, found: &BTreeSet<String>) -> Vec<String> {
    let missing = expected
        .difference(found)
        .map(|one| format!("expected the {what} `{one}`"));
    let strange = found
        .difference(expected)
        .map(|one| format!("the {what} `{one}` was not expected"));
    missing.chain(strange).collect()
}
