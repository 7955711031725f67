//! One passage of webs through all zones: the loop over zones and steps, and what it adds up to.
//!
//! In: one [`Dryer`] per sample with its zones, one sample or several side by side. Out: for each
//! [`DryingOutcomes`], the state at every zone exit and, on request, every node on the way (for
//! drawings and for the cross-check of the stepper). A sample in which a phase ends, or a law
//! fails, within a step takes that step alone; all others go on together. Bound: at most 65 536
//! steps in a zone.

use super::kernel::{BOUND, ENTHALPY, EVAPORATED, FREE, HEAT_IN, HEAT_OUT, Kernel, Phases};
use super::{Dryer, DryingOutcomes, Node, Phase, State, Zone, ZoneOutcomes};
use crate::lanes::Real;
use crate::twin::film::Film;
use crate::twin::status::{Flags, TwinError};

/// Most samples side by side.
pub const LANES_MAX: usize = 8;

/// What one sample came to.
pub type Dried = Result<(DryingOutcomes, Flags), TwinError>;

/// One sample's dryer and zones.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// The dryer.
    pub dryer: &'a Dryer,
    /// Its zones.
    pub zones: &'a [Zone],
}

/// What is collected on the way.
#[derive(Clone, Copy)]
pub(super) struct Passage<R: Real> {
    pub(super) state: State<R>,
    pub(super) phases: Phases<R>,
    /// Time since entering the dryer, s.
    pub(super) time_s: R,
    /// When the last free solvent left, s; infinite while there is some.
    pub(super) free_gone_s: R,
    /// When the pores were just full, s; infinite before.
    pub(super) pores_full_s: R,
    pub(super) peak_kg_m2_s: R,
    pub(super) warmest_k: R,
    pub(super) below_range_kg_m2: R,
}

/// A zone as all samples see it.
struct Pass<R: Real> {
    film: Film<R>,
    films: [Film; LANES_MAX],
    step_s: R,
    duration_s: R,
    steps: [u32; LANES_MAX],
}

/// Samples side by side on their way.
struct Group<'a, R: Real> {
    ways: &'a [Way<'a>],
    kernel: Kernel<R>,
    pores_full_kg_m2: R,
    failed: [Option<TwinError>; LANES_MAX],
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
    ) -> Dried {
        let way = [Way { dryer: self, zones }];
        let [dried, ..] =
            run_together::<f64>(&way, &mut |_, node| visit(node), &mut |_, exit| exits(exit));
        // INVARIANT: one way goes in, one result comes out.
        dried.unwrap_or(Err(TwinError::OutcomeNotFinite { port: 0 }))
    }
}

/// Runs `R::COUNT` samples (at most [`LANES_MAX`]) with equally many zones and one solvent through
/// their dryers; the place of a sample is passed to `visit` and `exits`.
#[inline(always)]
pub fn run_together<R: Real>(
    ways: &[Way<'_>],
    visit: &mut impl FnMut(usize, Node),
    exits: &mut impl FnMut(usize, ZoneOutcomes),
) -> [Option<Dried>; LANES_MAX] {
    assert!(ways.len() == R::COUNT && R::COUNT <= LANES_MAX);
    let mut group = Group::<R> {
        ways,
        kernel: Kernel::gathered(|i| ways[i].dryer.kernel),
        pores_full_kg_m2: R::from_fn(|i| ways[i].dryer.pores_full_kg_m2),
        failed: [None; LANES_MAX],
    };
    let mut passage = group.entry();
    let zones = ways.iter().map(|way| way.zones.len()).min().unwrap_or(0);
    for index in 0..zones {
        let Some(pass) = group.zone(index) else {
            break;
        };
        group.run_zone(&mut passage, index, &pass, visit);
        let film_k = group.kernel.temperature_k(&passage.state);
        for lane in (0..R::COUNT).filter(|&lane| group.failed[lane].is_none()) {
            let solvent = passage.state[FREE].lane(lane) + passage.state[BOUND].lane(lane);
            let film_temperature = film_k.lane(lane);
            exits(
                lane,
                ZoneOutcomes {
                    solvent,
                    film_temperature,
                },
            );
        }
    }
    std::array::from_fn(|lane| {
        let way = ways.get(lane)?;
        Some(match group.failed[lane] {
            Some(error) => Err(error),
            None => Ok(way.dryer.outcomes(&passage.of(lane))),
        })
    })
}

impl<R: Real> Group<'_, R> {
    #[inline(always)]
    fn entry(&self) -> Passage<R> {
        let entry = |lane: usize| self.ways[lane].dryer.entry();
        let state = std::array::from_fn(|part| R::from_fn(|lane| entry(lane).0[part]));
        let solvent = R::from_fn(|lane| self.ways[lane].dryer.web.solvent_kg_m2);
        let is_full = solvent.le(self.pores_full_kg_m2);
        let never = R::splat(f64::INFINITY);
        Passage {
            state,
            phases: Phases::from_fn(|lane| entry(lane).1),
            time_s: R::splat(0.0),
            free_gone_s: never,
            pores_full_s: R::select(is_full, R::splat(0.0), never),
            peak_kg_m2_s: R::splat(0.0),
            warmest_k: self.kernel.temperature_k(&state),
            below_range_kg_m2: R::splat(0.0),
        }
    }

    /// The air side and the steps of a zone; nothing when no sample is left.
    fn zone(&mut self, index: usize) -> Option<Pass<R>> {
        let mut known: [Option<(Film, u32, f64)>; LANES_MAX] = [None; LANES_MAX];
        for (lane, way) in self.ways.iter().enumerate() {
            if self.failed[lane].is_some() {
                continue;
            }
            let zone = &way.zones[index];
            let duration_s = zone.length / way.dryer.web.speed_m_s;
            let film = way.dryer.film(zone, index + 1);
            match film.and_then(|film| Ok((film, way.dryer.steps(&film, duration_s)?))) {
                Ok((film, steps)) => known[lane] = Some((film, steps, duration_s)),
                Err(error) => self.failed[lane] = Some(error),
            }
        }
        // A failed sample takes no step; its numbers only have to be there.
        let spare = known.iter().flatten().next().copied()?;
        let of = |lane: usize| known[lane].unwrap_or((spare.0, 0, spare.2));
        let films: [Film; LANES_MAX] = std::array::from_fn(|lane| of(lane).0);
        let step_s = |lane: usize| of(lane).2 / f64::from(of(lane).1.max(1));
        Some(Pass {
            film: Film {
                zone: spare.0.zone,
                solvent: spare.0.solvent,
                air_k: R::from_fn(|lane| films[lane].air_k),
                vapour_pa: R::from_fn(|lane| films[lane].vapour_pa),
                top_w_m2_k: R::from_fn(|lane| films[lane].top_w_m2_k),
                bottom_w_m2_k: R::from_fn(|lane| films[lane].bottom_w_m2_k),
                infrared_w_m2: R::from_fn(|lane| films[lane].infrared_w_m2),
                both_sides_wet: spare.0.both_sides_wet,
            },
            films,
            step_s: R::from_fn(step_s),
            duration_s: R::from_fn(|lane| of(lane).2),
            steps: std::array::from_fn(|lane| of(lane).1),
        })
    }

    #[inline(always)]
    fn run_zone(
        &mut self,
        passage: &mut Passage<R>,
        index: usize,
        pass: &Pass<R>,
        visit: &mut impl FnMut(usize, Node),
    ) {
        for lane in (0..R::COUNT).filter(|&lane| self.failed[lane].is_none()) {
            visit(
                lane,
                Node {
                    zone: index,
                    phase: passage.phases.at(lane),
                    zone_time_s: 0.0,
                    state: passage.state.map(|part| part.lane(lane)),
                },
            );
        }
        let most = pass.steps.iter().copied().max().unwrap_or(0);
        for step in 0..most {
            self.step(passage, (index, step), pass, visit);
        }
        passage.time_s = passage.time_s + pass.duration_s;
    }

    /// Takes one step of every sample that has not finished the zone.
    #[inline(always)]
    fn step(
        &mut self,
        passage: &mut Passage<R>,
        (index, step): (usize, u32),
        pass: &Pass<R>,
        visit: &mut impl FnMut(usize, Node),
    ) {
        let kernel = self.kernel;
        let active = R::mask(|lane| step < pass.steps[lane] && self.failed[lane].is_none());
        let before = passage.state;
        let phases = passage.phases;
        let stepped = kernel.step(&pass.film, &phases, &before, pass.step_s);
        let (low, none) = (R::splat(0.0), R::splat(f64::NEG_INFINITY));
        let level = R::select(phases.front, low, kernel.critical_kg_m2);
        let level = R::select(phases.tail, none, level);
        let goes_on = level.lt(stepped.state[FREE]);
        let refills = phases.front & kernel.critical_kg_m2.lt(stepped.state[FREE]);
        let alone = active & (stepped.refused | !goes_on | refills);
        let together = active & !alone;
        let rate = stepped.first[EVAPORATED];
        let higher = passage.peak_kg_m2_s.greatest(rate);
        passage.peak_kg_m2_s = R::select(active, higher, passage.peak_kg_m2_s);
        let begun_s = R::from_fn(|lane| f64::from(step) * pass.step_s.lane(lane));
        let mut after: State<R> =
            std::array::from_fn(|part| R::select(together, stepped.state[part], before[part]));
        for lane in (0..R::COUNT).filter(|&lane| R::holds(together, lane)) {
            visit(
                lane,
                Node {
                    zone: index,
                    phase: phases.at(lane),
                    zone_time_s: begun_s.lane(lane) + pass.step_s.lane(lane),
                    state: after.map(|part| part.lane(lane)),
                },
            );
        }
        if R::any(alone) {
            for lane in (0..R::COUNT).filter(|&lane| R::holds(alone, lane)) {
                let place = (lane, index, begun_s.lane(lane));
                self.step_alone(passage, &mut after, place, pass, visit);
            }
        }
        let active = R::mask(|lane| R::holds(active, lane) && self.failed[lane].is_none());
        self.note(passage, (active, begun_s), pass, &after);
    }

    /// Takes the step of one sample by itself, in pieces where a phase ends.
    #[inline(never)]
    fn step_alone(
        &mut self,
        passage: &mut Passage<R>,
        after: &mut State<R>,
        (lane, index, begun_s): (usize, usize, f64),
        pass: &Pass<R>,
        visit: &mut impl FnMut(usize, Node),
    ) {
        let dryer = self.ways[lane].dryer;
        let start = passage.state.map(|part| part.lane(lane));
        let from = (start, passage.phases.at(lane));
        let mut free_gone_s = None;
        let stepped = dryer.step(
            &pass.films[lane],
            from,
            pass.step_s.lane(lane),
            |at_s, phase, state| {
                if phase == Phase::Front && state[FREE] <= 0.0 {
                    free_gone_s = Some(at_s);
                }
                visit(
                    lane,
                    Node {
                        zone: index,
                        phase,
                        zone_time_s: begun_s + at_s,
                        state: *state,
                    },
                );
            },
        );
        match stepped {
            Ok((state, phase)) => {
                for (part, value) in after.iter_mut().zip(state) {
                    *part = R::from_fn(|i| if i == lane { value } else { part.lane(i) });
                }
                let old = passage.phases;
                passage.phases = Phases::from_fn(|i| if i == lane { phase } else { old.at(i) });
            }
            Err(error) => self.failed[lane] = Some(error),
        }
        if let Some(at_s) = free_gone_s {
            let gone_s = passage.time_s.lane(lane) + begun_s + at_s;
            let old = passage.free_gone_s;
            passage.free_gone_s = R::from_fn(|i| if i == lane { gone_s } else { old.lane(i) });
        }
    }

    /// Adds a step to what is collected and moves to its end.
    #[inline(always)]
    fn note(
        &self,
        passage: &mut Passage<R>,
        (active, begun_s): (R::Mask, R),
        pass: &Pass<R>,
        after: &State<R>,
    ) {
        let before = passage.state;
        let (coldest_k, _) = pass.film.solvent.vapour_pressure_range_k();
        let colder = |state: &State<R>| self.kernel.temperature_k(state).lt(R::splat(coldest_k));
        let is_cold = colder(&before) | colder(after);
        let left = R::splat(0.0).greatest(after[EVAPORATED] - before[EVAPORATED]);
        let below = passage.below_range_kg_m2 + left;
        passage.below_range_kg_m2 = R::select(active & is_cold, below, passage.below_range_kg_m2);
        // On a chord: the rate hardly changes within a step of the wet film.
        let (wet, drier) = (before[FREE] + before[BOUND], after[FREE] + after[BOUND]);
        let share = (wet - self.pores_full_kg_m2) / (wet - drier);
        let fills = drier.le(self.pores_full_kg_m2) & share.le(R::splat(1.0));
        let not_yet = passage.time_s.lt(passage.pores_full_s);
        let is_first = R::mask(|lane| passage.pores_full_s.lane(lane).is_infinite()) & not_yet;
        let full_s = passage.time_s + begun_s + share * pass.step_s;
        passage.pores_full_s = R::select(active & is_first & fills, full_s, passage.pores_full_s);
        for (slot, value) in passage.state.iter_mut().zip(after) {
            *slot = R::select(active, *value, *slot);
        }
        let film_k = self.kernel.temperature_k(&passage.state);
        let warmer = passage.warmest_k.greatest(film_k);
        passage.warmest_k = R::select(active, warmer, passage.warmest_k);
    }
}

impl<R: Real> Passage<R> {
    /// One sample of the group.
    fn of(&self, lane: usize) -> Passage<f64> {
        Passage {
            state: self.state.map(|part| part.lane(lane)),
            phases: Phases::from_fn(|_| self.phases.at(lane)),
            time_s: self.time_s.lane(lane),
            free_gone_s: self.free_gone_s.lane(lane),
            pores_full_s: self.pores_full_s.lane(lane),
            peak_kg_m2_s: self.peak_kg_m2_s.lane(lane),
            warmest_k: self.warmest_k.lane(lane),
            below_range_kg_m2: self.below_range_kg_m2.lane(lane),
        }
    }
}

impl Dryer {
    pub(super) fn outcomes(&self, end: &Passage<f64>) -> (DryingOutcomes, Flags) {
        let (entry, _) = self.entry();
        let web = &self.web;
        let state = &end.state;
        let left = state[FREE] + state[BOUND];
        let area_rate = web.width_m * web.speed_m_s;
        let solvent_load = web.solvent_kg_m2 * area_rate;
        let heat_scale = state[HEAT_IN].abs().max(entry[ENTHALPY].abs()).max(1.0);
        let or_end = |time_s: f64| {
            if time_s.is_finite() {
                time_s
            } else {
                end.time_s
            }
        };
        let shrinkage_time = or_end(end.pores_full_s);
        let shrunk_kg_m2 = web.solvent_kg_m2 - left.max(self.pores_full_kg_m2);
        let mut flags = Flags::NONE;
        if end.below_range_kg_m2 > 0.0 {
            flags = flags.with(Flags::VAPOUR_PRESSURE_EXTRAPOLATED);
        }
        if end.phases.at(0) != Phase::Tail {
            flags = flags.with(Flags::LEAVES_WET);
        }
        let outcomes = DryingOutcomes {
            residual_solvent: left / web.areal_loading_kg_m2,
            dryer_time: end.time_s,
            free_solvent_time: or_end(end.free_gone_s),
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
