//! Where a condition has no value: a divisor is zero, an argument lies outside of its domain.
//!
//! In: a formula. Out: a formula that holds exactly where the rule language, reading from left to
//! right, meets an operation without value. A rule holds over a box only where this holds nowhere:
//! a comparison without value is neither kept nor broken, and must not pass for kept.

use super::query::{Formula, Function, Term};
use crate::enclosure::EXP_ARGUMENT_MAX;
use crate::rational::Rational;

/// Returns where a formula has no value; `Formula::False` where it has one everywhere.
#[must_use]
pub fn undefined(formula: &Formula) -> Formula {
    match formula {
        Formula::True | Formula::False | Formula::Bool(_) | Formula::EnumIs(..) => Formula::False,
        Formula::Le(left, right) | Formula::Lt(left, right) | Formula::Eq(left, right) => {
            any(vec![of_term(left), of_term(right)])
        }
        Formula::Not(inner) => undefined(inner),
        // A part is read where no part before it decides.
        Formula::And(parts) => in_turn(parts, &Formula::clone),
        Formula::Or(parts) => in_turn(parts, &not),
        Formula::Implies(premise, conclusion) => any(vec![
            undefined(premise),
            both((**premise).clone(), undefined(conclusion)),
        ]),
    }
}

fn in_turn(parts: &[Formula], goes_on: &dyn Fn(&Formula) -> Formula) -> Formula {
    let mut cases = Vec::new();
    for (place, part) in parts.iter().enumerate() {
        let here = undefined(part);
        if here != Formula::False {
            let mut all: Vec<Formula> = parts[..place].iter().map(goes_on).collect();
            all.push(here);
            cases.push(if all.len() == 1 {
                all.swap_remove(0)
            } else {
                Formula::And(all)
            });
        }
    }
    any(cases)
}

fn of_term(term: &Term) -> Formula {
    let zero = || Term::Rational(Rational::zero());
    match term {
        Term::Rational(_) | Term::Real(_) => Formula::False,
        Term::Add(parts) | Term::Mul(parts) => any(parts.iter().map(of_term).collect()),
        Term::Neg(inner) => of_term(inner),
        Term::Div(dividend, divisor) => any(vec![
            of_term(dividend),
            of_term(divisor),
            match &**divisor {
                Term::Rational(value) if !value.is_zero() => Formula::False,
                divisor => Formula::Eq(divisor.clone(), zero()),
            },
        ]),
        Term::Ite(condition, then, otherwise) => any(vec![
            undefined(condition),
            both((**condition).clone(), of_term(then)),
            both(not(condition), of_term(otherwise)),
        ]),
        Term::Apply(function, argument) => {
            let outside = match function {
                Function::Exp => {
                    let most = Term::Rational(Rational::from(EXP_ARGUMENT_MAX));
                    Formula::Lt(most, (**argument).clone())
                }
                Function::Ln => Formula::Le((**argument).clone(), zero()),
                Function::Sqrt => Formula::Lt((**argument).clone(), zero()),
            };
            any(vec![of_term(argument), outside])
        }
    }
}

fn not(formula: &Formula) -> Formula {
    Formula::Not(Box::new(formula.clone()))
}

/// Both; the second decides where it never holds.
fn both(first: Formula, second: Formula) -> Formula {
    match second {
        Formula::False => Formula::False,
        second => Formula::And(vec![first, second]),
    }
}

/// At least one of them.
#[must_use]
pub fn any(parts: Vec<Formula>) -> Formula {
    let is_possible = |part: &Formula| *part != Formula::False;
    let mut kept: Vec<Formula> = parts.into_iter().filter(is_possible).collect();
    match kept.len() {
        0 => Formula::False,
        1 => kept.swap_remove(0),
        _ => Formula::Or(kept),
    }
}

#[cfg(test)]
mod tests {
    use super::super::query::{Model, Value, VarId};
    use super::*;

    /// Goal: exactly the points without value. Method: the conditions of the rule language's own
    /// examples at points on either side.
    #[test]
    fn a_part_behind_a_deciding_one_is_not_read() {
        let x = || Term::Real(VarId(0));
        let number = |value: i64| Term::Rational(Rational::from(value));
        let ln = Formula::Le(Term::Apply(Function::Ln, Box::new(x())), number(3));
        let inverse = Term::Div(Box::new(number(1)), Box::new(x()));
        let is_positive = Formula::Lt(number(0), x());
        let guarded = Formula::And(vec![is_positive.clone(), ln.clone()]);
        let chosen = Formula::Le(
            Term::Ite(
                Box::new(is_positive.clone()),
                Box::new(inverse.clone()),
                Box::new(number(0)),
            ),
            number(3),
        );
        let at = |formula: &Formula, value: i64| {
            let values = vec![Value::Real(Rational::from(value))];
            undefined(formula).evaluate(&Model { values })
        };
        for (formula, at_zero, at_one) in [
            (&ln, Some(true), Some(false)),
            (&guarded, Some(false), Some(false)),
            (&chosen, Some(false), Some(false)),
            (&Formula::Le(inverse, number(3)), Some(true), Some(false)),
            (&is_positive, Some(false), Some(false)),
            (
                &Formula::Implies(Box::new(is_positive.clone()), Box::new(ln.clone())),
                Some(false),
                Some(false),
            ),
            (
                &Formula::Or(vec![not(&is_positive), ln.clone()]),
                Some(false),
                Some(false),
            ),
        ] {
            assert_eq!(
                (at(formula, 0), at(formula, 1)),
                (at_zero, at_one),
                "{formula:?}"
            );
        }
        assert_eq!(undefined(&is_positive), Formula::False);
    }
}
