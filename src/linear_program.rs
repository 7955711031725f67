//! The only door to the linear programming solver: a guess in doubles, never a verdict.
//!
//! In: costs, rows and bounds in `f64`. Out: a minimiser as the simplex method finds it. Its last
//! bits are not part of any promise: a caller that shows a value makes it exact first (rounds the
//! basis to rationals and verifies it), so nothing from here reaches a record as it is.

use std::fmt;

use good_lp::{
    Expression, ResolutionError, Solution as _, SolverModel as _, constraint, microlp, variable,
    variables,
};

/// How a row relates to its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// `coefficients · x <= bound`.
    AtMost,
    /// `coefficients · x >= bound`.
    AtLeast,
    /// `coefficients · x = bound`.
    Equal,
}

/// One linear condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// One coefficient per variable.
    pub coefficients: Vec<f64>,
    /// How the sum relates to the bound.
    pub relation: Relation,
    /// The right-hand side.
    pub bound: f64,
}

/// Why there is no minimiser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LpError {
    /// No point keeps every row and bound.
    Infeasible,
    /// The cost falls without end.
    Unbounded,
    /// A row or the list of bounds has another length than the costs.
    Shape {
        /// The number of costs.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// A cost, coefficient or row bound is infinite or not a number, or a variable's bounds are not
    /// in order.
    NotFinite,
    /// The simplex method failed numerically.
    Numerical,
}

impl fmt::Display for LpError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Infeasible => write!(out, "no point keeps every row and bound"),
            Self::Unbounded => write!(out, "the cost falls without end"),
            Self::Shape { expected, found } => {
                write!(
                    out,
                    "expected {expected} numbers, one per variable, found {found}"
                )
            }
            Self::NotFinite => write!(out, "a number is not finite, or bounds are not in order"),
            Self::Numerical => write!(out, "the simplex method failed numerically"),
        }
    }
}

impl std::error::Error for LpError {}

/// Minimises `costs · x` under `rows` and `bounds` (lower and upper, may be infinite).
///
/// # Shape
/// `n` costs, `n` bounds, every row with `n` coefficients; returns `n` values.
///
/// # Errors
/// [`LpError`].
pub fn minimise(costs: &[f64], rows: &[Row], bounds: &[(f64, f64)]) -> Result<Vec<f64>, LpError> {
    check_shape(costs, rows, bounds)?;
    let mut declared = variables!();
    let unknowns: Vec<good_lp::Variable> = bounds
        .iter()
        .map(|&(lower, upper)| declared.add(variable().min(lower).max(upper)))
        .collect();
    let sum = |coefficients: &[f64]| -> Expression {
        coefficients
            .iter()
            .zip(&unknowns)
            .map(|(&factor, &x)| factor * x)
            .sum()
    };
    let mut problem = declared.minimise(sum(costs)).using(microlp);
    for row in rows {
        let left = sum(&row.coefficients);
        problem.add_constraint(match row.relation {
            Relation::AtMost => constraint!(left <= row.bound),
            Relation::AtLeast => constraint!(left >= row.bound),
            Relation::Equal => constraint!(left == row.bound),
        });
    }
    let solution = problem.solve().map_err(|error| match error {
        ResolutionError::Infeasible => LpError::Infeasible,
        ResolutionError::Unbounded => LpError::Unbounded,
        _ => LpError::Numerical,
    })?;
    let values: Vec<f64> = unknowns.iter().map(|&x| solution.value(x)).collect();
    if values.iter().all(|value| value.is_finite()) {
        Ok(values)
    } else {
        Err(LpError::Numerical)
    }
}

fn check_shape(costs: &[f64], rows: &[Row], bounds: &[(f64, f64)]) -> Result<(), LpError> {
    let expected = costs.len();
    let lengths = rows.iter().map(|row| row.coefficients.len());
    if let Some(found) = lengths
        .chain([bounds.len()])
        .find(|&found| found != expected)
    {
        return Err(LpError::Shape { expected, found });
    }
    let numbers = rows
        .iter()
        .flat_map(|row| row.coefficients.iter().chain([&row.bound]));
    let all_finite = costs.iter().chain(numbers).all(|number| number.is_finite());
    // `lower <= upper` is false for NaN as well.
    if all_finite && bounds.iter().all(|(lower, upper)| lower <= upper) {
        Ok(())
    } else {
        Err(LpError::NotFinite)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

    fn row(coefficients: &[f64], relation: Relation, bound: f64) -> Row {
        let coefficients = coefficients.to_vec();
        Row {
            coefficients,
            relation,
            bound,
        }
    }

    #[test]
    fn the_textbook_corner_is_found() {
        // Dantzig's example: max 3x + 5y, x <= 4, 2y <= 12, 3x + 2y <= 18 has its corner at (2, 6).
        let rows = [
            row(&[1.0, 0.0], Relation::AtMost, 4.0),
            row(&[0.0, 2.0], Relation::AtMost, 12.0),
            row(&[3.0, 2.0], Relation::AtMost, 18.0),
        ];
        let bounds = [(0.0, f64::INFINITY); 2];
        let found = minimise(&[-3.0, -5.0], &rows, &bounds).expect("feasible");
        assert!(
            (found[0] - 2.0).abs() < 1e-9 && (found[1] - 6.0).abs() < 1e-9,
            "{found:?}"
        );
    }

    #[test]
    fn equalities_and_free_variables_work() {
        let rows = [
            row(&[1.0, 1.0], Relation::Equal, 1.0),
            row(&[1.0, -1.0], Relation::AtLeast, 5.0),
        ];
        let found = minimise(&[1.0, 0.0], &rows, &[FREE, FREE]).expect("feasible");
        assert!(
            (found[0] - 3.0).abs() < 1e-9 && (found[1] + 2.0).abs() < 1e-9,
            "{found:?}"
        );
    }

    #[test]
    fn each_failure_has_its_own_name() {
        let low = row(&[1.0], Relation::AtMost, 0.0);
        let high = row(&[1.0], Relation::AtLeast, 1.0);
        let infeasible = minimise(&[1.0], &[low.clone(), high], &[FREE]);
        assert_eq!(infeasible, Err(LpError::Infeasible));
        assert_eq!(
            minimise(&[1.0], std::slice::from_ref(&low), &[FREE]),
            Err(LpError::Unbounded)
        );
        let shape = LpError::Shape {
            expected: 2,
            found: 1,
        };
        assert_eq!(minimise(&[1.0, 1.0], &[low], &[FREE, FREE]), Err(shape));
        assert_eq!(minimise(&[f64::NAN], &[], &[FREE]), Err(LpError::NotFinite));
        assert_eq!(
            minimise(&[1.0], &[], &[(1.0, 0.0)]),
            Err(LpError::NotFinite)
        );
    }
}
