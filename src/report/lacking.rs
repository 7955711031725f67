//! The answer of `missing`: gaps first, then weak numbers by influence.
//!
//! In: gaps and assumptions. Out: text of at most eighty columns, or JSON. Influence is how far an
//! observed outcome moves between the ends of the number, in its own standard deviations.

use serde::Serialize;

use super::json;
use super::layout::{Page, Rich, Style};
use super::number::glued;
use super::story;
use crate::record::body::Assumption;
use crate::run::gaps::Gap;

/// What a scenario lacks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lacking {
    /// `cellwright/missing/1`.
    pub format: String,
    /// Path of the scenario.
    pub scenario: String,
    /// Names without a value, the most needed first.
    pub missing: Vec<Gap>,
    /// Whether the scenario could be simulated; without that no influence is known.
    pub simulated: bool,
    /// Assumed and recalled numbers, the most influential first.
    pub weak: Vec<Assumption>,
}

/// Width of the label column.
const LABEL: usize = 10;

impl Lacking {
    /// Writes the page.
    #[must_use]
    pub fn text(&self, colour: bool) -> String {
        let mut page = Page::new(colour);
        for gap in &self.missing {
            self.gap(&mut page, gap);
        }
        if self.missing.is_empty() {
            page.paragraph(0, &Rich::plain("nothing is missing"));
        }
        if !self.simulated {
            page.paragraph(
                0,
                &Rich::plain(
                    "the twin cannot run without these: the influence of assumed numbers is not \
                     known",
                ),
            );
        } else if self.weak.is_empty() {
            page.paragraph(
                0,
                &Rich::plain("no assumed or recalled number moves an observed outcome"),
            );
        } else {
            page.paragraph(
                0,
                &Rich::styled(Style::Strong, "Measure first")
                    .and(": assumed and recalled numbers by influence"),
            );
        }
        for (at, one) in self.weak.iter().enumerate() {
            page.entry(
                1,
                (3, &Rich::plain(&(at + 1).to_string())),
                &Rich::styled(Style::Strong, &one.name).and(&format!(
                    " = {} ({}; {})",
                    glued(&one.value),
                    one.evidence,
                    one.source
                )),
            );
            page.paragraph(
                5,
                &Rich::plain(&format!(
                    "over {} it moves {}, {} standard deviations{}",
                    glued(&one.spread),
                    story::outcome_effect(one),
                    story::readable(one.influence),
                    one.pass_share.as_ref().map_or_else(String::new, |share| {
                        format!(", and {}", story::pass_share_shift(share))
                    })
                )),
            );
        }
        page.finish()
    }

    fn gap(&self, page: &mut Page, gap: &Gap) {
        let style = match gap.weight.as_str() {
            "twin" | "critical" => Style::Bad,
            _ => Style::Caution,
        };
        let by = gap.needed_by.join(", ");
        let mut text = Rich::styled(Style::Strong, &gap.name);
        if !gap.text.is_empty() {
            text = text.and(&format!(" ({})", gap.text));
        }
        text = text.and(&match gap.weight.as_str() {
            "twin" => ", the twin needs it".to_owned(),
            weight => format!(", read by {by} ({weight})"),
        });
        if let Some(nearest) = &gap.nearest {
            text = text.and(&format!("; is `{nearest}` a slip for it?"));
        }
        page.entry(0, (LABEL, &Rich::styled(style, "missing")), &text);
    }

    /// Writes the answer as JSON.
    #[must_use]
    pub fn json(&self) -> String {
        json::pretty(self)
    }
}
