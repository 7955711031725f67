//! The table between the limits of binder migration: Chebyshev polynomials in the logarithm of
//! the scaled rate ([`Shrinkage::scaled_rate`]), in the shrinkage φ_0/φ_max and in the packing
//! φ_max.
//!
//! In: a point inside the ranges. Out: the logarithms of solution over anchor for both faces. The
//! coefficients in `coefficients.rs` are written by the solver ([`coefficients_text`]); a test
//! makes nodes again and measures the error between them.

mod coefficients;

use std::f64::consts::PI;

use super::{Resolution, Shrinkage};
use crate::math;
use crate::twin::status::TwinError;
use coefficients::COEFFICIENTS;

/// Scaled rates of the table; beyond, the limits take over.
pub const RATE_RANGE: (f64, f64) = (0.04, 40.0);
/// Thickness of the packed film over that of the wet film.
pub const SHRINKAGE_RANGE: (f64, f64) = (0.35, 0.85);
/// Volume fraction of solids in the packed film.
pub const PACKING_RANGE: (f64, f64) = (0.35, 0.70);

/// Polynomials in the logarithm of the scaled rate.
const IN_RATE: usize = 20;
/// Polynomials in the shrinkage.
const IN_SHRINKAGE: usize = 6;
/// Polynomials in the packing.
const IN_PACKING: usize = 5;

/// Evaluates both sums.
pub(super) fn correction(rate: f64, shrinkage: f64, packed: f64) -> [f64; 2] {
    let (low, high) = RATE_RANGE;
    let logarithms = (math::ln(low), math::ln(high));
    let along = polynomials::<IN_RATE>(scaled(math::ln(rate), logarithms));
    let across = polynomials::<IN_SHRINKAGE>(scaled(shrinkage, SHRINKAGE_RANGE));
    let up = polynomials::<IN_PACKING>(scaled(packed, PACKING_RANGE));
    let mut sums = [0.0; 2];
    for (plane, first) in COEFFICIENTS
        .chunks_exact(IN_SHRINKAGE * IN_PACKING)
        .zip(along)
    {
        for (row, second) in plane.chunks_exact(IN_PACKING).zip(across) {
            let product = first * second;
            for (pair, third) in row.iter().zip(up) {
                sums[0] += product * third * pair[0];
                sums[1] += product * third * pair[1];
            }
        }
    }
    sums
}

/// Maps a range to −1 … 1.
fn scaled(value: f64, (low, high): (f64, f64)) -> f64 {
    (2.0 * value - low - high) / (high - low)
}

/// Chebyshev polynomials T_0 … at x.
fn polynomials<const N: usize>(x: f64) -> [f64; N] {
    let mut values = [1.0; N];
    if N > 1 {
        values[1] = x;
    }
    for at in 2..N {
        values[at] = 2.0 * x * values[at - 1] - values[at - 2];
    }
    values
}

/// The nodes of `count` polynomials in a range, and their scaled places.
fn nodes(count: usize, (low, high): (f64, f64)) -> Vec<f64> {
    let at = |node: usize| {
        let x = math::cos(PI * (node as f64 + 0.5) / count as f64);
        0.5 * (low + high + x * (high - low))
    };
    (0..count).map(at).collect()
}

/// The films at the nodes of the table, in the order of the coefficients.
#[must_use]
pub fn node_films() -> Vec<Shrinkage> {
    let (low, high) = RATE_RANGE;
    let mut films = Vec::new();
    for logarithm in nodes(IN_RATE, (math::ln(low), math::ln(high))) {
        for thickness in nodes(IN_SHRINKAGE, SHRINKAGE_RANGE) {
            for packed in nodes(IN_PACKING, PACKING_RANGE) {
                let unit = Shrinkage {
                    peclet: 1.0,
                    initial: thickness * packed,
                    packed,
                };
                films.push(Shrinkage {
                    peclet: math::exp(logarithm) / unit.scaled_rate(),
                    ..unit
                });
            }
        }
    }
    films
}

/// Makes the coefficients with the solver and writes them as the source of `coefficients.rs`.
///
/// # Errors
/// What the solver refuses.
pub fn coefficients_text() -> Result<String, TwinError> {
    let films = node_films();
    let values = films
        .iter()
        .map(|film| film.corrections(Resolution::TABLE))
        .collect::<Result<Vec<_>, _>>()?;
    let weight = |order: usize, node: usize, count: usize| {
        let scale = if order == 0 { 1.0 } else { 2.0 } / count as f64;
        scale * math::cos(PI * order as f64 * (node as f64 + 0.5) / count as f64)
    };
    let count = IN_RATE * IN_SHRINKAGE * IN_PACKING;
    let mut text = format!("{HEADER}pub(super) const COEFFICIENTS: [[f64; 2]; {count}] = [\n");
    for index in 0..count {
        let [i, j, k] = orders(index);
        let mut sums = [0.0; 2];
        for (at, value) in values.iter().enumerate() {
            let [a, b, c] = orders(at);
            let product =
                weight(i, a, IN_RATE) * weight(j, b, IN_SHRINKAGE) * weight(k, c, IN_PACKING);
            sums[0] += product * value[0];
            sums[1] += product * value[1];
        }
        text += &format!("    [{:.8}, {:.8}],\n", sums[0], sums[1]);
    }
    text += "];\n";
    Ok(text)
}

/// Splits an index, the packing running fastest.
fn orders(index: usize) -> [usize; 3] {
    let (plane, rest) = (
        index / (IN_SHRINKAGE * IN_PACKING),
        index % (IN_SHRINKAGE * IN_PACKING),
    );
    [plane, rest / IN_PACKING, rest % IN_PACKING]
}

const HEADER: &str = "\
//! Coefficients of the binder table, written by `coefficients_text`; not edited by hand.
//!
//! In: nothing. Out: one pair (top, bottom) per product of polynomials: rate, shrinkage,
//! packing, the last running fastest.

/// Eight decimals of a logarithm: 1e-8 relative.
";
