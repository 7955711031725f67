//! The only door to elementary functions: correctly rounded, hence the same bits everywhere.
//!
//! In: finite `f64` arguments. Out: the `f64` nearest to the true value. The platform's `exp`,
//! `ln` and `pow` differ in the last bit between C libraries and between CPUs with and without
//! fused multiply-add, and a record must replay to the byte, so `clippy.toml` bans them and
//! everything here rests on `pxfm`. `+ − × ÷` and `sqrt` are exact by IEEE 754 and stay as they
//! are.

/// Returns e to the power of `x`.
#[inline]
#[must_use]
pub fn exp(x: f64) -> f64 {
    pxfm::f_exp(x)
}

/// Returns `exp(x) − 1` without cancellation for small `x`.
#[inline]
#[must_use]
pub fn exp_m1(x: f64) -> f64 {
    pxfm::f_expm1(x)
}

/// Returns the natural logarithm of `x`; `NaN` for negative `x`.
#[inline]
#[must_use]
pub fn ln(x: f64) -> f64 {
    pxfm::f_log(x)
}

/// Returns `ln(1 + x)` without cancellation for small `x`.
#[inline]
#[must_use]
pub fn ln_1p(x: f64) -> f64 {
    pxfm::f_log1p(x)
}

/// Returns the logarithm of `x` to base 2.
#[inline]
#[must_use]
pub fn log2(x: f64) -> f64 {
    pxfm::f_log2(x)
}

/// Returns the logarithm of `x` to base 10.
#[inline]
#[must_use]
pub fn log10(x: f64) -> f64 {
    pxfm::f_log10(x)
}

/// Returns `base` to the power of `exponent`.
#[inline]
#[must_use]
pub fn pow(base: f64, exponent: f64) -> f64 {
    pxfm::f_pow(base, exponent)
}

/// Returns the cube root of `x`.
#[inline]
#[must_use]
pub fn cbrt(x: f64) -> f64 {
    pxfm::f_cbrt(x)
}

/// Returns the hyperbolic sine of `x`.
#[inline]
#[must_use]
pub fn sinh(x: f64) -> f64 {
    pxfm::f_sinh(x)
}

/// Returns the hyperbolic cosine of `x`.
#[inline]
#[must_use]
pub fn cosh(x: f64) -> f64 {
    pxfm::f_cosh(x)
}

/// Returns the hyperbolic tangent of `x`.
#[inline]
#[must_use]
pub fn tanh(x: f64) -> f64 {
    pxfm::f_tanh(x)
}

/// Returns the inverse hyperbolic sine of `x`.
#[inline]
#[must_use]
pub fn asinh(x: f64) -> f64 {
    pxfm::f_asinh(x)
}

/// Returns the error function of `x`.
#[inline]
#[must_use]
pub fn erf(x: f64) -> f64 {
    pxfm::f_erf(x)
}

/// Returns `1 − erf(x)` without cancellation for large `x`.
#[inline]
#[must_use]
pub fn erfc(x: f64) -> f64 {
    pxfm::f_erfc(x)
}

/// Returns ln Γ(`x`) for positive `x`.
#[inline]
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    pxfm::f_lgamma(x)
}

/// Returns the sine of `x` radians.
#[inline]
#[must_use]
pub fn sin(x: f64) -> f64 {
    pxfm::f_sin(x)
}

/// Returns the cosine of `x` radians.
#[inline]
#[must_use]
pub fn cos(x: f64) -> f64 {
    pxfm::f_cos(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_are_the_nearest_doubles() {
        assert_eq!(exp(1.0), std::f64::consts::E);
        assert_eq!(ln(2.0), std::f64::consts::LN_2);
        assert_eq!(pow(2.0, 0.5), std::f64::consts::SQRT_2);
        assert_eq!(erf(0.0), 0.0);
    }

    #[test]
    fn correctly_rounded_oracle_agrees() {
        let mut x = -7.3_f64;
        while x < 7.3 {
            assert_eq!(exp(x), core_math::exp(x), "exp({x})");
            assert_eq!(tanh(x), core_math::tanh(x), "tanh({x})");
            assert_eq!(asinh(x), core_math::asinh(x), "asinh({x})");
            if x > 0.0 {
                assert_eq!(ln(x), core_math::log(x), "ln({x})");
                assert_eq!(pow(x, -2.37), core_math::pow(x, -2.37), "pow({x}, -2.37)");
            }
            x += 0.003_771;
        }
    }
}
