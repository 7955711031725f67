//! Units: the tokens a battery engineer writes, exactly.
//!
//! In: a unit text such as `g/m^2`, `Nm3/h`, `%LEL`. Out: its type, exact factor and offset to
//! SI. `*`, `/` and `^` glue tokens without spaces, left to right; the longest token wins.
//! Refused with a remedy: `ppm` and `ppb` without basis, `M` (write `mol/L`), `C` as a rate
//! (write `C_rate`; `C` is coulomb). A quotient of two masses is a mass fraction, of two
//! volumes a volume fraction, of two amounts a mole fraction.

use std::fmt;

use super::dimension::Dimension;
use super::kind::{Kind, QuantityType};
use crate::diagnostic::{nearest, quoted_list};
use crate::rational::Rational;

/// A unit with its exact relation to SI: `si = value * factor + offset`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The text as the user wrote it.
    pub symbol: String,
    /// Dimension and kind.
    pub quantity_type: QuantityType,
    /// SI units per unit.
    pub factor: Rational,
    /// SI value of zero units; zero for all but `degC`.
    pub offset: Rational,
}

impl Unit {
    /// Converts a value in this unit to SI.
    #[must_use]
    pub fn to_si(&self, value: &Rational) -> Rational {
        &(value * &self.factor) + &self.offset
    }

    /// Converts an SI value to this unit.
    #[must_use]
    pub fn from_si(&self, si: &Rational) -> Rational {
        // INVARIANT: no unit of the table has factor zero.
        &(si - &self.offset) / &self.factor
    }

    /// Converts an SI double to this unit.
    #[must_use]
    pub fn from_si_f64(&self, si: f64) -> f64 {
        (si - self.offset.to_f64()) / self.factor.to_f64()
    }

    /// Converts an SI *difference* (a margin, a standard deviation) to this unit.
    #[must_use]
    pub fn difference_from_si(&self, si: &Rational) -> Rational {
        si / &self.factor
    }

    /// Returns the symbol as shown behind a number; empty for plain numbers.
    #[must_use]
    pub fn shown(&self) -> &str {
        if self.symbol == "1" { "" } else { &self.symbol }
    }

    /// Writes an SI value in this unit, to at most six significant digits.
    #[must_use]
    pub fn display(&self, si: &Rational) -> String {
        self.display_rounded(si, 6)
    }

    /// Writes an SI value in this unit, to at most `digits` significant digits.
    #[must_use]
    pub fn display_rounded(&self, si: &Rational, digits: u32) -> String {
        let value = self.from_si(si).display_significant(digits);
        match self.symbol.as_str() {
            "1" | "" => value,
            symbol => format!("{value} {symbol}"),
        }
    }
}

/// Why a text is no unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnitError {
    /// A fraction unit that does not say of what.
    NeedsBasis {
        /// The token, `ppm` or `ppb`.
        token: String,
    },
    /// A token with a fixed better spelling.
    Refused {
        /// The token.
        token: String,
        /// What to write.
        instead: &'static str,
    },
    /// A token that is not in the table.
    Unknown {
        /// The token.
        token: String,
        /// The nearest unit, if any is near.
        nearest: Option<&'static str>,
    },
    /// A malformed composition such as `m//s` or `m^x`.
    Malformed {
        /// The whole unit text.
        text: String,
    },
    /// An absolute temperature inside a composition such as `W/degC`.
    AbsoluteInComposition,
}

impl fmt::Display for UnitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NeedsBasis { token } => write!(f, "`{token}` does not say of what"),
            Self::Refused { token, .. } => write!(f, "`{token}` is not used as a unit here"),
            Self::Unknown { token, .. } => write!(f, "unknown unit `{token}`"),
            Self::Malformed { text } => write!(f, "`{text}` is not a unit"),
            Self::AbsoluteInComposition => {
                write!(
                    f,
                    "`degC` is a point on a scale and cannot be part of a composed unit"
                )
            }
        }
    }
}

impl std::error::Error for UnitError {}

impl UnitError {
    /// Says what to do.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::NeedsBasis { token } => {
                format!("write `{token}_mass`, `{token}_volume` or `{token}_mole`")
            }
            Self::Refused { instead, .. } => format!("write `{instead}`"),
            Self::Unknown {
                nearest: Some(near),
                ..
            } => format!("did you mean `{near}`?"),
            Self::Unknown { nearest: None, .. } => {
                "see `cellwright explain units` for the table of units".to_owned()
            }
            Self::Malformed { .. } => {
                "compose units without spaces: `g/m^2`, `W/m^2/K`, `N*m`".to_owned()
            }
            Self::AbsoluteInComposition => "write `K` for temperature differences".to_owned(),
        }
    }
}

/// One row of the table: symbol, base exponents, kind, factor as numerator and denominator.
type Row = (&'static str, [i8; 7], Kind, i64, i64);

const M: [i8; 7] = [1, 0, 0, 0, 0, 0, 0];
const M3: [i8; 7] = [3, 0, 0, 0, 0, 0, 0];
const KG: [i8; 7] = [0, 1, 0, 0, 0, 0, 0];
const S: [i8; 7] = [0, 0, 1, 0, 0, 0, 0];
const A: [i8; 7] = [0, 0, 0, 1, 0, 0, 0];
const K: [i8; 7] = [0, 0, 0, 0, 1, 0, 0];
const MOL: [i8; 7] = [0, 0, 0, 0, 0, 1, 0];
const ONE: [i8; 7] = [0; 7];
const NEWTON: [i8; 7] = [1, 1, -2, 0, 0, 0, 0];
const PASCAL: [i8; 7] = [-1, 1, -2, 0, 0, 0, 0];
const JOULE: [i8; 7] = [2, 1, -2, 0, 0, 0, 0];
const WATT: [i8; 7] = [2, 1, -3, 0, 0, 0, 0];
const COULOMB: [i8; 7] = [0, 0, 1, 1, 0, 0, 0];
const VOLT: [i8; 7] = [2, 1, -3, -1, 0, 0, 0];
const OHM: [i8; 7] = [2, 1, -3, -2, 0, 0, 0];
const SIEMENS: [i8; 7] = [-2, -1, 3, 2, 0, 0, 0];
const HERTZ: [i8; 7] = [0, 0, -1, 0, 0, 0, 0];
const PLAIN: Kind = Kind::Plain;

/// The table of unit tokens.
const TABLE: [Row; 85] = [
    ("m", M, PLAIN, 1, 1),
    ("km", M, PLAIN, 1000, 1),
    ("dm", M, PLAIN, 1, 10),
    ("cm", M, PLAIN, 1, 100),
    ("mm", M, PLAIN, 1, 1000),
    ("um", M, PLAIN, 1, 1_000_000),
    ("µm", M, PLAIN, 1, 1_000_000),
    ("nm", M, PLAIN, 1, 1_000_000_000),
    ("kg", KG, PLAIN, 1, 1),
    ("t", KG, PLAIN, 1000, 1),
    ("g", KG, PLAIN, 1, 1000),
    ("mg", KG, PLAIN, 1, 1_000_000),
    ("ug", KG, PLAIN, 1, 1_000_000_000),
    ("s", S, PLAIN, 1, 1),
    ("ms", S, PLAIN, 1, 1000),
    ("min", S, PLAIN, 60, 1),
    ("h", S, PLAIN, 3600, 1),
    ("d", S, PLAIN, 86_400, 1),
    ("A", A, PLAIN, 1, 1),
    ("mA", A, PLAIN, 1, 1000),
    ("K", K, PLAIN, 1, 1),
    ("mK", K, PLAIN, 1, 1000),
    ("degC", K, Kind::AbsoluteTemperature, 1, 1),
    ("mol", MOL, PLAIN, 1, 1),
    ("mmol", MOL, PLAIN, 1, 1000),
    ("kmol", MOL, PLAIN, 1000, 1),
    ("L", M3, PLAIN, 1, 1000),
    ("mL", M3, PLAIN, 1, 1_000_000),
    ("uL", M3, PLAIN, 1, 1_000_000_000),
    ("m3", M3, PLAIN, 1, 1),
    ("Nm3", M3, Kind::NormalVolume, 1, 1),
    ("N", NEWTON, PLAIN, 1, 1),
    ("mN", NEWTON, PLAIN, 1, 1000),
    ("kN", NEWTON, PLAIN, 1000, 1),
    ("Nm", JOULE, PLAIN, 1, 1),
    ("Pa", PASCAL, PLAIN, 1, 1),
    ("mPa", PASCAL, PLAIN, 1, 1000),
    ("hPa", PASCAL, PLAIN, 100, 1),
    ("kPa", PASCAL, PLAIN, 1000, 1),
    ("MPa", PASCAL, PLAIN, 1_000_000, 1),
    ("GPa", PASCAL, PLAIN, 1_000_000_000, 1),
    ("bar", PASCAL, PLAIN, 100_000, 1),
    ("mbar", PASCAL, PLAIN, 100, 1),
    ("J", JOULE, PLAIN, 1, 1),
    ("kJ", JOULE, PLAIN, 1000, 1),
    ("MJ", JOULE, PLAIN, 1_000_000, 1),
    ("Wh", JOULE, PLAIN, 3600, 1),
    ("kWh", JOULE, PLAIN, 3_600_000, 1),
    ("W", WATT, PLAIN, 1, 1),
    ("mW", WATT, PLAIN, 1, 1000),
    ("kW", WATT, PLAIN, 1000, 1),
    ("MW", WATT, PLAIN, 1_000_000, 1),
    ("C", COULOMB, PLAIN, 1, 1),
    ("Ah", COULOMB, PLAIN, 3600, 1),
    ("mAh", COULOMB, PLAIN, 36, 10),
    ("V", VOLT, PLAIN, 1, 1),
    ("mV", VOLT, PLAIN, 1, 1000),
    ("uV", VOLT, PLAIN, 1, 1_000_000),
    ("ohm", OHM, PLAIN, 1, 1),
    ("mohm", OHM, PLAIN, 1, 1000),
    ("S", SIEMENS, PLAIN, 1, 1),
    ("mS", SIEMENS, PLAIN, 1, 1000),
    ("Hz", HERTZ, PLAIN, 1, 1),
    ("kHz", HERTZ, PLAIN, 1000, 1),
    ("rpm", HERTZ, PLAIN, 1, 60),
    ("C_rate", HERTZ, PLAIN, 1, 3600),
    ("%", ONE, PLAIN, 1, 100),
    ("percent", ONE, PLAIN, 1, 100),
    ("ppm_number", ONE, PLAIN, 1, 1_000_000),
    ("percent_mass", ONE, Kind::MassFraction, 1, 100),
    ("permille_mass", ONE, Kind::MassFraction, 1, 1000),
    ("ppm_mass", ONE, Kind::MassFraction, 1, 1_000_000),
    ("ppb_mass", ONE, Kind::MassFraction, 1, 1_000_000_000),
    ("wt%", ONE, Kind::MassFraction, 1, 100),
    ("percent_volume", ONE, Kind::VolumeFraction, 1, 100),
    ("ppm_volume", ONE, Kind::VolumeFraction, 1, 1_000_000),
    ("ppb_volume", ONE, Kind::VolumeFraction, 1, 1_000_000_000),
    ("vol%", ONE, Kind::VolumeFraction, 1, 100),
    ("percent_mole", ONE, Kind::MoleFraction, 1, 100),
    ("ppm_mole", ONE, Kind::MoleFraction, 1, 1_000_000),
    ("ppb_mole", ONE, Kind::MoleFraction, 1, 1_000_000_000),
    ("mol%", ONE, Kind::MoleFraction, 1, 100),
    ("%LEL", ONE, Kind::LelFraction, 1, 100),
    ("cP", [-1, 1, -1, 0, 0, 0, 0], PLAIN, 1, 1000),
    ("1", ONE, PLAIN, 1, 1),
];

/// Returns all unit tokens, in the order of the table.
#[must_use]
pub fn unit_symbols() -> Vec<&'static str> {
    TABLE.iter().map(|(symbol, ..)| *symbol).collect()
}

#[derive(Clone)]
struct Factor {
    dimension: Dimension,
    kind: Kind,
    scale: Rational,
}

fn row_factor(row: &Row) -> Factor {
    let &(_, exponents, kind, numerator, denominator) = row;
    Factor {
        dimension: Dimension(exponents),
        kind,
        scale: Rational::ratio(numerator, denominator),
    }
}

/// Finds the longest token of the table at the start of `text`.
fn longest_token(text: &str) -> Option<&'static Row> {
    TABLE
        .iter()
        .filter(|(symbol, ..)| {
            text.strip_prefix(symbol)
                .is_some_and(|rest| ends_token(symbol, rest))
        })
        .max_by_key(|(symbol, ..)| symbol.len())
}

/// A token that ends in a letter must not run on into a word.
fn ends_token(symbol: &str, rest: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let symbol_ends_in_word = symbol.chars().next_back().is_some_and(word);
    !(symbol_ends_in_word
        && rest
            .chars()
            .next()
            .is_some_and(|c| word(c) && !is_superscript(c)))
}

fn is_superscript(c: char) -> bool {
    matches!(c, '²' | '³' | '⁻' | '¹')
}

/// Returns the longest unit at the start of `text` and its length in bytes.
///
/// A leading bare `1` counts only as the numerator of a quotient (`1/s`).
#[must_use]
pub fn longest_unit(text: &str) -> Option<(Unit, usize)> {
    let first = longest_token(text)?;
    let mut end = first.0.len();
    let mut total = row_factor(first);
    let (power, length) = exponent_at(&text[end..]);
    if power != 1 {
        total = powered(&total, power)?;
    }
    end += length;
    let mut parts = vec![(first.0, power)];
    loop {
        let rest = &text[end..];
        let (divide, operator_length) = match rest.chars().next() {
            Some('*' | '·') => (false, rest.chars().next().map_or(0, char::len_utf8)),
            Some('/') => (true, 1),
            _ => break,
        };
        let Some(row) = longest_token(&rest[operator_length..]) else {
            break;
        };
        if row.0 == "1" {
            break;
        }
        let after = operator_length + row.0.len();
        let (power, length) = exponent_at(&rest[after..]);
        let signed = if divide { -power } else { power };
        let Some(next) = powered(&row_factor(row), signed).and_then(|f| times(&total, &f)) else {
            break;
        };
        total = next;
        parts.push((row.0, signed));
        end += after + length;
    }
    if parts == [("1", 1)] {
        return None;
    }
    let offset = if parts == [("degC", 1)] {
        Rational::ratio(27_315, 100)
    } else {
        Rational::zero()
    };
    let quantity_type = QuantityType {
        dimension: total.dimension,
        kind: total.kind,
    };
    let unit = Unit {
        symbol: text[..end].to_owned(),
        quantity_type,
        factor: total.scale,
        offset,
    };
    Some((composed_kind(unit, &parts), end))
}

/// Reads `^2`, `^-1`, `²`, `³`, `⁻¹`; returns (1, 0) where there is none.
fn exponent_at(text: &str) -> (i32, usize) {
    for (shape, power) in [("⁻¹", -1), ("⁻²", -2), ("⁻³", -3), ("²", 2), ("³", 3)] {
        if text.starts_with(shape) {
            return (power, shape.len());
        }
    }
    let Some(rest) = text.strip_prefix('^') else {
        return (1, 0);
    };
    let digits = rest.strip_prefix('-').unwrap_or(rest);
    let count = digits.bytes().take_while(u8::is_ascii_digit).count();
    let length = rest.len() - digits.len() + count;
    match rest[..length].parse::<i32>() {
        Ok(power) if count > 0 && count <= 2 => (power, length + 1),
        _ => (1, 0),
    }
}

fn powered(factor: &Factor, power: i32) -> Option<Factor> {
    Some(Factor {
        dimension: factor.dimension.power(power)?,
        kind: if power == 1 { factor.kind } else { Kind::Plain },
        scale: factor.scale.checked_pow(power)?,
    })
}

fn times(left: &Factor, right: &Factor) -> Option<Factor> {
    Some(Factor {
        dimension: left.dimension.times(right.dimension)?,
        kind: if left.kind == Kind::NormalVolume
            && right.dimension == Dimension([0, 0, -1, 0, 0, 0, 0])
        {
            Kind::NormalVolumeFlow
        } else {
            Kind::Plain
        },
        scale: &left.scale * &right.scale,
    })
}

/// Gives a quotient of two like measures its fraction kind: `mg/kg` is a mass fraction.
fn composed_kind(mut unit: Unit, parts: &[(&'static str, i32)]) -> Unit {
    if let [(top, 1), (bottom, -1)] = parts {
        let dimension_of = |symbol: &str| {
            TABLE
                .iter()
                .find(|row| row.0 == symbol)
                .map(|row| Dimension(row.1))
        };
        if dimension_of(top) == dimension_of(bottom) {
            unit.quantity_type.kind = match dimension_of(top) {
                Some(Dimension::MASS) => Kind::MassFraction,
                Some(Dimension::VOLUME) => Kind::VolumeFraction,
                Some(Dimension::AMOUNT) => Kind::MoleFraction,
                _ => Kind::Plain,
            };
        }
    }
    unit
}

/// Parses a whole unit text.
///
/// # Errors
/// [`UnitError`] with the offending token.
///
/// # Example
/// ```
/// use cellwright::{quantity::parse_unit, rational::Rational};
/// let unit = parse_unit("m/min")?;
/// assert_eq!(unit.to_si(&Rational::from(30)), Rational::ratio(1, 2));
/// # Ok::<(), cellwright::quantity::UnitError>(())
/// ```
pub fn parse_unit(text: &str) -> Result<Unit, UnitError> {
    match longest_unit(text) {
        Some((unit, length)) if length == text.len() => {
            let composed = text.contains(['/', '*', '^']);
            if composed && text.contains("degC") {
                return Err(UnitError::AbsoluteInComposition);
            }
            Ok(unit)
        }
        _ => Err(explain_bad_unit(text)),
    }
}

fn explain_bad_unit(text: &str) -> UnitError {
    let tokens: Vec<&str> = text.split(['*', '/', '·']).collect();
    for token in tokens {
        let bare = token.split('^').next().unwrap_or(token);
        let is_known = longest_token(bare).is_some_and(|row| row.0.len() == bare.len());
        match bare {
            "" => {
                return UnitError::Malformed {
                    text: text.to_owned(),
                };
            }
            "ppm" | "ppb" => {
                return UnitError::NeedsBasis {
                    token: bare.to_owned(),
                };
            }
            "M" => {
                return UnitError::Refused {
                    token: bare.to_owned(),
                    instead: "mol/L",
                };
            }
            "°C" | "℃" | "celsius" => {
                return UnitError::Refused {
                    token: bare.to_owned(),
                    instead: "degC",
                };
            }
            "Ω" => {
                return UnitError::Refused {
                    token: bare.to_owned(),
                    instead: "ohm",
                };
            }
            "sec" => {
                return UnitError::Refused {
                    token: bare.to_owned(),
                    instead: "s",
                };
            }
            "hr" => {
                return UnitError::Refused {
                    token: bare.to_owned(),
                    instead: "h",
                };
            }
            _ if is_known || is_superscript(bare.chars().last().unwrap_or(' ')) => {}
            _ => {
                return UnitError::Unknown {
                    token: bare.to_owned(),
                    nearest: nearest(bare, unit_symbols()),
                };
            }
        }
    }
    UnitError::Malformed {
        text: text.to_owned(),
    }
}

/// Lists the units of one type, for messages.
#[must_use]
pub fn units_of(quantity_type: QuantityType) -> String {
    let symbols: Vec<&str> = TABLE
        .iter()
        .filter(|row| Dimension(row.1) == quantity_type.dimension && row.2 == quantity_type.kind)
        .map(|row| row.0)
        .collect();
    if !symbols.is_empty() {
        return quoted_list(&symbols);
    }
    // Composed units have no row: those people read such quantities in, then the SI unit.
    let si = quantity_type.dimension.to_string();
    let known = super::dictionary::standard().iter();
    let used = known.filter(|entry| entry.quantity_type == quantity_type);
    let mut symbols: Vec<&str> = Vec::new();
    for symbol in used
        .map(|entry| entry.unit.symbol.as_str())
        .chain([si.as_str()])
    {
        if !symbols.contains(&symbol) {
            symbols.push(symbol);
        }
    }
    quoted_list(&symbols)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn si(value: &str, unit: &str) -> Rational {
        parse_unit(unit)
            .expect(unit)
            .to_si(&Rational::parse_decimal(value).expect(value))
    }

    #[test]
    fn composed_units_convert_exactly() {
        assert_eq!(si("25", "m/min"), Rational::ratio(25, 60));
        assert_eq!(si("20", "mg/cm^2"), Rational::ratio(2, 10));
        assert_eq!(si("1", "W/m^2/K"), Rational::one());
        assert_eq!(si("1", "mPa*s"), Rational::ratio(1, 1000));
        assert_eq!(si("-40", "degC"), Rational::ratio(23_315, 100));
        assert_eq!(si("3", "g/m²"), Rational::ratio(3, 1000));
        assert_eq!(si("1", "1/h"), Rational::ratio(1, 3600));
        assert_eq!(si("36", "Nm3/h"), Rational::ratio(1, 100));
    }

    #[test]
    fn kinds_follow_the_unit() {
        let kind = |text| parse_unit(text).expect(text).quantity_type.kind;
        assert_eq!(kind("mg/kg"), Kind::MassFraction);
        assert_eq!(kind("ppm_volume"), Kind::VolumeFraction);
        assert_eq!(kind("%LEL"), Kind::LelFraction);
        assert_eq!(kind("Nm3/h"), Kind::NormalVolumeFlow);
        assert_eq!(kind("m3/h"), Kind::Plain);
        assert_eq!(kind("%"), Kind::Plain);
        assert_eq!(kind("g/Ah"), Kind::Plain);
    }

    #[test]
    fn the_longest_token_wins_and_words_are_left_alone() {
        let length = |text| longest_unit(text).map(|(_, length)| length);
        assert_eq!(length("m/min and"), Some(5));
        assert_eq!(length("min(a, b)"), Some(3));
        assert_eq!(length("mass"), None);
        assert_eq!(length("%LEL)"), Some(4));
        assert_eq!(length("h * 3"), Some(1));
        assert_eq!(length("1 .. 2"), None);
    }

    #[test]
    fn refused_units_say_what_to_write() {
        let help = |text| parse_unit(text).expect_err(text).help();
        assert_eq!(help("ppm"), "write `ppm_mass`, `ppm_volume` or `ppm_mole`");
        assert_eq!(help("M"), "write `mol/L`");
        assert_eq!(help("mm/mim"), "did you mean `min`?");
        assert_eq!(help("W/degC"), "write `K` for temperature differences");
        assert!(matches!(
            parse_unit("m//s"),
            Err(UnitError::Malformed { .. })
        ));
    }

    #[test]
    fn every_token_parses_to_itself() {
        for symbol in unit_symbols().into_iter().filter(|&s| s != "1") {
            let unit = parse_unit(symbol).expect(symbol);
            assert!(unit.factor.is_positive(), "{symbol}");
        }
    }
}
