//! The spanned tree of a TOML document.
//!
//! In: text. Out: [`Table`]s in document order whose keys and values know their place; numbers
//! stay text, so that `0.1` means one tenth. The grammar is that of the crate `toml`; all syntax
//! errors and duplicate keys are reported, and a document with any of them is not read further.

use toml::de::{DeTable, DeValue};

use super::{Report, codes};
use crate::diagnostic::Diagnostic;
use crate::span::{FileId, Span};

/// A value with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Where; for a string with its quotes.
    pub span: Span,
    /// What.
    pub value: Value,
}

/// What a document can say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A string.
    Text(String),
    /// An integer, as decimal digits with sign.
    Integer(String),
    /// A float, as written.
    Float(String),
    /// A truth value.
    Boolean(bool),
    /// A date or time, as written.
    Date(String),
    /// An array.
    Array(Vec<Node>),
    /// A table, inline or with a header.
    Table(Table),
}

impl Value {
    /// Names the type for messages.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::Date(_) => "a date",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

/// One `key = value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key without quotes.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// The value.
    pub node: Node,
}

/// A table in document order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The header, or the braces of an inline table.
    pub span: Span,
    /// The entries.
    pub entries: Vec<Entry>,
}

impl Table {
    /// Returns the entry of a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }
}

impl Node {
    /// Returns the place of `start..end` inside a string; the whole string where escapes make
    /// the two differ.
    #[must_use]
    pub fn part(&self, start: usize, end: usize) -> Span {
        let Value::Text(text) = &self.value else {
            return self.span;
        };
        let range = self.span.range();
        if range.len() == text.len() + 2 && end <= text.len() {
            Span::new(
                self.span.file,
                range.start + 1 + start,
                range.start + 1 + end,
            )
        } else {
            self.span
        }
    }
}

/// Parses a document; `None` after diagnostics.
pub(super) fn parse(file: FileId, text: &str, report: &Report) -> Option<Table> {
    let (document, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = match error.span() {
            Some(range) => Span::new(file, range.start, range.end),
            None => Span::new(file, 0, 0),
        };
        report.push(syntax_diagnostic(error.message(), span, text));
    }
    if !errors.is_empty() {
        return None;
    }
    let range = document.span();
    let span = Span::new(file, range.start, range.end);
    Some(table(file, span, document.get_ref()))
}

fn syntax_diagnostic(message: &str, span: Span, text: &str) -> Diagnostic {
    if message == "duplicate key" {
        let key = text.get(span.range()).unwrap_or("").trim_matches('"');
        return Diagnostic::error(codes::DUPLICATE_KEY, span, format!("`{key}` is set twice"))
            .label("already set above")
            .help("keep one of the two");
    }
    let mut lower = message.to_owned();
    if let Some(first) = lower.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    Diagnostic::error(codes::SYNTAX, span, lower)
}

fn table(file: FileId, span: Span, source: &DeTable<'_>) -> Table {
    let mut entries: Vec<Entry> = source
        .iter()
        .map(|(key, value)| {
            let (key_range, range) = (key.span(), value.span());
            Entry {
                key: key.get_ref().clone().into_owned(),
                key_span: Span::new(file, key_range.start, key_range.end),
                node: node(
                    file,
                    Span::new(file, range.start, range.end),
                    value.get_ref(),
                ),
            }
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span);
    Table { span, entries }
}

fn node(file: FileId, span: Span, source: &DeValue<'_>) -> Node {
    let value = match source {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(integer) => Value::Integer(decimal_digits(integer)),
        DeValue::Float(float) => Value::Float(float.as_str().to_owned()),
        DeValue::Boolean(truth) => Value::Boolean(*truth),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(items) => Value::Array(
            items
                .iter()
                .map(|item| {
                    let range = item.span();
                    node(
                        file,
                        Span::new(file, range.start, range.end),
                        item.get_ref(),
                    )
                })
                .collect(),
        ),
        DeValue::Table(inner) => Value::Table(table(file, span, inner)),
    };
    Node { span, value }
}

/// Writes `0x1F` as `31`; what does not fit stays as written and fails where a number is needed.
fn decimal_digits(integer: &toml::de::DeInteger<'_>) -> String {
    if integer.radix() == 10 {
        return integer.as_str().to_owned();
    }
    match i128::from_str_radix(integer.as_str(), integer.radix()) {
        Ok(value) => value.to_string(),
        Err(_) => integer.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Sources;

    fn parsed(text: &str) -> (Option<Table>, String) {
        let mut sources = Sources::new();
        let file = sources.add("a.toml", text);
        let report = Report::default();
        let table = parse(file, text, &report);
        (table, report.diagnostics().render(&sources, false))
    }

    #[test]
    fn values_keep_their_text_order_and_place() {
        let (table, shown) = parsed("b = 0.10\na = [\"x\", 0x1F]\n");
        let table = table.expect(&shown);
        assert_eq!(table.entries[0].key, "b");
        assert_eq!(table.entries[0].node.value, Value::Float("0.10".to_owned()));
        let Value::Array(items) = &table.entries[1].node.value else {
            panic!("an array");
        };
        assert_eq!(items[0].span.range(), 14..17);
        assert_eq!(items[0].part(0, 1).range(), 15..16);
        assert_eq!(items[1].value, Value::Integer("31".to_owned()));
    }

    #[test]
    fn all_syntax_errors_are_reported_at_once() {
        let (table, shown) = parsed("a = \nb = 1\nb = 2\nc = ]\n");
        assert_eq!(table, None);
        assert!(shown.contains("`b` is set twice"), "{shown}");
        assert!(shown.matches("error[CW-0105]").count() >= 2, "{shown}");
    }
}
