//! The cell as the single-particle model sees it: two spheres, an area, a temperature.
//!
//! In: a BPX document (a formed cell) plus what BPX does not describe: the pristine state and the
//! constants of the solid-electrolyte interphase (SEI). Out: SI numbers for the kernels. Every
//! number of [`PristineState`] and [`SeiParameters`] is a parameter with its own source; none has
//! a default here.
//!
//! Source: Marquis et al. 2019, doi:10.1149/2.0341915jes (single-particle model).

use super::FormationError;
use crate::math;
use crate::model::bpx::Bpx;
use crate::model::curve::Curve;

/// Faraday constant, C/mol (CODATA 2018, exact).
pub const FARADAY_C_MOL: f64 = 96_485.332_123_310_01;
/// Molar gas constant, J/(mol K) (CODATA 2018, exact).
pub const GAS_J_MOL_K: f64 = 8.314_462_618_153_24;

/// One electrode.
#[derive(Debug, Clone, PartialEq)]
pub struct Electrode {
    /// Thickness of the coating, m.
    pub thickness_m: f64,
    /// Particle radius, m.
    pub particle_radius_m: f64,
    /// Volume fraction of active material, 1.
    pub active_fraction: f64,
    /// Lithium concentration at stoichiometry 1, mol/m³.
    pub maximum_concentration_mol_m3: f64,
    /// Diffusivity in the particle at the reference temperature, m²/s, of the stoichiometry.
    pub diffusivity_m2_s: Curve,
    /// Activation energy of the diffusivity, J/mol.
    pub diffusivity_activation_j_mol: f64,
    /// Exchange current density is this times `sqrt(x (1 - x))`, A/m², at the initial electrolyte
    /// concentration and reference temperature; `F k` in BPX.
    pub exchange_current_scale_a_m2: f64,
    /// Activation energy of the exchange current, J/mol.
    pub exchange_current_activation_j_mol: f64,
    /// Open-circuit potential against lithium at the reference temperature, V.
    pub open_circuit_potential_v: Curve,
    /// Entropic coefficient, V/K.
    pub entropic_coefficient_v_k: Curve,
}

impl Electrode {
    /// Returns the particle surface per electrode volume, 1/m: `3 ε / R`.
    #[must_use]
    pub fn surface_area_1_m(&self) -> f64 {
        3.0 * self.active_fraction / self.particle_radius_m
    }
}

/// Physics that formation does not offer together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feature {
    /// An SEI law other than EC-reaction-limited behind the ports of the plant model.
    SeiMechanismAtPorts,
    /// The electrolyte model at a temperature that changes.
    ElectrolyteWithHeat,
}

impl std::fmt::Display for Feature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::SeiMechanismAtPorts => "this SEI mechanism behind the ports of the plant",
            Self::ElectrolyteWithHeat => "the electrolyte model at a changing temperature",
        })
    }
}

/// One layer of the electrolyte.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Layer {
    /// Thickness, m.
    pub thickness_m: f64,
    /// Volume fraction of electrolyte, 1.
    pub porosity: f64,
    /// Exponent of the porosity in the effective diffusivity and conductivity, 1.
    pub bruggeman: f64,
}

/// The electrolyte between and in the electrodes: what the single-particle model leaves out.
///
/// The curves are functions of the salt concentration in mol/m³.
#[derive(Debug, Clone, PartialEq)]
pub struct Electrolyte {
    /// Negative electrode, separator, positive electrode.
    pub layers: [Layer; 3],
    /// Salt concentration at the start, mol/m³.
    pub concentration_mol_m3: f64,
    /// Cation transference number, 1.
    pub transference_number: f64,
    /// Thermodynamic factor, 1.
    pub thermodynamic_factor: f64,
    /// Diffusivity at the reference temperature, m²/s.
    pub diffusivity_m2_s: Curve,
    /// Activation energy of the diffusivity, J/mol.
    pub diffusivity_activation_j_mol: f64,
    /// Conductivity at the reference temperature, S/m.
    pub conductivity_s_m: Curve,
    /// Activation energy of the conductivity, J/mol.
    pub conductivity_activation_j_mol: f64,
    /// Effective electronic conductivity of the negative and the positive electrode, S/m.
    pub electronic_conductivity_s_m: [f64; 2],
}

/// What the temperature of the cell does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Heat {
    /// It stays.
    Isothermal,
    /// One temperature follows the heat of the cell and the cooling to the ambient.
    Lumped {
        /// Heat capacity of the cell, J/K.
        capacity_j_k: f64,
        /// Heat transfer coefficient times cooled area, W/K; 0 for a cell kept from cooling.
        cooling_w_k: f64,
        /// Temperature around the cell, K.
        ambient_k: f64,
    },
}

/// How the interphase grows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SeiMechanism {
    /// It does not, and it has no film resistance.
    None,
    /// The reaction at the particle surface: grows as fast as the potential lets it.
    ReactionLimited {
        /// Exchange current density at `phi_n = U`, A/m² of surface with film.
        exchange_current_a_m2: f64,
    },
    /// Solvent that diffuses through the film and reacts at once, whatever the potential.
    SolventDiffusionLimited {
        /// Diffusivity of the solvent in the film, m²/s.
        diffusivity_m2_s: f64,
        /// Concentration of the solvent in the electrolyte, mol/m³.
        concentration_mol_m3: f64,
        /// Says that the law may run on a pristine cell, where it takes lithium before any is
        /// charged.
        ungated: bool,
    },
    /// Electrons that migrate outwards through the film, below the equilibrium potential.
    ElectronMigrationLimited {
        /// Electronic conductivity of the film, S/m.
        conductivity_s_m: f64,
    },
    /// Lithium interstitials that diffuse outwards through the film.
    InterstitialDiffusionLimited {
        /// Diffusivity of interstitials in the film, m²/s.
        diffusivity_m2_s: f64,
        /// Their concentration at `phi_n = 0`, mol/m³.
        concentration_mol_m3: f64,
    },
    /// Reduction of ethylene carbonate that diffuses through the film: Yang et al. 2017,
    /// doi:10.1016/j.jpowsour.2017.05.110.
    EcReactionLimited {
        /// Rate constant at `phi_n = U`, m/s.
        rate_constant_m_s: f64,
        /// Diffusivity of ethylene carbonate in the film, m²/s.
        diffusivity_m2_s: f64,
        /// Concentration of ethylene carbonate in the electrolyte, mol/m³.
        concentration_mol_m3: f64,
    },
    /// Reduction of ethylene carbonate beside that of an additive, both through one film: Weng et
    /// al. 2023, doi:10.1149/1945-7111/aceffe. Equilibrium potential, transfer coefficient, molar
    /// volume and lithium of [`SeiParameters`] belong to ethylene carbonate.
    EcWithAdditive {
        /// Rate constant of ethylene carbonate at `phi_n = U`, m/s.
        rate_constant_m_s: f64,
        /// Diffusivity of ethylene carbonate in the film at rest, m²/s.
        diffusivity_m2_s: f64,
        /// Concentration of ethylene carbonate in the electrolyte, mol/m³.
        concentration_mol_m3: f64,
        /// The other species.
        additive: Additive,
        /// What the charging current does to both diffusivities.
        boost: Boost,
    },
    /// Electrons that tunnel through the film: Tang, Lu & Newman 2012, doi:10.1149/2.025211jes.
    TunnellingLimited {
        /// Exchange current density at `phi_n = 0` without film, A/m² of surface with film.
        exchange_current_a_m2: f64,
        /// Inverse length over which tunnelling falls by e, 1/m.
        decay_1_m: f64,
    },
}

/// A species that is reduced beside ethylene carbonate and runs out, such as vinylene carbonate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Additive {
    /// Rate constant at `phi_n = U`, m/s.
    pub rate_constant_m_s: f64,
    /// Diffusivity in the film at rest, m²/s.
    pub diffusivity_m2_s: f64,
    /// Concentration in the electrolyte before formation, mol/m³.
    pub concentration_mol_m3: f64,
    /// What the electrolyte holds per geometric particle surface of the negative electrode, mol/m².
    pub inventory_mol_m2: f64,
    /// Electrons that reduce one molecule, 1.
    pub electrons_per_molecule: f64,
    /// Equilibrium potential of the reduction, V.
    pub potential_v: f64,
    /// Transfer coefficient, 1; times the electrons per molecule where they count together.
    pub transfer_coefficient: f64,
    /// Volume per mole of the film it makes, m³/mol.
    pub molar_volume_m3_mol: f64,
    /// Lithium per mole of the film it makes, 1.
    pub lithium_per_mole: f64,
}

/// How charging makes a film more permeable: diffusivities times `1 + B`, where `B` follows the
/// current with delay.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boost {
    /// `B` at a steady charge, per C-rate; 0 for no boost.
    pub per_c_rate: f64,
    /// Time constant with which `B` follows a charging current, s.
    pub rise_s: f64,
    /// Time constant with which `B` falls at rest and on discharge, s.
    pub decay_s: f64,
}

/// Constants of the interphase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeiParameters {
    /// Law of growth.
    pub mechanism: SeiMechanism,
    /// Thickness before formation, m.
    pub initial_thickness_m: f64,
    /// Volume per mole of interphase, m³/mol.
    pub molar_volume_m3_mol: f64,
    /// Lithium per mole of interphase, 1.
    pub lithium_per_mole: f64,
    /// Ionic resistivity of the film, Ohm m.
    pub resistivity_ohm_m: f64,
    /// Equilibrium potential of the reduction, V.
    pub potential_v: f64,
    /// Transfer coefficient, 1.
    pub transfer_coefficient: f64,
    /// Activation energy of the whole reaction, J/mol.
    pub activation_j_mol: f64,
    /// Surface that carries film per geometric particle surface (1: smooth spheres).
    pub area_factor: f64,
}

/// Lithium content before the first charge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PristineState {
    /// Stoichiometry of the negative electrode, 1.
    pub negative_stoichiometry: f64,
    /// Stoichiometry of the positive electrode, 1.
    pub positive_stoichiometry: f64,
}

/// A cell ready for the single-particle model.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Capacity that a C-rate of 1 refers to, Ah.
    pub nominal_capacity_ah: f64,
    /// Electrode area times pairs in parallel, m².
    pub area_m2: f64,
    /// Temperature at which temperature-dependent parameters are given, K.
    pub reference_temperature_k: f64,
    /// Negative electrode.
    pub negative: Electrode,
    /// Positive electrode.
    pub positive: Electrode,
}

impl Cell {
    /// Takes the single-particle part of a BPX document.
    ///
    /// # Errors
    /// [`FormationError::MissingParameter`] for a field that BPX leaves optional and formation
    /// at a chosen temperature needs.
    pub fn from_bpx(bpx: &Bpx) -> Result<Self, FormationError> {
        Ok(Self {
            nominal_capacity_ah: bpx.cell.nominal_capacity_ah,
            area_m2: bpx.cell.electrode_area_m2 * bpx.cell.electrode_pairs,
            reference_temperature_k: needed(
                bpx.cell.reference_temperature_k,
                "Cell/Reference temperature [K]",
            )?,
            negative: electrode(&bpx.negative, NEGATIVE)?,
            positive: electrode(&bpx.positive, POSITIVE)?,
        })
    }

    /// Returns the pristine state whose lithium formation turns into the formed cell of a file:
    /// formed inventory plus `loss_ah`, the negative electrode at `negative_stoichiometry`, the
    /// rest in the positive electrode.
    ///
    /// # Errors
    /// [`FormationError::OutOfRange`] when the positive electrode cannot hold it.
    pub fn pristine_before(
        &self,
        formed: &Bpx,
        negative_stoichiometry: f64,
        loss_ah: f64,
    ) -> Result<PristineState, FormationError> {
        let charged = self.lithium_ah(
            formed.negative.stoichiometry_range.1,
            formed.positive.stoichiometry_range.0,
        );
        let held = self.full_ah(&self.negative) * negative_stoichiometry;
        let positive = (charged + loss_ah - held) / self.full_ah(&self.positive);
        if positive > 0.0 && positive < 1.0 {
            Ok(PristineState {
                negative_stoichiometry,
                positive_stoichiometry: positive,
            })
        } else {
            Err(FormationError::OutOfRange {
                quantity: "pristine positive stoichiometry",
                value: positive,
                allowed: "a number between 0 and 1; the loss asks for more lithium than fits",
            })
        }
    }

    /// Returns the lithium that fills both electrodes at the given stoichiometries, Ah.
    #[must_use]
    pub fn lithium_ah(&self, negative: f64, positive: f64) -> f64 {
        self.full_ah(&self.negative) * negative + self.full_ah(&self.positive) * positive
    }

    /// Returns one over the particle surface of an electrode, 1/m².
    #[must_use]
    pub fn per_surface_1_m2(&self, electrode: &Electrode) -> f64 {
        1.0 / (electrode.surface_area_1_m() * electrode.thickness_m * self.area_m2)
    }

    /// Returns the charge that takes one electrode from stoichiometry 0 to 1, Ah.
    #[must_use]
    pub fn full_ah(&self, electrode: &Electrode) -> f64 {
        let solid_m3 = self.area_m2 * electrode.thickness_m * electrode.active_fraction;
        solid_m3 * electrode.maximum_concentration_mol_m3 * FARADAY_C_MOL / 3600.0
    }
}

impl Electrolyte {
    /// Takes the electrolyte of a BPX document, for the model with electrolyte. BPX has no
    /// thermodynamic factor: it is 1.
    ///
    /// # Errors
    /// [`FormationError::MissingParameter`] for a field that is not there.
    pub fn from_bpx(bpx: &Bpx) -> Result<Self, FormationError> {
        let salt = needed(bpx.electrolyte.as_ref(), "Electrolyte")?;
        let layers = [
            needed(bpx.negative.porous, "Negative electrode/Porosity")?,
            needed(bpx.separator, "Separator")?,
            needed(bpx.positive.porous, "Positive electrode/Porosity")?,
        ];
        Ok(Self {
            // The transport efficiency is the porosity to the power of this exponent.
            layers: layers.map(|layer| Layer {
                thickness_m: layer.thickness_m,
                porosity: layer.porosity,
                bruggeman: math::ln(layer.transport_efficiency) / math::ln(layer.porosity),
            }),
            concentration_mol_m3: needed(
                bpx.initial.electrolyte_concentration_mol_m3,
                "Electrolyte/Initial concentration [mol.m-3]",
            )?,
            transference_number: salt.transference_number,
            thermodynamic_factor: 1.0,
            diffusivity_m2_s: salt.diffusivity_m2_s.clone(),
            diffusivity_activation_j_mol: needed(
                salt.diffusivity_activation_j_mol,
                "Electrolyte/Diffusivity activation energy [J.mol-1]",
            )?,
            conductivity_s_m: salt.conductivity_s_m.clone(),
            conductivity_activation_j_mol: needed(
                salt.conductivity_activation_j_mol,
                "Electrolyte/Conductivity activation energy [J.mol-1]",
            )?,
            electronic_conductivity_s_m: [
                needed(
                    bpx.negative.conductivity_s_m,
                    "Negative electrode/Conductivity [S.m-1]",
                )?,
                needed(
                    bpx.positive.conductivity_s_m,
                    "Positive electrode/Conductivity [S.m-1]",
                )?,
            ],
        })
    }
}

/// Paths of the optional BPX fields of one electrode.
struct OptionalPaths {
    diffusivity_activation: &'static str,
    rate_activation: &'static str,
    entropic: &'static str,
}

const NEGATIVE: OptionalPaths = OptionalPaths {
    diffusivity_activation: "Negative electrode/Diffusivity activation energy [J.mol-1]",
    rate_activation: "Negative electrode/Reaction rate constant activation energy [J.mol-1]",
    entropic: "Negative electrode/Entropic change coefficient [V.K-1]",
};

const POSITIVE: OptionalPaths = OptionalPaths {
    diffusivity_activation: "Positive electrode/Diffusivity activation energy [J.mol-1]",
    rate_activation: "Positive electrode/Reaction rate constant activation energy [J.mol-1]",
    entropic: "Positive electrode/Entropic change coefficient [V.K-1]",
};

fn needed<T>(value: Option<T>, path: &'static str) -> Result<T, FormationError> {
    value.ok_or(FormationError::MissingParameter { path })
}

fn electrode(
    bpx: &crate::model::bpx::Electrode,
    paths: OptionalPaths,
) -> Result<Electrode, FormationError> {
    Ok(Electrode {
        thickness_m: bpx.thickness_m,
        particle_radius_m: bpx.particle_radius_m,
        active_fraction: bpx.active_fraction(),
        maximum_concentration_mol_m3: bpx.maximum_concentration_mol_m3,
        diffusivity_m2_s: bpx.diffusivity_m2_s.clone(),
        diffusivity_activation_j_mol: needed(
            bpx.diffusivity_activation_j_mol,
            paths.diffusivity_activation,
        )?,
        exchange_current_scale_a_m2: FARADAY_C_MOL * bpx.rate_constant_mol_m2_s,
        exchange_current_activation_j_mol: needed(
            bpx.rate_constant_activation_j_mol,
            paths.rate_activation,
        )?,
        open_circuit_potential_v: bpx.open_circuit_potential_v.clone(),
        entropic_coefficient_v_k: needed(bpx.entropic_coefficient_v_k.clone(), paths.entropic)?,
    })
}
