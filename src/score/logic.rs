//! Logic: the probability that the rule closest to its limit is met.
//!
//! In: per rule an exact answer, a margin with its uncertainty, or a probability from an
//! ensemble. Out: the least of them with the binding rule named. The probability that a true
//! value meets a limit, given a measured margin d ± u, is Φ(d / u) (conformance probability,
//! JCGM 106:2012, section 7); with u = 0 it is 1 if the limit is met and 0 if not. The minimum is
//! used and not the product, so that the number names one rule and adding a slack rule does not
//! lower it.

use std::error::Error;
use std::fmt;

use super::{Component, ComponentError, ComponentName};
use crate::normal;

/// How well one rule is met.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Satisfaction {
    /// Decided exactly, for every point of the tolerance box.
    Exact {
        /// Whether the rule is met.
        met: bool,
    },
    /// A margin to the limit, in the rule's own unit.
    Margin {
        /// Distance to the limit, positive on the allowed side.
        distance: f64,
        /// Standard uncertainty of the distance, 0 or more, in the same unit.
        uncertainty: f64,
    },
    /// A probability, such as the kept share of an ensemble.
    Probability {
        /// The probability, 0 … 1.
        probability: f64,
        /// Its standard error, 0 or more.
        standard_error: f64,
    },
}

/// One rule and how well it is met.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleMargin {
    /// Code of the rule, such as `DR007`.
    pub rule: String,
    /// How well it is met.
    pub satisfaction: Satisfaction,
}

/// The logic component and the rule that binds.
#[derive(Debug, Clone, PartialEq)]
pub struct Logic {
    /// The component.
    pub component: Component,
    /// Code of the rule with the least conformance probability; ties by code.
    pub binding_rule: String,
}

/// Why there is no logic component.
#[derive(Debug, Clone, PartialEq)]
pub enum LogicError {
    /// No rule applies.
    NoRules,
    /// A margin is not finite or its uncertainty is negative.
    MarginUnusable {
        /// Code of the rule.
        rule: String,
        /// The distance.
        distance: f64,
        /// Its uncertainty.
        uncertainty: f64,
    },
    /// A probability or standard error is out of range.
    Component {
        /// Code of the rule.
        rule: String,
        /// What is wrong.
        error: ComponentError,
    },
}

impl fmt::Display for LogicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRules => {
                write!(
                    f,
                    "no rule applies: expected at least one rule whose guard is met"
                )
            }
            Self::MarginUnusable {
                rule,
                distance,
                uncertainty,
            } => write!(
                f,
                "rule `{rule}` has the margin `{distance}` with uncertainty `{uncertainty}`: \
                 expected finite numbers and an uncertainty from 0 upwards"
            ),
            Self::Component { rule, error } => write!(f, "rule `{rule}`: {error}"),
        }
    }
}

impl Error for LogicError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Component { error, .. } => Some(error),
            Self::NoRules | Self::MarginUnusable { .. } => None,
        }
    }
}

impl RuleMargin {
    /// Returns the conformance probability and its standard error.
    ///
    /// # Errors
    /// [`LogicError`] when a number is out of range.
    pub fn conformance(&self) -> Result<(f64, f64), LogicError> {
        match self.satisfaction {
            Satisfaction::Exact { met } => Ok((if met { 1.0 } else { 0.0 }, 0.0)),
            Satisfaction::Margin {
                distance,
                uncertainty,
            } => {
                if !(distance.is_finite() && uncertainty.is_finite() && uncertainty >= 0.0) {
                    let rule = self.rule.clone();
                    return Err(LogicError::MarginUnusable {
                        rule,
                        distance,
                        uncertainty,
                    });
                }
                if uncertainty == 0.0 {
                    return Ok((if distance >= 0.0 { 1.0 } else { 0.0 }, 0.0));
                }
                Ok((normal::distribution(distance / uncertainty), 0.0))
            }
            Satisfaction::Probability {
                probability,
                standard_error,
            } => {
                // The bounds of a component are the bounds of a probability.
                Component::new(
                    ComponentName::Logic,
                    probability,
                    Some(standard_error),
                    Vec::new(),
                )
                .map_err(|error| LogicError::Component {
                    rule: self.rule.clone(),
                    error,
                })?;
                Ok((probability, standard_error))
            }
        }
    }
}

/// Returns the logic component of the rules whose guard is met.
///
/// # Errors
/// [`LogicError`] when there is no rule or a number is out of range.
pub fn logic(rules: &[RuleMargin]) -> Result<Logic, LogicError> {
    let mut binding: Option<(f64, f64, &str)> = None;
    for rule in rules {
        let (probability, standard_error) = rule.conformance()?;
        let lower = binding.is_none_or(|(least, _, code)| {
            probability < least || (probability == least && rule.rule.as_str() < code)
        });
        if lower {
            binding = Some((probability, standard_error, &rule.rule));
        }
    }
    let (probability, standard_error, code) = binding.ok_or(LogicError::NoRules)?;
    let binding_rule = rules.iter().find(|rule| rule.rule == code);
    let reason = match binding_rule.map(|rule| &rule.satisfaction) {
        Some(Satisfaction::Exact { met: true }) => {
            format!("binding rule {code}: met at every corner")
        }
        Some(Satisfaction::Exact { met: false }) => {
            format!("binding rule {code}: not met at a corner")
        }
        Some(Satisfaction::Margin { .. } | Satisfaction::Probability { .. }) | None => {
            format!("binding rule {code}: met with probability {probability:.4}")
        }
    };
    let component = Component::new(
        ComponentName::Logic,
        probability,
        Some(standard_error),
        vec![reason],
    )
    .map_err(|error| LogicError::Component {
        rule: code.to_owned(),
        error,
    })?;
    Ok(Logic {
        component,
        binding_rule: code.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(code: &str, satisfaction: Satisfaction) -> RuleMargin {
        RuleMargin {
            rule: code.to_owned(),
            satisfaction,
        }
    }

    fn margin(code: &str, distance: f64, uncertainty: f64) -> RuleMargin {
        rule(
            code,
            Satisfaction::Margin {
                distance,
                uncertainty,
            },
        )
    }

    #[test]
    fn least_conformance_probability_binds() {
        let rules = [
            rule("A1", Satisfaction::Exact { met: true }),
            margin("B2", 2.0, 1.0),
            margin("C3", 1.0, 1.0),
            rule(
                "D4",
                Satisfaction::Probability {
                    probability: 0.99,
                    standard_error: 0.01,
                },
            ),
        ];
        let logic = logic(&rules).unwrap();
        assert_eq!(logic.binding_rule, "C3");
        // Φ(1).
        assert!((logic.component.value() - 0.841_344_746_068_542_9).abs() < 1e-15);
    }

    #[test]
    fn ties_go_to_the_first_code_and_a_limit_met_exactly_is_met() {
        let met = rule("Z", Satisfaction::Exact { met: true });
        let rules = [met, margin("B", 0.0, 0.0), margin("A", 3.0, 0.0)];
        let answer = logic(&rules).unwrap();
        assert_eq!(
            (answer.component.value(), answer.binding_rule.as_str()),
            (1.0, "A")
        );
        assert_eq!(
            logic(&[margin("A", -1e-9, 0.0)]).unwrap().component.value(),
            0.0
        );
        assert_eq!(
            logic(&[margin("A", 0.0, 0.1)]).unwrap().component.value(),
            0.5
        );
    }

    #[test]
    fn a_slack_rule_more_changes_nothing() {
        let mut rules = vec![margin("A", 1.0, 1.0)];
        let before = logic(&rules).unwrap();
        rules.push(margin("B", 5.0, 1.0));
        assert_eq!(logic(&rules).unwrap(), before);
    }

    #[test]
    fn unusable_numbers_are_refused_with_the_rule() {
        assert_eq!(logic(&[]), Err(LogicError::NoRules));
        assert!(matches!(
            logic(&[margin("A", f64::NAN, 0.0)]),
            Err(LogicError::MarginUnusable { .. })
        ));
        let bad = rule(
            "D",
            Satisfaction::Probability {
                probability: 1.1,
                standard_error: 0.0,
            },
        );
        assert_eq!(
            logic(&[bad]).unwrap_err().to_string(),
            "rule `D`: component `logic` is `1.1`: expected a number from 0 to 1; it is never \
             clamped"
        );
    }
}
