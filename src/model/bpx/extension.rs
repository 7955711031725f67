//! What BPX has no field for: the interphase and the pristine cell, in `User-defined`.
//!
//! In: the section `User-defined/Formation (cellwright)` of a file. Out: SI numbers by dictionary
//! name; and back, so that a file this program writes brings everything it needs. BPX knows no
//! evidence: what is read from here counts as assumed until a model says better.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::section::Section;
use super::{BpxError, ModelKind};

/// Name of the block inside `User-defined`.
pub const BLOCK: &str = "Formation (cellwright)";

/// Dictionary name and field of every number of the block.
pub const FIELDS: [(&str, &str); 25] = [
    (
        "formation.sei_rate_constant",
        "SEI reaction rate constant [m.s-1]",
    ),
    (
        "formation.sei_diffusivity",
        "SEI solvent diffusivity [m2.s-1]",
    ),
    (
        "formation.sei_initial_thickness",
        "Initial SEI thickness [m]",
    ),
    (
        "formation.sei_activation_energy",
        "SEI activation energy [J.mol-1]",
    ),
    (
        "formation.sei_area_factor",
        "SEI area per geometric particle area",
    ),
    (
        "formation.sei_molar_volume",
        "SEI partial molar volume [m3.mol-1]",
    ),
    ("formation.sei_lithium_per_mole", "Lithium per mole of SEI"),
    ("formation.sei_resistivity", "SEI resistivity [Ohm.m]"),
    ("formation.sei_potential", "SEI open-circuit potential [V]"),
    (
        "formation.sei_transfer_coefficient",
        "SEI transfer coefficient",
    ),
    (
        "electrolyte.ethylene_carbonate_concentration",
        "EC concentration [mol.m-3]",
    ),
    (
        "cell.anode_stoichiometry",
        "Pristine negative stoichiometry",
    ),
    (
        "cell.cathode_stoichiometry",
        "Pristine positive stoichiometry",
    ),
    (
        "formation.additive_rate_constant",
        "Additive reaction rate constant [m.s-1]",
    ),
    (
        "formation.additive_diffusivity",
        "Additive diffusivity in SEI [m2.s-1]",
    ),
    (
        "formation.additive_potential",
        "Additive reduction potential [V]",
    ),
    (
        "formation.additive_transfer_coefficient",
        "Additive transfer coefficient",
    ),
    (
        "formation.additive_electrons",
        "Electrons per molecule of additive",
    ),
    (
        "formation.additive_molar_volume",
        "Additive SEI partial molar volume [m3.mol-1]",
    ),
    (
        "formation.additive_lithium_per_mole",
        "Lithium per mole of additive SEI",
    ),
    (
        "electrolyte.additive_concentration",
        "Additive concentration [mol.m-3]",
    ),
    ("electrolyte.volume", "Electrolyte volume [m3]"),
    ("formation.boost_per_c_rate", "SEI boost per C-rate"),
    ("formation.boost_rise_time", "SEI boost rise time [s]"),
    ("formation.boost_decay_time", "SEI boost decay time [s]"),
];

/// Reads the block, if the file has one.
pub(super) fn read(user_defined: &Section<'_>) -> Result<BTreeMap<String, f64>, BpxError> {
    let mut found = BTreeMap::new();
    if !user_defined.has(BLOCK) {
        return Ok(found);
    }
    let block = user_defined.section(BLOCK, ModelKind::Spm)?;
    let mut known: Vec<&str> = FIELDS.iter().map(|(_, field)| *field).collect();
    known.push("description");
    block.only(&known)?;
    for (name, field) in FIELDS {
        if let Some(value) = block.optional(field)? {
            found.insert(name.to_owned(), value);
        }
    }
    Ok(found)
}

/// Writes the block from numbers by dictionary name; names without a field are left out.
#[must_use]
pub(super) fn written(numbers: &BTreeMap<String, f64>) -> Value {
    let mut block = Map::new();
    let description = "interphase and pristine cell for formation; not part of BPX";
    block.insert("description".to_owned(), json!(description));
    for (name, field) in FIELDS {
        if let Some(value) = numbers.get(name) {
            block.insert(field.to_owned(), json!(value));
        }
    }
    Value::Object(block)
}
