//! Story: the sentences of a judgement, once, for every view that tells it.
//!
//! In: a body. Out: short plain sentences in the order a reader needs them: decision, what
//! changes, what stands against it. The words claim no more than the record: what was simulated
//! is said to be "in the model", and what weakens the case is collected to be shown first.

use crate::record::body::{
    Assumption, Body, Change, DeltaRow, Finding, Ladder, LadderStep, OutcomeRow, PassShare,
    Proposal, RuleRow, Spread,
};

use super::number::{NO_BREAK, change, count, counted, fixed, glued, percent, significant};
use super::standing::{Standing, by_margin};

/// One line of the decision: what is judged, the answer, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionLine {
    /// What is judged: `32 m/min as requested`.
    pub subject: String,
    /// The answer as the record has it: `reject`, `trial`, …; empty when there is none.
    pub decision: String,
    /// Why, in a few words; may be empty.
    pub note: String,
}

/// The request in two or three words: the new value of a single change, else how many.
#[must_use]
pub fn request_label(body: &Body) -> String {
    match body.changes.as_slice() {
        [only] => glued(&only.to),
        [] => "the recipe".to_owned(),
        many => format!("{} changes", number_word(many.len())),
    }
}

/// How a note names the rules that block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// By their codes.
    Codes,
    /// By their numbers in the table of the page.
    Numbers,
}

/// The answers: as requested, at the highest passing step, with the proposal.
#[must_use]
pub fn decision_lines(body: &Body, naming: Naming) -> Vec<DecisionLine> {
    let label = request_label(body);
    let mut lines = vec![DecisionLine {
        subject: if body.changes.is_empty() {
            format!("{label} as it is")
        } else {
            format!("{label} as requested")
        },
        decision: body.decision.decision.clone(),
        note: blocking_note(body, naming).unwrap_or_else(|| body.decision.sentence.clone()),
    }];
    if let Some(ladder) = &body.ladder {
        lines.push(ladder_decision(ladder));
    }
    match &body.proposal {
        Some(proposal) => lines.push(DecisionLine {
            subject: format!("{label} with {} below", moves_phrase(proposal)),
            decision: proposal.decision.clone(),
            note: String::new(),
        }),
        None if body.decision.decision == "reject" && !body.request.movable.is_empty() => {
            lines.push(DecisionLine {
                subject: "no further change was found that passes".to_owned(),
                decision: String::new(),
                note: search_text(body).unwrap_or_default(),
            });
        }
        None => {}
    }
    lines
}

/// How far the search for a further change went.
#[must_use]
pub fn search_text(body: &Body) -> Option<String> {
    let search = body.search.as_ref()?;
    let candidates = match search.candidates {
        1 => "1 candidate".to_owned(),
        n => format!("{} candidates", count(n)),
    };
    let simulated = count(search.simulated);
    Some(match search.end.as_str() {
        "stopped" => format!("search stopped after {candidates}, {simulated} simulated"),
        "too_few_samples" => {
            "not searched: with this few samples no rule on a share can hold".to_owned()
        }
        "exhausted" => format!("all {candidates} looked at, {simulated} simulated"),
        _ => format!("{candidates} looked at, {simulated} simulated"),
    })
}

/// `the change`, `the two changes`.
#[must_use]
pub fn moves_phrase(proposal: &Proposal) -> String {
    match proposal.moves.len() {
        1 => "the change".to_owned(),
        n => format!("the {} changes", number_word(n)),
    }
}

fn blocking_note(body: &Body, naming: Naming) -> Option<String> {
    let blocking = &body.decision.blocking;
    if blocking.is_empty() {
        return None;
    }
    if naming == Naming::Codes {
        return Some(format!("blocked by {}", and_list(blocking)));
    }
    let rows = by_margin(body);
    let places: Vec<String> = blocking
        .iter()
        .map(|code| {
            rows.iter()
                .position(|row| row.rule.code == *code)
                .map_or_else(|| code.clone(), |index| (index + 1).to_string())
        })
        .collect();
    let noun = if blocking.len() == 1 {
        "limit"
    } else {
        "limits"
    };
    Some(format!(
        "{} blocking {noun}, see {}",
        number_word(blocking.len()),
        and_list(&places)
    ))
}

fn ladder_decision(ladder: &Ladder) -> DecisionLine {
    let stop = ladder.stopped_at.as_ref().map(|step| {
        format!(
            "{} is {} by {}",
            step.value,
            if step.status == "undecided" {
                "left undecided"
            } else {
                "stopped"
            },
            and_list(&step.rules)
        )
    });
    let Some(value) = &ladder.highest_passing else {
        return DecisionLine {
            subject: format!("no step of {} passes", ladder.name),
            decision: String::new(),
            note: stop.unwrap_or_default(),
        };
    };
    let step = ladder.steps.iter().find(|step| step.value == *value);
    let breaks = step.map_or_else(String::new, breaks_text);
    DecisionLine {
        subject: format!(
            "{value}{NO_BREAK}{}, nothing else changed",
            glued(&ladder.unit)
        ),
        decision: step.map(|step| step.decision.clone()).unwrap_or_default(),
        note: match stop {
            Some(stop) => format!("highest passing step{breaks}; {stop}"),
            None => format!("highest step asked for{breaks}"),
        },
    }
}

/// The major rules that a step breaks without being stopped: `, CO012 breaks (major)`.
fn breaks_text(step: &LadderStep) -> String {
    match step.breaks.as_slice() {
        [] => String::new(),
        [only] => format!(", {only} breaks (major)"),
        many => format!(", {} break (major)", and_list(many)),
    }
}

/// The change in one line, without the approval.
#[must_use]
pub fn change_text(change: &Change) -> String {
    let from = without_shared_unit(&change.from, &change.to);
    let tolerance = if change.tolerance.is_empty() {
        String::new()
    } else {
        format!(" ({})", glued(&change.tolerance))
    };
    format!(
        "{}  {from} -> {}{tolerance}",
        change.name,
        glued(&change.to)
    )
}

/// Drops the unit of `from` where `to` repeats it.
fn without_shared_unit(from: &str, to: &str) -> String {
    match (from.split_once(' '), to.split_once(' ')) {
        (Some((number, unit)), Some((_, same))) if unit == same => number.to_owned(),
        _ => glued(from),
    }
}

/// The approved range in words, and whether the change lies inside.
#[must_use]
pub fn approval(change: &Change) -> (String, Option<bool>) {
    match &change.approved {
        Some(approved) => (
            format!(
                "approved {} ({})",
                glued(&approved.range),
                approved.document
            ),
            Some(approved.inside),
        ),
        None => ("no approved range is stated".to_owned(), None),
    }
}

/// One outcome now and as requested: `coated area 975 -> 1 248 m²/h (+28 %)`.
#[must_use]
pub fn outcome_shift(outcome: &OutcomeRow) -> String {
    let (now, requested) = (centre(&outcome.now), centre(&outcome.requested));
    let relative = match (now, requested) {
        (Some(now), Some(requested)) => change(now, requested),
        _ => None,
    };
    format!(
        "{} {} -> {}{}{}",
        outcome.text,
        optional(now),
        optional(requested),
        unit_after(&outcome.unit),
        relative.map_or_else(String::new, |relative| format!(" ({relative})"))
    )
}

/// A unit behind a number, with its space; nothing for plain numbers.
#[must_use]
pub fn unit_after(unit: &str) -> String {
    if unit.is_empty() {
        String::new()
    } else {
        format!("{NO_BREAK}{}", glued(unit))
    }
}

/// The value at the nominal recipe, else the mean of the samples that gave one.
#[must_use]
pub fn centre(spread: &Spread) -> Option<f64> {
    spread
        .nominal
        .or_else(|| (spread.n > 0).then_some(spread.mean))
}

/// The median over the samples that gave a value.
#[must_use]
pub fn median(spread: &Spread) -> Option<f64> {
    (spread.n > 0).then_some(spread.median)
}

/// A value with its unit.
#[must_use]
pub fn with_unit(value: f64, unit: &str) -> String {
    format!("{}{}", readable(value), unit_after(unit))
}

/// Writes a value in three to four digits, or says that there is none.
#[must_use]
pub fn optional(value: Option<f64>) -> String {
    value.map_or_else(|| "none".to_owned(), readable)
}

/// Writes a value the way people say it: whole from a hundred on, three digits below, without
/// zeros that carry no information in a model's answer.
#[must_use]
pub fn readable(value: f64) -> String {
    if (100.0..1e7).contains(&value.abs()) {
        return fixed(value, 0);
    }
    let text = significant(value, 3);
    if !text.contains('.') || text.contains('e') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Groups neighbouring steps that say the same: `25 .. 26.5 trial`, `27 .. 30 trial, outside
/// approval, CO012 breaks (major)`, `30.5 .. 32 DR004`.
#[must_use]
pub fn ladder_text(ladder: &Ladder) -> Vec<String> {
    let same = |a: &LadderStep, b: &LadderStep| {
        let key = |step: &LadderStep| {
            let LadderStep { rules, breaks, .. } = step.clone();
            (step.decision.clone(), rules, breaks, step.approved)
        };
        key(a) == key(b)
    };
    ladder
        .steps
        .chunk_by(same)
        .filter_map(|group| Some((group.first()?, group.last()?, group.len())))
        .map(|(first, last, length)| {
            let range = if length == 1 {
                first.value.clone()
            } else {
                format!("{}{NO_BREAK}..{NO_BREAK}{}", first.value, last.value)
            };
            let passes = first.status == "ok";
            let words = match (passes, first.status.as_str()) {
                (false, "blocked") => first.rules.join(" "),
                (false, status) => format!("{status} {}", first.rules.join(" ")),
                (true, _) => first.decision.clone(),
            };
            let approval = if passes && first.approved == Some(false) {
                ", outside approval"
            } else {
                ""
            };
            // What stops a step is enough to say of one that does not pass.
            let breaks = if passes {
                breaks_text(first)
            } else {
                String::new()
            };
            let words = words.trim_end();
            format!("{range} {words}{approval}{breaks}")
        })
        .collect()
}

/// The simulated outcomes an outcome rule reads.
#[must_use]
pub fn outcomes_of<'a>(body: &'a Body, row: &RuleRow) -> Vec<&'a OutcomeRow> {
    if row.rule.kind != "outcome" {
        return Vec::new();
    }
    body.outcomes
        .iter()
        .filter(|outcome| row.rule.reads.contains(&outcome.name))
        .collect()
}

/// The strongest assumptions about one outcome, strongest first.
#[must_use]
pub fn assumptions_on<'a>(body: &'a Body, outcome: &str) -> Vec<&'a Assumption> {
    let mut found: Vec<&Assumption> = body
        .assumptions
        .iter()
        .filter(|assumption| assumption.outcome == outcome)
        .collect();
    found.sort_by(|a, b| b.influence.abs().total_cmp(&a.influence.abs()));
    found
}

/// An assumption with its spread: `desorption rate 0.2 .. 0.25 1/s (assumed, now 0.225)`.
#[must_use]
pub fn assumption_text(assumption: &Assumption) -> String {
    let name = short_name(&assumption.name);
    let (value, evidence) = (&assumption.value, &assumption.evidence);
    if assumption.spread.is_empty() {
        return format!("{name} {} ({evidence})", glued(value));
    }
    let now = match value.split_once(' ') {
        Some((number, unit)) if assumption.spread.ends_with(&format!(" {unit}")) => number,
        _ => value,
    };
    format!(
        "{name} {} ({evidence}, now {})",
        glued(&assumption.spread),
        glued(now)
    )
}

/// What an assumption does to the samples that pass a rule, else to the outcome it moves.
#[must_use]
pub fn effect_on(assumption: &Assumption, rule: &str) -> String {
    match &assumption.pass_share {
        Some(share) if share.rule == rule => pass_share_shift(share),
        _ => outcome_effect(assumption),
    }
}

/// `DR007's pass share from 81.9 % to 99.6 %`
#[must_use]
pub fn pass_share_shift(share: &PassShare) -> String {
    format!(
        "{}'s pass share from {} to {}",
        share.rule,
        pass_share(share.low),
        pass_share(share.high)
    )
}

/// `residual solvent from 81 to 262 ppm_mass`
#[must_use]
pub fn outcome_effect(assumption: &Assumption) -> String {
    format!(
        "{} from {} to {}",
        short_name(&assumption.outcome),
        readable(assumption.low),
        with_unit(assumption.high, &assumption.unit)
    )
}

/// What was compared, farthest from the measurement first.
#[must_use]
pub fn worst_first(deltas: &[DeltaRow]) -> Vec<&DeltaRow> {
    let mut rows: Vec<&DeltaRow> = deltas.iter().collect();
    let excess = |row: &DeltaRow| row.distance - row.null_level;
    rows.sort_by(|a, b| excess(b).total_cmp(&excess(a)));
    rows
}

/// Simulated against observed in one line.
#[must_use]
pub fn delta_text(delta: &DeltaRow) -> String {
    format!(
        "{}: measured {}, n = {}; simulated {}; distance {}, by chance alone {}",
        short_name(&delta.name),
        measured_pair(delta),
        count(delta.n),
        simulated_pair(delta),
        readable(delta.distance),
        readable(delta.null_level),
    )
}

/// Centre and spread of what was measured, with unit.
#[must_use]
pub fn measured_pair(delta: &DeltaRow) -> String {
    centre_and_spread(delta.observed_centre, delta.observed_spread, &delta.unit)
}

/// Mean and standard deviation of the simulation, with unit.
#[must_use]
pub fn simulated_pair(delta: &DeltaRow) -> String {
    centre_and_spread(delta.simulated_mean, delta.simulated_sd, &delta.unit)
}

/// The spread with two digits, the centre to the same place, so that no digit is noise.
fn centre_and_spread(centre: f64, spread: f64, unit: &str) -> String {
    let spread_text = significant(spread, 2);
    let decimals = spread_text
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    let plain = !spread_text.contains('e') && spread != 0.0;
    let centre_text = if plain {
        fixed(centre, decimals)
    } else {
        significant(centre, 4)
    };
    glued(&format!("{centre_text} ± {spread_text} {unit}"))
}

/// Whose cells or coatings were observed, and what that is good for.
#[must_use]
pub fn subject_text(delta: &DeltaRow) -> &'static str {
    match delta.subject.as_str() {
        "this-line" => "observed on this line",
        "sister-line" => "observed on a sister line",
        "literature" => "literature: a check of the model only, cannot raise the decision",
        "fitted" => "a number of the model was fitted to it: no check",
        _ => "observed elsewhere",
    }
}

/// Distance beyond that by chance from which a model misses what was measured, in spreads.
const MISSES_FROM: f64 = 1.0;

/// What the model misses most of all that was measured, where it misses.
fn farthest(body: &Body) -> Option<String> {
    let misses = |row: &&DeltaRow| row.distance - row.null_level > MISSES_FROM;
    let mut checks = worst_first(&body.deltas).into_iter();
    let worst = checks.find(|row| row.is_check() && misses(row))?;
    Some(format!(
        "the model misses what was measured: {} by {} spreads, {} by chance alone",
        short_name(&worst.name),
        readable(worst.distance),
        readable(worst.null_level)
    ))
}

/// What stands against the case, most general first, each sentence once.
#[must_use]
pub fn weaknesses(body: &Body) -> Vec<String> {
    let mut found: Vec<String> = body.decision.cap.iter().cloned().collect();
    found.extend(farthest(body));
    found.extend(super::replaced::scatter_weaknesses(body));
    // Limits and verdicts have sentences of their own below.
    let is_of_rule = |kind: &str| matches!(kind, "limit" | "verdict");
    let leaps = body.argument.iter().filter(|step| !is_of_rule(&step.kind));
    found.extend(leaps.filter_map(|step| step.leap.clone()));
    let critical = |wanted: &dyn Fn(&RuleRow) -> bool| -> Vec<&str> {
        let rows = body
            .rules
            .iter()
            .filter(|row| row.rule.severity == "critical");
        let rows = rows.filter(|row| wanted(row));
        rows.map(|row| row.rule.code.as_str()).collect()
    };
    let recalled = critical(&|row| row.rule.evidence == "recalled");
    if !recalled.is_empty() {
        found.push(format!(
            "critical limits recalled from memory, each needs a source: {}",
            recalled.join(", ")
        ));
    }
    let simulated = critical(&|row| row.rule.kind == "outcome" && row.requested.verdict != "idle");
    if !simulated.is_empty() {
        found.push(format!(
            "critical, simulated and not proved: {}",
            simulated.join(", ")
        ));
    }
    let told = critical(&|row| row.requested.is_solvers_word());
    if !told.is_empty() {
        found.push(format!(
            "critical, on the solver's word alone and without a certificate: {}",
            told.join(", ")
        ));
    }
    for outcome in &body.outcomes {
        if !outcome.flags.is_empty() {
            found.push(format!("{}: {}", outcome.text, outcome.flags.join(", ")));
        }
        let failed = outcome.requested.failed;
        if failed > 0 {
            found.push(format!(
                "{}: {} gave no value",
                outcome.text,
                counted(failed, "sample")
            ));
        }
    }
    let mut unique: Vec<String> = Vec::new();
    for sentence in found {
        if !unique.contains(&sentence) {
            unique.push(sentence);
        }
    }
    unique
}

/// Rules by what was found as requested, in words: `37 rules hold at every corner`, ….
#[must_use]
pub fn counts(body: &Body) -> Vec<String> {
    let strict = body.request.strict;
    let of = |wanted: Standing, simulated: Option<bool>| {
        body.rules
            .iter()
            .filter(|row| Standing::of(&row.rule, &row.requested, strict) == wanted)
            .filter(|row| {
                simulated.is_none_or(|simulated| {
                    super::standing::is_simulated(&row.rule, &row.requested) == simulated
                })
            })
            .count()
    };
    let proved = of(Standing::Holds, Some(false));
    let mut words = vec![format!(
        "{proved} {} at every corner",
        if proved == 1 {
            "rule holds"
        } else {
            "rules hold"
        }
    )];
    let mut add = |n: usize, one: &str, many: &str, always: bool| {
        if n > 0 || always {
            words.push(format!("{n} {}", if n == 1 { one } else { many }));
        }
    };
    let in_model = of(Standing::Holds, Some(true));
    add(in_model, "holds in the model", "hold in the model", false);
    let near = of(Standing::Conditional, None);
    add(near, "inside guard band", "inside guard band", false);
    let recalled = of(Standing::Warns, None);
    add(
        recalled,
        "broken, limit recalled",
        "broken, limit recalled",
        true,
    );
    add(
        of(Standing::Idle, None),
        "does not apply",
        "do not apply",
        false,
    );
    add(
        of(Standing::Vacuous, None),
        "can never apply",
        "can never apply",
        false,
    );
    add(
        of(Standing::Undecided, None),
        "undecided",
        "undecided",
        true,
    );
    let told = body
        .rules
        .iter()
        .filter(|row| row.requested.is_solvers_word());
    let of_these = "of these on the solver's word alone";
    add(told.count(), of_these, of_these, false);
    words
}

/// The findings that no other line says: why there is no index stands where the index would.
pub fn findings_beside(body: &Body) -> impl Iterator<Item = &Finding> {
    let findings = body.findings.iter();
    findings.filter(|finding| body.score.no_index.is_none() || finding.code != "no-score")
}

/// Index of the request and of the proposal, gate first.
#[must_use]
pub fn index_text(body: &Body) -> Vec<String> {
    let score = &body.score;
    if let Some(reason) = &score.no_index {
        return vec![format!("no index: {reason}")];
    }
    let chosen = score
        .hyperscores
        .iter()
        .find(|row| row.preset == score.preset)
        .or_else(|| score.hyperscores.first());
    let mut parts = Vec::new();
    if score.gate_open {
        let index = chosen.map_or_else(String::new, |row| {
            format!(
                ", HyperScore {} ({})",
                significant(row.hyperscore, 4),
                row.preset
            )
        });
        parts.push(format!(
            "as requested: V {} ({} .. {}){index}",
            fixed(score.value, 2),
            fixed(score.value_low, 2),
            fixed(score.value_high, 2)
        ));
    } else {
        parts.push(format!(
            "as requested: gate closed, V 0 (without the gate {}, {} .. {})",
            fixed(score.ungated_value, 2),
            fixed(score.value_low, 2),
            fixed(score.value_high, 2)
        ));
    }
    if let Some(proposal) = &body.proposal {
        let index = match (proposal.value, proposal.hyperscore) {
            (Some(value), Some(hyperscore)) => format!(
                "V {}, HyperScore {} ({})",
                fixed(value, 2),
                significant(hyperscore, 4),
                chosen.map_or("preset not named", |row| row.preset.as_str())
            ),
            _ => "no index".to_owned(),
        };
        parts.push(format!("with {}: {index}", moves_phrase(proposal)));
    }
    parts
}

/// Share of samples that pass, in per cent.
#[must_use]
pub fn pass_share(estimate: f64) -> String {
    percent(estimate, 1)
}

/// A dictionary name in a reader's words: `drying.zone[3].air_temperature` is
/// `zone 3 air temperature`.
#[must_use]
pub fn short_name(name: &str) -> String {
    let rest = name.split_once('.').map_or(name, |(_, rest)| rest);
    rest.replace(['.', '_', '['], " ").replace(']', "")
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn and_list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Small counts in words.
#[must_use]
pub fn number_word(n: usize) -> String {
    const WORDS: [&str; 10] = [
        "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    ];
    WORDS
        .get(n)
        .map_or_else(|| n.to_string(), |word| (*word).to_owned())
}
