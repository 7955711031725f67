//! Signals: what the files declare, what the dictionary knows, and their union.
//!
//! A signal may be declared again with the same kind and the same or a narrower range; the
//! narrower one counts. Names that are only mentioned come from the dictionary.

use std::collections::{BTreeMap, BTreeSet};

use super::family::members_of;
use super::lower::literal_si;
use super::names_of;
use super::typing::{Number, adopts, literal_shape, with_article};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::quantity::dictionary::{Dictionary, Entry};
use crate::quantity::{
    Choice, Kind, QuantityType, Unit, UnitError, choice_named, kind_named, kind_names, parse_unit,
    units_of,
};
use crate::rational::Rational;
use crate::rule_language::ast::{Item, Literal, ModeItem, SignalItem, SignalSyntax, Text, Word};
use crate::rule_language::codes;
use crate::rule_language::expression::{NumExpr, NumKind};
use crate::rule_language::lexer::is_reserved;
use crate::rule_language::rule_set::{Bound, ColumnMap, Signal, SignalType};
use crate::span::Span;

/// What the files declare.
pub(super) struct Declared {
    pub signals: BTreeMap<String, Signal>,
    /// Names whose declaration failed.
    pub refused: BTreeSet<String>,
    /// Name of the mode, if the files declare one.
    pub mode: Option<String>,
}

/// Reads all `signal` items.
pub(super) fn declared(
    items: &[&Item],
    dictionary: &Dictionary,
    zones: &BTreeMap<String, usize>,
    diagnostics: &mut Diagnostics,
) -> Declared {
    let mut declared = Declared {
        signals: BTreeMap::new(),
        refused: BTreeSet::new(),
        mode: None,
    };
    modes(items, &mut declared, diagnostics);
    for item in items {
        let Item::Signal(item) = item else { continue };
        let names = match members_of(&item.name, zones) {
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                declared.refused.insert(item.name.text());
                continue;
            }
            Ok(members) if members.is_empty() => vec![item.name.text()],
            Ok(members) => members.iter().map(|&m| item.name.member(m)).collect(),
        };
        let built = build(item, dictionary.get(&names[0]), diagnostics);
        for name in names {
            let Some(signal) = &built else {
                declared.refused.insert(name);
                continue;
            };
            let signal = Signal {
                name: name.clone(),
                ..signal.clone()
            };
            match declared.signals.remove(&name) {
                None => {
                    declared.signals.insert(name, signal);
                }
                Some(before) => {
                    let merged = merge(before, signal, item.name.span, diagnostics);
                    declared.signals.insert(name, merged);
                }
            }
        }
    }
    declared
}

/// Reads all `mode` items: one mode for all files, declared again only as it is or narrower.
fn modes(items: &[&Item], declared: &mut Declared, diagnostics: &mut Diagnostics) {
    for item in items {
        let Item::Mode(item) = item else { continue };
        let name = item.name.text.clone();
        let Some(signal) = mode_signal(item, diagnostics) else {
            declared.refused.insert(name);
            continue;
        };
        match declared.mode.clone() {
            None => {
                declared.mode = Some(name.clone());
                declared.signals.insert(name, signal);
            }
            Some(known) if known == name => {
                let merged = match declared.signals.remove(&name) {
                    Some(before) => merge(before, signal, item.name.span, diagnostics),
                    None => signal,
                };
                declared.signals.insert(name, merged);
            }
            Some(known) => {
                let first = declared.signals.get(&known).and_then(|signal| signal.span);
                let diagnostic = Diagnostic::error(
                    codes::MODE,
                    item.name.span,
                    format!("a second mode `{name}` beside `{known}`"),
                )
                .help(format!(
                    "declare it as a signal: `signal line.{name} : one of {{…}}`"
                ));
                diagnostics.push(match first {
                    Some(span) => diagnostic.also(span, "the first"),
                    None => diagnostic,
                });
                declared.refused.insert(name);
            }
        }
    }
}

fn mode_signal(item: &ModeItem, diagnostics: &mut Diagnostics) -> Option<Signal> {
    if item.name.text.contains(|c: char| c.is_ascii_uppercase()) {
        diagnostics.push(
            Diagnostic::error(
                codes::NAME,
                item.name.span,
                format!("the mode `{}` has capital letters", item.name.text),
            )
            .help(format!("write `{}`", item.name.text.to_lowercase())),
        );
        return None;
    }
    let members = distinct_members(&item.members, diagnostics)?;
    let signal_type = SignalType::OneOf { members };
    let text = item.text.as_ref();
    let header = item.column.as_ref();
    Some(Signal {
        name: item.name.text.clone(),
        column: header.and_then(|header| column(header, &signal_type, diagnostics)),
        signal_type,
        role: None,
        text: text.map_or_else(String::new, |text| text.value.clone()),
        span: Some(item.name.span),
    })
}

/// Adds the quantities of the dictionary that are mentioned; sorted by name.
pub(super) fn referenced(
    items: &[&Item],
    mut signals: BTreeMap<String, Signal>,
    dictionary: &Dictionary,
    zones: &BTreeMap<String, usize>,
) -> Vec<Signal> {
    for item in items {
        names_of(item, &mut |name| {
            let names = match members_of(name, zones) {
                // Reported where the name is lowered.
                Err(_) => return,
                Ok(members) if members.is_empty() => vec![name.text()],
                Ok(members) => members.iter().map(|&m| name.member(m)).collect(),
            };
            for name in names {
                if let Some(entry) = dictionary.get(&name) {
                    signals
                        .entry(name.clone())
                        .or_insert_with(|| from_dictionary(name, entry));
                } else if let Some(choice) = choice_named(&name) {
                    signals
                        .entry(name.clone())
                        .or_insert_with(|| from_choice(name, choice));
                }
            }
        });
    }
    signals.into_values().collect()
}

fn from_dictionary(name: String, entry: &Entry) -> Signal {
    Signal {
        name,
        signal_type: SignalType::Number {
            quantity_type: entry.quantity_type,
            unit: entry.unit.clone(),
            lower: None,
            upper: None,
        },
        role: Some(entry.role),
        text: entry.text.to_owned(),
        column: None,
        span: None,
    }
}

fn from_choice(name: String, choice: &Choice) -> Signal {
    let members = choice.words.iter().map(|&word| word.to_owned()).collect();
    Signal {
        name,
        signal_type: SignalType::OneOf { members },
        role: None,
        text: choice.text.to_owned(),
        column: None,
        span: None,
    }
}

fn build(
    item: &SignalItem,
    entry: Option<&Entry>,
    diagnostics: &mut Diagnostics,
) -> Option<Signal> {
    let signal_type = match item.syntax.as_ref()? {
        SignalSyntax::Kind(kind) => number_type(item, kind, entry, diagnostics)?,
        SignalSyntax::OneOf(words) => one_of(item, words, entry, diagnostics)?,
    };
    let column = match &item.column {
        None => None,
        Some(header) => Some(column(header, &signal_type, diagnostics)?),
    };
    let text = match (&item.text, entry) {
        (Some(text), _) => text.value.clone(),
        (None, Some(entry)) => entry.text.to_owned(),
        (None, None) => String::new(),
    };
    Some(Signal {
        name: item.name.text(),
        signal_type: with_unit_of(signal_type, column.as_ref(), entry, item),
        role: entry.map(|entry| entry.role),
        text,
        column,
        span: Some(item.name.span),
    })
}

/// Chooses the unit people read the signal in: the dictionary's, the column's, the range's.
fn with_unit_of(
    signal_type: SignalType,
    column: Option<&ColumnMap>,
    entry: Option<&Entry>,
    item: &SignalItem,
) -> SignalType {
    let SignalType::Number {
        quantity_type,
        unit,
        lower,
        upper,
    } = signal_type
    else {
        return signal_type;
    };
    let from_column = column.and_then(|column| column.unit.clone());
    let from_range = item
        .range
        .as_ref()
        .and_then(|(_, upper)| upper.unit.clone());
    SignalType::Number {
        quantity_type,
        unit: entry
            .map(|entry| entry.unit.clone())
            .or(from_column)
            .or(from_range)
            .unwrap_or(unit),
        lower,
        upper,
    }
}

/// Returns the SI unit of a type.
pub(super) fn si_unit(quantity_type: QuantityType) -> Unit {
    Unit {
        symbol: quantity_type.dimension.to_string(),
        quantity_type,
        factor: Rational::one(),
        offset: Rational::zero(),
    }
}

fn number_type(
    item: &SignalItem,
    kind: &Word,
    entry: Option<&Entry>,
    diagnostics: &mut Diagnostics,
) -> Option<SignalType> {
    let quantity_type = kind_of(kind, diagnostics)?;
    if let Some(entry) = entry
        && entry.quantity_type != quantity_type
    {
        diagnostics.push(
            Diagnostic::error(
                codes::SIGNAL_CLASH,
                kind.span,
                format!(
                    "`{}` is {} in the dictionary, here {}",
                    item.name.text(),
                    with_article(entry.quantity_type),
                    with_article(quantity_type)
                ),
            )
            .help("use the kind of the dictionary, or another name"),
        );
        return None;
    }
    let (lower, upper) = match &item.range {
        None => (None, None),
        Some((lower, upper)) => {
            let (lower, upper) = range(lower, upper, quantity_type, diagnostics)?;
            (Some(lower), Some(upper))
        }
    };
    Some(SignalType::Number {
        quantity_type,
        unit: si_unit(quantity_type),
        lower,
        upper,
    })
}

/// Looks up a kind name.
pub(super) fn kind_of(kind: &Word, diagnostics: &mut Diagnostics) -> Option<QuantityType> {
    let found = kind_named(&kind.text);
    if found.is_none() {
        let diagnostic = Diagnostic::error(
            codes::UNKNOWN_KIND,
            kind.span,
            format!("unknown kind `{}`", kind.text),
        )
        .suggest(&kind.text, kind_names());
        diagnostics.push(if diagnostic.help.is_none() {
            diagnostic.help("`cellwright explain kinds` lists them")
        } else {
            diagnostic
        });
    }
    found
}

fn range(
    lower: &Literal,
    upper: &Literal,
    quantity_type: QuantityType,
    diagnostics: &mut Diagnostics,
) -> Option<(Bound, Bound)> {
    // The unit of the upper end covers a bare lower end.
    let lower = Literal {
        unit: lower.unit.clone().or_else(|| upper.unit.clone()),
        ..lower.clone()
    };
    for end in [upper, &lower] {
        let found = end
            .unit
            .as_ref()
            .map_or(QuantityType::NUMBER, |unit| unit.quantity_type);
        let number = Number {
            expr: NumExpr {
                kind: NumKind::Constant(literal_si(end)),
                span: end.span,
            },
            quantity_type: found,
            shape: literal_shape(&end.value, end.unit.is_some()),
        };
        if adopts(&number, quantity_type).is_none() {
            diagnostics.push(
                Diagnostic::error(
                    codes::RANGE,
                    end.span,
                    format!(
                        "the range of {} cannot end at {}",
                        with_article(quantity_type),
                        with_article(found)
                    ),
                )
                .help(format!("write a unit: {}", units_of(quantity_type))),
            );
            return None;
        }
    }
    let (low, high) = (literal_si(&lower), literal_si(upper));
    if low > high {
        diagnostics.push(
            Diagnostic::error(
                codes::RANGE,
                lower.span.to(upper.span),
                "the lower end of this range lies above the upper end",
            )
            .help("write the lower end first"),
        );
        return None;
    }
    let closed = |value| Bound {
        value,
        closed: true,
    };
    Some((closed(low), closed(high)))
}

fn one_of(
    item: &SignalItem,
    words: &[Word],
    entry: Option<&Entry>,
    diagnostics: &mut Diagnostics,
) -> Option<SignalType> {
    let mut refuse = |diagnostic: Diagnostic| {
        diagnostics.push(diagnostic);
        None
    };
    if let Some(entry) = entry {
        return refuse(Diagnostic::error(
            codes::SIGNAL_CLASH,
            item.name.span,
            format!(
                "`{}` is {} in the dictionary, not one of several words",
                item.name.text(),
                with_article(entry.quantity_type)
            ),
        ));
    }
    if let Some((lower, upper)) = &item.range {
        return refuse(
            Diagnostic::error(
                codes::RANGE,
                lower.span.to(upper.span),
                "a signal that is one of several words has no range",
            )
            .help("list the words that are allowed"),
        );
    }
    let members = distinct_members(words, diagnostics)?;
    Some(SignalType::OneOf { members })
}

fn distinct_members(words: &[Word], diagnostics: &mut Diagnostics) -> Option<Vec<String>> {
    let mut members: Vec<String> = Vec::new();
    for word in words {
        if is_reserved(&word.text) || members.contains(&word.text) {
            let (problem, help) = if members.contains(&word.text) {
                ("stands here twice", "leave one out".to_owned())
            } else {
                let (first, rest) = word.text.split_at(1);
                (
                    "is a keyword and cannot be an enumerator",
                    format!("write `{}{rest}` or another word", first.to_uppercase()),
                )
            };
            diagnostics.push(
                Diagnostic::error(codes::WORD, word.span, format!("`{}` {problem}", word.text))
                    .help(help),
            );
            return None;
        }
        members.push(word.text.clone());
    }
    Some(members)
}

fn column(
    header: &Text,
    signal_type: &SignalType,
    diagnostics: &mut Diagnostics,
) -> Option<ColumnMap> {
    let text = header.value.trim();
    let bracket = text
        .rfind('[')
        .and_then(|open| text[open + 1..].strip_suffix(']'));
    let unit = match (bracket, signal_type) {
        (None, _) | (_, SignalType::OneOf { .. }) => None,
        (Some(symbol), SignalType::Number { quantity_type, .. }) => {
            match column_unit(symbol.trim(), *quantity_type) {
                Ok(unit) => Some(unit),
                Err((message, help)) => {
                    diagnostics
                        .push(Diagnostic::error(codes::COLUMN, header.span, message).help(help));
                    return None;
                }
            }
        }
    };
    Some(ColumnMap {
        header: header.value.clone(),
        unit,
        span: header.span,
    })
}

/// Reads the unit of a column header; the signal's kind gives the basis that headers leave out.
fn column_unit(symbol: &str, wanted: QuantityType) -> Result<Unit, (String, String)> {
    let basis = match wanted.kind {
        Kind::MassFraction => Some("mass"),
        Kind::VolumeFraction => Some("volume"),
        Kind::MoleFraction => Some("mole"),
        Kind::Plain
        | Kind::LelFraction
        | Kind::AbsoluteTemperature
        | Kind::FrostPoint
        | Kind::DewPoint
        | Kind::NormalVolume
        | Kind::NormalVolumeFlow => None,
    };
    let unit = match (parse_unit(symbol), basis) {
        (Err(UnitError::NeedsBasis { token }), Some(basis)) => {
            parse_unit(&format!("{token}_{basis}"))
        }
        (Err(UnitError::Refused { .. }), _) if wanted.kind.is_temperature_point() => {
            parse_unit("degC")
        }
        (parsed, _) => parsed,
    };
    let unit = unit.map_err(|error| {
        (
            format!("the column header has no readable unit: {error}"),
            error.help(),
        )
    })?;
    let found = unit.quantity_type;
    let plain_share = found == QuantityType::NUMBER && wanted.kind.is_fraction();
    let temperature = wanted.kind.is_temperature_point() && found.dimension == wanted.dimension;
    if found == wanted || plain_share || temperature {
        return Ok(unit);
    }
    Err((
        format!(
            "the column is in `{symbol}`, but the signal is {}",
            with_article(wanted)
        ),
        format!("{} is written in {}", wanted.describe(), units_of(wanted)),
    ))
}

fn merge(before: Signal, after: Signal, span: Span, diagnostics: &mut Diagnostics) -> Signal {
    let column = match (&before.column, &after.column) {
        (Some(a), Some(b)) if a.header != b.header => {
            let message = format!("`{}` has two columns", before.name);
            diagnostics.push(clash(&before, b.span, &message));
            before.column.clone()
        }
        (Some(_), _) => before.column.clone(),
        (None, _) => after.column.clone(),
    };
    let Some(signal_type) = narrower(&before.signal_type, &after.signal_type) else {
        let message = format!("`{}` is declared with another meaning", before.name);
        diagnostics.push(
            clash(&before, span, &message)
                .help("use the same kind and the same or a narrower range or set of words"),
        );
        return before;
    };
    Signal {
        signal_type,
        column,
        text: if before.text.is_empty() {
            after.text
        } else {
            before.text.clone()
        },
        ..before
    }
}

fn clash(before: &Signal, span: Span, message: &str) -> Diagnostic {
    let diagnostic = Diagnostic::error(codes::SIGNAL_CLASH, span, message);
    match before.span {
        Some(first) => diagnostic.also(first, "first here"),
        None => diagnostic,
    }
}

/// Returns the narrower of two types of one signal, if one contains the other.
fn narrower(a: &SignalType, b: &SignalType) -> Option<SignalType> {
    match (a, b) {
        (SignalType::OneOf { members: x }, SignalType::OneOf { members: y }) => {
            if x.iter().all(|member| y.contains(member)) {
                Some(a.clone())
            } else {
                y.iter().all(|member| x.contains(member)).then(|| b.clone())
            }
        }
        (
            SignalType::Number {
                quantity_type: x, ..
            },
            SignalType::Number {
                quantity_type: y, ..
            },
        ) if x == y => {
            if inside(a, b) {
                Some(a.clone())
            } else {
                inside(b, a).then(|| b.clone())
            }
        }
        (SignalType::Number { .. } | SignalType::OneOf { .. }, _) => None,
    }
}

/// Tells whether the range of `inner` lies in that of `outer`.
fn inside(inner: &SignalType, outer: &SignalType) -> bool {
    let ends = |signal_type: &SignalType| match signal_type {
        SignalType::Number { lower, upper, .. } => (
            lower.as_ref().map(|bound| bound.value.clone()),
            upper.as_ref().map(|bound| bound.value.clone()),
        ),
        SignalType::OneOf { .. } => (None, None),
    };
    let ((low, high), (outer_low, outer_high)) = (ends(inner), ends(outer));
    let above = match (low, outer_low) {
        (_, None) => true,
        (Some(low), Some(outer_low)) => low >= outer_low,
        (None, Some(_)) => false,
    };
    let below = match (high, outer_high) {
        (_, None) => true,
        (Some(high), Some(outer_high)) => high <= outer_high,
        (None, Some(_)) => false,
    };
    above && below
}
