//! Contradictions: why named facts cannot hold together, whatever the values of their variables.
//!
//! In: real variables without a box (ranges are facts like any other), choices, variables defined
//! by a function of the others, and named facts. Out: a [`Certificate`] whose refutation is a list
//! of steps in the order of a walk through its tree; [`check`] replays them. One kind of claim
//! serves inconsistent, vacuous, redundant, implied, equivalent, optimal and unsupported alike:
//! each says that some facts, one of them perhaps a negation, contradict each other.

mod checker;
mod extended;
mod state;

use serde::{Deserialize, Serialize};

pub use checker::{check, check_own};
pub use extended::{Bound, Interval, function_range, polynomial_range};
pub use state::{State, bound_of};

use super::{Atom, End, Polynomial};
use crate::rational::Rational;

/// Refutations nested deeper than this are refused.
pub const DEPTH_MAX: usize = 400;

/// The relative width to which functions are enclosed, in bits.
pub const ENCLOSURE_BITS: u32 = 64;

/// What is claimed: no values of the variables make all facts true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The variables; polynomials refer to them by their place in this list.
    pub variables: Vec<Variable>,
    /// The facts.
    pub facts: Vec<Fact>,
}

/// A variable of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The dictionary name, or the text of the expression that defines it.
    pub name: String,
    /// What it ranges over.
    pub sort: Sort,
}

/// What a variable of a claim ranges over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Sort {
    /// The real numbers.
    Real,
    /// One of these enumerators; a truth value is a choice between `false` and `true`.
    Choice(Vec<String>),
    /// The value of a function where it has one, and any number where it has none: a fact that
    /// needs the value says that it exists.
    Defined(Definition),
}

/// `function(numerator / denominator)`; only variables with lower places occur.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The function.
    pub function: Function,
    /// Numerator of its argument.
    pub numerator: Polynomial,
    /// Denominator of its argument.
    pub denominator: Polynomial,
}

/// A function of one argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    /// The exponential.
    Exp,
    /// The natural logarithm.
    Ln,
    /// The square root.
    Sqrt,
}

impl Function {
    /// The name in the rule language.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exp => "exp",
            Self::Ln => "ln",
            Self::Sqrt => "sqrt",
        }
    }

    /// The function of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Exp, Self::Ln, Self::Sqrt]
            .into_iter()
            .find(|function| function.name() == name)
    }
}

/// A condition with the name by which people know it: a rule code, a range, a tolerance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The name.
    pub name: String,
    /// What it says.
    pub says: Condition,
}

/// A condition on polynomials and choices.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Always or never.
    Constant(bool),
    /// A polynomial is at least zero, or above zero.
    Atom(Atom),
    /// A choice is, or is not, one of its enumerators.
    Choice {
        /// The choice.
        variable: u32,
        /// The place of the enumerator.
        member: u32,
        /// Whether it is that one.
        is: bool,
    },
    /// All of them.
    And(Vec<Condition>),
    /// At least one of them.
    Or(Vec<Condition>),
}

impl Condition {
    /// Calls `visit` for every condition inside, the outer ones first.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::Constant(_) | Self::Atom(_) | Self::Choice { .. } => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.visit(visit)),
        }
    }
}

/// One step of a refutation. The steps of its branches follow it, one branch after the other.
///
/// What is known at a step is a list of atoms, a list of open disjunctions and, per choice, the
/// enumerators that are left ([`State`]): facts add to the ends of these lists in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// An open disjunction: one branch per part.
    Cases {
        /// Its place among the open disjunctions.
        disjunction: usize,
    },
    /// A choice: one branch per enumerator that is left, in their order.
    Choice {
        /// The choice.
        variable: u32,
    },
    /// A variable is at most `at` in the first branch and at least `at` in the second.
    Cut {
        /// The variable.
        variable: u32,
        /// Where it is cut.
        at: Rational,
    },
    /// Rows times multipliers, none negative, add up to a contradiction (J. Farkas, 1902; strict
    /// rows after T. Motzkin, 1936).
    Farkas(Vec<(Row, Rational)>),
    /// An atom fails wherever its variables lie within their bounds.
    Outside {
        /// The place of the atom.
        atom: usize,
    },
    /// A choice has no enumerator left.
    Clash {
        /// The choice.
        variable: u32,
    },
}

/// A row that is at least zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Row {
    /// An atom, by its place.
    Atom(usize),
    /// The product of two atoms.
    Product(usize, usize),
    /// The square of a polynomial.
    Square(Polynomial),
}

/// A claim with its refutation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// What is proved.
    pub claim: Claim,
    /// The steps.
    pub refutation: Vec<Step>,
}

impl Certificate {
    /// Returns the number of branches that end in a contradiction of their own.
    #[must_use]
    pub fn leaves(&self) -> usize {
        let is_leaf = |step: &&Step| match step {
            Step::Farkas(_) | Step::Outside { .. } | Step::Clash { .. } => true,
            Step::Cases { .. } | Step::Choice { .. } | Step::Cut { .. } => false,
        };
        self.refutation.iter().filter(is_leaf).count()
    }

    /// Whether only linear arithmetic and choices take part: what a proof assistant replays
    /// without help.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        let is_plain = |step: &Step| match step {
            Step::Farkas(rows) => rows.iter().all(|(row, _)| matches!(row, Row::Atom(_))),
            Step::Outside { .. } | Step::Cut { .. } => false,
            Step::Cases { .. } | Step::Choice { .. } | Step::Clash { .. } => true,
        };
        self.refutation.iter().all(is_plain)
    }
}
