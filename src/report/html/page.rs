//! The page: head, the three screens, in the order a reader needs them.
//!
//! In: a body and where its record is. Out: the HTML file. The first screen is written here;
//! the drawings, the rule table and the evidence have files of their own.

use crate::record::body::Body;
use crate::report::RecordReference;
use crate::report::number::glued;
use crate::report::numerics::numerics_weaknesses;
use crate::report::story;

use super::markup::{Markup, typographic};
use super::{evidence, limits, rules, svg_dryer};

/// No script, no network, no form, no frame: only the style inside the file.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// Writes the report of one judgement.
#[must_use]
pub fn page(body: &Body, record: &RecordReference<'_>) -> String {
    let mut markup = Markup::document();
    markup.element("html", &[("lang", "en")], |html| {
        let title = format!("{} {}", body.request.id, body.request.title);
        html.element("head", &[], |head| self::head(head, &title));
        html.element("body", &[], |page| {
            page.element("main", &[], |main| {
                first_screen(main, body, record);
                rules::screen(main, body);
                evidence::screen(main, body, record);
            });
        });
    });
    markup.finish()
}

/// The head of a page.
pub(super) fn head(head: &mut Markup, title: &str) {
    head.void("meta", &[("charset", "utf-8")]);
    head.void(
        "meta",
        &[
            ("http-equiv", "Content-Security-Policy"),
            ("content", POLICY),
        ],
    );
    head.void(
        "meta",
        &[
            ("name", "viewport"),
            ("content", "width=device-width, initial-scale=1"),
        ],
    );
    head.void("meta", &[("name", "color-scheme"), ("content", "light")]);
    head.leaf("title", &[], title);
    head.style(include_str!("style.css"));
}

fn first_screen(main: &mut Markup, body: &Body, record: &RecordReference<'_>) {
    main.element("section", &[("class", "first")], |section| {
        heading(section, body);
        decision(section, body);
        weaknesses(section, body, record);
        section.element("div", &[("class", "facts")], |facts| {
            self::facts(facts, body)
        });
        svg_dryer::figure(section, body);
        limits::figure(section, body);
        proposal(section, body);
    });
}

fn heading(section: &mut Markup, body: &Body) {
    let request = &body.request;
    section.element("header", &[], |header| {
        header.element("p", &[("class", "eyebrow")], |line| {
            line.classed("b", "id", &request.id);
            line.text(" ");
            line.leaf("span", &[], &request.title);
        });
        if !request.requested_by.is_empty() || !request.reason.is_empty() {
            header.classed(
                "p",
                "quiet",
                &format!("requested by {}: {}", request.requested_by, request.reason),
            );
        }
    });
}

fn decision(section: &mut Markup, body: &Body) {
    for (index, line) in story::decision_lines(body, story::Naming::Codes)
        .iter()
        .enumerate()
    {
        let (tag, class) = if index == 0 {
            ("h1", "decision")
        } else {
            ("p", "decision other")
        };
        section.element(tag, &[("class", class)], |heading| {
            heading.classed("span", "subject", &line.subject);
            if !line.decision.is_empty() {
                heading.text(" ");
                let class = format!("badge {}", decision_class(&line.decision));
                heading.classed("span", &class, &line.decision);
            }
            if index > 0 && !line.note.is_empty() {
                heading.text(" ");
                heading.classed("span", "note", &line.note);
            }
        });
        if index == 0 {
            section.classed("p", "sentence", &body.decision.sentence);
        }
    }
}

fn decision_class(decision: &str) -> &'static str {
    match decision {
        "reject" => "breaks",
        "release" => "holds",
        "trial" => "trial",
        _ => "warns",
    }
}

fn weaknesses(section: &mut Markup, body: &Body, record: &RecordReference<'_>) {
    let mut found = numerics_weaknesses(record.numerics);
    found.extend(story::weaknesses(body));
    if found.is_empty() {
        return;
    }
    section.element("aside", &[("class", "weak")], |aside| {
        aside.leaf("h2", &[], "What weakens this");
        aside.element("ul", &[], |list| {
            for sentence in &found {
                list.leaf("li", &[], sentence);
            }
        });
    });
}

fn facts(facts: &mut Markup, body: &Body) {
    for change in &body.changes {
        let (range, inside) = story::approval(change);
        fact(facts, "Changed", |value| {
            value.text(&typographic(&story::change_text(change)));
            value.element("span", &[("class", "sub")], |sub| {
                sub.text(&range);
                sub.text(" ");
                match inside {
                    Some(true) => sub.classed("span", "word holds", "inside"),
                    Some(false) => sub.classed("span", "word breaks", "outside"),
                    None => {}
                }
            });
        });
    }
    for (label, group) in [("Gain", "gain"), ("Load", "load")] {
        let shifts: Vec<String> = body
            .outcomes
            .iter()
            .filter(|outcome| outcome.group == group)
            .map(story::outcome_shift)
            .collect();
        if !shifts.is_empty() {
            fact(facts, label, |value| {
                value.element("span", &[("class", "simulated")], |value| {
                    for shift in &shifts {
                        value.classed("span", "line", &typographic(shift));
                    }
                });
            });
        }
    }
    if let Some(ladder) = &body.ladder {
        fact(facts, "Steps", |value| {
            value.text(&format!(
                "{}, {}: ",
                story::short_name(&ladder.name),
                ladder.unit
            ));
            for step in story::ladder_text(ladder) {
                value.classed("span", "step", &step);
                value.text(" ");
            }
        });
    }
}

fn fact(facts: &mut Markup, label: &str, inside: impl FnOnce(&mut Markup)) {
    facts.element("div", &[("class", "fact")], |row| {
        row.classed("span", "label", label);
        row.element("div", &[("class", "value")], inside);
    });
}

fn proposal(section: &mut Markup, body: &Body) {
    let Some(proposal) = &body.proposal else {
        return;
    };
    section.element("div", &[("class", "proposal")], |block| {
        block.leaf("h2", &[], "What would pass");
        block.classed(
            "p",
            "quiet",
            &format!(
                "plant steps, simulated before being proposed; {}",
                story::search_text(body).unwrap_or_default()
            ),
        );
        block.element("table", &[], |table| {
            for step in &proposal.moves {
                table.element("tr", &[], |row| {
                    row.leaf("td", &[], &story::short_name(&step.name));
                    row.classed(
                        "td",
                        "number",
                        &typographic(&format!("{} -> {}", glued(&step.from), glued(&step.to))),
                    );
                    row.classed("td", "simulated", &typographic(&step.effect));
                    row.classed("td", "quiet", if step.needed { "needed" } else { "helps" });
                });
            }
        });
    });
}
