//! The documents that ship with the program read without a diagnostic, and together they give
//! every number that the line needs.

use cellwright::document::{Disk, Intake};
use cellwright::model::document::{Model, Required, missing};
use cellwright::model::protocol::Protocol;
use cellwright::recipe::Recipe;
use cellwright::scenario::Scenario;
use cellwright::twin::line::Line;
use cellwright::twin::{Role, Solvent};

fn assert_clean(intake: &Intake<'_>) {
    let shown = intake.report.diagnostics().render(&intake.sources, false);
    assert!(shown.is_empty(), "{shown}");
}

#[test]
fn the_demonstration_scenario_is_complete() {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let mut intake = Intake::new(&disk);
    let scenario = Scenario::read(&mut intake, "scenarios/line3-faster.toml").expect("scenario");
    let recipe = Recipe::read(
        &mut intake,
        &scenario.recipe.value,
        Some(scenario.recipe.span),
    )
    .expect("recipe");
    let named = scenario.model.as_ref().expect("names a model");
    let model = Model::read(&mut intake, &named.value, Some(named.span)).expect("model");
    Protocol::read(&mut intake, "models/protocols/two-cycles.toml", None).expect("protocol");
    model.check_against(&recipe, &intake.report);
    let change = scenario.change.as_ref().expect("a change");
    let changed = recipe.with_changes(&change.set, &intake.report);
    assert_clean(&intake);
    assert_eq!(recipe.changed_names(&changed), ["coating.web_speed"]);
    assert_eq!(
        changed.parameters["coating.web_speed"].display(),
        "32 m/min"
    );

    let line = Line::new(recipe.zone_count(), Solvent::Nmp);
    let ports = line.inputs();
    let required = ports
        .iter()
        .filter(|port| port.role != Role::Outcome)
        .map(|port| Required {
            name: &port.name,
            needed_by: "the line",
        });
    assert_eq!(missing(&recipe, Some(&model), required), []);
}

#[test]
fn approved_recipes_read_and_differ() {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models/approved");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string())
        .collect::<Result<_, _>>()
        .expect("text");
    names.sort();
    assert!(names.len() >= 6, "novelty needs six approved recipes");
    let mut intake = Intake::new(&disk);
    let recipes: Vec<Recipe> = names
        .iter()
        .map(|name| Recipe::read(&mut intake, &format!("models/approved/{name}"), None))
        .collect::<Option<_>>()
        .expect("all read");
    assert_clean(&intake);
    for (at, one) in recipes.iter().enumerate() {
        for other in &recipes[..at] {
            assert!(!one.changed_names(other).is_empty(), "{}", one.path);
        }
    }
}
