//! What several test files share: where the shared data lies, and how a test says it was skipped.
//!
//! A test that needs an optional thing (shared data, a proof assistant, a Python peer) calls
//! [`skip`] and returns when that thing is missing; `make test` counts it as skipped, not passed.

#![allow(dead_code, reason = "each test file uses a part of this module")]

use std::io::Write as _;
use std::path::{Path, PathBuf};

use cellwright::document::{Disk, Files, InMemory, ReadError};
use cellwright::run::Options;
use cellwright::twin::Solvent;
use cellwright::twin::film::Film;

/// Documents of a test before those of the checkout.
pub struct Overlay {
    /// What the test gives.
    pub own: InMemory,
    /// What is there.
    pub disk: Disk,
}

impl Files for Overlay {
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.own.read(path).or_else(|_| self.disk.read(path))
    }
}

/// Options of a run of few samples: one thread, no ladder, questions of the solver left undecided.
pub fn few(samples: u64) -> Options {
    Options {
        ladder: None,
        samples: Some(samples),
        seed: None,
        strict: false,
        threads: 1,
        solver: None,
    }
}

/// A film of water that air of some vapour pressure dries from above alone.
pub fn water_film(air_k: f64, vapour_pa: f64) -> Film {
    Film {
        zone: 1,
        solvent: Solvent::Water,
        air_k,
        vapour_pa,
        top_w_m2_k: 40.0,
        bottom_w_m2_k: 0.0,
        infrared_w_m2: 0.0,
        both_sides_wet: false,
    }
}

/// Returns the path of shared data, or nothing where that data is missing.
///
/// The data lies in the folder named by `CELLWRIGHT_SHARED`, by default `../shared` beside the
/// checkout.
pub fn shared(relative: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CELLWRIGHT_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = root.join(relative);
    path.exists().then_some(path)
}

/// Notes that `test` was skipped because of `reason`: on stderr, and as one line of the file named
/// by `CELLWRIGHT_SKIP_LOG`, from which `make test` counts.
///
/// # Panics
/// When that file cannot be written, because the count would then be wrong.
pub fn skip(test: &str, reason: &str) {
    eprintln!("skipped {test}: {reason}");
    if let Some(log) = std::env::var_os("CELLWRIGHT_SKIP_LOG") {
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .expect("the skip log cannot be opened");
        // One write per line, so that lines of tests that run side by side stay whole.
        file.write_all(format!("{test}: {reason}\n").as_bytes())
            .expect("the skip log cannot be written");
    }
}
