//! HyperScore: a display of the fused value V on a scale from 100 to 200.
//!
//! In: V in 0 … 1 and the parameters β, γ, κ. Out: H = 100 (1 + σ(β ln V + γ)^κ), its boost
//! B = H − 100, ln B, and the probability reading p = σ. H grows with V, so it cannot change a
//! ranking: rank by V or ln B, show H. The paper's constants (γ = −ln 2) promise a midpoint at
//! V = 0.5 and a scale up to 200; the true midpoint is 2^(1/β) > 1 and the scale ends at
//! 100 (1 + 3^−κ). Preset `seed` keeps the literal formula, preset `centred` keeps the promise
//! with γ = +β ln 2. [`Parameters::range`] and [`Parameters::midpoint`] tell what is true.
//! Stable form: ln σ(z) = −softplus(−z), softplus(x) = max(x, 0) + ln(1 + exp(−|x|)).

use std::error::Error;
use std::fmt;

use crate::math;

/// A checked set of constants.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameters {
    beta: f64,
    gamma: f64,
    kappa: f64,
}

/// A named set of constants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// The literal formula: β = 5, γ = −ln 2, κ = 2.
    Seed,
    /// The midpoint where the paper says it is: β = 5, γ = +5 ln 2, κ = 2.
    Centred,
}

/// The scores of one V.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HyperScore {
    /// The fused value the scores belong to, 0 … 1.
    pub value: f64,
    /// ln of the boost; `None` at V = 0, where the boost is exactly 0. Rank by this or by V.
    pub ln_boost: Option<f64>,
    /// H − 100, 0 … 100; 0 where it is below the smallest `f64`.
    pub boost: f64,
    /// H, 100 … 200.
    pub hyperscore: f64,
    /// σ(β ln V + γ), 0 … 1: a probability once β and γ were fitted to labelled outcomes.
    pub probability: f64,
}

/// A V with its uncertainty carried through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HyperScoreInterval {
    /// H at the lower end of V.
    pub lower: f64,
    /// H at the upper end of V.
    pub upper: f64,
}

/// Something a reader of the scores should know; never an error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Caution {
    /// The midpoint lies outside (0, 1): no V reaches p = 0.5.
    MidpointOutside {
        /// Where it lies.
        midpoint: f64,
    },
    /// β is outside the guide's 4 … 6.
    BetaOutsideGuide {
        /// The value.
        beta: f64,
    },
    /// κ is outside the guide's 1.5 … 2.5.
    KappaOutsideGuide {
        /// The value.
        kappa: f64,
    },
}

/// Why there is no score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HyperScoreError {
    /// V is not a number from 0 to 1.
    ValueOutside {
        /// The value.
        value: f64,
    },
    /// β or κ is not a finite number above zero.
    NotPositive {
        /// Which constant.
        parameter: &'static str,
        /// Its value.
        value: f64,
    },
    /// γ is not finite.
    GammaNotFinite {
        /// Its value.
        value: f64,
    },
    /// The midpoint is not a finite number above zero.
    MidpointUnusable {
        /// Its value.
        value: f64,
    },
    /// The ends of an interval of V are in the wrong order.
    IntervalReversed {
        /// Lower end.
        lower: f64,
        /// Upper end.
        upper: f64,
    },
}

impl fmt::Display for HyperScoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ValueOutside { value } => {
                write!(
                    f,
                    "V is `{value}`: expected a number from 0 to 1; it is never clamped"
                )
            }
            Self::NotPositive { parameter, value } => {
                write!(
                    f,
                    "{parameter} is `{value}`: expected a finite number above zero"
                )
            }
            Self::GammaNotFinite { value } => {
                write!(f, "gamma is `{value}`: expected a finite number")
            }
            Self::MidpointUnusable { value } => {
                write!(
                    f,
                    "the midpoint is `{value}`: expected a finite number above zero"
                )
            }
            Self::IntervalReversed { lower, upper } => {
                write!(
                    f,
                    "the interval of V runs from `{lower}` to `{upper}`: expected lower first"
                )
            }
        }
    }
}

impl Error for HyperScoreError {}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MidpointOutside { midpoint } => write!(
                f,
                "the midpoint is at V = {midpoint:.4}, outside 0 to 1: the upper part of the scale \
                 is out of reach"
            ),
            Self::BetaOutsideGuide { beta } => {
                write!(f, "beta {beta} is outside the guide's 4 to 6")
            }
            Self::KappaOutsideGuide { kappa } => {
                write!(f, "kappa {kappa} is outside the guide's 1.5 to 2.5")
            }
        }
    }
}

impl Parameters {
    /// Takes β (slope, > 0), γ (shift), and κ (exponent, > 0), all dimensionless.
    ///
    /// # Errors
    /// [`HyperScoreError`] when a constant is not finite or not above zero.
    pub fn new(beta: f64, gamma: f64, kappa: f64) -> Result<Self, HyperScoreError> {
        if !gamma.is_finite() {
            return Err(HyperScoreError::GammaNotFinite { value: gamma });
        }
        Ok(Self {
            beta: positive("beta", beta)?,
            gamma,
            kappa: positive("kappa", kappa)?,
        })
    }

    /// Takes the V at which p shall be 0.5 instead of γ: γ = −β ln(midpoint).
    ///
    /// # Errors
    /// As [`Parameters::new`]; the midpoint must be finite and above zero.
    pub fn with_midpoint(beta: f64, midpoint: f64, kappa: f64) -> Result<Self, HyperScoreError> {
        if !(midpoint.is_finite() && midpoint > 0.0) {
            return Err(HyperScoreError::MidpointUnusable { value: midpoint });
        }
        Self::new(beta, -beta * math::ln(midpoint), kappa)
    }

    /// Returns a named set of constants.
    #[must_use]
    pub fn preset(preset: Preset) -> Self {
        let beta = 5.0;
        let gamma = match preset {
            Preset::Seed => -std::f64::consts::LN_2,
            Preset::Centred => beta * std::f64::consts::LN_2,
        };
        Self {
            beta,
            gamma,
            kappa: 2.0,
        }
    }

    /// Returns β.
    #[must_use]
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// Returns γ.
    #[must_use]
    pub fn gamma(&self) -> f64 {
        self.gamma
    }

    /// Returns κ.
    #[must_use]
    pub fn kappa(&self) -> f64 {
        self.kappa
    }

    /// Returns the H that V = 0 and V = 1 really give; for preset `seed` 100 and 111.11.
    #[must_use]
    pub fn range(&self) -> (f64, f64) {
        (100.0, 100.0 + self.boost_of_ln_sigma(ln_sigma(self.gamma)))
    }

    /// Returns the V at which p is 0.5: exp(−γ / β); above 1 for preset `seed`.
    #[must_use]
    pub fn midpoint(&self) -> f64 {
        math::exp(-self.gamma / self.beta)
    }

    /// Returns what a reader of these scores should know.
    #[must_use]
    pub fn cautions(&self) -> Vec<Caution> {
        let mut cautions = Vec::new();
        let midpoint = self.midpoint();
        if !(midpoint > 0.0 && midpoint < 1.0) {
            cautions.push(Caution::MidpointOutside { midpoint });
        }
        if !(4.0..=6.0).contains(&self.beta) {
            cautions.push(Caution::BetaOutsideGuide { beta: self.beta });
        }
        if !(1.5..=2.5).contains(&self.kappa) {
            cautions.push(Caution::KappaOutsideGuide { kappa: self.kappa });
        }
        cautions
    }

    /// Scores the fused value `value`.
    ///
    /// # Errors
    /// [`HyperScoreError::ValueOutside`] for a value that is not a number from 0 to 1.
    ///
    /// # Example
    /// ```
    /// use cellwright::hyperscore::{Parameters, Preset};
    ///
    /// let seed = Parameters::preset(Preset::Seed).score(0.95)?;
    /// assert!((seed.hyperscore - 107.782).abs() < 5e-4); // often misprinted as 137.2
    /// # Ok::<(), cellwright::hyperscore::HyperScoreError>(())
    /// ```
    pub fn score(&self, value: f64) -> Result<HyperScore, HyperScoreError> {
        if !(0.0..=1.0).contains(&value) {
            return Err(HyperScoreError::ValueOutside { value });
        }
        // A negative zero passes the check above and must not become a negative logarithm's NaN.
        if value == 0.0 {
            return Ok(HyperScore {
                value: 0.0,
                ln_boost: None,
                boost: 0.0,
                hyperscore: 100.0,
                probability: 0.0,
            });
        }
        // V − 1 is exact from one half upwards, where ln V is close to zero.
        let ln_value = if value > 0.5 {
            math::ln_1p(value - 1.0)
        } else {
            math::ln(value)
        };
        let ln_sigma = ln_sigma(self.beta * ln_value + self.gamma);
        let boost = self.boost_of_ln_sigma(ln_sigma);
        let ln_boost = std::f64::consts::LN_10 * 2.0 + self.kappa * ln_sigma;
        Ok(HyperScore {
            value,
            ln_boost: ln_boost.is_finite().then_some(ln_boost),
            boost,
            hyperscore: 100.0 + boost,
            probability: math::exp(ln_sigma),
        })
    }

    /// Maps an interval of V to the interval of H; exact, because H grows with V.
    ///
    /// # Errors
    /// [`HyperScoreError`] when an end is no V or the ends are in the wrong order.
    pub fn interval(&self, lower: f64, upper: f64) -> Result<HyperScoreInterval, HyperScoreError> {
        let interval = HyperScoreInterval {
            lower: self.score(lower)?.hyperscore,
            upper: self.score(upper)?.hyperscore,
        };
        if lower > upper {
            return Err(HyperScoreError::IntervalReversed { lower, upper });
        }
        Ok(interval)
    }

    /// Returns 100 σ^κ.
    fn boost_of_ln_sigma(&self, ln_sigma: f64) -> f64 {
        100.0 * math::exp(self.kappa * ln_sigma)
    }
}

/// Checks that `value` is finite and above zero.
fn positive(parameter: &'static str, value: f64) -> Result<f64, HyperScoreError> {
    if value.is_finite() && value > 0.0 {
        Ok(value)
    } else {
        Err(HyperScoreError::NotPositive { parameter, value })
    }
}

/// Returns ln σ(z) = −(max(−z, 0) + ln(1 + exp(−|z|))).
fn ln_sigma(z: f64) -> f64 {
    -((-z).max(0.0) + math::ln_1p(math::exp(-z.abs())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_tell_their_true_range_and_midpoint() {
        let seed = Parameters::preset(Preset::Seed);
        assert!((seed.range().1 - 1000.0 / 9.0).abs() < 1e-12);
        assert!((seed.midpoint() - math::pow(2.0, 0.2)).abs() < 1e-15);
        assert!(matches!(
            seed.cautions()[..],
            [Caution::MidpointOutside { .. }]
        ));
        let centred = Parameters::preset(Preset::Centred);
        assert!((centred.midpoint() - 0.5).abs() < 1e-15);
        assert!((centred.range().1 - 194.03).abs() < 5e-3);
        assert!((centred.score(0.5).unwrap().hyperscore - 125.0).abs() < 1e-12);
        assert_eq!(centred.cautions(), []);
    }

    #[test]
    fn zero_and_subnormal_values_score_100() {
        for (beta, value) in [(5.0, 0.0), (5.0, -0.0), (50.0, 5e-324), (1e308, 0.3)] {
            let score = Parameters::new(beta, -0.7, 2.0)
                .unwrap()
                .score(value)
                .unwrap();
            assert_eq!(
                (score.boost, score.hyperscore),
                (0.0, 100.0),
                "{beta} {value}"
            );
            assert!(score.ln_boost.is_none_or(|ln_boost| ln_boost < -700.0));
        }
    }

    #[test]
    fn values_and_constants_out_of_range_are_refused() {
        let parameters = Parameters::preset(Preset::Seed);
        for value in [
            -1e-300,
            1.0 + f64::EPSILON,
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ] {
            let error = parameters.score(value).unwrap_err();
            assert!(
                matches!(error, HyperScoreError::ValueOutside { .. }),
                "{value}"
            );
        }
        assert!(matches!(
            Parameters::new(0.0, 1.0, 1.0),
            Err(HyperScoreError::NotPositive {
                parameter: "beta",
                ..
            })
        ));
        assert!(matches!(
            Parameters::new(1.0, 1.0, f64::NAN),
            Err(HyperScoreError::NotPositive {
                parameter: "kappa",
                ..
            })
        ));
        assert!(Parameters::new(1.0, f64::INFINITY, 1.0).is_err());
        assert!(Parameters::with_midpoint(5.0, 0.0, 2.0).is_err());
        assert!(matches!(
            parameters.interval(0.5, 0.4),
            Err(HyperScoreError::IntervalReversed { .. })
        ));
    }
}
