//! Places in a record: where a section starts, where two records first differ.
//!
//! In: file bytes or two JSON values. Out: a byte offset, or a path such as `rules[3].now.verdict`
//! with both values. Nothing here decides whether a difference matters.

use std::fmt;

use serde_json::Value;

/// Longest excerpt of a value in a message, in characters.
const EXCERPT_CHARACTERS: usize = 60;

/// The first difference between two values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Path of the place, such as `rules[3].now.verdict`.
    pub path: String,
    /// What the first value has there.
    pub left: String,
    /// What the second value has there.
    pub right: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}`: recorded {}, now {}",
            self.path, self.left, self.right
        )
    }
}

/// Returns the first place, in canonical order of keys, at which two values differ.
#[must_use]
pub fn first_difference(left: &Value, right: &Value) -> Option<Difference> {
    difference_at(String::new(), left, right)
}

fn difference_at(path: String, left: &Value, right: &Value) -> Option<Difference> {
    if left == right {
        return None;
    }
    match (left, right) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            keys.dedup();
            let dot = if path.is_empty() { "" } else { "." };
            keys.into_iter().find_map(|key| {
                let place = format!("{path}{dot}{key}");
                difference_of_options(place, a.get(key), b.get(key))
            })
        }
        (Value::Array(a), Value::Array(b)) => (0..a.len().max(b.len()))
            .find_map(|at| difference_of_options(format!("{path}[{at}]"), a.get(at), b.get(at))),
        _ => Some(Difference {
            path,
            left: excerpt(Some(left)),
            right: excerpt(Some(right)),
        }),
    }
}

fn difference_of_options(
    path: String,
    left: Option<&Value>,
    right: Option<&Value>,
) -> Option<Difference> {
    match (left, right) {
        (Some(left), Some(right)) => difference_at(path, left, right),
        (None, None) => None,
        _ => Some(Difference {
            path,
            left: excerpt(left),
            right: excerpt(right),
        }),
    }
}

fn excerpt(value: Option<&Value>) -> String {
    let Some(value) = value else {
        return "nothing".to_owned();
    };
    let text = value.to_string();
    if text.chars().count() <= EXCERPT_CHARACTERS {
        return text;
    }
    let start: String = text.chars().take(EXCERPT_CHARACTERS).collect();
    format!("{start}…")
}

/// Returns the first byte of a top-level section of the body in the file, or 0 when its key is
/// not to be found any more.
#[must_use]
pub(super) fn section_offset(bytes: &[u8], section: &str) -> usize {
    let key = format!("\"{section}\":");
    let mut depth = 0_usize;
    let mut in_text = false;
    let mut escaped = false;
    for (at, &byte) in bytes.iter().enumerate() {
        if in_text {
            in_text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' if depth == 2 && bytes[at..].starts_with(key.as_bytes()) => return at,
            b'"' => in_text = true,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_has_a_path_and_both_values() {
        let left = json!({ "b": [1, { "c": 2 }], "a": 1 });
        let right = json!({ "b": [1, { "c": 3 }], "a": 1 });
        let difference = first_difference(&left, &right).expect("they differ");
        assert_eq!(difference.to_string(), "`b[1].c`: recorded 2, now 3");
        assert_eq!(first_difference(&left, &left), None);
        let shorter = json!({ "b": [1], "a": 1 });
        let difference = first_difference(&left, &shorter).expect("they differ");
        assert_eq!(
            (difference.path.as_str(), difference.right.as_str()),
            ("b[1]", "nothing")
        );
    }

    #[test]
    fn a_section_is_found_at_its_own_level_only() {
        let bytes = br#"{"body":{"a":{"rules":"\"rules\":"},"rules":[]},"digests":{}}"#;
        let offset = section_offset(bytes, "rules");
        assert!(bytes[offset..].starts_with(b"\"rules\":[]"));
    }
}
