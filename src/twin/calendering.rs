//! Calendering: mass conservation (L1), compaction law (L2), springback (L3).
//!
//! In: the dry coating, the line load, the material's compaction resistance and least porosity.
//! Out: porosity, thickness and density after rolling. L2 after Meyer et al. 2017 (doi
//! 10.1016/j.jmatprotec.2017.05.031): ε(q) = ε_min + (ε_0 − ε_min)·exp(−q/γ), ε in the nip; the
//! coating then springs back by a share of its thickness. Known deficiency: two passes add their
//! loads, while a real second pass compacts less.

use crate::math;
use crate::twin::port::stage_values;
use crate::twin::status::{TwinError, not_negative, open_fraction, positive};

stage_values! {
    /// How the coating is rolled.
    CalenderingInputs {
        line_load: "calendering.line_load", "N/m", Setpoint, "force of the rolls per width";
        compaction_resistance: "calendering.compaction_resistance", "N/m", Parameter,
            "line load after which 1/e of the compressible porosity is left";
        minimum_porosity: "calendering.minimum_porosity", "1", Parameter,
            "porosity under endless load";
        springback: "calendering.springback", "1", Parameter,
            "growth of the thickness after the nip";
        stretch: "calendering.stretch", "1", Parameter,
            "length of the web after rolling over the length before";
    }
}

stage_values! {
    /// What the calendering stage reports.
    CalenderingOutcomes {
        porosity: "calendering.porosity", "1", Outcome, "porosity after springback";
        thickness: "calendering.thickness", "m", Outcome,
            "thickness of one coating after springback";
        coating_density: "calendering.coating_density", "kg/m^3", Outcome,
            "density of the rolled coating, pores included";
        areal_loading: "calendering.areal_loading", "kg/m^2", Outcome,
            "dry mass per area of stretched foil, one side";
    }
}

/// Porosity in the nip at a line load in N/m (L2).
#[must_use]
pub fn nip_porosity(initial: f64, inputs: &CalenderingInputs) -> f64 {
    let compressible = initial - inputs.minimum_porosity;
    inputs.minimum_porosity
        + compressible * math::exp(-inputs.line_load / inputs.compaction_resistance)
}

/// Line load, N/m, that gives a porosity in the nip: the inverse of L2.
///
/// # Errors
/// [`TwinError::PorosityUnreachable`] unless the porosity lies above the least one and not above
/// the initial one.
pub fn line_load_n_m(
    porosity: f64,
    initial: f64,
    minimum: f64,
    compaction_resistance_n_m: f64,
) -> Result<f64, TwinError> {
    if !(porosity > minimum && porosity <= initial) {
        return Err(TwinError::PorosityUnreachable {
            porosity,
            minimum,
            initial,
        });
    }
    Ok(compaction_resistance_n_m * math::ln((initial - minimum) / (porosity - minimum)))
}

/// Runs the stage on a coating of `areal_loading_kg_m2`, porosity `initial` and a true density.
///
/// # Errors
/// [`TwinError::OutOfDomain`] and [`TwinError::PorosityUnreachable`].
pub fn calender(
    inputs: &CalenderingInputs,
    areal_loading_kg_m2: f64,
    true_density_kg_m3: f64,
    initial: f64,
) -> Result<CalenderingOutcomes, TwinError> {
    not_negative("calendering.line_load", inputs.line_load)?;
    positive(
        "calendering.compaction_resistance",
        inputs.compaction_resistance,
    )?;
    open_fraction("calendering.minimum_porosity", inputs.minimum_porosity)?;
    not_negative("calendering.springback", inputs.springback)?;
    positive("calendering.stretch", inputs.stretch)?;
    if inputs.minimum_porosity >= initial {
        return Err(TwinError::PorosityUnreachable {
            porosity: inputs.minimum_porosity,
            minimum: inputs.minimum_porosity,
            initial,
        });
    }
    let areal_loading = areal_loading_kg_m2 / inputs.stretch;
    let in_nip = nip_porosity(initial, inputs);
    let nip_thickness = areal_loading / (true_density_kg_m3 * (1.0 - in_nip));
    let thickness = nip_thickness * (1.0 + inputs.springback);
    let coating_density = areal_loading / thickness;
    Ok(CalenderingOutcomes {
        porosity: 1.0 - coating_density / true_density_kg_m3,
        thickness,
        coating_density,
        areal_loading,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rolls(line_load: f64) -> CalenderingInputs {
        CalenderingInputs {
            line_load,
            compaction_resistance: 4e5,
            minimum_porosity: 0.18,
            springback: 0.0,
            stretch: 1.01,
        }
    }

    #[test]
    fn no_load_keeps_and_endless_load_exhausts_the_porosity() -> Result<(), TwinError> {
        assert!((calender(&rolls(0.0), 0.17, 4_540.0, 0.5)?.porosity - 0.5).abs() < 1e-14);
        assert!((calender(&rolls(1e9), 0.17, 4_540.0, 0.5)?.porosity - 0.18).abs() < 1e-14);
        Ok(())
    }

    #[test]
    fn mass_is_conserved_with_stretch() -> Result<(), TwinError> {
        let out = calender(&rolls(5e5), 0.17, 4_540.0, 0.5)?;
        let before = 0.5 * 0.17 / (4_540.0 * 0.5);
        let after = (1.0 - out.porosity) * out.thickness * 1.01;
        assert!((after / before - 1.0).abs() < 1e-12);
        Ok(())
    }

    #[test]
    fn inverse_recovers_the_load_and_refuses_the_unreachable() -> Result<(), TwinError> {
        let porosity = nip_porosity(0.5, &rolls(5e5));
        assert!((line_load_n_m(porosity, 0.5, 0.18, 4e5)? / 5e5 - 1.0).abs() < 1e-12);
        for porosity in [0.18, 0.1, 0.51, f64::NAN] {
            assert!(line_load_n_m(porosity, 0.5, 0.18, 4e5).is_err());
        }
        Ok(())
    }
}
