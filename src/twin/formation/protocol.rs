//! A formation protocol as data: what the cycler does, step by step, and when each step ends.
//!
//! In: numbers from a document. Out: steps for the run. Currents are C-rates of the nominal
//! capacity, positive on discharge. A step ends at the first of its ends to be met; a step whose
//! ends are not met within its longest duration says so in its outcome.
//!
//! The form in a document is one table per step:
//! ```toml
//! [[step]]
//! op = "rest"
//! duration = "1 h"
//!
//! [[step]]
//! op = "cc"
//! current = "-0.05 C_rate"
//! until_voltage = "4.2 V"
//! longest = "60 h"
//!
//! [[step]]
//! op = "cv"
//! voltage = "4.2 V"
//! until_current = "0.02 C_rate"
//! longest = "48 h"
//! ```

/// How many times its nominal duration a constant current may take.
const PATIENCE: f64 = 3.0;

/// Longest time at constant voltage that nobody set, s.
pub(super) const VOLTAGE_LONGEST_S: f64 = 48.0 * 3600.0;

/// Longest time at a constant current of this C-rate that nobody set, s.
pub(super) fn current_longest_s(c_rate: f64) -> f64 {
    PATIENCE * 3600.0 / c_rate.abs()
}

/// What the cycler holds during a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Operation {
    /// No current.
    Rest,
    /// Constant current as a C-rate, positive on discharge.
    ConstantCurrent {
        /// Multiple of the nominal capacity per hour.
        c_rate: f64,
    },
    /// Constant cell voltage.
    ConstantVoltage {
        /// Voltage held, V.
        voltage_v: f64,
    },
}

/// When a step ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum End {
    /// After this time in the step, s.
    Duration(f64),
    /// When the voltage has risen to this, V.
    VoltageAtLeast(f64),
    /// When the voltage has fallen to this, V.
    VoltageAtMost(f64),
    /// When the magnitude of the current has fallen to this C-rate.
    CurrentAtMost(f64),
    /// When this much charge has passed in the step in either direction, Ah.
    Capacity(f64),
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What is held.
    pub operation: Operation,
    /// The first of these that is met ends the step.
    pub ends: Vec<End>,
    /// Time after which the step is given up, s.
    pub longest_s: f64,
}

impl Step {
    /// Rest for a time in s.
    #[must_use]
    pub fn rest(duration_s: f64) -> Self {
        Self {
            operation: Operation::Rest,
            ends: vec![End::Duration(duration_s)],
            longest_s: duration_s,
        }
    }

    /// Constant current to a voltage: charge at a negative C-rate, discharge at a positive one.
    #[must_use]
    pub fn constant_current(c_rate: f64, until_voltage_v: f64, longest_s: f64) -> Self {
        let end = if c_rate < 0.0 {
            End::VoltageAtLeast(until_voltage_v)
        } else {
            End::VoltageAtMost(until_voltage_v)
        };
        Self {
            operation: Operation::ConstantCurrent { c_rate },
            ends: vec![end],
            longest_s,
        }
    }

    /// Constant voltage until the current has fallen to a C-rate.
    #[must_use]
    pub fn constant_voltage(voltage_v: f64, until_c_rate: f64, longest_s: f64) -> Self {
        Self {
            operation: Operation::ConstantVoltage { voltage_v },
            ends: vec![End::CurrentAtMost(until_c_rate)],
            longest_s,
        }
    }

    /// Returns whether the step drives charge into the cell.
    #[must_use]
    pub fn charges(&self) -> bool {
        match self.operation {
            Operation::Rest => false,
            Operation::ConstantCurrent { c_rate } => c_rate < 0.0,
            Operation::ConstantVoltage { .. } => true,
        }
    }

    /// Returns whether the step takes charge out of the cell at constant current.
    #[must_use]
    pub fn discharges(&self) -> bool {
        matches!(self.operation, Operation::ConstantCurrent { c_rate } if c_rate > 0.0)
    }
}

/// The numbers of the usual two-cycle formation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoCycles {
    /// C-rate of the first charge and discharge, positive.
    pub first_c_rate: f64,
    /// C-rate of the second charge and discharge, positive.
    pub second_c_rate: f64,
    /// C-rate at which constant voltage ends, positive.
    pub cut_off_c_rate: f64,
    /// Upper voltage, V.
    pub voltage_max_v: f64,
    /// Lower voltage, V.
    pub voltage_min_v: f64,
    /// Every rest, s.
    pub rest_s: f64,
}

/// The steps of a formation.
#[derive(Debug, Clone, PartialEq)]
pub struct Protocol {
    /// In order.
    pub steps: Vec<Step>,
}

impl Protocol {
    /// Rest, charge with constant voltage, rest, discharge, rest, and all again at the second
    /// rate: 11 steps. A constant-current step may take three times its nominal duration.
    #[must_use]
    pub fn two_cycles(numbers: &TwoCycles) -> Self {
        let mut steps = vec![Step::rest(numbers.rest_s)];
        for c_rate in [numbers.first_c_rate, numbers.second_c_rate] {
            let longest_s = current_longest_s(c_rate);
            steps.push(Step::constant_current(
                -c_rate,
                numbers.voltage_max_v,
                longest_s,
            ));
            steps.push(Step::constant_voltage(
                numbers.voltage_max_v,
                numbers.cut_off_c_rate,
                VOLTAGE_LONGEST_S,
            ));
            steps.push(Step::rest(numbers.rest_s));
            steps.push(Step::constant_current(
                c_rate,
                numbers.voltage_min_v,
                longest_s,
            ));
            steps.push(Step::rest(numbers.rest_s));
        }
        Self { steps }
    }
}
