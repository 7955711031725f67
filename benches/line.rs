//! The electrode line: one run, and a million, with the bits of one.
//!
//! In: the demonstration scenario. Out: a table: time of a single run, samples per second and
//! processor second in groups of 1, 4 and 8 lanes on one thread and of 8 on two, memory, and a
//! digest of all outcomes, which must be the same in every row. `cargo bench --bench line --
//! 100000` takes another number of samples. Not a test: numbers go to `docs/benchmarks.md`.

#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::time::Instant;

use cellwright::canonical::sha256_hex;
use cellwright::document::Disk;
use cellwright::monte_carlo::ensemble::Draws;
use cellwright::parallel::map_chunks;
use cellwright::run::binding::Binding;
use cellwright::run::documents;
use cellwright::twin::{Line, Status};

/// Samples that are kept in memory at a time.
const BLOCK: usize = 512;

/// What a pass over all samples came to.
struct Passed {
    wall_s: f64,
    cpu_s: f64,
    failed: u64,
    digest: String,
}

fn main() {
    let samples: u64 = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .next()
        .unwrap_or(1_000_000);
    let scenario = "scenarios/line3-faster.toml";
    let documents = match documents::read(&Disk::new("."), scenario) {
        Ok(documents) => documents,
        Err(rejected) => panic!("{}", rejected.diagnostics.render(&rejected.sources, false)),
    };
    let binding =
        Binding::new(&documents.plant, &documents.new, &documents.model).expect("bound inputs");
    let line = documents.plant.line().expect("a line").clone();
    let draws = Draws::new(&binding.inputs[..line.input_count()], 20_261_122).expect("drawable");
    println!("line of {scenario}: {} outcomes", line.output_count());
    println!(
        "single run: {:.3} ms (median of 2 000)",
        single_ms(&line, &binding)
    );
    println!("draws alone: {:.2} us a sample", draws_us(&line, &draws));
    println!("lanes threads  samples  wall s   us CPU each  failed  MiB  digest");
    for (lanes, threads) in [(1, 1), (4, 1), (8, 1), (8, 2)] {
        let passed = match lanes {
            1 => pass::<1>(&line, &draws, samples, threads),
            4 => pass::<4>(&line, &draws, samples, threads),
            _ => pass::<8>(&line, &draws, samples, threads),
        };
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let each_us = 1e6 * passed.cpu_s / samples as f64;
        println!(
            "{lanes:>5} {threads:>7} {samples:>8}  {:>6.2}  {each_us:>11.2}  {:>6}  {:>3}  {}",
            passed.wall_s,
            passed.failed,
            resident_mib(),
            &passed.digest[..16]
        );
    }
}

fn single_ms(line: &Line, binding: &Binding) -> f64 {
    let inputs = &binding.nominal[..line.input_count()];
    let mut outputs = vec![0.0; line.output_count()];
    let mut times: Vec<f64> = (0..2_000)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(line.run(std::hint::black_box(inputs), &mut outputs));
            1e3 * start.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_unstable_by(f64::total_cmp);
    times[times.len() / 2]
}

fn draws_us(line: &Line, draws: &Draws) -> f64 {
    let mut row = vec![0.0; line.input_count()];
    let start = Instant::now();
    for index in 0..20_000 {
        draws.row(index, std::hint::black_box(&mut row));
    }
    1e6 * start.elapsed().as_secs_f64() / 20_000.0
}

/// Draws and runs all samples, keeps nothing but a digest of each chunk: every bit of every
/// outcome is folded in, with a hash that costs little beside the samples.
fn pass<const N: usize>(line: &Line, draws: &Draws, samples: u64, threads: usize) -> Passed {
    let (wide, long) = (line.input_count(), line.output_count());
    let (start, cpu) = (Instant::now(), cpu_s());
    let chunks = map_chunks(samples, threads, &|_| {}, |range| {
        let mut inputs = vec![0.0; wide * BLOCK];
        let mut outputs = vec![0.0; long * BLOCK];
        let mut statuses = vec![Status::Valid(cellwright::twin::Flags::NONE); BLOCK];
        let (mut failed, mut folded) = (0_u64, 0_u64);
        let indices: Vec<u64> = range.collect();
        for block in indices.chunks(BLOCK) {
            for (index, row) in block.iter().zip(inputs.chunks_mut(wide)) {
                draws.row(*index, row);
            }
            let count = block.len();
            let (inputs, outputs) = (&inputs[..wide * count], &mut outputs[..long * count]);
            line.run_lanes::<N>(inputs, outputs, &mut statuses[..count]);
            failed += statuses[..count]
                .iter()
                .filter(|s| s.flags().is_none())
                .count() as u64;
            folded = outputs.iter().fold(folded, |sum, value| {
                (sum.rotate_left(5) ^ value.to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            });
        }
        (failed, folded)
    });
    let chunks = chunks.expect("no panic");
    let all: Vec<u8> = chunks.iter().flat_map(|c| c.1.to_le_bytes()).collect();
    Passed {
        wall_s: start.elapsed().as_secs_f64(),
        cpu_s: cpu_s() - cpu,
        failed: chunks.iter().map(|(failed, _)| failed).sum(),
        digest: sha256_hex(&all),
    }
}

/// Processor time of this process, s, in the 10 ms ticks of Linux.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let behind = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> = behind
        .split_whitespace()
        .filter_map(|f| f.parse().ok())
        .collect();
    // Without the letter of the state, `utime` and `stime` are fields 10 and 11.
    fields.get(10).unwrap_or(&0.0) / 100.0 + fields.get(11).unwrap_or(&0.0) / 100.0
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1024
}
