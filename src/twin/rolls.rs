//! The rolls themselves: gap and mill stretch (L3), contact and nip pressure (L4), transport
//! through the rolled coating (L5), fresh surface by crushing (L6).
//!
//! In: rolls, foil, the coating before and after. Out: the gap that a load needs, or the load that
//! a gap gives; contact length l = √(R·Δt) and mean pressure q/l; tortuosity ε^(−α) and MacMullin
//! number; the ratio of water uptake to that of the unrolled coating from a measured table
//! (breakage raises it: Huttner 2021, doi 10.1149/1945-7111/ac24bb). Both sides of the foil are
//! coated, so the nip holds two coatings. Not modelled: a thickness dependence of the MacMullin
//! number, heat of the rolls, roll bending.

use crate::math;
use crate::twin::calendering::{CalenderingInputs, CalenderingOutcomes, nip_porosity};
use crate::twin::port::stage_values;
use crate::twin::status::{Flags, TwinError, positive};

stage_values! {
    /// The rolls and the foil between them.
    RollsInputs {
        roll_radius: "calendering.roll_radius", "m", Parameter, "radius of a roll";
        mill_stiffness: "calendering.mill_stiffness", "Pa", Parameter,
            "line load per opening of the rolls under load";
        foil_thickness: "calendering.foil_thickness", "m", Material, "thickness of the foil";
    }
}

stage_values! {
    /// What happens in the nip.
    RollsOutcomes {
        nip_load: "calendering.nip_load", "N/m", Outcome,
            "line load in the nip, set or following from the gap";
        nip_gap: "calendering.nip_gap", "m", Outcome,
            "unloaded gap of the rolls that gives this load";
        contact_length: "calendering.contact_length", "m", Outcome,
            "length of the contact between roll and web";
        nip_pressure: "calendering.nip_pressure", "Pa", Outcome, "mean pressure in the nip";
    }
}

stage_values! {
    /// A calender that is set by its gap; the line load follows.
    GapInputs {
        roll_gap: "calendering.roll_gap", "m", Setpoint, "unloaded gap of the rolls";
    }
}

stage_values! {
    /// How ions find their way.
    TransportInputs {
        tortuosity_exponent: "calendering.tortuosity_exponent", "1", Parameter,
            "exponent of tortuosity over porosity, 0.5 by Bruggeman";
    }
}

stage_values! {
    /// What the pores resist.
    TransportOutcomes {
        tortuosity: "calendering.tortuosity", "1", Outcome, "tortuosity of the rolled coating";
        macmullin_number: "calendering.macmullin_number", "1", Outcome,
            "resistance of the filled pores over that of the electrolyte alone";
    }
}

stage_values! {
    /// Measured water uptake over density, three points.
    CrushingInputs {
        density_low: "calendering.uptake_density_low", "kg/m^3", Parameter,
            "lowest coating density of the measured uptake";
        density_middle: "calendering.uptake_density_middle", "kg/m^3", Parameter,
            "middle coating density of the measured uptake";
        density_high: "calendering.uptake_density_high", "kg/m^3", Parameter,
            "highest coating density of the measured uptake";
        ratio_low: "calendering.uptake_ratio_low", "1", Parameter,
            "uptake over that of the unrolled coating at the lowest density";
        ratio_middle: "calendering.uptake_ratio_middle", "1", Parameter,
            "uptake over that of the unrolled coating at the middle density";
        ratio_high: "calendering.uptake_ratio_high", "1", Parameter,
            "uptake over that of the unrolled coating at the highest density";
    }
}

stage_values! {
    /// What rolling does to water uptake.
    CrushingOutcomes {
        uptake_ratio: "calendering.uptake_ratio", "1", Outcome,
            "water uptake over that of the unrolled coating";
    }
}

/// Steps of the search for the load of a gap.
const HALVINGS: usize = 200;

/// Runs L3 and L4 on coatings of `dry_thickness_m` before the rolls, rolled to `rolled`.
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input.
pub fn roll(
    inputs: &RollsInputs,
    calendering: &CalenderingInputs,
    rolled: &CalenderingOutcomes,
    dry_thickness_m: f64,
) -> Result<RollsOutcomes, TwinError> {
    positive("calendering.roll_radius", inputs.roll_radius)?;
    positive("calendering.mill_stiffness", inputs.mill_stiffness)?;
    positive("calendering.foil_thickness", inputs.foil_thickness)?;
    let in_nip_m = rolled.thickness / (1.0 + calendering.springback);
    let load = calendering.line_load;
    let squeezed_m = 2.0 * (dry_thickness_m - in_nip_m);
    let contact_length = (inputs.roll_radius * squeezed_m.max(0.0)).sqrt();
    Ok(RollsOutcomes {
        nip_load: load,
        nip_gap: 2.0 * in_nip_m + inputs.foil_thickness - load / inputs.mill_stiffness,
        contact_length,
        nip_pressure: if contact_length > 0.0 {
            load / contact_length
        } else {
            0.0
        },
    })
}

/// Line load, N/m, that a gap gives (L3), and [`Flags::NOT_ROLLED`] where the web passes untouched.
///
/// `loading_kg_m2` of the stretched foil, one side; `calendering.line_load` is not read.
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input.
pub fn load_of_gap(
    gap: &GapInputs,
    inputs: &RollsInputs,
    calendering: &CalenderingInputs,
    (loading_kg_m2, true_density_kg_m3, initial): (f64, f64, f64),
) -> Result<(f64, Flags), TwinError> {
    positive("calendering.roll_gap", gap.roll_gap)?;
    positive("calendering.mill_stiffness", inputs.mill_stiffness)?;
    positive(
        "calendering.compaction_resistance",
        calendering.compaction_resistance,
    )?;
    // How much thicker the web in the nip is than the opening; falls with the load.
    let excess_m = |load: f64| {
        let pressed = CalenderingInputs {
            line_load: load,
            ..*calendering
        };
        let solid = 1.0 - nip_porosity(initial, &pressed);
        2.0 * loading_kg_m2 / (true_density_kg_m3 * solid) + inputs.foil_thickness
            - gap.roll_gap
            - load / inputs.mill_stiffness
    };
    let at_rest = excess_m(0.0);
    if at_rest.is_nan() || at_rest <= 0.0 {
        return Ok((0.0, Flags::NOT_ROLLED));
    }
    // The opening alone takes up all of the excess at this load.
    let (mut low, mut high) = (0.0, at_rest * inputs.mill_stiffness);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if middle <= low || middle >= high {
            break;
        }
        if excess_m(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok((0.5 * (low + high), Flags::NONE))
}

/// Runs L5.
///
/// # Errors
/// [`TwinError::OutOfDomain`] for an exponent not above zero.
pub fn transport(inputs: &TransportInputs, porosity: f64) -> Result<TransportOutcomes, TwinError> {
    positive(
        "calendering.tortuosity_exponent",
        inputs.tortuosity_exponent,
    )?;
    let tortuosity = math::pow(porosity, -inputs.tortuosity_exponent);
    Ok(TransportOutcomes {
        tortuosity,
        macmullin_number: tortuosity / porosity,
    })
}

/// Runs L6: straight lines between the points; beyond them the nearest line goes on, flagged.
///
/// # Errors
/// [`TwinError::OutOfDomain`] unless the densities rise and the ratios are above zero.
pub fn crush(
    inputs: &CrushingInputs,
    coating_density_kg_m3: f64,
) -> Result<(CrushingOutcomes, Flags), TwinError> {
    let points = [
        (inputs.density_low, inputs.ratio_low),
        (inputs.density_middle, inputs.ratio_middle),
        (inputs.density_high, inputs.ratio_high),
    ];
    let (uptake_ratio, inside) = through_points(
        "calendering.uptake_density_middle",
        points,
        coating_density_kg_m3,
    )?;
    positive("calendering.uptake_ratio", uptake_ratio)?;
    let flags = if inside {
        Flags::NONE
    } else {
        Flags::UPTAKE_EXTRAPOLATED
    };
    Ok((CrushingOutcomes { uptake_ratio }, flags))
}

/// Value at `place` of straight lines through three points, and whether it lies between them.
///
/// # Errors
/// [`TwinError::OutOfDomain`] under the name `quantity` unless the places rise.
pub(crate) fn through_points(
    quantity: &'static str,
    points: [(f64, f64); 3],
    place: f64,
) -> Result<(f64, bool), TwinError> {
    let [low, middle, high] = points;
    if !(low.0 < middle.0 && middle.0 < high.0) {
        return Err(TwinError::OutOfDomain {
            quantity,
            value: middle.0,
            expected: "a value between the lowest and the highest of its table",
        });
    }
    let (from, to) = if place < middle.0 {
        (low, middle)
    } else {
        (middle, high)
    };
    let value = from.1 + (to.1 - from.1) * (place - from.0) / (to.0 - from.0);
    Ok((value, (low.0..=high.0).contains(&place)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::calendering::calender;

    const ROLLS: RollsInputs = RollsInputs {
        roll_radius: 0.25,
        mill_stiffness: 20e9,
        foil_thickness: 15e-6,
    };

    fn set(line_load: f64) -> CalenderingInputs {
        CalenderingInputs {
            line_load,
            compaction_resistance: 4e5,
            minimum_porosity: 0.18,
            springback: 0.03,
            stretch: 1.0,
        }
    }

    /// The derived case of the theory page: 500 N/mm, R = 0.25 m, 40 µm off.
    #[test]
    fn contact_and_pressure_are_the_known_ones() -> Result<(), TwinError> {
        let rolled = calender(&set(5e5), 0.17181, 4_546.8, 0.5)?;
        let dry = rolled.thickness / 1.03 + 20e-6;
        let out = roll(&ROLLS, &set(5e5), &rolled, dry)?;
        assert!((out.contact_length - 3.162e-3).abs() < 1e-6, "{out:?}");
        assert!((out.nip_pressure / 158.1e6 - 1.0).abs() < 1e-3);
        Ok(())
    }

    #[test]
    fn gap_and_load_are_inverse() -> Result<(), TwinError> {
        for load in [1e5, 5.76e5, 2e6] {
            let rolled = calender(&set(load), 0.17181, 4_546.8, 0.5)?;
            let dry = 0.17181 / (4_546.8 * 0.5);
            let gap = roll(&ROLLS, &set(load), &rolled, dry)?.nip_gap;
            let by_gap = GapInputs { roll_gap: gap };
            let coating = (0.17181, 4_546.8, 0.5);
            let (found, flags) = load_of_gap(&by_gap, &ROLLS, &set(f64::NAN), coating)?;
            assert!((found / load - 1.0).abs() < 1e-9, "{found} for {load}");
            assert_eq!(flags, Flags::NONE);
            let wide = GapInputs { roll_gap: 1e-3 };
            let (idle, flags) = load_of_gap(&wide, &ROLLS, &set(f64::NAN), coating)?;
            assert_eq!((idle, flags), (0.0, Flags::NOT_ROLLED));
        }
        Ok(())
    }

    #[test]
    fn bruggeman_gives_the_known_numbers() -> Result<(), TwinError> {
        let out = transport(
            &TransportInputs {
                tortuosity_exponent: 0.5,
            },
            0.25,
        )?;
        assert_eq!((out.tortuosity, out.macmullin_number), (2.0, 8.0));
        Ok(())
    }

    #[test]
    fn uptake_passes_through_its_points_and_flags_the_rest() -> Result<(), TwinError> {
        let table = CrushingInputs {
            density_low: 2_500.0,
            density_middle: 3_000.0,
            density_high: 3_400.0,
            ratio_low: 1.0,
            ratio_middle: 1.2,
            ratio_high: 1.6,
        };
        for (density, ratio, flags) in [
            (2_500.0, 1.0, Flags::NONE),
            (3_000.0, 1.2, Flags::NONE),
            (3_200.0, 1.4, Flags::NONE),
            (3_500.0, 1.7, Flags::UPTAKE_EXTRAPOLATED),
        ] {
            let (out, found) = crush(&table, density)?;
            assert!((out.uptake_ratio - ratio).abs() < 1e-12);
            assert_eq!(found, flags);
        }
        Ok(())
    }
}
