//! The record: one JSON file that an auditor verifies without a solver and replays to the byte.
//!
//! In: a [`body::Body`]. Out: canonical bytes `{"body":…,"sha256":…}`, the digest being SHA-256
//! over the canonical bytes of `body`; and back, refusing truncation, edits and unknown formats
//! with the first place that differs.

pub mod body;
pub mod findings;
