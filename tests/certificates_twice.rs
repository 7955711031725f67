//! Two checkers, one answer: the library and `docs/verify.py` on the same certificates.
//!
//! Goal: a mistake in one checker shows, and a forged certificate passes neither. Method: 20 000
//! certificates of random questions and 2 000 of them tampered with in one of the ways below; one
//! Python process reads them all. A tampered certificate that still proves what it claims must be
//! accepted by both.

mod common;
mod questions;

use std::collections::BTreeMap;
use std::io::Write as _;

use cellwright::certificate::contradiction::{Certificate, Condition, Row, Sort, Step, check_own};
use cellwright::certificate::{
    self, Atom, BoxVariable, Claim, End, Polynomial, Proof, Ranges, Statement,
};
use cellwright::check::prove::{Outcome, prove};
use cellwright::check::refute::{Budget, Refuted, refute};
use cellwright::rational::Rational;
use questions::{Dice, Kind, planted};

const CERTIFICATES: usize = 20_000;
const TAMPERED: usize = 2_000;

/// Boxes enough for a share of the questions with products and functions, not for all of them.
const BUDGET: Budget = Budget {
    leaves: 64,
    boxes: 40,
};

/// A certificate of either kind, as the library checks it and as text.
#[derive(Clone)]
enum Made {
    Contradiction(Box<Certificate>),
    Statement(Box<certificate::Certificate>),
}

impl Made {
    fn is_accepted(&self) -> bool {
        match self {
            Self::Contradiction(made) => check_own(made).is_ok(),
            Self::Statement(made) => certificate::check(made, &made.claim).is_ok(),
        }
    }

    fn line(&self) -> String {
        let text = match self {
            Self::Contradiction(made) => serde_json::to_string(made),
            Self::Statement(made) => serde_json::to_string(made),
        };
        text.expect("plain data")
    }
}

/// `sum <= limit` over a box, sometimes with a product or with a choice of two.
fn statement(number: u64) -> Option<Made> {
    let dice = &mut Dice::new(number ^ 0x5A5A);
    let end = |dice: &mut Dice| Rational::ratio(dice.within(-6, 6), dice.within(1, 3));
    let mut ranges = Ranges::new();
    let mut variables = Vec::new();
    for id in 0..3 {
        let low = end(dice);
        let high = &low + &Rational::ratio(dice.within(0, 9), 2);
        let name = format!("line.x{id}");
        ranges.insert(id, (low.clone(), high.clone()));
        variables.push(BoxVariable {
            id,
            name,
            low,
            high,
        });
    }
    let polynomial = |dice: &mut Dice| {
        let mut sum = Polynomial::constant(Rational::from(dice.within(10, 60)));
        for id in 0..3_u32 {
            let mut term = Polynomial::variable(id);
            if dice.chance(30) {
                term = term
                    .times(&Polynomial::variable((id + 1) % 3))
                    .expect("small");
            }
            sum = sum.plus(&term.times_constant(&Rational::from(dice.within(-5, 5))));
        }
        sum
    };
    let atom = |dice: &mut Dice| {
        Statement::Atom(Atom {
            polynomial: polynomial(dice),
            strict: dice.chance(30),
        })
    };
    let said = match dice.below(3) {
        0 => atom(dice),
        1 => Statement::And(vec![atom(dice), atom(dice)]),
        _ => {
            let first = atom(dice);
            // Together they cover the box, neither does alone.
            Statement::Or(vec![
                first.negated(),
                Statement::And(vec![first, atom(dice)]),
            ])
        }
    };
    let Outcome::Proved(proof) = prove(&said, &ranges, &BTreeMap::new()) else {
        return None;
    };
    let claim = Claim {
        variables,
        positive: Vec::new(),
        statement: said,
    };
    let positive = Vec::new();
    Some(Made::Statement(Box::new(certificate::Certificate {
        claim,
        positive,
        proof,
    })))
}

fn contradiction(number: u64, kind: Kind) -> Option<Made> {
    match refute(&planted(number, kind), &BUDGET) {
        Refuted::Certified(made) => Some(Made::Contradiction(made)),
        Refuted::Model(_) => panic!("{kind:?} {number} has a model"),
        Refuted::TooLarge | Refuted::Open(_) => None,
    }
}

fn one_more(value: &Rational) -> Rational {
    value + &Rational::one()
}

/// The ways to tamper; each returns whether it changed anything.
type Tamper = fn(&mut Certificate, &mut Dice) -> bool;

fn pick<'a, T>(all: Vec<&'a mut T>, dice: &mut Dice) -> Option<&'a mut T> {
    let count = u64::try_from(all.len()).expect("small");
    let place = (count > 0).then(|| dice.below(count))?;
    all.into_iter().nth(usize::try_from(place).expect("small"))
}

fn farkas<'a>(made: &'a mut Certificate, dice: &mut Dice) -> Option<&'a mut Vec<(Row, Rational)>> {
    let rows = made.refutation.iter_mut().filter_map(|step| match step {
        Step::Farkas(rows) => Some(rows),
        _ => None,
    });
    pick(rows.collect(), dice)
}

fn multiplier_changed(made: &mut Certificate, dice: &mut Dice) -> bool {
    let row = farkas(made, dice).and_then(|rows| pick(rows.iter_mut().collect(), dice));
    row.map(|(_, multiplier)| *multiplier = one_more(multiplier))
        .is_some()
}

fn multiplier_negated(made: &mut Certificate, dice: &mut Dice) -> bool {
    let row = farkas(made, dice).and_then(|rows| pick(rows.iter_mut().collect(), dice));
    row.map(|(_, multiplier)| *multiplier = -&*multiplier)
        .is_some()
}

fn row_dropped(made: &mut Certificate, dice: &mut Dice) -> bool {
    farkas(made, dice).and_then(Vec::pop).is_some()
}

fn row_replaced(made: &mut Certificate, dice: &mut Dice) -> bool {
    let row = farkas(made, dice).and_then(|rows| pick(rows.iter_mut().collect(), dice));
    row.map(|(row, _)| *row = Row::Atom(usize::try_from(dice.below(9)).expect("small")))
        .is_some()
}

fn step_dropped(made: &mut Certificate, dice: &mut Dice) -> bool {
    let place = dice.below(u64::try_from(made.refutation.len()).expect("small"));
    made.refutation
        .remove(usize::try_from(place).expect("small"));
    true
}

fn case_removed(made: &mut Certificate, _: &mut Dice) -> bool {
    // The last branch of the last split is a leaf.
    made.refutation.len() > 1 && made.refutation.pop().is_some()
}

fn case_twice(made: &mut Certificate, _: &mut Dice) -> bool {
    let last = made.refutation.last().cloned();
    made.refutation.extend(last);
    true
}

/// Another enumerator of a choice that the refutation splits or uses up.
fn enumerator_added(made: &mut Certificate, dice: &mut Dice) -> bool {
    let choices = made
        .claim
        .variables
        .iter_mut()
        .filter_map(|v| match &mut v.sort {
            Sort::Choice(names) => Some(names),
            Sort::Real | Sort::Defined(_) => None,
        });
    let names = pick(choices.collect(), dice);
    names
        .map(|names| names.push("another".to_owned()))
        .is_some()
}

fn enumerator_removed(made: &mut Certificate, dice: &mut Dice) -> bool {
    let choices = made
        .claim
        .variables
        .iter_mut()
        .filter_map(|v| match &mut v.sort {
            Sort::Choice(names) => Some(names),
            Sort::Real | Sort::Defined(_) => None,
        });
    pick(choices.collect(), dice).and_then(Vec::pop).is_some()
}

fn atoms(condition: &mut Condition) -> Vec<&mut Atom> {
    match condition {
        Condition::Atom(atom) => vec![atom],
        Condition::And(parts) | Condition::Or(parts) => parts.iter_mut().flat_map(atoms).collect(),
        Condition::Constant(_) | Condition::Choice { .. } => Vec::new(),
    }
}

fn any_atom<'a>(made: &'a mut Certificate, dice: &mut Dice) -> Option<&'a mut Atom> {
    let facts = made.claim.facts.iter_mut();
    pick(facts.flat_map(|fact| atoms(&mut fact.says)).collect(), dice)
}

fn bound_moved(made: &mut Certificate, dice: &mut Dice) -> bool {
    let by = Polynomial::constant(Rational::ratio(dice.within(1, 40), 7));
    any_atom(made, dice)
        .map(|atom| atom.polynomial = atom.polynomial.plus(&by))
        .is_some()
}

fn fact_weakened(made: &mut Certificate, dice: &mut Dice) -> bool {
    any_atom(made, dice).is_some_and(|atom| std::mem::replace(&mut atom.strict, false))
}

fn fact_dropped(made: &mut Certificate, _: &mut Dice) -> bool {
    made.claim.facts.pop().is_some()
}

fn cut_moved(made: &mut Certificate, dice: &mut Dice) -> bool {
    let cuts = made.refutation.iter_mut().filter_map(|step| match step {
        Step::Cut { at, .. } => Some(at),
        _ => None,
    });
    pick(cuts.collect(), dice)
        .map(|at| *at = one_more(at))
        .is_some()
}

fn atom_replaced(made: &mut Certificate, dice: &mut Dice) -> bool {
    let leaves = made.refutation.iter_mut().filter_map(|step| match step {
        Step::Outside { atom } => Some(atom),
        _ => None,
    });
    pick(leaves.collect(), dice)
        .map(|atom| *atom += 1)
        .is_some()
}

const TAMPERS: &[(&str, Tamper)] = &[
    ("multiplier changed", multiplier_changed),
    ("multiplier negated", multiplier_negated),
    ("row dropped", row_dropped),
    ("row replaced", row_replaced),
    ("step dropped", step_dropped),
    ("case removed", case_removed),
    ("case twice", case_twice),
    ("enumerator added", enumerator_added),
    ("enumerator removed", enumerator_removed),
    ("bound moved", bound_moved),
    ("fact weakened", fact_weakened),
    ("fact dropped", fact_dropped),
    ("cut moved", cut_moved),
    ("atom replaced", atom_replaced),
];

/// Changes the first number or end in a proof over a box.
fn least_changed(proof: &mut Proof) {
    match proof {
        Proof::Linear { least } | Proof::Enclosure { least } => *least = one_more(least),
        Proof::Corner { moves, least } => match moves.first_mut() {
            Some((_, end)) if *end == End::Low => *end = End::High,
            Some((_, end)) => *end = End::Low,
            None => *least = one_more(least),
        },
        Proof::All(parts) => parts.iter_mut().take(1).for_each(least_changed),
        Proof::One { part, .. } => *part = 1 - (*part).min(1),
        Proof::Split { at, .. } => *at = one_more(at),
        Proof::Refutation(certificate::Refutation::Farkas(rows)) => {
            rows.pop();
        }
        Proof::Refutation(certificate::Refutation::Cases(cases)) => {
            cases.pop();
        }
        Proof::Constant => {}
    }
}

fn tampered(made: &Made, number: usize, dice: &mut Dice) -> Option<(&'static str, Made)> {
    match made.clone() {
        Made::Statement(mut own) => {
            least_changed(&mut own.proof);
            Some(("least value changed", Made::Statement(own)))
        }
        Made::Contradiction(mut own) => {
            let (name, tamper) = TAMPERS[number % TAMPERS.len()];
            tamper(&mut own, dice).then_some((name, Made::Contradiction(own)))
        }
    }
}

fn collected() -> Vec<Made> {
    let mut all = Vec::with_capacity(CERTIFICATES);
    let mut number = 0;
    while all.len() < CERTIFICATES {
        number += 1;
        let kind = match number % 12 {
            0 => Kind::Products,
            1 => Kind::Functions,
            2..=4 => Kind::Choices,
            _ => Kind::Linear,
        };
        all.extend(contradiction(number, kind));
        all.extend((number % 3 != 0).then(|| statement(number)).flatten());
    }
    all.truncate(CERTIFICATES);
    all
}

/// One line of the second checker per certificate: whether it was accepted.
fn second_opinion(lines: &[String]) -> Option<Vec<bool>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/verify.py");
    let mut child = std::process::Command::new("python3")
        .args([script, "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .ok()?;
    let mut input = child.stdin.take().expect("a pipe");
    let text = lines.join("\n");
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()));
    let output = child.wait_with_output().expect("python3 ran");
    writer
        .join()
        .expect("no panic")
        .expect("python3 read everything");
    let text = String::from_utf8(output.stdout).expect("text");
    Some(
        text.lines()
            .map(|line| line.ends_with(": accepted"))
            .collect(),
    )
}

#[test]
fn both_checkers_agree() {
    let mut all = collected();
    let dice = &mut Dice::new(7);
    let mut names = vec!["as made"; all.len()];
    let mut number = 0;
    while all.len() < CERTIFICATES + TAMPERED {
        let place = usize::try_from(dice.below(CERTIFICATES as u64)).expect("small");
        number += 1;
        if let Some((name, forged)) = tampered(&all[place], number, dice) {
            names.push(name);
            all.push(forged);
        }
    }
    let lines: Vec<String> = all.iter().map(Made::line).collect();
    let Some(second) = second_opinion(&lines) else {
        common::skip("both_checkers_agree", "python3 is missing");
        return;
    };
    assert_eq!(second.len(), all.len());
    let mut refused: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (((made, name), second), line) in all.iter().zip(&names).zip(second).zip(&lines) {
        let first = made.is_accepted();
        assert_eq!(first, second, "{name}: {line}");
        let count = refused.entry(*name).or_default();
        count.0 += usize::from(!first);
        count.1 += 1;
    }
    for (name, (refused, all)) in &refused {
        eprintln!("{name}: {refused} of {all} refused");
        match *name {
            "as made" => assert_eq!(*refused, 0),
            _ => assert!(*refused > 0, "{name} is never refused"),
        }
    }
}
