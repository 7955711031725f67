//! Which statements stand when some attack others (P. M. Dung, Artificial Intelligence 77, 1995).
//!
//! In: a graph. Out: a [`Labelling`]: a node is in when all its attackers are out, out when one is
//! in, undecided otherwise. Whoever attacks a premise attacks all that rests on it. The grounded
//! labelling assumes nothing; its ranks are the rounds of the least fixed point and make a
//! certificate that [`check_grounded`] verifies in one pass. Preferred and stable sets are found on
//! request, within a bound.

use std::collections::BTreeSet;

use super::graph::Graph;

/// Sets looked at for preferred and stable acceptance.
const SETS_MAX: usize = 1 << 16;

/// Whether a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// It stands.
    In,
    /// It is defeated by one that stands.
    Out,
    /// Neither.
    Undecided,
}

/// A label with the round in which it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The label.
    pub label: Label,
    /// The round, from zero; of undecided nodes the round in which nothing changed any more.
    pub rank: usize,
}

/// A label for every node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelling {
    /// In the order of the nodes.
    pub labels: Vec<Labelled>,
}

/// Who attacks whom, by place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework {
    /// Per node its attackers, ascending.
    pub attackers: Vec<BTreeSet<usize>>,
}

/// Which nodes are taken to stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Semantics {
    /// Nothing is assumed: the least fixed point.
    #[default]
    Grounded,
    /// What the greatest sets that defend themselves agree on.
    Preferred,
    /// What the sets that attack everything outside agree on.
    Stable,
}

impl Semantics {
    /// The word in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Grounded => "grounded",
            Self::Preferred => "preferred",
            Self::Stable => "stable",
        }
    }
}

/// What several sets say about one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// By which kind of sets.
    pub semantics: Semantics,
    /// Sets that hold the node.
    pub holding: usize,
    /// Sets that attack it.
    pub against: usize,
    /// All sets.
    pub sets: usize,
}

/// Sets of nodes that can be defended together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sets {
    /// All of them, each ascending, sorted.
    All(Vec<BTreeSet<usize>>),
    /// More sets than the bound would have to be looked at.
    TooMany,
}

impl Framework {
    /// Reads the attacks of a graph, also those on what a node rests on.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        let mut attackers = vec![BTreeSet::new(); graph.nodes.len()];
        let reached = graph.reached();
        for (by, node) in graph.nodes.iter().enumerate() {
            for &target in &node.attacks {
                for (at, attackers) in attackers.iter_mut().enumerate() {
                    if at == target || reached[at].contains(&target) {
                        attackers.insert(by);
                    }
                }
            }
        }
        Self { attackers }
    }

    /// Returns the grounded labelling: the least fixed point.
    #[must_use]
    pub fn grounded(&self) -> Labelling {
        let count = self.attackers.len();
        let mut labels: Vec<Option<Labelled>> = vec![None; count];
        let mut rank = 0;
        loop {
            let is = |at: usize, label: Label| labels[at].is_some_and(|one| one.label == label);
            let next = |at: &usize| {
                let attackers = &self.attackers[*at];
                if attackers.iter().any(|&by| is(by, Label::In)) {
                    return Some((*at, Label::Out));
                }
                let all_out = attackers.iter().all(|&by| is(by, Label::Out));
                all_out.then_some((*at, Label::In))
            };
            let open = (0..count).filter(|&at| labels[at].is_none());
            let given: Vec<(usize, Label)> = open.filter_map(|at| next(&at)).collect();
            if given.is_empty() {
                break;
            }
            for (at, label) in given {
                labels[at] = Some(Labelled { label, rank });
            }
            rank += 1;
        }
        let rest = Labelled {
            label: Label::Undecided,
            rank,
        };
        let labels = labels.into_iter().map(|one| one.unwrap_or(rest)).collect();
        Labelling { labels }
    }

    /// Returns the sets of a semantics; nothing for the grounded one, which is a single labelling.
    #[must_use]
    pub fn sets(&self, semantics: Semantics) -> Option<Sets> {
        match semantics {
            Semantics::Grounded => None,
            Semantics::Preferred => Some(self.preferred()),
            Semantics::Stable => Some(self.stable()),
        }
    }

    /// Counts what sets say about a node.
    #[must_use]
    pub fn share(&self, node: usize, semantics: Semantics, sets: &[BTreeSet<usize>]) -> Share {
        let holding = sets.iter().filter(|set| set.contains(&node)).count();
        let attackers = &self.attackers[node];
        let against = sets.iter().filter(|set| !set.is_disjoint(attackers));
        Share {
            semantics,
            holding,
            against: against.count(),
            sets: sets.len(),
        }
    }

    /// Returns the preferred sets: the greatest that defend themselves.
    #[must_use]
    pub fn preferred(&self) -> Sets {
        let Some(all) = self.admissible() else {
            return Sets::TooMany;
        };
        let is_greatest = |set: &&BTreeSet<usize>| {
            !all.iter()
                .any(|other| set.len() < other.len() && set.is_subset(other))
        };
        let greatest: Vec<BTreeSet<usize>> = all.iter().filter(is_greatest).cloned().collect();
        Sets::All(greatest)
    }

    /// Returns the stable sets: those that attack everything outside.
    #[must_use]
    pub fn stable(&self) -> Sets {
        let outside_attacked = |set: &BTreeSet<usize>| {
            let outside = (0..self.attackers.len()).filter(|at| !set.contains(at));
            outside
                .into_iter()
                .all(|at| !self.attackers[at].is_disjoint(set))
        };
        match self.preferred() {
            Sets::TooMany => Sets::TooMany,
            Sets::All(sets) => Sets::All(sets.into_iter().filter(outside_attacked).collect()),
        }
    }

    /// Sets without inner attack that attack all their attackers and hold what is grounded.
    fn admissible(&self) -> Option<Vec<BTreeSet<usize>>> {
        let grounded = self.grounded();
        let of = |label: Label| {
            let labels = grounded.labels.iter().enumerate();
            let chosen = labels.filter(move |(_, one)| one.label == label);
            chosen.map(|(at, _)| at)
        };
        let base: BTreeSet<usize> = of(Label::In).collect();
        let open: Vec<usize> = of(Label::Undecided).collect();
        let mut sets = vec![base];
        for at in open {
            let with = sets.iter().filter(|set| {
                let attackers = &self.attackers[at];
                let attacked = set.iter().any(|&one| self.attackers[one].contains(&at));
                !attackers.contains(&at) && attackers.is_disjoint(set) && !attacked
            });
            let with: Vec<BTreeSet<usize>> = with
                .map(|set| set.iter().copied().chain([at]).collect())
                .collect();
            sets.extend(with);
            if sets.len() > SETS_MAX {
                return None;
            }
        }
        sets.retain(|set| {
            let attackers = set.iter().flat_map(|&one| &self.attackers[one]);
            attackers
                .into_iter()
                .all(|&by| !self.attackers[by].is_disjoint(set))
        });
        sets.sort();
        Some(sets)
    }
}

/// Whether a labelling is the grounded one: every label in or out is earned by labels of lower
/// rank, and no undecided node could be given one.
#[must_use]
pub fn check_grounded(framework: &Framework, labelling: &Labelling) -> bool {
    if framework.attackers.len() != labelling.labels.len() {
        return false;
    }
    let nodes = framework.attackers.iter().zip(&labelling.labels);
    nodes.into_iter().all(|(attackers, own)| {
        let mut by = attackers.iter().filter_map(|&at| labelling.labels.get(at));
        match own.label {
            Label::In => by.all(|one| one.label == Label::Out && one.rank < own.rank),
            Label::Out => by.any(|one| one.label == Label::In && one.rank < own.rank),
            Label::Undecided => {
                let labels: BTreeSet<Label> = by.map(|one| one.label).collect();
                !labels.contains(&Label::In) && labels.contains(&Label::Undecided)
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framework(attacks: &[(usize, usize)], count: usize) -> Framework {
        let mut attackers = vec![BTreeSet::new(); count];
        for &(by, target) in attacks {
            attackers[target].insert(by);
        }
        Framework { attackers }
    }

    fn labels(attacks: &[(usize, usize)], count: usize) -> Vec<Label> {
        let framework = framework(attacks, count);
        let labelling = framework.grounded();
        assert!(check_grounded(&framework, &labelling));
        labelling.labels.iter().map(|one| one.label).collect()
    }

    #[test]
    fn a_defended_node_stands_again() {
        use Label::{In, Out};
        assert_eq!(labels(&[(1, 0)], 2), [Out, In]);
        assert_eq!(labels(&[(1, 0), (2, 1)], 3), [In, Out, In]);
    }

    #[test]
    fn mutual_attack_is_undecided_and_has_two_preferred_sets() {
        let both = [(0, 1), (1, 0)];
        assert_eq!(labels(&both, 2), [Label::Undecided; 2]);
        let framework = framework(&both, 2);
        let sets = |all: &[&[usize]]| {
            let sets = all.iter().map(|one| one.iter().copied().collect());
            Sets::All(sets.collect())
        };
        assert_eq!(framework.preferred(), sets(&[&[0], &[1]]));
        assert_eq!(framework.stable(), sets(&[&[0], &[1]]));
    }

    #[test]
    fn an_odd_circle_of_attacks_has_no_stable_set() {
        let framework = framework(&[(0, 1), (1, 2), (2, 0)], 3);
        assert_eq!(framework.preferred(), Sets::All(vec![BTreeSet::new()]));
        assert_eq!(framework.stable(), Sets::All(Vec::new()));
    }

    #[test]
    fn every_changed_label_or_rank_is_refused() {
        let framework = framework(&[(1, 0), (2, 1), (3, 4), (4, 3)], 5);
        let good = framework.grounded();
        assert!(check_grounded(&framework, &good));
        for at in 0..5 {
            for label in [Label::In, Label::Out, Label::Undecided] {
                let mut changed = good.clone();
                changed.labels[at].label = label;
                let same = changed == good;
                assert_eq!(check_grounded(&framework, &changed), same, "{at} {label:?}");
            }
        }
        let mut flat = good;
        flat.labels.iter_mut().for_each(|one| one.rank = 0);
        assert!(!check_grounded(&framework, &flat));
    }
}
