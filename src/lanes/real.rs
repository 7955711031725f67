//! One trait for a single number and for lanes, so that a law is written once.
//!
//! In: a law generic over [`Real`]. Out: the same bits for `f64` and for every lane: a single
//! number goes through the lanes' own elementary functions, too. What a comparison gives is a
//! [`Choice`]: `bool` for a number, [`Mask`] for lanes.

use std::fmt::Debug;
use std::ops::{Add, BitAnd, BitOr, Div, Mul, Neg, Not, Sub};

use super::{Lanes, Mask, elementary, written_out};

/// A number, or one number per sample.
pub trait Real:
    Copy
    + Debug
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
    type Mask: Choice<Self>;

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
    /// Replaces the number at `place`, below [`Self::COUNT`].
    fn set_lane(&mut self, place: usize, value: f64);
    /// Square root, NaN below zero.
    #[must_use]
    fn sqrt(self) -> Self;
    /// Magnitude.
    #[must_use]
    fn abs(self) -> Self;
    /// The magnitude of this with the sign of `sign`.
    #[must_use]
    fn with_sign_of(self, sign: Self) -> Self;
    /// The number whose bits are a function of these.
    #[must_use]
    fn map_bits(self, function: impl Fn(u64) -> u64) -> Self;
    /// Where this is less; nowhere for NaN.
    #[must_use]
    fn lt(self, other: Self) -> Self::Mask;
    /// Where this is less or equal; nowhere for NaN.
    #[must_use]
    fn le(self, other: Self) -> Self::Mask;

    /// Where this is greater; nowhere for NaN.
    #[inline(always)]
    #[must_use]
    fn gt(self, other: Self) -> Self::Mask {
        other.lt(self)
    }

    /// Where this is greater or equal; nowhere for NaN.
    #[inline(always)]
    #[must_use]
    fn ge(self, other: Self) -> Self::Mask {
        other.le(self)
    }

    /// Where the number is neither infinite nor NaN.
    #[inline(always)]
    #[must_use]
    fn is_finite(self) -> Self::Mask {
        self.abs().lt(Self::splat(f64::INFINITY))
    }

    /// [`Choice::select`] as a function.
    #[inline(always)]
    #[must_use]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self {
        mask.select(yes, no)
    }

    /// [`Choice::from_fn`] of this number's mask.
    #[inline(always)]
    #[must_use]
    fn mask(holds: impl FnMut(usize) -> bool) -> Self::Mask {
        Self::Mask::from_fn(holds)
    }

    /// [`Choice::lane`] as a function.
    #[inline(always)]
    #[must_use]
    fn holds(mask: Self::Mask, place: usize) -> bool {
        mask.lane(place)
    }

    /// [`Choice::any`] as a function.
    #[inline(always)]
    #[must_use]
    fn any(mask: Self::Mask) -> bool {
        mask.any()
    }

    /// The greater number; `self` unless `other` is greater, so that NaN stays.
    #[inline(always)]
    #[must_use]
    fn greatest(self, other: Self) -> Self {
        self.lt(other).select(other, self)
    }

    /// The number where it lies above `floor`, else `floor`, for NaN too.
    #[inline(always)]
    #[must_use]
    fn at_least(self, floor: Self) -> Self {
        self.gt(floor).select(self, floor)
    }

    /// The number where it lies below `ceiling`, else `ceiling`, for NaN too.
    #[inline(always)]
    #[must_use]
    fn at_most(self, ceiling: Self) -> Self {
        self.lt(ceiling).select(self, ceiling)
    }

    /// Applies a function to each number: for what has no form in lanes, such as a table.
    #[inline(always)]
    #[must_use]
    fn map(self, mut function: impl FnMut(f64) -> f64) -> Self {
        Self::from_fn(
            #[inline(always)]
            |place| function(self.lane(place)),
        )
    }

    /// One over the number.
    #[inline(always)]
    #[must_use]
    fn inverse(self) -> Self {
        Self::splat(1.0) / self
    }

    /// e to the power of the number.
    #[inline(always)]
    #[must_use]
    fn exp(self) -> Self {
        elementary::exp(self)
    }

    /// `exp(x) − 1` without cancellation near 0.
    #[inline(always)]
    #[must_use]
    fn exp_m1(self) -> Self {
        elementary::exp_m1(self)
    }

    /// `1 − exp(−x)`, the share that has decayed, of a number that is not negative.
    #[inline(always)]
    #[must_use]
    fn decayed(self) -> Self {
        elementary::decayed(self)
    }

    /// Natural logarithm; −∞ at 0, NaN below.
    #[inline(always)]
    #[must_use]
    fn ln(self) -> Self {
        elementary::ln(self)
    }

    /// `ln(1 + x)` without cancellation near 0.
    #[inline(always)]
    #[must_use]
    fn ln_1p(self) -> Self {
        elementary::ln_1p(self)
    }

    /// Hyperbolic tangent.
    #[inline(always)]
    #[must_use]
    fn tanh(self) -> Self {
        elementary::tanh(self)
    }

    /// Inverse hyperbolic sine.
    #[inline(always)]
    #[must_use]
    fn asinh(self) -> Self {
        elementary::asinh(self)
    }

    /// Cube root of a positive number: e^(ln x / 3), one step of Newton behind it.
    #[inline(always)]
    #[must_use]
    fn cbrt(self) -> Self {
        let near = (self.ln() / 3.0).exp();
        near - (near - self / (near * near)) / 3.0
    }
}

/// A yes or no, or one per sample: what comparing two `R` gives.
pub trait Choice<R>:
    Copy + Debug + BitAnd<Output = Self> + BitOr<Output = Self> + Not<Output = Self>
{
    /// The same answer everywhere.
    #[must_use]
    fn splat(holds: bool) -> Self;
    /// An answer from its place.
    #[must_use]
    fn from_fn(holds: impl FnMut(usize) -> bool) -> Self;
    /// `yes` where the answer is yes, `no` elsewhere.
    #[must_use]
    fn select(self, yes: R, no: R) -> R;
    /// The answer at `place`.
    #[must_use]
    fn lane(self, place: usize) -> bool;
    /// Replaces the answer at `place`.
    fn set_lane(&mut self, place: usize, holds: bool);
    /// Whether any answer is yes.
    #[must_use]
    fn any(self) -> bool;
    /// Whether every answer is yes.
    #[must_use]
    fn all(self) -> bool;
}

impl Choice<f64> for bool {
    #[inline(always)]
    fn splat(holds: bool) -> Self {
        holds
    }
    #[inline(always)]
    fn from_fn(mut holds: impl FnMut(usize) -> bool) -> Self {
        holds(0)
    }
    #[inline(always)]
    fn select(self, yes: f64, no: f64) -> f64 {
        if self { yes } else { no }
    }
    #[inline(always)]
    fn lane(self, _: usize) -> bool {
        self
    }
    #[inline(always)]
    fn set_lane(&mut self, _: usize, holds: bool) {
        *self = holds;
    }
    #[inline(always)]
    fn any(self) -> bool {
        self
    }
    #[inline(always)]
    fn all(self) -> bool {
        self
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
    fn set_lane(&mut self, _: usize, value: f64) {
        *self = value;
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        f64::sqrt(self)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        f64::abs(self)
    }
    #[inline(always)]
    fn with_sign_of(self, sign: Self) -> Self {
        self.copysign(sign)
    }
    #[inline(always)]
    fn map_bits(self, function: impl Fn(u64) -> u64) -> Self {
        f64::from_bits(function(self.to_bits()))
    }
    #[inline(always)]
    fn lt(self, other: Self) -> bool {
        self < other
    }
    #[inline(always)]
    fn le(self, other: Self) -> bool {
        self <= other
    }
}

impl<const N: usize> Choice<Lanes<N>> for Mask<N> {
    #[inline(always)]
    fn splat(holds: bool) -> Self {
        Self::from_fn(
            #[inline(always)]
            |_| holds,
        )
    }
    #[inline(always)]
    fn from_fn(mut holds: impl FnMut(usize) -> bool) -> Self {
        let mut lanes = [0; N];
        written_out!(N, i => lanes[i] = if holds(i) { u64::MAX } else { 0 });
        Self(lanes)
    }
    #[inline(always)]
    fn select(self, yes: Lanes<N>, no: Lanes<N>) -> Lanes<N> {
        let mut lanes = [0.0; N];
        written_out!(N, i => {
            let bits = (yes.0[i].to_bits() & self.0[i]) | (no.0[i].to_bits() & !self.0[i]);
            lanes[i] = f64::from_bits(bits);
        });
        Lanes(lanes)
    }
    #[inline(always)]
    fn lane(self, place: usize) -> bool {
        self.0[place] != 0
    }
    #[inline(always)]
    fn set_lane(&mut self, place: usize, holds: bool) {
        self.0[place] = if holds { u64::MAX } else { 0 };
    }
    #[inline(always)]
    fn any(self) -> bool {
        let mut all = 0;
        written_out!(N, i => all |= self.0[i]);
        all != 0
    }
    #[inline(always)]
    fn all(self) -> bool {
        let mut all = u64::MAX;
        written_out!(N, i => all &= self.0[i]);
        all == u64::MAX
    }
}

impl<const N: usize> Real for Lanes<N> {
    type Mask = Mask<N>;
    const COUNT: usize = N;

    #[inline(always)]
    fn splat(value: f64) -> Self {
        Self::from_fn(
            #[inline(always)]
            |_| value,
        )
    }
    #[inline(always)]
    fn from_fn(mut value: impl FnMut(usize) -> f64) -> Self {
        let mut lanes = [0.0; N];
        written_out!(N, i => lanes[i] = value(i));
        Self(lanes)
    }
    #[inline(always)]
    fn lane(self, place: usize) -> f64 {
        self.0[place]
    }
    #[inline(always)]
    fn set_lane(&mut self, place: usize, value: f64) {
        self.0[place] = value;
    }
    #[inline(always)]
    fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }
    #[inline(always)]
    fn abs(self) -> Self {
        self.map(f64::abs)
    }
    #[inline(always)]
    fn with_sign_of(self, sign: Self) -> Self {
        let mut lanes = [0.0; N];
        written_out!(N, i => lanes[i] = self.0[i].copysign(sign.0[i]));
        Self(lanes)
    }
    #[inline(always)]
    fn map_bits(self, function: impl Fn(u64) -> u64) -> Self {
        self.map(
            #[inline(always)]
            |value| f64::from_bits(function(value.to_bits())),
        )
    }
    #[inline(always)]
    fn lt(self, other: Self) -> Mask<N> {
        let mut lanes = [0; N];
        written_out!(N, i => lanes[i] = if self.0[i] < other.0[i] { u64::MAX } else { 0 });
        Mask(lanes)
    }
    #[inline(always)]
    fn le(self, other: Self) -> Mask<N> {
        let mut lanes = [0; N];
        written_out!(N, i => lanes[i] = if self.0[i] <= other.0[i] { u64::MAX } else { 0 });
        Mask(lanes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn law<R: Real>(x: R) -> R {
        let warm = (x * 0.3).exp() + x.ln().ln_1p();
        let steep = warm.sqrt().cbrt() + x.tanh().asinh().inverse() + x.exp_m1();
        x.lt(R::splat(2.0)).select(warm, steep)
    }

    #[test]
    fn a_law_gives_a_number_and_a_lane_the_same_bits() {
        let values = [1.0, 1.7, 2.3, 40.0];
        let wide = law(Lanes::new(values));
        for (at, value) in values.into_iter().enumerate() {
            assert_eq!(law(value).to_bits(), wide.lane(at).to_bits(), "{value}");
        }
    }

    /// Goal: what becomes of NaN is said by the name. `greatest` keeps it; a floor and a ceiling
    /// replace it.
    #[test]
    fn nan_stays_in_the_greatest_and_yields_to_bounds() {
        let x = Lanes::new([f64::NAN, -1.0, 0.5, 2.0]);
        let one = Lanes::splat(1.0);
        let greatest = x.greatest(one);
        assert!(greatest.lane(0).is_nan());
        assert_eq!(greatest.to_array()[1..], [1.0, 1.0, 2.0]);
        assert_eq!(x.at_least(one).to_array(), [1.0, 1.0, 1.0, 2.0]);
        assert_eq!(x.at_most(one).to_array(), [1.0, -1.0, 0.5, 1.0]);
        assert_eq!(Real::at_least(f64::NAN, 1.0), 1.0);
        assert!(Real::greatest(f64::NAN, 1.0).is_nan());
    }

    #[test]
    fn the_cube_root_is_within_two_units_in_the_last_place() {
        for x in [0.1, 0.8, 1.0, 2.5, 27.0, 1e5] {
            let error = (Real::cbrt(x) / core_math::cbrt(x) - 1.0).abs();
            assert!(error <= 2.0 * f64::EPSILON, "{x}: {error}");
        }
    }
}
