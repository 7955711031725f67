//! The only door to Z3: builds its terms from our own, asks, and reads the answer back.
//!
//! In: a [`Query`]. Out: an [`Answer`] whose model holds by exact re-evaluation and whose core is
//! minimal by deletion. Every check has a fresh context, because a used one gives other models and
//! keeps counting steps; declarations and assertions are in name order; the budget is `rlimit`,
//! never seconds; the tactics are named, because the default ones probe with clocks. A division
//! becomes `divisor = 0 or quotient * divisor = dividend`, which loses no model. Enumerations are
//! booleans of which exactly one holds. Trusted here: `unsat` (certificates check it elsewhere).

use std::panic::{AssertUnwindSafe, catch_unwind};

use z3::ast::{Bool, Real};
use z3::{Config, SatResult, Solver, Tactic, with_z3_config};

use super::query::{
    Answer, Formula, Model, Query, Reason, Sort, Term, Value, VarId, enumerator_name,
};
use crate::rational::Rational;

/// Decimal places at which a rational neighbour of an irrational value is tried, in this order.
const IRRATIONAL_PLACES: [usize; 4] = [3, 6, 9, 12];

/// Room for the recursion of deep terms.
const STACK_BYTES: usize = 64 << 20;

/// Answers queries in this process, each check in a fresh context.
///
/// A panic inside the solver's bindings makes that query undecided and no other: the thread that
/// may hold a foreign context is left, and the rest runs in a new one.
#[must_use]
pub fn solve_all(queries: &[Query]) -> Vec<Answer> {
    on_solver_threads(queries, solve)
}

/// Runs `job` for every item on a thread with a deep stack, a new thread after each panic.
pub(super) fn on_solver_threads<T: Sync>(
    items: &[T],
    job: impl Fn(&T) -> Answer + Sync,
) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::with_capacity(items.len());
    while answers.len() < items.len() {
        let rest = &items[answers.len()..];
        let batch = std::thread::scope(|scope| {
            std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, || batch_until_panic(rest, &job))
                .map_or_else(
                    |error| not_started(&error),
                    |thread| {
                        thread
                            .join()
                            .unwrap_or_else(|_| vec![unknown(Reason::Crashed)])
                    },
                )
        });
        answers.extend(batch);
    }
    answers
}

fn not_started(error: &std::io::Error) -> Vec<Answer> {
    let words = error.to_string();
    vec![unknown(Reason::NotStarted { words })]
}

fn batch_until_panic<T>(items: &[T], job: impl Fn(&T) -> Answer) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(items.len());
    for item in items {
        if let Ok(answer) = catch_unwind(AssertUnwindSafe(|| job(item))) {
            answers.push(answer);
        } else {
            answers.push(unknown(Reason::Crashed));
            break;
        }
    }
    answers
}

fn unknown(reason: Reason) -> Answer {
    Answer::Unknown { reason }
}

/// Answers one query on the current thread.
pub(super) fn solve(query: &Query) -> Answer {
    if let Err(error) = query.validate() {
        return unknown(Reason::Malformed { error });
    }
    let mut query = query.clone();
    query.sort();
    let everything: Vec<usize> = (0..query.assertions.len()).collect();
    match check(&query, &everything, &[], Options::default()) {
        Outcome::Sat(found) => model_answer(&query, &everything, found),
        Outcome::Unsat(_) if !query.want.core() => Answer::Unsat(Vec::new()),
        Outcome::Unsat(_) => Answer::Unsat(minimal_core(&query)),
        Outcome::Unknown(reason) => unknown(reason),
    }
}

#[derive(Clone, Copy, Default)]
struct Options {
    /// Track assertions, so that an unsatisfiable check names a first core.
    track: bool,
    /// Exclude models in which a divisor is zero.
    nonzero: bool,
}

enum Outcome {
    Sat(Vec<RawValue>),
    Unsat(Vec<usize>),
    Unknown(Reason),
}

/// A value as Z3 wrote it; reals may be irrational.
enum RawValue {
    Known(Value),
    Irrational { decimal: String },
}

/// One check in a fresh context: the chosen assertions and real variables fixed beforehand.
fn check(
    query: &Query,
    chosen: &[usize],
    fixed: &[(VarId, Rational)],
    options: Options,
) -> Outcome {
    let mut config = Config::new();
    config.set_param_value("rlimit", &query.rlimit.to_string());
    config.set_model_generation(true);
    with_z3_config(&config, || {
        let mut builder = Builder::new(query, options.nonzero);
        let tactic = if query.is_linear() {
            "smt"
        } else {
            "qfnra-nlsat"
        };
        let solver = Tactic::new(tactic).solver();
        for (number, &place) in chosen.iter().enumerate() {
            let assertion = builder.formula(&query.assertions[place].1);
            if options.track {
                solver.assert_and_track(assertion, &Bool::new_const(label(number)));
            } else {
                solver.assert(&assertion);
            }
        }
        for (variable, value) in fixed {
            let value = builder.rational(value);
            solver.assert(builder.real(*variable).eq(&value));
        }
        builder
            .side_conditions
            .iter()
            .for_each(|side| solver.assert(side));
        match solver.check() {
            SatResult::Sat => read_model(query, &builder, &solver),
            SatResult::Unsat => Outcome::Unsat(read_core(&solver, chosen)),
            SatResult::Unknown => Outcome::Unknown(reason_of(&solver, query)),
        }
    })
}

/// The tracking literal of an assertion; `!` keeps it apart from every dictionary name.
fn label(number: usize) -> String {
    format!("!{number}")
}

fn reason_of(solver: &Solver, query: &Query) -> Reason {
    let words = solver.get_reason_unknown().unwrap_or_default();
    let is_budget = ["resource", "canceled", "cancelled"];
    if is_budget.iter().any(|word| words.contains(word)) {
        let rlimit = query.rlimit;
        return Reason::Budget { rlimit };
    }
    Reason::Incomplete { words }
}

fn read_core(solver: &Solver, chosen: &[usize]) -> Vec<usize> {
    let named: Vec<String> = solver
        .get_unsat_core()
        .iter()
        .map(|literal| literal.to_string().trim_matches('|').to_owned())
        .collect();
    let is_named = |number: usize| named.contains(&label(number));
    (0..chosen.len())
        .filter(|&number| is_named(number))
        .map(|number| chosen[number])
        .collect()
}

fn read_model(query: &Query, builder: &Builder, solver: &Solver) -> Outcome {
    let Some(model) = solver.get_model() else {
        let words = "it has no model to show".to_owned();
        return Outcome::Unknown(Reason::Incomplete { words });
    };
    let is_true = |literal: &Bool| model.eval(literal, true).and_then(|value| value.as_bool());
    let mut values = Vec::with_capacity(query.variables.len());
    for symbol in &builder.symbols {
        let value = match symbol {
            Symbol::Real(real) => model.eval(real, true).map(|value| {
                parse_numeral(&value.to_string()).map_or_else(
                    || RawValue::Irrational {
                        decimal: value.approx(14),
                    },
                    |exact| RawValue::Known(Value::Real(exact)),
                )
            }),
            Symbol::Bool(literal) => is_true(literal).map(|v| RawValue::Known(Value::Bool(v))),
            Symbol::Enum(literals) => literals
                .iter()
                .position(|literal| is_true(literal) == Some(true))
                .and_then(|place| u32::try_from(place).ok())
                .map(|place| RawValue::Known(Value::Enum(place))),
        };
        let Some(value) = value else {
            let words = "its model leaves a variable without value".to_owned();
            return Outcome::Unknown(Reason::Incomplete { words });
        };
        values.push(value);
    }
    Outcome::Sat(values)
}

/// Reads `2.0`, `(/ 1.0 3.0)`, `(- (/ 1.0 3.0))`; nothing for an algebraic number.
fn parse_numeral(text: &str) -> Option<Rational> {
    let text = text.trim();
    let Some(inner) = text.strip_prefix('(') else {
        return Rational::parse_ratio(text).ok();
    };
    let inner = inner.strip_suffix(')')?.trim();
    if let Some(negated) = inner.strip_prefix("- ") {
        return parse_numeral(negated).map(|value| -&value);
    }
    let (numerator, denominator) = inner.strip_prefix("/ ")?.split_once(' ')?;
    let denominator = Rational::parse_ratio(denominator).ok()?;
    Rational::parse_ratio(numerator)
        .ok()?
        .checked_div(&denominator)
}

/// Turns a raw model into an exact one: irrational values are replaced by rational neighbours,
/// divisions by zero are excluded, and the result is re-evaluated without the solver.
fn model_answer(query: &Query, everything: &[usize], first: Vec<RawValue>) -> Answer {
    let mut options = Options::default();
    let mut raw = first;
    loop {
        let reason = match rational_model(query, everything, raw, options) {
            Ok(model) => match query.refutation(&model) {
                None => return Answer::Sat(model),
                Some(reason) => reason,
            },
            Err(reason) => reason,
        };
        if reason != Reason::DivisionByZero || options.nonzero {
            return unknown(reason);
        }
        options.nonzero = true;
        match check(query, everything, &[], options) {
            Outcome::Sat(values) => raw = values,
            // Only models that divide by zero are left: they are no models of ours.
            Outcome::Unsat(_) => return unknown(Reason::DivisionByZero),
            Outcome::Unknown(reason) => return unknown(reason),
        }
    }
}

/// Fixes irrational variables one after the other at rational neighbours of their value.
fn rational_model(
    query: &Query,
    everything: &[usize],
    mut raw: Vec<RawValue>,
    options: Options,
) -> Result<Model, Reason> {
    let mut fixed: Vec<(VarId, Rational)> = Vec::new();
    // Bounded: every round fixes one more variable or stops.
    loop {
        let Some((place, decimal)) = first_irrational(&raw) else {
            let exact = raw.into_iter().filter_map(|value| match value {
                RawValue::Known(value) => Some(value),
                RawValue::Irrational { .. } => None,
            });
            return Ok(Model {
                values: exact.collect(),
            });
        };
        let variable = VarId(u32::try_from(place).unwrap_or(u32::MAX));
        let mut next = None;
        for candidate in neighbours(&decimal) {
            fixed.push((variable, candidate));
            if let Outcome::Sat(values) = check(query, everything, &fixed, options) {
                next = Some(values);
                break;
            }
            fixed.pop();
        }
        raw = next.ok_or_else(|| Reason::Irrational {
            variable: query.variables[place].name.clone(),
        })?;
    }
}

fn first_irrational(raw: &[RawValue]) -> Option<(usize, String)> {
    raw.iter()
        .enumerate()
        .find_map(|(place, value)| match value {
            RawValue::Irrational { decimal } => Some((place, decimal.clone())),
            RawValue::Known(_) => None,
        })
}

/// The decimals just below and just above a value, coarse ones first.
fn neighbours(decimal: &str) -> Vec<Rational> {
    let Ok(value) = Rational::parse_decimal(decimal) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for places in IRRATIONAL_PLACES {
        let grid = Rational::power_of_ten(i64::try_from(places).unwrap_or(0));
        let scaled = &value * &grid;
        for whole in [scaled.floor(), scaled.ceil()] {
            found.extend(whole.checked_div(&grid));
        }
    }
    found
}

/// Shrinks the solver's first core by deletion until every member is needed; deterministic,
/// because members are tried in name order and each trial is a fresh check.
fn minimal_core(query: &Query) -> Vec<String> {
    let everything: Vec<usize> = (0..query.assertions.len()).collect();
    let is_unsat = |chosen: &[usize]| {
        let outcome = check(query, chosen, &[], Options::default());
        matches!(outcome, Outcome::Unsat(_))
    };
    let tracked = Options {
        track: true,
        ..Options::default()
    };
    let mut core = match check(query, &everything, &[], tracked) {
        Outcome::Unsat(named) if is_unsat(&named) => named,
        // The named core is a hint; without a good one deletion starts from everything.
        Outcome::Unsat(_) | Outcome::Sat(_) | Outcome::Unknown(_) => everything,
    };
    let mut width = core.len() / 2;
    while width > 0 {
        let mut start = 0;
        while start < core.len() {
            let end = core.len().min(start + width);
            let without = [&core[..start], &core[end..]].concat();
            if is_unsat(&without) {
                core = without;
            } else {
                start = end;
            }
        }
        width /= 2;
    }
    if core.len() == 1 && is_unsat(&[]) {
        core.clear();
    }
    core.into_iter()
        .map(|place| query.assertions[place].0.clone())
        .collect()
}

enum Symbol {
    Real(Real),
    Bool(Bool),
    Enum(Vec<Bool>),
}

/// Builds Z3 terms in the current context.
struct Builder {
    symbols: Vec<Symbol>,
    side_conditions: Vec<Bool>,
    quotients: usize,
    nonzero: bool,
}

impl Builder {
    fn new(query: &Query, nonzero: bool) -> Self {
        let mut made: Vec<Option<Symbol>> = query.variables.iter().map(|_| None).collect();
        let mut side_conditions = Vec::new();
        for place in query.declaration_order() {
            let variable = &query.variables[place];
            made[place] = Some(match &variable.sort {
                Sort::Real => Symbol::Real(Real::new_const(variable.name.as_str())),
                Sort::Bool => Symbol::Bool(Bool::new_const(variable.name.as_str())),
                Sort::Enum(names) => {
                    let literals: Vec<Bool> = names
                        .iter()
                        .map(|name| Bool::new_const(enumerator_name(&variable.name, name)))
                        .collect();
                    side_conditions.extend(exactly_one(&literals));
                    Symbol::Enum(literals)
                }
            });
        }
        let symbols = made.into_iter().flatten().collect();
        Self {
            symbols,
            side_conditions,
            quotients: 0,
            nonzero,
        }
    }

    fn real(&self, id: VarId) -> Real {
        match self.symbols.get(id.0 as usize) {
            Some(Symbol::Real(real)) => real.clone(),
            // INVARIANT: `Query::validate` ran; a fresh constant would only widen the question.
            Some(Symbol::Bool(_) | Symbol::Enum(_)) | None => Real::fresh_const("undeclared"),
        }
    }

    fn rational(&self, value: &Rational) -> Real {
        let (numerator, denominator) = (value.numerator_string(), value.denominator_string());
        let made = Real::from_rational_str(&numerator, &denominator);
        // INVARIANT: both texts are decimal digits; Z3 reads those of any length.
        made.expect("Z3 reads decimal digits")
    }

    fn term(&mut self, term: &Term) -> Real {
        match term {
            Term::Rational(value) => self.rational(value),
            Term::Real(id) => self.real(*id),
            Term::Add(parts) if parts.is_empty() => self.rational(&Rational::zero()),
            Term::Mul(parts) if parts.is_empty() => self.rational(&Rational::one()),
            Term::Add(parts) => Real::add(&self.terms(parts)),
            Term::Mul(parts) => Real::mul(&self.terms(parts)),
            Term::Div(dividend, divisor) => self.quotient(dividend, divisor),
            Term::Neg(inner) => self.term(inner).unary_minus(),
            Term::Ite(condition, then, otherwise) => {
                let condition = self.formula(condition);
                let (then, otherwise) = (self.term(then), self.term(otherwise));
                condition.ite(&then, &otherwise)
            }
        }
    }

    fn terms(&mut self, parts: &[Term]) -> Vec<Real> {
        parts.iter().map(|part| self.term(part)).collect()
    }

    fn quotient(&mut self, dividend: &Term, divisor: &Term) -> Real {
        let top = self.term(dividend);
        let nothing = Model { values: Vec::new() };
        let constant = divisor.evaluate(&nothing).filter(|_| divisor.is_constant());
        if let Some(reciprocal) = constant.and_then(|c| Rational::one().checked_div(&c)) {
            return Real::mul(&[self.rational(&reciprocal), top]);
        }
        let bottom = self.term(divisor);
        // `!` keeps the quotient apart from every dictionary name.
        let quotient = Real::new_const(format!("!quotient{}", self.quotients));
        self.quotients += 1;
        let is_zero = bottom.eq(self.rational(&Rational::zero()));
        let product = Real::mul(&[quotient.clone(), bottom]).eq(top);
        let side = if self.nonzero {
            Bool::and(&[is_zero.not(), product])
        } else {
            Bool::or(&[is_zero, product])
        };
        self.side_conditions.push(side);
        quotient
    }

    fn formula(&mut self, formula: &Formula) -> Bool {
        match formula {
            Formula::True => Bool::from_bool(true),
            Formula::False => Bool::from_bool(false),
            Formula::Le(left, right) => self.term(left).le(self.term(right)),
            Formula::Lt(left, right) => self.term(left).lt(self.term(right)),
            Formula::Eq(left, right) => self.term(left).eq(self.term(right)),
            Formula::Not(inner) => self.formula(inner).not(),
            Formula::And(parts) => Bool::and(&self.formulas(parts)),
            Formula::Or(parts) => Bool::or(&self.formulas(parts)),
            Formula::Implies(premise, conclusion) => {
                self.formula(premise).implies(self.formula(conclusion))
            }
            Formula::Bool(id) => match self.symbols.get(id.0 as usize) {
                Some(Symbol::Bool(literal)) => literal.clone(),
                // INVARIANT: `Query::validate` ran, as for `real`.
                Some(Symbol::Real(_) | Symbol::Enum(_)) | None => Bool::fresh_const("undeclared"),
            },
            Formula::EnumIs(id, enumerator) => match self.symbols.get(id.0 as usize) {
                Some(Symbol::Enum(literals)) => literals[*enumerator as usize].clone(),
                // INVARIANT: `Query::validate` ran, as for `real`.
                Some(Symbol::Real(_) | Symbol::Bool(_)) | None => Bool::fresh_const("undeclared"),
            },
        }
    }

    fn formulas(&mut self, parts: &[Formula]) -> Vec<Bool> {
        parts.iter().map(|part| self.formula(part)).collect()
    }
}

fn exactly_one(literals: &[Bool]) -> Vec<Bool> {
    let mut conditions = vec![Bool::or(literals)];
    for (place, first) in literals.iter().enumerate() {
        for second in &literals[place + 1..] {
            conditions.push(Bool::or(&[first.not(), second.not()]));
        }
    }
    conditions
}
