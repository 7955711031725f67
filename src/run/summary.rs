//! Summaries of simulated outcomes for the record, in the unit people read.
//!
//! In: the ensembles of the recipe as it is, as requested and as proposed. Out: one row per
//! outcome with location, spread and paired difference, and histograms of what the scenario
//! observes. Sums run in index order; quantiles are of type 7 (Hyndman and Fan 1996).

use super::plant::Stage;
use super::{Context, Judged};
use crate::monte_carlo::ensemble::{Ensemble, EnsembleError, paired_differences};
use crate::monte_carlo::estimate;
use crate::quantity::Unit;
use crate::quantity::dictionary::standard;
use crate::record::body::{Histogram, OutcomeRow, Spread};
use crate::twin::{Flags, Line, Port};

/// Bins of a histogram.
const BINS: usize = 40;

/// Outcomes the page shows as gain.
const GAIN: [&str; 1] = ["coating.coated_area_rate"];
/// Outcomes the page shows as load.
const LOAD: [&str; 3] = ["drying.solvent_load", "slurry.flow", "drying.dryer_time"];
/// A load only where a change moves it: most changes of a coating line do not reach the dry room.
const ROOM_LOAD: &str = "dry_room.water_load";

/// Builds the rows of all outcomes.
///
/// # Errors
/// [`EnsembleError::NotPaired`] when the ensembles were run with different plans.
pub fn outcomes(
    context: &Context<'_>,
    now: &Judged,
    requested: &Judged,
    proposed: Option<&Judged>,
) -> Result<Vec<OutcomeRow>, EnsembleError> {
    let mut rows = Vec::new();
    let line = context.documents.plant.line();
    let replaced = line.map_or_else(Vec::new, Line::replaced_names);
    for stage in [Stage::Line, Stage::Formation] {
        for (at, port) in context.documents.plant.outputs(stage).iter().enumerate() {
            let is_replaced = replaced.contains(&port.name.as_str());
            let place = Place {
                stage,
                at,
                port,
                is_replaced,
            };
            if let Some(row) = place.row(context, now, requested, proposed)? {
                rows.push(row);
            }
        }
    }
    Ok(rows)
}

struct Place<'a> {
    stage: Stage,
    at: usize,
    port: &'a Port,
    /// Whether measured values or a formula stand for it.
    is_replaced: bool,
}

impl Place<'_> {
    fn row(
        &self,
        context: &Context<'_>,
        now: &Judged,
        requested: &Judged,
        proposed: Option<&Judged>,
    ) -> Result<Option<OutcomeRow>, EnsembleError> {
        let (Some(before), Some(after)) = (
            now.simulated.ensemble(self.stage),
            requested.simulated.ensemble(self.stage),
        ) else {
            return Ok(None);
        };
        let Some(entry) = standard().get(&self.port.name) else {
            return Ok(None);
        };
        let unit = &entry.unit;
        let name = self.port.name.as_str();
        let observed = context
            .documents
            .scenario
            .simulation
            .as_ref()
            .is_some_and(|simulation| {
                simulation
                    .observe
                    .iter()
                    .any(|observed| observed.value == name)
            });
        Ok(Some(OutcomeRow {
            name: name.to_owned(),
            text: entry
                .text
                .split(';')
                .next()
                .unwrap_or(entry.text)
                .to_owned(),
            group: group(name, self.is_moved(now, requested)).to_owned(),
            unit: unit.shown().to_owned(),
            now: self.spread(now, before, unit),
            requested: self.spread(requested, after, unit),
            proposed: proposed.and_then(|judged| {
                let ensemble = judged.simulated.ensemble(self.stage)?;
                Some(self.spread(judged, ensemble, unit))
            }),
            difference: self.difference(before, after, unit)?,
            flags: self.flags(after),
            histogram: observed
                .then(|| histogram(before, after, self.at, unit))
                .flatten(),
        }))
    }

    /// Whether the nominal value differs between the recipe as it is and as requested.
    fn is_moved(&self, now: &Judged, requested: &Judged) -> bool {
        let nominal = |judged: &Judged| {
            let outputs = judged.simulated.nominal(self.stage).outputs.as_ref();
            outputs.map(|outputs| outputs[self.at])
        };
        nominal(now) != nominal(requested)
    }

    fn spread(&self, judged: &Judged, ensemble: &Ensemble, unit: &Unit) -> Spread {
        let values: Vec<f64> = ensemble
            .computed(self.at)
            .map(|si| unit.from_si_f64(si))
            .collect();
        let nominal = judged.simulated.nominal(self.stage).outputs.as_ref();
        Spread {
            nominal: nominal.map(|outputs| unit.from_si_f64(outputs[self.at])),
            failed: ensemble.samples() as u64 - values.len() as u64,
            ..spread_of(&values)
        }
    }

    fn difference(
        &self,
        before: &Ensemble,
        after: &Ensemble,
        unit: &Unit,
    ) -> Result<Spread, EnsembleError> {
        let factor = unit.factor.to_f64();
        let all = paired_differences(before, after, self.at)?;
        let values: Vec<f64> = all.iter().flatten().map(|si| si / factor).collect();
        Ok(Spread {
            failed: (all.len() - values.len()) as u64,
            ..spread_of(&values)
        })
    }

    fn flags(&self, ensemble: &Ensemble) -> Vec<String> {
        if self.stage != Stage::Line {
            return Vec::new();
        }
        let is_replaced = self.is_replaced;
        Flags::ALL
            .iter()
            .filter(|(flag, _)| match flag.shown_at() {
                "" => is_replaced,
                place => place == self.port.name,
            })
            .filter(|(flag, _)| ensemble.flagged(flag.bits()) > 0)
            .map(|(flag, name)| {
                format!(
                    "{name} in {} of {} samples",
                    ensemble.flagged(flag.bits()),
                    ensemble.samples()
                )
            })
            .collect()
    }
}

fn group(name: &str, is_moved: bool) -> &'static str {
    if GAIN.contains(&name) {
        "gain"
    } else if LOAD.contains(&name) || (is_moved && ROOM_LOAD == name) {
        "load"
    } else {
        "result"
    }
}

/// Location and spread of values; zeros where there is none.
#[must_use]
pub fn spread_of(values: &[f64]) -> Spread {
    let sorted = estimate::sorted(values);
    let quantile = |p: f64| estimate::quantile_of_sorted(&sorted, p).unwrap_or(0.0);
    Spread {
        nominal: None,
        n: values.len() as u64,
        failed: 0,
        mean: if values.is_empty() {
            0.0
        } else {
            estimate::mean(values)
        },
        sd: estimate::standard_deviation(values).unwrap_or(0.0),
        p05: quantile(0.05),
        median: quantile(0.5),
        p95: quantile(0.95),
    }
}

/// Counts both recipes on common bins from the 0.1 % to the 99.9 % quantile; what lies outside is
/// counted in the outer bins.
fn histogram(before: &Ensemble, after: &Ensemble, at: usize, unit: &Unit) -> Option<Histogram> {
    let values = |ensemble: &Ensemble| -> Vec<f64> {
        ensemble
            .computed(at)
            .map(|si| unit.from_si_f64(si))
            .collect()
    };
    let (now, requested) = (values(before), values(after));
    let all = estimate::sorted(&[now.as_slice(), requested.as_slice()].concat());
    let low = estimate::quantile_of_sorted(&all, 0.001)?;
    let high = estimate::quantile_of_sorted(&all, 0.999)?;
    if high <= low {
        return None;
    }
    let counts = |values: &[f64]| {
        let mut bins = vec![0_u64; BINS];
        for value in values {
            let share = (value - low) / (high - low) * BINS as f64;
            bins[(share.max(0.0) as usize).min(BINS - 1)] += 1;
        }
        bins
    };
    Some(Histogram {
        low,
        high,
        now: counts(&now),
        requested: counts(&requested),
    })
}
