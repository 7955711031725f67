//! Circles: claims that rest, through others, on what says the same as themselves.
//!
//! In: a graph. Out: [`Circles`]: claims that say the same (by the normal form of their rows, else
//! by deciding both directions within the ranges of the signals), then per strongly connected
//! component of the joined graph its shortest circle, or an order in which every claim comes after
//! its premises, which [`check_order`] verifies in one pass. Claims that the ranges alone decide
//! are joined only by their normal form: else all trivial claims would say the same.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::graph::{Graph, Kind};
use super::oracle::{Fact, Oracle, not, query};
use crate::certificate::contradiction::Condition;
use crate::certificate::{Atom, Polynomial};
use crate::check::query::{Formula, Model};
use crate::check::refute::Decided;
use crate::check::refute::compile::claim_of;
use crate::rational::Rational;

/// One step of a circle: a claim and the premise it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// The claim.
    pub claim: usize,
    /// Its premise; the next claim is this one or says the same.
    pub premise: usize,
}

/// Circles of an argument, or a proof that there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circles {
    /// Per node the least node that says the same; a node that is no claim is its own.
    pub class: Vec<usize>,
    /// The shortest circle of each knot of claims, in the order of their least claims.
    pub cycles: Vec<Vec<Hop>>,
    /// Without circles: all nodes, each after whatever it rests on.
    pub order: Option<Vec<usize>>,
    /// Pairs of claims of which it is not decided whether they say the same.
    pub undecided: Vec<(usize, usize)>,
}

/// Finds circles.
pub fn circles(graph: &Graph, oracle: &mut Oracle<'_>) -> Circles {
    let (class, undecided) = Joining::new(graph, oracle).join();
    let mut below: BTreeMap<usize, BTreeSet<Hop>> = BTreeMap::new();
    for (claim, node) in graph.nodes.iter().enumerate() {
        let hops = below.entry(class[claim]).or_default();
        hops.extend(node.from.iter().map(|&premise| Hop { claim, premise }));
    }
    let reach: BTreeMap<usize, BTreeSet<usize>> = below
        .keys()
        .map(|&start| (start, reached(&below, &class, start)))
        .collect();
    let mut cycles = Vec::new();
    let mut seen = BTreeSet::new();
    for (&start, beyond) in &reach {
        if !beyond.contains(&start) || seen.contains(&start) {
            continue;
        }
        let knot: Vec<usize> = beyond
            .iter()
            .filter(|other| reach[*other].contains(&start))
            .copied()
            .collect();
        let shortest = knot.iter().filter_map(|&at| cycle(&below, &class, at));
        cycles.extend(shortest.min_by_key(Vec::len));
        seen.extend(knot);
    }
    let order = cycles.is_empty().then(|| order(graph, &class));
    Circles {
        class,
        cycles,
        order,
        undecided,
    }
}

type Below = BTreeMap<usize, BTreeSet<Hop>>;

/// The classes below a class, itself only through a circle.
fn reached(below: &Below, class: &[usize], start: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(at) = open.pop() {
        for hop in &below[&at] {
            if seen.insert(class[hop.premise]) {
                open.push(class[hop.premise]);
            }
        }
    }
    seen
}

/// The shortest circle through a class.
fn cycle(below: &Below, class: &[usize], start: usize) -> Option<Vec<Hop>> {
    let mut came: BTreeMap<usize, Hop> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for hop in &below[&at] {
            let next = class[hop.premise];
            if came.contains_key(&next) {
                continue;
            }
            came.insert(next, *hop);
            if next != start {
                open.push_back(next);
                continue;
            }
            let mut hops = vec![*hop];
            while class[hops[0].claim] != start {
                hops.insert(0, *came.get(&class[hops[0].claim])?);
            }
            return Some(hops);
        }
    }
    None
}

/// All nodes, each class after the classes below it; only called without circles.
fn order(graph: &Graph, class: &[usize]) -> Vec<usize> {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (node, own) in class.iter().enumerate() {
        members.entry(*own).or_default().push(node);
    }
    let mut placed: BTreeSet<usize> = BTreeSet::new();
    let mut order = Vec::new();
    let mut open: Vec<usize> = members.keys().copied().collect();
    while !open.is_empty() {
        let is_ready = |own: &usize| {
            let from = members[own]
                .iter()
                .flat_map(|&node| &graph.nodes[node].from);
            from.into_iter()
                .all(|&premise| placed.contains(&class[premise]))
        };
        let (ready, rest): (Vec<usize>, Vec<usize>) = open.iter().partition(|own| is_ready(own));
        if ready.is_empty() {
            break;
        }
        for own in ready {
            order.extend(&members[&own]);
            placed.insert(own);
        }
        open = rest;
    }
    order
}

/// Whether an order holds every node once and every claim after all that says the same as one of
/// its premises: then nothing rests on itself.
#[must_use]
pub fn check_order(graph: &Graph, class: &[usize], order: &[usize]) -> bool {
    let mut place: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, &node) in order.iter().enumerate() {
        if node >= graph.nodes.len() || place.insert(node, at).is_some() {
            return false;
        }
    }
    if place.len() != graph.nodes.len() || class.len() != graph.nodes.len() {
        return false;
    }
    let mut last: BTreeMap<usize, usize> = BTreeMap::new();
    for (&node, &at) in &place {
        let end = last.entry(class[node]).or_default();
        *end = at.max(*end);
    }
    let mut nodes = graph.nodes.iter().enumerate();
    nodes.all(|(at, node)| {
        node.from
            .iter()
            .all(|&premise| last[&class[premise]] < place[&at])
    })
}

/// Joins claims that say the same.
struct Joining<'a, 'b> {
    graph: &'a Graph,
    oracle: &'a mut Oracle<'b>,
    class: Vec<usize>,
    /// Points at which claims are compared before anything is decided.
    samples: Vec<Model>,
    undecided: Vec<(usize, usize)>,
}

impl<'a, 'b> Joining<'a, 'b> {
    fn new(graph: &'a Graph, oracle: &'a mut Oracle<'b>) -> Self {
        Self {
            graph,
            oracle,
            class: (0..graph.nodes.len()).collect(),
            samples: Vec::new(),
            undecided: Vec::new(),
        }
    }

    fn join(mut self) -> (Vec<usize>, Vec<(usize, usize)>) {
        let between = self.between();
        let mut forms: BTreeMap<Condition, usize> = BTreeMap::new();
        let mut open = Vec::new();
        for &node in &between {
            let Some(formula) = &self.graph.nodes[node].formula else {
                continue;
            };
            match normal_form(self.graph, formula) {
                Some(form) => {
                    let first = *forms.entry(form).or_insert(node);
                    self.class[node] = first;
                    if first == node {
                        open.push(node);
                    }
                }
                None => open.push(node),
            }
        }
        let open: Vec<usize> = open
            .into_iter()
            .filter(|&node| self.is_open(node))
            .collect();
        for (at, &node) in open.iter().enumerate() {
            for &earlier in &open[..at] {
                if self.class[earlier] == earlier && self.same(earlier, node) {
                    self.rename(node, earlier);
                    break;
                }
            }
        }
        (self.class, self.undecided)
    }

    fn rename(&mut self, from: usize, to: usize) {
        for own in &mut self.class {
            if *own == from {
                *own = to;
            }
        }
    }

    /// Claims with a claim above or below them: others take part in no circle.
    fn between(&self) -> Vec<usize> {
        let nodes = &self.graph.nodes;
        let mut linked = BTreeSet::new();
        for (at, node) in nodes.iter().enumerate() {
            let claims = node
                .from
                .iter()
                .filter(|&&one| nodes[one].kind == Kind::Claim);
            for &premise in claims {
                linked.extend([at, premise]);
            }
        }
        linked.into_iter().collect()
    }

    fn decide(&mut self, facts: &[&Formula]) -> Decided {
        let mut asked: Vec<Fact> = self.graph.ranges_of(facts);
        let numbered = facts.iter().enumerate();
        asked.extend(numbered.map(|(at, fact)| (format!("statement {}", at + 1), (*fact).clone())));
        self.oracle.decide(self.graph, &asked)
    }

    /// Whether the ranges leave it open if the claim holds; keeps the points found.
    fn is_open(&mut self, node: usize) -> bool {
        let Some(formula) = &self.graph.nodes[node].formula else {
            return false;
        };
        for asked in [formula.clone(), not(formula)] {
            match self.decide(&[&asked]) {
                Decided::Satisfiable(model) => self.samples.push(model),
                Decided::Unsatisfiable { .. } => return false,
                Decided::Undecided(_) => {}
            }
        }
        true
    }

    fn same(&mut self, left: usize, right: usize) -> bool {
        let nodes = &self.graph.nodes;
        let (Some(one), Some(other)) = (&nodes[left].formula, &nodes[right].formula) else {
            return false;
        };
        // A point outside the range of a variable that neither reads separates them all the same.
        let separates = |model: &Model| {
            let inside = |fact: &Fact| fact.1.evaluate(model) == Some(true);
            one.evaluate(model) != other.evaluate(model)
                && self.graph.ranges_of(&[one, other]).iter().all(inside)
        };
        if self.samples.iter().any(separates) {
            return false;
        }
        for (holds, fails) in [(one, other), (other, one)] {
            match self.decide(&[holds, &not(fails)]) {
                Decided::Unsatisfiable { .. } => {}
                Decided::Satisfiable(model) => {
                    self.samples.push(model);
                    return false;
                }
                Decided::Undecided(_) => {
                    self.undecided.push((left, right));
                    return false;
                }
            }
        }
        true
    }
}

/// A formula as conditions on polynomials whose first coefficients are one or minus one, each list
/// sorted; nothing where it is too large.
fn normal_form(graph: &Graph, formula: &Formula) -> Option<Condition> {
    let question = query(graph, &[("statement".to_owned(), formula.clone())]);
    let claim = claim_of(&question)?;
    // Defined variables are numbered by their order of appearance: no normal form.
    if claim.variables.len() != graph.variables.len() {
        return None;
    }
    claim.facts.first().map(|fact| scaled(&fact.says))
}

fn scaled(condition: &Condition) -> Condition {
    let sorted = |parts: &[Condition]| {
        let mut parts: Vec<Condition> = parts.iter().map(scaled).collect();
        parts.sort();
        parts.dedup();
        parts
    };
    match condition {
        Condition::Constant(_) | Condition::Choice { .. } => condition.clone(),
        Condition::And(parts) => Condition::And(sorted(parts)),
        Condition::Or(parts) => Condition::Or(sorted(parts)),
        Condition::Atom(atom) => Condition::Atom(Atom {
            polynomial: unit_scale(&atom.polynomial),
            strict: atom.strict,
        }),
    }
}

fn unit_scale(polynomial: &Polynomial) -> Polynomial {
    let first = polynomial.terms().find(|(powers, _)| !powers.is_empty());
    let factor = first.and_then(|(_, value)| Rational::one().checked_div(&value.abs()));
    factor.map_or_else(
        || polynomial.clone(),
        |factor| polynomial.times_constant(&factor),
    )
}
