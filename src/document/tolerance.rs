//! Tolerances: how far a value may lie from its setpoint, hard.
//!
//! In: `± 0.3 %` (of the value), `± 2 mm`, `+ 1 / - 2 mm`, `{ minus = "2 mm", plus = "1 mm" }`;
//! `+-` and `+/-` are accepted for `±`. Out: two magnitudes, each relative or absolute, that
//! give exact SI widths once the value is known. A relative tolerance of a temperature is
//! refused (2 % of 120 degC is 7.9 K, which nobody means), and so is `%` on a plain number that
//! is itself written in `%`.

use super::measure::{article, error_diagnostic};
use super::node::{Node, Value};
use super::{Measured, Reader, Report, codes};
use crate::diagnostic::Diagnostic;
use crate::quantity::{Kind, QuantityType, parse_quantity};
use crate::rational::Rational;
use crate::span::Span;

/// A width, relative to the value or absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Magnitude {
    /// A share of the magnitude of the value.
    Relative(Rational),
    /// A width in SI units.
    Absolute(Rational),
}

impl Magnitude {
    /// Returns the exact width in SI units at a value.
    #[must_use]
    pub fn at(&self, value: &Rational) -> Rational {
        match self {
            Self::Relative(share) => &value.abs() * share,
            Self::Absolute(width) => width.clone(),
        }
    }

    /// Reads a positive or zero width of something with the type of `base`; `None` after a
    /// diagnostic. `what` names the parameter.
    pub fn of_text(
        text: &str,
        span: Span,
        what: &str,
        base: &Measured,
        report: &Report,
    ) -> Option<Self> {
        let text = text.trim();
        let (body, of_value) = match text.strip_suffix("of value") {
            Some(rest) => (rest.trim(), true),
            None => (text, false),
        };
        let (width, unit) = match parse_quantity(body) {
            Ok(parsed) => parsed,
            Err(error) => {
                report.push(error_diagnostic(text, span, &error));
                return None;
            }
        };
        let refuse = |code, message: String, help: &str| {
            report.push(Diagnostic::error(code, span, message).help(help));
            None
        };
        if width.value.is_negative() {
            let message = format!("a width cannot be negative: `{text}`");
            return refuse(codes::TOLERANCE, message, "write it without the minus");
        }
        let base_type = base.unit.quantity_type;
        let relative = of_value || matches!(unit.symbol.as_str(), "%" | "percent");
        if relative {
            if base_type.kind.is_temperature_point() {
                let message = format!("`{what}` is a temperature, which has no share");
                return refuse(codes::TOLERANCE, message, "write the width in `K`");
            }
            if !of_value && matches!(base.unit.symbol.as_str(), "%" | "percent") {
                let message = format!("`{text}` of a value in `%` can be points or a share");
                let help = "write `% of value` for a share, or a plain number for points";
                return refuse(codes::TOLERANCE, message, help);
            }
            return Some(Self::Relative(width.value));
        }
        let wanted = difference_type(base_type);
        if unit.quantity_type == wanted {
            return Some(Self::Absolute(width.value));
        }
        if unit.quantity_type.kind == Kind::AbsoluteTemperature {
            let message = format!("`{text}` is a point on a scale, not a width");
            let help = "write `K` for temperature differences";
            return refuse(codes::DEGREE_DIFFERENCE, message, help);
        }
        if unit.symbol.is_empty() {
            let message = format!("`{text}` has no unit, but `{what}` is {}", article(wanted));
            let help = "write a unit, or `%` for a share of the value";
            return refuse(codes::MISSING_UNIT, message, help);
        }
        let message = format!(
            "`{text}` is {}, but `{what}` is {}",
            article(unit.quantity_type),
            article(wanted)
        );
        let help = "write a width of the same kind, or `%` for a share of the value";
        refuse(codes::WRONG_DIMENSION, message, help)
    }

    /// Writes the magnitude for records: `{"relative": "3/1000"}`.
    #[must_use]
    pub fn normalised(&self) -> serde_json::Value {
        match self {
            Self::Relative(share) => serde_json::json!({ "relative": share.to_ratio_string() }),
            Self::Absolute(width) => serde_json::json!({ "absolute": width.to_ratio_string() }),
        }
    }
}

/// The type of differences of values of a type.
fn difference_type(base: QuantityType) -> QuantityType {
    if base.kind.is_temperature_point() {
        QuantityType::plain(base.dimension)
    } else {
        base
    }
}

/// A hard tolerance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tolerance {
    /// Width below the value.
    pub minus: Magnitude,
    /// Width above the value.
    pub plus: Magnitude,
    /// Where it stands.
    pub span: Span,
}

impl Tolerance {
    /// Reads a tolerance of `what`, whose value is `base`; `None` after a diagnostic.
    pub fn of_node(node: &Node, what: &str, base: &Measured, report: &Report) -> Option<Self> {
        match &node.value {
            Value::Text(text) => Self::of_text(text, node.span, what, base, report),
            Value::Table(table) => {
                let mut reader = Reader::new(table, "the tolerance", report);
                let (minus, plus) = (reader.text("minus"), reader.text("plus"));
                reader.finish();
                let (minus, plus) = (minus?, plus?);
                Some(Self {
                    minus: Magnitude::of_text(&minus.value, minus.span, what, base, report)?,
                    plus: Magnitude::of_text(&plus.value, plus.span, what, base, report)?,
                    span: node.span,
                })
            }
            other => {
                let message = format!("expected a tolerance, found {}", other.type_name());
                report.push(tolerance_help(Diagnostic::error(
                    codes::TOLERANCE,
                    node.span,
                    message,
                )));
                None
            }
        }
    }

    fn of_text(
        text: &str,
        span: Span,
        what: &str,
        base: &Measured,
        report: &Report,
    ) -> Option<Self> {
        let body = text.trim();
        for sign in ["±", "+-", "+/-"] {
            if let Some(rest) = body.strip_prefix(sign) {
                let width = Magnitude::of_text(rest, span, what, base, report)?;
                return Some(Self {
                    minus: width.clone(),
                    plus: width,
                    span,
                });
            }
        }
        let two_sided = body.strip_prefix('+').and_then(|rest| {
            let (plus, minus) = rest.split_once(" /")?;
            let minus = minus.trim_start();
            let minus = minus
                .strip_prefix('-')
                .or_else(|| minus.strip_prefix('\u{2212}'))?;
            Some((plus.trim(), minus.trim()))
        });
        let Some((plus, minus)) = two_sided else {
            let message = format!("`{text}` is not a tolerance");
            report.push(tolerance_help(Diagnostic::error(
                codes::TOLERANCE,
                span,
                message,
            )));
            return None;
        };
        // `+ 1 / - 2 mm`: the unit of the second covers a bare first.
        let unit = minus.trim_start_matches(|c: char| c.is_ascii_digit() || ".eE+-".contains(c));
        let plus = if plus.ends_with(|c: char| c.is_ascii_digit()) {
            format!("{plus} {}", unit.trim())
        } else {
            plus.to_owned()
        };
        Some(Self {
            minus: Magnitude::of_text(minus, span, what, base, report)?,
            plus: Magnitude::of_text(&plus, span, what, base, report)?,
            span,
        })
    }

    /// Returns the exact box `low ..= high` in SI units at a value.
    #[must_use]
    pub fn bounds(&self, value: &Rational) -> (Rational, Rational) {
        (value - &self.minus.at(value), value + &self.plus.at(value))
    }
}

fn tolerance_help(diagnostic: Diagnostic) -> Diagnostic {
    diagnostic.help("write `± 0.3 %`, `± 2 mm`, `+ 1 / - 2 mm` or `{ minus = …, plus = … }`")
}
