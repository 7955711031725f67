//! One branch of the search for a refutation.
//!
//! In: what is known. Out: the same with one more condition, which conditions bound a variable,
//! and whether a condition holds at a trial point.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::tree::{Needs, adds};
use crate::certificate::contradiction::{Claim, Condition, Sort, State, Variable, bound_of};
use crate::certificate::{Atom, End};
use crate::rational::Rational;

/// A trial point: values of numbers, enumerators of choices.
#[derive(Clone, Debug, Default)]
pub struct Trial {
    /// By variable.
    pub numbers: BTreeMap<u32, Rational>,
    /// By variable.
    pub members: BTreeMap<u32, u32>,
}

/// What is known in one branch.
#[derive(Clone, Debug)]
pub struct Node {
    /// As the checker sees it.
    pub state: State,
    /// Everything that was assumed on the way here.
    pub known: Needs,
}

impl Node {
    /// The facts of a claim.
    #[must_use]
    pub fn root(claim: &Claim) -> Self {
        let mut node = Self {
            state: State::new(&claim.variables),
            known: Needs::new(),
        };
        for fact in &claim.facts {
            node.assume(&fact.says);
        }
        node
    }

    /// Adds a condition.
    pub fn assume(&mut self, condition: &Condition) {
        self.state.assume(condition);
        adds(condition, &mut self.known);
    }

    /// The same with one more condition.
    #[must_use]
    pub fn assuming(&self, condition: &Condition) -> Self {
        let mut further = self.clone();
        further.assume(condition);
        further
    }

    /// What a condition would add that is not known yet.
    #[must_use]
    pub fn news(&self, condition: &Condition) -> Needs {
        let mut added = Needs::new();
        adds(condition, &mut added);
        added.difference(&self.known).cloned().collect()
    }

    /// The known conditions on a choice.
    #[must_use]
    pub fn about(&self, choice: u32) -> Needs {
        let is_own = |condition: &&Arc<Condition>| match condition.as_ref() {
            Condition::Choice { variable, .. } => *variable == choice,
            Condition::Constant(_) | Condition::Atom(_) | Condition::And(_) | Condition::Or(_) => {
                false
            }
        };
        self.known.iter().filter(is_own).cloned().collect()
    }

    /// Whether the enumerators that are left exclude a condition already.
    #[must_use]
    pub fn excludes(&self, condition: &Condition) -> bool {
        match condition {
            Condition::Constant(value) => !value,
            Condition::Atom(_) => false,
            Condition::Choice {
                variable,
                member,
                is,
            } => {
                let left = self.state.members(*variable);
                let fits = |place: &u32| (place == member) == *is;
                !left.iter().any(fits)
            }
            Condition::And(parts) => parts.iter().any(|part| self.excludes(part)),
            Condition::Or(parts) => parts.iter().all(|part| self.excludes(part)),
        }
    }

    /// The atom and the bounds from which it follows that the atom fails.
    #[must_use]
    pub fn outside_needs(&self, atom: &Atom, variables: &[Variable]) -> Needs {
        let mut needs = Needs::from([Arc::new(Condition::Atom(atom.clone()))]);
        for variable in closure(atom, variables) {
            for end in [End::Low, End::High] {
                let bound = self.tightest(variable, end).map(Condition::Atom);
                needs.extend(bound.map(Arc::new));
            }
        }
        needs
    }

    /// The atom that bounds a variable most at one end.
    #[must_use]
    pub fn tightest(&self, variable: u32, end: End) -> Option<Atom> {
        let mut best: Option<(Rational, &Atom)> = None;
        for atom in &self.state.atoms {
            let Some((own, side, value)) = bound_of(atom) else {
                continue;
            };
            let is_better = best.as_ref().is_none_or(|(known, _)| match end {
                End::Low => value > *known,
                End::High => value < *known,
            });
            if own == variable && side == end && is_better {
                best = Some((value, atom));
            }
        }
        best.map(|(_, atom)| atom.clone())
    }

    /// A member for each choice, among those that are left.
    #[must_use]
    pub fn members(&self) -> BTreeMap<u32, u32> {
        let choices = self.state.left.keys();
        choices
            .filter_map(|&id| Some((id, *self.state.members(id).first()?)))
            .collect()
    }
}

/// The variables an atom depends on, also through definitions.
#[must_use]
pub fn closure(atom: &Atom, variables: &[Variable]) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let mut pending: Vec<u32> = atom.polynomial.variables().into_iter().collect();
    while let Some(id) = pending.pop() {
        let sort = variables.get(id as usize).map(|variable| &variable.sort);
        if found.insert(id)
            && let Some(Sort::Defined(definition)) = sort
        {
            pending.extend(definition.numerator.variables());
            pending.extend(definition.denominator.variables());
        }
    }
    found
}

impl Trial {
    /// The truth value of a condition; nothing where a variable has no value.
    #[must_use]
    pub fn value(&self, condition: &Condition) -> Option<bool> {
        match condition {
            Condition::Constant(value) => Some(*value),
            Condition::Atom(atom) => Some(atom.accepts(&atom.polynomial.value(&self.numbers)?)),
            Condition::Choice {
                variable,
                member,
                is,
            } => Some((self.members.get(variable)? == member) == *is),
            Condition::And(parts) => {
                let mut values = parts.iter().map(|part| self.value(part));
                values.try_fold(true, |all, value| Some(all & value?))
            }
            Condition::Or(parts) => {
                let mut values = parts.iter().map(|part| self.value(part));
                values.try_fold(false, |any, value| Some(any | value?))
            }
        }
    }
}
