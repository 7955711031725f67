//! Searches over plant steps: a ladder of one parameter, and the smallest further change that
//! passes.
//!
//! In: a judged request. Out: every step of the ladder with its own decision and the rules that
//! stop it; the cheapest combination of steps that passes, simulated with the full ensemble before
//! it is proposed, or why the search ended without one. Input rules are decided exactly at every
//! candidate; outcome rules by an ensemble of `search_samples`. Nothing is assumed monotone: every
//! step is judged.

use super::candidates::Candidates;
use super::evidence::{self, Deltas};
use super::{Context, Judged, Obstacle, RunError, changes, outcomes};
use crate::check::judge::judge_rules;
use crate::check::verdict::Verdict;
use crate::decision::{self, Approval, Outcome};
use crate::quantity::{parse_number_and_rest, parse_quantity};
use crate::rational::Rational;
use crate::recipe::{Parameter, ParameterValue, Recipe};
use crate::record::body::{Evaluation, Ladder, LadderStep, Move, ProposalSearch};
use crate::rule_language::Rule;

/// Most steps of a ladder.
const LADDER_STEPS_MAX: usize = 400;

/// Most plant steps a proposal moves one parameter.
const MOVE_STEPS_MAX: i64 = 20;

/// Most candidates whose input rules are checked; two parameters have 1 680.
const CANDIDATES_MAX: u64 = 4000;

/// Most candidates of a proposal that are simulated.
const SIMULATED_CANDIDATES_MAX: u64 = 400;

/// A ladder as asked for, in SI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderRequest {
    /// Dictionary name.
    pub name: String,
    /// Values in rising order, SI.
    pub values: Vec<Rational>,
}

impl LadderRequest {
    /// Parses `name=low..high:step`; numbers without unit are in the unit of the recipe.
    ///
    /// # Errors
    /// [`RunError::Option`] with what was expected.
    pub fn parse(text: &str, recipe: &Recipe) -> Result<Self, RunError> {
        let bad = |reason: String| RunError::Option {
            message: format!(
                "`--ladder {text}`: {reason}; expected `name=low..high:step` such as \
                 `coating.web_speed=25..32:0.5`"
            ),
        };
        let (name, range) = text
            .split_once('=')
            .ok_or_else(|| bad("no `=`".to_owned()))?;
        let parameter = recipe
            .parameters
            .get(name)
            .ok_or_else(|| bad(format!("the recipe has no `{name}`")))?;
        let (span, step) = range
            .rsplit_once(':')
            .ok_or_else(|| bad("no step".to_owned()))?;
        let (low, high) = span
            .split_once("..")
            .ok_or_else(|| bad("no `..`".to_owned()))?;
        let value = |text: &str| quantity_of(text, parameter).map_err(&bad);
        let (low, high, step) = (value(low)?, value(high)?, value(step)?);
        if !step.is_positive() || low > high {
            return Err(bad("the range is empty".to_owned()));
        }
        let mut values = Vec::new();
        let mut next = low;
        while next <= high {
            if values.len() == LADDER_STEPS_MAX {
                return Err(bad(format!("more than {LADDER_STEPS_MAX} steps")));
            }
            values.push(next.clone());
            next = &next + &step;
        }
        Ok(Self {
            name: name.to_owned(),
            values,
        })
    }
}

/// A number, with the parameter's unit where it has none of its own.
pub(super) fn quantity_of(text: &str, parameter: &Parameter) -> Result<Rational, String> {
    let ParameterValue::Number(measured) = &parameter.value else {
        return Err(format!("`{}` is a choice", parameter.name));
    };
    let (number, rest) = parse_number_and_rest(text).map_err(|error| error.to_string())?;
    if rest.is_empty() {
        return Ok(measured.unit.to_si(&number));
    }
    let (quantity, _) = parse_quantity(text).map_err(|error| error.to_string())?;
    if quantity.quantity_type.dimension != measured.unit.quantity_type.dimension {
        return Err(format!(
            "`{text}` is not in the unit of `{}`",
            parameter.name
        ));
    }
    Ok(quantity.value)
}

/// Judges every step of a ladder, starting from the changed recipe.
///
/// # Errors
/// [`RunError`].
pub fn ladder(
    context: &Context<'_>,
    base: &Judged,
    request: &LadderRequest,
    deltas: &Deltas,
) -> Result<Ladder, RunError> {
    context.progress.stage(
        "ladder",
        request.values.len() as u64 * context.search_samples,
    );
    let mut steps = Vec::with_capacity(request.values.len());
    for value in &request.values {
        steps.push(ladder_step(context, base, (&request.name, value), deltas)?);
    }
    let passing = steps.iter().take_while(|step| step.status == "ok").count();
    let parameter = base.recipe.parameters.get(&request.name);
    let unit = parameter
        .and_then(unit_of)
        .map(|unit| unit.symbol.clone())
        .unwrap_or_default();
    Ok(Ladder {
        name: request.name.clone(),
        highest_passing: passing.checked_sub(1).map(|at| steps[at].value.clone()),
        stopped_at: steps.get(passing).cloned(),
        unit,
        steps,
    })
}

fn unit_of(parameter: &Parameter) -> Option<&crate::quantity::Unit> {
    match &parameter.value {
        ParameterValue::Number(measured) => Some(&measured.unit),
        ParameterValue::Choice(_) => None,
    }
}

fn ladder_step(
    context: &Context<'_>,
    base: &Judged,
    (name, value): (&str, &Rational),
    deltas: &Deltas,
) -> Result<LadderStep, RunError> {
    let recipe = base
        .recipe
        .with_value(name, value)
        .map_err(|error| RunError::Option {
            message: error.to_string(),
        })?;
    let judged = context.judge_recipe(&recipe, context.search_samples, Some(base))?;
    let changed = changes::changed(&context.documents.old, &recipe);
    let facts = evidence::facts(context, &judged, changed, &deltas.found);
    let decision = decision::decide(&facts).outcome;
    let parameter = recipe.parameters.get(name);
    Ok(LadderStep {
        value: parameter
            .and_then(unit_of)
            .map(|unit| unit.from_si(value).display_significant(6))
            .unwrap_or_default(),
        status: match decision {
            Outcome::Release | Outcome::Trial => "ok",
            Outcome::Reject => "blocked",
            Outcome::NeedData => "undecided",
        }
        .to_owned(),
        rules: context.blocking(&judged.evaluations),
        breaks: evidence::broken_beside(context, &judged),
        decision: decision.as_str().to_owned(),
        approved: match parameter.map(changes::approval) {
            Some(Approval::Inside) => Some(true),
            Some(Approval::Outside) => Some(false),
            Some(Approval::NotStated) | None => None,
        },
        coated_area_m2_h: nominal_outcome(context, &judged, "coating.coated_area_rate")
            .map(|si| si * 3600.0),
    })
}

/// Returns a nominal outcome, SI.
#[must_use]
pub fn nominal_outcome(context: &Context<'_>, judged: &Judged, name: &str) -> Option<f64> {
    let &(stage, at) = context.places.get(name)?;
    judged
        .simulated
        .nominal(stage)
        .outputs
        .as_ref()
        .map(|outputs| outputs[at])
}

/// A proposal that passes.
pub struct Found {
    /// What is moved, by name, SI.
    pub moves: Vec<(String, Rational)>,
    /// The proposal, judged with the full ensemble.
    pub judged: Judged,
}

/// How a search for a proposal ended.
pub struct Searched {
    /// What was found.
    pub found: Option<Found>,
    /// For the record.
    pub row: ProposalSearch,
}

/// Finds the cheapest combination of plant steps of the movable parameters that passes, within
/// [`CANDIDATES_MAX`] combinations looked at and [`SIMULATED_CANDIDATES_MAX`] simulated.
///
/// # Errors
/// [`RunError`].
pub fn proposal(
    context: &Context<'_>,
    request: &Judged,
    base: &Judged,
) -> Result<Option<Searched>, RunError> {
    let Some(repair) = &context.documents.scenario.repair else {
        return Ok(None);
    };
    let axes: Vec<Axis> = repair
        .movable
        .iter()
        .filter_map(|movable| Axis::new(&request.recipe, movable))
        .collect();
    let mut row = ProposalSearch {
        candidates: 0,
        simulated: 0,
        end: "exhausted".to_owned(),
    };
    // With fewer samples nothing can pass: every candidate would be simulated for nothing.
    let rules = context
        .rules()
        .rules
        .iter()
        .filter(|rule| context.may_block(rule));
    let needed = rules.filter_map(outcomes::samples_needed).max();
    if needed.is_some_and(|needed| needed > context.search_samples) {
        "too_few_samples".clone_into(&mut row.end);
        return Ok(Some(Searched { found: None, row }));
    }
    let mut gate = InputGate::new(context);
    let allowed = axes.iter().map(Axis::offsets).collect();
    for offsets in Candidates::new(allowed) {
        if row.candidates == CANDIDATES_MAX || row.simulated == SIMULATED_CANDIDATES_MAX {
            "stopped".clone_into(&mut row.end);
            break;
        }
        row.candidates += 1;
        let Some(recipe) = moved(&request.recipe, &axes, &offsets) else {
            continue;
        };
        if !gate.passes(&recipe) {
            continue;
        }
        row.simulated += 1;
        if !passes(context, &recipe, base)? {
            continue;
        }
        let judged = context.judge_recipe(&recipe, context.samples, Some(request))?;
        if context.blocking(&judged.evaluations).is_empty() {
            "found".clone_into(&mut row.end);
            let moves = moves_of(&axes, &offsets);
            let found = Some(Found { moves, judged });
            return Ok(Some(Searched { found, row }));
        }
    }
    Ok(Some(Searched { found: None, row }))
}

/// One movable parameter with its plant step.
struct Axis {
    name: String,
    value: Rational,
    step: Rational,
    limit: Option<(Rational, Rational)>,
}

impl Axis {
    fn new(recipe: &Recipe, movable: &crate::scenario::Movable) -> Option<Self> {
        let parameter = recipe.parameters.get(&movable.name.value)?;
        Some(Self {
            name: movable.name.value.clone(),
            value: parameter.number()?.clone(),
            step: parameter.step.clone()?,
            limit: movable
                .limit
                .as_ref()
                .map(|range| (range.low.clone(), range.high.clone())),
        })
    }

    /// The numbers of plant steps that stay inside the limit.
    fn offsets(&self) -> Vec<i64> {
        (-MOVE_STEPS_MAX..=MOVE_STEPS_MAX)
            .filter(|&offset| self.at(offset).is_some())
            .collect()
    }

    fn at(&self, offset: i64) -> Option<Rational> {
        let value = &self.value + &(&self.step * &Rational::from(offset));
        let inside = self
            .limit
            .as_ref()
            .is_none_or(|(low, high)| *low <= value && value <= *high);
        inside.then_some(value)
    }
}

fn moved(recipe: &Recipe, axes: &[Axis], offsets: &[i64]) -> Option<Recipe> {
    let mut moved = recipe.clone();
    for (axis, &offset) in axes.iter().zip(offsets) {
        if offset != 0 {
            moved = moved.with_value(&axis.name, &axis.at(offset)?).ok()?;
        }
    }
    Some(moved)
}

fn moves_of(axes: &[Axis], offsets: &[i64]) -> Vec<(String, Rational)> {
    axes.iter()
        .zip(offsets)
        .filter(|(_, offset)| **offset != 0)
        .filter_map(|(axis, &offset)| Some((axis.name.clone(), axis.at(offset)?)))
        .collect()
}

/// The input rules that can block, the one that stopped the last candidate first.
struct InputGate<'a> {
    context: &'a Context<'a>,
    rules: Vec<&'a Rule>,
}

impl<'a> InputGate<'a> {
    fn new(context: &'a Context<'a>) -> Self {
        let rules = context.rules().rules.iter();
        let rules = rules.filter(|rule| !rule.is_outcome && context.may_block(rule));
        Self {
            context,
            rules: rules.collect(),
        }
    }

    /// Tells whether no input rule blocks; closed forms first, the solver only for what is left.
    fn passes(&mut self, recipe: &Recipe) -> bool {
        let set = self.context.rules();
        let case = super::rules::case(set, recipe, Some(&self.context.documents.model));
        let mut open = Vec::new();
        for (at, rule) in self.rules.iter().enumerate() {
            let judgement = judge_rules(set, &[*rule], &case, None);
            match judgement.first().map(|judgement| &judgement.verdict) {
                Some(Verdict::Violated | Verdict::HoldsNominally) => {
                    self.rules[..=at].rotate_right(1);
                    return false;
                }
                Some(Verdict::Undecided(_)) | None => open.push(*rule),
                Some(Verdict::Holds | Verdict::Conditional | Verdict::Idle | Verdict::Vacuous) => {}
            }
        }
        let decided = judge_rules(set, &open, &case, self.context.options.solver.as_ref());
        decided.iter().all(|judgement| match judgement.verdict {
            Verdict::Violated | Verdict::HoldsNominally | Verdict::Undecided(_) => false,
            Verdict::Holds | Verdict::Conditional | Verdict::Idle | Verdict::Vacuous => true,
        })
    }
}

/// Samples of the first look at a candidate: enough to see that it fails badly.
const FIRST_LOOK_SAMPLES: u64 = 256;

fn passes(context: &Context<'_>, recipe: &Recipe, base: &Judged) -> Result<bool, RunError> {
    let first = context.judge_recipe(recipe, FIRST_LOOK_SAMPLES, None)?;
    let broken = context
        .rules()
        .rules
        .iter()
        .zip(&first.evaluations)
        .any(|(rule, evaluation)| context.obstacle(rule, evaluation) == Obstacle::Broken);
    if broken {
        return Ok(false);
    }
    let judged = context.judge_recipe(recipe, context.search_samples, Some(base))?;
    Ok(context.blocking(&judged.evaluations).is_empty())
}

/// Describes the moves of a proposal and what each is needed for.
///
/// # Errors
/// [`RunError`].
pub fn describe(
    context: &Context<'_>,
    request: &Judged,
    base: &Judged,
    found: &Found,
) -> Result<Vec<Move>, RunError> {
    let mut described = Vec::new();
    for (name, value) in &found.moves {
        let (Some(before), Some(after)) = (
            request.recipe.parameters.get(name),
            found.judged.recipe.parameters.get(name),
        ) else {
            continue;
        };
        let original = before.number().cloned().unwrap_or_else(|| value.clone());
        let without = found
            .judged
            .recipe
            .with_value(name, &original)
            .map_err(|error| RunError::Option {
                message: error.to_string(),
            })?;
        let judged = context.judge_recipe(&without, context.search_samples, Some(base))?;
        let blocked = context.blocking(&judged.evaluations);
        let effects: Vec<String> = context
            .rules()
            .rules
            .iter()
            .zip(&found.judged.evaluations)
            .filter(|(rule, _)| blocked.contains(&rule.code))
            .map(|(rule, evaluation)| effect(&rule.code, evaluation))
            .collect();
        described.push(Move {
            name: name.clone(),
            from: before.display(),
            to: after.display(),
            effect: effects.join("; "),
            needed: !blocked.is_empty(),
        });
    }
    Ok(described)
}

fn effect(code: &str, evaluation: &Evaluation) -> String {
    match &evaluation.probability {
        Some(counts) => format!("{code}: {} of {} samples fail", counts.failures, counts.n),
        None => {
            let worst = evaluation
                .worst_value
                .as_ref()
                .or(evaluation.value.as_ref());
            format!(
                "{code}: {} at the worst corner",
                worst.map_or("holds", String::as_str)
            )
        }
    }
}
