//! Found against planted, for arguments about products and functions.
//!
//! In: a seed and the numbers of arguments. Out: the same counts per operator as for linear ones;
//! a step that stays undecided is a miss.

use std::collections::{BTreeMap, BTreeSet};

use cellwright::check::argument::Oracle;

use super::curved::{Curved, Slip};
use super::dice::Dice;
use super::score::{DRAWS_MAX, Faults, Row, faults_of, table_text};
use super::truth::Fault;

/// Counts of a whole run.
#[derive(Clone, Debug, Default)]
pub struct CurvedTable {
    pub arguments: u64,
    pub claims: u64,
    /// Findings about sound arguments; a step that stays undecided is none.
    pub wrong_on_sound: u64,
    pub rows: BTreeMap<Slip, Row>,
    pub surprises: Vec<String>,
}

/// Judges arguments and their mutants.
pub fn run(seed: u64, numbers: impl Iterator<Item = u64>) -> CurvedTable {
    let mut table = CurvedTable::default();
    for number in numbers {
        let base = Curved::sound(&mut Dice::new(seed, number));
        let mut oracle = Oracle::new(None);
        let (found, _) = detected(&base, &mut oracle);
        table.arguments += 1;
        let claims = base.parts.iter().filter(|part| part.is_claim).count();
        table.claims += u64::try_from(claims).expect("few");
        table.wrong_on_sound += u64::try_from(found.len()).expect("few");
        if !found.is_empty() {
            table.surprise(format!("argument {number}, sound: found {found:?}"));
        }
        for (stream, slip) in (1..).zip(Slip::ALL) {
            let mut dice = Dice::new(seed ^ (stream << 32), number);
            for _ in 0..DRAWS_MAX {
                let mutant = base.mutant(slip, &mut dice);
                let Some((changed, circle)) = mutant else {
                    continue;
                };
                if table.judge(number, slip, &changed, &circle, &mut oracle) == Some(true) {
                    break;
                }
            }
        }
    }
    table
}

fn detected(argument: &Curved, oracle: &mut Oracle<'_>) -> (Faults, Vec<BTreeSet<usize>>) {
    let parts: Vec<usize> = (0..argument.parts.len()).collect();
    faults_of(&argument.graph(), &parts, oracle)
}

impl CurvedTable {
    /// Judges one mutant; tells whether it is really wrong, nothing where doubles do not decide.
    fn judge(
        &mut self,
        number: u64,
        slip: Slip,
        changed: &Curved,
        circle: &BTreeSet<usize>,
        oracle: &mut Oracle<'_>,
    ) -> Option<bool> {
        let mut wrong = changed.faults()?;
        if !circle.is_empty() {
            wrong.insert((Fault::Circular, 0));
        }
        let (faults, circles) = detected(changed, oracle);
        let is_wrong = !wrong.is_empty();
        let in_place = circle.is_empty()
            || (!circles.is_empty() && circles.iter().all(|one| !one.is_disjoint(circle)));
        let row = self.rows.entry(slip).or_default();
        row.mutants += 1;
        row.equivalent += u64::from(!is_wrong);
        row.found += u64::from(is_wrong && !faults.is_empty());
        let is_located = is_wrong && wrong.is_subset(&faults) && in_place;
        row.located += u64::from(is_located);
        let needless = faults.difference(&wrong).count();
        row.false_alarms += u64::try_from(needless).expect("few");
        if needless > 0 || (is_wrong && !is_located) {
            let what = slip.describe().0;
            let laws: Vec<_> = (wrong.iter()).map(|(_, at)| changed.law_of(*at)).collect();
            self.surprise(format!(
                "argument {number}, {what}: found {faults:?}, wrong {wrong:?} {laws:?}"
            ));
        }
        Some(is_wrong)
    }

    fn surprise(&mut self, text: String) {
        if self.surprises.len() < 20 {
            self.surprises.push(text);
        }
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Self) {
        self.arguments += other.arguments;
        self.claims += other.claims;
        self.wrong_on_sound += other.wrong_on_sound;
        self.surprises.extend(other.surprises.iter().cloned());
        for (slip, row) in &other.rows {
            self.rows.entry(*slip).or_default().add(row);
        }
    }

    /// Whether nothing was found that is not wrong.
    pub fn has_no_false_alarm(&self) -> bool {
        self.wrong_on_sound == 0 && self.rows.values().all(|row| row.false_alarms == 0)
    }

    /// The table in markdown.
    pub fn markdown(&self) -> String {
        let rows = self.rows.iter();
        let rows = rows.map(|(slip, row)| (slip.describe(), *row));
        let counts = [self.arguments, self.claims, self.wrong_on_sound];
        table_text(rows, counts, &self.surprises)
    }
}
