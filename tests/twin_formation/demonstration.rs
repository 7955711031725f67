//! The demonstration cell: shipped BPX file, shipped prior, shipped protocol.

use cellwright::model::bpx::Bpx;
use cellwright::twin::formation::{
    BaseLoadings, Cell, Heat, Model, Modes, PristineState, Protocol, Request, Resolution,
    SeiMechanism, SeiParameters, TwoCycles,
};
use std::path::PathBuf;

fn shipped(relative: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("models")
        .join(relative);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Returns the text of the shipped cell file.
pub fn cell_text() -> String {
    shipped("cells/nmc111-graphite-12.5Ah.bpx.json")
}

/// Returns the shipped cell file.
pub fn bpx() -> Bpx {
    Bpx::parse(&cell_text()).expect("the shipped cell reads")
}

/// Returns the number before the unit, which must be `unit`.
fn quantity(text: &str, unit: &str) -> f64 {
    let (number, found) = text.split_once(' ').unwrap_or((text, "1"));
    assert_eq!(found, unit, "unit of `{text}`");
    number
        .parse()
        .unwrap_or_else(|_| panic!("`{text}` is not a quantity"))
}

/// Returns the shipped cell at 298.15 K with the shipped prior.
pub fn request() -> Request {
    let table: toml::Table = shipped("priors/formation-sei.toml")
        .parse()
        .expect("the prior is TOML");
    let get =
        |name: &str, unit: &str| quantity(table[name]["value"].as_str().expect("a value"), unit);
    Request {
        cell: Cell::from_bpx(&bpx()).expect("the cell file is complete"),
        pristine: PristineState {
            negative_stoichiometry: get("cell.anode_stoichiometry", "1"),
            positive_stoichiometry: get("cell.cathode_stoichiometry", "1"),
        },
        sei: SeiParameters {
            mechanism: SeiMechanism::EcReactionLimited {
                rate_constant_m_s: get("formation.sei_rate_constant", "m/s"),
                diffusivity_m2_s: get("formation.sei_diffusivity", "m^2/s"),
                concentration_mol_m3: get(
                    "electrolyte.ethylene_carbonate_concentration",
                    "mol/m^3",
                ),
            },
            initial_thickness_m: get("formation.sei_initial_thickness", "m"),
            molar_volume_m3_mol: get("formation.sei_molar_volume", "m^3/mol"),
            lithium_per_mole: get("formation.sei_lithium_per_mole", "1"),
            resistivity_ohm_m: get("formation.sei_resistivity", "ohm*m"),
            potential_v: get("formation.sei_potential", "V"),
            transfer_coefficient: get("formation.sei_transfer_coefficient", "1"),
            activation_j_mol: get("formation.sei_activation_energy", "J/mol"),
            area_factor: get("formation.sei_area_factor", "1"),
        },
        temperature_k: 298.15,
        heat: Heat::Isothermal,
        electrolyte: None,
        modes: Modes::Eight,
        resolution: Resolution::FAST,
    }
}

/// Returns the shipped protocol at [`TWO_CYCLES`].
pub fn protocol() -> Protocol {
    Protocol::two_cycles(&TWO_CYCLES)
}

/// Returns the first word of each step of the shipped protocol.
pub fn shipped_verbs() -> Vec<String> {
    let table: toml::Table = shipped("protocols/two-cycles.toml")
        .parse()
        .expect("the protocol is TOML");
    let steps = table["steps"].as_array().expect("steps");
    let verb = |step: &toml::Value| {
        let sentence = step.as_str().expect("a sentence");
        sentence.split(' ').next().expect("a word").to_owned()
    };
    steps.iter().map(verb).collect()
}

/// The numbers of [`protocol`].
pub const TWO_CYCLES: TwoCycles = TwoCycles {
    first_c_rate: 0.05,
    second_c_rate: 0.1,
    cut_off_c_rate: 0.02,
    voltage_max_v: 4.2,
    voltage_min_v: 2.7,
    rest_s: 3600.0,
};

/// Loadings at which its thicknesses hold.
pub const LOADINGS: BaseLoadings = BaseLoadings {
    anode_kg_m2: 0.1,
    cathode_kg_m2: 0.17,
};

/// Returns the demonstration cell as a twin model.
pub fn model() -> Model {
    Model::new(request(), LOADINGS, TWO_CYCLES).expect("the demonstration cell runs")
}
