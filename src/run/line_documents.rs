//! The line that recipe and model describe.
//!
//! In: a recipe and a model. Out: a [`Line`] with the sections they give, or what keeps them from
//! having one. Words of a recipe choose the line; a change that chooses another one is refused.

use super::documents::NOT_SIMULATED;
use super::replaced;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::document::Model;
use crate::recipe::Recipe;
use crate::span::Span;
use crate::twin::chloride::Exposure;
use crate::twin::line::LineStage;
use crate::twin::{Line, Section, Sections, Solvent};

const CAN: &str = "can.material";
const SALT: &str = "electrolyte.salt";
const SOLVENT: &str = "slurry.solvent";
const WET_SIDES: &str = "coating.wet_sides";

/// The optional sections that the documents bring in. A model that names a cell has one.
pub(super) fn sections(recipe: &Recipe, model: &Model) -> Sections {
    let is_given =
        |name: &str| recipe.parameters.contains_key(name) || model.parameters.contains_key(name);
    let found = Sections::of_names(recipe.zone_count(), is_given);
    if model.cell.is_some() {
        found.with(Section::Cell)
    } else {
        found
    }
}

/// The line of recipe and model; nothing where the model says that there is none.
pub(super) fn line_of(recipe: &Recipe, model: &Model) -> Result<Option<Line>, Diagnostics> {
    if !model.has_line() {
        let mut found = replaced::without_line(model);
        found.extend(setpoints_without_line(recipe, model));
        return if found.has_errors() {
            Err(found)
        } else {
            Ok(None)
        };
    }
    let solvent = solvent(recipe, model.span)?;
    let mut line = Line::with_sections(recipe.zone_count(), solvent, sections(recipe, model));
    if recipe.choice(WET_SIDES) == Some("both") {
        line = line.with_both_sides_wet();
    }
    if let Some(exposure) = exposure(recipe) {
        line = line.with_exposure(exposure);
    }
    replaced::applied(line, model).map(Some)
}

/// Numbers of a line, in recipe or model, and a model without a line: one of the two is not meant.
fn setpoints_without_line(recipe: &Recipe, model: &Model) -> Diagnostics {
    let stages = LineStage::ALL.map(|stage| format!("{}.", stage.name()));
    let is_of_line = |name: &str| stages.iter().any(|stage| name.starts_with(stage));
    let of_recipe = recipe.parameters.iter();
    let of_recipe = of_recipe.map(|(name, one)| ("recipe", name, one.name_span));
    let of_model = model.parameters.iter();
    let of_model = of_model.map(|(name, one)| ("model", name, one.span));
    let mut found = Diagnostics::new();
    for (whose, name, span) in of_recipe.chain(of_model) {
        if is_of_line(name) {
            let message = format!("the {whose} sets `{name}`, and the model has no line");
            found.push(
                Diagnostic::error(NOT_SIMULATED, span, message)
                    .also(model.line_span(), "no line is modelled")
                    .help(format!("take it out of the {whose}, or model the line")),
            );
        }
    }
    found
}

fn solvent(recipe: &Recipe, span: Span) -> Result<Solvent, Diagnostics> {
    match recipe.choice(SOLVENT) {
        Some("NMP") => Ok(Solvent::Nmp),
        Some("water") => Ok(Solvent::Water),
        _ => Err(
            Diagnostic::error(NOT_SIMULATED, span, "the recipe does not say its solvent")
                .help(
                    "add `\"slurry.solvent\" = { value = \"NMP\" }` to the recipe; a model of a \
                     cell alone says `not_modelled = [\"line\"]`",
                )
                .into(),
        ),
    }
}

/// What the electrolyte meets; nothing where the recipe does not say all of it.
fn exposure(recipe: &Recipe) -> Option<Exposure> {
    let (salt, can) = (recipe.choice(SALT)?, recipe.choice(CAN)?);
    let is_given = recipe.parameters.contains_key("electrolyte.chloride");
    is_given.then(|| Exposure {
        imide_salt: ["LiFSI", "LiTFSI"].contains(&salt),
        steel: can == "steel",
    })
}

/// A change that chooses another line: both recipes run on one, so a diagnostic at each such word.
pub(super) fn another_line(old: &Recipe, new: &Recipe) -> Diagnostics {
    let meets_other = exposure(old) != exposure(new);
    let chooses = [
        (SOLVENT, true),
        (WET_SIDES, true),
        (SALT, meets_other),
        (CAN, meets_other),
    ];
    let mut found = Diagnostics::new();
    for (name, counts) in chooses {
        if !counts || old.choice(name) == new.choice(name) {
            continue;
        }
        let place = new.parameters.get(name).map_or(new.span, |one| one.span);
        let message = format!("a change of `{name}` needs another line");
        found.push(
            Diagnostic::error(NOT_SIMULATED, place, message)
                .label("both recipes of a change are simulated on one line")
                .help("write the other recipe into a scenario of its own and compare the records"),
        );
    }
    found
}
