//! One passage of the web through all zones: the loop over zones and steps, and what it adds up to.
//!
//! In: a [`Dryer`], its zones. Out: [`DryingOutcomes`], the state at every zone exit and, on
//! request, every node on the way (for drawings and for the cross-check of the stepper). Bound: at
//! most 65 536 steps in a zone.

use super::{
    BOUND, Dryer, DryingOutcomes, ENTHALPY, EVAPORATED, FREE, HEAT_IN, HEAT_OUT, Node, Phase,
    State, Zone, ZoneOutcomes,
};
use crate::twin::film::Film;
use crate::twin::status::{Flags, TwinError};

/// What is collected on the way.
struct Passage {
    state: State,
    phase: Phase,
    time_s: f64,
    free_gone_s: Option<f64>,
    pores_full_s: Option<f64>,
    peak_kg_m2_s: f64,
    warmest_k: f64,
    below_range_kg_m2: f64,
}

impl Dryer {
    /// Runs the web through the zones; `visit` sees every node, `exits` gets every zone exit.
    ///
    /// # Errors
    /// What a zone refuses ([`Dryer::film`]), and the failures of the film and step laws.
    pub fn run(
        &self,
        zones: &[Zone],
        mut visit: impl FnMut(Node),
        mut exits: impl FnMut(ZoneOutcomes),
    ) -> Result<(DryingOutcomes, Flags), TwinError> {
        let (entry, phase) = self.entry();
        let mut passage = Passage {
            state: entry,
            phase,
            time_s: 0.0,
            free_gone_s: None,
            pores_full_s: (self.web.solvent_kg_m2 <= self.pores_full_kg_m2).then_some(0.0),
            peak_kg_m2_s: 0.0,
            warmest_k: self.temperature_k(&entry),
            below_range_kg_m2: 0.0,
        };
        for (index, zone) in zones.iter().enumerate() {
            self.run_zone(&mut passage, (index, zone), &mut visit)?;
            exits(ZoneOutcomes {
                solvent: passage.state[FREE] + passage.state[BOUND],
                film_temperature: self.temperature_k(&passage.state),
            });
        }
        Ok(self.outcomes(&entry, &passage))
    }

    fn run_zone(
        &self,
        passage: &mut Passage,
        (index, zone): (usize, &Zone),
        visit: &mut impl FnMut(Node),
    ) -> Result<(), TwinError> {
        let film = self.film(zone, index + 1)?;
        let duration_s = zone.length / self.web.speed_m_s;
        let steps = self.steps(&film, duration_s)?;
        let step_s = duration_s / f64::from(steps);
        visit(Node {
            zone: index,
            phase: passage.phase,
            zone_time_s: 0.0,
            state: passage.state,
        });
        for step in 0..steps {
            let begun_s = f64::from(step) * step_s;
            self.note_start(passage, &film)?;
            let mut free_gone = None;
            let before = passage.state[EVAPORATED];
            let cold = self.temperature_k(&passage.state) < self.lower_range_k();
            let (state, phase) = self.step(
                &film,
                (passage.state, passage.phase),
                step_s,
                |at_s, phase, state| {
                    if phase == Phase::Front && state[FREE] <= 0.0 {
                        free_gone = Some(at_s);
                    }
                    visit(Node {
                        zone: index,
                        phase,
                        zone_time_s: begun_s + at_s,
                        state: *state,
                    });
                },
            )?;
            if let Some(at_s) = free_gone {
                passage.free_gone_s = Some(passage.time_s + begun_s + at_s);
            }
            if cold {
                passage.below_range_kg_m2 += (state[EVAPORATED] - before).max(0.0);
            }
            if passage.pores_full_s.is_none() {
                let share = self.shrunk_share(&passage.state, &state);
                let full_s = passage.time_s + begun_s + share * step_s;
                passage.pores_full_s = (share <= 1.0).then_some(full_s);
            }
            passage.state = state;
            passage.phase = phase;
            passage.warmest_k = passage.warmest_k.max(self.temperature_k(&state));
        }
        passage.time_s += duration_s;
        Ok(())
    }

    /// Records the evaporation rate at the start of a step.
    fn note_start(&self, passage: &mut Passage, film: &Film) -> Result<(), TwinError> {
        let rate = self.evaporation_kg_m2_s(film, passage.phase, &passage.state)?;
        passage.peak_kg_m2_s = passage.peak_kg_m2_s.max(rate);
        Ok(())
    }

    /// Share of a step after which the pores are just full, above 1 if later; on a chord, as the
    /// rate hardly changes within a step of the wet film.
    fn shrunk_share(&self, before: &State, after: &State) -> f64 {
        let (before, after) = (Self::solvent_kg_m2(before), Self::solvent_kg_m2(after));
        if after > self.pores_full_kg_m2 {
            return f64::INFINITY;
        }
        (before - self.pores_full_kg_m2) / (before - after)
    }

    fn lower_range_k(&self) -> f64 {
        self.web.solvent.vapour_pressure_range_k().0
    }

    fn outcomes(&self, entry: &State, end: &Passage) -> (DryingOutcomes, Flags) {
        let web = &self.web;
        let state = &end.state;
        let left = state[FREE] + state[BOUND];
        let area_rate = web.width_m * web.speed_m_s;
        let solvent_load = web.solvent_kg_m2 * area_rate;
        let heat_scale = state[HEAT_IN].abs().max(entry[ENTHALPY].abs()).max(1.0);
        let shrinkage_time = end.pores_full_s.unwrap_or(end.time_s);
        let shrunk_kg_m2 = web.solvent_kg_m2 - left.max(self.pores_full_kg_m2);
        let mut flags = Flags::NONE;
        if end.below_range_kg_m2 > 0.0 {
            flags = flags.with(Flags::VAPOUR_PRESSURE_EXTRAPOLATED);
        }
        if end.phase != Phase::Tail {
            flags = flags.with(Flags::LEAVES_WET);
        }
        let outcomes = DryingOutcomes {
            residual_solvent: left / web.areal_loading_kg_m2,
            dryer_time: end.time_s,
            free_solvent_time: end.free_gone_s.unwrap_or(end.time_s),
            mean_rate: (web.solvent_kg_m2 - left) / end.time_s,
            peak_rate: end.peak_kg_m2_s,
            shrinkage_time,
            shrinkage_rate: if shrinkage_time > 0.0 {
                shrunk_kg_m2 / shrinkage_time
            } else {
                0.0
            },
            film_temperature_max: end.warmest_k,
            solvent_load,
            evaporated_load: state[EVAPORATED] * area_rate,
            exhaust_lel: self.exhaust_fraction / self.inputs.lower_explosive_limit,
            extrapolated_share: end.below_range_kg_m2 / web.solvent_kg_m2,
            heat_power: state[HEAT_IN] * area_rate,
            solvent_closure: (web.solvent_kg_m2 - left - state[EVAPORATED]) / web.solvent_kg_m2,
            energy_closure: (state[ENTHALPY] - entry[ENTHALPY] - state[HEAT_IN] + state[HEAT_OUT])
                / heat_scale,
        };
        (outcomes, flags)
    }
}
