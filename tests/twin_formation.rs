//! Formation against converged reference trajectories and against its own laws.
//!
//! Method: every case in `reference/formation` that the model can run is run at the times of its
//! table, counted within each step, and compared from 10 s after each switch on; cases that need
//! physics not modelled are named with the feature. The laws need no data.

mod common;
#[path = "twin_formation/reference.rs"]
mod reference;

use cellwright::twin::formation::{FormationError, Modes, Resolution, Run, Simulator};
use reference::Case;

/// Voltage error of a run over the samples from 10 s after each switch on, V: rms and largest.
fn voltage_errors(case: &Case, run: &Run) -> (f64, f64) {
    let (mut squares, mut most, mut count) = (0.0, 0.0_f64, 0.0);
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
            most = most.max(error.abs());
            count += 1.0;
        }
    }
    assert!(
        count > 0.9 * case.rows.len() as f64 - 30.0,
        "only {count} samples compared"
    );
    (f64::sqrt(squares / count), most)
}

fn largest_step_error(case: &Case, run: &Run) -> (f64, f64) {
    assert_eq!(run.steps.len(), case.step_durations_s.len());
    let (mut seconds, mut relative) = (0.0_f64, 0.0_f64);
    for (ours, theirs) in run.steps.iter().zip(&case.step_durations_s) {
        let error = (ours.duration_s - theirs).abs();
        seconds = seconds.max(error);
        relative = relative.max(error / theirs);
    }
    (seconds, relative)
}

#[test]
fn reference_cases_are_reproduced_where_the_model_reaches() {
    let name = "reference_cases_are_reproduced_where_the_model_reaches";
    let folder = std::env::var_os("CELLWRIGHT_FORMATION_REFERENCE")
        .map(std::path::PathBuf::from)
        .or_else(|| common::shared("reference/formation"));
    let Some(folder) = folder.filter(|f| f.is_dir()) else {
        common::skip(name, "no formation reference data");
        return;
    };
    let mut ran = 0;
    for case in reference::cases(&folder) {
        match case
            .request(Modes::Sixteen, Resolution::STRICT)
            .and_then(|r| Simulator::new(&r))
        {
            Ok(simulator) => {
                compare(&case, &simulator);
                ran += 1;
            }
            Err(FormationError::NotYet { feature }) => {
                println!("{}: cannot run yet: {feature}", case.id);
            }
            Err(error) => panic!("{}: {error}", case.id),
        }
    }
    println!("{ran} reference cases compared");
}

fn compare(case: &Case, simulator: &Simulator) {
    let run = simulator.run_with_samples(&case.protocol, &case.sample_times_s());
    let (rms_v, max_v) = voltage_errors(case, &run);
    let (seconds, relative) = largest_step_error(case, &run);
    let efficiency = run.first_cycle_efficiency - case.first_cycle_efficiency;
    let lost_ah = run.lithium_lost_ah - case.lithium_lost_ah;
    println!(
        "{}: V rms {:.2} µV, max {:.2} µV; step ends {seconds:.4} s, {relative:.1e}; efficiency \
         {efficiency:+.1e}; lithium loss {lost_ah:+.1e} Ah; drift {:.1e} Ah",
        case.id,
        rms_v * 1e6,
        max_v * 1e6,
        run.lithium_drift_ah
    );
    assert_eq!(run.status, cellwright::twin::formation::Status::Ok);
    assert!(rms_v < 0.2e-3 && max_v < 1e-3, "{}: voltage", case.id);
    assert!(relative < 1e-3 || seconds < 0.1, "{}: step ends", case.id);
    assert!(efficiency.abs() < 2e-5, "{}: efficiency", case.id);
    assert!(
        lost_ah.abs() <= 2e-3 * case.lithium_lost_ah.max(1e-9),
        "{}: loss",
        case.id
    );
    assert!(run.lithium_drift_ah.abs() < 1e-9, "{}: inventory", case.id);
}
