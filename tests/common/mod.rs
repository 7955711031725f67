//! Shared data and counted skips for integration tests.
#![allow(dead_code, reason = "each test binary uses its part")]

use std::io::Write;
use std::path::PathBuf;

/// Returns the path of a shared file or folder when it is there.
pub fn shared(relative: &str) -> Option<PathBuf> {
    let root = std::env::var_os("CELLWRIGHT_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let path = root.join(relative);
    path.exists().then_some(path)
}

/// Says that a test was skipped and appends it to the file named by `CELLWRIGHT_SKIP_LOG`.
pub fn skip(test: &str, reason: &str) {
    eprintln!("skipped {test}: {reason}");
    if let Some(path) = std::env::var_os("CELLWRIGHT_SKIP_LOG") {
        let mut file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .expect("the skip log can be written");
        writeln!(file, "{test}: {reason}").expect("the skip log can be written");
    }
}
