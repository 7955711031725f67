//! Checks that libz3 is where `make setup` puts it and lets the binary find it at run time.

use std::path::Path;

#[expect(
    clippy::disallowed_methods,
    reason = "cargo speaks to build scripts through variables"
)]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=.z3/lib");
    let uses_wheel = std::env::var_os("CARGO_FEATURE_Z3").is_some()
        && std::env::var_os("CARGO_FEATURE_VENDORED").is_none();
    if !uses_wheel {
        return;
    }
    let root = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| ".".to_owned());
    let library = Path::new(&root).join(".z3/lib");
    assert!(
        library.join("libz3.so.5.3").exists(),
        "libz3.so.5.3 is missing from `{}`: run `make setup` once, then build inside the checkout",
        library.display()
    );
    println!(
        "cargo:rustc-link-arg=-Wl,-rpath,$ORIGIN:$ORIGIN/../lib:{}",
        library.display()
    );
}
