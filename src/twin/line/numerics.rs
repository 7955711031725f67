//! Numerical error of every outcome of the line: the run against an independent one.
//!
//! In: a row of inputs. Out: one [`OutcomeError`] per outcome. The dryer goes the whole way with
//! the integrator of `ode_solvers`, the binder is solved by finite volumes instead of looked up,
//! and the algebra behind carries what both differ by. It uses functions of the platform: for
//! `--verify-numerics` and tests, never in a record.

use super::optional::shrinkage;
use super::{Begun, Line, LineStage, Replaced, settled};
use crate::twin::binder::{BinderOutcomes, Resolution};
use crate::twin::drying::{DryingOutcomes, ZoneOutcomes};
use crate::twin::{Flags, Section, Status, TwinError};

/// How an outcome comes to its numerical error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numerics {
    /// An integrator makes it.
    Integrated,
    /// A table stands for the solution of an equation, which the reference solves.
    Solved,
    /// Algebra of what an integrator makes.
    Carried,
    /// Algebra of the inputs: no error but rounding.
    Algebra,
}

/// Numerical error of one outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutcomeError {
    /// The outcome as every sample is computed, SI.
    pub run: f64,
    /// That less the reference, SI.
    pub error: f64,
    /// Where it comes from.
    pub numerics: Numerics,
}

/// Outcomes of the dryer that are algebra.
const ALGEBRA: [&str; 3] = [
    "drying.dryer_time",
    "drying.solvent_load",
    "drying.exhaust_lel",
];

/// Outcomes that come from the table of the binder.
const BINDER: [&str; 2] = ["drying.binder_top", "drying.binder_bottom"];

impl Line {
    /// Returns the numerical error of every outcome, in the order of the outcomes.
    ///
    /// # Errors
    /// The same as a run's [`Status::Failed`], or the other integrator gives up.
    pub fn outcome_errors(&self, inputs: &[f64]) -> Result<Vec<OutcomeError>, TwinError> {
        let mut run = vec![f64::NAN; self.output_count()];
        if let Status::Failed(error) = self.run(inputs, &mut run) {
            return Err(error);
        }
        let reference = self.reference(inputs)?;
        let replaced = self.replaced_names();
        let dryer = DryingOutcomes::ports();
        let ports = self.outputs().into_iter().zip(run.iter().zip(&reference));
        let error = ports.map(|(port, (run, reference))| {
            let name = port.name.as_str();
            let of_zone = ["].solvent", "].film_temperature"]
                .iter()
                .any(|end| name.ends_with(end));
            let of_dryer = dryer.iter().any(|port| port.name == name) && !ALGEBRA.contains(&name);
            let is_given = replaced.contains(&name);
            let error = run - reference;
            let numerics = if (of_zone || of_dryer) && !is_given {
                Numerics::Integrated
            } else if BINDER.contains(&name) && !is_given {
                Numerics::Solved
            } else if error == 0.0 {
                Numerics::Algebra
            } else {
                Numerics::Carried
            };
            OutcomeError {
                run: *run,
                error,
                numerics,
            }
        });
        Ok(error.collect())
    }

    /// Runs a sample with the independent integrator and the binder's solver.
    fn reference(&self, inputs: &[f64]) -> Result<Vec<f64>, TwinError> {
        self.check(inputs)?;
        let whole = |all: &std::sync::Arc<Replaced>| all.widened(inputs, self.whole_input_count());
        let inputs = self
            .replaced
            .as_ref()
            .map_or_else(|| inputs.to_vec(), whole);
        let mut row = vec![f64::NAN; self.whole_output_count()];
        let flags = self.run_reference(&inputs, &mut row);
        let mut seen = row;
        if let Some(all) = self
            .replaced
            .as_ref()
            .filter(|all| all.seen_counts().is_some())
        {
            let mut narrow = vec![f64::NAN; self.output_count()];
            all.narrowed(&seen, &mut narrow);
            seen = narrow;
        }
        match settled(flags, &mut seen) {
            Status::Valid(_) => Ok(seen),
            Status::Failed(error) => Err(error),
        }
    }

    fn run_reference(&self, inputs: &[f64], row: &mut [f64]) -> Result<Flags, TwinError> {
        let begun = self.begin(inputs, row)?;
        let dried = match &begun.dryer {
            Some(dryer) => {
                let mut zone = 0;
                let exit = |exit: ZoneOutcomes| {
                    self.write_exit(row, zone, &exit);
                    zone += 1;
                };
                Some(dryer.reference(&begun.line.zones, exit)?)
            }
            None => None,
        };
        let flags = self.finish(&begun, inputs, dried, row)?;
        self.solve_binder(&begun, inputs, row)?;
        Ok(flags)
    }

    /// Puts the solver's binder in the place of the table's.
    fn solve_binder(
        &self,
        begun: &Begun,
        inputs: &[f64],
        row: &mut [f64],
    ) -> Result<(), TwinError> {
        let Some(binder) = &begun.line.sections.binder else {
            return Ok(());
        };
        if !self.models(LineStage::Drying) {
            return Ok(());
        }
        let ends = self.block_ends();
        let place = self.sections.iter().position(|own| own == Section::Binder);
        let Some(block) = place.map(|at| 4 + at) else {
            return Ok(());
        };
        let places = ends[block - 1]..ends[block];
        // As it stands in the row: measured, where a value replaces it.
        let dried = DryingOutcomes::read(&row[Self::WET_END..]).ok_or(super::NO_ROW)?;
        let film = shrinkage(
            binder,
            &begun.line,
            (&begun.wet, &begun.coated),
            dried.shrinkage_rate,
        );
        let faces = film.extrapolated(Resolution::LINE.doubled())?;
        BinderOutcomes {
            peclet: film.peclet,
            binder_top: faces.top,
            binder_bottom: faces.bottom,
        }
        .write(&mut row[places.clone()]);
        self.replace(inputs, row, places).map(|_| ())
    }
}
