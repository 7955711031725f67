//! Every input of the shipped lines outside of what it can be stops the sample and is named.
//!
//! Goal: nothing is clamped in silence. Method: each input of both shipped plants alone is set to
//! no number, to below zero, and to zero; the run must fail with an error that
//! says the input's name. What may be zero is listed, and the list is exact.

use std::collections::BTreeSet;

use cellwright::document::Disk;
use cellwright::run::binding::Binding;
use cellwright::run::documents;
use cellwright::twin::{Line, Status, TwinError};

fn plant(scenario: &str) -> (Line, Vec<f64>) {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let found = documents::read(&disk, scenario).unwrap_or_else(|rejected| {
        panic!("{}", rejected.diagnostics.render(&rejected.sources, false))
    });
    let binding = Binding::new(&found.plant, &found.new, &found.model).expect("bound");
    let line = found.plant.line().expect("a line").clone();
    let values = binding.nominal[..line.input_count()].to_vec();
    (line, values)
}

fn run(line: &Line, values: &[f64]) -> Status {
    let mut row = vec![0.0; line.output_count()];
    let status = line.run(values, &mut row);
    match status {
        Status::Failed(_) => assert!(row.iter().all(|value| value.is_nan())),
        Status::Valid(_) => assert!(row.iter().all(|value| value.is_finite())),
    }
    status
}

/// What may be nothing: shares of the recipe, what is lost, leaks or is taken up, deviations, times.
const MAY_BE_ZERO: [&str; 47] = [
    "calendering.line_load",
    "calendering.springback",
    "cell.anode_uptake_rate",
    "cell.anode_uptake_saturation",
    "cell.anode_water",
    "cell.cathode_uptake_rate",
    "cell.cathode_uptake_saturation",
    "cell.cathode_water",
    "cell.separator_areal_mass",
    "cell.separator_water",
    "coating.flow_variation",
    "coating.levelling_length",
    "coating.lip_downstream",
    "coating.lip_upstream",
    "coating.pump_ripple",
    "coating.slot_gap_variation",
    "coating.speed_variation",
    "coating.vacuum",
    "coating.width_variation",
    "dry_room.exposure_time",
    "dry_room.leak_flow",
    "dry_room.people",
    "dry_room.water_per_person",
    "drying.air_solvent_fraction",
    "drying.air_solvent_ratio",
    "drying.desorption_activation_energy",
    "drying.equilibrium_solvent",
    "drying.foil_heat_capacity",
    "drying.zone[*].heat_transfer_bottom",
    "electrolyte.chloride",
    "electrolyte.hf",
    "electrolyte.hydrolysis_rate",
    "electrolyte.water",
    "filling.capillary_pressure",
    "filling.contact_angle",
    "filling.excess",
    "filling.soak_time",
    "filling.vacuum_pressure",
    "slurry.activation_energy",
    "slurry.binder_fraction",
    "slurry.carbon_fraction",
    "slurry.density_variation",
    "slurry.hold_time",
    "slurry.infinite_shear_viscosity",
    "slurry.mixing_energy",
    "slurry.relaxation_time",
    "slurry.solids_variation",
];

#[test]
fn every_input_outside_of_what_it_can_be_is_refused_by_name() {
    let mut zero = BTreeSet::new();
    let mut names = BTreeSet::new();
    for scenario in [
        "scenarios/line3-faster.toml",
        "scenarios/line2-graphite.toml",
    ] {
        let (line, values) = plant(scenario);
        let ports = line.inputs();
        for (at, port) in ports.iter().enumerate() {
            let name = port.name.as_str();
            names.insert(port.name.clone());
            let with = |value: f64| {
                let mut changed = values.clone();
                changed[at] = value;
                run(&line, &changed)
            };
            for none in [f64::NAN, f64::INFINITY] {
                let failed = Status::Failed(TwinError::NotFinite { port: at });
                assert_eq!(with(none), failed, "{name} is {none}");
            }
            // Whatever it is, the sample is finite or failed.
            for huge in [1e6, 1e30, f64::MAX] {
                with(huge * values[at].abs().max(1e-9));
            }
            match with(-values[at].abs() - 1e-9) {
                Status::Valid(_) => panic!("{name} may be below zero"),
                Status::Failed(error) => {
                    let said = error.to_string();
                    assert!(said.contains(name), "{name} below zero: {said}");
                }
            }
            match with(0.0) {
                Status::Valid(_) => {
                    zero.insert(dictionary_name(name));
                }
                Status::Failed(error) => {
                    let said = error.to_string();
                    assert!(said.contains(name), "{name} is zero: {said}");
                }
            }
        }
    }
    let listed: BTreeSet<String> = MAY_BE_ZERO.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(zero, listed);
    assert!(names.len() > 140, "{} inputs", names.len());
}

/// The name with its zone left open.
fn dictionary_name(name: &str) -> String {
    match (name.find('['), name.find(']')) {
        (Some(open), Some(close)) => format!("{}[*]{}", &name[..open], &name[close + 1..]),
        _ => name.to_owned(),
    }
}
