//! Reviews: the answer of `plan` for two versions of a rule set.
//!
//! In: what `check` found. Out: per rule what changed, in words and with witnesses; two recipes
//! under both versions. Reports are views of this structure.

use serde::Serialize;

use super::body::{Place, Versions};

/// The answer of one review.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Review {
    /// `cellwright/review/1`.
    pub format: String,
    /// Who computed it.
    pub versions: Versions,
    /// What was compared, for a heading.
    pub subject: String,
    /// The answer in plain words.
    pub sentence: String,
    /// One entry per rule that one version has, by code.
    pub rules: Vec<ReviewedRule>,
    /// Two recipes under both versions; empty without recipes.
    pub recipes: Vec<RecipeUnderRules>,
    /// The rules whose margin shrank from old recipe and rules to new ones, the most first.
    pub shrank: Vec<Shrunk>,
}

/// What became of one rule.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReviewedRule {
    /// The rule's code.
    pub code: String,
    /// `added`, `removed`, `equivalent`, `stricter`, `looser`, `incomparable` or `undecided`.
    pub change: String,
    /// Its guard: `unchanged`, `applies less`, `applies more`, `incomparable` or `undecided`;
    /// empty where only one version has the rule.
    pub guard: String,
    /// The limit in both versions, as written.
    pub limit_from: Option<String>,
    /// The limit in the new version, as written.
    pub limit_to: Option<String>,
    /// Whether the rule is on inputs and outcomes: `input` or `outcome`.
    pub kind: String,
    /// What else changed: severity, evidence, guard band, probability, owner, source, reason.
    pub other_changes: Vec<String>,
    /// A point the old version permits and the new one forbids.
    pub newly_forbidden: Vec<WitnessEntry>,
    /// A point the old version forbids and the new one permits.
    pub newly_permitted: Vec<WitnessEntry>,
    /// Whether what is said not to happen rests on the shape of the rules or on a checked
    /// certificate, and not on the solver's word.
    pub proved: bool,
    /// The certificates; each is the content of a file that `verify` reads.
    pub certificates: Vec<serde_json::Value>,
    /// What rests on the solver's word alone, in words.
    pub solvers_word: Vec<String>,
    /// Why it is undecided.
    pub remark: Option<String>,
    /// Where it stands in the new version, else in the old one.
    pub place: Place,
}

/// One value of a witness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WitnessEntry {
    /// Signal name.
    pub name: String,
    /// As written.
    pub value: String,
    /// Exact SI value, or the word.
    pub exact: String,
}

/// One recipe under one version of the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecipeUnderRules {
    /// `old` or `new`.
    pub recipe: String,
    /// `old` or `new`.
    pub rules: String,
    /// Rules on inputs that hold or do not apply.
    pub fine: u64,
    /// Rules that hold by less than the guard band.
    pub conditional: Vec<String>,
    /// Rules that are broken at the recipe or within its tolerances.
    pub broken: Vec<String>,
    /// Rules that are undecided.
    pub undecided: Vec<String>,
    /// Rules that only a simulation can judge.
    pub needs_simulation: u64,
}

/// A rule whose margin shrank.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shrunk {
    /// The rule's code.
    pub code: String,
    /// Slack at the worst corner of the old recipe under the old rules, in shares of the limit.
    pub from: f64,
    /// The same of the new recipe under the new rules.
    pub to: f64,
}
