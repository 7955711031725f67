//! Ports of the film: which law a plant has, and the numbers of an additive beside ethylene
//! carbonate.
//!
//! In: one number per port of [`ADDITIVE`] in their order. Out: additive and boost of
//! [`SeiMechanism::EcWithAdditive`](super::SeiMechanism), and back. An engineer knows how much
//! electrolyte is in a cell and what it holds, not moles per particle surface: the inventory is
//! concentration times volume over the surface, which follows the loading of the anode.

use super::cell::{Additive, Boost};
use crate::twin::{Port, Role};

/// Laws of the film that a plant can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Film {
    /// Ethylene carbonate alone.
    Ec,
    /// Ethylene carbonate and an additive that runs out, through one film.
    EcWithAdditive,
}

/// Which values a number of the cell can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    Positive,
    NotNegative,
    /// Between 0 and 1, both excluded.
    Share,
}

impl Allowed {
    pub(super) fn holds(self, value: f64) -> bool {
        match self {
            Self::Positive => value > 0.0 && value.is_finite(),
            Self::NotNegative => value >= 0.0 && value.is_finite(),
            Self::Share => value > 0.0 && value < 1.0,
        }
    }
}

type Row = (&'static str, &'static str, &'static str, Allowed);

/// Name, unit, text and allowed values of every number of additive and boost.
const ADDITIVE: [Row; 12] = [
    (
        "formation.additive_rate_constant",
        "m/s",
        "additive reduction at its potential",
        Allowed::Positive,
    ),
    (
        "formation.additive_diffusivity",
        "m^2/s",
        "additive in the interphase",
        Allowed::Positive,
    ),
    (
        "formation.additive_potential",
        "V",
        "of the additive's reaction",
        Allowed::NotNegative,
    ),
    (
        "formation.additive_transfer_coefficient",
        "1",
        "of the additive's reaction",
        Allowed::Positive,
    ),
    (
        "formation.additive_electrons",
        "1",
        "that reduce one molecule",
        Allowed::Positive,
    ),
    (
        "formation.additive_molar_volume",
        "m^3/mol",
        "of the film that the additive makes",
        Allowed::Positive,
    ),
    (
        "formation.additive_lithium_per_mole",
        "1",
        "of the film that the additive makes",
        Allowed::Positive,
    ),
    (
        "electrolyte.additive_concentration",
        "mol/m^3",
        "additive before formation",
        Allowed::Positive,
    ),
    (
        "electrolyte.volume",
        "m^3",
        "electrolyte that the additive is taken from",
        Allowed::Positive,
    ),
    (
        "formation.boost_per_c_rate",
        "1",
        "rise of both diffusivities per C-rate of charge",
        Allowed::NotNegative,
    ),
    (
        "formation.boost_rise_time",
        "s",
        "of the boost while charging",
        Allowed::Positive,
    ),
    (
        "formation.boost_decay_time",
        "s",
        "of the boost at rest",
        Allowed::Positive,
    ),
];

impl Film {
    fn rows(self) -> &'static [Row] {
        match self {
            Self::Ec => &[],
            Self::EcWithAdditive => &ADDITIVE,
        }
    }

    /// The ports that the law has beside those of ethylene carbonate.
    #[must_use]
    pub fn ports(self) -> Vec<Port> {
        let port = |&(name, unit, text, _): &Row| Port {
            name: name.to_owned(),
            unit,
            role: Role::Parameter,
            text,
        };
        self.rows().iter().map(port).collect()
    }

    /// The law of documents that give these names: one number of an additive asks for all of them.
    #[must_use]
    pub fn of_names(is_given: impl Fn(&str) -> bool) -> Self {
        if ADDITIVE.iter().any(|(name, ..)| is_given(name)) {
            Self::EcWithAdditive
        } else {
            Self::Ec
        }
    }

    /// Number of ports beside those of ethylene carbonate.
    pub(super) fn width(self) -> usize {
        self.rows().len()
    }

    /// Place of the first number that no cell can have.
    pub(super) fn refused(self, values: &[f64]) -> Option<usize> {
        let mut pairs = self.rows().iter().zip(values);
        pairs.position(|(&(.., allowed), &value)| !allowed.holds(value))
    }
}

/// Additive and boost from the numbers of the ports; `per_area_1_m2` is one over the particle
/// surface of the negative electrode.
///
/// # Panics
/// When there is not one number per port.
#[must_use]
pub fn additive_of_ports(values: &[f64], per_area_1_m2: f64) -> (Additive, Boost) {
    let &[
        rate_constant_m_s,
        diffusivity_m2_s,
        potential_v,
        transfer_coefficient,
        electrons_per_molecule,
        molar_volume_m3_mol,
        lithium_per_mole,
        concentration_mol_m3,
        volume_m3,
        per_c_rate,
        rise_s,
        decay_s,
    ] = values
    else {
        panic!("one number per port of the additive, not {}", values.len());
    };
    let additive = Additive {
        rate_constant_m_s,
        diffusivity_m2_s,
        concentration_mol_m3,
        inventory_mol_m2: concentration_mol_m3 * volume_m3 * per_area_1_m2,
        electrons_per_molecule,
        potential_v,
        transfer_coefficient,
        molar_volume_m3_mol,
        lithium_per_mole,
    };
    let boost = Boost {
        per_c_rate,
        rise_s,
        decay_s,
    };
    (additive, boost)
}

/// The numbers of the ports of an additive and a boost.
pub(super) fn ports_of_additive(
    additive: &Additive,
    boost: &Boost,
    per_area_1_m2: f64,
) -> Vec<f64> {
    let volume_m3 = additive.inventory_mol_m2 / (additive.concentration_mol_m3 * per_area_1_m2);
    vec![
        additive.rate_constant_m_s,
        additive.diffusivity_m2_s,
        additive.potential_v,
        additive.transfer_coefficient,
        additive.electrons_per_molecule,
        additive.molar_volume_m3_mol,
        additive.lithium_per_mole,
        additive.concentration_mol_m3,
        volume_m3,
        boost.per_c_rate,
        boost.rise_s,
        boost.decay_s,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of vinylene carbonate in a 2.36 Ah cell, in the order of the ports.
    const NUMBERS: [f64; 12] = [
        7e-19, 4.2e-20, 1.35, 1.0, 2.0, 5.81e-5, 2.0, 304.4, 7.8e-6, 618.0, 600.0, 6000.0,
    ];

    #[test]
    fn numbers_survive_the_way_into_the_law_and_back() {
        let per_area_1_m2 = 1.0 / 4.61;
        let (additive, boost) = additive_of_ports(&NUMBERS, per_area_1_m2);
        let moles = additive.inventory_mol_m2 * 4.61;
        assert!(
            (moles / (304.4 * 7.8e-6) - 1.0).abs() < 1e-14,
            "{moles} mol"
        );
        let back = ports_of_additive(&additive, &boost, per_area_1_m2);
        for (own, found) in NUMBERS.iter().zip(&back) {
            assert!((found / own - 1.0).abs() < 1e-14, "{own} {found}");
        }
    }

    #[test]
    fn one_number_asks_for_all_and_the_first_impossible_one_is_found() {
        let film = Film::of_names(|name| name == "formation.boost_rise_time");
        assert_eq!(film, Film::EcWithAdditive);
        assert_eq!(film.ports().len(), NUMBERS.len());
        assert_eq!(
            Film::of_names(|name| name == "formation.sei_potential"),
            Film::Ec
        );
        assert!(Film::Ec.ports().is_empty());
        assert_eq!(film.refused(&NUMBERS), None);
        let mut numbers = NUMBERS;
        // No boost at all is a boost; no electrolyte is none.
        (numbers[9], numbers[8]) = (0.0, 0.0);
        assert_eq!(film.refused(&numbers), Some(8));
        numbers[2] = f64::NAN;
        assert_eq!(film.refused(&numbers), Some(2));
    }
}
