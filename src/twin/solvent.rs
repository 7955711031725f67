//! The two coating solvents, N-methyl-2-pyrrolidone (NMP) and water: property correlations.
//!
//! In: temperature in kelvin. Out: vapour pressure, heat of vaporisation, diffusivity in air.
//! Trusted: the cited fits inside their ranges. Below the range of a vapour-pressure fit the value
//! is still returned (the caller flags it and bounds the share of solvent concerned: at 336 K, the
//! lower end for NMP, saturation is 507 Pa and falls by 4 % per kelvin); above it is an error.

use crate::lanes::Real;

/// A coating solvent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Solvent {
    /// N-methyl-2-pyrrolidone, C5H9NO.
    Nmp,
    /// Water.
    Water,
}

/// Critical temperature of water, K (IAPWS).
const WATER_CRITICAL_K: f64 = 647.096;
/// Critical pressure of water, Pa (IAPWS).
const WATER_CRITICAL_PA: f64 = 22.064e6;

impl Solvent {
    /// Molar mass, kg/mol (IUPAC atomic masses; the spread of isotopes is beyond the digits).
    #[must_use]
    pub fn molar_mass_kg_mol(self) -> f64 {
        match self {
            Solvent::Nmp => 0.099_131,
            Solvent::Water => 0.018_015_28,
        }
    }

    /// Range of the vapour-pressure fit, K.
    #[must_use]
    pub fn vapour_pressure_range_k(self) -> (f64, f64) {
        match self {
            Solvent::Nmp => (336.0, 477.0),
            Solvent::Water => (273.16, WATER_CRITICAL_K),
        }
    }

    /// Saturation vapour pressure, Pa, without a range check.
    ///
    /// # Source
    /// NMP: Antoine fit ln(P/Pa) = 21.137754 − 3811.44608/(T − 80.355), Landolt–Börnstein, as
    /// tabulated in the library `chemicals` 1.5.2. Water: Wagner and Pruss (IAPWS-95 auxiliary
    /// equation, doi 10.1063/1.1461829).
    #[must_use]
    #[inline(always)]
    pub fn vapour_pressure_pa<R: Real>(self, temperature_k: R) -> R {
        match self {
            Solvent::Nmp => (R::splat(-3_811.446_08) / (temperature_k - 80.355) + 21.137_754).exp(),
            Solvent::Water => {
                let tau = -(temperature_k * (1.0 / WATER_CRITICAL_K)) + 1.0;
                let root = tau.sqrt();
                let cube = tau * tau * tau;
                let sum = tau * -7.859_517_83 + tau * root * 1.844_082_59 - cube * 11.786_649_7
                    + cube * root * 22.680_741_1
                    - cube * tau * 15.961_871_9
                    + cube * cube * tau * root * 1.801_225_02;
                (R::splat(WATER_CRITICAL_K) / temperature_k * sum).exp() * WATER_CRITICAL_PA
            }
        }
    }

    /// Heat of vaporisation, J/kg: a line through the values at 25 and 80 °C.
    ///
    /// # Source
    /// NMP 55.1 and 51.2 kJ/mol (corresponding states, ± 3 %), water 43.99 and 41.58 kJ/mol, both
    /// from the tables of `chemicals` 1.5.2; the line stays within 0.5 % of IAPWS up to 120 °C.
    #[must_use]
    #[inline(always)]
    pub fn heat_of_vaporisation_j_kg<R: Real>(self, temperature_k: R) -> R {
        let (at_25_j_mol, at_80_j_mol) = match self {
            Solvent::Nmp => (55_100.0, 51_200.0),
            Solvent::Water => (43_990.0, 41_580.0),
        };
        // No division by temperatures: this stands in every stage of every step.
        let per_mass_mol_kg = 1.0 / self.molar_mass_kg_mol();
        let slope_j_kg_k = (at_80_j_mol - at_25_j_mol) / 55.0 * per_mass_mol_kg;
        (temperature_k - 298.15) * slope_j_kg_k + at_25_j_mol * per_mass_mol_kg
    }

    /// Binary diffusivity of the vapour in air at 1 atm, m²/s.
    ///
    /// # Source
    /// NMP: Fuller's T^1.75 through 8.1e-6 m²/s at 300.15 K (1.08e-5 at 80 °C, 1.30e-5 at 120 °C
    /// follow within 1 %). Water: Massman, 2.178e-5·(T/273.15)^1.81 (recalled).
    #[must_use]
    #[inline(always)]
    pub fn diffusivity_in_air_m2_s<R: Real>(self, temperature_k: R) -> R {
        match self {
            Solvent::Nmp => {
                let ratio = temperature_k / 300.15;
                let root = ratio.sqrt();
                ratio * root * root.sqrt() * 8.1e-6
            }
            Solvent::Water => ((temperature_k / 273.15).ln() * 1.81).exp() * 2.178e-5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;

    fn close(value: f64, expected: f64, relative: f64) {
        let error = (value / expected - 1.0).abs();
        assert!(error <= relative, "{value} against {expected}: {error}");
    }

    /// Oracle O7, NMP.
    #[test]
    fn nmp_vapour_pressure_at_three_temperatures() {
        for (celsius, pascal) in [(80.0, 1_295.0), (100.0, 3_362.0), (120.0, 7_728.0)] {
            close(
                Solvent::Nmp.vapour_pressure_pa(celsius + 273.15),
                pascal,
                1e-3,
            );
        }
    }

    /// Oracle O7, water.
    #[test]
    fn water_vapour_pressure_at_three_temperatures() {
        let landolt = |t: f64| math::exp(23.280_240 - 3_869.701_48 / (t - 43.932));
        close(Solvent::Water.vapour_pressure_pa(353.15), 47_414.0, 1e-4);
        for kelvin in [333.15, 353.15, 373.15] {
            close(
                Solvent::Water.vapour_pressure_pa(kelvin),
                landolt(kelvin),
                1e-3,
            );
        }
        close(
            Solvent::Water.vapour_pressure_pa(373.124_3),
            101_325.0,
            1e-4,
        );
    }

    /// The same against IAPWS-IF97, another formulation: the check values of its table (300, 500
    /// and 600 K, 0.353658941e-2, 0.263889776e1 and 0.123443146e2 MPa) and its equation for the
    /// saturation line elsewhere, computed apart after it gave these check values. The two
    /// formulations lie up to 1.2e-4 apart (500 K).
    #[test]
    fn water_vapour_pressure_is_that_of_the_industrial_formulation() {
        for (kelvin, pascal) in [
            (273.16, 611.657),
            (300.0, 3_536.589_41),
            (333.15, 19_945.80),
            (353.15, 47_414.72),
            (373.15, 101_417.98),
            (393.15, 198_665.40),
            (500.0, 2_638_897.76),
            (600.0, 12_344_314.6),
        ] {
            let found = Solvent::Water.vapour_pressure_pa(kelvin);
            close(found, pascal, 1.5e-4);
        }
    }

    #[test]
    fn vapour_pressure_falls_four_percent_per_kelvin_at_the_lower_end() {
        let low = Solvent::Nmp.vapour_pressure_pa(335.0);
        let end = Solvent::Nmp.vapour_pressure_pa(336.0);
        close(end, 507.0, 2e-3);
        assert!(end / low > 1.04);
    }

    #[test]
    fn nmp_diffusivity_follows_the_stated_points() {
        close(Solvent::Nmp.diffusivity_in_air_m2_s(353.15), 1.08e-5, 0.01);
        close(Solvent::Nmp.diffusivity_in_air_m2_s(393.15), 1.30e-5, 0.01);
    }
}
