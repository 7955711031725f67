//! Dry air at one atmosphere: what heat and mass transfer to the film need.
//!
//! In: temperature in kelvin. Out: density, heat capacity, conductivity, viscosity. Trusted: the
//! ideal gas law and three fits within 0.7 % of tables between 290 and 430 K.

use crate::lanes::Real;
use crate::twin::{GAS_CONSTANT_J_MOL_K, STANDARD_PRESSURE_PA};

/// Molar mass of dry air, kg/mol (ISO 2533).
pub const MOLAR_MASS_KG_MOL: f64 = 0.028_964_4;

/// Density, kg/m³: ideal gas at the standard atmosphere.
#[must_use]
#[inline(always)]
pub fn density_kg_m3<R: Real>(temperature_k: R) -> R {
    R::splat(STANDARD_PRESSURE_PA * MOLAR_MASS_KG_MOL) / (temperature_k * GAS_CONSTANT_J_MOL_K)
}

/// Heat capacity at constant pressure, J/(kg K).
///
/// # Source
/// Parabola through the tabulated 1004.9, 1006.3 and 1013.5 J/(kg K) at 250, 300 and 400 K
/// (recalled air table; ± 0.2 %).
#[must_use]
#[inline(always)]
pub fn heat_capacity_j_kg_k<R: Real>(temperature_k: R) -> R {
    let rise = temperature_k - 300.0;
    rise * (rise * 2.933_33e-4 + 0.042_666_7) + 1_006.3
}

/// Thermal conductivity, W/(m K).
///
/// # Source
/// Sutherland's form with 0.0241 W/(m K) at 273 K and S = 194 K (White, Viscous Fluid Flow,
/// recalled; 2 % over 160–2000 K, 0.7 % here against the
/// tabulated 0.0263 at 300 K, 0.0338 at 400 K).
#[must_use]
#[inline(always)]
pub fn thermal_conductivity_w_m_k<R: Real>(temperature_k: R) -> R {
    let ratio = temperature_k / 273.0;
    ratio * ratio.sqrt() * (0.0241 * (273.0 + 194.0)) / (temperature_k + 194.0)
}

/// Dynamic viscosity, Pa s.
///
/// # Source
/// Sutherland's form with 1.716e-5 Pa s at 273 K and S = 111 K (White, Viscous Fluid Flow,
/// recalled; 2 % over 170–1900 K, 0.7 % here against the tabulated points of the test).
#[must_use]
#[inline]
pub fn viscosity_pa_s(temperature_k: f64) -> f64 {
    let ratio = temperature_k / 273.0;
    1.716e-5 * ratio * ratio.sqrt() * (273.0 + 111.0) / (temperature_k + 111.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_meet_the_tabulated_points() {
        for (kelvin, conductivity, capacity, density, viscosity) in [
            (300.0, 0.0263, 1_006.3, 1.177, 1.846e-5),
            (350.0, 0.0300, 1_009.0, 1.009, 2.082e-5),
            (400.0, 0.0338, 1_013.5, 0.8824, 2.301e-5),
        ] {
            assert!((viscosity_pa_s(kelvin) / viscosity - 1.0).abs() < 7e-3);
            assert!((thermal_conductivity_w_m_k(kelvin) / conductivity - 1.0).abs() < 7e-3);
            assert!((heat_capacity_j_kg_k(kelvin) / capacity - 1.0).abs() < 1e-3);
            assert!((density_kg_m3(kelvin) / density - 1.0).abs() < 2e-3);
        }
    }
}
