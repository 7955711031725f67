//! Items of the argument and of its changes: `assume`, `claim`, `evidence`, `override`.

use super::super::ast::{
    AssumeItem, AttackSyntax, ClaimItem, EvidenceClass, EvidenceItem, Item, LimitSelector,
    OverrideItem,
};
use super::super::codes;
use super::super::lexer::{Symbol, TokenKind};
use super::{Mark, Parsed, Parser};
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// Clause heads of an override, in the order the reference shows them.
const OVERRIDE_CLAUSES: [&str; 6] = ["limit", "looser", "reason", "source", "evidence", "owner"];

impl Parser<'_> {
    /// `assume AS1 "text" : expr` has a code that claims can name; `assume expr` has none.
    pub(super) fn assume(&mut self) -> Parsed<Item> {
        let next_is_text = matches!(
            self.peek_at(1).map(|token| &token.kind),
            Some(TokenKind::Text(_))
        );
        let name = if self.peek_word().is_some() && next_is_text {
            let code = self.expect_code()?;
            let text = self.expect_text("the assumption in words, in quotes")?;
            self.expect_symbol(Symbol::Colon, "before the formula")?;
            Some((code, text))
        } else {
            None
        };
        let condition = self.expression();
        Ok(Item::Assume(AssumeItem { name, condition }))
    }

    pub(super) fn claim(&mut self, start: Span) -> Parsed<Item> {
        let code = self.expect_code()?;
        let title = self.expect_text("the claim in words, in quotes")?;
        self.expect_symbol(Symbol::Colon, "before the formula")?;
        let mut claim = ClaimItem {
            code,
            title,
            formula: self.expression(),
            from: Vec::new(),
            attacks: Vec::new(),
            span: start,
        };
        while let Some(head @ ("from" | "attacks")) = self.peek_word() {
            self.mark(Mark::Clause);
            let here = self.here();
            self.at += 1;
            if head == "attacks" {
                claim.attacks.push(self.attack(here)?);
                continue;
            }
            self.once(!claim.from.is_empty(), "from", here)?;
            claim.from.push(self.expect_code()?);
            while self.eat_symbol(Symbol::Comma) {
                claim.from.push(self.expect_code()?);
            }
        }
        self.expect_end_of_item("`from`, `attacks` or the next item")?;
        claim.span = start.to(self.before());
        Ok(Item::Claim(claim))
    }

    /// Reads behind `attacks`; its `because` stays on the same line.
    fn attack(&mut self, start: Span) -> Parsed<AttackSyntax> {
        let target = self.expect_code()?;
        if !self.eat_word("because") {
            let diagnostic = Diagnostic::error(
                codes::SYNTAX,
                start.to(target.span),
                "an attack gives its reason",
            )
            .help(format!("write `attacks {} because \"…\"`", target.text));
            return Err(self.stop(diagnostic));
        }
        let because = self.expect_text("the reason in quotes")?;
        Ok(AttackSyntax {
            target,
            because,
            span: start.to(self.before()),
        })
    }

    pub(super) fn evidence(&mut self, start: Span) -> Parsed<Item> {
        let code = self.expect_code()?;
        let title = self.expect_text("the evidence in words, in quotes")?;
        self.expect_symbol(Symbol::Colon, "before the formula")?;
        let mut evidence = EvidenceItem {
            code,
            title,
            formula: self.expression(),
            source: None,
            class: None,
            hash: None,
            quote: None,
            attacks: Vec::new(),
            span: start,
        };
        while let Some(head @ ("source" | "kind" | "hash" | "quote" | "attacks")) = self.peek_word()
        {
            self.mark(Mark::Clause);
            let here = self.here();
            self.at += 1;
            let twice = match head {
                "source" => {
                    let text = self.expect_text("the source in quotes")?;
                    evidence.source.replace(text).is_some()
                }
                "hash" => {
                    let text = self.expect_text("a digest in quotes, `\"sha256:…\"`")?;
                    evidence.hash.replace(text).is_some()
                }
                "quote" => {
                    let text = self.expect_text("the quoted words in quotes")?;
                    evidence.quote.replace(text).is_some()
                }
                "attacks" => {
                    evidence.attacks.push(self.attack(here)?);
                    false
                }
                _ => {
                    let class = self.evidence_class()?;
                    evidence.class.replace(class).is_some()
                }
            };
            self.once(twice, head, here)?;
        }
        self.expect_end_of_item("`source`, `kind`, `hash`, `quote`, `attacks` or the next item")?;
        evidence.span = start.to(self.before());
        Ok(Item::Evidence(evidence))
    }

    fn evidence_class(&mut self) -> Parsed<(EvidenceClass, Span)> {
        self.choice(
            &EvidenceClass::ALL,
            EvidenceClass::name,
            "a class of evidence",
        )
    }

    pub(super) fn override_item(&mut self, start: Span) -> Parsed<Item> {
        let mut item = OverrideItem {
            code: self.expect_code()?,
            selector: None,
            limit: None,
            looser: None,
            reason: None,
            owner: None,
            source: None,
            evidence: None,
            refused: Vec::new(),
            span: start,
        };
        while self.peek().is_some() && !self.at_item() {
            let head = self.peek_word().unwrap_or("").to_owned();
            let Some(&clause) = OVERRIDE_CLAUSES.iter().find(|clause| **clause == head) else {
                let _reported =
                    self.unknown_head(&head, &OVERRIDE_CLAUSES, "a clause of an override");
                self.at += 1;
                self.skip_to_head();
                continue;
            };
            self.mark(Mark::Clause);
            let here = self.here();
            self.at += 1;
            if self.override_clause(&mut item, clause, here).is_err() {
                item.refused.push(clause);
                self.skip_to_head();
            }
        }
        item.span = start.to(self.before());
        Ok(Item::Override(Box::new(item)))
    }

    fn override_clause(&mut self, item: &mut OverrideItem, clause: &str, here: Span) -> Parsed<()> {
        let twice = match clause {
            "limit" => {
                let selector = self.selector()?;
                let literal = self.signed_literal("the new limit, such as `30 ppm_mass`")?;
                item.selector = selector;
                item.limit.replace(literal).is_some()
            }
            "looser" => item.looser.replace(here).is_some(),
            "evidence" => {
                let class = self.evidence_class()?;
                item.evidence.replace(class).is_some()
            }
            "reason" => {
                let text = self.expect_text("the reason in quotes")?;
                item.reason.replace(text).is_some()
            }
            "source" => {
                let text = self.expect_text("the source in quotes")?;
                item.source.replace(text).is_some()
            }
            _ => {
                let text = self.expect_text("the owner in quotes")?;
                item.owner.replace(text).is_some()
            }
        };
        self.once(twice, clause, here)
    }

    /// `2 :` or `electrolyte.hf <=` before the new limit.
    fn selector(&mut self) -> Parsed<Option<LimitSelector>> {
        let here = self.here();
        match self.peek_kind() {
            Some(TokenKind::Name(_)) => {
                let name = self.expect_name("the limited signal")?;
                let operator = self.compare_operator().map(|(operator, _)| operator);
                Ok(Some(LimitSelector::Signal(name, operator)))
            }
            Some(TokenKind::Number { value, .. })
                if self
                    .peek_at(1)
                    .is_some_and(|token| token.kind == TokenKind::Symbol(Symbol::Colon)) =>
            {
                let number = value.to_i64().and_then(|at| usize::try_from(at).ok());
                let Some(number) = number.filter(|at| *at > 0) else {
                    let diagnostic = Diagnostic::error(
                        codes::NUMBER,
                        here,
                        "limits are counted by whole numbers from 1",
                    )
                    .help("write `limit 1 : …` for the first limit of the rule");
                    return Err(self.stop(diagnostic));
                };
                self.at += 2;
                Ok(Some(LimitSelector::Number(number, here)))
            }
            _ => Ok(None),
        }
    }
}
