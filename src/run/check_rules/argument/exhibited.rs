//! What shows the steps of a rule set's argument, to take away.
//!
//! In: an argument and what came of its steps. Out: per finding the point or the contradiction that
//! shows it, and the certificates of the claims that follow.

use std::collections::BTreeMap;

use crate::check::argument::oracle::query;
use crate::check::argument::step::{self, Leap, Outcome, Step};
use crate::check::argument::{Finding as Found, Graph};
use crate::check::query::{Query, Sort, Value};
use crate::check::refute::restricted;
use crate::record::body::Assignment;
use crate::run::check_rules::grounds::{self, Exhibit, Made};
use crate::span::Sources;

/// The steps of an argument, and what shows what came of them.
pub struct Exhibited<'a> {
    /// The argument.
    pub graph: &'a Graph,
    /// The rule files.
    pub sources: &'a Sources,
    /// What came of its steps.
    pub steps: &'a [Step],
}

impl Exhibited<'_> {
    fn places(&self) -> BTreeMap<String, String> {
        let mut spans = Vec::new();
        for node in &self.graph.nodes {
            if let Some(span) = node.span {
                spans.push((node.code.clone(), span));
                spans.push((step::negated_name(&node.code), span));
            }
        }
        grounds::places(spans.into_iter(), self.sources)
    }

    fn outcome(&self, node: usize) -> Option<&Outcome> {
        let mut steps = self.steps.iter();
        steps
            .find(|step| step.node == node)
            .map(|step| &step.outcome)
    }

    /// Premises, ranges and the negated conclusion of a step.
    fn denied(&self, node: usize) -> Option<Query> {
        let own = &self.graph.nodes[node];
        let mut facts = step::premises(self.graph, node)?;
        let denial = step::denial(own.formula.as_ref()?);
        facts.push((step::negated_name(&own.code), denial));
        Some(query(self.graph, &facts))
    }

    /// What shows a finding: a point, or a contradiction.
    pub fn shown_by(&self, found: &Found) -> Vec<Made> {
        let node = found.node();
        let code = &self.graph.nodes[node].code;
        match (found, self.outcome(node)) {
            (Found::Leap { leap, .. } | Found::OverClaim { leap, .. }, _) => {
                let says = format!("{code} does not follow from its premises");
                let Some(query) = self.denied(node) else {
                    return Vec::new();
                };
                let names: Vec<String> = query
                    .assertions
                    .iter()
                    .map(|(name, _)| name.clone())
                    .collect();
                let query = restricted(&query, &names);
                let point = self.assignments(leap);
                vec![grounds::point_of(&says, &query, point, &self.places())]
            }
            (Found::VacuousStep { .. }, Some(Outcome::Vacuous { core, certificate })) => {
                let Some(facts) = step::premises(self.graph, node) else {
                    return Vec::new();
                };
                let says = format!("the premises of {code} contradict each other");
                let query = restricted(&query(self.graph, &facts), core);
                let own = certificate.as_deref().cloned();
                vec![grounds::contradiction_of(
                    &says,
                    &query,
                    own,
                    &self.places(),
                )]
            }
            _ => Vec::new(),
        }
    }

    fn assignments(&self, leap: &Leap) -> Vec<Assignment> {
        let named = leap.variables.iter().filter_map(|&id| {
            let place = id.0 as usize;
            let variable = self.graph.variables.get(place)?;
            let (value, exact) = match (leap.point.value(id)?, &variable.sort) {
                (Value::Real(exact), _) => {
                    let unit = self.graph.units.get(place)?;
                    let value = unit
                        .as_ref()
                        .map_or_else(|| exact.display_significant(6), |unit| unit.display(exact));
                    (value, exact.to_ratio_string())
                }
                (Value::Enum(member), Sort::Enum(names)) => {
                    let word = names.get(*member as usize)?.clone();
                    (word.clone(), word)
                }
                (Value::Bool(truth), _) => (truth.to_string(), truth.to_string()),
                (Value::Enum(_), Sort::Real | Sort::Bool) => return None,
            };
            Some(Assignment {
                name: variable.name.clone(),
                value,
                exact,
                offset: String::new(),
            })
        });
        named.collect()
    }

    /// Whether a finding rests on the solver's word alone.
    pub fn is_solvers_word(&self, found: &Found) -> bool {
        let is_vacuous = matches!(found, Found::VacuousStep { .. });
        let outcome = self.outcome(found.node());
        is_vacuous
            && matches!(
                outcome,
                Some(Outcome::Vacuous {
                    certificate: None,
                    ..
                })
            )
    }

    /// The certificates of claims that follow.
    pub fn entailed(&self) -> Vec<Exhibit> {
        let places = self.places();
        let exhibit = |step: &Step| {
            let Outcome::Entailed { core, certificate } = &step.outcome else {
                return None;
            };
            let code = &self.graph.nodes[step.node].code;
            let says = format!("{code} follows from its premises");
            let query = restricted(&self.denied(step.node)?, core);
            let own = certificate.as_deref().cloned();
            let made = grounds::contradiction_of(&says, &query, own, &places);
            made.exhibit(&format!("argument-{code}"))
        };
        self.steps.iter().filter_map(exhibit).collect()
    }
}
