#![forbid(unsafe_code)]
//! Cellwright.
pub mod math;
pub mod normal;
pub mod parallel;
pub mod random;
pub mod summation;
