//! Points that keep all rules but one: each proves that this rule is needed.
//!
//! In: a component. Out: witnesses on a binary grid, each evaluated exactly. Method: find a point
//! inside (relaxation after S. Agmon and T. Motzkin, 1954), move it to the middle of its chords,
//! and shoot rays from there towards each open rule; the rule that a ray meets first is broken
//! alone just behind that place (A. Boneh, 1983). The search guesses in doubles and in a fixed
//! number of draws from [`crate::random`]; only the exact evaluation counts.

mod ray;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use super::Role;
use super::bounds::Bounds;
use super::component::Component;
use super::curve::Curve;
use super::shape::{GridPoint, Row, Shape};
use crate::check::query::{Model, Sort, Value};
use crate::random::Stream;
use crate::rational::Rational;
use ray::Ray;

/// Rays towards one open rule from one base.
const RAYS: usize = 6;

/// Rays of one component.
const RAYS_MAX: usize = 4096;

/// Bases with another enumerator of a choice.
const CHOICE_BASES_MAX: usize = 24;

/// Bases at other places of the feasible set.
const MOVED_BASES: usize = 8;

/// Sweeps of the relaxation for one margin.
const SWEEPS: usize = 150;

/// How far beyond a row the relaxation goes, in steps to it; below two it converges.
const OVERSHOOT: f64 = 1.7;

/// Shares of a variable's width that the relaxation keeps as a margin, one after the other.
const MARGINS: [f64; 5] = [0.01, 0.003, 0.001, 0.0003, 0.0];

/// Bits of a mantissa.
const MANTISSA_BITS: i32 = 44;

/// What the search found.
#[derive(Clone, Debug, Default)]
pub struct Probed {
    /// A point at which every premise holds.
    pub base: Option<Model>,
    /// Per needed rule a point at which it fails and every other premise holds.
    pub witnesses: BTreeMap<usize, Model>,
    /// Rays that were shot.
    pub rays: usize,
}

/// A search for witnesses in one component.
pub struct Probe<'a> {
    component: &'a Component,
    /// The scale of each variable.
    widths: Vec<f64>,
    shifts: Vec<u32>,
    /// Variables that cannot move, with their exact value: it need not lie on the grid.
    pinned: BTreeMap<usize, Rational>,
    /// The facts that read them.
    pinned_facts: BTreeSet<usize>,
    random: Stream,
}

/// A point in doubles.
#[derive(Clone, Debug)]
struct Guess {
    reals: Vec<f64>,
    choices: Vec<u32>,
}

/// `2^exponent` of the leading bit of a finite number.
fn exponent(value: f64) -> i32 {
    let bits = (value.abs().to_bits() >> 52) & 0x7ff;
    i32::try_from(bits).unwrap_or(0) - 1023
}

fn power_of_two(exponent: u32) -> f64 {
    (0..exponent).fold(1.0, |power, _| power * 2.0)
}

impl<'a> Probe<'a> {
    /// Prepares a search from a guess.
    fn new(component: &'a Component, bounds: &Bounds, start: &Guess, widths: Vec<f64>) -> Self {
        let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let pinned = (0..component.variables.len())
            .filter_map(|place| Some((place, bounds.pinned(number(place))?)));
        let pinned: BTreeMap<usize, Rational> = pinned.collect();
        let readers = pinned.keys().flat_map(|&place| &component.readers[place]);
        let pinned_facts = readers.copied().collect();
        let shift = |(width, value): (&f64, &f64)| {
            let leading = exponent(width.max(value.abs()));
            u32::try_from((MANTISSA_BITS - 6 - leading).clamp(0, 120)).unwrap_or(0)
        };
        let name = component
            .facts
            .first()
            .map_or("", |fact| fact.name.as_str());
        Self {
            component,
            shifts: widths.iter().zip(&start.reals).map(shift).collect(),
            widths,
            pinned,
            pinned_facts,
            random: Stream::new(1, name, 0),
        }
    }

    /// Searches for witnesses against the open rules.
    #[must_use]
    pub fn run(
        component: &'a Component,
        bounds: &Bounds,
        hint: Option<&Model>,
        open: &BTreeSet<usize>,
    ) -> Probed {
        let (start, widths) = start(component, bounds, hint);
        let mut probe = Self::new(component, bounds, &start, widths);
        let mut probed = Probed::default();
        let mut open = open.clone();
        let given = probe.grid(&start);
        let found = if probe.keeps_all(&given) {
            Some(given)
        } else {
            probe.repaired(start, &[])
        };
        let Some(base) = found.map(|base| probe.centred(base)) else {
            return probed;
        };
        probed.base = Some(probe.model(&base));
        probe.shoot_all(&base, &mut open, &mut probed);
        for base in probe.other_choices(&base) {
            let base = probe.centred(base);
            probe.shoot_all(&base, &mut open, &mut probed);
        }
        for (fact, base) in probe.awake(&base, &open) {
            if open.contains(&fact) {
                let base = probe.centred(base);
                probe.shoot_all(&base, &mut open, &mut probed);
            }
        }
        let mut place = base;
        for _ in 0..MOVED_BASES {
            if open.is_empty() {
                break;
            }
            place = probe.moved(place);
            probe.shoot_all(&place, &mut open, &mut probed);
        }
        probed
    }

    fn grid(&self, guess: &Guess) -> GridPoint {
        let mantissas = guess.reals.iter().zip(&self.shifts);
        let mantissa = |(value, shift): (&f64, &u32)| {
            let scaled = (value * power_of_two(*shift)).round();
            // Saturates far outside: the exact evaluation then decides.
            scaled as i64
        };
        GridPoint {
            mantissas: mantissas.map(mantissa).collect(),
            shifts: self.shifts.clone(),
            choices: guess.choices.clone(),
        }
    }

    fn model(&self, point: &GridPoint) -> Model {
        let mut model = point.model(&self.component.variables);
        for (&place, value) in &self.pinned {
            model.values[place] = Value::Real(value.clone());
        }
        model
    }

    fn guess(point: &GridPoint) -> Guess {
        let reals = point.mantissas.iter().zip(&point.shifts);
        Guess {
            reals: reals
                .map(|(mantissa, shift)| *mantissa as f64 / power_of_two(*shift))
                .collect(),
            choices: point.choices.clone(),
        }
    }

    /// The facts that fail at a point; nothing where one has no value there.
    fn failing(&self, point: &GridPoint, facts: impl Iterator<Item = usize>) -> Option<Vec<usize>> {
        let known = OnceCell::new();
        let mut model = || {
            let made = known.get_or_init(|| self.model(point));
            made.clone()
        };
        let mut failing = Vec::new();
        for fact in facts {
            let formula = &self.component.facts[fact].formula;
            let holds = if self.pinned_facts.contains(&fact) {
                formula.evaluate(&model())
            } else {
                let shape = &self.component.shapes[fact];
                let on_grid = shape.holds(point, &mut model);
                on_grid.or_else(|| formula.evaluate(&model()))
            };
            if !holds? {
                failing.push(fact);
            }
        }
        Some(failing)
    }

    fn is_premise(&self, fact: usize) -> bool {
        match self.component.facts[fact].role {
            Role::Given | Role::Rule => true,
            Role::Claim => false,
        }
    }

    fn keeps_all(&self, point: &GridPoint) -> bool {
        let premises = (0..self.component.facts.len()).filter(|&fact| self.is_premise(fact));
        self.failing(point, premises)
            .is_some_and(|all| all.is_empty())
    }

    /// Moves a guess until every premise holds; frozen choices stay.
    fn repaired(&mut self, mut guess: Guess, frozen: &[usize]) -> Option<GridPoint> {
        for margin in MARGINS {
            for _ in 0..SWEEPS {
                let mut is_moved = false;
                for fact in 0..self.component.facts.len() {
                    if self.is_premise(fact) {
                        let shape = &self.component.shapes[fact];
                        is_moved |= self.push(shape, &mut guess, margin, frozen);
                    }
                }
                if !is_moved {
                    break;
                }
            }
            let point = self.grid(&guess);
            if self.keeps_all(&point) {
                return Some(point);
            }
        }
        None
    }

    /// The margin that a row should keep, on its own scale.
    fn norm(&self, row: &Row) -> f64 {
        row.terms.iter().fold(0.0, |sum, &(variable, factor)| {
            sum + (factor as f64).abs() * self.widths[variable as usize]
        })
    }

    fn gradient(&self, curve: &Curve, guess: &Guess) -> Vec<(u32, f64)> {
        curve.gradient(&guess.reals, &guess.choices, &self.widths)
    }

    fn norm_of(&self, slopes: &[(u32, f64)]) -> f64 {
        slopes.iter().fold(0.0, |sum, &(variable, slope)| {
            sum + slope.abs() * self.widths[variable as usize]
        })
    }

    /// Moves a guess so that a comparison with these slopes gains slack; returns whether it moved.
    fn advance(
        &self,
        guess: &mut Guess,
        slopes: impl Iterator<Item = (u32, f64)> + Clone,
        slack: f64,
    ) -> bool {
        let scale = slopes.clone().fold(0.0, |sum, (variable, slope)| {
            let part = slope * self.widths[variable as usize];
            sum + part * part
        });
        if scale == 0.0 {
            return false;
        }
        let step = OVERSHOOT * slack / scale;
        for (variable, slope) in slopes {
            let width = self.widths[variable as usize];
            guess.reals[variable as usize] += step * slope * width * width;
        }
        true
    }

    /// How far a shape is from holding, in margins of its rows; zero or less where it holds.
    fn lack(&self, shape: &Shape, guess: &Guess, margin: f64, frozen: &[usize]) -> f64 {
        match shape {
            Shape::Constant(true) | Shape::Opaque(_) => 0.0,
            Shape::Constant(false) => f64::INFINITY,
            Shape::Row(row) => {
                let norm = self.norm(row).max(f64::MIN_POSITIVE);
                margin - row.slack(&guess.reals) / norm
            }
            Shape::Curve(curve) => {
                let slack = curve.slack(&guess.reals, &guess.choices);
                let norm = self.norm_of(&self.gradient(curve, guess));
                match (slack >= 0.0, norm > 0.0) {
                    (_, true) if slack.is_finite() => margin - slack / norm,
                    (true, _) => -1.0,
                    (false, _) => f64::INFINITY,
                }
            }
            Shape::Choice {
                variable,
                member,
                is,
            } => {
                let variable = *variable as usize;
                match (guess.choices[variable] == *member) == *is {
                    true => -1.0,
                    false if frozen.contains(&variable) => f64::INFINITY,
                    false => 10.0,
                }
            }
            Shape::And(parts) => parts.iter().fold(-1.0, |most: f64, part| {
                most.max(self.lack(part, guess, margin, frozen))
            }),
            Shape::Or(parts) => parts.iter().fold(f64::INFINITY, |least: f64, part| {
                least.min(self.lack(part, guess, margin, frozen))
            }),
        }
    }

    /// Moves a guess towards a shape; returns whether it moved.
    fn push(&self, shape: &Shape, guess: &mut Guess, margin: f64, frozen: &[usize]) -> bool {
        let lack = self.lack(shape, guess, margin, frozen);
        // Tiny lacks are rounding; the exact evaluation decides.
        if lack <= 1e-12 || lack.is_infinite() {
            return false;
        }
        match shape {
            Shape::Constant(_) | Shape::Opaque(_) => false,
            Shape::Row(row) => {
                let terms = row.terms.iter();
                let terms = terms.map(|&(variable, factor)| (variable, factor as f64));
                self.advance(guess, terms, lack * self.norm(row))
            }
            Shape::Curve(curve) => {
                let gradient = self.gradient(curve, guess);
                let slack = lack * self.norm_of(&gradient);
                self.advance(guess, gradient.iter().copied(), slack)
            }
            Shape::Choice {
                variable,
                member,
                is,
            } => {
                let own = &mut guess.choices[*variable as usize];
                *own = if *is {
                    *member
                } else {
                    u32::from(*member == 0)
                };
                true
            }
            Shape::And(parts) => parts.iter().fold(false, |moved, part| {
                self.push(part, guess, margin, frozen) | moved
            }),
            Shape::Or(parts) => {
                let lacks = parts
                    .iter()
                    .map(|part| self.lack(part, guess, margin, frozen));
                let nearest = lacks.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
                nearest.is_some_and(|(place, _)| self.push(&parts[place], guess, margin, frozen))
            }
        }
    }

    /// Moves a point to the middle of its chord along each variable in turn.
    fn centred(&mut self, base: GridPoint) -> GridPoint {
        let mut point = base;
        for _ in 0..2 {
            for variable in 0..self.component.variables.len() {
                let can_move = self.widths[variable] > 0.0;
                if self.component.variables[variable].sort != Sort::Real || !can_move {
                    continue;
                }
                let number = u32::try_from(variable).unwrap_or(u32::MAX);
                let direction = vec![(number, self.widths[variable])];
                point = self.along_chord(point, direction, 0.5);
            }
        }
        point
    }

    /// Moves a point along a chord of the feasible set, to a share of its length.
    fn along_chord(
        &mut self,
        point: GridPoint,
        direction: Vec<(u32, f64)>,
        share: f64,
    ) -> GridPoint {
        let guess = Self::guess(&point);
        let back: Vec<(u32, f64)> = direction.iter().map(|&(id, step)| (id, -step)).collect();
        let reach = |direction: &[(u32, f64)]| {
            let ray = Ray::new(self.component, &guess.reals, &guess.choices, direction);
            let hits = ray
                .hits()
                .into_iter()
                .filter(|hit| self.is_premise(hit.fact));
            hits.fold(1.0, |reach: f64, hit| reach.min(hit.from))
        };
        let (ahead, behind) = (reach(&direction), reach(&back));
        let step = share * (ahead + behind) - behind;
        let mut moved = guess.clone();
        for &(id, per_unit) in &direction {
            moved.reals[id as usize] += step * per_unit;
        }
        let moved = self.grid(&moved);
        // The point keeps every premise, and what reads nothing that moved stays as it is.
        let readers = direction.iter();
        let readers = readers.flat_map(|&(id, _)| &self.component.readers[id as usize]);
        let touched: BTreeSet<usize> = readers.copied().collect();
        let premises = touched.into_iter().filter(|&fact| self.is_premise(fact));
        let fails = self.failing(&moved, premises);
        if fails.is_some_and(|all| all.is_empty()) {
            moved
        } else {
            point
        }
    }

    /// A point elsewhere in the feasible set: along a few random chords.
    fn moved(&mut self, point: GridPoint) -> GridPoint {
        let mut point = point;
        for _ in 0..self.component.variables.len().min(40) {
            let direction = self.random_direction(0..self.component.variables.len());
            let share = 0.05 + 0.9 * self.random.uniform_open();
            point = self.along_chord(point, direction, share);
        }
        point
    }

    fn random_direction(&mut self, among: impl Iterator<Item = usize>) -> Vec<(u32, f64)> {
        let mut direction = Vec::new();
        for variable in among {
            let can_move = self.widths[variable] > 0.0;
            if self.component.variables[variable].sort == Sort::Real && can_move {
                let share = 2.0 * self.random.uniform_open() - 1.0;
                let number = u32::try_from(variable).unwrap_or(u32::MAX);
                direction.push((number, share * self.widths[variable]));
            }
        }
        direction
    }

    /// Points with another enumerator of one choice, as far as they can be made to fit.
    fn other_choices(&mut self, base: &GridPoint) -> Vec<GridPoint> {
        let mut found = Vec::new();
        for (place, variable) in self.component.variables.iter().enumerate() {
            let count = match &variable.sort {
                Sort::Real => 0,
                Sort::Bool => 2,
                Sort::Enum(names) => u32::try_from(names.len()).unwrap_or(0),
            };
            for member in (0..count).filter(|member| *member != base.choices[place]) {
                if found.len() < CHOICE_BASES_MAX {
                    let mut guess = Self::guess(base);
                    guess.choices[place] = member;
                    found.push((guess, place));
                }
            }
        }
        let repaired = found.into_iter();
        repaired
            .filter_map(|(guess, place)| self.repaired(guess, &[place]))
            .collect()
    }

    /// Points at which the choices alone do not keep an open fact, which its guard lets sleep.
    fn awake(&mut self, base: &GridPoint, open: &BTreeSet<usize>) -> Vec<(usize, GridPoint)> {
        let mut found: Vec<(usize, GridPoint)> = Vec::new();
        for &fact in open.iter().take(CHOICE_BASES_MAX) {
            let mut guess = Self::guess(base);
            let mut frozen = Vec::new();
            wake(
                &self.component.shapes[fact],
                &mut guess.choices,
                &mut frozen,
            );
            if guess.choices != base.choices {
                let repaired = self.repaired(guess, &frozen);
                found.extend(repaired.map(|point| (fact, point)));
            }
        }
        found
    }

    fn shoot_all(&mut self, base: &GridPoint, open: &mut BTreeSet<usize>, probed: &mut Probed) {
        let guess = Self::guess(base);
        for fact in open.clone() {
            for number in 0..RAYS {
                if !open.contains(&fact) || probed.rays >= RAYS_MAX {
                    break;
                }
                probed.rays += 1;
                let (direction, length) = self.towards(&guess, fact, number);
                let witness = self.shoot(base, &guess, &direction, length, open);
                for (found, point) in witness {
                    open.remove(&found);
                    probed.witnesses.insert(found, self.model(&point));
                }
            }
        }
    }

    /// A direction that should break a fact, and how far to go where no row says it.
    fn towards(&mut self, guess: &Guess, fact: usize, number: usize) -> (Vec<(u32, f64)>, f64) {
        let component = self.component;
        let slopes = self.slopes(&component.shapes[fact], guess);
        let mut steps: BTreeMap<u32, f64> = BTreeMap::new();
        // One comparison alone, in turn, and then several with random weights.
        let count = slopes.len();
        for (place, slopes) in slopes.into_iter().enumerate() {
            let weight = match number < count {
                true => f64::from(u8::from(number == place)),
                false => self.random.uniform_open(),
            };
            let scale = weight / self.norm_of(&slopes).max(f64::MIN_POSITIVE);
            for (variable, slope) in slopes {
                let width = self.widths[variable as usize];
                *steps.entry(variable).or_insert(0.0) -= scale * slope * width * width;
            }
        }
        if component.shapes[fact].is_opaque() {
            let read = |place: &usize| component.readers[*place].contains(&fact);
            let read: Vec<usize> = (0..component.variables.len()).filter(read).collect();
            steps.extend(self.random_direction(read.into_iter()));
        } else if number >= count && (number - count) % 2 == 1 && !steps.is_empty() {
            // Alone, so that what ties the variables to others holds the rest in place.
            let place = self.random.uniform_open() * steps.len() as f64;
            let (&variable, &step) = steps.iter().nth(place as usize).unwrap_or((&0, &0.0));
            steps = BTreeMap::from([(variable, step)]);
        } else if number >= count {
            for (variable, step) in &mut steps {
                let noise = self.random.uniform_open() - 0.5;
                *step += noise * 0.5 * self.widths[*variable as usize];
            }
        }
        let length = [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0][number % 7];
        let steps = steps.into_iter().filter(|(_, step)| *step != 0.0);
        (steps.collect(), length)
    }

    /// How the slack of each comparison of a shape changes with the variables.
    fn slopes(&self, shape: &Shape, guess: &Guess) -> Vec<Vec<(u32, f64)>> {
        let mut slopes = Vec::new();
        shape.comparisons(&mut |comparison| match comparison {
            Shape::Row(row) => {
                let terms = row.terms.iter();
                slopes.push(
                    terms
                        .map(|&(variable, factor)| (variable, factor as f64))
                        .collect(),
                );
            }
            Shape::Curve(curve) => slopes.push(self.gradient(curve, guess)),
            Shape::Constant(_)
            | Shape::Choice { .. }
            | Shape::And(_)
            | Shape::Or(_)
            | Shape::Opaque(_) => {}
        });
        slopes
    }

    /// Follows a ray to the place where exactly one premise is broken.
    fn shoot(
        &self,
        base: &GridPoint,
        guess: &Guess,
        direction: &[(u32, f64)],
        length: f64,
        open: &BTreeSet<usize>,
    ) -> Vec<(usize, GridPoint)> {
        let ray = Ray::new(self.component, &guess.reals, &guess.choices, direction);
        let hits = ray.hits();
        let (first, second) = hits.iter().filter(|hit| self.is_premise(hit.fact)).fold(
            (f64::INFINITY, f64::INFINITY),
            |(first, second), hit| match hit.from < first {
                true => (hit.from, first),
                false => (first, second.min(hit.from)),
            },
        );
        let mut found = Vec::new();
        for hit in &hits {
            let limit = match self.is_premise(hit.fact) {
                true if hit.from <= first => second,
                true => continue,
                false if hit.from < first => first,
                false => continue,
            };
            if !open.contains(&hit.fact) {
                continue;
            }
            let end = limit.min(hit.to).min(hit.from + 1.0 + hit.from);
            let at = 0.5 * (hit.from + end);
            found.extend(self.witness(base, direction, at, &ray.touched, open));
        }
        if ray.has_opaque {
            found.extend(self.witness(base, direction, length, &ray.touched, open));
        }
        found
    }

    /// The open facts that a point on the ray breaks alone.
    fn witness(
        &self,
        base: &GridPoint,
        direction: &[(u32, f64)],
        at: f64,
        touched: &[usize],
        open: &BTreeSet<usize>,
    ) -> Vec<(usize, GridPoint)> {
        let mut point = base.clone();
        for &(variable, step) in direction {
            let place = variable as usize;
            let moved = (at * step * power_of_two(point.shifts[place])).round();
            point.mantissas[place] = point.mantissas[place].saturating_add(moved as i64);
        }
        let Some(failing) = self.failing(&point, touched.iter().copied()) else {
            return Vec::new();
        };
        let broken = failing.iter().filter(|&&fact| self.is_premise(fact));
        let broken: Vec<usize> = broken.copied().collect();
        let needed: Vec<usize> = match broken.as_slice() {
            [] => failing,
            [only] => vec![*only],
            _ => Vec::new(),
        };
        let needed = needed.into_iter().filter(|fact| open.contains(fact));
        needed.map(|fact| (fact, point.clone())).collect()
    }
}

/// Sets choices so that none of them keeps a shape by itself, as far as that is simple.
fn wake(shape: &Shape, choices: &mut [u32], frozen: &mut Vec<usize>) {
    match shape {
        Shape::Choice {
            variable,
            member,
            is,
        } => {
            let place = *variable as usize;
            if (choices[place] == *member) == *is {
                choices[place] = match is {
                    true => u32::from(*member == 0),
                    false => *member,
                };
            }
            frozen.push(place);
        }
        Shape::Or(parts) => parts.iter().for_each(|part| wake(part, choices, frozen)),
        // One part that fails is enough.
        Shape::And(parts) => {
            let is_choice = |part: &&Shape| matches!(part, Shape::Choice { .. });
            let first = parts.iter().find(is_choice);
            first
                .into_iter()
                .for_each(|part| wake(part, choices, frozen));
        }
        Shape::Constant(_) | Shape::Row(_) | Shape::Curve(_) | Shape::Opaque(_) => {}
    }
}

/// Where the search starts: the hint, else the middle of each variable's bounds; and the scale of
/// each variable.
fn start(component: &Component, bounds: &Bounds, hint: Option<&Model>) -> (Guess, Vec<f64>) {
    let count = component.variables.len();
    let mut guess = Guess {
        reals: vec![0.0; count],
        choices: vec![0; count],
    };
    let mut widths = vec![1.0; count];
    for (place, scale) in widths.iter_mut().enumerate() {
        let (low, high) = bounds.of_variable(u32::try_from(place).unwrap_or(u32::MAX));
        guess.reals[place] = match (low, high) {
            (Some(low), Some(high)) => 0.5 * (low + high),
            (Some(end), None) | (None, Some(end)) => end,
            (None, None) => 0.0,
        };
        if let (Some(low), Some(high)) = (low, high)
            && high > low
        {
            *scale = high - low;
        } else if guess.reals[place] != 0.0 {
            *scale = guess.reals[place].abs();
        }
        if let Some(value) = bounds.pinned(u32::try_from(place).unwrap_or(u32::MAX)) {
            guess.reals[place] = value.to_f64();
            *scale = 0.0;
            continue;
        }
        match hint.and_then(|model| model.values.get(place)) {
            Some(Value::Real(value)) => guess.reals[place] = value.to_f64(),
            Some(Value::Bool(value)) => guess.choices[place] = u32::from(*value),
            Some(Value::Enum(member)) => guess.choices[place] = *member,
            None => {}
        }
    }
    (guess, widths)
}
