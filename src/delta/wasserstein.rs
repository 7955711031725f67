//! The 1-Wasserstein distance W1 = ∫ |F⁻¹(u) − G⁻¹(u)| du in closed form, without quadrature.
//!
//! In: sorted tables, or a table and two half normals joined at a centre. Out: W1 in the unit of
//! the values. A table's quantile function is a staircase; over one stair the other side is
//! monotone, so |difference| splits at one crossing, and both parts integrate exactly: a table by
//! prefix sums, a normal by ∫ z(u) du = −φ(z(u)). In one dimension W1 is the area between the
//! distribution functions (S. S. Vallender, 1974, doi:10.1137/1118101).

use crate::normal;
use crate::summation::CompensatedSum;

/// Two half normals joined at the centre; a normal when both spreads agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoPieceNormal {
    /// The median.
    pub centre: f64,
    /// Standard deviation of the half below, 0 or more.
    pub sd_below: f64,
    /// Standard deviation of the half above, 0 or more.
    pub sd_above: f64,
}

/// Returns the running sums of `sorted`, from 0 to the total.
#[must_use]
pub fn prefix_sums(sorted: &[f64]) -> Vec<f64> {
    let mut sum = CompensatedSum::new();
    let mut sums = vec![0.0];
    for value in sorted {
        sum.add(*value);
        sums.push(sum.total());
    }
    sums
}

/// Returns W1 between two tables sorted upwards; `prefix` holds the running sums of `many`.
///
/// Cost: O(n log N) for n values in `few` and N in `many`. Neither may be empty.
#[must_use]
pub fn between_tables(many: &[f64], prefix: &[f64], few: &[f64]) -> f64 {
    let count = many.len() as f64;
    // Integral of the quantile function of `many` from 0 to u.
    let area = |u: f64| {
        let position = (u * count).min(count);
        let whole = (position as usize).min(many.len() - 1);
        (prefix[whole] + (position - whole as f64) * many[whole]) / count
    };
    let mut sum = CompensatedSum::new();
    for (index, &value) in few.iter().enumerate() {
        let from = index as f64 / few.len() as f64;
        let to = (index + 1) as f64 / few.len() as f64;
        // Where `many` rises past `value`, within this stair.
        let below = many.partition_point(|other| *other < value) as f64 / count;
        let crossing = below.clamp(from, to);
        sum.add(value * (crossing - from) - (area(crossing) - area(from)));
        sum.add((area(to) - area(crossing)) - value * (to - crossing));
    }
    sum.total().max(0.0)
}

/// Standard normal quantiles and densities at i / N, shared by all distances to one ensemble.
#[derive(Debug, Clone)]
pub struct NormalGrid {
    quantiles: Vec<f64>,
    densities: Vec<f64>,
}

impl NormalGrid {
    /// Prepares the grid for tables of `count` values.
    #[must_use]
    pub fn new(count: usize) -> Self {
        let quantiles: Vec<f64> = (0..=count)
            .map(|i| normal::quantile(i as f64 / count as f64))
            .collect();
        let densities = quantiles.iter().map(|&z| normal::density(z)).collect();
        Self {
            quantiles,
            densities,
        }
    }

    /// Returns W1 between `sorted`, of the length the grid was made for, and two half normals.
    #[must_use]
    pub fn distance(&self, sorted: &[f64], pieces: TwoPieceNormal) -> f64 {
        let count = sorted.len() as f64;
        let mut sum = CompensatedSum::new();
        for (index, &value) in sorted.iter().enumerate() {
            let from = Point {
                u: index as f64 / count,
                z: self.quantiles[index],
                density: self.densities[index],
            };
            let to = Point {
                u: (index + 1) as f64 / count,
                z: self.quantiles[index + 1],
                density: self.densities[index + 1],
            };
            if from.z < 0.0 && to.z > 0.0 {
                let middle = Point::at(0.0);
                sum.add(stair(value, pieces, pieces.sd_below, from, middle));
                sum.add(stair(value, pieces, pieces.sd_above, middle, to));
            } else {
                // The end at z = 0 belongs to the half the stair lies in.
                let sd = if from.z < 0.0 {
                    pieces.sd_below
                } else {
                    pieces.sd_above
                };
                sum.add(stair(value, pieces, sd, from, to));
            }
        }
        sum.total().max(0.0)
    }
}

/// A place on the standard normal.
#[derive(Clone, Copy)]
struct Point {
    u: f64,
    z: f64,
    density: f64,
}

impl Point {
    fn at(z: f64) -> Self {
        Self {
            u: normal::distribution(z),
            z,
            density: normal::density(z),
        }
    }
}

/// Returns ∫ |value − Q(u)| du over one stair that lies in one half.
fn stair(value: f64, pieces: TwoPieceNormal, sd: f64, from: Point, to: Point) -> f64 {
    // ∫ (value − centre − sd z(u)) du, from the antiderivative −φ of z.
    let signed = |from: Point, to: Point| {
        (value - pieces.centre) * (to.u - from.u) - sd * (from.density - to.density)
    };
    let (low, high) = (pieces.value_with(sd, from.z), pieces.value_with(sd, to.z));
    if value >= high {
        signed(from, to)
    } else if value <= low {
        -signed(from, to)
    } else {
        let crossing = Point::at((value - pieces.centre) / sd);
        signed(from, crossing) - signed(crossing, to)
    }
}

impl TwoPieceNormal {
    /// Returns centre + sd z with the tail of a half without spread at the centre.
    fn value_with(self, sd: f64, z: f64) -> f64 {
        if sd == 0.0 {
            self.centre
        } else {
            self.centre + sd * z
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal_values(count: u32, mean: f64, sd: f64) -> Vec<f64> {
        (0..count)
            .map(|i| mean + sd * normal::quantile((f64::from(i) + 0.5) / f64::from(count)))
            .collect()
    }

    fn tables(many: &[f64], few: &[f64]) -> f64 {
        between_tables(many, &prefix_sums(many), few)
    }

    fn to_normal(values: &[f64], mean: f64, sd: f64) -> f64 {
        let pieces = TwoPieceNormal {
            centre: mean,
            sd_below: sd,
            sd_above: sd,
        };
        NormalGrid::new(values.len()).distance(values, pieces)
    }

    #[test]
    fn tables_by_hand() {
        assert_eq!(tables(&[0.0, 1.0], &[0.0, 1.0]), 0.0);
        assert_eq!(tables(&[0.0, 0.0], &[1.0]), 1.0);
        assert_eq!(tables(&[0.0, 4.0], &[1.0]), 2.0);
        assert_eq!(tables(&[1.0], &[0.0, 4.0]), 2.0);
        // Thirds against halves: 1/3·|0−1| + 1/6·|3−1| + 1/6·|3−5| + 1/3·|6−5| = 4/3.
        assert!((tables(&[0.0, 3.0, 6.0], &[1.0, 5.0]) - 4.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn normals_of_equal_spread_are_their_shift_apart() {
        let values = normal_values(20_000, 3.0, 0.5);
        for shift in [-2.0, 0.4, 1.7] {
            let distance = to_normal(&values, 3.0 + shift, 0.5);
            assert!((distance - shift.abs()).abs() < 2e-4, "{distance}");
            let other = normal_values(500, 3.0 + shift, 0.5);
            assert!((tables(&values, &other) - shift.abs()).abs() < 2e-3);
        }
    }

    #[test]
    fn normals_of_equal_mean_differ_by_their_spread() {
        let values = normal_values(20_000, 3.0, 0.5);
        for sd in [0.2, 0.5, 1.1] {
            let expected = (sd - 0.5_f64).abs() * (2.0 / std::f64::consts::PI).sqrt();
            let distance = to_normal(&values, 3.0, sd);
            assert!(
                (distance - expected).abs() < 2e-4,
                "{sd}: {distance}, not {expected}"
            );
        }
    }

    #[test]
    fn a_single_value_is_its_mean_distance_from_a_normal() {
        // E|Z| = sqrt(2/π); for a value at v: E|v − Z| = 2 φ(v) + v (2 Φ(v) − 1).
        let expected = (2.0 / std::f64::consts::PI).sqrt();
        assert!((to_normal(&[0.0], 0.0, 1.0) - expected).abs() < 1e-14);
        let at = |v: f64| 2.0 * normal::density(v) + v * (2.0 * normal::distribution(v) - 1.0);
        assert!((to_normal(&[1.3], 0.0, 1.0) - at(1.3)).abs() < 1e-14);
        assert!((to_normal(&[-1.3], 0.0, 1.0) - at(1.3)).abs() < 1e-14);
    }

    #[test]
    fn halves_of_different_spread_integrate_each_on_its_side() {
        let pieces = TwoPieceNormal {
            centre: 0.0,
            sd_below: 1.0,
            sd_above: 3.0,
        };
        // From the value 0: half of E|Z| on either side, times its spread.
        let expected = 0.5 * (1.0 + 3.0) * (2.0 / std::f64::consts::PI).sqrt();
        for count in [1, 2, 3, 8] {
            let values = vec![0.0; count];
            let distance = NormalGrid::new(count).distance(&values, pieces);
            assert!((distance - expected).abs() < 1e-14, "{count}: {distance}");
        }
        let still = TwoPieceNormal {
            centre: 2.0,
            sd_below: 0.0,
            sd_above: 0.0,
        };
        assert_eq!(NormalGrid::new(2).distance(&[1.0, 5.0], still), 2.0);
    }

    #[test]
    fn distance_between_tables_is_symmetric() {
        let a = normal_values(40, 0.0, 1.0);
        let b = normal_values(7, 0.3, 2.0);
        assert!((tables(&a, &b) - tables(&b, &a)).abs() < 1e-14);
    }
}
