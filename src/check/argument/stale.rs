//! Evidence against the document it was taken from.
//!
//! In: the digest that was written down and the bytes of today, which a caller has read. Out:
//! whether the document has changed since.

use sha2::{Digest, Sha256};

/// Returns the digest of a document, 64 hexadecimal digits in lower case.
#[must_use]
pub fn digest(document: &[u8]) -> String {
    let digest = Sha256::digest(document);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether a document is no longer the one whose digest was written down.
///
/// # Example
/// ```
/// use cellwright::check::argument::stale::{digest, is_stale};
/// let recorded = digest(b"HF after soak: 31 ppm");
/// assert!(!is_stale(&recorded, b"HF after soak: 31 ppm"));
/// assert!(is_stale(&recorded, b"HF after soak: 36 ppm"));
/// ```
#[must_use]
pub fn is_stale(recorded: &str, document: &[u8]) -> bool {
    digest(document) != recorded
}
