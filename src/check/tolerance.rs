//! What the tolerances of a recipe take from a rule's slack, exactly.
//!
//! In: a rule on inputs and a [`Case`]. Out: the slack of the deciding comparison at the nominal
//! recipe and its least over the whole tolerance box, as exact SI rationals; nothing where the
//! least is not known exactly. Their difference is one *tolerance width* of the rule. For a linear
//! rule `c.x <= b` with tolerances `|d_i| <= t_i` it is `sum |c_i| t_i`, half of what the
//! tolerances move the left side; for every rule it is what they can take away, so that the rule
//! holds on the whole box exactly where the nominal slack is at least one width. The corner is
//! found in the compiled form, both slacks are read by the rule language itself.

use super::case::Case;
use super::compile::Compiler;
use super::facts::{has_one_kind, worst};
use super::reading::reading;
use crate::quantity::QuantityType;
use crate::rational::Rational;
use crate::rule_language::evaluate::{Evaluator, Truth};
use crate::rule_language::{Margin, Point, PointValue, Rule, RuleSet, SignalId};

/// A slack at the nominal recipe and its least over the tolerances, SI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToleranceSlack {
    /// At the nominal recipe.
    pub nominal: Rational,
    /// The least over the tolerance box; at most `nominal`.
    pub least: Rational,
    /// Kind of the compared quantities.
    pub quantity_type: QuantityType,
}

impl ToleranceSlack {
    /// What the tolerances take; zero where none acts against the rule.
    #[must_use]
    pub fn width(&self) -> Rational {
        &self.nominal - &self.least
    }
}

/// Measures a rule; nothing where the guard does not hold at both points, where comparisons of
/// different kinds meet, or where the least slack is not known to lie at a corner.
#[must_use]
pub fn tolerance_slack(rule_set: &RuleSet, rule: &Rule, case: &Case) -> Option<ToleranceSlack> {
    let mut compiler = Compiler::new(rule_set, case);
    let body = compiler.condition(&rule.body).ok()?;
    if !has_one_kind(&body) {
        return None;
    }
    let corner = worst(&body, &compiler.ranges)?.corner;
    let nominal = case.nominal();
    let mut point = nominal.clone();
    for (id, value) in corner {
        let signal = SignalId(usize::try_from(id).ok()?);
        if signal.0 < rule_set.signals.len() {
            point.set(signal, PointValue::Number(value));
        }
    }
    let applies = |at: &Point| Evaluator::new(rule_set, at).truth(&rule.guard) == Ok(Truth::True);
    if !applies(&nominal) || !applies(&point) {
        return None;
    }
    let deciding = reading(rule_set, rule, &point)?.margin?;
    let least = deciding.value.exact()?.clone();
    let nominal = same_comparison(rule_set, rule, (&point, &nominal), &deciding)?;
    (least <= nominal).then_some(ToleranceSlack {
        nominal,
        least,
        quantity_type: deciding.quantity_type,
    })
}

/// The slack at the nominal recipe of the comparison that decides at the worst point; members of
/// a family share one place in the text, so comparisons are told apart by their order.
fn same_comparison(
    rule_set: &RuleSet,
    rule: &Rule,
    (point, nominal): (&Point, &Point),
    deciding: &Margin,
) -> Option<Rational> {
    let margins_at = |at: &Point| Evaluator::new(rule_set, at).margins(&rule.body).ok();
    let at_worst = margins_at(point)?;
    let place = at_worst.iter().position(|margin| {
        // `not` turns the sign of a slack.
        let is_same = margin.value == deciding.value || margin.value.negative() == deciding.value;
        margin.comparison == deciding.comparison && is_same
    })?;
    let own = margins_at(nominal)?.get(place)?.value.exact()?.clone();
    let is_turned = at_worst.get(place)?.value != deciding.value;
    Some(if is_turned { -&own } else { own })
}
