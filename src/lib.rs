#![forbid(unsafe_code)]
//! Cellwright.
pub mod math;
pub mod monte_carlo;
pub mod normal;
pub mod parallel;
pub mod random;
pub mod summation;
