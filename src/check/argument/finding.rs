//! What is wrong with an argument, in plain words first.
//!
//! In: places of nodes, points, bounds. Out: a stable code for machines, a level, one sentence and
//! the places concerned. Numbers are shown in the unit of their signal; exact values stay in the
//! data.

use std::fmt::Write as _;

use super::attack::{Semantics, Share};
use super::circle::Hop;
use super::gap::Missing;
use super::graph::Graph;
use super::step::{Leap, Strongest};
use crate::check::query::{Reason, Sort, Value, VarId};
use crate::rational::Rational;
use crate::span::Span;

/// Missing facts that a message names; the rest is counted.
const MISSING_SHOWN: usize = 2;

/// What is said where no certificate was found.
const SOLVER_ALONE: &str = ", by the solver's word alone: no certificate was found";

/// Values of a counterexample that a message names; the rest is counted.
const VALUES_SHOWN: usize = 6;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth a look.
    Warning,
    /// The argument does not carry what it says.
    Error,
}

/// What was not decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whether a claim follows from its premises.
    Follows,
    /// Whether it says the same as another claim.
    SaySame(usize),
    /// Which sets stand together.
    StandTogether(Semantics),
}

/// A finding about an argument; nodes are places in the graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A claim rests on itself.
    Circular {
        /// The shortest circle.
        cycle: Vec<Hop>,
    },
    /// A conclusion does not follow.
    Leap {
        /// The claim.
        node: usize,
        /// Why.
        leap: Box<Leap>,
    },
    /// The premises bound what is claimed, but less tightly.
    OverClaim {
        /// The claim.
        node: usize,
        /// Why, with the bound that does follow.
        leap: Box<Leap>,
    },
    /// The premises contradict each other.
    VacuousStep {
        /// The claim.
        node: usize,
        /// Names of the facts that do.
        core: Vec<String>,
        /// Whether a certificate says so too.
        is_certified: bool,
    },
    /// A conclusion follows by the solver's word alone.
    NotCertified {
        /// The claim.
        node: usize,
    },
    /// A claim without premises.
    UnsupportedLeaf {
        /// The claim.
        node: usize,
    },
    /// The document of a piece of evidence is not the one it was taken from.
    StaleEvidence {
        /// The evidence.
        node: usize,
        /// The document.
        document: String,
    },
    /// A node is defeated.
    Out {
        /// The node.
        node: usize,
        /// Who attacks it and stands.
        by: Vec<usize>,
        /// Who attacks what it rests on and stands.
        through: Vec<usize>,
    },
    /// A node is neither defeated nor defended.
    Contested {
        /// The node.
        node: usize,
        /// Who attacks it, itself contested.
        by: Vec<usize>,
        /// What sets of nodes say, where asked for.
        share: Option<Share>,
    },
    /// Stable sets were asked for and there is none.
    NoStableSet {
        /// The first node that stays open.
        node: usize,
    },
    /// A claim rests on something recalled.
    RestsOnRecalled {
        /// The claim.
        node: usize,
        /// What is recalled.
        on: Vec<usize>,
    },
    /// A claim rests on rules that hold only with a probability.
    RestsOnProbability {
        /// The claim.
        node: usize,
        /// The rules.
        on: Vec<usize>,
    },
    /// Evidence that no claim uses.
    UnusedEvidence {
        /// The evidence.
        node: usize,
    },
    /// A question was not decided.
    Undecided {
        /// The claim.
        node: usize,
        /// Which question.
        question: Question,
        /// Why; nothing where a formula cannot be written out.
        reason: Option<Reason>,
    },
}

impl Finding {
    /// Stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Circular { .. } => "argument-circular",
            Self::Leap { .. } => "argument-leap",
            Self::OverClaim { .. } => "argument-over-claim",
            Self::VacuousStep { .. } => "argument-vacuous-step",
            Self::UnsupportedLeaf { .. } => "argument-unsupported",
            Self::StaleEvidence { .. } => "argument-stale-evidence",
            Self::Out { .. } => "argument-defeated",
            Self::Contested { .. } => "argument-contested",
            Self::RestsOnRecalled { .. } => "argument-recalled",
            Self::RestsOnProbability { .. } => "argument-probable",
            Self::UnusedEvidence { .. } => "argument-unused-evidence",
            Self::NotCertified { .. } => "argument-not-certified",
            Self::NoStableSet { .. } => "argument-no-stable-set",
            Self::Undecided { .. } => "argument-undecided",
        }
    }

    /// The place among the kinds, worst first.
    #[must_use]
    pub fn rank(&self) -> u8 {
        match self {
            Self::Circular { .. } => 0,
            Self::Leap { .. } | Self::OverClaim { .. } => 1,
            Self::VacuousStep { .. } => 2,
            Self::UnsupportedLeaf { .. } => 3,
            Self::StaleEvidence { .. } => 4,
            Self::Out { .. } => 5,
            Self::NoStableSet { .. } => 6,
            Self::Contested { .. } => 7,
            Self::RestsOnRecalled { .. } => 8,
            Self::RestsOnProbability { .. } => 9,
            Self::NotCertified { .. } => 10,
            Self::UnusedEvidence { .. } => 11,
            Self::Undecided { .. } => 12,
        }
    }

    /// How much it weighs.
    #[must_use]
    pub fn level(&self) -> Level {
        match self {
            Self::Circular { .. }
            | Self::Leap { .. }
            | Self::OverClaim { .. }
            | Self::VacuousStep { .. }
            | Self::UnsupportedLeaf { .. }
            | Self::StaleEvidence { .. }
            | Self::Out { .. } => Level::Error,
            Self::NoStableSet { .. }
            | Self::Contested { .. }
            | Self::RestsOnRecalled { .. }
            | Self::RestsOnProbability { .. }
            | Self::NotCertified { .. }
            | Self::UnusedEvidence { .. }
            | Self::Undecided { .. } => Level::Warning,
        }
    }

    /// The node it is about; of a circle the first claim.
    #[must_use]
    pub fn node(&self) -> usize {
        match self {
            Self::Circular { cycle } => cycle.first().map_or(0, |hop| hop.claim),
            Self::Leap { node, .. }
            | Self::OverClaim { node, .. }
            | Self::VacuousStep { node, .. }
            | Self::UnsupportedLeaf { node }
            | Self::StaleEvidence { node, .. }
            | Self::Out { node, .. }
            | Self::Contested { node, .. }
            | Self::RestsOnRecalled { node, .. }
            | Self::RestsOnProbability { node, .. }
            | Self::UnusedEvidence { node }
            | Self::NotCertified { node }
            | Self::NoStableSet { node }
            | Self::Undecided { node, .. } => *node,
        }
    }

    /// Other nodes that take part, in the order of the message.
    #[must_use]
    pub fn others(&self) -> Vec<usize> {
        match self {
            Self::Circular { cycle } => cycle.iter().map(|hop| hop.premise).collect(),
            Self::Out { by, through, .. } => by.iter().chain(through).copied().collect(),
            Self::Contested { by, .. } => by.clone(),
            Self::RestsOnRecalled { on, .. } | Self::RestsOnProbability { on, .. } => on.clone(),
            Self::Undecided {
                question: Question::SaySame(other),
                ..
            } => vec![*other],
            Self::Leap { .. }
            | Self::OverClaim { .. }
            | Self::VacuousStep { .. }
            | Self::UnsupportedLeaf { .. }
            | Self::StaleEvidence { .. }
            | Self::UnusedEvidence { .. }
            | Self::NotCertified { .. }
            | Self::NoStableSet { .. }
            | Self::Undecided { .. } => Vec::new(),
        }
    }

    /// The places concerned, the primary one first.
    #[must_use]
    pub fn spans(&self, graph: &Graph) -> Vec<Span> {
        let mut nodes = vec![self.node()];
        for other in self.others() {
            if !nodes.contains(&other) {
                nodes.push(other);
            }
        }
        let spans = nodes.iter().filter_map(|&at| graph.nodes.get(at)?.span);
        spans.collect()
    }

    /// One sentence, or two where the second says what to do.
    #[must_use]
    pub fn message(&self, graph: &Graph) -> String {
        let own = quoted(graph, self.node());
        match self {
            Self::Circular { cycle } => circle(graph, cycle),
            Self::Leap { leap, .. } => {
                format!(
                    "{own} does not follow from its premises: {}",
                    gap(graph, leap)
                )
            }
            Self::OverClaim { leap, .. } => {
                let mut tighter = leap.strongest.as_ref().map_or_else(String::new, bounds);
                let strongest = leap.strongest.as_ref();
                if strongest.is_some_and(|one| one.certificate.is_none()) {
                    tighter += SOLVER_ALONE;
                }
                format!(
                    "{own} claims more than its premises give: {tighter}; {}",
                    gap(graph, leap)
                )
            }
            Self::VacuousStep {
                core, is_certified, ..
            } => format!(
                "{own} is not shown: its premises contradict each other: `{}`{}",
                core.join("`, `"),
                if *is_certified { "" } else { SOLVER_ALONE }
            ),
            Self::NotCertified { .. } => {
                format!("{own} follows from its premises{SOLVER_ALONE}")
            }
            Self::UnsupportedLeaf { .. } => format!("{own} rests on nothing"),
            Self::StaleEvidence { document, .. } => {
                format!("evidence changed: `{document}` is not the document {own} was taken from")
            }
            Self::Out { .. } | Self::Contested { .. } | Self::NoStableSet { .. } => {
                self.about_attacks(graph, &own)
            }
            Self::RestsOnRecalled { on, .. } => {
                format!("{own} rests on a recalled limit: {}", listed(graph, on))
            }
            Self::RestsOnProbability { on, .. } => format!(
                "{own} is claimed without a probability but rests on rules that hold with one: {}",
                listed(graph, on)
            ),
            Self::UnusedEvidence { .. } => format!("no claim rests on {own}"),
            Self::Undecided {
                question, reason, ..
            } => open_question(graph, &own, *question, reason.as_ref()),
        }
    }

    fn about_attacks(&self, graph: &Graph, own: &str) -> String {
        match self {
            Self::NoStableSet { .. } => format!(
                "there is no stable set: whatever is taken to stand, something is neither in it \
                 nor attacked by it; {own} stays open"
            ),
            Self::Out { by, through, .. } if by.is_empty() => format!(
                "{own} falls with what it rests on, defeated by {}",
                listed(graph, through)
            ),
            Self::Out { by, .. } => format!("{own} is defeated by {}", listed(graph, by)),
            Self::Contested { by, share, .. } => {
                let share = share.map_or_else(String::new, |share| {
                    let (name, sets) = (share.semantics.name(), share.sets);
                    format!("; it stands in {} of {sets} {name} sets", share.holding)
                });
                format!(
                    "{own} is contested: neither defeated nor defended against {}{share}",
                    listed(graph, by)
                )
            }
            _ => String::new(),
        }
    }
}

fn open_question(graph: &Graph, own: &str, question: Question, reason: Option<&Reason>) -> String {
    let why = reason.map_or_else(
        || "it cannot be written out".to_owned(),
        std::string::ToString::to_string,
    );
    match question {
        Question::Follows => {
            format!("it is not decided whether {own} follows from its premises: {why}")
        }
        Question::StandTogether(semantics) => format!(
            "it is not decided which {} sets there are: too many would have to be looked at",
            semantics.name()
        ),
        Question::SaySame(other) => format!(
            "it is not decided whether {own} and {} say the same",
            quoted(graph, other)
        ),
    }
}

fn quoted(graph: &Graph, node: usize) -> String {
    match graph.nodes.get(node) {
        Some(one) if one.title.is_empty() => format!("`{}`", one.code),
        Some(one) => format!("`{}` ({})", one.code, one.title),
        None => String::new(),
    }
}

fn listed(graph: &Graph, nodes: &[usize]) -> String {
    let quoted: Vec<String> = nodes.iter().map(|&node| quoted(graph, node)).collect();
    quoted.join(", ")
}

fn circle(graph: &Graph, cycle: &[Hop]) -> String {
    let mut text = String::from("circular: ");
    for (at, hop) in cycle.iter().enumerate() {
        let joint = if at == 0 { "" } else { "; " };
        let (claim, premise) = (quoted(graph, hop.claim), quoted(graph, hop.premise));
        let next = cycle[(at + 1) % cycle.len()].claim;
        // Writing to a string cannot fail.
        let _ = write!(text, "{joint}{claim} rests on {premise}");
        if next != hop.premise {
            let _ = write!(text, ", which says the same as {}", quoted(graph, next));
        }
    }
    text
}

fn bounds(strongest: &Strongest) -> String {
    let shown = |value: &Rational| strongest.display(value);
    let side = if strongest.is_upper {
        "at most"
    } else {
        "at least"
    };
    let end = if strongest.attained {
        ""
    } else {
        ", not reached"
    };
    format!(
        "they give {side} {}{end}, it says {}",
        shown(&strongest.entailed),
        shown(&strongest.claimed)
    )
}

/// The counterexample, then what would close the gap.
fn gap(graph: &Graph, leap: &Leap) -> String {
    let mut shown: Vec<String> = Vec::new();
    for &id in leap.variables.iter().take(VALUES_SHOWN) {
        shown.extend(value(graph, id, leap.point.value(id)));
    }
    let hidden = leap.variables.len().saturating_sub(VALUES_SHOWN);
    if hidden > 0 {
        shown.push(format!("and {hidden} more"));
    }
    let mut text = format!("it fails at {}", shown.join(", "));
    let close: Vec<String> = leap.missing.iter().map(|one| lacking(graph, one)).collect();
    if let (Some(Missing::OneOf { .. }), Some(scope)) = (leap.missing.first(), close.first()) {
        let _ = write!(text, "; its premises carry it only where {scope}");
    } else if !close.is_empty() {
        let named = &close[..close.len().min(MISSING_SHOWN)];
        let _ = write!(text, "; it would follow with {}", named.join(", or with "));
        if close.len() > MISSING_SHOWN {
            let _ = write!(text, ", or one of {} others", close.len() - MISSING_SHOWN);
        }
    }
    text
}

pub(crate) fn name(graph: &Graph, id: VarId) -> &str {
    let declared = graph.variables.get(id.0 as usize);
    declared.map_or("", |variable| &variable.name)
}

pub(crate) fn number(graph: &Graph, id: VarId, number: &Rational) -> String {
    match graph.units.get(id.0 as usize) {
        Some(Some(unit)) => unit.display(number),
        Some(None) | None => number.display_significant(6),
    }
}

pub(crate) fn member(graph: &Graph, id: VarId, member: u32) -> String {
    match graph.variables.get(id.0 as usize).map(|one| &one.sort) {
        Some(Sort::Enum(names)) => names.get(member as usize).cloned().unwrap_or_default(),
        Some(Sort::Bool) => if member == 0 { "false" } else { "true" }.to_owned(),
        Some(Sort::Real) | None => String::new(),
    }
}

fn value(graph: &Graph, id: VarId, value: Option<&Value>) -> Option<String> {
    let shown = match value? {
        Value::Real(exact) => number(graph, id, exact),
        Value::Bool(truth) => truth.to_string(),
        Value::Enum(place) => member(graph, id, *place),
    };
    Some(format!("{} = {shown}", name(graph, id)))
}

fn lacking(graph: &Graph, missing: &Missing) -> String {
    match missing {
        Missing::AtMost {
            variable,
            value,
            closed,
        } => {
            let sign = if *closed { "<=" } else { "<" };
            format!(
                "{} {sign} {}",
                name(graph, *variable),
                number(graph, *variable, value)
            )
        }
        Missing::AtLeast {
            variable,
            value,
            closed,
        } => {
            let sign = if *closed { ">=" } else { ">" };
            format!(
                "{} {sign} {}",
                name(graph, *variable),
                number(graph, *variable, value)
            )
        }
        Missing::OneOf { variable, members } => {
            let shown: Vec<String> = members
                .iter()
                .map(|&one| member(graph, *variable, one))
                .collect();
            match shown.as_slice() {
                [only] => format!("{} == {only}", name(graph, *variable)),
                many => format!("{} in {{{}}}", name(graph, *variable), many.join(", ")),
            }
        }
    }
}
