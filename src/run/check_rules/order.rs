//! One order for the answer, whatever the order of rules and the names of files.
//!
//! In: findings as they were found. Out: the same, rules and counts by code, findings of one kind
//! by their sentence, explanations by theirs. Kinds keep their order, worst first.

use crate::record::findings::Findings;

/// Puts an answer into its order.
pub fn settle(findings: &mut Findings) {
    findings.rules.sort_by(|a, b| a.rule.code.cmp(&b.rule.code));
    if let Some(table) = &mut findings.table {
        table.rules.sort_by(|a, b| a.code.cmp(&b.code));
    }
    let of_one_kind = findings
        .findings
        .chunk_by_mut(|a, b| a.code == b.code && a.code != super::recalled::CODE);
    for kind in of_one_kind {
        kind.sort_by(|a, b| a.message.cmp(&b.message));
    }
    for why in &mut findings.why {
        for sets in [&mut why.conflicts, &mut why.corrections] {
            sets.sort_by_key(|set| (set.members.len(), set.members.clone()));
        }
    }
    findings.why.sort_by_cached_key(|why| {
        let members = |sets: &[crate::record::findings::Group]| -> Vec<Vec<String>> {
            sets.iter().map(|set| set.members.clone()).collect()
        };
        (why.when.clone(), members(&why.conflicts))
    });
}
