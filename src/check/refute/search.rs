//! The search for a refutation: linear arithmetic at every branch, cases where it is not enough.
//!
//! In: a claim and its query. Out: a tree, a model that was evaluated exactly, or why neither.
//! A branch is closed by enumerators, by bounds, or by multipliers of its rows; else the point
//! that the multipliers' failure gives is tried as a model, and a disjunction that fails there is
//! taken apart: first one of which at most one part is still possible (it costs no branch), then
//! the one with the fewest parts. Products count as variables of their own, beside rows that are
//! products of two rows or squares; what is left without disjunctions goes to branch and prune.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Budget;
use super::node::{Node, Trial};
use super::tree::{Needs, Refuted, Tree, TreeRow};
use crate::certificate::contradiction::{Claim, Condition, Sort, State};
use crate::certificate::{Atom, Polynomial, Powers, Refutation};
use crate::check::branch_and_prune;
use crate::check::farkas::{Linear, contradict};
use crate::check::query::{self, Model, OpenBox, Query, Value};
use crate::rational::Rational;

/// Disjunctions that are looked at more closely before one is taken apart.
const LOOKED_AT_MAX: usize = 6;

/// Products of rows beside the rows of one branch.
const PRODUCTS_MAX: usize = 24;

/// Branches nest no deeper than the checker follows.
const DEPTH_MAX: usize = 120;

/// Why a search ended without a refutation.
#[derive(Clone, Debug)]
pub enum Stop {
    /// There is a model.
    Model(Model),
    /// The budget is used up.
    TooLarge,
    /// Branches are left that neither method closes; a few boxes of them.
    Open(Vec<OpenBox>),
}

/// Searches for a refutation.
pub struct Search<'a> {
    query: &'a Query,
    claim: &'a Claim,
    leaves_left: usize,
    boxes_left: usize,
    is_linear: bool,
}

impl<'a> Search<'a> {
    /// A search with its budget.
    #[must_use]
    pub fn new(query: &'a Query, claim: &'a Claim, budget: &Budget) -> Self {
        Self {
            query,
            claim,
            leaves_left: budget.leaves,
            boxes_left: budget.boxes,
            is_linear: query.is_linear(),
        }
    }

    /// Refutes the claim's facts.
    ///
    /// # Errors
    /// [`Stop`] when it does not.
    pub fn run(&mut self) -> Result<Refuted, Stop> {
        self.branch(&Node::root(self.claim), DEPTH_MAX)
    }

    fn branch(&mut self, node: &Node, depth: usize) -> Result<Refuted, Stop> {
        let depth = depth.checked_sub(1).ok_or(Stop::TooLarge)?;
        self.leaves_left = self.leaves_left.checked_sub(1).ok_or(Stop::TooLarge)?;
        if let Some(closed) = self.closed_at_once(node) {
            return Ok(closed);
        }
        // A disjunction of which at most one part is possible is no real branch.
        if let Some(place) = forced(node) {
            return self.cases(node, place, depth);
        }
        let point = match self.rows_contradict(node, false) {
            Ok(closed) => return Ok(closed),
            Err(Linear::Point(point)) => point,
            Err(Linear::TooLarge | Linear::Refuted(_)) => return Err(Stop::TooLarge),
        };
        let trial = self.trial(node, point);
        if let Some(model) = self.model(&trial) {
            return Err(Stop::Model(model));
        }
        if let Some(variable) = shared_choice(node, &trial) {
            return self.choice(node, variable, depth);
        }
        match self.best_disjunction(node, &trial) {
            Some(place) => self.cases(node, place, depth),
            None if self.is_linear => Err(Stop::Open(Vec::new())),
            None => self.prune(node),
        }
    }

    fn closed_at_once(&self, node: &Node) -> Option<Refuted> {
        let (state, variables) = (&node.state, &self.claim.variables);
        if let Some((&variable, _)) = state.left.iter().find(|(_, left)| !left.contains(&true)) {
            return Some(Refuted {
                tree: Tree::Clash(variable),
                needs: node.about(variable),
            });
        }
        if state.open.iter().any(Vec::is_empty) {
            return Some(Refuted {
                tree: Tree::Cases(Vec::new(), Vec::new()),
                needs: Needs::from([Arc::new(Condition::Or(Vec::new()))]),
            });
        }
        if self.is_linear {
            return None;
        }
        let intervals = state.intervals(variables);
        let mut atoms = state.atoms.iter();
        let outside = atoms.find(|atom| State::is_outside(atom, &intervals))?;
        Some(Refuted {
            tree: Tree::Outside(outside.clone()),
            needs: node.outside_needs(outside, variables),
        })
    }

    /// Multipliers for the rows of a branch, or what else came of them.
    fn rows_contradict(&self, node: &Node, products: bool) -> Result<Refuted, Linear> {
        let rows = self.rows(node, products);
        let atoms: Vec<Atom> = rows.iter().map(|(atom, _)| atom.clone()).collect();
        let multipliers = match contradict(&atoms) {
            Linear::Refuted(Refutation::Farkas(multipliers)) => multipliers,
            other => return Err(other),
        };
        let used: Vec<(TreeRow, Rational)> = multipliers
            .into_iter()
            .filter_map(|(place, multiplier)| Some((rows.get(place)?.1.clone(), multiplier)))
            .collect();
        let mut needs = Needs::new();
        for (row, _) in &used {
            match row {
                TreeRow::Atom(atom) => {
                    needs.insert(Arc::new(Condition::Atom(atom.clone())));
                }
                TreeRow::Product(a, b) => {
                    needs.extend([a, b].map(|atom| Arc::new(Condition::Atom(atom.clone()))));
                }
                TreeRow::Square(_) => {}
            }
        }
        let tree = Tree::Farkas(used);
        Ok(Refuted { tree, needs })
    }

    /// The atoms, and for products of variables the squares and, when asked for, products of atoms
    /// that need no further products.
    fn rows(&self, node: &Node, products: bool) -> Vec<(Atom, TreeRow)> {
        let atoms = &node.state.atoms;
        let own = |atom: &Atom| (atom.clone(), TreeRow::Atom(atom.clone()));
        let mut rows: Vec<(Atom, TreeRow)> = atoms.iter().map(own).collect();
        if self.is_linear {
            return rows;
        }
        let powers_of = |polynomial: &Polynomial| -> BTreeSet<Powers> {
            let terms = polynomial.terms();
            terms.map(|(powers, _)| powers.clone()).collect()
        };
        let wanted: BTreeSet<Powers> = atoms
            .iter()
            .flat_map(|a| powers_of(&a.polynomial))
            .collect();
        for powers in &wanted {
            let root = root_of(powers);
            let square = root.as_ref().and_then(|root| root.times(root));
            if let (Some(root), Some(polynomial)) = (root, square) {
                let strict = false;
                rows.push((Atom { polynomial, strict }, TreeRow::Square(root)));
            }
        }
        if !products {
            return rows;
        }
        let linear: Vec<&Atom> = atoms.iter().filter(|a| a.polynomial.is_linear()).collect();
        for (place, a) in linear.iter().enumerate() {
            for b in &linear[place..] {
                let polynomial = match a.polynomial.times(&b.polynomial) {
                    Some(product) if powers_of(&product).iter().all(|p| is_covered(p, &wanted)) => {
                        product
                    }
                    Some(_) | None => continue,
                };
                let strict = a.strict && b.strict;
                let row = TreeRow::Product((*a).clone(), (*b).clone());
                rows.push((Atom { polynomial, strict }, row));
                if rows.len() > atoms.len() + PRODUCTS_MAX {
                    return rows;
                }
            }
        }
        rows
    }

    fn trial(&self, node: &Node, point: BTreeMap<u32, Rational>) -> Trial {
        let mut numbers = point;
        for (id, variable) in (0..).zip(&self.claim.variables) {
            match &variable.sort {
                Sort::Real => {
                    numbers.entry(id).or_default();
                }
                // Its value follows from the others and is seldom rational.
                Sort::Defined(_) => {
                    numbers.remove(&id);
                }
                Sort::Choice(_) => {}
            }
        }
        Trial {
            numbers,
            members: node.members(),
        }
    }

    /// The model of a trial, if all assertions hold there.
    fn model(&self, trial: &Trial) -> Option<Model> {
        let declared = (0..).zip(&self.query.variables);
        let value = |(id, variable): (u32, &query::Variable)| match &variable.sort {
            query::Sort::Real => trial.numbers.get(&id).cloned().map(Value::Real),
            query::Sort::Bool => trial.members.get(&id).map(|&m| Value::Bool(m == 1)),
            query::Sort::Enum(_) => trial.members.get(&id).copied().map(Value::Enum),
        };
        let values = declared.map(value).collect::<Option<Vec<_>>>()?;
        let model = Model { values };
        self.query.refutation(&model).is_none().then_some(model)
    }

    /// The disjunction to take apart: it fails at the trial, and few of its parts are possible.
    fn best_disjunction(&mut self, node: &Node, trial: &Trial) -> Option<usize> {
        let open = &node.state.open;
        let fails = |place: &usize| {
            let mut values = open[*place].iter().map(|part| trial.value(part));
            !values.any(|value| value == Some(true))
        };
        let mut failing: Vec<usize> = (0..open.len()).filter(fails).collect();
        failing.sort_by_key(|&place| open[place].len());
        failing.truncate(LOOKED_AT_MAX);
        if failing.len() < 2 {
            let any = (!open.is_empty() && !self.is_linear).then_some(0);
            return failing.first().copied().or(any);
        }
        let possible = |place: usize| {
            let parts = open[place].iter();
            let is_possible = |part: &&Condition| {
                let further = node.assuming(part);
                let is_closed = self.closed_at_once(&further).is_some();
                // Where products take part, the rows say too little for their price.
                !is_closed && (!self.is_linear || self.rows_contradict(&further, false).is_err())
            };
            parts.filter(is_possible).count()
        };
        let mut best: Option<(usize, usize)> = None;
        for place in failing {
            let count = possible(place);
            if best.is_none_or(|(known, _)| count < known) {
                best = Some((count, place));
            }
            if count <= 1 {
                break;
            }
        }
        best.map(|(_, place)| place)
    }

    fn cases(&mut self, node: &Node, place: usize, depth: usize) -> Result<Refuted, Stop> {
        let parts = node.state.open[place].clone();
        let mut rest = node.clone();
        rest.state.open.remove(place);
        let needs = Needs::from([Arc::new(Condition::Or(parts.clone()))]);
        let whole = |branches| Tree::Cases(parts.clone(), branches);
        self.split(&rest, &parts, needs, whole, depth)
    }

    fn choice(&mut self, node: &Node, variable: u32, depth: usize) -> Result<Refuted, Stop> {
        let member = |member| Condition::Choice {
            variable,
            member,
            is: true,
        };
        let members = node.state.members(variable);
        let parts: Vec<Condition> = members.into_iter().map(member).collect();
        let whole = |branches| Tree::Choice(variable, branches);
        self.split(node, &parts, node.about(variable), whole, depth)
    }

    fn split(
        &mut self,
        node: &Node,
        parts: &[Condition],
        mut needs: Needs,
        whole: impl Fn(Vec<Tree>) -> Tree,
        depth: usize,
    ) -> Result<Refuted, Stop> {
        let mut branches = Vec::with_capacity(parts.len());
        let mut left_open: Option<Vec<OpenBox>> = None;
        for part in parts {
            let refuted = match self.branch(&node.assuming(part), depth) {
                Ok(refuted) => refuted,
                Err(Stop::Open(boxes)) => {
                    // Another part may still have a model.
                    left_open.get_or_insert_default().extend(boxes);
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            let news = node.news(part);
            if refuted.needs.is_disjoint(&news) {
                return Ok(refuted);
            }
            needs.extend(refuted.needs.difference(&news).cloned());
            branches.push(refuted.tree);
        }
        match left_open {
            Some(boxes) => Err(Stop::Open(boxes)),
            None => Ok(Refuted {
                tree: whole(branches),
                needs,
            }),
        }
    }

    fn prune(&mut self, node: &Node) -> Result<Refuted, Stop> {
        if let Ok(closed) = self.rows_contradict(node, true) {
            return Ok(closed);
        }
        let members = node.members();
        let is_model = |numbers: BTreeMap<u32, Rational>| {
            let members = members.clone();
            self.model(&Trial { numbers, members })
        };
        let mut boxes_left = self.boxes_left;
        let found =
            branch_and_prune::prune(node, &self.claim.variables, &is_model, &mut boxes_left);
        self.boxes_left = boxes_left;
        found
    }
}

/// The first disjunction of which the choices leave at most one part.
fn forced(node: &Node) -> Option<usize> {
    let possible = |parts: &[Condition]| parts.iter().filter(|p| !node.excludes(p)).count();
    let mut open = node.state.open.iter();
    open.position(|parts| possible(parts) <= 1)
}

/// A choice that decides three failing disjunctions or more.
fn shared_choice(node: &Node, trial: &Trial) -> Option<u32> {
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for parts in &node.state.open {
        if parts.iter().any(|part| trial.value(part) == Some(true)) {
            continue;
        }
        let mut own = BTreeSet::new();
        for part in parts {
            part.visit(&mut |condition| {
                if let Condition::Choice { variable, .. } = condition {
                    own.insert(*variable);
                }
            });
        }
        for variable in own {
            *counts.entry(variable).or_default() += 1;
        }
    }
    let is_open = |variable: &u32| node.state.members(*variable).len() > 1;
    let mut ranked: Vec<(usize, u32)> = counts
        .into_iter()
        .filter(|(variable, count)| *count >= 3 && is_open(variable))
        .map(|(variable, count)| (count, variable))
        .collect();
    ranked.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.first().map(|&(_, variable)| variable)
}

/// The product whose square has these powers.
fn root_of(powers: &Powers) -> Option<Polynomial> {
    if powers.is_empty() || powers.iter().any(|(_, power)| power % 2 != 0) {
        return None;
    }
    let mut root = Polynomial::constant(Rational::one());
    for &(variable, power) in powers {
        for _ in 0..power / 2 {
            root = root.times(&Polynomial::variable(variable))?;
        }
    }
    Some(root)
}

/// Whether a product is one of those the atoms have, or no product at all.
fn is_covered(powers: &Powers, wanted: &BTreeSet<Powers>) -> bool {
    matches!(powers.as_slice(), [] | [(_, 1)]) || wanted.contains(powers)
}
