//! Witnesses near a known point: a few variables move, the others stay.
//!
//! In: a component, a point at which every premise holds, a rule. Out: a point that only this rule
//! forbids, evaluated exactly. Method: the rule shall fail, its variables may move, and every fact
//! that reads one of them shall hold, each disjunction by the part that holds best at the known
//! point; that is a linear programme of few columns, whose point lies as far inside as its rows
//! allow. Where there is none, the variables of these facts may move too, a few times. What stays
//! keeps the facts that nothing touches, so that no point needs to be completed.

use std::collections::{BTreeMap, BTreeSet};

use super::Role;
use super::cache::is_witness;
use super::component::Component;
use super::shape::{Row, Shape};
use crate::certificate::polynomial::Summand;
use crate::certificate::{Atom, Polynomial};
use crate::check::farkas::{Linear, guessed};
use crate::check::query::{Formula, Model, Sort, Value};
use crate::rational::Rational;

/// How often more variables may move.
const STEPS: usize = 3;

/// Ways to break a rule that are tried.
const WAYS_MAX: usize = 8;

/// Programmes with more columns are not set up.
const COLUMNS_MAX: usize = 96;

/// One way to break a rule: rows that shall hold, choices that shall be made.
#[derive(Clone, Debug, Default)]
struct Way {
    rows: Vec<Row>,
    choices: BTreeMap<u32, u32>,
}

/// A known point, exactly and in doubles.
struct Known<'a> {
    component: &'a Component,
    base: &'a Model,
    reals: Vec<f64>,
    choices: Vec<u32>,
}

/// Looks for a point that only this rule forbids.
#[must_use]
pub fn witness(component: &Component, base: &Model, rule: usize) -> Option<Model> {
    let known = Known::new(component, base);
    let formula = component.facts[rule].formula.clone();
    let broken = Shape::of(&Formula::Not(Box::new(formula)));
    let ways = known.ways(&broken)?;
    ways.iter().find_map(|way| known.along(way, rule))
}

impl<'a> Known<'a> {
    fn new(component: &'a Component, base: &'a Model) -> Self {
        let real = |value: &Value| match value {
            Value::Real(value) => value.to_f64(),
            Value::Bool(_) | Value::Enum(_) => 0.0,
        };
        let choice = |value: &Value| match value {
            Value::Enum(member) => *member,
            Value::Bool(value) => u32::from(*value),
            Value::Real(_) => 0,
        };
        Self {
            component,
            base,
            reals: base.values.iter().map(real).collect(),
            choices: base.values.iter().map(choice).collect(),
        }
    }

    /// The ways to make a shape hold; nothing where a part is not linear or there are too many.
    fn ways(&self, shape: &Shape) -> Option<Vec<Way>> {
        let found = match shape {
            Shape::Constant(true) => vec![Way::default()],
            Shape::Constant(false) => Vec::new(),
            Shape::Row(row) => vec![Way {
                rows: vec![row.clone()],
                ..Way::default()
            }],
            Shape::Choice {
                variable,
                member,
                is,
            } => {
                let own = self.choices[*variable as usize];
                let member = match (is, own == *member) {
                    (true, _) => *member,
                    (false, false) => own,
                    (false, true) => u32::from(*member == 0),
                };
                vec![Way {
                    choices: BTreeMap::from([(*variable, member)]),
                    ..Way::default()
                }]
            }
            Shape::And(parts) => {
                let mut all = vec![Way::default()];
                for part in parts {
                    let own = self.ways(part)?;
                    let joined = all
                        .iter()
                        .flat_map(|one| own.iter().filter_map(|other| one.with(other)));
                    all = joined.take(WAYS_MAX + 1).collect();
                }
                all
            }
            Shape::Or(parts) => {
                let mut any = Vec::new();
                for part in parts {
                    any.extend(self.ways(part)?);
                }
                any
            }
            Shape::Curve(_) | Shape::Opaque(_) => return None,
        };
        (found.len() <= WAYS_MAX).then_some(found)
    }

    fn along(&self, way: &Way, rule: usize) -> Option<Model> {
        let mut choices = self.choices.clone();
        let mut seeds = BTreeSet::new();
        for (&variable, &member) in &way.choices {
            if choices[variable as usize] != member {
                choices[variable as usize] = member;
                seeds.insert(variable);
            }
        }
        let rows = way.rows.iter().flat_map(|row| &row.terms);
        let mut moving: BTreeSet<u32> = rows.map(|(variable, _)| *variable).collect();
        for _ in 0..STEPS {
            let touched = moving.iter().chain(&seeds);
            let touched: BTreeSet<usize> = touched
                .flat_map(|&variable| &self.component.readers[variable as usize])
                .copied()
                .filter(|&fact| fact != rule && self.component.facts[fact].role != Role::Claim)
                .collect();
            let mut kept: Vec<&Row> = way.rows.iter().collect();
            for fact in touched {
                let shape = &self.component.shapes[fact];
                kept.extend(self.best_part(shape, &choices)?.1);
            }
            for with_room in [true, false] {
                let point = self.solved(&kept, &moving, with_room);
                let model = point.map(|point| self.model(&choices, &point, with_room));
                if let Some(model) = model
                    && is_witness(self.component, rule, &model)
                {
                    return Some(model);
                }
            }
            let before = moving.len();
            let read = kept.iter().flat_map(|row| &row.terms);
            moving.extend(read.map(|(variable, _)| *variable));
            if moving.len() == before || moving.len() > COLUMNS_MAX {
                return None;
            }
        }
        None
    }

    /// The rows by which a shape holds best at the known point with these choices, and how well;
    /// nothing where no part can hold or one is not linear.
    fn best_part<'s>(&self, shape: &'s Shape, choices: &[u32]) -> Option<(f64, Vec<&'s Row>)> {
        match shape {
            Shape::Constant(true) => Some((f64::INFINITY, Vec::new())),
            Shape::Constant(false) | Shape::Curve(_) | Shape::Opaque(_) => None,
            Shape::Row(row) => {
                let size = row.terms.iter();
                let size = size.fold(0.0, |sum, (_, factor)| sum + (*factor as f64).abs());
                let size = if size > 0.0 { size } else { 1.0 };
                Some((row.slack(&self.reals) / size, vec![row]))
            }
            Shape::Choice {
                variable,
                member,
                is,
            } => {
                let holds = (choices[*variable as usize] == *member) == *is;
                holds.then(|| (f64::INFINITY, Vec::new()))
            }
            Shape::And(parts) => {
                let mut all = (f64::INFINITY, Vec::new());
                for part in parts {
                    let (slack, rows) = self.best_part(part, choices)?;
                    all.0 = slack.min(all.0);
                    all.1.extend(rows);
                }
                Some(all)
            }
            Shape::Or(parts) => {
                let possible = parts
                    .iter()
                    .filter_map(|part| self.best_part(part, choices));
                possible.reduce(|best, other| if other.0 > best.0 { other } else { best })
            }
        }
    }

    /// A point of the moving variables at which rows hold; with room to every row if asked for.
    fn solved(
        &self,
        rows: &[&Row],
        moving: &BTreeSet<u32>,
        with_room: bool,
    ) -> Option<BTreeMap<u32, Rational>> {
        let mut atoms = Vec::with_capacity(rows.len());
        for row in rows {
            let atom = self.atom(row, moving, with_room)?;
            match atom.polynomial.as_constant() {
                // What does not move holds or fails as it does.
                Some(value) if row.strict && !value.is_positive() => return None,
                Some(value) if value.is_negative() => return None,
                Some(_) => {}
                None => atoms.push(atom),
            }
        }
        match guessed(&atoms)? {
            Linear::Point(point) => Some(point),
            Linear::Refuted(_) | Linear::TooLarge => None,
        }
    }

    fn atom(&self, row: &Row, moving: &BTreeSet<u32>, with_room: bool) -> Option<Atom> {
        let mut constant = Rational::from(row.constant);
        let mut summands = Vec::with_capacity(row.terms.len() + 1);
        for &(variable, factor) in &row.terms {
            let factor = Rational::from(factor);
            if moving.contains(&variable) {
                summands.push(Summand {
                    coefficient: factor,
                    powers: vec![(variable, 1)],
                });
            } else if let Value::Real(value) = &self.base.values[variable as usize] {
                constant = &constant + &(&factor * value);
            }
        }
        if !constant.is_zero() {
            summands.push(Summand {
                coefficient: constant,
                powers: Vec::new(),
            });
        }
        Some(Atom {
            polynomial: Polynomial::try_from(summands).ok()?,
            strict: row.strict || with_room,
        })
    }

    /// The known point with other values of what moves: the nearest doubles, which are short,
    /// where there is room for it.
    fn model(&self, choices: &[u32], point: &BTreeMap<u32, Rational>, with_room: bool) -> Model {
        let mut model = self.base.clone();
        for (&variable, value) in point {
            let near = with_room.then(|| Rational::from_f64(value.to_f64()).ok());
            let value = near.flatten().unwrap_or_else(|| value.clone());
            model.values[variable as usize] = Value::Real(value);
        }
        for (place, variable) in self.component.variables.iter().enumerate() {
            match variable.sort {
                Sort::Real => {}
                Sort::Bool => model.values[place] = Value::Bool(choices[place] == 1),
                Sort::Enum(_) => model.values[place] = Value::Enum(choices[place]),
            }
        }
        model
    }
}

impl Way {
    /// Both; nothing where they choose differently.
    fn with(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        both.rows.extend(other.rows.iter().cloned());
        for (&variable, &member) in &other.choices {
            let known = both.choices.insert(variable, member);
            if known.is_some_and(|known| known != member) {
                return None;
            }
        }
        Some(both)
    }
}
