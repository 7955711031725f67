//! A sweep as a page: one small drawing per outcome on a common axis.
//!
//! In: a [`WhatIf`]. Out: a self-contained page without script. Values are simulated and drawn in
//! blue; the recipe as it stands is a dot; a point that failed leaves a gap. Without a sweep the
//! page is a table of two columns.

use super::chart::{self, Scale, bounds, label};
use super::markup::{Markup, coordinate, typographic};
use super::page::head;
use crate::record::what_if::{Outcome, Sweep, WhatIf};
use crate::report::replaced::replaced_lines;
use crate::report::story::readable;

const WIDTH: f64 = 500.0;
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 484.0;
const TOP: f64 = 12.0;
const BASE: f64 = 150.0;

/// Writes the page.
#[must_use]
pub fn sweep_page(answer: &WhatIf) -> String {
    let mut markup = Markup::document();
    let title = answer
        .sweep
        .as_ref()
        .map_or_else(|| answer.document.clone(), |sweep| sweep.name.clone());
    markup.element("html", &[("lang", "en")], |html| {
        html.element("head", &[], |own| head(own, &title));
        html.element("body", &[], |page| {
            page.element("main", &[], |main| {
                main.element("section", &[], |section| {
                    introduction(section, answer);
                    match &answer.sweep {
                        Some(sweep) => drawings(section, answer, sweep),
                        None => table(section, answer),
                    }
                });
            });
        });
    });
    markup.finish()
}

fn introduction(section: &mut Markup, answer: &WhatIf) {
    section.element("header", &[], |header| {
        let title = answer.sweep.as_ref().map_or_else(
            || "What happens if".to_owned(),
            |sweep| format!("What happens along {}", sweep.name),
        );
        header.leaf("h1", &[], &title);
        let about = format!("{}, nominal values of {}", answer.document, answer.recipe);
        header.classed("p", "quiet", &about);
        for one in &answer.set {
            let words = format!(
                "{}: {} instead of {}{}",
                one.name,
                readable(one.to),
                readable(one.from),
                spaced(&one.unit)
            );
            header.leaf("p", &[], &typographic(&words));
        }
    });
    let failed = answer.points.iter().filter(|p| p.failed.is_some());
    let mut sentences: Vec<String> = failed.filter_map(|point| point.failed.clone()).collect();
    let flags = answer.points.iter().flat_map(|point| point.flags.clone());
    sentences.extend(flags);
    sentences.sort();
    sentences.dedup();
    sentences.extend(replaced_lines(&answer.replaced, &answer.not_modelled));
    if !sentences.is_empty() {
        section.element("aside", &[("class", "weak")], |aside| {
            aside.leaf("h2", &[], "What weakens this");
            aside.element("ul", &[], |list| {
                for sentence in &sentences {
                    list.leaf("li", &[], sentence);
                }
            });
        });
    }
}

fn drawings(section: &mut Markup, answer: &WhatIf, sweep: &Sweep) {
    let mut stage = "";
    let stages: Vec<&str> = answer
        .outcomes
        .iter()
        .map(|one| one.stage.as_str())
        .collect();
    for name in stages {
        if name == stage {
            continue;
        }
        stage = name;
        section.leaf("h3", &[], stage);
        section.element("div", &[("class", "histograms")], |grid| {
            for outcome in answer.outcomes.iter().filter(|one| one.stage == stage) {
                grid.element("figure", &[], |figure| drawing(figure, outcome, sweep));
            }
        });
    }
}

fn drawing(figure: &mut Markup, outcome: &Outcome, sweep: &Sweep) {
    figure.element("figcaption", &[], |caption| {
        caption.leaf("b", &[], &outcome.name);
        let words = format!("{}{}", outcome.text, bracketed(&outcome.unit));
        caption.classed("span", "sub", &typographic(&words));
        if let Some(words) = outcome.u_num_text() {
            caption.classed("span", "sub", &words);
        }
    });
    let known = || outcome.values.iter().flatten().chain(&outcome.now).copied();
    let (low, high) = bounds(known());
    let first = sweep.values.first().copied().unwrap_or(0.0);
    let last = sweep.values.last().copied().unwrap_or(1.0);
    let along = Scale::new((first, last), LEFT, RIGHT);
    let up = Scale::new(widened(low, high), BASE, TOP);
    let view = format!("0 0 {WIDTH} {HEIGHT}");
    let title = format!("{} along {}", outcome.name, sweep.name);
    figure.element(
        "svg",
        &[("viewBox", &view), ("role", "img"), ("aria-label", &title)],
        |svg| {
            grid(svg, &along, &up, sweep);
            curve(svg, outcome, sweep, (&along, &up));
            let inside = (first..=last).contains(&sweep.from);
            if let Some(now) = outcome.now.filter(|_| inside) {
                let (x, y) = (coordinate(along.at(sweep.from)), coordinate(up.at(now)));
                svg.shape(
                    "circle",
                    &[("class", "dot"), ("cx", &x), ("cy", &y), ("r", "4")],
                );
            }
        },
    );
}

/// A constant outcome lies in the middle of its panel.
fn widened(low: f64, high: f64) -> (f64, f64) {
    let room = 0.08 * (high - low);
    if room > 1e-9 * high.abs() {
        return (low - room, high + room);
    }
    let room = if high == 0.0 { 1.0 } else { 0.01 * high.abs() };
    (low - room, high + room)
}

fn grid(svg: &mut Markup, along: &Scale, up: &Scale, sweep: &Sweep) {
    chart::grid(svg, up, (LEFT, RIGHT), 3.0);
    chart::ticks_below(svg, along, BASE + 16.0, 5.0);
    let words = format!("{}{}", sweep.name, bracketed(&sweep.unit));
    label(svg, ("axis end", RIGHT, BASE + 34.0), &words);
}

/// Unbroken runs of computed points.
fn curve(svg: &mut Markup, outcome: &Outcome, sweep: &Sweep, scales: (&Scale, &Scale)) {
    let (along, up) = scales;
    let mut run: Vec<String> = Vec::new();
    let points = sweep.values.iter().zip(&outcome.values);
    let ended = std::iter::once((&0.0, &None));
    for (x, y) in points.chain(ended) {
        if let Some(y) = y {
            run.push(format!(
                "{},{}",
                coordinate(along.at(*x)),
                coordinate(up.at(*y))
            ));
            continue;
        }
        if run.len() > 1 {
            let points = run.join(" ");
            svg.shape("polyline", &[("class", "curve"), ("points", &points)]);
        }
        run.clear();
    }
}

fn table(section: &mut Markup, answer: &WhatIf) {
    section.element("table", &[], |table| {
        table.element("tr", &[], |row| {
            for name in ["outcome", "now", "then"] {
                row.leaf("th", &[], name);
            }
        });
        for outcome in &answer.outcomes {
            table.element("tr", &[], |row| {
                row.element("td", &[], |cell| {
                    cell.text(&typographic(&format!(
                        "{}{}",
                        outcome.name,
                        bracketed(&outcome.unit)
                    )));
                    cell.classed("span", "sub", &outcome.text);
                    if let Some(words) = outcome.u_num_text() {
                        cell.classed("span", "sub", &words);
                    }
                });
                let then = outcome.values.first().copied().flatten();
                for value in [outcome.now, then] {
                    let words = value.map_or_else(|| "none".to_owned(), readable);
                    row.classed("td", "number", &words);
                }
            });
        }
    });
}

fn bracketed(unit: &str) -> String {
    match unit {
        "" | "1" => String::new(),
        unit => format!(", {unit}"),
    }
}

fn spaced(unit: &str) -> String {
    match unit {
        "" | "1" => String::new(),
        unit => format!(" {unit}"),
    }
}
