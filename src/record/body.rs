//! The body of a record: everything a judgement says, and nothing about where it was made.
//!
//! In: the results of one run. Out: plain data with a fixed field order that `canonical` turns
//! into bytes. No clock, host, user, path outside the inputs, thread count or timing is a field
//! here; two runs of the same inputs by the same version give equal bodies. Reports are views of
//! this structure and compute nothing but layout.

use serde::{Deserialize, Serialize};

use super::coating_window::CoatingWindow;
use super::formation_profile::FormationProfile;

pub use super::argument::ArgumentStep;
pub use super::replaced::ReplacedRow;
use crate::rational::Rational;

/// Version of the record format; a reader refuses majors it does not know.
///
/// 1: certificates proved statements over boxes only. 2: a certificate names its kind, and may be
/// a contradiction of named facts; scripts state their answer and the place of the rule.
pub const FORMAT: &str = "cellwright/record/2";

/// Everything a judgement says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// [`FORMAT`].
    pub format: String,
    /// Who computed it.
    pub versions: Versions,
    /// What was asked.
    pub request: Request,
    /// Every document read, with its text, so that a replay needs nothing else.
    pub inputs: Vec<Input>,
    /// Outcomes that are measured or given by a formula, not modelled; absent when there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<ReplacedRow>,
    /// Stages of the line that are not computed; absent when all are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_modelled: Vec<String>,
    /// The recipe change.
    pub changes: Vec<Change>,
    /// Every rule with its verdicts for the recipe as it is, as requested and as proposed.
    pub rules: Vec<RuleRow>,
    /// Findings about the rule set and the change that are no verdict of one rule.
    pub findings: Vec<Finding>,
    /// Outcomes of the simulation, now and as requested.
    pub outcomes: Vec<OutcomeRow>,
    /// Film temperature and solvent along the dryer, for the drawing.
    pub dryer: Vec<DryerProfile>,
    /// The coating window, for the drawing; absent where a stage refuses the recipe.
    pub coating_window: Option<CoatingWindow>,
    /// The formation over time, for the drawing; equal ones once.
    pub formation: Vec<FormationProfile>,
    /// Steps of one parameter that were tried, if asked for.
    pub ladder: Option<Ladder>,
    /// How the search for a further change went, if there was one.
    pub search: Option<ProposalSearch>,
    /// The smallest further change that passes, if one was found.
    pub proposal: Option<Proposal>,
    /// Distance between simulated and observed.
    pub deltas: Vec<DeltaRow>,
    /// Assumed and recalled parameters by influence on the observed outcomes.
    pub assumptions: Vec<Assumption>,
    /// Components of the value, weights and the index.
    pub score: Score,
    /// The decision with its reasons.
    pub decision: DecisionRow,
    /// Why the decision follows: claims and what they rest on.
    pub argument: Vec<ArgumentStep>,
    /// What the model cannot tell, in the words of the scenario.
    pub not_known: Vec<String>,
    /// Sample plan of a trial, in the words of the scenario.
    pub trial: Vec<String>,
    /// Documents to revise, in the words of the scenario.
    pub paperwork: Vec<String>,
}

/// Who computed a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// Version of Cellwright.
    pub cellwright: String,
    /// Version of the solver, or `none`.
    pub solver: String,
    /// Library behind elementary functions.
    pub math: String,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Path of the scenario as given.
    pub scenario: String,
    /// Identifier of the change request.
    pub id: String,
    /// Title of the scenario.
    pub title: String,
    /// Why the change is wanted.
    pub reason: String,
    /// Who wants it.
    pub requested_by: String,
    /// What a trial covers, if the scenario says.
    pub scope: Option<String>,
    /// Until when a trial runs, if the scenario says.
    pub until: Option<String>,
    /// Seed of the Monte Carlo streams.
    pub seed: u64,
    /// Samples of the ensemble.
    pub samples: u64,
    /// Samples per step of the ladder and per candidate of the proposal.
    pub search_samples: u64,
    /// The ladder asked for, as written.
    pub ladder: Option<String>,
    /// Parameters that the search for a further change may move; empty when none was asked for.
    pub movable: Vec<String>,
    /// Whether recalled limits block.
    pub strict: bool,
}

/// One document read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Path relative to the scenario's folder root, with `/`.
    pub path: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// The whole text.
    pub text: String,
    /// The document as it was understood: every number in SI as an exact ratio.
    pub normalised: serde_json::Value,
}

/// One changed parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Dictionary name.
    pub name: String,
    /// Value before, with unit.
    pub from: String,
    /// Value asked for, with unit.
    pub to: String,
    /// Tolerance, as written.
    pub tolerance: String,
    /// Approved range as written, and whether the new value with its tolerance lies inside.
    pub approved: Option<Approved>,
    /// Codes of the rules that read the parameter, directly or through the simulation.
    pub read_by: Vec<String>,
    /// Simulated outcomes that did not move at all.
    pub not_moved: Vec<String>,
    /// Where the scenario asks for it.
    pub place: Option<Place>,
}

/// The approved range of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approved {
    /// The range as written.
    pub range: String,
    /// The approving document.
    pub document: String,
    /// Whether the whole tolerance interval lies inside.
    pub inside: bool,
}

/// What a rule says and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleHead {
    /// The rule's code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// `critical`, `major` or `minor`.
    pub severity: String,
    /// Class of the evidence for the limit.
    pub evidence: String,
    /// Why the rule exists.
    pub because: String,
    /// Where the limit comes from.
    pub source: String,
    /// Who owns it.
    pub owner: Option<String>,
    /// Path of the document that states it.
    pub path: String,
    /// First line of the rule, from one.
    pub line: u32,
    /// Last line of the rule.
    pub end_line: u32,
    /// The limit as written, for tables (`<= 25 %LEL`).
    pub limit: String,
    /// `input` or `outcome`.
    pub kind: String,
    /// Dictionary names the rule reads.
    pub reads: Vec<String>,
    /// Limits that another file has replaced; `limit`, `source`, `evidence` and `owner` are those
    /// that count.
    pub overrides: Vec<OverrideHead>,
}

/// A limit that another file has replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverrideHead {
    /// The limit as the rule's own file states it.
    pub old: String,
    /// Where the old limit comes from.
    pub old_source: String,
    /// Class of the evidence for the old limit.
    pub old_evidence: String,
    /// The limit that counts.
    pub new: String,
    /// Whether it allows more.
    pub looser: bool,
    /// Why it was replaced.
    pub reason: String,
    /// Where the new limit comes from.
    pub source: String,
    /// Class of the evidence for the new limit.
    pub evidence: String,
    /// Who answers for it.
    pub owner: String,
    /// Path of the document that states it.
    pub path: String,
    /// Line of the override, from one.
    pub line: u32,
}

/// One rule and what was found about it for every recipe of a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleRow {
    /// The rule.
    pub rule: RuleHead,
    /// The recipe as it is.
    pub now: Evaluation,
    /// The recipe as requested.
    pub requested: Evaluation,
    /// The recipe as proposed, if there is a proposal.
    pub proposed: Option<Evaluation>,
}

/// What one rule says about one recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evaluation {
    /// `holds`, `conditional`, `holds_nominally`, `violated`, `idle`, `vacuous`, `undecided`.
    pub verdict: String,
    /// How it was found: `evaluation`, `closed form`, `corners`, `linear arithmetic`, `products of
    /// rows`, `box tree`, `search`, `solver`, `ensemble`, `nominal and corners`. A `holds`,
    /// `conditional` or `idle` by `solver` rests on the solver's word alone.
    pub method: String,
    /// The judged quantity at the nominal recipe, with unit, where the rule compares one.
    pub value: Option<String>,
    /// The judged quantity at the worst corner, with unit.
    pub worst_value: Option<String>,
    /// Slack to the limit at the worst corner, with unit; for a rule with a probability the share
    /// of passing samples less the share required. Negative when broken.
    pub margin: Option<String>,
    /// The same slack in SI, exact.
    pub margin_si: Option<String>,
    /// The slack in shares of the limit, for sorting and bars; display only.
    pub margin_share: Option<f64>,
    /// The slack at the nominal recipe in the same shares; display only.
    pub nominal_margin_share: Option<f64>,
    /// The slack of a rule on inputs before and after what the recipe's tolerances take from it;
    /// absent where the least slack is not known exactly.
    pub tolerance: Option<ToleranceMargin>,
    /// The worst corner or the witness: parameter, value with unit, step from nominal.
    pub witness: Vec<Assignment>,
    /// Whether the witness was evaluated again in exact arithmetic and agreed.
    pub rechecked: bool,
    /// Certificate of what is said about the whole box, tagged `statement` or `contradiction`;
    /// nothing where that rests on the solver's word, or where a witness shows the verdict.
    pub certificate: Option<serde_json::Value>,
    /// "Is it broken anywhere in the box?" as SMT-LIB text, where closed forms do not tell.
    pub smtlib: Option<String>,
    /// Counts of an outcome rule judged by the ensemble.
    pub probability: Option<Probability>,
    /// Why it is undecided, or a remark such as `simulated, not proved`.
    pub remark: Option<String>,
}

/// The slack of the deciding comparison, measured by what the recipe's tolerances take from it:
/// one tolerance width is the slack at the nominal recipe less the least slack at any corner. For
/// a linear rule it is half of what the tolerances move its left side. All numbers are exact
/// ratios.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToleranceMargin {
    /// Unit of `nominal`, `worst` and `width`; `K` for temperatures in degC, `1` for plain numbers.
    pub unit: String,
    /// Slack at the nominal recipe.
    pub nominal: String,
    /// Least slack over all tolerances; zero binds, negative is broken.
    pub worst: String,
    /// One tolerance width; zero where no tolerance acts on the rule.
    pub width: String,
    /// `nominal` in tolerance widths, from 1 on the rule is robust; absent where the width is zero.
    pub nominal_widths: Option<String>,
    /// `worst` in tolerance widths; absent where the width is zero.
    pub worst_widths: Option<String>,
}

impl ToleranceMargin {
    /// The margin at the worst corner in tolerance widths, as a number.
    #[must_use]
    pub fn worst_in_widths(&self) -> Option<Rational> {
        Rational::parse_ratio(self.worst_widths.as_ref()?).ok()
    }

    /// Orders rules by how near they are to breaking: at or beyond a limit that no tolerance moves,
    /// then by tolerance widths, then what no tolerance moves.
    #[must_use]
    pub fn nearness(&self) -> (u8, Option<Rational>) {
        match self.worst_in_widths() {
            Some(widths) => (1, Some(widths)),
            None if self.worst == "0" || self.worst.starts_with('-') => (0, None),
            None => (2, None),
        }
    }
}

impl Evaluation {
    /// Whether nothing but the solver's word speaks for what is said of the whole box.
    #[must_use]
    pub fn is_solvers_word(&self) -> bool {
        let over_the_box = matches!(self.verdict.as_str(), "holds" | "conditional" | "idle");
        over_the_box && self.method == "solver" && self.certificate.is_none()
    }

    /// How the verdict was found, in words.
    #[must_use]
    pub fn how(&self) -> String {
        if self.is_solvers_word() {
            "the solver's word alone, without a certificate".to_owned()
        } else {
            self.method.clone()
        }
    }
}

/// One value of a witness.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Dictionary name.
    pub name: String,
    /// Value with unit.
    pub value: String,
    /// Exact SI value, or the text of a choice.
    pub exact: String,
    /// Distance from the recipe, as written in a table (`+1.5 %`); empty when none.
    pub offset: String,
}

/// Counts behind the verdict of an outcome rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probability {
    /// Samples in which the guard held.
    pub n: u64,
    /// Samples in which the body failed.
    pub failures: u64,
    /// Samples the twin could not finish; they count against `holds` only.
    pub failed_samples: u64,
    /// Share of passing samples.
    pub estimate: f64,
    /// One-sided lower confidence bound of the probability to pass.
    pub lower: f64,
    /// One-sided upper confidence bound.
    pub upper: f64,
    /// Required probability.
    pub required: f64,
    /// Confidence of the bounds.
    pub confidence: f64,
}

/// A finding that is no verdict of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Stable code for machines, such as `uncontrolled-change`.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub level: String,
    /// One sentence.
    pub message: String,
    /// Places, the primary one first; empty when no document is concerned.
    pub places: Vec<Place>,
    /// What it rests on, where something was proved or a point shows it.
    pub grounds: Vec<Ground>,
}

/// One thing that was shown about a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// What was shown, in words.
    pub shows: String,
    /// How: `linear arithmetic`, `products of rows`, `box tree`; `evaluation` of a point; `solver`
    /// where it rests on the solver's word alone.
    pub method: String,
    /// Certificate that the facts of the question contradict each other.
    pub certificate: Option<serde_json::Value>,
    /// The point that shows it.
    pub witness: Vec<Assignment>,
    /// The question as SMT-LIB text.
    pub smtlib: Option<String>,
}

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Path as given, with `/`.
    pub path: String,
    /// Line, from one.
    pub line: u32,
    /// Column, from one.
    pub column: u32,
}

/// One simulated outcome, now and as requested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRow {
    /// Dictionary name.
    pub name: String,
    /// What it is.
    pub text: String,
    /// Where the page lists it: `gain`, `load` or `result`.
    pub group: String,
    /// Unit of all numbers in the row.
    pub unit: String,
    /// The recipe as it is.
    pub now: Spread,
    /// The recipe as requested.
    pub requested: Spread,
    /// The recipe as proposed.
    pub proposed: Option<Spread>,
    /// Paired difference requested − now.
    pub difference: Spread,
    /// Flags raised in the simulation, such as `EXTRAPOLATED`.
    pub flags: Vec<String>,
    /// Histogram of now and requested on common bins, where the scenario observes the outcome.
    pub histogram: Option<Histogram>,
}

/// Location and spread of one outcome over the ensemble, in the unit of its row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spread {
    /// Value at the nominal recipe; absent when the twin could not compute it.
    pub nominal: Option<f64>,
    /// Samples that gave a value.
    pub n: u64,
    /// Samples that gave none.
    pub failed: u64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// 5th percentile.
    pub p05: f64,
    /// Median.
    pub median: f64,
    /// 95th percentile.
    pub p95: f64,
}

/// Counts on equal bins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Histogram {
    /// Lower edge of the first bin.
    pub low: f64,
    /// Upper edge of the last bin.
    pub high: f64,
    /// Counts of the recipe as it is.
    pub now: Vec<u64>,
    /// Counts of the recipe as requested.
    pub requested: Vec<u64>,
}

/// Film temperature and solvent along the dryer for one recipe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DryerProfile {
    /// `now`, `requested` or `proposed`.
    pub recipe: String,
    /// Positions, m.
    pub position_m: Vec<f64>,
    /// Film temperature, degC.
    pub film_temperature_deg_c: Vec<f64>,
    /// Solvent on the web, g/m².
    pub solvent_g_m2: Vec<f64>,
    /// Ends of the zones, m.
    pub zone_end_m: Vec<f64>,
    /// Air temperatures of the zones, degC.
    pub zone_air_deg_c: Vec<f64>,
}

/// Steps of one parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Dictionary name.
    pub name: String,
    /// Unit of the values.
    pub unit: String,
    /// The steps in rising order.
    pub steps: Vec<LadderStep>,
    /// Value of the highest step such that it and all steps below pass.
    pub highest_passing: Option<String>,
    /// The first step above it and the rules that stop it.
    pub stopped_at: Option<LadderStep>,
}

/// One step of a ladder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LadderStep {
    /// The value, without unit.
    pub value: String,
    /// `ok`, `blocked` or `undecided`.
    pub status: String,
    /// Codes of the rules that block or are undecided.
    pub rules: Vec<String>,
    /// Codes of the major rules that break without blocking.
    pub breaks: Vec<String>,
    /// The decision the step gets on its own.
    pub decision: String,
    /// Whether the approved range covers the step with its tolerance; absent where none is given.
    pub approved: Option<bool>,
    /// Coated area, m²/h.
    pub coated_area_m2_h: Option<f64>,
}

/// How a search for a further change went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProposalSearch {
    /// Combinations of plant steps whose input rules were checked, cheapest first.
    pub candidates: u64,
    /// Combinations that were simulated.
    pub simulated: u64,
    /// `found`, `exhausted` (no combination is left), `stopped` (at the bound on either count) or
    /// `too_few_samples` (with which no rule on a share can hold).
    pub end: String,
}

/// A further change that makes the request pass.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// The parameters moved, with what each one is needed for.
    pub moves: Vec<Move>,
    /// The decision the proposal would get.
    pub decision: String,
    /// Value with the proposal; absent where `score` has none.
    pub value: Option<f64>,
    /// HyperScore with the proposal; absent where `score` has none.
    pub hyperscore: Option<f64>,
}

/// One parameter of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Dictionary name.
    pub name: String,
    /// Value before, with unit.
    pub from: String,
    /// Value proposed, with unit.
    pub to: String,
    /// What it brings, in one line.
    pub effect: String,
    /// Whether the request fails without it.
    pub needed: bool,
}

/// Distance between simulated and observed for one outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeltaRow {
    /// Dictionary name.
    pub name: String,
    /// `this-line`, `sister-line` or `literature`; `fitted` for what a number of the model was
    /// fitted to, which checks nothing.
    pub subject: String,
    /// What was observed on, as written.
    pub cell: Option<String>,
    /// Source of the observation.
    pub source: String,
    /// Unit of the row.
    pub unit: String,
    /// Observations.
    pub n: u64,
    /// Centre of the observations.
    pub observed_centre: f64,
    /// Spread of the observations (standard deviation or a stand-in, see `remark`).
    pub observed_spread: f64,
    /// Mean of the simulation.
    pub simulated_mean: f64,
    /// Standard deviation of the simulation.
    pub simulated_sd: f64,
    /// Wasserstein distance over the scale.
    pub distance: f64,
    /// What two equal distributions would give with so few observations.
    pub null_level: f64,
    /// Score in [0, 1]: exp(−max(0, distance − null)).
    pub score: f64,
    /// Assumptions made about the observation.
    pub remark: String,
    /// Observed values in the row's unit, where the scenario gives them.
    pub values: Vec<f64>,
}

impl DeltaRow {
    /// Tells whether the observation checks anything: not what a number was fitted to.
    #[must_use]
    pub fn is_check(&self) -> bool {
        self.subject != "fitted"
    }
}

/// One assumed or recalled number and what it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumption {
    /// Dictionary name.
    pub name: String,
    /// Value with unit.
    pub value: String,
    /// Spread as written, such as `± 11 %`; empty when none is stated.
    pub spread: String,
    /// Evidence class.
    pub evidence: String,
    /// Source as written.
    pub source: String,
    /// Dictionary name of the observed outcome it moves most, relative to that outcome's spread.
    pub outcome: String,
    /// The outcome at the low end of the parameter's spread, in `unit`.
    pub low: f64,
    /// The outcome at the high end of the parameter's spread, in `unit`.
    pub high: f64,
    /// Unit of `low` and `high`.
    pub unit: String,
    /// What that does to the critical rule that bounds the outcome with a probability, simulated
    /// for the leading assumptions.
    pub pass_share: Option<PassShare>,
    /// Size of the effect in standard deviations of the outcome; sorts the list.
    pub influence: f64,
}

/// The share of samples that pass a rule at both ends of an assumption.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PassShare {
    /// Code of the rule.
    pub rule: String,
    /// Share at the low end of the parameter's spread.
    pub low: f64,
    /// Share at the high end of the parameter's spread.
    pub high: f64,
}

/// Components, weights, value and index.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// The components in fixed order.
    pub components: Vec<ComponentRow>,
    /// Name of the preset.
    pub preset: String,
    /// Consistency ratio of the weights and the table it was judged by.
    pub consistency: String,
    /// Whether the gate is open.
    pub gate_open: bool,
    /// Why there is neither value nor index; absent when there are. The numbers below then say
    /// nothing.
    pub no_index: Option<String>,
    /// V; zero when the gate is closed.
    pub value: f64,
    /// V without the gate.
    pub ungated_value: f64,
    /// Lower end of the interval of the ungated V.
    pub value_low: f64,
    /// Upper end of the interval of the ungated V.
    pub value_high: f64,
    /// The index in every preset.
    pub hyperscores: Vec<HyperscoreRow>,
}

/// One component of V.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComponentRow {
    /// `logic`, `novelty`, `impact`, `reproducibility`, `meta`.
    pub name: String,
    /// In [0, 1], higher is better.
    pub value: f64,
    /// Standard error.
    pub standard_error: f64,
    /// Weight; all weights sum to 1.
    pub weight: f64,
    /// Reasons, the most important first.
    pub reasons: Vec<String>,
}

/// The index in one preset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HyperscoreRow {
    /// Preset name.
    pub preset: String,
    /// The index as gated.
    pub hyperscore: f64,
    /// The index without the gate.
    pub ungated: f64,
    /// Largest reachable index of the preset.
    pub highest: f64,
    /// V at which the logistic is one half; may lie above 1.
    pub midpoint: f64,
}

/// The decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionRow {
    /// `reject`, `need data`, `trial` or `release`.
    pub decision: String,
    /// One sentence.
    pub sentence: String,
    /// All reasons, the binding one first.
    pub reasons: Vec<String>,
    /// Codes of the rules that block the request, worst first; empty when none does.
    pub blocking: Vec<String>,
    /// The best decision this record could support, and what caps it.
    pub cap: Option<String>,
    /// Who must sign.
    pub sign_off: Vec<String>,
}
