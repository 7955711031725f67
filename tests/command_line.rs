//! The command line as users meet it: whole answers, with standard error and exit code.
//!
//! Goal: a change of any answer is seen in a review. Method: the finished binary runs in the
//! checkout or in a folder made for the test; what it says is compared with a snapshot that starts
//! with the command itself.

#[path = "command_line/answers.rs"]
mod answers;
#[path = "command_line/argument.rs"]
mod argument;
#[path = "command_line/certificates.rs"]
mod certificates;
#[path = "command_line/mistakes.rs"]
mod mistakes;
#[path = "command_line/recipe.rs"]
mod recipe;
#[path = "command_line/records.rs"]
mod records;
#[path = "command_line/reference.rs"]
mod reference;
#[path = "command_line/verbs.rs"]
mod verbs;

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a command did.
pub struct Answer {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// Runs the binary in a folder.
pub fn run_in(folder: &Path, arguments: &[&str]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_cellwright"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .output()
        .expect("the binary starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("answers are UTF-8");
    Answer {
        code: output.status.code().expect("no signal ends it"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Runs the binary in the checkout.
pub fn run(arguments: &[&str]) -> Answer {
    run_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments)
}

/// The command and everything it said.
pub fn shown(arguments: &[&str], answer: &Answer) -> String {
    let mut text = format!("$ cellwright {}\n{}", arguments.join(" "), answer.out);
    if !answer.err.is_empty() {
        text.push_str("--- standard error\n");
        text.push_str(&answer.err);
    }
    text.push_str(&format!("--- exit {}\n", answer.code));
    text
}

/// Runs in the checkout and shows.
pub fn said(arguments: &[&str]) -> String {
    shown(arguments, &run(arguments))
}

/// Runs in a folder and shows.
pub fn said_in(folder: &Path, arguments: &[&str]) -> String {
    shown(arguments, &run_in(folder, arguments))
}

/// An empty folder of its own for a test.
pub fn folder(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("command_line")
        .join(test);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the folder of an earlier run goes");
    }
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Writes a file below a folder.
pub fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}
