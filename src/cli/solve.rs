//! `cellwright solve`: a script of SMT-LIB, decided with a model or a certificate.
//!
//! In: scripts. Out: per `check-sat` the verdict, its line, and what it rests on: a model that was
//! evaluated exactly, a certificate that was checked, or the solver's word. A verdict that
//! disagrees with `set-info :status` is a finding; what is not of the fragment is refused at its
//! place before anything is asked.

use std::fmt::Write as _;
use std::path::Path;

use super::arguments::Solve;
use super::failure::Failure;
use super::run::shown;
use super::{certificates, output};
use crate::certificate::Any;
use crate::check::import::{Question, Status, questions};
use crate::check::query::{Model, Value};
use crate::check::refute::{Budget, Decided, decide, restricted};
use crate::check::second_solver::{Outcome, SecondSolver};
use crate::check::smtlib::{Notes, with_notes};
use crate::check::solver_process::Solver;
use crate::exit_code::ExitCode;
use crate::run::check_rules::grounds::{Exhibit, file_stem};

/// Runs the verb.
///
/// # Errors
/// [`Failure`].
pub fn solve(verb: &Solve) -> Result<ExitCode, Failure> {
    let solver = super::solver(verb.in_process).filter(|_| !verb.no_solver);
    let second = super::cross_check::found(verb.cross_check.as_ref())?;
    let mut all = Vec::new();
    for path in &verb.scripts {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::argument(format!("`{}`: {error}", shown(path))))?;
        let found = questions(&text).map_err(|error| {
            let (line, column) = error.place(&text);
            Failure::argument(format!("{}:{line}:{column}: {error}", shown(path)))
        })?;
        all.push((path, found));
    }
    let mut codes = Vec::new();
    for (path, found) in &all {
        for question in found {
            let answer = answered(path, question, solver.as_ref(), verb)?;
            output::print(&answer.text)?;
            codes.push(answer.code);
            if let (Some(second), Some(ours)) = (&second, answer.status) {
                codes.push(cross_checked(question, ours, second)?);
            }
        }
    }
    Ok(ExitCode::strongest(codes))
}

/// Asks a second solver the same and says whether it agrees.
fn cross_checked(
    question: &Question,
    ours: Status,
    second: &SecondSolver,
) -> Result<ExitCode, Failure> {
    let notes = Notes {
        status: Some(ours),
        ..Notes::default()
    };
    let script = with_notes(&question.query, &notes);
    let said = second.ask(&script).map_err(|error| {
        Failure::environment(format!("`{}`: {error}", second.program.display()))
    })?;
    let (code, words) = match said.against(ours) {
        Outcome::Agrees => (ExitCode::Success, "agrees"),
        Outcome::Open => (ExitCode::Success, said.words()),
        Outcome::Disagrees => (ExitCode::Findings, "CONTRADICTS this answer"),
    };
    output::print(&format!("  second solver {}: {words}\n", second.version()))?;
    Ok(code)
}

/// One question with its answer.
struct Answered {
    code: ExitCode,
    text: String,
    status: Option<Status>,
}

fn answered(
    path: &Path,
    question: &Question,
    solver: Option<&Solver>,
    verb: &Solve,
) -> Result<Answered, Failure> {
    let mut text = String::new();
    let place = format!("{}:{}", shown(path), question.line);
    let own = match decide(&question.query, solver, &Budget::default()) {
        Decided::Satisfiable(model) if question.accepts(&model) => {
            // Writing into a text cannot fail.
            let _ = writeln!(text, "sat      {place}  the model was evaluated exactly");
            write_model(&mut text, question, &model);
            Some(Status::Sat)
        }
        Decided::Satisfiable(_) => {
            let why = "the model found gives equal divisions by zero two values";
            let _ = writeln!(text, "unknown  {place}  {why}");
            None
        }
        Decided::Unsatisfiable { core, certificate } => {
            let rests_on = match &certificate {
                Some(own) => match own.leaves() {
                    1 => "certificate checked, 1 leaf".to_owned(),
                    count => format!("certificate checked, {count} leaves"),
                },
                None => "on the solver's word, no certificate".to_owned(),
            };
            let _ = writeln!(text, "unsat    {place}  {rests_on}");
            let names: Vec<String> = core.iter().map(|name| format!("`{name}`")).collect();
            let _ = writeln!(text, "  core {}", names.join(", "));
            if let (Some(folder), Some(certificate)) = (&verb.certificates, certificate) {
                let stem = path.file_stem().unwrap_or_default().to_string_lossy();
                let notes = Notes {
                    status: Some(Status::Unsat),
                    ..Notes::default()
                };
                let core = restricted(&question.query, &core);
                let exhibit = Exhibit {
                    stem: file_stem(&format!("{stem}_{}", question.line)),
                    shows: format!("{place} is unsatisfiable"),
                    certificate: Some(Any::Contradiction(certificate.clone())),
                    smtlib: with_notes(&core, &notes),
                    status: Some(Status::Unsat),
                };
                certificates::write(folder, &exhibit)?;
            }
            Some(Status::Unsat)
        }
        Decided::Undecided(reason) => {
            let _ = writeln!(text, "unknown  {place}  {reason}");
            None
        }
    };
    let code = match (own, question.status) {
        (None, _) => ExitCode::Undecided,
        (Some(own), Some(stated)) if own != stated => {
            let _ = writeln!(text, "  the script states another `:status`");
            ExitCode::Findings
        }
        (Some(_), _) => ExitCode::Success,
    };
    Ok(Answered {
        code,
        text,
        status: own,
    })
}

fn write_model(text: &mut String, question: &Question, model: &Model) {
    for (variable, value) in question.query.variables.iter().zip(&model.values) {
        if question.is_made(&variable.name) {
            continue;
        }
        let value = match value {
            Value::Real(value) => value.to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Enum(place) => place.to_string(),
        };
        let _ = writeln!(text, "  {} = {value}", variable.name);
    }
}
