//! Turns a query into a claim of facts about polynomials and choices, without losing a model.
//!
//! In: a [`Query`]. Out: a [`Claim`] whose first variables are those of the query, in its order.
//! Negations are pushed to the comparisons, where a comparison without value is false either way;
//! so each comparison says itself that its divisors are not zero and its arguments lie in their
//! domain. A choice between terms becomes one case per branch, a quotient is multiplied out for
//! either sign of its divisor, a function becomes a defined variable.

use std::collections::BTreeMap;

use crate::certificate::contradiction::{
    Claim, Condition, Definition, Fact, Function, Sort, Variable,
};
use crate::certificate::{Atom, Polynomial};
use crate::check::query::{self, Formula, Query, Term};
use crate::rational::Rational;

/// Branches of one term beyond this make the question too large.
const PIECES_MAX: usize = 64;

/// Conditions of one query beyond this make the question too large.
const CONDITIONS_MAX: usize = 20_000;

/// Returns the claim that the assertions contradict each other, or nothing where it is too large.
#[must_use]
pub fn claim_of(query: &Query) -> Option<Claim> {
    let declared = query.variables.iter().map(|variable| Variable {
        name: variable.name.clone(),
        sort: match &variable.sort {
            query::Sort::Real => Sort::Real,
            query::Sort::Bool => Sort::Choice(["false", "true"].map(str::to_owned).to_vec()),
            query::Sort::Enum(names) => Sort::Choice(names.clone()),
        },
    });
    let mut compiler = Compiler {
        variables: declared.collect(),
        defined: BTreeMap::new(),
        conditions_left: CONDITIONS_MAX,
    };
    let mut facts = Vec::with_capacity(query.assertions.len());
    for (name, formula) in &query.assertions {
        let says = compiler.formula(formula, true)?;
        let name = name.clone();
        facts.push(Fact { name, says });
    }
    let variables = compiler.variables;
    Some(Claim { variables, facts })
}

/// What a term is worth under some conditions: `numerator / denominator`.
#[derive(Clone)]
struct Piece {
    when: Vec<Condition>,
    numerator: Polynomial,
    denominator: Polynomial,
}

/// How a number compares with zero.
#[derive(Clone, Copy)]
enum Sign {
    AtLeast,
    Above,
    Equal,
    Unequal,
}

struct Compiler {
    variables: Vec<Variable>,
    defined: BTreeMap<Definition, u32>,
    conditions_left: usize,
}

impl Compiler {
    fn formula(&mut self, formula: &Formula, positive: bool) -> Option<Condition> {
        self.conditions_left = self.conditions_left.checked_sub(1)?;
        let choice = |id: query::VarId, member: u32| Condition::Choice {
            variable: id.0,
            member,
            is: positive,
        };
        Some(match formula {
            Formula::True => Condition::Constant(positive),
            Formula::False => Condition::Constant(!positive),
            Formula::Bool(id) => choice(*id, 1),
            Formula::EnumIs(id, member) => choice(*id, *member),
            Formula::Le(low, high) if positive => self.compare(high, low, Sign::AtLeast)?,
            Formula::Le(low, high) => self.compare(low, high, Sign::Above)?,
            Formula::Lt(low, high) if positive => self.compare(high, low, Sign::Above)?,
            Formula::Lt(low, high) => self.compare(low, high, Sign::AtLeast)?,
            Formula::Eq(left, right) if positive => self.compare(left, right, Sign::Equal)?,
            Formula::Eq(left, right) => self.compare(left, right, Sign::Unequal)?,
            Formula::Not(inner) => self.formula(inner, !positive)?,
            Formula::And(parts) => joined(self.formulas(parts, positive)?, positive),
            Formula::Or(parts) => joined(self.formulas(parts, positive)?, !positive),
            Formula::Implies(premise, conclusion) => {
                let parts = vec![
                    self.formula(premise, !positive)?,
                    self.formula(conclusion, positive)?,
                ];
                joined(parts, !positive)
            }
        })
    }

    fn formulas(&mut self, parts: &[Formula], positive: bool) -> Option<Vec<Condition>> {
        parts
            .iter()
            .map(|part| self.formula(part, positive))
            .collect()
    }

    /// What `left - right` compared with zero means, one case per branch of the difference.
    fn compare(&mut self, left: &Term, right: &Term, sign: Sign) -> Option<Condition> {
        let minus = negated(self.term(right)?);
        let difference = sum(self.term(left)?, &minus)?;
        let mut cases = Vec::with_capacity(difference.len());
        for piece in difference {
            self.conditions_left = self.conditions_left.checked_sub(1)?;
            let mut all = piece.when;
            all.push(signed(&piece.numerator, &piece.denominator, sign));
            cases.push(joined(all, true));
        }
        Some(joined(cases, false))
    }

    fn term(&mut self, term: &Term) -> Option<Vec<Piece>> {
        let whole = |numerator: Polynomial| {
            vec![Piece {
                when: Vec::new(),
                numerator,
                denominator: Polynomial::constant(Rational::one()),
            }]
        };
        match term {
            Term::Rational(value) => Some(whole(Polynomial::constant(value.clone()))),
            Term::Real(id) => Some(whole(Polynomial::variable(id.0))),
            Term::Add(parts) => {
                let zero = whole(Polynomial::default());
                let mut parts = parts.iter();
                parts.try_fold(zero, |known, part| sum(known, &self.term(part)?))
            }
            Term::Mul(parts) => {
                let one = whole(Polynomial::constant(Rational::one()));
                let mut parts = parts.iter();
                parts.try_fold(one, |known, part| product(known, &self.term(part)?))
            }
            Term::Neg(inner) => Some(negated(self.term(inner)?)),
            Term::Div(dividend, divisor) => {
                let inverse = self.term(divisor)?.into_iter().map(inverted);
                let inverse: Vec<Piece> = inverse.collect();
                product(self.term(dividend)?, &inverse)
            }
            Term::Ite(condition, then, otherwise) => {
                let mut pieces = Vec::new();
                for (is_then, branch) in [(true, then), (false, otherwise)] {
                    let condition = self.formula(condition, is_then)?;
                    for mut piece in self.term(branch)? {
                        piece.when.insert(0, condition.clone());
                        pieces.push(piece);
                    }
                }
                (pieces.len() <= PIECES_MAX).then_some(pieces)
            }
            Term::Apply(function, argument) => {
                let argument = self.term(argument)?.into_iter();
                Some(
                    argument
                        .map(|piece| self.applied(*function, piece))
                        .collect(),
                )
            }
        }
    }

    /// The function of a piece, as a variable defined by it.
    fn applied(&mut self, function: Function, argument: Piece) -> Piece {
        let mut when = argument.when;
        let (numerator, denominator) = (argument.numerator, argument.denominator);
        when.push(match function {
            Function::Exp => nonzero(&denominator),
            Function::Ln => signed(&numerator, &denominator, Sign::Above),
            Function::Sqrt => signed(&numerator, &denominator, Sign::AtLeast),
        });
        let definition = Definition {
            function,
            numerator,
            denominator,
        };
        // INVARIANT: each definition cost a condition, of which there are far fewer.
        let next = u32::try_from(self.variables.len()).unwrap_or(u32::MAX);
        let id = *self.defined.entry(definition.clone()).or_insert(next);
        if id == next {
            self.variables.push(Variable {
                name: format!("{} #{next}", function.name()),
                sort: Sort::Defined(definition),
            });
        }
        Piece {
            when,
            numerator: Polynomial::variable(id),
            denominator: Polynomial::constant(Rational::one()),
        }
    }
}

fn negated(mut pieces: Vec<Piece>) -> Vec<Piece> {
    for piece in &mut pieces {
        piece.numerator = piece.numerator.negated();
    }
    pieces
}

/// One over a piece; it then says that its own divisor is not zero, while the comparison says so
/// of the new one.
fn inverted(mut piece: Piece) -> Piece {
    piece.when.push(nonzero(&piece.denominator));
    std::mem::swap(&mut piece.numerator, &mut piece.denominator);
    piece
}

fn sum(left: Vec<Piece>, right: &[Piece]) -> Option<Vec<Piece>> {
    combine(left, right, |a, b| {
        if a.denominator == b.denominator {
            return Some((a.numerator.plus(&b.numerator), a.denominator.clone()));
        }
        let left = a.numerator.times(&b.denominator)?;
        let right = b.numerator.times(&a.denominator)?;
        Some((left.plus(&right), a.denominator.times(&b.denominator)?))
    })
}

fn product(left: Vec<Piece>, right: &[Piece]) -> Option<Vec<Piece>> {
    combine(left, right, |a, b| {
        let numerator = a.numerator.times(&b.numerator)?;
        Some((numerator, a.denominator.times(&b.denominator)?))
    })
}

fn combine(
    left: Vec<Piece>,
    right: &[Piece],
    of: impl Fn(&Piece, &Piece) -> Option<(Polynomial, Polynomial)>,
) -> Option<Vec<Piece>> {
    if left.len().saturating_mul(right.len()) > PIECES_MAX {
        return None;
    }
    let mut all = Vec::new();
    for a in &left {
        for b in right {
            let (numerator, denominator) = of(a, b)?;
            all.push(Piece {
                when: a.when.iter().chain(&b.when).cloned().collect(),
                numerator,
                denominator,
            });
        }
    }
    Some(all)
}

fn atom(polynomial: Polynomial, strict: bool) -> Condition {
    let atom = Atom { polynomial, strict };
    match atom.polynomial.as_constant() {
        Some(value) => Condition::Constant(atom.accepts(&value)),
        None => Condition::Atom(atom),
    }
}

fn nonzero(polynomial: &Polynomial) -> Condition {
    let signs = vec![
        atom(polynomial.clone(), true),
        atom(polynomial.negated(), true),
    ];
    joined(signs, false)
}

/// What `numerator / denominator` compared with zero means; it includes that the denominator is
/// not zero.
fn signed(numerator: &Polynomial, denominator: &Polynomial, sign: Sign) -> Condition {
    let strict = match sign {
        Sign::Equal => {
            let zero = vec![
                atom(numerator.clone(), false),
                atom(numerator.negated(), false),
                nonzero(denominator),
            ];
            return joined(zero, true);
        }
        Sign::Unequal => return joined(vec![nonzero(numerator), nonzero(denominator)], true),
        Sign::AtLeast => false,
        Sign::Above => true,
    };
    let over = |divisor: Polynomial, dividend: Polynomial| {
        joined(vec![atom(divisor, true), atom(dividend, strict)], true)
    };
    let cases = vec![
        over(denominator.clone(), numerator.clone()),
        over(denominator.negated(), numerator.negated()),
    ];
    joined(cases, false)
}

/// A conjunction or a disjunction without constants, without another of its kind inside, and
/// without a layer around a single part.
fn joined(parts: Vec<Condition>, all: bool) -> Condition {
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Condition::Constant(value) if value == all => {}
            Condition::Constant(value) => return Condition::Constant(value),
            Condition::And(inner) if all => kept.extend(inner),
            Condition::Or(inner) if !all => kept.extend(inner),
            other => kept.push(other),
        }
    }
    match kept.len() {
        0 => Condition::Constant(all),
        1 => kept.swap_remove(0),
        _ if all => Condition::And(kept),
        _ => Condition::Or(kept),
    }
}
