//! Components: facts that share variables, directly or through each other.
//!
//! In: a [`Problem`]. Out: one [`Component`] per connected part, with variables of its own, sorted
//! by name like its facts, so that the order of the files cannot matter. A variable that a given
//! fact fixes joins nothing: it is a constant in every component that reads it.

use std::collections::{BTreeMap, BTreeSet};

use super::shape::Shape;
use super::{Fact, Problem, Role};
use crate::check::query::{Formula, Query, Term, VarId, Variable, Want};
use crate::parallel::map_items;

/// Facts that share variables.
#[derive(Clone, Debug)]
pub struct Component {
    /// The variables, by name.
    pub variables: Vec<Variable>,
    /// The facts over these variables, by name.
    pub facts: Vec<Fact>,
    /// The facts in normal form.
    pub shapes: Vec<Shape>,
    /// The place of each fact in the problem.
    pub places: Vec<usize>,
    /// Per variable the facts that read it.
    pub readers: Vec<Vec<usize>>,
}

impl Component {
    /// The facts that are asked about.
    pub fn rules(&self) -> impl Iterator<Item = usize> {
        let facts = self.facts.iter().enumerate();
        facts
            .filter(|(_, fact)| fact.role != Role::Given)
            .map(|(place, _)| place)
    }

    /// The question whether all facts that count as premises hold together.
    #[must_use]
    pub fn query(&self, rlimit: u32, wall_ms: u64) -> Query {
        let facts = self.facts.iter();
        let assertions = facts.map(|fact| (fact.name.clone(), fact.formula.clone()));
        Query {
            variables: self.variables.clone(),
            assertions: assertions.collect(),
            want: Want::ModelAndCore,
            rlimit,
            wall_ms,
        }
    }

    /// Whether linear arithmetic decides every fact.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.facts.iter().all(|fact| fact.formula.is_linear())
    }

    /// The facts without `exp`, `ln` and `sqrt`, in order: what a solver may be asked about.
    #[must_use]
    pub fn plain(&self) -> Vec<usize> {
        let is_plain = |&place: &usize| !self.facts[place].formula.has_functions();
        (0..self.facts.len()).filter(is_plain).collect()
    }
}

impl Component {
    /// The facts at most so many shared variables away from a fact, in order.
    #[must_use]
    pub fn near(&self, fact: usize, hops: usize) -> Vec<usize> {
        let mut near = BTreeSet::from([fact]);
        let mut edge = vec![fact];
        for _ in 0..hops {
            let mut next = Vec::new();
            for fact in edge {
                for id in variables_of(&self.facts[fact].formula) {
                    for &reader in &self.readers[id as usize] {
                        if near.insert(reader) {
                            next.push(reader);
                        }
                    }
                }
            }
            edge = next;
        }
        near.into_iter().collect()
    }

    /// A component of some of these facts; places refer to this component.
    #[must_use]
    pub fn part(&self, places: &[usize]) -> Self {
        let read = places.iter();
        let read = read.flat_map(|&place| variables_of(&self.facts[place].formula));
        component(
            &self.variables,
            &self.facts,
            places.to_vec(),
            &read.collect(),
        )
    }
}

/// The variable that a given fact fixes.
fn fixed(fact: &Fact) -> Option<VarId> {
    if fact.role != Role::Given {
        return None;
    }
    match &fact.formula {
        Formula::Eq(Term::Real(id), Term::Rational(_)) | Formula::EnumIs(id, _) => Some(*id),
        _ => None,
    }
}

fn variables_of(formula: &Formula) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    formula.variables(&mut |id| {
        found.insert(id.0);
    });
    found
}

/// Splits a problem; components are in the order of their first fact by name. Facts without
/// variables form components of their own.
#[must_use]
pub fn components(problem: &Problem, threads: usize) -> Vec<Component> {
    let reads: Vec<BTreeSet<u32>> = problem
        .facts
        .iter()
        .map(|fact| variables_of(&fact.formula))
        .collect();
    let constants: BTreeSet<u32> = problem
        .facts
        .iter()
        .filter_map(fixed)
        .map(|id| id.0)
        .collect();
    let mut joined = Joined::new(problem.variables.len());
    for read in &reads {
        let mut varying = read.iter().filter(|id| !constants.contains(id));
        if let Some(&first) = varying.next() {
            varying.for_each(|&other| joined.join(first as usize, other as usize));
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut alone: Vec<Vec<usize>> = Vec::new();
    let mut fixing: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (place, read) in reads.iter().enumerate() {
        match read.iter().find(|id| !constants.contains(id)) {
            Some(&id) => groups
                .entry(joined.root(id as usize))
                .or_default()
                .push(place),
            None if problem.facts[place].role == Role::Given => {
                for &id in read {
                    fixing.entry(id).or_default().push(place);
                }
            }
            None => alone.push(vec![place]),
        }
    }
    let parts: Vec<(Vec<usize>, BTreeSet<u32>)> = groups
        .into_values()
        .chain(alone)
        .map(|mut places| {
            let read: BTreeSet<u32> = places
                .iter()
                .flat_map(|&place| reads[place].clone())
                .collect();
            let given = read.iter().filter_map(|id| fixing.get(id)).flatten();
            places.extend(given.copied().collect::<BTreeSet<usize>>());
            (places, read)
        })
        .collect();
    let build = |place: usize| {
        let (places, read) = &parts[place];
        component(&problem.variables, &problem.facts, places.clone(), read)
    };
    let count = u64::try_from(parts.len()).unwrap_or(u64::MAX);
    let built = map_items(count, threads, |place| {
        build(usize::try_from(place).unwrap_or(0))
    });
    // Without threads the work is done here.
    let mut found = built.unwrap_or_else(|_| (0..parts.len()).map(build).collect());
    found.sort_by(|a, b| {
        let first = |component: &Component| component.facts.first().map(|fact| fact.name.clone());
        first(a).cmp(&first(b))
    });
    found
}

fn component(
    variables: &[Variable],
    facts: &[Fact],
    mut places: Vec<usize>,
    read: &BTreeSet<u32>,
) -> Component {
    places.sort_by(|&a, &b| facts[a].name.cmp(&facts[b].name));
    let mut order: Vec<u32> = read.iter().copied().collect();
    let name = |id: &u32| &variables[*id as usize].name;
    order.sort_by(|a, b| name(a).cmp(name(b)));
    let numbers: BTreeMap<u32, u32> = order.iter().copied().zip(0..).collect();
    let number = |id: VarId| VarId(numbers.get(&id.0).copied().unwrap_or(u32::MAX));
    let facts: Vec<Fact> = places
        .iter()
        .map(|&place| {
            let mut fact = facts[place].clone();
            fact.formula.renumber(&number);
            fact
        })
        .collect();
    let mut readers = vec![Vec::new(); order.len()];
    for (place, fact) in facts.iter().enumerate() {
        for id in variables_of(&fact.formula) {
            readers[id as usize].push(place);
        }
    }
    let variables = order.iter().map(|&id| variables[id as usize].clone());
    Component {
        variables: variables.collect(),
        shapes: facts.iter().map(|fact| Shape::of(&fact.formula)).collect(),
        facts,
        places,
        readers,
    }
}

/// Union-find with path halving.
struct Joined {
    parents: Vec<usize>,
}

impl Joined {
    fn new(count: usize) -> Self {
        Self {
            parents: (0..count).collect(),
        }
    }

    fn root(&mut self, mut place: usize) -> usize {
        while self.parents[place] != place {
            self.parents[place] = self.parents[self.parents[place]];
            place = self.parents[place];
        }
        place
    }

    /// The smaller root stays, so that roots do not depend on the order of joining.
    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }
}
