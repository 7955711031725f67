//! Cellwright.
pub mod check;
pub mod diagnostic;
pub mod linear_program;
pub mod math;
pub mod rational;
pub mod span;
