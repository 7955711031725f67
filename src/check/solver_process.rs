//! Puts queries to the solver in a killable child process of the same program.
//!
//! In: tasks. Out: one answer per task, in order. The child limits its own memory and CPU time and
//! dies with its parent; the parent kills it after a task's wall time and starts another for the
//! rest. A crash, a hang, lost memory, a partial line, a line that is no answer: the task is
//! undecided with a [`Reason`], never decided. A model is re-evaluated here, in exact arithmetic; a
//! core must name assertions of the query. Many tasks share one start, each check has a fresh
//! solver context all the same. Wire: one JSON line per task on stdin, one per answer on stdout.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal};
use serde::{Deserialize, Serialize};

use super::canonical_model::Preference;
use super::query::{Answer, Query, Reason};

/// The hidden argument with which the program becomes a solver child.
pub const CHILD_ARGUMENT: &str = "solver-child";

/// The longest line a child may write; an answer is far shorter.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// The address space of a child: room for Z3 and its library, not for a blow-up.
const MEMORY_BYTES_MAX: u64 = 2 << 30;

/// Room for the recursion of deep terms.
const STACK_BYTES: usize = 64 << 20;

/// What a child is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// The query.
    pub query: Query,
    /// Where the values of a shown model should lie; nothing when any model will do.
    pub canonical: Option<Vec<Preference>>,
}

/// Where queries are solved.
///
/// # Example
/// Is there a web speed of at most 25 m/min that is also above 0.5 m/s (30 m/min)?
/// ```
/// use cellwright::check::query::{Answer, Formula, Query, Sort, Term, VarId, Variable, Want};
/// use cellwright::check::solver_process::Solver;
/// use cellwright::rational::Rational;
///
/// let speed = || Term::Real(VarId(0));
/// let limit = |numerator, denominator| Term::Rational(Rational::ratio(numerator, denominator));
/// let query = Query {
///     variables: vec![Variable { name: "coating.web_speed".to_owned(), sort: Sort::Real }],
///     assertions: vec![
///         ("CO001".to_owned(), Formula::Le(speed(), limit(25, 60))), // m/s
///         ("CO002".to_owned(), Formula::Lt(limit(1, 2), speed())),
///     ],
///     want: Want::Core,
///     rlimit: 1_000_000,
///     wall_ms: 10_000,
/// };
/// # #[cfg(feature = "z3")]
/// assert_eq!(
///     Solver::InProcess.solve(&query),
///     Answer::Unsat(vec!["CO001".to_owned(), "CO002".to_owned()])
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Solver {
    /// In this process: for library users, who then bear a solver crash themselves.
    InProcess,
    /// In a child process.
    Child {
        /// The program to start, normally this one; the command line injects the path.
        program: PathBuf,
    },
}

impl Solver {
    /// Answers one query.
    #[must_use]
    pub fn solve(&self, query: &Query) -> Answer {
        one(self.solve_all(std::slice::from_ref(query)))
    }

    /// Answers many queries with as few process starts as possible; answers are in their order.
    #[must_use]
    pub fn solve_all(&self, queries: &[Query]) -> Vec<Answer> {
        let task = |query: &Query| Task {
            query: query.clone(),
            canonical: None,
        };
        self.run(&queries.iter().map(task).collect::<Vec<_>>())
    }

    /// Returns the model that is shown; see [`super::canonical_model`].
    #[must_use]
    pub fn canonical_model(&self, query: &Query, preferences: &[Preference]) -> Answer {
        let canonical = Some(preferences.to_vec());
        one(self.run(&[Task {
            query: query.clone(),
            canonical,
        }]))
    }

    /// Runs tasks; one answer each, in order.
    #[must_use]
    pub fn run(&self, tasks: &[Task]) -> Vec<Answer> {
        let answers = match self {
            Self::InProcess => run_here(tasks),
            Self::Child { program } => run_in_children(program, tasks),
        };
        tasks
            .iter()
            .zip(answers)
            .map(|(task, answer)| believed(&task.query, answer))
            .collect()
    }
}

/// Returns the version of the linked solver for the record, for instance `Z3 5.3.0.0`; nothing
/// where the program was built without one.
#[must_use]
pub fn solver_version() -> Option<String> {
    #[cfg(feature = "z3")]
    let version = Some(super::solve::version());
    #[cfg(not(feature = "z3"))]
    let version = None;
    version
}

fn one(mut answers: Vec<Answer>) -> Answer {
    answers.pop().unwrap_or_else(|| unknown(Reason::Crashed))
}

fn unknown(reason: Reason) -> Answer {
    Answer::Unknown { reason }
}

/// Accepts only what can be checked: a model that holds, a core of the query's own assertions.
fn believed(query: &Query, answer: Answer) -> Answer {
    let is_named = |name: &String| query.assertions.iter().any(|(own, _)| own == name);
    match answer {
        Answer::Sat(model) if model.values.len() != query.variables.len() => {
            unknown(Reason::Garbled)
        }
        Answer::Sat(model) => match query.refutation(&model) {
            None => Answer::Sat(model),
            Some(reason) => unknown(reason),
        },
        Answer::Unsat(core) if core.iter().all(is_named) => Answer::Unsat(core),
        Answer::Unsat(_) => unknown(Reason::Garbled),
        Answer::Unknown { reason } => unknown(reason),
    }
}

#[cfg(feature = "z3")]
fn run_task(task: &Task) -> Answer {
    use super::{canonical_model::canonical_model, solve};
    match &task.canonical {
        None => solve::solve(&task.query),
        Some(preferences) => canonical_model(&task.query, preferences, &solve::solve),
    }
}

#[cfg(not(feature = "z3"))]
fn run_task(_task: &Task) -> Answer {
    unknown(Reason::NoSolver)
}

/// Runs tasks in this process, on a thread with a deep stack, and on a new one after each panic:
/// the old thread may be left with a foreign solver context.
fn run_here(tasks: &[Task]) -> Vec<Answer> {
    let mut answers: Vec<Answer> = Vec::with_capacity(tasks.len());
    while answers.len() < tasks.len() {
        let rest = &tasks[answers.len()..];
        let batch = on_deep_stack(|| run_until_panic(rest)).unwrap_or_else(|error| {
            let words = error.to_string();
            vec![unknown(Reason::NotStarted { words })]
        });
        answers.extend(batch);
    }
    answers
}

fn run_until_panic(tasks: &[Task]) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(tasks.len());
    for task in tasks {
        let (answer, is_sound) = run_caught(task);
        answers.push(answer);
        if !is_sound {
            break;
        }
    }
    answers
}

/// Returns the answer and whether this thread can take another task.
fn run_caught(task: &Task) -> (Answer, bool) {
    catch_unwind(AssertUnwindSafe(|| run_task(task))).map_or_else(
        |_| (unknown(Reason::Crashed), false),
        |answer| (answer, true),
    )
}

fn on_deep_stack<T: Send>(job: impl FnOnce() -> T + Send) -> io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let ended = thread.spawn_scoped(scope, job)?.join();
        ended.map_err(|_| io::Error::other("a solver thread panicked"))
    })
}

fn run_in_children(program: &Path, tasks: &[Task]) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(tasks.len());
    // Bounded: every start answers at least one task.
    while answers.len() < tasks.len() {
        answers.extend(run_one_child(program, &tasks[answers.len()..]));
    }
    answers
}

/// Runs one child until it has answered everything or failed once; at least one answer.
fn run_one_child(program: &Path, tasks: &[Task]) -> Vec<Answer> {
    let input = match encode(tasks) {
        Ok(input) => input,
        Err(error) => return not_started(&error.to_string(), tasks.len()),
    };
    let wall_ms = tasks
        .iter()
        .fold(0_u64, |sum, task| sum.saturating_add(task.query.wall_ms));
    let mut child = match start(program, wall_ms) {
        Ok(child) => child,
        Err(error) => {
            let words = format!("`{}`: {error}", program.display());
            return not_started(&words, tasks.len());
        }
    };
    if let Some(mut pipe) = child.stdin.take() {
        // The thread ends when everything is written or the child is gone.
        std::thread::spawn(move || pipe.write_all(&input));
    }
    let lines = child.stdout.take().map(read_lines);
    let mut answers = Vec::with_capacity(tasks.len());
    for (number, task) in tasks.iter().enumerate() {
        let (answer, is_alive) = match &lines {
            Some(lines) => next_answer(lines, number, task.query.wall_ms),
            None => (unknown(Reason::Crashed), false),
        };
        answers.push(answer);
        if !is_alive {
            break;
        }
    }
    stop(&mut child);
    answers
}

fn not_started(words: &str, count: usize) -> Vec<Answer> {
    let reason = Reason::NotStarted {
        words: words.to_owned(),
    };
    vec![unknown(reason); count]
}

fn encode(tasks: &[Task]) -> serde_json::Result<Vec<u8>> {
    let mut input = Vec::new();
    for task in tasks {
        serde_json::to_writer(&mut input, task)?;
        input.push(b'\n');
    }
    Ok(input)
}

/// Starts a child in its own process group, so that whatever it starts is killed with it.
fn start(program: &Path, wall_ms: u64) -> io::Result<Child> {
    let cpu_seconds = wall_ms.div_ceil(1000).saturating_add(1);
    Command::new(program)
        .arg(CHILD_ARGUMENT)
        .arg(MEMORY_BYTES_MAX.to_string())
        .arg(cpu_seconds.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}

/// Kills the child with its group and waits for it, so that no process is left behind.
fn stop(child: &mut Child) {
    // Both may fail only because the process has ended already.
    let _ = rustix::process::kill_process_group(Pid::from_child(child), Signal::KILL);
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads whole lines on a thread of its own; a partial or overlong line ends the stream with
/// nothing, and the end of the stream closes the channel.
fn read_lines(stdout: ChildStdout) -> Receiver<Option<String>> {
    let (sender, receiver) = sync_channel(16);
    std::thread::spawn(move || {
        let mut reader = BufReader::new(stdout);
        loop {
            let mut line = Vec::new();
            let read = reader
                .by_ref()
                .take(LINE_BYTES_MAX)
                .read_until(b'\n', &mut line);
            if !matches!(read, Ok(1..)) {
                return;
            }
            let is_whole = line.pop() == Some(b'\n');
            let text = String::from_utf8(line).ok().filter(|_| is_whole);
            let is_bad = text.is_none();
            if sender.send(text).is_err() || is_bad {
                return;
            }
        }
    });
    receiver
}

/// One line of a child: the number of the task makes a repeated or skipped answer visible.
#[derive(Serialize, Deserialize)]
struct Reply {
    task: usize,
    answer: Answer,
}

/// Returns the next answer and whether the child can be trusted with another task.
fn next_answer(lines: &Receiver<Option<String>>, number: usize, wall_ms: u64) -> (Answer, bool) {
    match lines.recv_timeout(Duration::from_millis(wall_ms)) {
        Ok(Some(line)) => match serde_json::from_str::<Reply>(&line) {
            Ok(reply) if reply.task == number => (reply.answer, true),
            Ok(_) | Err(_) => (unknown(Reason::Garbled), false),
        },
        Ok(None) => (unknown(Reason::Garbled), false),
        Err(RecvTimeoutError::Timeout) => (unknown(Reason::TimedOut { wall_ms }), false),
        Err(RecvTimeoutError::Disconnected) => (unknown(Reason::Crashed), false),
    }
}

/// The child's side: limits itself, then answers one line per line until the input ends.
///
/// `arguments` are those after [`CHILD_ARGUMENT`]: bytes of memory, seconds of CPU time.
///
/// # Errors
/// When the limits cannot be set or a pipe breaks; the parent then calls its task undecided.
pub fn run_child(
    arguments: &[OsString],
    input: impl BufRead + Send,
    output: impl Write + Send,
) -> io::Result<()> {
    limit_self(arguments)?;
    on_deep_stack(|| answer_lines(input, output))?
}

fn answer_lines(input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    for (number, line) in input.lines().enumerate() {
        let task: Task = serde_json::from_str(&line?)?;
        let (answer, is_sound) = run_caught(&task);
        serde_json::to_writer(
            &mut output,
            &Reply {
                task: number,
                answer,
            },
        )?;
        output.write_all(b"\n")?;
        output.flush()?;
        if !is_sound {
            break;
        }
    }
    Ok(())
}

fn limit_self(arguments: &[OsString]) -> io::Result<()> {
    let number = |place: usize| {
        let text = arguments.get(place).and_then(|argument| argument.to_str());
        text.and_then(|text| text.parse::<u64>().ok())
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))
    };
    let limit = |resource: Resource, value: u64| {
        let limit = Rlimit {
            current: Some(value),
            maximum: Some(value),
        };
        rustix::process::setrlimit(resource, limit)
    };
    limit(Resource::As, number(0)?)?;
    limit(Resource::Cpu, number(1)?)?;
    limit(Resource::Core, 0)?;
    // A solver must not outlive the program that asked.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    Ok(())
}
