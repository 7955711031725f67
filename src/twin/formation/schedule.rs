//! A protocol whose numbers are inputs: what is the same in every sample, and what is not.
//!
//! In: steps whose numbers are given or stand at a setpoint, and the setpoints with the values they
//! have in the base recipe. Out: ports for the setpoints, and for any values of them the
//! [`Protocol`] that the cycler runs. Also which results the protocol defines at all: a protocol
//! without a discharge has no efficiency, and an outcome nobody can compute is not offered.

use super::protocol::{
    End, Operation, Protocol, Step, TwoCycles, VOLTAGE_LONGEST_S, current_longest_s,
};
use super::track::REST_DROP_TIME_S;
use crate::twin::{Port, Role};

const SECONDS_PER_HOUR: f64 = 3600.0;

/// A number of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// The same in every sample.
    Given(f64),
    /// A setpoint, by its place in [`Schedule::setpoints`].
    Setpoint(usize),
}

/// What a setpoint measures; a rate is 1/s, 3600 of which are one C-rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// s.
    Time,
    /// V.
    Voltage,
    /// 1/s.
    Rate,
    /// C.
    Charge,
}

impl Measure {
    /// SI unit of its port.
    #[must_use]
    pub fn unit(self) -> &'static str {
        match self {
            Self::Time => "s",
            Self::Voltage => "V",
            Self::Rate => "1/s",
            Self::Charge => "C",
        }
    }

    /// Whether a step can have this number: a rest of no time and a voltage of 0 V can be, a rate
    /// of 0 has no end.
    #[must_use]
    pub fn allows(self, value: f64) -> bool {
        match self {
            Self::Time | Self::Voltage => value >= 0.0 && value.is_finite(),
            Self::Rate | Self::Charge => value > 0.0 && value.is_finite(),
        }
    }
}

/// A setpoint that steps read.
#[derive(Debug, Clone, PartialEq)]
pub struct Setpoint {
    /// Dictionary name.
    pub name: String,
    /// What it measures.
    pub measure: Measure,
    /// What it is, in a few words.
    pub text: &'static str,
    /// Its value in the base recipe, SI.
    pub base: f64,
}

/// What the cycler holds during a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Hold {
    /// No current.
    Rest,
    /// A charging current over the nominal capacity, 1/s.
    Charge(Value),
    /// A discharging current over the nominal capacity, 1/s.
    Discharge(Value),
    /// A voltage, V.
    Voltage(Value),
}

/// When a step ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Until {
    /// After this time, s.
    Time(Value),
    /// At this voltage, V, reached from below on charge, from above on discharge.
    Voltage(Value),
    /// When the magnitude of the current over the nominal capacity has fallen to this, 1/s.
    Rate(Value),
    /// When this charge has passed in the step, C.
    Charge(Value),
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Stage {
    /// What is held.
    pub hold: Hold,
    /// The first of these that is met ends the step.
    pub until: Vec<Until>,
    /// Time after which the step is given up, s. Where none is given: three times what the rate
    /// says for a current, 48 h for a voltage, and the duration of a rest.
    pub longest_s: Option<f64>,
}

/// A protocol over setpoints.
#[derive(Debug, Clone, PartialEq)]
pub struct Schedule {
    setpoints: Vec<Setpoint>,
    stages: Vec<Stage>,
}

impl Schedule {
    /// Puts steps over setpoints together.
    ///
    /// # Panics
    /// When a step reads a setpoint that is not there.
    #[must_use]
    pub fn new(setpoints: Vec<Setpoint>, stages: Vec<Stage>) -> Self {
        let read = stages.iter().flat_map(Stage::values);
        for value in read {
            if let Value::Setpoint(at) = value {
                assert!(at < setpoints.len(), "setpoint {at} of {}", setpoints.len());
            }
        }
        Self { setpoints, stages }
    }

    /// The setpoints in the order of their ports.
    #[must_use]
    pub fn setpoints(&self) -> &[Setpoint] {
        &self.setpoints
    }

    /// The steps in order.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The ports of the setpoints.
    #[must_use]
    pub fn ports(&self) -> Vec<Port> {
        let port = |one: &Setpoint| Port {
            name: one.name.clone(),
            unit: one.measure.unit(),
            role: Role::Setpoint,
            text: one.text,
        };
        self.setpoints.iter().map(port).collect()
    }

    /// The first setpoint whose value no step can have.
    #[must_use]
    pub fn refused(&self, values: &[f64]) -> Option<usize> {
        let pairs = self.setpoints.iter().zip(values);
        pairs
            .into_iter()
            .position(|(one, &value)| !one.measure.allows(value))
    }

    /// The protocol at values of the setpoints, in their order.
    #[must_use]
    pub fn protocol(&self, values: &[f64]) -> Protocol {
        let steps = self.stages.iter().map(|stage| stage.step(values));
        Protocol {
            steps: steps.collect(),
        }
    }

    /// Whether a step discharges at a current.
    #[must_use]
    pub fn discharges(&self) -> bool {
        self.stages.iter().any(Stage::discharges)
    }

    /// Whether a discharge follows a charge: what a first-cycle efficiency is made of.
    #[must_use]
    pub fn has_cycle(&self) -> bool {
        let charge = self.stages.iter().position(Stage::charges);
        let discharge = self.stages.iter().position(Stage::discharges);
        matches!((charge, discharge), (Some(first), Some(then)) if first < then)
    }

    /// Whether a rest that can be long enough for its voltage drop follows a charge.
    #[must_use]
    pub fn rests_charged(&self) -> bool {
        let is_long = |stage: &Stage| {
            stage.hold == Hold::Rest
                && stage.until.iter().any(|until| match until {
                    Until::Time(Value::Given(time_s)) => *time_s >= REST_DROP_TIME_S,
                    Until::Time(Value::Setpoint(_)) => true,
                    _ => false,
                })
        };
        self.stages
            .windows(2)
            .any(|pair| pair[0].charges() && is_long(&pair[1]))
    }
}

impl Stage {
    fn charges(&self) -> bool {
        matches!(self.hold, Hold::Charge(_) | Hold::Voltage(_))
    }

    fn discharges(&self) -> bool {
        matches!(self.hold, Hold::Discharge(_))
    }

    fn values(&self) -> Vec<Value> {
        let held = match self.hold {
            Hold::Rest => None,
            Hold::Charge(value) | Hold::Discharge(value) | Hold::Voltage(value) => Some(value),
        };
        let ends = self.until.iter().map(|until| match *until {
            Until::Time(value)
            | Until::Voltage(value)
            | Until::Rate(value)
            | Until::Charge(value) => value,
        });
        held.into_iter().chain(ends).collect()
    }

    fn step(&self, values: &[f64]) -> Step {
        let at = |value: Value| match value {
            Value::Given(number) => number,
            Value::Setpoint(place) => values[place],
        };
        let c_rate = |value: Value| SECONDS_PER_HOUR * at(value);
        let operation = match self.hold {
            Hold::Rest => Operation::Rest,
            Hold::Charge(rate) => Operation::ConstantCurrent {
                c_rate: -c_rate(rate),
            },
            Hold::Discharge(rate) => Operation::ConstantCurrent {
                c_rate: c_rate(rate),
            },
            Hold::Voltage(voltage) => Operation::ConstantVoltage {
                voltage_v: at(voltage),
            },
        };
        let ends = self.until.iter().map(|until| match *until {
            Until::Time(time) => End::Duration(at(time)),
            Until::Voltage(voltage) if self.discharges() => End::VoltageAtMost(at(voltage)),
            Until::Voltage(voltage) => End::VoltageAtLeast(at(voltage)),
            Until::Rate(rate) => End::CurrentAtMost(c_rate(rate)),
            Until::Charge(charge) => End::Capacity(at(charge) / SECONDS_PER_HOUR),
        });
        let timed = self.until.iter().filter_map(|until| match *until {
            Until::Time(time) => Some(at(time)),
            _ => None,
        });
        let longest_s = self.longest_s.or_else(|| timed.reduce(f64::min));
        Step {
            operation,
            ends: ends.collect(),
            longest_s: longest_s.unwrap_or(match operation {
                Operation::ConstantCurrent { c_rate } => current_longest_s(c_rate),
                Operation::ConstantVoltage { .. } | Operation::Rest => VOLTAGE_LONGEST_S,
            }),
        }
    }
}

/// Setpoints of the usual two cycles: name, what it measures, what it is.
const TWO_CYCLES: [(&str, Measure, &str); 6] = [
    (
        "formation.charge_rate",
        Measure::Rate,
        "rate of the first cycle over capacity",
    ),
    (
        "formation.second_rate",
        Measure::Rate,
        "rate of the second cycle over capacity",
    ),
    (
        "formation.cut_off_rate",
        Measure::Rate,
        "rate at which constant voltage ends",
    ),
    ("formation.voltage_max", Measure::Voltage, "upper voltage"),
    ("formation.voltage_min", Measure::Voltage, "lower voltage"),
    ("formation.rest_duration", Measure::Time, "every rest"),
];

/// Names of the setpoints of the usual two cycles.
pub const SETPOINTS: [&str; 6] = {
    let [a, b, c, d, e, f] = TWO_CYCLES;
    [a.0, b.0, c.0, d.0, e.0, f.0]
};

impl From<TwoCycles> for Schedule {
    /// Rest, charge with constant voltage, rest, discharge, rest, and again at the second rate.
    fn from(numbers: TwoCycles) -> Self {
        let base = [
            numbers.first_c_rate / SECONDS_PER_HOUR,
            numbers.second_c_rate / SECONDS_PER_HOUR,
            numbers.cut_off_c_rate / SECONDS_PER_HOUR,
            numbers.voltage_max_v,
            numbers.voltage_min_v,
            numbers.rest_s,
        ];
        let setpoint =
            |(&(name, measure, text), base): (&(&str, Measure, &'static str), f64)| Setpoint {
                name: name.to_owned(),
                measure,
                text,
                base,
            };
        let setpoints = TWO_CYCLES.iter().zip(base).map(setpoint).collect();
        let [first, second, cut_off, upper, lower, rest] = [0, 1, 2, 3, 4, 5].map(Value::Setpoint);
        let stage = |hold: Hold, until: Until| Stage {
            hold,
            until: vec![until],
            longest_s: None,
        };
        let pause = || stage(Hold::Rest, Until::Time(rest));
        let mut stages = vec![pause()];
        for rate in [first, second] {
            stages.extend([
                stage(Hold::Charge(rate), Until::Voltage(upper)),
                stage(Hold::Voltage(upper), Until::Rate(cut_off)),
                pause(),
                stage(Hold::Discharge(rate), Until::Voltage(lower)),
                pause(),
            ]);
        }
        Self::new(setpoints, stages)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: TwoCycles = TwoCycles {
        first_c_rate: 0.05,
        second_c_rate: 0.1,
        cut_off_c_rate: 0.02,
        voltage_max_v: 4.2,
        voltage_min_v: 2.7,
        rest_s: 3600.0,
    };

    #[test]
    fn two_cycles_over_setpoints_are_the_two_cycles() {
        let schedule = Schedule::from(NUMBERS);
        let base: Vec<f64> = schedule.setpoints().iter().map(|one| one.base).collect();
        let expected = Protocol::two_cycles(&NUMBERS);
        let found = schedule.protocol(&base);
        assert_eq!(found.steps.len(), expected.steps.len());
        for (found, expected) in found.steps.iter().zip(&expected.steps) {
            assert_eq!(found, expected);
        }
        assert!(schedule.has_cycle() && schedule.rests_charged());
    }

    #[test]
    fn results_that_a_protocol_does_not_define_are_known() {
        let stage = |hold, until| Stage {
            hold,
            until: vec![until],
            longest_s: None,
        };
        let rate = Value::Given(1.0 / 36_000.0);
        let charge = stage(Hold::Charge(rate), Until::Voltage(Value::Given(4.2)));
        let short = stage(Hold::Rest, Until::Time(Value::Given(60.0)));
        let discharge = stage(Hold::Discharge(rate), Until::Charge(Value::Given(3600.0)));
        let only_charge = Schedule::new(Vec::new(), vec![charge.clone(), short]);
        assert!(!only_charge.has_cycle() && !only_charge.discharges());
        assert!(!only_charge.rests_charged());
        // A discharge before the first charge is none of a cycle.
        let reversed = Schedule::new(Vec::new(), vec![discharge.clone(), charge.clone()]);
        assert!(reversed.discharges() && !reversed.has_cycle());
        let step = &reversed.protocol(&[]).steps[0];
        assert_eq!(step.ends, [End::Capacity(1.0)]);
        assert!((step.longest_s - 30.0 * 3600.0).abs() < 1e-6);
    }

    #[test]
    fn setpoints_that_no_step_can_have_are_named() {
        let schedule = Schedule::from(NUMBERS);
        let mut values: Vec<f64> = schedule.setpoints().iter().map(|one| one.base).collect();
        assert_eq!(schedule.refused(&values), None);
        values[5] = 0.0;
        assert_eq!(schedule.refused(&values), None, "no rest at all is a rest");
        values[1] = 0.0;
        assert_eq!(schedule.refused(&values), Some(1));
    }
}
