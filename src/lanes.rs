//! Lanes: the same arithmetic on `N` samples side by side, the same bits for every `N`.
//!
//! In: one `f64` per sample. Out: one `f64` per sample. Lane `i` of every result depends on lane
//! `i` of the arguments alone and goes through the same `+ − × ÷ sqrt` in the same order whatever
//! `N` is; nothing here fuses a multiplication with an addition. So a kernel written over lanes
//! gives one sample and a million the same bits, on any machine. [`vectorised`] compiles a kernel
//! for the vector instructions of the machine at hand; it changes the speed only.
//!
//! The elementary functions ([`Lanes::exp`], [`Lanes::ln`], …) are our own, within 2 units in the
//! last place: the correctly rounded ones of `math` cost twenty times more and do not run in lanes.

mod elementary;
mod real;

pub use real::Real;

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Sub};

/// One number per sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lanes<const N: usize>([f64; N]);

/// One yes or no per sample: all bits set or none, so that choosing is bitwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mask<const N: usize>([u64; N]);

/// Does the work for each place below a count known to the compiler, at most twelve, without a
/// loop: kernels have thousands of them, and a compiler that has to unroll each takes minutes.
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

    /// Makes lanes that all hold one value.
    #[inline(always)]
    #[must_use]
    pub fn splat(value: f64) -> Self {
        Self::from_fn(
            #[inline(always)]
            |_| value,
        )
    }

    /// Makes lanes from a function of their place.
    #[inline(always)]
    #[must_use]
    pub fn from_fn(mut value: impl FnMut(usize) -> f64) -> Self {
        let mut lanes = [0.0; N];
        written_out!(N, i => lanes[i] = value(i));
        Self(lanes)
    }

    /// Returns the values.
    #[inline(always)]
    #[must_use]
    pub fn to_array(self) -> [f64; N] {
        self.0
    }

    /// Returns the value of lane `place`, below `N`.
    #[inline(always)]
    #[must_use]
    pub fn lane(self, place: usize) -> f64 {
        self.0[place]
    }

    /// Replaces the value of lane `place`, below `N`.
    #[inline(always)]
    pub fn set_lane(&mut self, place: usize, value: f64) {
        self.0[place] = value;
    }

    /// Applies a function to each lane: for what has no form in lanes, such as a table.
    #[inline(always)]
    #[must_use]
    pub fn map(self, mut function: impl FnMut(f64) -> f64) -> Self {
        let mut lanes = [0.0; N];
        written_out!(N, i => lanes[i] = function(self.0[i]));
        Self(lanes)
    }

    /// Square root, NaN below zero.
    #[inline(always)]
    #[must_use]
    pub fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }

    /// Magnitude.
    #[inline(always)]
    #[must_use]
    pub fn abs(self) -> Self {
        self.map(f64::abs)
    }

    /// The magnitude of `self` with the sign of `sign`.
    #[inline(always)]
    #[must_use]
    pub fn with_sign_of(self, sign: Self) -> Self {
        let mut lanes = [0.0; N];
        written_out!(N, i => lanes[i] = self.0[i].copysign(sign.0[i]));
        Self(lanes)
    }

    /// The lesser value; the other one where `self` is NaN.
    #[inline(always)]
    #[must_use]
    pub fn least(self, other: Self) -> Self {
        self.lt(other).select(self, other)
    }

    /// The greater value; the other one where `self` is NaN.
    #[inline(always)]
    #[must_use]
    pub fn greatest(self, other: Self) -> Self {
        self.gt(other).select(self, other)
    }

    /// Where `self < other`; nowhere for NaN.
    #[inline(always)]
    #[must_use]
    pub fn lt(self, other: Self) -> Mask<N> {
        let mut lanes = [0; N];
        written_out!(N, i => lanes[i] = if self.0[i] < other.0[i] { u64::MAX } else { 0 });
        Mask(lanes)
    }

    /// Where `self <= other`; nowhere for NaN.
    #[inline(always)]
    #[must_use]
    pub fn le(self, other: Self) -> Mask<N> {
        let mut lanes = [0; N];
        written_out!(N, i => lanes[i] = if self.0[i] <= other.0[i] { u64::MAX } else { 0 });
        Mask(lanes)
    }

    /// Where `self > other`; nowhere for NaN.
    #[inline(always)]
    #[must_use]
    pub fn gt(self, other: Self) -> Mask<N> {
        other.lt(self)
    }

    /// Where `self >= other`; nowhere for NaN.
    #[inline(always)]
    #[must_use]
    pub fn ge(self, other: Self) -> Mask<N> {
        other.le(self)
    }

    /// e to the power of `self`.
    #[inline(always)]
    #[must_use]
    pub fn exp(self) -> Self {
        elementary::exp(self)
    }

    /// `exp(self) − 1` without cancellation near 0.
    #[inline(always)]
    #[must_use]
    pub fn exp_m1(self) -> Self {
        elementary::exp_m1(self)
    }

    /// Natural logarithm; −∞ at 0, NaN below.
    #[inline(always)]
    #[must_use]
    pub fn ln(self) -> Self {
        elementary::ln(self)
    }

    /// `ln(1 + self)` without cancellation near 0.
    #[inline(always)]
    #[must_use]
    pub fn ln_1p(self) -> Self {
        elementary::ln_1p(self)
    }

    /// Hyperbolic tangent.
    #[inline(always)]
    #[must_use]
    pub fn tanh(self) -> Self {
        elementary::tanh(self)
    }

    /// Inverse hyperbolic sine.
    #[inline(always)]
    #[must_use]
    pub fn asinh(self) -> Self {
        elementary::asinh(self)
    }

    /// Where the value is neither infinite nor NaN.
    #[inline(always)]
    #[must_use]
    pub fn is_finite(self) -> Mask<N> {
        self.abs().lt(Self::splat(f64::INFINITY))
    }
}

impl<const N: usize> Mask<N> {
    /// Makes a mask from a function of the place.
    #[inline(always)]
    #[must_use]
    pub fn from_fn(mut holds: impl FnMut(usize) -> bool) -> Self {
        let mut lanes = [0; N];
        written_out!(N, i => lanes[i] = if holds(i) { u64::MAX } else { 0 });
        Self(lanes)
    }

    /// The same answer in every lane.
    #[inline(always)]
    #[must_use]
    pub fn splat(holds: bool) -> Self {
        Self::from_fn(
            #[inline(always)]
            |_| holds,
        )
    }

    /// Takes `yes` where the mask is set, `no` elsewhere.
    #[inline(always)]
    #[must_use]
    pub fn select(self, yes: Lanes<N>, no: Lanes<N>) -> Lanes<N> {
        let mut lanes = [0.0; N];
        written_out!(N, i => {
            let bits = (yes.0[i].to_bits() & self.0[i]) | (no.0[i].to_bits() & !self.0[i]);
            lanes[i] = f64::from_bits(bits);
        });
        Lanes(lanes)
    }

    /// Whether the lane at `place`, below `N`, is set.
    #[inline(always)]
    #[must_use]
    pub fn lane(self, place: usize) -> bool {
        self.0[place] != 0
    }

    /// Sets or clears the lane at `place`, below `N`.
    #[inline(always)]
    pub fn set_lane(&mut self, place: usize, holds: bool) {
        self.0[place] = if holds { u64::MAX } else { 0 };
    }

    /// Whether any lane is set.
    #[inline(always)]
    #[must_use]
    pub fn any(self) -> bool {
        let mut all = 0;
        written_out!(N, i => all |= self.0[i]);
        all != 0
    }

    /// Whether every lane is set.
    #[inline(always)]
    #[must_use]
    pub fn all(self) -> bool {
        let mut all = u64::MAX;
        written_out!(N, i => all &= self.0[i]);
        all == u64::MAX
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
        self.map(|x| -x)
    }
}

/// Lane by lane, with lanes or one number on either side.
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
                self $sign Self::splat(other)
            }
        }

        impl<const N: usize> $trait<Lanes<N>> for f64 {
            type Output = Lanes<N>;
            #[inline(always)]
            fn $method(self, other: Lanes<N>) -> Lanes<N> {
                Lanes::splat(self) $sign other
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
            assert_eq!((2.0 - x).lane(i).to_bits(), (2.0 - a[i]).to_bits());
            assert_eq!((x * y).lane(i).to_bits(), (a[i] * b[i]).to_bits());
            assert_eq!((x / 3.0).lane(i).to_bits(), (a[i] / 3.0).to_bits());
        }
    }
}
