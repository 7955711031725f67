//! What reports say of numerical error.
//!
//! In: the numerical error of a run, which no record holds. Out: sentences for what is not small,
//! which stand first; one for the rest; the words of a cell.

use super::number::percent;
use super::story::short_name;
use crate::record::numerics::OutcomeNumerics;
use crate::record::run_numerics::{Against, LargeNumerics, RunNumerics, SMALL};

/// What weakens a run because its numerical error is large or not known.
#[must_use]
pub fn numerics_weaknesses(numerics: Option<&RunNumerics>) -> Vec<String> {
    let Some(numerics) = numerics else {
        return Vec::new();
    };
    let failed = numerics.failed.iter();
    let failed = failed.map(|why| format!("numerical error not known: {why}"));
    failed.chain(numerics.large.iter().map(large)).collect()
}

fn large(one: &LargeNumerics) -> String {
    if one.share.is_nan() {
        return format!("{}: numerical error decides whether it applies", one.name);
    }
    let share = if one.share.is_finite() {
        percent(one.share, 0)
    } else {
        "more than all".to_owned()
    };
    let (name, what) = match one.against {
        Against::Spread => (short_name(&one.name), "standard deviation"),
        Against::Margin => (one.name.clone(), "margin"),
    };
    format!("{name}: numerical error is {share} of its {what}")
}

/// What is said where every numerical error is small.
#[must_use]
pub fn numerics_summary(numerics: &RunNumerics) -> Option<String> {
    if numerics.failed.is_some() || !numerics.large.is_empty() {
        return None;
    }
    Some(format!(
        "numerical error at the nominal recipe is at most {} of every standard deviation and every \
         margin",
        percent(SMALL, 0)
    ))
}

/// The numerical error of one outcome for a table, and where it comes from.
#[must_use]
pub fn numerics_cell(one: &OutcomeNumerics) -> (String, &str) {
    let size = if one.u_num == 0.0 {
        "0".to_owned()
    } else {
        format!("{:.1e}", one.u_num.abs())
    };
    (size, &one.by)
}
