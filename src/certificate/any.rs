//! A certificate of either kind.
//!
//! In: a proof over a box, or a refutation of named facts. Out: one type that records and files
//! carry, and that is checked without asking which kind it is. The tag in the text says it.

use serde::{Deserialize, Serialize};

use super::contradiction::{self, Row, Step};
use super::{Certificate, CertificateError, check};

/// A certificate of either kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Any {
    /// A statement holds all over a box.
    Statement(Box<Certificate>),
    /// Named facts contradict each other.
    Contradiction(Box<contradiction::Certificate>),
}

/// What a proof rests on; the greater one covers the lesser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ground {
    /// Rows that are added up.
    LinearRows,
    /// Rows that are multiplied with each other, or squares, and added up.
    Products,
    /// A tree of boxes.
    Boxes,
}

impl Any {
    /// Checks that it proves what it says itself: whoever reads it compares the claim.
    ///
    /// # Errors
    /// [`CertificateError`] with the first thing that is wrong.
    pub fn check_own(&self) -> Result<(), CertificateError> {
        match self {
            Self::Statement(own) => check(own, &own.claim),
            Self::Contradiction(own) => contradiction::check_own(own),
        }
    }

    /// Names what is proved, as files do.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Statement(_) => "statement",
            Self::Contradiction(_) => "contradiction",
        }
    }
}

/// Returns what a refutation rests on.
#[must_use]
pub fn ground_of(certificate: &contradiction::Certificate) -> Ground {
    let of = |step: &Step| match step {
        Step::Farkas(rows) => {
            let is_plain = rows.iter().all(|(row, _)| matches!(row, Row::Atom(_)));
            if is_plain {
                Ground::LinearRows
            } else {
                Ground::Products
            }
        }
        Step::Outside { .. } | Step::Cut { .. } => Ground::Boxes,
        Step::Cases { .. } | Step::Choice { .. } | Step::Clash { .. } => Ground::LinearRows,
    };
    let steps = certificate.refutation.iter().map(of);
    steps.max().unwrap_or(Ground::LinearRows)
}
