//! Heat transfer under an array of slot nozzles (D5).
//!
//! In: jet velocity, slot width, pitch and distance of the nozzles, air temperature. Out: heat
//! transfer coefficient and whether the correlation holds there. Martin 1977 (Advances in Heat
//! Transfer 13:1, recalled form): Nu = ⅔·f_0^¾·[2Re/(f/f_0 + f_0/f)]^⅔·Pr^0.42 with the hydraulic
//! diameter S = 2B, f = B/pitch, f_0 = [60 + 4(H/S − 2)²]^(−½), Re = u·S/ν, Nu = h·S/k. Fitted for
//! 1 500 ≤ Re ≤ 40 000, 0.008 ≤ f ≤ 2.5 f_0 and 2 ≤ H/S ≤ 80; outside it is flagged. Trusted:
//! `air.rs`, at the temperature of the zone air.

use crate::math;
use crate::twin::air;
use crate::twin::port::stage_values;
use crate::twin::status::TwinError;

stage_values! {
    /// Nozzles of one zone instead of its heat transfer coefficients; the ports carry the zone.
    NozzleInputs {
        velocity_top: "nozzle_velocity_top", "m/s", Setpoint, "jet velocity above the coating";
        velocity_bottom: "nozzle_velocity_bottom", "m/s", Setpoint, "jet velocity below the foil";
        width: "nozzle_width", "m", Parameter, "width of a slot";
        pitch: "nozzle_pitch", "m", Parameter, "distance of a slot from the next";
        distance: "nozzle_distance", "m", Parameter, "distance of the slots from the web";
    }
}

stage_values! {
    /// What the nozzles of one zone give; the ports carry the zone.
    NozzleOutcomes {
        top: "nozzle_heat_transfer_top", "W/m^2/K", Outcome,
            "heat transfer coefficient above the coating, from its nozzles";
        bottom: "nozzle_heat_transfer_bottom", "W/m^2/K", Outcome,
            "heat transfer coefficient below the foil, from its nozzles";
    }
}

/// Range of the Reynolds number of the fit.
pub const REYNOLDS_RANGE: (f64, f64) = (1_500.0, 40_000.0);
/// Range of the distance over the hydraulic diameter.
pub const DISTANCE_RANGE: (f64, f64) = (2.0, 80.0);
/// Least share of open area.
pub const OPEN_SHARE_MIN: f64 = 0.008;
/// Largest share of open area over the optimal one.
pub const OPEN_SHARE_MAX: f64 = 2.5;

/// Heat transfer of both sides, and whether both lie within the fit.
///
/// # Errors
/// [`TwinError::ZoneOutOfDomain`] naming the number that is not above zero.
pub fn heat_transfer(
    inputs: &NozzleInputs,
    zone: usize,
    air_k: f64,
) -> Result<(NozzleOutcomes, bool), TwinError> {
    for (quantity, value) in [
        ("nozzle_velocity_top", inputs.velocity_top),
        ("nozzle_velocity_bottom", inputs.velocity_bottom),
        ("nozzle_width", inputs.width),
        ("nozzle_pitch", inputs.pitch),
        ("nozzle_distance", inputs.distance),
        ("air_temperature", air_k),
    ] {
        if value.is_nan() || value <= 0.0 {
            return Err(TwinError::ZoneOutOfDomain {
                zone,
                quantity,
                value,
            });
        }
    }
    let (top, top_fits) = one_side(inputs, inputs.velocity_top, air_k);
    let (bottom, bottom_fits) = one_side(inputs, inputs.velocity_bottom, air_k);
    Ok((NozzleOutcomes { top, bottom }, top_fits && bottom_fits))
}

/// Heat transfer coefficient in W/(m² K) and whether the correlation was fitted there.
fn one_side(inputs: &NozzleInputs, velocity_m_s: f64, air_k: f64) -> (f64, bool) {
    let hydraulic_m = 2.0 * inputs.width;
    let reach = inputs.distance / hydraulic_m;
    let open = inputs.width / inputs.pitch;
    let best = 1.0 / (60.0 + 4.0 * (reach - 2.0) * (reach - 2.0)).sqrt();
    let viscosity = air::viscosity_pa_s(air_k);
    let conductivity = air::thermal_conductivity_w_m_k(air_k);
    let reynolds = velocity_m_s * hydraulic_m * air::density_kg_m3(air_k) / viscosity;
    let prandtl = viscosity * air::heat_capacity_j_kg_k(air_k) / conductivity;
    let jets = math::cbrt(2.0 * reynolds / (open / best + best / open));
    let nusselt = 2.0 / 3.0 * math::pow(best, 0.75) * jets * jets * math::pow(prandtl, 0.42);
    let inside = |value: f64, (low, high): (f64, f64)| (low..=high).contains(&value);
    let fits = inside(reynolds, REYNOLDS_RANGE)
        && inside(reach, DISTANCE_RANGE)
        && inside(open, (OPEN_SHARE_MIN, OPEN_SHARE_MAX * best));
    (nusselt * conductivity / hydraulic_m, fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nozzles(velocity: f64) -> NozzleInputs {
        NozzleInputs {
            velocity_top: velocity,
            velocity_bottom: velocity,
            width: 3e-3,
            pitch: 150e-3,
            distance: 20e-3,
        }
    }

    /// The evaluated case of the theory page, at 100 °C.
    #[test]
    fn four_velocities_give_the_known_coefficients() -> Result<(), TwinError> {
        for (velocity, expected) in [(5.0, 35.0), (10.0, 55.0), (20.0, 88.0), (30.0, 115.0)] {
            let (found, fits) = heat_transfer(&nozzles(velocity), 1, 373.15)?;
            assert!((found.top / expected - 1.0).abs() < 0.02, "{found:?}");
            assert_eq!(found.top, found.bottom);
            assert_eq!(fits, velocity > 5.0, "5 m/s lies below the Reynolds range");
        }
        Ok(())
    }

    #[test]
    fn coefficient_grows_with_two_thirds_of_the_velocity() -> Result<(), TwinError> {
        let at =
            |velocity: f64| Ok::<_, TwinError>(heat_transfer(&nozzles(velocity), 1, 373.15)?.0);
        let ratio = at(20.0)?.top / at(10.0)?.top;
        assert!((ratio - math::pow(2.0, 2.0 / 3.0)).abs() < 1e-12);
        let missing = NozzleInputs {
            pitch: 0.0,
            ..nozzles(10.0)
        };
        assert!(matches!(
            heat_transfer(&missing, 2, 373.15),
            Err(TwinError::ZoneOutOfDomain {
                zone: 2,
                quantity: "nozzle_pitch",
                ..
            })
        ));
        Ok(())
    }
}
