//! Drying: the coated web through the zones (D1–D6), free solvent first, binder-bound solvent last.
//!
//! In: solvent and solids per area, zone by zone air temperature, heat transfer and length. Out:
//! residual solvent, film temperatures, rates, both balances. State per square metre of web:
//! enthalpy (not temperature: so the energy balance closes to rounding), free solvent, bound
//! solvent, and three running totals (heat in, latent heat out, solvent out). Three phases with
//! their own laws, changed at located events:
//! *film*, wet surface until the free solvent falls to the critical one; *front*, the receding
//! front adds a pore path in series; *tail*, no free solvent, the binder-bound rest leaves by
//! first order to equilibrium with an Arrhenius rate. While free solvent is there the binder stays
//! saturated. The zone air carries what the supply air brings and a stated ratio of what the
//! balance of the whole dryer puts into the exhaust (1: well mixed), so a faster web dries against
//! air with more solvent in it. Every zone starts its own steps; a zone takes a power of two of
//! them, so a zone cut in halves takes the very same steps.

mod kernel;
mod passage;
mod verify;

use kernel::{BOUND, FREE, Kernel, Phases};
pub use passage::{Dried, LANES_MAX, Way, run_together};
pub use verify::{NumericsCheck, Piece};

use crate::twin::exhaust;
use crate::twin::film::Film;
use crate::twin::integrate::locate_fall;
use crate::twin::port::stage_values;
use crate::twin::solvent::Solvent;
use crate::twin::status::{TwinError, not_negative, open_fraction, positive};
use crate::twin::{GAS_CONSTANT_J_MOL_K, Port, STANDARD_PRESSURE_PA};

stage_values! {
    /// What holds for the whole dryer.
    DryingInputs {
        exhaust_flow: "drying.exhaust_flow", "m^3/s", Setpoint,
            "exhaust volume flow at 273.15 K and 101 325 Pa, vapour included";
        lower_explosive_limit: "drying.lower_explosive_limit", "1", Parameter,
            "lower explosive limit of the solvent in air, mole fraction";
        air_solvent_fraction: "drying.air_solvent_fraction", "1", Disturbance,
            "mole fraction of solvent in the supply air";
        air_solvent_ratio: "drying.air_solvent_ratio", "1", Parameter,
            "solvent that the web adds to the zone air over what it adds to the exhaust";
        foil_heat_capacity: "drying.foil_heat_capacity", "J/m^2/K", Material,
            "heat capacity of the foil per area";
        solids_heat_capacity: "drying.solids_heat_capacity", "J/kg/K", Material,
            "heat capacity of the dry coating";
        solvent_heat_capacity: "drying.solvent_heat_capacity", "J/kg/K", Material,
            "heat capacity of the liquid solvent";
        critical_saturation: "drying.critical_saturation", "1", Parameter,
            "share of the pore volume still filled when the surface stops being wet";
        tortuosity: "drying.tortuosity", "1", Parameter, "tortuosity of the emptied pores";
        bound_solvent: "drying.bound_solvent", "1", Parameter,
            "solvent bound in the saturated binder per mass of dry coating";
        equilibrium_solvent: "drying.equilibrium_solvent", "1", Parameter,
            "bound solvent left after endless drying, per mass of dry coating";
        desorption_rate: "drying.desorption_rate", "1/s", Parameter,
            "rate of desorption at the reference temperature";
        desorption_activation_energy: "drying.desorption_activation_energy", "J/mol", Parameter,
            "activation energy of desorption";
        desorption_reference_temperature: "drying.desorption_reference_temperature", "K",
            Parameter, "temperature at which the desorption rate holds";
    }
}

stage_values! {
    /// One dryer zone; the ports carry the zone number, see [`zone_ports`].
    ZoneInputs {
        air_temperature: "air_temperature", "K", Setpoint, "air temperature of the zone";
        length: "length", "m", Parameter, "length of the zone";
        heat_transfer_top: "heat_transfer_top", "W/m^2/K", Parameter,
            "heat transfer coefficient above the coating";
        heat_transfer_bottom: "heat_transfer_bottom", "W/m^2/K", Parameter,
            "heat transfer coefficient below the foil";
    }
}

stage_values! {
    /// The web where it leaves a zone; the ports carry the zone number, see [`zone_ports`].
    ZoneOutcomes {
        solvent: "solvent", "kg/m^2", Outcome, "solvent in the coating at the end of the zone";
        film_temperature: "film_temperature", "K", Outcome,
            "film temperature at the end of the zone";
    }
}

stage_values! {
    /// What the dryer reports.
    DryingOutcomes {
        residual_solvent: "drying.residual_solvent", "1", Outcome,
            "solvent left, mass fraction of the dry coating";
        dryer_time: "drying.dryer_time", "s", Outcome, "time of the web in the dryer";
        free_solvent_time: "drying.free_solvent_time", "s", Outcome,
            "time after which no free solvent is left; the dryer time if some stays";
        mean_rate: "drying.mean_rate", "kg/m^2/s", Outcome,
            "solvent evaporated per area and dryer time";
        peak_rate: "drying.peak_rate", "kg/m^2/s", Outcome, "greatest evaporation rate";
        shrinkage_time: "drying.shrinkage_time", "s", Outcome,
            "time until the film has shrunk to its packing, pores just full";
        shrinkage_rate: "drying.shrinkage_rate", "kg/m^2/s", Outcome,
            "mean evaporation rate until the pores are just full";
        film_temperature_max: "drying.film_temperature_max", "K", Outcome,
            "highest film temperature";
        solvent_load: "drying.solvent_load", "kg/s", Outcome,
            "solvent coated per time, all of it counted as vapour";
        evaporated_load: "drying.evaporated_load", "kg/s", Outcome,
            "solvent evaporated per time, what stays in the web not counted";
        exhaust_lel: "drying.exhaust_lel", "1", Outcome,
            "solvent in the exhaust over its lower explosive limit";
        extrapolated_share: "drying.extrapolated_share", "1", Outcome,
            "share of the solvent evaporated below the vapour-pressure fit, at most";
        heat_power: "drying.heat_power", "W", Outcome, "heat taken up by the web";
        solvent_closure: "drying.solvent_closure", "1", Outcome,
            "relative error of the solvent balance";
        energy_closure: "drying.energy_closure", "1", Outcome,
            "relative error of the energy balance";
    }
}

/// A dryer zone as the web meets it, however the line came to its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zone {
    /// Air temperature, K.
    pub air_temperature: f64,
    /// Length, m.
    pub length: f64,
    /// Heat transfer coefficient above the coating, W/(m² K).
    pub heat_transfer_top: f64,
    /// Heat transfer coefficient below the foil, W/(m² K).
    pub heat_transfer_bottom: f64,
    /// Infrared heat the web absorbs, W/m².
    pub infrared: f64,
}

impl From<ZoneInputs> for Zone {
    fn from(inputs: ZoneInputs) -> Self {
        Self {
            air_temperature: inputs.air_temperature,
            length: inputs.length,
            heat_transfer_top: inputs.heat_transfer_top,
            heat_transfer_bottom: inputs.heat_transfer_bottom,
            infrared: 0.0,
        }
    }
}

/// Renames the ports of a zone table to `drying.zone[number].suffix`, `number` counted from 1.
#[must_use]
pub fn zone_ports(table: Vec<Port>, number: usize) -> Vec<Port> {
    let rename = |port: Port| Port {
        name: format!("drying.zone[{number}].{}", port.name),
        ..port
    };
    table.into_iter().map(rename).collect()
}

/// The coating as it enters the dryer, per square metre of web.
#[derive(Clone, Copy, Debug)]
pub struct Web {
    /// The solvent.
    pub solvent: Solvent,
    /// Dry coating, kg/m².
    pub areal_loading_kg_m2: f64,
    /// Solvent, kg/m².
    pub solvent_kg_m2: f64,
    /// Density of the liquid solvent, kg/m³.
    pub solvent_density_kg_m3: f64,
    /// Thickness of the dry coating, m.
    pub dry_thickness_m: f64,
    /// Porosity of the dry coating.
    pub porosity: f64,
    /// Temperature of the web before the dryer, K.
    pub temperature_k: f64,
    /// Speed of the web, m/s.
    pub speed_m_s: f64,
    /// Coated width, m.
    pub width_m: f64,
    /// Whether both sides are wet: loading and solvent are then those of both sides together.
    pub both_sides_wet: bool,
}

/// What governs the solvent at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The surface is wet.
    Film,
    /// The evaporation front recedes into the pores.
    Front,
    /// Only binder-bound solvent is left.
    Tail,
}

/// Per square metre of web: enthalpy above 273.15 K (J), free and bound solvent (kg), and the
/// totals heat in (J), latent heat out (J), solvent out (kg).
pub type State<R = f64> = [R; 6];

/// Zero of the enthalpy, K: it cancels in every balance.
const ENTHALPY_ZERO_K: f64 = 273.15;
/// Largest step as a share of the time in which the dry web follows the air: keeps the film within
/// 2e-3 K and the free solvent within 5e-6 of what was coated (see `verify_numerics`).
const STEP_SHARE: f64 = 0.45;
/// Largest step times desorption rate.
const STEP_DESORPTION: f64 = 0.25;
/// Most steps in one zone; a demo zone takes 32.
const STEPS_MAX: f64 = 65_536.0;

/// A state on the way through the dryer.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Zone, counted from 0.
    pub zone: usize,
    /// Phase that ends in this node.
    pub phase: Phase,
    /// Time since entering the zone, s.
    pub zone_time_s: f64,
    /// The state.
    pub state: State,
}

/// The dryer: constants of the web and the laws of its three phases.
#[derive(Clone, Copy, Debug)]
pub struct Dryer {
    web: Web,
    inputs: DryingInputs,
    kernel: Kernel,
    /// Solvent at which the pores of the dry layer are just full, kg/m²: the film stops shrinking.
    pores_full_kg_m2: f64,
    /// Solvent in the exhaust, mole fraction: supply air and all that is coated.
    exhaust_fraction: f64,
    /// Partial pressure of the solvent in the zone air, Pa.
    vapour_pa: f64,
}

impl Dryer {
    /// Makes the dryer for a web.
    ///
    /// # Errors
    /// [`TwinError::OutOfDomain`] naming the input.
    pub fn new(web: Web, inputs: &DryingInputs) -> Result<Self, TwinError> {
        positive("drying.exhaust_flow", inputs.exhaust_flow)?;
        open_fraction("drying.lower_explosive_limit", inputs.lower_explosive_limit)?;
        not_negative("drying.air_solvent_fraction", inputs.air_solvent_fraction)?;
        not_negative("drying.air_solvent_ratio", inputs.air_solvent_ratio)?;
        not_negative("drying.foil_heat_capacity", inputs.foil_heat_capacity)?;
        positive("drying.solids_heat_capacity", inputs.solids_heat_capacity)?;
        positive("drying.solvent_heat_capacity", inputs.solvent_heat_capacity)?;
        open_fraction("drying.critical_saturation", inputs.critical_saturation)?;
        positive("drying.tortuosity", inputs.tortuosity)?;
        not_negative("drying.equilibrium_solvent", inputs.equilibrium_solvent)?;
        positive("drying.desorption_rate", inputs.desorption_rate)?;
        not_negative(
            "drying.desorption_activation_energy",
            inputs.desorption_activation_energy,
        )?;
        positive(
            "drying.desorption_reference_temperature",
            inputs.desorption_reference_temperature,
        )?;
        positive("slurry.temperature", web.temperature_k)?;
        let free_kg_m2 = web.solvent_kg_m2 - inputs.bound_solvent * web.areal_loading_kg_m2;
        if !(inputs.bound_solvent >= inputs.equilibrium_solvent && free_kg_m2 > 0.0) {
            return Err(TwinError::OutOfDomain {
                quantity: "drying.bound_solvent",
                value: inputs.bound_solvent,
                expected: "at least the equilibrium solvent and less than all solvent coated",
            });
        }
        let added = exhaust::vapour_fraction(
            web.solvent_kg_m2 * web.width_m * web.speed_m_s,
            web.solvent.molar_mass_kg_mol(),
            inputs.exhaust_flow,
        );
        let sides = if web.both_sides_wet { 2.0 } else { 1.0 };
        let pores_full_kg_m2 =
            sides * web.solvent_density_kg_m3 * web.porosity * web.dry_thickness_m;
        let in_air = inputs.air_solvent_fraction + inputs.air_solvent_ratio * added;
        Ok(Self {
            web,
            inputs: *inputs,
            exhaust_fraction: inputs.air_solvent_fraction + added,
            vapour_pa: in_air * STANDARD_PRESSURE_PA,
            kernel: kernel(&web, inputs, sides),
            pores_full_kg_m2,
        })
    }

    /// State and phase of the web before the first zone.
    #[must_use]
    pub fn entry(&self) -> (State, Phase) {
        let bound = self.inputs.bound_solvent * self.web.areal_loading_kg_m2;
        let free = self.web.solvent_kg_m2 - bound;
        let capacity = self.kernel.dry_heat_j_m2_k
            + self.web.solvent_kg_m2 * self.inputs.solvent_heat_capacity;
        let enthalpy = capacity * (self.web.temperature_k - ENTHALPY_ZERO_K);
        let phase = if free > self.kernel.critical_kg_m2 {
            Phase::Film
        } else {
            Phase::Front
        };
        ([enthalpy, free, bound, 0.0, 0.0, 0.0], phase)
    }

    /// Film temperature of a state, K.
    #[inline]
    #[must_use]
    pub fn temperature_k(&self, state: &State) -> f64 {
        self.kernel.temperature_k(state)
    }

    /// All solvent in a state, kg/m².
    #[must_use]
    pub fn solvent_kg_m2(state: &State) -> f64 {
        state[FREE] + state[BOUND]
    }

    /// Air side of a zone, `number` counted from 1.
    ///
    /// # Errors
    /// [`TwinError::ZoneOutOfDomain`], [`TwinError::AboveVapourPressureRange`] and
    /// [`TwinError::AirSaturated`].
    pub fn film(&self, zone: &Zone, number: usize) -> Result<Film, TwinError> {
        for (quantity, value) in [
            ("air_temperature", zone.air_temperature),
            ("length", zone.length),
            ("heat_transfer_top", zone.heat_transfer_top),
            ("heat_transfer_bottom", zone.heat_transfer_bottom),
            ("infrared_flux", zone.infrared),
        ] {
            // A foil may lie on a plate, and most zones have no emitters.
            let may_be_zero = ["heat_transfer_bottom", "infrared_flux"].contains(&quantity);
            let zero_is_real = may_be_zero && value == 0.0;
            if value.is_nan() || (value <= 0.0 && !zero_is_real) {
                return Err(TwinError::ZoneOutOfDomain {
                    zone: number,
                    quantity,
                    value,
                });
            }
        }
        let film = Film {
            zone: number,
            solvent: self.web.solvent,
            air_k: zone.air_temperature,
            vapour_pa: self.vapour_pa,
            top_w_m2_k: zone.heat_transfer_top,
            bottom_w_m2_k: zone.heat_transfer_bottom,
            infrared_w_m2: zone.infrared,
            both_sides_wet: self.web.both_sides_wet,
        };
        let (_, maximum_k) = self.web.solvent.vapour_pressure_range_k();
        // Water air is often above the boiling point; the film then stays below it by itself.
        if film.air_k > maximum_k {
            return Err(TwinError::AboveVapourPressureRange {
                zone: number,
                temperature_k: film.air_k,
                maximum_k,
            });
        }
        if film.vapour_pa >= self.web.solvent.vapour_pressure_pa(film.air_k) {
            return Err(TwinError::AirSaturated { zone: number });
        }
        Ok(film)
    }

    /// Rate of change of the state (D1, D2), per second.
    ///
    /// # Errors
    /// What [`Film::evaporation_kg_m2_s`] refuses.
    #[inline]
    pub fn rate(&self, film: &Film, phase: Phase, state: &State) -> Result<State, TwinError> {
        match self.kernel.rate(film, &Phases::from_fn(|_| phase), state) {
            (rate, false) => Ok(rate),
            (_, true) => Err(film.refusal(self.temperature_k(state))),
        }
    }

    /// Number of steps for a zone: a power of two that resolves heating and desorption.
    fn steps(&self, film: &Film, duration_s: f64) -> Result<u32, TwinError> {
        let heating_1_s = (film.top_w_m2_k + film.bottom_w_m2_k) / self.kernel.dry_heat_j_m2_k;
        let desorption_1_s = self.kernel.desorption_1_s(film.dry_end_k());
        let needed = duration_s * (heating_1_s / STEP_SHARE).max(desorption_1_s / STEP_DESORPTION);
        if needed.is_nan() || needed > STEPS_MAX {
            return Err(TwinError::StepLimit {
                zone: film.zone,
                steps: needed,
            });
        }
        let mut steps = 1;
        while f64::from(steps) < needed {
            steps *= 2;
        }
        Ok(steps)
    }

    /// Takes one step of the zone's grid, in pieces if events fall into it.
    fn step(
        &self,
        film: &Film,
        start: (State, Phase),
        step_s: f64,
        mut visit: impl FnMut(f64, Phase, &State),
    ) -> Result<(State, Phase), TwinError> {
        let (mut state, mut phase) = start;
        let mut left_s = step_s;
        // Two events end the film and the front; a third piece finishes the step.
        for _ in 0..3 {
            let stepped = |step_s: f64| self.stepped(film, phase, &state, step_s);
            let after = stepped(left_s)?;
            let level = match phase {
                Phase::Film => self.kernel.critical_kg_m2,
                Phase::Front => 0.0,
                Phase::Tail => f64::NEG_INFINITY,
            };
            if after[FREE] > level {
                if phase == Phase::Front && after[FREE] > self.kernel.critical_kg_m2 {
                    return Err(TwinError::PoresRefill { zone: film.zone });
                }
                visit(step_s, phase, &after);
                return Ok((after, phase));
            }
            let (piece_s, crossing) =
                locate_fall(stepped, state[FREE], &after, left_s, (FREE, level))?;
            state = crossing;
            state[FREE] = level;
            left_s -= piece_s;
            visit(step_s - left_s, phase, &state);
            phase = match phase {
                Phase::Film => Phase::Front,
                Phase::Front | Phase::Tail => Phase::Tail,
            };
        }
        Ok((state, phase))
    }

    /// The state one step of any length later.
    ///
    /// # Errors
    /// The refusal of the first stage that has no rate.
    fn stepped(
        &self,
        film: &Film,
        phase: Phase,
        state: &State,
        step_s: f64,
    ) -> Result<State, TwinError> {
        let phases = Phases::from_fn(|_| phase);
        let stepped = self.kernel.step(film, &phases, state, step_s);
        if !stepped.refused {
            return Ok(stepped.state);
        }
        // Which stage it was only matters for the message: take them one by one again.
        let half_s = 0.5 * step_s;
        let moved =
            |rate: &State, step_s: f64| std::array::from_fn(|i| state[i] + step_s * rate[i]);
        let first = self.rate(film, phase, state)?;
        let second = self.rate(film, phase, &moved(&first, half_s))?;
        let third = self.rate(film, phase, &moved(&second, half_s))?;
        self.rate(film, phase, &moved(&third, step_s))
    }
}

/// What the laws need of a web, one or both sides of it coated wet.
fn kernel(web: &Web, inputs: &DryingInputs, sides: f64) -> Kernel {
    let critical_kg_m2 = sides
        * inputs.critical_saturation
        * web.solvent_density_kg_m3
        * web.porosity
        * web.dry_thickness_m;
    Kernel {
        dry_heat_j_m2_k: inputs.foil_heat_capacity
            + web.areal_loading_kg_m2 * inputs.solids_heat_capacity,
        solvent_heat_j_kg_k: inputs.solvent_heat_capacity,
        critical_kg_m2,
        per_critical_m2_kg: 1.0 / critical_kg_m2,
        full_path_m: web.dry_thickness_m * inputs.tortuosity / web.porosity,
        left_kg_m2: inputs.equilibrium_solvent * web.areal_loading_kg_m2,
        desorption_1_s: inputs.desorption_rate,
        desorption_k: inputs.desorption_activation_energy / GAS_CONSTANT_J_MOL_K,
        reference_1_k: 1.0 / inputs.desorption_reference_temperature,
    }
}
