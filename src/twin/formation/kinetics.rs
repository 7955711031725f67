//! From stoichiometry and current density to the potential of an electrode surface, in lanes.
//!
//! In: surface stoichiometry, current density, temperature. Out: open-circuit potential plus
//! overpotential, with their derivatives. The overpotential is `2RT/F asinh(j / 2 j₀)` of the total
//! current density (the explicit form of Marquis et al. 2019, doi:10.1149/2.0341915jes), with
//! `j₀ ∝ sqrt(x (1 − x))`. Everything that depends on temperature alone is a [`Climate`].

use super::cell::{FARADAY_C_MOL, GAS_J_MOL_K};
use super::film::Films;
use super::potential::Potential;
use super::sphere::Material;
use crate::lanes::{Choice, Real};
use std::sync::Arc;

/// Below this magnitude the inverse hyperbolic sine is a short series.
const SERIES_MAX: f64 = 0.5;

/// Surface stoichiometries are held this far from 0 and 1 while a trial is out of range.
const STOICHIOMETRY_LEAST: f64 = 1e-9;

/// Potentials of one electrode, shared by all lanes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ElectrodePotentials {
    pub(super) open_circuit: Arc<Potential>,
    pub(super) entropic: Arc<Potential>,
}

/// Constants of one electrode of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SideConstants {
    pub(super) material: Material,
    /// Stoichiometry at the start.
    pub(super) stoichiometry: f64,
    /// Current density of particle surface per cell current, 1/m²; negative for the positive side.
    pub(super) density_per_current_1_m2: f64,
    /// Exchange current density over `sqrt(x (1 - x))` at the reference temperature, A/m².
    pub(super) exchange_scale_a_m2: f64,
    /// Activation energy of the exchange current over the gas constant, K.
    pub(super) exchange_activation_k: f64,
    /// Activation energy of the diffusivity over the gas constant, K.
    pub(super) diffusivity_activation_k: f64,
    /// Charge from stoichiometry 0 to 1, Ah.
    pub(super) full_ah: f64,
}

/// One electrode in all lanes.
#[derive(Debug, Clone)]
pub(super) struct Side<R: Real> {
    pub(super) potentials: ElectrodePotentials,
    pub(super) density_per_current_1_m2: R,
    exchange_scale_a_m2: R,
    exchange_activation_k: R,
    diffusivity_activation_k: R,
}

impl<R: Real> Side<R> {
    /// Makes lanes with harmless constants.
    pub(super) fn new(potentials: ElectrodePotentials) -> Self {
        let one = R::splat(1.0);
        Self {
            potentials,
            density_per_current_1_m2: one,
            exchange_scale_a_m2: one,
            exchange_activation_k: one,
            diffusivity_activation_k: one,
        }
    }

    /// Puts the constants of a cell into a lane.
    pub(super) fn load(&mut self, lane: usize, constants: &SideConstants) {
        self.density_per_current_1_m2
            .set_lane(lane, constants.density_per_current_1_m2);
        self.exchange_scale_a_m2
            .set_lane(lane, constants.exchange_scale_a_m2);
        self.exchange_activation_k
            .set_lane(lane, constants.exchange_activation_k);
        self.diffusivity_activation_k
            .set_lane(lane, constants.diffusivity_activation_k);
    }

    /// Returns the diffusivity over that at the reference temperature.
    #[inline(always)]
    pub(super) fn diffusivity_factor(&self, colder_1_k: R) -> R {
        (self.diffusivity_activation_k * colder_1_k).exp()
    }

    /// Returns `1 / (2 j₀)` over `sqrt(x (1 − x))`, m²/A.
    #[inline(always)]
    fn half_inverse_exchange(&self, colder_1_k: R) -> R {
        let factor = (self.exchange_activation_k * colder_1_k).exp();
        R::splat(0.5) / (self.exchange_scale_a_m2 * factor)
    }

    /// Evaluates the surface; `half_inverse` is `1 / (2 j₀)` over `sqrt(x (1 − x))`.
    #[inline(always)]
    pub(super) fn half(
        &self,
        climate: &Climate<R>,
        half_inverse: R,
        stoichiometry: R,
        density_a_m2: R,
    ) -> Half<R> {
        let least = R::splat(STOICHIOMETRY_LEAST);
        let one = R::splat(1.0);
        let x = stoichiometry.at_least(least).at_most(one - least);
        let (mut value, mut slope) = self.potentials.open_circuit.value_and_slope(x);
        let mut entropic = R::splat(0.0);
        if climate.has_entropy {
            let (coefficient, per) = self.potentials.entropic.value_and_slope(x);
            entropic = coefficient;
            value = value + climate.above_reference_k * coefficient;
            slope = slope + climate.above_reference_k * per;
        }
        let inverse_root_room = (x * (one - x)).sqrt().inverse();
        let per_density = half_inverse * inverse_root_room;
        let ratio = density_a_m2 * per_density;
        let root = (ratio * ratio + 1.0).sqrt();
        let both = (root * (root + 1.0)).inverse();
        let steepness = climate.two_rt_f_v * (both * (root + 1.0));
        let overpotential = climate.two_rt_f_v * inverse_sinh(ratio, both * root);
        let crowding = (R::splat(0.5) - x) * inverse_root_room * inverse_root_room;
        Half {
            value_v: value + overpotential,
            overpotential_v: overpotential,
            entropic_v_k: entropic,
            per_stoichiometry_v: slope - steepness * ratio * crowding,
            per_density_v: steepness * per_density,
        }
    }
}

/// Returns where a surface stoichiometry lies within 0..1.
#[inline(always)]
pub(super) fn is_inside<R: Real>(stoichiometry: R) -> R::Mask {
    stoichiometry.gt(R::splat(0.0)) & stoichiometry.lt(R::splat(1.0))
}

/// Potential of one electrode surface and its derivatives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Half<R: Real> {
    /// Open-circuit potential and overpotential, V.
    pub(super) value_v: R,
    /// Overpotential, V.
    pub(super) overpotential_v: R,
    /// Entropic coefficient, V/K; 0 where the climate has no entropy.
    pub(super) entropic_v_k: R,
    /// Derivative to the surface stoichiometry, V.
    pub(super) per_stoichiometry_v: R,
    /// Derivative to the current density, Ohm m².
    pub(super) per_density_v: R,
}

/// What depends on temperature alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Climate<R: Real> {
    /// Temperature above reference, K.
    pub(super) above_reference_k: R,
    /// Whether any lane needs the entropic coefficients.
    pub(super) has_entropy: bool,
    /// `2 R T / F`, V.
    pub(super) two_rt_f_v: R,
    /// `1 / (2 j₀)` over `sqrt(x (1 − x))`, negative and positive electrode, m²/A.
    pub(super) half_inverse: [R; 2],
    /// Exponent of the film's rate, 1/V.
    pub(super) film_exponent_1_v: R,
}

impl<R: Real> Climate<R> {
    /// Works out the climate at a temperature.
    #[inline(always)]
    pub(super) fn new(
        temperature_k: R,
        reference_k: R,
        sides: [&Side<R>; 2],
        films: &Films<R>,
        needs_entropy: bool,
    ) -> Self {
        let colder = colder_1_k(temperature_k, reference_k);
        let above_reference_k = temperature_k - reference_k;
        let is_off = above_reference_k.abs().gt(R::splat(0.0)).any();
        Self {
            above_reference_k,
            has_entropy: needs_entropy || is_off,
            two_rt_f_v: temperature_k * (2.0 * GAS_J_MOL_K / FARADAY_C_MOL),
            half_inverse: [
                sides[0].half_inverse_exchange(colder),
                sides[1].half_inverse_exchange(colder),
            ],
            film_exponent_1_v: films.exponent_1_v(temperature_k),
        }
    }
}

/// Returns `1/T_ref − 1/T`, 1/K, which makes Arrhenius factors.
#[inline(always)]
pub(super) fn colder_1_k<R: Real>(temperature_k: R, reference_k: R) -> R {
    reference_k.inverse() - temperature_k.inverse()
}

/// Returns the inverse hyperbolic sine of `s`, given `1 / (1 + sqrt(1 + s²))`, to 1e-15.
///
/// Below 1/2 it is `2 artanh(s / (1 + sqrt(1 + s²)))`, whose series is short. Which way a lane goes
/// depends on that lane alone.
#[inline(always)]
fn inverse_sinh<R: Real>(s: R, inverse: R) -> R {
    const EVEN: [f64; 6] = [
        1.0 / 21.0,
        1.0 / 17.0,
        1.0 / 13.0,
        1.0 / 9.0,
        1.0 / 5.0,
        1.0,
    ];
    const ODD: [f64; 6] = [
        1.0 / 23.0,
        1.0 / 19.0,
        1.0 / 15.0,
        1.0 / 11.0,
        1.0 / 7.0,
        1.0 / 3.0,
    ];
    let t = s * inverse;
    let square = t * t;
    let fourth = square * square;
    // Two chains side by side: the sum waits half as long for its multiplications.
    let (mut even, mut odd) = (R::splat(EVEN[0]), R::splat(ODD[0]));
    for k in 1..EVEN.len() {
        even = even * fourth + EVEN[k];
        odd = odd * fourth + ODD[k];
    }
    let near = t * 2.0 * (even + square * odd);
    let is_far = s.abs().gt(R::splat(SERIES_MAX));
    if is_far.any() {
        return is_far.select(s.asinh(), near);
    }
    near
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;

    #[test]
    fn inverse_sinh_agrees_with_the_correctly_rounded_one() {
        let mut s = 1e-8;
        while s < 1e6 {
            for signed in [s, -s] {
                let inverse = 1.0 / (1.0 + f64::sqrt(1.0 + signed * signed));
                let ours = inverse_sinh(signed, inverse);
                let exact = math::asinh(signed);
                assert!(
                    (ours / exact - 1.0).abs() < 2e-15,
                    "{signed}: {ours} against {exact}"
                );
            }
            s *= 1.37;
        }
        let zero = inverse_sinh(0.0, 0.5);
        assert_eq!(zero, 0.0);
    }
}
