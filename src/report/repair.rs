//! The answer of `repair` as text or JSON.
//!
//! In: [`Repairs`]. Out: at most eighty columns: one plain sentence, the moves with their approval,
//! what was searched, then the limits that would have to give instead.

use super::json::pretty;
use super::layout::{Page, Rich, Style};
use super::number::{count, glued};
use super::window::left_out;
use crate::record::repair::{Relaxation, Repairs};

/// Width of the label column.
const LABEL: usize = 11;

/// Writes the JSON.
#[must_use]
pub fn json(repairs: &Repairs) -> String {
    pretty(repairs)
}

/// Writes the page.
#[must_use]
pub fn text(repairs: &Repairs, colour: bool) -> String {
    let mut page = Page::new(colour);
    page.paragraph(0, &Rich::styled(Style::Strong, &repairs.sentence));
    let how = if repairs.robust {
        "rules hold for all tolerances of the recipe"
    } else {
        "rules hold at the values of the recipe, tolerances left aside"
    };
    page.paragraph(0, &Rich::plain(&format!("{}; {how}", repairs.subject)));
    if !repairs.moves.is_empty() {
        page.blank();
    }
    for one in &repairs.moves {
        let noun = if one.steps.unsigned_abs() == 1 {
            "step"
        } else {
            "steps"
        };
        let steps = format!("{:+} plant {noun}", one.steps);
        let approval = match one.approval.as_str() {
            "inside" => "approved",
            "outside" => "OUTSIDE approval",
            _ => "no approved range stated",
        };
        let (from, to) = (glued(&one.from), glued(&one.to));
        let text = format!("{}  {from} -> {to}  {steps}, {approval}", one.name);
        page.paragraph(2, &Rich::plain(&text));
    }
    if repairs.status != "not needed" {
        searched(&mut page, repairs);
    }
    if !repairs.relaxations.is_empty() {
        page.blank();
        let text = "Or a limit gives (weakest evidence first):";
        page.paragraph(0, &Rich::styled(Style::Strong, text));
    }
    for one in &repairs.relaxations {
        relaxation(&mut page, one);
    }
    left_out(&mut page, "not judged here", &repairs.not_in_repair);
    page.finish()
}

fn searched(page: &mut Page, repairs: &Repairs) {
    page.blank();
    let mut entry = |label: &str, text: &str| {
        page.entry(2, (LABEL, &Rich::plain(label)), &Rich::plain(text));
    };
    let broken = repairs.broken.iter();
    let broken: Vec<String> = broken
        .map(|one| format!("{} ({}:{})", one.code, one.place.path, one.place.line))
        .collect();
    entry("broken", &broken.join(", "));
    let movable = match repairs.movable.as_slice() {
        [] => "no setpoint that rules read has a plant step and may move".to_owned(),
        names => names.join(", "),
    };
    entry("may move", &movable);
    let looked = count(repairs.looked_at);
    match (&repairs.cost, &repairs.nothing_below) {
        (Some(cost), _) => entry(
            "cost",
            &format!("{cost}; all cheaper changes fail, {looked} changes looked at"),
        ),
        (None, Some(below)) => entry(
            "searched",
            &format!("{looked} changes; nothing cheaper than {below} passes"),
        ),
        (None, None) => entry("searched", &format!("{looked} changes")),
    }
}

fn relaxation(page: &mut Page, one: &Relaxation) {
    let by = match (&one.by, one.enough) {
        (Some(by), true) => format!("by {}", glued(by)),
        (Some(by), false) => format!("by at least {}", glued(by)),
        (None, _) => "by an amount that is not known".to_owned(),
    };
    let worst = one
        .worst
        .as_deref()
        .map_or_else(String::new, |worst| format!(", reaches {}", glued(worst)));
    let head = format!(
        "{} {}: {}{worst}: {by}",
        one.rule.code,
        one.title,
        glued(&one.limit)
    );
    page.paragraph(2, &Rich::plain(&head));
    let owner = one
        .owner
        .as_deref()
        .map_or_else(String::new, |owner| format!("; owner {owner}"));
    let text = format!("{}: {}{owner}", one.evidence, one.source);
    page.paragraph(5, &Rich::plain(&text));
}
