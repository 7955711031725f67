//! A refutation while it is made, and its form in a certificate.
//!
//! In: leaves and splits that name what they use by content. Out: steps that name it by place. A
//! branch that does not use what its split assumed replaces the whole split, which is why places
//! are given only at the end.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::certificate::contradiction::{Condition, Row, State, Step};
use crate::certificate::{Atom, Polynomial};
use crate::rational::Rational;

/// What a refutation rests on: atoms, disjunctions and enumerators.
pub type Needs = BTreeSet<Arc<Condition>>;

/// A refutation.
#[derive(Clone, Debug)]
pub enum Tree {
    /// One branch per part.
    Cases(Vec<Condition>, Vec<Tree>),
    /// One branch per enumerator that is left.
    Choice(u32, Vec<Tree>),
    /// A variable at most and at least a number.
    Cut(u32, Rational, Box<[Tree; 2]>),
    /// Rows with multipliers.
    Farkas(Vec<(TreeRow, Rational)>),
    /// An atom that fails within the bounds.
    Outside(Atom),
    /// A choice without enumerators.
    Clash(u32),
}

/// A row of a leaf.
#[derive(Clone, Debug)]
pub enum TreeRow {
    /// An atom.
    Atom(Atom),
    /// A product of two.
    Product(Atom, Atom),
    /// A square.
    Square(Polynomial),
}

/// A refutation and what it rests on.
#[derive(Clone, Debug)]
pub struct Refuted {
    /// The refutation.
    pub tree: Tree,
    /// What it rests on.
    pub needs: Needs,
}

/// The atoms, disjunctions and enumerators a condition adds to what is known.
pub fn adds(condition: &Condition, found: &mut Needs) {
    match condition {
        Condition::Constant(true) => {}
        Condition::Constant(false) => {
            found.insert(Arc::new(Condition::Or(Vec::new())));
        }
        Condition::And(parts) => parts.iter().for_each(|part| adds(part, found)),
        Condition::Atom(_) | Condition::Choice { .. } | Condition::Or(_) => {
            found.insert(Arc::new(condition.clone()));
        }
    }
}

/// The halves of a cut.
#[must_use]
pub fn halves(variable: u32, at: &Rational) -> [Condition; 2] {
    let own = Polynomial::variable(variable);
    let cut = Polynomial::constant(at.clone());
    [cut.minus(&own), own.minus(&cut)].map(|polynomial| {
        Condition::Atom(Atom {
            polynomial,
            strict: false,
        })
    })
}

/// Writes the steps of a tree in a state; nothing where the state lacks what the tree uses.
#[must_use]
pub fn steps_of(tree: &Tree, state: &State) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    write(tree, state, &mut steps)?;
    Some(steps)
}

fn write(tree: &Tree, state: &State, steps: &mut Vec<Step>) -> Option<()> {
    let place = |atom: &Atom| state.atoms.iter().position(|known| known == atom);
    match tree {
        Tree::Cases(parts, branches) => {
            let disjunction = state.open.iter().position(|known| known == parts)?;
            steps.push(Step::Cases { disjunction });
            let mut rest = state.clone();
            rest.open.remove(disjunction);
            for (part, branch) in parts.iter().zip(branches) {
                assuming(&rest, part, branch, steps)?;
            }
        }
        Tree::Choice(variable, branches) => {
            let variable = *variable;
            let members = state.members(variable);
            if members.len() != branches.len() {
                return None;
            }
            steps.push(Step::Choice { variable });
            for (member, branch) in members.into_iter().zip(branches) {
                let is = true;
                let chosen = Condition::Choice {
                    variable,
                    member,
                    is,
                };
                assuming(state, &chosen, branch, steps)?;
            }
        }
        Tree::Cut(variable, at, branches) => {
            let (variable, at) = (*variable, at.clone());
            let both = halves(variable, &at);
            steps.push(Step::Cut { variable, at });
            for (half, branch) in both.iter().zip(branches.iter()) {
                assuming(state, half, branch, steps)?;
            }
        }
        Tree::Farkas(rows) => {
            let mut placed = Vec::with_capacity(rows.len());
            for (row, multiplier) in rows {
                let row = match row {
                    TreeRow::Atom(atom) => Row::Atom(place(atom)?),
                    TreeRow::Product(a, b) => Row::Product(place(a)?, place(b)?),
                    TreeRow::Square(polynomial) => Row::Square(polynomial.clone()),
                };
                placed.push((row, multiplier.clone()));
            }
            steps.push(Step::Farkas(placed));
        }
        Tree::Outside(atom) => steps.push(Step::Outside { atom: place(atom)? }),
        Tree::Clash(variable) => steps.push(Step::Clash {
            variable: *variable,
        }),
    }
    Some(())
}

fn assuming(
    state: &State,
    condition: &Condition,
    branch: &Tree,
    steps: &mut Vec<Step>,
) -> Option<()> {
    let mut further = state.clone();
    further.assume(condition);
    write(branch, &further, steps)
}
