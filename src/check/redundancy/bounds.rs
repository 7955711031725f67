//! Rules that follow from bounds alone: another limit on the same quantity, or on its parts.
//!
//! In: the shapes of one component. Out: the premises that imply a rule by direct bounds on the
//! same linear form or by interval arithmetic over bounds of single variables, exactly. About a
//! third of the limits in use are settled here, with the implying rules as a by-product; each
//! premise is left out in turn, so that the set is minimal for this method.

use std::collections::{BTreeMap, BTreeSet};

use super::shape::{Row, Shape, greatest_divisor};
use crate::check::query::{Formula, Term};
use crate::rational::Rational;

/// A linear form with coprime coefficients, the first one positive.
type Form = Vec<(u32, i64)>;

/// One end of a form.
#[derive(Clone, Debug)]
struct Bound {
    value: Rational,
    strict: bool,
    /// The fact that says so.
    owner: usize,
}

/// All bounds that facts put on forms, tightest first.
#[derive(Clone, Debug, Default)]
pub struct Bounds {
    /// Lower bounds.
    lower: BTreeMap<Form, Vec<Bound>>,
    /// Upper bounds.
    upper: BTreeMap<Form, Vec<Bound>>,
}

/// A row as a bound of its form: whether it is a lower bound, and of what.
fn as_bound(row: &Row) -> Option<(Form, bool, Rational)> {
    let first = row.terms.first()?;
    let common = row.terms.iter().fold(0, |common, &(_, factor)| {
        greatest_divisor(common, factor.unsigned_abs())
    });
    let is_lower = first.1 > 0;
    let common = i64::try_from(common).ok()?;
    let scale = if is_lower { common } else { -common };
    let form = row.terms.iter().map(|&(id, factor)| (id, factor / scale));
    let value = Rational::from(row.constant).checked_div(&Rational::from(scale))?;
    Some((form.collect(), is_lower, -&value))
}

impl Bounds {
    /// Collects the bounds of the facts that may serve as premises.
    #[must_use]
    pub fn new(facts: &[Shape], is_premise: impl Fn(usize) -> bool) -> Self {
        let mut bounds = Self::default();
        for (owner, shape) in facts.iter().enumerate() {
            if is_premise(owner) {
                bounds.add(shape, owner);
            }
        }
        for list in bounds.lower.values_mut() {
            list.sort_by(|a, b| {
                let tighter = b.value.cmp(&a.value).then(b.strict.cmp(&a.strict));
                tighter.then(a.owner.cmp(&b.owner))
            });
        }
        for list in bounds.upper.values_mut() {
            list.sort_by(|a, b| {
                let tighter = a.value.cmp(&b.value).then(b.strict.cmp(&a.strict));
                tighter.then(a.owner.cmp(&b.owner))
            });
        }
        bounds
    }

    fn add(&mut self, shape: &Shape, owner: usize) {
        match shape {
            Shape::Row(row) => {
                if let Some((form, is_lower, value)) = as_bound(row) {
                    let strict = row.strict;
                    let side = if is_lower {
                        &mut self.lower
                    } else {
                        &mut self.upper
                    };
                    side.entry(form).or_default().push(Bound {
                        value,
                        strict,
                        owner,
                    });
                }
            }
            Shape::And(parts) => parts.iter().for_each(|part| self.add(part, owner)),
            Shape::Curve(curve) => self.add_end(&curve.formula, owner),
            Shape::Opaque(_) | Shape::Constant(_) | Shape::Choice { .. } | Shape::Or(_) => {}
        }
    }

    /// An end of a single variable with more digits than a row holds.
    fn add_end(&mut self, formula: &Formula, owner: usize) {
        let (left, right, strict) = match formula {
            Formula::Le(left, right) => (left, right, false),
            Formula::Lt(left, right) => (left, right, true),
            _ => return,
        };
        let (side, id, value) = match (left, right) {
            (Term::Rational(value), Term::Real(id)) => (&mut self.lower, id, value),
            (Term::Real(id), Term::Rational(value)) => (&mut self.upper, id, value),
            _ => return,
        };
        let value = value.clone();
        side.entry(vec![(id.0, 1)]).or_default().push(Bound {
            value,
            strict,
            owner,
        });
    }

    /// Returns the bounds of a single variable in doubles, for a first guess of a point.
    #[must_use]
    pub fn of_variable(&self, variable: u32) -> (Option<f64>, Option<f64>) {
        let form = vec![(variable, 1)];
        let end = |side: &BTreeMap<Form, Vec<Bound>>| {
            let list = side.get(&form)?;
            Some(list.first()?.value.to_f64())
        };
        (end(&self.lower), end(&self.upper))
    }

    /// Returns the value of a variable that its bounds leave no room to move: a constant, or the
    /// middle of an enclosure.
    #[must_use]
    pub fn pinned(&self, variable: u32) -> Option<Rational> {
        let form = vec![(variable, 1)];
        let end = |side: &BTreeMap<Form, Vec<Bound>>| Some(side.get(&form)?.first()?.value.clone());
        let (low, high) = (end(&self.lower)?, end(&self.upper)?);
        let narrow = &low.abs().max(high.abs()) * &Rational::ratio(1, 1 << 30);
        let is_pinned = low <= high && &high - &low <= narrow;
        is_pinned.then(|| &(&low + &high) * &Rational::ratio(1, 2))
    }

    /// Returns premises that imply the fact, none of which can be left out by this method.
    #[must_use]
    pub fn premises(&self, facts: &[Shape], fact: usize) -> Option<BTreeSet<usize>> {
        let shape = &facts[fact];
        let mut core = self.implied(shape, &|owner| owner != fact)?;
        for owner in core.clone() {
            let fewer = |other: usize| other != owner && core.contains(&other);
            if let Some(smaller) = self.implied(shape, &fewer) {
                core = smaller;
            }
        }
        Some(core)
    }

    fn implied(&self, shape: &Shape, allowed: &dyn Fn(usize) -> bool) -> Option<BTreeSet<usize>> {
        match shape {
            Shape::Constant(true) => Some(BTreeSet::new()),
            Shape::Row(row) => self
                .directly(row, allowed)
                .or_else(|| self.by_intervals(row, allowed)),
            Shape::And(parts) => {
                let mut all = BTreeSet::new();
                for part in parts {
                    all.extend(self.implied(part, allowed)?);
                }
                Some(all)
            }
            Shape::Or(parts) => parts.iter().find_map(|part| self.implied(part, allowed)),
            Shape::Constant(false) | Shape::Choice { .. } | Shape::Curve(_) | Shape::Opaque(_) => {
                None
            }
        }
    }

    fn tightest(
        &self,
        form: &[(u32, i64)],
        is_lower: bool,
        allowed: &dyn Fn(usize) -> bool,
    ) -> Option<&Bound> {
        let side = if is_lower { &self.lower } else { &self.upper };
        let list = side.get(form)?;
        list.iter().find(|bound| allowed(bound.owner))
    }

    fn directly(&self, row: &Row, allowed: &dyn Fn(usize) -> bool) -> Option<BTreeSet<usize>> {
        let (form, is_lower, needed) = as_bound(row)?;
        let bound = self.tightest(&form, is_lower, allowed)?;
        let is_inside = if is_lower {
            bound.value > needed
        } else {
            bound.value < needed
        };
        let is_tied = bound.value == needed && (bound.strict || !row.strict);
        (is_inside || is_tied).then(|| BTreeSet::from([bound.owner]))
    }

    fn by_intervals(&self, row: &Row, allowed: &dyn Fn(usize) -> bool) -> Option<BTreeSet<usize>> {
        let mut least = Rational::from(row.constant);
        let mut strict = false;
        let mut owners = BTreeSet::new();
        for &(variable, factor) in &row.terms {
            let bound = self.tightest(&[(variable, 1)], factor > 0, allowed)?;
            least = &least + &(&Rational::from(factor) * &bound.value);
            strict |= bound.strict;
            owners.insert(bound.owner);
        }
        let holds = least.is_positive() || (least.is_zero() && (strict || !row.strict));
        holds.then_some(owners)
    }
}
