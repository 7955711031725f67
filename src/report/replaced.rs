//! What reports say of outcomes that no law of the model makes.
//!
//! In: the rows of a record or an answer. Out: one sentence an outcome, the balances it leaves open
//! included, and one for the stages that are left out.

use super::story::readable;
use crate::record::body::ReplacedRow;

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
