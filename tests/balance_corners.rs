//! Cathode and anode stay balanced at all corners of the tolerances, not only at nominal.
//!
//! Goal: the worst N/P ratio that rule CE001 is judged by is the worst of all corners. Method: every
//! corner of the tolerances that move the ratio is computed through the whole line, all of them
//! together with the others at either end, and compared with what the judge found by moving one
//! input after the other; and with a closed form.

mod common;

use cellwright::document::Disk;
use cellwright::rational::Rational;
use cellwright::run::binding::Binding;
use cellwright::run::documents::{self, Documents};
use cellwright::run::{Context, Quiet};
use cellwright::twin::Status;
use common::few;

const RATIO: &str = "cell.n_to_p_ratio";
/// What CE001 asks for.
const LEAST: f64 = 1.03;

/// The requested recipe of the shipped line.
struct Bench {
    documents: Documents,
    binding: Binding,
    slot: usize,
}

impl Bench {
    fn new() -> Self {
        let disk = Disk::new(env!("CARGO_MANIFEST_DIR"));
        let read = documents::read(&disk, "scenarios/line3-faster.toml");
        let documents = read.unwrap_or_else(|rejected| {
            panic!("{}", rejected.diagnostics.render(&rejected.sources, false))
        });
        let binding = Binding::new(&documents.plant, &documents.new, &documents.model);
        let ports = documents.plant.line().expect("a line").outputs();
        Self {
            binding: binding.expect("bound"),
            slot: ports
                .iter()
                .position(|port| port.name == RATIO)
                .expect("a cell"),
            documents,
        }
    }

    fn ratio(&self, inputs: &[f64]) -> f64 {
        let line = self.documents.plant.line().expect("a line");
        let mut row = vec![f64::NAN; line.output_count()];
        let status = line.run(&inputs[..line.input_count()], &mut row);
        assert!(matches!(status, Status::Valid(_)), "{status:?}");
        row[self.slot]
    }

    /// Inputs with a tolerance: those that move the ratio, and the others.
    fn moved(&self) -> (Vec<usize>, Vec<usize>) {
        let nominal = self.ratio(&self.binding.nominal);
        let bounds = self.binding.bounds.iter().enumerate();
        let count = self.documents.plant.line().expect("a line").input_count();
        bounds
            .filter(|(place, (low, high))| *place < count && low < high)
            .map(|(place, _)| place)
            .partition(|&place| {
                let mut inputs = self.binding.nominal.clone();
                inputs[place] = self.binding.bounds[place].0;
                self.ratio(&inputs) != nominal
            })
    }

    /// The least ratio of all corners of what moves it, with everything else at one end, then at
    /// the other; and where.
    fn worst(&self) -> (f64, Vec<f64>) {
        let (own, others) = self.moved();
        assert!((2..=8).contains(&own.len()), "{own:?}");
        let mut worst = (f64::INFINITY, Vec::new());
        for rest_high in [false, true] {
            for corner in 0..1_usize << own.len() {
                let mut inputs = self.binding.nominal.clone();
                let bits = own.iter().enumerate();
                let ends = bits.map(|(bit, &place)| (place, corner >> bit & 1 == 1));
                for (place, high) in ends.chain(others.iter().map(|&place| (place, rest_high))) {
                    let (low, top) = self.binding.bounds[place];
                    inputs[place] = if high { top } else { low };
                }
                let found = self.ratio(&inputs);
                if found < worst.0 {
                    worst = (found, inputs);
                }
            }
        }
        worst
    }

    /// N/P = anode capacity over cathode capacity of the first charge, both per area.
    fn closed_form(&self, inputs: &[f64]) -> f64 {
        let at = |name: &str| inputs[self.binding.place(name).expect(name)];
        let active = 1.0 - at("slurry.binder_fraction") - at("slurry.carbon_fraction");
        let cathode = at("coating.areal_loading") / at("calendering.stretch")
            * active
            * at("coating.first_charge_capacity");
        at("anode.areal_loading") * at("anode.active_fraction") * at("anode.specific_capacity")
            / cathode
    }
}

#[test]
fn the_balance_holds_at_every_corner_and_the_judge_finds_the_worst() {
    let bench = Bench::new();
    let (worst, inputs) = bench.worst();
    assert!(worst < bench.ratio(&bench.binding.nominal));
    assert!(worst >= LEAST, "{worst}");
    assert!((bench.closed_form(&inputs) / worst - 1.0).abs() < 1e-12);

    let documents = &bench.documents;
    let options = few(8);
    let context = Context::new(documents, &options, &Quiet).expect("a context");
    let judged = context
        .judge_recipe(&documents.new, 8, None)
        .expect("judged");
    let mut rules = documents.rules.rules.iter().zip(&judged.evaluations);
    let (_, found) = rules.find(|(rule, _)| rule.code == "CE001").expect("CE001");
    assert_eq!(found.verdict, "holds");
    let margin = found.margin_si.as_ref().expect("a margin");
    let margin = Rational::parse_ratio(margin).expect("a ratio").to_f64();
    assert!(
        (margin - (worst - LEAST)).abs() < 1e-12,
        "{margin}, {worst}"
    );
}
