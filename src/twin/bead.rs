//! The coating bead: vacuum window (C6, C7), air entrainment (C8), cross-web profile (C10), pump
//! ripple through bead and levelling (C11, C12).
//!
//! In: lips, slot, vacuum, the wet film and the slurry. Out: the vacuum between which a bead can
//! sit, and how far the set vacuum is from either end; what is left of the disturbances. Pressure
//! balance in the form of Higgins and Scriven 1980 (recalled): vacuum = 1.34·Ca^⅔·σ/h + G_d·L_d +
//! G_u·x_u + C_u with 0 ≤ x_u ≤ L_u and |C_u| ≤ 2σ/H_u; a bead exists if some x_u and C_u fit. The
//! gradients G under the lips are those of a power-law fluid (`lip.rs`): the tangent to the flow
//! curve at the shear rate of the gap. The meniscus term holds as far as the low-flow limit does;
//! above Ca = 1 the stage flags both.

use crate::math;
use crate::twin::levelling;
use crate::twin::lip;
use crate::twin::port::stage_values;
use crate::twin::slurry::Slurry;
use crate::twin::status::{TwinError, not_negative, positive};

stage_values! {
    /// The die.
    BeadInputs {
        lip_downstream: "coating.lip_downstream", "m", Parameter,
            "length of the lip behind the slot";
        lip_upstream: "coating.lip_upstream", "m", Parameter,
            "length of the lip before the slot";
        upstream_gap: "coating.upstream_gap", "m", Setpoint,
            "distance of the upstream lip from the foil";
        slot_gap: "coating.slot_gap", "m", Parameter, "gap of the feed slot";
        slot_gap_variation: "coating.slot_gap_variation", "m", Parameter,
            "standard deviation of the slot gap across the web";
        vacuum: "coating.vacuum", "Pa", Setpoint,
            "pressure by which the vacuum box lies below the air; 0 without a box";
    }
}

stage_values! {
    /// What the bead allows.
    BeadOutcomes {
        vacuum_low: "coating.vacuum_low", "Pa", Outcome,
            "least vacuum: below, air gets into the bead";
        vacuum_high: "coating.vacuum_high", "Pa", Outcome,
            "largest vacuum: above, the bead leaks upstream";
        vacuum_margin: "coating.vacuum_margin", "Pa", Outcome,
            "vacuum to the nearer end of its window; below 0 no bead exists";
        entrainment_speed: "coating.entrainment_speed", "m/s", Outcome,
            "speed at which a plunging tape drags air along; advisory";
        cross_web_variation: "coating.cross_web_variation", "1", Outcome,
            "standard deviation of the loading across the web from that of the slot gap";
        bead_time: "coating.bead_time", "s", Outcome, "volume of the bead over its flow";
    }
}

stage_values! {
    /// The pump and the way to the dryer.
    RippleInputs {
        pump_ripple: "coating.pump_ripple", "1", Parameter,
            "amplitude of the pump flow over its mean";
        pump_frequency: "coating.pump_frequency", "1/s", Parameter, "frequency of the pump flow";
        levelling_length: "coating.levelling_length", "m", Parameter,
            "way of the web from die to dryer";
    }
}

stage_values! {
    /// What is left of the pump's ripple.
    RippleOutcomes {
        coated_ripple: "coating.coated_ripple", "1", Outcome,
            "amplitude of the film thickness behind the bead over its mean";
        dried_ripple: "coating.dried_ripple", "1", Outcome,
            "amplitude of the film thickness before the dryer over its mean";
    }
}

/// The wet film under the die.
#[derive(Clone, Copy, Debug)]
pub struct WetFilm {
    /// Speed of the web, m/s.
    pub speed_m_s: f64,
    /// Gap under the downstream lip, m.
    pub gap_m: f64,
    /// Thickness of the wet film, m.
    pub thickness_m: f64,
    /// Surface tension, N/m.
    pub surface_tension_n_m: f64,
    /// Capillary number at the shear rate of the gap.
    pub capillary_number: f64,
}

/// Meniscus factor of the low-flow limit, twice its 0.67.
const MENISCUS: f64 = 1.34;
/// Advisory air-entrainment speed in m/s: 6.9·η^(−0.67), η in mPa s. Gutoff and Kendrick 1982, with
/// prefactor and units from secondary literature, and 5 to 20 times below what lines run at.
const ENTRAINMENT: (f64, f64) = (6.9, -0.67);

/// Runs the section.
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input.
pub fn bead(
    inputs: &BeadInputs,
    film: &WetFilm,
    slurry: &Slurry,
) -> Result<BeadOutcomes, TwinError> {
    not_negative("coating.lip_downstream", inputs.lip_downstream)?;
    not_negative("coating.lip_upstream", inputs.lip_upstream)?;
    positive("coating.upstream_gap", inputs.upstream_gap)?;
    positive("coating.slot_gap", inputs.slot_gap)?;
    not_negative("coating.slot_gap_variation", inputs.slot_gap_variation)?;
    not_negative("coating.vacuum", inputs.vacuum)?;
    let under_lip = slurry.power_law(film.speed_m_s / film.gap_m);
    let upstream = slurry.power_law(film.speed_m_s / inputs.upstream_gap);
    let root = math::cbrt(film.capillary_number);
    let meniscus_pa = MENISCUS * root * root * film.surface_tension_n_m / film.thickness_m;
    let downstream_pa = inputs.lip_downstream
        * lip::pressure_gradient_pa_m(
            film.speed_m_s,
            film.gap_m,
            film.thickness_m,
            under_lip.consistency,
            under_lip.index,
        )?;
    let upstream_pa = inputs.lip_upstream
        * lip::closed_gradient_pa_m(
            film.speed_m_s,
            inputs.upstream_gap,
            upstream.consistency,
            upstream.index,
        )?;
    let capillary_pa = 2.0 * film.surface_tension_n_m / inputs.upstream_gap;
    let vacuum_low = meniscus_pa + downstream_pa - capillary_pa;
    let vacuum_high = meniscus_pa + downstream_pa + upstream_pa + capillary_pa;
    let in_slot = slurry.power_law(slot_shear_rate(inputs, film));
    let viscosity_mpa_s = 1e3 * slurry.viscosity_pa_s(film.speed_m_s / film.gap_m);
    Ok(BeadOutcomes {
        vacuum_low,
        vacuum_high,
        vacuum_margin: (inputs.vacuum - vacuum_low).min(vacuum_high - inputs.vacuum),
        entrainment_speed: ENTRAINMENT.0 * math::pow(viscosity_mpa_s, ENTRAINMENT.1),
        cross_web_variation: cross_web_amplification(in_slot.index) * inputs.slot_gap_variation
            / inputs.slot_gap,
        bead_time: inputs.bead_time_s(film),
    })
}

impl BeadInputs {
    /// Volume of the bead over its flow, s: what lies under both lips and the slot.
    #[must_use]
    pub fn bead_time_s(&self, film: &WetFilm) -> f64 {
        let length_m = self.lip_downstream + self.slot_gap + self.lip_upstream;
        film.gap_m * length_m / (film.thickness_m * film.speed_m_s)
    }
}

/// Wall shear rate in the feed slot as for a Newtonian fluid: 6·flow per width over gap squared.
fn slot_shear_rate(inputs: &BeadInputs, film: &WetFilm) -> f64 {
    6.0 * film.thickness_m * film.speed_m_s / (inputs.slot_gap * inputs.slot_gap)
}

/// Relative error of the flow per relative error of the slot gap (C10): 2 + 1/n.
#[must_use]
pub fn cross_web_amplification(flow_index: f64) -> f64 {
    2.0 + 1.0 / flow_index
}

/// Share of a flow ripple that a bead lets through (C11), a first-order lag.
#[must_use]
pub fn ripple_gain(frequency_1_s: f64, bead_time_s: f64) -> f64 {
    let phase = 2.0 * std::f64::consts::PI * frequency_1_s * bead_time_s;
    1.0 / (1.0 + phase * phase).sqrt()
}

/// Runs the ripple of the pump through bead and levelling.
///
/// # Errors
/// [`TwinError::OutOfDomain`] naming the input.
pub fn ripple(
    inputs: &RippleInputs,
    film: &WetFilm,
    bead_time_s: f64,
    rest_viscosity_pa_s: f64,
) -> Result<RippleOutcomes, TwinError> {
    not_negative("coating.pump_ripple", inputs.pump_ripple)?;
    positive("coating.pump_frequency", inputs.pump_frequency)?;
    not_negative("coating.levelling_length", inputs.levelling_length)?;
    let coated = inputs.pump_ripple * ripple_gain(inputs.pump_frequency, bead_time_s);
    let left = levelling::amplitude_left(
        film.speed_m_s / inputs.pump_frequency,
        film.thickness_m,
        film.surface_tension_n_m,
        inputs.levelling_length / film.speed_m_s / rest_viscosity_pa_s,
    )?;
    Ok(RippleOutcomes {
        coated_ripple: coated,
        dried_ripple: coated * left,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::twin::slurry::{Slurry, SlurryInputs, tests::INPUTS};

    /// A slurry of constant viscosity: no thinning.
    fn newtonian(viscosity: f64) -> Result<Slurry, TwinError> {
        Slurry::new(&SlurryInputs {
            temperature: 298.15,
            zero_shear_viscosity: viscosity,
            infinite_shear_viscosity: viscosity,
            flow_index: 1.0,
            activation_energy: 0.0,
            ..INPUTS
        })
    }

    fn die(lip_upstream: f64) -> BeadInputs {
        BeadInputs {
            lip_downstream: 1e-3,
            lip_upstream,
            upstream_gap: 200e-6,
            slot_gap: 600e-6,
            slot_gap_variation: 2e-6,
            vacuum: 0.0,
        }
    }

    fn film(viscosity: f64) -> WetFilm {
        WetFilm {
            speed_m_s: 0.5,
            gap_m: 160e-6,
            thickness_m: 100e-6,
            surface_tension_n_m: 0.04,
            capillary_number: viscosity * 0.5 / 0.04,
        }
    }

    #[test]
    fn newtonian_window_is_the_published_balance() -> Result<(), TwinError> {
        let (eta, film) = (1.3, film(1.3));
        let out = bead(&die(1.5e-3), &film, &newtonian(eta)?)?;
        let root = math::cbrt(film.capillary_number);
        let meniscus = 1.34 * root * root * 0.04 / 100e-6;
        let under = 12.0 * eta * 0.5 * 1e-3 / (160e-6 * 160e-6) * (0.5 - 100.0 / 160.0);
        let upstream = 6.0 * eta * 0.5 * 1.5e-3 / (200e-6 * 200e-6);
        let capillary = 2.0 * 0.04 / 200e-6;
        assert!((out.vacuum_low / (meniscus + under - capillary) - 1.0).abs() < 1e-9);
        let high = meniscus + under + upstream + capillary;
        assert!((out.vacuum_high / high - 1.0).abs() < 1e-9, "{out:?}");
        Ok(())
    }

    /// Oracle of the vacuum window at a fixed place of the upstream meniscus: 4σ/H_u wide.
    #[test]
    fn window_without_upstream_lip_is_four_capillary_pressures_wide() -> Result<(), TwinError> {
        let out = bead(&die(0.0), &film(1.3), &newtonian(1.3)?)?;
        let width = out.vacuum_high - out.vacuum_low;
        assert!(
            (width / (4.0 * 0.04 / 200e-6) - 1.0).abs() < 1e-9,
            "{width}"
        );
        Ok(())
    }

    #[test]
    fn margin_is_the_distance_to_the_nearer_end() -> Result<(), TwinError> {
        let slurry = newtonian(1.3)?;
        let window = bead(&die(1.5e-3), &film(1.3), &slurry)?;
        for (vacuum, expected) in [
            (window.vacuum_high - 7.0, 7.0),
            (window.vacuum_high + 7.0, -7.0),
        ] {
            let set = BeadInputs {
                vacuum,
                ..die(1.5e-3)
            };
            let out = bead(&set, &film(1.3), &slurry)?;
            assert!((out.vacuum_margin - expected).abs() < 1e-6, "{out:?}");
        }
        Ok(())
    }

    #[test]
    fn two_micrometres_of_slot_are_one_percent_and_a_third_of_loading() {
        let found = cross_web_amplification(0.5) * 2.0 / 600.0;
        assert!((found - 0.0133).abs() < 5e-5);
        assert_eq!(cross_web_amplification(1.0), 3.0);
    }

    #[test]
    fn bead_damps_fast_ripple_and_passes_slow_one() -> Result<(), TwinError> {
        // 9 ms at half a metre per second, a gap of 1.5 films and 3 mm of die.
        let die = BeadInputs {
            lip_downstream: 1.2e-3,
            lip_upstream: 1.2e-3,
            ..die(0.0)
        };
        let film = WetFilm {
            gap_m: 150e-6,
            ..film(1.0)
        };
        let time = bead(&die, &film, &newtonian(1.0)?)?.bead_time;
        assert!((time - 9e-3).abs() < 1e-5, "{time}");
        assert!(ripple_gain(1e-3, time) > 0.999_999_99);
        let corner = 1.0 / (2.0 * std::f64::consts::PI * time);
        assert!((ripple_gain(corner, time) - std::f64::consts::FRAC_1_SQRT_2).abs() < 1e-12);
        // Centimetre bands stay, half-millimetre ripple levels.
        let pump = |frequency: f64| RippleInputs {
            pump_ripple: 0.01,
            pump_frequency: frequency,
            levelling_length: 2.0,
        };
        let slow = ripple(&pump(5.0), &film, time, 12.0)?;
        assert!((slow.dried_ripple / slow.coated_ripple - 1.0).abs() < 1e-3);
        let fast = ripple(&pump(1_000.0), &film, time, 12.0)?;
        assert!(fast.dried_ripple < 0.2 * fast.coated_ripple, "{fast:?}");
        Ok(())
    }
}
