//! Answers of our own: a model evaluated exactly, or a certificate that the checker accepted.
//!
//! In: a [`Query`]. Out: [`Refuted`] by our own methods alone, or [`Decided`] with the solver as
//! a help for verdict and core, whose `unsat` is then refuted again by ourselves. No certificate
//! leaves this file that the checker has not replayed.

pub mod compile;
mod core;
pub mod node;
pub mod search;
pub mod tree;

use self::compile::claim_of;
use self::core::minimal;
use self::node::Node;
use self::search::{Search, Stop};
use self::tree::{Needs, adds, steps_of};
use super::canonical_model::{Preference, canonical_model};
use super::query::{Answer, Model, OpenBox, Query, Reason};
use super::solver_process::{Solver, Task};
use crate::certificate::contradiction::{Certificate, Claim, check};

pub use self::core::{restricted, variables_of};

/// Boxes that a reason shows.
const SHOWN_BOXES: usize = 4;

/// Questions with more assertions are put to the solver first, which finds the few that matter.
pub const OWN_ASSERTIONS_MAX: usize = 40;

/// The same for questions with products.
const OWN_NONLINEAR_MAX: usize = 12;

/// Questions with more assertions are not taken up again after the solver gave up.
const AGAIN_ASSERTIONS_MAX: usize = 400;

/// What a search may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Branches of cases.
    pub leaves: usize,
    /// Boxes of branch and prune.
    pub boxes: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            leaves: 4096,
            boxes: 4000,
        }
    }
}

/// The first try, before the solver is asked: most questions are small.
const QUICK: Budget = Budget {
    leaves: 64,
    boxes: 16,
};

/// What one step towards a preferred model may cost.
const TRIAL: Budget = Budget {
    leaves: 64,
    boxes: 64,
};

/// What our own methods find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refuted {
    /// A contradiction; the checker accepted it.
    Certified(Box<Certificate>),
    /// No contradiction: all assertions hold here.
    Model(Model),
    /// The budget is used up.
    TooLarge,
    /// Neither was found; a few of the boxes that are left.
    Open(Vec<OpenBox>),
}

/// A decided question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// All assertions hold here, evaluated exactly.
    Satisfiable(Model),
    /// The assertions of the core contradict each other.
    Unsatisfiable {
        /// Names, sorted; none can be left out as far as the budget shows.
        core: Vec<String>,
        /// Why; of the claim made from [`restricted`] to the core. Nothing where the verdict rests
        /// on the solver.
        certificate: Option<Box<Certificate>>,
    },
    /// Undecided.
    Undecided(Reason),
}

/// Decides a query by our own methods, without any solver.
#[must_use]
pub fn refute(query: &Query, budget: &Budget) -> Refuted {
    let mut query = query.clone();
    query.sort();
    match attempt(&query, budget) {
        Attempt::Contradiction { claim, tree, .. } => {
            certified(claim, &tree).map_or(Refuted::TooLarge, Refuted::Certified)
        }
        Attempt::Stopped(Stop::Model(model)) => Refuted::Model(model),
        Attempt::Stopped(Stop::TooLarge) => Refuted::TooLarge,
        Attempt::Stopped(Stop::Open(boxes)) => Refuted::Open(boxes),
    }
}

enum Attempt {
    Contradiction {
        claim: Claim,
        tree: tree::Tree,
        needs: Needs,
    },
    Stopped(Stop),
}

fn attempt(query: &Query, budget: &Budget) -> Attempt {
    if query.validate().is_err() {
        return Attempt::Stopped(Stop::Open(Vec::new()));
    }
    let Some(claim) = claim_of(query) else {
        return Attempt::Stopped(Stop::TooLarge);
    };
    match Search::new(query, &claim, budget).run() {
        Ok(refuted) => Attempt::Contradiction {
            claim,
            tree: refuted.tree,
            needs: refuted.needs,
        },
        Err(stop) => Attempt::Stopped(stop),
    }
}

/// Closes a certificate; nothing unless the checker accepts it.
fn certified(claim: Claim, tree: &tree::Tree) -> Option<Box<Certificate>> {
    let refutation = steps_of(tree, &Node::root(&claim).state)?;
    let certificate = Certificate { claim, refutation };
    let accepted = check(&certificate, &certificate.claim);
    accepted.is_ok().then(|| Box::new(certificate))
}

/// The names of the assertions that a refutation uses.
fn used_names(claim: &Claim, needs: &Needs) -> Vec<String> {
    let is_used = |says| {
        let mut added = Needs::new();
        adds(says, &mut added);
        !added.is_disjoint(needs)
    };
    let facts = claim.facts.iter();
    let used = facts.filter(|fact| is_used(&fact.says));
    used.map(|fact| fact.name.clone()).collect()
}

/// Decides a query: our own quick methods, else the solver for verdict and core and our own
/// refutation of the core, else branch and prune with the whole budget.
#[must_use]
pub fn decide(query: &Query, solver: Option<&Solver>, budget: &Budget) -> Decided {
    let canonical = None;
    let query = query.clone();
    let mut found = decide_all(&[Task { query, canonical }], solver, budget);
    found.pop().map_or_else(
        || Decided::Undecided(Reason::Crashed),
        |found| found.decided,
    )
}

/// A decided question and who decided it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The answer.
    pub decided: Decided,
    /// Whether the point, or the contradiction, is the solver's and not our own.
    pub is_solvers: bool,
    /// Whether the solver was asked.
    pub was_asked: bool,
}

/// Decides many questions; what our own quick methods leave goes to the solver in one batch.
///
/// A task with preferences gets the model that they name: from the solver where it is asked, else
/// from our own methods, which may miss a preferred value and never show a wrong one.
#[must_use]
pub fn decide_all(tasks: &[Task], solver: Option<&Solver>, budget: &Budget) -> Vec<Found> {
    let first = |task| first_try(task, solver.is_some());
    let mut tried: Vec<Tried> = tasks.iter().map(first).collect();
    let Some(solver) = solver else {
        let own = tried.into_iter();
        return own.map(|one| finished(one, None, budget)).collect();
    };
    let is_asked = |one: &Tried| one.decided.is_none() && !one.task.query.has_functions();
    let asked: Vec<Task> = tried
        .iter()
        .filter(|one| is_asked(one))
        .map(|one| Task {
            query: with_core(&one.task.query),
            canonical: one.task.canonical.clone(),
        })
        .collect();
    let mut answers = if asked.is_empty() {
        Vec::new().into_iter()
    } else {
        solver.run(&asked).into_iter()
    };
    let finish = |one: Tried| {
        let answer = is_asked(&one).then(|| answers.next()).flatten();
        finished(one, answer, budget)
    };
    tried.drain(..).map(finish).collect()
}

/// A question after our own first try.
struct Tried {
    task: Task,
    decided: Option<Decided>,
    /// A model that is known although a preferred one is wanted.
    model: Option<Model>,
}

fn first_try(task: &Task, has_solver: bool) -> Tried {
    let mut tried = Tried {
        task: task.clone(),
        decided: None,
        model: None,
    };
    if let Err(error) = task.query.validate() {
        tried.decided = Some(Decided::Undecided(Reason::Malformed { error }));
        return tried;
    }
    tried.task.query.sort();
    // Where products take part, many facts cost us more than a start of the solver.
    let query = &tried.task.query;
    let most = if has_solver && !query.is_linear() && !query.has_functions() {
        OWN_NONLINEAR_MAX
    } else {
        OWN_ASSERTIONS_MAX
    };
    if query.assertions.len() > most {
        return tried;
    }
    match decided_alone(&tried.task.query, &QUICK) {
        Some(Decided::Satisfiable(model)) if task.canonical.is_some() => tried.model = Some(model),
        decided => tried.decided = decided,
    }
    tried
}

fn finished(tried: Tried, answer: Option<Answer>, budget: &Budget) -> Found {
    let was_asked = answer.is_some();
    let own = |decided| Found {
        decided,
        is_solvers: false,
        was_asked,
    };
    if let Some(decided) = tried.decided {
        return own(decided);
    }
    let Task { query, canonical } = tried.task;
    let reason = match answer {
        None => None,
        Some(Answer::Sat(model)) => {
            return Found {
                decided: Decided::Satisfiable(model),
                is_solvers: true,
                was_asked,
            };
        }
        // A model of our own, evaluated exactly, is worth more than the solver's word.
        Some(Answer::Unsat(core)) if tried.model.is_none() => {
            let decided = refuted_core(&query, core, budget);
            let is_solvers = matches!(
                &decided,
                Decided::Unsatisfiable {
                    certificate: None,
                    ..
                }
            );
            return Found {
                decided,
                is_solvers,
                was_asked,
            };
        }
        Some(Answer::Unsat(_)) => Some(Reason::Garbled),
        Some(Answer::Unknown { reason }) => Some(reason),
    };
    let preferred = |model: Model| match &canonical {
        Some(preferences) => preferred(&query, preferences, model),
        None => model,
    };
    if let Some(model) = tried.model {
        return own(Decided::Satisfiable(preferred(model)));
    }
    if let (Some(reason), true) = (&reason, query.assertions.len() > AGAIN_ASSERTIONS_MAX) {
        return own(Decided::Undecided(reason.clone()));
    }
    own(match by_boxes(&query, reason, budget) {
        Decided::Satisfiable(model) => Decided::Satisfiable(preferred(model)),
        other => other,
    })
}

/// Decides by our own methods with the whole budget.
fn by_boxes(query: &Query, reason: Option<Reason>, budget: &Budget) -> Decided {
    let boxes = match attempt(query, budget) {
        Attempt::Contradiction { claim, needs, .. } => {
            return refuted_core(query, used_names(&claim, &needs), budget);
        }
        Attempt::Stopped(Stop::Model(model)) => return Decided::Satisfiable(model),
        Attempt::Stopped(Stop::TooLarge) => {
            return Decided::Undecided(reason.unwrap_or(Reason::TooLarge));
        }
        Attempt::Stopped(Stop::Open(boxes)) => boxes,
    };
    let no_boxes = boxes.is_empty();
    let boxes = boxes.into_iter().take(SHOWN_BOXES).collect();
    Decided::Undecided(match reason {
        Some(reason) if no_boxes => reason,
        Some(_) | None => Reason::OpenBoxes { boxes },
    })
}

/// The model nearest to what is preferred, as far as our own methods see.
fn preferred(query: &Query, preferences: &[Preference], known: Model) -> Model {
    let ask = |query: &Query| match attempt(query, &TRIAL) {
        Attempt::Contradiction { .. } => Answer::Unsat(Vec::new()),
        Attempt::Stopped(Stop::Model(model)) => Answer::Sat(model),
        Attempt::Stopped(Stop::TooLarge) => Answer::Unknown {
            reason: Reason::TooLarge,
        },
        Attempt::Stopped(Stop::Open(boxes)) => Answer::Unknown {
            reason: Reason::OpenBoxes { boxes },
        },
    };
    match canonical_model(query, preferences, &ask) {
        Answer::Sat(model) if query.refutation(&model).is_none() => model,
        Answer::Sat(_) | Answer::Unsat(_) | Answer::Unknown { .. } => known,
    }
}

/// Decides a small linear query by our own quick methods; nothing where they do not.
///
/// A solver context costs more than many such questions together.
#[must_use]
pub fn decide_small(query: &Query, assertions_max: usize) -> Option<Decided> {
    let is_small = query.assertions.len() <= assertions_max;
    if !is_small || !query.is_linear() || query.validate().is_err() {
        return None;
    }
    let mut query = query.clone();
    query.sort();
    decided_alone(&query, &QUICK)
}

fn with_core(query: &Query) -> Query {
    let mut asked = query.clone();
    asked.want = super::query::Want::ModelAndCore;
    asked
}

fn decided_alone(query: &Query, budget: &Budget) -> Option<Decided> {
    match attempt(query, budget) {
        Attempt::Contradiction { claim, needs, .. } => {
            let core = minimal(query, used_names(&claim, &needs), budget);
            let certificate = match refute(&restricted(query, &core), budget) {
                Refuted::Certified(certificate) => certificate,
                Refuted::Model(_) | Refuted::TooLarge | Refuted::Open(_) => return None,
            };
            let certificate = Some(certificate);
            Some(Decided::Unsatisfiable { core, certificate })
        }
        Attempt::Stopped(Stop::Model(model)) => Some(Decided::Satisfiable(model)),
        Attempt::Stopped(Stop::TooLarge | Stop::Open(_)) => None,
    }
}

fn refuted_core(query: &Query, core: Vec<String>, budget: &Budget) -> Decided {
    match refute(&restricted(query, &core), budget) {
        Refuted::Certified(certificate) => {
            let certificate = Some(certificate);
            Decided::Unsatisfiable { core, certificate }
        }
        Refuted::TooLarge | Refuted::Open(_) => {
            let certificate = None;
            Decided::Unsatisfiable { core, certificate }
        }
        // The core has a model, evaluated exactly: the solver's word is worth nothing here.
        Refuted::Model(_) => Decided::Undecided(Reason::Garbled),
    }
}
