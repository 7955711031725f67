//! Exact distributions of documents as the sampler's doubles.
//!
//! In: a distribution with exact SI numbers. Out: the same with the nearest doubles, and the
//! lognormal by median and logarithmic standard deviation instead of mean and coefficient of
//! variation: σ² = ln(1 + cv²), median = mean / √(1 + cv²).

use std::fmt;

use crate::document::Distribution as Declared;
use crate::math;
use crate::monte_carlo::sampler::{Distribution, Untruncated};
use crate::rational::Rational;

/// A declared distribution that the sampler does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TruncatedTriangular;

impl fmt::Display for TruncatedTriangular {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a triangular spread cannot be cut by `within`: give the bounds themselves"
        )
    }
}

impl std::error::Error for TruncatedTriangular {}

/// Converts a declared distribution.
///
/// # Errors
/// [`TruncatedTriangular`].
pub fn to_sampler(declared: &Declared) -> Result<Distribution, TruncatedTriangular> {
    Ok(match declared {
        Declared::Fixed { value } => Distribution::Fixed {
            value: value.to_f64(),
        },
        Declared::Normal { mean, sd, within } => {
            let (mean, sd) = (mean.to_f64(), sd.to_f64());
            match within {
                None => Distribution::Normal { mean, sd },
                Some(bounds) => truncated(Untruncated::Normal { mean, sd }, bounds),
            }
        }
        Declared::LogNormal { mean, cv, within } => {
            let square = cv.to_f64() * cv.to_f64();
            let median = mean.to_f64() / (1.0 + square).sqrt();
            let log_sd = math::ln_1p(square).sqrt();
            match within {
                None => Distribution::LogNormal { median, log_sd },
                Some(bounds) => truncated(Untruncated::LogNormal { median, log_sd }, bounds),
            }
        }
        Declared::Uniform { low, high } => Distribution::Uniform {
            lower: low.to_f64(),
            upper: high.to_f64(),
        },
        Declared::Triangular {
            within: Some(_), ..
        } => return Err(TruncatedTriangular),
        Declared::Triangular {
            low,
            mode,
            high,
            within: None,
        } => Distribution::Triangular {
            lower: low.to_f64(),
            mode: mode.to_f64(),
            upper: high.to_f64(),
        },
    })
}

fn truncated(base: Untruncated, bounds: &(Rational, Rational)) -> Distribution {
    Distribution::Truncated {
        base,
        lower: bounds.0.to_f64(),
        upper: bounds.1.to_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lognormal_keeps_its_mean_and_coefficient_of_variation() {
        let declared = Declared::LogNormal {
            mean: Rational::from(3),
            cv: Rational::ratio(1, 2),
            within: None,
        };
        let Ok(Distribution::LogNormal { median, log_sd }) = to_sampler(&declared) else {
            panic!("a lognormal stays one");
        };
        let mean = median * math::exp(log_sd * log_sd / 2.0);
        let cv = math::exp_m1(log_sd * log_sd).sqrt();
        assert!(
            (mean - 3.0).abs() < 1e-14 && (cv - 0.5).abs() < 1e-14,
            "{mean} {cv}"
        );
    }
}
