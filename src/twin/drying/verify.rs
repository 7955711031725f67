//! Cross-check of the stepper: every phase of every zone once more with an independent integrator.
//!
//! In: a dryer and its zones. Out: the largest deviations. The passage is cut at its own events and
//! zone borders, and each piece is integrated again by `ode_solvers` (Dormand–Prince 8(5,3),
//! relative tolerance 1e-11) from the same start. For tests and `--verify-numerics`; never in a
//! record.

use super::kernel::{BOUND, FREE};
use super::{Dryer, Node, Phase, State, Zone};
use crate::twin::integrate::verify_with_dop853;
use crate::twin::status::TwinError;

/// Relative tolerance of the independent integrator.
const RELATIVE_TOLERANCE: f64 = 1e-11;

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

/// A stretch of one phase inside one zone.
struct Piece {
    zone: usize,
    phase: Phase,
    start: State,
    end: State,
    duration_s: f64,
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

    fn pieces(&self, zones: &[Zone]) -> Result<Vec<Piece>, TwinError> {
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
}
