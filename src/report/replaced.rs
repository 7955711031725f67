//! What reports say of outcomes that no law of the model makes.
//!
//! In: the rows of a record or an answer. Out: one sentence an outcome, the balances it leaves open
//! included, and one for the stages that are left out; for a probability on such an outcome, that
//! it knows nothing of the scatter of the measurement.

use super::story::{and_list, readable};
use crate::record::body::{Body, ReplacedRow, RuleRow};

/// What a share of passing samples leaves out: the scatter of outcomes that are not modelled. What
/// only follows from other outcomes scatters with them.
#[must_use]
pub fn scatter_text(body: &Body, row: &RuleRow) -> Option<String> {
    row.requested.probability.as_ref()?;
    let own = body.replaced.iter().filter(|one| one.evidence != "derived");
    let read = own.filter(|one| row.rule.reads.contains(&one.name));
    let names: Vec<String> = read.map(|one| one.name.clone()).collect();
    if names.is_empty() {
        return None;
    }
    Some(format!(
        "the scatter of {} is not drawn: the share of passing samples is surer than the plant's",
        and_list(&names)
    ))
}

/// The same for every rule that is judged by a share.
#[must_use]
pub fn scatter_weaknesses(body: &Body) -> Vec<String> {
    let of_rule = |row: &RuleRow| Some(format!("{}: {}", row.rule.code, scatter_text(body, row)?));
    body.rules.iter().filter_map(of_rule).collect()
}

/// Says which outcomes are measured or given, and which stages are not computed.
#[must_use]
pub fn replaced_lines(rows: &[ReplacedRow], not_modelled: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    if !not_modelled.is_empty() {
        lines.push(format!("not modelled: {}", not_modelled.join(", ")));
    }
    for row in rows {
        let how = if row.evidence == "measured" {
            "measured, not modelled"
        } else {
            "given, not modelled"
        };
        lines.push(format!(
            "{} is {how}: {}; {} ({})",
            row.name, row.by, row.source, row.evidence
        ));
        lines.extend(row.open.iter().map(|open| {
            format!(
                "{} leaves a balance open by {} %: {} ({})",
                row.name,
                readable(open.percent),
                open.text,
                open.names.join(", ")
            )
        }));
    }
    lines
}
