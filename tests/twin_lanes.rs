//! The line in lanes gives the bits of the line one by one.
//!
//! Goal: one sample and a million are the same numbers. Method: samples of the demonstration,
//! some of them moved to where a law fails or a phase ends in another step, are run alone and in
//! groups of 1, 4 and 8; outcomes are compared bit by bit, failures by their reason.

use cellwright::document::Disk;
use cellwright::monte_carlo::ensemble::Draws;
use cellwright::run::binding::Binding;
use cellwright::run::documents::{self, Documents};
use cellwright::twin::{Flags, Line, Status};

fn documents_of(scenario: &str) -> Documents {
    documents::read(&Disk::new(env!("CARGO_MANIFEST_DIR")), scenario).unwrap_or_else(|rejected| {
        panic!("{}", rejected.diagnostics.render(&rejected.sources, false))
    })
}

/// Rows of inputs; every seventh goes faster, every eleventh has air no law reaches, every
/// thirteenth a loading below zero.
fn rows(documents: &Documents, line: &Line, count: u64) -> Vec<f64> {
    let binding = Binding::new(&documents.plant, &documents.new, &documents.model)
        .expect("all inputs are given");
    let draws = Draws::new(&binding.inputs[..line.input_count()], 7).expect("drawable");
    let place = |name: &str| binding.place(name).expect(name);
    let mut rows = Vec::new();
    for index in 0..count {
        let mut row = vec![0.0; line.input_count()];
        draws.row(index, &mut row);
        if index % 7 == 3 {
            row[place("coating.web_speed")] *= 2.5;
        }
        if index % 11 == 5 {
            row[place("drying.zone[2].air_temperature")] = 480.0;
        }
        if index % 13 == 6 {
            row[place("coating.areal_loading")] *= -1.0;
        }
        rows.extend(row);
    }
    rows
}

fn in_lanes<const N: usize>(line: &Line, inputs: &[f64]) -> (Vec<u64>, Vec<String>) {
    let count = inputs.len() / line.input_count();
    let mut outputs = vec![0.0; count * line.output_count()];
    let mut statuses = vec![Status::Valid(Flags::NONE); count];
    line.run_lanes::<N>(inputs, &mut outputs, &mut statuses);
    let bits = outputs.iter().map(|value| value.to_bits()).collect();
    (
        bits,
        statuses
            .iter()
            .map(|status| format!("{status:?}"))
            .collect(),
    )
}

fn one_by_one(line: &Line, inputs: &[f64]) -> (Vec<u64>, Vec<String>) {
    let (mut bits, mut said) = (Vec::new(), Vec::new());
    let mut outputs = vec![0.0; line.output_count()];
    for row in inputs.chunks(line.input_count()) {
        said.push(format!("{:?}", line.run(row, &mut outputs)));
        bits.extend(outputs.iter().map(|value| value.to_bits()));
    }
    (bits, said)
}

fn compare(scenario: &str) {
    let documents = documents_of(scenario);
    let line = documents.plant.line().expect("a line");
    // Neither a multiple of 4 nor of 8: the last group is not full.
    let inputs = rows(&documents, line, 45);
    let alone = one_by_one(line, &inputs);
    let failed = alone
        .1
        .iter()
        .filter(|said| said.starts_with("Failed"))
        .count();
    assert!((3..30).contains(&failed), "{:?}", alone.1);
    assert!(in_lanes::<1>(line, &inputs) == alone, "{scenario}: 1 lane");
    assert!(in_lanes::<4>(line, &inputs) == alone, "{scenario}: 4 lanes");
    assert!(in_lanes::<8>(line, &inputs) == alone, "{scenario}: 8 lanes");
}

#[test]
fn the_cathode_line_has_the_same_bits_in_any_lanes() {
    compare("scenarios/line3-faster.toml");
}

/// A group in which no sample gets as far as the dryer.
#[test]
fn a_group_of_failures_is_a_group_of_reasons() {
    let documents = documents_of("scenarios/line3-faster.toml");
    let line = documents.plant.line().expect("a line");
    let mut inputs = rows(&documents, line, 8);
    inputs.fill(f64::NAN);
    let (bits, said) = in_lanes::<8>(line, &inputs);
    assert!(said.iter().all(|one| one.contains("NotFinite")), "{said:?}");
    assert!(bits.iter().all(|bits| f64::from_bits(*bits).is_nan()));
}
