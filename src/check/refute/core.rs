//! Parts of a query: some of its assertions, and as few of them as possible.
//!
//! In: a query and names. Out: the query with these assertions and the variables they use, and
//! names of which none can be left out. Whoever checks a certificate makes its claim from the
//! same part.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attempt, Budget, attempt};
use crate::check::query::{Formula, Query, VarId};

/// Returns the query with the named assertions only.
#[must_use]
pub fn part(query: &Query, names: &[String]) -> Query {
    let mut part = query.clone();
    part.assertions.retain(|(name, _)| names.contains(name));
    part
}

/// Returns the query with the named assertions and the variables they use, both sorted by name, so
/// that a certificate of it depends on nothing else.
#[must_use]
pub fn restricted(query: &Query, names: &[String]) -> Query {
    let mut part = part(query, names);
    part.sort();
    let mut used = BTreeSet::new();
    for (_, formula) in &part.assertions {
        used.extend(variables_of(formula));
    }
    let name = |id: &VarId| query.variables.get(id.0 as usize).map(|one| &one.name);
    let mut order: Vec<VarId> = used.into_iter().collect();
    order.sort_by(|a, b| name(a).cmp(&name(b)));
    let places: BTreeMap<VarId, u32> = order.iter().copied().zip(0..).collect();
    part.variables = order
        .iter()
        .filter_map(|id| query.variables.get(id.0 as usize).cloned())
        .collect();
    for (_, formula) in &mut part.assertions {
        formula.renumber(&|id| VarId(places.get(&id).copied().unwrap_or(id.0)));
    }
    part
}

/// Leaves out every assertion without which our own methods still find the contradiction.
#[must_use]
pub fn minimal(query: &Query, mut names: Vec<String>, budget: &Budget) -> Vec<String> {
    names.sort();
    let mut place = 0;
    while place < names.len() {
        let mut fewer = names.clone();
        fewer.remove(place);
        match attempt(&part(query, &fewer), budget) {
            Attempt::Contradiction { .. } => names = fewer,
            Attempt::Stopped(_) => place += 1,
        }
    }
    names
}

/// Returns the variables that occur in a formula.
#[must_use]
pub fn variables_of(formula: &Formula) -> BTreeSet<VarId> {
    let mut used = BTreeSet::new();
    formula.variables(&mut |id| {
        used.insert(id);
    });
    used
}
