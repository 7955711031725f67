//! The coating window of a run, for the drawing: web speed against gap over wet thickness.
//!
//! In: filled by `run::coating_window`. Out: plain data.

use serde::{Deserialize, Serialize};

/// The window at the gap and slurry of the requested recipe, and where the recipes lie in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoatingWindow {
    /// Web speeds, m/min, rising.
    pub web_speed_m_min: Vec<f64>,
    /// Greatest gap ratio the bead holds at each of them: gap over the least wet thickness.
    pub gap_ratio_max: Vec<f64>,
    /// Capillary number at each of them; the law is indicative to 1.
    pub capillary_number: Vec<f64>,
    /// The recipes.
    pub recipes: Vec<RecipePlace>,
}

/// Where one recipe lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipePlace {
    /// `now`, `requested` or `proposed`.
    pub recipe: String,
    /// Nominal web speed, m/min, with the ends of its tolerance.
    pub web_speed_m_min: [f64; 3],
    /// Gap ratio at the nominal values, least and greatest over the corners of the tolerances.
    pub gap_ratio: [f64; 3],
}
