//! An ensemble of formations on one thread and on three: the same bits.

use super::demonstration;
use cellwright::monte_carlo::ensemble::{Ensemble, Input, Plan, SampleStatus, run_blocks};
use cellwright::monte_carlo::sampler::Distribution;
use cellwright::twin::formation::Status;

#[test]
fn threads_do_not_change_a_bit() {
    let model = demonstration::model();
    let base = model.base_inputs();
    let inputs: Vec<Input> = model
        .inputs()
        .iter()
        .zip(&base)
        .map(|(port, &value)| Input {
            name: port.name.clone(),
            distribution: Distribution::Uniform {
                lower: 0.999 * value,
                upper: 1.001 * value,
            },
        })
        .filter(|input| input.name != "formation.sei_activation_energy")
        .collect();
    let at = inputs.len();
    let ensemble = |threads| {
        let plan = Plan {
            inputs: &inputs,
            outputs: model.outputs().len(),
            seed: 7,
            samples: 520,
            corners: &[],
            threads,
        };
        let in_blocks = |values: &[f64], outputs: &mut [f64], statuses: &mut [SampleStatus]| {
            // Few rows of each chunk run: enough to see the order, little enough for a test.
            let kept = statuses.len().min(6);
            let mut rows = Vec::new();
            for row in values.chunks(at).take(kept) {
                rows.extend_from_slice(&row[..14]);
                rows.push(base[14]);
                rows.push(row[14]);
            }
            let mut ends = vec![Status::Ok; kept];
            let width = model.outputs().len();
            model.run_block(&rows, &mut outputs[..kept * width], &mut ends);
            for (row, status) in statuses.iter_mut().enumerate() {
                if row >= kept || ends[row] != Status::Ok {
                    *status = SampleStatus::Failed { reason: "left out" };
                }
            }
        };
        run_blocks(&plan, &in_blocks, &|_| {}).expect("the plan is sound")
    };
    let one = ensemble(1);
    let three = ensemble(3);
    assert_eq!(one.computed(0).count(), 12);
    let bits = |e: &Ensemble| -> Vec<u64> {
        (0..9)
            .flat_map(|k| e.computed(k).map(f64::to_bits).collect::<Vec<_>>())
            .collect()
    };
    assert_eq!(bits(&one), bits(&three));
}
