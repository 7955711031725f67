//! Formation protocols: what the cycler is told, step by step.
//!
//! In: a TOML document of schema `cellwright/protocol/1`: either `steps`, an array of sentences
//! (`Charge at C/20 until 4.2 V`), or one `[[step]]` per step: `say` with a sentence; `op = "rest"`
//! with `duration`; `op = "cc"` with `current` (negative on charge) and `until_voltage`,
//! `until_capacity` or `duration`; `op = "cv"` with `voltage` and `until_current` or `duration`;
//! `op = "cccv"` with `current`, `voltage` and `until_current`; `op = "repeat"` with `times` and
//! steps of its own. A step may have a `label`. Every number may be the name of a setpoint, which
//! then has tolerance and spread in the recipe. Out: numbers in SI units, loops unrolled. What a
//! step does with the cell is not known here.
//!
//! A step that waits for a voltage or a current is given up after its `longest` time, never
//! silently; sentences wait three times as long as the rate says, at constant voltage 48 h.

mod number;
mod sentence;

use serde::Serialize;
use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::document::{Intake, Located, NormalForm, Reader, codes};
use crate::rational::Rational;
use crate::span::Span;
use number::Measure;
pub use number::Number;

/// The schema line of protocols.
pub const SCHEMA: &str = "cellwright/protocol/1";

/// Most steps of a protocol, loops unrolled.
const STEPS_MAX: usize = 10_000;

/// Deepest loop in a loop.
const DEPTH_MAX: usize = 4;

/// Longest wait at constant voltage, s.
const LONGEST_S: i64 = 48 * 3600;

/// How many times its nominal duration a constant current may take.
const PATIENCE: i64 = 3;

/// A formation protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// Path as given.
    pub path: String,
    /// Title for people.
    pub title: String,
    /// Where it comes from.
    pub source: Option<String>,
    /// The steps in order, loops unrolled.
    pub steps: Vec<ProtocolStep>,
}

/// Which way a current flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Into the cell.
    Charge,
    /// Out of the cell.
    Discharge,
}

/// The magnitude of a current.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Current {
    /// Current over nominal capacity, 1/s; 3600 of it are the C-rate.
    Rate(Number),
    /// Current, A.
    Ampere(Rational),
}

/// What is held during a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// No current.
    Rest,
    /// Constant current.
    ConstantCurrent {
        /// Which way.
        direction: Direction,
        /// How much.
        current: Current,
    },
    /// Constant voltage.
    ConstantVoltage {
        /// Voltage, V.
        voltage: Number,
    },
}

/// When a step ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// After this time, s.
    After(Number),
    /// At this voltage, V: from below on charge, from above on discharge.
    AtVoltage(Number),
    /// When the magnitude of the current has fallen to this.
    BelowCurrent(Current),
    /// When this charge has passed in the step, C.
    AfterCharge(Number),
}

/// One step; it ends at the first of its ends to be met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtocolStep {
    /// What is held.
    pub operation: Operation,
    /// Its ends, at least one.
    pub ends: Vec<End>,
    /// Longest time before the step is given up, s; absent where a time ends it anyway, and where
    /// it is three times what a rate says that the document does not know.
    pub longest: Option<Rational>,
    /// A name for people, such as `degas`.
    pub label: Option<String>,
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
        let steps = steps_of(&mut reader, 0);
        reader.finish();
        Some(Self {
            path: path.to_owned(),
            title: title?.value,
            source: source.map(|text| text.value),
            steps: steps?,
        })
    }

    /// Names of all setpoints the protocol reads, sorted.
    #[must_use]
    pub fn setpoints(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .steps
            .iter()
            .flat_map(ProtocolStep::numbers)
            .filter_map(|number| match number {
                Number::Setpoint(name) => Some(name.as_str()),
                Number::Given(_) => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Sentences or step tables, loops unrolled.
fn steps_of(reader: &mut Reader<'_>, depth: usize) -> Option<Vec<ProtocolStep>> {
    let (span, report) = (reader.span(), reader.report());
    let sentences = reader.texts("steps");
    let tables = reader.tables("step");
    let refuse = |message: String| {
        report.push(Diagnostic::error(codes::PROTOCOL_STEP, span, message));
        None
    };
    if !sentences.is_empty() && !tables.is_empty() {
        return refuse("give either `steps` or `[[step]]`: their order is not known".to_owned());
    }
    let mut found: Vec<Option<Vec<ProtocolStep>>> = Vec::new();
    for sentence in &sentences {
        found.push(from_sentence(sentence, None, reader).map(|step| vec![step]));
    }
    for table in tables {
        found.push(from_table(table, depth));
    }
    // Every step is read, so that all mistakes are seen at once.
    let steps = found.into_iter().collect::<Option<Vec<_>>>()?.concat();
    if steps.is_empty() || steps.len() > STEPS_MAX {
        let count = steps.len();
        return refuse(format!(
            "a protocol has 1 to {STEPS_MAX} steps, here {count}"
        ));
    }
    Some(steps)
}

fn from_sentence(
    sentence: &Located<String>,
    label: Option<String>,
    reader: &Reader<'_>,
) -> Option<ProtocolStep> {
    match sentence::read(&sentence.value) {
        Ok((operation, ends)) => {
            ProtocolStep::checked(operation, ends, None, label, sentence.span, reader)
        }
        Err(message) => {
            let help = "write it as `Rest for 1 hour`, `Charge at C/20 until 4.2 V` or `Hold at \
                        4.2 V until C/50`";
            let said = format!("`{}`: {message}", sentence.value);
            let diagnostic = Diagnostic::error(codes::PROTOCOL_STEP, sentence.span, said);
            reader.report().push(diagnostic.help(help));
            None
        }
    }
}

fn from_table(mut reader: Reader<'_>, depth: usize) -> Option<Vec<ProtocolStep>> {
    let (span, report) = (reader.span(), reader.report());
    let label = reader.optional_text("label").map(|text| text.value);
    if let Some(sentence) = reader.optional_text("say") {
        let step = from_sentence(&sentence, label, &reader);
        reader.finish();
        return step.map(|step| vec![step]);
    }
    let operation = reader.choice("op", &["rest", "cc", "cv", "cccv", "repeat"])?;
    if operation.value == "repeat" {
        let times = reader.integer("times", 1, STEPS_MAX as u64);
        let steps = if depth < DEPTH_MAX {
            steps_of(&mut reader, depth + 1)
        } else {
            let message = format!("loops stand at most {DEPTH_MAX} deep in each other");
            report.push(Diagnostic::error(codes::PROTOCOL_STEP, span, message));
            None
        };
        reader.finish();
        let times = usize::try_from(times?.value).unwrap_or(STEPS_MAX);
        return unrolled(&steps?, times, span, report);
    }
    let keys = Keys::read(&mut reader);
    let steps = keys.steps(operation.value).and_then(|parts| {
        let checked = parts.into_iter().map(|(operation, ends)| {
            let longest = keys.longest.clone();
            ProtocolStep::build(operation, ends, longest, label.clone(), span)
        });
        checked.collect::<Result<Vec<_>, String>>()
    });
    reader.finish();
    match steps {
        // A key that could not be read has been reported and must not look like a missing one.
        _ if keys.broken => None,
        Ok(steps) => Some(steps),
        Err(message) => {
            let diagnostic = Diagnostic::error(codes::PROTOCOL_STEP, operation.span, message);
            report.push(diagnostic);
            None
        }
    }
}

fn unrolled(
    steps: &[ProtocolStep],
    times: usize,
    span: Span,
    report: &crate::document::Report,
) -> Option<Vec<ProtocolStep>> {
    if steps.len().saturating_mul(times) > STEPS_MAX {
        let message = format!("a loop of {times} times {} steps is too long", steps.len());
        report.push(Diagnostic::error(codes::PROTOCOL_STEP, span, message));
        return None;
    }
    Some((0..times).flat_map(|_| steps.to_vec()).collect())
}

/// The keys a step table can have.
struct Keys {
    duration: Option<Number>,
    current: Option<(Direction, Current)>,
    voltage: Option<Number>,
    until_voltage: Option<Number>,
    until_current: Option<Number>,
    until_capacity: Option<Number>,
    longest: Option<Rational>,
    /// Some key was reported.
    broken: bool,
}

impl Keys {
    fn read(reader: &mut Reader<'_>) -> Self {
        let mut broken = false;
        let mut direction = Direction::Discharge;
        let mut take = |key: &str, measure: Measure| -> Option<Number> {
            let text = reader.optional_text(key)?;
            // The sign of a current is its direction, also in front of a setpoint.
            let unsigned = text.value.strip_prefix(['-', '\u{2212}']);
            let found = match unsigned.filter(|_| key == "current") {
                Some(magnitude) => {
                    direction = Direction::Charge;
                    measure.read(magnitude.trim())
                }
                None => measure.read(&text.value),
            };
            if let Err(message) = &found {
                let message = format!("`{key}` = {message}");
                let report = reader.report();
                report.push(Diagnostic::error(codes::PROTOCOL_STEP, text.span, message));
                broken = true;
            }
            found.ok()
        };
        let duration = take("duration", Measure::Time);
        let current = take("current", Measure::Rate);
        let voltage = take("voltage", Measure::Voltage);
        let until_voltage = take("until_voltage", Measure::Voltage);
        let until_current = take("until_current", Measure::Rate);
        let until_capacity = take("until_capacity", Measure::Charge);
        let longest = take("longest", Measure::Time);
        Self {
            duration,
            current: current.map(|rate| (direction, Current::Rate(rate))),
            voltage,
            until_voltage,
            until_current,
            until_capacity,
            longest: match longest {
                Some(Number::Given(seconds)) => Some(seconds),
                _ => None,
            },
            broken,
        }
    }

    /// The first key that is there although the operation has no use for it.
    fn surplus(&self, operation: &str) -> Option<&'static str> {
        let all = [
            (
                "duration",
                self.duration.is_some(),
                ["rest", "cc", "cv"].as_slice(),
            ),
            ("current", self.current.is_some(), &["cc", "cccv"]),
            ("voltage", self.voltage.is_some(), &["cv", "cccv"]),
            ("until_voltage", self.until_voltage.is_some(), &["cc"]),
            (
                "until_current",
                self.until_current.is_some(),
                &["cv", "cccv"],
            ),
            ("until_capacity", self.until_capacity.is_some(), &["cc"]),
            ("longest", self.longest.is_some(), &["cc", "cv", "cccv"]),
        ];
        all.into_iter()
            .find(|(_, present, used_by)| *present && !used_by.contains(&operation))
            .map(|(key, ..)| key)
    }

    /// Operation and ends of each step that the table stands for.
    fn steps(&self, word: &str) -> Result<Vec<(Operation, Vec<End>)>, String> {
        if let Some(key) = self.surplus(word) {
            return Err(format!("a `{word}` step has no use for `{key}`"));
        }
        let needs = |key: &str| format!("a `{word}` step needs `{key}`");
        let current = || self.current.clone().ok_or_else(|| needs("current"));
        let voltage = || self.voltage.clone().ok_or_else(|| needs("voltage"));
        let driven = |(direction, current)| Operation::ConstantCurrent { direction, current };
        match word {
            "rest" => Ok(vec![(Operation::Rest, self.ends())]),
            "cc" => Ok(vec![(driven(current()?), self.ends())]),
            "cv" => {
                let voltage = voltage()?;
                Ok(vec![(Operation::ConstantVoltage { voltage }, self.ends())])
            }
            _ => {
                let voltage = voltage()?;
                let up = vec![End::AtVoltage(voltage.clone())];
                let held = (Operation::ConstantVoltage { voltage }, self.ends());
                if held.1.is_empty() {
                    return Err(needs("until_current"));
                }
                Ok(vec![(driven(current()?), up), held])
            }
        }
    }

    fn ends(&self) -> Vec<End> {
        let below = |rate| End::BelowCurrent(Current::Rate(rate));
        let all = [
            self.duration.clone().map(End::After),
            self.until_voltage.clone().map(End::AtVoltage),
            self.until_current.clone().map(below),
            self.until_capacity.clone().map(End::AfterCharge),
        ];
        all.into_iter().flatten().collect()
    }
}

impl ProtocolStep {
    fn checked(
        operation: Operation,
        ends: Vec<End>,
        longest: Option<Rational>,
        label: Option<String>,
        span: Span,
        reader: &Reader<'_>,
    ) -> Option<Self> {
        match Self::build(operation, ends, longest, label, span) {
            Ok(step) => Some(step),
            Err(message) => {
                let diagnostic = Diagnostic::error(codes::PROTOCOL_STEP, span, message);
                reader.report().push(diagnostic);
                None
            }
        }
    }

    fn build(
        operation: Operation,
        ends: Vec<End>,
        longest: Option<Rational>,
        label: Option<String>,
        span: Span,
    ) -> Result<Self, String> {
        if ends.is_empty() {
            return Err("the step has no end".to_owned());
        }
        let is_timed = ends.iter().any(|end| matches!(end, End::After(_)));
        if is_timed && longest.is_some() {
            return Err("a step with a duration needs no `longest`".to_owned());
        }
        match (&operation, ends.as_slice()) {
            (Operation::Rest, [End::After(_)]) => {}
            (Operation::Rest, _) => return Err("a rest ends after a time".to_owned()),
            (Operation::ConstantCurrent { .. }, ends) => {
                if ends.iter().any(|end| matches!(end, End::BelowCurrent(_))) {
                    return Err("a constant current does not fall: end it at a voltage".to_owned());
                }
            }
            (Operation::ConstantVoltage { .. }, ends) => {
                if ends.iter().any(|end| matches!(end, End::AtVoltage(_))) {
                    return Err("a constant voltage does not rise: end it at a current".to_owned());
                }
            }
        }
        let waits = || Self::longest_of(&operation);
        let longest = longest.or_else(|| if is_timed { None } else { waits() });
        let step = Self {
            operation,
            ends,
            longest,
            label,
            span,
        };
        let is_bad = |number: &&Number| match number {
            Number::Given(value) => !value.is_positive(),
            Number::Setpoint(_) => false,
        };
        let is_still = |operation: &Operation| match operation {
            Operation::ConstantCurrent { current, .. } => match current {
                Current::Ampere(value) => !value.is_positive(),
                Current::Rate(_) => false,
            },
            _ => false,
        };
        let longest_bad = step.longest.as_ref().is_some_and(|l| !l.is_positive());
        if step.numbers().iter().any(is_bad) || is_still(&step.operation) || longest_bad {
            return Err("every number of a step must be above zero".to_owned());
        }
        Ok(step)
    }

    /// How long a step may wait when the document does not say, s; not known here for a current
    /// whose rate is a setpoint or depends on the capacity of the cell.
    fn longest_of(operation: &Operation) -> Option<Rational> {
        match operation {
            Operation::ConstantCurrent {
                current: Current::Rate(Number::Given(rate)),
                ..
            } => Rational::from(PATIENCE).checked_div(rate),
            Operation::ConstantCurrent { .. } => None,
            Operation::ConstantVoltage { .. } | Operation::Rest => Some(Rational::from(LONGEST_S)),
        }
    }

    fn numbers(&self) -> Vec<&Number> {
        let mut numbers = Vec::new();
        match &self.operation {
            Operation::Rest => {}
            Operation::ConstantCurrent { current, .. } => numbers.extend(current.number()),
            Operation::ConstantVoltage { voltage } => numbers.push(voltage),
        }
        for end in &self.ends {
            match end {
                End::After(number) | End::AtVoltage(number) | End::AfterCharge(number) => {
                    numbers.push(number);
                }
                End::BelowCurrent(current) => numbers.extend(current.number()),
            }
        }
        numbers
    }
}

impl Current {
    fn number(&self) -> Option<&Number> {
        match self {
            Self::Rate(number) => Some(number),
            Self::Ampere(_) => None,
        }
    }
}

impl NormalForm for Protocol {
    fn normalised(&self) -> serde_json::Value {
        let steps: Vec<serde_json::Value> = self
            .steps
            .iter()
            .map(|step| {
                json!({
                    "operation": step.operation,
                    "ends": step.ends,
                    "longest": step.longest,
                    "label": step.label,
                })
            })
            .collect();
        json!({ "schema": SCHEMA, "title": self.title, "source": self.source, "steps": steps })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::InMemory;

    fn protocol(text: &'static str) -> Protocol {
        let files = InMemory::new().with("p.toml", text);
        let mut intake = Intake::new(&files);
        let read = Protocol::read(&mut intake, "p.toml", None);
        let shown = intake.report.diagnostics().render(&intake.sources, false);
        assert!(shown.is_empty(), "{shown}");
        read.expect("a protocol")
    }

    /// Tables and sentences say the same.
    #[test]
    fn a_loop_of_tables_is_the_list_of_its_sentences() {
        let tables = protocol(
            r#"
schema = "cellwright/protocol/1"
title = "t"
[[step]]
op = "repeat"
times = 2
[[step.step]]
op = "cccv"
current = "-0.05 C_rate"
voltage = "4.2 V"
until_current = "0.02 C_rate"
[[step.step]]
say = "Discharge at C/20 until 2.7 V"
[[step]]
op = "rest"
duration = "1 h"
label = "degas"
"#,
        );
        let sentences = protocol(
            r#"
schema = "cellwright/protocol/1"
title = "t"
steps = [
  "Charge at C/20 until 4.2 V", "Hold at 4.2 V until C/50", "Discharge at 0.05C until 2.7 V",
  "Charge at C/20 until 4.2 V", "Hold at 4.2 V until C/50", "Discharge at 0.05C until 2.7 V",
  "Rest for 60 minutes",
]
"#,
        );
        assert_eq!(tables.steps.len(), 7);
        for (one, other) in tables.steps.iter().zip(&sentences.steps) {
            assert_eq!((&one.operation, &one.ends), (&other.operation, &other.ends));
            assert_eq!(one.longest, other.longest);
        }
        assert_eq!(tables.steps[6].label.as_deref(), Some("degas"));
        assert_eq!(tables.steps[0].longest, Some(Rational::from(60 * 3600)));
    }

    #[test]
    fn the_sign_of_a_current_is_its_direction_also_of_a_setpoint() {
        let read = protocol(
            r#"
schema = "cellwright/protocol/1"
title = "t"
[[step]]
op = "cc"
current = "-formation.charge_rate"
until_voltage = "formation.voltage_max"
"#,
        );
        assert_eq!(
            read.setpoints(),
            ["formation.charge_rate", "formation.voltage_max"]
        );
        let Operation::ConstantCurrent { direction, .. } = &read.steps[0].operation else {
            panic!("{read:?}");
        };
        assert_eq!(*direction, Direction::Charge);
    }
}
