//! One cell and one protocol, ready for a lane.
//!
//! In: a checked request. Out: the constants of the cell as the engine reads them. Nothing here
//! changes during a run.

use super::FormationError;
use super::cell::{Electrode, FARADAY_C_MOL, GAS_J_MOL_K, Heat, SeiParameters};
use super::film::{FilmConstants, Law};
use super::kinetics::SideConstants;
use super::protocol::Protocol;
use super::simulator::Request;
use super::sphere::Material;
use std::borrow::Cow;

/// Everything about a cell that does not change during a run.
#[derive(Debug, Clone)]
pub(super) struct CellConstants {
    pub(super) negative: SideConstants,
    pub(super) positive: SideConstants,
    pub(super) law: Law,
    pub(super) film: FilmConstants,
    pub(super) heat: Heat,
    pub(super) initial_thickness_m: f64,
    pub(super) temperature_k: f64,
    pub(super) reference_temperature_k: f64,
    pub(super) nominal_capacity_ah: f64,
    /// Charge bound in the film per thickness, Ah/m.
    pub(super) film_ah_m: f64,
    /// The same for film that an additive has made, Ah/m.
    pub(super) additive_ah_m: f64,
}

/// A cell, its protocol, and when to look at it.
#[derive(Debug, Clone)]
pub(super) struct Job<'a> {
    /// Place of its result.
    pub(super) index: usize,
    pub(super) cell: CellConstants,
    pub(super) protocol: Cow<'a, Protocol>,
    /// Rising times within each step at which to sample, s.
    pub(super) sample_times_s: &'a [Vec<f64>],
}

impl CellConstants {
    /// Works out the constants; the request has been checked.
    ///
    /// # Errors
    /// [`FormationError::OutOfRange`] for a diffusivity that is not above 0.
    pub(super) fn new(request: &Request) -> Result<Self, FormationError> {
        let cell = &request.cell;
        let film = FilmConstants::new(&request.sei);
        let negative_per_area = cell.per_surface_1_m2(&cell.negative);
        Ok(Self {
            negative: side(
                ("diffusivity of negative particles", &cell.negative),
                request.pristine.negative_stoichiometry,
                negative_per_area,
                cell.full_ah(&cell.negative),
            )?,
            positive: side(
                ("diffusivity of positive particles", &cell.positive),
                request.pristine.positive_stoichiometry,
                -cell.per_surface_1_m2(&cell.positive),
                cell.full_ah(&cell.positive),
            )?,
            law: Law::of(&request.sei.mechanism),
            film_ah_m: film_ah_m(film.current_per_growth, negative_per_area),
            additive_ah_m: film_ah_m(film.additive.current_per_growth, negative_per_area),
            film,
            heat: request.heat,
            initial_thickness_m: request.sei.initial_thickness_m,
            temperature_k: request.temperature_k,
            reference_temperature_k: cell.reference_temperature_k,
            nominal_capacity_ah: cell.nominal_capacity_ah,
        })
    }

    /// Makes the negative and the positive coating thicker by a factor each, at equal porosity.
    pub(super) fn scale_thickness(&mut self, [negative, positive]: [f64; 2]) {
        for (side, factor) in [
            (&mut self.negative, negative),
            (&mut self.positive, positive),
        ] {
            side.density_per_current_1_m2 /= factor;
            side.full_ah *= factor;
        }
        self.film_ah_m *= negative;
        self.additive_ah_m *= negative;
    }

    /// Replaces the film.
    pub(super) fn set_film(&mut self, parameters: &SeiParameters) {
        self.law = Law::of(&parameters.mechanism);
        self.film = FilmConstants::new(parameters);
        let per_area = self.negative.density_per_current_1_m2;
        self.film_ah_m = film_ah_m(self.film.current_per_growth, per_area);
        self.additive_ah_m = film_ah_m(self.film.additive.current_per_growth, per_area);
        self.initial_thickness_m = parameters.initial_thickness_m;
    }

    /// Returns the charge bound in the film at a thickness, `additive_m` of it made by an additive,
    /// Ah.
    pub(super) fn film_lithium_ah(&self, thickness_m: f64, additive_m: f64) -> f64 {
        self.film_ah_m * (thickness_m - self.initial_thickness_m - additive_m)
            + self.additive_ah_m * additive_m
    }
}

/// Charge bound in the film per thickness, Ah/m.
fn film_ah_m(current_per_growth: f64, density_per_current_1_m2: f64) -> f64 {
    -current_per_growth / density_per_current_1_m2 / 3600.0
}

/// Diffusivity at the reference temperature: the number, or 1 where the curve is used itself.
fn diffusivity_scale(quantity: &'static str, electrode: &Electrode) -> Result<f64, FormationError> {
    let Some(diffusivity_m2_s) = electrode.diffusivity_m2_s.constant() else {
        return Ok(1.0);
    };
    if diffusivity_m2_s > 0.0 && diffusivity_m2_s.is_finite() {
        return Ok(diffusivity_m2_s);
    }
    Err(FormationError::OutOfRange {
        quantity,
        value: diffusivity_m2_s,
        allowed: "above 0 m²/s",
    })
}

fn side(
    (diffusivity, electrode): (&'static str, &Electrode),
    stoichiometry: f64,
    density_per_current_1_m2: f64,
    full_ah: f64,
) -> Result<SideConstants, FormationError> {
    Ok(SideConstants {
        material: Material {
            radius_m: electrode.particle_radius_m,
            diffusivity_m2_s: diffusivity_scale(diffusivity, electrode)?,
            concentration_mol_m3: electrode.maximum_concentration_mol_m3,
        },
        stoichiometry,
        density_per_current_1_m2,
        exchange_scale_a_m2: electrode.exchange_current_scale_a_m2,
        exchange_activation_k: electrode.exchange_current_activation_j_mol / GAS_J_MOL_K,
        diffusivity_activation_k: electrode.diffusivity_activation_j_mol / GAS_J_MOL_K,
        full_ah,
    })
}

/// Charge of one mole of electrons, Ah.
pub(super) const FARADAY_AH_MOL: f64 = FARADAY_C_MOL / 3600.0;
