//! Ranges: `22 .. 27 m/min`.
//!
//! In: two quantities joined by `..`; the upper unit covers a bare lower bound, as in the rule
//! language. Out: exact SI bounds, lower at most upper.

use super::measure::{Expected, error_diagnostic, quantity_of_text};
use super::node::{Node, Value};
use super::{Report, codes};
use crate::diagnostic::Diagnostic;
use crate::quantity::{Unit, parse_number_and_rest};
use crate::rational::Rational;
use crate::span::Span;

/// A closed range in SI units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Lower bound, SI.
    pub low: Rational,
    /// Upper bound, SI.
    pub high: Rational,
    /// Unit of the upper bound as written.
    pub unit: Unit,
    /// Where it stands.
    pub span: Span,
}

impl Range {
    /// Tells whether the value (SI) lies inside, bounds included.
    #[must_use]
    pub fn contains(&self, value: &Rational) -> bool {
        &self.low <= value && value <= &self.high
    }

    /// Writes `22 .. 27 m/min`.
    #[must_use]
    pub fn display(&self) -> String {
        let low = self.unit.from_si(&self.low).display_significant(6);
        format!("{low} .. {}", self.unit.display(&self.high))
    }

    /// Reads a range from a value of a document; `None` after a diagnostic.
    pub fn of_node(node: &Node, expected: &Expected<'_>, report: &Report) -> Option<Self> {
        let Value::Text(text) = &node.value else {
            report.push(
                Diagnostic::error(
                    codes::RANGE,
                    node.span,
                    format!("expected a range, found {}", node.value.type_name()),
                )
                .help("write `\"low .. high unit\"`"),
            );
            return None;
        };
        Self::of_text(text, node.span, expected, report)
    }

    /// Reads a range from a text at `span`; `None` after a diagnostic.
    pub fn of_text(
        text: &str,
        span: Span,
        expected: &Expected<'_>,
        report: &Report,
    ) -> Option<Self> {
        let Some((left, right)) = text.split_once("..") else {
            report.push(
                Diagnostic::error(codes::RANGE, span, format!("`{text}` is not a range"))
                    .help("write `low .. high unit`, such as `22 .. 27 m/min`"),
            );
            return None;
        };
        let high = quantity_of_text(right.trim(), span, expected, report)?;
        let low = match parse_number_and_rest(left) {
            Ok((number, "")) => high.unit.to_si(&number),
            Ok(_) => quantity_of_text(left.trim(), span, expected, report)?.si,
            Err(error) => {
                report.push(error_diagnostic(left.trim(), span, &error));
                return None;
            }
        };
        if low > high.si {
            report.push(
                Diagnostic::error(
                    codes::RANGE,
                    span,
                    format!("the lower bound of `{text}` lies above the upper bound"),
                )
                .help("swap the two"),
            );
            return None;
        }
        Some(Self {
            low,
            high: high.si,
            unit: high.unit,
            span,
        })
    }
}
