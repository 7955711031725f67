//! Repairs: the answer of `repair`, what would make a recipe keep its rules.
//!
//! In: what `check` found. Out: the cheapest change of setpoints, and by how much each limit would
//! have to give instead, with its owner and evidence. Reports are views of this structure.

use serde::Serialize;

use super::body::Versions;
use super::window::{NotInWindow, RulePlace};

/// The answer of one question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Repairs {
    /// `cellwright/repair/1`.
    pub format: String,
    /// Who computed it.
    pub versions: Versions,
    /// What was looked at, for a heading.
    pub subject: String,
    /// Whether rules shall hold for all tolerances of the recipe.
    pub robust: bool,
    /// The answer in plain words.
    pub sentence: String,
    /// `not needed`, `found`, `impossible` or `budget ended`.
    pub status: String,
    /// Blocking rules that the recipe breaks.
    pub broken: Vec<RulePlace>,
    /// What moves, by name.
    pub moves: Vec<RepairMove>,
    /// What the moves cost, one per plant step unless weights say otherwise.
    pub cost: Option<String>,
    /// Nothing cheaper than this passes.
    pub nothing_below: Option<String>,
    /// How many changes were looked at.
    pub looked_at: u64,
    /// Setpoints that could move.
    pub movable: Vec<String>,
    /// Rules that stay broken whatever moves.
    pub stuck: Vec<String>,
    /// By how much each broken limit would have to give, the weakest evidence first.
    pub relaxations: Vec<Relaxation>,
    /// Rules that take no part, and why.
    pub not_in_repair: Vec<NotInWindow>,
}

/// One setpoint that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RepairMove {
    /// Dictionary name.
    pub name: String,
    /// Where the recipe has it.
    pub from: String,
    /// Where it goes.
    pub to: String,
    /// Plant steps, with sign.
    pub steps: i64,
    /// `inside`, `outside`, or `not stated`: whether the new value is approved.
    pub approval: String,
}

/// A limit that would have to give.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Relaxation {
    /// The rule.
    pub rule: RulePlace,
    /// Its title.
    pub title: String,
    /// The limit as written.
    pub limit: String,
    /// What the rule reads at the worst point.
    pub worst: Option<String>,
    /// By how much the limit would have to give, in the rule's unit.
    pub by: Option<String>,
    /// The same, exact, SI.
    pub by_exact: Option<String>,
    /// Whether this is enough for certain: the worst point is known exactly.
    pub enough: bool,
    /// Class of the evidence for the limit.
    pub evidence: String,
    /// Where the limit comes from.
    pub source: String,
    /// Who owns it.
    pub owner: Option<String>,
}
