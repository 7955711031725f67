//! Which rules follow from the others, against one fresh question per rule.
//!
//! Goal: the fast answer and the naive one never differ, every "needed" has a point that only this
//! rule forbids, every "implied" a set of premises of which none can be left out. Method:
//! generated rule sets with a known feasible point, welded and apart.

#[path = "../benches/logic/generator.rs"]
mod generator;

use cellwright::check::query::{Answer, Formula, Function, Model, Query, Term, Value, Want};
use cellwright::check::redundancy::cache::Cache;
use cellwright::check::redundancy::{Means, Problem, Standing, Standings, standings};
use cellwright::check::solver_process::Solver;
use cellwright::rational::Rational;
use generator::{Shape, generate, hidden_point};

fn child() -> Solver {
    Solver::Child {
        program: env!("CARGO_BIN_EXE_cellwright").into(),
    }
}

/// Do these facts hold together with the failure of another?
fn question(problem: &Problem, premises: impl Iterator<Item = usize>, failing: usize) -> Query {
    let assertions = premises.filter(|&place| place != failing).map(|place| {
        let fact = &problem.facts[place];
        (fact.name.clone(), fact.formula.clone())
    });
    let mut assertions: Vec<(String, Formula)> = assertions.collect();
    let negated = Formula::Not(Box::new(problem.facts[failing].formula.clone()));
    assertions.push((format!("not {}", problem.facts[failing].name), negated));
    Query {
        variables: problem.variables.clone(),
        assertions,
        want: Want::Model,
        rlimit: 20_000_000,
        wall_ms: 30_000,
    }
}

fn is_implied(problem: &Problem, premises: &[usize], rule: usize) -> bool {
    let query = question(problem, premises.iter().copied(), rule);
    match Solver::InProcess.solve(&query) {
        Answer::Unsat(_) => true,
        Answer::Sat(_) => false,
        Answer::Unknown { reason } => panic!("{reason}"),
    }
}

/// Checks a standing without trusting how it was found.
fn verify(problem: &Problem, found: &Standings, rule: usize) {
    let everything: Vec<usize> = (0..problem.facts.len()).collect();
    match found.of[rule].as_ref().expect("a rule has a standing") {
        Standing::Needed { component, witness } => {
            let component = &found.components[*component];
            for (place, fact) in component.places.iter().zip(&component.facts) {
                let holds = fact.formula.evaluate(witness);
                assert_eq!(holds, Some(*place != rule), "{} at {rule}", fact.name);
            }
            assert!(!is_implied(problem, &everything, rule), "{rule}");
        }
        Standing::Implied { premises, .. } => {
            assert!(is_implied(problem, premises, rule), "{rule}");
            for left_out in premises {
                let fewer = premises.iter().filter(|place| *place != left_out);
                let fewer: Vec<usize> = fewer.copied().collect();
                assert!(
                    !is_implied(problem, &fewer, rule),
                    "{rule} without {left_out}"
                );
            }
        }
        other => panic!("rule {rule}: {other:?}"),
    }
}

fn with_cache(problem: &Problem, cache: Option<&Cache>) -> Standings {
    let solver = child();
    let means = Means {
        solver: Some(&solver),
        threads: 2,
        hint: None,
        cache,
    };
    standings(problem, &means)
}

/// Whether each rule follows from others; nothing where that is open.
fn implied(found: &Standings) -> Vec<Option<bool>> {
    let of = found.of.iter().map(|standing| match standing {
        Some(Standing::Implied { .. }) => Some(true),
        Some(Standing::Needed { .. }) => Some(false),
        Some(Standing::Contradictory | Standing::Undecided(_)) | None => None,
    });
    of.collect()
}

/// Goal: the cache spares questions and cannot change an answer. Method: a second run on the same
/// rules, on rules of which one was edited, and on caches in which every number or name was
/// spoiled.
#[test]
fn a_cache_spares_questions_and_is_never_believed() {
    let mut problem = generate(Shape {
        rules: 240,
        cross: 0,
        seed: 5,
    });
    let first = with_cache(&problem, None);
    let text = first.cache.to_text();
    let cache = Cache::from_text(&text);
    assert_eq!(cache.len(), first.components.len());
    let second = with_cache(&problem, Some(&cache));
    assert_eq!(implied(&first), implied(&second));
    assert_eq!(second.settled[1..], [0, 0]);
    for (from, to) in [
        ("\"needed\":\"", "\"needed\":\"9"),
        ("R000", "R001"),
        ("implied", "needed"),
    ] {
        assert!(text.contains(from), "{from}");
        let spoiled = Cache::from_text(&text.replace(from, to));
        let third = with_cache(&problem, Some(&spoiled));
        assert_eq!(implied(&first), implied(&third), "{from}");
    }
    assert!(Cache::from_text(&text[1..]).is_empty());
    // A rule that says nothing any more: what rested on it needs another reason.
    for rule in [3, 41, 118] {
        let mut other = problem.clone();
        other.facts[rule].formula = Formula::True;
        let fresh = with_cache(&other, None);
        let kept = with_cache(&other, Some(&cache));
        assert_eq!(implied(&fresh), implied(&kept), "{rule}");
        for (place, standing) in first.of.iter().enumerate() {
            let rested = matches!(
                standing,
                Some(Standing::Implied { premises, .. }) if premises.contains(&rule)
            );
            if rested || place == rule {
                verify(&other, &kept, place);
            }
        }
    }
    // The same rule in other words: another digest, the same standing, and no new question.
    problem.facts[0].formula = Formula::And(vec![problem.facts[0].formula.clone(), Formula::True]);
    let edited = with_cache(&problem, Some(&cache));
    assert_eq!(implied(&first), implied(&edited));
    let asked = edited.settled.iter().sum::<usize>();
    let known = second.settled.iter().sum::<usize>();
    assert_eq!(asked, known, "{:?}", edited.settled);
}

#[test]
fn standings_agree_with_one_question_per_rule() {
    for (rules, cross, seed) in [(20, 0, 1), (50, 0, 2), (40, 10, 3)] {
        let problem = generate(Shape { rules, cross, seed });
        let solver = child();
        let means = Means {
            solver: Some(&solver),
            threads: 2,
            hint: None,
            cache: None,
        };
        let found = standings(&problem, &means);
        for rule in 0..problem.facts.len() {
            verify(&problem, &found, rule);
        }
        assert!(
            found.settled.iter().all(|count| *count > 0),
            "{:?}",
            found.settled
        );
    }
}

/// Goal: what the generator says of its rule sets is true. Method: every rule at the hidden point.
#[test]
fn the_hidden_point_keeps_every_rule() {
    for (rules, cross) in [(60, 0), (400, 5)] {
        let shape = Shape {
            rules,
            cross,
            seed: 7,
        };
        let problem = generate(shape);
        let mut values: Vec<Value> = hidden_point(shape).into_iter().map(Value::Real).collect();
        values.resize(problem.variables.len(), Value::Enum(0));
        let hidden = Model { values };
        for fact in &problem.facts {
            assert_eq!(fact.formula.evaluate(&hidden), Some(true), "{}", fact.name);
        }
    }
}

/// Every second linear limit `t <= c` as `exp((t - c) / 1000) <= 1`, which says the same.
fn with_functions(problem: &Problem) -> (Problem, usize) {
    let (mut other, mut count, mut changed) = (problem.clone(), 0, 0);
    for fact in &mut other.facts {
        let Formula::Le(sum @ Term::Add(_), limit) = &fact.formula else {
            continue;
        };
        count += 1;
        if count % 2 == 0 {
            let less = Term::Neg(Box::new(limit.clone()));
            let share = Term::Rational(Rational::ratio(1, 1000));
            let argument = Term::Mul(vec![share, Term::Add(vec![sum.clone(), less])]);
            let value = Term::Apply(Function::Exp, Box::new(argument));
            fact.formula = Formula::Le(value, Term::Rational(Rational::one()));
            changed += 1;
        }
    }
    (other, changed)
}

/// Goal: functions change no answer, and leave few open. Method: the same facts with and without a
/// function around some; premises and points are checked against the plain facts.
#[test]
fn functions_around_a_limit_change_no_answer() {
    let (mut decided, mut all) = (0, 0);
    for (rules, cross, seed) in [(20, 0, 1)] {
        let problem = generate(Shape { rules, cross, seed });
        let (other, changed) = with_functions(&problem);
        assert!(changed > 1, "{changed}");
        let solver = child();
        let means = Means {
            solver: Some(&solver),
            threads: 2,
            hint: None,
            cache: None,
        };
        let found = standings(&other, &means);
        let everything: Vec<usize> = (0..problem.facts.len()).collect();
        for rule in 0..problem.facts.len() {
            all += 1;
            match found.of[rule].as_ref() {
                Some(Standing::Needed { .. }) => {
                    assert!(!is_implied(&problem, &everything, rule), "{rule}");
                }
                Some(Standing::Implied { premises, .. }) => {
                    assert!(is_implied(&problem, premises, rule), "{rule}");
                }
                Some(Standing::Undecided(_)) => continue,
                other => panic!("rule {rule}: {other:?}"),
            }
            decided += 1;
        }
    }
    assert!(10 * decided >= 9 * all, "{decided} of {all}");
}
