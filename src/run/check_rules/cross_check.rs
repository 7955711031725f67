//! The answers of a check against those of a second solver.
//!
//! In: what was shown, each question as SMT-LIB text with our answer; another solver's program.
//! Out: how many questions both answer alike, which the other leaves open, and on which they
//! contradict each other. A contradiction is a finding of its own, whatever ours rests on.

use std::io;

use super::grounds::Exhibit;
use crate::check::second_solver::{Outcome, SecondSolver};
use crate::record::body::Finding;
use crate::record::findings::{CrossCheck, CrossChecked};

/// Asks everything that was shown once more.
///
/// # Errors
/// The program cannot be started.
pub fn cross_check(exhibits: &[Exhibit], second: &SecondSolver) -> io::Result<CrossCheck> {
    let mut found = CrossCheck {
        solver: second.version(),
        questions: 0,
        agree: 0,
        open: Vec::new(),
        disagree: Vec::new(),
    };
    for one in exhibits {
        let Some(ours) = one.status else {
            continue;
        };
        found.questions += 1;
        let said = second.ask(&one.smtlib)?;
        let list = match said.against(ours) {
            Outcome::Agrees => {
                found.agree += 1;
                continue;
            }
            Outcome::Disagrees => &mut found.disagree,
            Outcome::Open => &mut found.open,
        };
        list.push(CrossChecked {
            name: one.stem.clone(),
            question: one.shows.clone(),
            ours: ours.word().to_owned(),
            theirs: said.words().to_owned(),
        });
    }
    Ok(found)
}

/// One finding per contradiction, for every format and the exit code.
#[must_use]
pub fn findings(checked: &CrossCheck) -> Vec<Finding> {
    let found = checked.disagree.iter().map(|one| Finding {
        code: "solvers-disagree".to_owned(),
        level: "error".to_owned(),
        message: format!(
            "two solvers contradict each other on `{}` ({}): ours says {}, {} says {}",
            one.question, one.name, one.ours, checked.solver, one.theirs
        ),
        places: Vec::new(),
        grounds: Vec::new(),
    });
    found.collect()
}
