//! Risk of chloride as a class (no kinetics).
//!
//! In: chloride in the electrolyte, whether the salt is an imide and whether the can is steel. Out:
//! a class from 0 to 3. Two different questions: for imide salts on steel pits grow from a few tens
//! of ppm (published; the interval 10 to 50 ppm with 30 in the middle is derived from "a few
//! tens"); for everything else the product limit of 5 ppm (recalled) tells a poor lot, not
//! corrosion.

use crate::twin::port::stage_values;
use crate::twin::status::{TwinError, not_negative};

stage_values! {
    /// The chloride of the lot.
    ChlorideInputs {
        chloride: "electrolyte.chloride", "1", Material, "chloride as Cl-, mass fraction";
    }
}

stage_values! {
    /// How dangerous it is.
    ChlorideOutcomes {
        risk: "electrolyte.chloride_risk", "1", Outcome,
            "chloride risk: 0 none, 1 watch, 2 pits may grow, 3 pits grow";
    }
}

/// What the chloride meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exposure {
    /// Whether the salt is LiFSI or LiTFSI.
    pub imide_salt: bool,
    /// Whether the electrolyte touches steel.
    pub steel: bool,
}

/// Below, an imide electrolyte does not harm steel, mass fraction.
const PITS_LEAST: f64 = 10e-6;
/// Centre of the published "few tens of ppm".
const PITS_CENTRE: f64 = 30e-6;
/// Product limit of electrolytes.
const PRODUCT: f64 = 5e-6;

/// Runs the section.
///
/// # Errors
/// [`TwinError::OutOfDomain`] for a negative content.
pub fn classify(
    inputs: &ChlorideInputs,
    exposure: Exposure,
) -> Result<ChlorideOutcomes, TwinError> {
    not_negative("electrolyte.chloride", inputs.chloride)?;
    let corrosive = exposure.imide_salt && exposure.steel;
    let class = [
        inputs.chloride > PRODUCT,
        corrosive && inputs.chloride > PITS_LEAST,
        corrosive && inputs.chloride > PITS_CENTRE,
    ];
    Ok(ChlorideOutcomes {
        risk: class.into_iter().filter(|reached| *reached).count() as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_follow_salt_and_can() -> Result<(), TwinError> {
        let risk = |ppm: f64, imide_salt: bool, steel: bool| {
            let inputs = ChlorideInputs {
                chloride: ppm * 1e-6,
            };
            let out = classify(&inputs, Exposure { imide_salt, steel })?;
            Ok::<_, TwinError>(out.risk)
        };
        for (ppm, expected) in [(1.0, 0.0), (8.0, 1.0), (20.0, 2.0), (31.0, 3.0)] {
            assert_eq!(risk(ppm, true, true)?, expected);
        }
        for ppm in [8.0, 31.0, 200.0] {
            assert_eq!(risk(ppm, false, true)?, 1.0);
            assert_eq!(risk(ppm, true, false)?, 1.0);
        }
        Ok(())
    }
}
