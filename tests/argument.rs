//! Findings about arguments, against small arguments whose faults are known.
//!
//! Goal: the right kind of finding at the right claim, an exact counterexample for every leap, a
//! certificate for every step that follows, silence about sound arguments. Method: rule files
//! written by hand, decided without a solver.

mod cases;

use cases::fixture;
use cellwright::certificate::contradiction;
use cellwright::check::argument::attack::{Framework, check_grounded};
use cellwright::check::argument::circle::check_order;
use cellwright::check::argument::step::{Outcome, premises};
use cellwright::check::argument::{Analysis, Graph, Oracle, analyse};
use cellwright::check::query::Formula;

const HEAD: &str = "ruleset t \"1\"
signal e.chloride : mass_fraction in 0 .. 1000 ppm_mass
signal e.water : mass_fraction in 0 .. 1000 ppm_mass
signal e.hf : mass_fraction in 0 .. 1000 ppm_mass
signal e.hf_soak : mass_fraction in 0 .. 5000 ppm_mass
signal e.salt : one of {LiPF6, LiFSI, LiTFSI}
";

const WATER: &str = "rule W \"water\" require e.water <= 10 ppm_mass severity major \
because \"a test\" source \"hand\" evidence specified\n";
const HF: &str = "rule H \"free HF\" require e.hf <= 25 ppm_mass severity major \
because \"a test\" source \"hand\" evidence specified\n";
const SOAK: &str = "evidence E \"hydrolysis\" : e.hf_soak <= e.hf + 2.2210 * e.water \
source \"stoichiometry\" kind derived\n";

fn analysed(text: &str) -> (Graph, Analysis) {
    let fixture = fixture(&format!("{HEAD}{text}"));
    let graph = Graph::of_rule_set(&fixture.rules);
    let analysis = analyse(&graph, &mut Oracle::new(None));
    verify(&graph, &analysis);
    (graph, analysis)
}

/// Replays what an auditor would: certificates, points, the order, the labels.
fn verify(graph: &Graph, analysis: &Analysis) {
    let framework = Framework::of(graph);
    assert!(check_grounded(&framework, &analysis.labelling));
    if let Some(order) = &analysis.circles.order {
        assert!(check_order(graph, &analysis.circles.class, order));
    }
    for step in &analysis.steps {
        match &step.outcome {
            Outcome::Entailed { certificate, .. } | Outcome::Vacuous { certificate, .. } => {
                let certificate = certificate.as_ref().expect("a linear step is certified");
                assert_eq!(contradiction::check_own(certificate), Ok(()));
            }
            Outcome::Leap(leap) => {
                let facts = premises(graph, step.node).expect("written out");
                let holds = |formula: &Formula| formula.evaluate(&leap.point);
                assert!(facts.iter().all(|(_, fact)| holds(fact) == Some(true)));
                let conclusion = graph.nodes[step.node].formula.as_ref();
                // It fails, or it has no value there.
                assert_ne!(conclusion.and_then(holds), Some(true));
            }
            Outcome::Undecided(_) => {}
        }
    }
}

/// One line per finding: the code, then the sentence.
fn said(text: &str) -> Vec<String> {
    let (graph, analysis) = analysed(text);
    let line = |found: &cellwright::check::argument::Finding| {
        format!("{}: {}", found.code(), found.message(&graph))
    };
    analysis.findings.iter().map(line).collect()
}

/// Goal: a conclusion that has no value somewhere does not follow there. Method: a logarithm over a
/// range that its domain does not cover, then behind a condition that sees to it.
#[test]
fn a_conclusion_without_value_does_not_follow() {
    let rate = "signal e.rate : number in -1 .. 5\n\
                rule A \"rate\" require e.rate <= 3 severity major because \"a test\" \
                source \"hand\" evidence specified\n";
    let bare = said(&format!("{rate}claim CL \"c\" : ln(e.rate) <= 2 from A\n"));
    assert_eq!(bare.len(), 1, "{bare:?}");
    assert!(
        bare[0].starts_with("argument-leap: `CL` (c) does not follow"),
        "{bare:?}"
    );
    let guarded = format!("{rate}claim CL \"c\" : e.rate <= 0 or ln(e.rate) <= 2 from A\n");
    assert_eq!(said(&guarded), Vec::<String>::new());
}

#[test]
fn the_example_of_the_manual_follows() {
    let text = format!(
        "{WATER}{HF}{SOAK}claim C \"HF stays low\" : e.hf_soak <= 50 ppm_mass from W, H, E\n"
    );
    assert_eq!(said(&text), Vec::<String>::new());
}

#[test]
fn a_claim_beyond_its_premises_is_shown_with_what_they_give() {
    let text = format!(
        "{WATER}{HF}{SOAK}claim C \"HF stays low\" : e.hf_soak <= 47 ppm_mass from W, H, E\n"
    );
    insta::assert_snapshot!(said(&text).join("\n"), @r"
    argument-over-claim: `C` (HF stays low) claims more than its premises give: they give at most 47.21 ppm_mass, it says 47 ppm_mass; it fails at e.water = 10 ppm_mass, e.hf = 25 ppm_mass, e.hf_soak = 47.21 ppm_mass; it would follow with e.water <= 9.90545 ppm_mass, or with e.hf <= 24.79 ppm_mass
    ");
}

#[test]
fn a_leap_names_the_weakest_bound_that_would_close_it() {
    let text = format!("{HF}{SOAK}claim C \"HF stays low\" : e.hf_soak <= 50 ppm_mass from H, E\n");
    insta::assert_snapshot!(said(&text).join("\n"), @r"
    argument-over-claim: `C` (HF stays low) claims more than its premises give: they give at most 2246 ppm_mass, it says 50 ppm_mass; it fails at e.hf = 25 ppm_mass, e.hf_soak = 2241.19 ppm_mass, e.water = 997.833 ppm_mass; it would follow with e.water <= 11.2562 ppm_mass
    ");
}

#[test]
fn evidence_of_another_chemistry_does_not_carry_a_claim() {
    let text = "evidence E \"cells with LiPF6\" : e.salt == LiPF6 implies e.chloride <= 5 ppm_mass
  source \"a report\" kind published
claim C \"low chloride\" : e.chloride <= 5 ppm_mass from E\n";
    insta::assert_snapshot!(said(text).join("\n"), @r"
    argument-leap: `C` (low chloride) does not follow from its premises: it fails at e.salt = LiFSI, e.chloride = 999.011 ppm_mass; its premises carry it only where e.salt == LiPF6
    ");
}

#[test]
fn a_circle_is_found_although_it_is_restated_in_other_units() {
    let text = "claim A \"one\" : e.water <= 10 ppm_mass from B
claim B \"two\" : e.hf <= 20 ppm_mass and e.water <= 10 ppm_mass from C
claim C \"three\" : 2 * e.water <= 0.00002 g/g from D
claim D \"four\" : e.water <= 9 ppm_mass and e.hf <= 1 ppm_mass from A\n";
    insta::assert_snapshot!(said(text).join("\n"), @r"
    argument-circular: circular: `A` (one) rests on `B` (two); `B` (two) rests on `C` (three), which says the same as `A` (one)
    argument-leap: `B` (two) does not follow from its premises: it fails at e.water = 0 ppm_mass, e.hf = 999.041 ppm_mass; it would follow with e.hf <= 20 ppm_mass
    argument-over-claim: `D` (four) claims more than its premises give: they give at most 10 ppm_mass, it says 9 ppm_mass; it fails at e.water = 10 ppm_mass, e.hf = 999.999 ppm_mass
    ");
    let text = format!(
        "{WATER}claim A \"one\" : e.water + e.hf <= 30 ppm_mass from W, C
claim C \"two\" : e.hf <= 20 ppm_mass from B
claim B \"three\" : 1000 * e.water + 1000 * e.hf <= 0.03 g/g from A\n"
    );
    insta::assert_snapshot!(said(&text).join("\n"), @r"
    argument-circular: circular: `B` (three) rests on `A` (one), which says the same as `B` (three)
    argument-over-claim: `C` (two) claims more than its premises give: they give at most 30 ppm_mass, it says 20 ppm_mass; it fails at e.water = 0 ppm_mass, e.hf = 29.9999 ppm_mass; it would follow with e.water >= 10 ppm_mass
    ");
}

#[test]
fn equal_meaning_is_decided_not_compared() {
    // Both say the same within the ranges only: no value is negative.
    let text = format!(
        "{WATER}claim A \"one\" : e.water <= 10 ppm_mass from W
claim B \"two\" : abs(e.water) <= 10 ppm_mass from A\n"
    );
    insta::assert_snapshot!(said(&text).join("\n"), @r"
    argument-circular: circular: `B` (two) rests on `A` (one), which says the same as `B` (two)
    ");
}

#[test]
fn premises_that_contradict_each_other_carry_nothing() {
    let text = format!(
        "{WATER}evidence E \"wet\" : e.water >= 20 ppm_mass source \"a report\" kind measured
claim C \"anything\" : e.hf <= 1 ppm_mass from W, E\n"
    );
    insta::assert_snapshot!(said(&text).join("\n"), @r"
    argument-vacuous-step: `C` (anything) is not shown: its premises contradict each other: `E`, `W`
    ");
}

#[test]
fn loose_ends_are_named() {
    let text = format!("{SOAK}claim C \"HF stays low\" : e.hf_soak <= 50 ppm_mass\n");
    insta::assert_snapshot!(said(&text).join("\n"), @r"
    argument-unsupported: `C` (HF stays low) rests on nothing
    argument-unused-evidence: no claim rests on `E` (hydrolysis)
    ");
}

#[test]
fn a_claim_falls_with_what_it_rests_on_and_stands_again_when_defended() {
    let attacked =
        "evidence F \"a wet lot\" : e.water >= 40 ppm_mass source \"lot 7\" kind measured
  attacks W because \"the hygrometer was read in error\"\n";
    let text = format!("{WATER}{attacked}claim C \"dry\" : e.water <= 10 ppm_mass from W\n");
    insta::assert_snapshot!(said(&text).join("\n"), @r"
    argument-defeated: `W` (water) is defeated by `F` (a wet lot)
    argument-defeated: `C` (dry) falls with what it rests on, which `F` (a wet lot) defeats
    ");
    let defended =
        "evidence G \"calibration\" : e.water <= 9 ppm_mass source \"PS-3\" kind measured
  attacks F because \"the lot was measured again\"\n";
    let text = format!("{text}{defended}");
    insta::assert_snapshot!(said(&text).join("\n"), @r"
    argument-defeated: `F` (a wet lot) is defeated by `G` (calibration)
    ");
}

#[test]
fn a_recalled_limit_is_named_where_it_carries_a_claim() {
    let recalled = WATER.replace("specified", "recalled");
    let text = format!(
        "{recalled}claim C \"dry\" : e.water <= 10 ppm_mass from W
claim D \"rather dry\" : e.water <= 11 ppm_mass from C\n"
    );
    insta::assert_snapshot!(said(&text).join("\n"), @r"
    argument-recalled: `C` (dry) rests on a recalled limit: `W` (water)
    argument-recalled: `D` (rather dry) rests on a recalled limit: `W` (water)
    ");
}

#[test]
fn claims_with_functions_and_products_are_decided() {
    let rate = "signal e.rate : number in 0 .. 5
rule R \"rate\" require e.rate <= 1 severity major because \"a test\" source \"hand\" \
evidence specified\n";
    let claim = |text: &str| said(&format!("{rate}claim C \"power\" : {text} from R\n"));
    assert_eq!(claim("exp(e.rate) <= 2.72"), Vec::<String>::new());
    assert_eq!(claim("e.rate * e.rate * e.rate <= 1"), Vec::<String>::new());
    let said = claim("exp(e.rate) <= 2.71");
    assert!(
        said.len() == 1 && said[0].starts_with("argument-leap: `C`"),
        "{said:?}"
    );
}
