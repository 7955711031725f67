//! A film of two species: ethylene carbonate and an additive that is reduced before it.
//!
//! In: the rates of both reactions at start and end of a step, the film, the current. Out: how much
//! either grows the one film that limits both, and how much of the additive is left. Each species
//! follows the EC law, `G ψ / (1 + L ψ / D)`, with its own constants. Over a step the mean of a
//! species is the harmonic mean of its growth in the film of the start and in that of the end,
//! which is exact for one species alone; the thickness that both together make is found by Newton
//! from the closed form of a single species with their joint growth and slowing. The additive left
//! decays as an exponential of what its reaction takes: it is never negative. While the cell is
//! charged a boost of both diffusivities relaxes towards a multiple of the current, else to zero.
//!
//! Source: Weng et al. 2023, doi:10.1149/1945-7111/aceffe (parallel reactions, boost, consumption
//! of the species); what differs is said in `docs/theory/formation.md`.

use super::cell::{Additive, Boost, FARADAY_C_MOL, GAS_J_MOL_K};
use super::film::FilmStart;
use crate::lanes::{Choice, Real};

/// Constants of additive and boost in one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AdditiveConstants {
    /// Rate at the potential `potential_v`, m/s.
    rate: f64,
    potential_v: f64,
    /// Exponent of its rate over that of ethylene carbonate.
    exponent_ratio: f64,
    /// Growth per rate while all of it is there, 1.
    growth: f64,
    /// Diffusivity in the film, m²/s.
    bound: f64,
    /// One over the thickness of the film that all of it makes, 1/m.
    per_thickness_1_m: f64,
    /// Side current density of geometric surface per growth rate, C/m³ (negative).
    pub(super) current_per_growth: f64,
    /// Boost per C-rate of charge, h.
    boost_per_c_rate: f64,
    rise_1_s: f64,
    decay_1_s: f64,
}

impl AdditiveConstants {
    /// No additive and no boost, in a form that a lane can hold.
    pub(super) const NONE: Self = Self {
        rate: 0.0,
        potential_v: 0.0,
        exponent_ratio: 1.0,
        growth: 0.0,
        bound: 1.0,
        per_thickness_1_m: 0.0,
        current_per_growth: 0.0,
        boost_per_c_rate: 0.0,
        rise_1_s: 0.0,
        decay_1_s: 0.0,
    };

    /// Works out the constants; `exponent_k_v` belongs to ethylene carbonate.
    pub(super) fn new(
        additive: &Additive,
        boost: &Boost,
        exponent_k_v: f64,
        area_factor: f64,
    ) -> Self {
        let volume = additive.molar_volume_m3_mol / additive.lithium_per_mole;
        let electrons = additive.electrons_per_molecule;
        let own_k_v = additive.transfer_coefficient * FARADAY_C_MOL / GAS_J_MOL_K;
        Self {
            rate: additive.rate_constant_m_s,
            potential_v: additive.potential_v,
            exponent_ratio: own_k_v / exponent_k_v,
            growth: electrons * additive.concentration_mol_m3 * volume,
            bound: additive.diffusivity_m2_s,
            per_thickness_1_m: area_factor / (electrons * additive.inventory_mol_m2 * volume),
            current_per_growth: -area_factor * FARADAY_C_MOL / volume,
            boost_per_c_rate: boost.per_c_rate,
            rise_1_s: 1.0 / boost.rise_s,
            decay_1_s: 1.0 / boost.decay_s,
        }
    }

    /// Returns the longest step over which the boost may be taken at its mean, s.
    pub(super) fn length_max_s(&self) -> f64 {
        if self.boost_per_c_rate > 0.0 {
            1.0 / self.rise_1_s.max(self.decay_1_s)
        } else {
            f64::INFINITY
        }
    }

    /// Returns the share of the additive left when it has made a thickness of film, 1.
    pub(super) fn left(&self, grown_m: f64) -> f64 {
        (1.0 - grown_m * self.per_thickness_1_m).max(0.0)
    }
}

/// The same constants, one of each per lane.
#[derive(Debug, Clone)]
pub(super) struct Additives<R> {
    rate: R,
    potential_v: R,
    pub(super) exponent_ratio: R,
    pub(super) growth: R,
    pub(super) bound: R,
    per_thickness_1_m: R,
    pub(super) current_per_growth: R,
    boost_per_c_rate: R,
    rise_1_s: R,
    decay_1_s: R,
}

/// What a film of two species has beside its thickness and the rate of ethylene carbonate.
#[derive(Debug, Clone, Copy)]
pub(super) struct Second<R> {
    /// Rate of the additive.
    pub(super) rate: R,
    /// Film that the additive has made, m.
    pub(super) grown_m: R,
    /// Diffusivities are this share higher than at rest.
    pub(super) boost: R,
}

impl<R: Real> Second<R> {
    /// Nothing yet.
    #[inline(always)]
    pub(super) fn none() -> Self {
        let zero = R::splat(0.0);
        Self {
            rate: zero,
            grown_m: zero,
            boost: zero,
        }
    }

    /// Takes over what a step has found in the lanes of `lanes`.
    #[inline(always)]
    pub(super) fn take(&mut self, lanes: R::Mask, found: &Self) {
        self.rate = lanes.select(found.rate, self.rate);
        self.grown_m = lanes.select(found.grown_m, self.grown_m);
        self.boost = lanes.select(found.boost, self.boost);
    }

    /// Forgets everything in a lane.
    pub(super) fn forget(&mut self, lane: usize) {
        for lanes in [&mut self.rate, &mut self.grown_m, &mut self.boost] {
            lanes.set_lane(lane, 0.0);
        }
    }
}

impl<R: Real> Additives<R> {
    /// Makes lanes without additive.
    pub(super) fn new() -> Self {
        let none = AdditiveConstants::NONE;
        Self {
            rate: R::splat(none.rate),
            potential_v: R::splat(none.potential_v),
            exponent_ratio: R::splat(none.exponent_ratio),
            growth: R::splat(none.growth),
            bound: R::splat(none.bound),
            per_thickness_1_m: R::splat(none.per_thickness_1_m),
            current_per_growth: R::splat(none.current_per_growth),
            boost_per_c_rate: R::splat(none.boost_per_c_rate),
            rise_1_s: R::splat(none.rise_1_s),
            decay_1_s: R::splat(none.decay_1_s),
        }
    }

    /// Puts the constants of a cell into a lane.
    pub(super) fn load(&mut self, lane: usize, constants: &AdditiveConstants) {
        for (lanes, value) in [
            (&mut self.rate, constants.rate),
            (&mut self.potential_v, constants.potential_v),
            (&mut self.exponent_ratio, constants.exponent_ratio),
            (&mut self.growth, constants.growth),
            (&mut self.bound, constants.bound),
            (&mut self.per_thickness_1_m, constants.per_thickness_1_m),
            (&mut self.current_per_growth, constants.current_per_growth),
            (&mut self.boost_per_c_rate, constants.boost_per_c_rate),
            (&mut self.rise_1_s, constants.rise_1_s),
            (&mut self.decay_1_s, constants.decay_1_s),
        ] {
            lanes.set_lane(lane, value);
        }
    }

    /// Rate of the additive at a driving potential.
    #[inline(always)]
    pub(super) fn rate(&self, exponent_1_v: R, driver_v: R) -> R {
        let exponent_1_v = exponent_1_v * self.exponent_ratio;
        self.rate * (exponent_1_v * (self.potential_v - driver_v)).exp()
    }

    /// Share of the additive left when it has made a thickness of film.
    #[inline(always)]
    pub(super) fn left(&self, grown_m: R) -> R {
        let left = R::splat(1.0) - grown_m * self.per_thickness_1_m;
        left.at_least(R::splat(0.0))
    }

    /// Boost over a step (mean) and at its end, for a constant current.
    #[inline(always)]
    pub(super) fn boost(&self, from: &FilmStart<R>) -> (R, R) {
        let zero = R::splat(0.0);
        let before = from.second.boost;
        let target = self.boost_per_c_rate * from.charge_c_rate;
        let pace_1_s = from
            .charge_c_rate
            .gt(zero)
            .select(self.rise_1_s, self.decay_1_s);
        let passed = pace_1_s * from.length_s;
        let gone = -(-passed).exp_m1();
        let moves = passed.gt(zero);
        let held = gone / moves.select(passed, R::splat(1.0));
        let mean = target + (before - target) * held;
        (
            moves.select(mean, before),
            before + (target - before) * gone,
        )
    }

    /// Mean growth rates of both species over a step, m/s.
    ///
    /// `speeds` are the growth rates on a bare surface with all of the additive there, m/s;
    /// `slowings` what a thickness of film does to them, 1/m.
    #[inline(always)]
    pub(super) fn grown_m_s(
        &self,
        from: &FilmStart<R>,
        speeds: [R; 2],
        slowings: [R; 2],
    ) -> [R; 2] {
        let length_s = from.length_s;
        let left = self.left(from.second.grown_m);
        let bare = |k: usize| slowings[k] * from.thickness_m + 1.0;
        let bare = [bare(0), bare(1)];
        let at_once = [speeds[0] / bare[0], speeds[1] * left / bare[1]];
        let slows = at_once[0] * slowings[0] / bare[0] + at_once[1] * slowings[1] / bare[1];
        let first = (at_once[0] + at_once[1]) * 2.0;
        // One species whose growth and slowing are those of both at the start.
        let mut rise_m = first * length_s / ((slows * length_s * 2.0 + 1.0).sqrt() + 1.0);
        // One over the means of the films before and behind, in units of each species.
        let over = |rise_m: R, k: usize| (bare[k] + slowings[k] * rise_m * 0.5).inverse();
        let means = |over: [R; 2]| {
            let most = speeds[1] * over[1];
            let spent = most * length_s * self.per_thickness_1_m;
            [speeds[0] * over[0], most * left * mean_left(spent)]
        };
        for _ in 0..NEWTON_STEPS {
            let over = [over(rise_m, 0), over(rise_m, 1)];
            let [a, b] = means(over);
            let error_m = rise_m - (a + b) * length_s;
            let slope = a * over[0] * slowings[0] + b * over[1] * slowings[1];
            rise_m = rise_m - error_m / (slope * length_s * 0.5 + 1.0);
        }
        means([over(rise_m, 0), over(rise_m, 1)])
    }
}

/// Steps of Newton from the closed form for one species: the first leaves the square of a few
/// percent, the second its square.
const NEWTON_STEPS: usize = 2;

/// Mean of `exp(−x)` from 0 to `spent`.
#[inline(always)]
fn mean_left<R: Real>(spent: R) -> R {
    let moves = spent.gt(R::splat(0.0));
    let safe = moves.select(spent, R::splat(1.0));
    moves.select(-(-safe).exp_m1() / safe, R::splat(1.0))
}
