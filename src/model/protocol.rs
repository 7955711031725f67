//! Formation protocols: what the cycler is told, step by step.
//!
//! In: a TOML document of schema `cellwright/protocol/1` with one `[[step]]` per step: `op =
//! "rest"` with `duration`; `op = "cc"` with `current` (C-rate, negative on charge) and
//! `until_voltage`, `until_capacity` or `duration`; `op = "cv"` with `voltage` and
//! `until_current` or `duration`. Steps that wait for a voltage or a current say how long at
//! most (`longest`). Out: plain numbers in SI units and C-rates. What a step does with the cell
//! is not known here.

use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::document::{Expected, Intake, NormalForm, Reader, codes};
use crate::quantity::{QuantityType, kind_named};
use crate::rational::Rational;
use crate::span::Span;

/// The schema line of protocols.
pub const SCHEMA: &str = "cellwright/protocol/1";

/// Most steps of a protocol.
const STEPS_MAX: usize = 10_000;

/// A formation protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// Path as given.
    pub path: String,
    /// Title for people.
    pub title: String,
    /// Where it comes from.
    pub source: Option<String>,
    /// The steps in order.
    pub steps: Vec<ProtocolStep>,
}

/// What is held during a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// No current.
    Rest,
    /// Constant current.
    ConstantCurrent {
        /// Multiple of the nominal capacity per hour, positive on discharge, not zero.
        c_rate: Rational,
    },
    /// Constant voltage.
    ConstantVoltage {
        /// Voltage, V.
        voltage: Rational,
    },
}

/// One step; it ends at the first of its ends to be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolStep {
    /// What is held.
    pub operation: Operation,
    /// Ends after this time, s.
    pub duration: Option<Rational>,
    /// Ends at this voltage, V.
    pub until_voltage: Option<Rational>,
    /// Ends when the magnitude of the current has fallen to this C-rate.
    pub until_c_rate: Option<Rational>,
    /// Ends when this charge has passed, C.
    pub until_capacity: Option<Rational>,
    /// Longest time before the step is given up, s.
    pub longest: Rational,
    /// Where it stands.
    pub span: Span,
}

impl Protocol {
    /// Reads the protocol at `path`; `from` is the place that names it. `None` after a
    /// diagnostic in any step, because a protocol with a step left out is another protocol.
    pub fn read(intake: &mut Intake<'_>, path: &str, from: Option<Span>) -> Option<Self> {
        let table = intake.open_toml(path, from, SCHEMA)?;
        let report = &intake.report;
        let mut reader = Reader::new(&table, "the protocol", report);
        reader.optional("schema");
        let title = reader.text("title");
        let source = reader.optional_text("source");
        let tables = reader.tables("step");
        reader.finish();
        if tables.is_empty() || tables.len() > STEPS_MAX {
            let message = format!(
                "a protocol has 1 to {STEPS_MAX} steps, here {}",
                tables.len()
            );
            report.push(Diagnostic::error(codes::PROTOCOL_STEP, table.span, message));
            return None;
        }
        let steps: Vec<Option<ProtocolStep>> = tables.into_iter().map(ProtocolStep::read).collect();
        Some(Self {
            path: path.to_owned(),
            title: title?.value,
            source: source.map(|text| text.value),
            steps: steps.into_iter().collect::<Option<_>>()?,
        })
    }
}

/// The numbers a step can have.
struct Numbers {
    duration: Option<Rational>,
    current: Option<Rational>,
    voltage: Option<Rational>,
    until_voltage: Option<Rational>,
    until_c_rate: Option<Rational>,
    until_capacity: Option<Rational>,
    longest: Option<Rational>,
}

fn kind(name: &str) -> QuantityType {
    // INVARIANT: the names used here are in the table of kinds; the tests read every key.
    kind_named(name).unwrap_or(QuantityType::NUMBER)
}

impl Numbers {
    fn read(reader: &mut Reader<'_>) -> Self {
        let mut take = |key: &'static str, kind_name: &str, unit: &'static str| {
            let expected = Expected {
                name: key,
                quantity_type: kind(kind_name),
                unit,
            };
            reader
                .optional_quantity(key, &expected)
                .map(|measured| measured.si)
        };
        // One C-rate is one nominal capacity per hour; its SI unit is 1/s.
        let per_hour = |rate: Rational| &rate * &Rational::from(3600);
        Self {
            duration: take("duration", "time", "h"),
            current: take("current", "c_rate", "C_rate").map(per_hour),
            voltage: take("voltage", "voltage", "V"),
            until_voltage: take("until_voltage", "voltage", "V"),
            until_c_rate: take("until_current", "c_rate", "C_rate").map(per_hour),
            until_capacity: take("until_capacity", "charge", "Ah"),
            longest: take("longest", "time", "h"),
        }
    }

    /// Keys that are there although the operation has no use for them.
    fn surplus(&self, operation: &str) -> Vec<&'static str> {
        let all = [
            ("current", self.current.is_some(), "cc"),
            ("voltage", self.voltage.is_some(), "cv"),
            ("until_voltage", self.until_voltage.is_some(), "cc"),
            ("until_current", self.until_c_rate.is_some(), "cv"),
            ("until_capacity", self.until_capacity.is_some(), "cc"),
            ("longest", self.longest.is_some(), "cc cv"),
        ];
        all.into_iter()
            .filter(|(_, present, used_by)| *present && !used_by.contains(operation))
            .map(|(key, ..)| key)
            .collect()
    }

    /// The first number that must be above zero and is not.
    fn not_positive(&self) -> Option<&'static str> {
        [
            ("duration", &self.duration),
            ("voltage", &self.voltage),
            ("until_voltage", &self.until_voltage),
            ("until_current", &self.until_c_rate),
            ("until_capacity", &self.until_capacity),
            ("longest", &self.longest),
        ]
        .into_iter()
        .find(|(_, number)| number.as_ref().is_some_and(|n| !n.is_positive()))
        .map(|(key, _)| key)
    }
}

impl ProtocolStep {
    fn read(mut reader: Reader<'_>) -> Option<Self> {
        let (span, report) = (reader.span(), reader.report());
        let operation = reader.choice("op", &["rest", "cc", "cv"]);
        let numbers = Numbers::read(&mut reader);
        reader.finish();
        let operation = operation?;
        match Self::build(operation.value, numbers, span) {
            Ok(step) => Some(step),
            Err(message) => {
                report.push(Diagnostic::error(
                    codes::PROTOCOL_STEP,
                    operation.span,
                    message,
                ));
                None
            }
        }
    }

    fn build(word: &str, numbers: Numbers, span: Span) -> Result<Self, String> {
        if let [key, ..] = numbers.surplus(word)[..] {
            return Err(format!("a `{word}` step has no use for `{key}`"));
        }
        if let Some(key) = numbers.not_positive() {
            return Err(format!("`{key}` must be above zero"));
        }
        let operation = match word {
            "rest" => Operation::Rest,
            "cc" => match numbers.current {
                Some(c_rate) if !c_rate.is_zero() => Operation::ConstantCurrent { c_rate },
                Some(_) => return Err("a `cc` step of current zero is a `rest`".to_owned()),
                None => return Err("a `cc` step needs `current`".to_owned()),
            },
            _ => match numbers.voltage {
                Some(voltage) => Operation::ConstantVoltage { voltage },
                None => return Err("a `cv` step needs `voltage`".to_owned()),
            },
        };
        let waits = numbers.until_voltage.is_some()
            || numbers.until_c_rate.is_some()
            || numbers.until_capacity.is_some();
        let longest = match (&numbers.duration, numbers.longest) {
            (Some(duration), None) => duration.clone(),
            (Some(_), Some(_)) => {
                return Err("a step with `duration` needs no `longest`".to_owned());
            }
            (None, Some(longest)) if waits => longest,
            (None, None) if waits => {
                return Err("a step that waits needs `longest`".to_owned());
            }
            (None, _) => return Err(format!("a `{word}` step needs an end")),
        };
        Ok(Self {
            operation,
            duration: numbers.duration,
            until_voltage: numbers.until_voltage,
            until_c_rate: numbers.until_c_rate,
            until_capacity: numbers.until_capacity,
            longest,
            span,
        })
    }
}

impl NormalForm for Protocol {
    fn normalised(&self) -> serde_json::Value {
        let steps: Vec<serde_json::Value> = self
            .steps
            .iter()
            .map(|step| {
                let operation = match &step.operation {
                    Operation::Rest => json!("rest"),
                    Operation::ConstantCurrent { c_rate } => json!({ "c_rate": c_rate }),
                    Operation::ConstantVoltage { voltage } => json!({ "voltage": voltage }),
                };
                json!({
                    "operation": operation,
                    "duration": step.duration,
                    "until_voltage": step.until_voltage,
                    "until_c_rate": step.until_c_rate,
                    "until_capacity": step.until_capacity,
                    "longest": step.longest,
                })
            })
            .collect();
        json!({ "schema": SCHEMA, "title": self.title, "source": self.source, "steps": steps })
    }
}
