//! One object of a BPX document with its path, and typed access to its fields.
//!
//! In: a JSON object and field names. Out: numbers, curves and nested sections, or the error that
//! names path and field. Every rule about single fields lives here, so that the reader above is
//! a list of names.

use super::{BpxError, ModelKind, PorousLayer};
use crate::model::curve::{Curve, Table};
use crate::model::expression::Expression;
use serde_json::{Map, Value};

/// A JSON object that knows where it stands.
pub(super) struct Section<'a> {
    path: String,
    object: &'a Map<String, Value>,
}

impl<'a> Section<'a> {
    pub(super) fn root(json: &'a Value) -> Result<Self, BpxError> {
        let object = json.as_object().ok_or_else(|| BpxError::Type {
            path: "document".to_owned(),
            field: "document".to_owned(),
            expected: "an object with `Header` and `Parameterisation`",
            found: describe(json),
        })?;
        Ok(Self {
            path: String::new(),
            object,
        })
    }

    fn place(&self) -> String {
        if self.path.is_empty() {
            "document".to_owned()
        } else {
            self.path.clone()
        }
    }

    pub(super) fn has(&self, field: &str) -> bool {
        self.object.get(field).is_some_and(|v| !v.is_null())
    }

    fn get(&self, field: &str, needed_by: ModelKind) -> Result<&'a Value, BpxError> {
        match self.object.get(field) {
            Some(value) if !value.is_null() => Ok(value),
            _ => Err(BpxError::Missing {
                path: self.place(),
                field: field.to_owned(),
                needed_by,
                similar: nearest(field, self.object.keys().map(String::as_str)),
            }),
        }
    }

    fn wrong_type(&self, field: &str, expected: &'static str, found: &Value) -> BpxError {
        BpxError::Type {
            path: self.place(),
            field: field.to_owned(),
            expected,
            found: describe(found),
        }
    }

    pub(super) fn out_of_range(&self, field: &str, value: f64, allowed: &'static str) -> BpxError {
        BpxError::Range {
            path: self.place(),
            field: field.to_owned(),
            value,
            allowed,
        }
    }

    /// Returns the section `field` inside this one.
    pub(super) fn section(
        &self,
        field: &str,
        needed_by: ModelKind,
    ) -> Result<Section<'a>, BpxError> {
        let value = self.get(field, needed_by)?;
        let object = value
            .as_object()
            .ok_or_else(|| self.wrong_type(field, "an object", value))?;
        let path = if self.path.is_empty() {
            field.to_owned()
        } else {
            format!("{}/{field}", self.path)
        };
        Ok(Section { path, object })
    }

    /// Refuses every field that is not in `known`.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), BpxError> {
        for field in self.object.keys() {
            if !known.contains(&field.as_str()) {
                return Err(BpxError::Unknown {
                    path: self.place(),
                    field: field.clone(),
                    similar: nearest(field, known.iter().copied()),
                });
            }
        }
        Ok(())
    }

    /// Refuses fields whose name holds a word that stands for physics of no model here: a file that
    /// replaces a potential by functions of its own would run with a wrong one.
    pub(super) fn refuse_like(&self, word: &str, feature: &'static str) -> Result<(), BpxError> {
        match self.object.keys().find(|field| field.contains(word)) {
            Some(field) => Err(BpxError::Unsupported {
                path: self.place(),
                field: field.clone(),
                feature,
            }),
            None => Ok(()),
        }
    }

    /// Returns the paths of all fields but those.
    pub(super) fn others(&self, known: &[&str]) -> Vec<String> {
        let fields = self.object.keys().filter(|f| !known.contains(&f.as_str()));
        fields
            .map(|field| format!("{}/{field}", self.path))
            .collect()
    }

    /// Refuses fields that belong to the format and to no model here.
    pub(super) fn refuse(&self, features: &[(&'static str, &'static str)]) -> Result<(), BpxError> {
        for (field, feature) in features {
            if self.has(field) {
                return Err(BpxError::Unsupported {
                    path: self.place(),
                    field: (*field).to_owned(),
                    feature,
                });
            }
        }
        Ok(())
    }

    pub(super) fn text(&self, field: &str) -> Option<String> {
        self.object
            .get(field)
            .and_then(Value::as_str)
            .map(str::to_owned)
    }

    /// Returns the major version; older files write the version as a number.
    pub(super) fn version(&self) -> Result<u32, BpxError> {
        let value = self.get("BPX", ModelKind::Spm)?;
        let written = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(self.wrong_type("BPX", "a version like `1.1.0`", value)),
        };
        let major = written
            .split('.')
            .next()
            .and_then(|part| part.parse::<u32>().ok());
        match major {
            Some(major @ (0 | 1)) => Ok(major),
            _ => Err(BpxError::Version { found: written }),
        }
    }

    pub(super) fn model(&self) -> Result<ModelKind, BpxError> {
        let value = self.get("Model", ModelKind::Spm)?;
        match value.as_str() {
            Some("SPM") => Ok(ModelKind::Spm),
            Some("SPMe") => Ok(ModelKind::Spme),
            Some("DFN") => Ok(ModelKind::Dfn),
            Some(other) => Err(BpxError::Model {
                found: other.to_owned(),
            }),
            None => Err(self.wrong_type("Model", "a text", value)),
        }
    }

    pub(super) fn number(&self, field: &str, needed_by: ModelKind) -> Result<f64, BpxError> {
        let value = self.get(field, needed_by)?;
        value
            .as_f64()
            .ok_or_else(|| self.wrong_type(field, "a number", value))
    }

    pub(super) fn positive(&self, field: &str, needed_by: ModelKind) -> Result<f64, BpxError> {
        let value = self.number(field, needed_by)?;
        if value > 0.0 {
            Ok(value)
        } else {
            Err(self.out_of_range(field, value, "a number above 0"))
        }
    }

    pub(super) fn optional(&self, field: &str) -> Result<Option<f64>, BpxError> {
        if self.has(field) {
            self.number(field, ModelKind::Spm).map(Some)
        } else {
            Ok(None)
        }
    }

    pub(super) fn optional_curve(&self, field: &str) -> Result<Option<Curve>, BpxError> {
        if self.has(field) {
            self.curve(field, ModelKind::Spm).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Returns a number, a formula of `x`, or a table `{ "x": [..], "y": [..] }`.
    pub(super) fn curve(&self, field: &str, needed_by: ModelKind) -> Result<Curve, BpxError> {
        let value = self.get(field, needed_by)?;
        match value {
            Value::Number(_) => Ok(Curve::Constant(self.number(field, needed_by)?)),
            Value::String(text) => {
                Expression::parse(text, "x")
                    .map(Curve::Expression)
                    .map_err(|error| BpxError::Expression {
                        path: self.place(),
                        field: field.to_owned(),
                        text: text.clone(),
                        error: Box::new(error),
                    })
            }
            Value::Object(_) => {
                let table = self.section(field, needed_by)?;
                table.only(&["x", "y"])?;
                let columns = (table.column("x", needed_by)?, table.column("y", needed_by)?);
                Table::new(columns.0, columns.1)
                    .map(Curve::Table)
                    .map_err(|error| BpxError::Table {
                        path: self.place(),
                        field: field.to_owned(),
                        error,
                    })
            }
            _ => Err(self.wrong_type(field, "a number, a formula of `x` or a table", value)),
        }
    }

    fn column(&self, field: &str, needed_by: ModelKind) -> Result<Vec<f64>, BpxError> {
        let value = self.get(field, needed_by)?;
        let wrong = || self.wrong_type(field, "a list of numbers", value);
        value
            .as_array()
            .ok_or_else(wrong)?
            .iter()
            .map(|v| v.as_f64().ok_or_else(wrong))
            .collect()
    }

    pub(super) fn porous_layer(&self) -> Result<PorousLayer, BpxError> {
        let spme = ModelKind::Spme;
        let fraction = |field: &str| {
            let value = self.positive(field, spme)?;
            if value < 1.0 {
                Ok(value)
            } else {
                Err(self.out_of_range(field, value, "a fraction between 0 and 1"))
            }
        };
        Ok(PorousLayer {
            thickness_m: self.positive("Thickness [m]", spme)?,
            porosity: fraction("Porosity")?,
            transport_efficiency: fraction("Transport efficiency")?,
        })
    }

    pub(super) fn stoichiometry_range(&self) -> Result<(f64, f64), BpxError> {
        let low = self.number("Minimum stoichiometry", ModelKind::Spm)?;
        let high = self.number("Maximum stoichiometry", ModelKind::Spm)?;
        if !(0.0..1.0).contains(&low) {
            return Err(self.out_of_range("Minimum stoichiometry", low, "0 or more, below 1"));
        }
        if high <= low || high > 1.0 {
            return Err(self.out_of_range(
                "Maximum stoichiometry",
                high,
                "a number above the minimum stoichiometry and at most 1",
            ));
        }
        Ok((low, high))
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(b) => format!("`{b}`"),
        Value::Number(n) => format!("the number {n}"),
        Value::String(s) => format!("the text `{s}`"),
        Value::Array(a) => format!("a list of {}", a.len()),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// Returns the candidate nearest to `name` when at most a third of the letters differ.
fn nearest<'c>(name: &str, candidates: impl Iterator<Item = &'c str>) -> Option<String> {
    candidates
        .map(|candidate| (edit_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance * 3 <= name.chars().count())
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

/// Returns the number of single-letter changes from `a` to `b` (Levenshtein).
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
