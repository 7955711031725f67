//! From the protocol of the model document to the schedule that the formation runs.
//!
//! In: a [`Protocol`] (or none: the usual two cycles at the setpoints of the recipe), the nominal
//! capacity of the cell, and values by name. Out: a [`Schedule`]. A current in amperes becomes a
//! rate of the nominal capacity here, because the document does not know the cell.

use crate::model::protocol::{Current, Direction, End, Number, Operation, Protocol, ProtocolStep};
use crate::quantity::dictionary::standard;
use crate::rational::Rational;
use crate::twin::formation::{Hold, Measure, Schedule, Setpoint, Stage, TwoCycles, Until, Value};

const SECONDS_PER_HOUR: f64 = 3600.0;

/// Makes the schedule; `get` gives the value of a setpoint in the base recipe, SI.
#[must_use]
pub fn schedule(
    protocol: Option<&Protocol>,
    nominal_capacity_ah: f64,
    get: &dyn Fn(&str) -> f64,
) -> Schedule {
    let Some(protocol) = protocol else {
        return Schedule::from(two_cycles(get));
    };
    let mut reader = Translation {
        get,
        capacity_c: nominal_capacity_ah * SECONDS_PER_HOUR,
        setpoints: Vec::new(),
    };
    let stages = protocol.steps.iter().map(|step| reader.stage(step));
    let stages = stages.collect();
    Schedule::new(reader.setpoints, stages)
}

fn two_cycles(get: &dyn Fn(&str) -> f64) -> TwoCycles {
    let c_rate = |name: &str| SECONDS_PER_HOUR * get(name);
    TwoCycles {
        first_c_rate: c_rate("formation.charge_rate"),
        second_c_rate: c_rate("formation.second_rate"),
        cut_off_c_rate: c_rate("formation.cut_off_rate"),
        voltage_max_v: get("formation.voltage_max"),
        voltage_min_v: get("formation.voltage_min"),
        rest_s: get("formation.rest_duration"),
    }
}

/// Setpoints in the order in which the steps first read them.
struct Translation<'a> {
    get: &'a dyn Fn(&str) -> f64,
    /// Nominal capacity, C.
    capacity_c: f64,
    setpoints: Vec<Setpoint>,
}

impl Translation<'_> {
    fn stage(&mut self, step: &ProtocolStep) -> Stage {
        let hold = match &step.operation {
            Operation::Rest => Hold::Rest,
            Operation::ConstantCurrent { direction, current } => {
                let rate = self.current(current);
                match direction {
                    Direction::Charge => Hold::Charge(rate),
                    Direction::Discharge => Hold::Discharge(rate),
                }
            }
            Operation::ConstantVoltage { voltage } => {
                Hold::Voltage(self.value(voltage, Measure::Voltage))
            }
        };
        let until = step.ends.iter().map(|end| match end {
            End::After(time) => Until::Time(self.value(time, Measure::Time)),
            End::AtVoltage(voltage) => Until::Voltage(self.value(voltage, Measure::Voltage)),
            End::BelowCurrent(current) => Until::Rate(self.current(current)),
            End::AfterCharge(charge) => Until::Charge(self.value(charge, Measure::Charge)),
        });
        Stage {
            hold,
            until: until.collect(),
            longest_s: step.longest.as_ref().map(Rational::to_f64),
        }
    }

    fn current(&mut self, current: &Current) -> Value {
        match current {
            Current::Rate(rate) => self.value(rate, Measure::Rate),
            Current::Ampere(ampere) => Value::Given(ampere.to_f64() / self.capacity_c),
        }
    }

    fn value(&mut self, number: &Number, measure: Measure) -> Value {
        let name = match number {
            Number::Given(value) => return Value::Given(value.to_f64()),
            Number::Setpoint(name) => name,
        };
        let known = self.setpoints.iter().position(|one| one.name == *name);
        Value::Setpoint(known.unwrap_or_else(|| {
            let text = standard().get(name).map_or("", |entry| entry.text);
            self.setpoints.push(Setpoint {
                name: name.clone(),
                measure,
                text,
                base: (self.get)(name),
            });
            self.setpoints.len() - 1
        }))
    }
}
