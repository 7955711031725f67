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

use super::table::{RuleCounts, TableSummary};
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

impl Worths {
    fn of(worth: Worth) -> Self {
        Self {
            worth: vec![worth; BLOCK_ROWS],
            doubt: vec![false; BLOCK_ROWS],
        }
    }
}

/// Rules prepared for blocks of rows.
pub struct Kernel<'a> {
    rule_set: &'a RuleSet,
    program: Program,
    /// Rules that are undecided in every row.
    always_missing: Vec<bool>,
    numbers: Vec<Numbers>,
    conditions: Vec<Worths>,
    /// A guard that always holds, a guard band that is never near.
    fixed: [Worths; 2],
    classes: Vec<Class>,
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
        let condition = Worths::of(0);
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
            fixed: [Worths::of(certain(true)), Worths::of(certain(false))],
            classes: vec![IDLE; BLOCK_ROWS],
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
            let mut ask = |row: usize, counts: &mut RuleCounts| {
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
            Read::new(program, &self.conditions, &self.fixed).classes(&mut self.classes[..rows]);
            let classes = &self.classes[..rows];
            if counts.add_plain(classes) {
                continue;
            }
            for (row, class) in classes.iter().enumerate() {
                match *class {
                    IDLE | HOLDS | CONDITIONAL => {}
                    DOUBTFUL => ask(row, counts),
                    class => counts.add_listed(first + row as u64, class),
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

/// What the lanes of a rule say about one row; three of them with [`TIED`].
type Class = u8;
const IDLE: Class = 0;
const HOLDS: Class = 1;
const CONDITIONAL: Class = 2;
const TIED: Class = 4;
const VIOLATED: Class = 8;
const DOUBTFUL: Class = 16;

/// Counts in bytes, at most 255 rows at a time, because many bytes are compared at once.
fn count(classes: &[Class], wanted: Class) -> u64 {
    let of = |part: &[Class]| {
        let hits = part.iter().map(|class| u8::from(*class == wanted));
        u64::from(hits.fold(0, u8::wrapping_add))
    };
    classes.chunks(128).map(of).sum()
}

impl RuleCounts {
    /// Adds rows that are only counted; tells whether that was all.
    fn add_plain(&mut self, classes: &[Class]) -> bool {
        let [idle, holds, conditional, violated] =
            [IDLE, HOLDS, CONDITIONAL, VIOLATED].map(|class| count(classes, class));
        self.idle += idle;
        self.holds += holds;
        self.conditional += conditional;
        let is_all = idle + holds + conditional + violated == classes.len() as u64;
        if is_all && violated > 0 && self.lists_no_more() {
            self.violated += violated;
            return true;
        }
        is_all && violated == 0
    }

    /// Adds a row that is violated, tied or both.
    fn add_listed(&mut self, row: u64, class: Class) {
        if class & VIOLATED != 0 {
            self.violate(row);
        }
        if class & TIED != 0 {
            self.tie(row);
            self.holds += u64::from(class & HOLDS != 0);
            self.conditional += u64::from(class & CONDITIONAL != 0);
        }
    }
}

/// The conditions of a rule after its steps.
struct Read<'a> {
    guard: &'a Worths,
    body: &'a Worths,
    near: &'a Worths,
    is_mixed: bool,
}

impl<'a> Read<'a> {
    /// `fixed` stands for a guard and for a guard band that a rule does not have.
    fn new(program: &RuleProgram, conditions: &'a [Worths], fixed: &'a [Worths; 2]) -> Self {
        Self {
            guard: program.guard.map_or(&fixed[0], |lane| &conditions[lane]),
            body: &conditions[program.body],
            near: program.near.map_or(&fixed[1], |lane| &conditions[lane]),
            is_mixed: program.is_mixed,
        }
    }

    /// Without branches, so that many rows are done at once.
    fn classes(&self, classes: &mut [Class]) {
        let rows = classes.len();
        let (guard, guard_doubt) = (&self.guard.worth[..rows], &self.guard.doubt[..rows]);
        let (body, body_doubt) = (&self.body.worth[..rows], &self.body.doubt[..rows]);
        let (near, near_doubt) = (&self.near.worth[..rows], &self.near.doubt[..rows]);
        for row in 0..rows {
            let tied = (body[row] == TIE) | (body[row] == -TIE);
            let fails = body[row] < 0;
            let open = body_doubt[row] | (tied & self.is_mixed) | (!fails & near_doubt[row]);
            let kept = if near[row] > 0 { CONDITIONAL } else { HOLDS };
            let found = if fails { VIOLATED } else { kept } | if tied { TIED } else { 0 };
            let applies = if open { DOUBTFUL } else { found };
            let known = if guard[row] < 0 { IDLE } else { applies };
            classes[row] = if guard_doubt[row] { DOUBTFUL } else { known };
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
        Step::WindowRaw(lane, signal, ends) => {
            window(&mut conditions[*lane], **ends, &columns[signal.0], rows);
        }
        Step::Member(lane, signal, members) => {
            member(&mut conditions[*lane], *signal, members, columns, rows);
        }
        Step::Always(lane, holds) => {
            conditions[*lane].worth[..rows].fill(certain(*holds));
            conditions[*lane].doubt[..rows].fill(false);
        }
        Step::Not(lane, a) => join(conditions, *lane, (*a, *a), rows, |a, _| a.wrapping_neg()),
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
    let written = &written[..rows];
    for row in 0..rows {
        let number = written[row];
        worth[row] = worth_at(number, limit, worths);
        doubt[row] = number.is_nan() | (!short & (number == limit));
    }
}

/// Both ends of a window as [`compare_written`] compares one.
fn window(filled: &mut Worths, [low, high]: [(f64, [Worth; 3]); 2], column: &Column, rows: usize) {
    let (worth, doubt) = (&mut filled.worth[..rows], &mut filled.doubt[..rows]);
    let Column::Numbers { written, short, .. } = column else {
        doubt.fill(true);
        return;
    };
    let written = &written[..rows];
    for row in 0..rows {
        let number = written[row];
        let one = worth_at(number, low.0, low.1);
        let other = worth_at(number, high.0, high.1);
        worth[row] = one.min(other);
        let is_end = (number == low.0) | (number == high.0);
        doubt[row] = number.is_nan() | (!short & is_end);
    }
}

#[inline]
fn worth_at(number: f64, limit: f64, [less, equal, greater]: [Worth; 3]) -> Worth {
    let unless_less = if number > limit { greater } else { equal };
    if number < limit { less } else { unless_less }
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
