//! Taking a table apart: every key asked for by name, every other key reported.
//!
//! In: a [`Table`]. Out: typed values with places. Missing keys and wrong types are reported
//! where they are found; [`Reader::finish`] reports what nobody asked for, with the nearest key
//! that somebody did.

use super::measure::{Expected, Measured, quantity_of_node};
use super::node::{Node, Table, Value};
use super::{Report, codes};
use crate::diagnostic::{Diagnostic, quoted_list};
use crate::rational::Rational;
use crate::span::Span;

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// Reads one table.
pub struct Reader<'t> {
    table: &'t Table,
    report: &'t Report,
    what: String,
    asked: Vec<String>,
}

impl Located<String> {
    /// Returns the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

impl<'t> Reader<'t> {
    /// Starts to read `table`; `what` names it in messages (`the recipe`, `` `[change]` ``).
    #[must_use]
    pub fn new(table: &'t Table, what: impl Into<String>, report: &'t Report) -> Self {
        Self {
            table,
            report,
            what: what.into(),
            asked: Vec::new(),
        }
    }

    /// Returns where the table stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.table.span
    }

    /// Returns where diagnostics go.
    #[must_use]
    pub fn report(&self) -> &'t Report {
        self.report
    }

    /// Returns the value of a key that may be absent.
    pub fn optional(&mut self, key: &str) -> Option<&'t Node> {
        self.asked.push(key.to_owned());
        self.table.entry(key).map(|entry| &entry.node)
    }

    /// Returns the value of a key; reports its absence.
    pub fn required(&mut self, key: &str) -> Option<&'t Node> {
        let node = self.optional(key);
        if node.is_none() {
            self.report_missing(key);
        }
        node
    }

    /// Reports that `key` is missing.
    pub fn report_missing(&self, key: &str) {
        self.report.push(
            Diagnostic::error(
                codes::MISSING_KEY,
                self.table.span,
                format!("{} has no `{key}`", self.what),
            )
            .help(format!("add `{key} = …`")),
        );
    }

    /// Takes a string.
    pub fn text(&mut self, key: &str) -> Option<Located<String>> {
        let node = self.required(key)?;
        self.as_text(node)
    }

    /// Takes a string that may be absent.
    pub fn optional_text(&mut self, key: &str) -> Option<Located<String>> {
        let node = self.optional(key)?;
        self.as_text(node)
    }

    fn as_text(&self, node: &Node) -> Option<Located<String>> {
        match &node.value {
            Value::Text(text) if text.trim().is_empty() => {
                self.report.push(
                    Diagnostic::error(codes::WRONG_TYPE, node.span, "the text is empty")
                        .help("say something, or leave the key out"),
                );
                None
            }
            Value::Text(text) => Some(Located {
                value: text.clone(),
                span: node.span,
            }),
            _ => self.wrong_type(node, "a string"),
        }
    }

    /// Takes one of a closed list of words.
    pub fn choice(&mut self, key: &str, words: &[&'static str]) -> Option<Located<&'static str>> {
        let found = self.text(key)?;
        choice_of(&found, words, self.report)
    }

    /// Takes one of a closed list of words; may be absent.
    pub fn optional_choice(
        &mut self,
        key: &str,
        words: &[&'static str],
    ) -> Option<Located<&'static str>> {
        let found = self.optional_text(key)?;
        choice_of(&found, words, self.report)
    }

    /// Takes a whole number from `low` to `high`.
    pub fn integer(&mut self, key: &str, low: u64, high: u64) -> Option<Located<u64>> {
        let node = self.required(key)?;
        self.as_integer(key, node, low, high)
    }

    /// Takes a whole number from `low` to `high`; may be absent.
    pub fn optional_integer(&mut self, key: &str, low: u64, high: u64) -> Option<Located<u64>> {
        let node = self.optional(key)?;
        self.as_integer(key, node, low, high)
    }

    fn as_integer(&self, key: &str, node: &Node, low: u64, high: u64) -> Option<Located<u64>> {
        let Value::Integer(digits) = &node.value else {
            return self.wrong_type(node, "a whole number");
        };
        match digits.parse::<u64>() {
            Ok(value) if (low..=high).contains(&value) => Some(Located {
                value,
                span: node.span,
            }),
            _ => {
                let message = format!("`{key} = {digits}` lies outside {low} .. {high}");
                self.report
                    .push(Diagnostic::error(codes::OUT_OF_RANGE, node.span, message));
                None
            }
        }
    }

    /// Takes a plain exact number, written as a TOML number or as a string.
    pub fn optional_number(&mut self, key: &str) -> Option<Located<Rational>> {
        let node = self.optional(key)?;
        let measured = quantity_of_node(node, &Expected::number(key), self.report)?;
        Some(Located {
            value: measured.si,
            span: node.span,
        })
    }

    /// Takes a quantity of the expected type.
    pub fn quantity(&mut self, key: &str, expected: &Expected<'_>) -> Option<Measured> {
        let node = self.required(key)?;
        quantity_of_node(node, expected, self.report)
    }

    /// Takes a quantity of the expected type; may be absent.
    pub fn optional_quantity(&mut self, key: &str, expected: &Expected<'_>) -> Option<Measured> {
        let node = self.optional(key)?;
        quantity_of_node(node, expected, self.report)
    }

    /// Takes a list of strings; may be absent, then it is empty.
    pub fn texts(&mut self, key: &str) -> Vec<Located<String>> {
        let Some(node) = self.optional(key) else {
            return Vec::new();
        };
        self.texts_of(node)
    }

    /// Takes a list of strings that must be there.
    pub fn required_texts(&mut self, key: &str) -> Vec<Located<String>> {
        let Some(node) = self.required(key) else {
            return Vec::new();
        };
        self.texts_of(node)
    }

    fn texts_of(&self, node: &Node) -> Vec<Located<String>> {
        match &node.value {
            Value::Array(items) => items.iter().filter_map(|item| self.as_text(item)).collect(),
            _ => {
                self.wrong_type::<()>(node, "an array of strings");
                Vec::new()
            }
        }
    }

    /// Takes a table.
    pub fn table(&mut self, key: &str) -> Option<Reader<'t>> {
        let node = self.required(key)?;
        self.as_table(key, node)
    }

    /// Takes a table that may be absent.
    pub fn optional_table(&mut self, key: &str) -> Option<Reader<'t>> {
        let node = self.optional(key)?;
        self.as_table(key, node)
    }

    fn as_table(&self, key: &str, node: &'t Node) -> Option<Reader<'t>> {
        match &node.value {
            Value::Table(table) => Some(Reader::new(table, format!("`{key}`"), self.report)),
            _ => self.wrong_type(node, "a table"),
        }
    }

    /// Takes an array of tables; may be absent, then it is empty.
    pub fn tables(&mut self, key: &str) -> Vec<Reader<'t>> {
        let Some(node) = self.optional(key) else {
            return Vec::new();
        };
        let Value::Array(items) = &node.value else {
            self.wrong_type::<()>(node, "an array of tables");
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| self.as_table(key, item))
            .collect()
    }

    /// Takes all entries, whatever their keys: for tables whose keys are names.
    pub fn named_entries(&mut self) -> &'t [super::node::Entry] {
        self.asked
            .extend(self.table.entries.iter().map(|entry| entry.key.clone()));
        &self.table.entries
    }

    /// Reports a value of the wrong type and returns nothing.
    pub fn wrong_type<T>(&self, node: &Node, expected: &str) -> Option<T> {
        let found = node.value.type_name();
        self.report.push(
            Diagnostic::error(
                codes::WRONG_TYPE,
                node.span,
                format!("expected {expected}, found {found}"),
            )
            .label(found),
        );
        None
    }

    /// Reports every key that nobody asked for.
    pub fn finish(self) {
        for entry in &self.table.entries {
            if self.asked.contains(&entry.key) {
                continue;
            }
            let mut known: Vec<&str> = self.asked.iter().map(String::as_str).collect();
            known.sort_unstable();
            known.dedup();
            let message = format!("{} has no key `{}`", self.what, entry.key);
            self.report.push(
                Diagnostic::error(codes::UNKNOWN_KEY, entry.key_span, message)
                    .label("unknown key")
                    .suggest(&entry.key, known),
            );
        }
    }
}

/// Looks a word up in a closed list; reports a stranger with the nearest word.
pub fn choice_of(
    found: &Located<String>,
    words: &[&'static str],
    report: &Report,
) -> Option<Located<&'static str>> {
    if let Some(word) = words.iter().find(|&&word| word == found.value) {
        return Some(Located {
            value: word,
            span: found.span,
        });
    }
    let message = format!("`{}` is none of {}", found.value, quoted_list(words));
    report.push(
        Diagnostic::error(codes::UNKNOWN_WORD, found.span, message)
            .suggest(&found.value, words.iter().copied()),
    );
    None
}

/// Checks the line `schema = "cellwright/recipe/1"`; a wrong one stops the reading, because
/// every other message would mislead.
pub(super) fn check_schema(table: &Table, schema: &str, report: &Report) -> bool {
    let help = format!("begin the document with `schema = \"{schema}\"`");
    let Some(entry) = table.entry("schema") else {
        let span = Span::new(table.span.file, 0, 0);
        report.push(
            Diagnostic::error(codes::SCHEMA, span, "the document has no `schema` line").help(help),
        );
        return false;
    };
    if entry.node.value == Value::Text(schema.to_owned()) {
        return true;
    }
    let message = format!("expected a document of schema `{schema}`");
    report.push(Diagnostic::error(codes::SCHEMA, entry.node.span, message).help(help));
    false
}
