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
    pub fn reference(&self, zones: &[Zone], mut exits: impl FnMut(ZoneOutcomes)) -> Dried {
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
            let looks = LOOKS_PER_STEP * self.steps(&film, duration_s)?;
            for _ in 0..looks {
                self.look(&film, &mut way, duration_s / f64::from(looks))?;
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
    fn look(&self, film: &Film, way: &mut Passage<f64>, stretch_s: f64) -> Result<(), TwinError> {
        let (coldest_k, _) = film.solvent.vapour_pressure_range_k();
        let mut left_s = stretch_s;
        // The pores, the end of the film and the end of the front: three events, four pieces.
        for _ in 0..4 {
            let phase = way.phases.at(0);
            let from = way.state;
            let rate = |state: &State| self.rate(film, phase, state);
            let first = rate(&from)?;
            way.peak_kg_m2_s = way.peak_kg_m2_s.max(first[EVAPORATED]);
            let stepped = |step_s: f64| verify_with_dop853(rate, &from, step_s, RELATIVE_TOLERANCE);
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
            if self.temperature_k(&from) < coldest_k {
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
