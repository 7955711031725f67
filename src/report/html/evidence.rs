//! The third screen: what was simulated and measured, the score, the argument, the signature.
//!
//! In: a body and where its record is. Out: histograms and a table of distances, the waterfall,
//! assumptions by influence, the argument with its leaps, what is not known, trial and
//! paperwork, a sign-off block to fill in by hand, the digest of the record.

use crate::record::body::{Body, DeltaRow, OutcomeRow};
use crate::record::numerics::OutcomeNumerics;
use crate::record::run_numerics::RunNumerics;
use crate::report::RecordReference;
use crate::report::number::{count, fixed, glued, significant};
use crate::report::numerics::{numerics_cell, numerics_summary};
use crate::report::replaced::replaced_lines;
use crate::report::story;

use super::markup::{Markup, typographic};
use super::{svg_coating, svg_formation, svg_histogram, svg_waterfall};

/// Adds the third screen.
pub fn screen(main: &mut Markup, body: &Body, record: &RecordReference<'_>) {
    main.element("section", &[("class", "evidence")], |section| {
        section.leaf("h2", &[], "Simulated and measured");
        section.element("p", &[("class", "legend")], |line| {
            line.classed("span", "simulated", "simulated in blue");
            line.text(" (filled: as requested, outline: now) · ");
            line.classed("span", "measured", "measured in ink");
        });
        not_modelled(section, body);
        assumptions(section, body);
        svg_coating::figure(section, body);
        svg_formation::figure(section, body);
        histograms(section, body);
        outcomes(section, body, record.numerics);
        deltas(section, body);
        score(section, body);
        argument(section, body);
        lists(section, body);
        sign_off(section, body, record);
        record_block(section, body, record);
    });
}

/// Outcomes that no law of the model makes.
fn not_modelled(section: &mut Markup, body: &Body) {
    let lines = replaced_lines(&body.replaced, &body.not_modelled);
    if lines.is_empty() {
        return;
    }
    section.leaf("h3", &[], "Measured or given, not modelled");
    section.element("ul", &[], |list| {
        for line in &lines {
            list.leaf("li", &[], line);
        }
    });
}

fn assumptions(section: &mut Markup, body: &Body) {
    if body.assumptions.is_empty() {
        return;
    }
    let mut rows: Vec<_> = body.assumptions.iter().collect();
    rows.sort_by(|a, b| b.influence.abs().total_cmp(&a.influence.abs()));
    section.leaf("h3", &[], "Assumptions by influence");
    section.classed(
        "p",
        "quiet",
        "assumed or recalled, not measured; influence in standard deviations of the outcome",
    );
    let head = ["parameter", "value", "moves", "from", "to", "influence"];
    table(section, &head, |table| {
        for assumption in rows {
            table.element("tr", &[], |row| {
                row.element("td", &[], |cell| {
                    cell.text(&assumption.name);
                    let weak = format!("{}: {}", assumption.evidence, assumption.source);
                    cell.classed("span", "sub", &weak);
                });
                row.element("td", &[("class", "number")], |cell| {
                    cell.text(&glued(&assumption.value));
                    if !assumption.spread.is_empty() {
                        let over = format!("over {}", assumption.spread);
                        cell.classed("span", "sub", &glued(&over));
                    }
                });
                row.element("td", &[], |cell| {
                    cell.text(&story::short_name(&assumption.outcome));
                    if let Some(share) = &assumption.pass_share {
                        cell.classed("span", "sub simulated", &story::pass_share_shift(share));
                    }
                });
                for value in [assumption.low, assumption.high] {
                    let text = story::with_unit(value, &assumption.unit);
                    row.classed("td", "number simulated", &typographic(&text));
                }
                row.classed(
                    "td",
                    "number",
                    &typographic(&significant(assumption.influence, 2)),
                );
            });
        }
    });
}

fn histograms(section: &mut Markup, body: &Body) {
    section.element("div", &[("class", "histograms")], |grid| {
        for outcome in body.outcomes.iter().filter(|o| o.histogram.is_some()) {
            let observed = observed(body, outcome);
            grid.element("figure", &[], |figure| {
                figure.element("figcaption", &[], |caption| {
                    caption.leaf("b", &[], &outcome.text);
                    caption.classed("span", "quiet", &format!(", {}", outcome.unit));
                    for flag in &outcome.flags {
                        caption.text(" ");
                        caption.classed("span", "word warns", flag);
                    }
                });
                svg_histogram::drawing(figure, outcome, &observed);
                for delta in &observed {
                    figure.classed("p", "sub measured", &measured_words(delta));
                }
            });
        }
    });
}

fn observed<'a>(body: &'a Body, outcome: &OutcomeRow) -> Vec<&'a DeltaRow> {
    body.deltas
        .iter()
        .filter(|delta| delta.name == outcome.name)
        .collect()
}

fn measured_words(delta: &DeltaRow) -> String {
    let cell = delta
        .cell
        .as_ref()
        .map_or_else(String::new, |cell| format!(" ({cell})"));
    format!(
        "measured: {}, n = {}; {}; {}{cell}",
        story::measured_pair(delta),
        count(delta.n),
        story::subject_text(delta),
        delta.source
    )
}

fn outcomes(section: &mut Markup, body: &Body, numerics: Option<&RunNumerics>) {
    if body.outcomes.is_empty() {
        return;
    }
    section.leaf("h3", &[], "Outcomes in the model");
    section.classed(
        "p",
        "quiet",
        "medians over the samples; the difference is the median of the paired differences",
    );
    if let Some(numerics) = numerics {
        let about = "numerical error: the requested recipe at its nominal values less a reference";
        let summary =
            numerics_summary(numerics).map_or_else(String::new, |text| format!("; {text}"));
        section.classed("p", "quiet", &format!("{about}{summary}"));
    }
    let mut head = vec![
        "outcome",
        "unit",
        "now, median",
        "requested, median",
        "difference, median",
        "requested, 5th .. 95th percentile",
        "proposal, median",
    ];
    head.extend(numerics.map(|_| "numerical error"));
    table(section, &head, |table| {
        for outcome in &body.outcomes {
            table.element("tr", &[], |row| {
                row.element("td", &[], |cell| {
                    cell.text(&outcome.text);
                    cell.classed("span", "sub", &outcome.name);
                });
                row.leaf("td", &[], &outcome.unit);
                let requested = &outcome.requested;
                let percentiles = if requested.n == 0 {
                    "no samples".to_owned()
                } else {
                    format!(
                        "{} .. {}",
                        story::readable(requested.p05),
                        story::readable(requested.p95)
                    )
                };
                let proposed = outcome.proposed.as_ref().and_then(story::median);
                for text in [
                    story::optional(story::median(&outcome.now)),
                    story::optional(story::median(requested)),
                    story::optional(story::median(&outcome.difference)),
                    glued(&percentiles),
                    proposed.map_or_else(|| "–".to_owned(), story::readable),
                ] {
                    row.classed("td", "number simulated", &typographic(&text));
                }
                if let Some(numerics) = numerics {
                    numerics_column(row, numerics.of(&outcome.name));
                }
            });
        }
    });
}

fn numerics_column(row: &mut Markup, own: Option<&OutcomeNumerics>) {
    let Some(own) = own else {
        row.classed("td", "number", "not known");
        return;
    };
    let (size, by) = numerics_cell(own);
    row.element("td", &[("class", "number")], |cell| {
        cell.text(&typographic(&size));
        cell.classed("span", "sub", by);
    });
}

fn deltas(section: &mut Markup, body: &Body) {
    section.leaf("h3", &[], "How far the model is from what was measured");
    if body.deltas.is_empty() {
        section.classed("p", "finding warns", "nothing observed to compare with");
        return;
    }
    let head = [
        "outcome",
        "measured",
        "simulated",
        "distance",
        "by chance alone",
        "score",
        "what it is good for",
    ];
    table(section, &head, |table| {
        for delta in story::worst_first(&body.deltas) {
            table.element("tr", &[], |row| {
                row.element("td", &[], |cell| {
                    cell.text(&story::short_name(&delta.name));
                    cell.classed("span", "sub", &delta.source);
                });
                row.classed("td", "number measured", &story::measured_pair(delta));
                row.classed("td", "number simulated", &story::simulated_pair(delta));
                row.classed("td", "number", &story::readable(delta.distance));
                row.classed("td", "number", &story::readable(delta.null_level));
                row.classed("td", "number", &fixed(delta.score, 2));
                row.element("td", &[], |cell| {
                    cell.text(story::subject_text(delta));
                    if !delta.remark.is_empty() {
                        cell.classed("span", "sub", &delta.remark);
                    }
                });
            });
        }
    });
}

fn score(section: &mut Markup, body: &Body) {
    let score = &body.score;
    section.leaf("h3", &[], "Score");
    for sentence in story::index_text(body) {
        section.leaf("p", &[], &sentence);
    }
    if score.no_index.is_some() {
        return;
    }
    section.element("figure", &[("class", "waterfall")], |figure| {
        svg_waterfall::drawing(figure, score);
        figure.element("figcaption", &[("class", "quiet")], |caption| {
            caption.text(&format!(
                "value × weight; weights from preset {}; {}",
                score.preset, score.consistency
            ));
        });
    });
    section.element("ul", &[("class", "reasons")], |list| {
        for component in &score.components {
            list.element("li", &[], |item| {
                item.leaf("b", &[], &component.name);
                item.text(&format!(
                    " {} ± {}: {}",
                    fixed(component.value, 2),
                    fixed(component.standard_error, 2),
                    component.reasons.join("; ")
                ));
            });
        }
    });
    let head = [
        "preset",
        "HyperScore",
        "without the gate",
        "highest",
        "midpoint V",
    ];
    table(section, &head, |table| {
        for row in &score.hyperscores {
            table.element("tr", &[], |line| {
                line.leaf("td", &[], &row.preset);
                for value in [row.hyperscore, row.ungated, row.highest] {
                    line.classed("td", "number", &significant(value, 4));
                }
                line.classed("td", "number", &story::readable(row.midpoint));
            });
        }
    });
}

fn argument(section: &mut Markup, body: &Body) {
    if body.argument.is_empty() {
        return;
    }
    section.leaf("h3", &[], "Why the decision follows");
    section.element("ol", &[("class", "argument")], |list| {
        for step in &body.argument {
            list.element("li", &[], |item| {
                if let Some(leap) = &step.leap {
                    item.classed("span", "leap", &format!("leap: {leap}"));
                }
                item.leaf("b", &[], &step.claim);
                let grounds: Vec<&str> = (step.from.iter().chain(&step.rests_on))
                    .map(String::as_str)
                    .collect();
                if !grounds.is_empty() {
                    item.classed("span", "sub", &format!("rests on {}", grounds.join("; ")));
                }
                if step.leap.is_none() && !step.weak.is_empty() {
                    let weak = format!("weak below it: {}", step.weak.join(", "));
                    item.classed("span", "sub", &weak);
                }
            });
        }
    });
}

fn lists(section: &mut Markup, body: &Body) {
    let not_moved: Vec<String> = body
        .changes
        .iter()
        .filter(|change| !change.not_moved.is_empty())
        .map(|change| format!("{}: {}", change.name, change.not_moved.join(", ")))
        .collect();
    let mut trial: Vec<String> = body.request.scope.iter().cloned().collect();
    trial.extend(
        body.request
            .until
            .iter()
            .map(|until| format!("until {until}")),
    );
    trial.extend(body.trial.iter().cloned());
    section.element("div", &[("class", "lists")], |grid| {
        for (title, items) in [
            ("Not known", &body.not_known),
            ("Not moved in the model", &not_moved),
            ("Trial", &trial),
            ("Paperwork", &body.paperwork),
        ] {
            if items.is_empty() {
                continue;
            }
            grid.element("div", &[], |block| {
                block.leaf("h3", &[], title);
                block.element("ul", &[], |list| {
                    for item in items {
                        list.leaf("li", &[], item);
                    }
                });
            });
        }
    });
}

fn sign_off(section: &mut Markup, body: &Body, record: &RecordReference<'_>) {
    section.element("div", &[("class", "sign-off")], |block| {
        block.leaf("h3", &[], "Sign-off");
        let short: String = record.sha256.chars().take(16).collect();
        block.classed(
            "p",
            "quiet",
            &format!(
                "A signature means: I have read this report, the record with digest {short}… is \
                 what I judged, and I agree with the decision `{}` for {}.",
                body.decision.decision, body.request.id
            ),
        );
        let fallback = ["responsible engineer".to_owned()];
        let roles = if body.decision.sign_off.is_empty() {
            &fallback[..]
        } else {
            &body.decision.sign_off
        };
        let head = ["role", "name", "date", "signature"];
        table(block, &head, |table| {
            for role in roles {
                table.element("tr", &[], |row| {
                    row.leaf("td", &[], role);
                    for _ in 0..3 {
                        row.classed("td", "blank", "");
                    }
                });
            }
        });
    });
}

fn record_block(section: &mut Markup, body: &Body, record: &RecordReference<'_>) {
    section.element("footer", &[], |footer| {
        footer.leaf("h3", &[], "Record");
        footer.element("p", &[], |line| {
            line.leaf("code", &[], record.path);
            line.text(" sha256 ");
            line.classed("code", "digest", record.sha256);
        });
        let versions = &body.versions;
        footer.classed(
            "p",
            "quiet",
            &format!(
                "{}; Cellwright {}, solver {}, math {}; seed {}, {} samples; replay it with \
                 `cellwright replay {}`",
                body.format,
                versions.cellwright,
                versions.solver,
                versions.math,
                body.request.seed,
                count(body.request.samples),
                record.path
            ),
        );
        footer.element("details", &[("class", "text")], |details| {
            details.leaf("summary", &[], "documents read");
            details.element("ul", &[], |list| {
                for input in &body.inputs {
                    list.element("li", &[], |item| {
                        item.leaf("code", &[], &input.path);
                        item.text(" ");
                        item.classed("code", "digest quiet", &input.sha256);
                    });
                }
            });
        });
    });
}

fn table(parent: &mut Markup, head: &[&str], rows: impl FnOnce(&mut Markup)) {
    parent.element("div", &[("class", "scroll")], |scroll| {
        scroll.element("table", &[], |table| {
            table.element("thead", &[], |thead| {
                thead.element("tr", &[], |row| {
                    for word in head {
                        row.leaf("th", &[], word);
                    }
                });
            });
            table.element("tbody", &[], rows);
        });
    });
}
