//! What happens to the slurry before the die: dispersion (M6) and settling (M7).
//!
//! In: the energy put in, sizes, waiting time and tank. Out: agglomerate size and how much of the
//! tank has cleared. M6 is first-order deagglomeration in the specific energy,
//! x = x_∞ + (x_0 − x_∞)·exp(−e/e_0) (recalled, Kwade group). M7 is Stokes with the hindrance of
//! Richardson and Zaki, v = 2Δρ·g·R²·(1−φ)^4.65/(9η_l), η_l of the suspending liquid alone: the
//! exponent already is the hindrance. Not modelled: a yield stress, which stops settling, and a
//! gel, which a rule on water in the solvent watches.

use crate::math;
use crate::twin::port::stage_values;
use crate::twin::status::{TwinError, not_negative, positive};

stage_values! {
    /// How the slurry was dispersed.
    MixingInputs {
        mixing_energy: "slurry.mixing_energy", "J/kg", Setpoint, "mixing work per mass of slurry";
        energy_scale: "slurry.mixing_energy_scale", "J/kg", Parameter,
            "work per mass after which 1/e of the removable agglomerate size is left";
        initial_size: "slurry.agglomerate_initial", "m", Material,
            "median agglomerate before mixing";
        final_size: "slurry.agglomerate_final", "m", Parameter,
            "median agglomerate after endless mixing";
    }
}

stage_values! {
    /// What mixing left.
    MixingOutcomes {
        median: "slurry.agglomerate_median", "m", Outcome, "median agglomerate after mixing";
    }
}

stage_values! {
    /// How long the slurry waits, and where.
    SettlingInputs {
        particle_radius: "slurry.settling_radius", "m", Material,
            "radius of the coarsest particles, half of d90";
        liquid_viscosity: "slurry.liquid_viscosity", "Pa*s", Material,
            "viscosity at rest of solvent with binder, without particles";
        hold_time: "slurry.hold_time", "s", Setpoint, "longest time without stirring";
        tank_height: "slurry.tank_height", "m", Parameter, "height of the slurry in the tank";
    }
}

stage_values! {
    /// What settled.
    SettlingOutcomes {
        velocity: "slurry.settling_velocity", "m/s", Outcome, "settling velocity of the coarsest";
        settled_share: "slurry.settled_share", "1", Outcome,
            "share of the tank's height that the coarsest have left";
    }
}

/// Standard gravity, m/s².
const GRAVITY_M_S2: f64 = 9.806_65;
/// Exponent of Richardson and Zaki for slow settling.
const HINDRANCE: f64 = 4.65;

/// Runs M6.
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input.
pub fn mix(inputs: &MixingInputs) -> Result<MixingOutcomes, TwinError> {
    not_negative("slurry.mixing_energy", inputs.mixing_energy)?;
    positive("slurry.mixing_energy_scale", inputs.energy_scale)?;
    positive("slurry.agglomerate_final", inputs.final_size)?;
    if inputs.initial_size.is_nan() || inputs.initial_size < inputs.final_size {
        return Err(TwinError::OutOfDomain {
            quantity: "slurry.agglomerate_initial",
            value: inputs.initial_size,
            expected: "at least the size after endless mixing",
        });
    }
    let left = math::exp(-inputs.mixing_energy / inputs.energy_scale);
    Ok(MixingOutcomes {
        median: inputs.final_size + (inputs.initial_size - inputs.final_size) * left,
    })
}

/// Runs M7 for particles and liquid of given densities, kg/m³.
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input.
pub fn settle(
    inputs: &SettlingInputs,
    volume_fraction: f64,
    particle_density_kg_m3: f64,
    liquid_density_kg_m3: f64,
) -> Result<SettlingOutcomes, TwinError> {
    positive("slurry.settling_radius", inputs.particle_radius)?;
    positive("slurry.liquid_viscosity", inputs.liquid_viscosity)?;
    not_negative("slurry.hold_time", inputs.hold_time)?;
    positive("slurry.tank_height", inputs.tank_height)?;
    let excess_kg_m3 = particle_density_kg_m3 - liquid_density_kg_m3;
    let radius = inputs.particle_radius;
    let velocity = 2.0
        * excess_kg_m3
        * GRAVITY_M_S2
        * radius
        * radius
        * math::pow(1.0 - volume_fraction, HINDRANCE)
        / (9.0 * inputs.liquid_viscosity);
    Ok(SettlingOutcomes {
        velocity,
        settled_share: velocity * inputs.hold_time / inputs.tank_height,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mixing_goes_from_the_first_size_to_the_last() -> Result<(), TwinError> {
        let at = |energy: f64| {
            mix(&MixingInputs {
                mixing_energy: energy,
                energy_scale: 50e3,
                initial_size: 80e-6,
                final_size: 2e-6,
            })
        };
        assert_eq!(at(0.0)?.median, 80e-6);
        assert!((at(5e6)?.median - 2e-6).abs() < 1e-18);
        let share = (at(50e3)?.median - 2e-6) / 78e-6;
        assert!((share - math::exp(-1.0)).abs() < 1e-12);
        assert!(at(-1.0).is_err());
        Ok(())
    }

    #[test]
    fn dilute_particle_falls_as_stokes_says_and_others_hinder_it() -> Result<(), TwinError> {
        let inputs = SettlingInputs {
            particle_radius: 10e-6,
            liquid_viscosity: 0.1,
            hold_time: 3_600.0,
            tank_height: 1.0,
        };
        let alone = settle(&inputs, 0.0, 4_770.0, 1_028.0)?;
        let stokes = 2.0 * 3_742.0 * 9.806_65 * 1e-10 / 0.9;
        assert!((alone.velocity / stokes - 1.0).abs() < 1e-12);
        assert!((alone.settled_share - 3_600.0 * alone.velocity).abs() < 1e-15);
        let crowded = settle(&inputs, 0.3, 4_770.0, 1_028.0)?;
        assert!((crowded.velocity / alone.velocity / math::pow(0.7, 4.65) - 1.0).abs() < 1e-12);
        Ok(())
    }
}
