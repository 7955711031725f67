//! Reads every document of a scenario and builds what the engines need from them.
//!
//! In: a reader of files and the path of a scenario. Out: recipes before and after the change,
//! model, cell, plant, resolved rules, and the texts for the record. All mistakes of all documents
//! are collected before giving up.

use std::collections::BTreeMap;

use super::cell_formation::{OF_FORMATION, film_of, formation_model};
use super::evidence_documents::{self, Compared};
use super::formation_mistakes::{not_drawn, refused};
use super::gaps::Gap;
use super::line_documents::{another_line, line_of, sections};
use super::plant::Plant;
use super::replaced;
use super::rule_sources;
use super::schedule::schedule;
use crate::canonical;
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::document::{Files, Intake, Located, NormalForm, Report, resolve};
use crate::model::bpx::Bpx;
use crate::model::document::{Missing, Model, Required, missing};
use crate::model::protocol::Protocol;
use crate::quantity::dictionary;
use crate::recipe::Recipe;
use crate::record::body::Input;
use crate::rule_language::{self, ParsedFile, RuleSet};
use crate::scenario::Scenario;
use crate::span::{FileId, Sources, Span};
use crate::twin::formation::{self, Film, Modes, Resolution, Schedule};
use crate::twin::{Line, Section};

/// Diagnostic: the cell file cannot be used.
pub const CELL: &str = "CW-0301";
/// Diagnostic: the scenario cannot be simulated as it stands.
pub const NOT_SIMULATED: &str = "CW-0302";
/// Diagnostic: no rule in any of the rule files.
pub const NO_RULES: &str = "CW-0304";
/// Diagnostic: a recipe leaves the range of a signal.
pub const OUTSIDE_SIGNAL_RANGE: &str = "CW-0303";

/// Diagnostic: `[repair] move` names what has no plant step.
pub const CANNOT_MOVE: &str = "CW-0305";

/// Diagnostic: a setpoint of the formation that no step reads.
pub const IDLE_SETPOINT: &str = "CW-0307";

/// Code, title and explanation of the diagnostics of this floor.
pub const CODES: &[(&str, &str, &str)] = &[
    (
        CELL,
        "the cell file cannot be used",
        "The model names the cell by a BPX file. The message says which field is missing or \
         wrong; nothing is filled in for it.",
    ),
    (
        NOT_SIMULATED,
        "the scenario cannot be simulated as it stands",
        "A simulation needs a model, a recipe that names its solvent, and a line whose parts \
         join. A model of a cell alone says `not_modelled = [\"line\"]`: then neither recipe nor \
         model gives anything of the line. For rules alone use `cellwright check`.",
    ),
    (
        NO_RULES,
        "there is no rule in the rule files",
        "Without rules nothing is judged, and nothing judged would look like everything fine. \
         Name files that hold rules; `cellwright init rules` starts one.",
    ),
    (
        CANNOT_MOVE,
        "a proposal cannot move this parameter",
        "A proposal moves setpoints in the steps of the plant. A name under `move` that the recipe \
         does not give as a number with a `step` would never move, and a search that found nothing \
         would look as if it had tried.",
    ),
    replaced::CODE,
    (
        IDLE_SETPOINT,
        "a setpoint of the formation has no effect",
        "The model names a protocol, and none of its steps reads this setpoint of the recipe. \
         Changing it would change nothing that is simulated; rules that read it still judge it.",
    ),
    (
        OUTSIDE_SIGNAL_RANGE,
        "a recipe leaves the range of a signal",
        "The range of a signal is what the rules expect at all. Rule sets are analysed under it, \
         so outside it an answer would rest on nothing. The whole tolerance must lie inside.",
    ),
];

/// Everything read for one scenario.
#[derive(Debug)]
pub struct Documents {
    /// The scenario.
    pub scenario: Scenario,
    /// The recipe as it is.
    pub old: Recipe,
    /// The recipe with the change.
    pub new: Recipe,
    /// The model.
    pub model: Model,
    /// The cell file and how the cell is formed; absent where the line ends before the cell.
    pub cell: Option<CellDocuments>,
    /// Recipes approved before.
    pub approved: Vec<Recipe>,
    /// The line and the formation.
    pub plant: Plant,
    /// The rules.
    pub rules: RuleSet,
    /// All texts.
    pub sources: Sources,
    /// Warnings.
    pub warnings: Diagnostics,
    /// Every document for the record.
    pub inputs: Vec<Input>,
    /// What became of the documents behind evidence, by the code of the evidence.
    pub compared: BTreeMap<String, Compared>,
}

/// What the formation is made of besides recipe and model.
#[derive(Debug)]
pub struct CellDocuments {
    /// The cell file.
    pub bpx: Bpx,
    /// The protocol; where the model names none, the usual two cycles at the setpoints of the
    /// recipe.
    pub protocol: Option<Protocol>,
}

/// A plant without a scenario: no change, no rules.
#[derive(Debug)]
pub struct PlantDocuments {
    /// The recipe.
    pub recipe: Recipe,
    /// The model.
    pub model: Model,
    /// The cell file; absent where the line ends before the cell.
    pub cell: Option<CellDocuments>,
    /// The line and the formation.
    pub plant: Plant,
    /// All texts.
    pub sources: Sources,
    /// Warnings.
    pub warnings: Diagnostics,
}

/// Documents that cannot be used, with the texts the diagnostics point into.
#[derive(Debug)]
pub struct Rejected {
    /// What is wrong.
    pub diagnostics: Diagnostics,
    /// The texts.
    pub sources: Sources,
}

/// Reads the scenario at `path` and everything it names.
///
/// # Errors
/// [`Rejected`] with all diagnostics of all documents.
pub fn read(files: &dyn Files, path: &str) -> Result<Documents, Rejected> {
    let mut intake = Intake::new(files);
    let parts = read_all(files, &mut intake, path);
    finish(files, intake, parts)
}

/// Reads the scenario at `path` and takes the recipe at `new` for the changed one.
///
/// # Errors
/// As [`read`].
pub fn read_pair(files: &dyn Files, path: &str, new: &str) -> Result<Documents, Rejected> {
    let mut intake = Intake::new(files);
    let mut parts = read_all(files, &mut intake, path);
    let changed = Recipe::read(&mut intake, new, None);
    if let (Some(parts), Some(changed)) = (&mut parts, changed) {
        parts.new = changed;
    }
    finish(files, intake, parts)
}

/// Reads a model and a recipe and builds their plant.
///
/// # Errors
/// [`Rejected`] with all diagnostics of both.
pub fn read_plant(
    files: &dyn Files,
    model: &str,
    recipe: &str,
) -> Result<PlantDocuments, Rejected> {
    let mut intake = Intake::new(files);
    let recipe = Recipe::read(&mut intake, recipe, None);
    let model = Model::read(&mut intake, model, None);
    let (model, cell) = with_cell(&mut intake, recipe.as_ref(), model);
    if let (Some(recipe), Some(model)) = (&recipe, &model) {
        model.check_against(recipe, &intake.report);
    }
    let mut diagnostics = intake.report.diagnostics();
    let (sources, rejected) = (intake.sources, diagnostics.has_errors());
    let (Some(recipe), Some(model), Some(cell), false) = (recipe, model, cell, rejected) else {
        return Err(Rejected {
            diagnostics,
            sources,
        });
    };
    match Plant::of_documents(&recipe, &model, cell.as_ref()) {
        Ok(plant) => Ok(PlantDocuments {
            recipe,
            model,
            cell,
            plant,
            sources,
            warnings: diagnostics,
        }),
        Err(found) => {
            diagnostics.extend(found);
            Err(Rejected {
                diagnostics,
                sources,
            })
        }
    }
}

/// Reads the scenario at `path` and lists what the twin and its rules need and nobody gives, the
/// twin first.
///
/// # Errors
/// [`Rejected`] when the documents are wrong beyond what they lack.
pub fn gaps(files: &dyn Files, path: &str) -> Result<Vec<Gap>, Rejected> {
    let mut intake = Intake::new(files);
    let parts = read_all(files, &mut intake, path);
    let mut diagnostics = intake.report.diagnostics();
    if let Some(parts) = parts {
        let (rules, found) = resolve_rules(&parts.rule_files, &parts.old);
        diagnostics.extend(found);
        match line_of(&parts.new, &parts.model) {
            Ok(line) if !diagnostics.has_errors() => {
                let steps = shape(parts.cell.as_ref());
                let film = film_of(&parts.old, &parts.model);
                let names = plant_names(line.as_ref(), film, &steps);
                let mut gaps: Vec<Gap> = lacking(&parts.old, &parts.model, &names)
                    .into_iter()
                    .map(|one| Gap::of_twin(&one.name, one.nearest))
                    .collect();
                let mut outputs = line.as_ref().map_or_else(Vec::new, Line::outputs);
                if has_cell(line.as_ref()) {
                    outputs.extend(formation::output_ports(&steps));
                }
                let outputs: Vec<String> = outputs.into_iter().map(|port| port.name).collect();
                let case = super::rules::case(&rules, &parts.new, Some(&parts.model));
                let computes = |name: &str| outputs.iter().any(|output| output == name);
                let of_rules = super::gaps::of_rules(&rules, &case, &computes);
                gaps.extend(of_rules);
                return Ok(gaps);
            }
            Ok(_) => {}
            Err(found) => diagnostics.extend(found),
        }
    }
    Err(Rejected {
        diagnostics,
        sources: intake.sources,
    })
}

fn finish(
    files: &dyn Files,
    mut intake: Intake<'_>,
    read: Option<Parts>,
) -> Result<Documents, Rejected> {
    let mut diagnostics = intake.report.diagnostics();
    let Some(parts) = read else {
        return Err(Rejected {
            diagnostics,
            sources: intake.sources,
        });
    };
    let (rules, found) = resolve_rules(&parts.rule_files, &parts.old);
    diagnostics.extend(found);
    if rules.rules.is_empty() && !diagnostics.has_errors() {
        let message = if parts.rule_files.is_empty() {
            "the scenario names no rule file"
        } else {
            "none of the rule files holds a rule"
        };
        diagnostics.push(
            Diagnostic::error(NO_RULES, parts.scenario.span, message)
                .help("name in `rules` the files whose rules judge the recipe"),
        );
    }
    diagnostics.extend(another_line(&parts.old, &parts.new));
    for recipe in [&parts.old, &parts.new] {
        diagnostics.extend(super::signal_ranges::outside(&rules, recipe));
    }
    if diagnostics.has_errors() {
        return Err(Rejected {
            diagnostics,
            sources: intake.sources,
        });
    }
    let compared = evidence_documents::keep(files, &mut intake, &rules);
    match Plant::of_documents(&parts.old, &parts.model, parts.cell.as_ref()) {
        Ok(plant) => Ok(Documents {
            warnings: {
                diagnostics.extend(replaced::not_given(&parts.model, &plant, &rules));
                diagnostics
            },
            compared,
            inputs: inputs(&intake, &parts),
            scenario: parts.scenario,
            old: parts.old,
            new: parts.new,
            model: parts.model,
            cell: parts.cell,
            approved: parts.approved,
            plant,
            rules,
            sources: intake.sources,
        }),
        Err(found) => {
            diagnostics.extend(found);
            Err(Rejected {
                diagnostics,
                sources: intake.sources,
            })
        }
    }
}

/// The documents before rules are resolved and the plant is built.
struct Parts {
    scenario: Scenario,
    old: Recipe,
    new: Recipe,
    model: Model,
    cell: Option<CellDocuments>,
    approved: Vec<Recipe>,
    rule_files: Vec<ParsedFile>,
}

fn read_all(files: &dyn Files, intake: &mut Intake<'_>, path: &str) -> Option<Parts> {
    let scenario = Scenario::read(intake, path)?;
    let old = Recipe::read(intake, &scenario.recipe.value, Some(scenario.recipe.span));
    let model = match &scenario.model {
        Some(model) => Model::read(intake, &model.value, Some(model.span)),
        None => {
            intake.report.push(
                Diagnostic::error(NOT_SIMULATED, scenario.span, "the scenario names no model")
                    .help("add `model = \"…\"`, or use `cellwright check` for rules alone"),
            );
            None
        }
    };
    let (model, cell) = with_cell(intake, old.as_ref(), model);
    let opened: Vec<FileId> = scenario
        .rules
        .iter()
        .filter_map(|rule| intake.open(&rule.value, Some(rule.span)))
        .collect();
    let rule_files = rule_sources::parsed(files, intake, &opened);
    let (old, model) = (old?, model?);
    model.check_against(&old, &intake.report);
    let set = scenario
        .change
        .as_ref()
        .map_or(&[][..], |change| &change.set);
    let new = old.with_changes(set, &intake.report);
    check_movable(&scenario, &new, &intake.report);
    let approved = read_approved(intake, &scenario);
    Some(Parts {
        scenario,
        old,
        new,
        model,
        cell: cell?,
        approved,
        rule_files,
    })
}

/// Reports what a proposal is to move and cannot.
fn check_movable(scenario: &Scenario, recipe: &Recipe, report: &Report) {
    let movable = scenario.repair.iter().flat_map(|repair| &repair.movable);
    for Located { value: name, span } in movable.map(|one| &one.name) {
        let parameters = &recipe.parameters;
        let (message, help) = match parameters.get(name) {
            Some(parameter) if parameter.number().is_none() => (
                format!("`{name}` is a choice, expected a number that moves in steps"),
                "compare choices as recipes of their own".to_owned(),
            ),
            Some(parameter) if parameter.step.is_none() => (
                format!("`{name}` has no step in the recipe"),
                "add the plant's increment to the recipe, such as `step = \"0.5 m/min\"`"
                    .to_owned(),
            ),
            Some(_) => continue,
            None => {
                let with_step = parameters.values().filter(|one| one.step.is_some());
                let near = nearest(name, with_step.map(|one| one.name.as_str()));
                (
                    format!("the recipe has no `{name}`"),
                    near.map_or_else(
                        || "name a parameter of the recipe that has a `step`".to_owned(),
                        |near| format!("did you mean `{near}`?"),
                    ),
                )
            }
        };
        report.push(Diagnostic::error(CANNOT_MOVE, *span, message).help(help));
    }
}

fn read_approved(intake: &mut Intake<'_>, scenario: &Scenario) -> Vec<Recipe> {
    let Some(score) = &scenario.score else {
        return Vec::new();
    };
    score
        .approved
        .iter()
        .filter_map(|path| {
            let resolved = resolve(&scenario.path, &path.value);
            Recipe::read(intake, &resolved, Some(path.span))
        })
        .collect()
}

/// Reads the cell file of a model and its protocol, and into the model what the file says about the
/// interphase; `Some(None)` where the line ends before the cell and needs no file.
fn with_cell(
    intake: &mut Intake<'_>,
    recipe: Option<&Recipe>,
    model: Option<Model>,
) -> (Option<Model>, Option<Option<CellDocuments>>) {
    let (Some(mut model), Some(recipe)) = (model, recipe) else {
        return (None, None);
    };
    let read = read_cell(intake, recipe, &model);
    let protocol = model.protocol.clone().map(|path| {
        let read = Protocol::read(intake, &path.value, Some(path.span));
        if let Some(protocol) = &read {
            warn_of_idle_setpoints(protocol, recipe, path.span, &intake.report);
        }
        read
    });
    if let (Some(Some(bpx)), Some(cell)) = (&read, model.cell.clone()) {
        for path in &bpx.not_modelled {
            let message = format!("`{path}` of the cell file is not modelled and has no effect");
            intake
                .report
                .push(Diagnostic::warning(CELL, cell.span, message));
        }
        model.take_from_cell(bpx, &cell, &intake.report);
    }
    let cell = match (read, protocol) {
        (None, _) | (_, Some(None)) => None,
        (Some(bpx), protocol) => Some(bpx.map(|bpx| CellDocuments {
            bpx,
            protocol: protocol.flatten(),
        })),
    };
    (Some(model), cell)
}

/// Warns of setpoints of the formation that the recipe gives and no step reads.
fn warn_of_idle_setpoints(protocol: &Protocol, recipe: &Recipe, span: Span, report: &Report) {
    let read = protocol.setpoints();
    for name in formation::SETPOINTS {
        if recipe.parameters.contains_key(name) && !read.contains(&name) {
            let message = format!("no step of the protocol reads `{name}`, which the recipe gives");
            report.push(
                Diagnostic::warning(IDLE_SETPOINT, span, message).help(
                    "write its name into the step it belongs to, or take it out of the recipe",
                ),
            );
        }
    }
}

fn read_cell(intake: &mut Intake<'_>, recipe: &Recipe, model: &Model) -> Option<Option<Bpx>> {
    let Some(cell) = &model.cell else {
        if model.has_line() && !sections(recipe, model).has(Section::Cell) {
            return Some(None);
        }
        intake.report.push(
            Diagnostic::error(CELL, model.span, "the model names no cell file")
                .help("add `cell = \"cells/….bpx.json\"`"),
        );
        return None;
    };
    let file = intake.open(&cell.value, Some(cell.span))?;
    match Bpx::parse(&intake.sources.get(file).text) {
        Ok(bpx) => Some(Some(bpx)),
        Err(error) => {
            let message = format!("`{}` cannot be used: {error}", cell.value);
            intake
                .report
                .push(Diagnostic::error(CELL, cell.span, message));
            None
        }
    }
}

/// Whether a formation belongs to the plant; without a line there is nothing else.
fn has_cell(line: Option<&Line>) -> bool {
    line.is_none_or(|line| line.sections().has(Section::Cell))
}

/// A recipe names no mode, so rules are judged over all modes at once.
fn resolve_rules(parsed: &[ParsedFile], recipe: &Recipe) -> (RuleSet, Diagnostics) {
    let zones = BTreeMap::from([("drying.zone".to_owned(), recipe.zone_count())]);
    let (rules, diagnostics) = rule_language::resolve(parsed, dictionary::standard(), &zones);
    (rules.over_all_modes(), diagnostics)
}

/// Every opened document with its digest, text and normal form.
fn inputs(intake: &Intake<'_>, parts: &Parts) -> Vec<Input> {
    let normal = |path: &str| -> serde_json::Value {
        let matches = |located: Option<&Located<String>>| {
            located.is_some_and(|located| located.value == path)
        };
        if parts.scenario.path == path {
            parts.scenario.normalised()
        } else if parts.scenario.recipe.value == path {
            parts.old.normalised()
        } else if matches(parts.scenario.model.as_ref()) {
            parts.model.normalised()
        } else {
            let protocol = parts.cell.as_ref().and_then(|cell| cell.protocol.as_ref());
            protocol
                .filter(|protocol| protocol.path == path)
                .map_or(serde_json::Value::Null, Protocol::normalised)
        }
    };
    intake
        .sources
        .iter()
        .map(|(_, source)| Input {
            path: source.path.clone(),
            sha256: canonical::sha256_hex(source.text.as_bytes()),
            text: source.text.clone(),
            normalised: normal(&source.path),
        })
        .collect()
}

/// Names that the score needs besides the plant's ports.
const OF_THE_SCORE: [&str; 2] = [
    super::evidence::BASE_FAILURE,
    super::evidence::RESIDUAL_LOG_ODDS,
];

impl Plant {
    /// Builds the plant of recipe, model and cell file.
    fn of_documents(
        recipe: &Recipe,
        model: &Model,
        cell: Option<&CellDocuments>,
    ) -> Result<Self, Diagnostics> {
        let span = model.span;
        let line = line_of(recipe, model)?;
        let undrawn = cell.map_or_else(Diagnostics::new, |_| not_drawn(recipe, model));
        if undrawn.has_errors() {
            return Err(undrawn);
        }
        let names = plant_names(line.as_ref(), film_of(recipe, model), &shape(cell));
        let missing = lacking(recipe, model, &names);
        if !missing.is_empty() {
            let mut diagnostics = Diagnostics::new();
            for one in missing {
                let place = if one.is_setpoint() { recipe.span } else { span };
                diagnostics.push(one.diagnostic(place));
            }
            return Err(diagnostics);
        }
        let formation = cell
            .map(|cell| formation_model(recipe, model, cell, (Modes::Eight, Resolution::FAST)))
            .transpose()
            .map_err(|error| refused(&error, recipe, model))?;
        let joined = match (line, formation) {
            (Some(line), formation) => Plant::new(line, formation),
            (None, Some(formation)) => Ok(Self::of_formation(formation)),
            (None, None) => {
                let message = "the model has neither a line nor a cell";
                return Err(Diagnostic::error(NOT_SIMULATED, span, message).into());
            }
        };
        joined.map_err(|port| {
            let message = format!("`{}` has no source in the line", port.name);
            Diagnostic::error(NOT_SIMULATED, span, message).into()
        })
    }
}

/// What the plant needs and neither recipe nor model gives.
fn lacking(recipe: &Recipe, model: &Model, names: &[String]) -> Vec<Missing> {
    let required = names.iter().map(|name| Required {
        name,
        needed_by: "the twin",
    });
    missing(recipe, Some(model), required)
}

/// Which setpoints the formation reads and which outcomes it has; nothing else of it counts here.
fn shape(cell: Option<&CellDocuments>) -> Schedule {
    let protocol = cell.and_then(|cell| cell.protocol.as_ref());
    schedule(protocol, f64::NAN, &|_| f64::NAN)
}

/// Every name the plant needs from recipe or model.
fn plant_names(line: Option<&Line>, film: Film, steps: &Schedule) -> Vec<String> {
    let of_formation = || formation::input_ports(film, steps).into_iter();
    let of_formation = || of_formation().map(|port| port.name);
    let Some(line) = line else {
        let others = OF_FORMATION.map(str::to_owned);
        return of_formation().chain(others).collect();
    };
    let made_by_the_line = ["cell.cathode_areal_loading", "cell.anode_areal_loading"];
    let ports = line.inputs().into_iter().map(|port| port.name);
    let score = OF_THE_SCORE.map(str::to_owned);
    if !has_cell(Some(line)) {
        return ports.chain(score).collect();
    }
    ports
        .chain(of_formation())
        .filter(|name| !made_by_the_line.contains(&name.as_str()))
        .chain(score)
        .chain(OF_FORMATION.map(str::to_owned))
        .collect()
}
