//! Impact: how unlikely a failure in the field is.
//!
//! In: a logistic model of the failure probability with every coefficient and its source, and the
//! values it looks at. Out: 1 − log2(1 + P), which is 1 at P = 0 and 0 at P = 1; base 2 is the
//! only one that maps [0, 1] onto [0, 1]. The model is small on purpose and usually assumed: each
//! assumed coefficient is named in the reasons, so that no guess hides in the number.
//! logit P = intercept + Σ coefficient · (value − reference); uncertainties of coefficients are
//! taken as independent and carried to first order.

use std::error::Error;
use std::fmt;

use super::{Component, ComponentError, ComponentName};
use crate::math;
use crate::summation::compensated_sum;

/// A coefficient with its uncertainty and origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficient {
    /// The value; logits per unit of the quantity it multiplies.
    pub value: f64,
    /// Standard error, 0 or more; `None` where unknown.
    pub standard_error: Option<f64>,
    /// Where it comes from; never empty.
    pub source: String,
    /// Whether it is assumed rather than measured or published.
    pub assumed: bool,
}

/// One quantity the failure probability depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct ImpactTerm {
    /// Dictionary name.
    pub quantity: String,
    /// The value at which the term vanishes, in the quantity's SI unit.
    pub reference: f64,
    /// The value of this recipe, in the quantity's SI unit.
    pub value: f64,
    /// Logits per unit.
    pub coefficient: Coefficient,
}

/// The failure model.
#[derive(Debug, Clone, PartialEq)]
pub struct ImpactModel {
    /// What counts as failure and until when, such as `failure before 800 cycles`.
    pub event: String,
    /// Logit of the failure probability with every quantity at its reference.
    pub intercept: Coefficient,
    /// The quantities it depends on.
    pub terms: Vec<ImpactTerm>,
}

/// The impact component and the probability behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Impact {
    /// The component; 1 is no failure.
    pub component: Component,
    /// The failure probability.
    pub failure_probability: f64,
}

/// Why there is no impact component.
#[derive(Debug, Clone, PartialEq)]
pub enum ImpactError {
    /// A number is not finite or a standard error is negative.
    NumberUnusable {
        /// `intercept` or the name of the quantity.
        term: String,
    },
    /// A coefficient has no source.
    NoSource {
        /// `intercept` or the name of the quantity.
        term: String,
    },
    /// The value left the unit interval.
    Component(ComponentError),
}

impl fmt::Display for ImpactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NumberUnusable { term } => write!(
                f,
                "`{term}` of the impact model has a number out of range: expected finite numbers \
                 and standard errors from 0 upwards"
            ),
            Self::NoSource { term } => write!(
                f,
                "`{term}` of the impact model has no source: expected where the coefficient comes \
                 from, or `assumed` with who assumed it"
            ),
            Self::Component(error) => write!(f, "{error}"),
        }
    }
}

impl Error for ImpactError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Component(error) => Some(error),
            Self::NumberUnusable { .. } | Self::NoSource { .. } => None,
        }
    }
}

/// Returns the impact component of a recipe.
///
/// # Errors
/// [`ImpactError`] when a number is out of range or a coefficient has no source.
pub fn impact(model: &ImpactModel) -> Result<Impact, ImpactError> {
    check("intercept", &model.intercept, 0.0)?;
    for term in &model.terms {
        let difference = term.value - term.reference;
        check(&term.quantity, &term.coefficient, difference)?;
    }
    let shifts = model
        .terms
        .iter()
        .map(|term| term.coefficient.value * (term.value - term.reference));
    let logit = model.intercept.value + compensated_sum(shifts);
    let probability = logistic(logit);
    let standard_error = logit_error(model).map(|logit_error| {
        // d/dlogit of log2(1 + P) is P (1 − P) / ((1 + P) ln 2).
        let slope = probability * logistic(-logit) / ((1.0 + probability) * std::f64::consts::LN_2);
        slope * logit_error
    });
    let value = 1.0 - math::log2(1.0 + probability);
    let component = Component::new(
        ComponentName::Impact,
        value,
        standard_error,
        reasons(model, probability),
    )
    .map_err(ImpactError::Component)?;
    Ok(Impact {
        component,
        failure_probability: probability,
    })
}

/// Checks one coefficient and the difference it multiplies.
fn check(term: &str, coefficient: &Coefficient, difference: f64) -> Result<(), ImpactError> {
    let error_usable = coefficient
        .standard_error
        .is_none_or(|se| se.is_finite() && se >= 0.0);
    let product = coefficient.value * difference;
    if !(coefficient.value.is_finite() && product.is_finite() && error_usable) {
        return Err(ImpactError::NumberUnusable {
            term: term.to_owned(),
        });
    }
    if coefficient.source.trim().is_empty() {
        return Err(ImpactError::NoSource {
            term: term.to_owned(),
        });
    }
    Ok(())
}

/// Returns the standard error of the logit; `None` where one of its parts is unknown.
fn logit_error(model: &ImpactModel) -> Option<f64> {
    let intercept = model.intercept.standard_error?;
    let mut squares = vec![intercept * intercept];
    for term in &model.terms {
        let part = term.coefficient.standard_error? * (term.value - term.reference);
        squares.push(part * part);
    }
    Some(compensated_sum(squares).sqrt())
}

/// Returns 1 / (1 + exp(−x)) without overflow.
fn logistic(x: f64) -> f64 {
    let small = math::exp(-x.abs());
    if x >= 0.0 {
        1.0 / (1.0 + small)
    } else {
        small / (1.0 + small)
    }
}

/// Names the event, the probability, and every assumed coefficient.
fn reasons(model: &ImpactModel, probability: f64) -> Vec<String> {
    let mut reasons = vec![format!(
        "{}: probability {probability:.4} in the model",
        model.event
    )];
    let named = model
        .terms
        .iter()
        .map(|term| (term.quantity.as_str(), &term.coefficient));
    for (name, coefficient) in std::iter::once(("intercept", &model.intercept)).chain(named) {
        if coefficient.assumed {
            reasons.push(format!("assumed: {name} ({})", coefficient.source));
        }
        if coefficient.standard_error.is_none() {
            reasons.push(format!("uncertainty unknown: {name}"));
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coefficient(value: f64, standard_error: Option<f64>) -> Coefficient {
        Coefficient {
            value,
            standard_error,
            source: "test".to_owned(),
            assumed: true,
        }
    }

    fn model(intercept: f64, slope: f64, value: f64) -> ImpactModel {
        ImpactModel {
            event: "failure before 800 cycles".to_owned(),
            intercept: coefficient(intercept, Some(0.1)),
            terms: vec![ImpactTerm {
                quantity: "electrolyte.water".to_owned(),
                reference: 1.0,
                value,
                coefficient: coefficient(slope, Some(0.2)),
            }],
        }
    }

    #[test]
    fn even_odds_cost_the_logarithm_of_one_and_a_half() {
        let impact = impact(&model(0.0, 3.0, 1.0)).unwrap();
        assert_eq!(impact.failure_probability, 0.5);
        assert_eq!(impact.component.value(), 1.0 - math::log2(1.5));
        // Slope P (1 − P) / ((1 + P) ln 2) = 1 / (6 ln 2), logit error 0.1.
        let expected = 0.1 / (6.0 * std::f64::consts::LN_2);
        assert!((impact.component.standard_error().unwrap() - expected).abs() < 1e-15);
        assert_eq!(impact.component.reasons()[1], "assumed: intercept (test)");
    }

    #[test]
    fn more_risk_lowers_the_component_from_one_to_zero() {
        let at = |value| impact(&model(0.0, 1.0, value)).unwrap().component.value();
        assert!(at(0.0) > at(1.0) && at(1.0) > at(2.0));
        assert_eq!((at(-1000.0), at(1000.0)), (1.0, 0.0));
    }

    #[test]
    fn unknown_uncertainty_stays_unknown_and_is_named() {
        let mut unsure = model(0.0, 1.0, 2.0);
        unsure.terms[0].coefficient.standard_error = None;
        let impact = impact(&unsure).unwrap();
        assert_eq!(impact.component.standard_error(), None);
        let reasons = impact.component.reasons();
        assert!(
            reasons
                .iter()
                .any(|reason| reason == "uncertainty unknown: electrolyte.water")
        );
    }

    #[test]
    fn unsourced_or_unusable_coefficients_are_refused() {
        let mut unsourced = model(0.0, 1.0, 2.0);
        unsourced.terms[0].coefficient.source = " ".to_owned();
        assert!(matches!(
            impact(&unsourced),
            Err(ImpactError::NoSource { .. })
        ));
        assert!(matches!(
            impact(&model(f64::NAN, 1.0, 1.0)),
            Err(ImpactError::NumberUnusable { .. })
        ));
    }
}
