//! Which rules follow from the others, and from which of them.
//!
//! In: named facts over shared variables. Out: per rule a [`Standing`]: implied by a minimal set of
//! other facts, needed (with a point that only this rule forbids, evaluated exactly), or undecided.
//! Facts that share no variable are looked at apart and in parallel; bounds settle about a third,
//! points nearly all of the rest, from rays or from a programme of the variables around a rule.
//! What is left is refuted by ourselves, in the neighbourhood of the rule first, which is sound
//! because fewer premises imply less, and only what then is left goes to the solver. It never sees
//! `exp`, `ln`, `sqrt`: it is asked about the facts without them, and branch and prune decides what
//! then is left.

pub mod bounds;
pub mod cache;
pub mod component;
pub mod curve;
pub mod nearby;
pub mod probe;
pub mod shape;

use std::collections::BTreeSet;

use self::bounds::Bounds;
use self::cache::{Cache, Hints, digest};
use self::component::{Component, components};
use self::probe::{Probe, Probed};
use super::batch::{Batch, Trial};
use super::encode::{RLIMIT, WALL_MS};
use super::query::{Answer, Formula, Model, Query, Reason, Value, Variable, Want};
use super::refute::{Budget, Decided, Refuted, decide, decide_small, refute, restricted};
use super::solver_process::Solver;
use crate::parallel::map_items;

/// Components with more facts are asked about by neighbourhoods first.
const WHOLE_FACTS_MAX: usize = 300;

/// Questions with more facts go to the solver at once.
const OWN_FACTS_MAX: usize = 400;

/// Questions with functions and more facts stay undecided: every box costs a look at each fact.
const FUNCTION_FACTS_MAX: usize = 400;

/// With more facts, questions with functions cost no more than those about a neighbourhood.
const NEAR_FROM: usize = 40;

/// What a question about the neighbourhood of a rule with functions may cost.
const NEAR: Budget = Budget {
    leaves: 64,
    boxes: 64,
};

/// What a fact is to the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Taken for granted: a range, an assumption.
    Given,
    /// Asked about, and a premise for the others.
    Rule,
    /// Asked about, but no premise: it may fail now and then.
    Claim,
}

/// A named fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The name; no two facts share one.
    pub name: String,
    /// What it says.
    pub formula: Formula,
    /// What it is to the question.
    pub role: Role,
}

/// Facts over shared variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// The variables that the formulas number.
    pub variables: Vec<Variable>,
    /// The facts.
    pub facts: Vec<Fact>,
}

/// How it is known that a rule is implied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Exact arithmetic on bounds.
    Bounds,
    /// The solver named the core, and a certificate of our own was checked.
    Certificate,
    /// The solver said so, in the minimal core that is shown.
    Solver,
}

/// What a rule is to the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It forbids this point, and nothing else does.
    Needed {
        /// The component whose variables the point values.
        component: usize,
        /// The point.
        witness: Box<Model>,
    },
    /// It follows from these facts, none of which can be left out.
    Implied {
        /// Their places, ascending; empty when the rule always holds.
        premises: Vec<usize>,
        /// How that is known.
        method: Method,
    },
    /// The other facts contradict each other, so that anything follows.
    Contradictory,
    /// Neither is known.
    Undecided(Option<Reason>),
}

/// The answer about a problem.
#[derive(Clone, Debug, Default)]
pub struct Standings {
    /// Per fact its standing; nothing for given facts.
    pub of: Vec<Option<Standing>>,
    /// The components.
    pub components: Vec<Component>,
    /// Rules settled by bounds, by points, and asked of the solver; known ones do not count.
    pub settled: [usize; 3],
    /// Answers to keep for the next run.
    pub cache: Cache,
}

/// How to ask.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// Where questions go that nothing else settles.
    pub solver: Option<&'a Solver>,
    /// Threads for components.
    pub threads: usize,
    /// A point that may keep every premise; values in the order of the problem's variables.
    pub hint: Option<&'a Model>,
    /// Answers of an earlier run; each is examined before it counts.
    pub cache: Option<&'a Cache>,
}

/// What is known about one component so far.
struct Progress {
    /// The digest of the component.
    digest: String,
    standings: Vec<Option<Standing>>,
    base: Option<Model>,
    open: BTreeSet<usize>,
    settled: [usize; 3],
}

/// Determines the standing of every rule.
#[must_use]
pub fn standings(problem: &Problem, means: &Means<'_>) -> Standings {
    let components = components(problem, means.threads);
    let count = u64::try_from(components.len()).unwrap_or(u64::MAX);
    let hints = means.cache.map(Cache::hints).unwrap_or_default();
    let first = map_items(count, means.threads, |place| {
        let place = usize::try_from(place).unwrap_or(0);
        let hint = hint_for(problem, &components[place], means.hint);
        without_solver(&components[place], place, (means.cache, &hints), hint)
    });
    let mut progress = match first {
        Ok(progress) => progress,
        // Threads that do not start leave everything undecided, never decided.
        Err(_) => components.iter().map(undecided).collect(),
    };
    if let Some(solver) = means.solver {
        from_models(&components, &mut progress, solver, means.threads);
    }
    near_bases(&components, &mut progress, means.threads);
    for reach in [Reach::Hops(1), Reach::Hops(2), Reach::Plain, Reach::Whole] {
        ask(&components, &mut progress, reach, means);
    }
    let mut found = Standings {
        of: vec![None; problem.facts.len()],
        ..Standings::default()
    };
    for (component, progress) in components.iter().zip(progress) {
        found
            .cache
            .keep(component, progress.digest, &progress.standings);
        for rule in component.rules() {
            let standing = progress.standings[rule].clone();
            let standing = standing.unwrap_or(Standing::Undecided(None));
            found.of[component.places[rule]] = Some(in_problem(component, standing));
        }
        for (sum, part) in found.settled.iter_mut().zip(progress.settled) {
            *sum += part;
        }
    }
    found.components = components;
    found
}

/// Turns places of a component into places of the problem.
fn in_problem(component: &Component, standing: Standing) -> Standing {
    match standing {
        Standing::Implied { premises, method } => {
            let places = premises.into_iter().map(|place| component.places[place]);
            let places: BTreeSet<usize> = places.collect();
            Standing::Implied {
                premises: places.into_iter().collect(),
                method,
            }
        }
        other => other,
    }
}

/// The values of a hint in the order of a component's variables.
fn hint_for(problem: &Problem, component: &Component, hint: Option<&Model>) -> Option<Model> {
    let hint = hint?;
    let value = |variable: &Variable| -> Option<Value> {
        let place = problem
            .variables
            .iter()
            .position(|own| own.name == variable.name)?;
        hint.values.get(place).cloned()
    };
    let values = component.variables.iter().map(value);
    Some(Model {
        values: values.collect::<Option<_>>()?,
    })
}

fn undecided(component: &Component) -> Progress {
    Progress {
        digest: digest(component),
        standings: vec![None; component.facts.len()],
        base: None,
        open: component.rules().collect(),
        settled: [0; 3],
    }
}

/// Bounds of the facts that count as premises.
fn bounds_of(component: &Component) -> Bounds {
    let is_premise = |fact: usize| component.facts[fact].role != Role::Claim;
    Bounds::new(&component.shapes, is_premise)
}

/// What bounds, known answers and points say.
fn without_solver(
    component: &Component,
    number: usize,
    (cache, hints): (Option<&Cache>, &Hints<'_>),
    hint: Option<Model>,
) -> Progress {
    let mut progress = undecided(component);
    let known = cache.and_then(|cache| cache.examined(component, &progress.digest, number));
    let bounds = bounds_of(component);
    for (rule, standing) in known.unwrap_or_default() {
        progress.standings[rule] = Some(standing);
        progress.open.remove(&rule);
    }
    for rule in progress.open.clone() {
        if let Some(premises) = bounds.premises(&component.shapes, rule) {
            progress.standings[rule] = Some(Standing::Implied {
                premises: premises.into_iter().collect(),
                method: Method::Bounds,
            });
            progress.open.remove(&rule);
            progress.settled[0] += 1;
        }
    }
    for rule in progress.open.clone() {
        if let Some(witness) = hints.witness(component, rule) {
            progress.standings[rule] = Some(Standing::Needed {
                component: number,
                witness: Box::new(witness),
            });
            progress.open.remove(&rule);
        }
    }
    for rule in progress.open.clone() {
        if let Some(standing) = hints.implied(component, rule) {
            progress.standings[rule] = Some(standing);
            progress.open.remove(&rule);
        }
    }
    if progress.open.is_empty() {
        return progress;
    }
    // A point that breaks one rule alone is near to one that breaks none.
    let witness = progress.standings.iter().find_map(|one| match one {
        Some(Standing::Needed { witness, .. }) => Some(Model::clone(witness)),
        Some(Standing::Implied { .. } | Standing::Contradictory | Standing::Undecided(_))
        | None => None,
    });
    let hint = hint.or(witness);
    let probed = Probe::run(component, &bounds, hint.as_ref(), &progress.open);
    take_over(number, &mut progress, probed);
    progress
}

fn take_over(number: usize, progress: &mut Progress, probed: Probed) {
    for (rule, point) in probed.witnesses {
        progress.standings[rule] = Some(Standing::Needed {
            component: number,
            witness: Box::new(point),
        });
        progress.open.remove(&rule);
        progress.settled[1] += 1;
    }
    progress.base = probed.base;
}

/// Searches again where no point was found to start from, this time from a model of the solver.
/// The model depends on the component alone, whose facts are in the order of their names.
fn from_models(
    components: &[Component],
    progress: &mut [Progress],
    solver: &Solver,
    threads: usize,
) {
    // One open rule is asked about at once.
    let without = (0..components.len())
        .filter(|&place| progress[place].base.is_none() && progress[place].open.len() > 1);
    let asked: Vec<usize> = without.collect();
    if asked.is_empty() {
        return;
    }
    let question = |&place: &usize| {
        let component: &Component = &components[place];
        let mut query = component.query(RLIMIT, WALL_MS);
        query.want = Want::Model;
        let facts = component.facts.iter().zip(query.assertions);
        // Fewer premises: a start all the same, and a contradiction all the more.
        let premises = facts
            .filter(|(fact, (_, formula))| fact.role != Role::Claim && !formula.has_functions());
        query.assertions = premises.map(|(_, assertion)| assertion).collect();
        query
    };
    let queries: Vec<Query> = asked.iter().map(question).collect();
    let answers = solver.solve_all(&queries);
    let started: Vec<(usize, Answer)> = asked.into_iter().zip(answers).collect();
    let count = u64::try_from(started.len()).unwrap_or(u64::MAX);
    let probed = map_items(count, threads, |item| {
        let (place, answer) = &started[usize::try_from(item).unwrap_or(0)];
        let component = &components[*place];
        match answer {
            Answer::Sat(model) => {
                let open = &progress[*place].open;
                Probe::run(component, &bounds_of(component), Some(model), open)
            }
            Answer::Unsat(_) | Answer::Unknown { .. } => Probed::default(),
        }
    });
    for ((place, answer), probed) in started.iter().zip(probed.unwrap_or_default()) {
        let progress = &mut progress[*place];
        take_over(*place, progress, probed);
        if let Answer::Unsat(_) = answer {
            for rule in std::mem::take(&mut progress.open) {
                progress.standings[rule] = Some(Standing::Contradictory);
            }
        }
    }
}

/// Searches for the witnesses that no ray met with a programme for each rule.
fn near_bases(components: &[Component], progress: &mut [Progress], threads: usize) {
    let asked: Vec<(usize, usize)> = progress
        .iter()
        .enumerate()
        .filter(|(_, one)| one.base.is_some())
        .flat_map(|(place, one)| one.open.iter().map(move |&rule| (place, rule)))
        .collect();
    let count = u64::try_from(asked.len()).unwrap_or(u64::MAX);
    let found = map_items(count, threads, |item| {
        let (place, rule) = asked[usize::try_from(item).unwrap_or(0)];
        let base = progress[place].base.as_ref()?;
        nearby::witness(&components[place], base, rule)
    });
    for (&(place, rule), witness) in asked.iter().zip(found.unwrap_or_default()) {
        let Some(witness) = witness else { continue };
        let progress = &mut progress[place];
        progress.standings[rule] = Some(Standing::Needed {
            component: place,
            witness: Box::new(witness),
        });
        progress.open.remove(&rule);
        progress.settled[1] += 1;
    }
}

/// How much of a component takes part in a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Facts at most so many shared variables away; the solver is asked only in large components.
    Hops(usize),
    /// All facts without functions, where some have them.
    Plain,
    /// All of it; where functions occur, by our own methods alone.
    Whole,
}

/// A question of a component, or of a part of it.
struct Asked {
    component: usize,
    part: Component,
    /// The rules asked about, in the component and in the part.
    rules: Vec<(usize, usize)>,
    /// Whether the solver may be asked.
    by_solver: bool,
    /// What questions with functions may cost.
    boxes: Budget,
}

fn ask(components: &[Component], progress: &mut [Progress], reach: Reach, means: &Means<'_>) {
    let mut asked: Vec<Asked> = Vec::new();
    for (number, component) in components.iter().enumerate() {
        let open = progress[number].open.iter().copied();
        let is_large = component.facts.len() > WHOLE_FACTS_MAX;
        let plain = component.plain();
        let has_functions = plain.len() < component.facts.len();
        match reach {
            Reach::Plain if has_functions => {
                let inside = |rule| Some((rule, plain.iter().position(|&one| one == rule)?));
                let rules: Vec<(usize, usize)> = open.filter_map(inside).collect();
                if !rules.is_empty() {
                    asked.push(Asked {
                        component: number,
                        part: component.part(&plain),
                        rules,
                        by_solver: true,
                        boxes: NEAR,
                    });
                }
            }
            Reach::Whole => {
                let rules: Vec<(usize, usize)> = open.map(|rule| (rule, rule)).collect();
                if !rules.is_empty() {
                    asked.push(Asked {
                        component: number,
                        part: component.clone(),
                        rules,
                        by_solver: !has_functions,
                        boxes: if component.facts.len() > NEAR_FROM {
                            NEAR
                        } else {
                            Budget::default()
                        },
                    });
                }
            }
            Reach::Hops(hops) if is_large || has_functions || hops == 1 => {
                asked.extend(open.map(|rule| {
                    let places = component.near(rule, hops);
                    let inside = places.iter().position(|&place| place == rule).unwrap_or(0);
                    let part = component.part(&places);
                    Asked {
                        component: number,
                        by_solver: is_large && part.plain().len() == places.len(),
                        part,
                        rules: vec![(rule, inside)],
                        boxes: NEAR,
                    }
                }))
            }
            Reach::Hops(_) | Reach::Plain => {}
        }
    }
    let answers = put(&asked, means);
    for (asked, answers) in asked.iter().zip(answers) {
        let progress = &mut progress[asked.component];
        let component = &components[asked.component];
        for (&(rule, inside), answer) in asked.rules.iter().zip(answers) {
            let Some(answer) = answer else { continue };
            let standing = concluded(component, progress, (asked, rule, inside), answer, reach);
            if let Some(standing) = standing {
                if !matches!(standing, Standing::Undecided(_)) {
                    progress.settled[2] += 1;
                }
                progress.standings[rule] = Some(standing);
                progress.open.remove(&rule);
            }
        }
    }
}

/// Answers the questions in their order: ourselves where we can, else by the solver; nothing where
/// nobody was asked.
fn put(asked: &[Asked], means: &Means<'_>) -> Vec<Vec<Option<Answer>>> {
    let batch = |asked: &Asked| {
        let claims = 0..asked.part.facts.len();
        let claims: Vec<usize> = claims
            .filter(|&fact| asked.part.facts[fact].role == Role::Claim)
            .collect();
        let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let trial = |&(_, inside): &(usize, usize)| Trial {
            negated: vec![number(inside)],
            absent: claims
                .iter()
                .filter(|&&claim| claim != inside)
                .map(|&c| number(c))
                .collect(),
        };
        Batch {
            query: asked.part.query(RLIMIT, WALL_MS),
            trials: asked.rules.iter().map(trial).collect(),
        }
    };
    let mut batches: Vec<Batch> = asked.iter().map(batch).collect();
    let count = u64::try_from(batches.len()).unwrap_or(u64::MAX);
    let small = map_items(count, means.threads, |place| {
        let place = usize::try_from(place).unwrap_or(0);
        let (batch, asked) = (&batches[place], &asked[place]);
        if batch.query.has_functions() {
            let answers = function_answers(batch, &asked.boxes).into_iter();
            answers.map(Some).collect()
        } else {
            small_answers(batch)
        }
    });
    let none = |batch: &Batch| vec![None; batch.trials.len()];
    let mut answers = small.unwrap_or_else(|_| batches.iter().map(none).collect());
    let is_open = |place: &usize| answers[*place].contains(&None) && asked[*place].by_solver;
    let open: Vec<usize> = (0..batches.len()).filter(is_open).collect();
    if let Some(solver) = means.solver {
        for &place in &open {
            let mut known = answers[place].iter();
            batches[place]
                .trials
                .retain(|_| known.next().is_some_and(Option::is_none));
        }
        let found = put_to_solver(&batches, &open, solver, means.threads);
        for (place, found) in open.into_iter().zip(found) {
            let missing = answers[place].iter_mut().filter(|own| own.is_none());
            for (own, answer) in missing.zip(found) {
                *own = Some(answer);
            }
        }
    }
    answers
}

/// What our own methods say of each trial of a batch.
fn small_answers(batch: &Batch) -> Vec<Option<Answer>> {
    let answer = |trial: &Trial| match decide_small(&batch.query_of(trial), OWN_FACTS_MAX)? {
        Decided::Satisfiable(model) => Some(Answer::Sat(model)),
        Decided::Unsatisfiable { core, .. } => Some(Answer::Unsat(core)),
        Decided::Undecided(_) => None,
    };
    batch.trials.iter().map(answer).collect()
}

/// What our own methods say of a batch with functions, about which no solver is asked.
fn function_answers(batch: &Batch, boxes: &Budget) -> Vec<Answer> {
    let answer = |trial: &Trial| {
        if batch.query.assertions.len() > FUNCTION_FACTS_MAX {
            let reason = Reason::TooLarge;
            return Answer::Unknown { reason };
        }
        match decide(&batch.query_of(trial), None, boxes) {
            Decided::Satisfiable(model) => Answer::Sat(model),
            Decided::Unsatisfiable { core, .. } => Answer::Unsat(core),
            Decided::Undecided(reason) => Answer::Unknown { reason },
        }
    };
    batch.trials.iter().map(answer).collect()
}

/// Puts batches in one group per thread; answers in the order of `open`.
fn put_to_solver(
    batches: &[Batch],
    open: &[usize],
    solver: &Solver,
    threads: usize,
) -> Vec<Vec<Answer>> {
    let groups = threads.clamp(1, open.len().max(1));
    let of_group = |group: usize| open.iter().skip(group).step_by(groups);
    let batch = |place: &usize| batches[*place].clone();
    let count = u64::try_from(groups).unwrap_or(1);
    let answers = map_items(count, threads, |group| {
        let group = usize::try_from(group).unwrap_or(0);
        solver.run_batches(of_group(group).map(batch).collect())
    });
    let Ok(answers) = answers else {
        return vec![Vec::new(); open.len()];
    };
    let mut answers: Vec<_> = answers.into_iter().map(Vec::into_iter).collect();
    (0..open.len())
        .map(|place| answers[place % groups].next().unwrap_or_default())
        .collect()
}

fn concluded(
    component: &Component,
    progress: &Progress,
    (asked, rule, inside): (&Asked, usize, usize),
    answer: Answer,
    reach: Reach,
) -> Option<Standing> {
    match answer {
        Answer::Unsat(core) => {
            let own = &asked.part.facts[inside].name;
            if !core.contains(own) {
                return Some(Standing::Contradictory);
            }
            let premises = core
                .iter()
                .filter(|name| *name != own)
                .filter_map(|name| component.facts.iter().position(|fact| fact.name == *name));
            let premises: BTreeSet<usize> = premises.collect();
            let question = broken(&asked.part, inside, &core);
            let method = match refute(&question, &Budget::default()) {
                Refuted::Certified(_) => Method::Certificate,
                Refuted::TooLarge | Refuted::Open(_) => Method::Solver,
                // The core has a model: believe nobody.
                Refuted::Model(_) => return Some(Standing::Undecided(Some(Reason::Garbled))),
            };
            Some(Standing::Implied {
                premises: premises.into_iter().collect(),
                method,
            })
        }
        Answer::Sat(model) => {
            let whole = match reach {
                Reach::Whole => Some(model),
                Reach::Hops(_) | Reach::Plain => extended(component, progress, asked, rule, &model),
            };
            whole.map(|witness| Standing::Needed {
                component: asked.component,
                witness: Box::new(witness),
            })
        }
        Answer::Unknown { reason } => {
            (reach == Reach::Whole).then_some(Standing::Undecided(Some(reason)))
        }
    }
}

/// "The facts with these names hold and the rule fails", over the variables they read.
fn broken(part: &Component, rule: usize, names: &[String]) -> Query {
    let wanted: BTreeSet<&String> = names.iter().collect();
    let own = &part.facts[rule];
    let premises = part.facts.iter();
    let premises = premises.filter(|fact| wanted.contains(&fact.name) && fact.name != own.name);
    let mut assertions: Vec<(String, Formula)> = premises
        .map(|fact| (fact.name.clone(), fact.formula.clone()))
        .collect();
    let fails = Formula::Not(Box::new(own.formula.clone()));
    assertions.push((own.name.clone(), fails));
    let names: Vec<String> = assertions.iter().map(|(name, _)| name.clone()).collect();
    let query = Query {
        variables: part.variables.clone(),
        assertions,
        want: Want::ModelAndCore,
        rlimit: RLIMIT,
        wall_ms: WALL_MS,
    };
    restricted(&query, &names)
}

/// The model of a part, completed by the base point, if only the rule fails there.
fn extended(
    component: &Component,
    progress: &Progress,
    asked: &Asked,
    rule: usize,
    model: &Model,
) -> Option<Model> {
    let mut whole = progress.base.clone()?;
    let mut changed = BTreeSet::new();
    for (variable, value) in asked.part.variables.iter().zip(&model.values) {
        let place = component
            .variables
            .binary_search_by(|own| own.name.cmp(&variable.name))
            .ok()?;
        whole.values[place] = value.clone();
        changed.extend(component.readers[place].iter().copied());
    }
    let only_rule = changed.into_iter().all(|fact| {
        let known = &component.facts[fact];
        let is_free = known.role == Role::Claim && fact != rule;
        is_free || known.formula.evaluate(&whole) == Some(fact != rule)
    });
    only_rule.then_some(whole)
}
