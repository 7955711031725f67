//! Spreads: how a value varies from sample to sample, for Monte Carlo only.
//!
//! In: `{ normal = "0.1 %" }` (standard deviation), `{ lognormal = "5 %" }` (coefficient of
//! variation), `{ uniform = "24 .. 26 m/min" }` or `{ uniform = "± 1 %" }`, `{ triangular =
//! ["24 m/min", "25 m/min", "26 m/min"] }`, each with an optional `within = "a .. b"` that
//! truncates. Out: a [`Distribution`] in exact SI numbers at a given value. Normal and lognormal
//! spreads are centred at the value (lognormal: mean = value); relative ones follow the value
//! when a scenario changes it.

use serde_json::json;

use super::node::{Node, Value};
use super::range::Range;
use super::{Expected, Magnitude, Measured, Reader, Report, Tolerance, codes};
use crate::diagnostic::Diagnostic;
use crate::rational::Rational;
use crate::span::Span;

/// The shape of a spread.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    Normal(Magnitude),
    LogNormal(Rational),
    UniformAround(Tolerance),
    Uniform(Rational, Rational),
    Triangular([Rational; 3]),
}

/// A spread as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spread {
    shape: Shape,
    within: Option<Range>,
    /// Where it stands.
    pub span: Span,
}

/// A spread at a value: exact numbers in SI units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distribution {
    /// No spread: always the value.
    Fixed {
        /// SI value.
        value: Rational,
    },
    /// Normal.
    Normal {
        /// Mean, SI.
        mean: Rational,
        /// Standard deviation, SI, above zero.
        sd: Rational,
        /// Truncation, SI.
        within: Option<(Rational, Rational)>,
    },
    /// Lognormal.
    LogNormal {
        /// Mean of the value itself (not of its logarithm), SI, above zero.
        mean: Rational,
        /// Coefficient of variation of the value itself, above zero.
        cv: Rational,
        /// Truncation, SI.
        within: Option<(Rational, Rational)>,
    },
    /// Uniform.
    Uniform {
        /// Lower bound, SI.
        low: Rational,
        /// Upper bound, SI, above the lower.
        high: Rational,
    },
    /// Triangular.
    Triangular {
        /// Lower bound, SI.
        low: Rational,
        /// Mode, SI.
        mode: Rational,
        /// Upper bound, SI.
        high: Rational,
        /// Truncation, SI.
        within: Option<(Rational, Rational)>,
    },
}

impl Distribution {
    /// Writes the distribution for records, exact.
    #[must_use]
    pub fn normalised(&self) -> serde_json::Value {
        let bounds = |within: &Option<(Rational, Rational)>| match within {
            Some((low, high)) => json!([low, high]),
            None => serde_json::Value::Null,
        };
        match self {
            Self::Fixed { value } => json!({ "fixed": value }),
            Self::Normal { mean, sd, within } => {
                json!({ "normal": { "mean": mean, "sd": sd, "within": bounds(within) } })
            }
            Self::LogNormal { mean, cv, within } => {
                json!({ "lognormal": { "mean": mean, "cv": cv, "within": bounds(within) } })
            }
            Self::Uniform { low, high } => json!({ "uniform": [low, high] }),
            Self::Triangular {
                low,
                mode,
                high,
                within,
            } => json!({ "triangular": [low, mode, high], "within": bounds(within) }),
        }
    }

    /// Returns the range outside which no draw falls; `None` where it is not bounded.
    #[must_use]
    pub fn support(&self) -> Option<(Rational, Rational)> {
        match self {
            Self::Fixed { value } => Some((value.clone(), value.clone())),
            Self::Normal { within, .. } | Self::LogNormal { within, .. } => within.clone(),
            Self::Uniform { low, high } => Some((low.clone(), high.clone())),
            Self::Triangular {
                low, high, within, ..
            } => match within {
                Some((a, b)) => Some((low.max(a).clone(), high.min(b).clone())),
                None => Some((low.clone(), high.clone())),
            },
        }
    }
}

const WORDS: [&str; 4] = ["normal", "lognormal", "uniform", "triangular"];

impl Spread {
    /// Reads the spread of a parameter whose value is `base`; `None` after a diagnostic.
    pub fn of_node(
        node: &Node,
        expected: &Expected<'_>,
        base: &Measured,
        report: &Report,
    ) -> Option<Self> {
        let Value::Table(table) = &node.value else {
            let message = format!("expected a spread, found {}", node.value.type_name());
            report.push(spread_error(node.span, message));
            return None;
        };
        let mut reader = Reader::new(table, "the spread", report);
        let within = match reader.optional("within") {
            Some(inner) => Some(Range::of_node(inner, expected, report)?),
            None => None,
        };
        let given: Vec<(&str, &Node)> = WORDS
            .iter()
            .filter_map(|&word| reader.optional(word).map(|inner| (word, inner)))
            .collect();
        reader.finish();
        let [(word, inner)] = given[..] else {
            let message = format!("a spread has one shape, found {}", given.len());
            report.push(spread_error(node.span, message));
            return None;
        };
        let shape = match word {
            "normal" => Shape::Normal(width(inner, expected.name, base, report)?),
            "lognormal" => Shape::LogNormal(share(inner, expected.name, base, report)?),
            "uniform" => uniform(inner, expected, base, report)?,
            _ => Shape::Triangular(triangle(inner, expected, report)?),
        };
        let spread = Self {
            shape,
            within,
            span: node.span,
        };
        if let Some(message) = spread.problem_at(&base.si) {
            report.push(
                Diagnostic::error(codes::SPREAD, node.span, message)
                    .help("a spread lies around its value and has a width"),
            );
            return None;
        }
        Some(spread)
    }

    /// Says what is wrong with this spread at a value, if anything: a value outside the range,
    /// a width of zero, a lognormal value that is not positive.
    #[must_use]
    pub fn problem_at(&self, value: &Rational) -> Option<String> {
        let outside = |low: &Rational, high: &Rational| {
            (value < low || value > high)
                .then(|| "the spread does not contain the value itself".to_owned())
        };
        if let Some(found) = self
            .within
            .as_ref()
            .and_then(|range| outside(&range.low, &range.high))
        {
            return Some(found);
        }
        let zero = || Some("the spread has no width; leave it out for a fixed value".to_owned());
        match &self.shape {
            Shape::Normal(sd) if !sd.at(value).is_positive() => zero(),
            Shape::LogNormal(cv) if !cv.is_positive() => zero(),
            Shape::LogNormal(_) if !value.is_positive() => {
                Some("a lognormal spread needs a value above zero".to_owned())
            }
            Shape::UniformAround(tolerance) => {
                let (low, high) = tolerance.bounds(value);
                if low >= high { zero() } else { None }
            }
            Shape::Uniform(low, high) if low >= high => zero(),
            Shape::Uniform(low, high) => outside(low, high),
            Shape::Triangular([low, mode, high]) => {
                if low >= high {
                    return zero();
                }
                if mode < low || mode > high {
                    return Some("the mode lies outside its triangle".to_owned());
                }
                outside(low, high)
            }
            Shape::Normal(_) | Shape::LogNormal(_) => None,
        }
    }

    /// Returns the distribution at a value.
    #[must_use]
    pub fn at(&self, value: &Rational) -> Distribution {
        let within = self
            .within
            .as_ref()
            .map(|range| (range.low.clone(), range.high.clone()));
        match &self.shape {
            Shape::Normal(sd) => Distribution::Normal {
                mean: value.clone(),
                sd: sd.at(value),
                within,
            },
            Shape::LogNormal(cv) => Distribution::LogNormal {
                mean: value.clone(),
                cv: cv.clone(),
                within,
            },
            Shape::UniformAround(tolerance) => {
                let (low, high) = tolerance.bounds(value);
                clipped_uniform(low, high, within)
            }
            Shape::Uniform(low, high) => clipped_uniform(low.clone(), high.clone(), within),
            Shape::Triangular([low, mode, high]) => Distribution::Triangular {
                low: low.clone(),
                mode: mode.clone(),
                high: high.clone(),
                within,
            },
        }
    }
}

/// A uniform distribution truncated to a range is uniform on the common part.
fn clipped_uniform(
    low: Rational,
    high: Rational,
    within: Option<(Rational, Rational)>,
) -> Distribution {
    match within {
        Some((a, b)) => Distribution::Uniform {
            low: low.max(a),
            high: high.min(b),
        },
        None => Distribution::Uniform { low, high },
    }
}

fn spread_error(span: Span, message: String) -> Diagnostic {
    Diagnostic::error(codes::SPREAD, span, message).help(
        "write `{ normal = \"0.1 %\" }`, `{ lognormal = \"5 %\" }`, `{ uniform = \"a .. b\" }` \
         or `{ triangular = [\"low\", \"mode\", \"high\"] }`",
    )
}

fn width(node: &Node, what: &str, base: &Measured, report: &Report) -> Option<Magnitude> {
    match &node.value {
        Value::Text(text) | Value::Integer(text) | Value::Float(text) => {
            Magnitude::of_text(text, node.span, what, base, report)
        }
        other => {
            let message = format!("expected a width, found {}", other.type_name());
            report.push(spread_error(node.span, message));
            None
        }
    }
}

fn share(node: &Node, what: &str, base: &Measured, report: &Report) -> Option<Rational> {
    match width(node, what, base, report)? {
        Magnitude::Relative(share) => Some(share),
        Magnitude::Absolute(share) if base.unit.symbol.is_empty() => Some(share),
        Magnitude::Absolute(_) => {
            let message = "the width of a lognormal spread is a share of the value".to_owned();
            report.push(Diagnostic::error(codes::SPREAD, node.span, message).help("write `5 %`"));
            None
        }
    }
}

fn uniform(
    node: &Node,
    expected: &Expected<'_>,
    base: &Measured,
    report: &Report,
) -> Option<Shape> {
    if let Value::Text(text) = &node.value
        && text.contains("..")
    {
        let range = Range::of_text(text, node.span, expected, report)?;
        return Some(Shape::Uniform(range.low, range.high));
    }
    Tolerance::of_node(node, expected.name, base, report).map(Shape::UniformAround)
}

fn triangle(node: &Node, expected: &Expected<'_>, report: &Report) -> Option<[Rational; 3]> {
    let Value::Array(items) = &node.value else {
        let message = format!(
            "expected three quantities, found {}",
            node.value.type_name()
        );
        report.push(spread_error(node.span, message));
        return None;
    };
    let [low, mode, high] = &items[..] else {
        let message = format!("expected three quantities, found {}", items.len());
        report.push(spread_error(node.span, message));
        return None;
    };
    let read = |item| super::measure::quantity_of_node(item, expected, report).map(|m| m.si);
    let (low, mode, high) = (read(low), read(mode), read(high));
    Some([low?, mode?, high?])
}
