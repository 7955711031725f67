//! Margins of a recipe in units and in tolerance widths, and the rules nearest to breaking.
//!
//! In: rules on inputs with their evaluations. Out: a [`ToleranceMargin`] per rule in the rule's
//! own unit, exact; the codes of the rules that break, bind, or are the tightest that hold.

use crate::check::case::Case;
use crate::check::tolerance::tolerance_slack;
use crate::rational::Rational;
use crate::record::body::{Evaluation, ToleranceMargin};
use crate::record::findings::Binding;
use crate::rule_language::{Rule, RuleSet};

/// Measures a rule on inputs; nothing where its least slack is not known exactly.
#[must_use]
pub fn tolerance_margin(rules: &RuleSet, rule: &Rule, case: &Case) -> Option<ToleranceMargin> {
    let slack = tolerance_slack(rules, rule, case)?;
    if slack.quantity_type.dimension != rule.unit.quantity_type.dimension {
        return None;
    }
    let width = slack.width();
    let in_unit = |si: &Rational| rule.unit.difference_from_si(si).to_ratio_string();
    let in_widths = |si: &Rational| si.checked_div(&width).map(|n| n.to_ratio_string());
    Some(ToleranceMargin {
        unit: match rule.unit.symbol.as_str() {
            "degC" => "K",
            "" => "1",
            symbol => symbol,
        }
        .to_owned(),
        nominal: in_unit(&slack.nominal),
        worst: in_unit(&slack.least),
        nominal_widths: in_widths(&slack.nominal),
        worst_widths: in_widths(&slack.least),
        width: in_unit(&width),
    })
}

/// Finds the rules that break, bind, or are the tightest that hold.
#[must_use]
pub fn binding(judged: &[(&str, &Evaluation)]) -> Binding {
    let mut sorted = judged.to_vec();
    // What is not known exactly comes last.
    sorted.sort_by_cached_key(|(code, evaluation)| {
        let nearness = evaluation.tolerance.as_ref().map(ToleranceMargin::nearness);
        (nearness.is_none(), nearness, (*code).to_owned())
    });
    let mut found = Binding::default();
    let mut least: Option<Rational> = None;
    for (code, evaluation) in sorted {
        match evaluation.verdict.as_str() {
            "violated" | "holds_nominally" => found.broken.push(code.to_owned()),
            "holds" | "conditional" => {
                let tolerance = evaluation.tolerance.as_ref();
                if tolerance.is_some_and(|tolerance| tolerance.worst == "0") {
                    found.binds.push(code.to_owned());
                } else if let Some(widths) = tolerance.and_then(ToleranceMargin::worst_in_widths)
                    && least.as_ref().is_none_or(|least| widths == *least)
                {
                    found.tightest.push(code.to_owned());
                    least = Some(widths);
                }
            }
            _ => {}
        }
    }
    found
}
