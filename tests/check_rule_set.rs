//! Findings about rule sets, against sets whose contradictions are known.
//!
//! Goal: the right kind of finding with the whole minimal core and its places, no finding for
//! sets that fit. Method: small sets written by hand, the shipped rules, the solver in its child
//! process.

mod cases;

use cases::{child, fixture};
use cellwright::check::rule_set::{Analysis, Finding, Member, analyse};
use cellwright::rule_language::Truth;
use cellwright::rule_language::evaluate::Evaluator;

const CLAUSES: &str = "severity major because \"a test\" source \"hand\" evidence specified";

const SIGNALS: &str = "ruleset t \"1\"
signal a.x : length in 0 .. 100 mm
signal a.y : length in 0 .. 100 mm
signal a.e : one of {steel, pouch}
";

fn rule(code: &str, clauses: &str) -> String {
    format!("rule {code} \"test\" {clauses} {CLAUSES}\n")
}

fn analysed(rules: &str) -> (cases::Fixture, Analysis) {
    let fixture = fixture(&format!("{SIGNALS}{rules}"));
    let analysis = analyse(&fixture.rules, None, Some(&child()));
    if let Some(point) = &analysis.witness {
        let evaluator = Evaluator::new(&fixture.rules, point);
        for rule in &fixture.rules.rules {
            let applies = evaluator.truth(&rule.guard).expect("a value") == Truth::True;
            let holds = !applies || evaluator.truth(&rule.body) == Ok(Truth::True);
            assert!(holds, "{} fails at the witness", rule.code);
        }
    }
    (fixture, analysis)
}

fn members(finding: &Finding) -> Vec<Member> {
    match finding {
        Finding::ContradictoryAssumptions { core }
        | Finding::Inconsistent { core }
        | Finding::InconsistentUnderGuard { core, .. }
        | Finding::Vacuous { core, .. } => core.iter().map(|m| m.member.clone()).collect(),
        Finding::LimitOutsideRange { .. } | Finding::Undecided { .. } => Vec::new(),
    }
}

fn rule_member(code: &str) -> Member {
    Member::Rule(code.to_owned())
}

#[test]
fn rules_that_fit_have_a_witness_and_no_finding() {
    let rules = rule("R1", "require a.x <= 50 mm")
        + &rule("R2", "when a.e == steel require a.x >= 40 mm")
        + &rule("R3", "require a.y - a.x >= 10 mm");
    let (_, analysis) = analysed(&rules);
    assert_eq!(analysis.findings, Vec::new());
    assert!(analysis.witness.is_some());
}

#[test]
fn three_rules_that_only_contradict_together_are_the_core() {
    let rules = rule("R1", "require a.x >= 50 mm")
        + &rule("R2", "require a.y <= 40 mm")
        + &rule("R3", "require a.y - a.x >= 0 mm")
        + &rule("R4", "require a.x <= 90 mm");
    let (fixture, analysis) = analysed(&rules);
    assert_eq!(analysis.findings.len(), 1);
    let finding = &analysis.findings[0];
    assert_eq!(finding.code(), "inconsistent");
    assert_eq!(members(finding), ["R1", "R2", "R3"].map(rule_member));
    assert_eq!(fixture.sources.position(finding.spans()[0]).line, 5);
    assert_eq!(analysis.witness, None);
}

#[test]
fn rules_that_contradict_whenever_a_guard_holds_are_named() {
    let rules = rule("R1", "when a.e == steel require a.x <= 10 mm")
        + &rule("R2", "when a.e == steel require a.x >= 20 mm")
        + &rule("R3", "require a.x <= 90 mm");
    let (_, analysis) = analysed(&rules);
    let codes: Vec<&str> = analysis.findings.iter().map(Finding::code).collect();
    assert_eq!(codes, ["inconsistent-under-guard"]);
    let guard = Member::Guard("R1".to_owned());
    let expected = vec![rule_member("R1"), rule_member("R2"), guard];
    assert_eq!(members(&analysis.findings[0]), expected);
    assert!(analysis.witness.is_some(), "without steel everything fits");
}

#[test]
fn a_guard_outside_the_range_or_the_assumptions_is_vacuous() {
    let rules = "assume a.y <= 30 mm\n".to_owned()
        + &rule("R1", "when a.x > 100 mm require a.y <= 10 mm")
        + &rule("R2", "when a.y > 30 mm require a.x <= 10 mm");
    let (_, analysis) = analysed(&rules);
    let codes: Vec<&str> = analysis.findings.iter().map(Finding::code).collect();
    assert_eq!(codes, ["vacuous", "vacuous"]);
    let range = Member::Range("a.x".to_owned());
    assert_eq!(
        members(&analysis.findings[0]),
        vec![Member::Guard("R1".to_owned()), range]
    );
    assert!(members(&analysis.findings[1]).contains(&Member::Assumption(0)));
}

#[test]
fn contradictory_assumptions_hide_everything_else() {
    let rules = "assume a.x >= 60 mm\nassume a.x + a.y <= 50 mm\n".to_owned()
        + &rule("R1", "when a.e == steel require a.x <= 10 mm");
    let (_, analysis) = analysed(&rules);
    let codes: Vec<&str> = analysis.findings.iter().map(Finding::code).collect();
    assert_eq!(codes, ["contradictory-assumptions"]);
}

#[test]
fn a_limit_outside_the_range_is_a_warning() {
    let (_, analysis) = analysed(&rule("R1", "require a.x <= 110 mm"));
    let codes: Vec<&str> = analysis.findings.iter().map(Finding::code).collect();
    assert_eq!(codes, ["limit-outside-range"]);
    assert!(analysis.findings[0].message().contains("`a.x`"));
}

#[test]
fn products_are_decided_too() {
    let rules = rule("R1", "require a.x * a.y >= 5000 mm^2")
        + &rule("R2", "require a.x <= 60 mm")
        + &rule("R3", "require a.y <= 80 mm");
    let (_, analysis) = analysed(&rules);
    assert_eq!(
        analysis
            .findings
            .iter()
            .map(Finding::code)
            .collect::<Vec<_>>(),
        ["inconsistent"]
    );
}

#[test]
fn without_a_solver_an_open_question_is_a_finding() {
    let rules = rule("R1", "require a.x >= 50 mm") + &rule("R2", "require a.x <= 40 mm");
    let fixture = fixture(&format!("{SIGNALS}{rules}"));
    let analysis = analyse(&fixture.rules, None, None);
    let codes: Vec<&str> = analysis.findings.iter().map(Finding::code).collect();
    assert_eq!(codes, ["consistency-undecided"]);
    assert_eq!(analysis.witness, None);
}

/// Two limits of a product with pi: no corner and no limit of a signal is a point inside, and no
/// solver gives pi a rational value.
#[test]
fn a_band_of_a_product_with_pi_fits_without_a_solver() {
    let signals = "signal a.torque : torque in 0 .. 200 Nm\n\
                   signal a.speed : rotational_speed in 0 .. 5000 rpm\n\
                   let a.power : power = a.torque * a.speed * 2 * pi\n";
    let rules = rule("R1", "require 3500 W <= a.power <= 9000 W");
    let fixture = fixture(&format!("{signals}{rules}"));
    let analysis = analyse(&fixture.rules, None, None);
    assert_eq!(analysis.findings, []);
    assert!(analysis.witness.is_some());
}

#[test]
fn the_shipped_rules_fit_together() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the rules cannot be listed")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "rule")
        })
        .collect();
    paths.sort();
    let texts: Vec<String> = paths
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("a rule file"))
        .collect();
    let fixture = cases::fixture_of(&texts);
    assert!(fixture.rules.rules.len() >= 40);
    let analysis = analyse(&fixture.rules, None, Some(&child()));
    let messages: Vec<String> = analysis.findings.iter().map(Finding::message).collect();
    assert!(analysis.findings.is_empty(), "{messages:#?}");
    assert!(analysis.witness.is_some());
}
