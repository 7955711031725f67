//! Linear facts taken apart once: rows of a programme and disjunctions of rows.
//!
//! In: facts over a box. Out: the conjuncts of all facts, comparisons as rows of one
//! [`Programme`], disjunctions as parts that name rows and further disjunctions; nothing where a
//! comparison is not linear or has a variable without range. A part in the order of
//! [`facts_of`](crate::certificate::facts_of): a certificate counts its rows in the same way.

use std::collections::BTreeMap;

use crate::certificate::{Atom, Polynomial, Ranges, Statement};
use crate::check::linear::{Programme, Row, Terms};
use crate::check::prove::Values;
use crate::rational::Rational;

/// Rows and disjunctions that hold together.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    /// Rows of the programme.
    pub rows: Vec<usize>,
    /// Disjunctions, by number.
    pub choices: Vec<usize>,
}

/// A disjunction.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// As a statement.
    pub statement: Statement,
    /// Its parts.
    pub parts: Vec<Part>,
}

/// Linear facts over a box.
pub(super) struct Model {
    /// The variable of each column.
    pub variables: Vec<u32>,
    /// All comparisons as rows.
    pub programme: Programme,
    /// The comparison of each row.
    pub atoms: Vec<Atom>,
    /// All disjunctions.
    pub choices: Vec<Choice>,
    /// What holds in any case.
    pub root: Part,
}

impl Model {
    /// Takes facts apart.
    pub fn of(facts: &[Statement], ranges: &Ranges) -> Option<Self> {
        let mut model = Self {
            variables: ranges.keys().copied().collect(),
            programme: Programme::new(ranges.values().cloned().collect()),
            atoms: Vec::new(),
            choices: Vec::new(),
            root: Part::default(),
        };
        let mut root = Part::default();
        for fact in facts {
            model.take(fact, &mut root)?;
        }
        model.root = root;
        Some(model)
    }

    fn take(&mut self, statement: &Statement, part: &mut Part) -> Option<()> {
        match statement {
            Statement::Constant(true) => {}
            Statement::Constant(false) => {
                let polynomial = Polynomial::constant(Rational::from(-1));
                let strict = false;
                part.rows.push(self.row(&Atom { polynomial, strict })?);
            }
            Statement::Atom(atom) => part.rows.push(self.row(atom)?),
            Statement::And(all) => {
                for one in all {
                    self.take(one, part)?;
                }
            }
            Statement::Or(any) => {
                let mut parts = Vec::with_capacity(any.len());
                for one in any {
                    let mut own = Part::default();
                    self.take(one, &mut own)?;
                    parts.push(own);
                }
                part.choices.push(self.choices.len());
                let statement = statement.clone();
                self.choices.push(Choice { statement, parts });
            }
        }
        Some(())
    }

    fn row(&mut self, atom: &Atom) -> Option<usize> {
        let (terms, constant) = self.terms(&atom.polynomial)?;
        self.atoms.push(atom.clone());
        let strict = atom.strict;
        Some(self.programme.add(Row {
            terms,
            constant,
            strict,
        }))
    }

    /// The terms and the constant of a polynomial, if it is linear over the columns.
    pub fn terms(&self, polynomial: &Polynomial) -> Option<(Terms, Rational)> {
        let mut terms = Terms::new();
        let mut constant = Rational::zero();
        for (powers, factor) in polynomial.terms() {
            match powers.as_slice() {
                [] => constant = factor.clone(),
                [(variable, 1)] => {
                    let column = self.variables.binary_search(variable).ok()?;
                    terms.push((column, factor.clone()));
                }
                _ => return None,
            }
        }
        Some((terms, constant))
    }

    /// Whether a part holds at a point.
    pub fn holds(&self, part: &Part, point: &[Rational]) -> bool {
        let is_held = |choice: &usize| {
            let parts = &self.choices[*choice].parts;
            parts.iter().any(|part| self.holds(part, point))
        };
        let rows = &part.rows;
        rows.iter().all(|&row| self.programme.holds(row, point)) && part.choices.iter().all(is_held)
    }

    /// Whether a disjunction holds at a corner in doubles.
    pub fn seems_to_hold(&self, choice: usize, point: &[f64]) -> bool {
        let holds = |part: &Part| {
            let rows = &part.rows;
            rows.iter()
                .all(|&row| self.programme.seems_to_hold(row, point))
                && part
                    .choices
                    .iter()
                    .all(|&one| self.seems_to_hold(one, point))
        };
        self.choices[choice].parts.iter().any(holds)
    }

    /// The rows that hold in any case, without those that a nearer bound of the same variable
    /// makes idle.
    pub fn bounding_rows(&self) -> Vec<usize> {
        let mut nearest: BTreeMap<(usize, bool), (Rational, usize)> = BTreeMap::new();
        let mut kept = Vec::new();
        for &number in &self.root.rows {
            let row = self.programme.row(number);
            let [(column, factor)] = row.terms.as_slice() else {
                kept.push(number);
                continue;
            };
            let bound = &(-&row.constant) / factor;
            let is_low = factor.is_positive();
            let (low, high) = self.programme.range(*column);
            let is_idle = |end: &Rational, strict: bool| match (is_low, strict) {
                (true, true) => bound < *end,
                (true, false) => bound <= *end,
                (false, true) => bound > *end,
                (false, false) => bound >= *end,
            };
            if is_idle(if is_low { low } else { high }, row.strict) {
                continue;
            }
            let known = nearest.get(&(*column, is_low));
            // Of two equal bounds the strict one says more.
            let says_more = known.is_none_or(|(end, other)| {
                let is_strict = row.strict && !self.programme.row(*other).strict;
                !is_idle(end, is_strict)
            });
            if says_more {
                nearest.insert((*column, is_low), (bound, number));
            }
        }
        kept.extend(nearest.into_values().map(|(_, number)| number));
        kept.sort_unstable();
        kept
    }

    /// A value per variable.
    pub fn values(&self, point: &[Rational]) -> Values {
        let pairs = self.variables.iter().zip(point);
        pairs.map(|(id, value)| (*id, value.clone())).collect()
    }
}
