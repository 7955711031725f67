//! Samples that gave no value, told with their reasons.
//!
//! In: the ensembles of a recipe. Out: a finding for each part of the plant in which samples
//! failed, with the reasons by number, and the parts of which no sample could be computed: nothing
//! may be said of those, whatever the rules are.

use super::plant::Stage;
use super::{Context, Judged};
use crate::monte_carlo::ensemble::Ensemble;
use crate::record::body::Finding;

/// The parts of the plant that are simulated, with their ensembles.
fn ensembles<'j>(
    context: &Context<'_>,
    judged: &'j Judged,
) -> impl Iterator<Item = (&'static str, &'j Ensemble)> {
    let plant = &context.documents.plant;
    let line = plant.line().map(|_| ("line", Stage::Line));
    let formation = plant
        .has_formation()
        .then_some(("formation", Stage::Formation));
    let both = [line, formation].into_iter().flatten();
    both.filter_map(|(part, stage)| Some((part, judged.simulated.ensemble(stage)?)))
}

/// Returns the parts of which no sample gave a value.
pub(super) fn not_computed(context: &Context<'_>, judged: &Judged) -> Vec<String> {
    let none = |all: &Ensemble| all.samples() > 0 && all.failed() == all.samples() as u64;
    ensembles(context, judged)
        .filter(|(_, all)| none(all))
        .map(|(part, _)| part.to_owned())
        .collect()
}

/// Returns a warning for each part in which samples failed.
#[must_use]
pub fn findings(context: &Context<'_>, judged: &Judged) -> Vec<Finding> {
    let failed = ensembles(context, judged).filter(|(_, all)| all.failed() > 0);
    let finding = |(part, all): (&str, &Ensemble)| {
        let reasons: Vec<String> = all
            .failures()
            .into_iter()
            .map(|(reason, times)| format!("{reason} ({times})"))
            .collect();
        Finding {
            code: "samples-failed".to_owned(),
            level: "warning".to_owned(),
            message: format!(
                "{} of {} samples of the {part} gave no value: {}",
                all.failed(),
                all.samples(),
                reasons.join("; ")
            ),
            places: Vec::new(),
            grounds: Vec::new(),
        }
    };
    failed.map(finding).collect()
}
