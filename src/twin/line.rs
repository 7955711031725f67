//! The electrode line as one plain function: slurry, coating, drying, calendering, filling.
//!
//! In: port values in the order of [`Line::inputs`]. Out: outcome values in the order of
//! [`Line::outputs`] and a [`Status`]. The stages always run; the [`Sections`] a plant knows follow
//! them, and without a cell the line ends after calendering. A failed sample has NaN in every
//! outcome slot and says why; a valid one has only finite numbers. The function keeps no state, so
//! samples may run in any order and on any thread. [`Line::profile`] gives the way through the
//! dryer for a drawing.

mod optional;
mod together;

use crate::twin::calendering::{CalenderingInputs, CalenderingOutcomes, calender};
use crate::twin::chloride::Exposure;
use crate::twin::coating::{CoatingInputs, CoatingOutcomes, coat};
use crate::twin::drying::{
    Dryer, DryingInputs, DryingOutcomes, Node, NumericsCheck, Web, Zone, ZoneInputs, ZoneOutcomes,
    zone_ports,
};
use crate::twin::filling::{CellInputs, FillingInputs};
use crate::twin::nozzle::{NozzleInputs, NozzleOutcomes, heat_transfer};
use crate::twin::rolls::load_of_gap;
use crate::twin::section::{Section, SectionInputs, Sections};
use crate::twin::slurry::{Slurry, SlurryInputs, SlurryOutcomes};
use crate::twin::{Flags, Port, Solvent, Status, TwinError};
use optional::Stages;

/// An electrode line with a number of dryer zones, a solvent and optional sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    zones: usize,
    solvent: Solvent,
    sections: Sections,
    exposure: Option<Exposure>,
}

/// The inputs of all stages, read from port values.
#[derive(Clone, Debug)]
pub struct LineInputs {
    /// Slurry.
    pub slurry: SlurryInputs,
    /// Coating.
    pub coating: CoatingInputs,
    /// Dryer as a whole.
    pub drying: DryingInputs,
    /// Dryer zones in the order of the web.
    pub zones: Vec<Zone>,
    /// Nozzles of the zones, where they stand for heat transfer coefficients.
    pub nozzles: Vec<NozzleOutcomes>,
    /// Reservations from the nozzles.
    pub flags: Flags,
    /// Calendering; without its line load where a roll gap stands for it.
    pub calendering: CalenderingInputs,
    /// Anode, separator and stack, electrolyte and filling; absent where the line ends before.
    pub cell: Option<(CellInputs, FillingInputs)>,
    /// What else the plant knows.
    pub sections: SectionInputs,
}

/// Inputs of a zone that its nozzles stand for: the last two.
const ZONE_WITHOUT_NOZZLES: usize = ZoneInputs::COUNT - 2;

/// The way of the web through the dryer.
#[derive(Clone, Debug, PartialEq)]
pub struct DryerProfile {
    /// Distance from the dryer entrance, m, not falling.
    pub position_m: Vec<f64>,
    /// Film temperature there, K.
    pub film_temperature_k: Vec<f64>,
    /// Solvent in the coating there, kg/m².
    pub solvent_kg_m2: Vec<f64>,
    /// Ends of the zones, m; the last one is the length of the dryer.
    pub zone_borders_m: Vec<f64>,
}

impl Line {
    /// Makes a line with `zones` dryer zones that ends in a filled cell and has no other section.
    #[must_use]
    pub fn new(zones: usize, solvent: Solvent) -> Self {
        Self::with_sections(zones, solvent, Sections::NONE.with(Section::Cell))
    }

    /// Makes a line with the given sections.
    #[must_use]
    pub fn with_sections(zones: usize, solvent: Solvent, sections: Sections) -> Self {
        Self {
            zones,
            solvent,
            sections,
            exposure: None,
        }
    }

    /// Adds the chloride risk of an electrolyte that meets this salt and can.
    #[must_use]
    pub fn with_exposure(self, exposure: Exposure) -> Self {
        Self {
            sections: self.sections.with(Section::Chloride),
            exposure: Some(exposure),
            ..self
        }
    }

    /// Number of dryer zones.
    #[must_use]
    pub fn zones(&self) -> usize {
        self.zones
    }

    /// The optional sections.
    #[must_use]
    pub fn sections(&self) -> Sections {
        self.sections
    }

    /// Returns the input ports in the order [`Self::run`] expects.
    #[must_use]
    pub fn inputs(&self) -> Vec<Port> {
        let mut ports = SlurryInputs::ports();
        ports.extend(CoatingInputs::ports());
        ports.extend(DryingInputs::ports());
        for number in 1..=self.zones {
            let own = ZoneInputs::ports().into_iter().take(self.zone_count());
            ports.extend(zone_ports(own.collect(), number));
        }
        ports.extend(CalenderingInputs::ports().split_off(self.line_load_given()));
        for section in self.sections.iter() {
            ports.extend(section.inputs(self.zones));
        }
        ports
    }

    /// Returns the outcome ports in the order [`Self::run`] fills.
    #[must_use]
    pub fn outputs(&self) -> Vec<Port> {
        let mut ports = SlurryOutcomes::ports();
        ports.extend(CoatingOutcomes::ports());
        ports.extend(DryingOutcomes::ports());
        for number in 1..=self.zones {
            ports.extend(zone_ports(ZoneOutcomes::ports(), number));
        }
        ports.extend(CalenderingOutcomes::ports());
        for section in self.sections.iter() {
            ports.extend(section.outputs(self.zones));
        }
        ports
    }

    /// Returns the stages in the order of the outcomes, each with their number; a stage comes again
    /// for each section that belongs to it.
    #[must_use]
    pub fn stages(&self) -> Vec<(&'static str, usize)> {
        let of_dryer = DryingOutcomes::COUNT + self.zones * ZoneOutcomes::COUNT;
        let mut stages = vec![
            ("slurry", SlurryOutcomes::COUNT),
            ("coating", CoatingOutcomes::COUNT),
            ("drying", of_dryer),
            ("calendering", CalenderingOutcomes::COUNT),
        ];
        for section in self.sections.iter() {
            stages.push((section.stage(), section.output_count(self.zones)));
        }
        stages
    }

    /// Number of input ports.
    #[must_use]
    pub fn input_count(&self) -> usize {
        let of_sections = self.sections.iter();
        SlurryInputs::COUNT
            + CoatingInputs::COUNT
            + DryingInputs::COUNT
            + self.zones * self.zone_count()
            + CalenderingInputs::COUNT
            - self.line_load_given()
            + of_sections.fold(0, |sum, section| sum + section.input_count(self.zones))
    }

    /// Number of outcome ports.
    #[must_use]
    pub fn output_count(&self) -> usize {
        let of_sections = self.sections.iter();
        SlurryOutcomes::COUNT
            + CoatingOutcomes::COUNT
            + DryingOutcomes::COUNT
            + self.zones * ZoneOutcomes::COUNT
            + CalenderingOutcomes::COUNT
            + of_sections.fold(0, |sum, section| sum + section.output_count(self.zones))
    }

    /// Values of [`ZoneInputs`] that a zone reads.
    fn zone_count(&self) -> usize {
        if self.sections.has(Section::Nozzles) {
            ZONE_WITHOUT_NOZZLES
        } else {
            ZoneInputs::COUNT
        }
    }

    /// Leading values of [`CalenderingInputs`] that a roll gap stands for: the line load, if so.
    fn line_load_given(&self) -> usize {
        usize::from(self.sections.has(Section::RollGap))
    }

    /// Runs one sample: port values in, outcomes out.
    ///
    /// Never panics; on [`Status::Failed`] every slot of `outputs` holds NaN.
    pub fn run(&self, inputs: &[f64], outputs: &mut [f64]) -> Status {
        let result = self.try_run(inputs, outputs);
        settled(result, outputs)
    }

    /// Reads port values into stage inputs.
    ///
    /// # Errors
    /// [`TwinError::PortCount`] and [`TwinError::NotFinite`].
    pub fn read(&self, inputs: &[f64]) -> Result<LineInputs, TwinError> {
        let wrong_count = TwinError::PortCount {
            expected: self.input_count(),
            found: inputs.len(),
        };
        if inputs.len() != self.input_count() {
            return Err(wrong_count);
        }
        if let Some(port) = inputs.iter().position(|value| !value.is_finite()) {
            return Err(TwinError::NotFinite { port });
        }
        let mut rest = Values(inputs);
        let slurry = SlurryInputs::read(rest.take(SlurryInputs::COUNT)).ok_or(wrong_count)?;
        let coating = CoatingInputs::read(rest.take(CoatingInputs::COUNT)).ok_or(wrong_count)?;
        let drying = DryingInputs::read(rest.take(DryingInputs::COUNT)).ok_or(wrong_count)?;
        let mut zones = Vec::with_capacity(self.zones);
        for _ in 0..self.zones {
            let mut values = [f64::NAN; ZoneInputs::COUNT];
            let given = rest.take(self.zone_count());
            values[..given.len()].copy_from_slice(given);
            zones.push(Zone::from(ZoneInputs::read(&values).ok_or(wrong_count)?));
        }
        let mut values = [f64::NAN; CalenderingInputs::COUNT];
        let skipped = self.line_load_given();
        values[skipped..].copy_from_slice(rest.take(CalenderingInputs::COUNT - skipped));
        let calendering = CalenderingInputs::read(&values).ok_or(wrong_count)?;
        let mut line = LineInputs {
            slurry,
            coating,
            drying,
            zones,
            nozzles: Vec::new(),
            flags: Flags::NONE,
            calendering,
            cell: None,
            sections: SectionInputs::default(),
        };
        for section in self.sections.iter() {
            let own = rest.take(section.input_count(self.zones));
            match section {
                Section::Cell => {
                    let (cell, filling) = own.split_at(CellInputs::COUNT);
                    let cell = CellInputs::read(cell).ok_or(wrong_count)?;
                    let filling = FillingInputs::read(filling).ok_or(wrong_count)?;
                    line.cell = Some((cell, filling));
                }
                Section::Nozzles => line.set_nozzles(own)?,
                Section::Infrared => {
                    for (zone, flux) in line.zones.iter_mut().zip(own) {
                        zone.infrared = *flux;
                    }
                }
                other => line.sections.read(other, own),
            }
        }
        Ok(line)
    }

    fn try_run(&self, inputs: &[f64], outputs: &mut [f64]) -> Result<Flags, TwinError> {
        let begun = self.begin(inputs, outputs)?;
        let mut zone = 0;
        let exit = |exit: ZoneOutcomes| {
            self.write_exit(outputs, zone, &exit);
            zone += 1;
        };
        let dried = begun.dryer.run(&begun.line.zones, |_| {}, exit)?;
        self.finish(&begun, dried, outputs)
    }

    /// Outcomes before those of the dryer.
    const WET_END: usize = SlurryOutcomes::COUNT + CoatingOutcomes::COUNT;

    /// Runs what comes before the dryer.
    fn begin(&self, inputs: &[f64], outputs: &mut [f64]) -> Result<Begun, TwinError> {
        if outputs.len() != self.output_count() {
            return Err(TwinError::PortCount {
                expected: self.output_count(),
                found: outputs.len(),
            });
        }
        let line = self.read(inputs)?;
        let (slurry, coated, window) = line.wet_end()?;
        let mut rest = outputs;
        slurry
            .outcomes()
            .write(take(&mut rest, SlurryOutcomes::COUNT));
        coated.write(take(&mut rest, CoatingOutcomes::COUNT));
        let dryer = line.dryer(self.solvent, &coated)?;
        Ok(Begun {
            line,
            slurry,
            coated,
            window,
            dryer,
        })
    }

    /// Runs what comes behind the dryer.
    fn finish(
        &self,
        begun: &Begun,
        (dried, reservations): (DryingOutcomes, Flags),
        outputs: &mut [f64],
    ) -> Result<Flags, TwinError> {
        let Begun { line, slurry, .. } = begun;
        let mut rest = &mut outputs[Self::WET_END..];
        let of_dryer = DryingOutcomes::COUNT + self.zones * ZoneOutcomes::COUNT;
        dried.write(&mut take(&mut rest, of_dryer)[..DryingOutcomes::COUNT]);
        let (calendering, idle) = line.calendering(slurry.true_density_kg_m3)?;
        let rolled = calender(
            &calendering,
            line.coating.areal_loading,
            slurry.true_density_kg_m3,
            line.coating.porosity,
        )?;
        rolled.write(take(&mut rest, CalenderingOutcomes::COUNT));
        let stages = Stages {
            slurry,
            wet: slurry.outcomes(),
            coated: begun.coated,
            dried,
            calendering,
            rolled,
        };
        let of_sections = self.run_sections(line, &stages, rest)?;
        Ok(begun
            .window
            .with(reservations)
            .with(idle)
            .with(line.flags)
            .with(of_sections))
    }

    /// Returns film temperature and solvent along the dryer, at every step of the integrator.
    ///
    /// # Errors
    /// The same as a run's [`Status::Failed`].
    pub fn profile(&self, inputs: &[f64]) -> Result<DryerProfile, TwinError> {
        let line = self.read(inputs)?;
        let (_, coated, _) = line.wet_end()?;
        let dryer = line.dryer(self.solvent, &coated)?;
        let mut zone_borders_m = Vec::with_capacity(self.zones);
        let mut end_m = 0.0;
        for zone in &line.zones {
            end_m += zone.length;
            zone_borders_m.push(end_m);
        }
        let mut profile = DryerProfile {
            position_m: Vec::new(),
            film_temperature_k: Vec::new(),
            solvent_kg_m2: Vec::new(),
            zone_borders_m,
        };
        let speed_m_s = line.coating.web_speed;
        let borders = profile.zone_borders_m.clone();
        let visit = |node: Node| {
            let start_m = match node.zone {
                0 => 0.0,
                later => borders[later - 1],
            };
            profile
                .position_m
                .push(start_m + node.zone_time_s * speed_m_s);
            profile
                .film_temperature_k
                .push(dryer.temperature_k(&node.state));
            profile
                .solvent_kg_m2
                .push(Dryer::solvent_kg_m2(&node.state));
        };
        dryer.run(&line.zones, visit, |_| {})?;
        Ok(profile)
    }

    /// Compares the dryer's stepper with an independent integrator (`--verify-numerics`).
    ///
    /// # Errors
    /// The same as a run's [`Status::Failed`], or the other integrator gives up.
    pub fn verify_numerics(&self, inputs: &[f64]) -> Result<NumericsCheck, TwinError> {
        let line = self.read(inputs)?;
        let (_, coated, _) = line.wet_end()?;
        line.dryer(self.solvent, &coated)?
            .verify_numerics(&line.zones)
    }
}

impl LineInputs {
    /// Takes nozzle data of all zones for their heat transfer coefficients.
    fn set_nozzles(&mut self, values: &[f64]) -> Result<(), TwinError> {
        let tables = values.chunks_exact(NozzleInputs::COUNT);
        for (index, (zone, own)) in self.zones.iter_mut().zip(tables).enumerate() {
            // INVARIANT: a chunk is as long as the table.
            let Some(inputs) = NozzleInputs::read(own) else {
                continue;
            };
            let (found, fits) = heat_transfer(&inputs, index + 1, zone.air_temperature)?;
            zone.heat_transfer_top = found.top;
            zone.heat_transfer_bottom = found.bottom;
            self.nozzles.push(found);
            if !fits {
                self.flags = self.flags.with(Flags::NOZZLE_EXTRAPOLATED);
            }
        }
        Ok(())
    }

    /// Calendering with its line load, from the roll gap where that is set.
    fn calendering(
        &self,
        true_density_kg_m3: f64,
    ) -> Result<(CalenderingInputs, Flags), TwinError> {
        let (Some(gap), Some(rolls)) = (&self.sections.roll_gap, &self.sections.rolls) else {
            return Ok((self.calendering, Flags::NONE));
        };
        let coating = (
            self.coating.areal_loading / self.calendering.stretch,
            true_density_kg_m3,
            self.coating.porosity,
        );
        let (line_load, flags) = load_of_gap(gap, rolls, &self.calendering, coating)?;
        let set = CalenderingInputs {
            line_load,
            ..self.calendering
        };
        Ok((set, flags))
    }

    /// Runs slurry and coating.
    ///
    /// # Errors
    /// What the stages refuse.
    pub fn wet_end(&self) -> Result<(Slurry, CoatingOutcomes, Flags), TwinError> {
        let slurry = Slurry::new(&self.slurry)?;
        let (coated, flags) = coat(
            &self.coating,
            &slurry,
            self.slurry.solids,
            self.slurry.solvent_density,
        )?;
        Ok((slurry, coated, flags))
    }

    /// Makes the dryer with the web as coated.
    ///
    /// # Errors
    /// What the dryer refuses.
    pub fn dryer(&self, solvent: Solvent, coated: &CoatingOutcomes) -> Result<Dryer, TwinError> {
        let web = Web {
            solvent,
            areal_loading_kg_m2: self.coating.areal_loading,
            solvent_kg_m2: coated.solvent_loading,
            solvent_density_kg_m3: self.slurry.solvent_density,
            dry_thickness_m: coated.dry_thickness,
            porosity: self.coating.porosity,
            temperature_k: self.slurry.temperature,
            speed_m_s: self.coating.web_speed,
            width_m: self.coating.width,
            both_sides_wet: false,
        };
        Dryer::new(web, &self.drying)
    }
}

/// Input values not read yet.
struct Values<'a>(&'a [f64]);

impl<'a> Values<'a> {
    /// Cuts off the first `count` values; fewer if there are not as many.
    fn take(&mut self, count: usize) -> &'a [f64] {
        let (head, tail) = self.0.split_at(count.min(self.0.len()));
        self.0 = tail;
        head
    }
}

/// Cuts the first `count` slots off `rest`; fewer if it is shorter.
fn take<'a>(rest: &mut &'a mut [f64], count: usize) -> &'a mut [f64] {
    let all = std::mem::take(rest);
    let at = count.min(all.len());
    let (head, tail) = all.split_at_mut(at);
    *rest = tail;
    head
}

/// A sample on its way, at the door of the dryer.
#[derive(Clone, Debug)]
struct Begun {
    line: LineInputs,
    slurry: Slurry,
    coated: CoatingOutcomes,
    window: Flags,
    dryer: Dryer,
}

/// The status of a sample; NaN in every slot of one that failed.
fn settled(result: Result<Flags, TwinError>, outputs: &mut [f64]) -> Status {
    let result =
        result.and_then(
            |flags| match outputs.iter().position(|value| !value.is_finite()) {
                Some(port) => Err(TwinError::OutcomeNotFinite { port }),
                None => Ok(flags),
            },
        );
    match result {
        Ok(flags) => Status::Valid(flags),
        Err(error) => {
            outputs.fill(f64::NAN);
            Status::Failed(error)
        }
    }
}
