//! Formation with the face of a twin model: numbers in by port, numbers out by port.
//!
//! In: a base request, the loadings at which its thicknesses hold, and a two-cycle protocol; then
//! plain SI numbers in the order of [`Model::inputs`]. Out: plain SI numbers in the order of
//! [`Model::outputs`]. A loading changes the thickness of its electrode at fixed porosity, hence
//! its capacity and current density. Porosity is no port: without an electrolyte model it cannot
//! change anything here.

use super::cell::{SeiMechanism, SeiParameters};
use super::job::{CellConstants, Job};
use super::protocol::{Protocol, Step, TwoCycles};
use super::result::{Run, Status};
use super::simulator::{Kind, Request, prepare};
use super::{Feature, FormationError};
use crate::twin::{Port, Role};
use std::borrow::Cow;

/// Areal loadings at which the thicknesses of the base cell hold, kg/m².
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaseLoadings {
    /// Negative electrode, one side.
    pub anode_kg_m2: f64,
    /// Positive electrode, one side.
    pub cathode_kg_m2: f64,
}

/// A formation that can be evaluated at any inputs.
#[derive(Debug, Clone)]
pub struct Model {
    sei: SeiParameters,
    constants: CellConstants,
    kind: Kind,
    loadings: BaseLoadings,
    protocol: TwoCycles,
    concentration_mol_m3: f64,
}

const INPUTS: [(&str, &str, Role, &str); 16] = [
    (
        "formation.temperature",
        "K",
        Role::Setpoint,
        "cell temperature throughout",
    ),
    (
        "formation.charge_rate",
        "1/s",
        Role::Setpoint,
        "rate of the first cycle over capacity",
    ),
    (
        "formation.second_rate",
        "1/s",
        Role::Setpoint,
        "rate of the second cycle over capacity",
    ),
    (
        "formation.cut_off_rate",
        "1/s",
        Role::Setpoint,
        "rate at which constant voltage ends",
    ),
    (
        "formation.voltage_max",
        "V",
        Role::Setpoint,
        "upper voltage",
    ),
    (
        "formation.voltage_min",
        "V",
        Role::Setpoint,
        "lower voltage",
    ),
    ("formation.rest_duration", "s", Role::Setpoint, "every rest"),
    (
        "cell.cathode_areal_loading",
        "kg/m^2",
        Role::Material,
        "cathode coating, one side, dry",
    ),
    (
        "cell.anode_areal_loading",
        "kg/m^2",
        Role::Material,
        "anode coating, one side, dry",
    ),
    (
        "cell.cathode_stoichiometry",
        "1",
        Role::Parameter,
        "cathode lithium before formation",
    ),
    (
        "cell.anode_stoichiometry",
        "1",
        Role::Parameter,
        "anode lithium before formation",
    ),
    (
        "formation.sei_rate_constant",
        "m/s",
        Role::Parameter,
        "EC reduction at its potential",
    ),
    (
        "formation.sei_diffusivity",
        "m^2/s",
        Role::Parameter,
        "EC in the interphase",
    ),
    (
        "formation.sei_initial_thickness",
        "m",
        Role::Parameter,
        "film before formation",
    ),
    (
        "formation.sei_activation_energy",
        "J/mol",
        Role::Parameter,
        "of the whole reaction",
    ),
    (
        "formation.sei_area_factor",
        "1",
        Role::Parameter,
        "film area per geometric particle area",
    ),
];

const OUTPUTS: [(&str, &str, &str); 9] = [
    (
        "formation.first_cycle_efficiency",
        "1",
        "first discharge over first charge",
    ),
    (
        "formation.first_charge_capacity",
        "C",
        "charge in before the first discharge",
    ),
    (
        "formation.first_discharge_capacity",
        "C",
        "charge out in the first discharge",
    ),
    (
        "formation.discharge_capacity",
        "C",
        "charge out in the last discharge",
    ),
    (
        "formation.lithium_loss",
        "C",
        "lithium bound in the interphase",
    ),
    ("formation.sei_thickness", "m", "interphase at the end"),
    ("formation.duration", "s", "whole protocol"),
    (
        "formation.rest_voltage_drop",
        "V",
        "in the first 600 s of rest after the first charge",
    ),
    (
        "formation.anode_potential_min",
        "V",
        "lowest; below 0 lithium may plate",
    ),
];

/// Fewer samples than this run one after the other: empty lanes cost as much as full ones.
const FEW: usize = 4;

const SECONDS_PER_HOUR: f64 = 3600.0;

/// Returns the outcomes of the formation in the order it writes them.
#[must_use]
pub fn output_ports() -> Vec<Port> {
    OUTPUTS
        .iter()
        .map(|&(name, unit, text)| Port {
            name: name.to_owned(),
            unit,
            role: Role::Outcome,
            text,
        })
        .collect()
}

/// Returns the input ports of every formation model, in order.
#[must_use]
pub fn input_ports() -> Vec<Port> {
    INPUTS
        .iter()
        .map(|&(name, unit, role, text)| Port {
            name: name.to_owned(),
            unit,
            role,
            text,
        })
        .collect()
}

impl Model {
    /// Builds a model around a base request.
    ///
    /// # Errors
    /// As [`Simulator::new`]; [`FormationError::NotYet`] when the base has no SEI, because the
    /// ports of this model are constants of the EC law.
    pub fn new(
        base: Request,
        loadings: BaseLoadings,
        protocol: TwoCycles,
    ) -> Result<Self, FormationError> {
        let SeiMechanism::EcReactionLimited {
            concentration_mol_m3,
            ..
        } = base.sei.mechanism
        else {
            return Err(FormationError::NotYet {
                feature: Feature::SeiMechanismAtPorts,
            });
        };
        Ok(Self {
            constants: prepare(&base)?,
            kind: Kind::new(&base),
            sei: base.sei,
            loadings,
            protocol,
            concentration_mol_m3,
        })
    }

    /// Returns the input ports in order.
    #[must_use]
    pub fn inputs(&self) -> Vec<Port> {
        input_ports()
    }

    /// Returns the output ports in order.
    #[must_use]
    pub fn outputs(&self) -> Vec<Port> {
        output_ports()
    }

    /// Returns the inputs of the base request, in port order.
    #[must_use]
    pub fn base_inputs(&self) -> Vec<f64> {
        // INVARIANT: `new` refuses a base without the EC law.
        let SeiMechanism::EcReactionLimited {
            rate_constant_m_s,
            diffusivity_m2_s,
            ..
        } = self.sei.mechanism
        else {
            unreachable!("the base has the EC law");
        };
        vec![
            self.constants.temperature_k,
            self.protocol.first_c_rate / SECONDS_PER_HOUR,
            self.protocol.second_c_rate / SECONDS_PER_HOUR,
            self.protocol.cut_off_c_rate / SECONDS_PER_HOUR,
            self.protocol.voltage_max_v,
            self.protocol.voltage_min_v,
            self.protocol.rest_s,
            self.loadings.cathode_kg_m2,
            self.loadings.anode_kg_m2,
            self.constants.positive.stoichiometry,
            self.constants.negative.stoichiometry,
            rate_constant_m_s,
            diffusivity_m2_s,
            self.sei.initial_thickness_m,
            self.sei.activation_j_mol,
            self.sei.area_factor,
        ]
    }

    /// Runs the protocol at `inputs` and fills `outputs`; outputs that the run did not reach
    /// are `NaN`.
    ///
    /// # Panics
    /// When the slices do not have the lengths of [`Model::inputs`] and [`Model::outputs`].
    #[must_use]
    pub fn run(&self, inputs: &[f64], outputs: &mut [f64]) -> Status {
        let mut status = [Status::Ok];
        self.run_block(inputs, outputs, &mut status);
        status[0]
    }

    /// Runs the protocol at many inputs side by side: one row of inputs, one row of outputs and one
    /// status per sample. A sample has the same bits in any company.
    ///
    /// # Panics
    /// When the slices do not hold one row of the length of [`Model::inputs`] and
    /// [`Model::outputs`] per status.
    pub fn run_block(&self, inputs: &[f64], outputs: &mut [f64], statuses: &mut [Status]) {
        let rows = statuses.len();
        assert_eq!(
            inputs.len(),
            rows * INPUTS.len(),
            "one number per input port"
        );
        assert_eq!(
            outputs.len(),
            rows * OUTPUTS.len(),
            "one number per output port"
        );
        outputs.fill(f64::NAN);
        let mut jobs = inputs
            .chunks_exact(INPUTS.len())
            .zip(statuses.iter_mut())
            .enumerate()
            .filter_map(|(index, (row, status))| match self.job(index, row) {
                Ok(job) => Some(job),
                Err(refused) => {
                    *status = refused;
                    None
                }
            });
        let finished = if rows < FEW {
            self.kind.run_single(&mut jobs)
        } else {
            self.kind.run_lanes(&mut jobs)
        };
        for (index, run) in finished {
            statuses[index] = run.status;
            let place = index * OUTPUTS.len();
            write_outputs(&run, &mut outputs[place..place + OUTPUTS.len()]);
        }
    }

    /// Runs the protocol at `inputs` and returns everything.
    ///
    /// # Errors
    /// [`Status::InputOutOfRange`] with the first port that keeps the run from starting.
    pub fn simulate(&self, inputs: &[f64]) -> Result<Run, Status> {
        let job = self.job(0, inputs)?;
        let mut finished = self.kind.run_single(&mut std::iter::once(job));
        // INVARIANT: every job gives exactly one run.
        Ok(finished.pop().expect("one job gives one run").1)
    }

    /// Runs the protocol at `inputs` and samples it `points` times within each step, evenly, its
    /// start and end included. Returns the steps of the protocol with the run.
    ///
    /// # Errors
    /// As [`Self::simulate`].
    pub fn trace(&self, inputs: &[f64], points: u32) -> Result<(Run, Vec<Step>), Status> {
        let job = self.job(0, inputs)?;
        let steps = job.protocol.steps.clone();
        let durations = self.simulate(inputs)?.steps;
        let within = |duration_s: f64| -> Vec<f64> {
            let last = f64::from(points.max(2) - 1);
            (0..points.max(2))
                .map(|at| duration_s * f64::from(at) / last)
                .collect()
        };
        let times: Vec<Vec<f64>> = durations.iter().map(|one| within(one.duration_s)).collect();
        let sampled = Job {
            sample_times_s: &times,
            ..job
        };
        let mut finished = self.kind.run_single(&mut std::iter::once(sampled));
        // INVARIANT: every job gives exactly one run.
        Ok((finished.pop().expect("one job gives one run").1, steps))
    }

    /// Puts the inputs into a job.
    fn job(&self, index: usize, inputs: &[f64]) -> Result<Job<'static>, Status> {
        // Every port but the lower voltage must be positive; the two lithium contents below 1.
        for (port, &value) in inputs.iter().enumerate() {
            let zero_allowed = matches!(port, 5 | 6 | 13 | 14);
            let inside = value > 0.0 || (zero_allowed && value == 0.0);
            let fraction = matches!(port, 9 | 10);
            if !inside || !value.is_finite() || (fraction && value >= 1.0) {
                return Err(Status::InputOutOfRange { port });
            }
        }
        let mut cell = self.constants.clone();
        cell.temperature_k = inputs[0];
        cell.scale_thickness([
            inputs[8] / self.loadings.anode_kg_m2,
            inputs[7] / self.loadings.cathode_kg_m2,
        ]);
        cell.positive.stoichiometry = inputs[9];
        cell.negative.stoichiometry = inputs[10];
        let mechanism = SeiMechanism::EcReactionLimited {
            rate_constant_m_s: inputs[11],
            diffusivity_m2_s: inputs[12],
            concentration_mol_m3: self.concentration_mol_m3,
        };
        cell.set_film(&SeiParameters {
            mechanism,
            initial_thickness_m: inputs[13],
            activation_j_mol: inputs[14],
            area_factor: inputs[15],
            ..self.sei
        });
        let protocol = Protocol::two_cycles(&TwoCycles {
            first_c_rate: inputs[1] * SECONDS_PER_HOUR,
            second_c_rate: inputs[2] * SECONDS_PER_HOUR,
            cut_off_c_rate: inputs[3] * SECONDS_PER_HOUR,
            voltage_max_v: inputs[4],
            voltage_min_v: inputs[5],
            rest_s: inputs[6],
        });
        Ok(Job {
            index,
            cell,
            protocol: Cow::Owned(protocol),
            sample_times_s: &[],
        })
    }
}

fn write_outputs(run: &Run, outputs: &mut [f64]) {
    let values = [
        run.first_cycle_efficiency,
        run.first_charge_ah * SECONDS_PER_HOUR,
        run.first_discharge_ah * SECONDS_PER_HOUR,
        run.last_discharge_ah * SECONDS_PER_HOUR,
        run.lithium_lost_ah * SECONDS_PER_HOUR,
        run.sei_thickness_m,
        run.duration_s,
        run.rest_drop_v,
        run.negative_potential_min_v,
    ];
    outputs.copy_from_slice(&values);
}
