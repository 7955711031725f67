//! Optional sections of the line, and how exact the dryer's steps are.
//!
//! Goal: a section reads what the stages made and changes none of it; what stands in for an input
//! gives what that input gives; half a section is refused. Method: one line with and one without,
//! closed forms, round trips, shipped documents with lines taken out; the dryer on grids halved twice.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[expect(dead_code, reason = "other tests read the rest of the table")]
mod line3;

use cellwright::document::{Disk, Files, ReadError};
use cellwright::math;
use cellwright::run::documents;
use cellwright::twin::binder::Shrinkage;
use cellwright::twin::chloride::Exposure;
use cellwright::twin::{Flags, Line, Section, Sections, Solvent, Status, TwinError};
use line3::{input, output};

/// Values of all section inputs, SI; those of zones hold for every zone.
const VALUES: [(&str, f64); 69] = [
    ("nozzle_velocity_top", 10.0),
    ("nozzle_velocity_bottom", 12.0),
    ("nozzle_width", 3e-3),
    ("nozzle_pitch", 150e-3),
    ("nozzle_distance", 20e-3),
    ("infrared_flux", 0.0),
    ("slurry.mixing_energy", 1.2e5),
    ("slurry.mixing_energy_scale", 4e4),
    ("slurry.agglomerate_initial", 60e-6),
    ("slurry.agglomerate_final", 3e-6),
    ("slurry.settling_radius", 10e-6),
    ("slurry.liquid_viscosity", 0.5),
    ("slurry.hold_time", 1_800.0),
    ("slurry.tank_height", 1.0),
    ("coating.lip_downstream", 1e-3),
    ("coating.lip_upstream", 1.5e-3),
    ("coating.upstream_gap", 200e-6),
    ("coating.slot_gap", 600e-6),
    ("coating.slot_gap_variation", 2e-6),
    ("coating.vacuum", 500.0),
    ("coating.pump_ripple", 0.005),
    ("coating.pump_frequency", 12.0),
    ("coating.levelling_length", 2.0),
    ("coating.flow_variation", 0.003),
    ("coating.speed_variation", 0.002),
    ("coating.width_variation", 0.001),
    ("slurry.solids_variation", 0.003),
    ("slurry.density_variation", 0.001),
    ("coating.comma_gap", 300e-6),
    ("binder.diffusivity", 5e-11),
    ("slurry.particle_radius", 5e-6),
    ("slurry.particle_shear_modulus", 50e9),
    ("calendering.roll_radius", 0.25),
    ("calendering.mill_stiffness", 20e9),
    ("calendering.foil_thickness", 15e-6),
    ("calendering.roll_gap", 80e-6),
    ("calendering.tortuosity_exponent", 0.8),
    ("calendering.uptake_density_low", 2_400.0),
    ("calendering.uptake_density_middle", 3_000.0),
    ("calendering.uptake_density_high", 3_500.0),
    ("calendering.uptake_ratio_low", 1.0),
    ("calendering.uptake_ratio_middle", 1.3),
    ("calendering.uptake_ratio_high", 1.8),
    ("filling.penetration_porosity_low", 0.2),
    ("filling.penetration_porosity_middle", 0.3),
    ("filling.penetration_porosity_high", 0.4),
    ("filling.penetration_square_low", 2e-8),
    ("filling.penetration_square_middle", 6e-8),
    ("filling.penetration_square_high", 5e-8),
    ("filling.permeability", 1e-15),
    ("filling.suction", 1e5),
    ("filling.external_pressure", 2e5),
    ("dry_room.frost_point", 228.15),
    ("dry_room.temperature", 298.15),
    ("dry_room.exposure_time", 7_200.0),
    ("cell.cathode_uptake_rate", 3e-4),
    ("cell.cathode_uptake_saturation", 2e-3),
    ("cell.anode_uptake_rate", 3e-4),
    ("cell.anode_uptake_saturation", 8e-3),
    ("cell.uptake_exponent", 0.5),
    ("dry_room.volume", 900.0),
    ("dry_room.air_changes", 30.0 / 3_600.0),
    ("dry_room.leak_flow", 15.0 / 3_600.0),
    ("dry_room.ambient_dew_point", 285.15),
    ("dry_room.people", 3.0),
    ("dry_room.water_per_person", 0.1 / 3_600.0),
    ("electrolyte.hydrolysis_rate", 1e-6),
    ("filling.soak_time", 86_400.0),
    ("electrolyte.chloride", 8e-6),
];

/// Values of a line's inputs: the reference table, else [`VALUES`].
fn values(line: &Line) -> Vec<f64> {
    let table = line3::table();
    let value = |name: &str| {
        let row = table.iter().find(|row| row.name == name);
        let suffix = name.split_once("].").map_or(name, |(_, rest)| rest);
        let own = VALUES.iter().find(|(known, _)| *known == suffix);
        row.map(|row| row.value)
            .or(own.map(|(_, value)| *value))
            .unwrap_or_else(|| panic!("no value for `{name}`"))
    };
    line.inputs().iter().map(|port| value(&port.name)).collect()
}

fn with(sections: &[Section]) -> Line {
    let set = sections
        .iter()
        .fold(Sections::NONE.with(Section::Cell), |set, &section| {
            set.with(section)
        });
    Line::with_sections(3, Solvent::Nmp, set)
}

fn run(line: &Line, values: &[f64]) -> (Vec<f64>, Flags) {
    let mut outputs = vec![0.0; line.output_count()];
    match line.run(values, &mut outputs) {
        Status::Valid(flags) => (outputs, flags),
        Status::Failed(error) => panic!("{error}"),
    }
}

fn close(found: f64, expected: f64, relative: f64) {
    assert!(
        (found - expected).abs() <= relative * expected.abs(),
        "{found} against {expected}"
    );
}

#[test]
fn sections_change_no_stage() {
    let stands_in = [Section::Nozzles, Section::RollGap];
    let most: Vec<Section> = Section::ALL
        .iter()
        .copied()
        .filter(|section| !stands_in.contains(section))
        .collect();
    let plain = Line::new(3, Solvent::Nmp);
    let full = with(&most).with_exposure(Exposure {
        imide_salt: true,
        steel: true,
    });
    let (before, _) = run(&plain, &values(&plain));
    let (after, _) = run(&full, &values(&full));
    for port in plain.outputs() {
        let (one, other) = (
            before[output(&plain, &port.name)],
            after[output(&full, &port.name)],
        );
        assert_eq!(one.to_bits(), other.to_bits(), "{}", port.name);
    }
    assert_eq!(after[output(&full, "electrolyte.chloride_risk")], 1.0);
}

#[test]
fn a_line_may_end_after_the_rolls() {
    let (plain, short) = (
        Line::new(3, Solvent::Nmp),
        Line::with_sections(3, Solvent::Nmp, Sections::NONE),
    );
    let (whole, _) = run(&plain, &values(&plain));
    let (part, _) = run(&short, &values(&short));
    assert_eq!(part, whole[..short.output_count()]);
    assert_eq!(
        short.outputs().last().unwrap().name,
        "calendering.areal_loading"
    );
}

#[test]
fn nozzles_stand_in_for_their_heat_transfer() {
    let nozzles = with(&[Section::Nozzles]);
    let (out, flags) = run(&nozzles, &values(&nozzles));
    assert!(!flags.contains(Flags::NOZZLE_EXTRAPOLATED));
    let plain = Line::new(3, Solvent::Nmp);
    let mut direct = values(&plain);
    for zone in 1..=3 {
        for side in ["top", "bottom"] {
            let found = out[output(
                &nozzles,
                &format!("drying.zone[{zone}].nozzle_heat_transfer_{side}"),
            )];
            direct[input(&plain, &format!("drying.zone[{zone}].heat_transfer_{side}"))] = found;
        }
    }
    let (expected, _) = run(&plain, &direct);
    let residual = "drying.residual_solvent";
    assert_eq!(
        out[output(&nozzles, residual)].to_bits(),
        expected[output(&plain, residual)].to_bits()
    );
    let mut slow = values(&nozzles);
    slow[input(&nozzles, "drying.zone[2].nozzle_velocity_top")] = 4.0;
    assert!(run(&nozzles, &slow).1.contains(Flags::NOZZLE_EXTRAPOLATED));
}

#[test]
fn the_gap_of_a_load_gives_that_load() {
    let by_load = with(&[Section::Rolls]);
    let (out, _) = run(&by_load, &values(&by_load));
    let by_gap = with(&[Section::RollGap]);
    let mut set = values(&by_gap);
    set[input(&by_gap, "calendering.roll_gap")] = out[output(&by_load, "calendering.nip_gap")];
    let (found, flags) = run(&by_gap, &set);
    assert!(!flags.contains(Flags::NOT_ROLLED));
    for name in [
        "calendering.porosity",
        "calendering.nip_load",
        "calendering.nip_pressure",
    ] {
        close(
            found[output(&by_gap, name)],
            out[output(&by_load, name)],
            1e-9,
        );
    }
    set[input(&by_gap, "calendering.roll_gap")] = 1e-3;
    let (idle, flags) = run(&by_gap, &set);
    assert!(flags.contains(Flags::NOT_ROLLED));
    assert_eq!(idle[output(&by_gap, "calendering.nip_load")], 0.0);
}

#[test]
fn binder_is_that_of_the_film_that_the_dryer_shrinks() {
    let line = with(&[Section::Binder, Section::Cracking]);
    let set = values(&line);
    let (out, _) = run(&line, &set);
    let value = |name: &str| out[output(&line, name)];
    let wet = value("coating.wet_thickness");
    let peclet = value("drying.shrinkage_rate") / 1_028.0 * wet / 5e-11;
    close(value("drying.peclet"), peclet, 1e-12);
    let film = Shrinkage {
        peclet,
        initial: value("slurry.volume_fraction"),
        packed: value("slurry.volume_fraction") * wet / value("coating.dry_thickness"),
    };
    assert!(film.tabulated().is_some(), "the line lies inside the table");
    let faces = film.gradient().unwrap();
    close(value("drying.binder_bottom"), faces.bottom, 1e-12);
    close(value("drying.binder_top"), faces.top, 1e-12);
    // Sign: cooler air dries slower and leaves more binder at the foil.
    let mut cooler = set.clone();
    for zone in 1..=3 {
        cooler[input(&line, &format!("drying.zone[{zone}].air_temperature"))] -= 15.0;
    }
    let (gentle, _) = run(&line, &cooler);
    assert!(gentle[output(&line, "drying.binder_bottom")] > faces.bottom);
    close(
        value("drying.cracking_share"),
        value("coating.dry_thickness") / value("drying.critical_thickness"),
        1e-12,
    );
}

#[test]
fn exposure_and_budget_agree() {
    let line = with(&[Section::Uptake, Section::Crushing, Section::Hydrolysis]);
    let set = values(&line);
    let (out, _) = run(&line, &set);
    let value = |name: &str| out[output(&line, name)];
    let given = |name: &str| set[input(&line, name)];
    let area = given("cell.electrode_area") * given("cell.electrode_pairs");
    let more = value("calendering.areal_loading")
        * (value("cell.exposed_cathode_water") - given("cell.cathode_water"))
        + given("anode.areal_loading")
            * (value("cell.exposed_anode_water") - given("cell.anode_water"));
    close(
        value("cell.exposed_water_budget") - value("cell.water_budget"),
        area * more / value("cell.capacity"),
        1e-9,
    );
    // All water of the cell over the electrolyte, and the acid it could make.
    let released =
        value("cell.water_budget") * value("cell.capacity") / value("filling.electrolyte_mass");
    close(value("cell.water_released"), released, 1e-12);
    let hf = given("electrolyte.hf") + 2.2210 * released;
    let budget = hf * value("filling.electrolyte_per_capacity");
    close(value("cell.hf_budget"), budget, 1e-12);
    // The room is drier than the anode, but its drying is not credited; a moist one wets both.
    assert!(value("cell.exposed_anode_water") >= given("cell.anode_water"));
    let mut moist = set.clone();
    moist[input(&line, "dry_room.frost_point")] = 268.15;
    let (wet, _) = run(&line, &moist);
    let budget = output(&line, "cell.exposed_water_budget");
    assert!(
        wet[budget] > 2.0 * out[budget],
        "{} {}",
        wet[budget],
        out[budget]
    );
    assert!(value("electrolyte.hf_after_soak") < value("electrolyte.hf_cap"));
    assert!(value("electrolyte.hf_after_soak") > given("electrolyte.hf"));
}

#[test]
fn porosity_off_the_measured_penetration_is_flagged() {
    let line = with(&[Section::Penetration, Section::Pressed]);
    let mut set = values(&line);
    assert!(!run(&line, &set).1.contains(Flags::WETTING_UNMODELLED));
    set[input(&line, "calendering.line_load")] = 1e4;
    assert!(run(&line, &set).1.contains(Flags::WETTING_UNMODELLED));
    set[input(&line, "filling.penetration_square_low")] = 0.0;
    let mut outputs = vec![0.0; line.output_count()];
    assert!(matches!(
        line.run(&set, &mut outputs),
        Status::Failed(TwinError::OutOfDomain {
            quantity: "filling.penetration_square_low",
            ..
        })
    ));
}

#[test]
fn power_law_bead_lies_between_its_newtonian_neighbours() {
    let line = with(&[Section::Bead]);
    let set = values(&line);
    let (out, flags) = run(&line, &set);
    assert!(
        flags.contains(Flags::COATING_EXTRAPOLATED),
        "the meniscus term shares it"
    );
    let value = |name: &str| out[output(&line, name)];
    let (low, high) = (value("coating.vacuum_low"), value("coating.vacuum_high"));
    close(
        value("coating.vacuum_margin"),
        (500.0 - low).min(high - 500.0),
        1e-12,
    );
    // Thinning slurry pushes less than one that keeps its viscosity at rest.
    let mut thick = set.clone();
    thick[input(&line, "slurry.flow_index")] = 1.0;
    let (stiff, _) = run(&line, &thick);
    let width = |out: &[f64]| {
        out[output(&line, "coating.vacuum_high")] - out[output(&line, "coating.vacuum_low")]
    };
    assert!(width(&out) < width(&stiff));
}

/// The demo line cut into zones of one step each: `pieces` to a zone of 12 m.
fn cut(pieces: usize) -> Vec<f64> {
    let (coarse, fine) = (
        Line::new(3, Solvent::Nmp),
        Line::new(3 * pieces, Solvent::Nmp),
    );
    let given = values(&coarse);
    let at = |name: &str| given[input(&coarse, name)];
    let inputs: Vec<f64> = fine
        .inputs()
        .iter()
        .map(|port| {
            let Some((head, rest)) = port.name.split_once("zone[") else {
                return at(&port.name);
            };
            let (number, suffix) = rest.split_once(']').unwrap();
            let zone = (number.parse::<usize>().unwrap() - 1) / pieces + 1;
            let value = at(&format!("{head}zone[{zone}]{suffix}"));
            if suffix == ".length" {
                value / pieces as f64
            } else {
                value
            }
        })
        .collect();
    let (out, _) = run(&fine, &inputs);
    let own = |name: &str| {
        let name = name.replace("[*]", &format!("[{}]", 3 * pieces));
        out[output(&fine, &name)]
    };
    INTEGRATED.iter().map(|(name, _)| own(name)).collect()
}

/// Every outcome that the dryer integrates, and whether it has the order of the step. Extremes are
/// read at nodes and the time of full pores on a chord: their error depends on where in a step they
/// lie, so they have an index and no one order. `drying.extrapolated_share` is a bound.
const INTEGRATED: [(&str, bool); 11] = [
    ("drying.residual_solvent", true),
    ("drying.free_solvent_time", true),
    ("drying.mean_rate", true),
    ("drying.evaporated_load", true),
    ("drying.heat_power", true),
    ("drying.zone[*].solvent", true),
    ("drying.zone[*].film_temperature", true),
    ("drying.shrinkage_time", false),
    ("drying.shrinkage_rate", false),
    ("drying.peak_rate", false),
    ("drying.film_temperature_max", false),
];

/// Observed order and grid-convergence index (Roache, safety factor 1.25) of every outcome that the
/// dryer integrates: the fourth order of the step survives its located events.
///
/// The first grid has the shipped steps, so its index is that of the coarse grid. The order comes from
/// the three finer ones: heat power, whose zones err with both signs, is near it only there.
#[test]
fn the_dryer_is_of_fourth_order() {
    let grids = [32, 64, 128, 256].map(cut);
    for (at, (name, has_order)) in INTEGRATED.iter().enumerate() {
        let [shipped, coarse, middle, fine] = [0, 1, 2, 3].map(|grid: usize| grids[grid][at]);
        let order = math::log2(((coarse - middle) / (middle - fine)).abs());
        // Without an order of its own an outcome is taken to be of first order.
        let gain = if *has_order { 16.0 } else { 2.0 };
        let index = 1.25 * ((shipped - coarse) / shipped).abs() * gain / (gain - 1.0);
        println!("{name}: order {order:.2}, index of the shipped steps {index:.1e}");
        assert!(!has_order || (order - 4.0).abs() < 0.2, "{name}: {order}");
        assert!(index < 1e-3, "{name}: {index}");
    }
}

/// The files of the repository with the lines that name a quantity taken out.
struct Without<'a>(Disk, &'a [&'a str]);

impl Files for Without<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let text = String::from_utf8(self.0.read(path)?).unwrap();
        let kept = text.lines().filter(|line| {
            let is_named = |name: &str| line.starts_with(&format!("\"{name}\""));
            !self.1.iter().any(|name| is_named(name))
        });
        Ok(kept.collect::<Vec<_>>().join("\n").into_bytes())
    }
}

#[test]
fn half_a_die_is_refused_and_no_die_is_none() {
    let read = |names: &[&str]| {
        let files = Without(Disk::new(env!("CARGO_MANIFEST_DIR")), names);
        documents::read_plant(
            &files,
            "models/line2-graphite.toml",
            "scenarios/recipes/line2-graphite.toml",
        )
    };
    let all = read(&[]).unwrap();
    let line = all.plant.line().expect("a line");
    assert!(line.sections().has(Section::Bead));
    assert!(!all.plant.has_formation());
    let half = read(&["coating.lip_upstream"]).unwrap_err();
    let shown = half.diagnostics.render(&half.sources, false);
    assert!(
        shown.contains("`coating.lip_upstream` is missing"),
        "{shown}"
    );
    let none = read(&[
        "coating.lip_downstream",
        "coating.lip_upstream",
        "coating.slot_gap_variation",
        "coating.upstream_gap",
        "coating.vacuum",
        "coating.pump_ripple",
        "coating.pump_frequency",
        "coating.levelling_length",
    ])
    .unwrap();
    let line = none.plant.line().expect("a line");
    assert!(!line.sections().has(Section::Bead));
    assert!(!line.sections().has(Section::Ripple));
}
