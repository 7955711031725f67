//! Reads the tokens of a rule file into items, going on after every mistake.
//!
//! In: the text of one file. Out: a [`ParsedFile`] with all items that could be read, the tokens
//! and layout marks for the formatter, and diagnostics. After a mistake in an expression reading
//! resumes at the next clause head, after one in an item at the next item head; an error node
//! keeps later passes quiet. Expressions nest at most [`DEPTH_MAX`] levels.

mod argument;
mod expression;
mod item;

use super::ast::{Item, Name, Text, Word};
use super::codes;
use super::lexer::{Symbol, Token, TokenKind, is_head, lex};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::span::{FileId, Span};

/// Deepest nesting of an expression.
pub const DEPTH_MAX: usize = 64;

/// Where the formatter starts a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The first token of an item.
    Item,
    /// The first token of a clause on its own line.
    Clause,
}

/// One file as read.
#[derive(Clone, Debug)]
pub struct ParsedFile {
    /// The document.
    pub file: FileId,
    /// Items in order.
    pub items: Vec<Item>,
    /// All tokens, comments included.
    pub tokens: Vec<Token>,
    /// Layout marks: token index and mark, in order.
    pub marks: Vec<(usize, Mark)>,
    /// What was wrong.
    pub diagnostics: Diagnostics,
}

/// Reads one rule file.
///
/// # Example
/// ```
/// use cellwright::rule_language::parse;
/// use cellwright::span::Sources;
/// let mut sources = Sources::new();
/// let text = "assume coating.web_speed <= 60 m/min\n";
/// let file = sources.add("rules/line.rule", text);
/// let parsed = parse(file, text);
/// assert!(parsed.diagnostics.is_empty());
/// assert_eq!(parsed.items.len(), 1);
/// ```
#[must_use]
pub fn parse(file: FileId, text: &str) -> ParsedFile {
    let (tokens, diagnostics) = lex(file, text);
    let significant = (0..tokens.len())
        .filter(|&at| !matches!(tokens[at].kind, TokenKind::Comment(_)))
        .collect();
    let mut parser = Parser {
        tokens: &tokens,
        significant,
        at: 0,
        end: Span::new(file, text.trim_end().len(), text.trim_end().len()),
        depth: 0,
        marks: Vec::new(),
        diagnostics,
    };
    let items = parser.items();
    let (marks, diagnostics) = (parser.marks, parser.diagnostics);
    ParsedFile {
        file,
        items,
        tokens,
        marks,
        diagnostics,
    }
}

/// Reading stopped here; the diagnostic has been given.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stopped;

pub(super) type Parsed<T> = Result<T, Stopped>;

pub(super) struct Parser<'a> {
    tokens: &'a [Token],
    significant: Vec<usize>,
    at: usize,
    end: Span,
    depth: usize,
    marks: Vec<(usize, Mark)>,
    diagnostics: Diagnostics,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.peek_at(0)
    }

    fn peek_at(&self, ahead: usize) -> Option<&'a Token> {
        self.significant
            .get(self.at + ahead)
            .map(|&at| &self.tokens[at])
    }

    fn peek_kind(&self) -> Option<&'a TokenKind> {
        self.peek().map(|token| &token.kind)
    }

    fn peek_word(&self) -> Option<&'a str> {
        self.word_at(0)
    }

    fn word_at(&self, ahead: usize) -> Option<&'a str> {
        match self.peek_at(ahead).map(|token| &token.kind) {
            Some(TokenKind::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn is_symbol(&self, symbol: Symbol) -> bool {
        self.peek_kind() == Some(&TokenKind::Symbol(symbol))
    }

    /// The place of the next token, or the end of the text.
    fn here(&self) -> Span {
        self.peek().map_or(self.end, |token| token.span)
    }

    /// The place of the token read last.
    fn before(&self) -> Span {
        self.at
            .checked_sub(1)
            .and_then(|at| self.significant.get(at))
            .map_or(self.end, |&at| self.tokens[at].span)
    }

    fn mark(&mut self, mark: Mark) {
        if let Some(&at) = self.significant.get(self.at) {
            self.marks.push((at, mark));
        }
    }

    fn eat_symbol(&mut self, symbol: Symbol) -> bool {
        let found = self.is_symbol(symbol);
        self.at += usize::from(found);
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek_word() == Some(word);
        self.at += usize::from(found);
        found
    }

    fn expect_symbol(&mut self, symbol: Symbol, behind: &str) -> Parsed<()> {
        if self.eat_symbol(symbol) {
            return Ok(());
        }
        Err(self.unexpected(&format!("`{}` {behind}", symbol.text())))
    }

    fn expect_word(&mut self, what: &str) -> Parsed<Word> {
        match self.peek_kind() {
            Some(TokenKind::Word(word)) if !is_head(word) => {
                let span = self.here();
                self.at += 1;
                Ok(Word {
                    text: word.clone(),
                    span,
                })
            }
            _ => Err(self.unexpected(what)),
        }
    }

    fn expect_text(&mut self, what: &str) -> Parsed<Text> {
        match self.peek_kind() {
            Some(TokenKind::Text(value)) => {
                let span = self.here();
                self.at += 1;
                Ok(Text {
                    value: value.clone(),
                    span,
                })
            }
            Some(TokenKind::Word(word)) if !is_head(word) => {
                let diagnostic = Diagnostic::error(
                    codes::SYNTAX,
                    self.here(),
                    format!("expected {what}, found `{word}`"),
                )
                .help("put the text between double quotes, on one line");
                Err(self.stop(diagnostic))
            }
            _ => Err(self.unexpected(what)),
        }
    }

    fn expect_name(&mut self, what: &str) -> Parsed<Name> {
        match self.peek_kind() {
            Some(TokenKind::Name(name)) => {
                self.at += 1;
                Ok(name.clone())
            }
            Some(TokenKind::Word(word)) if !is_head(word) => {
                let diagnostic = Diagnostic::error(
                    codes::NAME,
                    self.here(),
                    format!("the name `{word}` has no dot"),
                )
                .help(format!(
                    "write stage and quantity, such as `coating.{word}`"
                ));
                Err(self.stop(diagnostic))
            }
            _ => Err(self.unexpected(what)),
        }
    }

    fn stop(&mut self, diagnostic: Diagnostic) -> Stopped {
        self.diagnostics.push(diagnostic);
        Stopped
    }

    /// Reports that `expected` does not stand at the next token.
    fn unexpected(&mut self, expected: &str) -> Stopped {
        let here = self.here();
        let message = match self.peek_kind() {
            // The lexer has already reported this character.
            Some(TokenKind::Bad) => return Stopped,
            Some(TokenKind::Symbol(Symbol::Comma)) if self.is_decimal_comma() => {
                let diagnostic = Diagnostic::error(codes::NUMBER, here, "a comma inside a number")
                    .help("write a decimal point, and no thousands separator");
                return self.stop(diagnostic);
            }
            Some(found) if self.foreign(found).is_some() => {
                let (message, help) = self.foreign(found).unwrap_or_default();
                let span = self.foreign_span();
                return self.stop(Diagnostic::error(codes::SYNTAX, span, message).help(help));
            }
            Some(TokenKind::Symbol(Symbol::Equals)) => {
                let diagnostic =
                    Diagnostic::error(codes::SYNTAX, here, "`=` does not compare values")
                        .help("write `==` to compare");
                return self.stop(diagnostic);
            }
            Some(TokenKind::Word(word)) if is_head(word) => {
                let message =
                    format!("expected {expected}, found `{word}`, which starts a new part");
                let diagnostic = Diagnostic::error(codes::SYNTAX, here, message)
                    .help("finish the part before it");
                return self.stop(diagnostic);
            }
            Some(kind) => format!("expected {expected}, found {}", describe(kind)),
            None => format!("expected {expected}, found the end of the file"),
        };
        self.stop(Diagnostic::error(codes::SYNTAX, here, message))
    }

    /// What other languages write here: the message and what to write instead.
    fn foreign(&self, found: &TokenKind) -> Option<(String, String)> {
        let next = self.peek_at(1).map(|token| &token.kind);
        let touches = self
            .peek_at(1)
            .is_some_and(|token| token.span.start == self.here().end);
        let said = |message: &str, help: &str| Some((message.to_owned(), help.to_owned()));
        match (found, next) {
            (TokenKind::Symbol(Symbol::Equals), Some(TokenKind::Symbol(Symbol::Greater)))
                if touches =>
            {
                said(
                    "`=>` is not used in rule files",
                    "write `implies` for a consequence, `>=` for greater or equal",
                )
            }
            (TokenKind::Symbol(Symbol::Equals), Some(TokenKind::Symbol(Symbol::Less)))
                if touches =>
            {
                said("`=<` is not used in rule files", "write `<=`")
            }
            (TokenKind::Symbol(Symbol::Divide), Some(TokenKind::Symbol(Symbol::Divide)))
                if touches =>
            {
                said("`//` does not start a comment", "write `#`")
            }
            (TokenKind::Symbol(Symbol::Divide), _) if self.follows(Symbol::Divide) => {
                said("`//` does not start a comment", "write `#`")
            }
            (
                TokenKind::Symbol(
                    Symbol::Less | Symbol::LessEqual | Symbol::Greater | Symbol::GreaterEqual,
                ),
                _,
            ) if self.follows_word() => said(
                "a comparison lacks its left side",
                "repeat it, `x >= 1 and x <= 2`, or write a chain, `1 <= x <= 2`",
            ),
            (TokenKind::Word(word), _) if word == "between" => said(
                "`between` is not used in rule files",
                "write a chain: `1 <= x <= 2`",
            ),
            (TokenKind::Word(word), _) if word == "then" => said(
                "`then` is not used in rule files",
                "write the condition behind `when`, or `condition implies consequence`",
            ),
            (TokenKind::Number { digits, .. }, _) if self.follows_number() => Some((
                format!("the number goes on with `{digits}`"),
                "write digits without spaces, or one operator between two numbers".to_owned(),
            )),
            (TokenKind::Text(text), _) if !text.contains(' ') && self.follows_comparison() => {
                Some((
                    "a text stands where a value is needed".to_owned(),
                    format!("write the enumerator without quotes: `{text}`"),
                ))
            }
            _ => None,
        }
    }

    fn foreign_span(&self) -> Span {
        let here = self.here();
        match self.peek_at(1) {
            Some(token)
                if token.span.start == here.end
                    && matches!(
                        self.peek_kind(),
                        Some(TokenKind::Symbol(Symbol::Equals | Symbol::Divide))
                    ) =>
            {
                here.to(token.span)
            }
            _ if self.is_symbol(Symbol::Divide) => self.before().to(here),
            _ => here,
        }
    }

    fn kind_before(&self) -> Option<&'a TokenKind> {
        let before = self.at.checked_sub(1)?;
        let at = self.significant.get(before)?;
        Some(&self.tokens[*at].kind)
    }

    fn follows(&self, symbol: Symbol) -> bool {
        self.kind_before() == Some(&TokenKind::Symbol(symbol))
    }

    fn follows_word(&self) -> bool {
        matches!(self.kind_before(), Some(TokenKind::Word(_)))
    }

    fn follows_number(&self) -> bool {
        matches!(
            self.kind_before(),
            Some(TokenKind::Number { unit: None, .. })
        )
    }

    fn follows_comparison(&self) -> bool {
        self.follows(Symbol::Equal) || self.follows(Symbol::NotEqual)
    }

    fn is_decimal_comma(&self) -> bool {
        let next_is_number = matches!(
            self.peek_at(1),
            Some(Token {
                kind: TokenKind::Number { .. },
                ..
            })
        );
        let here = self.here();
        next_is_number
            && self.before().end == here.start
            && self
                .peek_at(1)
                .is_some_and(|token| token.span.start == here.end)
    }

    /// Skips to the next clause or item head.
    fn skip_to_head(&mut self) {
        while let Some(token) = self.peek() {
            if matches!(&token.kind, TokenKind::Word(word) if is_head(word)) {
                return;
            }
            self.at += 1;
        }
    }
}

fn describe(kind: &TokenKind) -> String {
    match kind {
        TokenKind::Word(word) => format!("`{word}`"),
        TokenKind::Name(name) => format!("`{}`", name.text()),
        TokenKind::Number { digits, unit, .. } => match unit {
            Some(unit) => format!("`{digits} {}`", unit.symbol),
            None => format!("`{digits}`"),
        },
        TokenKind::Text(_) => "a text in quotes".to_owned(),
        TokenKind::Symbol(symbol) => format!("`{}`", symbol.text()),
        TokenKind::Comment(_) => "a comment".to_owned(),
        TokenKind::Bad => "a character that is not used here".to_owned(),
    }
}
