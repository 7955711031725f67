//! Cellwright.
pub mod canonical;
pub mod diagnostic;
pub mod document;
pub mod math;
pub mod observation;
pub mod quantity;
pub mod rational;
pub mod recipe;
pub mod scenario;
pub mod span;
pub mod table;
