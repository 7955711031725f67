//! The answer of `lots` as text or JSON.
//!
//! In: a [`LotsAnswer`]. Out: at most eighty columns: one plain sentence, the ranges, a setting or
//! the lot without one, then per material what can be run.

use super::json::pretty;
use super::layout::{Page, Rich, Style};
use super::number::glued;
use super::window::left_out;
use crate::record::lots::{LotRange, LotValue, LotsAnswer};
use crate::record::window::FreeEnd;

/// Width of the label column.
const LABEL: usize = 11;

/// Settings shown.
const SETTINGS_MAX: usize = 4;

/// Writes the JSON.
#[must_use]
pub fn json(answer: &LotsAnswer) -> String {
    pretty(answer)
}

/// Writes the page.
#[must_use]
pub fn text(answer: &LotsAnswer, colour: bool) -> String {
    let mut page = Page::new(colour);
    page.paragraph(0, &Rich::styled(Style::Strong, &answer.sentence));
    let about = "at the values of the recipe, tolerances of setpoints left aside";
    page.paragraph(0, &Rich::plain(&format!("{}; {about}", answer.subject)));
    page.blank();
    let mut entry = |label: &str, text: &str| {
        page.entry(2, (LABEL, &Rich::plain(label)), &Rich::plain(text));
    };
    entry("lots", &ranges(&answer.materials));
    let free = match answer.free.as_slice() {
        [] => "nothing: no setpoint that may move has an approved range".to_owned(),
        free => ranges(free),
    };
    entry("chosen", &free);
    for setting in answer.settings.iter().take(SETTINGS_MAX) {
        let text = match setting.as_slice() {
            [] => "as the recipe has it".to_owned(),
            setting => values(setting),
        };
        entry("setting", &text);
    }
    if answer.settings.len() > SETTINGS_MAX {
        let more = answer.settings.len() - SETTINGS_MAX;
        entry("", &format!("and {more} more (see `--format json`)"));
    }
    if !answer.lot.is_empty() {
        let label = if answer.status == "undecided" {
            "broke all"
        } else {
            "no setting"
        };
        entry(label, &values(&answer.lot));
    }
    let proof = match (answer.proved, answer.status.as_str()) {
        (true, _) => "certificate checked (in `--format json`)",
        (false, "undecided") => "none for this answer",
        (false, _) => "by our own exact search; the checker has not read it",
    };
    entry("proof", proof);
    page.blank();
    page.paragraph(0, &Rich::styled(Style::Strong, "What can be run"));
    if answer.limits.is_empty() {
        let text = "no rule ends any of these materials where it may lie at all";
        page.paragraph(2, &Rich::plain(text));
    }
    for limit in &answer.limits {
        let others = match limit.others.as_str() {
            "lot" => "others as in that lot",
            _ => "others as in the recipe",
        };
        let text = format!(
            "{}  {} ({others})",
            limit.name,
            reach(&limit.low, &limit.high)
        );
        page.paragraph(2, &Rich::plain(&text));
    }
    left_out(&mut page, "not in this answer", &answer.not_in_answer);
    page.finish()
}

fn ranges(list: &[LotRange]) -> String {
    let one = |one: &LotRange| format!("{} {} .. {}", one.name, glued(&one.low), glued(&one.high));
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn values(list: &[LotValue]) -> String {
    let one = |one: &LotValue| format!("{} = {}", one.name, glued(&one.value));
    list.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn reach(low: &FreeEnd, high: &FreeEnd) -> String {
    if low.kind == "none" {
        return "no value can be run".to_owned();
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
    format!("{} .. {}", side(low), side(high))
}
