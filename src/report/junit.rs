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
enum Kind {
    Failure,
    Error,
    Skipped,
    Remark,
    Pass,
}

/// Writes a sheet as JUnit XML.
#[must_use]
pub fn junit(sheet: &Sheet<'_>) -> String {
    let cases: Vec<(Kind, &Item<'_>)> = sheet.items.iter().map(|item| (kind(item), item)).collect();
    let count = |kind: Kind| cases.iter().filter(|(k, _)| *k == kind).count().to_string();
    let totals = [
        ("name", one_line(&sheet.subject)),
        ("tests", cases.len().to_string()),
        ("failures", count(Kind::Failure)),
        ("errors", count(Kind::Error)),
        ("skipped", count(Kind::Skipped)),
    ];
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // `testsuites` knows no `skipped` in the common schemas.
    open(&mut out, 0, "testsuites", &totals[..4]);
    open(&mut out, 1, "testsuite", &totals);
    for (kind, item) in &cases {
        case(&mut out, *kind, item);
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

fn case(out: &mut String, kind: Kind, item: &Item<'_>) {
    let title = item.rule.map_or("", |rule| rule.title.as_str());
    let attributes = [
        (
            "name",
            one_line(format!("{} {title}", item.code).trim_end()),
        ),
        ("classname", "cellwright.rules".to_owned()),
        ("file", relative_uri(&item.places[0].path)),
        ("line", item.places[0].line.to_string()),
    ];
    open(out, 2, "testcase", &attributes);
    let mut text = item.message.clone();
    for detail in &item.details {
        text.push('\n');
        text.push_str(detail);
    }
    let message = [("message", one_line(&item.message))];
    match kind {
        Kind::Failure => body(out, "failure", &message, &text),
        Kind::Error => body(out, "error", &message, &text),
        Kind::Skipped => body(out, "skipped", &message, ""),
        Kind::Remark => body(out, "system-out", &[], &text),
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
