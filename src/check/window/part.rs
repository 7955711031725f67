//! Parts of a range on which rules hold, as real values, and what they leave for setpoints.
//!
//! In: parts of several rules, the tolerance of the parameter. Out: the parts common to all, each
//! end with the rules that stop it and the proof that they do; and the same as setpoints.

use std::cmp::Ordering;

use super::{Axis, Limit, Span, lowered, raised};
use crate::certificate::Any;
use crate::rational::Rational;

/// An end of a part of the range, as a real value.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    /// At most the end.
    pub low: Rational,
    /// At least the end.
    pub high: Rational,
    /// Whether the end belongs to the part.
    pub closed: bool,
    /// The rules that stop it.
    pub stopped_by: Vec<usize>,
    /// Proof that the first of them does.
    pub beyond: Option<Any>,
}

/// A part of the range on which rules hold.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Lower end.
    pub low: Edge,
    /// Upper end.
    pub high: Edge,
    /// Proofs that cover it.
    pub inside: Option<Vec<Any>>,
}

impl Edge {
    /// The edge that is met first; of two at one place both stop.
    fn first(&self, other: &Self, order: Ordering) -> Self {
        match order {
            Ordering::Less => self.clone(),
            Ordering::Greater => other.clone(),
            Ordering::Equal => {
                let mut stopped_by = self.stopped_by.clone();
                stopped_by.extend(&other.stopped_by);
                let first = if self.stopped_by.is_empty() {
                    other
                } else {
                    self
                };
                Self {
                    low: self.low.clone().min(other.low.clone()),
                    high: self.high.clone().max(other.high.clone()),
                    closed: self.closed && other.closed,
                    stopped_by,
                    beyond: first.beyond.clone(),
                }
            }
        }
    }
}

/// What lies in both lists of parts.
pub(super) fn common(left: &[Part], right: &[Part]) -> Vec<Part> {
    let mut found = Vec::new();
    for a in left {
        for b in right {
            // The inner number of an edge is the one that counts.
            let low = a.low.first(&b.low, b.low.high.cmp(&a.low.high));
            let high = a.high.first(&b.high, a.high.low.cmp(&b.high.low));
            let is_point = low.high == high.low && low.closed && high.closed;
            if low.high < high.low || is_point {
                let both = a.inside.iter().zip(&b.inside).next();
                let inside = both.map(|(a, b)| a.iter().chain(b).cloned().collect());
                found.push(Part { low, high, inside });
            }
        }
    }
    found
}

/// A part as setpoints: the tolerance of the parameter itself taken off; nothing where none is
/// left.
pub(super) fn shifted(part: Part, axis: &Axis) -> Option<Span> {
    let limit = |edge: Edge, shift: &dyn Fn(&Rational) -> Option<Rational>| {
        Some(Limit {
            low: shift(&edge.low)?,
            high: shift(&edge.high)?,
            closed: edge.closed,
            stopped_by: edge.stopped_by,
            beyond: edge.beyond,
        })
    };
    let low = limit(part.low, &|value| raised(value, axis.minus.as_ref()))?;
    let high = limit(part.high, &|value| lowered(value, axis.plus.as_ref()))?;
    let is_point = low.low == high.high && low.closed && high.closed;
    if low.high > high.low || (low.high == high.low && !is_point) {
        return None;
    }
    let inside = part.inside;
    Some(Span { low, high, inside })
}
