//! Tables at speed: rules over blocks of rows in double precision, exact arithmetic where needed.
//!
//! In: a rule set, how each signal comes, blocks of columns as doubles, and a way to get the exact
//! point of a row. Out: the same [`TableSummary`] as [`judge_rows`](super::table::judge_rows)
//! gives. Every number carries a bound of its error ([`lanes`] says which); a comparison counts
//! only where the difference exceeds the bounds. A row is *doubtful* for a rule where any
//! comparison of its guard or, where the guard holds, of its body or guard band does not count,
//! or where a value is missing, a divisor may be zero or a function has no value: then the exact
//! evaluator decides, so that no verdict rests on rounding. What an `if` does not choose and what
//! a false guard protects may be doubtful without consequence.

mod lanes;
mod missing;
mod program;

use lanes::{Numbers, UNKNOWN};
use program::{Program, RuleProgram, Step, TIE, Worth, certain};

pub use program::Source;

use super::table::TableSummary;
use crate::rule_language::evaluate::Evaluator;
use crate::rule_language::{Point, RuleSet, SignalId};

/// Rows judged together: their lanes stay in the cache of a processor.
pub const BLOCK_ROWS: usize = 512;

/// One column of a block.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// No value in any row.
    Missing,
    /// Numbers as written, each the double nearest to its decimal; NaN where there is none or
    /// where the nearest double is not known.
    Numbers {
        /// One double for each row.
        written: Vec<f64>,
        /// Whether all are whole numbers below 2⁵³, so that the doubles are exact.
        whole: bool,
        /// Whether all were written with at most 15 digits.
        short: bool,
    },
    /// Indices of enumerators; `u32::MAX` where there is none.
    Members(Vec<u32>),
}

impl Column {
    fn len(&self) -> Option<usize> {
        match self {
            Self::Missing => None,
            Self::Numbers { written, .. } => Some(written.len()),
            Self::Members(members) => Some(members.len()),
        }
    }
}

/// What a condition is worth, and whether that is known, for each row.
#[derive(Clone, Debug, Default)]
struct Worths {
    worth: Vec<Worth>,
    doubt: Vec<bool>,
}

/// Rules prepared for blocks of rows.
pub struct Kernel<'a> {
    rule_set: &'a RuleSet,
    program: Program,
    /// Rules that are undecided in every row.
    always_missing: Vec<bool>,
    numbers: Vec<Numbers>,
    conditions: Vec<Worths>,
    summary: TableSummary,
}

impl<'a> Kernel<'a> {
    /// Prepares the rules; `sources` by signal, those beyond the end are missing.
    #[must_use]
    pub fn new(rule_set: &'a RuleSet, sources: &[Source]) -> Self {
        let program = Program::new(rule_set, sources);
        let mut numbers = vec![Numbers::of(UNKNOWN, BLOCK_ROWS); program.numbers];
        for (lane, value) in &program.constants {
            numbers[*lane] = Numbers::of(*value, BLOCK_ROWS);
        }
        let condition = Worths {
            worth: vec![0; BLOCK_ROWS],
            doubt: vec![false; BLOCK_ROWS],
        };
        let rules = rule_set.rules.iter();
        let always_missing = rules
            .map(|rule| missing::is_always_missing(rule_set, sources, rule))
            .collect();
        Self {
            rule_set,
            always_missing,
            conditions: vec![condition; program.conditions],
            numbers,
            program,
            summary: TableSummary::of(rule_set),
        }
    }

    /// Judges a block of at most [`BLOCK_ROWS`] rows; `exact` gives the point of a row of it.
    ///
    /// # Panics
    /// When columns differ in length or the block is too long.
    pub fn judge(&mut self, columns: &[Column], exact: &dyn Fn(usize) -> Point) {
        let rows = columns.iter().find_map(Column::len).unwrap_or(0);
        assert!(rows <= BLOCK_ROWS, "a block has at most {BLOCK_ROWS} rows");
        let same = |column: &Column| column.len().is_none_or(|length| length == rows);
        assert!(columns.iter().all(same), "columns differ in length");
        for step in &self.program.shared {
            run(step, columns, &mut self.numbers, &mut self.conditions, rows);
        }
        let mut points: Vec<Option<Point>> = vec![None; rows];
        if rows == 0 {
            return;
        }
        for (at, program) in self.program.rules.iter().enumerate() {
            let rule = &self.rule_set.rules[at];
            let counts = &mut self.summary.rules[at];
            let first = self.summary.rows;
            let mut ask = |row: usize, counts: &mut super::table::RuleCounts| {
                let point = points[row].get_or_insert_with(|| exact(row));
                let evaluator = Evaluator::new(self.rule_set, point);
                counts.add(first + row as u64, rule, &evaluator);
                counts.exact += 1;
            };
            if self.always_missing[at] {
                // The first row says which value is missing.
                let asked = u64::from(counts.first_undecided.is_none());
                if asked == 1 {
                    ask(0, counts);
                }
                counts.undecided += rows as u64 - asked;
                continue;
            }
            let Some(program) = program else {
                (0..rows).for_each(|row| ask(row, counts));
                continue;
            };
            for step in &program.steps {
                run(step, columns, &mut self.numbers, &mut self.conditions, rows);
            }
            let read = Read::new(program, &self.conditions, rows);
            let certain = read.certain();
            counts.idle += certain.idle;
            counts.holds += certain.holds;
            if certain.idle + certain.holds == rows as u64 {
                continue;
            }
            for row in 0..rows {
                match read.found(row) {
                    Found::Idle | Found::Holds { tie: false } => {}
                    Found::Doubtful => ask(row, counts),
                    Found::Holds { tie: true } => {
                        counts.holds += 1;
                        counts.tie(first + row as u64);
                    }
                    Found::Conditional { tie } => {
                        counts.conditional += 1;
                        if tie {
                            counts.tie(first + row as u64);
                        }
                    }
                    Found::Violated { tie } => {
                        counts.violate(first + row as u64);
                        if tie {
                            counts.tie(first + row as u64);
                        }
                    }
                }
            }
        }
        self.summary.exact_rows += points.iter().filter(|point| point.is_some()).count() as u64;
        self.summary.rows += rows as u64;
    }

    /// Returns what the blocks so far said.
    #[must_use]
    pub fn so_far(&self) -> &TableSummary {
        &self.summary
    }

    /// Returns what all blocks said.
    #[must_use]
    pub fn finish(self) -> TableSummary {
        self.summary
    }
}

/// What the lanes of a rule say about one row.
enum Found {
    Idle,
    Holds { tie: bool },
    Conditional { tie: bool },
    Violated { tie: bool },
    Doubtful,
}

/// Rows that need no second look.
struct Certain {
    idle: u64,
    holds: u64,
}

/// The conditions of a rule after its steps.
struct Read<'a> {
    guard: Option<&'a Worths>,
    body: &'a Worths,
    near: Option<&'a Worths>,
    is_mixed: bool,
    rows: usize,
}

impl<'a> Read<'a> {
    fn new(program: &RuleProgram, conditions: &'a [Worths], rows: usize) -> Self {
        Self {
            guard: program.guard.map(|lane| &conditions[lane]),
            body: &conditions[program.body],
            near: program.near.map(|lane| &conditions[lane]),
            is_mixed: program.is_mixed,
            rows,
        }
    }

    /// Counts idle rows and rows that hold clear of the limit and of the guard band.
    fn certain(&self) -> Certain {
        let (mut idle, mut holds) = (0_u64, 0_u64);
        for row in 0..self.rows {
            let is_idle = self
                .guard
                .is_some_and(|guard| !guard.doubt[row] & (guard.worth[row] < 0));
            let applies = self
                .guard
                .is_none_or(|guard| !guard.doubt[row] & (guard.worth[row] > 0));
            let body = !self.body.doubt[row] & (self.body.worth[row] > TIE);
            let clear = self
                .near
                .is_none_or(|near| !near.doubt[row] & (near.worth[row] < 0));
            idle += u64::from(is_idle);
            holds += u64::from(applies & body & clear);
        }
        Certain { idle, holds }
    }

    fn found(&self, row: usize) -> Found {
        if let Some(guard) = self.guard {
            if guard.doubt[row] {
                return Found::Doubtful;
            }
            if guard.worth[row] < 0 {
                return Found::Idle;
            }
        }
        let worth = self.body.worth[row];
        let tie = worth.abs() == TIE;
        if self.body.doubt[row] || (tie && self.is_mixed) {
            return Found::Doubtful;
        }
        if worth < 0 {
            return Found::Violated { tie };
        }
        match self.near {
            Some(near) if near.doubt[row] => Found::Doubtful,
            Some(near) if near.worth[row] > 0 => Found::Conditional { tie },
            Some(_) | None => Found::Holds { tie },
        }
    }
}

/// Fills the lane of one step.
fn run(
    step: &Step,
    columns: &[Column],
    numbers: &mut [Numbers],
    conditions: &mut [Worths],
    rows: usize,
) {
    match step {
        Step::Signal(lane, signal, conversion) => {
            si(&mut numbers[*lane], &columns[signal.0], conversion, rows);
        }
        Step::Negate(lane, a) => map(numbers, (*lane, *a), rows, lanes::negative),
        Step::Absolute(lane, a) => map(numbers, (*lane, *a), rows, lanes::absolute),
        Step::Apply(lane, function, a) => {
            map(numbers, (*lane, *a), rows, |a| {
                lanes::function(*function, a)
            });
        }
        Step::Add(lane, a, b) => zip(numbers, *lane, (*a, *b), rows, lanes::plus),
        Step::Subtract(lane, a, b) => zip(numbers, *lane, (*a, *b), rows, lanes::minus),
        Step::Multiply(lane, a, b) => zip(numbers, *lane, (*a, *b), rows, lanes::times),
        Step::Divide(lane, a, b) => zip(numbers, *lane, (*a, *b), rows, lanes::over),
        Step::Minimum(lane, a, b) => zip(numbers, *lane, (*a, *b), rows, lanes::minimum),
        Step::Maximum(lane, a, b) => zip(numbers, *lane, (*a, *b), rows, lanes::maximum),
        Step::Select(lane, condition, a, b) => {
            select(numbers, *lane, &conditions[*condition], (*a, *b), rows);
        }
        Step::Compare(lane, worths, a, b) => {
            compare(
                &mut conditions[*lane],
                *worths,
                (&numbers[*a], &numbers[*b]),
                rows,
            );
        }
        Step::CompareRaw(lane, worths, signal, limit) => {
            compare_written(
                &mut conditions[*lane],
                *worths,
                &columns[signal.0],
                *limit,
                rows,
            );
        }
        Step::Member(lane, signal, members) => {
            member(&mut conditions[*lane], *signal, members, columns, rows);
        }
        Step::Always(lane, holds) => {
            conditions[*lane].worth[..rows].fill(certain(*holds));
            conditions[*lane].doubt[..rows].fill(false);
        }
        Step::Not(lane, a) => join(conditions, *lane, (*a, *a), rows, |a, _| -a),
        Step::Least(lane, a, b) => join(conditions, *lane, (*a, *b), rows, Worth::min),
        Step::Greatest(lane, a, b) => join(conditions, *lane, (*a, *b), rows, Worth::max),
    }
}

fn map(
    numbers: &mut [Numbers],
    (lane, a): (usize, usize),
    rows: usize,
    of: impl Fn(lanes::Bounded) -> lanes::Bounded,
) {
    let mut filled = std::mem::take(&mut numbers[lane]);
    filled.map(&numbers[a], rows, of);
    numbers[lane] = filled;
}

fn zip(
    numbers: &mut [Numbers],
    lane: usize,
    (a, b): (usize, usize),
    rows: usize,
    of: impl Fn(lanes::Bounded, lanes::Bounded) -> lanes::Bounded,
) {
    let mut filled = std::mem::take(&mut numbers[lane]);
    filled.zip((&numbers[a], &numbers[b]), rows, of);
    numbers[lane] = filled;
}

/// A column in SI units. A decimal read into the nearest double errs by at most `U` of it; twice
/// that is granted.
fn si(filled: &mut Numbers, column: &Column, conversion: &program::Conversion, rows: usize) {
    let Column::Numbers { written, whole, .. } = column else {
        filled.value[..rows].fill(UNKNOWN.0);
        filled.error[..rows].fill(UNKNOWN.1);
        return;
    };
    let relative = if *whole { 0.0 } else { 2.0 * lanes::U };
    for (row, &number) in written[..rows].iter().enumerate() {
        let mut value = (number, relative * number.abs());
        if number.is_nan() {
            value = UNKNOWN;
        }
        if let Some(factor) = conversion.factor {
            value = lanes::times(value, factor);
        }
        if let Some(offset) = conversion.offset {
            value = lanes::plus(value, offset);
        }
        (filled.value[row], filled.error[row]) = value;
    }
}

fn select(
    numbers: &mut [Numbers],
    lane: usize,
    condition: &Worths,
    (a, b): (usize, usize),
    rows: usize,
) {
    let mut filled = std::mem::take(&mut numbers[lane]);
    for row in 0..rows {
        let chosen = &numbers[if condition.worth[row] > 0 { a } else { b }];
        (filled.value[row], filled.error[row]) = if condition.doubt[row] {
            UNKNOWN
        } else {
            (chosen.value[row], chosen.error[row])
        };
    }
    numbers[lane] = filled;
}

fn compare(filled: &mut Worths, worths: [Worth; 3], (a, b): (&Numbers, &Numbers), rows: usize) {
    let [less, equal, greater] = worths;
    let (worth, doubt) = (&mut filled.worth[..rows], &mut filled.doubt[..rows]);
    let (a_value, a_error) = (&a.value[..rows], &a.error[..rows]);
    let (b_value, b_error) = (&b.value[..rows], &b.error[..rows]);
    for row in 0..rows {
        let found = lanes::order((a_value[row], a_error[row]), (b_value[row], b_error[row]));
        let unless_less = if found.greater { greater } else { equal };
        worth[row] = if found.less { less } else { unless_less };
        doubt[row] = !(found.less | found.greater | found.equal);
    }
}

/// Doubles that differ are in the order of their decimals; equal ones are equal decimals where
/// both have at most 15 digits.
fn compare_written(
    filled: &mut Worths,
    worths: [Worth; 3],
    column: &Column,
    limit: f64,
    rows: usize,
) {
    let (worth, doubt) = (&mut filled.worth[..rows], &mut filled.doubt[..rows]);
    let Column::Numbers { written, short, .. } = column else {
        doubt.fill(true);
        return;
    };
    let [less, equal, greater] = worths;
    let written = &written[..rows];
    for row in 0..rows {
        let number = written[row];
        let unless_less = if number > limit { greater } else { equal };
        worth[row] = if number < limit { less } else { unless_less };
        let is_clear = (number < limit) | (number > limit) | (*short & (number == limit));
        doubt[row] = !is_clear;
    }
}

fn member(
    filled: &mut Worths,
    signal: SignalId,
    members: &[bool],
    columns: &[Column],
    rows: usize,
) {
    let Column::Members(indices) = &columns[signal.0] else {
        filled.doubt[..rows].fill(true);
        return;
    };
    for (row, &index) in indices[..rows].iter().enumerate() {
        let holds = members.get(index as usize).copied().unwrap_or(false);
        filled.worth[row] = certain(holds);
        filled.doubt[row] = index == u32::MAX;
    }
}

/// A part that is not known makes the whole unknown.
fn join(
    conditions: &mut [Worths],
    lane: usize,
    (a, b): (usize, usize),
    rows: usize,
    of: impl Fn(Worth, Worth) -> Worth,
) {
    let mut filled = std::mem::take(&mut conditions[lane]);
    {
        let (worth, doubt) = (&mut filled.worth[..rows], &mut filled.doubt[..rows]);
        let (a, b) = (&conditions[a], &conditions[b]);
        let (a_worth, a_doubt) = (&a.worth[..rows], &a.doubt[..rows]);
        let (b_worth, b_doubt) = (&b.worth[..rows], &b.doubt[..rows]);
        for row in 0..rows {
            worth[row] = of(a_worth[row], b_worth[row]);
            doubt[row] = a_doubt[row] | b_doubt[row];
        }
    }
    conditions[lane] = filled;
}
