//! Questions about a recipe: what they share on the command line.
//!
//! In: the arguments of `window`, `repair` and `lots`. Out: the documents read, warnings on
//! standard error, and an answer in text or JSON.

use super::arguments::{Common, Format, Question};
use super::check::rejected;
use super::failure::Failure;
use super::output::{self, View};
use super::rule_files;
use super::run::shown;
use crate::document::Disk;
use crate::run::subject::{self, Subject, SubjectRequest, is_scenario};

/// An answer that is text or JSON.
pub struct Answer<'a> {
    /// Writes the text, in colour or not.
    pub text: &'a dyn Fn(bool) -> String,
    /// Writes the JSON.
    pub json: &'a dyn Fn() -> String,
}

impl View for Answer<'_> {
    fn write(&self, format: Format, colour: bool) -> Option<String> {
        match format {
            Format::Text => Some((self.text)(colour)),
            Format::Json => Some((self.json)()),
            _ => None,
        }
    }
}

/// Reads what a question is about and shows warnings about it.
///
/// # Errors
/// [`Failure`] when the documents are wrong.
pub fn read(question: &Question, common: &Common) -> Result<Subject, Failure> {
    let disk = Disk::new(".");
    let path = shown(&question.document);
    let mut rules = Vec::new();
    if !is_scenario(&disk, &path) {
        let files = rule_files::expand(&question.rules)?;
        rules.extend(files.iter().map(|path| shown(path)));
    }
    let model = question.model.as_deref().map(shown);
    let request = SubjectRequest {
        path: &path,
        rules: &rules,
        model: model.as_deref(),
    };
    let subject = subject::read(&disk, &request).map_err(rejected)?;
    output::warn(&subject.warnings, &subject.sources, common);
    Ok(subject)
}
