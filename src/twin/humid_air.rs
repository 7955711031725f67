//! Humid air: frost point, dew point, humidity ratio.
//!
//! In: a frost point (over ice) or a dew point (over liquid, below 0 °C supercooled water), K. Out:
//! vapour pressure in Pa, humidity ratio in kg water per kg dry air. "Dew point −40 °C" differs by
//! 47 % between the two meanings, so there are two types ([`FrostPoint`], [`DewPoint`])
//! and no neutral one.
//! Trusted: Murphy and Koop 2005, doi 10.1256/qj.04.94, equation 7 (ice, 110–273.16 K) and
//! equation 10 (liquid, 123–332 K). Ideal mixture, no enhancement factor (it would add 0.5 %).

use crate::math;
use crate::twin::status::TwinError;

/// Ratio of the molar masses of water and dry air.
const MOLAR_MASS_RATIO: f64 = 0.621_95;

/// A frost point: the temperature at which air is saturated over ice. Not a dew point.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct FrostPoint {
    kelvin: f64,
    vapour_pressure_pa: f64,
}

impl FrostPoint {
    /// Makes a frost point of a temperature in kelvin.
    ///
    /// # Errors
    /// As [`vapour_pressure_over_ice_pa`].
    pub fn new(kelvin: f64) -> Result<Self, TwinError> {
        Ok(Self {
            kelvin,
            vapour_pressure_pa: vapour_pressure_over_ice_pa(kelvin)?,
        })
    }

    /// Temperature, K.
    #[must_use]
    pub fn kelvin(self) -> f64 {
        self.kelvin
    }

    /// Vapour pressure of the air, Pa.
    #[must_use]
    pub fn vapour_pressure_pa(self) -> f64 {
        self.vapour_pressure_pa
    }
}

/// A dew point: the temperature at which air is saturated over liquid water, below 0 °C
/// supercooled. Not a frost point.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct DewPoint {
    kelvin: f64,
    vapour_pressure_pa: f64,
}

impl DewPoint {
    /// Makes a dew point of a temperature in kelvin.
    ///
    /// # Errors
    /// As [`vapour_pressure_over_liquid_pa`].
    pub fn new(kelvin: f64) -> Result<Self, TwinError> {
        Ok(Self {
            kelvin,
            vapour_pressure_pa: vapour_pressure_over_liquid_pa(kelvin)?,
        })
    }

    /// Temperature, K.
    #[must_use]
    pub fn kelvin(self) -> f64 {
        self.kelvin
    }

    /// Vapour pressure of the air, Pa.
    #[must_use]
    pub fn vapour_pressure_pa(self) -> f64 {
        self.vapour_pressure_pa
    }
}

/// Vapour pressure over ice, Pa (Murphy and Koop 2005, equation 7).
///
/// # Errors
/// [`TwinError::OutOfDomain`] outside 110–273.16 K.
pub fn vapour_pressure_over_ice_pa(frost_point_k: f64) -> Result<f64, TwinError> {
    if !(110.0..=273.16).contains(&frost_point_k) {
        return Err(TwinError::OutOfDomain {
            quantity: "frost point",
            value: frost_point_k,
            expected: "110 to 273.16 K, the range of ice",
        });
    }
    let t = frost_point_k;
    Ok(math::exp(
        9.550_426 - 5_723.265 / t + 3.530_68 * math::ln(t) - 0.007_283_32 * t,
    ))
}

/// Vapour pressure over liquid, below 273.15 K supercooled, water, Pa (Murphy and Koop 2005,
/// equation 10).
///
/// # Errors
/// [`TwinError::OutOfDomain`] outside 123–332 K.
pub fn vapour_pressure_over_liquid_pa(dew_point_k: f64) -> Result<f64, TwinError> {
    if !(123.0..=332.0).contains(&dew_point_k) {
        return Err(TwinError::OutOfDomain {
            quantity: "dew point",
            value: dew_point_k,
            expected: "123 to 332 K, the range of the law",
        });
    }
    let t = dew_point_k;
    let ln_t = math::ln(t);
    let warm = 54.842_763 - 6_763.22 / t - 4.210 * ln_t + 0.000_367 * t;
    let cold = 53.878 - 1_331.22 / t - 9.445_23 * ln_t + 0.014_025 * t;
    Ok(math::exp(warm + math::tanh(0.0415 * (t - 218.8)) * cold))
}

/// Humidity ratio, kg water per kg dry air, of air with this vapour pressure.
///
/// # Errors
/// [`TwinError::OutOfDomain`] unless the vapour pressure lies between 0 and the total pressure.
pub fn humidity_ratio(vapour_pressure_pa: f64, pressure_pa: f64) -> Result<f64, TwinError> {
    if !(vapour_pressure_pa >= 0.0 && vapour_pressure_pa < pressure_pa) {
        return Err(TwinError::OutOfDomain {
            quantity: "vapour pressure",
            value: vapour_pressure_pa,
            expected: "a pressure from 0 to below the total pressure",
        });
    }
    Ok(MOLAR_MASS_RATIO * vapour_pressure_pa / (pressure_pa - vapour_pressure_pa))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triple_point_pressures_agree() -> Result<(), TwinError> {
        let ice = vapour_pressure_over_ice_pa(273.16)?;
        let liquid = vapour_pressure_over_liquid_pa(273.16)?;
        assert!((ice / 611.657 - 1.0).abs() < 1e-5);
        assert!((liquid / 611.657 - 1.0).abs() < 1e-4);
        Ok(())
    }

    #[test]
    fn outside_the_range_is_refused() {
        assert!(vapour_pressure_over_ice_pa(280.0).is_err());
        assert!(vapour_pressure_over_liquid_pa(340.0).is_err());
        assert!(vapour_pressure_over_ice_pa(f64::NAN).is_err());
        assert!(humidity_ratio(2e5, 101_325.0).is_err());
    }
}
