//! Certificates: why a statement holds everywhere in a box, in numbers that anybody can recompute.
//!
//! In: a [`Claim`] (ranges of variables and a statement about polynomials) and a [`Certificate`]
//! that states the same claim with a proof. Out: accepted, or the first thing that is wrong.
//! Nothing here asks a solver, rounds, or believes a number that it can recompute: least values are
//! computed again corner by corner, Farkas multipliers (J. Farkas, 1902; strict rows after
//! T. Motzkin, 1936) are summed again. A claim is made from a rule and a recipe by `check`;
//! an auditor makes it again from the documents and compares.

pub mod any;
mod checker;
pub mod contradiction;
pub mod export;
pub mod file;
pub mod polynomial;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use any::Any;
pub use checker::{check, corner_moves_are_sound, facts_of, rows_of};
pub use polynomial::{Polynomial, Powers, Ranges};

use crate::rational::Rational;

/// With more varying variables than this left over, corners are not enumerated.
pub const CORNER_VARIABLES_MAX: usize = 12;

/// The variable name under which the circle constant stands in a claim.
pub const PI_NAME: &str = "pi";

/// Numerators of the enclosure of the circle constant over 10^37.
const PI_DIGITS: [&str; 2] = [
    "3.1415926535897932384626433832795028841",
    "3.1415926535897932384626433832795028842",
];

/// Returns two rationals between which the circle constant lies, 1e-37 apart.
///
/// # Source
/// NIST Digital Library of Mathematical Functions, 3.12.1.
#[must_use]
pub fn pi_enclosure() -> (Rational, Rational) {
    let end = |digits| Rational::parse_decimal(digits).unwrap_or_default();
    // INVARIANT: both texts are plain decimals; a test compares them with `f64::consts::PI`.
    (end(PI_DIGITS[0]), end(PI_DIGITS[1]))
}

/// A variable of a claim with the interval over which it ranges.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoxVariable {
    /// The number by which polynomials refer to it.
    pub id: u32,
    /// Dictionary name, or [`PI_NAME`].
    pub name: String,
    /// Lower end, SI.
    pub low: Rational,
    /// Upper end, SI.
    pub high: Rational,
}

/// A condition on polynomials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statement {
    /// Always or never.
    Constant(bool),
    /// A polynomial is at least zero, or above zero.
    Atom(Atom),
    /// All of them.
    And(Vec<Statement>),
    /// At least one of them.
    Or(Vec<Statement>),
}

/// `polynomial >= 0`, or `polynomial > 0` when strict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Atom {
    /// The polynomial.
    pub polynomial: Polynomial,
    /// Whether zero is excluded.
    pub strict: bool,
}

impl Atom {
    /// Tells whether a value of the polynomial satisfies the atom.
    #[must_use]
    pub fn accepts(&self, value: &Rational) -> bool {
        value.is_positive() || (!self.strict && value.is_zero())
    }

    /// Returns the atom that holds exactly where this one does not.
    #[must_use]
    pub fn negated(&self) -> Self {
        Self {
            polynomial: self.polynomial.negated(),
            strict: !self.strict,
        }
    }
}

impl Statement {
    /// Returns the statement that holds exactly where this one does not.
    #[must_use]
    pub fn negated(&self) -> Self {
        let all = |parts: &[Self]| parts.iter().map(Self::negated).collect();
        match self {
            Self::Constant(value) => Self::Constant(!value),
            Self::Atom(atom) => Self::Atom(atom.negated()),
            Self::And(parts) => Self::Or(all(parts)),
            Self::Or(parts) => Self::And(all(parts)),
        }
    }

    /// Calls `visit` for every atom, in order.
    pub fn atoms<'a>(&'a self, visit: &mut dyn FnMut(&'a Atom)) {
        match self {
            Self::Constant(_) => {}
            Self::Atom(atom) => visit(atom),
            Self::And(parts) | Self::Or(parts) => {
                for part in parts {
                    part.atoms(visit);
                }
            }
        }
    }

    /// Returns the truth value at a point, or nothing where it lacks a variable.
    #[must_use]
    pub fn value(&self, point: &BTreeMap<u32, Rational>) -> Option<bool> {
        match self {
            Self::Constant(value) => Some(*value),
            Self::Atom(atom) => Some(atom.accepts(&atom.polynomial.value(point)?)),
            Self::And(parts) => {
                let mut values = parts.iter().map(|part| part.value(point));
                values.try_fold(true, |all, value| Some(all & value?))
            }
            Self::Or(parts) => {
                let mut values = parts.iter().map(|part| part.value(point));
                values.try_fold(false, |any, value| Some(any | value?))
            }
        }
    }
}

/// What is claimed: at every point of the box all of `positive` lie above zero (they are the
/// divisors that were multiplied out) and the statement holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The box, ascending by id.
    pub variables: Vec<BoxVariable>,
    /// Divisors, with the sign that makes them positive.
    pub positive: Vec<Polynomial>,
    /// What holds.
    pub statement: Statement,
}

impl Claim {
    /// Returns lower and upper end per variable.
    #[must_use]
    pub fn ranges(&self) -> Ranges {
        let entry = |v: &BoxVariable| (v.id, (v.low.clone(), v.high.clone()));
        self.variables.iter().map(entry).collect()
    }
}

/// An end of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// The lower one.
    Low,
    /// The upper one.
    High,
}

/// Why a statement holds on a box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Proof {
    /// It is the constant true.
    Constant,
    /// A linear atom: its least value is `c + Σ min(cᵢ·lowᵢ, cᵢ·highᵢ)`.
    Linear {
        /// The least value over the box.
        least: Rational,
    },
    /// An atom whose least value lies at a corner: it rises or falls in each moved variable over
    /// the whole box, and is affine in each variable left over.
    Corner {
        /// Variables set to the end where the polynomial is least, one after the other.
        moves: Vec<(u32, End)>,
        /// The least value over the corners that are left.
        least: Rational,
    },
    /// An atom that holds already for the sum of the least values of its terms.
    Enclosure {
        /// That sum.
        least: Rational,
    },
    /// A conjunction: one proof for each part, in order.
    All(Vec<Proof>),
    /// A disjunction: one part holds on the whole box.
    One {
        /// The place of the part.
        part: usize,
        /// Its proof.
        proof: Box<Proof>,
    },
    /// The negation is contradictory.
    Refutation(Refutation),
    /// The box is cut in two, each with a proof of its own.
    Split {
        /// The variable that is cut.
        variable: u32,
        /// Where; the point belongs to both halves.
        at: Rational,
        /// Proof for the lower half.
        below: Box<Proof>,
        /// Proof for the upper half.
        above: Box<Proof>,
    },
}

/// Why rows (`polynomial >= 0`, some `> 0`) contradict each other.
///
/// The rows are those of [`rows_of`]: two per variable for its range, two per product for the
/// range of the product, then the facts themselves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Refutation {
    /// Multipliers, none negative, by row: the sum is a negative number, or zero although a
    /// strict row takes part.
    Farkas(Vec<(usize, Rational)>),
    /// The first disjunction among the facts, one refutation per part.
    Cases(Vec<Refutation>),
}

/// A claim with its proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certificate {
    /// What is proved.
    pub claim: Claim,
    /// One proof per divisor that it lies above zero.
    pub positive: Vec<Proof>,
    /// The proof of the statement.
    pub proof: Proof,
}

/// Why a certificate is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateError {
    /// It proves another claim.
    OtherClaim,
    /// A variable stands twice, out of order, with an empty range, or is `pi` with other ends.
    Range {
        /// The variable's name.
        name: String,
    },
    /// A variable occurs without a range.
    NoRange {
        /// The variable's number.
        variable: u32,
    },
    /// The kind of proof does not fit the statement, or has the wrong number of parts.
    Shape {
        /// What the statement needs.
        expected: &'static str,
    },
    /// A stated least value is not the one found again.
    Least {
        /// As stated.
        stated: Rational,
        /// As found.
        found: Rational,
    },
    /// The least value does not satisfy the statement.
    NotSatisfied {
        /// The least value.
        least: Rational,
    },
    /// The polynomial does not rise or fall as a move says.
    Move {
        /// The moved variable.
        variable: u32,
    },
    /// Too many variables are left to enumerate corners, or one is not affine.
    Corners {
        /// How many are left.
        left: usize,
    },
    /// A cut lies outside the variable's range.
    Cut {
        /// The variable.
        variable: u32,
    },
    /// A multiplier is negative or belongs to no row.
    Multiplier {
        /// The row.
        row: usize,
    },
    /// The multiplied rows do not add up to a contradiction.
    NoContradiction,
    /// The proof is nested too deeply.
    TooDeep,
    /// An atom that should fail within the bounds of its variables may hold there.
    Inside {
        /// The place of the atom.
        atom: usize,
    },
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherClaim => write!(f, "the certificate proves another claim"),
            Self::Range { name } => write!(f, "the range of `{name}` is not in order"),
            Self::NoRange { variable } => write!(f, "variable {variable} has no range"),
            Self::Shape { expected } => write!(f, "the proof does not fit, expected {expected}"),
            Self::Least { stated, found } => {
                write!(f, "the least value is stated as {stated} but is {found}")
            }
            Self::NotSatisfied { least } => {
                write!(f, "the least value {least} does not satisfy the statement")
            }
            Self::Move { variable } => {
                write!(f, "no one direction in variable {variable} over the box")
            }
            Self::Corners { left } => {
                write!(f, "{left} variables are left, too many or not affine")
            }
            Self::Cut { variable } => write!(f, "the cut of variable {variable} lies outside"),
            Self::Multiplier { row } => {
                write!(f, "the multiplier of row {row} is negative or has no row")
            }
            Self::NoContradiction => write!(f, "the rows do not add up to a contradiction"),
            Self::TooDeep => write!(f, "the proof is nested too deeply"),
            Self::Inside { atom } => write!(f, "atom {atom} may hold within the bounds"),
        }
    }
}

impl std::error::Error for CertificateError {}
