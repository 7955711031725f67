//! JSON: the record or the findings as they are, for machines; schemas in `docs/schema/`.
//!
//! In: a body with its digest, or findings. Out: indented JSON in the field order of the
//! structures. Control and direction characters inside strings are written as `\u` escapes, so
//! the text is safe on a terminal and still means the same. The record file itself is written
//! elsewhere, in canonical bytes; this is the same document, easier to read.

use serde::Serialize;

use crate::record::body::Body;
use crate::record::findings::Findings;

/// A record as printed.
#[derive(Serialize)]
struct Record<'a> {
    body: &'a Body,
    sha256: &'a str,
}

/// Writes a record; `sha256` is the digest over the canonical bytes of the body.
#[must_use]
pub fn record(body: &Body, sha256: &str) -> String {
    pretty(&Record { body, sha256 })
}

/// Writes findings.
#[must_use]
pub fn findings(findings: &Findings) -> String {
    pretty(findings)
}

/// Indented JSON with a final line break.
pub(super) fn pretty<T: Serialize>(value: &T) -> String {
    // INVARIANT: the structures of a report have string keys and no failing serializer.
    let mut text = serde_json::to_string_pretty(value).expect("plain data always serializes");
    text.push('\n');
    escaped(&text)
}

/// Writes what a terminal could mistake for a command as `\u` escapes. Such characters occur
/// inside JSON strings only, where the escape means the same character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && crate::diagnostic::visible(c.encode_utf8(&mut [0; 4])).starts_with('�') {
            if c == '�' {
                out.push(c);
            } else {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_keep_the_meaning() {
        let nasty = "a\u{1b}[31m\u{9b}\u{202e}b\u{7f}\n\t�é";
        let text = pretty(&vec![nasty]);
        assert!(
            !text.contains('\u{202e}') && !text.contains('\u{9b}'),
            "{text}"
        );
        let back: Vec<String> = serde_json::from_str(&text).expect("still JSON");
        assert_eq!(back, vec![nasty.to_owned()]);
    }
}
