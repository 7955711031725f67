//! Many cells side by side: the same bits as alone, and the balances of every one of them.

use super::demonstration;
use cellwright::lanes::vectorised;
use cellwright::model::curve::Curve;
use cellwright::twin::formation::{
    End, Model, Operation, Protocol, Run, Simulator, Status, Step, StepOutcome,
};

/// Cells of the property test: a development build takes fifty times as long for each.
const CELLS: usize = if cfg!(debug_assertions) { 48 } else { 100_000 };

/// Cells side by side in one call, as in a run.
const BLOCK: usize = 1024;

/// Uniform in 0..1 from a counter: SplitMix64 (G. L. Steele et al., OOPSLA 2014).
fn uniform(counter: usize) -> f64 {
    let mut z = (counter as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
}

/// Inputs spread widely around the demonstration cell: hot and cold, fast and slow, thin and thick.
fn rows(model: &Model, count: usize) -> Vec<f64> {
    let base = model.base_inputs();
    let mut rows = Vec::new();
    for row in 0..count {
        for (port, &value) in base.iter().enumerate() {
            let u = 2.0 * uniform(row * base.len() + port) - 1.0;
            rows.push(match port {
                0 => value + 15.0 * u,
                1..=3 => value * (1.0 + 0.4 * u),
                4 => value + 0.05 * u,
                5 => value + 0.1 * u,
                6 => value * (1.0 + 0.8 * u),
                9 => value * (1.0 + 0.01 * u),
                10..=13 => value * (1.0 + 0.5 * u),
                _ => value * (1.0 + 0.1 * u),
            });
        }
    }
    rows
}

fn block(model: &Model, inputs: &[f64]) -> (Vec<u64>, Vec<Status>) {
    let rows = inputs.len() / model.inputs().len();
    let mut outputs = vec![0.0; rows * model.outputs().len()];
    let mut statuses = vec![Status::Ok; rows];
    model.run_block(inputs, &mut outputs, &mut statuses);
    (outputs.iter().map(|x| x.to_bits()).collect(), statuses)
}

/// Goal: a cell has the same bits in any company. Method: alone (one lane, plain instructions),
/// in pairs, and all at once (eight lanes, the vector instructions of this machine), among them
/// one that cannot start and one whose end is never met.
#[test]
fn company_does_not_change_a_bit() {
    let model = demonstration::model();
    let ports = model.inputs().len();
    let mut inputs = rows(&model, 11);
    inputs[3 * ports] = -1.0;
    inputs[5 * ports + 4] = 9.0;
    let (bits, statuses) = block(&model, &inputs);
    assert_eq!(statuses[3], Status::InputOutOfRange { port: 0 });
    assert!(!matches!(statuses[5], Status::Ok));
    assert_eq!(statuses.iter().filter(|s| **s == Status::Ok).count(), 9);
    for size in [1, 2] {
        let (mut apart, mut said) = (Vec::new(), Vec::new());
        for part in inputs.chunks(size * ports) {
            let (bits, statuses) = block(&model, part);
            apart.extend(bits);
            said.extend(statuses);
        }
        assert_eq!(apart, bits, "{size} at a time");
        assert_eq!(said, statuses);
    }
    // A block within a kernel of another is compiled for other instructions: the same bits.
    let whole = || block(&model, &inputs);
    assert_eq!(vectorised(whole).unwrap_or_else(whole).0, bits);
}

/// Goal: nothing of a finished cell is left in its lane. Method: cells that differ in how full they
/// are alone, so that their steps share every factor, with slow diffusion, where a factor shows, and
/// a last step of which the first one of the next cell is a multiple; alone and one after the other.
#[test]
fn a_finished_cell_leaves_nothing_behind() {
    let mut base = demonstration::request();
    for electrode in [&mut base.cell.negative, &mut base.cell.positive] {
        let Curve::Constant(value) = &mut electrode.diffusivity_m2_s else {
            panic!("the shipped diffusivities are numbers");
        };
        *value *= 0.06;
    }
    base.sei.initial_thickness_m = 1e-9;
    let cells: Vec<Simulator> = (0..40)
        .map(|number| {
            let mut request = base.clone();
            request.pristine.negative_stoichiometry += 0.08 + 0.002 * f64::from(number);
            request.pristine.positive_stoichiometry -= 0.1;
            Simulator::new(&request).unwrap()
        })
        .collect();
    let current = |c_rate, seconds| Step {
        operation: Operation::ConstantCurrent { c_rate },
        ends: vec![End::Duration(seconds)],
        longest_s: seconds,
    };
    for rest_s in [600.0, 12.0, 9.0, 7.5, 3.0, 1.5] {
        let steps = vec![
            current(-0.5, 600.0),
            current(0.5, 100.0),
            Step::rest(rest_s),
        ];
        let protocol = Protocol { steps };
        let pairs: Vec<_> = cells.iter().map(|cell| (cell, &protocol)).collect();
        let together = Simulator::run_together(&pairs);
        for (cell, found) in cells.iter().zip(together) {
            let alone = cell.run(&protocol);
            assert_eq!(alone.status, Status::Ok);
            let bits = |run: &Run| -> Vec<u64> {
                let of =
                    |step: &StepOutcome| [step.voltage_v, step.sei_thickness_m].map(f64::to_bits);
                run.steps.iter().flat_map(of).collect()
            };
            assert_eq!(bits(&alone), bits(&found), "last rest of {rest_s} s");
        }
    }
}

/// What a cell that finished must show, whatever it is made of.
fn physical(row: usize, inputs: &[f64], outputs: &[f64]) {
    assert!(outputs.iter().all(|x| x.is_finite()), "{row}: {outputs:?}");
    let efficiency = outputs[0];
    assert!((0.5..1.0).contains(&efficiency), "{row}: {efficiency}");
    let (lost, film) = (outputs[4], outputs[5]);
    assert!(lost > 0.0 && film > inputs[13], "{row}: {outputs:?}");
    // First charge less first discharge is no less than what the film took by then, unless the
    // discharge ends at an emptier electrode than the charge began with.
    let (charge, discharge) = (outputs[1], outputs[2]);
    assert!(charge > discharge && outputs[3] > 0.0, "{row}: {outputs:?}");
}

/// The balances are checked in every run, where a broken one outranks every other status; here, that
/// they hold far from the base and that what comes out lies where physics allows. `make
/// test-optimised` runs a hundred thousand cells, eight side by side.
#[test]
fn balances_hold_over_random_cells() {
    let model = demonstration::model();
    let (ports, long) = (model.inputs().len(), model.outputs().len());
    let all = rows(&model, CELLS);
    let mut finished = 0;
    for (block, inputs) in all.chunks(BLOCK * ports).enumerate() {
        let count = inputs.len() / ports;
        let mut outputs = vec![0.0; count * long];
        let mut statuses = vec![Status::Ok; count];
        model.run_block(inputs, &mut outputs, &mut statuses);
        let found = inputs.chunks(ports).zip(outputs.chunks(long)).zip(statuses);
        for (at, ((inputs, outputs), status)) in found.enumerate() {
            let row = block * BLOCK + at;
            let is_broken = matches!(status, Status::InvariantBroken(_));
            assert!(!is_broken, "{row}: {status:?}");
            if status == Status::Ok {
                finished += 1;
                physical(row, inputs, outputs);
            }
        }
    }
    assert!(finished > CELLS * 9 / 10, "{finished} of {CELLS} finished");
    println!("{finished} of {CELLS} finished");
}
