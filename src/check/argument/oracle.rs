//! Questions of an argument, each put once.
//!
//! In: named facts over the variables of a graph. Out: a [`Decided`] with certificate or exact
//! model, remembered by its text: most questions of a changed argument are those of the old one.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::graph::Graph;
use crate::check::encode::{RLIMIT, WALL_MS};
use crate::check::query::{Formula, Query, Want};
use crate::check::refute::{Budget, Decided, decide};
use crate::check::solver_process::Solver;

/// A named fact.
pub type Fact = (String, Formula);

/// Decides questions, perhaps with a solver, and remembers the answers.
pub struct Oracle<'a> {
    solver: Option<&'a Solver>,
    budget: Budget,
    known: BTreeMap<String, Decided>,
    /// How many questions were put that were not remembered.
    pub asked: usize,
}

impl<'a> Oracle<'a> {
    /// Starts without memory. Without a solver our own methods decide alone.
    #[must_use]
    pub fn new(solver: Option<&'a Solver>) -> Self {
        Self {
            solver,
            budget: Budget::default(),
            known: BTreeMap::new(),
            asked: 0,
        }
    }

    /// Decides whether facts can hold together; graphs asked about must share their variables.
    pub fn decide(&mut self, graph: &Graph, facts: &[Fact]) -> Decided {
        let query = query(graph, facts);
        let mut key = String::new();
        for (name, formula) in &query.assertions {
            // Writing to a string cannot fail.
            let _ = writeln!(key, "{name}\t{}", formula.to_postfix());
        }
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        self.asked += 1;
        let decided = decide(&query, self.solver, &self.budget);
        self.known.insert(key, decided.clone());
        decided
    }

    /// Forgets everything: the next graph has other variables.
    pub fn forget(&mut self) {
        self.known.clear();
    }
}

/// The facts as a question.
#[must_use]
pub fn query(graph: &Graph, facts: &[Fact]) -> Query {
    let mut query = Query {
        variables: graph.variables.clone(),
        assertions: facts.to_vec(),
        want: Want::ModelAndCore,
        rlimit: RLIMIT,
        wall_ms: WALL_MS,
    };
    query.sort();
    query
}

/// The negation of a formula.
#[must_use]
pub fn not(formula: &Formula) -> Formula {
    Formula::Not(Box::new(formula.clone()))
}
