//! Numbers with `min`, `max` and `if` kept outside: what compares like a conjunction.
//!
//! In: fractions over a box. Out: trees whose inner nodes are least, greatest and choice and whose
//! leaves are fractions; sums and products are carried to the leaves. `least(a, b) >= 0` then is
//! `a >= 0 and b >= 0`, exactly. A product turns least into greatest where the other factor is
//! negative, and into a choice where its sign is not known. Nothing (`None`) where the tree would
//! have more than [`LEAVES_MAX`] leaves.

use super::corners::least_quotient;
use super::fraction::Fraction;
use crate::certificate::{Atom, Ranges, Statement};

/// Larger trees are left to the solver.
const LEAVES_MAX: usize = 128;

/// A number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A fraction.
    Leaf(Fraction),
    /// The least of at least one.
    Least(Vec<Piece>),
    /// The greatest of at least one.
    Greatest(Vec<Piece>),
    /// The first where the statement holds, else the second.
    Choice(Box<Statement>, Box<Piece>, Box<Piece>),
}

/// Which sign a fraction has on the whole box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Above zero.
    Positive,
    /// Below zero.
    Negative,
    /// Zero everywhere.
    Zero,
    /// Not known, or not one sign.
    Mixed,
}

/// Returns the sign of a fraction on the box.
#[must_use]
pub fn sign(fraction: &Fraction, ranges: &Ranges) -> Sign {
    if let Some(value) = fraction.as_constant() {
        return if value.is_zero() {
            Sign::Zero
        } else if value.is_positive() {
            Sign::Positive
        } else {
            Sign::Negative
        };
    }
    let one = Fraction::whole(fraction.dividend.clone());
    let least_of = |f: &Fraction| least_quotient(&f.dividend, &f.divisor, ranges);
    let is_above_zero = |f: &Fraction| least_of(f).is_some_and(|least| least.value.is_positive());
    if is_above_zero(&one) {
        Sign::Positive
    } else if is_above_zero(&one.negated()) {
        Sign::Negative
    } else {
        Sign::Mixed
    }
}

/// The statement `piece >= 0`, or `piece > 0`.
#[must_use]
pub fn at_least_zero(piece: &Piece, strict: bool) -> Statement {
    let all = |parts: &[Piece]| {
        parts
            .iter()
            .map(|part| at_least_zero(part, strict))
            .collect()
    };
    match piece {
        // The divisor lies above zero, so the dividend decides.
        Piece::Leaf(fraction) => Statement::Atom(Atom {
            polynomial: fraction.dividend.clone(),
            strict,
        }),
        Piece::Least(parts) => Statement::And(all(parts)),
        Piece::Greatest(parts) => Statement::Or(all(parts)),
        Piece::Choice(condition, then, otherwise) => Statement::And(vec![
            Statement::Or(vec![condition.negated(), at_least_zero(then, strict)]),
            Statement::Or(vec![
                (**condition).clone(),
                at_least_zero(otherwise, strict),
            ]),
        ]),
    }
}

impl Piece {
    /// Returns how many fractions the tree has.
    #[must_use]
    pub fn leaves(&self) -> usize {
        match self {
            Self::Leaf(_) => 1,
            Self::Least(parts) | Self::Greatest(parts) => parts.iter().map(Self::leaves).sum(),
            Self::Choice(_, then, otherwise) => then.leaves() + otherwise.leaves(),
        }
    }

    /// Applies `change` to every leaf.
    fn map(&self, change: &dyn Fn(&Fraction) -> Option<Piece>) -> Option<Self> {
        let all = |parts: &[Self]| -> Option<Vec<Self>> {
            parts.iter().map(|part| part.map(change)).collect()
        };
        Some(match self {
            Self::Leaf(fraction) => change(fraction)?,
            Self::Least(parts) => Self::Least(all(parts)?),
            Self::Greatest(parts) => Self::Greatest(all(parts)?),
            Self::Choice(condition, then, otherwise) => Self::Choice(
                condition.clone(),
                Box::new(then.map(change)?),
                Box::new(otherwise.map(change)?),
            ),
        })
    }

    fn within_limit(self) -> Option<Self> {
        (self.leaves() <= LEAVES_MAX).then_some(self)
    }

    /// Returns the negative.
    #[must_use]
    pub fn negated(&self) -> Self {
        let all = |parts: &[Self]| parts.iter().map(Self::negated).collect();
        match self {
            Self::Leaf(fraction) => Self::Leaf(fraction.negated()),
            Self::Least(parts) => Self::Greatest(all(parts)),
            Self::Greatest(parts) => Self::Least(all(parts)),
            Self::Choice(condition, then, otherwise) => Self::Choice(
                condition.clone(),
                Box::new(then.negated()),
                Box::new(otherwise.negated()),
            ),
        }
    }

    /// Returns the sum.
    #[must_use]
    pub fn plus(&self, other: &Self, ranges: &Ranges) -> Option<Self> {
        if self.leaves() * other.leaves() > LEAVES_MAX {
            return None;
        }
        self.map(&|left| other.map(&|right| left.plus(right, ranges).map(Self::Leaf)))
    }

    /// Returns the difference.
    #[must_use]
    pub fn minus(&self, other: &Self, ranges: &Ranges) -> Option<Self> {
        self.plus(&other.negated(), ranges)
    }

    /// Returns the product.
    #[must_use]
    pub fn times(&self, other: &Self, ranges: &Ranges) -> Option<Self> {
        match (self, other) {
            (Self::Leaf(left), Self::Leaf(right)) => left.times(right, ranges).map(Self::Leaf),
            (Self::Leaf(factor), tree) | (tree, Self::Leaf(factor)) => {
                tree.times_fraction(factor, ranges)
            }
            (left, right) => {
                let (left, right) = (left.as_choices(ranges)?, right.as_choices(ranges)?);
                if left.leaves() * right.leaves() > LEAVES_MAX {
                    return None;
                }
                left.map(&|a| right.map(&|b| a.times(b, ranges).map(Self::Leaf)))
            }
        }
    }

    fn times_fraction(&self, factor: &Fraction, ranges: &Ranges) -> Option<Self> {
        let times = |fraction: &Fraction| fraction.times(factor, ranges).map(Self::Leaf);
        match sign(factor, ranges) {
            Sign::Positive | Sign::Zero => self.map(&times),
            Sign::Negative => {
                let magnitude = factor.negated();
                let times = |fraction: &Fraction| fraction.times(&magnitude, ranges);
                self.negated()
                    .map(&|fraction| times(fraction).map(Self::Leaf))
            }
            Sign::Mixed => self.as_choices(ranges)?.map(&times),
        }
    }

    /// Returns the same number with choices only.
    #[must_use]
    pub fn as_choices(&self, ranges: &Ranges) -> Option<Self> {
        match self {
            Self::Leaf(_) => Some(self.clone()),
            Self::Least(parts) => choose(parts, ranges, false),
            Self::Greatest(parts) => choose(parts, ranges, true),
            Self::Choice(condition, then, otherwise) => Some(Self::Choice(
                condition.clone(),
                Box::new(then.as_choices(ranges)?),
                Box::new(otherwise.as_choices(ranges)?),
            )),
        }
    }
}

/// Least (or greatest) of several as nested choices.
fn choose(parts: &[Piece], ranges: &Ranges, greatest: bool) -> Option<Piece> {
    let mut chosen: Option<Piece> = None;
    for part in parts {
        let part = part.as_choices(ranges)?;
        chosen = Some(match chosen {
            None => part,
            Some(before) => {
                let gap = if greatest {
                    before.minus(&part, ranges)?
                } else {
                    part.minus(&before, ranges)?
                };
                let condition = Box::new(at_least_zero(&gap, false));
                Piece::Choice(condition, Box::new(before), Box::new(part)).within_limit()?
            }
        });
    }
    chosen
}
