//! The protocol that a model names is the one that is run.
//!
//! Goal: what the cycler does comes from one document, whose numbers may stand at setpoints of the
//! recipe. Method: the demonstration plant with protocols of its own, asked what happens; the
//! protocol that is shipped must give the bits of the built-in two cycles, and a protocol without a
//! discharge or a long rest offers no outcome that would rest on one.

mod common;

use cellwright::document::{Disk, Files, InMemory};
use cellwright::record::what_if::WhatIf;
use cellwright::run::documents::{self, PlantDocuments, Rejected};
use cellwright::run::what_if::{Ask, Subject, what_if};
use common::Overlay;

const MODEL: &str = "models/own.toml";
const RECIPE: &str = "scenarios/recipes/line3-nmc111.toml";

/// The demonstration plant with this protocol, or with none.
fn read(protocol: Option<&str>) -> Result<PlantDocuments, Rejected> {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let model = disk.read("models/line3-nmc111.toml").expect("the model");
    let model = String::from_utf8(model).expect("text");
    let shipped = "protocol = \"protocols/two-cycles.toml\"\n";
    assert!(model.contains(shipped), "{model}");
    let named = if protocol.is_some() {
        "protocol = \"own.protocol.toml\"\n"
    } else {
        ""
    };
    let text = model.replacen(shipped, named, 1);
    let own = InMemory::new()
        .with(MODEL, text)
        .with("models/own.protocol.toml", protocol.unwrap_or_default());
    documents::read_plant(&Overlay { own, disk }, MODEL, RECIPE)
}

fn plant(protocol: Option<&str>) -> PlantDocuments {
    read(protocol).unwrap_or_else(|rejected| {
        panic!("{}", rejected.diagnostics.render(&rejected.sources, false))
    })
}

fn asked(plant: &PlantDocuments, set: &[&str]) -> WhatIf {
    let subject = Subject {
        document: MODEL,
        recipe: &plant.recipe,
        model: &plant.model,
        plant: &plant.plant,
        cell: plant.cell.as_ref(),
    };
    let ask = Ask {
        stage: Some("formation".to_owned()),
        set: set.iter().map(|&one| one.to_owned()).collect(),
        sweep: None,
        verify_numerics: false,
    };
    what_if(&subject, &ask).expect("it is answered")
}

/// Outcomes by name, with their values after what was set.
fn outcomes(answer: &WhatIf) -> Vec<(&str, f64)> {
    let value = |values: &[Option<f64>]| values[0].expect("it is computed");
    let pairs = answer.outcomes.iter();
    pairs
        .map(|one| (one.name.as_str(), value(&one.values)))
        .collect()
}

fn steps(lines: &[&str]) -> String {
    format!(
        "schema = \"cellwright/protocol/1\"\ntitle = \"own\"\nsteps = [{}]\n",
        lines
            .iter()
            .map(|line| format!("\"{line}\""))
            .collect::<Vec<_>>()
            .join(", ")
    )
}

#[test]
fn the_shipped_protocol_has_the_bits_of_the_built_in_cycles() {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let shipped = disk
        .read("models/protocols/two-cycles.toml")
        .expect("it is shipped");
    let shipped = String::from_utf8(shipped).expect("text");
    let (built_in, named) = (plant(None), plant(Some(&shipped)));
    for set in [
        &[][..],
        &["formation.charge_rate=0.07 C_rate"],
        &["formation.rest_duration=2 h"],
    ] {
        let (expected, found) = (asked(&built_in, set), asked(&named, set));
        assert_eq!(outcomes(&expected), outcomes(&found), "{set:?}");
    }
    assert!(named.warnings.is_empty(), "every setpoint is read");
}

#[test]
fn numbers_loops_and_amperes_are_run_as_they_stand() {
    let sentences = steps(&[
        "Rest for 1 hour",
        "Charge at 0.625 A until 4.2 V",
        "Hold at 4.2 V until C/50",
        "Rest for 1 hour",
        "Discharge at C/20 until 2.7 V",
        "Rest for 1 hour",
    ]);
    let tables = "schema = \"cellwright/protocol/1\"\ntitle = \"own\"\n\
        [[step]]\nop = \"rest\"\nduration = \"1 h\"\n\
        [[step]]\nop = \"repeat\"\ntimes = 1\n\
        [[step.step]]\nop = \"cccv\"\ncurrent = \"-0.05 C_rate\"\nvoltage = \"4.2 V\"\n\
        until_current = \"0.02 C_rate\"\n\
        [[step.step]]\nop = \"rest\"\nduration = \"1 h\"\n\
        [[step]]\nop = \"cc\"\ncurrent = \"0.05 C_rate\"\nuntil_voltage = \"2.7 V\"\n\
        [[step]]\nlabel = \"degas\"\nop = \"rest\"\nduration = \"60 min\"\n";
    let (said, tabled) = (plant(Some(&sentences)), plant(Some(tables)));
    let (said, tabled) = (asked(&said, &[]), asked(&tabled, &[]));
    // 0.625 A is C/20 of 12.5 Ah.
    let (said, tabled) = (outcomes(&said), outcomes(&tabled));
    assert_eq!(said.len(), 12, "{said:?}");
    for ((name, a), (_, b)) in said.iter().zip(&tabled) {
        assert!((a / b - 1.0).abs() < 1e-9, "{name}: {a} and {b}");
    }
    // One cycle is over in little more than half the time of two, and has the same first cycle.
    let two = plant(None);
    let two = asked(&two, &[]);
    let of = |all: &[(&str, f64)], name: &str| {
        let found = all.iter().find(|(known, _)| *known == name);
        found.map_or(f64::NAN, |(_, value)| *value)
    };
    let (one, two) = (said, outcomes(&two));
    for name in [
        "formation.first_cycle_efficiency",
        "formation.first_charge_capacity",
    ] {
        assert!(
            (of(&one, name) / of(&two, name) - 1.0).abs() < 1e-9,
            "{name}"
        );
    }
    assert!(of(&one, "formation.duration") < 0.75 * of(&two, "formation.duration"));
}

#[test]
fn outcomes_that_the_protocol_does_not_define_are_not_offered() {
    let plant = plant(Some(&steps(&[
        "Rest for formation.rest_duration",
        "Charge at formation.charge_rate until 3.9 V",
        "Rest for 60 s",
    ])));
    let answer = asked(&plant, &[]);
    let names: Vec<&str> = outcomes(&answer)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        [
            "formation.lithium_loss",
            "formation.sei_thickness",
            "formation.duration",
            "formation.anode_potential_min",
            "formation.energy_in",
            "formation.energy_out",
        ]
    );
}

#[test]
fn a_setpoint_that_no_step_reads_is_said_and_one_that_the_recipe_lacks_is_asked_for() {
    let plant = plant(Some(&steps(&[
        "Charge at formation.charge_rate until 3.9 V",
    ])));
    let said = plant.warnings.render(&plant.sources, false);
    for idle in ["formation.second_rate", "formation.rest_duration"] {
        assert!(said.contains(&format!("reads `{idle}`")), "{said}");
    }
    assert!(!said.contains("reads `formation.charge_rate`"), "{said}");

    let lacking = steps(&["Rest for slurry.mixing_time", "Charge at C/20 until 3.9 V"]);
    let Err(rejected) = read(Some(&lacking)) else {
        panic!("the recipe has no `slurry.mixing_time`");
    };
    let said = rejected.diagnostics.render(&rejected.sources, false);
    assert!(said.contains("slurry.mixing_time"), "{said}");
}

#[test]
fn a_step_that_cannot_be_done_says_so_and_stops_nothing_silently() {
    let plant = plant(Some(&steps(&[
        "Charge at C/20 until 9 V",
        "Rest for 1 hour",
    ])));
    let answer = asked(&plant, &[]);
    let failed = answer.now_failed.as_deref().unwrap_or_default();
    assert!(
        failed.contains("a particle ran empty or full"),
        "{failed:?}"
    );
}

#[test]
fn every_protocol_of_the_reference_is_run() {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let page = disk.read("docs/reference/protocols.md").expect("the page");
    let page = String::from_utf8(page).expect("text");
    let blocks: Vec<&str> = page
        .split("```toml\n")
        .skip(1)
        .map(|rest| rest.split("```").next().expect("a block ends"))
        .collect();
    assert_eq!(blocks.len(), 2);
    for block in blocks {
        let answer = asked(&plant(Some(block)), &[]);
        assert_eq!(answer.now_failed, None, "{block}");
        assert!(outcomes(&answer).len() > 6, "{block}");
    }
}
