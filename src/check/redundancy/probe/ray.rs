//! Where a ray breaks facts: intervals of its length, in doubles.
//!
//! In: a base point and a direction over few variables. Out: per fact that reads one of them the
//! first interval in which it fails, as far as rows and choices tell. Only a guess: the witness is
//! evaluated exactly. Intervals are half-lines of rows, joined for `and`, met for `or`.

use super::Shape;
use crate::check::redundancy::component::Component;

/// The first interval of a ray in which a fact fails.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// The fact.
    pub fact: usize,
    /// Where it begins to fail.
    pub from: f64,
    /// Where it holds again.
    pub to: f64,
}

/// A ray from a base point.
pub struct Ray<'a> {
    component: &'a Component,
    reals: &'a [f64],
    choices: &'a [u32],
    direction: &'a [(u32, f64)],
    /// The facts that read a variable of the direction.
    pub touched: Vec<usize>,
    /// Whether one of them is opaque.
    pub has_opaque: bool,
}

/// Sorted intervals without overlap.
type Intervals = Vec<(f64, f64)>;

impl<'a> Ray<'a> {
    /// Prepares a ray.
    #[must_use]
    pub fn new(
        component: &'a Component,
        reals: &'a [f64],
        choices: &'a [u32],
        direction: &'a [(u32, f64)],
    ) -> Self {
        let readers = direction.iter();
        let readers = readers.flat_map(|&(variable, _)| &component.readers[variable as usize]);
        let mut touched: Vec<usize> = readers.copied().collect();
        touched.sort_unstable();
        touched.dedup();
        let mut shapes = touched.iter().map(|&fact| &component.shapes[fact]);
        Self {
            component,
            reals,
            choices,
            direction,
            has_opaque: shapes.any(Shape::is_opaque),
            touched,
        }
    }

    /// Returns the first failing interval of each fact, by fact.
    #[must_use]
    pub fn hits(&self) -> Vec<Hit> {
        let mut hits = Vec::new();
        for &fact in &self.touched {
            let fails = self.fails(&self.component.shapes[fact]);
            if let Some(&(from, to)) = fails.first() {
                hits.push(Hit { fact, from, to });
            }
        }
        hits
    }

    fn fails(&self, shape: &Shape) -> Intervals {
        let everywhere = |holds: bool| match holds {
            true => Vec::new(),
            false => vec![(0.0, f64::INFINITY)],
        };
        match shape {
            Shape::Constant(value) => everywhere(*value),
            Shape::Opaque(_) => Vec::new(),
            Shape::Choice {
                variable,
                member,
                is,
            } => everywhere((self.choices[*variable as usize] == *member) == *is),
            Shape::Row(row) => {
                let slope = row.terms.iter().fold(0.0, |sum, &(variable, factor)| {
                    let step = self.direction.iter().find(|(id, _)| *id == variable);
                    sum + step.map_or(0.0, |(_, step)| factor as f64 * step)
                });
                let slack = row.slack(self.reals);
                if slope < 0.0 {
                    vec![((slack / -slope).max(0.0), f64::INFINITY)]
                } else if slack >= 0.0 {
                    Vec::new()
                } else if slope > 0.0 {
                    vec![(0.0, -slack / slope)]
                } else {
                    everywhere(false)
                }
            }
            Shape::And(parts) => {
                let mut all: Intervals = parts.iter().flat_map(|part| self.fails(part)).collect();
                all.sort_by(|a, b| a.0.total_cmp(&b.0));
                joined(all)
            }
            Shape::Or(parts) => {
                let mut common = everywhere(false);
                for part in parts {
                    common = met(&common, &self.fails(part));
                    if common.is_empty() {
                        break;
                    }
                }
                common
            }
        }
    }
}

fn joined(sorted: Intervals) -> Intervals {
    let mut joined: Intervals = Vec::with_capacity(sorted.len());
    for (from, to) in sorted {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            Some(_) | None => joined.push((from, to)),
        }
    }
    joined
}

fn met(a: &Intervals, b: &Intervals) -> Intervals {
    let mut common = Vec::new();
    for &(from, to) in a {
        for &(other_from, other_to) in b {
            let (from, to) = (from.max(other_from), to.min(other_to));
            if from < to {
                common.push((from, to));
            }
        }
    }
    common
}
