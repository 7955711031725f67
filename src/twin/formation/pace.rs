//! Steps in time: which are taken, which are tried again, and how long the next ones are.
//!
//! In: what a round found. Out: the plan of the next round. Steps double while the potential
//! that drives the film is foretold well; they halve where it is not, or where a particle
//! would run empty. Near an end the length that meets it is estimated from the slope and tried: a
//! step that stops short of the end is progress; where one goes beyond, the end is searched for
//! between the two. Ends are therefore met on the model itself and do not depend on samples.

use super::end_search::TRIALS_MAX as END_TRIALS_MAX;
use super::engine::{CHANGE_MAX, Engine, Found};
use super::kinetics::colder_1_k;
use super::sphere::Sphere;
use super::track::TRIALS_MAX;
use crate::lanes::{Choice, Real};

/// Length of the first step after a switch, as a share of the longest: 6 s at `FAST`.
const LENGTH_FIRST_SHARE: f64 = 1.0 / 512.0;

/// The same where that is shorter, and where diffusion is not exact in time, s.
const LENGTH_FIRST_LEAST_S: f64 = 1.0;

/// A step shorter than this is not shortened any more, s.
const LENGTH_LEAST_S: f64 = 0.01;

/// A step shorter than this meets an end, whatever it overshoots, s.
const LENGTH_END_S: f64 = 1e-6;

/// Distance from an end (V, C-rate or capacity) at which it counts as met, over the care taken.
const MARGIN_TOLERANCE: f64 = 1.5e-7;

/// Share of the largest surprise below which the next step is twice as long.
const CALM: f64 = 0.25;

/// Share of the largest surprise below which the next step is four times as long.
const STILL: f64 = 0.02;

/// Growth of steps where diffusion is not exact in time.
const GENTLE_GROWTH: f64 = 1.25;

/// Rounds after which a step at constant current is tried shorter.
const TRIES_MAX: f64 = 12.0;

/// Newton steps for the current under voltage control before bisection.
const NEWTON_MAX: f64 = 12.0;

/// Rounds after which a step at constant voltage is tried shorter.
const VOLTAGE_TRIES_MAX: f64 = 60.0;

/// What becomes of the step of each lane.
pub(super) struct Verdict<R: Real> {
    /// It is taken.
    pub(super) taken: R::Mask,
    /// It is taken and meets an end.
    pub(super) ended: R::Mask,
    /// It goes beyond an end, or stops short of one that a trial went beyond: another length is
    /// tried.
    pub(super) missed: R::Mask,
    /// It is tried at half its length.
    pub(super) shortened: R::Mask,
    /// There is no way on.
    pub(super) stuck: R::Mask,
}

impl<R: Real> Verdict<R> {
    /// Lanes at work that stay at their step, for another round.
    #[inline(always)]
    pub(super) fn staying(&self, active: R::Mask) -> R::Mask {
        active & !(self.taken | self.missed | self.shortened | self.stuck)
    }
}

impl<R: Real, S: Sphere<R>> Engine<'_, R, S> {
    /// Decides what becomes of each step.
    #[inline(always)]
    pub(super) fn judge(&self, found: &Found<R>) -> Verdict<R> {
        let plan = &self.plan;
        let instant = plan.at_instant;
        let at_least = |least: f64| plan.length_s.ge(R::splat(least));
        let settled = self.active & found.is_settled;
        let surprising = found.surprise.gt(R::splat(self.resolution.surprise_max))
            | found.change.gt(R::splat(CHANGE_MAX));
        let rough = settled & !instant & surprising & at_least(LENGTH_LEAST_S);
        let tolerance = R::splat(MARGIN_TOLERANCE * self.resolution.care());
        let far = found.margin.gt(tolerance);
        let beyond = settled & !instant & !rough & far & at_least(LENGTH_END_S);
        let near = found.margin.ge(-tolerance);
        let is_early = self.searched.lt(R::splat(END_TRIALS_MAX));
        let searches = self.searched.gt(R::splat(0.0));
        let stops_short = settled & !instant & !rough & searches & !near & is_early;
        let missed = beyond | stops_short;
        let taken = settled & !rough & !missed;
        let holds = plan.holds_voltage;
        let most = holds.select(R::splat(VOLTAGE_TRIES_MAX), R::splat(TRIES_MAX));
        let is_tired = self.active & self.rounds.ge(R::splat(TRIALS_MAX));
        let hopeless =
            (self.active & !settled) & (plan.tries.ge(most) | (!found.is_valid & !holds));
        let short = instant | !at_least(LENGTH_LEAST_S);
        Verdict {
            taken: taken & !is_tired,
            ended: taken & near & !is_tired,
            missed: missed & !is_tired,
            shortened: (rough | (hopeless & !short)) & !is_tired,
            stuck: (hopeless & short) | is_tired,
        }
    }

    /// Improves the guesses of the lanes that stay at their step.
    #[inline(always)]
    pub(super) fn improve(&mut self, staying: R::Mask, found: &Found<R>) {
        let plan = &mut self.plan;
        let valid = staying & found.is_valid;
        plan.driver_v = valid.select(found.driver_v, plan.driver_v);
        plan.temperature_k = valid.select(found.temperature_k, plan.temperature_k);
        plan.tries = staying.select(plan.tries + 1.0, plan.tries);
        let holding = staying & plan.holds_voltage;
        if !holding.any() {
            return;
        }
        // A higher current means a lower voltage; out of range lies beyond the current before.
        let guess = plan.current_a;
        let before = self.state.current_a;
        let is_low = (found.is_valid & found.voltage_error_v.gt(R::splat(0.0)))
            | (!found.is_valid & guess.lt(before));
        let [low, high] = plan.bracket_a;
        let low = (holding & is_low).select(guess, low);
        let high = (holding & !is_low).select(guess, high);
        plan.bracket_a = [low, high];
        let newton = found
            .is_valid
            .select(found.current_a, (guess + before) * 0.5);
        let is_inside = newton.gt(low) & newton.lt(high);
        let is_early = plan.tries.le(R::splat(NEWTON_MAX));
        let middle = (low + high) * 0.5;
        let bisects = middle.is_finite() & !(is_inside & is_early);
        let next = bisects.select(middle, newton);
        plan.current_a = holding.select(next, guess);
    }

    /// Chooses the length of the next step in the lanes of `lanes`, from what the last one showed.
    #[inline(always)]
    pub(super) fn choose(&mut self, lanes: R::Mask, found: &Found<R>) {
        let plan = &mut self.plan;
        let calm = found
            .surprise
            .lt(R::splat(CALM * self.resolution.surprise_max))
            & found.change.lt(R::splat(0.5 * CHANGE_MAX));
        let still = found
            .surprise
            .lt(R::splat(STILL * self.resolution.surprise_max))
            & found.change.lt(R::splat(0.1 * CHANGE_MAX));
        let grows = calm & plan.length_s.ge(self.free_length_s) & !plan.at_instant;
        let growth = if self.is_gentle {
            R::splat(GENTLE_GROWTH)
        } else {
            still.select(R::splat(4.0), R::splat(2.0))
        };
        let free = grows.select(self.free_length_s * growth, self.free_length_s);
        let first_s = LENGTH_FIRST_SHARE * self.resolution.length_max_s;
        let first_s = first_s.max(LENGTH_FIRST_LEAST_S);
        let free = plan.at_instant.select(R::splat(first_s), free);
        let free = free.at_most(self.length_cap_s);
        self.free_length_s = lanes.select(free, self.free_length_s);
        let nearing = self.state.margin_slope_1_s.gt(R::splat(0.0));
        let to_end = -self.state.margin / self.state.margin_slope_1_s;
        let to_end = to_end.at_least(R::splat(LENGTH_END_S));
        let length = (nearing & to_end.lt(free)).select(to_end, free);
        plan.length_s = lanes.select(length, plan.length_s);
        plan.at_instant = plan.at_instant & !lanes;
    }

    /// Halves the step in the lanes of `lanes`.
    #[inline(always)]
    pub(super) fn shorten(&mut self, lanes: R::Mask) {
        let half = self.plan.length_s * 0.5;
        self.plan.length_s = lanes.select(half, self.plan.length_s);
        self.free_length_s = lanes.select(half, self.free_length_s);
    }

    /// Keeps the step within the next time to stop at, and guesses its end.
    #[inline(always)]
    pub(super) fn foretell(&mut self, lanes: R::Mask) {
        let (plan, state) = (&mut self.plan, &self.state);
        let remaining = self.target_s - self.elapsed_s;
        let reaches = remaining.le(plan.length_s * (1.0 + 1e-9));
        let length = reaches.select(remaining, plan.length_s);
        plan.length_s = lanes.select(length, plan.length_s);
        self.arrives = (lanes & reaches) | (self.arrives & !lanes);
        let last_s = state.last_length_s;
        let driver = state.driver_v + state.driver_past.foretell(plan.length_s, last_s);
        plan.driver_v = lanes.select(driver, plan.driver_v);
        plan.foretold_v = lanes.select(driver, plan.foretold_v);
        let foretold = state.current_a + state.current_past.foretell(plan.length_s, last_s);
        let current = plan.holds_voltage.select(foretold, plan.setpoint);
        plan.current_a = lanes.select(current, plan.current_a);
        let never = R::splat(f64::INFINITY);
        plan.bracket_a[0] = lanes.select(-never, plan.bracket_a[0]);
        plan.bracket_a[1] = lanes.select(never, plan.bracket_a[1]);
        plan.tries = lanes.select(R::splat(0.0), plan.tries);
        if self.thermal.is_lumped {
            let heat = [state.heat_w; 2];
            let after = self.thermal.after(state.temperature_k, plan.length_s, heat);
            plan.temperature_k = lanes.select(after, plan.temperature_k);
        }
    }

    /// Prepares the particles of the lanes whose step or temperature has changed.
    #[inline(always)]
    pub(super) fn prepare(&mut self) {
        if self.thermal.is_lumped {
            let middle = (self.state.temperature_k + self.plan.temperature_k) * 0.5;
            let colder = colder_1_k(middle, self.reference_k);
            for k in 0..2 {
                self.diffusivity_factor[k] = self.sides[k].diffusivity_factor(colder);
            }
        }
        let length_s = self.plan.length_s;
        let is_prepared = length_s.le(self.prepared_s) & length_s.ge(self.prepared_s);
        let changed = !is_prepared | R::Mask::splat(self.thermal.is_lumped);
        if !changed.any() {
            return;
        }
        self.prepared_s = length_s;
        for k in 0..2 {
            self.spheres[k].prepare(changed, length_s, self.diffusivity_factor[k]);
        }
        if let Some(salts) = &mut self.salts {
            salts.prepare(changed, length_s);
        }
    }
}
