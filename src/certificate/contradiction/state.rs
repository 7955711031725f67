//! What is known at a step of a refutation.
//!
//! In: conditions, one after the other. Out: atoms and open disjunctions in the order in which
//! they became known, enumerators that are left, and the intervals that follow from bounds. The
//! engine that makes certificates and the checker number rows and disjunctions by this one list.

use std::collections::BTreeMap;

use super::extended::{Bound, Interval, function_range, polynomial_range};
use super::{Atom, Condition, End, Sort, Variable};
use crate::rational::Rational;

/// Atoms, open disjunctions and enumerators that are left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Atoms that hold.
    pub atoms: Vec<Atom>,
    /// Disjunctions of which a part holds.
    pub open: Vec<Vec<Condition>>,
    /// Per choice: whether an enumerator is left.
    pub left: BTreeMap<u32, Vec<bool>>,
}

impl State {
    /// Nothing is known, all enumerators are left.
    #[must_use]
    pub fn new(variables: &[Variable]) -> Self {
        let choices = (0..).zip(variables).filter_map(|(id, variable)| {
            let Sort::Choice(names) = &variable.sort else {
                return None;
            };
            Some((id, vec![true; names.len()]))
        });
        Self {
            left: choices.collect(),
            ..Self::default()
        }
    }

    /// Adds what a condition says.
    pub fn assume(&mut self, condition: &Condition) {
        match condition {
            Condition::Constant(true) => {}
            Condition::Constant(false) => self.open.push(Vec::new()),
            Condition::Atom(atom) => self.atoms.push(atom.clone()),
            Condition::Choice {
                variable,
                member,
                is,
            } => {
                let left = self.left.entry(*variable).or_default();
                for (place, is_left) in (0..).zip(left) {
                    *is_left &= (place == *member) == *is;
                }
            }
            Condition::And(parts) => parts.iter().for_each(|part| self.assume(part)),
            Condition::Or(parts) => self.open.push(parts.clone()),
        }
    }

    /// Returns the enumerators of a choice that are left.
    #[must_use]
    pub fn members(&self, variable: u32) -> Vec<u32> {
        let left = self.left.get(&variable).map(Vec::as_slice);
        let left = (0..).zip(left.unwrap_or_default());
        left.filter_map(|(place, &is_left)| is_left.then_some(place))
            .collect()
    }

    /// Returns the interval of every variable: atoms `a·v + b >= 0` bound `v`, and a defined
    /// variable lies in the range of its function.
    #[must_use]
    pub fn intervals(&self, variables: &[Variable]) -> Vec<Interval> {
        let mut all = vec![Interval::whole(); variables.len()];
        for atom in &self.atoms {
            if let Some((variable, end, value)) = bound_of(atom)
                && let Some(interval) = all.get_mut(variable as usize)
            {
                match end {
                    End::Low => interval.raise(value),
                    End::High => interval.lower(value),
                }
            }
        }
        for (place, variable) in variables.iter().enumerate() {
            if let Sort::Defined(definition) = &variable.sort {
                let numerator = polynomial_range(&definition.numerator, &all);
                let denominator = polynomial_range(&definition.denominator, &all);
                let range = function_range(definition.function, &numerator, &denominator);
                all[place] = all[place].meet(&range);
            }
        }
        all
    }

    /// Whether the atom fails wherever all variables lie in their intervals; also where one of its
    /// variables has an empty interval.
    #[must_use]
    pub fn is_outside(atom: &Atom, intervals: &[Interval]) -> bool {
        let own = atom.polynomial.variables();
        let mut own = own.iter().filter_map(|&id| intervals.get(id as usize));
        if own.any(|interval| interval.low > interval.high) {
            return true;
        }
        match polynomial_range(&atom.polynomial, intervals).high {
            Bound::Below => true,
            Bound::At(value) => !atom.accepts(&value),
            Bound::Above => false,
        }
    }
}

/// Reads `a·v + b >= 0` as a bound of `v`.
#[must_use]
pub fn bound_of(atom: &Atom) -> Option<(u32, End, Rational)> {
    let mut constant = Rational::zero();
    let mut single = None;
    for (powers, coefficient) in atom.polynomial.terms() {
        match powers.as_slice() {
            [] => constant = coefficient.clone(),
            [(variable, 1)] if single.is_none() => single = Some((*variable, coefficient)),
            _ => return None,
        }
    }
    let (variable, slope) = single?;
    let value = (-&constant).checked_div(slope)?;
    let end = if slope.is_positive() {
        End::Low
    } else {
        End::High
    };
    Some((variable, end, value))
}
