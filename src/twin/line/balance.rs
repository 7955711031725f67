//! Balances that a replaced outcome may break: mass of solids and of solvent through the line.
//!
//! In: whole rows of inputs and outcomes. Out: by how much each balance fails in which a replaced
//! outcome takes part. The model closes all of them to rounding; measured values need not, and what
//! they leave open is said and not spread over other outcomes.

use crate::twin::Flags;

/// Relative error from which on a balance counts as open: far above rounding, far below what any
/// instrument resolves.
pub const OPEN_FROM: f64 = 1e-6;

/// How far one balance is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Imbalance {
    /// What is balanced.
    pub text: &'static str,
    /// Names of what takes part.
    pub names: Vec<String>,
    /// Left side less right side, over the greater of both.
    pub relative: f64,
}

/// A law of conservation: what it says, who takes part, and both sides.
struct Law {
    text: &'static str,
    names: &'static [&'static str],
    sides: fn(&[f64]) -> (f64, f64),
}

const LAWS: [Law; 10] = [
    Law {
        text: "slurry is solids and solvent",
        names: &[
            "slurry.density",
            "slurry.solids",
            "coating.true_density",
            "slurry.solvent_density",
        ],
        sides: |v| (1.0 / v[0], v[1] / v[2] + (1.0 - v[1]) / v[3]),
    },
    Law {
        text: "the wet film holds the loading",
        names: &[
            "coating.wet_thickness",
            "slurry.solids",
            "slurry.density",
            "coating.areal_loading",
        ],
        sides: |v| (v[0] * v[1] * v[2], v[3]),
    },
    Law {
        text: "the solvent comes with the solids",
        names: &[
            "coating.solvent_loading",
            "slurry.solids",
            "coating.areal_loading",
        ],
        sides: |v| (v[0] * v[1], v[2] * (1.0 - v[1])),
    },
    Law {
        text: "the slurry flow is the wet film",
        names: &[
            "slurry.flow",
            "coating.wet_thickness",
            "coating.width",
            "coating.web_speed",
        ],
        sides: |v| (v[0], v[1] * v[2] * v[3]),
    },
    Law {
        text: "the dry coating holds the loading",
        names: &[
            "coating.dry_thickness",
            "coating.true_density",
            "coating.porosity",
            "coating.areal_loading",
        ],
        sides: |v| (v[0] * v[1] * (1.0 - v[2]), v[3]),
    },
    Law {
        text: "solvent left and evaporated is solvent coated",
        names: &[
            "drying.residual_solvent",
            "coating.areal_loading",
            "drying.mean_rate",
            "drying.dryer_time",
            "coating.solvent_loading",
        ],
        sides: |v| (v[0] * v[1] + v[2] * v[3], v[4]),
    },
    Law {
        text: "the solvent at the last zone is the residual solvent",
        names: &[
            LAST_ZONE,
            "drying.residual_solvent",
            "coating.areal_loading",
        ],
        sides: |v| (v[0], v[1] * v[2]),
    },
    Law {
        text: "rolling keeps the loading",
        names: &[
            "calendering.areal_loading",
            "calendering.stretch",
            "coating.areal_loading",
        ],
        sides: |v| (v[0] * v[1], v[2]),
    },
    Law {
        text: "the rolled coating holds the loading",
        names: &[
            "calendering.porosity",
            "calendering.thickness",
            "coating.true_density",
            "calendering.areal_loading",
        ],
        sides: |v| ((1.0 - v[0]) * v[1] * v[2], v[3]),
    },
    Law {
        text: "the density of the rolled coating is loading over thickness",
        names: &[
            "calendering.coating_density",
            "calendering.thickness",
            "calendering.areal_loading",
        ],
        sides: |v| (v[0] * v[1], v[2]),
    },
];

/// Stands for the solvent at the exit of the last zone, whatever its number.
const LAST_ZONE: &str = "drying.zone[*].solvent";

#[derive(Clone, Copy, Debug)]
enum Place {
    Input(usize),
    Outcome(usize),
}

#[derive(Clone, Debug)]
struct PlacedLaw {
    law: usize,
    names: Vec<String>,
    places: Vec<Place>,
}

/// The balances in which a replaced outcome takes part.
#[derive(Clone, Debug, Default)]
pub(super) struct Balances(Vec<PlacedLaw>);

impl Balances {
    /// Finds them; `input` and `output` know the places of what is there.
    pub(super) fn new(
        zones: usize,
        input: &dyn Fn(&str) -> Option<usize>,
        output: &dyn Fn(&str) -> Option<usize>,
        replaced: &[usize],
    ) -> Self {
        let mut found = Vec::new();
        for (law, own) in LAWS.iter().enumerate() {
            let named = |name: &&str| name.replace("[*]", &format!("[{zones}]"));
            let names: Vec<String> = own.names.iter().map(named).collect();
            let place = |name: &String| {
                let outcome = || output(name).map(Place::Outcome);
                input(name).map(Place::Input).or_else(outcome)
            };
            let places: Option<Vec<Place>> = names.iter().map(place).collect();
            let is_replaced =
                |place: &Place| matches!(place, Place::Outcome(at) if replaced.contains(at));
            if let Some(places) = places.filter(|places| places.iter().any(is_replaced)) {
                found.push(PlacedLaw { law, names, places });
            }
        }
        Self(found)
    }

    /// [`Flags::UNBALANCED`] if any of them is open.
    pub(super) fn flags(&self, inputs: &[f64], row: &[f64]) -> Flags {
        // A balance that cannot be computed does not close.
        let is_closed = |law: &PlacedLaw| law.relative(inputs, row).abs() <= OPEN_FROM;
        if self.0.iter().all(is_closed) {
            Flags::NONE
        } else {
            Flags::UNBALANCED
        }
    }

    /// How far each of them is open.
    pub(super) fn found(&self, inputs: &[f64], row: &[f64]) -> Vec<Imbalance> {
        let one = |law: &PlacedLaw| Imbalance {
            text: LAWS[law.law].text,
            names: law.names.clone(),
            relative: law.relative(inputs, row),
        };
        self.0.iter().map(one).collect()
    }
}

impl PlacedLaw {
    fn relative(&self, inputs: &[f64], row: &[f64]) -> f64 {
        let mut values = [f64::NAN; 5];
        for (slot, place) in values.iter_mut().zip(&self.places) {
            *slot = match *place {
                Place::Input(at) => inputs[at],
                Place::Outcome(at) => row[at],
            };
        }
        let (left, right) = (LAWS[self.law].sides)(&values);
        let scale = left.abs().max(right.abs());
        if scale == 0.0 {
            0.0
        } else {
            (left - right) / scale
        }
    }
}
