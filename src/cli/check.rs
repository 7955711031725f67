//! `cellwright check`: rules alone, with a recipe, or over the rows of a table.
//!
//! In: rule files. Out: findings on standard output in any format, warnings about the documents on
//! standard error, an exit code.

use super::arguments::{Check, Common, Decimal, Format, Stand};
use super::failure::Failure;
use super::run::shown;
use super::views::FindingsView;
use super::{certificates, output, rule_files};
use crate::check::argument::attack::Semantics;
use crate::check::redundancy::cache::Cache;
use crate::check::second_solver::SecondSolver;
use crate::document::Disk;
use crate::exit_code::ExitCode;
use crate::run::Progress;
use crate::run::check_rules::cross_check::{cross_check, findings};
use crate::run::check_rules::rows::Watch;
use crate::run::check_rules::{self, Checked, Request};
use crate::run::documents::Rejected;
use crate::table::{DecimalSign, TableFormat};

use super::progress::Line;
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// Rows from which reading and judging are timed on standard error.
const TIMED_ROWS_MIN: u64 = 100_000;

/// Times a table and shows how far it is; on standard error only.
struct TableWatch {
    line: Line,
    state: RefCell<Times>,
}

struct Times {
    since: Instant,
    reading: Duration,
    judging: Duration,
    bytes: u64,
    counts: (u64, u64, u64),
}

impl TableWatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "for the line on standard error only; no answer knows it"
    )]
    fn start(common: &Common) -> Self {
        Self {
            line: Line::new(common),
            state: RefCell::new(Times {
                since: Instant::now(),
                reading: Duration::ZERO,
                judging: Duration::ZERO,
                bytes: 0,
                counts: (0, 0, 0),
            }),
        }
    }

    /// One line for large tables.
    fn summary(&self) -> Option<String> {
        self.line.finish();
        let times = self.state.borrow();
        let (rows, exact, rules) = times.counts;
        (rows >= TIMED_ROWS_MIN).then(|| {
            format!(
                "table: {rows} rows by {rules} rules; reading {:.2} s, judging {:.2} s; {exact} \
                 rows with exact arithmetic",
                times.reading.as_secs_f64(),
                times.judging.as_secs_f64()
            )
        })
    }
}

impl Times {
    #[expect(
        clippy::disallowed_methods,
        reason = "for the line on standard error only; no answer knows it"
    )]
    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        let lap = now.duration_since(self.since);
        self.since = now;
        lap
    }
}

impl Watch for TableWatch {
    fn read(&self, done: u64, total: u64) {
        let mut times = self.state.borrow_mut();
        let lap = times.lap();
        times.reading += lap;
        if times.bytes == 0 {
            self.line.stage("rows of the table", total);
        }
        self.line.advance(done.saturating_sub(times.bytes));
        times.bytes = done;
    }

    fn judged(&self, rows: u64, exact_rows: u64, rules: u64) {
        let mut times = self.state.borrow_mut();
        let lap = times.lap();
        times.judging += lap;
        times.counts = (rows, exact_rows, rules);
    }
}

/// Runs the verb.
///
/// # Errors
/// [`Failure`].
pub fn check(verb: &Check, common: &Common) -> Result<ExitCode, Failure> {
    let files = output::requested_files(common)?;
    let rules: Vec<String> = rule_files::expand(&verb.rules)?
        .iter()
        .map(|path| shown(path))
        .collect();
    let [recipe, model, table] =
        [&verb.recipe, &verb.model, &verb.table].map(|path| path.as_deref().map(shown));
    if table.is_some() {
        quiet_reader();
    }
    let solver = super::solver(verb.in_process);
    // A cache that cannot be read is an empty one: it holds nothing that cannot be found again.
    let text = verb.cache.as_ref().map(std::fs::read_to_string);
    let cache = text.map(|text| Cache::from_text(&text.unwrap_or_default()));
    let second = super::cross_check::found(verb.cross_check.as_ref())?;
    let watch = TableWatch::start(common);
    let request = Request {
        rules: &rules,
        recipe: recipe.as_deref(),
        model: model.as_deref(),
        table: table.as_deref(),
        format: TableFormat {
            delimiter: verb.delimiter,
            decimal: verb.decimal.map(|sign| match sign {
                Decimal::Point => DecimalSign::Point,
                Decimal::Comma => DecimalSign::Comma,
            }),
            unit_row: false,
        },
        recalled: verb.recalled,
        strict: verb.strict,
        semantics: match verb.semantics {
            Stand::Grounded => Semantics::Grounded,
            Stand::Preferred => Semantics::Preferred,
            Stand::Stable => Semantics::Stable,
        },
        why: verb.why.then_some(verb.most),
        cache: cache.as_ref(),
        grounds: common.format == Format::Json
            || files.iter().any(|file| file.format == Format::Json),
        exhibits: verb.certificates.is_some() || second.is_some(),
        solver: solver.as_ref(),
        watch: &watch,
    };
    let mut checked = check_rules::check(&Disk::new("."), &request).map_err(rejected)?;
    if let Some(second) = &second {
        cross_checked(&mut checked, second)?;
    }
    if let Some(summary) = watch.summary()
        && !common.quiet
    {
        eprintln!("{summary}");
    }
    output::warn(&checked.warnings, &checked.sources, common);
    keep_files(verb, common, &checked)?;
    output::deliver(&FindingsView(&checked.findings), common, &files)?;
    Ok(checked.exit)
}

/// Where the reader of Parquet files gives up, the damage of the file is said, and nothing else.
fn quiet_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let file = panic.location().map_or("", |place| place.file());
        if file.starts_with("src") || !file.contains("parquet-") {
            usual(panic);
        }
    }));
}

/// Writes the cache and what is to be taken away.
fn keep_files(verb: &Check, common: &Common, checked: &Checked) -> Result<(), Failure> {
    if let Some(path) = &verb.cache {
        let written = std::fs::write(path, checked.cache.to_text());
        written.map_err(|error| {
            Failure::environment(format!("cannot write `{}`: {error}", path.display()))
        })?;
    }
    if let Some(folder) = &verb.certificates {
        for exhibit in &checked.exhibits {
            certificates::write(folder, exhibit)?;
        }
        if !common.quiet {
            let with = checked
                .exhibits
                .iter()
                .filter(|one| one.certificate.is_some());
            eprintln!(
                "{}: {}, {} of them with a certificate",
                folder.display(),
                crate::report::number::counted(checked.exhibits.len() as u64, "question"),
                with.count()
            );
        }
    }
    Ok(())
}

/// Asks a second solver; a contradiction is a finding.
fn cross_checked(checked: &mut Checked, second: &SecondSolver) -> Result<(), Failure> {
    let found = cross_check(&checked.exhibits, second).map_err(|error| {
        Failure::environment(format!("`{}`: {error}", second.program.display()))
    })?;
    let contradictions = findings(&found);
    if !contradictions.is_empty() {
        checked.exit = checked.exit.and(ExitCode::Findings);
        checked.findings.findings.splice(0..0, contradictions);
    }
    checked.findings.cross_check = Some(found);
    Ok(())
}

/// Turns rejected documents into what the user sees.
#[must_use]
pub fn rejected(rejected: Rejected) -> Failure {
    Failure::Documents {
        diagnostics: rejected.diagnostics,
        sources: rejected.sources,
    }
}
