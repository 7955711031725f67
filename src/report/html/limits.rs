//! The binding limits as bars: how much of each limit is used now, as requested, as proposed.
//!
//! In: the blocking rules, or else the rules with the least slack, at most two. Out: bars on a
//! scale where the limit is a line. Input rules show the share of the limit used, nominal as a
//! solid bar and the worst corner as its end; probability rules show the share of samples that
//! fail beside the share allowed. The scale always reaches the longest bar: nothing is cut off.

use crate::record::body::{Body, Evaluation, RuleRow};
use crate::report::number::percent;
use crate::report::standing::{self, Standing};
use crate::report::text::rules::{cell, value};

use super::markup::{Markup, coordinate, typographic};

/// Bars shown on the first screen.
const LIMITS_SHOWN: usize = 2;

/// One bar: at the nominal recipe and at the worst corner, as shares of the scale.
struct Bar {
    recipe: &'static str,
    nominal: Option<f64>,
    worst: f64,
    words: String,
}

/// Adds the bars of the binding limits.
pub fn figure(section: &mut Markup, body: &Body) {
    let rows = standing::by_margin(body);
    let blocking = &body.decision.blocking;
    let chosen: Vec<&RuleRow> = if blocking.is_empty() {
        rows.into_iter()
            .filter(|row| row.requested.margin_share.is_some())
            .take(LIMITS_SHOWN)
            .collect()
    } else {
        rows.into_iter()
            .filter(|row| blocking.contains(&row.rule.code))
            .take(LIMITS_SHOWN)
            .collect()
    };
    if chosen.is_empty() {
        return;
    }
    section.element("div", &[("class", "limits")], |block| {
        for row in chosen {
            limit(block, row, body.request.strict);
        }
        if blocking.len() > LIMITS_SHOWN {
            block.classed(
                "p",
                "quiet",
                &format!(
                    "{} further blocking limits in the table below",
                    blocking.len() - LIMITS_SHOWN
                ),
            );
        }
    });
}

fn limit(block: &mut Markup, row: &RuleRow, strict: bool) {
    let rule = &row.rule;
    let probability = row.requested.probability.as_ref();
    let mut bars = Vec::new();
    bars.extend(bar("now", &row.now, row));
    bars.extend(bar("requested", &row.requested, row));
    if let Some(proposed) = &row.proposed {
        bars.extend(bar("proposal", proposed, row));
    }
    let limit_at = probability.map_or(1.0, |p| 1.0 - p.required);
    let scale = bars
        .iter()
        .map(|bar| bar.worst.max(bar.nominal.unwrap_or(0.0)))
        .fold(limit_at, f64::max)
        * 1.08;
    let standing = Standing::of(rule, &row.requested, strict);
    block.element("div", &[("class", "limit")], |card| {
        card.element("h3", &[], |title| {
            title.classed("b", "id", &rule.code);
            title.text(&typographic(&format!(" {} ", rule.title)));
            let class = format!("word {}", standing.class());
            title.classed(
                "span",
                &class,
                standing::phrase(rule, &row.requested, strict),
            );
        });
        let axis = match probability {
            Some(p) => format!(
                "limit {}: share of samples that fail, with its upper bound; {} allowed",
                rule.limit,
                percent(1.0 - p.required, 1)
            ),
            None => format!(
                "limit {}: share of the limit used; solid at the nominal recipe, pale to the \
                 worst corner",
                rule.limit
            ),
        };
        card.classed("p", "quiet", &typographic(&axis));
        for bar in &bars {
            drawn(card, bar, limit_at, scale);
        }
    });
}

fn bar(recipe: &'static str, evaluation: &Evaluation, row: &RuleRow) -> Option<Bar> {
    let limit = &row.rule.limit;
    if let Some(probability) = &evaluation.probability {
        return Some(Bar {
            recipe,
            nominal: Some(1.0 - probability.estimate),
            worst: 1.0 - probability.lower,
            words: format!(
                "{} (up to {})",
                percent(1.0 - probability.estimate, 1),
                percent(1.0 - probability.lower, 1)
            ),
        });
    }
    let worst = 1.0 - evaluation.margin_share?;
    let corner = cell(evaluation.worst_value.as_deref(), limit);
    let nominal = value(evaluation, limit);
    Some(Bar {
        recipe,
        nominal: evaluation.nominal_margin_share.map(|share| 1.0 - share),
        worst,
        words: if corner.is_empty() || corner == nominal {
            nominal
        } else {
            format!("{nominal}, corner {corner}")
        },
    })
}

fn drawn(card: &mut Markup, bar: &Bar, limit_at: f64, scale: f64) {
    let at = |value: f64| coordinate((value / scale * 100.0).max(0.0));
    let class = format!("bar {}", bar.recipe);
    card.element("div", &[("class", &class)], |row| {
        row.classed("span", "name", bar.recipe);
        row.element(
            "svg",
            &[
                ("class", "track"),
                ("viewBox", "0 0 100 10"),
                ("preserveAspectRatio", "none"),
                ("aria-hidden", "true"),
            ],
            |svg| {
                svg.shape(
                    "rect",
                    &[
                        ("class", "worst"),
                        ("width", &at(bar.worst)),
                        ("height", "10"),
                    ],
                );
                if let Some(nominal) = bar.nominal {
                    svg.shape(
                        "rect",
                        &[
                            ("class", "nominal"),
                            ("width", &at(nominal)),
                            ("height", "10"),
                        ],
                    );
                }
                if bar.worst > limit_at {
                    let over = coordinate((bar.worst - limit_at) / scale * 100.0);
                    svg.shape(
                        "rect",
                        &[
                            ("class", "over"),
                            ("x", &at(limit_at)),
                            ("y", "8.4"),
                            ("width", &over),
                            ("height", "1.6"),
                        ],
                    );
                }
                svg.shape(
                    "line",
                    &[
                        ("class", "line"),
                        ("x1", &at(limit_at)),
                        ("x2", &at(limit_at)),
                        ("y1", "0"),
                        ("y2", "10"),
                    ],
                );
            },
        );
        row.classed("span", "words", &bar.words);
    });
}
