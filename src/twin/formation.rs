//! Formation: the first charge and discharge of a filled cell, and the lithium it costs.
//!
//! In: a cell (usually a BPX file), its pristine state, SEI constants, a protocol, a temperature.
//! Out: voltage and current over time, capacities, first-cycle efficiency, lithium loss, film
//! thickness. Each electrode is one sphere: with constant diffusivity integrated exactly in time
//! (`modal`), with one that follows the stoichiometry in shells (`volumes`). The interphase grows
//! by a lithium-conserving step (`film`, `additive`); electrolyte (`electrolyte`) and lumped heat
//! (`heat`) come in where a run asks for them. Ends of steps are located on the model, not on a
//! grid (`engine`, `track`). What is asked for and not modelled is [`FormationError::NotYet`].
//!
//! Sources: Marquis et al. 2019, doi:10.1149/2.0341915jes (single-particle model); Yang et al.
//! 2017, doi:10.1016/j.jpowsour.2017.05.110 (EC-reaction-limited SEI).

mod additive;
mod cell;
mod electrolyte;
mod end_search;
mod engine;
mod film;
mod film_ports;
mod heat;
mod implicit;
mod job;
mod kinetics;
mod loading;
mod modal;
mod pace;
mod ports;
mod potential;
mod protocol;
mod resolution;
mod result;
mod schedule;
mod simulator;
mod sphere;
mod track;
mod volumes;

pub use cell::{
    Additive, Boost, Cell, Electrode, Electrolyte, FARADAY_C_MOL, Feature, GAS_J_MOL_K, Heat,
    Layer, PristineState, SeiMechanism, SeiParameters,
};
pub use engine::INTERFACE_TOLERANCE;
pub use film_ports::{Film, additive_of_ports};
pub use loading::{Contradiction, LineElectrode, areal_loading_of_file_kg_m2};
pub use ports::{BaseLoadings, Model, input_ports, output_ports};
pub use potential::TABLE_ERROR_V_MAX;
pub use protocol::{End, Operation, Protocol, Step, TwoCycles};
pub use resolution::Resolution;
pub use result::{Invariant, Run, Sample, Status, StepOutcome};
pub use schedule::{Hold, Measure, SETPOINTS, Schedule, Setpoint, Stage, Until, Value};
pub use simulator::{Modes, Request, Simulator};
pub use track::{RESISTANCE_TIME_S, REST_DROP_TIME_S, TRIALS_MAX};

/// Why a formation cannot be set up.
#[derive(Debug, Clone, PartialEq)]
pub enum FormationError {
    /// The run asks for physics that is not modelled.
    NotYet {
        /// What is asked for.
        feature: Feature,
    },
    /// Solvent-diffusion-limited growth on a pristine cell, without a word that this is meant.
    Ungated,
    /// The cell file leaves out a parameter that formation needs.
    MissingParameter {
        /// Path of the field.
        path: &'static str,
    },
    /// A parameter lies where physics does not allow it.
    OutOfRange {
        /// What it is.
        quantity: &'static str,
        /// Its value in SI units.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
}

impl std::fmt::Display for FormationError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotYet { feature } => {
                write!(
                    f,
                    "formation does not model {feature} yet; choose a model without it"
                )
            }
            Self::Ungated => f.write_str(
                "solvent-diffusion-limited growth does not depend on the potential: on a pristine \
                 cell it takes lithium before any is charged; choose the EC law, or say \
                 `ungated = true` to run it all the same",
            ),
            Self::MissingParameter { path } => {
                write!(f, "formation needs `{path}`; add it to the cell file")
            }
            Self::OutOfRange {
                quantity,
                value,
                allowed,
            } => {
                write!(f, "{quantity} is {value}; expected {allowed}")
            }
        }
    }
}

impl std::error::Error for FormationError {}
