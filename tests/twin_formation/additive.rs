//! Ethylene carbonate and an additive through one film: limits, inventory, boost, order, lanes.
//!
//! Method: with one of the two species absent the law is that of ethylene carbonate alone, which
//! has its closed form; with an additive that is soon gone it goes on as that.

use super::demonstration;
use cellwright::twin::formation::{
    Additive, Boost, Model, Protocol, Request, Resolution, Run, SeiMechanism, Simulator, Status,
    Step,
};

const NO_BOOST: Boost = Boost {
    per_c_rate: 0.0,
    rise_s: 600.0,
    decay_s: 6000.0,
};

/// An additive with the constants that the demonstration cell has for ethylene carbonate.
fn twin_of_the_solvent(request: &Request, inventory_mol_m2: f64) -> Additive {
    let SeiMechanism::EcReactionLimited {
        rate_constant_m_s,
        diffusivity_m2_s,
        concentration_mol_m3,
    } = request.sei.mechanism
    else {
        unreachable!("the demonstration cell has the EC law")
    };
    Additive {
        rate_constant_m_s,
        diffusivity_m2_s,
        concentration_mol_m3,
        inventory_mol_m2,
        electrons_per_molecule: 1.0,
        potential_v: request.sei.potential_v,
        transfer_coefficient: request.sei.transfer_coefficient,
        molar_volume_m3_mol: request.sei.molar_volume_m3_mol,
        lithium_per_mole: request.sei.lithium_per_mole,
    }
}

/// The demonstration cell with so much of the solvent's concentration in either species.
fn shared(solvent: f64, additive: f64, inventory_mol_m2: f64, boost: Boost) -> Request {
    let mut request = demonstration::request();
    let mut second = twin_of_the_solvent(&request, inventory_mol_m2);
    let whole = second.concentration_mol_m3;
    second.concentration_mol_m3 *= additive;
    request.sei.mechanism = SeiMechanism::EcWithAdditive {
        rate_constant_m_s: second.rate_constant_m_s,
        diffusivity_m2_s: second.diffusivity_m2_s,
        concentration_mol_m3: whole * solvent,
        additive: second,
        boost,
    };
    request
}

/// Something like vinylene carbonate: little of it, reduced before the solvent.
fn vinylene(inventory_mol_m2: f64, boost: Boost) -> Request {
    let mut request = shared(1.0, 0.067, inventory_mol_m2, boost);
    if let SeiMechanism::EcWithAdditive { additive, .. } = &mut request.sei.mechanism {
        additive.potential_v = 0.7;
        additive.transfer_coefficient = 0.6;
        additive.molar_volume_m3_mol = 5.81e-5;
        additive.electrons_per_molecule = 2.0;
    }
    request
}

fn run(request: &Request) -> Run {
    let simulator = Simulator::new(request).expect("the request is sound");
    let run = simulator.run(&demonstration::protocol());
    assert_eq!(run.status, Status::Ok);
    run
}

#[test]
fn either_species_alone_and_both_alike_are_the_law_of_ethylene_carbonate() {
    let boost = Boost {
        per_c_rate: 50.0,
        ..NO_BOOST
    };
    let alone = run(&demonstration::request());
    let boosted = run(&shared(1.0, 0.0, 1e9, boost));
    assert!(boosted.sei_thickness_m > 1.1 * alone.sei_thickness_m);
    let shares = [(1.0, 0.0), (0.0, 1.0), (0.25, 0.75)];
    let without = shares.map(|share| (&alone, share, NO_BOOST));
    // What charging does to the film, it does to the diffusion of either species.
    let with = shares.map(|share| (&boosted, share, boost));
    for (alone, (solvent, additive), boost) in without.into_iter().chain(with) {
        let both = run(&shared(solvent, additive, 1e9, boost));
        for (name, a, b) in [
            ("film", alone.sei_thickness_m, both.sei_thickness_m),
            ("loss", alone.lithium_lost_ah, both.lithium_lost_ah),
            (
                "efficiency",
                alone.first_cycle_efficiency,
                both.first_cycle_efficiency,
            ),
        ] {
            assert!((a / b - 1.0).abs() < 1e-10, "{name}: {a} against {b}");
        }
        let made = both.additive_thickness_m / (both.sei_thickness_m - 1e-9);
        assert!((made - additive).abs() < 1e-9, "{made} of the film");
    }
}

/// Goal: what is gone reacts no more, and no share is negative. Method: an additive for a hundredth
/// of a nanometre is gone early; the rest of the film follows the EC law alone.
#[test]
fn with_the_additive_gone_the_law_of_ethylene_carbonate_goes_on() {
    let alone = run(&demonstration::request());
    let nanometre = 1e-9 * 2.0 / (2.0 * 5.81e-5);
    let mut before = 1.0;
    for inventory in [100.0, 10.0, 1.0, 0.01].map(|nm| nm * nanometre) {
        let both = run(&vinylene(inventory, NO_BOOST));
        let left = both.additive_left_share;
        println!("{inventory:.1e} mol/m²: {left:.3e} left");
        assert!((0.0..=1.0).contains(&left) && left <= before, "{left}");
        assert!(both.lithium_drift_ah.abs() < 1e-9);
        before = left;
    }
    assert!(before < 1e-6, "{before} of the additive is left");
    let both = run(&vinylene(0.01 * nanometre, NO_BOOST));
    let thicker = both.sei_thickness_m / alone.sei_thickness_m - 1.0;
    assert!(thicker.abs() < 1e-3, "{thicker}");
    assert!((both.additive_thickness_m / 1e-11 - 1.0).abs() < 1e-6);
}

#[test]
fn charging_makes_the_film_more_permeable_and_rest_does_not() {
    let boost = Boost {
        per_c_rate: 40.0,
        ..NO_BOOST
    };
    let plain = run(&vinylene(1e-3, NO_BOOST));
    let boosted = run(&vinylene(1e-3, boost));
    assert!(boosted.sei_thickness_m > 1.05 * plain.sei_thickness_m);
    let grown = |run: &Run, step: usize| {
        run.steps[step].sei_thickness_m - run.steps[step - 1].sei_thickness_m
    };
    // The thicker film grows less in the last rest, long after the last charge.
    assert!(grown(&boosted, 10) < grown(&plain, 10));
    let mut rest = vinylene(1e-3, boost);
    // With a boost no step is longer than a share of its time constants: at `FAST` that shows.
    rest.resolution = Resolution::STRICT;
    rest.pristine.negative_stoichiometry = 0.4;
    rest.pristine.positive_stoichiometry = 0.6;
    let at_rest = |request: &Request| {
        let protocol = Protocol {
            steps: vec![Step::rest(7200.0)],
        };
        Simulator::new(request).unwrap().run(&protocol)
    };
    let still = at_rest(&rest);
    if let SeiMechanism::EcWithAdditive { boost, .. } = &mut rest.sei.mechanism {
        *boost = NO_BOOST;
    }
    let plain = at_rest(&rest);
    assert!((still.sei_thickness_m / plain.sei_thickness_m - 1.0).abs() < 1e-4);
}

/// Lithium loss of a charge of given duration: the error falls with the square of the longest step.
#[test]
fn halving_the_step_converges() {
    let boost = Boost {
        per_c_rate: 40.0,
        ..NO_BOOST
    };
    let mut charge = Step::rest(40_000.0);
    charge.operation = cellwright::twin::formation::Operation::ConstantCurrent { c_rate: -0.05 };
    let protocol = Protocol {
        steps: vec![charge],
    };
    let loss = |length_max_s: f64| {
        let mut request = vinylene(1e-3, boost);
        request.resolution = Resolution {
            length_max_s,
            voltage_length_max_s: length_max_s,
            surprise_max: 1e9,
        };
        let run = Simulator::new(&request).unwrap().run(&protocol);
        assert_eq!(run.status, Status::Ok);
        run.lithium_lost_ah
    };
    let exact = loss(8.0);
    let errors = [256.0, 128.0, 64.0].map(|length_s| (loss(length_s) - exact).abs());
    println!("errors {errors:?} Ah of {exact} Ah");
    assert!(errors[0] > 2.5 * errors[1] && errors[1] > 2.5 * errors[2]);
}

/// Cells of two species side by side, beside cells of another kind: the bits of each alone.
#[test]
fn company_does_not_change_a_bit() {
    let boost = Boost {
        per_c_rate: 20.0,
        ..NO_BOOST
    };
    let mut cells: Vec<Simulator> = (0..9)
        .map(|at| vinylene(1e-4 * f64::from(at + 1), boost))
        .map(|request| Simulator::new(&request).unwrap())
        .collect();
    cells.insert(4, Simulator::new(&demonstration::request()).unwrap());
    let mut short = demonstration::protocol();
    short.steps.truncate(5);
    let whole = demonstration::protocol();
    let jobs: Vec<(&Simulator, &Protocol)> = cells
        .iter()
        .enumerate()
        .map(|(at, cell)| (cell, if at % 3 == 0 { &short } else { &whole }))
        .collect();
    let together = Simulator::run_together(&jobs);
    for (run, (cell, protocol)) in together.iter().zip(&jobs) {
        assert_eq!(format!("{run:?}"), format!("{:?}", cell.run(protocol)));
    }
}

/// Behind the ports of a plant the film of two species is the film of the library, at the base and
/// where the loading of the anode moves its surface: what the electrolyte holds stays the same.
#[test]
fn the_ports_of_an_additive_give_the_film_of_the_library() {
    let boost = Boost {
        per_c_rate: 20.0,
        ..NO_BOOST
    };
    let request = vinylene(1e-3, boost);
    let model = Model::new(
        request.clone(),
        demonstration::LOADINGS,
        demonstration::TWO_CYCLES,
    )
    .expect("it has ports");
    let names: Vec<String> = model.inputs().into_iter().map(|port| port.name).collect();
    let at = |name: &str| names.iter().position(|own| own == name).expect("a port");
    let mut inputs = model.base_inputs();
    assert_eq!(inputs.len(), names.len());
    let base = model.simulate(&inputs).expect("it runs");
    let library = run(&request);
    assert!((base.sei_thickness_m / library.sei_thickness_m - 1.0).abs() < 1e-12);
    assert!((base.additive_left_share / library.additive_left_share - 1.0).abs() < 1e-9);
    // More surface for the same electrolyte: the inventory per surface falls as the surface grows.
    inputs[at("cell.anode_areal_loading")] *= 1.25;
    let ported = model.simulate(&inputs).expect("it runs");
    let mut thicker = vinylene(1e-3 / 1.25, boost);
    thicker.cell.negative.thickness_m *= 1.25;
    let library = run(&thicker);
    assert!((ported.sei_thickness_m / library.sei_thickness_m - 1.0).abs() < 1e-12);
    // Each number of the additive acts.
    for port in cellwright::twin::formation::Film::EcWithAdditive.ports() {
        let mut inputs = model.base_inputs();
        inputs[at(&port.name)] *= 1.1;
        let moved = model.simulate(&inputs).expect("it runs");
        assert_ne!(moved.lithium_lost_ah, base.lithium_lost_ah, "{}", port.name);
        inputs[at(&port.name)] = -1.0;
        let refused = Status::InputOutOfRange {
            port: at(&port.name),
        };
        assert_eq!(model.simulate(&inputs).unwrap_err(), refused);
    }
}
