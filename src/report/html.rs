//! The report: one self-contained HTML file, to look at, print and sign.
//!
//! In: a body and where its record is. Out: HTML without script and network, with a content
//! security policy that forbids both. Three screens: the decision with one drawing of the dryer
//! and the binding limits; every rule by margin, opening to its source, corner and certificate;
//! histograms, score, assumptions, argument, sign-off. Measured in ink, simulated in blue, never
//! mixed; what weakens the case stands first.

mod chart;
mod evidence;
mod limits;
pub mod markup;
mod page;
mod rules;
mod svg_coating;
mod svg_dryer;
mod svg_formation;
mod svg_histogram;
mod svg_waterfall;
mod sweep;

pub use page::page;
pub use sweep::sweep_page;
