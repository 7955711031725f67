//! The command line: parses arguments, injects files, clock, threads and solver, prints.
//!
//! In: the process's arguments and environment. Out: answers on standard output, progress and
//! diagnostics on standard error, an exit code. One file per verb; nothing here decides anything.

pub mod arguments;
mod certificates;
mod check;
mod cross_check;
mod explain;
mod failure;
mod fmt;
mod formats;
mod init;
mod lots;
mod missing;
mod output;
mod place;
mod plan;
mod progress;
mod question;
mod record;
mod repair;
mod review;
mod rule_files;
mod run;
mod simulate;
mod solve;
mod test;
mod views;
mod window;

use clap::{CommandFactory, Parser};

use crate::check::solver_process::Solver;
use crate::exit_code::ExitCode;
use arguments::{Arguments, Common, Verb};
use failure::Failure;

/// Runs the command line and returns what the process tells its caller.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() {
                ExitCode::Documents
            } else {
                ExitCode::Success
            };
            // A closed pipe while printing help is no failure.
            let _ = error.print();
            return code;
        }
    };
    let colour = output::stderr_colour(&arguments.common);
    match dispatch(arguments) {
        Ok(code) => code,
        Err(failure) => {
            eprint!("{}", failure.render(colour));
            failure.exit_code()
        }
    }
}

fn dispatch(arguments: Arguments) -> Result<ExitCode, Failure> {
    let common = &arguments.common;
    formats::accept(&arguments.verb, common)?;
    match arguments.verb {
        Verb::Init(verb) => init::init(&verb, common),
        Verb::Check(verb) => check::check(&verb, common),
        Verb::Run(verb) => run::run(&verb, common),
        Verb::Plan(verb) => plan::plan(&verb, common),
        Verb::Window(verb) => window::window(&verb, common),
        Verb::Repair(verb) => repair::repair(&verb, common),
        Verb::Lots(verb) => lots::lots(&verb, common),
        Verb::Simulate(verb) => simulate::simulate(&verb, common),
        Verb::Missing(verb) => missing::missing(&verb, common),
        Verb::Test(verb) => test::test(&verb, common),
        Verb::Verify(verb) => record::verify(&verb, common),
        Verb::Replay(verb) => record::replay(&verb, common),
        Verb::Solve(verb) => solve::solve(&verb),
        Verb::Fmt(verb) => fmt::fmt(&verb, common),
        Verb::Explain(verb) => explain::explain(&verb),
        Verb::Completions(verb) => {
            let mut command = Arguments::command();
            let mut script = Vec::new();
            clap_complete::generate(verb.shell, &mut command, "cellwright", &mut script);
            output::print(&String::from_utf8_lossy(&script))?;
            Ok(ExitCode::Success)
        }
    }
}

/// Threads to use: what was asked for, else all cores.
fn threads(common: &Common) -> usize {
    common
        .threads
        .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get))
}

/// How questions reach the solver: a child process of this program, unless told otherwise.
fn solver(in_process: bool) -> Option<Solver> {
    if in_process {
        return Some(Solver::InProcess);
    }
    match std::env::current_exe() {
        Ok(program) => Some(Solver::Child { program }),
        Err(_) => Some(Solver::InProcess),
    }
}
