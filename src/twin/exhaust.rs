//! Exhaust of the dryer: solvent load and what it makes of the air, in closed form.
//!
//! In: loading, solids, width, speed and the exhaust volume flow in normal cubic metres (273.15 K,
//! 101 325 Pa, solvent vapour included). Out: kg/s of vapour and its mole fraction in the exhaust.
//! Steady state: all solvent that is coated leaves as vapour. What stays in the web (residual
//! solvent, a few hundred ppm of the dry mass) is counted as vapour too, so the value is an upper
//! bound by less than 0.1 % in operation, and the same product of recipe inputs that a rule proves.

use crate::twin::coating::solvent_loading_kg_m2;
use crate::twin::{GAS_CONSTANT_J_MOL_K, NORMAL_TEMPERATURE_K, STANDARD_PRESSURE_PA};

/// Volume of one mole of ideal gas at normal conditions, m³/mol: 0.022 413 969…
#[must_use]
pub fn normal_molar_volume_m3_mol() -> f64 {
    GAS_CONSTANT_J_MOL_K * NORMAL_TEMPERATURE_K / STANDARD_PRESSURE_PA
}

/// Solvent vapour, kg/s, that a coating brings: loading·(1−s)/s·width·speed.
#[must_use]
pub fn solvent_load_kg_s(
    areal_loading_kg_m2: f64,
    solids: f64,
    width_m: f64,
    web_speed_m_s: f64,
) -> f64 {
    solvent_loading_kg_m2(areal_loading_kg_m2, solids) * width_m * web_speed_m_s
}

/// Mole (volume) fraction of the solvent in the exhaust that a load of vapour makes.
///
/// `solvent_load_kg_s` from [`solvent_load_kg_s`], `exhaust_flow_m3_s` in normal cubic metres per
/// second.
#[must_use]
pub fn vapour_fraction(
    solvent_load_kg_s: f64,
    molar_mass_kg_mol: f64,
    exhaust_flow_m3_s: f64,
) -> f64 {
    let vapour_m3_s = solvent_load_kg_s / molar_mass_kg_mol * normal_molar_volume_m3_mol();
    vapour_m3_s / exhaust_flow_m3_s
}
