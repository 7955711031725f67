//! The wet film in one dryer zone: heat and mass transfer between film, foil and air (D1, D3, D4).
//!
//! In: film temperature and how deep the front has receded. Out: evaporation rate in kg/(m² s) and
//! the heat that enters. Stefan-corrected flux with the Chilton–Colburn coefficient of the coated
//! side; air properties and diffusivity at the mean of film and air temperature. Heat from both
//! sides and from infrared emitters; evaporation from the top, and from below where both sides of
//! the web are wet. Trusted: `solvent.rs`, `transfer.rs`.

use crate::lanes::Real;
use crate::twin::solvent::Solvent;
use crate::twin::status::TwinError;
use crate::twin::{GAS_CONSTANT_J_MOL_K, STANDARD_PRESSURE_PA};

/// The air side of one zone, and the solvent it dries; of one sample or of several side by side.
#[derive(Clone, Copy, Debug)]
pub struct Film<R = f64> {
    /// Zone, counted from 1, for messages.
    pub zone: usize,
    /// The solvent.
    pub solvent: Solvent,
    /// Air temperature, K.
    pub air_k: R,
    /// Partial pressure of solvent in the air, Pa.
    pub vapour_pa: R,
    /// Heat transfer coefficient above the coating, W/(m² K).
    pub top_w_m2_k: R,
    /// Heat transfer coefficient below the foil, W/(m² K).
    pub bottom_w_m2_k: R,
    /// Infrared heat the web absorbs, W/m².
    pub infrared_w_m2: R,
    /// Whether the coating below the foil is wet, too.
    pub both_sides_wet: bool,
}

impl<R: Real> Film<R> {
    /// Heat flow into the web, W/m².
    #[inline(always)]
    #[must_use]
    pub fn heat_w_m2(&self, film_k: R) -> R {
        (self.top_w_m2_k + self.bottom_w_m2_k) * (self.air_k - film_k) + self.infrared_w_m2
    }

    /// Temperature, K, that a dry web tends to: the air, raised by the infrared heat.
    #[inline(always)]
    #[must_use]
    pub fn dry_end_k(&self) -> R {
        self.air_k + self.infrared_w_m2 / (self.top_w_m2_k + self.bottom_w_m2_k)
    }

    /// Evaporation rate as [`Film::evaporation_kg_m2_s`], and where the film is too hot to have one
    /// (the rate there means nothing; [`Film::refusal`] says why).
    #[inline(always)]
    #[must_use]
    pub fn flux_kg_m2_s(&self, film_k: R, pore_path_m: R) -> (R, R::Mask) {
        let (_, maximum_k) = self.solvent.vapour_pressure_range_k();
        let total_pa = R::splat(STANDARD_PRESSURE_PA);
        let saturation_pa = self.solvent.vapour_pressure_pa(film_k);
        let too_hot = R::splat(maximum_k).lt(film_k) | total_pa.le(saturation_pa);
        let transfer = self.solvent.transfer((film_k + self.air_k) * 0.5);
        let mut conductance = transfer.conductance_m_k_s(self.top_w_m2_k, pore_path_m);
        if self.both_sides_wet {
            let below = transfer.conductance_m_k_s(self.bottom_w_m2_k, pore_path_m);
            conductance = conductance + below;
        }
        let driving = ((total_pa - self.vapour_pa) / (total_pa - saturation_pa)).ln();
        let molar = STANDARD_PRESSURE_PA * self.solvent.molar_mass_kg_mol() / GAS_CONSTANT_J_MOL_K;
        (driving * molar * conductance, too_hot)
    }
}

impl Film {
    /// Evaporation rate per area of web, kg/(m² s), of both sides together where both are wet;
    /// negative when vapour condenses on a cold film.
    ///
    /// `pore_path_m` is the depth of the receding front times tortuosity over porosity, 0 while the
    /// surface is wet: a resistance in series with the boundary layer (D6).
    ///
    /// # Errors
    /// [`TwinError::AboveVapourPressureRange`] and [`TwinError::FilmBoils`].
    #[inline]
    pub fn evaporation_kg_m2_s(&self, film_k: f64, pore_path_m: f64) -> Result<f64, TwinError> {
        match self.flux_kg_m2_s(film_k, pore_path_m) {
            (rate, false) => Ok(rate),
            (_, true) => Err(self.refusal(film_k)),
        }
    }

    /// Why a film at this temperature has no evaporation rate.
    #[must_use]
    pub fn refusal(&self, film_k: f64) -> TwinError {
        let (_, maximum_k) = self.solvent.vapour_pressure_range_k();
        if film_k > maximum_k {
            return TwinError::AboveVapourPressureRange {
                zone: self.zone,
                temperature_k: film_k,
                maximum_k,
            };
        }
        TwinError::FilmBoils {
            zone: self.zone,
            temperature_k: film_k,
        }
    }

    /// Steady film temperature, K, and evaporation rate, kg/(m² s), of a wet surface: where the
    /// heat that enters equals the heat of vaporisation that leaves.
    ///
    /// # Errors
    /// [`TwinError::AirSaturated`] if the air cannot take up solvent at its own temperature, and
    /// what [`Self::evaporation_kg_m2_s`] refuses.
    pub fn wet_bulb(&self) -> Result<(f64, f64), TwinError> {
        // Upper end: below the dry web and below the boiling point, where the flux has a pole.
        let mut low_k = 250.0;
        let mut high_k = self.dry_end_k();
        for _ in 0..200 {
            let middle_k = 0.5 * (low_k + high_k);
            if middle_k <= low_k || middle_k >= high_k {
                break;
            }
            let boils = self.solvent.vapour_pressure_pa(middle_k) >= STANDARD_PRESSURE_PA;
            let too_hot = boils || {
                let rate = self.evaporation_kg_m2_s(middle_k, 0.0)?;
                rate * self.solvent.heat_of_vaporisation_j_kg(middle_k) > self.heat_w_m2(middle_k)
            };
            if too_hot {
                high_k = middle_k;
            } else {
                low_k = middle_k;
            }
        }
        let rate = self.evaporation_kg_m2_s(low_k, 0.0)?;
        if rate <= 0.0 {
            return Err(TwinError::AirSaturated { zone: self.zone });
        }
        Ok((low_k, rate))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn film(solvent: Solvent, air_celsius: f64) -> Film {
        Film {
            zone: 1,
            solvent,
            air_k: air_celsius + 273.15,
            vapour_pa: if solvent == Solvent::Water { 12.8 } else { 0.0 },
            top_w_m2_k: 40.0,
            bottom_w_m2_k: 40.0,
            infrared_w_m2: 0.0,
            both_sides_wet: false,
        }
    }

    /// Two wet sides under equal air are one side that gets half of the heat: same temperature,
    /// twice the rate of a side heated from its own side alone.
    #[test]
    fn two_wet_sides_are_two_films_back_to_back() -> Result<(), TwinError> {
        for solvent in [Solvent::Nmp, Solvent::Water] {
            let both = Film {
                both_sides_wet: true,
                ..film(solvent, 110.0)
            };
            let single = Film {
                bottom_w_m2_k: 0.0,
                ..film(solvent, 110.0)
            };
            let ((both_k, both_rate), (one_k, one_rate)) = (both.wet_bulb()?, single.wet_bulb()?);
            assert!((both_k - one_k).abs() < 1e-9, "{both_k} {one_k}");
            assert!((both_rate / one_rate / 2.0 - 1.0).abs() < 1e-9);
        }
        Ok(())
    }

    /// The heat balance of a wet film with emitters closes, and 1 kW/m² on water at 80 °C air
    /// evaporates nearly as much as its latent heat allows.
    #[test]
    fn infrared_heat_evaporates() -> Result<(), TwinError> {
        let plain = film(Solvent::Water, 80.0);
        let lit = Film {
            infrared_w_m2: 1_000.0,
            ..plain
        };
        let ((cold_k, slow), (warm_k, fast)) = (plain.wet_bulb()?, lit.wet_bulb()?);
        let latent = lit.solvent.heat_of_vaporisation_j_kg(warm_k);
        let heat = 80.0 * (lit.air_k - warm_k) + 1_000.0;
        assert!((fast * latent / heat - 1.0).abs() < 1e-9);
        assert!(warm_k > cold_k && (fast - slow) * latent < 1_000.0);
        assert!((fast - slow) * latent > 700.0);
        Ok(())
    }

    #[test]
    fn wet_film_meets_the_reference_table() -> Result<(), TwinError> {
        // Air °C, film °C and rate g/(m² s), printed to 0.1 K and 0.01; an independent program
        // agrees with it to one unit of the last digit, so that plus half a digit is the bound.
        let water = [
            (80.0, 34.5, 1.51),
            (100.0, 39.6, 2.01),
            (120.0, 43.9, 2.54),
            (140.0, 47.6, 3.10),
        ];
        let nmp = [
            (80.0, 75.5, 0.70),
            (100.0, 90.6, 1.49),
            (120.0, 103.3, 2.67),
            (140.0, 114.0, 4.22),
        ];
        for (solvent, rows) in [(Solvent::Water, water), (Solvent::Nmp, nmp)] {
            for (air, film_celsius, rate) in rows {
                let (film_k, rate_kg) = film(solvent, air).wet_bulb()?;
                let found = (film_k - 273.15, rate_kg * 1e3);
                assert!(
                    (found.0 - film_celsius).abs() <= 0.15,
                    "{solvent:?} {air}: {found:?}"
                );
                assert!(
                    (found.1 - rate).abs() <= 0.015,
                    "{solvent:?} {air}: {found:?}"
                );
            }
        }
        Ok(())
    }
}
