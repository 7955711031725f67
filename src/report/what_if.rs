//! The answer of `simulate --set` and `--sweep`: a table, sparklines, CSV, JSON.
//!
//! In: a [`WhatIf`]. Out: at most eighty columns: what was changed, then per stage one line an
//! outcome, before and after, or along the sweep.

use super::json::pretty;
use super::layout::{Align, Page, Rich, Style};
use super::number::counted;
use super::replaced::replaced_lines;
use super::story::readable;
use crate::record::what_if::{Outcome, Point, WhatIf};

/// Columns: name with unit, two values, and change or sparkline.
const WIDTHS: [usize; 4] = [39, 10, 10, 15];
/// Characters of a sparkline.
const SPARKS: usize = 18;
/// Eight heights.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Where a point failed.
const GAP: char = '·';

/// Writes the JSON.
#[must_use]
pub fn json(answer: &WhatIf) -> String {
    pretty(answer)
}

/// Writes one row per point: the swept value, every outcome, why a point failed.
#[must_use]
pub fn csv(answer: &WhatIf) -> String {
    let head = |name: &str, unit: &str| match unit {
        "" => name.to_owned(),
        unit => format!("{name} [{unit}]"),
    };
    let mut heads: Vec<String> = Vec::new();
    heads.extend(answer.sweep.as_ref().map(|one| head(&one.name, &one.unit)));
    heads.extend(answer.outcomes.iter().map(|one| head(&one.name, &one.unit)));
    let of_numerics = |one: &&Outcome| !one.u_num.is_empty();
    let with_numerics: Vec<&Outcome> = answer.outcomes.iter().filter(of_numerics).collect();
    let u_num = |one: &&Outcome| head(&format!("u_num {}", one.name), &one.unit);
    heads.extend(with_numerics.iter().map(u_num));
    heads.extend(["flags", "failed"].map(str::to_owned));
    let mut text = record(&heads);
    for (at, point) in answer.points.iter().enumerate() {
        let mut cells: Vec<String> = Vec::new();
        cells.extend(answer.sweep.as_ref().map(|one| one.values[at].to_string()));
        let value = |one: &Outcome| one.values[at].map_or_else(String::new, |v| v.to_string());
        cells.extend(answer.outcomes.iter().map(value));
        let u_num = |one: &&Outcome| one.u_num[at].map_or_else(String::new, |v| v.to_string());
        cells.extend(with_numerics.iter().map(u_num));
        cells.push(point.flags.join("; "));
        cells.push(point.failed.clone().unwrap_or_default());
        text.push_str(&record(&cells));
    }
    text
}

/// One line of RFC 4180, ended by a line feed.
fn record(cells: &[String]) -> String {
    let quoted = cells.iter().map(|cell| {
        if cell.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    });
    let mut line = quoted.collect::<Vec<_>>().join(",");
    line.push('\n');
    line
}

/// Writes the page.
#[must_use]
pub fn text(answer: &WhatIf, colour: bool) -> String {
    let mut page = Page::new(colour);
    page.paragraph(0, &Rich::styled(Style::Strong, &answer.document));
    let about = format!("nominal values of {}", answer.recipe);
    page.paragraph(2, &Rich::plain(&about));
    for one in &answer.set {
        let unit = spaced(&one.unit);
        let (from, to) = (readable(one.from), readable(one.to));
        page.paragraph(
            2,
            &Rich::plain(&format!("{} {from} → {to}{unit}", one.name)),
        );
    }
    if let Some(sweep) = &answer.sweep {
        let (first, last) = ends(&sweep.values);
        let words = format!(
            "{} {} .. {}{}, {}; now {}",
            sweep.name,
            readable(first),
            readable(last),
            spaced(&sweep.unit),
            counted(sweep.values.len() as u64, "point"),
            readable(sweep.from)
        );
        page.paragraph(2, &Rich::plain(&words));
    }
    for line in replaced_lines(&answer.replaced, &answer.not_modelled) {
        page.paragraph(2, &Rich::styled(Style::Caution, &line));
    }
    reservations(&mut page, answer);
    heads(&mut page, answer);
    let mut stage = "";
    for outcome in &answer.outcomes {
        if outcome.stage != stage {
            stage = &outcome.stage;
            page.paragraph(0, &Rich::styled(Style::Strong, stage));
        }
        line(&mut page, answer, outcome);
        if let Some(words) = outcome.u_num_text() {
            page.paragraph(4, &Rich::plain(&words));
        }
    }
    page.finish()
}

fn heads(page: &mut Page, answer: &WhatIf) {
    let names = if answer.sweep.is_some() {
        ["outcome", "first", "last", "along the sweep"]
    } else {
        ["outcome", "now", "then", "change"]
    };
    row(page, names.map(Rich::plain));
}

fn line(page: &mut Page, answer: &WhatIf, outcome: &Outcome) {
    let unit = match outcome.unit.as_str() {
        "" | "1" => String::new(),
        unit => format!(" [{unit}]"),
    };
    let name = Rich::plain(&format!("{}{unit}", outcome.name));
    let (first, last, end) = if answer.sweep.is_some() {
        let first = outcome.values.first().copied().flatten();
        let last = outcome.values.last().copied().flatten();
        (first, last, Rich::plain(&sparkline(&outcome.values)))
    } else {
        let then = outcome.values.first().copied().flatten();
        (outcome.now, then, change(outcome, then))
    };
    row(page, [name, value(first), value(last), end]);
}

fn row(page: &mut Page, cells: [Rich; 4]) {
    let cells: Vec<_> = WIDTHS
        .into_iter()
        .zip(cells)
        .enumerate()
        .map(|(at, (width, text))| {
            let side = if at == 0 { Align::Left } else { Align::Right };
            (width, side, text)
        })
        .collect();
    page.row(2, 1, &cells);
}

/// What a reader must know before the numbers.
fn reservations(page: &mut Page, answer: &WhatIf) {
    if let Some(why) = &answer.now_failed {
        let words = format!("as it stands: {why}");
        page.paragraph(2, &Rich::styled(Style::Bad, &words));
    }
    let count = answer.points.len() as u64;
    for run in answer
        .points
        .chunk_by(|a, b| a.failed.is_some() == b.failed.is_some())
    {
        let Some(why) = run.first().and_then(|point| point.failed.as_ref()) else {
            continue;
        };
        page.paragraph(2, &Rich::styled(Style::Bad, &failure(answer, run, why)));
    }
    let mut said: Vec<(&str, u64)> = Vec::new();
    for flag in answer.points.iter().flat_map(|point| &point.flags) {
        match said.iter_mut().find(|(known, _)| known == flag) {
            Some((_, times)) => *times += 1,
            None => said.push((flag, 1)),
        }
    }
    for (flag, times) in said {
        let words = if count == 1 {
            flag.to_owned()
        } else {
            format!("{times} of {}: {flag}", counted(count, "point"))
        };
        page.paragraph(2, &Rich::styled(Style::Caution, &words));
    }
}

/// Where along the sweep points failed, and why the first of them did.
fn failure(answer: &WhatIf, run: &[Point], why: &str) -> String {
    let Some(sweep) = &answer.sweep else {
        return why.to_owned();
    };
    let start = answer
        .points
        .iter()
        .position(|point| std::ptr::eq(point, &run[0]));
    let Some(start) = start else {
        return why.to_owned();
    };
    let ends = [start, start + run.len() - 1].map(|at| readable(sweep.values[at]));
    let unit = spaced(&sweep.unit);
    match run.len() {
        1 => format!("no outcome at {}{unit}: {why}", ends[0]),
        _ => format!(
            "no outcome from {} to {}{unit}; at the first: {why}",
            ends[0], ends[1]
        ),
    }
}

fn spaced(unit: &str) -> String {
    match unit {
        "" | "1" => String::new(),
        unit => format!(" {unit}"),
    }
}

fn ends(values: &[f64]) -> (f64, f64) {
    let first = values.first().copied().unwrap_or(f64::NAN);
    (first, values.last().copied().unwrap_or(f64::NAN))
}

fn value(value: Option<f64>) -> Rich {
    match value {
        Some(value) => Rich::plain(&readable(value)),
        None => Rich::styled(Style::Bad, "none"),
    }
}

/// The difference, and its share of the first value where that means something and fits.
fn change(outcome: &Outcome, then: Option<f64>) -> Rich {
    let (Some(now), Some(then)) = (outcome.now, then) else {
        return Rich::default();
    };
    let difference = then - now;
    if difference == 0.0 {
        return Rich::plain("=");
    }
    let signed = |value: f64| {
        let sign = if value > 0.0 { "+" } else { "" };
        format!("{sign}{}", readable(value))
    };
    let alone = signed(difference);
    // A share of degrees Celsius would depend on where their zero lies.
    let share = 100.0 * difference / now.abs();
    let both = format!("{alone} {} %", signed(share));
    let fits = both.chars().count() <= WIDTHS[3];
    if fits && share.is_finite() && outcome.unit != "degC" {
        return Rich::plain(&both);
    }
    Rich::plain(&alone)
}

/// Draws values as bars between their least and greatest, at most [`SPARKS`] wide.
fn sparkline(values: &[Option<f64>]) -> String {
    let known = || values.iter().flatten().copied();
    let (low, high) = known().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
        (low.min(v), high.max(v))
    });
    let width = SPARKS.min(values.len()).min(WIDTHS[3]);
    let place = |at: usize| at * (values.len() - 1) / width.saturating_sub(1).max(1);
    let bar = |value: f64| {
        let top = HEIGHTS.len() - 1;
        if high <= low {
            return HEIGHTS[0];
        }
        let share = (value - low) / (high - low);
        // The first height that reaches the share, so that rounding needs no cast.
        let reaches = |at: &usize| (*at as f64 + 0.5) / top as f64 >= share;
        HEIGHTS[(0..=top).find(reaches).unwrap_or(top)]
    };
    let drawn = (0..width).map(|at| values[place(at)].map_or(GAP, bar));
    drawn.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sparkline_rises_where_the_values_rise_and_shows_gaps() {
        let values: Vec<Option<f64>> = (0..8).map(|i| Some(f64::from(i))).collect();
        assert_eq!(sparkline(&values), "▁▂▃▄▅▆▇█");
        let mut gap = values;
        gap[3] = None;
        assert_eq!(sparkline(&gap), "▁▂▃·▅▆▇█");
        assert_eq!(sparkline(&[Some(2.0), Some(2.0)]), "▁▁");
    }

    #[test]
    fn cells_with_commas_are_quoted() {
        let cells = ["a,b".to_owned(), "say \"x\"".to_owned(), String::new()];
        assert_eq!(record(&cells), "\"a,b\",\"say \"\"x\"\"\",\n");
    }
}
