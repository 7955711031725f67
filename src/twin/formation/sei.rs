//! Growth of the solid-electrolyte interphase (SEI) and the lithium it takes.
//!
//! In: the interface potential `U_n + η_n` and the film thickness. Out: instantaneous side
//! current, and the exact growth over a step. With the rate exponent frozen at its mean, ethylene
//! carbonate reduction obeys `dL/dt = K / (d + L)`, `d = D / k'`, hence
//! `(d + L)²` grows linearly in time. The mean side current follows from the growth, never the
//! other way round: lithium is conserved to rounding and the film never shrinks.
//!
//! Source: Yang et al. 2017, doi:10.1016/j.jpowsour.2017.05.110; film term cancels in
//! `phi_n − U − j ρ L = U_n + η_n − U`.

use super::cell::{FARADAY_C_MOL, GAS_J_MOL_K, SeiMechanism, SeiParameters};
use crate::math;

/// The law with everything that does not change during a run worked out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sei {
    law: Law,
    /// Side current density of geometric surface per growth rate, C/m³ (negative).
    pub(super) current_per_growth: f64,
    /// Film resistance per thickness, Ohm m, on geometric surface; 0 without film.
    pub(super) resistivity_ohm_m: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Law {
    None,
    EcReactionLimited {
        rate_m_s: f64,
        exponent_1_v: f64,
        potential_v: f64,
        diffusivity_m2_s: f64,
        /// `c V / z` times the Arrhenius factor, 1.
        growth: f64,
    },
}

impl Sei {
    pub(super) fn new(parameters: &SeiParameters, temperature_k: f64, arrhenius: f64) -> Self {
        let (law, resistivity_ohm_m) = match parameters.mechanism {
            SeiMechanism::None => (Law::None, 0.0),
            SeiMechanism::EcReactionLimited {
                rate_constant_m_s,
                diffusivity_m2_s,
                concentration_mol_m3,
            } => (
                Law::EcReactionLimited {
                    rate_m_s: rate_constant_m_s,
                    exponent_1_v: parameters.transfer_coefficient * FARADAY_C_MOL
                        / (GAS_J_MOL_K * temperature_k),
                    potential_v: parameters.potential_v,
                    diffusivity_m2_s,
                    growth: concentration_mol_m3 * parameters.molar_volume_m3_mol * arrhenius
                        / parameters.lithium_per_mole,
                },
                parameters.resistivity_ohm_m / parameters.area_factor,
            ),
        };
        Self {
            law,
            current_per_growth: -parameters.lithium_per_mole
                * FARADAY_C_MOL
                * parameters.area_factor
                / parameters.molar_volume_m3_mol,
            resistivity_ohm_m,
        }
    }

    /// Returns whether the film can grow.
    pub(super) fn is_active(&self) -> bool {
        !matches!(self.law, Law::None)
    }

    /// Returns the exponent per volt that makes one potential change comparable between laws.
    pub(super) fn exponent_1_v(&self) -> f64 {
        match self.law {
            Law::None => 0.0,
            Law::EcReactionLimited { exponent_1_v, .. } => exponent_1_v,
        }
    }

    /// Returns the rate constant `k'` at an interface potential, m/s.
    #[inline]
    pub(super) fn rate_m_s(&self, interface_v: f64) -> f64 {
        match self.law {
            Law::None => 0.0,
            Law::EcReactionLimited {
                rate_m_s,
                exponent_1_v,
                potential_v,
                ..
            } => rate_m_s * math::exp(-exponent_1_v * (interface_v - potential_v)),
        }
    }

    /// Returns the growth rate at an instant, m/s.
    #[inline]
    pub(super) fn growth_m_s(&self, thickness_m: f64, rate_m_s: f64) -> f64 {
        match self.law {
            Law::None => 0.0,
            Law::EcReactionLimited {
                diffusivity_m2_s,
                growth,
                ..
            } => growth * rate_m_s * diffusivity_m2_s / (diffusivity_m2_s + thickness_m * rate_m_s),
        }
    }

    /// Returns the growth over a step at a constant rate constant, m.
    #[inline]
    pub(super) fn grown_m(&self, thickness_m: f64, rate_m_s: f64, step_s: f64) -> f64 {
        match self.law {
            Law::None => 0.0,
            Law::EcReactionLimited {
                diffusivity_m2_s,
                growth,
                ..
            } => {
                // d + L scaled by k' / D, so that a vanishing rate needs no infinity; the
                // difference sqrt(a² + b) − a is written without its cancellation.
                let reach = diffusivity_m2_s + thickness_m * rate_m_s;
                let rise = 2.0 * diffusivity_m2_s * growth * step_s * rate_m_s;
                rise / ((reach * reach + rise * rate_m_s).sqrt() + reach)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law() -> Sei {
        let parameters = SeiParameters {
            mechanism: SeiMechanism::EcReactionLimited {
                rate_constant_m_s: 1e-12,
                diffusivity_m2_s: 4e-19,
                concentration_mol_m3: 4541.0,
            },
            initial_thickness_m: 1e-9,
            molar_volume_m3_mol: 9.585e-5,
            lithium_per_mole: 2.0,
            resistivity_ohm_m: 2e5,
            potential_v: 0.4,
            transfer_coefficient: 0.5,
            activation_j_mol: 0.0,
            area_factor: 1.0,
        };
        Sei::new(&parameters, 298.15, 1.0)
    }

    #[test]
    fn exact_step_is_the_sum_of_small_ones() {
        let sei = law();
        for interface_v in [1.4, 0.5, 0.1] {
            let rate = sei.rate_m_s(interface_v);
            let whole = sei.grown_m(1e-9, rate, 512.0);
            let mut thickness = 1e-9;
            for _ in 0..512 {
                thickness += sei.grown_m(thickness, rate, 1.0);
            }
            assert!((thickness - 1e-9 - whole).abs() <= 1e-12 * thickness);
        }
    }

    #[test]
    fn growth_over_a_short_step_is_the_rate() {
        let sei = law();
        for interface_v in [1.4, 0.5, 0.1] {
            let rate = sei.rate_m_s(interface_v);
            let grown = sei.grown_m(5e-9, rate, 1e-6) / 1e-6;
            assert!((grown / sei.growth_m_s(5e-9, rate) - 1.0).abs() < 1e-8);
        }
    }

    #[test]
    fn vanishing_rate_grows_nothing_and_stays_finite() {
        assert_eq!(law().grown_m(1e-9, law().rate_m_s(60.0), 512.0), 0.0);
    }
}
