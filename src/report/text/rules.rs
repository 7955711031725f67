//! The rules of the page: a table of what deserves a look, with its reasons below each row.
//!
//! In: a body. Out: rows in the order of `standing::by_margin`, each with the corner that breaks
//! it, its source, its sampling error and its model error on lines of their own; then counts of
//! all the other rules, so that nothing is passed over in silence.

use crate::record::body::{Body, Evaluation, Probability, RuleRow, Spread};

use crate::report::layout::{Align, Page, Rich, Style};
use crate::report::number::{count, glued};
use crate::report::replaced::scatter_text;
use crate::report::standing::{self, Standing};
use crate::report::story;

/// Columns of the table: number, rule, limit, now, as requested, worst corner, standing.
const WIDTHS: [usize; 7] = [3, 22, 11, 7, 8, 7, 15];
/// The remark of a verdict that only the ensemble gives.
const IN_THE_MODEL: &str = "in the model";
/// Indent of the lines below a row.
const DETAIL: usize = 5;

/// Adds the table and the counts.
pub fn table(page: &mut Page, body: &Body) {
    let strict = body.request.strict;
    let rows: Vec<&RuleRow> = standing::by_margin(body)
        .into_iter()
        .filter(|row| Standing::of(&row.rule, &row.requested, strict).needs_a_look())
        .collect();
    // What only warns is named in one line; the report opens each of them.
    let (rows, quiet): (Vec<&RuleRow>, Vec<&RuleRow>) = rows
        .into_iter()
        .partition(|row| !Standing::of(&row.rule, &row.requested, strict).only_warns());
    if !rows.is_empty() {
        header(page, body);
    }
    for (index, row) in rows.iter().enumerate() {
        table_row(page, row, index + 1, strict);
        details(page, body, row);
    }
    page.entry(
        2,
        (3, &Rich::default()),
        &Rich::plain(&story::counts(body).join(" · ")),
    );
    if !quiet.is_empty() {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        for row in &quiet {
            let phrase = standing::phrase(&row.rule, &row.requested, strict);
            match groups.iter_mut().find(|(known, _)| *known == phrase) {
                Some((_, codes)) => codes.push(&row.rule.code),
                None => groups.push((phrase, vec![&row.rule.code])),
            }
        }
        let named: Vec<String> = groups
            .iter()
            .map(|(phrase, codes)| format!("{phrase}: {}", codes.join(" ")))
            .collect();
        let text = Rich::plain(&named.join(" · "));
        page.entry(2, (3, &Rich::default()), &text);
    }
    for finding in story::findings_beside(body) {
        let style = match finding.level.as_str() {
            "error" => Style::Bad,
            "warning" => Style::Caution,
            _ => Style::Plain,
        };
        page.entry(
            2,
            (3, &Rich::default()),
            &Rich::styled(style, &finding.level)
                .and(": ")
                .and(&finding.message),
        );
    }
}

fn header(page: &mut Page, body: &Body) {
    let label = story::request_label(body);
    let requested = if label.chars().count() <= WIDTHS[4] {
        label
    } else {
        "request".to_owned()
    };
    let words = ["#", "rule", "limit", "now", &requested, "corner", ""];
    let aligns = [
        Align::Right,
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
    ];
    let mut cells: Vec<_> = words
        .iter()
        .zip(aligns)
        .zip(WIDTHS)
        .map(|((word, align), width)| (width, align, Rich::styled(Style::Strong, word)))
        .collect();
    cells[0].0 += 1;
    page.row(0, 1, &cells);
}

fn table_row(page: &mut Page, row: &RuleRow, number: usize, strict: bool) {
    let rule = &row.rule;
    let evaluation = &row.requested;
    let standing = Standing::of(rule, evaluation, strict);
    let words = standing::phrase(rule, evaluation, strict);
    let corner = if evaluation.probability.is_some() {
        String::new()
    } else {
        cell(evaluation.worst_value.as_deref(), &rule.limit)
    };
    let mut cells = vec![
        (
            WIDTHS[0] + 1,
            Align::Right,
            Rich::plain(&number.to_string()),
        ),
        (
            WIDTHS[1],
            Align::Left,
            Rich::styled(Style::Strong, &rule.code).and(&format!(" {}", rule.title)),
        ),
        (WIDTHS[2], Align::Left, Rich::plain(&tied(&rule.limit))),
        (
            WIDTHS[3],
            Align::Right,
            Rich::plain(&value(&row.now, &rule.limit)),
        ),
        (
            WIDTHS[4],
            Align::Right,
            Rich::plain(&value(evaluation, &rule.limit)),
        ),
    ];
    let phrase = Rich::styled(standing.style(), words);
    if corner.is_empty() {
        cells.push((WIDTHS[5] + 1 + WIDTHS[6], Align::Left, phrase));
    } else {
        cells.push((WIDTHS[5], Align::Right, Rich::plain(&corner)));
        cells.push((WIDTHS[6], Align::Left, phrase));
    }
    page.row(0, 1, &cells);
}

/// The judged value of one recipe, or the share of passing samples.
pub fn value(evaluation: &Evaluation, limit: &str) -> String {
    match &evaluation.probability {
        Some(probability) => story::pass_share(probability.estimate),
        None => cell(evaluation.value.as_deref(), limit),
    }
}

/// A value without the unit its limit repeats.
pub fn cell(value: Option<&str>, limit: &str) -> String {
    let Some(value) = value else {
        return String::new();
    };
    match value.split_once(' ') {
        Some((number, unit)) if limit.ends_with(&format!(" {unit}")) => number.to_owned(),
        _ => glued(value),
    }
}

/// Keeps a comparison sign with its number.
fn tied(limit: &str) -> String {
    let mut text = String::with_capacity(limit.len());
    for (index, word) in limit.split(' ').enumerate() {
        if index > 0 {
            let joined = text.ends_with(['=', '<', '>']) || word.starts_with('%');
            text.push(if joined { '\u{a0}' } else { ' ' });
        }
        text.push_str(word);
    }
    text
}

fn details(page: &mut Page, body: &Body, row: &RuleRow) {
    let evaluation = &row.requested;
    let standing = Standing::of(&row.rule, evaluation, body.request.strict);
    if matches!(standing, Standing::Breaks | Standing::Warns) {
        let witness = witness_text(evaluation);
        if !witness.is_empty() {
            detail(page, &format!("corner: {witness}"));
        }
    }
    if let Some(probability) = &evaluation.probability {
        outcome_details(page, body, row, probability);
    }
    // The words of the row say already that it was found in the model.
    if let Some(remark) = evaluation
        .remark
        .as_ref()
        .filter(|remark| *remark != IN_THE_MODEL)
    {
        detail(page, remark);
    }
    if standing <= Standing::Warns {
        let rule = &row.rule;
        detail(
            page,
            &format!(
                "source: {} ({}, {}); {}:{}",
                rule.source, rule.evidence, rule.severity, rule.path, rule.line
            ),
        );
    }
}

/// The corner: what moved from nominal and by how much.
pub fn witness_text(evaluation: &Evaluation) -> String {
    let parts: Vec<String> = evaluation
        .witness
        .iter()
        .map(|assignment| {
            let name = story::short_name(&assignment.name);
            if assignment.offset.is_empty() {
                glued(&format!("{name} {}", assignment.value))
            } else {
                glued(&format!("{name} {}", assignment.offset))
            }
        })
        .collect();
    parts.join(", ")
}

fn outcome_details(page: &mut Page, body: &Body, row: &RuleRow, probability: &Probability) {
    let outcomes = story::outcomes_of(body, row);
    for outcome in &outcomes {
        // A spread of no sample has no median.
        let shown = |spread: &Spread, value: f64| story::optional((spread.n > 0).then_some(value));
        let (now, requested) = (&outcome.now, &outcome.requested);
        if now.n == 0 && requested.n == 0 {
            detail(page, &format!("{}: no sample gave a value", outcome.text));
            continue;
        }
        let with_unit =
            |value: f64| glued(&format!("{} {}", shown(requested, value), outcome.unit));
        detail(
            page,
            &format!(
                "{}: median {} -> {}, 95th percentile {} -> {}",
                outcome.text,
                shown(now, now.median),
                with_unit(requested.median),
                shown(now, now.p95),
                with_unit(requested.p95),
            ),
        );
    }
    // What the bounds below do not know stands before them.
    if let Some(words) = scatter_text(body, row) {
        detail(page, &words);
    }
    detail(page, &sampling_text(probability));
    let mut named = false;
    for outcome in &outcomes {
        for assumption in story::assumptions_on(body, &outcome.name).iter().take(2) {
            detail(
                page,
                &format!(
                    "model error: {} moves {}{}",
                    story::assumption_text(assumption),
                    story::effect_on(assumption, &row.rule.code),
                    if assumption.evidence == "assumed" || assumption.evidence == "recalled" {
                        "; measure it first"
                    } else {
                        ""
                    }
                ),
            );
            named = true;
        }
    }
    if !named {
        detail(page, "model error: not estimated for this outcome");
    }
}

/// Sampling error in words.
pub fn sampling_text(probability: &Probability) -> String {
    let failed = if probability.failed_samples > 0 {
        format!(
            ", {} gave no value and count against it",
            count(probability.failed_samples)
        )
    } else {
        String::new()
    };
    format!(
        "sampling error: {} of {} samples fail{failed}; pass share {} .. {} (one-sided {} bounds)",
        count(probability.failures),
        count(probability.n),
        story::pass_share(probability.lower),
        story::pass_share(probability.upper),
        crate::report::number::percent(probability.confidence, 0),
    )
}

fn detail(page: &mut Page, text: &str) {
    page.entry(DETAIL, (2, &Rich::default()), &Rich::plain(text));
}
