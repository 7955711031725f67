//! Samples that gave no value, told with their reasons.
//!
//! In: the ensembles of a recipe. Out: a finding for each part of the plant in which samples
//! failed, with the reasons by number, and the parts of which most samples could not be computed:
//! nothing may be said of those, whatever the rules are.

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

/// Returns the parts of which fewer than half of the samples gave a value. Up to that, failed
/// samples count against every probability, which is on the safe side; beyond, what is left is no
/// picture of the plant.
pub(super) fn not_computed(context: &Context<'_>, judged: &Judged) -> Vec<String> {
    let few = |all: &Ensemble| all.samples() > 0 && 2 * all.failed() > all.samples() as u64;
    ensembles(context, judged)
        .filter(|(_, all)| few(all))
        .map(|(part, _)| part.to_owned())
        .collect()
}

/// A reason in words: an input outside its law is known by its name alone.
fn worded(reason: &str) -> String {
    if reason.contains(' ') {
        return reason.to_owned();
    }
    format!("`{reason}` is outside its law")
}

/// Returns a warning for each part in which samples failed.
#[must_use]
pub fn findings(context: &Context<'_>, judged: &Judged) -> Vec<Finding> {
    let failed = ensembles(context, judged).filter(|(_, all)| all.failed() > 0);
    let finding = |(part, all): (&str, &Ensemble)| {
        let reasons: Vec<String> = all
            .failures()
            .into_iter()
            .map(|(reason, times)| format!("{} ({times})", worded(reason)))
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
