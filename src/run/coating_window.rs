//! Where the recipes lie in the coating window, for the drawing of a report.
//!
//! In: the recipes of a run. Out: [`CoatingWindow`]: the low-flow limit over web speed at the
//! requested recipe, and per recipe the nominal point with its tolerance box. The gap ratio is
//! monotone in each of gap, loading and solids, so its extremes lie at corners; they are computed
//! there by the stage itself. Nothing is drawn where a stage refuses the recipe.

use super::{Context, Judged};
use crate::record::coating_window::{CoatingWindow, RecipePlace};
use crate::twin::coating::CoatingOutcomes;

/// Points of the limit.
const POINTS: u32 = 61;
/// Seconds per minute: the drawing speaks m/min.
const MINUTE_S: f64 = 60.0;
const WEB_SPEED: &str = "coating.web_speed";
/// What moves the gap ratio.
const MOVERS: [&str; 3] = ["coating.gap", "coating.areal_loading", "slurry.solids"];

/// Computes the window of the recipes that are there.
#[must_use]
pub fn coating_window(
    context: &Context<'_>,
    recipes: &[(&str, Option<&Judged>)],
) -> Option<CoatingWindow> {
    let known = || {
        recipes
            .iter()
            .filter_map(|(name, one)| Some((*name, (*one)?)))
    };
    let places: Vec<RecipePlace> = known()
        .filter_map(|(name, judged)| place(context, name, judged))
        .collect();
    let requested = known().find(|(name, _)| *name == "requested")?.1;
    let speeds = places.iter().flat_map(|place| place.web_speed_m_min);
    let (low, high) = speeds.fold((f64::INFINITY, 0.0_f64), |(low, high), speed| {
        (low.min(speed), high.max(speed))
    });
    if low > high {
        return None;
    }
    let mut window = CoatingWindow {
        web_speed_m_min: Vec::new(),
        gap_ratio_max: Vec::new(),
        capillary_number: Vec::new(),
        recipes: places,
    };
    let (low, high) = (0.4 * low, 1.4 * high);
    for point in 0..POINTS {
        let speed = low + (high - low) * f64::from(point) / f64::from(POINTS - 1);
        let coated = coated(context, requested, &[(WEB_SPEED, speed / MINUTE_S)])?;
        window.web_speed_m_min.push(speed);
        let ratio = coated.gap_ratio * coated.window_margin;
        window.gap_ratio_max.push(ratio);
        window.capillary_number.push(coated.capillary_number);
    }
    Some(window)
}

/// The coating stage at the nominal recipe with some inputs moved.
fn coated(
    context: &Context<'_>,
    judged: &Judged,
    moved: &[(&str, f64)],
) -> Option<CoatingOutcomes> {
    let line = context.documents.plant.line()?;
    let mut inputs = judged.binding.nominal[..line.input_count()].to_vec();
    for (name, value) in moved {
        inputs[judged.binding.place(name)?] = *value;
    }
    line.coated(&inputs).ok()
}

fn place(context: &Context<'_>, name: &str, judged: &Judged) -> Option<RecipePlace> {
    let nominal = coated(context, judged, &[])?.gap_ratio;
    let bounds = |name: &str| Some(judged.binding.bounds[judged.binding.place(name)?]);
    let ends = MOVERS.map(bounds);
    let (mut least, mut most) = (nominal, nominal);
    for corner in 0..1_usize << MOVERS.len() {
        let mut moved = Vec::with_capacity(MOVERS.len());
        for (at, name) in MOVERS.iter().enumerate() {
            let (low, high) = ends[at]?;
            moved.push((*name, if corner >> at & 1 == 0 { low } else { high }));
        }
        let ratio = coated(context, judged, &moved)?.gap_ratio;
        (least, most) = (least.min(ratio), most.max(ratio));
    }
    let at = judged.binding.place(WEB_SPEED)?;
    let (low, high) = judged.binding.bounds[at];
    Some(RecipePlace {
        recipe: name.to_owned(),
        web_speed_m_min: [judged.binding.nominal[at], low, high].map(|si| si * MINUTE_S),
        gap_ratio: [nominal, least, most],
    })
}
