//! JUnit XML for CI: one test case per rule and per finding.
//!
//! In: a [`Sheet`]. Out: `testsuites` with one suite. A broken rule is a failure, an undecided
//! one an error (never a pass), a rule that does not apply or has no recipe to judge is skipped,
//! a warning passes with its words in `system-out`. No times and no host: the same
//! findings give the same bytes.

use super::sheet::{Item, Level, Sheet, one_line, relative_uri};
use super::standing::Standing;

/// What a test case says.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Failure,
    Error,
    Skipped,
    Remark,
    Pass,
}

/// One test case.
pub(super) struct Case<'a> {
    pub kind: Kind,
    pub name: String,
    pub class: String,
    pub file: String,
    pub line: u32,
    pub message: String,
    pub text: &'a str,
}

/// Name and counts of a suite.
pub(super) struct Totals {
    pub name: String,
    pub tests: usize,
    pub failures: usize,
    pub errors: usize,
    pub skipped: usize,
}

/// Writes a sheet as JUnit XML.
#[must_use]
pub fn junit(sheet: &Sheet<'_>) -> String {
    let kinds: Vec<Kind> = sheet.items.iter().map(kind).collect();
    let count = |kind: Kind| kinds.iter().filter(|k| **k == kind).count();
    let texts: Vec<String> = sheet.items.iter().map(text_of).collect();
    let cases: Vec<Case<'_>> = sheet
        .items
        .iter()
        .zip(kinds.iter().zip(&texts))
        .map(|(item, (kind, text))| case_of(item, *kind, text))
        .collect();
    let totals = Totals {
        name: one_line(&sheet.subject),
        tests: cases.len(),
        failures: count(Kind::Failure),
        errors: count(Kind::Error),
        skipped: count(Kind::Skipped),
    };
    suite(&totals, &cases)
}

/// Writes one suite.
pub(super) fn suite(totals: &Totals, cases: &[Case<'_>]) -> String {
    let totals = [
        ("name", totals.name.clone()),
        ("tests", totals.tests.to_string()),
        ("failures", totals.failures.to_string()),
        ("errors", totals.errors.to_string()),
        ("skipped", totals.skipped.to_string()),
    ];
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // `testsuites` knows no `skipped` in the common schemas.
    open(&mut out, 0, "testsuites", &totals[..4]);
    open(&mut out, 1, "testsuite", &totals);
    for one in cases {
        case(&mut out, one);
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn kind(item: &Item<'_>) -> Kind {
    match (item.level, item.standing) {
        (_, Some(Standing::Undecided)) => Kind::Error,
        (_, Some(Standing::Idle)) | (Level::Silent, None) => Kind::Skipped,
        (_, Some(Standing::Breaks)) | (Level::Error, _) => Kind::Failure,
        (Level::Warning | Level::Note, _) => Kind::Remark,
        (Level::Silent, _) => Kind::Pass,
    }
}

fn text_of(item: &Item<'_>) -> String {
    let mut text = item.message.clone();
    for detail in &item.details {
        text.push('\n');
        text.push_str(detail);
    }
    text
}

fn case_of<'a>(item: &Item<'_>, kind: Kind, text: &'a str) -> Case<'a> {
    let title = item.rule.map_or("", |rule| rule.title.as_str());
    Case {
        kind,
        name: format!("{} {title}", item.code).trim_end().to_owned(),
        class: "cellwright.rules".to_owned(),
        file: relative_uri(&item.places[0].path),
        line: item.places[0].line,
        message: item.message.clone(),
        text,
    }
}

fn case(out: &mut String, case: &Case<'_>) {
    let attributes = [
        ("name", one_line(&case.name)),
        ("classname", case.class.clone()),
        ("file", case.file.clone()),
        ("line", case.line.to_string()),
    ];
    open(out, 2, "testcase", &attributes);
    let message = [("message", one_line(&case.message))];
    match case.kind {
        Kind::Failure => body(out, "failure", &message, case.text),
        Kind::Error => body(out, "error", &message, case.text),
        Kind::Skipped => body(out, "skipped", &message, ""),
        Kind::Remark => body(out, "system-out", &[], case.text),
        Kind::Pass => {}
    }
    out.push_str("    </testcase>\n");
}

fn body(out: &mut String, tag: &str, attributes: &[(&str, String)], text: &str) {
    out.push_str("      ");
    start(out, tag, attributes);
    out.push_str(&escaped(text));
    out.push_str(&format!("</{tag}>\n"));
}

fn open(out: &mut String, depth: usize, tag: &str, attributes: &[(&str, String)]) {
    out.push_str(&"  ".repeat(depth));
    start(out, tag, attributes);
    out.push('\n');
}

fn start(out: &mut String, tag: &str, attributes: &[(&str, String)]) {
    out.push('<');
    out.push_str(tag);
    for (name, value) in attributes {
        out.push_str(&format!(" {name}=\"{}\"", escaped(value)));
    }
    out.push('>');
}

/// Escapes text for XML 1.0 content and attributes; characters XML forbids become visible.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in crate::diagnostic::visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.push('�'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_forbidden_characters_are_escaped() {
        assert_eq!(
            escaped("a<b>&\"'\u{0}\u{ffff}]]>"),
            "a&lt;b&gt;&amp;&quot;&apos;��]]&gt;"
        );
    }
}
