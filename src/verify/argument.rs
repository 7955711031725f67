//! Hand-written claims of a record: each shown again from the recorded rule files.
//!
//! In: the argument of a body, the rule set of its recorded texts. Out: counts of certificates and
//! points that show what they claim, or the first that does not. The facts of a step are made
//! anew; a certificate is replayed against them, a point is evaluated again.

use super::{Verified, VerifyError};
use crate::certificate::contradiction::{Certificate, check};
use crate::check::argument::Graph;
use crate::check::argument::oracle::{Fact, not, query};
use crate::check::argument::step::{negated_name, premises};
use crate::check::query::{Model, Sort, Value};
use crate::check::refute::compile::claim_of;
use crate::check::refute::restricted;
use crate::rational::Rational;
use crate::record::argument::{ArgumentStep, Shown};
use crate::record::body::{Assignment, Body};
use crate::rule_language::RuleSet;

/// Verifies the hand-written steps.
///
/// # Errors
/// [`VerifyError`] with the first thing that is wrong.
pub fn verify(body: &Body, rule_set: &RuleSet, verified: &mut Verified) -> Result<(), VerifyError> {
    if body.argument.iter().all(|step| step.shown.is_none()) {
        return Ok(());
    }
    let graph = Graph::of_rule_set(rule_set);
    for (at, step) in body.argument.iter().enumerate() {
        if let Some(shown) = &step.shown {
            let place = format!("argument[{at}].shown");
            one(&graph, step, shown, verified).map_err(|wrong| match wrong {
                Wrong::Proof(reason) => VerifyError::Certificate { place, reason },
                Wrong::Point(found) => VerifyError::Witness { place, found },
            })?;
        }
    }
    Ok(())
}

enum Wrong {
    Proof(String),
    Point(String),
}

fn one(
    graph: &Graph,
    step: &ArgumentStep,
    shown: &Shown,
    verified: &mut Verified,
) -> Result<(), Wrong> {
    let unknown = || Wrong::Proof(format!("`{}` is not in the recorded rule texts", step.id));
    let node = graph.named(&step.id).ok_or_else(unknown)?;
    let facts = premises(graph, node).ok_or_else(unknown)?;
    let conclusion = graph.nodes[node].formula.as_ref().ok_or_else(unknown)?;
    let denied = (negated_name(&step.id), not(conclusion));
    match (shown.by.as_str(), shown.outcome.as_str()) {
        ("certificate", outcome) => {
            let mut facts = facts;
            // Contradictory premises need no negated conclusion.
            facts.extend((outcome == "follows").then_some(denied));
            proof(graph, &facts, shown)?;
            verified.certificates += 1;
        }
        ("point", _) => {
            let facts: Vec<Fact> = facts.into_iter().chain([denied]).collect();
            point(graph, &facts, &shown.point)?;
            verified.witnesses += 1;
        }
        _ => verified.unsupported += 1,
    }
    Ok(())
}

fn proof(graph: &Graph, facts: &[Fact], shown: &Shown) -> Result<(), Wrong> {
    let wrong = |reason: &str| Wrong::Proof(reason.to_owned());
    let recorded = shown.certificate.clone();
    let recorded = recorded.ok_or_else(|| wrong("there is no certificate"))?;
    let certificate: Certificate =
        serde_json::from_value(recorded).map_err(|error| Wrong::Proof(error.to_string()))?;
    let asked = restricted(&query(graph, facts), &shown.core);
    let claim = claim_of(&asked).ok_or_else(|| wrong("the step cannot be written out"))?;
    check(&certificate, &claim).map_err(|error| Wrong::Proof(error.to_string()))
}

/// The point keeps every premise and breaks the conclusion.
fn point(graph: &Graph, facts: &[Fact], point: &[Assignment]) -> Result<(), Wrong> {
    let value = |(name, sort): (&String, &Sort)| {
        let text = &point.iter().find(|one| one.name == *name)?.exact;
        Some(match sort {
            Sort::Real => Value::Real(Rational::parse_ratio(text).ok()?),
            Sort::Bool => Value::Bool(text == "true"),
            Sort::Enum(names) => {
                let place = names.iter().position(|name| name == text)?;
                Value::Enum(u32::try_from(place).ok()?)
            }
        })
    };
    let variables = graph.variables.iter();
    // Variables that the step does not mention have no value at the point and need none.
    let values = variables.map(|one| {
        let unused = match &one.sort {
            Sort::Real => Value::Real(Rational::zero()),
            Sort::Bool => Value::Bool(false),
            Sort::Enum(_) => Value::Enum(0),
        };
        value((&one.name, &one.sort)).unwrap_or(unused)
    });
    let model = Model {
        values: values.collect(),
    };
    let broken = facts
        .iter()
        .find(|(_, fact)| fact.evaluate(&model) != Some(true));
    match broken {
        None => Ok(()),
        Some((name, _)) => Err(Wrong::Point(format!("a point at which `{name}` fails"))),
    }
}
