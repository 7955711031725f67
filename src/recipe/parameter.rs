//! One parameter of a recipe.
//!
//! In: `"coating.web_speed" = { value = "25 m/min", tolerance = "± 0.3 %", … }`, or the short
//! form `"coating.width" = "650 mm"` for a value without tolerance. Out: exact SI numbers, the
//! hard tolerance box and the distribution that Monte Carlo draws from.

use serde_json::{Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::document::{
    Distribution, Entry, Expected, Located, Magnitude, Meaning, Measured, Node, NormalForm, Range,
    Reader, Report, Spread, Tolerance, Value, choice_of, codes, lookup, quantity_of_node,
};
use crate::quantity::dictionary::{Role, standard};
use crate::quantity::{Kind, QuantityType};
use crate::rational::Rational;
use crate::span::Span;

/// What a recipe can set.
const ROLES: [Role; 3] = [Role::Setpoint, Role::Material, Role::Disturbance];

/// A parameter of a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Dictionary name.
    pub name: String,
    /// Where the name stands.
    pub name_span: Span,
    /// Where the value stands; after a change, where the change stands.
    pub span: Span,
    /// The value.
    pub value: ParameterValue,
    /// Hard tolerance; `None` means the value is exact.
    pub tolerance: Option<Tolerance>,
    /// How the value varies, for Monte Carlo.
    pub spread: Option<Spread>,
    /// The step in which the plant sets it, SI, above zero.
    pub step: Option<Rational>,
    /// The range that was approved, and by which document.
    pub approved: Option<Approved>,
    /// Where the value comes from.
    pub source: Option<String>,
}

/// A number or a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParameterValue {
    /// A quantity.
    Number(Measured),
    /// A word from a closed list.
    Choice(Located<String>),
}

/// An approved range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// The range.
    pub range: Range,
    /// The document that approves it.
    pub document: String,
}

/// Passes a value on unless it is a setpoint with a dimension below zero, as no speed, length, flow
/// or absolute temperature is, or more than all of a mixture.
fn possible(measured: Measured, name: &str, report: &Report) -> Option<Measured> {
    let Some(entry) = standard().get(name) else {
        return Some(measured);
    };
    let quantity = entry.quantity_type;
    let is_of_a_whole = quantity.kind.is_fraction() && quantity.kind != Kind::LelFraction;
    let is_signed = entry.role != Role::Setpoint || quantity == QuantityType::NUMBER;
    let (message, help) = if measured.si.is_negative() && !is_signed {
        let help = "a setpoint is never below zero; is the sign a slip?";
        (format!("`{name}` is below zero"), help)
    } else if is_of_a_whole && measured.si > Rational::one() {
        let shown = measured.unit.display(&measured.si);
        let message = format!("`{name}` is {shown}, more than the whole");
        (message, "a fraction is at most 100 %; is the unit a slip?")
    } else {
        return Some(measured);
    };
    report.push(Diagnostic::error(codes::OUT_OF_RANGE, measured.span, message).help(help));
    None
}

/// From what a Monte Carlo draw is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawSource {
    /// The declared spread.
    Spread,
    /// No spread is declared: uniform over the tolerance box, which the report says.
    ToleranceBox,
    /// Neither spread nor tolerance: the value itself.
    Fixed,
}

/// A distribution and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draw {
    /// What is drawn from, SI.
    pub distribution: Distribution,
    /// Why.
    pub source: DrawSource,
}

impl Parameter {
    /// Reads one entry of `[parameters]`; `None` after a diagnostic.
    pub(super) fn read(entry: &Entry, report: &Report) -> Option<Self> {
        let name = entry.key.as_str();
        match lookup(name, entry.key_span, &ROLES, report)? {
            Meaning::Choice(choice) => Self::read_choice(entry, choice.words, report),
            Meaning::Quantity(quantity) => {
                let expected = Expected::of_entry(name, quantity);
                Self::read_number(entry, &expected, report)
            }
        }
    }

    fn bare(entry: &Entry, value: ParameterValue) -> Self {
        Self {
            name: entry.key.clone(),
            name_span: entry.key_span,
            span: entry.node.span,
            value,
            tolerance: None,
            spread: None,
            step: None,
            approved: None,
            source: None,
        }
    }

    fn read_choice(entry: &Entry, words: &[&'static str], report: &Report) -> Option<Self> {
        let (word, source) = match &entry.node.value {
            Value::Table(table) => {
                let mut reader = Reader::new(table, format!("`{}`", entry.key), report);
                let word = reader.choice("value", words);
                let source = reader.optional_text("source");
                reader.finish();
                (word, source)
            }
            _ => {
                let text = word_of(&entry.node, report)?;
                (choice_of(&text, words, report), None)
            }
        };
        let word = word?;
        let value = ParameterValue::Choice(Located {
            value: word.value.to_owned(),
            span: word.span,
        });
        let mut parameter = Self::bare(entry, value);
        parameter.source = source.map(|text| text.value);
        Some(parameter)
    }

    fn read_number(entry: &Entry, expected: &Expected<'_>, report: &Report) -> Option<Self> {
        let Value::Table(table) = &entry.node.value else {
            let measured = quantity_of_node(&entry.node, expected, report)?;
            let measured = possible(measured, &entry.key, report)?;
            return Some(Self::bare(entry, ParameterValue::Number(measured)));
        };
        let mut reader = Reader::new(table, format!("`{}`", entry.key), report);
        let base = reader.quantity("value", expected);
        let extras = Extras::read(&mut reader, expected, base.as_ref());
        reader.finish();
        let base = possible(base?, &entry.key, report)?;
        let mut parameter = Self::bare(entry, ParameterValue::Number(base));
        extras.apply(&mut parameter);
        Some(parameter)
    }

    /// Replaces what a change names; errors go to `report` and leave the parameter as it was.
    pub(super) fn change(&mut self, entry: &Entry, report: &Report) {
        let (before, entry_span) = (self.clone(), entry.node.span);
        match &mut self.value {
            ParameterValue::Choice(_) => {
                let words = crate::quantity::choice_named(&self.name).map_or(&[][..], |c| c.words);
                if let Some(changed) = Self::read_choice(entry, words, report) {
                    self.value = changed.value;
                    self.span = entry_span;
                }
                return;
            }
            ParameterValue::Number(measured) => {
                let Some(quantity) = standard().get(&before.name) else {
                    return;
                };
                let expected = Expected::of_entry(&before.name, quantity);
                let (base, extras) = match &entry.node.value {
                    Value::Table(table) => {
                        let mut reader = Reader::new(table, format!("`{}`", entry.key), report);
                        let base = match reader.optional("value") {
                            Some(node) => quantity_of_node(node, &expected, report),
                            None => Some(measured.clone()),
                        };
                        let extras = Extras::read(&mut reader, &expected, base.as_ref());
                        reader.finish();
                        (base, extras)
                    }
                    _ => (
                        quantity_of_node(&entry.node, &expected, report),
                        Extras::default(),
                    ),
                };
                let base = base.and_then(|base| possible(base, &entry.key, report));
                let Some(base) = base else { return };
                *measured = base;
                extras.apply(self);
                self.span = entry_span;
            }
        }
        let problem = match (&self.spread, self.number()) {
            (Some(spread), Some(value)) => spread.problem_at(value).map(|text| (text, spread.span)),
            _ => None,
        };
        if let Some((problem, spread_span)) = problem {
            report.push(
                Diagnostic::error(
                    codes::SPREAD,
                    entry_span,
                    format!("`{}`: {problem}", entry.key),
                )
                .also(spread_span, "the spread of the recipe")
                .help("give the new spread too: `{ value = …, spread = { … } }`"),
            );
            *self = before;
        }
    }

    /// Returns the exact SI value of a number.
    #[must_use]
    pub fn number(&self) -> Option<&Rational> {
        match &self.value {
            ParameterValue::Number(measured) => Some(&measured.si),
            ParameterValue::Choice(_) => None,
        }
    }

    /// Returns the hard tolerance box, exact SI; a point without tolerance. `None` for a choice.
    #[must_use]
    pub fn bounds(&self) -> Option<(Rational, Rational)> {
        let value = self.number()?;
        Some(match &self.tolerance {
            Some(tolerance) => tolerance.bounds(value),
            None => (value.clone(), value.clone()),
        })
    }

    /// Returns what Monte Carlo draws from: the spread, else uniform over the tolerance box,
    /// else the value. `None` for a choice.
    #[must_use]
    pub fn draw(&self) -> Option<Draw> {
        let value = self.number()?;
        if let Some(spread) = &self.spread {
            return Some(Draw {
                distribution: spread.at(value),
                source: DrawSource::Spread,
            });
        }
        let (low, high) = self.bounds()?;
        Some(if low < high {
            Draw {
                distribution: Distribution::Uniform { low, high },
                source: DrawSource::ToleranceBox,
            }
        } else {
            Draw {
                distribution: Distribution::Fixed { value: low },
                source: DrawSource::Fixed,
            }
        })
    }

    /// Writes the value for people, in the unit of the document.
    #[must_use]
    pub fn display(&self) -> String {
        match &self.value {
            ParameterValue::Number(measured) => measured.unit.display(&measured.si),
            ParameterValue::Choice(word) => word.value.clone(),
        }
    }
}

/// The optional parts of a numeric parameter.
#[derive(Default)]
struct Extras {
    tolerance: Option<Tolerance>,
    spread: Option<Spread>,
    step: Option<Rational>,
    approved: Option<Approved>,
    source: Option<String>,
}

impl Extras {
    /// Reads what is there; without a value (`base`) the keys count as asked for but cannot be
    /// understood.
    fn read(reader: &mut Reader<'_>, expected: &Expected<'_>, base: Option<&Measured>) -> Self {
        let report = reader.report();
        let nodes = ["tolerance", "spread", "step", "approved"].map(|key| reader.optional(key));
        let source = reader.optional_text("source").map(|text| text.value);
        let Some(base) = base else {
            return Self::default();
        };
        let [tolerance, spread, step, approved] = nodes;
        Self {
            tolerance: tolerance
                .and_then(|node| Tolerance::of_node(node, expected.name, base, report)),
            spread: spread.and_then(|node| Spread::of_node(node, expected, base, report)),
            step: step.and_then(|node| step_of(node, expected.name, base, report)),
            approved: approved.and_then(|node| approved_of(node, expected, report)),
            source,
        }
    }

    fn apply(self, parameter: &mut Parameter) {
        parameter.tolerance = self.tolerance.or(parameter.tolerance.take());
        parameter.spread = self.spread.or(parameter.spread.take());
        parameter.step = self.step.or(parameter.step.take());
        parameter.approved = self.approved.or(parameter.approved.take());
        parameter.source = self.source.or(parameter.source.take());
    }
}

fn step_of(node: &Node, name: &str, base: &Measured, report: &Report) -> Option<Rational> {
    let text = word_of(node, report)?;
    let step = Magnitude::of_text(&text.value, text.span, name, base, report)?;
    match step {
        Magnitude::Absolute(width) if width.is_positive() => Some(width),
        Magnitude::Absolute(_) | Magnitude::Relative(_) => {
            report.push(
                Diagnostic::error(
                    codes::OUT_OF_RANGE,
                    node.span,
                    format!("`{}` is no plant step", text.value),
                )
                .help("a step is a width above zero in the unit of the value"),
            );
            None
        }
    }
}

fn approved_of(node: &Node, expected: &Expected<'_>, report: &Report) -> Option<Approved> {
    let Value::Table(table) = &node.value else {
        let found = node.value.type_name();
        let message = format!("expected an approved range, found {found}");
        report.push(
            Diagnostic::error(codes::WRONG_TYPE, node.span, message)
                .help("write `{ range = \"low .. high unit\", document = \"…\" }`"),
        );
        return None;
    };
    let mut reader = Reader::new(table, "`approved`", report);
    let range = reader.required("range");
    let document = reader.text("document");
    reader.finish();
    let range = Range::of_node(range?, expected, report);
    Some(Approved {
        range: range?,
        document: document?.value,
    })
}

fn word_of(node: &Node, report: &Report) -> Option<Located<String>> {
    let Value::Text(text) = &node.value else {
        let message = format!("expected a string, found {}", node.value.type_name());
        report.push(Diagnostic::error(codes::WRONG_TYPE, node.span, message));
        return None;
    };
    Some(Located {
        value: text.clone(),
        span: node.span,
    })
}

impl NormalForm for Parameter {
    fn normalised(&self) -> Json {
        let (value, unit) = match &self.value {
            ParameterValue::Number(measured) => (json!(measured.si), json!(measured.unit.symbol)),
            ParameterValue::Choice(word) => (json!(word.value), Json::Null),
        };
        json!({
            "value": value,
            "unit": unit,
            "tolerance": self.tolerance.as_ref().map(|tolerance| json!({
                "minus": tolerance.minus.normalised(),
                "plus": tolerance.plus.normalised(),
            })),
            "spread": match (&self.spread, self.number()) {
                (Some(spread), Some(value)) => spread.at(value).normalised(),
                _ => Json::Null,
            },
            "step": self.step,
            "approved": self.approved.as_ref().map(|approved| json!({
                "low": approved.range.low,
                "high": approved.range.high,
                "document": approved.document,
            })),
            "source": self.source,
        })
    }
}
