//! Water between drying and filling: the room's air, what electrodes take up (W1), what the dryer
//! of the room must remove, and hydrolysis in the cell (H2).
//!
//! In: frost point and temperature of the room, exposure, sorption constants, leak and people, the
//! electrolyte. Out: water contents after exposure, kilograms of water per hour, HF after soak. W1
//! is first order to a Freundlich equilibrium, dX/dt = k·(X_eq − X), X_eq = X_1·a_w^m, a_w the
//! relative humidity over liquid water. H2 is pseudo first order with LiPF6 in large excess, W(t)
//! = W_0·exp(−k·t): its rate is known to two orders of magnitude at best (1e-7 to 1e-5 1/s at 25
//! °C, recalled), so the outcome is a lower branch of the bound HF_0 + 2.221·W_0 that always
//! holds. Not modelled: sorption hysteresis, and carbonate that turns HF into water again.

use crate::math;
use crate::twin::filling::HF_PER_WATER;
use crate::twin::humid_air::{
    DewPoint, FrostPoint, humidity_ratio, vapour_pressure_over_liquid_pa,
};
use crate::twin::port::stage_values;
use crate::twin::status::{Flags, TwinError, not_negative, positive};
use crate::twin::{GAS_CONSTANT_J_MOL_K, STANDARD_PRESSURE_PA, air};

stage_values! {
    /// The air that dried electrodes meet.
    RoomInputs {
        frost_point: "dry_room.frost_point", "K", Disturbance, "frost point in the assembly room";
        temperature: "dry_room.temperature", "K", Disturbance, "temperature of the room";
    }
}

stage_values! {
    /// How humid the room is.
    RoomOutcomes {
        humidity_ratio: "dry_room.humidity_ratio", "1", Outcome,
            "water per dry air in the room, by mass";
        relative_humidity: "dry_room.relative_humidity", "1", Outcome,
            "vapour pressure in the room over that of liquid water";
    }
}

stage_values! {
    /// How electrodes take up water.
    UptakeInputs {
        exposure_time: "dry_room.exposure_time", "s", Disturbance,
            "time of dried electrodes in the room";
        cathode_rate: "cell.cathode_uptake_rate", "1/s", Parameter,
            "rate at which the cathode nears its equilibrium with the air";
        cathode_saturation: "cell.cathode_uptake_saturation", "1", Parameter,
            "water in the cathode in saturated air, mass fraction";
        anode_rate: "cell.anode_uptake_rate", "1/s", Parameter,
            "rate at which the anode nears its equilibrium with the air";
        anode_saturation: "cell.anode_uptake_saturation", "1", Parameter,
            "water in the anode in saturated air, mass fraction";
        exponent: "cell.uptake_exponent", "1", Parameter,
            "Freundlich exponent of the equilibrium over relative humidity";
    }
}

stage_values! {
    /// What electrodes hold when the cell is closed.
    UptakeOutcomes {
        cathode_water: "cell.exposed_cathode_water", "1", Outcome,
            "water in the cathode coating after exposure, mass fraction";
        anode_water: "cell.exposed_anode_water", "1", Outcome,
            "water in the anode coating after exposure, mass fraction";
        water_budget: "cell.exposed_water_budget", "kg/C", Outcome,
            "water in the cell per reversible capacity, after exposure";
    }
}

stage_values! {
    /// What brings water into the room.
    LoadInputs {
        volume: "dry_room.volume", "m^3", Parameter, "volume of the room";
        air_changes: "dry_room.air_changes", "1/s", Setpoint, "air changes";
        leak_flow: "dry_room.leak_flow", "m^3/s", Parameter,
            "air that leaks in from outside";
        ambient_dew_point: "dry_room.ambient_dew_point", "K", Disturbance,
            "dew point outside the room";
        people: "dry_room.people", "1", Disturbance, "people in the room";
        water_per_person: "dry_room.water_per_person", "kg/s", Parameter,
            "water that one person gives off";
    }
}

stage_values! {
    /// What the air handling must do.
    LoadOutcomes {
        water_load: "dry_room.water_load", "kg/s", Outcome,
            "dry-room load; water to remove per time";
        supply_humidity_ratio: "dry_room.supply_humidity_ratio", "1", Outcome,
            "water per dry air that the supply may bring; below 0 the air changes do not suffice";
    }
}

stage_values! {
    /// How fast LiPF6 meets the water.
    HydrolysisInputs {
        rate: "electrolyte.hydrolysis_rate", "1/s", Parameter,
            "pseudo first-order rate of hydrolysis at the soak temperature";
        soak_time: "filling.soak_time", "s", Setpoint, "time from filling to the first charge";
    }
}

stage_values! {
    /// The electrolyte after soak.
    HydrolysisOutcomes {
        hf_after_soak: "electrolyte.hf_after_soak", "1", Outcome,
            "HF at the end of soak by first-order hydrolysis, mass fraction";
    }
}

/// Air of a room with a frost point.
///
/// # Errors
/// [`TwinError::OutOfDomain`] outside the ranges of the vapour pressures.
pub fn room(inputs: &RoomInputs) -> Result<RoomOutcomes, TwinError> {
    let frost = FrostPoint::new(inputs.frost_point).map_err(of("dry_room.frost_point"))?;
    let vapour_pa = frost.vapour_pressure_pa();
    let saturated_pa = vapour_pressure_over_liquid_pa(inputs.temperature);
    Ok(RoomOutcomes {
        humidity_ratio: humidity_ratio(vapour_pa, STANDARD_PRESSURE_PA)?,
        relative_humidity: vapour_pa / saturated_pa.map_err(of("dry_room.temperature"))?,
    })
}

/// Names the input that a law of humid air refused.
fn of(quantity: &'static str) -> impl Fn(TwinError) -> TwinError {
    move |error| match error {
        TwinError::OutOfDomain {
            value, expected, ..
        } => TwinError::OutOfDomain {
            quantity,
            value,
            expected,
        },
        other => other,
    }
}

/// Water after a time in air of a relative humidity (W1), mass fraction.
#[must_use]
pub fn after_exposure(
    water: f64,
    (rate_1_s, saturation, exponent): (f64, f64, f64),
    relative_humidity: f64,
    time_s: f64,
) -> f64 {
    let equilibrium = saturation * math::pow(relative_humidity, exponent);
    equilibrium + (water - equilibrium) * math::exp(-rate_1_s * time_s)
}

/// Checks the constants of [`UptakeInputs`].
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input.
pub fn check_uptake(inputs: &UptakeInputs) -> Result<(), TwinError> {
    not_negative("dry_room.exposure_time", inputs.exposure_time)?;
    not_negative("cell.cathode_uptake_rate", inputs.cathode_rate)?;
    not_negative("cell.cathode_uptake_saturation", inputs.cathode_saturation)?;
    not_negative("cell.anode_uptake_rate", inputs.anode_rate)?;
    not_negative("cell.anode_uptake_saturation", inputs.anode_saturation)?;
    positive("cell.uptake_exponent", inputs.exponent)
}

/// Water to remove, and what the supply air may bring, in a steady room of a temperature and a
/// humidity ratio `inside`.
///
/// The leak brings the difference between the outside and the room, people their breath; the supply
/// air takes it up. [`Flags::DRY_ROOM_OVERLOADED`] where even dry supply air would not do.
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input.
pub fn load(
    inputs: &LoadInputs,
    room_k: f64,
    inside: f64,
) -> Result<(LoadOutcomes, Flags), TwinError> {
    positive("dry_room.volume", inputs.volume)?;
    positive("dry_room.air_changes", inputs.air_changes)?;
    not_negative("dry_room.leak_flow", inputs.leak_flow)?;
    not_negative("dry_room.people", inputs.people)?;
    not_negative("dry_room.water_per_person", inputs.water_per_person)?;
    let dew = DewPoint::new(inputs.ambient_dew_point);
    let dew = dew.map_err(of("dry_room.ambient_dew_point"))?;
    let outside_pa = dew.vapour_pressure_pa();
    let outside = humidity_ratio(outside_pa, STANDARD_PRESSURE_PA)?;
    let density = STANDARD_PRESSURE_PA * air::MOLAR_MASS_KG_MOL / (GAS_CONSTANT_J_MOL_K * room_k);
    let water_load =
        inputs.leak_flow * density * (outside - inside) + inputs.people * inputs.water_per_person;
    let supply_kg_s = inputs.volume * inputs.air_changes * density;
    let supply_humidity_ratio = inside - water_load / supply_kg_s;
    let flags = if supply_humidity_ratio < 0.0 {
        Flags::DRY_ROOM_OVERLOADED
    } else {
        Flags::NONE
    };
    let outcomes = LoadOutcomes {
        water_load,
        supply_humidity_ratio,
    };
    Ok((outcomes, flags))
}

/// HF after soak (H2); never above the cap of H1.
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input.
pub fn hydrolyse(
    inputs: &HydrolysisInputs,
    hf: f64,
    water: f64,
) -> Result<HydrolysisOutcomes, TwinError> {
    not_negative("electrolyte.hydrolysis_rate", inputs.rate)?;
    not_negative("filling.soak_time", inputs.soak_time)?;
    let consumed = -water * math::exp_m1(-inputs.rate * inputs.soak_time);
    Ok(HydrolysisOutcomes {
        hf_after_soak: hf + HF_PER_WATER * consumed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::filling::hf_cap;

    fn at(frost_celsius: f64) -> RoomInputs {
        RoomInputs {
            frost_point: frost_celsius + 273.15,
            temperature: 298.15,
        }
    }

    /// The table of the theory page, at 25 °C: relative humidity in %, humidity ratio in g/kg.
    #[test]
    fn frost_points_give_the_known_humidities() -> Result<(), TwinError> {
        for (frost, percent, gram) in [
            (-60.0, 0.034, 0.0066),
            (-50.0, 0.124, 0.024),
            (-45.0, 0.23, 0.044),
            (-40.0, 0.41, 0.079),
            (-35.0, 0.70, 0.137),
            (-30.0, 1.20, 0.233),
        ] {
            let out = room(&at(frost))?;
            let humidity = 100.0 * out.relative_humidity / percent;
            assert!((humidity - 1.0).abs() < 0.015, "{frost}: {humidity}");
            let ratio = 1e3 * out.humidity_ratio / gram;
            assert!((ratio - 1.0).abs() < 0.015, "{frost}: {ratio}");
        }
        Ok(())
    }

    #[test]
    fn electrode_nears_its_equilibrium_from_either_side() {
        let constants = (1e-3, 0.02, 0.5);
        for start in [0.0, 1e-3, 5e-3] {
            assert_eq!(after_exposure(start, constants, 0.0041, 0.0), start);
            let end = after_exposure(start, constants, 0.0041, 1e6);
            assert!((end - 0.02 * (0.0041_f64).sqrt()).abs() < 1e-15);
            let half = after_exposure(start, constants, 0.0041, 500.0);
            let twice = after_exposure(half, constants, 0.0041, 500.0);
            let whole = after_exposure(start, constants, 0.0041, 1_000.0);
            assert!(
                (twice - whole).abs() < 1e-15,
                "exposure in two parts is the same"
            );
        }
    }

    #[test]
    fn room_balance_closes_and_an_overload_is_flagged() -> Result<(), TwinError> {
        let inputs = LoadInputs {
            volume: 500.0,
            air_changes: 30.0 / 3_600.0,
            leak_flow: 0.01,
            ambient_dew_point: 288.15,
            people: 4.0,
            water_per_person: 0.1 / 3_600.0,
        };
        let inside = room(&at(-40.0))?.humidity_ratio;
        let (out, flags) = load(&inputs, 298.15, inside)?;
        assert_eq!(flags, Flags::NONE);
        let density = 101_325.0 * 0.028_964_4 / (8.314_462_618 * 298.15);
        let carried =
            inputs.volume * inputs.air_changes * density * (inside - out.supply_humidity_ratio);
        assert!((carried / out.water_load - 1.0).abs() < 1e-12);
        // 10 L/s of air at 10.7 g/kg and four people: about 0.85 kg/h.
        assert!((out.water_load * 3_600.0 - 0.85).abs() < 0.03, "{out:?}");
        let leaky = LoadInputs {
            leak_flow: 1.0,
            ..inputs
        };
        assert_eq!(load(&leaky, 298.15, inside)?.1, Flags::DRY_ROOM_OVERLOADED);
        Ok(())
    }

    #[test]
    fn hydrolysis_rises_with_time_to_its_cap() -> Result<(), TwinError> {
        let after = |rate: f64, soak_time: f64| {
            let out = hydrolyse(&HydrolysisInputs { rate, soak_time }, 20e-6, 10e-6)?;
            Ok::<_, TwinError>(out.hf_after_soak)
        };
        let cap = hf_cap(20e-6, 10e-6);
        let mut last = after(1e-5, 0.0)?;
        assert_eq!(last, 20e-6);
        for hours in [1.0, 10.0, 100.0, 1_000.0] {
            let now = after(1e-5, 3_600.0 * hours)?;
            assert!(now > last && now <= cap);
            assert!(after(1e-6, 3_600.0 * hours)? < now);
            last = now;
        }
        assert!((last / cap - 1.0).abs() < 1e-12);
        Ok(())
    }
}
