//! What is wrong with the formation of documents, said where it stands.
//!
//! In: recipe and model, and the error of a formation that could not be set up. Out: a diagnostic
//! at the parameter that recipe or model gives, or at the cell file; and one for every number that
//! would have a spread and is the same in every sample.

use super::cell_formation::OF_FORMATION;
use super::documents::{CELL, NOT_SIMULATED};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::document::Model;
use crate::recipe::Recipe;
use crate::span::Span;
use crate::twin::formation::FormationError;

/// What the formation calls a quantity, and the dictionary name that gives it.
const GIVEN_BY: [(&str, &str); 24] = [
    ("SEI activation energy", "formation.sei_activation_energy"),
    ("SEI area factor", "formation.sei_area_factor"),
    ("SEI diffusivity", "formation.sei_diffusivity"),
    ("SEI initial thickness", "formation.sei_initial_thickness"),
    ("SEI molar volume", "formation.sei_molar_volume"),
    ("SEI rate constant", "formation.sei_rate_constant"),
    ("SEI resistivity", "formation.sei_resistivity"),
    (
        "SEI transfer coefficient",
        "formation.sei_transfer_coefficient",
    ),
    (
        "additive concentration",
        "electrolyte.additive_concentration",
    ),
    ("additive diffusivity", "formation.additive_diffusivity"),
    ("additive inventory", "electrolyte.additive_concentration"),
    ("additive rate constant", "formation.additive_rate_constant"),
    (
        "additive transfer coefficient",
        "formation.additive_transfer_coefficient",
    ),
    ("boost per C-rate", "formation.boost_per_c_rate"),
    ("decay time of the boost", "formation.boost_decay_time"),
    (
        "electrons per molecule of additive",
        "formation.additive_electrons",
    ),
    (
        "ethylene carbonate concentration",
        "electrolyte.ethylene_carbonate_concentration",
    ),
    ("lithium per mole of SEI", "formation.sei_lithium_per_mole"),
    (
        "lithium per mole of the additive's film",
        "formation.additive_lithium_per_mole",
    ),
    (
        "molar volume of the additive's film",
        "formation.additive_molar_volume",
    ),
    (
        "pristine negative stoichiometry",
        "cell.anode_stoichiometry",
    ),
    (
        "pristine positive stoichiometry",
        "cell.cathode_stoichiometry",
    ),
    ("rise time of the boost", "formation.boost_rise_time"),
    ("temperature", "formation.temperature"),
];

fn place(recipe: &Recipe, model: &Model, name: &str) -> Option<Span> {
    let of_recipe = recipe.parameters.get(name).map(|one| one.span);
    of_recipe.or_else(|| model.parameters.get(name).map(|one| one.span))
}

/// Says where a formation that could not be set up went wrong.
pub(super) fn refused(error: &FormationError, recipe: &Recipe, model: &Model) -> Diagnostic {
    let at_cell = || {
        let (span, file) = match &model.cell {
            Some(cell) => (cell.span, format!("`{}`: ", cell.value)),
            None => (model.span, String::new()),
        };
        Diagnostic::error(CELL, span, format!("{file}{error}"))
            .help("correct the number in the cell file; SI units, as BPX has them")
    };
    let FormationError::OutOfRange {
        quantity,
        value,
        allowed,
    } = error
    else {
        return at_cell();
    };
    let name = GIVEN_BY.iter().find(|(word, _)| word == quantity);
    let Some((&(_, name), span)) = name.and_then(|one| Some((one, place(recipe, model, one.1)?)))
    else {
        return at_cell();
    };
    let message = format!("`{name}` does not let the formation run: {quantity} is {value} in SI");
    let help = if *value == 0.0 {
        "leave out what the cell has not; zero does not switch it off"
    } else {
        "correct the number or its unit"
    };
    Diagnostic::error(NOT_SIMULATED, span, message)
        .label(format!("expected {allowed}"))
        .help(help)
}

/// Numbers of the film that are the same in every sample and have a spread or a tolerance.
pub(super) fn not_drawn(recipe: &Recipe, model: &Model) -> Diagnostics {
    let mut found = Diagnostics::new();
    for name in OF_FORMATION {
        let given = recipe.parameters.get(name);
        let varies = given.map(|one| (one.spread.is_some() || one.tolerance.is_some(), one.span));
        let of_model = model.parameters.get(name);
        let varies = varies.or_else(|| of_model.map(|one| (one.spread.is_some(), one.span)));
        if let Some((true, span)) = varies {
            let message = format!("`{name}` is the same in every sample: its spread is not drawn");
            found.push(
                Diagnostic::error(NOT_SIMULATED, span, message)
                    .help("leave the spread out, and give its ends as two scenarios"),
            );
        }
    }
    found
}
