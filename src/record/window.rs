//! Windows: the answer of `window`, what every parameter of a recipe may be.
//!
//! In: what `check` found. Out: numbers as written in the unit of the recipe, the exact SI value of
//! every end beside them. Reports are views of this structure.

use serde::Serialize;

use super::body::{Place, Versions};

/// The answer of one question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Windows {
    /// `cellwright/window/1`.
    pub format: String,
    /// Who computed it.
    pub versions: Versions,
    /// What was looked at, for a heading.
    pub subject: String,
    /// Whether every end holds for all tolerances of the recipe.
    pub robust: bool,
    /// The answer in plain words.
    pub sentence: String,
    /// One entry per parameter, by name.
    pub parameters: Vec<ParameterWindow>,
    /// The largest box of setpoints around the recipe.
    pub joint: Option<Joint>,
    /// Rules that take no part, and why.
    pub not_in_window: Vec<NotInWindow>,
}

/// What one parameter may be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParameterWindow {
    /// Dictionary name.
    pub name: String,
    /// Unit of the numbers below.
    pub unit: String,
    /// Where the recipe has it.
    pub value: String,
    /// `inside`, `outside`, or `none` where no value keeps the rules.
    pub status: String,
    /// The window with all others as they are: the one that holds the recipe, else the nearest.
    pub lower: Option<WindowEnd>,
    /// Its upper end.
    pub upper: Option<WindowEnd>,
    /// Whether a checked certificate shows that every rule holds between the ends.
    pub proved: bool,
    /// The certificates; together they cover the window.
    pub certificates: Vec<serde_json::Value>,
    /// How many further windows there are away from the recipe.
    pub further_windows: u64,
    /// Rules that fail whatever this parameter is.
    pub fails_anyway: Vec<String>,
    /// The window rounded inwards to plant steps.
    pub steps: Option<StepWindow>,
    /// The least and greatest value if the other setpoints may move within their approved ranges.
    pub others_free: Option<FreeWindow>,
    /// The approved range.
    pub approved: Option<ApprovedWindow>,
    /// The window as a row of signs.
    pub bar: String,
}

/// An end of a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WindowEnd {
    /// As written, in the unit, rounded to the inside.
    pub value: String,
    /// The exact SI value; two values around it where it is irrational.
    pub exact: Vec<String>,
    /// Whether the end itself belongs to the window.
    pub closed: bool,
    /// The rules that stop it; none where what was looked at ends.
    pub stopped_by: Vec<RulePlace>,
    /// Whether a checked certificate shows that nothing just beyond keeps the first of them.
    pub proved: bool,
    /// The certificate.
    pub certificate: Option<serde_json::Value>,
}

/// A rule and where it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RulePlace {
    /// The rule's code.
    pub code: String,
    /// Where it is written.
    pub place: Place,
}

/// A window in plant steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepWindow {
    /// The step.
    pub step: String,
    /// The lowest setting inside.
    pub low: String,
    /// The highest setting inside.
    pub high: String,
}

/// A reach with the others free.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FreeWindow {
    /// The least value.
    pub low: FreeEnd,
    /// The greatest value.
    pub high: FreeEnd,
    /// Setpoints that may move, within their approved ranges.
    pub free: Vec<String>,
    /// Rules that take no part in it, and why: both ends are undecided then.
    pub open: Vec<NotInWindow>,
}

/// One end of a reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FreeEnd {
    /// `attained`, `approached`, `between`, `none` (no value at all) or `undecided`.
    pub kind: String,
    /// As written, in the unit: the end, or the value known to be reached.
    pub value: Option<String>,
    /// Nothing lies beyond this, where that is another number.
    pub bound: Option<String>,
    /// Whether a proof shows that nothing lies beyond.
    pub proved: bool,
}

/// An approved range beside a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApprovedWindow {
    /// As written.
    pub range: String,
    /// The document that approves it.
    pub document: String,
    /// `inside`, `reaches out` or `apart`.
    pub standing: String,
}

/// The largest joint box.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Joint {
    /// Steps that every setpoint may move at once, up and down.
    pub steps_together: i64,
    /// One entry per setpoint, by name.
    pub sides: Vec<JointSide>,
    /// Rules that were proved over the whole box.
    pub rules_proved: u64,
    /// How many of them have a checked certificate.
    pub certificates: u64,
}

/// One setpoint of the box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JointSide {
    /// Dictionary name.
    pub name: String,
    /// Lowest setting.
    pub low: String,
    /// Highest setting.
    pub high: String,
    /// Rules that break one step below.
    pub stopped_below: Vec<String>,
    /// Rules that break one step above.
    pub stopped_above: Vec<String>,
}

/// A rule that takes no part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotInWindow {
    /// The rules.
    pub codes: Vec<String>,
    /// Why.
    pub why: String,
}
