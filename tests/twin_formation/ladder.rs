//! Two rungs that need a whole run: modes against shells, and the first law.

use super::demonstration;
use cellwright::math;
use cellwright::model::curve::Curve;
use cellwright::model::expression::Expression;
use cellwright::twin::formation::{
    End, Heat, Modes, Operation, Protocol, Request, Resolution, Run, SeiMechanism, Simulator,
    Status, Step,
};

fn run(request: &Request, protocol: &Protocol, times_s: &[Vec<f64>]) -> Run {
    let simulator = Simulator::new(request).expect("the request is sound");
    let run = simulator.run_with_samples(protocol, times_s);
    assert_eq!(run.status, Status::Ok);
    run
}

/// Charge, rest, discharge at C/5, each one hour.
fn one_of_each() -> Protocol {
    let hour = |c_rate: f64| Step {
        operation: Operation::ConstantCurrent { c_rate },
        ends: vec![End::Duration(3600.0)],
        longest_s: 3600.0,
    };
    Protocol {
        steps: vec![hour(-0.2), Step::rest(3600.0), hour(0.2)],
    }
}

/// Goal: two solvers of the same diffusion agree. Method: the same constant diffusivity as a number
/// (64 modes, exact in time) and as a formula (implicit finite volumes); voltage and film compared
/// from 10 s after each switch.
#[test]
fn modes_and_shells_agree_where_the_diffusivity_is_constant() {
    let protocol = one_of_each();
    let mut times_s = vec![10.0, 30.0, 100.0];
    times_s.extend((1..12).map(|k| 300.0 * f64::from(k)));
    let times_s = vec![times_s; 3];
    let mut request = demonstration::request();
    request.resolution = Resolution::FINE;
    request.modes = Modes::SixtyFour;
    // Not empty, or the steep end of the graphite would magnify what differs.
    request.pristine.negative_stoichiometry = 0.3;
    request.pristine.positive_stoichiometry = 0.7;
    let modes = run(&request, &protocol, &times_s);
    for electrode in [&mut request.cell.negative, &mut request.cell.positive] {
        let Curve::Constant(value) = electrode.diffusivity_m2_s else {
            panic!("the shipped cell has constant diffusivities");
        };
        let text = format!("{value:e} + 0 * x");
        let formula = Expression::parse(&text, "x").expect("the formula is sound");
        electrode.diffusivity_m2_s = Curve::Expression(formula);
    }
    let shells = run(&request, &protocol, &times_s);
    assert_eq!(modes.samples.len(), shells.samples.len());
    let mut worst_v = 0.0_f64;
    for (a, b) in modes.samples.iter().zip(&shells.samples) {
        assert_eq!((a.step, a.time_s), (b.step, b.time_s));
        worst_v = worst_v.max((a.voltage_v - b.voltage_v).abs());
    }
    println!("{:.1} uV", 1e6 * worst_v);
    assert!(worst_v > 0.0, "both took the same way");
    assert!(worst_v < 2e-6, "{worst_v} V");
    let film = shells.lithium_lost_ah / modes.lithium_lost_ah - 1.0;
    assert!(film.abs() < 1e-3, "{film}");
}

/// Goal: the first law. Method: a cell that cannot cool, without film and entropic heat: what it
/// stores as warmth is the work of the current against the difference of voltage and open-circuit
/// potentials at the surfaces, both taken from samples and not from the engine's own sums.
#[test]
fn warmth_of_an_uncooled_cell_is_the_work_lost() {
    const CAPACITY_J_K: f64 = 200.0;
    let mut request = demonstration::request();
    request.resolution = Resolution::FINE;
    request.modes = Modes::SixtyFour;
    request.sei.mechanism = SeiMechanism::None;
    request.heat = Heat::Lumped {
        capacity_j_k: CAPACITY_J_K,
        cooling_w_k: 0.0,
        ambient_k: request.temperature_k,
    };
    let potentials = [&mut request.cell.negative, &mut request.cell.positive].map(|electrode| {
        electrode.entropic_coefficient_v_k = Curve::Constant(0.0);
        electrode.open_circuit_potential_v.clone()
    });
    request.pristine.negative_stoichiometry = 0.3;
    request.pristine.positive_stoichiometry = 0.7;
    let protocol = one_of_each();
    let times_s: Vec<f64> = (0..=360).map(|k| 10.0 * f64::from(k)).collect();
    let run = run(&request, &protocol, &vec![times_s; 3]);
    let mut lost_j = 0.0;
    for pair in run.samples.windows(2).filter(|p| p[0].step == p[1].step) {
        let watt = |at: usize| {
            let s = &pair[at];
            let open_v =
                potentials[1].value(s.surface_positive) - potentials[0].value(s.surface_negative);
            s.current_a * (open_v - s.voltage_v)
        };
        lost_j += 0.5 * (watt(0) + watt(1)) * (pair[1].time_s - pair[0].time_s);
    }
    let end_k = run.steps.last().expect("steps").temperature_k;
    let stored_j = CAPACITY_J_K * (end_k - request.temperature_k);
    let off = math::ln(stored_j / lost_j).abs();
    println!("{stored_j:.3} J stored, {lost_j:.3} J lost, {off:.1e}");
    assert!(stored_j > 10.0, "a test of nothing: {stored_j} J");
    assert!(off < 1e-6, "{stored_j} J stored, {lost_j} J lost");
}
