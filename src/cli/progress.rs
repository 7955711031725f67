//! Progress on standard error: one line that is overwritten, only at a terminal.
//!
//! In: stages and finished samples, from any thread. Out: `now and requested  43 %`. Quiet when
//! standard error is no terminal or `--quiet` is given. It never influences a result.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;

use super::arguments::Common;
use crate::run::Progress;

/// A line on standard error.
pub struct Line {
    shown: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    stage: String,
    expected: u64,
    finished: u64,
    last_percent: u64,
}

impl Line {
    /// Starts a line if anybody is there to see it.
    #[must_use]
    pub fn new(common: &Common) -> Self {
        Self {
            shown: !common.quiet && std::io::stderr().is_terminal(),
            state: Mutex::new(State::default()),
        }
    }

    /// Clears the line.
    pub fn finish(&self) {
        if self.shown {
            write("\r\u{1b}[2K");
        }
    }
}

impl Progress for Line {
    fn stage(&self, name: &str, samples: u64) {
        if !self.shown {
            return;
        }
        if let Ok(mut state) = self.state.lock() {
            *state = State {
                stage: name.to_owned(),
                expected: samples,
                ..State::default()
            };
            write(&format!("\r\u{1b}[2K{name} …"));
        }
    }

    fn advance(&self, samples: u64) {
        if !self.shown {
            return;
        }
        if let Ok(mut state) = self.state.lock() {
            state.finished += samples;
            let percent = (100 * state.finished / state.expected.max(1)).min(100);
            if percent > state.last_percent {
                state.last_percent = percent;
                write(&format!("\r\u{1b}[2K{} {percent} %", state.stage));
            }
        }
    }
}

/// A progress line that cannot be written is no failure.
fn write(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
