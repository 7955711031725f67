//! Meta: how well the rest of the value is known.
//!
//! In: the other components with their weights, and the tolerance τ on V that the plant accepts.
//! Out: 1 − min(1, SE(V₋) / τ), V₋ being the weighted sum of the other components with weights
//! brought to sum 1, so that the definition is not circular. An unknown standard error gives 0:
//! confidence that cannot be shown does not count.

use std::error::Error;
use std::fmt;

use super::{Component, ComponentError, ComponentName};
use crate::summation::compensated_sum;

/// Why there is no meta component.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MetaError {
    /// The tolerance is not a finite number above zero.
    ToleranceUnusable {
        /// The tolerance.
        tolerance: f64,
    },
    /// Meta itself is among the other components.
    Circular,
    /// A weight is negative or not finite, or they sum to zero.
    WeightsUnusable,
    /// The value left the unit interval.
    Component(ComponentError),
}

impl fmt::Display for MetaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ToleranceUnusable { tolerance } => write!(
                f,
                "the tolerance on V is `{tolerance}`: expected a finite number above zero"
            ),
            Self::Circular => {
                write!(
                    f,
                    "`meta` cannot be computed from itself: expected the other components"
                )
            }
            Self::WeightsUnusable => write!(
                f,
                "the weights of the other components are unusable: expected numbers from 0 upwards \
                 with a sum above zero"
            ),
            Self::Component(error) => write!(f, "{error}"),
        }
    }
}

impl Error for MetaError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Component(error) => Some(error),
            Self::ToleranceUnusable { .. } | Self::Circular | Self::WeightsUnusable => None,
        }
    }
}

/// Returns the meta component from the `others`, each with its weight, and the tolerance on V.
///
/// # Errors
/// [`MetaError`] when the tolerance or a weight is unusable or meta is among the others.
pub fn meta(others: &[(&Component, f64)], tolerance: f64) -> Result<Component, MetaError> {
    if !(tolerance.is_finite() && tolerance > 0.0) {
        return Err(MetaError::ToleranceUnusable { tolerance });
    }
    if others
        .iter()
        .any(|(component, _)| component.name() == ComponentName::Meta)
    {
        return Err(MetaError::Circular);
    }
    let total = compensated_sum(others.iter().map(|(_, weight)| *weight));
    let usable = others.iter().all(|(_, weight)| *weight >= 0.0);
    if !(usable && total.is_finite() && total > 0.0) {
        return Err(MetaError::WeightsUnusable);
    }
    let mut squares = Vec::new();
    let mut unknown = Vec::new();
    for (component, weight) in others {
        match component.standard_error() {
            _ if *weight == 0.0 => {}
            Some(standard_error) => {
                let part = weight / total * standard_error;
                squares.push(part * part);
            }
            None => unknown.push(component.name()),
        }
    }
    let (value, reasons) = if unknown.is_empty() {
        let standard_error = compensated_sum(squares).sqrt();
        let value = 1.0 - (standard_error / tolerance).min(1.0);
        let reason =
            format!("standard error {standard_error:.4} of V against a tolerance of {tolerance}");
        (value, vec![reason])
    } else {
        let reason = |name| format!("the uncertainty of {name} is unknown");
        (0.0, unknown.into_iter().map(reason).collect())
    };
    // The component is a statement about a standard error, whose own error is not estimated.
    Component::new(ComponentName::Meta, value, Some(0.0), reasons).map_err(MetaError::Component)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(name: ComponentName, standard_error: Option<f64>) -> Component {
        Component::new(name, 0.5, standard_error, Vec::new()).unwrap()
    }

    #[test]
    fn standard_error_of_the_others_is_held_against_the_tolerance() {
        let logic = component(ComponentName::Logic, Some(0.03));
        let impact = component(ComponentName::Impact, Some(0.04));
        // Weights 0.4 and 0.4 become one half each: SE = sqrt(0.015² + 0.02²) = 0.025.
        let meta_component = meta(&[(&logic, 0.4), (&impact, 0.4)], 0.1).unwrap();
        assert!((meta_component.value() - 0.75).abs() < 1e-14);
        assert_eq!(meta(&[(&logic, 1.0)], 0.001).unwrap().value(), 0.0);
    }

    #[test]
    fn unknown_uncertainty_gives_no_confidence_unless_it_has_no_weight() {
        let logic = component(ComponentName::Logic, Some(0.0));
        let novelty = component(ComponentName::Novelty, None);
        let unsure = meta(&[(&logic, 0.5), (&novelty, 0.5)], 0.1).unwrap();
        assert_eq!(unsure.value(), 0.0);
        assert_eq!(unsure.reasons(), ["the uncertainty of novelty is unknown"]);
        assert_eq!(
            meta(&[(&logic, 0.5), (&novelty, 0.0)], 0.1)
                .unwrap()
                .value(),
            1.0
        );
    }

    #[test]
    fn circular_or_unusable_input_is_refused() {
        let logic = component(ComponentName::Logic, Some(0.0));
        let itself = component(ComponentName::Meta, Some(0.0));
        assert_eq!(meta(&[(&itself, 1.0)], 0.1), Err(MetaError::Circular));
        assert_eq!(meta(&[(&logic, 0.0)], 0.1), Err(MetaError::WeightsUnusable));
        assert_eq!(
            meta(&[(&logic, -1.0)], 0.1),
            Err(MetaError::WeightsUnusable)
        );
        assert!(matches!(
            meta(&[(&logic, 1.0)], 0.0),
            Err(MetaError::ToleranceUnusable { .. })
        ));
    }
}
