//! Observations: what was measured, here or elsewhere.
//!
//! In: one entry of a scenario's `[observed]`: a subject, a source, and either a summary (`n,
//! mean, sd` or `median, p10, p90`) or a file with a column. Out: a summary or samples in SI
//! units. Literature is a model check only and can never raise a decision; the subject says so.
//! A cell that is no finite number is a diagnostic with row and column; nothing is skipped.

use serde_json::{Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::document::{
    Entry, Expected, Intake, Located, Magnitude, Meaning, Measured, NormalForm, Reader, Report,
    Value, codes, lookup, resolve,
};
use crate::quantity::dictionary::{Role, standard};
use crate::rational::Rational;
use crate::span::Span;
use crate::table::{DecimalSign, Table, TableFormat};

/// Whose observation it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The line of the recipe: the only one that can raise a decision.
    ThisLine,
    /// A line like it.
    SisterLine,
    /// Somebody else's cell: checks the model, not the line.
    Literature,
    /// What a number of the model was fitted to: shown, and no check of anything.
    Fitted,
}

impl Subject {
    /// Names the subject as documents write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ThisLine => "this-line",
            Self::SisterLine => "sister-line",
            Self::Literature => "literature",
            Self::Fitted => "fitted",
        }
    }

    fn named(word: &str) -> Self {
        match word {
            "this-line" => Self::ThisLine,
            "sister-line" => Self::SisterLine,
            "fitted" => Self::Fitted,
            _ => Self::Literature,
        }
    }
}

/// What was observed, in SI units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// Number, mean and standard deviation.
    Moments {
        /// How many.
        n: u64,
        /// Mean.
        mean: Rational,
        /// Standard deviation, zero or above.
        sd: Rational,
    },
    /// Median and tenth and ninetieth percentile.
    Quantiles {
        /// How many, where the source says.
        n: Option<u64>,
        /// Median.
        median: Rational,
        /// Tenth percentile.
        p10: Rational,
        /// Ninetieth percentile.
        p90: Rational,
    },
    /// Every value, in the order of the table.
    Samples {
        /// The values.
        values: Vec<Rational>,
        /// Path of the table.
        path: String,
        /// Column header as written.
        column: String,
    },
}

/// One observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Dictionary name of the outcome.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Whose it is.
    pub subject: Subject,
    /// What was observed.
    pub observed: Observed,
    /// The cell, where it is another one.
    pub cell: Option<String>,
    /// Where it was read.
    pub source: String,
    /// Standard uncertainty of the instrument, SI.
    pub instrument: Option<Rational>,
    /// The difference that matters in practice, SI.
    pub tolerance: Option<Rational>,
    /// What kind of thing one value is, such as `variation within one coating`.
    pub note: Option<String>,
}

/// An observation whose table has not been read yet.
#[derive(Clone, Debug)]
pub struct Declared {
    observation: Observation,
    file: Option<TableSource>,
}

#[derive(Clone, Debug)]
struct TableSource {
    path: Located<String>,
    column: Located<String>,
    format: TableFormat,
}

const SUBJECTS: [&str; 4] = ["this-line", "sister-line", "literature", "fitted"];

impl Observation {
    /// Reads the declaration of one observation in the document `base`; `None` after a
    /// diagnostic.
    pub fn declare(entry: &Entry, base: &str, report: &Report) -> Option<Declared> {
        let name = entry.key.as_str();
        let Meaning::Quantity(quantity) = lookup(
            name,
            entry.key_span,
            &[Role::Outcome, Role::Setpoint],
            report,
        )?
        else {
            let message = format!("`{name}` is a choice and has no distribution");
            report.push(Diagnostic::error(
                codes::OBSERVATION,
                entry.key_span,
                message,
            ));
            return None;
        };
        let expected = Expected::of_entry(name, quantity);
        let Value::Table(table) = &entry.node.value else {
            let message = format!("expected a table, found {}", entry.node.value.type_name());
            report.push(Diagnostic::error(
                codes::WRONG_TYPE,
                entry.node.span,
                message,
            ));
            return None;
        };
        let mut reader = Reader::new(table, format!("the observation `{name}`"), report);
        let subject = reader.choice("subject", &SUBJECTS);
        let source = reader.text("source");
        let cell = reader.optional_text("cell");
        let note = reader.optional_text("note");
        let instrument = optional_width(&mut reader, "instrument", &expected);
        let tolerance = optional_width(&mut reader, "tolerance", &expected);
        let summary = reader.optional_table("summary");
        let file = table_source(&mut reader, base);
        let span = reader.span();
        reader.finish();
        let observed = match (summary, &file) {
            (Some(summary), None) => read_summary(summary, &expected)?,
            (None, Some(source)) => Observed::Samples {
                values: Vec::new(),
                path: source.path.value.clone(),
                column: source.column.value.clone(),
            },
            (Some(_), Some(_)) | (None, None) => {
                let message = format!("`{name}` needs either `summary` or `file` and `column`");
                report.push(
                    Diagnostic::error(codes::OBSERVATION, span, message)
                        .help("give exactly one of the two"),
                );
                return None;
            }
        };
        let observation = Self {
            name: name.to_owned(),
            span: entry.key_span,
            subject: Subject::named(subject?.value),
            observed,
            cell: cell.map(|text| text.value),
            source: source?.value,
            instrument,
            tolerance,
            note: note.map(|text| text.value),
        };
        Some(Declared { observation, file })
    }
}

impl Declared {
    /// Reads the table, if there is one; `None` after a diagnostic.
    pub fn load(self, intake: &mut Intake<'_>) -> Option<Observation> {
        let mut observation = self.observation;
        let Some(source) = self.file else {
            return Some(observation);
        };
        let table = Table::read(
            intake,
            &source.path.value,
            Some(source.path.span),
            &source.format,
        )?;
        let entry = standard().get(&observation.name)?;
        let expected = Expected::of_entry(&observation.name, entry);
        let column = table.column(&source.column, intake)?;
        let values = table.quantities(column, &expected, intake)?;
        observation.observed = Observed::Samples {
            values,
            path: source.path.value,
            column: source.column.value,
        };
        Some(observation)
    }
}

/// A positive width in the unit of the quantity.
fn optional_width(reader: &mut Reader<'_>, key: &str, expected: &Expected<'_>) -> Option<Rational> {
    let text = reader.optional_text(key)?;
    let unit = standard().get(expected.name)?.unit.clone();
    let base = Measured {
        si: Rational::zero(),
        unit,
        span: text.span,
    };
    let body = text.value.trim().trim_start_matches('±').trim();
    match Magnitude::of_text(body, text.span, expected.name, &base, reader.report())? {
        Magnitude::Absolute(width) => Some(width),
        Magnitude::Relative(_) => {
            let message = format!("`{key}` needs an absolute width");
            reader.report().push(
                Diagnostic::error(codes::TOLERANCE, text.span, message)
                    .help("write it in the unit of the quantity"),
            );
            None
        }
    }
}

fn table_source(reader: &mut Reader<'_>, base: &str) -> Option<TableSource> {
    let path = reader.optional_text("file");
    let column = reader.optional_text("column");
    let format = TableFormat::read(reader);
    let path = match (&path, &column) {
        (Some(_), None) => {
            reader.report_missing("column");
            return None;
        }
        (None, Some(_)) => {
            reader.report_missing("file");
            return None;
        }
        _ => path?,
    };
    Some(TableSource {
        path: Located {
            value: resolve(base, &path.value),
            span: path.span,
        },
        column: column?,
        format,
    })
}

fn read_summary(mut reader: Reader<'_>, expected: &Expected<'_>) -> Option<Observed> {
    let is_moments = reader.optional("mean").is_some();
    let observed = if is_moments {
        let n = reader.integer("n", 1, u64::MAX >> 11);
        let mean = reader.quantity("mean", expected);
        let sd = mean
            .as_ref()
            .and_then(|mean| summary_width(&mut reader, "sd", expected, mean));
        let (n, mean, sd) = (n?.value, mean?.si, sd?);
        Observed::Moments { n, mean, sd }
    } else {
        let n = reader.optional_integer("n", 1, u64::MAX >> 11);
        let median = reader.quantity("median", expected);
        let p10 = reader.quantity("p10", expected);
        let p90 = reader.quantity("p90", expected);
        let (median, p10, p90) = (median?.si, p10?.si, p90?.si);
        if p10 > median || median > p90 {
            let message = "the percentiles are not in order: p10, median, p90";
            reader.report().push(Diagnostic::error(
                codes::OBSERVATION,
                reader.span(),
                message,
            ));
            return None;
        }
        Observed::Quantiles {
            n: n.map(|n| n.value),
            median,
            p10,
            p90,
        }
    };
    reader.finish();
    Some(observed)
}

/// A standard deviation: a width in the unit of the mean, or `%` of it.
fn summary_width(
    reader: &mut Reader<'_>,
    key: &str,
    expected: &Expected<'_>,
    mean: &Measured,
) -> Option<Rational> {
    let node = reader.required(key)?;
    let (Value::Text(text) | Value::Float(text) | Value::Integer(text)) = &node.value else {
        return reader.wrong_type(node, "a width");
    };
    Magnitude::of_text(text, node.span, expected.name, mean, reader.report())
        .map(|width| width.at(&mean.si))
}

impl NormalForm for Observation {
    fn normalised(&self) -> Json {
        let observed = match &self.observed {
            Observed::Moments { n, mean, sd } => json!({ "n": n, "mean": mean, "sd": sd }),
            Observed::Quantiles {
                n,
                median,
                p10,
                p90,
            } => json!({ "n": n, "median": median, "p10": p10, "p90": p90 }),
            Observed::Samples {
                values,
                path,
                column,
            } => json!({ "values": values, "file": path, "column": column }),
        };
        json!({
            "name": self.name,
            "subject": self.subject.name(),
            "observed": observed,
            "cell": self.cell,
            "source": self.source,
            "instrument": self.instrument,
            "tolerance": self.tolerance,
            "note": self.note,
        })
    }
}

impl TableFormat {
    /// Reads `delimiter`, `decimal` and `unit_row` of a document that names a table.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let delimiter = reader
            .optional_choice("delimiter", &[",", ";", "tab", "|"])
            .and_then(|word| match word.value {
                "tab" => Some('\t'),
                other => other.chars().next(),
            });
        let decimal = reader
            .optional_choice("decimal", &[".", ","])
            .map(|word| match word.value {
                "," => DecimalSign::Comma,
                _ => DecimalSign::Point,
            });
        let unit_row = reader
            .optional_choice("units", &["header", "second-row"])
            .is_some_and(|word| word.value == "second-row");
        Self {
            delimiter,
            decimal,
            unit_row,
        }
    }
}
