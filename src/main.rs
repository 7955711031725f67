//! The `cellwright` program.

use std::process::ExitCode;

use cellwright::check::solver_process;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().skip(1).collect();
    match arguments.split_first() {
        Some((verb, rest)) if verb == solver_process::CHILD_ARGUMENT => {
            let input = std::io::BufReader::new(std::io::stdin());
            match solver_process::run_child(rest, input, std::io::stdout()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::from(4),
            }
        }
        Some(_) | None => ExitCode::from(cellwright::cli::main().number()),
    }
}
