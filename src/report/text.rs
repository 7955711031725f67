//! The page: what an engineer reads first, in eighty columns.
//!
//! In: a body and where its record is. Out: text in the order decision, change, gain, load,
//! binding rules, what would pass, what is not known, model, trial, paperwork, index, record.
//! No line is wider than eighty columns, whatever the documents say. Wording: a broken input
//! rule is "proved", a broken outcome rule breaks "in the model"; sampling error and model error
//! stand on lines of their own.

pub mod findings;
pub(crate) mod margins;
pub(crate) mod rules;

use crate::record::body::{Body, DeltaRow, OutcomeRow};

use super::RecordReference;
use super::layout::{Align, Page, Rich, Style};
use super::number::glued;
use super::numerics::numerics_weaknesses;
use super::replaced::replaced_lines;
use super::{reasoning, story};

pub use findings::findings_text;

/// Width of the label column.
const LABEL: usize = 10;
/// Width of the left part of a decision line with its remark beside it.
const DECISION_LEFT: usize = 38;
/// Width of the remark; a longer one goes below.
const DECISION_RIGHT: usize = 32;

/// Writes the page of one judgement.
#[must_use]
pub fn page(body: &Body, record: &RecordReference<'_>, colour: bool) -> String {
    let mut page = Page::new(colour);
    heading(&mut page, body);
    decision(&mut page, body);
    numerics(&mut page, record);
    changed(&mut page, body);
    shifts(&mut page, body, "Gain", "gain");
    shifts(&mut page, body, "Load", "load");
    rules::table(&mut page, body);
    proposal(&mut page, body);
    ladder(&mut page, body);
    not_moved(&mut page, body);
    list(&mut page, "Not known", &body.not_known);
    model(&mut page, body);
    reasons(&mut page, body);
    trial(&mut page, body);
    list(&mut page, "Paperwork", &body.paperwork);
    labelled(
        &mut page,
        "Index",
        &Rich::plain(&story::index_text(body).join(" · ")),
    );
    record_line(&mut page, record);
    page.finish()
}

/// The colour of a decision.
#[must_use]
pub fn decision_style(decision: &str) -> Style {
    match decision {
        "reject" => Style::Bad,
        "release" => Style::Good,
        _ => Style::Caution,
    }
}

fn heading(page: &mut Page, body: &Body) {
    let request = &body.request;
    let (id, title) = (
        Rich::styled(Style::Strong, &request.id),
        Rich::styled(Style::Strong, &request.title),
    );
    if id.width() < LABEL {
        page.entry(0, (LABEL, &id), &title);
    } else {
        page.paragraph(0, &id.and(": ").and_styled(Style::Strong, &request.title));
    }
    if !request.requested_by.is_empty() || !request.reason.is_empty() {
        labelled(
            page,
            "",
            &Rich::plain(&format!(
                "requested by {}: {}",
                request.requested_by, request.reason
            )),
        );
    }
}

fn decision(page: &mut Page, body: &Body) {
    let mut label = "DECISION";
    for line in story::decision_lines(body, story::Naming::Numbers) {
        let mut left = Rich::plain(&line.subject);
        if !line.decision.is_empty() {
            left = left.and(": ").and_styled(
                decision_style(&line.decision),
                &line.decision.to_uppercase(),
            );
        }
        let note = Rich::plain(&line.note);
        let beside = left.width() < DECISION_LEFT && note.width() <= DECISION_RIGHT;
        if beside {
            page.row(
                0,
                0,
                &[
                    (LABEL, Align::Left, Rich::styled(Style::Strong, label)),
                    (DECISION_LEFT, Align::Left, left),
                    (DECISION_RIGHT, Align::Left, note),
                ],
            );
        } else {
            labelled(page, label, &left);
            page.paragraph(LABEL + 2, &note);
        }
        label = "";
    }
}

/// Numerical errors that are not small, before what they weaken.
fn numerics(page: &mut Page, record: &RecordReference<'_>) {
    let mut label = "Numerics";
    for line in numerics_weaknesses(record.numerics) {
        labelled(page, label, &Rich::styled(Style::Caution, &line));
        label = "";
    }
}

fn changed(page: &mut Page, body: &Body) {
    let mut label = "Changed";
    for change in &body.changes {
        let (range, inside) = story::approval(change);
        let mut text = Rich::plain(&story::change_text(change))
            .and("; ")
            .and(&range);
        text = match inside {
            Some(true) => text.and(": ").and_styled(Style::Good, "INSIDE"),
            Some(false) => text.and(": ").and_styled(Style::Bad, "OUTSIDE"),
            None => text,
        };
        labelled(page, label, &text);
        label = "";
    }
}

/// The outcomes of one group, and for the gain what the highest passing step brings.
fn shifts(page: &mut Page, body: &Body, label: &str, group: &str) {
    let mut parts: Vec<String> = body
        .outcomes
        .iter()
        .filter(|outcome| outcome.group == group)
        .map(story::outcome_shift)
        .collect();
    if group == "gain"
        && let Some(at_step) = gain_at_step(body)
    {
        parts.push(at_step);
    }
    if !parts.is_empty() {
        labelled(page, label, &Rich::plain(&parts.join("; ")));
    }
}

fn gain_at_step(body: &Body) -> Option<String> {
    let ladder = body.ladder.as_ref()?;
    let value = ladder.highest_passing.as_ref()?;
    let area = ladder
        .steps
        .iter()
        .find(|step| step.value == *value)?
        .coated_area_m2_h?;
    Some(format!(
        "at {} coated area {}",
        glued(&format!("{value} {}", ladder.unit)),
        glued(&format!("{} m^2/h", story::readable(area)))
    ))
}

fn proposal(page: &mut Page, body: &Body) {
    let Some(proposal) = &body.proposal else {
        return;
    };
    page.paragraph(
        0,
        &Rich::styled(Style::Strong, "What would pass").and(&format!(
            " (plant steps; {})",
            story::search_text(body).unwrap_or_default()
        )),
    );
    for step in &proposal.moves {
        let effect = if step.needed {
            format!("{} (needed)", step.effect)
        } else {
            step.effect.clone()
        };
        page.row(
            5,
            2,
            &[
                (
                    37,
                    Align::Left,
                    Rich::plain(&format!(
                        "{} {} -> {}",
                        story::short_name(&step.name),
                        glued(&step.from),
                        glued(&step.to)
                    )),
                ),
                (36, Align::Left, Rich::plain(&effect)),
            ],
        );
    }
}

fn ladder(page: &mut Page, body: &Body) {
    let Some(ladder) = &body.ladder else { return };
    let short = story::short_name(&ladder.name);
    let last = short.rsplit(' ').next().unwrap_or("steps");
    let label = if last.is_ascii() && (1..LABEL).contains(&last.len()) {
        let (first, rest) = last.split_at(1);
        format!("{}{rest}", first.to_uppercase())
    } else {
        "Steps".to_owned()
    };
    let steps: Vec<String> = story::ladder_text(ladder);
    let text = Rich::plain(&glued(&ladder.unit))
        .and(": ")
        .and(&steps.join(" | "));
    labelled(page, &label, &text);
}

fn not_moved(page: &mut Page, body: &Body) {
    let mut label = "Not moved";
    for change in body.changes.iter().filter(|c| !c.not_moved.is_empty()) {
        let values: Vec<String> = change
            .not_moved
            .iter()
            .map(|name| unmoved(name, &body.outcomes))
            .collect();
        labelled(
            page,
            label,
            &Rich::plain(&format!(
                "{} does not reach {} in this model",
                change.name,
                story::and_list(&values)
            )),
        );
        label = "";
    }
}

/// An outcome that stayed, with its value where the record has it.
fn unmoved(name: &str, outcomes: &[OutcomeRow]) -> String {
    let found = outcomes.iter().find(|outcome| outcome.name == name);
    match found.and_then(|outcome| Some((outcome, story::centre(&outcome.requested)?))) {
        Some((outcome, value)) => format!(
            "{} ({})",
            outcome.text,
            story::with_unit(value, &outcome.unit)
        ),
        None => story::short_name(name),
    }
}

fn model(page: &mut Page, body: &Body) {
    let mut label = "Model";
    for delta in story::worst_first(&body.deltas) {
        labelled(page, label, &Rich::plain(&delta_line(delta)));
        label = "";
    }
    if body.deltas.is_empty() {
        labelled(
            page,
            label,
            &Rich::styled(Style::Caution, "nothing observed to compare with"),
        );
        label = "";
    }
    for line in replaced_lines(&body.replaced, &body.not_modelled) {
        labelled(page, label, &Rich::styled(Style::Caution, &line));
        label = "";
    }
    if let Some(cap) = &body.decision.cap {
        labelled(page, label, &Rich::styled(Style::Caution, cap));
    }
}

/// What the decision rests on, and what is weak below it.
fn reasons(page: &mut Page, body: &Body) {
    let mut label = "Argument";
    for line in reasoning::lines(&body.argument) {
        // What the model line above has said is not said again.
        if body.decision.cap.as_ref() != Some(&line) {
            labelled(page, label, &Rich::plain(&line));
            label = "";
        }
    }
}

fn delta_line(delta: &DeltaRow) -> String {
    let remark = if delta.remark.is_empty() {
        String::new()
    } else {
        format!("; {}", delta.remark)
    };
    format!(
        "{}; {}{remark}",
        story::delta_text(delta),
        story::subject_text(delta)
    )
}

fn trial(page: &mut Page, body: &Body) {
    let request = &body.request;
    let mut parts: Vec<String> = Vec::new();
    parts.extend(request.scope.clone());
    parts.extend(request.until.as_ref().map(|until| format!("until {until}")));
    parts.extend(body.trial.iter().cloned());
    list(page, "Trial", &parts);
}

fn list(page: &mut Page, label: &str, items: &[String]) {
    if !items.is_empty() {
        labelled(page, label, &Rich::plain(&items.join("; ")));
    }
}

fn record_line(page: &mut Page, record: &RecordReference<'_>) {
    let short: String = record.sha256.chars().take(16).collect();
    let remark = record
        .remark
        .map_or_else(String::new, |remark| format!("; {remark}"));
    labelled(
        page,
        "Record",
        &Rich::plain(&format!("{} sha256 {short}…{remark}", record.path)),
    );
}

fn labelled(page: &mut Page, label: &str, text: &Rich) {
    page.entry(0, (LABEL, &Rich::styled(Style::Strong, label)), text);
}
