//! Change review: two versions of a rule set, perhaps with two recipes.
//!
//! In: paths. Out: a [`Review`] with the exit code: per rule stricter, looser, equivalent or
//! incomparable with witnesses, the two recipes under both versions, the margins that shrank.

use std::collections::BTreeMap;

use super::body;
use super::check_rules::{open_all, place, resolve};
use super::documents::Rejected;
use super::window::range_of;
use super::{rule_sources, rules};
use crate::certificate::Any;
use crate::certificate::file::File;
use crate::check::judge::judge_rules;
use crate::check::review::{
    Change, Ground, GroundWhy, Preferred, Relation, Unknown, Wish, Witness, WitnessValue, compare,
};
use crate::check::solver_process::Solver;
use crate::document::{Files, Intake};
use crate::exit_code::ExitCode;
use crate::model::document::Model;
use crate::quantity::dictionary::{Role, standard};
use crate::quantity::{Kind, QuantityType, Unit};
use crate::rational::Rational;
use crate::recipe::Recipe;
use crate::record::review::{RecipeUnderRules, Review, ReviewedRule, Shrunk, WitnessEntry};
use crate::rule_language::{ParsedFile, Rule, RuleSet, Signal, SignalId, SignalType};
use crate::span::Sources;

/// Format of the answer.
pub const FORMAT: &str = "cellwright/review/1";

/// What to compare.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Rule files of the old version.
    pub old_rules: &'a [String],
    /// Rule files of the new version.
    pub new_rules: &'a [String],
    /// The old and the new recipe.
    pub recipes: Option<(&'a str, &'a str)>,
    /// Model whose constants the rules read.
    pub model: Option<&'a str>,
    /// How questions reach the solver.
    pub solver: Option<&'a Solver>,
}

/// Both versions and recipes, read.
struct Documents {
    old: RuleSet,
    new: RuleSet,
    recipes: Option<(Recipe, Recipe)>,
    model: Option<Model>,
    sources: Sources,
}

/// Reviews a change of rules.
///
/// # Errors
/// [`Rejected`] with all diagnostics of all documents.
pub fn review(files: &dyn Files, request: &Request<'_>) -> Result<(Review, ExitCode), Rejected> {
    let documents = read(files, request)?;
    let preferred = preferred(&documents);
    let changes = compare(&documents.old, &documents.new, &preferred, request.solver);
    let rules: Vec<ReviewedRule> = changes
        .iter()
        .filter_map(|one| documents.reviewed(&one.code, &one.change))
        .collect();
    let mut recipes = Vec::new();
    let mut shares: Vec<BTreeMap<String, f64>> = Vec::new();
    if let Some((old, new)) = &documents.recipes {
        for (name, recipe) in [("old", old), ("new", new)] {
            for (version, set) in [("old", &documents.old), ("new", &documents.new)] {
                let (row, own) = documents.judged((name, recipe), (version, set), request.solver);
                recipes.push(row);
                shares.push(own);
            }
        }
    }
    let shrank = match shares.as_slice() {
        [first, .., last] => shrunk(first, last),
        _ => Vec::new(),
    };
    let exit = exit_of(&rules, &recipes);
    let review = Review {
        format: FORMAT.to_owned(),
        versions: body::versions(),
        subject: format!(
            "{} to {}",
            shown(request.old_rules),
            shown(request.new_rules)
        ),
        sentence: sentence(&rules, &recipes),
        rules,
        recipes,
        shrank,
    };
    Ok((review, exit))
}

fn shown(paths: &[String]) -> String {
    match paths {
        [only] => only.clone(),
        many => format!("{} rule files", many.len()),
    }
}

fn exit_of(rules: &[ReviewedRule], recipes: &[RecipeUnderRules]) -> ExitCode {
    let undecided = rules.iter().any(|rule| rule.change == "undecided");
    let changed = rules
        .iter()
        .any(|rule| rule.change != "equivalent" || !rule.other_changes.is_empty());
    let last = recipes.last();
    if last.is_some_and(|last| !last.broken.is_empty()) || (recipes.is_empty() && changed) {
        ExitCode::Findings
    } else if undecided || last.is_some_and(|last| !last.undecided.is_empty()) {
        ExitCode::Undecided
    } else {
        ExitCode::Success
    }
}

fn sentence(rules: &[ReviewedRule], recipes: &[RecipeUnderRules]) -> String {
    let count = |word: &str| rules.iter().filter(|rule| rule.change == word).count();
    let words = [
        "stricter",
        "looser",
        "incomparable",
        "added",
        "removed",
        "undecided",
    ];
    let changed: Vec<String> = words
        .iter()
        .filter(|word| count(word) > 0)
        .map(|word| format!("{} {word}", count(word)))
        .collect();
    let same = count("equivalent");
    let rules = if changed.is_empty() {
        match same {
            1 => "The only rule permits the same as before".to_owned(),
            _ => format!("All {same} rules permit the same as before"),
        }
    } else {
        let changed = changed.join(", ");
        match (rules.len(), same) {
            (1, _) => format!("Of 1 rule {changed}"),
            (all, 1) => format!("Of {all} rules {changed}; 1 permits the same"),
            (all, _) => format!("Of {all} rules {changed}; {same} permit the same"),
        }
    };
    let Some(last) = recipes.last() else {
        return format!("{rules}.");
    };
    if last.broken.is_empty() && last.undecided.is_empty() {
        format!("{rules}. The new recipe breaks none of the new rules on inputs.")
    } else if last.broken.is_empty() {
        let undecided = last.undecided.join(", ");
        format!("{rules}. Of the new recipe under the new rules {undecided} stay undecided.")
    } else {
        let broken = last.broken.join(", ");
        format!("{rules}. The new recipe under the new rules breaks {broken}.")
    }
}

fn shrunk(from: &BTreeMap<String, f64>, to: &BTreeMap<String, f64>) -> Vec<Shrunk> {
    let mut found: Vec<Shrunk> = from
        .iter()
        .filter_map(|(code, &from)| {
            let &to = to.get(code)?;
            let code = code.clone();
            (to < from).then_some(Shrunk { code, from, to })
        })
        .collect();
    found.sort_by(|a, b| {
        let gain = |one: &Shrunk| one.to - one.from;
        gain(a).total_cmp(&gain(b)).then(a.code.cmp(&b.code))
    });
    found
}

fn read(files: &dyn Files, request: &Request<'_>) -> Result<Documents, Rejected> {
    let mut intake = Intake::new(files);
    let opened: Vec<Vec<ParsedFile>> = [request.old_rules, request.new_rules]
        .into_iter()
        .map(|paths| {
            let opened = open_all(&mut intake, paths);
            rule_sources::parsed(files, &mut intake, &opened)
        })
        .collect();
    let recipes = request.recipes.and_then(|(old, new)| {
        let old = Recipe::read(&mut intake, old, None);
        Some((old?, Recipe::read(&mut intake, new, None)?))
    });
    let model = request
        .model
        .and_then(|path| Model::read(&mut intake, path, None));
    let mut diagnostics = crate::diagnostic::Diagnostics::new();
    let mut sets = Vec::new();
    for (place, parsed) in opened.iter().enumerate() {
        let recipe = recipes
            .as_ref()
            .map(|(old, new)| if place == 0 { old } else { new });
        let (set, found) = resolve(&intake, parsed, recipe);
        diagnostics.extend(found);
        if let Some(recipe) = recipe {
            diagnostics.extend(super::signal_ranges::outside(&set, recipe));
        }
        sets.push(set);
    }
    diagnostics.extend(intake.report.diagnostics());
    match (sets.pop(), sets.pop()) {
        (Some(new), Some(old)) if !diagnostics.has_errors() => Ok(Documents {
            old,
            new,
            recipes,
            model,
            sources: intake.sources,
        }),
        _ => Err(Rejected {
            diagnostics,
            sources: intake.sources,
        }),
    }
}

/// Witnesses lie near the new recipe on its steps, else in the middle of the declared range on a
/// hundredth of it, rounded to a power of ten of the unit.
fn preferred(documents: &Documents) -> Preferred {
    let mut preferred = Preferred::new();
    for set in [&documents.old, &documents.new] {
        for (at, signal) in set.signals.iter().enumerate() {
            let SignalType::Number { unit, .. } = &signal.signal_type else {
                continue;
            };
            let unit = display_unit(&signal.name).unwrap_or_else(|| unit.clone());
            let recipe = documents.recipes.as_ref().map(|(_, new)| new);
            let parameter = recipe.and_then(|recipe| recipe.parameters.get(&signal.name));
            let value = parameter.and_then(|parameter| parameter.number().cloned());
            let constant = || {
                let model = documents.model.as_ref()?;
                Some(model.parameters.get(&signal.name)?.number().clone())
            };
            let value = value.or_else(constant);
            let (low, high) = range_of(set, SignalId(at), &value.clone().unwrap_or_default());
            let step = parameter.and_then(|parameter| parameter.step.clone());
            let step = step.unwrap_or_else(|| round_step(&unit, &(&high - &low)));
            let centre = value.unwrap_or_else(|| {
                let middle = unit.from_si(&(&(&low + &high) * &Rational::ratio(1, 2)));
                let step = unit.difference_from_si(&step);
                let whole = (&middle / &step).floor();
                unit.to_si(&(&step * &whole))
            });
            let wish = Wish {
                candidates: vec![centre],
                step,
                possible: possible(signal),
            };
            preferred.insert(signal.name.clone(), wish);
        }
    }
    preferred
}

/// No input with a dimension lies below zero (a house rule of recipes), no share above the whole;
/// a share of the explosive limit may.
fn possible(signal: &Signal) -> (Option<Rational>, Option<Rational>) {
    let SignalType::Number { quantity_type, .. } = &signal.signal_type else {
        return (None, None);
    };
    let is_input = signal.role.is_some_and(|role| role != Role::Outcome);
    let kind = quantity_type.kind;
    if !is_input || *quantity_type == QuantityType::NUMBER {
        return (None, None);
    }
    let is_share = kind.is_fraction() && kind != Kind::LelFraction;
    (Some(Rational::zero()), is_share.then(Rational::one))
}

/// The power of ten in the unit that is at most a hundredth of a width.
fn round_step(unit: &Unit, width: &Rational) -> Rational {
    let share = unit.difference_from_si(width) / Rational::from(100);
    let mut exponent = 12_i64;
    while exponent > -30 && Rational::power_of_ten(exponent) > share {
        exponent -= 1;
    }
    let step = Rational::power_of_ten(exponent);
    &unit.to_si(&step) - &unit.to_si(&Rational::zero())
}

fn display_unit(name: &str) -> Option<Unit> {
    standard().get(name).map(|entry| entry.unit.clone())
}

impl Documents {
    fn reviewed(&self, code: &str, change: &Change) -> Option<ReviewedRule> {
        let (old, new) = (self.old.rule_named(code), self.new.rule_named(code));
        let shown = new.or(old)?;
        let limit = |set: &RuleSet, rule: Option<&Rule>| {
            rule.map(|rule| rules::head(set, rule, &self.sources).limit)
        };
        let mut found = ReviewedRule {
            code: code.to_owned(),
            change: String::new(),
            guard: String::new(),
            limit_from: limit(&self.old, old),
            limit_to: limit(&self.new, new),
            kind: if shown.is_outcome { "outcome" } else { "input" }.to_owned(),
            other_changes: Vec::new(),
            newly_forbidden: Vec::new(),
            newly_permitted: Vec::new(),
            proved: false,
            certificates: Vec::new(),
            solvers_word: Vec::new(),
            remark: None,
            place: place(&self.sources, shown.code_span),
        };
        match change {
            Change::Added => "added".clone_into(&mut found.change),
            Change::Removed => "removed".clone_into(&mut found.change),
            Change::Both {
                permits,
                guard,
                newly_forbidden,
                newly_permitted,
                grounds,
            } => {
                prove(&mut found, grounds);
                found.change = word(permits, ["equivalent", "stricter", "looser"]);
                found.guard = word(guard, ["unchanged", "applies less", "applies more"]);
                found.newly_forbidden = self.entries(newly_forbidden.as_ref());
                found.newly_permitted = self.entries(newly_permitted.as_ref());
                let undecided = [permits, guard].into_iter().find_map(|one| match one {
                    Relation::Undecided(why) => Some(remark(why)),
                    _ => None,
                });
                found.proved &= undecided.is_none();
                found.remark = undecided;
                if let (Some(old), Some(new)) = (old, new) {
                    found.other_changes = other_changes(old, new);
                }
            }
        }
        Some(found)
    }

    fn entries(&self, witness: Option<&Witness>) -> Vec<WitnessEntry> {
        let Some(witness) = witness else {
            return Vec::new();
        };
        let entry = |(name, value): (&String, &WitnessValue)| match value {
            WitnessValue::Word(word) => WitnessEntry {
                name: name.clone(),
                value: word.clone(),
                exact: word.clone(),
            },
            WitnessValue::Number(si) => WitnessEntry {
                name: name.clone(),
                value: self.unit(name).display_rounded(si, 6),
                exact: si.to_ratio_string(),
            },
        };
        witness.iter().map(entry).collect()
    }

    fn unit(&self, name: &str) -> Unit {
        let declared = || {
            [&self.new, &self.old].into_iter().find_map(|set| {
                let signal = set.signal(set.signal_named(name)?);
                match &signal.signal_type {
                    SignalType::Number { unit, .. } => Some(unit.clone()),
                    SignalType::OneOf { .. } => None,
                }
            })
        };
        display_unit(name)
            .or_else(declared)
            .unwrap_or_else(|| rules::known_unit("1"))
    }

    /// One recipe under one version, and the margin of each rule in shares of its limit.
    fn judged(
        &self,
        (name, recipe): (&str, &Recipe),
        (version, set): (&str, &RuleSet),
        solver: Option<&Solver>,
    ) -> (RecipeUnderRules, BTreeMap<String, f64>) {
        let case = rules::case(set, recipe, self.model.as_ref());
        let inputs: Vec<&Rule> = set.rules.iter().filter(|rule| !rule.is_outcome).collect();
        let mut row = RecipeUnderRules {
            recipe: name.to_owned(),
            rules: version.to_owned(),
            fine: 0,
            conditional: Vec::new(),
            broken: Vec::new(),
            undecided: Vec::new(),
            needs_simulation: set.rules.iter().filter(|rule| rule.is_outcome).count() as u64,
        };
        let mut shares = BTreeMap::new();
        for (rule, judgement) in inputs.iter().zip(judge_rules(set, &inputs, &case, solver)) {
            let found = rules::evaluation(set, rule, &case, &self.sources, &judgement);
            match found.verdict.as_str() {
                "violated" | "holds_nominally" => row.broken.push(rule.code.clone()),
                "undecided" => row.undecided.push(rule.code.clone()),
                "conditional" => row.conditional.push(rule.code.clone()),
                _ => row.fine += 1,
            }
            if let Some(share) = found.margin_share {
                shares.insert(rule.code.clone(), share);
            }
        }
        (row, shares)
    }
}

/// What is said not to happen: with a certificate, or on the solver's word alone.
fn prove(found: &mut ReviewedRule, grounds: &[Ground]) {
    for ground in grounds {
        match &ground.why {
            GroundWhy::Certificate(own) => {
                let file = File::new(&ground.says, Any::Contradiction(own.clone()));
                found.certificates.extend(serde_json::to_value(file).ok());
            }
            GroundWhy::Solver => found.solvers_word.push(ground.says.clone()),
            GroundWhy::Shape => {}
        }
    }
    found.proved = found.solvers_word.is_empty();
}

fn word(relation: &Relation, [same, fewer, more]: [&str; 3]) -> String {
    match relation {
        Relation::Equivalent => same,
        Relation::Fewer => fewer,
        Relation::More => more,
        Relation::Incomparable => "incomparable",
        Relation::Undecided(_) => "undecided",
    }
    .to_owned()
}

fn remark(unknown: &Unknown) -> String {
    match unknown {
        Unknown::Solver(reason) => reason.to_string(),
        Unknown::Declaration { signal } => {
            format!("`{signal}` is declared differently in the two versions")
        }
        Unknown::TooLarge => "the rule is too large to be written out".to_owned(),
    }
}

/// What changed beside what the rule permits.
fn other_changes(old: &Rule, new: &Rule) -> Vec<String> {
    let mut found = Vec::new();
    let mut changed = |what: &str, from: &str, to: &str| {
        if from != to {
            found.push(format!("{what} {from} -> {to}"));
        }
    };
    changed("severity", old.severity.name(), new.severity.name());
    changed("evidence", old.evidence.name(), new.evidence.name());
    let owner = |rule: &Rule| rule.owner.clone().unwrap_or_else(|| "none".to_owned());
    changed("owner", &owner(old), &owner(new));
    let band = |rule: &Rule| {
        rule.guard_band.as_ref().map_or_else(
            || "none".to_owned(),
            |band| rules::difference_text(&band.value, &rule.unit),
        )
    };
    changed("guard band", &band(old), &band(new));
    let chance = |rule: &Rule| {
        rule.probability.as_ref().map_or_else(
            || "none".to_owned(),
            |one| {
                let percent =
                    |share: &Rational| (share * &Rational::from(100)).display_significant(6);
                format!(
                    "{} % at {} %",
                    percent(&one.least),
                    percent(&one.confidence)
                )
            },
        )
    };
    changed("probability", &chance(old), &chance(new));
    if old.source != new.source {
        found.push(format!("source now \"{}\"", new.source));
    }
    if old.because != new.because {
        found.push(format!("reason now \"{}\"", new.because));
    }
    found
}
