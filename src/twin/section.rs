//! Optional sections of the line: what a plant may know and need not.
//!
//! In: which names the documents give. Out: the set of sections in force. A section comes in when
//! one of its own inputs is given, and brings in what it needs; then all of its inputs are wanted,
//! so half a die is a mistake and no die is none. Inputs that other rooms read, too (a frost point
//! in a rule), bring nothing in. Two sections stand in for inputs of a stage: nozzles for heat
//! transfer coefficients, a roll gap for the line load.

use crate::twin::Port;
use crate::twin::bead::{BeadInputs, BeadOutcomes, RippleInputs, RippleOutcomes};
use crate::twin::binder::{BinderInputs, BinderOutcomes};
use crate::twin::chloride::{ChlorideInputs, ChlorideOutcomes};
use crate::twin::cracking::{CrackingInputs, CrackingOutcomes};
use crate::twin::drying::zone_ports;
use crate::twin::filling::{CellInputs, FillingInputs, FillingOutcomes};
use crate::twin::mixing::{MixingInputs, MixingOutcomes, SettlingInputs, SettlingOutcomes};
use crate::twin::moisture::{
    HydrolysisInputs, HydrolysisOutcomes, LoadInputs, LoadOutcomes, RoomInputs, RoomOutcomes,
    UptakeInputs, UptakeOutcomes,
};
use crate::twin::nozzle::{NozzleInputs, NozzleOutcomes};
use crate::twin::port::stage_values;
use crate::twin::rolls::{
    CrushingInputs, CrushingOutcomes, GapInputs, RollsInputs, RollsOutcomes, TransportInputs,
    TransportOutcomes,
};
use crate::twin::variation::{CommaInputs, CommaOutcomes, VariationInputs, VariationOutcomes};
use crate::twin::wetting::{
    PenetrationInputs, PenetrationOutcomes, PressedInputs, PressedOutcomes,
};

stage_values! {
    /// Infrared emitters of one zone; the port carries the zone.
    InfraredInputs {
        flux: "infrared_flux", "W/m^2", Setpoint, "infrared heat that the web absorbs";
    }
}

/// Outcomes of a section that has none of its own.
struct NoOutcomes;

impl NoOutcomes {
    const COUNT: usize = 0;

    fn ports() -> Vec<Port> {
        Vec::new()
    }
}

/// Declares the sections that read their own inputs after those of the stages.
macro_rules! sections {
    ($( $(#[$meta:meta])* $name:ident, $field:ident, $inputs:ident, $outcomes:ident,
        needs [$( $need:ident ),*], shared [$( $shared:literal ),*]; )*) => {
        /// An optional part of the line.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Section {
            /// Cell and filling: the line goes on after calendering.
            Cell,
            /// Nozzle data in place of heat transfer coefficients, zone by zone.
            Nozzles,
            /// Infrared emitters, zone by zone.
            Infrared,
            $( $(#[$meta])* $name, )*
        }

        impl Section {
            /// All sections in the order of their ports.
            pub const ALL: &'static [Section] =
                &[Section::Cell, Section::Nozzles, Section::Infrared, $( Section::$name ),*];

            /// Sections that this one reads from.
            fn needs(self) -> &'static [Section] {
                match self {
                    Section::Cell | Section::Nozzles | Section::Infrared => &[],
                    $( Section::$name => &[$( Section::$need ),*], )*
                }
            }

            /// Inputs that others read, too, and that do not bring the section in.
            fn shared(self) -> &'static [&'static str] {
                match self {
                    // Water and acid of a lot are judged without a cell, and the counter electrode
                    // is known to more than the cell.
                    Section::Cell => &["electrolyte.water", "electrolyte.hf"],
                    Section::Nozzles | Section::Infrared => &[],
                    $( Section::$name => &[$( $shared ),*], )*
                }
            }

            /// Input ports, of `zones` dryer zones where they belong to zones.
            #[must_use]
            pub fn inputs(self, zones: usize) -> Vec<Port> {
                match self {
                    Section::Cell => {
                        let mut ports = CellInputs::ports();
                        ports.extend(FillingInputs::ports());
                        ports
                    }
                    Section::Nozzles => of_zones(NozzleInputs::ports, zones),
                    Section::Infrared => of_zones(InfraredInputs::ports, zones),
                    $( Section::$name => $inputs::ports(), )*
                }
            }

            /// Outcome ports.
            #[must_use]
            pub fn outputs(self, zones: usize) -> Vec<Port> {
                match self {
                    Section::Cell => FillingOutcomes::ports(),
                    Section::Nozzles => of_zones(NozzleOutcomes::ports, zones),
                    Section::Infrared => Vec::new(),
                    $( Section::$name => $outcomes::ports(), )*
                }
            }

            /// Number of input ports.
            #[must_use]
            pub fn input_count(self, zones: usize) -> usize {
                match self {
                    Section::Cell => CellInputs::COUNT + FillingInputs::COUNT,
                    Section::Nozzles => zones * NozzleInputs::COUNT,
                    Section::Infrared => zones * InfraredInputs::COUNT,
                    $( Section::$name => $inputs::COUNT, )*
                }
            }

            /// Number of outcome ports.
            #[must_use]
            pub fn output_count(self, zones: usize) -> usize {
                match self {
                    Section::Cell => FillingOutcomes::COUNT,
                    Section::Nozzles => zones * NozzleOutcomes::COUNT,
                    Section::Infrared => 0,
                    $( Section::$name => $outcomes::COUNT, )*
                }
            }
        }

        /// Inputs of the sections in force.
        #[derive(Clone, Copy, Debug, Default)]
        pub struct SectionInputs {
            $( $(#[$meta])* pub $field: Option<$inputs>, )*
        }

        impl SectionInputs {
            /// Reads the inputs of one section; others than those that read after the stages and
            /// slices that are too short leave everything as it is.
            pub fn read(&mut self, section: Section, values: &[f64]) {
                match section {
                    Section::Cell | Section::Nozzles | Section::Infrared => {}
                    $( Section::$name => self.$field = $inputs::read(values), )*
                }
            }
        }
    };
}

sections! {
    /// Dispersion of the slurry.
    Mixing, mixing, MixingInputs, MixingOutcomes, needs [], shared [];
    /// Settling of the slurry.
    Settling, settling, SettlingInputs, SettlingOutcomes, needs [], shared [];
    /// The die: vacuum window, cross-web profile.
    Bead, bead, BeadInputs, BeadOutcomes, needs [], shared ["coating.slot_gap"];
    /// Ripple of the pump.
    Ripple, ripple, RippleInputs, RippleOutcomes, needs [Bead], shared [];
    /// Variation of the loading behind a slot die.
    Variation, variation, VariationInputs, VariationOutcomes, needs [], shared [];
    /// A comma bar's gap.
    Comma, comma, CommaInputs, CommaOutcomes, needs [], shared [];
    /// Binder migration.
    Binder, binder, BinderInputs, BinderOutcomes, needs [], shared [];
    /// Cracking of the drying film.
    Cracking, cracking, CrackingInputs, CrackingOutcomes, needs [], shared [];
    /// Rolls and foil of the calender.
    Rolls, rolls, RollsInputs, RollsOutcomes, needs [], shared [];
    /// A calender set by its gap.
    RollGap, roll_gap, GapInputs, NoOutcomes, needs [Rolls], shared [];
    /// Transport through the rolled coating.
    Transport, transport, TransportInputs, TransportOutcomes, needs [], shared [];
    /// Fresh surface by crushing.
    Crushing, crushing, CrushingInputs, CrushingOutcomes, needs [], shared [];
    /// Measured penetration of the electrolyte.
    Penetration, penetration, PenetrationInputs, PenetrationOutcomes, needs [Cell], shared [];
    /// Filling under pressure.
    Pressed, pressed, PressedInputs, PressedOutcomes, needs [Cell], shared [];
    /// Air of the dry room.
    Room, room, RoomInputs, RoomOutcomes, needs [],
        shared ["dry_room.frost_point", "dry_room.temperature"];
    /// Water taken up before the cell is closed.
    Uptake, uptake, UptakeInputs, UptakeOutcomes, needs [Cell, Room],
        shared ["dry_room.exposure_time"];
    /// Load of the dry room.
    RoomLoad, room_load, LoadInputs, LoadOutcomes, needs [Room], shared ["dry_room.air_changes"];
    /// Hydrolysis of the electrolyte.
    Hydrolysis, hydrolysis, HydrolysisInputs, HydrolysisOutcomes, needs [Cell],
        shared ["filling.soak_time"];
    /// Class of the chloride risk; comes in with a salt and a can, not with a name.
    Chloride, chloride, ChlorideInputs, ChlorideOutcomes, needs [],
        shared ["electrolyte.chloride"];
}

fn of_zones(table: fn() -> Vec<Port>, zones: usize) -> Vec<Port> {
    (1..=zones)
        .flat_map(|number| zone_ports(table(), number))
        .collect()
}

impl Section {
    /// The stage that the outcomes belong to.
    #[must_use]
    pub fn stage(self) -> &'static str {
        match self {
            Section::Mixing | Section::Settling => "slurry",
            Section::Bead | Section::Ripple | Section::Variation | Section::Comma => "coating",
            Section::Nozzles | Section::Infrared | Section::Binder | Section::Cracking => "drying",
            Section::Rolls | Section::RollGap | Section::Transport | Section::Crushing => {
                "calendering"
            }
            Section::Cell
            | Section::Penetration
            | Section::Pressed
            | Section::Hydrolysis
            | Section::Chloride
            | Section::Room
            | Section::Uptake
            | Section::RoomLoad => "filling",
        }
    }
}

/// A set of sections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sections(u32);

impl Sections {
    /// No section.
    pub const NONE: Self = Self(0);

    /// Tells whether a section is in the set.
    #[must_use]
    pub fn has(self, section: Section) -> bool {
        self.0 >> section as u32 & 1 == 1
    }

    /// Returns the set with a section and everything it needs.
    #[must_use]
    pub fn with(self, section: Section) -> Self {
        let own = Self(self.0 | 1 << section as u32);
        section
            .needs()
            .iter()
            .fold(own, |set, &needed| set.with(needed))
    }

    /// Returns the sections that the given names bring in.
    #[must_use]
    pub fn of_names(zones: usize, is_given: impl Fn(&str) -> bool) -> Self {
        let brings = |section: &&Section| {
            let ports = section.inputs(zones);
            let shared = section.shared();
            let mut own = ports.iter().map(|port| port.name.as_str());
            own.any(|name| !shared.contains(&name) && is_given(name))
        };
        Section::ALL
            .iter()
            .filter(brings)
            .fold(Self::NONE, |set, &section| set.with(section))
    }

    /// Returns the sections in the set, in the order of their ports.
    pub fn iter(self) -> impl Iterator<Item = Section> {
        Section::ALL
            .iter()
            .copied()
            .filter(move |section| self.has(*section))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_own_name_brings_in_the_section_and_what_it_needs() {
        let found = Sections::of_names(2, |name| name == "coating.pump_ripple");
        assert_eq!(
            found.iter().collect::<Vec<_>>(),
            [Section::Bead, Section::Ripple]
        );
        let zoned = Sections::of_names(2, |name| name == "drying.zone[2].nozzle_pitch");
        assert_eq!(zoned.iter().collect::<Vec<_>>(), [Section::Nozzles]);
    }

    #[test]
    fn shared_names_bring_nothing_in() {
        for section in Section::ALL {
            let ports = section.inputs(1);
            for name in section.shared() {
                assert!(ports.iter().any(|port| port.name == *name), "{name}");
                let found = Sections::of_names(1, |given| given == *name);
                assert_eq!(found, Sections::NONE, "{name}");
            }
        }
    }

    #[test]
    fn counts_are_those_of_the_ports_and_no_two_sections_share_a_port() {
        let mut names = Vec::new();
        for section in Section::ALL {
            assert_eq!(section.inputs(3).len(), section.input_count(3));
            assert_eq!(section.outputs(3).len(), section.output_count(3));
            let ports = section.inputs(3).into_iter().chain(section.outputs(3));
            names.extend(ports.map(|port| port.name));
        }
        let total = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), total);
    }
}
