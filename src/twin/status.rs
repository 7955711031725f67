//! What one sample of the twin came to: valid, valid with reservations, or a typed failure.
//!
//! A failed sample is a result, not a crash: the outcome slots hold NaN and the [`TwinError`] says
//! which law lost its meaning where. All values are SI and `Copy`, so a million of them are cheap.

use std::fmt;

/// Reservations about a valid sample, a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(u32);

impl Flags {
    /// No reservation.
    pub const NONE: Flags = Flags(0);
    /// The coating window was asked above the capillary number where its law is indicative
    /// (Ca > 1; strictly valid below about 0.1).
    pub const COATING_EXTRAPOLATED: Flags = Flags(1);
    /// Solvent left the film below the fitted range of its vapour pressure; the outcome
    /// `drying.extrapolated_share` bounds how much.
    pub const VAPOUR_PRESSURE_EXTRAPOLATED: Flags = Flags(2);
    /// Free solvent reached the end of the dryer: the web leaves wet.
    pub const LEAVES_WET: Flags = Flags(4);
    /// Nozzle data lie outside the fit of the heat-transfer correlation.
    pub const NOZZLE_EXTRAPOLATED: Flags = Flags(8);
    /// The roll gap is wider than the web: nothing was rolled.
    pub const NOT_ROLLED: Flags = Flags(16);
    /// The coating density lies outside the measured water uptake.
    pub const UPTAKE_EXTRAPOLATED: Flags = Flags(32);
    /// The porosity lies outside the measured penetration; above it, light calendering is not
    /// modelled.
    pub const WETTING_UNMODELLED: Flags = Flags(64);
    /// Even dry supply air would not hold the frost point of the room.
    pub const DRY_ROOM_OVERLOADED: Flags = Flags(128);
    /// A measured or replaced outcome was asked for outside its points or range.
    pub const REPLACEMENT_EXTRAPOLATED: Flags = Flags(256);
    /// With a replaced outcome, a balance of the line does not close.
    pub const UNBALANCED: Flags = Flags(512);
    /// Both sides of the web are wet, and the air above and below is not alike: the slower side is
    /// wetter than said.
    pub const SIDES_UNLIKE: Flags = Flags(1024);

    /// Returns the union of both sets.
    #[must_use]
    pub fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    /// Tells whether all of `other` is in this set.
    #[must_use]
    pub fn contains(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Tells whether any law was used outside its range (`EXTRAPOLATED`).
    #[must_use]
    pub fn is_extrapolated(self) -> bool {
        [
            Flags::COATING_EXTRAPOLATED,
            Flags::VAPOUR_PRESSURE_EXTRAPOLATED,
            Flags::NOZZLE_EXTRAPOLATED,
            Flags::UPTAKE_EXTRAPOLATED,
            Flags::WETTING_UNMODELLED,
            Flags::REPLACEMENT_EXTRAPOLATED,
        ]
        .into_iter()
        .any(|flag| self.contains(flag))
    }

    /// Returns the set as bits, one a flag.
    #[must_use]
    pub fn bits(self) -> u32 {
        self.0
    }

    /// Every flag with its name, in fixed order.
    pub const ALL: [(Flags, &'static str); 11] = [
        (Flags::COATING_EXTRAPOLATED, "EXTRAPOLATED coating window"),
        (
            Flags::VAPOUR_PRESSURE_EXTRAPOLATED,
            "EXTRAPOLATED vapour pressure",
        ),
        (Flags::LEAVES_WET, "LEAVES_WET"),
        (
            Flags::NOZZLE_EXTRAPOLATED,
            "EXTRAPOLATED nozzle heat transfer",
        ),
        (Flags::NOT_ROLLED, "NOT_ROLLED"),
        (Flags::UPTAKE_EXTRAPOLATED, "EXTRAPOLATED water uptake"),
        (
            Flags::WETTING_UNMODELLED,
            "UNMODELLED wetting at this porosity",
        ),
        (Flags::DRY_ROOM_OVERLOADED, "DRY_ROOM_OVERLOADED"),
        (
            Flags::REPLACEMENT_EXTRAPOLATED,
            "EXTRAPOLATED replaced outcome",
        ),
        (Flags::UNBALANCED, "UNBALANCED by a replaced outcome"),
        (Flags::SIDES_UNLIKE, "UNLIKE air on two wet sides"),
    ];

    /// The outcome at which a flag is shown: the one people read; nothing for flags of outcomes
    /// that measured values stand for.
    #[must_use]
    pub fn shown_at(self) -> &'static str {
        match self {
            Flags::COATING_EXTRAPOLATED => "coating.window_margin",
            Flags::LEAVES_WET => "drying.free_solvent_time",
            Flags::NOT_ROLLED => "calendering.porosity",
            Flags::UPTAKE_EXTRAPOLATED => "calendering.uptake_ratio",
            Flags::WETTING_UNMODELLED => "filling.measured_wetting_time",
            Flags::DRY_ROOM_OVERLOADED => "dry_room.water_load",
            // Beside the outcomes that are replaced, whichever they are.
            Flags::REPLACEMENT_EXTRAPOLATED | Flags::UNBALANCED => "",
            _ => "drying.residual_solvent",
        }
    }

    /// Returns the names of the flags set, in fixed order.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        Flags::ALL
            .into_iter()
            .filter(move |(flag, _)| self.contains(*flag))
            .map(|(_, name)| name)
    }
}

/// The status of one sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Status {
    /// The outcomes may be used, with these reservations.
    Valid(Flags),
    /// There are no outcomes (all slots NaN), for this reason.
    Failed(TwinError),
}

impl Status {
    /// Returns the flags of a valid sample, `None` for a failed one.
    #[must_use]
    pub fn flags(self) -> Option<Flags> {
        match self {
            Status::Valid(flags) => Some(flags),
            Status::Failed(_) => None,
        }
    }
}

/// Why a sample has no outcomes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TwinError {
    /// The slice handed in has the wrong length.
    PortCount {
        /// Ports declared.
        expected: usize,
        /// Values handed in.
        found: usize,
    },
    /// An input is NaN or infinite.
    NotFinite {
        /// Index of the port.
        port: usize,
    },
    /// An input lies where the law it feeds has no meaning.
    OutOfDomain {
        /// Dictionary name of the quantity.
        quantity: &'static str,
        /// Its value, SI.
        value: f64,
        /// What is expected.
        expected: &'static str,
    },
    /// The solids cannot be packed so densely: the slurry does not flow.
    BeyondMaximumPacking {
        /// Volume fraction of solids.
        volume_fraction: f64,
        /// Maximum packing fraction.
        maximum: f64,
    },
    /// A zone value lies where the dryer has no meaning.
    ZoneOutOfDomain {
        /// Zone, counted from 1.
        zone: usize,
        /// Last segment of the port name.
        quantity: &'static str,
        /// Its value, SI.
        value: f64,
    },
    /// The film or the air is hotter than the vapour-pressure law reaches.
    AboveVapourPressureRange {
        /// Zone, counted from 1.
        zone: usize,
        /// Temperature asked for, K.
        temperature_k: f64,
        /// Upper end of the law, K.
        maximum_k: f64,
    },
    /// The vapour pressure of the film reached the total pressure: it boils.
    FilmBoils {
        /// Zone, counted from 1.
        zone: usize,
        /// Film temperature, K.
        temperature_k: f64,
    },
    /// The zone air holds more vapour than it can at its temperature.
    AirSaturated {
        /// Zone, counted from 1.
        zone: usize,
    },
    /// Solvent condensed into emptying pores, which the receding-front law does not describe.
    PoresRefill {
        /// Zone, counted from 1.
        zone: usize,
    },
    /// What drying waits for does not happen within its step: a state is no number.
    EventLost,
    /// The film swells beyond the step bound: a zone needs more steps than allowed.
    StepLimit {
        /// Zone, counted from 1.
        zone: usize,
        /// Steps needed.
        steps: f64,
    },
    /// The porosity asked for is not reachable by rolling.
    PorosityUnreachable {
        /// Porosity asked for.
        porosity: f64,
        /// Least porosity of the compaction law.
        minimum: f64,
        /// Porosity before rolling.
        initial: f64,
    },
    /// What a replaced outcome is a function of lies outside its points or range.
    OutsideReplacement {
        /// Dictionary name of the outcome.
        outcome: &'static str,
        /// Dictionary name of the variable.
        variable: &'static str,
        /// Its value, SI.
        value: f64,
        /// First and last value that the replacement covers, SI.
        range: (f64, f64),
    },
    /// The stage asked for is not modelled.
    NotModelled {
        /// The stage.
        stage: &'static str,
    },
    /// A law gave a non-finite outcome for finite inputs.
    OutcomeNotFinite {
        /// Index of the outcome port.
        port: usize,
    },
}

impl TwinError {
    /// Names the kind of error in a fixed short text, for counts over samples; an input outside its
    /// law by its own name.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::PortCount { .. } => "line: wrong number of inputs",
            Self::NotFinite { .. } => "line: an input is not finite",
            Self::OutOfDomain { quantity, .. } => quantity,
            Self::ZoneOutOfDomain { .. } => "drying: an input of a zone is outside its law",
            Self::BeyondMaximumPacking { .. } => "slurry: beyond maximum packing",
            Self::AboveVapourPressureRange { .. } => "drying: above the vapour pressure law",
            Self::FilmBoils { .. } => "drying: the film boils",
            Self::AirSaturated { .. } => "drying: the zone air is saturated",
            Self::PoresRefill { .. } => "drying: emptied pores refill",
            Self::EventLost => "drying: an event is lost",
            Self::StepLimit { .. } => "drying: too many steps",
            Self::PorosityUnreachable { .. } => "calendering: porosity not reachable",
            Self::OutsideReplacement { .. } => "line: outside a measured or replaced outcome",
            Self::NotModelled { .. } => "line: the stage is not modelled",
            Self::OutcomeNotFinite { .. } => "line: an outcome is not finite",
        }
    }
}

impl TwinError {
    fn fmt_outside(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::OutsideReplacement {
            outcome,
            variable,
            value,
            range: (low, high),
        } = self
        else {
            return Ok(());
        };
        write!(
            f,
            "`{variable}` is {value}, outside {low} .. {high} (SI) for which the model gives \
             `{outcome}`"
        )
    }
}

impl fmt::Display for TwinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PortCount { expected, found } => {
                write!(f, "expected {expected} port values, found {found}")
            }
            Self::NotFinite { port } => write!(f, "input port {port} is not a finite number"),
            Self::OutOfDomain {
                quantity,
                value,
                expected,
            } => write!(f, "`{quantity}` is {value}, expected {expected}"),
            Self::BeyondMaximumPacking {
                volume_fraction,
                maximum,
            } => write!(
                f,
                "solids fill {volume_fraction} of the slurry, at or above the maximum packing \
                 {maximum}: lower the solids"
            ),
            Self::ZoneOutOfDomain {
                zone,
                quantity,
                value,
            } => write!(
                f,
                "`drying.zone[{zone}].{quantity}` is {value}, expected a value above 0"
            ),
            Self::AboveVapourPressureRange {
                zone,
                temperature_k,
                maximum_k,
            } => write!(
                f,
                "{temperature_k} K in zone {zone} is above {maximum_k} K, the end of the vapour \
                 pressure law"
            ),
            Self::FilmBoils {
                zone,
                temperature_k,
            } => write!(f, "the film boils at {temperature_k} K in zone {zone}"),
            Self::AirSaturated { zone } => write!(
                f,
                "the air of zone {zone} holds more solvent than its saturation: nothing can dry"
            ),
            Self::PoresRefill { zone } => write!(
                f,
                "solvent condenses into emptying pores in zone {zone}, which is not modelled"
            ),
            Self::EventLost => {
                f.write_str("an event of drying has no place in its step: no number, or past it")
            }
            Self::StepLimit { zone, steps } => {
                write!(f, "zone {zone} needs {steps} steps, more than allowed")
            }
            Self::PorosityUnreachable {
                porosity,
                minimum,
                initial,
            } => write!(
                f,
                "porosity {porosity} is not between the least {minimum} and the initial {initial}"
            ),
            Self::OutsideReplacement { .. } => self.fmt_outside(f),
            Self::NotModelled { stage } => write!(f, "{stage} is not modelled"),
            Self::OutcomeNotFinite { port } => {
                write!(f, "outcome port {port} is not a finite number")
            }
        }
    }
}

impl std::error::Error for TwinError {}

/// Checks that `value` is greater than zero.
///
/// # Errors
/// [`TwinError::OutOfDomain`] otherwise, NaN included.
pub(crate) fn positive(quantity: &'static str, value: f64) -> Result<(), TwinError> {
    if value > 0.0 {
        return Ok(());
    }
    Err(TwinError::OutOfDomain {
        quantity,
        value,
        expected: "a value above 0",
    })
}

/// Checks that `value` is not negative.
///
/// # Errors
/// [`TwinError::OutOfDomain`] otherwise, NaN included.
pub(crate) fn not_negative(quantity: &'static str, value: f64) -> Result<(), TwinError> {
    if value >= 0.0 {
        return Ok(());
    }
    Err(TwinError::OutOfDomain {
        quantity,
        value,
        expected: "a value not below 0",
    })
}

/// Checks that `value` lies strictly between 0 and 1.
///
/// # Errors
/// [`TwinError::OutOfDomain`] otherwise, NaN included.
pub(crate) fn open_fraction(quantity: &'static str, value: f64) -> Result<(), TwinError> {
    if value > 0.0 && value < 1.0 {
        return Ok(());
    }
    Err(TwinError::OutOfDomain {
        quantity,
        value,
        expected: "a fraction between 0 and 1, both excluded",
    })
}
