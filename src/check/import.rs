//! Scripts of SMT-LIB 2.6 as our own queries: the fragment QF_LRA and QF_NRA.
//!
//! In: the text of a script. Out: one [`Question`] per `check-sat`, or the first place that is not
//! of the fragment; nothing is dropped, so that no assertion gets lost on the way to `sat`. Real
//! and Bool, `declare-fun` and `declare-const` without arguments, `define-fun`, `assert` with
//! `:named`, `push`, `pop`, `check-sat-assuming`, `set-info :status`; `exp`, `log` and `sqrt` as in
//! dReal. A question is decided by the caller; [`Question::accepts`] checks a model once more.

pub mod reader;
pub mod terms;

use std::fmt;

use self::reader::{Expression, Kind, read};
use self::terms::{Macro, Quotient, Scope};
use super::query::{Formula, Model, Query, Sort, Term, Want};
pub use super::smtlib::Status;
use crate::rational::Rational;

/// Solver steps of one question.
const RLIMIT: u32 = 50_000_000;

/// Wall time of one question in milliseconds.
const WALL_MS: u64 = 60_000;

/// Where and why a script is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// Byte offset.
    pub at: usize,
    /// One sentence.
    pub message: String,
}

impl ImportError {
    fn new(at: usize, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { at, message }
    }

    /// Line and column in the text, from one.
    #[must_use]
    pub fn place(&self, text: &str) -> (usize, usize) {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (line, before[start..].chars().count() + 1)
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ImportError {}

/// One `check-sat` with everything asserted before it.
#[derive(Clone, Debug)]
pub struct Question {
    /// Line of the command, from one.
    pub line: usize,
    /// The query.
    pub query: Query,
    /// The status the script states.
    pub status: Option<Status>,
    quotients: Vec<Quotient>,
}

impl Question {
    /// Whether a model gives one value to equal divisions by zero, as SMT-LIB asks.
    #[must_use]
    pub fn accepts(&self, model: &Model) -> bool {
        let by_zero = self.quotients.iter().filter_map(|quotient| {
            let divisor = quotient.divisor.evaluate(model)?;
            let dividend = quotient.dividend.evaluate(model)?;
            let value = model.real(quotient.value)?;
            divisor.is_zero().then_some((dividend, value))
        });
        let by_zero: Vec<_> = by_zero.collect();
        by_zero.iter().all(|(dividend, value)| {
            let same = by_zero.iter().filter(|(other, _)| other == dividend);
            same.into_iter().all(|(_, other)| other == value)
        })
    }

    /// Whether the model values a variable the script did not declare.
    #[must_use]
    pub fn is_made(&self, name: &str) -> bool {
        let variable = |quotient: &Quotient| &self.query.variables[quotient.value.0 as usize];
        self.quotients.iter().any(|own| variable(own).name == name)
    }
}

/// Reads a script.
///
/// # Errors
/// [`ImportError`] at the first place that is not of the fragment.
pub fn questions(text: &str) -> Result<Vec<Question>, ImportError> {
    let mut script = Script {
        text,
        scope: Scope::default(),
        frames: vec![Frame::default()],
        status: None,
        found: Vec::new(),
    };
    for command in read(text)? {
        if !script.run(&command)? {
            break;
        }
    }
    Ok(script.found)
}

#[derive(Clone, Debug, Default)]
struct Frame {
    assertions: Vec<(String, Formula)>,
    names: Vec<String>,
}

struct Script<'a> {
    text: &'a str,
    scope: Scope,
    frames: Vec<Frame>,
    status: Option<Status>,
    found: Vec<Question>,
}

fn refused<T>(at: usize, message: impl Into<String>) -> Result<T, ImportError> {
    Err(ImportError::new(at, message))
}

fn sort_of(from: &Expression) -> Result<Sort, ImportError> {
    match from.symbol() {
        Some("Real") => Ok(Sort::Real),
        Some("Bool") => Ok(Sort::Bool),
        Some(other) => refused(
            from.at,
            format!("the sort `{other}`, expected Real or Bool"),
        ),
        None => refused(from.at, "expected the sort Real or Bool"),
    }
}

impl Script<'_> {
    fn line(&self, at: usize) -> usize {
        ImportError::new(at, "").place(self.text).0
    }

    /// Runs one command; false after `exit`.
    fn run(&mut self, command: &Expression) -> Result<bool, ImportError> {
        let Some((head, rest)) = command.list().and_then(|parts| parts.split_first()) else {
            return refused(command.at, "expected a command in parentheses");
        };
        match (head.symbol().unwrap_or_default(), rest) {
            ("set-logic", [logic]) => match logic.symbol() {
                Some("QF_LRA" | "QF_NRA" | "QF_RDL") => {}
                _ => return refused(logic.at, "expected the logic QF_LRA or QF_NRA"),
            },
            ("set-info", [key, value]) => self.info(key, value)?,
            ("set-option", [_, _]) | ("get-model" | "get-unsat-core", []) => {}
            ("declare-const", [name, sort]) => self.declare(name, sort)?,
            ("declare-fun", [name, parameters, sort]) => match parameters.list() {
                Some([]) => self.declare(name, sort)?,
                _ => return refused(parameters.at, "expected a function without arguments"),
            },
            ("define-fun", [name, parameters, sort, body]) => {
                self.define(name, parameters, sort, body)?;
            }
            ("assert", [formula]) => self.assert(formula)?,
            ("push", [] | [_]) => {
                for _ in 0..levels(rest)? {
                    self.frames.push(Frame::default());
                }
            }
            ("pop", [] | [_]) => self.pop(command.at, levels(rest)?)?,
            ("check-sat", []) => self.check(command.at, &[])?,
            ("check-sat-assuming", [assumed]) => {
                let Some(literals) = assumed.list() else {
                    return refused(assumed.at, "expected a list of literals");
                };
                self.check(command.at, literals)?;
            }
            ("exit", []) => return Ok(false),
            (name, _) => {
                return refused(
                    head.at,
                    format!("the command `{name}` is not understood here"),
                );
            }
        }
        Ok(true)
    }

    fn info(&mut self, key: &Expression, value: &Expression) -> Result<(), ImportError> {
        let Kind::Keyword(key) = &key.kind else {
            return refused(key.at, "expected a keyword");
        };
        if key == "status" {
            self.status = match value.symbol() {
                Some("sat") => Some(Status::Sat),
                Some("unsat") => Some(Status::Unsat),
                Some("unknown") => None,
                _ => return refused(value.at, "expected sat, unsat or unknown"),
            };
        }
        Ok(())
    }

    fn declare(&mut self, name: &Expression, sort: &Expression) -> Result<(), ImportError> {
        let sort = sort_of(sort)?;
        let Some(text) = name.symbol() else {
            return refused(name.at, "expected a name");
        };
        self.scope.declare(text, sort, name.at)?;
        self.frame().names.push(text.to_owned());
        Ok(())
    }

    fn define(
        &mut self,
        name: &Expression,
        parameters: &Expression,
        sort: &Expression,
        body: &Expression,
    ) -> Result<(), ImportError> {
        let Some(text) = name.symbol() else {
            return refused(name.at, "expected a name");
        };
        let mut known = Vec::new();
        for parameter in parameters.list().unwrap_or_default() {
            match parameter.list() {
                Some([own, sort]) if own.symbol().is_some() => {
                    known.push((own.symbol().unwrap_or_default().to_owned(), sort_of(sort)?));
                }
                _ => return refused(parameter.at, "expected `(name sort)`"),
            }
        }
        let is_taken = self.scope.declared.contains_key(text);
        if is_taken || self.scope.macros.contains_key(text) {
            return refused(name.at, format!("the name `{text}` is taken"));
        }
        let definition = Macro {
            parameters: known,
            sort: sort_of(sort)?,
            body: body.clone(),
        };
        self.scope.macros.insert(text.to_owned(), definition);
        self.frame().names.push(text.to_owned());
        Ok(())
    }

    fn frame(&mut self) -> &mut Frame {
        // INVARIANT: the first frame is never popped.
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn assert(&mut self, from: &Expression) -> Result<(), ImportError> {
        let formula = self.scope.formula(from)?;
        let name = match named(from)? {
            Some(name) => name,
            None => format!("line {}, offset {}", self.line(from.at), from.at),
        };
        self.frame().assertions.push((name, formula));
        Ok(())
    }

    fn pop(&mut self, at: usize, count: usize) -> Result<(), ImportError> {
        for _ in 0..count {
            if self.frames.len() == 1 {
                return refused(at, "there is nothing to pop");
            }
            let frame = self.frames.pop().unwrap_or_default();
            for name in frame.names {
                self.scope.declared.remove(&name);
                self.scope.macros.remove(&name);
            }
        }
        Ok(())
    }

    fn check(&mut self, at: usize, assumed: &[Expression]) -> Result<(), ImportError> {
        let mut assertions: Vec<(String, Formula)> = Vec::new();
        for frame in &self.frames {
            assertions.extend(frame.assertions.iter().cloned());
        }
        for (number, literal) in (1..).zip(assumed) {
            let formula = self.scope.formula(literal)?;
            assertions.push((format!("assumption {number}"), formula));
        }
        for quotient in &self.scope.quotients {
            let name = self.scope.variables[quotient.value.0 as usize].name.clone();
            assertions.push((format!("{name} defined"), division(quotient)));
        }
        let query = Query {
            variables: self.scope.variables.clone(),
            assertions,
            want: Want::ModelAndCore,
            rlimit: RLIMIT,
            wall_ms: WALL_MS,
        };
        if let Err(error) = query.validate() {
            return refused(at, error.to_string());
        }
        self.found.push(Question {
            line: self.line(at),
            query,
            status: self.status.take(),
            quotients: self.scope.quotients.clone(),
        });
        Ok(())
    }
}

/// `divisor = 0 or q · divisor = dividend`.
fn division(quotient: &Quotient) -> Formula {
    let (top, bottom) = (quotient.dividend.clone(), quotient.divisor.clone());
    let product = Term::Mul(vec![Term::Real(quotient.value), bottom.clone()]);
    Formula::Or(vec![
        Formula::Eq(bottom, Term::Rational(Rational::zero())),
        Formula::Eq(product, top),
    ])
}

/// The number after `push` or `pop`, one if there is none.
fn levels(rest: &[Expression]) -> Result<usize, ImportError> {
    match rest {
        [] => Ok(1),
        [one, ..] => match &one.kind {
            Kind::Number(digits) => match digits.parse::<usize>() {
                Ok(count) if count <= 1000 => Ok(count),
                Ok(_) | Err(_) => refused(one.at, "expected a number up to 1000"),
            },
            Kind::Symbol(_) | Kind::Keyword(_) | Kind::Text | Kind::List(_) => {
                refused(one.at, "expected a number")
            }
        },
    }
}

/// The name in `(! term :named name)`.
fn named(from: &Expression) -> Result<Option<String>, ImportError> {
    let Some([head, _, attributes @ ..]) = from.list() else {
        return Ok(None);
    };
    if head.symbol() != Some("!") {
        return Ok(None);
    }
    match attributes {
        [key, name] if key.kind == Kind::Keyword("named".to_owned()) => match name.symbol() {
            Some(name) => Ok(Some(name.to_owned())),
            None => refused(name.at, "expected a name"),
        },
        _ => refused(head.at, "expected one attribute, `:named name`"),
    }
}
