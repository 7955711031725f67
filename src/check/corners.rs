//! Least values over a box, exactly, where they lie at a corner.
//!
//! In: a polynomial, or a quotient with a divisor above zero, and a box. Out: the least value and
//! the corner that has it; of several the lexicographically least, low before high. A variable in
//! which the function only rises or only falls over the whole box is moved to its end at once (a
//! quantity that occurs once always is one); what is left must be affine in each variable
//! (dividend and divisor), so that it has its extremes at the corners that are left.

use std::collections::BTreeMap;

use crate::certificate::{CORNER_VARIABLES_MAX, End, Polynomial, Ranges};
use crate::rational::Rational;

/// A least value and where it is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Least {
    /// The value.
    pub value: Rational,
    /// The variables that matter, each at one of its ends.
    pub corner: BTreeMap<u32, Rational>,
    /// Which variables were moved at once, in order.
    pub moves: Vec<(u32, End)>,
}

/// Returns the least value of a polynomial, or nothing where it need not lie at a corner.
#[must_use]
pub fn least(polynomial: &Polynomial, ranges: &Ranges) -> Option<Least> {
    least_quotient(polynomial, &Polynomial::constant(Rational::one()), ranges)
}

/// Returns the least value of `dividend / divisor`; the divisor must lie above zero on the box.
#[must_use]
pub fn least_quotient(
    dividend: &Polynomial,
    divisor: &Polynomial,
    ranges: &Ranges,
) -> Option<Least> {
    let mut search = Search {
        dividend: dividend.clone(),
        divisor: divisor.clone(),
        ranges,
        corner: BTreeMap::new(),
        moves: Vec::new(),
    };
    // Ties first prefer the lower end; a direction that is only weakly downwards is taken last.
    while search.advance(false)? || search.advance(true)? {}
    search.enumerate()
}

struct Search<'a> {
    dividend: Polynomial,
    divisor: Polynomial,
    ranges: &'a Ranges,
    corner: BTreeMap<u32, Rational>,
    moves: Vec<(u32, End)>,
}

impl Search<'_> {
    fn variables(&self) -> Vec<u32> {
        let mut all = self.dividend.variables();
        all.extend(self.divisor.variables());
        all.into_iter().collect()
    }

    /// Moves the first variable with one direction; `None` where a variable has no range.
    fn advance(&mut self, weakly: bool) -> Option<bool> {
        for variable in self.variables() {
            let (low, high) = self.ranges.get(&variable)?.clone();
            let Some(slope) = self.slope(variable) else {
                continue;
            };
            let (least, greatest) = slope.enclosure(self.ranges)?;
            let falls = greatest.is_negative() || (weakly && greatest.is_zero());
            let (end, value) = if !least.is_negative() {
                (End::Low, low)
            } else if falls {
                (End::High, high)
            } else {
                continue;
            };
            self.dividend = self.dividend.substitute(variable, &value);
            self.divisor = self.divisor.substitute(variable, &value);
            self.corner.insert(variable, value);
            self.moves.push((variable, end));
            return Some(true);
        }
        Some(false)
    }

    /// A polynomial with the sign of the derivative; nothing where it is too large.
    fn slope(&self, variable: u32) -> Option<Polynomial> {
        let rise = self.dividend.derivative(variable);
        if self.divisor.degree_in(variable) == 0 {
            return Some(rise);
        }
        let stretch = self.divisor.derivative(variable);
        let gain = rise.times(&self.divisor)?;
        Some(gain.minus(&self.dividend.times(&stretch)?))
    }

    fn enumerate(self) -> Option<Least> {
        let variables = self.variables();
        let is_affine = |polynomial: &Polynomial| {
            variables
                .iter()
                .all(|&variable| polynomial.degree_in(variable) <= 1)
        };
        if variables.len() > CORNER_VARIABLES_MAX
            || !is_affine(&self.dividend)
            || !is_affine(&self.divisor)
        {
            return None;
        }
        let mut best: Option<(Rational, BTreeMap<u32, Rational>)> = None;
        for number in 0..(1_usize << variables.len()) {
            let corner = corner_point(&variables, number, self.ranges)?;
            let divisor = self.divisor.value(&corner)?;
            let value = self.dividend.value(&corner)?.checked_div(&divisor)?;
            if best.as_ref().is_none_or(|(least, _)| value < *least) {
                best = Some((value, corner));
            }
        }
        let (value, free) = best?;
        let mut corner = self.corner;
        corner.extend(free);
        Some(Least {
            value,
            corner,
            moves: self.moves,
        })
    }
}

/// Returns corner `number` of the box: the first variable is the most significant bit, so that
/// counting upwards is lexicographic order with low before high.
#[must_use]
pub fn corner_point(
    variables: &[u32],
    number: usize,
    ranges: &Ranges,
) -> Option<BTreeMap<u32, Rational>> {
    let ends = variables.iter().rev().enumerate().map(|(bit, &variable)| {
        let (low, high) = ranges.get(&variable)?;
        let end = if (number >> bit) & 1 == 0 { low } else { high };
        Some((variable, end.clone()))
    });
    ends.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(ends: &[(i64, i64)]) -> Ranges {
        (0..)
            .zip(ends)
            .map(|(id, &(low, high))| (id, (Rational::from(low), Rational::from(high))))
            .collect()
    }

    #[test]
    fn a_ratio_of_positive_quantities_is_least_at_one_known_corner() {
        // x*y / (z*w): least at low x, low y, high z, high w.
        let variable = Polynomial::variable;
        let product = |a: u32, b: u32| variable(a).times(&variable(b)).expect("small");
        let ranges = ranges(&[(2, 3), (5, 7), (1, 2), (3, 4)]);
        let found = least_quotient(&product(0, 1), &product(2, 3), &ranges).expect("corner");
        assert_eq!(found.value, Rational::ratio(10, 8));
        assert_eq!(found.moves.len(), 4);
        assert_eq!(found.corner[&3], Rational::from(4));
    }

    #[test]
    fn ties_take_the_low_end() {
        // x*y over [-1,1]^2: -1 at (low, high) and (high, low).
        let product = Polynomial::variable(0)
            .times(&Polynomial::variable(1))
            .expect("small");
        let found = least(&product, &ranges(&[(-1, 1), (-1, 1)])).expect("corner");
        assert_eq!(found.value, Rational::from(-1));
        assert_eq!(found.corner[&0], Rational::from(-1));
    }

    #[test]
    fn a_square_over_zero_has_no_corner() {
        let x = Polynomial::variable(0);
        let square = x.times(&x).expect("small");
        assert_eq!(least(&square, &ranges(&[(-1, 1)])), None);
        let found = least(&square, &ranges(&[(2, 3)])).expect("rises");
        assert_eq!(found.value, Rational::from(4));
    }
}
