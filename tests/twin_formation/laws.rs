//! Each law of film growth against a closed form or a limit of it.
//!
//! Method: a cell at rest far from any slope keeps its potential, so that the film obeys its law
//! with a constant rate, whose integral is known.

use super::demonstration;
use cellwright::math::{exp, ln};
use cellwright::twin::formation::{
    FARADAY_C_MOL, FormationError, GAS_J_MOL_K, Heat, Protocol, Run, SeiMechanism, Simulator,
    Status, Step,
};

const REST_S: f64 = 7200.0;

/// Runs a rest of a half-charged cell with a law; returns the run and the potential at its end.
fn rest(mechanism: SeiMechanism) -> (Run, f64) {
    let mut request = demonstration::request();
    request.pristine.negative_stoichiometry = 0.5;
    request.pristine.positive_stoichiometry = 0.6;
    request.sei.mechanism = mechanism;
    request.sei.initial_thickness_m = 2e-9;
    let protocol = Protocol {
        steps: vec![Step::rest(REST_S)],
    };
    let simulator = Simulator::new(&request).expect("the request is sound");
    let run = simulator.run_with_samples(&protocol, &[vec![0.0, REST_S - 1.0]]);
    assert_eq!(run.status, Status::Ok);
    let drift_v = run.samples[1].negative_v - run.samples[0].negative_v;
    assert!(drift_v.abs() < 3e-4, "the potential moved by {drift_v} V");
    let mean_v = 0.5 * (run.samples[1].negative_v + run.samples[0].negative_v);
    (run, mean_v)
}

/// Volume of film per charge, m³/C, exponent per volt, 1/V, and equilibrium potential, V.
fn constants() -> (f64, f64, f64) {
    let sei = demonstration::request().sei;
    let volume = sei.molar_volume_m3_mol / (sei.lithium_per_mole * FARADAY_C_MOL);
    let per_volt = FARADAY_C_MOL / (GAS_J_MOL_K * 298.15);
    (volume, per_volt, sei.potential_v)
}

fn assert_grown(run: &Run, expected_m: f64) {
    let grown_m = run.sei_thickness_m - 2e-9;
    assert!(expected_m > 1e-11, "a test of nothing: {expected_m} m");
    assert!(
        (grown_m / expected_m - 1.0).abs() < 2e-3,
        "grown {grown_m} m, expected {expected_m} m"
    );
}

/// `dL/dt = K`.
#[test]
fn reaction_limited_film_grows_linearly() {
    let (volume, per_volt, below) = constants();
    let (run, at_v) = rest(SeiMechanism::ReactionLimited {
        exchange_current_a_m2: 1e-6,
    });
    let rate = volume * 1e-6 * exp(-0.5 * per_volt * (at_v - below));
    assert_grown(&run, rate * REST_S);
}

/// `L dL/dt = K`, hence `L² = L₀² + 2 K t`.
fn parabola(twice_k: f64) -> f64 {
    f64::sqrt(4e-18 + twice_k * REST_S) - 2e-9
}

#[test]
fn solvent_diffusion_follows_the_parabola_and_asks_first() {
    let (volume, ..) = constants();
    let law = |ungated| SeiMechanism::SolventDiffusionLimited {
        diffusivity_m2_s: 1e-20,
        concentration_mol_m3: 2636.0,
        ungated,
    };
    let (run, _) = rest(law(true));
    assert_grown(
        &run,
        parabola(2.0 * 1e-20 * 2636.0 * FARADAY_C_MOL * volume),
    );
    let mut request = demonstration::request();
    request.sei.mechanism = law(false);
    let refused = Simulator::new(&request).expect_err("a pristine cell is protected");
    assert_eq!(refused, FormationError::Ungated);
    assert!(refused.to_string().contains("`ungated = true`"));
}

#[test]
fn electron_migration_follows_the_parabola_below_its_potential() {
    let (volume, _, below) = constants();
    let (run, at_v) = rest(SeiMechanism::ElectronMigrationLimited {
        conductivity_s_m: 5e-12,
    });
    assert_grown(&run, parabola(2.0 * 5e-12 * (below - at_v) * volume));
}

#[test]
fn interstitial_diffusion_follows_the_parabola() {
    let (volume, per_volt, _) = constants();
    let (run, at_v) = rest(SeiMechanism::InterstitialDiffusionLimited {
        diffusivity_m2_s: 1e-17,
        concentration_mol_m3: 15.0,
    });
    let rate = 1e-17 * 15.0 * FARADAY_C_MOL * volume * exp(-per_volt * at_v);
    assert_grown(&run, parabola(2.0 * rate));
}

/// `(d + L)² = (d + L₀)² + 2 D c V t / z`, `d = D / k'`.
#[test]
fn ethylene_carbonate_follows_its_shifted_parabola() {
    let (volume, per_volt, below) = constants();
    let (run, at_v) = rest(SeiMechanism::EcReactionLimited {
        rate_constant_m_s: 1e-12,
        diffusivity_m2_s: 1e-20,
        concentration_mol_m3: 4541.0,
    });
    let shift = 1e-20 / (1e-12 * exp(-0.5 * per_volt * (at_v - below)));
    let grown = 2.0 * 1e-20 * 4541.0 * FARADAY_C_MOL * volume * REST_S;
    let start = shift + 2e-9;
    assert_grown(&run, f64::sqrt(start * start + grown) - start);
}

/// `exp(β L) = exp(β L₀) + β K t`.
#[test]
fn tunnelling_film_grows_with_the_logarithm_of_time() {
    let (volume, per_volt, _) = constants();
    let decay = 2e9;
    let (run, at_v) = rest(SeiMechanism::TunnellingLimited {
        exchange_current_a_m2: 1e-2,
        decay_1_m: decay,
    });
    let rate = volume * 1e-2 * exp(-0.5 * per_volt * at_v);
    let start = exp(decay * 2e-9);
    assert_grown(&run, ln((start + decay * rate * REST_S) / start) / decay);
}

/// Twice the area with half the rate per area binds the same lithium in half the thickness.
#[test]
fn area_factor_spreads_the_film() {
    let mut request = demonstration::request();
    request.sei.resistivity_ohm_m = 0.0;
    let rested = Protocol {
        steps: vec![
            Step::constant_current(-0.05, 3.6, 40_000.0),
            Step::rest(600.0),
        ],
    };
    request.sei.mechanism = SeiMechanism::ReactionLimited {
        exchange_current_a_m2: 2e-6,
    };
    let one = Simulator::new(&request).unwrap().run(&rested);
    request.sei.area_factor *= 2.0;
    request.sei.mechanism = SeiMechanism::ReactionLimited {
        exchange_current_a_m2: 1e-6,
    };
    let two = Simulator::new(&request).unwrap().run(&rested);
    assert!((two.lithium_lost_ah / one.lithium_lost_ah - 1.0).abs() < 1e-9);
    let initial = request.sei.initial_thickness_m;
    let halved = (two.sei_thickness_m - initial) / (one.sei_thickness_m - initial);
    assert!((halved - 0.5).abs() < 1e-9, "{halved}");
}

/// A badly cooled cell warms while current flows and comes back towards the ambient at rest.
#[test]
fn badly_cooled_cell_warms_and_cools_back() {
    let mut request = demonstration::request();
    let cold = Simulator::new(&request)
        .unwrap()
        .run(&demonstration::protocol());
    request.heat = Heat::Lumped {
        capacity_j_k: 200.0,
        cooling_w_k: 0.02,
        ambient_k: request.temperature_k,
    };
    let warm = Simulator::new(&request)
        .unwrap()
        .run(&demonstration::protocol());
    assert_eq!((cold.status, warm.status), (Status::Ok, Status::Ok));
    assert!(warm.peak_temperature_k > request.temperature_k + 1.0);
    assert!(cold.peak_temperature_k == request.temperature_k);
    let ended = warm.steps.last().unwrap().temperature_k;
    assert!(ended < warm.peak_temperature_k);
    let lost_j = warm.energy_in_j - warm.energy_out_j;
    assert!(lost_j > 0.0 && warm.energy_out_j > 0.0);
}
