//! Levelling of the wet film: how fast surface tension flattens a ripple (C12).
//!
//! In: wavelength, wet thickness, surface tension, and the fluidity of the film over time. Out: the
//! amplitude left over the amplitude at the start. Thin-film limit (amplitude ≪ thickness ≪
//! wavelength), known by the name of S. E. Orchard (1963): the linearised thin-film equation
//! ∂h/∂t = −σh³/(3η)·∂⁴h/∂x⁴ gives a = a0·exp(−16π⁴σh³/(3λ⁴)·∫dt/η). Millimetre ripple levels,
//! centimetre bands stay.

use std::f64::consts::PI;

use crate::math;
use crate::twin::status::{TwinError, not_negative, positive};

/// Rate, Pa, at which a ripple decays per unit of fluidity: 16π⁴σh³/(3λ⁴).
///
/// # Errors
/// [`TwinError::OutOfDomain`] for a length or tension that is not above zero.
pub fn levelling_pressure_pa(
    wavelength_m: f64,
    wet_thickness_m: f64,
    surface_tension_n_m: f64,
) -> Result<f64, TwinError> {
    positive("wavelength", wavelength_m)?;
    positive("coating.wet_thickness", wet_thickness_m)?;
    positive("coating.surface_tension", surface_tension_n_m)?;
    let cubed = wet_thickness_m * wet_thickness_m * wet_thickness_m;
    let squared = wavelength_m * wavelength_m;
    let pi_squared = PI * PI;
    Ok(16.0 * pi_squared * pi_squared * surface_tension_n_m * cubed / (3.0 * squared * squared))
}

/// Amplitude left over the amplitude at the start.
///
/// `fluidity_1_pa` is the integral of dt/η over the time, 1/Pa; at constant viscosity the time over
/// the zero-shear viscosity.
///
/// # Errors
/// As [`levelling_pressure_pa`], and for a negative integral.
pub fn amplitude_left(
    wavelength_m: f64,
    wet_thickness_m: f64,
    surface_tension_n_m: f64,
    fluidity_1_pa: f64,
) -> Result<f64, TwinError> {
    not_negative("fluidity", fluidity_1_pa)?;
    let pressure = levelling_pressure_pa(wavelength_m, wet_thickness_m, surface_tension_n_m)?;
    Ok(math::exp(-pressure * fluidity_1_pa))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle O2: the decay against a Runge–Kutta solution of da/dt = −p·a/η(t) with a viscosity
    /// that doubles every second, as in a drying film.
    #[test]
    fn decay_solves_its_own_equation() -> Result<(), TwinError> {
        let (wavelength, thickness, tension) = (2e-3, 150e-6, 0.04);
        let pressure = levelling_pressure_pa(wavelength, thickness, tension)?;
        let doubling = 2.0_f64;
        let viscosity = |t: f64| 10.0 * math::pow(doubling, t);
        let rate = |t: f64, a: f64| -pressure * a / viscosity(t);
        let (mut amplitude, steps, end) = (1.0, 4_000, 3.0);
        let h = end / f64::from(steps);
        for step in 0..steps {
            let t = f64::from(step) * h;
            let k1 = rate(t, amplitude);
            let k2 = rate(t + 0.5 * h, amplitude + 0.5 * h * k1);
            let k3 = rate(t + 0.5 * h, amplitude + 0.5 * h * k2);
            let k4 = rate(t + h, amplitude + h * k3);
            amplitude += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
        }
        // The integral of dt/η in closed form.
        let fluidity = (1.0 - math::pow(doubling, -end)) / (10.0 * math::ln(doubling));
        let closed = amplitude_left(wavelength, thickness, tension, fluidity)?;
        assert!(closed > 0.01 && closed < 0.99, "{closed}");
        assert!(
            (amplitude / closed - 1.0).abs() < 1e-6,
            "{amplitude} against {closed}"
        );
        Ok(())
    }

    /// C12 by numbers, from the published decay rate 16π⁴σh³/(3λ⁴): π⁴ = 97.409091, 16/3 of it
    /// 519.515152; 0.04 N/m · (150 µm)³ / (2 mm)⁴ = 8.4375e-3 Pa, together 4.38340910 Pa. After
    /// 0.25/Pa exp(−1.09585227) = 0.33425461 is left. The second row: 0.07 N/m, 100 µm, 1 mm.
    #[test]
    fn decay_has_the_published_constant() -> Result<(), TwinError> {
        let rate = levelling_pressure_pa(2e-3, 150e-6, 0.04)?;
        assert!((rate / 4.383_409_10 - 1.0).abs() < 1e-8, "{rate}");
        let rate = levelling_pressure_pa(1e-3, 100e-6, 0.07)?;
        assert!((rate / 36.366_060_65 - 1.0).abs() < 1e-8, "{rate}");
        let left = amplitude_left(2e-3, 150e-6, 0.04, 0.25)?;
        assert!((left / 0.334_254_61 - 1.0).abs() < 1e-7, "{left}");
        Ok(())
    }

    #[test]
    fn ten_times_the_wavelength_levels_ten_thousand_times_slower() -> Result<(), TwinError> {
        let short = levelling_pressure_pa(1e-3, 150e-6, 0.04)?;
        let long = levelling_pressure_pa(1e-2, 150e-6, 0.04)?;
        assert!((short / long / 1e4 - 1.0).abs() < 1e-12);
        assert!(amplitude_left(0.0, 1e-4, 0.04, 1.0).is_err());
        Ok(())
    }
}
