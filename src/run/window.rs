//! Windows of a recipe: every setpoint alone, with the others free, and all at once.
//!
//! In: a [`Subject`]. Out: [`Windows`] with the exit code. Rules on outcomes need a simulation and
//! are named, never passed over. Nothing is decided here: `check` finds the ends, this file says
//! which ranges to look at and writes numbers in the unit of the recipe.

use super::body;
use super::check_rules::place;
use super::subject::{Split, Subject};
use crate::certificate::Any;
use crate::check::case::{Case, NumberCase, SignalCase};
use crate::check::compile::Obstacle;
use crate::check::joint_box::{self, Setpoint};
use crate::check::optimum::Optimum;
use crate::check::window::{self, Axis, Fixed, LeftOut, Limit, Span, Why};
use crate::exit_code::ExitCode;
use crate::quantity::dictionary::Role;
use crate::quantity::{QuantityType, Unit};
use crate::rational::Rational;
use crate::recipe::{Parameter, ParameterValue};
use crate::record::window::{
    ApprovedWindow, FreeEnd, FreeWindow, Joint, JointSide, NotInWindow, ParameterWindow, RulePlace,
    StepWindow, WindowEnd, Windows,
};
use crate::rule_language::{Rule, RuleSet, SignalId, SignalType};

/// Format of the answer.
pub const FORMAT: &str = "cellwright/window/1";

/// Where nothing declares a range, values up to this many times the recipe's are looked at.
const HORIZON: i64 = 1000;

/// Significant digits of an end.
const DIGITS: u32 = 6;

/// What to ask.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Whether ends hold for all tolerances of the recipe.
    pub robust: bool,
    /// Parameters to ask about; all setpoints that rules read when empty.
    pub parameters: Vec<String>,
}

/// Answers `window`.
///
/// # Errors
/// A message for a parameter that cannot be asked about.
pub fn windows(subject: &Subject, ask: &Ask) -> Result<(Windows, ExitCode), String> {
    let case = subject.case(ask.robust);
    let split = subject.split(&case);
    let names = names_of(subject, &split, ask)?;
    let scene = Scene {
        subject,
        case: &case,
        split: &split,
        robust: ask.robust,
    };
    let mut parameters = Vec::new();
    let mut left_out: Vec<(String, String)> = Vec::new();
    for name in &names {
        let (found, own) = scene.parameter(name)?;
        parameters.push(found);
        for one in own {
            if !left_out.contains(&one) {
                left_out.push(one);
            }
        }
    }
    let joint = scene.joint(&names);
    let mut not_in_window = grouped(&left_out);
    let undecided = !not_in_window.is_empty() || !split.lacking.is_empty();
    let mut missing: Vec<String> = split
        .lacking
        .iter()
        .map(|(_, name)| format!("`{name}`"))
        .collect();
    missing.sort();
    missing.dedup();
    for (rule, _) in &split.lacking {
        add(
            &mut not_in_window,
            &rule.code,
            &format!("no value for {}", missing.join(", ")),
        );
    }
    for rule in &split.simulated {
        add(
            &mut not_in_window,
            &rule.code,
            "needs simulation: `cellwright run`",
        );
    }
    let outside = parameters.iter().any(|one| one.status != "inside");
    let exit = match (outside, undecided) {
        (true, _) => ExitCode::Findings,
        (false, true) => ExitCode::Undecided,
        (false, false) => ExitCode::Success,
    };
    let answer = Windows {
        format: FORMAT.to_owned(),
        versions: body::versions(),
        subject: subject.title.clone(),
        robust: ask.robust,
        sentence: sentence(&parameters, split.judged.len()),
        parameters,
        joint,
        not_in_window,
    };
    Ok((answer, exit))
}

/// Names a rule among those that take no part for the same reason.
pub(super) fn add(list: &mut Vec<NotInWindow>, code: &str, why: &str) {
    match list.iter_mut().find(|known| known.why == why) {
        Some(known) => known.codes.push(code.to_owned()),
        None => list.push(NotInWindow {
            codes: vec![code.to_owned()],
            why: why.to_owned(),
        }),
    }
}

fn grouped(left_out: &[(String, String)]) -> Vec<NotInWindow> {
    let mut list = Vec::new();
    for (code, why) in left_out {
        add(&mut list, code, why);
    }
    list
}

/// The parameter with the least room says most.
fn sentence(parameters: &[ParameterWindow], rules: usize) -> String {
    let bad: Vec<&str> = parameters
        .iter()
        .filter(|one| one.status != "inside")
        .map(|one| one.name.as_str())
        .collect();
    if parameters.is_empty() {
        return match rules {
            1 => "The only rule on inputs reads no setpoint of this recipe.".to_owned(),
            _ => format!("None of the {rules} rules on inputs reads a setpoint of this recipe."),
        };
    }
    if bad.is_empty() {
        let ended = parameters.iter().filter(|one| {
            let stops = |end: &Option<WindowEnd>| {
                end.as_ref().is_some_and(|end| !end.stopped_by.is_empty())
            };
            stops(&one.lower) || stops(&one.upper)
        });
        let leave = match rules {
            1 => "the only rule on inputs leaves".to_owned(),
            _ => format!("{rules} rules on inputs leave"),
        };
        return match (parameters.len(), ended.count()) {
            (1, 0) => format!("The recipe stands inside the window that {leave}; no rule ends it."),
            (1, _) => format!("The recipe stands inside the window that {leave}."),
            (all, ended) => format!(
                "The recipe stands inside all {all} windows that {leave}; rules end {ended} of \
                 them."
            ),
        };
    }
    let first = parameters.iter().find(|one| one.status != "inside");
    let tightest = first.map_or_else(String::new, |one| {
        let side = |end: &Option<WindowEnd>, word: &str| {
            let end = end.as_ref().filter(|end| !end.stopped_by.is_empty())?;
            let code = &end.stopped_by.first()?.code;
            Some(format!("{word} {} ({code})", end.value))
        };
        let ends = [side(&one.lower, "at least"), side(&one.upper, "at most")];
        let ends: Vec<String> = ends.into_iter().flatten().collect();
        match one.status.as_str() {
            "outside" if !ends.is_empty() => {
                let ends = ends.join(" and ");
                format!(": `{}` is {}, may be {ends}", one.name, one.value)
            }
            _ => format!(": no value of `{}` keeps the rules", one.name),
        }
    });
    let rest = match bad.len() {
        1 => String::new(),
        _ => format!("; also {}", bad[1..].join(", ")),
    };
    format!("The recipe stands outside a window{tightest}{rest}.")
}

fn names_of(subject: &Subject, split: &Split<'_>, ask: &Ask) -> Result<Vec<String>, String> {
    if !ask.parameters.is_empty() {
        let mut names = ask.parameters.clone();
        names.sort();
        names.dedup();
        return Ok(names);
    }
    let is_read = |id: SignalId| split.judged.iter().any(|rule| rule.reads.contains(&id));
    let mut names: Vec<String> = subject
        .recipe
        .parameters
        .values()
        .filter(|parameter| parameter.number().is_some())
        .filter_map(|parameter| {
            let id = subject.rules.signal_named(&parameter.name)?;
            let signal = subject.rules.signal(id);
            let is_setpoint = signal.role == Some(Role::Setpoint);
            (is_setpoint && is_read(id)).then(|| parameter.name.clone())
        })
        .collect();
    names.sort();
    Ok(names)
}

/// A number of the recipe as `check` needs it.
pub(super) struct Known<'a> {
    pub(super) parameter: &'a Parameter,
    pub(super) unit: &'a Unit,
    pub(super) signal: SignalId,
    pub(super) nominal: &'a Rational,
}

/// Finds a number of the recipe that rules read.
///
/// # Errors
/// A message with what was expected.
pub(super) fn known<'a>(subject: &'a Subject, name: &str) -> Result<Known<'a>, String> {
    let parameter = subject
        .recipe
        .parameters
        .get(name)
        .ok_or_else(|| format!("the recipe has no parameter `{name}`"))?;
    let ParameterValue::Number(measured) = &parameter.value else {
        return Err(format!("`{name}` is a choice, expected a number"));
    };
    let signal = subject
        .rules
        .signal_named(name)
        .ok_or_else(|| format!("no rule reads `{name}`"))?;
    Ok(Known {
        parameter,
        unit: &measured.unit,
        signal,
        nominal: &measured.si,
    })
}

/// The range to look at: as declared, else what the quantity allows up to the horizon.
pub(super) fn range_of(
    rules: &RuleSet,
    signal: SignalId,
    value: &Rational,
) -> (Rational, Rational) {
    let SignalType::Number {
        quantity_type,
        lower,
        upper,
        ..
    } = &rules.signal(signal).signal_type
    else {
        return (value.clone(), value.clone());
    };
    let far = &value.abs().max(Rational::ratio(1, HORIZON)) * &Rational::from(HORIZON);
    let low = if *quantity_type == QuantityType::NUMBER {
        -&far
    } else {
        Rational::zero().min(value.clone())
    };
    let high = if quantity_type.kind.is_fraction() {
        Rational::one().max(value.clone())
    } else {
        far
    };
    (
        lower.as_ref().map_or(low, |bound| bound.value.clone()),
        upper.as_ref().map_or(high, |bound| bound.value.clone()),
    )
}

/// Writes a number with its unit.
pub(super) fn written(unit: &Unit, si: &Rational) -> String {
    unit.display_rounded(si, DIGITS)
}

/// Writes an end rounded to the inside of its window: never a value that breaks the rule.
pub(super) fn written_inside(unit: &Unit, si: &Rational, upwards: bool) -> String {
    let value = unit.from_si(si);
    let mut scale = Rational::one();
    let ten = Rational::from(10);
    let most = Rational::power_of_ten(i64::from(DIGITS));
    // Doubles beyond this are refused by the documents; the bound is a safety net only.
    for _ in 0..400 {
        if value.is_zero() || &value.abs() * &scale >= most {
            break;
        }
        scale = &scale * &ten;
    }
    for _ in 0..400 {
        if &value.abs() * &scale < most {
            break;
        }
        scale = &scale / &ten;
    }
    let scaled = &value * &scale;
    let rounded = if upwards {
        scaled.ceil()
    } else {
        scaled.floor()
    };
    unit.display(&unit.to_si(&(&rounded / &scale)))
}

struct Scene<'a> {
    subject: &'a Subject,
    case: &'a Case,
    split: &'a Split<'a>,
    robust: bool,
}

impl Scene<'_> {
    fn axis(&self, known: &Known<'_>) -> Axis {
        let tolerance = known.parameter.tolerance.as_ref().filter(|_| self.robust);
        Axis {
            signal: known.signal,
            nominal: known.nominal.clone(),
            range: range_of(&self.subject.rules, known.signal, known.nominal),
            minus: tolerance.map(|tolerance| tolerance.minus.clone()),
            plus: tolerance.map(|tolerance| tolerance.plus.clone()),
        }
    }

    /// The rules that read a signal.
    fn readers(&self, signal: SignalId) -> Vec<&Rule> {
        let judged = self.split.judged.iter().copied();
        judged.filter(|rule| rule.reads.contains(&signal)).collect()
    }

    fn parameter(&self, name: &str) -> Result<(ParameterWindow, Vec<(String, String)>), String> {
        let known = known(self.subject, name)?;
        let axis = self.axis(&known);
        let rules = self.readers(known.signal);
        let fixed = window::fixed(&self.subject.rules, &rules, self.case, &axis);
        let (span, is_inside) = match fixed.around(known.nominal) {
            Some((span, inside)) => (Some(span), inside && fixed.never.is_empty()),
            None => (None, false),
        };
        let status = match (span, is_inside) {
            (Some(_), true) => "inside",
            (Some(_), false) if fixed.never.is_empty() => "outside",
            (Some(_), false) | (None, _) => "none",
        };
        let end = |limit: &Limit, upwards| self.end(limit, &rules, known.unit, upwards);
        let codes = |places: &[usize]| -> Vec<String> {
            places.iter().map(|&at| rules[at].code.clone()).collect()
        };
        let left_out = self.left_out(&fixed, &rules);
        let found = ParameterWindow {
            name: name.to_owned(),
            unit: known.unit.symbol.clone(),
            value: written(known.unit, known.nominal),
            status: status.to_owned(),
            lower: span.map(|span| end(&span.low, true)),
            upper: span.map(|span| end(&span.high, false)),
            proved: span.is_some_and(|span| span.inside.is_some()),
            certificates: span
                .and_then(|span| span.inside.as_ref())
                .map(|proofs| proofs.iter().filter_map(as_json).collect())
                .unwrap_or_default(),
            further_windows: (fixed.spans.len() as u64).saturating_sub(1),
            fails_anyway: codes(&fixed.never),
            steps: span.and_then(|span| steps(span, &known)),
            others_free: self.free(&known, &axis),
            approved: known.parameter.approved.as_ref().map(|approved| {
                let inside = |value: &Rational| span.is_some_and(|span| span.contains(value));
                let standing = match (inside(&approved.range.low), inside(&approved.range.high)) {
                    (true, true) => "inside",
                    (false, false) if !overlaps(span, &approved.range) => "apart",
                    _ => "reaches out",
                };
                ApprovedWindow {
                    range: approved.range.display(),
                    document: approved.document.clone(),
                    standing: standing.to_owned(),
                }
            }),
            bar: bar(span, &known),
        };
        Ok((found, left_out))
    }

    fn end(&self, limit: &Limit, rules: &[&Rule], unit: &Unit, upwards: bool) -> WindowEnd {
        let exact = if limit.low == limit.high {
            vec![limit.low.to_ratio_string()]
        } else {
            vec![limit.low.to_ratio_string(), limit.high.to_ratio_string()]
        };
        let stops = limit.stopped_by.iter().map(|&at| RulePlace {
            code: rules[at].code.clone(),
            place: place(&self.subject.sources, rules[at].code_span),
        });
        WindowEnd {
            value: written_inside(
                unit,
                if upwards { &limit.high } else { &limit.low },
                upwards,
            ),
            exact,
            closed: limit.closed,
            stopped_by: stops.collect(),
            proved: limit.beyond.is_some(),
            certificate: limit.beyond.as_ref().and_then(as_json),
        }
    }

    fn left_out(&self, fixed: &Fixed, rules: &[&Rule]) -> Vec<(String, String)> {
        let text = |left: &LeftOut| (rules[left.rule].code.clone(), why(&left.why));
        fixed.left_out.iter().map(text).collect()
    }

    /// The other setpoints move in their approved ranges, at their values without tolerance.
    fn free(&self, known: &Known<'_>, axis: &Axis) -> Option<FreeWindow> {
        let mut case = self.subject.case(false);
        let (free, rules) = self.connected(known.signal);
        for (parameter, id) in &free {
            let (nominal, approved) = (parameter.number()?, parameter.approved.as_ref()?);
            let (low, high) = (&approved.range.low, &approved.range.high);
            case.set(
                *id,
                SignalCase::Number(NumberCase {
                    nominal: nominal.clone().max(low.clone()).min(high.clone()),
                    low: low.clone(),
                    high: high.clone(),
                    step: parameter.step.clone(),
                }),
            );
        }
        if free.is_empty() {
            return None;
        }
        let names = free.iter().map(|(parameter, _)| parameter.name.clone());
        let axis = Axis {
            minus: None,
            plus: None,
            ..axis.clone()
        };
        let found = window::free(&self.subject.rules, &rules, &case, &axis);
        let is_whole = found.left_out.is_empty();
        let text = |left: &LeftOut| (rules[left.rule].code.clone(), why(&left.why));
        let open: Vec<(String, String)> = found.left_out.iter().map(text).collect();
        Some(FreeWindow {
            open: grouped(&open),
            low: free_end(&found.least, known.unit, false, is_whole),
            high: free_end(&found.greatest, known.unit, true, is_whole),
            free: names.collect(),
        })
    }

    /// The approved setpoints that are tied to a signal by rules, directly or through each other,
    /// and those rules.
    fn connected(&self, signal: SignalId) -> (Vec<(&Parameter, SignalId)>, Vec<&Rule>) {
        let approved: Vec<(&Parameter, SignalId)> = self
            .subject
            .recipe
            .parameters
            .values()
            .filter(|parameter| parameter.approved.is_some())
            .filter_map(|parameter| {
                let id = self.subject.rules.signal_named(&parameter.name)?;
                let is_setpoint = self.subject.rules.signal(id).role == Some(Role::Setpoint);
                (id != signal && is_setpoint).then_some((parameter, id))
            })
            .collect();
        let mut reached = vec![signal];
        let mut next = 0;
        while let Some(&from) = reached.get(next) {
            next += 1;
            for rule in self.readers(from) {
                for &(_, id) in &approved {
                    if rule.reads.contains(&id) && !reached.contains(&id) {
                        reached.push(id);
                    }
                }
            }
        }
        let is_tied = |rule: &&Rule| reached.iter().any(|id| rule.reads.contains(id));
        let rules = self.split.judged.iter().copied().filter(is_tied).collect();
        let tied = approved.into_iter().filter(|(_, id)| reached.contains(id));
        (tied.collect(), rules)
    }

    fn joint(&self, names: &[String]) -> Option<Joint> {
        let mut setpoints = Vec::new();
        let mut shown = Vec::new();
        for name in names {
            let Ok(known) = known(self.subject, name) else {
                continue;
            };
            let axis = self.axis(&known);
            if let Some(step) = &known.parameter.step {
                setpoints.push(Setpoint {
                    signal: known.signal,
                    nominal: known.nominal.clone(),
                    step: step.clone(),
                    limit: axis.range,
                    minus: axis.minus,
                    plus: axis.plus,
                });
                shown.push(known);
            }
        }
        let among = |rule: &&Rule| setpoints.iter().any(|one| rule.reads.contains(&one.signal));
        let rules: Vec<&Rule> = self.split.judged.iter().copied().filter(among).collect();
        if setpoints.is_empty() {
            return None;
        }
        let found = joint_box::largest(&self.subject.rules, &rules, self.case, &setpoints)?;
        let codes = |side: &joint_box::Side| -> Vec<String> {
            let broken = side.stopped_by.iter().map(|&at| rules[at].code.clone());
            let open = side.unproved.iter();
            let open = open.map(|&at| format!("{} (not proved)", rules[at].code));
            broken.chain(open).collect()
        };
        let sides = found.sides.iter().zip(&setpoints).zip(&shown);
        let sides = sides.map(|(((low, high), setpoint), known)| JointSide {
            name: known.parameter.name.clone(),
            low: written(known.unit, &setpoint.at(-low.steps)),
            high: written(known.unit, &setpoint.at(high.steps)),
            stopped_below: codes(low),
            stopped_above: codes(high),
        });
        let certified = found
            .judgements
            .iter()
            .filter(|one| one.certificate.is_some());
        Some(Joint {
            steps_together: found.together,
            sides: sides.collect(),
            rules_proved: found.judgements.len() as u64,
            certificates: certified.count() as u64,
        })
    }
}

fn as_json(certificate: &Any) -> Option<serde_json::Value> {
    serde_json::to_value(certificate).ok()
}

fn overlaps(span: Option<&Span>, range: &crate::document::Range) -> bool {
    span.is_some_and(|span| range.low <= span.high.high && span.low.low <= range.high)
}

pub(super) fn why(why: &Why) -> String {
    match why {
        Why::Obstacle(Obstacle::Missing { .. }) => "a signal has no value".to_owned(),
        Why::Obstacle(Obstacle::DivisionByZero { .. }) => "it divides by zero".to_owned(),
        Why::Obstacle(Obstacle::DivisorSign { .. }) => {
            "undecided: it may divide by zero in the range".to_owned()
        }
        Why::Obstacle(Obstacle::Function { .. }) => {
            "undecided: `exp`, `ln` and `sqrt` have no closed form here".to_owned()
        }
        Why::Obstacle(Obstacle::TooLarge { .. }) => {
            "undecided: its closed form is too large".to_owned()
        }
        Why::Shared => "undecided: its parts share tolerances".to_owned(),
        Why::Open => "undecided at the value of the recipe".to_owned(),
    }
}

pub(super) fn free_end(optimum: &Optimum, unit: &Unit, upper: bool, is_whole: bool) -> FreeEnd {
    let end = |kind: &str, value: Option<&Rational>, bound: Option<&Rational>, proved| FreeEnd {
        kind: kind.to_owned(),
        // The end to the inside, the bound to the outside.
        value: value.map(|value| written_inside(unit, value, !upper)),
        bound: bound.map(|bound| written_inside(unit, bound, upper)),
        proved,
    };
    if !is_whole {
        return end("undecided", None, None, false);
    }
    match optimum {
        Optimum::Impossible(proof) => end("none", None, None, proof.is_some()),
        Optimum::Attained { value, beyond, .. } => {
            end("attained", Some(value), None, beyond.is_some())
        }
        Optimum::Approached { value, beyond, .. } => {
            end("approached", Some(value), None, beyond.is_some())
        }
        Optimum::Between { inside, outside } => {
            let value = inside.as_ref().map(|(value, _)| value);
            end("between", value, Some(outside), false)
        }
        Optimum::TooLarge => end("undecided", None, None, false),
    }
}

/// The settings inside the window, counted in steps from the recipe.
fn steps(span: &Span, known: &Known<'_>) -> Option<StepWindow> {
    let step = known.parameter.step.as_ref()?;
    let at = |count: &Rational| known.nominal + &(step * count);
    let mut low = (&(&span.low.high - known.nominal) / step).ceil();
    let mut high = (&(&span.high.low - known.nominal) / step).floor();
    if !span.contains(&at(&low)) {
        low = &low + &Rational::one();
    }
    if !span.contains(&at(&high)) {
        high = &high - &Rational::one();
    }
    let unit = known.unit;
    (low <= high).then(|| StepWindow {
        step: format!(
            "{} {}",
            unit.difference_from_si(step).display_significant(DIGITS),
            unit.symbol
        ),
        low: written(unit, &at(&low)),
        high: written(unit, &at(&high)),
    })
}

/// Signs of a bar.
const BAR: i64 = 33;

/// Draws the window around the recipe: `─` keeps the rules, `━` is approved too, `·` is outside,
/// the recipe is `●` inside and `×` outside. The bar shows what matters, not all that was looked
/// at: an end far away is cut off.
fn bar(span: Option<&Span>, known: &Known<'_>) -> String {
    let Some(span) = span else {
        return String::new();
    };
    let approved = known
        .parameter
        .approved
        .as_ref()
        .map(|approved| &approved.range);
    let (mut low, mut high) = (known.nominal.clone(), known.nominal.clone());
    if let Some(range) = approved {
        low = low.min(range.low.clone());
        high = high.max(range.high.clone());
    }
    let is_stopped = |limit: &Limit| !limit.stopped_by.is_empty();
    if is_stopped(&span.low) {
        low = low.min(span.low.low.clone());
    }
    if is_stopped(&span.high) {
        high = high.max(span.high.high.clone());
    }
    let width = &high - &low;
    let margin = if width.is_zero() {
        known.nominal.abs().max(Rational::one())
    } else {
        &width * &Rational::ratio(1, 8)
    };
    let (low, width) = (&low - &margin, &width + &(&margin * &Rational::from(2)));
    let cell = |number: i64| {
        let share = Rational::ratio(2 * number + 1, 2 * BAR);
        &low + &(&width * &share)
    };
    let own = &(&(&(known.nominal - &low) / &width) * &Rational::from(BAR)).floor();
    let sign = |number: i64| {
        let value = cell(number);
        let is_inside = span.contains(&value);
        if Rational::from(number) == *own {
            return if span.contains(known.nominal) {
                '●'
            } else {
                '×'
            };
        }
        match (
            is_inside,
            approved.is_some_and(|range| range.contains(&value)),
        ) {
            (true, true) => '━',
            (true, false) => '─',
            (false, _) => '·',
        }
    };
    (0..BAR).map(sign).collect()
}
