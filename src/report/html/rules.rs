//! The rule table: every rule by margin, each row opening to what stands behind it.
//!
//! In: a body. Out: one `details` element per rule: a line of verdict and values, and inside
//! source, owner, reason, corner, sampling, certificate and the question as SMT-LIB.

use crate::record::body::{Body, Evaluation, RuleHead, RuleRow};
use crate::report::number::{NO_BREAK, fixed, glued};
use crate::report::standing::{self, Standing};
use crate::report::story;
use crate::report::text::margins::widths_text;
use crate::report::text::rules::{cell, sampling_text, value};

use super::markup::{Markup, typographic};

/// Holding rules shown before the rest is folded: the ones with the least slack.
const HOLDING_SHOWN: usize = 10;

/// Adds the second screen.
pub fn screen(main: &mut Markup, body: &Body) {
    main.element("section", &[("class", "rules")], |section| {
        section.leaf("h2", &[], "Rules by margin");
        section.classed("p", "quiet", &story::counts(body).join(" · "));
        for finding in story::findings_beside(body) {
            let class = match finding.level.as_str() {
                "error" => "finding breaks",
                "warning" => "finding warns",
                _ => "finding",
            };
            section.element("p", &[("class", class)], |line| {
                line.classed("b", "", &finding.level);
                line.text(": ");
                line.text(&finding.message);
                if let Some(place) = finding.places.first() {
                    line.text(" ");
                    line.classed("code", "quiet", &format!("{}:{}", place.path, place.line));
                }
            });
        }
        head(section, body);
        let strict = body.request.strict;
        let (looked_at, others): (Vec<&RuleRow>, Vec<&RuleRow>) = standing::by_margin(body)
            .into_iter()
            .partition(|row| Standing::of(&row.rule, &row.requested, strict).needs_a_look());
        let (near, far) = others.split_at(others.len().min(HOLDING_SHOWN));
        for row in looked_at.into_iter().chain(near.iter().copied()) {
            rule(section, row, strict);
        }
        if !far.is_empty() {
            section.element("details", &[("class", "more")], |more| {
                more.leaf(
                    "summary",
                    &[],
                    &format!("{} more, with more slack or not concerned", far.len()),
                );
                for row in far {
                    rule(more, row, strict);
                }
            });
        }
    });
}

/// Slack at the worst corner in shares of the limit; of a probability in points.
fn slack(evaluation: &Evaluation) -> String {
    if evaluation.probability.is_some() {
        return evaluation.margin.as_deref().map_or_else(String::new, glued);
    }
    evaluation.margin_share.map_or_else(String::new, |share| {
        let sign = if share > 0.0 { "+" } else { "" };
        glued(&format!("{sign}{} %", fixed(share * 100.0, 1)))
    })
}

fn head(section: &mut Markup, body: &Body) {
    section.element("div", &[("class", "rule head")], |head| {
        let requested = story::request_label(body);
        for (class, word) in [
            ("what", "rule"),
            ("limit", "limit"),
            ("number", "now"),
            ("number", requested.as_str()),
            ("number", "corner"),
            ("number", "slack"),
            ("number", "proposal"),
            ("verdict", ""),
        ] {
            head.classed("span", class, word);
        }
    });
}

fn rule(section: &mut Markup, row: &RuleRow, strict: bool) {
    let rule = &row.rule;
    let standing = Standing::of(rule, &row.requested, strict);
    let class = format!("rule {}", standing.class());
    section.element("details", &[], |details| {
        details.element("summary", &[("class", &class)], |summary| {
            summary.element("span", &[("class", "what")], |what| {
                what.classed("b", "id", &rule.code);
                what.text(&typographic(&format!(" {}", rule.title)));
            });
            summary.classed("span", "limit", &typographic(&glued(&rule.limit)));
            number(summary, "now", &value(&row.now, &rule.limit));
            number(summary, "requested", &value(&row.requested, &rule.limit));
            let corner = if row.requested.probability.is_some() {
                String::new()
            } else {
                cell(row.requested.worst_value.as_deref(), &rule.limit)
            };
            number(summary, "corner", &corner);
            number(summary, "slack", &slack(&row.requested));
            let proposed = row
                .proposed
                .as_ref()
                .map_or_else(String::new, |e| value(e, &rule.limit));
            number(summary, "proposal", &proposed);
            summary.classed(
                "span",
                "verdict",
                standing::phrase(rule, &row.requested, strict),
            );
        });
        details.element("div", &[("class", "inside")], |inside| {
            provenance(inside, rule);
            evaluation(inside, "as requested", rule, &row.requested, strict);
            evaluation(inside, "now", rule, &row.now, strict);
            if let Some(proposed) = &row.proposed {
                evaluation(inside, "as proposed", rule, proposed, strict);
            }
        });
    });
}

/// A number of the summary; the label shows on narrow screens, where the head is gone.
fn number(summary: &mut Markup, label: &str, text: &str) {
    summary.element(
        "span",
        &[("class", "number"), ("data-label", label)],
        |cell| {
            cell.text(&if text.is_empty() {
                "–".to_owned()
            } else {
                typographic(&breakable(text))
            });
        },
    );
}

/// Lets a narrow column break between a number and its unit, and nowhere else.
fn breakable(text: &str) -> String {
    match text.rsplit_once(NO_BREAK) {
        Some((number, unit)) if unit.starts_with(char::is_alphabetic) => format!("{number} {unit}"),
        _ => text.to_owned(),
    }
}

fn provenance(inside: &mut Markup, rule: &RuleHead) {
    inside.element("dl", &[], |list| {
        pair(list, "because", &rule.because);
        pair(
            list,
            "source",
            &format!("{} ({})", rule.source, rule.evidence),
        );
        pair(list, "owner", rule.owner.as_deref().unwrap_or("not named"));
        for one in &rule.overrides {
            let looser = if one.looser { " (looser)" } else { "" };
            let said = format!(
                "{} instead of {}{looser}: {}; {} ({}); {}:{}; {} came from {} ({})",
                one.new,
                one.old,
                one.reason,
                one.source,
                one.evidence,
                one.path,
                one.line,
                one.old,
                one.old_source,
                one.old_evidence
            );
            pair(list, "override", &said);
        }
        pair(list, "severity", &rule.severity);
        pair(list, "stated in", &format!("{}:{}", rule.path, rule.line));
        if !rule.reads.is_empty() {
            pair(list, "reads", &rule.reads.join(", "));
        }
    });
}

fn pair(list: &mut Markup, term: &str, text: &str) {
    list.leaf("dt", &[], term);
    list.leaf("dd", &[], text);
}

fn evaluation(
    inside: &mut Markup,
    recipe: &str,
    rule: &RuleHead,
    evaluation: &Evaluation,
    strict: bool,
) {
    inside.element("div", &[("class", "evaluation")], |block| {
        block.element("h4", &[], |title| {
            title.text(&format!("{recipe}: "));
            let standing = Standing::of(rule, evaluation, strict);
            let class = format!("word {}", standing.class());
            title.classed("span", &class, standing::phrase(rule, evaluation, strict));
        });
        block.element("dl", &[], |list| {
            pair(list, "found by", &evaluation.how());
            for (term, text) in [
                (
                    if evaluation.probability.is_some() {
                        "value at the nominal recipe"
                    } else {
                        "value"
                    },
                    &evaluation.value,
                ),
                ("worst corner", &evaluation.worst_value),
                ("margin", &evaluation.margin),
                ("margin, exact SI", &evaluation.margin_si),
                ("remark", &evaluation.remark),
            ] {
                if let Some(text) = text {
                    pair(list, term, text);
                }
            }
            if let Some(margin) = &evaluation.tolerance {
                pair(list, "margin in tolerance widths", &widths_text(margin));
            }
            if let Some(probability) = &evaluation.probability {
                pair(list, "samples", &sampling_text(probability));
            }
        });
        witness(block, evaluation);
        if let Some(certificate) = &evaluation.certificate {
            let text = super::super::json::pretty(certificate);
            folded(block, "certificate", &text);
        }
        if let Some(smtlib) = &evaluation.smtlib {
            folded(block, "SMT-LIB", smtlib);
        }
    });
}

fn witness(block: &mut Markup, evaluation: &Evaluation) {
    if evaluation.witness.is_empty() {
        return;
    }
    block.element("table", &[("class", "witness")], |table| {
        table.element("tr", &[], |row| {
            for word in ["corner", "value", "step", "exact SI"] {
                row.leaf("th", &[], word);
            }
        });
        for assignment in &evaluation.witness {
            table.element("tr", &[], |row| {
                row.leaf("td", &[], &assignment.name);
                row.classed("td", "number", &glued(&assignment.value));
                row.classed("td", "number", &assignment.offset);
                row.classed("td", "exact", &assignment.exact);
            });
        }
    });
    block.classed(
        "p",
        "quiet",
        if evaluation.rechecked {
            "evaluated again in exact arithmetic: agrees"
        } else {
            "not evaluated again"
        },
    );
}

fn folded(block: &mut Markup, name: &str, text: &str) {
    block.element("details", &[("class", "text")], |details| {
        details.leaf("summary", &[], name);
        details.leaf("pre", &[], text);
    });
}
