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
use super::{Method, Role, Standing, certified};
use crate::canonical::sha256_hex;
use crate::check::query::{Model, Sort};
use crate::check::refute::Refuted;

/// What the digest covers, beside the component: a change of meaning gets a new number.
const FORMAT: &str = "cellwright/standings/1";

/// What is kept of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// It is needed: a point that only this rule forbids.
    Needed(Model),
    /// It follows from these facts, by name.
    Implied(Vec<String>),
    /// Nothing worth keeping, or quickly found again.
    Nothing,
}

/// Answers by the digest of their component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    entries: BTreeMap<String, Vec<Known>>,
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

    /// Keeps what was found about a component.
    pub(super) fn keep(&mut self, component: &Component, standings: &[Option<Standing>]) {
        let known = component.rules().map(|rule| match &standings[rule] {
            Some(Standing::Needed { witness, .. }) => Known::Needed((**witness).clone()),
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
        });
        self.entries.insert(digest(component), known.collect());
    }

    /// Returns the standings that bear examination, by rule; nothing when one does not.
    pub(super) fn examined(
        &self,
        component: &Component,
        number: usize,
    ) -> Option<BTreeMap<usize, Standing>> {
        let entry = self.entries.get(&digest(component))?;
        let rules: Vec<usize> = component.rules().collect();
        if rules.len() != entry.len() {
            return None;
        }
        let mut found = BTreeMap::new();
        for (rule, known) in rules.into_iter().zip(entry) {
            let standing = match known {
                Known::Nothing => continue,
                Known::Needed(witness) => {
                    if !is_witness(component, rule, witness) {
                        return None;
                    }
                    Standing::Needed {
                        component: number,
                        witness: Box::new(witness.clone()),
                    }
                }
                Known::Implied(names) => implied(component, rule, names)?,
            };
            found.insert(rule, standing);
        }
        Some(found)
    }
}

/// Whether only the rule fails at a point, among those that count.
fn is_witness(component: &Component, rule: usize, witness: &Model) -> bool {
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

fn implied(component: &Component, rule: usize, names: &[String]) -> Option<Standing> {
    let place = |name: &String| component.facts.iter().position(|fact| fact.name == *name);
    let mut premises = names.iter().map(place).collect::<Option<Vec<usize>>>()?;
    premises.sort_unstable();
    let may_serve = |&place: &usize| place != rule && component.facts[place].role != Role::Claim;
    if !premises.iter().all(may_serve) {
        return None;
    }
    let mut core = names.to_vec();
    core.push(component.facts[rule].name.clone());
    match certified(component, rule, &core) {
        Refuted::Certified(_) => Some(Standing::Implied {
            premises,
            method: Method::Certificate,
        }),
        Refuted::Model(_) | Refuted::TooLarge | Refuted::Open(_) => None,
    }
}

/// SHA-256 over everything a component says.
fn digest(component: &Component) -> String {
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
