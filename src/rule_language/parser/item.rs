//! Items and their clauses.
//!
//! Each reader starts behind the item head. A clause that cannot be read is remembered as
//! refused, so that its absence is not reported a second time.

use super::super::ast::{
    EvidenceClass, Expectation, Header, Item, LetItem, ModeItem, Name, ProbabilitySyntax, RuleItem,
    RuleSeverity, SignalItem, SignalSyntax, TestItem, TestSection, TestValue, Text, UseItem, Word,
};
use super::super::codes;
use super::super::lexer::{ITEM_HEADS, Symbol, TokenKind, is_head};
use super::{Mark, Parsed, Parser, Stopped};
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// Clause heads of a rule, in the order the reference shows them.
const RULE_CLAUSES: [&str; 9] = [
    "when",
    "require",
    "with",
    "guard_band",
    "severity",
    "because",
    "source",
    "evidence",
    "owner",
];

impl Parser<'_> {
    pub(super) fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        while self.peek().is_some() {
            match self.item() {
                Ok(item) => items.push(item),
                Err(Stopped) => self.skip_to_item(),
            }
        }
        items
    }

    fn skip_to_item(&mut self) {
        while self.peek().is_some() && !self.at_item() {
            self.at += 1;
        }
    }

    /// `evidence` starts an item before a code and a clause before a class.
    pub(super) fn at_item(&self) -> bool {
        match self.peek_word() {
            Some("evidence") => self
                .word_at(1)
                .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_uppercase())),
            Some(word) => ITEM_HEADS.contains(&word),
            None => false,
        }
    }

    fn item(&mut self) -> Parsed<Item> {
        let start = self.here();
        let head = self.peek_word().unwrap_or("");
        if !self.at_item() {
            let found = head.to_owned();
            let stopped = self.unknown_head(&found, &ITEM_HEADS, "an item");
            self.at += 1;
            return Err(stopped);
        }
        self.mark(Mark::Item);
        self.at += 1;
        match head {
            "ruleset" => self.header(),
            "signal" => self.signal(start),
            "let" => self.let_item(start),
            "mode" => self.mode(),
            "assume" => self.assume(),
            "override" => self.override_item(start),
            "rule" => self.rule(start),
            "test" => self.test(start),
            "claim" => self.claim(start),
            "evidence" => self.evidence(start),
            _ => self.use_item(),
        }
    }

    pub(super) fn unknown_head(&mut self, found: &str, heads: &[&str], what: &str) -> Stopped {
        if found.is_empty() {
            let list = crate::diagnostic::quoted_list(heads);
            return self.unexpected(&format!("{what} ({list})"));
        }
        let diagnostic = Diagnostic::error(
            codes::HEAD,
            self.here(),
            format!("`{found}` does not start {what}"),
        )
        .suggest(found, heads.iter().copied());
        self.stop(diagnostic)
    }

    fn header(&mut self) -> Parsed<Item> {
        let name = self.expect_word("the name of the rule set")?;
        let version = self.expect_text("the version of the rule set in quotes")?;
        let title = self.optional_text();
        Ok(Item::Header(Header {
            name,
            version,
            title,
        }))
    }

    fn use_item(&mut self) -> Parsed<Item> {
        if let Some(TokenKind::Text(path)) = self.peek_kind() {
            let diagnostic = Diagnostic::error(
                codes::SYNTAX,
                self.here(),
                "`use` names a rule set and its version, not a file",
            )
            .help(format!("write `use {} \"1.0\"`", set_name_of(path)));
            return Err(self.stop(diagnostic));
        }
        let name = self.expect_word("the name of a rule set")?;
        let version = self.expect_text("the version of the rule set in quotes")?;
        self.expect_end_of_item("the next item")?;
        Ok(Item::Use(UseItem { name, version }))
    }

    fn mode(&mut self) -> Parsed<Item> {
        let name = match self.peek_kind() {
            Some(TokenKind::Name(name)) => {
                let last = name.head.rsplit('.').next().unwrap_or("step").to_owned();
                let diagnostic = Diagnostic::error(
                    codes::NAME,
                    self.here(),
                    format!("the mode `{}` has a dot", name.text()),
                )
                .help(format!("a mode belongs to no stage: write `mode {last}`"));
                return Err(self.stop(diagnostic));
            }
            _ => self.expect_word("the name of the mode")?,
        };
        self.expect_symbol(Symbol::Colon, "and `one of {…}` after the name")?;
        if self.peek_word() != Some("one") || self.word_at(1) != Some("of") {
            return Err(self.unexpected("`one of {…}`"));
        }
        self.at += 2;
        let members = self.members()?;
        let text = self.optional_text();
        let column = if self.eat_word("column") {
            Some(self.expect_text("the header of the column in quotes")?)
        } else {
            None
        };
        self.expect_end_of_item("a text, `column` or the next item")?;
        Ok(Item::Mode(ModeItem {
            name,
            members,
            text,
            column,
        }))
    }

    pub(super) fn optional_text(&mut self) -> Option<Text> {
        match self.peek_kind() {
            Some(TokenKind::Text(_)) => self.expect_text("a text").ok(),
            _ => None,
        }
    }

    fn signal(&mut self, start: Span) -> Parsed<Item> {
        let name = self.expect_name("the name of the signal")?;
        self.expect_symbol(Symbol::Colon, "and a kind after the name")?;
        let one_of = self.peek_word() == Some("one") && self.word_at(1) == Some("of");
        let syntax = if one_of {
            self.at += 2;
            SignalSyntax::OneOf(self.members()?)
        } else {
            SignalSyntax::Kind(self.expect_word("a kind or `one of {…}`")?)
        };
        let mut item = SignalItem {
            name,
            syntax: Some(syntax),
            range: None,
            text: None,
            column: None,
            span: start,
        };
        loop {
            let here = self.here();
            if self.eat_word("in") {
                let lower = self.signed_literal("the lower end of the range")?;
                self.expect_symbol(Symbol::Range, "between the ends of the range")?;
                let upper = self.signed_literal("the upper end of the range")?;
                let twice = item.range.replace((lower, upper)).is_some();
                self.once(twice, "in", here)?;
            } else if self.eat_word("column") {
                let text = self.expect_text("the header of the column in quotes")?;
                let twice = item.column.replace(text).is_some();
                self.once(twice, "column", here)?;
            } else if let Some(text) = self.optional_text() {
                let twice = item.text.replace(text).is_some();
                self.once(twice, "text", here)?;
            } else {
                break;
            }
        }
        self.expect_end_of_item("`in`, a text, `column` or the next item")?;
        item.span = start.to(self.before());
        Ok(Item::Signal(item))
    }

    pub(super) fn expect_end_of_item(&mut self, expected: &str) -> Parsed<()> {
        match self.peek_kind() {
            None => Ok(()),
            Some(TokenKind::Word(word)) if is_head(word) && self.at_item() => Ok(()),
            Some(_) => Err(self.unexpected(expected)),
        }
    }

    pub(super) fn once(&mut self, twice: bool, clause: &str, span: Span) -> Parsed<()> {
        if !twice {
            return Ok(());
        }
        let diagnostic = Diagnostic::error(
            codes::CLAUSE_TWICE,
            span,
            format!("`{clause}` is given twice"),
        )
        .help("keep one of them");
        Err(self.stop(diagnostic))
    }

    fn let_item(&mut self, start: Span) -> Parsed<Item> {
        let name = self.expect_name("the name of the let")?;
        self.expect_symbol(Symbol::Colon, "and a kind after the name")?;
        let kind = self.expect_word("a kind")?;
        self.expect_symbol(Symbol::Equals, "before the expression")?;
        let value = self.expression();
        let span = start.to(self.before());
        Ok(Item::Let(LetItem {
            name,
            kind,
            value,
            span,
        }))
    }

    fn rule(&mut self, start: Span) -> Parsed<Item> {
        let code = self.expect_code()?;
        let title = self.expect_text("the title of the rule in quotes")?;
        let mut rule = RuleItem {
            code,
            title,
            guard: None,
            body: None,
            probability: None,
            guard_band: None,
            severity: None,
            because: None,
            source: None,
            evidence: None,
            owner: None,
            refused: Vec::new(),
            span: start,
        };
        while self.peek().is_some() && !self.at_item() {
            let head = self.peek_word().unwrap_or("").to_owned();
            let Some(&clause) = RULE_CLAUSES.iter().find(|clause| **clause == head) else {
                let _reported = self.unknown_head(&head, &RULE_CLAUSES, "a clause of a rule");
                self.at += 1;
                self.skip_to_head();
                continue;
            };
            // `with probability` stays on the line of `require`.
            if clause != "with" {
                self.mark(Mark::Clause);
            }
            let here = self.here();
            self.at += 1;
            if self.rule_clause(&mut rule, clause, here).is_err() {
                rule.refused.push(clause);
                self.skip_to_head();
            }
        }
        rule.span = start.to(self.before());
        Ok(Item::Rule(Box::new(rule)))
    }

    pub(super) fn expect_code(&mut self) -> Parsed<Word> {
        if let Some(TokenKind::Text(_)) = self.peek_kind() {
            let diagnostic = Diagnostic::error(
                codes::SYNTAX,
                self.here(),
                "expected a code such as `EL001`, found a text in quotes",
            )
            .help("put the code before the text: `rule EL001 \"water\"`");
            return Err(self.stop(diagnostic));
        }
        let word = self.expect_word("a code such as `EL001`")?;
        if word.text.starts_with(|c: char| c.is_ascii_uppercase()) {
            return Ok(word);
        }
        let diagnostic = Diagnostic::error(
            codes::NAME,
            word.span,
            format!(
                "the code `{}` does not start with a capital letter",
                word.text
            ),
        )
        .help(format!("write `{}`", word.text.to_uppercase()));
        Err(self.stop(diagnostic))
    }

    fn rule_clause(&mut self, rule: &mut RuleItem, clause: &str, here: Span) -> Parsed<()> {
        let twice = match clause {
            "when" => rule.guard.replace(self.expression()).is_some(),
            "require" => rule.body.replace(self.expression()).is_some(),
            "with" => {
                let probability = self.probability(here)?;
                rule.probability.replace(probability).is_some()
            }
            "guard_band" => {
                let literal = self.signed_literal("a quantity such as `2 ppm_mass`")?;
                rule.guard_band.replace(literal).is_some()
            }
            "severity" => {
                let severity = self.choice(&RuleSeverity::ALL, RuleSeverity::name, "a severity")?;
                rule.severity.replace(severity).is_some()
            }
            "evidence" => {
                let class = self.choice(
                    &EvidenceClass::ALL,
                    EvidenceClass::name,
                    "a class of evidence",
                )?;
                rule.evidence.replace(class).is_some()
            }
            "because" => {
                let text = self.expect_text("the reason in quotes")?;
                rule.because.replace(text).is_some()
            }
            "source" => {
                let text = self.expect_text("the source in quotes")?;
                rule.source.replace(text).is_some()
            }
            _ => {
                let text = self.expect_text("the owner in quotes")?;
                rule.owner.replace(text).is_some()
            }
        };
        self.once(twice, clause, here)
    }

    pub(super) fn choice<T: Copy>(
        &mut self,
        all: &[T],
        name: fn(T) -> &'static str,
        what: &str,
    ) -> Parsed<(T, Span)> {
        let word = self.expect_word(what)?;
        if let Some(found) = all.iter().find(|&&one| name(one) == word.text) {
            return Ok((*found, word.span));
        }
        let names: Vec<&str> = all.iter().map(|&one| name(one)).collect();
        let diagnostic = Diagnostic::error(
            codes::CLASS,
            word.span,
            format!("`{}` is not {what}", word.text),
        )
        .suggest(&word.text, names);
        Err(self.stop(diagnostic))
    }

    fn probability(&mut self, start: Span) -> Parsed<ProbabilitySyntax> {
        if !self.eat_word("probability") {
            return Err(self.unexpected("`probability >= …` after `with`"));
        }
        self.expect_symbol(Symbol::GreaterEqual, "after `probability`")?;
        let probability = self.signed_literal("a probability such as `99.9 %`")?;
        let confidence = if self.eat_word("confidence") {
            Some(self.signed_literal("a confidence such as `95 %`")?)
        } else {
            None
        };
        Ok(ProbabilitySyntax {
            probability,
            confidence,
            span: start.to(self.before()),
        })
    }

    fn test(&mut self, start: Span) -> Parsed<Item> {
        let code = self.expect_code()?;
        let mut sections = Vec::new();
        while self.peek().is_some() && !self.at_item() {
            let head = self.peek_word().unwrap_or("").to_owned();
            let expectation = Expectation::ALL.into_iter().find(|e| e.name() == head);
            let names = Expectation::ALL.map(Expectation::name);
            let Some(expectation) = expectation else {
                return Err(self.unknown_head(&head, &names, "a section of a test"));
            };
            self.mark(Mark::Clause);
            let here = self.here();
            self.at += 1;
            let values = self.test_values()?;
            sections.push(TestSection {
                expectation,
                values,
                span: here.to(self.before()),
            });
        }
        let span = start.to(self.before());
        Ok(Item::Test(TestItem {
            code,
            sections,
            span,
        }))
    }

    /// A mode has no dot; other words are refused where names are expected.
    fn test_name(&mut self) -> Parsed<Name> {
        let is_given = self
            .peek_at(1)
            .is_some_and(|token| token.kind == TokenKind::Symbol(Symbol::Equals));
        match self.peek_word() {
            Some(word) if is_given && !is_head(word) => {
                let (head, span) = (word.to_owned(), self.here());
                self.at += 1;
                Ok(Name {
                    head,
                    index: None,
                    span,
                })
            }
            _ => self.expect_name("the name of a signal"),
        }
    }

    fn test_values(&mut self) -> Parsed<Vec<(Name, TestValue)>> {
        self.expect_symbol(Symbol::OpenBrace, "before the values")?;
        let mut values = Vec::new();
        while !self.is_symbol(Symbol::CloseBrace) {
            let name = self.test_name()?;
            self.expect_symbol(Symbol::Equals, "before the value")?;
            let value = match self.peek_kind() {
                Some(TokenKind::Word(_)) => TestValue::Word(self.expect_word("an enumerator")?),
                _ => TestValue::Literal(self.signed_literal("a number with unit")?),
            };
            values.push((name, value));
            if !self.eat_symbol(Symbol::Comma) {
                break;
            }
        }
        self.expect_symbol(Symbol::CloseBrace, "after the values")?;
        Ok(values)
    }
}

/// The rule set a path most likely means: `rules/plant-example.rule` is `plant_example`.
fn set_name_of(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    let name = file.strip_suffix(".rule").unwrap_or(file);
    name.replace(['-', ' ', '.'], "_")
}
