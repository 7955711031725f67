//! Certificates that nothing lies beyond a value, or that facts hold nowhere.
//!
//! In: a [`Model`], the rows that bound it, a goal. Out: a certificate of few facts, which the
//! checker accepted. A leaf is a corner whose tight rows bound the objective, or a row that they
//! exclude: their multipliers are solved for exactly. Where that is not enough, the first
//! disjunction of the claim is taken apart, and where none is left, one that fails at the corner
//! joins the claim and the tree is grown again. So the claim names only what the tree uses.

use std::collections::{BTreeMap, BTreeSet};

use crate::certificate::{
    Atom, BoxVariable, Certificate, Claim, Polynomial, Proof, Ranges, Refutation, Statement, check,
};
use crate::check::eliminate::variables;
use crate::check::linear::At;
use crate::check::linear::guess::{Basis, Guess};
use crate::rational::Rational;

use super::model::Model;

/// Branches of one certificate.
const BRANCHES_MAX: usize = 512;

/// How far above the goal a corner may lie in doubles to be looked at exactly.
const NEAR: f64 = 1e-6;

/// What nothing lies beyond.
pub(super) struct Goal<'a> {
    /// The objective.
    pub objective: &'a Polynomial,
    /// Its terms.
    pub terms: &'a [(usize, Rational)],
    /// Its constant.
    pub offset: &'a Rational,
    /// The value.
    pub value: &'a Rational,
    /// The value as a basis has it.
    pub near: f64,
    /// Whether the value itself is reached.
    pub attained: bool,
}

impl Goal<'_> {
    /// "At most the value", or "below it".
    fn room(&self) -> Atom {
        Atom {
            polynomial: Polynomial::constant(self.value.clone()).minus(self.objective),
            strict: !self.attained,
        }
    }
}

/// A row of a leaf.
#[derive(Clone, Copy)]
enum Used {
    At(At),
    /// The negation of the goal.
    Beyond,
}

enum Tree {
    Leaf(Vec<(Used, Rational)>),
    Cases(usize, Vec<Tree>),
}

/// Why a tree did not grow.
enum Stuck {
    /// This disjunction fails at a corner.
    On(usize),
    /// For good.
    Failed,
}

struct Prover<'a> {
    model: &'a Model,
    goal: Option<&'a Goal<'a>>,
    branches_left: usize,
}

/// Proves that the facts hold nowhere beyond the goal; nowhere at all without one.
pub(super) fn prove(
    model: &Model,
    ranges: &Ranges,
    rows: &[usize],
    goal: Option<&Goal<'_>>,
) -> Option<Box<Certificate>> {
    let mut prover = Prover {
        model,
        goal,
        branches_left: BRANCHES_MAX,
    };
    let start = model.programme.start(goal.map_or(&[], |goal| goal.terms));
    let mut order: Vec<usize> = Vec::new();
    let tree = loop {
        match prover.grown(start.clone(), rows, &order, &order) {
            Ok(tree) => break tree,
            Err(Stuck::On(choice)) => order.push(choice),
            Err(Stuck::Failed) => return None,
        }
    };
    written(model, ranges, &tree, &order, goal)
}

impl Prover<'_> {
    fn grown(
        &mut self,
        mut basis: Basis,
        rows: &[usize],
        pending: &[usize],
        order: &[usize],
    ) -> Result<Tree, Stuck> {
        let left = self.branches_left.checked_sub(1);
        self.branches_left = left.ok_or(Stuck::Failed)?;
        match self.model.programme.improve(&mut basis, rows) {
            Guess::Lost => return Err(Stuck::Failed),
            Guess::Empty(at, direction) => {
                let leaf = self.excluded(&basis, at, &direction);
                return leaf.map(Tree::Leaf).ok_or(Stuck::Failed);
            }
            Guess::Corner => {}
        }
        if let Some(leaf) = self.bounded(&basis) {
            return Ok(Tree::Leaf(leaf));
        }
        let Some((&choice, rest)) = pending.split_first() else {
            let fails = |choice: &&usize| {
                !order.contains(choice) && !self.model.seems_to_hold(**choice, &basis.point)
            };
            let failing = self.model.root.choices.iter().find(fails);
            return Err(failing.map_or(Stuck::Failed, |&choice| Stuck::On(choice)));
        };
        let mut cases = Vec::new();
        for part in &self.model.choices[choice].parts {
            let rows: Vec<usize> = rows.iter().chain(&part.rows).copied().collect();
            let pending: Vec<usize> = rest.iter().chain(&part.choices).copied().collect();
            cases.push(self.grown(basis.clone(), &rows, &pending, order)?);
        }
        Ok(Tree::Cases(choice, cases))
    }

    /// Multipliers that bound the objective by the value.
    fn bounded(&self, basis: &Basis) -> Option<Vec<(Used, Rational)>> {
        let goal = self.goal.filter(|goal| basis.value() <= goal.near + NEAR)?;
        let wanted: Vec<(usize, Rational)> = goal
            .terms
            .iter()
            .map(|(column, factor)| (*column, -factor))
            .collect();
        let programme = &self.model.programme;
        let mut rows = used(programme.added_up(basis, &basis.weights, &wanted)?);
        let gap = &(goal.offset - goal.value) + &self.constant(&rows);
        let is_strict = goal.attained || self.is_strict(&rows);
        let closes = gap.is_negative() || (gap.is_zero() && is_strict);
        rows.push((Used::Beyond, Rational::one()));
        closes.then_some(rows)
    }

    /// Multipliers with which tight rows exclude another row.
    fn excluded(&self, basis: &Basis, at: At, direction: &[f64]) -> Option<Vec<(Used, Rational)>> {
        let rows = used(self.model.programme.excluding(basis, at, direction)?);
        let gap = self.constant(&rows);
        let closes = gap.is_negative() || (gap.is_zero() && self.is_strict(&rows));
        closes.then_some(rows)
    }

    fn constant(&self, rows: &[(Used, Rational)]) -> Rational {
        rows.iter().fold(Rational::zero(), |sum, (used, factor)| {
            let Used::At(at) = used else { return sum };
            let (_, constant, _) = self.model.programme.stated(*at);
            &sum + &(factor * &constant)
        })
    }

    fn is_strict(&self, rows: &[(Used, Rational)]) -> bool {
        rows.iter().any(|(used, _)| match used {
            Used::At(At::Row(row)) => self.model.programme.row(*row).strict,
            Used::At(At::Low(_) | At::High(_)) | Used::Beyond => false,
        })
    }
}

fn used(rows: Vec<(At, Rational)>) -> Vec<(Used, Rational)> {
    let rows = rows.into_iter();
    rows.map(|(at, factor)| (Used::At(at), factor)).collect()
}

/// Writes the tree as a certificate; nothing unless the checker accepts it.
fn written(
    model: &Model,
    ranges: &Ranges,
    tree: &Tree,
    order: &[usize],
    goal: Option<&Goal<'_>>,
) -> Option<Box<Certificate>> {
    let mut counted = BTreeSet::new();
    rows_used(tree, &mut counted);
    let rows = model.root.rows.iter().copied();
    let rows: Vec<usize> = rows.filter(|row| counted.contains(row)).collect();
    let atoms = rows
        .iter()
        .map(|&row| Statement::Atom(model.atoms[row].clone()));
    let choices = order
        .iter()
        .map(|&one| model.choices[one].statement.clone());
    let premises = atoms.chain(choices);
    let mut parts: Vec<Statement> = premises.map(|premise| premise.negated()).collect();
    parts.extend(goal.map(|goal| Statement::Atom(goal.room())));
    let statement = Statement::Or(parts);
    let mut own = variables(&statement);
    own.extend(columns_used(tree).iter().map(|&at| model.variables[at]));
    let variable = |(&id, (low, high)): (&u32, &(Rational, Rational))| BoxVariable {
        id,
        name: format!("x{id}"),
        low: low.clone(),
        high: high.clone(),
    };
    let shown = ranges.iter().filter(|(id, _)| own.contains(id));
    let claim = Claim {
        variables: shown.map(variable).collect(),
        positive: Vec::new(),
        statement,
    };
    let places = claim.variables.iter().enumerate();
    let mut writer = Writer {
        model,
        column_places: places.map(|(place, one)| (one.id, place)).collect(),
        row_places: BTreeMap::new(),
        beyond: 2 * claim.variables.len() + rows.len(),
    };
    let first = 2 * claim.variables.len();
    for (number, &row) in rows.iter().enumerate() {
        writer.row_places.insert(row, first + number);
    }
    let next = writer.beyond + usize::from(goal.is_some());
    let refutation = writer.refutation(tree, next)?;
    let certificate = Certificate {
        claim: claim.clone(),
        positive: Vec::new(),
        proof: Proof::Refutation(refutation),
    };
    let accepted = check(&certificate, &claim).is_ok();
    accepted.then(|| Box::new(certificate))
}

fn rows_used(tree: &Tree, found: &mut BTreeSet<usize>) {
    match tree {
        Tree::Leaf(rows) => found.extend(rows.iter().filter_map(|(used, _)| match used {
            Used::At(At::Row(row)) => Some(*row),
            Used::At(At::Low(_) | At::High(_)) | Used::Beyond => None,
        })),
        Tree::Cases(_, cases) => cases.iter().for_each(|case| rows_used(case, found)),
    }
}

/// The columns of whose ranges a leaf uses an end.
fn columns_used(tree: &Tree) -> Vec<usize> {
    match tree {
        Tree::Leaf(rows) => {
            let column = |(used, _): &(Used, Rational)| match used {
                Used::At(At::Low(column) | At::High(column)) => Some(*column),
                Used::At(At::Row(_)) | Used::Beyond => None,
            };
            rows.iter().filter_map(column).collect()
        }
        Tree::Cases(_, cases) => cases.iter().flat_map(columns_used).collect(),
    }
}

/// Gives rows the places that the checker counts.
struct Writer<'a> {
    model: &'a Model,
    column_places: BTreeMap<u32, usize>,
    row_places: BTreeMap<usize, usize>,
    /// The place of the negated goal.
    beyond: usize,
}

impl Writer<'_> {
    fn refutation(&mut self, tree: &Tree, next: usize) -> Option<Refutation> {
        match tree {
            Tree::Leaf(rows) => {
                let placed = rows.iter();
                let placed =
                    placed.map(|(used, factor)| Some((self.place(*used)?, factor.clone())));
                let mut placed = placed.collect::<Option<Vec<_>>>()?;
                placed.sort_by_key(|(place, _)| *place);
                Some(Refutation::Farkas(placed))
            }
            Tree::Cases(choice, cases) => {
                let parts = &self.model.choices[*choice].parts;
                let mut found = Vec::with_capacity(cases.len());
                for (part, case) in parts.iter().zip(cases) {
                    for (number, &row) in part.rows.iter().enumerate() {
                        self.row_places.insert(row, next + number);
                    }
                    found.push(self.refutation(case, next + part.rows.len())?);
                }
                Some(Refutation::Cases(found))
            }
        }
    }

    fn place(&self, used: Used) -> Option<usize> {
        let of_column = |column: usize| self.column_places.get(&self.model.variables[column]);
        match used {
            Used::At(At::Low(column)) => of_column(column).map(|place| 2 * place),
            Used::At(At::High(column)) => of_column(column).map(|place| 2 * place + 1),
            Used::At(At::Row(row)) => self.row_places.get(&row).copied(),
            Used::Beyond => Some(self.beyond),
        }
    }
}
