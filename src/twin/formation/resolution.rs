//! How finely time is resolved.

use super::cell::Heat;
use super::protocol::Operation;

/// Longest step while the temperature of the cell may change, s.
const LENGTH_LUMPED_MAX_S: f64 = 60.0;

/// Longest step where diffusion is not exact in time, s.
const LENGTH_GENTLE_MAX_S: f64 = 60.0;

/// Limits of the steps in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resolution {
    /// Longest step at a given current, s.
    pub length_max_s: f64,
    /// Longest step at a given voltage, s: the current is taken as linear over it.
    pub voltage_length_max_s: f64,
    /// Largest difference between the rate exponent of the film foretold for the end of a step and
    /// the one found there, 1.
    pub surprise_max: f64,
}

impl Resolution {
    /// For ensembles: within 1 mV and 10 ppm of the first-cycle efficiency.
    pub const FAST: Self = Self {
        length_max_s: 3072.0,
        voltage_length_max_s: 96.0,
        surprise_max: 0.7,
    };
    /// For single cells: within 0.1 mV.
    pub const STRICT: Self = Self {
        length_max_s: 1024.0,
        voltage_length_max_s: 32.0,
        surprise_max: 0.2,
    };
    /// For comparisons with other programs.
    pub const FINE: Self = Self {
        length_max_s: 256.0,
        voltage_length_max_s: 16.0,
        surprise_max: 0.05,
    };

    /// How small the errors of iterations have to be, as a share of what the coarsest steps bear.
    /// Where no film chooses the steps they are given, and all else is as fine as can be.
    pub(super) fn care(&self) -> f64 {
        if self.surprise_max <= 1.0 {
            self.surprise_max
        } else {
            0.1 * Self::FINE.surprise_max
        }
    }

    /// The same, for diffusion that is not exact in time.
    pub(super) fn gentle(self) -> Self {
        Self {
            length_max_s: self.length_max_s.min(LENGTH_GENTLE_MAX_S),
            voltage_length_max_s: self.voltage_length_max_s.min(LENGTH_GENTLE_MAX_S),
            ..self
        }
    }

    /// Returns the longest step of an operation, s.
    pub(super) fn cap_s(&self, operation: Operation, heat: Heat) -> f64 {
        let longest_s = match operation {
            Operation::Rest | Operation::ConstantCurrent { .. } => self.length_max_s,
            Operation::ConstantVoltage { .. } => self.voltage_length_max_s,
        };
        match heat {
            Heat::Isothermal => longest_s,
            Heat::Lumped { .. } => longest_s.min(LENGTH_LUMPED_MAX_S),
        }
    }
}
