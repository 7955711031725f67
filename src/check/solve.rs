//! The only door to Z3: builds its terms from our own, asks, and reads the answer back.
//!
//! In: a [`Query`]. Out: an [`Answer`] whose model holds by exact re-evaluation and whose core is
//! minimal by deletion. Every check whose answer counts has a fresh context, because a used one
//! gives other models; only the search for a small core reuses one, and its result is confirmed.
//! Declarations and assertions are in name order; the budget is `rlimit`, never seconds; the
//! tactics are named, because the default ones probe with clocks. A division
//! becomes `divisor = 0 or quotient * divisor = dividend`, which loses no model. Enumerations are
//! booleans of which exactly one holds. Trusted here: `unsat` (certificates check it elsewhere).

use std::cell::Cell;
use std::collections::BTreeSet;

use z3::ast::{Bool, Real};
use z3::{Config, SatResult, Solver, Tactic, with_z3_config};

use super::query::{
    Answer, Formula, Model, Query, Reason, Sort, Term, Value, VarId, enumerator_name,
};
use crate::rational::Rational;

/// Decimal places at which a rational neighbour of an irrational value is tried, in this order.
const IRRATIONAL_PLACES: [usize; 4] = [3, 6, 9, 12];

/// Returns the version of the linked library.
pub(super) fn version() -> String {
    // What follows the first word names a commit and a build.
    let number = z3::full_version().split_whitespace().next();
    format!("Z3 {}", number.unwrap_or("unknown"))
}

fn unknown(reason: Reason) -> Answer {
    Answer::Unknown { reason }
}

/// Answers one query on the current thread, whose own context stays untouched.
///
/// # Panics
/// When the bindings panic; the thread is then left with a foreign context and must not be used
/// again, which [`super::solver_process`] sees to.
pub(super) fn solve(query: &Query) -> Answer {
    if let Err(error) = query.validate() {
        return unknown(Reason::Malformed { error });
    }
    if query.has_functions() {
        return unknown(Reason::Functions);
    }
    let mut query = query.clone();
    query.sort();
    let everything: Vec<usize> = (0..query.assertions.len()).collect();
    match check(&query, &everything, &[], Divisors::Any) {
        Outcome::Sat(found) => model_answer(&query, &everything, found),
        Outcome::Unsat if !query.want.core() => Answer::Unsat(Vec::new()),
        Outcome::Unsat => Answer::Unsat(minimal_core(&query)),
        Outcome::Unknown(reason) => unknown(reason),
    }
}

/// Whether models in which a divisor is zero are looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Divisors {
    /// Yes: so that an unsatisfiable answer excludes every model.
    Any,
    /// No: to find a model with a value everywhere.
    Nonzero,
}

enum Outcome {
    Sat(Vec<RawValue>),
    Unsat,
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
    divisors: Divisors,
) -> Outcome {
    with_z3_config(&config_of(query), || {
        let mut builder = Builder::new(query, divisors);
        let solver = solver_for(query);
        for &place in chosen {
            solver.assert(builder.formula(&query.assertions[place].1));
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
            SatResult::Unsat => Outcome::Unsat,
            SatResult::Unknown => Outcome::Unknown(reason_of(&solver, query)),
        }
    })
}

fn config_of(query: &Query) -> Config {
    let mut config = Config::new();
    config.set_param_value("rlimit", &query.rlimit.to_string());
    config.set_model_generation(true);
    config
}

/// The default tactics probe with clocks, so the tactic is named.
fn solver_for(query: &Query) -> Solver {
    let tactic = if query.is_linear() {
        "smt"
    } else {
        "qfnra-nlsat"
    };
    Tactic::new(tactic).solver()
}

/// The literal that stands for an assertion in an incremental check; `!` keeps it apart from
/// every dictionary name.
fn label(place: usize) -> String {
    format!("!{place}")
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

fn read_core(solver: &Solver, count: usize) -> Vec<usize> {
    let named: BTreeSet<String> = solver
        .get_unsat_core()
        .iter()
        .map(|literal| literal.to_string().trim_matches('|').to_owned())
        .collect();
    (0..count)
        .filter(|&place| named.contains(&label(place)))
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
    let mut divisors = Divisors::Any;
    let mut raw = first;
    loop {
        let reason = match rational_model(query, everything, raw, divisors) {
            Ok(model) => match query.refutation(&model) {
                None => return Answer::Sat(model),
                Some(reason) => reason,
            },
            Err(reason) => reason,
        };
        if reason != Reason::DivisionByZero || divisors == Divisors::Nonzero {
            return unknown(reason);
        }
        divisors = Divisors::Nonzero;
        match check(query, everything, &[], divisors) {
            Outcome::Sat(values) => raw = values,
            // Only models that divide by zero are left: they are no models of ours.
            Outcome::Unsat => return unknown(Reason::DivisionByZero),
            Outcome::Unknown(reason) => return unknown(reason),
        }
    }
}

/// Fixes irrational variables one after the other at rational neighbours of their value.
fn rational_model(
    query: &Query,
    everything: &[usize],
    mut raw: Vec<RawValue>,
    divisors: Divisors,
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
            if let Outcome::Sat(values) = check(query, everything, &fixed, divisors) {
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

/// Returns a core in which every member is needed; deterministic, because members are tried in
/// name order and the budget is counted in steps.
fn minimal_core(query: &Query) -> Vec<String> {
    let is_unsat = |chosen: &[usize]| {
        let outcome = check(query, chosen, &[], Divisors::Any);
        matches!(outcome, Outcome::Unsat)
    };
    let (hint, is_minimal) = incremental_core(query);
    let core = if !is_unsat(&hint) {
        shrink((0..query.assertions.len()).collect(), is_unsat)
    } else if is_minimal {
        hint
    } else {
        shrink(hint, is_unsat)
    };
    core.into_iter()
        .map(|place| query.assertions[place].0.clone())
        .collect()
}

/// A core from one incremental context, quick but only a hint: the caller confirms it in a fresh
/// one. Also returns whether every trial was decided, so that no member is left without need.
fn incremental_core(query: &Query) -> (Vec<usize>, bool) {
    let everything: Vec<usize> = (0..query.assertions.len()).collect();
    with_z3_config(&config_of(query), || {
        let logic = if query.is_linear() {
            "QF_LRA"
        } else {
            "QF_NRA"
        };
        // With assumptions this solver is the plain SMT kernel, without clocks.
        let Some(solver) = Solver::new_for_logic(logic) else {
            return (everything, false);
        };
        let mut builder = Builder::new(query, Divisors::Any);
        for (place, (_, formula)) in query.assertions.iter().enumerate() {
            let assertion = builder.formula(formula);
            solver.assert(Bool::new_const(label(place)).implies(assertion));
        }
        builder
            .side_conditions
            .iter()
            .for_each(|side| solver.assert(side));
        let all_decided = Cell::new(true);
        let is_unsat = |chosen: &[usize]| {
            let literal = |place: &usize| Bool::new_const(label(*place));
            let assumptions: Vec<Bool> = chosen.iter().map(literal).collect();
            let result = solver.check_assumptions(&assumptions);
            all_decided.set(all_decided.get() && result != SatResult::Unknown);
            result == SatResult::Unsat
        };
        if !is_unsat(&everything) {
            return (everything, false);
        }
        let core = shrink(read_core(&solver, everything.len()), is_unsat);
        (core, all_decided.get())
    })
}

/// Deletes blocks of members, then single ones, as long as the rest stays unsatisfiable.
fn shrink(mut core: Vec<usize>, is_unsat: impl Fn(&[usize]) -> bool) -> Vec<usize> {
    let mut width = core.len().div_ceil(2);
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
    core
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
    divisors: Divisors,
}

impl Builder {
    fn new(query: &Query, divisors: Divisors) -> Self {
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
            divisors,
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
            // INVARIANT: `solve` refused functions; a fresh constant would only widen the question.
            Term::Apply(..) => Real::fresh_const("undeclared"),
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
        let side = match self.divisors {
            Divisors::Any => Bool::or(&[is_zero, product]),
            Divisors::Nonzero => Bool::and(&[is_zero.not(), product]),
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
