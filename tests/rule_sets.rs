//! Rule sets of several files: use, override, modes, functions, through the library's front door.
//!
//! Goal: a plant changes a limit without forking, both limits stay visible, versions are pinned,
//! modes separate what would contradict itself, and functions never turn into a pass. Method:
//! files in memory, `check_rules::check` as the command line calls it, exact expectations.

use cellwright::check::argument::attack::Semantics;
use cellwright::check::case::{Case, NumberCase, SignalCase};
use cellwright::check::judge::judge;
use cellwright::check::verdict::Verdict;
use cellwright::document::InMemory;
use cellwright::exit_code::ExitCode;
use cellwright::quantity::dictionary::standard;
use cellwright::rational::Rational;
use cellwright::rule_language::{EvidenceClass, Node, RuleSet, parse, resolve, run_tests};
use cellwright::run::check_rules::{Request, check, read_rules};
use cellwright::span::Sources;
use cellwright::table::TableFormat;

const BASE: &str = r#"ruleset acid "1.2" "Acid"
rule EL003 "free acid"
  require    electrolyte.hf <= 50 ppm_mass
  severity   critical
  because    "acid dissolves metals"
  source     "from memory"
  evidence   recalled
test EL003
  pass       { electrolyte.hf = 50 ppm_mass }
  fail       { electrolyte.hf = 51 ppm_mass }
"#;

const PLANT: &str = r#"ruleset plant "D"
use acid "1.2"
override EL003
  limit      30 ppm_mass
  reason     "a purer grade is bought"
  source     "PS-77 rev D, 4.3"
  evidence   specified
  owner      "cell assembly"
test EL003
  fail       { electrolyte.hf = 31 ppm_mass }
"#;

fn checked(files: &InMemory, paths: &[&str], recalled: bool) -> (Vec<String>, ExitCode) {
    let rules: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
    let request = Request {
        rules: &rules,
        recipe: None,
        model: None,
        table: None,
        format: TableFormat::default(),
        recalled,
        semantics: Semantics::Grounded,
        strict: false,
        why: None,
        cache: None,
        grounds: false,
        exhibits: false,
        solver: None,
        watch: &cellwright::run::check_rules::rows::Unwatched,
    };
    match check(files, &request) {
        Ok(checked) => {
            let messages = checked.findings.findings.into_iter();
            let messages = messages.map(|one| format!("{}: {}", one.code, one.message));
            (messages.collect(), checked.exit)
        }
        Err(rejected) => (
            vec![rejected.diagnostics.render(&rejected.sources, false)],
            ExitCode::Documents,
        ),
    }
}

fn resolved(text: &str) -> RuleSet {
    let mut sources = Sources::new();
    let file = sources.add("a.rule", text);
    let (rules, diagnostics) = resolve(&[parse(file, text)], standard(), &[].into());
    assert!(
        diagnostics.is_empty(),
        "{}",
        diagnostics.render(&sources, false)
    );
    rules
}

#[test]
fn a_used_set_is_found_beside_the_file_that_uses_it() {
    let files = InMemory::new()
        .with("rules/acid.rule", BASE)
        .with("rules/plant.rule", PLANT);
    let read = read_rules(&files, &["rules/plant.rule".to_owned()]).expect("sound");
    let rule = read
        .set
        .rule_named("EL003")
        .expect("read beside the plant's file");
    assert_eq!(rule.evidence, EvidenceClass::Specified);
    assert_eq!(rule.owner.as_deref(), Some("cell assembly"));
    let replaced = rule.replaced.as_ref().expect("both limits are kept");
    assert_eq!(replaced.original.evidence, EvidenceClass::Recalled);
    let one = &replaced.overrides[0];
    assert_eq!(
        (one.old.clone(), one.new.clone()),
        (
            Rational::ratio(50, 1_000_000),
            Rational::ratio(30, 1_000_000)
        )
    );
    // The base file tests its own limit, the plant's file the new one.
    let report = run_tests(&read.set);
    assert_eq!((report.passed, report.failed), (3, 0));
    assert_eq!(read.set.uses[0].version, "1.2");
}

#[test]
fn a_set_with_underscores_may_live_in_a_file_with_hyphens() {
    let files = InMemory::new()
        .with(
            "my-acid.rule",
            BASE.replace("acid \"1.2\"", "my_acid \"1.2\""),
        )
        .with("plant.rule", PLANT.replace("use acid", "use my_acid"));
    assert!(read_rules(&files, &["plant.rule".to_owned()]).is_ok());
}

#[test]
fn another_version_and_a_missing_set_are_refused() {
    let newer = BASE.replace("1.2", "1.3");
    let files = InMemory::new()
        .with("acid.rule", newer)
        .with("plant.rule", PLANT);
    let (answer, exit) = checked(&files, &["plant.rule"], false);
    assert_eq!(exit, ExitCode::Documents);
    assert!(
        answer[0].contains("`acid` is here in version `1.3`, not `1.2`"),
        "{answer:?}"
    );
    let files = InMemory::new().with("plant.rule", PLANT);
    let (answer, _) = checked(&files, &["plant.rule"], false);
    assert!(answer[0].contains("CW-0248"), "{answer:?}");
    assert!(answer[0].contains("CW-0251"), "{answer:?}");
}

#[test]
fn sets_that_use_each_other_are_read_once() {
    let files = InMemory::new()
        .with("acid.rule", format!("{BASE}use plant \"D\"\n"))
        .with("plant.rule", PLANT);
    let read = read_rules(&files, &["plant.rule".to_owned()]).expect("sound");
    assert_eq!(read.set.headers.len(), 2);
    assert_eq!(read.set.rules.len(), 1);
}

#[test]
fn recalled_limits_are_listed_until_they_are_replaced() {
    let files = InMemory::new()
        .with("acid.rule", BASE)
        .with("plant.rule", PLANT);
    let (answer, exit) = checked(&files, &["acid.rule"], true);
    assert_eq!(
        answer,
        [
            "recalled-limit: `EL003` free acid rests on a recalled limit: <= 50 ppm_mass; critical; \
          owner nobody named"
        ]
    );
    assert_eq!(exit, ExitCode::Success);
    assert_eq!(checked(&files, &["acid.rule"], false).0, [""; 0]);
    assert_eq!(
        checked(&files, &["acid.rule", "plant.rule"], true).0,
        [""; 0]
    );
}

#[test]
fn a_rule_stays_recalled_while_one_of_its_limits_is() {
    let text = r#"
rule AA001 "window"
  require    20 m/min <= coating.web_speed <= 30 m/min
  severity   major
  because    "x"
  source     "from memory"
  evidence   recalled
override AA001
  limit      coating.web_speed <= 28 m/min
  reason     "x"
  source     "PPAP"
  evidence   measured
  owner      "coating"
"#;
    let rules = resolved(text);
    assert_eq!(rules.rules[0].evidence, EvidenceClass::Recalled);
    assert_eq!(rules.rules[0].source, "from memory; PPAP");
    let files = InMemory::new().with("a.rule", text);
    let (answer, _) = checked(&files, &["a.rule"], true);
    assert!(answer[0].contains(">= 20 m/min"), "{answer:?}");
    assert!(!answer[0].contains("28"), "{answer:?}");
}

#[test]
fn looser_is_read_off_the_side_and_the_sign() {
    // Each line: body, new limit, whether it allows more.
    let cases = [
        ("coating.web_speed <= 25 m/min", "26 m/min", true),
        ("coating.web_speed <= 25 m/min", "24 m/min", false),
        ("25 m/min <= coating.web_speed", "24 m/min", true),
        ("25 m/min <= coating.web_speed", "26 m/min", false),
        ("not coating.web_speed > 25 m/min", "26 m/min", true),
        ("not coating.web_speed > 25 m/min", "24 m/min", false),
        ("coating.web_speed == 25 m/min", "26 m/min", true),
        ("coating.web_speed <= 25 m/min", "25 m/min", false),
    ];
    for (body, limit, looser) in cases {
        let text = format!(
            "rule AA001 \"x\" require {body} severity major because \"x\" source \"x\" evidence \
             recalled\noverride AA001 limit {limit} reason \"x\" source \"x\" evidence measured \
             owner \"x\""
        );
        let mut sources = Sources::new();
        let file = sources.add("a.rule", text.as_str());
        let (_, diagnostics) = resolve(&[parse(file, &text)], standard(), &[].into());
        let codes: Vec<&str> = diagnostics.sorted().iter().map(|one| one.code).collect();
        assert_eq!(codes == ["CW-0254"], looser, "{body} {limit} {codes:?}");
    }
}

const MODES: &str = r#"
mode step : one of {mixing, coating, filling}
signal room.dew : dew_point in -80 .. 30 degC
rule RM001 "dry" when step == filling require room.dew <= -40 degC
  severity critical because "x" source "x" evidence specified
rule RM002 "not too dry" when step in {mixing, coating} require room.dew >= -10 degC
  severity minor because "x" source "x" evidence specified
"#;

/// With one value for all steps the two rules contradict each other, but they never meet.
#[test]
fn rules_of_different_modes_do_not_contradict_each_other() {
    let files = InMemory::new()
        .with("modes.rule", MODES)
        .with(
            "clash.rule",
            MODES.replace("{mixing, coating} require", "{coating, filling} require"),
        )
        .with(
            "plain.rule",
            MODES
                .replace("when step == filling", "")
                .replace("when step in {mixing, coating}", ""),
        );
    assert_eq!(
        checked(&files, &["modes.rule"], false),
        (vec![], ExitCode::Success)
    );
    // The question is asked in one mode only.
    let (answer, exit) = checked(&files, &["clash.rule"], false);
    assert_eq!(exit, ExitCode::Findings);
    assert_eq!(answer.len(), 1, "{answer:?}");
    assert!(
        answer[0].contains("(while `step` is `filling`)"),
        "{answer:?}"
    );
    let (answer, exit) = checked(&files, &["plain.rule"], false);
    assert_eq!(exit, ExitCode::Findings);
    assert!(!answer[0].contains("while"), "{answer:?}");
}

#[test]
fn a_guard_that_no_mode_allows_is_vacuous() {
    let text = MODES.replace(
        "when step == filling",
        "when step == filling and step == mixing",
    );
    let files = InMemory::new().with("a.rule", text);
    let (answer, _) = checked(&files, &["a.rule"], false);
    assert_eq!(
        answer,
        ["vacuous: `RM001` can never apply: the guard of `RM001`"]
    );
}

#[test]
fn a_recipe_without_a_mode_is_judged_in_all() {
    let rules = resolved(MODES).over_all_modes();
    let id = rules.signal_named("room.dew").expect("declared");
    let verdicts = |celsius: i64| -> Vec<&'static str> {
        let mut case = Case::empty(&rules);
        let kelvin = &Rational::from(celsius) + &Rational::ratio(27315, 100);
        case.set(id, SignalCase::Number(NumberCase::exact(kelvin)));
        let judged = judge(&rules, &case, None);
        judged.iter().map(|one| one.verdict.name()).collect()
    };
    assert_eq!(verdicts(-45), ["holds", "violated"]);
    assert_eq!(verdicts(-20), ["violated", "violated"]);
    assert_eq!(verdicts(0), ["violated", "holds"]);
}

#[test]
fn functions_over_a_tolerance_are_decided() {
    let text = r#"
signal cell.rate : number in 0 .. 100
rule AA001 "exponential" require exp(cell.rate) <= 3
  severity critical because "x" source "x" evidence specified
rule AA002 "in a let" require cell.root <= 3
  severity critical because "x" source "x" evidence specified
let cell.root : number = sqrt(cell.rate)
"#;
    let rules = resolved(text);
    let id = rules.signal_named("cell.rate").expect("declared");
    let verdicts = |nominal: i64| -> Vec<String> {
        let mut case = Case::empty(&rules);
        let nominal = Rational::from(nominal);
        let number = NumberCase {
            low: &nominal - &Rational::ratio(1, 10),
            high: &nominal + &Rational::ratio(1, 10),
            ..NumberCase::exact(nominal)
        };
        case.set(id, SignalCase::Number(number));
        let judged = judge(&rules, &case, None);
        judged
            .iter()
            .map(|one| match &one.verdict {
                Verdict::Undecided(why) => why.to_string(),
                other => other.name().to_owned(),
            })
            .collect()
    };
    // exp(1.1) is 3.004, sqrt(2.1) is 1.449, sqrt(9.9) is 3.146.
    assert_eq!(verdicts(1), ["holds_nominally", "holds"]);
    assert_eq!(verdicts(2), ["violated", "holds"]);
    assert_eq!(verdicts(10), ["violated", "violated"]);
}

#[test]
fn guards_with_functions_are_decided_and_never_merged() {
    // Two different guards over the same signal: neither is taken for the other.
    let text = r#"
signal cell.rate : number in 0 .. 100
rule AA001 "a" when ln(cell.rate + 1) > 1 require exp(cell.rate) <= 3
  severity critical because "x" source "x" evidence specified
rule AA002 "b" when ln(cell.rate + 2) > 2 require exp(cell.rate) >= 300
  severity critical because "x" source "x" evidence specified
"#;
    let files = InMemory::new().with("a.rule", text);
    let (answer, exit) = checked(&files, &["a.rule"], false);
    assert_eq!(exit, ExitCode::Findings);
    let whenever = |code: &str, what: &str| {
        format!(
            "inconsistent-under-guard: whenever `{code}` applies, no recipe keeps all of these: {what}"
        )
    };
    assert_eq!(
        answer,
        [
            whenever("AA001", "rule `AA001`, the guard of `AA001`"),
            whenever("AA002", "rule `AA001`, the guard of `AA002`"),
            // `AA001` keeps the rate below e - 1, where the guard of `AA002` sleeps.
            "shadowed: rule `AA002` follows from rule `AA001`".to_owned(),
        ]
    );
}

#[test]
fn arguments_keep_premises_attacks_and_places() {
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/corpus/ok/claim_and_evidence.rule"),
    )
    .expect("the corpus");
    let rules = resolved(&text);
    let premises: Vec<Node> = rules.claims[0].from.iter().map(|one| one.node).collect();
    assert_eq!(
        premises,
        [Node::Rule(0), Node::Assumption(0), Node::Evidence(0)]
    );
    let attacks = rules.attacks();
    let pairs: Vec<(String, String)> = attacks
        .iter()
        .map(|(from, attack)| (rules.node_code(*from), rules.node_code(attack.target)))
        .collect();
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(pairs, [pair("CL2", "CL1"), pair("CL2", "EV1")]);
    let place = rules.node_span(Node::Claim(0));
    assert_eq!(&text[place.range()], "CL1");
    assert_eq!(rules.evidences[0].sha256.as_deref().map(str::len), Some(64));
    assert_eq!(rules.evidences[0].class, EvidenceClass::Derived);
}
