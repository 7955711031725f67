//! Time stepping: a classical Runge–Kutta step, event location inside a step, and the independent
//! cross-check. The only door to ODE crates.
//!
//! In: an autonomous right-hand side that may have no value, a state, a step; one sample or several
//! side by side. Out: the state after it. Method: the fourth-order step of Kutta 1901; an event is
//! a zero crossing of one component, located by repeating the step with a shorter length (secants
//! that keep the crossing between them, doi 10.1007/BF01951936), so that the state at the event is
//! a true step and not an interpolation. Explicit and fixed-step: the caller bounds the step by the
//! fastest rate it knows.
//! [`verify_with_dop853`] integrates the same right-hand side with `ode_solvers` (Dormand–Prince
//! 8(5,3)); it uses the platform's `powf` and must never feed a recorded result.

use crate::lanes::Real;
use crate::twin::status::TwinError;
use nalgebra::SVector;
use ode_solvers::dop_shared::OutputType;
use ode_solvers::{Dop853, System};

/// Trials within which the bracket of an event must have halved; else the next one is its middle.
const TRIALS_TO_HALVE: usize = 3;

/// Most repetitions of a step while an event is located: every four halve the bracket, and after 60
/// halvings no number lies in it.
const EVENT_ITERATIONS_MAX: usize = 4 * 60;

/// A state one step later.
#[derive(Clone, Copy, Debug)]
pub struct Stepped<R: Real, const N: usize> {
    /// The state.
    pub state: [R; N],
    /// Rates at the start of the step.
    pub first: [R; N],
    /// Where a stage had no rate: the state there means nothing.
    pub refused: R::Mask,
}

/// Makes one step of the classical fourth-order Runge–Kutta method.
///
/// `rate` returns the rates of change, per second, and where there are none.
#[inline(always)]
pub fn runge_kutta_step<R: Real, const N: usize>(
    rate: impl Fn(&[R; N]) -> ([R; N], R::Mask),
    state: &[R; N],
    step_s: R,
) -> Stepped<R, N> {
    let half_s = step_s * 0.5;
    // Where the next stage looks; behind the last one nobody does.
    let ahead_s = [half_s, half_s, step_s, step_s];
    let mut rates = [[R::splat(0.0); N]; 4];
    let mut refused = R::mask(|_| false);
    let mut at = *state;
    // A loop, so that the right-hand side stands once in the machine code and not four times.
    for (slot, ahead_s) in rates.iter_mut().zip(ahead_s) {
        let (own, none) = rate(&at);
        *slot = own;
        refused = refused | none;
        at = moved(state, &own, ahead_s);
    }
    let [first, second, third, fourth] = rates;
    let sixth_s = step_s / 6.0;
    Stepped {
        state: std::array::from_fn(|i| {
            let middle = (second[i] + third[i]) * 2.0;
            state[i] + sixth_s * (first[i] + middle + fourth[i])
        }),
        first,
        refused,
    }
}

#[inline(always)]
fn moved<R: Real, const N: usize>(state: &[R; N], rate: &[R; N], step_s: R) -> [R; N] {
    std::array::from_fn(|i| state[i] + step_s * rate[i])
}

/// Finds the step length in (0, `step_s`] after which `component` has fallen to `level`.
///
/// `step` makes a step of any length from the start; `before` is the component there, `after` the
/// state one full step later, below the level. Returns the length and the state.
///
/// # Errors
/// What `step` returns; [`TwinError::EventLost`] where the component is no number on the way, or
/// does not fall through the level within the step.
pub fn locate_fall<const N: usize>(
    step: impl Fn(f64) -> Result<[f64; N], TwinError>,
    before: f64,
    after: &[f64; N],
    step_s: f64,
    (component, level): (usize, f64),
) -> Result<(f64, [f64; N]), TwinError> {
    let (mut low_s, mut low_gap) = (0.0, before - level);
    let (mut high_s, mut high_gap) = (step_s, after[component] - level);
    let tolerance = 1e-14 * (low_gap - high_gap);
    if high_gap >= -tolerance {
        return Ok((step_s, *after));
    }
    let mut nearest = (step_s, *after, -high_gap);
    // Whether the last secant ended above the level; an end kept twice is moved towards it.
    let mut was_above = None;
    let (mut wide_s, mut since_halved) = (high_s - low_s, 0);
    for _ in 0..EVENT_ITERATIONS_MAX {
        let guess_s = (low_s * high_gap - high_s * low_gap) / (high_gap - low_gap);
        let is_inside = guess_s > low_s && guess_s < high_s;
        let trial_s = if is_inside && since_halved < TRIALS_TO_HALVE {
            guess_s
        } else {
            0.5 * (low_s + high_s)
        };
        if trial_s <= low_s || trial_s >= high_s {
            return Ok((nearest.0, nearest.1));
        }
        let trial = step(trial_s)?;
        let gap = trial[component] - level;
        if !gap.is_finite() {
            return Err(TwinError::EventLost);
        }
        if gap.abs() <= tolerance {
            return Ok((trial_s, trial));
        }
        if gap.abs() < nearest.2 {
            nearest = (trial_s, trial, gap.abs());
        }
        let is_above = gap > 0.0;
        let kept_twice = was_above == Some(is_above);
        was_above = Some(is_above);
        if is_above {
            high_gap *= kept_share(kept_twice, gap / low_gap);
            (low_s, low_gap) = (trial_s, gap);
        } else {
            low_gap *= kept_share(kept_twice, gap / high_gap);
            (high_s, high_gap) = (trial_s, gap);
        }
        since_halved += 1;
        if high_s - low_s <= 0.5 * wide_s {
            (wide_s, since_halved) = (high_s - low_s, 0);
        }
    }
    Err(TwinError::EventLost)
}

/// What the gap at the end that stays is multiplied by (Anderson and Björck 1973): nothing changes
/// the first time; then as much as the last secant missed by, a half where it got no nearer.
fn kept_share(kept_twice: bool, missed_share: f64) -> f64 {
    if !kept_twice {
        1.0
    } else if missed_share < 1.0 {
        1.0 - missed_share
    } else {
        0.5
    }
}

/// The right-hand side as `ode_solvers` wants it; a failure becomes NaN, which stops the stepper.
struct Foreign<F>(F);

impl<F, const N: usize> System<f64, SVector<f64, N>> for Foreign<F>
where
    F: Fn(&[f64; N]) -> Result<[f64; N], TwinError>,
{
    fn system(&self, _time: f64, state: &SVector<f64, N>, rate: &mut SVector<f64, N>) {
        let plain: [f64; N] = std::array::from_fn(|i| state[i]);
        let found = (self.0)(&plain).unwrap_or([f64::NAN; N]);
        for (slot, value) in rate.iter_mut().zip(found) {
            *slot = value;
        }
    }
}

/// Integrates over `duration_s` with the eighth-order Dormand–Prince method of `ode_solvers`.
///
/// Independent cross-check for tests and `--verify-numerics` only; `relative` is the relative
/// tolerance, the absolute one is 1e-6 of it.
///
/// # Errors
/// [`TwinError::OutcomeNotFinite`] if the foreign integrator gives up.
pub fn verify_with_dop853<const N: usize>(
    rate: impl Fn(&[f64; N]) -> Result<[f64; N], TwinError>,
    state: &[f64; N],
    duration_s: f64,
    relative: f64,
) -> Result<[f64; N], TwinError> {
    let start = SVector::<f64, N>::from_fn(|i, _| state[i]);
    let mut stepper = Dop853::new(
        Foreign(rate),
        0.0,
        duration_s,
        duration_s,
        start,
        relative,
        1e-6 * relative,
    );
    // Accepted steps only: the dense output is of lower order than the method.
    stepper.set_output(OutputType::Sparse);
    let gave_up = TwinError::OutcomeNotFinite { port: 0 };
    stepper.integrate().map_err(|_| gave_up)?;
    let end = stepper.y_out().last().ok_or(gave_up)?;
    Ok(std::array::from_fn(|i| end[i]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;

    fn decay(state: &[f64; 1]) -> ([f64; 1], bool) {
        ([-state[0]], false)
    }

    fn stepped(state: &[f64; 1], step_s: f64) -> [f64; 1] {
        runge_kutta_step(decay, state, step_s).state
    }

    #[test]
    fn halving_the_step_divides_the_error_by_sixteen() {
        let error = |steps: u32| {
            let mut state = [1.0];
            for _ in 0..steps {
                state = stepped(&state, 1.0 / f64::from(steps));
            }
            (state[0] - math::exp(-1.0)).abs()
        };
        let order = math::log2(error(16) / error(32));
        assert!((order - 4.0).abs() < 0.1, "order {order}");
    }

    #[test]
    fn event_is_found_at_the_true_time() -> Result<(), TwinError> {
        let start = [1.0];
        let after = stepped(&start, 0.05);
        let step = |step_s| Ok(stepped(&start, step_s));
        let (time, state) = locate_fall(step, start[0], &after, 0.05, (0, 0.97))?;
        assert!((state[0] - 0.97).abs() < 1e-14);
        assert!((time + math::ln(0.97)).abs() < 1e-9);
        Ok(())
    }

    /// Goal: an event costs few steps; a kernel of a million samples pays each. The first trial is
    /// the crossing of the chord, which a smooth fall misses by little.
    #[test]
    fn event_is_found_within_six_trials() -> Result<(), TwinError> {
        for (step_s, level) in [(0.05, 0.97), (0.3, 0.99), (0.3, 0.75), (1.0, 0.5)] {
            let trials = std::cell::Cell::new(0);
            let start = [1.0];
            let after = stepped(&start, step_s);
            let step = |step_s| {
                trials.set(trials.get() + 1);
                Ok(stepped(&start, step_s))
            };
            let (_, state) = locate_fall(step, start[0], &after, step_s, (0, level))?;
            assert!((state[0] - level).abs() <= 1e-14);
            assert!(trials.get() <= 6, "{step_s} s to {level}: {}", trials.get());
        }
        Ok(())
    }

    /// Falls that a secant creeps along: flat up to the level or behind it, and steep at one end.
    #[test]
    fn event_is_found_where_secants_creep() -> Result<(), TwinError> {
        type Fall = fn(f64) -> f64;
        let falls: [(Fall, f64, f64); 4] = [
            (|s| math::exp(-20.0 * s), 0.011, -math::ln(0.011) / 20.0),
            (
                |s| 1.0 - s * s * s * s * s,
                1.0 - 1e-6,
                math::pow(1e-6, 0.2),
            ),
            (
                |s| 1.0 - math::pow(s, 9.0),
                0.999,
                math::pow(1e-3, 1.0 / 9.0),
            ),
            (
                |s| math::pow(1.0 - s, 5.0),
                1e-6,
                1.0 - math::pow(1e-6, 0.2),
            ),
        ];
        for (fall, level, place) in falls {
            let trials = std::cell::Cell::new(0);
            let step = |step_s| {
                trials.set(trials.get() + 1);
                Ok([fall(step_s)])
            };
            let (time, state) = locate_fall(step, fall(0.0), &[fall(1.0)], 1.0, (0, level))?;
            assert!((state[0] - level).abs() <= 1e-13, "{level}: {state:?}");
            assert!(
                (time - place).abs() <= 1e-7,
                "{level}: {time} is not {place}"
            );
            assert!(trials.get() <= 40, "{level}: {} trials", trials.get());
        }
        Ok(())
    }

    #[test]
    fn event_of_no_number_is_lost_by_name() {
        let lost = |step: fn(f64) -> f64, end: f64, level: f64| {
            locate_fall(|s| Ok([step(s)]), 1.0, &[end], 1.0, (0, level)).unwrap_err()
        };
        assert_eq!(lost(|_| f64::NAN, f64::NAN, 0.5), TwinError::EventLost);
        assert_eq!(lost(|_| f64::NAN, 0.0, 0.5), TwinError::EventLost);
        let tail = f64::NEG_INFINITY;
        assert_eq!(lost(|s| 1.0 - s, f64::NAN, tail), TwinError::EventLost);
    }

    #[test]
    fn foreign_integrator_solves_the_same_problem() -> Result<(), TwinError> {
        let rate = |state: &[f64; 1]| Ok(decay(state).0);
        let end = verify_with_dop853(rate, &[1.0], 2.0, 1e-12)?;
        assert!((end[0] - math::exp(-2.0)).abs() < 1e-11);
        Ok(())
    }
}
