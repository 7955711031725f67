//! Windows, joint boxes and repairs against independent answers.
//!
//! Goal: an end that is a hair off, a missed hole or a change that is not the cheapest shows up.
//! Method: values computed by hand; random rules whose windows are compared with the exact
//! evaluator on a grid, robust windows with the judge, repairs with trying every change.

mod cases;

use std::collections::BTreeSet;

use cases::{Fixture, fixture, si};
use cellwright::certificate::check;
use cellwright::certificate::contradiction::check_own;
use cellwright::check::case::{NumberCase, SignalCase};
use cellwright::check::joint_box::{Setpoint, largest};
use cellwright::check::judge::judge_rules;
use cellwright::check::lots::{Lots, Question, decide};
use cellwright::check::optimum::Optimum;
use cellwright::check::repair::{Movable, Repair, cheapest, number_at};
use cellwright::check::verdict::Verdict;
use cellwright::check::window::{Axis, Fixed, fixed, free, free_all};
use cellwright::document::Magnitude;
use cellwright::rational::Rational;
use cellwright::rule_language::evaluate::Evaluator;
use cellwright::rule_language::{PointValue, PointVerdict, Rule, SignalId};
use proptest::prelude::*;

const SIGNALS: &str = "ruleset t \"1\"
signal a.x : length in 0 .. 20 mm
signal a.y : length in 0 .. 20 mm
signal a.z : length in 0 .. 20 mm
";

fn rules_of(cases: &str, bodies: &[String]) -> Fixture {
    let mut text = format!("{cases}\n{SIGNALS}");
    for (number, body) in bodies.iter().enumerate() {
        text.push_str(&format!(
            "rule R{number} \"test\" {body} severity major because \"a test\" source \"hand\" \
             evidence specified\n"
        ));
    }
    fixture(&text)
}

fn millimetres(value: i64) -> Rational {
    Rational::ratio(value, 1000)
}

fn axis_of(fixture: &Fixture, name: &str, tolerance: Option<Magnitude>) -> Axis {
    let signal = fixture.rules.signal_named(name).expect("declared");
    let SignalCase::Number(number) = fixture.case.get(signal) else {
        panic!("{name} has no value");
    };
    Axis {
        signal,
        nominal: number.nominal.clone(),
        range: (Rational::zero(), millimetres(20)),
        minus: tolerance.clone(),
        plus: tolerance,
    }
}

fn all(fixture: &Fixture) -> Vec<&Rule> {
    fixture.rules.rules.iter().collect()
}

fn window_of(fixture: &Fixture, name: &str, tolerance: Option<Magnitude>) -> Fixed {
    let found = fixed(
        &fixture.rules,
        &all(fixture),
        &fixture.case,
        &axis_of(fixture, name, tolerance),
    );
    for span in &found.spans {
        let proofs = span.inside.iter().flatten();
        let ends = [&span.low.beyond, &span.high.beyond];
        for proof in proofs.chain(ends.into_iter().flatten()) {
            assert_eq!(proof.check_own(), Ok(()));
        }
    }
    found
}

/// Goal: a parameter inside `exp`, `ln`, `sqrt` has a window as any other. Method: ends known in
/// closed form, beside a rule that has a closed form of its own; each end lies between two numbers
/// and has a certificate.
#[test]
fn a_parameter_inside_a_function_has_a_window_with_certificates() {
    let bodies = [
        "require exp(-(a.x / a.y)) <= 0.01".to_owned(),
        "require a.x <= 12 mm".to_owned(),
        "require sqrt(a.x / a.y) >= 1.5".to_owned(),
    ];
    let fixture = rules_of("# case a.x = 10 mm\n# case a.y = 2 mm", &bodies);
    let found = window_of(&fixture, "a.x", None);
    assert_eq!((found.left_out.len(), found.never.len()), (0, 0));
    let (span, inside) = found.around(&millimetres(10)).expect("a window");
    assert!(inside && span.inside.is_some());
    // x >= 2 ln 100 = 9.2103403719761827... mm; the root asks for 4.5 mm only.
    let end = |text: &str| si(text);
    assert!(span.low.low <= end("9.21034037197619 mm"));
    assert!(span.low.high >= end("9.21034037197618 mm"));
    assert!(&span.low.high - &span.low.low < end("0.0000001 mm"));
    assert_eq!(span.low.stopped_by, [0]);
    assert!(span.low.beyond.is_some());
    assert_eq!(
        (span.high.low.clone(), span.high.closed),
        (millimetres(12), true)
    );
    assert_eq!(span.high.stopped_by, [1]);
    // y <= 10 / ln 100 = 2.17147... mm, and at least 10 / 12 of nothing: y > 0 alone counts below.
    let found = window_of(&fixture, "a.y", None);
    let (span, inside) = found.around(&millimetres(2)).expect("a window");
    assert!(inside && span.high.beyond.is_some());
    assert!(span.high.low <= end("2.17147240951627 mm"));
    assert!(span.high.high >= end("2.17147240951625 mm"));
    assert!(span.low.high > Rational::zero() && span.low.high < end("0.0001 mm"));
}

/// Goal: all tolerances count. Method: the worst corner of the others is known.
#[test]
fn a_window_inside_a_function_is_robust() {
    let bodies = ["require exp(-(a.x / a.y)) <= 0.01".to_owned()];
    let fixture = rules_of("# case a.x = 12 mm\n# case a.y = 2 mm +- 0.5 mm", &bodies);
    let found = window_of(&fixture, "a.x", Some(Magnitude::Absolute(si("1 mm"))));
    let (span, inside) = found.around(&millimetres(13)).expect("a window");
    // Real values from 2.5 ln 100 = 11.5129254649702... mm on, setpoints one millimetre higher.
    assert!(inside && span.inside.is_some() && span.low.beyond.is_some());
    assert!(span.low.low <= si("12.51292546497023 mm"));
    assert!(span.low.high >= si("12.51292546497022 mm"));
    let (_, inside) = found.around(&millimetres(12)).expect("a window");
    assert!(!inside);
}

#[test]
fn a_window_names_its_ends_and_tells_open_from_closed() {
    let bodies = [
        "require a.x + a.y <= 12 mm".to_owned(),
        "require a.x > 2 mm".to_owned(),
    ];
    let fixture = rules_of("# case a.x = 5 mm\n# case a.y = 4 mm", &bodies);
    let found = window_of(&fixture, "a.x", None);
    let (span, inside) = found.around(&millimetres(5)).expect("a window");
    assert!(inside && span.inside.is_some());
    assert_eq!(span.low.low, si("2 mm"));
    assert!(!span.low.closed && span.high.closed);
    assert_eq!(span.high.high, si("8 mm"));
    assert_eq!(
        (
            span.low.stopped_by.as_slice(),
            span.high.stopped_by.as_slice()
        ),
        (&[1][..], &[0][..])
    );
    assert!(span.low.beyond.is_some() && span.high.beyond.is_some());
}

#[test]
fn tolerances_of_all_signals_draw_a_window_in() {
    // x(1 ± 10 %) + y ± 1 <= 12 with y = 4: 1.1 x <= 7.
    let fixture = rules_of(
        "# case a.x = 5 mm\n# case a.y = 4 mm +- 1 mm",
        &["require a.x + a.y <= 12 mm".to_owned()],
    );
    let tenth = Magnitude::Relative(Rational::ratio(1, 10));
    let found = window_of(&fixture, "a.x", Some(tenth));
    let (span, _) = found.around(&millimetres(5)).expect("a window");
    assert_eq!(span.high.high, &si("70 mm") / &Rational::from(11));
}

#[test]
fn an_irrational_end_is_enclosed() {
    let body = "require a.x * a.x <= 2 mm^2".to_owned();
    let fixture = rules_of("# case a.x = 1 mm", &[body]);
    let found = window_of(&fixture, "a.x", None);
    let end = &found.spans[0].high;
    let square = |value: &Rational| &(value * value) * &Rational::from(1_000_000);
    assert!(end.low < end.high);
    assert!(square(&end.low) < Rational::from(2) && square(&end.high) > Rational::from(2));
    assert!(&end.high - &end.low < Rational::power_of_ten(-18));
}

#[test]
fn a_rule_that_the_parameter_cannot_mend_is_named_apart() {
    let bodies = [
        "require a.x <= 12 mm".to_owned(),
        "require a.y * a.x >= 500 mm^2".to_owned(),
    ];
    let fixture = rules_of("# case a.x = 5 mm\n# case a.y = 4 mm", &bodies);
    let found = window_of(&fixture, "a.x", None);
    assert_eq!(found.never, [1]);
    assert_eq!(found.spans.len(), 1);
}

#[test]
fn a_divisor_that_is_zero_at_the_end_of_the_range_shortens_the_look() {
    let body = "require a.y / a.x <= 2".to_owned();
    let fixture = rules_of("# case a.x = 5 mm\n# case a.y = 4 mm", &[body]);
    let found = window_of(&fixture, "a.x", None);
    assert!(found.looked_at.0.is_positive());
    assert_eq!(found.spans[0].low.low, si("2 mm"));
}

#[test]
fn others_that_are_free_widen_a_window() {
    // x + y <= 12 and y >= 3, y in 2 .. 6: x up to 9 at y = 3.
    let bodies = [
        "require a.x + a.y <= 12 mm".to_owned(),
        "require a.y >= 3 mm".to_owned(),
    ];
    let mut fixture = rules_of("# case a.x = 5 mm\n# case a.y = 4 mm", &bodies);
    let y = fixture.rules.signal_named("a.y").expect("declared");
    fixture.case.set(
        y,
        SignalCase::Number(NumberCase {
            nominal: si("4 mm"),
            low: si("2 mm"),
            high: si("6 mm"),
            step: None,
        }),
    );
    let axis = axis_of(&fixture, "a.x", None);
    let found = free(&fixture.rules, &all(&fixture), &fixture.case, &axis);
    match found.greatest {
        Optimum::Attained { value, beyond, .. } => {
            assert_eq!(value, si("9 mm"));
            assert!(beyond.is_some());
        }
        other => panic!("{other:?}"),
    }
}

/// What a parameter reaches while another is free and a rule holds a function, in millimetres.
fn reach_of(bodies: &[&str]) -> (Optimum, Optimum) {
    let bodies: Vec<String> = bodies
        .iter()
        .map(|body| format!("require {body}"))
        .collect();
    let mut fixture = rules_of("# case a.x = 5 mm\n# case a.y = 4 mm", &bodies);
    let y = fixture.rules.signal_named("a.y").expect("declared");
    let (nominal, low, high) = (si("4 mm"), si("2 mm"), si("6 mm"));
    let number = NumberCase {
        nominal,
        low,
        high,
        step: None,
    };
    fixture.case.set(y, SignalCase::Number(number));
    let axis = axis_of(&fixture, "a.x", None);
    let found = free(&fixture.rules, &all(&fixture), &fixture.case, &axis);
    assert_eq!(found.left_out, []);
    (found.least, found.greatest)
}

/// Goal: a rule with a function counts while the others are free. Method: ends known in closed
/// form lie between what a point reaches and what is refuted beyond it.
#[test]
fn a_function_bounds_the_reach_from_both_sides() {
    // x >= y ln 100 >= 2 ln 100 = 9.2103 mm; x + y <= 12 mm leaves 10 mm at y = 2.
    let (least, greatest) = reach_of(&["exp(-(a.x / a.y)) <= 0.01", "a.x + a.y <= 12 mm"]);
    let Optimum::Between {
        inside: Some((inside, point)),
        outside,
    } = least
    else {
        panic!("{least:?}");
    };
    assert!(outside <= si("9.21034037197619 mm") && inside >= si("9.21034037197618 mm"));
    assert!(&inside - &outside < si("0.01 mm"), "{outside} .. {inside}");
    assert_eq!(point.len(), 2);
    let is_ten =
        |one: &Optimum| matches!(one, Optimum::Attained { value, .. } if *value == si("10 mm"));
    assert!(is_ten(&greatest), "{greatest:?}");
}

#[test]
fn a_function_that_nothing_keeps_leaves_no_reach() {
    let (least, greatest) = reach_of(&["exp(-(a.x / a.y)) <= 0.01", "a.x <= 9 mm"]);
    for end in [least, greatest] {
        assert!(matches!(end, Optimum::Impossible(_)), "{end:?}");
    }
}

/// A rule in one or two of the signals, linear, a product, a quotient, or with a guard.
fn body() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec!["a.x", "a.y"]);
    let operator = prop::sample::select(vec!["<=", "<", ">=", ">"]);
    let number = 1..=19_i64;
    prop_oneof![
        (-3..=3_i64, 1..=3_i64, operator.clone(), number.clone())
            .prop_map(|(p, q, o, r)| format!("require {p} * a.x + {q} * a.y {o} {r} mm")),
        (operator.clone(), 1..=200_i64)
            .prop_map(|(o, r)| format!("require a.x * a.y {o} {r} mm^2")),
        (operator.clone(), 1..=90_i64)
            .prop_map(|(o, r)| format!("require a.x * a.x - 7 mm * a.x + 20 mm^2 {o} {r} mm^2")),
        (name, operator.clone(), number.clone(), number.clone()).prop_map(|(n, o, r, s)| {
            format!("when {n} {o} {r} mm require a.x + a.y <= {s} mm")
        }),
        (operator, 1..=5_i64)
            .prop_map(|(o, r)| format!("require (a.y + 1 mm) / (a.x + 1 mm) {o} {r}")),
        number.prop_map(|r| format!("require abs(a.x - {r} mm) >= 2 mm")),
    ]
}

/// Whether a value lies between the two rationals around an irrational end.
fn is_within_an_end(found: &Fixed, value: &Rational) -> bool {
    let mut limits = found.spans.iter().flat_map(|span| [&span.low, &span.high]);
    limits.any(|limit| limit.low != limit.high && limit.low <= *value && *value <= limit.high)
}

fn says(fixture: &Fixture, rule: &Rule, x: &Rational) -> bool {
    let mut point = fixture.case.nominal();
    let signal = fixture.rules.signal_named("a.x").expect("declared");
    point.set(signal, PointValue::Number(x.clone()));
    let verdict = Evaluator::new(&fixture.rules, &point).verdict(rule);
    matches!(verdict, Ok(PointVerdict::Pass | PointVerdict::Idle))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn windows_agree_with_the_evaluator(
        bodies in proptest::collection::vec(body(), 1..4),
        x in 1..19_i64,
        y in 1..19_i64,
    ) {
        let cases = format!("# case a.x = {x} mm\n# case a.y = {y} mm");
        let fixture = rules_of(&cases, &bodies);
        let found = window_of(&fixture, "a.x", None);
        prop_assert!(found.left_out.is_empty(), "{:?}", found.left_out);
        let taking_part: Vec<&Rule> = all(&fixture)
            .into_iter()
            .enumerate()
            .filter(|(place, _)| !found.never.contains(place))
            .map(|(_, rule)| rule)
            .collect();
        // The grid, and a hair to both sides of every end.
        let mut values: Vec<Rational> = (0..=160).map(|n| Rational::ratio(n, 8000)).collect();
        for limit in found.spans.iter().flat_map(|span| [&span.low, &span.high]) {
            let hair = Rational::power_of_ten(-12);
            values.extend([limit.low.clone(), &limit.low - &hair, &limit.high + &hair]);
        }
        values.retain(|value| *value >= found.looked_at.0 && *value <= found.looked_at.1);
        for value in values {
            let inside = found.spans.iter().any(|span| span.contains(&value));
            let irrational = is_within_an_end(&found, &value);
            let passes = taking_part.iter().all(|rule| says(&fixture, rule, &value));
            prop_assert!(inside == passes || irrational, "at {value}: {inside}, {passes}");
        }
        for &place in &found.never {
            let rule = all(&fixture)[place];
            prop_assert!((0..=80).all(|n| !says(&fixture, rule, &Rational::ratio(n, 4000))));
        }
    }

    #[test]
    fn robust_windows_agree_with_the_judge(
        bodies in proptest::collection::vec(body(), 1..3),
        x in 2..18_i64,
        y in 2..18_i64,
    ) {
        let cases = format!("# case a.x = {x} mm\n# case a.y = {y} mm +- 1 mm");
        let fixture = rules_of(&cases, &bodies);
        let width = Magnitude::Absolute(Rational::ratio(1, 2000));
        let found = window_of(&fixture, "a.x", Some(width.clone()));
        if !found.left_out.is_empty() || !found.never.is_empty() {
            return Ok(());
        }
        let setpoint = Setpoint {
            signal: fixture.rules.signal_named("a.x").expect("declared"),
            nominal: Rational::zero(),
            step: Rational::ratio(1, 4000),
            limit: (Rational::zero(), millimetres(20)),
            minus: Some(width.clone()),
            plus: Some(width),
        };
        for steps in 2..=78 {
            let mut case = fixture.case.clone();
            case.set(setpoint.signal, SignalCase::Number(number_at(&setpoint, steps)));
            let verdicts = judge_rules(&fixture.rules, &all(&fixture), &case, None);
            if verdicts.iter().any(|one| matches!(one.verdict, Verdict::Undecided(_))) {
                continue;
            }
            let holds = verdicts.iter().all(|one| matches!(
                one.verdict,
                Verdict::Holds | Verdict::Idle | Verdict::Conditional
            ));
            let value = setpoint.at(steps);
            let inside = found.spans.iter().any(|span| span.contains(&value));
            let irrational = is_within_an_end(&found, &value);
            prop_assert!(inside == holds || irrational, "at {value}: {inside}, {holds}");
        }
    }

    #[test]
    fn no_cheaper_change_than_the_repair_passes(
        bodies in proptest::collection::vec(body(), 1..3),
        x in 1..9_i64,
        y in 1..9_i64,
        weight in 1..4_i64,
    ) {
        let cases = format!("# case a.x = {x} mm\n# case a.y = {y} mm");
        let fixture = rules_of(&cases, &bodies);
        let movable = |name: &str, weight: i64| Movable {
            setpoint: Setpoint {
                signal: fixture.rules.signal_named(name).expect("declared"),
                nominal: axis_of(&fixture, name, None).nominal,
                step: millimetres(1),
                limit: (Rational::zero(), millimetres(10)),
                minus: None,
                plus: None,
            },
            weight: Rational::from(weight),
        };
        let movables = [movable("a.x", 1), movable("a.y", weight)];
        let passes = |steps: [i64; 2]| {
            let mut case = fixture.case.clone();
            for (movable, steps) in movables.iter().zip(steps) {
                let number = number_at(&movable.setpoint, steps);
                case.set(movable.setpoint.signal, SignalCase::Number(number));
            }
            let verdicts = judge_rules(&fixture.rules, &all(&fixture), &case, None);
            verdicts.iter().all(|one| matches!(
                one.verdict,
                Verdict::Holds | Verdict::Idle | Verdict::Conditional
            ))
        };
        let mut best: Option<i64> = None;
        for dx in -x..=(10 - x) {
            for dy in -y..=(10 - y) {
                let cost = dx.abs() + weight * dy.abs();
                if best.is_none_or(|known| cost < known) && passes([dx, dy]) {
                    best = Some(cost);
                }
            }
        }
        let found = cheapest(&fixture.rules, &all(&fixture), &fixture.case, &movables, 10_000);
        match (found, best) {
            (Repair::NotNeeded, Some(0)) | (Repair::Impossible { .. }, None) => {}
            (Repair::Found { steps, cost, .. }, Some(best)) => {
                prop_assert!(passes([steps[0], steps[1]]));
                prop_assert_eq!(cost, Rational::from(best));
            }
            (found, best) => prop_assert!(false, "{found:?}, by trying all: {best:?}"),
        }
    }

    #[test]
    fn lots_agree_with_trying_settings(
        bodies in proptest::collection::vec(body(), 1..3),
        ends in (1..9_i64, 1..9_i64),
        setting in (1..9_i64, 1..9_i64),
    ) {
        let mut fixture = rules_of("# case a.x = 5 mm\n# case a.y = 5 mm", &bodies);
        let mut set = |name: &str, a: i64, b: i64| {
            let signal = fixture.rules.signal_named(name).expect("declared");
            let (low, high) = (millimetres(a.min(b)), millimetres(a.max(b) + 1));
            let nominal = low.clone();
            let number = NumberCase { nominal, low, high, step: None };
            fixture.case.set(signal, SignalCase::Number(number));
            u32::try_from(signal.0).expect("small")
        };
        let (x, y) = (set("a.x", ends.0, ends.1), set("a.y", setting.0, setting.1));
        let found = decide(&Question {
            rule_set: &fixture.rules,
            rules: &all(&fixture),
            case: &fixture.case,
            materials: &BTreeSet::from([x]),
        });
        prop_assert!(found.left_out.is_empty());
        let passes = |lot: &Rational, setting: &Rational| {
            let mut point = fixture.case.nominal();
            for (id, value) in [(x, lot), (y, setting)] {
                point.set(SignalId(id as usize), PointValue::Number(value.clone()));
            }
            let evaluator = Evaluator::new(&fixture.rules, &point);
            all(&fixture).iter().all(|rule| matches!(
                evaluator.verdict(rule),
                Ok(PointVerdict::Pass | PointVerdict::Idle)
            ))
        };
        let grid = |a: i64, b: i64| {
            (a.min(b) * 8..=(a.max(b) + 1) * 8).map(|n| Rational::ratio(n, 8000))
        };
        match found.lots {
            Lots::All { settings, .. } => {
                for lot in grid(ends.0, ends.1) {
                    let works = settings.iter().any(|one| {
                        let middle = millimetres(setting.0);
                        passes(&lot, one.get(&y).unwrap_or(&middle))
                    });
                    prop_assert!(works, "no setting for {lot}: {settings:?}");
                }
            }
            Lots::None { lot, certificate } => {
                if let Some(certificate) = &certificate {
                    prop_assert_eq!(check_own(certificate), Ok(()));
                }
                // Products may need more than the search tries.
                let has_product = bodies.iter().any(|body| body.contains("mm^2"));
                prop_assert!(certificate.is_some() || has_product);
                let lot = lot.get(&x).cloned().unwrap_or_else(|| millimetres(ends.0));
                let works = grid(setting.0, setting.1).find(|setting| passes(&lot, setting));
                prop_assert!(works.is_none(), "{lot} runs at {works:?}");
            }
            Lots::Undecided { .. } => {}
        }
    }

    #[test]
    fn a_joint_box_holds_and_no_side_can_grow(
        bodies in proptest::collection::vec(body(), 1..3),
        x in 4..16_i64,
        y in 4..16_i64,
    ) {
        let cases = format!("# case a.x = {x} mm\n# case a.y = {y} mm");
        let fixture = rules_of(&cases, &bodies);
        let setpoints: Vec<Setpoint> = ["a.x", "a.y"].iter().map(|name| Setpoint {
            signal: fixture.rules.signal_named(name).expect("declared"),
            nominal: axis_of(&fixture, name, None).nominal,
            step: millimetres(1),
            limit: (Rational::zero(), millimetres(20)),
            minus: None,
            plus: None,
        }).collect();
        let Some(found) = largest(&fixture.rules, &all(&fixture), &fixture.case, &setpoints) else {
            let judged = judge_rules(&fixture.rules, &all(&fixture), &fixture.case, None);
            let fails = judged.iter().any(|one| matches!(one.verdict, Verdict::Violated));
            prop_assert!(fails, "no box although the recipe keeps the rules");
            return Ok(());
        };
        let passes = |dx: i64, dy: i64| {
            let mut point = fixture.case.nominal();
            for (setpoint, steps) in setpoints.iter().zip([dx, dy]) {
                point.set(setpoint.signal, PointValue::Number(setpoint.at(steps)));
            }
            let evaluator = Evaluator::new(&fixture.rules, &point);
            all(&fixture).iter().all(|rule| matches!(
                evaluator.verdict(rule),
                Ok(PointVerdict::Pass | PointVerdict::Idle)
            ))
        };
        let [(left, right), (down, up)] = found.sides.as_slice() else { panic!("two sides") };
        for dx in -left.steps..=right.steps {
            for dy in -down.steps..=up.steps {
                prop_assert!(passes(dx, dy), "{dx} {dy} is in the box and fails");
            }
        }
        for side in [left, right, down, up] {
            let limited = side.stopped_by.is_empty() && side.unproved.is_empty();
            let at_limit = setpoints.iter().any(|one| {
                one.at(side.steps + 1) > one.limit.1 || one.at(-side.steps - 1) < one.limit.0
            });
            prop_assert!(!limited || at_limit, "{side:?} could grow");
        }
    }
}

/// Goal: what parameters share changes no window. Method: five parameters of two parts, a rule
/// with a quotient and a range that is not the one of the case; one by one, and together on 1, 2
/// and 7 threads. Every end has a certificate in the names of its signals.
#[test]
fn windows_together_are_those_one_by_one() {
    let signals = "ruleset t \"1\"
signal a.x : length in 0 .. 20 mm
signal a.y : length in 0 .. 20 mm
signal a.z : length in 0 .. 20 mm
signal b.u : length in 0 .. 20 mm
signal b.v : length in 0 .. 20 mm
";
    let bodies = [
        "a.x + a.y <= 12 mm",
        "a.y - a.z >= -3 mm or a.x <= 2 mm",
        "a.x + a.z >= 4 mm",
        "(b.u + 1 mm) / (b.v + 1 mm) <= 3",
        "b.u >= 2 mm",
    ];
    let names = ["a.x", "a.y", "a.z", "b.u", "b.v"];
    let mut text = String::new();
    for name in names {
        text.push_str(&format!("# case {name} = 5 mm\n"));
    }
    text.push_str(signals);
    for (number, body) in bodies.iter().enumerate() {
        text.push_str(&format!(
            "rule R{number} \"test\" require {body} severity major because \"a test\" source \
             \"hand\" evidence specified\n"
        ));
    }
    let mut fixture = fixture(&text);
    for name in names {
        let signal = fixture.rules.signal_named(name).expect("declared");
        let number = NumberCase {
            nominal: si("5 mm"),
            low: Rational::zero(),
            high: si("20 mm"),
            step: None,
        };
        fixture.case.set(signal, SignalCase::Number(number));
    }
    let mut axes: Vec<Axis> = names.map(|name| axis_of(&fixture, name, None)).to_vec();
    axes[4].range.1 = si("9 mm");
    let rules = all(&fixture);
    let single: Vec<_> = axes
        .iter()
        .map(|axis| free(&fixture.rules, &rules, &fixture.case, axis))
        .collect();
    for threads in [1, 2, 7] {
        let together = free_all(&fixture.rules, &rules, &fixture.case, &axes, threads);
        assert_eq!(together, single);
    }
    let ends = single.iter().flat_map(|own| [&own.least, &own.greatest]);
    let values: Vec<Rational> = ends
        .map(|end| match end {
            Optimum::Attained {
                value,
                beyond: Some(beyond),
                ..
            } => {
                assert_eq!(check(beyond, &beyond.claim), Ok(()));
                let mut shown = beyond.claim.variables.iter();
                assert!(shown.all(|variable| names.contains(&variable.name.as_str())));
                value.clone()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [0, 12, 0, 12, 0, 20, 2, 20, 0, 9].map(millimetres);
    assert_eq!(values[..3], expected[..3]);
    assert_eq!(values[4..6], expected[4..6]);
    assert_eq!(values[6..], expected[6..]);
}

#[cfg(feature = "z3")]
mod against_the_solver {
    use super::*;
    use cellwright::check::review::{
        Change, GroundWhy, Preferred, Relation, RuleChange, Witness, WitnessValue, compare,
    };
    use cellwright::check::solver_process::Solver;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn reviews_agree_with_the_evaluator(old in body(), new in body()) {
            let has_product = old.contains("mm^2") || new.contains("mm^2");
            let old = rules_of("", &[old]);
            let new = rules_of("", &[new]);
            let solver = Some(&Solver::InProcess);
            let found = compare(&old.rules, &new.rules, &Preferred::new(), solver);
            let [RuleChange { change, .. }] = found.as_slice() else {
                panic!("one rule: {found:?}");
            };
            let Change::Both { permits, newly_forbidden, newly_permitted, grounds, .. } = change
            else {
                panic!("in both: {found:?}");
            };
            for ground in grounds {
                if let GroundWhy::Certificate(own) = &ground.why {
                    prop_assert_eq!(check_own(own), Ok(()), "{}", ground.says);
                }
                let is_word = ground.why == GroundWhy::Solver;
                prop_assert!(!is_word || has_product, "{} on its word", ground.says);
            }
            let permitted = |fixture: &Fixture, x: &Rational, y: &Rational| {
                let mut point = fixture.case.nominal();
                for (name, value) in [("a.x", x), ("a.y", y)] {
                    let signal = fixture.rules.signal_named(name).expect("declared");
                    point.set(signal, PointValue::Number(value.clone()));
                }
                let evaluator = Evaluator::new(&fixture.rules, &point);
                let verdict = evaluator.verdict(&fixture.rules.rules[0]);
                matches!(verdict, Ok(PointVerdict::Pass | PointVerdict::Idle))
            };
            let at = |witness: &Witness| {
                let value = |name: &str| match witness.get(name) {
                    Some(WitnessValue::Number(value)) => value.clone(),
                    Some(WitnessValue::Word(_)) | None => millimetres(1),
                };
                (value("a.x"), value("a.y"))
            };
            for (witness, before) in [(newly_forbidden, true), (newly_permitted, false)] {
                if let Some((x, y)) = witness.as_ref().map(at) {
                    prop_assert_eq!(permitted(&old, &x, &y), before);
                    prop_assert_eq!(permitted(&new, &x, &y), !before);
                }
            }
            let (mut only_old, mut only_new) = (false, false);
            for x in 0..=40 {
                for y in 0..=40 {
                    let (x, y) = (Rational::ratio(x, 2000), Rational::ratio(y, 2000));
                    let (before, after) = (permitted(&old, &x, &y), permitted(&new, &x, &y));
                    only_old |= before && !after;
                    only_new |= after && !before;
                }
            }
            let fits = match permits {
                Relation::Equivalent => !only_old && !only_new,
                Relation::Fewer => newly_forbidden.is_some() && !only_new,
                Relation::More => newly_permitted.is_some() && !only_old,
                Relation::Incomparable => newly_forbidden.is_some() && newly_permitted.is_some(),
                Relation::Undecided(_) => true,
            };
            prop_assert!(fits, "{permits:?}, on the grid {only_old} {only_new}");
        }
    }
}
