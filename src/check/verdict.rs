//! Verdicts: what is found about one rule and one recipe.
//!
//! In: the judge's result. Out: plain data for records and reports: the verdict with its method,
//! exact readings at the nominal point and at the worst one, a witness that was evaluated again by
//! the rule language itself, a certificate. Undecided is a verdict of its own, never a pass.

use std::fmt;

use super::query::{Query, Reason};
use super::smtlib::Status;
use crate::certificate::any::{Ground, ground_of};
use crate::certificate::{Any, CertificateError, Proof, contradiction};
use crate::rule_language::{EvaluateError, Margin, Point, Value};

/// What is found about one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Holds at every point of the tolerance box with at least the guard band.
    Holds,
    /// Holds at every point of the tolerance box, somewhere by less than the guard band.
    Conditional,
    /// Holds at the nominal point, broken somewhere in the tolerance box.
    HoldsNominally,
    /// Broken at the nominal point.
    Violated,
    /// Does not apply anywhere in the tolerance box.
    Idle,
    /// Can apply nowhere at all (rule sets).
    Vacuous,
    /// Not decided.
    Undecided(Undecided),
}

impl Verdict {
    /// Names the verdict as records do.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Conditional => "conditional",
            Self::HoldsNominally => "holds_nominally",
            Self::Violated => "violated",
            Self::Idle => "idle",
            Self::Vacuous => "vacuous",
            Self::Undecided(_) => "undecided",
        }
    }
}

/// Why a rule is not decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// Signals that the rule reads have no value.
    Missing {
        /// Their names, sorted.
        signals: Vec<String>,
    },
    /// Only digits of pi or of a function beyond the enclosure decide.
    Pi,
    /// A number has no value at the nominal point, or at another point of the box.
    NoValue(EvaluateError),
    /// Neither our own methods nor the solver decide.
    Open(Reason),
    /// No question was asked that could settle it.
    NotAsked,
    /// A witness that the exact evaluation does not confirm.
    WitnessRefuted,
    /// A certificate that its own checker refuses.
    CertificateRefused(CertificateError),
}

impl Undecided {
    /// Whether data are missing rather than an answer.
    #[must_use]
    pub fn is_missing_data(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }
}

impl fmt::Display for Undecided {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { signals } => {
                let quoted: Vec<String> = signals.iter().map(|name| format!("`{name}`")).collect();
                write!(f, "no value for {}", quoted.join(", "))
            }
            Self::Pi => write!(
                f,
                "closer to the limit than the known digits of `pi` or a function"
            ),
            Self::NoValue(error) => write!(f, "{error} within the tolerances"),
            Self::Open(reason) => write!(f, "{reason}"),
            Self::NotAsked => write!(f, "closed forms do not settle it"),
            Self::WitnessRefuted => {
                write!(f, "exact evaluation does not confirm the witness found")
            }
            Self::CertificateRefused(error) => {
                write!(f, "the checker refuses the certificate: {error}")
            }
        }
    }
}

/// How a verdict was found; the greater one covers the lesser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// Evaluated where nothing varies.
    Evaluation,
    /// The least value of a linear form.
    ClosedForm,
    /// The least value at a corner of the box.
    Corners,
    /// Multipliers of linear rows.
    LinearArithmetic,
    /// Multipliers of rows, of products of rows and of squares.
    Products,
    /// A tree of boxes.
    Boxes,
    /// A point that our own search found.
    Search,
    /// The solver.
    Solver,
}

impl Method {
    /// Names the method as records do.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Evaluation => "evaluation",
            Self::ClosedForm => "closed form",
            Self::Corners => "corners",
            Self::LinearArithmetic => "linear arithmetic",
            Self::Products => "products of rows",
            Self::Search => "search",
            Self::Boxes => "box tree",
            Self::Solver => "solver",
        }
    }

    /// Returns the method behind a refutation.
    #[must_use]
    pub fn of_refutation(certificate: &contradiction::Certificate) -> Self {
        match ground_of(certificate) {
            Ground::LinearRows => Self::LinearArithmetic,
            Ground::Products => Self::Products,
            Ground::Boxes => Self::Boxes,
        }
    }

    /// Returns the method behind a proof.
    #[must_use]
    pub fn of(proof: &Proof) -> Self {
        match proof {
            Proof::Constant => Self::Evaluation,
            Proof::Linear { .. } => Self::ClosedForm,
            Proof::Corner { .. } => Self::Corners,
            Proof::Enclosure { .. } | Proof::Split { .. } => Self::Boxes,
            Proof::Refutation(_) => Self::LinearArithmetic,
            Proof::All(parts) => {
                let methods = parts.iter().map(Self::of);
                methods.max().unwrap_or(Self::Evaluation)
            }
            Proof::One { proof, .. } => Self::of(proof),
        }
    }
}

/// What a rule reads at one point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The point: a value for every signal of the rule set that has one.
    pub point: Point,
    /// The judged quantity, SI: the left side of a single comparison (of the tightest one in a
    /// conjunction), the right side where the left is constant.
    pub value: Option<Value>,
    /// The side it is compared with, SI.
    pub limit: Option<Value>,
    /// Slack to the limit, SI, negative where the body fails; nothing without one comparison.
    pub margin: Option<Margin>,
}

/// Everything found about one rule and one recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// How it was found.
    pub method: Method,
    /// At the nominal point; nothing where the body has no value there.
    pub nominal: Option<Reading>,
    /// At the worst point of the tolerance box where it is known exactly (of several the
    /// lexicographically least, low before high), else at the witness.
    pub worst: Option<Reading>,
    /// Whether `worst` is a point that shows the verdict and the rule language confirmed it there.
    pub rechecked: bool,
    /// The proof, where the verdict says something about the whole box; nothing where that rests on
    /// the solver's word alone.
    pub certificate: Option<Any>,
    /// "Is it broken anywhere in the box", where closed forms do not tell.
    pub asked: Option<Asked>,
}

impl Judgement {
    /// Whether nothing but the solver's word speaks for what it says of the whole box.
    #[must_use]
    pub fn is_solvers_word(&self) -> bool {
        self.certificate.is_none()
            && self.method == Method::Solver
            && matches!(
                self.verdict,
                Verdict::Holds | Verdict::Conditional | Verdict::Idle
            )
    }
}

/// A question that was put to our own methods, perhaps to the solver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question.
    pub query: Query,
    /// The answer.
    pub status: Option<Status>,
}
