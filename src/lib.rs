#![forbid(unsafe_code)]
//! Cellwright.
pub mod math;
pub mod twin;
