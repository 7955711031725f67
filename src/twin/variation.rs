//! How much the loading varies: the variance of a slot die (C9), and what was measured behind a
//! comma bar over its gap.
//!
//! In: relative standard deviations of pump, speed, width, solids and density; or a comma gap. Out:
//! that of the loading. A slot die is pre-metered: its gap does not enter. A comma bar meters by
//! its gap: σ_m/m = √((a/gap)² + b²), a constant error of the gap and a floor, fitted in ln CV to
//! medians of 24 coatings each at three gaps (144 NMC811 cathode coatings of CIDETEC and Amiens,
//! ARTISTIC-ERC/electrode-heterogeneity, commit 1b477402; the data are CC BY-NC-SA and not part of
//! this repository, the medians are facts). The form is rough: between 50 and 100 µm the measured
//! fall is steeper than 1/gap, and the residual of the fit is part of every interval. Three rows
//! less two numbers leave one degree of freedom, so the interval takes Student's t and the variance
//! of a prediction, in which the two numbers are uncertain, too.

use crate::math;
use crate::normal;
use crate::twin::coating::loading_variation;
use crate::twin::port::stage_values;
use crate::twin::status::{TwinError, not_negative, positive};

stage_values! {
    /// Disturbances behind a slot die, relative standard deviations.
    VariationInputs {
        flow_variation: "coating.flow_variation", "1", Parameter,
            "relative standard deviation of the pump flow";
        speed_variation: "coating.speed_variation", "1", Parameter,
            "relative standard deviation of the web speed";
        width_variation: "coating.width_variation", "1", Parameter,
            "relative standard deviation of the coated width";
        solids_variation: "slurry.solids_variation", "1", Parameter,
            "relative standard deviation of the solids";
        density_variation: "slurry.density_variation", "1", Parameter,
            "relative standard deviation of the slurry density that the solids do not cause";
    }
}

stage_values! {
    /// The loading behind a slot die.
    VariationOutcomes {
        loading_variation: "coating.loading_variation", "1", Outcome,
            "standard deviation of the loading over its mean";
    }
}

stage_values! {
    /// A comma bar.
    CommaInputs {
        gap: "coating.comma_gap", "m", Setpoint, "gap of the comma bar";
    }
}

stage_values! {
    /// What coatings behind such a gap were like.
    CommaOutcomes {
        typical: "coating.comma_variation", "1", Outcome,
            "relative standard deviation of the loading in a typical coating behind this gap";
        low: "coating.comma_variation_low", "1", Outcome,
            "nine of ten coatings behind this gap vary more";
        high: "coating.comma_variation_high", "1", Outcome,
            "nine of ten coatings behind this gap vary less";
    }
}

/// Runs C9.
///
/// # Errors
/// [`TwinError::OutOfDomain`] for a negative deviation.
pub fn vary(
    inputs: &VariationInputs,
    solids_amplification: f64,
) -> Result<VariationOutcomes, TwinError> {
    not_negative("coating.flow_variation", inputs.flow_variation)?;
    not_negative("coating.speed_variation", inputs.speed_variation)?;
    not_negative("coating.width_variation", inputs.width_variation)?;
    not_negative("slurry.solids_variation", inputs.solids_variation)?;
    not_negative("slurry.density_variation", inputs.density_variation)?;
    Ok(VariationOutcomes {
        loading_variation: loading_variation(
            inputs.flow_variation,
            inputs.speed_variation,
            inputs.width_variation,
            inputs.solids_variation,
            inputs.density_variation,
            solids_amplification,
        ),
    })
}

/// One measured gap: median of the relative standard deviation within a coating, and its 10 % and
/// 90 % quantiles over coatings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GapRow {
    /// Gap, m.
    pub gap_m: f64,
    /// Median over coatings.
    pub median: f64,
    /// 10 % quantile over coatings.
    pub p10: f64,
    /// 90 % quantile over coatings.
    pub p90: f64,
}

/// The rows measured, 24 coatings each.
pub const GAP_ROWS: [GapRow; 3] = [
    GapRow {
        gap_m: 50e-6,
        median: 0.062,
        p10: 0.033,
        p90: 0.073,
    },
    GapRow {
        gap_m: 100e-6,
        median: 0.023,
        p10: 0.015,
        p90: 0.035,
    },
    GapRow {
        gap_m: 300e-6,
        median: 0.0115,
        p10: 0.008,
        p90: 0.016,
    },
];

/// A law σ/m = √((a/gap)² + b²) with what it leaves unexplained.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GapLaw {
    /// Error of the gap a, m.
    pub gap_error_m: f64,
    /// Floor b.
    pub floor: f64,
    /// Residual standard deviation of ln CV, with rows minus two degrees of freedom.
    pub residual: f64,
    /// Student's t at 90 % with those degrees of freedom.
    pub student: f64,
    /// Inverse of the normal equations in (ln a, ln b): both diagonal terms and the one beside.
    pub inverse: [f64; 3],
    /// Standard deviation of ln CV over coatings of one gap, from the quantiles of the rows.
    pub between_coatings: f64,
}

/// Most iterations of the fit; it needs about ten.
const FIT_ITERATIONS: usize = 100;

impl GapLaw {
    /// The fit to [`GAP_ROWS`], as [`Self::fit`] makes it.
    pub const MEASURED: Self = Self {
        gap_error_m: 2.64394e-6,
        floor: 0.0069816,
        residual: 0.230451,
        student: 3.077_684,
        inverse: [0.636493, 9.211901, -1.307284],
        between_coatings: 0.303590,
    };

    /// Fits by least squares of ln CV: Gauss–Newton in ln a and ln b, halved where it overshoots.
    ///
    /// # Errors
    /// [`TwinError::OutOfDomain`] for fewer than three rows or a number not above zero.
    pub fn fit(rows: &[GapRow]) -> Result<Self, TwinError> {
        if rows.len() < 3 {
            return Err(TwinError::OutOfDomain {
                quantity: "rows of the gap law",
                value: rows.len() as f64,
                expected: "three or more, for two numbers and a residual",
            });
        }
        for row in rows {
            positive("coating.comma_gap", row.gap_m)?;
            positive("variation over the gap", row.median.min(row.p10))?;
        }
        // Start: the first row is all gap, the last all floor.
        let (first, last) = (&rows[0], &rows[rows.len() - 1]);
        let mut point = [math::ln(first.median * first.gap_m), math::ln(last.median)];
        let mut sum = squares(rows, point);
        for _ in 0..FIT_ITERATIONS {
            let mut step = gauss_newton(rows, point);
            let mut next = [point[0] + step[0], point[1] + step[1]];
            while squares(rows, next) > sum && step[0].abs() + step[1].abs() > 1e-14 {
                step = [0.5 * step[0], 0.5 * step[1]];
                next = [point[0] + step[0], point[1] + step[1]];
            }
            let better = squares(rows, next);
            if better >= sum {
                break;
            }
            (point, sum) = (next, better);
        }
        let between = rows.iter().fold(0.0, |total, row| {
            total + math::ln(row.p90 / row.p10) / (2.0 * normal::quantile(0.9))
        });
        Ok(Self {
            gap_error_m: math::exp(point[0]),
            floor: math::exp(point[1]),
            residual: (sum / (rows.len() - 2) as f64).sqrt(),
            student: student_90(rows.len() - 2),
            inverse: inverse(rows, point),
            between_coatings: between / rows.len() as f64,
        })
    }

    /// Relative standard deviation at a gap in m.
    #[must_use]
    pub fn at(&self, gap_m: f64) -> f64 {
        let from_gap = self.gap_error_m / gap_m;
        (from_gap * from_gap + self.floor * self.floor).sqrt()
    }

    /// Variance of the law at a gap over that of its residual: what the uncertain a and b add.
    #[must_use]
    pub fn leverage(&self, gap_m: f64) -> f64 {
        let from_gap = self.gap_error_m / gap_m;
        let share = from_gap * from_gap / (from_gap * from_gap + self.floor * self.floor);
        let rest = 1.0 - share;
        let [gap, floor, both] = self.inverse;
        share * share * gap + rest * rest * floor + 2.0 * share * rest * both
    }

    /// What a coating behind a gap is like: typical, and the interval that eight of ten fall into.
    ///
    /// In ln CV two independent parts, added as squares: the law for one more gap (residual times
    /// √(1 + leverage), Student's t) and the spread over coatings of one gap (normal; its 72
    /// coatings leave it known). With one degree of freedom that is 0.010 to 0.022 in ln CV
    /// narrower than the exact quantile of the sum, 50 to 400 µm. The medians fitted hold a part of
    /// the spread over coatings, which is so counted twice and widens it, by how much is not known.
    /// With the residual known from one degree of freedom, about 87 of 100 fall into it at 75 µm.
    ///
    /// # Errors
    /// [`TwinError::OutOfDomain`] for a gap not above zero.
    pub fn predict(&self, gap_m: f64) -> Result<CommaOutcomes, TwinError> {
        positive("coating.comma_gap", gap_m)?;
        let typical = self.at(gap_m);
        let of_law = self.student * self.residual;
        let of_coatings = normal::quantile(0.9) * self.between_coatings;
        let squared = of_law * of_law * (1.0 + self.leverage(gap_m)) + of_coatings * of_coatings;
        let factor = math::exp(squared.sqrt());
        Ok(CommaOutcomes {
            typical,
            low: typical / factor,
            high: typical * factor,
        })
    }
}

/// Share of the gap term in the variance and ln of measured over modelled, of one row.
fn row_terms(row: &GapRow, [gap_error, floor]: [f64; 2]) -> (f64, f64) {
    let from_gap = math::exp(2.0 * (gap_error - math::ln(row.gap_m)));
    let variance = from_gap + math::exp(2.0 * floor);
    let difference = math::ln(row.median) - 0.5 * math::ln(variance);
    (from_gap / variance, difference)
}

fn squares(rows: &[GapRow], point: [f64; 2]) -> f64 {
    rows.iter().fold(0.0, |sum, row| {
        let difference = row_terms(row, point).1;
        sum + difference * difference
    })
}

/// Inverse of the normal equations, as in [`GapLaw::inverse`]; the derivative of ln CV is the share
/// of each term.
fn inverse(rows: &[GapRow], point: [f64; 2]) -> [f64; 3] {
    let mut matrix = [0.0; 3];
    for row in rows {
        let (share, _) = row_terms(row, point);
        let rest = 1.0 - share;
        matrix[0] += share * share;
        matrix[1] += share * rest;
        matrix[2] += rest * rest;
    }
    let determinant = matrix[0] * matrix[2] - matrix[1] * matrix[1];
    [
        matrix[2] / determinant,
        matrix[0] / determinant,
        -matrix[1] / determinant,
    ]
}

/// The step of the normal equations.
fn gauss_newton(rows: &[GapRow], point: [f64; 2]) -> [f64; 2] {
    let mut right = [0.0; 2];
    for row in rows {
        let (share, difference) = row_terms(row, point);
        right[0] += share * difference;
        right[1] += (1.0 - share) * difference;
    }
    let [gap, floor, both] = inverse(rows, point);
    [
        gap * right[0] + both * right[1],
        both * right[0] + floor * right[1],
    ]
}

/// Quantile of Student's t at 90 %, by the first four of its table and beyond by the expansion of
/// Cornish and Fisher in 1/freedom, within 2e-4.
fn student_90(freedom: usize) -> f64 {
    const TABLE: [f64; 4] = [3.077_684, 1.885_618, 1.637_744, 1.533_206];
    if let Some(found) = freedom.checked_sub(1).and_then(|at| TABLE.get(at)) {
        return *found;
    }
    let inverse = 1.0 / freedom as f64;
    let z = normal::quantile(0.9);
    let square = z * z;
    let first = z * (square + 1.0) / 4.0;
    let second = z * ((5.0 * square + 16.0) * square + 3.0) / 96.0;
    let third = z * (((3.0 * square + 19.0) * square + 17.0) * square - 15.0) / 384.0;
    z + inverse * (first + inverse * (second + inverse * third))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_law_is_the_fit_to_the_rows() -> Result<(), TwinError> {
        let fit = GapLaw::fit(&GAP_ROWS)?;
        let shipped = GapLaw::MEASURED;
        for (found, expected) in [
            (fit.gap_error_m, shipped.gap_error_m),
            (fit.floor, shipped.floor),
            (fit.residual, shipped.residual),
            (fit.student, shipped.student),
            (fit.inverse[0], shipped.inverse[0]),
            (fit.inverse[1], shipped.inverse[1]),
            (fit.inverse[2], shipped.inverse[2]),
            (fit.between_coatings, shipped.between_coatings),
        ] {
            assert!((found / expected - 1.0).abs() < 1e-4, "{fit:?}");
        }
        Ok(())
    }

    #[test]
    fn fit_recovers_a_law_it_can_express_and_is_stationary() -> Result<(), TwinError> {
        let law = GapLaw {
            gap_error_m: 3e-6,
            floor: 0.01,
            residual: 0.0,
            student: 1.0,
            inverse: [0.0; 3],
            between_coatings: 0.0,
        };
        let rows = [50e-6, 100e-6, 200e-6, 300e-6].map(|gap_m| GapRow {
            gap_m,
            median: law.at(gap_m),
            p10: 0.9 * law.at(gap_m),
            p90: 1.1 * law.at(gap_m),
        });
        let fit = GapLaw::fit(&rows)?;
        assert!((fit.gap_error_m / 3e-6 - 1.0).abs() < 1e-6, "{fit:?}");
        assert!((fit.floor / 0.01 - 1.0).abs() < 1e-6 && fit.residual < 1e-6);
        // No neighbour of the fit to the measured rows is better.
        let best = GapLaw::fit(&GAP_ROWS)?;
        let point = [math::ln(best.gap_error_m), math::ln(best.floor)];
        let least = squares(&GAP_ROWS, point);
        for step in [[1e-3, 0.0], [-1e-3, 0.0], [0.0, 1e-3], [0.0, -1e-3]] {
            assert!(squares(&GAP_ROWS, [point[0] + step[0], point[1] + step[1]]) > least);
        }
        Ok(())
    }

    /// Quantiles of the published table of Student's t, one-sided 90 %; the first is tan(0.4π).
    #[test]
    fn few_rows_take_students_quantile() {
        for (freedom, expected) in [
            (1, 3.0777),
            (2, 1.8856),
            (3, 1.6377),
            (4, 1.5332),
            (5, 1.4759),
            (10, 1.3722),
            (30, 1.3104),
        ] {
            let found = student_90(freedom);
            assert!((found - expected).abs() < 2e-4, "{freedom}: {found}");
        }
        assert!(GapLaw::fit(&GAP_ROWS[..2]).is_err(), "no freedom is left");
    }

    /// The interval against one made elsewhere, by another least-squares program, matrix inverse
    /// and quantiles: at 75 µm leverage 0.507524, so √((3.077684·0.230451)²·1.507524 +
    /// (1.281552·0.303590)²) = 0.953793, and exp of it is 2.5955. Without Student's t and the
    /// uncertain law it would be 1.63. Quantile of the sum of a Cauchy and a normal variable of
    /// these scales, by a sum over 200 000 of its strips: 0.9740.
    #[test]
    fn interval_counts_that_the_law_is_fitted() -> Result<(), TwinError> {
        let law = GapLaw::MEASURED;
        for (gap_m, leverage, half_width, exact) in [
            (50e-6, 0.573_546, 0.971_048, 0.990_485),
            (75e-6, 0.507_524, 0.953_793, 0.974_015),
            (100e-6, 0.436_045, 0.934_754, 0.955_892),
            (200e-6, 0.381_425, 0.919_939, 0.941_829),
            (300e-6, 0.990_409, 1.073_608, 1.089_192),
            (400e-6, 2.052_119, 1.298_738, 1.309_192),
        ] {
            assert!((law.leverage(gap_m) / leverage - 1.0).abs() < 1e-4);
            let out = law.predict(gap_m)?;
            for found in [
                math::ln(out.high / out.typical),
                math::ln(out.typical / out.low),
            ] {
                assert!((found - half_width).abs() < 1e-4, "{gap_m}: {found}");
                assert!((found - exact).abs() < 0.03, "{gap_m}: {found}");
            }
        }
        Ok(())
    }

    #[test]
    fn measured_medians_and_unmeasured_gaps_lie_where_they_should() -> Result<(), TwinError> {
        for row in GAP_ROWS {
            let out = GapLaw::MEASURED.predict(row.gap_m)?;
            assert!(out.low < row.median && row.median < out.high, "{out:?}");
        }
        let mut last = f64::INFINITY;
        for gap in [75e-6, 200e-6, 400e-6] {
            let out = GapLaw::MEASURED.predict(gap)?;
            println!("{gap:e}: {out:?}");
            assert!(out.low < out.typical && out.typical < out.high && out.typical < last);
            last = out.typical;
        }
        assert!(GapLaw::MEASURED.predict(0.0).is_err());
        Ok(())
    }
}
