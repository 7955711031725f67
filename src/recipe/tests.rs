//! Recipes read from text: exact numbers, tolerance forms, changes.

use super::*;
use crate::document::{Distribution, InMemory};

const HEAD: &str = "schema = \"cellwright/recipe/1\"\ntitle = \"t\"\nline = \"3\"\n[parameters]\n";

fn read(parameters: &str) -> (Option<Recipe>, String) {
    let files = InMemory::new().with("r.toml", format!("{HEAD}{parameters}"));
    let mut intake = Intake::new(&files);
    let recipe = Recipe::read(&mut intake, "r.toml", None);
    let shown = intake.report.diagnostics().render(&intake.sources, false);
    (recipe, shown)
}

fn good(parameters: &str) -> Recipe {
    let (recipe, shown) = read(parameters);
    assert_eq!(shown, "");
    recipe.expect("reads")
}

fn bounds(parameter: &str, name: &str) -> (String, String) {
    let recipe = good(parameter);
    let (low, high) = recipe.parameters[name].bounds().expect("a number");
    (low.to_string(), high.to_string())
}

#[test]
fn tolerances_are_exact_in_every_form() {
    let speed = |text: &str| {
        bounds(
            &format!("\"coating.web_speed\" = {{ value = \"30 m/min\", tolerance = {text} }}\n"),
            "coating.web_speed",
        )
    };
    let pair = |low: &str, high: &str| (low.to_owned(), high.to_owned());
    assert_eq!(speed("\"± 0.3 %\""), pair("0.4985", "0.5015"));
    assert_eq!(speed("\"+- 0.6 m/min\""), pair("0.49", "0.51"));
    assert_eq!(speed("\"+ 0.6 / - 1.2 m/min\""), pair("0.48", "0.51"));
    assert_eq!(
        speed("{ minus = \"0 %\", plus = \"2 %\" }"),
        pair("0.5", "0.51")
    );
    let air =
        "\"drying.zone[1].air_temperature\" = { value = \"120 degC\", tolerance = \"± 2 K\" }\n";
    assert_eq!(
        bounds(air, "drying.zone[1].air_temperature"),
        pair("391.15", "395.15")
    );
}

#[test]
fn draws_prefer_the_spread_then_the_box_then_the_value() {
    let recipe = good(
        "\"coating.width\" = \"650 mm\"\n\
         \"coating.areal_loading\" = { value = \"200 g/m^2\", tolerance = \"± 1.5 %\" }\n\
         \"coating.web_speed\" = { value = \"30 m/min\", spread = { normal = \"0.1 %\", within \
          = \"29 .. 31 m/min\" } }\n",
    );
    let draw = |name: &str| recipe.parameters[name].draw().expect("a number");
    assert_eq!(draw("coating.width").source, DrawSource::Fixed);
    assert_eq!(
        draw("coating.areal_loading").source,
        DrawSource::ToleranceBox
    );
    let Distribution::Normal { sd, within, .. } = draw("coating.web_speed").distribution else {
        panic!("normal");
    };
    assert_eq!(sd, Rational::ratio(1, 2000));
    assert_eq!(
        within,
        Some((Rational::ratio(29, 60), Rational::ratio(31, 60)))
    );
}

#[test]
fn a_change_moves_relative_tolerances_and_names_what_it_cannot_find() {
    let recipe = good(
        "\"coating.web_speed\" = { value = \"25 m/min\", tolerance = \"± 1 %\", approved = { \
         range = \"22 .. 27 m/min\", document = \"PPAP\" } }\n",
    );
    let text = "set = { \"coating.web_speed\" = \"32 m/min\", \"coating.widht\" = \"1 mm\" }";
    let files = InMemory::new().with("c.toml", format!("schema = \"x\"\n{text}\n"));
    let mut intake = Intake::new(&files);
    let table = intake.open_toml("c.toml", None, "x").expect("parses");
    let Some(crate::document::Value::Table(set)) = table.entry("set").map(|e| e.node.value.clone())
    else {
        panic!("a table");
    };
    let changed = recipe.with_changes(&set.entries, &intake.report);
    let speed = &changed.parameters["coating.web_speed"];
    assert_eq!(speed.display(), "32 m/min");
    assert_eq!(
        speed.bounds(),
        Some((
            Rational::ratio(32 * 99, 6000),
            Rational::ratio(32 * 101, 6000)
        ))
    );
    assert!(speed.approved.is_some());
    assert_eq!(recipe.changed_names(&changed), ["coating.web_speed"]);
    let shown = intake.report.diagnostics().render(&intake.sources, false);
    assert!(shown.contains("CW-0128"), "{shown}");
}

#[test]
fn a_value_set_by_a_search_must_fit_its_spread() {
    let recipe = good(
        "\"coating.web_speed\" = { value = \"25 m/min\", spread = { uniform = \"24 .. 26 \
         m/min\" } }\n\"can.material\" = \"pouch\"\n",
    );
    let half = Rational::ratio(1, 2);
    assert!(matches!(
        recipe.with_value("coating.web_speed", &half),
        Err(SetError::Spread { .. })
    ));
    assert!(matches!(
        recipe.with_value("can.material", &half),
        Err(SetError::NotANumber { .. })
    ));
    assert!(matches!(
        recipe.with_value("coating.speed", &half),
        Err(SetError::Unknown { .. })
    ));
}

#[test]
fn zones_count_from_one_without_gap() {
    let zone = |index: usize| format!("\"drying.zone[{index}].air_temperature\" = \"120 degC\"\n");
    assert_eq!(good(&(zone(1) + &zone(2))).zone_count(), 2);
    let (_, shown) = read(&(zone(1) + &zone(3)));
    assert!(shown.contains("zone 2 is missing"), "{shown}");
    let (_, shown) = read(&zone(0));
    assert!(shown.contains("there is no dryer zone 0"), "{shown}");
}

#[test]
fn the_normal_form_forgets_spelling_and_order() {
    let one = good("\"coating.width\" = \"650 mm\"\n\"coating.gap\" = \"200 um\"\n");
    let two = good("\"coating.gap\" = { value = \"200.0 um\" }\n\"coating.width\" = \"650 mm\"\n");
    assert_eq!(
        crate::canonical::digest(&one.normalised()),
        crate::canonical::digest(&two.normalised())
    );
}
