//! Searches over plant steps: a ladder of one parameter, and the smallest further change that
//! passes.
//!
//! In: a judged request. Out: every step of the ladder with the rules that stop it; the cheapest
//! combination of steps that passes, simulated with the full ensemble before it is proposed. Input
//! rules are decided exactly at every candidate; outcome rules by an ensemble of
//! `search_samples`. Nothing is assumed monotone: every step is judged.

use super::{Context, Judged, RunError};
use crate::quantity::{parse_number_and_rest, parse_quantity};
use crate::rational::Rational;
use crate::recipe::{Parameter, ParameterValue, Recipe};
use crate::record::body::{Evaluation, Ladder, LadderStep, Move};

/// Most steps of a ladder.
const LADDER_STEPS_MAX: usize = 400;

/// Most plant steps a proposal moves one parameter.
const MOVE_STEPS_MAX: i64 = 20;

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
) -> Result<Ladder, RunError> {
    context.progress.stage(
        "ladder",
        request.values.len() as u64 * context.search_samples,
    );
    let mut steps = Vec::with_capacity(request.values.len());
    for value in &request.values {
        steps.push(ladder_step(context, base, &request.name, value)?);
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
    name: &str,
    value: &Rational,
) -> Result<LadderStep, RunError> {
    let recipe = base
        .recipe
        .with_value(name, value)
        .map_err(|error| RunError::Option {
            message: error.to_string(),
        })?;
    let judged = context.judge_recipe(&recipe, context.search_samples, Some(base))?;
    let rules = context.blocking(&judged.evaluations);
    let broken = context
        .rules()
        .rules
        .iter()
        .zip(&judged.evaluations)
        .any(|(rule, evaluation)| context.obstacle(rule, evaluation) == super::Obstacle::Broken);
    let status = match (rules.is_empty(), broken) {
        (true, _) => "ok",
        (false, true) => "blocked",
        (false, false) => "undecided",
    };
    let parameter = recipe.parameters.get(name);
    let approved = parameter
        .and_then(|parameter| parameter.approved.as_ref())
        .map(|approved| approved.range.contains(value));
    Ok(LadderStep {
        value: parameter
            .and_then(unit_of)
            .map(|unit| unit.from_si(value).display_significant(6))
            .unwrap_or_default(),
        status: status.to_owned(),
        rules,
        decision: (status == "ok").then(|| "trial".to_owned()),
        approved,
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
    /// Candidates looked at until it was found.
    pub candidates: u64,
}

/// Finds the cheapest combination of plant steps of the movable parameters that passes.
///
/// # Errors
/// [`RunError`].
pub fn proposal(
    context: &Context<'_>,
    request: &Judged,
    base: &Judged,
) -> Result<Option<Found>, RunError> {
    let Some(repair) = &context.documents.scenario.repair else {
        return Ok(None);
    };
    let mut axes = Vec::new();
    for movable in &repair.movable {
        if let Some(axis) = Axis::new(&request.recipe, movable) {
            axes.push(axis);
        }
    }
    let mut simulated = 0;
    for (looked, offsets) in combinations(&axes).into_iter().enumerate() {
        let Some(recipe) = moved(&request.recipe, &axes, &offsets) else {
            continue;
        };
        if !inputs_pass(context, &recipe) {
            continue;
        }
        simulated += 1;
        if simulated > SIMULATED_CANDIDATES_MAX {
            return Ok(None);
        }
        if !passes(context, &recipe, base)? {
            continue;
        }
        let judged = context.judge_recipe(&recipe, context.samples, Some(request))?;
        if context.blocking(&judged.evaluations).is_empty() {
            let moves = moves_of(&axes, &offsets);
            return Ok(Some(Found {
                moves,
                judged,
                candidates: looked as u64 + 1,
            }));
        }
    }
    Ok(None)
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

    fn at(&self, offset: i64) -> Option<Rational> {
        let value = &self.value + &(&self.step * &Rational::from(offset));
        let inside = self
            .limit
            .as_ref()
            .is_none_or(|(low, high)| *low <= value && value <= *high);
        inside.then_some(value)
    }
}

/// All offsets but none at all, cheapest first: by number of steps, then by the order of axes,
/// upwards before downwards.
fn combinations(axes: &[Axis]) -> Vec<Vec<i64>> {
    let mut all: Vec<Vec<i64>> = vec![Vec::new()];
    for _ in axes {
        all = all
            .into_iter()
            .flat_map(|prefix| {
                (-MOVE_STEPS_MAX..=MOVE_STEPS_MAX).map(move |offset| {
                    let mut longer = prefix.clone();
                    longer.push(offset);
                    longer
                })
            })
            .collect();
    }
    all.retain(|offsets| offsets.iter().any(|&offset| offset != 0));
    let cost = |offsets: &[i64]| offsets.iter().map(|offset| offset.abs()).sum::<i64>();
    all.sort_by(|a, b| cost(a).cmp(&cost(b)).then_with(|| b.iter().cmp(a.iter())));
    all
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

fn inputs_pass(context: &Context<'_>, recipe: &Recipe) -> bool {
    let case = super::rules::case(context.rules(), recipe, Some(&context.documents.model));
    context
        .check_inputs(&case)
        .iter()
        .all(|(at, evaluation, _)| {
            context.obstacle(&context.rules().rules[*at], evaluation) == super::Obstacle::None
        })
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
        .any(|(rule, evaluation)| context.obstacle(rule, evaluation) == super::Obstacle::Broken);
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
