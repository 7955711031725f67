//! Diffusion in a row of volumes, implicit in time, in lanes.
//!
//! In: capacities of the volumes, conductances between neighbours, a source that is linear over a
//! step. Out: the content of the volumes at the end as a straight line in the source at start and
//! end. Two implicit stages of one matrix (SDIRK2, `γ = 1 − 1/√2`): second order, and no
//! oscillation after a switch of the source, whatever the step. What leaves one volume enters the
//! next, so that nothing is lost but rounding.
//!
//! Source: Alexander 1977, doi:10.1137/0714068.

use crate::lanes::Real;

/// `1 − 1/√2`.
const GAMMA: f64 = 1.0 - std::f64::consts::FRAC_1_SQRT_2;

/// Content of the volumes at the end of a step: `base + per_initial s₀ + per_final s₁`.
#[derive(Debug, Clone)]
pub(super) struct Response<R: Real> {
    pub(super) base: Vec<R>,
    pub(super) per_initial: Vec<R>,
    pub(super) per_final: Vec<R>,
}

/// A row of volumes.
#[derive(Debug, Clone)]
pub(super) struct Row<R: Real> {
    /// Capacity of each volume.
    pub(super) capacity: Vec<R>,
    /// Conductance from each volume to the next, one fewer.
    pub(super) conductance: Vec<R>,
    /// Rate of change of each volume per unit of source.
    pub(super) per_source: Vec<R>,
}

impl<R: Real> Row<R> {
    /// Makes a row of `count` volumes without exchange.
    pub(super) fn new(count: usize) -> Self {
        let zero = R::splat(0.0);
        Self {
            capacity: vec![R::splat(1.0); count],
            conductance: vec![zero; count - 1],
            per_source: vec![zero; count],
        }
    }

    /// Returns the response from `content` over steps of `length_s`.
    pub(super) fn respond(&self, content: &[R], length_s: R) -> Response<R> {
        let reach = length_s * GAMMA;
        let matrix = Factored::new(self, reach);
        let kept = matrix.solve(content);
        let fed: Vec<R> = self.per_source.iter().map(|&s| s * reach).collect();
        let fed = matrix.solve(&fed);
        let kept_twice = matrix.solve(&kept);
        let fed_twice = matrix.solve(&fed);
        // X₁ = p + s(γ h) q; X₂ = (1 − κ) p + κ G X₁ + s₁ q with κ = (1 − γ) / γ.
        let kappa = (1.0 - GAMMA) / GAMMA;
        let combine = |a: &[R], x: f64, b: &[R], y: f64| {
            a.iter().zip(b).map(|(&a, &b)| a * x + b * y).collect()
        };
        Response {
            base: combine(&kept, 1.0 - kappa, &kept_twice, kappa),
            per_initial: fed_twice
                .iter()
                .map(|&f| f * (kappa * (1.0 - GAMMA)))
                .collect(),
            per_final: combine(&fed_twice, kappa * GAMMA, &fed, 1.0),
        }
    }
}

/// `1 − reach L`, eliminated downwards.
struct Factored<R: Real> {
    lower: Vec<R>,
    upper: Vec<R>,
    inverse_pivot: Vec<R>,
}

impl<R: Real> Factored<R> {
    fn new(row: &Row<R>, reach: R) -> Self {
        let count = row.capacity.len();
        let zero = R::splat(0.0);
        let mut factored = Self {
            lower: vec![zero; count],
            upper: vec![zero; count],
            inverse_pivot: vec![zero; count],
        };
        for i in 0..count {
            let scale = reach / row.capacity[i];
            let before = if i > 0 {
                row.conductance[i - 1] * scale
            } else {
                zero
            };
            let after = if i + 1 < count {
                row.conductance[i] * scale
            } else {
                zero
            };
            let mut pivot = before + 1.0 + after;
            if i > 0 {
                pivot = pivot - before * factored.upper[i - 1];
            }
            factored.inverse_pivot[i] = pivot.inverse();
            factored.lower[i] = before;
            factored.upper[i] = after * factored.inverse_pivot[i];
        }
        factored
    }

    fn solve(&self, right: &[R]) -> Vec<R> {
        let count = right.len();
        let mut x = right.to_vec();
        for i in 0..count {
            let before = if i > 0 {
                x[i - 1] * self.lower[i]
            } else {
                R::splat(0.0)
            };
            x[i] = (x[i] + before) * self.inverse_pivot[i];
        }
        for i in (0..count - 1).rev() {
            x[i] = x[i] + self.upper[i] * x[i + 1];
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math;

    /// Two equal volumes that exchange: the difference decays as `exp(−2 g t / C)`, the sum stays.
    /// Halving the step divides the error by four.
    #[test]
    fn difference_of_two_volumes_decays_to_second_order() {
        let mut row = Row::<f64>::new(2);
        row.capacity = vec![2.0; 2];
        row.conductance = vec![0.5];
        let error = |steps: u32| {
            let mut content = vec![1.0, 0.0];
            for _ in 0..steps {
                let length_s = 2.0 / f64::from(steps);
                content = row.respond(&content, length_s).base;
            }
            let sum = content[0] + content[1];
            assert!((sum - 1.0).abs() < 1e-14);
            content[0] - content[1] - math::exp(-1.0)
        };
        let ratio = error(8) / error(16);
        assert!((3.5..4.5).contains(&ratio), "{ratio}");
    }

    /// A linear source fills a closed row with its integral, exactly.
    #[test]
    fn linear_source_is_kept_to_rounding() {
        let mut row = Row::<f64>::new(3);
        row.conductance = vec![0.3; 2];
        row.per_source[2] = 1.0;
        let response = row.respond(&[0.0; 3], 10.0);
        let total: f64 = (0..3)
            .map(|i| response.per_initial[i] * 2.0 + response.per_final[i] * 5.0)
            .sum();
        assert!((total - 35.0).abs() < 1e-12, "{total}");
    }
}
