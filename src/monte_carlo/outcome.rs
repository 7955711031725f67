//! Decides an outcome rule from an ensemble: holds, violated, or undecided.
//!
//! In: how many samples met the rule's guard, how many of them broke its body, how many could not
//! be computed, and what the rule asks for. Out: a three-way decision with one-sided
//! Clopper–Pearson bounds. Failed samples count against `holds` (as if broken) and not for
//! `violated` (as if kept). Undecided is never a pass: `holds` needs the upper bound of the
//! failure probability at or below the allowed one, `violated` the lower bound above it.

use std::error::Error;
use std::fmt;

use super::binomial;

/// What an outcome rule asks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Requirement {
    allowed_failure: f64,
    confidence: f64,
}

/// What an ensemble showed about one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutcomeCounts {
    /// Computed samples in which the guard held.
    pub guarded: u64,
    /// Those of them in which the body was broken.
    pub broken: u64,
    /// Samples that could not be computed, so that neither guard nor body is known.
    pub failed: u64,
}

/// The answer on an outcome rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeVerdict {
    /// The failure probability is at most the allowed one, at the confidence asked for.
    Holds,
    /// The failure probability is above the allowed one, at the confidence asked for.
    Violated,
    /// The samples show neither.
    Undecided,
    /// Every sample was computed and none met the guard: the rule was never put to the test.
    /// With failed samples, whose guard is unknown, the answer is undecided instead.
    OperationallyVacuous,
}

/// A verdict with the numbers behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutcomeDecision {
    /// The answer.
    pub verdict: OutcomeVerdict,
    /// The counts it rests on.
    pub counts: OutcomeCounts,
    /// Broken share of the guarded samples; `None` when there are none.
    pub broken_share: Option<f64>,
    /// One-sided lower bound of the failure probability, failed samples taken as kept.
    pub lower_bound: f64,
    /// One-sided upper bound of the failure probability, failed samples taken as broken.
    pub upper_bound: f64,
    /// Most broken samples with which the rule would hold; `None` when not even 0 would do.
    pub holds_up_to: Option<u64>,
    /// Fewest broken samples with which the rule would be violated; `None` when none would do.
    pub violated_from: Option<u64>,
}

/// Why an outcome rule was not decided at all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OutcomeError {
    /// The allowed failure probability is not in [0, 1).
    AllowedFailure {
        /// The value.
        value: f64,
    },
    /// The confidence is not strictly between 0.5 and 1.
    Confidence {
        /// The value.
        value: f64,
    },
    /// More samples were broken than met the guard.
    Counts {
        /// The counts.
        counts: OutcomeCounts,
    },
}

impl fmt::Display for OutcomeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AllowedFailure { value } => write!(
                f,
                "the allowed failure probability is `{value}`: expected 0 or more and below 1"
            ),
            Self::Confidence { value } => {
                write!(
                    f,
                    "the confidence is `{value}`: expected above 0.5 and below 1"
                )
            }
            Self::Counts { counts } => write!(
                f,
                "{} of {} guarded samples are counted as broken: expected no more than all",
                counts.broken, counts.guarded
            ),
        }
    }
}

impl Error for OutcomeError {}

/// Most samples that are ever named as needed.
pub const SAMPLES_ASKED_MAX: u64 = 1_000_000_000;

impl Requirement {
    /// Asks for a failure probability of at most `allowed_failure` (0.001 for "with probability
    /// ≥ 99.9 %", best computed in exact arithmetic) at one-sided `confidence`, usually 0.95.
    ///
    /// # Errors
    /// [`OutcomeError`] when either number is out of range.
    pub fn new(allowed_failure: f64, confidence: f64) -> Result<Self, OutcomeError> {
        if !(0.0..1.0).contains(&allowed_failure) {
            return Err(OutcomeError::AllowedFailure {
                value: allowed_failure,
            });
        }
        if !(confidence > 0.5 && confidence < 1.0) {
            return Err(OutcomeError::Confidence { value: confidence });
        }
        Ok(Self {
            allowed_failure,
            confidence,
        })
    }

    /// Returns the allowed failure probability.
    #[must_use]
    pub fn allowed_failure(&self) -> f64 {
        self.allowed_failure
    }

    /// Returns the one-sided confidence.
    #[must_use]
    pub fn confidence(&self) -> f64 {
        self.confidence
    }

    /// Decides the rule.
    ///
    /// # Errors
    /// [`OutcomeError::Counts`] when the counts contradict each other.
    ///
    /// # Example
    /// ```
    /// use cellwright::monte_carlo::outcome::{OutcomeCounts, OutcomeVerdict, Requirement};
    ///
    /// let requirement = Requirement::new(0.001, 0.95)?;
    /// let counts = OutcomeCounts { guarded: 16_384, broken: 9, failed: 0 };
    /// assert_eq!(requirement.decide(counts)?.verdict, OutcomeVerdict::Holds);
    /// # Ok::<(), cellwright::monte_carlo::outcome::OutcomeError>(())
    /// ```
    pub fn decide(&self, counts: OutcomeCounts) -> Result<OutcomeDecision, OutcomeError> {
        if counts.broken > counts.guarded {
            return Err(OutcomeError::Counts { counts });
        }
        let trials = counts.guarded + counts.failed;
        let holds_up_to = self.holds_up_to(trials);
        let violated_from = self.violated_from(trials);
        let at_worst = counts.broken + counts.failed;
        let verdict = if trials == 0 {
            OutcomeVerdict::OperationallyVacuous
        } else if holds_up_to.is_some_and(|limit| at_worst <= limit) {
            OutcomeVerdict::Holds
        } else if violated_from.is_some_and(|limit| counts.broken >= limit) {
            OutcomeVerdict::Violated
        } else {
            OutcomeVerdict::Undecided
        };
        let broken_share =
            (counts.guarded > 0).then(|| counts.broken as f64 / counts.guarded as f64);
        Ok(OutcomeDecision {
            verdict,
            counts,
            broken_share,
            lower_bound: binomial::lower_bound(counts.broken, trials, self.confidence),
            upper_bound: binomial::upper_bound(at_worst, trials, self.confidence),
            holds_up_to,
            violated_from,
        })
    }

    /// Returns the fewest samples with which the rule holds when none fails; `None` when no number
    /// up to [`SAMPLES_ASKED_MAX`] does.
    #[must_use]
    pub fn samples_to_hold(&self) -> Option<u64> {
        let error = 1.0 - self.confidence;
        // P(X = 0) falls with the trials, so those that show nothing are a prefix.
        let silent = |trials: u64| binomial::at_most(0, trials, self.allowed_failure) > error;
        let first = first_false(SAMPLES_ASKED_MAX, silent);
        (first <= SAMPLES_ASKED_MAX).then_some(first)
    }

    /// Returns the largest k with P(X ≤ k) ≤ 1 − confidence at the allowed probability.
    fn holds_up_to(&self, trials: u64) -> Option<u64> {
        let error = 1.0 - self.confidence;
        let shows = |k: u64| binomial::at_most(k, trials, self.allowed_failure) <= error;
        // P(X ≤ k) grows with k, so the k that show it are a prefix.
        first_false(trials, shows).checked_sub(1)
    }

    /// Returns the smallest k with P(X ≥ k) ≤ 1 − confidence at the allowed probability.
    fn violated_from(&self, trials: u64) -> Option<u64> {
        let error = 1.0 - self.confidence;
        let silent = |k: u64| binomial::at_least(k, trials, self.allowed_failure) > error;
        // P(X ≥ k) falls with k, so the k that show nothing are a prefix.
        let first = first_false(trials, silent);
        (first <= trials).then_some(first)
    }
}

/// Returns the first k in 0 … `last` for which a prefix property fails, `last + 1` if none does.
fn first_false(last: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, last + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_to_hold_are_the_fewest_that_hold_without_a_failure() {
        let needed = |allowed| Requirement::new(allowed, 0.95).unwrap().samples_to_hold();
        // ln 0.05 / ln 0.999 = 2994.2
        assert_eq!(needed(0.001), Some(2995));
        assert_eq!(verdict(2995, 0, 0), OutcomeVerdict::Holds);
        assert_eq!(verdict(2994, 0, 0), OutcomeVerdict::Undecided);
        assert_eq!(needed(0.0), None, "certainty is never shown by samples");
    }

    fn verdict(guarded: u64, broken: u64, failed: u64) -> OutcomeVerdict {
        let requirement = Requirement::new(0.001, 0.95).unwrap();
        requirement
            .decide(OutcomeCounts {
                guarded,
                broken,
                failed,
            })
            .unwrap()
            .verdict
    }

    /// Goal: the limits the rule language promises for 99.9 % of 16 384 samples at 95 %.
    #[test]
    fn nine_hold_ten_to_23_are_undecided_and_24_violate() {
        for broken in 0..=40 {
            let expected = match broken {
                0..=9 => OutcomeVerdict::Holds,
                10..=23 => OutcomeVerdict::Undecided,
                _ => OutcomeVerdict::Violated,
            };
            assert_eq!(verdict(16_384, broken, 0), expected, "{broken} broken");
        }
    }

    #[test]
    fn bounds_and_limits_say_the_same() {
        let requirement = Requirement::new(0.001, 0.95).unwrap();
        for broken in 0..=30 {
            let counts = OutcomeCounts {
                guarded: 16_384,
                broken,
                failed: 0,
            };
            let decision = requirement.decide(counts).unwrap();
            let holds = decision.verdict == OutcomeVerdict::Holds;
            let violated = decision.verdict == OutcomeVerdict::Violated;
            assert_eq!(holds, decision.upper_bound <= 0.001, "{decision:?}");
            assert_eq!(violated, decision.lower_bound > 0.001, "{decision:?}");
            assert_eq!(
                (decision.holds_up_to, decision.violated_from),
                (Some(9), Some(24))
            );
        }
    }

    #[test]
    fn failed_samples_count_against_holding_and_not_for_violation() {
        assert_eq!(verdict(16_375, 0, 9), OutcomeVerdict::Holds);
        assert_eq!(verdict(16_374, 0, 10), OutcomeVerdict::Undecided);
        assert_eq!(verdict(16_284, 0, 100), OutcomeVerdict::Undecided);
        assert_eq!(verdict(16_361, 23, 23), OutcomeVerdict::Undecided);
        assert_eq!(verdict(16_360, 24, 24), OutcomeVerdict::Violated);
    }

    #[test]
    fn an_untested_rule_is_operationally_vacuous_and_few_samples_undecided() {
        assert_eq!(verdict(0, 0, 0), OutcomeVerdict::OperationallyVacuous);
        assert_eq!(verdict(0, 0, 50), OutcomeVerdict::Undecided);
        // 2995 clean samples show 99.9 % at 95 %, since 0.999^2995 < 0.05 < 0.999^2994.
        assert_eq!(verdict(2_994, 0, 0), OutcomeVerdict::Undecided);
        assert_eq!(verdict(2_995, 0, 0), OutcomeVerdict::Holds);
    }

    #[test]
    fn certainty_cannot_be_shown_but_can_be_refuted() {
        let requirement = Requirement::new(0.0, 0.95).unwrap();
        let decide = |broken| {
            let counts = OutcomeCounts {
                guarded: 1_000,
                broken,
                failed: 0,
            };
            requirement.decide(counts).unwrap().verdict
        };
        assert_eq!(decide(0), OutcomeVerdict::Undecided);
        assert_eq!(decide(1), OutcomeVerdict::Violated);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert!(matches!(
            Requirement::new(1.0, 0.95),
            Err(OutcomeError::AllowedFailure { .. })
        ));
        assert!(matches!(
            Requirement::new(0.1, 0.5),
            Err(OutcomeError::Confidence { .. })
        ));
        assert!(matches!(
            Requirement::new(f64::NAN, 0.9),
            Err(OutcomeError::AllowedFailure { .. })
        ));
        let requirement = Requirement::new(0.1, 0.9).unwrap();
        let counts = OutcomeCounts {
            guarded: 3,
            broken: 4,
            failed: 0,
        };
        assert_eq!(
            requirement.decide(counts).unwrap_err().to_string(),
            "4 of 3 guarded samples are counted as broken: expected no more than all"
        );
    }
}
