//! The formation of a plant from its documents: cell file, interphase, protocol, loadings.
//!
//! In: recipe, model and cell file. Out: a [`formation::Model`], and the names it needs. The law of
//! the film is that of the names given: one number of an additive asks for all of them. Behind a
//! line the loading at which the cell file holds follows from its thickness, its porosity and the
//! density of the solids; without a line it is the loading that the documents state, which then
//! is a name for the coating of the file and can only be moved relative to it.

use super::documents::CellDocuments;
use super::schedule::schedule;
use crate::model::document::Model;
use crate::recipe::Recipe;
use crate::twin::formation::{
    self, BaseLoadings, Film, Modes, PristineState, Request, Resolution, SeiMechanism,
    SeiParameters,
};

/// Names that formation needs besides the plant's ports.
pub const OF_FORMATION: [&str; 6] = [
    "formation.sei_molar_volume",
    "formation.sei_lithium_per_mole",
    "formation.sei_resistivity",
    "formation.sei_potential",
    "formation.sei_transfer_coefficient",
    "electrolyte.ethylene_carbonate_concentration",
];

/// The law of the film that recipe and model give numbers for.
#[must_use]
pub fn film_of(recipe: &Recipe, model: &Model) -> Film {
    Film::of_names(|name| {
        recipe.parameters.contains_key(name) || model.parameters.contains_key(name)
    })
}

/// The same formation with 64 modes and the finest steps, to compare with; nothing without a cell,
/// or where it cannot be built.
#[must_use]
pub fn finest_formation(
    recipe: &Recipe,
    model: &Model,
    cell: Option<&CellDocuments>,
) -> Option<formation::Model> {
    formation_model(recipe, model, cell?, (Modes::SixtyFour, Resolution::FINE)).ok()
}

/// The formation of the cell file, at the loadings its thicknesses stand for.
///
/// # Errors
/// [`formation::FormationError`] for what the cell file lacks and for impossible numbers.
pub fn formation_model(
    recipe: &Recipe,
    model: &Model,
    cell: &CellDocuments,
    (modes, resolution): (Modes, Resolution),
) -> Result<formation::Model, formation::FormationError> {
    let bpx = &cell.bpx;
    // INVARIANT: the caller has checked that recipe or model gives every name.
    let get = |name: &str| {
        let of_recipe = recipe.number(name).map(crate::rational::Rational::to_f64);
        let of_model = || model.parameters.get(name).map(|p| p.number().to_f64());
        let of_file = || bpx.interphase.get(name).copied();
        of_recipe
            .or_else(of_model)
            .or_else(of_file)
            .unwrap_or(f64::NAN)
    };
    let own = formation::Cell::from_bpx(bpx)?;
    let request = Request {
        pristine: PristineState {
            negative_stoichiometry: get("cell.anode_stoichiometry"),
            positive_stoichiometry: get("cell.cathode_stoichiometry"),
        },
        sei: SeiParameters {
            mechanism: mechanism(film_of(recipe, model), &own, &get),
            initial_thickness_m: get("formation.sei_initial_thickness"),
            molar_volume_m3_mol: get("formation.sei_molar_volume"),
            lithium_per_mole: get("formation.sei_lithium_per_mole"),
            resistivity_ohm_m: get("formation.sei_resistivity"),
            potential_v: get("formation.sei_potential"),
            transfer_coefficient: get("formation.sei_transfer_coefficient"),
            activation_j_mol: get("formation.sei_activation_energy"),
            area_factor: get("formation.sei_area_factor"),
        },
        cell: own,
        temperature_k: get("formation.temperature"),
        heat: formation::Heat::Isothermal,
        electrolyte: None,
        modes,
        resolution,
    };
    let capacity_ah = request.cell.nominal_capacity_ah;
    let schedule = schedule(cell.protocol.as_ref(), capacity_ah, &get);
    let loadings = if model.has_line() {
        BaseLoadings {
            cathode_kg_m2: file_loading_kg_m2(&bpx.positive, cathode_density_kg_m3(&get)),
            anode_kg_m2: file_loading_kg_m2(&bpx.negative, get("anode.true_density")),
        }
    } else {
        BaseLoadings {
            cathode_kg_m2: get("cell.cathode_areal_loading"),
            anode_kg_m2: get("cell.anode_areal_loading"),
        }
    };
    formation::Model::new(request, loadings, schedule)
}

fn mechanism(film: Film, cell: &formation::Cell, get: &dyn Fn(&str) -> f64) -> SeiMechanism {
    let rate_constant_m_s = get("formation.sei_rate_constant");
    let diffusivity_m2_s = get("formation.sei_diffusivity");
    let concentration_mol_m3 = get("electrolyte.ethylene_carbonate_concentration");
    if film == Film::Ec {
        return SeiMechanism::EcReactionLimited {
            rate_constant_m_s,
            diffusivity_m2_s,
            concentration_mol_m3,
        };
    }
    let numbers: Vec<f64> = film.ports().iter().map(|port| get(&port.name)).collect();
    let per_area_1_m2 = cell.per_surface_1_m2(&cell.negative);
    let (additive, boost) = formation::additive_of_ports(&numbers, per_area_1_m2);
    SeiMechanism::EcWithAdditive {
        rate_constant_m_s,
        diffusivity_m2_s,
        concentration_mol_m3,
        additive,
        boost,
    }
}

/// Loading at which an electrode of the file has its thickness: thickness × solids × density.
fn file_loading_kg_m2(electrode: &crate::model::bpx::Electrode, density_kg_m3: f64) -> f64 {
    let porosity = electrode
        .porous
        .as_ref()
        .map_or(f64::NAN, |porous| porous.porosity);
    electrode.thickness_m * (1.0 - porosity) * density_kg_m3
}

/// True density of the dry cathode coating: 1/ρ = Σ wᵢ/ρᵢ (specs M1 without solvent).
fn cathode_density_kg_m3(get: &dyn Fn(&str) -> f64) -> f64 {
    let (binder, carbon) = (get("slurry.binder_fraction"), get("slurry.carbon_fraction"));
    1.0 / ((1.0 - binder - carbon) / get("slurry.active_density")
        + binder / get("slurry.binder_density")
        + carbon / get("slurry.carbon_density"))
}
