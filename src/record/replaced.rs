//! Outcomes that measured values or formulas stand for, as a record tells them.
//!
//! In: filled by `run::replaced`. Out: plain data: what stands for the outcome, where it comes
//! from, and which balances it leaves open by how much at the nominal recipe.

use serde::{Deserialize, Serialize};

/// An outcome that is measured or given by a formula, not modelled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplacedRow {
    /// Dictionary name.
    pub name: String,
    /// What stands for it, in words.
    pub by: String,
    /// Where the values come from.
    pub source: String,
    /// Class of the evidence.
    pub evidence: String,
    /// Balances that do not close with it.
    pub open: Vec<OpenBalance>,
}

/// A balance that does not close.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenBalance {
    /// What is balanced.
    pub text: String,
    /// Names of what takes part.
    pub names: Vec<String>,
    /// By how much its sides differ, percent of the greater.
    pub percent: f64,
}
