//! Cellwright.
pub mod check;
pub mod diagnostic;
pub mod linear_program;
pub mod math;
pub mod quantity;
pub mod rational;
pub mod record;
pub mod span;
pub mod twin;
