//! Decides a change: reject, need data, release, or trial.
//!
//! In: facts about critical rules, missing inputs, approved ranges, and observations, as plain
//! data. Out: one decision with every reason that led to it or stands in the way of a better one,
//! in a fixed order. A pure function: no clock, no files, no solver. `reject`: a critical rule
//! with a source is broken at the recipe or somewhere in its tolerance. `need data`: a critical
//! rule is undecided or an input is missing. `release`: every critical rule holds, none rests on
//! a recalled limit, every change is inside its approved range, and cells of this line cover what
//! was simulated. `trial`: everything else. Undecided is never a pass.

use std::fmt;

use crate::delta::observed::Subject;
use crate::exit_code::ExitCode;

/// How a rule stands for the recipe and its whole tolerance box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Broken at the recipe itself.
    Violated,
    /// Kept at the recipe, broken somewhere in the tolerance box.
    BrokenInTolerance,
    /// Not decided.
    Undecided,
    /// Kept everywhere, somewhere with less than the guard band.
    InsideGuardBand,
    /// Kept everywhere with the guard band.
    Holds,
    /// Does not apply: the guard is met nowhere in the tolerance box.
    Idle,
    /// Never put to the test: its guard cannot be met or was met by no sample.
    Vacuous,
}

/// A critical rule and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriticalRule {
    /// Code of the rule.
    pub code: String,
    /// How it stands.
    pub standing: Standing,
    /// Whether its limit is recalled, without a source.
    pub recalled: bool,
}

/// An input that nobody gave.
#[derive(Debug, Clone, PartialEq)]
pub struct MissingInput {
    /// Dictionary name.
    pub name: String,
    /// Its influence on the deciding outcome, in any one unit; `None` where unknown.
    pub influence: Option<f64>,
}

/// Where a changed parameter lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// With its tolerance inside the approved range.
    Inside,
    /// Outside, in whole or with part of its tolerance.
    Outside,
    /// No approved range is stated.
    NotStated,
}

/// A parameter the change sets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedParameter {
    /// Dictionary name.
    pub name: String,
    /// Where it lies.
    pub approval: Approval,
}

/// What observations say about one simulated quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Dictionary name.
    pub quantity: String,
    /// Whose cells were observed.
    pub subject: Subject,
    /// Whether they cover the simulated range.
    pub covers_simulated_range: bool,
}

/// Everything a decision rests on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// The critical rules.
    pub critical_rules: Vec<CriticalRule>,
    /// Inputs that are missing.
    pub missing_inputs: Vec<MissingInput>,
    /// Parts of the plant of which most samples could not be computed, in the order of the plant.
    pub not_computed: Vec<String>,
    /// Parameters the change sets.
    pub changed: Vec<ChangedParameter>,
    /// Simulated quantities the decision rests on.
    pub simulated: Vec<String>,
    /// Observations of them.
    pub observations: Vec<Observation>,
    /// Whether recalled limits block like sourced ones (`--strict`).
    pub strict: bool,
}

/// The decision on a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Must not run.
    Reject,
    /// Cannot be decided with what is known.
    NeedData,
    /// May run.
    Release,
    /// May run within a stated scope, with samples and acceptance limits.
    Trial,
}

/// A decision with its reasons.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The outcome.
    pub outcome: Outcome,
    /// Why, and what stands in the way of a better outcome; strongest first.
    pub reasons: Vec<Reason>,
    /// Codes of the rules that close the gate, sorted; V is 0 when there is one.
    pub gate_closed_by: Vec<String>,
}

/// One reason.
#[derive(Debug, Clone, PartialEq)]
pub enum Reason {
    /// A critical rule is broken and closes the gate.
    RuleBroken {
        /// Code of the rule.
        code: String,
        /// Where: at the recipe or in its tolerance.
        standing: Standing,
    },
    /// A critical rule is undecided.
    RuleUndecided {
        /// Code of the rule.
        code: String,
    },
    /// An input is missing.
    InputMissing {
        /// Dictionary name.
        name: String,
    },
    /// Most samples of a part of the plant gave no value.
    NothingComputed {
        /// The part.
        part: String,
    },
    /// A critical rule rests on a recalled limit and needs a source.
    LimitRecalled {
        /// Code of the rule.
        code: String,
        /// How it would stand.
        standing: Standing,
    },
    /// A critical rule holds with less than its guard band.
    GuardBandUsed {
        /// Code of the rule.
        code: String,
    },
    /// A critical rule was never put to the test.
    RuleUntested {
        /// Code of the rule.
        code: String,
    },
    /// A changed parameter is not inside an approved range.
    NotApproved {
        /// Dictionary name.
        name: String,
        /// Outside, or not stated.
        approval: Approval,
    },
    /// No cells of this line cover a simulated quantity.
    NotObserved {
        /// Dictionary name.
        quantity: String,
    },
    /// Nothing was observed on this line at all.
    NothingObserved,
    /// No critical rule was checked, so nothing critical was shown to hold.
    NoCriticalRule,
    /// Every condition of a release is met.
    AllShown,
}

impl Outcome {
    /// Returns the word used in documents and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::NeedData => "need data",
            Self::Release => "release",
            Self::Trial => "trial",
        }
    }

    /// Returns the exit code of this decision alone; a violated major rule adds
    /// [`ExitCode::Findings`].
    #[must_use]
    pub fn exit_code(self) -> ExitCode {
        match self {
            Self::Reject => ExitCode::Findings,
            Self::NeedData => ExitCode::Undecided,
            Self::Release | Self::Trial => ExitCode::Success,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Reason {
    /// Returns whether this reason caps a change that is otherwise in order at a trial.
    #[must_use]
    pub fn caps_at_trial(&self) -> bool {
        match self {
            Self::LimitRecalled { .. }
            | Self::GuardBandUsed { .. }
            | Self::RuleUntested { .. }
            | Self::NotApproved { .. }
            | Self::NotObserved { .. }
            | Self::NothingObserved
            | Self::NoCriticalRule => true,
            Self::RuleBroken { .. }
            | Self::RuleUndecided { .. }
            | Self::InputMissing { .. }
            | Self::NothingComputed { .. }
            | Self::AllShown => false,
        }
    }
}

impl Standing {
    /// Returns whether the rule is broken somewhere in the tolerance box.
    #[must_use]
    pub fn is_broken(self) -> bool {
        matches!(self, Self::Violated | Self::BrokenInTolerance)
    }

    /// Returns the words of the report.
    fn words(self) -> &'static str {
        match self {
            Self::Violated => "is violated",
            Self::BrokenInTolerance => "holds at the recipe but breaks within its tolerance",
            Self::Undecided => "is undecided",
            Self::InsideGuardBand => "holds with less than its guard band",
            Self::Holds => "holds",
            Self::Idle => "does not apply",
            Self::Vacuous => "was never put to the test",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RuleBroken { code, standing } => {
                write!(f, "critical rule {code} {}", standing.words())
            }
            Self::RuleUndecided { code } => write!(f, "critical rule {code} is undecided"),
            Self::InputMissing { name } => write!(f, "`{name}` is missing"),
            Self::NothingComputed { part } => {
                write!(f, "most samples of the {part} could not be computed")
            }
            Self::LimitRecalled { code, standing } => write!(
                f,
                "critical rule {code} {} but its limit is recalled: it needs a source",
                standing.words()
            ),
            Self::GuardBandUsed { code } => {
                write!(
                    f,
                    "critical rule {code} holds with less than its guard band"
                )
            }
            Self::RuleUntested { code } => {
                write!(f, "critical rule {code} was never put to the test")
            }
            Self::NotApproved {
                name,
                approval: Approval::NotStated,
            } => {
                write!(f, "`{name}` is changed and has no approved range")
            }
            Self::NotApproved { name, .. } => {
                write!(f, "`{name}` is changed beyond its approved range")
            }
            Self::NotObserved { quantity } => {
                write!(
                    f,
                    "no cells of this line cover the simulated range of `{quantity}`"
                )
            }
            Self::NothingObserved => write!(f, "nothing was observed on this line"),
            Self::NoCriticalRule => write!(f, "no critical rule was checked"),
            Self::AllShown => write!(
                f,
                "every critical rule holds, the change is inside its approved range, and cells of \
                 this line cover the simulated range"
            ),
        }
    }
}

/// Decides from facts; the order of the facts does not matter.
///
/// # Example
/// ```
/// use cellwright::decision::{CriticalRule, Facts, Outcome, Standing, decide};
///
/// let rule = CriticalRule {
///     code: "DR004".to_owned(),
///     standing: Standing::BrokenInTolerance,
///     recalled: false,
/// };
/// let decision = decide(&Facts { critical_rules: vec![rule], ..Facts::default() });
/// assert_eq!(decision.outcome, Outcome::Reject);
/// assert_eq!(decision.gate_closed_by, ["DR004"]);
/// ```
#[must_use]
pub fn decide(facts: &Facts) -> Decision {
    let mut rules: Vec<&CriticalRule> = facts.critical_rules.iter().collect();
    rules.sort_by(|a, b| {
        a.standing
            .cmp(&b.standing)
            .then_with(|| a.code.cmp(&b.code))
    });
    let blocks = |rule: &&&CriticalRule| facts.strict || !rule.recalled;
    let broken: Vec<Reason> = rules
        .iter()
        .filter(blocks)
        .filter_map(|rule| broken(rule))
        .collect();
    let mut unknown: Vec<Reason> = rules
        .iter()
        .filter(blocks)
        .filter_map(|rule| undecided(rule))
        .collect();
    unknown.extend(missing(&facts.missing_inputs));
    let not_computed = facts.not_computed.iter().cloned();
    unknown.extend(not_computed.map(|part| Reason::NothingComputed { part }));
    let caps = caps(facts, &rules);
    let closing = rules
        .iter()
        .filter(blocks)
        .filter(|rule| rule.standing.is_broken());
    let mut gate_closed_by: Vec<String> = closing.map(|rule| rule.code.clone()).collect();
    gate_closed_by.sort_unstable();
    let outcome = if !broken.is_empty() {
        Outcome::Reject
    } else if !unknown.is_empty() {
        Outcome::NeedData
    } else if !caps.is_empty() {
        Outcome::Trial
    } else {
        Outcome::Release
    };
    let mut reasons = broken;
    reasons.extend(unknown);
    reasons.extend(caps);
    if outcome == Outcome::Release {
        reasons.push(Reason::AllShown);
    }
    Decision {
        outcome,
        reasons,
        gate_closed_by,
    }
}

/// Returns the reason to reject, if the rule is broken.
fn broken(rule: &CriticalRule) -> Option<Reason> {
    let standing = rule.standing;
    matches!(standing, Standing::Violated | Standing::BrokenInTolerance).then(|| {
        Reason::RuleBroken {
            code: rule.code.clone(),
            standing,
        }
    })
}

/// Returns the reason to ask for data, if the rule is undecided.
fn undecided(rule: &CriticalRule) -> Option<Reason> {
    (rule.standing == Standing::Undecided).then(|| Reason::RuleUndecided {
        code: rule.code.clone(),
    })
}

/// Lists missing inputs by influence, unknown influence last, ties by name.
fn missing(inputs: &[MissingInput]) -> Vec<Reason> {
    let mut inputs: Vec<&MissingInput> = inputs.iter().collect();
    let size = |input: &MissingInput| input.influence.map_or(f64::NEG_INFINITY, f64::abs);
    inputs.sort_by(|a, b| {
        size(b)
            .total_cmp(&size(a))
            .then_with(|| a.name.cmp(&b.name))
    });
    inputs
        .into_iter()
        .map(|input| Reason::InputMissing {
            name: input.name.clone(),
        })
        .collect()
}

/// Lists what stands between the change and a release, broken and undecided sourced rules aside.
fn caps(facts: &Facts, rules: &[&CriticalRule]) -> Vec<Reason> {
    let mut caps = Vec::new();
    if rules.is_empty() {
        caps.push(Reason::NoCriticalRule);
    }
    for rule in rules {
        let code = || rule.code.clone();
        if rule.recalled {
            caps.push(Reason::LimitRecalled {
                code: code(),
                standing: rule.standing,
            });
        }
        match rule.standing {
            Standing::InsideGuardBand => caps.push(Reason::GuardBandUsed { code: code() }),
            Standing::Vacuous => caps.push(Reason::RuleUntested { code: code() }),
            Standing::Violated
            | Standing::BrokenInTolerance
            | Standing::Undecided
            | Standing::Holds
            | Standing::Idle => {}
        }
    }
    let mut changed: Vec<&ChangedParameter> = facts.changed.iter().collect();
    changed.sort_by(|a, b| a.name.cmp(&b.name));
    let outside = changed
        .into_iter()
        .filter(|parameter| parameter.approval != Approval::Inside);
    caps.extend(outside.map(|parameter| Reason::NotApproved {
        name: parameter.name.clone(),
        approval: parameter.approval,
    }));
    caps.extend(unobserved(facts));
    caps
}

/// Lists what cells of this line do not cover; published and sister-line cells never count.
fn unobserved(facts: &Facts) -> Vec<Reason> {
    let own: Vec<&Observation> = facts
        .observations
        .iter()
        .filter(|seen| seen.subject == Subject::ThisLine)
        .collect();
    if own.is_empty() {
        return vec![Reason::NothingObserved];
    }
    let mut quantities: Vec<&str> = facts.simulated.iter().map(String::as_str).collect();
    quantities.extend(own.iter().map(|seen| seen.quantity.as_str()));
    quantities.sort_unstable();
    quantities.dedup();
    let covered = |quantity: &str| {
        own.iter()
            .any(|seen| seen.quantity == quantity && seen.covers_simulated_range)
    };
    let uncovered = quantities.into_iter().filter(|quantity| !covered(quantity));
    uncovered
        .map(|quantity| Reason::NotObserved {
            quantity: quantity.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(code: &str, standing: Standing, recalled: bool) -> CriticalRule {
        CriticalRule {
            code: code.to_owned(),
            standing,
            recalled,
        }
    }

    fn observation(subject: Subject, covers_simulated_range: bool) -> Observation {
        let quantity = "drying.residual_solvent".to_owned();
        Observation {
            quantity,
            subject,
            covers_simulated_range,
        }
    }

    /// Facts that allow a release.
    fn releasable() -> Facts {
        Facts {
            critical_rules: vec![
                rule("DR004", Standing::Holds, false),
                rule("EL001", Standing::Idle, false),
            ],
            missing_inputs: Vec::new(),
            not_computed: Vec::new(),
            changed: vec![ChangedParameter {
                name: "coating.web_speed".to_owned(),
                approval: Approval::Inside,
            }],
            simulated: vec!["drying.residual_solvent".to_owned()],
            observations: vec![observation(Subject::ThisLine, true)],
            strict: false,
        }
    }

    fn outcome(change: impl Fn(&mut Facts)) -> Outcome {
        let mut facts = releasable();
        change(&mut facts);
        decide(&facts).outcome
    }

    #[test]
    fn everything_shown_is_a_release() {
        let decision = decide(&releasable());
        assert_eq!(decision.outcome, Outcome::Release);
        assert_eq!(decision.reasons, [Reason::AllShown]);
        assert_eq!(decision.gate_closed_by, Vec::<String>::new());
    }

    #[test]
    fn broken_critical_rule_rejects_whatever_else_is_missing() {
        for standing in [Standing::Violated, Standing::BrokenInTolerance] {
            let mut facts = releasable();
            facts
                .critical_rules
                .push(rule("AA001", Standing::Undecided, false));
            facts.critical_rules.push(rule("ZZ009", standing, false));
            let decision = decide(&facts);
            assert_eq!(decision.outcome, Outcome::Reject);
            assert_eq!(decision.gate_closed_by, ["ZZ009"]);
            assert!(
                matches!(&decision.reasons[0], Reason::RuleBroken { code, .. } if code == "ZZ009")
            );
        }
    }

    #[test]
    fn undecided_rule_or_missing_input_needs_data_ranked_by_influence() {
        let undecided = |facts: &mut Facts| {
            facts
                .critical_rules
                .push(rule("DR007", Standing::Undecided, false));
        };
        assert_eq!(outcome(undecided), Outcome::NeedData);
        let nothing = |facts: &mut Facts| facts.not_computed.push("formation".to_owned());
        assert_eq!(outcome(nothing), Outcome::NeedData);
        let mut facts = releasable();
        let input = |name: &str, influence| MissingInput {
            name: name.to_owned(),
            influence,
        };
        facts.missing_inputs = vec![
            input("c", None),
            input("b", Some(0.1)),
            input("a", Some(-2.0)),
        ];
        let decision = decide(&facts);
        assert_eq!(decision.outcome, Outcome::NeedData);
        let names: Vec<String> = decision.reasons.iter().map(ToString::to_string).collect();
        assert_eq!(
            names,
            ["`a` is missing", "`b` is missing", "`c` is missing"]
        );
    }

    #[test]
    fn recalled_critical_limit_caps_at_trial_and_blocks_only_when_strict() {
        for standing in [Standing::Holds, Standing::Violated, Standing::Undecided] {
            let recalled = |facts: &mut Facts| {
                facts.critical_rules.push(rule("RC001", standing, true));
            };
            assert_eq!(outcome(recalled), Outcome::Trial, "{standing:?}");
        }
        let strict = |facts: &mut Facts| {
            facts.strict = true;
            facts
                .critical_rules
                .push(rule("RC001", Standing::Violated, true));
        };
        assert_eq!(outcome(strict), Outcome::Reject);
        let mut facts = releasable();
        facts
            .critical_rules
            .push(rule("RC001", Standing::Holds, true));
        let reasons = decide(&facts).reasons;
        assert_eq!(reasons.len(), 1);
        assert!(reasons[0].caps_at_trial());
        assert!(
            reasons[0]
                .to_string()
                .ends_with("its limit is recalled: it needs a source")
        );
    }

    #[test]
    fn literature_or_sister_line_never_release() {
        for subject in [Subject::Literature, Subject::SisterLine] {
            for simulated in [vec![], vec!["drying.residual_solvent".to_owned()]] {
                let only = |facts: &mut Facts| {
                    facts.simulated.clone_from(&simulated);
                    facts.observations = vec![observation(subject, true)];
                };
                assert_eq!(outcome(only), Outcome::Trial);
            }
        }
        assert_eq!(outcome(|facts| facts.observations.clear()), Outcome::Trial);
    }

    #[test]
    fn uncovered_range_or_unapproved_change_is_a_trial() {
        let uncovered =
            |facts: &mut Facts| facts.observations = vec![observation(Subject::ThisLine, false)];
        assert_eq!(outcome(uncovered), Outcome::Trial);
        let unseen = |facts: &mut Facts| facts.simulated.push("coating.areal_loading".to_owned());
        assert_eq!(outcome(unseen), Outcome::Trial);
        for approval in [Approval::Outside, Approval::NotStated] {
            assert_eq!(
                outcome(|facts| facts.changed[0].approval = approval),
                Outcome::Trial
            );
        }
    }

    #[test]
    fn guard_band_or_untested_rule_is_a_trial() {
        for standing in [Standing::InsideGuardBand, Standing::Vacuous] {
            let added =
                |facts: &mut Facts| facts.critical_rules.push(rule("GB001", standing, false));
            assert_eq!(outcome(added), Outcome::Trial);
        }
        assert_eq!(
            outcome(|facts| facts.critical_rules.clear()),
            Outcome::Trial
        );
    }

    #[test]
    fn order_of_the_facts_does_not_matter() {
        let mut facts = releasable();
        facts
            .critical_rules
            .push(rule("B", Standing::Violated, false));
        facts
            .critical_rules
            .push(rule("A", Standing::Violated, false));
        let decision = decide(&facts);
        facts.critical_rules.reverse();
        assert_eq!(decide(&facts), decision);
        assert_eq!(decision.gate_closed_by, ["A", "B"]);
    }

    #[test]
    fn outcomes_map_to_exit_codes() {
        let numbers = [
            Outcome::Reject,
            Outcome::NeedData,
            Outcome::Release,
            Outcome::Trial,
        ]
        .map(|outcome| outcome.exit_code().number());
        assert_eq!(numbers, [1, 3, 0, 0]);
    }
}
