//! "What happens if": outcomes at one point, or along one parameter, without draws or verdicts.
//!
//! In: recipe and model of a plant, values to set, perhaps a parameter to sweep. Out: [`WhatIf`].
//! Everything is computed at nominal values by the same functions that a million samples go
//! through; a point that cannot be computed says why and leaves a gap.

use std::collections::BTreeMap;

use super::binding::{Binding, BindingError};
use super::body;
use super::cell_formation::{self, OF_FORMATION};
use super::documents::CellDocuments;
use super::numerics::outcome_numerics;
use super::plant::{Plant, Stage};
use super::replaced;
use crate::diagnostic::nearest;
use crate::model::document::Model;
use crate::monte_carlo::ensemble::SampleStatus;
use crate::quantity::dictionary::{Entry, standard};
use crate::quantity::{Unit, parse_number_and_rest, parse_quantity};
use crate::rational::Rational;
use crate::recipe::Recipe;
use crate::record::what_if::{Outcome, Point, Setting, Sweep, WhatIf};
use crate::twin::{Flags, Line, Port, Status};

/// Format of the answer.
pub const FORMAT: &str = "cellwright/what-if/1";

/// Most points of a sweep.
pub const POINTS_MAX: u32 = 10_000;

/// Name of the stage behind the line.
const FORMATION: &str = "formation";

/// What to ask.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The stage to report; all when absent.
    pub stage: Option<String>,
    /// `name=value`.
    pub set: Vec<String>,
    /// `name=low..high:points`.
    pub sweep: Option<String>,
    /// Whether to say the numerical error of every outcome at every point.
    pub verify_numerics: bool,
}

/// What it is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Path of the scenario or model.
    pub document: &'a str,
    /// The recipe.
    pub recipe: &'a Recipe,
    /// The model.
    pub model: &'a Model,
    /// Line and formation.
    pub plant: &'a Plant,
    /// The cell file.
    pub cell: Option<&'a CellDocuments>,
}

/// Answers the question.
///
/// # Errors
/// A message for an option that does not fit.
pub fn what_if(subject: &Subject<'_>, ask: &Ask) -> Result<WhatIf, String> {
    let bench = Bench::new(subject)?;
    let slots = bench.slots(ask.stage.as_deref())?;
    let mut inputs = bench.binding.nominal.clone();
    let now = bench.run(&inputs, &slots);
    let mut set = BTreeMap::new();
    for text in &ask.set {
        let setting = bench.setting(text)?;
        let name = setting.knob.name.to_owned();
        inputs[setting.knob.place] = setting.si.to_f64();
        let shown = Setting {
            unit: setting.knob.unit().shown().to_owned(),
            from: setting
                .knob
                .shown(bench.binding.nominal[setting.knob.place]),
            to: setting.knob.shown(setting.si.to_f64()),
            name: name.clone(),
        };
        if set.insert(name.clone(), shown).is_some() {
            return Err(format!("`--set {text}`: `{name}` is set twice"));
        }
    }
    let mut points = vec![inputs.clone()];
    let sweep = match &ask.sweep {
        None => None,
        Some(text) => {
            let (knob, steps) = bench.sweep(text)?;
            if set.contains_key(knob.name) {
                return Err(format!("`{}` is both set and swept", knob.name));
            }
            let sweep = Sweep {
                name: knob.name.to_owned(),
                unit: knob.unit().shown().to_owned(),
                from: knob.shown(inputs[knob.place]),
                values: steps.iter().map(|si| knob.shown(*si)).collect(),
            };
            let at = |si: &f64| {
                let mut moved = inputs.clone();
                moved[knob.place] = *si;
                moved
            };
            points = steps.iter().map(at).collect();
            Some(sweep)
        }
    };
    let run = |point: &Vec<f64>| bench.run(point, &slots);
    let tracks: Vec<Track> = points.iter().map(run).collect();
    let mut outcomes = outcomes(&slots, &now, &tracks);
    if ask.verify_numerics {
        bench.verify(&points, &tracks, &mut outcomes)?;
    }
    Ok(WhatIf {
        format: FORMAT.to_owned(),
        versions: body::versions(),
        document: subject.document.to_owned(),
        recipe: subject.recipe.path.clone(),
        replaced: replaced::rows(subject.model, subject.plant, &inputs),
        not_modelled: replaced::stages_left_out(subject.plant),
        stage: ask.stage.clone(),
        set: set.into_values().collect(),
        sweep,
        outcomes,
        now_failed: now.point.failed,
        points: tracks.into_iter().map(|track| track.point).collect(),
    })
}

fn outcomes(slots: &[Slot<'_>], now: &Track, tracks: &[Track]) -> Vec<Outcome> {
    let outcome = |(at, slot): (usize, &Slot<'_>)| Outcome {
        stage: slot.stage_name.to_owned(),
        name: slot.port.name.clone(),
        text: slot.port.text.to_owned(),
        unit: slot.entry.unit.shown().to_owned(),
        now: now.values[at],
        values: tracks.iter().map(|track| track.values[at]).collect(),
        u_num: Vec::new(),
        u_num_by: None,
    };
    slots.iter().enumerate().map(outcome).collect()
}

/// An input that can be moved.
struct Knob<'a> {
    name: &'a str,
    place: usize,
    entry: &'static Entry,
}

impl Knob<'_> {
    fn unit(&self) -> &'static Unit {
        &self.entry.unit
    }

    fn shown(&self, si: f64) -> f64 {
        self.unit().from_si_f64(si)
    }

    /// Reads a number in the unit of the quantity, or with a unit of its own.
    fn quantity(&self, text: &str) -> Result<Rational, String> {
        let (number, rest) = parse_number_and_rest(text).map_err(|error| error.to_string())?;
        if rest.is_empty() {
            return Ok(self.unit().to_si(&number));
        }
        let (quantity, _) = parse_quantity(text).map_err(|error| error.to_string())?;
        if quantity.quantity_type != self.entry.quantity_type {
            return Err(format!(
                "`{text}` is no {}; give `{}` in {}",
                self.entry.quantity_type.describe(),
                self.name,
                self.unit().symbol
            ));
        }
        Ok(quantity.value)
    }
}

struct Set<'a> {
    knob: Knob<'a>,
    si: Rational,
}

/// One outcome to report.
struct Slot<'a> {
    stage: Stage,
    stage_name: &'a str,
    at: usize,
    port: Port,
    entry: &'static Entry,
}

/// Everything computed at one point.
struct Track {
    point: Point,
    values: Vec<Option<f64>>,
}

struct Bench<'a> {
    subject: &'a Subject<'a>,
    binding: Binding,
}

impl<'a> Bench<'a> {
    fn new(subject: &'a Subject<'a>) -> Result<Self, String> {
        let binding = Binding::new(subject.plant, subject.recipe, subject.model).map_err(
            |error| match error {
                BindingError::Missing(missing) => {
                    let names: Vec<String> = missing
                        .iter()
                        .map(|one| format!("`{}`", one.name))
                        .collect();
                    format!("neither recipe nor model gives {}", names.join(", "))
                }
                BindingError::Spread { name, error } => format!("`{name}`: {error}"),
                BindingError::NotANumber { name } => format!("`{name}` is not a number"),
            },
        )?;
        Ok(Self { subject, binding })
    }

    fn knob<'n>(&self, name: &'n str) -> Result<Knob<'n>, String> {
        let ports = self.subject.plant.inputs();
        let place = ports.iter().position(|port| port.name == name);
        let (Some(place), Some(entry)) = (place, standard().get(name)) else {
            return Err(self.no_input(name));
        };
        Ok(Knob { name, place, entry })
    }

    fn no_input(&self, name: &str) -> String {
        let plant = self.subject.plant;
        let is_outcome = [Stage::Line, Stage::Formation]
            .iter()
            .any(|stage| plant.outputs(*stage).iter().any(|port| port.name == name));
        if is_outcome {
            return format!("`{name}` is an outcome; set what it comes from");
        }
        if self.subject.recipe.choice(name).is_some() {
            return format!("`{name}` is a choice, expected a number");
        }
        if OF_FORMATION.contains(&name) {
            return format!("`{name}` is the same in every sample; change it in the model");
        }
        let ports = plant.inputs().iter().map(|port| port.name.as_str());
        match nearest(name, ports) {
            Some(near) => format!("the plant reads no `{name}`; did you mean `{near}`?"),
            None => format!("the plant reads no `{name}`"),
        }
    }

    fn setting<'n>(&self, text: &'n str) -> Result<Set<'n>, String> {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| format!("`--set {text}`: expected `name=value`"))?;
        let knob = self
            .knob(name.trim())
            .map_err(|e| format!("`--set {text}`: {e}"))?;
        let si = knob
            .quantity(value.trim())
            .map_err(|e| format!("`--set {text}`: {e}"))?;
        Ok(Set { knob, si })
    }

    fn sweep<'n>(&self, text: &'n str) -> Result<(Knob<'n>, Vec<f64>), String> {
        let expected = || {
            format!(
                "`--sweep {text}`: expected `name=low..high:points`, low below high, 2 to \
                 {POINTS_MAX} points, such as `coating.web_speed=20..40 m/min:21`"
            )
        };
        let (name, range) = text.split_once('=').ok_or_else(expected)?;
        let (range, count) = range.rsplit_once(':').ok_or_else(expected)?;
        let (low, high) = range.split_once("..").ok_or_else(expected)?;
        let count: u32 = count.trim().parse().map_err(|_| expected())?;
        let knob = self
            .knob(name.trim())
            .map_err(|e| format!("`--sweep {text}`: {e}"))?;
        let number = |end: &str| {
            let end = knob.quantity(end.trim());
            end.map_err(|error| format!("`--sweep {text}`: {error}"))
        };
        // `20..40 m/min`: the unit behind the range holds for both ends.
        let unit = parse_number_and_rest(high.trim()).map_or("", |(_, rest)| rest);
        let bare = parse_number_and_rest(low.trim()).is_ok_and(|(_, rest)| rest.is_empty());
        let low = if bare && !unit.is_empty() {
            number(&format!("{} {unit}", low.trim()))?
        } else {
            number(low)?
        };
        let high = number(high)?;
        if low >= high || !(2..=POINTS_MAX).contains(&count) {
            return Err(expected());
        }
        let last = i64::from(count) - 1;
        let width = &high - &low;
        let at = |point: i64| (&low + &(&width * &Rational::ratio(point, last))).to_f64();
        Ok((knob, (0..=last).map(at).collect()))
    }

    /// The outcomes of a stage, or of all.
    fn slots(&self, asked: Option<&str>) -> Result<Vec<Slot<'a>>, String> {
        let plant = self.subject.plant;
        let mut slots = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        let of_line = plant.line().map_or_else(Vec::new, Line::stages);
        let line = of_line.iter().flat_map(|(name, count)| vec![*name; *count]);
        let formation = plant.outputs(Stage::Formation);
        let behind = formation.iter().map(|_| FORMATION);
        for (stage, stage_names) in [
            (Stage::Line, line.collect::<Vec<_>>()),
            (Stage::Formation, behind.collect()),
        ] {
            let ports = plant.outputs(stage);
            for (at, (port, stage_name)) in ports.into_iter().zip(stage_names).enumerate() {
                if !names.contains(&stage_name) {
                    names.push(stage_name);
                }
                let Some(entry) = standard().get(&port.name) else {
                    continue;
                };
                if asked.is_none_or(|asked| asked == stage_name) {
                    slots.push(Slot {
                        stage,
                        stage_name,
                        at,
                        port,
                        entry,
                    });
                }
            }
        }
        // The sections of a line follow its stages; a reader wants each stage once.
        slots.sort_by_key(|slot| names.iter().position(|name| *name == slot.stage_name));
        if slots.is_empty() {
            return Err(format!(
                "there is no stage `{}`; expected one of {}",
                asked.unwrap_or_default(),
                names.join(", ")
            ));
        }
        Ok(slots)
    }

    /// Fills in the numerical error of every outcome at the points that could be computed.
    fn verify(
        &self,
        points: &[Vec<f64>],
        tracks: &[Track],
        outcomes: &mut [Outcome],
    ) -> Result<(), String> {
        let subject = self.subject;
        let finest = cell_formation::finest_formation(subject.recipe, subject.model, subject.cell);
        for (inputs, track) in points.iter().zip(tracks) {
            let found = if track.point.failed.is_some() {
                Vec::new()
            } else {
                outcome_numerics(subject.plant, finest.as_ref(), inputs)?
            };
            for outcome in outcomes.iter_mut() {
                let own = found.iter().find(|one| one.name == outcome.name);
                outcome.u_num.push(own.map(|one| one.u_num));
                outcome.u_num_by = own.map(|one| one.by.clone()).or(outcome.u_num_by.take());
            }
        }
        Ok(())
    }

    /// Runs the stages that the slots need.
    fn run(&self, inputs: &[f64], slots: &[Slot<'_>]) -> Track {
        let mut point = Point {
            failed: None,
            flags: self.outside_valid(inputs),
        };
        let mut values = vec![None; slots.len()];
        for stage in [Stage::Line, Stage::Formation] {
            if !slots.iter().any(|slot| slot.stage == stage) {
                continue;
            }
            match self.stage(stage, inputs) {
                Ok((outputs, flags)) => {
                    point.flags.extend(flags);
                    for (value, slot) in values.iter_mut().zip(slots) {
                        if slot.stage == stage {
                            *value = Some(slot.entry.unit.from_si_f64(outputs[slot.at]));
                        }
                    }
                }
                Err(why) => {
                    point.failed.get_or_insert(why);
                }
            }
        }
        Track { point, values }
    }

    /// The numbers of the model that are asked for outside the range in which their source holds;
    /// a model that says so itself is refused when it is read.
    fn outside_valid(&self, inputs: &[f64]) -> Vec<String> {
        let ports = self.subject.plant.inputs();
        let outside = |(port, &value): (&Port, &f64)| {
            let range = self
                .subject
                .model
                .parameters
                .get(&port.name)?
                .valid
                .as_ref()?;
            let is_inside = value >= range.low.to_f64() && value <= range.high.to_f64();
            let name = &port.name;
            (!is_inside).then(|| format!("OUTSIDE the valid range of {name}, {}", range.display()))
        };
        ports.iter().zip(inputs).filter_map(outside).collect()
    }

    fn stage(&self, stage: Stage, inputs: &[f64]) -> Result<(Vec<f64>, Vec<String>), String> {
        let plant = self.subject.plant;
        let mut outputs = vec![f64::NAN; plant.width(stage)];
        if let (Stage::Line, Some(line)) = (stage, plant.line()) {
            return match line.run(&inputs[..line.input_count()], &mut outputs) {
                Status::Valid(flags) => Ok((outputs, flags_of(flags))),
                Status::Failed(error) => Err(error.to_string()),
            };
        }
        match plant.run(stage, inputs, &mut outputs) {
            SampleStatus::Computed { .. } => Ok((outputs, Vec::new())),
            SampleStatus::Failed { reason } => Err(reason.to_owned()),
        }
    }
}

fn flags_of(flags: Flags) -> Vec<String> {
    flags.names().map(str::to_owned).collect()
}
