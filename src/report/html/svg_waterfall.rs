//! The score waterfall: components × weights, adding up to V, then the gate and the index.
//!
//! In: a score. Out: an SVG: for each component the share of V it could give (outline) and gives
//! (filled), each starting where the one before ended; V with its interval; the words for gate
//! and index beside. The record's V is drawn, not a sum of the bars.

use crate::record::body::Score;
use crate::report::number::fixed;

use super::chart::{Scale, label};
use super::markup::{Markup, coordinate};

const WIDTH: f64 = 760.0;
const LEFT: f64 = 170.0;
const RIGHT: f64 = 590.0;
const ROW: f64 = 30.0;
const TOP: f64 = 8.0;

/// Adds the drawing.
pub fn drawing(parent: &mut Markup, score: &Score) {
    let rows = score.components.len() + 1;
    let height = TOP + ROW * f64::from(u32::try_from(rows).unwrap_or(u32::MAX)) + 26.0;
    let along = Scale::new((0.0, 1.0), LEFT, RIGHT);
    let view = format!("0 0 {WIDTH} {}", coordinate(height));
    parent.element(
        "svg",
        &[
            ("viewBox", &view),
            ("role", "img"),
            ("aria-label", "components times weights, adding up to V"),
        ],
        |svg| {
            for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
                let x = coordinate(along.at(tick));
                let bottom = coordinate(height - 22.0);
                svg.shape(
                    "line",
                    &[
                        ("class", "grid"),
                        ("x1", &x),
                        ("x2", &x),
                        ("y1", "0"),
                        ("y2", &bottom),
                    ],
                );
                label(
                    svg,
                    ("tick middle", along.at(tick), height - 8.0),
                    &fixed(tick, 2),
                );
            }
            let mut y = TOP;
            let mut sum = 0.0;
            for component in &score.components {
                bar(svg, ("could", sum, sum + component.weight, y), &along);
                let gives = component.weight * component.value;
                bar(svg, ("gives", sum, sum + gives, y), &along);
                label(svg, ("name end", LEFT - 10.0, y + 15.0), &component.name);
                let words = format!(
                    "{} × {} = {}",
                    fixed(component.value, 2),
                    fixed(component.weight, 3),
                    fixed(gives, 3)
                );
                label(svg, ("amount", RIGHT + 12.0, y + 15.0), &words);
                sum += gives;
                y += ROW;
            }
            total(svg, score, y, &along);
        },
    );
}

fn total(svg: &mut Markup, score: &Score, y: f64, along: &Scale) {
    let class = if score.gate_open {
        "total"
    } else {
        "total closed"
    };
    bar(svg, (class, 0.0, score.ungated_value, y), along);
    let middle = coordinate(y + 10.0);
    svg.shape(
        "line",
        &[
            ("class", "interval"),
            ("x1", &coordinate(along.at(score.value_low))),
            ("x2", &coordinate(along.at(score.value_high))),
            ("y1", &middle),
            ("y2", &middle),
        ],
    );
    let name = if score.gate_open {
        "V"
    } else {
        "V without the gate"
    };
    label(svg, ("name end", LEFT - 10.0, y + 15.0), name);
    let words = format!(
        "{} ({} .. {})",
        fixed(score.ungated_value, 2),
        fixed(score.value_low, 2),
        fixed(score.value_high, 2)
    );
    label(svg, ("amount", RIGHT + 12.0, y + 15.0), &words);
}

fn bar(svg: &mut Markup, place: (&str, f64, f64, f64), along: &Scale) {
    let (class, from, to, y) = place;
    svg.shape(
        "rect",
        &[
            ("class", class),
            ("x", &coordinate(along.at(from))),
            ("y", &coordinate(y)),
            (
                "width",
                &coordinate((along.at(to) - along.at(from)).max(0.0)),
            ),
            ("height", "20"),
        ],
    );
}
