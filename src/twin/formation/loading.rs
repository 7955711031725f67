//! Areal loading, thickness, porosity and density of a coating against a cell file.
//!
//! In: what the line makes of an electrode, and what a BPX file says about it. Out: relative
//! contradictions, one per quantity. BPX has no mass: it gives the active volume fraction as
//! `a R / 3`, so the comparison needs the true densities of the powder. A line that changes its
//! loading must change thickness or porosity with it; a file that disagrees describes another
//! electrode.

use crate::model::bpx;

/// One electrode as the line makes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LineElectrode {
    /// Dry mass of the coating per area and side, kg/m².
    pub areal_loading_kg_m2: f64,
    /// Thickness of the calendered coating on one side, m.
    pub thickness_m: f64,
    /// Porosity of the calendered coating, 1.
    pub porosity: f64,
    /// Mass of active material per dry mass of coating, 1.
    pub active_mass_fraction: f64,
    /// True density of the active material, kg/m³.
    pub active_density_kg_m3: f64,
    /// True density of all solids of the coating together, kg/m³.
    pub solid_density_kg_m3: f64,
}

/// Relative differences, (line − other) / other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contradiction {
    /// Loading of the line against its own thickness × (1 − porosity) × solid density.
    pub loading_against_itself: f64,
    /// Thickness of the line against the file.
    pub thickness: f64,
    /// Solid fraction (1 − porosity) against the file; none when the file gives no porosity.
    pub solid_fraction: Option<f64>,
    /// Active material per area (fraction × thickness) against the file: the capacity.
    pub active_per_area: f64,
}

impl Contradiction {
    /// Returns the largest magnitude.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.loading_against_itself
            .abs()
            .max(self.thickness.abs())
            .max(self.solid_fraction.unwrap_or(0.0).abs())
            .max(self.active_per_area.abs())
    }
}

impl LineElectrode {
    /// Compares the line with the electrode of a cell file.
    #[must_use]
    pub fn contradiction(&self, file: &bpx::Electrode) -> Contradiction {
        let relative = |line: f64, other: f64| line / other - 1.0;
        let solid_fraction = 1.0 - self.porosity;
        let own_kg_m2 = self.thickness_m * solid_fraction * self.solid_density_kg_m3;
        let active_m =
            self.areal_loading_kg_m2 * self.active_mass_fraction / self.active_density_kg_m3;
        Contradiction {
            loading_against_itself: relative(self.areal_loading_kg_m2, own_kg_m2),
            thickness: relative(self.thickness_m, file.thickness_m),
            solid_fraction: file
                .porous
                .map(|p| relative(solid_fraction, 1.0 - p.porosity)),
            active_per_area: relative(active_m, file.active_fraction() * file.thickness_m),
        }
    }
}

/// Returns the areal loading at which a file's electrode has the active material it says, kg/m².
#[must_use]
pub fn areal_loading_of_file_kg_m2(
    file: &bpx::Electrode,
    active_mass_fraction: f64,
    active_density_kg_m3: f64,
) -> f64 {
    file.active_fraction() * file.thickness_m * active_density_kg_m3 / active_mass_fraction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::curve::Curve;

    fn file() -> bpx::Electrode {
        bpx::Electrode {
            thickness_m: 5e-5,
            porous: Some(bpx::PorousLayer {
                thickness_m: 5e-5,
                porosity: 0.3,
                transport_efficiency: 0.15,
            }),
            conductivity_s_m: Some(0.8),
            particle_radius_m: 5e-6,
            surface_area_1_m: 3.9e5,
            maximum_concentration_mol_m3: 46_200.0,
            stoichiometry_range: (0.4, 0.96),
            open_circuit_potential_v: Curve::Constant(3.7),
            entropic_coefficient_v_k: None,
            diffusivity_m2_s: Curve::Constant(3e-14),
            diffusivity_activation_j_mol: None,
            rate_constant_mol_m2_s: 2e-5,
            rate_constant_activation_j_mol: None,
        }
    }

    fn line() -> LineElectrode {
        let areal_loading_kg_m2 = areal_loading_of_file_kg_m2(&file(), 0.95, 4700.0);
        LineElectrode {
            areal_loading_kg_m2,
            thickness_m: 5e-5,
            porosity: 0.3,
            active_mass_fraction: 0.95,
            active_density_kg_m3: 4700.0,
            solid_density_kg_m3: areal_loading_kg_m2 / (5e-5 * 0.7),
        }
    }

    #[test]
    fn line_made_after_the_file_does_not_contradict_it() {
        assert!(line().contradiction(&file()).largest() < 1e-14);
    }

    #[test]
    fn more_loading_at_the_same_thickness_shows_in_both_balances() {
        let mut heavier = line();
        heavier.areal_loading_kg_m2 *= 1.05;
        let found = heavier.contradiction(&file());
        assert!((found.loading_against_itself - 0.05).abs() < 1e-12);
        assert!((found.active_per_area - 0.05).abs() < 1e-12);
        assert_eq!(found.thickness, 0.0);
    }
}
