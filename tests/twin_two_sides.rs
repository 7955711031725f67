//! A web with both sides wet, over the whole line.
//!
//! Goal: loads, heat and exhaust are those of both sides, rates and balances those of one side, and
//! symmetry gives the single side back. Method: the reference line (`tests/line3`) both ways; twice
//! the foil and twice the exhaust against one side that is heated from that side alone. Then the
//! shipped scenario with a recipe that says so.

mod common;
#[expect(dead_code, reason = "sources and spreads are for others")]
mod line3;

use cellwright::document::{Disk, InMemory};
use cellwright::rational::Rational;
use cellwright::record::body::Body;
use cellwright::run::documents::{self, Documents, Rejected};
use cellwright::run::{Quiet, judge};
use cellwright::twin::{Flags, Line, Status};
use common::{Overlay, few};
use line3::{input, output};

struct Run {
    line: Line,
    row: Vec<f64>,
}

impl Run {
    fn new(line: Line, values: &[f64]) -> Self {
        let mut row = vec![f64::NAN; line.output_count()];
        let status = line.run(values, &mut row);
        assert!(matches!(status, Status::Valid(_)), "{status:?}");
        Self { line, row }
    }

    fn get(&self, name: &str) -> f64 {
        self.row[output(&self.line, name)]
    }
}

fn values() -> Vec<f64> {
    let line = line3::line();
    let mut values = line3::values(&line, &line3::table());
    for number in 1..=line.zones() {
        let side = |side: &str| format!("drying.zone[{number}].heat_transfer_{side}");
        let top = values[input(&line, &side("top"))];
        values[input(&line, &side("bottom"))] = top;
    }
    values
}

fn close(found: f64, expected: f64, relative: f64) {
    let off = (found - expected).abs();
    assert!(
        off <= relative * expected.abs(),
        "{found} is not {expected}"
    );
}

#[test]
fn both_sides_are_two_single_sides_where_symmetry_says_so() {
    let line = line3::line();
    let (mut both, mut one) = (values(), values());
    for name in ["drying.foil_heat_capacity", "drying.exhaust_flow"] {
        both[input(&line, name)] *= 2.0;
    }
    for number in 1..=line.zones() {
        let bottom = format!("drying.zone[{number}].heat_transfer_bottom");
        one[input(&line, &bottom)] = 1e-9;
    }
    let one = Run::new(line, &one);
    let both = Run::new(line3::line().with_both_sides_wet(), &both);
    for port in one.line.outputs() {
        let name = port.name.as_str();
        let (two, single) = (both.get(name), one.get(name));
        match name {
            "drying.solvent_closure" | "drying.energy_closure" => assert!(two.abs() < 1e-9),
            "drying.solvent_load" | "drying.evaporated_load" | "drying.heat_power" => {
                close(two, 2.0 * single, 1e-6);
            }
            _ => close(two, single, 1e-4),
        }
    }
}

#[test]
fn solvent_and_exhaust_of_both_sides_balance() {
    let mut values = values();
    let line = line3::line();
    // As much exhaust and as slow as both sides need.
    values[input(&line, "drying.exhaust_flow")] *= 2.0;
    values[input(&line, "coating.web_speed")] = 12.0 / 60.0;
    let one = Run::new(line, &values);
    let line = line3::line().with_both_sides_wet();
    let both = Run::new(line.clone(), &values);
    // What comes in is the same slurry for each side, and leaves the line as the same electrode.
    for name in [
        "coating.solvent_loading",
        "slurry.flow",
        "calendering.thickness",
    ] {
        assert_eq!(both.get(name), one.get(name), "{name}");
    }
    close(
        both.get("drying.solvent_load"),
        2.0 * one.get("drying.solvent_load"),
        1e-15,
    );
    let air = values[input(&line, "drying.air_solvent_fraction")];
    assert_eq!(air, 0.0, "all vapour in the exhaust comes from the web");
    close(
        both.get("drying.exhaust_lel"),
        2.0 * one.get("drying.exhaust_lel"),
        1e-12,
    );
    assert!(both.get("drying.solvent_closure").abs() < 1e-9);
    assert!(both.get("drying.energy_closure").abs() < 1e-9);
    let loading = values[input(&line, "coating.areal_loading")];
    let (speed, width) = (
        values[input(&line, "coating.web_speed")],
        values[input(&line, "coating.width")],
    );
    // Per side: left and evaporated is coated; the last zone is the residual.
    let left = both.get("drying.residual_solvent") * loading;
    let gone = both.get("drying.mean_rate") * both.get("drying.dryer_time");
    close(left + gone, both.get("coating.solvent_loading"), 1e-12);
    let last = format!("drying.zone[{}].solvent", line.zones());
    close(both.get(&last), left, 1e-9);
    // Of both: what evaporates is twice the rate of a side.
    close(
        both.get("drying.evaporated_load"),
        2.0 * gone * speed * width,
        1e-9,
    );
    // The way through the dryer is told per side, too.
    let profile = line.profile(&values).unwrap();
    close(
        profile.solvent_kg_m2[0],
        both.get("coating.solvent_loading"),
        1e-12,
    );
    close(*profile.solvent_kg_m2.last().unwrap(), left, 1e-9);
    // More to evaporate takes longer than one side and less than twice as long in the same air.
    let times = [&one, &both].map(|run| run.get("drying.free_solvent_time"));
    assert!(
        times[1] > times[0] && times[1] < 2.0 * times[0],
        "{times:?}"
    );
}

#[test]
fn both_sides_have_the_same_bits_in_lanes_and_the_errors_of_one() {
    let line = line3::line().with_both_sides_wet();
    let mut values = values();
    values[input(&line, "drying.exhaust_flow")] *= 2.0;
    values[input(&line, "coating.web_speed")] = 12.0 / 60.0;
    let alone = Run::new(line.clone(), &values);
    // A sample of its own in every lane, so that no lane can answer for another: other loadings and
    // heat transfers of both sides, and phases that end in other steps.
    let mut inputs = Vec::new();
    for lane in 0..4 {
        let mut own = values.clone();
        let by = 1.0 + 0.07 * f64::from(lane);
        own[input(&line, "coating.web_speed")] *= by;
        own[input(&line, "coating.areal_loading")] /= by;
        own[input(&line, "drying.zone[1].heat_transfer_top")] *= by;
        own[input(&line, "drying.zone[2].heat_transfer_bottom")] /= by;
        own[input(&line, "drying.zone[3].air_temperature")] += 2.0 * f64::from(lane);
        inputs.extend(own);
    }
    let mut rows = vec![f64::NAN; 4 * line.output_count()];
    let mut statuses = vec![Status::Valid(Flags::NONE); 4];
    line.run_lanes::<4>(&inputs, &mut rows, &mut statuses);
    let bits = |row: &[f64]| -> Vec<u64> { row.iter().map(|value| value.to_bits()).collect() };
    let pairs = inputs
        .chunks(line.input_count())
        .zip(rows.chunks(line.output_count()));
    let mut residuals = Vec::new();
    for (given, row) in pairs {
        assert_eq!(bits(row), bits(&Run::new(line.clone(), given).row));
        residuals.push(row[output(&line, "drying.residual_solvent")].to_bits());
    }
    residuals.sort_unstable();
    residuals.dedup();
    assert_eq!(residuals.len(), 4, "four samples, four residuals");
    let errors = line.outcome_errors(&values).unwrap();
    for (port, error) in line.outputs().iter().zip(errors) {
        if port.name.ends_with("solvent") || port.name.ends_with("_rate") {
            let size = alone.get(&port.name).abs();
            // The peak is read at nodes, which two integrators do not share.
            let allowed = if port.name.ends_with("peak_rate") {
                2e-3
            } else {
                1e-4
            };
            assert!(
                error.error.abs() < allowed * size,
                "{}: {error:?}",
                port.name
            );
        }
    }
}

const RECIPE: &str = "scenarios/recipes/line3-nmc111.toml";
const SCENARIO: &str = "scenarios/line3-faster.toml";

fn disk() -> Disk {
    Disk::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shipped scenario with one text of its recipe and one of its own replaced.
fn documents_with(recipe: [&str; 2], scenario: [&str; 2]) -> Result<Documents, Rejected> {
    let mut own = InMemory::new();
    for (path, [from, to]) in [(RECIPE, recipe), (SCENARIO, scenario)] {
        let text = std::fs::read_to_string(path).expect("as shipped");
        assert!(text.contains(from), "{path}: {from}");
        own = own.with(path, text.replacen(from, to, 1));
    }
    documents::read(&Overlay { own, disk: disk() }, SCENARIO)
}

fn body(found: Result<Documents, Rejected>) -> Body {
    let found = found.unwrap_or_else(|rejected| {
        panic!("{}", rejected.diagnostics.render(&rejected.sources, false))
    });
    judge(found, &few(8), &Quiet).expect("as shipped").body
}

const SALT: &str = "\"electrolyte.salt\"        = \"LiPF6\"";
const SPEED: &str = "\"coating.web_speed\" = \"32 m/min\"";

/// The rule that is proved from the recipe and the line that is simulated count the same sides.
#[test]
fn a_recipe_says_how_many_sides_are_wet() {
    let worst = |body: &Body| {
        let row = body.rules.iter().find(|row| row.rule.code == "DR004");
        let margin = row
            .expect("as shipped")
            .requested
            .margin_si
            .clone()
            .expect("as shipped");
        0.25 - Rational::parse_ratio(&margin).expect("as shipped").to_f64()
    };
    let median = |body: &Body| {
        let mut rows = body.outcomes.iter();
        let row = rows
            .find(|row| row.name == "drying.exhaust_lel")
            .expect("as shipped");
        row.requested.median
    };
    let said = |word: &str| format!("{SALT}\n\"coating.wet_sides\" = \"{word}\"");
    let unsaid = body(documents_with([SALT, SALT], [SPEED, SPEED]));
    let one = body(documents_with([SALT, &said("one")], [SPEED, SPEED]));
    let both = body(documents_with([SALT, &said("both")], [SPEED, SPEED]));
    assert_eq!(worst(&one).to_bits(), worst(&unsaid).to_bits());
    assert_eq!(median(&one).to_bits(), median(&unsaid).to_bits());
    close(worst(&both), 2.0 * worst(&one), 1e-12);
    close(median(&both), 2.0 * median(&one), 1e-12);
}

/// Both recipes of a change are simulated on one line: a word that needs another one is refused.
#[test]
fn a_change_of_the_wet_sides_or_the_solvent_is_refused() {
    let recipe = format!("{SALT}\n\"coating.wet_sides\" = \"one\"");
    for (name, word) in [("coating.wet_sides", "both"), ("slurry.solvent", "water")] {
        let set = format!("\"{name}\" = \"{word}\"");
        let rejected = documents_with([SALT, &recipe], [SPEED, &set]).expect_err("refused");
        let shown = rejected.diagnostics.render(&rejected.sources, false);
        let expected = format!("a change of `{name}` needs another line");
        assert!(shown.contains(&expected), "{shown}");
    }
}
