//! Formations per second: a whole protocol of eleven steps, many cells side by side.
//!
//! In: the 5 Ah cell of Chen et al. 2020 with an EC-reaction-limited film, ten of its parameters
//! drawn at random, and the protocol rest, C/20 to 4.2 V, hold to C/50, rest, C/20 to 2.5 V, rest,
//! and again at C/10. Out: formations per second of processor time, the largest error of voltage
//! and efficiency against the finest setting over the same cells, and peak memory, as JSON.
//! Run with `cargo bench --bench formation [-- SAMPLES]`.

#[path = "formation/cell.rs"]
mod cell;

use cell::{PORTS, model, request, sample, wide};
use cellwright::twin::formation::{Modes, Resolution, Sample, Simulator, Status};
use std::collections::BTreeMap;

/// Seconds of processor time that this process has used.
fn processor_s() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(')').next().unwrap_or("").split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|f| f.parse::<f64>().ok());
    (ticks(12).unwrap_or(f64::NAN) + ticks(13).unwrap_or(f64::NAN)) / 100.0
}

/// Peak memory of this process, MB.
fn peak_mb() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with("VmHWM:"));
    let kb = line.and_then(|l| l.split_whitespace().nth(1)?.parse::<f64>().ok());
    kb.unwrap_or(f64::NAN) / 1024.0
}

/// Largest error over some cells: voltage from 10 s after each switch, V; efficiency, 1; duration
/// of a step, s.
fn errors(modes: Modes, resolution: Resolution, cells: u64) -> (f64, f64, f64) {
    let finest = Resolution {
        length_max_s: 16.0,
        voltage_length_max_s: 2.0,
        surprise_max: 0.005,
    };
    // Times in step rise from 10 s by a quarter up to 240 s, then every 240 s.
    let mut times = vec![10.0, 12.5, 15.6, 20.0, 30.0, 60.0, 120.0];
    times.extend((1..400).map(|k| f64::from(k) * 240.0));
    let (mut voltage_v, mut efficiency, mut duration_s) = (0.0_f64, 0.0_f64, 0.0_f64);
    for index in 0..cells {
        let (base, protocol) = cell::single(index);
        let run = |modes, resolution, times: &[Vec<f64>]| {
            let request = request(&base, modes, resolution);
            let simulator = Simulator::new(&request).expect("the cell is sound");
            simulator.run_with_samples(&protocol, times)
        };
        let times = vec![times.clone(); protocol.steps.len()];
        // Sampling shortens steps: efficiency and durations are those of the run without.
        let plain = run(modes, resolution, &[]);
        let coarse = run(modes, resolution, &times);
        let fine = run(Modes::SixtyFour, finest, &times);
        assert_eq!((plain.status, fine.status), (Status::Ok, Status::Ok));
        let mut fine_samples = fine.samples.iter().peekable();
        for s in &coarse.samples {
            let same = |f: &&_| key(f) < key(s);
            while fine_samples.next_if(same).is_some() {}
            if let Some(f) = fine_samples.peek().filter(|f| key(f) == key(s)) {
                voltage_v = voltage_v.max((f.voltage_v - s.voltage_v).abs());
            }
        }
        efficiency =
            efficiency.max((plain.first_cycle_efficiency - fine.first_cycle_efficiency).abs());
        for (a, b) in plain.steps.iter().zip(&fine.steps) {
            duration_s = duration_s.max((a.duration_s - b.duration_s).abs());
        }
    }
    (voltage_v, efficiency, duration_s)
}

fn key(sample: &Sample) -> (usize, u64) {
    (sample.step, sample.time_s.to_bits())
}

/// Runs many cells far from the base and counts how they went: a broken balance is a status.
fn balances(cells: usize) {
    let model = model(Modes::Eight, Resolution::FAST);
    let mut counts = BTreeMap::new();
    for first in (0..cells).step_by(512) {
        let rows = 512.min(cells - first);
        let inputs: Vec<f64> = (first..first + rows).flat_map(|i| wide(i as u64)).collect();
        let mut outputs = vec![0.0; rows * model.outputs().len()];
        let mut statuses = vec![Status::Ok; rows];
        model.run_block(&inputs, &mut outputs, &mut statuses);
        for status in statuses {
            *counts.entry(status.label()).or_insert(0_usize) += 1;
        }
    }
    println!("{{\"wide\": {cells}, \"statuses\": {counts:?}}}");
}

fn main() {
    let samples: usize = std::env::args()
        .skip(1)
        .find_map(|a| a.parse().ok())
        .unwrap_or(4096);
    for (name, modes, resolution) in [
        ("fast", Modes::Eight, Resolution::FAST),
        ("strict", Modes::Sixteen, Resolution::STRICT),
    ] {
        let model = model(modes, resolution);
        let inputs: Vec<f64> = (0..samples as u64).flat_map(sample).collect();
        let mut outputs = vec![0.0; samples * model.outputs().len()];
        let mut statuses = vec![Status::Ok; samples];
        let before_s = processor_s();
        for ((inputs, outputs), statuses) in inputs
            .chunks(512 * PORTS)
            .zip(outputs.chunks_mut(512 * model.outputs().len()))
            .zip(statuses.chunks_mut(512))
        {
            model.run_block(inputs, outputs, statuses);
        }
        let spent_s = processor_s() - before_s;
        let failed = statuses.iter().filter(|s| **s != Status::Ok).count();
        let (voltage_v, efficiency, duration_s) = errors(modes, resolution, 16);
        println!(
            "{{\"setting\": \"{name}\", \"formations\": {samples}, \"failed\": {failed}, \
             \"processor_s\": {spent_s:.2}, \"per_second\": {:.0}, \"voltage_error_mv\": {:.4}, \
             \"efficiency_error_ppm\": {:.2}, \"step_error_s\": {:.3}, \"peak_mb\": {:.0}}}",
            samples as f64 / spent_s,
            voltage_v * 1e3,
            efficiency * 1e6,
            duration_s,
            peak_mb()
        );
    }
    balances(100_000);
}
