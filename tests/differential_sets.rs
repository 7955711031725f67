//! Random rule sets and recipes, by our own methods and by Z3: no verdict may differ.
//!
//! Goal: 0 disagreements, and every verdict about a whole box carries a certificate. Method: a set
//! of two or three rules over three numbers and a choice, with a recipe and its tolerances. We judge
//! without any solver; Z3 is asked what the encoder writes, one obligation per rule and, for linear
//! rules, one question for the whole set. Then: the verdicts must agree; each of our witnesses, each of Z3's
//! models and each corner of the box is evaluated by the rule language; each certificate is checked
//! against a claim made anew. `CELLWRIGHT_DIFFERENTIAL_SETS` sets how many sets, per kind.

#![cfg(feature = "z3")]

mod cases;
#[path = "questions/mod.rs"]
mod questions;

use cases::Fixture;
use cellwright::check::case::SignalCase;
use cellwright::check::encode::Encoder;
use cellwright::check::judge::judge;
use cellwright::check::obligation::{Obligation, Question, proves};
use cellwright::check::query::{Answer, Formula, Query, Term, Want};
use cellwright::check::rule_set::{Finding, analyse};
use cellwright::check::solver_process::Solver;
use cellwright::check::verdict::{Judgement, Verdict};
use cellwright::rational::Rational;
use cellwright::rule_language::evaluate::Evaluator;
use cellwright::rule_language::{Point, PointValue, PointVerdict, SignalType};
use questions::Dice;

const NAMES: [&str; 3] = ["a.x", "a.y", "a.z"];

/// Sets per process of the solver: one start for all their questions.
const SETS_AT_ONCE: u64 = 250;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Linear,
    Products,
}

fn sum(dice: &mut Dice, kind: Kind) -> String {
    let mut parts = Vec::new();
    for _ in 0..dice.within(1, 3) {
        let factor = dice.within(-4, 4);
        let name = NAMES[usize::try_from(dice.below(3)).expect("small")];
        let other = NAMES[usize::try_from(dice.below(3)).expect("small")];
        parts.push(if kind == Kind::Products && dice.chance(40) {
            format!("({factor}) * {name} * {other}")
        } else {
            format!("({factor}) * {name}")
        });
    }
    parts.join(" + ")
}

fn comparison(dice: &mut Dice, kind: Kind) -> String {
    let operator = ["<=", "<", ">=", ">"][usize::try_from(dice.below(4)).expect("small")];
    format!("{} {operator} {}", sum(dice, kind), dice.within(-30, 30))
}

fn condition(dice: &mut Dice, kind: Kind) -> String {
    let first = comparison(dice, kind);
    match dice.below(8) {
        0 => format!("{first} and {}", comparison(dice, kind)),
        1 => format!("{first} or {}", comparison(dice, kind)),
        2 => format!("not ({first})"),
        3 => format!("abs({}) <= {}", sum(dice, kind), dice.within(0, 30)),
        4 => format!(
            "max({}, {}) <= {}",
            sum(dice, kind),
            sum(dice, kind),
            dice.within(-9, 30)
        ),
        _ => first,
    }
}

/// A rule set with its recipe in the first comments.
fn text(number: u64, kind: Kind) -> String {
    let dice = &mut Dice::new(number);
    let mut text = String::new();
    for name in NAMES {
        let (nominal, width) = (dice.within(-6, 6), dice.within(0, 3));
        text += &format!("# case {name} = {nominal} +- {width}\n");
    }
    let mode = ["slow", "fast"][usize::try_from(dice.below(2)).expect("small")];
    text += &format!("# case a.mode = {mode}\nruleset t \"1\"\n");
    for name in NAMES {
        text += &format!("signal {name} : number in -100 .. 100\n");
    }
    text += "signal a.mode : one of {slow, fast}\n";
    for rule in 0..dice.within(2, 3) {
        text += &format!("rule T{rule} \"t\"\n");
        match dice.below(4) {
            0 => text += "  when a.mode == fast\n",
            1 => text += &format!("  when {}\n", comparison(dice, kind)),
            _ => {}
        }
        text += &format!("  require {}\n", condition(dice, kind));
        if dice.chance(25) {
            text += &format!("  guard_band {}\n", dice.within(1, 5));
        }
        text += "  severity major because \"b\" source \"s\" evidence specified\n";
    }
    text
}

/// "Is there a point in the ranges that keeps every rule?"
fn together(fixture: &Fixture) -> Query {
    let rules = &fixture.rules;
    let mut encoder = Encoder::new(rules);
    let mut assertions = Vec::new();
    for rule in &rules.rules {
        let guard = encoder.formula(&rule.guard).expect("small");
        let body = encoder.formula(&rule.body).expect("small");
        let keeps = Formula::Implies(Box::new(guard), Box::new(body));
        assertions.push((rule.code.clone(), keeps));
    }
    for (&signal, &variable) in encoder.signals() {
        if let SignalType::Number { .. } = rules.signal(signal).signal_type {
            let side = |value: i64| Term::Rational(Rational::from(value));
            let inside = Formula::And(vec![
                Formula::Le(side(-100), Term::Real(variable)),
                Formula::Le(Term::Real(variable), side(100)),
            ]);
            assertions.push((format!("{} range", rules.signal(signal).name), inside));
        }
    }
    encoder.query(assertions, Want::Model)
}

/// The corners of the tolerance box.
fn corners(fixture: &Fixture) -> Vec<Point> {
    let corner = |bits: u32| {
        let mut point = fixture.case.nominal();
        for (bit, name) in NAMES.iter().enumerate() {
            let id = fixture.rules.signal_named(name).expect("a signal");
            if let SignalCase::Number(number) = fixture.case.get(id) {
                let end = if bits >> bit & 1 == 0 {
                    &number.low
                } else {
                    &number.high
                };
                point.set(id, PointValue::Number(end.clone()));
            }
        }
        point
    };
    (0..8).map(corner).collect()
}

#[derive(Default)]
struct Counts {
    sets: u64,
    verdicts: u64,
    undecided: u64,
    broken: u64,
    certified: u64,
    uncertified: u64,
    contradictory: u64,
    consistency_open: u64,
    solver_open: u64,
}

/// Compares one rule's verdict with everything that can be known of it without us.
fn compare(
    fixture: &Fixture,
    place: usize,
    judgement: &Judgement,
    theirs: &Answer,
    counts: &mut Counts,
) {
    let rule = &fixture.rules.rules[place];
    let says = |point: &Point| Evaluator::new(&fixture.rules, point).verdict(rule);
    let ours = match &judgement.verdict {
        Verdict::Violated | Verdict::HoldsNominally => Some(true),
        Verdict::Holds | Verdict::Conditional | Verdict::Idle => Some(false),
        Verdict::Vacuous | Verdict::Undecided(_) => None,
    };
    counts.verdicts += 1;
    counts.undecided += u64::from(ours.is_none());
    match (ours, theirs) {
        (Some(ours), Answer::Sat(_)) => assert!(ours, "{}: Z3 breaks it", rule.code),
        (Some(ours), Answer::Unsat(_)) => assert!(!ours, "{}: Z3 proves it", rule.code),
        (_, Answer::Unknown { .. }) => counts.solver_open += 1,
        (None, _) => {}
    }
    if let Answer::Sat(model) = theirs {
        let asked = Obligation::of(Question::Broken, &fixture.rules, rule, &fixture.case);
        let point = asked.expect("small").point(&fixture.case, model);
        assert_eq!(
            says(&point),
            Ok(PointVerdict::Fail),
            "{}: Z3's model",
            rule.code
        );
    }
    let is_broken_somewhere = corners(fixture)
        .iter()
        .any(|at| says(at) == Ok(PointVerdict::Fail));
    assert!(
        !is_broken_somewhere || ours != Some(false),
        "{}: a corner breaks it",
        rule.code
    );
    if ours == Some(true) {
        counts.broken += 1;
        let witness = judgement.worst.as_ref().expect("a witness");
        assert_eq!(
            says(&witness.point),
            Ok(PointVerdict::Fail),
            "{}: our witness",
            rule.code
        );
    }
    if ours == Some(false) {
        match &judgement.certificate {
            Some(certificate) => {
                let verdict = judgement.verdict.name();
                let proved = proves(certificate, verdict, (&fixture.rules, rule), &fixture.case);
                assert_eq!(proved, Ok(()), "{}: certificate of {verdict}", rule.code);
                counts.certified += 1;
            }
            None => counts.uncertified += 1,
        }
    }
}

/// Compares whether the rules fit together at all.
fn compare_set(fixture: &Fixture, theirs: &Answer, counts: &mut Counts) {
    let analysis = analyse(&fixture.rules, None, None);
    let contradicts = |found: &&Finding| matches!(found, Finding::Inconsistent { .. });
    let inconsistent = analysis.findings.iter().find(contradicts);
    match (theirs, inconsistent, &analysis.witness) {
        (Answer::Sat(_), Some(_), _) => panic!("Z3 has a point, we say there is none"),
        (Answer::Unsat(_), _, Some(_)) => panic!("Z3 has no point, we have one"),
        _ => {}
    }
    if let Some(finding) = inconsistent {
        counts.contradictory += 1;
        let shown = analysis.shown_by(finding);
        assert!(!shown.is_empty(), "a contradiction says what it rests on");
        let certified = shown.iter().all(|one| one.certificate().is_some());
        counts.certified += u64::from(certified);
        counts.uncertified += u64::from(!certified);
    } else if analysis.witness.is_none() {
        counts.consistency_open += 1;
    }
    if let Some(point) = &analysis.witness {
        for rule in &fixture.rules.rules {
            let said = Evaluator::new(&fixture.rules, point).verdict(rule);
            assert_ne!(
                said,
                Ok(PointVerdict::Fail),
                "{}: the point for all",
                rule.code
            );
        }
    }
}

fn run(kind: Kind) -> Counts {
    let wanted = std::env::var_os("CELLWRIGHT_DIFFERENTIAL_SETS");
    let wanted: u64 = wanted.map_or(500, |text| {
        let text = text.into_string().expect("text");
        text.parse().expect("a count")
    });
    let solver = Solver::Child {
        program: env!("CARGO_BIN_EXE_cellwright").into(),
    };
    let mut counts = Counts::default();
    let mut next = 0;
    while next < wanted {
        let numbers = next..wanted.min(next + SETS_AT_ONCE);
        next = numbers.end;
        let texts: Vec<String> = numbers.map(|number| text(number, kind)).collect();
        let fixtures: Vec<Fixture> = texts.iter().map(|text| cases::fixture(text)).collect();
        let mut queries: Vec<Query> = Vec::new();
        for fixture in &fixtures {
            for rule in &fixture.rules.rules {
                let rules = &fixture.rules;
                let asked = Obligation::of(Question::Broken, rules, rule, &fixture.case);
                queries.push(asked.expect("small").query);
            }
            if kind == Kind::Linear {
                queries.push(together(fixture));
            }
        }
        let mut answers = solver.solve_all(&queries).into_iter();
        for (fixture, text) in fixtures.iter().zip(&texts) {
            let judgements = judge(&fixture.rules, &fixture.case, None);
            let compared = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                for (place, judgement) in judgements.iter().enumerate() {
                    let theirs = answers.next().expect("an answer per question");
                    compare(fixture, place, judgement, &theirs, &mut counts);
                }
                if kind == Kind::Linear {
                    let theirs = answers.next().expect("an answer per question");
                    compare_set(fixture, &theirs, &mut counts);
                }
            }));
            assert!(compared.is_ok(), "{text}");
            counts.sets += 1;
        }
    }
    println!(
        "{} sets, {} verdicts: {} broken, {} undecided; {} sets contradict themselves, {} open; \
         {} certified, {} without certificate; Z3 left {} open; 0 disagreements",
        counts.sets,
        counts.verdicts,
        counts.broken,
        counts.undecided,
        counts.contradictory,
        counts.consistency_open,
        counts.certified,
        counts.uncertified,
        counts.solver_open
    );
    counts
}

/// Linear rules: nothing undecided, everything certified.
#[test]
fn linear_rule_sets_agree_with_z3_and_are_certified() {
    let counts = run(Kind::Linear);
    assert_eq!(counts.undecided, 0);
    assert_eq!(counts.uncertified, 0);
    assert_eq!(counts.consistency_open, 0);
    assert!(counts.broken > counts.sets / 4 && counts.certified > counts.sets / 4);
}

/// Products: what is decided agrees.
#[test]
fn rule_sets_with_products_agree_with_z3() {
    let counts = run(Kind::Products);
    assert!(
        counts.undecided * 20 < counts.verdicts,
        "{} undecided",
        counts.undecided
    );
    assert!(counts.broken > counts.sets / 4 && counts.certified > counts.sets / 4);
}
