//! Where answers go: standard output in one format, files in any number of formats.
//!
//! In: a view (something that can be written in a format). Out: text on standard output and in
//! the files of `--output FORMAT=PATH`, all of which are checked before anything is computed. A
//! closed pipe is quiet; an unwritable file is a failure of the environment.

use std::io::{ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::arguments::{Colour, Common, Format};
use super::failure::Failure;
use crate::diagnostic::Diagnostics;
use crate::span::Sources;

/// One requested output file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Its format.
    pub format: Format,
    /// Its path.
    pub path: PathBuf,
}

/// What can be written in a format; `None` where the format has no such view.
pub trait View {
    /// Writes the view.
    fn write(&self, format: Format, colour: bool) -> Option<String>;
}

/// Parses `--output` values and makes sure that each file can be written.
///
/// # Errors
/// A malformed value or a missing folder (exit 2), an unwritable file (exit 4).
pub fn requested_files(common: &Common) -> Result<Vec<OutputFile>, Failure> {
    let mut files = Vec::with_capacity(common.output.len());
    for text in &common.output {
        let file = parsed(text)?;
        ensure_writable(&file.path)?;
        files.push(file);
    }
    Ok(files)
}

/// Reads one `--output` value.
///
/// # Errors
/// [`Failure::Argument`] for a malformed value or an unknown format.
pub fn parsed(text: &str) -> Result<OutputFile, Failure> {
    let (format, path) = text.split_once('=').ok_or_else(|| {
        Failure::argument(format!("`--output {text}` is not of the form FORMAT=PATH"))
    })?;
    let format = Format::from_str(format, true).map_err(|_| {
        let known = Format::value_variants();
        let names: Vec<String> = known
            .iter()
            .filter_map(Format::to_possible_value)
            .map(|value| format!("`{}`", value.get_name()))
            .collect();
        let names = names.join(", ");
        Failure::argument(format!(
            "`{format}` is not a format; expected one of {names}"
        ))
    })?;
    Ok(OutputFile {
        format,
        path: PathBuf::from(path),
    })
}

/// Makes a folder that the user or this program names for its answers.
///
/// # Errors
/// [`Failure`] with exit 4 and the path.
pub fn make_folder(path: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(path)
        .map_err(|error| Failure::environment(format!("cannot make `{}`: {error}", path.display())))
}

/// Opens a file for writing without changing it; its folder must be there.
///
/// # Errors
/// [`Failure`] with the path: exit 2 when the folder is missing, else exit 4.
pub fn ensure_writable(path: &Path) -> Result<(), Failure> {
    let fail = |error: std::io::Error| {
        Failure::environment(format!("cannot write `{}`: {error}", path.display()))
    };
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    if let Some(parent) = parent.filter(|parent| !parent.exists()) {
        return Err(Failure::argument(format!(
            "cannot write `{}`: there is no folder `{}`",
            path.display(),
            parent.display()
        )));
    }
    let existed = path.exists();
    std::fs::OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .map_err(fail)?;
    if !existed {
        std::fs::remove_file(path).map_err(fail)?;
    }
    Ok(())
}

/// Writes a file whole: first beside it, then by renaming, so that no half file is ever seen.
///
/// # Errors
/// [`Failure`] with exit 4 and the path.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let fail = |error: std::io::Error| {
        Failure::environment(format!("cannot write `{}`: {error}", path.display()))
    };
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".partial");
    let partial = path.with_file_name(name);
    let written = std::fs::File::create(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written
        .and_then(|()| std::fs::rename(&partial, path))
        .map_err(|error| {
            // The first error is the one to report; a leftover partial file is only untidy.
            let _ = std::fs::remove_file(&partial);
            fail(error)
        })
}

/// Prints a view and writes the requested files.
///
/// # Errors
/// A format the view does not have (exit 2), an unwritable file (exit 4).
pub fn deliver(view: &dyn View, common: &Common, files: &[OutputFile]) -> Result<(), Failure> {
    let missing = |format: Format| {
        let name = format
            .to_possible_value()
            .map(|v| v.get_name().to_owned())
            .unwrap_or_default();
        Failure::argument(format!("this answer cannot be written as `{name}`"))
    };
    for file in files {
        let text = view
            .write(file.format, false)
            .ok_or_else(|| missing(file.format))?;
        write_file(&file.path, text.as_bytes())?;
    }
    let text = view
        .write(common.format, stdout_colour(common))
        .ok_or_else(|| missing(common.format))?;
    print(&text)
}

/// Prints text on standard output; a closed pipe is no failure.
///
/// # Errors
/// Any other write error (exit 4).
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::environment(format!(
            "cannot write to standard output: {error}"
        ))),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Shows warnings about documents on standard error, unless asked to be quiet.
pub fn warn(warnings: &Diagnostics, sources: &Sources, common: &Common) {
    if !warnings.is_empty() && !common.quiet {
        eprint!("{}", warnings.render(sources, stderr_colour(common)));
    }
}

/// Tells whether standard output gets colour.
#[must_use]
pub fn stdout_colour(common: &Common) -> bool {
    wants_colour(common.color, std::io::stdout().is_terminal())
}

/// Tells whether standard error gets colour.
#[must_use]
pub fn stderr_colour(common: &Common) -> bool {
    wants_colour(common.color, std::io::stderr().is_terminal())
}

fn wants_colour(choice: Colour, terminal: bool) -> bool {
    match choice {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()),
    }
}
