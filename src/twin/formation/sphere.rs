//! What the engine asks of a particle: a sphere that takes up or gives lithium.
//!
//! In: one material per lane, step lengths, current densities that are linear over a step. Out: the
//! surface stoichiometry at the end of a step as a straight line in both current densities, and the
//! advanced profile. Two answers: `modal` (constant diffusivity, exact) and `volumes` (any
//! diffusivity, implicit).

use crate::lanes::Real;

/// One sphere of one material.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Material {
    /// Radius, m.
    pub(super) radius_m: f64,
    /// Diffusivity at the reference temperature, m²/s; a scale where it varies.
    pub(super) diffusivity_m2_s: f64,
    /// Lithium concentration at stoichiometry 1, mol/m³.
    pub(super) concentration_mol_m3: f64,
}

/// Surface stoichiometry at the end of a step: `base + per_initial j₀ + per_final j₁`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<R: Real> {
    pub(super) base: R,
    /// m²/A.
    pub(super) per_initial: R,
    /// m²/A.
    pub(super) per_final: R,
}

/// Particles of all lanes.
///
/// Current densities leave the particle, in A/m² of its surface.
pub(super) trait Sphere<R: Real> {
    /// Puts a material into a lane, with a flat profile.
    fn load(&mut self, lane: usize, material: &Material, stoichiometry: f64);

    /// Prepares the lanes of `lanes` for a step of `length_s`; 0 asks for the instant. The
    /// diffusivity is `factor` times that at the reference temperature. Other lanes have the length
    /// and the factor that they are prepared for.
    fn prepare(&mut self, lanes: R::Mask, length_s: R, factor: R);

    /// Returns the surface at the end of the prepared step.
    fn line(&mut self) -> Line<R>;

    /// Works the line out anew around the step with these current densities, where the diffusivity
    /// follows the profile; returns how far the surface has moved.
    fn refine(&mut self, initial: R, last: R) -> R;

    /// Takes the prepared step in the lanes of `taken`.
    fn advance(&mut self, taken: R::Mask, initial: R, last: R);

    /// Volume mean of the stoichiometry.
    fn mean(&self) -> R;
}

/// Particles of either kind behind one face: one compiled engine for both.
impl<R: Real> Sphere<R> for Box<dyn Sphere<R>> {
    fn load(&mut self, lane: usize, material: &Material, stoichiometry: f64) {
        (**self).load(lane, material, stoichiometry);
    }

    fn prepare(&mut self, lanes: R::Mask, length_s: R, factor: R) {
        (**self).prepare(lanes, length_s, factor);
    }

    fn line(&mut self) -> Line<R> {
        (**self).line()
    }

    fn refine(&mut self, initial: R, last: R) -> R {
        (**self).refine(initial, last)
    }

    fn advance(&mut self, taken: R::Mask, initial: R, last: R) {
        (**self).advance(taken, initial, last);
    }

    fn mean(&self) -> R {
        (**self).mean()
    }
}
