//! Puts a cell together for running: checks it, samples its potentials, runs it in lanes.
//!
//! In: [`Request`]s. Out: [`Simulator`], which runs protocols without changing itself, and
//! [`run_lanes`], which runs many cells of one kind side by side.

use super::FormationError;
use super::cell::{
    Additive, Boost, Cell, Electrode, Electrolyte, Feature, Heat, PristineState, SeiMechanism,
    SeiParameters,
};
use super::electrolyte::{Salts, Surroundings};
use super::engine::Engine;
use super::film::Law;
use super::job::{CellConstants, Job};
use super::kinetics::ElectrodePotentials;
use super::modal::Modal;
use super::potential::Potential;
use super::protocol::Protocol;
use super::resolution::Resolution;
use super::result::Run;
use super::sphere::Sphere;
use super::volumes::Volumes;
use crate::lanes::{Lanes, vectorised};
use std::borrow::Cow;
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

impl Modes {
    /// Groups of eight.
    fn groups(self) -> usize {
        match self {
            Self::Eight => 1,
            Self::Sixteen => 2,
            Self::SixtyFour => 8,
        }
    }
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
    /// Temperature at the start, K.
    pub temperature_k: f64,
    /// What the temperature does from there.
    pub heat: Heat,
    /// The electrolyte, for a single-particle model with electrolyte (SPMe); none for the model
    /// without.
    pub electrolyte: Option<Electrolyte>,
    /// How many diffusion modes.
    pub modes: Modes,
    /// How finely time is resolved.
    pub resolution: Resolution,
}

/// What all cells that run side by side have in common: potentials, law, resolution.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kind {
    potentials: [ElectrodePotentials; 2],
    law: Law,
    modes: Modes,
    resolution: Resolution,
    /// Diffusivities of both particles, where one of them follows the stoichiometry.
    diffusivities: Option<[Arc<Potential>; 2]>,
    electrolyte: Option<(Electrolyte, Surroundings)>,
}

impl Kind {
    /// Samples the curves of a cell.
    pub(super) fn new(request: &Request) -> Self {
        let potentials = |electrode: &Electrode| ElectrodePotentials {
            open_circuit: Arc::new(Potential::new(&electrode.open_circuit_potential_v)),
            entropic: Arc::new(Potential::new(&electrode.entropic_coefficient_v_k)),
        };
        let cell = &request.cell;
        let electrodes = [&cell.negative, &cell.positive];
        let varies = electrodes
            .iter()
            .any(|e| e.diffusivity_m2_s.constant().is_none());
        let diffusivities = varies.then(|| electrodes.map(|e| Arc::new(diffusivity(e))));
        let around = Surroundings {
            area_m2: cell.area_m2,
            surface_1_m: cell.negative.surface_area_1_m(),
            initial_thickness_m: request.sei.initial_thickness_m,
            temperature_k: request.temperature_k,
            reference_k: cell.reference_temperature_k,
        };
        let electrolyte = request.electrolyte.clone().map(|e| (e, around));
        let is_gentle = varies || electrolyte.is_some();
        let resolution = request.resolution;
        Self {
            diffusivities,
            electrolyte,
            potentials: [potentials(&cell.negative), potentials(&cell.positive)],
            law: Law::of(&request.sei.mechanism),
            modes: request.modes,
            resolution: if is_gentle {
                resolution.gentle()
            } else {
                resolution
            },
        }
    }

    /// Whether diffusion is worked out in volumes, one cell at a time.
    fn is_gentle(&self) -> bool {
        self.diffusivities.is_some() || self.electrolyte.is_some()
    }

    /// Runs jobs side by side in the vector instructions of the machine; the results lie in the
    /// order of the jobs' indices.
    fn in_lanes<'a>(&self, jobs: &mut dyn Iterator<Item = Job<'a>>) -> Vec<(usize, Run)> {
        // Few ask for the first seconds, and no ensemble does.
        if self.is_gentle() || self.modes == Modes::SixtyFour {
            return self.run_single(jobs);
        }
        let groups = self.modes.groups();
        let spheres = [Modal::<Lanes<LANES>>::new(groups), Modal::new(groups)];
        let mut engine = Engine::new(spheres, &self.potentials, self.law, self.resolution);
        let ran = vectorised(
            #[inline(always)]
            || engine.run(jobs),
        );
        match ran {
            Some(()) => in_order(engine.finished),
            None => self.run_single(jobs),
        }
    }

    /// Runs jobs side by side where that is faster.
    pub(super) fn run_lanes<'a>(
        &self,
        jobs: &mut dyn Iterator<Item = Job<'a>>,
    ) -> Vec<(usize, Run)> {
        // Lanes need an optimising compiler; without one, single numbers are three times faster.
        if cfg!(debug_assertions) {
            return self.run_single(jobs);
        }
        self.in_lanes(jobs)
    }

    /// Runs jobs one after the other: the same bits.
    pub(super) fn run_single<'a>(
        &self,
        jobs: &mut dyn Iterator<Item = Job<'a>>,
    ) -> Vec<(usize, Run)> {
        if self.is_gentle() {
            let alone = |job| self.one_by_one(&mut std::iter::once(job));
            return jobs.flat_map(alone).collect();
        }
        self.one_by_one(jobs)
    }

    fn one_by_one<'a>(&self, jobs: &mut dyn Iterator<Item = Job<'a>>) -> Vec<(usize, Run)> {
        let spheres = self.spheres();
        let mut engine = Engine::new(spheres, &self.potentials, self.law, self.resolution);
        engine.is_gentle = self.is_gentle();
        engine.salts = self
            .electrolyte
            .as_ref()
            .map(|(parameters, around)| Salts::new(parameters, around));
        engine.run(jobs);
        in_order(engine.finished)
    }

    /// Particles of one cell, of the kind that its diffusivities ask for.
    fn spheres(&self) -> [Box<dyn Sphere<f64>>; 2] {
        match &self.diffusivities {
            Some([negative, positive]) => [
                Box::new(Volumes::new(Arc::clone(negative))),
                Box::new(Volumes::new(Arc::clone(positive))),
            ],
            None => {
                // Beside volumes in the electrolyte there are sixteen modes, whatever is asked for.
                let modes = match self.electrolyte {
                    Some(_) => Modes::Sixteen,
                    None => self.modes,
                };
                let groups = modes.groups();
                [Box::new(Modal::new(groups)), Box::new(Modal::new(groups))]
            }
        }
    }
}

/// Diffusivity as a table, to a millionth of its largest value.
fn diffusivity(electrode: &Electrode) -> Potential {
    let curve = &electrode.diffusivity_m2_s;
    let at = |i: i32| curve.value(f64::from(i) / 64.0);
    let largest = (0..=64).map(at).fold(0.0, f64::max);
    Potential::within(curve, 1e-6 * largest)
}

fn in_order(mut finished: Vec<(usize, Run)>) -> Vec<(usize, Run)> {
    finished.sort_by_key(|(index, _)| *index);
    finished
}

/// Lanes of an ensemble; the bits do not depend on it.
const LANES: usize = 8;

/// A cell ready to run protocols.
#[derive(Debug, Clone)]
pub struct Simulator {
    kind: Kind,
    cell: CellConstants,
}

impl Simulator {
    /// Checks the request and builds the simulator.
    ///
    /// # Errors
    /// [`FormationError::OutOfRange`] for the first impossible number,
    /// [`FormationError::Ungated`] for a law that eats lithium before the first charge.
    pub fn new(request: &Request) -> Result<Self, FormationError> {
        Ok(Self {
            cell: prepare(request)?,
            kind: Kind::new(request),
        })
    }

    /// Runs a protocol from the pristine state.
    #[must_use]
    pub fn run(&self, protocol: &Protocol) -> Run {
        self.run_with_samples(protocol, &[])
    }

    /// Runs cells through their protocols, those of one kind side by side in any build, and returns
    /// the runs in order, with the bits of [`Self::run`].
    ///
    /// Cells are of one kind when potentials, electrolyte, law of the film, modes and resolution
    /// are the same.
    #[must_use]
    pub fn run_together(cells: &[(&Self, &Protocol)]) -> Vec<Run> {
        let mut finished = Vec::with_capacity(cells.len());
        let mut rest: Vec<usize> = (0..cells.len()).collect();
        while let Some(&first) = rest.first() {
            let kind = &cells[first].0.kind;
            let (alike, others): (Vec<usize>, Vec<usize>) = rest
                .into_iter()
                .partition(|&index| cells[index].0.kind == *kind);
            let mut jobs = alike.into_iter().map(|index| Job {
                index,
                cell: cells[index].0.cell.clone(),
                protocol: Cow::Borrowed(cells[index].1),
                sample_times_s: &[],
            });
            finished.extend(kind.in_lanes(&mut jobs));
            rest = others;
        }
        let runs = in_order(finished).into_iter();
        runs.map(|(_, run)| run).collect()
    }

    /// Runs a protocol and samples it at the given rising times within each step, s.
    #[must_use]
    pub fn run_with_samples(&self, protocol: &Protocol, sample_times_s: &[Vec<f64>]) -> Run {
        let job = Job {
            index: 0,
            cell: self.cell.clone(),
            protocol: Cow::Borrowed(protocol),
            sample_times_s,
        };
        let mut finished = self.kind.run_single(&mut std::iter::once(job));
        // INVARIANT: every job gives exactly one run.
        finished.pop().expect("one job gives one run").1
    }
}

/// Checks a request and works out its constants.
///
/// # Errors
/// As [`Simulator::new`].
pub(super) fn prepare(request: &Request) -> Result<CellConstants, FormationError> {
    check(request)?;
    CellConstants::new(request)
}

fn check(request: &Request) -> Result<(), FormationError> {
    let cell = &request.cell;
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
    ] {
        require_positive(quantity, value)?;
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
    if let Some(electrolyte) = &request.electrolyte {
        if request.heat != Heat::Isothermal {
            return Err(FormationError::NotYet {
                feature: Feature::ElectrolyteWithHeat,
            });
        }
        check_electrolyte(electrolyte)?;
    }
    if let Heat::Lumped {
        capacity_j_k,
        cooling_w_k,
        ambient_k,
    } = request.heat
    {
        require_positive("heat capacity of the cell", capacity_j_k)?;
        require_positive("ambient temperature", ambient_k)?;
        let holds = cooling_w_k >= 0.0 && cooling_w_k.is_finite();
        require("cooling of the cell", cooling_w_k, holds, "0 or more")?;
    }
    check_film(&request.sei)
}

fn check_electrolyte(electrolyte: &Electrolyte) -> Result<(), FormationError> {
    require_positive("salt concentration", electrolyte.concentration_mol_m3)?;
    for layer in &electrolyte.layers {
        require_positive("thickness of an electrolyte layer", layer.thickness_m)?;
        require_positive("porosity of an electrolyte layer", layer.porosity)?;
    }
    for conductivity in electrolyte.electronic_conductivity_s_m {
        require_positive("electronic conductivity", conductivity)?;
    }
    let share = electrolyte.transference_number;
    let holds = (0.0..1.0).contains(&share);
    require("transference number", share, holds, "0 or more, below 1")
}

fn check_film(sei: &SeiParameters) -> Result<(), FormationError> {
    require_positive("SEI molar volume", sei.molar_volume_m3_mol)?;
    require_positive("lithium per mole of SEI", sei.lithium_per_mole)?;
    require_positive("SEI area factor", sei.area_factor)?;
    for (quantity, value) in [
        ("SEI initial thickness", sei.initial_thickness_m),
        ("SEI resistivity", sei.resistivity_ohm_m),
        ("SEI transfer coefficient", sei.transfer_coefficient),
        ("SEI activation energy", sei.activation_j_mol),
    ] {
        require_not_negative(quantity, value)?;
    }
    check_law(sei)
}

fn check_law(sei: &SeiParameters) -> Result<(), FormationError> {
    match sei.mechanism {
        SeiMechanism::None => Ok(()),
        SeiMechanism::ReactionLimited {
            exchange_current_a_m2,
        } => require_positive("SEI exchange current", exchange_current_a_m2),
        SeiMechanism::SolventDiffusionLimited {
            diffusivity_m2_s,
            concentration_mol_m3,
            ungated,
        } => {
            require_positive("SEI diffusivity", diffusivity_m2_s)?;
            require_positive("solvent concentration", concentration_mol_m3)?;
            require_positive("SEI initial thickness", sei.initial_thickness_m)?;
            if ungated {
                Ok(())
            } else {
                Err(FormationError::Ungated)
            }
        }
        SeiMechanism::ElectronMigrationLimited { conductivity_s_m } => {
            require_positive("SEI electronic conductivity", conductivity_s_m)?;
            require_positive("SEI initial thickness", sei.initial_thickness_m)
        }
        SeiMechanism::InterstitialDiffusionLimited {
            diffusivity_m2_s,
            concentration_mol_m3,
        } => {
            require_positive("interstitial diffusivity", diffusivity_m2_s)?;
            require_positive("interstitial concentration", concentration_mol_m3)?;
            require_positive("SEI initial thickness", sei.initial_thickness_m)
        }
        SeiMechanism::TunnellingLimited {
            exchange_current_a_m2,
            decay_1_m,
        } => {
            require_positive("SEI exchange current", exchange_current_a_m2)?;
            require_positive("inverse tunnelling length", decay_1_m)
        }
        SeiMechanism::EcWithAdditive {
            rate_constant_m_s,
            diffusivity_m2_s,
            concentration_mol_m3,
            additive,
            boost,
        } => {
            require_positive("SEI rate constant", rate_constant_m_s)?;
            require_positive("SEI diffusivity", diffusivity_m2_s)?;
            require_not_negative("ethylene carbonate concentration", concentration_mol_m3)?;
            check_additive(sei, &additive, &boost)
        }
        SeiMechanism::EcReactionLimited {
            rate_constant_m_s,
            diffusivity_m2_s,
            concentration_mol_m3,
        } => {
            require_positive("SEI rate constant", rate_constant_m_s)?;
            require_positive("SEI diffusivity", diffusivity_m2_s)?;
            require_positive("ethylene carbonate concentration", concentration_mol_m3)
        }
    }
}

fn check_additive(
    sei: &SeiParameters,
    additive: &Additive,
    boost: &Boost,
) -> Result<(), FormationError> {
    require_positive("SEI transfer coefficient", sei.transfer_coefficient)?;
    for (quantity, value) in [
        ("additive rate constant", additive.rate_constant_m_s),
        ("additive diffusivity", additive.diffusivity_m2_s),
        ("additive inventory", additive.inventory_mol_m2),
        (
            "electrons per molecule of additive",
            additive.electrons_per_molecule,
        ),
        (
            "additive transfer coefficient",
            additive.transfer_coefficient,
        ),
        (
            "molar volume of the additive's film",
            additive.molar_volume_m3_mol,
        ),
        (
            "lithium per mole of the additive's film",
            additive.lithium_per_mole,
        ),
        ("rise time of the boost", boost.rise_s),
        ("decay time of the boost", boost.decay_s),
    ] {
        require_positive(quantity, value)?;
    }
    require_not_negative("additive concentration", additive.concentration_mol_m3)?;
    require_not_negative("boost per C-rate", boost.per_c_rate)
}

fn require_not_negative(quantity: &'static str, value: f64) -> Result<(), FormationError> {
    let holds = value >= 0.0 && value.is_finite();
    require(quantity, value, holds, "0 or more")
}

fn require_positive(quantity: &'static str, value: f64) -> Result<(), FormationError> {
    require(
        quantity,
        value,
        value > 0.0 && value.is_finite(),
        "a number above 0",
    )
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
