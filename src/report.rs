//! Reports: views of a record's body or of findings; layout arithmetic only.
//!
//! In: a [`Body`](crate::record::body::Body) or [`Findings`](crate::record::findings::Findings),
//! and for the page where the record was written. Out: text, JSON, SARIF, JUnit, markdown,
//! GitHub commands, HTML. A view computes no fact: it sorts, rounds, wraps and draws what the
//! record says. It reads no clock, file or terminal. Text from documents is never trusted:
//! every format escapes for itself and makes control characters visible.

pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod lacking;
pub mod layout;
pub mod lots;
pub mod markdown;
pub mod number;
pub mod numerics;
pub mod reasoning;
pub mod repair;
pub mod replaced;
pub mod review;
pub mod sarif;
pub mod sheet;
pub mod simulation;
pub mod standing;
pub mod story;
pub mod test_cases;
pub mod text;
pub mod verification;
pub mod what_if;
pub mod window;

use crate::record::run_numerics::RunNumerics;

/// Where the record of a run is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RecordReference<'a> {
    /// Path of the record as the reader would type it.
    pub path: &'a str,
    /// SHA-256 over the canonical bytes of the body, hexadecimal.
    pub sha256: &'a str,
    /// Something the caller knows and the record must not, such as the time it took.
    pub remark: Option<&'a str>,
    /// Numerical error of the outcomes, which depends on functions of the platform.
    pub numerics: Option<&'a RunNumerics>,
}
