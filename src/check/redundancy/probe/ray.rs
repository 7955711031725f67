//! Where a ray breaks facts: intervals of its length, in doubles.
//!
//! In: a base point and a direction over few variables. Out: per fact that reads one of them the
//! first interval in which it fails, as far as rows and choices tell. Only a guess: the witness is
//! evaluated exactly. Intervals are half-lines of rows, joined for `and`, met for `or`.

use super::Shape;
use crate::check::redundancy::component::Component;
use crate::check::redundancy::curve::Curve;

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
            Shape::Curve(curve) => self.fails_curve(curve),
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

/// Where along a ray a curve is looked at first; then at twice as far each time.
const CURVE_START: f64 = 1.0 / 4096.0;

/// Places along a ray at which a curve is looked at.
const CURVE_PLACES: usize = 40;

/// Halvings of the step in which a curve changes sign.
const HALVINGS: usize = 30;

impl Ray<'_> {
    /// The first stretch in which a curve fails, as far as the places looked at show it.
    fn fails_curve(&self, curve: &Curve) -> Intervals {
        let (mut from, mut before) = (None, 0.0);
        let places = std::iter::successors(Some(CURVE_START), |at| Some(at + at));
        for at in std::iter::once(0.0).chain(places.take(CURVE_PLACES)) {
            match from {
                None if !self.keeps(curve, at) => {
                    from = Some(self.change(curve, (before, at), false));
                }
                Some(from) if self.keeps(curve, at) => {
                    return vec![(from, self.change(curve, (before, at), true))];
                }
                None | Some(_) => {}
            }
            before = at;
        }
        from.map(|from| (from, f64::INFINITY)).into_iter().collect()
    }

    fn keeps(&self, curve: &Curve, at: f64) -> bool {
        let mut point = self.reals.to_vec();
        for &(variable, step) in self.direction {
            point[variable as usize] += at * step;
        }
        curve.slack(&point, self.choices) >= 0.0
    }

    /// The place between two others from which a curve is kept, or no longer.
    fn change(&self, curve: &Curve, (mut low, mut high): (f64, f64), is_kept: bool) -> f64 {
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if self.keeps(curve, middle) == is_kept {
                high = middle;
            } else {
                low = middle;
            }
        }
        high
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
