//! Findings about rule sets, against sets whose contradictions are known.
//!
//! Goal: the right kind of finding with the whole minimal core and its places, no finding for
//! sets that fit. Method: small sets written by hand, the shipped rules, the solver in its child
//! process.

mod cases;

use cases::{child, fixture};
use cellwright::certificate::contradiction::check_own;
use cellwright::check::rule_set::why::explain;
use cellwright::check::rule_set::{Analysis, CoreMember, Finding, Level, Member, analyse};
use cellwright::random::Stream;
use cellwright::rule_language::evaluate::Evaluator;
use cellwright::rule_language::{PointValue, SignalId, Truth};

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
        | Finding::InconsistentInMode { core, .. }
        | Finding::DeadGuardPart { core, .. }
        | Finding::Shadowed { core, .. }
        | Finding::Redundant { core, .. }
        | Finding::NeverBinding { core, .. }
        | Finding::Equivalent { rules: core, .. }
        | Finding::Vacuous { core, .. } => core.iter().map(|m| m.member.clone()).collect(),
        Finding::LimitOutsideRange { .. }
        | Finding::ImplausibleLimit { .. }
        | Finding::RedundancyUndecided { .. }
        | Finding::Undecided { .. } => Vec::new(),
    }
}

fn codes(analysis: &Analysis) -> Vec<&'static str> {
    analysis.findings.iter().map(Finding::code).collect()
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
    assert_eq!(codes(&analysis), ["limit-outside-range", "never-binding"]);
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

/// Goal: what our own methods cannot decide is said, never passed over. Method: a limit that only
/// an irrational number keeps.
#[test]
fn without_a_solver_an_open_question_is_a_finding() {
    let rules = rule("R1", "require a.x * a.x >= 2 mm^2 and a.x >= 0 mm")
        + &rule("R2", "require a.x * a.x <= 2 mm^2");
    let fixture = fixture(&format!("{SIGNALS}{rules}"));
    let analysis = analyse(&fixture.rules, None, None);
    let codes: Vec<&str> = analysis.findings.iter().map(Finding::code).collect();
    assert_eq!(codes, ["consistency-undecided"]);
    assert_eq!(analysis.witness, None);
    assert_eq!(analysis.asked, 0);
}

/// Goal: a contradiction needs no solver, and carries a certificate that anybody can replay.
#[test]
fn a_contradiction_is_found_and_proved_without_a_solver() {
    let rules = rule("R1", "require a.x >= 50 mm") + &rule("R2", "require a.x <= 40 mm");
    let fixture = fixture(&format!("{SIGNALS}{rules}"));
    for solver in [None, Some(child())] {
        let analysis = analyse(&fixture.rules, None, solver.as_ref());
        let [finding] = analysis.findings.as_slice() else {
            panic!("{:?}", analysis.findings);
        };
        assert_eq!(finding.code(), "inconsistent");
        let [shown] = analysis.shown_by(finding) else {
            panic!("one thing to show");
        };
        assert!(!shown.is_solvers);
        let certificate = shown.certificate().expect("linear");
        assert_eq!(check_own(&certificate), Ok(()));
        let names: Vec<&str> = certificate
            .claim
            .facts
            .iter()
            .map(|fact| fact.name.as_str())
            .collect();
        assert_eq!(names, ["R1", "R2"]);
        assert_eq!(shown.spans.len(), 2);
    }
}

/// Goal: rules with `exp`, `ln`, `sqrt` are decided too. Method: two limits that only the function
/// brings together.
#[test]
fn rules_with_functions_contradict_each_other_with_a_certificate() {
    let signals = "signal a.r : number in 0 .. 10\n";
    let rules = rule("R1", "require exp(a.r) <= 2") + &rule("R2", "require a.r >= 0.7");
    let fixture = fixture(&format!("{signals}{rules}"));
    let analysis = analyse(&fixture.rules, None, Some(&child()));
    let finding = analysis.findings.first().expect("a finding");
    assert_eq!(finding.code(), "inconsistent");
    let shown = analysis
        .shown_by(finding)
        .first()
        .expect("something to show");
    let certificate = shown.certificate().expect("by boxes");
    assert_eq!(check_own(&certificate), Ok(()));
}

/// Goal: what follows from what is proved as well. Method: the certificate of a shadowed rule and
/// of a pair that says the same, which needs one for each direction.
#[test]
fn a_rule_with_a_function_that_others_imply_has_a_certificate() {
    // exp(0.5) < 2, so the plain limit is the tighter one; sqrt(49) = 7 ends below 50.
    for (tight, loose) in [
        ("a.x <= 50 mm", "exp(a.x / 100 mm) <= 2"),
        ("sqrt(a.x / 1 mm) <= 7", "a.x <= 50 mm"),
        ("ln(1 + a.x / 1 mm) <= 3", "exp(a.x / 10 mm) <= 7"),
    ] {
        let rules = rule("R1", &format!("require {tight}"))
            + &rule("R2", &format!("require {loose}"))
            + &rule("R3", "require a.x + a.y <= 110 mm");
        let (fixture, analysis) = analysed(&rules);
        assert_eq!(codes(&analysis), ["shadowed"], "{tight}; {loose}");
        let Finding::Shadowed { rule, .. } = &analysis.findings[0] else {
            panic!("no shadow");
        };
        assert_eq!(rule.member, rule_member("R2"));
        let core = members(&analysis.findings[0]);
        assert!(core.contains(&rule_member("R1")) && !core.contains(&rule_member("R3")));
        let shown = analysis.shown_by(&analysis.findings[0]);
        let certificate = shown[0].certificate().expect("a certificate");
        assert_eq!(check_own(&certificate), Ok(()));
        assert!(!shown[0].is_solvers);
        // Without a solver the answer is the same.
        let own = analyse(&fixture.rules, None, None);
        assert_eq!(own.findings, analysis.findings);
    }
}

#[test]
fn a_rule_with_a_function_that_the_ranges_imply_can_never_fail() {
    let rules = rule("R1", "require exp(a.x / 100 mm) <= 3") + &rule("R2", "require a.y >= 1 mm");
    let (_, analysis) = analysed(&rules);
    assert_eq!(codes(&analysis), ["never-binding"]);
    let range = Member::Range("a.x".to_owned());
    assert_eq!(members(&analysis.findings[0]), [range]);
}

#[test]
fn several_rules_together_imply_one_with_a_function() {
    // x <= 40 and y <= 40 leave a root of at most 8.95, either alone leaves more than 9.
    let rules = rule("R1", "require a.x <= 40 mm")
        + &rule("R2", "require a.y <= 40 mm")
        + &rule("R3", "require sqrt((a.x + a.y) / 1 mm) <= 9");
    let (_, analysis) = analysed(&rules);
    assert_eq!(codes(&analysis), ["redundant"]);
    assert_eq!(
        members(&analysis.findings[0]),
        ["R1", "R2"].map(rule_member)
    );
}

#[test]
fn rules_with_functions_that_touch_are_named_as_undecided() {
    // The same limit in two forms: their ends meet in a number that is no ratio.
    let rules = rule("R1", "require exp(a.x / 100 mm) <= 2")
        + &rule("R2", "require exp(2 * a.x / 100 mm) <= 4")
        + &rule("R3", "require a.x + a.y <= 150 mm");
    let (_, analysis) = analysed(&rules);
    assert_eq!(codes(&analysis), ["redundancy-undecided"]);
    let Finding::RedundancyUndecided { rules, .. } = &analysis.findings[0] else {
        panic!("decided");
    };
    assert_eq!(rules, &["R1", "R2"]);
}

#[test]
fn plain_rules_beside_one_with_a_function_are_decided_by_the_solver() {
    // A product that only the solver refutes quickly: (x - y)^2 >= 0.
    let rules = rule("R1", "require a.x * a.x + a.y * a.y >= 2 * a.x * a.y")
        + &rule("R2", "require exp(a.x / 100 mm) <= 2")
        + &rule("R3", "require a.x * a.y <= 900 mm^2");
    let (_, analysis) = analysed(&rules);
    assert_eq!(codes(&analysis), ["never-binding"]);
}

#[test]
fn what_follows_from_others_has_certificates() {
    let rules = rule("R1", "require a.x <= 50 mm")
        + &rule("R2", "when a.e == steel require a.x <= 60 mm")
        + &rule("R3", "require 2 * a.x <= 10 cm");
    let (_, analysis) = analysed(&rules);
    let mut says = Vec::new();
    for finding in &analysis.findings {
        for shown in analysis.shown_by(finding) {
            let certificate = shown.certificate().expect("linear");
            assert_eq!(check_own(&certificate), Ok(()));
            assert!(!shown.is_solvers);
            says.push(format!("{}: {}", finding.code(), shown.says));
        }
    }
    assert_eq!(
        says,
        [
            "equivalent: rule `R1` follows from rule `R3`",
            "equivalent: rule `R3` follows from rule `R1`",
            "shadowed: rule `R2` follows from rule `R1`",
        ]
    );
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
fn a_stricter_limit_elsewhere_shadows_and_says_what_it_means() {
    let rules = rule("R1", "require a.x <= 50 mm")
        + &rule("R2", "when a.e == steel require a.x <= 60 mm")
        + &rule("R3", "require a.y >= 10 mm")
        + "rule R4 \"test\" require a.y >= 5 mm severity critical because \"b\" source \"s\" \
           evidence recalled\n";
    let (fixture, analysis) = analysed(&rules);
    assert_eq!(codes(&analysis), ["shadowed", "shadowed"]);
    assert_eq!(members(&analysis.findings[0]), [rule_member("R1")]);
    assert_eq!(members(&analysis.findings[1]), [rule_member("R3")]);
    assert_eq!(
        analysis.findings[1].message(),
        "rule `R4` follows from rule `R3`; the recalled limit `R4` can go; it was critical, `R3` \
         is major"
    );
    let lines = analysis.findings[0].spans().into_iter();
    let lines: Vec<u32> = lines
        .map(|span| fixture.sources.position(span).line)
        .collect();
    assert_eq!(lines, [6, 5]);
}

#[test]
fn a_limit_that_only_a_weaker_rule_implies_is_kept() {
    let rules = rule("R1", "require a.x <= 50 mm")
        + "rule R2 \"test\" require a.x <= 40 mm severity major because \"b\" source \"s\" \
           evidence recalled\n";
    let (_, analysis) = analysed(&rules);
    let message = analysis.findings[0].message();
    assert!(
        message.ends_with("keep `R1`: `R2` is recalled and never blocks"),
        "{message}"
    );
}

#[test]
fn rules_that_imply_one_together_are_named_and_no_other() {
    let rules = rule("R1", "require a.x <= 20 mm")
        + &rule("R2", "require a.y <= 30 mm")
        + &rule("R3", "require a.x + a.y <= 60 mm")
        + &rule("R4", "require a.x - a.y <= 15 mm");
    let (_, analysis) = analysed(&rules);
    assert_eq!(codes(&analysis), ["redundant"]);
    assert_eq!(
        members(&analysis.findings[0]),
        ["R1", "R2"].map(rule_member)
    );
}

#[test]
fn the_same_limit_in_other_words_is_equivalent() {
    let rules = rule("R1", "require a.x + a.y <= 60 mm")
        + &rule("R2", "require 6 cm - a.y >= a.x")
        + &rule("R3", "require 2 * a.x <= 0.12 m - 2 * a.y");
    let (_, analysis) = analysed(&rules);
    assert_eq!(codes(&analysis), ["equivalent"]);
    assert_eq!(
        members(&analysis.findings[0]),
        ["R1", "R2", "R3"].map(rule_member)
    );
}

#[test]
fn a_limit_that_the_ranges_imply_names_them() {
    let (_, analysis) = analysed(&rule("R1", "require a.x + a.y <= 250 mm"));
    assert_eq!(codes(&analysis), ["never-binding"]);
    let ranges = ["a.x", "a.y"].map(|name| Member::Range(name.to_owned()));
    assert_eq!(members(&analysis.findings[0]), ranges);
}

#[test]
fn a_rule_with_a_probability_implies_nothing() {
    let rules = "signal drying.residual_solvent : mass_fraction in 0 .. 1000 ppm_mass\n".to_owned()
        + &rule(
            "R1",
            "require drying.residual_solvent <= 300 ppm_mass with probability >= 99 %",
        )
        + &rule("R2", "require drying.residual_solvent <= 500 ppm_mass");
    let (_, analysis) = analysed(&rules);
    assert_eq!(codes(&analysis), Vec::<&str>::new());
    let swapped = rules.replace("<= 500", "<= 200");
    let (_, analysis) = analysed(&swapped);
    assert_eq!(codes(&analysis), ["shadowed"]);
    assert_eq!(members(&analysis.findings[0]), [rule_member("R2")]);
}

#[test]
fn a_mode_in_which_nothing_fits_is_an_error_unless_one_rule_forbids_it() {
    let rules = rule("R1", "when a.e == steel require a.x <= 10 mm")
        + &rule(
            "R2",
            "when a.e in {steel, pouch} and a.y >= 50 mm require a.x >= 20 mm",
        )
        + &rule("R3", "require a.y >= 60 mm");
    let (_, analysis) = analysed(&rules);
    assert_eq!(codes(&analysis)[..1], ["inconsistent-under-guard"]);
    let forbids =
        rule("R1", "require a.e != steel") + &rule("R2", "when a.e == steel require a.x <= 1 mm");
    let (_, analysis) = analysed(&forbids);
    assert!(
        !codes(&analysis).contains(&"inconsistent-in-mode"),
        "{:?}",
        codes(&analysis)
    );
}

#[test]
fn an_alternative_of_a_guard_that_never_holds_is_dead() {
    let rules = rule(
        "R1",
        "when a.x > 100 mm or a.y > 50 mm require a.x <= 10 mm",
    );
    let (_, analysis) = analysed(&rules);
    assert_eq!(codes(&analysis), ["dead-guard-part"]);
    let part = Member::GuardPart("R1".to_owned());
    assert!(members(&analysis.findings[0]).contains(&part));
}

#[test]
fn a_slip_of_a_unit_is_named() {
    let rules = rule("R1", "require a.x <= 50 mm") + &rule("R2", "require a.x <= 50 um");
    let (_, analysis) = analysed(&rules);
    assert_eq!(
        codes(&analysis),
        ["implausible-limit", "implausible-limit", "shadowed"]
    );
    let message = analysis.findings[1].message();
    assert!(message.contains("about 1000 times apart"), "{message}");
    let (_, analysis) = analysed(&rule("R1", "require a.x <= 50 m"));
    let message = analysis.findings[0].message();
    assert!(
        message.contains("1000 times smaller it would fit"),
        "{message}"
    );
}

/// Two conflicts that share a rule: giving up the shared one is enough, else one of each.
#[test]
fn every_minimal_conflict_and_correction_is_listed() {
    let rules = rule("R1", "require a.x >= 50 mm")
        + &rule("R2", "require a.x <= 40 mm")
        + &rule("R3", "require a.x + a.y <= 30 mm")
        + &rule("R4", "require a.y <= 90 mm");
    let (fixture, analysis) = analysed(&rules);
    assert_eq!(codes(&analysis)[..1], ["inconsistent"]);
    let named = |sets: &[Vec<CoreMember>]| -> Vec<Vec<Member>> {
        let member = |set: &Vec<CoreMember>| set.iter().map(|m| m.member.clone()).collect();
        sets.iter().map(member).collect()
    };
    let set = |codes: &[&str]| -> Vec<Member> { codes.iter().map(|c| rule_member(c)).collect() };
    let all = explain(&fixture.rules, &analysis.findings, 10, Some(&child()));
    assert_eq!(all.len(), 1);
    assert_eq!(
        named(&all[0].conflicts),
        [set(&["R1", "R2"]), set(&["R1", "R3"])]
    );
    assert_eq!(
        named(&all[0].corrections),
        [set(&["R1"]), set(&["R2", "R3"])]
    );
    assert!(!all[0].more);
    let first = explain(&fixture.rules, &analysis.findings, 1, Some(&child()));
    assert!(first[0].more && first[0].conflicts.len() + first[0].corrections.len() <= 2);
}

/// Goal: the order of rules and the names of files change nothing. Method: 50 shuffles of a set
/// with findings of every kind, split over two files at another place each time.
#[test]
fn findings_do_not_depend_on_the_order_of_rules_or_files() {
    let rules = [
        rule("R1", "when a.e == steel require a.x <= 10 mm"),
        rule("R2", "when a.e == steel require a.x >= 20 mm"),
        rule("R3", "require a.y <= 30 mm"),
        rule("R4", "require a.y <= 40 mm"),
        rule("R5", "require 3 cm >= a.y"),
        rule("R6", "require a.x + a.y <= 125 mm"),
        rule("R7", "require a.x <= 90 mm"),
        rule("R8", "when a.y > 100 mm require a.x <= 1 mm"),
        rule("R9", "require a.x * a.y <= 2000 mm^2"),
    ];
    let mut expected: Option<(Vec<String>, Option<Vec<PointValue>>)> = None;
    for shuffle in 0..50 {
        let mut random = Stream::new(7, "shuffle", shuffle);
        let mut order: Vec<&String> = rules.iter().collect();
        for place in (1..order.len()).rev() {
            let other = random.index_below(place as u64 + 1).expect("a place");
            order.swap(place, usize::try_from(other).expect("a small number"));
        }
        let cut = usize::try_from(shuffle).expect("a small number") % order.len();
        let text = |part: &[&String]| part.iter().map(|one| one.as_str()).collect::<String>();
        let first = format!("{SIGNALS}{}", text(&order[..cut]));
        let second = format!("ruleset u \"1\"\n{}", text(&order[cut..]));
        let fixture = cases::fixture_of(&[first, second]);
        let analysis = analyse(&fixture.rules, None, Some(&child()));
        let mut messages: Vec<String> = analysis.findings.iter().map(Finding::message).collect();
        messages.sort();
        let witness = analysis.witness.map(|point| {
            let signals = (0..fixture.rules.signals.len()).map(SignalId);
            signals.map(|signal| point.get(signal).clone()).collect()
        });
        let found = (messages, witness);
        match &expected {
            None => expected = Some(found),
            Some(expected) => assert_eq!(*expected, found, "shuffle {shuffle}"),
        }
    }
    let messages = expected.expect("a shuffle").0;
    assert!(messages.len() >= 5, "{messages:#?}");
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
    let serious = analysis
        .findings
        .iter()
        .filter(|finding| finding.level() > Level::Note)
        .map(Finding::message);
    assert_eq!(serious.collect::<Vec<_>>(), Vec::<String>::new());
    assert!(analysis.witness.is_some());
    // The plant's own acid and water limits are stricter than those as delivered.
    let shadowed = analysis.findings.iter().filter(|f| f.code() == "shadowed");
    let shadowed: Vec<Vec<Member>> = shadowed.map(members).collect();
    assert!(
        shadowed.contains(&vec![rule_member("PS002")]),
        "{shadowed:?}"
    );
}
