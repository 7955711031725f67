//! The rows of the quantity dictionary: name, kind, role, display unit, basis, text.
//!
//! One row a quantity, grouped by stage in line order. A name is never reused with another
//! meaning; a fraction says of what. The reference page `docs/reference/quantities.md` is made
//! from this table.

use super::dictionary::Role::{self, Material, Outcome, Setpoint};

/// Name, kind name, role, display unit, basis (empty when none is needed), text.
pub(super) type Row = (
    &'static str,
    &'static str,
    Role,
    &'static str,
    &'static str,
    &'static str,
);

/// All rows.
#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    // Slurry
    ("slurry.solids", "mass_fraction", Material, "percent_mass", "slurry", "solids of the slurry"),
    ("slurry.density", "density", Outcome, "kg/m^3", "", "slurry density"),
    ("slurry.viscosity", "viscosity", Outcome, "Pa*s", "", "slurry viscosity at the coating shear rate"),
    ("slurry.flow", "volume_flow", Outcome, "L/min", "", "slurry flow to the die"),
    // Coating
    ("coating.web_speed", "velocity", Setpoint, "m/min", "", "web speed"),
    ("coating.areal_loading", "areal_loading", Setpoint, "g/m^2", "", "dry areal loading, one side"),
    ("coating.width", "length", Setpoint, "mm", "", "coated width"),
    ("coating.gap", "length", Setpoint, "um", "", "die-to-web gap"),
    ("coating.wet_thickness", "length", Outcome, "um", "", "wet film thickness"),
    ("coating.window_margin", "number", Outcome, "1", "", "wet thickness over the least stable thickness"),
    ("coating.coated_area_rate", "areal_rate", Outcome, "m^2/h", "", "coated area per hour"),
    // Drying
    ("drying.zone[*].air_temperature", "temperature", Setpoint, "degC", "", "air temperature of the zone"),
    ("drying.zone[*].length", "length", Setpoint, "m", "", "length of the zone"),
    ("drying.exhaust_flow", "normal_volume_flow", Setpoint, "Nm3/h", "", "exhaust air at normal conditions"),
    ("drying.exhaust_lel", "lel_fraction", Outcome, "%LEL", "exhaust air", "solvent vapour in the exhaust"),
    ("drying.residual_solvent", "mass_fraction", Outcome, "ppm_mass", "coating", "solvent left after the dryer"),
    ("drying.solvent_load", "mass_flow", Outcome, "kg/h", "", "solvent evaporated"),
    ("drying.time", "time", Outcome, "s", "", "time in the dryer"),
    // Electrolyte
    ("electrolyte.water", "mass_fraction", Material, "ppm_mass", "electrolyte", "water, as delivered"),
    ("electrolyte.hf", "mass_fraction", Material, "ppm_mass", "electrolyte", "free acid as HF, as delivered"),
    ("electrolyte.chloride", "mass_fraction", Material, "ppm_mass", "electrolyte", "chloride as Cl-, as delivered"),
];
