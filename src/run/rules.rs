//! Rules against one recipe: the case for the judge, and its judgements as rows.
//!
//! In: the rule set, a recipe, the model (whose constants rules may read). Out: a
//! [`Case`] for `check`, and [`Evaluation`] rows for the record, with values and margins in the
//! rule's unit. Nothing is decided here.

use std::collections::BTreeMap;

use super::margins;
use crate::check::case::{Case, NumberCase, SignalCase};
use crate::check::obligation::Question;
use crate::check::smtlib::{Notes, Status, with_notes};
use crate::check::verdict::{Judgement, Reading, Undecided, Verdict};
use crate::model::document::Model;
use crate::quantity::dictionary::{Role, standard};
use crate::quantity::{Unit, parse_unit};
use crate::rational::Rational;
use crate::recipe::Recipe;
use crate::record::body::{Assignment, Evaluation, OverrideHead, RuleHead};
use crate::rule_language::{
    BoolExpr, BoolKind, CompareOperator, Point, PointValue, Rule, RuleSet, SignalId, SignalType,
    Value,
};
use crate::span::{Sources, Span};

/// Significant digits of a judged quantity in a table; the record has the exact margin.
const VALUE_DIGITS: u32 = 4;

/// Significant digits of a percentage in an offset.
const OFFSET_DIGITS: u32 = 3;

/// Longest body text shown as a limit, in characters.
const LIMIT_CHARACTERS_MAX: usize = 60;

/// Builds the case of a recipe: its values with tolerances, and the model's constants.
#[must_use]
pub fn case(rules: &RuleSet, recipe: &Recipe, model: Option<&Model>) -> Case {
    let mut case = Case::empty(rules);
    for (at, signal) in rules.signals.iter().enumerate() {
        let known = match &signal.signal_type {
            SignalType::OneOf { members } => recipe
                .choice(&signal.name)
                .and_then(|word| members.iter().position(|member| member == word))
                .map(SignalCase::Choice),
            SignalType::Number { .. } => number_case(recipe, model, &signal.name),
        };
        if let Some(known) = known {
            case.set(SignalId(at), known);
        }
    }
    case
}

fn number_case(recipe: &Recipe, model: Option<&Model>, name: &str) -> Option<SignalCase> {
    if let Some(parameter) = recipe.parameters.get(name) {
        let (low, high) = parameter.bounds()?;
        return Some(SignalCase::Number(NumberCase {
            nominal: parameter.number()?.clone(),
            low,
            high,
            step: parameter.step.clone(),
        }));
    }
    let parameter = model?.parameters.get(name)?;
    Some(SignalCase::Number(NumberCase::exact(
        parameter.number().clone(),
    )))
}

/// Describes a rule for records and reports.
#[must_use]
pub fn head(rules: &RuleSet, rule: &Rule, sources: &Sources) -> RuleHead {
    let last = Span {
        start: rule.span.end,
        ..rule.span
    };
    RuleHead {
        code: rule.code.clone(),
        title: rule.title.clone(),
        severity: rule.severity.name().to_owned(),
        evidence: rule.evidence.name().to_owned(),
        because: rule.because.clone(),
        source: rule.source.clone(),
        owner: rule.owner.clone(),
        path: sources.get(rule.span.file).path.clone(),
        line: sources.position(rule.span).line,
        end_line: sources.position(last).line,
        limit: limit_text(rule, sources),
        kind: if rule.is_outcome { "outcome" } else { "input" }.to_owned(),
        reads: rule
            .reads
            .iter()
            .map(|&id| rules.signal(id).name.clone())
            .collect(),
        overrides: overrides(rule, sources),
    }
}

fn overrides(rule: &Rule, sources: &Sources) -> Vec<OverrideHead> {
    let Some(replaced) = &rule.replaced else {
        return Vec::new();
    };
    let original = &replaced.original;
    let heads = replaced.overrides.iter().map(|one| OverrideHead {
        old: sources.text(one.old_span).to_owned(),
        old_source: original.source.clone(),
        old_evidence: original.evidence.name().to_owned(),
        new: sources.text(one.new_span).to_owned(),
        looser: one.looser,
        reason: one.reason.clone(),
        source: one.source.clone(),
        evidence: one.evidence.name().to_owned(),
        owner: one.owner.clone(),
        path: sources.get(one.span.file).path.clone(),
        line: sources.position(one.span).line,
    });
    heads.collect()
}

/// The body as written, with the limits that count in the place of those they replace.
fn body_text(rule: &Rule, sources: &Sources) -> String {
    let span = rule.body.span;
    let mut text = sources.text(span).to_owned();
    let mut overrides: Vec<_> = rule
        .replaced
        .iter()
        .flat_map(|one| &one.overrides)
        .collect();
    overrides.sort_by_key(|one| std::cmp::Reverse(one.old_span.start));
    for one in overrides {
        let old = one.old_span;
        if old.file == span.file && span.start <= old.start && old.end <= span.end {
            let (from, place) = (span.range().start, old.range());
            let new = sources.text(one.new_span);
            text.replace_range(place.start - from..place.end - from, new);
        }
    }
    text
}

/// The limit as written: operator and right side of a single comparison, else the whole body.
fn limit_text(rule: &Rule, sources: &Sources) -> String {
    let body = match &rule.body.kind {
        BoolKind::Compare {
            operator, right, ..
        } => {
            format!("{} {}", operator.text(), sources.text(right.span))
        }
        BoolKind::And(parts) => match window(parts) {
            Some((low, high)) => format!("{} .. {}", sources.text(low), sources.text(high)),
            None => body_text(rule, sources),
        },
        _ => body_text(rule, sources),
    };
    let words: Vec<&str> = body.split_whitespace().collect();
    let text = words.join(" ");
    let text = if text.chars().count() > LIMIT_CHARACTERS_MAX {
        let start: String = text.chars().take(LIMIT_CHARACTERS_MAX - 1).collect();
        format!("{start}…")
    } else {
        text
    };
    match &rule.probability {
        Some(probability) => {
            let percent = &probability.least * &Rational::from(100);
            format!("{text} in >= {} %", percent.display_significant(6))
        }
        None => text,
    }
}

/// The ends of a chain `low <= x <= high`.
fn window(parts: &[BoolExpr]) -> Option<(Span, Span)> {
    let [first, second] = parts else { return None };
    match (&first.kind, &second.kind) {
        (
            BoolKind::Compare {
                left,
                operator: low,
                right: judged,
                ..
            },
            BoolKind::Compare {
                left: same,
                operator: high,
                right,
                ..
            },
        ) if judged.span == same.span
            && [low, high]
                .iter()
                .all(|o| matches!(o, CompareOperator::LessEqual)) =>
        {
            Some((left.span, right.span))
        }
        _ => None,
    }
}

/// Turns a judgement into a row of the record.
#[must_use]
pub fn evaluation(
    rules: &RuleSet,
    rule: &Rule,
    case: &Case,
    sources: &Sources,
    judgement: &Judgement,
) -> Evaluation {
    let nominal = judgement.nominal.as_ref();
    let worst = judgement.worst.as_ref().or(nominal);
    let margin = worst.and_then(|reading| reading.margin.as_ref());
    let margin_si = margin.map(|margin| margin.value.lower().clone());
    let remark = match &judgement.verdict {
        Verdict::Undecided(reason) => Some(reason.to_string()),
        _ => None,
    };
    Evaluation {
        verdict: judgement.verdict.name().to_owned(),
        method: judgement.method.name().to_owned(),
        value: nominal
            .and_then(|reading| reading.value.as_ref())
            .map(|value| value_text(value, &rule.unit)),
        worst_value: judgement
            .worst
            .as_ref()
            .and_then(|reading| reading.value.as_ref())
            .map(|value| value_text(value, &rule.unit)),
        margin: margin_si.as_ref().map(|si| difference_text(si, &rule.unit)),
        margin_share: margin_si
            .as_ref()
            .and_then(|si| share(si, worst.and_then(|reading| reading.limit.as_ref()))),
        nominal_margin_share: nominal.and_then(|reading| {
            share(
                reading.margin.as_ref()?.value.lower(),
                reading.limit.as_ref(),
            )
        }),
        margin_si: margin_si.as_ref().map(Rational::to_ratio_string),
        tolerance: margins::tolerance_margin(rules, rule, case),
        witness: judgement
            .worst
            .as_ref()
            .map(|reading| witness(rules, rule, case, reading))
            .unwrap_or_default(),
        rechecked: judgement.rechecked,
        certificate: judgement
            .certificate
            .as_ref()
            .and_then(|certificate| serde_json::to_value(certificate).ok()),
        smtlib: judgement.asked.as_ref().map(|asked| {
            let notes = notes(rules, rule, sources, Question::Broken, asked.status);
            with_notes(&asked.query, &notes)
        }),
        probability: None,
        remark,
    }
}

/// What a script about one rule says beside the question: the answer and where it is written.
#[must_use]
pub fn notes(
    rules: &RuleSet,
    rule: &Rule,
    sources: &Sources,
    question: Question,
    status: Option<Status>,
) -> Notes {
    let at = |span: Span| {
        let position = sources.position(span);
        let path = &sources.get(span.file).path;
        format!("{path}:{}:{}", position.line, position.column)
    };
    let code = &rule.code;
    let mut places = BTreeMap::from([
        (format!("{code} applies"), at(rule.guard.span)),
        (format!("{code} is broken"), at(rule.body.span)),
        (
            format!("{code} is below its guard band"),
            at(rule.body.span),
        ),
    ]);
    if matches!(rule.guard.kind, BoolKind::Constant(true)) {
        places.insert(format!("{code} applies"), at(rule.code_span));
    }
    for &signal in &rule.reads {
        let declared = rules.signal(signal);
        if let Some(span) = declared.span {
            places.insert(format!("{} tolerance", declared.name), at(span));
        }
    }
    Notes {
        status,
        title: Some(format!("{}?", question.text(code))),
        places,
    }
}

/// Tells whether a judgement waits for data rather than for an answer.
#[must_use]
pub fn lacks_data(judgement: &Judgement) -> Option<&[String]> {
    match &judgement.verdict {
        Verdict::Undecided(Undecided::Missing { signals }) => Some(signals),
        _ => None,
    }
}

/// Writes the judged quantity in the rule's unit.
#[must_use]
pub fn value_text(value: &Value, unit: &Unit) -> String {
    unit.display_rounded(value.lower(), VALUE_DIGITS)
}

/// Writes a difference in a unit; `degC` differences are kelvin.
#[must_use]
pub fn difference_text(si: &Rational, unit: &Unit) -> String {
    let value = unit.difference_from_si(si).display_significant(4);
    match unit.symbol.as_str() {
        "degC" => format!("{value} K"),
        "1" | "" => value,
        symbol => format!("{value} {symbol}"),
    }
}

/// Slack over limit, for sorting and bars.
fn share(margin: &Rational, limit: Option<&Value>) -> Option<f64> {
    let limit = limit?.lower().abs();
    margin.checked_div(&limit).map(|share| share.to_f64())
}

/// The signals of the rule that differ from the recipe at the reading's point, or, where none
/// does, all numbers the rule reads.
fn witness(rules: &RuleSet, rule: &Rule, case: &Case, reading: &Reading) -> Vec<Assignment> {
    let nominal = case.nominal();
    let all: Vec<Assignment> = rule
        .reads
        .iter()
        .filter_map(|&id| assignment(rules, id, &nominal, &reading.point))
        .collect();
    let moved: Vec<Assignment> = all
        .iter()
        .filter(|one| !one.offset.is_empty())
        .cloned()
        .collect();
    if moved.is_empty() { all } else { moved }
}

fn assignment(rules: &RuleSet, id: SignalId, nominal: &Point, point: &Point) -> Option<Assignment> {
    let signal = rules.signal(id);
    let (value, exact, offset) = match (point.get(id), &signal.signal_type) {
        (PointValue::Number(si), SignalType::Number { unit, .. }) => {
            let unit = display_unit(&signal.name).unwrap_or_else(|| unit.clone());
            let offset = match nominal.get(id) {
                PointValue::Number(from) => offset_text(from, si, &unit),
                PointValue::Member(_) | PointValue::Missing => String::new(),
            };
            (unit.display(si), si.to_ratio_string(), offset)
        }
        (PointValue::Member(member), SignalType::OneOf { members }) => {
            let word = members.get(*member)?.clone();
            (word.clone(), word, String::new())
        }
        _ => return None,
    };
    Some(Assignment {
        name: signal.name.clone(),
        value,
        exact,
        offset,
    })
}

fn display_unit(name: &str) -> Option<Unit> {
    standard().get(name).map(|entry| entry.unit.clone())
}

/// Writes how far a value lies from the recipe: in percent, or as a difference on scales whose
/// zero means nothing.
pub fn offset_text(from: &Rational, to: &Rational, unit: &Unit) -> String {
    let difference = to - from;
    if difference.is_zero() {
        return String::new();
    }
    let sign = if difference.is_negative() { "" } else { "+" };
    let is_relative = unit.offset.is_zero() && !unit.quantity_type.kind.is_fraction();
    match difference.checked_div(&from.abs()).filter(|_| is_relative) {
        Some(share) => {
            let percent = (&share * &Rational::from(100)).display_significant(OFFSET_DIGITS);
            format!("{sign}{percent} %")
        }
        None => format!("{sign}{}", difference_text(&difference, unit)),
    }
}

/// Names of the signals that a rule reads and that the twin computes.
#[must_use]
pub fn outcomes_read(rules: &RuleSet, rule: &Rule) -> Vec<String> {
    rule.reads
        .iter()
        .map(|&id| rules.signal(id))
        .filter(|signal| signal.role == Some(Role::Outcome))
        .map(|signal| signal.name.clone())
        .collect()
}

/// A unit of the table, for code that shows a fixed quantity.
///
/// # Panics
/// When `symbol` is no unit: it is a constant of the program.
#[must_use]
pub fn known_unit(symbol: &str) -> Unit {
    // INVARIANT: callers pass constants that the tests of this module go through.
    parse_unit(symbol).unwrap_or_else(|error| panic!("`{symbol}`: {error}"))
}
