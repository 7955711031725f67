//! The answer of `simulate` with `--set` or `--sweep`: one sample, or one per step of a sweep.
//!
//! In: filled by `run::what_if`. Out: plain data in the units people read; no verdicts.

use serde::Serialize;

use super::body::Versions;
use super::replaced::ReplacedRow;

/// Outcomes of one recipe with some values changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WhatIf {
    /// `cellwright/what-if/1`.
    pub format: String,
    /// Who computed it.
    pub versions: Versions,
    /// Path of the scenario or model.
    pub document: String,
    /// Path of the recipe.
    pub recipe: String,
    /// Outcomes that are measured or given by a formula, not modelled; absent when there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<ReplacedRow>,
    /// Stages of the line that are not computed; absent when all are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_modelled: Vec<String>,
    /// The stage asked for; absent for all.
    pub stage: Option<String>,
    /// Values changed at every point.
    pub set: Vec<Setting>,
    /// The value that is swept.
    pub sweep: Option<Sweep>,
    /// The recipe as it stands: why it cannot be computed, if so.
    pub now_failed: Option<String>,
    /// One point per value of the sweep; one without a sweep.
    pub points: Vec<Point>,
    /// Every outcome.
    pub outcomes: Vec<Outcome>,
}

/// One value changed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Setting {
    /// Dictionary name.
    pub name: String,
    /// Unit of both values.
    pub unit: String,
    /// As the documents have it.
    pub from: f64,
    /// As asked for.
    pub to: f64,
}

/// The value that is swept.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sweep {
    /// Dictionary name.
    pub name: String,
    /// Unit of the values.
    pub unit: String,
    /// As the documents have it, `--set` included.
    pub from: f64,
    /// Its values, rising.
    pub values: Vec<f64>,
}

/// How one point went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Why there are no outcomes; absent when there are.
    pub failed: Option<String>,
    /// Reservations.
    pub flags: Vec<String>,
}

/// One outcome at every point.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outcome {
    /// Stage that reports it.
    pub stage: String,
    /// Dictionary name.
    pub name: String,
    /// What it is, for people.
    pub text: String,
    /// Unit of the values.
    pub unit: String,
    /// At the recipe as it stands.
    pub now: Option<f64>,
    /// At the points; null where a point failed.
    pub values: Vec<Option<f64>>,
}
