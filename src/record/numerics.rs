//! Numerical error of outcomes, beside the results and never inside a record.
//!
//! In: filled by `run::numerics`. Out: plain data in the units people read. The comparison uses
//! functions of the platform, so its digits may differ from machine to machine.

use serde::Serialize;

/// Numerical error of one outcome at nominal values.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OutcomeNumerics {
    /// Dictionary name.
    pub name: String,
    /// Unit of the error.
    pub unit: String,
    /// The run less the reference.
    pub u_num: f64,
    /// `independent integrator`, `binder solver`, `carried`, `algebra`, or `refinement` (the same
    /// method with finer steps and more modes, no independent one).
    pub by: String,
}
