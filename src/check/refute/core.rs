//! Parts of a query: some of its assertions, and as few of them as possible.
//!
//! In: a query and names. Out: the query with these assertions and the variables they use, and
//! names of which none can be left out. Whoever checks a certificate makes its claim from the
//! same part.

use std::collections::{BTreeMap, BTreeSet};

use super::{Attempt, Budget, attempt};
use crate::check::query::{Formula, Query, Term, VarId};

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
        collect(formula, &mut used);
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
        *formula = renamed(formula, &|id| {
            VarId(places.get(&id).copied().unwrap_or(id.0))
        });
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
    collect(formula, &mut used);
    used
}

fn collect(formula: &Formula, used: &mut BTreeSet<VarId>) {
    // Names of variables are rare in a formula beside its terms: one walk for each kind.
    formula.terms(&mut |term| match term {
        Term::Real(id) => {
            used.insert(*id);
        }
        Term::Ite(condition, _, _) => choices(condition, used),
        Term::Rational(_)
        | Term::Add(_)
        | Term::Mul(_)
        | Term::Div(..)
        | Term::Neg(_)
        | Term::Apply(..) => {}
    });
    choices(formula, used);
}

fn choices(formula: &Formula, used: &mut BTreeSet<VarId>) {
    match formula {
        Formula::Bool(id) | Formula::EnumIs(id, _) => {
            used.insert(*id);
        }
        Formula::True | Formula::False | Formula::Le(..) | Formula::Lt(..) | Formula::Eq(..) => {}
        Formula::Not(inner) => choices(inner, used),
        Formula::And(parts) | Formula::Or(parts) => {
            parts.iter().for_each(|part| choices(part, used));
        }
        Formula::Implies(premise, conclusion) => {
            choices(premise, used);
            choices(conclusion, used);
        }
    }
}

/// The formula with other variables.
#[must_use]
pub fn renamed(formula: &Formula, to: &dyn Fn(VarId) -> VarId) -> Formula {
    let own = |inner: &Formula| Box::new(renamed(inner, to));
    let all = |parts: &[Formula]| parts.iter().map(|part| renamed(part, to)).collect();
    match formula {
        Formula::True | Formula::False => formula.clone(),
        Formula::Bool(id) => Formula::Bool(to(*id)),
        Formula::EnumIs(id, member) => Formula::EnumIs(to(*id), *member),
        Formula::Le(left, right) => Formula::Le(term(left, to), term(right, to)),
        Formula::Lt(left, right) => Formula::Lt(term(left, to), term(right, to)),
        Formula::Eq(left, right) => Formula::Eq(term(left, to), term(right, to)),
        Formula::Not(inner) => Formula::Not(own(inner)),
        Formula::And(parts) => Formula::And(all(parts)),
        Formula::Or(parts) => Formula::Or(all(parts)),
        Formula::Implies(premise, conclusion) => Formula::Implies(own(premise), own(conclusion)),
    }
}

fn term(of: &Term, to: &dyn Fn(VarId) -> VarId) -> Term {
    let own = |inner: &Term| Box::new(term(inner, to));
    let all = |parts: &[Term]| parts.iter().map(|part| term(part, to)).collect();
    match of {
        Term::Rational(_) => of.clone(),
        Term::Real(id) => Term::Real(to(*id)),
        Term::Add(parts) => Term::Add(all(parts)),
        Term::Mul(parts) => Term::Mul(all(parts)),
        Term::Div(left, right) => Term::Div(own(left), own(right)),
        Term::Neg(inner) => Term::Neg(own(inner)),
        Term::Ite(condition, then, otherwise) => {
            Term::Ite(Box::new(renamed(condition, to)), own(then), own(otherwise))
        }
        Term::Apply(function, inner) => Term::Apply(*function, own(inner)),
    }
}
