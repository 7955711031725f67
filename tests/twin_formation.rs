//! Formation against converged reference trajectories and against its own laws.
//!
//! Method: every case in `reference/formation` is run at the times of its table, counted within
//! each step, and compared from 10 s after each switch on. The laws need no data.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "twin_formation/additive.rs"]
mod additive;
mod common;
#[path = "twin_formation/convergence.rs"]
mod convergence;
#[path = "twin_formation/demonstration.rs"]
mod demonstration;
#[path = "twin_formation/ladder.rs"]
mod ladder;
#[path = "twin_formation/lanes.rs"]
mod lanes;
#[path = "twin_formation/laws.rs"]
mod laws;
#[path = "twin_formation/reference.rs"]
mod reference;
#[path = "twin_formation/threads.rs"]
mod threads;
#[path = "twin_formation/validation.rs"]
mod validation;

use cellwright::twin::formation::{
    End, Modes, Operation, Protocol, Resolution, Run, Simulator, Status, Step, TwoCycles,
    areal_loading_of_file_kg_m2,
};
use reference::Case;

/// Largest differences between a run and its reference, from 10 s after each switch on.
#[derive(Default)]
struct Errors {
    voltage_rms_v: f64,
    voltage_v: f64,
    temperature_k: f64,
    sei_share: f64,
    step_s: f64,
    /// Step duration beyond 1e-4 of it or 2 s, whichever is more, s.
    step_beyond_s: f64,
}

fn errors(case: &Case, run: &Run) -> Errors {
    let mut errors = Errors::default();
    let (mut squares, mut count) = (0.0, 0.0);
    let mut rows = case.rows.iter().peekable();
    for sample in &run.samples {
        let row = loop {
            let row = rows.next().expect("every sample has its row");
            if row.step == sample.step && (row.time_s - sample.time_s).abs() < 1e-6 {
                break row;
            }
        };
        if sample.time_s >= 10.0 {
            let error = sample.voltage_v - row.voltage_v;
            squares += error * error;
            count += 1.0;
            errors.voltage_v = errors.voltage_v.max(error.abs());
            let warmer = (sample.temperature_k - row.temperature_k).abs();
            errors.temperature_k = errors.temperature_k.max(warmer);
            let thicker = (sample.sei_thickness_m / row.sei_thickness_m - 1.0).abs();
            errors.sei_share = errors.sei_share.max(thicker);
        }
    }
    assert!(
        count > 0.9 * case.rows.len() as f64 - 30.0,
        "only {count} samples compared"
    );
    errors.voltage_rms_v = f64::sqrt(squares / count);
    assert_eq!(run.steps.len(), case.step_durations_s.len());
    for (ours, theirs) in run.steps.iter().zip(&case.step_durations_s) {
        let error = (ours.duration_s - theirs).abs();
        errors.step_s = errors.step_s.max(error);
        errors.step_beyond_s = errors
            .step_beyond_s
            .max(error - f64::max(2.0, 1e-4 * theirs));
    }
    errors
}

#[test]
fn reference_cases_are_reproduced() {
    let name = "reference_cases_are_reproduced";
    let folder = std::env::var_os("CELLWRIGHT_FORMATION_REFERENCE")
        .map(std::path::PathBuf::from)
        .or_else(|| common::shared("reference/formation"));
    let Some(folder) = folder.filter(|f| f.is_dir()) else {
        common::skip(name, "no formation reference data");
        return;
    };
    let mut ran = 0;
    for case in reference::cases(&folder) {
        let simulator = |modes, resolution| {
            let request = case.request(modes, resolution);
            Simulator::new(&request).unwrap_or_else(|e| panic!("{}: {e}", case.id))
        };
        compare(&case, &simulator(Modes::Sixteen, Resolution::FINE));
        shipped(&case, &simulator(Modes::Eight, Resolution::FAST));
        ran += 1;
    }
    assert!(ran > 0, "{} has no case", folder.display());
    println!("{ran} reference cases compared");
}

/// The setting of every sample: 1 mV, 2e-5 in efficiency. Sampling shortens steps, so efficiency and
/// steps are those of a run without.
fn shipped(case: &Case, simulator: &Simulator) {
    let found = errors(
        case,
        &simulator.run_with_samples(&case.protocol, &case.sample_times_s()),
    );
    let plain = simulator.run(&case.protocol);
    let efficiency = plain.first_cycle_efficiency - case.first_cycle_efficiency;
    let lost = plain.lithium_lost_ah - case.lithium_lost_ah;
    let (volts, id) = (found.voltage_v, &case.id);
    println!(
        "{id} as shipped: V max {:.0} µV; efficiency {efficiency:+.1e}; loss {lost:+.1e} Ah",
        volts * 1e6
    );
    assert_eq!(plain.status, Status::Ok, "{id}");
    assert!(volts < 1e-3, "{id}: {volts} V");
    assert!(efficiency.abs() < 2e-5, "{id}: {efficiency}");
    assert!(lost.abs() <= 2e-3 * case.lithium_lost_ah.max(1e-9), "{id}");
}

fn compare(case: &Case, simulator: &Simulator) {
    let run = simulator.run_with_samples(&case.protocol, &case.sample_times_s());
    let errors = errors(case, &run);
    let efficiency = run.first_cycle_efficiency - case.first_cycle_efficiency;
    let lost_ah = run.lithium_lost_ah - case.lithium_lost_ah;
    println!(
        "{}: V rms {:.2} µV, max {:.2} µV; step ends {:.4} s; efficiency {efficiency:+.1e}; \
         lithium loss {lost_ah:+.1e} Ah; film {:.1e}; T {:.1e} K; drift {:.1e} Ah",
        case.id,
        errors.voltage_rms_v * 1e6,
        errors.voltage_v * 1e6,
        errors.step_s,
        errors.sei_share,
        errors.temperature_k,
        run.lithium_drift_ah
    );
    let id = &case.id;
    assert_eq!(run.status, Status::Ok, "{id}");
    let (rms_v, max_v) = case.voltage_lines_v();
    assert!(
        errors.voltage_rms_v < rms_v && errors.voltage_v < max_v,
        "{id}: voltage"
    );
    assert!(errors.step_beyond_s <= 0.0, "{id}: step ends");
    assert!(efficiency.abs() < 2e-5, "{id}: efficiency");
    assert!(
        lost_ah.abs() <= 2e-3 * case.lithium_lost_ah.max(1e-9),
        "{id}: loss"
    );
    assert!(errors.sei_share < 2e-3, "{id}: film");
    assert!(errors.temperature_k < 0.05, "{id}: temperature");
    assert!(run.lithium_drift_ah.abs() < 1e-9, "{id}: inventory");
}

fn run_of(request: &cellwright::twin::formation::Request, protocol: &Protocol) -> Run {
    Simulator::new(request)
        .expect("the request is sound")
        .run(protocol)
}

#[test]
fn demonstration_cell_keeps_its_balances() {
    let run = run_of(&demonstration::request(), &demonstration::protocol());
    println!(
        "efficiency {:.4}, first charge {:.3} Ah, last discharge {:.3} Ah, loss {:.3} Ah, film \
         {:.1} nm, {:.2} h, rest drop {:.2} mV, lowest anode potential {:.1} mV, drift {:.1e} Ah, \
         {} trials",
        run.first_cycle_efficiency,
        run.first_charge_ah,
        run.last_discharge_ah,
        run.lithium_lost_ah,
        run.sei_thickness_m * 1e9,
        run.duration_s / 3600.0,
        run.rest_drop_v * 1e3,
        run.negative_potential_min_v * 1e3,
        run.lithium_drift_ah,
        run.trials
    );
    assert_eq!(run.status, Status::Ok);
    assert_eq!(run.steps.len(), 11);
    assert!(run.lithium_drift_ah.abs() < 1e-9 && run.charge_drift_ah.abs() < 1e-9);
    assert!((0.85..0.93).contains(&run.first_cycle_efficiency));
    for (index, voltage_v) in [(1, 4.2), (2, 4.2), (4, 2.7), (6, 4.2), (7, 4.2), (9, 2.7)] {
        assert!(
            (run.steps[index].voltage_v - voltage_v).abs() < 2e-7,
            "step {index}"
        );
    }
    let films = run.steps.windows(2);
    assert!(
        films
            .into_iter()
            .all(|s| s[1].sei_thickness_m >= s[0].sei_thickness_m)
    );
    assert!(run.steps[10].sei_thickness_m > run.steps[0].sei_thickness_m);
}

/// The numbers of an optimised build, to the last bit, with the solver's work beside them. They
/// change when the method changes, and never with build profile, machine or thread count.
#[test]
fn bits_do_not_depend_on_the_build() {
    let run = run_of(&demonstration::request(), &demonstration::protocol());
    assert_eq!(run.first_cycle_efficiency, 0.898_637_865_187_047_8);
    assert_eq!(run.trials, 265);
}

#[test]
fn shipped_protocol_is_the_two_cycle_protocol() {
    let verb = |step: &Step| match step.operation {
        Operation::Rest => "Rest",
        Operation::ConstantCurrent { c_rate } if c_rate < 0.0 => "Charge",
        Operation::ConstantCurrent { .. } => "Discharge",
        Operation::ConstantVoltage { .. } => "Hold",
    };
    let ours: Vec<&str> = demonstration::protocol().steps.iter().map(verb).collect();
    assert_eq!(demonstration::shipped_verbs(), ours);
}

#[test]
fn area_and_current_doubled_leave_the_voltage() {
    let mut request = demonstration::request();
    let times: Vec<Vec<f64>> = vec![vec![600.0, 2400.0]; 11];
    let one = Simulator::new(&request).unwrap();
    request.cell.area_m2 *= 2.0;
    request.cell.nominal_capacity_ah *= 2.0;
    let two = Simulator::new(&request).unwrap();
    let one = one.run_with_samples(&demonstration::protocol(), &times);
    let two = two.run_with_samples(&demonstration::protocol(), &times);
    assert!(one.samples.len() > 15);
    for (a, b) in one.samples.iter().zip(&two.samples) {
        assert!((a.voltage_v - b.voltage_v).abs() < 1e-9);
        assert!((2.0 * a.current_a - b.current_a).abs() < 1e-7);
    }
    assert!((2.0 * one.lithium_lost_ah - two.lithium_lost_ah).abs() < 1e-7);
}

#[test]
fn second_run_of_the_same_object_gives_the_same_bits() {
    let simulator = Simulator::new(&demonstration::request()).unwrap();
    let first = format!("{:?}", simulator.run(&demonstration::protocol()));
    assert_eq!(
        first,
        format!("{:?}", simulator.run(&demonstration::protocol()))
    );
    let model = demonstration::model();
    let (mut a, mut b) = (
        vec![0.0; model.outputs().len()],
        vec![1.0; model.outputs().len()],
    );
    let inputs = model.base_inputs();
    let mut hot = inputs.clone();
    hot[0] = 318.15;
    assert_eq!(model.run(&inputs, &mut a), Status::Ok);
    assert_eq!(model.run(&hot, &mut b), Status::Ok);
    assert!(b[4] > a[4], "a hot cell loses more lithium");
    assert_eq!(model.run(&inputs, &mut b), Status::Ok);
    let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&a), bits(&b));
}

/// Observed order of convergence in the longest step: lithium loss during a charge of given
/// duration, and duration of the constant-voltage step after it.
#[test]
fn error_falls_with_the_square_of_the_step() {
    let at = |length_max_s: f64, steps: &[Step]| {
        let mut request = demonstration::request();
        request.resolution = Resolution {
            length_max_s,
            voltage_length_max_s: length_max_s,
            surprise_max: 1e9,
        };
        let protocol = Protocol {
            steps: steps.to_vec(),
        };
        let run = run_of(&request, &protocol);
        assert_eq!(run.status, Status::Ok);
        run
    };
    let mut charge = Step::rest(60_000.0);
    charge.operation = Operation::ConstantCurrent { c_rate: -0.05 };
    let loss = |length_s| at(length_s, std::slice::from_ref(&charge)).lithium_lost_ah;
    let exact = loss(16.0);
    let ratio = (loss(512.0) - exact) / (loss(256.0) - exact);
    println!(
        "lithium loss: error at 512 s {:.1e} Ah, ratio {ratio:.2}",
        loss(512.0) - exact
    );
    assert!(
        (3.0..9.0).contains(&ratio),
        "the error at 512 s is {ratio} times that at 256 s"
    );

    let to_voltage = &demonstration::protocol().steps[1..3];
    let held = |length_s| at(length_s, to_voltage).steps[1].duration_s;
    let exact = held(1.0);
    let ratio = (held(32.0) - exact) / (held(16.0) - exact);
    println!(
        "constant voltage: error at 32 s {:.1e} s, ratio {ratio:.2}",
        held(32.0) - exact
    );
    assert!(
        (3.0..5.0).contains(&ratio),
        "the error at 32 s is {ratio} times that at 16 s"
    );
}

#[test]
fn sampling_does_not_move_the_ends_of_steps() {
    let mut request = demonstration::request();
    request.resolution = Resolution::STRICT;
    let simulator = Simulator::new(&request).unwrap();
    let plain = simulator.run(&demonstration::protocol());
    let times: Vec<f64> = (0..4000).map(|i| f64::from(i) * 37.3).collect();
    let sampled = simulator.run_with_samples(&demonstration::protocol(), &vec![times; 11]);
    for (a, b) in plain.steps.iter().zip(&sampled.steps) {
        let allowed = 0.5 + 2e-6 * a.duration_s;
        assert!((a.duration_s - b.duration_s).abs() < allowed, "{a:?} {b:?}");
    }
}

#[test]
fn cell_without_interphase_gives_back_what_it_takes() {
    let mut request = demonstration::request();
    request.sei.mechanism = cellwright::twin::formation::SeiMechanism::None;
    let slow = TwoCycles {
        first_c_rate: 0.01,
        cut_off_c_rate: 0.002,
        ..demonstration::TWO_CYCLES
    };
    let run = run_of(&request, &Protocol::two_cycles(&slow));
    assert_eq!(run.lithium_lost_ah, 0.0);
    // The second charge starts where the first discharge ended; only diffusion keeps a rest.
    let second = run.steps[6].charged_ah + run.steps[7].charged_ah;
    assert!(
        (second / run.last_discharge_ah - 1.0).abs() < 0.03,
        "{run:?}"
    );
}

#[test]
fn end_not_reached_is_a_status_and_the_run_goes_on() {
    let protocol = Protocol {
        steps: vec![
            Step::rest(600.0),
            Step::constant_current(-0.05, 4.2, 3600.0),
            Step::rest(60.0),
        ],
    };
    let run = run_of(&demonstration::request(), &protocol);
    assert_eq!(run.status, Status::EndNotReached { step: 1 });
    assert_eq!(run.steps.len(), 3);
    assert!(run.first_cycle_efficiency.is_nan());
}

/// A charge to a voltage that the cell is above, a discharge to one that it is below, and a hold until
/// a current that it never reaches: each would pass without a word and leave another protocol.
#[test]
fn an_end_met_before_its_step_is_a_status_and_the_run_goes_on() {
    let charge = Step::constant_current(-0.1, 4.0, 72_000.0);
    let hold = Step {
        operation: Operation::ConstantVoltage { voltage_v: 4.0 },
        ends: vec![End::CurrentAtMost(5.0)],
        longest_s: 3600.0,
    };
    for infeasible in [
        Step::constant_current(-0.1, 3.0, 72_000.0),
        Step::constant_current(0.1, 4.19, 72_000.0),
        hold,
    ] {
        let steps = vec![charge.clone(), infeasible, Step::rest(60.0)];
        let run = run_of(&demonstration::request(), &Protocol { steps });
        assert_eq!(run.status, Status::EndMetAtStart { step: 1 });
        assert_eq!(run.steps.len(), 3);
        assert_eq!(run.steps[1].duration_s.to_bits(), 0.0_f64.to_bits());
    }
    // A worse trouble behind it is the one that is told.
    let never = Step::constant_current(-0.05, 4.2, 60.0);
    let infeasible = Step::constant_current(-0.1, 3.0, 72_000.0);
    let steps = vec![charge.clone(), infeasible, never];
    let run = run_of(&demonstration::request(), &Protocol { steps });
    assert_eq!(run.status, Status::EndNotReached { step: 2 });
    // A guard beside a duration may be met, and a rest of no time is said to take none.
    let mut pulse = Step::constant_current(0.1, 4.19, 10.0);
    pulse.ends.push(End::Duration(10.0));
    let steps = vec![charge.clone(), pulse, Step::rest(60.0)];
    let run = run_of(&demonstration::request(), &Protocol { steps });
    assert_eq!(run.status, Status::Ok);
    let steps = vec![charge, Step::rest(0.0), Step::rest(60.0)];
    let run = run_of(&demonstration::request(), &Protocol { steps });
    assert_eq!(run.status, Status::Ok);
}

#[test]
fn first_end_to_be_met_ends_the_step() {
    let mut charge = Step::constant_current(-0.05, 4.2, 216_000.0);
    charge.ends.push(End::Capacity(2.5));
    let hold = Step {
        operation: Operation::ConstantCurrent { c_rate: 0.02 },
        ends: vec![End::Duration(1e6), End::VoltageAtMost(3.4)],
        longest_s: 2e6,
    };
    let protocol = Protocol {
        steps: vec![charge, Step::rest(0.0), hold],
    };
    let run = run_of(&demonstration::request(), &protocol);
    assert_eq!(run.status, Status::Ok);
    assert!(
        (run.steps[0].charged_ah - 2.5).abs() < 1e-7,
        "{:?}",
        run.steps[0]
    );
    assert!((run.steps[0].duration_s - 4.0 * 3600.0).abs() < 1e-3);
    assert_eq!(run.steps[1].duration_s, 0.0);
    assert!((run.steps[2].voltage_v - 3.4).abs() < 2e-7 && run.steps[2].duration_s < 1e6);
}

#[test]
fn emptied_particle_stops_the_run_with_a_status() {
    let protocol = Protocol {
        steps: vec![Step::constant_current(0.05, -9.0, 1e7), Step::rest(60.0)],
    };
    let run = run_of(&demonstration::request(), &protocol);
    assert_eq!(run.status, Status::StoichiometryBound { step: 0 });
    assert!(run.steps.is_empty());
}

#[test]
fn impossible_voltage_is_a_status() {
    let protocol = Protocol {
        steps: vec![Step::constant_voltage(30.0, 0.02, 3600.0)],
    };
    let run = run_of(&demonstration::request(), &protocol);
    assert_eq!(run.status, Status::VoltageNotConverged { step: 0 });
}

#[test]
fn every_input_is_checked_by_port() {
    let model = demonstration::model();
    let mut outputs = vec![0.0; model.outputs().len()];
    for (port, definition) in model.inputs().iter().enumerate() {
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            let mut inputs = model.base_inputs();
            inputs[port] = bad;
            let status = model.run(&inputs, &mut outputs);
            assert_eq!(
                status,
                Status::InputOutOfRange { port },
                "{}",
                definition.name
            );
            assert!(outputs.iter().all(|o| o.is_nan()));
        }
    }
}

#[test]
fn more_cathode_gives_more_first_charge() {
    let model = demonstration::model();
    let mut outputs = vec![0.0; model.outputs().len()];
    let mut inputs = model.base_inputs();
    assert_eq!(model.run(&inputs, &mut outputs), Status::Ok);
    let base = outputs[1];
    inputs[7] *= 1.02;
    assert_eq!(model.run(&inputs, &mut outputs), Status::Ok);
    let gain = outputs[1] / base - 1.0;
    assert!(
        (0.01..0.025).contains(&gain),
        "2 % more cathode gave {gain}"
    );
}

#[test]
fn pristine_state_follows_from_the_inventory_of_the_formed_cell() {
    let bpx = demonstration::bpx();
    let cell = demonstration::request().cell;
    let pristine = cell.pristine_before(&bpx, 0.005, 0.7).unwrap();
    let before = cell.lithium_ah(
        pristine.negative_stoichiometry,
        pristine.positive_stoichiometry,
    );
    assert!((before - 0.7 - cell.lithium_ah(0.756_68, 0.424_24)).abs() < 1e-9);
    assert!(
        cell.pristine_before(&bpx, 0.005, 1.0).is_err(),
        "more lithium than fits"
    );
    let loading = areal_loading_of_file_kg_m2(&bpx.positive, 0.95, 4700.0);
    assert!((0.15..0.2).contains(&loading), "{loading} kg/m²");
}
