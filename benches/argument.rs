//! How many faults planted in sound arguments are found: recall per kind of fault.
//!
//! In: seed and number of arguments (`cargo bench --bench argument -- --seed 1 --graphs 600`),
//! `--text` to write every argument as a rule file that the program reads, `--curved` for arguments
//! about products and functions. Out: a table in markdown: per operator the mutants, those that are
//! wrong by the second method of `truth.rs`, the share found with its Wilson interval, right step
//! and right kind, false alarms.
//! Every argument gives one mutant per operator; findings are compared with the complete list of
//! what is wrong, so that a needless finding is a false alarm.

#[path = "argument/curved.rs"]
mod curved;
#[path = "argument/curved_score.rs"]
mod curved_score;
#[path = "argument/dice.rs"]
mod dice;
#[path = "argument/model.rs"]
mod model;
#[path = "argument/mutants.rs"]
mod mutants;
#[path = "argument/score.rs"]
mod score;
#[path = "argument/sound.rs"]
mod sound;
#[path = "argument/truth.rs"]
mod truth;
#[path = "argument/written.rs"]
mod written;

use curved_score::CurvedTable;
use score::{Layer, Table, run};

/// Threads: the machines this is meant for have two cores.
const THREADS: u64 = 2;

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn main() {
    let words: Vec<String> = std::env::args().collect();
    let number = |name: &str, default: u64| {
        let at = words.iter().position(|word| word == name);
        let value = at.and_then(|at| words.get(at + 1));
        value.map_or(default, |text| text.parse().expect("a whole number"))
    };
    let (seed, graphs) = (number("--seed", 20_261_126), number("--graphs", 600));
    let layer = if words.iter().any(|word| word == "--text") {
        Layer::Text
    } else {
        Layer::Formulas
    };
    if words.iter().any(|word| word == "--curved") {
        return curved_layer(seed, graphs);
    }
    let start = std::time::Instant::now();
    let parts: Vec<Table> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|worker| scope.spawn(move || run(seed, layer, (worker..graphs).step_by(2))))
            .collect();
        let tables = workers.into_iter().map(|one| one.join().expect("no panic"));
        tables.collect()
    });
    let mut whole = Table::default();
    parts.iter().for_each(|part| whole.add(part));
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "seed {seed}, {layer:?}, {graphs} sound arguments, {THREADS} threads, {seconds:.1} s\n"
    );
    println!("{}", whole.markdown());
    if !whole.is_perfect() {
        std::process::exit(1);
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn curved_layer(seed: u64, graphs: u64) {
    let start = std::time::Instant::now();
    let parts: Vec<CurvedTable> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|worker| scope.spawn(move || curved_score::run(seed, (worker..graphs).step_by(2))))
            .collect();
        let tables = workers.into_iter().map(|one| one.join().expect("no panic"));
        tables.collect()
    });
    let mut whole = CurvedTable::default();
    parts.iter().for_each(|part| whole.add(part));
    let seconds = start.elapsed().as_secs_f64();
    println!("seed {seed}, products and functions, {graphs} sound arguments, {seconds:.1} s\n");
    println!("{}", whole.markdown());
    if !whole.has_no_false_alarm() {
        std::process::exit(1);
    }
}
