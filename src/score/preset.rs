//! Presets of the score: pairwise judgements, experience and tolerances, by name.
//!
//! In: the name a scenario gives. Out: the numbers. The judgements are choices of this product,
//! not measurements; a plant replaces the resulting weights in its scenario. They are given on
//! Saaty's scale (doi 10.1504/IJSSCI.2008.017590) in the order logic, novelty, impact,
//! reproducibility, meta.

use super::ahp::RandomIndex;

/// Numbers behind a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScorePreset {
    /// Name.
    pub name: &'static str,
    /// Upper triangle of the pairwise judgements, by rows.
    pub judgements: [f64; 10],
    /// Table the consistency is judged by.
    pub random_index: RandomIndex,
    /// Nearest approved recipes whose distance counts.
    pub neighbours: usize,
    /// Tolerance on V that the meta component is measured against.
    pub value_tolerance: f64,
    /// Confidence of the interval of V.
    pub confidence: f64,
}

/// All presets.
const PRESETS: [ScorePreset; 1] = [ScorePreset {
    name: "recipe-change",
    // Rules first; then agreement with what was measured, then consequences; being close to
    // approved recipes and a small standard error count least.
    judgements: [5.0, 3.0, 2.0, 5.0, 0.5, 1.0 / 3.0, 1.0, 0.5, 2.0, 3.0],
    random_index: RandomIndex::Saaty1980,
    neighbours: 3,
    value_tolerance: 0.2,
    confidence: 0.9,
}];

/// Returns the preset with a name.
#[must_use]
pub fn preset_named(name: &str) -> Option<&'static ScorePreset> {
    PRESETS.iter().find(|preset| preset.name == name)
}

/// Returns the names of all presets.
#[must_use]
pub fn preset_names() -> Vec<&'static str> {
    PRESETS.iter().map(|preset| preset.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::ahp::Judgements;

    #[test]
    fn every_preset_is_consistent_by_its_own_table() {
        for preset in PRESETS {
            let judgements = Judgements::from_upper(5, &preset.judgements).expect("reciprocal");
            let priorities = judgements
                .consistent_priorities(preset.random_index, 0.1)
                .expect("consistency ratio at most 0.1");
            let sum: f64 = priorities.weights.iter().sum();
            assert!((sum - 1.0).abs() < 1e-12, "{}: {sum}", preset.name);
        }
    }
}
