//! Exact binomial tails and one-sided Clopper–Pearson bounds.
//!
//! In: counts of trials and failures, probabilities in 0 … 1. Out: tail probabilities and bounds
//! on the failure probability. Point probabilities use C. Loader's saddle-point form ("Fast and
//! accurate computation of binomial probabilities", 2000), which keeps its digits at a million
//! trials where factorials do not; tails are sums of point probabilities from the boundary away
//! from the mode's side, in fixed order. Bounds: C. J. Clopper & E. S. Pearson, Biometrika 26,
//! 404–413, 1934, doi:10.1093/biomet/26.4.404. Arguments are trusted to be in range by contract
//! and checked by assertion, because every caller derives them from counts.

use crate::math;
use crate::summation::CompensatedSum;

/// ln(2 π) / 2.
const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_8;

/// Returns P(X = `failures`) for X binomial with `trials` and `probability`.
///
/// # Panics
/// When `failures > trials` or `probability` is outside 0 … 1.
#[must_use]
pub fn point(failures: u64, trials: u64, probability: f64) -> f64 {
    assert!(failures <= trials, "more failures than trials");
    assert!(
        (0.0..=1.0).contains(&probability),
        "probability outside 0 to 1"
    );
    let (k, n, p) = (failures as f64, trials as f64, probability);
    if p == 0.0 {
        return if failures == 0 { 1.0 } else { 0.0 };
    }
    if p == 1.0 {
        return if failures == trials { 1.0 } else { 0.0 };
    }
    if failures == 0 {
        return math::exp(n * math::ln_1p(-p));
    }
    if failures == trials {
        return math::exp(n * math::ln(p));
    }
    let rest = n - k;
    let stirling = stirling_error(n) - stirling_error(k) - stirling_error(rest);
    let exponent = stirling - deviance(k, n * p) - deviance(rest, n * (1.0 - p));
    math::exp(exponent - HALF_LN_2_PI) * (n / (k * rest)).sqrt()
}

/// Returns P(X ≤ `failures`) for X binomial with `trials` and `probability`.
///
/// # Panics
/// As [`point`].
#[must_use]
pub fn at_most(failures: u64, trials: u64, probability: f64) -> f64 {
    if failures == trials {
        return 1.0;
    }
    let mode = trials as f64 * probability;
    if (failures as f64) < mode {
        sum_down(failures, trials, probability)
    } else {
        1.0 - sum_up(failures + 1, trials, probability)
    }
}

/// Returns P(X ≥ `failures`) for X binomial with `trials` and `probability`.
///
/// # Panics
/// As [`point`].
#[must_use]
pub fn at_least(failures: u64, trials: u64, probability: f64) -> f64 {
    if failures == 0 {
        return 1.0;
    }
    let mode = trials as f64 * probability;
    if failures as f64 > mode {
        sum_up(failures, trials, probability)
    } else {
        1.0 - sum_down(failures - 1, trials, probability)
    }
}

/// Returns the one-sided lower bound on the failure probability: the p at which `failures` or
/// more has the chance 1 − `confidence`; 0 when there is no failure.
///
/// # Panics
/// When `failures > trials` or `confidence` is outside 0 … 1.
#[must_use]
pub fn lower_bound(failures: u64, trials: u64, confidence: f64) -> f64 {
    assert!(
        failures <= trials && (0.0..=1.0).contains(&confidence),
        "counts out of range"
    );
    if failures == 0 {
        return 0.0;
    }
    let error = 1.0 - confidence;
    bisect(|p| at_least(failures, trials, p) <= error).0
}

/// Returns the one-sided upper bound on the failure probability: the p at which `failures` or
/// fewer has the chance 1 − `confidence`; 1 when every trial failed or there was none.
///
/// # Panics
/// As [`lower_bound`].
#[must_use]
pub fn upper_bound(failures: u64, trials: u64, confidence: f64) -> f64 {
    assert!(
        failures <= trials && (0.0..=1.0).contains(&confidence),
        "counts out of range"
    );
    if failures == trials {
        return 1.0;
    }
    let error = 1.0 - confidence;
    bisect(|p| at_most(failures, trials, p) > error).1
}

/// Narrows [0, 1] to neighbouring values where `still_left` turns from true to false.
fn bisect(still_left: impl Fn(f64) -> bool) -> (f64, f64) {
    let (mut left, mut right) = (0.0_f64, 1.0_f64);
    // 120 halvings leave less than 1e-36: below that no sample count can tell bounds apart.
    for _ in 0..120 {
        let middle = 0.5 * (left + right);
        if middle <= left || middle >= right {
            break;
        }
        if still_left(middle) {
            left = middle;
        } else {
            right = middle;
        }
    }
    (left, right)
}

/// Sums point probabilities from `failures` down to 0 until they no longer count.
fn sum_down(failures: u64, trials: u64, probability: f64) -> f64 {
    let odds = (1.0 - probability) / probability;
    let mut term = point(failures, trials, probability);
    let mut sum = CompensatedSum::new();
    sum.add(term);
    for k in (1..=failures).rev() {
        term *= k as f64 / (trials - k + 1) as f64 * odds;
        sum.add(term);
        if term <= sum.total() * 1e-18 {
            break;
        }
    }
    sum.total()
}

/// Sums point probabilities from `failures` up to `trials` until they no longer count.
fn sum_up(failures: u64, trials: u64, probability: f64) -> f64 {
    let odds = probability / (1.0 - probability);
    let mut term = point(failures, trials, probability);
    let mut sum = CompensatedSum::new();
    sum.add(term);
    for k in failures..trials {
        term *= (trials - k) as f64 / (k + 1) as f64 * odds;
        sum.add(term);
        if term <= sum.total() * 1e-18 {
            break;
        }
    }
    sum.total()
}

/// Returns ln n! minus Stirling's approximation of it, for n ≥ 1.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        return math::ln_gamma(n + 1.0) - (n + 0.5) * math::ln(n) + n - HALF_LN_2_PI;
    }
    let inverse_square = 1.0 / (n * n);
    let mut series = 1.0 / 1188.0;
    for coefficient in [1.0 / 1680.0, 1.0 / 1260.0, 1.0 / 360.0, 1.0 / 12.0] {
        series = coefficient - series * inverse_square;
    }
    series / n
}

/// Returns x ln(x / mean) + mean − x without cancellation near x = mean.
fn deviance(x: f64, mean: f64) -> f64 {
    let difference = x - mean;
    let total = x + mean;
    if difference.abs() >= 0.1 * total {
        return x * math::ln(x / mean) + mean - x;
    }
    let ratio = difference / total;
    let square = ratio * ratio;
    let mut sum = difference * ratio;
    let mut power = 2.0 * x * ratio;
    // |ratio| < 0.1: each term is a hundredth of the last, so twelve reach the last bit.
    for j in 1..=12_u32 {
        power *= square;
        sum += power / f64::from(2 * j + 1);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(got: f64, expected: f64, tolerance: f64) {
        assert!(
            ((got - expected) / expected).abs() <= tolerance,
            "{got:e}, not {expected:e}"
        );
    }

    #[test]
    fn small_cases_equal_counting() {
        close(point(2, 4, 0.5), 6.0 / 16.0, 1e-14);
        close(at_most(1, 4, 0.5), 5.0 / 16.0, 1e-14);
        close(at_least(1, 3, 0.25), 37.0 / 64.0, 1e-14);
        assert_eq!(at_least(0, 3, 0.25), 1.0);
        assert_eq!(at_most(3, 3, 0.25), 1.0);
        assert_eq!(point(0, 5, 0.0), 1.0);
        assert_eq!(point(1, 5, 1.0), 0.0);
    }

    #[test]
    fn tails_agree_with_fifty_digit_arithmetic() {
        for (k, n, p, down, up) in ORACLE {
            close(at_most(k, n, p), down, 2e-13);
            close(at_least(k, n, p), up, 2e-13);
        }
    }

    #[test]
    fn bounds_meet_their_closed_forms() {
        // No failures: 1 − α^(1/n); one failure at the least: the mirror image.
        close(
            upper_bound(0, 299, 0.99),
            1.0 - math::pow(0.01, 1.0 / 299.0),
            1e-12,
        );
        close(
            lower_bound(299, 299, 0.99),
            math::pow(0.01, 1.0 / 299.0),
            1e-12,
        );
        assert_eq!(
            (lower_bound(0, 10, 0.95), upper_bound(10, 10, 0.95)),
            (0.0, 1.0)
        );
        assert_eq!(
            (lower_bound(0, 0, 0.95), upper_bound(0, 0, 0.95)),
            (0.0, 1.0)
        );
        // The textbook two-sided 95 % interval of 2 in 20.
        close(lower_bound(2, 20, 0.975), 0.012_348_527_170_294_802, 1e-12);
        close(upper_bound(2, 20, 0.975), 0.316_982_714_019_082_3, 1e-12);
    }

    #[test]
    fn bounds_enclose_the_share_and_move_with_the_count() {
        let mut last = (0.0, 0.0);
        for k in 0..=50 {
            let bounds = (lower_bound(k, 50, 0.95), upper_bound(k, 50, 0.95));
            let share = k as f64 / 50.0;
            assert!(bounds.0 <= share && share <= bounds.1);
            assert!(k == 0 || (bounds.0 > last.0 && bounds.1 > last.1));
            last = bounds;
        }
    }

    /// (failures, trials, probability as a double, P(X ≤ failures), P(X ≥ failures)).
    const ORACLE: [(u64, u64, f64, f64, f64); 10] = [
        (9, 16384, 0.001, 0.03570517102497988, 0.9822393427776546),
        (10, 16384, 0.001, 0.06511872593170057, 0.9642948289750202),
        (23, 16384, 0.001, 0.9544054706325502, 0.07091126106441847),
        (24, 16384, 0.001, 0.9716813735060115, 0.045594529367449746),
        (0, 16384, 1e-05, 0.8488771360631141, 1.0),
        (5, 12, 0.3, 0.882151261138, 0.27634453046999996),
        (40, 1000, 0.05, 0.0806365732566911, 0.9401851209480967),
        (950, 1000000, 0.001, 0.05774554181545561, 0.9458812617420034),
        (19, 40, 0.5, 0.43731465619021037, 0.6820859986855794),
        (980, 1000, 0.97, 0.9795881466567136, 0.0332807841351947),
    ];
}
