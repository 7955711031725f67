//! Diffusion of lithium in a sphere with constant diffusivity, exact in time, in lanes.
//!
//! In: surface current density, linear over a step. Out: mean and surface stoichiometry. The
//! radial eigenfunctions of the sphere with given flux have the roots of `tan λ = λ`, and
//! `x_surface = x_mean + Σ w_m − T j R / (F D c)` with `dw_m/dt = −μ_m w_m − 2 j / (F R c)`,
//! `μ_m = λ_m² D / R²`. The tail `T = 1/5 − Σ 2/λ_m²` stands for the modes left out and makes the
//! steady state exact for any number of modes. Each mode is integrated exactly, whatever the step:
//! `w → E w − c j₀ − r (j₁ − j₀)`. The factors of a step are worked out mode by mode, in all lanes
//! together; exponentials only where a length is neither the last one nor two or four of it.
//!
//! Source: modal solution after Carslaw & Jaeger, Conduction of Heat in Solids, section 9.8.

use super::cell::FARADAY_C_MOL;
use super::sphere::{Line, Material, Sphere};
use crate::lanes::{Choice, Lanes, Real};
use crate::math;

/// Modes worked on together; a property of the arithmetic, not of the machine.
const GROUP: usize = 8;

/// Eight modes of every lane.
#[derive(Debug, Clone)]
struct Group<R> {
    amplitude: [R; GROUP],
    decay: [R; GROUP],
    constant: [R; GROUP],
    ramp: [R; GROUP],
    /// `1 − exp(−μ h)` for the length prepared.
    lost: [R; GROUP],
    /// Squares of the roots, the same for every lane.
    squares: [f64; GROUP],
    inverse_squares: [f64; GROUP],
}

/// Spheres in groups of modes.
#[derive(Debug, Clone)]
pub(super) struct Modal<R> {
    mean: R,
    groups: Vec<Group<R>>,
    per_initial: R,
    per_final: R,
    /// Change of the mean per sum of initial and final current density, m²/A.
    per_sum: R,
    /// What the modes leave out of 1/5.
    tail: f64,
    /// Length (s) and rate (1/s) for which `lost` holds.
    prepared_s: R,
    prepared_1_s: R,
    /// `D / R²` at the reference temperature, 1/s.
    rate_1_s: R,
    /// `1 / (F R c)`, m²/(A s).
    gain: R,
}

impl<R: Real> Modal<R> {
    /// Makes empty lanes with so many groups of eight modes.
    pub(super) fn new(groups: usize) -> Self {
        let mut tail = 0.2;
        let (zero, one) = (R::splat(0.0), R::splat(1.0));
        let groups = (0..groups).map(|group| {
            let squares = std::array::from_fn(|i| {
                let root = sphere_root(group * GROUP + i + 1);
                tail -= 2.0 / (root * root);
                root * root
            });
            Group {
                amplitude: [zero; GROUP],
                decay: [one; GROUP],
                constant: [zero; GROUP],
                ramp: [zero; GROUP],
                lost: [zero; GROUP],
                squares,
                inverse_squares: squares.map(|square: f64| 1.0 / square),
            }
        });
        let groups = groups.collect();
        Self {
            mean: R::splat(0.5),
            groups,
            per_initial: zero,
            per_final: zero,
            per_sum: zero,
            tail,
            prepared_s: R::splat(f64::NAN),
            prepared_1_s: R::splat(f64::NAN),
            rate_1_s: one,
            gain: one,
        }
    }

    /// Works out what decays over a step of a length that is new to some lanes, one by one: eight
    /// modes are the vector then.
    #[inline(always)]
    fn decay_anew(&mut self, is_fresh: R::Mask, rate_1_s: R, length_s: R) {
        if !is_fresh.any() {
            return;
        }
        for lane in (0..R::COUNT).filter(|&lane| is_fresh.lane(lane)) {
            let (rate_1_s, length_s) = (rate_1_s.lane(lane), length_s.lane(lane));
            for group in &mut self.groups {
                let lost = (Lanes::new(group.squares) * rate_1_s * length_s).decayed();
                // In one place before it is strewn: otherwise it is not worked out in vectors.
                let lost = std::hint::black_box(lost).to_array();
                for (slot, lost) in group.lost.iter_mut().zip(lost) {
                    slot.set_lane(lane, lost);
                }
            }
        }
    }

    /// Fills in the factors of a step and returns the sums of `constant` and `ramp`.
    #[inline(always)]
    fn fill(&mut self, step: &Prepared<R>) -> (R, R) {
        let (zero, one) = (R::splat(0.0), R::splat(1.0));
        let inverse_rate = step.rate_1_s.inverse();
        let per_length = inverse_rate / step.length_s;
        let mode_gain = self.gain * 2.0 * inverse_rate;
        let (mut constants, mut ramps) = (zero, zero);
        for group in &mut self.groups {
            let (mut constant_of, mut ramp_of) = ([zero; GROUP], [zero; GROUP]);
            for at in 0..GROUP {
                // Hides from the compiler that the modes are alike: see `each_mode`.
                let i = std::hint::black_box(at) % GROUP;
                let kept = group.lost[i];
                // 1 − E² = (1 − E)(2 − (1 − E)): most steps double, and need no exponential.
                let twice = kept * (-kept + 2.0);
                let fourfold = twice * (-twice + 2.0);
                let lost = step.is_twice.select(twice, kept);
                let lost = step.is_fourfold.select(fourfold, lost);
                let steady = mode_gain * group.inverse_squares[i];
                let constant = lost * steady;
                let ramp = steady - constant * (per_length * group.inverse_squares[i]);
                group.lost[i] = lost;
                group.decay[i] = step.moves.select(one - lost, one);
                group.constant[i] = step.moves.select(constant, zero);
                group.ramp[i] = step.moves.select(ramp, zero);
                constant_of[i] = constant;
                ramp_of[i] = ramp;
            }
            constants = constants + sum(constant_of);
            ramps = ramps + sum(ramp_of);
        }
        (constants, ramps)
    }
}

/// The step that is prepared, and how its factors follow from those at hand.
struct Prepared<R: Real> {
    rate_1_s: R,
    /// 1 at an instant.
    length_s: R,
    /// Where time goes on.
    moves: R::Mask,
    is_twice: R::Mask,
    is_fourfold: R::Mask,
}

impl<R: Real> Sphere<R> for Modal<R> {
    fn load(&mut self, lane: usize, material: &Material, stoichiometry: f64) {
        let radius_m = material.radius_m;
        let rate_1_s = material.diffusivity_m2_s / (radius_m * radius_m);
        self.rate_1_s.set_lane(lane, rate_1_s);
        let gain = 1.0 / (FARADAY_C_MOL * radius_m * material.concentration_mol_m3);
        self.gain.set_lane(lane, gain);
        self.mean.set_lane(lane, stoichiometry);
        // The factors of the last cell's last step are no start for this one's first: the same cell
        // after another one would get them by doubling, in other bits.
        self.prepared_s.set_lane(lane, f64::NAN);
        for amplitude in self.groups.iter_mut().flat_map(|g| &mut g.amplitude) {
            amplitude.set_lane(lane, 0.0);
        }
    }

    #[inline(always)]
    fn prepare(&mut self, _: R::Mask, length_s: R, factor: R) {
        // All lanes: what has not changed comes out the same again.
        let (zero, one) = (R::splat(0.0), R::splat(1.0));
        let rate_1_s = self.rate_1_s * factor;
        let moves = length_s.gt(zero);
        let length_s = moves.select(length_s, one);
        let is_known = moves & equal(rate_1_s, self.prepared_1_s);
        let is_multiple = |of: f64| is_known & equal(self.prepared_s * of, length_s);
        let (is_once, is_twice, is_fourfold) =
            (is_multiple(1.0), is_multiple(2.0), is_multiple(4.0));
        let is_known = is_once | is_twice | is_fourfold;
        self.decay_anew(moves & !is_known, rate_1_s, length_s);
        let (constants, ramps) = self.fill(&Prepared {
            rate_1_s,
            length_s,
            moves,
            is_twice,
            is_fourfold,
        });
        self.prepared_s = moves.select(length_s, self.prepared_s);
        self.prepared_1_s = moves.select(rate_1_s, self.prepared_1_s);
        let tail = self.gain * self.tail / rate_1_s;
        let per_sum = self.gain * length_s * -1.5;
        self.per_sum = moves.select(per_sum, zero);
        self.per_initial = moves.select(per_sum - (constants - ramps), zero);
        self.per_final = moves.select(per_sum - ramps - tail, -tail);
    }

    #[inline(always)]
    fn line(&mut self) -> Line<R> {
        // Four sums side by side wait a quarter as long for their additions.
        let zero = R::splat(0.0);
        let mut sums = [self.mean, zero, zero, zero];
        for group in &self.groups {
            each_mode(
                #[inline(always)]
                |i| sums[i % 4] = sums[i % 4] + group.decay[i] * group.amplitude[i],
            );
        }
        Line {
            base: (sums[0] + sums[1]) + (sums[2] + sums[3]),
            per_initial: self.per_initial,
            per_final: self.per_final,
        }
    }

    #[inline(always)]
    fn refine(&mut self, _initial: R, _last: R) -> R {
        R::splat(0.0)
    }

    #[inline(always)]
    fn advance(&mut self, taken: R::Mask, initial: R, last: R) {
        let rise = last - initial;
        for group in &mut self.groups {
            each_mode(
                #[inline(always)]
                |i| {
                    let next = group.decay[i] * group.amplitude[i]
                        - group.constant[i] * initial
                        - group.ramp[i] * rise;
                    group.amplitude[i] = taken.select(next, group.amplitude[i]);
                },
            );
        }
        let mean = self.mean + self.per_sum * (initial + last);
        self.mean = taken.select(mean, self.mean);
    }

    #[inline(always)]
    fn mean(&self) -> R {
        self.mean
    }
}

/// Adds up a group, in pairs of pairs.
#[inline(always)]
fn sum<R: Real>([a, b, c, d, e, f, g, h]: [R; GROUP]) -> R {
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

/// Where two numbers are the same; nowhere for NaN.
#[inline(always)]
fn equal<R: Real>(a: R, b: R) -> R::Mask {
    a.le(b) & a.ge(b)
}

/// Does something for each mode of a group, written out: in a loop over modes a compiler gathers
/// across modes what lies side by side across lanes, which takes five times as long.
#[inline(always)]
fn each_mode(mut work: impl FnMut(usize)) {
    work(0);
    work(1);
    work(2);
    work(3);
    work(4);
    work(5);
    work(6);
    work(7);
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

    fn flat(groups: usize, stoichiometry: f64) -> Modal<f64> {
        let mut sphere = Modal::new(groups);
        sphere.load(0, &MATERIAL, stoichiometry);
        sphere
    }

    fn advance(sphere: &mut Modal<f64>, length_s: f64, from: f64, to: f64) {
        sphere.prepare(true, length_s, 1.0);
        sphere.advance(true, from, to);
    }

    fn surface(sphere: &mut Modal<f64>, density: f64) -> f64 {
        sphere.prepare(true, 0.0, 1.0);
        let line = sphere.line();
        line.base + line.per_final * density
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
        let mut sphere = flat(1, 0.5);
        for _ in 0..40 {
            advance(&mut sphere, 256.0, 0.01, 0.01);
        }
        let scale = FARADAY_C_MOL * MATERIAL.diffusivity_m2_s * MATERIAL.concentration_mol_m3;
        let exact = 0.01 * MATERIAL.radius_m / (5.0 * scale);
        let below = sphere.mean() - surface(&mut sphere, 0.01);
        assert!(
            (below / exact - 1.0).abs() < 1e-12,
            "{below} against {exact}"
        );
    }

    #[test]
    fn one_long_step_equals_many_short_ones_and_foretells_its_surface() {
        let mut long = flat(2, 0.6);
        long.prepare(true, 64.0, 1.3);
        let line = long.line();
        let foretold = line.base + line.per_initial * 0.1 + line.per_final * 0.3;
        long.advance(true, 0.1, 0.3);
        let mut short = flat(2, 0.6);
        for i in 0..64 {
            let at = |n: i32| 0.1 + 0.2 * f64::from(n) / 64.0;
            short.prepare(true, 1.0, 1.3);
            short.advance(true, at(i), at(i + 1));
        }
        assert!((long.mean() - short.mean()).abs() < 1e-14);
        long.prepare(true, 0.0, 1.3);
        let line = long.line();
        let reached = line.base + line.per_final * 0.3;
        short.prepare(true, 0.0, 1.3);
        let line = short.line();
        let in_small_steps = line.base + line.per_final * 0.3;
        assert!((reached - in_small_steps).abs() < 1e-14);
        assert!((reached - foretold).abs() < 1e-14);
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
        let mut sphere = flat(1, 0.4);
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
