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
    /// Numerical error at the points, if asked for; null where a point failed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub u_num: Vec<Option<f64>>,
    /// What the error was found by, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub u_num_by: Option<String>,
}

impl Outcome {
    /// The numerical error in words: the greatest along the points; nothing where nobody asked.
    #[must_use]
    pub fn u_num_text(&self) -> Option<String> {
        let by = self.u_num_by.as_ref()?;
        let sizes = self.u_num.iter().flatten().map(|error| error.abs());
        let greatest = sizes.fold(0.0, f64::max);
        let unit = match self.unit.as_str() {
            "" | "1" => String::new(),
            // An error is a difference.
            "degC" => " K".to_owned(),
            unit => format!(" {unit}"),
        };
        let (upto, number) = match (self.u_num.len(), greatest) {
            (_, 0.0) => ("", "0".to_owned()),
            (1, _) => ("", format!("{greatest:.1e}{unit}")),
            _ => ("at most ", format!("{greatest:.1e}{unit}")),
        };
        Some(format!("u_num {upto}{number} ({by})"))
    }
}
