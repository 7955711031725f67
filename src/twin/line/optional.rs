//! The optional sections after the stages: each reads what the stages made and writes its outcomes.
//!
//! In: stage inputs and results. Out: outcome slots in the order of the sections, and flags.
//! Nothing here changes a stage: what stands in for a stage's input is settled before.

use super::replaced::stage_of;
use super::{Line, LineInputs};
use crate::twin::bead::{BeadOutcomes, WetFilm, bead, ripple};
use crate::twin::binder::{BinderInputs, BinderOutcomes, Shrinkage};
use crate::twin::calendering::{CalenderingInputs, CalenderingOutcomes};
use crate::twin::chloride::classify;
use crate::twin::coating::CoatingOutcomes;
use crate::twin::cracking::crack;
use crate::twin::drying::DryingOutcomes;
use crate::twin::filling::{CellInputs, FillingOutcomes, fill};
use crate::twin::mixing::{mix, settle};
use crate::twin::moisture::{
    RoomOutcomes, UptakeInputs, UptakeOutcomes, after_exposure, check_uptake, hydrolyse, load, room,
};
use crate::twin::nozzle::NozzleOutcomes;
use crate::twin::rolls::{CrushingOutcomes, crush, roll, transport};
use crate::twin::section::Section;
use crate::twin::slurry::{Slurry, SlurryOutcomes, active_fraction};
use crate::twin::variation::{GapLaw, vary};
use crate::twin::wetting::{measured, pressed};
use crate::twin::{Flags, TwinError};

/// What the stages made.
pub(super) struct Stages<'a> {
    /// Absent where the slurry is not modelled.
    pub(super) slurry: Option<&'a Slurry>,
    pub(super) wet: SlurryOutcomes,
    pub(super) coated: CoatingOutcomes,
    pub(super) dried: DryingOutcomes,
    pub(super) calendering: CalenderingInputs,
    pub(super) rolled: CalenderingOutcomes,
}

/// What sections made that later ones read, measured values in their places.
#[derive(Default)]
struct Seen {
    filled: Option<FillingOutcomes>,
    bead: Option<BeadOutcomes>,
    crushed: Option<CrushingOutcomes>,
    room: Option<RoomOutcomes>,
}

impl Seen {
    fn note(&mut self, section: Section, slots: &[f64]) {
        match section {
            Section::Cell => self.filled = FillingOutcomes::read(slots),
            Section::Bead => self.bead = BeadOutcomes::read(slots),
            Section::Crushing => self.crushed = CrushingOutcomes::read(slots),
            Section::Room => self.room = RoomOutcomes::read(slots),
            _ => {}
        }
    }
}

/// Writes the outcomes of a section that has its inputs.
macro_rules! write {
    ($inputs:expr, $slots:expr, |$name:ident| $body:expr) => {
        if let Some($name) = &$inputs {
            $body?.write($slots);
        }
    };
}

impl Line {
    /// Runs the sections in force; their places in the row begin at `start`.
    pub(super) fn run_sections(
        &self,
        (line, inputs): (&LineInputs, &[f64]),
        made: &Stages<'_>,
        row: &mut [f64],
        mut start: usize,
    ) -> Result<Flags, TwinError> {
        let mut flags = Flags::NONE;
        let mut seen = Seen::default();
        for section in self.sections.iter() {
            let end = start + section.output_count(self.zones);
            if self.models(stage_of(Some(section))) {
                let own = &mut row[start..end];
                flags = flags.with(self.run_section(section, line, (made, &seen), own)?);
            }
            flags = flags.with(self.replace(inputs, row, start..end)?);
            seen.note(section, &row[start..end]);
            start = end;
        }
        Ok(flags)
    }

    fn run_section(
        &self,
        section: Section,
        line: &LineInputs,
        (made, seen): (&Stages<'_>, &Seen),
        slots: &mut [f64],
    ) -> Result<Flags, TwinError> {
        match section {
            Section::Cell
            | Section::Penetration
            | Section::Pressed
            | Section::Uptake
            | Section::Hydrolysis => {
                return in_the_cell(section, line, (made, seen), slots);
            }
            Section::Room | Section::RoomLoad | Section::Chloride => {
                return self.around_the_cell(section, line, seen, slots);
            }
            Section::Rolls | Section::Transport | Section::Crushing => {
                return at_the_rolls(section, line, made, slots);
            }
            Section::Nozzles => {
                for (slot, nozzles) in slots
                    .chunks_exact_mut(NozzleOutcomes::COUNT)
                    .zip(&line.nozzles)
                {
                    nozzles.write(slot);
                }
            }
            Section::Infrared | Section::RollGap => {}
            Section::Mixing => write!(line.sections.mixing, slots, |inputs| mix(inputs)),
            Section::Settling => write!(line.sections.settling, slots, |inputs| settle(
                inputs,
                made.wet.volume_fraction,
                line.slurry.active_density,
                line.slurry.solvent_density,
            )),
            Section::Bead => {
                if let (Some(inputs), Some(slurry)) = (&line.sections.bead, made.slurry) {
                    bead(inputs, &wet_film(line, made), slurry)?.write(slots);
                }
            }
            Section::Ripple => {
                let known = (&line.sections.ripple, &seen.bead, made.slurry);
                if let (Some(inputs), Some(die), Some(slurry)) = known {
                    let film = wet_film(line, made);
                    let rest_pa_s = slurry.rest_viscosity_pa_s();
                    ripple(inputs, &film, die.bead_time, rest_pa_s)?.write(slots);
                }
            }
            Section::Variation => write!(line.sections.variation, slots, |inputs| vary(
                inputs,
                made.coated.solids_amplification
            )),
            Section::Comma => {
                write!(line.sections.comma, slots, |inputs| GapLaw::MEASURED
                    .predict(inputs.gap))
            }
            Section::Binder => {
                write!(line.sections.binder, slots, |inputs| migrate(
                    inputs, line, made
                ))
            }
            Section::Cracking => write!(line.sections.cracking, slots, |inputs| crack(
                inputs,
                made.coated.dry_thickness,
                line.coating.surface_tension
            )),
        }
        Ok(Flags::NONE)
    }

    fn around_the_cell(
        &self,
        section: Section,
        line: &LineInputs,
        seen: &Seen,
        slots: &mut [f64],
    ) -> Result<Flags, TwinError> {
        let known = &line.sections;
        match (section, &known.room) {
            (Section::Room, Some(air)) => room(air)?.write(slots),
            (Section::RoomLoad, Some(air)) => {
                if let (Some(inputs), Some(inside)) = (&known.room_load, &seen.room) {
                    let (outcomes, flags) = load(inputs, air.temperature, inside.humidity_ratio)?;
                    outcomes.write(slots);
                    return Ok(flags);
                }
            }
            _ => {
                if let (Some(inputs), Some(exposure)) = (&known.chloride, self.exposure) {
                    classify(inputs, exposure)?.write(slots);
                }
            }
        }
        Ok(Flags::NONE)
    }
}

fn wet_film(line: &LineInputs, made: &Stages<'_>) -> WetFilm {
    WetFilm {
        speed_m_s: line.coating.web_speed,
        gap_m: line.coating.gap,
        thickness_m: made.coated.wet_thickness,
        surface_tension_n_m: line.coating.surface_tension,
        capillary_number: made.coated.capillary_number,
    }
}

/// The film that shrinks at a mean rate in kg/(m² s).
pub(super) fn shrinkage(
    inputs: &BinderInputs,
    line: &LineInputs,
    (wet, coated): (&SlurryOutcomes, &CoatingOutcomes),
    rate_kg_m2_s: f64,
) -> Shrinkage {
    Shrinkage {
        peclet: rate_kg_m2_s / line.slurry.solvent_density * coated.wet_thickness
            / inputs.diffusivity,
        initial: wet.volume_fraction,
        packed: wet.volume_fraction * coated.wet_thickness / coated.dry_thickness,
    }
}

/// Binder at both faces when the film stops shrinking: at the thickness of the dry coating.
fn migrate(
    inputs: &BinderInputs,
    line: &LineInputs,
    made: &Stages<'_>,
) -> Result<BinderOutcomes, TwinError> {
    crate::twin::status::positive("binder.diffusivity", inputs.diffusivity)?;
    let film = shrinkage(
        inputs,
        line,
        (&made.wet, &made.coated),
        made.dried.shrinkage_rate,
    );
    let faces = film.gradient()?;
    Ok(BinderOutcomes {
        peclet: film.peclet,
        binder_top: faces.top,
        binder_bottom: faces.bottom,
    })
}

fn at_the_rolls(
    section: Section,
    line: &LineInputs,
    made: &Stages<'_>,
    slots: &mut [f64],
) -> Result<Flags, TwinError> {
    let known = &line.sections;
    if section == Section::Rolls {
        write!(known.rolls, slots, |inputs| roll(
            inputs,
            &made.calendering,
            &made.rolled,
            made.coated.dry_thickness
        ));
    } else if section == Section::Transport {
        write!(known.transport, slots, |inputs| transport(
            inputs,
            made.rolled.porosity
        ));
    } else if let Some(inputs) = &known.crushing {
        let (outcomes, flags) = crush(inputs, made.rolled.coating_density)?;
        outcomes.write(slots);
        return Ok(flags);
    }
    Ok(Flags::NONE)
}

fn in_the_cell(
    section: Section,
    line: &LineInputs,
    (made, seen): (&Stages<'_>, &Seen),
    slots: &mut [f64],
) -> Result<Flags, TwinError> {
    let Some((cell, filling)) = &line.cell else {
        return Ok(Flags::NONE);
    };
    let known = &line.sections;
    match section {
        Section::Cell => {
            let active = active_fraction(&line.slurry);
            fill(cell, filling, &made.rolled, active)?.write(slots);
        }
        Section::Penetration => {
            if let Some(inputs) = &known.penetration {
                let (outcomes, flags) =
                    measured(inputs, cell.electrode_width, made.rolled.porosity)?;
                outcomes.write(slots);
                return Ok(flags);
            }
        }
        Section::Pressed => write!(known.pressed, slots, |inputs| pressed(
            inputs,
            (cell.electrode_width, made.rolled.porosity),
            filling.viscosity,
            filling.vacuum_pressure,
        )),
        Section::Hydrolysis => write!(known.hydrolysis, slots, |inputs| hydrolyse(
            inputs,
            filling.hf,
            filling.water
        )),
        _ => {
            if let (Some(inputs), Some(filled)) = (&known.uptake, &seen.filled) {
                take_up(inputs, cell, made, (seen, filled))?.write(slots);
            }
        }
    }
    Ok(Flags::NONE)
}

/// Water after exposure, with the ratio that rolling gives the cathode where it was measured.
fn take_up(
    inputs: &UptakeInputs,
    cell: &CellInputs,
    made: &Stages<'_>,
    (seen, filled): (&Seen, &FillingOutcomes),
) -> Result<UptakeOutcomes, TwinError> {
    check_uptake(inputs)?;
    let Some(room) = &seen.room else {
        // INVARIANT: the section needs the room.
        return Err(TwinError::OutcomeNotFinite { port: 0 });
    };
    let humidity = room.relative_humidity;
    let crushed = seen
        .crushed
        .as_ref()
        .map_or(1.0, |found| found.uptake_ratio);
    // A dry room takes bound water out of a coating far more slowly than moist air brings it in
    // (hysteresis), so drying by the room is not credited.
    let exposed = |water: f64, rate: f64, saturation: f64| {
        let constants = (rate, saturation, inputs.exponent);
        after_exposure(water, constants, humidity, inputs.exposure_time).max(water)
    };
    let cathode_water = exposed(
        cell.cathode_water,
        inputs.cathode_rate,
        crushed * inputs.cathode_saturation,
    );
    let anode_water = exposed(cell.anode_water, inputs.anode_rate, inputs.anode_saturation);
    let area_m2 = cell.electrode_area * cell.electrode_pairs;
    let taken_up_kg = area_m2
        * (made.rolled.areal_loading * (cathode_water - cell.cathode_water)
            + cell.anode_loading * (anode_water - cell.anode_water));
    Ok(UptakeOutcomes {
        cathode_water,
        anode_water,
        water_budget: filled.water_budget + taken_up_kg / filled.capacity,
    })
}
