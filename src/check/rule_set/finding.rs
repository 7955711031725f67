//! What can be found about a rule set: kinds, levels, sentences, places.
//!
//! In: nothing. Out: [`Finding`], with the members that take part and where they are written. The
//! sentences are for process engineers; the codes are for machines and stay.

use crate::check::query::Reason;
use crate::span::Span;

/// What takes part in a contradiction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// A rule, by its code.
    Rule(String),
    /// A choice of a signal: name, enumerator.
    Choice(String, String),
    /// The value of a setpoint in a recipe.
    Setpoint(String),
    /// A part of the guard of a rule, taken to hold, by the rule's code.
    GuardPart(String),
    /// The guard of a rule, taken to hold, by the rule's code.
    Guard(String),
    /// An assumption, by its place in the rule set.
    Assumption(usize),
    /// The range of a signal, by its name.
    Range(String),
}

/// A member with its place; ranges of dictionary signals have none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoreMember {
    /// What it is.
    pub member: Member,
    /// Where it is written.
    pub span: Option<Span>,
}

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing.
    Note,
    /// Worth a look.
    Warning,
    /// The rule set cannot be used as it is.
    Error,
}

/// A finding about a rule set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The assumptions contradict each other or the ranges: the documents are wrong.
    ContradictoryAssumptions {
        /// The minimal core.
        core: Vec<CoreMember>,
    },
    /// No point keeps all rules.
    Inconsistent {
        /// The minimal core.
        core: Vec<CoreMember>,
    },
    /// No point at which this guard holds keeps all rules.
    InconsistentUnderGuard {
        /// Code of the first rule with the guard.
        rule: String,
        /// The minimal core; the guard is a member.
        core: Vec<CoreMember>,
    },
    /// The guard can never hold.
    Vacuous {
        /// The rule's code.
        rule: String,
        /// The minimal core; the guard is a member.
        core: Vec<CoreMember>,
    },
    /// No point with this choice keeps all rules, although a guard asks for it.
    InconsistentInMode {
        /// The signal.
        signal: String,
        /// Its enumerator.
        member: String,
        /// The minimal core; the choice is a member.
        core: Vec<CoreMember>,
    },
    /// A part of a guard can never hold; the other parts can.
    DeadGuardPart {
        /// The rule's code.
        rule: String,
        /// The minimal core; the part is a member.
        core: Vec<CoreMember>,
    },
    /// A limit lies outside the range of the signal it limits.
    LimitOutsideRange {
        /// The rule's code.
        rule: String,
        /// The signal.
        signal: String,
        /// The comparison.
        span: Span,
        /// Which slip of a unit would explain it.
        slip: Option<String>,
    },
    /// A limit is far from every other limit on the same signal, by the factor of a unit.
    ImplausibleLimit {
        /// The rule's code.
        rule: String,
        /// The signal.
        signal: String,
        /// The comparison.
        span: Span,
        /// Code of the rule with the nearest other limit.
        other: String,
        /// Its comparison.
        other_span: Span,
        /// Which slip of a unit would explain it.
        slip: String,
    },
    /// These rules say the same.
    Equivalent {
        /// Codes, in the order of the files, with their places.
        rules: Vec<CoreMember>,
        /// What speaks for keeping one of them.
        remark: Option<String>,
    },
    /// Whenever one other rule holds, this one does.
    Shadowed {
        /// The rule's code and place.
        rule: CoreMember,
        /// What implies it; one rule, perhaps with ranges.
        core: Vec<CoreMember>,
        /// What the difference of the two rules means.
        remark: Option<String>,
    },
    /// Several other rules together imply this one.
    Redundant {
        /// The rule's code and place.
        rule: CoreMember,
        /// What implies it; none can be left out.
        core: Vec<CoreMember>,
        /// What the difference of the rules means.
        remark: Option<String>,
    },
    /// The declared ranges alone imply it: it can never bind.
    NeverBinding {
        /// The rule's code and place.
        rule: CoreMember,
        /// The ranges and assumptions that imply it.
        core: Vec<CoreMember>,
    },
    /// It is not decided whether these rules follow from others.
    RedundancyUndecided {
        /// The rules' codes.
        rules: Vec<String>,
        /// Why, for the first of them.
        reason: Option<Reason>,
    },
    /// A question was not decided.
    Undecided {
        /// Codes of the rules asked about.
        rules: Vec<String>,
        /// Why; nothing when no solver was given.
        reason: Option<Reason>,
    },
}

impl Finding {
    /// Stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ContradictoryAssumptions { .. } => "contradictory-assumptions",
            Self::Inconsistent { .. } => "inconsistent",
            Self::InconsistentUnderGuard { .. } => "inconsistent-under-guard",
            Self::Vacuous { .. } => "vacuous",
            Self::InconsistentInMode { .. } => "inconsistent-in-mode",
            Self::DeadGuardPart { .. } => "dead-guard-part",
            Self::LimitOutsideRange { .. } => "limit-outside-range",
            Self::ImplausibleLimit { .. } => "implausible-limit",
            Self::Equivalent { .. } => "equivalent",
            Self::Shadowed { .. } => "shadowed",
            Self::Redundant { .. } => "redundant",
            Self::NeverBinding { .. } => "never-binding",
            Self::RedundancyUndecided { .. } => "redundancy-undecided",
            Self::Undecided { .. } => "consistency-undecided",
        }
    }

    /// How much it weighs.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::ContradictoryAssumptions { .. }
            | Self::Inconsistent { .. }
            | Self::InconsistentUnderGuard { .. }
            | Self::InconsistentInMode { .. } => Level::Error,
            Self::Vacuous { .. }
            | Self::DeadGuardPart { .. }
            | Self::LimitOutsideRange { .. }
            | Self::ImplausibleLimit { .. }
            | Self::Undecided { .. } => Level::Warning,
            Self::Equivalent { .. }
            | Self::Shadowed { .. }
            | Self::Redundant { .. }
            | Self::NeverBinding { .. }
            | Self::RedundancyUndecided { .. } => Level::Note,
        }
    }

    /// One sentence.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::ContradictoryAssumptions { core } => {
                format!("these assumptions contradict each other: {}", listed(core))
            }
            Self::Inconsistent { core } => {
                format!("no recipe keeps all of these: {}", listed(core))
            }
            Self::InconsistentUnderGuard { rule, core } => format!(
                "whenever `{rule}` applies, no recipe keeps all of these: {}",
                listed(core)
            ),
            Self::Vacuous { rule, core } => {
                format!("`{rule}` can never apply: {}", listed(core))
            }
            Self::InconsistentInMode {
                signal,
                member,
                core,
            } => format!(
                "with `{signal}` = `{member}` no recipe keeps all of these: {}",
                listed(core)
            ),
            Self::DeadGuardPart { rule, core } => format!(
                "a part of the `when` of `{rule}` can never hold: {}",
                listed(core)
            ),
            Self::LimitOutsideRange {
                rule, signal, slip, ..
            } => with_remark(
                &format!("the limit of `{rule}` lies outside the range of `{signal}`"),
                slip.as_ref(),
            ),
            Self::ImplausibleLimit {
                rule,
                signal,
                other,
                slip,
                ..
            } => {
                format!("the limit of `{rule}` on `{signal}` is far from that of `{other}`; {slip}")
            }
            Self::Undecided { rules, reason } => {
                let why = why(reason.as_ref());
                format!(
                    "it is not decided whether `{}` fit together: {why}",
                    rules.join("`, `")
                )
            }
            Self::Equivalent { .. }
            | Self::Shadowed { .. }
            | Self::Redundant { .. }
            | Self::NeverBinding { .. }
            | Self::RedundancyUndecided { .. } => self.what_follows(),
        }
    }

    /// The sentence without what it means for whoever tidies up: what is to be shown.
    #[must_use]
    pub fn says(&self) -> String {
        let mut plain = self.clone();
        match &mut plain {
            Self::Equivalent { remark, .. }
            | Self::Shadowed { remark, .. }
            | Self::Redundant { remark, .. } => *remark = None,
            Self::ContradictoryAssumptions { .. }
            | Self::Inconsistent { .. }
            | Self::InconsistentUnderGuard { .. }
            | Self::InconsistentInMode { .. }
            | Self::Vacuous { .. }
            | Self::DeadGuardPart { .. }
            | Self::LimitOutsideRange { .. }
            | Self::ImplausibleLimit { .. }
            | Self::NeverBinding { .. }
            | Self::RedundancyUndecided { .. }
            | Self::Undecided { .. } => {}
        }
        plain.message()
    }

    /// One sentence about what follows from what; nothing for other findings.
    fn what_follows(&self) -> String {
        match self {
            Self::Equivalent { rules, remark } => with_remark(
                &format!("these say the same: {}", listed(rules)),
                remark.as_ref(),
            ),
            Self::Shadowed { rule, core, remark } => with_remark(
                &format!("{} follows from {}", listed_one(rule), listed(core)),
                remark.as_ref(),
            ),
            Self::Redundant { rule, core, remark } => with_remark(
                &format!(
                    "{} follows from these together: {}",
                    listed_one(rule),
                    listed(core)
                ),
                remark.as_ref(),
            ),
            Self::NeverBinding { rule, core } if core.is_empty() => {
                format!("{} holds whatever the recipe", listed_one(rule))
            }
            Self::NeverBinding { rule, core } => format!(
                "{} can never fail: {} sees to it",
                listed_one(rule),
                listed(core)
            ),
            Self::RedundancyUndecided { rules, reason } => format!(
                "it is not decided whether `{}` follow from the other rules: {}",
                rules.join("`, `"),
                why(reason.as_ref())
            ),
            Self::ContradictoryAssumptions { .. }
            | Self::Inconsistent { .. }
            | Self::InconsistentUnderGuard { .. }
            | Self::InconsistentInMode { .. }
            | Self::Vacuous { .. }
            | Self::DeadGuardPart { .. }
            | Self::LimitOutsideRange { .. }
            | Self::ImplausibleLimit { .. }
            | Self::Undecided { .. } => String::new(),
        }
    }

    /// The places concerned, in the order of the core.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        match self {
            Self::ContradictoryAssumptions { core }
            | Self::Inconsistent { core }
            | Self::InconsistentUnderGuard { core, .. }
            | Self::InconsistentInMode { core, .. }
            | Self::DeadGuardPart { core, .. }
            | Self::Equivalent { rules: core, .. }
            | Self::Vacuous { core, .. } => core.iter().filter_map(|m| m.span).collect(),
            Self::Shadowed { rule, core, .. }
            | Self::Redundant { rule, core, .. }
            | Self::NeverBinding { rule, core } => {
                let all = std::iter::once(rule).chain(core);
                all.filter_map(|member| member.span).collect()
            }
            Self::LimitOutsideRange { span, .. } => vec![*span],
            Self::ImplausibleLimit {
                span, other_span, ..
            } => vec![*span, *other_span],
            Self::Undecided { .. } | Self::RedundancyUndecided { .. } => Vec::new(),
        }
    }
}

/// What a member is called in a sentence.
#[must_use]
pub fn listed_one(member: &CoreMember) -> String {
    match &member.member {
        Member::Rule(code) => format!("rule `{code}`"),
        Member::Guard(code) => format!("the guard of `{code}`"),
        Member::GuardPart(code) => format!("this part of the guard of `{code}`"),
        Member::Assumption(place) => format!("assumption {}", place + 1),
        Member::Range(signal) => format!("the range of `{signal}`"),
        Member::Setpoint(signal) => format!("`{signal}`"),
        Member::Choice(signal, member) => format!("`{signal}` = `{member}`"),
    }
}

fn listed(core: &[CoreMember]) -> String {
    core.iter().map(listed_one).collect::<Vec<_>>().join(", ")
}

fn with_remark(text: &str, remark: Option<&String>) -> String {
    remark.map_or_else(|| text.to_owned(), |remark| format!("{text}; {remark}"))
}

fn why(reason: Option<&Reason>) -> String {
    reason.map_or_else(
        || "no solver was asked".to_owned(),
        std::string::ToString::to_string,
    )
}
