//! `cellwright run`: judge a scenario, write record and report, print the page.
//!
//! In: a scenario. Out: `record.json` and `report.html` in the run's folder, whose writability is
//! checked before anything is computed, and the page on standard output. Numerical errors stand in
//! report and page and never in the record: they need functions of the platform.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::arguments::{Common, Judgement, Run};
use super::check::rejected;
use super::failure::Failure;
use super::output;
use super::place::Root;
use super::progress::Line;
use super::views::BodyView;
use crate::canonical::sha256_hex;
use crate::document::Disk;
use crate::exit_code::ExitCode;
use crate::record::{self, Sealed};
use crate::report::{RecordReference, html};
use crate::run::documents::{self, Documents};
use crate::run::{self, Options, Outcome, RunError, numerics};

/// Runs the verb.
///
/// # Errors
/// [`Failure`].
pub fn run(verb: &Run, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let documents = read(&verb.scenario)?;
    let folder = folder(verb, &documents);
    let (record_path, report_path) = (folder.join("record.json"), folder.join("report.html"));
    output::make_folder(&folder)?;
    output::ensure_writable(&record_path)?;
    output::ensure_writable(&report_path)?;
    let started = now();
    let outcome = judge(documents, &verb.judgement, common)?;
    let sealed = seal(&outcome)?;
    if !verb.replace && holds_another(&record_path, &sealed) {
        return Err(Failure::argument(format!(
            "`{}` holds another record; keep it and write this one elsewhere with `--into FOLDER`, \
             or give it up with `--replace`",
            shown(&record_path)
        )));
    }
    output::write_file(&record_path, &sealed.bytes)?;
    let path = shown(&record_path);
    let numerics = numerics::of_run(&outcome.documents, &outcome.body);
    let remark = format!("{} s", started.elapsed().as_secs().max(1));
    let reference = RecordReference {
        path: &path,
        sha256: &sealed.digest,
        remark: Some(&remark),
        numerics: Some(&numerics),
    };
    // The report carries no time: on one machine it is the same for the same record.
    let quiet = RecordReference {
        remark: None,
        ..reference
    };
    output::write_file(&report_path, html::page(&outcome.body, &quiet).as_bytes())?;
    output::deliver(
        &BodyView {
            body: &outcome.body,
            reference,
        },
        common,
        &files,
    )?;
    if !common.quiet {
        eprintln!("report {}", shown(&report_path));
    }
    Ok(outcome.exit)
}

/// Reads the documents of a scenario. Mistakes are shown with the paths as typed; what is read
/// names every document below the folder that holds them all, wherever the user stands.
///
/// # Errors
/// [`Failure::Documents`] with all diagnostics.
pub fn read(scenario: &Path) -> Result<Documents, Failure> {
    let typed = shown(scenario);
    let documents = documents::read(&Disk::new("."), &typed).map_err(rejected)?;
    match root_of(&documents) {
        Some(root) if root.name(&typed) != typed => {
            documents::read(&Disk::new(root.folder()), &root.name(&typed)).map_err(rejected)
        }
        Some(_) | None => Ok(documents),
    }
}

/// The folder that holds all documents that were read.
#[must_use]
pub fn root_of(documents: &Documents) -> Option<Root> {
    Root::of(
        documents
            .sources
            .iter()
            .map(|(_, source)| source.path.as_str()),
    )
}

/// Judges documents with progress on standard error.
///
/// # Errors
/// [`Failure`].
pub fn judge(
    documents: Documents,
    judgement: &Judgement,
    common: &Common,
) -> Result<Outcome, Failure> {
    output::warn(&documents.warnings, &documents.sources, common);
    let options = options(judgement, common);
    let line = Line::new(common);
    let outcome = run::judge(documents, &options, &line);
    line.finish();
    outcome.map_err(failure)
}

/// Turns a failed run into what the user sees.
#[must_use]
pub fn failure(error: RunError) -> Failure {
    match error {
        RunError::Rejected(rejected) => Failure::Documents {
            diagnostics: rejected.diagnostics,
            sources: rejected.sources,
        },
        RunError::Option { message } => Failure::argument(message),
        RunError::Ensemble(error) => Failure::environment(error.to_string()),
    }
}

/// Options of a run from the arguments.
#[must_use]
pub fn options(judgement: &Judgement, common: &Common) -> Options {
    Options {
        ladder: judgement.ladder.clone(),
        samples: judgement.samples,
        seed: judgement.seed,
        strict: judgement.strict,
        threads: super::threads(common),
        solver: super::solver(judgement.in_process),
    }
}

/// Seals a body.
///
/// # Errors
/// [`Failure::Environment`]: a body that cannot be recorded is a mistake of the program.
pub fn seal(outcome: &Outcome) -> Result<Sealed, Failure> {
    record::seal(&outcome.body).map_err(|error| Failure::environment(error.to_string()))
}

/// Tells whether a file is there that is not this record.
fn holds_another(path: &Path, sealed: &Sealed) -> bool {
    std::fs::read(path).is_ok_and(|found| found != sealed.bytes)
}

/// The folder of a run: as asked for, else `runs/<id>` with a harmless name of its own.
fn folder(verb: &Run, documents: &Documents) -> PathBuf {
    if let Some(folder) = &verb.into {
        return folder.clone();
    }
    let id = documents
        .scenario
        .change
        .as_ref()
        .map_or_else(|| "no-change".to_owned(), |change| change.id.value.clone());
    let harmless: String = id
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '-'
            }
        })
        .collect();
    let mut name = harmless.trim_start_matches('.').to_owned();
    // Two ids must not share a folder because both were made harmless.
    if name != id {
        name.push('-');
        name.extend(sha256_hex(id.as_bytes()).chars().take(8));
    }
    Path::new("runs").join(name)
}

/// Writes a path with `/`.
#[must_use]
pub fn shown(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

struct Started(std::time::Instant);

impl Started {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line owns the clock; no record sees it"
)]
fn now() -> Started {
    Started(std::time::Instant::now())
}
