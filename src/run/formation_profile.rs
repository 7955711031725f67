//! The formation of the recipes over time, for the drawing of a report.
//!
//! In: the recipes of a run. Out: one [`FormationProfile`] each: voltage, current and lithium loss
//! at even times within every step, charge per voltage of the first charge, and for the requested
//! recipe the band in which nine of ten samples lie. Nothing is drawn of a formation that failed.

use super::{Context, Judged};
use crate::monte_carlo::ensemble::Draws;
use crate::monte_carlo::estimate::quantile_of_sorted;
use crate::record::formation_profile::{FormationProfile, FormationStep};
use crate::twin::formation::{Model, Operation, Run, Sample, Step};

/// The recipe whose band is drawn.
const REQUESTED: &str = "requested";
/// Samples within a step.
const POINTS: u32 = 61;
/// Samples of the ensemble behind a band.
const BAND_SAMPLES: u64 = 40;
/// Seconds per hour.
const HOUR_S: f64 = 3600.0;
/// Widest piece of charge per voltage, V: below, the difference of two samples is rounding.
const VOLTAGE_STEP_V: f64 = 0.01;

/// Computes the profiles of the recipes that are there.
#[must_use]
pub fn formation_profiles(
    context: &Context<'_>,
    recipes: &[(&str, Option<&Judged>)],
) -> Vec<FormationProfile> {
    let Some(model) = context.documents.plant.formation() else {
        return Vec::new();
    };
    let inputs = |judged: &Judged| {
        let plant = &context.documents.plant;
        plant.formation_inputs(&judged.binding.nominal)
    };
    let known: Vec<(&str, Vec<f64>, &Judged)> = recipes
        .iter()
        .filter_map(|(name, one)| one.map(|judged| (*name, inputs(judged), judged)))
        .collect();
    let requested = known.iter().find(|(name, ..)| *name == REQUESTED);
    // A change of the line need not reach the formation: the same one is drawn once.
    let is_own = |name: &str, own: &[f64]| {
        name == REQUESTED || requested.is_none_or(|(_, other, _)| own != other)
    };
    known
        .iter()
        .filter(|(name, own, _)| is_own(name, own))
        .filter_map(|(name, own, judged)| profile(context, model, (name, own), judged))
        .collect()
}

fn profile(
    context: &Context<'_>,
    model: &Model,
    (name, inputs): (&str, &[f64]),
    judged: &Judged,
) -> Option<FormationProfile> {
    let (run, steps) = model.trace(inputs, POINTS).ok()?;
    if run.steps.len() != steps.len() {
        return None;
    }
    let starts = starts(&run);
    let over = |value: fn(&Sample) -> f64| run.samples.iter().map(value).collect();
    let (charge_voltage_v, charge_ah_v) = charge_per_voltage(&run, &steps);
    let band = (name == REQUESTED).then(|| band(context, model, judged, run.samples.len()));
    let (voltage_low_v, voltage_high_v, band_samples) = band.flatten().unwrap_or_default();
    Some(FormationProfile {
        recipe: name.to_owned(),
        time_h: run
            .samples
            .iter()
            .map(|sample| (starts[sample.step] + sample.time_s) / HOUR_S)
            .collect(),
        voltage_v: over(|sample| sample.voltage_v),
        current_a: over(|sample| sample.current_a),
        lithium_lost_ah: over(|sample| sample.lithium_lost_ah),
        steps: steps
            .iter()
            .enumerate()
            .map(|(at, step)| FormationStep {
                name: label_of(context, at).unwrap_or_else(|| name_of(step)),
                end_h: (starts[at] + run.steps[at].duration_s) / HOUR_S,
            })
            .collect(),
        charge_voltage_v,
        charge_ah_v,
        voltage_low_v,
        voltage_high_v,
        band_samples,
    })
}

/// When each step starts, s.
fn starts(run: &Run) -> Vec<f64> {
    let mut elapsed_s = 0.0;
    run.steps
        .iter()
        .map(|step| {
            let start_s = elapsed_s;
            elapsed_s += step.duration_s;
            start_s
        })
        .collect()
}

/// The label that the protocol gives a step.
fn label_of(context: &Context<'_>, step: usize) -> Option<String> {
    let cell = context.documents.cell.as_ref()?;
    cell.protocol.as_ref()?.steps.get(step)?.label.clone()
}

/// What the cycler holds, in a few words.
fn name_of(step: &Step) -> String {
    match step.operation {
        Operation::Rest => "rest".to_owned(),
        Operation::ConstantCurrent { c_rate } => {
            let word = if c_rate < 0.0 { "charge" } else { "discharge" };
            let hours = 1.0 / c_rate.abs();
            if hours >= 1.0 {
                format!("{word} C/{}", rounded(hours))
            } else {
                format!("{word} {}C", rounded(c_rate.abs()))
            }
        }
        Operation::ConstantVoltage { voltage_v } => {
            format!("hold {} V", rounded(voltage_v))
        }
    }
}

/// A number of a setting with at most three decimals.
fn rounded(value: f64) -> f64 {
    (1000.0 * value).round() / 1000.0
}

/// Charge per voltage between samples of the first charge at constant current.
fn charge_per_voltage(run: &Run, steps: &[Step]) -> (Vec<f64>, Vec<f64>) {
    let (mut voltages, mut charges) = (Vec::new(), Vec::new());
    let is_charge = |step: &Step| match step.operation {
        Operation::ConstantCurrent { c_rate } => c_rate < 0.0,
        _ => false,
    };
    let Some(first) = steps.iter().position(is_charge) else {
        return (voltages, charges);
    };
    let mut from: Option<&Sample> = None;
    for sample in run.samples.iter().filter(|sample| sample.step == first) {
        let Some(start) = from else {
            from = Some(sample);
            continue;
        };
        let rise_v = sample.voltage_v - start.voltage_v;
        if rise_v < VOLTAGE_STEP_V {
            continue;
        }
        let charge_ah = -sample.current_a * (sample.time_s - start.time_s) / HOUR_S;
        voltages.push(0.5 * (sample.voltage_v + start.voltage_v));
        charges.push(charge_ah / rise_v);
        from = Some(sample);
    }
    (voltages, charges)
}

/// Fifth and ninety-fifth percentile of the voltage at each point, and the samples behind them.
fn band(
    context: &Context<'_>,
    model: &Model,
    judged: &Judged,
    points: usize,
) -> Option<(Vec<f64>, Vec<f64>, u64)> {
    let draws = Draws::new(&judged.binding.inputs, context.seed).ok()?;
    let mut row = judged.binding.nominal.clone();
    let mut voltages: Vec<Vec<f64>> = vec![Vec::new(); points];
    let mut samples = 0;
    for index in 0..BAND_SAMPLES.min(context.samples) {
        draws.row(index, &mut row);
        let inputs = context.documents.plant.formation_inputs(&row);
        let Ok((run, _)) = model.trace(&inputs, POINTS) else {
            continue;
        };
        if run.samples.len() != points {
            continue;
        }
        samples += 1;
        for (all, sample) in voltages.iter_mut().zip(&run.samples) {
            all.push(sample.voltage_v);
        }
    }
    // Of fewer samples no twentieth part can be told.
    if samples < 20 {
        return None;
    }
    voltages
        .iter_mut()
        .for_each(|all| all.sort_unstable_by(f64::total_cmp));
    let at = |share: f64| -> Vec<f64> {
        voltages
            .iter()
            .map(|all| quantile_of_sorted(all, share).unwrap_or(f64::NAN))
            .collect()
    };
    Some((at(0.05), at(0.95), samples))
}
