//! Kinds: what tells quantities of one dimension apart.
//!
//! In: the kind names rules and models use (`mass_fraction`, `velocity`, `frost_point`). Out: a
//! [`QuantityType`]. Most kinds only name a dimension ([`Kind::Plain`]); the others are kept
//! apart by the rule language: they survive `+ − min max abs`, comparison and multiplication by
//! a plain number, and nothing else.

use std::fmt;

use super::dimension::Dimension;

/// What tells quantities of one dimension apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The dimension says all.
    Plain,
    /// Mass per mass.
    MassFraction,
    /// Volume per volume.
    VolumeFraction,
    /// Amount per amount.
    MoleFraction,
    /// Concentration relative to the lower explosive limit.
    LelFraction,
    /// A temperature on the absolute scale, not a difference.
    AbsoluteTemperature,
    /// Temperature at which the air is saturated over ice.
    FrostPoint,
    /// Temperature at which the air is saturated over liquid water.
    DewPoint,
    /// Gas volume at 273.15 K and 101 325 Pa (DIN 1343).
    NormalVolume,
    /// Gas volume flow at 273.15 K and 101 325 Pa (DIN 1343).
    NormalVolumeFlow,
}

impl Kind {
    /// Tells whether the kind is a share of a whole, to which the bare numbers 0 and 1 belong.
    #[must_use]
    pub fn is_fraction(self) -> bool {
        match self {
            Self::MassFraction | Self::VolumeFraction | Self::MoleFraction | Self::LelFraction => {
                true
            }
            Self::Plain
            | Self::AbsoluteTemperature
            | Self::FrostPoint
            | Self::DewPoint
            | Self::NormalVolume
            | Self::NormalVolumeFlow => false,
        }
    }

    /// Tells whether values of the kind are points on a temperature scale.
    #[must_use]
    pub fn is_temperature_point(self) -> bool {
        match self {
            Self::AbsoluteTemperature | Self::FrostPoint | Self::DewPoint => true,
            Self::Plain
            | Self::MassFraction
            | Self::VolumeFraction
            | Self::MoleFraction
            | Self::LelFraction
            | Self::NormalVolume
            | Self::NormalVolumeFlow => false,
        }
    }
}

/// Dimension and kind: the type of a quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuantityType {
    /// Exponents of the base units.
    pub dimension: Dimension,
    /// What the dimension leaves open.
    pub kind: Kind,
}

const fn dimension(exponents: [i8; 7]) -> Dimension {
    Dimension(exponents)
}

/// Kind names of documents, in the order shown when a name is unknown.
const NAMED: &[(&str, Dimension, Kind)] = &[
    ("number", Dimension::NONE, Kind::Plain),
    ("mass_fraction", Dimension::NONE, Kind::MassFraction),
    ("volume_fraction", Dimension::NONE, Kind::VolumeFraction),
    ("mole_fraction", Dimension::NONE, Kind::MoleFraction),
    ("lel_fraction", Dimension::NONE, Kind::LelFraction),
    (
        "temperature",
        Dimension::TEMPERATURE,
        Kind::AbsoluteTemperature,
    ),
    ("frost_point", Dimension::TEMPERATURE, Kind::FrostPoint),
    ("dew_point", Dimension::TEMPERATURE, Kind::DewPoint),
    (
        "temperature_difference",
        Dimension::TEMPERATURE,
        Kind::Plain,
    ),
    ("length", Dimension::LENGTH, Kind::Plain),
    ("area", dimension([2, 0, 0, 0, 0, 0, 0]), Kind::Plain),
    ("volume", Dimension::VOLUME, Kind::Plain),
    ("mass", Dimension::MASS, Kind::Plain),
    ("time", Dimension::TIME, Kind::Plain),
    ("velocity", dimension([1, 0, -1, 0, 0, 0, 0]), Kind::Plain),
    ("density", dimension([-3, 1, 0, 0, 0, 0, 0]), Kind::Plain),
    (
        "areal_loading",
        dimension([-2, 1, 0, 0, 0, 0, 0]),
        Kind::Plain,
    ),
    (
        "areal_mass_flux",
        dimension([-2, 1, -1, 0, 0, 0, 0]),
        Kind::Plain,
    ),
    ("areal_rate", dimension([2, 0, -1, 0, 0, 0, 0]), Kind::Plain),
    ("mass_flow", dimension([0, 1, -1, 0, 0, 0, 0]), Kind::Plain),
    (
        "volume_flow",
        dimension([3, 0, -1, 0, 0, 0, 0]),
        Kind::Plain,
    ),
    (
        "normal_volume_flow",
        dimension([3, 0, -1, 0, 0, 0, 0]),
        Kind::NormalVolumeFlow,
    ),
    ("pressure", dimension([-1, 1, -2, 0, 0, 0, 0]), Kind::Plain),
    ("viscosity", dimension([-1, 1, -1, 0, 0, 0, 0]), Kind::Plain),
    (
        "surface_tension",
        dimension([0, 1, -2, 0, 0, 0, 0]),
        Kind::Plain,
    ),
    ("line_load", dimension([0, 1, -2, 0, 0, 0, 0]), Kind::Plain),
    ("force", dimension([1, 1, -2, 0, 0, 0, 0]), Kind::Plain),
    ("torque", dimension([2, 1, -2, 0, 0, 0, 0]), Kind::Plain),
    ("energy", dimension([2, 1, -2, 0, 0, 0, 0]), Kind::Plain),
    ("power", dimension([2, 1, -3, 0, 0, 0, 0]), Kind::Plain),
    ("frequency", dimension([0, 0, -1, 0, 0, 0, 0]), Kind::Plain),
    (
        "rotational_speed",
        dimension([0, 0, -1, 0, 0, 0, 0]),
        Kind::Plain,
    ),
    ("c_rate", dimension([0, 0, -1, 0, 0, 0, 0]), Kind::Plain),
    (
        "rate_constant",
        dimension([0, 0, -1, 0, 0, 0, 0]),
        Kind::Plain,
    ),
    (
        "specific_energy",
        dimension([2, 0, -2, 0, 0, 0, 0]),
        Kind::Plain,
    ),
    ("heat_flux", dimension([0, 1, -3, 0, 0, 0, 0]), Kind::Plain),
    (
        "heat_transfer_coefficient",
        dimension([0, 1, -3, 0, -1, 0, 0]),
        Kind::Plain,
    ),
    (
        "specific_heat",
        dimension([2, 0, -2, 0, -1, 0, 0]),
        Kind::Plain,
    ),
    (
        "areal_heat_capacity",
        dimension([0, 1, -2, 0, -1, 0, 0]),
        Kind::Plain,
    ),
    (
        "molar_energy",
        dimension([2, 1, -2, 0, 0, -1, 0]),
        Kind::Plain,
    ),
    ("molar_mass", dimension([0, 1, 0, 0, 0, -1, 0]), Kind::Plain),
    (
        "molar_volume",
        dimension([3, 0, 0, 0, 0, -1, 0]),
        Kind::Plain,
    ),
    ("amount", Dimension::AMOUNT, Kind::Plain),
    (
        "concentration",
        dimension([-3, 0, 0, 0, 0, 1, 0]),
        Kind::Plain,
    ),
    (
        "diffusivity",
        dimension([2, 0, -1, 0, 0, 0, 0]),
        Kind::Plain,
    ),
    ("current", dimension([0, 0, 0, 1, 0, 0, 0]), Kind::Plain),
    ("charge", dimension([0, 0, 1, 1, 0, 0, 0]), Kind::Plain),
    (
        "specific_charge",
        dimension([0, -1, 1, 1, 0, 0, 0]),
        Kind::Plain,
    ),
    (
        "areal_charge",
        dimension([-2, 0, 1, 1, 0, 0, 0]),
        Kind::Plain,
    ),
    (
        "current_density",
        dimension([-2, 0, 0, 1, 0, 0, 0]),
        Kind::Plain,
    ),
    (
        "mass_per_charge",
        dimension([0, 1, -1, -1, 0, 0, 0]),
        Kind::Plain,
    ),
    ("voltage", dimension([2, 1, -3, -1, 0, 0, 0]), Kind::Plain),
    (
        "resistance",
        dimension([2, 1, -3, -2, 0, 0, 0]),
        Kind::Plain,
    ),
    (
        "resistivity",
        dimension([3, 1, -3, -2, 0, 0, 0]),
        Kind::Plain,
    ),
    (
        "conductivity",
        dimension([-3, -1, 3, 2, 0, 0, 0]),
        Kind::Plain,
    ),
    ("wear", dimension([2, 1, -1, 0, 0, 0, 0]), Kind::Plain),
    (
        "penetration_rate",
        dimension([1, 0, 0, 0, 0, 0, 0]),
        Kind::Plain,
    ),
];

/// Returns the type a kind name stands for.
///
/// # Example
/// ```
/// use cellwright::quantity::{Kind, kind_named};
/// assert_eq!(kind_named("frost_point").map(|t| t.kind), Some(Kind::FrostPoint));
/// ```
#[must_use]
pub fn kind_named(name: &str) -> Option<QuantityType> {
    NAMED
        .iter()
        .find(|(candidate, ..)| *candidate == name)
        .map(|&(_, dimension, kind)| QuantityType { dimension, kind })
}

/// Returns all kind names.
#[must_use]
pub fn kind_names() -> Vec<&'static str> {
    NAMED.iter().map(|(name, ..)| *name).collect()
}

impl QuantityType {
    /// The type of plain numbers.
    pub const NUMBER: Self = Self {
        dimension: Dimension::NONE,
        kind: Kind::Plain,
    };

    /// Returns the type that a dimension alone describes.
    #[must_use]
    pub const fn plain(dimension: Dimension) -> Self {
        Self {
            dimension,
            kind: Kind::Plain,
        }
    }

    /// Names the type for messages: `mass fraction`, `velocity`, `J/kg`.
    #[must_use]
    pub fn describe(&self) -> String {
        NAMED
            .iter()
            .find(|(_, dimension, kind)| *dimension == self.dimension && *kind == self.kind)
            .map_or_else(
                || format!("a quantity in {}", self.dimension),
                |(name, ..)| name.replace('_', " "),
            )
    }
}

impl fmt::Display for QuantityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.describe())
    }
}
