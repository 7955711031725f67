//! Elementary functions in lanes, from `+ − × ÷ sqrt` and bits alone.
//!
//! In: lanes. Out: lanes, within 2 units in the last place of the true value (measured against a
//! correctly rounded library in the tests below); infinities and NaN as the mathematics has them.
//! Methods: argument reduction by powers of two with a two-part ln 2, then a short series whose
//! remainder lies below a tenth of a unit in the last place. No table, no branch: every lane does
//! the same work.

use super::Lanes;

/// 1/ln 2.
const PER_LN2: f64 = std::f64::consts::LOG2_E;
/// The upper 33 bits of ln 2: its product with an exponent is exact.
const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
/// ln 2 − [`LN2_HIGH`].
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1.5·2^52: adding it rounds to an integer, which then stands in the low bits.
const ROUNDER: f64 = 6_755_399_441_055_744.0;
/// Beyond this exp is infinite.
const EXP_MOST: f64 = 709.782_712_893_384;
/// Below this exp is zero.
const EXP_LEAST: f64 = -745.133_219_101_941_1;

/// exp(r) = 1 + r + r²·(A(r²) + r·B(r²)): reciprocals of factorials, even and odd powers apart so
/// that the two sums run side by side. The first term left out is r^14/14! < 5e-18.
const EXP_EVEN: [f64; 6] = [
    1.0 / 479_001_600.0,
    1.0 / 3_628_800.0,
    1.0 / 40_320.0,
    1.0 / 720.0,
    1.0 / 24.0,
    1.0 / 2.0,
];
const EXP_ODD: [f64; 6] = [
    1.0 / 6_227_020_800.0,
    1.0 / 39_916_800.0,
    1.0 / 362_880.0,
    1.0 / 5_040.0,
    1.0 / 120.0,
    1.0 / 6.0,
];

/// ln((1 + s)/(1 − s)) = 2s + s·R(s²), R(z) = z·(2/3 + 2z/5 + …); |s| < 0.1716, so the first term
/// left out is below 2e-18 of the whole.
const LN_SERIES: [f64; 11] = [
    2.0 / 23.0,
    2.0 / 21.0,
    2.0 / 19.0,
    2.0 / 17.0,
    2.0 / 15.0,
    2.0 / 13.0,
    2.0 / 11.0,
    2.0 / 9.0,
    2.0 / 7.0,
    2.0 / 5.0,
    2.0 / 3.0,
];

/// Horner's sum, highest power first.
#[inline(always)]
fn series<const N: usize, const T: usize>(terms: [f64; T], z: Lanes<N>) -> Lanes<N> {
    let mut sum = Lanes::splat(terms[0]);
    for &term in &terms[1..] {
        sum = sum * z + term;
    }
    sum
}

/// 2^k for whole `k` between −1022 and 1023, given `k + ROUNDER`.
#[inline(always)]
fn power_of_two<const N: usize>(rounded: Lanes<N>) -> Lanes<N> {
    rounded.map(|shifted| {
        let exponent = shifted.to_bits().wrapping_sub(ROUNDER.to_bits());
        f64::from_bits(exponent.wrapping_add(1023) << 52)
    })
}

/// Splits x into k·ln 2 + r with |r| ≤ ln 2 / 2; returns k + [`ROUNDER`], k and exp(r) − 1.
#[inline(always)]
fn reduced<const N: usize>(x: Lanes<N>) -> (Lanes<N>, Lanes<N>, Lanes<N>) {
    let shifted = x * PER_LN2 + ROUNDER;
    let k = shifted - ROUNDER;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    let square = r * r;
    let tail = series(EXP_EVEN, square) + r * series(EXP_ODD, square);
    (shifted, k, r + square * tail)
}

impl<const N: usize> Lanes<N> {
    /// e to the power of `self`.
    #[inline(always)]
    #[must_use]
    pub fn exp(self) -> Self {
        let (most, least) = (Self::splat(EXP_MOST), Self::splat(EXP_LEAST));
        // Outside, the value is chosen below; inside, the exponent fits. NaN stays NaN.
        let inside = most.lt(self).select(most, self);
        let inside = inside.lt(least).select(least, inside);
        let (_, k, rise) = reduced(inside);
        // In two halves, for 2^1024 and for subnormal results.
        let half = k * 0.5 + ROUNDER;
        let rest = (k - (half - ROUNDER)) + ROUNDER;
        let value = (rise + 1.0) * power_of_two(half) * power_of_two(rest);
        let value = self.gt(most).select(Self::splat(f64::INFINITY), value);
        self.lt(least).select(Self::splat(0.0), value)
    }

    /// `exp(self) − 1` without cancellation near 0.
    #[inline(always)]
    #[must_use]
    pub fn exp_m1(self) -> Self {
        let (most, least) = (Self::splat(EXP_MOST), Self::splat(-50.0));
        let inside = most.lt(self).select(most, self);
        let inside = inside.lt(least).select(least, inside);
        let (_, k, rise) = reduced(inside);
        let half = k * 0.5 + ROUNDER;
        let rest = (k - (half - ROUNDER)) + ROUNDER;
        let (half, rest) = (power_of_two(half), power_of_two(rest));
        // 2^k (1 + rise) − 1, with the halves of 2^1024 kept apart.
        let value = rise * half * rest + (half * rest - 1.0);
        let large = (rise + 1.0) * half * rest;
        let value = inside.gt(Self::splat(40.0)).select(large, value);
        let value = self.gt(most).select(Self::splat(f64::INFINITY), value);
        self.lt(least).select(Self::splat(-1.0), value)
    }

    /// Natural logarithm; −∞ at 0, NaN below.
    #[inline(always)]
    #[must_use]
    pub fn ln(self) -> Self {
        let tiny = self.lt(Self::splat(f64::MIN_POSITIVE));
        let scaled = tiny.select(self * 18_014_398_509_481_984.0, self);
        let shift = tiny.select(Self::splat(54.0), Self::splat(0.0));
        let (k, f) = exponent_and_rest(scaled);
        let k = k - shift;
        let s = f / (f + 2.0);
        let z = s * s;
        let r = z * series(LN_SERIES, z);
        let value = k * LN2_HIGH - ((s * (f - r) - k * LN2_LOW) - f);
        let above = self.gt(Self::splat(0.0));
        let is_finite = self.lt(Self::splat(f64::INFINITY));
        let zero = self.le(Self::splat(0.0)) & self.ge(Self::splat(0.0));
        let edge = zero.select(
            Self::splat(f64::NEG_INFINITY),
            above.select(self, Self::splat(f64::NAN)),
        );
        (above & is_finite).select(value, edge)
    }

    /// `ln(1 + self)` without cancellation near 0.
    #[inline(always)]
    #[must_use]
    pub fn ln_1p(self) -> Self {
        let whole = self + 1.0;
        let lost = self - (whole - 1.0);
        let value = whole.ln() + lost / whole;
        let is_plain = whole.gt(Self::splat(0.0)) & whole.lt(Self::splat(f64::INFINITY));
        is_plain.select(value, whole.ln())
    }

    /// Hyperbolic tangent.
    #[inline(always)]
    #[must_use]
    pub fn tanh(self) -> Self {
        let size = self.abs();
        let grown = (size + size).exp_m1();
        let value = grown / (grown + 2.0);
        let value = size.gt(Self::splat(20.0)).select(Self::splat(1.0), value);
        value.with_sign_of(self)
    }

    /// Inverse hyperbolic sine.
    #[inline(always)]
    #[must_use]
    pub fn asinh(self) -> Self {
        let size = self.abs();
        let square = size * size;
        let near = (size + square / ((square + 1.0).sqrt() + 1.0)).ln_1p();
        // Where the square overflows, one in 1 + x² is nothing.
        let far = size.ln() + std::f64::consts::LN_2;
        let value = size.gt(Self::splat(1e150)).select(far, near);
        value.with_sign_of(self)
    }
}

/// Splits a positive normal x into 2^k·(1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
#[inline(always)]
fn exponent_and_rest<const N: usize>(x: Lanes<N>) -> (Lanes<N>, Lanes<N>) {
    const ONE: u64 = 0x3ff0_0000_0000_0000;
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
    // 2^52 with a small integer in its low bits is 2^52 plus that integer.
    const LIFT: u64 = 0x4330_0000_0000_0000;
    let moved = |value: f64| value.to_bits().wrapping_add(ONE - ROOT_HALF);
    let k = x.map(|value| f64::from_bits(LIFT | (moved(value) >> 52)));
    let k = k - (4_503_599_627_370_496.0 + 1023.0);
    let one_and_f = x.map(|value| f64::from_bits((moved(value) & MANTISSA) + ROOT_HALF));
    (k, one_and_f - 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::Mask;

    /// Distance in representable numbers; 0 for two NaN.
    fn ulps(found: f64, expected: f64) -> u64 {
        if found.is_nan() && expected.is_nan() {
            return 0;
        }
        let order = |x: f64| {
            let bits = x.to_bits().cast_signed();
            if bits < 0 { i64::MIN - bits } else { bits }
        };
        order(found).abs_diff(order(expected))
    }

    type Oracle = fn(f64) -> f64;
    type InLanes = fn(Lanes<4>) -> Lanes<4>;
    type Case = (&'static str, InLanes, Oracle, &'static [(f64, f64)]);

    /// A spread of arguments over many magnitudes, the same every time.
    fn arguments(low: f64, high: f64, count: u32) -> impl Iterator<Item = f64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        (0..count).map(move |_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            #[expect(clippy::cast_precision_loss, reason = "53 bits")]
            let share = (state >> 11) as f64 / 9_007_199_254_740_992.0;
            low + (high - low) * share
        })
    }

    /// Goal: the error of every function stated in units in the last place. Method: against a
    /// correctly rounded library, over ranges that reach the ends.
    #[test]
    fn within_two_units_in_the_last_place_of_the_correctly_rounded_value() {
        let cases: [Case; 6] = [
            (
                "exp",
                Lanes::exp,
                core_math::exp,
                &[(-745.0, 709.7), (-1.0, 1.0)],
            ),
            (
                "exp_m1",
                Lanes::exp_m1,
                core_math::expm1,
                &[(-60.0, 709.7), (-1.0, 1.0), (-1e-6, 1e-6)],
            ),
            (
                "ln",
                Lanes::ln,
                core_math::log,
                &[(0.0, 1e-3), (0.5, 2.0), (1.0, 1e6)],
            ),
            (
                "ln_1p",
                Lanes::ln_1p,
                core_math::log1p,
                &[(-0.999, 1.0), (-1e-6, 1e-6), (1.0, 1e6)],
            ),
            (
                "tanh",
                Lanes::tanh,
                core_math::tanh,
                &[(-25.0, 25.0), (-1.0, 1.0), (-1e-6, 1e-6)],
            ),
            (
                "asinh",
                Lanes::asinh,
                core_math::asinh,
                &[(-1e6, 1e6), (-1.0, 1.0), (-1e-6, 1e-6)],
            ),
        ];
        for (name, function, oracle, ranges) in cases {
            let mut worst = 0;
            for &(low, high) in ranges {
                for x in arguments(low, high, 4_000) {
                    let found = function(Lanes::splat(x)).lane(3);
                    let error = ulps(found, oracle(x));
                    assert!(error <= 2, "{name}({x}): {found} is {error} units off");
                    worst = worst.max(error);
                }
            }
            assert!(worst >= 1, "{name}: the oracle is the function itself?");
        }
    }

    #[test]
    fn ends_are_those_of_the_mathematics() {
        let at = |f: InLanes, x: f64| f(Lanes::splat(x)).lane(0);
        let (inf, nan) = (f64::INFINITY, f64::NAN);
        for (function, x, expected) in [
            (Lanes::exp as InLanes, inf, inf),
            (Lanes::exp, 710.0, inf),
            (Lanes::exp, -inf, 0.0),
            (Lanes::exp, -746.0, 0.0),
            (Lanes::exp, -745.0, 5e-324),
            (Lanes::exp, 0.0, 1.0),
            (Lanes::exp, nan, nan),
            (Lanes::exp_m1, inf, inf),
            (Lanes::exp_m1, -inf, -1.0),
            (Lanes::exp_m1, nan, nan),
            (Lanes::ln, inf, inf),
            (Lanes::ln, 0.0, -inf),
            (Lanes::ln, -1.0, nan),
            (Lanes::ln, -inf, nan),
            (Lanes::ln, nan, nan),
            (Lanes::ln, 5e-324, -744.440_071_921_381_3),
            (Lanes::ln_1p, -1.0, -inf),
            (Lanes::ln_1p, inf, inf),
            (Lanes::ln_1p, -2.0, nan),
            (Lanes::tanh, inf, 1.0),
            (Lanes::tanh, -1e300, -1.0),
            (Lanes::tanh, nan, nan),
            (Lanes::asinh, -1e300, core_math::asinh(-1e300)),
            (Lanes::asinh, inf, inf),
            (Lanes::asinh, nan, nan),
        ] {
            let found = at(function, x);
            assert!(
                ulps(found, expected) <= 1,
                "{x}: {found}, expected {expected}"
            );
        }
    }

    #[test]
    fn bits_do_not_depend_on_the_number_of_lanes_or_on_the_machine() {
        let values: Vec<f64> = arguments(-30.0, 30.0, 64).collect();
        let eight: Vec<u64> = crate::lanes::dispatch(|| {
            let wide = values.chunks_exact(8).map(|part| {
                let x = Lanes::<8>::from_fn(|i| part[i]);
                (x.exp() + x.tanh() + x.asinh() + x.abs().ln()).to_array()
            });
            wide.flatten().map(f64::to_bits).collect()
        });
        for (&value, bits) in values.iter().zip(eight) {
            let x = Lanes::<1>::splat(value);
            let one = (x.exp() + x.tanh() + x.asinh() + x.abs().ln()).lane(0);
            assert_eq!(one.to_bits(), bits, "{value}");
        }
        assert!(Mask::<8>::splat(true).all());
    }
}
