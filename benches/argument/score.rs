//! Found against planted: counts per operator, as a table.
//!
//! In: a seed and the numbers of arguments. Out: a [`Table`]. A mutant that is not wrong is drawn
//! again a few times; each draw is judged, so that equivalent mutants count against false alarms.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use cellwright::check::argument::{Finding, Graph, Oracle, analyse};

use super::dice::Dice;
use super::model::{Argument, Role};
use super::mutants::{Mutant, Operator, mutant};
use super::sound::sound;
use super::truth::{Fault, has_circle, loose_ends, step_fault};
use super::written::read;

/// Draws of one operator on one argument until a mutant is really wrong.
pub const DRAWS_MAX: usize = 6;

/// Normal quantile of a two-sided 95 % interval.
const QUANTILE: f64 = 1.959_964;

/// Counts of one operator.
#[derive(Clone, Copy, Debug, Default)]
pub struct Row {
    pub mutants: u64,
    pub equivalent: u64,
    /// Wrong mutants with a finding that the sound argument does not have.
    pub found: u64,
    /// Wrong mutants with every fault at its claim and of its kind.
    pub located: u64,
    /// Findings about what is not wrong.
    pub false_alarms: u64,
}

/// Counts of a whole run.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub layer: Option<Layer>,
    pub arguments: u64,
    pub claims: u64,
    /// Findings about sound arguments.
    pub false_alarms: u64,
    pub rows: BTreeMap<Operator, Row>,
    /// The first surprises, for whoever looks after them.
    pub surprises: Vec<String>,
}

pub type Faults = BTreeSet<(Fault, usize)>;

/// How the detector gets an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// As formulas.
    Formulas,
    /// As the text of a rule file.
    Text,
}

/// Judges arguments and their mutants.
pub fn run(seed: u64, layer: Layer, numbers: impl Iterator<Item = u64>) -> Table {
    let mut table = Table {
        layer: Some(layer),
        ..Table::default()
    };
    for number in numbers {
        let base = sound(&mut Dice::new(seed, number));
        let mut oracle = Oracle::new(None);
        let (base_faults, _) = found(&base, layer, &mut oracle);
        let mut wrong = loose_ends(&base);
        wrong.extend(steps(&base, None));
        assert!(!has_circle(&base), "a circle was made");
        table.arguments += 1;
        table.claims += u64::try_from(base.claims().len()).expect("few");
        let needless = base_faults.symmetric_difference(&wrong).count();
        table.false_alarms += u64::try_from(needless).expect("few");
        if needless > 0 {
            table.surprise(number, "sound", &base_faults, &wrong);
        }
        for (stream, operator) in (1..).zip(Operator::ALL) {
            let mut dice = Dice::new(seed ^ (stream << 32), number);
            for _ in 0..DRAWS_MAX {
                let Some(mutant) = mutant(operator, &base, &mut dice) else {
                    continue;
                };
                if table.judge(number, operator, &base, &base_faults, &mutant, &mut oracle) {
                    break;
                }
            }
        }
    }
    table
}

/// What the detector finds, and the claims of its circles.
fn found(
    argument: &Argument,
    layer: Layer,
    oracle: &mut Oracle<'_>,
) -> (Faults, Vec<BTreeSet<usize>>) {
    let (graph, parts) = match layer {
        Layer::Formulas => (argument.graph(), (0..argument.parts.len()).collect()),
        Layer::Text => {
            // Variables are numbered as they are met: another text, other questions.
            oracle.forget();
            read(argument)
        }
    };
    faults_of(&graph, &parts, oracle)
}

/// What the detector finds in a graph whose nodes are these parts.
pub fn faults_of(
    graph: &Graph,
    parts: &[usize],
    oracle: &mut Oracle<'_>,
) -> (Faults, Vec<BTreeSet<usize>>) {
    let analysis = analyse(graph, oracle);
    let mut circles = Vec::new();
    let mut faults = Faults::new();
    for finding in &analysis.findings {
        let fault = match finding {
            Finding::Circular { cycle } => {
                circles.push(cycle.iter().map(|hop| parts[hop.claim]).collect());
                Fault::Circular
            }
            Finding::Leap { .. } | Finding::OverClaim { .. } => Fault::Leap,
            Finding::VacuousStep { .. } => Fault::Vacuous,
            Finding::UnsupportedLeaf { .. } => Fault::Unsupported,
            Finding::UnusedEvidence { .. } => Fault::Unused,
            Finding::Out { .. } | Finding::Contested { .. } => Fault::Defeated,
            // An open question is no finding: it counts as a miss.
            Finding::Undecided { .. }
            | Finding::StaleEvidence { .. }
            | Finding::NotCertified { .. }
            | Finding::NoStableSet { .. }
            | Finding::RestsOnRecalled { .. }
            | Finding::RestsOnProbability { .. } => continue,
        };
        // A circle has no claim of its own; its place is judged apart.
        let node = if fault == Fault::Circular {
            0
        } else {
            parts[finding.node()]
        };
        faults.insert((fault, node));
    }
    (faults, circles)
}

/// Wrong steps; of a mutant those that it can have changed.
fn steps(argument: &Argument, changed: Option<(&Argument, &Mutant)>) -> Faults {
    let is_changed = |at: usize| {
        let Some((base, mutant)) = changed else {
            return true;
        };
        let part = &argument.parts[at];
        let differs = |one: usize| {
            let old = base.parts.get(one);
            old.is_none_or(|old| old.statement != argument.parts[one].statement)
        };
        let old = base.parts.get(at);
        let rewired = old.is_none_or(|old| old.from != part.from);
        let touched = rewired || differs(at) || part.from.iter().any(|&one| differs(one));
        touched && !mutant.sound.contains(&at)
    };
    let claims = (0..argument.parts.len()).filter(|&at| {
        let part = &argument.parts[at];
        part.role == Role::Claim && !part.from.is_empty() && is_changed(at)
    });
    let faults = claims.filter_map(|at| step_fault(argument, at).map(|fault| (fault, at)));
    faults.collect()
}

impl Table {
    /// Judges one mutant; tells whether it is really wrong.
    fn judge(
        &mut self,
        number: u64,
        operator: Operator,
        base: &Argument,
        base_faults: &Faults,
        mutant: &Mutant,
        oracle: &mut Oracle<'_>,
    ) -> bool {
        let mut wrong = loose_ends(&mutant.argument);
        wrong.extend(steps(&mutant.argument, Some((base, mutant))));
        // A fault may make a circle by accident; one that was meant must be there.
        let turns = has_circle(&mutant.argument);
        assert!(turns || mutant.circle.is_none(), "no circle was made");
        if turns {
            wrong.insert((Fault::Circular, 0));
        }
        let layer = self.layer.unwrap_or(Layer::Formulas);
        let (faults, circles) = found(&mutant.argument, layer, oracle);
        let is_wrong = wrong.difference(base_faults).next().is_some();
        let in_place = mutant.circle.as_ref().is_none_or(|allowed| {
            !circles.is_empty() && circles.iter().all(|one| !one.is_disjoint(allowed))
        });
        let row = self.rows.entry(operator).or_default();
        row.mutants += 1;
        row.equivalent += u64::from(!is_wrong);
        let is_found = is_wrong && faults.difference(base_faults).next().is_some();
        let is_located = is_wrong && wrong.is_subset(&faults) && in_place;
        row.found += u64::from(is_found);
        row.located += u64::from(is_located);
        let needless = faults.difference(&wrong).count();
        row.false_alarms += u64::try_from(needless).expect("few");
        if needless > 0 || (is_wrong && !is_located) {
            self.surprise(number, operator.describe().0, &faults, &wrong);
        }
        is_wrong
    }

    fn surprise(&mut self, number: u64, what: &str, found: &Faults, wrong: &Faults) {
        if self.surprises.len() < 10 {
            let text = format!("argument {number}, {what}: found {found:?}, wrong {wrong:?}");
            self.surprises.push(text);
        }
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Self) {
        self.arguments += other.arguments;
        self.claims += other.claims;
        self.false_alarms += other.false_alarms;
        self.surprises.extend(other.surprises.iter().cloned());
        for (operator, row) in &other.rows {
            let own = self.rows.entry(*operator).or_default();
            own.add(row);
        }
    }

    /// Whether everything wrong was found in its place and nothing else.
    pub fn is_perfect(&self) -> bool {
        let whole = |row: &Row| row.located == row.mutants - row.equivalent;
        let all = |row: &Row| whole(row) && row.false_alarms == 0;
        self.false_alarms == 0 && self.rows.values().all(all)
    }

    /// The table in markdown.
    pub fn markdown(&self) -> String {
        let rows = self.rows.iter();
        let rows = rows.map(|(operator, row)| (operator.describe(), *row));
        let counts = [self.arguments, self.claims, self.false_alarms];
        table_text(rows, counts, &self.surprises)
    }
}

impl Row {
    /// Adds the counts of another row.
    pub fn add(&mut self, other: &Self) {
        self.mutants += other.mutants;
        self.equivalent += other.equivalent;
        self.found += other.found;
        self.located += other.located;
        self.false_alarms += other.false_alarms;
    }
}

/// Rows, their sum, and what was found about arguments, steps and in vain, in markdown.
pub fn table_text<'a>(
    rows: impl Iterator<Item = ((&'a str, &'a str), Row)>,
    [arguments, claims, false_alarms]: [u64; 3],
    surprises: &[String],
) -> String {
    let mut text = String::from(
        "| operator | truth from | mutants | equivalent | found / wrong | recall, 95 % \
         interval | right step and kind | false alarms |\n\
         |---|---|--:|--:|--:|--:|--:|--:|\n",
    );
    let mut sum = Row::default();
    for ((name, truth), row) in rows {
        line(&mut text, name, truth, &row);
        sum.add(&row);
    }
    line(&mut text, "all", "", &sum);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "\nSound arguments: {arguments}, with {claims} steps; findings that are wrong or \
         missing: {false_alarms}."
    );
    for surprise in surprises {
        let _ = writeln!(text, "{surprise}");
    }
    text
}

fn line(text: &mut String, name: &str, truth: &str, row: &Row) {
    let wrong = row.mutants - row.equivalent;
    let (low, high) = wilson(row.found, wrong);
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "| {name} | {truth} | {} | {} | {} / {wrong} | {:.2} … {:.2} % | {} | {} |",
        row.mutants,
        row.equivalent,
        row.found,
        100.0 * low,
        100.0 * high,
        row.located,
        row.false_alarms
    );
}

/// The interval of a share (E. B. Wilson, J. American Statistical Association 22, 1927).
#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn wilson(hits: u64, all: u64) -> (f64, f64) {
    if all == 0 {
        return (0.0, 1.0);
    }
    let (n, share) = (all as f64, hits as f64 / all as f64);
    let square = QUANTILE * QUANTILE;
    let middle = share + square / (2.0 * n);
    let half = QUANTILE * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    let whole = 1.0 + square / n;
    ((middle - half) / whole, ((middle + half) / whole).min(1.0))
}
