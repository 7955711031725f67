//! `check --table` over Parquet files.
//!
//! Goal: a Parquet file gets the very answer of the CSV file with the same data, a null is a value
//! that is missing, and a file that cannot be read says where and why. Method: small files are
//! written with the crate itself; answers are compared byte for byte; what users see is kept in
//! snapshots; every single byte of a file is damaged in turn. A build without the feature
//! `parquet` has one sentence for such files, and skips the rest.

#[path = "common/mod.rs"]
mod common;
#[cfg(feature = "parquet")]
#[path = "table_parquet/files.rs"]
mod files;
#[cfg(feature = "parquet")]
#[path = "table_parquet/reading.rs"]
mod reading;

use std::path::{Path, PathBuf};
use std::process::Command;

/// An empty folder of its own for a test, with a rule file in it.
fn folder(test: &str, rules: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("table_parquet")
        .join(test);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the folder of an earlier run goes");
    }
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("r.rule"), rules).expect("a file");
    folder
}

/// Standard output, standard error and exit code of `check r.rule --table TABLE …`.
fn check(folder: &Path, table: &str, more: &[&str]) -> (String, String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_cellwright"))
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .args(["check", "r.rule", "--table", table])
        .args(more)
        .output()
        .expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code(),
    )
}

/// What a user sees.
fn said(folder: &Path, table: &str, more: &[&str]) -> String {
    let (stdout, stderr, exit) = check(folder, table, more);
    format!(
        "{stdout}--- standard error\n{stderr}--- exit {}\n",
        exit.unwrap_or(-1)
    )
}

/// One rule about one column.
const WATER: &str = "signal lot.water : mass_fraction in 0 .. 1000 ppm_mass \"water\" \
    column \"water [mg/kg]\"\n\
    rule W1 \"water\" require lot.water <= 10 ppm_mass severity critical because \"b\" \
    source \"s\" evidence specified\n";

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_the_reader_says_how_to_get_it() {
    let folder = folder("without", WATER);
    std::fs::write(folder.join("lots.parquet"), "PAR1 and more PAR1").expect("a file");
    std::fs::copy(folder.join("lots.parquet"), folder.join("lots")).expect("a copy");
    insta::assert_snapshot!(said(&folder, "lots.parquet", &[]), @r"
    --- standard error
    error[CW-0140]: `lots.parquet` is a Parquet file, and this build reads none
     │
     ╰ help: build with `cargo build --release --features parquet`, or export the table as CSV
    --- exit 2
    ");
    assert!(said(&folder, "lots", &[]).contains("`lots` is a Parquet file"));
}

#[cfg(not(feature = "parquet"))]
#[test]
fn reading_is_skipped() {
    common::skip(
        "table_parquet",
        "built without the feature `parquet`; `make test-parquet` runs it",
    );
}
