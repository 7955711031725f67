//! Statements as the benchmark knows them, and how they are written for the detector.
//!
//! In: a guard, coefficients, a bound. Out: a formula of the library in one of several wordings.
//! The second method of `truth.rs` reads the statements, never the formulas.

use std::collections::BTreeMap;

use cellwright::check::argument::graph::Range;
use cellwright::check::argument::{Graph, Kind, Node};
use cellwright::check::query::{Formula, Sort, Term, VarId, Variable};
use cellwright::rational::Rational;
use cellwright::rule_language::EvidenceClass;

/// Real variables, each between zero and [`RANGE`].
pub const REALS: u32 = 9;

/// The upper end of every real variable.
pub const RANGE: i64 = 1000;

/// Enumerators of the two choices, which are numbered behind the real variables.
pub const CHOICES: [&[&str]; 2] = [&["lfp", "nmc", "lco"], &["steel", "pouch"]];

/// How two sides compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    AtMost,
    Below,
    AtLeast,
}

/// `choice c is member m`.
pub type Choice = (usize, u32);

/// What a statement says beyond its guard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// A sum of variables compared with a number.
    Bound {
        sum: BTreeMap<u32, Rational>,
        relation: Relation,
        limit: Rational,
    },
    /// A choice has this value.
    Is(Choice),
}

/// How a bound is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    Plain,
    /// Both sides times two.
    Doubled,
    /// Both sides in units a thousand times as great, the limit moved to the left.
    OtherUnits,
    /// Once for each value of a choice.
    ByCases,
}

/// A statement: wherever the guard holds, the rest does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    pub guard: Option<Choice>,
    pub says: Says,
    pub wording: Wording,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Evidence,
    Rule,
    Claim,
}

/// A statement with what it rests on and what it attacks.
#[derive(Clone, Debug)]
pub struct Part {
    pub role: Role,
    pub statement: Statement,
    pub from: Vec<usize>,
    pub attacks: Vec<usize>,
}

/// An argument as the benchmark knows it.
#[derive(Clone, Debug, Default)]
pub struct Argument {
    pub parts: Vec<Part>,
}

impl Argument {
    /// Adds a part and returns its place.
    pub fn add(&mut self, role: Role, statement: Statement, from: Vec<usize>) -> usize {
        self.parts.push(Part {
            role,
            statement,
            from,
            attacks: Vec::new(),
        });
        self.parts.len() - 1
    }

    /// Places of all claims.
    pub fn claims(&self) -> Vec<usize> {
        let places = 0..self.parts.len();
        places
            .filter(|&at| self.parts[at].role == Role::Claim)
            .collect()
    }

    /// Places of the claims that name a part as a premise.
    pub fn resting_on(&self, part: usize) -> Vec<usize> {
        let places = 0..self.parts.len();
        places
            .filter(|&at| self.parts[at].from.contains(&part))
            .collect()
    }

    /// Writes the argument for the detector.
    pub fn graph(&self) -> Graph {
        let reals = (0..REALS).map(|at| (format!("q.v{at}"), Sort::Real));
        let choices = CHOICES.iter().enumerate().map(|(at, names)| {
            let names = names.iter().map(|&name| name.to_owned()).collect();
            (format!("c.v{at}"), Sort::Enum(names))
        });
        let variables = reals
            .chain(choices)
            .map(|(name, sort)| Variable { name, sort });
        let variables: Vec<Variable> = variables.collect();
        let domain = (0..REALS).map(|at| Range {
            variable: VarId(at),
            name: format!("q.v{at} range"),
            formula: Formula::And(vec![
                Formula::Le(number(&Rational::zero()), Term::Real(VarId(at))),
                Formula::Le(Term::Real(VarId(at)), number(&Rational::from(RANGE))),
            ]),
        });
        let nodes = self.parts.iter().enumerate().map(|(at, part)| Node {
            code: format!("N{at:03}"),
            title: String::new(),
            kind: match part.role {
                Role::Evidence => Kind::Evidence {
                    class: EvidenceClass::Measured,
                },
                Role::Rule => Kind::Rule {
                    class: EvidenceClass::Specified,
                    is_probable: false,
                },
                Role::Claim => Kind::Claim,
            },
            formula: Some(part.statement.formula()),
            from: part.from.clone(),
            attacks: part.attacks.clone(),
            span: None,
        });
        Graph {
            units: vec![None; variables.len()],
            domain: domain.collect(),
            nodes: nodes.collect(),
            variables,
        }
    }
}

fn number(value: &Rational) -> Term {
    Term::Rational(value.clone())
}

fn is((choice, member): Choice) -> Formula {
    let at = u32::try_from(choice).expect("two choices");
    Formula::EnumIs(VarId(REALS + at), member)
}

impl Statement {
    /// A bound without a guard in plain words.
    pub fn bound(sum: BTreeMap<u32, Rational>, relation: Relation, limit: Rational) -> Self {
        Self {
            guard: None,
            says: Says::Bound {
                sum,
                relation,
                limit,
            },
            wording: Wording::Plain,
        }
    }

    /// The statement in other words.
    pub fn reworded(&self, wording: Wording) -> Self {
        Self {
            wording,
            ..self.clone()
        }
    }

    fn formula(&self) -> Formula {
        let body = match &self.says {
            Says::Is(choice) => is(*choice),
            Says::Bound {
                sum,
                relation,
                limit,
            } => worded(sum, *relation, limit, self.wording),
        };
        match self.guard {
            None => body,
            Some(guard) => Formula::Implies(Box::new(is(guard)), Box::new(body)),
        }
    }
}

fn worded(
    sum: &BTreeMap<u32, Rational>,
    relation: Relation,
    limit: &Rational,
    wording: Wording,
) -> Formula {
    let thousandth = Rational::ratio(1, 1000);
    let scale = match wording {
        Wording::Plain | Wording::ByCases => Rational::one(),
        Wording::Doubled => Rational::from(2),
        Wording::OtherUnits => thousandth,
    };
    let terms = sum
        .iter()
        .map(|(&at, factor)| Term::Mul(vec![number(&(factor * &scale)), Term::Real(VarId(at))]));
    let (mut left, mut right) = (Term::Add(terms.collect()), number(&(limit * &scale)));
    if wording == Wording::OtherUnits {
        left = Term::Add(vec![left, Term::Neg(Box::new(right))]);
        right = number(&Rational::zero());
    }
    let body = match relation {
        Relation::AtMost => Formula::Le(left, right),
        Relation::Below => Formula::Lt(left, right),
        Relation::AtLeast => Formula::Le(right, left),
    };
    if wording != Wording::ByCases {
        return body;
    }
    let case = Box::new(is((1, 0)));
    let other = Box::new(Formula::Not(case.clone()));
    Formula::And(vec![
        Formula::Implies(case, Box::new(body.clone())),
        Formula::Implies(other, Box::new(body)),
    ])
}
