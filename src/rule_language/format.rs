//! Writes a rule file in the one house layout, keeping every token and comment.
//!
//! In: a file that was read without a mistake. Out: text that reads back as the same items and
//! that this function leaves as it is. An item starts a line, its clauses are indented by two
//! and their texts aligned; line breaks inside an expression stay where they were, indented by
//! four; at most one blank line stays between two lines.

use super::lexer::{CLAUSE_HEADS, ITEM_HEADS, OPERATOR_WORDS, Symbol, Token, TokenKind};
use super::parser::{Mark, ParsedFile};
use crate::span::Sources;

/// Column behind clause heads: the longest, `guard_band`, and a space.
const CLAUSE_WIDTH: usize = 11;

/// Formats a parsed file; `None` when it has mistakes, since a mistake has no layout.
#[must_use]
pub fn format(parsed: &ParsedFile, sources: &Sources) -> Option<String> {
    if parsed.diagnostics.has_errors() {
        return None;
    }
    let mut writer = Writer {
        sources,
        tokens: &parsed.tokens,
        text: String::new(),
        in_item: false,
    };
    for at in 0..parsed.tokens.len() {
        let mark = parsed
            .marks
            .binary_search_by_key(&at, |(token, _)| *token)
            .ok()
            .map(|found| parsed.marks[found].1);
        writer.token(at, mark, &parsed.marks);
    }
    let mut text = writer.text.trim_start_matches('\n').to_owned();
    if !text.is_empty() {
        text.push('\n');
    }
    Some(text)
}

struct Writer<'a> {
    sources: &'a Sources,
    tokens: &'a [Token],
    text: String,
    in_item: bool,
}

impl Writer<'_> {
    fn token(&mut self, at: usize, mark: Option<Mark>, marks: &[(usize, Mark)]) {
        let token = &self.tokens[at];
        let previous = at.checked_sub(1).map(|at| &self.tokens[at]);
        let after_comment =
            previous.is_some_and(|previous| matches!(previous.kind, TokenKind::Comment(_)));
        match (mark, &token.kind) {
            (Some(Mark::Item), _) => {
                self.in_item = true;
                self.start_line(at, "");
            }
            (Some(Mark::Clause), _) => self.start_line(at, "  "),
            (None, TokenKind::Comment(_)) if token.newlines > 0 || previous.is_none() => {
                let indent = self.comment_indent(at, marks);
                self.start_line(at, indent);
            }
            (None, TokenKind::Comment(_)) => self.text.push_str("  "),
            (None, _) if token.newlines > 0 || after_comment => self.start_line(at, "    "),
            (None, _) => {
                let space = previous.is_some_and(|_| space_between(self.tokens, at));
                self.text.push_str(if space { " " } else { "" });
            }
        }
        let written = written(token, self.sources);
        self.text.push_str(&written);
        if mark == Some(Mark::Clause) {
            let padding = CLAUSE_WIDTH.saturating_sub(written.len() + 1);
            self.text.push_str(&" ".repeat(padding));
        }
    }

    /// A comment on its own line is indented like the token that follows it.
    fn comment_indent(&self, at: usize, marks: &[(usize, Mark)]) -> &'static str {
        let next = (at + 1..self.tokens.len())
            .find(|&next| !matches!(self.tokens[next].kind, TokenKind::Comment(_)));
        let mark =
            next.and_then(|next| marks.iter().find(|(token, _)| *token == next).map(|m| m.1));
        match (next, mark) {
            (Some(_), None) if self.in_item => "    ",
            (Some(_), Some(Mark::Clause)) => "  ",
            _ => "",
        }
    }

    fn start_line(&mut self, at: usize, indent: &str) {
        while self.text.ends_with(' ') {
            self.text.pop();
        }
        if at > 0 {
            let blank = self.tokens[at].newlines > 1;
            self.text.push_str(if blank { "\n\n" } else { "\n" });
        }
        self.text.push_str(indent);
    }
}

/// Writes one token.
fn written(token: &Token, sources: &Sources) -> String {
    match &token.kind {
        TokenKind::Name(name) => name.text(),
        TokenKind::Number { digits, unit, .. } => match unit {
            Some(unit) => format!("{digits} {}", unit.symbol),
            None => digits.clone(),
        },
        TokenKind::Comment(text) => text.clone(),
        TokenKind::Word(_) | TokenKind::Text(_) | TokenKind::Symbol(_) | TokenKind::Bad => {
            sources.text(token.span).to_owned()
        }
    }
}

fn symbol(token: Option<&Token>) -> Option<Symbol> {
    match token.map(|token| &token.kind) {
        Some(TokenKind::Symbol(symbol)) => Some(*symbol),
        _ => None,
    }
}

/// Tells whether a space stands between token `at` and the one before it.
fn space_between(tokens: &[Token], at: usize) -> bool {
    let (before, now) = (&tokens[at - 1], &tokens[at]);
    let touching = before.span.end == now.span.start;
    match (symbol(Some(before)), symbol(Some(now))) {
        (_, Some(Symbol::CloseParenthesis | Symbol::Comma))
        | (Some(Symbol::OpenParenthesis | Symbol::Power), _)
        | (_, Some(Symbol::Power)) => false,
        // A function and its arguments; after an operator word a parenthesis stands alone.
        (_, Some(Symbol::OpenParenthesis)) => match &before.kind {
            TokenKind::Word(word) => is_word_between(word),
            _ => symbol(Some(before)) != Some(Symbol::Minus) || !is_sign(tokens, at - 1),
        },
        (Some(Symbol::Minus), _) if is_sign(tokens, at - 1) => !touching,
        // `one of {A, B}` and sets have no inner spaces, tests do: `pass { … }`.
        (Some(Symbol::OpenBrace), _) => !is_set(tokens, at - 1),
        (_, Some(Symbol::CloseBrace)) => !closes_set(tokens, at),
        _ => true,
    }
}

fn is_word_between(word: &str) -> bool {
    OPERATOR_WORDS.contains(&word) || CLAUSE_HEADS.contains(&word) || ITEM_HEADS.contains(&word)
}

/// Tells whether the minus at `at` is a sign, that is, no operand stands before it.
fn is_sign(tokens: &[Token], at: usize) -> bool {
    let before = tokens[..at]
        .iter()
        .rev()
        .find(|token| !matches!(token.kind, TokenKind::Comment(_)));
    match before.map(|token| &token.kind) {
        Some(TokenKind::Number { .. } | TokenKind::Name(_) | TokenKind::Text(_)) => false,
        Some(TokenKind::Word(word)) => is_word_between(word),
        Some(TokenKind::Symbol(Symbol::CloseParenthesis | Symbol::CloseBrace)) => false,
        _ => true,
    }
}

/// Tells whether the brace at `at` opens a set of enumerators: it follows `in` or `of`.
fn is_set(tokens: &[Token], at: usize) -> bool {
    let before = tokens[..at]
        .iter()
        .rev()
        .find(|token| !matches!(token.kind, TokenKind::Comment(_)));
    matches!(
        before.map(|token| &token.kind),
        Some(TokenKind::Word(word)) if word == "in" || word == "of"
    )
}

fn closes_set(tokens: &[Token], at: usize) -> bool {
    tokens[..at]
        .iter()
        .rposition(|token| token.kind == TokenKind::Symbol(Symbol::OpenBrace))
        .is_some_and(|open| is_set(tokens, open))
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn formatted(text: &str) -> String {
        let mut sources = Sources::new();
        let file = sources.add("a.rule", text);
        let parsed = parse(file, text);
        format(&parsed, &sources).unwrap_or_else(|| parsed.diagnostics.render(&sources, false))
    }

    #[test]
    fn clauses_get_lines_and_comments_stay() {
        let text = "# head\nruleset  demo \"1\"   # tail\n\n\n\nrule EL002 \"water\"   require a.b<=10 ppm_mass-  -3 ppm_mass and( not c.d in { X,Y } )   severity major  # why\n # own\n because \"x\" test EL002 pass {a.b=-3 degC,c.d=X}";
        let once = formatted(text);
        insta::assert_snapshot!(once, @r#"
        # head
        ruleset demo "1"  # tail

        rule EL002 "water"
          require    a.b <= 10 ppm_mass - -3 ppm_mass and (not c.d in {X, Y})
          severity   major  # why
          # own
          because    "x"
        test EL002
          pass       { a.b = -3 degC, c.d = X }
        "#);
        assert_eq!(formatted(&once), once);
    }

    #[test]
    fn line_breaks_inside_expressions_stay() {
        let text = "assume a.b <= 3 m\nand -a.c >= - 4 m\nand -(a.c)^2 < max(1 m^2, 2 m^2)\n";
        let once = formatted(text);
        insta::assert_snapshot!(once, @r#"
        assume a.b <= 3 m
            and -a.c >= - 4 m
            and -(a.c)^2 < max(1 m^2, 2 m^2)
        "#);
        assert_eq!(formatted(&once), once);
    }

    #[test]
    fn a_file_with_mistakes_is_not_formatted() {
        let mut sources = Sources::new();
        let text = "rule EL001 \"x\" require <= 3";
        let file = sources.add("a.rule", text);
        assert_eq!(format(&parse(file, text), &sources), None);
    }
}
