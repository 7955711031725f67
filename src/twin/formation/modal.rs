//! Diffusion of lithium in a sphere with constant diffusivity, exact in time, in lanes.
//!
//! In: surface current density, linear over a step. Out: mean and surface stoichiometry. The
//! radial eigenfunctions of the sphere with given flux have the roots of `tan λ = λ`, and
//! `x_surface = x_mean + Σ w_m − T j R / (F D c)` with `dw_m/dt = −μ_m w_m − 2 j / (F R c)`,
//! `μ_m = λ_m² D / R²`. The tail `T = 1/5 − Σ 2/λ_m²` stands for the modes left out and makes the
//! steady state exact for any number of modes. Each mode is integrated exactly, whatever the step:
//! `w → E w − c j₀ − r (j₁ − j₀)`. The factors of a step are worked out eight modes at a time, for
//! the lanes whose step length changes.
//!
//! Source: modal solution after Carslaw & Jaeger, Conduction of Heat in Solids, section 9.8.

use super::cell::FARADAY_C_MOL;
use super::sphere::{Line, Material, Sphere};
use crate::lanes::{Lanes, Mask};
use crate::math;

/// Modes worked on together; a property of the arithmetic, not of the machine.
const GROUP: usize = 8;

/// Spheres of `N` lanes with `M` modes, a multiple of [`GROUP`].
#[derive(Debug, Clone)]
pub(super) struct Modal<const N: usize, const M: usize> {
    mean: Lanes<N>,
    amplitude: [Lanes<N>; M],
    decay: [Lanes<N>; M],
    constant: [Lanes<N>; M],
    ramp: [Lanes<N>; M],
    per_initial: Lanes<N>,
    per_final: Lanes<N>,
    /// Change of the mean per sum of initial and final current density, m²/A.
    per_sum: Lanes<N>,
    /// Squares of the roots, the same for every lane.
    squares: [f64; M],
    inverse_squares: [f64; M],
    /// What the modes leave out of 1/5.
    tail: f64,
    /// `1 − exp(−μ h)` of each lane for the length prepared.
    lost: [[f64; M]; N],
    /// Length and rate for which `lost` holds, s and 1/s.
    prepared: [(f64, f64); N],
    /// `D / R²` at the reference temperature, 1/s.
    rate_1_s: [f64; N],
    /// `1 / (F R c)`, m²/(A s).
    gain: [f64; N],
}

impl<const N: usize, const M: usize> Modal<N, M> {
    /// Makes empty lanes.
    pub(super) fn new() -> Self {
        let mut squares = [0.0; M];
        let mut tail = 0.2;
        for (m, square) in squares.iter_mut().enumerate() {
            let root = sphere_root(m + 1);
            *square = root * root;
            tail -= 2.0 / (root * root);
        }
        let zero = Lanes::splat(0.0);
        Self {
            mean: Lanes::splat(0.5),
            amplitude: [zero; M],
            decay: [Lanes::splat(1.0); M],
            constant: [zero; M],
            ramp: [zero; M],
            per_initial: zero,
            per_final: zero,
            per_sum: zero,
            squares,
            inverse_squares: squares.map(|square| 1.0 / square),
            tail,
            lost: [[0.0; M]; N],
            prepared: [(f64::NAN, f64::NAN); N],
            rate_1_s: [1.0; N],
            gain: [1.0; N],
        }
    }

    /// Fills in the factors of one lane and returns the sums of `constant` and `ramp`.
    #[inline(always)]
    fn fill(&mut self, lane: usize, length_s: f64, rate_1_s: f64) -> (f64, f64) {
        let mode_gain = 2.0 * self.gain[lane];
        let inverse_rate = 1.0 / rate_1_s;
        let inverse_length = 1.0 / length_s;
        let prepared = self.prepared[lane];
        let doublings = if prepared == (0.5 * length_s, rate_1_s) {
            1
        } else {
            2 * usize::from(prepared == (0.25 * length_s, rate_1_s))
        };
        self.prepared[lane] = (length_s, rate_1_s);
        let (mut constants, mut ramps) = (0.0, 0.0);
        for first in (0..M).step_by(GROUP) {
            let lost = if doublings > 0 {
                let half = Lanes::<GROUP>::from_fn(|i| self.lost[lane][first + i]);
                // 1 − E² = (1 − E)(2 − (1 − E)): most steps double, and need no exponential.
                let once = half * (2.0 - half);
                if doublings > 1 {
                    once * (2.0 - once)
                } else {
                    once
                }
            } else {
                let rate = Lanes::<GROUP>::from_fn(|i| self.squares[first + i] * rate_1_s);
                -(-rate * length_s).exp_m1()
            };
            let inverse =
                Lanes::<GROUP>::from_fn(|i| self.inverse_squares[first + i]) * inverse_rate;
            let spent = lost * inverse;
            let constant = spent * mode_gain;
            let ramp = (1.0 - spent * inverse_length) * inverse * mode_gain;
            let decay = 1.0 - lost;
            for i in 0..GROUP {
                self.lost[lane][first + i] = lost.lane(i);
                self.decay[first + i].set_lane(lane, decay.lane(i));
                self.constant[first + i].set_lane(lane, constant.lane(i));
                self.ramp[first + i].set_lane(lane, ramp.lane(i));
            }
            constants += sum(constant);
            ramps += sum(ramp);
        }
        (constants, ramps)
    }
}

impl<const N: usize, const M: usize> Sphere<N> for Modal<N, M> {
    fn load(&mut self, lane: usize, material: &Material, stoichiometry: f64) {
        let radius_m = material.radius_m;
        self.rate_1_s[lane] = material.diffusivity_m2_s / (radius_m * radius_m);
        self.gain[lane] = 1.0 / (FARADAY_C_MOL * radius_m * material.concentration_mol_m3);
        self.mean.set_lane(lane, stoichiometry);
        for amplitude in &mut self.amplitude {
            amplitude.set_lane(lane, 0.0);
        }
    }

    #[inline(always)]
    fn prepare(&mut self, lane: usize, length_s: f64, factor: f64) {
        let rate_1_s = self.rate_1_s[lane] * factor;
        let tail = self.tail * self.gain[lane] / rate_1_s;
        let (mut per_initial, mut per_final, mut per_sum) = (0.0, -tail, 0.0);
        if length_s > 0.0 {
            let (constants, ramps) = self.fill(lane, length_s, rate_1_s);
            per_sum = -1.5 * self.gain[lane] * length_s;
            per_initial = per_sum - (constants - ramps);
            per_final = per_sum - ramps - tail;
        } else {
            for m in 0..M {
                self.decay[m].set_lane(lane, 1.0);
                self.constant[m].set_lane(lane, 0.0);
                self.ramp[m].set_lane(lane, 0.0);
            }
        }
        self.per_initial.set_lane(lane, per_initial);
        self.per_final.set_lane(lane, per_final);
        self.per_sum.set_lane(lane, per_sum);
    }

    #[inline(always)]
    fn line(&mut self) -> Line<N> {
        // Four sums side by side wait a quarter as long for their additions.
        let mut sums = [
            self.mean,
            Lanes::splat(0.0),
            Lanes::splat(0.0),
            Lanes::splat(0.0),
        ];
        each_mode::<M>(
            #[inline(always)]
            |m| sums[m % 4] = sums[m % 4] + self.decay[m] * self.amplitude[m],
        );
        Line {
            base: (sums[0] + sums[1]) + (sums[2] + sums[3]),
            per_initial: self.per_initial,
            per_final: self.per_final,
        }
    }

    #[inline(always)]
    fn refine(&mut self, _initial: Lanes<N>, _last: Lanes<N>) -> Lanes<N> {
        Lanes::splat(0.0)
    }

    #[inline(always)]
    fn advance(&mut self, taken: Mask<N>, initial: Lanes<N>, last: Lanes<N>) {
        let rise = last - initial;
        each_mode::<M>(
            #[inline(always)]
            |m| {
                let next = self.decay[m] * self.amplitude[m]
                    - self.constant[m] * initial
                    - self.ramp[m] * rise;
                self.amplitude[m] = taken.select(next, self.amplitude[m]);
            },
        );
        let mean = self.mean + self.per_sum * (initial + last);
        self.mean = taken.select(mean, self.mean);
    }

    #[inline(always)]
    fn mean(&self) -> Lanes<N> {
        self.mean
    }
}

/// Adds up a group, in pairs of pairs.
#[inline(always)]
fn sum(group: Lanes<GROUP>) -> f64 {
    let [a, b, c, d, e, f, g, h] = group.to_array();
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

/// Does something for each mode, a group at a time and written out: in a loop over modes a compiler
/// gathers across modes what lies side by side across lanes, which takes five times as long.
#[inline(always)]
fn each_mode<const M: usize>(mut work: impl FnMut(usize)) {
    for first in (0..M).step_by(GROUP) {
        work(first);
        work(first + 1);
        work(first + 2);
        work(first + 3);
        work(first + 4);
        work(first + 5);
        work(first + 6);
        work(first + 7);
    }
}

/// Returns the `m`-th positive root of `tan λ = λ`.
fn sphere_root(m: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a mode number")]
    let pole = (m as f64 + 0.5) * std::f64::consts::PI;
    let mut root = pole - 1.0 / pole;
    // Newton from 1/λ⁴ accuracy doubles its digits each time; five reach rounding.
    for _ in 0..5 {
        let (sine, cosine) = (math::sin(root), math::cos(root));
        root -= (sine - root * cosine) / (root * sine);
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    const MATERIAL: Material = Material {
        radius_m: 5e-6,
        diffusivity_m2_s: 3.3e-14,
        concentration_mol_m3: 33_133.0,
    };

    fn flat<const M: usize>(stoichiometry: f64) -> Modal<1, M> {
        let mut sphere = Modal::new();
        sphere.load(0, &MATERIAL, stoichiometry);
        sphere
    }

    fn advance<const M: usize>(sphere: &mut Modal<1, M>, length_s: f64, from: f64, to: f64) {
        sphere.prepare(0, length_s, 1.0);
        sphere.advance(Mask::splat(true), Lanes::splat(from), Lanes::splat(to));
    }

    fn surface<const M: usize>(sphere: &mut Modal<1, M>, density: f64) -> f64 {
        sphere.prepare(0, 0.0, 1.0);
        let line = sphere.line();
        (line.base + line.per_final * density).lane(0)
    }

    #[test]
    fn roots_are_those_of_the_tables() {
        for (m, expected) in [(1, 4.493_409_458), (2, 7.725_251_837), (5, 17.220_755_272)] {
            assert!((sphere_root(m) - expected).abs() < 1e-9);
        }
    }

    /// Constant flux, long time: the surface lies `j R / (5 F D c)` below the mean, exactly.
    #[test]
    fn steady_state_is_exact_for_any_number_of_modes() {
        let mut sphere = flat::<8>(0.5);
        for _ in 0..40 {
            advance(&mut sphere, 256.0, 0.01, 0.01);
        }
        let scale = FARADAY_C_MOL * MATERIAL.diffusivity_m2_s * MATERIAL.concentration_mol_m3;
        let exact = 0.01 * MATERIAL.radius_m / (5.0 * scale);
        let below = sphere.mean().lane(0) - surface(&mut sphere, 0.01);
        assert!(
            (below / exact - 1.0).abs() < 1e-12,
            "{below} against {exact}"
        );
    }

    #[test]
    fn one_long_step_equals_many_short_ones_and_foretells_its_surface() {
        let mut long = flat::<16>(0.6);
        long.prepare(0, 64.0, 1.3);
        let line = long.line();
        let foretold = line.base + line.per_initial * 0.1 + line.per_final * 0.3;
        long.advance(Mask::splat(true), Lanes::splat(0.1), Lanes::splat(0.3));
        let mut short = flat::<16>(0.6);
        for i in 0..64 {
            let at = |n: i32| 0.1 + 0.2 * f64::from(n) / 64.0;
            short.prepare(0, 1.0, 1.3);
            short.advance(
                Mask::splat(true),
                Lanes::splat(at(i)),
                Lanes::splat(at(i + 1)),
            );
        }
        assert!((long.mean().lane(0) - short.mean().lane(0)).abs() < 1e-14);
        long.prepare(0, 0.0, 1.3);
        let line = long.line();
        let reached = (line.base + line.per_final * 0.3).lane(0);
        short.prepare(0, 0.0, 1.3);
        let line = short.line();
        let in_small_steps = (line.base + line.per_final * 0.3).lane(0);
        assert!((reached - in_small_steps).abs() < 1e-14);
        assert!((reached - foretold.lane(0)).abs() < 1e-14);
    }

    /// Root of `tan λ = λ` between the poles of the tangent, by bisection of `sin λ − λ cos λ`.
    fn root_by_bisection(m: u32) -> f64 {
        let f = |x: f64| math::sin(x) - x * math::cos(x);
        let mut low = f64::from(m) * std::f64::consts::PI;
        let mut high = low + std::f64::consts::FRAC_PI_2;
        let sign = f(low).signum();
        for _ in 0..80 {
            let middle = 0.5 * (low + high);
            if f(middle).signum() == sign {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    }

    /// Carslaw & Jaeger: surface of a sphere under constant flux from a flat start, 400 terms with
    /// roots found in another way.
    #[test]
    fn constant_flux_sphere_follows_the_closed_form() {
        let flux = 0.07;
        let (radius, diffusivity) = (MATERIAL.radius_m, MATERIAL.diffusivity_m2_s);
        let scale = flux * radius / (FARADAY_C_MOL * diffusivity * MATERIAL.concentration_mol_m3);
        let roots: Vec<f64> = (1..=400).map(root_by_bisection).collect();
        let mut sphere = flat::<8>(0.4);
        let mut time_s = 0.0;
        for length_s in [
            1.0, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0,
        ] {
            advance(&mut sphere, length_s, flux, flux);
            time_s += length_s;
            let tau = diffusivity * time_s / (radius * radius);
            let mut series = 0.2;
            for root in &roots {
                let square = root * root;
                series -= 2.0 / square * math::exp(-square * tau);
            }
            let exact = 0.4 - scale * (3.0 * tau + series);
            let error = (surface(&mut sphere, flux) - exact).abs();
            if time_s >= 10.0 {
                assert!(error < 2e-4 * scale, "at {time_s} s off by {error}");
            }
            if time_s >= 100.0 {
                assert!(error < 1e-9, "at {time_s} s off by {error}");
            }
        }
    }
}
