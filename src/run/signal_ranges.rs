//! Recipes that leave the range of a signal.
//!
//! In: a resolved rule set and a recipe. Out: a diagnostic for each number that the rules do not
//! expect. A range is taken for granted when a rule set is analysed, so what was found there would
//! say nothing about such a recipe.

use super::documents::OUTSIDE_SIGNAL_RANGE;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::quantity::Unit;
use crate::quantity::dictionary::standard;
use crate::rational::Rational;
use crate::recipe::Recipe;
use crate::rule_language::rule_set::Bound;
use crate::rule_language::{RuleSet, Signal, SignalType};

/// Reports every value, and every end of a tolerance, outside the range of its signal.
#[must_use]
pub fn outside(rules: &RuleSet, recipe: &Recipe) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for signal in &rules.signals {
        if let Some(diagnostic) = of_signal(signal, recipe) {
            diagnostics.push(diagnostic);
        }
    }
    diagnostics
}

fn of_signal(signal: &Signal, recipe: &Recipe) -> Option<Diagnostic> {
    let SignalType::Number {
        unit, lower, upper, ..
    } = &signal.signal_type
    else {
        return None;
    };
    let parameter = recipe.parameters.get(&signal.name)?;
    let (value, (low, high)) = (parameter.number()?, parameter.bounds()?);
    let inside = |number: &Rational| signal.signal_type.admits(number);
    if inside(&low) && inside(&high) {
        return None;
    }
    let unit = standard()
        .get(&signal.name)
        .map_or_else(|| unit.clone(), |entry| entry.unit.clone());
    let what = if inside(value) {
        let end = if inside(&low) { &high } else { &low };
        format!(
            "the tolerance of `{}` reaches {}",
            signal.name,
            unit.display(end)
        )
    } else {
        format!("`{}` is {}", signal.name, unit.display(value))
    };
    let message = format!(
        "{what}, outside the range of the signal, {}",
        range_text(&unit, lower.as_ref(), upper.as_ref())
    );
    let mut diagnostic = Diagnostic::error(OUTSIDE_SIGNAL_RANGE, parameter.span, message)
        .help("correct the recipe, or widen the range where the rules declare the signal");
    if let Some(span) = signal.span {
        diagnostic = diagnostic.also(span, "the rules expect this range");
    }
    Some(diagnostic)
}

fn range_text(unit: &Unit, lower: Option<&Bound>, upper: Option<&Bound>) -> String {
    let shown = |bound: &Bound| unit.display(&bound.value);
    match (lower, upper) {
        (Some(low), Some(high)) => format!("{} .. {}", shown(low), shown(high)),
        (Some(low), None) => format!("at least {}", shown(low)),
        (None, Some(high)) => format!("at most {}", shown(high)),
        (None, None) => "any".to_owned(),
    }
}
