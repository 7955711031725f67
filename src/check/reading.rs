//! Readings: what a rule reads at one point, for tables.
//!
//! In: a rule and a point. Out: the judged quantity, its limit and the slack between them, exact,
//! by the rule language itself and not by the compiled form. Of several comparisons the one with
//! the least slack is read.

use super::verdict::Reading;
use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::expression::Reference;
use crate::rule_language::{BoolExpr, BoolKind, Margin, NumExpr, Point, Rule, RuleSet};

/// Reads a rule at a point; nothing where the body has no value there.
#[must_use]
pub fn reading(rule_set: &RuleSet, rule: &Rule, point: &Point) -> Option<Reading> {
    let evaluator = Evaluator::new(rule_set, point);
    let margin = match evaluator.margin(&rule.body).ok()? {
        Some(margin) => Some(margin),
        None => first_failing(&evaluator, rule),
    };
    let sides = margin.as_ref().and_then(|margin| {
        let comparison = comparison_of(&evaluator, &rule.body, margin)?;
        let (judged, limit) = judged_side(comparison, rule_set)?;
        Some((evaluator.value(judged).ok()?, evaluator.value(limit).ok()?))
    });
    let (value, limit) = sides.unzip();
    Some(Reading {
        point: point.clone(),
        value,
        limit,
        margin,
    })
}

/// Comparisons of different kinds have no common slack: the first that fails is read, else the
/// first.
fn first_failing(evaluator: &Evaluator<'_>, rule: &Rule) -> Option<Margin> {
    let margins = evaluator.margins(&rule.body).ok()?;
    let fails = |margin: &&Margin| margin.value.upper().is_negative();
    let failing = margins.iter().find(fails).cloned();
    failing.or_else(|| margins.into_iter().next())
}

/// Finds the comparison that gave a margin; members of a family share one place in the text.
fn comparison_of<'a>(
    evaluator: &Evaluator<'_>,
    body: &'a BoolExpr,
    margin: &Margin,
) -> Option<&'a BoolExpr> {
    let mut found = None;
    body.comparisons(&mut |comparison| {
        if found.is_some() || comparison.span != margin.comparison {
            return;
        }
        // `not` turns the sign of a slack.
        let own = evaluator.margin(comparison).ok().flatten();
        let is_same = own
            .is_some_and(|own| own.value == margin.value || own.value.negative() == margin.value);
        if is_same {
            found = Some(comparison);
        }
    });
    found
}

fn judged_side<'a>(
    comparison: &'a BoolExpr,
    rule_set: &RuleSet,
) -> Option<(&'a NumExpr, &'a NumExpr)> {
    match &comparison.kind {
        BoolKind::Compare { left, right, .. } => {
            if reads_signals(left, rule_set) || !reads_signals(right, rule_set) {
                Some((left, right))
            } else {
                Some((right, left))
            }
        }
        BoolKind::Constant(_)
        | BoolKind::Member { .. }
        | BoolKind::And(_)
        | BoolKind::Or(_)
        | BoolKind::Not(_)
        | BoolKind::Implies(..) => None,
    }
}

fn reads_signals(number: &NumExpr, rule_set: &RuleSet) -> bool {
    let mut reads = false;
    number.references(&mut |reference| {
        reads |= match reference {
            Reference::Signal(_) => true,
            Reference::Let(id) => !rule_set.let_part(id).reads.is_empty(),
        };
    });
    reads
}
