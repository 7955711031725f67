//! The protocol of each lane: where it stands, what is read on the way, what it amounts to.
//!
//! In: lanes that arrived somewhere: at a switch, a time to sample, an end, or nowhere to go on.
//! Out: the plan of the next protocol step or the next job, and finished [`Run`]s. This is the part
//! of the engine that works on one lane at a time; it is reached a few dozen times per formation.

use super::end_search::EndSearch;
use super::engine::Engine;
use super::job::Job;
use super::kinetics::Climate;
use super::pace::Verdict;
use super::protocol::{End, Operation, Step};
use super::result::{Invariant, Run, Sample, Status, StepOutcome};
use super::sphere::Sphere;
use crate::lanes::{Choice, Real};

/// Time into a rest at which its voltage drop is read, s.
pub const REST_DROP_TIME_S: f64 = 600.0;

/// Time into a discharge at which its resistance is read, s.
pub const RESISTANCE_TIME_S: f64 = 10.0;

/// Most rounds within one protocol step.
pub const TRIALS_MAX: f64 = 200_000.0;

/// Largest drift of the lithium inventory relative to its size that rounding explains, 1.
const INVENTORY_DRIFT_MAX: f64 = 1e-10;

/// One lane's way through its protocol.
#[derive(Debug, Clone)]
pub(super) struct Track<'a> {
    pub(super) job: Option<Job<'a>>,
    /// Protocol step, from 0.
    step: usize,
    run: Run,
    samples_taken: usize,
    /// Time of a reading that is still due, s, and the current and voltage before the step.
    reading_s: Option<f64>,
    before: (f64, f64),
    start_thickness_m: f64,
    /// Rounds of the steps before this one.
    rounds: f64,
}

impl Track<'_> {
    /// Makes a track without a job.
    pub(super) fn idle() -> Self {
        Self {
            job: None,
            step: 0,
            run: Run::default(),
            samples_taken: 0,
            reading_s: None,
            before: (f64::NAN, f64::NAN),
            start_thickness_m: f64::NAN,
            rounds: 0.0,
        }
    }
}

/// How a lane came to be attended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// The instant of a switch is solved.
    Switched,
    /// A time to stop at, or an end.
    Reached {
        /// Whether an end of the step is met.
        ended: bool,
    },
    /// No way on: a particle is empty or full, or an iteration does not converge.
    Stuck(Status),
}

impl<'a, R: Real, S: Sphere<R>> Engine<'a, R, S> {
    /// Runs all jobs; results come in the order in which they finish.
    #[inline(always)]
    pub(super) fn run(&mut self, jobs: &mut dyn Iterator<Item = Job<'a>>) {
        for lane in 0..R::COUNT {
            self.take_job(lane, jobs);
        }
        self.prepare();
        while self.active.any() {
            self.round(jobs);
        }
    }

    #[inline(always)]
    fn round(&mut self, jobs: &mut dyn Iterator<Item = Job<'a>>) {
        self.waits = R::Mask::splat(false);
        let found = self.evaluate();
        let verdict = self.judge(&found);
        let (taken, instant) = (verdict.taken, self.plan.at_instant);
        self.rounds = self.active.select(self.rounds + 1.0, self.rounds);
        self.take(taken, &found);
        let staying = verdict.staying(self.active);
        self.improve(staying, &found);
        let arrived = taken & (self.arrives | instant | verdict.ended);
        let elapsed = self
            .arrives
            .select(self.target_s, self.elapsed_s + self.plan.length_s);
        self.elapsed_s = (taken & !instant).select(elapsed, self.elapsed_s);
        self.shorten(verdict.shortened);
        self.count_trials(&verdict);
        if (arrived | verdict.missed | verdict.stuck).any() {
            for lane in 0..R::COUNT {
                if verdict.missed.lane(lane) {
                    self.search(lane, found.margin.lane(lane));
                } else if arrived.lane(lane) && instant.lane(lane) && !verdict.ended.lane(lane) {
                    self.attend(lane, Arrival::Switched, jobs);
                } else if arrived.lane(lane) {
                    let ended = verdict.ended.lane(lane);
                    self.attend(lane, Arrival::Reached { ended }, jobs);
                } else if verdict.stuck.lane(lane) {
                    let status = self.trouble(lane, found.is_valid.lane(lane));
                    self.attend(lane, Arrival::Stuck(status), jobs);
                }
            }
        }
        // Lanes that attending put before another switch stay at their instant.
        let onwards = taken & !self.waits & self.active;
        self.choose(onwards, &found);
        self.foretell(onwards | verdict.shortened | verdict.missed);
        self.prepare();
    }

    /// Counts the trials of lanes that search for an end; one that goes on searches no more.
    #[inline(always)]
    fn count_trials(&mut self, verdict: &Verdict<R>) {
        let none = R::splat(0.0);
        let kept = verdict.staying(self.active).select(self.searched, none);
        self.searched = verdict.missed.select(self.searched + 1.0, kept);
    }

    /// Names what keeps a lane from going on.
    fn trouble(&self, lane: usize, is_valid: bool) -> Status {
        let step = self.tracks[lane].step;
        if self.rounds.lane(lane) >= TRIALS_MAX {
            Status::TrialLimit { step }
        } else if self.plan.holds_voltage.lane(lane) {
            Status::VoltageNotConverged { step }
        } else if is_valid {
            Status::SeiNotConverged { step }
        } else {
            Status::StoichiometryBound { step }
        }
    }

    /// Tries the step again with a length nearer to the end.
    fn search(&mut self, lane: usize, margin: f64) {
        let state = &self.state;
        let start = (state.margin.lane(lane), state.margin_slope_1_s.lane(lane));
        let length_s = self.plan.length_s.lane(lane);
        if self.searched.lane(lane) <= 1.0 {
            self.searches[lane] = EndSearch::default();
        }
        let next_s = self.searches[lane].next(start, length_s, margin);
        self.plan.length_s.set_lane(lane, next_s);
    }

    /// Puts the next job into a lane, or leaves it idle.
    fn take_job(&mut self, lane: usize, jobs: &mut dyn Iterator<Item = Job<'a>>) {
        for job in jobs {
            if job.protocol.steps.is_empty() {
                let mut run = Run::default();
                run.summarise(&job.protocol);
                self.finished.push((job.index, run));
                continue;
            }
            self.load(lane, &job);
            self.rounds.set_lane(lane, 0.0);
            self.tracks[lane] = Track {
                job: Some(job),
                ..Track::idle()
            };
            self.active.set_lane(lane, true);
            self.begin_step(lane, 0);
            return;
        }
        self.tracks[lane] = Track::idle();
        self.active.set_lane(lane, false);
        self.waits.set_lane(lane, true);
    }

    /// Puts a cell into a lane.
    fn load(&mut self, lane: usize, job: &Job<'_>) {
        let cell = &job.cell;
        let sides = [&cell.negative, &cell.positive];
        for (k, constants) in sides.into_iter().enumerate() {
            self.spheres[k].load(lane, &constants.material, constants.stoichiometry);
            self.sides[k].load(lane, constants);
            self.state.surface[k].set_lane(lane, constants.stoichiometry);
        }
        self.films.load(lane, &cell.film);
        self.thermal.load(lane, &cell.heat);
        self.reference_k
            .set_lane(lane, cell.reference_temperature_k);
        self.film_activation_k
            .set_lane(lane, cell.film.activation_k);
        let state = &mut self.state;
        for (lanes, value) in [
            (&mut state.thickness_m, cell.initial_thickness_m),
            (&mut state.current_a, 0.0),
            (&mut state.voltage_v, f64::NAN),
            (&mut state.negative_v, f64::NAN),
            (&mut state.rate, 0.0),
            (&mut state.temperature_k, cell.temperature_k),
            (&mut state.heat_w, 0.0),
            (&mut state.discharged_ah, 0.0),
            (&mut state.charged_j, 0.0),
            (&mut state.delivered_j, 0.0),
            (&mut state.lowest_negative_v, f64::INFINITY),
            (&mut state.hottest_k, cell.temperature_k),
            (&mut state.last_length_s, 0.0),
            (&mut self.plan.temperature_k, cell.temperature_k),
            (
                &mut self.plan.per_capacity_1_ah,
                1.0 / cell.nominal_capacity_ah,
            ),
        ] {
            lanes.set_lane(lane, value);
        }
        let open = &self.sides[0].potentials.open_circuit;
        let (open_v, _) = open.value_and_slope(cell.negative.stoichiometry);
        self.state.driver_v.set_lane(lane, open_v);
        self.state.second.forget(lane);
        self.prepared_s.set_lane(lane, f64::NAN);
        self.set_climate();
    }

    /// Works out what depends on the starting temperatures.
    fn set_climate(&mut self) {
        let temperature_k = self.state.temperature_k;
        let sides = [&self.sides[0], &self.sides[1]];
        let is_lumped = self.thermal.is_lumped;
        self.climate = Climate::new(
            temperature_k,
            self.reference_k,
            sides,
            &self.films,
            is_lumped,
        );
        let colder = super::kinetics::colder_1_k(temperature_k, self.reference_k);
        self.film_arrhenius = (self.film_activation_k * colder).exp();
        for k in 0..2 {
            self.diffusivity_factor[k] = self.sides[k].diffusivity_factor(colder);
        }
    }

    /// Plans the instant of the switch to a protocol step.
    fn begin_step(&mut self, lane: usize, index: usize) {
        let track = &mut self.tracks[lane];
        // INVARIANT: only lanes with a job and a step left come here.
        let job = track.job.as_ref().expect("a lane at work has a job");
        let step = &job.protocol.steps[index];
        let capacity_ah = job.cell.nominal_capacity_ah;
        let state = &self.state;
        let (current_a, voltage_v) = (state.current_a.lane(lane), state.voltage_v.lane(lane));
        track.rounds += self.rounds.lane(lane);
        self.rounds.set_lane(lane, 0.0);
        track.step = index;
        track.samples_taken = 0;
        track.before = (current_a, voltage_v);
        track.start_thickness_m = state.thickness_m.lane(lane);
        let reading_s = match step.operation {
            Operation::Rest => Some(REST_DROP_TIME_S),
            Operation::ConstantCurrent { c_rate } if c_rate > 0.0 => Some(RESISTANCE_TIME_S),
            Operation::ConstantCurrent { .. } | Operation::ConstantVoltage { .. } => None,
        };
        track.reading_s = reading_s.filter(|_| voltage_v.is_finite());
        let (holds, setpoint, guess) = match step.operation {
            Operation::Rest => (false, 0.0, 0.0),
            Operation::ConstantCurrent { c_rate } => {
                (false, c_rate * capacity_ah, c_rate * capacity_ah)
            }
            Operation::ConstantVoltage { voltage_v } => (true, voltage_v, current_a),
        };
        let cap_s = self.resolution.cap_s(step.operation, job.cell.heat);
        let cap_s = cap_s.min(job.cell.film.additive.length_max_s());
        let ends = Ends::of(step);
        self.length_cap_s.set_lane(lane, cap_s);
        self.elapsed_s.set_lane(lane, 0.0);
        self.arrives.set_lane(lane, false);
        self.waits.set_lane(lane, true);
        let plan = &mut self.plan;
        plan.at_instant.set_lane(lane, true);
        plan.holds_voltage.set_lane(lane, holds);
        plan.bracket_a[0].set_lane(lane, f64::NEG_INFINITY);
        plan.bracket_a[1].set_lane(lane, f64::INFINITY);
        for (lanes, value) in [
            (&mut plan.length_s, 0.0),
            (&mut plan.setpoint, setpoint),
            (&mut plan.current_a, guess),
            (&mut plan.driver_v, state.driver_v.lane(lane)),
            (&mut plan.foretold_v, state.driver_v.lane(lane)),
            (&mut plan.temperature_k, state.temperature_k.lane(lane)),
            (&mut plan.tries, 0.0),
            (&mut plan.voltage_most_v, ends.voltage_most_v),
            (&mut plan.voltage_least_v, ends.voltage_least_v),
            (&mut plan.c_rate_least, ends.c_rate_least),
            (&mut plan.charge_most_ah, ends.charge_most_ah),
            (&mut plan.charge_start_ah, state.discharged_ah.lane(lane)),
        ] {
            lanes.set_lane(lane, value);
        }
    }

    /// Does what is due where a lane has arrived.
    fn attend(&mut self, lane: usize, arrival: Arrival, jobs: &mut dyn Iterator<Item = Job<'a>>) {
        let ended = match arrival {
            Arrival::Switched => false,
            Arrival::Reached { ended } => ended,
            Arrival::Stuck(status) => {
                self.tracks[lane].run.note(status);
                self.finish_job(lane, jobs);
                return;
            }
        };
        let elapsed_s = self.elapsed_s.lane(lane);
        self.read(lane, elapsed_s);
        let track = &self.tracks[lane];
        // INVARIANT: only lanes at work are attended.
        let job = track.job.as_ref().expect("a lane at work has a job");
        let step = &job.protocol.steps[track.step];
        let duration_s = duration_s(step);
        if ended || elapsed_s >= duration_s {
            self.finish_step(lane, ended, jobs);
        } else {
            let times = job
                .sample_times_s
                .get(track.step)
                .map_or(&[][..], Vec::as_slice);
            let next = times
                .get(track.samples_taken)
                .copied()
                .unwrap_or(duration_s);
            let reading_s = track.reading_s.unwrap_or(duration_s);
            self.target_s
                .set_lane(lane, duration_s.min(next).min(reading_s));
        }
    }

    /// Takes the samples and readings that are due.
    fn read(&mut self, lane: usize, elapsed_s: f64) {
        let track = &self.tracks[lane];
        // INVARIANT: only lanes at work are read.
        let job = track.job.as_ref().expect("a lane at work has a job");
        let times = job
            .sample_times_s
            .get(track.step)
            .map_or(&[][..], Vec::as_slice);
        let due = times[track.samples_taken..]
            .iter()
            .take_while(|&&t| t <= elapsed_s)
            .count();
        if due > 0 {
            let sample = self.sample(lane, elapsed_s);
            let track = &mut self.tracks[lane];
            track.samples_taken += due;
            track.run.samples.extend(std::iter::repeat_n(sample, due));
        }
        let voltage_v = self.state.voltage_v.lane(lane);
        let current_a = self.state.current_a.lane(lane);
        let track = &mut self.tracks[lane];
        if track.reading_s.is_some_and(|at| elapsed_s >= at) {
            track.reading_s = None;
            let drop_v = track.before.1 - voltage_v;
            if current_a == 0.0 {
                track.run.rest_drops_v.push((track.step, drop_v));
            } else if track.run.resistance_ohm.is_nan() {
                track.run.resistance_ohm = drop_v / (current_a - track.before.0);
            }
        }
    }

    fn sample(&self, lane: usize, time_s: f64) -> Sample {
        let track = &self.tracks[lane];
        let state = &self.state;
        // INVARIANT: only lanes at work are sampled.
        let job = track.job.as_ref().expect("a lane at work has a job");
        let thickness_m = state.thickness_m.lane(lane);
        let additive_m = state.second.grown_m.lane(lane);
        Sample {
            step: track.step,
            time_s,
            current_a: state.current_a.lane(lane),
            voltage_v: state.voltage_v.lane(lane),
            negative_v: state.negative_v.lane(lane),
            mean_negative: self.spheres[0].mean().lane(lane),
            mean_positive: self.spheres[1].mean().lane(lane),
            surface_negative: state.surface[0].lane(lane),
            surface_positive: state.surface[1].lane(lane),
            sei_thickness_m: thickness_m,
            lithium_lost_ah: job.cell.film_lithium_ah(thickness_m, additive_m),
            temperature_k: state.temperature_k.lane(lane),
        }
    }

    fn finish_step(&mut self, lane: usize, ended: bool, jobs: &mut dyn Iterator<Item = Job<'a>>) {
        let state = &self.state;
        let elapsed_s = self.elapsed_s.lane(lane);
        let track = &mut self.tracks[lane];
        // INVARIANT: only lanes at work finish a step.
        let job = track.job.as_ref().expect("a lane at work has a job");
        let step = &job.protocol.steps[track.step];
        let over = |end: &End| matches!(end, End::Duration(seconds) if *seconds <= elapsed_s);
        let timed = step.ends.iter().any(over);
        if !ended && !timed {
            track.run.note(Status::EndNotReached { step: track.step });
        }
        // A rest of no time is said to take none, and beside a duration another end is a guard.
        let is_timed = step.ends.iter().any(|end| matches!(end, End::Duration(_)));
        if ended && !is_timed && elapsed_s == 0.0 {
            track.run.note(Status::EndMetAtStart { step: track.step });
        }
        let thickness_m = state.thickness_m.lane(lane);
        if thickness_m < track.start_thickness_m {
            track
                .run
                .note(Status::InvariantBroken(Invariant::SeiGrowth));
        }
        track.run.steps.push(StepOutcome {
            duration_s: elapsed_s,
            end_met: ended || timed,
            voltage_v: state.voltage_v.lane(lane),
            current_a: state.current_a.lane(lane),
            charged_ah: self.plan.charge_start_ah.lane(lane) - state.discharged_ah.lane(lane),
            sei_thickness_m: thickness_m,
            temperature_k: state.temperature_k.lane(lane),
        });
        let next = track.step + 1;
        if next < job.protocol.steps.len() {
            self.begin_step(lane, next);
        } else {
            self.finish_job(lane, jobs);
        }
    }

    /// Fills in what is read from the last state, checks the balances, and takes the next job.
    fn finish_job(&mut self, lane: usize, jobs: &mut dyn Iterator<Item = Job<'a>>) {
        let track = std::mem::replace(&mut self.tracks[lane], Track::idle());
        // INVARIANT: only lanes at work finish a job.
        let job = track.job.expect("a lane at work has a job");
        let mut run = track.run;
        let state = &self.state;
        let cell = &job.cell;
        let thickness_m = state.thickness_m.lane(lane);
        let means = [
            self.spheres[0].mean().lane(lane),
            self.spheres[1].mean().lane(lane),
        ];
        let additive_m = state.second.grown_m.lane(lane);
        let lost_ah = cell.film_lithium_ah(thickness_m, additive_m);
        let held = |negative: f64, positive: f64| {
            cell.negative.full_ah * negative + cell.positive.full_ah * positive
        };
        let total = held(cell.negative.stoichiometry, cell.positive.stoichiometry);
        let drift = held(means[0], means[1]) + lost_ah - total;
        let passed = cell.positive.full_ah * (means[1] - cell.positive.stoichiometry);
        run.lithium_lost_ah = lost_ah;
        run.lithium_lost_share = lost_ah / total;
        run.sei_thickness_m = thickness_m;
        run.additive_thickness_m = additive_m;
        run.additive_left_share = cell.film.additive.left(additive_m);
        run.lithium_drift_ah = drift;
        run.charge_drift_ah = state.discharged_ah.lane(lane) - passed;
        run.negative_potential_min_v = state.lowest_negative_v.lane(lane);
        run.energy_in_j = state.charged_j.lane(lane);
        run.energy_out_j = state.delivered_j.lane(lane);
        run.peak_temperature_k = state.hottest_k.lane(lane);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count below 2^53"
        )]
        let trials = (track.rounds + self.rounds.lane(lane)) as usize;
        run.trials = trials;
        for (drift, invariant) in [
            (drift, Invariant::LithiumInventory),
            (run.charge_drift_ah, Invariant::Charge),
        ] {
            if drift.is_nan() || drift.abs() > INVENTORY_DRIFT_MAX * total {
                run.note(Status::InvariantBroken(invariant));
            }
        }
        run.summarise(&job.protocol);
        self.finished.push((job.index, run));
        self.take_job(lane, jobs);
    }
}

/// Ends of a step as numbers that are never met where there is none.
struct Ends {
    voltage_most_v: f64,
    voltage_least_v: f64,
    c_rate_least: f64,
    charge_most_ah: f64,
}

impl Ends {
    fn of(step: &Step) -> Self {
        let mut ends = Self {
            voltage_most_v: f64::INFINITY,
            voltage_least_v: f64::NEG_INFINITY,
            c_rate_least: f64::NEG_INFINITY,
            charge_most_ah: f64::INFINITY,
        };
        for end in &step.ends {
            match *end {
                End::Duration(_) => {}
                End::VoltageAtLeast(v) => ends.voltage_most_v = ends.voltage_most_v.min(v),
                End::VoltageAtMost(v) => ends.voltage_least_v = ends.voltage_least_v.max(v),
                End::CurrentAtMost(c_rate) => ends.c_rate_least = ends.c_rate_least.max(c_rate),
                End::Capacity(ah) => ends.charge_most_ah = ends.charge_most_ah.min(ah),
            }
        }
        ends
    }
}

/// Returns the time at which a step ends if nothing else ends it, s.
fn duration_s(step: &Step) -> f64 {
    let mut shortest = step.longest_s;
    for end in &step.ends {
        if let End::Duration(seconds) = end {
            shortest = shortest.min(*seconds);
        }
    }
    shortest
}
