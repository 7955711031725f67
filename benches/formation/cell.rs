//! The cell of the benchmark: LG M50, NMC811 | graphite-SiOx, 5 Ah, Chen et al. 2020,
//! doi:10.1149/1945-7111/ab9050, pristine, with a film at the scale of a formation.

use cellwright::model::curve::Curve;
use cellwright::model::expression::Expression;
use cellwright::twin::formation::{
    BaseLoadings, Cell, Electrode, Heat, Model, Modes, PristineState, Protocol, Request,
    Resolution, SeiMechanism, SeiParameters, TwoCycles,
};

/// Numbers of the protocol.
pub const PROTOCOL: TwoCycles = TwoCycles {
    first_c_rate: 0.05,
    second_c_rate: 0.1,
    cut_off_c_rate: 0.02,
    voltage_max_v: 4.2,
    voltage_min_v: 2.5,
    rest_s: 3600.0,
};

/// Inputs of the model.
pub const PORTS: usize = 16;

const LOADING: f64 = 0.1;

fn curve(text: &str) -> Curve {
    Curve::Expression(Expression::parse(text, "x").expect("the formula is sound"))
}

fn electrodes() -> [Electrode; 2] {
    let negative = Electrode {
        thickness_m: 8.52e-5,
        particle_radius_m: 5.86e-6,
        active_fraction: 0.75,
        maximum_concentration_mol_m3: 33_133.0,
        diffusivity_m2_s: Curve::Constant(3.3e-14),
        diffusivity_activation_j_mol: 0.0,
        exchange_current_scale_a_m2: 6.48e-7 * 1000.0_f64.sqrt() * 33_133.0,
        exchange_current_activation_j_mol: 35_000.0,
        open_circuit_potential_v: curve(
            "1.9793*exp(-39.3631*x) + 0.2482 - 0.0909*tanh(29.8538*(x - 0.1234)) \
             - 0.04478*tanh(14.9159*(x - 0.2769)) - 0.0205*tanh(30.4444*(x - 0.6103))",
        ),
        entropic_coefficient_v_k: Curve::Constant(0.0),
    };
    let positive = Electrode {
        thickness_m: 7.56e-5,
        particle_radius_m: 5.22e-6,
        active_fraction: 0.665,
        maximum_concentration_mol_m3: 63_104.0,
        diffusivity_m2_s: Curve::Constant(4e-15),
        diffusivity_activation_j_mol: 0.0,
        exchange_current_scale_a_m2: 3.42e-6 * 1000.0_f64.sqrt() * 63_104.0,
        exchange_current_activation_j_mol: 17_800.0,
        open_circuit_potential_v: curve(
            "-0.8090*x + 4.4875 - 0.0428*tanh(18.5138*(x - 0.5542)) \
             - 17.7326*tanh(15.7890*(x - 0.3117)) + 17.5842*tanh(15.9308*(x - 0.3120))",
        ),
        entropic_coefficient_v_k: Curve::Constant(0.0),
    };
    [negative, positive]
}

/// The cell as Chen et al. have it.
fn base(modes: Modes, resolution: Resolution) -> Request {
    let [negative, positive] = electrodes();
    Request {
        cell: Cell {
            nominal_capacity_ah: 5.0,
            area_m2: 0.1027,
            reference_temperature_k: 298.15,
            negative,
            positive,
        },
        pristine: PristineState {
            negative_stoichiometry: 0.005,
            positive_stoichiometry: 0.93,
        },
        sei: SeiParameters {
            mechanism: SeiMechanism::EcReactionLimited {
                rate_constant_m_s: 1e-12,
                diffusivity_m2_s: 4e-19,
                concentration_mol_m3: 4541.0,
            },
            initial_thickness_m: 1e-9,
            molar_volume_m3_mol: 9.585e-5,
            lithium_per_mole: 2.0,
            resistivity_ohm_m: 2e5,
            potential_v: 0.4,
            transfer_coefficient: 0.5,
            activation_j_mol: 0.0,
            area_factor: 1.0,
        },
        temperature_k: 298.15,
        heat: Heat::Isothermal,
        electrolyte: None,
        modes,
        resolution,
    }
}

/// The cell behind its ports.
pub fn model(modes: Modes, resolution: Resolution) -> Model {
    let loadings = BaseLoadings {
        anode_kg_m2: LOADING,
        cathode_kg_m2: LOADING,
    };
    Model::new(base(modes, resolution), loadings, PROTOCOL).expect("the cell is sound")
}

/// Uniform in 0..1 from a counter: SplitMix64 (G. L. Steele et al., OOPSLA 2014).
fn uniform(counter: u64) -> f64 {
    let mut z = counter.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / 9_007_199_254_740_992.0
}

/// Inputs of one cell: ten of them spread uniformly around the base.
pub fn sample(index: u64) -> [f64; PORTS] {
    let spread = |k: u64, half_width: f64| 1.0 + half_width * (2.0 * uniform(16 * index + k) - 1.0);
    [
        298.15 + 300.0 * (spread(0, 0.01) - 1.0),
        0.05 / 3600.0 * spread(1, 0.02),
        0.1 / 3600.0 * spread(2, 0.02),
        0.02 / 3600.0,
        4.2,
        2.5,
        3600.0,
        LOADING * spread(3, 0.02),
        LOADING * spread(4, 0.02),
        0.93 * spread(5, 0.005),
        0.005 * spread(6, 0.1),
        1e-12 * spread(7, 0.3),
        4e-19 * spread(8, 0.3),
        1e-9 * spread(9, 0.5),
        0.0,
        1.0,
    ]
}

/// Inputs far from the base: hot and cold, fast and slow, thin and thick, most films.
pub fn wide(index: u64) -> [f64; PORTS] {
    let u = |k: u64| 2.0 * uniform(!(16 * index + k)) - 1.0;
    let mut inputs = sample(index);
    inputs[0] += 15.0 * u(0);
    for port in [1, 2, 3, 10, 11, 12, 13] {
        inputs[port] *= 1.0 + 0.6 * u(port as u64);
    }
    for port in [7, 8] {
        inputs[port] *= 1.0 + 0.1 * u(port as u64);
    }
    inputs[4] += 0.05 * u(4);
    inputs[5] += 0.2 * u(5);
    inputs[6] *= 1.0 + 0.8 * u(6);
    inputs[14] = 20_000.0 * (1.0 + u(14));
    inputs[15] *= 1.0 + 0.5 * u(15);
    inputs
}

/// The same cell and protocol outside the model.
pub fn single(index: u64) -> ([f64; PORTS], Protocol) {
    let inputs = sample(index);
    let protocol = Protocol::two_cycles(&TwoCycles {
        first_c_rate: inputs[1] * 3600.0,
        second_c_rate: inputs[2] * 3600.0,
        ..PROTOCOL
    });
    (inputs, protocol)
}

/// The request of one cell.
pub fn request(inputs: &[f64; PORTS], modes: Modes, resolution: Resolution) -> Request {
    let mut request = base(modes, resolution);
    request.temperature_k = inputs[0];
    request.cell.positive.thickness_m *= inputs[7] / LOADING;
    request.cell.negative.thickness_m *= inputs[8] / LOADING;
    request.pristine = PristineState {
        negative_stoichiometry: inputs[10],
        positive_stoichiometry: inputs[9],
    };
    request.sei.mechanism = SeiMechanism::EcReactionLimited {
        rate_constant_m_s: inputs[11],
        diffusivity_m2_s: inputs[12],
        concentration_mol_m3: 4541.0,
    };
    request.sei.initial_thickness_m = inputs[13];
    request
}
