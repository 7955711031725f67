//! Arguments checked: does each claim follow from what it says it rests on?
//!
//! In: a [`Graph`] of evidence, rules, assumptions and claims with their premises and attacks, from
//! a rule set or from a run. Out: an [`Analysis`]: per step a certificate that the premises entail
//! the conclusion or an exact point at which they do not, circles after claims that say the same
//! are joined, and which nodes stand against the attacks (P. M. Dung, Artificial Intelligence 77,
//! 1995, grounded semantics). No file is read: a caller hands the bytes of a document to
//! [`stale::is_stale`].

pub mod attack;
pub mod circle;
pub mod extreme;
pub mod finding;
pub mod gap;
pub mod graph;
pub mod oracle;
pub mod stale;
pub mod step;

use std::collections::BTreeSet;

pub use finding::{Finding, Level};
pub use graph::{Graph, Kind, Node};
pub use oracle::Oracle;

use attack::{Framework, Label, Labelling, Semantics, Sets};
use circle::Circles;
use step::{Outcome, Step};

use crate::rule_language::EvidenceClass;

/// What is known about an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analysis {
    /// One per claim with premises, in the order of the nodes.
    pub steps: Vec<Step>,
    /// Claims that say the same, circles, or an order without any.
    pub circles: Circles,
    /// Which nodes stand against the attacks, nothing assumed.
    pub labelling: Labelling,
    /// Sets of nodes that stand together, where another semantics was asked for.
    pub sets: Option<Sets>,
    /// What is wrong, by kind and then in the order of the nodes.
    pub findings: Vec<Finding>,
}

/// Checks an argument; attacks with grounded semantics.
#[must_use]
pub fn analyse(graph: &Graph, oracle: &mut Oracle<'_>) -> Analysis {
    analyse_under(graph, oracle, Semantics::Grounded)
}

/// Checks an argument; attacks with the semantics given.
#[must_use]
pub fn analyse_under(graph: &Graph, oracle: &mut Oracle<'_>, semantics: Semantics) -> Analysis {
    let mut findings = Vec::new();
    let circles = circle::circles(graph, oracle);
    findings.extend(circles.cycles.iter().map(|cycle| Finding::Circular {
        cycle: cycle.clone(),
    }));
    let undecided = circles.undecided.iter().map(|&(left, right)| {
        let (question, reason) = (finding::Question::SaySame(right), None);
        Finding::Undecided {
            node: left,
            question,
            reason,
        }
    });
    findings.extend(undecided);
    let claims = (0..graph.nodes.len()).filter(|&at| graph.nodes[at].kind == Kind::Claim);
    let (supported, bare): (Vec<usize>, Vec<usize>) =
        claims.partition(|&at| !graph.nodes[at].from.is_empty());
    let steps: Vec<Step> = supported
        .into_iter()
        .map(|at| step::judge(graph, oracle, at))
        .collect();
    findings.extend(steps.iter().filter_map(of_step));
    let unsupported = bare
        .into_iter()
        .map(|node| Finding::UnsupportedLeaf { node });
    findings.extend(unsupported);
    findings.extend(unused(graph));
    let framework = Framework::of(graph);
    let labelling = framework.grounded();
    let sets = framework.sets(semantics);
    let attacks = Attacks {
        graph,
        framework: &framework,
        labelling: &labelling,
        semantics,
    };
    findings.extend(attacks.fallen(sets.as_ref()));
    findings.extend(weak(graph));
    findings.sort_by_key(|found| (found.rank(), found.node()));
    Analysis {
        steps,
        circles,
        labelling,
        sets,
        findings,
    }
}

fn of_step(step: &Step) -> Option<Finding> {
    let node = step.node;
    match &step.outcome {
        Outcome::Entailed { certificate, .. } => {
            (certificate.is_none()).then_some(Finding::NotCertified { node })
        }
        Outcome::Vacuous { core, certificate } => Some(Finding::VacuousStep {
            node,
            core: core.clone(),
            is_certified: certificate.is_some(),
        }),
        Outcome::Leap(leap) if leap.strongest.is_some() => Some(Finding::OverClaim {
            node,
            leap: leap.clone(),
        }),
        Outcome::Leap(leap) => Some(Finding::Leap {
            node,
            leap: leap.clone(),
        }),
        Outcome::Undecided(reason) => Some(Finding::Undecided {
            node,
            question: finding::Question::Follows,
            reason: reason.clone(),
        }),
    }
}

/// Evidence that no claim rests on and that attacks nothing.
fn unused(graph: &Graph) -> Vec<Finding> {
    let used: BTreeSet<usize> = graph
        .nodes
        .iter()
        .flat_map(|node| &node.from)
        .copied()
        .collect();
    let is_idle = |&at: &usize| {
        let node = &graph.nodes[at];
        matches!(node.kind, Kind::Evidence { .. }) && node.attacks.is_empty() && !used.contains(&at)
    };
    let idle = (0..graph.nodes.len()).filter(is_idle);
    idle.map(|node| Finding::UnusedEvidence { node }).collect()
}

/// Attacks, with what is asked about them.
struct Attacks<'a> {
    graph: &'a Graph,
    framework: &'a Framework,
    labelling: &'a Labelling,
    semantics: Semantics,
}

impl Attacks<'_> {
    /// Nodes that do not stand, the direct victims with those who defeat them.
    fn fallen(&self, sets: Option<&Sets>) -> Vec<Finding> {
        let labels = &self.labelling.labels;
        let mut findings = Vec::new();
        let open = labels.iter().position(|one| one.label == Label::Undecided);
        match (open, sets) {
            (Some(node), Some(Sets::TooMany)) => findings.push(Finding::Undecided {
                node,
                question: finding::Question::StandTogether(self.semantics),
                reason: None,
            }),
            (Some(node), Some(Sets::All(sets))) if sets.is_empty() => {
                findings.push(Finding::NoStableSet { node });
            }
            _ => {}
        }
        for (node, one) in labels.iter().enumerate() {
            match one.label {
                Label::In => {}
                Label::Out => findings.push(self.defeated(node, Label::In)),
                Label::Undecided => findings.extend(self.contested(node, sets)),
            }
        }
        findings
    }

    /// Attackers with a label: those of the node itself, those of what it rests on.
    fn defeated(&self, node: usize, label: Label) -> Finding {
        let of_label = |&&by: &&usize| self.labelling.labels[by].label == label;
        let by = self.framework.attackers[node].iter().filter(of_label);
        let (by, through) = by
            .copied()
            .partition(|&by: &usize| self.graph.nodes[by].attacks.contains(&node));
        Finding::Out { node, by, through }
    }

    /// A node that is open when nothing is assumed: several sets may agree about it.
    fn contested(&self, node: usize, sets: Option<&Sets>) -> Option<Finding> {
        let share = match sets {
            Some(Sets::All(sets)) if !sets.is_empty() => {
                Some(self.framework.share(node, self.semantics, sets))
            }
            Some(Sets::All(_) | Sets::TooMany) | None => None,
        };
        if let Some(share) = share {
            if share.holding == share.sets {
                return None;
            }
            if share.against == share.sets {
                return Some(self.defeated(node, Label::Undecided));
            }
        }
        let open = |&&by: &&usize| self.labelling.labels[by].label == Label::Undecided;
        let by = self.framework.attackers[node].iter().filter(open);
        let by = by.copied().collect();
        Some(Finding::Contested { node, by, share })
    }
}

/// Claims that rest, perhaps through others, on something recalled or on a mere probability.
fn weak(graph: &Graph) -> Vec<Finding> {
    let mut findings = Vec::new();
    let reached = graph.reached();
    for (node, below) in reached.iter().enumerate() {
        if graph.nodes[node].kind != Kind::Claim {
            continue;
        }
        let recalled = |&&at: &&usize| match &graph.nodes[at].kind {
            Kind::Rule { class, .. } | Kind::Evidence { class, .. } => {
                *class == EvidenceClass::Recalled
            }
            Kind::Assumption | Kind::Claim => false,
        };
        let on: Vec<usize> = below.iter().filter(recalled).copied().collect();
        if !on.is_empty() {
            findings.push(Finding::RestsOnRecalled { node, on });
        }
        let random = |&&at: &&usize| match &graph.nodes[at].kind {
            Kind::Rule { is_probable, .. } => *is_probable,
            Kind::Evidence { .. } | Kind::Assumption | Kind::Claim => false,
        };
        let on: Vec<usize> = below.iter().filter(random).copied().collect();
        if !on.is_empty() {
            findings.push(Finding::RestsOnProbability { node, on });
        }
    }
    findings
}
