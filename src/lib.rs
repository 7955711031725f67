//! Cellwright.
pub mod diagnostic;
pub mod math;
pub mod rational;
pub mod span;
