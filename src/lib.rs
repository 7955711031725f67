#![forbid(unsafe_code)]
//! Cellwright.
pub mod decision;
pub mod delta;
pub mod exit_code;
pub mod fusion;
pub mod hyperscore;
pub mod math;
pub mod monte_carlo;
pub mod normal;
pub mod parallel;
pub mod random;
pub mod score;
pub mod summation;
