//! Monte Carlo: draws inputs, runs a plain function over them, and says what the answers show.
//!
//! In: named inputs with distributions, a seed, a sample count, and a function from input values
//! to output values. Out: columns of outputs in sample order, estimates with their sampling
//! error, three-way decisions of outcome rules, and influences. This room knows nothing of
//! batteries, rules, or files: the model is any `Fn(&[f64], &mut [f64]) -> SampleStatus`.

pub mod binomial;
pub mod ensemble;
pub mod estimate;
pub mod outcome;
pub mod sampler;
pub mod sensitivity;
