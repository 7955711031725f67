//! Files to take away: certificate, question, theorems.
//!
//! In: what was shown, with a name. Out: `NAME.json` (the certificate), `NAME.smt2` (the question
//! with its status), and where linear arithmetic is enough `NAME.v` (Coq) and `NAME.lean` (Lean 4,
//! generated and not compiled here). Equal questions give equal bytes.

use std::path::Path;

use super::failure::Failure;
use super::output;
use crate::certificate::Any;
use crate::certificate::export::{Prover, theorem};
use crate::run::check_rules::grounds::Exhibit;

/// Writes the files of what was shown into a folder, which is made where it is missing.
///
/// # Errors
/// A folder or file that cannot be written (exit 4).
pub fn write(folder: &Path, exhibit: &Exhibit) -> Result<(), Failure> {
    output::make_folder(folder)?;
    let mut files = vec![("smt2", exhibit.smtlib.clone())];
    if let Some(file) = exhibit.file() {
        files.push(("json", file.text().map_err(Failure::environment)?));
    }
    if let Some(Any::Contradiction(own)) = &exhibit.certificate {
        files.extend(theorem(own, Prover::Coq).map(|text| ("v", text)));
        files.extend(theorem(own, Prover::Lean).map(|text| ("lean", text)));
    }
    for (extension, text) in files {
        let path = folder.join(format!("{}.{extension}", exhibit.stem));
        output::write_file(&path, text.as_bytes())?;
    }
    Ok(())
}
