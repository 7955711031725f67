//! Laws that scores, fusion, and distances keep for every input.
//!
//! In: generated values and constants. Out: a counter-example where a law breaks. Laws: range,
//! monotonicity, agreement of the closed and the logarithmic form, ranking independent of the
//! constants, order-free fusion, and a distance that obeys the axioms of a metric.
#![allow(clippy::unwrap_used)]

use cellwright::delta::wasserstein::{between_tables, prefix_sums};
use cellwright::fusion::{Gate, fuse};
use cellwright::hyperscore::Parameters;
use cellwright::math;
use cellwright::monte_carlo::estimate::sorted;
use cellwright::monte_carlo::sampler::Distribution;
use cellwright::score::ahp::{Judgements, RandomIndex};
use cellwright::score::{Component, ComponentName};
use proptest::prelude::*;

fn constants() -> impl Strategy<Value = (f64, f64, f64)> {
    (0.1..20.0_f64, -10.0..10.0_f64, 0.1..5.0_f64)
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    let a = sorted(a);
    between_tables(&a, &prefix_sums(&a), &sorted(b))
}

proptest! {
    #[test]
    fn hyperscore_stays_between_100_and_200(
        (beta, gamma, kappa) in constants(), v in 0.0..=1.0_f64
    ) {
        let score = Parameters::new(beta, gamma, kappa).unwrap().score(v).unwrap();
        prop_assert!((100.0..=200.0).contains(&score.hyperscore));
        prop_assert!((0.0..=1.0).contains(&score.probability));
    }

    #[test]
    fn hyperscore_is_monotone_in_value(
        (beta, gamma, kappa) in constants(), a in 0.0..=1.0_f64, b in 0.0..=1.0_f64,
    ) {
        let parameters = Parameters::new(beta, gamma, kappa).unwrap();
        let low = parameters.score(a.min(b)).unwrap();
        let high = parameters.score(a.max(b)).unwrap();
        prop_assert!(low.hyperscore <= high.hyperscore && low.boost <= high.boost);
        // Ten ulps of V move ln B by more than its rounding.
        if a.max(b) > a.min(b) * (1.0 + 1e-12) && low.ln_boost.is_some() {
            prop_assert!(low.ln_boost <= high.ln_boost);
        }
    }

    #[test]
    fn closed_form_equals_logarithmic_form(
        (beta, gamma, kappa) in constants(), v in 0.01..=1.0_f64
    ) {
        let power = math::pow(v, beta);
        let closed = 100.0 * math::pow(power / (power + math::exp(-gamma)), kappa);
        let boost = Parameters::new(beta, gamma, kappa).unwrap().score(v).unwrap().boost;
        prop_assert!((boost - closed).abs() <= 1e-11 * closed, "{boost:e} {closed:e}");
    }

    #[test]
    fn midpoint_has_probability_one_half(beta in 0.1..20.0_f64, m in 0.01..0.99_f64) {
        let parameters = Parameters::with_midpoint(beta, m, 2.0).unwrap();
        prop_assert!((parameters.score(m).unwrap().probability - 0.5).abs() < 1e-13);
        prop_assert!((parameters.midpoint() - m).abs() < 1e-12);
    }

    #[test]
    fn ranking_is_the_same_for_all_constants(
        first in constants(), second in constants(), a in 0.0..=1.0_f64, b in 0.0..=1.0_f64,
    ) {
        prop_assume!((a - b).abs() > 1e-6);
        let order = |(beta, gamma, kappa): (f64, f64, f64)| {
            let parameters = Parameters::new(beta, gamma, kappa).unwrap();
            let rank = |v: f64| parameters.score(v).unwrap().ln_boost.unwrap_or(f64::NEG_INFINITY);
            // Where σ saturates at 1, ln B is flat to rounding; that is a tie, not a swap.
            rank(a).partial_cmp(&rank(b)).filter(|order| order.is_ne())
        };
        if let (Some(x), Some(y)) = (order(first), order(second)) {
            prop_assert_eq!(x, y);
            prop_assert_eq!(x, a.partial_cmp(&b).unwrap());
        }
    }

    #[test]
    fn fusion_ignores_component_order_and_stays_in_range(
        values in prop::array::uniform5(0.0..=1.0_f64),
        weights in prop::array::uniform5(0.01..1.0_f64),
        rotation in 0..5_usize,
    ) {
        let sum: f64 = weights.iter().sum();
        let components: Vec<Component> = ComponentName::ALL.iter().zip(values)
            .map(|(name, value)| Component::new(*name, value, Some(0.1), Vec::new()).unwrap())
            .collect();
        let mut weighted: Vec<_> =
            components.iter().zip(weights.map(|weight| weight / sum)).collect();
        let fusion = fuse(&weighted, Gate::Open, 0.95).unwrap();
        weighted.rotate_left(rotation);
        prop_assert_eq!(&fuse(&weighted, Gate::Open, 0.95).unwrap(), &fusion);
        let value = fusion.ungated.value;
        let least = values.iter().copied().fold(1.0, f64::min);
        let greatest = values.iter().copied().fold(0.0, f64::max);
        prop_assert!(value >= least - 1e-12 && value <= greatest + 1e-12);
        let (lower, upper) = fusion.ungated.interval.unwrap();
        prop_assert!(0.0 <= lower && lower <= value && value <= upper && upper <= 1.0);
    }

    #[test]
    fn distance_between_tables_is_a_metric(
        a in prop::collection::vec(-5.0..5.0_f64, 1..20),
        b in prop::collection::vec(-5.0..5.0_f64, 1..20),
        c in prop::collection::vec(-5.0..5.0_f64, 1..20),
        shift in -3.0..3.0_f64,
    ) {
        prop_assert!(distance(&a, &a) < 1e-13);
        prop_assert!((distance(&a, &b) - distance(&b, &a)).abs() < 1e-13);
        prop_assert!(distance(&a, &c) <= distance(&a, &b) + distance(&b, &c) + 1e-13);
        let moved: Vec<f64> = a.iter().map(|value| value + shift).collect();
        prop_assert!((distance(&a, &moved) - shift.abs()).abs() < 1e-13);
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        prop_assert!(distance(&a, &b) >= (mean(&a) - mean(&b)).abs() - 1e-13);
    }

    #[test]
    fn samplers_grow_with_the_draw(
        u in 1e-12..1.0_f64, v in 1e-12..1.0_f64, mode in 0.0..=1.0_f64, sd in 0.01..10.0_f64,
    ) {
        let (low, high) = (u.min(v), u.max(v));
        for distribution in [
            Distribution::Normal { mean: 1.0, sd },
            Distribution::LogNormal { median: 2.0, log_sd: sd },
            Distribution::Uniform { lower: -sd, upper: sd },
            Distribution::Triangular { lower: 0.0, mode, upper: 1.0 },
        ] {
            let sampler = distribution.sampler().unwrap();
            prop_assert!(sampler.value(low) <= sampler.value(high), "{distribution:?}");
        }
    }

    #[test]
    fn weights_of_consistent_judgements_come_back(
        weights in prop::collection::vec(0.1..10.0_f64, 1..=15),
    ) {
        let items = weights.len();
        let table: Vec<f64> = weights.iter()
            .flat_map(|row| weights.iter().map(move |column| row / column)).collect();
        let priorities =
            Judgements::from_table(items, &table)
                .unwrap()
                .priorities(RandomIndex::Saaty1980)
                .unwrap();
        let sum: f64 = weights.iter().sum();
        for (got, weight) in priorities.weights.iter().zip(&weights) {
            prop_assert!((got - weight / sum).abs() < 1e-13);
        }
        prop_assert!(priorities.consistency_ratio.abs() < 1e-12);
    }
}
