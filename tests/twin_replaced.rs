//! Outcomes given by measured points or formulas, and stages that are not modelled.
//!
//! Goal: later stages see the value, nothing else moves, one sample and many have the same bits, and
//! what breaks a balance is said. Method: the reference line with outcomes replaced by constants,
//! by the model's own values and by tables; the blocks of docs/reference/replaced-outcomes.md in the
//! shipped model, read, simulated and judged as a scenario.

mod common;
#[path = "line3/mod.rs"]
#[expect(dead_code, reason = "values alone are needed here, not their sources")]
mod line3;

use std::sync::Arc;

use cellwright::document::{Disk, Files, ReadError};
use cellwright::run::documents::{self, Documents, Rejected};
use cellwright::run::what_if::{Ask, Subject, what_if};
use cellwright::run::{Quiet, judge};
use cellwright::twin::line::{LineStage, ReplaceError};
use cellwright::twin::replacement::{Grid, Law, Outside, Replacement};
use cellwright::twin::{Flags, Line, Status, TwinError};
use common::few;

fn formula(
    outcome: &str,
    reads: &[&str],
    function: impl Fn(&[f64]) -> f64 + Send + Sync + 'static,
) -> Replacement {
    Replacement {
        outcome: outcome.to_owned(),
        reads: reads.iter().map(|name| (*name).to_owned()).collect(),
        law: Law::Formula(Arc::new(function)),
        range: vec![(f64::NEG_INFINITY, f64::INFINITY); reads.len()],
        outside: Outside::Fails,
    }
}

fn run(line: &Line, values: &[f64]) -> (Vec<f64>, Flags) {
    let mut outputs = vec![0.0; line.output_count()];
    match line.run(values, &mut outputs) {
        Status::Valid(flags) => (outputs, flags),
        Status::Failed(error) => panic!("{error}"),
    }
}

fn replacing(replacements: Vec<Replacement>, not_modelled: &[LineStage]) -> Line {
    line3::line()
        .replacing(replacements, not_modelled, Vec::new())
        .expect("the replacements fit")
}

/// The value of an outcome of the plain line as a constant in its place.
fn own_value(name: &'static str) -> Replacement {
    let line = line3::line();
    let values = line3::values(&line, &line3::table());
    let value = run(&line, &values).0[line3::output(&line, name)];
    formula(name, &[], move |_| value)
}

#[test]
fn only_what_lies_behind_a_replaced_outcome_moves() {
    let plain = line3::line();
    let values = line3::values(&plain, &line3::table());
    let before = run(&plain, &values).0;
    let line = replacing(vec![formula("calendering.porosity", &[], |_| 0.35)], &[]);
    let (after, flags) = run(&line, &values);
    assert!(flags.contains(Flags::UNBALANCED));
    let moved: Vec<String> = plain
        .outputs()
        .into_iter()
        .zip(before.iter().zip(&after))
        .filter(|(_, (old, new))| old.to_bits() != new.to_bits())
        .map(|(port, _)| port.name)
        .collect();
    // Pore volume and what follows it; N/P, capacity and the wetting by one radius read no porosity.
    assert_eq!(
        moved,
        [
            "calendering.porosity",
            "cell.pore_volume",
            "filling.electrolyte_mass",
            "filling.electrolyte_per_capacity",
            "cell.water_budget",
            "cell.water_released",
            "cell.hf_budget",
        ]
    );
    let open = line.imbalances(&values).expect("computed");
    let rolled = open
        .iter()
        .find(|one| one.text.starts_with("the rolled coating"));
    let rolled = rolled.expect("it takes part").relative;
    let porosity = before[line3::output(&plain, "calendering.porosity")];
    let lost = 1.0 - 0.65 / (1.0 - porosity);
    assert!((rolled + lost).abs() < 1e-12, "{rolled} {lost}");
}

#[test]
fn the_model_s_own_values_in_every_place_change_no_bit_behind_them() {
    let plain = line3::line();
    let values = line3::values(&plain, &line3::table());
    let (before, flags) = run(&plain, &values);
    for port in plain.outputs() {
        let slot = line3::output(&plain, &port.name);
        let value = before[slot];
        let line = replacing(vec![formula(&port.name, &[], move |_| value)], &[]);
        assert_eq!(
            run(&line, &values),
            (before.clone(), flags),
            "{}",
            port.name
        );
    }
}

#[test]
fn a_measured_viscosity_lifts_the_flow_curve() {
    let plain = line3::line();
    let values = line3::values(&plain, &line3::table());
    let before = run(&plain, &values).0;
    let twice = 2.0 * before[line3::output(&plain, "slurry.viscosity")];
    let line = replacing(vec![formula("slurry.viscosity", &[], move |_| twice)], &[]);
    let (after, flags) = run(&line, &values);
    let at = line3::output(&plain, "coating.capillary_number");
    assert!((after[at] / before[at] - 2.0).abs() < 1e-12);
    assert!(!flags.contains(Flags::UNBALANCED));
}

/// Names that the stages of a case have to be given by, so that the rest can be computed.
const LEFT_OUT: [(&[LineStage], &[&str]); 5] = [
    (&[LineStage::Drying], &["drying.residual_solvent"]),
    (
        &[LineStage::Calendering],
        &[
            "calendering.porosity",
            "calendering.thickness",
            "calendering.areal_loading",
        ],
    ),
    (
        &[LineStage::Slurry, LineStage::Coating],
        &[
            "coating.true_density",
            "coating.solvent_loading",
            "coating.dry_thickness",
        ],
    ),
    (
        &[LineStage::Slurry, LineStage::Coating, LineStage::Drying],
        &["coating.true_density"],
    ),
    (&[LineStage::Filling], &[]),
];

/// Inputs that nobody wants are not ports, and NaN inside: a stage that read one would fail.
#[test]
fn a_stage_left_out_wants_no_parameters_and_changes_no_other() {
    let plain = line3::line();
    let table = line3::table();
    let before = run(&plain, &line3::values(&plain, &table)).0;
    for (stages, given) in LEFT_OUT {
        let line = replacing(given.iter().map(|name| own_value(name)).collect(), stages);
        assert!(line.input_count() < plain.input_count(), "{stages:?}");
        assert_eq!(line.inputs().len(), line.input_count());
        assert_eq!(line.outputs().len(), line.output_count());
        let counted: usize = line.stages().iter().map(|(_, count)| count).sum();
        assert_eq!(counted, line.output_count());
        let values = line3::values(&line, &table);
        let (after, _) = run(&line, &values);
        for (port, value) in line.outputs().iter().zip(after) {
            let old = before[line3::output(&plain, &port.name)];
            assert_eq!(
                value.to_bits(),
                old.to_bits(),
                "{} without {stages:?}",
                port.name
            );
        }
        // Every name that is given is needed, but for the dryer's, which nothing reads.
        for missing in given
            .iter()
            .filter(|name| **name != "drying.residual_solvent")
        {
            let rest = given.iter().filter(|name| name != &missing);
            let rest = rest.map(|name| own_value(name)).collect();
            let refused = line3::line().replacing(rest, stages, Vec::new());
            let Err(ReplaceError::NotGiven { name, .. }) = refused else {
                panic!("{stages:?} without {missing}");
            };
            assert_eq!(name, *missing);
        }
    }
}

#[test]
fn what_does_not_fit_the_line_is_refused() {
    let refused = |replacements: Vec<Replacement>, stages: &[LineStage]| {
        let found = line3::line().replacing(replacements, stages, Vec::new());
        found.err().map(|error| format!("{error:?}"))
    };
    let one = |outcome: &str, reads: &[&str]| formula(outcome, reads, |_| 1.0);
    let cases = [
        (vec![one("drying.residual", &[])], "NoOutcome"),
        (vec![one("slurry.density", &["slurry.pH"])], "NoRead"),
        (
            vec![one("slurry.density", &["calendering.porosity"])],
            "ReadsLater",
        ),
        (vec![one("slurry.density", &["slurry.density"])], "Circle"),
        (
            vec![
                one("slurry.density", &["slurry.viscosity"]),
                one("slurry.viscosity", &["slurry.density"]),
            ],
            "Circle",
        ),
    ];
    for (replacements, expected) in cases {
        let found = refused(replacements, &[]).unwrap_or_default();
        assert!(found.starts_with(expected), "{found}");
    }
    let found = refused(Vec::new(), &[LineStage::Slurry]);
    assert_eq!(found.as_deref(), Some("FlowCurve"));
}

/// Replacements of one stage that read each other are computed in the order they need.
#[test]
fn replacements_that_read_each_other_are_ordered() {
    let line = replacing(
        vec![
            formula("calendering.porosity", &["calendering.thickness"], |x| {
                x[0] * 5e3
            }),
            formula(
                "calendering.thickness",
                &["calendering.coating_density"],
                |x| 0.2 / x[0],
            ),
            formula(
                "calendering.coating_density",
                &["coating.areal_loading"],
                |x| x[0] * 2e4,
            ),
        ],
        &[],
    );
    let values = line3::values(&line, &line3::table());
    let (outputs, _) = run(&line, &values);
    let at = |name: &str| outputs[line3::output(&line, name)];
    let loading = values[line3::input(&line, "coating.areal_loading")];
    assert_eq!(at("calendering.coating_density"), loading * 2e4);
    assert_eq!(at("calendering.porosity"), 0.2 / (loading * 2e4) * 5e3);
}

/// 45 rows around the reference; every ninth leaves the table, every seventh fails before.
#[test]
fn lanes_and_single_samples_have_the_same_bits() {
    let grid = Grid::new(&[vec![0.3, 2e-6], vec![0.5, 7e-5], vec![0.6, 9e-4]]).expect("a table");
    let table = Replacement {
        outcome: "drying.residual_solvent".to_owned(),
        reads: vec!["coating.web_speed".to_owned()],
        range: grid.range(),
        law: Law::Table(grid),
        outside: Outside::Fails,
    };
    let by_porosity = || {
        formula("calendering.porosity", &["coating.porosity"], |x| {
            0.6 * x[0]
        })
    };
    for stages in [&[][..], &[LineStage::Drying]] {
        let line = replacing(vec![table.clone(), by_porosity()], stages);
        let reference = line3::values(&line, &line3::table());
        let (speed, loading) = (
            line3::input(&line, "coating.web_speed"),
            line3::input(&line, "coating.areal_loading"),
        );
        let mut rows = Vec::new();
        for index in 0..45_u32 {
            let mut row = reference.clone();
            row[speed] = 0.3 + 0.006 * f64::from(index);
            row[speed] += if index % 9 == 4 { 0.4 } else { 0.0 };
            row[loading] *= if index % 7 == 3 { -1.0 } else { 1.0 };
            rows.extend(row);
        }
        let alone: Vec<(Vec<u64>, String)> = rows
            .chunks(line.input_count())
            .map(|row| {
                let mut outputs = vec![0.0; line.output_count()];
                let status = line.run(row, &mut outputs);
                (
                    outputs.iter().map(|value| value.to_bits()).collect(),
                    format!("{status:?}"),
                )
            })
            .collect();
        let outside = alone
            .iter()
            .filter(|(_, said)| said.contains("OutsideReplacement"));
        assert_eq!(
            outside.count(),
            4,
            "five leave the table, one of them fails before"
        );
        assert_eq!(together::<1>(&line, &rows), alone);
        assert_eq!(together::<4>(&line, &rows), alone);
        assert_eq!(together::<8>(&line, &rows), alone);
    }
}

fn together<const N: usize>(line: &Line, rows: &[f64]) -> Vec<(Vec<u64>, String)> {
    let count = rows.len() / line.input_count();
    let mut outputs = vec![0.0; count * line.output_count()];
    let mut statuses = vec![Status::Valid(Flags::NONE); count];
    line.run_lanes::<N>(rows, &mut outputs, &mut statuses);
    let rows = outputs.chunks(line.output_count()).zip(statuses);
    rows.map(|(row, status)| {
        (
            row.iter().map(|value| value.to_bits()).collect(),
            format!("{status:?}"),
        )
    })
    .collect()
}

#[test]
fn a_stage_that_is_not_modelled_has_no_profile() {
    let line = replacing(
        vec![own_value("drying.residual_solvent")],
        &[LineStage::Drying],
    );
    let values = line3::values(&line, &line3::table());
    let refused = TwinError::NotModelled { stage: "drying" };
    assert_eq!(line.profile(&values), Err(refused));
    assert_eq!(line.verify_numerics(&values), Err(refused));
}

const SCENARIO: &str = "scenarios/line3-faster.toml";
const MODEL: &str = "models/line3-nmc111.toml";
const PAGE: &str = include_str!("../docs/reference/replaced-outcomes.md");

/// The blocks of the page in the order written.
fn blocks() -> Vec<&'static str> {
    let parts = PAGE.split("```toml\n").skip(1);
    parts.filter_map(|part| part.split("```").next()).collect()
}

/// The repository with a head line and a tail added to the shipped model.
struct Changed {
    disk: Disk,
    head: String,
    tail: String,
}

impl Files for Changed {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let bytes = self.disk.read(path)?;
        if path != MODEL {
            return Ok(bytes);
        }
        let text = String::from_utf8(bytes).expect("text");
        let (before, after) = text.split_once("[parameters]").expect("parameters");
        let (head, tail) = (&self.head, &self.tail);
        Ok(format!("{before}{head}\n[parameters]{after}\n{tail}").into_bytes())
    }
}

fn read(head: &str, tail: &str) -> Result<Documents, Rejected> {
    let files = Changed {
        disk: Disk::new(env!("CARGO_MANIFEST_DIR")),
        head: head.to_owned(),
        tail: tail.to_owned(),
    };
    documents::read(&files, SCENARIO)
}

fn shown(rejected: &Rejected) -> String {
    rejected.diagnostics.render(&rejected.sources, false)
}

/// Outcomes that the page's example gives by measurement.
const OF_THE_PAGE: [&str; 4] = [
    "drying.residual_solvent",
    "calendering.thickness",
    "calendering.porosity",
    "calendering.coating_density",
];

fn example_of_the_page() -> Documents {
    let [table, formulas, head] = blocks()[..] else {
        panic!("the page has three blocks");
    };
    read(head, &format!("{table}\n{formulas}"))
        .unwrap_or_else(|rejected| panic!("{}", shown(&rejected)))
}

#[test]
fn the_page_s_example_is_computed_and_swept() {
    let found = example_of_the_page();
    let subject = Subject {
        document: SCENARIO,
        recipe: &found.old,
        model: &found.model,
        plant: &found.plant,
        cell: found.cell.as_ref(),
    };
    let ask = Ask {
        sweep: Some("coating.web_speed=20..44 m/min:5".to_owned()),
        ..Ask::default()
    };
    let answer = what_if(&subject, &ask).expect("an answer");
    assert_eq!(answer.not_modelled, ["drying"]);
    let names: Vec<&str> = answer
        .replaced
        .iter()
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(names.len(), OF_THE_PAGE.len());
    assert!(
        OF_THE_PAGE.iter().all(|name| names.contains(name)),
        "{names:?}"
    );
    assert!(
        answer.replaced.iter().all(|row| row.open.is_empty()),
        "{:?}",
        answer.replaced
    );
    // 20, 26, 32, 38 m/min lie in the table, 44 does not.
    let failed: Vec<bool> = answer
        .points
        .iter()
        .map(|point| point.failed.is_some())
        .collect();
    assert_eq!(failed, [false, false, false, false, true]);
    let residual = answer
        .outcomes
        .iter()
        .find(|one| one.name == OF_THE_PAGE[0])
        .expect("there");
    let values: Vec<f64> = residual.values.iter().flatten().copied().collect();
    // Zone 3 at 122 degC is half way between the two temperatures.
    for (value, by_hand) in values.iter().zip([2.0, 27.8, 121.0, 349.0]) {
        assert!((value - by_hand).abs() < 1e-9, "{values:?}");
    }
}

#[test]
fn the_page_s_example_is_judged_and_told() {
    let found = example_of_the_page();
    let warnings = found.warnings.render(&found.sources, false);
    assert!(warnings.contains("drying.free_solvent_time"), "{warnings}");
    let body = judge(found, &few(64), &Quiet).expect("judged").body;
    assert_eq!(body.not_modelled, ["drying"]);
    assert_eq!(body.replaced.len(), 4);
    assert!(body.dryer.is_empty(), "there is no dryer to draw");
    let unknown = body
        .rules
        .iter()
        .find(|row| row.rule.code == "DR008")
        .expect("DR008");
    assert_eq!(
        unknown.requested.verdict, "undecided",
        "nobody gives the time"
    );
    let model = body
        .inputs
        .iter()
        .find(|input| input.path == MODEL)
        .expect("the model");
    assert!(model.normalised["replaced"][OF_THE_PAGE[0]]["law"]["points"].is_array());
}

#[test]
fn mistakes_that_need_the_line_are_said_at_their_place() {
    let entry = |name: &str, value: &str| {
        format!(
            "[replaced]\n\"{name}\" = {{ law = \"expression\", value = \"{value}\", \
             source = \"fit\", evidence = \"derived\" }}\n"
        )
    };
    let cases = [
        ("", entry("coating.cross_web_variation", "1 %")),
        ("", entry("formation.first_cycle_efficiency", "0.9")),
        ("", entry("slurry.density", "calendering.coating_density")),
        ("", entry("slurry.density", "slurry.density * 1.02")),
        (
            "",
            entry(
                "drying.film_temperature_max",
                "drying.zone[9].air_temperature",
            ),
        ),
        (
            "not_modelled = [\"calendering\"]",
            entry("calendering.porosity", "30 percent_volume"),
        ),
        ("not_modelled = [\"slurry\"]", String::new()),
    ];
    let mut all = String::new();
    for (head, tail) in cases {
        let said = match read(head, &tail) {
            Ok(_) => "accepted\n".to_owned(),
            Err(rejected) => shown(&rejected),
        };
        all.push_str(&format!("===== {head}\n{tail}-----\n{said}\n"));
    }
    insta::assert_snapshot!(all);
}

/// A measured loading reaches the formation, in the ensemble as at single points.
#[test]
fn the_formation_sees_a_replaced_loading() {
    let tail = |factor: &str| {
        format!(
            "[replaced]\n\"calendering.areal_loading\" = {{ law = \"expression\", value = \
             \"{factor} * coating.areal_loading\", source = \"scale\", evidence = \"derived\" }}\n"
        )
    };
    let capacity = |tail: &str| {
        let found = read("", tail).unwrap_or_else(|rejected| panic!("{}", shown(&rejected)));
        let binding =
            cellwright::run::binding::Binding::new(&found.plant, &found.old, &found.model);
        let inputs = found
            .plant
            .formation_inputs(&binding.expect("bound").nominal);
        inputs[found
            .plant
            .formation()
            .expect("a formation")
            .inputs()
            .iter()
            .position(|port| port.name == "cell.cathode_areal_loading")
            .expect("the loading")]
    };
    let plain = capacity("");
    // The stretch of the shipped model is 1.
    assert_eq!(capacity(&tail("1")), plain);
    assert!((capacity(&tail("0.98")) / plain - 0.98).abs() < 1e-12);
}
