//! All minimal conflicts and all minimal corrections of facts that contradict each other.
//!
//! In: a query whose assertions are hard, or soft by name. Out: minimal sets of soft assertions
//! that contradict the hard ones, minimal sets whose removal resolves every contradiction, and
//! whether these are all. Method: MARCO (M. Liffiton, A. Previti, A. Malik, J. Marques-Silva,
//! Constraints 21, 2016): a map of the sets not yet explained gives the next one; it grows to a
//! largest set that fits, or shrinks to a conflict. Every question is decided by exact methods of
//! our own where they suffice, else by the solver; what is not decided ends the list honestly.

use std::collections::BTreeSet;

use super::query::{Model, Query, Reason, Want};
use super::refute::{Budget, Decided, decide};
use super::solver_process::Solver;

/// Questions of one enumeration.
const QUESTIONS_MAX: usize = 600;

/// Decisions of one search in the map.
const MAP_STEPS_MAX: usize = 200_000;

/// A set of soft assertions, by their place in the query.
pub type Set = BTreeSet<usize>;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflicts {
    /// Minimal sets that contradict the hard assertions, smallest first.
    pub conflicts: Vec<Set>,
    /// Minimal sets whose removal leaves no contradiction, smallest first.
    pub corrections: Vec<Set>,
    /// Whether more may exist: a limit was reached, or a question stayed open.
    pub more: bool,
    /// Why a question stayed open, for the first one.
    pub open: Option<Reason>,
}

/// Enumerates until `most` of each kind are known.
#[must_use]
pub fn conflicts(query: &Query, soft: &Set, most: usize, solver: Option<&Solver>) -> Conflicts {
    let mut search = Search {
        query,
        soft,
        solver,
        questions: QUESTIONS_MAX,
        map: Map {
            soft: soft.iter().copied().collect(),
            ..Map::default()
        },
        found: Conflicts::default(),
    };
    let is_complete = search.run(most);
    let mut found = search.found;
    found.more = !is_complete;
    for sets in [&mut found.conflicts, &mut found.corrections] {
        sets.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    }
    found
}

struct Search<'a> {
    query: &'a Query,
    soft: &'a Set,
    solver: Option<&'a Solver>,
    questions: usize,
    map: Map,
    found: Conflicts,
}

enum Fits {
    Yes(Model),
    /// The soft assertions that take part.
    No(Set),
}

impl Search<'_> {
    /// Returns whether everything was enumerated.
    fn run(&mut self, most: usize) -> bool {
        loop {
            let seed = match self.map.next() {
                Next::Set(seed) => seed,
                Next::Nothing => return true,
                Next::TooMany => return false,
            };
            let is_full = |sets: &Vec<Set>| sets.len() >= most;
            let grown = match self.fits(&seed) {
                Some(Fits::Yes(model)) => self.grown(seed, &model).map(|largest| {
                    let rest: Set = self.soft.difference(&largest).copied().collect();
                    self.map.needed.push(rest.clone());
                    self.found.corrections.push(rest);
                }),
                Some(Fits::No(core)) => self.shrunk(core).map(|conflict| {
                    self.map.forbidden.push(conflict.clone());
                    self.found.conflicts.push(conflict);
                }),
                None => None,
            };
            if grown.is_none() {
                return false;
            }
            if is_full(&self.found.conflicts) || is_full(&self.found.corrections) {
                return matches!(self.map.next(), Next::Nothing);
            }
        }
    }

    /// Decides the hard assertions with some soft ones; nothing when it stays open.
    fn fits(&mut self, chosen: &Set) -> Option<Fits> {
        self.questions = self.questions.checked_sub(1)?;
        let assertions = self.query.assertions.iter().enumerate();
        let assertions = assertions
            .filter(|(place, _)| !self.soft.contains(place) || chosen.contains(place))
            .map(|(_, assertion)| assertion.clone());
        let asked = Query {
            assertions: assertions.collect(),
            want: Want::ModelAndCore,
            ..self.query.clone()
        };
        match decide(&asked, self.solver, &Budget::default()) {
            Decided::Satisfiable(model) => Some(Fits::Yes(model)),
            Decided::Unsatisfiable { core, .. } => {
                let named = self.query.assertions.iter().enumerate();
                let named = named.filter(|(_, (name, _))| core.contains(name));
                let places = named.map(|(place, _)| place);
                Some(Fits::No(places.filter(|p| self.soft.contains(p)).collect()))
            }
            Decided::Undecided(reason) => {
                self.found.open.get_or_insert(reason);
                None
            }
        }
    }

    /// A largest set that fits: what the model keeps for free, then one after the other.
    fn grown(&mut self, seed: Set, model: &Model) -> Option<Set> {
        let kept = |model: &Model| -> Set {
            let holds =
                |place: &&usize| self.query.assertions[**place].1.evaluate(model) == Some(true);
            self.soft.iter().filter(holds).copied().collect()
        };
        let mut largest: Set = kept(model);
        largest.extend(seed);
        for place in self.soft.clone() {
            if largest.contains(&place) {
                continue;
            }
            let mut wider = largest.clone();
            wider.insert(place);
            if let Fits::Yes(model) = self.fits(&wider)? {
                largest = wider;
                let holds = |place: &&usize| {
                    self.query.assertions[**place].1.evaluate(&model) == Some(true)
                };
                largest.extend(self.soft.iter().filter(holds));
            }
        }
        Some(largest)
    }

    /// A conflict of which nothing can be left out, all hard assertions kept.
    fn shrunk(&mut self, core: Set) -> Option<Set> {
        let mut conflict = core.clone();
        for place in core {
            if !conflict.contains(&place) {
                continue;
            }
            let mut smaller = conflict.clone();
            smaller.remove(&place);
            if let Fits::No(core) = self.fits(&smaller)? {
                conflict = core;
            }
        }
        Some(conflict)
    }
}

/// The sets that are not explained yet: those that hold no known conflict and miss something of
/// each known correction.
#[derive(Default)]
struct Map {
    soft: Vec<usize>,
    /// Conflicts: not all of it.
    forbidden: Vec<Set>,
    /// Corrections: at least one of it.
    needed: Vec<Set>,
}

enum Next {
    Set(Set),
    Nothing,
    TooMany,
}

impl Map {
    /// A set not explained yet, large ones first.
    fn next(&self) -> Next {
        let mut steps = MAP_STEPS_MAX;
        let mut chosen: Vec<Option<bool>> = vec![None; self.soft.len()];
        match self.search(0, &mut chosen, &mut steps) {
            Some(true) => {
                let taken = self.soft.iter().zip(&chosen);
                let taken = taken.filter(|(_, taken)| **taken != Some(false));
                Next::Set(taken.map(|(&place, _)| place).collect())
            }
            Some(false) => Next::Nothing,
            None => Next::TooMany,
        }
    }

    /// Whether a choice up to `at` can be completed; nothing when the steps run out.
    fn search(&self, at: usize, chosen: &mut Vec<Option<bool>>, steps: &mut usize) -> Option<bool> {
        *steps = steps.checked_sub(1)?;
        if self.is_lost(chosen) {
            return Some(false);
        }
        if at == self.soft.len() {
            return Some(true);
        }
        for value in [true, false] {
            chosen[at] = Some(value);
            if self.search(at + 1, chosen, steps)? {
                return Some(true);
            }
        }
        chosen[at] = None;
        Some(false)
    }

    fn is_lost(&self, chosen: &[Option<bool>]) -> bool {
        let all = |set: &Set, value: bool| {
            set.iter().all(|place| {
                let at = self.soft.binary_search(place);
                at.is_ok_and(|at| chosen[at] == Some(value))
            })
        };
        self.forbidden.iter().any(|set| all(set, true))
            || self.needed.iter().any(|set| all(set, false))
    }
}
