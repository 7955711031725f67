//! Replaced outcomes in the line: where their values go, what is read, what is no longer modelled.
//!
//! In: replacements by name, stages that are not modelled. Out: places in the rows of the line, or
//! a [`ReplaceError`]. A stage that is not modelled takes its optional sections with it; its inputs
//! are wanted only where a modelled stage or a replacement reads them, and what modelled stages
//! read of its outcomes has to be given. Rows inside the line always have every place; [`Narrow`]
//! says which of them the outside sees.

use super::Line;
use super::balance::{Balances, Imbalance};
use crate::twin::calendering::{CalenderingInputs, CalenderingOutcomes};
use crate::twin::coating::{CoatingInputs, CoatingOutcomes};
use crate::twin::drying::{DryingInputs, DryingOutcomes, ZoneOutcomes};
use crate::twin::replacement::Replacement;
use crate::twin::slurry::{SlurryInputs, SlurryOutcomes};
use crate::twin::{Flags, Port, Section, TwinError};

/// A stage of the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineStage {
    /// Slurry.
    Slurry,
    /// Coating.
    Coating,
    /// Drying.
    Drying,
    /// Calendering.
    Calendering,
    /// Cell and filling.
    Filling,
}

impl LineStage {
    /// All stages in the order of the line.
    pub const ALL: [Self; 5] = [
        Self::Slurry,
        Self::Coating,
        Self::Drying,
        Self::Calendering,
        Self::Filling,
    ];

    /// Names the stage as [`Line::stages`] does.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Slurry => "slurry",
            Self::Coating => "coating",
            Self::Drying => "drying",
            Self::Calendering => "calendering",
            Self::Filling => "filling",
        }
    }

    /// Returns the stage of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// What the stage and its sections read of other stages: inputs, and outcomes.
    fn reads(self) -> &'static [&'static str] {
        match self {
            Self::Slurry => &[],
            Self::Coating => &["slurry.solids", "slurry.solvent_density"],
            Self::Drying => &[
                "slurry.solvent_density",
                "slurry.temperature",
                "coating.areal_loading",
                "coating.porosity",
                "coating.web_speed",
                "coating.width",
                "coating.solvent_loading",
                "coating.dry_thickness",
            ],
            Self::Calendering => &[
                "coating.areal_loading",
                "coating.porosity",
                "coating.true_density",
            ],
            Self::Filling => &[],
        }
    }
}

/// What a section in force reads of other stages: inputs, and outcomes.
fn section_reads(section: Section) -> &'static [&'static str] {
    match section {
        Section::Binder => &[
            "slurry.solvent_density",
            "slurry.volume_fraction",
            "coating.wet_thickness",
            "coating.dry_thickness",
        ],
        Section::Cracking => &["coating.dry_thickness", "coating.surface_tension"],
        Section::Rolls => &["coating.dry_thickness"],
        Section::Cell => &[
            "slurry.binder_fraction",
            "slurry.carbon_fraction",
            "calendering.thickness",
            "calendering.porosity",
            "calendering.areal_loading",
        ],
        Section::Penetration | Section::Pressed => &["calendering.porosity"],
        Section::Uptake => &["calendering.areal_loading", "calendering.uptake_ratio"],
        Section::Nozzles
        | Section::Infrared
        | Section::Mixing
        | Section::Settling
        | Section::Bead
        | Section::Ripple
        | Section::Variation
        | Section::Comma
        | Section::RollGap
        | Section::Transport
        | Section::Crushing
        | Section::Room
        | Section::RoomLoad
        | Section::Hydrolysis
        | Section::Chloride => &[],
    }
}

/// Why replacements do not fit the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplaceError {
    /// The line has no such outcome.
    NoOutcome {
        /// The name.
        name: String,
    },
    /// A replacement reads what is neither an input nor an outcome of the line.
    NoRead {
        /// The outcome replaced.
        outcome: String,
        /// What it reads.
        name: String,
    },
    /// A replacement reads an outcome that is made after it.
    ReadsLater {
        /// The outcome replaced.
        outcome: String,
        /// What it reads.
        name: String,
    },
    /// Replacements read each other in a circle.
    Circle {
        /// One outcome of it.
        outcome: String,
    },
    /// A replacement reads an outcome of a stage that is not modelled, and nobody gives it.
    NotGiven {
        /// The outcome that lacks.
        name: String,
        /// Who reads it: a stage or an outcome replaced.
        by: String,
    },
    /// The coating reads the whole flow curve of the slurry: no single outcome stands for it.
    FlowCurve,
}

/// What is read for a replacement.
#[derive(Clone, Copy, Debug)]
enum Read {
    Input(usize),
    Outcome(usize),
}

/// A replacement at its place.
#[derive(Clone, Debug)]
struct Placed {
    replacement: Replacement,
    slot: usize,
    name: &'static str,
    reads: Vec<(Read, &'static str)>,
}

/// Which places of a whole row the outside sees.
#[derive(Clone, Debug)]
struct Narrow {
    inputs: Vec<usize>,
    outputs: Vec<usize>,
}

/// The replacements of a line.
#[derive(Clone, Debug)]
pub struct Replaced {
    /// In the order in which they are computed.
    placed: Vec<Placed>,
    not_modelled: Vec<LineStage>,
    /// Inputs that only replacements read, behind those of the line.
    extra: Vec<Port>,
    narrow: Option<Narrow>,
    balances: Balances,
}

impl Replaced {
    /// Tells whether a stage is not modelled.
    pub(super) fn lacks(&self, stage: LineStage) -> bool {
        self.not_modelled.contains(&stage)
    }

    /// Inputs that only replacements read.
    pub(super) fn extra(&self) -> &[Port] {
        &self.extra
    }

    /// Ports that the outside sees, of all.
    pub(super) fn seen_inputs(&self, all: Vec<Port>) -> Vec<Port> {
        seen(self.narrow.as_ref().map(|narrow| &narrow.inputs), all)
    }

    /// As [`Self::seen_inputs`].
    pub(super) fn seen_outputs(&self, all: Vec<Port>) -> Vec<Port> {
        seen(self.narrow.as_ref().map(|narrow| &narrow.outputs), all)
    }

    /// Number of inputs and outcomes that the outside sees; nothing when it sees all.
    pub(super) fn seen_counts(&self) -> Option<(usize, usize)> {
        let narrow = self.narrow.as_ref()?;
        Some((narrow.inputs.len(), narrow.outputs.len()))
    }

    /// Which outcomes of all the outside sees; nothing when it sees all.
    pub(super) fn seen_places(&self) -> Option<&[usize]> {
        self.narrow.as_ref().map(|narrow| narrow.outputs.as_slice())
    }

    /// A whole row of inputs; NaN where nobody wants one.
    pub(super) fn widened(&self, inputs: &[f64], whole: usize) -> Vec<f64> {
        let Some(narrow) = &self.narrow else {
            return inputs.to_vec();
        };
        let mut wide = vec![f64::NAN; whole];
        for (&place, &value) in narrow.inputs.iter().zip(inputs) {
            wide[place] = value;
        }
        wide
    }

    /// Copies what the outside sees of a whole row.
    pub(super) fn narrowed(&self, whole: &[f64], outputs: &mut [f64]) {
        let Some(narrow) = &self.narrow else {
            return;
        };
        for (&place, slot) in narrow.outputs.iter().zip(outputs) {
            *slot = whole[place];
        }
    }

    /// Names of the replaced outcomes in the order of the line.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.placed
            .iter()
            .map(|one| one.replacement.outcome.as_str())
    }

    /// Tells whether an outcome in these places of the row is replaced.
    pub(super) fn touches(&self, places: std::ops::Range<usize>) -> bool {
        self.placed.iter().any(|one| places.contains(&one.slot))
    }

    /// Puts the replaced values of these places into the row.
    pub(super) fn apply(
        &self,
        inputs: &[f64],
        row: &mut [f64],
        places: std::ops::Range<usize>,
    ) -> Result<Flags, TwinError> {
        let mut flags = Flags::NONE;
        let (mut read, mut scratch) = (Vec::new(), Vec::new());
        for one in self.placed.iter().filter(|one| places.contains(&one.slot)) {
            read.clear();
            read.extend(one.reads.iter().map(|&(from, name)| match from {
                Read::Input(at) => (inputs[at], name),
                Read::Outcome(at) => (row[at], name),
            }));
            let (value, found) = one.replacement.value(one.name, &read, &mut scratch)?;
            if !value.is_finite() {
                return Err(TwinError::OutcomeNotFinite { port: one.slot });
            }
            row[one.slot] = value;
            flags = flags.with(found);
        }
        Ok(flags)
    }

    /// Whether every balance that a replaced outcome is part of closes.
    pub(super) fn balance(&self, inputs: &[f64], row: &[f64]) -> Flags {
        self.balances.flags(inputs, row)
    }

    /// The balances that a replaced outcome is part of.
    pub(super) fn imbalances(&self, inputs: &[f64], row: &[f64]) -> Vec<Imbalance> {
        self.balances.found(inputs, row)
    }
}

fn seen(places: Option<&Vec<usize>>, all: Vec<Port>) -> Vec<Port> {
    match places {
        None => all,
        Some(places) => places
            .iter()
            .filter_map(|&at| all.get(at).cloned())
            .collect(),
    }
}

/// Everything that has a place in a whole row.
struct Layout<'a> {
    line: &'a Line,
    inputs: Vec<Port>,
    outputs: Vec<Port>,
    /// End of the outcomes of each block: four stages, then the sections in force.
    ends: Vec<usize>,
    not_modelled: &'a [LineStage],
}

impl Layout<'_> {
    fn input(&self, name: &str) -> Option<usize> {
        self.inputs.iter().position(|port| port.name == name)
    }

    fn output(&self, name: &str) -> Option<usize> {
        self.outputs.iter().position(|port| port.name == name)
    }

    fn block(&self, slot: usize) -> usize {
        self.ends.partition_point(|&end| end <= slot)
    }

    /// The stage that an outcome belongs to.
    fn stage_of_output(&self, slot: usize) -> LineStage {
        let block = self.block(slot);
        LineStage::ALL[..4].get(block).copied().unwrap_or_else(|| {
            let section = self.line.sections.iter().nth(block - 4);
            stage_of(section)
        })
    }

    /// The stage that owns each input, in the order of the row.
    fn owners(&self) -> Vec<LineStage> {
        let zones = self.line.zones * self.line.zone_count();
        let rolls = CalenderingInputs::COUNT - self.line.line_load_given();
        let mut owners = Vec::with_capacity(self.inputs.len());
        for (stage, count) in [
            (LineStage::Slurry, SlurryInputs::COUNT),
            (LineStage::Coating, CoatingInputs::COUNT),
            (LineStage::Drying, DryingInputs::COUNT + zones),
            (LineStage::Calendering, rolls),
        ] {
            owners.extend(std::iter::repeat_n(stage, count));
        }
        for section in self.line.sections.iter() {
            let count = section.input_count(self.line.zones);
            owners.extend(std::iter::repeat_n(stage_of(Some(section)), count));
        }
        owners
    }

    /// What modelled stages read of others, with the stage that reads it.
    fn wanted(&self) -> Vec<(&'static str, &'static str)> {
        let is_modelled = |stage: &LineStage| !self.not_modelled.contains(stage);
        let of_stages = LineStage::ALL.into_iter().filter(is_modelled);
        let mut wanted: Vec<(&str, &str)> = of_stages
            .flat_map(|stage| stage.reads().iter().map(move |&name| (name, stage.name())))
            .collect();
        for section in self.line.sections.iter() {
            let stage = stage_of(Some(section));
            if is_modelled(&stage) {
                let reads = section_reads(section).iter();
                wanted.extend(reads.map(|&name| (name, stage.name())));
            }
        }
        wanted
    }
}

/// The stage of a section; no section is the last stage's.
pub(super) fn stage_of(section: Option<Section>) -> LineStage {
    section
        .and_then(|section| LineStage::named(section.stage()))
        .unwrap_or(LineStage::Filling)
}

impl Line {
    /// Replaces outcomes, and leaves stages out whose outcomes are given; `extra` are the inputs
    /// that only replacements read.
    ///
    /// # Errors
    /// [`ReplaceError`] with the first thing that does not fit.
    pub fn replacing(
        mut self,
        replacements: Vec<Replacement>,
        not_modelled: &[LineStage],
        extra: Vec<Port>,
    ) -> Result<Self, ReplaceError> {
        self.replaced = None;
        if replacements.is_empty() && not_modelled.is_empty() {
            return Ok(self);
        }
        let mut inputs = self.inputs();
        inputs.extend(extra.iter().cloned());
        let layout = Layout {
            ends: self.block_ends(),
            outputs: self.outputs(),
            inputs,
            not_modelled,
            line: &self,
        };
        let lacks = |stage: LineStage| not_modelled.contains(&stage);
        if lacks(LineStage::Slurry) && !lacks(LineStage::Coating) {
            return Err(ReplaceError::FlowCurve);
        }
        let placed = layout.placed(replacements)?;
        let narrow = layout.narrow(&placed)?;
        let replaced_slots: Vec<usize> = placed.iter().map(|one| one.slot).collect();
        let has_output =
            |slot: usize| !lacks(layout.stage_of_output(slot)) || replaced_slots.contains(&slot);
        let has_input = |at: usize| {
            narrow
                .as_ref()
                .is_none_or(|narrow| narrow.inputs.contains(&at))
        };
        let balances = Balances::new(
            self.zones,
            &|name| layout.input(name).filter(|&at| has_input(at)),
            &|name| layout.output(name).filter(|&slot| has_output(slot)),
            &replaced_slots,
        );
        let mut not_modelled = not_modelled.to_vec();
        not_modelled.sort_unstable();
        not_modelled.dedup();
        self.replaced = Some(std::sync::Arc::new(Replaced {
            placed,
            not_modelled,
            extra,
            narrow,
            balances,
        }));
        Ok(self)
    }

    /// Ends of the outcomes of the four stages and of each section.
    pub(super) fn block_ends(&self) -> Vec<usize> {
        let of_dryer = DryingOutcomes::COUNT + self.zones * ZoneOutcomes::COUNT;
        let stages = [
            SlurryOutcomes::COUNT,
            CoatingOutcomes::COUNT,
            of_dryer,
            CalenderingOutcomes::COUNT,
        ];
        let sections = self
            .sections
            .iter()
            .map(|section| section.output_count(self.zones));
        let mut end = 0;
        let summed = stages.into_iter().chain(sections).map(|count| {
            end += count;
            end
        });
        summed.collect()
    }
}

impl Layout<'_> {
    /// Finds the places and the order of the replacements.
    fn placed(&self, replacements: Vec<Replacement>) -> Result<Vec<Placed>, ReplaceError> {
        let mut slots = Vec::with_capacity(replacements.len());
        for one in &replacements {
            let name = || one.outcome.clone();
            slots.push(
                self.output(&one.outcome)
                    .ok_or_else(|| ReplaceError::NoOutcome { name: name() })?,
            );
        }
        let mut placed = Vec::with_capacity(replacements.len());
        for (replacement, &slot) in replacements.into_iter().zip(&slots) {
            let reads = replacement.reads.iter();
            let reads: Result<Vec<_>, _> = reads
                .map(|name| self.read(&replacement.outcome, slot, name, &slots))
                .collect();
            placed.push(Placed {
                reads: reads?,
                name: known(&replacement.outcome),
                replacement,
                slot,
            });
        }
        ordered(placed, |slot| self.block(slot))
    }

    fn read(
        &self,
        outcome: &str,
        slot: usize,
        name: &str,
        slots: &[usize],
    ) -> Result<(Read, &'static str), ReplaceError> {
        if let Some(at) = self.input(name) {
            return Ok((Read::Input(at), known(name)));
        }
        let outcome = || outcome.to_owned();
        let name = || name.to_owned();
        let Some(at) = self.output(&name()) else {
            return Err(ReplaceError::NoRead {
                outcome: outcome(),
                name: name(),
            });
        };
        if at == slot {
            return Err(ReplaceError::Circle { outcome: outcome() });
        }
        if self.block(at) > self.block(slot) {
            return Err(ReplaceError::ReadsLater {
                outcome: outcome(),
                name: name(),
            });
        }
        let is_there = !self.not_modelled.contains(&self.stage_of_output(at));
        if !is_there && !slots.contains(&at) {
            return Err(ReplaceError::NotGiven {
                name: name(),
                by: format!("`{}`", outcome()),
            });
        }
        Ok((Read::Outcome(at), known(&name())))
    }

    /// What the outside sees; nothing when it sees all.
    fn narrow(&self, placed: &[Placed]) -> Result<Option<Narrow>, ReplaceError> {
        if self.not_modelled.is_empty() {
            return Ok(None);
        }
        let owners = self.owners();
        let lacks = |stage: &LineStage| self.not_modelled.contains(stage);
        let wanted = self.wanted();
        for (name, by) in &wanted {
            let Some(slot) = self.output(name) else {
                continue;
            };
            let is_given = placed.iter().any(|one| one.slot == slot);
            if lacks(&self.stage_of_output(slot)) && !is_given {
                return Err(ReplaceError::NotGiven {
                    name: (*name).to_owned(),
                    by: (*by).to_owned(),
                });
            }
        }
        let is_read = |at: usize| {
            let by_law = |one: &Placed| {
                let mut reads = one.reads.iter();
                reads.any(|(from, _)| matches!(from, Read::Input(own) if *own == at))
            };
            placed.iter().any(by_law)
                || wanted.iter().any(|(name, _)| self.inputs[at].name == *name)
        };
        let inputs = (0..self.inputs.len())
            .filter(|&at| owners.get(at).is_none_or(|owner| !lacks(owner)) || is_read(at))
            .collect();
        let outputs = (0..self.outputs.len())
            .filter(|&slot| {
                !lacks(&self.stage_of_output(slot)) || placed.iter().any(|one| one.slot == slot)
            })
            .collect();
        Ok(Some(Narrow { inputs, outputs }))
    }
}

/// Sorts replacements so that each comes behind those it reads, in the order of the row otherwise.
fn ordered(
    mut placed: Vec<Placed>,
    block: impl Fn(usize) -> usize,
) -> Result<Vec<Placed>, ReplaceError> {
    placed.sort_by_key(|one| (block(one.slot), one.slot));
    let mut sorted: Vec<Placed> = Vec::with_capacity(placed.len());
    while !placed.is_empty() {
        let waits = |one: &Placed| {
            one.reads.iter().any(|(from, _)| {
                matches!(from, Read::Outcome(at) if placed.iter().any(|other| other.slot == *at))
            })
        };
        let Some(next) = placed.iter().position(|one| !waits(one)) else {
            return Err(ReplaceError::Circle {
                outcome: placed[0].replacement.outcome.clone(),
            });
        };
        sorted.push(placed.remove(next));
    }
    Ok(sorted)
}

/// The dictionary's own text for a name, so that an error stays `Copy`; zones are not told apart.
fn known(name: &str) -> &'static str {
    use crate::quantity::dictionary::standard;
    standard().get(name).map_or("a value", |entry| entry.name)
}
