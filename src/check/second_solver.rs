//! Asks a second solver the same question, as another program: a cross-check of the first answer.
//!
//! In: SMT-LIB text that states its own answer, a program that reads SMT-LIB on standard input
//! (cvc5, yices-smt2, any other). Out: whether that program agrees. It is never linked, runs in a
//! process group of its own under a limit of memory, and is killed at its wall time. Only a first
//! line that is exactly `sat` or `unsat` is an answer: after anything else, such as an error about
//! a lost assertion, the question is open, and open is no agreement.

use std::io::{self, Write};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit};

use super::smtlib::Status;
use super::solver_process::{read_lines, stop};

/// The address space of the program.
const MEMORY_BYTES_MAX: u64 = 2 << 30;

/// Characters of what it says that are shown.
const WORDS_MAX: usize = 120;

/// Names of programs that are looked for, best first.
pub const KNOWN: [&str; 2] = ["cvc5", "yices-smt2"];

/// A program that decides SMT-LIB text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondSolver {
    /// Where it lies; the command line finds it.
    pub program: PathBuf,
    /// Wall time of one question, in milliseconds.
    pub wall_ms: u64,
}

/// What it said about one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// An answer.
    Decided(Status),
    /// None, in words.
    Open(String),
}

/// Compares the answer that a script states with what the second solver says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Both say the same.
    Agrees,
    /// They contradict each other: one of them is wrong.
    Disagrees,
    /// The second solver did not decide.
    Open,
}

impl Said {
    /// Compares with our answer.
    #[must_use]
    pub fn against(&self, ours: Status) -> Outcome {
        match self {
            Self::Decided(theirs) if *theirs == ours => Outcome::Agrees,
            Self::Decided(_) => Outcome::Disagrees,
            Self::Open(_) => Outcome::Open,
        }
    }

    /// The answer in words.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Decided(status) => status.word(),
            Self::Open(why) => why,
        }
    }
}

impl SecondSolver {
    fn name(&self) -> String {
        let name = self.program.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// What a program of this name must be told to read SMT-LIB from standard input.
    fn arguments(&self) -> &'static [&'static str] {
        let name = self.name();
        if name.starts_with("cvc5") {
            &["--lang=smt2.6"]
        } else if name.starts_with("z3") {
            &["-in", "-smt2"]
        } else {
            &[]
        }
    }

    /// Returns name and version, as far as the program tells.
    #[must_use]
    pub fn version(&self) -> String {
        let name = self.name();
        let told = self.first_line(&["--version"], "");
        let number = told.ok().and_then(|line| {
            let is_number = |word: &&str| word.contains('.') && word.starts_with(char::is_numeric);
            line.ok()?
                .split_whitespace()
                .find(is_number)
                .map(str::to_owned)
        });
        match number {
            Some(number) => format!("{name} {number}"),
            None => name,
        }
    }

    /// Asks one question.
    ///
    /// # Errors
    /// The program cannot be started.
    pub fn ask(&self, script: &str) -> io::Result<Said> {
        Ok(match self.first_line(self.arguments(), script)? {
            Ok(line) => match line.trim() {
                "sat" => Said::Decided(Status::Sat),
                "unsat" => Said::Decided(Status::Unsat),
                "unknown" => Said::Open("answers `unknown`".to_owned()),
                other => {
                    let words: String = other.chars().take(WORDS_MAX).collect();
                    Said::Open(format!("answers neither sat nor unsat but `{words}`"))
                }
            },
            Err(why) => Said::Open(why),
        })
    }

    /// Runs the program once; its first line that is not empty, or why there is none.
    fn first_line(&self, arguments: &[&str], input: &str) -> io::Result<Result<String, String>> {
        let mut child = Command::new(&self.program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        let limit = Rlimit {
            current: Some(MEMORY_BYTES_MAX),
            maximum: Some(MEMORY_BYTES_MAX),
        };
        // Without this limit the wall time still ends it.
        let _ = rustix::process::prlimit(Some(Pid::from_child(&child)), Resource::As, limit);
        if let Some(mut pipe) = child.stdin.take() {
            let input = input.as_bytes().to_vec();
            // The thread ends when everything is written or the program is gone.
            std::thread::spawn(move || pipe.write_all(&input));
        }
        let lines = child.stdout.take().map(read_lines);
        let wall = Duration::from_millis(self.wall_ms);
        let line = loop {
            match lines.as_ref().map(|lines| lines.recv_timeout(wall)) {
                Some(Ok(Some(line))) if line.trim().is_empty() => {}
                Some(Ok(Some(line))) => break Ok(line),
                Some(Ok(None)) => break Err("writes no whole line of text".to_owned()),
                Some(Err(RecvTimeoutError::Timeout)) => {
                    break Err(format!("gives no answer within {} ms", self.wall_ms));
                }
                Some(Err(RecvTimeoutError::Disconnected)) | None => {
                    break Err("ends without an answer".to_owned());
                }
            }
        };
        stop(&mut child);
        Ok(line)
    }
}
