//! From stoichiometry and current to voltage, at an instant and over one time step.
//!
//! In: a [`State`], a step length and what the cycler holds. Out: the next state, with voltage,
//! electrode potential and side current consistent to [`INTERFACE_TOLERANCE`]. Currents follow the
//! convention of the field: positive on discharge. The overpotential uses the total current
//! density (the explicit form of Marquis et al. 2019, doi:10.1149/2.0341915jes), the particles
//! the part of it that intercalates.

use super::particle::{Particle, Profile, StepFactors};
use super::potential::Potential;
use super::sei::Sei;
use crate::math;
use std::sync::Arc;

/// Change of the SEI rate exponent between passes at which a step counts as solved, 1. One more
/// pass changes the result by a few percent of the last change.
pub const INTERFACE_TOLERANCE: f64 = 1e-4;

/// Voltage error at which a constant-voltage step counts as solved, V.
pub const VOLTAGE_TOLERANCE_V: f64 = 1e-10;

const PASSES_MAX: usize = 12;
const NEWTON_MAX: usize = 30;

/// What the cycler holds at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Drive {
    /// Current, A.
    Current(f64),
    /// Cell voltage, V.
    Voltage(f64),
}

/// Why an instant has no solution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// A surface stoichiometry leaves 0..1.
    StoichiometryBound,
    /// No current gives the voltage within the iteration limit.
    VoltageNotConverged,
    /// Side current and potential do not agree within the pass limit.
    SeiNotConverged,
}

/// One electrode at one temperature.
#[derive(Debug, Clone)]
pub(super) struct Side<const M: usize> {
    pub(super) particle: Particle<M>,
    pub(super) potential: Arc<Potential>,
    /// Temperature above reference, K, and entropic coefficient, V/K; none at the reference.
    pub(super) entropic: Option<(f64, Arc<Potential>)>,
    /// Exchange current density over `sqrt(x (1 - x))`, A/m².
    pub(super) exchange_scale_a_m2: f64,
    /// Current density of particle surface per cell current, 1/m²; negative for the positive side.
    pub(super) density_per_current_1_m2: f64,
}

/// Potential of one electrode surface and its derivatives.
struct Half {
    value_v: f64,
    per_stoichiometry_v: f64,
    per_density_v: f64,
}

impl<const M: usize> Side<M> {
    #[inline]
    fn half(&self, x: f64, density_a_m2: f64, two_rt_f_v: f64) -> Option<Half> {
        // Written so that NaN is refused.
        if !(x > 0.0 && x < 1.0) {
            return None;
        }
        let (mut value, mut slope) = self.potential.value_and_slope(x);
        if let Some((above_k, coefficient)) = &self.entropic {
            let (entropic, entropic_slope) = coefficient.value_and_slope(x);
            value += above_k * entropic;
            slope += above_k * entropic_slope;
        }
        let room = x * (1.0 - x);
        let per_density = 0.5 / (self.exchange_scale_a_m2 * room.sqrt());
        let ratio = density_a_m2 * per_density;
        let steepness = two_rt_f_v / (1.0 + ratio * ratio).sqrt();
        Some(Half {
            value_v: value + two_rt_f_v * math::asinh(ratio),
            per_stoichiometry_v: slope - steepness * ratio * (0.5 - x) / room,
            per_density_v: steepness * per_density,
        })
    }
}

/// What can be measured or inferred at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Observed {
    pub(super) current_a: f64,
    pub(super) voltage_v: f64,
    pub(super) surface_negative: f64,
    pub(super) surface_positive: f64,
    /// `phi_n` with the film: the plating margin, V.
    pub(super) negative_v: f64,
    /// `U_n + η_n`, which drives the SEI, V.
    pub(super) interface_v: f64,
    /// Current density of the negative particle that does not intercalate, A/m² (0 or less).
    pub(super) side_a_m2: f64,
}

/// Everything that evolves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct State<const M: usize> {
    pub(super) negative: Profile<M>,
    pub(super) positive: Profile<M>,
    pub(super) sei_thickness_m: f64,
    /// Charge that left the cell since the start of the run, Ah.
    pub(super) discharged_ah: f64,
    pub(super) observed: Observed,
    /// Change of the interface potential over the last step per second, V/s.
    pub(super) interface_slope_v_s: f64,
}

/// Surface stoichiometries as straight lines in the cell current.
struct Lines {
    negative: (f64, f64),
    positive: (f64, f64),
    sei_thickness_m: f64,
}

/// Factors of one step for both particles.
pub(super) struct Factors<'a, const M: usize> {
    pub(super) negative: &'a StepFactors<M>,
    pub(super) positive: &'a StepFactors<M>,
}

/// A cell at one temperature.
#[derive(Debug, Clone)]
pub(super) struct Kernel<const M: usize> {
    pub(super) negative: Side<M>,
    pub(super) positive: Side<M>,
    pub(super) sei: Sei,
    /// `2 R T / F`, V.
    pub(super) two_rt_f_v: f64,
}

impl<const M: usize> Kernel<M> {
    #[inline]
    fn evaluate(&self, lines: &Lines, current_a: f64) -> Option<(Observed, f64)> {
        let negative_density = current_a * self.negative.density_per_current_1_m2;
        let positive_density = current_a * self.positive.density_per_current_1_m2;
        let x_n = lines.negative.0 + lines.negative.1 * current_a;
        let x_p = lines.positive.0 + lines.positive.1 * current_a;
        let n = self.negative.half(x_n, negative_density, self.two_rt_f_v)?;
        let p = self.positive.half(x_p, positive_density, self.two_rt_f_v)?;
        let film_ohm_m2 = self.sei.resistivity_ohm_m * lines.sei_thickness_m;
        let negative_v = n.value_v + negative_density * film_ohm_m2;
        let slope = p.per_stoichiometry_v * lines.positive.1
            + p.per_density_v * self.positive.density_per_current_1_m2
            - n.per_stoichiometry_v * lines.negative.1
            - (n.per_density_v + film_ohm_m2) * self.negative.density_per_current_1_m2;
        let observed = Observed {
            current_a,
            voltage_v: p.value_v - negative_v,
            surface_negative: x_n,
            surface_positive: x_p,
            negative_v,
            interface_v: n.value_v,
            side_a_m2: 0.0,
        };
        Some((observed, slope))
    }

    /// Finds the current that the cycler drives.
    fn solve(&self, lines: &Lines, drive: Drive, guess_a: f64) -> Result<Observed, Trouble> {
        let voltage_v = match drive {
            Drive::Current(current_a) => {
                let found = self.evaluate(lines, current_a);
                return found.map(|(o, _)| o).ok_or(Trouble::StoichiometryBound);
            }
            Drive::Voltage(voltage_v) => voltage_v,
        };
        let mut current_a = guess_a;
        let (mut observed, mut slope) = self
            .evaluate(lines, current_a)
            .ok_or(Trouble::StoichiometryBound)?;
        for _ in 0..NEWTON_MAX {
            let error = observed.voltage_v - voltage_v;
            if error.abs() <= VOLTAGE_TOLERANCE_V {
                return Ok(observed);
            }
            let mut change = error / slope;
            // Half the way until both surfaces stay inside 0..1.
            let next = loop {
                match self.evaluate(lines, current_a - change) {
                    Some(next) => break next,
                    None if change.abs() > 1e-12 * (1.0 + current_a.abs()) => change *= 0.5,
                    None => return Err(Trouble::VoltageNotConverged),
                }
            };
            current_a -= change;
            (observed, slope) = next;
        }
        Err(Trouble::VoltageNotConverged)
    }

    /// Returns the state at the instant at which the cycler switches to `drive`.
    pub(super) fn switch(&self, from: &State<M>, drive: Drive) -> Result<State<M>, Trouble> {
        let n = &self.negative;
        let p = &self.positive;
        let tail_n = n.particle.surface_per_current();
        let tail_p = p.particle.surface_per_current();
        let base_n = n.particle.surface(&from.negative, 0.0);
        let base_p = p.particle.surface(&from.positive, 0.0);
        let mut side = from.observed.side_a_m2;
        let mut last_v = f64::INFINITY;
        for _ in 0..PASSES_MAX {
            let lines = Lines {
                negative: (base_n - tail_n * side, tail_n * n.density_per_current_1_m2),
                positive: (base_p, tail_p * p.density_per_current_1_m2),
                sei_thickness_m: from.sei_thickness_m,
            };
            let mut observed = self.solve(&lines, drive, from.observed.current_a)?;
            let rate = self.sei.rate_m_s(observed.interface_v);
            side = self.sei.current_per_growth * self.sei.growth_m_s(from.sei_thickness_m, rate);
            observed.side_a_m2 = side;
            let moved = (observed.interface_v - last_v).abs() * self.sei.exponent_1_v();
            last_v = observed.interface_v;
            if !self.sei.is_active() || moved <= INTERFACE_TOLERANCE {
                return Ok(State {
                    observed,
                    interface_slope_v_s: 0.0,
                    ..*from
                });
            }
        }
        Err(Trouble::SeiNotConverged)
    }

    /// Returns the state one step later; the current is linear over the step.
    pub(super) fn step(
        &self,
        from: &State<M>,
        factors: &Factors<M>,
        drive: Drive,
    ) -> Result<State<M>, Trouble> {
        let (n, p) = (&self.negative, &self.positive);
        let length_s = factors.negative.length_s();
        let before = &from.observed;
        let density_n = before.current_a * n.density_per_current_1_m2;
        let density_p = before.current_a * p.density_per_current_1_m2;
        let rest_p = p
            .particle
            .advance(&from.positive, factors.positive, density_p, 0.0);
        let positive_line = (
            p.particle.surface(&rest_p, 0.0),
            factors.positive.surface_per_final() * p.density_per_current_1_m2,
        );
        let rate_before = self.sei.rate_m_s(before.interface_v);
        let mut guess_v = before.interface_v + from.interface_slope_v_s * length_s;
        let mut guess_a = before.current_a;
        for _ in 0..PASSES_MAX {
            let film = self.film(from.sei_thickness_m, rate_before, guess_v, length_s);
            let initial_n = density_n - film.side_initial_a_m2;
            let rest_n = n.particle.advance(
                &from.negative,
                factors.negative,
                initial_n,
                -film.side_final_a_m2,
            );
            let lines = Lines {
                negative: (
                    n.particle.surface(&rest_n, -film.side_final_a_m2),
                    factors.negative.surface_per_final() * n.density_per_current_1_m2,
                ),
                positive: positive_line,
                sei_thickness_m: film.thickness_m,
            };
            let mut observed = self.solve(&lines, drive, guess_a)?;
            let moved = (observed.interface_v - guess_v).abs() * self.sei.exponent_1_v();
            guess_v = observed.interface_v;
            guess_a = observed.current_a;
            if self.sei.is_active() && moved > INTERFACE_TOLERANCE {
                continue;
            }
            observed.side_a_m2 = film.side_final_a_m2;
            let final_n = observed.current_a * n.density_per_current_1_m2 - film.side_final_a_m2;
            let final_p = observed.current_a * p.density_per_current_1_m2;
            let passed_as = 0.5 * (before.current_a + observed.current_a) * length_s;
            return Ok(State {
                negative: n
                    .particle
                    .advance(&from.negative, factors.negative, initial_n, final_n),
                positive: p
                    .particle
                    .advance(&from.positive, factors.positive, density_p, final_p),
                sei_thickness_m: film.thickness_m,
                discharged_ah: from.discharged_ah + passed_as / 3600.0,
                observed,
                interface_slope_v_s: (observed.interface_v - before.interface_v) / length_s,
            });
        }
        Err(Trouble::SeiNotConverged)
    }

    /// Grows the film over a step whose interface potential ends at `final_v`.
    #[inline]
    fn film(&self, thickness_m: f64, rate_before: f64, final_v: f64, length_s: f64) -> Film {
        if !self.sei.is_active() {
            return Film {
                thickness_m,
                side_initial_a_m2: 0.0,
                side_final_a_m2: 0.0,
            };
        }
        let rate_after = self.sei.rate_m_s(final_v);
        // The mean exponent is the geometric mean of the rates: no further exponential.
        let rate_mean = (rate_before * rate_after).sqrt();
        let grown_m = self.sei.grown_m(thickness_m, rate_mean, length_s);
        let after_m = thickness_m + grown_m;
        let mean = self.sei.current_per_growth * grown_m / length_s;
        let rise = self.sei.current_per_growth
            * (self.sei.growth_m_s(after_m, rate_after)
                - self.sei.growth_m_s(thickness_m, rate_before));
        // Linear around the exact mean: second order at the surface, lithium kept to rounding.
        Film {
            thickness_m: after_m,
            side_initial_a_m2: mean - 0.5 * rise,
            side_final_a_m2: mean + 0.5 * rise,
        }
    }
}

/// Film thickness and side current densities over one step.
struct Film {
    thickness_m: f64,
    side_initial_a_m2: f64,
    side_final_a_m2: f64,
}
