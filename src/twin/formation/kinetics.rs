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
use crate::lanes::{Lanes, Mask};
use std::sync::Arc;

/// Below this magnitude the inverse hyperbolic sine is a short series.
const SERIES_MAX: f64 = 0.5;

/// Surface stoichiometries are held this far from 0 and 1 while a trial is out of range.
const STOICHIOMETRY_LEAST: f64 = 1e-9;

/// Potentials of one electrode, shared by all lanes.
#[derive(Debug, Clone)]
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
pub(super) struct Side<const N: usize> {
    pub(super) potentials: ElectrodePotentials,
    pub(super) density_per_current_1_m2: Lanes<N>,
    exchange_scale_a_m2: Lanes<N>,
    exchange_activation_k: Lanes<N>,
    diffusivity_activation_k: Lanes<N>,
}

impl<const N: usize> Side<N> {
    /// Makes lanes with harmless constants.
    pub(super) fn new(potentials: ElectrodePotentials) -> Self {
        let one = Lanes::splat(1.0);
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
    pub(super) fn diffusivity_factor(&self, colder_1_k: Lanes<N>) -> Lanes<N> {
        (self.diffusivity_activation_k * colder_1_k).exp()
    }

    /// Returns `1 / (2 j₀)` over `sqrt(x (1 − x))`, m²/A.
    #[inline(always)]
    fn half_inverse_exchange(&self, colder_1_k: Lanes<N>) -> Lanes<N> {
        let factor = (self.exchange_activation_k * colder_1_k).exp();
        0.5 / (self.exchange_scale_a_m2 * factor)
    }

    /// Evaluates the surface; `half_inverse` is `1 / (2 j₀)` over `sqrt(x (1 − x))`.
    #[inline(always)]
    pub(super) fn half(
        &self,
        climate: &Climate<N>,
        half_inverse: Lanes<N>,
        stoichiometry: Lanes<N>,
        density_a_m2: Lanes<N>,
    ) -> Half<N> {
        let least = Lanes::splat(STOICHIOMETRY_LEAST);
        let x = stoichiometry.greatest(least).least(1.0 - least);
        let (mut value, mut slope) = self.potentials.open_circuit.value_and_slope(x);
        let mut entropic = Lanes::splat(0.0);
        if climate.has_entropy {
            let (coefficient, per) = self.potentials.entropic.value_and_slope(x);
            entropic = coefficient;
            value = value + climate.above_reference_k * coefficient;
            slope = slope + climate.above_reference_k * per;
        }
        let inverse_root_room = 1.0 / (x * (1.0 - x)).sqrt();
        let per_density = half_inverse * inverse_root_room;
        let ratio = density_a_m2 * per_density;
        let root = (ratio * ratio + 1.0).sqrt();
        let both = 1.0 / (root * (root + 1.0));
        let steepness = climate.two_rt_f_v * (both * (root + 1.0));
        let overpotential = climate.two_rt_f_v * inverse_sinh(ratio, both * root);
        let crowding = (0.5 - x) * inverse_root_room * inverse_root_room;
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
pub(super) fn is_inside<const N: usize>(stoichiometry: Lanes<N>) -> Mask<N> {
    stoichiometry.gt(Lanes::splat(0.0)) & stoichiometry.lt(Lanes::splat(1.0))
}

/// Potential of one electrode surface and its derivatives.
#[derive(Debug, Clone, Copy)]
pub(super) struct Half<const N: usize> {
    /// Open-circuit potential and overpotential, V.
    pub(super) value_v: Lanes<N>,
    /// Overpotential, V.
    pub(super) overpotential_v: Lanes<N>,
    /// Entropic coefficient, V/K; 0 where the climate has no entropy.
    pub(super) entropic_v_k: Lanes<N>,
    /// Derivative to the surface stoichiometry, V.
    pub(super) per_stoichiometry_v: Lanes<N>,
    /// Derivative to the current density, Ohm m².
    pub(super) per_density_v: Lanes<N>,
}

/// What depends on temperature alone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Climate<const N: usize> {
    /// Temperature above reference, K.
    pub(super) above_reference_k: Lanes<N>,
    /// Whether any lane needs the entropic coefficients.
    pub(super) has_entropy: bool,
    /// `2 R T / F`, V.
    pub(super) two_rt_f_v: Lanes<N>,
    /// `1 / (2 j₀)` over `sqrt(x (1 − x))`, negative and positive electrode, m²/A.
    pub(super) half_inverse: [Lanes<N>; 2],
    /// Exponent of the film's rate, 1/V.
    pub(super) film_exponent_1_v: Lanes<N>,
}

impl<const N: usize> Climate<N> {
    /// Works out the climate at a temperature.
    #[inline(always)]
    pub(super) fn new(
        temperature_k: Lanes<N>,
        reference_k: Lanes<N>,
        sides: [&Side<N>; 2],
        films: &Films<N>,
        needs_entropy: bool,
    ) -> Self {
        let colder = colder_1_k(temperature_k, reference_k);
        let above_reference_k = temperature_k - reference_k;
        let is_off = above_reference_k.abs().gt(Lanes::splat(0.0)).any();
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
pub(super) fn colder_1_k<const N: usize>(
    temperature_k: Lanes<N>,
    reference_k: Lanes<N>,
) -> Lanes<N> {
    1.0 / reference_k - 1.0 / temperature_k
}

/// Returns the inverse hyperbolic sine of `s`, given `1 / (1 + sqrt(1 + s²))`, to 1e-15.
///
/// Below 1/2 it is `2 artanh(s / (1 + sqrt(1 + s²)))`, whose series is short. Which way a lane goes
/// depends on that lane alone.
#[inline(always)]
fn inverse_sinh<const N: usize>(s: Lanes<N>, inverse: Lanes<N>) -> Lanes<N> {
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
    let (mut even, mut odd) = (Lanes::splat(EVEN[0]), Lanes::splat(ODD[0]));
    for k in 1..EVEN.len() {
        even = even * fourth + EVEN[k];
        odd = odd * fourth + ODD[k];
    }
    let near = t * 2.0 * (even + square * odd);
    let is_far = s.abs().gt(Lanes::splat(SERIES_MAX));
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
                let ours = inverse_sinh(Lanes::<1>::splat(signed), Lanes::splat(inverse)).lane(0);
                let exact = math::asinh(signed);
                assert!(
                    (ours / exact - 1.0).abs() < 2e-15,
                    "{signed}: {ours} against {exact}"
                );
            }
            s *= 1.37;
        }
        let zero = inverse_sinh(Lanes::<1>::splat(0.0), Lanes::splat(0.5)).lane(0);
        assert_eq!(zero, 0.0);
    }
}
