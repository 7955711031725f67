//! Splits a rule file into tokens: words, dotted names, numbers with units, texts, symbols.
//!
//! In: the text of one file. Out: all tokens, comments included, each with its place and the
//! number of line breaks before it, which is all the formatter needs to be lossless. A number
//! takes the longest unit behind it on the same line; `*`, `/`, `^` glue a unit without spaces.
//! Layout has no other meaning. Nothing stops here: a bad character becomes a diagnostic.

use super::ast::{Index, Name};
use super::codes;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::quantity::{Unit, UnitError, longest_unit, parse_unit};
use crate::rational::Rational;
use crate::span::{FileId, Span};

/// Words that start an item.
pub const ITEM_HEADS: [&str; 11] = [
    "ruleset", "use", "mode", "signal", "let", "assume", "rule", "override", "test", "evidence",
    "claim",
];

/// Words that start a clause inside an item.
pub const CLAUSE_HEADS: [&str; 22] = [
    "when",
    "require",
    "with",
    "guard_band",
    "severity",
    "because",
    "source",
    "evidence",
    "owner",
    "column",
    "from",
    "kind",
    "hash",
    "quote",
    "attacks",
    "limit",
    "looser",
    "reason",
    "pass",
    "conditional",
    "fail",
    "idle",
];

/// Words between or before operands.
pub const OPERATOR_WORDS: [&str; 5] = ["and", "or", "not", "implies", "in"];

/// Tells whether a word starts an item or clause.
#[must_use]
pub fn is_head(word: &str) -> bool {
    ITEM_HEADS.contains(&word) || CLAUSE_HEADS.contains(&word)
}

/// Tells whether a word has a meaning in the language and so cannot be an enumerator.
#[must_use]
pub fn is_reserved(word: &str) -> bool {
    is_head(word) || OPERATOR_WORDS.contains(&word) || matches!(word, "confidence" | "pi")
}

/// Operators and punctuation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Symbol {
    /// `(`
    OpenParenthesis,
    /// `)`
    CloseParenthesis,
    /// `{`
    OpenBrace,
    /// `}`
    CloseBrace,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `=`
    Equals,
    /// `..`
    Range,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Divide,
    /// `^`
    Power,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

/// Longer symbols first: the first match wins.
const SYMBOLS: [(&str, Symbol); 19] = [
    ("==", Symbol::Equal),
    ("!=", Symbol::NotEqual),
    ("<=", Symbol::LessEqual),
    (">=", Symbol::GreaterEqual),
    ("..", Symbol::Range),
    ("(", Symbol::OpenParenthesis),
    (")", Symbol::CloseParenthesis),
    ("{", Symbol::OpenBrace),
    ("}", Symbol::CloseBrace),
    (",", Symbol::Comma),
    (":", Symbol::Colon),
    ("=", Symbol::Equals),
    ("+", Symbol::Plus),
    ("-", Symbol::Minus),
    ("*", Symbol::Times),
    ("/", Symbol::Divide),
    ("^", Symbol::Power),
    ("<", Symbol::Less),
    (">", Symbol::Greater),
];

impl Symbol {
    /// Writes the symbol.
    #[must_use]
    pub fn text(self) -> &'static str {
        SYMBOLS
            .iter()
            .find(|(_, symbol)| *symbol == self)
            .map_or("", |(text, _)| text)
    }
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A word without a dot.
    Word(String),
    /// A dotted name.
    Name(Name),
    /// A number; `sound` is false when its unit was refused.
    Number {
        /// The number without sign.
        value: Rational,
        /// The unit behind it.
        unit: Option<Unit>,
        /// The number as written, without unit.
        digits: String,
        /// False when a diagnostic was given.
        sound: bool,
    },
    /// A text in quotes.
    Text(String),
    /// An operator or punctuation.
    Symbol(Symbol),
    /// A comment from `#` to the end of the line.
    Comment(String),
    /// A bad character or name; a diagnostic was given.
    Bad,
}

/// A token with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where.
    pub span: Span,
    /// Line breaks between the previous token and this one.
    pub newlines: usize,
}

/// Splits `text` into tokens.
#[must_use]
pub fn lex(file: FileId, text: &str) -> (Vec<Token>, Diagnostics) {
    let mut lexer = Lexer {
        file,
        text,
        at: 0,
        diagnostics: Diagnostics::new(),
    };
    let mut tokens = Vec::new();
    loop {
        let newlines = lexer.skip_blank();
        if lexer.at >= text.len() {
            return (tokens, lexer.diagnostics);
        }
        let start = lexer.at;
        let kind = lexer.token();
        let span = lexer.span(start, lexer.at);
        tokens.push(Token {
            kind,
            span,
            newlines,
        });
    }
}

struct Lexer<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    diagnostics: Diagnostics,
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Returns the leading word characters.
fn word_prefix(text: &str) -> &str {
    let end = text.find(|c| !is_word(c)).unwrap_or(text.len());
    &text[..end]
}

/// Tells whether `text` starts with a dotted name, a function call or `pi`: an operand that is
/// no unit.
fn starts_operand(text: &str) -> bool {
    let word = word_prefix(text);
    let rest = &text[word.len()..];
    let dotted = rest.starts_with('.') && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic());
    dotted || rest.starts_with(['(', '[']) || word == "pi"
}

impl<'a> Lexer<'a> {
    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Skips white space and returns how many line breaks it held.
    fn skip_blank(&mut self) -> usize {
        let mut newlines = 0;
        let rest = self.rest();
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            match c {
                '\n' => newlines += 1,
                ' ' | '\t' | '\r' | '\u{feff}' => {}
                _ => {
                    end = at;
                    break;
                }
            }
        }
        self.at += end;
        newlines
    }

    fn token(&mut self) -> TokenKind {
        let rest = self.rest();
        let first = rest.chars().next().unwrap_or(' ');
        if first == '#' {
            let end = rest.find('\n').unwrap_or(rest.len());
            self.at += end;
            return TokenKind::Comment(rest[..end].trim_end().to_owned());
        }
        if first == '"' {
            return self.quoted();
        }
        if first.is_ascii_digit() {
            return self.number();
        }
        if first.is_ascii_alphabetic() || first == '_' {
            return self.word_or_name();
        }
        if let Some((text, symbol)) = SYMBOLS.iter().find(|(text, _)| rest.starts_with(text)) {
            self.at += text.len();
            return TokenKind::Symbol(*symbol);
        }
        self.bad_character(first)
    }

    fn bad_character(&mut self, c: char) -> TokenKind {
        let start = self.at;
        // `&&` and `||` are one mistake.
        let doubled = matches!(c, '&' | '|') && self.rest()[1..].starts_with(c);
        self.at += c.len_utf8() + usize::from(doubled);
        let instead = match c {
            '≤' => Some("<="),
            '≥' => Some(">="),
            '≠' => Some("!="),
            '−' | '–' => Some("-"),
            '×' | '·' => Some("*"),
            '÷' => Some("/"),
            '“' | '”' | '„' | '\'' => Some("\""),
            '&' => Some("and"),
            '|' => Some("or"),
            '\u{2192}' | '\u{21d2}' => Some("implies"),
            '!' => Some("not"),
            '∈' => Some("in"),
            'π' => Some("pi"),
            '°' => Some("degC"),
            _ => None,
        };
        let mut diagnostic = Diagnostic::error(
            codes::CHARACTER,
            self.span(start, self.at),
            format!("`{}` is not used in rule files", &self.text[start..self.at]),
        );
        if let Some(instead) = instead {
            diagnostic = diagnostic.help(format!("write `{instead}`"));
        } else if c == ';' {
            diagnostic = diagnostic.help("leave it out: the next clause ends this one");
        }
        self.diagnostics.push(diagnostic);
        TokenKind::Bad
    }

    fn quoted(&mut self) -> TokenKind {
        let start = self.at;
        let mut value = String::new();
        let mut characters = self.rest().char_indices().skip(1);
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => {
                    self.at = start + at + 1;
                    return TokenKind::Text(value);
                }
                '\n' => break,
                '\\' => match characters.next() {
                    Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                    Some((_, '\n')) | None => break,
                    Some((_, other)) => value.extend(['\\', other]),
                },
                c => value.push(c),
            }
        }
        let end = self
            .rest()
            .find('\n')
            .map_or(self.text.len(), |at| start + at);
        self.at = end;
        self.diagnostics.push(
            Diagnostic::error(
                codes::TEXT_OPEN,
                self.span(start, end),
                "this text is not closed",
            )
            .help("end it with `\"` on the same line"),
        );
        TokenKind::Text(value)
    }

    fn number(&mut self) -> TokenKind {
        let start = self.at;
        let digits = number_prefix(self.rest());
        self.at += digits.len();
        let value = Rational::parse_decimal(digits);
        let (unit, mut sound) = self.unit();
        let value = value.unwrap_or_else(|error| {
            sound = false;
            self.diagnostics.push(
                Diagnostic::error(
                    codes::NUMBER,
                    self.span(start, start + digits.len()),
                    error.to_string(),
                )
                .help("write the value in a larger or smaller unit"),
            );
            Rational::zero()
        });
        TokenKind::Number {
            value,
            unit,
            digits: digits.to_owned(),
            sound,
        }
    }

    /// Takes the unit behind a number; the flag is false when one was refused.
    fn unit(&mut self) -> (Option<Unit>, bool) {
        let rest = self.rest();
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let text = &rest[blank..];
        let Some(first) = text.chars().next() else {
            return (None, true);
        };
        if blank == 0 && first == '/' {
            return self.inverse_unit();
        }
        let word = word_prefix(text);
        let may_start = first.is_ascii_alphabetic()
            || matches!(first, '%' | '°' | '℃' | 'µ' | 'μ' | 'Ω')
            || (blank > 0 && text.starts_with("1/"));
        if !may_start || starts_operand(text) || is_reserved(word) {
            return (None, true);
        }
        let length = match longest_unit(text) {
            Some((_, length)) => {
                let length = trim_operand(text, length);
                let tail = &text[length..];
                let glued = tail.starts_with(['/', '*', '^'])
                    && tail[1..].starts_with(|c: char| c.is_ascii_alphabetic())
                    && !starts_operand(&tail[1..]);
                if glued { glued_run(text) } else { length }
            }
            None => glued_run(text),
        };
        let start = self.at + blank;
        self.at = start + length;
        match parse_unit(&text[..length]) {
            Ok(unit) => (Some(unit), true),
            Err(error) => {
                self.refuse_unit(start, &error);
                (None, false)
            }
        }
    }

    /// Reads `1/h` written without a space as a number in `1/h`.
    fn inverse_unit(&mut self) -> (Option<Unit>, bool) {
        let rest = self.rest();
        if starts_operand(&rest[1..]) {
            return (None, true);
        }
        match longest_unit(&format!("1{rest}")) {
            Some((unit, length)) if length > 1 => {
                let operand = rest[length - 1..].starts_with('.');
                if operand {
                    return (None, true);
                }
                self.at += length - 1;
                (Some(unit), true)
            }
            _ => (None, true),
        }
    }

    fn refuse_unit(&mut self, start: usize, error: &UnitError) {
        let code = match error {
            UnitError::NeedsBasis { .. } => codes::UNIT_BASIS,
            UnitError::Unknown { .. } => codes::UNIT_UNKNOWN,
            UnitError::Refused { .. }
            | UnitError::Malformed { .. }
            | UnitError::AbsoluteInComposition => codes::UNIT_REFUSED,
        };
        let span = self.span(start, self.at);
        self.diagnostics
            .push(Diagnostic::error(code, span, error.to_string()).help(error.help()));
    }

    fn word_or_name(&mut self) -> TokenKind {
        let start = self.at;
        let mut head = word_prefix(self.rest()).to_owned();
        self.at += head.len();
        let mut index = None;
        loop {
            let rest = self.rest();
            let dotted = rest.strip_prefix('.').map(word_prefix).unwrap_or("");
            if dotted.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
                self.at += 1 + dotted.len();
                match &mut index {
                    None => head = format!("{head}.{dotted}"),
                    Some((_, tail)) => *tail = format!("{tail}.{dotted}"),
                }
            } else if rest.starts_with('[') && index.is_none() {
                index = Some((self.index(), String::new()));
            } else {
                break;
            }
        }
        let span = self.span(start, self.at);
        if self.hyphen(start) {
            return TokenKind::Bad;
        }
        if index.is_none() && !head.contains('.') {
            return TokenKind::Word(head);
        }
        let name = Name { head, index, span };
        if name.text().chars().any(|c| c.is_ascii_uppercase()) {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::NAME,
                    span,
                    format!("the name `{}` has capital letters", name.text()),
                )
                .help(format!("write `{}`", name.text().to_lowercase())),
            );
        }
        TokenKind::Name(name)
    }

    /// Reads `[*]`, `[3]` or `[1..3]`.
    fn index(&mut self) -> Index {
        let start = self.at;
        let rest = self.rest();
        let close = rest.find([']', '\n']).unwrap_or(rest.len());
        let inner = rest.get(1..close).unwrap_or("").trim();
        self.at += (close + 1).min(rest.len());
        let number = |text: &str| text.trim().parse::<usize>().ok();
        let index = match inner.split_once("..") {
            _ if inner == "*" => Some(Index::All),
            None => number(inner).map(Index::One),
            Some((from, to)) => number(from)
                .zip(number(to))
                .map(|(a, b)| Index::Range(a, b)),
        };
        index.unwrap_or_else(|| {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::INDEX_RANGE,
                    self.span(start, self.at),
                    format!("`{inner}` is not an index"),
                )
                .help("write `[*]`, `[3]` or `[1..3]`"),
            );
            Index::One(1)
        })
    }

    /// Reports a name written with a hyphen and swallows the rest of it.
    fn hyphen(&mut self, start: usize) -> bool {
        let Some(tail) = self.rest().strip_prefix('-') else {
            return false;
        };
        let word = word_prefix(tail);
        if !word.starts_with(|c: char| c.is_ascii_alphabetic()) || starts_operand(tail) {
            return false;
        }
        self.at += 1 + word.len();
        let written = &self.text[start..self.at];
        self.diagnostics.push(
            Diagnostic::error(
                codes::NAME,
                self.span(start, self.at),
                format!("the name `{written}` has a hyphen"),
            )
            .help(format!(
                "write `{}`, or put spaces around a minus",
                written.replace('-', "_")
            )),
        );
        true
    }
}

/// Returns the leading `digits[.digits][e±digits]`.
fn number_prefix(text: &str) -> &str {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(text);
    if text[end..].starts_with('.') {
        let fraction = digits(&text[end + 1..]);
        end += if fraction > 0 { fraction + 1 } else { 0 };
    }
    if text[end..].starts_with(['e', 'E']) {
        let sign = usize::from(text[end + 1..].starts_with(['+', '-']));
        let exponent = digits(&text[end + 1 + sign..]);
        end += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    &text[..end]
}

/// Shortens a unit whose last part turns out to be the start of a dotted name.
fn trim_operand(text: &str, length: usize) -> usize {
    let glue = |end: usize| text[..end].rfind(['/', '*']);
    match glue(length) {
        Some(at) if starts_operand(&text[at + 1..]) => trim_operand(text, at),
        _ => length,
    }
}

/// Returns the length of everything that looks like one composed unit.
fn glued_run(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || "_%°℃µμΩ*/^·²³⁻¹".contains(c)))
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let (tokens, _) = lex(FileId(0), text);
        tokens
            .iter()
            .map(|token| match &token.kind {
                TokenKind::Number { digits, unit, .. } => match unit {
                    Some(unit) => format!("{digits} [{}]", unit.symbol),
                    None => digits.clone(),
                },
                TokenKind::Name(name) => name.text(),
                TokenKind::Word(word) => word.clone(),
                TokenKind::Text(text) => format!("{text:?}"),
                TokenKind::Symbol(symbol) => symbol.text().to_owned(),
                TokenKind::Comment(text) => text.clone(),
                TokenKind::Bad => "?".to_owned(),
            })
            .collect()
    }

    #[test]
    fn ranges_need_no_spaces() {
        assert_eq!(shown("1..3"), ["1", "..", "3"]);
        assert_eq!(shown("0 .. 1000 ppm_mass"), ["0", "..", "1000 [ppm_mass]"]);
        assert_eq!(shown("a.zone[ 1 .. 3 ].x"), ["a.zone[1..3].x"]);
    }

    #[test]
    fn units_are_glued_and_operands_are_not() {
        assert_eq!(shown("2 g/m^2/s * 3"), ["2 [g/m^2/s]", "*", "3"]);
        assert_eq!(shown("5 h * 3"), ["5 [h]", "*", "3"]);
        assert_eq!(shown("5 m/coating.gap"), ["5 [m]", "/", "coating.gap"]);
        assert_eq!(shown("5 s/m.x"), ["5 [s]", "/", "m.x"]);
        assert_eq!(shown("2*pi"), ["2", "*", "pi"]);
        assert_eq!(shown("3/4"), ["3", "/", "4"]);
        assert_eq!(shown("2/h + 0.5 1/h"), ["2 [1/h]", "+", "0.5 [1/h]"]);
        assert_eq!(shown("12 %LEL"), ["12 [%LEL]"]);
        assert_eq!(
            shown("99.9 % confidence 95 %"),
            ["99.9 [%]", "confidence", "95 [%]"]
        );
        assert_eq!(
            shown("8 and x.y"),
            ["8", "and", "x.y"],
            "a keyword is no unit"
        );
    }

    #[test]
    fn a_unit_stays_on_the_line_of_its_number() {
        assert_eq!(shown("3\nm"), ["3", "m"]);
    }

    #[test]
    fn refused_units_and_characters_carry_help() {
        for (text, code, help) in [
            (
                "3 ppm",
                codes::UNIT_BASIS,
                "write `ppm_mass`, `ppm_volume` or `ppm_mole`",
            ),
            ("3 mm/mim", codes::UNIT_UNKNOWN, "did you mean `min`?"),
            ("3 °C", codes::UNIT_REFUSED, "write `degC`"),
            ("x.y ≤ 3", codes::CHARACTER, "write `<=`"),
            (
                "coating.web-speed",
                codes::NAME,
                "write `coating.web_speed`, or put spaces around a minus",
            ),
        ] {
            let (_, diagnostics) = lex(FileId(0), text);
            let all = diagnostics.sorted();
            assert_eq!(all.len(), 1, "{text}");
            assert_eq!(
                (all[0].code, all[0].help.as_deref()),
                (code, Some(help)),
                "{text}"
            );
        }
    }
}
