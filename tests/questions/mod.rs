//! Random questions, reproducible by number: linear, with choices, with products, with functions.
//!
//! Half of the questions are made true at a hidden point and have a model by construction; the
//! others get limits at random or a planted chain that contradicts itself.

#![allow(dead_code, reason = "each test file uses a part of this module")]

use cellwright::check::query::{
    Formula, Function, Model, Query, Sort, Term, Value, VarId, Variable, Want,
};
use cellwright::rational::Rational;

/// A small generator of numbers (G. Marsaglia's xorshift, 2003): tests must not change with a
/// library.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, count: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % count
    }

    pub fn within(&mut self, low: i64, high: i64) -> i64 {
        low + i64::try_from(self.below(u64::try_from(high - low + 1).expect("a range")))
            .expect("small")
    }

    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// What a question is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Linear,
    Choices,
    Products,
    Functions,
}

const NUMBERS: u32 = 4;
const FLAG: VarId = VarId(NUMBERS);
const MODE: VarId = VarId(NUMBERS + 1);

fn ratio(dice: &mut Dice, reach: i64) -> Rational {
    Rational::ratio(dice.within(-reach, reach), dice.within(1, 3))
}

fn real(dice: &mut Dice) -> Term {
    Term::Real(VarId(
        u32::try_from(dice.below(u64::from(NUMBERS))).expect("small"),
    ))
}

fn term(dice: &mut Dice, kind: Kind) -> Term {
    let mut parts = Vec::new();
    for _ in 0..dice.within(1, 3) {
        let slope = Term::Rational(ratio(dice, 4));
        let variable = real(dice);
        parts.push(match kind {
            Kind::Products if dice.chance(40) => Term::Mul(vec![slope, variable, real(dice)]),
            Kind::Products if dice.chance(15) => {
                Term::Div(Box::new(variable), Box::new(real(dice)))
            }
            Kind::Functions if dice.chance(40) => {
                let function = [Function::Exp, Function::Ln, Function::Sqrt];
                let chosen = function[usize::try_from(dice.below(3)).expect("small")];
                Term::Mul(vec![slope, Term::Apply(chosen, Box::new(variable))])
            }
            Kind::Choices if dice.chance(15) => {
                let condition = Box::new(literal(dice));
                Term::Ite(condition, Box::new(variable), Box::new(slope))
            }
            Kind::Linear | Kind::Choices | Kind::Products | Kind::Functions => {
                Term::Mul(vec![slope, variable])
            }
        });
    }
    Term::Add(parts)
}

fn literal(dice: &mut Dice) -> Formula {
    if dice.chance(50) {
        Formula::Bool(FLAG)
    } else {
        Formula::EnumIs(MODE, u32::try_from(dice.below(3)).expect("small"))
    }
}

fn comparison(dice: &mut Dice, kind: Kind) -> Formula {
    let (left, right) = (term(dice, kind), Term::Rational(ratio(dice, 12)));
    match dice.below(10) {
        0..=3 => Formula::Le(left, right),
        4..=5 => Formula::Lt(right, left),
        6..=7 => Formula::Le(right, left),
        8 => Formula::Lt(left, right),
        _ => Formula::Eq(left, right),
    }
}

fn formula(dice: &mut Dice, kind: Kind) -> Formula {
    let single = comparison(dice, kind);
    let other = |dice: &mut Dice| comparison(dice, kind);
    match dice.below(10) {
        0..=1 => Formula::Or(vec![single, other(dice)]),
        2 => Formula::Not(Box::new(Formula::And(vec![single, other(dice)]))),
        3..=5 if kind == Kind::Choices => {
            Formula::Implies(Box::new(literal(dice)), Box::new(single))
        }
        6 if kind == Kind::Choices => Formula::Or(vec![literal(dice), literal(dice), single]),
        _ => single,
    }
}

fn hidden(dice: &mut Dice) -> Model {
    let mut values: Vec<Value> = (0..NUMBERS)
        .map(|_| Value::Real(Rational::ratio(dice.within(-8, 8), dice.within(1, 2))))
        .collect();
    values.push(Value::Bool(dice.chance(50)));
    values.push(Value::Enum(u32::try_from(dice.below(3)).expect("small")));
    Model { values }
}

/// A question and a model by construction, if it has one.
pub fn question(number: u64, kind: Kind) -> (Query, Option<Model>) {
    let dice = &mut Dice::new(number);
    let point = dice.chance(40).then(|| hidden(dice));
    let mut formulas: Vec<Formula> = Vec::new();
    let (few, many) = if kind == Kind::Choices {
        (8, 16)
    } else {
        (3, 8)
    };
    for _ in 0..dice.within(few, many) {
        let made = formula(dice, kind);
        formulas.push(match point.as_ref().map(|at| made.evaluate(at)) {
            None | Some(Some(true)) => made,
            Some(Some(false)) => Formula::Not(Box::new(made)),
            Some(None) => continue,
        });
    }
    let mut names: Vec<Variable> = (0..NUMBERS)
        .map(|n| Variable {
            name: format!("line.x{n}"),
            sort: Sort::Real,
        })
        .collect();
    names.push(Variable {
        name: "line.flag".to_owned(),
        sort: Sort::Bool,
    });
    names.push(Variable {
        name: "line.mode".to_owned(),
        sort: Sort::Enum(["fast", "slow", "off"].map(str::to_owned).to_vec()),
    });
    let mut assertions: Vec<(String, Formula)> = Vec::new();
    for (place, made) in formulas.into_iter().enumerate() {
        assertions.push((format!("R{place:02}"), made));
    }
    for n in 0..NUMBERS {
        let side = |value: i64| Term::Rational(Rational::from(value));
        let within = Formula::And(vec![
            Formula::Le(side(-10), Term::Real(VarId(n))),
            Formula::Le(Term::Real(VarId(n)), side(10)),
        ]);
        assertions.push((format!("line.x{n} range"), within));
    }
    let query = Query {
        variables: names,
        assertions,
        want: Want::ModelAndCore,
        rlimit: 400_000,
        wall_ms: 20_000,
    };
    (query, point)
}

fn row(dice: &mut Dice) -> (Term, Rational) {
    let mut parts = Vec::new();
    for _ in 0..dice.within(1, 3) {
        parts.push(Term::Mul(vec![Term::Rational(ratio(dice, 4)), real(dice)]));
    }
    (Term::Add(parts), ratio(dice, 12))
}

/// A comparison that contradicts `rows` (`term <= limit` each): a sum of multiples lies above.
fn against(dice: &mut Dice, rows: &[(Term, Rational)]) -> Formula {
    let (mut parts, mut total) = (Vec::new(), Rational::ratio(dice.within(0, 4), 4));
    for (term, limit) in rows {
        let factor = Rational::ratio(dice.within(1, 5), dice.within(1, 3));
        total = &total + &(&factor * limit);
        parts.push(Term::Mul(vec![Term::Rational(factor), term.clone()]));
    }
    Formula::Lt(Term::Rational(total), Term::Add(parts))
}

fn product_or_function(dice: &mut Dice, kind: Kind) -> Vec<Formula> {
    let number = |value: i64| Term::Rational(Rational::from(value));
    let (a, b) = (dice.within(1, 4), dice.within(1, 4));
    let variable = |n: u32| Term::Real(VarId(n));
    let within = |n: u32, low: i64, high: i64| {
        Formula::And(vec![
            Formula::Le(number(low), variable(n)),
            Formula::Le(variable(n), number(high)),
        ])
    };
    let above = if kind == Kind::Products && dice.chance(50) {
        // x·(a - x) reaches a²/4 at most, which takes cuts to see.
        let gap = Term::Add(vec![number(a), Term::Neg(Box::new(variable(0)))]);
        let limit = Term::Rational(Rational::ratio(2 * a * a + dice.within(1, 6), 8));
        Formula::Lt(limit, Term::Mul(vec![variable(0), gap]))
    } else if kind == Kind::Products {
        let product = Term::Mul(vec![variable(0), variable(1)]);
        Formula::Lt(
            number(a * b + dice.within(1, 9)),
            Term::Add(vec![product, variable(2)]),
        )
    } else {
        // e^a < 3^a, and a root below the number for numbers above one.
        let exp = Term::Apply(Function::Exp, Box::new(variable(0)));
        let root = Term::Apply(Function::Sqrt, Box::new(variable(1)));
        let limit = 3_i64.pow(u32::try_from(a).expect("small")) + b;
        Formula::Lt(number(limit), Term::Add(vec![exp, root, variable(2)]))
    };
    vec![within(0, 0, a), within(1, 1, b), within(2, -1, 0), above]
}

/// A question that contradicts itself by construction.
pub fn planted(number: u64, kind: Kind) -> Query {
    let dice = &mut Dice::new(number);
    let mut query = question(0, Kind::Linear).0;
    let rows: Vec<_> = (0..dice.within(1, 3)).map(|_| row(dice)).collect();
    let mut formulas: Vec<Formula> = rows
        .iter()
        .map(|(term, limit)| Formula::Le(term.clone(), Term::Rational(limit.clone())))
        .collect();
    match kind {
        Kind::Linear => formulas.push(against(dice, &rows)),
        Kind::Choices if dice.chance(50) => {
            let either = [against(dice, &rows), against(dice, &rows[..1])];
            formulas.push(Formula::Or(either.to_vec()));
        }
        Kind::Choices => {
            for member in 0..3 {
                let guard = Box::new(Formula::EnumIs(MODE, member));
                formulas.push(Formula::Implies(guard, Box::new(against(dice, &rows))));
            }
        }
        Kind::Products | Kind::Functions => formulas = product_or_function(dice, kind),
    }
    let named = formulas.into_iter().enumerate();
    query.assertions = named.map(|(n, made)| (format!("R{n:02}"), made)).collect();
    query
}
