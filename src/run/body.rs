//! Puts a whole judgement together.
//!
//! In: the context of a run. Out: the [`Body`] and the exit code. The order is fixed: judge the
//! recipe as it is, as requested, search, decide, score, argue.

use super::coating_window::coating_window;
use super::evidence::{self, Deltas};
use super::failed_samples;
use super::formation_profile::formation_profiles;
use super::replaced;
use super::search::{self, Found, LadderRequest, Searched};
use super::{
    Context, Judged, RunError, argument, assumptions, cell_match, changes, rules, summary,
};
use crate::check::solver_process::solver_version;
use crate::decision::{self, Outcome};
use crate::exit_code::ExitCode;
use crate::monte_carlo::ensemble::SampleStatus;
use crate::observation::Subject;
use crate::record::body::{
    Body, DecisionRow, DryerProfile, FORMAT, Ladder, Proposal, Request, RuleRow, Versions,
};

/// Kelvin at 0 °C.
const ZERO_CELSIUS_K: f64 = 273.15;

/// Judges everything and writes it down.
///
/// # Errors
/// [`RunError`].
pub fn assemble(context: &Context<'_>) -> Result<(Body, ExitCode), RunError> {
    let ladder_request = match &context.options.ladder {
        Some(text) => Some(LadderRequest::parse(text, &context.documents.new)?),
        None => None,
    };
    let progress = context.progress;
    progress.stage("now and requested", 4 * context.samples);
    let now = context.judge_recipe(&context.documents.old, context.samples, None)?;
    let requested = context.judge_recipe(&context.documents.new, context.samples, Some(&now))?;
    let deltas = evidence::deltas(context, &now);
    let search = Search::run(context, &now, &requested, ladder_request.as_ref(), &deltas)?;
    let proposed = search.found().map(|found| &found.judged);
    let outcomes = summary::outcomes(context, &now, &requested, proposed)?;
    let change = changes::changes(context, &now, &requested, &outcomes);
    progress.stage("assumptions", 6 * context.search_samples);
    let assumptions = assumptions::assumptions(context, &requested)?;
    let parameters = change.parameters.clone();
    let facts = evidence::facts(context, &requested, parameters, &deltas.found);
    let decided = decision::decide(&facts);
    let fused = evidence::fused(context, &requested, &deltas.found, &decided);
    let decision = decision_row(context, &requested, &decided);
    let rule_rows = rule_rows(context, &now, &requested, proposed);
    let mut findings = change.findings;
    findings.extend(cell_match::findings(context, &requested));
    findings.extend(failed_samples::findings(context, &requested));
    findings.extend(deltas.findings.iter().cloned());
    findings.extend(fused.findings);
    let proposal = match search.found() {
        Some(found) => Some(proposal(context, &requested, &search, found, &deltas)?),
        None => None,
    };
    let argued = argument::argument(&argument::Given {
        decision: &decision,
        rows: &rule_rows,
        outcomes: &outcomes,
        deltas: &deltas.rows,
        assumptions: &assumptions,
        context,
    });
    findings.extend(argued.findings);
    let scenario = &context.documents.scenario;
    let recipes = recipes(&now, &requested, proposed);
    let body = Body {
        format: FORMAT.to_owned(),
        versions: versions(),
        request: request(context),
        inputs: context.documents.inputs.clone(),
        replaced: replaced::rows_of(context, &requested),
        not_modelled: replaced::stages_left_out(&context.documents.plant),
        changes: change.rows,
        findings,
        dryer: dryer(context, &recipes),
        coating_window: coating_window(context, &recipes),
        formation: formation_profiles(context, &recipes),
        ladder: search.ladder,
        search: search.searched.map(|searched| searched.row),
        proposal,
        argument: argued.steps,
        rules: rule_rows,
        outcomes,
        deltas: deltas.rows,
        assumptions,
        score: fused.score,
        decision,
        not_known: scenario.not_known.clone(),
        trial: trial_lines(context),
        paperwork: paperwork_lines(context),
    };
    let exit = decided.outcome.exit_code();
    Ok((body, exit.and(broken(context, &requested))))
}

/// Documents to revise.
fn paperwork_lines(context: &Context<'_>) -> Vec<String> {
    let paperwork = context.documents.scenario.paperwork.as_ref();
    paperwork.map_or_else(Vec::new, |own| own.revise.clone())
}

/// A broken rule is a finding, whatever was decided.
fn broken(context: &Context<'_>, requested: &Judged) -> ExitCode {
    if evidence::any_violated(context, requested) {
        ExitCode::Findings
    } else {
        ExitCode::Success
    }
}

/// The searches of a run with the base they share.
struct Search {
    base: Option<Judged>,
    ladder: Option<Ladder>,
    searched: Option<Searched>,
}

impl Search {
    fn run(
        context: &Context<'_>,
        now: &Judged,
        requested: &Judged,
        ladder: Option<&LadderRequest>,
        deltas: &Deltas,
    ) -> Result<Self, RunError> {
        let blocked = !context.blocking(&requested.evaluations).is_empty();
        let wants_proposal = blocked && context.documents.scenario.repair.is_some();
        let mut search = Self {
            base: None,
            ladder: None,
            searched: None,
        };
        if ladder.is_none() && !wants_proposal {
            return Ok(search);
        }
        let mut base = context.judge_recipe(&now.recipe, context.search_samples, None)?;
        if let Some(request) = ladder {
            base.recipe = requested.recipe.clone();
            search.ladder = Some(search::ladder(context, &base, request, deltas)?);
        }
        if wants_proposal {
            let samples = 8 * context.search_samples;
            context.progress.stage("proposal", samples);
            search.searched = search::proposal(context, requested, &base)?;
        }
        search.base = Some(base);
        Ok(search)
    }

    fn found(&self) -> Option<&Found> {
        self.searched.as_ref()?.found.as_ref()
    }
}

/// Names this version and what it computes with.
#[must_use]
pub fn versions() -> Versions {
    Versions {
        cellwright: env!("CARGO_PKG_VERSION").to_owned(),
        solver: solver_version().unwrap_or_else(|| "none".to_owned()),
        math: "pxfm 0.1.30".to_owned(),
    }
}

fn request(context: &Context<'_>) -> Request {
    let scenario = &context.documents.scenario;
    let change = scenario.change.as_ref();
    Request {
        scenario: scenario.path.clone(),
        id: match change {
            Some(change) => change.id.value.clone(),
            None if context
                .documents
                .old
                .changed_names(&context.documents.new)
                .is_empty() =>
            {
                "no-change".to_owned()
            }
            None => "compared".to_owned(),
        },
        title: scenario.title.clone(),
        reason: change
            .map(|change| change.reason.clone())
            .unwrap_or_default(),
        requested_by: change
            .map(|change| change.requested_by.clone())
            .unwrap_or_default(),
        scope: change.and_then(|change| change.scope.clone()),
        until: change.and_then(|change| change.until.clone()),
        seed: context.seed,
        samples: context.samples,
        search_samples: context.search_samples,
        ladder: context.options.ladder.clone(),
        movable: scenario.repair.as_ref().map_or_else(Vec::new, |repair| {
            repair
                .movable
                .iter()
                .map(|one| one.name.value.clone())
                .collect()
        }),
        strict: context.options.strict,
    }
}

fn rule_rows(
    context: &Context<'_>,
    now: &Judged,
    requested: &Judged,
    proposed: Option<&Judged>,
) -> Vec<RuleRow> {
    let rules = context.rules();
    rules
        .rules
        .iter()
        .enumerate()
        .map(|(at, rule)| RuleRow {
            rule: rules::head(rules, rule, &context.documents.sources),
            now: now.evaluations[at].clone(),
            requested: requested.evaluations[at].clone(),
            proposed: proposed.map(|judged| judged.evaluations[at].clone()),
        })
        .collect()
}

fn decision_row(
    context: &Context<'_>,
    requested: &Judged,
    decided: &decision::Decision,
) -> DecisionRow {
    let blocking = context.blocking(&requested.evaluations);
    let sentence = match decided.outcome {
        Outcome::Reject => format!("blocked by {}", blocking.join(", ")),
        Outcome::NeedData => "cannot be decided with what is known".to_owned(),
        Outcome::Release => "every condition of a release is met".to_owned(),
        Outcome::Trial if is_model_check(context) => {
            "a check of the model against cells of others: nothing is released by it".to_owned()
        }
        Outcome::Trial => "may run within its scope, with samples and acceptance limits".to_owned(),
    };
    let reasons: Vec<String> = decided.reasons.iter().map(ToString::to_string).collect();
    let cap = decided
        .reasons
        .iter()
        .find(|reason| reason.caps_at_trial())
        .map(|reason| format!("trial is the best this record can say: {reason}"));
    DecisionRow {
        decision: decided.outcome.as_str().to_owned(),
        sentence,
        reasons,
        blocking,
        cap,
        sign_off: sign_off(context, requested),
    }
}

/// Whether a cell without a line is compared with published cells only.
fn is_model_check(context: &Context<'_>) -> bool {
    let observed = &context.documents.scenario.observed;
    let mut subjects = observed.iter().map(|one| one.subject);
    !context.documents.model.has_line()
        && !observed.is_empty()
        && subjects.all(|subject| matches!(subject, Subject::Literature | Subject::Fitted))
}

/// Who must sign: the owners of critical rules, and whoever approves outside an approved range.
fn sign_off(context: &Context<'_>, requested: &Judged) -> Vec<String> {
    let mut owners: Vec<String> = context
        .rules()
        .rules
        .iter()
        .zip(&requested.evaluations)
        .filter(|(rule, _)| rule.severity == crate::rule_language::ast::RuleSeverity::Critical)
        .filter(|(_, evaluation)| !matches!(evaluation.verdict.as_str(), "idle" | "vacuous"))
        .filter_map(|(rule, _)| rule.owner.clone())
        .collect();
    if let Some(change) = &context.documents.scenario.change {
        owners.push(change.requested_by.clone());
    }
    owners.sort();
    owners.dedup();
    owners
}

fn trial_lines(context: &Context<'_>) -> Vec<String> {
    let Some(trial) = &context.documents.scenario.trial else {
        return Vec::new();
    };
    let mut lines = vec![trial.disposition.clone()];
    lines.extend(trial.samples.iter().cloned());
    lines.extend(trial.acceptance.iter().cloned());
    lines
}

fn proposal(
    context: &Context<'_>,
    requested: &Judged,
    search: &Search,
    found: &Found,
    deltas: &Deltas,
) -> Result<Proposal, RunError> {
    let changed = changes::changed(&context.documents.old, &found.judged.recipe);
    let facts = evidence::facts(context, &found.judged, changed, &deltas.found);
    let decided = decision::decide(&facts);
    let fused = evidence::fused(context, &found.judged, &deltas.found, &decided);
    let moves = match &search.base {
        Some(base) => search::describe(context, requested, base, found)?,
        None => Vec::new(),
    };
    Ok(Proposal {
        moves,
        decision: decided.outcome.as_str().to_owned(),
        value: fused.score.no_index.is_none().then_some(fused.score.value),
        hyperscore: fused.score.hyperscores.first().map(|row| row.hyperscore),
    })
}

/// The recipes of a drawing, by the names that the drawings know.
fn recipes<'a>(
    now: &'a Judged,
    requested: &'a Judged,
    proposed: Option<&'a Judged>,
) -> [(&'static str, Option<&'a Judged>); 3] {
    [
        ("now", Some(now)),
        ("requested", Some(requested)),
        ("proposed", proposed),
    ]
}

fn dryer(context: &Context<'_>, recipes: &[(&str, Option<&Judged>)]) -> Vec<DryerProfile> {
    let profile = |(name, judged): &(&str, Option<&Judged>)| profile(context, name, (*judged)?);
    recipes.iter().filter_map(profile).collect()
}

/// Points of a profile in a record; a drawing needs no more.
const PROFILE_POINTS_MAX: usize = 240;

fn profile(context: &Context<'_>, name: &str, judged: &Judged) -> Option<DryerProfile> {
    if judged.simulated.nominal_line.status != SampleStatus::COMPUTED
        && judged.simulated.nominal_line.outputs.is_none()
    {
        return None;
    }
    let line = context.documents.plant.line()?;
    let profile = line
        .profile(&judged.binding.nominal[..line.input_count()])
        .ok()?;
    let zone_air_deg_c = (1..=line.zones())
        .filter_map(|zone| {
            let place = judged
                .binding
                .place(&format!("drying.zone[{zone}].air_temperature"))?;
            Some(judged.binding.nominal[place] - ZERO_CELSIUS_K)
        })
        .collect();
    let stride = profile.position_m.len().div_ceil(PROFILE_POINTS_MAX).max(1);
    let last = profile.position_m.len().saturating_sub(1);
    let thin = |values: &[f64], convert: fn(f64) -> f64| -> Vec<f64> {
        let kept = |at: &usize| at.is_multiple_of(stride) || *at == last;
        (0..values.len())
            .filter(kept)
            .map(|at| convert(values[at]))
            .collect()
    };
    Some(DryerProfile {
        recipe: name.to_owned(),
        position_m: thin(&profile.position_m, |x| x),
        film_temperature_deg_c: thin(&profile.film_temperature_k, |k| k - ZERO_CELSIUS_K),
        solvent_g_m2: thin(&profile.solvent_kg_m2, |x| 1000.0 * x),
        zone_end_m: profile.zone_borders_m.clone(),
        zone_air_deg_c,
    })
}
