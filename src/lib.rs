#![forbid(unsafe_code)]
//! Cellwright.
pub mod check;
pub mod decision;
pub mod delta;
pub mod diagnostic;
pub mod exit_code;
pub mod fusion;
pub mod hyperscore;
pub mod linear_program;
pub mod math;
pub mod model;
pub mod monte_carlo;
pub mod normal;
pub mod parallel;
pub mod quantity;
pub mod random;
pub mod rational;
pub mod record;
pub mod score;
pub mod span;
pub mod summation;
pub mod twin;
