//! Lanes: the same arithmetic on `N` samples side by side, the same bits for every `N`.
//!
//! In: one `f64` per sample. Out: one `f64` per sample. Lane `i` of every result depends on lane
//! `i` of the arguments alone and goes through the same `+ − × ÷ sqrt` in the same order whatever
//! `N` is; nothing here fuses a multiplication with an addition. So a kernel written over lanes
//! gives one sample and a million the same bits, on any machine. [`vectorised`] compiles a kernel
//! for the vector instructions of the machine at hand; it changes the speed only.
//!
//! A law is written over [`Real`], which a single `f64` is, too. Its elementary functions
//! ([`Real::exp`], [`Real::ln`], …) are our own, within 2 units in the last place: the correctly
//! rounded ones of `math` cost twenty times more and do not run in lanes.

mod elementary;
mod real;

pub use real::{Choice, Real};

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Sub};

/// One number per sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lanes<const N: usize>([f64; N]);

/// One yes or no per sample: all bits set or none, so that choosing is bitwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask<const N: usize>([u64; N]);

/// Does the work for each place below a count known to the compiler, at most 12, without a loop:
/// kernels have thousands of them, and a compiler that has to unroll each takes minutes for it.
macro_rules! written_out {
    ($count:ident, $place:ident => $work:expr) => {
        written_out!($count, $place => $work, 0 1 2 3 4 5 6 7 8 9 10 11)
    };
    ($count:ident, $place:ident => $work:expr, $($at:literal)*) => {
        const { assert!($count <= 12, "written out for twelve places at most") };
        $(if const { $at < $count } {
            let $place = $at;
            $work;
        })*
    };
}
use written_out;

/// Runs a kernel compiled for vectors of four doubles (AVX2); nothing where the machine has none.
///
/// Without such vectors lanes gain nothing over single samples, which have the same bits: the
/// caller then runs those. The kernel, a closure too, and everything it calls in its loops must be
/// `#[inline(always)]`: what is not inlined is compiled for the least machine, many times slower.
///
/// # Example
/// ```
/// use cellwright::lanes::{Lanes, vectorised};
///
/// let squares = vectorised(
///     #[inline(always)]
///     || {
///         let x = Lanes::<4>::new([1.0, 2.0, 3.0, 4.0]);
///         (x * x).to_array()
///     },
/// );
/// assert_eq!(squares.unwrap_or([1.0, 4.0, 9.0, 16.0]), [1.0, 4.0, 9.0, 16.0]);
/// ```
#[cfg(target_arch = "x86_64")]
pub fn vectorised<R>(kernel: impl FnOnce() -> R) -> Option<R> {
    let vectors = pulp::x86::V3::try_new()?;
    Some(vectors.vectorize(kernel))
}

/// Runs a kernel in vectors; never here, see the other machine.
#[cfg(not(target_arch = "x86_64"))]
pub fn vectorised<R>(_: impl FnOnce() -> R) -> Option<R> {
    None
}

impl<const N: usize> Lanes<N> {
    /// Makes lanes from their values.
    #[inline(always)]
    #[must_use]
    pub fn new(values: [f64; N]) -> Self {
        Self(values)
    }

    /// Returns the values.
    #[inline(always)]
    #[must_use]
    pub fn to_array(self) -> [f64; N] {
        self.0
    }
}

impl<const N: usize> BitAnd for Mask<N> {
    type Output = Self;
    #[inline(always)]
    fn bitand(self, other: Self) -> Self {
        let mut lanes = [0; N];
        written_out!(N, i => lanes[i] = self.0[i] & other.0[i]);
        Self(lanes)
    }
}

impl<const N: usize> BitOr for Mask<N> {
    type Output = Self;
    #[inline(always)]
    fn bitor(self, other: Self) -> Self {
        let mut lanes = [0; N];
        written_out!(N, i => lanes[i] = self.0[i] | other.0[i]);
        Self(lanes)
    }
}

impl<const N: usize> Not for Mask<N> {
    type Output = Self;
    #[inline(always)]
    fn not(self) -> Self {
        let mut lanes = [0; N];
        written_out!(N, i => lanes[i] = !self.0[i]);
        Self(lanes)
    }
}

impl<const N: usize> Neg for Lanes<N> {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        let mut lanes = [0.0; N];
        written_out!(N, i => lanes[i] = -self.0[i]);
        Self(lanes)
    }
}

/// Lane by lane, with lanes or one number behind the sign.
macro_rules! operator {
    ($trait:ident, $method:ident, $sign:tt) => {
        impl<const N: usize> $trait for Lanes<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                let mut lanes = [0.0; N];
                written_out!(N, i => lanes[i] = self.0[i] $sign other.0[i]);
                Self(lanes)
            }
        }

        impl<const N: usize> $trait<f64> for Lanes<N> {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: f64) -> Self {
                let mut lanes = [0.0; N];
                written_out!(N, i => lanes[i] = self.0[i] $sign other);
                Self(lanes)
            }
        }
    };
}
operator!(Add, add, +);
operator!(Sub, sub, -);
operator!(Mul, mul, *);
operator!(Div, div, /);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choosing_keeps_each_lane_apart() {
        let x = Lanes::new([1.0, -2.0, f64::NAN, 4.0]);
        let above = x.gt(Lanes::splat(0.0));
        assert_eq!(
            above.select(x, Lanes::splat(9.0)).to_array(),
            [1.0, 9.0, 9.0, 4.0]
        );
        assert!(above.any() && !above.all() && (above | !above).all());
        assert_eq!(x.is_finite(), Mask::from_fn(|i| i != 2));
    }

    #[test]
    fn operators_are_those_of_single_numbers() {
        let (a, b) = ([1.1, -2.3, 1e300, 0.1], [3.7, 0.3, 1e10, 0.2]);
        let (x, y) = (Lanes::new(a), Lanes::new(b));
        for i in 0..4 {
            assert_eq!((x + y).lane(i).to_bits(), (a[i] + b[i]).to_bits());
            assert_eq!((x - 2.0).lane(i).to_bits(), (a[i] - 2.0).to_bits());
            assert_eq!((x * y).lane(i).to_bits(), (a[i] * b[i]).to_bits());
            assert_eq!((x / 3.0).lane(i).to_bits(), (a[i] / 3.0).to_bits());
        }
    }
}
