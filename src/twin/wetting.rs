//! Wetting beyond one effective radius: measured penetration over porosity, and filling under
//! pressure (F2, F3).
//!
//! In: a table of measured penetration squared, or permeability and suction; the rolled coating.
//! Out: wetting times. The measured coefficient rises and then falls over rolling (Sheng et al.
//! 2014, doi 10.3389/fenrg.2014.00056), so it is never derived from the porosity. Outside the
//! measured porosities the nearest value is used and the sample flagged: above the loosest point
//! lies the light-calendering branch, which nothing here describes. Darcy: L² = 2κ·Δp·t/(μ·ε) with
//! Δp = suction + external − residual gas.

use crate::twin::filling::wetting_time_s;
use crate::twin::port::stage_values;
use crate::twin::rolls::through_points;
use crate::twin::status::{Flags, TwinError, not_negative, positive};

stage_values! {
    /// Measured penetration of the rolled coating, three porosities.
    PenetrationInputs {
        porosity_low: "filling.penetration_porosity_low", "1", Parameter,
            "lowest porosity of the measured penetration";
        porosity_middle: "filling.penetration_porosity_middle", "1", Parameter,
            "middle porosity of the measured penetration";
        porosity_high: "filling.penetration_porosity_high", "1", Parameter,
            "highest porosity of the measured penetration";
        square_low: "filling.penetration_square_low", "m^2/s", Parameter,
            "square of the way over time at the lowest porosity";
        square_middle: "filling.penetration_square_middle", "m^2/s", Parameter,
            "square of the way over time at the middle porosity";
        square_high: "filling.penetration_square_high", "m^2/s", Parameter,
            "square of the way over time at the highest porosity";
    }
}

stage_values! {
    /// Wetting as measured.
    PenetrationOutcomes {
        measured_wetting_time: "filling.measured_wetting_time", "s", Outcome,
            "time until the fronts from both edges meet, by measured penetration";
    }
}

stage_values! {
    /// Filling under pressure.
    PressedInputs {
        permeability: "filling.permeability", "m^2", Parameter, "permeability of the coating";
        suction: "filling.suction", "Pa", Parameter, "capillary pressure that draws the front";
        external_pressure: "filling.external_pressure", "Pa", Setpoint,
            "pressure above the electrolyte that pushes the front";
    }
}

stage_values! {
    /// Wetting under pressure.
    PressedOutcomes {
        pressed_wetting_time: "filling.pressed_wetting_time", "s", Outcome,
            "time until the fronts from both edges meet, under pressure";
    }
}

/// Wetting time from the measured table, and whether the porosity was measured.
///
/// # Errors
/// [`TwinError::OutOfDomain`] unless porosities rise and penetrations are above zero.
pub fn measured(
    inputs: &PenetrationInputs,
    width_m: f64,
    porosity: f64,
) -> Result<(PenetrationOutcomes, Flags), TwinError> {
    positive("filling.penetration_square_low", inputs.square_low)?;
    positive("filling.penetration_square_middle", inputs.square_middle)?;
    positive("filling.penetration_square_high", inputs.square_high)?;
    let points = [
        (inputs.porosity_low, inputs.square_low),
        (inputs.porosity_middle, inputs.square_middle),
        (inputs.porosity_high, inputs.square_high),
    ];
    let nearest = porosity.max(inputs.porosity_low).min(inputs.porosity_high);
    let (square, _) = through_points("filling.penetration_porosity_middle", points, nearest)?;
    let flags = if nearest == porosity {
        Flags::NONE
    } else {
        Flags::WETTING_UNMODELLED
    };
    let outcomes = PenetrationOutcomes {
        measured_wetting_time: wetting_time_s(width_m, square.sqrt()),
    };
    Ok((outcomes, flags))
}

/// Wetting time of a sheet of `width_m` open on both edges, under pressure (Darcy).
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input, or when the gas pushes back harder than all else.
pub fn pressed(
    inputs: &PressedInputs,
    (width_m, porosity): (f64, f64),
    viscosity_pa_s: f64,
    residual_gas_pa: f64,
) -> Result<PressedOutcomes, TwinError> {
    positive("filling.permeability", inputs.permeability)?;
    not_negative("filling.suction", inputs.suction)?;
    not_negative("filling.external_pressure", inputs.external_pressure)?;
    let drive_pa = inputs.suction + inputs.external_pressure - residual_gas_pa;
    positive("filling.suction and pressure less residual gas", drive_pa)?;
    let way_m = 0.5 * width_m;
    Ok(PressedOutcomes {
        pressed_wetting_time: way_m * way_m * viscosity_pa_s * porosity
            / (2.0 * inputs.permeability * drive_pa),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: PenetrationInputs = PenetrationInputs {
        porosity_low: 0.25,
        porosity_middle: 0.35,
        porosity_high: 0.45,
        square_low: 1e-8,
        square_middle: 4e-8,
        square_high: 3e-8,
    };

    #[test]
    fn measured_penetration_is_met_and_need_not_be_monotone() -> Result<(), TwinError> {
        for (porosity, square) in [(0.25, 1e-8), (0.35, 4e-8), (0.45, 3e-8), (0.30, 2.5e-8)] {
            let (out, flags) = measured(&TABLE, 0.1, porosity)?;
            let expected = 0.25 * 0.1 * 0.1 / square;
            assert!((out.measured_wetting_time / expected - 1.0).abs() < 1e-12);
            assert_eq!(flags, Flags::NONE);
        }
        Ok(())
    }

    #[test]
    fn light_calendering_is_flagged() -> Result<(), TwinError> {
        for porosity in [0.2, 0.5] {
            assert_eq!(
                measured(&TABLE, 0.1, porosity)?.1,
                Flags::WETTING_UNMODELLED
            );
        }
        let tangled = PenetrationInputs {
            porosity_middle: 0.5,
            ..TABLE
        };
        assert!(measured(&tangled, 0.1, 0.3).is_err());
        Ok(())
    }

    #[test]
    fn pressure_shortens_the_time_in_proportion() -> Result<(), TwinError> {
        let press = |external: f64, gas: f64| {
            let inputs = PressedInputs {
                permeability: 1e-15,
                suction: 1e5,
                external_pressure: external,
            };
            pressed(&inputs, (0.1, 0.3), 3.5e-3, gas)
        };
        let plain = press(0.0, 0.0)?.pressed_wetting_time;
        // L² = 2κ·Δp·t/(μ·ε).
        let reach = 2.0 * 1e-15 * 1e5 * plain / (3.5e-3 * 0.3);
        assert!((reach.sqrt() - 0.05).abs() < 1e-12);
        assert!((plain / press(1e5, 0.0)?.pressed_wetting_time - 2.0).abs() < 1e-12);
        assert!(press(0.0, 2e5).is_err());
        Ok(())
    }
}
