//! Verdicts of the judge against values computed by hand, one test per kind of verdict.
//!
//! Goal: DESIGN section 4 to the letter. Method: small rules whose extremes are known; no solver
//! unless the test says so.

mod cases;

use cases::{child, fixture, si};
use cellwright::certificate::{self, Any};
use cellwright::check::judge::judge;
use cellwright::check::obligation::proves;
use cellwright::check::smtlib::{Status, to_smtlib};
use cellwright::check::verdict::{Judgement, Method, Undecided, Verdict};
use cellwright::rational::Rational;
use cellwright::rule_language::PointValue;

/// A rule `T1` with guard and body in front of the usual clauses.
fn rule(clauses: &str) -> String {
    format!(
        "rule T1 \"test\" {clauses} severity major because \"a test\" source \"hand\" evidence specified\n"
    )
}

const SIGNALS: &str = "signal a.x : length in -100 .. 100 mm
signal a.y : length in -100 .. 100 mm
signal a.z : length in -100 .. 100 mm
signal a.e : one of {steel, pouch}
";

fn judged(cases: &str, clauses: &str, with_solver: bool) -> (cases::Fixture, Judgement) {
    let text = format!("{cases}\nruleset t \"1\"\n{SIGNALS}{}", rule(clauses));
    let fixture = fixture(&text);
    let solver = child();
    let judgement = judge(
        &fixture.rules,
        &fixture.case,
        with_solver.then_some(&solver),
    )
    .pop()
    .expect("one rule");
    if let Some(certificate) = &judgement.certificate {
        assert_eq!(certificate.check_own(), Ok(()));
    }
    (fixture, judgement)
}

fn verdict(cases: &str, clauses: &str) -> Judgement {
    judged(cases, clauses, false).1
}

fn worst_margin(judgement: &Judgement) -> Rational {
    let reading = judgement.worst.as_ref().expect("a worst reading");
    let margin = reading.margin.as_ref().expect("a margin");
    margin.value.exact().expect("exact").clone()
}

#[test]
fn a_linear_rule_holds_up_to_the_sum_of_its_tolerances() {
    // 2x - y <= 10 mm at x = 4 ± 0.5, y = -1 ± 1: worst 2*4.5 + 2 = 11, nominal 9.
    let cases = "# case a.x = 4 mm +- 0.5 mm\n# case a.y = -1 mm +- 1 mm";
    let broken = verdict(cases, "require 2 * a.x - a.y <= 10 mm");
    assert_eq!(broken.verdict, Verdict::HoldsNominally);
    assert!(broken.rechecked);
    assert_eq!(worst_margin(&broken), si("-1 mm"));
    let tight = verdict(cases, "require 2 * a.x - a.y <= 11 mm");
    assert_eq!(
        (tight.verdict.clone(), tight.method),
        (Verdict::Holds, Method::ClosedForm)
    );
    assert_eq!(worst_margin(&tight), Rational::zero());
    let strict = verdict(cases, "require 2 * a.x - a.y < 11 mm");
    assert_eq!(strict.verdict, Verdict::HoldsNominally);
    let nominal = strict.nominal.expect("reading");
    assert_eq!(nominal.value.expect("left").exact(), Some(&si("9 mm")));
    assert_eq!(nominal.limit.expect("right").exact(), Some(&si("11 mm")));
}

#[test]
fn the_guard_band_makes_the_difference_between_holds_and_conditional() {
    let cases = "# case a.x = 4 mm +- 1 mm";
    let holds = verdict(cases, "require a.x <= 7 mm guard_band 2 mm");
    assert_eq!(holds.verdict, Verdict::Holds);
    let conditional = verdict(cases, "require a.x <= 6.5 mm guard_band 2 mm");
    assert_eq!(conditional.verdict, Verdict::Conditional);
    assert!(conditional.rechecked && conditional.certificate.is_some());
    assert_eq!(worst_margin(&conditional), si("1.5 mm"));
    let broken = verdict(cases, "require a.x <= 4.5 mm guard_band 2 mm");
    assert_eq!(broken.verdict, Verdict::HoldsNominally);
}

#[test]
fn a_rule_broken_at_the_nominal_point_is_violated_and_shows_its_worst_corner() {
    let cases = "# case a.x = 8 mm +- 1 mm";
    let violated = verdict(cases, "require a.x <= 7 mm");
    assert_eq!(violated.verdict, Verdict::Violated);
    assert!(violated.rechecked);
    assert_eq!(worst_margin(&violated), si("-2 mm"));
}

#[test]
fn a_guard_that_holds_nowhere_in_the_box_is_idle() {
    let cases = "# case a.x = 8 mm +- 1 mm\n# case a.e = steel";
    let by_choice = verdict(cases, "when a.e == pouch require a.x <= 7 mm");
    assert_eq!(by_choice.verdict, Verdict::Idle);
    let by_number = verdict(cases, "when a.x > 9 mm require a.x <= 7 mm");
    assert_eq!(by_number.verdict, Verdict::Idle);
    assert!(by_number.certificate.is_some());
    // At the very end of the tolerance the guard does hold.
    let at_the_end = verdict(cases, "when a.x >= 9 mm require a.x <= 7 mm");
    assert_eq!(at_the_end.verdict, Verdict::HoldsNominally);
}

#[test]
fn a_guard_that_varies_protects_its_body() {
    // Whenever x > 5, y >= 2: x in 4..6, y in 3..5.
    let cases = "# case a.x = 5 mm +- 1 mm\n# case a.y = 4 mm +- 1 mm";
    let holds = verdict(cases, "when a.x > 5 mm require a.y >= 2 mm");
    assert_eq!(holds.verdict, Verdict::Holds);
    let broken = verdict(cases, "when a.x > 5 mm require a.y >= 3.5 mm");
    assert_eq!(broken.verdict, Verdict::HoldsNominally);
    assert!(broken.rechecked);
    // x - y <= 1.5 only where x > 5.5 matters: x = 6, y = 3 breaks it.
    let linear = verdict(cases, "when a.x <= 4.5 mm require a.x - a.y <= 1.5 mm");
    assert_eq!(
        (linear.verdict, linear.method),
        (Verdict::Holds, Method::LinearArithmetic)
    );
}

#[test]
fn a_ratio_has_its_extreme_at_one_corner() {
    // x*y/z with x = 10 ± 1, y = 6 ± 1, z = 5 ± 1 is at most 11*7/4 = 19.25 mm.
    let cases = "# case a.x = 10 mm +- 1 mm\n# case a.y = 6 mm +- 1 mm\n# case a.z = 5 mm +- 1 mm";
    let broken = judged(cases, "require a.x * a.y / a.z <= 19 mm", false);
    let (fixture, judgement) = broken;
    assert_eq!(judgement.verdict, Verdict::HoldsNominally);
    assert_eq!(worst_margin(&judgement), si("-0.25 mm"));
    let z = fixture.rules.signal_named("a.z").expect("declared");
    let worst = judgement.worst.expect("reading");
    assert_eq!(worst.point.get(z), &PointValue::Number(si("4 mm")));
    let holds = verdict(cases, "require a.x * a.y / a.z <= 19.25 mm");
    assert_eq!(
        (holds.verdict, holds.method),
        (Verdict::Holds, Method::Corners)
    );
}

#[test]
fn minimum_maximum_absolute_and_if_are_exact() {
    let cases = "# case a.x = 1 mm +- 2 mm\n# case a.y = 5 mm +- 1 mm\n# case a.e = steel";
    for (body, expected) in [
        ("min(a.x, a.y) >= -1 mm", Verdict::Holds),
        ("min(a.x, a.y) > -1 mm", Verdict::HoldsNominally),
        ("max(a.x, a.y) >= 4 mm", Verdict::Holds),
        ("max(a.x, a.y) <= 6 mm", Verdict::Holds),
        ("abs(a.x) <= 3 mm", Verdict::Holds),
        ("abs(a.x) < 3 mm", Verdict::HoldsNominally),
        ("abs(a.x - 1 mm) <= 2 mm", Verdict::Holds),
        ("if(a.e == steel, a.x, a.y) <= 3 mm", Verdict::Holds),
        ("if(a.e == pouch, a.x, a.y) <= 3 mm", Verdict::Violated),
        ("if(a.x > 2 mm, a.x, 0 mm) <= 3 mm", Verdict::Holds),
        ("a.x * a.x <= 9 mm^2", Verdict::Holds),
        ("a.x ^ 2 < 9 mm^2", Verdict::HoldsNominally),
        ("a.x ^ 2 + 1 mm^2 > 0 mm^2", Verdict::Holds),
        ("a.x * a.x - 2 mm * a.x + 1.1 mm^2 > 0 mm^2", Verdict::Holds),
    ] {
        let judgement = verdict(cases, &format!("require {body}"));
        assert_eq!(judgement.verdict, expected, "{body}");
        if expected == Verdict::Holds {
            assert!(judgement.certificate.is_some(), "{body}");
        }
    }
}

#[test]
fn missing_values_are_undecided_by_name() {
    let judgement = verdict("# case a.y = 1 mm", "require a.x + a.y <= 3 mm");
    let signals = vec!["a.x".to_owned()];
    let expected = Verdict::Undecided(Undecided::Missing { signals });
    assert_eq!(judgement.verdict, expected);
    // A guard that is false needs no value behind it.
    let idle = verdict(
        "# case a.e = steel",
        "when a.e == pouch require a.x <= 3 mm",
    );
    assert_eq!(idle.verdict, Verdict::Idle);
}

#[test]
fn pi_is_decided_outside_its_enclosure() {
    let cases = "# case a.x = 2 mm +- 1 mm";
    let holds = verdict(cases, "require a.x * pi <= 9.42477796076938 mm");
    assert_eq!(holds.verdict, Verdict::Holds);
    let broken = verdict(cases, "require a.x * pi <= 9.42477796076937 mm");
    assert_eq!(broken.verdict, Verdict::HoldsNominally);
    let open = "require a.x * pi <= 9.4247779607693797153879301498385086525915081981253 mm";
    let undecided = verdict("# case a.x = 3 mm", open);
    assert_eq!(undecided.verdict, Verdict::Undecided(Undecided::Pi));
}

#[test]
fn what_closed_forms_leave_open_is_decided_with_a_certificate() {
    // The divisor changes its sign in the box, but the guard excludes zero.
    let cases = "# case a.x = 1 mm +- 2 mm\n# case a.y = 2 mm";
    for with_solver in [false, true] {
        let clauses = "when a.x > 0.5 mm require a.y / a.x <= 4";
        let (_, asked) = judged(cases, clauses, with_solver);
        assert_eq!(asked.verdict, Verdict::Holds);
        assert!(matches!(asked.certificate, Some(Any::Contradiction(_))));
        assert!(!asked.is_solvers_word());
        let question = asked.asked.expect("it was asked");
        assert_eq!(question.status, Some(Status::Unsat));
        assert!(to_smtlib(&question.query).contains("(check-sat)"));
        let clauses = "when a.x > 0.5 mm require a.y / a.x <= 3.9";
        let (_, broken) = judged(cases, clauses, with_solver);
        assert_eq!(broken.verdict, Verdict::HoldsNominally);
        assert!(broken.rechecked && broken.certificate.is_none());
        assert_eq!(
            broken.asked.and_then(|asked| asked.status),
            Some(Status::Sat)
        );
    }
}

#[test]
fn functions_over_a_tolerance_are_decided_by_boxes() {
    let cases = "# case a.x = 10 mm +- 1 mm\n# case a.y = 2 mm +- 0.1 mm";
    for (body, expected) in [
        // exp(-10 mm / (2 mm)) over the corners: exp(-11/1.9) .. exp(-9/2.1) = 0.00306 .. 0.01376.
        ("exp(-(a.x / a.y)) <= 0.0138", Verdict::Holds),
        ("exp(-(a.x / a.y)) <= 0.0137", Verdict::HoldsNominally),
        ("ln(a.x / a.y) >= 1.45", Verdict::Holds),
        ("ln(a.x / a.y) >= 1.46", Verdict::HoldsNominally),
        ("sqrt(a.x / a.y) < 2.41", Verdict::Holds),
        ("sqrt(a.x / a.y) < 2.4", Verdict::HoldsNominally),
        ("sqrt(a.x / a.y) < 2.2", Verdict::Violated),
    ] {
        for with_solver in [false, true] {
            let (_, found) = judged(cases, &format!("require {body}"), with_solver);
            assert_eq!(found.verdict, expected, "{body}");
            let proves = expected == Verdict::Holds;
            assert_eq!(found.certificate.is_some(), proves, "{body}");
            assert!(
                !proves || found.method == Method::Boxes,
                "{body}: {:?}",
                found.method
            );
            assert!(proves || found.rechecked, "{body}");
        }
    }
}

/// Goal: a rule without value somewhere in the box does not hold there. Method: a domain and a
/// divisor that only part of the box respects, and the same behind a guard.
#[test]
fn a_rule_without_value_in_the_box_does_not_hold() {
    let cases = "# case a.x = 1 mm +- 2 mm\n# case a.y = 2 mm";
    for with_solver in [false, true] {
        for body in [
            "ln(a.x / a.y) <= 5",
            "sqrt(a.x / a.y) >= 0",
            "(a.x / a.y) / (a.x / a.y) <= 2",
        ] {
            let (_, open) = judged(cases, &format!("require {body}"), with_solver);
            let is_no_value = matches!(open.verdict, Verdict::Undecided(Undecided::NoValue(_)));
            assert!(is_no_value, "{body}: {:?}", open.verdict);
            assert_eq!(open.certificate, None, "{body}");
            let guarded = format!("when a.x > 0.1 mm require {body}");
            let (_, holds) = judged(cases, &guarded, with_solver);
            assert_eq!(holds.verdict, Verdict::Holds, "{guarded}");
            let read = format!("require a.x < 0.1 mm or {body}");
            let (_, holds) = judged(cases, &read, with_solver);
            assert_eq!(holds.verdict, Verdict::Holds, "{read}");
        }
    }
}

/// Goal: a witness of our own search is as plain as one of the solver. Method: the first of
/// nominal value, lower and upper end that breaks the rule, else the nearest step.
#[test]
fn a_witness_of_our_own_lies_on_an_end_or_a_step() {
    let cases = "# case a.x = 10 mm +- 1 mm\n# case a.y = 2 mm +- 0.1 mm";
    let (fixture, found) = judged(cases, "require exp(-(a.x / a.y)) <= 0.0137", false);
    let at = |name: &str| {
        let signal = fixture.rules.signal_named(name).expect("declared");
        found
            .worst
            .as_ref()
            .expect("a witness")
            .point
            .get(signal)
            .clone()
    };
    assert_eq!(at("a.x"), PointValue::Number(si("9 mm")));
    assert_eq!(at("a.y"), PointValue::Number(si("2.1 mm")));
    assert_eq!(found.method, Method::Search);
}

#[test]
fn a_tampered_certificate_is_refused() {
    let cases = "# case a.x = 5 mm +- 1 mm\n# case a.y = 4 mm +- 1 mm\n# case a.z = 2 mm +- 1 mm";
    for body in [
        "require 2 * a.x - a.y <= 10 mm",
        "require a.x * a.y / a.z <= 30 mm",
        "require a.x <= 4.5 mm or a.y - a.x <= 0.5 mm",
        "require a.x * a.x - 10 mm * a.x + 26 mm^2 > 0 mm^2",
    ] {
        let judgement = verdict(cases, body);
        assert_eq!(judgement.verdict, Verdict::Holds, "{body}");
        let Some(Any::Statement(original)) = judgement.certificate else {
            panic!("{body}: no proof over the box");
        };
        let text = serde_json::to_value(&original).expect("json");
        let mut places = Vec::new();
        numbers(&text, &mut Vec::new(), &mut places);
        assert!(places.len() > 4, "{body}");
        for place in places {
            let mut tampered = text.clone();
            bump(&mut tampered, &place);
            let verdict = serde_json::from_value::<certificate::Certificate>(tampered);
            let accepted = verdict
                .is_ok_and(|tampered| certificate::check(&tampered, &original.claim).is_ok());
            assert!(!accepted, "{body}: {place:?} can be changed unnoticed");
        }
    }
}

/// Goal: a certificate serves one rule, one box and one verdict only. Method: of either kind, asked
/// about its own, then about a wider tolerance, another limit and another verdict.
#[test]
fn a_certificate_proves_nothing_else() {
    let cases = "# case a.x = 10 mm +- 1 mm\n# case a.y = 2 mm +- 0.1 mm";
    let wider = "# case a.x = 10 mm +- 1.1 mm\n# case a.y = 2 mm +- 0.1 mm";
    for (body, other) in [
        (
            "require exp(-(a.x / a.y)) <= 0.02",
            "require exp(-(a.x / a.y)) <= 0.021",
        ),
        ("require a.x + a.y <= 14 mm", "require a.x + a.y <= 15 mm"),
    ] {
        let (own, judgement) = judged(cases, body, false);
        let certificate = judgement.certificate.expect("a certificate");
        let proved = |fixture: &cases::Fixture, verdict: &str| {
            let rule = (&fixture.rules, &fixture.rules.rules[0]);
            proves(&certificate, verdict, rule, &fixture.case)
        };
        assert_eq!(proved(&own, "holds"), Ok(()), "{body}");
        assert!(
            proved(&judged(wider, body, false).0, "holds").is_err(),
            "{body}"
        );
        assert!(
            proved(&judged(cases, other, false).0, "holds").is_err(),
            "{other}"
        );
        for verdict in ["idle", "violated", "undecided"] {
            assert!(proved(&own, verdict).is_err(), "{body}: {verdict}");
        }
    }
}

/// Collects the places of all numbers (texts of rationals included) in a JSON value.
fn numbers(value: &serde_json::Value, at: &mut Vec<String>, places: &mut Vec<Vec<String>>) {
    match value {
        serde_json::Value::Number(_) => places.push(at.clone()),
        serde_json::Value::String(text) if Rational::parse_ratio(text).is_ok() => {
            places.push(at.clone());
        }
        serde_json::Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                at.push(place.to_string());
                numbers(item, at, places);
                at.pop();
            }
        }
        serde_json::Value::Object(fields) => {
            for (name, item) in fields {
                at.push(name.clone());
                numbers(item, at, places);
                at.pop();
            }
        }
        serde_json::Value::String(_) | serde_json::Value::Bool(_) | serde_json::Value::Null => {}
    }
}

/// Adds one to the number at a place.
fn bump(value: &mut serde_json::Value, place: &[String]) {
    let mut at = value;
    for step in place {
        at = match at {
            serde_json::Value::Array(items) => &mut items[step.parse::<usize>().expect("index")],
            other => &mut other[step.as_str()],
        };
    }
    *at = match &*at {
        serde_json::Value::String(text) => {
            let value = Rational::parse_ratio(text).expect("a rational");
            serde_json::Value::String((&value + &Rational::one()).to_ratio_string())
        }
        other => serde_json::Value::from(other.as_u64().expect("a whole number") + 1),
    };
}
