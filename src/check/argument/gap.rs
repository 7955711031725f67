//! What is missing: single facts, each of which would make a conclusion follow.
//!
//! In: premises, a conclusion that does not follow. Out: per variable the weakest bound that closes
//! the gap, exactly: where premises hold and the conclusion fails, the variable runs from one end
//! to another, and whatever keeps it outside suffices. A bound that contradicts the premises would
//! close any gap and is left out; so is the conclusion itself in other words.

use std::collections::BTreeSet;

use super::extreme::{Extreme, infimum, supremum};
use super::graph::Graph;
use super::oracle::{Fact, Oracle, not};
use crate::check::query::{Formula, Sort, Term, VarId};
use crate::check::refute::{Decided, variables_of};
use crate::rational::Rational;

/// A fact about one variable that would close a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// An upper bound.
    AtMost {
        /// The variable.
        variable: VarId,
        /// The bound, SI.
        value: Rational,
        /// Whether the bound itself is still enough.
        closed: bool,
    },
    /// A lower bound.
    AtLeast {
        /// The variable.
        variable: VarId,
        /// The bound, SI.
        value: Rational,
        /// Whether the bound itself is still enough.
        closed: bool,
    },
    /// A choice is one of these.
    OneOf {
        /// The variable.
        variable: VarId,
        /// Places of the enumerators; of a truth value 0 is false and 1 is true.
        members: Vec<u32>,
    },
}

/// Returns the facts about single variables that would close the gap, in the order of variables.
pub fn missing(
    graph: &Graph,
    oracle: &mut Oracle<'_>,
    facts: &[Fact],
    conclusion: &Formula,
    used: &BTreeSet<VarId>,
) -> Vec<Missing> {
    let mut failing = facts.to_vec();
    failing.push(("the conclusion fails".to_owned(), not(conclusion)));
    let own = variables_of(conclusion);
    let mut found = Vec::new();
    let alone = if own.len() == 1 { own.first() } else { None };
    for &variable in used.iter().filter(|&id| Some(id) != alone) {
        let Some(declared) = graph.variables.get(variable.0 as usize) else {
            continue;
        };
        let mut gap = Gap {
            graph,
            oracle,
            facts,
            failing: &failing,
            variable,
        };
        let count = match &declared.sort {
            Sort::Real => {
                found.extend(gap.upper());
                found.extend(gap.lower());
                continue;
            }
            Sort::Bool => 2,
            Sort::Enum(names) => u32::try_from(names.len()).unwrap_or(u32::MAX),
        };
        found.extend(gap.members(count, declared.sort == Sort::Bool));
    }
    found
}

struct Gap<'a, 'b> {
    graph: &'a Graph,
    oracle: &'a mut Oracle<'b>,
    facts: &'a [Fact],
    failing: &'a [Fact],
    variable: VarId,
}

impl Gap<'_, '_> {
    fn holds_with(&mut self, base: &[Fact], extra: Formula) -> Option<bool> {
        let mut asked = base.to_vec();
        asked.push(("the missing fact".to_owned(), extra));
        match self.oracle.decide(self.graph, &asked) {
            Decided::Satisfiable(_) => Some(true),
            Decided::Unsatisfiable { .. } => Some(false),
            Decided::Undecided(_) => None,
        }
    }

    fn upper(&mut self) -> Option<Missing> {
        let term = Term::Real(self.variable);
        let least = infimum(self.graph, self.oracle, self.failing, &term);
        let Extreme::Bounded {
            value, attained, ..
        } = least
        else {
            return None;
        };
        let (limit, closed) = (Term::Rational(value.clone()), !attained);
        let bound = if closed {
            Formula::Le(term, limit)
        } else {
            Formula::Lt(term, limit)
        };
        let variable = self.variable;
        (self.holds_with(self.facts, bound)?).then_some(Missing::AtMost {
            variable,
            value,
            closed,
        })
    }

    fn lower(&mut self) -> Option<Missing> {
        let term = Term::Real(self.variable);
        let most = supremum(self.graph, self.oracle, self.failing, &term);
        let Extreme::Bounded {
            value, attained, ..
        } = most
        else {
            return None;
        };
        let (limit, closed) = (Term::Rational(value.clone()), !attained);
        let bound = if closed {
            Formula::Le(limit, term)
        } else {
            Formula::Lt(limit, term)
        };
        let variable = self.variable;
        (self.holds_with(self.facts, bound)?).then_some(Missing::AtLeast {
            variable,
            value,
            closed,
        })
    }

    fn members(&mut self, count: u32, is_bool: bool) -> Option<Missing> {
        let variable = self.variable;
        let is = |member: u32| match (is_bool, member) {
            (false, member) => Formula::EnumIs(variable, member),
            (true, 0) => Formula::Not(Box::new(Formula::Bool(variable))),
            (true, _) => Formula::Bool(variable),
        };
        let mut members = Vec::new();
        for member in 0..count {
            let fails = self.holds_with(self.failing, is(member))?;
            if !fails && self.holds_with(self.facts, is(member))? {
                members.push(member);
            }
        }
        (!members.is_empty()).then_some(Missing::OneOf { variable, members })
    }
}
