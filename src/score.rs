//! The components of the fused value: each a number in 0 … 1 with its uncertainty and reasons.
//!
//! In: what check, twin, and delta found, as plain numbers. Out: a [`Component`] per question:
//! logic (do the rules hold), novelty (how close to approved experience), impact (how unlikely is
//! a failure in the field), reproducibility (does the model meet observations), meta (how sure is
//! the rest). All point the same way: 1 is safest to roll out. Nothing is clamped into range; a
//! value outside is a typed error. Weights come from [`ahp`].

use std::error::Error;
use std::fmt;

pub mod ahp;
pub mod impact;
pub mod logic;
pub mod meta;
pub mod novelty;
pub mod preset;
pub mod reproducibility;

/// Which question a component answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComponentName {
    /// Does the recipe keep the rules?
    Logic,
    /// Is the recipe close to approved ones? (1 = familiar)
    Novelty,
    /// Is a failure in the field unlikely? (1 = no failure)
    Impact,
    /// Does the model reproduce observations?
    Reproducibility,
    /// Is the value itself well known?
    Meta,
}

impl ComponentName {
    /// Every component in the order of the report.
    pub const ALL: [Self; 5] = [
        Self::Logic,
        Self::Novelty,
        Self::Impact,
        Self::Reproducibility,
        Self::Meta,
    ];

    /// Returns the name used in documents and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Logic => "logic",
            Self::Novelty => "novelty",
            Self::Impact => "impact",
            Self::Reproducibility => "reproducibility",
            Self::Meta => "meta",
        }
    }
}

impl fmt::Display for ComponentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One component of the fused value.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    name: ComponentName,
    value: f64,
    standard_error: Option<f64>,
    reasons: Vec<String>,
}

/// Why a number cannot be a component.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ComponentError {
    /// The value is not a number from 0 to 1.
    ValueOutside {
        /// Which component.
        name: ComponentName,
        /// The value.
        value: f64,
    },
    /// The standard error is not a finite number from 0 upwards.
    StandardErrorUnusable {
        /// Which component.
        name: ComponentName,
        /// The standard error.
        standard_error: f64,
    },
}

impl fmt::Display for ComponentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ValueOutside { name, value } => write!(
                f,
                "component `{name}` is `{value}`: expected a number from 0 to 1; it is \
                 never clamped"
            ),
            Self::StandardErrorUnusable {
                name,
                standard_error,
            } => write!(
                f,
                "the standard error of component `{name}` is `{standard_error}`: expected a finite \
                 number from 0 upwards"
            ),
        }
    }
}

impl Error for ComponentError {}

impl Component {
    /// Takes a value in 0 … 1, its standard error (`None` where it is unknown, which is not the
    /// same as 0), and the reasons in the order to read them.
    ///
    /// # Errors
    /// [`ComponentError`] when the value or the standard error is out of range.
    pub fn new(
        name: ComponentName,
        value: f64,
        standard_error: Option<f64>,
        reasons: Vec<String>,
    ) -> Result<Self, ComponentError> {
        if !(0.0..=1.0).contains(&value) {
            return Err(ComponentError::ValueOutside { name, value });
        }
        if let Some(standard_error) = standard_error
            && !(standard_error.is_finite() && standard_error >= 0.0)
        {
            return Err(ComponentError::StandardErrorUnusable {
                name,
                standard_error,
            });
        }
        Ok(Self {
            name,
            value,
            standard_error,
            reasons,
        })
    }

    /// Returns which component this is.
    #[must_use]
    pub fn name(&self) -> ComponentName {
        self.name
    }

    /// Returns the value, 0 … 1; 1 is safest to roll out.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Returns the standard error; `None` where it is unknown.
    #[must_use]
    pub fn standard_error(&self) -> Option<f64> {
        self.standard_error
    }

    /// Returns the reasons in the order to read them.
    #[must_use]
    pub fn reasons(&self) -> &[String] {
        &self.reasons
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_outside_the_unit_interval_are_refused() {
        for value in [-0.1, 1.0 + f64::EPSILON, f64::NAN] {
            let component = Component::new(ComponentName::Logic, value, None, Vec::new());
            assert!(matches!(
                component,
                Err(ComponentError::ValueOutside { .. })
            ));
        }
        let error = Component::new(ComponentName::Meta, 0.5, Some(-1.0), Vec::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the standard error of component `meta` is `-1`: expected a finite number from 0 \
             upwards"
        );
    }
}
