//! Two ways to one answer: closed forms, corners and the solver against each other.
//!
//! Goal: a mistake in a closed form, in a corner or in the encoding shows up as a disagreement.
//! Method: random rules over a random tolerance box. The judge without a solver says what it can;
//! the solver answers the obligation that the encoder writes, which shares nothing with the closed
//! forms but the rule; where the body is multilinear, all corners are evaluated one by one.

#![cfg(feature = "z3")]

mod cases;

use cases::fixture;
use cellwright::check::judge::{judge, obligation};
use cellwright::check::query::Answer;
use cellwright::check::solver_process::Solver;
use cellwright::check::verdict::Verdict;
use cellwright::rule_language::evaluate::Evaluator;
use cellwright::rule_language::{Point, PointValue, PointVerdict, RuleSet};
use proptest::prelude::*;

const NAMES: [&str; 3] = ["a.x", "a.y", "a.z"];

/// A product of different signals with a coefficient.
fn summand() -> impl Strategy<Value = String> {
    let signals = proptest::sample::subsequence(NAMES.to_vec(), 1..=2);
    (-4..=4_i64, signals).prop_map(|(factor, names)| format!("{factor} * {}", names.join(" * ")))
}

fn comparison() -> impl Strategy<Value = String> {
    let sum = proptest::collection::vec(summand(), 1..=3);
    let operator = proptest::sample::select(vec!["<=", "<", ">=", ">"]);
    (sum, operator, -40..=40_i64)
        .prop_map(|(sum, operator, limit)| format!("{} {operator} {limit}", sum.join(" + ")))
}

/// One rule with its recipe: `single` bodies are one comparison, others two.
fn text(single: bool) -> impl Strategy<Value = String> {
    let guard = proptest::option::of(comparison());
    let second = proptest::option::of((prop_oneof!["and", "or"], comparison()));
    let values = proptest::collection::vec((-6..=6_i64, 0..=3_i64), 3);
    (guard, comparison(), second, values).prop_map(move |(guard, first, second, values)| {
        let mut text = String::new();
        for (name, (nominal, width)) in NAMES.iter().zip(values) {
            text.push_str(&format!("# case {name} = {nominal} +- {width}\n"));
        }
        text.push_str("ruleset t \"1\"\n");
        for name in NAMES {
            text.push_str(&format!("signal {name} : number in -100 .. 100\n"));
        }
        text.push_str("rule T1 \"t\"\n");
        if let (Some(guard), false) = (guard, single) {
            text.push_str(&format!("  when {guard}\n"));
        }
        text.push_str(&format!("  require {first}"));
        if let (Some((word, second)), false) = (second, single) {
            text.push_str(&format!(" {word} {second}"));
        }
        text + "\n  severity major because \"b\" source \"s\" evidence specified\n"
    })
}

/// Whether the solver finds a point of the box that breaks the rule.
fn solver_breaks(fixture: &cases::Fixture) -> Option<bool> {
    let rule = &fixture.rules.rules[0];
    let query = obligation(&fixture.rules, rule, &fixture.case).expect("small enough");
    match Solver::InProcess.solve(&query) {
        Answer::Sat(_) => Some(true),
        Answer::Unsat(_) => Some(false),
        Answer::Unknown { .. } => None,
    }
}

/// Whether a corner of the box breaks the rule, by plain evaluation.
fn corner_breaks(rules: &RuleSet, fixture: &cases::Fixture) -> bool {
    use cellwright::check::case::SignalCase;
    (0..8_u32).any(|corner| {
        let mut point = Point::empty(rules);
        for (bit, name) in NAMES.iter().enumerate() {
            let id = rules.signal_named(name).expect("a signal");
            let SignalCase::Number(number) = fixture.case.get(id) else {
                panic!("{name} has a number");
            };
            let end = if corner >> bit & 1 == 0 {
                &number.low
            } else {
                &number.high
            };
            point.set(id, PointValue::Number(end.clone()));
        }
        Evaluator::new(rules, &point).verdict(&rules.rules[0]) == Ok(PointVerdict::Fail)
    })
}

fn says_broken(verdict: &Verdict) -> Option<bool> {
    match verdict {
        Verdict::Violated | Verdict::HoldsNominally => Some(true),
        Verdict::Holds | Verdict::Conditional | Verdict::Idle => Some(false),
        Verdict::Vacuous | Verdict::Undecided(_) => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn closed_forms_agree_with_the_solver(text in text(false)) {
        let fixture = fixture(&text);
        let judgement = judge(&fixture.rules, &fixture.case, None).pop().expect("one rule");
        let answers = (says_broken(&judgement.verdict), solver_breaks(&fixture));
        if let (Some(ours), Some(theirs)) = answers {
            prop_assert_eq!(ours, theirs, "{}", text);
        }
    }

    #[test]
    fn one_multilinear_comparison_is_always_settled_by_its_corners(text in text(true)) {
        let fixture = fixture(&text);
        let judgement = judge(&fixture.rules, &fixture.case, None).pop().expect("one rule");
        let corners = corner_breaks(&fixture.rules, &fixture);
        prop_assert_eq!(says_broken(&judgement.verdict), Some(corners), "{}", &text);
        prop_assert_eq!(solver_breaks(&fixture), Some(corners), "{}", text);
    }
}
