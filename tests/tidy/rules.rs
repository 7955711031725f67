//! Every rule says why, from where and how well known: a plain scan of `rules/*.rule`.
//!
//! In: the text of a rule file. Out: one violation per rule without `because "…"`, `source "…"` or
//! `evidence` of a known strength. The scan knows only words, strings and comments, on purpose: it
//! must not rest on the parser it helps to guard.

use crate::Violation;

const STRENGTHS: &[&str] = &[
    "standard",
    "specified",
    "measured",
    "published",
    "derived",
    "recalled",
];

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign,
}

fn tokens(text: &str) -> Vec<(usize, Token)> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' => line += 1,
            '#' => while characters.next_if(|c| *c != '\n').is_some() {},
            '"' => {
                let start = line;
                let mut inside = String::new();
                while let Some(next) = characters.next() {
                    match next {
                        '"' => break,
                        '\\' => inside.extend(characters.next()),
                        _ => inside.push(next),
                    }
                    line += usize::from(next == '\n');
                }
                found.push((start, Token::Text(inside)));
            }
            c if is_word(c) => {
                let mut word = String::from(c);
                while let Some(next) = characters.next_if(|c| is_word(*c)) {
                    word.push(next);
                }
                found.push((line, Token::Word(word)));
            }
            c if c.is_whitespace() => {}
            _ => found.push((line, Token::Sign)),
        }
    }
    found
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '.'
}

/// Whether a declaration (not a clause) starts here: `rule CODE "`, `test CODE`, `signal NAME` ….
fn starts_declaration(tokens: &[(usize, Token)]) -> bool {
    let [(_, Token::Word(head)), (_, Token::Word(_)), ..] = tokens else {
        return false;
    };
    let has_title = matches!(tokens.get(2), Some((_, Token::Text(_))));
    match head.as_str() {
        "rule" | "claim" | "evidence" | "ruleset" => has_title,
        "signal" | "test" | "let" | "assume" => true,
        _ => false,
    }
}

/// Reports rules without a reason, a source or a known evidence.
pub fn rule_violations(path: &str, text: &str) -> Vec<Violation> {
    let all = tokens(text);
    let heads: Vec<usize> = (0..all.len())
        .filter(|&at| starts_declaration(&all[at..]))
        .collect();
    let mut found = Vec::new();
    for (place, &start) in heads.iter().enumerate() {
        let end = heads.get(place + 1).copied().unwrap_or(all.len());
        let block = &all[start..end];
        let (line, Token::Word(head)) = &block[0] else {
            continue;
        };
        let (_, Token::Word(code)) = &block[1] else {
            continue;
        };
        if head == "rule" {
            found.extend(missing_clauses(path, *line, code, block));
        }
    }
    found
}

fn missing_clauses(
    path: &str,
    line: usize,
    code: &str,
    block: &[(usize, Token)],
) -> Vec<Violation> {
    let follows = |clause: &str, fits: fn(&Token) -> bool| {
        block.windows(2).any(|pair| {
            matches!(&pair[0].1, Token::Word(word) if word == clause) && fits(&pair[1].1)
        })
    };
    let has_clause = |clause: &str| match clause {
        "evidence" => follows(clause, is_strength),
        _ => follows(clause, is_text),
    };
    ["because", "source", "evidence"]
        .iter()
        .filter(|clause| !has_clause(clause))
        .map(|clause| Violation::new(path, line, format!("rule `{code}` has no `{clause}`")))
        .collect()
}

fn is_text(token: &Token) -> bool {
    matches!(token, Token::Text(text) if !text.trim().is_empty())
}

fn is_strength(token: &Token) -> bool {
    matches!(token, Token::Word(word) if STRENGTHS.contains(&word.as_str()))
}

#[test]
fn a_complete_rule_passes_whatever_its_layout() {
    let good = "rule A1 \"a\" require x.y <= 1 because \"why\" source \"s\" evidence published\n\
                test A1 pass { x.y = 0 }\nevidence E1 \"e\" : x.y <= 1 source \"s\" kind derived\n";
    assert!(rule_violations("rules/a.rule", good).is_empty());
}

#[test]
fn each_missing_clause_is_reported_at_its_rule() {
    let text = "# rule Z9 \"a comment\"\nrule A1 \"a\"\n  require x.y <= 1\n  because \"why\"\n\
                rule B2 \"rule C3\"\n  because \"\" source \"s\" evidence hearsay\n";
    let found = rule_violations("rules/a.rule", text);
    let lines: Vec<usize> = found.iter().map(|violation| violation.line).collect();
    assert_eq!(lines, [2, 2, 5, 5]);
    assert!(found[1].what.contains("evidence") && found[2].what.contains("because"));
}

#[test]
fn a_clause_of_the_next_declaration_does_not_count() {
    let text =
        "rule A1 \"a\" because \"b\" evidence derived\nclaim C1 \"c\" : x.y <= 1 source \"s\"";
    assert_eq!(rule_violations("rules/a.rule", text).len(), 1);
}
