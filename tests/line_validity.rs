//! Every input of the shipped lines outside of what it can be stops the sample and is named.
//!
//! Goal: nothing is clamped in silence. Method: each input of both shipped plants alone is set to
//! no number, to below zero, to zero, and to a million times what it is; the run must fail with an
//! error that says the input's name. What may be zero is listed, and so is what has no end of its
//! own: sizes, flows, rates, times and forces. Both lists are exact. A large value that fails or gets
//! a flag for what it does to the line is told so by the stage that it breaks.

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

/// What ends nowhere, or further up than a million times what it is: sizes, flows, rates, times,
/// forces, and viscosities up to a glass.
const HAS_NO_END: [&str; 43] = [
    "anode.thickness",
    "calendering.compaction_resistance",
    "calendering.foil_thickness",
    "calendering.line_load",
    "calendering.mill_stiffness",
    "calendering.roll_radius",
    "cell.anode_uptake_rate",
    "cell.cathode_uptake_rate",
    "cell.electrode_area",
    "cell.electrode_pairs",
    "cell.electrode_width",
    "cell.separator_areal_mass",
    "cell.separator_thickness",
    "cell.uptake_exponent",
    "coating.gap",
    "coating.levelling_length",
    "coating.lip_downstream",
    "coating.lip_upstream",
    "coating.pump_frequency",
    "coating.slot_gap",
    "coating.slot_gap_variation",
    "coating.upstream_gap",
    "dry_room.air_changes",
    "dry_room.exposure_time",
    "dry_room.volume",
    "drying.exhaust_flow",
    "electrolyte.hydrolysis_rate",
    "electrolyte.viscosity",
    "filling.capillary_pressure",
    "filling.effective_pore_radius",
    "filling.excess",
    "filling.fill_pressure",
    "filling.soak_time",
    "slurry.agglomerate_initial",
    "slurry.hold_time",
    "slurry.infinite_shear_viscosity",
    "slurry.liquid_viscosity",
    "slurry.mixing_energy",
    "slurry.mixing_energy_scale",
    "slurry.particle_radius",
    "slurry.settling_radius",
    "slurry.tank_height",
    "slurry.zero_shear_viscosity",
];

#[test]
fn every_input_outside_of_what_it_can_be_is_refused_by_name() {
    let mut zero = BTreeSet::new();
    let (mut names, mut endless) = (BTreeSet::new(), BTreeSet::new());
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
            for huge in [1e30, f64::MAX] {
                with(huge * values[at].abs().max(1e-9));
            }
            if with(1.1e6 * values[at].abs().max(1e-6)) == run(&line, &values) {
                endless.insert(dictionary_name(name));
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
    let listed: BTreeSet<String> = HAS_NO_END.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(endless, listed);
    assert!(names.len() > 140, "{} inputs", names.len());
}

/// The name with its zone left open.
fn dictionary_name(name: &str) -> String {
    match (name.find('['), name.find(']')) {
        (Some(open), Some(close)) => format!("{}[*]{}", &name[..open], &name[close + 1..]),
        _ => name.to_owned(),
    }
}

/// What is no more than a slip of the pen is refused by name as well.
#[test]
fn what_nothing_reaches_is_refused_by_name() {
    let (line, values) = plant("scenarios/line3-faster.toml");
    let ports = line.inputs();
    for (name, value, said) in [
        ("anode.active_fraction", 1.2, "a share of at most 1"),
        ("calendering.springback", 1.5, "at most 1, twice"),
        ("calendering.stretch", 0.5, "0.95 to 2"),
        ("cell.cathode_water", 1.5, "a share of at most 1"),
        ("filling.contact_angle", 1.6, "a right angle"),
        ("filling.vacuum_pressure", 2e5, "`filling.fill_pressure`"),
        ("slurry.active_density", 47_700.0, "22 600 kg/m^3"),
    ] {
        let at = ports.iter().position(|port| port.name == name);
        let mut changed = values.clone();
        changed[at.expect(name)] = value;
        match run(&line, &changed) {
            Status::Valid(_) => panic!("{name} may be {value}"),
            Status::Failed(error) => {
                let text = error.to_string();
                assert!(text.contains(name) && text.contains(said), "{text}");
            }
        }
    }
}
