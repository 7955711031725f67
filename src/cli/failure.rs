//! Why a verb stopped: wrong documents, wrong arguments, or an environment that failed.
//!
//! In: diagnostics or one sentence. Out: what standard error shows and the exit code. A verdict
//! is never a failure.

use crate::diagnostic::Diagnostics;
use crate::exit_code::ExitCode;
use crate::span::Sources;

/// Why a verb stopped.
#[derive(Debug)]
pub enum Failure {
    /// Documents are wrong; the diagnostics say where.
    Documents {
        /// What is wrong.
        diagnostics: Diagnostics,
        /// The texts they point into.
        sources: Sources,
    },
    /// The command line is wrong.
    Argument {
        /// One sentence.
        message: String,
    },
    /// File system, solver or processor let us down.
    Environment {
        /// One sentence.
        message: String,
    },
}

impl Failure {
    /// A wrong argument.
    #[must_use]
    pub fn argument(message: impl Into<String>) -> Self {
        Self::Argument {
            message: message.into(),
        }
    }

    /// A failing environment.
    #[must_use]
    pub fn environment(message: impl Into<String>) -> Self {
        Self::Environment {
            message: message.into(),
        }
    }

    /// The exit code.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Documents { .. } | Self::Argument { .. } => ExitCode::Documents,
            Self::Environment { .. } => ExitCode::Environment,
        }
    }

    /// What standard error shows.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        match self {
            Self::Documents {
                diagnostics,
                sources,
            } => diagnostics.render(sources, colour),
            Self::Argument { message } | Self::Environment { message } => {
                format!("error: {}\n", crate::diagnostic::visible(message))
            }
        }
    }
}
