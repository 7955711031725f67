//! Cellwright.
pub mod diagnostic;
pub mod math;
pub mod quantity;
pub mod rational;
pub mod record;
pub mod report;
pub mod span;
