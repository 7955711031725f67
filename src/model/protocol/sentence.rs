//! Steps as sentences, the way cyclers and PyBaMM say them.
//!
//! ```text
//! Rest for 1 hour
//! Charge at C/20 until 4.2 V
//! Charge at formation.charge_rate until formation.voltage_max
//! Discharge at 1C for 30 minutes or until 2.7 V
//! Hold at 4.2 V until C/50
//! ```
//! In: one sentence. Out: operation and ends, or what was not understood. Numbers may be setpoints
//! of the recipe. Case and surplus blanks do not matter; nothing is guessed.

use super::number::{Measure, Number, near_setpoint};
use super::{Current, Direction, End, Operation};
use crate::diagnostic::nearest;
use crate::rational::Rational;

/// What a sentence can start with.
const ACTIONS: [&str; 4] = ["rest", "charge", "discharge", "hold"];

/// Words for units of time, with their symbols.
const TIMES: [(&str, &str); 9] = [
    ("hours", "h"),
    ("hour", "h"),
    ("minutes", "min"),
    ("minute", "min"),
    ("mins", "min"),
    ("seconds", "s"),
    ("second", "s"),
    ("secs", "s"),
    ("sec", "s"),
];

/// Reads a sentence.
///
/// # Errors
/// What was not understood, and what was expected.
pub(super) fn read(text: &str) -> Result<(Operation, Vec<End>), String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (&first, rest) = words.split_first().ok_or("an empty sentence is no step")?;
    match first.to_lowercase().as_str() {
        "rest" => {
            let needs = "`Rest` needs a time: `Rest for 1 hour`";
            if rest.is_empty() {
                return Err(needs.to_owned());
            }
            let ends = ends(rest)?;
            match ends.as_slice() {
                [End::After(_)] => Ok((Operation::Rest, ends)),
                _ => Err(needs.to_owned()),
            }
        }
        "charge" => driven(Direction::Charge, rest),
        "discharge" => driven(Direction::Discharge, rest),
        "hold" => {
            let (level, rest) = level(rest, "Hold at 4.2 V until C/50")?;
            let voltage = Measure::Voltage.read(&level)?;
            Ok((Operation::ConstantVoltage { voltage }, ends(rest)?))
        }
        other => Err(match nearest(other, ACTIONS) {
            Some(near) => format!("a step cannot `{first}`; did you mean `{near}`?"),
            None => format!("a step cannot `{first}`; it can rest, charge, discharge or hold"),
        }),
    }
}

fn driven(direction: Direction, words: &[&str]) -> Result<(Operation, Vec<End>), String> {
    let (text, rest) = level(words, "Charge at C/20 until 4.2 V")?;
    let current = current(&text)?;
    Ok((
        Operation::ConstantCurrent { direction, current },
        ends(rest)?,
    ))
}

/// The quantity after `at`, and what follows it.
fn level<'w>(words: &'w [&'w str], example: &str) -> Result<(String, &'w [&'w str]), String> {
    match words.split_first() {
        Some((at, rest)) if at.eq_ignore_ascii_case("at") => Ok(quantity(rest)),
        _ => Err(format!("expected `at` and a number, as in `{example}`")),
    }
}

/// Words up to the next `for`, `until` or `or`, and what follows.
fn quantity<'w>(words: &'w [&'w str]) -> (String, &'w [&'w str]) {
    let ends = |word: &&str| ["for", "until", "or"].contains(&word.to_lowercase().as_str());
    let count = words.iter().position(ends).unwrap_or(words.len());
    (words[..count].join(" "), &words[count..])
}

/// `for TIME`, `until LEVEL`, joined by `or`.
fn ends(words: &[&str]) -> Result<Vec<End>, String> {
    let mut found = Vec::new();
    let mut rest = words;
    while let Some((&word, after)) = rest.split_first() {
        let is_joined = word.eq_ignore_ascii_case("or");
        if is_joined == found.is_empty() {
            return Err(format!(
                "`{word}`: expected `for` or `until`, further ends with `or`"
            ));
        }
        let (&word, after) = match (is_joined, after.split_first()) {
            (true, Some((next, after))) => (next, after),
            (true, None) => return Err("an end is missing after `or`".to_owned()),
            (false, _) => (&word, after),
        };
        let (text, after) = quantity(after);
        found.push(match word.to_lowercase().as_str() {
            "for" => End::After(time(&text)?),
            "until" => until(&text)?,
            _ => return Err(format!("`{word}`: expected `for` or `until`")),
        });
        rest = after;
    }
    if found.is_empty() {
        return Err("an end is missing: `for 1 hour`, `until 4.2 V` or `until C/50`".to_owned());
    }
    Ok(found)
}

fn time(text: &str) -> Result<Number, String> {
    let lower = text.to_lowercase();
    for (word, symbol) in TIMES {
        if let Some(number) = lower.strip_suffix(word) {
            return Measure::Time.read(&format!("{} {symbol}", number.trim()));
        }
    }
    Measure::Time.read(text)
}

/// A rate as `C/20`, `1C`, `0.5 C`, `0.05 C_rate`, or a current in amperes.
fn current(text: &str) -> Result<Current, String> {
    let plain = |digits: &str| {
        Rational::parse_decimal(digits.trim())
            .ok()
            .filter(Rational::is_positive)
    };
    let hour = Rational::from(3600);
    let rate = if let Some(hours) = text.strip_prefix("C/").or_else(|| text.strip_prefix("c/")) {
        plain(hours).and_then(|hours| Rational::one().checked_div(&(&hours * &hour)))
    } else if let Some(times) = text.strip_suffix('C') {
        plain(times).and_then(|times| times.checked_div(&hour))
    } else {
        None
    };
    if let Some(rate) = rate {
        return Ok(Current::Rate(Number::Given(rate)));
    }
    if let Ok(rate) = Measure::Rate.read(text) {
        return Ok(Current::Rate(rate));
    }
    match Measure::Current.read(text) {
        Ok(Number::Given(amperes)) => Ok(Current::Ampere(amperes)),
        Ok(Number::Setpoint(_)) | Err(_) => Err(format!(
            "`{text}`: expected a rate such as `C/20`, a current such as `0.6 A`, or a setpoint{}",
            near_setpoint(text, &[Measure::Rate])
        )),
    }
}

fn until(text: &str) -> Result<End, String> {
    if let Ok(voltage) = Measure::Voltage.read(text) {
        return Ok(End::AtVoltage(voltage));
    }
    if let Ok(charge) = Measure::Charge.read(text) {
        return Ok(End::AfterCharge(charge));
    }
    current(text).map(End::BelowCurrent).map_err(|_| {
        let near = near_setpoint(text, &[Measure::Voltage, Measure::Charge, Measure::Rate]);
        format!("`until {text}`: expected a voltage, a current, a charge, or a setpoint{near}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(numerator: i64, denominator: i64) -> Number {
        Number::Given(Rational::ratio(numerator, denominator))
    }

    #[test]
    fn sentences_that_people_write_are_understood() {
        let rate = |n, d| Current::Rate(given(n, d));
        let charge = |current| Operation::ConstantCurrent {
            direction: Direction::Charge,
            current,
        };
        let setpoint = |name: &str| Number::Setpoint(name.to_owned());
        for (text, operation, ends) in [
            (
                "Rest for 1 hour",
                Operation::Rest,
                vec![End::After(given(3600, 1))],
            ),
            (
                "Charge at C/20 until 4.2 V",
                charge(rate(1, 72_000)),
                vec![End::AtVoltage(given(42, 10))],
            ),
            (
                "charge  at 1C for 30 minutes or until 4.1V",
                charge(rate(1, 3600)),
                vec![End::After(given(1800, 1)), End::AtVoltage(given(41, 10))],
            ),
            (
                "Charge at 0.6 A until 2.5 Ah",
                charge(Current::Ampere(Rational::ratio(6, 10))),
                vec![End::AfterCharge(given(9000, 1))],
            ),
            (
                "Charge at formation.charge_rate until formation.voltage_max",
                charge(Current::Rate(setpoint("formation.charge_rate"))),
                vec![End::AtVoltage(setpoint("formation.voltage_max"))],
            ),
            (
                "Hold at 4.2 V until C/50",
                Operation::ConstantVoltage {
                    voltage: given(42, 10),
                },
                vec![End::BelowCurrent(rate(1, 180_000))],
            ),
        ] {
            assert_eq!(read(text), Ok((operation, ends)), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, part) in [
            ("Chrage at C/20 until 4.2 V", "did you mean `charge`?"),
            ("Charge C/20 until 4.2 V", "expected `at`"),
            ("Charge at C/20", "an end is missing"),
            ("Charge at fast until 4.2 V", "`fast`"),
            (
                "Charge at formation.charge_rat until 4.2 V",
                "did you mean `formation.charge_rate`?",
            ),
            (
                "Charge at C/20 until formation.voltage_maks",
                "did you mean `formation.voltage_max`?",
            ),
            (
                "Hold at formation.votlage_max until formation.cut_off_rate",
                "did you mean `formation.voltage_max`?",
            ),
            (
                "Rest for formation.rest_duratoin",
                "did you mean `formation.rest_duration`?",
            ),
            ("Charge at C/20 until full", "`until full`"),
            ("Charge at C/0 until 4.2 V", "`C/0`"),
            ("Rest", "needs a time"),
            ("Rest until 4 V", "needs a time"),
            ("Hold at C/20 until C/50", "a voltage"),
            ("Charge at C/20 until 4.2 V or", "missing after `or`"),
            ("Charge at C/20 or until 4.2 V", "`or`: expected `for`"),
            ("", "empty"),
        ] {
            let refused = read(text).expect_err(text);
            assert!(refused.contains(part), "{text}: {refused}");
        }
    }
}
