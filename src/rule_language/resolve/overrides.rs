//! Overrides: a plant puts its own limit in the place of one that it cannot use.
//!
//! The rule keeps its code, guard, severity and reason; the limit, its source, evidence and owner
//! change, and both limits stay in the [`Rule`]. The rule inherits the weakest part: as long as one
//! of its limits is recalled, it is recalled.

use std::collections::BTreeMap;

use super::Resolver;
use super::clauses::Clauses;
use super::lower::Lowering;
use crate::diagnostic::{Diagnostic, quoted_list};
use crate::rule_language::ast::{Item, LimitSelector, Literal, OverrideItem};
use crate::rule_language::codes;
use crate::rule_language::expression::Reference;
use crate::rule_language::limit::{Limit, limits, replaced};
use crate::rule_language::rule_set::{Override, Replaced, Rule};

impl Resolver<'_> {
    /// Applies all overrides to the rules.
    pub(super) fn overrides(
        &mut self,
        items: &[&Item],
        rules: &mut [Rule],
        known: &BTreeMap<String, Option<usize>>,
    ) {
        for item in items {
            let Item::Override(item) = item else { continue };
            let complete = self.override_is_complete(item);
            let rule = match known.get(&item.code.text) {
                None => {
                    self.unknown_override(item, rules);
                    continue;
                }
                // The rule has its own diagnostic.
                Some(None) => continue,
                Some(Some(at)) => &mut rules[*at],
            };
            if let (true, Some(made)) = (complete, self.override_of(item, rule)) {
                apply(rule, made);
            }
        }
    }

    fn unknown_override(&mut self, item: &OverrideItem, rules: &[Rule]) {
        let code = &item.code.text;
        let diagnostic = Diagnostic::error(
            codes::OVERRIDE_RULE,
            item.code.span,
            format!("there is no rule `{code}` to override"),
        )
        .suggest(code, rules.iter().map(|rule| rule.code.as_str()));
        self.diagnostics.push(if diagnostic.help.is_none() {
            diagnostic.help("name its rule set with `use NAME \"VERSION\"`, or give its file too")
        } else {
            diagnostic
        });
    }

    fn override_is_complete(&mut self, item: &OverrideItem) -> bool {
        let clauses = Clauses {
            code: &item.code,
            subject: format!("the override of `{}`", item.code.text),
            present: &[
                ("limit", item.limit.is_some()),
                ("reason", item.reason.is_some()),
                ("source", item.source.is_some()),
                ("evidence", item.evidence.is_some()),
                ("owner", item.owner.is_some()),
            ],
            refused: &item.refused,
        };
        self.is_complete(
            &clauses,
            |_| "who replaces a limit says why, by which document, and answers for it",
        )
    }

    fn override_of(&mut self, item: &OverrideItem, rule: &Rule) -> Option<Override> {
        let original = match &rule.replaced {
            Some(replaced) => &replaced.original,
            None => rule,
        };
        let all = limits(&original.body);
        let at = self.selected(item, &all, rule)?;
        let (limit, literal) = (&all[at], item.limit.as_ref()?);
        let before = rule
            .replaced
            .iter()
            .flat_map(|replaced| &replaced.overrides);
        if let Some(before) = before.into_iter().find(|before| before.limit == at) {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::OVERRIDE_LIMIT,
                    item.code.span,
                    format!("this limit of `{}` is overridden twice", rule.code),
                )
                .also(before.new_span, "first here")
                .help("keep one of them"),
            );
            return None;
        }
        let mut lowering = Lowering {
            scope: self.scope,
            diagnostics: self.diagnostics,
            member: None,
        };
        let new = lowering.literal_as(literal, limit.quantity_type, codes::OVERRIDE_KIND)?;
        let more = limit.allows_more(&new);
        if more != Some(false) && item.looser.is_none() {
            self.looser_unsaid(literal, limit, more);
            return None;
        }
        Some(Override {
            limit: at,
            old: limit.value.clone(),
            new,
            old_span: limit.span,
            new_span: literal.span,
            looser: more != Some(false),
            reason: item.reason.as_ref()?.value.clone(),
            owner: item.owner.as_ref()?.value.clone(),
            source: item.source.as_ref()?.value.clone(),
            evidence: item.evidence?.0,
            span: item.span,
        })
    }

    fn looser_unsaid(&mut self, literal: &Literal, limit: &Limit, more: Option<bool>) {
        let message = match more {
            Some(_) => "this limit allows more than the one it replaces",
            None => "this limit allows what the one it replaces forbids",
        };
        self.diagnostics.push(
            Diagnostic::error(codes::OVERRIDE_LOOSER, literal.span, message)
                .label("the new limit")
                .also(limit.span, "the limit it replaces")
                .help("add `looser` if that is meant: a reviewer looks for this word"),
        );
    }

    /// Finds the limit that is meant.
    fn selected(&mut self, item: &OverrideItem, all: &[Limit], rule: &Rule) -> Option<usize> {
        let fits: Vec<usize> = match &item.selector {
            None => (0..all.len()).collect(),
            Some(LimitSelector::Number(number, _)) => all
                .get(number - 1)
                .map(|_| number - 1)
                .into_iter()
                .collect(),
            Some(LimitSelector::Signal(name, operator)) => {
                let full = name.text();
                let bounds = |limit: &Limit| {
                    limit.bounds.iter().any(|one| self.name_of(*one) == full)
                        && operator.is_none_or(|operator| operator == limit.operator)
                };
                (0..all.len()).filter(|&at| bounds(&all[at])).collect()
            }
        };
        if let [only] = fits.as_slice() {
            return Some(*only);
        }
        let span = match &item.selector {
            Some(LimitSelector::Number(_, span)) => *span,
            Some(LimitSelector::Signal(name, _)) => name.span,
            None => item.code.span,
        };
        let (message, help) = match (all.len(), fits.len()) {
            (0, _) => (
                format!("`{}` compares nothing with a literal", rule.code),
                "a limit that is computed is changed in its own file".to_owned(),
            ),
            (_, 0) => (
                format!("`{}` has no such limit", rule.code),
                self.choices(all),
            ),
            (_, several) => (
                format!("`{}` has {several} limits that fit", rule.code),
                self.choices(all),
            ),
        };
        let mut diagnostic = Diagnostic::error(codes::OVERRIDE_LIMIT, span, message).help(help);
        for limit in all {
            diagnostic = diagnostic.also(limit.span, "a limit");
        }
        self.diagnostics.push(diagnostic);
        None
    }

    fn name_of(&self, reference: Reference) -> String {
        match reference {
            Reference::Signal(id) => self.scope.signals[id.0].name.clone(),
            Reference::Let(id) => self.lets[id.0].name.clone(),
        }
    }

    /// Lists how each limit is named.
    fn choices(&self, all: &[Limit]) -> String {
        let written: Vec<String> = all
            .iter()
            .enumerate()
            .map(|(at, limit)| match limit.bounds.first() {
                Some(first) if limit.bounds.len() == 1 => {
                    format!("limit {} {} …", self.name_of(*first), limit.operator.text())
                }
                _ => format!("limit {} : …", at + 1),
            })
            .collect();
        let written: Vec<&str> = written.iter().map(String::as_str).collect();
        format!("say which: {}", quoted_list(&written))
    }
}

fn apply(rule: &mut Rule, made: Override) {
    let mut replacement = match rule.replaced.take() {
        Some(replaced) => *replaced,
        None => Replaced {
            original: rule.clone(),
            overrides: Vec::new(),
        },
    };
    rule.body = replaced(&rule.body, made.old_span, &made.new, made.new_span);
    replacement.overrides.push(made);
    let (original, overrides) = (&replacement.original, &replacement.overrides);
    let all_replaced = limits(&original.body).len() == overrides.len();
    let classes = overrides.iter().map(|one| one.evidence);
    let kept = (!all_replaced).then_some(original.evidence);
    rule.evidence = classes.chain(kept).min().unwrap_or(original.evidence);
    let mut sources: Vec<&str> = Vec::new();
    let kept = (!all_replaced).then_some(original.source.as_str());
    for source in kept
        .into_iter()
        .chain(overrides.iter().map(|one| one.source.as_str()))
    {
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    rule.source = sources.join("; ");
    rule.owner = overrides.last().map(|one| one.owner.clone());
    rule.replaced = Some(Box::new(replacement));
}
