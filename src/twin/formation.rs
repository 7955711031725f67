//! Formation: the first charge and discharge of a filled cell, and the lithium it costs.
//!
//! In: a cell (usually a BPX file), its pristine state, SEI constants, a protocol, a temperature.
//! Out: voltage and current over time, capacities, first-cycle efficiency, lithium loss, film
//! thickness. Each electrode is one sphere with constant diffusivity, integrated exactly in time
//! (`particle`); the interphase grows by a lithium-conserving exact step (`sei`); ends of steps
//! are located on the model, not on a grid (`run`). Isothermal. What is asked for and not
//! modelled is [`FormationError::NotYet`].
//!
//! Sources: Marquis et al. 2019, doi:10.1149/2.0341915jes (single-particle model); Yang et al.
//! 2017, doi:10.1016/j.jpowsour.2017.05.110 (EC-reaction-limited SEI).

mod cell;
mod kinetics;
mod loading;
mod particle;
mod ports;
mod potential;
mod protocol;
mod result;
mod run;
mod sei;
mod simulator;

pub use cell::{
    Cell, Electrode, FARADAY_C_MOL, Feature, GAS_J_MOL_K, PristineState, SeiMechanism,
    SeiParameters,
};
pub use kinetics::{INTERFACE_TOLERANCE, VOLTAGE_TOLERANCE_V};
pub use loading::{Contradiction, LineElectrode, areal_loading_of_file_kg_m2};
pub use particle::{Particle, Profile, STEP_LEVELS, STEP_SHORTEST_S, StepFactors, step_length_s};
pub use ports::{BaseLoadings, Model, input_ports, output_ports};
pub use potential::TABLE_ERROR_V_MAX;
pub use protocol::{End, Operation, Protocol, Step, TwoCycles};
pub use result::{Invariant, Run, Sample, Status, StepOutcome};
pub use run::{REST_DROP_TIME_S, Resolution, TRIALS_MAX};
pub use simulator::{Modes, Request, Simulator};

/// Why a formation cannot be set up.
#[derive(Debug, Clone, PartialEq)]
pub enum FormationError {
    /// The run asks for physics that is not modelled.
    NotYet {
        /// What is asked for.
        feature: Feature,
    },
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
