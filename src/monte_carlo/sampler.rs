//! Distributions of one input and their inverse distribution functions.
//!
//! In: a distribution with its parameters in the input's own unit. Out: the value at a uniform
//! draw u from (0, 1). Everything is inverse-CDF, so one draw gives one value, the value grows
//! with u, and old and new recipe see the same quantile of their spread. Unusable parameters are
//! typed errors; nothing is repaired. Triangular: Johnson, Kotz & Balakrishnan, Continuous
//! Univariate Distributions 2, chapter 26; truncation: u is mapped into the mass that is left.

use std::error::Error;
use std::fmt;

use crate::math;
use crate::normal;

/// The least probability mass a truncation may leave; below it the tail has no digits left.
pub const TRUNCATED_MASS_MIN: f64 = 1e-280;

/// The distribution of one input, in the input's own SI unit unless a field says otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// Always the same value.
    Fixed {
        /// The value.
        value: f64,
    },
    /// Normal.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation, above zero.
        sd: f64,
    },
    /// The logarithm is normal.
    LogNormal {
        /// Median, above zero: `exp` of the mean of the logarithm.
        median: f64,
        /// Standard deviation of the natural logarithm, above zero, dimensionless.
        log_sd: f64,
    },
    /// Equally likely between two ends.
    Uniform {
        /// Lower end.
        lower: f64,
        /// Upper end, above the lower.
        upper: f64,
    },
    /// Density rising linearly to the mode and falling linearly after it.
    Triangular {
        /// Lower end.
        lower: f64,
        /// Most likely value, from the lower to the upper end.
        mode: f64,
        /// Upper end, above the lower.
        upper: f64,
    },
    /// A normal or log-normal restricted to an interval; either end may be infinite.
    Truncated {
        /// What is restricted.
        base: Untruncated,
        /// Lower end, −∞ for none.
        lower: f64,
        /// Upper end, +∞ for none.
        upper: f64,
    },
}

/// A distribution that can be truncated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Untruncated {
    /// As [`Distribution::Normal`].
    Normal {
        /// Mean before truncation.
        mean: f64,
        /// Standard deviation before truncation, above zero.
        sd: f64,
    },
    /// As [`Distribution::LogNormal`].
    LogNormal {
        /// Median before truncation, above zero.
        median: f64,
        /// Standard deviation of the natural logarithm before truncation, above zero.
        log_sd: f64,
    },
}

/// Why a distribution cannot be sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SamplerError {
    /// A parameter is infinite or not a number.
    NotFinite {
        /// Which parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
    },
    /// A parameter must be above zero and is not.
    NotPositive {
        /// Which parameter.
        parameter: &'static str,
        /// Its value.
        value: f64,
    },
    /// The lower end is not below the upper end.
    EmptyInterval {
        /// Lower end.
        lower: f64,
        /// Upper end.
        upper: f64,
    },
    /// The mode lies outside the ends.
    ModeOutside {
        /// Lower end.
        lower: f64,
        /// The mode.
        mode: f64,
        /// Upper end.
        upper: f64,
    },
    /// The interval keeps next to nothing of the distribution.
    NoMassLeft {
        /// Lower end.
        lower: f64,
        /// Upper end.
        upper: f64,
        /// Probability of the interval before truncation.
        mass: f64,
    },
}

impl fmt::Display for SamplerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFinite { parameter, value } => {
                write!(
                    f,
                    "{parameter} of the spread is `{value}`: expected a finite number"
                )
            }
            Self::NotPositive { parameter, value } => write!(
                f,
                "{parameter} of the spread is `{value}`: expected a number above zero; state a \
                 fixed value where there is no spread"
            ),
            Self::EmptyInterval { lower, upper } => {
                write!(
                    f,
                    "the spread runs from `{lower}` to `{upper}`: expected lower < upper"
                )
            }
            Self::ModeOutside { lower, mode, upper } => write!(
                f,
                "the mode `{mode}` lies outside `{lower}` to `{upper}`: expected lower <= mode <= \
                 upper"
            ),
            Self::NoMassLeft { lower, upper, mass } => write!(
                f,
                "only {mass:e} of the spread lies between `{lower}` and `{upper}`: expected at \
                 least {TRUNCATED_MASS_MIN:e}; widen the ends or move the centre"
            ),
        }
    }
}

impl Error for SamplerError {}

/// A checked distribution, ready to draw from.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampler {
    form: Form,
}

/// The constants each draw needs.
#[derive(Debug, Clone, PartialEq)]
enum Form {
    Fixed(f64),
    Normal {
        mean: f64,
        sd: f64,
    },
    LogNormal {
        median: f64,
        log_sd: f64,
    },
    Uniform {
        lower: f64,
        width: f64,
    },
    Triangular {
        lower: f64,
        upper: f64,
        mode_share: f64,
        below: f64,
        above: f64,
    },
    Truncated {
        base: Untruncated,
        lower: f64,
        upper: f64,
        tail: TailMass,
    },
}

/// Tail probabilities of both ends of a truncation, taken on the side where they have digits.
#[derive(Debug, Clone, Copy, PartialEq)]
struct TailMass {
    /// Whether masses are counted from above (P(Z > z)) instead of from below.
    from_above: bool,
    /// Mass beyond the end where u = 0.
    start: f64,
    /// Mass beyond the end where u = 1.
    end: f64,
}

impl Distribution {
    /// Checks the parameters and prepares the draws.
    ///
    /// # Errors
    /// [`SamplerError`] when a parameter is not finite, a width is not positive, ends are in the
    /// wrong order, or a truncation leaves no mass.
    pub fn sampler(&self) -> Result<Sampler, SamplerError> {
        let form = match *self {
            Self::Fixed { value } => Form::Fixed(finite("value", value)?),
            Self::Normal { mean, sd } => Form::Normal {
                mean: finite("mean", mean)?,
                sd: positive("sd", sd)?,
            },
            Self::LogNormal { median, log_sd } => Form::LogNormal {
                median: positive("median", median)?,
                log_sd: positive("log_sd", log_sd)?,
            },
            Self::Uniform { lower, upper } => {
                ordered(finite("lower", lower)?, finite("upper", upper)?)?;
                Form::Uniform {
                    lower,
                    width: finite("upper - lower", upper - lower)?,
                }
            }
            Self::Triangular { lower, mode, upper } => triangular(lower, mode, upper)?,
            Self::Truncated { base, lower, upper } => truncated(base, lower, upper)?,
        };
        Ok(Sampler { form })
    }

    /// Returns whether every draw is the same.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        matches!(self, Self::Fixed { .. })
    }
}

impl Sampler {
    /// Returns the value at the uniform draw `u` from (0, 1), non-decreasing in `u`.
    #[must_use]
    pub fn value(&self, u: f64) -> f64 {
        match self.form {
            Form::Fixed(value) => value,
            Form::Normal { mean, sd } => mean + sd * normal::quantile(u),
            Form::LogNormal { median, log_sd } => median * math::exp(log_sd * normal::quantile(u)),
            Form::Uniform { lower, width } => lower + width * u,
            Form::Triangular {
                lower,
                upper,
                mode_share,
                below,
                above,
            } => {
                if u < mode_share {
                    lower + (u * below).sqrt()
                } else {
                    upper - ((1.0 - u) * above).sqrt()
                }
            }
            Form::Truncated {
                base,
                lower,
                upper,
                tail,
            } => {
                let mass = tail.start + u * (tail.end - tail.start);
                let quantile = normal::quantile(mass);
                let standardised = if tail.from_above { -quantile } else { quantile };
                // Only the last rounding can step over an end; the mass itself lies inside.
                unstandardise(base, standardised).max(lower).min(upper)
            }
        }
    }
}

/// Checks that `value` is finite.
fn finite(parameter: &'static str, value: f64) -> Result<f64, SamplerError> {
    if value.is_finite() {
        Ok(value)
    } else {
        Err(SamplerError::NotFinite { parameter, value })
    }
}

/// Checks that `value` is finite and above zero.
fn positive(parameter: &'static str, value: f64) -> Result<f64, SamplerError> {
    finite(parameter, value)?;
    if value > 0.0 {
        Ok(value)
    } else {
        Err(SamplerError::NotPositive { parameter, value })
    }
}

/// Checks that the interval is not empty; `NaN` counts as empty.
fn ordered(lower: f64, upper: f64) -> Result<(), SamplerError> {
    if lower < upper {
        Ok(())
    } else {
        Err(SamplerError::EmptyInterval { lower, upper })
    }
}

/// Prepares a triangular distribution.
fn triangular(lower: f64, mode: f64, upper: f64) -> Result<Form, SamplerError> {
    ordered(finite("lower", lower)?, finite("upper", upper)?)?;
    finite("mode", mode)?;
    if !(lower..=upper).contains(&mode) {
        return Err(SamplerError::ModeOutside { lower, mode, upper });
    }
    let width = finite("upper - lower", upper - lower)?;
    Ok(Form::Triangular {
        lower,
        upper,
        mode_share: (mode - lower) / width,
        below: finite("(upper - lower) * (mode - lower)", width * (mode - lower))?,
        above: finite("(upper - lower) * (upper - mode)", width * (upper - mode))?,
    })
}

/// Prepares a truncated distribution.
fn truncated(base: Untruncated, lower: f64, upper: f64) -> Result<Form, SamplerError> {
    match base {
        Untruncated::Normal { mean, sd } => {
            finite("mean", mean)?;
            positive("sd", sd)?;
        }
        Untruncated::LogNormal { median, log_sd } => {
            positive("median", median)?;
            positive("log_sd", log_sd)?;
        }
    }
    ordered(lower, upper)?;
    let (from, to) = (standardise(base, lower), standardise(base, upper));
    // In the upper half the distribution function crowds against 1, so count from above there.
    let from_above = from > 0.0;
    let tail = if from_above {
        TailMass {
            from_above,
            start: normal::upper_tail(from),
            end: normal::upper_tail(to),
        }
    } else {
        TailMass {
            from_above,
            start: normal::distribution(from),
            end: normal::distribution(to),
        }
    };
    let mass = (tail.end - tail.start).abs();
    if mass >= TRUNCATED_MASS_MIN {
        Ok(Form::Truncated {
            base,
            lower,
            upper,
            tail,
        })
    } else {
        Err(SamplerError::NoMassLeft { lower, upper, mass })
    }
}

/// Returns how many standard deviations `value` lies above the centre of `base`.
fn standardise(base: Untruncated, value: f64) -> f64 {
    match base {
        Untruncated::Normal { mean, sd } => (value - mean) / sd,
        // A log-normal has nothing at or below zero, which is where its logarithm starts.
        Untruncated::LogNormal { .. } if value <= 0.0 => f64::NEG_INFINITY,
        Untruncated::LogNormal { median, log_sd } => math::ln(value / median) / log_sd,
    }
}

/// Inverts [`standardise`].
fn unstandardise(base: Untruncated, standardised: f64) -> f64 {
    match base {
        Untruncated::Normal { mean, sd } => mean + sd * standardised,
        Untruncated::LogNormal { median, log_sd } => median * math::exp(log_sd * standardised),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(distribution: &Distribution, u: f64) -> f64 {
        distribution.sampler().unwrap().value(u)
    }

    fn close(got: f64, expected: f64) {
        assert!(
            (got - expected).abs() <= 1e-12 * expected.abs(),
            "{got} is not {expected}"
        );
    }

    #[test]
    fn closed_form_quantiles_are_met() {
        close(value(&Distribution::Fixed { value: 3.0 }, 0.2), 3.0);
        close(
            value(
                &Distribution::Normal {
                    mean: 10.0,
                    sd: 2.0,
                },
                0.975,
            ),
            13.919_927_969_080_1,
        );
        let log_normal = Distribution::LogNormal {
            median: 2.0,
            log_sd: 0.5,
        };
        close(value(&log_normal, 0.5), 2.0);
        close(
            value(&log_normal, 0.975),
            2.0 * math::exp(0.5 * 1.959_963_984_540_054),
        );
        close(
            value(
                &Distribution::Uniform {
                    lower: -1.0,
                    upper: 3.0,
                },
                0.75,
            ),
            2.0,
        );
        let triangular = Distribution::Triangular {
            lower: 0.0,
            mode: 1.0,
            upper: 4.0,
        };
        // F(1) = 1/4; below it F = x²/4, above it 1 − (4 − x)²/12.
        close(value(&triangular, 0.25), 1.0);
        close(value(&triangular, 0.0625), 0.5);
        close(value(&triangular, 1.0 - 1.0 / 12.0), 3.0);
    }

    #[test]
    fn truncation_far_in_a_tail_keeps_its_digits() {
        let base = Untruncated::Normal { mean: 0.0, sd: 1.0 };
        let upper = Distribution::Truncated {
            base,
            lower: 20.0,
            upper: f64::INFINITY,
        };
        let lower = Distribution::Truncated {
            base,
            lower: f64::NEG_INFINITY,
            upper: -20.0,
        };
        // Median of Z given Z > 20, from 50-digit arithmetic.
        close(value(&upper, 0.5), 20.034_541_676_514_02);
        assert_eq!(value(&upper, 0.3), -value(&lower, 0.7));
    }

    #[test]
    fn truncated_draws_stay_inside_and_grow_with_the_draw() {
        let base = Untruncated::LogNormal {
            median: 5.0,
            log_sd: 0.4,
        };
        let sampler = Distribution::Truncated {
            base,
            lower: 4.0,
            upper: 7.0,
        }
        .sampler()
        .unwrap();
        let mut last = 4.0;
        for step in 1..10_000 {
            let value = sampler.value(f64::from(step) / 10_000.0);
            assert!((4.0..=7.0).contains(&value) && value >= last);
            last = value;
        }
        assert!(last > 6.99);
    }

    #[test]
    fn unusable_parameters_are_refused_by_name() {
        let error = |distribution: Distribution| distribution.sampler().unwrap_err().to_string();
        assert_eq!(
            error(Distribution::Normal { mean: 0.0, sd: 0.0 }),
            "sd of the spread is `0`: expected a number above zero; state a fixed value where \
             there is no spread"
        );
        assert_eq!(
            error(Distribution::Fixed { value: f64::NAN }),
            "value of the spread is `NaN`: expected a finite number"
        );
        assert_eq!(
            error(Distribution::Uniform {
                lower: 2.0,
                upper: 2.0
            }),
            "the spread runs from `2` to `2`: expected lower < upper"
        );
        assert!(matches!(
            Distribution::Triangular {
                lower: 0.0,
                mode: 5.0,
                upper: 4.0
            }
            .sampler(),
            Err(SamplerError::ModeOutside { .. })
        ));
        let base = Untruncated::Normal { mean: 0.0, sd: 1.0 };
        assert!(matches!(
            Distribution::Truncated {
                base,
                lower: 60.0,
                upper: 61.0
            }
            .sampler(),
            Err(SamplerError::NoMassLeft { .. })
        ));
        let base = Untruncated::LogNormal {
            median: 1.0,
            log_sd: 1.0,
        };
        assert!(matches!(
            Distribution::Truncated {
                base,
                lower: -2.0,
                upper: 0.0
            }
            .sampler(),
            Err(SamplerError::NoMassLeft { .. })
        ));
    }
}
