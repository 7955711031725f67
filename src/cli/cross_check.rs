//! Where the second solver of `--cross-check` lies.
//!
//! In: a name or path, or nothing; the search path of the environment. Out: its program, or one
//! sentence that says what is missing. It is looked for before anything is computed.

use std::path::{Path, PathBuf};

use super::failure::Failure;
use crate::check::second_solver::{KNOWN, SecondSolver};

/// Wall time of one question.
const WALL_MS: u64 = 20_000;

/// Finds the program that was asked for; `None` inside takes the first known one there is.
///
/// # Errors
/// It is not there (exit 4).
pub fn found(asked: Option<&Option<PathBuf>>) -> Result<Option<SecondSolver>, Failure> {
    let Some(asked) = asked else {
        return Ok(None);
    };
    let program = match asked {
        Some(program) => lies(program).ok_or_else(|| {
            Failure::environment(format!(
                "`--cross-check={}`: there is no such program",
                program.display()
            ))
        })?,
        None => KNOWN.iter().find_map(|name| lies(Path::new(name))).ok_or_else(|| {
            Failure::environment(
                "`--cross-check` needs a second solver: install `cvc5` (Debian: apt-get install \
                 cvc5) or `yices-smt2`, or name one with `--cross-check=PROGRAM`",
            )
        })?,
    };
    Ok(Some(SecondSolver {
        program,
        wall_ms: WALL_MS,
    }))
}

/// A path as it is, a bare name as the shell would find it.
fn lies(program: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return program.is_file().then(|| program.to_owned());
    }
    let path = std::env::var_os("PATH")?;
    let mut candidates = std::env::split_paths(&path).map(|folder| folder.join(program));
    candidates.find(|candidate| candidate.is_file())
}
