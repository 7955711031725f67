//! Many questions about one set of assertions: which may be left out, which may be broken.
//!
//! In: a [`Query`] stated once, and [`Trial`]s that leave assertions out or ask for their negation.
//! Out: one [`Answer`] per trial. One solver keeps the assertions and takes each trial as
//! assumptions, which is several times cheaper than to start again. What comes back is believed as
//! far as any other answer: a model is evaluated exactly, a core must name assertions that were
//! there. A trial is also a query of its own ([`Batch::query_of`]), so it can be exported.

use serde::{Deserialize, Serialize};

use super::query::{Answer, Formula, Model, Query, Reason};

/// A question about the assertions of a [`Batch`]; places refer to the order of the query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// Assertions that must fail.
    pub negated: Vec<u32>,
    /// Assertions that do not take part.
    pub absent: Vec<u32>,
}

/// What an assertion is to a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It must hold.
    Holds,
    /// It must fail.
    Fails,
    /// It does not take part.
    Absent,
}

/// Assertions stated once and the questions about them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Variables, assertions, what is wanted, the budget of each trial.
    pub query: Query,
    /// The questions.
    pub trials: Vec<Trial>,
}

impl Batch {
    /// Returns what each assertion is to a trial; places beyond the assertions do not count.
    #[must_use]
    pub fn parts(&self, trial: &Trial) -> Vec<Part> {
        let mut parts = vec![Part::Holds; self.query.assertions.len()];
        let marks = [(&trial.absent, Part::Absent), (&trial.negated, Part::Fails)];
        for (places, mark) in marks {
            for &place in places {
                if let Some(part) = parts.get_mut(place as usize) {
                    *part = mark;
                }
            }
        }
        parts
    }

    /// Returns a trial as a query of its own; a negated assertion keeps its name.
    #[must_use]
    pub fn query_of(&self, trial: &Trial) -> Query {
        let stated = self.query.assertions.iter().zip(self.parts(trial));
        let stated = stated.filter_map(|((name, formula), part)| {
            let formula = match part {
                Part::Absent => return None,
                Part::Holds => formula.clone(),
                Part::Fails => Formula::Not(Box::new(formula.clone())),
            };
            Some((name.clone(), formula))
        });
        Query {
            assertions: stated.collect(),
            ..self.query.clone()
        }
    }

    /// Accepts only what can be checked: a model that holds exactly, a core of assertions that
    /// took part in the trial.
    #[must_use]
    pub fn believed(&self, trial: &Trial, answer: Answer) -> Answer {
        let unknown = |reason| Answer::Unknown { reason };
        let parts = self.parts(trial);
        match answer {
            Answer::Sat(model) if model.values.len() != self.query.variables.len() => {
                unknown(Reason::Garbled)
            }
            Answer::Sat(model) => match self.refutation(&parts, &model) {
                None => Answer::Sat(model),
                Some(reason) => unknown(reason),
            },
            Answer::Unsat(core) => {
                let took_part = |name: &String| {
                    let place = self
                        .query
                        .assertions
                        .iter()
                        .position(|(own, _)| own == name);
                    place.is_some_and(|place| parts[place] != Part::Absent)
                };
                if core.iter().all(took_part) {
                    Answer::Unsat(core)
                } else {
                    unknown(Reason::Garbled)
                }
            }
            Answer::Unknown { reason } => unknown(reason),
        }
    }

    /// Returns why a model is none of the trial's.
    fn refutation(&self, parts: &[Part], model: &Model) -> Option<Reason> {
        let mut undefined = None;
        for ((name, formula), part) in self.query.assertions.iter().zip(parts) {
            let wanted = match part {
                Part::Absent => continue,
                Part::Holds => true,
                Part::Fails => false,
            };
            match formula.evaluate(model) {
                Some(value) if value == wanted => {}
                Some(_) => {
                    let assertion = name.clone();
                    return Some(Reason::ModelRefuted { assertion });
                }
                None => undefined = Some(Reason::DivisionByZero),
            }
        }
        undefined
    }
}
