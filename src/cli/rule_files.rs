//! Rule files and scenarios on the command line: files as given, folders by their contents.
//!
//! In: paths. Out: files in alphabetical order within each folder, so that nothing depends on the
//! order the file system has them in.

use std::path::{Path, PathBuf};

use super::failure::Failure;

/// Expands folders to the rule files in them.
///
/// # Errors
/// [`Failure::Argument`] for a path that is not there or a folder without rule files.
pub fn expand(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    expand_by(paths, "rule")
}

/// Expands folders to the files in them that end in `.extension`.
///
/// # Errors
/// As [`expand`].
pub fn expand_by(paths: &[PathBuf], extension: &str) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let inside = in_folder(path, extension)?;
            if inside.is_empty() {
                let message = format!("`{}` holds no `.{extension}` file", path.display());
                return Err(Failure::argument(message));
            }
            files.extend(inside);
        } else {
            must_exist(path)?;
            files.push(path.clone());
        }
    }
    Ok(files)
}

/// Makes sure that an argument names something.
///
/// # Errors
/// [`Failure::Argument`] when it does not, [`Failure::Environment`] when that cannot be told, for
/// links that lead in a circle.
pub fn must_exist(path: &Path) -> Result<(), Failure> {
    let shown = path.display();
    match path.try_exists() {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::argument(format!("`{shown}` does not exist"))),
        Err(error) => Err(Failure::environment(format!(
            "cannot read `{shown}`: {error}"
        ))),
    }
}

/// Lists the folders in a folder, sorted.
///
/// # Errors
/// [`Failure::Environment`] when the folder cannot be listed.
pub fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let fail = |error: std::io::Error| {
        Failure::environment(format!("cannot read `{}`: {error}", folder.display()))
    };
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

/// Lists the files of a folder that end in `.extension`, sorted.
///
/// # Errors
/// [`Failure::Environment`] when the folder cannot be listed.
pub fn in_folder(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Failure> {
    let fail = |error: std::io::Error| {
        Failure::environment(format!("cannot read `{}`: {error}", folder.display()))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_file() && path.extension().is_some_and(|found| found == extension) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
