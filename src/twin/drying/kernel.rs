//! The laws of the drying web, for one sample or for several side by side.
//!
//! In: a state, the phase of each sample, the air side of a zone. Out: rates of change, and steps
//! of the classical Runge–Kutta method. The same operations in the same order for a number and for
//! lanes, so a sample has the same bits alone and among a million. A film too hot for its laws has
//! no rate: such samples are marked, and looked into one by one.

use super::{ENTHALPY_ZERO_K, Phase, State};
use crate::lanes::Real;
use crate::twin::film::Film;
use crate::twin::integrate::{Stepped, runge_kutta_step};

pub(super) const ENTHALPY: usize = 0;
pub(super) const FREE: usize = 1;
pub(super) const BOUND: usize = 2;
pub(super) const HEAT_IN: usize = 3;
pub(super) const HEAT_OUT: usize = 4;
pub(super) const EVAPORATED: usize = 5;

/// What the laws need of the web.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kernel<R = f64> {
    /// Heat capacity of foil and solids, J/(m² K).
    pub(super) dry_heat_j_m2_k: R,
    /// Heat capacity of the liquid solvent, J/(kg K).
    pub(super) solvent_heat_j_kg_k: R,
    /// Free solvent at which the surface stops being wet, kg/m².
    pub(super) critical_kg_m2: R,
    /// One over it, m²/kg.
    pub(super) per_critical_m2_kg: R,
    /// Depth of the fully receded front times tortuosity over porosity, m.
    pub(super) full_path_m: R,
    /// Bound solvent that stays for ever, kg/m².
    pub(super) left_kg_m2: R,
    /// Desorption rate at the reference temperature, 1/s.
    pub(super) desorption_1_s: R,
    /// Activation energy of desorption over the gas constant, K.
    pub(super) desorption_k: R,
    /// One over the reference temperature of desorption, 1/K.
    pub(super) reference_1_k: R,
}

/// The phase of each sample: wet film where neither is set.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phases<R: Real> {
    pub(super) front: R::Mask,
    pub(super) tail: R::Mask,
}

impl<R: Real> Phases<R> {
    #[inline(always)]
    pub(super) fn from_fn(phase: impl Fn(usize) -> Phase) -> Self {
        Self {
            front: R::mask(|i| phase(i) == Phase::Front),
            tail: R::mask(|i| phase(i) == Phase::Tail),
        }
    }

    #[inline(always)]
    pub(super) fn at(&self, place: usize) -> Phase {
        if R::holds(self.tail, place) {
            Phase::Tail
        } else if R::holds(self.front, place) {
            Phase::Front
        } else {
            Phase::Film
        }
    }
}

impl<R: Real> Kernel<R> {
    /// Puts the kernels of single samples side by side.
    #[inline(always)]
    pub(super) fn gathered(single: impl Fn(usize) -> Kernel) -> Self {
        Self {
            dry_heat_j_m2_k: R::from_fn(|i| single(i).dry_heat_j_m2_k),
            solvent_heat_j_kg_k: R::from_fn(|i| single(i).solvent_heat_j_kg_k),
            critical_kg_m2: R::from_fn(|i| single(i).critical_kg_m2),
            per_critical_m2_kg: R::from_fn(|i| single(i).per_critical_m2_kg),
            full_path_m: R::from_fn(|i| single(i).full_path_m),
            left_kg_m2: R::from_fn(|i| single(i).left_kg_m2),
            desorption_1_s: R::from_fn(|i| single(i).desorption_1_s),
            desorption_k: R::from_fn(|i| single(i).desorption_k),
            reference_1_k: R::from_fn(|i| single(i).reference_1_k),
        }
    }

    /// Film temperature of a state, K.
    #[inline(always)]
    pub(super) fn temperature_k(&self, state: &State<R>) -> R {
        let solvent = state[FREE] + state[BOUND];
        let capacity = self.dry_heat_j_m2_k + solvent * self.solvent_heat_j_kg_k;
        state[ENTHALPY] / capacity + ENTHALPY_ZERO_K
    }

    /// Desorption rate at a film temperature, 1/s.
    #[inline(always)]
    pub(super) fn desorption_1_s(&self, film_k: R) -> R {
        let inverse = self.reference_1_k - R::splat(1.0) / film_k;
        self.desorption_1_s * (self.desorption_k * inverse).exp()
    }

    /// Evaporation rate in a state, kg/(m² s), and where there is none.
    #[inline(always)]
    pub(super) fn flux_kg_m2_s(
        &self,
        film: &Film<R>,
        phases: &Phases<R>,
        state: &State<R>,
    ) -> (R, R::Mask) {
        let film_k = self.temperature_k(state);
        let mut flux = R::splat(0.0);
        let mut refused = R::mask(|_| false);
        // Each law is computed only where some sample follows it; all of its lanes do the work.
        if R::any(!phases.tail) {
            let receded = -(state[FREE] * self.per_critical_m2_kg) + 1.0;
            let path_m = self.full_path_m * receded;
            let path_m = R::select(phases.front, path_m, R::splat(0.0));
            let (rate, too_hot) = film.flux_kg_m2_s(film_k, path_m);
            (flux, refused) = (rate, too_hot & !phases.tail);
        }
        if R::any(phases.tail) {
            let rate = self.desorption_1_s(film_k) * (state[BOUND] - self.left_kg_m2);
            flux = R::select(phases.tail, rate, flux);
        }
        (flux, refused)
    }

    /// Rate of change of the state (D1, D2), per second, and where there is none.
    #[inline(always)]
    pub(super) fn rate(
        &self,
        film: &Film<R>,
        phases: &Phases<R>,
        state: &State<R>,
    ) -> (State<R>, R::Mask) {
        let film_k = self.temperature_k(state);
        let (flux, refused) = self.flux_kg_m2_s(film, phases, state);
        let heat = film.heat_w_m2(film_k);
        // Vapour leaves at film temperature: it takes its liquid enthalpy with it, too.
        let carried = film.solvent.heat_of_vaporisation_j_kg(film_k)
            + self.solvent_heat_j_kg_k * (film_k - ENTHALPY_ZERO_K);
        let latent = flux * carried;
        let zero = R::splat(0.0);
        let rate = [
            heat - latent,
            R::select(phases.tail, zero, -flux),
            R::select(phases.tail, -flux, zero),
            heat,
            latent,
            flux,
        ];
        (rate, refused)
    }

    /// One step; the rate of its first stage is the one at its start.
    #[inline(always)]
    pub(super) fn step(
        &self,
        film: &Film<R>,
        phases: &Phases<R>,
        state: &State<R>,
        step_s: R,
    ) -> Stepped<R, 6> {
        runge_kutta_step(
            #[inline(always)]
            |state| self.rate(film, phases, state),
            state,
            step_s,
        )
    }
}
