//! Dimensions: exponents of m, kg, s, A, K, mol, cd, and the composed unit people expect.
//!
//! In: exponents. Out: products, quotients, powers (checked: an exponent beyond ±127 is a
//! mistake), and a display such as `N*m` instead of `kg*m^2/s^2` (Modelica unit-check paper 2009,
//! doi 10.3384/ecp09430027).

use std::fmt;

/// Exponents of the base units in the order m, kg, s, A, K, mol, cd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Dimension(pub [i8; 7]);

const BASE_SYMBOLS: [&str; 7] = ["m", "kg", "s", "A", "K", "mol", "cd"];

/// Derived units tried, in this order, when a dimension is shown.
const DERIVED: [(&str, [i8; 7]); 9] = [
    ("Pa", [-1, 1, -2, 0, 0, 0, 0]),
    ("N", [1, 1, -2, 0, 0, 0, 0]),
    ("J", [2, 1, -2, 0, 0, 0, 0]),
    ("W", [2, 1, -3, 0, 0, 0, 0]),
    ("C", [0, 0, 1, 1, 0, 0, 0]),
    ("V", [2, 1, -3, -1, 0, 0, 0]),
    ("ohm", [2, 1, -3, -2, 0, 0, 0]),
    ("S", [-2, -1, 3, 2, 0, 0, 0]),
    ("F", [-2, -1, 4, 2, 0, 0, 0]),
];

impl Dimension {
    /// The dimension of plain numbers.
    pub const NONE: Self = Self([0; 7]);
    /// Length.
    pub const LENGTH: Self = Self([1, 0, 0, 0, 0, 0, 0]);
    /// Mass.
    pub const MASS: Self = Self([0, 1, 0, 0, 0, 0, 0]);
    /// Time.
    pub const TIME: Self = Self([0, 0, 1, 0, 0, 0, 0]);
    /// Temperature.
    pub const TEMPERATURE: Self = Self([0, 0, 0, 0, 1, 0, 0]);
    /// Volume.
    pub const VOLUME: Self = Self([3, 0, 0, 0, 0, 0, 0]);
    /// Amount of substance.
    pub const AMOUNT: Self = Self([0, 0, 0, 0, 0, 1, 0]);

    /// Returns the dimension of a product; `None` when an exponent leaves ±127.
    #[must_use]
    pub fn times(self, other: Self) -> Option<Self> {
        self.combine(other, i8::checked_add)
    }

    /// Returns the dimension of a quotient; `None` when an exponent leaves ±127.
    #[must_use]
    pub fn per(self, other: Self) -> Option<Self> {
        self.combine(other, i8::checked_sub)
    }

    /// Returns the dimension of an integer power; `None` when an exponent leaves ±127.
    #[must_use]
    pub fn power(self, exponent: i32) -> Option<Self> {
        let mut result = [0; 7];
        for (slot, own) in result.iter_mut().zip(self.0) {
            *slot = i8::try_from(i32::from(own).checked_mul(exponent)?).ok()?;
        }
        Some(Self(result))
    }

    /// Returns the dimension of a square root; `None` when an exponent is odd.
    #[must_use]
    pub fn root(self) -> Option<Self> {
        let is_even = self.0.iter().all(|exponent| exponent % 2 == 0);
        is_even.then(|| Self(self.0.map(|exponent| exponent / 2)))
    }

    fn combine(self, other: Self, operation: fn(i8, i8) -> Option<i8>) -> Option<Self> {
        let mut result = [0; 7];
        for (at, slot) in result.iter_mut().enumerate() {
            *slot = operation(self.0[at], other.0[at])?;
        }
        Some(Self(result))
    }

    /// Tells whether this is the dimension of plain numbers.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// Counts what a reader has to take in: base units and their powers, those on top a little
    /// more, so that `W/m^2/K` wins over `Pa*m/s/K`.
    fn display_weight(self) -> u32 {
        let weigh = |e: &i8| 2 * u32::from(e.unsigned_abs()) + u32::from(*e > 0) + 1;
        self.0.iter().filter(|e| **e != 0).map(weigh).sum()
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("1");
        }
        // The derived unit that leaves the fewest base units beside it, if it helps at all.
        let mut best: (u32, Option<&str>, Dimension) = (self.display_weight(), None, *self);
        for (symbol, exponents) in DERIVED {
            if let Some(rest) = self.per(Dimension(exponents)) {
                let weight = rest.display_weight() + 2;
                if weight < best.0 {
                    best = (weight, Some(symbol), rest);
                }
            }
        }
        let mut numerator: Vec<String> = best.1.map(str::to_owned).into_iter().collect();
        let mut denominator = String::new();
        for (symbol, exponent) in BASE_SYMBOLS.iter().zip(best.2.0) {
            let power = |e: u8| {
                if e == 1 {
                    String::new()
                } else {
                    format!("^{e}")
                }
            };
            match exponent {
                0 => {}
                1.. => numerator.push(format!("{symbol}{}", power(exponent.unsigned_abs()))),
                _ => {
                    denominator.push_str(&format!("/{symbol}{}", power(exponent.unsigned_abs())));
                }
            }
        }
        if numerator.is_empty() {
            numerator.push("1".to_owned());
        }
        write!(f, "{}{denominator}", numerator.join("*"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composed_units_are_shown_instead_of_base_units() {
        for (exponents, shown) in [
            ([2, 1, -2, 0, 0, 0, 0], "J"),
            ([-1, 1, -1, 0, 0, 0, 0], "Pa*s"),
            ([0, 1, -3, 0, -1, 0, 0], "W/m^2/K"),
            ([0, 1, -2, 0, 0, 0, 0], "N/m"),
            ([1, 0, -1, 0, 0, 0, 0], "m/s"),
            ([0, 0, -1, 0, 0, 0, 0], "1/s"),
            ([0, 0, 0, 0, 0, 0, 0], "1"),
        ] {
            assert_eq!(Dimension(exponents).to_string(), shown);
        }
    }

    #[test]
    fn exponents_out_of_range_are_refused() {
        assert_eq!(
            Dimension::LENGTH
                .power(127)
                .and_then(|d| d.times(Dimension::LENGTH)),
            None
        );
        assert_eq!(Dimension::VOLUME.power(-43), None);
    }
}
