//! What would pass: the cheapest change of setpoints, or the limits that would have to give.
//!
//! In: a [`Subject`]. Out: [`Repairs`] with the exit code. Only setpoints with a plant step move,
//! never those that the change itself sets; a change found here is exact for rules on inputs, and
//! rules on outcomes are named because a simulation must still judge it.

use super::body;
use super::check_rules::place;
use super::rules;
use super::subject::{Split, Subject};
use super::window::{known, range_of, written};
use crate::check::case::Case;
use crate::check::joint_box::Setpoint;
use crate::check::judge::judge_rules;
use crate::check::repair::{Movable, Repair, cheapest};
use crate::check::verdict::{Judgement, Method, Verdict};
use crate::exit_code::ExitCode;
use crate::quantity::dictionary::Role;
use crate::rational::Rational;
use crate::record::repair::{Relaxation, RepairMove, Repairs};
use crate::record::window::{NotInWindow, RulePlace};
use crate::rule_language::{EvidenceClass, Rule, RuleSeverity};

/// Format of the answer.
pub const FORMAT: &str = "cellwright/repair/1";

/// Significant digits of a cost.
const DIGITS: u32 = 6;

/// What to ask.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Whether rules shall hold for all tolerances.
    pub robust: bool,
    /// Whether recalled and minor limits count too.
    pub strict: bool,
    /// Whether setpoints stay within their approved ranges.
    pub within_approval: bool,
    /// Setpoints that stay, beside those that the change sets.
    pub keep: Vec<String>,
    /// Cost per plant step, `name=weight`; one where not given.
    pub weights: Vec<String>,
    /// Changes to look at.
    pub budget: u64,
}

/// Answers `repair`.
///
/// # Errors
/// A message for an option that does not fit.
pub fn repairs(subject: &Subject, ask: &Ask) -> Result<(Repairs, ExitCode), String> {
    let case = subject.case(ask.robust);
    let split = subject.split(&case);
    let movables = movables(subject, &split, ask)?;
    let blocking: Vec<&Rule> = split
        .judged
        .iter()
        .copied()
        .filter(|rule| blocks(rule, ask.strict))
        .collect();
    let names: Vec<String> = movables.iter().map(|(name, _)| name.clone()).collect();
    let axes: Vec<Movable> = movables.into_iter().map(|(_, movable)| movable).collect();
    let found = cheapest(&subject.rules, &blocking, &case, &axes, ask.budget);
    let judged = judge_rules(&subject.rules, &blocking, &case, None);
    let broken: Vec<(&Rule, &Judgement)> = blocking
        .iter()
        .copied()
        .zip(&judged)
        .filter(|(_, one)| is_broken(&one.verdict))
        .collect();
    let scene = Scene {
        subject,
        case: &case,
        names: &names,
        axes: &axes,
        blocking: &blocking,
    };
    let mut answer = Repairs {
        format: FORMAT.to_owned(),
        versions: body::versions(),
        subject: subject.title.clone(),
        robust: ask.robust,
        sentence: String::new(),
        status: String::new(),
        broken: broken.iter().map(|(rule, _)| scene.place(rule)).collect(),
        moves: Vec::new(),
        cost: None,
        nothing_below: None,
        looked_at: 0,
        movable: names.clone(),
        stuck: Vec::new(),
        relaxations: scene.relaxations(&broken),
        not_in_repair: not_in(&split, &blocking),
    };
    let exit = scene.write(&mut answer, &found);
    let lacking = split
        .lacking
        .iter()
        .filter(|(rule, _)| blocks(rule, ask.strict));
    let lacking: Vec<&str> = lacking.map(|(rule, _)| rule.code.as_str()).collect();
    if lacking.is_empty() {
        return Ok((answer, exit));
    }
    let codes = lacking.join(", ");
    answer.sentence = format!(
        "{} Not judged for want of a value: {codes}.",
        answer.sentence
    );
    let exit = match exit {
        ExitCode::Success => ExitCode::Undecided,
        other => other,
    };
    Ok((answer, exit))
}

/// Recalled and minor limits warn and do not block.
pub(super) fn blocks(rule: &Rule, strict: bool) -> bool {
    strict || (rule.evidence != EvidenceClass::Recalled && rule.severity != RuleSeverity::Minor)
}

fn is_broken(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Violated | Verdict::HoldsNominally | Verdict::Undecided(_) => true,
        Verdict::Holds | Verdict::Conditional | Verdict::Idle | Verdict::Vacuous => false,
    }
}

fn weight(ask: &Ask, name: &str) -> Result<Rational, String> {
    for text in &ask.weights {
        let expected = || format!("`--weight {text}`: expected `name=weight`, weight above zero");
        let (known, weight) = text.split_once('=').ok_or_else(expected)?;
        let weight = Rational::parse_decimal(weight).map_err(|_| expected())?;
        if !weight.is_positive() {
            return Err(expected());
        }
        if known == name {
            return Ok(weight);
        }
    }
    Ok(Rational::one())
}

/// The setpoints that may move, by name.
fn movables(
    subject: &Subject,
    split: &Split<'_>,
    ask: &Ask,
) -> Result<Vec<(String, Movable)>, String> {
    let given = ask.keep.iter().chain(ask.weights.iter());
    for text in given {
        let name = text.split('=').next().unwrap_or_default();
        known(subject, name)?;
    }
    let mut found = Vec::new();
    for parameter in subject.recipe.parameters.values() {
        let name = &parameter.name;
        let Ok(known) = known(subject, name) else {
            continue;
        };
        let is_setpoint = subject.rules.signal(known.signal).role == Some(Role::Setpoint);
        let named = subject.movable.iter().find(|one| one.name.value == *name);
        let may_move = subject.movable.is_empty() || named.is_some();
        let stays = ask.keep.contains(name) || subject.changed.contains(name);
        let is_read = split
            .judged
            .iter()
            .any(|rule| rule.reads.contains(&known.signal));
        let Some(step) = parameter.step.as_ref() else {
            continue;
        };
        if !is_setpoint || !may_move || stays || !is_read {
            continue;
        }
        let mut limit = range_of(&subject.rules, known.signal, known.nominal);
        let narrower = [
            named.and_then(|one| one.limit.as_ref()),
            parameter
                .approved
                .as_ref()
                .filter(|_| ask.within_approval)
                .map(|approved| &approved.range),
        ];
        for range in narrower.into_iter().flatten() {
            limit = (
                limit.0.max(range.low.clone()),
                limit.1.min(range.high.clone()),
            );
        }
        let tolerance = parameter.tolerance.as_ref().filter(|_| ask.robust);
        let setpoint = Setpoint {
            signal: known.signal,
            nominal: known.nominal.clone(),
            step: step.clone(),
            limit,
            minus: tolerance.map(|tolerance| tolerance.minus.clone()),
            plus: tolerance.map(|tolerance| tolerance.plus.clone()),
        };
        let weight = weight(ask, name)?;
        found.push((name.clone(), Movable { setpoint, weight }));
    }
    Ok(found)
}

fn not_in(split: &Split<'_>, blocking: &[&Rule]) -> Vec<NotInWindow> {
    let mut list = Vec::new();
    let mut add = |codes: Vec<String>, why: &str| {
        if !codes.is_empty() {
            list.push(NotInWindow {
                codes,
                why: why.to_owned(),
            });
        }
    };
    let warns = split
        .judged
        .iter()
        .filter(|rule| !blocking.iter().any(|known| known.code == rule.code));
    let code = |rule: &&Rule| rule.code.clone();
    add(warns.map(code).collect(), "warns only: recalled or minor");
    let lacking = split.lacking.iter().map(|(rule, _)| rule.code.clone());
    add(lacking.collect(), "a signal has no value");
    let simulated = split.simulated.iter().map(code);
    add(simulated.collect(), "needs simulation: `cellwright run`");
    list
}

struct Scene<'a> {
    subject: &'a Subject,
    case: &'a Case,
    names: &'a [String],
    axes: &'a [Movable],
    blocking: &'a [&'a Rule],
}

impl Scene<'_> {
    fn place(&self, rule: &Rule) -> RulePlace {
        RulePlace {
            code: rule.code.clone(),
            place: place(&self.subject.sources, rule.code_span),
        }
    }

    fn write(&self, answer: &mut Repairs, found: &Repair) -> ExitCode {
        let codes = |answer: &Repairs| {
            let codes: Vec<&str> = answer.broken.iter().map(|one| one.code.as_str()).collect();
            codes.join(", ")
        };
        match found {
            Repair::NotNeeded => {
                answer.status = "not needed".to_owned();
                answer.sentence =
                    "Nothing to repair: every blocking rule on inputs holds.".to_owned();
                ExitCode::Success
            }
            Repair::Found {
                steps,
                cost,
                looked_at,
            } => {
                answer.status = "found".to_owned();
                answer.moves = self.moves(steps);
                answer.cost = Some(cost.display_significant(DIGITS));
                answer.nothing_below.clone_from(&answer.cost);
                answer.looked_at = *looked_at;
                let moves = answer.moves.iter();
                let moves: Vec<String> = moves
                    .map(|one| format!("{} {} -> {}", one.name, one.from, one.to))
                    .collect();
                answer.sentence = format!(
                    "{} would hold with {}; no cheaper change of the setpoints does it.",
                    codes(answer),
                    moves.join(" and ")
                );
                ExitCode::Findings
            }
            Repair::Impossible { stuck, looked_at } => {
                answer.status = "impossible".to_owned();
                answer.looked_at = *looked_at;
                let stuck = stuck.iter().map(|&at| self.blocking[at].code.clone());
                answer.stuck = stuck.collect();
                answer.sentence = if answer.stuck.is_empty() {
                    format!("No setting within the limits repairs {}.", codes(answer))
                } else {
                    let stuck = answer.stuck.join(", ");
                    format!("No setpoint that may move repairs {stuck}.")
                };
                ExitCode::Findings
            }
            Repair::BudgetEnded {
                looked_at,
                cheaper_fails,
            } => {
                answer.status = "budget ended".to_owned();
                answer.looked_at = *looked_at;
                answer.nothing_below = Some(cheaper_fails.display_significant(DIGITS));
                answer.sentence = format!(
                    "Undecided: no change cheaper than {} repairs {}; the budget of {looked_at} \
                     changes is used up.",
                    cheaper_fails.display_significant(DIGITS),
                    codes(answer)
                );
                ExitCode::Undecided
            }
        }
    }

    fn moves(&self, steps: &[i64]) -> Vec<RepairMove> {
        let moved = self.names.iter().zip(self.axes).zip(steps);
        let moved = moved.filter(|(_, steps)| **steps != 0);
        let one = |((name, movable), &steps): ((&String, &Movable), &i64)| {
            let known = known(self.subject, name).ok()?;
            let value = movable.setpoint.at(steps);
            let approved = known.parameter.approved.as_ref();
            let approval = match approved.map(|approved| approved.range.contains(&value)) {
                Some(true) => "inside",
                Some(false) => "outside",
                None => "not stated",
            };
            Some(RepairMove {
                name: name.clone(),
                from: written(known.unit, known.nominal),
                to: written(known.unit, &value),
                steps,
                approval: approval.to_owned(),
            })
        };
        moved.filter_map(one).collect()
    }

    /// Weakest evidence first: a recalled limit is cheaper to question than a standard.
    fn relaxations(&self, broken: &[(&Rule, &Judgement)]) -> Vec<Relaxation> {
        let mut ordered: Vec<&(&Rule, &Judgement)> = broken.iter().collect();
        ordered.sort_by(|(a, _), (b, _)| (a.evidence, &a.code).cmp(&(b.evidence, &b.code)));
        let one = |(rule, judgement): &&(&Rule, &Judgement)| {
            let head = rules::head(&self.subject.rules, rule, &self.subject.sources);
            let row = rules::evaluation(
                &self.subject.rules,
                rule,
                self.case,
                &self.subject.sources,
                judgement,
            );
            let reading = judgement.worst.as_ref().or(judgement.nominal.as_ref());
            let margin = reading.and_then(|reading| reading.margin.as_ref());
            let short = margin.map(|margin| -margin.value.lower());
            let short = short.filter(Rational::is_positive);
            Relaxation {
                rule: self.place(rule),
                title: rule.title.clone(),
                limit: head.limit,
                worst: row.worst_value.or(row.value),
                by: short
                    .as_ref()
                    .map(|short| rules::difference_text(short, &rule.unit)),
                by_exact: short.as_ref().map(Rational::to_ratio_string),
                enough: short.is_some() && judgement.rechecked && is_exact(judgement.method),
                evidence: head.evidence,
                source: head.source,
                owner: head.owner,
            }
        };
        ordered.iter().map(one).collect()
    }
}

/// Whether the worst point of the box is known exactly and not merely a witness.
fn is_exact(method: Method) -> bool {
    match method {
        Method::Evaluation | Method::ClosedForm | Method::Corners => true,
        Method::LinearArithmetic
        | Method::Products
        | Method::Boxes
        | Method::Search
        | Method::Solver => false,
    }
}
