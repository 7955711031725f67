//! Terms of SMT-LIB as our own terms and formulas.
//!
//! In: expressions and the names in scope. Out: terms over declared reals and truth values. A
//! quotient becomes a variable `q` with `divisor = 0 or q · divisor = dividend`, because SMT-LIB
//! gives a division by zero some value. What is not of the fragment is refused at its place.

use std::collections::BTreeMap;

use super::ImportError;
use super::reader::{Expression, Kind};
use crate::check::query::{Formula, Function, Sort, Term, VarId, Variable};
use crate::rational::Rational;

/// Terms of one script beyond this are refused: `let` can double them with every line.
const TERMS_MAX: usize = 200_000;

/// A term of either sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A number.
    Number(Term),
    /// A truth value.
    Truth(Formula),
}

/// A defined function: names and sorts of its parameters, its sort, its body.
#[derive(Clone, Debug)]
pub struct Macro {
    /// The parameters.
    pub parameters: Vec<(String, Sort)>,
    /// What it returns.
    pub sort: Sort,
    /// What it stands for.
    pub body: Expression,
}

/// A quotient that has a variable of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotient {
    /// Above.
    pub dividend: Term,
    /// Below.
    pub divisor: Term,
    /// Its variable.
    pub value: VarId,
}

/// Names in scope and the variables made so far.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// All variables, declared or made; places never change.
    pub variables: Vec<Variable>,
    /// Declared names.
    pub declared: BTreeMap<String, VarId>,
    /// Defined functions.
    pub macros: BTreeMap<String, Macro>,
    /// Quotients met so far.
    pub quotients: Vec<Quotient>,
    terms: usize,
}

type Locals = BTreeMap<String, Typed>;

fn refused<T>(at: usize, message: impl Into<String>) -> Result<T, ImportError> {
    Err(ImportError::new(at, message))
}

impl Scope {
    /// Declares a constant.
    ///
    /// # Errors
    /// [`ImportError`] where the name is taken.
    pub fn declare(&mut self, name: &str, sort: Sort, at: usize) -> Result<(), ImportError> {
        let is_odd = name.is_empty() || name.starts_with('!') || name.contains('\\');
        if is_odd || self.declared.contains_key(name) || self.macros.contains_key(name) {
            return refused(at, format!("the name `{name}` is taken or not allowed"));
        }
        // A name declared again after `pop` may keep its place: nothing speaks of the old one.
        let before = self.variables.iter().position(|known| known.name == name);
        let id = match before {
            Some(place) if self.variables[place].sort == sort => {
                VarId(u32::try_from(place).unwrap_or(u32::MAX))
            }
            Some(_) => return refused(at, format!("`{name}` had another sort before")),
            None => self.variable(name.to_owned(), sort),
        };
        self.declared.insert(name.to_owned(), id);
        Ok(())
    }

    fn variable(&mut self, name: String, sort: Sort) -> VarId {
        // INVARIANT: every variable costs bytes of a text; there are fewer than 2^32.
        let id = VarId(u32::try_from(self.variables.len()).unwrap_or(u32::MAX));
        self.variables.push(Variable { name, sort });
        id
    }

    /// Reads a truth value.
    ///
    /// # Errors
    /// [`ImportError`] at the part that does not fit.
    pub fn formula(&mut self, from: &Expression) -> Result<Formula, ImportError> {
        truth(self.typed(from, &Locals::new())?, from.at)
    }

    fn typed(&mut self, from: &Expression, locals: &Locals) -> Result<Typed, ImportError> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            return refused(from.at, format!("more than {TERMS_MAX} terms"));
        }
        match &from.kind {
            Kind::Number(digits) => match Rational::parse_decimal(digits) {
                Ok(value) => Ok(Typed::Number(Term::Rational(value))),
                Err(error) => refused(from.at, error.to_string()),
            },
            Kind::Symbol(name) => self.named(name, from.at, locals),
            Kind::Keyword(_) | Kind::Text => refused(from.at, "expected a term"),
            Kind::List(parts) => match parts.split_first() {
                Some((head, operands)) => match head.symbol() {
                    Some(name) => self.applied(name, head.at, operands, locals),
                    None => refused(head.at, "expected the name of a function"),
                },
                None => refused(from.at, "expected a term, found an empty list"),
            },
        }
    }

    fn named(&mut self, name: &str, at: usize, locals: &Locals) -> Result<Typed, ImportError> {
        if let Some(value) = locals.get(name) {
            return Ok(value.clone());
        }
        if let Some(&id) = self.declared.get(name) {
            return Ok(match self.variables[id.0 as usize].sort {
                Sort::Bool => Typed::Truth(Formula::Bool(id)),
                Sort::Real | Sort::Enum(_) => Typed::Number(Term::Real(id)),
            });
        }
        match name {
            "true" => Ok(Typed::Truth(Formula::True)),
            "false" => Ok(Typed::Truth(Formula::False)),
            _ if self.macros.contains_key(name) => self.expanded(name, at, &[], locals),
            _ => refused(at, format!("`{name}` is not declared")),
        }
    }

    fn applied(
        &mut self,
        name: &str,
        at: usize,
        operands: &[Expression],
        locals: &Locals,
    ) -> Result<Typed, ImportError> {
        match name {
            "let" => return self.bound(at, operands, locals),
            "!" => {
                return match operands.first() {
                    Some(inner) => self.typed(inner, locals),
                    None => refused(at, "expected a term after `!`"),
                };
            }
            _ if self.macros.contains_key(name) => {
                return self.expanded(name, at, operands, locals);
            }
            _ => {}
        }
        let values = operands.iter().map(|part| self.typed(part, locals));
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let is_truth = matches!(values.first(), Some(Typed::Truth(_)));
        match name {
            "+" | "-" | "*" | "/" | "exp" | "log" | "sqrt" => {
                let numbers = all_numbers(values, operands)?;
                self.arithmetic(name, at, numbers).map(Typed::Number)
            }
            "<=" | "<" | ">=" | ">" => compared(name, at, all_numbers(values, operands)?),
            "=" | "distinct" if is_truth => equal_truths(name, at, all_truths(values, operands)?),
            "=" | "distinct" => compared(name, at, all_numbers(values, operands)?),
            "ite" => conditional(at, values, operands),
            "and" | "or" | "not" | "=>" | "xor" => logical(name, at, all_truths(values, operands)?),
            _ => refused(at, format!("`{name}` is no function of this fragment")),
        }
    }

    fn bound(
        &mut self,
        at: usize,
        operands: &[Expression],
        locals: &Locals,
    ) -> Result<Typed, ImportError> {
        let [bindings, body] = operands else {
            return refused(at, "expected `(let ((name term) …) term)`");
        };
        let mut inner = locals.clone();
        for binding in bindings.list().unwrap_or_default() {
            let Some([name, value]) = binding.list() else {
                return refused(binding.at, "expected `(name term)`");
            };
            let Some(name) = name.symbol() else {
                return refused(name.at, "expected a name");
            };
            // Bindings of one `let` do not see each other.
            let value = self.typed(value, locals)?;
            inner.insert(name.to_owned(), value);
        }
        self.typed(body, &inner)
    }

    fn expanded(
        &mut self,
        name: &str,
        at: usize,
        operands: &[Expression],
        locals: &Locals,
    ) -> Result<Typed, ImportError> {
        let Some(definition) = self.macros.get(name).cloned() else {
            return refused(at, format!("`{name}` is not defined"));
        };
        if operands.len() != definition.parameters.len() {
            let count = definition.parameters.len();
            return refused(at, format!("`{name}` takes {count} arguments"));
        }
        let mut inner = Locals::new();
        for ((parameter, sort), operand) in definition.parameters.iter().zip(operands) {
            let value = self.typed(operand, locals)?;
            check_sort(&value, sort, operand.at)?;
            inner.insert(parameter.clone(), value);
        }
        let value = self.typed(&definition.body, &inner)?;
        check_sort(&value, &definition.sort, definition.body.at)?;
        Ok(value)
    }

    fn arithmetic(
        &mut self,
        name: &str,
        at: usize,
        mut values: Vec<Term>,
    ) -> Result<Term, ImportError> {
        let negative = |term: Term| Term::Neg(Box::new(term));
        Ok(match (name, values.len()) {
            ("+", 2..) => Term::Add(values),
            ("*", 2..) => Term::Mul(values),
            ("-", 1) => negative(values.remove(0)),
            ("-", 2..) => {
                let first = values.remove(0);
                let rest = values.into_iter().map(negative);
                Term::Add(std::iter::once(first).chain(rest).collect())
            }
            ("/", 2..) => {
                let mut values = values.into_iter();
                // INVARIANT: the pattern says there are two at least.
                let first = values.next().unwrap_or(Term::Add(Vec::new()));
                values.try_fold(first, |top, bottom| self.quotient(top, bottom, at))?
            }
            ("exp" | "log" | "sqrt", 1) => {
                let function = match name {
                    "exp" => Function::Exp,
                    "log" => Function::Ln,
                    _ => Function::Sqrt,
                };
                Term::Apply(function, Box::new(values.remove(0)))
            }
            _ => return refused(at, format!("wrong number of arguments of `{name}`")),
        })
    }

    fn quotient(&mut self, top: Term, bottom: Term, at: usize) -> Result<Term, ImportError> {
        let nothing = crate::check::query::Model { values: Vec::new() };
        if bottom.is_constant() {
            return match bottom.evaluate(&nothing) {
                Some(value) if !value.is_zero() => Ok(Term::Div(Box::new(top), Box::new(bottom))),
                Some(_) | None => refused(at, "a division by zero"),
            };
        }
        let known = |known: &&Quotient| known.dividend == top && known.divisor == bottom;
        if let Some(found) = self.quotients.iter().find(known) {
            return Ok(Term::Real(found.value));
        }
        let name = format!("quotient {}", self.quotients.len() + 1);
        let value = self.variable(name, Sort::Real);
        self.quotients.push(Quotient {
            dividend: top,
            divisor: bottom,
            value,
        });
        Ok(Term::Real(value))
    }
}

fn check_sort(value: &Typed, sort: &Sort, at: usize) -> Result<(), ImportError> {
    match (value, sort) {
        (Typed::Number(_), Sort::Real) | (Typed::Truth(_), Sort::Bool) => Ok(()),
        (Typed::Number(_) | Typed::Truth(_), _) => refused(at, "a term of the other sort"),
    }
}

fn truth(value: Typed, at: usize) -> Result<Formula, ImportError> {
    match value {
        Typed::Truth(formula) => Ok(formula),
        Typed::Number(_) => refused(at, "expected a truth value, found a number"),
    }
}

fn all_truths(values: Vec<Typed>, from: &[Expression]) -> Result<Vec<Formula>, ImportError> {
    let values = values.into_iter().zip(from);
    values.map(|(value, from)| truth(value, from.at)).collect()
}

fn all_numbers(values: Vec<Typed>, from: &[Expression]) -> Result<Vec<Term>, ImportError> {
    let values = values.into_iter().zip(from);
    let number = |(value, from): (Typed, &Expression)| match value {
        Typed::Number(term) => Ok(term),
        Typed::Truth(_) => refused(from.at, "expected a number, found a truth value"),
    };
    values.map(number).collect()
}

/// All pairs for `distinct`, neighbours for the chainable relations.
fn pairs<T: Clone>(values: &[T], all: bool) -> Vec<(T, T)> {
    let mut found = Vec::new();
    for (place, first) in values.iter().enumerate() {
        let others = values[place + 1..].iter();
        let count = if all { values.len() } else { 1 };
        found.extend(
            others
                .take(count)
                .map(|other| (first.clone(), other.clone())),
        );
    }
    found
}

fn compared(name: &str, at: usize, values: Vec<Term>) -> Result<Typed, ImportError> {
    if values.len() < 2 {
        return refused(at, format!("`{name}` takes two arguments at least"));
    }
    let one = |(left, right): (Term, Term)| match name {
        "<=" => Formula::Le(left, right),
        "<" => Formula::Lt(left, right),
        ">=" => Formula::Le(right, left),
        ">" => Formula::Lt(right, left),
        "=" => Formula::Eq(left, right),
        _ => Formula::Not(Box::new(Formula::Eq(left, right))),
    };
    let pairs = pairs(&values, name == "distinct");
    Ok(Typed::Truth(joined(pairs.into_iter().map(one).collect())))
}

fn joined(mut parts: Vec<Formula>) -> Formula {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        Formula::And(parts)
    }
}

fn same(left: Formula, right: Formula) -> Formula {
    Formula::And(vec![
        Formula::Implies(Box::new(left.clone()), Box::new(right.clone())),
        Formula::Implies(Box::new(right), Box::new(left)),
    ])
}

fn equal_truths(name: &str, at: usize, values: Vec<Formula>) -> Result<Typed, ImportError> {
    if values.len() < 2 {
        return refused(at, format!("`{name}` takes two arguments at least"));
    }
    let is_distinct = name == "distinct";
    let one = |(left, right)| {
        let same = same(left, right);
        if is_distinct {
            Formula::Not(Box::new(same))
        } else {
            same
        }
    };
    let pairs = pairs(&values, is_distinct);
    Ok(Typed::Truth(joined(pairs.into_iter().map(one).collect())))
}

fn conditional(at: usize, values: Vec<Typed>, from: &[Expression]) -> Result<Typed, ImportError> {
    let [condition, then, otherwise] = <[Typed; 3]>::try_from(values)
        .map_err(|_| ImportError::new(at, "`ite` takes three arguments"))?;
    let condition = Box::new(truth(condition, from[0].at)?);
    match (then, otherwise) {
        (Typed::Number(then), Typed::Number(otherwise)) => Ok(Typed::Number(Term::Ite(
            condition,
            Box::new(then),
            Box::new(otherwise),
        ))),
        (Typed::Truth(then), Typed::Truth(otherwise)) => {
            let not = Formula::Not(condition.clone());
            Ok(Typed::Truth(Formula::And(vec![
                Formula::Implies(condition, Box::new(then)),
                Formula::Implies(Box::new(not), Box::new(otherwise)),
            ])))
        }
        (Typed::Number(_) | Typed::Truth(_), _) => refused(at, "branches of different sorts"),
    }
}

fn logical(name: &str, at: usize, mut values: Vec<Formula>) -> Result<Typed, ImportError> {
    let made = match (name, values.len()) {
        ("and", _) => Formula::And(values),
        ("or", _) => Formula::Or(values),
        ("not", 1) => Formula::Not(Box::new(values.remove(0))),
        ("=>" | "xor", 2..) => {
            // `=>` associates to the right, `xor` to the left.
            if name == "=>" {
                values.reverse();
            }
            let mut values = values.into_iter();
            // INVARIANT: the pattern says there are two at least.
            let first = values.next().unwrap_or(Formula::True);
            values.fold(first, |known, next| match name {
                "=>" => Formula::Implies(Box::new(next), Box::new(known)),
                _ => Formula::Not(Box::new(same(known, next))),
            })
        }
        _ => return refused(at, format!("wrong number of arguments of `{name}`")),
    };
    Ok(Typed::Truth(made))
}
