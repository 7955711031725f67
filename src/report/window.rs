//! The answer of `window` as text or JSON.
//!
//! In: [`Windows`]. Out: at most eighty columns, one plain sentence first, then per parameter its
//! window with the rule at each end, plant steps, approval and the reach with the others free; then
//! the joint box, then the rules that take no part.

use super::json::pretty;
use super::layout::{Page, Rich, Style};
use super::number::{counted, glued};
use crate::record::window::{
    FreeEnd, FreeWindow, Joint, NotInWindow, ParameterWindow, RulePlace, WindowEnd, Windows,
};

/// Width of the label column.
const LABEL: usize = 11;

/// Writes the JSON.
#[must_use]
pub fn json(windows: &Windows) -> String {
    pretty(windows)
}

/// Writes the page.
#[must_use]
pub fn text(windows: &Windows, colour: bool) -> String {
    let mut page = Page::new(colour);
    page.paragraph(0, &Rich::styled(Style::Strong, &windows.sentence));
    let how = if windows.robust {
        "every end holds for all tolerances of the recipe"
    } else {
        "at the values of the recipe, without tolerances; `--robust` takes them into account"
    };
    page.paragraph(0, &Rich::plain(&format!("{}; {how}", windows.subject)));
    for parameter in &windows.parameters {
        page.blank();
        one(&mut page, parameter);
    }
    if let Some(joint) = &windows.joint {
        page.blank();
        together(&mut page, joint);
    } else if !windows.parameters.is_empty() {
        page.blank();
        page.paragraph(
            0,
            &Rich::plain(
                "No joint box: the recipe itself does not keep every rule for certain, or no \
                 setpoint has a plant step.",
            ),
        );
    }
    left_out(&mut page, "not in this window", &windows.not_in_window);
    page.finish()
}

/// The rules that an answer leaves out, one paragraph per reason.
pub(super) fn left_out(page: &mut Page, words: &str, list: &[NotInWindow]) {
    for left in list {
        page.blank();
        let text = format!("{words}: {} ({})", left.codes.join(" "), left.why);
        page.paragraph(0, &Rich::plain(&text));
    }
}

fn one(page: &mut Page, parameter: &ParameterWindow) {
    let style = match parameter.status.as_str() {
        "inside" => Style::Strong,
        _ => Style::Bad,
    };
    let head = Rich::styled(style, &parameter.name)
        .and("  ")
        .and(&glued(&parameter.value));
    page.paragraph(0, &head.and("  ").and(&parameter.bar));
    if !parameter.fails_anyway.is_empty() {
        let text = format!(
            "whatever it is, {} fail; without them:",
            parameter.fails_anyway.join(" ")
        );
        page.paragraph(2, &Rich::plain(&text));
    }
    let mut entry = |label: &str, text: &str| {
        page.entry(2, (LABEL, &Rich::plain(label)), &Rich::plain(text));
    };
    match (&parameter.lower, &parameter.upper) {
        (Some(lower), Some(upper)) => {
            entry("at least", &end(lower, ">"));
            entry("at most", &end(upper, "<"));
        }
        _ => entry("window", "no value keeps the rules"),
    }
    if parameter.further_windows > 0 {
        let count = parameter.further_windows;
        entry(
            "further",
            &format!("{} away from the recipe", counted(count, "more window")),
        );
    }
    if let Some(steps) = &parameter.steps {
        let (low, high, step) = (glued(&steps.low), glued(&steps.high), glued(&steps.step));
        let stops =
            |end: &Option<WindowEnd>| end.as_ref().is_some_and(|end| !end.stopped_by.is_empty());
        let reach = match (stops(&parameter.lower), stops(&parameter.upper)) {
            (true, false) => format!("from {low}"),
            (false, true) => format!("up to {high}"),
            (true, true) | (false, false) => format!("{low} .. {high}"),
        };
        entry("settings", &format!("{reach} in steps of {step}"));
    }
    if let Some(approved) = &parameter.approved {
        let standing = match approved.standing.as_str() {
            "inside" => "all of it keeps the rules",
            "apart" => "none of it keeps the rules",
            _ => "NOT all of it keeps the rules",
        };
        let (range, document) = (glued(&approved.range), &approved.document);
        entry("approved", &format!("{range} ({document}): {standing}"));
    }
    if let Some(reach) = &parameter.others_free {
        entry("if others", &free(reach));
    }
}

fn rules(stops: &[RulePlace]) -> String {
    let named = stops.iter().map(|one| {
        let place = &one.place;
        format!("{} ({}:{})", one.code, place.path, place.line)
    });
    named.collect::<Vec<_>>().join(", ")
}

fn end(end: &WindowEnd, open: &str) -> String {
    let approx = if end.exact.len() > 1 { "about " } else { "" };
    let value = glued(&end.value);
    if end.stopped_by.is_empty() {
        return format!("no rule ends it (looked as far as {value})");
    }
    let open = if end.closed {
        String::new()
    } else {
        format!("{open} ")
    };
    let proved = if end.proved {
        ", proved"
    } else {
        ", without a proof"
    };
    format!("{open}{approx}{value}: {}{proved}", rules(&end.stopped_by))
}

fn free(reach: &FreeWindow) -> String {
    let names = reach.free.join(", ");
    if reach.low.kind == "none" {
        return format!("no value, even if {names} move within approval");
    }
    let side = |end: &FreeEnd| {
        let value = end.value.as_deref().map(glued);
        match (end.kind.as_str(), value, end.bound.as_deref().map(glued)) {
            ("attained", Some(value), _) => value,
            ("approached", Some(value), _) => format!("(not quite) {value}"),
            ("between", Some(value), Some(bound)) => format!("{value} (perhaps to {bound})"),
            ("between", None, Some(bound)) => format!("(perhaps to {bound})"),
            _ => "undecided".to_owned(),
        }
    };
    let (low, high) = (side(&reach.low), side(&reach.high));
    let mut text = format!("move within approval: {low} .. {high} ({names})");
    for left in &reach.open {
        text += &format!("; {}: {}", left.codes.join(" "), left.why);
    }
    text
}

fn together(page: &mut Page, joint: &Joint) {
    let count = joint.steps_together;
    let text = if count == 0 {
        "Not even one plant step of all setpoints at once keeps the rules; the box below grows one \
         setpoint after the other"
            .to_owned()
    } else {
        let steps = counted(count.unsigned_abs(), "plant step");
        format!("All setpoints at once may move {steps} either way; the box grown")
    };
    let proved = format!(
        "{text}: {} proved over all of it, {} with {}.",
        counted(joint.rules_proved, "rule"),
        joint.certificates,
        if joint.certificates == 1 {
            "a certificate"
        } else {
            "certificates"
        }
    );
    page.paragraph(0, &Rich::styled(Style::Strong, &proved));
    for side in &joint.sides {
        let stops = |codes: &[String], word: &str| {
            if codes.is_empty() {
                String::new()
            } else {
                format!("  {word} {}", codes.join(" "))
            }
        };
        let text = format!(
            "{}  {} .. {}{}{}",
            side.name,
            glued(&side.low),
            glued(&side.high),
            stops(&side.stopped_below, "below:"),
            stops(&side.stopped_above, "above:")
        );
        page.paragraph(2, &Rich::plain(&text));
    }
}
