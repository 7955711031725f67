//! Critical thickness above which a drying coating cracks (K1).
//!
//! In: particle radius and shear modulus, surface tension. Out: thickness in m. Singh and
//! Tirumkudulu 2007 (PRL 98:218302, recalled) for hard spheres packed at random. Known discrepancy:
//! it predicts too little relief from alcohol in water (measured 2.2 times, σ^(−1/2) gives 1.5).

use crate::math;
use crate::twin::port::stage_values;
use crate::twin::status::{TwinError, positive};

stage_values! {
    /// The particles that the drying film must hold together.
    CrackingInputs {
        particle_radius: "slurry.particle_radius", "m", Material,
            "median radius of the active particles";
        particle_shear_modulus: "slurry.particle_shear_modulus", "Pa", Material,
            "shear modulus of the active particles";
    }
}

stage_values! {
    /// How near the film is to cracking.
    CrackingOutcomes {
        critical_thickness: "drying.critical_thickness", "m", Outcome,
            "thickness of the packed film above which it cracks";
        cracking_share: "drying.cracking_share", "1", Outcome,
            "thickness of the packed film over the critical one";
    }
}

/// Runs the section on a film that packs to `packed_thickness_m` (h_w·φ_0/φ_max).
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input.
pub fn crack(
    inputs: &CrackingInputs,
    packed_thickness_m: f64,
    surface_tension_n_m: f64,
) -> Result<CrackingOutcomes, TwinError> {
    positive("slurry.particle_radius", inputs.particle_radius)?;
    positive(
        "slurry.particle_shear_modulus",
        inputs.particle_shear_modulus,
    )?;
    let critical_thickness = critical_thickness_m(
        inputs.particle_radius,
        inputs.particle_shear_modulus,
        surface_tension_n_m,
    );
    Ok(CrackingOutcomes {
        critical_thickness,
        cracking_share: packed_thickness_m / critical_thickness,
    })
}

/// Neighbours of a sphere in a random close packing.
const COORDINATION: f64 = 6.0;
/// Volume fraction of a random close packing.
const PACKING: f64 = 0.64;
/// Greatest capillary suction times radius over twice the surface tension.
const SUCTION: f64 = 5.3;

/// Critical thickness, m, for a particle radius in m, its shear modulus in Pa and a surface tension
/// in N/m.
#[must_use]
pub fn critical_thickness_m(radius_m: f64, shear_modulus_pa: f64, surface_tension_n_m: f64) -> f64 {
    let cube = radius_m * radius_m * radius_m;
    let stiffness = shear_modulus_pa * COORDINATION * PACKING * cube / (2.0 * surface_tension_n_m);
    0.64 * stiffness.sqrt() / math::pow(SUCTION, 1.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_cases_are_reproduced() {
        for (radius, modulus, tension, micrometre) in [
            (5e-6, 4e9, 0.0720, 191.5),
            (2e-6, 50e9, 0.0720, 171.3),
            (2e-6, 50e9, 0.0406, 228.1),
        ] {
            let found = critical_thickness_m(radius, modulus, tension) * 1e6;
            assert!(
                (found - micrometre).abs() < 0.1,
                "{found} against {micrometre}"
            );
        }
    }

    /// Oracle O12.
    #[test]
    fn exponents_are_three_halves_one_half_and_minus_one_half() {
        let base = critical_thickness_m(2e-6, 50e9, 0.07);
        let exponent = |scaled: f64| math::ln(scaled / base) / math::ln(2.0);
        assert!((exponent(critical_thickness_m(4e-6, 50e9, 0.07)) - 1.5).abs() < 1e-9);
        assert!((exponent(critical_thickness_m(2e-6, 100e9, 0.07)) - 0.5).abs() < 1e-9);
        assert!((exponent(critical_thickness_m(2e-6, 50e9, 0.14)) + 0.5).abs() < 1e-9);
    }
}
