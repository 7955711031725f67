//! Does the line make the cathode that the cell file describes?
//!
//! In: the simulated line at the nominal recipe and the cell file. Out: a finding per quantity that
//! contradicts the file by more than a share: loading against its own thickness × solids × density,
//! thickness, solid fraction, active material per area. A formation simulated for another
//! electrode than the one coated would be worth nothing, so this is said, never corrected.

use super::search::nominal_outcome;
use super::{Context, Judged};
use crate::record::body::Finding;
use crate::twin::formation::LineElectrode;

/// Contradictions up to this share are rounding of published parameters.
const SHARE_MAX: f64 = 0.02;

/// Compares the line with the cell file.
#[must_use]
pub fn findings(context: &Context<'_>, judged: &Judged) -> Vec<Finding> {
    let (Some(line), Some(cell)) = (electrode(context, judged), &context.documents.cell) else {
        return Vec::new();
    };
    let found = line.contradiction(&cell.bpx.positive);
    let shares = [
        (
            "loading against thickness × solids × density",
            Some(found.loading_against_itself),
        ),
        ("thickness", Some(found.thickness)),
        ("solid fraction", found.solid_fraction),
        ("active material per area", Some(found.active_per_area)),
    ];
    shares
        .into_iter()
        .filter_map(|(what, share)| Some((what, share?)))
        .filter(|(_, share)| share.abs() > SHARE_MAX)
        .map(|(what, share)| Finding {
            code: "cell-file-contradicted".to_owned(),
            level: "warning".to_owned(),
            message: format!(
                "the cathode of the line contradicts the cell file: {what} differs by {:.1} %",
                100.0 * share
            ),
            places: Vec::new(),
            grounds: Vec::new(),
        })
        .collect()
}

fn electrode(context: &Context<'_>, judged: &Judged) -> Option<LineElectrode> {
    let outcome = |name: &str| nominal_outcome(context, judged, name);
    let input = |name: &str| Some(judged.binding.nominal[judged.binding.place(name)?]);
    Some(LineElectrode {
        areal_loading_kg_m2: outcome("calendering.areal_loading")?,
        thickness_m: outcome("calendering.thickness")?,
        porosity: outcome("calendering.porosity")?,
        active_mass_fraction: 1.0
            - input("slurry.binder_fraction")?
            - input("slurry.carbon_fraction")?,
        active_density_kg_m3: input("slurry.active_density")?,
        solid_density_kg_m3: outcome("coating.true_density")?,
    })
}
