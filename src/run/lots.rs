//! Which incoming lots can be run at all, and the incoming-goods limits that follow.
//!
//! In: a [`Subject`], the materials with the ranges of their lots, setpoints that stay. Out: a
//! [`LotsAnswer`] with the exit code. Setpoints with an approved range may be chosen in it, all
//! others and everything that the change sets stay at their values, tolerances left aside.

use std::collections::BTreeSet;

use super::body;
use super::repair::blocks;
use super::search::quantity_of;
use super::subject::{Split, Subject};
use super::window::{add, free_end, known, range_of, why, written, written_inside};
use crate::certificate::Any;
use crate::certificate::file::File;
use crate::check::case::{Case, NumberCase, SignalCase};
use crate::check::compile::variable_of;
use crate::check::lots::{Lots, Question, decide};
use crate::check::optimum::Optimum;
use crate::check::prove::Values;
use crate::check::window::{Axis, LeftOut, free};
use crate::exit_code::ExitCode;
use crate::quantity::dictionary::Role;
use crate::rational::Rational;
use crate::record::lots::{LotLimit, LotRange, LotValue, LotsAnswer};
use crate::record::window::NotInWindow;
use crate::rule_language::Rule;

/// Format of the answer.
pub const FORMAT: &str = "cellwright/lots/1";

/// What to ask.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Materials, `name` or `name=low..high`; all with a tolerance when empty.
    pub materials: Vec<String>,
    /// Setpoints that stay.
    pub fix: Vec<String>,
    /// Whether recalled and minor limits count too.
    pub strict: bool,
}

/// A number that ranges.
struct Ranging {
    name: String,
    low: Rational,
    high: Rational,
}

/// Answers `lots`.
///
/// # Errors
/// A message for an option that does not fit.
pub fn lots(subject: &Subject, ask: &Ask) -> Result<(LotsAnswer, ExitCode), String> {
    let at_recipe = subject.case(false);
    let split = subject.split(&at_recipe);
    let rules: Vec<&Rule> = split
        .judged
        .iter()
        .copied()
        .filter(|rule| blocks(rule, ask.strict))
        .collect();
    let materials = materials(subject, &rules, ask)?;
    let chosen = setpoints(subject, ask, &materials)?;
    let mut case = at_recipe.clone();
    for one in materials.iter().chain(&chosen) {
        set_range(subject, &mut case, one)?;
    }
    let number = |one: &Ranging| Some(variable_of(subject.rules.signal_named(&one.name)?));
    let variables: BTreeSet<u32> = materials.iter().filter_map(number).collect();
    let found = decide(&Question {
        rule_set: &subject.rules,
        rules: &rules,
        case: &case,
        materials: &variables,
    });
    let scene = Scene {
        subject,
        rules: &rules,
        chosen: &chosen,
    };
    let lot = match &found.lots {
        Lots::None { lot, .. } | Lots::Undecided { lot: Some(lot), .. } => Some(lot),
        Lots::All { .. } | Lots::Undecided { lot: None, .. } => None,
    };
    let (limits, separating) = scene.limits(&materials, &at_recipe, lot)?;
    let counts = |(rule, _): &(&Rule, String)| blocks(rule, ask.strict);
    let lacking = split.lacking.iter().any(counts);
    let mut answer = LotsAnswer {
        format: FORMAT.to_owned(),
        versions: body::versions(),
        subject: subject.title.clone(),
        sentence: String::new(),
        status: String::new(),
        materials: scene.ranges(&materials),
        free: scene.ranges(&chosen),
        settings: Vec::new(),
        lot: lot.map_or_else(Vec::new, |lot| scene.values(lot)),
        proved: false,
        certificate: None,
        limits,
        not_in_answer: scene.not_in(&found.left_out, &split),
    };
    let undecided = lacking || !found.left_out.is_empty();
    let exit = scene.write(&mut answer, &found.lots, undecided);
    if let (Lots::None { .. }, Some(words)) = (&found.lots, separating.last()) {
        answer.sentence = format!("{} {words}.", answer.sentence);
    }
    Ok((answer, exit))
}

/// Keeps a certificate, which the checker has read.
fn prove(answer: &mut LotsAnswer, own: Option<Any>, shows: &str) {
    answer.proved = own.is_some();
    let file = own.map(|own| File::new(shows, own));
    answer.certificate = file.and_then(|file| serde_json::to_value(file).ok());
}

fn set_range(subject: &Subject, case: &mut Case, one: &Ranging) -> Result<(), String> {
    let known = known(subject, &one.name)?;
    case.set(
        known.signal,
        SignalCase::Number(NumberCase {
            nominal: known
                .nominal
                .clone()
                .max(one.low.clone())
                .min(one.high.clone()),
            low: one.low.clone(),
            high: one.high.clone(),
            step: None,
        }),
    );
    Ok(())
}

fn materials(subject: &Subject, rules: &[&Rule], ask: &Ask) -> Result<Vec<Ranging>, String> {
    let mut found = Vec::new();
    for text in &ask.materials {
        let (name, range) = text
            .split_once('=')
            .map_or((text.as_str(), None), |(name, range)| (name, Some(range)));
        let known = known(subject, name)?;
        let (low, high) = match range {
            None => known.parameter.bounds().unwrap_or_default(),
            Some(range) => {
                let expected =
                    || format!("`--material {text}`: expected `name=low..high`, low at most high");
                let (low, high) = range.split_once("..").ok_or_else(expected)?;
                let number = |text: &str| quantity_of(text.trim(), known.parameter);
                let (low, high) = (number(low)?, number(high)?);
                if low > high {
                    return Err(expected());
                }
                (low, high)
            }
        };
        let name = name.to_owned();
        found.push(Ranging { name, low, high });
    }
    if ask.materials.is_empty() {
        for parameter in subject.recipe.parameters.values() {
            let Ok(known) = known(subject, &parameter.name) else {
                continue;
            };
            let role = subject.rules.signal(known.signal).role;
            let is_material = matches!(role, Some(Role::Material | Role::Disturbance));
            let is_read = rules.iter().any(|rule| rule.reads.contains(&known.signal));
            if let Some((low, high)) = parameter.bounds().filter(|_| is_material && is_read)
                && low < high
            {
                let name = parameter.name.clone();
                found.push(Ranging { name, low, high });
            }
        }
    }
    if found.is_empty() {
        return Err(
            "no material of the recipe has a tolerance; give `--material name=low..high`"
                .to_owned(),
        );
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup_by(|a, b| a.name == b.name);
    Ok(found)
}

fn setpoints(subject: &Subject, ask: &Ask, materials: &[Ranging]) -> Result<Vec<Ranging>, String> {
    for name in &ask.fix {
        known(subject, name)?;
    }
    let mut found = Vec::new();
    for parameter in subject.recipe.parameters.values() {
        let name = &parameter.name;
        let stays = ask.fix.contains(name)
            || subject.changed.contains(name)
            || materials.iter().any(|one| one.name == *name);
        let (Some(approved), Ok(known)) = (&parameter.approved, known(subject, name)) else {
            continue;
        };
        let is_setpoint = subject.rules.signal(known.signal).role == Some(Role::Setpoint);
        if !stays && is_setpoint {
            found.push(Ranging {
                name: name.clone(),
                low: approved.range.low.clone(),
                high: approved.range.high.clone(),
            });
        }
    }
    Ok(found)
}

struct Scene<'a> {
    subject: &'a Subject,
    rules: &'a [&'a Rule],
    chosen: &'a [Ranging],
}

impl Scene<'_> {
    fn ranges(&self, list: &[Ranging]) -> Vec<LotRange> {
        let one = |one: &Ranging| {
            let unit = known(self.subject, &one.name).ok()?.unit;
            Some(LotRange {
                name: one.name.clone(),
                low: written(unit, &one.low),
                high: written(unit, &one.high),
            })
        };
        list.iter().filter_map(one).collect()
    }

    fn values(&self, values: &Values) -> Vec<LotValue> {
        let one = |(&variable, si): (&u32, &Rational)| {
            let signal = self.subject.rules.signals.get(variable as usize)?;
            let known = known(self.subject, &signal.name).ok()?;
            Some(LotValue {
                name: signal.name.clone(),
                value: written(known.unit, si),
                exact: si.to_ratio_string(),
            })
        };
        values.iter().filter_map(one).collect()
    }

    fn named(&self, lot: &Values) -> String {
        let values = self.values(lot);
        let one = |one: &LotValue| format!("{} = {}", one.name, one.value);
        values.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    fn at_lot(&self, case: &Case, lot: &Values) -> Case {
        let mut case = case.clone();
        for (&variable, value) in lot {
            let exact = SignalCase::Number(NumberCase::exact(value.clone()));
            case.set(crate::rule_language::SignalId(variable as usize), exact);
        }
        case
    }

    /// The limits of every material, the others as in the recipe and as in the lot, and in words
    /// what they keep from being run.
    fn limits(
        &self,
        materials: &[Ranging],
        at_recipe: &Case,
        lot: Option<&Values>,
    ) -> Result<(Vec<LotLimit>, Vec<String>), String> {
        let (mut limits, mut separating) = (Vec::new(), Vec::new());
        for one in materials {
            let mut cases = vec![("recipe", at_recipe.clone())];
            // With one material the lot has no others.
            let lot = lot.filter(|_| materials.len() > 1);
            cases.extend(lot.map(|lot| ("lot", self.at_lot(at_recipe, lot))));
            for (others, case) in cases {
                if let Some((limit, words)) = self.limit(one, &case, others)? {
                    limits.push(limit);
                    separating.extend(words);
                }
            }
        }
        Ok((limits, separating))
    }

    /// Rules that take no part, and why.
    fn not_in(&self, left_out: &[LeftOut], split: &Split<'_>) -> Vec<NotInWindow> {
        let mut list = Vec::new();
        for left in left_out {
            add(&mut list, &self.rules[left.rule].code, &why(&left.why));
        }
        for rule in &split.judged {
            if !self.rules.iter().any(|known| known.code == rule.code) {
                add(&mut list, &rule.code, "warns only: recalled or minor");
            }
        }
        for (rule, _) in &split.lacking {
            add(&mut list, &rule.code, "a signal has no value");
        }
        for rule in &split.simulated {
            add(&mut list, &rule.code, "needs simulation: `cellwright run`");
        }
        list
    }

    /// What of a material can be run, the setpoints chosen freely, everything else as the case has
    /// it, and in words what of its lots cannot; nothing where no rule ends it.
    fn limit(
        &self,
        one: &Ranging,
        case: &Case,
        others: &str,
    ) -> Result<Option<(LotLimit, Vec<String>)>, String> {
        let mut case = case.clone();
        for chosen in self.chosen {
            set_range(self.subject, &mut case, chosen)?;
        }
        let known = known(self.subject, &one.name)?;
        let (low, high) = range_of(&self.subject.rules, known.signal, known.nominal);
        let axis = Axis {
            signal: known.signal,
            nominal: known.nominal.clone(),
            range: (low.min(one.low.clone()), high.max(one.high.clone())),
            minus: None,
            plus: None,
        };
        let found = free(&self.subject.rules, self.rules, &case, &axis);
        let is_whole = found.left_out.is_empty();
        let reached = |optimum: &Optimum, end: &Rational| match optimum {
            Optimum::Attained { value, .. } => value == end,
            Optimum::Approached { .. }
            | Optimum::Between { .. }
            | Optimum::Impossible(_)
            | Optimum::TooLarge => false,
        };
        if is_whole
            && reached(&found.least, &axis.range.0)
            && reached(&found.greatest, &axis.range.1)
        {
            return Ok(None);
        }
        let mut words = Vec::new();
        if let Optimum::Attained { value, .. } = &found.least
            && *value > one.low
        {
            let limit = written_inside(known.unit, value, true);
            words.push(format!("`{}` below {limit} cannot be run", one.name));
        }
        if let Optimum::Attained { value, .. } = &found.greatest
            && *value < one.high
        {
            let limit = written_inside(known.unit, value, false);
            words.push(format!("`{}` above {limit} cannot be run", one.name));
        }
        let limit = LotLimit {
            name: one.name.clone(),
            others: others.to_owned(),
            low: free_end(&found.least, known.unit, false, is_whole),
            high: free_end(&found.greatest, known.unit, true, is_whole),
        };
        Ok(Some((limit, words)))
    }

    fn write(&self, answer: &mut LotsAnswer, lots: &Lots, undecided: bool) -> ExitCode {
        let held = self.subject.changed.iter().filter_map(|name| {
            let known = known(self.subject, name).ok()?;
            Some(format!("{name} at {}", written(known.unit, known.nominal)))
        });
        let held: Vec<String> = held.collect();
        let held = if held.is_empty() {
            String::new()
        } else {
            format!(" with {}", held.join(", "))
        };
        match lots {
            Lots::All {
                settings,
                certificate,
            } => {
                answer.status = "all".to_owned();
                let own = certificate.clone().map(Any::Statement);
                prove(
                    answer,
                    own,
                    "every lot in the ranges has one of the settings",
                );
                answer.settings = settings.iter().map(|one| self.values(one)).collect();
                let how = match settings.len() {
                    1 => "one setting works for all of them".to_owned(),
                    count => format!("{count} settings are enough for all of them"),
                };
                let reserve = if undecided {
                    " of those that could be judged"
                } else {
                    ""
                };
                answer.sentence = format!(
                    "Every lot in the ranges has a setting that keeps the rules on inputs\
                     {reserve}{held}; {how}."
                );
                if undecided {
                    ExitCode::Undecided
                } else {
                    ExitCode::Success
                }
            }
            Lots::None { lot, certificate } => {
                answer.status = "not all".to_owned();
                let own = certificate.clone().map(Any::Contradiction);
                prove(answer, own, &format!("no setting for {}", self.named(lot)));
                answer.sentence = format!(
                    "Not every lot can be run{held}: no setting keeps the rules for {}.",
                    self.named(lot)
                );
                ExitCode::Findings
            }
            Lots::Undecided { tried, .. } => {
                answer.status = "undecided".to_owned();
                answer.sentence = format!(
                    "Undecided whether every lot can be run{held}: {} for all, and the budget of \
                     rounds or cuts is used up.",
                    match tried {
                        1 => "the one setting tried does not work".to_owned(),
                        tried => format!("none of {tried} settings tried works"),
                    }
                );
                ExitCode::Undecided
            }
        }
    }
}
