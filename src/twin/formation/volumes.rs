//! Diffusion of lithium in a sphere whose diffusivity follows the stoichiometry, in lanes.
//!
//! In: surface current density, linear over a step; a diffusivity as a function of stoichiometry.
//! Out: as `modal`. Shells that grow thinner towards the surface, where steps of current are felt;
//! implicit in time (`implicit`). The diffusivity is taken at the mean of the profiles at start and
//! end of the step and follows the end as it is found (`refine`). The surface lies half a shell
//! beyond the outermost centre, on the parabola with the gradients of both faces of that shell.

use super::cell::FARADAY_C_MOL;
use super::implicit::{Response, Row};
use super::potential::Potential;
use super::sphere::{Line, Material, Sphere};
use crate::lanes::{Choice, Real};
use crate::math;
use std::sync::Arc;

/// Shells per particle.
const SHELLS: usize = 80;

/// Shells grow thinner as this power of the distance from the surface.
const GRADING: f64 = 1.5;

/// Spheres in shells.
#[derive(Debug, Clone)]
pub(super) struct Volumes<R: Real> {
    diffusivity: Arc<Potential>,
    /// Radii of the shells' outer faces over that of the particle.
    faces: Vec<f64>,
    content: Vec<R>,
    /// Content at the end of the step as far as it is known.
    ahead: Vec<R>,
    row: Row<R>,
    response: Response<R>,
    length_s: R,
    factor: R,
    radius_m: R,
    /// `1 / (F c)`, m³/(A s).
    per_charge: R,
    /// Surface per current density beyond what the content gives, m²/A.
    skin: R,
    is_fresh: bool,
}

impl<R: Real> Volumes<R> {
    /// Makes lanes of a diffusivity (m²/s, of the stoichiometry).
    pub(super) fn new(diffusivity: Arc<Potential>) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "fewer than a hundred shells")]
        let faces = (1..=SHELLS)
            .map(|i| 1.0 - math::pow((SHELLS - i) as f64 / SHELLS as f64, GRADING))
            .collect();
        let half = vec![R::splat(0.5); SHELLS];
        let zero = vec![R::splat(0.0); SHELLS];
        Self {
            diffusivity,
            faces,
            content: half.clone(),
            ahead: half.clone(),
            row: Row::new(SHELLS),
            response: Response {
                base: half,
                per_initial: zero.clone(),
                per_final: zero,
            },
            length_s: R::splat(0.0),
            factor: R::splat(1.0),
            radius_m: R::splat(1.0),
            per_charge: R::splat(1.0),
            skin: R::splat(0.0),
            is_fresh: false,
        }
    }

    fn inner(&self, shell: usize) -> f64 {
        if shell > 0 {
            self.faces[shell - 1]
        } else {
            0.0
        }
    }

    fn centre(&self, shell: usize) -> f64 {
        0.5 * (self.inner(shell) + self.faces[shell])
    }

    fn diffusivity_at(&self, stoichiometry: R) -> R {
        let least = R::splat(0.0);
        let x = stoichiometry.at_least(least).at_most(R::splat(1.0));
        self.diffusivity.value_and_slope(x).0 * self.factor
    }

    /// Works out the response with the diffusivity of the profile between start and `ahead`.
    fn linearise(&mut self) {
        self.is_fresh = true;
        let middle: Vec<R> = self
            .content
            .iter()
            .zip(&self.ahead)
            .map(|(&a, &b)| (a + b) * 0.5)
            .collect();
        let diffusivity: Vec<R> = middle.iter().map(|&x| self.diffusivity_at(x)).collect();
        for i in 0..SHELLS {
            let (inner, outer) = (self.inner(i), self.faces[i]);
            let volume = (outer * outer * outer - inner * inner * inner) / 3.0;
            self.row.capacity[i] = self.radius_m * volume;
            if i + 1 < SHELLS {
                let mean = (diffusivity[i] + diffusivity[i + 1]) * 0.5;
                let distance = self.centre(i + 1) - self.centre(i);
                self.row.conductance[i] = mean * (outer * outer / distance) / self.radius_m;
            } else {
                self.row.per_source[i] = -self.per_charge / self.row.capacity[i];
            }
        }
        self.response = self.row.respond(&self.content, self.length_s);
        let thickness = self.faces[SHELLS - 1] - self.inner(SHELLS - 1);
        let surface = self.diffusivity_at(self.ahead[SHELLS - 1]);
        self.skin = -(self.radius_m * (0.375 * thickness) * self.per_charge / surface);
    }

    /// Surface stoichiometry of a content without current.
    fn outermost(&self, content: &[R]) -> R {
        let [before, last] = [content[SHELLS - 2], content[SHELLS - 1]];
        let thickness = self.faces[SHELLS - 1] - self.inner(SHELLS - 1);
        let distance = self.centre(SHELLS - 1) - self.centre(SHELLS - 2);
        last + (last - before) * (0.125 * thickness / distance)
    }

    fn straight(&self) -> Line<R> {
        Line {
            base: self.outermost(&self.response.base),
            per_initial: self.outermost(&self.response.per_initial),
            per_final: self.outermost(&self.response.per_final) + self.skin,
        }
    }
}

impl<R: Real> Sphere<R> for Volumes<R> {
    fn load(&mut self, lane: usize, material: &Material, stoichiometry: f64) {
        self.radius_m.set_lane(lane, material.radius_m);
        let per_charge = 1.0 / (FARADAY_C_MOL * material.concentration_mol_m3);
        self.per_charge.set_lane(lane, per_charge);
        for content in self.content.iter_mut().chain(&mut self.ahead) {
            content.set_lane(lane, stoichiometry);
        }
    }

    fn prepare(&mut self, lanes: R::Mask, length_s: R, factor: R) {
        self.length_s = lanes.select(length_s, self.length_s);
        self.factor = lanes.select(factor, self.factor);
        for (ahead, content) in self.ahead.iter_mut().zip(&self.content) {
            *ahead = lanes.select(*content, *ahead);
        }
        self.is_fresh = false;
    }

    fn line(&mut self) -> Line<R> {
        if !self.is_fresh {
            self.linearise();
        }
        self.straight()
    }

    fn refine(&mut self, initial: R, last: R) -> R {
        let foretold =
            |line: Line<R>| line.base + line.per_initial * initial + line.per_final * last;
        let before = foretold(self.straight());
        for i in 0..SHELLS {
            self.ahead[i] = self.response.base[i]
                + self.response.per_initial[i] * initial
                + self.response.per_final[i] * last;
        }
        self.linearise();
        foretold(self.straight()) - before
    }

    fn advance(&mut self, taken: R::Mask, initial: R, last: R) {
        for i in 0..SHELLS {
            let next = self.response.base[i]
                + self.response.per_initial[i] * initial
                + self.response.per_final[i] * last;
            self.content[i] = taken.select(next, self.content[i]);
            self.ahead[i] = taken.select(next, self.ahead[i]);
        }
        self.is_fresh = false;
    }

    fn mean(&self) -> R {
        let mut sum = R::splat(0.0);
        for i in 0..SHELLS {
            let (inner, outer) = (self.inner(i), self.faces[i]);
            sum = sum + self.content[i] * (outer * outer * outer - inner * inner * inner);
        }
        sum
    }
}
