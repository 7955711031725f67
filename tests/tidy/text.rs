//! Source text without its comments and strings, so that scanners see code only.
//!
//! In: the text of a Rust file. Out: the same text, line for line and column for column, in which
//! the insides of comments, strings and character literals are blanks.

/// Returns `text` with comments and the insides of literals blanked; lines and columns stay.
pub fn code_only(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let end = literal_or_comment_end(&characters, at);
        if end == at {
            out.push(characters[at]);
            at += 1;
        } else {
            blank(&characters[at..end], &mut out);
            at = end;
        }
    }
    out
}

fn blank(skipped: &[char], out: &mut String) {
    out.extend(
        skipped
            .iter()
            .map(|&character| if character == '\n' { '\n' } else { ' ' }),
    );
}

/// Returns where the comment or literal that starts at `at` ends, or `at` where none starts.
fn literal_or_comment_end(characters: &[char], at: usize) -> usize {
    let next = characters.get(at + 1).copied();
    match characters[at] {
        '/' if next == Some('/') => find_from(characters, at, |c| c == '\n'),
        '/' if next == Some('*') => block_comment_end(characters, at),
        '"' => string_end(characters, at + 1),
        'r' | 'b' if !follows_word(characters, at) => prefixed_string_end(characters, at),
        '\'' => character_end(characters, at),
        _ => at,
    }
}

fn find_from(characters: &[char], from: usize, wanted: impl Fn(char) -> bool) -> usize {
    (from..characters.len())
        .find(|&place| wanted(characters[place]))
        .unwrap_or(characters.len())
}

fn follows_word(characters: &[char], at: usize) -> bool {
    at > 0 && (characters[at - 1].is_alphanumeric() || characters[at - 1] == '_')
}

fn block_comment_end(characters: &[char], at: usize) -> usize {
    let mut depth = 0_usize;
    let mut place = at;
    while place + 1 < characters.len() {
        match (characters[place], characters[place + 1]) {
            ('/', '*') => {
                depth += 1;
                place += 2;
            }
            ('*', '/') => {
                depth -= 1;
                place += 2;
                if depth == 0 {
                    return place;
                }
            }
            _ => place += 1,
        }
    }
    characters.len()
}

fn string_end(characters: &[char], mut place: usize) -> usize {
    while place < characters.len() {
        match characters[place] {
            '\\' => place += 2,
            '"' => return place + 1,
            _ => place += 1,
        }
    }
    characters.len()
}

/// Strings that start with `r`, `b` or `br`, with any number of `#`.
fn prefixed_string_end(characters: &[char], at: usize) -> usize {
    let raw_at = find_from(characters, at, |c| c != 'b');
    let is_raw = characters.get(raw_at) == Some(&'r');
    let hashes_at = if is_raw { raw_at + 1 } else { raw_at };
    let quote_at = find_from(characters, hashes_at, |c| c != '#');
    if characters.get(quote_at) != Some(&'"') || (!is_raw && quote_at != hashes_at) {
        return at;
    }
    if !is_raw {
        return string_end(characters, quote_at + 1);
    }
    let hashes = quote_at - hashes_at;
    let mut place = quote_at + 1;
    while place < characters.len() {
        let tail = &characters[place + 1..characters.len().min(place + 1 + hashes)];
        if characters[place] == '"' && tail.len() == hashes && tail.iter().all(|&c| c == '#') {
            return place + 1 + hashes;
        }
        place += 1;
    }
    characters.len()
}

/// A character literal; a lifetime is code and ends where it starts.
fn character_end(characters: &[char], at: usize) -> usize {
    if characters.get(at + 1) == Some(&'\\') {
        return find_from(characters, at + 3, |c| c == '\'') + 1;
    }
    if characters.get(at + 2) == Some(&'\'') {
        return at + 3;
    }
    at
}

#[test]
fn strings_and_comments_are_blank_and_lines_stay() {
    let text =
        "let a = \"z3::x\"; // z3::y\nlet b = r#\"rayon:: \"q\"\"#;\nlet c: &'a str;\n'\\''; x";
    let code = code_only(text);
    assert!(!code.contains("z3") && !code.contains("rayon") && !code.contains('q'));
    assert!(code.contains("&'a str") && code.ends_with("; x"));
    assert_eq!(code.lines().count(), text.lines().count());
    assert_eq!(code_only("/* a /* b */ c */ d").trim(), "d");
    assert_eq!(code_only("verb\"x\" + b\"y\"").trim(), "verb    +");
}
