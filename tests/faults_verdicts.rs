//! Whatever a solver process does, no verdict is wrong and none that is not shown is a pass.
//!
//! Goal: a child that crashes, hangs, answers garbage, lies about a model, lies about a core, eats
//! memory or stops in the middle never makes a broken rule hold, a needed rule redundant or a
//! consistent set contradictory. Method: 7 behaviours by 20 questions, as single tasks and as
//! batches, then behind the analysis of a rule set. The questions are made so that the truth is
//! known; how often the stub was really asked is counted, so that the test cannot pass by asking
//! nobody.

mod cases;

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use cellwright::check::batch::{Batch, Trial};
use cellwright::check::query::{Answer, Query, Want};
use cellwright::check::refute::{Budget, Decided, decide};
use cellwright::check::rule_set::{Finding, Member, analyse};
use cellwright::check::solver_process::Solver;

#[path = "questions/mod.rs"]
mod questions;
use questions::{Kind, planted, question};

/// Name of a behaviour and its shell script; each notes that it was started. A task is one line of
/// input, so the liars answer as many lines as they are sent.
fn behaviours() -> Vec<(&'static str, String)> {
    let each = |answer: &str| {
        format!(
            "n=0; while read -r line; do printf '{{\"task\":%d,\"answer\":{answer}}}\\n' $n; \
             n=$((n+1)); done"
        )
    };
    // Six numbers, for the four or fewer of each question: a model of another shape is garbage too.
    let zeros = "{\"sat\":{\"values\":[{\"real\":\"0\"},{\"real\":\"0\"},{\"real\":\"0\"},\
        {\"real\":\"0\"},{\"bool\":false},{\"enum\":0}]}}";
    vec![
        ("crash", "kill -SEGV $$".to_owned()),
        ("hang", "exec sleep 600".to_owned()),
        ("garbage", "head -c 300000 /dev/urandom".to_owned()),
        ("wrong sat", each(zeros)),
        ("wrong unsat core", each("{\"unsat\":[\"R00\",\"R01\"]}")),
        (
            "memory eater",
            "ulimit -v 60000; a=x; while :; do a=$a$a$a$a; done".to_owned(),
        ),
        (
            "truncated",
            "printf '%s' '{\"task\":0,\"answer\":{\"unsat\":[\"R0'".to_owned(),
        ),
    ]
}

struct Stub {
    folder: PathBuf,
    solver: Solver,
}

impl Stub {
    fn new(test: &str, name: &str, body: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        let program = folder.join("stub.sh");
        let fresh = folder.join("fresh.sh");
        let log = folder.join("asked").display().to_string();
        let text = format!("#!/bin/sh\necho asked >> '{log}'\n{body}\n");
        std::fs::write(&fresh, text).expect("the stub can be written");
        let executable = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(&fresh, executable).expect("the stub can be made executable");
        std::fs::rename(&fresh, &program).expect("the stub can be moved");
        Self {
            folder,
            solver: Solver::Child { program },
        }
    }

    /// How often it was started.
    fn asked(&self) -> usize {
        let log = std::fs::read_to_string(self.folder.join("asked"));
        log.map_or(0, |text| text.lines().count())
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A question with more assertions than our own quick methods take at once, and whether it has a
/// model: half have one by construction, half contradict themselves.
fn asked(number: u64) -> (Query, bool) {
    let (mut query, has_model) = if number.is_multiple_of(2) {
        let numbers = (number * 1000..).find(|&n| question(n, Kind::Products).1.is_some());
        (
            question(numbers.expect("one in three"), Kind::Products).0,
            true,
        )
    } else {
        (planted(number, Kind::Products), false)
    };
    query.wall_ms = 60;
    (query, has_model)
}

/// 7 behaviours × 20 tasks: what is decided is the truth, and a contradiction has a certificate.
#[test]
fn no_task_is_decided_wrongly_by_a_failing_child() {
    let budget = Budget {
        leaves: 128,
        boxes: 128,
    };
    for (name, body) in behaviours() {
        let stub = Stub::new("faults_tasks", name, &body);
        for number in 0..20 {
            let (query, has_model) = asked(number);
            // The door itself: nothing that was not borne out.
            match stub.solver.solve(&query) {
                Answer::Sat(model) => {
                    assert!(has_model, "{name} {number}: a model of a contradiction");
                    assert_eq!(query.refutation(&model), None, "{name} {number}");
                }
                Answer::Unsat(core) => {
                    let is_own = |one: &String| query.assertions.iter().any(|(own, _)| own == one);
                    assert!(
                        core.iter().all(is_own),
                        "{name} {number}: a core of strangers"
                    );
                }
                Answer::Unknown { .. } => {}
            }
            // What verdicts are made of.
            match decide(&query, Some(&stub.solver), &budget) {
                Decided::Satisfiable(model) => {
                    assert!(has_model, "{name} {number}");
                    assert_eq!(query.refutation(&model), None, "{name} {number}");
                }
                Decided::Unsatisfiable { certificate, .. } => {
                    assert!(!has_model, "{name} {number}: a model was denied");
                    assert!(certificate.is_some(), "{name} {number}: on a liar's word");
                }
                Decided::Undecided(_) => {}
            }
        }
        assert!(stub.asked() >= 20, "{name}: asked {} times", stub.asked());
    }
}

/// Three trials of one question: all of it, without its first assertion, with that one broken.
fn batch(number: u64) -> Batch {
    let trial = |negated: &[u32], absent: &[u32]| Trial {
        negated: negated.to_vec(),
        absent: absent.to_vec(),
    };
    let (query, _) = asked(number);
    Batch {
        query: Query {
            want: Want::ModelAndCore,
            ..query
        },
        trials: vec![trial(&[], &[]), trial(&[], &[0]), trial(&[0], &[])],
    }
}

/// 7 behaviours × 20 batches: a model holds, a core names what is there, the rest is undecided.
#[test]
fn no_trial_of_a_batch_is_decided_wrongly_by_a_failing_child() {
    for (name, body) in behaviours() {
        let stub = Stub::new("faults_batches", name, &body);
        for number in 0..20 {
            let batch = batch(number);
            let answers = stub.solver.run_batches(vec![batch.clone()]).remove(0);
            assert_eq!(answers.len(), batch.trials.len(), "{name} {number}");
            for (trial, answer) in batch.trials.iter().zip(&answers) {
                let query = batch.query_of(trial);
                match answer {
                    Answer::Sat(model) => {
                        assert_eq!(query.refutation(model), None, "{name} {number}");
                    }
                    Answer::Unsat(core) => {
                        let has = |one: &String| query.assertions.iter().any(|(own, _)| own == one);
                        assert!(core.iter().all(has), "{name} {number}: {core:?}");
                    }
                    Answer::Unknown { .. } => {}
                }
            }
        }
        assert!(stub.asked() >= 20, "{name}: asked {} times", stub.asked());
    }
}

/// Equations that fit together and of which none follows from others, hard to meet by trying, and
/// so many loose limits (`L…`, which may follow from others) that the solver is asked first.
fn needed() -> String {
    let clauses = "severity major because \"b\" source \"s\" evidence specified";
    let mut text = "ruleset t \"1\"\n".to_owned();
    for n in 0..6 {
        text += &format!("signal a.x{n} : number in 0 .. 100\n");
    }
    for n in 0..5 {
        let (next, sum) = (n + 1, 20 + 3 * n % 7);
        text += &format!("rule R{n:02} \"t\" require a.x{n} + 2 * a.x{next} == {sum} {clauses}\n");
    }
    for n in 0..40 {
        let (one, other) = (n % 6, (n + 1 + n / 6) % 6);
        text += &format!(
            "rule L{n:02} \"t\" require a.x{one} + a.x{other} <= {} or a.x{one} <= 3 {clauses}\n",
            150 + n
        );
    }
    text
}

/// 6 behaviours behind a whole analysis: no equation is called redundant, the set not contradictory.
/// (A child that hangs costs the wall time of each of its questions; the tests above have it.)
#[test]
fn no_finding_rests_on_a_failing_child() {
    let mut asked = 0;
    for (name, body) in behaviours().into_iter().filter(|(name, _)| *name != "hang") {
        let stub = Stub::new("faults_findings", name, &body);
        let fixture = cases::fixture(&needed());
        let analysis = analyse(&fixture.rules, None, Some(&stub.solver));
        for finding in &analysis.findings {
            let is_right = match finding {
                Finding::Undecided { .. } | Finding::RedundancyUndecided { .. } => true,
                Finding::Shadowed { rule, .. }
                | Finding::Redundant { rule, .. }
                | Finding::NeverBinding { rule, .. } => {
                    matches!(&rule.member, Member::Rule(code) if code.starts_with('L'))
                }
                _ => false,
            };
            assert!(is_right, "{name}: {}", finding.message());
        }
        asked += stub.asked();
    }
    assert!(asked > 0, "nobody was asked");
}
