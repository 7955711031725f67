//! A question to the solver and its answer, as plain data that any thread or process can carry.
//!
//! In: declared variables, named assertions, what is wanted, a resource budget. Out: [`Answer`].
//! A query is put in one order (assertions by name, declarations by name) before anything is asked,
//! so that the order in which rules were read cannot change a model. Undecided is an answer with a
//! [`Reason`], never an error and never a pass.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::rational::Rational;

pub use super::formula::{Formula, Function, Model, Term, Value, VarId};

/// Nesting beyond this is refused: the rule language stops far earlier.
const DEPTH_MAX: usize = 256;

/// What a variable ranges over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The real numbers.
    Real,
    /// True or false.
    Bool,
    /// One of these enumerators.
    Enum(Vec<String>),
}

/// A declared variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    /// The dictionary name, for instance `coating.web_speed`.
    pub name: String,
    /// What it ranges over.
    pub sort: Sort,
}

/// What the caller needs beside the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// A model when satisfiable; an unsatisfiable query then has an empty core.
    Model,
    /// A minimal core when unsatisfiable.
    Core,
    /// Whichever applies.
    ModelAndCore,
}

impl Want {
    /// Whether an unsatisfiable query shall name its minimal core.
    #[must_use]
    pub fn core(self) -> bool {
        match self {
            Self::Model => false,
            Self::Core | Self::ModelAndCore => true,
        }
    }
}

/// A question: is there a value for every variable that makes every assertion true?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Query {
    /// The variables; [`VarId`] is a place in this list.
    pub variables: Vec<Variable>,
    /// The assertions, each with a name of its own (a rule code, a range, a tolerance).
    pub assertions: Vec<(String, Formula)>,
    /// What the caller needs.
    pub want: Want,
    /// The budget in solver steps for each check; it replays, seconds do not.
    pub rlimit: u32,
    /// The wall time in milliseconds after which the child process is killed, a safety net only.
    pub wall_ms: u64,
}

/// What came of a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Satisfiable; the model was re-evaluated exactly, without the solver.
    Sat(Model),
    /// Unsatisfiable; a minimal set of assertions that contradict each other, sorted by name.
    Unsat(Vec<String>),
    /// Undecided.
    Unknown {
        /// Why.
        reason: Reason,
    },
}

/// Why a query is undecided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The solver used up its steps.
    Budget {
        /// The steps it had.
        rlimit: u32,
    },
    /// The solver gave up within its budget.
    Incomplete {
        /// The solver's own words.
        words: String,
    },
    /// Every model found has a value that is no rational number.
    Irrational {
        /// The variable.
        variable: String,
    },
    /// Every model found divides by zero.
    DivisionByZero,
    /// The solver's model fails exact re-evaluation.
    ModelRefuted {
        /// The assertion that does not hold at it.
        assertion: String,
    },
    /// `exp`, `ln` or `sqrt` occurs, which the solver is not asked about.
    Functions,
    /// Some boxes of values are neither excluded nor known to hold an answer.
    OpenBoxes {
        /// A few of them.
        boxes: Vec<OpenBox>,
    },
    /// The question has too many cases to be taken apart.
    TooLarge,
    /// The query itself is malformed.
    Malformed {
        /// What is wrong with it.
        error: QueryError,
    },
    /// The program was built without a solver.
    NoSolver,
    /// The solver process could not be started.
    NotStarted {
        /// The system's words.
        words: String,
    },
    /// The solver process ended before it answered.
    Crashed,
    /// The solver process was killed after its wall time.
    TimedOut {
        /// The wall time it had, in milliseconds.
        wall_ms: u64,
    },
    /// The solver process wrote something that is no answer to the query.
    Garbled,
}

impl Reason {
    /// Whether the environment failed (exit code 4) rather than the question being hard (3).
    #[must_use]
    pub fn is_environment(&self) -> bool {
        match self {
            Self::NotStarted { .. } | Self::NoSolver => true,
            Self::Budget { .. }
            | Self::Incomplete { .. }
            | Self::Irrational { .. }
            | Self::DivisionByZero
            | Self::Functions
            | Self::OpenBoxes { .. }
            | Self::TooLarge
            | Self::ModelRefuted { .. }
            | Self::Malformed { .. }
            | Self::Crashed
            | Self::TimedOut { .. }
            | Self::Garbled => false,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Budget { rlimit } => {
                write!(out, "the budget of {rlimit} solver steps is used up")
            }
            Self::Incomplete { words } => write!(out, "the solver gave up: {words}"),
            Self::Irrational { variable } => {
                write!(
                    out,
                    "`{variable}` has no rational value in the models found"
                )
            }
            Self::DivisionByZero => write!(out, "the models found divide by zero"),
            Self::Functions => write!(out, "the solver is not asked about exp, ln and sqrt"),
            Self::OpenBoxes { boxes } => {
                let count = boxes.len();
                write!(out, "{count} boxes of values are neither excluded nor met")
            }
            Self::TooLarge => write!(out, "the question has too many cases"),
            Self::ModelRefuted { assertion } => {
                write!(
                    out,
                    "the solver's model fails exact re-evaluation at `{assertion}`"
                )
            }
            Self::Malformed { error } => write!(out, "the question is malformed: {error}"),
            Self::NoSolver => write!(out, "this program was built without a solver"),
            Self::NotStarted { words } => {
                write!(out, "the solver process cannot be started: {words}")
            }
            Self::Crashed => write!(out, "the solver process ended before it answered"),
            Self::TimedOut { wall_ms } => {
                write!(out, "the solver process was stopped after {wall_ms} ms")
            }
            Self::Garbled => write!(out, "the solver process wrote something that is no answer"),
        }
    }
}

/// An undecided part of the space of values: the ends of every real variable's interval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenBox {
    /// Name, lower and upper end; nothing for an end without bound.
    pub sides: Vec<(String, Option<Rational>, Option<Rational>)>,
}

/// What is wrong with a query; found before the solver sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueryError {
    /// Two variables or assertions share a name, or a name is empty, starts with `!`, or
    /// holds `|`, `\` or a control character.
    Name {
        /// The name.
        name: String,
    },
    /// An enumeration without enumerators.
    EmptyEnumeration {
        /// The variable.
        name: String,
    },
    /// A formula uses a variable that is not declared, or as another sort, or an enumerator that
    /// the variable does not have.
    Variable {
        /// The assertion.
        assertion: String,
        /// The place of the variable.
        variable: u32,
    },
    /// A formula is nested deeper than 256 levels.
    TooDeep {
        /// The assertion.
        assertion: String,
    },
}

impl fmt::Display for QueryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name { name } => {
                write!(
                    out,
                    "the name `{}` is taken or not allowed",
                    name.escape_debug()
                )
            }
            Self::EmptyEnumeration { name } => write!(out, "`{name}` has no enumerators"),
            Self::Variable {
                assertion,
                variable,
            } => write!(
                out,
                "`{assertion}` uses variable {variable}, which is not declared with that sort"
            ),
            Self::TooDeep { assertion } => {
                write!(
                    out,
                    "`{assertion}` is nested deeper than {DEPTH_MAX} levels"
                )
            }
        }
    }
}

impl std::error::Error for QueryError {}

impl Query {
    /// Sorts the assertions by name: the order in which they were collected must not matter.
    pub fn sort(&mut self) {
        self.assertions.sort_by(|a, b| a.0.cmp(&b.0));
    }

    /// Returns the places of the variables, sorted by name: the order of declaration.
    #[must_use]
    pub fn declaration_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.variables.len()).collect();
        order.sort_by(|&a, &b| self.variables[a].name.cmp(&self.variables[b].name));
        order
    }

    /// Whether linear arithmetic decides the query.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.assertions
            .iter()
            .all(|(_, formula)| formula.is_linear())
    }

    /// Whether `exp`, `ln` or `sqrt` occurs: the solver is then not asked.
    #[must_use]
    pub fn has_functions(&self) -> bool {
        self.assertions
            .iter()
            .any(|(_, formula)| formula.has_functions())
    }

    /// Checks names, variables, sorts and depth.
    ///
    /// # Errors
    /// The first [`QueryError`] in the order variables, then assertions.
    pub fn validate(&self) -> Result<(), QueryError> {
        let mut names = BTreeSet::new();
        for variable in &self.variables {
            check_name(&variable.name, &mut names)?;
            if let Sort::Enum(enumerators) = &variable.sort {
                if enumerators.is_empty() {
                    let name = variable.name.clone();
                    return Err(QueryError::EmptyEnumeration { name });
                }
                for enumerator in enumerators {
                    check_name(&enumerator_name(&variable.name, enumerator), &mut names)?;
                }
            }
        }
        for (name, _) in &self.assertions {
            check_name(name, &mut names)?;
        }
        self.assertions.iter().try_for_each(|(assertion, formula)| {
            let walk = Walk {
                query: self,
                assertion,
            };
            walk.formula(formula, DEPTH_MAX)
        })
    }

    /// Returns the first assertion that does not hold at `model` and whether it has a value there.
    #[must_use]
    pub fn refutation(&self, model: &Model) -> Option<Reason> {
        let mut undefined = None;
        for (name, formula) in &self.assertions {
            match formula.evaluate(model) {
                Some(true) => {}
                Some(false) => {
                    let assertion = name.clone();
                    return Some(Reason::ModelRefuted { assertion });
                }
                None => undefined = Some(Reason::DivisionByZero),
            }
        }
        undefined
    }
}

/// The name of the boolean that says "`variable` is `enumerator`".
#[must_use]
pub fn enumerator_name(variable: &str, enumerator: &str) -> String {
    format!("{variable}={enumerator}")
}

fn check_name(name: &str, names: &mut BTreeSet<String>) -> Result<(), QueryError> {
    let is_bad = |character: char| matches!(character, '|' | '\\') || character.is_control();
    let is_reserved = name.is_empty() || name.starts_with('!');
    if is_reserved || name.contains(is_bad) || !names.insert(name.to_owned()) {
        let name = name.to_owned();
        return Err(QueryError::Name { name });
    }
    Ok(())
}

struct Walk<'a> {
    query: &'a Query,
    assertion: &'a str,
}

impl Walk<'_> {
    fn deeper(&self, depth: usize) -> Result<usize, QueryError> {
        depth.checked_sub(1).ok_or_else(|| QueryError::TooDeep {
            assertion: self.assertion.to_owned(),
        })
    }

    fn variable(&self, id: VarId, fits: impl Fn(&Sort) -> bool) -> Result<(), QueryError> {
        let declared = self.query.variables.get(id.0 as usize);
        if declared.is_some_and(|variable| fits(&variable.sort)) {
            return Ok(());
        }
        Err(QueryError::Variable {
            assertion: self.assertion.to_owned(),
            variable: id.0,
        })
    }

    fn term(&self, term: &Term, depth: usize) -> Result<(), QueryError> {
        let depth = self.deeper(depth)?;
        match term {
            Term::Rational(_) => Ok(()),
            Term::Real(id) => self.variable(*id, |sort| *sort == Sort::Real),
            Term::Add(parts) | Term::Mul(parts) => {
                parts.iter().try_for_each(|part| self.term(part, depth))
            }
            Term::Div(left, right) => {
                self.term(left, depth)?;
                self.term(right, depth)
            }
            Term::Neg(inner) | Term::Apply(_, inner) => self.term(inner, depth),
            Term::Ite(condition, then, otherwise) => {
                self.formula(condition, depth)?;
                self.term(then, depth)?;
                self.term(otherwise, depth)
            }
        }
    }

    fn formula(&self, formula: &Formula, depth: usize) -> Result<(), QueryError> {
        let depth = self.deeper(depth)?;
        match formula {
            Formula::True | Formula::False => Ok(()),
            Formula::Bool(id) => self.variable(*id, |sort| *sort == Sort::Bool),
            Formula::Le(left, right) | Formula::Lt(left, right) | Formula::Eq(left, right) => {
                self.term(left, depth)?;
                self.term(right, depth)
            }
            Formula::Not(inner) => self.formula(inner, depth),
            Formula::And(parts) | Formula::Or(parts) => {
                parts.iter().try_for_each(|part| self.formula(part, depth))
            }
            Formula::Implies(premise, conclusion) => {
                self.formula(premise, depth)?;
                self.formula(conclusion, depth)
            }
            Formula::EnumIs(id, enumerator) => self.variable(
                *id,
                |sort| matches!(sort, Sort::Enum(names) if (*enumerator as usize) < names.len()),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(formula: Formula) -> Query {
        let real = Variable {
            name: "a.x".to_owned(),
            sort: Sort::Real,
        };
        let names = vec!["u".to_owned(), "v".to_owned()];
        let choice = Variable {
            name: "a.e".to_owned(),
            sort: Sort::Enum(names),
        };
        Query {
            variables: vec![real, choice],
            assertions: vec![("R1".to_owned(), formula)],
            want: Want::Model,
            rlimit: 1000,
            wall_ms: 1000,
        }
    }

    #[test]
    fn wrong_variables_are_refused_before_the_solver_sees_them() {
        assert_eq!(query(Formula::EnumIs(VarId(1), 1)).validate(), Ok(()));
        let zero = || Term::Rational(Rational::zero());
        for bad in [
            Formula::EnumIs(VarId(1), 2),
            Formula::EnumIs(VarId(0), 0),
            Formula::Bool(VarId(0)),
            Formula::Le(Term::Real(VarId(1)), zero()),
            Formula::Le(zero(), Term::Real(VarId(7))),
        ] {
            let error = query(bad).validate().expect_err("must be refused");
            assert!(matches!(error, QueryError::Variable { .. }), "{error}");
        }
    }

    #[test]
    fn names_are_unique_and_printable() {
        let mut twice = query(Formula::True);
        twice.assertions.push(("R1".to_owned(), Formula::True));
        assert!(matches!(twice.validate(), Err(QueryError::Name { .. })));
        let mut clash = query(Formula::True);
        clash.assertions[0].0 = "a.e=u".to_owned();
        assert!(matches!(clash.validate(), Err(QueryError::Name { .. })));
        let mut bar = query(Formula::True);
        bar.variables[0].name = "a|x".to_owned();
        assert!(matches!(bar.validate(), Err(QueryError::Name { .. })));
    }

    #[test]
    fn deep_nesting_is_refused() {
        let mut formula = Formula::True;
        for _ in 0..DEPTH_MAX {
            formula = Formula::Not(Box::new(formula));
        }
        let error = query(formula).validate().expect_err("must be refused");
        assert!(matches!(error, QueryError::TooDeep { .. }));
    }

    #[test]
    fn a_model_that_breaks_an_assertion_is_refuted_by_name() {
        let formula = Formula::Le(Term::Real(VarId(0)), Term::Rational(Rational::one()));
        let model = |value: i64| Model {
            values: vec![Value::Real(Rational::from(value)), Value::Enum(0)],
        };
        assert_eq!(query(formula.clone()).refutation(&model(1)), None);
        let refuted = query(formula).refutation(&model(2));
        assert!(matches!(refuted, Some(Reason::ModelRefuted { assertion }) if assertion == "R1"));
    }
}
