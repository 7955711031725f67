//! Numerical error of every outcome of a plant at one point (`--verify-numerics`).
//!
//! In: the plant, the finest formation of the same cell, inputs. Out: [`OutcomeNumerics`] in the
//! order of the outcomes. The line is compared with an independent integrator; the formation with
//! itself at 64 modes and its finest steps, which is refinement and called so.

use super::plant::{Plant, Stage};
use super::simulate::at_point;
use crate::quantity::dictionary::standard;
use crate::record::numerics::OutcomeNumerics;
use crate::twin::formation;
use crate::twin::line::Numerics;

/// Compares every outcome; without a formation in `finest` only those of the line.
///
/// # Errors
/// Why a stage cannot be computed, one sentence.
pub fn outcome_numerics(
    plant: &Plant,
    finest: Option<&formation::Model>,
    inputs: &[f64],
) -> Result<Vec<OutcomeNumerics>, String> {
    let mut found = Vec::new();
    if let Some(line) = plant.line() {
        let errors = line
            .outcome_errors(&inputs[..line.input_count()])
            .map_err(|error| error.to_string())?;
        let ports = line.outputs().into_iter().zip(errors);
        found
            .extend(ports.filter_map(|(port, one)| row(&port.name, one.error, word(one.numerics))));
    }
    if let (Some(finest), true) = (finest, plant.has_formation()) {
        let run = at_point(plant, Stage::Formation, inputs).outputs;
        let run = run.ok_or("the formation cannot be computed")?;
        let mut reference = vec![f64::NAN; run.len()];
        let status = finest.run(&plant.formation_inputs(inputs), &mut reference);
        if status != formation::Status::Ok {
            return Err(format!("the finest formation: {}", status.label()));
        }
        let ports = plant.outputs(Stage::Formation).into_iter();
        let pairs = ports.zip(run.iter().zip(&reference));
        found.extend(
            pairs.filter_map(|(port, (run, fine))| row(&port.name, run - fine, "refinement")),
        );
    }
    Ok(found)
}

fn word(numerics: Numerics) -> &'static str {
    match numerics {
        Numerics::Integrated => "independent integrator",
        Numerics::Solved => "binder solver",
        Numerics::Carried => "carried",
        Numerics::Algebra => "algebra",
    }
}

/// A difference has no offset: 1 K is 1 degC.
fn row(name: &str, error: f64, by: &str) -> Option<OutcomeNumerics> {
    let entry = standard().get(name)?;
    Some(OutcomeNumerics {
        name: name.to_owned(),
        unit: match entry.unit.shown() {
            "degC" => "K".to_owned(),
            unit => unit.to_owned(),
        },
        u_num: error / entry.unit.factor.to_f64(),
        by: by.to_owned(),
    })
}
