//! Checks that libz3 is where `make setup` puts it and lets the binary find it at run time.
//!
//! In: `Z3_LIBRARY_PATH_OVERRIDE`, which `.cargo/config.toml` sets to `.z3/lib` of the checkout.
//! Out: the search path for the linker and the run path `$ORIGIN`, `$ORIGIN/../lib`, then that
//! folder, for the binary, the tests and the benches alike. A system libz3 of another version
//! links but lacks symbols, so a missing library stops the build here with one sentence.

use std::path::PathBuf;

const LIBRARY: &str = "libz3.so.5.3";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=Z3_LIBRARY_PATH_OVERRIDE");
    let uses_wheel = std::env::var_os("CARGO_FEATURE_Z3").is_some()
        && std::env::var_os("CARGO_FEATURE_VENDORED").is_none();
    if !uses_wheel {
        return;
    }
    let Some(folder) = std::env::var_os("Z3_LIBRARY_PATH_OVERRIDE").map(PathBuf::from) else {
        println!(
            "cargo::error=Z3_LIBRARY_PATH_OVERRIDE is not set: cargo finds `.cargo/config.toml` by \
             the current folder, so build inside the checkout, or name the folder of {LIBRARY}"
        );
        return;
    };
    let library = folder.join(LIBRARY);
    println!("cargo::rerun-if-changed={}", library.display());
    if !library.exists() {
        println!(
            "cargo::error={LIBRARY} is missing from `{}`: run `make setup` once, then build again",
            folder.display()
        );
        return;
    }
    println!("cargo::rustc-link-search=native={}", folder.display());
    println!(
        "cargo::rustc-link-arg=-Wl,-rpath,$ORIGIN:$ORIGIN/../lib:{}",
        folder.display()
    );
}
