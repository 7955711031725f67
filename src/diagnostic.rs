//! Diagnostics: something is wrong in a user's document, said with place and remedy.
//!
//! In: a code, a sentence, labelled spans, notes, one help line. Out: the terminal rendering
//! (by `annotate-snippets`) and plain data for the other formats. Several diagnostics at once,
//! sorted by place. A verdict is never a diagnostic, and a failure of the environment is an
//! error of its module.

use std::fmt;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

use crate::span::{Sources, Span};

/// How much a diagnostic weighs: an error stops, a warning is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The document cannot be used.
    Error,
    /// The document can be used, but something in it deserves a look.
    Warning,
}

/// A place with a few words beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there; may be empty for the primary place.
    pub text: String,
}

/// One finding about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable code `CW-nnnn`; `cellwright explain` knows it.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence: lower case, no full stop, user text in backticks.
    pub message: String,
    /// The primary place; `None` only when no document is concerned.
    pub primary: Option<Label>,
    /// Further places.
    pub secondary: Vec<Label>,
    /// Facts that help to understand.
    pub notes: Vec<String>,
    /// What to do, one actionable line.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Starts an error at `span`.
    #[must_use]
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::at(code, Severity::Error, Some(span), message)
    }

    /// Starts a warning at `span`.
    #[must_use]
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::at(code, Severity::Warning, Some(span), message)
    }

    /// Starts an error that concerns no place in a document.
    #[must_use]
    pub fn error_without_place(code: &'static str, message: impl Into<String>) -> Self {
        Self::at(code, Severity::Error, None, message)
    }

    fn at(
        code: &'static str,
        severity: Severity,
        span: Option<Span>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            primary: span.map(|span| Label {
                span,
                text: String::new(),
            }),
            secondary: Vec::new(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// Sets the words beside the primary place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.text = text.into();
        }
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label {
            span,
            text: text.into(),
        });
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Sets the line that says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Adds "did you mean" for the nearest candidate, or lists what there is when nothing is
    /// near; an existing help line is kept.
    #[must_use]
    pub fn suggest<'a>(self, wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Self {
        if self.help.is_some() {
            return self;
        }
        let candidates: Vec<&str> = candidates.into_iter().collect();
        match nearest(wanted, candidates.iter().copied()) {
            Some(candidate) => self.help(format!("did you mean `{candidate}`?")),
            None if candidates.is_empty() || candidates.len() > 12 => self,
            None => self.help(format!("expected one of {}", quoted_list(&candidates))),
        }
    }
}

/// Writes `` `a`, `b` `` for messages.
#[must_use]
pub fn quoted_list(items: &[&str]) -> String {
    items
        .iter()
        .map(|item| format!("`{item}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Returns the candidate nearest to `wanted` by edit distance, if near enough to be a slip:
/// at most a third of the length, at least one edit; ties go to the candidate of like length,
/// then to the first in order.
#[must_use]
pub fn nearest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wanted.chars().count() / 3).max(1);
    let mut best: Option<((usize, usize), &str)> = None;
    for candidate in candidates {
        let distance = edit_distance(wanted, candidate);
        let rank = (distance, candidate.len().abs_diff(wanted.len()));
        if distance <= limit && best.is_none_or(|(least, _)| rank < least) {
            best = Some((rank, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Counts insertions, deletions, substitutions and swaps of neighbours (optimal string
/// alignment).
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let substitution = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = substitution.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

/// The diagnostics of one pass, sorted by place when shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Returns an empty list.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one diagnostic.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.items.push(diagnostic);
    }

    /// Adds all of `other`.
    pub fn extend(&mut self, other: Diagnostics) {
        self.items.extend(other.items);
    }

    /// Tells whether any diagnostic is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.items
            .iter()
            .any(|item| item.severity == Severity::Error)
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Returns the diagnostics sorted by (file, offset, code), each once.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.items.iter().collect();
        sorted.sort_by_key(|item| (item.primary.as_ref().map(|label| label.span), item.code));
        sorted.dedup();
        sorted
    }

    /// Renders all diagnostics for a terminal, coloured if `colour`.
    #[must_use]
    pub fn render(&self, sources: &Sources, colour: bool) -> String {
        let rendered: Vec<String> = self
            .sorted()
            .into_iter()
            .map(|item| render(item, sources, colour))
            .collect();
        rendered.join("\n")
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Self {
            items: vec![diagnostic],
        }
    }
}

/// Renders one diagnostic for a terminal.
#[must_use]
pub fn render(diagnostic: &Diagnostic, sources: &Sources, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(
        level
            .primary_title(visible(&diagnostic.message))
            .id(diagnostic.code),
    );
    for snippet in snippets(diagnostic, sources) {
        group = group.element(snippet);
    }
    for note in &diagnostic.notes {
        group = group.element(Level::NOTE.message(visible(note)));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(visible(help)));
    }
    let renderer = if colour {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let renderer = renderer.decor_style(DecorStyle::Unicode);
    format!("{}\n", renderer.render(&[group]))
}

/// One snippet per document concerned, the primary document first.
fn snippets<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a Sources,
) -> Vec<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let Some(primary) = &diagnostic.primary else {
        return Vec::new();
    };
    let mut files = vec![primary.span.file];
    for label in &diagnostic.secondary {
        if !files.contains(&label.span.file) {
            files.push(label.span.file);
        }
    }
    files
        .into_iter()
        .map(|file| {
            let source = sources.get(file);
            let mut snippet = Snippet::source(source.text.as_str()).path(source.path.as_str());
            for (label, kind) in std::iter::once((primary, AnnotationKind::Primary))
                .chain(
                    diagnostic
                        .secondary
                        .iter()
                        .map(|label| (label, AnnotationKind::Context)),
                )
                .filter(|(label, _)| label.span.file == file)
            {
                let length = source.text.len();
                let range = label.span.range();
                let annotation = kind.span(range.start.min(length)..range.end.min(length));
                snippet = snippet.annotation(if label.text.is_empty() {
                    annotation
                } else {
                    annotation.label(label.text.as_str())
                });
            }
            snippet
        })
        .collect()
}

/// Replaces control and text-direction characters, which could forge what a terminal shows.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => '�',
            c if c.is_control() => '�',
            c => c,
        })
        .collect()
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_slips_and_nothing_else() {
        let names = ["coating.web_speed", "coating.width", "drying.exhaust_flow"];
        assert_eq!(
            nearest("coating.web_sped", names),
            Some("coating.web_speed")
        );
        assert_eq!(nearest("coating.widht", names), Some("coating.width"));
        assert_eq!(nearest("electrolyte.water", names), None);
    }

    #[test]
    fn rendering_names_code_place_and_help() {
        let mut sources = Sources::new();
        let file = sources.add(
            "rules/a.rule",
            "rule EL001 \"water\"\n  require x <= 3 ppm\n",
        );
        let diagnostic =
            Diagnostic::error("CW-0207", Span::new(file, 36, 39), "`ppm` needs a basis")
                .label("which ppm?")
                .help("write `ppm_mass`, `ppm_volume` or `ppm_mole`");
        let text = render(&diagnostic, &sources, false);
        assert!(
            text.contains("error[CW-0207]: `ppm` needs a basis"),
            "{text}"
        );
        assert!(text.contains("rules/a.rule:2:18"), "{text}");
        assert!(text.contains("help: write `ppm_mass`"), "{text}");
    }

    #[test]
    fn control_characters_are_made_visible() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c"), "a�[31mb�c");
    }
}
