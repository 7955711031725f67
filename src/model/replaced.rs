//! Outcomes of the line that a model gives by measured points or by a formula instead of a law.
//!
//! In: the tables of `[replaced]`: `"drying.residual_solvent" = { law = "table", over = […],
//! points = […], outside = "error", source = "…", evidence = "measured" }`, or `law = "expression"`
//! with `value` written in the rule language and, where the source says so, `valid` ranges. Out:
//! points in SI with checked units, or a resolved expression of the outcome's kind. Source and
//! evidence must be there, as for every parameter. Whether the line has the names is for the wiring
//! to check: it knows zones and sections.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::parameter::{EVIDENCE, Evidence, word};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{
    Entry as Key, Expected, Located, Meaning, Measured, Node, NormalForm, Range, Reader, Report,
    Value, codes, lookup, quantity_of_node,
};
use crate::quantity::dictionary::{Entry, Role, standard};
use crate::rule_language::float::FloatNumber;
use crate::rule_language::{self, NumExpr, RuleSet};
use crate::span::Span;

/// Most points of a table.
pub const POINTS_MAX: usize = 10_000;

/// Every role: a replacement may read anything.
const ANY: [Role; 5] = [
    Role::Setpoint,
    Role::Material,
    Role::Disturbance,
    Role::Parameter,
    Role::Outcome,
];

const LAWS: [&str; 2] = ["table", "expression"];
const OUTSIDE: [&str; 2] = ["error", "extrapolate"];

/// Most dryer zones that an expression may name.
const ZONES_MAX: usize = 64;

/// One outcome that a model gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// Dictionary name of the outcome.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// How the value follows.
    pub law: Law,
    /// Whether a sample outside points or range is flagged and goes on; else it fails.
    pub extrapolates: bool,
    /// Where the values come from.
    pub source: String,
    /// How well they are supported.
    pub evidence: Evidence,
}

/// How a value follows from what is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Law {
    /// Measured points.
    Table {
        /// Dictionary names of one or two variables.
        over: Vec<Located<String>>,
        /// Points: variables in their order, then the outcome.
        points: Vec<Vec<Measured>>,
    },
    /// A formula in the rule language.
    Expression(Box<Expression>),
}

/// A formula of signals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// As written.
    pub text: String,
    /// The signals it reads, and the formula as its only let.
    rules: RuleSet,
    /// Where the formula holds.
    pub valid: BTreeMap<String, Range>,
}

impl Expression {
    /// Names of what the formula reads, sorted.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        self.rules.signals.iter().map(|signal| signal.name.as_str())
    }

    fn number(&self) -> Option<&NumExpr> {
        self.rules.lets.first().map(|one| &one.expr)
    }

    /// The formula in double precision, of values in the order of [`Self::reads`].
    #[must_use]
    pub fn prepared(&self) -> Option<FloatNumber> {
        self.number().map(FloatNumber::new)
    }
}

impl Law {
    /// Names of what is read, in the order in which the law takes values.
    #[must_use]
    pub fn reads(&self) -> Vec<&str> {
        match self {
            Self::Table { over, .. } => over.iter().map(Located::as_str).collect(),
            Self::Expression(expression) => expression.reads().collect(),
        }
    }
}

impl Replaced {
    /// Says in a few words what stands for the outcome.
    #[must_use]
    pub fn by(&self) -> String {
        let outside = if self.extrapolates {
            "continued outside and flagged"
        } else {
            "an error outside"
        };
        match &self.law {
            Law::Table { over, points } => {
                let names: Vec<&str> = over.iter().map(Located::as_str).collect();
                format!(
                    "{} points over {}, linear between them, {outside}",
                    points.len(),
                    names.join(" and ")
                )
            }
            Law::Expression(expression) if expression.valid.is_empty() => {
                format!("formula {}, no range stated", expression.text.trim())
            }
            Law::Expression(expression) => {
                let range =
                    |(name, range): (&String, &Range)| format!("{name} {}", range.display());
                let ranges: Vec<String> = expression.valid.iter().map(range).collect();
                format!(
                    "formula {}, for {}, {outside}",
                    expression.text.trim(),
                    ranges.join(", ")
                )
            }
        }
    }

    /// Reads one entry of `[replaced]`; `None` after a diagnostic.
    pub(super) fn read(entry: &Key, report: &Report) -> Option<Self> {
        let name = entry.key.as_str();
        let Meaning::Quantity(quantity) = lookup(name, entry.key_span, &[Role::Outcome], report)?
        else {
            let message = format!("`{name}` is a choice, expected an outcome of the line");
            report.push(Diagnostic::error(
                codes::WRONG_ROLE,
                entry.key_span,
                message,
            ));
            return None;
        };
        let Value::Table(table) = &entry.node.value else {
            let message = format!("`{name}` needs a law with source and evidence");
            report.push(
                Diagnostic::error(codes::WRONG_TYPE, entry.node.span, message).help(
                    "write `{ law = \"table\", over = […], points = […], outside = \"error\", \
                     source = \"…\", evidence = \"measured\" }`",
                ),
            );
            return None;
        };
        let mut reader = Reader::new(table, format!("`{name}`"), report);
        let law = reader.choice("law", &LAWS);
        let source = reader.text("source");
        let evidence = reader.choice("evidence", &EVIDENCE.map(|(word, _)| word));
        let law = match law.as_ref().map(|law| law.value) {
            Some("table") => table_law(&mut reader, name, quantity),
            Some(_) => expression_law(&mut reader, name, quantity),
            // Keys of an unknown law would be strangers all: they are not looked at.
            None => return None,
        };
        let needs_outside = match &law {
            Some(Law::Expression(expression)) => !expression.valid.is_empty(),
            Some(Law::Table { .. }) => true,
            // What is wrong has been said.
            None => false,
        };
        let outside = if needs_outside {
            reader.choice("outside", &OUTSIDE)
        } else {
            reader.optional_choice("outside", &OUTSIDE)
        };
        if outside.is_none() && needs_outside {
            return None;
        }
        reader.finish();
        Some(Self {
            name: name.to_owned(),
            span: entry.key_span,
            law: law?,
            extrapolates: outside.is_some_and(|found| found.value == "extrapolate"),
            source: source?.value,
            evidence: word(&EVIDENCE, evidence?.value)?,
        })
    }
}

/// Looks up what is read; `None` after a diagnostic.
fn variable(name: &str, span: Span, report: &Report) -> Option<&'static Entry> {
    match lookup(name, span, &ANY, report)? {
        Meaning::Quantity(entry) => Some(entry),
        Meaning::Choice(_) => {
            let message = format!("`{name}` is a choice, expected a number to tabulate over");
            report.push(
                Diagnostic::error(codes::WRONG_ROLE, span, message)
                    .help("write one model for each choice"),
            );
            None
        }
    }
}

fn table_law(reader: &mut Reader<'_>, name: &str, quantity: &Entry) -> Option<Law> {
    let report = reader.report();
    let over = reader.required_texts("over");
    let points = reader.required("points")?;
    let mut columns = Vec::with_capacity(over.len());
    for one in &over {
        columns.push((one.as_str(), variable(&one.value, one.span, report)?));
    }
    columns.push((name, quantity));
    if !(2..=3).contains(&columns.len()) {
        let message = format!(
            "a table goes over one or two variables, found {}",
            over.len()
        );
        let span = over.last().map_or(points.span, |last| last.span);
        report.push(
            Diagnostic::error(codes::REPLACED_TABLE, span, message)
                .help("write `over = [\"coating.web_speed\"]`, or an expression of more variables"),
        );
        return None;
    }
    let Value::Array(rows) = &points.value else {
        return reader.wrong_type(points, "an array of points");
    };
    if rows.len() > POINTS_MAX {
        let message = format!(
            "a table has at most {POINTS_MAX} points, found {}",
            rows.len()
        );
        report.push(Diagnostic::error(
            codes::REPLACED_TABLE,
            points.span,
            message,
        ));
        return None;
    }
    let read: Vec<Vec<Measured>> = rows
        .iter()
        .filter_map(|row| point(row, &columns, report))
        .collect();
    if read.len() < rows.len() || !is_grid(&read, rows, points.span, report) {
        return None;
    }
    Some(Law::Table { over, points: read })
}

fn point(row: &Node, columns: &[(&str, &Entry)], report: &Report) -> Option<Vec<Measured>> {
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let cells = match &row.value {
        Value::Array(cells) if cells.len() == columns.len() => cells,
        _ => {
            let message = format!("expected a point of {} values", columns.len());
            report.push(
                Diagnostic::error(codes::REPLACED_TABLE, row.span, message).help(format!(
                    "write `[{}]`, each with its unit",
                    names.join(", ")
                )),
            );
            return None;
        }
    };
    let read = cells.iter().zip(columns).map(|(cell, (name, entry))| {
        quantity_of_node(cell, &Expected::of_entry(name, entry), report)
    });
    let read: Vec<Option<Measured>> = read.collect();
    read.into_iter().collect()
}

/// Tells whether the points cover every pair of coordinates once; says which does not.
fn is_grid(points: &[Vec<Measured>], rows: &[Node], whole: Span, report: &Report) -> bool {
    let dimensions = points.first().map_or(1, |point| point.len() - 1);
    let mut seen: BTreeMap<Vec<crate::rational::Rational>, usize> = BTreeMap::new();
    let mut axes = vec![std::collections::BTreeSet::new(); dimensions];
    for (at, point) in points.iter().enumerate() {
        let place: Vec<_> = point[..dimensions]
            .iter()
            .map(|one| one.si.clone())
            .collect();
        for (axis, value) in axes.iter_mut().zip(&place) {
            axis.insert(value.clone());
        }
        if let Some(first) = seen.insert(place, at) {
            report.push(
                Diagnostic::error(
                    codes::REPLACED_TABLE,
                    rows[at].span,
                    "this point stands twice",
                )
                .also(rows[first].span, "first here")
                .help("keep one of the two; for repeated measurements give the mean"),
            );
            return false;
        }
    }
    if axes.iter().any(|axis| axis.len() < 2) {
        let message = "a table needs two different values of each variable";
        report.push(
            Diagnostic::error(codes::REPLACED_TABLE, whole, message)
                .help("measure a second point, or write the value as `law = \"expression\"`"),
        );
        return false;
    }
    let all: usize = axes.iter().map(std::collections::BTreeSet::len).product();
    if all != points.len() {
        let message = format!(
            "a table over two variables needs every pair of their values: {all} points, found {}",
            points.len()
        );
        report.push(
            Diagnostic::error(codes::REPLACED_TABLE, whole, message)
                .help("fill the grid, or fit the points and write the fit as an expression"),
        );
        return false;
    }
    true
}

fn expression_law(reader: &mut Reader<'_>, name: &str, quantity: &Entry) -> Option<Law> {
    let report = reader.report();
    let node = reader.required("value");
    let ranges = reader.optional_table("valid");
    let node = node?;
    let Value::Text(text) = &node.value else {
        return reader.wrong_type(node, "an expression as a string");
    };
    let rules = resolved(name, quantity, node, text, report)?;
    let mut valid = BTreeMap::new();
    for range in ranges.map_or(&[][..], |mut ranges| ranges.named_entries()) {
        let entry = variable(&range.key, range.key_span, report)?;
        if !rules.signals.iter().any(|signal| signal.name == range.key) {
            let message = format!("the expression does not read `{}`", range.key);
            let names = rules.signals.iter().map(|signal| signal.name.as_str());
            report.push(
                Diagnostic::error(codes::REPLACED_EXPRESSION, range.key_span, message)
                    .suggest(&range.key, names),
            );
            return None;
        }
        let expected = Expected::of_entry(&range.key, entry);
        valid.insert(
            range.key.clone(),
            Range::of_node(&range.node, &expected, report)?,
        );
    }
    Some(Law::Expression(Box::new(Expression {
        text: text.clone(),
        rules,
        valid,
    })))
}

/// Name under which the rule language reads the formula.
const LET: &str = "replaced.outcome";

/// Gives an expression its meaning, with the outcome's kind; `None` after diagnostics.
fn resolved(
    name: &str,
    quantity: &Entry,
    node: &Node,
    text: &str,
    report: &Report,
) -> Option<RuleSet> {
    if text.contains("[*]") {
        report.push(
            Diagnostic::error(
                codes::REPLACED_EXPRESSION,
                node.span,
                "the expression reads all zones at once",
            )
            .help("name each zone by its number, as in `drying.zone[2].air_temperature`"),
        );
        return None;
    }
    // The formula is read where it stands in the document, so that places are those of the
    // document.
    let place = node.part(0, text.len());
    let kind = quantity.quantity_type.describe().replace(' ', "_");
    let head = format!("let {LET} : {kind} = ");
    let start = place.range().start;
    let written = format!("{head:<start$}{text}");
    let parsed = rule_language::parse(place.file, &written);
    let is_one = parsed.items.len() == 1 && parsed.diagnostics.is_empty();
    let zones = BTreeMap::from([("drying.zone".to_owned(), ZONES_MAX)]);
    let (rules, found) = rule_language::resolve(&[parsed], standard(), &zones);
    if found.has_errors() {
        push_all(&found, (name, start, node.span), report);
        return None;
    }
    if !is_one || rules.lets.len() != 1 {
        report.push(
            Diagnostic::error(
                codes::REPLACED_EXPRESSION,
                node.span,
                "expected one expression",
            )
            .help("write a formula of the rule language, such as `0.3 * coating.porosity`"),
        );
        return None;
    }
    let choice = rules
        .signals
        .iter()
        .find(|signal| standard().get(&signal.name).is_none());
    if let Some(choice) = choice {
        let message = format!("`{}` is no number of the dictionary", choice.name);
        report.push(
            Diagnostic::error(codes::REPLACED_EXPRESSION, node.span, message)
                .help("read setpoints, materials, parameters and outcomes of earlier stages"),
        );
        return None;
    }
    Some(rules)
}

/// Passes diagnostics on: those of the invisible head stand at the whole formula.
fn push_all(found: &Diagnostics, (name, start, whole): (&str, usize, Span), report: &Report) {
    for mut diagnostic in found.sorted().into_iter().cloned() {
        diagnostic.message = diagnostic.message.replace(LET, name);
        if let Some(primary) = &mut diagnostic.primary
            && (primary.span.start as usize) < start
        {
            primary.span = whole;
        }
        diagnostic
            .secondary
            .retain(|label| label.span.start as usize >= start);
        report.push(diagnostic);
    }
}

impl NormalForm for Replaced {
    fn normalised(&self) -> Json {
        let law = match &self.law {
            Law::Table { over, points } => json!({
                "over": over.iter().map(Located::as_str).collect::<Vec<_>>(),
                "points": points
                    .iter()
                    .map(|point| point.iter().map(|one| json!(one.si)).collect::<Vec<_>>())
                    .collect::<Vec<_>>(),
            }),
            Law::Expression(expression) => json!({
                "value": expression.text,
                "valid": expression
                    .valid
                    .iter()
                    .map(|(name, range)| (name.clone(), json!([&range.low, &range.high])))
                    .collect::<serde_json::Map<_, _>>(),
            }),
        };
        json!({
            "law": law,
            "outside": OUTSIDE[usize::from(self.extrapolates)],
            "source": self.source,
            "evidence": self.evidence.name(),
        })
    }
}
