//! The model that is shown: one and the same for a query, whatever the solver happened to find.
//!
//! In: a satisfiable query and, per real variable, where its value should lie. Out: the model whose
//! variables, one after the other, take the first candidate that still fits, else the grid point
//! nearest to the first candidate (found by bisecting the distance, which is monotone: a wider
//! interval allows more), the lower one of two at the same distance. Booleans prefer false and
//! enumerations their first enumerator, in name order. Every step is a query of its own, so the
//! number of queries is bounded by `2 + candidates + log2(steps)` and at most 18 more per variable.

use super::query::{Answer, Formula, Model, Query, Sort, Term, VarId};
use crate::rational::Rational;
use serde::{Deserialize, Serialize};

/// How often the grid is made ten times finer when no grid point fits.
const REFINEMENTS: u32 = 3;

/// Where the value of a real variable should lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preference {
    /// The variable.
    pub variable: VarId,
    /// Values to try in order, for instance nominal, lower and upper end of the tolerance; the
    /// first is the centre from which distance is measured.
    pub candidates: Vec<Rational>,
    /// The step in which the plant sets the value.
    pub step: Rational,
    /// How many steps from the centre a value may lie.
    pub steps_max: u32,
}

/// Returns the canonical model of a query, or the answer that says why there is none.
pub fn canonical_model(
    query: &Query,
    preferences: &[Preference],
    ask: &dyn Fn(&Query) -> Answer,
) -> Answer {
    let model = match ask(query) {
        Answer::Sat(model) => model,
        other => return other,
    };
    let mut search = Search {
        query: query.clone(),
        best: model,
        ask,
    };
    for preference in preferences {
        search.settle_real(preference);
    }
    for place in query.declaration_order() {
        let variable = VarId(u32::try_from(place).unwrap_or(u32::MAX));
        match &query.variables[place].sort {
            Sort::Real => {}
            Sort::Bool => search.settle_bool(variable),
            Sort::Enum(names) => search.settle_enum(variable, names.len()),
        }
    }
    Answer::Sat(search.best)
}

struct Search<'a> {
    query: Query,
    best: Model,
    ask: &'a dyn Fn(&Query) -> Answer,
}

impl Search<'_> {
    /// Asks with one more assertion; keeps the model when there is one.
    fn fits(&mut self, extra: &Formula) -> bool {
        if extra.evaluate(&self.best) == Some(true) {
            return true;
        }
        let mut query = self.query.clone();
        query
            .assertions
            .push(("canonical trial".to_owned(), extra.clone()));
        match (self.ask)(&query) {
            Answer::Sat(model) => {
                self.best = model;
                true
            }
            Answer::Unsat(_) | Answer::Unknown { .. } => false,
        }
    }

    fn fix(&mut self, variable: VarId, value: Formula) {
        let name = format!("canonical {}", variable.0);
        self.query.assertions.push((name, value));
    }

    fn settle_real(&mut self, preference: &Preference) {
        let variable = preference.variable;
        let grid_point = self.nearest(preference);
        // Without a fitting grid point the value of the last model stands.
        let value = grid_point.or_else(|| self.best.real(variable).cloned());
        if let Some(value) = value {
            self.fix(variable, equals(variable, &value));
        }
    }

    fn nearest(&mut self, preference: &Preference) -> Option<Rational> {
        let variable = preference.variable;
        for candidate in &preference.candidates {
            if self.fits(&equals(variable, candidate)) {
                return Some(candidate.clone());
            }
        }
        let centre = preference.candidates.first()?;
        let mut step = preference.step.clone();
        let (mut below, mut within) = (0_i64, i64::from(preference.steps_max));
        if !step.is_positive() || !self.fits(&at_most(variable, centre, &steps(within, &step))) {
            return None;
        }
        for _ in 0..=REFINEMENTS {
            while within - below > 1 {
                let middle = below + (within - below) / 2;
                if self.fits(&at_most(variable, centre, &steps(middle, &step))) {
                    within = middle;
                } else {
                    below = middle;
                }
            }
            let reach = steps(within, &step);
            for point in [centre - &reach, centre + &reach] {
                if self.fits(&equals(variable, &point)) {
                    return Some(point);
                }
            }
            step = step.checked_div(&Rational::from(10))?;
            below *= 10;
            within *= 10;
        }
        None
    }

    fn settle_bool(&mut self, variable: VarId) {
        let positive = Formula::Bool(variable);
        let negative = Formula::Not(Box::new(positive.clone()));
        let chosen = if self.fits(&negative) {
            negative
        } else {
            positive
        };
        self.fix(variable, chosen);
    }

    fn settle_enum(&mut self, variable: VarId, count: usize) {
        for enumerator in 0..u32::try_from(count).unwrap_or(u32::MAX) {
            let chosen = Formula::EnumIs(variable, enumerator);
            if self.fits(&chosen) {
                self.fix(variable, chosen);
                return;
            }
        }
    }
}

fn steps(count: i64, step: &Rational) -> Rational {
    &Rational::from(count) * step
}

fn equals(variable: VarId, value: &Rational) -> Formula {
    Formula::Eq(Term::Real(variable), Term::Rational(value.clone()))
}

/// The distance of the variable from the centre is at most `reach`.
fn at_most(variable: VarId, centre: &Rational, reach: &Rational) -> Formula {
    Formula::And(vec![
        Formula::Le(Term::Rational(centre - reach), Term::Real(variable)),
        Formula::Le(Term::Real(variable), Term::Rational(centre + reach)),
    ])
}
