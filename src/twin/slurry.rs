//! Slurry: density (M1), volume fraction (M2) and viscosity (M3 Carreau–Yasuda, M4
//! Krieger–Dougherty, M5 temperature).
//!
//! In: the mass fraction of solids, the dry recipe, true densities and the rheology measured at a
//! reference solids content and temperature. Out: densities, the packing volume fraction and a
//! viscosity at any shear rate. The polymer is dissolved: it counts as liquid for packing and as
//! solid for the dry coating. Trusted: ideal mixing; a dense suspension that does not gel.

use crate::math;
use crate::twin::GAS_CONSTANT_J_MOL_K;
use crate::twin::port::stage_values;
use crate::twin::status::{TwinError, not_negative, open_fraction, positive};

stage_values! {
    /// What the slurry is made of and how it flows.
    SlurryInputs {
        solids: "slurry.solids", "1", Setpoint, "mass fraction of solids, binder included";
        binder_fraction: "slurry.binder_fraction", "1", Setpoint,
            "mass fraction of binder in the dry coating";
        carbon_fraction: "slurry.carbon_fraction", "1", Setpoint,
            "mass fraction of conductive carbon in the dry coating; the rest is active material";
        active_density: "slurry.active_density", "kg/m^3", Material,
            "true density of the active material";
        binder_density: "slurry.binder_density", "kg/m^3", Material, "true density of the binder";
        carbon_density: "slurry.carbon_density", "kg/m^3", Material,
            "true density of the conductive carbon";
        solvent_density: "slurry.solvent_density", "kg/m^3", Material,
            "density of the liquid solvent";
        temperature: "slurry.temperature", "K", Setpoint, "slurry temperature at the die";
        zero_shear_viscosity: "slurry.zero_shear_viscosity", "Pa*s", Parameter,
            "viscosity at rest, at the reference solids and temperature";
        infinite_shear_viscosity: "slurry.infinite_shear_viscosity", "Pa*s", Parameter,
            "viscosity at very high shear, at the reference solids and temperature";
        relaxation_time: "slurry.relaxation_time", "s", Parameter, "Carreau relaxation time";
        flow_index: "slurry.flow_index", "1", Parameter, "power-law index of the thinning branch";
        yasuda_exponent: "slurry.yasuda_exponent", "1", Parameter,
            "sharpness of the bend, 2 for Carreau";
        reference_solids: "slurry.reference_solids", "1", Parameter,
            "mass fraction of solids at which the viscosity was measured";
        reference_temperature: "slurry.reference_temperature", "K", Parameter,
            "temperature at which the viscosity was measured";
        maximum_packing: "slurry.maximum_packing", "1", Parameter,
            "volume fraction of solids at which the slurry stops flowing";
        intrinsic_viscosity: "slurry.intrinsic_viscosity", "1", Parameter,
            "Krieger-Dougherty coefficient, 2.5 for spheres";
        activation_energy: "slurry.activation_energy", "J/mol", Parameter,
            "activation energy of the viscosity";
    }
}

stage_values! {
    /// What the slurry stage reports.
    SlurryOutcomes {
        density: "slurry.density", "kg/m^3", Outcome, "slurry density";
        volume_fraction: "slurry.volume_fraction", "1", Outcome,
            "volume fraction of undissolved solids";
        viscosity: "slurry.viscosity", "Pa*s", Outcome, "viscosity at 100 1/s";
        true_density: "coating.true_density", "kg/m^3", Outcome,
            "true density of the dry coating, without pores";
    }
}

/// Shear rate at which `slurry.viscosity` is quoted, 1/s (the usual rheometer point).
pub const QUOTED_SHEAR_RATE_1_S: f64 = 100.0;

/// A slurry: its densities and its flow curve at its own solids content and temperature.
#[derive(Clone, Copy, Debug)]
pub struct Slurry {
    inputs: SlurryInputs,
    /// Density, kg/m³ (M1).
    pub density_kg_m3: f64,
    /// True density of the dry coating, kg/m³.
    pub true_density_kg_m3: f64,
    /// Volume fraction of undissolved solids (M2).
    pub volume_fraction: f64,
    /// Factor of M4 and M5 on the reference flow curve.
    thickening: f64,
}

impl Slurry {
    /// Makes the slurry.
    ///
    /// # Errors
    /// A fraction, density or rheology parameter outside its domain, or solids beyond packing.
    pub fn new(inputs: &SlurryInputs) -> Result<Self, TwinError> {
        check(inputs)?;
        let true_density_kg_m3 = composite_density_kg_m3(inputs);
        let volume_fraction = packing_fraction(inputs, inputs.solids, true_density_kg_m3);
        let reference = packing_fraction(inputs, inputs.reference_solids, true_density_kg_m3);
        let crowding = krieger_dougherty(
            volume_fraction,
            inputs.maximum_packing,
            inputs.intrinsic_viscosity,
        )? / krieger_dougherty(
            reference,
            inputs.maximum_packing,
            inputs.intrinsic_viscosity,
        )?;
        let warming = math::exp(
            inputs.activation_energy / GAS_CONSTANT_J_MOL_K
                * (1.0 / inputs.temperature - 1.0 / inputs.reference_temperature),
        );
        Ok(Self {
            inputs: *inputs,
            density_kg_m3: mixture_density_kg_m3(
                inputs.solids,
                true_density_kg_m3,
                inputs.solvent_density,
            ),
            true_density_kg_m3,
            volume_fraction,
            thickening: crowding * warming,
        })
    }

    /// Viscosity at a shear rate in 1/s, Pa s (M3 to M5).
    #[must_use]
    pub fn viscosity_pa_s(&self, shear_rate_1_s: f64) -> f64 {
        let law = &self.inputs;
        self.thickening
            * carreau_yasuda_pa_s(
                shear_rate_1_s,
                law.zero_shear_viscosity,
                law.infinite_shear_viscosity,
                law.relaxation_time,
                law.flow_index,
                law.yasuda_exponent,
            )
    }

    /// The power law that touches the flow curve at a shear rate in 1/s, on logarithmic axes.
    #[must_use]
    pub fn power_law(&self, shear_rate_1_s: f64) -> PowerLaw {
        let law = &self.inputs;
        let bend = math::pow(law.relaxation_time * shear_rate_1_s, law.yasuda_exponent);
        let viscosity = self.viscosity_pa_s(shear_rate_1_s);
        let thinning = viscosity - self.thickening * law.infinite_shear_viscosity;
        let slope = (law.flow_index - 1.0) * bend / (1.0 + bend) * thinning / viscosity;
        PowerLaw {
            consistency: viscosity / math::pow(shear_rate_1_s, slope),
            index: 1.0 + slope,
        }
    }

    /// Viscosity at rest, Pa s.
    #[must_use]
    pub fn rest_viscosity_pa_s(&self) -> f64 {
        self.thickening * self.inputs.zero_shear_viscosity
    }

    /// Takes measured outcomes over: densities and packing as they are, and the height of the flow
    /// curve from the viscosity at [`QUOTED_SHEAR_RATE_1_S`]; its shape stays that of the model.
    ///
    /// # Errors
    /// [`TwinError::OutOfDomain`] naming the outcome.
    pub fn measured(self, found: &SlurryOutcomes) -> Result<Self, TwinError> {
        positive("slurry.density", found.density)?;
        positive("coating.true_density", found.true_density)?;
        positive("slurry.viscosity", found.viscosity)?;
        open_fraction("slurry.volume_fraction", found.volume_fraction)?;
        let modelled = self.outcomes().viscosity;
        let thickening = if found.viscosity == modelled {
            self.thickening
        } else {
            self.thickening * (found.viscosity / modelled)
        };
        Ok(Self {
            density_kg_m3: found.density,
            true_density_kg_m3: found.true_density,
            volume_fraction: found.volume_fraction,
            thickening,
            ..self
        })
    }

    /// Returns the reported values.
    #[must_use]
    pub fn outcomes(&self) -> SlurryOutcomes {
        SlurryOutcomes {
            density: self.density_kg_m3,
            volume_fraction: self.volume_fraction,
            viscosity: self.viscosity_pa_s(QUOTED_SHEAR_RATE_1_S),
            true_density: self.true_density_kg_m3,
        }
    }
}

/// A power-law fluid: stress = consistency·rate^index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerLaw {
    /// Consistency, Pa sⁿ.
    pub consistency: f64,
    /// Flow index n.
    pub index: f64,
}

fn check(inputs: &SlurryInputs) -> Result<(), TwinError> {
    open_fraction("slurry.solids", inputs.solids)?;
    open_fraction("slurry.reference_solids", inputs.reference_solids)?;
    open_fraction("slurry.maximum_packing", inputs.maximum_packing)?;
    not_negative("slurry.binder_fraction", inputs.binder_fraction)?;
    not_negative("slurry.carbon_fraction", inputs.carbon_fraction)?;
    positive("slurry.active_fraction", active_fraction(inputs))?;
    positive("slurry.active_density", inputs.active_density)?;
    positive("slurry.binder_density", inputs.binder_density)?;
    positive("slurry.carbon_density", inputs.carbon_density)?;
    positive("slurry.solvent_density", inputs.solvent_density)?;
    positive("slurry.temperature", inputs.temperature)?;
    positive("slurry.reference_temperature", inputs.reference_temperature)?;
    positive("slurry.zero_shear_viscosity", inputs.zero_shear_viscosity)?;
    not_negative(
        "slurry.infinite_shear_viscosity",
        inputs.infinite_shear_viscosity,
    )?;
    not_negative("slurry.relaxation_time", inputs.relaxation_time)?;
    positive("slurry.flow_index", inputs.flow_index)?;
    positive("slurry.intrinsic_viscosity", inputs.intrinsic_viscosity)?;
    not_negative("slurry.activation_energy", inputs.activation_energy)?;
    positive("slurry.yasuda_exponent", inputs.yasuda_exponent)
}

/// Mass fraction of active material in the dry coating: what binder and carbon leave.
#[must_use]
pub fn active_fraction(inputs: &SlurryInputs) -> f64 {
    1.0 - inputs.binder_fraction - inputs.carbon_fraction
}

/// True density of the dry coating, kg/m³: M1 over the dry recipe.
#[must_use]
pub fn composite_density_kg_m3(inputs: &SlurryInputs) -> f64 {
    1.0 / (active_fraction(inputs) / inputs.active_density
        + inputs.binder_fraction / inputs.binder_density
        + inputs.carbon_fraction / inputs.carbon_density)
}

/// Slurry density of two phases, kg/m³ (M1): `solids` is a mass fraction.
#[must_use]
pub fn mixture_density_kg_m3(
    solids: f64,
    true_density_kg_m3: f64,
    solvent_density_kg_m3: f64,
) -> f64 {
    1.0 / (solids / true_density_kg_m3 + (1.0 - solids) / solvent_density_kg_m3)
}

/// Volume fraction of undissolved solids (M2): the binder counts as liquid.
fn packing_fraction(inputs: &SlurryInputs, solids: f64, true_density_kg_m3: f64) -> f64 {
    let density = mixture_density_kg_m3(solids, true_density_kg_m3, inputs.solvent_density);
    density
        * solids
        * (active_fraction(inputs) / inputs.active_density
            + inputs.carbon_fraction / inputs.carbon_density)
}

/// Carreau–Yasuda viscosity, Pa s (M3); shear rate in 1/s, relaxation time in s.
#[must_use]
pub fn carreau_yasuda_pa_s(
    shear_rate_1_s: f64,
    zero_shear_pa_s: f64,
    infinite_shear_pa_s: f64,
    relaxation_time_s: f64,
    flow_index: f64,
    yasuda_exponent: f64,
) -> f64 {
    let bend = math::pow(relaxation_time_s * shear_rate_1_s, yasuda_exponent);
    let thinning = math::pow(1.0 + bend, (flow_index - 1.0) / yasuda_exponent);
    infinite_shear_pa_s + (zero_shear_pa_s - infinite_shear_pa_s) * thinning
}

/// Relative viscosity of a suspension (M4); Einstein's 1 + Bφ for small φ.
///
/// # Errors
/// [`TwinError::BeyondMaximumPacking`] at or above the maximum packing.
pub fn krieger_dougherty(
    volume_fraction: f64,
    maximum_packing: f64,
    intrinsic_viscosity: f64,
) -> Result<f64, TwinError> {
    if volume_fraction >= maximum_packing {
        return Err(TwinError::BeyondMaximumPacking {
            volume_fraction,
            maximum: maximum_packing,
        });
    }
    Ok(math::pow(
        1.0 - volume_fraction / maximum_packing,
        -intrinsic_viscosity * maximum_packing,
    ))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::twin) const INPUTS: SlurryInputs = SlurryInputs {
        solids: 0.65,
        binder_fraction: 0.015,
        carbon_fraction: 0.015,
        active_density: 4_770.0,
        binder_density: 1_770.0,
        carbon_density: 1_850.0,
        solvent_density: 1_028.0,
        temperature: 300.0,
        zero_shear_viscosity: 11.75,
        infinite_shear_viscosity: 0.05,
        relaxation_time: 1.0,
        flow_index: 0.6,
        yasuda_exponent: 2.0,
        reference_solids: 0.65,
        reference_temperature: 298.15,
        maximum_packing: 0.6,
        intrinsic_viscosity: 2.5,
        activation_energy: 15e3,
    };

    /// Oracle O2, both limits of the flow curve.
    #[test]
    fn carreau_yasuda_meets_both_limits() {
        let at = |rate: f64| carreau_yasuda_pa_s(rate, 12.0, 0.0, 2.0, 0.6, 1.7);
        assert!((at(1e-9) / 12.0 - 1.0).abs() < 1e-6);
        let slope = math::ln(at(2e9) / at(1e9)) / math::ln(2.0);
        assert!((slope + 0.4).abs() < 1e-6);
        let power_law = 12.0 * math::pow(2.0, -0.4) * math::pow(1e9, -0.4);
        assert!((at(1e9) / power_law - 1.0).abs() < 1e-6);
    }

    /// Oracle O2, the dilute limit.
    #[test]
    fn dilute_suspension_follows_einstein() -> Result<(), TwinError> {
        let phi = 1e-8;
        let slope = (krieger_dougherty(phi, 0.64, 2.5)? - 1.0) / phi;
        assert!((slope / 2.5 - 1.0).abs() < 1e-6);
        Ok(())
    }

    #[test]
    fn power_law_touches_the_flow_curve() -> Result<(), TwinError> {
        let slurry = Slurry::new(&INPUTS)?;
        for rate in [0.1, 1.0, 50.0, 3_000.0] {
            let law = slurry.power_law(rate);
            let at = |g: f64| law.consistency * math::pow(g, law.index - 1.0);
            assert!((at(rate) / slurry.viscosity_pa_s(rate) - 1.0).abs() < 1e-12);
            let step = 1.0 + 1e-5;
            let (near, curve) = (at(rate * step), slurry.viscosity_pa_s(rate * step));
            assert!((near / curve - 1.0).abs() < 1e-9, "{rate}");
        }
        Ok(())
    }

    /// M5: ten kelvin above 298 K. 1/308 − 1/298 = −1.0895145e-4 1/K; times 15 000/8.314462618 K
    /// that is −0.19655771, exp of it 0.82155391; with 25 kJ/mol −0.32759619 and 0.72065397. The
    /// whole flow curve is scaled, so at rest and at any rate.
    #[test]
    fn a_warmer_slurry_is_thinner_by_its_activation_energy() -> Result<(), TwinError> {
        for (energy, expected) in [(15e3, 0.821_553_91), (25e3, 0.720_653_97), (0.0, 1.0)] {
            let at = |kelvin: f64| {
                Slurry::new(&SlurryInputs {
                    temperature: kelvin,
                    reference_temperature: 298.0,
                    activation_energy: energy,
                    ..INPUTS
                })
            };
            let (warm, cold) = (at(308.0)?, at(298.0)?);
            // At the reference temperature and solids the slurry is as it was measured.
            assert!((cold.rest_viscosity_pa_s() / 11.75 - 1.0).abs() < 1e-12);
            for ratio in [
                warm.rest_viscosity_pa_s() / cold.rest_viscosity_pa_s(),
                warm.viscosity_pa_s(100.0) / cold.viscosity_pa_s(100.0),
            ] {
                assert!((ratio / expected - 1.0).abs() < 1e-7, "{energy}: {ratio}");
            }
        }
        Ok(())
    }

    #[test]
    fn packing_limit_is_a_typed_failure() {
        assert!(matches!(
            krieger_dougherty(0.64, 0.64, 2.5),
            Err(TwinError::BeyondMaximumPacking { .. })
        ));
    }
}
