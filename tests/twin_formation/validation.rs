//! Two measured discharges that the shipped cell file brings with it (`Validation`): a model check.
//!
//! Method: the full cell at the ends of its stoichiometry ranges, discharged at C/20 and 1C;
//! voltages at the measured times, as single particles and with electrolyte. Nothing is fitted.
//! The bounds are what was found, a little widened: they keep the figures of the theory page true.

use super::demonstration;
use cellwright::twin::formation::{
    Electrolyte, End, Modes, Operation, PristineState, Protocol, Resolution, SeiMechanism,
    Simulator, Step,
};

/// Times, s, and voltages, V, of a measured discharge.
fn measured(name: &str) -> (Vec<f64>, Vec<f64>) {
    let json: serde_json::Value = serde_json::from_str(&demonstration::cell_text()).expect("JSON");
    let list = |key: &str| -> Vec<f64> {
        let values = json["Validation"][name][key].as_array();
        let values = values.unwrap_or_else(|| panic!("no `{key}` of `{name}`"));
        let number = |value: &serde_json::Value| value.as_f64().expect("a number");
        values.iter().map(number).collect()
    };
    (list("Time [s]"), list("Voltage [V]"))
}

/// Root mean square and largest distance, V, from the measured discharge, and how many of its
/// points the model reaches.
fn distance(name: &str, c_rate: f64, electrolyte: Option<Electrolyte>) -> (f64, f64, usize) {
    let bpx = demonstration::bpx();
    let mut request = demonstration::request();
    request.pristine = PristineState {
        negative_stoichiometry: bpx.negative.stoichiometry_range.1,
        positive_stoichiometry: bpx.positive.stoichiometry_range.0,
    };
    request.sei.mechanism = SeiMechanism::None;
    request.electrolyte = electrolyte;
    request.modes = Modes::SixtyFour;
    request.resolution = Resolution::FINE;
    let (times_s, voltages_v) = measured(name);
    let last_s = *times_s.last().expect("points");
    let protocol = Protocol {
        steps: vec![Step {
            operation: Operation::ConstantCurrent { c_rate },
            ends: vec![End::VoltageAtMost(2.7), End::Duration(last_s)],
            longest_s: last_s,
        }],
    };
    let simulator = Simulator::new(&request).expect("the request is sound");
    let run = simulator.run_with_samples(&protocol, std::slice::from_ref(&times_s));
    // At the switch itself the measured voltage is the one before it.
    let samples = run.samples.iter().filter(|s| s.time_s > 0.0);
    let (mut squares, mut worst_v, mut count) = (0.0, 0.0_f64, 0_u32);
    for sample in samples {
        #[expect(clippy::float_cmp, reason = "the very times asked for")]
        let Some(at) = times_s.iter().position(|&time_s| time_s == sample.time_s) else {
            continue;
        };
        let off_v = sample.voltage_v - voltages_v[at];
        squares += off_v * off_v;
        worst_v = worst_v.max(off_v.abs());
        count += 1;
    }
    ((squares / f64::from(count)).sqrt(), worst_v, count as usize)
}

#[test]
fn measured_discharges_of_the_shipped_cell() {
    let salt = Electrolyte::from_bpx(&demonstration::bpx()).expect("a cell file for DFN");
    for (name, c_rate, electrolyte, rms_most_v, most_v, points) in [
        ("C/20 discharge", 0.05, None, 0.018, 0.130, 75),
        ("C/20 discharge", 0.05, Some(salt.clone()), 0.018, 0.130, 75),
        ("1C discharge", 1.0, None, 0.023, 0.042, 37),
        ("1C discharge", 1.0, Some(salt), 0.013, 0.037, 37),
    ] {
        let with = electrolyte.is_some();
        let (rms_v, worst_v, count) = distance(name, c_rate, electrolyte);
        println!("{name}, electrolyte {with}: {rms_v:.4} V rms, {worst_v:.4} V at most");
        assert_eq!(count, points, "{name}: points that the model reaches");
        assert!(
            rms_v < rms_most_v && worst_v < most_v,
            "{name}: {rms_v}, {worst_v}"
        );
    }
}
