//! The coating window: web speed along, gap over wet thickness up.
//!
//! In: the window of a record. Out: one SVG: the region below the low-flow limit pale, each recipe
//! as a dot in the box of its tolerances. Where the law is only indicative the limit is dashed and
//! the caption says so.

use crate::record::body::Body;
use crate::record::coating_window::CoatingWindow;

use super::chart::{self, Scale, label, recipe_class, recipe_words};
use super::markup::{Markup, coordinate};

const WIDTH: f64 = 1040.0;
const HEIGHT: f64 = 250.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 1024.0;
const TOP: f64 = 24.0;
const BASE: f64 = 206.0;
/// Capillary number up to which the low-flow limit is indicative.
const INDICATIVE: f64 = 1.0;

/// Adds the drawing, if the record has a window.
pub fn figure(section: &mut Markup, body: &Body) {
    let Some(window) = body
        .coating_window
        .as_ref()
        .filter(|w| w.web_speed_m_min.len() > 1)
    else {
        return;
    };
    section.element("figure", &[("class", "dryer")], |figure| {
        figure.element("figcaption", &[], |caption| {
            caption.leaf("b", &[], "Coating window");
            caption.classed("span", "quiet", &about(window));
            for place in &window.recipes {
                let class = format!("key {}", recipe_class(&place.recipe));
                caption.classed("span", &class, &recipe_words(&place.recipe, body));
            }
        });
        let view = format!("0 0 {WIDTH} {HEIGHT}");
        let title = "web speed against gap ratio with the low-flow limit";
        figure.element(
            "svg",
            &[("viewBox", &view), ("role", "img"), ("aria-label", title)],
            |svg| drawing(svg, window),
        );
    });
}

fn about(window: &CoatingWindow) -> String {
    let extrapolated = window.capillary_number.iter().any(|ca| *ca > INDICATIVE);
    if extrapolated {
        " shaded: the bead holds; limit EXTRAPOLATED beyond capillary number 1 (dashed) ".to_owned()
    } else {
        " shaded: the bead holds (low-flow limit) ".to_owned()
    }
}

fn drawing(svg: &mut Markup, window: &CoatingWindow) {
    let speeds = &window.web_speed_m_min;
    let (first, last) = (speeds[0], speeds[speeds.len() - 1]);
    let along = Scale::new((first, last), LEFT, RIGHT);
    let boxes = window.recipes.iter().flat_map(|place| place.gap_ratio);
    let limits = window.gap_ratio_max.iter().copied();
    let most = boxes.chain(limits).fold(1.0_f64, f64::max);
    let up = Scale::new((1.0, 1.0 + 1.08 * (most - 1.0)), BASE, TOP);
    region(svg, window, &along, &up);
    axes(svg, &along, &up);
    limit(svg, window, &along, &up);
    for place in &window.recipes {
        let class = recipe_class(&place.recipe);
        let [speed, slow, fast] = place.web_speed_m_min.map(|v| along.at(v));
        let [ratio, low, high] = place.gap_ratio.map(|v| up.at(v));
        // A tolerance of 0.3 % is narrower than a line: the box keeps a visible width.
        let width = (fast - slow).max(3.0);
        svg.shape(
            "rect",
            &[
                ("class", &format!("box {class}")),
                ("x", &coordinate(speed - width / 2.0)),
                ("y", &coordinate(high)),
                ("width", &coordinate(width)),
                ("height", &coordinate(low - high)),
            ],
        );
        svg.shape(
            "circle",
            &[
                ("class", &format!("dot {class}")),
                ("cx", &coordinate(speed)),
                ("cy", &coordinate(ratio)),
                ("r", "4.5"),
            ],
        );
    }
}

fn points(window: &CoatingWindow, along: &Scale, up: &Scale) -> Vec<String> {
    let pairs = window.web_speed_m_min.iter().zip(&window.gap_ratio_max);
    pairs
        .map(|(x, y)| format!("{},{}", coordinate(along.at(*x)), coordinate(up.at(*y))))
        .collect()
}

fn region(svg: &mut Markup, window: &CoatingWindow, along: &Scale, up: &Scale) {
    let mut outline = points(window, along, up);
    for x in [RIGHT, LEFT] {
        outline.push(format!("{},{}", coordinate(x), coordinate(BASE)));
    }
    svg.shape(
        "polygon",
        &[("class", "zone"), ("points", &outline.join(" "))],
    );
}

/// Solid while the law is indicative, dashed beyond.
fn limit(svg: &mut Markup, window: &CoatingWindow, along: &Scale, up: &Scale) {
    let all = points(window, along, up);
    let inside = window
        .capillary_number
        .iter()
        .take_while(|ca| **ca <= INDICATIVE)
        .count();
    let parts = [
        ("limit-line", &all[..inside]),
        ("limit-line beyond", &all[inside.saturating_sub(1)..]),
    ];
    for (class, part) in parts {
        if part.len() > 1 {
            svg.shape("polyline", &[("class", class), ("points", &part.join(" "))]);
        }
    }
}

fn axes(svg: &mut Markup, along: &Scale, up: &Scale) {
    chart::grid(svg, up, (LEFT, RIGHT), 4.0);
    chart::ticks_below(svg, along, BASE + 18.0, 8.0);
    label(svg, ("axis", LEFT, TOP - 8.0), "gap over wet thickness");
    label(svg, ("axis end", RIGHT, BASE + 34.0), "web speed, m/min");
}
