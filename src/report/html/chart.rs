//! What the drawings share: a scale, text, grid lines, points of a curve, the words of a recipe.
//!
//! In: values and where they go. Out: pieces of SVG. Each drawing has a file of its own.

use crate::record::body::Body;
use crate::report::number::fixed;
use crate::report::story;

use super::markup::{Markup, coordinate};

/// Most decimals of a tick.
const TICK_DECIMALS_MAX: usize = 9;

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

    /// Round values inside the range, about `wanted` of them, at least two where there is a range.
    pub(super) fn ticks(&self, wanted: f64) -> Vec<f64> {
        self.stepped(wanted).0
    }

    /// Ticks with as many digits as the step between them needs.
    pub(super) fn labelled(&self, wanted: f64) -> Vec<(f64, String)> {
        let (ticks, step) = self.stepped(wanted);
        let texts = ticks.iter().map(|tick| tick_text(*tick, step));
        texts
            .zip(&ticks)
            .map(|(text, tick)| (*tick, text))
            .collect()
    }

    /// Ticks and the step between them; finer than asked for where one tick alone shows no scale.
    fn stepped(&self, wanted: f64) -> (Vec<f64>, f64) {
        let found = [1.0, 2.0, 4.0, 8.0].map(|finer| self.spaced(finer * wanted));
        let [first, ..] = &found;
        let enough = found.iter().find(|(ticks, _)| ticks.len() > 1);
        enough.unwrap_or(first).clone()
    }

    fn spaced(&self, wanted: f64) -> (Vec<f64>, f64) {
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
        (ticks, step)
    }
}

/// A tick in the digits that its step needs, as people say other values where those are too many.
fn tick_text(tick: f64, step: f64) -> String {
    let is_whole = |scaled: f64| (scaled - scaled.round()).abs() < 1e-6 * scaled.abs();
    let mut scale = 1.0;
    for decimals in 0..=TICK_DECIMALS_MAX {
        if is_whole(step * scale) && tick.abs() < 1e7 {
            let text = fixed(tick, decimals);
            return match text.split_once('.') {
                Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                None => text,
            };
        }
        scale *= 10.0;
    }
    story::readable(tick)
}

/// The class of a recipe's curve.
pub(super) fn recipe_class(recipe: &str) -> &'static str {
    match recipe {
        "now" => "now",
        "requested" => "requested",
        "proposed" => "proposed",
        _ => "other",
    }
}

/// What a recipe is called beside its curve.
pub(super) fn recipe_words(recipe: &str, body: &Body) -> String {
    match (recipe, body.changes.as_slice()) {
        ("now", [only]) => format!("now, {}", only.from),
        ("requested", [only]) => format!("requested, {}", only.to),
        ("proposed", _) => "proposal".to_owned(),
        _ => recipe.to_owned(),
    }
}

/// Least and greatest finite value; 0 to 1 if there is none.
pub(super) fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .filter(|value| value.is_finite())
        .fold(None, |found: Option<(f64, f64)>, value| {
            Some(found.map_or((value, value), |(low, high)| {
                (low.min(value), high.max(value))
            }))
        })
        .unwrap_or((0.0, 1.0))
}

/// Adds text of a class at a place.
pub(super) fn label(svg: &mut Markup, place: (&str, f64, f64), words: &str) {
    let (class, x, y) = place;
    let (x, y) = (coordinate(x), coordinate(y));
    svg.leaf("text", &[("class", class), ("x", &x), ("y", &y)], words);
}

/// Adds lines across, from left to right, at about `wanted` round values, with the values.
pub(super) fn grid(svg: &mut Markup, up: &Scale, across: (f64, f64), wanted: f64) {
    let (left, right) = across;
    for (tick, text) in up.labelled(wanted) {
        let y = up.at(tick);
        let at = coordinate(y);
        svg.shape(
            "line",
            &[
                ("class", "grid"),
                ("x1", &coordinate(left)),
                ("x2", &coordinate(right)),
                ("y1", &at),
                ("y2", &at),
            ],
        );
        label(svg, ("tick end", left - 8.0, y + 4.0), &text);
    }
}

/// The points of a curve as SVG wants them.
pub(super) fn points<'v>(
    pairs: impl Iterator<Item = (&'v f64, &'v f64)>,
    along: &Scale,
    up: &Scale,
) -> String {
    let point =
        |(x, y): (&f64, &f64)| format!("{},{}", coordinate(along.at(*x)), coordinate(up.at(*y)));
    pairs.map(point).collect::<Vec<_>>().join(" ")
}

/// Adds about `wanted` values along a drawing, standing on the line at `base`.
pub(super) fn ticks_below(svg: &mut Markup, along: &Scale, base: f64, wanted: f64) {
    for (tick, text) in along.labelled(wanted) {
        label(svg, ("tick middle", along.at(tick), base), &text);
    }
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
    fn ticks_that_differ_read_differently() {
        for (range, wanted) in [
            ((121.6, 122.7), 3.0),
            ((1.6214, 1.6236), 3.0),
            ((0.0, 1e5), 4.0),
        ] {
            let labelled = Scale::new(range, 0.0, 1.0).labelled(wanted);
            assert!(labelled.len() > 1, "{labelled:?}");
            for (tick, text) in &labelled {
                let said: f64 = text.replace('\u{a0}', "").parse().unwrap_or(f64::NAN);
                assert!(
                    (said - tick).abs() <= 1e-9 * tick.abs(),
                    "{tick} reads {text}"
                );
            }
        }
        assert_eq!(tick_text(0.5, 0.5), "0.5");
        assert_eq!(tick_text(1.0, 0.5), "1");
        assert_eq!(tick_text(200.0, 50.0), "200");
    }

    #[test]
    fn one_tick_alone_is_no_scale() {
        // One round value of the first step lies inside.
        assert!(Scale::new((1.55, 2.45), 0.0, 1.0).ticks(1.0).len() > 1);
    }

    #[test]
    fn an_empty_range_does_not_divide_by_zero() {
        assert!(Scale::new((3.0, 3.0), 0.0, 10.0).at(3.0).is_finite());
    }
}
