//! What a formation run amounts to.
//!
//! In: the record of the steps. Out: capacities, efficiency, losses, and a status that names the
//! first thing that went wrong. A quantity that the run did not reach is `NaN`, and then the
//! status is not [`Status::Ok`].
//!
//! First-cycle efficiency is first discharge over first charge. It is not the lithium loss: the
//! two agree only when charge and discharge meet the same state of the negative electrode.

use super::job::FARADAY_AH_MOL;
use super::protocol::Protocol;

/// A balance that every run must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invariant {
    /// Lithium in both electrodes and the film is what it was.
    LithiumInventory,
    /// Charge through the terminals is what the positive electrode took up.
    Charge,
    /// The film does not shrink.
    SeiGrowth,
}

/// How a run went. Steps count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// Every step met one of its ends.
    #[default]
    Ok,
    /// A step ran for its longest duration without meeting an end; the run went on.
    EndNotReached {
        /// The step.
        step: usize,
    },
    /// A step had met its end before it began, such as a charge to a voltage that the cell is
    /// above, or a hold until a current that is not reached: left out it would be another
    /// protocol. The run went on behind it. An end beside a duration guards the step and may be
    /// met; a rest may take no time.
    EndMetAtStart {
        /// The step.
        step: usize,
    },
    /// A particle surface ran empty or full; the run stopped.
    StoichiometryBound {
        /// The step.
        step: usize,
    },
    /// No current gave the voltage asked for; the run stopped.
    VoltageNotConverged {
        /// The step.
        step: usize,
    },
    /// Film growth and potential did not agree; the run stopped.
    SeiNotConverged {
        /// The step.
        step: usize,
    },
    /// A step took more trials than allowed; the run stopped.
    TrialLimit {
        /// The step.
        step: usize,
    },
    /// An input lies where the model is not defined; nothing was run.
    InputOutOfRange {
        /// Index of the input port.
        port: usize,
    },
    /// A balance does not close: the result must not be used.
    InvariantBroken(Invariant),
}

impl Status {
    /// Names the kind of status in a fixed short text, for counts over samples.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Ok => "formation: finished",
            Self::EndNotReached { .. } => "formation: a step met none of its ends",
            Self::EndMetAtStart { .. } => "formation: a step had met its end before it began",
            Self::StoichiometryBound { .. } => "formation: a particle ran empty or full",
            Self::VoltageNotConverged { .. } => "formation: no current gives the voltage",
            Self::SeiNotConverged { .. } => "formation: film and potential did not agree",
            Self::TrialLimit { .. } => "formation: a step took too many trials",
            Self::InputOutOfRange { .. } => "formation: an input is out of range",
            Self::InvariantBroken(_) => "formation: a balance does not close",
        }
    }
}

/// One protocol step as it went.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepOutcome {
    /// Duration, s.
    pub duration_s: f64,
    /// Whether one of its ends was met.
    pub end_met: bool,
    /// Voltage at the end, V.
    pub voltage_v: f64,
    /// Current at the end, A, positive on discharge.
    pub current_a: f64,
    /// Charge into the cell, Ah.
    pub charged_ah: f64,
    /// Film thickness at the end, m.
    pub sei_thickness_m: f64,
    /// Temperature at the end, K.
    pub temperature_k: f64,
}

/// The cell at one instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Protocol step, from 0.
    pub step: usize,
    /// Time since the start of the step, s.
    pub time_s: f64,
    /// Current, A, positive on discharge.
    pub current_a: f64,
    /// Cell voltage, V.
    pub voltage_v: f64,
    /// `phi_s − phi_e` of the negative electrode with its film, V.
    pub negative_v: f64,
    /// Mean stoichiometry of the negative electrode.
    pub mean_negative: f64,
    /// Mean stoichiometry of the positive electrode.
    pub mean_positive: f64,
    /// Surface stoichiometry of the negative electrode.
    pub surface_negative: f64,
    /// Surface stoichiometry of the positive electrode.
    pub surface_positive: f64,
    /// Film thickness, m.
    pub sei_thickness_m: f64,
    /// Lithium bound in the film since the start, Ah.
    pub lithium_lost_ah: f64,
    /// Temperature of the cell, K.
    pub temperature_k: f64,
}

/// A finished run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// The first thing that went wrong.
    pub status: Status,
    /// Steps that were performed to their end.
    pub steps: Vec<StepOutcome>,
    /// Samples at the times asked for.
    pub samples: Vec<Sample>,
    /// Charge into the cell before the first discharge, Ah.
    pub first_charge_ah: f64,
    /// Charge out of the cell in the first discharge, Ah.
    pub first_discharge_ah: f64,
    /// First discharge over first charge, 1.
    pub first_cycle_efficiency: f64,
    /// Charge out of the cell in the last discharge, Ah.
    pub last_discharge_ah: f64,
    /// Lithium bound in the film, Ah.
    pub lithium_lost_ah: f64,
    /// The same per lithium in the cell before formation, 1.
    pub lithium_lost_share: f64,
    /// Film thickness at the end, m.
    pub sei_thickness_m: f64,
    /// Film that an additive has made, m; 0 without additive.
    pub additive_thickness_m: f64,
    /// Additive that is left, 1; 1 without additive.
    pub additive_left_share: f64,
    /// Duration of the protocol, s.
    pub duration_s: f64,
    /// Voltage drop in the first 600 s of the first rest after a charge, V.
    pub rest_drop_v: f64,
    /// Lowest `phi_s − phi_e` of the negative electrode, V: below 0 lithium may plate.
    pub negative_potential_min_v: f64,
    /// Voltage change over current change, 10 s into the first discharge, Ohm.
    pub resistance_ohm: f64,
    /// Energy into the cell at its terminals, J.
    pub energy_in_j: f64,
    /// Energy out of the cell at its terminals, J.
    pub energy_out_j: f64,
    /// Highest temperature, K.
    pub peak_temperature_k: f64,
    /// Change of the lithium inventory, Ah: rounding only.
    pub lithium_drift_ah: f64,
    /// Difference between charge passed and change of the positive electrode, Ah: rounding only.
    pub charge_drift_ah: f64,
    /// Evaluations of the model, whether their step was taken or not.
    pub trials: usize,
    /// Voltage drop of every rest after another step: step and V.
    pub(super) rest_drops_v: Vec<(usize, f64)>,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            status: Status::Ok,
            steps: Vec::new(),
            samples: Vec::new(),
            first_charge_ah: f64::NAN,
            first_discharge_ah: f64::NAN,
            first_cycle_efficiency: f64::NAN,
            last_discharge_ah: f64::NAN,
            lithium_lost_ah: f64::NAN,
            lithium_lost_share: f64::NAN,
            sei_thickness_m: f64::NAN,
            additive_thickness_m: f64::NAN,
            additive_left_share: f64::NAN,
            duration_s: f64::NAN,
            rest_drop_v: f64::NAN,
            negative_potential_min_v: f64::INFINITY,
            resistance_ohm: f64::NAN,
            energy_in_j: f64::NAN,
            energy_out_j: f64::NAN,
            peak_temperature_k: f64::NAN,
            lithium_drift_ah: f64::NAN,
            charge_drift_ah: f64::NAN,
            trials: 0,
            rest_drops_v: Vec::new(),
        }
    }
}

impl Run {
    /// Returns the gas of the reactions that bound the lithium, mol.
    ///
    /// `per_electron` is mol of gas per mol of electrons: 1/2 when two ethylene carbonate give one
    /// ethylene with two electrons, an upper bound; less with additives, so it is to be measured.
    #[must_use]
    pub fn gas_mol(&self, per_electron: f64) -> f64 {
        per_electron * self.lithium_lost_ah / FARADAY_AH_MOL
    }

    /// Keeps the first trouble of the gravest kind: a step without effect says less than one that
    /// went wrong, and a broken balance, the last one, outranks every other.
    pub(super) fn note(&mut self, status: Status) {
        let gravity = |status: &Status| match status {
            Status::Ok => 0,
            Status::EndMetAtStart { .. } => 1,
            _ => 2,
        };
        let is_broken = matches!(status, Status::InvariantBroken(_));
        if is_broken || gravity(&status) > gravity(&self.status) {
            self.status = status;
        }
    }

    /// Works out the quantities that are read from the list of steps.
    pub(super) fn summarise(&mut self, protocol: &Protocol) {
        let mut duration_s = 0.0;
        let mut charge_ah = 0.0;
        let mut first_discharge = None;
        for (index, (outcome, step)) in self.steps.iter().zip(&protocol.steps).enumerate() {
            duration_s += outcome.duration_s;
            if step.discharges() {
                first_discharge = first_discharge.or(Some(index));
                self.last_discharge_ah = -outcome.charged_ah;
            } else if step.charges() && first_discharge.is_none() {
                charge_ah += outcome.charged_ah;
            }
        }
        self.duration_s = duration_s;
        self.rest_drop_v = f64::NAN;
        for &(index, drop_v) in &self.rest_drops_v {
            if index > 0 && protocol.steps[index - 1].charges() {
                self.rest_drop_v = drop_v;
                break;
            }
        }
        if let Some(index) = first_discharge {
            self.first_charge_ah = charge_ah;
            self.first_discharge_ah = -self.steps[index].charged_ah;
            self.first_cycle_efficiency = self.first_discharge_ah / charge_ah;
        }
    }
}
