//! The electrode line as one plain function: slurry, coating, drying, calendering, filling.
//!
//! In: port values in the order of [`Line::inputs`]. Out: outcome values in the order of
//! [`Line::outputs`] and a [`Status`]. The stages always run; the [`Sections`] a plant knows follow
//! them, and without a cell the line ends after calendering. A failed sample has NaN in every
//! outcome slot and says why; a valid one has only finite numbers. The function keeps no state, so
//! samples may run in any order and on any thread. [`Line::profile`] gives the way through the
//! dryer for a drawing. [`Line::replacing`] puts measured values in the place of outcomes.

mod balance;
mod numerics;
mod optional;
mod possible;
mod replaced;
mod sides;
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
pub use balance::{Imbalance, OPEN_FROM};
pub use numerics::{Numerics, OutcomeError};
use optional::Stages;
use possible::Possible;
pub use replaced::{LineStage, ReplaceError, Replaced};
use std::sync::Arc;

/// An electrode line with a number of dryer zones, a solvent and optional sections.
#[derive(Clone, Debug)]
pub struct Line {
    zones: usize,
    solvent: Solvent,
    sections: Sections,
    exposure: Option<Exposure>,
    replaced: Option<Arc<Replaced>>,
    both_sides_wet: bool,
    possible: Possible,
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
    /// Whether both sides of the web come wet into the dryer.
    pub both_sides_wet: bool,
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
    /// Solvent in the coating there, kg per m² of coating.
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
            replaced: None,
            both_sides_wet: false,
            possible: Possible::default(),
        }
        .bounded()
    }

    /// Sends the web into the dryer with both sides wet, coated alike. Loads, heat and exhaust are
    /// those of both sides; rates and solvent in the coating stay those of one side, as rules and
    /// the binder read them, each side taken to dry like the other.
    #[must_use]
    pub fn with_both_sides_wet(self) -> Self {
        Self {
            both_sides_wet: true,
            ..self
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
        .bounded()
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
        let Some(replaced) = &self.replaced else {
            return ports;
        };
        ports.extend(replaced.extra().iter().cloned());
        replaced.seen_inputs(ports)
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
        match &self.replaced {
            None => ports,
            Some(replaced) => replaced.seen_outputs(ports),
        }
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
        let Some(seen) = self.replaced.as_ref().and_then(|all| all.seen_places()) else {
            return stages;
        };
        let mut end = 0;
        let counted = stages.into_iter().map(|(name, count)| {
            let start = end;
            end += count;
            let is_own = |place: &&usize| (start..start + count).contains(*place);
            (name, seen.iter().filter(is_own).count())
        });
        counted.collect()
    }

    /// Names of the outcomes that measured values or formulas stand for, in the order of the line.
    #[must_use]
    pub fn replaced_names(&self) -> Vec<&str> {
        self.replaced.iter().flat_map(|all| all.names()).collect()
    }

    /// How far the balances are open in which a replaced outcome takes part.
    ///
    /// # Errors
    /// The same as a run's [`Status::Failed`].
    pub fn imbalances(&self, inputs: &[f64]) -> Result<Vec<Imbalance>, TwinError> {
        let Some(replaced) = &self.replaced else {
            return Ok(Vec::new());
        };
        self.check(inputs)?;
        let inputs = replaced.widened(inputs, self.whole_input_count());
        let mut row = vec![f64::NAN; self.whole_output_count()];
        self.try_run(&inputs, &mut row)?;
        Ok(replaced.imbalances(&inputs, &row))
    }

    /// Whether a stage is computed.
    #[must_use]
    pub fn models(&self, stage: LineStage) -> bool {
        !self.replaced.as_ref().is_some_and(|all| all.lacks(stage))
    }

    /// Number of input ports.
    #[must_use]
    pub fn input_count(&self) -> usize {
        match self.seen_counts() {
            Some((inputs, _)) => inputs,
            None => self.whole_input_count(),
        }
    }

    /// Number of outcome ports.
    #[must_use]
    pub fn output_count(&self) -> usize {
        match self.seen_counts() {
            Some((_, outputs)) => outputs,
            None => self.whole_output_count(),
        }
    }

    /// Numbers of ports where the outside does not see all of them.
    fn seen_counts(&self) -> Option<(usize, usize)> {
        self.replaced.as_ref()?.seen_counts()
    }

    /// Places of a row of inputs inside the line, those that nobody wants included.
    fn whole_input_count(&self) -> usize {
        let of_sections = self.sections.iter();
        let extra = self.replaced.as_ref().map_or(0, |all| all.extra().len());
        SlurryInputs::COUNT
            + CoatingInputs::COUNT
            + DryingInputs::COUNT
            + self.zones * self.zone_count()
            + CalenderingInputs::COUNT
            - self.line_load_given()
            + of_sections.fold(0, |sum, section| sum + section.input_count(self.zones))
            + extra
    }

    /// Places of a row of outcomes inside the line.
    fn whole_output_count(&self) -> usize {
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
        let result = match (&self.replaced, self.seen_counts()) {
            (Some(replaced), Some(_)) => self.run_narrow(replaced, inputs, outputs),
            _ => self
                .check(inputs)
                .and_then(|()| self.try_run(inputs, outputs)),
        };
        settled(result, outputs)
    }

    /// Runs a sample of which the outside does not see every place.
    fn run_narrow(
        &self,
        replaced: &Replaced,
        inputs: &[f64],
        outputs: &mut [f64],
    ) -> Result<Flags, TwinError> {
        self.check(inputs)?;
        self.check_outputs(outputs, self.output_count())?;
        let inputs = replaced.widened(inputs, self.whole_input_count());
        let mut row = vec![f64::NAN; self.whole_output_count()];
        let flags = self.try_run(&inputs, &mut row)?;
        replaced.narrowed(&row, outputs);
        Ok(flags)
    }

    /// Checks that there are as many inputs as ports, all of them numbers.
    fn check(&self, inputs: &[f64]) -> Result<(), TwinError> {
        if inputs.len() != self.input_count() {
            return Err(TwinError::PortCount {
                expected: self.input_count(),
                found: inputs.len(),
            });
        }
        match inputs.iter().position(|value| !value.is_finite()) {
            Some(port) => Err(TwinError::NotFinite { port }),
            None => Ok(()),
        }
    }

    fn check_outputs(&self, outputs: &[f64], expected: usize) -> Result<(), TwinError> {
        if outputs.len() == expected {
            return Ok(());
        }
        Err(TwinError::PortCount {
            expected,
            found: outputs.len(),
        })
    }

    /// Reads port values into stage inputs; NaN where the line wants none.
    ///
    /// # Errors
    /// [`TwinError::PortCount`] and [`TwinError::NotFinite`].
    pub fn read(&self, inputs: &[f64]) -> Result<LineInputs, TwinError> {
        self.check(inputs)?;
        match &self.replaced {
            None => self.read_whole(inputs),
            Some(all) => self.read_whole(&all.widened(inputs, self.whole_input_count())),
        }
    }

    /// Reads a whole row.
    fn read_whole(&self, inputs: &[f64]) -> Result<LineInputs, TwinError> {
        let wrong_count = TwinError::PortCount {
            expected: self.input_count(),
            found: inputs.len(),
        };
        self.possible.check(inputs)?;
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
            both_sides_wet: self.both_sides_wet,
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
        line.flags = line.flags.with(line.sides());
        Ok(line)
    }

    /// Runs a whole row of inputs into a whole row of outcomes.
    fn try_run(&self, inputs: &[f64], outputs: &mut [f64]) -> Result<Flags, TwinError> {
        let begun = self.begin(inputs, outputs)?;
        let dried = match &begun.dryer {
            Some(dryer) => {
                let mut zone = 0;
                let exit = |exit: ZoneOutcomes| {
                    self.write_exit(outputs, zone, &exit);
                    zone += 1;
                };
                Some(dryer.run(&begun.line.zones, |_| {}, exit)?)
            }
            None => None,
        };
        self.finish(&begun, inputs, dried, outputs)
    }

    /// Outcomes before those of the dryer.
    const WET_END: usize = SlurryOutcomes::COUNT + CoatingOutcomes::COUNT;

    /// Outcomes of the dryer.
    fn dryer_count(&self) -> usize {
        DryingOutcomes::COUNT + self.zones * ZoneOutcomes::COUNT
    }

    /// Puts replaced values of some places into a row.
    fn replace(
        &self,
        inputs: &[f64],
        row: &mut [f64],
        places: std::ops::Range<usize>,
    ) -> Result<Flags, TwinError> {
        match &self.replaced {
            None => Ok(Flags::NONE),
            Some(replaced) => replaced.apply(inputs, row, places),
        }
    }

    /// Runs what comes before the dryer.
    fn begin(&self, inputs: &[f64], outputs: &mut [f64]) -> Result<Begun, TwinError> {
        self.check_outputs(outputs, self.whole_output_count())?;
        let line = self.read_whole(inputs)?;
        let (slurry, wet, of_slurry) = self.mixed(&line, inputs, outputs)?;
        let coated = Self::WET_END - CoatingOutcomes::COUNT..Self::WET_END;
        let mut window = Flags::NONE;
        if let Some(slurry) = slurry.as_ref().filter(|_| self.models(LineStage::Coating)) {
            let (found, flags) = line.coated(slurry)?;
            found.write(&mut outputs[coated.clone()]);
            window = flags;
        }
        let of_coating = self.replace(inputs, outputs, coated.clone())?;
        let coated = CoatingOutcomes::read(&outputs[coated]).ok_or(NO_ROW)?;
        let dryer = if self.models(LineStage::Drying) {
            Some(line.dryer(self.solvent, &coated)?)
        } else {
            None
        };
        Ok(Begun {
            window: window.with(of_slurry).with(of_coating),
            line,
            slurry,
            wet,
            coated,
            dryer,
        })
    }

    /// Runs the slurry, and replaces what is measured of it.
    fn mixed(
        &self,
        line: &LineInputs,
        inputs: &[f64],
        outputs: &mut [f64],
    ) -> Result<(Option<Slurry>, SlurryOutcomes, Flags), TwinError> {
        let places = 0..SlurryOutcomes::COUNT;
        let slurry = if self.models(LineStage::Slurry) {
            let slurry = Slurry::new(&line.slurry)?;
            slurry.outcomes().write(&mut outputs[places.clone()]);
            Some(slurry)
        } else {
            None
        };
        let flags = self.replace(inputs, outputs, places.clone())?;
        let wet = SlurryOutcomes::read(&outputs[places.clone()]).ok_or(NO_ROW)?;
        let is_touched = |all: &Arc<Replaced>| all.touches(places.clone());
        let slurry = match (slurry, self.replaced.as_ref().is_some_and(is_touched)) {
            (Some(slurry), true) => Some(slurry.measured(&wet)?),
            (slurry, _) => slurry,
        };
        Ok((slurry, wet, flags))
    }

    /// Runs what comes behind the dryer.
    fn finish(
        &self,
        begun: &Begun,
        inputs: &[f64],
        dried: Option<(DryingOutcomes, Flags)>,
        outputs: &mut [f64],
    ) -> Result<Flags, TwinError> {
        let Begun { line, wet, .. } = begun;
        let mut flags = begun.window.with(line.flags);
        let (start, end) = (Self::WET_END, Self::WET_END + self.dryer_count());
        if let Some((dried, reservations)) = dried {
            let dried = self.of_one_side(dried);
            dried.write(&mut outputs[start..start + DryingOutcomes::COUNT]);
            flags = flags.with(reservations);
        }
        flags = flags.with(self.replace(inputs, outputs, start..end)?);
        let dried = DryingOutcomes::read(&outputs[start..end]).ok_or(NO_ROW)?;
        let (start, end) = (end, end + CalenderingOutcomes::COUNT);
        let mut calendering = line.calendering;
        if self.models(LineStage::Calendering) {
            let (set, idle) = line.calendering(wet.true_density)?;
            calendering = set;
            flags = flags.with(idle);
            calender(
                &calendering,
                line.coating.areal_loading,
                wet.true_density,
                line.coating.porosity,
            )?
            .write(&mut outputs[start..end]);
        }
        flags = flags.with(self.replace(inputs, outputs, start..end)?);
        let stages = Stages {
            slurry: begun.slurry.as_ref(),
            wet: *wet,
            coated: begun.coated,
            dried,
            calendering,
            rolled: CalenderingOutcomes::read(&outputs[start..end]).ok_or(NO_ROW)?,
        };
        flags = flags.with(self.run_sections((line, inputs), &stages, outputs, end)?);
        Ok(match &self.replaced {
            None => flags,
            Some(replaced) => flags.with(replaced.balance(inputs, outputs)),
        })
    }

    /// The dryer as the web meets it, with its zones.
    ///
    /// # Errors
    /// What the stages before refuse; [`TwinError::NotModelled`] without a dryer.
    fn dryer_at(&self, inputs: &[f64]) -> Result<(Dryer, LineInputs), TwinError> {
        self.check(inputs)?;
        let mut row = vec![f64::NAN; self.whole_output_count()];
        let begun = match &self.replaced {
            None => self.begin(inputs, &mut row)?,
            Some(all) => self.begin(&all.widened(inputs, self.whole_input_count()), &mut row)?,
        };
        let stage = LineStage::Drying.name();
        let dryer = begun.dryer.ok_or(TwinError::NotModelled { stage })?;
        Ok((dryer, begun.line))
    }

    /// Runs slurry and coating alone.
    ///
    /// # Errors
    /// What the stages refuse; [`TwinError::NotModelled`] without a coating stage.
    pub fn coated(&self, inputs: &[f64]) -> Result<CoatingOutcomes, TwinError> {
        if !self.models(LineStage::Coating) {
            let stage = LineStage::Coating.name();
            return Err(TwinError::NotModelled { stage });
        }
        self.check(inputs)?;
        let mut row = vec![f64::NAN; self.whole_output_count()];
        let begun = match &self.replaced {
            None => self.begin(inputs, &mut row)?,
            Some(all) => self.begin(&all.widened(inputs, self.whole_input_count()), &mut row)?,
        };
        Ok(begun.coated)
    }

    /// Returns film temperature and solvent along the dryer, at every step of the integrator.
    ///
    /// # Errors
    /// The same as a run's [`Status::Failed`].
    pub fn profile(&self, inputs: &[f64]) -> Result<DryerProfile, TwinError> {
        let (dryer, line) = self.dryer_at(inputs)?;
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
                .push(self.solvent_of_one_side(Dryer::solvent_kg_m2(&node.state)));
        };
        dryer.run(&line.zones, visit, |_| {})?;
        Ok(profile)
    }

    /// Compares the dryer's stepper with an independent integrator (`--verify-numerics`).
    ///
    /// # Errors
    /// The same as a run's [`Status::Failed`], or the other integrator gives up.
    pub fn verify_numerics(&self, inputs: &[f64]) -> Result<NumericsCheck, TwinError> {
        let (dryer, line) = self.dryer_at(inputs)?;
        dryer.verify_numerics(&line.zones)
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
        let (coated, flags) = self.coated(&slurry)?;
        Ok((slurry, coated, flags))
    }

    fn coated(&self, slurry: &Slurry) -> Result<(CoatingOutcomes, Flags), TwinError> {
        coat(
            &self.coating,
            slurry,
            self.slurry.solids,
            self.slurry.solvent_density,
        )
    }

    /// Makes the dryer with the web as coated.
    ///
    /// # Errors
    /// What the dryer refuses.
    pub fn dryer(&self, solvent: Solvent, coated: &CoatingOutcomes) -> Result<Dryer, TwinError> {
        let sides = if self.both_sides_wet { 2.0 } else { 1.0 };
        let web = Web {
            solvent,
            areal_loading_kg_m2: sides * self.coating.areal_loading,
            solvent_kg_m2: sides * coated.solvent_loading,
            solvent_density_kg_m3: self.slurry.solvent_density,
            dry_thickness_m: coated.dry_thickness,
            porosity: self.coating.porosity,
            temperature_k: self.slurry.temperature,
            speed_m_s: self.coating.web_speed,
            width_m: self.coating.width,
            both_sides_wet: self.both_sides_wet,
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

/// A sample on its way, at the door of the dryer.
#[derive(Clone, Debug)]
struct Begun {
    line: LineInputs,
    /// Absent where the slurry is not modelled.
    slurry: Option<Slurry>,
    wet: SlurryOutcomes,
    coated: CoatingOutcomes,
    window: Flags,
    /// Absent where the dryer is not modelled.
    dryer: Option<Dryer>,
}

/// A row that is shorter than its table, which [`Line::check`] excludes.
const NO_ROW: TwinError = TwinError::OutcomeNotFinite { port: 0 };

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
