//! One trait for a single number and for lanes, so that a law is written once.
//!
//! In: a law generic over [`Real`]. Out: the same bits for `f64` and for every lane: a single
//! number goes through the lanes' own elementary functions, too.

use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Sub};

use super::{Lanes, Mask};

/// A number, or one number per sample.
pub trait Real:
    Copy
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Add<f64, Output = Self>
    + Sub<f64, Output = Self>
    + Mul<f64, Output = Self>
    + Div<f64, Output = Self>
{
    /// One answer per sample.
    type Mask: Copy
        + BitAnd<Output = Self::Mask>
        + BitOr<Output = Self::Mask>
        + Not<Output = Self::Mask>;

    /// Number of samples.
    const COUNT: usize;

    /// The same number everywhere.
    #[must_use]
    fn splat(value: f64) -> Self;
    /// A number from its place.
    #[must_use]
    fn from_fn(value: impl FnMut(usize) -> f64) -> Self;
    /// The number at `place`, below [`Self::COUNT`].
    #[must_use]
    fn lane(self, place: usize) -> f64;
    /// Square root.
    #[must_use]
    fn sqrt(self) -> Self;
    /// e to the power of the number.
    #[must_use]
    fn exp(self) -> Self;
    /// Natural logarithm.
    #[must_use]
    fn ln(self) -> Self;
    /// `ln(1 + x)`.
    #[must_use]
    fn ln_1p(self) -> Self;
    /// Where this is less; nowhere for NaN.
    #[must_use]
    fn lt(self, other: Self) -> Self::Mask;
    /// Where this is less or equal; nowhere for NaN.
    #[must_use]
    fn le(self, other: Self) -> Self::Mask;
    /// `yes` where the mask is set, `no` elsewhere.
    #[must_use]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;
    /// A mask from its place.
    #[must_use]
    fn mask(holds: impl FnMut(usize) -> bool) -> Self::Mask;
    /// Whether a mask is set at `place`.
    #[must_use]
    fn holds(mask: Self::Mask, place: usize) -> bool;
    /// Whether a mask is set anywhere.
    #[must_use]
    fn any(mask: Self::Mask) -> bool;

    /// The greater number; `self` unless `other` is greater.
    #[inline(always)]
    #[must_use]
    fn greatest(self, other: Self) -> Self {
        Self::select(self.lt(other), other, self)
    }

    /// Cube root of a positive number: e^(ln x / 3), one step of Newton behind it.
    #[inline(always)]
    #[must_use]
    fn cbrt(self) -> Self {
        let near = (self.ln() / 3.0).exp();
        near - (near - self / (near * near)) / 3.0
    }
}

impl Real for f64 {
    type Mask = bool;
    const COUNT: usize = 1;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        value
    }
    #[inline(always)]
    fn from_fn(mut value: impl FnMut(usize) -> f64) -> Self {
        value(0)
    }
    #[inline(always)]
    fn lane(self, _: usize) -> f64 {
        self
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn exp(self) -> Self {
        Lanes::<1>::splat(self).exp().lane(0)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        Lanes::<1>::splat(self).ln().lane(0)
    }
    #[inline(always)]
    fn ln_1p(self) -> Self {
        Lanes::<1>::splat(self).ln_1p().lane(0)
    }
    #[inline(always)]
    fn lt(self, other: Self) -> bool {
        self < other
    }
    #[inline(always)]
    fn le(self, other: Self) -> bool {
        self <= other
    }
    #[inline(always)]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }
    #[inline(always)]
    fn mask(mut holds: impl FnMut(usize) -> bool) -> bool {
        holds(0)
    }
    #[inline(always)]
    fn holds(mask: bool, _: usize) -> bool {
        mask
    }
    #[inline(always)]
    fn any(mask: bool) -> bool {
        mask
    }
}

impl<const N: usize> Real for Lanes<N> {
    type Mask = Mask<N>;
    const COUNT: usize = N;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Lanes::splat(value)
    }
    #[inline(always)]
    fn from_fn(value: impl FnMut(usize) -> f64) -> Self {
        Lanes::from_fn(value)
    }
    #[inline(always)]
    fn lane(self, place: usize) -> f64 {
        Lanes::lane(self, place)
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        Lanes::sqrt(self)
    }
    #[inline(always)]
    fn exp(self) -> Self {
        Lanes::exp(self)
    }
    #[inline(always)]
    fn ln(self) -> Self {
        Lanes::ln(self)
    }
    #[inline(always)]
    fn ln_1p(self) -> Self {
        Lanes::ln_1p(self)
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Mask<N> {
        Lanes::lt(self, other)
    }
    #[inline(always)]
    fn le(self, other: Self) -> Mask<N> {
        Lanes::le(self, other)
    }
    #[inline(always)]
    fn select(mask: Mask<N>, yes: Self, no: Self) -> Self {
        mask.select(yes, no)
    }
    #[inline(always)]
    fn mask(holds: impl FnMut(usize) -> bool) -> Mask<N> {
        Mask::from_fn(holds)
    }
    #[inline(always)]
    fn holds(mask: Mask<N>, place: usize) -> bool {
        mask.lane(place)
    }
    #[inline(always)]
    fn any(mask: Mask<N>) -> bool {
        mask.any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law<R: Real>(x: R) -> R {
        let warm = (x * 0.3).exp() + x.ln().ln_1p();
        R::select(x.lt(R::splat(2.0)), warm, warm.sqrt().cbrt())
    }

    #[test]
    fn a_law_gives_a_number_and_a_lane_the_same_bits() {
        let values = [1.0, 1.7, 2.3, 40.0];
        let wide = law(Lanes::new(values));
        for (at, value) in values.into_iter().enumerate() {
            assert_eq!(law(value).to_bits(), wide.lane(at).to_bits(), "{value}");
        }
    }

    #[test]
    fn the_cube_root_is_within_two_units_in_the_last_place() {
        for x in [0.1, 0.8, 1.0, 2.5, 27.0, 1e5] {
            let error = (Real::cbrt(x) / core_math::cbrt(x) - 1.0).abs();
            assert!(error <= 2.0 * f64::EPSILON, "{x}: {error}");
        }
    }
}
