//! The argument of a rule set: its findings, and the documents behind its evidence.
//!
//! In: a rule set, a reader of files, perhaps a solver. Out: findings with places, worst first. A
//! digest is compared with the document that the source names, beside the rule file or from where
//! the user started; a document that cannot be read is named, never passed over.

use std::collections::BTreeMap;

use super::Request;
use super::grounds::{self, Exhibit, Made};
use crate::check::argument::oracle::query;
use crate::check::argument::stale::is_stale;
use crate::check::argument::step::{self, Leap, Outcome, Step};
use crate::check::argument::{Finding as Found, Graph, Level, Oracle, analyse};
use crate::check::query::{Query, Sort, Value};
use crate::check::refute::restricted;
use crate::document::Files;
use crate::record::body::{Assignment, Finding};
use crate::rule_language::{RuleSet, argument};
use crate::span::Sources;

/// Findings about an argument, with how bad they are together.
#[derive(Debug, Default)]
pub struct Reviewed {
    /// The findings.
    pub findings: Vec<Finding>,
    /// Whether one of them is an error.
    pub has_errors: bool,
    /// Whether one of them is a warning about something known.
    pub has_warnings: bool,
    /// Whether a question was left open.
    pub is_open: bool,
    /// What was shown, where asked for.
    pub exhibits: Vec<Exhibit>,
}

/// Reviews the argument of a rule set; nothing where it has neither claims nor evidence.
pub fn review(
    rule_set: &RuleSet,
    files: &dyn Files,
    sources: &Sources,
    request: &Request<'_>,
) -> Reviewed {
    let mut reviewed = Reviewed::default();
    if rule_set.claims.is_empty() && rule_set.evidences.is_empty() {
        return reviewed;
    }
    let graph = Graph::of_rule_set(rule_set);
    let analysis = analyse(&graph, &mut Oracle::new(request.solver));
    let steps = Steps {
        graph: &graph,
        sources,
        steps: &analysis.steps,
    };
    let mut found = analysis.findings;
    let mut unread = Vec::new();
    for evidence in &rule_set.evidences {
        let Some(recorded) = &evidence.sha256 else {
            continue;
        };
        let Some(node) = graph.named(&evidence.code) else {
            continue;
        };
        match document(evidence, files, sources) {
            Some((document, bytes)) if is_stale(recorded, &bytes) => {
                found.push(Found::StaleEvidence { node, document });
            }
            Some(_) => {}
            None => unread.push(unread_note(evidence, sources)),
        }
    }
    found.sort_by_key(|one| (one.rank(), one.node()));
    for one in &found {
        let made = if request.grounds || request.exhibits {
            steps.shown_by(one)
        } else {
            Vec::new()
        };
        if request.exhibits {
            let stem = format!("{}-{}", one.code(), graph.nodes[one.node()].code);
            let files = made.iter().filter_map(|made| made.exhibit(&stem));
            reviewed.exhibits.extend(files);
        }
        match (one, one.level()) {
            (Found::Undecided { .. }, _) => reviewed.is_open = true,
            (_, Level::Error) => reviewed.has_errors = true,
            (_, Level::Warning) => reviewed.has_warnings = true,
        }
        let spans = one.spans(&graph).into_iter();
        reviewed.findings.push(Finding {
            code: one.code().to_owned(),
            level: match one.level() {
                Level::Error => "error",
                Level::Warning => "warning",
            }
            .to_owned(),
            message: match steps.is_solvers_word(one) {
                true => one.message(&graph) + super::SOLVERS_WORD,
                false => one.message(&graph),
            },
            places: spans.map(|span| super::place(sources, span)).collect(),
            grounds: made.into_iter().map(|made| made.ground).collect(),
        });
    }
    reviewed.findings.extend(unread);
    reviewed.findings.extend(steps.on_solvers_word());
    if request.exhibits {
        reviewed.exhibits.extend(steps.entailed());
    }
    reviewed
}

/// The steps of an argument, and what shows what came of them.
struct Steps<'a> {
    graph: &'a Graph,
    sources: &'a Sources,
    steps: &'a [Step],
}

impl Steps<'_> {
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

    fn shown_by(&self, found: &Found) -> Vec<Made> {
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

    fn is_solvers_word(&self, found: &Found) -> bool {
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

    /// Claims that follow, as far as anybody knows, because the solver says so.
    fn on_solvers_word(&self) -> Vec<Finding> {
        let note = |step: &Step| {
            let Outcome::Entailed {
                certificate: None, ..
            } = &step.outcome
            else {
                return None;
            };
            let node = &self.graph.nodes[step.node];
            Some(Finding {
                code: "argument-solver-alone".to_owned(),
                level: "note".to_owned(),
                message: format!(
                    "`{}` follows from its premises{}",
                    node.code,
                    super::SOLVERS_WORD
                ),
                places: node
                    .span
                    .iter()
                    .map(|&span| super::place(self.sources, span))
                    .collect(),
                grounds: Vec::new(),
            })
        };
        self.steps.iter().filter_map(note).collect()
    }

    /// The certificates of claims that follow.
    fn entailed(&self) -> Vec<Exhibit> {
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

fn document(
    evidence: &argument::Evidence,
    files: &dyn Files,
    sources: &Sources,
) -> Option<(String, Vec<u8>)> {
    let own = &sources.get(evidence.span.file).path;
    let beside = own
        .rsplit_once('/')
        .map(|(folder, _)| format!("{folder}/{}", evidence.source));
    let paths = beside.into_iter().chain([evidence.source.clone()]);
    let mut read = paths.filter_map(|path| files.read(&path).ok().map(|bytes| (path, bytes)));
    read.next()
}

fn unread_note(evidence: &argument::Evidence, sources: &Sources) -> Finding {
    Finding {
        code: "argument-document-not-read".to_owned(),
        level: "note".to_owned(),
        message: format!(
            "the document behind `{}` is not compared with its digest: `{}` cannot be read here",
            evidence.code, evidence.source
        ),
        places: vec![super::place(sources, evidence.code_span)],
        grounds: Vec::new(),
    }
}
