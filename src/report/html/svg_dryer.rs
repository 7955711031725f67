//! One drawing of the dryer: film temperature above, solvent below, along the zones.
//!
//! In: the profiles of the recipes. Out: one SVG with two panels on a common length axis. All
//! curves are simulated and drawn in blue: now pale, requested full, proposal dark and dashed;
//! the set air temperature of the zones is a grey step, a setting and no prediction.

use crate::record::body::{Body, DryerProfile};
use crate::report::number::fixed;
use crate::report::story;

use super::markup::{Markup, coordinate};

const WIDTH: f64 = 1040.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 1024.0;
/// Top and bottom of the two panels.
const PANELS: [(f64, f64); 2] = [(24.0, 188.0), (240.0, 368.0)];
const HEIGHT: f64 = 404.0;

/// A linear scale from values to coordinates.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Maps `low..high` to `from..to`; an empty range is widened.
    pub(super) fn new(range: (f64, f64), from: f64, to: f64) -> Self {
        let (low, high) = range;
        let high = if high > low { high } else { low + 1.0 };
        Self {
            low,
            high,
            from,
            to,
        }
    }

    /// The coordinate of a value.
    pub(super) fn at(&self, value: f64) -> f64 {
        self.from + (value - self.low) / (self.high - self.low) * (self.to - self.from)
    }

    /// Round values inside the range, about `wanted` of them.
    pub(super) fn ticks(&self, wanted: f64) -> Vec<f64> {
        let rough = (self.high - self.low) / wanted;
        let mut unit = 1e-9;
        while unit * 10.0 <= rough && unit < 1e12 {
            unit *= 10.0;
        }
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|factor| factor * unit)
            .find(|step| *step >= rough)
            .unwrap_or(10.0 * unit);
        let first = (self.low / step).ceil();
        let mut ticks = Vec::new();
        for index in 0..40_u32 {
            let value = (first + f64::from(index)) * step;
            if value > self.high + 1e-9 * step {
                break;
            }
            ticks.push(value);
        }
        ticks
    }
}

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

pub(super) fn recipe_class(recipe: &str) -> &'static str {
    match recipe {
        "now" => "now",
        "requested" => "requested",
        "proposed" => "proposed",
        _ => "other",
    }
}

pub(super) fn recipe_words(recipe: &str, body: &Body) -> String {
    match (recipe, body.changes.as_slice()) {
        ("now", [only]) => format!("now, {}", only.from),
        ("requested", [only]) => format!("requested, {}", only.to),
        ("proposed", _) => "proposal".to_owned(),
        _ => recipe.to_owned(),
    }
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
            let text: Vec<String> = points
                .map(|(x, y)| format!("{},{}", coordinate(along.at(*x)), coordinate(scale.at(*y))))
                .collect();
            svg.shape(
                "polyline",
                &[("class", &class), ("points", &text.join(" "))],
            );
        }
    }
}

fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .filter(|value| value.is_finite())
        .fold(None, |found: Option<(f64, f64)>, value| {
            Some(found.map_or((value, value), |(low, high)| {
                (low.min(value), high.max(value))
            }))
        })
        .unwrap_or((0.0, 1.0))
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
    for tick in scale.ticks(4.0) {
        let y = scale.at(tick);
        svg.shape(
            "line",
            &[
                ("class", "grid"),
                ("x1", &coordinate(LEFT)),
                ("x2", &coordinate(RIGHT)),
                ("y1", &coordinate(y)),
                ("y2", &coordinate(y)),
            ],
        );
        label(
            svg,
            ("tick end", LEFT - 8.0, y + 4.0),
            &story::readable(tick),
        );
    }
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

fn label(svg: &mut Markup, place: (&str, f64, f64), text: &str) {
    let (class, x, y) = place;
    svg.leaf(
        "text",
        &[
            ("class", class),
            ("x", &coordinate(x)),
            ("y", &coordinate(y)),
        ],
        text,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let scale = Scale::new((18.0, 131.0), 0.0, 1.0);
        assert_eq!(scale.ticks(4.0), vec![50.0, 100.0]);
        assert_eq!(Scale::new((0.0, 2.0), 0.0, 1.0).ticks(4.0).len(), 5);
        assert!((scale.at(18.0)).abs() < 1e-12);
    }

    #[test]
    fn an_empty_range_does_not_divide_by_zero() {
        assert!(Scale::new((3.0, 3.0), 0.0, 10.0).at(3.0).is_finite());
    }
}
