//! A number of a protocol step: written out, or a setpoint of the recipe.
//!
//! In: `"4.2 V"` or the name of a quantity such as `formation.voltage_max`. Out: [`Number`], with
//! the type checked in both cases. A setpoint has its tolerance and spread in the recipe, so every
//! number of a step can have them.

use serde::Serialize;

use crate::diagnostic::nearest;
use crate::quantity::dictionary::{Entry, Role, standard};
use crate::quantity::{Kind, QuantityType, kind_named, parse_quantity};
use crate::rational::Rational;

/// A number of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Number {
    /// Written in the protocol, SI.
    Given(Rational),
    /// A setpoint of the recipe, by its dictionary name.
    Setpoint(String),
}

/// What a number of a step measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// A time, s.
    Time,
    /// A voltage, V.
    Voltage,
    /// A rate, 1/s, 3600 of which are one C-rate.
    Rate,
    /// A current, A.
    Current,
    /// A charge, C.
    Charge,
}

impl Measure {
    /// For messages.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Time => "a time such as `1 h`",
            Self::Voltage => "a voltage such as `4.2 V`",
            Self::Rate => "a rate such as `C/20` or `0.05 C_rate`",
            Self::Current => "a current such as `0.6 A`",
            Self::Charge => "a charge such as `2.5 Ah`",
        }
    }

    pub(super) fn quantity_type(self) -> QuantityType {
        let name = match self {
            Self::Time => "time",
            Self::Voltage => "voltage",
            Self::Rate => "c_rate",
            Self::Current => "current",
            Self::Charge => "charge",
        };
        // INVARIANT: the five names are in the table of kinds; the tests below read each.
        kind_named(name).unwrap_or(QuantityType {
            kind: Kind::Plain,
            ..QuantityType::NUMBER
        })
    }

    /// Reads a quantity or the name of a setpoint.
    ///
    /// # Errors
    /// What was expected.
    pub(super) fn read(self, text: &str) -> Result<Number, String> {
        if let Some(entry) = standard().get(text) {
            let fits = entry.quantity_type.dimension == self.quantity_type().dimension;
            if !fits || entry.role == Role::Outcome {
                return Err(format!("`{text}` is no setpoint for {}", self.words()));
            }
            return Ok(Number::Setpoint(text.to_owned()));
        }
        let expected = || {
            let words = self.words();
            let near = near_setpoint(text, &[self]);
            format!("`{text}`: expected {words} or a setpoint{near}")
        };
        let (quantity, _) = parse_quantity(text).map_err(|_| expected())?;
        if quantity.quantity_type != self.quantity_type() {
            return Err(expected());
        }
        Ok(Number::Given(quantity.value))
    }
}

/// `; did you mean …` for a setpoint that a step could read as one of these measures; empty where
/// the text is no slip of such a name.
pub(super) fn near_setpoint(text: &str, measures: &[Measure]) -> String {
    let fits = |entry: &&Entry| {
        let is_of = |one: &Measure| entry.quantity_type.dimension == one.quantity_type().dimension;
        entry.role == Role::Setpoint && measures.iter().any(is_of)
    };
    // A number with a unit is as near to a short name as a slip is.
    if !text.contains(['.', '_']) || text.starts_with(|first: char| !first.is_alphabetic()) {
        return String::new();
    }
    let entries = standard().iter();
    match nearest(text, entries.filter(fits).map(|entry| entry.name)) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_setpoints_of_the_right_type_are_taken() {
        let given = |n, d| Ok(Number::Given(Rational::ratio(n, d)));
        assert_eq!(Measure::Time.read("90 min"), given(5400, 1));
        assert_eq!(Measure::Voltage.read("4.2 V"), given(42, 10));
        assert_eq!(Measure::Rate.read("0.05 C_rate"), given(1, 72_000));
        assert_eq!(Measure::Current.read("250 mA"), given(1, 4));
        assert_eq!(Measure::Charge.read("2 Ah"), given(7200, 1));
        let name = "formation.voltage_max";
        assert_eq!(
            Measure::Voltage.read(name),
            Ok(Number::Setpoint(name.to_owned()))
        );
    }

    #[test]
    fn numbers_and_setpoints_of_another_type_are_refused() {
        for (measure, text) in [
            (Measure::Time, "4.2 V"),
            (Measure::Voltage, "formation.charge_rate"),
            (Measure::Voltage, "formation.voltage_maximum"),
            (Measure::Rate, "20"),
        ] {
            let refused = measure.read(text).expect_err(text);
            assert!(refused.contains(text), "{refused}");
        }
    }
}
