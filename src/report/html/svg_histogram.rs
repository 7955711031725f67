//! Histograms: simulated in blue, measured in ink, on one axis and never in one shape.
//!
//! In: one outcome with counts and the observation of it, if there is one. Out: an SVG: bars of
//! the request filled blue, now as a pale outline; observed values as ink strokes below the
//! axis, a summary as a dot with a whisker of one spread. The axis reaches everything drawn.

use crate::record::body::{DeltaRow, Histogram, OutcomeRow};

use super::chart::{Scale, label, ticks_below};
use super::markup::{Markup, coordinate};

const WIDTH: f64 = 500.0;
const HEIGHT: f64 = 210.0;
const LEFT: f64 = 12.0;
const RIGHT: f64 = 488.0;
const TOP: f64 = 14.0;
const BASE: f64 = 140.0;
/// Height of the band for what was measured.
const INK: f64 = 182.0;

/// Adds the drawing of one outcome.
pub fn drawing(parent: &mut Markup, outcome: &OutcomeRow, observed: &[&DeltaRow]) {
    let Some(histogram) = &outcome.histogram else {
        return;
    };
    let along = Scale::new(range(histogram, observed), LEFT, RIGHT);
    let view = format!("0 0 {WIDTH} {HEIGHT}");
    parent.element(
        "svg",
        &[
            ("viewBox", &view),
            ("role", "img"),
            ("aria-label", "histogram"),
        ],
        |svg| {
            bars(svg, histogram, &along);
            svg.shape(
                "line",
                &[
                    ("class", "base"),
                    ("x1", &coordinate(LEFT)),
                    ("x2", &coordinate(RIGHT)),
                    ("y1", &coordinate(BASE)),
                    ("y2", &coordinate(BASE)),
                ],
            );
            ticks_below(svg, &along, BASE + 16.0, 5.0);
            for delta in observed {
                ink(svg, delta, &along);
            }
            if observed.is_empty() {
                label(svg, ("tick", LEFT, INK + 4.0), "nothing measured");
            }
        },
    );
}

/// The range of bins and observations together, a little wider.
fn range(histogram: &Histogram, observed: &[&DeltaRow]) -> (f64, f64) {
    let mut low = histogram.low;
    let mut high = histogram.high;
    for delta in observed {
        let spread = delta.observed_spread;
        let ends = [
            delta.observed_centre - spread,
            delta.observed_centre + spread,
        ];
        for value in delta.values.iter().chain(&ends) {
            if value.is_finite() {
                low = low.min(*value);
                high = high.max(*value);
            }
        }
    }
    let room = (high - low) * 0.03;
    (low - room, high + room)
}

fn bars(svg: &mut Markup, histogram: &Histogram, along: &Scale) {
    let most = histogram
        .now
        .iter()
        .chain(&histogram.requested)
        .copied()
        .max()
        .unwrap_or(0)
        .max(1);
    for (counts, class) in [
        (&histogram.requested, "bin requested"),
        (&histogram.now, "bin now"),
    ] {
        let bins = as_f64(counts.len() as u64).max(1.0);
        let step = (histogram.high - histogram.low) / bins;
        for (index, count) in counts.iter().enumerate() {
            if *count == 0 {
                continue;
            }
            let left = histogram.low + step * as_f64(index as u64);
            let (from, to) = (along.at(left), along.at(left + step));
            let height = (BASE - TOP) * as_f64(*count) / as_f64(most);
            svg.shape(
                "rect",
                &[
                    ("class", class),
                    ("x", &coordinate(from)),
                    ("y", &coordinate(BASE - height)),
                    ("width", &coordinate((to - from - 0.6).max(0.4))),
                    ("height", &coordinate(height)),
                ],
            );
        }
    }
}

fn ink(svg: &mut Markup, delta: &DeltaRow, along: &Scale) {
    if delta.values.is_empty() {
        let (centre, spread) = (delta.observed_centre, delta.observed_spread);
        svg.shape(
            "line",
            &[
                ("class", "ink"),
                ("x1", &coordinate(along.at(centre - spread))),
                ("x2", &coordinate(along.at(centre + spread))),
                ("y1", &coordinate(INK)),
                ("y2", &coordinate(INK)),
            ],
        );
        svg.shape(
            "circle",
            &[
                ("class", "ink"),
                ("cx", &coordinate(along.at(centre))),
                ("cy", &coordinate(INK)),
                ("r", "4"),
            ],
        );
    }
    for value in &delta.values {
        let x = coordinate(along.at(*value));
        svg.shape(
            "line",
            &[
                ("class", "ink stroke"),
                ("x1", &x),
                ("x2", &x),
                ("y1", &coordinate(INK - 9.0)),
                ("y2", &coordinate(INK + 9.0)),
            ],
        );
    }
}

/// Counts are far below 2^53, where the conversion is exact.
#[expect(clippy::cast_precision_loss, reason = "drawing only; exact below 2^53")]
fn as_f64(count: u64) -> f64 {
    count as f64
}
