//! Process capability: what a Cpk promises in parts per million out of tolerance.
//!
//! In: a centred, two-sided Cpk of a normal quantity. Out: ppm outside the tolerance.

use crate::math;

/// Parts per million outside a centred two-sided tolerance: 10⁶·erfc(3·Cpk/√2).
#[must_use]
pub fn defects_ppm(cpk: f64) -> f64 {
    1e6 * math::erfc(3.0 * cpk / std::f64::consts::SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Oracle O18.
    #[test]
    fn usual_capabilities_give_their_known_rates() {
        for (cpk, ppm) in [
            (0.67, 44_431.188_9),
            (1.00, 2_699.796_06),
            (1.33, 66.073_295_3),
            (1.67, 0.544_300_355),
        ] {
            assert!((defects_ppm(cpk) / ppm - 1.0).abs() < 1e-6, "Cpk {cpk}");
        }
    }
}
