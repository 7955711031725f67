//! Formation with the face of a twin model: numbers in by port, numbers out by port.
//!
//! In: a base request, the loadings at which its thicknesses hold, and a protocol over setpoints;
//! then plain SI numbers in the order of [`Model::inputs`]. Out: plain SI numbers in the order of
//! [`Model::outputs`]. A loading changes the thickness of its electrode at fixed porosity, hence
//! its capacity and current density. Porosity is no port: without an electrolyte model it cannot
//! change anything here. The film is of ethylene carbonate alone or with an additive, whose numbers
//! are ports as well (`film_ports`).

use super::cell::{SeiMechanism, SeiParameters};
use super::film_ports::{Allowed, Film, additive_of_ports, ports_of_additive};
use super::job::{CellConstants, Job};
use super::protocol::Step;
use super::result::{Run, Status};
use super::schedule::Schedule;
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
    schedule: Schedule,
    outcomes: Vec<Outcome>,
    film: Film,
}

/// Inputs besides the setpoints of the protocol, which stand behind the temperature.
const INPUTS: [(&str, &str, Role, &str); 10] = [
    (
        "formation.temperature",
        "K",
        Role::Setpoint,
        "cell temperature throughout",
    ),
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

/// What a protocol must have for an outcome to be defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    Discharge,
    /// A discharge after a charge.
    Cycle,
    /// A rest after a charge, long enough for its voltage drop.
    ChargedRest,
}

type Outcome = (
    &'static str,
    &'static str,
    &'static str,
    Needs,
    fn(&Run) -> f64,
);

const OUTPUTS: [Outcome; 12] = [
    (
        "formation.first_cycle_efficiency",
        "1",
        "first discharge over first charge",
        Needs::Cycle,
        |run| run.first_cycle_efficiency,
    ),
    (
        "formation.first_charge_capacity",
        "C",
        "charge in before the first discharge",
        Needs::Cycle,
        |run| run.first_charge_ah * SECONDS_PER_HOUR,
    ),
    (
        "formation.first_discharge_capacity",
        "C",
        "charge out in the first discharge",
        Needs::Cycle,
        |run| run.first_discharge_ah * SECONDS_PER_HOUR,
    ),
    (
        "formation.discharge_capacity",
        "C",
        "charge out in the last discharge",
        Needs::Discharge,
        |run| run.last_discharge_ah * SECONDS_PER_HOUR,
    ),
    (
        "formation.lithium_loss",
        "C",
        "lithium bound in the interphase",
        Needs::Nothing,
        |run| run.lithium_lost_ah * SECONDS_PER_HOUR,
    ),
    (
        "formation.sei_thickness",
        "m",
        "interphase at the end",
        Needs::Nothing,
        |run| run.sei_thickness_m,
    ),
    (
        "formation.duration",
        "s",
        "whole protocol",
        Needs::Nothing,
        |run| run.duration_s,
    ),
    (
        "formation.rest_voltage_drop",
        "V",
        "in the first 600 s of rest after the first charge",
        Needs::ChargedRest,
        |run| run.rest_drop_v,
    ),
    (
        "formation.anode_potential_min",
        "V",
        "lowest; below 0 lithium may plate",
        Needs::Nothing,
        |run| run.negative_potential_min_v,
    ),
    (
        "formation.energy_in",
        "J",
        "into the cell at its terminals",
        Needs::Nothing,
        |run| run.energy_in_j,
    ),
    (
        "formation.energy_out",
        "J",
        "out of the cell at its terminals",
        Needs::Nothing,
        |run| run.energy_out_j,
    ),
    (
        "formation.discharge_resistance",
        "ohm",
        "voltage over current change, 10 s into the first discharge",
        Needs::Discharge,
        |run| run.resistance_ohm,
    ),
];

/// Fewer samples than this run one after the other: empty lanes cost as much as full ones.
const FEW: usize = 4;

const SECONDS_PER_HOUR: f64 = 3600.0;

/// Returns the input ports of a formation with this film by this schedule, in order.
#[must_use]
pub fn input_ports(film: Film, schedule: &Schedule) -> Vec<Port> {
    let fixed = INPUTS.iter().map(|&(name, unit, role, text)| Port {
        name: name.to_owned(),
        unit,
        role,
        text,
    });
    let mut ports: Vec<Port> = fixed.collect();
    ports.splice(1..1, schedule.ports());
    ports.extend(film.ports());
    ports
}

/// Returns the outcomes that a formation by this schedule has, in the order it writes them.
#[must_use]
pub fn output_ports(schedule: &Schedule) -> Vec<Port> {
    defined(schedule).iter().map(output_port).collect()
}

fn output_port(&(name, unit, text, ..): &Outcome) -> Port {
    Port {
        name: name.to_owned(),
        unit,
        role: Role::Outcome,
        text,
    }
}

fn defined(schedule: &Schedule) -> Vec<Outcome> {
    let is_defined = |needs: Needs| match needs {
        Needs::Nothing => true,
        Needs::Discharge => schedule.discharges(),
        Needs::Cycle => schedule.has_cycle(),
        Needs::ChargedRest => schedule.rests_charged(),
    };
    let all = OUTPUTS.into_iter();
    all.filter(|&(.., needs, _)| is_defined(needs)).collect()
}

impl Model {
    /// Builds a model around a base request.
    ///
    /// # Errors
    /// As [`Simulator::new`]; [`FormationError::NotYet`] when the base has no SEI, because the
    /// ports of this model are constants of the EC law, with or without an additive.
    pub fn new(
        base: Request,
        loadings: BaseLoadings,
        schedule: impl Into<Schedule>,
    ) -> Result<Self, FormationError> {
        let schedule = schedule.into();
        let film = match base.sei.mechanism {
            SeiMechanism::EcReactionLimited { .. } => Film::Ec,
            SeiMechanism::EcWithAdditive { .. } => Film::EcWithAdditive,
            _ => {
                return Err(FormationError::NotYet {
                    feature: Feature::SeiMechanismAtPorts,
                });
            }
        };
        Ok(Self {
            constants: prepare(&base)?,
            kind: Kind::new(&base),
            sei: base.sei,
            loadings,
            outcomes: defined(&schedule),
            schedule,
            film,
        })
    }

    /// Returns the input ports in order.
    #[must_use]
    pub fn inputs(&self) -> Vec<Port> {
        input_ports(self.film, &self.schedule)
    }

    /// Returns the steps and their setpoints.
    #[must_use]
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Returns the output ports in order.
    #[must_use]
    pub fn outputs(&self) -> Vec<Port> {
        self.outcomes.iter().map(output_port).collect()
    }

    /// Returns the inputs of the base request, in port order.
    #[must_use]
    pub fn base_inputs(&self) -> Vec<f64> {
        let (SeiMechanism::EcReactionLimited {
            rate_constant_m_s,
            diffusivity_m2_s,
            ..
        }
        | SeiMechanism::EcWithAdditive {
            rate_constant_m_s,
            diffusivity_m2_s,
            ..
        }) = self.sei.mechanism
        else {
            // INVARIANT: `new` refuses a base without the EC law.
            unreachable!("the base has the EC law");
        };
        let of_film = match &self.sei.mechanism {
            SeiMechanism::EcWithAdditive {
                additive, boost, ..
            } => {
                let per_area_1_m2 = self.constants.negative.density_per_current_1_m2;
                ports_of_additive(additive, boost, per_area_1_m2)
            }
            _ => Vec::new(),
        };
        let setpoints = self.schedule.setpoints().iter().map(|one| one.base);
        let others = [
            self.loadings.cathode_kg_m2,
            self.loadings.anode_kg_m2,
            self.constants.positive.stoichiometry,
            self.constants.negative.stoichiometry,
            rate_constant_m_s,
            diffusivity_m2_s,
            self.sei.initial_thickness_m,
            self.sei.activation_j_mol,
            self.sei.area_factor,
        ];
        std::iter::once(self.constants.temperature_k)
            .chain(setpoints)
            .chain(others)
            .chain(of_film)
            .collect()
    }

    /// Number of inputs.
    fn width(&self) -> usize {
        INPUTS.len() + self.schedule.setpoints().len() + self.film.width()
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
            rows * self.width(),
            "one number per input port"
        );
        assert_eq!(
            outputs.len(),
            rows * self.outcomes.len(),
            "one number per output port"
        );
        outputs.fill(f64::NAN);
        let mut jobs = inputs
            .chunks_exact(self.width())
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
            let row = outputs.chunks_exact_mut(self.outcomes.len()).nth(index);
            for (output, (.., value)) in row.into_iter().flatten().zip(&self.outcomes) {
                *output = value(&run);
            }
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
        if let Some(port) = self.refused(inputs) {
            return Err(Status::InputOutOfRange { port });
        }
        let (setpoints, others) = inputs[1..].split_at(self.schedule.setpoints().len());
        let (others, of_film) = others.split_at(OF_CELL.len());
        // INVARIANT: `refused` has counted the inputs.
        let &[
            cathode,
            anode,
            of_cathode,
            of_anode,
            rate,
            diffusivity,
            film,
            activation,
            factor,
        ] = others
        else {
            unreachable!("one number per input port");
        };
        let mut cell = self.constants.clone();
        cell.temperature_k = inputs[0];
        cell.scale_thickness([
            anode / self.loadings.anode_kg_m2,
            cathode / self.loadings.cathode_kg_m2,
        ]);
        cell.positive.stoichiometry = of_cathode;
        cell.negative.stoichiometry = of_anode;
        let per_area_1_m2 = cell.negative.density_per_current_1_m2;
        let mechanism = self.mechanism([rate, diffusivity], of_film, per_area_1_m2);
        cell.set_film(&SeiParameters {
            mechanism,
            initial_thickness_m: film,
            activation_j_mol: activation,
            area_factor: factor,
            ..self.sei
        });
        Ok(Job {
            index,
            cell,
            protocol: Cow::Owned(self.schedule.protocol(setpoints)),
            sample_times_s: &[],
        })
    }

    /// The law of the film with other numbers than those of the base.
    fn mechanism(
        &self,
        [rate, diffusivity]: [f64; 2],
        film: &[f64],
        per_area: f64,
    ) -> SeiMechanism {
        let mut mechanism = self.sei.mechanism;
        if let SeiMechanism::EcReactionLimited {
            rate_constant_m_s,
            diffusivity_m2_s,
            ..
        }
        | SeiMechanism::EcWithAdditive {
            rate_constant_m_s,
            diffusivity_m2_s,
            ..
        } = &mut mechanism
        {
            (*rate_constant_m_s, *diffusivity_m2_s) = (rate, diffusivity);
        }
        if let SeiMechanism::EcWithAdditive {
            additive, boost, ..
        } = &mut mechanism
        {
            (*additive, *boost) = additive_of_ports(film, per_area);
        }
        mechanism
    }

    /// The first input that keeps a run from starting.
    fn refused(&self, inputs: &[f64]) -> Option<usize> {
        assert_eq!(inputs.len(), self.width(), "one number per input port");
        let setpoints = self.schedule.setpoints().len();
        let (first, rest) = inputs[1..].split_at(setpoints);
        let is_cold = !Allowed::Positive.holds(inputs[0]);
        let of_cell = || {
            let mut pairs = OF_CELL.iter().zip(rest);
            let found = pairs.position(|(one, &value)| !one.holds(value));
            found.map(|at| 1 + setpoints + at)
        };
        let of_film = || {
            let found = self.film.refused(&rest[OF_CELL.len()..]);
            found.map(|at| 1 + setpoints + OF_CELL.len() + at)
        };
        is_cold
            .then_some(0)
            .or_else(|| self.schedule.refused(first).map(|at| 1 + at))
            .or_else(of_cell)
            .or_else(of_film)
    }
}

/// The same for each of [`INPUTS`] behind the temperature.
const OF_CELL: [Allowed; 9] = [
    Allowed::Positive,
    Allowed::Positive,
    Allowed::Share,
    Allowed::Share,
    Allowed::Positive,
    Allowed::Positive,
    Allowed::NotNegative,
    Allowed::NotNegative,
    Allowed::Positive,
];
