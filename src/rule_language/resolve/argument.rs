//! Claims and evidence: one name space of codes, formulas, premises, attacks.

use std::collections::BTreeMap;

use super::Resolver;
use super::clauses::Clauses;
use crate::diagnostic::Diagnostic;
use crate::rule_language::argument::{Attack, Claim, Evidence, Node, Premise};
use crate::rule_language::ast::{
    AssumeItem, AttackSyntax, ClaimItem, EvidenceItem, Item, Text, Word,
};
use crate::rule_language::codes;
use crate::rule_language::expression::BoolExpr;
use crate::rule_language::rule_set::Assumption;
use crate::span::Span;

/// What the codes of the files stand for; `None` for one whose item has a mistake.
pub(super) type Nodes = BTreeMap<String, Option<Node>>;

impl Resolver<'_> {
    pub(super) fn assumption(&mut self, item: &AssumeItem) -> Option<Assumption> {
        let condition = self.condition(&item.condition)?;
        let reads = self.reads(&[&condition]);
        let name = item.name.as_ref();
        Some(Assumption {
            name: name.map(|(code, text)| (code.text.clone(), text.value.clone())),
            condition,
            reads,
        })
    }

    /// Resolves claims and evidence; `nodes` holds rules and assumptions and gets the rest.
    pub(super) fn arguments(
        &mut self,
        items: &[&Item],
        nodes: &mut Nodes,
    ) -> (Vec<Claim>, Vec<Evidence>) {
        self.codes_used_twice(items);
        // Formulas first: a premise may name what stands further down.
        let mut claims: Vec<(&ClaimItem, BoolExpr)> = Vec::new();
        let mut evidences: Vec<(&EvidenceItem, BoolExpr)> = Vec::new();
        for item in items {
            match item {
                Item::Claim(claim) => {
                    let formula = self.condition(&claim.formula);
                    let node = formula.as_ref().map(|_| Node::Claim(claims.len()));
                    nodes.entry(claim.code.text.clone()).or_insert(node);
                    claims.extend(formula.map(|formula| (claim, formula)));
                }
                Item::Evidence(evidence) => {
                    let complete = self.evidence_is_complete(evidence);
                    let formula = self.condition(&evidence.formula).filter(|_| complete);
                    let node = formula.as_ref().map(|_| Node::Evidence(evidences.len()));
                    nodes.entry(evidence.code.text.clone()).or_insert(node);
                    evidences.extend(formula.map(|formula| (evidence, formula)));
                }
                _ => {}
            }
        }
        let claims = claims.into_iter().map(|(item, formula)| Claim {
            code: item.code.text.clone(),
            title: item.title.value.clone(),
            reads: self.reads(&[&formula]),
            formula,
            from: self.premises(&item.from, nodes),
            attacks: self.attacks(&item.attacks, nodes),
            span: item.span,
            code_span: item.code.span,
        });
        let claims = claims.collect();
        let evidences = evidences
            .into_iter()
            .filter_map(|(item, formula)| self.evidence(item, formula, nodes));
        (claims, evidences.collect())
    }

    fn evidence(
        &mut self,
        item: &EvidenceItem,
        formula: BoolExpr,
        nodes: &Nodes,
    ) -> Option<Evidence> {
        Some(Evidence {
            code: item.code.text.clone(),
            title: item.title.value.clone(),
            reads: self.reads(&[&formula]),
            formula,
            source: item.source.as_ref()?.value.clone(),
            class: item.class?.0,
            sha256: item.hash.as_ref().and_then(|hash| self.sha256(hash)),
            quote: item.quote.as_ref().map(|quote| quote.value.clone()),
            attacks: self.attacks(&item.attacks, nodes),
            span: item.span,
            code_span: item.code.span,
        })
    }

    fn evidence_is_complete(&mut self, item: &EvidenceItem) -> bool {
        let clauses = Clauses {
            code: &item.code,
            subject: format!("evidence `{}`", item.code.text),
            present: &[
                ("source", item.source.is_some()),
                ("kind", item.class.is_some()),
            ],
            refused: &[],
        };
        self.is_complete(
            &clauses,
            |_| "say where it comes from; from memory is `source \"…\" kind recalled`",
        )
    }

    fn sha256(&mut self, hash: &Text) -> Option<String> {
        let digits = hash.value.strip_prefix("sha256:");
        let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        if let Some(digits) = digits
            && digits.len() == 64
            && digits.chars().all(is_digit)
        {
            return Some(digits.to_owned());
        }
        let message = match digits {
            None => "a hash names its method".to_owned(),
            Some(digits) => format!(
                "a SHA-256 has 64 digits 0-9 and a-f, this text has {}",
                digits.chars().count()
            ),
        };
        self.diagnostics.push(
            Diagnostic::error(codes::HASH, hash.span, message)
                .help("write `sha256:` and what `sha256sum FILE` prints"),
        );
        None
    }

    fn premises(&mut self, from: &[Word], nodes: &Nodes) -> Vec<Premise> {
        let mut premises: Vec<Premise> = Vec::new();
        for word in from {
            let Some(node) = self.node(word, nodes) else {
                continue;
            };
            if let Some(before) = premises.iter().find(|premise| premise.node == node) {
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::PREMISE,
                        word.span,
                        format!("the premise `{}` is named twice", word.text),
                    )
                    .also(before.span, "first here")
                    .help("keep one of them"),
                );
                continue;
            }
            premises.push(Premise {
                node,
                span: word.span,
            });
        }
        premises
    }

    fn attacks(&mut self, attacks: &[AttackSyntax], nodes: &Nodes) -> Vec<Attack> {
        let resolved = attacks.iter().filter_map(|attack| {
            Some(Attack {
                target: self.node(&attack.target, nodes)?,
                because: attack.because.value.clone(),
                span: attack.span,
            })
        });
        resolved.collect()
    }

    fn node(&mut self, word: &Word, nodes: &Nodes) -> Option<Node> {
        if let Some(node) = nodes.get(&word.text) {
            return *node;
        }
        let diagnostic = Diagnostic::error(
            codes::PREMISE,
            word.span,
            format!(
                "there is no rule, assumption, claim or evidence `{}`",
                word.text
            ),
        )
        .suggest(&word.text, nodes.keys().map(String::as_str));
        self.diagnostics.push(if diagnostic.help.is_none() {
            diagnostic.help("name the code of an item in the files read together")
        } else {
            diagnostic
        });
        None
    }

    /// Codes of assumptions, claims and evidence against all others; two rules are reported where
    /// rules are collected.
    fn codes_used_twice(&mut self, items: &[&Item]) {
        let mut first: BTreeMap<&str, (Span, bool)> = BTreeMap::new();
        for item in items {
            let (code, is_rule) = match item {
                Item::Rule(rule) => (&rule.code, true),
                Item::Claim(claim) => (&claim.code, false),
                Item::Evidence(evidence) => (&evidence.code, false),
                Item::Assume(AssumeItem {
                    name: Some((code, _)),
                    ..
                }) => (code, false),
                _ => continue,
            };
            match first.get(code.text.as_str()) {
                None => {
                    first.insert(&code.text, (code.span, is_rule));
                }
                Some((_, true)) if is_rule => {}
                Some((span, _)) => self.diagnostics.push(
                    Diagnostic::error(
                        codes::RULE_CLASH,
                        code.span,
                        format!("the code `{}` is used twice", code.text),
                    )
                    .also(*span, "first here")
                    .help("give one of them a new code"),
                ),
            }
        }
    }
}
