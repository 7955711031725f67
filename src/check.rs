//! Check: does a recipe keep the rules, at every tolerance corner, and if not, why.
//!
//! In: rules and recipes. Out: verdicts with witnesses and certificates. Questions that closed
//! forms do not settle become a [`query::Query`] of plain data; [`solver_process`] puts it to the
//! solver in a child process, and every model that comes back is re-evaluated in exact arithmetic.

pub mod argument;
pub mod batch;
pub mod branch_and_prune;
pub mod canonical_model;
pub mod case;
pub mod change;
pub mod compile;
pub mod conflicts;
pub mod corners;
pub mod eliminate;
pub mod encode;
pub mod facts;
pub mod farkas;
pub mod formula;
pub mod fraction;
pub mod import;
pub mod joint_box;
pub mod judge;
pub mod kernel;
pub mod line;
pub mod linear;
pub mod lots;
pub mod modes;
pub mod obligation;
pub mod optimum;
pub mod piece;
pub mod prove;
pub mod query;
pub mod reading;
pub mod redundancy;
pub mod refute;
pub mod repair;
pub mod review;
pub mod rule_set;
pub mod satisfy;
pub mod second_solver;
pub mod smtlib;
#[cfg(feature = "z3")]
pub mod solve;
pub mod solver_process;
pub mod table;
pub mod tableau;
pub mod tolerance;
pub mod undefined;
pub mod univariate;
pub mod verdict;
pub mod window;
