//! Branch and prune: facts about products and functions, decided box by box.
//!
//! In: atoms that shall hold together, bounds of variables, a test whether a point is a model. Out:
//! a refutation by boxes, an exact model, or a few boxes that are neither. Doubles rounded outwards
//! only steer: every cut is an exact number, every leaf an atom that fails in exact arithmetic on
//! the box, and the checker replays both. A box is first shaved (a slice in which an atom fails is
//! cut off), then tried at its middle, then cut across its relatively widest side.

mod climb;
mod inverse;
pub mod span;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::inverse::{Definition, end_of};
use self::span::{Span, SpanPolynomial, applied, range, span_polynomial};
use super::query::{Model, OpenBox};
use super::refute::node::{Node, closure};
use super::refute::search::Stop;
use super::refute::tree::{Needs, Refuted, Tree, halves};
use crate::certificate::contradiction::{Bound, Condition, Interval, Sort, Variable};
use crate::certificate::{Atom, End, Polynomial};
use crate::rational::Rational;

/// Boxes nest no deeper than the checker follows, cases above them included.
const DEPTH_MAX: usize = 180;

/// Slices cut off one box before it is cut in two.
const SHAVES_MAX: usize = 12;

/// A side narrower than this, relative to its ends, is not cut.
const NARROW: f64 = 1e-9;

/// Ends farther out than this are not looked for.
const FAR: f64 = 1e12;

/// Boxes kept to show.
const KEPT_BOXES: usize = 8;

/// Significant bits of a cut, so that certificates stay short.
const CUT_BITS: u32 = 20;

/// Tells whether values of the numbers make a model.
pub type IsModel<'a> = dyn Fn(BTreeMap<u32, Rational>) -> Option<Model> + 'a;

/// Refutes the atoms of a branch, or finds a model.
///
/// # Errors
/// [`Stop`]: a model, or boxes that are left.
pub fn prune(
    node: &Node,
    variables: &[Variable],
    is_model: &IsModel<'_>,
    boxes_left: &mut usize,
) -> Result<Refuted, Stop> {
    let mut pruner = Pruner::new(node, variables, is_model, *boxes_left);
    let sides = pruner.base.clone();
    if let Some(model) = pruner.climbed(&sides) {
        return Err(Stop::Model(model));
    }
    let bounds = pruner.root_bounds.clone();
    let found = pruner.explore(sides, bounds, DEPTH_MAX);
    *boxes_left = pruner.boxes_left;
    found
}

/// An atom with what is needed to steer.
struct Steered {
    atom: Atom,
    polynomial: SpanPolynomial,
    own: Vec<u32>,
    reach: Vec<u32>,
    is_equation: bool,
}

/// The atoms that bound each variable, lower end first.
type Bounds = Vec<[Option<Arc<Condition>>; 2]>;

struct Pruner<'a> {
    variables: &'a [Variable],
    atoms: Vec<Steered>,
    definitions: Vec<Definition>,
    base: Vec<Span>,
    bounds: Vec<Interval>,
    root_bounds: Bounds,
    is_model: &'a IsModel<'a>,
    has_equations: bool,
    boxes_left: usize,
}

/// A slice that can be cut off.
struct Shave {
    variable: u32,
    at: f64,
    end: End,
    atom: usize,
}

impl<'a> Pruner<'a> {
    fn new(
        node: &Node,
        variables: &'a [Variable],
        is_model: &'a IsModel<'a>,
        boxes_left: usize,
    ) -> Self {
        let negatives: BTreeSet<Polynomial> = node
            .state
            .atoms
            .iter()
            .map(|atom| atom.polynomial.negated())
            .collect();
        let steered = |atom: &Atom| Steered {
            atom: atom.clone(),
            polynomial: span_polynomial(&atom.polynomial),
            own: atom.polynomial.variables().into_iter().collect(),
            reach: closure(atom, variables).into_iter().collect(),
            is_equation: negatives.contains(&atom.polynomial),
        };
        let atoms: Vec<Steered> = node.state.atoms.iter().map(steered).collect();
        let definitions = variables
            .iter()
            .enumerate()
            .filter_map(|(place, variable)| {
                let Sort::Defined(definition) = &variable.sort else {
                    return None;
                };
                let numerator = span_polynomial(&definition.numerator);
                let denominator = span_polynomial(&definition.denominator);
                Some((place, definition.function, numerator, denominator))
            });
        let intervals = node.state.intervals(variables);
        let ids = (0..).zip(variables).map(|(id, _)| id);
        Self {
            variables,
            has_equations: atoms.iter().any(|steered| steered.is_equation),
            atoms,
            definitions: definitions.collect(),
            base: intervals.iter().map(Span::over).collect(),
            bounds: intervals,
            root_bounds: ids
                .map(|id| [End::Low, End::High].map(|end| node.tightest(id, end).map(shared)))
                .collect(),
            is_model,
            boxes_left,
        }
    }

    /// Narrows defined variables to the range of their functions.
    fn define(&self, sides: &mut [Span]) {
        for (place, function, numerator, denominator) in &self.definitions {
            let argument = range(numerator, sides).divided_by(range(denominator, sides));
            sides[*place] = self.base[*place].meet(applied(*function, argument));
        }
    }

    fn fails(&self, atom: usize, sides: &[Span]) -> bool {
        let own = &self.atoms[atom].own;
        if own.iter().any(|&id| sides[id as usize].is_empty()) {
            return true;
        }
        let high = range(&self.atoms[atom].polynomial, sides).high;
        high < 0.0 || (self.atoms[atom].atom.strict && high <= 0.0)
    }

    fn failing(&self, sides: &[Span]) -> Option<usize> {
        (0..self.atoms.len()).find(|&atom| self.fails(atom, sides))
    }

    /// The leaf for an atom that fails, and the bounds it rests on.
    fn leaf(&self, atom: usize, bounds: &Bounds) -> Refuted {
        let steered = &self.atoms[atom];
        let mut needs = Needs::from([shared(steered.atom.clone())]);
        for &variable in &steered.reach {
            needs.extend(bounds[variable as usize].iter().flatten().cloned());
        }
        let tree = Tree::Outside(steered.atom.clone());
        Refuted { tree, needs }
    }

    fn explore(
        &mut self,
        mut sides: Vec<Span>,
        mut bounds: Bounds,
        depth: usize,
    ) -> Result<Refuted, Stop> {
        self.define(&mut sides);
        let mut shaved: Vec<(Shave, Refuted)> = Vec::new();
        let mut depth_left = depth;
        let inner = loop {
            if let Some(atom) = self.failing(&sides) {
                break self.leaf(atom, &bounds);
            }
            let can_shave = shaved.len() < SHAVES_MAX && depth_left > 1;
            match can_shave.then(|| self.shave(&sides)).flatten() {
                None => break self.halve(&sides, &bounds, depth_left)?,
                Some(shave) => {
                    depth_left -= 1;
                    let mut slice = bounds.clone();
                    let (dead, live) = halves_of(&shave);
                    note(&mut slice, &shave, dead, false);
                    let leaf = self.leaf(shave.atom, &slice);
                    note(&mut bounds, &shave, live, true);
                    cut_off(&mut sides, &shave);
                    self.define(&mut sides);
                    shaved.push((shave, leaf));
                }
            }
        };
        Ok(wrapped(shaved, inner))
    }

    fn halve(&mut self, sides: &[Span], bounds: &Bounds, depth: usize) -> Result<Refuted, Stop> {
        if let Some(model) = self.middle(sides) {
            return Err(Stop::Model(model));
        }
        let cut = self.widest(sides);
        let (Some((variable, at)), true) = (cut, depth > 1 && self.boxes_left > 0) else {
            return Err(Stop::Open(vec![self.open_box(sides)]));
        };
        self.boxes_left -= 1;
        let mut left_open = Vec::new();
        let mut branches = Vec::new();
        let mut needs = Needs::new();
        let exact = exact(at);
        for (half, end) in halves(variable, &exact)
            .map(Arc::new)
            .into_iter()
            .zip([End::High, End::Low])
        {
            // The lower half loses the slice above, the upper half the slice below.
            let shave = Shave {
                variable,
                at,
                end,
                atom: 0,
            };
            let (mut inner, mut own) = (sides.to_vec(), bounds.clone());
            cut_off(&mut inner, &shave);
            note(&mut own, &shave, half.clone(), true);
            match self.explore(inner, own, depth - 1) {
                Ok(refuted) if !refuted.needs.contains(&half) => return Ok(refuted),
                Ok(refuted) => {
                    needs.extend(refuted.needs.into_iter().filter(|need| *need != half));
                    branches.push(refuted.tree);
                }
                Err(Stop::Open(boxes)) => left_open.extend(boxes),
                Err(stop) => return Err(stop),
            }
            if left_open.len() >= KEPT_BOXES {
                break;
            }
        }
        match <[Tree; 2]>::try_from(branches) {
            Ok(both) if left_open.is_empty() => {
                let tree = Tree::Cut(variable, exact, Box::new(both));
                Ok(Refuted { tree, needs })
            }
            Ok(_) | Err(_) => Err(Stop::Open(left_open)),
        }
    }

    fn is_number(&self, variable: usize) -> bool {
        matches!(self.variables[variable].sort, Sort::Real)
    }

    /// A slice in which some atom fails, and that is worth cutting off.
    fn shave(&self, sides: &[Span]) -> Option<Shave> {
        for (place, steered) in self.atoms.iter().enumerate() {
            for &variable in &steered.reach {
                let side = sides[variable as usize];
                if !self.is_number(variable as usize) || side.low >= side.high {
                    continue;
                }
                for end in [End::Low, End::High] {
                    let found = self
                        .solved(place, variable, end, sides)
                        .filter(|at| self.is_dead(place, variable, end, *at, sides));
                    let at = match found {
                        Some(at) => at,
                        None => match self.quarter(place, variable, end, sides) {
                            Some(at) => at,
                            None => continue,
                        },
                    };
                    let atom = place;
                    return Some(Shave {
                        variable,
                        at,
                        end,
                        atom,
                    });
                }
            }
        }
        None
    }

    /// Whether the atom fails in the slice between an end and `at`, and the slice is no sliver.
    fn is_dead(&self, atom: usize, variable: u32, end: End, at: f64, sides: &[Span]) -> bool {
        let side = sides[variable as usize];
        let removed = match end {
            End::Low => at - side.low,
            End::High => side.high - at,
        };
        let is_worth = removed >= 0.1 * (side.high - side.low) || removed.is_infinite();
        if !(is_worth && at > side.low && at < side.high) {
            return false;
        }
        let mut slice = sides.to_vec();
        match end {
            End::Low => slice[variable as usize].high = at,
            End::High => slice[variable as usize].low = at,
        }
        self.define(&mut slice);
        self.fails(atom, &slice)
    }

    /// A quarter of a bounded side, where no equation can be solved for the variable.
    fn quarter(&self, atom: usize, variable: u32, end: End, sides: &[Span]) -> Option<f64> {
        let side = sides[variable as usize];
        let width = side.high - side.low;
        if !width.is_finite() {
            return None;
        }
        let at = short(match end {
            End::Low => side.low + 0.25 * width,
            End::High => side.high - 0.25 * width,
        });
        self.is_dead(atom, variable, end, at, sides).then_some(at)
    }

    /// Where the slice ends in which the atom fails, solved for the variable and drawn back a
    /// little so that the atom fails in it strictly.
    fn solved(&self, atom: usize, variable: u32, end: End, sides: &[Span]) -> Option<f64> {
        let polynomial = &self.atoms[atom].polynomial;
        let limit = end_of(polynomial, variable, end, (&self.definitions, sides))?;
        let side = sides[variable as usize];
        let reach = match end {
            End::Low if side.low.is_finite() => limit - side.low,
            End::High if side.high.is_finite() => side.high - limit,
            End::Low | End::High => limit.abs().max(1.0),
        };
        Some(match end {
            End::Low => short(limit - reach / 64.0),
            End::High => short(limit + reach / 64.0),
        })
    }

    /// The relatively widest side of a number and where to cut it.
    fn widest(&self, sides: &[Span]) -> Option<(u32, f64)> {
        let mut used = BTreeSet::new();
        for steered in &self.atoms {
            used.extend(steered.reach.iter().copied());
        }
        let mut best: Option<(f64, u32)> = None;
        for variable in used {
            let side = sides[variable as usize];
            if !self.is_number(variable as usize) || side.low >= side.high {
                continue;
            }
            let size = side.low.abs().max(side.high.abs());
            let width = (side.high - side.low) / size;
            let width = if width.is_nan() { f64::INFINITY } else { width };
            if width > NARROW && best.is_none_or(|(known, _)| width > known) {
                best = Some((width, variable));
            }
        }
        let (_, variable) = best?;
        let side = sides[variable as usize];
        let at = middle_of(side)?;
        (at > side.low && at < side.high).then_some((variable, at))
    }

    /// Tries the middle of the box, with equations solved one after the other.
    fn middle(&self, sides: &[Span]) -> Option<Model> {
        let mut point = BTreeMap::new();
        let mut middle = sides.to_vec();
        for (id, side) in (0..).zip(sides) {
            if self.is_number(id as usize) {
                let at = middle_of(*side).unwrap_or(side.low);
                let at = at.max(side.low).min(side.high);
                middle[id as usize] = Span { low: at, high: at };
                point.insert(id, self.exact_at(id as usize, at));
            }
        }
        if !self.has_equations {
            // Exact arithmetic is slow: it confirms, and only what doubles do not exclude.
            self.define(&mut middle);
            if self.failing(&middle).is_some() {
                return None;
            }
        }
        let free: Vec<u32> = point.keys().copied().collect();
        (self.is_model)(self.on_equations(point, free))
    }

    /// The point moved onto the equations that it misses, one number each, the first that can.
    fn on_equations(
        &self,
        mut point: BTreeMap<u32, Rational>,
        mut free: Vec<u32>,
    ) -> BTreeMap<u32, Rational> {
        for steered in &self.atoms {
            let polynomial = &steered.atom.polynomial;
            if !steered.is_equation || polynomial.value(&point).is_none_or(|v| v.is_zero()) {
                continue;
            }
            let solved = free.iter().copied().find(|&id| {
                let Some(value) = solution(&steered.atom, id, &point) else {
                    return false;
                };
                point.insert(id, value);
                true
            });
            free.retain(|&id| Some(id) != solved);
        }
        point
    }

    /// Tries the point where the worst atom is best.
    fn climbed(&self, sides: &[Span]) -> Option<Model> {
        let numbers = 0..sides.len();
        let movable: Vec<usize> = numbers.filter(|&place| self.is_number(place)).collect();
        let scales: Vec<f64> = self
            .atoms
            .iter()
            .map(|steered| {
                let reach = range(&steered.polynomial, sides);
                let scale = reach.low.abs().max(reach.high.abs());
                if scale.is_finite() {
                    scale.max(1e-9)
                } else {
                    1.0
                }
            })
            .collect();
        let settled = self.settled();
        let worth = |point: &[Span]| {
            let mut point = point.to_vec();
            self.settle(&settled, &mut point);
            // Bounds hold inside the box; they would only pull towards its middle.
            let values = self
                .atoms
                .iter()
                .zip(&scales)
                .filter(|(own, _)| own.reach.len() > 1 || !own.atom.polynomial.is_linear());
            let values = values.map(|(own, scale)| range(&own.polynomial, &point).low / scale);
            values.fold(f64::INFINITY, f64::min)
        };
        let is_free = |place: &usize| settled.iter().all(|(own, _)| own != place);
        let free: Vec<usize> = movable.iter().copied().filter(is_free).collect();
        let mut found = climb::climb(sides, &free, &worth);
        self.settle(&settled, &mut found);
        let exact = |place: &usize| {
            let id = u32::try_from(*place).ok()?;
            Some((id, self.exact_at(*place, found[*place].low)))
        };
        let first = settled.iter().map(|(place, _)| *place).chain(free);
        let order = first.filter_map(|place| u32::try_from(place).ok());
        let point = movable.iter().filter_map(exact).collect();
        (self.is_model)(self.on_equations(point, order.collect()))
    }

    /// Numbers that laws bound from both sides with a constant factor, and the atoms that do: their
    /// value follows from the others, and a climb along a narrow band would not move.
    fn settled(&self) -> Vec<(usize, Vec<usize>)> {
        let numbers = (0..self.variables.len()).filter(|&place| self.is_number(place));
        let bounded = numbers.filter_map(|place| {
            let id = u32::try_from(place).ok()?;
            let of = |at: &usize| {
                let steered = &self.atoms[*at];
                steered.reach.len() > 1 && constant_slope(&steered.polynomial, id).is_some()
            };
            let atoms: Vec<usize> = (0..self.atoms.len()).filter(of).collect();
            let slopes = atoms
                .iter()
                .map(|&at| constant_slope(&self.atoms[at].polynomial, id));
            let signs: BTreeSet<bool> = slopes.flatten().map(|slope| slope > 0.0).collect();
            (signs.len() == 2).then_some((place, atoms))
        });
        bounded.collect()
    }

    /// Puts each settled number in the middle of what its atoms leave, then the functions.
    fn settle(&self, settled: &[(usize, Vec<usize>)], point: &mut [Span]) {
        self.value_functions(point);
        for (place, atoms) in settled {
            let Ok(id) = u32::try_from(*place) else {
                continue;
            };
            let mut side = self.base[*place];
            let (outer_low, outer_high) = (side.low, side.high);
            point[*place] = Span {
                low: 0.0,
                high: 0.0,
            };
            for &at in atoms {
                let polynomial = &self.atoms[at].polynomial;
                let Some(slope) = constant_slope(polynomial, id) else {
                    continue;
                };
                let end = -range(polynomial, point).low / slope;
                if slope > 0.0 {
                    side.low = side.low.max(end);
                } else {
                    side.high = side.high.min(end);
                }
            }
            let middle = 0.5 * (side.low + side.high);
            let at = middle.max(outer_low).min(outer_high);
            point[*place] = Span { low: at, high: at };
            self.value_functions(point);
        }
    }

    /// The values of the functions at a point, which may lie outside of what is known of them.
    fn value_functions(&self, point: &mut [Span]) {
        for (place, function, numerator, denominator) in &self.definitions {
            let argument = range(numerator, point).divided_by(range(denominator, point));
            point[*place] = applied(*function, argument);
        }
    }

    /// The exact number at or next to a double, inside the exact bounds: a double may lie just
    /// outside of a bound that is no double.
    fn exact_at(&self, place: usize, at: f64) -> Rational {
        let value = Bound::At(Rational::from_f64(at).unwrap_or_default());
        let Interval { low, high } = &self.bounds[place];
        match value.max(low.clone()).min(high.clone()) {
            Bound::At(inside) => inside,
            Bound::Below | Bound::Above => Rational::zero(),
        }
    }

    fn open_box(&self, sides: &[Span]) -> OpenBox {
        let end = |value: f64| Rational::from_f64(value).ok();
        let named = self.variables.iter().zip(sides);
        let numbers = named.filter(|(variable, _)| matches!(variable.sort, Sort::Real));
        OpenBox {
            sides: numbers
                .map(|(variable, side)| (variable.name.clone(), end(side.low), end(side.high)))
                .collect(),
        }
    }
}

/// The value of a variable at which a polynomial vanishes, the others given.
fn solution(atom: &Atom, variable: u32, point: &BTreeMap<u32, Rational>) -> Option<Rational> {
    if atom.polynomial.degree_in(variable) != 1 {
        return None;
    }
    let mut at = point.clone();
    at.insert(variable, Rational::zero());
    let rest = atom.polynomial.value(&at)?;
    let slope = atom.polynomial.derivative(variable).value(&at)?;
    (-&rest).checked_div(&slope)
}

/// The factor of a variable that occurs once, to the first power and alone.
fn constant_slope(polynomial: &SpanPolynomial, variable: u32) -> Option<f64> {
    let mut own = polynomial
        .iter()
        .filter(|(_, powers)| powers.iter().any(|&(id, _)| id == variable));
    let (coefficient, powers) = own.next()?;
    let is_alone = powers.as_slice() == [(variable, 1)] && own.next().is_none();
    is_alone.then_some(0.5 * (coefficient.low + coefficient.high))
}

/// The middle of a side, a number with few digits; farther and farther out on an open side.
fn middle_of(side: Span) -> Option<f64> {
    let at = match (side.low.is_finite(), side.high.is_finite()) {
        (true, true) if side.low < 0.0 && side.high > 0.0 && side.low != -side.high => {
            let middle = 0.5 * (side.low + side.high);
            if middle.abs() < 0.25 * (side.high - side.low) {
                0.0
            } else {
                middle
            }
        }
        (true, true) => 0.5 * side.low + 0.5 * side.high,
        (false, false) => 0.0,
        (true, false) => 2.0 * side.low.max(0.0) + 1.0,
        (false, true) => 2.0 * side.high.min(0.0) - 1.0,
    };
    let is_open = !(side.low.is_finite() && side.high.is_finite());
    let rounded = short(at);
    let at = if rounded > side.low && rounded < side.high {
        rounded
    } else {
        at
    };
    (!is_open || at.abs() < FAR).then_some(at)
}

/// The number with few significant bits near a value.
fn short(value: f64) -> f64 {
    let drop = 52 - CUT_BITS;
    let bits = value.to_bits();
    let half = 1_u64 << (drop - 1);
    let rounded = f64::from_bits((bits + half) >> drop << drop);
    if rounded.is_finite() { rounded } else { value }
}

fn exact(at: f64) -> Rational {
    // INVARIANT: cuts lie strictly between two ends, so they are finite.
    Rational::from_f64(at).unwrap_or_default()
}

/// The half that is cut off and the half that stays.
fn halves_of(shave: &Shave) -> (Arc<Condition>, Arc<Condition>) {
    let [below, above] = halves(shave.variable, &exact(shave.at)).map(Arc::new);
    match shave.end {
        End::Low => (below, above),
        End::High => (above, below),
    }
}

fn cut_off(sides: &mut [Span], shave: &Shave) {
    let side = &mut sides[shave.variable as usize];
    match shave.end {
        End::Low => side.low = side.low.max(shave.at),
        End::High => side.high = side.high.min(shave.at),
    }
}

/// Notes the atom that now bounds the variable: the half that stays bounds the end that was cut.
fn note(bounds: &mut Bounds, shave: &Shave, half: Arc<Condition>, is_live: bool) {
    let is_low = (shave.end == End::Low) == is_live;
    bounds[shave.variable as usize][usize::from(!is_low)] = Some(half);
}

fn shared(atom: Atom) -> Arc<Condition> {
    Arc::new(Condition::Atom(atom))
}

/// Puts the slices that were cut off around what is left of the box, as far as it rests on them.
fn wrapped(shaved: Vec<(Shave, Refuted)>, inner: Refuted) -> Refuted {
    let mut whole = inner;
    for (shave, leaf) in shaved.into_iter().rev() {
        let (dead, live) = halves_of(&shave);
        if !whole.needs.contains(&live) {
            continue;
        }
        if !leaf.needs.contains(&dead) {
            whole = leaf;
            continue;
        }
        let mut needs: Needs = whole
            .needs
            .into_iter()
            .filter(|need| *need != live)
            .collect();
        needs.extend(leaf.needs.into_iter().filter(|need| *need != dead));
        let both = match shave.end {
            End::Low => [leaf.tree, whole.tree],
            End::High => [whole.tree, leaf.tree],
        };
        let tree = Tree::Cut(shave.variable, exact(shave.at), Box::new(both));
        whole = Refuted { tree, needs };
    }
    whole
}
