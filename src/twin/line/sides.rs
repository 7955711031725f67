//! One or both sides of the web wet in the dryer.
//!
//! In: what the dryer says of the web, of both sides together. Out: the same for one side, as rules
//! and the binder read it. Both sides share one balance, so each is as dry as the mean of both:
//! unlike air gets a flag, since the slower side is wetter than said.

use super::{Line, LineInputs};
use crate::twin::Flags;
use crate::twin::drying::{DryingOutcomes, Zone};

/// Heat transfer coefficients of two wet sides may differ by this share of their mean: five
/// standard deviations of two that scatter by 3 % each.
const UNLIKE_SHARE: f64 = 0.2;

impl Line {
    /// What the dryer reports per area of web, per area of coating.
    pub(super) fn of_one_side(&self, dried: DryingOutcomes) -> DryingOutcomes {
        if !self.both_sides_wet {
            return dried;
        }
        DryingOutcomes {
            mean_rate: 0.5 * dried.mean_rate,
            peak_rate: 0.5 * dried.peak_rate,
            shrinkage_rate: 0.5 * dried.shrinkage_rate,
            ..dried
        }
    }

    /// Solvent per area of coating from that per area of web, kg/m².
    pub(super) fn solvent_of_one_side(&self, kg_m2: f64) -> f64 {
        if self.both_sides_wet {
            0.5 * kg_m2
        } else {
            kg_m2
        }
    }
}

impl LineInputs {
    /// The reservation about two wet sides in unlike air; infrared emitters heat one side.
    pub(super) fn sides(&self) -> Flags {
        let is_unlike = |zone: &Zone| {
            let (top, bottom) = (zone.heat_transfer_top, zone.heat_transfer_bottom);
            (top - bottom).abs() > UNLIKE_SHARE * 0.5 * (top + bottom) || zone.infrared > 0.0
        };
        if self.both_sides_wet && self.zones.iter().any(is_unlike) {
            Flags::SIDES_UNLIKE
        } else {
            Flags::NONE
        }
    }
}
