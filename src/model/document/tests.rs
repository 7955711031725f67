//! Models, priors and protocols read from text.

use super::*;
use crate::document::InMemory;
use crate::model::protocol::{Current, Direction, End, Number, Operation, Protocol};
use crate::rational::Rational;

const MODEL: &str = r#"
schema = "cellwright/model/1"
title = "line 3"
cell = "cells/a.json"
adopt = ["priors/desorption.toml"]
[parameters]
"drying.tortuosity" = { value = 2.5, valid = "1 .. 4", source = "s", evidence = "assumed" }
[bpx_map]
"Parameterisation/Positive electrode/Thickness [m]" = "calendering.thickness"
"#;

const PRIOR: &str = r#"
schema = "cellwright/prior/1"
title = "desorption"
"drying.desorption_rate" = { value = "0.05 1/s", spread = { lognormal = "11 %" }, 
  source = "s", evidence = "assumed" }
"#;

fn read(model: &str, prior: &str) -> (Option<Model>, String) {
    let files = InMemory::new()
        .with("models/a.toml", model)
        .with("models/priors/desorption.toml", prior);
    let mut intake = Intake::new(&files);
    let model = Model::read(&mut intake, "models/a.toml", None);
    let shown = intake.report.diagnostics().render(&intake.sources, false);
    (model, shown)
}

#[test]
fn priors_come_in_by_the_visible_line_only() {
    let (model, shown) = read(MODEL, PRIOR);
    assert_eq!(shown, "");
    let model = model.expect("reads");
    let adopted = &model.parameters["drying.desorption_rate"];
    assert_eq!(
        adopted.adopted_from.as_deref(),
        Some("models/priors/desorption.toml")
    );
    assert!(adopted.evidence.is_weak());
    let (model, _) = read(
        &MODEL.replace("adopt = [\"priors/desorption.toml\"]", ""),
        PRIOR,
    );
    let model = model.expect("reads");
    assert!(!model.parameters.contains_key("drying.desorption_rate"));
}

#[test]
fn parameters_need_source_and_evidence_and_lie_in_their_range() {
    for (from, to, message) in [
        ("2.5", "5", "outside its valid range 1 .. 4"),
        (", source = \"s\"", "", "has no `source`"),
        ("\"assumed\"", "\"guessed\"", "`guessed` is none of"),
        (", evidence", ", law = \"arrhenius\", evidence", "not yet"),
        (
            "tortuosity",
            "tortuousity",
            "did you mean `drying.tortuosity`?",
        ),
        (
            "drying.tortuosity",
            "coating.web_speed",
            "is a setpoint, expected",
        ),
        (
            "calendering.thickness",
            "calendering.thick",
            "not in the dictionary",
        ),
        ("desorption.toml", "missing.toml", "there is no such file"),
        (
            "drying.tortuosity\" = { value = 2.5, valid = \"1 .. 4\"",
            "drying.desorption_rate\" = { value = \"1 1/s\"",
            "is set twice",
        ),
    ] {
        let (_, shown) = read(&MODEL.replace(from, to), PRIOR);
        assert!(shown.contains(message), "{message}\n{shown}");
    }
}

#[test]
fn what_is_missing_is_named_with_who_needs_it() {
    let recipe = "schema = \"cellwright/recipe/1\"\ntitle = \"t\"\nline = \"3\"\n\
     [parameters]\n\"coating.width\" = \"650 mm\"\n";
    let files = InMemory::new().with("r.toml", recipe);
    let mut intake = Intake::new(&files);
    let recipe = Recipe::read(&mut intake, "r.toml", None).expect("reads");
    let (model, _) = read(MODEL, PRIOR);
    let names = [
        "coating.width",
        "drying.tortuosity",
        "coating.gap",
        "coating.gap",
    ];
    let required = names.map(|name| Required {
        name,
        needed_by: "coating",
    });
    let found = missing(&recipe, model.as_ref(), required);
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].name.as_str(), found[0].needed_by.as_str()),
        ("coating.gap", "coating")
    );
}

fn protocol(steps: &str) -> (Option<Protocol>, String) {
    let text = format!("schema = \"cellwright/protocol/1\"\ntitle = \"t\"\n{steps}");
    let files = InMemory::new().with("p.toml", text);
    let mut intake = Intake::new(&files);
    let protocol = Protocol::read(&mut intake, "p.toml", None);
    let shown = intake.report.diagnostics().render(&intake.sources, false);
    (protocol, shown)
}

#[test]
fn protocol_steps_are_exact_and_complete() {
    let (found, shown) = protocol(
        "[[step]]\nop = \"rest\"\nduration = \"1 h\"\n\
         [[step]]\nop = \"cc\"\ncurrent = \"-0.05 C_rate\"\nuntil_voltage = \"4.2 V\"\n\
          longest = \"60 h\"\n\
         [[step]]\nop = \"cv\"\nvoltage = \"4.2 V\"\nuntil_current = \"0.02 C_rate\"\n\
          longest = \"48 h\"\n\
         [[step]]\nop = \"cc\"\ncurrent = \"0.1 C_rate\"\nuntil_capacity = \"12 Ah\"\n\
          longest = \"48 h\"\n",
    );
    assert_eq!(shown, "");
    let steps = found.expect("reads").steps;
    assert_eq!(
        steps[1].operation,
        Operation::ConstantCurrent {
            direction: Direction::Charge,
            current: Current::Rate(Number::Given(Rational::ratio(1, 20 * 3600))),
        }
    );
    let cut_off = Current::Rate(Number::Given(Rational::ratio(1, 50 * 3600)));
    assert_eq!(steps[2].ends, [End::BelowCurrent(cut_off)]);
    let charge = Number::Given(Rational::from(43_200));
    assert_eq!(steps[3].ends, [End::AfterCharge(charge)]);
}

#[test]
fn protocol_steps_that_make_no_sense_are_refused() {
    for (step, message) in [
        ("op = \"rest\"", "the step has no end"),
        ("op = \"cc\"\nduration = \"1 h\"", "needs `current`"),
        (
            "op = \"cc\"\ncurrent = \"0 C_rate\"\nduration = \"1 h\"",
            "above zero",
        ),
        (
            "op = \"cc\"\ncurrent = \"1 C_rate\"\nduration = \"1 h\"\nlongest = \"2 h\"",
            "needs no `longest`",
        ),
        (
            "op = \"cv\"\nvoltage = \"4 V\"\nduration = \"1 h\"\ncurrent = \"1 C_rate\"",
            "no use for `current`",
        ),
        ("op = \"rest\"\nduration = \"-1 h\"", "above zero"),
        ("op = \"hold\"\nduration = \"1 h\"", "`hold` is none of"),
        (
            "op = \"cc\"\ncurrent = \"1 C\"\nduration = \"1 h\"",
            "`1 C`: expected a rate",
        ),
    ] {
        let (found, shown) = protocol(&format!("[[step]]\n{step}\n"));
        assert_eq!(found, None, "{step}");
        assert!(shown.contains(message), "{message}\n{shown}");
    }
}
