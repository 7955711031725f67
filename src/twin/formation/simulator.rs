//! Puts a cell together for running: checks it, works out temperatures, samples its potentials.
//!
//! In: [`Request`]. Out: [`Simulator`], which runs protocols without changing itself.

use super::FormationError;
use super::cell::{
    Cell, Electrode, FARADAY_C_MOL, Feature, GAS_J_MOL_K, PristineState, SeiMechanism,
    SeiParameters,
};
use super::kinetics::{Kernel, Side};
use super::particle::Particle;
use super::potential::Potential;
use super::protocol::Protocol;
use super::result::Run;
use super::run::{Bench, Resolution};
use super::sei::Sei;
use crate::math;
use std::sync::Arc;

/// Number of diffusion modes per particle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modes {
    /// For ensembles: within 0.1 mV from 10 s after a current step.
    Eight,
    /// For reference comparisons.
    Sixteen,
    /// For the first seconds after a current step.
    SixtyFour,
}

/// Everything a formation needs except its protocol.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The cell.
    pub cell: Cell,
    /// Its lithium before the first charge.
    pub pristine: PristineState,
    /// Its interphase.
    pub sei: SeiParameters,
    /// Temperature throughout, K.
    pub temperature_k: f64,
    /// How many diffusion modes.
    pub modes: Modes,
    /// How finely time is resolved.
    pub resolution: Resolution,
}

/// Potentials of both electrodes, sampled once and shared by all simulators of a cell.
#[derive(Debug, Clone)]
pub(super) struct Potentials {
    negative: ElectrodePotentials,
    positive: ElectrodePotentials,
}

#[derive(Debug, Clone)]
struct ElectrodePotentials {
    open_circuit: Arc<Potential>,
    entropic: Arc<Potential>,
}

impl ElectrodePotentials {
    fn new(electrode: &Electrode) -> Self {
        Self {
            open_circuit: Arc::new(Potential::new(&electrode.open_circuit_potential_v)),
            entropic: Arc::new(Potential::new(&electrode.entropic_coefficient_v_k)),
        }
    }
}

impl Potentials {
    /// Samples the curves of a cell.
    pub(super) fn new(cell: &Cell) -> Self {
        Self {
            negative: ElectrodePotentials::new(&cell.negative),
            positive: ElectrodePotentials::new(&cell.positive),
        }
    }
}

/// A cell ready to run protocols.
#[derive(Debug, Clone)]
pub struct Simulator {
    bench: AnyBench,
}

#[derive(Debug, Clone)]
enum AnyBench {
    Eight(Box<Bench<8>>),
    Sixteen(Box<Bench<16>>),
    SixtyFour(Box<Bench<64>>),
}

impl Simulator {
    /// Checks the request and builds the simulator.
    ///
    /// # Errors
    /// [`FormationError::NotYet`] for a diffusivity that depends on stoichiometry,
    /// [`FormationError::OutOfRange`] for the first impossible number.
    pub fn new(request: &Request) -> Result<Self, FormationError> {
        Self::with_potentials(request, &Potentials::new(&request.cell))
    }

    pub(super) fn with_potentials(
        request: &Request,
        potentials: &Potentials,
    ) -> Result<Self, FormationError> {
        check(request)?;
        let bench = match request.modes {
            Modes::Eight => AnyBench::Eight(Box::new(bench(request, potentials)?)),
            Modes::Sixteen => AnyBench::Sixteen(Box::new(bench(request, potentials)?)),
            Modes::SixtyFour => AnyBench::SixtyFour(Box::new(bench(request, potentials)?)),
        };
        Ok(Self { bench })
    }

    /// Runs a protocol from the pristine state.
    #[must_use]
    pub fn run(&self, protocol: &Protocol) -> Run {
        self.run_with_samples(protocol, &[])
    }

    /// Runs a protocol and samples it at the given rising times within each step, s.
    #[must_use]
    pub fn run_with_samples(&self, protocol: &Protocol, sample_times_s: &[Vec<f64>]) -> Run {
        match &self.bench {
            AnyBench::Eight(bench) => bench.run(protocol, sample_times_s),
            AnyBench::Sixteen(bench) => bench.run(protocol, sample_times_s),
            AnyBench::SixtyFour(bench) => bench.run(protocol, sample_times_s),
        }
    }
}

fn check(request: &Request) -> Result<(), FormationError> {
    let cell = &request.cell;
    let sei = &request.sei;
    for (quantity, value) in [
        ("nominal capacity", cell.nominal_capacity_ah),
        ("electrode area", cell.area_m2),
        ("reference temperature", cell.reference_temperature_k),
        ("temperature", request.temperature_k),
        ("negative electrode thickness", cell.negative.thickness_m),
        ("positive electrode thickness", cell.positive.thickness_m),
        ("negative particle radius", cell.negative.particle_radius_m),
        ("positive particle radius", cell.positive.particle_radius_m),
        (
            "negative maximum concentration",
            cell.negative.maximum_concentration_mol_m3,
        ),
        (
            "positive maximum concentration",
            cell.positive.maximum_concentration_mol_m3,
        ),
        (
            "negative exchange current",
            cell.negative.exchange_current_scale_a_m2,
        ),
        (
            "positive exchange current",
            cell.positive.exchange_current_scale_a_m2,
        ),
        ("SEI molar volume", sei.molar_volume_m3_mol),
        ("lithium per mole of SEI", sei.lithium_per_mole),
        ("SEI area factor", sei.area_factor),
    ] {
        require(
            quantity,
            value,
            value > 0.0 && value.is_finite(),
            "a number above 0",
        )?;
    }
    for (quantity, value) in [
        ("SEI initial thickness", sei.initial_thickness_m),
        ("SEI resistivity", sei.resistivity_ohm_m),
    ] {
        require(
            quantity,
            value,
            value >= 0.0 && value.is_finite(),
            "0 or more",
        )?;
    }
    if let SeiMechanism::EcReactionLimited {
        rate_constant_m_s,
        diffusivity_m2_s,
        concentration_mol_m3,
    } = sei.mechanism
    {
        for (quantity, value) in [
            ("SEI rate constant", rate_constant_m_s),
            ("SEI diffusivity", diffusivity_m2_s),
            ("ethylene carbonate concentration", concentration_mol_m3),
        ] {
            require(
                quantity,
                value,
                value > 0.0 && value.is_finite(),
                "a number above 0",
            )?;
        }
    }
    for (quantity, value) in [
        ("negative active fraction", cell.negative.active_fraction),
        ("positive active fraction", cell.positive.active_fraction),
        (
            "pristine negative stoichiometry",
            request.pristine.negative_stoichiometry,
        ),
        (
            "pristine positive stoichiometry",
            request.pristine.positive_stoichiometry,
        ),
    ] {
        require(
            quantity,
            value,
            value > 0.0 && value < 1.0,
            "a number between 0 and 1",
        )?;
    }
    Ok(())
}

fn require(
    quantity: &'static str,
    value: f64,
    holds: bool,
    allowed: &'static str,
) -> Result<(), FormationError> {
    if holds {
        Ok(())
    } else {
        Err(FormationError::OutOfRange {
            quantity,
            value,
            allowed,
        })
    }
}

fn bench<const M: usize>(
    request: &Request,
    potentials: &Potentials,
) -> Result<Bench<M>, FormationError> {
    let cell = &request.cell;
    let per_area = |electrode: &Electrode| {
        1.0 / (electrode.surface_area_1_m() * electrode.thickness_m * cell.area_m2)
    };
    let sei_arrhenius = arrhenius(request, request.sei.activation_j_mol);
    let sei = Sei::new(&request.sei, request.temperature_k, sei_arrhenius);
    let kernel = Kernel {
        negative: side(
            request,
            &cell.negative,
            &potentials.negative,
            per_area(&cell.negative),
        )?,
        positive: side(
            request,
            &cell.positive,
            &potentials.positive,
            -per_area(&cell.positive),
        )?,
        sei,
        two_rt_f_v: 2.0 * GAS_J_MOL_K * request.temperature_k / FARADAY_C_MOL,
    };
    let film_ah_m = -sei.current_per_growth / per_area(&cell.negative) / 3600.0;
    Ok(Bench {
        kernel,
        resolution: request.resolution,
        nominal_capacity_ah: cell.nominal_capacity_ah,
        full_ah: (cell.full_ah(&cell.negative), cell.full_ah(&cell.positive)),
        film_ah_m,
        initial_stoichiometry: (
            request.pristine.negative_stoichiometry,
            request.pristine.positive_stoichiometry,
        ),
        initial_thickness_m: request.sei.initial_thickness_m,
    })
}

/// Returns `exp(E/R (1/T_ref − 1/T))`.
fn arrhenius(request: &Request, activation_j_mol: f64) -> f64 {
    let inverse = 1.0 / request.cell.reference_temperature_k - 1.0 / request.temperature_k;
    math::exp(activation_j_mol / GAS_J_MOL_K * inverse)
}

fn side<const M: usize>(
    request: &Request,
    electrode: &Electrode,
    potentials: &ElectrodePotentials,
    density_per_current_1_m2: f64,
) -> Result<Side<M>, FormationError> {
    let diffusivity_m2_s = electrode
        .diffusivity_m2_s
        .constant()
        .ok_or(FormationError::NotYet {
            feature: Feature::VariableDiffusivity,
        })?;
    require(
        "particle diffusivity",
        diffusivity_m2_s,
        diffusivity_m2_s > 0.0,
        "above 0 m²/s",
    )?;
    let above_k = request.temperature_k - request.cell.reference_temperature_k;
    Ok(Side {
        particle: Particle::new(
            electrode.particle_radius_m,
            diffusivity_m2_s * arrhenius(request, electrode.diffusivity_activation_j_mol),
            electrode.maximum_concentration_mol_m3,
        ),
        potential: Arc::clone(&potentials.open_circuit),
        entropic: if above_k == 0.0 {
            None
        } else {
            Some((above_k, Arc::clone(&potentials.entropic)))
        },
        exchange_scale_a_m2: electrode.exchange_current_scale_a_m2
            * arrhenius(request, electrode.exchange_current_activation_j_mol),
        density_per_current_1_m2,
    })
}
