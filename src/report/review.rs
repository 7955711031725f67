//! The answer of a rule review as text or JSON.
//!
//! In: a [`Review`]. Out: at most eighty columns: one plain sentence, every rule that changed with
//! its limits and witnesses, the recipes under both versions, the margins that shrank most.

use super::json::pretty;
use super::layout::{Align, Page, Rich, Style};
use super::number::{glued, percent};
use crate::record::review::{Review, ReviewedRule, WitnessEntry};

/// Margins shown.
const SHRUNK_MAX: usize = 5;

/// Writes the JSON.
#[must_use]
pub fn json(review: &Review) -> String {
    pretty(review)
}

/// Writes the page.
#[must_use]
pub fn text(review: &Review, colour: bool) -> String {
    let mut page = Page::new(colour);
    page.paragraph(0, &Rich::styled(Style::Strong, &review.sentence));
    page.paragraph(0, &Rich::plain(&review.subject));
    for rule in &review.rules {
        if rule.change != "equivalent" || !rule.other_changes.is_empty() {
            page.blank();
            reviewed(&mut page, rule);
        }
    }
    if !review.recipes.is_empty() {
        page.blank();
        page.paragraph(0, &Rich::styled(Style::Strong, "Recipes under rules"));
    }
    for row in &review.recipes {
        let mut parts = vec![format!("{} fine", row.fine)];
        for (word, codes) in [
            ("within the guard band", &row.conditional),
            ("BROKEN", &row.broken),
            ("undecided", &row.undecided),
        ] {
            if !codes.is_empty() {
                parts.push(format!("{word}: {}", codes.join(" ")));
            }
        }
        let label = format!("{} recipe, {} rules", row.recipe, row.rules);
        page.entry(
            2,
            (23, &Rich::plain(&label)),
            &Rich::plain(&parts.join(" · ")),
        );
    }
    if let Some(last) = review
        .recipes
        .last()
        .filter(|last| last.needs_simulation > 0)
    {
        let (rules, are, them) = match last.needs_simulation {
            1 => ("rule", "is", "it"),
            _ => ("rules", "are", "them"),
        };
        let text = format!(
            "{} {rules} on outcomes {are} not judged here; a scenario of the change simulates \
             {them}",
            last.needs_simulation
        );
        page.paragraph(2, &Rich::plain(&text));
    }
    if !review.shrank.is_empty() {
        page.blank();
        let text = "Margins that shrank most, in shares of the limit";
        page.paragraph(0, &Rich::styled(Style::Strong, text));
    }
    for one in review.shrank.iter().take(SHRUNK_MAX) {
        let cells = [
            (8, Align::Left, Rich::plain(&one.code)),
            (10, Align::Right, Rich::plain(&percent(one.from, 1))),
            (4, Align::Left, Rich::plain("->")),
            (10, Align::Right, Rich::plain(&percent(one.to, 1))),
        ];
        page.row(2, 1, &cells);
    }
    page.finish()
}

fn reviewed(page: &mut Page, rule: &ReviewedRule) {
    let style = match rule.change.as_str() {
        "equivalent" | "looser" => Style::Strong,
        _ => Style::Bad,
    };
    let limits = match (&rule.limit_from, &rule.limit_to) {
        (Some(from), Some(to)) if from == to => format!(" {}", glued(from)),
        (Some(from), Some(to)) => format!(" {} -> {}", glued(from), glued(to)),
        (Some(only), None) | (None, Some(only)) => format!(" {}", glued(only)),
        (None, None) => String::new(),
    };
    let guard = match rule.guard.as_str() {
        "" | "unchanged" => String::new(),
        guard => format!(", guard {guard}"),
    };
    let place = format!("  {}:{}", rule.place.path, rule.place.line);
    let head = Rich::styled(style, &rule.code)
        .and(&limits)
        .and(": ")
        .and(&rule.change)
        .and(if rule.proved { " (proved)" } else { "" })
        .and(&guard)
        .and(&place);
    page.paragraph(0, &head);
    for change in &rule.other_changes {
        page.paragraph(2, &Rich::plain(change));
    }
    if let Some(remark) = &rule.remark {
        page.paragraph(2, &Rich::plain(remark));
    }
    for says in &rule.solvers_word {
        let text = format!("{says}: on the solver's word alone, without a certificate");
        page.paragraph(2, &Rich::plain(&text));
    }
    witness(page, "now forbidden:", &rule.newly_forbidden);
    witness(page, "now permitted:", &rule.newly_permitted);
}

fn witness(page: &mut Page, label: &str, entries: &[WitnessEntry]) {
    if entries.is_empty() {
        return;
    }
    let values = entries
        .iter()
        .map(|entry| format!("{} = {}", glued(&entry.name), glued(&entry.value)));
    let values = values.collect::<Vec<_>>().join(", ");
    page.entry(2, (16, &Rich::plain(label)), &Rich::plain(&values));
}
