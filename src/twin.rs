//! The digital twin of the line: one model per stage, all with the same face.
//!
//! In: plain SI numbers in the order of a model's input ports. Out: plain SI numbers in the order
//! of its output ports and a typed status. Models are pure functions: no state survives a run, so
//! the second run of the same object gives the same bits as the first.

pub mod formation;

/// What a quantity is to the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Chosen by the recipe.
    Setpoint,
    /// A property of what is delivered or made upstream.
    Material,
    /// Varies without anybody choosing it.
    Disturbance,
    /// A constant of the model with its own uncertainty.
    Parameter,
    /// A result.
    Outcome,
}

/// One input or output of a twin model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// Name in the quantity dictionary, `stage.quantity`.
    pub name: String,
    /// SI unit of the number.
    pub unit: &'static str,
    /// What the quantity is to the line.
    pub role: Role,
    /// One line for a reader.
    pub text: &'static str,
}
