//! The digital twin of the electrode line: plain SI numbers in, plain SI numbers out.
//!
//! In: one `&[f64]` of port values per sample. Out: one `&mut [f64]` of outcomes and a [`Status`]
//! that says whether they may be used, with which reservations, or why there are none. Nothing
//! here reads documents, rules or units beyond the unit token of a [`Port`]; the wiring looks
//! ports up by dictionary name.
//!
//! ```text
//! slurry ─> coating ─> drying ─> calendering ─> filling        line.rs runs them in this order
//! M1–M5     C1–C5      D1–D6     L1–L3          F1–F3,H1,H3    (equation names of the theory page)
//! mixing    bead       nozzle    rolls          wetting        optional sections, line/optional.rs
//! M6,M7     variation  binder                   moisture
//!           C6–C12     cracking                 chloride
//! ```
//! Trusted: `crate::math` for elementary functions and the cited property correlations in
//! `solvent.rs`, `air.rs` and `humid_air.rs`. Every other physical number arrives through a port.

pub mod air;
pub mod bead;
pub mod binder;
pub mod calendering;
pub mod capability;
pub mod chloride;
pub mod coating;
pub mod cracking;
pub mod drying;
pub mod exhaust;
pub mod filling;
pub mod film;
pub mod formation;
pub mod humid_air;
pub mod integrate;
pub mod levelling;
pub mod line;
pub mod lip;
pub mod mixing;
pub mod moisture;
pub mod nozzle;
pub mod port;
pub mod replacement;
pub mod rolls;
pub mod section;
pub mod slurry;
pub mod solvent;
pub mod status;
pub mod transfer;
pub mod variation;
pub mod wetting;

pub use line::Line;
pub use port::{Port, Role};
pub use section::{Section, Sections};
pub use solvent::Solvent;
pub use status::{Flags, Status, TwinError};

/// Molar gas constant, J/(mol K) (SI 2019, exact to the digits given).
pub const GAS_CONSTANT_J_MOL_K: f64 = 8.314462618;
/// Standard atmosphere, Pa: the total pressure in the dryer and of the normal cubic metre.
pub const STANDARD_PRESSURE_PA: f64 = 101_325.0;
/// Temperature of the normal cubic metre, K (DIN 1343).
pub const NORMAL_TEMPERATURE_K: f64 = 273.15;
