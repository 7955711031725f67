//! A solver process that fails in any way leaves its task undecided, never decided.
//!
//! Goal: no fault gives a verdict, and the tasks beside a failed one are still answered. Method:
//! stubs in place of the child that abort, hang, write garbage, stop in the middle of a line, lie.

mod cases;
mod queries;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use cellwright::check::batch::{Batch, Trial};
use cellwright::check::judge::judge;
use cellwright::check::query::{Answer, Formula, Query, Reason, Want};
use cellwright::check::refute::{Budget, Decided, decide_all};
use cellwright::check::solver_process::{Solver, Task};
use cellwright::check::verdict::{Method, Undecided, Verdict};
use cellwright::run::rules::evaluation;
use queries::{number, query, real};

/// A folder of this test alone, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        std::fs::create_dir_all(&path).expect("the folder can be made");
        Self(path)
    }

    /// Writes a shell script and returns a solver that starts it as its child.
    fn stub(&self, body: &str) -> Solver {
        let program = self.0.join("stub.sh");
        let fresh = self.0.join("fresh.sh");
        std::fs::write(&fresh, format!("#!/bin/sh\n{body}\n")).expect("the stub can be written");
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&fresh, executable).expect("the stub can be made executable");
        std::fs::rename(&fresh, &program).expect("the stub can be moved");
        Solver::Child { program }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Unsatisfiable: a stub that says `sat` lies.
fn contradiction() -> Query {
    let low = ("R1", Formula::Le(real(0), number(1)));
    let high = ("R2", Formula::Le(number(2), real(0)));
    let mut query = query(&["a.x"], vec![low, high], Want::ModelAndCore);
    query.wall_ms = 400;
    query
}

fn reason(solver: &Solver) -> Reason {
    match solver.solve(&contradiction()) {
        Answer::Unknown { reason } => reason,
        decided => panic!("a failed child decided: {decided:?}"),
    }
}

#[test]
fn a_child_that_dies_is_undecided() {
    let folder = Folder::new("dies");
    for body in [
        "kill -ABRT $$",
        "kill -SEGV $$",
        "kill -KILL $$",
        "exit 0",
        "cat >/dev/null; exit 3",
    ] {
        assert_eq!(reason(&folder.stub(body)), Reason::Crashed, "{body}");
    }
}

#[test]
fn a_child_that_hangs_is_killed_with_its_children() {
    let folder = Folder::new("hangs");
    for body in [
        "exec sleep 600",
        "sleep 600",
        "while :; do :; done",
        "trap '' TERM; sleep 600",
    ] {
        assert_eq!(
            reason(&folder.stub(body)),
            Reason::TimedOut { wall_ms: 400 },
            "{body}"
        );
    }
}

#[test]
fn a_child_that_writes_no_answer_is_undecided() {
    let folder = Folder::new("garbage");
    let unsat = r#"{"task":0,"answer":{"unsat":["R1","R2"]}}"#;
    for body in [
        "echo unsat".to_owned(),
        "head -c 300000 /dev/urandom".to_owned(),
        r"printf '\377\376\n'".to_owned(),
        format!("printf '%s' '{}'", &unsat[..unsat.len() - 3]),
        format!("printf '%s' '{unsat}'"),
        format!("echo '{}'", unsat.replace("\"task\":0", "\"task\":1")),
        format!("echo '{}'", unsat.replace("R2", "R3")),
        r#"echo '{"task":0,"answer":{"sat":{"values":[]}}}'"#.to_owned(),
        "echo".to_owned(),
    ] {
        assert_eq!(reason(&folder.stub(&body)), Reason::Garbled, "{body}");
    }
}

#[test]
fn a_model_that_lies_is_refuted() {
    let folder = Folder::new("lies");
    let stub = folder.stub(r#"echo '{"task":0,"answer":{"sat":{"values":[{"real":"3"}]}}}'"#);
    let refuted = Reason::ModelRefuted {
        assertion: "R1".to_owned(),
    };
    assert_eq!(reason(&stub), refuted);
}

/// Goal: what rests on the solver's word alone says so. Method: a rule that only an irrational
/// number breaks, which neither a certificate nor an exact point can show, and a child that lies.
#[test]
fn a_word_without_a_certificate_is_told_as_such() {
    let folder = Folder::new("word");
    let text = "# case a.x = 1 mm +- 1 mm
signal a.x : length in 0 .. 10 mm
rule T1 \"x\" require a.x * a.x < 2 mm^2 or a.x * a.x > 2 mm^2
  severity major because \"x\" source \"x\" evidence specified\n";
    let fixture = cases::fixture(text);
    let judged = |solver: Option<&Solver>| judge(&fixture.rules, &fixture.case, solver).remove(0);
    let alone = judged(None);
    assert!(matches!(
        alone.verdict,
        Verdict::Undecided(Undecided::Open(_))
    ));
    let stub =
        folder.stub(r#"echo '{"task":0,"answer":{"unsat":["T1 is broken","a.x tolerance"]}}'"#);
    let told = judged(Some(&stub));
    assert_eq!(
        (told.verdict.clone(), told.method),
        (Verdict::Holds, Method::Solver)
    );
    assert!(told.certificate.is_none() && told.is_solvers_word());
    let rule = &fixture.rules.rules[0];
    let row = evaluation(&fixture.rules, rule, &fixture.case, &fixture.sources, &told);
    assert_eq!(row.how(), "the solver's word alone, without a certificate");
    assert!(row.is_solvers_word() && !alone.is_solvers_word());
}

/// Goal: a child that denies what we have a point for is not believed. Method: a question with an
/// exact model of our own, put to the child only for a plainer one.
#[test]
fn a_point_of_our_own_outweighs_the_word_of_the_solver() {
    let folder = Folder::new("denies");
    let stub = folder.stub(r#"echo '{"task":0,"answer":{"unsat":["R1"]}}'"#);
    let low = ("R1", Formula::Le(number(1), real(0)));
    let query = query(&["a.x"], vec![low], Want::Model);
    let canonical = Some(Vec::new());
    let task = Task {
        query: query.clone(),
        canonical,
    };
    let found = decide_all(&[task], Some(&stub), &Budget::default()).remove(0);
    let Decided::Satisfiable(model) = found.decided else {
        panic!("{:?}", found.decided);
    };
    assert_eq!((query.refutation(&model), found.is_solvers), (None, false));
}

#[test]
fn a_program_that_is_not_there_is_an_environment_failure() {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("not-there");
    let reason = reason(&Solver::Child { program });
    assert!(matches!(&reason, Reason::NotStarted { words } if words.contains("not-there")));
    assert!(reason.is_environment());
}

#[test]
#[cfg(feature = "z3")]
fn tasks_beside_a_failed_one_are_answered() {
    let folder = Folder::new("beside");
    let real_program = env!("CARGO_BIN_EXE_cellwright");
    let flag = folder.0.join("failed-once");
    let flag = flag.display();
    let body = format!(
        "if [ -e '{flag}' ]; then exec '{real_program}' \"$@\"; fi\n: > '{flag}'\nkill -ABRT $$"
    );
    let mut patient = contradiction();
    patient.wall_ms = 20_000;
    let answers = folder
        .stub(&body)
        .solve_all(&[patient.clone(), patient.clone(), patient]);
    let core = Answer::Unsat(vec!["R1".to_owned(), "R2".to_owned()]);
    let crashed = Answer::Unknown {
        reason: Reason::Crashed,
    };
    assert_eq!(answers, [crashed, core.clone(), core]);
}

/// The real child under its own limits: bytes of address space, seconds of CPU time.
#[cfg(feature = "z3")]
fn starved(folder: &Folder, bytes: u64, seconds: u64) -> Answer {
    let real_program = env!("CARGO_BIN_EXE_cellwright");
    let stub = folder.stub(&format!(
        "exec '{real_program}' solver-child {bytes} {seconds}"
    ));
    let mut hard = queries::hard_query();
    hard.rlimit = u32::MAX;
    hard.wall_ms = 4000;
    stub.solve(&hard)
}

#[test]
#[cfg(feature = "z3")]
fn a_child_without_memory_or_time_is_undecided() {
    let folder = Folder::new("starved");
    // Without memory a process may also spin until it is killed: undecided all the same.
    let is_undecided = |answer: &Answer| {
        let Answer::Unknown { reason } = answer else {
            return false;
        };
        matches!(reason, Reason::Crashed | Reason::TimedOut { .. })
    };
    for megabytes in [10, 80, 100, 120] {
        let answer = starved(&folder, megabytes * 1_000_000, 60);
        assert!(is_undecided(&answer), "{megabytes} MB: {answer:?}");
    }
    let answer = starved(&folder, 2 << 30, 1);
    assert!(is_undecided(&answer), "one second: {answer:?}");
}

/// Three questions about one query: all of it, without the first rule, with the first one broken.
fn batch() -> Batch {
    let trial = |negated: &[u32], absent: &[u32]| Trial {
        negated: negated.to_vec(),
        absent: absent.to_vec(),
    };
    Batch {
        query: contradiction(),
        trials: vec![trial(&[], &[]), trial(&[], &[0]), trial(&[0], &[])],
    }
}

/// Goal: a batch is as safe as a single question. Method: seven behaviours of a child; whatever it
/// does, no answer is decided that exact evaluation or the names do not bear out.
#[test]
fn a_batch_whose_child_fails_in_any_way_decides_nothing_wrong() {
    let folder = Folder::new("batch");
    let reply =
        |number: usize, answer: &str| format!(r#"echo '{{"task":{number},"answer":{answer}}}'"#);
    let lie = r#"{"sat":{"values":[{"real":"3"}]}}"#;
    let stranger = r#"{"unsat":["R9"]}"#;
    let absent = format!(
        "{}; {}",
        reply(0, r#"{"unsat":["R1","R2"]}"#),
        reply(1, r#"{"unsat":["R1"]}"#)
    );
    let partial = format!("printf '%s' '{}'", r#"{"task":0,"answer":{"unsat":["R1"#);
    let repeated = [reply(0, stranger), reply(0, stranger), reply(0, stranger)].join("; ");
    for body in [
        "kill -ABRT $$".to_owned(),
        "exec sleep 600".to_owned(),
        "head -c 300000 /dev/urandom".to_owned(),
        reply(0, lie),
        "ulimit -v 1000; exec sleep 1".to_owned(),
        partial,
        repeated,
        absent,
    ] {
        let answers = folder.stub(&body).run_batches(vec![batch()]).remove(0);
        assert_eq!(answers.len(), 3, "{body}");
        for (trial, answer) in batch().trials.iter().zip(&answers) {
            let query = batch().query_of(trial);
            let is_borne_out = match answer {
                Answer::Sat(model) => query.refutation(model).is_none(),
                Answer::Unsat(core) => core
                    .iter()
                    .all(|name| query.assertions.iter().any(|(own, _)| own == name)),
                Answer::Unknown { .. } => true,
            };
            assert!(is_borne_out, "{body}: {answer:?}");
        }
        assert!(!matches!(answers[0], Answer::Sat(_)), "{body}: {answers:?}");
    }
}

#[test]
#[cfg(feature = "z3")]
fn the_trials_of_a_batch_are_answered_beside_a_failed_start() {
    let folder = Folder::new("batch-beside");
    let real_program = env!("CARGO_BIN_EXE_cellwright");
    let flag = folder.0.join("failed-once");
    let flag = flag.display();
    let body = format!(
        "if [ -e '{flag}' ]; then exec '{real_program}' \"$@\"; fi\n: > '{flag}'\nkill -ABRT $$"
    );
    let mut patient = batch();
    patient.query.wall_ms = 20_000;
    let answers = folder.stub(&body).run_batches(vec![patient]).remove(0);
    let crashed = Answer::Unknown {
        reason: Reason::Crashed,
    };
    assert_eq!(answers[0], crashed);
    assert!(matches!(&answers[1], Answer::Sat(_)), "{:?}", answers[1]);
    assert!(matches!(&answers[2], Answer::Sat(_)), "{:?}", answers[2]);
}
