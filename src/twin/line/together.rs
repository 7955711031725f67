//! Many samples of the line at once: the dryer in lanes, the algebra one by one.
//!
//! In: rows of port values. Out: rows of outcomes and a status each, the same bits as
//! [`Line::run`] for every number of lanes. Only the dryer has loops worth it; a sample that fails
//! before it, or in it, leaves the others alone.

use super::{Begun, Line, LineStage};
use crate::lanes::{Lanes, Real, vectorised};
use crate::twin::drying::{LANES_MAX, Way, ZoneOutcomes, run_together};
use crate::twin::{Status, TwinError};

impl Line {
    /// Runs one sample per status; `inputs` and `outputs` hold the rows one after another.
    ///
    /// Never panics for rows of the right length; a failed sample has NaN in every slot.
    ///
    /// # Panics
    /// When `inputs` or `outputs` do not hold one row per status.
    pub fn run_rows(&self, inputs: &[f64], outputs: &mut [f64], statuses: &mut [Status]) {
        self.check_rows(inputs, outputs, statuses);
        // Lanes need an optimising compiler; without one, single numbers are many times faster.
        let grouped = !cfg!(debug_assertions)
            && self.is_grouped()
            && vectorised(
                #[inline(always)]
                || self.groups::<LANES_MAX>(inputs, outputs, statuses),
            )
            .is_some();
        if !grouped {
            self.run_singly(inputs, outputs, statuses);
        }
    }

    /// As [`Self::run_rows`], in groups of `N` samples, at most [`LANES_MAX`], on any machine and
    /// in any build.
    ///
    /// # Panics
    /// As [`Self::run_rows`].
    pub fn run_lanes<const N: usize>(
        &self,
        inputs: &[f64],
        outputs: &mut [f64],
        statuses: &mut [Status],
    ) {
        self.check_rows(inputs, outputs, statuses);
        if !self.is_grouped() {
            return self.run_singly(inputs, outputs, statuses);
        }
        let ran = vectorised(
            #[inline(always)]
            || self.groups::<N>(inputs, outputs, statuses),
        );
        if ran.is_none() {
            self.groups::<N>(inputs, outputs, statuses);
        }
    }

    /// Whether samples go together: without a dryer there are no loops, and a line that shows only
    /// some of its places has rows of its own.
    fn is_grouped(&self) -> bool {
        self.seen_counts().is_none() && self.models(LineStage::Drying)
    }

    fn check_rows(&self, inputs: &[f64], outputs: &[f64], statuses: &[Status]) {
        let (wide, long) = (self.input_count(), self.output_count());
        assert_eq!(inputs.len(), wide * statuses.len(), "one row per status");
        assert_eq!(outputs.len(), long * statuses.len(), "one row per status");
    }

    fn run_singly(&self, inputs: &[f64], outputs: &mut [f64], statuses: &mut [Status]) {
        let (wide, long) = (self.input_count(), self.output_count());
        let rows = inputs.chunks(wide).zip(outputs.chunks_mut(long));
        for ((inputs, outputs), status) in rows.zip(statuses) {
            *status = self.run(inputs, outputs);
        }
    }

    /// Runs full groups together and the rest one by one.
    #[inline(always)]
    fn groups<const N: usize>(&self, inputs: &[f64], outputs: &mut [f64], statuses: &mut [Status]) {
        let (wide, long) = (self.input_count(), self.output_count());
        let rows = inputs.chunks(wide * N).zip(outputs.chunks_mut(long * N));
        for ((inputs, outputs), statuses) in rows.zip(statuses.chunks_mut(N)) {
            if statuses.len() == N {
                self.group::<Lanes<N>>(inputs, outputs, statuses);
            } else {
                self.run_singly(inputs, outputs, statuses);
            }
        }
    }

    /// Runs as many samples as there are lanes.
    #[inline(always)]
    fn group<R: Real>(&self, inputs: &[f64], outputs: &mut [f64], statuses: &mut [Status]) {
        let (wide, long) = (self.input_count(), self.output_count());
        let mut begun: [Option<Begun>; LANES_MAX] = [const { None }; LANES_MAX];
        let rows = inputs.chunks(wide).zip(outputs.chunks_mut(long));
        for (lane, (inputs, outputs)) in rows.enumerate() {
            let one = self
                .check(inputs)
                .and_then(|()| self.begin(inputs, outputs));
            match one {
                Ok(one) => begun[lane] = Some(one),
                Err(error) => statuses[lane] = Status::Failed(error),
            }
        }
        // A sample that failed lends its lane to another one, whose result is then thrown away.
        let Some(spare) = begun.iter().flatten().next() else {
            outputs.fill(f64::NAN);
            return;
        };
        // INVARIANT: groups are made of lines with a dryer only.
        let Some(first) = &spare.dryer else {
            return self.run_singly(inputs, outputs, statuses);
        };
        let ways: [Way<'_>; LANES_MAX] = std::array::from_fn(|lane| {
            let one = begun[lane].as_ref().unwrap_or(spare);
            Way {
                dryer: one.dryer.as_ref().unwrap_or(first),
                zones: &one.line.zones,
            }
        });
        let mut exits = [0_usize; LANES_MAX];
        let dried = run_together::<R>(&ways[..R::COUNT], &mut |_, _| {}, &mut |lane, exit| {
            let row = &mut outputs[lane * long..(lane + 1) * long];
            self.write_exit(row, exits[lane], &exit);
            exits[lane] += 1;
        });
        let rows = inputs.chunks(wide).zip(outputs.chunks_mut(long));
        for (lane, (inputs, outputs)) in rows.enumerate() {
            let finished = match (begun[lane].take(), dried[lane]) {
                (Some(one), Some(Ok(dried))) => self.finish(&one, inputs, Some(dried), outputs),
                (Some(_), Some(Err(error))) => Err(error),
                (Some(_), None) => Err(TwinError::OutcomeNotFinite { port: 0 }),
                (None, _) => {
                    outputs.fill(f64::NAN);
                    continue;
                }
            };
            statuses[lane] = super::settled(finished, outputs);
        }
    }

    /// Writes the exit of a zone, counted from 0, into a row.
    #[inline]
    pub(super) fn write_exit(&self, row: &mut [f64], zone: usize, exit: &ZoneOutcomes) {
        let start = Self::WET_END + super::DryingOutcomes::COUNT + zone * ZoneOutcomes::COUNT;
        let exit = ZoneOutcomes {
            solvent: self.solvent_of_one_side(exit.solvent),
            ..*exit
        };
        exit.write(&mut row[start..]);
    }
}
