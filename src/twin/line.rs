//! The electrode line as one plain function: slurry, coating, drying, calendering, filling.
//!
//! In: port values in the order of [`Line::inputs`]. Out: outcome values in the order of
//! [`Line::outputs`] and a [`Status`]. A failed sample has NaN in every outcome slot and says why;
//! a valid one has only finite numbers. The function keeps no state, so samples may run in any
//! order and on any thread. [`Line::profile`] gives the way through the dryer for a drawing.

use crate::twin::calendering::{CalenderingInputs, CalenderingOutcomes, calender};
use crate::twin::coating::{CoatingInputs, CoatingOutcomes, coat};
use crate::twin::drying::{
    Dryer, DryingInputs, DryingOutcomes, Node, NumericsCheck, Web, Zone, ZoneInputs, ZoneOutcomes,
    zone_ports,
};
use crate::twin::filling::{CellInputs, FillingInputs, FillingOutcomes, fill};
use crate::twin::slurry::{Slurry, SlurryInputs, SlurryOutcomes, active_fraction};
use crate::twin::{Flags, Port, Solvent, Status, TwinError};

/// An electrode line with a number of dryer zones and a solvent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    zones: usize,
    solvent: Solvent,
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
    /// Calendering.
    pub calendering: CalenderingInputs,
    /// Anode, separator and stack.
    pub cell: CellInputs,
    /// Electrolyte and filling.
    pub filling: FillingInputs,
}

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
    /// Makes a line with `zones` dryer zones.
    #[must_use]
    pub fn new(zones: usize, solvent: Solvent) -> Self {
        Self { zones, solvent }
    }

    /// Number of dryer zones.
    #[must_use]
    pub fn zones(&self) -> usize {
        self.zones
    }

    /// Returns the input ports in the order [`Self::run`] expects.
    #[must_use]
    pub fn inputs(&self) -> Vec<Port> {
        let mut ports = SlurryInputs::ports();
        ports.extend(CoatingInputs::ports());
        ports.extend(DryingInputs::ports());
        for number in 1..=self.zones {
            ports.extend(zone_ports(ZoneInputs::ports(), number));
        }
        ports.extend(CalenderingInputs::ports());
        ports.extend(CellInputs::ports());
        ports.extend(FillingInputs::ports());
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
        ports.extend(FillingOutcomes::ports());
        ports
    }

    /// Number of input ports.
    #[must_use]
    pub fn input_count(&self) -> usize {
        SlurryInputs::COUNT
            + CoatingInputs::COUNT
            + DryingInputs::COUNT
            + self.zones * ZoneInputs::COUNT
            + CalenderingInputs::COUNT
            + CellInputs::COUNT
            + FillingInputs::COUNT
    }

    /// Number of outcome ports.
    #[must_use]
    pub fn output_count(&self) -> usize {
        SlurryOutcomes::COUNT
            + CoatingOutcomes::COUNT
            + DryingOutcomes::COUNT
            + self.zones * ZoneOutcomes::COUNT
            + CalenderingOutcomes::COUNT
            + FillingOutcomes::COUNT
    }

    /// Runs one sample: port values in, outcomes out.
    ///
    /// Never panics; on [`Status::Failed`] every slot of `outputs` holds NaN.
    pub fn run(&self, inputs: &[f64], outputs: &mut [f64]) -> Status {
        let result = self.try_run(inputs, outputs).and_then(|flags| {
            match outputs.iter().position(|value| !value.is_finite()) {
                Some(port) => Err(TwinError::OutcomeNotFinite { port }),
                None => Ok(flags),
            }
        });
        match result {
            Ok(flags) => Status::Valid(flags),
            Err(error) => {
                outputs.fill(f64::NAN);
                Status::Failed(error)
            }
        }
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
        let mut rest = inputs;
        let mut take = |count: usize| {
            let (head, tail) = rest.split_at_checked(count).unwrap_or((rest, &[]));
            rest = tail;
            head
        };
        let slurry = SlurryInputs::read(take(SlurryInputs::COUNT)).ok_or(wrong_count)?;
        let coating = CoatingInputs::read(take(CoatingInputs::COUNT)).ok_or(wrong_count)?;
        let drying = DryingInputs::read(take(DryingInputs::COUNT)).ok_or(wrong_count)?;
        let zones = (0..self.zones)
            .map(|_| {
                let zone = ZoneInputs::read(take(ZoneInputs::COUNT)).ok_or(wrong_count)?;
                Ok(Zone::from(zone))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(LineInputs {
            slurry,
            coating,
            drying,
            zones,
            calendering: CalenderingInputs::read(take(CalenderingInputs::COUNT))
                .ok_or(wrong_count)?,
            cell: CellInputs::read(take(CellInputs::COUNT)).ok_or(wrong_count)?,
            filling: FillingInputs::read(take(FillingInputs::COUNT)).ok_or(wrong_count)?,
        })
    }

    fn try_run(&self, inputs: &[f64], outputs: &mut [f64]) -> Result<Flags, TwinError> {
        if outputs.len() != self.output_count() {
            return Err(TwinError::PortCount {
                expected: self.output_count(),
                found: outputs.len(),
            });
        }
        let line = self.read(inputs)?;
        let mut rest = outputs;
        let (slurry, coated, window) = line.wet_end()?;
        slurry
            .outcomes()
            .write(take(&mut rest, SlurryOutcomes::COUNT));
        coated.write(take(&mut rest, CoatingOutcomes::COUNT));
        let (of_dryer, of_zones) = take(
            &mut rest,
            DryingOutcomes::COUNT + self.zones * ZoneOutcomes::COUNT,
        )
        .split_at_mut(DryingOutcomes::COUNT);
        let mut slots = of_zones.chunks_exact_mut(ZoneOutcomes::COUNT);
        let dryer = line.dryer(self.solvent, &coated)?;
        let (dried, reservations) = dryer.run(
            &line.zones,
            |_| {},
            |exit| {
                if let Some(slot) = slots.next() {
                    exit.write(slot);
                }
            },
        )?;
        dried.write(of_dryer);
        let rolled = calender(
            &line.calendering,
            line.coating.areal_loading,
            slurry.true_density_kg_m3,
            line.coating.porosity,
        )?;
        rolled.write(take(&mut rest, CalenderingOutcomes::COUNT));
        let active = active_fraction(&line.slurry);
        fill(&line.cell, &line.filling, &rolled, active)?
            .write(take(&mut rest, FillingOutcomes::COUNT));
        Ok(window.with(reservations))
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

/// Cuts the first `count` slots off `rest`; fewer if it is shorter.
fn take<'a>(rest: &mut &'a mut [f64], count: usize) -> &'a mut [f64] {
    let all = std::mem::take(rest);
    let at = count.min(all.len());
    let (head, tail) = all.split_at_mut(at);
    *rest = tail;
    head
}
