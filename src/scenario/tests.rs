//! Scenarios read from text.

use super::*;
use crate::document::InMemory;
use crate::observation::{Observed, Subject};
use crate::rational::Rational;

const GOOD: &str = r#"
schema = "cellwright/scenario/1"
title  = "Raise web speed"
recipe = "recipes/line3.toml"
model  = "../models/line3.toml"
rules  = ["../rules/coating.rule"]
not_known = ["adhesion above 27 m/min (no model)"]

[change]
id = "ECR-2231"
reason = "coating is the bottleneck"
requested_by = "process engineering"
scope = "3 reels of 1200 m"
set = { "coating.web_speed" = "32 m/min" }

[simulation]
seed = 20261122
samples = 16384
observe = ["drying.residual_solvent"]

[observed."drying.residual_solvent"]
subject = "this-line"
file = "nmp.csv"
column = "residual NMP [ppm_mass]"
source = "laboratory"
instrument = "0.5 ppm_mass"

[observed."coating.areal_loading"]
subject = "literature"
summary = { median = "199 g/m^2", p10 = "197 g/m^2", p90 = "202 g/m^2" }
source = "s"

[score]
preset = "recipe-change"
weights = { novelty = 0.1 }

[expect]
decision = "reject"
violated = ["DR004", "DR007"]

[repair]
move = ["drying.zone[3].air_temperature", "drying.exhaust_flow"]
limit = { "drying.exhaust_flow" = "8000 .. 9000 Nm3/h" }

[trial]
disposition = "hold until results"
samples = ["30 residual-NMP samples (10 per reel)"]

[paperwork]
revise = ["control plan 40-3, 40-7"]
"#;

fn read(text: &str) -> (Option<Scenario>, String) {
    let files = InMemory::new()
        .with("scenarios/a.toml", text)
        .with("scenarios/nmp.csv", "residual NMP [ppm_mass]\n4\n3.5\n");
    let mut intake = Intake::new(&files);
    let scenario = Scenario::read(&mut intake, "scenarios/a.toml");
    let shown = intake.report.diagnostics().render(&intake.sources, false);
    (scenario, shown)
}

#[test]
fn every_section_is_read() {
    let (scenario, shown) = read(GOOD);
    assert_eq!(shown, "");
    let scenario = scenario.expect("reads");
    assert_eq!(scenario.recipe.value, "scenarios/recipes/line3.toml");
    assert_eq!(scenario.rules[0].value, "rules/coating.rule");
    let nmp = &scenario.observed[0];
    assert_eq!(nmp.subject, Subject::ThisLine);
    assert_eq!(nmp.instrument, Some(Rational::ratio(5, 10_000_000)));
    let Observed::Samples { values, .. } = &nmp.observed else {
        panic!("samples");
    };
    assert_eq!(values[1], Rational::ratio(35, 10_000_000));
    let repair = scenario.repair.expect("repair");
    assert!(repair.movable[0].limit.is_none() && repair.movable[1].limit.is_some());
}

#[test]
fn a_trial_needs_scope_or_end() {
    let (_, shown) = read(&GOOD.replace("scope = \"3 reels of 1200 m\"\n", ""));
    assert!(
        shown.contains("error[CW-0127]: the change has neither `scope` nor `until`"),
        "{shown}"
    );
    let (_, shown) = read(&GOOD.replace("scope = \"3 reels of 1200 m\"", "until = 2027-01-31"));
    assert_eq!(shown, "");
}

#[test]
fn mistakes_are_reported_together() {
    let text = GOOD
        .replace("samples = 16384", "sample = 16384")
        .replace("\"this-line\"", "\"our-line\"")
        .replace("\"reject\"", "\"rejected\"")
        .replace(
            "observe = [\"drying.residual_solvent\"]",
            "observe = [\"drying.residual_solvnt\"]",
        );
    let (_, shown) = read(&text);
    for expected in [
        "`simulation` has no `samples`",
        "`simulation` has no key `sample`",
        "did you mean `samples`?",
        "`our-line` is none of",
        "did you mean `reject`?",
        "did you mean `drying.residual_solvent`?",
    ] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
}
