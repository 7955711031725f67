//! Two versions of a rule set: which rules became stricter or looser, with a witness on each side.
//!
//! In: two resolved rule sets, perhaps a solver. Out: per rule code whether the new version permits
//! the same points as the old one, fewer, more, or both; the same for its guard; where they differ
//! a point that one permits and the other does not, canonical and on a step grid; where they do
//! not, a certificate. A rule permits no point at which it has no value. Signals are the same where
//! their names are; both versions' ranges and assumptions hold at a witness. A rule whose formula
//! is unchanged is equivalent without any question. Undecided is never equivalent.

use std::collections::BTreeMap;

use super::canonical_model::Preference;
use super::encode::Encoder;
use super::query::{Formula, Model, Query, Reason, Sort, Term, Value, VarId, Variable, Want};
use super::refute::{Budget, Decided, decide, decide_all};
use super::solver_process::{Solver, Task};
use super::undefined::{any, undefined};
use crate::certificate::contradiction::Certificate;
use crate::rational::Rational;
use crate::rule_language::{Rule, RuleSet, SignalType};

/// How a new condition relates to an old one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Relation {
    /// Both hold at the same points.
    Equivalent,
    /// The new one holds at fewer points.
    Fewer,
    /// The new one holds at more points.
    More,
    /// Each holds somewhere where the other does not.
    Incomparable,
    /// Not decided.
    Undecided(Unknown),
}

/// Why two versions could not be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// Neither our own methods nor the solver decide.
    Solver(Reason),
    /// A signal is a number in one and a choice in the other, or has other words.
    Declaration {
        /// The signal.
        signal: String,
    },
    /// The formula is too large.
    TooLarge,
}

/// The value of a signal at a witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WitnessValue {
    /// SI.
    Number(Rational),
    /// The word.
    Word(String),
}

/// A point by signal name.
pub type Witness = BTreeMap<String, WitnessValue>;

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Only the new version has it.
    Added,
    /// Only the old version has it.
    Removed,
    /// Both have it.
    Both {
        /// What the rule permits, new against old.
        permits: Relation,
        /// Where the guard applies, new against old.
        guard: Relation,
        /// The old version permits it, the new one forbids it.
        newly_forbidden: Option<Witness>,
        /// The old version forbids it, the new one permits it.
        newly_permitted: Option<Witness>,
        /// What is said not to happen, and why.
        grounds: Vec<Ground>,
    },
}

/// Something that happens nowhere, and why that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ground {
    /// In words.
    pub says: String,
    /// Why.
    pub why: GroundWhy,
}

/// Why something happens nowhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroundWhy {
    /// The checker accepted this.
    Certificate(Box<Certificate>),
    /// Both texts say it: equal parts, and a limit beside a tighter one.
    Shape,
    /// The solver's word is all there is.
    Solver,
}

/// A rule code and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChange {
    /// The code.
    pub code: String,
    /// What became of it.
    pub change: Change,
}

/// Where the values of a witness should lie, by signal name.
pub type Preferred = BTreeMap<String, Wish>;

/// Where one value should lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Values to try.
    pub candidates: Vec<Rational>,
    /// The step of the grid around the first of them.
    pub step: Rational,
    /// What the quantity allows at all, beside declared ranges.
    pub possible: (Option<Rational>, Option<Rational>),
}

/// What it may cost to prove what the texts already show.
const AT_SIGHT: Budget = Budget {
    leaves: 256,
    boxes: 64,
};

/// Steps around the preferred value.
const STEPS_EACH_WAY: u32 = 1 << 20;

/// Compares two versions, rule by rule, in the order of their codes.
#[must_use]
pub fn compare(
    old: &RuleSet,
    new: &RuleSet,
    preferred: &Preferred,
    solver: Option<&Solver>,
) -> Vec<RuleChange> {
    let mut codes: Vec<&str> = old
        .rules
        .iter()
        .chain(&new.rules)
        .map(|rule| rule.code.as_str())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let one = |code: &str| {
        let change = match (old.rule_named(code), new.rule_named(code)) {
            (Some(before), Some(after)) => {
                let pair = Pair {
                    old: (old, before),
                    new: (new, after),
                    preferred,
                    solver,
                };
                pair.compare()
            }
            (Some(_), None) => Change::Removed,
            (None, _) => Change::Added,
        };
        RuleChange {
            code: code.to_owned(),
            change,
        }
    };
    codes.into_iter().map(one).collect()
}

struct Pair<'a> {
    old: (&'a RuleSet, &'a Rule),
    new: (&'a RuleSet, &'a Rule),
    preferred: &'a Preferred,
    solver: Option<&'a Solver>,
}

/// How two conditions relate, with a point on each side.
struct Related {
    relation: Relation,
    only_old: Option<Witness>,
    only_new: Option<Witness>,
    grounds: Vec<Ground>,
}

/// What is compared.
#[derive(Clone, Copy)]
enum What {
    Applies,
    Permits,
}

impl What {
    /// What one version says, in words.
    fn verb(self, version: &str, code: &str) -> String {
        match self {
            Self::Applies => format!("the {version} version of `{code}` applies"),
            Self::Permits => format!("the {version} version of `{code}` permits it"),
        }
    }
}

/// What holds in one version and not in the other, each in words.
struct Difference<'a> {
    holds: (String, &'a Formula),
    fails: (String, &'a Formula),
}

impl Difference<'_> {
    /// That it exists nowhere, in words.
    fn nowhere(&self) -> String {
        format!("wherever {}, {}", self.holds.0, self.fails.0)
    }
}

/// What came of the question whether one condition holds where the other does not.
enum Side {
    Somewhere(Model),
    Nowhere(GroundWhy),
    Open(Reason),
}

/// Guard and permission of one version over common variables.
struct Written {
    guard: Formula,
    permits: Formula,
}

/// Variables by name, shared by both versions.
#[derive(Default)]
struct Common {
    variables: Vec<Variable>,
    background: Vec<(String, Formula)>,
}

impl Common {
    fn variable(&mut self, wanted: &Variable) -> Result<VarId, Unknown> {
        let known = self
            .variables
            .iter()
            .position(|one| one.name == wanted.name);
        let place = match known {
            Some(place) if self.variables[place].sort == wanted.sort => place,
            Some(_) => {
                return Err(Unknown::Declaration {
                    signal: wanted.name.clone(),
                });
            }
            None => {
                self.variables.push(wanted.clone());
                self.variables.len() - 1
            }
        };
        Ok(VarId(u32::try_from(place).unwrap_or(u32::MAX)))
    }

    /// Writes guard and permission of a rule, and adds ranges and assumptions of what it reads.
    fn write(&mut self, rule_set: &RuleSet, rule: &Rule, label: &str) -> Result<Written, Unknown> {
        let mut encoder = Encoder::new(rule_set).with_functions();
        let guard = encoder.formula(&rule.guard).ok_or(Unknown::TooLarge)?;
        let body = encoder.formula(&rule.body).ok_or(Unknown::TooLarge)?;
        let mut facts: Vec<(String, Formula)> = encoder.pi_range().into_iter().collect();
        for (number, assumption) in rule_set.assumptions.iter().enumerate() {
            // An assumption about other signals alone says nothing here.
            if assumption.reads.is_subset(&rule.reads) {
                let formula = encoder.formula(&assumption.condition);
                facts.push((
                    format!("assume {number}"),
                    formula.ok_or(Unknown::TooLarge)?,
                ));
            }
        }
        for (&signal, &id) in encoder.signals() {
            let signal = rule_set.signal(signal);
            if let SignalType::Number { lower, upper, .. } = &signal.signal_type {
                let ends = [(lower, true), (upper, false)];
                for (bound, is_lower) in ends {
                    let Some(bound) = bound else { continue };
                    let (real, end) = (Term::Real(id), Term::Rational(bound.value.clone()));
                    let (small, great) = if is_lower { (end, real) } else { (real, end) };
                    let formula = if bound.closed {
                        Formula::Le(small, great)
                    } else {
                        Formula::Lt(small, great)
                    };
                    let side = if is_lower { "low" } else { "high" };
                    facts.push((format!("{} {side}", signal.name), formula));
                }
            }
        }
        let own = encoder.query(Vec::new(), Want::Model).variables;
        let places = own.iter().map(|variable| self.variable(variable));
        let places: Vec<VarId> = places.collect::<Result<_, _>>()?;
        for (name, formula) in facts {
            self.background
                .push((format!("{label} {name}"), renamed(&formula, &places)));
        }
        let guard = renamed(&guard, &places);
        let body = renamed(&body, &places);
        let permits = Formula::Implies(Box::new(guard.clone()), Box::new(body));
        Ok(Written { guard, permits })
    }
}

impl Pair<'_> {
    fn compare(&self) -> Change {
        let mut common = Common::default();
        let written = common
            .write(self.old.0, self.old.1, "old")
            .and_then(|old| Ok((old, common.write(self.new.0, self.new.1, "new")?)));
        let (old, new) = match written {
            Ok(written) => written,
            Err(unknown) => {
                return Change::Both {
                    permits: Relation::Undecided(unknown.clone()),
                    guard: Relation::Undecided(unknown),
                    newly_forbidden: None,
                    newly_permitted: None,
                    grounds: Vec::new(),
                };
            }
        };
        self.add_possible(&mut common);
        let guard = self.relate(&common, What::Applies, [&old.guard, &new.guard]);
        let found = self.relate(&common, What::Permits, [&old.permits, &new.permits]);
        let grounds = guard.grounds.into_iter().chain(found.grounds);
        Change::Both {
            permits: found.relation,
            guard: guard.relation,
            newly_forbidden: found.only_old,
            newly_permitted: found.only_new,
            grounds: grounds.collect(),
        }
    }

    fn add_possible(&self, common: &mut Common) {
        let places = 0..u32::try_from(common.variables.len()).unwrap_or(u32::MAX);
        for (variable, place) in common.variables.iter().zip(places) {
            let Some(wish) = self.preferred.get(&variable.name) else {
                continue;
            };
            let real = || Term::Real(VarId(place));
            let number = |value: &Rational| Term::Rational(value.clone());
            let (low, high) = &wish.possible;
            let low = low.as_ref().map(|low| Formula::Le(number(low), real()));
            let high = high.as_ref().map(|high| Formula::Le(real(), number(high)));
            for (side, formula) in [("least", low), ("most", high)] {
                let name = format!("{} {side}", variable.name);
                common
                    .background
                    .extend(formula.map(|formula| (name, formula)));
            }
        }
    }

    fn relate(&self, common: &Common, what: What, [old, new]: [&Formula; 2]) -> Related {
        if old == new {
            return Related {
                relation: Relation::Equivalent,
                only_old: None,
                only_new: None,
                grounds: Vec::new(),
            };
        }
        let code = &self.new.1.code;
        let in_old = Difference {
            holds: (what.verb("old", code), old),
            fails: (what.verb("new", code), new),
        };
        let in_new = Difference {
            holds: in_old.fails.clone(),
            fails: in_old.holds.clone(),
        };
        let [only_old, only_new] = self.sides(common, [&in_old, &in_new]);
        let ground = |side: &Side, difference: &Difference<'_>| match side {
            Side::Nowhere(why) => Some(Ground {
                says: difference.nowhere(),
                why: why.clone(),
            }),
            Side::Somewhere(_) | Side::Open(_) => None,
        };
        let grounds = [ground(&only_old, &in_old), ground(&only_new, &in_new)];
        let witness = |side: &Side| match side {
            Side::Somewhere(model) => Some(witness_of(common, model)),
            Side::Nowhere(_) | Side::Open(_) => None,
        };
        Related {
            relation: relation_of(&only_old, &only_new),
            only_old: witness(&only_old),
            only_new: witness(&only_new),
            grounds: grounds.into_iter().flatten().collect(),
        }
    }

    /// Per difference whether it exists somewhere.
    fn sides(&self, common: &Common, differences: [&Difference<'_>; 2]) -> [Side; 2] {
        let by_shape = |difference: &Difference<'_>| {
            let (holds, fails) = (difference.holds.1, difference.fails.1);
            let is_shown = implies(holds, fails) && undefined(fails) == Formula::False;
            is_shown.then(|| {
                let task = self.task(common, difference);
                match decide(&task.query, None, &AT_SIGHT) {
                    Decided::Unsatisfiable {
                        certificate: Some(own),
                        ..
                    } => GroundWhy::Certificate(own),
                    Decided::Unsatisfiable { .. }
                    | Decided::Satisfiable(_)
                    | Decided::Undecided(_) => GroundWhy::Shape,
                }
            })
        };
        let shown = differences.map(by_shape);
        let asked = differences.iter().zip(&shown);
        let asked = asked.filter(|(_, why)| why.is_none());
        let tasks: Vec<Task> = asked
            .map(|(difference, _)| self.task(common, difference))
            .collect();
        let mut answers = decide_all(&tasks, self.solver, &Budget::default()).into_iter();
        shown.map(|why| match why {
            Some(why) => Side::Nowhere(why),
            None => match answers.next().map(|found| found.decided) {
                Some(Decided::Satisfiable(model)) => Side::Somewhere(model),
                Some(Decided::Unsatisfiable { certificate, .. }) => {
                    Side::Nowhere(certificate.map_or(GroundWhy::Solver, GroundWhy::Certificate))
                }
                Some(Decided::Undecided(reason)) => Side::Open(reason),
                None => Side::Open(Reason::Crashed),
            },
        })
    }

    /// Where does one hold, and the other fail or have no value?
    fn task(&self, common: &Common, difference: &Difference<'_>) -> Task {
        let (holds, fails) = (&difference.holds, &difference.fails);
        let mut assertions = common.background.clone();
        assertions.push((holds.0.clone(), holds.1.clone()));
        let not = Formula::Not(Box::new(fails.1.clone()));
        let fails_or_none = any(vec![not, undefined(fails.1)]);
        assertions.push((format!("not: {}", fails.0), fails_or_none));
        let mut query = Query {
            variables: common.variables.clone(),
            assertions,
            want: Want::Model,
            rlimit: super::encode::RLIMIT,
            wall_ms: super::encode::WALL_MS,
        };
        query.sort();
        Task {
            query,
            canonical: Some(self.preferences(common)),
        }
    }

    fn preferences(&self, common: &Common) -> Vec<Preference> {
        let places = 0..u32::try_from(common.variables.len()).unwrap_or(u32::MAX);
        let named = common.variables.iter().zip(places);
        let one = |(variable, place): (&Variable, u32)| {
            let Wish {
                candidates, step, ..
            } = self.preferred.get(&variable.name)?;
            Some(Preference {
                variable: VarId(place),
                candidates: candidates.clone(),
                step: step.clone(),
                steps_max: STEPS_EACH_WAY,
            })
        };
        named.filter_map(one).collect()
    }
}

/// From whether there is a point only in the old one and a point only in the new one.
fn relation_of(only_old: &Side, only_new: &Side) -> Relation {
    match (only_old, only_new) {
        (Side::Nowhere(_), Side::Nowhere(_)) => Relation::Equivalent,
        (Side::Somewhere(_), Side::Nowhere(_)) => Relation::Fewer,
        (Side::Nowhere(_), Side::Somewhere(_)) => Relation::More,
        (Side::Somewhere(_), Side::Somewhere(_)) => Relation::Incomparable,
        (Side::Open(reason), _) | (_, Side::Open(reason)) => {
            Relation::Undecided(Unknown::Solver(reason.clone()))
        }
    }
}

fn witness_of(common: &Common, model: &Model) -> Witness {
    let places = 0..u32::try_from(common.variables.len()).unwrap_or(u32::MAX);
    let named = common.variables.iter().zip(places);
    let value = |(variable, place): (&Variable, u32)| {
        let value = match (model.value(VarId(place))?, &variable.sort) {
            (Value::Real(value), Sort::Real) => WitnessValue::Number(value.clone()),
            (Value::Enum(member), Sort::Enum(words)) => {
                WitnessValue::Word(words.get(*member as usize)?.clone())
            }
            _ => return None,
        };
        Some((variable.name.clone(), value))
    };
    named.filter_map(value).collect()
}

/// Whether one formula implies another for reasons that their shape shows: equal parts, and the
/// same side compared with a tighter constant. False only says that the shape does not show it.
#[must_use]
pub fn implies(a: &Formula, b: &Formula) -> bool {
    if a == b {
        return true;
    }
    match (a, b) {
        (Formula::False, _) | (_, Formula::True) => true,
        (_, Formula::And(parts)) => parts.iter().all(|part| implies(a, part)),
        (Formula::Or(parts), _) => parts.iter().all(|part| implies(part, b)),
        (Formula::And(parts), _) => parts.iter().any(|part| implies(part, b)),
        (_, Formula::Or(parts)) => parts.iter().any(|part| implies(a, part)),
        (Formula::Implies(guard, body), Formula::Implies(other_guard, other_body)) => {
            implies(other_guard, guard) && implies(body, other_body)
        }
        (Formula::Not(a), Formula::Not(b)) => implies(b, a),
        (Formula::Le(..) | Formula::Lt(..), Formula::Le(..) | Formula::Lt(..)) => tighter(a, b),
        _ => false,
    }
}

/// `t <= 20` implies `t <= 25`; a strict one implies one with ties.
fn tighter(a: &Formula, b: &Formula) -> bool {
    let sides = |formula: &Formula| match formula {
        Formula::Le(left, right) => Some((left.clone(), right.clone(), false)),
        Formula::Lt(left, right) => Some((left.clone(), right.clone(), true)),
        _ => None,
    };
    let (Some((a_left, a_right, a_strict)), Some((b_left, b_right, b_strict))) =
        (sides(a), sides(b))
    else {
        return false;
    };
    let (room, common) = match (&a_left, &a_right, &b_left, &b_right) {
        (left, Term::Rational(from), other, Term::Rational(to)) => (to - from, left == other),
        (Term::Rational(from), right, Term::Rational(to), other) => (from - to, right == other),
        _ => return false,
    };
    common && (room.is_positive() || (room.is_zero() && (a_strict || !b_strict)))
}

/// The formula over other places.
fn renamed(formula: &Formula, places: &[VarId]) -> Formula {
    let mut renamed = formula.clone();
    renamed.renumber(&|id| places[id.0 as usize]);
    renamed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_most(limit: i64) -> Formula {
        let limit = Term::Rational(Rational::from(limit));
        Formula::Le(Term::Real(VarId(0)), limit)
    }

    fn at_least(limit: i64) -> Formula {
        let limit = Term::Rational(Rational::from(limit));
        Formula::Le(limit, Term::Real(VarId(0)))
    }

    #[test]
    fn a_tighter_limit_implies_a_looser_one_and_not_the_other_way() {
        assert!(implies(&at_most(20), &at_most(25)) && !implies(&at_most(25), &at_most(20)));
        assert!(implies(&at_least(25), &at_least(20)) && !implies(&at_least(20), &at_least(25)));
        assert!(!implies(&at_most(20), &at_least(20)));
        let below =
            |limit: i64| Formula::Lt(Term::Real(VarId(0)), Term::Rational(Rational::from(limit)));
        assert!(implies(&below(20), &at_most(20)) && !implies(&at_most(20), &below(20)));
        assert!(implies(&below(20), &below(20)) && implies(&at_most(19), &below(20)));
    }

    #[test]
    fn a_wider_guard_makes_a_rule_stricter() {
        let rule = |guard: i64, limit: i64| {
            Formula::Implies(Box::new(at_most(guard)), Box::new(at_least(limit)))
        };
        assert!(implies(&rule(9, 5), &rule(8, 4)));
        assert!(!implies(&rule(8, 5), &rule(9, 5)));
        let window = |low, high| Formula::And(vec![at_least(low), at_most(high)]);
        assert!(implies(&window(2, 3), &window(1, 4)) && !implies(&window(1, 4), &window(2, 3)));
    }
}
