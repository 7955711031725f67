//! House style: lengths, module docs, unfinished code, file names, words that do not belong here.
//!
//! In: a path and its text. Out: violations with the line; every limit is a constant below.

use crate::{Violation, code_only};

const FILE_LINES_MAX: usize = 800;
const FUNCTION_LINES_MAX: usize = 70;
const COLUMNS_MAX: usize = 100;

/// Macros and variants that mean "not finished" or "lost structure".
const BANNED_CODE: &[(&str, &str)] = &[
    ("todo!", "write it, or refuse it with a diagnostic"),
    ("unimplemented!", "write it, or refuse it with a diagnostic"),
    ("dbg!", "remove it"),
    (
        "Other(String)",
        "give the error its own variant with fields",
    ),
];

const BANNED_FILES: &[&str] = &["utils.rs", "util.rs", "helpers.rs", "common.rs", "misc.rs"];

/// Reports a file that is too long.
pub fn file_length(path: &str, text: &str) -> Vec<Violation> {
    let lines = text.lines().count();
    let what = format!("{lines} lines, at most {FILE_LINES_MAX}: split it by noun");
    over(lines > FILE_LINES_MAX, path, FILE_LINES_MAX + 1, what)
}

fn over(is_over: bool, path: &str, line: usize, what: String) -> Vec<Violation> {
    if is_over {
        vec![Violation::new(path, line, what)]
    } else {
        Vec::new()
    }
}

/// Reports functions with too many lines of code between their braces (blanks and comments are
/// free, as for clippy).
pub fn function_length(path: &str, text: &str) -> Vec<Violation> {
    let code = code_only(text);
    let mut found = Vec::new();
    for (offset, _) in code.match_indices("fn ") {
        let is_word = code[..offset].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let name: String = code[offset + 3..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        if is_word || name.is_empty() {
            continue;
        }
        let lines = body(&code[offset..]).map_or(0, |text| {
            text.lines().filter(|line| !line.trim().is_empty()).count()
        });
        let line = code[..offset].matches('\n').count() + 1;
        let what = format!("`{name}` has {lines} lines of code, at most {FUNCTION_LINES_MAX}");
        found.extend(over(lines > FUNCTION_LINES_MAX, path, line, what));
    }
    found
}

/// The text between the braces of the function that starts here; nothing for a declaration.
fn body(code: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut parentheses = 0_usize;
    let mut start = None;
    for (offset, character) in code.char_indices() {
        match character {
            '(' | '[' => parentheses += 1,
            ')' | ']' => parentheses = parentheses.saturating_sub(1),
            ';' if depth == 0 && parentheses == 0 => return None,
            '{' => {
                depth += 1;
                start.get_or_insert(offset + 1);
            }
            '}' => {
                depth = depth.saturating_sub(1);
                if let (0, Some(start)) = (depth, start) {
                    return Some(&code[start..offset]);
                }
            }
            _ => {}
        }
    }
    None
}

/// Reports lines that are too wide; in `tests` the insides of strings are free, because a snapshot
/// shows output as it is.
pub fn columns(path: &str, text: &str) -> Vec<Violation> {
    let code = if path.starts_with("tests/") {
        code_only(text)
    } else {
        text.to_owned()
    };
    let wide = |line: &str| line.trim_end().chars().count() > COLUMNS_MAX;
    code.lines()
        .enumerate()
        .filter(|(_, line)| wide(line) && !line.contains("https://"))
        .map(|(number, line)| {
            let width = line.trim_end().chars().count();
            let what = format!("{width} columns, at most {COLUMNS_MAX}");
            Violation::new(path, number + 1, what)
        })
        .collect()
}

/// Reports a source file that does not start with a module doc.
pub fn module_doc(path: &str, text: &str) -> Vec<Violation> {
    let first = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with("#!["));
    let has_doc = first.is_some_and(|line| line.starts_with("//!") && line.len() > 4);
    let what = "no module doc: say what goes in, what comes out, what is trusted".to_owned();
    over(!has_doc, path, 1, what)
}

/// Reports unfinished code and untyped errors.
pub fn banned_code(path: &str, text: &str) -> Vec<Violation> {
    let code = code_only(text);
    let mut found = Vec::new();
    for (number, line) in code.lines().enumerate() {
        for (word, instead) in BANNED_CODE {
            let is_there = line.match_indices(word).any(|(offset, _)| {
                !line[..offset].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            });
            if is_there {
                let what = format!("`{word}` is banned: {instead}");
                found.push(Violation::new(path, number + 1, what));
            }
        }
    }
    found
}

/// Reports a file named after nothing.
pub fn file_name(path: &str) -> Vec<Violation> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let what = format!("`{name}` names no noun: one noun per file");
    over(BANNED_FILES.contains(&name), path, 1, what)
}

/// Reports words that do not belong into the repository, such as paths of one machine.
pub fn banned_words(path: &str, text: &str) -> Vec<Violation> {
    // Put together here, so that this file does not report itself.
    let banned = [
        concat!("/wor", "k/"),
        concat!("/tm", "p/w"),
        concat!("pypi", ".org"),
        concat!("files.python", "hosted"),
    ];
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate() {
        for word in banned.iter().filter(|word| line.contains(**word)) {
            let what = format!("`{word}` belongs to one machine or service, not to the product");
            found.push(Violation::new(path, number + 1, what));
        }
    }
    found
}

#[test]
fn long_files_and_wide_lines_are_reported() {
    assert_eq!(file_length("src/a.rs", &"x\n".repeat(801)).len(), 1);
    assert!(file_length("src/a.rs", &"x\n".repeat(800)).is_empty());
    let wide = format!("let a = \"{}\";\n", "é".repeat(95));
    assert_eq!(columns("src/a.rs", &wide)[0].line, 1);
    assert!(columns("src/a.rs", &wide.replace("éé", "é")).is_empty());
    let comment = format!("// {}\n", "x".repeat(98));
    assert_eq!(columns("src/a.rs", &comment).len(), 1);
}

#[test]
fn a_long_function_is_reported_at_its_first_line() {
    let long = format!(
        "//! Doc.\n\nfn long(a: [u8; 2]) -> u8 {{\n{}}}\n",
        "    a();\n".repeat(71)
    );
    let found = function_length("src/a.rs", &long);
    assert_eq!((found.len(), found[0].line), (1, 3));
    let fine = long.replacen("    a();\n", "    // why\n", 1);
    assert!(function_length("src/a.rs", &fine).is_empty());
    assert!(function_length("src/a.rs", "trait T { fn f(&self); }").is_empty());
}

#[test]
fn a_missing_module_doc_is_reported() {
    assert_eq!(module_doc("src/a.rs", "use x;\n").len(), 1);
    assert!(module_doc("src/a.rs", "#![forbid(unsafe_code)]\n//! A doc.\n").is_empty());
}

#[test]
fn unfinished_code_and_lost_structure_are_reported() {
    for bad in [
        "    todo!()",
        "dbg!(x);",
        "unimplemented!();",
        "enum E { Other(String) }",
    ] {
        assert_eq!(banned_code("src/a.rs", bad).len(), 1, "{bad}");
    }
    assert!(banned_code("src/a.rs", "// todo!() in a comment\nmy_todo!();").is_empty());
    assert_eq!(file_name("src/check/utils.rs").len(), 1);
    assert!(file_name("src/check/core.rs").is_empty());
}

#[test]
fn a_path_of_one_machine_is_reported() {
    let bad = concat!("see /wor", "k/shared");
    assert_eq!(banned_words("README.md", bad).len(), 1);
    assert!(banned_words("README.md", "see ../shared").is_empty());
}
