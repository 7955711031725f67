//! One drawing of the dryer: film temperature above, solvent below, along the zones.
//!
//! In: the profiles of the recipes. Out: one SVG with two panels on a common length axis. All
//! curves are simulated and drawn in blue: now pale, requested full, proposal dark and dashed;
//! the set air temperature of the zones is a grey step, a setting and no prediction.

use crate::record::body::{Body, DryerProfile};
use crate::report::number::fixed;

use super::chart::{self, Scale, bounds, label, recipe_class, recipe_words};
use super::markup::{Markup, coordinate};

const WIDTH: f64 = 1040.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 1024.0;
/// Top and bottom of the two panels.
const PANELS: [(f64, f64); 2] = [(24.0, 188.0), (240.0, 368.0)];
const HEIGHT: f64 = 404.0;

/// Adds the drawing, if the record has profiles.
pub fn figure(section: &mut Markup, body: &Body) {
    let profiles: Vec<&DryerProfile> = body
        .dryer
        .iter()
        .filter(|profile| profile.position_m.len() > 1)
        .collect();
    let Some(length) = profiles
        .iter()
        .filter_map(|p| p.position_m.last().copied())
        .reduce(f64::max)
    else {
        return;
    };
    section.element("figure", &[("class", "dryer")], |figure| {
        figure.element("figcaption", &[], |caption| {
            caption.leaf("b", &[], "Along the dryer");
            caption.classed("span", "quiet", " simulated at the nominal recipe ");
            for profile in &profiles {
                let class = format!("key {}", recipe_class(&profile.recipe));
                caption.classed("span", &class, &recipe_words(&profile.recipe, body));
            }
            caption.classed("span", "key air", "air, as set");
        });
        let box_text = format!("0 0 {WIDTH} {HEIGHT}");
        figure.element(
            "svg",
            &[
                ("viewBox", &box_text),
                ("role", "img"),
                ("aria-label", "film temperature and solvent along the dryer"),
            ],
            |svg| drawing(svg, &profiles, length),
        );
    });
}

fn drawing(svg: &mut Markup, profiles: &[&DryerProfile], length: f64) {
    let along = Scale::new((0.0, length), LEFT, RIGHT);
    zones(svg, profiles[0], &along, length);
    let temperatures = profiles
        .iter()
        .flat_map(|p| p.film_temperature_deg_c.iter().chain(&p.zone_air_deg_c));
    let (low, high) = bounds(temperatures.copied());
    let warm = Scale::new((low - 4.0, high + 6.0), PANELS[0].1, PANELS[0].0);
    let solvent = profiles.iter().flat_map(|p| p.solvent_g_m2.iter());
    let (_, most) = bounds(solvent.copied());
    let wet = Scale::new((0.0, most * 1.06), PANELS[1].1, PANELS[1].0);
    axis(svg, &warm, PANELS[0], "film temperature, °C");
    axis(svg, &wet, PANELS[1], "solvent on the web, g/m²");
    length_axis(svg, &along);
    for profile in profiles {
        air(svg, profile, &along, &warm);
    }
    for profile in profiles {
        let class = format!("curve {}", recipe_class(&profile.recipe));
        for (values, scale) in [
            (&profile.film_temperature_deg_c, &warm),
            (&profile.solvent_g_m2, &wet),
        ] {
            let points = profile.position_m.iter().zip(values);
            let text = chart::points(points, &along, scale);
            svg.shape("polyline", &[("class", &class), ("points", &text)]);
        }
    }
}

fn zones(svg: &mut Markup, profile: &DryerProfile, along: &Scale, length: f64) {
    let mut start = 0.0;
    for (index, end) in profile.zone_end_m.iter().enumerate() {
        let end = end.min(length);
        let (x, width) = (along.at(start), along.at(end) - along.at(start));
        for (top, bottom) in PANELS {
            let class = if index % 2 == 0 { "zone" } else { "zone odd" };
            svg.shape(
                "rect",
                &[
                    ("class", class),
                    ("x", &coordinate(x)),
                    ("y", &coordinate(top)),
                    ("width", &coordinate(width)),
                    ("height", &coordinate(bottom - top)),
                ],
            );
        }
        label(
            svg,
            ("zone-name", x + width / 2.0, PANELS[0].1 + 17.0),
            &format!("zone {}", index + 1),
        );
        start = end;
    }
}

fn axis(svg: &mut Markup, scale: &Scale, panel: (f64, f64), title: &str) {
    chart::grid(svg, scale, (LEFT, RIGHT), 4.0);
    label(svg, ("axis", LEFT, panel.0 - 8.0), title);
}

fn length_axis(svg: &mut Markup, along: &Scale) {
    for tick in along.ticks(8.0) {
        label(
            svg,
            ("tick middle", along.at(tick), PANELS[1].1 + 18.0),
            &fixed(tick, 0),
        );
    }
    label(
        svg,
        ("axis end", RIGHT, PANELS[1].1 + 34.0),
        "position in the dryer, m",
    );
}

/// The set air temperature as steps.
fn air(svg: &mut Markup, profile: &DryerProfile, along: &Scale, warm: &Scale) {
    let mut start = 0.0;
    let mut points = Vec::new();
    for (end, temperature) in profile.zone_end_m.iter().zip(&profile.zone_air_deg_c) {
        for x in [start, *end] {
            points.push(format!(
                "{},{}",
                coordinate(along.at(x)),
                coordinate(warm.at(*temperature))
            ));
        }
        start = *end;
    }
    let class = format!("air {}", recipe_class(&profile.recipe));
    svg.shape(
        "polyline",
        &[("class", &class), ("points", &points.join(" "))],
    );
}
