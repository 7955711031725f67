//! Answers about components, kept for the next run and never believed.
//!
//! In: components and what was found about them. Out: JSON text by the digest of all a component
//! says, and, read back, a suggestion: a witness is evaluated exactly, a set of premises is refuted
//! again by our own methods. An entry that fails in any place is as good as none, so a damaged or
//! forged file costs time and cannot change an answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::component::Component;
use super::shape::GridPoint;
use super::{Method, Role, Standing, broken};
use crate::canonical::sha256_hex;
use crate::check::query::{Model, Sort, Value, Variable};
use crate::check::refute::{Budget, Decided, OWN_ASSERTIONS_MAX, Refuted, decide_small, refute};
use crate::rational::Rational;

/// What the digest covers, beside the component: a change of meaning gets a new number.
const FORMAT: &str = "cellwright/standings/2";

/// What is kept of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// It is needed: a point that only this rule forbids, its values one after the other.
    Needed(String),
    /// It follows from these facts, by name.
    Implied(Vec<String>),
    /// Nothing worth keeping, or quickly found again.
    Nothing,
}

/// What is kept of one component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// The names of the variables that models value, in their order.
    variables: Vec<String>,
    /// Per rule its name and what is kept.
    rules: Vec<(String, Known)>,
}

/// Answers by the digest of their component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    entries: BTreeMap<String, Entry>,
}

/// What was once known of rules, by name, in components that may have changed since.
#[derive(Debug, Default)]
pub struct Hints<'a>(BTreeMap<&'a str, Hint<'a>>);

/// What was known of a rule.
#[derive(Clone, Copy, Debug)]
enum Hint<'a> {
    /// The variables and their values at a point that only this rule forbids.
    Needed(&'a [String], &'a str),
    /// The facts it follows from.
    Implied(&'a [String]),
}

impl Hints<'_> {
    /// Returns the point kept for a rule, if it still shows that the rule is needed: in a component
    /// of which something else changed, most points stay good.
    pub(super) fn witness(&self, component: &Component, rule: usize) -> Option<Model> {
        let Hint::Needed(names, text) = self.0.get(component.facts[rule].name.as_str())? else {
            return None;
        };
        let model = read(text)?;
        let value = |variable: &Variable| {
            let place = names.iter().position(|name| *name == variable.name)?;
            model.values.get(place).cloned()
        };
        let values = component.variables.iter().map(value);
        let witness = Model {
            values: values.collect::<Option<_>>()?,
        };
        is_witness(component, rule, &witness).then_some(witness)
    }

    /// Returns that a rule follows from facts of which it once followed, if it still does; from as
    /// few of them as are needed now.
    pub(super) fn implied(&self, component: &Component, rule: usize) -> Option<Standing> {
        let own = component.facts[rule].name.as_str();
        let Hint::Implied(names) = self.0.get(own)? else {
            return None;
        };
        premises_of(component, rule, names)?;
        let query = broken(component, rule, names);
        match decide_small(&query, OWN_ASSERTIONS_MAX)? {
            Decided::Unsatisfiable {
                core,
                certificate: Some(_),
            } if core.iter().any(|name| name == own) => {
                let names: Vec<String> = core.into_iter().filter(|name| name != own).collect();
                Some(Standing::Implied {
                    premises: premises_of(component, rule, &names)?,
                    method: Method::Certificate,
                })
            }
            Decided::Unsatisfiable { .. } | Decided::Satisfiable(_) | Decided::Undecided(_) => None,
        }
    }
}

impl Cache {
    /// Reads a text that [`Cache::to_text`] wrote; anything else is an empty cache.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Writes the text to keep.
    #[must_use]
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// How many components are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Takes over the entries of another cache.
    pub fn join(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// Returns the points and the premises it keeps, by rule.
    #[must_use]
    pub fn hints(&self) -> Hints<'_> {
        let rules = self.entries.values().flat_map(|entry| {
            let rules = entry.rules.iter();
            rules.filter_map(|(name, known)| {
                let hint = match known {
                    Known::Needed(text) => Hint::Needed(&entry.variables, text),
                    Known::Implied(names) => Hint::Implied(names),
                    Known::Nothing => return None,
                };
                Some((name.as_str(), hint))
            })
        });
        Hints(rules.collect())
    }

    /// Keeps what was found about a component.
    pub(super) fn keep(
        &mut self,
        component: &Component,
        digest: String,
        standings: &[Option<Standing>],
    ) {
        let known = |rule: usize| match &standings[rule] {
            Some(Standing::Needed { witness, .. }) => Known::Needed(written(witness)),
            Some(Standing::Implied {
                premises,
                method: Method::Certificate,
            }) => {
                let names = premises
                    .iter()
                    .map(|&place| component.facts[place].name.clone());
                Known::Implied(names.collect())
            }
            _ => Known::Nothing,
        };
        let rules = component
            .rules()
            .map(|rule| (component.facts[rule].name.clone(), known(rule)));
        let entry = Entry {
            rules: rules.collect(),
            variables: component
                .variables
                .iter()
                .map(|one| one.name.clone())
                .collect(),
        };
        self.entries.insert(digest, entry);
    }

    /// Returns the standings that bear examination, by rule; nothing when one does not.
    pub(super) fn examined(
        &self,
        component: &Component,
        digest: &str,
        number: usize,
    ) -> Option<BTreeMap<usize, Standing>> {
        let entry = self.entries.get(digest)?;
        let rules: Vec<usize> = component.rules().collect();
        if rules.len() != entry.rules.len() {
            return None;
        }
        let mut found = BTreeMap::new();
        for (rule, (_, known)) in rules.into_iter().zip(&entry.rules) {
            let standing = match known {
                Known::Nothing => continue,
                Known::Needed(text) => {
                    let witness = read(text)?;
                    if !is_witness(component, rule, &witness) {
                        return None;
                    }
                    Standing::Needed {
                        component: number,
                        witness: Box::new(witness),
                    }
                }
                Known::Implied(names) => implied(component, rule, names)?,
            };
            found.insert(rule, standing);
        }
        Some(found)
    }
}

/// The values of a point: `1/2` of a number, `#2` of a choice, `true` or `false`.
fn written(model: &Model) -> String {
    let words = model.values.iter().map(|value| match value {
        Value::Real(value) => value.to_ratio_string(),
        Value::Bool(value) => value.to_string(),
        Value::Enum(member) => format!("#{member}"),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn read(text: &str) -> Option<Model> {
    let value = |word: &str| {
        if let Some(member) = word.strip_prefix('#') {
            return member.parse().ok().map(Value::Enum);
        }
        match word.parse() {
            Ok(truth) => Some(Value::Bool(truth)),
            Err(_) => number(word).map(Value::Real),
        }
    };
    let values = text.split_whitespace().map(value);
    Some(Model {
        values: values.collect::<Option<_>>()?,
    })
}

/// A fraction; most have few digits, which need no long arithmetic.
fn number(word: &str) -> Option<Rational> {
    let (above, below) = word.split_once('/').unwrap_or((word, "1"));
    match (above.parse(), below.parse()) {
        (Ok(above), Ok(below)) if below > 0 => Some(Rational::ratio(above, below)),
        _ => Rational::parse_ratio(word).ok(),
    }
}

/// Whether only the rule fails at a point, among those that count.
pub(super) fn is_witness(component: &Component, rule: usize, witness: &Model) -> bool {
    if witness.values.len() != component.variables.len() {
        return false;
    }
    // Most witnesses lie on a grid, where rows are evaluated in whole numbers.
    let grid = GridPoint::of(witness, &component.variables);
    (0..component.facts.len()).all(|place| {
        let fact = &component.facts[place];
        if fact.role == Role::Claim && place != rule {
            return true;
        }
        let on_grid = grid.as_ref().and_then(|grid| {
            let shape = &component.shapes[place];
            shape.holds(grid, &mut || witness.clone())
        });
        let holds = on_grid.or_else(|| fact.formula.evaluate(witness));
        holds == Some(place != rule)
    })
}

/// The places of facts that may serve as premises for a rule.
fn premises_of(component: &Component, rule: usize, names: &[String]) -> Option<Vec<usize>> {
    let place = |name: &String| component.facts.iter().position(|fact| fact.name == *name);
    let mut premises = names.iter().map(place).collect::<Option<Vec<usize>>>()?;
    premises.sort_unstable();
    let may_serve = |&place: &usize| place != rule && component.facts[place].role != Role::Claim;
    premises.iter().all(may_serve).then_some(premises)
}

fn implied(component: &Component, rule: usize, names: &[String]) -> Option<Standing> {
    let premises = premises_of(component, rule, names)?;
    match refute(&broken(component, rule, names), &Budget::default()) {
        Refuted::Certified(_) => Some(Standing::Implied {
            premises,
            method: Method::Certificate,
        }),
        Refuted::Model(_) | Refuted::TooLarge | Refuted::Open(_) => None,
    }
}

/// SHA-256 over everything a component says.
pub(super) fn digest(component: &Component) -> String {
    let mut text = String::from(FORMAT);
    for variable in &component.variables {
        text += "\n";
        text += &variable.name;
        if let Sort::Enum(names) = &variable.sort {
            text += &format!(" {}", names.join(" "));
        } else if variable.sort == Sort::Bool {
            text += " bool";
        }
    }
    for fact in &component.facts {
        text += &format!(
            "\n{:?} {}\n{}",
            fact.role,
            fact.name,
            fact.formula.to_postfix()
        );
    }
    sha256_hex(text.as_bytes())
}
