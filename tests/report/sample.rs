//! A layout sample: a body and findings with invented numbers, to look at every view.
//!
//! Nothing here was measured or simulated; the numbers have the size of a real coating line so
//! that columns, bars and drawings are exercised. It is used by tests only.

use cellwright::record::argument::{
    ArgumentStep, MissingFact, Semantics, Shown, Standing, StrongestBound,
};
use cellwright::record::body::*;
use cellwright::record::findings::{
    Binding, CheckedRule, CrossCheck, CrossChecked, Findings, Group, Scope, TableRule,
    TableSummary, Why,
};
use serde_json::json;

use super::drawings::{coating_window, dryer, formation};

fn text(value: &str) -> String {
    value.to_owned()
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn head(code: &str, title: &str, limit: &str, kind: &str, line: u32) -> RuleHead {
    RuleHead {
        code: text(code),
        title: text(title),
        severity: text("critical"),
        evidence: text("specified"),
        because: text("solvent vapour above a quarter of the lower explosive limit can ignite"),
        source: text("NFPA 86; exhaust 8 200 Nm³/h ± 3 % from MES"),
        owner: Some(text("coating")),
        path: text("rules/drying.rule"),
        line,
        end_line: line + 7,
        limit: text(limit),
        kind: text(kind),
        reads: texts(&["drying.exhaust_load"]),
        overrides: Vec::new(),
    }
}

pub fn evaluation(verdict: &str, value: &str, worst: &str, margin: f64) -> Evaluation {
    Evaluation {
        verdict: text(verdict),
        method: text("corners"),
        value: Some(text(value)),
        worst_value: Some(text(worst)),
        margin: Some(match value.split_once(' ') {
            Some((_, unit)) => format!("{:.1} {unit}", margin * 25.0),
            None => format!("{margin:.3}"),
        }),
        margin_si: None,
        margin_share: Some(margin),
        nominal_margin_share: Some(margin + 0.07),
        tolerance: None,
        witness: Vec::new(),
        rechecked: true,
        certificate: None,
        smtlib: None,
        probability: None,
        remark: None,
    }
}

fn simulated(verdict: &str, failures: u64, n: u64, bounds: (f64, f64)) -> Evaluation {
    Evaluation {
        verdict: text(verdict),
        method: text("ensemble"),
        value: None,
        worst_value: None,
        margin: None,
        margin_si: None,
        margin_share: None,
        nominal_margin_share: None,
        tolerance: None,
        witness: Vec::new(),
        rechecked: false,
        certificate: None,
        smtlib: None,
        probability: Some(Probability {
            n,
            failures,
            failed_samples: 0,
            estimate: 1.0 - failures as f64 / n as f64,
            lower: bounds.0,
            upper: bounds.1,
            required: 0.999,
            confidence: 0.95,
        }),
        remark: None,
    }
}

fn corner() -> Vec<Assignment> {
    [
        ("coating.areal_loading", "203 g/m^2", "203/1000", "+1.5 %"),
        ("slurry.solids", "64.5 percent_mass", "129/200", "-0.5 %"),
        ("coating.web_width", "652 mm", "163/250", "+2 mm"),
        ("coating.web_speed", "32.096 m/min", "1003/1875", "+0.3 %"),
        ("drying.exhaust_flow", "7954 Nm^3/h", "3977/1800", "-3 %"),
    ]
    .into_iter()
    .map(|(name, value, exact, offset)| Assignment {
        name: text(name),
        value: text(value),
        exact: text(exact),
        offset: text(offset),
    })
    .collect()
}

fn exhaust() -> RuleRow {
    let mut requested = evaluation("holds_nominally", "24.5 %LEL", "26.4 %LEL", -0.056);
    requested.nominal_margin_share = Some(0.02);
    requested.margin_si = Some(text("-7/500"));
    requested.tolerance = Some(ToleranceMargin {
        unit: text("%LEL"),
        nominal: text("1/2"),
        worst: text("-7/5"),
        width: text("19/10"),
        nominal_widths: Some(text("5/19")),
        worst_widths: Some(text("-14/19")),
    });
    requested.witness = corner();
    requested.smtlib = Some(text(
        "(set-logic QF_LRA)\n(declare-const v Real)\n(assert (> (* 3 v) 25))\n(check-sat)\n",
    ));
    let mut now = evaluation("holds", "19.2 %LEL", "20.7 %LEL", 0.172);
    now.nominal_margin_share = Some(0.232);
    now.certificate = Some(json!({"kind": "farkas", "multipliers": ["3/4", "1/4"]}));
    let mut proposed = evaluation("holds", "23.1 %LEL", "24.9 %LEL", 0.004);
    proposed.nominal_margin_share = Some(0.076);
    RuleRow {
        rule: head("DR004", "NMP in exhaust", "<= 25 %LEL", "input", 31),
        now,
        requested,
        proposed: Some(proposed),
    }
}

fn residual() -> RuleRow {
    let mut rule = head(
        "DR007",
        "residual NMP <= 300 ppm",
        ">= 99.9 %",
        "outcome",
        58,
    );
    rule.because = text("NMP left in the electrode gasses in formation");
    rule.source = text("PS-77 rev D, 4.2");
    rule.reads = texts(&["drying.residual_solvent"]);
    RuleRow {
        rule,
        now: simulated("holds", 0, 16_384, (0.999_817, 1.0)),
        requested: simulated("violated", 802, 16_384, (0.948_2, 0.953_8)),
        proposed: Some(simulated("holds", 0, 3_000, (0.999_002, 1.0))),
    }
}

fn others() -> Vec<RuleRow> {
    let mut rows = Vec::new();
    let mut window = RuleRow {
        rule: head("CO012", "coating window margin", ">= 1.10", "input", 12),
        now: evaluation("holds", "1.13", "1.12", 0.02),
        requested: evaluation("violated", "1.08", "1.07", -0.027),
        proposed: Some(evaluation("violated", "1.08", "1.07", -0.027)),
    };
    window.rule.severity = text("major");
    window.rule.evidence = text("recalled");
    window.rule.source = text("coating trials, from memory");
    window.requested.remark = Some(text("Ca 7.1 lies above the fitted range: extrapolated"));
    rows.push(window);
    for index in 0..37_u32 {
        let slack = 0.03 + 0.02 * f64::from(index);
        let mut rule = head(
            &format!("EL{index:03}"),
            "water in the electrolyte at filling",
            "<= 10 ppm_mass",
            "input",
            10 + index,
        );
        rule.severity = text(if index % 3 == 0 { "minor" } else { "major" });
        let mut row = RuleRow {
            rule,
            now: evaluation("holds", "6.2 ppm_mass", "6.8 ppm_mass", slack),
            requested: evaluation("holds", "6.2 ppm_mass", "6.8 ppm_mass", slack),
            proposed: None,
        };
        if index == 0 {
            row.requested.verdict = text("conditional");
        }
        if index == 36 {
            row.requested.verdict = text("idle");
        }
        rows.push(row);
    }
    rows
}

fn spread(median: f64, sd: f64) -> Spread {
    Spread {
        nominal: Some(median),
        n: 16_384,
        failed: 0,
        mean: median,
        sd,
        p05: median - 1.645 * sd,
        median,
        p95: median + 1.645 * sd,
    }
}

fn outcome(group: &str, names: (&str, &str, &str), now: f64, requested: f64) -> OutcomeRow {
    OutcomeRow {
        name: text(names.0),
        group: text(group),
        text: text(names.1),
        unit: text(names.2),
        now: spread(now, now * 0.01),
        requested: spread(requested, requested * 0.01),
        proposed: None,
        difference: spread(requested - now, 0.0),
        flags: Vec::new(),
        histogram: None,
    }
}

fn outcomes() -> Vec<OutcomeRow> {
    let area = ("coating.coated_area", "coated area", "m²/h");
    let solvent = ("drying.exhaust_load", "NMP", "kg/h");
    let slurry = ("coating.slurry_flow", "slurry", "L/min");
    let time = ("drying.dwell_time", "dryer time", "s");
    let residual = ("drying.residual_solvent", "residual NMP", "ppm_mass");
    let efficiency = (
        "formation.first_cycle_efficiency",
        "first-cycle efficiency",
        "%",
    );
    let mut rows = vec![
        outcome("gain", area, 975.0, 1248.0),
        outcome("load", solvent, 90.0, 116.0),
        outcome("load", slurry, 1.87, 2.39),
        outcome("load", time, 86.0, 68.0),
        outcome("result", residual, 2.0, 144.0),
        outcome("result", efficiency, 87.3, 87.3),
    ];
    rows[4].now.p95 = 7.0;
    rows[4].requested.p95 = 299.0;
    rows[4].requested.p05 = 40.0;
    rows[4].flags = texts(&["EXTRAPOLATED below 20 °C: vapour pressure"]);
    rows[4].histogram = Some(Histogram {
        low: 0.0,
        high: 400.0,
        now: bell(40, 0.5, 1.2, 9000.0),
        requested: bell(40, 14.4, 7.0, 900.0),
    });
    rows[5].histogram = Some(Histogram {
        low: 85.0,
        high: 89.0,
        now: bell(40, 23.0, 4.0, 1600.0),
        requested: bell(40, 23.0, 4.0, 1600.0),
    });
    rows
}

fn bell(bins: u32, centre: f64, width: f64, height: f64) -> Vec<u64> {
    (0..bins)
        .map(|bin| {
            let z = (f64::from(bin) - centre) / width;
            (height * cellwright::math::exp(-0.5 * z * z)) as u64
        })
        .collect()
}

fn ladder() -> Ladder {
    let steps: Vec<LadderStep> = (0..15)
        .map(|index| {
            let value = 25.0 + 0.5 * f64::from(index);
            let (status, rules): (&str, &[&str]) = match index {
                0..=10 => ("ok", &[]),
                11 => ("blocked", &["DR004"]),
                _ => ("blocked", &["DR004", "DR007"]),
            };
            LadderStep {
                value: format!("{value}"),
                status: text(status),
                rules: texts(rules),
                breaks: texts(if index >= 8 { &["CO012"] } else { &[] }),
                decision: text(if status == "ok" { "trial" } else { "reject" }),
                approved: Some(value <= 27.0),
                coated_area_m2_h: Some(39.0 * value),
            }
        })
        .collect();
    Ladder {
        name: text("coating.web_speed"),
        unit: text("m/min"),
        highest_passing: Some(text("30")),
        stopped_at: steps.get(11).cloned(),
        steps,
    }
}

fn deltas() -> Vec<DeltaRow> {
    vec![
        DeltaRow {
            name: text("drying.residual_solvent"),
            subject: text("this-line"),
            cell: None,
            source: text("line 3 at 25 m/min, weeks 31 to 38"),
            unit: text("ppm_mass"),
            n: 40,
            observed_centre: 4.0,
            observed_spread: 3.0,
            simulated_mean: 3.0,
            simulated_sd: 3.0,
            distance: 0.31,
            null_level: 0.21,
            score: 0.905,
            remark: text(""),
            values: (0..40).map(|i| 0.4 + f64::from(i) * 0.27).collect(),
        },
        DeltaRow {
            name: text("formation.first_cycle_efficiency"),
            subject: text("literature"),
            cell: Some(text("NMC111|graphite, 2.36 Ah pouch")),
            source: text("Weng et al. 2021"),
            unit: text("%"),
            n: 19,
            observed_centre: 85.41,
            observed_spread: 0.92,
            simulated_mean: 87.3,
            simulated_sd: 0.4,
            distance: 2.05,
            null_level: 0.29,
            score: 0.172,
            remark: text("another cell: distance is between populations, normal shape assumed"),
            values: Vec::new(),
        },
    ]
}

fn score() -> Score {
    let component = |name: &str, value: f64, weight: f64, reason: &str| ComponentRow {
        name: text(name),
        value,
        standard_error: 0.03,
        weight,
        reasons: texts(&[reason]),
    };
    Score {
        components: vec![
            component("logic", 0.61, 0.40, "DR004 breaks at a corner"),
            component("novelty", 0.42, 0.10, "nearest approved recipe 0.8 away"),
            component("impact", 0.72, 0.20, "logistic of throughput, assumed"),
            component("reproducibility", 0.66, 0.20, "distance 2.05 to literature"),
            component("meta", 0.80, 0.10, "standard error of the others"),
        ],
        preset: text("centred"),
        consistency: text("consistency ratio 0.031 (Saaty 1980 table)"),
        gate_open: false,
        no_index: None,
        value: 0.0,
        ungated_value: 0.642,
        value_low: 0.59,
        value_high: 0.69,
        hyperscores: vec![
            HyperscoreRow {
                preset: text("seed"),
                hyperscore: 100.0,
                ungated: 100.4,
                highest: 111.1,
                midpoint: 1.149,
            },
            HyperscoreRow {
                preset: text("centred"),
                hyperscore: 100.0,
                ungated: 158.0,
                highest: 193.9,
                midpoint: 0.5,
            },
        ],
    }
}

/// The body of a rejected change with a proposal.
pub fn body() -> Body {
    let mut rules = vec![exhaust(), residual()];
    rules.extend(others());
    Body {
        format: text(FORMAT),
        versions: Versions {
            cellwright: text("0.1.0"),
            solver: text("Z3 5.3.0"),
            math: text("pxfm 0.1.30"),
        },
        request: request(),
        inputs: vec![Input {
            path: text("scenarios/line3-speed.toml"),
            sha256: "ab".repeat(32),
            text: text("schema = \"cellwright/scenario/1\"\n"),
            normalised: json!({"schema": "cellwright/scenario/1"}),
        }],
        replaced: Vec::new(),
        not_modelled: Vec::new(),
        changes: vec![Change {
            name: text("coating.web_speed"),
            from: text("25 m/min"),
            to: text("32 m/min"),
            tolerance: text("± 0.3 %"),
            approved: Some(Approved {
                range: text("22 .. 27 m/min"),
                document: text("PPAP 2024-031"),
                inside: false,
            }),
            read_by: texts(&["DR004", "DR007", "CO012"]),
            not_moved: texts(&["formation.first_cycle_efficiency"]),
            place: Some(Place {
                path: text("scenarios/line3-speed.toml"),
                line: 14,
                column: 9,
            }),
        }],
        rules,
        findings: vec![Finding {
            code: text("critical-needs-source"),
            level: text("warning"),
            message: text("`CO012` warns by a limit that is recalled from memory"),
            places: Vec::new(),
            grounds: Vec::new(),
        }],
        outcomes: outcomes(),
        dryer: dryer(),
        coating_window: Some(coating_window()),
        formation: vec![formation()],
        ladder: Some(ladder()),
        search: Some(ProposalSearch {
            candidates: 57,
            simulated: 9,
            end: text("found"),
        }),
        proposal: Some(proposal()),
        deltas: deltas(),
        assumptions: assumptions(),
        score: score(),
        decision: decision(),
        argument: argument(),
        not_known: texts(&["adhesion above 27 m/min (no model)", "cross-web edge"]),
        trial: texts(&[
            "hold until results",
            "30 residual-NMP samples (10 per reel)",
            "20 peel tests",
        ]),
        paperwork: texts(&["revise control plan 40-3, 40-7", "PFMEA 40-2.1, 40-2.4"]),
    }
}

fn request() -> Request {
    Request {
        scenario: text("scenarios/line3-speed.toml"),
        id: text("ECR-2231"),
        title: text("Raise web speed, line 3 cathode"),
        reason: text("coating is the bottleneck"),
        requested_by: text("process engineering"),
        scope: Some(text("3 reels of 1 200 m")),
        until: None,
        seed: 20_261_122,
        samples: 16_384,
        search_samples: 3_000,
        ladder: Some(text("coating.web_speed=25..32:0.5")),
        movable: vec!["drying.zone[3].air_temperature".to_owned()],
        strict: false,
    }
}

fn proposal() -> Proposal {
    let step = |name: &str, from: &str, to: &str, effect: &str| Move {
        name: text(name),
        from: text(from),
        to: text(to),
        effect: text(effect),
        needed: true,
    };
    Proposal {
        moves: vec![
            step(
                "drying.zone[3].air_temperature",
                "122 degC",
                "128 degC",
                "residual NMP median 33 ppm, 0 of 3 000 above 300",
            ),
            step(
                "drying.exhaust_flow",
                "8 200 Nm³/h",
                "8 700 Nm³/h",
                "corner 24.9 %LEL",
            ),
        ],
        decision: text("trial"),
        value: Some(0.71),
        hyperscore: Some(172.7),
    }
}

fn assumptions() -> Vec<Assumption> {
    vec![
        Assumption {
            name: text("drying.desorption_rate"),
            value: text("0.021 1/s"),
            spread: text("0.0187 .. 0.0233 1/s"),
            evidence: text("assumed"),
            source: text("fitted by eye to line 3 at 25 m/min"),
            outcome: text("drying.residual_solvent"),
            low: 81.0,
            high: 262.0,
            unit: text("ppm_mass"),
            pass_share: Some(PassShare {
                rule: text("DR007"),
                low: 0.994,
                high: 0.77,
            }),
            influence: 1.9,
        },
        Assumption {
            name: text("formation.sei_rate"),
            value: text("3.1e-16 m/s"),
            spread: text("× or ÷ 3"),
            evidence: text("assumed"),
            source: text("prior `graphite-sei`"),
            outcome: text("formation.first_cycle_efficiency"),
            low: 88.4,
            high: 86.1,
            unit: text("%"),
            pass_share: None,
            influence: -2.7,
        },
    ]
}

fn decision() -> DecisionRow {
    DecisionRow {
        decision: text("reject"),
        sentence: text(
            "The exhaust limit holds at the recipe but breaks at a proved corner of the \
             tolerances, and residual NMP breaks its limit in the model.",
        ),
        reasons: texts(&["DR004 breaks at a corner", "DR007 breaks in the model"]),
        blocking: texts(&["DR004", "DR007"]),
        cap: Some(text(
            "above 27 m/min: no data of this line, so TRIAL is the best this record can say",
        )),
        sign_off: texts(&["process engineering", "quality", "safety (exhaust)"]),
    }
}

fn argument() -> Vec<ArgumentStep> {
    let step =
        |(id, kind): (&str, &str), claim: &str, from: &[&str], leap: Option<&str>| ArgumentStep {
            id: text(id),
            kind: text(kind),
            claim: text(claim),
            from: texts(from),
            rests_on: Vec::new(),
            leap: leap.map(text),
            weak: Vec::new(),
            standing: Standing {
                label: text("in"),
                rank: 0,
                attacked_by: Vec::new(),
            },
            shown: None,
        };
    let mut decision = step(
        ("decision", "decision"),
        "decision: reject",
        &["verdict DR004", "verdict DR007"],
        None,
    );
    decision.rests_on = texts(&[
        "DR004 breaks at a proved corner",
        "DR007 breaks in the model",
    ]);
    decision.weak = texts(&["simulation"]);
    let mut claim = step(
        ("CL1", "claim"),
        "HF stays low",
        &["verdict EL002", "EV1"],
        Some("`CL1` (HF stays low) claims more than its premises give"),
    );
    claim.shown = Some(Shown {
        outcome: text("over-claim"),
        by: text("point"),
        core: Vec::new(),
        certificate: None,
        point: vec![Assignment {
            name: text("electrolyte.hf_soak"),
            value: text("47.21 ppm_mass"),
            exact: text("4721/100000000"),
            offset: String::new(),
        }],
        strongest: Some(StrongestBound {
            side: text("at most"),
            claimed: text("40 ppm_mass"),
            entailed: text("47.21 ppm_mass"),
            claimed_exact: text("1/25000"),
            entailed_exact: text("4721/100000000"),
            attained: true,
            certificate: None,
        }),
        missing: vec![MissingFact {
            name: text("electrolyte.water"),
            relation: text("<="),
            value: text("6.75 ppm_mass"),
            exact: text("27/4000000"),
        }],
        reason: None,
    });
    let simulation = step(
        ("simulation", "simulation"),
        "residual NMP is predicted well enough to say so",
        &[],
        Some("the desorption rate is assumed; it moves the answer more than the samples do"),
    );
    vec![decision, simulation, claim]
}

/// A contradiction with one conflict and one way out.
fn why() -> Why {
    Why {
        when: text("always"),
        conflicts: vec![Group {
            members: vec![text("rule `EL002`"), text("rule `EL009`")],
            places: vec![Place {
                path: text("rules/electrolyte.rule"),
                line: 14,
                column: 3,
            }],
        }],
        corrections: vec![Group {
            members: vec![text("rule `EL009`")],
            places: Vec::new(),
        }],
        more: true,
        open: None,
    }
}

fn two_sets() -> Semantics {
    Semantics {
        name: text("preferred"),
        sets: vec![texts(&["CL1", "EV1"]), texts(&["EV2"])],
        too_many: false,
    }
}

fn table() -> TableSummary {
    TableSummary {
        path: text("data/lots.csv"),
        rows: 6_000,
        exact_rows: 2,
        rules: vec![TableRule {
            code: text("DR004"),
            idle: 0,
            holds: 5_942,
            conditional: 0,
            violated: 58,
            undecided: 0,
            ties: 2,
            exact: 2,
            violated_rows: (1..=58).map(|i| i * 97).collect(),
            tie_rows: vec![12, 2_400],
        }],
    }
}

fn cross_check() -> CrossCheck {
    CrossCheck {
        solver: text("cvc5 1.0.3"),
        questions: 5,
        agree: 4,
        open: vec![CrossChecked {
            name: text("CO012"),
            question: text("CO012 holds"),
            ours: text("unsat"),
            theirs: text("gives no answer within 20000 ms"),
        }],
        disagree: Vec::new(),
    }
}

/// Findings of a check with one broken, one recalled and one undecided rule and a table.
pub fn findings() -> Findings {
    let body = body();
    let mut rules: Vec<CheckedRule> = body
        .rules
        .iter()
        .take(5)
        .map(|row| CheckedRule {
            rule: row.rule.clone(),
            evaluation: Some(row.requested.clone()),
        })
        .collect();
    if let Some(evaluation) = &mut rules[4].evaluation {
        evaluation.verdict = text("undecided");
        evaluation.remark = Some(text(
            "undecided: the solver stopped at its budget of 2 000 000",
        ));
    }
    Findings {
        format: text("cellwright/findings/1"),
        versions: body.versions,
        subject: text("recipes/line3-nmc111.toml against 5 rules"),
        strict: false,
        rules,
        binding: Some(Binding {
            broken: texts(&["DR004"]),
            ..Binding::default()
        }),
        findings: vec![Finding {
            code: text("contradictory-rules"),
            level: text("error"),
            message: text("`EL002` and `EL009` cannot hold together: 10 ppm_mass and 12 ppm_mass"),
            places: vec![
                Place {
                    path: text("rules/electrolyte.rule"),
                    line: 14,
                    column: 3,
                },
                Place {
                    path: text("rules/electrolyte.rule"),
                    line: 41,
                    column: 3,
                },
            ],
            grounds: Vec::new(),
        }],
        argument: argument().split_off(2),
        semantics: Some(two_sets()),
        scope: Scope {
            consistent: false,
            components: 2,
            guards: 1,
            modes: 2,
            standings: 3,
        },
        why: vec![why()],
        table: Some(table()),
        cross_check: Some(cross_check()),
    }
}
