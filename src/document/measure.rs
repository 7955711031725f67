//! Quantities in documents: a value of the right type, or one clear sentence.
//!
//! In: `"25 m/min"` (or a bare number for plain numbers) and what is expected: a name, a type
//! and the unit people read it in. Out: the exact SI value and the unit as written. Missing
//! unit, wrong dimension, fraction without basis, decimal comma and non-finite numbers each have
//! their own code and say what to write.

use super::node::{Node, Value};
use super::{Report, codes};
use crate::diagnostic::Diagnostic;
use crate::quantity::dictionary::Entry;
use crate::quantity::{
    Dimension, Kind, QuantityError, QuantityType, Unit, UnitError, parse_quantity, units_of,
};
use crate::rational::Rational;
use crate::span::Span;

/// What a place expects.
#[derive(Clone, Debug)]
pub struct Expected<'n> {
    /// Dictionary name or key, for messages.
    pub name: &'n str,
    /// Dimension and kind.
    pub quantity_type: QuantityType,
    /// The unit shown in the remedy.
    pub unit: &'n str,
}

impl<'n> Expected<'n> {
    /// Expects a plain number.
    #[must_use]
    pub fn number(name: &'n str) -> Self {
        Self {
            name,
            quantity_type: QuantityType::NUMBER,
            unit: "",
        }
    }

    /// Expects what the dictionary says of `name`.
    #[must_use]
    pub fn of_entry(name: &'n str, entry: &'n Entry) -> Self {
        Self {
            name,
            quantity_type: entry.quantity_type,
            unit: &entry.unit.symbol,
        }
    }

    /// Expects a kind given with the unit of the remedy, for keys outside the dictionary.
    #[must_use]
    pub fn plain(name: &'n str, dimension: Dimension, unit: &'n str) -> Self {
        Self {
            name,
            quantity_type: QuantityType::plain(dimension),
            unit,
        }
    }

    /// Tells whether a value in `unit_type` is one of these.
    #[must_use]
    pub fn accepts(&self, unit_type: QuantityType) -> bool {
        let own = self.quantity_type;
        own == unit_type
            || (own.kind.is_temperature_point()
                && unit_type.dimension == own.dimension
                && matches!(unit_type.kind, Kind::AbsoluteTemperature | Kind::Plain))
    }
}

/// A quantity as a document gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Exact value in SI units.
    pub si: Rational,
    /// The unit as written; empty symbol for plain numbers.
    pub unit: Unit,
    /// Where it stands.
    pub span: Span,
}

/// Reads a quantity from a value of a document; `None` after a diagnostic.
pub fn quantity_of_node(node: &Node, expected: &Expected<'_>, report: &Report) -> Option<Measured> {
    match &node.value {
        Value::Text(text) => quantity_of_text(text, node.span, expected, report),
        Value::Integer(text) | Value::Float(text) => {
            let text = text.replace('_', "");
            quantity_of_text(&text, node.span, expected, report)
        }
        Value::Boolean(_) | Value::Date(_) | Value::Array(_) | Value::Table(_) => {
            report.push(
                Diagnostic::error(
                    codes::WRONG_TYPE,
                    node.span,
                    format!("expected a quantity, found {}", node.value.type_name()),
                )
                .help(example(expected, "1")),
            );
            None
        }
    }
}

/// Reads a quantity from a text that stands at `span`; `None` after a diagnostic.
pub fn quantity_of_text(
    text: &str,
    span: Span,
    expected: &Expected<'_>,
    report: &Report,
) -> Option<Measured> {
    match parse_quantity(text) {
        Ok((quantity, unit)) => {
            let problem = type_problem(text, &unit, span, expected)
                .or_else(|| size_problem(text, &quantity.value, span));
            match problem {
                None => Some(Measured {
                    si: quantity.value,
                    unit,
                    span,
                }),
                Some(diagnostic) => {
                    report.push(diagnostic);
                    None
                }
            }
        }
        Err(error) => {
            report.push(error_diagnostic(text, span, &error));
            None
        }
    }
}

/// Exact arithmetic takes any size, but the twin calculates in double precision.
fn size_problem(text: &str, si: &Rational, span: Span) -> Option<Diagnostic> {
    let double = si.to_f64();
    let is_lost = double == 0.0 && !si.is_zero();
    (!double.is_finite() || is_lost).then(|| {
        let message = format!("`{text}` lies outside what the twin can calculate with");
        Diagnostic::error(codes::NOT_FINITE, span, message)
            .help("expected a size between 1e-300 and 1e300; check the exponent and the unit")
    })
}

/// Turns a text that is no quantity into a diagnostic.
pub(crate) fn error_diagnostic(text: &str, span: Span, error: &QuantityError) -> Diagnostic {
    if is_non_finite(text) {
        return Diagnostic::error(
            codes::NOT_FINITE,
            span,
            format!("`{text}` is no finite number"),
        )
        .help("write a number, or leave the value out");
    }
    let code = match error {
        QuantityError::Number(_) => codes::NOT_A_QUANTITY,
        QuantityError::Comma { .. } => codes::DECIMAL_COMMA,
        QuantityError::Unit(UnitError::NeedsBasis { .. }) => codes::FRACTION_WITHOUT_BASIS,
        QuantityError::Unit(
            UnitError::Refused { .. }
            | UnitError::Unknown { .. }
            | UnitError::Malformed { .. }
            | UnitError::AbsoluteInComposition,
        ) => codes::UNKNOWN_UNIT,
    };
    Diagnostic::error(code, span, error.to_string()).help(error.help())
}

/// Tells whether a text spells infinity or "not a number".
pub(crate) fn is_non_finite(text: &str) -> bool {
    let bare = text.trim().trim_start_matches(['+', '-', '\u{2212}']);
    let word: String = bare
        .chars()
        .take_while(|c| c.is_ascii_alphabetic())
        .collect();
    let rest = &bare[word.len()..];
    matches!(
        word.to_ascii_lowercase().as_str(),
        "nan" | "inf" | "infinity"
    ) && (rest.is_empty() || rest.starts_with(' '))
}

fn type_problem(
    text: &str,
    unit: &Unit,
    span: Span,
    expected: &Expected<'_>,
) -> Option<Diagnostic> {
    if expected.accepts(unit.quantity_type) {
        return None;
    }
    let wanted = expected.quantity_type;
    let (name, number) = (expected.name, text.trim());
    if unit.symbol.is_empty() {
        let message = format!(
            "`{number}` has no unit, but `{name}` is {}",
            article(wanted)
        );
        return Some(
            Diagnostic::error(codes::MISSING_UNIT, span, message).help(example(expected, number)),
        );
    }
    let given = unit.quantity_type;
    if given.kind == Kind::AbsoluteTemperature && wanted.dimension == Dimension::TEMPERATURE {
        let message = format!("`{name}` is a temperature difference, and `degC` is a point");
        return Some(
            Diagnostic::error(codes::DEGREE_DIFFERENCE, span, message)
                .help("write `K` for temperature differences"),
        );
    }
    let message = format!(
        "`{number}` is {}, but `{name}` is {}",
        article(given),
        article(wanted)
    );
    Some(
        Diagnostic::error(codes::WRONG_DIMENSION, span, message)
            .label(given.describe())
            .help(format!("write it in {}", wanted_units(expected))),
    )
}

fn wanted_units(expected: &Expected<'_>) -> String {
    let listed = units_of(expected.quantity_type);
    if expected.unit.is_empty() || listed.contains(&format!("`{}`", expected.unit)) {
        listed
    } else {
        format!("`{}`", expected.unit)
    }
}

fn example(expected: &Expected<'_>, number: &str) -> String {
    match expected.unit {
        "" | "1" => format!("write a plain number, such as `{number}`"),
        unit => format!("write the unit, such as `{number} {unit}`"),
    }
}

/// Writes "a velocity", "an energy".
pub(crate) fn article(quantity_type: QuantityType) -> String {
    let described = quantity_type.describe();
    if described.starts_with("a quantity") {
        described
    } else if quantity_type == QuantityType::NUMBER {
        "a plain number".to_owned()
    } else if described.starts_with(['a', 'e', 'i', 'o']) {
        format!("an {described}")
    } else {
        format!("a {described}")
    }
}
