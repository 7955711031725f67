//! The answer of `simulate`: outcomes of the recipe as it is and as changed.
//!
//! In: outcome rows as a record holds them. Out: a table of at most eighty columns, or JSON. Both
//! recipes were drawn from the same streams, so differences are paired: their spread is that of
//! the change alone.

use serde::Serialize;

use super::json;
use super::layout::{Align, Page, Rich, Style};
use super::replaced::replaced_lines;
use super::story::readable;
use crate::record::body::{OutcomeRow, ReplacedRow, Spread, Versions};
use crate::record::numerics::OutcomeNumerics;

/// One simulation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Simulation {
    /// `cellwright/simulation/1`.
    pub format: String,
    /// Who computed it.
    pub versions: Versions,
    /// Path of the scenario.
    pub scenario: String,
    /// Outcomes that are measured or given by a formula, not modelled; absent when there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<ReplacedRow>,
    /// Stages of the line that are not computed; absent when all are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_modelled: Vec<String>,
    /// Seed of all streams.
    pub seed: u64,
    /// Samples of each recipe.
    pub samples: u64,
    /// Samples that gave no value, with their reasons; absent when all did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<String>,
    /// Every outcome.
    pub outcomes: Vec<OutcomeRow>,
    /// Deviations from the independent integrator, if asked for.
    pub numerics: Vec<Numerics>,
}

/// Largest deviations of one recipe's dryer from the independent integrator.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Numerics {
    /// `now` or `requested`.
    pub recipe: String,
    /// Pieces compared: phases of zones.
    pub pieces: usize,
    /// Film temperature, K.
    pub temperature_k: f64,
    /// Free solvent as a share of all solvent coated.
    pub free_share: f64,
    /// Bound solvent, mass fraction of the dry coating.
    pub bound_fraction: f64,
    /// Numerical error of every outcome at nominal values.
    pub outcomes: Vec<OutcomeNumerics>,
}

/// Widths of the columns: name with unit, three medians with their ranges below.
const WIDTHS: [usize; 4] = [34, 14, 14, 14];

impl Simulation {
    /// Writes the table.
    #[must_use]
    pub fn text(&self, colour: bool) -> String {
        let mut page = Page::new(colour);
        page.paragraph(
            0,
            &Rich::styled(Style::Strong, &self.scenario).and(&format!(
                "  {} samples each, seed {}; median, 5th .. 95th percentile",
                super::number::count(self.samples),
                self.seed
            )),
        );
        for line in replaced_lines(&self.replaced, &self.not_modelled) {
            page.paragraph(2, &Rich::styled(Style::Caution, &line));
        }
        for line in &self.failed {
            page.paragraph(2, &Rich::styled(Style::Bad, line));
        }
        let heads = ["outcome", "now", "requested", "difference"];
        self.row(&mut page, heads.map(|h| Rich::styled(Style::Strong, h)));
        for outcome in &self.outcomes {
            let unit = match outcome.unit.as_str() {
                "" | "1" => String::new(),
                unit => format!(" [{unit}]"),
            };
            let spreads = [&outcome.now, &outcome.requested, &outcome.difference];
            let [now, requested, difference] = spreads.map(median);
            let name = Rich::plain(&format!("{}{unit}", outcome.name));
            self.row(&mut page, [name, now, requested, difference]);
            let [now, requested, difference] = spreads.map(range);
            if ![&now, &requested, &difference]
                .iter()
                .all(|cell| cell.is_empty())
            {
                self.row(&mut page, [Rich::default(), now, requested, difference]);
            }
            if let Some(words) = self.u_num(&outcome.name) {
                page.paragraph(2, &Rich::plain(&words));
            }
            for flag in &outcome.flags {
                page.paragraph(2, &Rich::styled(Style::Caution, flag));
            }
        }
        for numerics in &self.numerics {
            page.paragraph(
                0,
                &Rich::plain(&format!(
                    "numerics of {}: {} pieces of the dryer against an independent integrator; \
                     film temperature {:.1e} K, free solvent {:.1e} of what was coated, bound \
                     solvent {:.1e}",
                    numerics.recipe,
                    numerics.pieces,
                    numerics.temperature_k,
                    numerics.free_share,
                    numerics.bound_fraction
                )),
            );
        }
        page.finish()
    }

    /// The numerical error of an outcome in words; nothing where nobody asked.
    fn u_num(&self, name: &str) -> Option<String> {
        let own = self.numerics.iter().filter_map(|numerics| {
            let found = numerics.outcomes.iter().find(|one| one.name == name)?;
            Some((numerics.recipe.as_str(), found))
        });
        let own: Vec<(&str, &OutcomeNumerics)> = own.collect();
        let (_, first) = own.first()?;
        if own.iter().all(|(_, one)| one.u_num == 0.0) {
            return Some(format!("u_num 0 ({})", first.by));
        }
        let sizes = own
            .iter()
            .map(|(recipe, one)| format!("{recipe} {:.1e}", one.u_num.abs()));
        let sizes: Vec<String> = sizes.collect();
        Some(format!("u_num {} ({})", sizes.join(", "), first.by))
    }

    fn row(&self, page: &mut Page, cells: [Rich; 4]) {
        let mut cells = WIDTHS.into_iter().zip(cells);
        let cells: Vec<_> = cells
            .by_ref()
            .enumerate()
            .map(|(at, (width, text))| {
                let side = if at == 0 { Align::Left } else { Align::Right };
                (width, side, text)
            })
            .collect();
        page.row(0, 1, &cells);
    }

    /// Writes the simulation as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        json::pretty(self)
    }
}

fn median(values: &Spread) -> Rich {
    if values.n == 0 {
        return Rich::styled(Style::Bad, "no sample");
    }
    Rich::plain(&readable(values.median))
}

fn range(values: &Spread) -> Rich {
    let mut text = String::new();
    if values.n > 0 && values.p05 < values.p95 {
        text = format!("{} .. {}", readable(values.p05), readable(values.p95));
    }
    if values.failed > 0 {
        text.push_str(&format!(
            " ({} failed)",
            super::number::count(values.failed)
        ));
    }
    Rich::plain(text.trim_start())
}
