#![forbid(unsafe_code)]
//! Cellwright.
pub mod math;
pub mod model;
pub mod twin;
