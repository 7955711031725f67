//! Markup: HTML and SVG that cannot be injected into.
//!
//! In: tag and attribute names that are part of this program (`&'static str`), attribute values
//! and text from anybody. Out: markup in which every value is escaped and control characters
//! are visible. There is no way to put raw text in, apart from the style sheet at compile time.

use crate::diagnostic::visible;

/// An attribute: a name of ours, a value of anybody's.
pub type Attribute<'a> = (&'static str, &'a str);

/// Markup under construction.
#[derive(Clone, Debug, Default)]
pub struct Markup {
    out: String,
}

impl Markup {
    /// Starts a document with the doctype.
    #[must_use]
    pub fn document() -> Self {
        Self {
            out: String::from("<!doctype html>\n"),
        }
    }

    /// Adds an element around what `inside` writes.
    pub fn element(
        &mut self,
        tag: &'static str,
        attributes: &[Attribute<'_>],
        inside: impl FnOnce(&mut Self),
    ) {
        self.start(tag, attributes);
        inside(self);
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
        if is_block(tag) {
            self.out.push('\n');
        }
    }

    /// Adds an element that holds text only.
    pub fn leaf(&mut self, tag: &'static str, attributes: &[Attribute<'_>], text: &str) {
        self.element(tag, attributes, |markup| markup.text(text));
    }

    /// Adds an element of a class that holds text only.
    pub fn classed(&mut self, tag: &'static str, class: &str, text: &str) {
        self.leaf(tag, &[("class", class)], text);
    }

    /// Adds an element without content and without end tag (`meta`, `br`).
    pub fn void(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.start(tag, attributes);
    }

    /// Adds an SVG shape.
    pub fn shape(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.element(tag, attributes, |_| {});
    }

    /// Adds escaped text.
    pub fn text(&mut self, text: &str) {
        push_escaped(&mut self.out, text);
    }

    /// Adds the style sheet, which is part of this program.
    pub fn style(&mut self, sheet: &'static str) {
        self.out.push_str("<style>\n");
        self.out.push_str(sheet);
        self.out.push_str("</style>\n");
    }

    /// Returns the markup.
    #[must_use]
    pub fn finish(self) -> String {
        self.out
    }

    fn start(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.out.push('<');
        self.out.push_str(tag);
        for (name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.out.push_str("=\"");
            push_escaped(&mut self.out, value);
            self.out.push('"');
        }
        self.out.push('>');
    }
}

fn is_block(tag: &str) -> bool {
    !matches!(
        tag,
        "span" | "b" | "code" | "td" | "th" | "em" | "pre" | "title" | "tspan"
    )
}

fn push_escaped(out: &mut String, text: &str) {
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '`' => out.push_str("&#96;"),
            c => out.push(c),
        }
    }
}

/// Sets our plain-text signs as a printer would: `->`, `<=`, `>=` and a minus before a digit.
#[must_use]
pub fn typographic(text: &str) -> String {
    let text = text
        .replace("->", "→")
        .replace("<=", "≤")
        .replace(">=", "≥")
        .replace("degC", "°C");
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, &c) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let opens = before.is_none_or(|c| c.is_whitespace() || c == '(');
        let number = characters.get(at + 1).is_some_and(char::is_ascii_digit);
        out.push(if c == '-' && opens && number {
            '−'
        } else {
            c
        });
    }
    out
}

/// Writes a coordinate with two decimals, enough for a drawing and the same everywhere.
#[must_use]
pub fn coordinate(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped() {
        let mut markup = Markup::default();
        markup.leaf("span", &[("title", "\"><script>")], "<script>\u{202e}");
        assert_eq!(
            markup.finish(),
            "<span title=\"&quot;&gt;&lt;script&gt;\">&lt;script&gt;�</span>"
        );
    }
}
