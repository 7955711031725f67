//! Elementary functions in lanes, from `+ − × ÷ sqrt` and bits alone.
//!
//! In: a number or lanes. Out: the same, within 2 units in the last place of the true value
//! (measured against a correctly rounded library in the tests below); infinities and NaN as the
//! mathematics has them. Methods: argument reduction by powers of two with a two-part ln 2, then a
//! short series whose remainder lies below a tenth of a unit in the last place. No table, no
//! branch: every lane does the same work.

use super::{Real, written_out};

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
fn series<R: Real, const T: usize>(terms: [f64; T], z: R) -> R {
    let mut sum = R::splat(terms[0]);
    written_out!(T, at => if at > 0 {
        sum = sum * z + terms[at];
    });
    sum
}

/// 2^k for whole `k` between −1022 and 1023, given `k + ROUNDER`.
#[inline(always)]
fn power_of_two<R: Real>(rounded: R) -> R {
    rounded.map_bits(
        #[inline(always)]
        |shifted| shifted.wrapping_sub(ROUNDER.to_bits()).wrapping_add(1023) << 52,
    )
}

/// Splits x into k·ln 2 + r with |r| ≤ ln 2 / 2; returns k and exp(r) − 1.
#[inline(always)]
fn reduced<R: Real>(x: R) -> (R, R) {
    let shifted = x * PER_LN2 + ROUNDER;
    let k = shifted - ROUNDER;
    let r = (x - k * LN2_HIGH) - k * LN2_LOW;
    let square = r * r;
    let tail = series(EXP_EVEN, square) + r * series(EXP_ODD, square);
    (k, r + square * tail)
}

/// 2^k as a product of two powers, for 2^1024 and for subnormal results.
#[inline(always)]
fn halves<R: Real>(k: R) -> (R, R) {
    let half = k * 0.5 + ROUNDER;
    let rest = (k - (half - ROUNDER)) + ROUNDER;
    (power_of_two(half), power_of_two(rest))
}

/// Brings x between two ends where the exponent fits; NaN stays NaN. What lies outside is chosen
/// by the caller afterwards.
#[inline(always)]
fn inside<R: Real>(x: R, least: f64, most: f64) -> R {
    let (least, most) = (R::splat(least), R::splat(most));
    let x = R::select(most.lt(x), most, x);
    R::select(x.lt(least), least, x)
}

/// e to the power of x.
#[inline(always)]
pub(super) fn exp<R: Real>(x: R) -> R {
    let (k, rise) = reduced(inside(x, EXP_LEAST, EXP_MOST));
    let (half, rest) = halves(k);
    let value = (rise + 1.0) * half * rest;
    let value = R::select(R::splat(EXP_MOST).lt(x), R::splat(f64::INFINITY), value);
    R::select(x.lt(R::splat(EXP_LEAST)), R::splat(0.0), value)
}

/// `exp(x) − 1` without cancellation near 0.
#[inline(always)]
pub(super) fn exp_m1<R: Real>(x: R) -> R {
    const LEAST: f64 = -50.0;
    let within = inside(x, LEAST, EXP_MOST);
    let (k, rise) = reduced(within);
    let (half, rest) = halves(k);
    // 2^k (1 + rise) − 1, with the halves of 2^1024 kept apart.
    let value = rise * half * rest + (half * rest - 1.0);
    let large = (rise + 1.0) * half * rest;
    let value = R::select(R::splat(40.0).lt(within), large, value);
    let value = R::select(R::splat(EXP_MOST).lt(x), R::splat(f64::INFINITY), value);
    R::select(x.lt(R::splat(LEAST)), R::splat(-1.0), value)
}

/// `1 − exp(−x)` of a number that is not negative: two thirds of the work of [`exp_m1`].
#[inline(always)]
pub(super) fn decayed<R: Real>(x: R) -> R {
    // Beyond this nothing is left to a double.
    const MOST: f64 = 50.0;
    let most = R::splat(MOST);
    let (k, rise) = reduced(-R::select(most.lt(x), most, x));
    let power = power_of_two(k + ROUNDER);
    (-power + 1.0) - rise * power
}

/// Natural logarithm; −∞ at 0, NaN below.
#[inline(always)]
pub(super) fn ln<R: Real>(x: R) -> R {
    let zero = R::splat(0.0);
    let tiny = x.lt(R::splat(f64::MIN_POSITIVE));
    let scaled = R::select(tiny, x * 18_014_398_509_481_984.0, x);
    let shift = R::select(tiny, R::splat(54.0), zero);
    let (k, f) = exponent_and_rest(scaled);
    let k = k - shift;
    let s = f / (f + 2.0);
    let z = s * s;
    let r = z * series(LN_SERIES, z);
    let value = k * LN2_HIGH - ((s * (f - r) - k * LN2_LOW) - f);
    let above = zero.lt(x);
    let is_finite = x.lt(R::splat(f64::INFINITY));
    let is_zero = x.le(zero) & zero.le(x);
    let edge = R::select(above, x, R::splat(f64::NAN));
    let edge = R::select(is_zero, R::splat(f64::NEG_INFINITY), edge);
    R::select(above & is_finite, value, edge)
}

/// `ln(1 + x)` without cancellation near 0.
#[inline(always)]
pub(super) fn ln_1p<R: Real>(x: R) -> R {
    let whole = x + 1.0;
    let lost = x - (whole - 1.0);
    let plain = ln(whole);
    let is_inside = R::splat(0.0).lt(whole) & whole.lt(R::splat(f64::INFINITY));
    R::select(is_inside, plain + lost / whole, plain)
}

/// Hyperbolic tangent.
#[inline(always)]
pub(super) fn tanh<R: Real>(x: R) -> R {
    let size = x.abs();
    let grown = exp_m1(size + size);
    let value = grown / (grown + 2.0);
    let value = R::select(R::splat(20.0).lt(size), R::splat(1.0), value);
    value.with_sign_of(x)
}

/// Inverse hyperbolic sine.
#[inline(always)]
pub(super) fn asinh<R: Real>(x: R) -> R {
    let size = x.abs();
    let square = size * size;
    let near = ln_1p(size + square / ((square + 1.0).sqrt() + 1.0));
    // Where the square overflows, one in 1 + x² is nothing.
    let far = ln(size) + std::f64::consts::LN_2;
    let value = R::select(R::splat(1e150).lt(size), far, near);
    value.with_sign_of(x)
}

/// Splits a positive normal x into 2^k·(1 + f) with 1 + f between sqrt(1/2) and sqrt(2).
#[inline(always)]
fn exponent_and_rest<R: Real>(x: R) -> (R, R) {
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    // 1.0 above the root of one half, in bits.
    const ABOVE: u64 = 0x3ff0_0000_0000_0000 - ROOT_HALF;
    const MANTISSA: u64 = 0x000f_ffff_ffff_ffff;
    // 2^52 with a small integer in its low bits is 2^52 plus that integer.
    const LIFT: u64 = 0x4330_0000_0000_0000;
    let k = x.map_bits(
        #[inline(always)]
        |bits| LIFT | (bits.wrapping_add(ABOVE) >> 52),
    );
    let one_and_f = x.map_bits(
        #[inline(always)]
        |bits| (bits.wrapping_add(ABOVE) & MANTISSA) + ROOT_HALF,
    );
    (k - (4_503_599_627_370_496.0 + 1023.0), one_and_f - 1.0)
}

#[cfg(test)]
mod tests {
    use crate::lanes::{Lanes, Real, vectorised};

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
        let cases: [Case; 7] = [
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
                "decayed",
                Lanes::decayed,
                |x| -core_math::expm1(-x),
                &[(0.0, 60.0), (0.0, 1.0), (0.0, 1e-6)],
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
            (Lanes::decayed, 0.0, 0.0),
            (Lanes::decayed, inf, 1.0),
            (Lanes::decayed, nan, nan),
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
        let in_eights = || -> Vec<u64> {
            let wide = values.chunks_exact(8).map(|part| {
                let x = Lanes::<8>::from_fn(|i| part[i]);
                (x.exp() + x.tanh() + x.asinh() + x.abs().ln()).to_array()
            });
            wide.flatten().map(f64::to_bits).collect()
        };
        let eight = in_eights();
        if let Some(in_vectors) = vectorised(in_eights) {
            assert_eq!(in_vectors, eight);
        }
        for (&value, bits) in values.iter().zip(eight) {
            let whole = Real::exp(value) + Real::tanh(value) + Real::asinh(value);
            let one = whole + Real::ln(value.abs());
            assert_eq!(one.to_bits(), bits, "{value}");
        }
    }
}
