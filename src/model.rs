//! Documents that describe a cell: parameter files and the functions written inside them.
//!
//! In: text of a parameter file. Out: typed parameters in SI units, or an error that names the
//! field, its path and who needs it. Nothing here simulates anything, and nothing is filled in:
//! a missing physical parameter is an error.

pub mod bpx;
pub mod curve;
pub mod document;
pub mod expression;
pub mod parameter;
pub mod protocol;
pub mod replaced;
