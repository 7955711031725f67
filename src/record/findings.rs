//! Findings: the answer of `check`, without a change to judge.
//!
//! In: a rule set, perhaps one recipe, perhaps a table of rows. Out: per rule one evaluation,
//! findings about the set, counts per rule of the table. Reports are views of this structure.

use serde::{Deserialize, Serialize};

use super::argument::{ArgumentStep, Semantics};
use super::body::{Evaluation, Finding, Place, RuleHead, Versions};

/// The answer of one check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    /// `cellwright/findings/1`.
    pub format: String,
    /// Who computed it.
    pub versions: Versions,
    /// What was checked, for a heading: `rules/electrolyte.rule`, `recipe.toml against 43 rules`.
    pub subject: String,
    /// Whether recalled limits block.
    pub strict: bool,
    /// Every rule, by code; with a recipe each has an evaluation.
    pub rules: Vec<CheckedRule>,
    /// Which rules the recipe's tolerances bring to their limits; absent without a recipe.
    pub binding: Option<Binding>,
    /// Findings about the set, worst first.
    pub findings: Vec<Finding>,
    /// Claims, what they rest on and what attacks it, where the rules hold any.
    pub argument: Vec<ArgumentStep>,
    /// Sets of nodes that stand together, where asked for.
    pub semantics: Option<Semantics>,
    /// What was looked at in the rule set itself.
    pub scope: Scope,
    /// Every minimal conflict and correction, where asked for.
    pub why: Vec<Why>,
    /// Rows judged, if a table was given.
    pub table: Option<TableSummary>,
    /// What a second solver says to the same questions, where asked for.
    pub cross_check: Option<CrossCheck>,
}

/// What a second solver says to the questions behind the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossCheck {
    /// Its name and version.
    pub solver: String,
    /// Questions that have an answer of ours.
    pub questions: u64,
    /// Questions that both answer alike.
    pub agree: u64,
    /// Questions that it leaves open: no agreement, and no contradiction.
    pub open: Vec<CrossChecked>,
    /// Questions on which the answers contradict each other: one of them is wrong.
    pub disagree: Vec<CrossChecked>,
}

/// One question with both answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrossChecked {
    /// Name of its script under `--certificates`.
    pub name: String,
    /// What we say it shows.
    pub question: String,
    /// Our answer, `sat` or `unsat`.
    pub ours: String,
    /// Its answer, or why there is none.
    pub theirs: String,
}

/// Which rules the recipe's tolerances bring to their limits, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// Broken at the recipe or at a corner of its tolerances, least margin in tolerance widths
    /// first.
    pub broken: Vec<String>,
    /// Hold, and reach their limit exactly at the worst corner: the margin is zero.
    pub binds: Vec<String>,
    /// Hold with the least margin above zero in tolerance widths: one rule, or all that tie.
    pub tightest: Vec<String>,
}

/// What was looked at in a rule set, so that "no findings" means something.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Whether a point is known that keeps every rule.
    pub consistent: bool,
    /// Parts of the rule set that share no signal.
    pub components: u64,
    /// Different guards, each taken to hold in turn.
    pub guards: u64,
    /// Enumerators that guards ask for, each taken to hold in turn.
    pub modes: u64,
    /// Rules of which it is known whether they follow from others.
    pub standings: u64,
}

/// What [`Why::when`] says where values of a recipe are given up rather than rules.
pub const AS_THE_RECIPE_STANDS: &str = "as the recipe stands";

/// Why rules, or a recipe and rules, do not fit together, and what would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// When: `always`, or the guard, the mode, the recipe in question.
    pub when: String,
    /// Minimal sets that cannot hold together.
    pub conflicts: Vec<Group>,
    /// Minimal sets of which giving up one whole set is enough.
    pub corrections: Vec<Group>,
    /// Whether more may exist than are listed.
    pub more: bool,
    /// Why the list ends early, where a question stayed open.
    pub open: Option<String>,
}

/// Rules or setpoints that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// What they are, in words.
    pub members: Vec<String>,
    /// Where they are written.
    pub places: Vec<Place>,
}

/// One rule with its verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckedRule {
    /// The rule.
    pub rule: RuleHead,
    /// What it says about the recipe; absent when only the rule set was checked.
    pub evaluation: Option<Evaluation>,
}

/// What the rules said about the rows of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSummary {
    /// Path of the table as given.
    pub path: String,
    /// Rows judged.
    pub rows: u64,
    /// Rows in which at least one rule was judged in exact arithmetic, because double precision
    /// does not decide.
    pub exact_rows: u64,
    /// Counts per rule, by code.
    pub rules: Vec<TableRule>,
}

/// Counts of one rule over a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableRule {
    /// The rule's code.
    pub code: String,
    /// Rows in which the guard did not hold.
    pub idle: u64,
    /// Rows that pass.
    pub holds: u64,
    /// Rows inside the guard band.
    pub conditional: u64,
    /// Rows that fail.
    pub violated: u64,
    /// Rows that could not be decided.
    pub undecided: u64,
    /// Rows exactly on the limit.
    pub ties: u64,
    /// Rows judged in exact arithmetic.
    pub exact: u64,
    /// Data rows (from one, header not counted) that fail, the first 10 000.
    pub violated_rows: Vec<u64>,
    /// Data rows exactly on the limit, the first 10 000: the verdict depends on how the data were
    /// rounded.
    pub tie_rows: Vec<u64>,
}
