//! Polynomials in one variable: their real roots, exactly.
//!
//! In: exact coefficients and an interval. Out: every root in it, in order, either as the rational
//! number it is or between two rationals that enclose it alone and can be moved together as far as
//! asked. Roots are counted by the sequence of J. C. F. Sturm (1829) of the square-free part, so
//! none is missed and none is counted twice; nothing is rounded.

use std::cmp::Ordering;

use crate::certificate::Polynomial;
use crate::rational::Rational;

/// Halvings after which an enclosure of a root is narrow enough to be shown: 2^-60 of the range.
const HALVINGS: usize = 60;

/// A polynomial in one variable; place `i` is the coefficient of power `i`, the last is not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Univariate(Vec<Rational>);

impl Univariate {
    /// Makes one from coefficients, lowest power first.
    #[must_use]
    pub fn new(mut coefficients: Vec<Rational>) -> Self {
        while coefficients.last().is_some_and(Rational::is_zero) {
            coefficients.pop();
        }
        Self(coefficients)
    }

    /// Takes a polynomial in `variable` alone; nothing where another variable occurs.
    #[must_use]
    pub fn of(polynomial: &Polynomial, variable: u32) -> Option<Self> {
        let degree = polynomial.degree_in(variable) as usize;
        let mut coefficients = vec![Rational::zero(); degree + 1];
        for (powers, coefficient) in polynomial.terms() {
            let place = match powers.as_slice() {
                [] => 0,
                [(id, power)] if *id == variable => *power as usize,
                _ => return None,
            };
            coefficients[place] = coefficient.clone();
        }
        Some(Self::new(coefficients))
    }

    fn is_zero(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether no variable is left.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.0.len() <= 1
    }

    /// Returns the value at a point.
    #[must_use]
    pub fn value(&self, at: &Rational) -> Rational {
        let step = |sum: Rational, coefficient: &Rational| &(&sum * at) + coefficient;
        self.0.iter().rev().fold(Rational::zero(), step)
    }

    fn derivative(&self) -> Self {
        let powers = self.0.iter().enumerate().skip(1);
        let lowered = powers.map(|(power, coefficient)| {
            coefficient * &Rational::from(i64::try_from(power).unwrap_or(i64::MAX))
        });
        Self::new(lowered.collect())
    }

    /// Quotient and remainder; the divisor is not zero.
    fn divide(&self, divisor: &Self) -> (Self, Self) {
        let mut rest = self.0.clone();
        let Some(lead) = divisor.0.last() else {
            return (Self(Vec::new()), self.clone());
        };
        let size = divisor.0.len();
        let mut quotient = vec![Rational::zero(); (rest.len() + 1).saturating_sub(size)];
        for place in (0..quotient.len()).rev() {
            let factor = &rest[place + size - 1] / lead;
            for (offset, coefficient) in divisor.0.iter().enumerate() {
                rest[place + offset] = &rest[place + offset] - &(&factor * coefficient);
            }
            quotient[place] = factor;
        }
        (Self::new(quotient), Self::new(rest))
    }

    /// The greatest common divisor with leading coefficient one.
    #[must_use]
    pub fn common(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.clone(), other.clone());
        while !b.is_zero() {
            let rest = a.divide(&b).1;
            a = std::mem::replace(&mut b, rest.monic());
        }
        a.monic()
    }

    fn monic(&self) -> Self {
        let Some(lead) = self.0.last() else {
            return self.clone();
        };
        Self(self.0.iter().map(|value| value / lead).collect())
    }

    fn square_free(&self) -> Self {
        let common = self.common(&self.derivative());
        if common.is_constant() {
            self.monic()
        } else {
            self.divide(&common).0.monic()
        }
    }

    fn sturm(&self) -> Vec<Self> {
        let mut chain = vec![self.clone(), self.derivative()];
        while let [.., a, b] = chain.as_slice()
            && !b.is_constant()
        {
            let rest = a.divide(b).1;
            let negative = Self(rest.0.iter().map(|value| -value).collect());
            chain.push(negative);
        }
        chain
    }

    /// Returns the roots in the closed interval, in order; none for a constant.
    #[must_use]
    pub fn roots(&self, low: &Rational, high: &Rational) -> Vec<Root> {
        if self.is_constant() || low > high {
            return Vec::new();
        }
        let inside = |root: &Rational| low <= root && root <= high;
        if let [constant, slope] = self.0.as_slice() {
            let root = &(-constant) / slope;
            return if inside(&root) {
                vec![Root::exact(root)]
            } else {
                Vec::new()
            };
        }
        let own = self.square_free();
        let chain = own.sturm();
        let mut found = Vec::new();
        if own.value(low).is_zero() {
            found.push(Root::exact(low.clone()));
        }
        // Half-open intervals `(from, to]` with at least one root each.
        let mut open = vec![(low.clone(), high.clone())];
        while let Some((from, to)) = open.pop() {
            match changes(&chain, &from).saturating_sub(changes(&chain, &to)) {
                0 => {}
                1 => found.push(Root::narrowed(&own, from, to)),
                _ => {
                    let middle = &(&from + &to) * &Rational::ratio(1, 2);
                    open.push((middle.clone(), to));
                    open.push((from, middle));
                }
            }
        }
        found
    }
}

fn changes(chain: &[Univariate], at: &Rational) -> usize {
    let values = chain.iter().map(|one| one.value(at));
    let signs: Vec<bool> = values
        .filter(|value| !value.is_zero())
        .map(|value| value.is_positive())
        .collect();
    signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// A real root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// At most the root.
    pub low: Rational,
    /// At least the root; equal to `low` where the root is that rational number.
    pub high: Rational,
    /// What it is a root of, where it is not known as a rational number.
    of: Option<Univariate>,
}

impl Root {
    /// A rational number.
    #[must_use]
    pub fn exact(value: Rational) -> Self {
        Self {
            low: value.clone(),
            high: value,
            of: None,
        }
    }

    /// The rational number, where it is one.
    #[must_use]
    pub fn as_exact(&self) -> Option<&Rational> {
        (self.low == self.high).then_some(&self.low)
    }

    /// The only root of a square-free polynomial in `(from, to]`.
    fn narrowed(of: &Univariate, from: Rational, to: Rational) -> Self {
        if of.value(&to).is_zero() {
            return Self::exact(to);
        }
        let mut root = Self {
            low: from,
            high: to,
            of: Some(of.clone()),
        };
        // A root at the lower end belongs to the interval before: step over it.
        while of.value(&root.low).is_zero() {
            let middle = root.middle();
            if changes_between(of, &middle, &root.high) {
                root.low = middle;
            } else {
                root.high = middle;
            }
        }
        if of.value(&root.high).is_zero() {
            return Self::exact(root.high);
        }
        for _ in 0..HALVINGS {
            root.halve();
        }
        let simplest = simplest_between(&root.low, &root.high);
        if root.of.is_some() && of.value(&simplest).is_zero() {
            return Self::exact(simplest);
        }
        root
    }

    fn middle(&self) -> Rational {
        &(&self.low + &self.high) * &Rational::ratio(1, 2)
    }

    /// Halves the enclosure; an exact root stays.
    fn halve(&mut self) {
        let Some(of) = &self.of else { return };
        let middle = self.middle();
        let value = of.value(&middle);
        if value.is_zero() {
            *self = Self::exact(middle);
        } else if value.is_positive() == of.value(&self.low).is_positive() {
            self.low = middle;
        } else {
            self.high = middle;
        }
    }

    /// Compares two roots; enclosures are narrowed until they are apart.
    pub fn compare(&mut self, other: &mut Self) -> Ordering {
        if self.is_same(other) {
            return Ordering::Equal;
        }
        // They differ, so halving ends.
        loop {
            if self.high < other.low || (self.high == other.low && self != other) {
                return Ordering::Less;
            }
            if other.high < self.low || (other.high == self.low && self != other) {
                return Ordering::Greater;
            }
            self.halve();
            other.halve();
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (&self.of, &other.of) {
            (None, None) => self.low == other.low,
            (Some(of), None) => self.holds(&other.low) && of.value(&other.low).is_zero(),
            (None, Some(of)) => other.holds(&self.low) && of.value(&self.low).is_zero(),
            (Some(a), Some(b)) => {
                let low = self.low.clone().max(other.low.clone());
                let high = self.high.clone().min(other.high.clone());
                !a.common(b).roots(&low, &high).is_empty()
            }
        }
    }

    fn holds(&self, value: &Rational) -> bool {
        self.low <= *value && *value <= self.high
    }

    /// The sign of a polynomial at the root; the enclosure is narrowed as far as needed.
    pub fn sign_of(&mut self, polynomial: &Univariate) -> Ordering {
        if let Some(of) = &self.of {
            let common = of.common(polynomial);
            if !common.is_constant() && !common.roots(&self.low, &self.high).is_empty() {
                return Ordering::Equal;
            }
            while self.of.is_some() && !polynomial.roots(&self.low, &self.high).is_empty() {
                self.halve();
            }
        }
        let value = polynomial.value(&self.low);
        value.cmp(&Rational::zero())
    }
}

fn changes_between(of: &Univariate, from: &Rational, to: &Rational) -> bool {
    let chain = of.sturm();
    changes(&chain, from) > changes(&chain, to)
}

/// The rational with the smallest denominator in a closed interval (continued fractions).
#[must_use]
pub fn simplest_between(low: &Rational, high: &Rational) -> Rational {
    if !low.is_positive() && !high.is_negative() {
        return Rational::zero();
    }
    if high.is_negative() {
        return -&simplest_between(&-high, &-low);
    }
    let whole = low.floor();
    if &whole == low {
        return whole;
    }
    if high.floor() > whole {
        return &whole + &Rational::one();
    }
    let one = Rational::one();
    let inner = simplest_between(&(&one / &(high - &whole)), &(&one / &(low - &whole)));
    &whole + &(&one / &inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polynomial(coefficients: &[i64]) -> Univariate {
        Univariate::new(coefficients.iter().map(|&c| Rational::from(c)).collect())
    }

    #[test]
    fn double_and_rational_roots_are_found_once() {
        // (3x - 1)^2 (x - 2) = 9x^3 - 24x^2 + 13x - 2.
        let roots = polynomial(&[-2, 13, -24, 9]).roots(&Rational::from(-5), &Rational::from(5));
        let exact: Vec<_> = roots.iter().map(|root| root.as_exact().cloned()).collect();
        assert_eq!(
            exact,
            [Some(Rational::ratio(1, 3)), Some(Rational::from(2))]
        );
    }

    #[test]
    fn an_irrational_root_is_enclosed_alone() {
        let square = polynomial(&[-2, 0, 1]);
        let mut roots = square.roots(&Rational::zero(), &Rational::from(2));
        assert_eq!(roots.len(), 1);
        let root = &mut roots[0];
        assert!(root.as_exact().is_none());
        assert!(square.value(&root.low).is_negative() && square.value(&root.high).is_positive());
        // x^3 - 2x vanishes at the root of two as well; x - 1.41421356 does not.
        assert_eq!(root.sign_of(&polynomial(&[0, -2, 0, 1])), Ordering::Equal);
        let near = Univariate::new(vec![
            Rational::ratio(-141_421_356, 100_000_000),
            Rational::one(),
        ]);
        assert_eq!(root.sign_of(&near), Ordering::Greater);
    }

    #[test]
    fn roots_at_the_ends_count() {
        let roots = polynomial(&[0, -1, 1]).roots(&Rational::zero(), &Rational::one());
        assert_eq!(roots, [0, 1].map(|n| Root::exact(Rational::from(n))));
    }

    #[test]
    fn equal_roots_of_different_polynomials_are_equal() {
        let two = |c: &[i64]| {
            polynomial(c)
                .roots(&Rational::zero(), &Rational::from(2))
                .remove(0)
        };
        let (mut a, mut b) = (two(&[-2, 0, 1]), two(&[-4, 0, 0, 0, 1]));
        assert_eq!(a.compare(&mut b), Ordering::Equal);
        let mut c = two(&[-3, 0, 1]);
        assert_eq!(a.compare(&mut c), Ordering::Less);
    }
}
