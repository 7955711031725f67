//! The answer of a run as a process exit code, and which answer wins when there are several.
//!
//! In: the answers of the parts of a run. Out: one code, 0 to 5. Wrong documents come first,
//! because nothing after them can be trusted; then a failing environment, a mismatch on replay,
//! findings, and what is undecided. Precedence: 2 > 4 > 5 > 1 > 3 > 0.

/// What a finished process tells its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ExitCode {
    /// 0: released, trial, everything holds or is conditional, expectations met, identical.
    #[default]
    Success,
    /// 1: rejected, a rule violated, an expectation not met.
    Findings,
    /// 2: documents or arguments are wrong.
    Documents,
    /// 3: undecided or more data needed.
    Undecided,
    /// 4: file system, solver that does not start, or panic.
    Environment,
    /// 5: replay or verification does not match.
    Mismatch,
}

impl ExitCode {
    /// Returns the number the process ends with.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
            Self::Documents => 2,
            Self::Undecided => 3,
            Self::Environment => 4,
            Self::Mismatch => 5,
        }
    }

    /// Returns the stronger of two answers.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        if other.rank() > self.rank() {
            other
        } else {
            self
        }
    }

    /// Returns the strongest of many answers; success when there are none.
    #[must_use]
    pub fn strongest(codes: impl IntoIterator<Item = Self>) -> Self {
        codes.into_iter().fold(Self::Success, Self::and)
    }

    /// Returns the place in the precedence, higher wins.
    fn rank(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Undecided => 1,
            Self::Findings => 2,
            Self::Mismatch => 3,
            Self::Environment => 4,
            Self::Documents => 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goal: 2 > 4 > 5 > 1 > 3 > 0, whatever the order of the answers.
    #[test]
    fn stronger_answer_wins_from_either_side() {
        let falling = [
            ExitCode::Documents,
            ExitCode::Environment,
            ExitCode::Mismatch,
            ExitCode::Findings,
            ExitCode::Undecided,
            ExitCode::Success,
        ];
        assert_eq!(falling.map(ExitCode::number), [2, 4, 5, 1, 3, 0]);
        for (index, strong) in falling.iter().enumerate() {
            for weak in &falling[index..] {
                assert_eq!(strong.and(*weak), *strong);
                assert_eq!(weak.and(*strong), *strong);
            }
        }
        assert_eq!(ExitCode::strongest([]), ExitCode::Success);
        assert_eq!(
            ExitCode::strongest([ExitCode::Undecided, ExitCode::Findings, ExitCode::Success]),
            ExitCode::Findings
        );
    }
}
