//! The least and greatest value of parameters where all rules hold, beside Z3's optimiser.
//!
//! The generated set becomes a rule file whose recipe is the hidden point, every step in its first
//! mode. Ours is `window::free_all` on two threads; naive is one `Optimize` with all rules per
//! end. Both answers are compared as fractions.

use std::fmt::Write as _;
use std::time::Instant;

use cellwright::certificate::check;
use cellwright::check::case::{Case, NumberCase, SignalCase};
use cellwright::check::optimum::Optimum;
use cellwright::check::query::{Formula, Term};
use cellwright::check::redundancy::Problem;
use cellwright::check::window::{Axis, free_all};
use cellwright::quantity::dictionary::standard;
use cellwright::rational::Rational;
use cellwright::rule_language::{Rule, RuleSet, parse, resolve};
use cellwright::span::Sources;

use crate::generator::{Shape, generate, hidden_point};

/// Parameters whose windows are asked for.
const PARAMETERS: usize = 50;

/// Windows that Z3 is asked for where a set is larger than a thousand rules.
const NAIVE_MAX: usize = 3;

/// Every parameter lies between zero and this.
const HIGH: i64 = 200;

fn term_text(term: &Term, names: &[String]) -> String {
    let all = |terms: &[Term], sign: &str| {
        let parts: Vec<String> = terms.iter().map(|one| term_text(one, names)).collect();
        format!("({})", parts.join(sign))
    };
    match term {
        Term::Rational(value) => {
            let decimal = value.to_exact_decimal().expect("hundredths");
            format!("({decimal})")
        }
        Term::Real(id) => names[id.0 as usize].clone(),
        Term::Add(terms) => all(terms, " + "),
        Term::Mul(terms) => all(terms, " * "),
        Term::Div(..) | Term::Neg(_) | Term::Ite(..) | Term::Apply(..) => {
            unreachable!("the generator makes none")
        }
    }
}

/// The text of a formula in the first mode; nothing where it does not apply there.
fn formula_text(formula: &Formula, names: &[String]) -> Option<String> {
    let all = |parts: &[Formula], word: &str| {
        let parts: Option<Vec<String>> = parts.iter().map(|one| formula_text(one, names)).collect();
        Some(format!("({})", parts?.join(word)))
    };
    match formula {
        Formula::Le(left, right) => Some(format!(
            "{} <= {}",
            term_text(left, names),
            term_text(right, names)
        )),
        Formula::And(parts) => all(parts, " and "),
        Formula::Or(parts) => all(parts, " or "),
        Formula::Implies(mode, body) => match **mode {
            Formula::EnumIs(_, 0) => formula_text(body, names),
            _ => None,
        },
        _ => unreachable!("the generator makes none"),
    }
}

fn rule_set(problem: &Problem, parameters: usize) -> RuleSet {
    let names: Vec<String> = problem
        .variables
        .iter()
        .map(|one| one.name.clone())
        .collect();
    let mut text = String::from("ruleset bench \"1\" \"generated\"\n");
    for name in &names[..parameters] {
        let _ = writeln!(text, "signal {name} : number in 0 .. {HIGH}");
    }
    for fact in &problem.facts {
        let Some(body) = formula_text(&fact.formula, &names) else {
            continue;
        };
        let _ = writeln!(
            text,
            "rule {} \"r\"\n  require {body}\n  severity minor because \"b\" source \"s\" \
             evidence measured",
            fact.name
        );
    }
    let mut sources = Sources::new();
    let parsed = parse(sources.add("bench.rule", text.as_str()), &text);
    let (rules, found) = resolve(&[parsed], standard(), &std::collections::BTreeMap::new());
    assert!(!found.has_errors(), "{}", found.render(&sources, false));
    rules
}

fn case_of(rules: &RuleSet, names: &[String], hidden: &[Rational]) -> Case {
    let mut case = Case::empty(rules);
    for (name, nominal) in names.iter().zip(hidden) {
        let signal = rules.signal_named(name).expect("declared");
        case.set(
            signal,
            SignalCase::Number(NumberCase {
                nominal: nominal.clone(),
                low: Rational::zero(),
                high: Rational::from(HIGH),
                step: None,
            }),
        );
    }
    case
}

fn z3_term(term: &Term, reals: &[z3::ast::Real]) -> z3::ast::Real {
    let all = |terms: &[Term]| -> Vec<z3::ast::Real> {
        terms.iter().map(|one| z3_term(one, reals)).collect()
    };
    match term {
        Term::Rational(value) => {
            z3::ast::Real::from_rational_str(&value.numerator_string(), &value.denominator_string())
                .expect("digits")
        }
        Term::Real(id) => reals[id.0 as usize].clone(),
        Term::Add(terms) => z3::ast::Real::add(&all(terms)),
        Term::Mul(terms) => z3::ast::Real::mul(&all(terms)),
        _ => unreachable!("the generator makes none"),
    }
}

fn z3_formula(formula: &Formula, reals: &[z3::ast::Real]) -> z3::ast::Bool {
    let all = |parts: &[Formula]| -> Vec<z3::ast::Bool> {
        parts.iter().map(|one| z3_formula(one, reals)).collect()
    };
    match formula {
        Formula::Le(left, right) => z3_term(left, reals).le(z3_term(right, reals)),
        Formula::And(parts) => z3::ast::Bool::and(&all(parts)),
        Formula::Or(parts) => z3::ast::Bool::or(&all(parts)),
        Formula::Implies(mode, body) => match **mode {
            Formula::EnumIs(_, 0) => z3_formula(body, reals),
            _ => z3::ast::Bool::from_bool(true),
        },
        _ => unreachable!("the generator makes none"),
    }
}

/// One end by Z3 alone, as a fraction.
fn naive(problem: &Problem, names: &[String], axis: usize, upwards: bool) -> Option<Rational> {
    let reals: Vec<z3::ast::Real> = names
        .iter()
        .map(|name| z3::ast::Real::new_const(name.as_str()))
        .collect();
    let optimiser = z3::Optimize::new();
    let (zero, high) = (
        z3::ast::Real::from_rational(0, 1),
        z3::ast::Real::from_rational(HIGH, 1),
    );
    for real in &reals {
        optimiser.assert(real.ge(&zero));
        optimiser.assert(real.le(&high));
    }
    for fact in &problem.facts {
        optimiser.assert(z3_formula(&fact.formula, &reals));
    }
    if upwards {
        optimiser.maximize(&reals[axis]);
    } else {
        optimiser.minimize(&reals[axis]);
    }
    if optimiser.check(&[]) != z3::SatResult::Sat {
        return None;
    }
    let value = optimiser.get_model()?.eval(&reals[axis], true)?;
    let (numerator, denominator) = value.as_rational()?;
    Some(Rational::ratio(numerator, denominator))
}

fn value_of(optimum: &Optimum) -> Option<&Rational> {
    match optimum {
        Optimum::Attained { value, .. } => Some(value),
        _ => None,
    }
}

/// Whether an end has a certificate that bears the checker's look once more.
fn is_proved(optimum: &Optimum) -> bool {
    match optimum {
        Optimum::Attained {
            beyond: Some(beyond),
            ..
        } => check(beyond, &beyond.claim).is_ok(),
        _ => false,
    }
}

/// Prints a row for a set of this size.
pub fn row(rules: u64, busy: &dyn Fn() -> f64) {
    let shape = Shape {
        rules,
        cross: 0,
        seed: 1,
    };
    let (problem, hidden) = (generate(shape), hidden_point(shape));
    let set = rule_set(&problem, hidden.len());
    let names: Vec<String> = problem.variables[..hidden.len()]
        .iter()
        .map(|one| one.name.clone())
        .collect();
    let case = case_of(&set, &names, &hidden);
    let list: Vec<&Rule> = set.rules.iter().collect();
    let count = PARAMETERS.min(hidden.len());
    let step = hidden.len() / count;
    let asked: Vec<usize> = (0..count).map(|number| number * step).collect();
    let axis = |&axis: &usize| Axis {
        signal: set.signal_named(&names[axis]).expect("declared"),
        nominal: hidden[axis].clone(),
        range: (Rational::zero(), Rational::from(HIGH)),
        minus: None,
        plus: None,
    };
    let axes: Vec<Axis> = asked.iter().map(axis).collect();
    let (started, before) = (Instant::now(), busy());
    let found = free_all(&set, &list, &case, &axes, 2);
    let ours = (started.elapsed().as_secs_f64(), busy() - before);
    let ends = found.iter().flat_map(|own| [&own.least, &own.greatest]);
    let proved = ends.filter(|end| is_proved(end)).count();
    let naive_count = if rules > 1000 { NAIVE_MAX } else { count };
    let (started, before) = (Instant::now(), busy());
    let mut differ = 0;
    for (&axis, own) in asked.iter().zip(&found).take(naive_count) {
        for (end, upwards) in [(&own.least, false), (&own.greatest, true)] {
            let known = naive(&problem, &names, axis, upwards);
            differ += usize::from(known.as_ref() != value_of(end));
        }
    }
    let share = count as f64 / naive_count as f64;
    let naive = (
        started.elapsed().as_secs_f64() * share,
        (busy() - before) * share,
    );
    println!(
        "| {rules} | {count} | {:.1}, {:.1} ({naive_count}) | {:.2}, {:.2} | {:.0}, {:.0} | \
         {differ} of {} | {proved} of {} |",
        naive.0,
        naive.1,
        ours.0,
        ours.1,
        naive.0 / ours.0,
        naive.1 / ours.1,
        2 * naive_count,
        2 * count
    );
}
