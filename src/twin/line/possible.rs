//! What an input can possibly be, beyond what the laws of the stages refuse on their own.
//!
//! In: the inputs of a line, a row of values. Out: a value that nothing in nature reaches is
//! refused by name: a share above the whole, a liquid denser than any metal. The laws would go on
//! computing with it, and a slip of a factor would look like a result. Sizes, flows, rates and
//! times end nowhere; what is too large for a plant is for its rules to say.

use super::Line;
use crate::twin::{Port, TwinError};

/// Where some quantities end, SI.
#[derive(Debug)]
struct Ends {
    names: &'static [&'static str],
    low: f64,
    high: f64,
    expected: &'static str,
}

const ENDS: &[Ends] = &[
    Ends {
        names: &[
            "anode.active_fraction",
            "cell.anode_uptake_saturation",
            "cell.anode_water",
            "cell.cathode_uptake_saturation",
            "cell.cathode_water",
            "cell.separator_water",
            "drying.air_solvent_fraction",
            "drying.lower_explosive_limit",
            "electrolyte.chloride",
            "electrolyte.hf",
            "electrolyte.water",
        ],
        low: 0.0,
        high: 1.0,
        expected: "a share of at most 1",
    },
    Ends {
        names: &[
            "anode.true_density",
            "electrolyte.density",
            "slurry.active_density",
            "slurry.binder_density",
            "slurry.carbon_density",
            "slurry.solvent_density",
        ],
        low: 0.0,
        // Osmium, the densest element: 22 590 kg/m³ (CRC Handbook of Chemistry and Physics).
        high: 22_600.0,
        expected: "at most 22 600 kg/m^3, the density of osmium",
    },
    Ends {
        names: &[
            "drying.desorption_activation_energy",
            "slurry.activation_energy",
        ],
        low: 0.0,
        // Carbon monoxide: 1 077 kJ/mol at 298 K (CRC Handbook of Chemistry and Physics).
        high: 1.08e6,
        expected: "at most 1 080 kJ/mol, the strongest chemical bond",
    },
    Ends {
        names: &[
            "anode.specific_capacity",
            "coating.first_charge_capacity",
            "coating.specific_capacity",
        ],
        low: 0.0,
        // Li22Si5 per mass of silicon by stoichiometry: 4.4 × 96 485 C/mol / 28.086 g/mol.
        high: 1.512e7,
        expected: "at most 4 200 mA*h/g, that of silicon as Li22Si5",
    },
    Ends {
        names: &[
            "drying.desorption_reference_temperature",
            "slurry.reference_temperature",
        ],
        low: 0.0,
        high: 1000.0,
        expected: "at most 1 000 K, far above where binder and solvent decompose",
    },
    Ends {
        names: &[
            "electrolyte.viscosity",
            "slurry.infinite_shear_viscosity",
            "slurry.liquid_viscosity",
            "slurry.zero_shear_viscosity",
        ],
        low: 0.0,
        // The glass transition by convention (C. A. Angell, doi 10.1126/science.267.5206.1924).
        high: 1e12,
        expected: "at most 1e12 Pa*s, where a liquid is called a glass",
    },
    Ends {
        names: &["coating.surface_tension", "electrolyte.surface_tension"],
        low: 0.0,
        // Mercury at 25 °C: 0.485 N/m (CRC Handbook of Chemistry and Physics).
        high: 0.5,
        expected: "at most 0.5 N/m, that of mercury",
    },
    Ends {
        names: &["binder.diffusivity"],
        low: 0.0,
        // At 25 °C: 9.31e-9 m²/s (CRC Handbook of Chemistry and Physics).
        high: 9.4e-9,
        expected: "at most 9.4e-9 m^2/s, that of protons in water",
    },
    Ends {
        names: &["slurry.particle_shear_modulus"],
        low: 0.0,
        // Its c44, the stiffest shear: 576 GPa (CRC Handbook of Chemistry and Physics).
        high: 5.8e11,
        expected: "at most 580 GPa, the shear modulus of diamond",
    },
    Ends {
        names: &["filling.contact_angle"],
        low: 0.0,
        high: std::f64::consts::FRAC_PI_2,
        expected: "at most a right angle: beyond, the electrolyte does not wet",
    },
    Ends {
        names: &["calendering.springback"],
        low: 0.0,
        high: 1.0,
        expected: "at most 1, twice the thickness in the nip",
    },
    Ends {
        names: &["calendering.stretch"],
        // Rolls do not shorten a web; what is below 1 is the scatter of a measurement of 1.
        low: 0.95,
        high: 2.0,
        expected: "0.95 to 2: rolls do not shorten a web, and it tears before it is twice as long",
    },
    Ends {
        names: &["coating.pump_ripple"],
        low: 0.0,
        high: 1.0,
        expected: "at most 1: beyond, the pump sucks slurry back",
    },
    Ends {
        names: &[
            "coating.flow_variation",
            "coating.speed_variation",
            "coating.width_variation",
            "slurry.density_variation",
            "slurry.solids_variation",
        ],
        low: 0.0,
        high: 1.0,
        expected: "at most 1: a wider scatter reaches far below zero",
    },
    Ends {
        names: &["coating.vacuum"],
        low: 0.0,
        // The standard atmosphere (10th CGPM 1954).
        high: 101_325.0,
        expected: "at most 101 325 Pa: no box lies further below the air",
    },
];

/// The inputs of a line that end somewhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Possible(Vec<(usize, &'static str, &'static Ends)>);

impl Possible {
    /// Looks up which of some ports end somewhere.
    pub(super) fn of(ports: &[Port]) -> Self {
        let ends = |(at, port): (usize, &Port)| {
            let mut all = ENDS.iter();
            all.find_map(|ends| {
                let name = ends.names.iter().find(|name| **name == port.name)?;
                Some((at, *name, ends))
            })
        };
        Self(ports.iter().enumerate().filter_map(ends).collect())
    }

    /// Checks a row of those ports; what the row leaves out as NaN is not there to be checked.
    ///
    /// # Errors
    /// [`TwinError::OutOfDomain`] for the first value beyond its ends. Below zero is left to the
    /// stages, which say it in their words.
    pub(super) fn check(&self, row: &[f64]) -> Result<(), TwinError> {
        for &(at, quantity, ends) in &self.0 {
            let value = row.get(at).copied().unwrap_or(f64::NAN);
            if value > ends.high || (value >= 0.0 && value < ends.low) {
                return Err(TwinError::OutOfDomain {
                    quantity,
                    value,
                    expected: ends.expected,
                });
            }
        }
        Ok(())
    }
}

impl Line {
    /// Looks up once what the inputs can possibly be; measured values that stand for outcomes are
    /// not among them.
    pub(super) fn bounded(mut self) -> Self {
        let replaced = self.replaced.take();
        self.possible = Possible::of(&self.inputs());
        self.replaced = replaced;
        self
    }
}
