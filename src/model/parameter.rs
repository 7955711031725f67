//! One parameter of a model: a number with its spread, its range and where it comes from.
//!
//! In: `"drying.desorption_rate" = { value = "0.05 1/s", spread = {…}, valid = "…", source = "…",
//! evidence = "assumed" }`. Out: exact SI numbers. Value, source and evidence must be there; a
//! value outside `valid` is an error. Laws other than `constant` are refused with "not yet".

use serde_json::{Value as Json, json};

use crate::diagnostic::Diagnostic;
use crate::document::{
    Distribution, Entry, Expected, Located, Meaning, Measured, NormalForm, Range, Reader, Report,
    Spread, Value, codes, lookup,
};
use crate::quantity::dictionary::Role;
use crate::rational::Rational;
use crate::span::Span;

/// What a model can set: constants, surroundings, and materials that no recipe chooses.
const ROLES: [Role; 3] = [Role::Parameter, Role::Disturbance, Role::Material];

/// How well a number is supported, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// A standard.
    Standard,
    /// The plant's own document.
    Specified,
    /// Plant or laboratory data.
    Measured,
    /// A paper or a vendor, with reference.
    Published,
    /// Follows from other numbers.
    Derived,
    /// Moved until the model gave data that the source names: no evidence for the model, and none
    /// against it where it is compared with the same data.
    Fitted,
    /// From memory.
    Recalled,
    /// Chosen, because something had to be chosen.
    Assumed,
}

pub(super) const EVIDENCE: [(&str, Evidence); 8] = [
    ("standard", Evidence::Standard),
    ("specified", Evidence::Specified),
    ("measured", Evidence::Measured),
    ("published", Evidence::Published),
    ("derived", Evidence::Derived),
    ("fitted", Evidence::Fitted),
    ("recalled", Evidence::Recalled),
    ("assumed", Evidence::Assumed),
];

impl Evidence {
    /// Names the evidence as documents write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Specified => "specified",
            Self::Measured => "measured",
            Self::Published => "published",
            Self::Derived => "derived",
            Self::Fitted => "fitted",
            Self::Recalled => "recalled",
            Self::Assumed => "assumed",
        }
    }

    /// Tells whether the number is only fitted, recalled or assumed; with a spread or a valid range
    /// it is listed by its influence.
    #[must_use]
    pub fn is_weak(self) -> bool {
        self >= Self::Fitted
    }
}

/// How a parameter depends on the state; the list is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// It does not.
    Constant,
    /// Linear.
    Linear,
    /// Arrhenius.
    Arrhenius,
    /// A power.
    Power,
    /// A table.
    Table,
    /// A function written as in BPX.
    BpxExpression,
}

const LAWS: [(&str, Law); 6] = [
    ("constant", Law::Constant),
    ("linear", Law::Linear),
    ("arrhenius", Law::Arrhenius),
    ("power", Law::Power),
    ("table", Law::Table),
    ("bpx-expression", Law::BpxExpression),
];

/// A parameter of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelParameter {
    /// Dictionary name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// The value.
    pub value: Measured,
    /// How it varies or how little it is known, for Monte Carlo.
    pub spread: Option<Spread>,
    /// Where the source holds.
    pub valid: Option<Range>,
    /// Where the number comes from.
    pub source: String,
    /// How well it is supported.
    pub evidence: Evidence,
    /// How it depends on the state.
    pub law: Law,
    /// Path of the prior it was adopted from.
    pub adopted_from: Option<String>,
}

impl ModelParameter {
    /// Reads one entry of `[parameters]`; `None` after a diagnostic.
    pub(super) fn read(entry: &Entry, prior: Option<&str>, report: &Report) -> Option<Self> {
        let name = entry.key.as_str();
        let quantity = match lookup(name, entry.key_span, &ROLES, report)? {
            Meaning::Quantity(quantity) => quantity,
            Meaning::Choice(_) => {
                let message = format!("`{name}` is a choice and belongs into the recipe");
                report.push(Diagnostic::error(
                    codes::WRONG_ROLE,
                    entry.key_span,
                    message,
                ));
                return None;
            }
        };
        let expected = Expected::of_entry(name, quantity);
        let Value::Table(table) = &entry.node.value else {
            let message = format!("`{name}` needs a value with source and evidence");
            report.push(
                Diagnostic::error(codes::WRONG_TYPE, entry.node.span, message)
                    .help("write `{ value = \"…\", source = \"…\", evidence = \"…\" }`"),
            );
            return None;
        };
        let mut reader = Reader::new(table, format!("`{name}`"), report);
        let value = reader.quantity("value", &expected);
        let source = reader.text("source");
        let evidence = reader.choice("evidence", &EVIDENCE.map(|(word, _)| word));
        let law = reader.optional_choice("law", &LAWS.map(|(word, _)| word));
        let (spread, valid) = (reader.optional("spread"), reader.optional("valid"));
        reader.finish();
        let value = value?;
        let spread = spread.and_then(|node| Spread::of_node(node, &expected, &value, report));
        let valid = valid.and_then(|node| Range::of_node(node, &expected, report));
        check_valid(name, &value, valid.as_ref(), report);
        Some(Self {
            name: name.to_owned(),
            span: entry.key_span,
            spread,
            valid,
            source: source?.value,
            evidence: word(&EVIDENCE, evidence?.value)?,
            law: law_of(law, report)?,
            adopted_from: prior.map(str::to_owned),
            value,
        })
    }

    /// Returns the exact SI value.
    #[must_use]
    pub fn number(&self) -> &Rational {
        &self.value.si
    }

    /// Returns what Monte Carlo draws from: the spread, else the value.
    #[must_use]
    pub fn distribution(&self) -> Distribution {
        match &self.spread {
            Some(spread) => spread.at(&self.value.si),
            None => Distribution::Fixed {
                value: self.value.si.clone(),
            },
        }
    }
}

pub(super) fn word<T: Copy>(list: &[(&str, T)], wanted: &str) -> Option<T> {
    list.iter()
        .find(|(word, _)| *word == wanted)
        .map(|&(_, meaning)| meaning)
}

fn check_valid(name: &str, value: &Measured, valid: Option<&Range>, report: &Report) {
    let Some(range) = valid.filter(|range| !range.contains(&value.si)) else {
        return;
    };
    let shown = value.unit.display(&value.si);
    let message = format!(
        "`{name}` is {shown}, outside its valid range {}",
        range.display()
    );
    report.push(
        Diagnostic::error(codes::OUTSIDE_VALID, value.span, message)
            .also(range.span, "the range in which the source holds")
            .help("change the value, or cite a source that covers it"),
    );
}

fn law_of(found: Option<Located<&'static str>>, report: &Report) -> Option<Law> {
    let Some(found) = found else {
        return Some(Law::Constant);
    };
    let law = word(&LAWS, found.value)?;
    if law == Law::Constant {
        return Some(law);
    }
    let message = format!("the law `{}` of a model parameter: not yet", found.value);
    let mut diagnostic = Diagnostic::error(codes::LAW_NOT_YET, found.span, message);
    diagnostic = match law {
        Law::BpxExpression => diagnostic.help("functions inside the BPX file are computed"),
        Law::Constant | Law::Linear | Law::Arrhenius | Law::Power | Law::Table => {
            diagnostic.help("write `law = \"constant\"`, valid where it is used")
        }
    };
    report.push(diagnostic);
    None
}

impl NormalForm for ModelParameter {
    fn normalised(&self) -> Json {
        let law = LAWS.iter().find(|(_, law)| *law == self.law);
        json!({
            "value": self.value.si,
            "unit": self.value.unit.symbol,
            "spread": self.spread.as_ref().map(|_| self.distribution().normalised()),
            "valid": self.valid.as_ref().map(|range| [&range.low, &range.high]),
            "source": self.source,
            "evidence": self.evidence.name(),
            "law": law.map(|(word, _)| word),
            "adopted_from": self.adopted_from,
        })
    }
}
