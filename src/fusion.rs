//! Fuses components into one value V and shows what the weighted sum hides.
//!
//! In: components in 0 … 1 with weights that sum to 1, and a gate. Out: V = Σ w c with its
//! delta-method standard error and interval, each component's share, and the compensation: the
//! gap between the sum and the least component, which tells how much of a weak point strong ones
//! have bought back. A closed gate (a critical rule broken) makes V exactly 0 and keeps the
//! ungated V beside it: with the sum alone a recipe that breaks a rule can outrank a safe one.

use std::error::Error;
use std::fmt;

use crate::normal;
use crate::score::{Component, ComponentName};
use crate::summation::compensated_sum;

/// How far the weights may sum from 1, for weights typed with finite digits.
pub const WEIGHT_SUM_TOLERANCE: f64 = 1e-9;

/// Whether a value may be given at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// No critical rule is broken.
    Open,
    /// Critical rules are broken.
    Closed {
        /// Their codes, in report order.
        by: Vec<String>,
    },
}

/// A value with its sampling interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FusedValue {
    /// The value, 0 … 1.
    pub value: f64,
    /// Standard error by the delta method, components taken as independent; `None` where that of
    /// a weighted component is unknown.
    pub standard_error: Option<f64>,
    /// Normal-theory interval, intersected with 0 … 1; `None` with the standard error.
    pub interval: Option<(f64, f64)>,
}

/// What one component adds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Which component.
    pub name: ComponentName,
    /// Its weight.
    pub weight: f64,
    /// Its value.
    pub value: f64,
    /// Weight times value.
    pub contribution: f64,
}

/// The fused value and what lies behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fusion {
    /// V as decided: exactly 0 when the gate is closed.
    pub gated: FusedValue,
    /// V as if there were no gate.
    pub ungated: FusedValue,
    /// The gate.
    pub gate: Gate,
    /// Each component's share, in component order.
    pub shares: Vec<Share>,
    /// The least weighted component.
    pub weakest: ComponentName,
    /// Ungated V minus the weakest component.
    pub compensation: f64,
}

/// Why there is no fused value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FusionError {
    /// There is no component.
    NoComponents,
    /// A component is listed twice.
    Twice {
        /// Which component.
        name: ComponentName,
    },
    /// A weight is negative or not finite.
    WeightUnusable {
        /// Which component.
        name: ComponentName,
        /// Its weight.
        weight: f64,
    },
    /// The weights do not sum to 1.
    WeightSum {
        /// Their sum.
        sum: f64,
    },
    /// The confidence is not strictly between 0 and 1.
    Confidence {
        /// The value.
        value: f64,
    },
}

impl fmt::Display for FusionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoComponents => write!(f, "there is nothing to fuse: expected components"),
            Self::Twice { name } => {
                write!(f, "component `{name}` is listed twice: expected each once")
            }
            Self::WeightUnusable { name, weight } => write!(
                f,
                "the weight of component `{name}` is `{weight}`: expected a finite number from 0 \
                 upwards"
            ),
            Self::WeightSum { sum } => write!(
                f,
                "the weights sum to `{sum}`: expected 1; divide each by {sum} if that is meant"
            ),
            Self::Confidence { value } => {
                write!(
                    f,
                    "the confidence is `{value}`: expected above 0 and below 1"
                )
            }
        }
    }
}

impl Error for FusionError {}

/// Fuses components, each with its weight, behind a gate; `confidence` is that of the two-sided
/// interval, usually 0.95.
///
/// # Errors
/// [`FusionError`] when weights or confidence are unusable.
pub fn fuse(
    components: &[(&Component, f64)],
    gate: Gate,
    confidence: f64,
) -> Result<Fusion, FusionError> {
    if !(confidence > 0.0 && confidence < 1.0) {
        return Err(FusionError::Confidence { value: confidence });
    }
    // One order for every sum, so that the order of the caller cannot show in the last bit.
    let mut components = components.to_vec();
    components.sort_by_key(|(component, _)| component.name());
    let total = check(&components)?;
    let shares: Vec<Share> = components
        .iter()
        .map(|(component, weight)| Share {
            name: component.name(),
            weight: *weight,
            value: component.value(),
            contribution: weight * component.value(),
        })
        .collect();
    // Dividing by the sum of the weights takes out their rounding, so that five ones give one;
    // what may remain above 1 is the last bit of the quotient.
    let value = (compensated_sum(shares.iter().map(|share| share.contribution)) / total).min(1.0);
    let ungated = with_interval(value, standard_error(&components, total), confidence);
    let gated = match gate {
        Gate::Open => ungated,
        Gate::Closed { .. } => FusedValue {
            value: 0.0,
            standard_error: Some(0.0),
            interval: Some((0.0, 0.0)),
        },
    };
    let weighted = shares.iter().filter(|share| share.weight > 0.0);
    let weakest = weighted.min_by(|a, b| a.value.total_cmp(&b.value));
    let (weakest, least) = weakest.map_or((ComponentName::Logic, value), |s| (s.name, s.value));
    Ok(Fusion {
        gated,
        ungated,
        gate,
        shares,
        weakest,
        compensation: value - least,
    })
}

/// Checks sorted components and returns the sum of their weights.
fn check(components: &[(&Component, f64)]) -> Result<f64, FusionError> {
    if components.is_empty() {
        return Err(FusionError::NoComponents);
    }
    for pair in components.windows(2) {
        if pair[0].0.name() == pair[1].0.name() {
            return Err(FusionError::Twice {
                name: pair[0].0.name(),
            });
        }
    }
    for (component, weight) in components {
        if !(weight.is_finite() && *weight >= 0.0) {
            let name = component.name();
            return Err(FusionError::WeightUnusable {
                name,
                weight: *weight,
            });
        }
    }
    let sum = compensated_sum(components.iter().map(|(_, weight)| *weight));
    if (sum - 1.0).abs() > WEIGHT_SUM_TOLERANCE {
        return Err(FusionError::WeightSum { sum });
    }
    Ok(sum)
}

/// Returns sqrt(Σ (w · SE)²) over components with weight; `None` where one is unknown.
fn standard_error(components: &[(&Component, f64)], total: f64) -> Option<f64> {
    let mut squares = Vec::new();
    for (component, weight) in components.iter().filter(|(_, weight)| *weight > 0.0) {
        let part = weight / total * component.standard_error()?;
        squares.push(part * part);
    }
    Some(compensated_sum(squares).sqrt())
}

/// Adds the interval at `confidence`; V lies in 0 … 1, so the interval is intersected with that.
fn with_interval(value: f64, standard_error: Option<f64>, confidence: f64) -> FusedValue {
    let interval = standard_error.map(|standard_error| {
        let half = normal::quantile(0.5 + 0.5 * confidence) * standard_error;
        ((value - half).max(0.0), (value + half).min(1.0))
    });
    FusedValue {
        value,
        standard_error,
        interval,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(name: ComponentName, value: f64, standard_error: Option<f64>) -> Component {
        Component::new(name, value, standard_error, Vec::new()).unwrap()
    }

    fn all(value: f64) -> Vec<Component> {
        ComponentName::ALL
            .map(|name| component(name, value, Some(0.01)))
            .to_vec()
    }

    fn equal(components: &[Component]) -> Vec<(&Component, f64)> {
        components
            .iter()
            .map(|component| (component, 0.2))
            .collect()
    }

    #[test]
    fn ones_give_one_and_zeros_zero() {
        assert_eq!(
            fuse(&equal(&all(1.0)), Gate::Open, 0.95)
                .unwrap()
                .ungated
                .value,
            1.0
        );
        assert_eq!(
            fuse(&equal(&all(0.0)), Gate::Open, 0.95)
                .unwrap()
                .ungated
                .value,
            0.0
        );
    }

    #[test]
    fn errors_add_in_quadrature_and_the_interval_stays_in_range() {
        let fusion = fuse(&equal(&all(1.0)), Gate::Open, 0.95).unwrap();
        let expected = 0.2 * 0.01 * 5.0_f64.sqrt();
        assert!((fusion.ungated.standard_error.unwrap() - expected).abs() < 1e-15);
        let (lower, upper) = fusion.ungated.interval.unwrap();
        assert_eq!(upper, 1.0);
        assert!((lower - (1.0 - 1.959_963_984_540_054 * expected)).abs() < 1e-14);
    }

    #[test]
    fn unknown_error_of_a_weighted_component_makes_that_of_the_value_unknown() {
        let mut components = all(0.5);
        components[1] = component(ComponentName::Novelty, 0.5, None);
        assert_eq!(
            fuse(&equal(&components), Gate::Open, 0.9)
                .unwrap()
                .ungated
                .interval,
            None
        );
        let weights = [0.25, 0.0, 0.25, 0.25, 0.25];
        let pairs: Vec<_> = components.iter().zip(weights).collect();
        assert!(
            fuse(&pairs, Gate::Open, 0.9)
                .unwrap()
                .ungated
                .standard_error
                .is_some()
        );
    }

    #[test]
    fn closed_gate_is_zero_with_the_ungated_value_beside() {
        let gate = Gate::Closed {
            by: vec!["DR004".to_owned()],
        };
        let fusion = fuse(&equal(&all(0.9)), gate, 0.95).unwrap();
        assert_eq!(fusion.gated.value, 0.0);
        assert!((fusion.ungated.value - 0.9).abs() < 1e-15);
    }

    #[test]
    fn compensation_is_the_gap_to_the_weakest_component() {
        let mut components = all(1.0);
        components[0] = component(ComponentName::Logic, 0.0, Some(0.0));
        let fusion = fuse(&equal(&components), Gate::Open, 0.95).unwrap();
        assert_eq!(fusion.weakest, ComponentName::Logic);
        assert!((fusion.compensation - 0.8).abs() < 1e-15);
        assert!(
            fuse(&equal(&all(0.7)), Gate::Open, 0.95)
                .unwrap()
                .compensation
                .abs()
                < 1e-15
        );
    }

    #[test]
    fn unusable_weights_are_refused() {
        let components = all(0.5);
        let two = [(&components[0], 0.5), (&components[0], 0.5)];
        assert!(matches!(
            fuse(&two, Gate::Open, 0.95),
            Err(FusionError::Twice { .. })
        ));
        let short = [(&components[0], 0.5), (&components[1], 0.4)];
        assert_eq!(
            fuse(&short, Gate::Open, 0.95),
            Err(FusionError::WeightSum { sum: 0.9 })
        );
        let negative = [(&components[0], 1.5), (&components[1], -0.5)];
        assert!(matches!(
            fuse(&negative, Gate::Open, 0.95),
            Err(FusionError::WeightUnusable {
                name: ComponentName::Novelty,
                ..
            })
        ));
        assert_eq!(fuse(&[], Gate::Open, 0.95), Err(FusionError::NoComponents));
    }
}
