//! Diffusion of lithium in a sphere with constant diffusivity, exact in time.
//!
//! In: surface current density, linear over a step. Out: mean and surface stoichiometry. The
//! radial eigenfunctions of the sphere with given flux have the roots of `tan λ = λ`, and
//! `x_surface = x_mean + Σ w_m − T j R / (F D c)` with `dw_m/dt = −μ_m w_m − 2 j / (F R c)`,
//! `μ_m = λ_m² D / R²`. The tail `T = 1/5 − Σ 2/λ_m²` stands for the modes left out and makes the
//! steady state exact for any number of modes. Each mode is integrated exactly, whatever the step.
//! Steps are `H0 2^level`; their factors are tabulated, so that the time loop has no exponential.
//!
//! Source: modal solution after Carslaw & Jaeger, Conduction of Heat in Solids, section 9.8.

use super::cell::FARADAY_C_MOL;
use crate::math;

/// Shortest tabulated step, s.
pub const STEP_SHORTEST_S: f64 = 0.25;

/// Number of tabulated step lengths: 0.25 s to 512 s.
pub const STEP_LEVELS: usize = 12;

/// Returns the length of the steps of `level`, s.
#[must_use]
pub fn step_length_s(level: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a power of two below 2^12")]
    let multiple = (1_usize << level) as f64;
    STEP_SHORTEST_S * multiple
}

/// Factors of one step length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepFactors<const M: usize> {
    length_s: f64,
    /// `exp(−μ h)`.
    decay: [f64; M],
    /// `∫ exp(−μ s) ds`, times the mode gain.
    constant: [f64; M],
    /// Response to a ramp from 0 to 1, times the mode gain.
    ramp: [f64; M],
    /// Change of the surface stoichiometry per unit of the final current density.
    surface_per_final: f64,
}

impl<const M: usize> StepFactors<M> {
    /// Length of the step, s.
    pub fn length_s(&self) -> f64 {
        self.length_s
    }

    /// Returns d x_surface / d j_final, m²/A.
    pub fn surface_per_final(&self) -> f64 {
        self.surface_per_final
    }
}

/// Mean stoichiometry and mode amplitudes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Profile<const M: usize> {
    /// Volume mean of the stoichiometry, 1.
    pub mean: f64,
    mode: [f64; M],
}

impl<const M: usize> Profile<M> {
    /// Returns the flat profile.
    #[must_use]
    pub fn flat(stoichiometry: f64) -> Self {
        Self {
            mean: stoichiometry,
            mode: [0.0; M],
        }
    }
}

/// A sphere of one material at one temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct Particle<const M: usize> {
    rate_1_s: [f64; M],
    mean_gain: f64,
    mode_gain: f64,
    tail_gain: f64,
    levels: Vec<StepFactors<M>>,
}

impl<const M: usize> Particle<M> {
    /// Builds the sphere and tabulates its steps.
    ///
    /// # Units
    /// Radius in m, diffusivity in m²/s, concentration at stoichiometry 1 in mol/m³.
    #[must_use]
    pub fn new(radius_m: f64, diffusivity_m2_s: f64, concentration_mol_m3: f64) -> Self {
        let mut rate_1_s = [0.0; M];
        let mut tail = 0.2;
        for (m, rate) in rate_1_s.iter_mut().enumerate() {
            let root = sphere_root(m + 1);
            *rate = root * root * diffusivity_m2_s / (radius_m * radius_m);
            tail -= 2.0 / (root * root);
        }
        let per_surface = 1.0 / (FARADAY_C_MOL * radius_m * concentration_mol_m3);
        let mut particle = Self {
            rate_1_s,
            mean_gain: 3.0 * per_surface,
            mode_gain: 2.0 * per_surface,
            tail_gain: tail * radius_m / (FARADAY_C_MOL * diffusivity_m2_s * concentration_mol_m3),
            levels: Vec::with_capacity(STEP_LEVELS),
        };
        let mut lost = rate_1_s.map(|rate| -math::exp_m1(-rate * STEP_SHORTEST_S));
        for level in 0..STEP_LEVELS {
            particle
                .levels
                .push(particle.factors(step_length_s(level), &lost));
            // 1 - E² = (1 - E)(2 - (1 - E)): doubling without another exponential.
            lost = lost.map(|l| l * (2.0 - l));
        }
        particle
    }

    fn factors(&self, length_s: f64, lost: &[f64; M]) -> StepFactors<M> {
        let mut factors = StepFactors {
            length_s,
            decay: [0.0; M],
            constant: [0.0; M],
            ramp: [0.0; M],
            surface_per_final: 0.0,
        };
        let mut ramps = 0.0;
        for m in 0..M {
            let constant = lost[m] / self.rate_1_s[m];
            let ramp = (1.0 - constant / length_s) / self.rate_1_s[m];
            factors.decay[m] = 1.0 - lost[m];
            factors.constant[m] = self.mode_gain * constant;
            factors.ramp[m] = self.mode_gain * ramp;
            ramps += factors.ramp[m];
        }
        factors.surface_per_final = -(self.mean_gain * 0.5 * length_s + ramps + self.tail_gain);
        factors
    }

    /// Returns the tabulated factors of a level.
    #[inline]
    #[must_use]
    pub fn level(&self, level: usize) -> &StepFactors<M> {
        &self.levels[level]
    }

    /// Computes the factors of any step length, one exponential per mode.
    #[must_use]
    pub fn step_of(&self, length_s: f64) -> StepFactors<M> {
        let lost = self.rate_1_s.map(|rate| -math::exp_m1(-rate * length_s));
        self.factors(length_s, &lost)
    }

    /// Advances a profile by one step with a current density that is linear over the step.
    ///
    /// # Units
    /// Current density leaving the particle in A/m² of its surface.
    #[inline]
    #[must_use]
    pub fn advance(
        &self,
        profile: &Profile<M>,
        factors: &StepFactors<M>,
        initial_a_m2: f64,
        final_a_m2: f64,
    ) -> Profile<M> {
        let rise = final_a_m2 - initial_a_m2;
        let mut mode = [0.0; M];
        for m in 0..M {
            mode[m] = factors.decay[m] * profile.mode[m]
                - factors.constant[m] * initial_a_m2
                - factors.ramp[m] * rise;
        }
        let passed = factors.length_s * 0.5 * (initial_a_m2 + final_a_m2);
        Profile {
            mean: profile.mean - self.mean_gain * passed,
            mode,
        }
    }

    /// Returns the stoichiometry at the surface at a current density in A/m².
    #[inline]
    #[must_use]
    pub fn surface(&self, profile: &Profile<M>, current_a_m2: f64) -> f64 {
        let mut sum = profile.mean;
        for amplitude in profile.mode {
            sum += amplitude;
        }
        sum - self.tail_gain * current_a_m2
    }

    /// Returns d x_surface / d j at an instant, m²/A.
    #[inline]
    #[must_use]
    pub fn surface_per_current(&self) -> f64 {
        -self.tail_gain
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

    #[test]
    fn roots_are_those_of_the_tables() {
        for (m, expected) in [(1, 4.493_409_458), (2, 7.725_251_837), (5, 17.220_755_272)] {
            assert!((sphere_root(m) - expected).abs() < 1e-9);
        }
    }

    /// Constant flux, long time: the surface lies `j R / (5 F D c)` below the mean, exactly.
    #[test]
    fn steady_state_is_exact_for_any_number_of_modes() {
        let (radius, diffusivity, concentration) = (5e-6, 3e-14, 3e4);
        let particle = Particle::<4>::new(radius, diffusivity, concentration);
        let mut profile = Profile::flat(0.5);
        for _ in 0..40 {
            profile = particle.advance(&profile, particle.level(10), 0.05, 0.05);
        }
        let exact = 0.05 * radius / (5.0 * FARADAY_C_MOL * diffusivity * concentration);
        let below = profile.mean - particle.surface(&profile, 0.05);
        assert!(
            (below / exact - 1.0).abs() < 1e-12,
            "{below} against {exact}"
        );
    }

    #[test]
    fn one_long_step_equals_many_short_ones() {
        let particle = Particle::<8>::new(5e-6, 4e-15, 6e4);
        let long = particle.advance(&Profile::flat(0.6), particle.level(8), 0.1, 0.3);
        let mut short = Profile::flat(0.6);
        for i in 0..64 {
            let at = |n: i32| 0.1 + 0.2 * f64::from(n) / 64.0;
            short = particle.advance(&short, particle.level(2), at(i), at(i + 1));
        }
        assert!((particle.surface(&long, 0.3) - particle.surface(&short, 0.3)).abs() < 1e-14);
        let any = particle.step_of(step_length_s(8));
        let untabulated = particle.advance(&Profile::flat(0.6), &any, 0.1, 0.3);
        assert!((untabulated.mean - long.mean).abs() < 1e-15);
    }
}
