//! The cell and its filling: anode, capacity balance, pore volume and electrolyte mass (F1),
//! wetting time (F2), trapped gas (F3), HF cap (H1) and water budget (H3).
//!
//! In: the rolled cathode, a minimal graphite anode (loading, thickness, capacity), separator,
//! stack and electrolyte data. Out: N/P ratio, electrolyte per capacity, wetting time, water per
//! capacity. The anode is coated on the same stack area; edges and overhang are left out.
//! Penetration is Lucas–Washburn with one effective radius: the measured coefficient is not
//! monotone in porosity (Sheng et al. 2014, doi 10.3389/fenrg.2014.00056), so it must be given, not
//! derived.

use crate::math;
use crate::twin::calendering::CalenderingOutcomes;
use crate::twin::port::stage_values;
use crate::twin::status::{TwinError, not_negative, open_fraction, positive};

stage_values! {
    /// The stack around the cathode.
    CellInputs {
        specific_capacity: "coating.specific_capacity", "C/kg", Material,
            "reversible charge per mass of cathode active material in the cell's window";
        first_charge_capacity: "coating.first_charge_capacity", "C/kg", Material,
            "charge of the first charge per mass of cathode active material";
        anode_loading: "anode.areal_loading", "kg/m^2", Setpoint,
            "dry mass per area of the anode, one side";
        anode_thickness: "anode.thickness", "m", Setpoint,
            "thickness of one rolled anode coating";
        anode_true_density: "anode.true_density", "kg/m^3", Material,
            "true density of the anode coating, without pores";
        anode_active_fraction: "anode.active_fraction", "1", Setpoint,
            "mass fraction of graphite in the anode coating";
        anode_specific_capacity: "anode.specific_capacity", "C/kg", Material,
            "charge per mass of graphite, full lithiation";
        separator_thickness: "cell.separator_thickness", "m", Material, "separator thickness";
        separator_porosity: "cell.separator_porosity", "1", Material, "separator porosity";
        separator_areal_mass: "cell.separator_areal_mass", "kg/m^2", Material,
            "separator mass per area";
        electrode_area: "cell.electrode_area", "m^2", Setpoint,
            "area of one electrode pair facing each other";
        electrode_pairs: "cell.electrode_pairs", "1", Setpoint,
            "electrode pairs in parallel";
        electrode_width: "cell.electrode_width", "m", Setpoint,
            "shorter side of the stack, open on both edges";
        cathode_water: "cell.cathode_water", "1", Material,
            "water in the cathode coating before assembly, mass fraction";
        anode_water: "cell.anode_water", "1", Material,
            "water in the anode coating before assembly, mass fraction";
        separator_water: "cell.separator_water", "1", Material,
            "water in the separator before assembly, mass fraction";
    }
}

stage_values! {
    /// The electrolyte and how it is filled.
    FillingInputs {
        density: "electrolyte.density", "kg/m^3", Material, "electrolyte density";
        viscosity: "electrolyte.viscosity", "Pa*s", Material, "electrolyte viscosity";
        surface_tension: "electrolyte.surface_tension", "N/m", Material,
            "electrolyte surface tension";
        water: "electrolyte.water", "1", Material, "water in the electrolyte, mass fraction";
        hf: "electrolyte.hf", "1", Material, "free HF in the electrolyte, mass fraction";
        excess: "filling.excess", "1", Setpoint, "electrolyte beyond the pore volume, as a share";
        contact_angle: "filling.contact_angle", "rad", Parameter,
            "contact angle of electrolyte on the electrode";
        effective_pore_radius: "filling.effective_pore_radius", "m", Parameter,
            "pore radius that gives the measured penetration";
        vacuum_pressure: "filling.vacuum_pressure", "Pa", Setpoint,
            "gas pressure in the cell before filling";
        fill_pressure: "filling.fill_pressure", "Pa", Setpoint, "gas pressure after filling";
        capillary_pressure: "filling.capillary_pressure", "Pa", Parameter,
            "capillary pressure that helps to compress trapped gas; 0 is conservative";
    }
}

stage_values! {
    /// What cell and filling report.
    FillingOutcomes {
        anode_porosity: "anode.porosity", "1", Outcome, "porosity of the rolled anode";
        n_to_p_ratio: "cell.n_to_p_ratio", "1", Outcome,
            "areal capacity of the anode over the first charge of the cathode";
        capacity: "cell.capacity", "C", Outcome, "reversible capacity of the cell, by the cathode";
        pore_volume: "cell.pore_volume", "m^3", Outcome,
            "pore volume of electrodes and separator";
        electrolyte_mass: "filling.electrolyte_mass", "kg", Outcome, "electrolyte filled in";
        electrolyte_per_capacity: "filling.electrolyte_per_capacity", "kg/C", Outcome,
            "electrolyte mass per reversible capacity";
        wetting_time: "filling.wetting_time", "s", Outcome,
            "time until the fronts from both edges meet";
        residual_void: "filling.residual_void", "1", Outcome,
            "share of the pores held by trapped gas";
        hf_cap: "electrolyte.hf_cap", "1", Outcome,
            "HF if all water of the electrolyte hydrolyses, mass fraction";
        water_budget: "cell.water_budget", "kg/C", Outcome,
            "water in the cell per reversible capacity";
        water_released: "cell.water_released", "1", Outcome,
            "all water of the cell over the electrolyte, mass fraction if none stays bound";
        hf_budget: "cell.hf_budget", "kg/C", Outcome,
            "HF per reversible capacity if all water of the cell hydrolyses";
    }
}

/// Mass of HF per mass of water in the first hydrolysis step of LiPF6, two HF per H2O:
/// 2 × 20.006 / 18.015 (H1).
pub const HF_PER_WATER: f64 = 2.2210;

/// Runs the stage on the rolled cathode; `active_fraction` is the cathode's.
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input.
pub fn fill(
    cell: &CellInputs,
    filling: &FillingInputs,
    cathode: &CalenderingOutcomes,
    active_fraction: f64,
) -> Result<FillingOutcomes, TwinError> {
    check_cell(cell)?;
    check_filling(filling)?;
    let area_m2 = cell.electrode_area * cell.electrode_pairs;
    let anode_porosity =
        1.0 - cell.anode_loading / (cell.anode_true_density * cell.anode_thickness);
    open_fraction("anode.porosity", anode_porosity)?;
    let active_kg_m2 = cathode.areal_loading * active_fraction;
    let capacity = active_kg_m2 * cell.specific_capacity * area_m2;
    let pore_volume = area_m2
        * (cathode.thickness * cathode.porosity
            + cell.anode_thickness * anode_porosity
            + cell.separator_thickness * cell.separator_porosity);
    let electrolyte_mass = filling.density * pore_volume * (1.0 + filling.excess);
    let water_kg = area_m2
        * (cathode.areal_loading * cell.cathode_water
            + cell.anode_loading * cell.anode_water
            + cell.separator_areal_mass * cell.separator_water)
        + electrolyte_mass * filling.water;
    Ok(FillingOutcomes {
        anode_porosity,
        n_to_p_ratio: cell.anode_loading
            * cell.anode_active_fraction
            * cell.anode_specific_capacity
            / (active_kg_m2 * cell.first_charge_capacity),
        capacity,
        pore_volume,
        electrolyte_mass,
        electrolyte_per_capacity: electrolyte_mass / capacity,
        wetting_time: wetting_time_s(cell.electrode_width, penetration_m_sqrt_s(filling)),
        residual_void: filling.vacuum_pressure
            / (filling.fill_pressure + filling.capillary_pressure),
        hf_cap: hf_cap(filling.hf, filling.water),
        water_budget: water_kg / capacity,
        water_released: water_kg / electrolyte_mass,
        hf_budget: (electrolyte_mass * filling.hf + HF_PER_WATER * water_kg) / capacity,
    })
}

fn check_cell(cell: &CellInputs) -> Result<(), TwinError> {
    positive("coating.specific_capacity", cell.specific_capacity)?;
    positive("coating.first_charge_capacity", cell.first_charge_capacity)?;
    positive("anode.areal_loading", cell.anode_loading)?;
    positive("anode.thickness", cell.anode_thickness)?;
    positive("anode.true_density", cell.anode_true_density)?;
    positive("anode.active_fraction", cell.anode_active_fraction)?;
    positive("anode.specific_capacity", cell.anode_specific_capacity)?;
    positive("cell.separator_thickness", cell.separator_thickness)?;
    open_fraction("cell.separator_porosity", cell.separator_porosity)?;
    not_negative("cell.separator_areal_mass", cell.separator_areal_mass)?;
    positive("cell.electrode_area", cell.electrode_area)?;
    positive("cell.electrode_pairs", cell.electrode_pairs)?;
    positive("cell.electrode_width", cell.electrode_width)?;
    not_negative("cell.cathode_water", cell.cathode_water)?;
    not_negative("cell.anode_water", cell.anode_water)?;
    not_negative("cell.separator_water", cell.separator_water)
}

fn check_filling(filling: &FillingInputs) -> Result<(), TwinError> {
    positive("electrolyte.density", filling.density)?;
    positive("electrolyte.viscosity", filling.viscosity)?;
    positive("electrolyte.surface_tension", filling.surface_tension)?;
    not_negative("electrolyte.water", filling.water)?;
    not_negative("electrolyte.hf", filling.hf)?;
    not_negative("filling.excess", filling.excess)?;
    positive(
        "filling.effective_pore_radius",
        filling.effective_pore_radius,
    )?;
    not_negative("filling.contact_angle", filling.contact_angle)?;
    positive(
        "cosine of filling.contact_angle",
        math::cos(filling.contact_angle),
    )?;
    not_negative("filling.vacuum_pressure", filling.vacuum_pressure)?;
    not_negative("filling.capillary_pressure", filling.capillary_pressure)?;
    positive("filling.fill_pressure", filling.fill_pressure)?;
    let outside = filling.fill_pressure + filling.capillary_pressure;
    if filling.vacuum_pressure > outside {
        return Err(TwinError::OutOfDomain {
            quantity: "filling.vacuum_pressure",
            value: filling.vacuum_pressure,
            expected: "at most `filling.fill_pressure` and `filling.capillary_pressure` together",
        });
    }
    Ok(())
}

/// Penetration coefficient K of the front L = K·√t, m/s^0.5 (Lucas–Washburn, F2).
#[must_use]
pub fn penetration_m_sqrt_s(filling: &FillingInputs) -> f64 {
    (filling.effective_pore_radius * filling.surface_tension * math::cos(filling.contact_angle)
        / (2.0 * filling.viscosity))
        .sqrt()
}

/// Time, s, to wet a sheet of a width in m that is open on both edges (F2).
#[must_use]
pub fn wetting_time_s(width_m: f64, penetration_m_sqrt_s: f64) -> f64 {
    let root = width_m / (2.0 * penetration_m_sqrt_s);
    root * root
}

/// Most HF, mass fraction, that an electrolyte can hold after its water has hydrolysed (H1).
#[must_use]
pub fn hf_cap(hf: f64, water: f64) -> f64 {
    hf + HF_PER_WATER * water
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A cell of 1 Ah on 1 m² with the masses of the water budget's example: cathode 5.5 g (of it
    /// 95 % active at 3 600 C / 5.225e-3 kg), anode 3.2 g, separator 0.2 g, electrolyte 1.5 g
    /// (pores 0.4 + 0.4 + 0.2 cm³, a quarter in excess, 1.2 g/cm³).
    fn example(capillary_pa: f64) -> Result<FillingOutcomes, TwinError> {
        let cell = CellInputs {
            specific_capacity: 3_600.0 / 5.225e-3,
            first_charge_capacity: 3_900.0 / 5.225e-3,
            anode_loading: 3.2e-3,
            anode_thickness: 2e-6,
            anode_true_density: 2_000.0,
            anode_active_fraction: 0.95,
            anode_specific_capacity: 1.3e6,
            separator_thickness: 0.4e-6,
            separator_porosity: 0.5,
            separator_areal_mass: 0.2e-3,
            electrode_area: 0.25,
            electrode_pairs: 4.0,
            electrode_width: 0.1,
            cathode_water: 300e-6,
            anode_water: 500e-6,
            separator_water: 500e-6,
        };
        let filling = FillingInputs {
            density: 1_200.0,
            viscosity: 3e-3,
            surface_tension: 0.03,
            water: 20e-6,
            hf: 10e-6,
            excess: 0.25,
            contact_angle: 0.2,
            effective_pore_radius: 1e-7,
            vacuum_pressure: 5_000.0,
            fill_pressure: 101_300.0,
            capillary_pressure: capillary_pa,
        };
        let cathode = CalenderingOutcomes {
            porosity: 0.5,
            thickness: 0.8e-6,
            coating_density: 6_875.0,
            areal_loading: 5.5e-3,
        };
        fill(&cell, &filling, &cathode, 0.95)
    }

    /// H3: 5.5 g/Ah · 300 ppm + 3.2 · 500 + 0.2 · 500 + 1.5 · 20 = 1.65 + 1.6 + 0.1 + 0.03 =
    /// 3.38 mg/Ah; over 1.5 g that is 2 253.3 ppm, and HF 0.015 mg + 2.2210 · 3.38 mg per Ah.
    #[test]
    fn water_budget_is_that_of_the_published_example() -> Result<(), TwinError> {
        let out = example(0.0)?;
        let mg_per_ah = |kg_per_c: f64| kg_per_c * 1e6 * 3_600.0;
        assert!((out.capacity / 3_600.0 - 1.0).abs() < 1e-12);
        assert!((out.electrolyte_mass / 1.5e-3 - 1.0).abs() < 1e-12);
        let budget = mg_per_ah(out.water_budget);
        assert!((budget - 3.38).abs() < 1e-9, "{budget}");
        assert!((out.water_released * 1e6 - 2_253.333_333).abs() < 1e-5);
        let hf = mg_per_ah(out.hf_budget);
        assert!((hf - (0.015 + 2.2210 * 3.38)).abs() < 1e-9, "{hf}");
        Ok(())
    }

    /// F3: 50 mbar filled at 1 013 mbar leaves 50/1013 = 4.9358 % of the pores; 200 mbar of
    /// capillary pressure compress it to 50/1213 = 4.1220 %.
    #[test]
    fn fifty_millibar_leave_five_percent_void() -> Result<(), TwinError> {
        assert!((example(0.0)?.residual_void - 0.049_358_34).abs() < 1e-8);
        assert!((example(20e3)?.residual_void - 0.041_220_12).abs() < 1e-8);
        Ok(())
    }

    #[test]
    fn wetting_time_grows_with_the_square_of_the_width() {
        let ratio = wetting_time_s(0.20, 2e-4) / wetting_time_s(0.03, 2e-4);
        assert!((ratio - 400.0 / 9.0).abs() < 1e-9);
    }

    #[test]
    fn twenty_ppm_water_and_fifty_ppm_hf_exceed_fifty_ppm_at_use() {
        assert!((hf_cap(0.0, 20e-6) - 44.42e-6).abs() < 1e-12);
        assert!(hf_cap(50e-6, 20e-6) > 50e-6);
        assert!((HF_PER_WATER - 2.0 * 20.006 / 18.015).abs() < 1e-4);
    }
}
