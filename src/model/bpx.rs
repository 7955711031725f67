//! Reads cell parameter files in the Battery Parameter eXchange format (BPX 0.x and 1.x).
//!
//! In: JSON text. Out: [`Bpx`], typed and in SI units as the format has them (capacities in Ah).
//! Trusted: the numbers; not trusted: that they are there, have the right type, and lie where
//! physics allows. Version 0.x keeps initial concentration and temperatures inside
//! `Parameterisation`, version 1.x in `State`; both arrive in [`InitialState`]. A field that the
//! model named in the header needs is an error when missing, and so is a field nobody knows.
//! Blended electrodes and hysteresis branches are refused, not ignored; what a file says beyond
//! the models here (user-defined functions, earlier degradation) is listed in `not_modelled`.
//! The interphase comes in a block of `User-defined`, see [`extension`].
//!
//! Source: BPX standard, Faraday Institution, version 1.1.

mod error;
pub mod extension;
mod section;
mod write;

use std::collections::BTreeMap;

pub use error::BpxError;
pub use write::{Formed, after_formation};

use super::curve::Curve;
use section::Section;

/// The models a BPX file may be made for, by rising need of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModelKind {
    /// Single-particle model.
    Spm,
    /// Single-particle model with electrolyte.
    Spme,
    /// Doyle-Fuller-Newman model.
    Dfn,
}

impl std::fmt::Display for ModelKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Spm => "SPM",
            Self::Spme => "SPMe",
            Self::Dfn => "DFN",
        })
    }
}

/// A cell as a BPX file describes it: the formed cell, not the pristine one.
#[derive(Debug, Clone, PartialEq)]
pub struct Bpx {
    /// Major version of the format in the header (0 or 1).
    pub version_major: u32,
    /// Title in the header, empty when there is none.
    pub title: String,
    /// Model the header says the file serves.
    pub model: ModelKind,
    /// Cell-level parameters.
    pub cell: CellSection,
    /// Electrolyte; always there for SPMe and DFN.
    pub electrolyte: Option<Electrolyte>,
    /// Separator; always there for SPMe and DFN.
    pub separator: Option<PorousLayer>,
    /// Negative electrode.
    pub negative: Electrode,
    /// Positive electrode.
    pub positive: Electrode,
    /// Initial and ambient state where the file gives it.
    pub initial: InitialState,
    /// Interphase and pristine cell from `User-defined`, SI, by dictionary name.
    pub interphase: BTreeMap<String, f64>,
    /// Paths of fields that are read by no model here.
    pub not_modelled: Vec<String>,
}

/// Section `Cell`.
#[derive(Debug, Clone, PartialEq)]
pub struct CellSection {
    /// Area of one electrode pair, m².
    pub electrode_area_m2: f64,
    /// Electrode pairs connected in parallel.
    pub electrode_pairs: f64,
    /// Nominal capacity, Ah; a C-rate of 1 is this many amperes.
    pub nominal_capacity_ah: f64,
    /// Lower voltage cut-off, V.
    pub voltage_min_v: f64,
    /// Upper voltage cut-off, V.
    pub voltage_max_v: f64,
    /// Temperature at which temperature-dependent parameters are given, K.
    pub reference_temperature_k: Option<f64>,
    /// Outer surface of the cell, m².
    pub external_surface_area_m2: Option<f64>,
    /// Volume of the cell, m³.
    pub volume_m3: Option<f64>,
    /// Mean density of the cell, kg/m³.
    pub density_kg_m3: Option<f64>,
    /// Specific heat capacity of the cell, J/(kg K).
    pub specific_heat_j_kg_k: Option<f64>,
}

/// Section `Electrolyte`; the curves are functions of the concentration in mol/m³.
#[derive(Debug, Clone, PartialEq)]
pub struct Electrolyte {
    /// Cation transference number, 1.
    pub transference_number: f64,
    /// Diffusivity, m²/s.
    pub diffusivity_m2_s: Curve,
    /// Conductivity, S/m.
    pub conductivity_s_m: Curve,
    /// Activation energy of the diffusivity, J/mol.
    pub diffusivity_activation_j_mol: Option<f64>,
    /// Activation energy of the conductivity, J/mol.
    pub conductivity_activation_j_mol: Option<f64>,
}

/// Thickness and pore space of an electrode or separator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PorousLayer {
    /// Thickness, m.
    pub thickness_m: f64,
    /// Volume fraction of electrolyte, 1.
    pub porosity: f64,
    /// Transport efficiency (inverse MacMullin number), 1.
    pub transport_efficiency: f64,
}

/// Section `Negative electrode` or `Positive electrode` with one active material; the curves are
/// functions of the stoichiometry.
#[derive(Debug, Clone, PartialEq)]
pub struct Electrode {
    /// Thickness of the coating, m.
    pub thickness_m: f64,
    /// Pore space; always there for SPMe and DFN.
    pub porous: Option<PorousLayer>,
    /// Electronic conductivity, S/m; always there for SPMe and DFN.
    pub conductivity_s_m: Option<f64>,
    /// Particle radius, m.
    pub particle_radius_m: f64,
    /// Particle surface per electrode volume, 1/m.
    pub surface_area_1_m: f64,
    /// Lithium concentration at stoichiometry 1, mol/m³.
    pub maximum_concentration_mol_m3: f64,
    /// Stoichiometry range of the formed cell, 1.
    pub stoichiometry_range: (f64, f64),
    /// Open-circuit potential against lithium, V.
    pub open_circuit_potential_v: Curve,
    /// Entropic coefficient of the potential, V/K.
    pub entropic_coefficient_v_k: Option<Curve>,
    /// Diffusivity in the particle, m²/s.
    pub diffusivity_m2_s: Curve,
    /// Activation energy of the diffusivity, J/mol.
    pub diffusivity_activation_j_mol: Option<f64>,
    /// Reaction rate constant, mol/(m² s).
    pub rate_constant_mol_m2_s: f64,
    /// Activation energy of the rate constant, J/mol.
    pub rate_constant_activation_j_mol: Option<f64>,
}

impl Electrode {
    /// Returns the volume fraction of active material, for spheres `a R / 3`.
    #[must_use]
    pub fn active_fraction(&self) -> f64 {
        self.surface_area_1_m * self.particle_radius_m / 3.0
    }
}

/// What the file says about the start, from `State` (1.x) or `Parameterisation` (0.x).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct InitialState {
    /// Electrolyte concentration, mol/m³.
    pub electrolyte_concentration_mol_m3: Option<f64>,
    /// Temperature of the cell, K.
    pub temperature_k: Option<f64>,
    /// Temperature of the surroundings, K.
    pub ambient_temperature_k: Option<f64>,
    /// State of charge, 1.
    pub state_of_charge: Option<f64>,
    /// Heat transfer coefficient to the surroundings, W/(m² K); since 1.0.
    pub heat_transfer_w_m2_k: Option<f64>,
    /// Loss of lithium inventory of an aged cell, share; since 1.0.
    pub lithium_lost_share: Option<f64>,
}

impl Bpx {
    /// Reads a BPX document.
    ///
    /// # Errors
    /// [`BpxError`]: the first thing that keeps the document from being used, with its path.
    pub fn parse(text: &str) -> Result<Self, BpxError> {
        let json: serde_json::Value = serde_json::from_str(text).map_err(|e| BpxError::Json {
            line: e.line(),
            column: e.column(),
            message: e.to_string(),
        })?;
        let root = Section::root(&json)?;
        root.only(&["Header", "Parameterisation", "State", "Validation"])?;
        let header = root.section("Header", ModelKind::Spm)?;
        header.only(&["BPX", "Title", "Description", "References", "Model"])?;
        let version_major = header.version()?;
        let model = header.model()?;
        let body = root.section("Parameterisation", ModelKind::Spm)?;
        body.only(&[
            "Cell",
            "Electrolyte",
            "Negative electrode",
            "Positive electrode",
            "Separator",
            "User-defined",
        ])?;
        let porous = model >= ModelKind::Spme;
        let electrolyte = if porous || body.has("Electrolyte") {
            Some(body.section("Electrolyte", ModelKind::Spme)?)
        } else {
            None
        };
        let separator = if porous || body.has("Separator") {
            let section = body.section("Separator", ModelKind::Spme)?;
            section.only(&["Thickness [m]", "Porosity", "Transport efficiency"])?;
            Some(section.porous_layer()?)
        } else {
            None
        };
        let cell = body.section("Cell", ModelKind::Spm)?;
        let mut not_modelled = earlier_state(&root)?;
        let mut interphase = BTreeMap::new();
        if body.has("User-defined") {
            let own = body.section("User-defined", ModelKind::Spm)?;
            own.refuse_like("OCP", "open-circuit potential with hysteresis")?;
            interphase = extension::read(&own)?;
            not_modelled.extend(own.others(&["description", "Description", extension::BLOCK]));
        }
        Ok(Self {
            interphase,
            not_modelled,
            version_major,
            title: header.text("Title").unwrap_or_default(),
            model,
            initial: read_initial(&root, &cell, electrolyte.as_ref(), version_major)?,
            cell: read_cell(&cell)?,
            electrolyte: electrolyte.as_ref().map(read_electrolyte).transpose()?,
            separator,
            negative: read_electrode(&body.section("Negative electrode", ModelKind::Spm)?, porous)?,
            positive: read_electrode(&body.section("Positive electrode", ModelKind::Spm)?, porous)?,
        })
    }
}

/// What `State` says about hysteresis and earlier ageing, which a formation does not start from.
fn earlier_state(root: &Section) -> Result<Vec<String>, BpxError> {
    let mut found = Vec::new();
    if !root.has("State") {
        return Ok(found);
    }
    let state = root.section("State", ModelKind::Spm)?;
    state.only(&["Initial conditions", "Thermal environment", "Degradation"])?;
    if state.has("Initial conditions") {
        let initial = state.section("Initial conditions", ModelKind::Spm)?;
        initial.only(&[
            "Initial state-of-charge",
            "Initial temperature [K]",
            "Initial electrolyte concentration [mol.m-3]",
            "Initial hysteresis state: Positive electrode",
            "Initial hysteresis state: Negative electrode",
        ])?;
        for field in [
            "Initial hysteresis state: Positive electrode",
            "Initial hysteresis state: Negative electrode",
        ] {
            if initial.has(field) {
                found.push(format!("State/Initial conditions/{field}"));
            }
        }
    }
    if state.has("Degradation") {
        found.push("State/Degradation".to_owned());
    }
    Ok(found)
}

fn read_cell(cell: &Section) -> Result<CellSection, BpxError> {
    cell.only(&[
        "Electrode area [m2]",
        "External surface area [m2]",
        "Volume [m3]",
        "Number of electrode pairs connected in parallel to make a cell",
        "Lower voltage cut-off [V]",
        "Upper voltage cut-off [V]",
        "Nominal cell capacity [A.h]",
        "Reference temperature [K]",
        "Density [kg.m-3]",
        "Specific heat capacity [J.K-1.kg-1]",
        "Ambient temperature [K]",
        "Initial temperature [K]",
        "Thermal conductivity [W.m-1.K-1]",
    ])?;
    let spm = ModelKind::Spm;
    Ok(CellSection {
        electrode_area_m2: cell.positive("Electrode area [m2]", spm)?,
        electrode_pairs: cell.positive(
            "Number of electrode pairs connected in parallel to make a cell",
            spm,
        )?,
        nominal_capacity_ah: cell.positive("Nominal cell capacity [A.h]", spm)?,
        voltage_min_v: cell.positive("Lower voltage cut-off [V]", spm)?,
        voltage_max_v: cell.positive("Upper voltage cut-off [V]", spm)?,
        reference_temperature_k: cell.optional("Reference temperature [K]")?,
        external_surface_area_m2: cell.optional("External surface area [m2]")?,
        volume_m3: cell.optional("Volume [m3]")?,
        density_kg_m3: cell.optional("Density [kg.m-3]")?,
        specific_heat_j_kg_k: cell.optional("Specific heat capacity [J.K-1.kg-1]")?,
    })
}

fn read_electrolyte(section: &Section) -> Result<Electrolyte, BpxError> {
    section.only(&[
        "Initial concentration [mol.m-3]",
        "Cation transference number",
        "Diffusivity [m2.s-1]",
        "Conductivity [S.m-1]",
        "Diffusivity activation energy [J.mol-1]",
        "Conductivity activation energy [J.mol-1]",
    ])?;
    let spme = ModelKind::Spme;
    Ok(Electrolyte {
        transference_number: section.number("Cation transference number", spme)?,
        diffusivity_m2_s: section.curve("Diffusivity [m2.s-1]", spme)?,
        conductivity_s_m: section.curve("Conductivity [S.m-1]", spme)?,
        diffusivity_activation_j_mol: section
            .optional("Diffusivity activation energy [J.mol-1]")?,
        conductivity_activation_j_mol: section
            .optional("Conductivity activation energy [J.mol-1]")?,
    })
}

fn read_electrode(section: &Section, porous: bool) -> Result<Electrode, BpxError> {
    section.refuse(&[
        ("Particle", "a blend of active materials"),
        (
            "OCP (delithiation) [V]",
            "open-circuit potential with hysteresis",
        ),
        (
            "OCP (lithiation) [V]",
            "open-circuit potential with hysteresis",
        ),
    ])?;
    section.only(&[
        "Thickness [m]",
        "Porosity",
        "Transport efficiency",
        "Conductivity [S.m-1]",
        "Particle radius [m]",
        "Surface area per unit volume [m-1]",
        "Maximum concentration [mol.m-3]",
        "Minimum stoichiometry",
        "Maximum stoichiometry",
        "OCP [V]",
        "Entropic change coefficient [V.K-1]",
        "Diffusivity [m2.s-1]",
        "Diffusivity activation energy [J.mol-1]",
        "Reaction rate constant [mol.m-2.s-1]",
        "Reaction rate constant activation energy [J.mol-1]",
    ])?;
    let spm = ModelKind::Spm;
    let electrode = Electrode {
        thickness_m: section.positive("Thickness [m]", spm)?,
        porous: if porous {
            Some(section.porous_layer()?)
        } else {
            None
        },
        conductivity_s_m: if porous {
            Some(section.positive("Conductivity [S.m-1]", ModelKind::Spme)?)
        } else {
            None
        },
        particle_radius_m: section.positive("Particle radius [m]", spm)?,
        surface_area_1_m: section.positive("Surface area per unit volume [m-1]", spm)?,
        maximum_concentration_mol_m3: section.positive("Maximum concentration [mol.m-3]", spm)?,
        stoichiometry_range: section.stoichiometry_range()?,
        open_circuit_potential_v: section.curve("OCP [V]", spm)?,
        entropic_coefficient_v_k: section.optional_curve("Entropic change coefficient [V.K-1]")?,
        diffusivity_m2_s: section.curve("Diffusivity [m2.s-1]", spm)?,
        diffusivity_activation_j_mol: section
            .optional("Diffusivity activation energy [J.mol-1]")?,
        rate_constant_mol_m2_s: section.positive("Reaction rate constant [mol.m-2.s-1]", spm)?,
        rate_constant_activation_j_mol: section
            .optional("Reaction rate constant activation energy [J.mol-1]")?,
    };
    if electrode.active_fraction() >= 1.0 {
        return Err(section.out_of_range(
            "Surface area per unit volume [m-1]",
            electrode.surface_area_1_m,
            "an area that fills less than the whole volume with spheres of the given radius",
        ));
    }
    Ok(electrode)
}

fn read_initial(
    root: &Section,
    cell: &Section,
    electrolyte: Option<&Section>,
    version_major: u32,
) -> Result<InitialState, BpxError> {
    if version_major == 0 {
        return Ok(InitialState {
            electrolyte_concentration_mol_m3: match electrolyte {
                Some(section) => section.optional("Initial concentration [mol.m-3]")?,
                None => None,
            },
            temperature_k: cell.optional("Initial temperature [K]")?,
            ambient_temperature_k: cell.optional("Ambient temperature [K]")?,
            ..InitialState::default()
        });
    }
    let mut state = InitialState::default();
    if !root.has("State") {
        return Ok(state);
    }
    let section = root.section("State", ModelKind::Spm)?;
    if section.has("Initial conditions") {
        let initial = section.section("Initial conditions", ModelKind::Spm)?;
        state.electrolyte_concentration_mol_m3 =
            initial.optional("Initial electrolyte concentration [mol.m-3]")?;
        state.temperature_k = initial.optional("Initial temperature [K]")?;
        state.state_of_charge = initial.optional("Initial state-of-charge")?;
    }
    if section.has("Thermal environment") {
        let thermal = section.section("Thermal environment", ModelKind::Spm)?;
        thermal.only(&[
            "Ambient temperature [K]",
            "Heat transfer coefficient [W.m-2.K-1]",
        ])?;
        state.ambient_temperature_k = thermal.optional("Ambient temperature [K]")?;
        state.heat_transfer_w_m2_k = thermal.optional("Heat transfer coefficient [W.m-2.K-1]")?;
    }
    if section.has("Degradation") {
        let degradation = section.section("Degradation", ModelKind::Spm)?;
        state.lithium_lost_share = degradation.optional("LLI")?;
    }
    Ok(state)
}
