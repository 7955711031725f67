//! The greatest value where linear facts hold, cell by cell in doubles, then exactly.
//!
//! In: a [`Model`] of the facts, a linear objective. Out: the optimum with a point that was
//! evaluated exactly and a certificate that the checker accepted; nothing where one of them is
//! missing, which leaves the question to slower means. A cell is a choice of one part per
//! disjunction; only a disjunction that fails at the corner of what was chosen so far is taken
//! apart, the better part first, and a cell that cannot be better is dropped (A. H. Land,
//! A. G. Doig, 1960).

use crate::certificate::{Certificate, Polynomial, Ranges};
use crate::check::linear::guess::{Basis, Guess};
use crate::check::linear::{At, Programme, Row, Terms};
use crate::rational::Rational;

use super::model::{Model, Part};
use super::proof::{Goal, prove};
use super::{CELLS_MAX, Optimum};

/// More columns than this are left to other means: a basis has as many squared.
const COLUMNS_MAX: usize = 512;

/// Values this near are equal, on the scale of the objective.
const EQUAL: f64 = 1e-9;

/// The best cell so far.
struct Best {
    value: f64,
    tight: Vec<At>,
    point: Vec<f64>,
}

struct Search<'a> {
    model: &'a Model,
    best: Option<Best>,
    cells: usize,
}

/// Finds the greatest value, and proves it.
pub(super) fn greatest(model: &Model, ranges: &Ranges, objective: &Polynomial) -> Option<Optimum> {
    if model.programme.columns() > COLUMNS_MAX {
        return None;
    }
    let (terms, offset) = model.terms(objective)?;
    let rows = model.bounding_rows();
    let mut search = Search {
        model,
        best: None,
        cells: CELLS_MAX,
    };
    let mut basis = model.programme.start(&terms);
    match model.programme.improve(&mut basis, &rows) {
        Guess::Corner => search.descend(&basis, &rows, &model.root.choices)?,
        Guess::Empty(..) => {}
        Guess::Lost => return None,
    }
    let proved = |goal: Option<Goal<'_>>| -> Option<Box<Certificate>> {
        prove(model, ranges, &rows, goal.as_ref())
    };
    let Some(best) = search.best else {
        return Some(Optimum::Impossible(Some(proved(None)?)));
    };
    let corner = model.programme.corner(&best.tight)?;
    let value = total(&terms, &offset, &corner);
    let goal = |attained| Goal {
        objective,
        terms: &terms,
        offset: &offset,
        value: &value,
        near: best.value,
        attained,
    };
    let attained = |point: &[Rational]| {
        Some(Optimum::Attained {
            value: value.clone(),
            point: model.values(point),
            beyond: Some(proved(Some(goal(true)))?),
        })
    };
    if model.holds(&model.root, &corner) {
        return attained(&corner);
    }
    // A strict row may fail at the corner and hold beside it.
    let cell = cell_rows(model, &model.root, &best.point);
    let is_closed = |&row: &usize| !model.programme.slack(row, &corner).is_negative();
    if !cell.iter().all(is_closed) {
        return None;
    }
    let at_value = Row {
        constant: &offset - &value,
        terms: terms.clone(),
        strict: false,
    };
    if let Some(point) = inside(model, &cell, Some(at_value)) {
        return attained(&point);
    }
    let point = inside(model, &cell, None)?;
    Some(Optimum::Approached {
        point: model.values(&point),
        beyond: Some(proved(Some(goal(false)))?),
        value,
    })
}

fn total(terms: &Terms, offset: &Rational, point: &[Rational]) -> Rational {
    terms.iter().fold(offset.clone(), |sum, (column, factor)| {
        &sum + &(factor * &point[*column])
    })
}

impl Search<'_> {
    /// Looks at the cells below a corner; nothing when they are used up or the pivots are.
    fn descend(&mut self, basis: &Basis, rows: &[usize], pending: &[usize]) -> Option<()> {
        self.cells = self.cells.checked_sub(1)?;
        let value = basis.value();
        if self
            .best
            .as_ref()
            .is_some_and(|best| value <= best.value + EQUAL)
        {
            return Some(());
        }
        let fails = |choice: &usize| !self.model.seems_to_hold(*choice, &basis.point);
        let Some(place) = pending.iter().position(fails) else {
            self.best = Some(Best {
                value,
                tight: basis.tight.clone(),
                point: basis.point.clone(),
            });
            return Some(());
        };
        let mut rest = pending.to_vec();
        let choice = rest.remove(place);
        let mut further: Vec<(Basis, Vec<usize>, &Part)> = Vec::new();
        for part in &self.model.choices[choice].parts {
            let mut own = basis.clone();
            let all: Vec<usize> = rows.iter().chain(&part.rows).copied().collect();
            match self.model.programme.improve(&mut own, &all) {
                Guess::Corner => further.push((own, all, part)),
                Guess::Empty(..) => {}
                Guess::Lost => return None,
            }
        }
        further.sort_by(|a, b| b.0.value().total_cmp(&a.0.value()));
        for (basis, rows, part) in &further {
            let pending: Vec<usize> = rest.iter().chain(&part.choices).copied().collect();
            self.descend(basis, rows, &pending)?;
        }
        Some(())
    }
}

/// All rows of a part and of one part of each disjunction that holds at the corner.
fn cell_rows(model: &Model, part: &Part, point: &[f64]) -> Vec<usize> {
    let mut rows = part.rows.clone();
    for &choice in &part.choices {
        let holds = |part: &&Part| {
            let own = cell_rows(model, part, point);
            own.iter()
                .all(|&row| model.programme.seems_to_hold(row, point))
        };
        if let Some(part) = model.choices[choice].parts.iter().find(holds) {
            rows.extend(cell_rows(model, part, point));
        }
    }
    rows
}

/// A point at which all facts hold, as far as possible from the ends of the strict rows.
fn inside(model: &Model, rows: &[usize], beside: Option<Row>) -> Option<Vec<Rational>> {
    let columns = model.programme.columns();
    let ranges = (0..columns).map(|column| model.programme.range(column).clone());
    let room = (Rational::zero(), Rational::one());
    let mut programme = Programme::new(ranges.chain([room]).collect());
    let own = rows.iter().map(|&row| model.programme.row(row).clone());
    let mut all = Vec::with_capacity(rows.len() + 1);
    for mut row in own.chain(beside) {
        if row.strict {
            let sizes = row.terms.iter().map(|(column, factor)| {
                let (low, high) = model.programme.range(*column);
                (factor * &(high - low)).abs()
            });
            let size = sizes.max().filter(Rational::is_positive);
            let size = size.unwrap_or_else(Rational::one);
            row.terms.push((columns, -&size));
        }
        all.push(programme.add(row));
    }
    let mut basis = programme.start(&[(columns, Rational::one())]);
    match programme.improve(&mut basis, &all) {
        Guess::Corner => {}
        Guess::Empty(..) | Guess::Lost => return None,
    }
    let mut point = programme.corner(&basis.tight)?;
    point.truncate(columns);
    model.holds(&model.root, &point).then_some(point)
}
