//! Quantities: numbers that know what they measure.
//!
//! In: texts such as `25 m/min`, `-40 degC`, `12 %LEL`. Out: an exact SI value with a
//! [`QuantityType`], that is a dimension (exponents of the seven base units) and a [`Kind`] that
//! tells apart what the SI calls alike: mass, volume and mole fractions, frost and dew point,
//! absolute temperature and difference, normal and actual volume flow. The [`dictionary`] names
//! every quantity that rules, recipes and the twin share; it is how the rooms meet without
//! knowing each other.

mod choice;
pub mod dictionary;
mod dimension;
mod kind;
mod parse;
mod standard_names;
mod unit;

pub use choice::{Choice, choice_named, choices};
pub use dimension::Dimension;
pub use kind::{Kind, QuantityType, kind_named, kind_names};
pub use parse::{QuantityError, parse_number_and_rest, parse_quantity};
pub use unit::{Unit, UnitError, longest_unit, parse_unit, unit_symbols, units_of};

use crate::rational::Rational;

/// An exact value in SI units together with what it measures.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    /// Value in the coherent SI unit of the dimension (K for temperatures, 1 for fractions).
    pub value: Rational,
    /// Dimension and kind.
    pub quantity_type: QuantityType,
}
