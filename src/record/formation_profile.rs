//! The formation over time for one recipe, for the drawing.
//!
//! In: filled by `run::formation_profile`. Out: plain data.

use serde::{Deserialize, Serialize};

/// Voltage, current and lithium loss over time at the nominal recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormationProfile {
    /// `now`, `requested` or `proposed`.
    pub recipe: String,
    /// Times since the start, h, not falling.
    pub time_h: Vec<f64>,
    /// Cell voltage, V.
    pub voltage_v: Vec<f64>,
    /// Current, A, positive on discharge.
    pub current_a: Vec<f64>,
    /// Lithium bound in the interphase, Ah.
    pub lithium_lost_ah: Vec<f64>,
    /// The steps in order.
    pub steps: Vec<FormationStep>,
    /// Voltages of the first charge, V, rising.
    pub charge_voltage_v: Vec<f64>,
    /// Charge per voltage there, Ah/V.
    pub charge_ah_v: Vec<f64>,
    /// Voltage at the times above over samples of the ensemble, V: where 5 % lie below.
    pub voltage_low_v: Vec<f64>,
    /// Where 5 % lie above.
    pub voltage_high_v: Vec<f64>,
    /// Samples behind the band; 0 for none.
    pub band_samples: u64,
}

/// One step of the protocol as it went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormationStep {
    /// What the cycler holds, such as `charge C/20`.
    pub name: String,
    /// When it ends, h since the start.
    pub end_h: f64,
}
