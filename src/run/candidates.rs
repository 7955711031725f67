//! Candidates of a proposal: combinations of plant steps, cheapest first, one at a time.
//!
//! In: for each movable parameter the numbers of plant steps it may move. Out: combinations by
//! steps moved in all, then by the order of the parameters, upwards before downwards; the
//! combination that moves nothing is left out. Only the current combination is kept, so the first
//! one costs the same for two parameters and for twenty; whoever asks states how many to look at.

/// Combinations in order of cost.
#[derive(Clone, Debug)]
pub struct Candidates {
    /// Allowed offsets per parameter, falling; zero is always among them.
    offsets: Vec<Vec<i64>>,
    /// `reachable[axis][cost]`: the parameters from `axis` on can cost exactly `cost` together.
    reachable: Vec<Vec<bool>>,
    current: Option<Vec<i64>>,
    cost: usize,
}

impl Candidates {
    /// Starts before the cheapest combination; not to move is always allowed.
    #[must_use]
    pub fn new(allowed: Vec<Vec<i64>>) -> Self {
        let offsets: Vec<Vec<i64>> = allowed
            .into_iter()
            .map(|mut axis| {
                axis.push(0);
                axis.sort_unstable_by(|a, b| b.cmp(a));
                axis.dedup();
                axis
            })
            .collect();
        let highest = |axis: &Vec<i64>| axis.iter().map(|&offset| steps(offset)).max();
        let most: usize = offsets.iter().filter_map(highest).sum();
        let mut reachable = vec![vec![false; most + 1]; offsets.len() + 1];
        reachable[offsets.len()][0] = true;
        for axis in (0..offsets.len()).rev() {
            for cost in 0..=most {
                reachable[axis][cost] = offsets[axis].iter().any(|&offset| {
                    steps(offset) <= cost && reachable[axis + 1][cost - steps(offset)]
                });
            }
        }
        Self {
            offsets,
            reachable,
            current: None,
            cost: 0,
        }
    }

    /// The first combination from `axis` on that costs `left`, behind what is chosen already.
    fn fill(&self, mut chosen: Vec<i64>, mut left: usize) -> Option<Vec<i64>> {
        for axis in chosen.len()..self.offsets.len() {
            let offset = self.next_offset(axis, left, None)?;
            left -= steps(offset);
            chosen.push(offset);
        }
        Some(chosen)
    }

    /// The highest offset of an axis below `below` that leaves a cost the others can pay.
    fn next_offset(&self, axis: usize, left: usize, below: Option<i64>) -> Option<i64> {
        self.offsets[axis].iter().copied().find(|&offset| {
            below.is_none_or(|below| offset < below)
                && steps(offset) <= left
                && self.reachable[axis + 1][left - steps(offset)]
        })
    }

    /// The next combination of the same cost.
    fn successor(&self, current: &[i64]) -> Option<Vec<i64>> {
        let mut left = 0;
        for axis in (0..current.len()).rev() {
            left += steps(current[axis]);
            if let Some(offset) = self.next_offset(axis, left, Some(current[axis])) {
                let mut chosen = current[..axis].to_vec();
                chosen.push(offset);
                return self.fill(chosen, left - steps(offset));
            }
        }
        None
    }
}

impl Iterator for Candidates {
    type Item = Vec<i64>;

    fn next(&mut self) -> Option<Vec<i64>> {
        let following = self
            .current
            .as_ref()
            .and_then(|current| self.successor(current));
        self.current = following.or_else(|| {
            let costs = self.cost + 1..self.reachable[0].len();
            let cost = costs.into_iter().find(|&cost| self.reachable[0][cost])?;
            self.cost = cost;
            self.fill(Vec::new(), cost)
        });
        if self.current.is_none() {
            self.cost = self.reachable[0].len();
        }
        self.current.clone()
    }
}

fn steps(offset: i64) -> usize {
    usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every combination, sorted: what the enumeration must give without storing it.
    fn sorted(allowed: &[Vec<i64>]) -> Vec<Vec<i64>> {
        let mut all: Vec<Vec<i64>> = vec![Vec::new()];
        for axis in allowed {
            let mut axis = axis.clone();
            axis.push(0);
            axis.sort_unstable();
            axis.dedup();
            let longer = |prefix: Vec<i64>| {
                let axis = axis.clone();
                axis.into_iter()
                    .map(move |offset| [prefix.clone(), vec![offset]].concat())
            };
            all = all.into_iter().flat_map(longer).collect();
        }
        all.retain(|offsets| offsets.iter().any(|&offset| offset != 0));
        let cost = |offsets: &Vec<i64>| offsets.iter().map(|offset| offset.abs()).sum::<i64>();
        all.sort_by(|a, b| cost(a).cmp(&cost(b)).then_with(|| b.cmp(a)));
        all
    }

    #[test]
    fn order_is_that_of_sorting_all_combinations() {
        for allowed in [
            vec![],
            vec![vec![]],
            vec![(-20..=20).collect(), (-20..=20).collect()],
            vec![(-3..=1).collect(), vec![5, 6, -7], (-2..=2).collect()],
        ] {
            let found: Vec<Vec<i64>> = Candidates::new(allowed.clone()).collect();
            assert_eq!(found, sorted(&allowed), "{allowed:?}");
        }
    }

    #[test]
    fn the_cheapest_of_thirty_parameters_come_at_once() {
        // 41^30 combinations: nothing may depend on their number.
        let mut candidates = Candidates::new(vec![(-20..=20).collect(); 30]);
        let mut one_step = vec![0; 30];
        one_step[0] = 1;
        assert_eq!(candidates.next(), Some(one_step));
        let costs: Vec<usize> = candidates
            .take(1000)
            .map(|offsets| offsets.iter().map(|&offset| steps(offset)).sum())
            .collect();
        assert_eq!(costs[..59], [1; 59]);
        assert_eq!(costs[59..], [2; 941]);
    }

    #[test]
    fn an_exhausted_enumeration_stays_exhausted() {
        let mut candidates = Candidates::new(vec![vec![1]]);
        assert_eq!(candidates.next(), Some(vec![1]));
        assert_eq!(candidates.next(), None);
        assert_eq!(candidates.next(), None);
    }
}
