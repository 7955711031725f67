//! The electrode line as a whole: conservation, limits, invariances, independent cross-checks.
//!
//! Public oracles of the theory pages that concern more than one stage; those of a single stage sit
//! beside its code. The reference line is `tests/line3`.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod common;
mod line3;

use cellwright::quantity::dictionary::standard;
use cellwright::quantity::{QuantityType, parse_unit};
use cellwright::twin::drying::{Dryer, Node, Phase, ZoneInputs};
use cellwright::twin::exhaust;
use cellwright::twin::film::Film;
use cellwright::twin::humid_air::{
    humidity_ratio, vapour_pressure_over_ice_pa, vapour_pressure_over_liquid_pa,
};
use cellwright::twin::line::{LineInputs, Numerics};
use cellwright::twin::{
    Flags, Line, STANDARD_PRESSURE_PA, Section, Sections, Solvent, Status, TwinError,
};
use line3::{input, output};
use proptest::prelude::*;

const SPEEDS_M_MIN: [f64; 4] = [25.0, 28.0, 30.0, 32.0];

/// The reference line, its input values, and a speed in m/min set.
fn at_speed(metre_per_minute: f64) -> (Line, Vec<f64>) {
    let line = line3::line();
    let mut values = line3::values(&line, &line3::table());
    values[input(&line, "coating.web_speed")] = metre_per_minute / 60.0;
    (line, values)
}

fn outcomes(line: &Line, values: &[f64]) -> Vec<f64> {
    let mut outputs = vec![0.0; line.output_count()];
    let status = line.run(values, &mut outputs);
    assert!(matches!(status, Status::Valid(_)), "{status:?}");
    outputs
}

fn failure(line: &Line, values: &[f64]) -> TwinError {
    let mut outputs = vec![0.0; line.output_count()];
    match line.run(values, &mut outputs) {
        Status::Failed(error) => {
            assert!(outputs.iter().all(|value| value.is_nan()));
            error
        }
        Status::Valid(flags) => panic!("expected a failure, found {flags:?}"),
    }
}

fn dryer_of(line: &Line, values: &[f64]) -> (LineInputs, Dryer) {
    let inputs = line.read(values).unwrap();
    let (_, coated, _) = inputs.wet_end().unwrap();
    let dryer = inputs.dryer(Solvent::Nmp, &coated).unwrap();
    (inputs, dryer)
}

fn close(found: f64, expected: f64, relative: f64) {
    let scale = expected.abs().max(f64::MIN_POSITIVE);
    assert!(
        (found - expected).abs() <= relative * scale,
        "{found} against {expected}"
    );
}

#[test]
fn ports_are_unique_and_match_the_counts() {
    let line = Line::new(5, Solvent::Nmp);
    let mut names: Vec<String> = line
        .inputs()
        .into_iter()
        .chain(line.outputs())
        .map(|port| port.name)
        .collect();
    assert_eq!(line.inputs().len(), line.input_count());
    assert_eq!(line.outputs().len(), line.output_count());
    let total = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), total);
    assert!(names.contains(&"drying.zone[5].air_temperature".to_owned()));
}

/// A name means one thing: what the twin says of a port is what the dictionary says of the name.
#[test]
fn ports_of_all_sections_agree_with_the_dictionary() {
    let all = Section::ALL
        .iter()
        .fold(Sections::NONE, |set, &section| set.with(section));
    let mut wrong = Vec::new();
    for sections in [Sections::NONE, all] {
        let line = Line::with_sections(2, Solvent::Water, sections);
        assert_eq!(line.inputs().len(), line.input_count());
        assert_eq!(line.outputs().len(), line.output_count());
        for port in line.inputs().into_iter().chain(line.outputs()) {
            let Some(entry) = standard().get(&port.name) else {
                wrong.push(format!("`{}` is not in the dictionary", port.name));
                continue;
            };
            let unit = parse_unit(port.unit).map(|unit| unit.quantity_type.dimension);
            let dimension = match port.unit {
                "1" | "rad" => Ok(QuantityType::NUMBER.dimension),
                _ => unit,
            };
            let role = format!("{:?}", entry.role) == format!("{:?}", port.role);
            if dimension != Ok(entry.quantity_type.dimension) || !role {
                wrong.push(format!("`{}`: {:?} against {entry:?}", port.name, port));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_input_has_one_value_with_a_source() {
    let mut named: Vec<&str> = Vec::new();
    for row in line3::table() {
        let known = ["assumed", "recalled", "derived", "published", "measured"];
        assert!(known.contains(&row.evidence), "`{}`", row.name);
        assert!(
            !row.source.is_empty() && row.spread >= 0.0,
            "`{}`",
            row.name
        );
        named.push(row.name);
    }
    let ports = line3::line().inputs();
    let wanted: Vec<&str> = ports.iter().map(|port| port.name.as_str()).collect();
    assert_eq!(named, wanted);
}

/// Oracle O1.
#[test]
fn mass_is_conserved_from_pump_to_rolled_coating() {
    for speed in SPEEDS_M_MIN {
        let (line, values) = at_speed(speed);
        let out = outcomes(&line, &values);
        let value = |name: &str| out[output(&line, name)];
        let given = |name: &str| values[input(&line, name)];
        // C1, C2: what the pump delivers is what lies on the web.
        let pumped_solids = value("slurry.flow") * value("slurry.density") * given("slurry.solids");
        let laid = given("coating.areal_loading") * value("coating.coated_area_rate");
        close(pumped_solids, laid, 1e-12);
        // C3: the rest of the slurry is solvent.
        let pumped_solvent =
            value("slurry.flow") * value("slurry.density") * (1.0 - given("slurry.solids"));
        close(value("drying.solvent_load"), pumped_solvent, 1e-12);
        // C4, L1: solid volume before and after the rolls.
        let solid = |thickness: f64, porosity: f64| thickness * (1.0 - porosity);
        close(
            solid(
                value("calendering.thickness"),
                value("calendering.porosity"),
            ) * given("calendering.stretch"),
            solid(value("coating.dry_thickness"), given("coating.porosity")),
            1e-12,
        );
        // The published cell's cathode comes out.
        close(value("calendering.porosity"), 0.277_493, 1e-3);
        close(value("calendering.thickness"), 52.3e-6, 1e-3);
    }
}

#[test]
fn dryer_closes_mass_and_energy() {
    for speed in SPEEDS_M_MIN {
        let (line, values) = at_speed(speed);
        let out = outcomes(&line, &values);
        assert!(out[output(&line, "drying.solvent_closure")].abs() < 1e-6);
        assert!(out[output(&line, "drying.energy_closure")].abs() < 1e-6);
        // Independent of the closure outcome: vapour and rest make up what was coated.
        let rest = out[output(&line, "drying.residual_solvent")]
            * values[input(&line, "coating.areal_loading")]
            * out[output(&line, "coating.coated_area_rate")];
        let load = out[output(&line, "drying.solvent_load")];
        close(
            out[output(&line, "drying.evaporated_load")] + rest,
            load,
            1e-12,
        );
    }
}

/// The five recipe inputs the exhaust depends on, with their tolerances.
fn exhaust_box() -> [(&'static str, f64, bool); 5] {
    [
        ("coating.areal_loading", 0.015, true),
        ("slurry.solids", 0.005, false),
        ("coating.width", 0.002, false),
        ("coating.web_speed", 0.003, true),
        ("drying.exhaust_flow", 0.03, true),
    ]
}

fn corner(line: &Line, nominal: &[f64], signs: usize) -> Vec<f64> {
    let mut values = nominal.to_vec();
    for (bit, (name, tolerance, relative)) in exhaust_box().into_iter().enumerate() {
        let slot = &mut values[input(line, name)];
        let width = if relative {
            tolerance * *slot
        } else {
            tolerance
        };
        *slot += if signs >> bit & 1 == 1 { width } else { -width };
    }
    values
}

fn closed_form_lel(line: &Line, values: &[f64]) -> f64 {
    let given = |name: &str| values[input(line, name)];
    let solids = given("slurry.solids");
    let load = given("coating.areal_loading") * (1.0 - solids) / solids
        * given("coating.width")
        * given("coating.web_speed");
    load / 0.099_131 * 8.314_462_618 * 273.15
        / 101_325.0
        / given("drying.exhaust_flow")
        / given("drying.lower_explosive_limit")
}

fn worst_lel(speed: f64) -> (usize, f64) {
    let (line, nominal) = at_speed(speed);
    let mut worst = (0, 0.0);
    for signs in 0..32 {
        let values = corner(&line, &nominal, signs);
        let found = outcomes(&line, &values)[output(&line, "drying.exhaust_lel")];
        close(found, closed_form_lel(&line, &values), 1e-12);
        if found > worst.1 {
            worst = (signs, found);
        }
    }
    worst
}

#[test]
fn exhaust_at_every_corner_equals_its_closed_form() {
    // Loading, width and speed high (bits 0, 2, 3), solids and exhaust low (bits 1, 4).
    assert_eq!(worst_lel(32.0).0, 0b01101);
}

#[test]
fn exhaust_limit_holds_at_thirty_and_breaks_above() {
    let (line, values) = at_speed(32.0);
    let nominal = outcomes(&line, &values)[output(&line, "drying.exhaust_lel")];
    assert!(nominal < 0.25 && nominal > 0.24, "{nominal}");
    assert!(worst_lel(32.0).1 > 0.25);
    assert!(worst_lel(30.0).1 <= 0.25);
    assert!(worst_lel(30.5).1 > 0.25);
}

#[test]
fn seven_more_metres_per_minute_raise_residual_solvent_twentyfold() {
    let residual_ppm = |speed: f64, name: &str, change: f64| {
        let (line, mut values) = at_speed(speed);
        values[input(&line, name)] += change;
        outcomes(&line, &values)[output(&line, "drying.residual_solvent")] * 1e6
    };
    let zone_3 = "drying.zone[3].air_temperature";
    let slow = residual_ppm(25.0, zone_3, 0.0);
    let fast = residual_ppm(32.0, zone_3, 0.0);
    assert!(slow > 2.0 && slow < 10.0, "{slow} ppm");
    assert!(fast > 100.0 && fast < 200.0, "{fast} ppm");
    // Six kelvin in the last zone bring it back to tens of ppm; more exhaust dries a little.
    let hotter = residual_ppm(32.0, zone_3, 6.0);
    assert!(hotter > 10.0 && hotter < 60.0, "{hotter} ppm");
    let airier = residual_ppm(32.0, "drying.exhaust_flow", 500.0 / 3_600.0);
    assert!(airier < fast && airier > 0.8 * fast, "{airier} ppm");
}

#[test]
fn six_percent_more_exhaust_saves_the_corner() {
    let (line, mut nominal) = at_speed(32.0);
    nominal[input(&line, "drying.exhaust_flow")] *= 8_700.0 / 8_200.0;
    let worst = outcomes(&line, &corner(&line, &nominal, 0b01101));
    assert!(worst[output(&line, "drying.exhaust_lel")] <= 0.25);
}

#[test]
fn exhaust_counts_the_rest_in_the_web_as_vapour() {
    let (line, values) = at_speed(32.0);
    let out = outcomes(&line, &values);
    let given = |name: &str| values[input(&line, name)];
    let evaporated = exhaust::vapour_fraction(
        out[output(&line, "drying.evaporated_load")],
        Solvent::Nmp.molar_mass_kg_mol(),
        given("drying.exhaust_flow"),
    ) / given("drying.lower_explosive_limit");
    let counted = out[output(&line, "drying.exhaust_lel")];
    let excess = counted / evaporated - 1.0;
    assert!(excess > 0.0 && excess < 1e-3, "{excess}");
}

/// Oracle O19.
#[test]
fn frost_point_and_dew_point_differ_by_half() {
    let ice = vapour_pressure_over_ice_pa(233.15).unwrap();
    let liquid = vapour_pressure_over_liquid_pa(233.15).unwrap();
    close(ice, 12.84, 1e-3);
    close(
        humidity_ratio(ice, STANDARD_PRESSURE_PA).unwrap(),
        0.0788e-3,
        5e-3,
    );
    close(
        humidity_ratio(liquid, STANDARD_PRESSURE_PA).unwrap(),
        0.1161e-3,
        5e-3,
    );
    close(liquid / ice, 1.47, 5e-3);
}

#[test]
fn independent_integrator_agrees_on_every_phase_of_every_zone() {
    for speed in SPEEDS_M_MIN {
        let (line, values) = at_speed(speed);
        let check = line.verify_numerics(&values).unwrap();
        for phase in [Phase::Film, Phase::Front, Phase::Tail] {
            assert!(
                check.pieces.iter().any(|piece| piece.1 == phase),
                "{phase:?} was not met"
            );
        }
        assert!(check.temperature_k < 2e-3, "{check:?}");
        assert!(check.free_share < 5e-6, "{check:?}");
        // Mass fraction of the dry coating, of 6 000 ppm at the start of the tail.
        assert!(check.bound_fraction < 0.2e-6, "{check:?}");
    }
}

#[test]
fn constant_rate_meets_its_closed_form() {
    // A web that enters at the wet-bulb temperature dries at a constant rate; only the shrinking
    // heat content moves nothing, because the film temperature stays.
    let (line, mut values) = at_speed(25.0);
    for number in 1..=3 {
        values[input(&line, &format!("drying.zone[{number}].air_temperature"))] = 393.15;
    }
    let (inputs, dryer) = dryer_of(&line, &values);
    let (film_k, rate) = dryer.film(&inputs.zones[0], 1).unwrap().wet_bulb().unwrap();
    values[input(&line, "slurry.temperature")] = film_k;
    let (inputs, dryer) = dryer_of(&line, &values);
    let mut critical_s = None;
    let mut before_s = 0.0;
    dryer
        .run(
            &inputs.zones,
            |node| {
                if node.phase == Phase::Film {
                    let zone_s = inputs.zones[0].length / inputs.coating.web_speed;
                    before_s = node.zone as f64 * zone_s + node.zone_time_s;
                    critical_s = Some((before_s, node.state[1]));
                }
            },
            |_| {},
        )
        .unwrap();
    let (time_s, critical) = critical_s.unwrap();
    close(time_s, (dryer.entry().0[1] - critical) / rate, 1e-9);
}

/// The mean rate of the shrinking film, against the solvent that its nodes lose until the pores
/// are just full: interpolated on a chord in one step, so to a part in a thousand.
#[test]
fn the_film_shrinks_at_the_rate_its_nodes_say() {
    let (line, values) = at_speed(25.0);
    let out = outcomes(&line, &values);
    let (inputs, dryer) = dryer_of(&line, &values);
    let full = values[input(&line, "slurry.solvent_density")]
        * values[input(&line, "coating.porosity")]
        * out[output(&line, "coating.dry_thickness")];
    let coated = out[output(&line, "coating.solvent_loading")];
    let zone_s = inputs.zones[0].length / inputs.coating.web_speed;
    let mut nodes = Vec::new();
    let visit = |node: Node| {
        let time_s = node.zone as f64 * zone_s + node.zone_time_s;
        nodes.push((time_s, Dryer::solvent_kg_m2(&node.state)));
    };
    dryer.run(&inputs.zones, visit, |_| {}).unwrap();
    let after = nodes.iter().position(|node| node.1 <= full).unwrap();
    let (before, after) = (nodes[after - 1], nodes[after]);
    let time_s = out[output(&line, "drying.shrinkage_time")];
    assert!(before.0 < time_s && time_s <= after.0);
    close(
        out[output(&line, "drying.shrinkage_rate")],
        (coated - full) / time_s,
        1e-12,
    );
    let slowest = (before.1 - full) / out[output(&line, "drying.peak_rate")];
    assert!(time_s >= before.0 + 0.9 * slowest, "{time_s} {before:?}");
}

#[test]
fn infrared_heat_dries_more_and_two_wet_sides_dry_like_one_with_half_the_web() {
    let (line, values) = at_speed(25.0);
    let (inputs, dryer) = dryer_of(&line, &values);
    let (plain, _) = dryer.run(&inputs.zones, |_| {}, |_| {}).unwrap();
    let mut lit = inputs.zones.clone();
    lit[0].infrared = 2_000.0;
    let (shone, _) = dryer.run(&lit, |_| {}, |_| {}).unwrap();
    assert!(shone.free_solvent_time < plain.free_solvent_time);
    assert!(shone.energy_closure.abs() < 1e-12 && shone.solvent_closure.abs() < 1e-12);
    // Both sides wet and heated alike, twice the foil: each half is the web heated from one side.
    let (mut halves, mut single) = (inputs.clone(), inputs.clone());
    halves.drying.foil_heat_capacity *= 2.0;
    // The exhaust carries twice the solvent, so it takes twice the air to keep the zones alike.
    halves.drying.exhaust_flow *= 2.0;
    for zone in &mut single.zones {
        zone.heat_transfer_bottom = 0.0;
    }
    let (_, coated, _) = halves.wet_end().unwrap();
    let web = |sides: f64, inputs: &LineInputs| cellwright::twin::drying::Web {
        solvent: Solvent::Nmp,
        areal_loading_kg_m2: sides * inputs.coating.areal_loading,
        solvent_kg_m2: sides * coated.solvent_loading,
        solvent_density_kg_m3: inputs.slurry.solvent_density,
        dry_thickness_m: coated.dry_thickness,
        porosity: inputs.coating.porosity,
        temperature_k: inputs.slurry.temperature,
        speed_m_s: inputs.coating.web_speed,
        width_m: inputs.coating.width,
        both_sides_wet: sides == 2.0,
    };
    let run = |sides: f64, inputs: &LineInputs| {
        let dryer = Dryer::new(web(sides, inputs), &inputs.drying).unwrap();
        dryer.run(&inputs.zones, |_| {}, |_| {}).unwrap().0
    };
    let (both, one) = (run(2.0, &halves), run(1.0, &single));
    close(both.residual_solvent, one.residual_solvent, 1e-4);
    close(both.free_solvent_time, one.free_solvent_time, 1e-6);
    close(both.mean_rate, 2.0 * one.mean_rate, 1e-9);
    close(both.film_temperature_max, one.film_temperature_max, 1e-6);
}

#[test]
fn no_heat_transfer_means_no_drying() {
    let (line, mut values) = at_speed(25.0);
    for number in 1..=3 {
        for side in ["top", "bottom"] {
            values[input(
                &line,
                &format!("drying.zone[{number}].heat_transfer_{side}"),
            )] = 1e-9;
        }
    }
    let out = outcomes(&line, &values);
    let coated = out[output(&line, "coating.solvent_loading")];
    close(out[output(&line, "drying.zone[3].solvent")], coated, 1e-8);
    let film_k = out[output(&line, "drying.zone[3].film_temperature")];
    assert!((film_k - 298.15).abs() < 1e-6);
    let mut outputs = vec![0.0; line.output_count()];
    let flags = line.run(&values, &mut outputs).flags().unwrap();
    assert!(flags.contains(Flags::LEAVES_WET));
}

#[test]
fn nearly_saturated_air_stops_evaporation_and_warms_the_film() {
    let mut film = Film {
        zone: 1,
        solvent: Solvent::Nmp,
        air_k: 393.15,
        vapour_pa: 0.0,
        top_w_m2_k: 40.0,
        bottom_w_m2_k: 40.0,
        infrared_w_m2: 0.0,
        both_sides_wet: false,
    };
    let (_, dry_rate) = film.wet_bulb().unwrap();
    film.vapour_pa = (1.0 - 1e-6) * film.solvent.vapour_pressure_pa(393.15);
    let (film_k, rate) = film.wet_bulb().unwrap();
    assert!(rate < 1e-5 * dry_rate && rate > 0.0);
    assert!((film_k - 393.15).abs() < 1e-3);
}

#[test]
fn film_dried_from_one_side_stays_just_below_adiabatic_saturation() {
    // The film model is psychrometric (Le^(-2/3)), adiabatic saturation is not: for water the film
    // must lie up to 1.2 K below, and never above.
    for (air_k, frost_k) in [(313.15, 263.15), (333.15, 233.15), (373.15, 233.15)] {
        let vapour_pa = vapour_pressure_over_ice_pa(frost_k).unwrap();
        let film = common::water_film(air_k, vapour_pa);
        let humidity = humidity_ratio(vapour_pa, STANDARD_PRESSURE_PA).unwrap();
        let excess = |kelvin: f64| {
            let saturated = film.solvent.vapour_pressure_pa(kelvin);
            let uptake = humidity_ratio(saturated, STANDARD_PRESSURE_PA).unwrap() - humidity;
            let heat = (1_006.0 + humidity * 1_860.0) * (air_k - kelvin);
            uptake * film.solvent.heat_of_vaporisation_j_kg(kelvin) - heat
        };
        let (mut low, mut high) = (274.0, air_k);
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if excess(middle) > 0.0 {
                high = middle;
            } else {
                low = middle;
            }
        }
        let below = low - film.wet_bulb().unwrap().0;
        assert!((0.0..=1.2).contains(&below), "{air_k} K: {below} K below");
    }
}

#[test]
fn flux_is_linear_where_the_vapour_is_dilute() {
    // At 300 K saturation is 0.05 % of the pressure: the logarithm is its argument.
    let film = Film {
        zone: 1,
        solvent: Solvent::Nmp,
        air_k: 300.0,
        vapour_pa: 0.0,
        top_w_m2_k: 40.0,
        bottom_w_m2_k: 40.0,
        infrared_w_m2: 0.0,
        both_sides_wet: false,
    };
    let rate = film.evaporation_kg_m2_s(300.0, 0.0).unwrap();
    let saturation = film.solvent.vapour_pressure_pa(300.0);
    let share = saturation / STANDARD_PRESSURE_PA;
    let path = film.solvent.diffusivity_in_air_m2_s(300.0);
    let wide = film.evaporation_kg_m2_s(300.0, 1e6).unwrap();
    // With an endless pore path the boundary layer no longer matters: j = D·M·psat/(R·T·path).
    let linear = path * 0.099_131 * saturation / (8.314_462_618 * 300.0) / 1e6;
    close(wide, linear, share);
    assert!(rate > wide);
}

#[test]
fn profile_ends_where_the_run_ends() {
    let (line, values) = at_speed(32.0);
    let out = outcomes(&line, &values);
    let profile = line.profile(&values).unwrap();
    close(*profile.position_m.last().unwrap(), 36.0, 1e-12);
    assert_eq!(profile.zone_borders_m, [12.0, 24.0, 36.0]);
    assert!(profile.position_m.is_sorted());
    let end = out[output(&line, "drying.zone[3].solvent")];
    assert_eq!(*profile.solvent_kg_m2.last().unwrap(), end);
    let film_k = out[output(&line, "drying.zone[3].film_temperature")];
    assert_eq!(*profile.film_temperature_k.last().unwrap(), film_k);
}

#[test]
fn cold_start_of_the_film_is_flagged_with_a_bound() {
    let (line, values) = at_speed(32.0);
    let mut out = vec![0.0; line.output_count()];
    let flags = line.run(&values, &mut out).flags().unwrap();
    assert!(flags.contains(Flags::VAPOUR_PRESSURE_EXTRAPOLATED));
    assert!(flags.contains(Flags::COATING_EXTRAPOLATED));
    assert!(flags.is_extrapolated());
    let share = out[output(&line, "drying.extrapolated_share")];
    assert!(share > 0.0 && share < 0.01, "{share}");
}

#[test]
fn water_coating_dries_too() {
    let (_, mut values) = at_speed(25.0);
    let line = Line::new(3, Solvent::Water);
    values[input(&line, "slurry.solvent_density")] = 997.0;
    values[input(&line, "drying.solvent_heat_capacity")] = 4181.0;
    let out = outcomes(&line, &values);
    assert!(out[output(&line, "drying.residual_solvent")] < 0.01);
    let hottest = out[output(&line, "drying.film_temperature_max")];
    assert!(
        hottest > 373.15 && hottest < 395.15,
        "the dry web follows the air: {hottest}"
    );
}

#[test]
fn every_mistake_has_its_own_failure() {
    let (line, values) = at_speed(25.0);
    let with = |name: &str, value: f64| {
        let mut changed = values.clone();
        changed[input(&line, name)] = value;
        failure(&line, &changed)
    };
    assert!(matches!(
        failure(&line, &values[1..]),
        TwinError::PortCount { .. }
    ));
    assert!(matches!(
        with("coating.gap", f64::NAN),
        TwinError::NotFinite { .. }
    ));
    assert!(matches!(
        with("coating.web_speed", 0.0),
        TwinError::OutOfDomain {
            quantity: "coating.web_speed",
            ..
        }
    ));
    assert!(matches!(
        with("slurry.solids", 0.93),
        TwinError::BeyondMaximumPacking { .. }
    ));
    assert!(matches!(
        with("drying.zone[2].air_temperature", 480.0),
        TwinError::AboveVapourPressureRange { zone: 2, .. }
    ));
    assert!(matches!(
        with("drying.zone[3].length", -1.0),
        TwinError::ZoneOutOfDomain {
            zone: 3,
            quantity: "length",
            ..
        }
    ));
    assert!(matches!(
        with("drying.air_solvent_fraction", 0.05),
        TwinError::AirSaturated { zone: 1 }
    ));
    assert!(matches!(
        with("drying.zone[1].heat_transfer_top", 1e6),
        TwinError::StepLimit { zone: 1, .. }
    ));
    assert!(matches!(
        with("calendering.minimum_porosity", 0.6),
        TwinError::PorosityUnreachable { .. }
    ));
    let message = with("slurry.solids", 0.93).to_string();
    assert!(
        message.starts_with(char::is_lowercase) && !message.ends_with('.'),
        "{message}"
    );
}

/// Time, s, in which the film dries at a wet surface, with all capacities, the exhaust (more solvent
/// would make the zone air wetter) and the zones scaled.
fn film_time_s(speed: f64, scale: f64) -> f64 {
    let (line, mut values) = at_speed(speed);
    for name in [
        "coating.areal_loading",
        "drying.foil_heat_capacity",
        "drying.exhaust_flow",
        "drying.zone[1].length",
        "drying.zone[2].length",
        "drying.zone[3].length",
    ] {
        values[input(&line, name)] *= scale;
    }
    let (inputs, dryer) = dryer_of(&line, &values);
    let (mut film_s, mut last) = (0.0, (0, 0.0));
    let visit = |node: Node| {
        if node.phase == Phase::Film && node.zone == last.0 {
            film_s += node.zone_time_s - last.1;
        }
        last = (node.zone, node.zone_time_s);
    };
    dryer.run(&inputs.zones, visit, |_| {}).unwrap();
    film_s
}

/// Outcomes that do not carry the speed itself.
const SPEED_FREE: [&str; 15] = [
    "drying.residual_solvent",
    "drying.dryer_time",
    "drying.free_solvent_time",
    "drying.peak_rate",
    "drying.mean_rate",
    "drying.film_temperature_max",
    "drying.extrapolated_share",
    "drying.shrinkage_time",
    "drying.shrinkage_rate",
    "drying.zone[1].solvent",
    "drying.zone[2].solvent",
    "drying.zone[3].solvent",
    "drying.zone[1].film_temperature",
    "drying.zone[2].film_temperature",
    "drying.zone[3].film_temperature",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Scale invariance of the constant-rate time. Exact in the equations; step counts differ, so
    /// this is the error of the method.
    #[test]
    fn capacities_scaled_together_scale_the_constant_rate_time(
        speed in 20.0..40.0_f64,
        scale in 0.5..3.0_f64,
    ) {
        close(film_time_s(speed, scale), scale * film_time_s(speed, 1.0), 1e-5);
    }

    /// Oracle O22, with the exhaust that keeps the air the same.
    #[test]
    fn speed_and_zone_lengths_scaled_together_change_nothing(
        speed in 20.0..40.0_f64,
        factor in 0.3..3.0_f64,
    ) {
        let (line, values) = at_speed(speed);
        let mut scaled = values.clone();
        scaled[input(&line, "coating.web_speed")] *= factor;
        // The solvent in the air follows the speed; the air has to follow, too.
        scaled[input(&line, "drying.exhaust_flow")] *= factor;
        for number in 1..=3 {
            scaled[input(&line, &format!("drying.zone[{number}].length"))] *= factor;
        }
        let (one, other) = (outcomes(&line, &values), outcomes(&line, &scaled));
        for name in SPEED_FREE {
            close(other[output(&line, name)], one[output(&line, name)], 1e-8);
        }
    }

    /// Oracle O22.
    #[test]
    fn zone_cut_into_two_identical_zones_changes_nothing(
        speed in 20.0..40.0_f64,
        cut in 0..3_usize,
        air in 370.0..400.0_f64,
    ) {
        let (line, mut values) = at_speed(speed);
        values[input(&line, "drying.zone[2].air_temperature")] = air;
        let longer = Line::new(4, Solvent::Nmp);
        let first = input(&line, "drying.zone[1].air_temperature");
        let mut split = values.clone();
        let begin = first + cut * ZoneInputs::COUNT;
        let zone: Vec<f64> = values[begin..begin + ZoneInputs::COUNT].to_vec();
        split.splice(begin..begin, zone);
        for number in [cut + 1, cut + 2] {
            split[input(&longer, &format!("drying.zone[{number}].length"))] *= 0.5;
        }
        let (one, other) = (outcomes(&line, &values), outcomes(&longer, &split));
        for name in SPEED_FREE.iter().filter(|name| !name.contains('[')) {
            close(other[output(&longer, name)], one[output(&line, name)], 1e-8);
        }
        // The exit of a zone of the one is that of the same end of a zone of the other.
        for zone in 1..=3 {
            let same = if zone > cut { zone + 1 } else { zone };
            for what in ["solvent", "film_temperature"] {
                let [at, other_at] = [zone, same].map(|zone| format!("drying.zone[{zone}].{what}"));
                close(other[output(&longer, &other_at)], one[output(&line, &at)], 1e-8);
            }
        }
    }
}

/// Every outcome of the reference line against the line with the independent integrator: what the
/// integrator makes differs by little and not by nothing, what is algebra by nothing at all.
#[test]
fn every_outcome_has_a_numerical_error() {
    for speed in [25.0, 45.0] {
        let (line, values) = at_speed(speed);
        let outcomes = outcomes(&line, &values);
        let errors = line.outcome_errors(&values).unwrap();
        assert_eq!(errors.len(), outcomes.len());
        for (port, (value, found)) in line.outputs().iter().zip(outcomes.iter().zip(&errors)) {
            let scale = match port.name.as_str() {
                // Of what is coated, not of the little that is left.
                "drying.residual_solvent" => 0.5,
                name if name.ends_with("].solvent") => 0.1,
                // Closures are errors themselves, the share below the fit is a bound by whole steps.
                name if name.ends_with("_closure") => 1.0,
                _ => *value,
            };
            let relative = (found.error / scale).abs();
            match found.numerics {
                Numerics::Algebra => assert_eq!(found.error, 0.0, "{}", port.name),
                Numerics::Carried => panic!("{} carries {}", port.name, found.error),
                Numerics::Integrated if port.name == "drying.extrapolated_share" => {
                    assert!(found.error >= 0.0, "an upper bound, {}", found.error);
                }
                Numerics::Integrated | Numerics::Solved => {
                    assert!(relative < 2e-3, "{} {relative:e} at {speed}", port.name);
                }
            }
        }
        let of = |name: &str| &errors[output(&line, name)];
        assert_eq!(of("calendering.porosity").numerics, Numerics::Algebra);
        assert_eq!(of("drying.exhaust_lel").numerics, Numerics::Algebra);
        let end = of("drying.zone[3].film_temperature");
        assert!(end.error != 0.0 && end.error.abs() < 5e-3, "{end:?}");
        let residual = of("drying.residual_solvent");
        assert!(residual.error.abs() < 2e-6, "{residual:?} at {speed}");
    }
}
