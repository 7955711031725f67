//! Runs a protocol: step sizes, ends of steps, samples, and what the run amounts to.
//!
//! In: a [`Kernel`], the initial lithium and film, a protocol. Out: [`Run`], always: the first
//! thing that went wrong is its status. Steps double from 1 s while the SEI exponent moves
//! little; near an end they halve, and the last quarter of a second is solved by false position
//! on the exact model, so ends do not depend on sampling. No loop here is unbounded: every trial
//! counts against [`TRIALS_MAX`].

use super::kinetics::{Drive, Factors, Kernel, Observed, State, Trouble};
use super::particle::{Profile, STEP_LEVELS, step_length_s};
use super::protocol::{End, Operation, Protocol, Step};
use super::result::{Invariant, Run, Sample, Status, StepOutcome};

/// Most trial steps within one protocol step.
pub const TRIALS_MAX: usize = 200_000;

/// Level of the first step after a switch (1 s).
const FIRST_LEVEL: usize = 2;

/// Highest level at constant voltage (32 s): the current is taken as linear over a step.
const VOLTAGE_LEVEL_MAX: usize = 7;

/// A step may last this fraction of its expected duration, so that no end is jumped over twice.
const DURATION_FRACTION: f64 = 0.01;

/// Time into a rest at which its voltage drop is read, s.
pub const REST_DROP_TIME_S: f64 = 600.0;

/// Largest drift of the lithium inventory relative to its size that rounding explains, 1.
const INVENTORY_DRIFT_MAX: f64 = 1e-10;

/// How finely time is resolved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resolution {
    /// Longest step is `0.25 s · 2^level_max`; at most 11 (512 s).
    pub level_max: usize,
    /// Largest change of the SEI rate exponent over one step, 1.
    pub exponent_change_max: f64,
}

impl Resolution {
    /// For ensembles: steps up to 512 s.
    pub const FAST: Self = Self {
        level_max: 11,
        exponent_change_max: 0.5,
    };
    /// For reference comparisons: steps up to 128 s.
    pub const STRICT: Self = Self {
        level_max: 9,
        exponent_change_max: 0.2,
    };
}

/// A kernel with the constants that turn its state into cell quantities.
#[derive(Debug, Clone)]
pub(super) struct Bench<const M: usize> {
    pub(super) kernel: Kernel<M>,
    pub(super) resolution: Resolution,
    pub(super) nominal_capacity_ah: f64,
    /// Charge from stoichiometry 0 to 1 of the negative and positive electrode, Ah.
    pub(super) full_ah: (f64, f64),
    /// Charge bound in the film per thickness, Ah/m.
    pub(super) film_ah_m: f64,
    /// Stoichiometries at the start, negative and positive.
    pub(super) initial_stoichiometry: (f64, f64),
    /// Film thickness at the start, m.
    pub(super) initial_thickness_m: f64,
}

/// Where a step stands.
struct Clock {
    elapsed_s: f64,
    level: usize,
    trials: usize,
}

impl<const M: usize> Bench<M> {
    /// Runs `protocol` and records samples at the given times within each step, which must rise.
    pub(super) fn run(&self, protocol: &Protocol, sample_times_s: &[Vec<f64>]) -> Run {
        let mut run = Run::default();
        let mut state = self.initial();
        for (index, step) in protocol.steps.iter().enumerate() {
            let times = sample_times_s.get(index).map_or(&[][..], Vec::as_slice);
            let mut attempt = Attempt {
                bench: self,
                index,
                step,
                start: state,
                run: &mut run,
            };
            match attempt.perform(state, times) {
                Ok(end) => state = end,
                Err(status) => {
                    run.note(status);
                    break;
                }
            }
        }
        self.close(&mut run, &state);
        run.summarise(protocol);
        run
    }

    fn initial(&self) -> State<M> {
        let (negative, positive) = self.initial_stoichiometry;
        State {
            negative: Profile::flat(negative),
            positive: Profile::flat(positive),
            sei_thickness_m: self.initial_thickness_m,
            discharged_ah: 0.0,
            observed: Observed {
                current_a: 0.0,
                voltage_v: f64::NAN,
                surface_negative: negative,
                surface_positive: positive,
                negative_v: f64::NAN,
                interface_v: f64::NAN,
                side_a_m2: 0.0,
            },
            interface_slope_v_s: 0.0,
        }
    }

    fn film_lithium_ah(&self, state: &State<M>) -> f64 {
        self.film_ah_m * (state.sei_thickness_m - self.initial_thickness_m)
    }

    fn inventory_ah(&self, state: &State<M>) -> f64 {
        self.full_ah.0 * state.negative.mean
            + self.full_ah.1 * state.positive.mean
            + self.film_lithium_ah(state)
    }

    /// Fills in what is read from the last state and checks the balances.
    fn close(&self, run: &mut Run, state: &State<M>) {
        let start = self.initial();
        let total = self.inventory_ah(&start);
        let drift = self.inventory_ah(state) - total;
        run.lithium_lost_ah = self.film_lithium_ah(state);
        run.sei_thickness_m = state.sei_thickness_m;
        run.lithium_drift_ah = drift;
        let passed = self.full_ah.1 * (state.positive.mean - start.positive.mean);
        run.charge_drift_ah = state.discharged_ah - passed;
        if drift.is_nan() || drift.abs() > INVENTORY_DRIFT_MAX * total {
            run.note(Status::InvariantBroken(Invariant::LithiumInventory));
        }
        if run.charge_drift_ah.is_nan() || run.charge_drift_ah.abs() > INVENTORY_DRIFT_MAX * total {
            run.note(Status::InvariantBroken(Invariant::Charge));
        }
    }

    fn drive(&self, operation: Operation) -> Drive {
        match operation {
            Operation::Rest => Drive::Current(0.0),
            Operation::ConstantCurrent { c_rate } => {
                Drive::Current(c_rate * self.nominal_capacity_ah)
            }
            Operation::ConstantVoltage { voltage_v } => Drive::Voltage(voltage_v),
        }
    }

    fn level_max(&self, operation: Operation) -> usize {
        let most = self.resolution.level_max.min(STEP_LEVELS - 1);
        match operation {
            Operation::Rest => most,
            Operation::ConstantVoltage { .. } => most.min(VOLTAGE_LEVEL_MAX),
            Operation::ConstantCurrent { c_rate } => {
                let longest_s = DURATION_FRACTION * 3600.0 / c_rate.abs();
                (0..=most)
                    .rev()
                    .find(|&l| step_length_s(l) <= longest_s)
                    .unwrap_or(0)
            }
        }
    }
}

/// One protocol step being performed.
struct Attempt<'a, const M: usize> {
    bench: &'a Bench<M>,
    index: usize,
    step: &'a Step,
    start: State<M>,
    run: &'a mut Run,
}

impl<const M: usize> Attempt<'_, M> {
    fn status(&self, trouble: Trouble) -> Status {
        let step = self.index;
        match trouble {
            Trouble::StoichiometryBound => Status::StoichiometryBound { step },
            Trouble::VoltageNotConverged => Status::VoltageNotConverged { step },
            Trouble::SeiNotConverged => Status::SeiNotConverged { step },
        }
    }

    /// Performs the step from `state` and returns the state at its end.
    fn perform(&mut self, state: State<M>, sample_times_s: &[f64]) -> Result<State<M>, Status> {
        let drive = self.bench.drive(self.step.operation);
        let before_v = state.observed.voltage_v;
        let mut state = self
            .bench
            .kernel
            .switch(&state, drive)
            .map_err(|t| self.status(t))?;
        self.start = state;
        let mut clock = Clock {
            elapsed_s: 0.0,
            level: FIRST_LEVEL,
            trials: 0,
        };
        let mut samples = sample_times_s.iter().copied().peekable();
        let mut drop_due = self.step.operation == Operation::Rest && before_v.is_finite();
        let duration_s = self.duration_s();
        let mut fired = self.fired(&state);
        loop {
            self.run.negative_potential_min_v = self
                .run
                .negative_potential_min_v
                .min(state.observed.negative_v);
            while samples.next_if(|&t| t <= clock.elapsed_s).is_some() {
                self.sample(&state, clock.elapsed_s);
            }
            if drop_due && clock.elapsed_s >= REST_DROP_TIME_S {
                drop_due = false;
                self.run
                    .rest_drops_v
                    .push((self.index, before_v - state.observed.voltage_v));
            }
            if fired || clock.elapsed_s >= duration_s {
                break;
            }
            let mut target_s = duration_s;
            if let Some(&t) = samples.peek() {
                target_s = target_s.min(t);
            }
            if drop_due {
                target_s = target_s.min(REST_DROP_TIME_S);
            }
            (state, fired) = self.advance(&state, drive, target_s, &mut clock)?;
        }
        self.finish(&state, clock.elapsed_s, fired);
        Ok(state)
    }

    /// Returns the time at which the step ends if nothing else ends it, s.
    fn duration_s(&self) -> f64 {
        let mut shortest = self.step.longest_s;
        for end in &self.step.ends {
            if let End::Duration(seconds) = end {
                shortest = shortest.min(*seconds);
            }
        }
        shortest
    }

    /// Takes one accepted step that ends at `target_s` at the latest.
    fn advance(
        &self,
        state: &State<M>,
        drive: Drive,
        target_s: f64,
        clock: &mut Clock,
    ) -> Result<(State<M>, bool), Status> {
        let level_max = self.bench.level_max(self.step.operation);
        let remaining_s = target_s - clock.elapsed_s;
        let mut level = clock.level.min(level_max);
        while level > 0 && step_length_s(level) > remaining_s {
            level -= 1;
        }
        loop {
            clock.trials += 1;
            if clock.trials > TRIALS_MAX {
                return Err(Status::TrialLimit { step: self.index });
            }
            let length_s = step_length_s(level).min(remaining_s);
            let next = match self.trial(state, drive, length_s, level) {
                Ok(next) => next,
                Err(_) if level > 0 => {
                    level -= 1;
                    clock.level = level;
                    continue;
                }
                Err(trouble) => return Err(self.status(trouble)),
            };
            let moved = (next.observed.interface_v - state.observed.interface_v).abs()
                * self.bench.kernel.sei.exponent_1_v();
            let fired = self.fired(&next);
            if level > 0 && (fired || moved > self.bench.resolution.exponent_change_max) {
                level -= 1;
                clock.level = level;
                continue;
            }
            if fired {
                let (end, length_s) = self.locate(state, drive, length_s, next)?;
                clock.elapsed_s += length_s;
                return Ok((end, true));
            }
            // A step cut short by a target says nothing about the step size.
            if level >= clock.level && moved < 0.4 * self.bench.resolution.exponent_change_max {
                clock.level = (level + 1).min(level_max);
            }
            clock.elapsed_s = if length_s < remaining_s {
                clock.elapsed_s + length_s
            } else {
                target_s
            };
            return Ok((next, false));
        }
    }

    fn trial(
        &self,
        state: &State<M>,
        drive: Drive,
        length_s: f64,
        level: usize,
    ) -> Result<State<M>, Trouble> {
        let kernel = &self.bench.kernel;
        #[expect(clippy::float_cmp, reason = "a tabulated length or a computed one")]
        if length_s == step_length_s(level) {
            let factors = Factors {
                negative: kernel.negative.particle.level(level),
                positive: kernel.positive.particle.level(level),
            };
            return kernel.step(state, &factors, drive);
        }
        let negative = kernel.negative.particle.step_of(length_s);
        let positive = kernel.positive.particle.step_of(length_s);
        kernel.step(
            state,
            &Factors {
                negative: &negative,
                positive: &positive,
            },
            drive,
        )
    }

    /// Returns how far the state is beyond the first end met; negative while none is met.
    fn margin(&self, state: &State<M>) -> f64 {
        let mut most = f64::NEG_INFINITY;
        for end in &self.step.ends {
            let margin = match *end {
                End::Duration(_) => continue,
                End::VoltageAtLeast(v) => state.observed.voltage_v - v,
                End::VoltageAtMost(v) => v - state.observed.voltage_v,
                End::CurrentAtMost(c_rate) => {
                    c_rate - state.observed.current_a.abs() / self.bench.nominal_capacity_ah
                }
                End::Capacity(ah) => {
                    ((state.discharged_ah - self.start.discharged_ah).abs() - ah)
                        / self.bench.nominal_capacity_ah
                }
            };
            most = most.max(margin);
        }
        most
    }

    fn fired(&self, state: &State<M>) -> bool {
        self.margin(state) >= 0.0
    }

    /// Finds the length in `0..length_s` at which the first end is met, by false position with
    /// the Illinois rule; `beyond` is the state at `length_s`.
    fn locate(
        &self,
        state: &State<M>,
        drive: Drive,
        length_s: f64,
        beyond: State<M>,
    ) -> Result<(State<M>, f64), Status> {
        const MARGIN_TOLERANCE: f64 = 1e-9;
        let (mut low_s, mut low) = (0.0, self.margin(state));
        let (mut high_s, mut high, mut end) = (length_s, self.margin(&beyond), beyond);
        let mut end_s = length_s;
        for _ in 0..60 {
            if self.margin(&end).abs() <= MARGIN_TOLERANCE {
                break;
            }
            let next_s = low_s + (high_s - low_s) * (-low) / (high - low);
            if next_s <= low_s || next_s >= high_s {
                break;
            }
            end = self
                .trial(state, drive, next_s, 0)
                .map_err(|t| self.status(t))?;
            end_s = next_s;
            let margin = self.margin(&end);
            if margin >= 0.0 {
                (high_s, high) = (next_s, margin);
                low *= 0.5;
            } else {
                (low_s, low) = (next_s, margin);
                high *= 0.5;
            }
        }
        Ok((end, end_s))
    }

    fn sample(&mut self, state: &State<M>, time_s: f64) {
        self.run.samples.push(Sample {
            step: self.index,
            time_s,
            current_a: state.observed.current_a,
            voltage_v: state.observed.voltage_v,
            mean_negative: state.negative.mean,
            mean_positive: state.positive.mean,
            surface_negative: state.observed.surface_negative,
            surface_positive: state.observed.surface_positive,
            sei_thickness_m: state.sei_thickness_m,
            lithium_lost_ah: self.bench.film_lithium_ah(state),
        });
    }

    fn finish(&mut self, state: &State<M>, duration_s: f64, fired: bool) {
        let timed = self.step.ends.iter().any(|e| matches!(e, End::Duration(_)));
        if !fired && !timed {
            self.run.note(Status::EndNotReached { step: self.index });
        }
        if state.sei_thickness_m < self.start.sei_thickness_m {
            self.run.note(Status::InvariantBroken(Invariant::SeiGrowth));
        }
        self.run.steps.push(StepOutcome {
            duration_s,
            end_met: fired || timed,
            voltage_v: state.observed.voltage_v,
            current_a: state.observed.current_a,
            charged_ah: self.start.discharged_ah - state.discharged_ah,
            sei_thickness_m: state.sei_thickness_m,
        });
    }
}
