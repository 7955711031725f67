//! The argument of a rule set: its steps, its findings, and the documents behind its evidence.
//!
//! In: a rule set, a reader of files, perhaps a solver. Out: steps with certificate or point, and
//! findings with places, worst first. A digest is compared with the document that the source names,
//! beside the rule file or from where the user started; a document that cannot be read is named,
//! never passed over.

mod exhibited;

use std::collections::{BTreeMap, BTreeSet};

use self::exhibited::Exhibited;
use super::Request;
use super::grounds::Exhibit;
use crate::check::argument::attack::{Framework, Semantics as Asked, Sets};
use crate::check::argument::{
    Analysis, Finding as Found, Graph, Kind, Level, Oracle, analyse_under,
};
use crate::document::Files;
use crate::record::argument::{ArgumentStep, Semantics};
use crate::record::body::Finding;
use crate::rule_language::{RuleSet, argument};
use crate::run::argument::shown::{kind_name, shown, standing, words_about};
use crate::run::evidence_documents::{Compared, compare};
use crate::span::Sources;

/// Findings about an argument, with how bad they are together.
#[derive(Debug, Default)]
pub struct Reviewed {
    /// Claims, what they rest on, what attacks it.
    pub steps: Vec<ArgumentStep>,
    /// Sets that stand together, where asked for.
    pub semantics: Option<Semantics>,
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
    let asked = request.semantics;
    let mut reviewed = Reviewed::default();
    if rule_set.claims.is_empty() && rule_set.evidences.is_empty() {
        return reviewed;
    }
    let graph = Graph::of_rule_set(rule_set);
    let mut analysis = analyse_under(&graph, &mut Oracle::new(request.solver), asked);
    let compared = compare(files, rule_set, sources);
    analysis.findings.extend(stale(&graph, &compared));
    analysis
        .findings
        .sort_by_key(|one| (one.rank(), one.node()));
    let exhibited = Exhibited {
        graph: &graph,
        sources,
        steps: &analysis.steps,
    };
    for one in &analysis.findings {
        match (one, one.level()) {
            (Found::Undecided { .. }, _) => reviewed.is_open = true,
            (_, Level::Error) => reviewed.has_errors = true,
            (_, Level::Warning) => reviewed.has_warnings = true,
        }
        let made = if request.grounds || request.exhibits {
            exhibited.shown_by(one)
        } else {
            Vec::new()
        };
        if request.exhibits {
            let stem = format!("{}-{}", one.code(), graph.nodes[one.node()].code);
            let files = made.iter().filter_map(|made| made.exhibit(&stem));
            reviewed.exhibits.extend(files);
        }
        let mut found = finding(&graph, one, sources);
        if exhibited.is_solvers_word(one) {
            found.message += super::SOLVERS_WORD;
        }
        found.grounds = made.into_iter().map(|made| made.ground).collect();
        reviewed.findings.push(found);
    }
    if request.exhibits {
        reviewed.exhibits.extend(exhibited.entailed());
    }
    let unread = rule_set.evidences.iter().filter_map(|evidence| {
        let is_unread = compared.get(&evidence.code) == Some(&Compared::NotRead);
        is_unread.then(|| unread_note(evidence, sources))
    });
    reviewed.findings.extend(unread);
    reviewed.steps = steps(rule_set, &graph, &analysis);
    reviewed.semantics = semantics(&graph, analysis.sets.as_ref(), asked);
    reviewed
}

/// A finding about an argument as it is recorded.
pub fn finding(graph: &Graph, found: &Found, sources: &Sources) -> Finding {
    let spans = found.spans(graph).into_iter();
    Finding {
        code: found.code().to_owned(),
        level: match found.level() {
            Level::Error => "error",
            Level::Warning => "warning",
        }
        .to_owned(),
        message: found.message(graph),
        places: spans.map(|span| super::place(sources, span)).collect(),
        grounds: Vec::new(),
    }
}

/// Evidence whose document is another one now.
pub fn stale(graph: &Graph, compared: &BTreeMap<String, Compared>) -> Vec<Found> {
    let found = compared.iter().filter_map(|(code, compared)| {
        let node = graph.named(code)?;
        match compared {
            Compared::Changed { path } => Some(Found::StaleEvidence {
                node,
                document: path.clone(),
            }),
            Compared::Same { .. } | Compared::NotRead => None,
        }
    });
    found.collect()
}

/// What the evidence of a rule set rests on.
pub fn grounds(rule_set: &RuleSet, code: &str) -> Vec<String> {
    if let Some(one) = rule_set.evidences.iter().find(|one| one.code == code) {
        let quote = one.quote.iter().map(|words| format!("it says: {words}"));
        let source = format!("{} ({})", one.source, one.class.name());
        return std::iter::once(source).chain(quote).collect();
    }
    let rules = rule_set.rules.iter();
    let rule = rules.filter(|rule| rule.code == code);
    rule.map(|rule| format!("{} ({})", rule.source, rule.evidence.name()))
        .collect()
}

/// Per claim and piece of evidence a step, and per rule and assumption that takes part.
pub fn steps(rule_set: &RuleSet, graph: &Graph, analysis: &Analysis) -> Vec<ArgumentStep> {
    let framework = Framework::of(graph);
    let mut taking_part: BTreeSet<usize> = BTreeSet::new();
    for (at, node) in graph.nodes.iter().enumerate() {
        taking_part.extend(node.from.iter().chain(&node.attacks));
        match node.kind {
            Kind::Claim | Kind::Evidence { .. } => {
                taking_part.insert(at);
            }
            Kind::Rule { .. } | Kind::Assumption => {}
        }
    }
    let mut steps: Vec<ArgumentStep> = Vec::new();
    for at in taking_part {
        let node = &graph.nodes[at];
        let outcome = analysis.steps.iter().find(|step| step.node == at);
        steps.push(ArgumentStep {
            id: node.code.clone(),
            kind: kind_name(&node.kind).to_owned(),
            claim: node.title.clone(),
            from: (node.from.iter())
                .map(|&one| graph.nodes[one].code.clone())
                .collect(),
            rests_on: grounds(rule_set, &node.code),
            leap: words_about(graph, &analysis.findings, at),
            weak: Vec::new(),
            standing: standing(graph, &framework, &analysis.labelling, at),
            shown: outcome.map(|step| shown(graph, &step.outcome)),
        });
    }
    note_weak(&mut steps);
    // Claims first: that is what a reader asks about.
    steps.sort_by_key(|step| step.kind != "claim");
    steps
}

/// Writes into every step which steps below it have a weakness.
pub fn note_weak(steps: &mut [ArgumentStep]) {
    let places: BTreeMap<String, usize> = (steps.iter().enumerate())
        .map(|(at, step)| (step.id.clone(), at))
        .collect();
    for at in 0..steps.len() {
        let mut seen = BTreeSet::new();
        let mut open = vec![at];
        while let Some(one) = open.pop() {
            let below = steps[one].from.iter().filter_map(|id| places.get(id));
            open.extend(below.copied().filter(|&one| seen.insert(one)));
        }
        let weak = seen.into_iter().filter(|&one| steps[one].leap.is_some());
        steps[at].weak = weak.map(|one| steps[one].id.clone()).collect();
    }
}

fn semantics(graph: &Graph, sets: Option<&Sets>, asked: Asked) -> Option<Semantics> {
    let all = match sets? {
        Sets::All(sets) => Some(sets),
        Sets::TooMany => None,
    };
    let codes = |set: &BTreeSet<usize>| -> Vec<String> {
        let nodes = set.iter().map(|&at| graph.nodes[at].code.clone());
        nodes.collect()
    };
    let listed: Option<Vec<Vec<String>>> = all.map(|sets| sets.iter().map(codes).collect());
    Some(Semantics {
        name: asked.name().to_owned(),
        too_many: listed.is_none(),
        sets: listed.unwrap_or_default(),
    })
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
