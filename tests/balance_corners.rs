//! Cathode and anode stay balanced at all corners of the tolerances, not only at nominal.
//!
//! Goal: the worst N/P ratio that rule CE001 is judged by is the worst of all corners. Method: every
//! corner of the tolerances that move the ratio is computed through the whole line, all of them
//! together with the others at either end, and compared with what the judge found by moving one
//! input after the other; and with a closed form.

use cellwright::document::Disk;
use cellwright::rational::Rational;
use cellwright::run::binding::Binding;
use cellwright::run::documents;
use cellwright::run::{Context, Options, Quiet};
use cellwright::twin::Status;

const RATIO: &str = "cell.n_to_p_ratio";
/// What CE001 asks for.
const LEAST: f64 = 1.03;

#[test]
fn the_balance_holds_at_every_corner_and_the_judge_finds_the_worst() {
    let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
    let read = documents::read(&disk, "scenarios/line3-faster.toml");
    let documents = read.unwrap_or_else(|rejected| {
        panic!("{}", rejected.diagnostics.render(&rejected.sources, false))
    });
    let (plant, new, model) = (&documents.plant, &documents.new, &documents.model);
    let binding = Binding::new(plant, new, model).expect("bound");
    let line = plant.line();
    let count = line.input_count();
    let slot = line.outputs().iter().position(|port| port.name == RATIO);
    let slot = slot.expect("the line has a cell");
    let ratio = |inputs: &[f64]| -> f64 {
        let mut row = vec![f64::NAN; line.output_count()];
        let status = line.run(&inputs[..count], &mut row);
        assert!(matches!(status, Status::Valid(_)), "{status:?}");
        row[slot]
    };
    let nominal = ratio(&binding.nominal);
    let ends = |place: usize| binding.bounds[place];
    let moved: Vec<usize> = (0..count)
        .filter(|&place| ends(place).0 < ends(place).1)
        .collect();
    let moves = |place: &usize| {
        let mut inputs = binding.nominal.clone();
        inputs[*place] = ends(*place).0;
        ratio(&inputs) != nominal
    };
    let (own, others): (Vec<usize>, Vec<usize>) = moved.iter().partition(|place| moves(place));
    let names: Vec<&str> = own
        .iter()
        .map(|&place| binding.inputs[place].name.as_str())
        .collect();
    assert!((2..=8).contains(&own.len()), "{names:?}");

    // All corners of what moves the ratio, with everything else at one end, then at the other.
    let mut worst = (f64::INFINITY, Vec::new());
    for rest_high in [false, true] {
        for corner in 0..1_usize << own.len() {
            let mut inputs = binding.nominal.clone();
            let mut set = |place: usize, high: bool| {
                let (low, top) = ends(place);
                inputs[place] = if high { top } else { low };
            };
            own.iter()
                .enumerate()
                .for_each(|(bit, &place)| set(place, corner >> bit & 1 == 1));
            for &place in &others {
                set(place, rest_high);
            }
            let found = ratio(&inputs);
            assert!(found >= LEAST, "{found} at corner {corner} of {names:?}");
            if found < worst.0 {
                worst = (found, inputs);
            }
        }
    }
    assert!(worst.0 < nominal, "{names:?}");
    // N/P = anode capacity over cathode capacity of the first charge, both per area.
    let at = |name: &str| worst.1[binding.place(name).expect(name)];
    let active = 1.0 - at("slurry.binder_fraction") - at("slurry.carbon_fraction");
    let cathode = at("coating.areal_loading") / at("calendering.stretch")
        * active
        * at("coating.first_charge_capacity");
    let anode =
        at("anode.areal_loading") * at("anode.active_fraction") * at("anode.specific_capacity");
    assert!((anode / cathode / worst.0 - 1.0).abs() < 1e-12);

    let options = Options {
        ladder: None,
        samples: Some(8),
        seed: None,
        strict: false,
        threads: 1,
        solver: None,
    };
    let context = Context::new(&documents, &options, &Quiet).expect("a context");
    let judged = context.judge_recipe(new, 8, None).expect("judged");
    let rules = documents.rules.rules.iter().zip(&judged.evaluations);
    let (_, found) = rules
        .into_iter()
        .find(|(rule, _)| rule.code == "CE001")
        .expect("CE001");
    assert_eq!(found.verdict, "holds");
    let margin = found.margin_si.as_ref().expect("a margin");
    let margin = Rational::parse_ratio(margin).expect("a ratio").to_f64();
    assert!(
        (margin - (worst.0 - LEAST)).abs() < 1e-12,
        "{margin}, {}",
        worst.0
    );
}
