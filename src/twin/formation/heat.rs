//! One temperature for the whole cell, in lanes.
//!
//! In: the heat of the electrode reactions at start and end of a step. Out: the temperature at the
//! end. `C dT/dt = Q − h A (T − T_amb)` is integrated exactly for a heat that is linear over the
//! step: `T_amb` plus `E (T₀ − T_amb) + c q₀ + r (q₁ − q₀)`, `q = Q / C`. The heat is
//! `Σ I_k (η_k + T dU_k/dT)` over both electrodes; the heat in the film and that of the side
//! reaction are left out.
//!
//! Source: Timms et al. 2021, doi:10.1137/20M1336898.

use super::cell::Heat;
use crate::lanes::{Choice, Real};

/// Error of the temperature foretold for the end of a step at which the step is taken, K; one more
/// pass changes the result by a few percent of it.
pub(super) const TEMPERATURE_TOLERANCE_K: f64 = 2e-4;

/// Below this product of cooling rate and step length the exponential is its series.
const COOLED_LITTLE: f64 = 1e-5;

/// Thermal constants of all lanes.
#[derive(Debug, Clone)]
pub(super) struct Thermal<R: Real> {
    ambient_k: R,
    /// Inverse heat capacity, K/J; 0 in an isothermal lane.
    inverse_capacity_k_j: R,
    /// Cooling over heat capacity, 1/s.
    cooling_1_s: R,
    /// Whether the temperature of any lane may change.
    pub(super) is_lumped: bool,
}

impl<R: Real> Thermal<R> {
    /// Makes isothermal lanes.
    pub(super) fn new() -> Self {
        let zero = R::splat(0.0);
        Self {
            ambient_k: zero,
            inverse_capacity_k_j: zero,
            cooling_1_s: zero,
            is_lumped: false,
        }
    }

    /// Puts the thermal constants of a cell into a lane.
    pub(super) fn load(&mut self, lane: usize, heat: &Heat) {
        let (ambient_k, inverse, cooling_1_s) = match *heat {
            Heat::Isothermal => (0.0, 0.0, 0.0),
            Heat::Lumped {
                capacity_j_k,
                cooling_w_k,
                ambient_k,
            } => (ambient_k, 1.0 / capacity_j_k, cooling_w_k / capacity_j_k),
        };
        self.is_lumped |= inverse > 0.0;
        self.ambient_k.set_lane(lane, ambient_k);
        self.inverse_capacity_k_j.set_lane(lane, inverse);
        self.cooling_1_s.set_lane(lane, cooling_1_s);
    }

    /// Returns the temperature after a step over which the heat goes from one value to another, W.
    #[inline(always)]
    pub(super) fn after(&self, temperature_k: R, length_s: R, [before_w, after_w]: [R; 2]) -> R {
        let share = self.cooling_1_s * length_s;
        let is_little = share.lt(R::splat(COOLED_LITTLE));
        let safe = is_little.select(R::splat(1.0), share);
        let lost = -(-safe).exp_m1();
        // c / h and r / h: averages of the memory for a constant and for a ramp.
        let (half, one) = (R::splat(0.5), R::splat(1.0));
        let constant = is_little.select(one - share * 0.5, lost / safe);
        let ramp = is_little.select(half - share * (1.0 / 6.0), (one - lost / safe) / safe);
        let above = temperature_k - self.ambient_k;
        let heated = constant * before_w + ramp * (after_w - before_w);
        temperature_k
            + length_s * (self.inverse_capacity_k_j * heated - self.cooling_1_s * above * constant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::Lanes;
    use crate::math;

    /// Constant heat: `T = T_amb + Q/(hA) (1 − exp(−hA t / C))`; no cooling: `T₀ + Q t / C`.
    #[test]
    fn constant_heat_follows_the_closed_forms() {
        let mut thermal = Thermal::<Lanes<2>>::new();
        for (lane, cooling_w_k) in [0.5, 0.0].into_iter().enumerate() {
            let heat = Heat::Lumped {
                capacity_j_k: 200.0,
                cooling_w_k,
                ambient_k: 300.0,
            };
            thermal.load(lane, &heat);
        }
        let heat = [Lanes::splat(2.0); 2];
        let mut temperature_k = Lanes::splat(300.0);
        for length_s in [1.0, 0.001, 98.999, 500.0] {
            temperature_k = thermal.after(temperature_k, Lanes::splat(length_s), heat);
        }
        let cooled = 300.0 + 2.0 / 0.5 * (1.0 - math::exp(-0.5 * 600.0 / 200.0));
        assert!((temperature_k.lane(0) - cooled).abs() < 1e-11);
        assert!((temperature_k.lane(1) - 306.0).abs() < 1e-11);
    }
}
