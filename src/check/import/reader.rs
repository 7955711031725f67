//! SMT-LIB text as nested lists with places.
//!
//! In: text. Out: expressions, each with the offset at which it starts, or the first place that is
//! no SMT-LIB (version 2.6, section 3.1). Nothing is skipped but white space and comments.

use super::ImportError;

/// Lists nested deeper than this are refused.
const DEPTH_MAX: usize = 200;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// Byte offset of its first character.
    pub at: usize,
    /// What it is.
    pub kind: Kind,
}

/// What an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A symbol, without the bars of a quoted one.
    Symbol(String),
    /// `:name`.
    Keyword(String),
    /// A numeral or a decimal.
    Number(String),
    /// A string.
    Text,
    /// A list.
    List(Vec<Expression>),
}

impl Expression {
    /// The symbol, if it is one.
    #[must_use]
    pub fn symbol(&self) -> Option<&str> {
        match &self.kind {
            Kind::Symbol(name) => Some(name),
            Kind::Keyword(_) | Kind::Number(_) | Kind::Text | Kind::List(_) => None,
        }
    }

    /// The parts, if it is a list.
    #[must_use]
    pub fn list(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::List(parts) => Some(parts),
            Kind::Symbol(_) | Kind::Keyword(_) | Kind::Number(_) | Kind::Text => None,
        }
    }
}

/// Reads all expressions.
///
/// # Errors
/// [`ImportError`] at the first place that does not fit.
pub fn read(text: &str) -> Result<Vec<Expression>, ImportError> {
    let mut open: Vec<(usize, Vec<Expression>)> = Vec::new();
    let mut done: Vec<Expression> = Vec::new();
    let mut at = 0;
    while let Some(character) = text[at..].chars().next() {
        let start = at;
        let kind = match character {
            ';' => {
                at += text[at..].find('\n').unwrap_or(text.len() - at);
                continue;
            }
            _ if character.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            '(' => {
                at += 1;
                if open.len() == DEPTH_MAX {
                    return Err(ImportError::new(start, "the list is nested too deeply"));
                }
                open.push((start, Vec::new()));
                continue;
            }
            ')' => {
                at += 1;
                let Some((opened, parts)) = open.pop() else {
                    return Err(ImportError::new(start, "this `)` closes nothing"));
                };
                let at = opened;
                let kind = Kind::List(parts);
                push(&mut open, &mut done, Expression { at, kind });
                continue;
            }
            '|' => {
                let rest = &text[start + 1..];
                let length = rest.find('|');
                let length = length.ok_or(ImportError::new(start, "this `|` is not closed"))?;
                at = start + length + 2;
                Kind::Symbol(rest[..length].to_owned())
            }
            '"' => {
                at = closed_text(text, start)?;
                Kind::Text
            }
            _ => {
                let rest = &text[start..];
                let ends = |c: char| c.is_ascii_whitespace() || "()|\";".contains(c);
                let length = rest.find(ends).unwrap_or(rest.len());
                at = start + length;
                word(&rest[..length], start)?
            }
        };
        push(&mut open, &mut done, Expression { at: start, kind });
    }
    match open.pop() {
        Some((at, _)) => Err(ImportError::new(at, "this `(` is not closed")),
        None => Ok(done),
    }
}

fn push(open: &mut [(usize, Vec<Expression>)], done: &mut Vec<Expression>, expression: Expression) {
    match open.last_mut() {
        Some((_, parts)) => parts.push(expression),
        None => done.push(expression),
    }
}

/// The place after a string; a doubled quote is a quote inside.
fn closed_text(text: &str, start: usize) -> Result<usize, ImportError> {
    let mut at = start + 1;
    loop {
        let rest = &text[at..];
        let length = rest.find('"');
        at += length.ok_or(ImportError::new(start, "this text is not closed"))? + 1;
        if !text[at..].starts_with('"') {
            return Ok(at);
        }
        at += 1;
    }
}

fn word(word: &str, at: usize) -> Result<Kind, ImportError> {
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        let (whole, fraction) = word.split_once('.').unwrap_or((word, "0"));
        if all_digits(whole) && all_digits(fraction) {
            return Ok(Kind::Number(word.to_owned()));
        }
        let message = format!("`{word}` is no number, expected digits such as `2` or `2.5`");
        return Err(ImportError::new(at, message));
    }
    let is_fine = |c: char| c.is_ascii_alphanumeric() || "~!@$%^&*_-+=<>.?/".contains(c);
    if let Some(name) = word.strip_prefix(':') {
        if !name.is_empty() && name.chars().all(is_fine) {
            return Ok(Kind::Keyword(name.to_owned()));
        }
    } else if word.chars().all(is_fine) {
        return Ok(Kind::Symbol(word.to_owned()));
    }
    let shown = word.escape_debug();
    Err(ImportError::new(at, format!("`{shown}` is no symbol")))
}
