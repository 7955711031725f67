//! Cross-check of the stepper: every phase of every zone once more with an independent integrator.
//!
//! In: a dryer and its zones. Out: the largest deviations. The passage is cut at its own events and
//! zone borders, and each piece is integrated again by `ode_solvers` (Dormand–Prince 8(5,3),
//! relative tolerance 1e-11) from the same start. [`Dryer::reference`] goes the whole way with that
//! integrator, its own events included, so that errors add up as they do in the stepper. For tests
//! and `--verify-numerics`; never in a record.

use super::kernel::{BOUND, EVAPORATED, FREE, Phases};
use super::passage::{Dried, Passage};
use super::{Dryer, Node, Phase, State, Zone, ZoneOutcomes};
use crate::twin::film::Film;
use crate::twin::integrate::{locate_fall, verify_with_dop853};
use crate::twin::status::TwinError;

/// Relative tolerance of the independent integrator.
const RELATIVE_TOLERANCE: f64 = 1e-11;
/// Stretches of the reference for each step of the stepper.
const LOOKS_PER_STEP: u32 = 4;

/// Largest deviations from the independent integrator at the end of any piece.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumericsCheck {
    /// Film temperature, K.
    pub temperature_k: f64,
    /// Free solvent as a share of all solvent coated.
    pub free_share: f64,
    /// Bound solvent, mass fraction of the dry coating.
    pub bound_fraction: f64,
    /// Zone (counted from 0) and phase of every piece compared.
    pub pieces: Vec<(usize, Phase)>,
}

/// A stretch of one phase inside one zone, as the stepper went it.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Zone, counted from 0.
    pub zone: usize,
    /// Phase of drying.
    pub phase: Phase,
    /// State where it starts.
    pub start: State,
    /// State where it ends.
    pub end: State,
    /// Its duration, s.
    pub duration_s: f64,
}

impl Dryer {
    /// Compares a passage through the zones with the independent integrator.
    ///
    /// # Errors
    /// What the passage itself refuses, and [`TwinError::OutcomeNotFinite`] if the other integrator
    /// gives up.
    pub fn verify_numerics(&self, zones: &[Zone]) -> Result<NumericsCheck, TwinError> {
        let mut check = NumericsCheck::default();
        for piece in self.pieces(zones)? {
            let film = self.film(&zones[piece.zone], piece.zone + 1)?;
            let rate = |state: &State| self.rate(&film, piece.phase, state);
            let other =
                verify_with_dop853(rate, &piece.start, piece.duration_s, RELATIVE_TOLERANCE)?;
            let kelvin = self.temperature_k(&piece.end) - self.temperature_k(&other);
            let free = (piece.end[FREE] - other[FREE]) / self.web.solvent_kg_m2;
            let bound = (piece.end[BOUND] - other[BOUND]) / self.web.areal_loading_kg_m2;
            check.temperature_k = check.temperature_k.max(kelvin.abs());
            check.free_share = check.free_share.max(free.abs());
            check.bound_fraction = check.bound_fraction.max(bound.abs());
            check.pieces.push((piece.zone, piece.phase));
        }
        Ok(check)
    }

    /// Goes through the zones and returns the stretches of one phase inside one zone, in order.
    ///
    /// # Errors
    /// What the passage itself refuses.
    pub fn pieces(&self, zones: &[Zone]) -> Result<Vec<Piece>, TwinError> {
        let mut nodes: Vec<Node> = Vec::new();
        self.run(zones, |node| nodes.push(node), |_| {})?;
        let mut pieces: Vec<Piece> = Vec::new();
        for pair in nodes.windows(2) {
            let (from, to) = (&pair[0], &pair[1]);
            if from.zone != to.zone {
                continue;
            }
            let step_s = to.zone_time_s - from.zone_time_s;
            match pieces.last_mut() {
                Some(last) if last.zone == to.zone && last.phase == to.phase => {
                    last.end = to.state;
                    last.duration_s += step_s;
                }
                _ => pieces.push(Piece {
                    zone: to.zone,
                    phase: to.phase,
                    start: from.state,
                    end: to.state,
                    duration_s: step_s,
                }),
            }
        }
        Ok(pieces)
    }

    /// Runs the web through the zones with the independent integrator.
    ///
    /// Peaks are looked for four times as often as the stepper looks, so their difference tells
    /// what its step leaves out, too.
    ///
    /// # Errors
    /// As [`Self::verify_numerics`].
    pub fn reference(&self, zones: &[Zone], exits: impl FnMut(ZoneOutcomes)) -> Dried {
        self.reference_within((RELATIVE_TOLERANCE, LOOKS_PER_STEP), zones, exits)
    }

    /// [`Self::reference`] at a relative tolerance and a number of looks per step.
    fn reference_within(
        &self,
        (relative, looks_per_step): (f64, u32),
        zones: &[Zone],
        mut exits: impl FnMut(ZoneOutcomes),
    ) -> Dried {
        let (state, phase) = self.entry();
        let is_full = self.web.solvent_kg_m2 <= self.pores_full_kg_m2;
        let mut way = Passage::<f64> {
            state,
            phases: Phases::from_fn(|_| phase),
            time_s: 0.0,
            free_gone_s: f64::INFINITY,
            pores_full_s: if is_full { 0.0 } else { f64::INFINITY },
            peak_kg_m2_s: 0.0,
            warmest_k: self.temperature_k(&state),
            below_range_kg_m2: 0.0,
        };
        for (index, zone) in zones.iter().enumerate() {
            let film = self.film(zone, index + 1)?;
            let duration_s = zone.length / self.web.speed_m_s;
            let start_s = way.time_s;
            let looks = looks_per_step * self.steps(&film, duration_s)?;
            for _ in 0..looks {
                self.look(&film, &mut way, duration_s / f64::from(looks), relative)?;
            }
            // The sum of the pieces has rounding of its own.
            way.time_s = start_s + duration_s;
            exits(ZoneOutcomes {
                solvent: Self::solvent_kg_m2(&way.state),
                film_temperature: self.temperature_k(&way.state),
            });
        }
        Ok(self.outcomes(&way))
    }

    /// Goes one stretch, in pieces where pores are just full or a phase ends.
    fn look(
        &self,
        film: &Film,
        way: &mut Passage<f64>,
        stretch_s: f64,
        relative: f64,
    ) -> Result<(), TwinError> {
        let (coldest_k, _) = film.solvent.vapour_pressure_range_k();
        let mut left_s = stretch_s;
        // The pores, the end of the film and the end of the front: three events, four pieces.
        for _ in 0..4 {
            let phase = way.phases.at(0);
            let from = way.state;
            let rate = |state: &State| self.rate(film, phase, state);
            let first = rate(&from)?;
            way.peak_kg_m2_s = way.peak_kg_m2_s.max(first[EVAPORATED]);
            let stepped = |step_s: f64| verify_with_dop853(rate, &from, step_s, relative);
            let after = stepped(left_s)?;
            let end = match phase {
                Phase::Film => self.kernel.critical_kg_m2,
                Phase::Front => 0.0,
                Phase::Tail => f64::NEG_INFINITY,
            };
            let full = self.pores_full_kg_m2 - from[BOUND];
            let fills = way.pores_full_s.is_infinite() && full > end;
            let level = if fills { full } else { end };
            let (piece_s, mut state) = if after[FREE] > level {
                (left_s, after)
            } else {
                locate_fall(stepped, from[FREE], &after, left_s, (FREE, level))?
            };
            way.time_s += piece_s;
            if self.temperature_k(&from) < coldest_k || self.temperature_k(&state) < coldest_k {
                way.below_range_kg_m2 += (state[EVAPORATED] - from[EVAPORATED]).max(0.0);
            }
            let is_event = after[FREE] <= level;
            if is_event {
                state[FREE] = level;
                self.pass_event(way, fills);
            }
            way.state = state;
            way.warmest_k = way.warmest_k.max(self.temperature_k(&state));
            left_s -= piece_s;
            if !is_event || left_s <= 0.0 {
                break;
            }
        }
        Ok(())
    }

    /// Notes that the pores are just full, or changes the phase.
    fn pass_event(&self, way: &mut Passage<f64>, fills: bool) {
        if fills {
            way.pores_full_s = way.time_s;
            return;
        }
        if way.phases.at(0) == Phase::Front {
            way.free_gone_s = way.time_s;
        }
        let next = match way.phases.at(0) {
            Phase::Film => Phase::Front,
            Phase::Front | Phase::Tail => Phase::Tail,
        };
        way.phases = Phases::from_fn(|_| next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::drying::{DryingInputs, DryingOutcomes, Web};
    use crate::twin::solvent::Solvent;
    use crate::twin::status::Flags;

    fn cathode() -> Result<(Dryer, [Zone; 3]), TwinError> {
        let web = Web {
            solvent: Solvent::Nmp,
            areal_loading_kg_m2: 0.17181,
            solvent_kg_m2: 0.092_513,
            solvent_density_kg_m3: 1_028.0,
            dry_thickness_m: 75.6e-6,
            porosity: 0.5,
            temperature_k: 298.15,
            speed_m_s: 25.0 / 60.0,
            width_m: 0.65,
            both_sides_wet: false,
        };
        let inputs = DryingInputs {
            exhaust_flow: 2.28,
            lower_explosive_limit: 0.013,
            air_solvent_fraction: 0.0,
            air_solvent_ratio: 1.0,
            foil_heat_capacity: 36.45,
            solids_heat_capacity: 800.0,
            solvent_heat_capacity: 1_766.0,
            critical_saturation: 0.3,
            tortuosity: 2.0,
            bound_solvent: 0.006,
            equilibrium_solvent: 1e-6,
            desorption_rate: 0.26,
            desorption_activation_energy: 80e3,
            desorption_reference_temperature: 395.15,
        };
        let zones = [378.15, 391.15, 395.15].map(|air_temperature| Zone {
            air_temperature,
            length: 12.0,
            heat_transfer_top: 40.0,
            heat_transfer_bottom: 40.0,
            infrared: 0.0,
        });
        Ok((Dryer::new(web, &inputs)?, zones))
    }

    /// The reference is a reference: a tolerance ten times tighter and ten times looser, and twice
    /// the looks, move it by less than a thousandth of what it finds wrong with the stepper. A look
    /// is so short that one step of order eight is exact to rounding, whatever the tolerance: only
    /// with stretches of a whole step has the tolerance something to say, which shows it arrives.
    #[test]
    fn finer_integration_moves_the_reference_far_less_than_the_error_it_finds()
    -> Result<(), TwinError> {
        let (dryer, zones) = cathode()?;
        let of = |found: (DryingOutcomes, Flags)| {
            [
                found.0.residual_solvent,
                found.0.free_solvent_time,
                found.0.mean_rate,
                found.0.evaporated_load,
                found.0.heat_power,
                found.0.shrinkage_time,
            ]
        };
        let run = of(dryer.run(&zones, |_| {}, |_| {})?);
        let shipped = of(dryer.reference(&zones, |_| {})?);
        let moved = |relative: f64, looks: u32| -> Result<[f64; 6], TwinError> {
            let other = of(dryer.reference_within((relative, looks), &zones, |_| {})?);
            Ok(std::array::from_fn(|at| (other[at] - shipped[at]).abs()))
        };
        let errors: [f64; 6] = std::array::from_fn(|at| (run[at] - shipped[at]).abs());
        for (relative, looks) in [
            (0.1 * RELATIVE_TOLERANCE, LOOKS_PER_STEP),
            (10.0 * RELATIVE_TOLERANCE, LOOKS_PER_STEP),
            (RELATIVE_TOLERANCE, 2 * LOOKS_PER_STEP),
        ] {
            for (at, (moved, error)) in moved(relative, looks)?.iter().zip(errors).enumerate() {
                assert!(*moved < 1e-3 * error, "{at}: {moved:e} {error:e}");
            }
        }
        assert_ne!(moved(1.0, 1)?, moved(RELATIVE_TOLERANCE, 1)?);
        Ok(())
    }
}
