//! Cellwright.
pub mod certificate;
pub mod check;
pub mod diagnostic;
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
pub mod rule_language;
pub mod span;
pub mod summation;
pub mod twin;
