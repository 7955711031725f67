//! Growth of the solid-electrolyte interphase (SEI) and the lithium it takes, in lanes.
//!
//! In: the potential that drives the reaction at start and end of a step, and the film thickness.
//! Out: the exact growth over the step, and the side current that goes with it. With the rate at
//! its mean over the step each law is integrated in closed form (`grown`); the mean of an
//! exponential of a nearly straight exponent is its geometric mean times `1 + Δ²/24` (for the
//! diffusion-limited share `s` of the EC law `1 + (1 − 2 s) Δ²/24`), and a bend of the exponent
//! counts with `−h²/12` of its second derivative. The mean side current follows from
//! the growth, never the other way round: lithium is conserved to rounding and no film shrinks.
//!
//! Sources: Marquis 2020 (thesis), eqs 5.91–5.96; Yang et al. 2017,
//! doi:10.1016/j.jpowsour.2017.05.110 (ethylene carbonate); Tang, Lu & Newman 2012,
//! doi:10.1149/2.025211jes (tunnelling). The film's own drop cancels in
//! `phi_n − U − j ρ L = U_n + η_n − U`.

use super::additive::{AdditiveConstants, Additives, Second};
use super::cell::{FARADAY_C_MOL, GAS_J_MOL_K, SeiMechanism, SeiParameters};
use crate::lanes::{Choice, Real};

/// Largest change of a rate exponent over a step that the mean of the exponential is good for.
pub(super) const EXPONENT_CHANGE_MAX: f64 = 2.0;

/// Which law, the same in all lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Law {
    None,
    Reaction,
    SolventDiffusion,
    ElectronMigration,
    Interstitial,
    EcReaction,
    TwoSpecies,
    Tunnelling,
}

impl Law {
    /// Returns the law of a mechanism.
    pub(super) fn of(mechanism: &SeiMechanism) -> Self {
        match mechanism {
            SeiMechanism::None => Self::None,
            SeiMechanism::ReactionLimited { .. } => Self::Reaction,
            SeiMechanism::SolventDiffusionLimited { .. } => Self::SolventDiffusion,
            SeiMechanism::ElectronMigrationLimited { .. } => Self::ElectronMigration,
            SeiMechanism::InterstitialDiffusionLimited { .. } => Self::Interstitial,
            SeiMechanism::EcReactionLimited { .. } => Self::EcReaction,
            SeiMechanism::EcWithAdditive { .. } => Self::TwoSpecies,
            SeiMechanism::TunnellingLimited { .. } => Self::Tunnelling,
        }
    }

    /// Whether the rate is an exponential of the potential.
    fn is_exponential(self) -> bool {
        match self {
            Self::None | Self::SolventDiffusion | Self::ElectronMigration => false,
            Self::Reaction
            | Self::Interstitial
            | Self::EcReaction
            | Self::TwoSpecies
            | Self::Tunnelling => true,
        }
    }

    /// Whether the potential that drives the reaction includes the drop over the film.
    pub(super) fn is_driven_through_film(self) -> bool {
        match self {
            Self::ElectronMigration | Self::Interstitial | Self::Tunnelling => true,
            Self::None
            | Self::Reaction
            | Self::SolventDiffusion
            | Self::EcReaction
            | Self::TwoSpecies => false,
        }
    }
}

/// Constants of the film of one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FilmConstants {
    /// Rate at the potential `potential_v`; its unit belongs to the law.
    rate: f64,
    /// Potential at which the rate is `rate`, V.
    potential_v: f64,
    /// Exponent of the rate times temperature over potential, K/V.
    exponent_k_v: f64,
    /// Growth per rate; its unit belongs to the law.
    growth: f64,
    /// What bounds the growth: diffusivity (m²/s) or inverse tunnelling length (1/m).
    bound: f64,
    /// Activation energy over the gas constant, K.
    pub(super) activation_k: f64,
    /// Side current density of geometric surface per growth rate, C/m³ (negative).
    pub(super) current_per_growth: f64,
    /// Film resistance per thickness on geometric surface, Ohm m; 0 without film.
    pub(super) resistivity_ohm_m: f64,
    pub(super) additive: AdditiveConstants,
}

impl FilmConstants {
    /// Works out the constants of a parameter set.
    pub(super) fn new(parameters: &SeiParameters) -> Self {
        let per_volt = FARADAY_C_MOL / GAS_J_MOL_K;
        let volume = parameters.molar_volume_m3_mol / parameters.lithium_per_mole;
        let per_charge = volume / FARADAY_C_MOL;
        let (rate, potential_v, exponent, growth, bound) = law_constants(parameters);
        let exponent_k_v = exponent * per_volt;
        let additive = additive_of(parameters, exponent_k_v);
        let has_film = parameters.mechanism != SeiMechanism::None;
        let resistivity = if has_film {
            parameters.resistivity_ohm_m
        } else {
            0.0
        };
        Self {
            rate,
            potential_v,
            exponent_k_v,
            growth,
            bound,
            activation_k: parameters.activation_j_mol / GAS_J_MOL_K,
            current_per_growth: -parameters.area_factor / per_charge,
            resistivity_ohm_m: resistivity / parameters.area_factor,
            additive,
        }
    }
}

/// Rate, potential, exponent, growth per rate and bound of a law, as in [`FilmConstants`].
fn law_constants(parameters: &SeiParameters) -> (f64, f64, f64, f64, f64) {
    let volume = parameters.molar_volume_m3_mol / parameters.lithium_per_mole;
    let alpha = parameters.transfer_coefficient;
    let below = parameters.potential_v;
    let per_charge = volume / FARADAY_C_MOL;
    match parameters.mechanism {
        SeiMechanism::None => (0.0, 0.0, 0.0, 0.0, 1.0),
        SeiMechanism::ReactionLimited {
            exchange_current_a_m2,
        } => (exchange_current_a_m2, below, alpha, per_charge, 1.0),
        SeiMechanism::SolventDiffusionLimited {
            diffusivity_m2_s,
            concentration_mol_m3,
            ..
        } => (
            diffusivity_m2_s,
            0.0,
            0.0,
            concentration_mol_m3 * volume,
            1.0,
        ),
        SeiMechanism::ElectronMigrationLimited { conductivity_s_m } => {
            (conductivity_s_m, below, 0.0, per_charge, 1.0)
        }
        SeiMechanism::InterstitialDiffusionLimited {
            diffusivity_m2_s,
            concentration_mol_m3,
        } => (
            diffusivity_m2_s,
            0.0,
            1.0,
            concentration_mol_m3 * volume,
            1.0,
        ),
        SeiMechanism::EcReactionLimited {
            rate_constant_m_s,
            diffusivity_m2_s,
            concentration_mol_m3,
        }
        | SeiMechanism::EcWithAdditive {
            rate_constant_m_s,
            diffusivity_m2_s,
            concentration_mol_m3,
            ..
        } => (
            rate_constant_m_s,
            below,
            alpha,
            concentration_mol_m3 * volume,
            diffusivity_m2_s,
        ),
        SeiMechanism::TunnellingLimited {
            exchange_current_a_m2,
            decay_1_m,
        } => (exchange_current_a_m2, 0.0, alpha, per_charge, decay_1_m),
    }
}

fn additive_of(parameters: &SeiParameters, exponent_k_v: f64) -> AdditiveConstants {
    match &parameters.mechanism {
        SeiMechanism::EcWithAdditive {
            additive, boost, ..
        } => AdditiveConstants::new(additive, boost, exponent_k_v, parameters.area_factor),
        _ => AdditiveConstants::NONE,
    }
}

/// The same constants, one of each per lane.
#[derive(Debug, Clone)]
pub(super) struct Films<R: Real> {
    pub(super) law: Law,
    rate: R,
    potential_v: R,
    exponent_k_v: R,
    growth: R,
    bound: R,
    pub(super) current_per_growth: R,
    pub(super) resistivity_ohm_m: R,
    pub(super) additives: Additives<R>,
}

/// Where a step of the film starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct FilmStart<R: Real> {
    /// Thickness, m.
    pub(super) thickness_m: R,
    /// Rate.
    pub(super) rate: R,
    /// Driving potential, V.
    pub(super) driver_v: R,
    /// Step length, s; 0 asks for the instant.
    pub(super) length_s: R,
    /// Where the length is 0.
    pub(super) at_instant: R::Mask,
    /// Exponent per volt, 1/V.
    pub(super) exponent_1_v: R,
    /// Arrhenius factor of the whole reaction over the step.
    pub(super) arrhenius: R,
    /// Second derivative of the driving potential times `h²/12`, V.
    pub(super) bend_v: R,
    /// Mean C-rate of charge over the step; 0 where the cell is not charged. Of two species only.
    pub(super) charge_c_rate: R,
    /// The additive and the boost.
    pub(super) second: Second<R>,
}

/// A film one step later.
#[derive(Debug, Clone, Copy)]
pub(super) struct FilmStep<R: Real> {
    /// Thickness, m.
    pub(super) thickness_m: R,
    /// Rate at the end.
    pub(super) rate: R,
    /// Side current density at the start and at the end of the straight line that has the exact
    /// mean, A/m².
    pub(super) side_initial_a_m2: R,
    pub(super) side_final_a_m2: R,
    /// The additive and the boost at the end.
    pub(super) second: Second<R>,
}

impl<R: Real> Films<R> {
    /// Makes lanes of a law with harmless constants.
    pub(super) fn new(law: Law) -> Self {
        let one = R::splat(1.0);
        let zero = R::splat(0.0);
        Self {
            law,
            rate: zero,
            potential_v: zero,
            exponent_k_v: zero,
            growth: zero,
            bound: one,
            current_per_growth: -one,
            resistivity_ohm_m: zero,
            additives: Additives::new(),
        }
    }

    /// Puts the constants of a cell into a lane.
    pub(super) fn load(&mut self, lane: usize, constants: &FilmConstants) {
        self.rate.set_lane(lane, constants.rate);
        self.potential_v.set_lane(lane, constants.potential_v);
        self.exponent_k_v.set_lane(lane, constants.exponent_k_v);
        self.growth.set_lane(lane, constants.growth);
        self.bound.set_lane(lane, constants.bound);
        self.current_per_growth
            .set_lane(lane, constants.current_per_growth);
        self.resistivity_ohm_m
            .set_lane(lane, constants.resistivity_ohm_m);
        self.additives.load(lane, &constants.additive);
    }

    /// Returns the rate exponent per volt at a temperature, 1/V.
    #[inline(always)]
    pub(super) fn exponent_1_v(&self, temperature_k: R) -> R {
        self.exponent_k_v / temperature_k
    }

    /// Returns the largest exponent of a rate, given that of the first species, 1/V.
    #[inline(always)]
    pub(super) fn steepest_1_v(&self, exponent_1_v: R) -> R {
        if self.law == Law::TwoSpecies {
            return exponent_1_v * self.additives.exponent_ratio.at_least(R::splat(1.0));
        }
        exponent_1_v
    }

    /// Takes a step at whose end the driving potential is `driver_v`.
    #[inline(always)]
    pub(super) fn step(&self, from: &FilmStart<R>, driver_v: R) -> FilmStep<R> {
        if self.law == Law::None {
            let zero = R::splat(0.0);
            return FilmStep {
                thickness_m: from.thickness_m,
                rate: zero,
                side_initial_a_m2: zero,
                side_final_a_m2: zero,
                second: from.second,
            };
        }
        if self.law == Law::TwoSpecies {
            let exponent_1_v = from.exponent_1_v;
            let rate = self.rate * (exponent_1_v * (self.potential_v - driver_v)).exp();
            let second = self.additives.rate(exponent_1_v, driver_v);
            return self.two_species(from, [rate, second], driver_v);
        }
        let (rate, mean) = self.rates(from, driver_v);
        self.with_rates(from, rate, mean)
    }

    /// Takes the step again with a driving potential that is `shift_v` higher than that of `step`:
    /// a small change, so that the exponential needs six terms only.
    #[inline(always)]
    pub(super) fn step_shifted(
        &self,
        from: &FilmStart<R>,
        step: &FilmStep<R>,
        driver_v: R,
        shift_v: R,
    ) -> FilmStep<R> {
        if !self.law.is_exponential() {
            return self.step(from, driver_v + shift_v);
        }
        let rate = lowered(step.rate, from.exponent_1_v * shift_v);
        if self.law == Law::TwoSpecies {
            let exponent_1_v = from.exponent_1_v * self.additives.exponent_ratio;
            let second = lowered(step.second.rate, exponent_1_v * shift_v);
            return self.two_species(from, [rate, second], driver_v + shift_v);
        }
        let mean = self.mean_rate(from, rate, driver_v + shift_v);
        self.with_rates(from, rate, mean)
    }

    /// Rate at the end of a step and mean over it.
    #[inline(always)]
    fn rates(&self, from: &FilmStart<R>, driver_v: R) -> (R, R) {
        match self.law {
            Law::None | Law::SolventDiffusion => (self.rate, self.rate),
            Law::ElectronMigration => {
                let rate = self.rate * (self.potential_v - driver_v).at_least(R::splat(0.0));
                let mean = from.at_instant.select(rate, (from.rate + rate) * 0.5);
                (rate, mean)
            }
            Law::Reaction
            | Law::Interstitial
            | Law::EcReaction
            | Law::TwoSpecies
            | Law::Tunnelling => {
                let rate = self.rate * (from.exponent_1_v * (self.potential_v - driver_v)).exp();
                (rate, self.mean_rate(from, rate, driver_v))
            }
        }
    }

    /// Mean of an exponential rate over a step.
    #[inline(always)]
    fn mean_rate(&self, from: &FilmStart<R>, rate: R, driver_v: R) -> R {
        let change = from.exponent_1_v * (driver_v - from.driver_v);
        let bend = from.exponent_1_v * from.bend_v;
        if self.law == Law::EcReaction {
            return limited_mean(from, [from.rate, rate], [change, bend], self.bound);
        }
        let square = change * change;
        let middle = (from.rate * rate).sqrt();
        let rise = square * (square * (1.0 / 1920.0) + 1.0 / 24.0);
        let mean = middle + middle * (rise + bend);
        from.at_instant.select(rate, mean)
    }

    /// Growth rate at an instant, m/s.
    #[inline(always)]
    fn growth_m_s(&self, thickness_m: R, growing: R, rate: R) -> R {
        match self.law {
            Law::None | Law::Reaction => growing,
            Law::SolventDiffusion | Law::ElectronMigration | Law::Interstitial => {
                growing / thickness_m
            }
            Law::EcReaction | Law::TwoSpecies => {
                growing * self.bound / (self.bound + thickness_m * rate)
            }
            Law::Tunnelling => growing * (-(self.bound * thickness_m)).exp(),
        }
    }

    /// Mean growth rate over a step at a constant rate, m/s.
    #[inline(always)]
    fn grown_m_s(&self, from: &FilmStart<R>, growing: R, rate: R) -> R {
        let thickness = from.thickness_m;
        match self.law {
            Law::None | Law::Reaction => growing,
            Law::SolventDiffusion | Law::ElectronMigration | Law::Interstitial => {
                let twice = growing * 2.0;
                let after = (thickness * thickness + twice * from.length_s).sqrt();
                twice / (after + thickness)
            }
            Law::EcReaction | Law::TwoSpecies => {
                // d + L scaled by k' / D, so that a vanishing rate needs no infinity; the
                // difference sqrt(a² + b) − a is written without its cancellation.
                let reach = self.bound + thickness * rate;
                let rise = growing * self.bound * 2.0;
                rise / ((reach * reach + rise * from.length_s * rate).sqrt() + reach)
            }
            Law::Tunnelling => {
                let decayed = growing * (-(self.bound * thickness)).exp();
                let share = self.bound * decayed * from.length_s;
                let grown = share.ln_1p() / (self.bound * from.length_s);
                from.at_instant.select(decayed, grown)
            }
        }
    }

    #[inline(always)]
    fn with_rates(&self, from: &FilmStart<R>, rate: R, mean_rate: R) -> FilmStep<R> {
        let growth = self.growth * from.arrhenius;
        let grown_m_s = self.grown_m_s(from, growth * mean_rate, mean_rate);
        let thickness_m = from.thickness_m + grown_m_s * from.length_s;
        let mean = self.current_per_growth * grown_m_s;
        let after = self.growth_m_s(thickness_m, growth * rate, rate);
        let before = self.growth_m_s(from.thickness_m, growth * from.rate, from.rate);
        let half = self.current_per_growth * (after - before) * 0.5;
        let half = from.at_instant.select(R::splat(0.0), half);
        // Linear around the exact mean: second order at the surface, lithium kept to rounding.
        FilmStep {
            thickness_m,
            rate,
            side_initial_a_m2: mean - half,
            side_final_a_m2: mean + half,
            second: from.second,
        }
    }

    /// Takes a step of two species whose rates at the end are `rates`.
    #[inline(always)]
    fn two_species(&self, from: &FilmStart<R>, rates: [R; 2], driver_v: R) -> FilmStep<R> {
        let additives = &self.additives;
        let change_v = driver_v - from.driver_v;
        let exponents = [
            from.exponent_1_v,
            from.exponent_1_v * additives.exponent_ratio,
        ];
        let (boost, boost_after) = additives.boost(from);
        let bounds = |boost: R| [self.bound * (boost + 1.0), additives.bound * (boost + 1.0)];
        let growths = [self.growth, additives.growth].map(
            #[inline(always)]
            |growth| growth * from.arrhenius,
        );
        let before = [from.rate, from.second.rate];
        let within = bounds(boost);
        let mean = |k: usize| {
            let shifts = [exponents[k] * change_v, exponents[k] * from.bend_v];
            limited_mean(from, [before[k], rates[k]], shifts, within[k])
        };
        let means = [mean(0), mean(1)];
        let speeds = [growths[0] * means[0], growths[1] * means[1]];
        let slowings = [means[0] / within[0], means[1] / within[1]];
        let grown = additives.grown_m_s(from, speeds, slowings);
        let thickness_m = from.thickness_m + (grown[0] + grown[1]) * from.length_s;
        let grown_m = from.second.grown_m + grown[1] * from.length_s;
        let per_growth = [self.current_per_growth, additives.current_per_growth];
        let at = |thickness_m: R, rates: [R; 2], boost: R, left: R| {
            let bounds = bounds(boost);
            let alone =
                |k: usize| growths[k] * rates[k] * bounds[k] / (bounds[k] + thickness_m * rates[k]);
            per_growth[0] * alone(0) + per_growth[1] * (alone(1) * left)
        };
        let left = [from.second.grown_m, grown_m].map(
            #[inline(always)]
            |grown_m| additives.left(grown_m),
        );
        let first = at(from.thickness_m, before, from.second.boost, left[0]);
        let last = at(thickness_m, rates, boost_after, left[1]);
        let half = from.at_instant.select(R::splat(0.0), (last - first) * 0.5);
        let mean = per_growth[0] * grown[0] + per_growth[1] * grown[1];
        FilmStep {
            thickness_m,
            rate: rates[0],
            side_initial_a_m2: mean - half,
            side_final_a_m2: mean + half,
            second: Second {
                rate: rates[1],
                grown_m,
                boost: boost_after,
            },
        }
    }
}

/// A rate times `exp(−x)` of a small `x`: six terms at half of it, twice; within 1e-6 at one half.
#[inline(always)]
fn lowered<R: Real>(rate: R, x: R) -> R {
    let s = x * -0.5;
    let high = s * (s * (1.0 / 120.0) + 1.0 / 24.0) + 1.0 / 6.0;
    let half = s * (s * (s * high + 0.5) + 1.0) + 1.0;
    rate * half * half
}

/// Mean over a step of an exponential rate that the film limits: its growth is `ψ / (1 + L ψ / D)`,
/// and what the mean of that over a straight exponent asks of ψ is returned.
///
/// `rates` are those at start and end, `shifts` the change of the exponent and its bend.
#[inline(always)]
fn limited_mean<R: Real>(
    from: &FilmStart<R>,
    rates: [R; 2],
    [change, bend]: [R; 2],
    bound: R,
) -> R {
    let middle = (rates[0] * rates[1]).sqrt();
    let limited = from.thickness_m * middle;
    let share = limited / (bound + limited);
    let rise = change * change * (1.0 / 24.0) * (R::splat(1.0) - share * 2.0);
    let mean = middle + middle * (rise + bend);
    from.at_instant.select(rates[1], mean)
}
