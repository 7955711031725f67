//! Sums of `f64` in a fixed order with the rounding error carried along.
//!
//! In: values in index order. Out: their sum, the same bits on every machine and thread count,
//! with an error near one rounding of the result where a plain sum loses one per term.
//! Method: Neumaier's variant of Kahan summation (A. Neumaier, ZAMM 54, 39–51, 1974,
//! doi:10.1002/zamm.19740540106). Nothing here is parallel: chunks are summed in index order.

/// Accumulates a sum together with the part that rounding would have dropped.
#[derive(Clone, Copy, Debug, Default)]
pub struct CompensatedSum {
    sum: f64,
    correction: f64,
}

impl CompensatedSum {
    /// Starts at zero.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one term; the order of the calls is part of the result.
    #[inline]
    pub fn add(&mut self, term: f64) {
        let total = self.sum + term;
        self.correction += if self.sum.abs() >= term.abs() {
            (self.sum - total) + term
        } else {
            (term - total) + self.sum
        };
        self.sum = total;
    }

    /// Returns the sum so far, rounded once.
    #[inline]
    #[must_use]
    pub fn total(self) -> f64 {
        self.sum + self.correction
    }
}

/// Returns the compensated sum of `terms` in iteration order; `0.0` when there are none.
#[must_use]
pub fn compensated_sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut sum = CompensatedSum::new();
    for term in terms {
        sum.add(term);
    }
    sum.total()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_lost_by_a_plain_sum_are_kept() {
        assert_eq!(compensated_sum([1.0, 1e100, 1.0, -1e100]), 2.0);
        assert_eq!(compensated_sum([0.1; 10]), 1.0);
        assert_eq!(compensated_sum([]), 0.0);
    }
}
