//! Puts queries to the solver in a killable child process of the same program.
//!
//! In: tasks, and batches of trials over one query. Out: one answer per question, in order. The
//! child limits its own memory and CPU time and dies with its parent; the parent kills it after a
//! question's wall time and starts another for the rest. A crash, a hang, lost memory, a partial
//! line, a line that is no answer: the question is undecided with a [`Reason`], never decided. A
//! model is re-evaluated here, in exact arithmetic; a core must name assertions of the query. Many
//! tasks share one start, each task has a fresh solver context all the same; the trials of a batch
//! share one. Wire: one JSON line per task or batch on stdin, one per answer on stdout, numbered.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Resource, Rlimit, Signal};
use serde::{Deserialize, Serialize};

use super::batch::Batch;
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

/// What a child is sent in one line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Job {
    /// One question.
    Task(Task),
    /// As many questions as there are trials.
    Batch(Batch),
}

impl Job {
    /// How many answers it takes.
    fn questions(&self) -> usize {
        match self {
            Self::Task(_) => 1,
            Self::Batch(batch) => batch.trials.len(),
        }
    }

    fn wall_ms(&self) -> u64 {
        match self {
            Self::Task(task) => task.query.wall_ms,
            Self::Batch(batch) => batch.query.wall_ms,
        }
    }

    /// Accepts only answers that can be checked.
    fn believed(&self, answers: &mut impl Iterator<Item = Answer>) -> Vec<Answer> {
        match self {
            Self::Task(task) => answers
                .next()
                .map(|answer| believed(&task.query, answer))
                .into_iter()
                .collect(),
            Self::Batch(batch) => batch
                .trials
                .iter()
                .zip(answers)
                .map(|(trial, answer)| batch.believed(trial, answer))
                .collect(),
        }
    }
}

/// The jobs that are left when the first `answered` questions have their answers.
fn rest_of(jobs: &[Job], mut answered: usize) -> Vec<Job> {
    let mut rest = Vec::new();
    for job in jobs {
        let questions = job.questions();
        if answered >= questions {
            answered -= questions;
            continue;
        }
        rest.push(match job {
            Job::Task(task) => Job::Task(task.clone()),
            Job::Batch(batch) => Job::Batch(Batch {
                query: batch.query.clone(),
                trials: batch.trials[answered..].to_vec(),
            }),
        });
        answered = 0;
    }
    rest
}

fn questions_of(jobs: &[Job]) -> usize {
    jobs.iter().map(Job::questions).sum()
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
        let jobs: Vec<Job> = tasks.iter().cloned().map(Job::Task).collect();
        self.run_jobs(&jobs).into_iter().flatten().collect()
    }

    /// Runs batches; per batch one answer per trial, in order.
    #[must_use]
    pub fn run_batches(&self, batches: Vec<Batch>) -> Vec<Vec<Answer>> {
        let jobs: Vec<Job> = batches.into_iter().map(Job::Batch).collect();
        self.run_jobs(&jobs)
    }

    fn run_jobs(&self, jobs: &[Job]) -> Vec<Vec<Answer>> {
        let answers = match self {
            Self::InProcess => run_here(jobs),
            Self::Child { program } => run_in_children(program, jobs),
        };
        let mut answers = answers.into_iter();
        jobs.iter().map(|job| job.believed(&mut answers)).collect()
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

/// Takes the answers of a job one by one.
type Emit<'a> = Mutex<&'a mut (dyn FnMut(Answer) + Send)>;

fn emit(answers: &Emit<'_>, answer: Answer) {
    let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
    (*answers)(answer);
}

#[cfg(feature = "z3")]
fn run_job(job: &Job, answers: &Emit<'_>) {
    use super::{canonical_model::canonical_model, solve};
    match job {
        Job::Task(task) => emit(
            answers,
            match &task.canonical {
                None => solve::solve(&task.query),
                Some(preferences) => canonical_model(&task.query, preferences, &solve::solve),
            },
        ),
        Job::Batch(batch) => solve::solve_batch(batch, &|answer| emit(answers, answer)),
    }
}

#[cfg(not(feature = "z3"))]
fn run_job(job: &Job, answers: &Emit<'_>) {
    for _ in 0..job.questions() {
        emit(answers, unknown(Reason::NoSolver));
    }
}

/// Runs jobs in this process, on a thread with a deep stack, and on a new one after each panic:
/// the old thread may be left with a foreign solver context.
fn run_here(jobs: &[Job]) -> Vec<Answer> {
    let questions = questions_of(jobs);
    let mut answers: Vec<Answer> = Vec::with_capacity(questions);
    while answers.len() < questions {
        let rest = rest_of(jobs, answers.len());
        let batch = on_deep_stack(|| run_until_panic(&rest)).unwrap_or_else(|error| {
            let words = error.to_string();
            vec![unknown(Reason::NotStarted { words })]
        });
        answers.extend(batch);
    }
    answers
}

fn run_until_panic(jobs: &[Job]) -> Vec<Answer> {
    let mut answers = Vec::new();
    for job in jobs {
        if !run_caught(job, &mut |answer| answers.push(answer)) {
            break;
        }
    }
    answers
}

/// Hands over the answers of a job, the last one `Crashed` after a panic; returns whether this
/// thread can take another job.
fn run_caught(job: &Job, answers: &mut (dyn FnMut(Answer) + Send)) -> bool {
    let mut count = 0;
    let mut counted = |answer| {
        count += 1;
        answers(answer);
    };
    let ended = {
        let shared: Emit<'_> = Mutex::new(&mut counted);
        catch_unwind(AssertUnwindSafe(|| run_job(job, &shared))).is_ok()
    };
    if ended {
        return true;
    }
    if count < job.questions() {
        answers(unknown(Reason::Crashed));
    }
    false
}

fn on_deep_stack<T: Send>(job: impl FnOnce() -> T + Send) -> io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
        let ended = thread.spawn_scoped(scope, job)?.join();
        ended.map_err(|_| io::Error::other("a solver thread panicked"))
    })
}

fn run_in_children(program: &Path, jobs: &[Job]) -> Vec<Answer> {
    let questions = questions_of(jobs);
    let mut answers = Vec::with_capacity(questions);
    // Bounded: every start answers at least one question.
    while answers.len() < questions {
        answers.extend(run_one_child(program, &rest_of(jobs, answers.len())));
    }
    answers
}

/// Runs one child until it has answered everything or failed once; at least one answer.
fn run_one_child(program: &Path, jobs: &[Job]) -> Vec<Answer> {
    let questions = questions_of(jobs);
    let input = match encode(jobs) {
        Ok(input) => input,
        Err(error) => return not_started(&error.to_string(), questions),
    };
    let wall_ms = jobs.iter().fold(0_u64, |sum, job| {
        let questions = u64::try_from(job.questions()).unwrap_or(u64::MAX);
        sum.saturating_add(job.wall_ms().saturating_mul(questions))
    });
    let mut child = match start(program, wall_ms) {
        Ok(child) => child,
        Err(error) => {
            let words = format!("`{}`: {error}", program.display());
            return not_started(&words, questions);
        }
    };
    if let Some(mut pipe) = child.stdin.take() {
        // The thread ends when everything is written or the child is gone.
        std::thread::spawn(move || pipe.write_all(&input));
    }
    let lines = child.stdout.take().map(read_lines);
    let mut answers = Vec::with_capacity(questions);
    let walls = jobs
        .iter()
        .flat_map(|job| std::iter::repeat_n(job.wall_ms(), job.questions()));
    for (number, wall_ms) in walls.enumerate() {
        let (answer, is_alive) = match &lines {
            Some(lines) => next_answer(lines, number, wall_ms),
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

fn encode(jobs: &[Job]) -> serde_json::Result<Vec<u8>> {
    let mut input = Vec::new();
    for job in jobs {
        serde_json::to_writer(&mut input, job)?;
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
pub(super) fn stop(child: &mut Child) {
    // Both may fail only because the process has ended already.
    let _ = rustix::process::kill_process_group(Pid::from_child(child), Signal::KILL);
    let _ = child.kill();
    let _ = child.wait();
}

/// Reads whole lines on a thread of its own; a partial or overlong line ends the stream with
/// nothing, and the end of the stream closes the channel.
pub(super) fn read_lines(stdout: ChildStdout) -> Receiver<Option<String>> {
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

/// One line of a child: the number of the question makes a repeated or skipped answer visible.
#[derive(Serialize, Deserialize)]
struct Reply {
    task: usize,
    answer: Answer,
}

/// Returns the next answer and whether the child can be trusted with another question.
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

/// The child's side: limits itself, then writes one line per question until the input ends.
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

fn answer_lines(input: impl BufRead, mut output: impl Write + Send) -> io::Result<()> {
    let mut number = 0;
    for line in input.lines() {
        let job: Job = serde_json::from_str(&line?)?;
        let mut written = Ok(());
        let is_sound = run_caught(&job, &mut |answer| {
            if written.is_ok() {
                written = write_reply(&mut output, number, answer);
            }
            number += 1;
        });
        written?;
        if !is_sound {
            break;
        }
    }
    Ok(())
}

fn write_reply(output: &mut impl Write, number: usize, answer: Answer) -> io::Result<()> {
    let reply = Reply {
        task: number,
        answer,
    };
    serde_json::to_writer(&mut *output, &reply)?;
    output.write_all(b"\n")?;
    output.flush()
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
