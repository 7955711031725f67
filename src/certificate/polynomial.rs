//! Polynomials with exact coefficients: the normal form of both sides of a comparison.
//!
//! In: numbered variables and rationals. Out: sums of monomials in one fixed order, so that equal
//! polynomials are equal data; derivative, substitution, exact value, and a cheap enclosure of
//! the range over a box. Nothing is rounded.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::rational::Rational;

/// A polynomial with more terms than this is not worth a closed form.
pub const TERMS_MAX: usize = 2048;

/// Variables with their powers, ascending by variable, powers at least one.
pub type Powers = Vec<(u32, u32)>;

/// Lower and upper end per variable.
pub type Ranges = BTreeMap<u32, (Rational, Rational)>;

/// A sum of monomials; no coefficient is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "Vec<Summand>", try_from = "Vec<Summand>")]
pub struct Polynomial {
    terms: BTreeMap<Powers, Rational>,
}

/// One monomial with its coefficient, as written in a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summand {
    /// The coefficient; not zero.
    pub coefficient: Rational,
    /// Variables with their powers, ascending.
    pub powers: Powers,
}

impl From<Polynomial> for Vec<Summand> {
    fn from(polynomial: Polynomial) -> Self {
        let summand = |(powers, coefficient)| Summand {
            coefficient,
            powers,
        };
        polynomial.terms.into_iter().map(summand).collect()
    }
}

impl TryFrom<Vec<Summand>> for Polynomial {
    type Error = &'static str;

    fn try_from(summands: Vec<Summand>) -> Result<Self, Self::Error> {
        let mut terms = BTreeMap::new();
        for summand in summands {
            let ascending = summand.powers.windows(2).all(|pair| pair[0].0 < pair[1].0);
            if !ascending || summand.powers.iter().any(|&(_, power)| power == 0) {
                return Err("the variables of a monomial are not in normal form");
            }
            let repeated = terms.insert(summand.powers, summand.coefficient.clone());
            if summand.coefficient.is_zero() || repeated.is_some() {
                return Err("a monomial stands twice or has the coefficient zero");
            }
        }
        Ok(Self { terms })
    }
}

impl Polynomial {
    /// Returns a constant.
    #[must_use]
    pub fn constant(value: Rational) -> Self {
        let mut made = Self::default();
        made.add_term(Vec::new(), value);
        made
    }

    /// Returns one variable.
    #[must_use]
    pub fn variable(id: u32) -> Self {
        let mut made = Self::default();
        made.add_term(vec![(id, 1)], Rational::one());
        made
    }

    fn add_term(&mut self, powers: Powers, coefficient: Rational) {
        let slot = self.terms.entry(powers);
        match slot {
            std::collections::btree_map::Entry::Vacant(vacant) => {
                if !coefficient.is_zero() {
                    vacant.insert(coefficient);
                }
            }
            std::collections::btree_map::Entry::Occupied(mut occupied) => {
                let sum = occupied.get() + &coefficient;
                if sum.is_zero() {
                    occupied.remove();
                } else {
                    occupied.insert(sum);
                }
            }
        }
    }

    /// Returns the sum.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        for (powers, coefficient) in &other.terms {
            sum.add_term(powers.clone(), coefficient.clone());
        }
        sum
    }

    /// Returns the difference.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.plus(&other.negated())
    }

    /// Returns the negative.
    #[must_use]
    pub fn negated(&self) -> Self {
        self.times_constant(&Rational::from(-1))
    }

    /// Returns the polynomial times a constant.
    #[must_use]
    pub fn times_constant(&self, factor: &Rational) -> Self {
        let mut made = Self::default();
        for (powers, coefficient) in &self.terms {
            made.add_term(powers.clone(), coefficient * factor);
        }
        made
    }

    /// Returns the product, or nothing when it would have more than [`TERMS_MAX`] terms.
    #[must_use]
    pub fn times(&self, other: &Self) -> Option<Self> {
        if self.terms.len().saturating_mul(other.terms.len()) > TERMS_MAX {
            return None;
        }
        let mut product = Self::default();
        for (left, a) in &self.terms {
            for (right, b) in &other.terms {
                product.add_term(merge(left, right), a * b);
            }
        }
        Some(product)
    }

    /// Returns the terms in their fixed order.
    pub fn terms(&self) -> impl Iterator<Item = (&Powers, &Rational)> {
        self.terms.iter()
    }

    /// Returns the value of a polynomial without variables.
    #[must_use]
    pub fn as_constant(&self) -> Option<Rational> {
        match self.terms.first_key_value() {
            None => Some(Rational::zero()),
            Some((powers, value)) if powers.is_empty() && self.terms.len() == 1 => {
                Some(value.clone())
            }
            Some(_) => None,
        }
    }

    /// Returns the variables that occur.
    #[must_use]
    pub fn variables(&self) -> BTreeSet<u32> {
        let powers = self.terms.keys().flatten();
        powers.map(|&(variable, _)| variable).collect()
    }

    /// Returns the highest power of a variable.
    #[must_use]
    pub fn degree_in(&self, variable: u32) -> u32 {
        let powers = self.terms.keys().flatten();
        let own = powers.filter(|&&(id, _)| id == variable);
        own.map(|&(_, power)| power).max().unwrap_or(0)
    }

    /// Tells whether every monomial is a constant or one variable.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.terms
            .keys()
            .all(|powers| matches!(powers.as_slice(), [] | [(_, 1)]))
    }

    /// Returns the partial derivative.
    #[must_use]
    pub fn derivative(&self, variable: u32) -> Self {
        let mut made = Self::default();
        for (powers, coefficient) in &self.terms {
            let Some(place) = powers.iter().position(|&(id, _)| id == variable) else {
                continue;
            };
            let power = powers[place].1;
            let mut lowered = powers.clone();
            if power == 1 {
                lowered.remove(place);
            } else {
                lowered[place].1 = power - 1;
            }
            made.add_term(lowered, coefficient * &Rational::from(i64::from(power)));
        }
        made
    }

    /// Replaces a variable by a number.
    #[must_use]
    pub fn substitute(&self, variable: u32, value: &Rational) -> Self {
        let mut made = Self::default();
        for (powers, coefficient) in &self.terms {
            let mut rest = powers.clone();
            let mut coefficient = coefficient.clone();
            if let Some(place) = powers.iter().position(|&(id, _)| id == variable) {
                let (_, power) = rest.remove(place);
                coefficient = &coefficient * &power_of(value, power);
            }
            made.add_term(rest, coefficient);
        }
        made
    }

    /// Returns the exact value at a point, or nothing where it lacks a variable.
    #[must_use]
    pub fn value(&self, point: &BTreeMap<u32, Rational>) -> Option<Rational> {
        let mut sum = Rational::zero();
        for (powers, coefficient) in &self.terms {
            let mut product = coefficient.clone();
            for (variable, power) in powers {
                product = &product * &power_of(point.get(variable)?, *power);
            }
            sum = &sum + &product;
        }
        Some(sum)
    }

    /// Returns numbers between which all values over the box lie (not always tight), or nothing
    /// where a variable has no range.
    #[must_use]
    pub fn enclosure(&self, ranges: &Ranges) -> Option<(Rational, Rational)> {
        let (mut least, mut greatest) = (Rational::zero(), Rational::zero());
        for (powers, coefficient) in &self.terms {
            let (mut low, mut high) = (coefficient.clone(), coefficient.clone());
            for &(variable, power) in powers {
                let factor = power_range(ranges.get(&variable)?, power);
                (low, high) = product_range(&(low, high), &factor);
            }
            least = &least + &low;
            greatest = &greatest + &high;
        }
        Some((least, greatest))
    }

    /// Divides by a variable as often as it divides every term, and returns how often.
    #[must_use]
    pub fn lowest_power(&self, variable: u32) -> u32 {
        let power_in = |powers: &Powers| {
            let own = powers.iter().find(|&&(id, _)| id == variable);
            own.map_or(0, |&(_, power)| power)
        };
        self.terms.keys().map(power_in).min().unwrap_or(0)
    }

    /// Divides by `variable` to the power of `count`, which must divide every term.
    #[must_use]
    pub fn divided_by(&self, variable: u32, count: u32) -> Self {
        let mut made = Self::default();
        for (powers, coefficient) in &self.terms {
            let lowered = powers.iter().filter_map(|&(id, power)| {
                let left = if id == variable { power - count } else { power };
                (left > 0).then_some((id, left))
            });
            made.add_term(lowered.collect(), coefficient.clone());
        }
        made
    }
}

fn merge(left: &Powers, right: &Powers) -> Powers {
    let mut all: BTreeMap<u32, u32> = left.iter().copied().collect();
    for &(variable, power) in right {
        *all.entry(variable).or_insert(0) += power;
    }
    all.into_iter().collect()
}

fn power_of(value: &Rational, power: u32) -> Rational {
    (0..power).fold(Rational::one(), |product, _| &product * value)
}

fn power_range(range: &(Rational, Rational), power: u32) -> (Rational, Rational) {
    let (a, b) = (power_of(&range.0, power), power_of(&range.1, power));
    if power.is_multiple_of(2) {
        let high = a.clone().max(b.clone());
        let straddles = range.0.is_negative() && range.1.is_positive();
        let low = if straddles {
            Rational::zero()
        } else {
            a.min(b)
        };
        (low, high)
    } else {
        (a, b)
    }
}

fn product_range(a: &(Rational, Rational), b: &(Rational, Rational)) -> (Rational, Rational) {
    let mut ends = [&a.0 * &b.0, &a.0 * &b.1, &a.1 * &b.0, &a.1 * &b.1];
    ends.sort();
    let [low, _, _, high] = ends;
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(value: i64) -> Polynomial {
        Polynomial::constant(Rational::from(value))
    }

    #[test]
    fn equal_polynomials_are_equal_data() {
        let (x, y) = (Polynomial::variable(0), Polynomial::variable(1));
        let square = x.plus(&y).times(&x.minus(&y)).expect("small");
        let squares = x.times(&x).zip(y.times(&y)).map(|(a, b)| a.minus(&b));
        assert_eq!(Some(square), squares);
        assert_eq!(x.minus(&x).as_constant(), Some(Rational::zero()));
    }

    #[test]
    fn derivative_and_substitution() {
        let x = Polynomial::variable(3);
        let cube = x
            .times(&x)
            .and_then(|square| square.times(&x))
            .expect("small");
        assert_eq!(
            cube.derivative(3).substitute(3, &Rational::from(2)),
            whole(12)
        );
        assert_eq!((cube.degree_in(3), cube.degree_in(0)), (3, 0));
    }

    #[test]
    fn an_even_power_over_zero_reaches_zero() {
        let x = Polynomial::variable(0);
        let square = x.times(&x).expect("small");
        let ranges = BTreeMap::from([(0, (Rational::from(-3), Rational::from(2)))]);
        let expected = (Rational::zero(), Rational::from(9));
        assert_eq!(square.enclosure(&ranges), Some(expected));
    }

    #[test]
    fn text_that_is_not_normal_is_refused() {
        for bad in [
            r#"[{"coefficient":"0","powers":[]}]"#,
            r#"[{"coefficient":"1","powers":[[2,1],[1,1]]}]"#,
            r#"[{"coefficient":"1","powers":[[1,0]]}]"#,
            r#"[{"coefficient":"1","powers":[]},{"coefficient":"2","powers":[]}]"#,
        ] {
            assert!(serde_json::from_str::<Polynomial>(bad).is_err(), "{bad}");
        }
    }
}
