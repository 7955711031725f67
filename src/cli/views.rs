//! Answers as views: what each format makes of a body or of findings.
//!
//! In: a body with its record, or findings. Out: text in the format asked for.

use super::arguments::Format;
use super::output::View;
use crate::record::body::Body;
use crate::record::findings::Findings;
use crate::report::sheet::Sheet;
use crate::report::{RecordReference, github, html, json, junit, markdown, sarif, text};

/// A judged scenario.
pub struct BodyView<'a> {
    /// The body.
    pub body: &'a Body,
    /// Where its record is.
    pub reference: RecordReference<'a>,
}

impl View for BodyView<'_> {
    fn write(&self, format: Format, colour: bool) -> Option<String> {
        let sheet = || Sheet::of_body(self.body);
        Some(match format {
            Format::Text => text::page(self.body, &self.reference, colour),
            Format::Json => json::record(self.body, self.reference.sha256),
            Format::Sarif => sarif::sarif(&sheet()),
            Format::Junit => junit::junit(&sheet()),
            Format::Markdown => markdown::markdown(&sheet()),
            Format::Github => github::github(&sheet()),
            Format::Html => html::page(self.body, &self.reference),
            Format::Csv => return None,
        })
    }
}

/// Findings of a check.
pub struct FindingsView<'a>(pub &'a Findings);

impl View for FindingsView<'_> {
    fn write(&self, format: Format, colour: bool) -> Option<String> {
        let sheet = || Sheet::of_findings(self.0);
        Some(match format {
            Format::Text => text::findings_text(self.0, colour),
            Format::Json => json::findings(self.0),
            Format::Sarif => sarif::sarif(&sheet()),
            Format::Junit => junit::junit(&sheet()),
            Format::Markdown => markdown::markdown(&sheet()),
            Format::Github => github::github(&sheet()),
            Format::Html | Format::Csv => return None,
        })
    }
}
