//! Slot-die coating: mass conservation (C1–C4), rates, the low-flow limit (C5), the amplification
//! of solids errors (C9).
//!
//! In: web speed, areal loading of one side (dry), width, gap, and the slurry. The loading is the
//! setpoint, held by the pump: the slurry flow follows. Out: wet thickness, flow, coated area, and
//! the margin of the wet thickness over the least one the bead holds. The low-flow limit is used
//! untruncated, h_min = H·k/(1+k) with k = 0.67·Ca^(2/3) (Ruschak 1976, recalled); it is strict for
//! Ca < 0.1 and indicative to Ca ≈ 1, so above that the sample is flagged.

use crate::math;
use crate::twin::port::stage_values;
use crate::twin::slurry::Slurry;
use crate::twin::status::{Flags, TwinError, open_fraction, positive};

stage_values! {
    /// How the slurry is laid down.
    CoatingInputs {
        web_speed: "coating.web_speed", "m/s", Setpoint, "speed of the foil";
        areal_loading: "coating.areal_loading", "kg/m^2", Setpoint,
            "dry mass per area, one side, as coated";
        width: "coating.width", "m", Setpoint, "coated width";
        gap: "coating.gap", "m", Setpoint, "distance of the die lip from the foil";
        surface_tension: "coating.surface_tension", "N/m", Material,
            "surface tension of the slurry";
        porosity: "coating.porosity", "1", Material, "porosity of the coating as dried";
    }
}

stage_values! {
    /// What the coating stage reports.
    CoatingOutcomes {
        wet_thickness: "coating.wet_thickness", "m", Outcome, "thickness of the wet film";
        dry_thickness: "coating.dry_thickness", "m", Outcome,
            "thickness of one coating as dried, before rolling";
        solvent_loading: "coating.solvent_loading", "kg/m^2", Outcome,
            "solvent per area as coated, one side";
        slurry_flow: "slurry.flow", "m^3/s", Outcome, "volume flow of slurry to the die";
        area_rate: "coating.coated_area_rate", "m^2/s", Outcome, "coated area per time, one side";
        capillary_number: "coating.capillary_number", "1", Outcome,
            "viscous over capillary forces at the shear rate of the gap";
        gap_ratio: "coating.gap_ratio", "1", Outcome, "gap over wet thickness";
        minimum_thickness: "coating.minimum_thickness", "m", Outcome,
            "least wet thickness the bead holds";
        window_margin: "coating.window_margin", "1", Outcome,
            "wet thickness over the least one";
        solids_amplification: "coating.solids_amplification", "1", Outcome,
            "relative error of the loading per relative error of the solids, volumetric pump";
    }
}

/// Prefactor of the low-flow limit: half of the 1.34 of the film-coating law of Landau and Levich
/// in Ruschak's form.
const LOW_FLOW_PREFACTOR: f64 = 0.67;
/// Capillary number above which the low-flow limit is not even indicative.
pub const LOW_FLOW_CAPILLARY_MAX: f64 = 1.0;

/// Runs the stage.
///
/// # Errors
/// A geometry, speed or fraction outside its domain.
pub fn coat(
    inputs: &CoatingInputs,
    slurry: &Slurry,
    solids: f64,
    solvent_density_kg_m3: f64,
) -> Result<(CoatingOutcomes, Flags), TwinError> {
    positive("coating.web_speed", inputs.web_speed)?;
    positive("coating.areal_loading", inputs.areal_loading)?;
    positive("coating.width", inputs.width)?;
    positive("coating.gap", inputs.gap)?;
    positive("coating.surface_tension", inputs.surface_tension)?;
    open_fraction("coating.porosity", inputs.porosity)?;
    let wet_thickness = wet_thickness_m(inputs.areal_loading, solids, slurry.density_kg_m3);
    let area_rate = inputs.width * inputs.web_speed;
    let viscosity = slurry.viscosity_pa_s(inputs.web_speed / inputs.gap);
    let capillary_number = viscosity * inputs.web_speed / inputs.surface_tension;
    let minimum_thickness = minimum_thickness_m(inputs.gap, capillary_number);
    let flags = if capillary_number > LOW_FLOW_CAPILLARY_MAX {
        Flags::COATING_EXTRAPOLATED
    } else {
        Flags::NONE
    };
    let outcomes = CoatingOutcomes {
        wet_thickness,
        dry_thickness: dry_thickness_m(
            inputs.areal_loading,
            slurry.true_density_kg_m3,
            inputs.porosity,
        ),
        solvent_loading: solvent_loading_kg_m2(inputs.areal_loading, solids),
        slurry_flow: wet_thickness * area_rate,
        area_rate,
        capillary_number,
        gap_ratio: inputs.gap / wet_thickness,
        minimum_thickness,
        window_margin: wet_thickness / minimum_thickness,
        solids_amplification: slurry.density_kg_m3 / solvent_density_kg_m3,
    };
    Ok((outcomes, flags))
}

/// Wet thickness, m, of a dry loading in kg/m² (C2 solved for h_w).
#[must_use]
pub fn wet_thickness_m(areal_loading_kg_m2: f64, solids: f64, slurry_density_kg_m3: f64) -> f64 {
    areal_loading_kg_m2 / (solids * slurry_density_kg_m3)
}

/// Solvent per area, kg/m², that comes with a dry loading (C3).
#[must_use]
pub fn solvent_loading_kg_m2(areal_loading_kg_m2: f64, solids: f64) -> f64 {
    areal_loading_kg_m2 * (1.0 - solids) / solids
}

/// Thickness of a dry layer, m (C4).
#[must_use]
pub fn dry_thickness_m(areal_loading_kg_m2: f64, true_density_kg_m3: f64, porosity: f64) -> f64 {
    areal_loading_kg_m2 / (true_density_kg_m3 * (1.0 - porosity))
}

/// Least wet thickness, m, at a gap and capillary number (C5, untruncated).
#[must_use]
pub fn minimum_thickness_m(gap_m: f64, capillary_number: f64) -> f64 {
    let root = math::cbrt(capillary_number);
    let k = LOW_FLOW_PREFACTOR * root * root;
    gap_m * k / (1.0 + k)
}

/// Capillary number at which a thickness is the least one: the inverse of
/// [`minimum_thickness_m`].
///
/// # Errors
/// [`TwinError::OutOfDomain`] unless 0 < thickness < gap.
pub fn limiting_capillary_number(gap_m: f64, thickness_m: f64) -> Result<f64, TwinError> {
    if !(thickness_m > 0.0 && thickness_m < gap_m) {
        return Err(TwinError::OutOfDomain {
            quantity: "coating.minimum_thickness",
            value: thickness_m,
            expected: "a thickness between 0 and the gap, both excluded",
        });
    }
    let base = thickness_m / ((gap_m - thickness_m) * LOW_FLOW_PREFACTOR);
    Ok(base * base.sqrt())
}

/// Relative 1-sigma variation of the loading behind a volumetric pump (C9) from those of pump
/// flow, speed, width, solids and the part of the density not caused by the solids.
#[must_use]
pub fn loading_variation(
    flow: f64,
    speed: f64,
    width: f64,
    solids: f64,
    density: f64,
    solids_amplification: f64,
) -> f64 {
    let from_solids = solids_amplification * solids;
    (flow * flow + speed * speed + width * width + from_solids * from_solids + density * density)
        .sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::slurry::mixture_density_kg_m3;

    #[test]
    fn published_example_is_reproduced() {
        let density = mixture_density_kg_m3(0.5, 2_130.0, 997.0);
        assert!((density - 1_358.24).abs() < 0.01);
        assert!((wet_thickness_m(0.1, 0.5, density) - 147.249e-6).abs() < 1e-9);
        let cathode = mixture_density_kg_m3(0.65, 4_540.0, 1_028.0);
        assert!((cathode - 2_067.66).abs() < 0.01);
        assert!((wet_thickness_m(0.2, 0.65, cathode) - 148.812e-6).abs() < 1e-9);
        assert!((solvent_loading_kg_m2(0.2, 0.65) - 0.107_692).abs() < 1e-6);
        assert!((density / 997.0 - 1.36).abs() < 0.005);
        assert!((cathode / 1_028.0 - 2.01).abs() < 0.005);
    }

    /// Oracle O4.
    #[test]
    fn low_flow_limit_and_its_inverse_round_trip() -> Result<(), TwinError> {
        for capillary in [1e-3, 0.1, 1.0, 8.3, 40.0] {
            let least = minimum_thickness_m(160e-6, capillary);
            let back = limiting_capillary_number(160e-6, least)?;
            assert!((back / capillary - 1.0).abs() < 1e-10);
        }
        assert!((minimum_thickness_m(1.0, 8.333) - 0.73).abs() < 0.005);
        assert!((minimum_thickness_m(1.0, 3.333) - 0.60).abs() < 0.005);
        Ok(())
    }

    #[test]
    fn solids_error_is_amplified_by_the_density_ratio() {
        let step = 1e-6;
        let loading = |s: f64| s * mixture_density_kg_m3(s, 4_540.0, 1_028.0);
        let slope =
            (loading(0.65 * (1.0 + step)) / loading(0.65 * (1.0 - step)) - 1.0) / (2.0 * step);
        let identity = mixture_density_kg_m3(0.65, 4_540.0, 1_028.0) / 1_028.0;
        assert!((slope / identity - 1.0).abs() < 1e-5);
        assert!((loading_variation(0.003, 0.0, 0.0, 0.002, 0.0, 2.0) - 0.005).abs() < 1e-12);
    }
}
