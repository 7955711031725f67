//! Flow under the downstream lip of the die: pressure gradient of a power-law fluid (C7).
//!
//! In: web speed, gap, wet thickness, consistency K (Pa s^n), index n. Out: dp/dx in Pa/m along the
//! web, positive when pressure drag-flow is throttled (wet thickness below half the gap). Steady
//! Couette–Poiseuille flow between the moving web and the lip at rest: τ(y) = τ_0 + G·y and
//! u' = sign(τ)·(|τ|/K)^(1/n), u(0) = U, u(H) = 0, ∫u dy = h·U; scaled by K·(U/H)^n, so both
//! unknowns are of order one. Two nested root searches on closed integrals (Illinois); n = 1 gives
//! 12ηU/H²·(1/2 − h/H), and h = H/2 gives zero for every n.

use crate::math;
use crate::twin::status::{TwinError, positive};

/// Most trials of one root search; a dozen are usual, bisection alone would need 60.
const TRIALS_MAX: usize = 200;
/// Doublings of the outer bracket: gradients up to 2^40 in scaled units.
const DOUBLINGS: usize = 40;
/// Scaled gradient below which the closed integrals cancel and a quadrature takes over.
const CLOSED_FORM_FROM: f64 = 0.25;

/// Five-point Gauss–Legendre nodes on (0, 1), with weights.
const QUADRATURE: [(f64, f64); 5] = [
    (0.046_910_077_030_668_0, 0.118_463_442_528_094_5),
    (0.230_765_344_947_158_5, 0.239_314_335_249_683_2),
    (0.5, 0.284_444_444_444_444_4),
    (0.769_234_655_052_841_5, 0.239_314_335_249_683_2),
    (0.953_089_922_969_332, 0.118_463_442_528_094_5),
];

/// Pressure gradient dp/dx under the lip, Pa/m.
///
/// `consistency` in Pa s^n, `flow_index` n.
///
/// # Errors
/// [`TwinError::OutOfDomain`] for a value not above zero or a thickness the flow cannot reach.
pub fn pressure_gradient_pa_m(
    web_speed_m_s: f64,
    gap_m: f64,
    wet_thickness_m: f64,
    consistency: f64,
    flow_index: f64,
) -> Result<f64, TwinError> {
    positive("coating.web_speed", web_speed_m_s)?;
    positive("coating.gap", gap_m)?;
    positive("coating.wet_thickness", wet_thickness_m)?;
    positive("slurry consistency", consistency)?;
    positive("slurry.flow_index", flow_index)?;
    let target = wet_thickness_m / gap_m;
    gradient_pa_m(target, (web_speed_m_s, gap_m), consistency, flow_index)
}

/// Pressure gradient, Pa/m, under a lip that lets nothing pass: the upstream lip between web and
/// meniscus; n = 1 gives 6ηU/H².
///
/// # Errors
/// [`TwinError::OutOfDomain`] for a value not above zero.
pub fn closed_gradient_pa_m(
    web_speed_m_s: f64,
    gap_m: f64,
    consistency: f64,
    flow_index: f64,
) -> Result<f64, TwinError> {
    positive("coating.web_speed", web_speed_m_s)?;
    positive("coating.upstream_gap", gap_m)?;
    positive("slurry consistency", consistency)?;
    positive("slurry.flow_index", flow_index)?;
    gradient_pa_m(0.0, (web_speed_m_s, gap_m), consistency, flow_index)
}

fn gradient_pa_m(
    target: f64,
    (web_speed_m_s, gap_m): (f64, f64),
    consistency: f64,
    flow_index: f64,
) -> Result<f64, TwinError> {
    let stress_pa = consistency * math::pow(web_speed_m_s / gap_m, flow_index);
    Ok(scaled_gradient(target, 1.0 / flow_index)? * stress_pa / gap_m)
}

/// Scaled gradient g for a flow in units of U·H; `power` is 1/n.
fn scaled_gradient(target: f64, power: f64) -> Result<f64, TwinError> {
    let mut reach = 1.0;
    // The flow falls with the gradient; widen until the target is bracketed.
    for _ in 0..DOUBLINGS {
        if flow(reach, power) <= target && flow(-reach, power) >= target {
            return Ok(root(-reach, reach, |g| target - flow(g, power)));
        }
        reach *= 2.0;
    }
    Err(TwinError::OutOfDomain {
        quantity: "coating.wet_thickness",
        value: target,
        expected: "a share of the gap that the flow under the lip can reach",
    })
}

/// Scaled flow for a scaled gradient.
fn flow(gradient: f64, power: f64) -> f64 {
    // INVARIANT: the mean of u' is −1, so the stress passes −1 between web and lip.
    let low = -1.0 - gradient.max(0.0);
    let high = -1.0 - gradient.min(0.0);
    let wall = root(low, high, |stress| {
        slope_integral(stress, gradient, power) + 1.0
    });
    // ∫u dy = [u·y] − ∫y·u' dy, and u vanishes at the lip.
    -moment_integral(wall, gradient, power)
}

/// ∫u' dy over the gap.
fn slope_integral(wall: f64, gradient: f64, power: f64) -> f64 {
    if gradient.abs() < CLOSED_FORM_FROM {
        return quadrature(|y| slope(wall + gradient * y, power));
    }
    (first(wall + gradient, power) - first(wall, power)) / gradient
}

/// ∫y·u' dy over the gap.
fn moment_integral(wall: f64, gradient: f64, power: f64) -> f64 {
    if gradient.abs() < CLOSED_FORM_FROM {
        return quadrature(|y| y * slope(wall + gradient * y, power));
    }
    let rise = second(wall + gradient, power) - second(wall, power);
    first(wall + gradient, power) / gradient - rise / (gradient * gradient)
}

fn quadrature(integrand: impl Fn(f64) -> f64) -> f64 {
    let mut sum = 0.0;
    for (node, weight) in QUADRATURE {
        sum += weight * integrand(node);
    }
    sum
}

fn slope(stress: f64, power: f64) -> f64 {
    math::pow(stress.abs(), power).copysign(stress)
}

/// First antiderivative of the slope over the stress.
fn first(stress: f64, power: f64) -> f64 {
    math::pow(stress.abs(), power + 1.0) / (power + 1.0)
}

/// Second antiderivative of the slope over the stress.
fn second(stress: f64, power: f64) -> f64 {
    (math::pow(stress.abs(), power + 2.0) / ((power + 1.0) * (power + 2.0))).copysign(stress)
}

/// Finds where a rising function passes zero between `low` and `high`: secant steps, the stale end
/// halved in weight (Illinois), bisection where a step leaves the bracket.
fn root(low: f64, high: f64, rising: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (low, high);
    let (mut below, mut above) = (rising(low), rising(high));
    if below >= 0.0 {
        return low;
    }
    if above <= 0.0 {
        return high;
    }
    // Rounding of the integrals is some 1e-15 of numbers of order one.
    let tolerance = 4.0 * f64::EPSILON * (high - low).max(1.0);
    let mut guess = low;
    for _ in 0..TRIALS_MAX {
        guess = (low * above - high * below) / (above - below);
        if !(guess > low && guess < high) {
            guess = 0.5 * (low + high);
        }
        if guess <= low || guess >= high || high - low <= tolerance {
            break;
        }
        let value = rising(guess);
        if value == 0.0 {
            break;
        }
        if value < 0.0 {
            low = guess;
            below = value;
            above *= 0.5;
        } else {
            high = guess;
            above = value;
            below *= 0.5;
        }
        if value.abs() <= f64::EPSILON {
            break;
        }
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_gap_needs_no_pressure_for_any_fluid() -> Result<(), TwinError> {
        for index in [0.3, 0.5, 0.7, 1.0, 1.4] {
            let scaled = scaled_gradient(0.5, 1.0 / index)?;
            assert!(scaled.abs() < 1e-9, "n = {index}: {scaled}");
        }
        Ok(())
    }

    #[test]
    fn newtonian_fluid_recovers_the_parabola() -> Result<(), TwinError> {
        for thickness in [20e-6, 60e-6, 79e-6, 100e-6, 150e-6] {
            let found = pressure_gradient_pa_m(0.5, 160e-6, thickness, 1.3, 1.0)?;
            let expected = 12.0 * 1.3 * 0.5 / (160e-6 * 160e-6) * (0.5 - thickness / 160e-6);
            assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
        }
        Ok(())
    }

    #[test]
    fn closed_lip_recovers_six_viscous_terms() -> Result<(), TwinError> {
        let found = closed_gradient_pa_m(0.5, 160e-6, 1.3, 1.0)?;
        assert!((found / (6.0 * 1.3 * 0.5 / (160e-6 * 160e-6)) - 1.0).abs() < 1e-9);
        Ok(())
    }

    #[test]
    fn both_ways_to_integrate_meet() {
        for power in [1.0, 1.5, 2.5] {
            let below = flow(CLOSED_FORM_FROM * (1.0 - 1e-9), power);
            let above = flow(CLOSED_FORM_FROM * (1.0 + 1e-9), power);
            assert!((below - above).abs() < 1e-8, "{below} {above}");
        }
    }
}
