//! One drawing of the formation: voltage, current and lithium loss over time, and what the first
//! charge shows per voltage.
//!
//! In: the profiles of a record. Out: one SVG. Everything is simulated and drawn in blue; steps are
//! grey bands with their names; the band around the requested voltage holds nine of ten samples.

use crate::record::body::Body;
use crate::record::formation_profile::FormationProfile;

use super::chart::{self, Scale, bounds, label, recipe_class, recipe_words};
use super::markup::{Markup, coordinate};

const WIDTH: f64 = 1040.0;
const HEIGHT: f64 = 578.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 1024.0;
/// Top and bottom of voltage, current and lithium loss over time.
const PANELS: [(f64, f64); 3] = [(24.0, 168.0), (220.0, 280.0), (314.0, 374.0)];
/// Top and bottom of charge per voltage.
const CHARGE: (f64, f64) = (438.0, 534.0);
/// Narrowest step that gets its name.
const NAME_WIDTH: f64 = 74.0;

/// A panel over time: its title and its values.
type Panel = (&'static str, fn(&FormationProfile) -> &Vec<f64>);

/// Adds the drawing, if the record has profiles.
pub fn figure(section: &mut Markup, body: &Body) {
    let known = body.formation.iter().filter(|one| one.time_h.len() > 1);
    let profiles: Vec<&FormationProfile> = known.collect();
    let Some(last_h) = profiles
        .iter()
        .filter_map(|one| one.time_h.last().copied())
        .reduce(f64::max)
    else {
        return;
    };
    section.element("figure", &[("class", "dryer")], |figure| {
        figure.element("figcaption", &[], |caption| {
            caption.leaf("b", &[], "Formation");
            caption.classed("span", "quiet", &about(&profiles));
            for profile in &profiles {
                let class = format!("key {}", recipe_class(&profile.recipe));
                caption.classed("span", &class, &recipe_words(&profile.recipe, body));
            }
        });
        let view = format!("0 0 {WIDTH} {HEIGHT}");
        let title = "voltage, current and lithium loss of the formation over time";
        figure.element(
            "svg",
            &[("viewBox", &view), ("role", "img"), ("aria-label", title)],
            |svg| drawing(svg, &profiles, last_h),
        );
    });
}

fn about(profiles: &[&FormationProfile]) -> String {
    match profiles.iter().map(|one| one.band_samples).max() {
        Some(samples) if samples > 0 => format!(
            " simulated at the nominal recipe; pale band: nine of ten of {samples} samples "
        ),
        _ => " simulated at the nominal recipe ".to_owned(),
    }
}

fn drawing(svg: &mut Markup, profiles: &[&FormationProfile], last_h: f64) {
    let along = Scale::new((0.0, last_h), LEFT, RIGHT);
    // Steps of the last recipe drawn: the requested or proposed one.
    if let Some(profile) = profiles.last() {
        steps(svg, profile, &along);
    }
    let panels: [Panel; 3] = [
        ("cell voltage, V", |one| &one.voltage_v),
        ("current, A, positive on discharge", |one| &one.current_a),
        ("lithium in the interphase, Ah", |one| &one.lithium_lost_ah),
    ];
    for ((title, values), panel) in panels.into_iter().zip(PANELS) {
        let all = profiles.iter().flat_map(|one| values(one).iter().copied());
        let up = Scale::new(widened(all), panel.1, panel.0);
        axis(svg, &up, panel, title);
        if panel == PANELS[0] {
            profiles.iter().for_each(|one| band(svg, one, &along, &up));
        }
        for profile in profiles {
            let points = profile.time_h.iter().zip(values(profile));
            curve(svg, &profile.recipe, points, (&along, &up));
        }
    }
    chart::ticks_below(svg, &along, PANELS[2].1 + 18.0, 8.0);
    label(svg, ("axis end", RIGHT, PANELS[2].1 + 34.0), "time, h");
    charge(svg, profiles);
}

/// Charge per voltage of the first charge: its peaks are the stages of graphite and the interphase.
fn charge(svg: &mut Markup, profiles: &[&FormationProfile]) {
    let voltages = profiles
        .iter()
        .flat_map(|one| one.charge_voltage_v.iter().copied());
    let along = Scale::new(bounds(voltages), LEFT, RIGHT);
    let charges = profiles
        .iter()
        .flat_map(|one| one.charge_ah_v.iter().copied());
    let (_, most) = bounds(charges);
    let up = Scale::new((0.0, 1.06 * most), CHARGE.1, CHARGE.0);
    axis(svg, &up, CHARGE, "first charge: charge per voltage, Ah/V");
    for profile in profiles {
        let points = profile.charge_voltage_v.iter().zip(&profile.charge_ah_v);
        curve(svg, &profile.recipe, points, (&along, &up));
    }
    chart::ticks_below(svg, &along, CHARGE.1 + 18.0, 8.0);
    label(svg, ("axis end", RIGHT, CHARGE.1 + 34.0), "cell voltage, V");
}

fn widened(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = bounds(values);
    let room = 0.06 * (high - low);
    (low - room, high + room)
}

fn steps(svg: &mut Markup, profile: &FormationProfile, along: &Scale) {
    let mut start_h = 0.0;
    for (index, step) in profile.steps.iter().enumerate() {
        let (x, width) = (along.at(start_h), along.at(step.end_h) - along.at(start_h));
        let class = if index % 2 == 0 { "zone" } else { "zone odd" };
        for (top, bottom) in PANELS {
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
        if width >= NAME_WIDTH {
            label(
                svg,
                ("zone-name", x + width / 2.0, PANELS[0].1 + 15.0),
                &step.name,
            );
        }
        start_h = step.end_h;
    }
}

fn axis(svg: &mut Markup, up: &Scale, panel: (f64, f64), title: &str) {
    chart::grid(svg, up, (LEFT, RIGHT), 3.0);
    label(svg, ("axis", LEFT, panel.0 - 8.0), title);
}

/// Where nine of ten samples lie.
fn band(svg: &mut Markup, profile: &FormationProfile, along: &Scale, up: &Scale) {
    if profile.band_samples == 0 {
        return;
    }
    // There along the lower edge, back along the upper one.
    let low = profile.time_h.iter().zip(&profile.voltage_low_v);
    let high = profile.time_h.iter().zip(&profile.voltage_high_v);
    let outline = chart::points(low.chain(high.rev()), along, up);
    svg.shape("polygon", &[("class", "band"), ("points", &outline)]);
}

fn curve<'a>(
    svg: &mut Markup,
    recipe: &str,
    points: impl Iterator<Item = (&'a f64, &'a f64)>,
    (along, up): (&Scale, &Scale),
) {
    let points = chart::points(points, along, up);
    let class = format!("curve {}", recipe_class(recipe));
    svg.shape("polyline", &[("class", &class), ("points", &points)]);
}
