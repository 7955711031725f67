//! Writes a cell after formation as BPX 1.1.
//!
//! In: the text of the file the cell came from (0.x or 1.x) and what formation did to it. Out: the
//! same parameters in the layout of 1.1, the lost lithium in `State/Degradation`, the interphase
//! as it is now in `User-defined`. The layout follows the migration of the reference
//! implementation (`bpx` 1.1): temperatures and initial concentration move from
//! `Parameterisation` to `State`; the lumped thermal conductivity has no place in 1.x.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::extension::{self, BLOCK};
use super::{Bpx, BpxError};

/// The version written.
const VERSION: &str = "1.1.0";

/// What formation did to a cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Formed {
    /// Lithium bound in the interphase over all lithium before formation.
    pub lithium_lost_share: f64,
    /// Thickness of the coatings as made, negative and positive, m.
    pub thickness_m: (f64, f64),
    /// Temperature of the cell, K.
    pub temperature_k: f64,
    /// Interphase by dictionary name, SI; the thickness is the one after formation.
    pub interphase: BTreeMap<String, f64>,
}

/// Writes the file.
///
/// # Errors
/// [`BpxError`] when `text` is no BPX document.
pub fn after_formation(text: &str, formed: &Formed) -> Result<Value, BpxError> {
    let bpx = Bpx::parse(text)?;
    // INVARIANT: the line above has parsed the same text.
    let mut json: Value = serde_json::from_str(text).unwrap_or_default();
    let section = |json: &mut Value, name: &str| -> Option<Value> {
        let cell = json["Parameterisation"]["Cell"].as_object_mut()?;
        cell.remove(name)
    };
    for name in [
        "Ambient temperature [K]",
        "Initial temperature [K]",
        "Thermal conductivity [W.m-1.K-1]",
    ] {
        section(&mut json, name);
    }
    if let Some(electrolyte) = json["Parameterisation"]["Electrolyte"].as_object_mut() {
        electrolyte.remove("Initial concentration [mol.m-3]");
    }
    for (electrode, thickness_m) in [
        ("Negative electrode", formed.thickness_m.0),
        ("Positive electrode", formed.thickness_m.1),
    ] {
        json["Parameterisation"][electrode]["Thickness [m]"] = json!(thickness_m);
    }
    json["Header"]["BPX"] = json!(VERSION);
    json["State"] = state(&bpx, formed);
    let user = json["Parameterisation"]
        .as_object_mut()
        .map(|body| body.entry("User-defined").or_insert_with(|| json!({})));
    if let Some(user) = user {
        user[BLOCK] = extension::written(&formed.interphase);
    }
    Ok(json)
}

fn state(bpx: &Bpx, formed: &Formed) -> Value {
    let mut initial = Map::new();
    // The protocol ends with a discharge to the lower voltage.
    initial.insert("Initial state-of-charge".to_owned(), json!(0.0));
    initial.insert(
        "Initial temperature [K]".to_owned(),
        json!(formed.temperature_k),
    );
    if let Some(concentration) = bpx.initial.electrolyte_concentration_mol_m3 {
        let field = "Initial electrolyte concentration [mol.m-3]";
        initial.insert(field.to_owned(), json!(concentration));
    }
    let mut thermal = Map::new();
    let ambient = bpx.initial.ambient_temperature_k;
    let ambient = ambient.unwrap_or(formed.temperature_k);
    thermal.insert("Ambient temperature [K]".to_owned(), json!(ambient));
    if let Some(coefficient) = bpx.initial.heat_transfer_w_m2_k {
        let field = "Heat transfer coefficient [W.m-2.K-1]";
        thermal.insert(field.to_owned(), json!(coefficient));
    }
    json!({
        "Initial conditions": initial,
        "Thermal environment": thermal,
        "Degradation": {
            "LLI": formed.lithium_lost_share,
            "LAM: Positive electrode": 0.0,
            "LAM: Negative electrode": 0.0,
        },
    })
}
