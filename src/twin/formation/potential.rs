//! Open-circuit potential of one electrode as a fast, checked table.
//!
//! In: the potential and entropic curves of a parameter file. Out: value and slope at a
//! stoichiometry. Formulas with six exponentials cost more than the rest of a time step, so they
//! are sampled once, with slopes, at equal distances over 0..1 and joined by cubic Hermite pieces
//! (error h⁴/384 of the fourth derivative). Nothing is trusted: the table is compared with the
//! formula at the middle of every piece, refined, and given up in favour of the formula if it
//! misses by more than [`TABLE_ERROR_V_MAX`].

use crate::lanes::Real;
use crate::model::curve::Curve;

/// Largest difference between table and formula at the middle of a piece, V.
pub const TABLE_ERROR_V_MAX: f64 = 1e-7;

/// 1.5·2^52: adding it rounds to an integer, which then stands in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;

/// The low bits that hold the number of a piece.
const PLACE_BITS: u64 = (1 << 20) - 1;

/// Numbers of pieces that are tried.
const PIECES: [usize; 3] = [1024, 4096, 16_384];

/// A potential that is cheap to evaluate on stoichiometries in 0..1.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Potential {
    /// Equidistant cubic pieces: coefficients of the powers of the place within the piece.
    Pieces { pieces: Vec<[f64; 4]>, count: f64 },
    /// The curve itself, for tables with kinks and formulas too steep for pieces.
    Direct(Curve),
}

impl Potential {
    /// Samples `curve` to [`TABLE_ERROR_V_MAX`].
    pub(super) fn new(curve: &Curve) -> Self {
        Self::within(curve, TABLE_ERROR_V_MAX)
    }

    /// Samples a curve that is no potential to an error of its own unit.
    pub(super) fn within(curve: &Curve, error_max: f64) -> Self {
        if !matches!(curve, Curve::Table(_)) {
            for pieces in PIECES {
                if let Some(table) = sample(curve, pieces, error_max) {
                    return table;
                }
            }
        }
        Self::Direct(curve.clone())
    }

    /// Returns the value and its slope at `x` in 0..1.
    #[inline(always)]
    pub(super) fn value_and_slope<R: Real>(&self, x: R) -> (R, R) {
        match self {
            Self::Direct(curve) => direct(curve, x),
            Self::Pieces { pieces, count } => {
                let position = x * *count;
                let last = pieces.len() - 1;
                // Rounding half below finds a piece that holds the place or touches it.
                let shifted = (position - 0.5) + ROUNDER;
                let mut coefficients = [R::splat(0.0); 4];
                for i in 0..R::COUNT {
                    let left = ((shifted.lane(i).to_bits() & PLACE_BITS) as usize).min(last);
                    let piece = pieces[left];
                    for (lanes, coefficient) in coefficients.iter_mut().zip(piece) {
                        lanes.set_lane(i, coefficient);
                    }
                }
                let place = shifted - ROUNDER;
                cubic(coefficients, position - place, *count)
            }
        }
    }
}

/// Evaluates the curve itself, lane by lane.
fn direct<R: Real>(curve: &Curve, x: R) -> (R, R) {
    let mut slope = R::splat(0.0);
    let mut value = R::splat(0.0);
    for i in 0..R::COUNT {
        let (at, per) = curve.value_and_derivative(x.lane(i));
        value.set_lane(i, at);
        slope.set_lane(i, per);
    }
    (value, slope)
}

/// Value and slope of a piece at `t` in 0..1.
#[inline(always)]
fn cubic<R: Real>([value, slope, square, cube]: [R; 4], t: R, count: f64) -> (R, R) {
    let at = value + t * (slope + t * (square + t * cube));
    let per = slope + t * (square * 2.0 + t * cube * 3.0);
    (at, per * count)
}

/// Coefficients of the cubic with given values and slopes (per piece) at its ends.
fn piece([a, da]: [f64; 2], [b, db]: [f64; 2]) -> [f64; 4] {
    let rise = b - a;
    [a, da, 3.0 * rise - 2.0 * da - db, da + db - 2.0 * rise]
}

/// Returns the table, or nothing when it is not finite or not accurate enough.
fn sample(curve: &Curve, pieces: usize, error_max: f64) -> Option<Potential> {
    #[expect(clippy::cast_precision_loss, reason = "at most 16384")]
    let count = pieces as f64;
    #[expect(clippy::cast_precision_loss, reason = "at most 16384")]
    let at = |i: usize| i as f64 / count;
    let knots: Vec<[f64; 2]> = (0..=pieces)
        .map(|i| {
            let (value, slope) = curve.value_and_derivative(at(i));
            [value, slope / count]
        })
        .collect();
    let pieces: Vec<[f64; 4]> = knots.windows(2).map(|k| piece(k[0], k[1])).collect();
    for (i, &coefficients) in pieces.iter().enumerate() {
        let middle = curve.value((at(i) + at(i + 1)) / 2.0);
        let (guess, _) = cubic(coefficients, 0.5, count);
        let error = (guess - middle).abs();
        if error.is_nan() || error > error_max {
            return None;
        }
    }
    Some(Potential::Pieces { pieces, count })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::expression::Expression;

    fn formula(text: &str) -> Curve {
        Curve::Expression(Expression::parse(text, "x").expect("the formula is sound"))
    }

    #[test]
    fn pieces_agree_with_the_formula_between_knots() {
        let curve = formula("1.98*exp(-39.4*x) - 0.09*tanh(29.9*(x - 0.1234))");
        let table = Potential::new(&curve);
        assert!(matches!(table, Potential::Pieces { .. }));
        for i in 0..=1000 {
            let x = f64::from(i) / 1000.0;
            let (value, slope) = table.value_and_slope(x);
            let (exact, exact_slope) = curve.value_and_derivative(x);
            assert!(
                (value - exact).abs() < 2e-7,
                "x = {x}: {value} against {exact}"
            );
            assert!(
                (slope - exact_slope).abs() < 1e-3,
                "x = {x}: {slope} against {exact_slope}"
            );
        }
    }

    #[test]
    fn formula_that_is_infinite_at_the_end_stays_a_formula() {
        assert!(matches!(
            Potential::new(&formula("log(x)")),
            Potential::Direct(_)
        ));
    }
}
